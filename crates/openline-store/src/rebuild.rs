//! Rebuilding a damaged store: a fresh file out of every row that is right and of what other parties hold.
//!
//! The damaged file is only read. The fresh record is admitted entry by entry by the core's rules, so it holds nothing that a rule or a
//! signature does not vouch for, and is the same as one that was never damaged, up to where a piece is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::checkpoint::{Cosignature, Seal, SignedCheckpoint};
use openline_core::entry::{RawEntry, Ref};
use openline_core::fork::{Fork, ring_of};
use openline_core::{Hash, LineId, PartyIndex, Rule};

use crate::backup::MUST_HEAR_FROM_PEERS;
use crate::check::{CheckProgress, Stage};
use crate::commit::Write;
use crate::documents::{AuditItem, Document, read_audit, read_document};
use crate::error::{At, CommitError, OpenError, ReadError};
use crate::health::remove_if_there;
use crate::home::{Files, HomeLock, exchange, not_writable};
use crate::key;
use crate::notes::{Cosigned, Stored, read_cosigned};
use crate::read::{Line, Reader, StoredBody};
use crate::replay::{Replayed, Source, Taken, replay};
use crate::store::Store;

/// Entries stored in one transaction of the fresh file.
const ENTRIES_PER_COMMIT: u64 = 4096;

/// Another copy of the record: what the other parties, or an export, can give back.
///
/// What it gives is not trusted: it is admitted by the same rules as what is read from the disk.
pub trait Healer {
    /// An entry, with its body if there is one.
    fn entry(&mut self, line: LineId, place: Ref) -> Option<RawEntry>;

    /// The checkpoint of the smallest size above `size`, with its party's signature.
    fn checkpoint_above(
        &mut self,
        line: LineId,
        party: PartyIndex,
        size: u64,
    ) -> Option<SignedCheckpoint> {
        let _ = (line, party, size);
        None
    }

    /// The instrument of a line.
    fn instrument(&mut self, line: LineId) -> Option<Vec<u8>> {
        let _ = line;
        None
    }
}

impl<F: FnMut(LineId, Ref) -> Option<RawEntry>> Healer for F {
    fn entry(&mut self, line: LineId, place: Ref) -> Option<RawEntry> {
        self(line, place)
    }
}

/// A log that could not be rebuilt to its end. Its other entries come back from the peers by the line's own exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortened {
    /// The line.
    pub line: LineId,
    /// Whose log.
    pub party: PartyIndex,
    /// How many entries the fresh store holds.
    pub rebuilt: u64,
    /// How many the damaged store held, as far as that can be read.
    pub held: u64,
}

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RebuildReport {
    /// Lines rebuilt.
    pub lines: u64,
    /// Lines whose instrument is lost.
    pub lost_lines: Vec<LineId>,
    /// Entries in the fresh store.
    pub entries: u64,
    /// How many of them came, whole or in part, from another copy.
    pub healed: u64,
    /// Logs that are shorter than before.
    pub shortened: Vec<Shortened>,
    /// Entries without their body that no purge explains; the node asks the other parties for them.
    pub missing_bodies: Vec<(LineId, Ref)>,
    /// Checkpoints, cosignatures, seals, forks and documents that could not be kept.
    pub lost: Vec<At>,
}

/// Rebuilding failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// There is something at the place for the fresh file.
    #[error("{} exists already; remove it or choose another place", .0.display())]
    Exists(PathBuf),
    /// Nothing can be read from the damaged file.
    #[error("nothing can be read from the damaged store: {0}. Restore a backup")]
    Unreadable(#[from] ReadError),
    /// The fresh file can't be made.
    #[error(transparent)]
    Create(#[from] OpenError),
    /// The fresh file can't be written.
    #[error("the fresh store can't be written: {0}")]
    Store(#[from] CommitError),
    /// The fresh file can't be made durable.
    #[error("the fresh store can't be made durable: {0}")]
    Sync(#[source] std::io::Error),
}

/// Makes a fresh store file at `into` from `damaged` and `healer`. The damaged store is not touched.
///
/// The fresh store is marked as one that must hear from its peers before it signs.
///
/// # Errors
/// [`RebuildError`]; what was made of the fresh file is removed.
pub fn rebuild(
    damaged: &Reader,
    into: &Path,
    healer: &mut dyn Healer,
    progress: &mut dyn FnMut(CheckProgress),
) -> Result<RebuildReport, RebuildError> {
    if into.exists() {
        return Err(RebuildError::Exists(into.to_owned()));
    }
    let mut limits = Limits::new();
    loop {
        let made = make(damaged, into, &limits, healer, progress);
        if !matches!(made, Ok(Made::Whole(_))) {
            drop(remove_if_there(into));
        }
        match made? {
            Made::Whole(report) => return Ok(report),
            Made::Uncovered(logs) => limits.extend(logs),
        }
    }
}

/// How far logs may be taken: no further than a checkpoint vouches for.
type Limits = BTreeMap<(LineId, PartyIndex), u64>;

enum Made {
    Whole(RebuildReport),
    /// Logs that were taken too far.
    Uncovered(Limits),
}

fn make(
    damaged: &Reader,
    into: &Path,
    limits: &Limits,
    healer: &mut dyn Healer,
    progress: &mut dyn FnMut(CheckProgress),
) -> Result<Made, RebuildError> {
    let fresh = Store::create_file(into)?;
    let report = RebuildReport::default();
    let mut work = Rebuild {
        damaged,
        fresh,
        healer,
        progress,
        report,
        limits,
        uncovered: Limits::new(),
        uncommitted: 0,
        failure: None,
    };
    work.begin();
    for (line, stored) in damaged.line_rows()? {
        let instrument = stored
            .ok()
            .map(|line| line.instrument)
            .or_else(|| work.healer.instrument(line.id));
        let founded = instrument
            .and_then(|bytes| Founded::decode(&bytes).ok())
            .filter(|f| f.line() == line.id);
        match founded {
            Some(founded) => work.line(line, Arc::new(founded)),
            None => work.report.lost_lines.push(line.id),
        }
    }
    work.documents();
    work.audit();
    work.store(&Write::Document {
        kind: MUST_HEAR_FROM_PEERS.0,
        key: MUST_HEAR_FROM_PEERS.1,
        value: b"rebuilt",
        updated_ms: 0,
    });
    work.end();
    let Rebuild {
        fresh,
        report,
        uncovered,
        failure,
        ..
    } = work;
    if let Some(failure) = failure {
        return Err(failure.into());
    }
    if !uncovered.is_empty() {
        return Ok(Made::Uncovered(uncovered));
    }
    fresh.seal_file(into).map_err(RebuildError::Sync)?;
    Ok(Made::Whole(report))
}

/// Puts a rebuilt file in the place of a home's store, and the damaged one beside it as `record.damaged-<n>.sqlite`.
///
/// No node may run on the home. If the process ends in between, the next opening completes it. Returns where the damaged
/// file is.
///
/// # Errors
/// [`OpenError`]
pub fn swap_in(home: &Path, fresh: &Path) -> Result<Option<PathBuf>, OpenError> {
    let files = Files::of(home);
    let _lock = HomeLock::take(&files)?;
    drop(Reader::open_copy(fresh)?);
    exchange(&files, fresh).map_err(|error| not_writable(fresh, &error))
}

/// The folder's own place for a fresh file, on the same file system as the store.
#[must_use]
pub fn fresh_path(home: &Path) -> PathBuf {
    Files::of(home).fresh()
}

struct Rebuild<'a> {
    damaged: &'a Reader,
    fresh: Store,
    healer: &'a mut dyn Healer,
    progress: &'a mut dyn FnMut(CheckProgress),
    report: RebuildReport,
    limits: &'a Limits,
    uncovered: Limits,
    uncommitted: u64,
    /// The first failure to write; nothing more is written after it.
    failure: Option<CommitError>,
}

impl Rebuild<'_> {
    fn attempt(&mut self, write: impl FnOnce(&mut Store) -> Result<(), CommitError>) {
        if self.failure.is_none() {
            self.failure = write(&mut self.fresh).err();
        }
    }

    fn begin(&mut self) {
        self.attempt(|fresh| Ok(fresh.conn.execute_batch("BEGIN IMMEDIATE")?));
    }

    fn end(&mut self) {
        self.attempt(|fresh| Ok(fresh.conn.execute_batch("COMMIT")?));
    }

    fn store(&mut self, write: &Write<'_>) {
        self.attempt(|fresh| fresh.apply(write));
    }

    fn lost(&mut self, at: At) {
        if !self.report.lost.contains(&at) {
            self.report.lost.push(at);
        }
    }

    fn entries_stored(&mut self, count: u64) {
        self.report.entries += count;
        self.uncommitted += count;
        if self.uncommitted >= ENTRIES_PER_COMMIT {
            self.uncommitted = 0;
            self.end();
            self.begin();
            let done = self.report.entries;
            (self.progress)(CheckProgress {
                stage: Stage::Entries,
                done,
                total: 0,
            });
        }
    }

    fn line(&mut self, line: Line, founded: Arc<Founded>) {
        self.store(&Write::Line { founded: &founded });
        let mut salvage = Salvage {
            line,
            founded: founded.clone(),
            arrived: BTreeMap::new(),
            last_arrived: 0,
            healed: BTreeSet::new(),
            work: self,
        };
        let limits = salvage.work.limits;
        let limit = |party| limits.get(&(line.id, party)).copied().unwrap_or(u64::MAX);
        let Replayed { logs, uncovered } = replay(founded.clone(), limit, &mut salvage);
        let healed = salvage
            .healed
            .iter()
            .filter(|place| place.index < logs.size(place.party));
        let healed = healed.count() as u64;
        self.report.healed += healed;
        self.uncovered.extend(
            uncovered
                .into_iter()
                .map(|(party, from)| ((line.id, party), from)),
        );
        for party in founded.parties() {
            let (rebuilt, held) = (
                logs.size(party),
                self.damaged.size_of(line, party).unwrap_or(0),
            );
            if rebuilt < held {
                self.report.shortened.push(Shortened {
                    line: line.id,
                    party,
                    rebuilt,
                    held,
                });
            }
        }
        self.report.lines += 1;
        self.report
            .missing_bodies
            .extend(logs.missing_bodies().map(|place| (line.id, place)));
        self.cosigned::<Cosignature>(line, &logs, |work, log, c, signed| {
            let checkpoint = &signed.checkpoint;
            logs.check_cosignature(c.cosigner, log, checkpoint, &c.signature)?;
            work.store(&Write::Cosignature {
                line: line.id,
                log,
                cosigner: c.cosigner,
                checkpoint,
                cosignature: &c.signature,
            });
            Ok(())
        });
        self.cosigned::<Seal>(line, &logs, |work, log, c, signed| {
            let checkpoint = &signed.checkpoint;
            logs.check_seal(c.cosigner, log, checkpoint, &c.signature)?;
            work.store(&Write::Seal {
                line: line.id,
                log,
                cosigner: c.cosigner,
                checkpoint,
                seal: &c.signature,
            });
            Ok(())
        });
        self.forks(line, &logs);
    }

    fn cosigned<T: Stored>(
        &mut self,
        line: Line,
        logs: &Logs,
        keep: impl Fn(&mut Self, PartyIndex, &Cosigned<T>, &SignedCheckpoint) -> Result<(), Rule>,
    ) {
        let parties = logs.founded().party_count();
        for log in logs.founded().parties() {
            let span = key::cosigned_from(line.number, log, PartyIndex(0), 0);
            let mut from = span.first;
            let last = key::cosigned_from(line.number, log, PartyIndex(15), 0).last;
            // One row at a time, so that a row that can't be read costs no other.
            loop {
                let (next, read) = self.damaged.cosigned_after::<T>(line, from, last);
                match read {
                    None => break,
                    Some(Ok((log, cosigned))) => {
                        let at = T::at(line.id, log, cosigned.cosigner, cosigned.size);
                        let signed = self
                            .fresh
                            .checkpoint(logs.founded(), log, cosigned.size)
                            .ok()
                            .flatten();
                        let is_kept = cosigned.cosigner.at() < parties
                            && signed
                                .is_some_and(|signed| keep(self, log, &cosigned, &signed).is_ok());
                        if !is_kept {
                            self.report.lost.push(at);
                        }
                    }
                    Some(Err(at)) => self.report.lost.push(at),
                }
                let Some(next) = next else { break };
                from = next;
            }
        }
    }

    fn forks(&mut self, line: Line, logs: &Logs) {
        let ring = ring_of(logs);
        let Ok(forks) = self.damaged.fork_rows(line) else {
            return self.report.lost.push(At::Line(line.id));
        };
        for (party, evidence) in forks {
            if Fork::decode(&evidence).and_then(|fork| fork.check(&ring)) == Ok(party) {
                self.store(&Write::Fork {
                    line: line.id,
                    party,
                    evidence: &evidence,
                });
            } else {
                self.report.lost.push(At::Fork(line.id, party));
            }
        }
    }

    fn documents(&mut self) {
        for number in 1..=self.last_number("SELECT max(rowid) FROM document") {
            let sql = "SELECT kind, key, value, updated, sum FROM document WHERE rowid = ?1";
            match self.damaged.numbered(sql, number, read_document) {
                Ok(None) => {}
                Ok(Some(Document {
                    kind,
                    key,
                    value,
                    updated_ms,
                })) => {
                    self.store(&Write::Document {
                        kind: &kind,
                        key: &key,
                        value: &value,
                        updated_ms,
                    });
                }
                Err(ReadError::Rot(at)) => self.report.lost.push(at),
                Err(_) => self
                    .report
                    .lost
                    .push(At::Document("?".into(), number.to_string())),
            }
        }
    }

    /// Keeps the chain. Where items are lost, one without text stands for all of them and carries the chain on.
    fn audit(&mut self) {
        let mut last: Option<AuditItem> = None;
        let mut lost_from = None;
        for number in 1..=self.last_number("SELECT max(number) FROM audit") {
            let sql = "SELECT number, at, text, previous, hash FROM audit WHERE number = ?1";
            let item = self
                .damaged
                .numbered(sql, number, read_audit)
                .ok()
                .flatten()
                .filter(AuditItem::is_right);
            let Some(item) = item else {
                self.report.lost.push(At::Audit(number.unsigned_abs()));
                lost_from.get_or_insert(number.unsigned_abs());
                continue;
            };
            if lost_from.is_none() && !item.follows(last.as_ref()) {
                // The item before it is right by itself but is not the one that was there.
                lost_from = Some(item.number);
            }
            if let Some(number) = lost_from.take() {
                let previous = last.as_ref().map_or(Hash::default(), |last| last.hash);
                let number = number
                    .min(item.number - 1)
                    .max(last.as_ref().map_or(1, |last| last.number + 1));
                let gap = AuditItem {
                    number,
                    at_ms: item.at_ms,
                    text: None,
                    previous,
                    hash: item.previous,
                };
                self.attempt(|fresh| fresh.put_audit(&gap));
            }
            self.attempt(|fresh| fresh.put_audit(&item));
            last = Some(item);
        }
    }

    fn last_number(&self, sql: &str) -> i64 {
        self.damaged
            .conn
            .query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
            .ok()
            .flatten()
            .unwrap_or(0)
    }
}

/// One line's record being salvaged.
struct Salvage<'a, 'b> {
    work: &'a mut Rebuild<'b>,
    line: Line,
    founded: Arc<Founded>,
    /// When entries that have been read and not yet admitted arrived.
    arrived: BTreeMap<Ref, i64>,
    last_arrived: i64,
    /// Entries that another copy gave something of; they may be read more than once.
    healed: BTreeSet<Ref>,
}

impl Source for Salvage<'_, '_> {
    fn boundary(&mut self, party: PartyIndex, size: u64) -> Option<SignedCheckpoint> {
        let (line, mut from, mut is_rotten) = (self.line.id, size, false);
        let stored = loop {
            match self
                .work
                .damaged
                .checkpoint_above(&self.founded, party, from)
            {
                Err(ReadError::Rot(At::Checkpoint(_, _, at))) => {
                    self.work.lost(At::Checkpoint(line, party, at));
                    (from, is_rotten) = (at.max(from + 1), true);
                }
                found => break found.ok().flatten(),
            }
        };
        let held = self.work.damaged.size_of(self.line, party);
        if !is_rotten && (stored.is_some() || held.is_ok_and(|held| held <= size)) {
            return stored;
        }
        let other = self.work.healer.checkpoint_above(line, party, size);
        let is_nearer = |other: &SignedCheckpoint| {
            let end = stored
                .as_ref()
                .map_or(u64::MAX, |stored| stored.checkpoint.size);
            (size + 1..end).contains(&other.checkpoint.size)
        };
        other.filter(is_nearer).or(stored)
    }

    fn entry(&mut self, place: Ref) -> Option<RawEntry> {
        let Ok(Some(row)) = self.work.damaged.row(self.line, place) else {
            let raw = self.work.healer.entry(self.line.id, place)?;
            self.healed.insert(place);
            return Some(raw);
        };
        if row.is_sum_right {
            self.last_arrived = row.arrived_ms;
        }
        self.arrived.insert(place, self.last_arrived);
        let key = key::place(self.line.number, place.party, place.index);
        let body = match row.body {
            StoredBody::Present(salt, body) => Some((salt, body)),
            StoredBody::Absent if self.work.damaged.is_purged(key).unwrap_or(false) => None,
            StoredBody::Absent | StoredBody::Rotten => {
                let other = self.work.healer.entry(self.line.id, place);
                let body = other
                    .filter(|other| other.header == row.header_bytes)
                    .and_then(|other| other.body);
                let body =
                    body.filter(|(salt, body)| Hash::of(&[salt, body]) == row.header.body_hash);
                if body.is_some() {
                    self.healed.insert(place);
                }
                body
            }
        };
        Some(RawEntry {
            header: row.header_bytes,
            body,
        })
    }

    fn taken(&mut self, taken: &Taken<'_>, logs: &Logs) {
        let (line, party) = (self.line.id, taken.party);
        let mut entries = Vec::with_capacity(taken.entries.len());
        for entry in &taken.entries {
            let arrived = self.arrived.remove(&entry.place());
            entries.push((*entry, arrived.unwrap_or(self.last_arrived)));
        }
        let count = entries.len() as u64;
        self.work
            .attempt(|fresh| fresh.put_entries(line, party, taken.first, entries.into_iter()));
        if let Some(signed) = taken.checkpoint {
            self.work.store(&Write::Checkpoint {
                line,
                party,
                signed,
            });
        }
        if !taken.applied.settled.is_empty() {
            self.work.store(&Write::Settled {
                line,
                settled: &taken.applied.settled,
                frontier: logs.order().frontier(),
            });
        }
        if !taken.applied.purged.is_empty() {
            self.work.store(&Write::Purged {
                line,
                places: &taken.applied.purged,
            });
        }
        self.work.entries_stored(count);
    }

    fn refused(&mut self, place: Ref, _: Rule) {
        self.work.lost(At::Entry(self.line.id, place));
    }

    fn passed_over(&mut self, party: PartyIndex, size: u64, _: Rule) {
        self.work.lost(At::Checkpoint(self.line.id, party, size));
    }
}

impl Reader {
    /// Reads one row by its number, if there is one.
    fn numbered<T>(
        &self,
        sql: &str,
        number: i64,
        read: impl Fn(&rusqlite::Row<'_>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([number])?;
        rows.next()?.map(read).transpose()
    }

    /// The first cosignature from key `from` on, and the key to go on from.
    #[expect(
        clippy::type_complexity,
        reason = "one caller, which takes it apart at once"
    )]
    fn cosigned_after<T: Stored>(
        &self,
        line: Line,
        from: i64,
        last: i64,
    ) -> (Option<i64>, Option<Result<(PartyIndex, Cosigned<T>), At>>) {
        let find = || -> Result<_, ReadError> {
            let mut statement = self.conn.prepare_cached(T::FIRST)?;
            let mut rows = statement.query([from, last])?;
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            let key = row.get::<_, i64>(0)?;
            Ok(Some((key, read_cosigned::<T>(row, line))))
        };
        let at = |key: i64| {
            let (log, cosigner, size) = key::cosigned_of(key);
            T::at(line.id, log, cosigner, size)
        };
        match find() {
            Ok(None) => (None, None),
            Ok(Some((key, read))) => (Some(key + 1), Some(read.map_err(|_| at(key)))),
            Err(_) => (None, Some(Err(at(from)))),
        }
    }

    /// Fork evidence as it stands, for a caller that verifies it.
    fn fork_rows(&self, line: Line) -> Result<Vec<(PartyIndex, Vec<u8>)>, ReadError> {
        let span = key::line_span(line.number);
        let sql = "SELECT log, evidence FROM fork WHERE log BETWEEN ?1 AND ?2 ORDER BY number";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([span.first, span.last], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?))
        })?;
        rows.map(|row| {
            row.map(|(log, evidence)| (key::place_of(log).party, evidence))
                .map_err(ReadError::from)
        })
        .collect()
    }
}
