//! Checking a whole store: SQLite's own structure, every hash and sum, every rule of the record, every signature.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::checkpoint::{Cosignature, Seal, SignedCheckpoint};
use openline_core::entry::{Header, RawEntry, Ref};
use openline_core::fork::{Fork, ring_of};
use openline_core::order::record_leaf;
use openline_core::tree::Frontier;
use openline_core::{Hash, PartyIndex, Rule};

use crate::documents::{read_audit, read_document};
use crate::error::{At, ReadError, rule_text};
use crate::key::{self, Span};
use crate::notes::{Cosigned, Stored, read_cosigned};
use crate::read::{Line, Reader, StoredBody};
use crate::replay::{Replayed, Source, Taken, replay};
use crate::sum::{keyed_sum, stored};
use crate::tail::TreeTail;

/// Most findings that a report lists; the rest are counted.
pub const FINDINGS_MAX: usize = 1000;
/// How many items pass between two reports of progress.
const PROGRESS_STEP: u64 = 1024;

/// What is being checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// SQLite's pages and indexes; `total` is not known.
    File,
    /// Entries, by every rule of the record.
    Entries,
    /// Cosignatures and seals.
    Signatures,
    /// Documents and the audit log.
    Documents,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckProgress {
    /// What is being checked.
    pub stage: Stage,
    /// Items done.
    pub done: u64,
    /// Items in all; 0 where it is not known.
    pub total: u64,
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// SQLite finds its structure broken.
    Structure(String),
    /// The bytes are not those that were written.
    Rot,
    /// It should be there and is not.
    Missing,
    /// It breaks a rule of the record.
    Rule(Rule),
    /// It is not what the record gives when it is computed again.
    Computed,
    /// The log could be checked only up to this index, for want of what is reported elsewhere.
    Unchecked(u64),
    /// No checkpoint covers the log's last entries.
    Uncovered,
    /// The body is not held yet; the node asks the other parties for it.
    BodyMissing,
    /// A purge is agreed and the body is still there; the node deletes it when it starts.
    PurgeOutstanding,
}

impl Fault {
    /// Whether the store is damaged by it, rather than waiting for something.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::BodyMissing | Self::PurgeOutstanding)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Structure(text) => write!(f, "the file's structure is broken: {text}"),
            Self::Rot => f.write_str("the stored bytes are not those that were written"),
            Self::Missing => f.write_str("it is missing"),
            Self::Rule(rule) => f.write_str(&rule_text(*rule)),
            Self::Computed => f.write_str("it is not what the record gives"),
            Self::Unchecked(from) => write!(
                f,
                "entries from {from} on could not be checked, for want of what is reported elsewhere"
            ),
            Self::Uncovered => f.write_str("no checkpoint covers its last entries"),
            Self::BodyMissing => f.write_str("its body is not held yet"),
            Self::PurgeOutstanding => {
                f.write_str("its purge is agreed, but the body is still there")
            }
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where.
    pub at: At,
    /// What.
    pub fault: Fault,
}

impl Finding {
    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match (&self.fault, &self.at) {
            (Fault::BodyMissing, _) => {
                "leave the node running with a connection to the other parties"
            }
            (Fault::PurgeOutstanding, _) => "start the node; it carries the purge out",
            (_, At::Document(..)) => {
                "rebuild the store; this document is lost unless a backup has it"
            }
            (_, At::Audit(_)) => {
                "rebuild the store; keep the damaged file as evidence of what the audit log said"
            }
            (_, At::Order(..) | At::Tile(..) | At::Lamports(..)) => {
                "rebuild the store; this is computed again from the entries"
            }
            _ => "rebuild the store; the other parties hold a copy of the record",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.fault)
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Lines in the store.
    pub lines: u64,
    /// Entries that passed every rule again.
    pub entries: u64,
    /// Checkpoints whose signature and root are right.
    pub checkpoints: u64,
    /// Cosignatures that are right.
    pub cosignatures: u64,
    /// Seals that are right.
    pub seals: u64,
    /// Documents that are as they were written.
    pub documents: u64,
    /// Audit items that are right and in their chain.
    pub audit_items: u64,
    /// What is wrong, at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many findings there were beyond those listed.
    pub more: u64,
}

impl CheckReport {
    /// Whether nothing was found that is damage.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.more == 0
            && !self
                .findings
                .iter()
                .any(|finding| finding.fault.is_damage())
    }
}

impl Reader {
    /// Checks the whole store, from one state of it, and says what it found. Damage that it finds stops the store's writer.
    ///
    /// Takes time in proportion to the store; the node can go on meanwhile.
    pub fn check(&self, progress: &mut dyn FnMut(CheckProgress)) -> CheckReport {
        let mut check = Check {
            reader: self,
            progress,
            report: CheckReport::default(),
            listed: BTreeSet::new(),
        };
        let whole = self.consistently(|_| {
            check.all();
            Ok::<_, ReadError>(())
        });
        if let Err(error) = whole {
            check.failed(At::Store, &error);
        }
        let report = check.report;
        if let Some(damage) = report
            .findings
            .iter()
            .find(|finding| finding.fault.is_damage())
        {
            self.health
                .note(Some(damage.at.clone()), &damage.to_string());
        }
        report
    }
}

struct Check<'a> {
    reader: &'a Reader,
    progress: &'a mut dyn FnMut(CheckProgress),
    report: CheckReport,
    listed: BTreeSet<Finding>,
}

impl Check<'_> {
    fn all(&mut self) {
        self.step(Stage::File, 0, 0);
        self.structure();
        match self.line_rows() {
            Ok(lines) => lines
                .into_iter()
                .for_each(|(line, instrument)| self.line(line, &instrument)),
            Err(error) => self.failed(At::Store, &error),
        }
        if let Err(error) = self.documents() {
            self.failed(At::Store, &error);
        }
        if let Err(error) = self.audit() {
            self.failed(At::Store, &error);
        }
    }

    fn find(&mut self, at: At, fault: Fault) {
        let finding = Finding { at, fault };
        if self.report.findings.len() >= FINDINGS_MAX {
            self.report.more += 1;
        } else if self.listed.insert(finding.clone()) {
            self.report.findings.push(finding);
        }
    }

    /// Notes a failed read, at its own place or at `at`.
    fn failed(&mut self, at: At, error: &ReadError) {
        match error {
            ReadError::Rot(at) => self.find(at.clone(), Fault::Rot),
            ReadError::Damaged(text) => self.find(at, Fault::Structure(text.clone())),
            ReadError::UnknownLine(_)
            | ReadError::Beyond { .. }
            | ReadError::Busy
            | ReadError::Io(_)
            | ReadError::Failed(_) => self.find(at, Fault::Structure(error.to_string())),
        }
    }

    fn step(&mut self, stage: Stage, done: u64, total: u64) {
        if done.is_multiple_of(PROGRESS_STEP) || done == total {
            (self.progress)(CheckProgress { stage, done, total });
        }
    }

    fn structure(&mut self) {
        let run = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.reader.conn.prepare("PRAGMA integrity_check(100)")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        match run() {
            Ok(lines) => lines
                .into_iter()
                .filter(|line| line != "ok")
                .for_each(|line| {
                    self.find(At::Store, Fault::Structure(line));
                }),
            Err(error) => self.failed(At::Store, &error.into()),
        }
    }

    /// Lines whose row can be read; the others are findings.
    fn line_rows(&mut self) -> Result<Vec<(Line, Vec<u8>)>, ReadError> {
        let mut lines = Vec::new();
        for (line, stored) in self.reader.line_rows()? {
            match stored {
                Ok(stored) => lines.push((line, stored.instrument)),
                Err(error) => self.failed(At::Line(line.id), &error),
            }
        }
        Ok(lines)
    }

    fn line(&mut self, line: Line, instrument: &[u8]) {
        self.report.lines += 1;
        let founded = match Founded::decode(instrument) {
            Ok(founded) if founded.line() == line.id => Arc::new(founded),
            Ok(_) => return self.find(At::Line(line.id), Fault::Rot),
            Err(rule) => return self.find(At::Line(line.id), Fault::Rule(rule)),
        };
        let logs = match self.record(line, &founded) {
            Ok(logs) => logs,
            Err(error) => return self.failed(At::Line(line.id), &error),
        };
        if let Err(error) = self.signatures(line, &logs) {
            self.failed(At::Line(line.id), &error);
        }
        self.forks(line, &logs);
    }

    /// Replays the record of a line and compares what is stored with what comes out.
    fn record(&mut self, line: Line, founded: &Arc<Founded>) -> Result<Logs, ReadError> {
        let mut sizes = Vec::new();
        for party in founded.parties() {
            sizes.push(self.reader.size_of(line, party)?);
        }
        let settled = match self.reader.settled_frontier(line) {
            Ok(settled) => settled,
            Err(error) => {
                self.failed(At::Order(line.id, 0), &error);
                Frontier::default()
            }
        };
        let mut again = Again {
            line,
            founded: founded.clone(),
            done: 0,
            total: sizes.iter().sum(),
            trees: vec![TreeTail::default(); sizes.len()],
            last_lamports: vec![0; sizes.len()],
            lamports: BTreeMap::new(),
            leaves: BTreeMap::new(),
            order: Frontier::default(),
            settled,
            purged: Vec::new(),
            runs: 0,
            references: 0,
            check: self,
        };
        let Replayed { logs, uncovered } = replay(founded.clone(), |_| u64::MAX, &mut again);
        let purged = again.finish();
        for (party, _) in uncovered {
            self.find(At::Log(line.id, party), Fault::Uncovered);
        }
        for (party, size) in founded.parties().zip(sizes) {
            self.log_end(line, founded, party, size, &logs)?;
        }
        for place in logs.missing_bodies().collect::<Vec<_>>() {
            self.find(At::Entry(line.id, place), Fault::BodyMissing);
        }
        for place in purged {
            if let Ok(Some(row)) = self.reader.row(line, place)
                && !matches!(row.body, StoredBody::Absent)
            {
                self.find(At::Entry(line.id, place), Fault::PurgeOutstanding);
            }
        }
        Ok(logs)
    }

    /// Looks at what a replay has not reached.
    fn log_end(
        &mut self,
        line: Line,
        founded: &Founded,
        party: PartyIndex,
        size: u64,
        logs: &Logs,
    ) -> Result<(), ReadError> {
        let reached = logs.size(party);
        if reached < size {
            let last = self.reader.last_checkpoint(line, party);
            let is_covered = last.is_ok_and(|last| last.is_some_and(|row| row.size >= size));
            let fault = if is_covered {
                Fault::Unchecked(reached)
            } else {
                Fault::Uncovered
            };
            self.find(At::Log(line.id, party), fault);
        }
        for index in reached..size {
            self.entry_row(line, Ref { party, index });
        }
        let span = Span {
            first: key::place(line.number, party, size + 1),
            last: key::log_from(line.number, party, 0).last,
        };
        let beyond = self.reader.last_key(
            "SELECT max(place) FROM checkpoint WHERE place BETWEEN ?1 AND ?2",
            span,
        )?;
        if let Some(place) = beyond {
            let size = key::place_of(place).index;
            self.find(
                At::Checkpoint(line.id, party, size),
                Fault::Rule(Rule::CheckpointSize),
            );
        }
        // Checkpoints up to what was replayed have been checked by it.
        let mut after = reached;
        while let Some(signed) = self.next_checkpoint(line, founded, party, after) {
            after = signed.checkpoint.size;
            let root = (after <= size).then(|| self.reader.tree(line, party).root(after));
            let rule = match root {
                Some(Ok(root)) if root == signed.checkpoint.root => {
                    logs.check_checkpoint(party, &signed).err()
                }
                Some(Ok(_)) => Some(Rule::CheckpointRoot),
                Some(Err(_)) | None => None,
            };
            if let Some(rule) = rule {
                self.find(At::Checkpoint(line.id, party, after), Fault::Rule(rule));
            }
        }
        Ok(())
    }

    /// The next checkpoint whose row is right; the others are findings.
    fn next_checkpoint(
        &mut self,
        line: Line,
        founded: &Founded,
        party: PartyIndex,
        size: u64,
    ) -> Option<SignedCheckpoint> {
        let mut size = size;
        loop {
            match self.reader.checkpoint_above(founded, party, size) {
                Ok(signed) => return signed,
                Err(error) => {
                    self.failed(At::Log(line.id, party), &error);
                    let ReadError::Rot(At::Checkpoint(_, _, at)) = error else {
                        return None;
                    };
                    size = at.max(size + 1);
                }
            }
        }
    }

    /// Reads an entry's row, notes what is wrong with it, and gives what of it is right.
    fn entry_row(&mut self, line: Line, place: Ref) -> Option<(RawEntry, u64)> {
        let at = At::Entry(line.id, place);
        let row = match self.reader.row(line, place) {
            Ok(Some(row)) => row,
            Ok(None) => {
                self.find(at, Fault::Missing);
                return None;
            }
            Err(error) => {
                self.failed(at, &error);
                return None;
            }
        };
        if !row.is_sum_right {
            self.find(at.clone(), Fault::Rot);
        }
        if row.number.is_none() {
            self.find(at.clone(), Fault::Computed);
        }
        let body = match row.body {
            StoredBody::Present(salt, body) => Some((salt, body)),
            StoredBody::Absent => None,
            StoredBody::Rotten => {
                self.find(at, Fault::Rot);
                None
            }
        };
        Some((
            RawEntry {
                header: row.header_bytes,
                body,
            },
            row.lamport,
        ))
    }

    fn signatures(&mut self, line: Line, logs: &Logs) -> Result<(), ReadError> {
        let total = self.count("SELECT count(*) FROM cosignature")?
            + self.count("SELECT count(*) FROM seal")?;
        self.cosigned::<Cosignature>(line, logs, total, |logs, log, c, checkpoint| {
            logs.check_cosignature(c.cosigner, log, checkpoint, &c.signature)
        })?;
        self.cosigned::<Seal>(line, logs, total, |logs, log, c, checkpoint| {
            logs.check_seal(c.cosigner, log, checkpoint, &c.signature)
        })
    }

    fn count(&self, sql: &str) -> Result<u64, ReadError> {
        Ok(self
            .reader
            .conn
            .query_row(sql, [], |row| row.get::<_, i64>(0))?
            .unsigned_abs())
    }

    fn cosigned<T: Stored>(
        &mut self,
        line: Line,
        logs: &Logs,
        total: u64,
        verify: impl Fn(
            &Logs,
            PartyIndex,
            &Cosigned<T>,
            &openline_core::checkpoint::Checkpoint,
        ) -> Result<(), Rule>,
    ) -> Result<(), ReadError> {
        let span = key::line_span(line.number);
        let mut statement = self.reader.conn.prepare(T::SPAN)?;
        let mut rows = statement.query([span.first, span.last, i64::MAX])?;
        let parties = logs.founded().party_count();
        while let Some(row) = rows.next()? {
            let (log, cosigned) = match read_cosigned::<T>(row, line) {
                Ok(read) => read,
                Err(error) => {
                    self.failed(At::Line(line.id), &error);
                    continue;
                }
            };
            let at = T::at(line.id, log, cosigned.cosigner, cosigned.size);
            if log.at() >= parties || cosigned.cosigner.at() >= parties {
                self.find(at, Fault::Rot);
                continue;
            }
            match self.reader.checkpoint_at(line, log, cosigned.size) {
                Ok(Some(row)) => {
                    let signed = row.signed(logs.founded().origin(log).to_owned());
                    match verify(logs, log, &cosigned, &signed.checkpoint) {
                        Ok(()) if T::IS_SEAL => self.report.seals += 1,
                        Ok(()) => self.report.cosignatures += 1,
                        Err(rule) => self.find(at, Fault::Rule(rule)),
                    }
                }
                Ok(None) => self.find(At::Checkpoint(line.id, log, cosigned.size), Fault::Missing),
                Err(error) => self.failed(At::Checkpoint(line.id, log, cosigned.size), &error),
            }
            let done = self.report.cosignatures + self.report.seals;
            self.step(Stage::Signatures, done, total);
        }
        Ok(())
    }

    fn forks(&mut self, line: Line, logs: &Logs) {
        let forks = match self.reader.forks(line.id) {
            Ok(forks) => forks,
            Err(error) => return self.failed(At::Line(line.id), &error),
        };
        let ring = ring_of(logs);
        for (party, evidence) in forks {
            match Fork::decode(&evidence).and_then(|fork| fork.check(&ring)) {
                Ok(whose) if whose == party => {}
                Ok(_) => self.find(At::Fork(line.id, party), Fault::Computed),
                Err(rule) => self.find(At::Fork(line.id, party), Fault::Rule(rule)),
            }
        }
    }

    fn documents(&mut self) -> Result<(), ReadError> {
        let total = self.count("SELECT count(*) FROM document")?;
        let mut statement = self
            .reader
            .conn
            .prepare("SELECT kind, key, value, updated, sum FROM document")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            match read_document(row) {
                Ok(_) => self.report.documents += 1,
                Err(error) => self.failed(At::Store, &error),
            }
            self.step(Stage::Documents, self.report.documents, total);
        }
        Ok(())
    }

    fn audit(&mut self) -> Result<(), ReadError> {
        let sql = "SELECT number, at, text, previous, hash FROM audit ORDER BY number";
        let mut statement = self.reader.conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            match read_audit(row) {
                Ok(item) => {
                    if item.is_right() && item.follows(last.as_ref()) {
                        self.report.audit_items += 1;
                    } else {
                        self.find(At::Audit(item.number), Fault::Rot);
                    }
                    last = Some(item);
                }
                Err(error) => self.failed(At::Store, &error),
            }
        }
        Ok(())
    }
}

/// A record being replayed, compared with what is stored beside it.
struct Again<'a, 'b> {
    check: &'a mut Check<'b>,
    line: Line,
    founded: Arc<Founded>,
    done: u64,
    total: u64,
    trees: Vec<TreeTail>,
    last_lamports: Vec<u64>,
    /// Stored Lamport numbers of entries that have been read and not yet admitted.
    lamports: BTreeMap<Ref, u64>,
    /// Leaves of entries that are not settled yet.
    leaves: BTreeMap<Ref, Hash>,
    order: Frontier,
    /// The order as it is stored.
    settled: Frontier,
    purged: Vec<Ref>,
    runs: u64,
    references: u64,
}

impl Source for Again<'_, '_> {
    fn boundary(&mut self, party: PartyIndex, size: u64) -> Option<SignedCheckpoint> {
        let founded = self.founded.clone();
        self.check.next_checkpoint(self.line, &founded, party, size)
    }

    fn entry(&mut self, place: Ref) -> Option<RawEntry> {
        let (raw, lamport) = self.check.entry_row(self.line, place)?;
        self.lamports.insert(place, lamport);
        Some(raw)
    }

    fn taken(&mut self, taken: &Taken<'_>, _: &Logs) {
        self.check.report.checkpoints += u64::from(taken.checkpoint.is_some());
        for entry in &taken.entries {
            let place = entry.place();
            if self.lamports.remove(&place) != Some(entry.lamport()) {
                self.check
                    .find(At::Entry(self.line.id, place), Fault::Computed);
            }
            self.run(place, entry.lamport());
            self.references(place, entry.header());
            self.leaves.insert(place, entry.leaf());
            let mut full = Vec::new();
            self.trees[place.party.at()].append(entry.leaf(), |at, hash| full.push((at, hash)));
            full.into_iter()
                .for_each(|(at, hash)| self.tile(place.party, at.level, at.index, &hash));
            self.done += 1;
            self.check.report.entries += 1;
            self.check.step(Stage::Entries, self.done, self.total);
        }
        for settled in &taken.applied.settled {
            let place = Ref {
                party: settled.party,
                index: settled.index,
            };
            self.settle(place, settled.number);
        }
        self.purged.extend(&taken.applied.purged);
    }

    fn refused(&mut self, place: Ref, rule: Rule) {
        self.check
            .find(At::Entry(self.line.id, place), Fault::Rule(rule));
    }

    fn passed_over(&mut self, party: PartyIndex, size: u64, rule: Rule) {
        self.check
            .find(At::Checkpoint(self.line.id, party, size), Fault::Rule(rule));
    }
}

impl Again<'_, '_> {
    /// Compares what the index says of an entry's references.
    fn references(&mut self, place: Ref, header: &Header) {
        self.references += header.refs.len() as u64;
        let at = At::Entry(self.line.id, place);
        match self.check.reader.is_referring(self.line, place, header) {
            Ok(true) => {}
            Ok(false) => self.check.find(at, Fault::Computed),
            Err(error) => self.check.failed(at, &error),
        }
    }

    fn run(&mut self, place: Ref, lamport: u64) {
        let last = std::mem::replace(&mut self.last_lamports[place.party.at()], lamport);
        if place.index > 0 && lamport == last + 1 {
            return;
        }
        self.runs += 1;
        let key = key::place(self.line.number, place.party, place.index);
        let sql = "SELECT lamport, sum FROM run WHERE place = ?1";
        let wanted = (
            stored(lamport),
            keyed_sum(key, &stored(lamport).to_be_bytes()),
        );
        self.compare(sql, key, &wanted, At::Lamports(self.line.id, place.party));
    }

    fn tile(&mut self, party: PartyIndex, level: u64, index: u64, hash: &Hash) {
        let key = key::tile(self.line.number, party, level, index);
        let depth = u32::try_from(level)
            .unwrap_or(u32::MAX)
            .saturating_mul(crate::tail::TILE_BITS);
        let sql = "SELECT hash, sum FROM tile WHERE key = ?1";
        let wanted = (hash.0.to_vec(), keyed_sum(key, &hash.0));
        self.compare(
            sql,
            key,
            &wanted,
            At::Tile(self.line.id, party, depth, index),
        );
    }

    fn settle(&mut self, place: Ref, number: u64) {
        let leaf = self
            .leaves
            .remove(&place)
            .expect("only admitted entries settle, each once");
        if self.order.size() >= self.settled.size() {
            return;
        }
        self.order.append(record_leaf(place.party, &leaf));
        let key = key::joint(self.line.number, number);
        let wanted = (key::place(self.line.number, place.party, place.index), key);
        let sql = "SELECT j.place, n.number FROM joint j LEFT JOIN numbered n ON n.place = j.place WHERE j.number = ?1";
        self.compare(sql, key, &wanted, At::Order(self.line.id, number));
    }

    /// Compares a stored row of two columns with what it should be.
    fn compare<A, B>(&mut self, sql: &str, key: i64, wanted: &(A, B), at: At)
    where
        A: rusqlite::types::FromSql + PartialEq,
        B: rusqlite::types::FromSql + PartialEq,
    {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, A>(0)?, row.get::<_, B>(1)?));
        let found = self
            .check
            .reader
            .conn
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row([key], read));
        match found {
            Ok(found) if found == *wanted => {}
            Ok(_) => self.check.find(at, Fault::Computed),
            Err(rusqlite::Error::QueryReturnedNoRows) => self.check.find(at, Fault::Missing),
            Err(error) => self.check.failed(at, &error.into()),
        }
    }

    /// Compares the ends; returns the entries whose purge is agreed.
    fn finish(self) -> Vec<Ref> {
        let Self {
            check,
            line,
            order,
            settled,
            purged,
            runs,
            references,
            done,
            total,
            ..
        } = self;
        let is_whole = done == total;
        if is_whole && order != settled {
            check.find(At::Order(line.id, settled.size()), Fault::Computed);
        }
        let span = key::line_span(line.number);
        let count = |sql: &str| -> Result<u64, ReadError> {
            let count = check
                .reader
                .conn
                .query_row(sql, [span.first, span.last], |row| row.get::<_, i64>(0))?;
            Ok(count.unsigned_abs())
        };
        let counts = [
            (
                "SELECT count(*) FROM joint WHERE number BETWEEN ?1 AND ?2",
                settled.size(),
                At::Order(line.id, settled.size()),
            ),
            (
                "SELECT count(*) FROM numbered WHERE place BETWEEN ?1 AND ?2",
                settled.size(),
                At::Order(line.id, settled.size()),
            ),
            (
                "SELECT count(*) FROM run WHERE place BETWEEN ?1 AND ?2",
                runs,
                At::Line(line.id),
            ),
            (
                "SELECT count(*) FROM refers WHERE target BETWEEN ?1 AND ?2",
                references,
                At::Line(line.id),
            ),
        ];
        let counted: Vec<_> = counts
            .into_iter()
            .map(|(sql, wanted, at)| (count(sql), wanted, at))
            .collect();
        for (count, wanted, at) in counted {
            match count {
                Ok(count) if count == wanted || !is_whole => {}
                Ok(_) => check.find(at, Fault::Computed),
                Err(error) => check.failed(at, &error),
            }
        }
        purged
    }
}
