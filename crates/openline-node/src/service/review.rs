//! How the tests of a line went, and the review of a year. From entries alone: two nodes that hold the same record give the same
//! answers to the last byte.

use jiff::civil::date;
use jiff::tz::TimeZone;
use openline_core::PartyIndex;
use openline_core::charter::Founded;
use openline_desk::health::{Heard, Outcome, Said, SlotHealth, Tally, tally};
use openline_desk::review::{Reached, Review, Speed};
use openline_desk::schedule::Schedule;

use super::entries::{Looking, place_text};
use super::{Answer, Service};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{
    AskedView, CountView, FoundView, HealthView, HeardView, KeyChangedView, PartyCountView,
    PurgingView, ReachedView, ReviewView, SlotTestView, SlotView, SpeedView, StatusGivenView,
    StretchView, SupersedingView, TestTallyView,
};

const DAY_MS: i64 = 86_400_000;
/// Most days of one health history.
pub(crate) const HEALTH_DAYS_MAX: u16 = 366;

impl Service {
    /// How the tests of a line went in the days before `until_ms`; before now if that is left out.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] for too many days, or if the charter's time zone is not known.
    pub async fn health(&self, line: &str, days: u16, until_ms: Option<i64>) -> Answer<HealthView> {
        if !(1..=HEALTH_DAYS_MAX).contains(&days) {
            return Err(ServiceError::Unusable(format!(
                "give a number of days from 1 to {HEALTH_DAYS_MAX}"
            )));
        }
        let line = self.resolve_line(line).await?;
        let until = until_ms.unwrap_or_else(wall_ms);
        let from = until.saturating_sub(i64::from(days) * DAY_MS);
        let folds = self.folds.clone();
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let terms = looking.founded.terms();
            let schedule = Schedule::of(&terms.schedule)
                .map_err(|unknown| ServiceError::Unusable(unknown.to_string()))?;
            let tests = folds.tests(&looking)?;
            let count = looking.founded.party_count();
            let slots = tests.health(&schedule, count, from, until);
            let on_demand = |party: PartyIndex| {
                let own = tests.tests().filter(|test| test.said.place.party == party);
                let within = own.filter(|test| (from..until).contains(&test.said.time));
                within.filter(|test| test.slot.is_none()).count() as u64
            };
            let tally_of = |party: PartyIndex| {
                tally_view(&looking, party, tally(&slots, party), on_demand(party))
            };
            Ok(HealthView {
                line: line.to_string(),
                title: terms.title.clone(),
                zone: terms.schedule.zone.clone(),
                times: terms.schedule.times.clone(),
                by_person: terms.schedule.is_by_person,
                from_ms: from,
                until_ms: until,
                parties: looking.founded.parties().map(tally_of).collect(),
                slots: slots.iter().map(|slot| slot_view(&looking, slot)).collect(),
            })
        })
        .await
    }

    /// The review of a line for a calendar year, UTC; the present one if left out.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] for a year that there is not.
    pub async fn review(&self, line: &str, year: Option<i16>) -> Answer<ReviewView> {
        let line = self.resolve_line(line).await?;
        let year = year.unwrap_or_else(|| year_of(wall_ms()));
        let (Some(from), Some(until)) = (begin_of(year), begin_of(year.saturating_add(1))) else {
            return Err(ServiceError::Unusable(format!("there is no year {year}")));
        };
        let folds = self.folds.clone();
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let reviewing = folds.reviewing(&looking)?;
            let schedule = Schedule::of(&looking.founded.terms().schedule).ok();
            let count = looking.founded.party_count();
            let review = reviewing.review(schedule.as_ref(), count, from, until);
            Ok(review_view(&looking, year, &review))
        })
        .await
    }
}

fn year_of(ms: i64) -> i16 {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(TimeZone::UTC).year()
}

fn begin_of(year: i16) -> Option<i64> {
    (1..=9998).contains(&year).then_some(())?;
    let begin = date(year, 1, 1).to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(begin.timestamp().as_millisecond())
}

fn tally_view(
    looking: &Looking<'_>,
    party: PartyIndex,
    tally: Tally,
    on_demand: u64,
) -> TestTallyView {
    TestTallyView {
        party: looking.name(party),
        held: tally.held,
        missed: tally.missed,
        answered: tally.answered,
        acknowledged: tally.acknowledged,
        on_demand,
    }
}

fn slot_view(looking: &Looking<'_>, slot: &SlotHealth) -> SlotView {
    let parties = looking.founded.parties();
    let tests = parties.zip(&slot.outcomes);
    SlotView {
        slot_ms: slot.slot,
        tests: tests
            .map(|(party, outcome)| slot_test_view(looking, party, outcome))
            .collect(),
    }
}

fn slot_test_view(looking: &Looking<'_>, party: PartyIndex, outcome: &Outcome) -> SlotTestView {
    let (state, sent, heard) = match outcome {
        Outcome::Before => ("before", None, &[][..]),
        Outcome::Open => ("open", None, &[][..]),
        Outcome::Missed => ("missed", None, &[][..]),
        Outcome::Held { sent, heard } => ("held", Some(*sent), heard.as_slice()),
    };
    let time = |said: Option<Said>| said.map(|said| said.time);
    let heard_view = |heard: &Heard| HeardView {
        party: looking.name(heard.party),
        answered_ms: time(heard.answered),
        acknowledged_ms: time(heard.acknowledged),
    };
    SlotTestView {
        party: looking.name(party),
        state: state.to_owned(),
        place: sent.map(|said| place_text(said.place)),
        sent_ms: time(sent),
        heard: heard.iter().map(heard_view).collect(),
    }
}

fn review_view(looking: &Looking<'_>, year: i16, review: &Review) -> ReviewView {
    let name = |party: PartyIndex| looking.name(party);
    let parties: Vec<PartyIndex> = looking.founded.parties().collect();
    let by_party = |counts: &[u64]| {
        let pairs = parties.iter().zip(counts);
        let view = |(party, count): (&PartyIndex, &u64)| PartyCountView {
            party: name(*party),
            count: *count,
        };
        pairs.map(view).collect()
    };
    let tests = review.tests.as_ref().map(|tallies| {
        let rows = parties.iter().zip(tallies).zip(&review.tests_on_demand);
        rows.map(|((party, tally), on_demand)| tally_view(looking, *party, *tally, *on_demand))
            .collect()
    });
    let messages = review.messages.iter().map(|counted| CountView {
        party: name(counted.party),
        message_type: counted.message_type.word().to_owned(),
        precedence: counted.precedence.word().to_owned(),
        form: counted.form.word().to_owned(),
        count: counted.count,
    });
    ReviewView {
        line: looking.line.to_string(),
        title: looking.founded.terms().title.clone(),
        parties: names(&looking.founded),
        year,
        messages: messages.collect(),
        without_body: by_party(&review.without_body),
        speeds: review
            .speeds
            .iter()
            .map(|speed| speed_view(looking, speed))
            .collect(),
        crossed: by_party(&review.crossed),
        tests,
        silence: review.silence.map(stretch),
        real_silence: review.real_silence.map(stretch),
        statuses: statuses(looking, review),
        superseding: superseding(looking, review),
        origin_queries: origin_queries(looking, review),
        key_changes: key_changes(looking, review),
        purges: purges(looking, review),
    }
}

fn names(founded: &Founded) -> Vec<String> {
    let members = founded.members().iter();
    members.map(|member| member.name().to_owned()).collect()
}

fn speed_view(looking: &Looking<'_>, speed: &Speed) -> SpeedView {
    let reached = |reached: Reached| ReachedView {
        count: reached.count,
        median_ms: reached.median_ms,
    };
    SpeedView {
        party: looking.name(speed.party),
        precedence: speed.precedence.word().to_owned(),
        addressed: speed.addressed,
        shown: reached(speed.shown),
        acknowledged: reached(speed.acknowledged),
        answered: reached(speed.answered),
    }
}

fn stretch((from_ms, until_ms): (i64, i64)) -> StretchView {
    StretchView { from_ms, until_ms }
}

fn statuses(looking: &Looking<'_>, review: &Review) -> Vec<StatusGivenView> {
    let view = |given: &openline_desk::review::StatusGiven| StatusGivenView {
        place: place_text(given.said.place),
        party: looking.name(given.said.place.party),
        at_ms: given.said.time,
        act: given.status.act.word().to_owned(),
        effective_ms: given.status.effective,
        until_ms: given.status.until,
        classes: given.status.classes.clone(),
        reason: given.status.reason.clone(),
    };
    review.statuses.iter().map(view).collect()
}

fn superseding(looking: &Looking<'_>, review: &Review) -> Vec<SupersedingView> {
    let view = |superseding: &openline_desk::review::Superseding| SupersedingView {
        place: place_text(superseding.said.place),
        party: looking.name(superseding.said.place.party),
        at_ms: superseding.said.time,
        form: superseding.form.word().to_owned(),
        of: place_text(superseding.of),
    };
    review.superseding.iter().map(view).collect()
}

fn origin_queries(looking: &Looking<'_>, review: &Review) -> Vec<AskedView> {
    let view = |asked: &openline_desk::review::Asked| AskedView {
        place: place_text(asked.said.place),
        party: looking.name(asked.said.place.party),
        at_ms: asked.said.time,
        channel: asked.query.channel.word().to_owned(),
        what: asked.query.what.clone(),
        findings: asked
            .findings
            .iter()
            .map(|(said, finding)| FoundView {
                party: looking.name(said.place.party),
                at_ms: said.time,
                origin: finding.origin.word().to_owned(),
            })
            .collect(),
    };
    review.asked.iter().map(view).collect()
}

fn key_changes(looking: &Looking<'_>, review: &Review) -> Vec<KeyChangedView> {
    let view = |changed: &openline_desk::review::KeyChanged| KeyChangedView {
        place: place_text(changed.said.place),
        party: looking.name(changed.said.place.party),
        at_ms: changed.said.time,
        serial: changed.serial,
    };
    review.key_changes.iter().map(view).collect()
}

fn purges(looking: &Looking<'_>, review: &Review) -> Vec<PurgingView> {
    let view = |purging: &openline_desk::review::Purging| PurgingView {
        place: place_text(purging.said.place),
        party: looking.name(purging.said.place.party),
        at_ms: purging.said.time,
        entries: purging.entries,
        reason: purging.reason.clone(),
        is_agreed: purging.is_agreed,
    };
    review.purges.iter().map(view).collect()
}
