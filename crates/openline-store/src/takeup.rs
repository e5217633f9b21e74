//! Taking up a record: what the core needs to go on where the store ends, read in time that does not grow with the record.

use openline_core::admit::{LogSnapshot, Snapshot, WaitingEntry};
use openline_core::charter::Founded;
use openline_core::entry::{Kind, Ref};
use openline_core::tree::Frontier;
use openline_core::{Hash, LineId, PartyIndex};
use rusqlite::OptionalExtension;

use crate::error::{At, ReadError};
use crate::key::{self, Span};
use crate::read::{Line, Reader};
use crate::sum::{keyed_sum, number, sum};

impl Reader {
    /// Reads what [`openline_core::admit::Logs::restore`] takes, and checks that it fits together: each log's tree has the root
    /// that its party signed last, and the settled order is as long as its parts.
    ///
    /// # Errors
    /// [`ReadError::Rot`] at what does not fit.
    pub fn take_up(&self, founded: &Founded) -> Result<Snapshot, ReadError> {
        self.consistently(|r| r.watched(|r| r.snapshot(founded)))
    }

    fn snapshot(&self, founded: &Founded) -> Result<Snapshot, ReadError> {
        let line = self.line(founded.line())?;
        let mut logs = Vec::with_capacity(founded.party_count());
        for party in founded.parties() {
            logs.push(self.log_snapshot(line, party, founded.party_count())?);
        }
        for p in 0..logs.len() {
            let needed = logs
                .iter()
                .map(|log| log.seen.get(p).copied().unwrap_or(0))
                .min()
                .unwrap_or(0);
            let party = PartyIndex::from_usize(p).expect("a party of the line");
            let size = logs[p].frontier.size();
            (logs[p].lamports_from, logs[p].lamports) =
                self.lamports(line, party, needed.saturating_sub(1), size)?;
        }
        let settled = self.settled_frontier(line)?;
        let mut waiting = Vec::new();
        let mut settled_entries = 0;
        for (party, log) in founded.parties().zip(&logs) {
            let from = self.settled_of_log(line, party)?;
            settled_entries += from;
            self.waiting(line, party, from, log.frontier.size(), &mut waiting)?;
        }
        if settled_entries != settled.size() {
            return Err(ReadError::Rot(At::Order(line.id, settled.size())));
        }
        let forked = self
            .forks(line.id)?
            .into_iter()
            .map(|(party, _)| party)
            .collect();
        let structural = self.structural(line)?;
        Ok(Snapshot {
            logs,
            structural,
            settled,
            waiting,
            bodiless: self.bodiless_leaves(line)?,
            forked,
        })
    }

    /// A log's tree and last `seen`; its Lamport numbers are read when all logs' `seen` are known.
    fn log_snapshot(
        &self,
        line: Line,
        party: PartyIndex,
        parties: usize,
    ) -> Result<LogSnapshot, ReadError> {
        let size = self.size_of(line, party)?;
        let frontier = self.tree_tail(line, party, size)?.frontier();
        let signed = self
            .last_checkpoint(line, party)?
            .map(|row| (row.size, row.root));
        if size > 0 && signed != Some((size, frontier.root())) || size == 0 && signed.is_some() {
            return Err(ReadError::Rot(At::Log(line.id, party)));
        }
        let seen = match size.checked_sub(1) {
            None => vec![0; parties],
            Some(index) => {
                let rot = ReadError::Rot(At::Entry(line.id, Ref { party, index }));
                self.row(line, Ref { party, index })?
                    .ok_or(rot)?
                    .whole(line)?
                    .header
                    .seen
            }
        };
        Ok(LogSnapshot {
            frontier,
            seen,
            lamports_from: 0,
            lamports: Vec::new(),
        })
    }

    /// Lamport numbers from the run that holds index `from` to the end of the log.
    fn lamports(
        &self,
        line: Line,
        party: PartyIndex,
        from: u64,
        size: u64,
    ) -> Result<(u64, Vec<u64>), ReadError> {
        if size == 0 {
            return Ok((0, Vec::new()));
        }
        let from = from.min(size - 1);
        let rot = || ReadError::Rot(At::Lamports(line.id, party));
        let log = key::log_from(line.number, party, 0);
        let until = Span {
            first: log.first,
            last: key::place(line.number, party, from),
        };
        let first = self
            .last_key(
                "SELECT max(place) FROM run WHERE place BETWEEN ?1 AND ?2",
                until,
            )?
            .ok_or_else(rot)?;
        let sql =
            "SELECT place, lamport, sum FROM run WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([first, log.last])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            let (place, lamport) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
            if row.get::<_, i64>(2)? != keyed_sum(place, &lamport.to_be_bytes()) {
                return Err(rot());
            }
            runs.push((key::place_of(place).index, number(lamport).ok_or_else(rot)?));
        }
        let ends = runs.iter().skip(1).map(|(index, _)| *index).chain([size]);
        let numbers = runs.iter().zip(ends).flat_map(|((start, lamport), end)| {
            (from.max(*start)..end).map(move |index| lamport + (index - start))
        });
        let numbers: Vec<u64> = numbers.collect();
        let index = size - 1;
        let last = self.row(line, Ref { party, index })?.map(|row| row.lamport);
        if numbers.len() as u64 != size - from || numbers.last().copied() != last {
            return Err(rot());
        }
        Ok((from, numbers))
    }

    fn waiting(
        &self,
        line: Line,
        party: PartyIndex,
        from: u64,
        size: u64,
        waiting: &mut Vec<WaitingEntry>,
    ) -> Result<(), ReadError> {
        let leaves = self.leaves(line, party, from, size)?;
        let sql = "SELECT lamport, kind FROM entry WHERE place >= ?1 AND place < ?2 ORDER BY place";
        let mut statement = self.conn.prepare_cached(sql)?;
        let (first, end) = (
            key::place(line.number, party, from),
            key::place(line.number, party, size),
        );
        let mut rows = statement.query([first, end])?;
        for (index, leaf) in (from..size).zip(leaves) {
            let place = Ref { party, index };
            let rot = || ReadError::Rot(At::Entry(line.id, place));
            let row = rows.next()?.ok_or_else(rot)?;
            let lamport = number(row.get(0)?).ok_or_else(rot)?;
            let kind = Kind::from_number(number(row.get(1)?).ok_or_else(rot)?);
            waiting.push(WaitingEntry {
                place,
                lamport,
                leaf,
                is_mark: kind == Kind::Mark,
            });
        }
        Ok(())
    }

    /// Structural entries, ascending by (Lamport number, party).
    fn structural(
        &self,
        line: Line,
    ) -> Result<Vec<(Ref, openline_core::entry::RawEntry)>, ReadError> {
        let sql = "SELECT place FROM entry INDEXED BY entry_structural \
                   WHERE kind IN (0, 5, 6, 7) AND place BETWEEN ?1 AND ?2 ORDER BY place";
        let mut entries = Vec::new();
        for place in self.places(line, sql)? {
            let rot = ReadError::Rot(At::Entry(line.id, place));
            let entry = self.row(line, place)?.ok_or(rot)?.whole(line)?;
            entries.push(((entry.lamport, place.party), place, entry.raw));
        }
        entries.sort_by_key(|(position, ..)| *position);
        Ok(entries
            .into_iter()
            .map(|(_, place, raw)| (place, raw))
            .collect())
    }

    pub(crate) fn bodiless(&self, line: Line) -> Result<Vec<Ref>, ReadError> {
        let sql = "SELECT place FROM entry INDEXED BY entry_bodiless \
                   WHERE body IS NULL AND place BETWEEN ?1 AND ?2 ORDER BY place";
        self.places(line, sql)
    }

    /// Entries without their body, with their leaf hashes.
    fn bodiless_leaves(&self, line: Line) -> Result<Vec<(Ref, Hash)>, ReadError> {
        let leaf = |place| {
            let entry = self
                .entry(line.id, place)?
                .ok_or(ReadError::Rot(At::Entry(line.id, place)))?;
            Ok((place, entry.leaf))
        };
        self.bodiless(line)?.into_iter().map(leaf).collect()
    }

    fn places(&self, line: Line, sql: &str) -> Result<Vec<Ref>, ReadError> {
        let span = key::line_span(line.number);
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([span.first, span.last])?;
        let mut places = Vec::new();
        while let Some(row) = rows.next()? {
            places.push(key::place_of(row.get(0)?));
        }
        Ok(places)
    }

    /// How many entries of a log are settled: they are its first.
    pub(crate) fn settled_of_log(&self, line: Line, party: PartyIndex) -> Result<u64, ReadError> {
        let span = key::log_from(line.number, party, 0);
        let last = self.last_key(
            "SELECT max(place) FROM numbered WHERE place BETWEEN ?1 AND ?2",
            span,
        )?;
        Ok(last.map_or(0, |place| key::place_of(place).index + 1))
    }

    /// The tree over a line's settled entries.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn settled(&self, line: LineId) -> Result<Frontier, ReadError> {
        self.watched(|r| r.settled_frontier(r.line(line)?))
    }

    pub(crate) fn settled_frontier(&self, line: Line) -> Result<Frontier, ReadError> {
        let rot = || ReadError::Rot(At::Order(line.id, 0));
        let key = i64::try_from(line.number.0).map_err(|_| rot())?;
        let sql = "SELECT size, peaks, sum FROM settled WHERE line = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, i64>(2)?,
            ))
        };
        let (size, peaks, sum) = self
            .conn
            .prepare_cached(sql)?
            .query_row([key], read)
            .optional()?
            .ok_or_else(rot)?;
        if sum != frontier_sum(key, size, &peaks) || peaks.len() % 32 != 0 {
            return Err(rot());
        }
        let peaks = peaks
            .chunks_exact(32)
            .filter_map(Hash::from_slice)
            .collect();
        Frontier::restore(number(size).ok_or_else(rot)?, peaks).ok_or_else(rot)
    }
}

/// The peaks of a tree, one after the other.
pub(crate) fn frontier_bytes(frontier: &Frontier) -> Vec<u8> {
    frontier.peaks().iter().flat_map(|peak| peak.0).collect()
}

/// The sum of a row of the settled order.
pub(crate) fn frontier_sum(line: i64, size: i64, peaks: &[u8]) -> i64 {
    sum(&[&line.to_be_bytes(), &size.to_be_bytes(), peaks])
}
