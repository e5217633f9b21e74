//! Storing: one transaction for a batch of writes, checked against what is stored, durable when it returns.

use std::collections::btree_map::Entry as Slot;

use openline_core::admit::AdmittedBatch;
use openline_core::charter::Founded;
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal, SignedCheckpoint};
use openline_core::entry::{Header, Ref, SaltedBody, VerifiedEntry};
use openline_core::order::Settled;
use openline_core::tree::Frontier;
use openline_core::{LineId, PartyIndex};
use rusqlite::params;

use crate::documents::{AuditItem, document_sum};
use crate::error::{At, CommitError, Misuse, ReadError};
use crate::key::{self, LINES_MAX, LOG_SIZE_MAX, LineNumber};
use crate::notes::{Stored, checkpoint_sum, cosigned_sum, fork_sum};
use crate::read::{Line, StoredLine, hash, line_sum};
use crate::store::{LOG_BYTES_MAX, Store};
use crate::sum::{entry_sum, keyed_sum, stored};
use crate::tail::TreeTail;
use crate::takeup::frontier_bytes;

/// How many commits pass between looks at the size of the write-ahead log.
const COMMITS_PER_LOOK: u32 = 64;

/// Something to store.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Write<'a> {
    /// A founded line; storing it again changes nothing.
    Line {
        /// The line.
        founded: &'a Founded,
    },
    /// Admitted entries at the end of a log, with their checkpoint.
    Batch {
        /// The line.
        line: LineId,
        /// The entries.
        batch: &'a AdmittedBatch,
        /// When they arrived or were written, ms since 1970 UTC.
        arrived_ms: i64,
    },
    /// Entries that have become settled.
    Settled {
        /// The line.
        line: LineId,
        /// The entries, in order.
        settled: &'a [Settled],
        /// The tree over all settled entries, these included.
        frontier: &'a Frontier,
    },
    /// Entries whose purge has become agreed: their bodies and salts are overwritten.
    Purged {
        /// The line.
        line: LineId,
        /// The entries.
        places: &'a [Ref],
    },
    /// A checkpoint below the end of a log, other than those that come with batches.
    Checkpoint {
        /// The line.
        line: LineId,
        /// Whose log.
        party: PartyIndex,
        /// The checkpoint.
        signed: &'a SignedCheckpoint,
    },
    /// A cosignature over a stored checkpoint; the first of a cosigner at a size stays.
    Cosignature {
        /// The line.
        line: LineId,
        /// Whose log.
        log: PartyIndex,
        /// Who signed.
        cosigner: PartyIndex,
        /// What was signed.
        checkpoint: &'a Checkpoint,
        /// The cosignature.
        cosignature: &'a Cosignature,
    },
    /// A seal over a stored checkpoint; the first of a cosigner at a size stays.
    Seal {
        /// The line.
        line: LineId,
        /// Whose log.
        log: PartyIndex,
        /// Who signed.
        cosigner: PartyIndex,
        /// What was signed.
        checkpoint: &'a Checkpoint,
        /// The seal.
        seal: &'a Seal,
    },
    /// Evidence of a fork.
    Fork {
        /// The line.
        line: LineId,
        /// Who forked.
        party: PartyIndex,
        /// The evidence.
        evidence: &'a [u8],
    },
    /// A body that was missing and has been obtained.
    Body {
        /// The line.
        line: LineId,
        /// The entry.
        place: Ref,
        /// Salt and body.
        body: &'a SaltedBody,
    },
    /// A document of the node, in place of any of the same kind and key.
    Document {
        /// Its kind.
        kind: &'a str,
        /// Its key.
        key: &'a str,
        /// Its bytes.
        value: &'a [u8],
        /// When, ms since 1970 UTC.
        updated_ms: i64,
    },
    /// Removes a document, if it is there.
    DeleteDocument {
        /// Its kind.
        kind: &'a str,
        /// Its key.
        key: &'a str,
    },
    /// Appends to the audit log.
    Audit {
        /// When, ms since 1970 UTC.
        at_ms: i64,
        /// What was done.
        text: &'a str,
    },
}

/// The growing edge of a line as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct LineTail {
    line: Line,
    settled: u64,
    logs: Vec<LogTail>,
}

#[derive(Debug, Clone)]
struct LogTail {
    /// The log's name, which its checkpoints bear.
    origin: String,
    tree: TreeTail,
    /// Lamport number of the last entry.
    lamport: u64,
    /// How many of its entries are settled.
    settled: u64,
}

impl LineTail {
    fn log(&self, party: PartyIndex) -> Result<&LogTail, Misuse> {
        self.logs.get(party.at()).ok_or(Misuse::UnknownParty(party))
    }
}

impl Store {
    /// Stores all of `writes` in one transaction, in order.
    ///
    /// When it returns, everything is durable: written to the log and synced. On an error nothing of it is stored, and the
    /// store can be used again as soon as the cause is gone.
    ///
    /// # Errors
    /// [`CommitError`]
    pub fn commit(&mut self, writes: &[Write<'_>]) -> Result<(), CommitError> {
        self.refuse_damaged()?;
        if writes.is_empty() {
            return Ok(());
        }
        let outcome = self.transact(writes);
        if outcome.is_err() {
            self.tails.clear();
            self.roll_back();
        }
        outcome.map_err(|error| self.watch_commit(error))
    }

    fn transact(&mut self, writes: &[Write<'_>]) -> Result<(), CommitError> {
        self.shorten_log()?;
        // A transaction can only still be open if rolling it back had failed.
        self.roll_back();
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for write in writes {
            self.apply(write)?;
        }
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        self.must_wipe_log |= writes
            .iter()
            .any(|write| matches!(write, Write::Purged { .. }));
        Ok(())
    }

    fn roll_back(&self) {
        if !self.conn.is_autocommit() {
            // SQLite has mostly done it by itself; if not, the next commit tries again.
            drop(self.conn.execute_batch("ROLLBACK"));
        }
    }

    /// Keeps the write-ahead log from growing without bound where the node has no idle time.
    fn shorten_log(&mut self) -> Result<(), CommitError> {
        self.commits = self.commits.wrapping_add(1);
        if self.commits.is_multiple_of(COMMITS_PER_LOOK) && self.log_bytes()? > LOG_BYTES_MAX {
            self.checkpoint_log("PASSIVE")?;
        }
        Ok(())
    }

    pub(crate) fn apply(&mut self, write: &Write<'_>) -> Result<(), CommitError> {
        match *write {
            Write::Line { founded } => self.put_line(founded),
            Write::Batch {
                line,
                batch,
                arrived_ms,
            } => self.put_batch(line, batch, arrived_ms),
            Write::Settled {
                line,
                settled,
                frontier,
            } => self.put_settled(line, settled, frontier),
            Write::Purged { line, places } => self.purge(line, places),
            Write::Checkpoint {
                line,
                party,
                signed,
            } => self.put_checkpoint(line, party, signed),
            Write::Cosignature {
                line,
                log,
                cosigner,
                checkpoint,
                cosignature,
            } => self.put_cosigned(line, log, cosigner, checkpoint, cosignature),
            Write::Seal {
                line,
                log,
                cosigner,
                checkpoint,
                seal,
            } => self.put_cosigned(line, log, cosigner, checkpoint, seal),
            Write::Fork {
                line,
                party,
                evidence,
            } => self.put_fork(line, party, evidence),
            Write::Body { line, place, body } => self.put_body(line, place, body),
            Write::Document {
                kind,
                key,
                value,
                updated_ms,
            } => self.put_document(kind, key, value, updated_ms),
            Write::DeleteDocument { kind, key } => {
                let sql = "DELETE FROM document WHERE kind = ?1 AND key = ?2";
                Ok(self
                    .conn
                    .prepare_cached(sql)?
                    .execute([kind, key])
                    .map(drop)?)
            }
            Write::Audit { at_ms, text } => {
                let item = AuditItem::after(self.last_audit()?.as_ref(), at_ms, text);
                self.put_audit(&item)
            }
        }
    }

    fn put_line(&self, founded: &Founded) -> Result<(), CommitError> {
        if self.line(founded.line()).is_ok() {
            return Ok(());
        }
        let next = self
            .conn
            .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM line")?;
        let next: i64 = { next }.query_row([], |row| row.get(0))?;
        if next > stored(LINES_MAX) {
            return Err(Misuse::LinesFull.into());
        }
        let line = StoredLine {
            id: founded.line(),
            instrument: founded.instrument().encode(),
        };
        let sum = line_sum(next, &line);
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO line(number, id, instrument, sum) VALUES (?1, ?2, ?3, ?4)",
        )?;
        insert.execute(params![next, &line.id.0.0[..], line.instrument, sum])?;
        self.put_frontier(LineNumber(next.unsigned_abs()), &Frontier::default())
    }

    /// The stored edge of a line, read on first use.
    fn tail(&mut self, id: LineId) -> Result<&mut LineTail, CommitError> {
        if !self.tails.contains_key(&id) {
            let tail = self.load_tail(id)?;
            self.tails.insert(id, tail);
        }
        match self.tails.entry(id) {
            Slot::Occupied(tail) => Ok(tail.into_mut()),
            Slot::Vacant(_) => Err(Misuse::UnknownLine(id).into()),
        }
    }

    fn load_tail(&self, id: LineId) -> Result<LineTail, CommitError> {
        let line = self.line(id)?;
        let instrument = self.instrument(line)?;
        let rot = |_| CommitError::from(ReadError::Rot(At::Line(id)));
        let founded = Founded::decode(&instrument).map_err(rot)?;
        let settled = self.settled_frontier(line)?.size();
        let logs = founded
            .parties()
            .map(|party| self.load_log(line, party, founded.origin(party)))
            .collect::<Result<_, _>>()?;
        Ok(LineTail {
            line,
            settled,
            logs,
        })
    }

    fn load_log(
        &self,
        line: Line,
        party: PartyIndex,
        origin: &str,
    ) -> Result<LogTail, CommitError> {
        let size = self.size_of(line, party)?;
        let lamport = match size.checked_sub(1) {
            None => 0,
            Some(index) => {
                let rot = ReadError::Rot(At::Entry(line.id, Ref { party, index }));
                self.row(line, Ref { party, index })?
                    .ok_or(rot)?
                    .whole(line)?
                    .lamport
            }
        };
        Ok(LogTail {
            origin: origin.to_owned(),
            tree: self.tree_tail(line, party, size)?,
            lamport,
            settled: self.settled_of(line, party)?,
        })
    }

    fn put_batch(
        &mut self,
        id: LineId,
        batch: &AdmittedBatch,
        arrived_ms: i64,
    ) -> Result<(), CommitError> {
        let party = batch.party();
        let entries = batch.entries().iter().map(|entry| (&**entry, arrived_ms));
        self.put_entries(id, party, batch.first_index(), entries)?;
        self.put_checkpoint(id, party, batch.checkpoint())
    }

    /// Appends entries to a log. The caller answers for a checkpoint that covers them.
    pub(crate) fn put_entries<'e>(
        &mut self,
        id: LineId,
        party: PartyIndex,
        first: u64,
        entries: impl Iterator<Item = (&'e VerifiedEntry, i64)>,
    ) -> Result<(), CommitError> {
        let tail = self.tail(id)?;
        let line = tail.line;
        let mut log = tail.log(party)?.clone();
        let size = log.tree.size();
        if first != size {
            return Err(Misuse::OutOfOrder { first, size }.into());
        }
        self.insert_entries(line, &mut log, entries)?;
        self.tail(id)?.logs[party.at()] = log;
        Ok(())
    }

    fn insert_entries<'e>(
        &self,
        line: Line,
        log: &mut LogTail,
        entries: impl Iterator<Item = (&'e VerifiedEntry, i64)>,
    ) -> Result<(), CommitError> {
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO entry(place, kind, lamport, arrived, sum, leaf, header, salt, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let mut insert_run = self
            .conn
            .prepare_cached("INSERT INTO run(place, lamport, sum) VALUES (?1, ?2, ?3)")?;
        let mut insert_tile = self
            .conn
            .prepare_cached("INSERT INTO tile(key, hash, sum) VALUES (?1, ?2, ?3)")?;
        let mut insert_reference = self.conn.prepare_cached(crate::refers::INSERT)?;
        let mut full = Vec::new();
        for (entry, arrived_ms) in entries {
            if entry.index() >= LOG_SIZE_MAX {
                return Err(Misuse::LogFull.into());
            }
            let place = key::place(line.number, entry.party(), entry.index());
            let (leaf, lamport) = (entry.leaf(), stored(entry.lamport()));
            let salted = entry.salted();
            insert.execute(params![
                place,
                stored(entry.header().kind.number()),
                lamport,
                arrived_ms,
                entry_sum(place, lamport, arrived_ms, &leaf),
                &leaf.0[..],
                entry.header_bytes(),
                salted.map(|salted| &salted.salt[..]),
                salted.map(|salted| &salted.bytes[..]),
            ])?;
            for row in crate::refers::rows(line, place, entry.header()) {
                insert_reference.execute(row)?;
            }
            if entry.index() == 0 || entry.lamport() != log.lamport + 1 {
                insert_run.execute([place, lamport, keyed_sum(place, &lamport.to_be_bytes())])?;
            }
            log.lamport = entry.lamport();
            log.tree.append(leaf, |at, hash| {
                full.push((
                    key::tile(line.number, entry.party(), at.level, at.index),
                    hash,
                ))
            });
        }
        for (key, hash) in full {
            insert_tile.execute(params![key, &hash.0[..], keyed_sum(key, &hash.0)])?;
        }
        Ok(())
    }

    fn put_checkpoint(
        &mut self,
        id: LineId,
        party: PartyIndex,
        signed: &SignedCheckpoint,
    ) -> Result<(), CommitError> {
        let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
        let tail = self.tail(id)?;
        let line = tail.line;
        let log = tail.log(party)?;
        if signed.checkpoint.origin != log.origin {
            return Err(Misuse::OtherLog(party).into());
        }
        let held = log.tree.size();
        let is_right = match size {
            _ if size == 0 || size > held => return Err(Misuse::NoCheckpoint { size }.into()),
            _ if size == held => log.tree.root() == root,
            _ => self.tree(line, party).root(size)? == root,
        };
        if !is_right {
            return Err(Misuse::OtherRoot { size }.into());
        }
        let place = key::place(line.number, party, size);
        let sql = "INSERT INTO checkpoint(place, root, signature, sum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let sum = checkpoint_sum(place, &root, &signed.signature);
        self.conn.prepare_cached(sql)?.execute(params![
            place,
            &root.0[..],
            &signed.signature[..],
            sum
        ])?;
        Ok(())
    }

    fn put_settled(
        &mut self,
        id: LineId,
        settled: &[Settled],
        frontier: &Frontier,
    ) -> Result<(), CommitError> {
        let tail = self.tail(id)?;
        let line = tail.line;
        let mut rows = Vec::with_capacity(settled.len());
        for s in settled {
            let log = tail
                .logs
                .get_mut(s.party.at())
                .ok_or(Misuse::UnknownParty(s.party))?;
            let follows =
                s.number == tail.settled + 1 && s.index == log.settled && s.index < log.tree.size();
            if !follows {
                return Err(Misuse::OrderGap { number: s.number }.into());
            }
            (tail.settled, log.settled) = (s.number, s.index + 1);
            rows.push((
                key::joint(line.number, s.number),
                key::place(line.number, s.party, s.index),
            ));
        }
        if tail.settled != frontier.size() {
            return Err(Misuse::OrderGap {
                number: frontier.size(),
            }
            .into());
        }
        let mut joint = self
            .conn
            .prepare_cached("INSERT INTO joint(number, place) VALUES (?1, ?2)")?;
        let mut numbered = self
            .conn
            .prepare_cached("INSERT INTO numbered(place, number) VALUES (?1, ?2)")?;
        for (number, place) in rows {
            joint.execute([number, place])?;
            numbered.execute([place, number])?;
        }
        self.put_frontier(line.number, frontier)
    }

    fn put_frontier(&self, line: LineNumber, frontier: &Frontier) -> Result<(), CommitError> {
        let (line, size, peaks) = (
            stored(line.0),
            stored(frontier.size()),
            frontier_bytes(frontier),
        );
        let sql = "INSERT INTO settled(line, size, peaks, sum) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT DO UPDATE SET size = excluded.size, peaks = excluded.peaks, sum = excluded.sum";
        let sum = crate::takeup::frontier_sum(line, size, &peaks);
        self.conn
            .prepare_cached(sql)?
            .execute(params![line, size, peaks, sum])?;
        Ok(())
    }

    fn purge(&self, id: LineId, places: &[Ref]) -> Result<(), CommitError> {
        let line = self.line(id)?;
        let mut delete = self
            .conn
            .prepare_cached("UPDATE entry SET salt = NULL, body = NULL WHERE place = ?1")?;
        for place in places {
            let key = key::place(line.number, place.party, place.index);
            if delete.execute([key])? == 0 {
                return Err(Misuse::NoEntry(*place).into());
            }
            self.note_body_change(key, false)?;
        }
        Ok(())
    }

    fn note_body_change(&self, place: i64, is_present: bool) -> Result<(), CommitError> {
        let sql = "INSERT INTO body_change(place, is_present) VALUES (?1, ?2)";
        self.conn
            .prepare_cached(sql)?
            .execute(params![place, is_present])?;
        Ok(())
    }

    fn put_body(&self, id: LineId, place: Ref, body: &SaltedBody) -> Result<(), CommitError> {
        let line = self.line(id)?;
        let key = key::place(line.number, place.party, place.index);
        let mut select = self
            .conn
            .prepare_cached("SELECT header, leaf FROM entry WHERE place = ?1")?;
        let mut rows = select.query([key])?;
        let row = rows.next()?.ok_or(Misuse::NoEntry(place))?;
        let rot = || CommitError::from(ReadError::Rot(At::Entry(id, place)));
        let bytes: Vec<u8> = row.get(0)?;
        if Some(openline_core::tree::leaf_hash(&bytes)) != hash(row, 1)? {
            return Err(rot());
        }
        let header = Header::decode(&bytes).map_err(|_| rot())?;
        if header.body_hash != body.hash() || self.is_purged(key)? {
            return Err(Misuse::OtherBody(place).into());
        }
        let mut update = self
            .conn
            .prepare_cached("UPDATE entry SET salt = ?2, body = ?3 WHERE place = ?1")?;
        update.execute(params![key, &body.salt[..], body.bytes])?;
        self.note_body_change(key, true)
    }

    fn put_cosigned<T: Stored>(
        &mut self,
        id: LineId,
        log: PartyIndex,
        cosigner: PartyIndex,
        checkpoint: &Checkpoint,
        signature: &T,
    ) -> Result<(), CommitError> {
        let tail = self.tail(id)?;
        let line = tail.line;
        tail.log(cosigner)?;
        if checkpoint.origin != tail.log(log)?.origin {
            return Err(Misuse::OtherLog(log).into());
        }
        let size = checkpoint.size;
        match self.checkpoint_at(line, log, size)? {
            None => return Err(Misuse::NoCheckpoint { size }.into()),
            Some(row) if row.root != checkpoint.root => {
                return Err(Misuse::OtherRoot { size }.into());
            }
            Some(_) => {}
        }
        let key = key::cosigned(line.number, log, cosigner, size);
        let (time, bytes) = signature.parts();
        let sum = cosigned_sum(key, stored(time), bytes);
        self.conn
            .prepare_cached(T::INSERT)?
            .execute(params![key, stored(time), bytes, sum])?;
        Ok(())
    }

    pub(crate) fn put_fork(
        &self,
        id: LineId,
        party: PartyIndex,
        evidence: &[u8],
    ) -> Result<(), CommitError> {
        let line = self.line(id)?;
        let log = key::place(line.number, party, 0);
        let sql = "INSERT INTO fork(log, evidence, sum) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.conn
            .prepare_cached(sql)?
            .execute(params![log, evidence, fork_sum(log, evidence)])?;
        Ok(())
    }

    fn put_document(
        &self,
        kind: &str,
        key: &str,
        value: &[u8],
        updated: i64,
    ) -> Result<(), CommitError> {
        let sql = "INSERT INTO document(kind, key, value, updated, sum) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE \
                   SET value = excluded.value, updated = excluded.updated, sum = excluded.sum";
        let sum = document_sum(kind, key, value, updated);
        self.conn
            .prepare_cached(sql)?
            .execute(params![kind, key, value, updated, sum])?;
        Ok(())
    }

    pub(crate) fn put_audit(&self, item: &AuditItem) -> Result<(), CommitError> {
        let sql = "INSERT INTO audit(number, at, text, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut insert = self.conn.prepare_cached(sql)?;
        insert.execute(params![
            stored(item.number),
            item.at_ms,
            item.text,
            &item.previous.0[..],
            &item.hash.0[..]
        ])?;
        Ok(())
    }

    fn instrument(&self, line: Line) -> Result<Vec<u8>, ReadError> {
        let lines = self.lines()?;
        let found = lines.into_iter().find(|stored| stored.id == line.id);
        found
            .map(|line| line.instrument)
            .ok_or(ReadError::UnknownLine(line.id))
    }

    /// How many entries of a log are settled: they are its first.
    fn settled_of(&self, line: Line, party: PartyIndex) -> Result<u64, CommitError> {
        Ok(self.reader.settled_of_log(line, party)?)
    }
}
