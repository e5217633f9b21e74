//! A replayed record in the form that the core takes up, kept beside it.
//!
//! The core admits entries only under a checkpoint at the batch's end. Where a stored checkpoint has rotted, two batches
//! become one, and what another party wrote between them can't come before it any more. Then the entries that can be
//! verified are added here, without a checkpoint of their own, and the record is taken up again with them in it. A later
//! checkpoint of their log vouches for them, or the caller drops them.

use std::collections::BTreeMap;

use openline_core::Hash;
use openline_core::admit::{LogSnapshot, Logs, Snapshot, WaitingEntry};
use openline_core::body::Body;
use openline_core::entry::{Kind, RawEntry, Ref, VerifiedEntry};
use openline_core::order::{Position, Settled};
use openline_core::tree::Frontier;

/// What [`Logs::restore`] needs of everything replayed so far.
pub(crate) struct Shadow {
    logs: Vec<LogShadow>,
    structural: BTreeMap<Position, (Ref, RawEntry)>,
    waiting: BTreeMap<Ref, WaitingEntry>,
    bodiless: Vec<(Ref, Hash)>,
    purge_targets: Vec<Ref>,
}

#[derive(Clone, Default)]
struct LogShadow {
    frontier: Frontier,
    seen: Vec<u64>,
    lamports: Vec<u64>,
}

impl Shadow {
    pub(crate) fn new(parties: usize) -> Self {
        let log = LogShadow {
            seen: vec![0; parties],
            ..LogShadow::default()
        };
        Self {
            logs: vec![log; parties],
            structural: BTreeMap::new(),
            waiting: BTreeMap::new(),
            bodiless: Vec::new(),
            purge_targets: Vec::new(),
        }
    }

    /// Adds the next entry of its log.
    pub(crate) fn add(&mut self, entry: &VerifiedEntry) {
        let (place, lamport, leaf) = (entry.place(), entry.lamport(), entry.leaf());
        let log = &mut self.logs[place.party.at()];
        log.frontier.append(leaf);
        log.seen.clone_from(&entry.header().seen);
        log.lamports.push(lamport);
        let kind = entry.header().kind;
        if kind.is_structural() {
            let position = Position {
                lamport,
                party: place.party,
            };
            self.structural.insert(position, (place, raw(entry)));
        }
        if let Some(Body::Purge(purge)) = entry.body() {
            self.purge_targets.extend(&purge.targets);
        }
        if entry.salted().is_none() {
            self.bodiless.push((place, leaf));
        }
        let waiting = WaitingEntry {
            place,
            lamport,
            leaf,
            is_mark: kind == Kind::Mark,
        };
        self.waiting.insert(place, waiting);
    }

    /// Entries have become settled.
    pub(crate) fn settle(&mut self, settled: &[Settled]) {
        for settled in settled {
            self.waiting.remove(&Ref {
                party: settled.party,
                index: settled.index,
            });
        }
    }

    /// Takes up `logs` again with everything that has been added since. Also returns the entries whose purge has become
    /// agreed by it.
    pub(crate) fn take_up(&self, logs: &Logs) -> (Logs, Vec<Ref>) {
        let log = |log: &LogShadow| LogSnapshot {
            frontier: log.frontier.clone(),
            seen: log.seen.clone(),
            lamports_from: 0,
            lamports: log.lamports.clone(),
        };
        let snapshot = Snapshot {
            logs: self.logs.iter().map(log).collect(),
            structural: self.structural.values().cloned().collect(),
            settled: logs.order().frontier().clone(),
            waiting: self.waiting.values().copied().collect(),
            bodiless: self.bodiless.clone(),
            forked: Vec::new(),
        };
        let again = Logs::restore(logs.founded().clone(), snapshot)
            .expect("entries that were verified one by one fit together");
        let is_fresh = |place: &Ref| again.is_purged(*place) && !logs.is_purged(*place);
        let mut purged: Vec<Ref> = self
            .purge_targets
            .iter()
            .copied()
            .filter(is_fresh)
            .collect();
        purged.sort_unstable();
        purged.dedup();
        (again, purged)
    }
}

fn raw(entry: &VerifiedEntry) -> RawEntry {
    let body = entry.salted();
    RawEntry {
        header: entry.header_bytes().to_vec(),
        body: body.map(|salted| (salted.salt.to_vec(), salted.bytes.clone())),
    }
}
