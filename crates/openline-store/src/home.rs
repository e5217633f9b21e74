//! The files of a store in its home, the lock that keeps a second node out, and the exchange of a damaged file for a fresh one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::OpenError;
use crate::health::remove_if_there;

/// Names of the files under `<home>/store`.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    dir: PathBuf,
}

impl Files {
    pub(crate) fn of(home: &Path) -> Self {
        Self {
            dir: home.join("store"),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }
    pub(crate) fn record(&self) -> PathBuf {
        self.dir.join("record.sqlite")
    }
    pub(crate) fn search(&self) -> PathBuf {
        self.dir.join("search.sqlite")
    }
    /// A complete store file that is to take the record's place: its presence is the decision.
    fn next(&self) -> PathBuf {
        self.dir.join("record.next.sqlite")
    }
    /// A store file being made.
    pub(crate) fn fresh(&self) -> PathBuf {
        self.dir.join("record.fresh.sqlite")
    }
    pub(crate) fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }
    pub(crate) fn mark(&self) -> PathBuf {
        self.dir.join("damaged")
    }
    /// Removes the search index, which is derived and can be made again.
    pub(crate) fn remove_search(&self) -> io::Result<()> {
        let path = self.search();
        ["-wal", "-shm"]
            .iter()
            .try_for_each(|suffix| remove_if_there(&companion(&path, suffix)))?;
        remove_if_there(&path)
    }
    fn put_aside(&self, n: u32) -> PathBuf {
        self.dir.join(format!("record.damaged-{n}.sqlite"))
    }
}

/// The companion of a database file: `-wal` or `-shm`.
pub(crate) fn companion(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Holds a home for one process, as long as it lives. The system lets go when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct HomeLock {
    file: File,
    /// Whether a node had completed opening here before.
    pub(crate) was_used: bool,
}

impl HomeLock {
    /// Makes the folder if need be and takes its lock.
    pub(crate) fn take(files: &Files) -> Result<Self, OpenError> {
        let refuse = |path: &Path, error: &io::Error| not_writable(path, error);
        fs::create_dir_all(files.dir()).map_err(|error| refuse(files.dir(), &error))?;
        let path = files.lock();
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| refuse(&path, &error))?;
        let mut text = String::new();
        let pid = file
            .read_to_string(&mut text)
            .ok()
            .and_then(|_| text.trim().parse().ok());
        match file.try_lock() {
            Ok(()) => Ok(Self {
                file,
                was_used: !text.is_empty(),
            }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { pid }),
            Err(TryLockError::Error(error)) => Err(refuse(&path, &error)),
        }
    }

    /// Writes this process's id into the lock file, once the store is open.
    pub(crate) fn sign(&mut self) -> io::Result<()> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        write!(self.file, "{}", std::process::id())?;
        self.file.sync_all()
    }
}

/// An opening error out of the file system's.
pub(crate) fn not_writable(path: &Path, error: &io::Error) -> OpenError {
    let (path, why) = (path.to_owned(), error.to_string());
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            OpenError::NotWritable { path, why }
        }
        _ => OpenError::Failed { path, why },
    }
}

/// Makes a rename or a new file in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(dir)?.sync_all()
    } else {
        Ok(())
    }
}

/// Makes a file's bytes durable.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Puts the record aside as `record.damaged-<n>.sqlite` and `fresh` into its place.
///
/// The one decision is the rename of `fresh` to `record.next.sqlite`; everything after it is done again by [`finish_exchange`]
/// if the process ends in between. The write-ahead log goes first: it must never lie beside a file that it is not of.
pub(crate) fn exchange(files: &Files, fresh: &Path) -> io::Result<Option<PathBuf>> {
    sync_file(fresh)?;
    fs::rename(fresh, files.next())?;
    sync_dir(files.dir())?;
    finish_exchange(files)
}

/// Completes an exchange that was decided. Returns where the old record was put, if there was one to put aside.
pub(crate) fn finish_exchange(files: &Files) -> io::Result<Option<PathBuf>> {
    if !files.next().exists() {
        return Ok(None);
    }
    remove_if_there(&companion(&files.record(), "-shm"))?;
    let aside = (1..)
        .map(|n| files.put_aside(n))
        .find(|path| !path.exists())
        .expect("numbers do not run out");
    let log = companion(&files.record(), "-wal");
    if log.exists() {
        fs::rename(log, companion(&aside, "-wal"))?;
        sync_dir(files.dir())?;
    }
    let is_there = files.record().exists();
    if is_there {
        fs::rename(files.record(), &aside)?;
        sync_dir(files.dir())?;
    }
    files.remove_search()?;
    fs::rename(files.next(), files.record())?;
    sync_dir(files.dir())?;
    remove_if_there(&files.mark())?;
    Ok(is_there.then_some(aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (tempfile::TempDir, Files) {
        let home = tempfile::tempdir().expect("a temporary folder");
        let files = Files::of(home.path());
        fs::create_dir_all(files.dir()).expect("writable");
        (home, files)
    }

    fn put(path: &Path, text: &str) {
        fs::write(path, text).expect("writable");
    }

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_default()
    }

    #[test]
    fn the_second_to_lock_is_told_who_was_first() {
        let (_home, files) = files();
        let mut first = HomeLock::take(&files).expect("free");
        first.sign().expect("writable");
        let second = HomeLock::take(&files);
        assert!(
            matches!(second, Err(OpenError::InUse { pid: Some(pid) }) if pid == std::process::id())
        );
        drop(first);
        assert!(HomeLock::take(&files).expect("free again").was_used);
    }

    #[test]
    fn an_exchange_keeps_the_old_file_with_its_log() {
        let (_home, files) = files();
        put(&files.record(), "old");
        put(&companion(&files.record(), "-wal"), "old log");
        put(&files.fresh(), "new");
        let aside = exchange(&files, &files.fresh())
            .expect("writable")
            .expect("there was one");
        assert_eq!(
            (text(&files.record()), text(&aside)),
            ("new".into(), "old".into())
        );
        assert_eq!(text(&companion(&aside, "-wal")), "old log");
        assert!(!companion(&files.record(), "-wal").exists());
    }

    /// Every state in which a crash can leave the folder, from the decision on.
    #[test]
    fn an_exchange_is_completed_from_wherever_it_was_cut_off() {
        for step in 0..3 {
            let (_home, files) = files();
            let aside = files.put_aside(1);
            put(&files.next(), "new");
            put(
                &if step < 2 {
                    files.record()
                } else {
                    aside.clone()
                },
                "old",
            );
            put(
                &companion(
                    &if step < 1 {
                        files.record()
                    } else {
                        aside.clone()
                    },
                    "-wal",
                ),
                "old log",
            );
            finish_exchange(&files).expect("writable");
            assert_eq!(
                (text(&files.record()), text(&aside)),
                ("new".into(), "old".into()),
                "{step}"
            );
            assert_eq!(text(&companion(&aside, "-wal")), "old log", "{step}");
            assert!(!files.next().exists() && !companion(&files.record(), "-wal").exists());
        }
    }

    #[test]
    fn without_a_decision_nothing_is_exchanged() {
        let (_home, files) = files();
        put(&files.record(), "old");
        put(&files.fresh(), "half made");
        assert_eq!(finish_exchange(&files).expect("nothing to do"), None);
        assert_eq!(text(&files.record()), "old");
    }
}
