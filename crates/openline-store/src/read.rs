//! Reading: a connection that looks and never writes, and verified entries.
//!
//! SQLite and the disk return flipped bits without a word, so every read checks what it returns: headers against leaf hashes,
//! bodies against headers, everything else against row sums. What does not fit is [`ReadError::Rot`], never a value.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use openline_core::charter::Founded;
use openline_core::entry::{Header, RawEntry, Ref};
use openline_core::limits::SALT_LEN;
use openline_core::tree::leaf_hash;
use openline_core::{Hash, LineId, PartyIndex};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use crate::error::{At, OpenError, ReadError};
use crate::health::{Damage, Health};
use crate::home::{Files, companion};
use crate::key::{self, LineNumber, Span};
use crate::schema;
use crate::sum::{entry_sum, keyed_sum, number, stored};

/// The columns of [`EntryRow::read`].
macro_rules! entry_columns {
    () => {
        "SELECT e.place, e.kind, e.lamport, e.arrived, e.sum, e.leaf, e.header, e.salt, e.body, n.number, j.place \
         FROM entry e LEFT JOIN numbered n ON n.place = e.place LEFT JOIN joint j ON j.number = n.number"
    };
}

/// How much one read may return. At least one entry is returned if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most entries.
    pub entries: usize,
    /// Most bytes of headers, salts and bodies.
    pub bytes: usize,
}

/// A line, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Its id.
    pub id: LineId,
    /// The instrument that founded it.
    pub instrument: Vec<u8>,
}

/// An entry read back and verified against its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place.
    pub place: Ref,
    /// The decoded header.
    pub header: Header,
    /// The hash of the header as a leaf.
    pub leaf: Hash,
    /// The computed Lamport number.
    pub lamport: u64,
    /// When it was stored here, ms since 1970 UTC.
    pub arrived_ms: i64,
    /// Its joint number, once it is settled.
    pub number: Option<u64>,
    /// The bytes, as they came.
    pub raw: RawEntry,
}

/// A line's row, read or not.
pub(crate) type LineRow = (Line, Result<StoredLine, ReadError>);

/// A line's number in this store and its id, to point at in errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) number: LineNumber,
    pub(crate) id: LineId,
}

/// A connection that reads. Cheap to open; each is used by one thread at a time, and any number beside one writer.
#[derive(Debug)]
pub struct Reader {
    pub(crate) conn: Connection,
    pub(crate) health: Arc<Health>,
    /// How to open another connection to the same data.
    pub(crate) origin: Origin,
    pub(crate) foundings: Foundings,
}

/// What lines were founded by, whose signatures have been checked once; kept by the bytes that are stored.
pub(crate) type Foundings = RefCell<BTreeMap<LineId, (Vec<u8>, Arc<Founded>)>>;

/// Where the data is.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    File(std::path::PathBuf),
    /// The name under which connections of this process share it.
    Memory(String),
}

impl Reader {
    /// Opens the store of a home for reading, whether or not a node runs on it. Works on a read-only file system too.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Absent`] if there is no store.
    pub fn open(home: &Path) -> Result<Self, OpenError> {
        let files = Files::of(home);
        Self::open_file(&files.record(), Arc::new(Health::at(files.mark())))
    }

    /// Opens a store file that stands by itself: one out of a backup, or one that was put aside as damaged.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open_copy(path: &Path) -> Result<Self, OpenError> {
        Self::open_file(path, Arc::default())
    }

    pub(crate) fn open_file(path: &Path, health: Arc<Health>) -> Result<Self, OpenError> {
        schema::check_library()?;
        if !path.exists() {
            return Err(OpenError::Absent {
                path: path.to_owned(),
            });
        }
        let conn = connect_read_only(path)?;
        schema::identify(&conn, path)?;
        Ok(Self {
            conn,
            health,
            origin: Origin::File(path.to_owned()),
            foundings: Foundings::default(),
        })
    }

    pub(crate) fn open_memory(name: &str, health: Arc<Health>) -> Result<Self, OpenError> {
        let conn =
            connect_memory(name).map_err(|error| schema::failed(Path::new(":memory:"), &error))?;
        Ok(Self {
            conn,
            health,
            origin: Origin::Memory(name.to_owned()),
            foundings: Foundings::default(),
        })
    }

    /// Opens another reader of the same data, which shares what is known of damage.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn another(&self) -> Result<Self, OpenError> {
        match &self.origin {
            Origin::File(path) => Self::open_file(path, self.health.clone()),
            Origin::Memory(name) => Self::open_memory(name, self.health.clone()),
        }
    }

    /// What is wrong with the store, if anything has been noticed. It is not written to then.
    #[must_use]
    pub fn damage(&self) -> Option<Damage> {
        self.health.damage()
    }

    /// Answers several questions from one state of the store, whatever is committed meanwhile.
    ///
    /// # Errors
    /// What `f` fails with, or the failure to begin.
    pub fn consistently<T, E: From<ReadError>>(
        &self,
        f: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.conn.is_autocommit() {
            return f(self);
        }
        self.watched(|r| Ok(r.conn.prepare_cached("BEGIN")?.execute([]).map(drop)?))?;
        let result = f(self);
        self.watched(|r| Ok(r.conn.prepare_cached("ROLLBACK")?.execute([]).map(drop)?))?;
        result
    }

    /// Runs a read and notes damage that it finds.
    pub(crate) fn watched<T>(
        &self,
        f: impl FnOnce(&Self) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        f(self).map_err(|error| self.health.watch(error))
    }

    /// Every line, in the order they were founded here.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn lines(&self) -> Result<Vec<StoredLine>, ReadError> {
        self.watched(|r| {
            let mut statement = r
                .conn
                .prepare_cached("SELECT number, id, instrument, sum FROM line ORDER BY number")?;
            let mut rows = statement.query([])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                lines.push(read_line(row)?);
            }
            Ok(lines)
        })
    }

    /// What a line was founded by. Its signatures are checked when this reader meets these bytes for the first time.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::UnknownLine`]
    pub fn founded(&self, line: LineId) -> Result<Arc<Founded>, ReadError> {
        let stored = self.watched(|r| {
            let mut statement = r
                .conn
                .prepare_cached("SELECT number, id, instrument, sum FROM line WHERE id = ?1")?;
            let mut rows = statement.query([&line.0.0[..]])?;
            let row = rows.next()?.ok_or(ReadError::UnknownLine(line))?;
            read_line(row)
        })?;
        let mut known = self.foundings.borrow_mut();
        if let Some((bytes, founded)) = known.get(&line)
            && *bytes == stored.instrument
        {
            return Ok(founded.clone());
        }
        let founded = Founded::decode(&stored.instrument);
        let founded = Arc::new(founded.map_err(|_| ReadError::Rot(At::Line(line)))?);
        known.insert(line, (stored.instrument, founded.clone()));
        Ok(founded)
    }

    /// Every line's row by itself, whether or not it is right; one whose id can't be read has no use.
    pub(crate) fn line_rows(&self) -> Result<Vec<LineRow>, ReadError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT number, id, instrument, sum FROM line ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let number = LineNumber(number(row.get(0)?).ok_or(ReadError::Rot(At::Store))?);
            let id = hash(row, 1)?.map(LineId).ok_or(ReadError::Rot(At::Store))?;
            lines.push((Line { number, id }, read_line(row)));
        }
        Ok(lines)
    }

    /// The line of this id.
    pub(crate) fn line(&self, id: LineId) -> Result<Line, ReadError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT number FROM line WHERE id = ?1")?;
        let found = statement
            .query_row([&id.0.0[..]], |row| row.get::<_, i64>(0))
            .optional()?;
        let found = found.ok_or(ReadError::UnknownLine(id))?;
        Ok(Line {
            number: LineNumber(number(found).ok_or(ReadError::Rot(At::Line(id)))?),
            id,
        })
    }

    /// How many entries of `party`'s log are held.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn size(&self, line: LineId, party: PartyIndex) -> Result<u64, ReadError> {
        self.watched(|r| r.size_of(r.line(line)?, party))
    }

    pub(crate) fn size_of(&self, line: Line, party: PartyIndex) -> Result<u64, ReadError> {
        let span = key::log_from(line.number, party, 0);
        let last = self.last_key(
            "SELECT max(place) FROM entry WHERE place BETWEEN ?1 AND ?2",
            span,
        )?;
        Ok(last.map_or(0, |key| key::place_of(key).index + 1))
    }

    pub(crate) fn last_key(&self, sql: &str, span: Span) -> Result<Option<i64>, ReadError> {
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row([span.first, span.last], |row| row.get(0))?)
    }

    /// One entry, if it is held.
    ///
    /// # Errors
    /// [`ReadError::Rot`] if its bytes have changed.
    pub fn entry(&self, line: LineId, place: Ref) -> Result<Option<StoredEntry>, ReadError> {
        self.watched(|r| {
            let line = r.line(line)?;
            r.row(line, place)?.map(|row| row.whole(line)).transpose()
        })
    }

    pub(crate) fn row(&self, line: Line, place: Ref) -> Result<Option<EntryRow>, ReadError> {
        let mut statement = self
            .conn
            .prepare_cached(concat!(entry_columns!(), " WHERE e.place = ?1"))?;
        let mut rows = statement.query([key::place(line.number, place.party, place.index)])?;
        rows.next()?
            .map(|row| EntryRow::read(row, line, place))
            .transpose()
    }

    /// Entries of one log from `from` on, as far as `limits` allow.
    ///
    /// # Errors
    /// [`ReadError::Rot`] at the first whose bytes have changed or that is missing.
    pub fn entries(
        &self,
        line: LineId,
        party: PartyIndex,
        from: u64,
        limits: Limits,
    ) -> Result<Vec<StoredEntry>, ReadError> {
        self.watched(|r| {
            let line = r.line(line)?;
            let span = key::log_from(line.number, party, from);
            let sql = concat!(
                entry_columns!(),
                " WHERE e.place BETWEEN ?1 AND ?2 ORDER BY e.place LIMIT ?3"
            );
            let mut statement = r.conn.prepare_cached(sql)?;
            let mut rows = statement.query(params![
                span.first,
                span.last,
                stored(limits.entries.max(1) as u64)
            ])?;
            let mut taken = Taken::new(limits);
            while let Some(row) = rows.next()? {
                let place = Ref {
                    party,
                    index: from + taken.entries.len() as u64,
                };
                if !taken.push(EntryRow::read(row, line, place)?.whole(line)?) {
                    break;
                }
            }
            Ok(taken.entries)
        })
    }

    /// Settled entries from joint number `from` on, in the record's order.
    ///
    /// # Errors
    /// [`ReadError::Rot`] at the first whose bytes have changed or that is missing.
    pub fn settled_entries(
        &self,
        line: LineId,
        from: u64,
        limits: Limits,
    ) -> Result<Vec<StoredEntry>, ReadError> {
        self.watched(|r| {
            let line = r.line(line)?;
            let span = key::line_span(line.number);
            let sql = "SELECT number, place FROM joint WHERE number BETWEEN ?1 AND ?2 ORDER BY number LIMIT ?3";
            let mut statement = r.conn.prepare_cached(sql)?;
            let from = from.max(1);
            let first = key::joint(line.number, from);
            let mut rows = statement.query(params![first, span.last, stored(limits.entries.max(1) as u64)])?;
            let mut taken = Taken::new(limits);
            while let Some(row) = rows.next()? {
                let expected = from + taken.entries.len() as u64;
                let rot = || ReadError::Rot(At::Order(line.id, expected));
                let (joint, place) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
                if key::joint_of(joint) != expected || key::line_of(place) != line.number {
                    return Err(rot());
                }
                let entry = r.row(line, key::place_of(place))?.ok_or_else(rot)?.whole(line)?;
                if !taken.push(entry) {
                    break;
                }
            }
            Ok(taken.entries)
        })
    }

    /// Where the entry with a joint number is.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn place_of(&self, line: LineId, joint: u64) -> Result<Option<Ref>, ReadError> {
        self.watched(|r| {
            let line = r.line(line)?;
            let sql = "SELECT j.place, n.number FROM joint j LEFT JOIN numbered n ON n.place = j.place WHERE j.number = ?1";
            let wanted = key::joint(line.number, joint);
            let found = r.conn.prepare_cached(sql)?.query_row([wanted], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
            });
            match found.optional()? {
                None => Ok(None),
                Some((place, Some(back))) if back == wanted => Ok(Some(key::place_of(place))),
                Some(_) => Err(ReadError::Rot(At::Order(line.id, joint))),
            }
        })
    }

    /// Leaf hashes of a log from `from` up to `to`.
    pub(crate) fn leaves(
        &self,
        line: Line,
        party: PartyIndex,
        from: u64,
        to: u64,
    ) -> Result<Vec<Hash>, ReadError> {
        let sql = "SELECT place, lamport, arrived, sum, leaf FROM entry WHERE place >= ?1 AND place < ?2 ORDER BY place";
        let mut statement = self.conn.prepare_cached(sql)?;
        let (first, end) = (
            key::place(line.number, party, from),
            key::place(line.number, party, to),
        );
        let mut rows = statement.query([first, end])?;
        let mut leaves = Vec::new();
        for index in from..to {
            let rot = || ReadError::Rot(At::Entry(line.id, Ref { party, index }));
            let row = rows.next()?.ok_or_else(rot)?;
            let place: i64 = row.get(0)?;
            let leaf = hash(row, 4)?.ok_or_else(rot)?;
            let is_right =
                row.get::<_, i64>(3)? == entry_sum(place, row.get(1)?, row.get(2)?, &leaf);
            if !is_right || place != key::place(line.number, party, index) {
                return Err(rot());
            }
            leaves.push(leaf);
        }
        Ok(leaves)
    }
}

/// Connects to a file that is not written to. Where SQLite can't make its shared-memory file, as on a read-only file
/// system, the file is read as unchanging, which is right as long as no log lies beside it.
fn connect_read_only(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let look = |conn: &Connection| {
        schema::set_up(conn)?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    let plain =
        Connection::open_with_flags(path, flags).and_then(|conn| look(&conn).map(|()| conn));
    let error = match plain {
        Ok(conn) => return Ok(conn),
        Err(error) => error,
    };
    let has_log = std::fs::metadata(companion(path, "-wal")).is_ok_and(|log| log.len() > 0);
    if has_log || error.sqlite_error_code() != Some(rusqlite::ErrorCode::CannotOpen) {
        return Err(schema::failed(path, &error));
    }
    let uri = format!("file:{}?immutable=1", escape(path));
    let conn = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
        .map_err(|error| schema::failed(path, &error))?;
    look(&conn).map_err(|error| schema::failed(path, &error))?;
    Ok(conn)
}

/// A path as it stands in a URI.
fn escape(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_' | b'~');
    bytes
        .iter()
        .map(|b| {
            if plain(*b) {
                char::from(*b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// Connects to data in memory that connections of this process share under `name`.
pub(crate) fn connect_memory(name: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags)?;
    schema::set_up(&conn)?;
    Ok(conn)
}

/// What a row says of an entry's body.
#[derive(Debug)]
pub(crate) enum StoredBody {
    Present(Vec<u8>, Vec<u8>),
    Absent,
    Rotten,
}

/// An entry's row whose header is the leaf's; the rest is judged part by part.
#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) place: Ref,
    pub(crate) header: Header,
    pub(crate) header_bytes: Vec<u8>,
    pub(crate) leaf: Hash,
    pub(crate) lamport: u64,
    pub(crate) arrived_ms: i64,
    pub(crate) is_sum_right: bool,
    pub(crate) body: StoredBody,
    /// `None` if the two tables of the order contradict each other.
    pub(crate) number: Option<Option<u64>>,
}

impl EntryRow {
    /// Reads a row that should be of the entry at `place`.
    pub(crate) fn read(row: &Row<'_>, line: Line, place: Ref) -> Result<Self, ReadError> {
        let rot = || ReadError::Rot(At::Entry(line.id, place));
        let key = row.get::<_, i64>(0)?;
        if key != key::place(line.number, place.party, place.index) {
            return Err(rot());
        }
        let (lamport, arrived_ms) = (row.get::<_, i64>(2)?, row.get::<_, i64>(3)?);
        let leaf = hash(row, 5)?.ok_or_else(rot)?;
        let header_bytes: Vec<u8> = row.get(6)?;
        if leaf_hash(&header_bytes) != leaf {
            return Err(rot());
        }
        let header = Header::decode(&header_bytes).map_err(|_| rot())?;
        let is_kind_right = row.get::<_, i64>(1)? == stored(header.kind.number());
        let is_sum_right =
            is_kind_right && row.get::<_, i64>(4)? == entry_sum(key, lamport, arrived_ms, &leaf);
        let body = read_body(row, &header)?;
        let number = match (
            row.get::<_, Option<i64>>(9)?,
            row.get::<_, Option<i64>>(10)?,
        ) {
            (None, _) => Some(None),
            (Some(number), Some(back)) if back == key => Some(Some(key::joint_of(number))),
            (Some(_), _) => None,
        };
        let lamport = number_or(lamport, rot)?;
        Ok(Self {
            place,
            header,
            header_bytes,
            leaf,
            lamport,
            arrived_ms,
            is_sum_right,
            body,
            number,
        })
    }

    /// The entry, if every part of the row is right.
    pub(crate) fn whole(self, line: Line) -> Result<StoredEntry, ReadError> {
        let rot = ReadError::Rot(At::Entry(line.id, self.place));
        let body = match self.body {
            StoredBody::Present(salt, body) => Some((salt, body)),
            StoredBody::Absent => None,
            StoredBody::Rotten => return Err(rot),
        };
        let Some(number) = self.number.filter(|_| self.is_sum_right) else {
            return Err(rot);
        };
        Ok(StoredEntry {
            place: self.place,
            header: self.header,
            leaf: self.leaf,
            lamport: self.lamport,
            arrived_ms: self.arrived_ms,
            number,
            raw: RawEntry {
                header: self.header_bytes,
                body,
            },
        })
    }
}

fn read_body(row: &Row<'_>, header: &Header) -> Result<StoredBody, ReadError> {
    Ok(
        match (
            row.get::<_, Option<Vec<u8>>>(7)?,
            row.get::<_, Option<Vec<u8>>>(8)?,
        ) {
            (None, None) => StoredBody::Absent,
            (Some(salt), Some(body))
                if salt.len() == SALT_LEN && Hash::of(&[&salt, &body]) == header.body_hash =>
            {
                StoredBody::Present(salt, body)
            }
            _ => StoredBody::Rotten,
        },
    )
}

fn number_or(value: i64, rot: impl FnOnce() -> ReadError) -> Result<u64, ReadError> {
    number(value).ok_or_else(rot)
}

/// The hash in a column, if it has 32 bytes.
pub(crate) fn hash(row: &Row<'_>, column: usize) -> Result<Option<Hash>, ReadError> {
    let value = row.get_ref(column)?;
    Ok(value.as_blob().ok().and_then(Hash::from_slice))
}

fn read_line(row: &Row<'_>) -> Result<StoredLine, ReadError> {
    let id = hash(row, 1)?.map(LineId).ok_or(ReadError::Rot(At::Store))?;
    let instrument: Vec<u8> = row.get(2)?;
    let line = StoredLine { id, instrument };
    if row.get::<_, i64>(3)? == line_sum(row.get(0)?, &line) {
        Ok(line)
    } else {
        Err(ReadError::Rot(At::Line(id)))
    }
}

/// The sum of a line's row.
pub(crate) fn line_sum(number: i64, line: &StoredLine) -> i64 {
    keyed_sum(
        number,
        Hash::of(&[&line.id.0.0, &line.instrument]).0.as_slice(),
    )
}

/// Entries taken until a limit is met.
struct Taken {
    entries: Vec<StoredEntry>,
    limits: Limits,
    bytes: usize,
}

impl Taken {
    fn new(limits: Limits) -> Self {
        Self {
            entries: Vec::new(),
            limits,
            bytes: 0,
        }
    }

    /// Takes an entry if it still fits; the first always does.
    fn push(&mut self, entry: StoredEntry) -> bool {
        let body = entry
            .raw
            .body
            .as_ref()
            .map_or(0, |(salt, body)| salt.len() + body.len());
        self.bytes += entry.raw.header.len() + body;
        let fits = self.entries.is_empty() || self.bytes <= self.limits.bytes;
        if fits {
            self.entries.push(entry);
        }
        fits
    }
}
