//! The contact history: every encounter that was held and every older contact, in the order of their dates, with the silences between
//! (`spec/encounters.md` section 4).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use openline_core::contact::{Contact, date_parts};
use openline_core::encounter::EncounterKind;
use openline_core::entry::{Header, MessageType, Ref};
use openline_core::order::Position;
use openline_core::{PartyIndex, Rule};

use crate::assent::{Assent, Assents};
use crate::encounter::{ClaimedStep, EncounterState};
use crate::timing;

pub mod csv;
mod draw;

pub use draw::{Names, svg, text};

/// The older contacts of a line. Accords to them are kept with the encounters.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    contacts: BTreeMap<Position, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    place: Ref,
    message_type: MessageType,
    time: i64,
    contact: Contact,
}

/// An older contact, and what is said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactState {
    /// The entry.
    pub place: Ref,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// When it was put on the record, as claimed, ms.
    pub time: i64,
    /// The contact.
    pub contact: Contact,
    /// What the other parties say to it.
    pub assent: Assent,
}

/// A day, as finely as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Year.
    pub year: u16,
    /// Month; none where only the year is known.
    pub month: Option<u16>,
    /// Day of the month.
    pub day: Option<u16>,
}

impl Day {
    /// The day of a date `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month, day) = date_parts(text)?;
        Some(Self { year, month, day })
    }

    /// The UTC day of a time, ms.
    #[must_use]
    pub fn of_ms(ms: i64) -> Option<Self> {
        let at = jiff::Timestamp::from_millisecond(ms).ok()?;
        let day = TimeZone::UTC.to_datetime(at).date();
        Self::parse(&day.strftime("%Y-%m-%d").to_string())
    }

    /// As it is written: `2018`, `2018-10` or `2018-10-08`.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = [self.month, self.day].into_iter().flatten();
        let year = format!("{:04}", self.year);
        parts.fold(year, |text, part| format!("{text}-{part:02}"))
    }

    /// The date, if it is known to the day and there is such a day.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        let part = |part: Option<u16>| i8::try_from(part?).ok();
        Date::new(
            i16::try_from(self.year).ok()?,
            part(self.month)?,
            part(self.day)?,
        )
        .ok()
    }

    /// The last date that it may be.
    fn latest(&self) -> Date {
        let first = Day {
            day: self.day.or(Some(1)),
            month: self.month.or(Some(12)),
            ..*self
        };
        match self.day {
            Some(_) => self.earliest(),
            None => first.earliest().last_of_month(),
        }
    }

    /// The first date that it may be.
    fn earliest(&self) -> Date {
        let part = |part: Option<u16>| part.and_then(|p| i8::try_from(p).ok()).unwrap_or(1);
        let year = i16::try_from(self.year).unwrap_or(1);
        Date::new(year, part(self.month), part(self.day))
            .unwrap_or_else(|_| date(year, part(self.month), 1))
    }
}

/// Who stands behind an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All parties say so, or agree.
    Agreed,
    /// These say so, and not all.
    Claimed(Vec<PartyIndex>),
}

/// Something that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The entry: an encounter or a contact.
    pub place: Ref,
    /// Whether it was put on the record as an older contact.
    pub is_imported: bool,
    /// When.
    pub day: Day,
    /// What kind.
    pub kind: EncounterKind,
    /// At which level.
    pub level: String,
    /// Whose guests the others were.
    pub host: Option<PartyIndex>,
    /// What it was.
    pub what: String,
    /// Who says so.
    pub standing: Standing,
    /// Whole days since the event before it, where both are known to the day.
    pub silence: Option<i64>,
    /// Where not both are known to the day: the fewest whole days that it can have been.
    pub silence_at_least: Option<i64>,
    /// The event before it of the same kind, at the same level, with the same host.
    pub since: Option<(Ref, Day)>,
    order: Position,
}

/// Silence at one level: the last event there, and the days since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Level.
    pub level: String,
    /// Kind of that last event.
    pub kind: EncounterKind,
    /// The event.
    pub last: Ref,
    /// When it was.
    pub day: Day,
    /// Whole days from it to the day asked about, if it is known to the day.
    pub days: Option<i64>,
}

impl Contacts {
    /// Takes up a contact with its body; they may come in any order, and again.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        place: Ref,
        lamport: u64,
        header: &Header,
        body: &[u8],
    ) -> Result<(), Rule> {
        let party = place.party;
        let known = Known {
            place,
            message_type: header.message_type,
            time: header.time,
            contact: Contact::decode(body)?,
        };
        self.contacts.insert(Position { lamport, party }, known);
        Ok(())
    }

    /// Each contact with what the other parties say to it, in the record's order.
    #[must_use]
    pub fn all(&self, assents: &Assents) -> Vec<ContactState> {
        let state = |known: &Known| ContactState {
            place: known.place,
            message_type: known.message_type,
            time: known.time,
            contact: known.contact.clone(),
            assent: assents.to(known.place, known.message_type),
        };
        self.contacts.values().map(state).collect()
    }
}

/// Every event of a type, ordered by date and then by the record.
#[must_use]
pub fn history(
    encounters: &[EncounterState],
    contacts: &Contacts,
    assents: &Assents,
    message_type: MessageType,
) -> Vec<Event> {
    let held = encounters
        .iter()
        .filter(|encounter| encounter.message_type == message_type)
        .filter_map(of_encounter);
    let older = contacts
        .contacts
        .iter()
        .filter(|(_, known)| known.message_type == message_type)
        .filter_map(|(position, known)| of_contact(*position, known, assents));
    let mut events: Vec<Event> = held.chain(older).collect();
    events.sort_by(in_order);
    for at in 0..events.len() {
        let (before, rest) = events.split_at_mut(at);
        let event = &mut rest[0];
        let last = before.last();
        event.silence = last.and_then(|last| days(last.day, event.day));
        event.silence_at_least = last
            .filter(|_| event.silence.is_none())
            .map(|last| whole_days(last.day.latest(), event.day.earliest()).max(0));
        event.since = before
            .iter()
            .rev()
            .find(|other| is_alike(other, event))
            .map(|other| (other.place, other.day));
    }
    events
}

fn in_order(a: &Event, b: &Event) -> Ordering {
    (a.day, a.order).cmp(&(b.day, b.order))
}

fn is_alike(a: &Event, b: &Event) -> bool {
    a.kind == b.kind && a.level == b.level && a.host == b.host
}

/// The last event of each kind at each level, and how long ago it was on a day.
#[must_use]
pub fn silences(events: &[Event], today: Day) -> Vec<Silence> {
    let mut last: BTreeMap<(&str, EncounterKind), &Event> = BTreeMap::new();
    for event in events.iter().filter(|event| event.day <= today) {
        last.insert((&event.level, event.kind), event);
    }
    last.into_iter()
        .map(|((level, kind), event)| Silence {
            level: level.to_owned(),
            kind,
            last: event.place,
            day: event.day,
            days: days(event.day, today),
        })
        .collect()
}

/// Whole days from one day to another, where both are known to the day.
#[must_use]
pub fn days(from: Day, to: Day) -> Option<i64> {
    Some(whole_days(from.date()?, to.date()?))
}

fn whole_days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// An encounter that at least one party says was held.
fn of_encounter(state: &EncounterState) -> Option<Event> {
    let first = state.held.first()?;
    let mut saying: Vec<PartyIndex> = state
        .held
        .iter()
        .flat_map(|held| {
            let own = held.taken.place.party;
            std::iter::once(own).chain(held.assent.agreeing().collect::<Vec<_>>())
        })
        .collect();
    saying.sort_unstable();
    saying.dedup();
    let asked = &state.encounter;
    Some(Event {
        place: state.place,
        is_imported: false,
        day: day_of(state, first)?,
        kind: asked.kind,
        level: asked.level.clone(),
        host: asked.host,
        what: asked.subject.clone(),
        standing: match state.held_at {
            Some(_) => Standing::Agreed,
            None => Standing::Claimed(saying),
        },
        silence: None,
        silence_at_least: None,
        since: None,
        order: state.order,
    })
}

/// The day of an encounter: as the first claim of a time has it, by its own clock where it names one; else of the schedule
/// that was fixed; else of the first statement that it was held.
fn day_of(state: &EncounterState, first: &ClaimedStep) -> Option<Day> {
    let claims = state.held.iter().flat_map(|held| &held.taken.step.claims);
    let moments = claims
        .flat_map(|claim| [&claim.begin, &claim.end])
        .flatten();
    let claimed = moments.clone().find_map(|moment| {
        let civil = moment
            .civil
            .as_ref()
            .and_then(|civil| civil.split('T').next());
        match civil {
            Some(civil) => Day::parse(civil).filter(|day| day.date().is_some()),
            None => Day::of_ms(timing::instant(moment)?),
        }
    });
    let schedule = || {
        let fixed = state
            .schedules
            .iter()
            .find(|schedule| Some(schedule.taken.place) == state.fixed)?;
        Day::of_ms(fixed.taken.step.window?.0)
    };
    claimed
        .or_else(schedule)
        .or_else(|| Day::of_ms(first.taken.time))
}

fn of_contact(order: Position, known: &Known, assents: &Assents) -> Option<Event> {
    let contact = &known.contact;
    let assent = assents.to(known.place, known.message_type);
    let mut saying: Vec<PartyIndex> = assent.agreeing().chain([known.place.party]).collect();
    saying.sort_unstable();
    Some(Event {
        place: known.place,
        is_imported: true,
        day: Day::parse(&contact.date)?,
        kind: contact.kind,
        level: contact.level.clone(),
        host: contact.host,
        what: contact.what.clone(),
        standing: if assent.is_agreed() {
            Standing::Agreed
        } else {
            Standing::Claimed(saying)
        },
        silence: None,
        silence_at_least: None,
        since: None,
        order,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encounter::Encounters;
    use crate::fixture::{at, header};
    use openline_core::encounter::{Encounter, Moment, Step, StepAct, TimeClaim};
    use openline_core::entry::Kind;
    use openline_core::glossary::{Accord, Stance};

    fn contact(date: &str, kind: EncounterKind) -> Vec<u8> {
        Contact {
            kind,
            date: date.to_owned(),
            level: "minister".to_owned(),
            what: "an <older> contact".to_owned(),
            host: Some(PartyIndex(1)),
            participants: vec![],
            place: None,
            words: None,
        }
        .encode()
    }

    fn held(local: &str) -> Vec<u8> {
        let end = Moment {
            civil: Some(local.to_owned()),
            zone: Some("Asia/Shanghai".to_owned()),
            ..Moment::default()
        };
        let claims = vec![TimeClaim {
            source: "a side".to_owned(),
            begin: None,
            end: Some(end),
            minutes: None,
        }];
        Step {
            claims,
            ..Step::bare(StepAct::Held)
        }
        .encode()
    }

    fn visit() -> Vec<u8> {
        Encounter {
            kind: EncounterKind::Visit,
            subject: "two days of talks".to_owned(),
            level: "minister".to_owned(),
            asked: PartyIndex(0),
            host: Some(PartyIndex(1)),
            participants: vec![],
            place: None,
            languages: vec![],
            interpreter: None,
            within: None,
            returns: None,
            words: None,
        }
        .encode()
    }

    /// A call that party 0 imports, one of 2018 that party 1 countersigns, and a visit that both say was held.
    pub(super) fn events() -> Vec<Event> {
        let (mut encounters, mut contacts) = (Encounters::new(2), Contacts::default());
        let about = |kind, refs| header(kind, refs);
        let add = contact("2018", EncounterKind::Visit);
        contacts
            .follow(at(0, 1), 1, &about(Kind::Contact, vec![]), &add)
            .expect("sound");
        let add = contact("2023-06-14", EncounterKind::Call);
        contacts
            .follow(at(0, 2), 2, &about(Kind::Contact, vec![]), &add)
            .expect("sound");
        let agrees = Accord {
            stance: Stance::Agrees,
            words: None,
        }
        .encode();
        let mut follow = |place, lamport, header: &Header, body: &[u8]| {
            encounters
                .follow(place, lamport, header, body)
                .expect("sound");
        };
        follow(at(1, 1), 3, &about(Kind::Accord, vec![at(0, 1)]), &agrees);
        follow(at(0, 3), 4, &about(Kind::Encounter, vec![]), &visit());
        let body = held("2023-06-18T20:00");
        follow(at(0, 4), 5, &about(Kind::Step, vec![at(0, 3)]), &body);
        follow(at(1, 2), 6, &about(Kind::Accord, vec![at(0, 4)]), &agrees);
        history(
            &encounters.all(),
            &contacts,
            encounters.assents(),
            MessageType::Real,
        )
    }

    #[test]
    fn it_says_how_long_the_silence_was_and_since_when_it_is_the_first() {
        let events = events();
        let days: Vec<_> = events.iter().map(|e| (e.day.text(), e.silence)).collect();
        assert_eq!(
            days,
            [
                ("2018".to_owned(), None),
                ("2023-06-14".to_owned(), None),
                ("2023-06-18".to_owned(), Some(4))
            ]
        );
        let standings: Vec<_> = events.iter().map(|e| e.standing.clone()).collect();
        let one = Standing::Claimed(vec![PartyIndex(0)]);
        assert_eq!(standings, [Standing::Agreed, one, Standing::Agreed]);
        let since = events[2].since.expect("a visit before it");
        assert_eq!((since.0, since.1.text()), (at(0, 1), "2018".to_owned()));
        assert_eq!(events[1].since, None);
        // From the last day of 2018 to 14 June 2023.
        let least: Vec<_> = events.iter().map(|e| e.silence_at_least).collect();
        assert_eq!(least, [None, Some(1626), None]);
    }

    #[test]
    fn silence_is_counted_at_each_level_and_of_each_kind() {
        let today = Day::parse("2023-07-18").expect("a day");
        let silences = silences(&events(), today);
        let told: Vec<_> = silences.iter().map(|s| (s.kind, s.days)).collect();
        assert_eq!(
            told,
            [
                (EncounterKind::Call, Some(34)),
                (EncounterKind::Visit, Some(30))
            ]
        );
    }

    #[test]
    fn a_drill_is_no_contact() {
        let encounters = Encounters::new(2);
        let mut contacts = Contacts::default();
        let mut drill = header(Kind::Contact, vec![]);
        drill.message_type = MessageType::Exercise;
        let body = contact("2018", EncounterKind::Visit);
        contacts.follow(at(0, 1), 1, &drill, &body).expect("sound");
        let of = |message_type| {
            let all = encounters.all();
            history(&all, &contacts, encounters.assents(), message_type).len()
        };
        assert_eq!((of(MessageType::Real), of(MessageType::Exercise)), (0, 1));
    }
}
