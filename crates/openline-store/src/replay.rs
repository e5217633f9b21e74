//! Admitting a stored record again, from nothing, by the core's own rules.
//!
//! Entries go in by the batches they came in by: from one stored checkpoint of a log to the next. Since that is how they were
//! committed, there is always a log whose next batch has seen only what is there, until the record ends or a piece is missing.
//! Where a checkpoint is missing, see [`Shadow`].

use std::sync::Arc;

use openline_core::admit::{Applied, Logs};
use openline_core::charter::Founded;
use openline_core::checkpoint::SignedCheckpoint;
use openline_core::entry::{Header, RawEntry, Ref, VerifiedEntry};
use openline_core::{PartyIndex, Rule};

use crate::shadow::Shadow;

/// Entries of one log that have been verified and taken up.
pub(crate) struct Taken<'a> {
    pub(crate) party: PartyIndex,
    /// Index of the first.
    pub(crate) first: u64,
    pub(crate) entries: Vec<&'a VerifiedEntry>,
    /// The checkpoint at their end; `None` where a later one has to vouch for them.
    pub(crate) checkpoint: Option<&'a SignedCheckpoint>,
    pub(crate) applied: Applied,
}

/// Where a replay takes a record from, and who hears how it goes.
pub(crate) trait Source {
    /// The checkpoint of the smallest size above `size`.
    fn boundary(&mut self, party: PartyIndex, size: u64) -> Option<SignedCheckpoint>;
    /// An entry; without it its log ends before it.
    fn entry(&mut self, place: Ref) -> Option<RawEntry>;
    /// Entries have been taken up; `logs` is the record with them.
    fn taken(&mut self, taken: &Taken<'_>, logs: &Logs);
    /// An entry breaks a rule; its log ends before it.
    fn refused(&mut self, place: Ref, rule: Rule);
    /// A checkpoint is wrong and was passed over.
    fn passed_over(&mut self, party: PartyIndex, size: u64, rule: Rule);
}

/// What a replay comes to.
pub(crate) struct Replayed {
    pub(crate) logs: Logs,
    /// Logs whose last entries, from this index on, no checkpoint vouches for.
    pub(crate) uncovered: Vec<(PartyIndex, u64)>,
}

/// Replays as much of a record as can be had, of each log no more than `limit` says.
pub(crate) fn replay(
    founded: Arc<Founded>,
    limit: impl Fn(PartyIndex) -> u64,
    source: &mut impl Source,
) -> Replayed {
    let cursor = |party| Cursor {
        party,
        limit: limit(party),
        floor: 0,
        waits_for: None,
        loose_from: None,
        is_at_end: false,
    };
    let mut cursors: Vec<Cursor> = founded.parties().map(cursor).collect();
    let mut record = Record {
        shadow: Shadow::new(founded.party_count()),
        logs: Logs::new(founded),
    };
    loop {
        let mut has_moved = false;
        for cursor in &mut cursors {
            while cursor.step(&mut record, source) {
                has_moved = true;
            }
        }
        // A record with all its pieces never comes here before its end.
        if !has_moved
            && !cursors
                .iter_mut()
                .any(|cursor| cursor.loosen(&mut record, source))
        {
            break;
        }
    }
    let uncovered = cursors
        .iter()
        .filter_map(|c| c.loose_from.map(|from| (c.party, from)));
    Replayed {
        uncovered: uncovered.collect(),
        logs: record.logs,
    }
}

struct Record {
    logs: Logs,
    shadow: Shadow,
}

struct Cursor {
    party: PartyIndex,
    limit: u64,
    /// Checkpoints up to this size are used or wrong.
    floor: u64,
    /// The log and size that the next batch waits for.
    waits_for: Option<(PartyIndex, u64)>,
    /// Where entries begin that wait for a checkpoint to vouch for them.
    loose_from: Option<u64>,
    is_at_end: bool,
}

impl Cursor {
    /// Takes the next batch; false if there is none, or none yet.
    fn step(&mut self, record: &mut Record, source: &mut impl Source) -> bool {
        let still_waits = |(party, size)| record.logs.size(party) < size;
        if self.is_at_end || self.waits_for.is_some_and(still_waits) {
            return false;
        }
        self.waits_for = None;
        let from = record.logs.size(self.party);
        let Some(signed) = source.boundary(self.party, self.floor.max(from)) else {
            return self.end();
        };
        let size = signed.checkpoint.size;
        if size > self.limit {
            return self.end();
        }
        // The last entry has seen the most: if it has to wait, the others need not be read.
        let Some(last) = source.entry(self.place(size - 1)) else {
            return self.end();
        };
        if let Ok(header) = Header::decode(&last.header) {
            self.waits_for = record.logs.ahead(self.party, &header.seen);
            if self.waits_for.is_some() {
                return false;
            }
        }
        let mut entries = Vec::new();
        for index in from..size - 1 {
            let Some(entry) = source.entry(self.place(index)) else {
                return self.end();
            };
            entries.push(entry);
        }
        entries.push(last);
        self.admit(record, source, entries, &signed)
    }

    fn admit(
        &mut self,
        record: &mut Record,
        source: &mut impl Source,
        entries: Vec<RawEntry>,
        signed: &SignedCheckpoint,
    ) -> bool {
        let size = signed.checkpoint.size;
        let mut batch = record.logs.batch(self.party);
        for entry in entries {
            let index = batch.size();
            if let Err(refused) = batch.push(entry) {
                source.refused(self.place(index), refused.rule);
                return self.end();
            }
        }
        self.floor = size;
        let is_of_log = batch.checkpoint() == signed.checkpoint;
        let batch = match batch.admit(signed.signature) {
            Ok(batch) if is_of_log => batch,
            outcome => {
                let rule = outcome
                    .err()
                    .filter(|_| is_of_log)
                    .map(|refused| refused.rule);
                source.passed_over(self.party, size, rule.unwrap_or(Rule::CheckpointRoot));
                return true;
            }
        };
        let applied = record.logs.apply(&batch);
        batch
            .entries()
            .iter()
            .for_each(|entry| record.shadow.add(entry));
        record.shadow.settle(&applied.settled);
        self.loose_from = None;
        let taken = Taken {
            party: self.party,
            first: batch.first_index(),
            entries: batch.entries().iter().map(|entry| &**entry).collect(),
            checkpoint: Some(batch.checkpoint()),
            applied,
        };
        source.taken(&taken, &record.logs);
        true
    }

    /// Takes entries of a batch that waits, as far as they have seen only what is there.
    fn loosen(&mut self, record: &mut Record, source: &mut impl Source) -> bool {
        if self.is_at_end || self.waits_for.is_none() {
            return false;
        }
        let from = record.logs.size(self.party);
        let mut batch = record.logs.batch(self.party);
        let mut entries = Vec::new();
        while batch.size() < self.limit {
            let Some(raw) = source.entry(self.place(batch.size())) else {
                break;
            };
            let is_ahead = Header::decode(&raw.header)
                .is_ok_and(|header| record.logs.ahead(self.party, &header.seen).is_some());
            if is_ahead {
                break;
            }
            // What is wrong with an entry is said when its batch is admitted.
            let Ok(verified) = batch.push(raw) else { break };
            entries.push(verified.clone());
        }
        if entries.is_empty() {
            return false;
        }
        entries.iter().for_each(|entry| record.shadow.add(entry));
        let purged;
        (record.logs, purged) = record.shadow.take_up(&record.logs);
        self.loose_from.get_or_insert(from);
        let taken = Taken {
            party: self.party,
            first: from,
            entries: entries.iter().collect(),
            checkpoint: None,
            applied: Applied {
                settled: Vec::new(),
                purged,
            },
        };
        source.taken(&taken, &record.logs);
        true
    }

    fn place(&self, index: u64) -> Ref {
        Ref {
            party: self.party,
            index,
        }
    }

    fn end(&mut self) -> bool {
        self.is_at_end = true;
        false
    }
}
