//! A node's disk: the real store, in memory, with nothing between it and the machine but what the node's shell does too.

use std::sync::Arc;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::entry::Ref;
use openline_core::{Hash, LineId, PartyIndex};
use openline_keeper::{TakeUpError, write_of};
use openline_proto::{Answer, Fact, LineFacts, Query};
use openline_store::{CommitError, Limits, Store, StoredEntry, Write};

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
    /// If what is stored does not fit together.
    pub(crate) fn take_up(
        &self,
        founded: &Arc<Founded>,
        me: PartyIndex,
    ) -> Result<(Logs, LineFacts), TakeUpError> {
        openline_keeper::take_up(&self.store, founded, &founded.party_id(me))
    }

    /// Answers a query from what is durable.
    #[must_use]
    pub(crate) fn answer(&self, query: &Query) -> Answer {
        let founded = self.founded(query.line());
        openline_keeper::answer(&self.store, founded, query).unwrap_or(Answer::Unreadable)
    }

    /// The batches that bring whoever holds `known` up to what is durable, as frames; none if they can't be read.
    #[must_use]
    pub(crate) fn batches_beyond(&self, founded: &Founded, known: Vec<u64>) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        let read = openline_keeper::batches_beyond(&self.store, founded, known, |frame| {
            frames.push(frame);
            true
        });
        read.map_or_else(|_| Vec::new(), |()| frames)
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
