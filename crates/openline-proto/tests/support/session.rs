//! One session of the vectors: the real machine, a record in memory, and the frames of one link.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::{AdmittedBatch, Logs};
use openline_core::charter::Founded;
use openline_core::entry::{Header, RawEntry};
use openline_core::keys::SecretKeys;
use openline_core::tree::leaf_hash;
use openline_core::{Hash, LineId, PartyId};
use openline_proto::frame::{Frame, Tag};
use openline_proto::limits::FRAME_MAX;
use openline_proto::{Answer, Event, Fact, LineFacts, LinkId, Machine, MachineConfig, Now, Query};
use serde_json::{Value, json};

use crate::tree;
use crate::vectors::{Outcome, Vector};

const NOW: Now = Now {
    mono: Duration::ZERO,
    wall_ms: 1_800_000_000_000,
};
const LINK: LinkId = LinkId(1);

/// The context keys of a session.
pub(crate) const CONTEXT: [&str; 6] = ["instruments", "own", "keys", "peer", "held", "store"];

/// One log: its entries, and its author's signatures by size.
#[derive(Default)]
struct Log {
    entries: Vec<RawEntry>,
    signatures: BTreeMap<usize, [u8; 64]>,
}

impl Log {
    fn leaves(&self, size: u64) -> Option<Vec<Hash>> {
        let entries = self.entries.get(..usize::try_from(size).ok()?)?;
        Some(entries.iter().map(|raw| leaf_hash(&raw.header)).collect())
    }

    /// Up to the last signed size within `count` entries of which none has seen more than is known.
    fn batch(&self, from: usize, count: usize, known: &[u64]) -> Answer {
        let is_known = |raw: &RawEntry| {
            let seen = Header::decode(&raw.header).expect("admitted").seen;
            seen.iter().zip(known).all(|(seen, known)| seen <= known)
        };
        let sizes = self.signatures.range(from + 1..=from + count);
        let mut sizes = sizes.rev().peekable();
        if sizes.peek().is_none() {
            return Answer::Unreadable;
        }
        let fits = sizes.find(|(end, _)| self.entries[from..**end].iter().all(is_known));
        fits.map_or(Answer::Ahead, |(end, signature)| Answer::Entries {
            entries: self.entries[from..*end].to_vec(),
            signature: *signature,
        })
    }
}

/// What is durable of all lines.
#[derive(Default)]
struct Record(BTreeMap<LineId, Vec<Log>>);

impl Record {
    fn keep(&mut self, line: LineId, batch: &AdmittedBatch) {
        let log = &mut self.0.get_mut(&line).expect("an own line")[batch.party().at()];
        for entry in batch.entries() {
            let body = entry
                .salted()
                .map(|salted| (salted.salt.to_vec(), salted.bytes.clone()));
            let header = entry.header_bytes().to_vec();
            log.entries.push(RawEntry { header, body });
        }
        let signature = batch.checkpoint().signature;
        log.signatures.insert(log.entries.len(), signature);
    }

    fn answer(&self, query: &Query) -> Answer {
        let log = |line, party: openline_core::PartyIndex| &self.0[line][party.at()];
        let at = |number: u64| usize::try_from(number).expect("few");
        match query {
            Query::Entries {
                line,
                party,
                from,
                count_max,
                known,
                ..
            } => {
                let mut known = known.clone();
                // One's own log is in order by itself.
                known[party.at()] = u64::MAX;
                log(line, *party).batch(at(*from), *count_max, &known)
            }
            Query::Root { line, party, size } => {
                let log = log(line, *party);
                let is_signed = log.signatures.contains_key(&at(*size));
                let leaves = log.leaves(*size).filter(|_| is_signed);
                leaves.map_or(Answer::Unreadable, |leaves| {
                    Answer::Root(tree::mth(&leaves))
                })
            }
            Query::Consistency {
                line,
                party,
                old,
                new,
            } => {
                let log = log(line, *party);
                let (Some(before), Some(leaves)) = (log.leaves(*old), log.leaves(*new)) else {
                    return Answer::Unreadable;
                };
                Answer::Consistency {
                    old_root: tree::mth(&before),
                    path: tree::consistency(before.len(), &leaves),
                }
            }
            Query::Copies {
                line,
                party,
                from,
                count,
            } => {
                let copies = &log(line, *party).entries[at(*from)..at(from + count)];
                Answer::Copies(copies.to_vec())
            }
        }
    }
}

/// The node, and what was heard of it.
struct Node {
    machine: Machine,
    record: Record,
    is_silent: bool,
    sent: BTreeSet<u64>,
    faults: Vec<(usize, String)>,
    is_closed: bool,
    forked: BTreeSet<u8>,
}

impl Node {
    fn new(v: &Vector) -> (Self, LineId) {
        let own = party(v, "own");
        let seeds: Vec<[u8; 32]> = v
            .list("keys")
            .into_iter()
            .map(|seed| seed.try_into().expect("32 bytes"))
            .collect();
        let keys = Arc::new(SecretKeys::from_seeds(seeds[0], seeds[1]));
        let mut node = Self {
            machine: Machine::new(MachineConfig {
                party: own,
                card: Vec::new(),
                keys: vec![keys],
            }),
            record: Record::default(),
            is_silent: v.context.get("store") == Some(&json!("silent")),
            sent: BTreeSet::new(),
            faults: Vec::new(),
            is_closed: false,
            forked: BTreeSet::new(),
        };
        let held: Vec<Frame> = v
            .list("held")
            .iter()
            .map(|frame| Frame::decode(frame).expect("a batch that is held is right"))
            .collect();
        let mut first = None;
        for instrument in v.list("instruments") {
            let founded = Arc::new(Founded::decode(&instrument).expect("a right instrument"));
            first = first.or(Some(founded.line()));
            node.add_line(founded, &held);
        }
        node.settle(usize::MAX);
        (node, first.expect("an instrument"))
    }

    /// Takes up a line with those batches that are of it.
    fn add_line(&mut self, founded: Arc<Founded>, held: &[Frame]) {
        let line = founded.line();
        let mut logs = Logs::new(founded.clone());
        let mut signatures = vec![None; founded.party_count()];
        let empty = founded.parties().map(|_| Log::default()).collect();
        self.record.0.insert(line, empty);
        for frame in held
            .iter()
            .filter(|frame| frame.tag() == Some(Tag::of(&line)))
        {
            let Frame::Batch {
                party,
                signature,
                entries,
                ..
            } = frame
            else {
                panic!("only batches are held")
            };
            let mut batch = logs.batch(*party);
            for raw in entries {
                batch.push(raw.clone()).expect("a right entry");
            }
            let batch = batch.admit(*signature).expect("rightly signed");
            logs.apply(&batch);
            self.record.keep(line, &batch);
            signatures[party.at()] = Some(*signature);
        }
        let facts = LineFacts {
            signatures,
            ..LineFacts::default()
        };
        self.machine
            .add_line(logs, facts, [3; 16], NOW)
            .expect("the party is a member");
    }

    /// Does all that the machine asks for, as the node's shell would; faults that it sends are about `frame`.
    fn settle(&mut self, frame: usize) {
        loop {
            if let Some(facts) = self.machine.poll_persist(NOW) {
                facts.iter().for_each(|fact| self.keep(fact));
                self.machine.handle_persisted();
            } else if let Some((id, query)) = self.machine.poll_query() {
                if !self.is_silent {
                    let answer = self.record.answer(&query);
                    self.machine.handle_answer(id, answer, NOW);
                }
            } else {
                break;
            }
        }
        while let Some(transmit) = self.machine.poll_transmit() {
            self.hear(frame, &transmit.frame);
        }
        while let Some(event) = self.machine.poll_event() {
            self.is_closed |= matches!(event, Event::CloseLink { .. });
        }
    }

    fn keep(&mut self, fact: &Fact) {
        match fact {
            Fact::Batch { line, batch } => self.record.keep(*line, batch),
            Fact::Fork { party, .. } => drop(self.forked.insert(party.0)),
            _ => {}
        }
    }

    fn hear(&mut self, about: usize, bytes: &[u8]) {
        let number = crate::number(bytes).expect("a node's frames have a type");
        // When a node probes its links is its own affair.
        if number != 6 {
            self.sent.insert(number);
        }
        if let Ok(Frame::Fault { rule, .. }) = Frame::decode(bytes) {
            self.faults.push((about, rule));
        }
    }

    fn held(&self, line: LineId) -> Vec<u64> {
        let logs = self.machine.logs(&line).expect("an own line");
        let kept = self.record.0[&line]
            .iter()
            .map(|log| log.entries.len() as u64);
        assert_eq!(
            logs.sizes(),
            kept.collect::<Vec<_>>(),
            "what is held is durable"
        );
        logs.sizes()
    }
}

fn party(v: &Vector, key: &str) -> PartyId {
    let bytes = v.bytes(key).expect("a party");
    PartyId(Hash::from_slice(&bytes).expect("32 bytes"))
}

/// The frames of a link's bytes: each stands after its length as a variable-length integer (RFC 9000 section 16).
pub(crate) fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let Some(first) = bytes.first() {
        let len = 1 << (first >> 6);
        let (head, rest) = bytes.split_at(len);
        let number = head
            .iter()
            .fold(0, |number, byte| (number << 8) | usize::from(*byte));
        let length = number & !(3 << (8 * len - 2));
        assert!(length <= FRAME_MAX, "the bearer's to refuse");
        let (frame, rest) = rest.split_at(length);
        frames.push(frame);
        bytes = rest;
    }
    frames
}

/// Runs a session. Its outcome is the last fault that was sent, with the rules of those before it.
pub(crate) fn run(v: &Vector) -> Outcome {
    let (mut node, line) = Node::new(v);
    node.machine.handle_link_up(LINK, party(v, "peer"), NOW);
    for (at, frame) in frames(&v.input).into_iter().enumerate() {
        if node.is_closed {
            break;
        }
        node.machine.handle_frame(LINK, frame, NOW);
        node.settle(at);
    }
    let (held, forked): (_, Vec<_>) = (node.held(line), node.forked.iter().collect());
    let Some((frame, rule)) = node.faults.pop() else {
        let sent: Vec<_> = node.sent.iter().collect();
        return Outcome::Ok(json!({"held": held, "sent": sent, "forked": forked}));
    };
    let before: Vec<Value> = node
        .faults
        .into_iter()
        .map(|(_, rule)| rule.into())
        .collect();
    let place = json!({
        "frame": frame, "before": before, "held": held, "forked": forked, "closed": node.is_closed,
    });
    Outcome::Refused(rule, place)
}
