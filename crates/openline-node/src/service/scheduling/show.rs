//! A run as the record has it, and as people see it.

use openline_core::PartyIndex;
use openline_core::entry::{Kind, Ref};
use openline_core::scheduling::{Method, Scheduling, SlotRequest, Working};
use openline_desk::schedule::UnknownZone;
use openline_desk::scheduling::run::QUOTA_MS;
use openline_desk::scheduling::{Need, Run, Stage, grid};

use super::Known;
use crate::error::ServiceError;
use crate::service::entries::{Looking, place_text};
use crate::service::{Answer, names};
use crate::view::{SlotFaultView, SlotRequestRequest, SlotRunView, TimeSlotView, WorkingView};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Monday to Friday from 09:00 to 18:00.
const OFFICE: Working = Working {
    days: 0x1f,
    from: 540,
    until: 1080,
};

/// The run whose request stands at a place.
pub(in super::super) fn run(looking: &Looking<'_>, place: Ref) -> Answer<Run> {
    let entry = looking.entry(place)?;
    let body = entry.raw.body.as_ref().map_or(&[][..], |(_, body)| body);
    let said = match entry.header.kind {
        Kind::SlotRequest if !body.is_empty() => Scheduling::decode(Kind::SlotRequest, body)?,
        _ => None,
    };
    let Some(Scheduling::Request(request)) = said else {
        return Err(ServiceError::Conflict(format!(
            "{} is a {}, no slot request; openline schedule show shows the runs",
            place_text(place),
            entry.header.kind.word()
        )));
    };
    let parties = looking.founded.party_count();
    let about = (place, entry.leaf);
    let mut run = Run::new(about, entry.header.message_type, request, parties);
    for place in looking.reader.referring(looking.line, place)? {
        let step = looking.entry(place)?;
        if let Some((_, body)) = &step.raw.body
            && let Some(said) = Scheduling::decode(step.header.kind, body)?
        {
            run.follow(place, step.header.message_type, said);
        }
    }
    Ok(run)
}

/// The places of all requests, newest first.
pub(super) fn requests(looking: &Looking<'_>) -> Answer<Vec<Ref>> {
    let places = looking
        .reader
        .of_kind(looking.line, Some(Kind::SlotRequest))?;
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        let entry = looking.entry(place)?;
        if entry.raw.body.is_some() {
            found.push((entry.lamport, place));
        }
    }
    found.sort_by_key(|(lamport, place)| std::cmp::Reverse((*lamport, place.party)));
    Ok(found.into_iter().map(|(_, place)| place).collect())
}

/// Blind matches that a party has approved in the seven days up to `until`, by the times that it claims, and how many it may. Of every
/// type: an exercise would tell as much of a calendar.
pub(super) fn quota(looking: &Looking<'_>, party: PartyIndex, until: i64) -> Answer<(u64, u64)> {
    let mut used = 0;
    let places = looking
        .reader
        .of_kind(looking.line, Some(Kind::SlotCommitment))?;
    for place in places.into_iter().filter(|place| place.party == party) {
        let time = looking.entry(place)?.header.time;
        used += u64::from((until - QUOTA_MS < time) && time <= until);
    }
    Ok((used, looking.founded.terms().matching.runs))
}

pub(super) fn unknown_zone(error: UnknownZone) -> ServiceError {
    ServiceError::Unusable(error.to_string())
}

/// What a request says, as its body has it.
pub(super) fn request(looking: &Looking<'_>, request: &SlotRequestRequest) -> Answer<SlotRequest> {
    let method = names::slot_method(&request.method)?;
    if method == Method::BlindMatch && looking.founded.party_count() != 2 {
        let words = "a blind match is for two parties; among more, make an offer";
        return Err(ServiceError::Unusable(words.to_owned()));
    }
    let mut all = vec![OFFICE; looking.founded.party_count()];
    for given in &request.working {
        let party = looking
            .founded
            .parties()
            .find(|party| looking.name(*party) == given.party);
        let party = party.ok_or_else(|| {
            ServiceError::NotFound(format!(
                "no party of the line is called \"{}\"",
                given.party
            ))
        })?;
        all[party.at()] = working(given)?;
    }
    Ok(SlotRequest {
        method,
        tie_rule: names::tie_rule(&request.rule)?,
        window: (request.from_ms, request.until_ms),
        length: request.length_minutes,
        step: request.step_minutes,
        working: all,
        purpose: request.purpose.clone(),
    })
}

fn working(given: &WorkingView) -> Answer<Working> {
    let unusable = |words: String| Err(ServiceError::Unusable(words));
    let mut days = 0;
    for day in &given.days {
        let Some(at) = DAYS.iter().position(|name| name == day) else {
            return unusable(format!(
                "\"{day}\" is no day: mon, tue, wed, thu, fri, sat or sun"
            ));
        };
        days |= 1 << at;
    }
    let (Some(from), Some(until)) = (minute(&given.from), minute(&given.until)) else {
        return unusable("working hours are given as 09:00 and 18:00".to_owned());
    };
    Ok(Working { days, from, until })
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
}

fn working_view(looking: &Looking<'_>, party: PartyIndex, working: &Working) -> WorkingView {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let is_on = |(at, _): &(usize, &&str)| working.days & (1 << at) != 0;
    let days = DAYS.iter().enumerate().filter(is_on);
    WorkingView {
        party: looking.name(party),
        days: days.map(|(_, day)| (*day).to_owned()).collect(),
        from: clock(working.from),
        until: clock(working.until),
    }
}

pub(super) fn view(known: &Known, looking: &Looking<'_>) -> Answer<SlotRunView> {
    let run = &known.run;
    let request = &run.request;
    let members = looking.founded.members();
    let name = |party: PartyIndex| looking.name(party);
    let slot = |slot: u16| {
        Ok(TimeSlotView {
            start_ms: request.start(slot),
            text: grid::written_out(request, slot, members).map_err(unknown_zone)?,
        })
    };
    let slots = |all: &[u16]| all.iter().copied().map(slot).collect::<Answer<Vec<_>>>();
    let stage = run.stage();
    let common = run.common();
    let chosen = common.as_ref().and_then(|common| run.choose(common));
    let (waits, waits_for) = match &stage {
        Stage::Waits(need, parties) => (
            Some(need.words().to_owned()),
            parties.iter().map(|party| name(*party)).collect(),
        ),
        _ => (None, Vec::new()),
    };
    let faults = match &stage {
        Stage::Broken(faults) => faults.clone(),
        _ => Vec::new(),
    };
    let withdrawn_by = match stage {
        Stage::Withdrawn(party) => Some(party),
        _ => None,
    };
    let working = looking.founded.parties().zip(&request.working);
    let own = known.private.as_ref().map(|private| private.picks.slots());
    Ok(SlotRunView {
        place: place_text(run.place),
        proposed_by: name(run.place.party),
        message_type: run.message_type.word().to_owned(),
        method: request.method.word().to_owned(),
        rule: request.tie_rule.word().to_owned(),
        purpose: request.purpose.clone(),
        from_ms: request.window.0,
        until_ms: request.window.1,
        length_minutes: request.length,
        step_minutes: request.step,
        working: working
            .map(|(party, working)| working_view(looking, party, working))
            .collect(),
        candidates: grid::candidates(request, members)
            .map_err(unknown_zone)?
            .len(),
        stage: stage_word(&stage).to_owned(),
        waits,
        waits_for,
        common: common.map(|common| slots(&common)).transpose()?,
        chosen: chosen.map(slot).transpose()?,
        agreed: match &stage {
            Stage::Agreed(slot, text) => Some(TimeSlotView {
                start_ms: request.start(*slot),
                text: text.clone(),
            }),
            _ => None,
        },
        faults: faults
            .iter()
            .map(|(party, fault)| SlotFaultView {
                party: name(*party),
                words: fault.words().to_owned(),
            })
            .collect(),
        withdrawn_by: withdrawn_by.map(name),
        words: withdrawn_by
            .and_then(|party| run.withdrawal(party))
            .map(str::to_owned),
        beyond_quota: beyond_quota(known, looking)?,
        runs_used: known.quota.0,
        runs_allowed: known.quota.1,
        own_picks: slots(own.unwrap_or_default())?,
        next: next(known, &stage)?,
    })
}

fn stage_word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Waits(..) => "waits",
        Stage::NoSlot => "no slot fits",
        Stage::Agreed(..) => "agreed",
        Stage::Broken(_) => "broken",
        Stage::Withdrawn(_) => "withdrawn",
    }
}

/// Parties whose approval of this run was one more than the charter allows in the seven days before it.
fn beyond_quota(known: &Known, looking: &Looking<'_>) -> Answer<Vec<String>> {
    let mut beyond = Vec::new();
    for place in looking.reader.referring(looking.line, known.run.place)? {
        let entry = looking.entry(place)?;
        if entry.header.kind == Kind::SlotCommitment {
            let (used, allowed) = quota(looking, place.party, entry.header.time)?;
            let name = looking.name(place.party);
            if used > allowed && !beyond.contains(&name) {
                beyond.push(name);
            }
        }
    }
    Ok(beyond)
}

fn next(known: &Known, stage: &Stage) -> Answer<String> {
    let place = place_text(known.run.place);
    let mine = |parties: &[PartyIndex]| parties.contains(&known.me);
    Ok(match stage {
        Stage::Waits(Need::Commit, parties) if mine(parties) => {
            format!("a duty officer approves it: openline schedule approve {place}")
        }
        Stage::Waits(Need::Confirm | Need::ConfirmAlike, parties) if mine(parties) => {
            format!("read the slot aloud, then confirm it: openline schedule confirm {place}")
        }
        Stage::Waits(Need::Open, parties)
            if mine(parties) && known.run.request.method == Method::BlindMatch =>
        {
            format!(
                "the two results differ: openline schedule open {place} shows this side's picks, and that it kept to them"
            )
        }
        Stage::Waits(..) if known.due()?.is_some() => {
            format!("this side has something to say: openline schedule run {place}")
        }
        Stage::Waits(..) => "wait for the other side".to_owned(),
        Stage::NoSlot => format!(
            "no slot fits; nothing else was shown. Propose a wider window: openline schedule propose --widens {place}"
        ),
        Stage::Agreed(..) => "nothing: the slot is agreed".to_owned(),
        Stage::Broken(_) => {
            "the run counts for nothing; raise it with the party named, or make an offer".to_owned()
        }
        Stage::Withdrawn(_) => "the run has ended".to_owned(),
    })
}
