//! What refers to an entry, and which entries are of the desk's kinds: indexes that are computed from headers.

use openline_core::LineId;
use openline_core::entry::{Header, Kind, Ref};
use rusqlite::params;

use crate::error::ReadError;
use crate::key;
use crate::read::{Line, Reader};
use crate::sum::stored;

/// The first kind that only the desk gives a meaning; `entry_desk` of the schema holds it too.
pub const DESK_KINDS_FROM: u64 = 8;

pub(crate) const INSERT: &str = "INSERT INTO refers(target, place) VALUES (?1, ?2)";

/// The rows of one entry.
pub(crate) fn rows(line: Line, place: i64, header: &Header) -> impl Iterator<Item = [i64; 2]> + '_ {
    let target = move |to: &Ref| key::place(line.number, to.party, to.index);
    header.refs.iter().map(move |to| [target(to), place])
}

impl Reader {
    /// The entries that refer to `place`, ascending by party and index.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn referring(&self, line: LineId, place: Ref) -> Result<Vec<Ref>, ReadError> {
        self.watched(|r| {
            let line = r.line(line)?;
            let target = key::place(line.number, place.party, place.index);
            let sql = "SELECT place FROM refers WHERE target = ?1 ORDER BY place";
            r.found_places(sql, params![target])
        })
    }

    /// The entries of one of the desk's kinds, or of all of them, ascending by party and index.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn of_kind(&self, line: LineId, kind: Option<Kind>) -> Result<Vec<Ref>, ReadError> {
        self.watched(|r| {
            let span = key::line_span(r.line(line)?.number);
            let place = "SELECT place FROM entry WHERE place BETWEEN ?1 AND ?2 AND kind >= 8";
            match kind {
                None => {
                    let sql = format!("{place} ORDER BY place");
                    r.found_places(&sql, params![span.first, span.last])
                }
                // `+` keeps the parameter out of the choice of the partial index: a statement whose plan depends
                // on a bound value is compiled anew at every call.
                Some(kind) => {
                    let sql = format!("{place} AND +kind = ?3 ORDER BY place");
                    r.found_places(&sql, params![span.first, span.last, stored(kind.number())])
                }
            }
        })
    }

    fn found_places(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<Ref>, ReadError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params, |row| row.get(0).map(key::place_of))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether every reference of an entry is in the index.
    pub(crate) fn is_referring(
        &self,
        line: Line,
        place: Ref,
        header: &Header,
    ) -> Result<bool, ReadError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT 1 FROM refers WHERE target = ?1 AND place = ?2")?;
        let place = key::place(line.number, place.party, place.index);
        for row in rows(line, place, header) {
            if !statement.exists(row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
