//! Encounters as iCalendar objects (RFC 5545) that calendar programs take, with an iTIP method (RFC 5546).
//!
//! Times are UTC, as schedules have them on the record. Offices stand where other programs put persons, by an address that is
//! computed from line, party and office and that no mail reaches.

use openline_core::charter::Founded;
use openline_core::encounter::{Participant, StepAct};
use openline_core::entry::{MessageType, Ref};
use openline_core::{Hash, LineId, PartyIndex};
use openline_desk::encounter::{ClaimedStep, EncounterState, Stage, StepTaken};

use super::lines::{Lines, escaped, quoted, stamp};

/// What an object asks of the program that takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// To note what is there.
    Publish,
    /// To enter an encounter that is asked for or scheduled.
    Request,
    /// To take it out.
    Cancel,
    /// To note what a party says to it.
    Reply(PartyIndex),
}

impl Method {
    /// The method of one encounter.
    pub(crate) fn of(state: &EncounterState) -> Self {
        match state.stage {
            Stage::Declined | Stage::Postponed => Self::Cancel,
            Stage::Held | Stage::ReadOut => Self::Publish,
            Stage::Invited | Stage::Accepted | Stage::Scheduled => Self::Request,
        }
    }

    /// As the property has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Reply(_) => "REPLY",
        }
    }
}

/// A line, whose encounters are written.
pub(crate) struct Book<'a> {
    pub(crate) line: LineId,
    pub(crate) founded: &'a Founded,
}

/// What names an encounter in every calendar: the same at all parties.
pub(crate) fn uid(line: LineId, place: Ref) -> String {
    let id = Hash::of(&[
        b"openline encounter\n",
        line.to_string().as_bytes(),
        &[place.party.0],
        &place.index.to_be_bytes(),
    ]);
    format!("{}@openline", &id.to_string()[..32])
}

/// The address of an office: a UUID that is computed (RFC 9562 section 5.8).
pub(crate) fn address(line: LineId, party: PartyIndex, office: &str) -> String {
    let id = Hash::of(&[
        b"openline office\n",
        line.to_string().as_bytes(),
        &[party.0],
        office.as_bytes(),
    ])
    .to_string();
    format!(
        "urn:uuid:{}-{}-8{}-a{}-{}",
        &id[..8],
        &id[8..12],
        &id[12..15],
        &id[15..18],
        &id[18..30]
    )
}

/// The schedule that stands, or else the one that was proposed last.
pub(crate) fn schedule(state: &EncounterState) -> Option<&ClaimedStep> {
    let stands = |claim: &&ClaimedStep| Some(claim.taken.place) == state.fixed;
    let standing = state.schedules.iter().find(stands);
    standing.or_else(|| state.schedules.last())
}

/// What a party says to an encounter, as PARTSTAT has it.
pub(crate) fn answer(state: &EncounterState, party: PartyIndex) -> &'static str {
    let ended = state.ended.iter().find(|taken| taken.place.party == party);
    match ended.map(|taken| taken.step.act) {
        Some(StepAct::Declined) => return "DECLINED",
        Some(_) => return "TENTATIVE",
        None => {}
    }
    if state.fixed.is_some() || matches!(state.stage, Stage::Held | Stage::ReadOut) {
        return "ACCEPTED";
    }
    let agrees = schedule(state).is_some_and(|claim| {
        claim.taken.place.party == party || claim.assent.agreeing().any(|other| other == party)
    });
    let has_said = state.last.iter().any(|(other, _, act)| {
        *other == party && matches!(act, StepAct::Accepted | StepAct::Scheduled)
    });
    match (agrees, has_said || party == state.place.party) {
        (true, _) => "ACCEPTED",
        (false, true) => "TENTATIVE",
        (false, false) => "NEEDS-ACTION",
    }
}

impl Book<'_> {
    /// Writes encounters as one object.
    pub(crate) fn write(&self, method: Method, states: &[&EncounterState], now_ms: i64) -> String {
        let mut lines = Lines::calendar("encounters");
        lines.put("CALSCALE:GREGORIAN");
        lines.put(&format!("METHOD:{}", method.word()));
        for state in states {
            self.event(&mut lines, method, state, now_ms);
        }
        lines.end()
    }

    fn event(&self, lines: &mut Lines, method: Method, state: &EncounterState, now_ms: i64) {
        let asked = &state.encounter;
        let schedule = schedule(state).map(|claim| &claim.taken);
        lines.put("BEGIN:VEVENT");
        lines.put(&format!("UID:{}", uid(self.line, state.place)));
        lines.put(&format!("DTSTAMP:{}", stamp(now_ms)));
        lines.put(&format!("SEQUENCE:{}", state.revision));
        if let Some((from, to)) = schedule.and_then(|taken| taken.step.window) {
            lines.put(&format!("DTSTART:{}", stamp(from)));
            lines.put(&format!("DTEND:{}", stamp(to)));
        }
        let mark = match state.message_type {
            MessageType::Real => String::new(),
            other => format!("{} ", other.word().to_uppercase()),
        };
        lines.put(&format!("SUMMARY:{mark}{}", escaped(&asked.subject)));
        let place = schedule.and_then(|taken| taken.step.place.as_ref());
        if let Some(place) = place.or(asked.place.as_ref()) {
            lines.put(&format!("LOCATION:{}", escaped(place)));
        }
        lines.put(&format!("STATUS:{}", status(state)));
        lines.put("CLASS:CONFIDENTIAL");
        lines.put(&format!("CATEGORIES:{}", asked.kind.word()));
        if let Some(visit) = asked.within {
            lines.put(&format!(
                "RELATED-TO;RELTYPE=PARENT:{}",
                uid(self.line, visit)
            ));
        }
        lines.put(&format!(
            "ORGANIZER{}",
            self.office(state.place.party, &state.post)
        ));
        self.attendees(lines, method, state, schedule);
        let said = match method {
            Method::Reply(party) => state.ended.iter().find(|taken| taken.place.party == party),
            _ => state.ended.last(),
        };
        if let Some(reason) = said.and_then(|taken| taken.step.words.as_ref()) {
            lines.put(&format!("COMMENT:{}", escaped(reason)));
        }
        lines.put("END:VEVENT");
    }

    /// The offices that take part; of a party that names none, the party itself.
    fn attendees(
        &self,
        lines: &mut Lines,
        method: Method,
        state: &EncounterState,
        schedule: Option<&StepTaken>,
    ) {
        let later = schedule.map(|taken| &taken.step.participants);
        let named = later.filter(|who| !who.is_empty());
        let named: &[Participant] = named.unwrap_or(&state.encounter.participants);
        for party in self.founded.parties() {
            let said = answer(state, party);
            let mut put = |office: &str| {
                lines.put(&format!(
                    "ATTENDEE;CUTYPE=GROUP;PARTSTAT={said}{}",
                    self.office(party, office)
                ));
            };
            match method {
                Method::Reply(replying) if replying == party => put(""),
                Method::Reply(_) => {}
                _ if named.iter().any(|one| one.party == party) => named
                    .iter()
                    .filter(|one| one.party == party)
                    .for_each(|one| put(&one.office)),
                _ => put(""),
            }
        }
    }

    /// The name and the address of an office; of the party where it is empty.
    fn office(&self, party: PartyIndex, office: &str) -> String {
        let member = self.founded.member(party);
        let name = member.map_or_else(|| party.to_string(), |member| member.name().to_owned());
        let name = match office {
            "" => name,
            office => format!("{name}: {office}"),
        };
        let address = address(self.line, party, office);
        format!(";CN={}:{address}", quoted(&name))
    }
}

fn status(state: &EncounterState) -> &'static str {
    match state.stage {
        Stage::Invited | Stage::Accepted => "TENTATIVE",
        Stage::Scheduled | Stage::Held | Stage::ReadOut => "CONFIRMED",
        Stage::Declined | Stage::Postponed => "CANCELLED",
    }
}
