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
        let writes: Vec<Write<'_>> = facts
            .iter()
            .map(|fact| write_of(fact, arrived_ms))
            .collect();
        self.commit(&writes)?;
        for fact in facts {
            if let Fact::Batch { line, batch } = fact {
                self.follow_statuses(line, batch);
            }
        }
        Ok(())
    }

    fn follow_statuses(&mut self, line: &LineId, batch: &AdmittedBatch) {
        for entry in batch.entries() {
            if let Some(Body::Status(status)) = entry.body() {
                let standings = self.standings.entry(*line).or_default();
                standings.follow(entry.place(), entry.header().message_type, status.clone());
            }
        }
    }

    /// Commits, and notices when the store can write again.
    pub(crate) fn commit(&mut self, writes: &[Write<'_>]) -> Result<(), CommitError> {
        self.store.commit(writes)?;
        if matches!(self.store_state, StoreState::CannotWrite(_)) {
            self.store_state = StoreState::Sound;
            self.tell_store(&StoreState::Sound);
        }
        Ok(())
    }
}
