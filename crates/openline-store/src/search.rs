//! Full-text search of messages: an index beside the store, derived from it and made anew whenever it is missing or broken.

use std::path::Path;

use openline_core::entry::{Kind, Ref};
use openline_core::message::Message;
use openline_core::{LineId, PartyIndex};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::ReadError;
use crate::home::Files;
use crate::read::{Limits, Reader};

/// Entries read at a time while the index is brought up to date.
const READ: Limits = Limits {
    entries: 2048,
    bytes: 16 << 20,
};
/// The layout of the index; another one is thrown away and made anew.
const LAYOUT: i64 = 1;

/// A hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The line.
    pub line: LineId,
    /// The message.
    pub place: Ref,
    /// Text around the words that matched, which stand between « and ».
    pub snippet: String,
}

/// A search failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The query can't be read.
    #[error(
        "the query can't be read: {0}. Give words; \"quoted phrases\", AND, OR, NOT and word* work too"
    )]
    Query(String),
    /// The record can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index can't be made.
    #[error("the search index can't be used: {0}")]
    Index(rusqlite::Error),
}

/// Longest query, bytes.
pub const QUERY_MAX: usize = 512;
/// Most words of a query: what a search costs grows with their square.
pub const TERMS_MAX: usize = 32;

/// Searches subjects and texts of the messages of `lines`; the newest first.
///
/// Brings the index up to date first: after many new messages that takes a while, once.
///
/// # Errors
/// [`SearchError`]
pub fn search(
    home: &Path,
    reader: &Reader,
    query: &str,
    lines: &[LineId],
    limit: usize,
) -> Result<Vec<Hit>, SearchError> {
    if query.len() > QUERY_MAX || query.split_whitespace().count() > TERMS_MAX {
        let words = format!("it has more than {TERMS_MAX} words or {QUERY_MAX} bytes");
        return Err(SearchError::Query(words));
    }
    let mut index = open(&Files::of(home).record().with_file_name("search.sqlite"))
        .map_err(SearchError::Index)?;
    for stored in reader.lines()? {
        let Ok(founded) = reader.founded(stored.id) else {
            continue;
        };
        for party in founded.parties() {
            bring_up(&mut index, reader, stored.id, party)?;
        }
    }
    find(&index, query, lines, limit)
}

fn open(path: &Path) -> Result<Connection, rusqlite::Error> {
    let usable = |path: &Path| -> Result<Connection, rusqlite::Error> {
        let conn = Connection::open(path)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        let layout: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if layout != LAYOUT {
            conn.execute_batch(
                "DROP TABLE IF EXISTS text; DROP TABLE IF EXISTS done; \
                 CREATE VIRTUAL TABLE text USING fts5(line UNINDEXED, party UNINDEXED, place UNINDEXED, words, tokenize = 'unicode61'); \
                 CREATE TABLE done (line TEXT, party INTEGER, size INTEGER, PRIMARY KEY (line, party)) STRICT;",
            )?;
            conn.pragma_update(None, "user_version", LAYOUT)?;
        }
        Ok(conn)
    };
    usable(path).or_else(|_| {
        // A broken index holds nothing that the record does not: it is thrown away.
        for ending in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            drop(std::fs::remove_file(name));
        }
        usable(path)
    })
}

fn bring_up(
    index: &mut Connection,
    reader: &Reader,
    line: LineId,
    party: PartyIndex,
) -> Result<(), SearchError> {
    let size = reader.size(line, party)?;
    let done: Option<i64> = index
        .query_row(
            "SELECT size FROM done WHERE line = ?1 AND party = ?2",
            params![line.to_string(), party.0],
            |row| row.get(0),
        )
        .optional()
        .map_err(SearchError::Index)?;
    let mut from = done.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    while from < size {
        let entries = reader.entries(line, party, from, READ)?;
        if entries.is_empty() {
            break;
        }
        from += entries.len() as u64;
        let put = |index: &mut Connection| -> Result<(), rusqlite::Error> {
            let change = index.transaction()?;
            for entry in entries
                .iter()
                .filter(|entry| entry.header.kind == Kind::Message)
            {
                let message = entry
                    .raw
                    .body
                    .as_ref()
                    .and_then(|(_, body)| Message::decode(body).ok());
                let Some(message) = message else { continue };
                change
                    .prepare_cached(
                        "INSERT INTO text (line, party, place, words) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        line.to_string(),
                        party.0,
                        i64::try_from(entry.place.index).unwrap_or(i64::MAX),
                        words(&message)
                    ])?;
            }
            change.execute(
                "INSERT OR REPLACE INTO done (line, party, size) VALUES (?1, ?2, ?3)",
                params![
                    line.to_string(),
                    party.0,
                    i64::try_from(from).unwrap_or(i64::MAX)
                ],
            )?;
            change.commit()
        };
        put(index).map_err(SearchError::Index)?;
    }
    Ok(())
}

fn words(message: &Message) -> String {
    let subject = message.subject.as_deref().unwrap_or_default();
    let texts = message.texts.iter().map(|text| text.text.as_str());
    std::iter::once(subject)
        .chain(texts)
        .collect::<Vec<_>>()
        .join("\n")
}

fn find(
    index: &Connection,
    query: &str,
    lines: &[LineId],
    limit: usize,
) -> Result<Vec<Hit>, SearchError> {
    let bad = |error: rusqlite::Error| SearchError::Query(error.to_string());
    let sql = "SELECT line, party, place, snippet(text, 3, '«', '»', '…', 16) FROM text \
               WHERE text MATCH ?1 AND line IN (SELECT value FROM json_each(?2)) ORDER BY rowid DESC LIMIT ?3";
    let mut statement = index.prepare_cached(sql).map_err(SearchError::Index)?;
    // Ids are hexadecimal: nothing in them has to be escaped.
    let ids: Vec<String> = lines.iter().map(|line| format!("\"{line}\"")).collect();
    let ids = format!("[{}]", ids.join(","));
    let rows = statement
        .query_map(
            params![query, ids, i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, u8>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, String>(3)?,
                ))
            },
        )
        .map_err(bad)?;
    let mut hits = Vec::new();
    for row in rows {
        let (line, party, place, snippet) = row.map_err(bad)?;
        if let (Ok(line), Ok(index)) = (line.parse(), u64::try_from(place)) {
            hits.push(Hit {
                line,
                place: Ref {
                    party: PartyIndex(party),
                    index,
                },
                snippet,
            });
        }
    }
    Ok(hits)
}
