//! How the tests of a line went: a fold over the record alone, so that both sides hold it alike (DESIGN.md section 5).
//!
//! Times are as claimed. A slot is missed when its party has no test for it, and a later entry of that party shows that the time
//! for it had passed; until then it is open. A test counts for its slot when its author claims to have sent it from the slot on
//! and before it closes. Whose clock reads the history plays no part.

use std::collections::BTreeMap;

use openline_core::PartyIndex;
use openline_core::body::Receipt;
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::message::{Form, Message};

use crate::exchange::counts_as_acknowledged;
use crate::schedule::{SLOT_FIELD, Schedule, slot_of};

/// When something was done, as claimed, and the entry that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The time, ms.
    pub time: i64,
    /// The entry.
    pub place: Ref,
}

/// What one of the other parties made of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Which party.
    pub party: PartyIndex,
    /// Its node has answered.
    pub answered: Option<Said>,
    /// A person there has acknowledged.
    pub acknowledged: Option<Said>,
}

/// What became of a party's test at a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The party had not begun its log.
    Before,
    /// Nothing on the record tells yet.
    Open,
    /// It was not held.
    Missed,
    /// It was held.
    Held {
        /// The test.
        sent: Said,
        /// What each other party made of it.
        heard: Vec<Heard>,
    },
}

/// A slot, and what became of each party's test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotHealth {
    /// The slot, ms.
    pub slot: i64,
    /// By party index.
    pub outcomes: Vec<Outcome>,
}

/// A test on the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Test {
    /// Where and when.
    pub said: Said,
    /// Its slot, ms; none for a test on demand.
    pub slot: Option<i64>,
}

/// The tests of a line, taken from its entries.
#[derive(Debug, Clone, Default)]
pub struct Tests {
    tests: BTreeMap<Ref, Test>,
    by_slot: BTreeMap<(PartyIndex, i64), Ref>,
    answered: BTreeMap<(Ref, PartyIndex), Said>,
    acknowledged: BTreeMap<(Ref, PartyIndex), Said>,
    /// By party: the claimed time of its first entry, and the latest that it has claimed.
    spans: BTreeMap<PartyIndex, (i64, i64)>,
}

impl Tests {
    /// Takes up an entry. Logs may come in any order; the entries of one log come in theirs.
    pub fn push(&mut self, place: Ref, header: &Header, body: Option<&[u8]>) {
        let span = self
            .spans
            .entry(place.party)
            .or_insert((header.time, header.time));
        span.1 = span.1.max(header.time);
        if header.message_type != MessageType::Test {
            return;
        }
        match (header.kind, body) {
            (Kind::Message, Some(body)) => self.push_message(place, header, body),
            (Kind::Receipt, Some(body)) => self.push_receipt(place, header, body),
            _ => {}
        }
    }

    fn push_message(&mut self, place: Ref, header: &Header, body: &[u8]) {
        let Ok(message) = Message::decode(body) else {
            return;
        };
        let said = Said {
            time: header.time,
            place,
        };
        match (message.form, header.refs.first()) {
            (Form::Message, _) => {
                let field = message.fields.iter().find(|field| field.name == SLOT_FIELD);
                let slot = field.and_then(|field| slot_of(&field.value));
                self.tests.insert(place, Test { said, slot });
                if let Some(slot) = slot.filter(|slot| *slot <= header.time) {
                    self.by_slot.entry((place.party, slot)).or_insert(place);
                }
            }
            (Form::Reply, Some(of)) if of.party != place.party => {
                self.answered.entry((*of, place.party)).or_insert(said);
            }
            _ => {}
        }
    }

    fn push_receipt(&mut self, place: Ref, header: &Header, body: &[u8]) {
        let (Ok(receipt), Some(of)) = (Receipt::decode(body), header.refs.first()) else {
            return;
        };
        if counts_as_acknowledged(receipt.stage) && of.party != place.party {
            let said = Said {
                time: receipt.time,
                place,
            };
            self.acknowledged.entry((*of, place.party)).or_insert(said);
        }
    }

    /// Every test, by party and position.
    pub fn tests(&self) -> impl DoubleEndedIterator<Item = &Test> {
        self.tests.values()
    }

    /// The tests of a party, in the order of its log.
    pub fn of_party(&self, party: PartyIndex) -> impl DoubleEndedIterator<Item = &Test> {
        let place = |index| Ref { party, index };
        let own = self.tests.range(place(0)..=place(u64::MAX));
        own.map(|(_, test)| test)
    }

    /// The first test of a party for a slot that it claims to have sent at the slot or after it: none is held beforehand.
    #[must_use]
    pub fn of_slot(&self, party: PartyIndex, slot: i64) -> Option<&Test> {
        self.tests.get(self.by_slot.get(&(party, slot))?)
    }

    /// When a party began its log, as claimed, ms.
    #[must_use]
    pub fn began(&self, party: PartyIndex) -> Option<i64> {
        self.spans.get(&party).map(|(first, _)| *first)
    }

    /// What `party` made of a test.
    #[must_use]
    pub fn heard(&self, test: Ref, party: PartyIndex) -> Heard {
        Heard {
            party,
            answered: self.answered.get(&(test, party)).copied(),
            acknowledged: self.acknowledged.get(&(test, party)).copied(),
        }
    }

    /// What became of every slot from `from` up to and without `until`, on a line of so many parties.
    #[must_use]
    pub fn health(
        &self,
        schedule: &Schedule,
        parties: usize,
        from: i64,
        until: i64,
    ) -> Vec<SlotHealth> {
        let parties: Vec<PartyIndex> = (0..parties).filter_map(PartyIndex::from_usize).collect();
        let began = self.spans.values().map(|(first, _)| *first).min();
        let from = from.max(began.unwrap_or(until));
        let of = |(slot, closes): (i64, i64)| SlotHealth {
            slot,
            outcomes: parties
                .iter()
                .map(|party| self.outcome(&parties, *party, slot, closes))
                .collect(),
        };
        schedule.windows(from, until).into_iter().map(of).collect()
    }

    fn outcome(
        &self,
        parties: &[PartyIndex],
        party: PartyIndex,
        slot: i64,
        closes: i64,
    ) -> Outcome {
        let in_time = self
            .of_slot(party, slot)
            .filter(|test| test.said.time <= closes);
        if let Some(test) = in_time {
            let others = parties.iter().filter(|other| **other != party);
            return Outcome::Held {
                sent: test.said,
                heard: others
                    .map(|other| self.heard(test.said.place, *other))
                    .collect(),
            };
        }
        match self.spans.get(&party) {
            Some((first, _)) if *first > slot => Outcome::Before,
            Some((_, last)) if *last > closes => Outcome::Missed,
            Some(_) => Outcome::Open,
            None => Outcome::Before,
        }
    }
}

/// What is lacking of a party's test at a slot that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// The record here has no test of that party for the slot.
    Test,
    /// This party's node has not answered it.
    Answer(PartyIndex),
    /// No person of this party has acknowledged it.
    Acknowledgement(PartyIndex),
}

/// The slot of a schedule that closed last before `now`, within two weeks, and what is lacking of each party's test for it. Unlike the history,
/// this goes by the clock of whoever asks: a party that has fallen silent is seen to lack its test.
#[must_use]
pub fn lacking(
    tests: &Tests,
    schedule: &Schedule,
    parties: usize,
    is_by_person: bool,
    now: i64,
) -> Option<(i64, Vec<(PartyIndex, Lack)>)> {
    let (slot, closes) = schedule.closed(now)?;
    let parties = || (0..parties).filter_map(PartyIndex::from_usize);
    let mut lacks = Vec::new();
    for party in parties().filter(|party| tests.began(*party).is_some_and(|began| began <= slot)) {
        let test = tests.of_slot(party, slot);
        let Some(test) = test.filter(|test| test.said.time <= closes) else {
            lacks.push((party, Lack::Test));
            continue;
        };
        for other in parties().filter(|other| *other != party) {
            let heard = tests.heard(test.said.place, other);
            if heard.answered.is_none() {
                lacks.push((party, Lack::Answer(other)));
            }
            if is_by_person && heard.acknowledged.is_none() {
                lacks.push((party, Lack::Acknowledgement(other)));
            }
        }
    }
    Some((slot, lacks))
}

/// What a stretch of health comes to, for one party.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests held at their slots.
    pub held: u64,
    /// Slots without one.
    pub missed: u64,
    /// Tests held to which every other node has answered.
    pub answered: u64,
    /// Tests held that a person of every other party has acknowledged.
    pub acknowledged: u64,
}

/// Adds up what became of a party's tests.
#[must_use]
pub fn tally(health: &[SlotHealth], party: PartyIndex) -> Tally {
    let mut tally = Tally::default();
    for outcome in health
        .iter()
        .filter_map(|slot| slot.outcomes.get(party.at()))
    {
        match outcome {
            Outcome::Before | Outcome::Open => {}
            Outcome::Missed => tally.missed += 1,
            Outcome::Held { heard, .. } => {
                tally.held += 1;
                tally.answered += u64::from(heard.iter().all(|h| h.answered.is_some()));
                tally.acknowledged += u64::from(heard.iter().all(|h| h.acknowledged.is_some()));
            }
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header, message, with_form};
    use crate::schedule::slot_text;
    use openline_core::body::Stage;
    use openline_core::charter::{EVERY_DAY, TestSchedule};
    use openline_core::field::Field;

    const HOUR: i64 = 3_600_000;
    /// A Thursday at midnight, UTC.
    const DAY: i64 = 20_000 * 24 * HOUR;

    fn schedule() -> Schedule {
        Schedule::of(&TestSchedule {
            zone: "UTC".to_owned(),
            times: vec!["09:00".to_owned(), "17:00".to_owned()],
            days: EVERY_DAY,
            is_by_person: true,
        })
        .expect("a known zone")
    }

    fn head(kind: Kind, time: i64, refs: Vec<Ref>) -> Header {
        Header {
            time,
            message_type: MessageType::Test,
            ..header(kind, refs)
        }
    }

    fn test_body(slot: Option<i64>) -> Vec<u8> {
        let mut body = Message::decode(&message(None, "One metre.")).expect("own output");
        body.fields = slot
            .map(|slot| Field {
                name: SLOT_FIELD.to_owned(),
                value: slot_text(slot),
                is_critical: false,
                is_releasable: false,
            })
            .into_iter()
            .collect();
        body.encode()
    }

    fn founded() -> Tests {
        let mut tests = Tests::default();
        for party in [0, 1] {
            tests.push(at(party, 0), &head(Kind::Founding, DAY, vec![]), None);
        }
        tests
    }

    fn acknowledged(time: i64) -> Vec<u8> {
        Receipt {
            stage: Stage::Acknowledged,
            time,
            class: None,
            words: None,
            promised: None,
            values: vec![],
        }
        .encode()
    }

    #[test]
    fn a_test_is_held_answered_and_acknowledged_by_what_the_record_says() {
        let mut tests = founded();
        let (nine, test) = (DAY + 9 * HOUR, at(0, 1));
        let answer = with_form(Form::Reply, None, "Received.");
        tests.push(
            at(1, 1),
            &head(Kind::Message, nine + 7, vec![test]),
            Some(&answer),
        );
        let receipt = acknowledged(nine + 60_000);
        tests.push(
            at(1, 2),
            &head(Kind::Receipt, nine + 61_000, vec![test]),
            Some(&receipt),
        );
        tests.push(
            test,
            &head(Kind::Message, nine + 2, vec![]),
            Some(&test_body(Some(nine))),
        );
        let health = tests.health(&schedule(), 2, DAY, nine + 1);
        let Outcome::Held { sent, heard } = &health[0].outcomes[0] else {
            panic!("{health:?}");
        };
        assert_eq!((sent.time, sent.place), (nine + 2, test));
        let times = |said: Option<Said>| said.map(|said| said.time);
        assert_eq!(times(heard[0].answered), Some(nine + 7));
        assert_eq!(times(heard[0].acknowledged), Some(nine + 60_000));
        let whole = Tally {
            held: 1,
            missed: 0,
            answered: 1,
            acknowledged: 1,
        };
        assert_eq!(tally(&health, PartyIndex(0)), whole);
        assert_eq!(
            health[0].outcomes[1],
            Outcome::Open,
            "nothing of its own tells that it is over"
        );
    }

    #[test]
    fn a_slot_is_missed_only_when_a_later_entry_of_that_party_shows_it() {
        let mut tests = founded();
        let outcome = |tests: &Tests| {
            tests.health(&schedule(), 2, DAY, DAY + 10 * HOUR)[0].outcomes[1].clone()
        };
        assert_eq!(outcome(&tests), Outcome::Open);
        let mark = |time| Header {
            message_type: MessageType::Real,
            ..head(Kind::Mark, time, vec![])
        };
        tests.push(at(0, 1), &mark(DAY + 20 * HOUR), None);
        assert_eq!(
            outcome(&tests),
            Outcome::Open,
            "the other's entries say nothing of it"
        );
        tests.push(at(1, 1), &mark(DAY + 13 * HOUR), None);
        assert_eq!(outcome(&tests), Outcome::Open, "it could still be held");
        tests.push(at(1, 2), &mark(DAY + 13 * HOUR + 1), None);
        assert_eq!(outcome(&tests), Outcome::Missed);
    }

    #[test]
    fn what_is_lacking_goes_by_the_clock_of_who_asks() {
        let mut tests = founded();
        let nine = DAY + 9 * HOUR;
        let ask = |tests: &Tests, now| lacking(tests, &schedule(), 2, true, now);
        let (us, them) = (PartyIndex(0), PartyIndex(1));
        let before = ask(&tests, nine + 4 * HOUR).map(|(slot, _)| slot);
        assert_ne!(before, Some(nine), "it is not over yet");
        let sent = head(Kind::Message, nine + 2, vec![]);
        tests.push(at(0, 1), &sent, Some(&test_body(Some(nine))));
        let over = nine + 4 * HOUR + 1;
        let lacks = vec![
            (us, Lack::Answer(them)),
            (us, Lack::Acknowledgement(them)),
            (them, Lack::Test),
        ];
        assert_eq!(ask(&tests, over), Some((nine, lacks)));
        let answer = with_form(Form::Reply, None, "Received.");
        let reply = head(Kind::Message, over, vec![at(0, 1)]);
        tests.push(at(1, 1), &reply, Some(&answer));
        let receipt = head(Kind::Receipt, over, vec![at(0, 1)]);
        tests.push(at(1, 2), &receipt, Some(&acknowledged(over)));
        let late = head(Kind::Message, over, vec![]);
        tests.push(at(1, 3), &late, Some(&test_body(Some(nine))));
        let lacks = vec![(them, Lack::Test)];
        assert_eq!(ask(&tests, over), Some((nine, lacks)), "it came too late");
    }

    #[test]
    fn a_slot_before_a_party_began_is_not_missed() {
        let mut tests = founded();
        let late = Tests::default();
        assert!(late.health(&schedule(), 2, DAY, DAY + 24 * HOUR).is_empty());
        tests
            .spans
            .insert(PartyIndex(1), (DAY + 10 * HOUR, DAY + 30 * HOUR));
        let health = tests.health(&schedule(), 2, 0, DAY + 24 * HOUR);
        let outcomes: Vec<&Outcome> = health.iter().map(|slot| &slot.outcomes[1]).collect();
        assert_eq!(outcomes, [&Outcome::Before, &Outcome::Missed]);
    }

    #[test]
    fn only_tests_count_and_only_for_their_own_slot() {
        let mut tests = founded();
        let nine = DAY + 9 * HOUR;
        let real = Header {
            message_type: MessageType::Real,
            ..head(Kind::Message, nine, vec![])
        };
        tests.push(at(0, 1), &real, Some(&test_body(Some(nine))));
        tests.push(
            at(0, 2),
            &head(Kind::Message, nine, vec![]),
            Some(&test_body(None)),
        );
        let seventeen = DAY + 17 * HOUR;
        let scheduled = test_body(Some(seventeen));
        let sent = |time| head(Kind::Message, time, vec![]);
        tests.push(at(0, 3), &sent(seventeen - 1), Some(&scheduled));
        assert_eq!(
            tests.of_slot(PartyIndex(0), seventeen),
            None,
            "sent beforehand"
        );
        tests.push(at(0, 4), &sent(seventeen), Some(&scheduled));
        tests.push(at(0, 5), &sent(seventeen + 1), Some(&scheduled));
        assert_eq!(tests.of_slot(PartyIndex(0), nine), None);
        let of_slot = tests.of_slot(PartyIndex(0), seventeen);
        assert_eq!(of_slot.map(|test| test.said.place), Some(at(0, 4)));
        let on_demand = tests.tests().filter(|test| test.slot.is_none());
        assert_eq!(on_demand.count(), 1);
        tests.push(at(1, 1), &sent(seventeen + 8 * HOUR + 1), Some(&scheduled));
        let health = tests.health(&schedule(), 2, seventeen, seventeen + 1);
        assert_eq!(
            health[0].outcomes[1],
            Outcome::Missed,
            "sent when it was over"
        );
        // A party can't answer or acknowledge its own test.
        let answer = with_form(Form::Reply, None, "Received.");
        tests.push(
            at(0, 6),
            &head(Kind::Message, nine, vec![at(0, 4)]),
            Some(&answer),
        );
        assert_eq!(tests.heard(at(0, 4), PartyIndex(0)).answered, None);
    }
}
