//! The machine's facts, made durable in one transaction.

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
        self.commit(&writes)
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
