//! The machine's facts, made durable in one transaction.

use openline_core::LineId;
use openline_core::admit::AdmittedBatch;
use openline_core::body::Body;
use openline_keeper::write_of;
use openline_proto::Fact;
use openline_store::{CommitError, Write};

use super::{Engine, StoreState};

impl Engine {
    pub(super) fn persist(&mut self, facts: &[Fact]) -> Result<(), CommitError> {
        let arrived_ms = self.now().wall_ms;
        let notes = self.office.notes_of(facts);
        let writes: Vec<Write<'_>> = facts
            .iter()
            .map(|fact| write_of(fact, arrived_ms))
            .chain(notes.iter().flat_map(|note| note.writes(arrived_ms)))
            .collect();
        self.commit(&writes)?;
        for fact in facts {
            self.follow(fact);
        }
        Ok(())
    }

    fn follow(&mut self, fact: &Fact) {
        match fact {
            Fact::Batch { line, batch } => {
                self.follow_statuses(line, batch);
                if let Some(founded) = self.founded.get(line) {
                    self.alarms.follow(*line, founded.terms(), batch);
                }
            }
            Fact::Cosignature {
                line,
                log,
                checkpoint,
                ..
            } => self.alarms.follow_cosignature(*line, *log, checkpoint.size),
            Fact::Settled { .. }
            | Fact::Purged { .. }
            | Fact::Seal { .. }
            | Fact::Fork { .. }
            | Fact::Body { .. } => {}
        }
    }

    fn follow_statuses(&mut self, line: &LineId, batch: &AdmittedBatch) {
        for entry in batch.entries() {
            if let Some(Body::Status(status)) = entry.body() {
                let standings = self.standings.entry(*line).or_default();
                standings.follow(entry.place(), entry.header().message_type, status.clone());
                self.evidence_changed();
            }
        }
    }

    /// Commits, and notices when the store can write again. The act that is under way goes into the audit log in the same transaction.
    pub(crate) fn commit(&mut self, writes: &[Write<'_>]) -> Result<(), CommitError> {
        match self.office.take_pending() {
            None => self.store.commit(writes)?,
            Some(text) => {
                let at_ms = self.now().wall_ms;
                let note = Write::Audit { at_ms, text: &text };
                self.store.commit(&[writes, &[note]].concat())?;
            }
        }
        if matches!(self.store_state, StoreState::CannotWrite(_)) {
            self.store_state = StoreState::Sound;
            self.tell_store(&StoreState::Sound);
        }
        Ok(())
    }
}
