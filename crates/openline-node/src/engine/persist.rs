//! The machine's facts, made durable in one transaction.

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
        self.commit(&writes)
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
