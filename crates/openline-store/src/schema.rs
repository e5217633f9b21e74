//! The file: its tables, its marks of identity, and how a connection to it is set up.
//!
//! One row per entry, keyed so that each log is one run of one B-tree and appending touches its right edge only. What may change later
//! (order, bodies obtained late) stands in other tables or is rare.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB};

use crate::error::{Failure, OpenError, classify};

/// `application_id`: "opln".
const APPLICATION_ID: i64 = 0x6f70_6c6e;
/// `user_version`: the schema that this program writes.
pub const SCHEMA: i64 = 1;
/// The first SQLite without the fault that could lose a committed transaction when the log is reset.
const SQLITE_MIN: i32 = 3_051_003;
/// Bytes of one page; measured best of 4, 8 and 16 KiB at batches of 16 to 256 entries of 512 bytes.
pub(crate) const PAGE_SIZE: i64 = 8192;
/// Statements kept prepared on a connection; more than this crate has.
const STATEMENTS: usize = 128;
/// Page cache of a connection, KiB.
const CACHE_KIB: i64 = 16 * 1024;
/// How long to wait for a lock that another connection holds.
pub(crate) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

const TABLES: &str = "
CREATE TABLE line(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, instrument BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE settled(line INTEGER PRIMARY KEY, size INTEGER NOT NULL, peaks BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE entry(place INTEGER PRIMARY KEY, kind INTEGER NOT NULL, lamport INTEGER NOT NULL, arrived INTEGER NOT NULL,
  sum INTEGER NOT NULL, leaf BLOB NOT NULL, header BLOB NOT NULL, salt BLOB, body BLOB) STRICT;
CREATE INDEX entry_structural ON entry(place) WHERE kind IN (0, 5, 6, 7);
CREATE INDEX entry_bodiless ON entry(place) WHERE body IS NULL;
CREATE INDEX entry_desk ON entry(place, kind) WHERE kind >= 8;
CREATE TABLE refers(target INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY(target, place)) STRICT, WITHOUT ROWID;
CREATE TABLE run(place INTEGER PRIMARY KEY, lamport INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE joint(number INTEGER PRIMARY KEY, place INTEGER NOT NULL) STRICT;
CREATE TABLE numbered(place INTEGER PRIMARY KEY, number INTEGER NOT NULL) STRICT;
CREATE TABLE tile(key INTEGER PRIMARY KEY, hash BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE checkpoint(place INTEGER PRIMARY KEY, root BLOB NOT NULL, signature BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE cosignature(key INTEGER PRIMARY KEY, time INTEGER NOT NULL, signature BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE seal(key INTEGER PRIMARY KEY, time INTEGER NOT NULL, signature BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
CREATE TABLE fork(number INTEGER PRIMARY KEY, log INTEGER NOT NULL, evidence BLOB NOT NULL, sum INTEGER NOT NULL,
  UNIQUE(log, sum)) STRICT;
CREATE TABLE body_change(number INTEGER PRIMARY KEY, place INTEGER NOT NULL, is_present INTEGER NOT NULL) STRICT;
CREATE INDEX body_change_place ON body_change(place);
CREATE TABLE document(kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, updated INTEGER NOT NULL,
  sum INTEGER NOT NULL, UNIQUE(kind, key)) STRICT;
CREATE TABLE audit(number INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT, previous BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
";

/// Refuses a SQLite with the known fault.
pub(crate) fn check_library() -> Result<(), OpenError> {
    if rusqlite::version_number() < SQLITE_MIN {
        return Err(OpenError::LibraryTooOld {
            found: rusqlite::version(),
        });
    }
    Ok(())
}

/// Sets up any connection. `secure_delete` overwrites what a purge deletes; closing never checkpoints, so that a damaged
/// store is not written to by the mere end of the process.
pub(crate) fn set_up(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.pragma_update(None, "foreign_keys", false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// Sets up a connection that writes to a file.
pub(crate) fn set_up_writer(conn: &Connection) -> rusqlite::Result<()> {
    set_up(conn)?;
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))
}

/// Writes the tables into an empty database.
pub(crate) fn create(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "page_size", PAGE_SIZE)?;
    conn.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.execute_batch(&format!(
        "BEGIN; {TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;"
    ))
}

/// Whose file this is, and of which schema.
pub(crate) fn identify(conn: &Connection, path: &std::path::Path) -> Result<(), OpenError> {
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(|error| failed(path, &error))?;
    let found = pragma("user_version").map_err(|error| failed(path, &error))?;
    if application != APPLICATION_ID {
        return Err(OpenError::Foreign {
            path: path.to_owned(),
        });
    }
    match found {
        SCHEMA => Ok(()),
        _ if found > SCHEMA => Err(OpenError::TooNew {
            found,
            known: SCHEMA,
        }),
        _ => Err(OpenError::UnknownSchema { found }),
    }
}

/// Whether SQLite opened the file for reading only though it was asked for more.
pub(crate) fn is_read_only(conn: &Connection) -> bool {
    conn.is_readonly(MAIN_DB).unwrap_or(true)
}

/// An opening error out of SQLite's.
pub(crate) fn failed(path: &std::path::Path, error: &rusqlite::Error) -> OpenError {
    let (path, why) = (path.to_owned(), error.to_string());
    match classify(error) {
        Failure::Damaged => OpenError::Damaged { path, why },
        Failure::ReadOnly => OpenError::NotWritable { path, why },
        Failure::Full | Failure::Io | Failure::Busy | Failure::Other => {
            OpenError::Failed { path, why }
        }
    }
}
