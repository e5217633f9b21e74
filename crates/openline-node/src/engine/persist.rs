//! The machine's facts, made durable in one transaction.

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

fn write_of(fact: &Fact, arrived_ms: i64) -> Write<'_> {
    match fact {
        Fact::Batch { line, batch } => Write::Batch {
            line: *line,
            batch,
            arrived_ms,
        },
        Fact::Settled {
            line,
            settled,
            frontier,
        } => Write::Settled {
            line: *line,
            settled,
            frontier,
        },
        Fact::Purged { line, places } => Write::Purged {
            line: *line,
            places,
        },
        Fact::Cosignature {
            line,
            log,
            cosigner,
            checkpoint,
            cosignature,
        } => Write::Cosignature {
            line: *line,
            log: *log,
            cosigner: *cosigner,
            checkpoint,
            cosignature,
        },
        Fact::Seal {
            line,
            log,
            cosigner,
            checkpoint,
            seal,
        } => Write::Seal {
            line: *line,
            log: *log,
            cosigner: *cosigner,
            checkpoint,
            seal,
        },
        Fact::Fork {
            line,
            party,
            evidence,
        } => Write::Fork {
            line: *line,
            party: *party,
            evidence,
        },
        Fact::Body { line, place, body } => Write::Body {
            line: *line,
            place: *place,
            body,
        },
    }
}
