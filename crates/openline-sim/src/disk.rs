//! A node's disk: the real store, in memory, with nothing between it and the machine but what the node's shell does too.

use std::sync::Arc;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::entry::{RawEntry, Ref};
use openline_core::{Hash, LineId, PartyIndex};
use openline_proto::limits::BATCH_BYTES_MAX;
use openline_proto::{Answer, Fact, LineFacts, Query};
use openline_store::{CommitError, Limits, NextBatch, ReadError, Store, StoredEntry, Write};

const ALL: Limits = Limits {
    entries: usize::MAX,
    bytes: usize::MAX,
};

/// A disk. What has been committed is on it; nothing else ever was.
#[derive(Debug)]
pub(crate) struct Disk {
    /// The store.
    pub store: Store,
    lines: Vec<Arc<Founded>>,
}

impl Disk {
    /// An empty disk with `lines` founded.
    #[must_use]
    pub(crate) fn new(lines: Vec<Arc<Founded>>) -> Self {
        let mut store = Store::open_in_memory().expect("there is memory");
        let founding: Vec<_> = lines
            .iter()
            .map(|founded| Write::Line { founded })
            .collect();
        store.commit(&founding).expect("an empty store takes lines");
        Self { store, lines }
    }

    /// What a crash would leave, or a backup would keep.
    #[must_use]
    pub(crate) fn snapshot(&mut self) -> Vec<u8> {
        self.store
            .snapshot_bytes()
            .expect("a store in memory can be read")
    }

    /// The disk as it was at a snapshot.
    #[must_use]
    pub(crate) fn restored(&self, snapshot: &[u8]) -> Self {
        let store = Store::from_bytes(snapshot).expect("the bytes are a snapshot");
        Self {
            store,
            lines: self.lines.clone(),
        }
    }

    fn founded(&self, line: LineId) -> &Arc<Founded> {
        self.lines
            .iter()
            .find(|founded| founded.line() == line)
            .expect("machines ask about their own lines")
    }

    /// Makes facts durable in one transaction.
    ///
    /// # Errors
    /// That of the store.
    pub(crate) fn commit(&mut self, facts: &[Fact], arrived_ms: i64) -> Result<(), CommitError> {
        let writes: Vec<Write<'_>> = facts
            .iter()
            .map(|fact| write_of(fact, arrived_ms))
            .collect();
        self.store.commit(&writes)
    }

    /// Takes up a line as a node that starts does.
    ///
    /// # Errors
    /// In words, if what is stored does not fit together.
    pub(crate) fn take_up(
        &self,
        founded: &Arc<Founded>,
        me: PartyIndex,
    ) -> Result<(Logs, LineFacts), String> {
        let snapshot = self
            .store
            .take_up(founded)
            .map_err(|error| error.to_string())?;
        let logs = Logs::restore(founded.clone(), snapshot).map_err(|error| error.to_string())?;
        let facts = self
            .line_facts(founded, me)
            .map_err(|error| error.to_string())?;
        Ok((logs, facts))
    }

    fn line_facts(&self, founded: &Founded, me: PartyIndex) -> Result<LineFacts, ReadError> {
        let line = founded.line();
        let mut facts = LineFacts {
            forks: self.store.forks(line)?,
            ..LineFacts::default()
        };
        for log in founded.parties() {
            let signed = self
                .store
                .checkpoint(founded, log, self.store.size(line, log)?)?;
            facts.signatures.push(signed.map(|signed| signed.signature));
            let latest = self.store.latest_cosignatures(line, log)?;
            facts.cosignatures.extend(
                latest
                    .into_iter()
                    .map(|c| (log, c.cosigner, c.size, c.signature)),
            );
            let seals = self.store.latest_seals(line, log)?;
            facts.sealed.push(
                seals
                    .iter()
                    .find(|seal| seal.cosigner == me)
                    .map_or(0, |seal| seal.size),
            );
        }
        Ok(facts)
    }

    /// Answers a query from what is durable.
    #[must_use]
    pub(crate) fn answer(&self, query: &Query) -> Answer {
        let answer = match *query {
            Query::Entries {
                line,
                party,
                from,
                count_max,
                bytes_max,
                ref known,
            } => {
                let limits = Limits {
                    entries: count_max,
                    bytes: bytes_max,
                };
                self.next_batch(line, party, from, limits, known)
            }
            Query::Root { line, party, size } => self
                .store
                .checkpoint(self.founded(line), party, size)
                .map(|signed| {
                    signed.map_or(Answer::Unreadable, |signed| {
                        Answer::Root(signed.checkpoint.root)
                    })
                }),
            Query::Consistency {
                line,
                party,
                old,
                new,
            } => self.store.root(line, party, old).and_then(|old_root| {
                Ok(Answer::Consistency {
                    old_root,
                    path: self.store.consistency(line, party, old, new)?,
                })
            }),
            Query::Copies {
                line,
                party,
                from,
                count,
            } => {
                let entries = usize::try_from(count).unwrap_or(usize::MAX);
                self.read(
                    line,
                    party,
                    from,
                    Limits {
                        entries,
                        bytes: BATCH_BYTES_MAX,
                    },
                )
                .map(Answer::Copies)
            }
        };
        answer.unwrap_or(Answer::Unreadable)
    }

    fn read(
        &self,
        line: LineId,
        party: PartyIndex,
        from: u64,
        limits: Limits,
    ) -> Result<Vec<RawEntry>, ReadError> {
        Ok(self
            .store
            .entries(line, party, from, limits)?
            .into_iter()
            .map(|entry| entry.raw)
            .collect())
    }

    fn next_batch(
        &self,
        line: LineId,
        party: PartyIndex,
        from: u64,
        limits: Limits,
        known: &[u64],
    ) -> Result<Answer, ReadError> {
        let next = self
            .store
            .next_batch(self.founded(line), party, from, limits, known)?;
        Ok(match next {
            NextBatch::Entries { entries, signature } => Answer::Entries { entries, signature },
            NextBatch::Ahead => Answer::Ahead,
            NextBatch::Nothing => Answer::Unreadable,
        })
    }

    /// How much of a log is durable.
    #[must_use]
    pub(crate) fn size(&self, line: LineId, party: PartyIndex) -> u64 {
        self.store.size(line, party).unwrap_or(0)
    }

    /// The root of what is durable of a log at `size`.
    #[must_use]
    pub(crate) fn root(&self, line: LineId, party: PartyIndex, size: u64) -> Option<Hash> {
        self.store.root(line, party, size).ok()
    }

    /// A durable entry.
    #[must_use]
    pub(crate) fn entry(&self, line: LineId, place: Ref) -> Option<StoredEntry> {
        self.store.entry(line, place).ok().flatten()
    }

    /// Durable entries of a log.
    #[must_use]
    pub(crate) fn log(&self, line: LineId, party: PartyIndex, from: u64) -> Vec<StoredEntry> {
        self.store
            .entries(line, party, from, ALL)
            .unwrap_or_default()
    }

    /// Settled entries from a joint number on.
    #[must_use]
    pub(crate) fn settled(&self, line: LineId, from: u64) -> Vec<StoredEntry> {
        self.store
            .settled_entries(line, from, ALL)
            .unwrap_or_default()
    }

    /// Whether a cosignature over exactly this size is durable.
    #[must_use]
    pub(crate) fn has_cosignature(
        &self,
        line: LineId,
        log: PartyIndex,
        cosigner: PartyIndex,
        size: u64,
    ) -> bool {
        self.store
            .cosignatures(line, log, size)
            .is_ok_and(|all| all.iter().any(|c| c.cosigner == cosigner))
    }

    /// Up to which size a cosigner's cosignature over a log is durable.
    #[must_use]
    pub(crate) fn cosigned(&self, line: LineId, log: PartyIndex, cosigner: PartyIndex) -> u64 {
        let latest = self
            .store
            .latest_cosignatures(line, log)
            .unwrap_or_default();
        latest
            .iter()
            .find(|c| c.cosigner == cosigner)
            .map_or(0, |c| c.size)
    }

    /// Whose forks are proven here, with the evidence.
    #[must_use]
    pub(crate) fn forks(&self, line: LineId) -> Vec<(PartyIndex, Vec<u8>)> {
        self.store.forks(line).unwrap_or_default()
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
