//! Admitting a stored record again, from nothing, by the core's own rules.
//!
//! Entries go in by the batches they came in by: from one stored checkpoint of a log to the next. Since that is how they were
//! committed, there is always a log whose next batch has seen only what is there, until the record ends or a piece is missing.

use std::sync::Arc;

use openline_core::admit::{AdmittedBatch, Applied, Logs};
use openline_core::charter::Founded;
use openline_core::checkpoint::SignedCheckpoint;
use openline_core::entry::{Header, RawEntry, Ref};
use openline_core::{PartyIndex, Rule};

/// Where a replay takes a record from, and who hears how it goes.
pub(crate) trait Source {
    /// The checkpoint of the smallest size above `size`.
    fn boundary(&mut self, party: PartyIndex, size: u64) -> Option<SignedCheckpoint>;
    /// An entry; without it its log ends before it.
    fn entry(&mut self, place: Ref) -> Option<RawEntry>;
    /// A batch has been admitted and applied.
    fn admitted(&mut self, batch: &AdmittedBatch, applied: &Applied, logs: &Logs);
    /// An entry breaks a rule; its log ends before it.
    fn refused(&mut self, place: Ref, rule: Rule);
    /// A checkpoint is wrong and was passed over.
    fn passed_over(&mut self, party: PartyIndex, size: u64, rule: Rule);
}

/// Replays as much of a record as can be had.
pub(crate) fn replay(founded: Arc<Founded>, source: &mut impl Source) -> Logs {
    let mut cursors: Vec<Cursor> = founded.parties().map(Cursor::new).collect();
    let mut logs = Logs::new(founded);
    loop {
        let mut has_moved = false;
        for cursor in &mut cursors {
            while cursor.step(&mut logs, source) {
                has_moved = true;
            }
        }
        if !has_moved {
            return logs;
        }
    }
}

struct Cursor {
    party: PartyIndex,
    /// Checkpoints up to this size are used or wrong.
    floor: u64,
    /// The log and size that the next batch waits for.
    waits_for: Option<(PartyIndex, u64)>,
    is_at_end: bool,
}

impl Cursor {
    fn new(party: PartyIndex) -> Self {
        Self {
            party,
            floor: 0,
            waits_for: None,
            is_at_end: false,
        }
    }

    /// Takes the next batch; false if there is none, or none yet.
    fn step(&mut self, logs: &mut Logs, source: &mut impl Source) -> bool {
        let still_waits = self
            .waits_for
            .is_some_and(|(party, size)| logs.size(party) < size);
        if self.is_at_end || still_waits {
            return false;
        }
        self.waits_for = None;
        let from = logs.size(self.party);
        let Some(signed) = source.boundary(self.party, self.floor.max(from)) else {
            return self.end();
        };
        let size = signed.checkpoint.size;
        // The last entry has seen the most: if it has to wait, the others need not be read.
        let Some(last) = source.entry(Ref {
            party: self.party,
            index: size - 1,
        }) else {
            return self.end();
        };
        if let Ok(header) = Header::decode(&last.header) {
            self.waits_for = logs.ahead(self.party, &header.seen);
            if self.waits_for.is_some() {
                return false;
            }
        }
        let mut entries = Vec::new();
        for index in from..size - 1 {
            let Some(entry) = source.entry(Ref {
                party: self.party,
                index,
            }) else {
                return self.end();
            };
            entries.push(entry);
        }
        entries.push(last);
        self.admit(logs, source, entries, &signed)
    }

    fn admit(
        &mut self,
        logs: &mut Logs,
        source: &mut impl Source,
        entries: Vec<RawEntry>,
        signed: &SignedCheckpoint,
    ) -> bool {
        let size = signed.checkpoint.size;
        let mut batch = logs.batch(self.party);
        for entry in entries {
            let index = batch.size();
            if let Err(refused) = batch.push(entry) {
                source.refused(
                    Ref {
                        party: self.party,
                        index,
                    },
                    refused.rule,
                );
                return self.end();
            }
        }
        self.floor = size;
        if batch.checkpoint() != signed.checkpoint {
            source.passed_over(self.party, size, Rule::CheckpointRoot);
            return true;
        }
        match batch.admit(signed.signature) {
            Ok(batch) => {
                let applied = logs.apply(&batch);
                source.admitted(&batch, &applied, logs);
            }
            Err(refused) => source.passed_over(self.party, size, refused.rule),
        }
        true
    }

    fn end(&mut self) -> bool {
        self.is_at_end = true;
        false
    }
}
