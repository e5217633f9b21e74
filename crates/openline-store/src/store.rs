//! The store: one writer over one home, opened, kept and closed.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openline_core::LineId;
use rusqlite::{Connection, MAIN_DB, OpenFlags, backup};

use crate::check::CheckReport;
use crate::commit::LineTail;
use crate::error::{CommitError, OpenError, ReadError};
use crate::health::{Health, remove_if_there};
use crate::home::{Files, HomeLock, companion, finish_exchange, not_writable, sync_dir};
use crate::read::{Foundings, Origin, Reader};
use crate::schema;
use crate::wal;

/// The write-ahead log is moved into the file by [`Store::maintain`] from this size on.
pub const LOG_BYTES_SOON: u64 = 4 << 20;
/// From this size on, [`Store::commit`] does it by itself before it stores anything.
pub const LOG_BYTES_MAX: u64 = 64 << 20;

/// The durable store of one node.
///
/// One value owns a home; it is used by one thread. It reads as any [`Reader`] does; other threads get readers of their
/// own by [`Reader::another`]. Everything that changes goes through [`Store::commit`], one transaction at a time.
#[derive(Debug)]
pub struct Store {
    pub(crate) reader: Reader,
    /// The growing edge of each line, as it is stored; forgotten whenever a commit fails.
    pub(crate) tails: BTreeMap<LineId, LineTail>,
    /// Whether a purge has left deleted bytes in the write-ahead log.
    pub(crate) must_wipe_log: bool,
    /// Commits tried so far.
    pub(crate) commits: u32,
    lock: Option<HomeLock>,
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// What [`Store::maintain`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maintained {
    /// There was little to do, and it was left.
    Nothing,
    /// The log was moved into the file as far as readers let it.
    Moved,
}

impl Store {
    /// Opens the store of a home, or makes it if no node has run there, and keeps every other node out.
    ///
    /// A store in which damage was found before, or whose write-ahead log has rotted, opens for reading only: see
    /// [`Reader::damage`].
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open(home: &Path) -> Result<Self, OpenError> {
        schema::check_library()?;
        let files = Files::of(home);
        let mut lock = HomeLock::take(&files)?;
        let path = files.record();
        finish_exchange(&files).map_err(|error| not_writable(&path, &error))?;
        // What a rebuild that was cut off has left.
        remove_if_there(&files.fresh()).map_err(|error| not_writable(&files.fresh(), &error))?;
        if !path.exists() {
            if lock.was_used {
                return Err(OpenError::Gone { path });
            }
            create(&files)?;
        }
        let health = Arc::new(Health::at(files.mark()));
        let conn = connect(&path, &health)?;
        // A log that was left behind may hold what a purge deleted.
        let must_wipe_log = companion(&path, "-wal")
            .metadata()
            .is_ok_and(|log| log.len() > 0);
        lock.sign()
            .map_err(|error| not_writable(&files.lock(), &error))?;
        let reader = Reader {
            conn,
            health,
            origin: Origin::File(path),
            foundings: Foundings::default(),
        };
        Ok(Self {
            reader,
            tails: BTreeMap::new(),
            must_wipe_log,
            commits: 0,
            lock: Some(lock),
        })
    }

    /// Opens the store of a home to look only; the node may run meanwhile.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open_read_only(home: &Path) -> Result<Reader, OpenError> {
        Reader::open(home)
    }

    /// An empty store in memory, for simulation. It forgets everything when it and its readers are gone.
    ///
    /// # Errors
    /// [`OpenError::Failed`] for want of memory.
    pub fn open_in_memory() -> Result<Self, OpenError> {
        let store = Self::in_memory()?;
        schema::create(&store.reader.conn).map_err(|error| memory_failed(&error))?;
        Ok(store)
    }

    /// The whole state of the store, as one file's bytes. Between two commits it is what a crash would leave.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn snapshot_bytes(&mut self) -> Result<Vec<u8>, ReadError> {
        Ok(self.reader.conn.serialize(MAIN_DB)?.to_vec())
    }

    /// A store in memory with the state that [`Store::snapshot_bytes`] gave.
    ///
    /// # Errors
    /// [`OpenError`] if they are not such bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpenError> {
        let mut bytes = bytes.to_vec();
        if let Some(versions) = bytes.get_mut(18..20) {
            // The file format's "write-ahead log" mark, which data in memory can't have.
            versions.fill(1);
        }
        let mut store = Self::in_memory()?;
        let mut source = Connection::open_in_memory().map_err(|error| memory_failed(&error))?;
        source
            .deserialize_read_exact(MAIN_DB, &bytes[..], bytes.len(), true)
            .map_err(|error| memory_failed(&error))?;
        backup::Backup::new(&source, &mut store.reader.conn)
            .and_then(|copy| copy.step(-1))
            .map_err(|error| memory_failed(&error))?;
        schema::identify(&store.reader.conn, Path::new(":memory:"))?;
        Ok(store)
    }

    fn in_memory() -> Result<Self, OpenError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("openline-store-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        schema::check_library()?;
        let reader = Reader::open_memory(&name, Arc::default())?;
        Ok(Self {
            reader,
            tails: BTreeMap::new(),
            must_wipe_log: false,
            commits: 0,
            lock: None,
        })
    }

    /// A store file that is being made, outside any home: not durable until it is closed by [`Store::seal_file`].
    pub(crate) fn create_file(path: &Path) -> Result<Self, OpenError> {
        let failed = |error: rusqlite::Error| schema::failed(path, &error);
        let conn = Connection::open(path).map_err(failed)?;
        schema::set_up(&conn).map_err(failed)?;
        conn.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))
            .map_err(failed)?;
        conn.pragma_update(None, "synchronous", "OFF")
            .map_err(failed)?;
        schema::create(&conn).map_err(failed)?;
        Ok(Self::over(conn, path))
    }

    /// A complete store file outside any home, to be changed and then closed by [`Store::seal_file`].
    pub(crate) fn open_file(path: &Path) -> Result<Self, OpenError> {
        let failed = |error: rusqlite::Error| schema::failed(path, &error);
        let conn = Connection::open(path).map_err(failed)?;
        schema::identify(&conn, path)?;
        schema::set_up(&conn).map_err(failed)?;
        conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
            .map_err(failed)?;
        Ok(Self::over(conn, path))
    }

    /// A store over one file that nobody else uses.
    fn over(conn: Connection, path: &Path) -> Self {
        let reader = Reader {
            conn,
            health: Arc::default(),
            origin: Origin::File(path.to_owned()),
            foundings: Foundings::default(),
        };
        Self {
            reader,
            tails: BTreeMap::new(),
            must_wipe_log: false,
            commits: 0,
            lock: None,
        }
    }

    /// Closes a file of [`Store::create_file`] or [`Store::open_file`] and makes it durable.
    pub(crate) fn seal_file(self, path: &Path) -> std::io::Result<()> {
        self.reader
            .conn
            .close()
            .map_err(|(_, error)| std::io::Error::other(error))?;
        crate::home::sync_file(path)
    }

    /// Bytes in the write-ahead log that [`Store::maintain`] has yet to move.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn log_bytes(&self) -> Result<u64, ReadError> {
        let frames = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let sql = "PRAGMA wal_checkpoint(NOOP)";
        let (all, moved) = self
            .reader
            .conn
            .prepare_cached(sql)?
            .query_row([], frames)?;
        Ok(u64::try_from(all - moved).unwrap_or(0) * schema::PAGE_SIZE.unsigned_abs())
    }

    /// Moves the write-ahead log into the file, if it has grown or holds what a purge deleted. Call it when idle; it is what
    /// makes commits quick that nobody waits for it in.
    ///
    /// # Errors
    /// [`CommitError`]; nothing is lost by it.
    pub fn maintain(&mut self) -> Result<Maintained, CommitError> {
        self.refuse_damaged()?;
        if self.must_wipe_log {
            self.must_wipe_log = !self.empty_log()?;
            return Ok(Maintained::Moved);
        }
        if self.log_bytes()? < LOG_BYTES_SOON {
            return Ok(Maintained::Nothing);
        }
        self.checkpoint_log("PASSIVE")?;
        Ok(Maintained::Moved)
    }

    /// Moves all of the log into the file and empties it, if no reader is in the way; waits for none.
    fn empty_log(&self) -> Result<bool, CommitError> {
        self.reader.conn.busy_timeout(Duration::ZERO)?;
        let is_complete = self.checkpoint_log("TRUNCATE");
        self.reader.conn.busy_timeout(schema::BUSY_TIMEOUT)?;
        is_complete
    }

    /// Runs a checkpoint of SQLite's; true if it was not held up by readers.
    pub(crate) fn checkpoint_log(&self, mode: &str) -> Result<bool, CommitError> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let is_busy = self
            .reader
            .conn
            .prepare_cached(&sql)?
            .query_row([], |row| row.get::<_, bool>(0));
        Ok(!is_busy.map_err(|error| self.watch_commit(error.into()))?)
    }

    /// Closes the store, with everything in its one file.
    ///
    /// # Errors
    /// [`CommitError`]; nothing is lost by it, the next opening takes up the log.
    pub fn close(self) -> Result<(), CommitError> {
        if self.damage().is_none() && matches!(self.reader.origin, Origin::File(_)) {
            self.empty_log()?;
        }
        Ok(())
    }

    /// Lifts the refusal to write, after a full check of this store has found nothing: the fault was not on the disk.
    /// Does nothing, and returns false, if the report has findings.
    ///
    /// # Errors
    /// [`OpenError`], if the mark of damage can't be removed or the file not be opened for writing.
    pub fn acquit(&mut self, report: &CheckReport) -> Result<bool, OpenError> {
        if !report.is_clean() {
            return Ok(false);
        }
        let health = &self.reader.health;
        if let Origin::File(path) = &self.reader.origin {
            health
                .acquit()
                .map_err(|error| not_writable(path, &error))?;
            self.reader.conn = connect(path, health)?;
        } else {
            health.forget();
        }
        self.tails.clear();
        Ok(self.damage().is_none())
    }

    pub(crate) fn refuse_damaged(&self) -> Result<(), CommitError> {
        self.damage()
            .map_or(Ok(()), |damage| Err(CommitError::Damaged(damage.text)))
    }

    /// Notes damage if a commit ran into it.
    pub(crate) fn watch_commit(&self, error: CommitError) -> CommitError {
        if let CommitError::Damaged(text) = &error {
            self.reader.health.note(None, text);
        }
        error
    }

    /// Whether this value keeps other nodes out of a home.
    #[must_use]
    pub fn holds_home(&self) -> bool {
        self.lock.is_some()
    }
}

fn memory_failed(error: &rusqlite::Error) -> OpenError {
    schema::failed(Path::new(":memory:"), error)
}

/// Makes an empty store, complete before it bears its name.
fn create(files: &Files) -> Result<(), OpenError> {
    let fresh = files.fresh();
    let failed = |error: std::io::Error| not_writable(&fresh, &error);
    Store::create_file(&fresh)?
        .seal_file(&fresh)
        .map_err(failed)?;
    fs::rename(&fresh, files.record()).map_err(failed)?;
    sync_dir(files.dir()).map_err(failed)
}

/// Connects to a store to write to it, or for reading only if it is damaged.
fn connect(path: &Path, health: &Health) -> Result<Connection, OpenError> {
    let failed = |error: rusqlite::Error| schema::failed(path, &error);
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Err(OpenError::Damaged {
            path: path.to_owned(),
            why: "it is empty".into(),
        });
    }
    match wal::examine(&companion(path, "-wal")) {
        Ok(wal::Finding::Sound) => {}
        Ok(wal::Finding::Rotten { lost }) => health.note(None, &format!(
            "the write-ahead log has rotted: {lost} or more commits after the first bad byte can't be read"
        )),
        Err(error) => return Err(not_writable(path, &error)),
    }
    if health.damage().is_some() {
        let reader = Reader::open_file(path, Arc::default())?;
        return Ok(reader.conn);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    if schema::is_read_only(&conn) {
        return Err(OpenError::NotWritable {
            path: path.to_owned(),
            why: "the file is read-only".into(),
        });
    }
    schema::identify(&conn, path)?;
    schema::set_up_writer(&conn).map_err(failed)?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::Write;

    fn document<'a>(key: &'a str, value: &'a [u8]) -> Write<'a> {
        Write::Document {
            kind: "test",
            key,
            value,
            updated_ms: 0,
        }
    }

    #[test]
    fn a_full_disk_is_told_apart_and_left_behind() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut store = Store::open(home.path()).expect("opens");
        store.commit(&[document("a", b"before")]).expect("fits");
        let pages = |sql: &str| -> i64 {
            let conn = &store.reader.conn;
            conn.query_row(sql, [], |row| row.get(0)).expect("a pragma")
        };
        let used = pages("PRAGMA page_count");
        pages(&format!("PRAGMA max_page_count = {}", used + 2));
        let large = vec![7; 1 << 20];
        let refused = store.commit(&[document("b", b"small"), document("c", &large)]);
        assert_eq!(refused, Err(CommitError::Full));
        assert_eq!(store.documents("test").expect("readable").len(), 1);
        assert_eq!(store.damage(), None);
        // Space has been freed: the store goes on as it is.
        let conn = &store.reader.conn;
        conn.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(()))
            .expect("a pragma");
        store.commit(&[document("c", &large)]).expect("fits again");
        assert_eq!(store.documents("test").expect("readable").len(), 2);
    }

    #[test]
    fn a_reader_that_takes_long_does_not_hold_up_maintenance() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut store = Store::open(home.path()).expect("opens");
        let reader = store.another().expect("opens");
        store.must_wipe_log = true;
        reader
            .consistently(|r| {
                assert_eq!(r.documents("test")?.len(), 0);
                store.commit(&[document("a", b"x")]).expect("stored");
                assert_eq!(store.maintain(), Ok(Maintained::Moved));
                assert!(store.must_wipe_log, "to be tried again");
                Ok::<_, ReadError>(())
            })
            .expect("readable");
        assert_eq!(store.maintain(), Ok(Maintained::Moved));
        assert!(!store.must_wipe_log);
        assert_eq!(store.log_bytes(), Ok(0));
    }

    #[test]
    fn the_log_is_moved_once_it_has_grown() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut store = Store::open(home.path()).expect("opens");
        assert_eq!(store.maintain(), Ok(Maintained::Nothing));
        let large = vec![7; usize::try_from(LOG_BYTES_SOON).expect("fits")];
        store.commit(&[document("a", &large)]).expect("stored");
        assert!(store.log_bytes().expect("known") >= LOG_BYTES_SOON);
        assert_eq!(store.maintain(), Ok(Maintained::Moved));
        assert_eq!(store.maintain(), Ok(Maintained::Nothing));
    }

    #[test]
    fn a_closed_store_is_one_file() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut store = Store::open(home.path()).expect("opens");
        store.commit(&[document("a", b"x")]).expect("stored");
        store.close().expect("closes");
        let log = companion(&Files::of(home.path()).record(), "-wal");
        assert_eq!(log.metadata().map_or(0, |log| log.len()), 0);
    }
}
