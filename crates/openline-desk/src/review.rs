//! The review of a line: what a stretch of its record comes to, for the parties' meeting about the line itself.
//!
//! A fold over entries alone: both sides hold the same review to the last digit. Times are as claimed.

use std::collections::BTreeMap;

use openline_core::PartyIndex;
use openline_core::body::{Purge, Receipt, Stage, key_change_credential};
use openline_core::credential::VerifiedCredential;
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::message::{Form, Message, Precedence};
use openline_core::origin::{Finding, OriginQuery};
use openline_core::status::Status;

use crate::exchange::counts_as_acknowledged;
use crate::health::{Said, Tally, Tests, tally};
use crate::schedule::Schedule;

/// How many messages of one kind a party sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The author.
    pub party: PartyIndex,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// Precedence for action addressees.
    pub precedence: Precedence,
    /// The form.
    pub form: Form,
    /// How many.
    pub count: u64,
}

/// How soon messages got to a stage at one party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// The party that received them.
    pub party: PartyIndex,
    /// Their precedence.
    pub precedence: Precedence,
    /// Messages addressed to it.
    pub addressed: u64,
    /// Shown.
    pub shown: Reached,
    /// Acknowledged.
    pub acknowledged: Reached,
    /// Answered, or replied to.
    pub answered: Reached,
}

/// How many messages reached a stage, and how soon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many.
    pub count: u64,
    /// Median of the time since their release, ms; of an even number the lower of the two in the middle.
    pub median_ms: Option<i64>,
}

/// A line status that was put on the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusGiven {
    /// Where and when.
    pub said: Said,
    /// What it says.
    pub status: Status,
}

/// A correction or cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseding {
    /// Where and when.
    pub said: Said,
    /// Correction or cancellation.
    pub form: Form,
    /// What it takes the place of.
    pub of: Ref,
}

/// A question about an act outside the line, and the last finding of each other party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where and when.
    pub said: Said,
    /// The question.
    pub query: OriginQuery,
    /// Findings, by party.
    pub findings: Vec<(Said, Finding)>,
}

/// A change of node key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyChanged {
    /// Where and when.
    pub said: Said,
    /// The new key's serial.
    pub serial: u64,
}

/// A purge that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purging {
    /// Where and when.
    pub said: Said,
    /// How many entries it names.
    pub entries: u64,
    /// Why.
    pub reason: String,
    /// Whether every other party has agreed.
    pub is_agreed: bool,
}

/// What a stretch of a line's record comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// From when, ms.
    pub from: i64,
    /// Until when, ms, itself not included.
    pub until: i64,
    /// Messages sent, by party, type, precedence and form.
    pub messages: Vec<Counted>,
    /// Messages whose bodies were purged or are not held, by party.
    pub without_body: Vec<u64>,
    /// How soon real messages were shown, acknowledged and answered.
    pub speeds: Vec<Speed>,
    /// By party: real messages that crossed one of another party.
    pub crossed: Vec<u64>,
    /// By party; none if the charter's time zone is not known.
    pub tests: Option<Vec<Tally>>,
    /// Tests on demand, by party.
    pub tests_on_demand: Vec<u64>,
    /// The longest stretch without any entry.
    pub silence: Option<(i64, i64)>,
    /// The longest stretch without a real message.
    pub real_silence: Option<(i64, i64)>,
    /// Suspensions, narrowings and resumptions, in the record's order.
    pub statuses: Vec<StatusGiven>,
    /// Corrections and cancellations.
    pub superseding: Vec<Superseding>,
    /// Origin queries with their findings.
    pub asked: Vec<Asked>,
    /// Changes of node keys.
    pub key_changes: Vec<KeyChanged>,
    /// Purges.
    pub purges: Vec<Purging>,
}

/// The record's order: Lamport number, then party.
type Position = (u64, PartyIndex);

/// A message as far as the review needs it.
#[derive(Debug, Clone)]
struct Sent {
    time: i64,
    message_type: MessageType,
    seen: Vec<u64>,
    /// Form, precedence and the parties addressed; none without a body.
    content: Option<(Form, Precedence, Vec<PartyIndex>)>,
}

/// Messages addressed to a party, and how long each stage took: shown, acknowledged, answered.
type Row = (u64, [Vec<i64>; 3]);

/// Something said about an entry: by which party, when, of what type.
#[derive(Debug, Clone, Copy)]
struct About {
    of: Ref,
    party: PartyIndex,
    message_type: MessageType,
    time: i64,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Shown,
    Acknowledged,
    Answered,
    /// A note verbale, which answers another note verbale.
    Note,
}

/// The entries of a line, taken in for a review.
#[derive(Debug, Clone, Default)]
pub struct Reviewing {
    tests: Tests,
    times: Vec<i64>,
    sent: BTreeMap<Ref, Sent>,
    about: Vec<About>,
    statuses: BTreeMap<Position, StatusGiven>,
    superseding: BTreeMap<Position, Superseding>,
    queries: BTreeMap<Position, (Said, OriginQuery)>,
    findings: BTreeMap<(Ref, PartyIndex), (Said, Finding)>,
    key_changes: BTreeMap<Position, KeyChanged>,
    purges: BTreeMap<Position, (Said, Purge)>,
    consents: Vec<(Ref, PartyIndex)>,
}

impl Reviewing {
    /// Takes up an entry. Logs may come in any order; the entries of one log come in theirs.
    pub fn push(&mut self, place: Ref, lamport: u64, header: &Header, body: Option<&[u8]>) {
        self.tests.push(place, header, body);
        self.times.push(header.time);
        let said = Said {
            time: header.time,
            place,
        };
        let position = (lamport, place.party);
        match (header.kind, body) {
            (Kind::Message, body) => self.push_message(said, position, header, body),
            (Kind::Receipt, Some(body)) => self.push_receipt(place.party, header, body),
            (Kind::Answer, Some(_)) => self.note(place.party, header, header.time, What::Answered),
            (Kind::Consent, Some(_)) => {
                let purge = header.refs.first().map(|purge| (*purge, place.party));
                self.consents.extend(purge);
            }
            (_, Some(body)) => self.push_other(said, position, header, body),
            (_, None) => {}
        }
    }

    fn push_message(
        &mut self,
        said: Said,
        position: Position,
        header: &Header,
        body: Option<&[u8]>,
    ) {
        let message = body.and_then(|body| Message::decode(body).ok());
        if let Some(message) = &message {
            let party = said.place.party;
            match (message.form, header.refs.first()) {
                (Form::Reply, _) => self.note(party, header, header.time, What::Answered),
                (Form::NoteVerbale, _) => self.note(party, header, header.time, What::Note),
                (form, Some(of)) if form.supersedes() => {
                    let superseding = Superseding {
                        said,
                        form,
                        of: *of,
                    };
                    self.superseding.insert(position, superseding);
                }
                _ => {}
            }
        }
        let sent = Sent {
            time: header.time,
            message_type: header.message_type,
            seen: header.seen.clone(),
            content: message.map(|message| (message.form, message.precedence, addressed(&message))),
        };
        self.sent.insert(said.place, sent);
    }

    fn push_receipt(&mut self, party: PartyIndex, header: &Header, body: &[u8]) {
        let Ok(receipt) = Receipt::decode(body) else {
            return;
        };
        let what = if counts_as_acknowledged(receipt.stage) {
            What::Acknowledged
        } else if receipt.stage == Stage::Shown {
            What::Shown
        } else {
            return;
        };
        self.note(party, header, receipt.time, what);
    }

    fn push_other(&mut self, said: Said, position: Position, header: &Header, body: &[u8]) {
        match header.kind {
            Kind::Status => {
                if let Ok(status) = Status::decode(body) {
                    self.statuses.insert(position, StatusGiven { said, status });
                }
            }
            Kind::OriginQuery => {
                if let Ok(query) = OriginQuery::decode(body) {
                    self.queries.insert(position, (said, query));
                }
            }
            Kind::Finding => {
                if let (Ok(finding), Some(of)) = (Finding::decode(body), header.refs.first()) {
                    // The last of a party counts: it may have looked into it first.
                    self.findings
                        .insert((*of, said.place.party), (said, finding));
                }
            }
            Kind::KeyChange => {
                let credential = key_change_credential(body)
                    .and_then(|bytes| VerifiedCredential::decode(&bytes).ok());
                if let Some(credential) = credential {
                    let serial = credential.serial();
                    self.key_changes
                        .insert(position, KeyChanged { said, serial });
                }
            }
            Kind::Purge => {
                if let Ok(purge) = Purge::decode(body) {
                    self.purges.insert(position, (said, purge));
                }
            }
            _ => {}
        }
    }

    /// Notes what is said about the entry's first reference.
    fn note(&mut self, party: PartyIndex, header: &Header, time: i64, what: What) {
        let about = header.refs.first().filter(|of| of.party != party);
        self.about.extend(about.map(|of| About {
            of: *of,
            party,
            message_type: header.message_type,
            time,
            what,
        }));
    }

    /// What the entries claimed from `from` up to and without `until` come to, on a line of so many parties.
    #[must_use]
    pub fn review(
        &self,
        schedule: Option<&Schedule>,
        parties: usize,
        from: i64,
        until: i64,
    ) -> Review {
        let within = |time: i64| (from..until).contains(&time);
        let by_party = |count: &dyn Fn(PartyIndex) -> u64| -> Vec<u64> {
            (0..parties)
                .filter_map(PartyIndex::from_usize)
                .map(count)
                .collect()
        };
        let is_bare = |party: PartyIndex| {
            let sent = self.sent.iter().filter(|(place, _)| place.party == party);
            sent.filter(|(_, sent)| sent.content.is_none() && within(sent.time))
                .count() as u64
        };
        let on_demand = |party: PartyIndex| {
            let tests = self
                .tests
                .tests()
                .filter(|test| test.said.place.party == party);
            tests
                .filter(|test| test.slot.is_none() && within(test.said.time))
                .count() as u64
        };
        let real = self
            .sent
            .values()
            .filter(|sent| sent.message_type == MessageType::Real);
        Review {
            from,
            until,
            messages: self.counted(&within),
            without_body: by_party(&is_bare),
            speeds: self.speeds(&within),
            crossed: self.crossed(parties, &within),
            tests: schedule.map(|schedule| {
                let health = self.tests.health(schedule, parties, from, until);
                let parties = (0..parties).filter_map(PartyIndex::from_usize);
                parties.map(|party| tally(&health, party)).collect()
            }),
            tests_on_demand: by_party(&on_demand),
            silence: longest_gap(self.times.iter().copied().filter(|time| within(*time))),
            real_silence: longest_gap(real.map(|sent| sent.time).filter(|time| within(*time))),
            statuses: of_period(&self.statuses, |given| within(given.said.time)),
            superseding: of_period(&self.superseding, |s| within(s.said.time)),
            asked: self.asked(&within),
            key_changes: of_period(&self.key_changes, |changed| within(changed.said.time)),
            purges: self.purgings(parties, &within),
        }
    }

    fn counted(&self, within: &dyn Fn(i64) -> bool) -> Vec<Counted> {
        let mut counts: BTreeMap<_, u64> = BTreeMap::new();
        for (place, sent) in self.sent.iter().filter(|(_, sent)| within(sent.time)) {
            if let Some((form, precedence, _)) = &sent.content {
                let key = (
                    place.party,
                    sent.message_type,
                    precedence.number(),
                    form.number(),
                );
                *counts.entry(key).or_default() += 1;
            }
        }
        let counted = |((party, message_type, precedence, form), count)| {
            Some(Counted {
                party,
                message_type,
                precedence: Precedence::from_number(precedence)?,
                form: Form::from_number(form)?,
                count,
            })
        };
        counts.into_iter().filter_map(counted).collect()
    }

    fn speeds(&self, within: &dyn Fn(i64) -> bool) -> Vec<Speed> {
        let first = self.first_said();
        // By party and precedence: messages addressed, and how long each stage took.
        let mut rows: BTreeMap<(PartyIndex, u64), Row> = BTreeMap::new();
        let real = self
            .sent
            .iter()
            .filter(|(_, sent)| sent.message_type == MessageType::Real);
        for (place, sent) in real.filter(|(_, sent)| within(sent.time)) {
            let Some((_, precedence, addressed)) = &sent.content else {
                continue;
            };
            for party in addressed.iter().filter(|party| **party != place.party) {
                let row = rows.entry((*party, precedence.number())).or_default();
                row.0 += 1;
                for (stage, took) in row.1.iter_mut().enumerate() {
                    let time = first.get(&(*place, *party, stage));
                    took.extend(time.map(|time| time.saturating_sub(sent.time)));
                }
            }
        }
        let speed = |((party, precedence), (addressed, stages)): (_, Row)| {
            let [shown, acknowledged, answered] = stages.map(reached);
            Some(Speed {
                party,
                precedence: Precedence::from_number(precedence)?,
                addressed,
                shown,
                acknowledged,
                answered,
            })
        };
        rows.into_iter().filter_map(speed).collect()
    }

    /// The earliest time at which each party says of each message that it reached a stage.
    fn first_said(&self) -> BTreeMap<(Ref, PartyIndex, usize), i64> {
        let mut first: BTreeMap<_, i64> = BTreeMap::new();
        for about in &self.about {
            let Some(sent) = self.sent.get(&about.of) else {
                continue;
            };
            let is_note = matches!(sent.content, Some((Form::NoteVerbale, _, _)));
            let stage = match about.what {
                What::Shown => 0,
                What::Acknowledged => 1,
                What::Answered => 2,
                What::Note if is_note => 2,
                What::Note => continue,
            };
            if about.message_type == sent.message_type {
                let time = first
                    .entry((about.of, about.party, stage))
                    .or_insert(about.time);
                *time = (*time).min(about.time);
            }
        }
        first
    }

    fn crossed(&self, parties: usize, within: &dyn Fn(i64) -> bool) -> Vec<u64> {
        let mut logs: Vec<Vec<(u64, &Sent)>> = vec![Vec::new(); parties];
        for (place, sent) in &self.sent {
            if let Some(log) = logs.get_mut(place.party.at())
                && sent.message_type == MessageType::Real
            {
                log.push((place.index, sent));
            }
        }
        let has_crossed = |party: usize, index: u64, sent: &Sent| {
            let mut others = logs.iter().enumerate().filter(|(other, _)| *other != party);
            others.any(|(other, log)| crosses(party, index, sent, other, log))
        };
        let of = |(party, log): (usize, &Vec<(u64, &Sent)>)| {
            let sent = log.iter().filter(|(_, sent)| within(sent.time));
            sent.filter(|(index, sent)| has_crossed(party, *index, sent))
                .count() as u64
        };
        logs.iter().enumerate().map(of).collect()
    }

    fn asked(&self, within: &dyn Fn(i64) -> bool) -> Vec<Asked> {
        let asked = |(said, query): &(Said, OriginQuery)| Asked {
            said: *said,
            query: query.clone(),
            findings: self
                .findings
                .iter()
                .filter(|((of, _), _)| *of == said.place)
                .map(|(_, finding)| finding.clone())
                .collect(),
        };
        let queries = self.queries.values().filter(|(said, _)| within(said.time));
        queries.map(asked).collect()
    }

    fn purgings(&self, parties: usize, within: &dyn Fn(i64) -> bool) -> Vec<Purging> {
        let is_agreed = |place: Ref| {
            let mut others = (0..parties).filter_map(PartyIndex::from_usize);
            others.all(|party| party == place.party || self.consents.contains(&(place, party)))
        };
        let purging = |(said, purge): &(Said, Purge)| Purging {
            said: *said,
            entries: purge.targets.len() as u64,
            reason: purge.reason.clone(),
            is_agreed: is_agreed(said.place),
        };
        let purges = self.purges.values().filter(|(said, _)| within(said.time));
        purges.map(purging).collect()
    }
}

fn addressed(message: &Message) -> Vec<PartyIndex> {
    let all = message.to.iter().chain(&message.info);
    let mut parties: Vec<PartyIndex> = all.map(|address| address.party).collect();
    parties.sort_unstable();
    parties.dedup();
    parties
}

/// Whether any message of `other` had not been seen by the author of this one, nor this one by its author. In a log both the
/// positions and what was seen only grow, so that those are a run.
fn crosses(party: usize, index: u64, sent: &Sent, other: usize, log: &[(u64, &Sent)]) -> bool {
    let seen = sent.seen.get(other).copied().unwrap_or(0);
    let unseen = log.partition_point(|(theirs, _)| *theirs < seen);
    let before = log.partition_point(|(_, sent)| sent.seen.get(party).is_some_and(|s| *s <= index));
    unseen < before
}

fn reached(mut took: Vec<i64>) -> Reached {
    took.sort_unstable();
    Reached {
        count: took.len() as u64,
        median_ms: took.len().checked_sub(1).map(|last| took[last / 2]),
    }
}

/// The longest stretch between neighbours; of equal ones the first.
fn longest_gap(times: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    let mut times: Vec<i64> = times.collect();
    times.sort_unstable();
    let mut longest: Option<(i64, i64)> = None;
    for pair in times.windows(2) {
        let gap = pair[1] - pair[0];
        if gap > longest.map_or(0, |(from, until)| until - from) {
            longest = Some((pair[0], pair[1]));
        }
    }
    longest
}

fn of_period<T: Clone>(all: &BTreeMap<Position, T>, is_within: impl Fn(&T) -> bool) -> Vec<T> {
    all.values()
        .filter(|item| is_within(item))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header, message, with_form};
    use openline_core::closing::{Answer, Outcome};
    use openline_core::origin::{Channel, Origin};
    use openline_core::status::Act;

    const A: PartyIndex = PartyIndex(0);
    const B: PartyIndex = PartyIndex(1);

    /// A header of `place` at `time`, whose author had seen `seen` entries of the other party.
    fn head(kind: Kind, place: Ref, seen: u64, time: i64, refs: Vec<Ref>) -> Header {
        let mut both = vec![seen; 2];
        both[place.party.at()] = place.index;
        Header {
            time,
            seen: both,
            ..header(kind, refs)
        }
    }

    fn receipt(stage: Stage, time: i64) -> Vec<u8> {
        Receipt {
            stage,
            time,
            class: None,
            words: None,
            promised: None,
            values: vec![],
        }
        .encode()
    }

    /// Two messages of A to B, shown after 10 and 30, the first acknowledged after 40 and replied to after 90.
    fn exchange() -> Reviewing {
        let mut all = Reviewing::default();
        let (one, two) = (at(0, 1), at(0, 2));
        let text = message(None, "Text");
        let reply = with_form(Form::Reply, None, "Yes.");
        let mut push = |place: Ref, kind, seen, time, refs, body: &[u8]| {
            let lamport = u64::from(place.party.0) + place.index * 2;
            all.push(
                place,
                lamport,
                &head(kind, place, seen, time, refs),
                Some(body),
            );
        };
        push(one, Kind::Message, 0, 100, vec![], &text);
        push(two, Kind::Message, 0, 200, vec![], &text);
        push(
            at(1, 1),
            Kind::Receipt,
            3,
            111,
            vec![one],
            &receipt(Stage::Shown, 110),
        );
        push(
            at(1, 2),
            Kind::Receipt,
            3,
            150,
            vec![one],
            &receipt(Stage::Acknowledged, 140),
        );
        push(at(1, 3), Kind::Message, 3, 190, vec![one], &reply);
        push(
            at(1, 4),
            Kind::Receipt,
            3,
            231,
            vec![two],
            &receipt(Stage::Shown, 230),
        );
        all
    }

    #[test]
    fn medians_are_from_release_to_the_first_word_of_each_party() {
        let mut all = exchange();
        let late = receipt(Stage::Shown, 5_000);
        let place = at(1, 5);
        all.push(
            place,
            50,
            &head(Kind::Receipt, place, 3, 5_000, vec![at(0, 1)]),
            Some(&late),
        );
        let review = all.review(None, 2, 0, 1_000);
        let to_b = review.speeds.iter().find(|s| s.party == B).expect("a row");
        assert_eq!(to_b.addressed, 2);
        let reached = |count, median_ms| Reached { count, median_ms };
        assert_eq!(to_b.shown, reached(2, Some(10)), "the lower of 10 and 30");
        assert_eq!(to_b.acknowledged, reached(1, Some(40)));
        assert_eq!(to_b.answered, reached(1, Some(90)));
    }

    #[test]
    fn what_is_of_another_type_or_by_the_author_proves_nothing() {
        let mut all = Reviewing::default();
        let one = at(0, 1);
        all.push(
            one,
            1,
            &head(Kind::Message, one, 0, 100, vec![]),
            Some(&message(None, "Text")),
        );
        let shown = receipt(Stage::Shown, 110);
        let exercise = Header {
            message_type: MessageType::Exercise,
            ..head(Kind::Receipt, at(1, 1), 2, 110, vec![one])
        };
        all.push(at(1, 1), 2, &exercise, Some(&shown));
        all.push(
            at(0, 2),
            3,
            &head(Kind::Receipt, at(0, 2), 0, 110, vec![one]),
            Some(&shown),
        );
        let review = all.review(None, 2, 0, 1_000);
        assert_eq!(review.speeds[0].shown, Reached::default());
    }

    #[test]
    fn an_answer_and_a_note_to_a_note_answer() {
        let mut all = Reviewing::default();
        let note = {
            let mut note = Message::decode(&message(None, "Text")).expect("own output");
            (note.form, note.number) = (Form::NoteVerbale, Some((2026, 1)));
            note.encode()
        };
        let answer = Answer {
            outcome: Outcome::TakesNote,
            words: None,
        }
        .encode();
        for (index, time) in [(1, 100), (2, 200)] {
            let place = at(0, index);
            all.push(
                place,
                index,
                &head(Kind::Message, place, 0, time, vec![]),
                Some(&note),
            );
        }
        let (first, second) = (at(1, 1), at(1, 2));
        all.push(
            first,
            5,
            &head(Kind::Message, first, 3, 160, vec![at(0, 1)]),
            Some(&note),
        );
        all.push(
            second,
            6,
            &head(Kind::Answer, second, 3, 220, vec![at(0, 2)]),
            Some(&answer),
        );
        let review = all.review(None, 2, 0, 1_000);
        let to_b = review.speeds.iter().find(|s| s.party == B).expect("a row");
        assert_eq!(
            to_b.answered,
            Reached {
                count: 2,
                median_ms: Some(20)
            }
        );
    }

    #[test]
    fn messages_that_neither_author_had_seen_have_crossed() {
        let mut all = Reviewing::default();
        let text = message(None, "Text");
        let mut push = |place: Ref, seen, time| {
            let head = head(Kind::Message, place, seen, time, vec![]);
            all.push(place, place.index, &head, Some(&text));
        };
        push(at(0, 1), 1, 100);
        push(at(1, 1), 1, 110);
        // B has now seen the first of A; A then sees both.
        push(at(1, 2), 2, 120);
        push(at(0, 2), 3, 130);
        let review = all.review(None, 2, 0, 1_000);
        assert_eq!(review.crossed, [1, 1], "0/1 and 1/1; 1/2 had seen 0/1");
    }

    #[test]
    fn the_period_is_that_of_the_claimed_times() {
        let all = exchange();
        let review = all.review(None, 2, 150, 1_000);
        let of_a: Vec<u64> = review
            .messages
            .iter()
            .filter(|c| c.party == A)
            .map(|c| c.count)
            .collect();
        assert_eq!(of_a, [1]);
        assert_eq!(review.silence, Some((150, 190)));
        assert_eq!(all.review(None, 2, 500, 1_000).silence, None);
        assert_eq!(review.tests, None);
    }

    #[test]
    fn statuses_questions_and_purges_are_told_with_what_came_of_them() {
        let mut all = Reviewing::default();
        let status = Status {
            act: Act::Suspend,
            effective: 300,
            classes: vec![],
            reason: Some("by note".into()),
            until: None,
        };
        let query = OriginQuery {
            channel: Channel::Call,
            time: 350,
            what: "a call from the minister".into(),
            sha256: None,
        };
        let finding = |origin| Finding {
            origin,
            words: None,
        };
        let purge = Purge {
            targets: vec![at(0, 1)],
            reason: "sent in error".into(),
        };
        let mut push = |place: Ref, kind, refs, body: &[u8]| {
            let time = 300 + i64::try_from(place.index).expect("small");
            let lamport = place.index * 2 + u64::from(place.party.0);
            all.push(
                place,
                lamport,
                &head(kind, place, 0, time, refs),
                Some(body),
            );
        };
        push(at(0, 2), Kind::Status, vec![], &status.encode());
        push(at(0, 3), Kind::OriginQuery, vec![], &query.encode());
        push(
            at(1, 4),
            Kind::Finding,
            vec![at(0, 3)],
            &finding(Origin::LookingIntoIt).encode(),
        );
        push(
            at(1, 5),
            Kind::Finding,
            vec![at(0, 3)],
            &finding(Origin::No).encode(),
        );
        push(at(0, 6), Kind::Purge, vec![], &purge.encode());
        let before = all.review(None, 2, 0, 1_000);
        assert_eq!(before.statuses[0].status, status);
        let findings: Vec<Origin> = before.asked[0]
            .findings
            .iter()
            .map(|(_, f)| f.origin)
            .collect();
        assert_eq!(findings, [Origin::No], "the last of a party counts");
        assert!(!before.purges[0].is_agreed);
        let place = at(1, 7);
        let consent = head(Kind::Consent, place, 7, 400, vec![at(0, 6)]);
        all.push(place, 20, &consent, Some(openline_core::body::EMPTY_BODY));
        assert!(all.review(None, 2, 0, 1_000).purges[0].is_agreed);
    }
}
