//! What is said of encounters, as people see it.

use openline_core::encounter::{Moment, Participant, Step, TimeClaim};
use openline_core::entry::Ref;
use openline_desk::assent::Assent;
use openline_desk::encounter::{AskedClaim, ClaimedStep, EncounterState, StepTaken};
use openline_desk::reciprocity::Owed;
use openline_desk::schedule;
use openline_desk::timing::Contradiction;

use super::super::entries::{Looking, place_text, utc_text};
use crate::view::{
    AccordView, AskedByView, ClaimAssentView, ContradictionView, EncounterView, EndedView,
    HeldView, MomentView, OwedClaimView, OwedView, PartyActView, ProposedView, ScheduleView,
    SettingView, TimeClaimView,
};

pub(super) fn view(looking: &Looking<'_>, state: &EncounterState) -> EncounterView {
    let asked = &state.encounter;
    EncounterView {
        place: place_text(state.place),
        party_name: looking.name(state.place.party),
        post: state.post.clone(),
        message_type: state.message_type.word().to_owned(),
        time_ms: state.time,
        kind: asked.kind.word().to_owned(),
        subject: asked.subject.clone(),
        level: asked.level.clone(),
        host: asked.host.map(|host| looking.name(host)),
        setting: SettingView {
            participants: participants(looking, &asked.participants),
            location: asked.place.clone(),
            languages: asked.languages.clone(),
            interpreter: asked.interpreter.clone(),
        },
        words: asked.words.clone(),
        within: asked.within.map(place_text),
        returns: asked.returns.map(place_text),
        stage: state.stage.word().to_owned(),
        last: state
            .last
            .iter()
            .map(|(party, place, act)| PartyActView {
                party_name: looking.name(*party),
                place: place_text(*place),
                act: act.word().to_owned(),
            })
            .collect(),
        asked: state
            .asked
            .iter()
            .map(|claim| asked_view(looking, claim))
            .collect(),
        asked_agreed: state.asked_agreed.map(|(_, party)| looking.name(party)),
        schedules: state
            .schedules
            .iter()
            .map(|claim| schedule_view(looking, claim))
            .collect(),
        fixed: state.fixed.map(place_text),
        held: state
            .held
            .iter()
            .map(|claim| held_view(looking, claim))
            .collect(),
        contradictions: state
            .contradictions
            .iter()
            .map(contradiction_view)
            .collect(),
        readouts: state
            .readouts
            .iter()
            .map(|taken| readout_view(looking, taken))
            .collect(),
        ended: state
            .ended
            .iter()
            .map(|taken| ended_view(looking, taken))
            .collect(),
        programme: state
            .programme
            .iter()
            .map(|item| place_text(*item))
            .collect(),
    }
}

pub(in super::super) fn assent_view(looking: &Looking<'_>, assent: &Assent) -> ClaimAssentView {
    ClaimAssentView {
        is_agreed: assent.is_agreed(),
        said: assent
            .said
            .iter()
            .map(|said| AccordView {
                place: place_text(said.place),
                party_name: looking.name(said.place.party),
                post: said.post.clone(),
                time_ms: said.time,
                stance: said.stance.word().to_owned(),
                words: said.words.clone(),
            })
            .collect(),
        awaited: assent
            .awaited
            .iter()
            .map(|party| looking.name(*party))
            .collect(),
    }
}

pub(super) fn owed_view(
    looking: &Looking<'_>,
    owed: &Owed,
    encounters: &[EncounterState],
) -> OwedView {
    let visit = encounters.iter().find(|state| state.place == owed.visit);
    OwedView {
        visit: place_text(owed.visit),
        subject: visit.map_or_else(String::new, |visit| visit.encounter.subject.clone()),
        debtor: looking.name(owed.debtor),
        message_type: owed.message_type.word().to_owned(),
        since_ms: owed.since,
        is_agreed: owed.is_agreed(),
        claims: owed
            .claims
            .iter()
            .map(|claim| OwedClaimView {
                place: place_text(claim.taken.place),
                party_name: looking.name(claim.taken.place.party),
                assent: assent_view(looking, &claim.assent),
            })
            .collect(),
        proposed: owed
            .proposed
            .iter()
            .map(|(place, stage)| ProposedView {
                place: place_text(*place),
                stage: stage.word().to_owned(),
            })
            .collect(),
        closed_by: owed.closed_by.map(place_text),
    }
}

fn act_view(looking: &Looking<'_>, taken: &StepTaken) -> PartyActView {
    PartyActView {
        party_name: looking.name(taken.place.party),
        place: place_text(taken.place),
        act: taken.step.act.word().to_owned(),
    }
}

fn readout_view(looking: &Looking<'_>, taken: &StepTaken) -> PartyActView {
    PartyActView {
        act: taken.readout.map_or_else(String::new, place_text),
        ..act_view(looking, taken)
    }
}

fn asked_view(looking: &Looking<'_>, claim: &AskedClaim) -> AskedByView {
    AskedByView {
        place: place_text(claim.place),
        party_name: looking.name(claim.place.party),
        asked: looking.name(claim.asked),
        assent: assent_view(looking, &claim.assent),
    }
}

fn schedule_view(looking: &Looking<'_>, claim: &ClaimedStep) -> ScheduleView {
    let (from, to) = claim.taken.step.window.unwrap_or_default();
    ScheduleView {
        place: place_text(claim.taken.place),
        party_name: looking.name(claim.taken.place.party),
        window_ms: [from, to],
        rendered: rendered(looking, from, to),
        setting: setting_view(looking, &claim.taken.step),
        assent: assent_view(looking, &claim.assent),
    }
}

/// A window in UTC, then in each party's zone, with weekdays.
fn rendered(looking: &Looking<'_>, from: i64, to: i64) -> String {
    let utc = format!("{} to {}", utc_text(from), utc_text(to));
    let members = looking.founded.members().iter();
    let local = members.filter_map(|member| {
        let zone = schedule::zone(&member.zone)?;
        let at = |ms| {
            let at = jiff::Timestamp::from_millisecond(ms).ok()?;
            let at = zone.to_datetime(at);
            Some(at.strftime("%a %Y-%m-%d %H:%M").to_string())
        };
        Some(format!(
            "{} ({}): {} to {}",
            member.name(),
            member.zone,
            at(from)?,
            at(to)?
        ))
    });
    std::iter::once(utc)
        .chain(local)
        .collect::<Vec<_>>()
        .join("; ")
}

fn held_view(looking: &Looking<'_>, claim: &ClaimedStep) -> HeldView {
    let step = &claim.taken.step;
    HeldView {
        place: place_text(claim.taken.place),
        party_name: looking.name(claim.taken.place.party),
        claims: step.claims.iter().map(claim_view).collect(),
        setting: setting_view(looking, step),
        assent: assent_view(looking, &claim.assent),
    }
}

fn setting_view(looking: &Looking<'_>, step: &Step) -> SettingView {
    SettingView {
        participants: participants(looking, &step.participants),
        location: step.place.clone(),
        languages: step.languages.clone(),
        interpreter: step.interpreter.clone(),
    }
}

fn participants(looking: &Looking<'_>, all: &[Participant]) -> Vec<String> {
    all.iter()
        .map(|who| format!("{}:{}", looking.name(who.party), who.office))
        .collect()
}

fn claim_view(claim: &TimeClaim) -> TimeClaimView {
    let moment = |moment: &Moment| MomentView {
        civil: moment.civil.clone(),
        zone: moment.zone.clone(),
        utc_ms: moment.utc,
        weekday: moment.weekday,
    };
    TimeClaimView {
        source: claim.source.clone(),
        begin: claim.begin.as_ref().map(moment),
        end: claim.end.as_ref().map(moment),
        minutes: claim.minutes,
    }
}

fn contradiction_view(contradiction: &Contradiction) -> ContradictionView {
    ContradictionView {
        misfit: contradiction.misfit.word().to_owned(),
        sources: contradiction.sources.clone(),
        words: contradiction.words.clone(),
    }
}

fn ended_view(looking: &Looking<'_>, taken: &StepTaken) -> EndedView {
    let place: Ref = taken.place;
    EndedView {
        party_name: looking.name(place.party),
        place: place_text(place),
        act: taken.step.act.word().to_owned(),
        reason: taken.step.words.clone().unwrap_or_default(),
        next_ms: taken.step.next.map(|(from, to)| [from, to]),
    }
}
