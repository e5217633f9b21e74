//! Backup while the node runs, and restoring.
//!
//! A backup is a folder with `record.sqlite`, one consistent state of the store in one file that stands by itself, and
//! `manifest.json`, which holds its size and SHA-256. Keys are not in it: they are backed up apart, by people.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use openline_core::Hash;
use openline_core::id::{from_hex, hex};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use sha2::{Digest, Sha256};

use crate::check::{CheckProgress, CheckReport};
use crate::commit::Write;
use crate::error::{CommitError, OpenError, ReadError};
use crate::health::remove_if_there;
use crate::home::{Files, HomeLock, exchange, sync_dir};
use crate::read::Reader;
use crate::store::Store;

/// The document that marks a store which may lack entries of its own party: kind and key.
pub const MUST_HEAR_FROM_PEERS: (&str, &str) = ("store", "must-hear-from-peers");

/// Pages copied at a time; between the steps the writer goes on.
const PAGES_PER_STEP: i32 = 1024;
const FILE: &str = "record.sqlite";
const MANIFEST: &str = "manifest.json";
/// Longest manifest that is read, bytes.
const MANIFEST_MAX: u64 = 4096;

/// A backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is a backup in the folder already.
    #[error("{} holds a backup already; choose an empty folder", .0.display())]
    Exists(PathBuf),
    /// The store is damaged, and so would be its backup.
    #[error(
        "the store is damaged and is not backed up, so that it does not take the place of a sound backup: {0}"
    )]
    DamagedStore(String),
    /// A file can't be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// SQLite could not copy.
    #[error("the copy failed: {0}")]
    Copy(#[from] rusqlite::Error),
    /// It is not a backup.
    #[error("{} is not a backup: {why}", .path.display())]
    NotABackup {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        why: String,
    },
    /// The backup's bytes are not those that were written.
    #[error("the backup in {} is damaged: its hash is not that of its manifest. Use another", .0.display())]
    Damaged(PathBuf),
    /// The home has a store already.
    #[error("{} has a store already; a backup is restored into a home without one, so that nothing newer is lost", .0.display())]
    StoreExists(PathBuf),
    /// The store can't be read.
    #[error(transparent)]
    Read(ReadError),
    /// The restored store can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The restored store can't be marked.
    #[error(transparent)]
    Mark(#[from] CommitError),
}

/// A finished backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Bytes of the store file.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Hash,
}

fn file(path: &Path, error: std::io::Error) -> BackupError {
    BackupError::File {
        path: path.to_owned(),
        error,
    }
}

/// Copies one consistent state of the store into a folder, which is made if need be. The writer goes on meanwhile.
///
/// `progress` hears pages done and pages in all. When this returns, the backup is durable.
///
/// # Errors
/// [`BackupError`]; nothing that looks like a backup is left then.
pub fn backup(
    reader: &Reader,
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BackupReport, BackupError> {
    fs::create_dir_all(folder).map_err(|error| file(folder, error))?;
    let (path, part) = (folder.join(FILE), folder.join("record.sqlite.part"));
    if path.exists() {
        return Err(BackupError::Exists(folder.to_owned()));
    }
    if let Some(damage) = reader.damage() {
        return Err(BackupError::DamagedStore(damage.text));
    }
    let made = copy(reader, &part, progress).and_then(|()| finish(folder, &part, &path));
    if made.is_err() {
        // What was begun is of no use; if it can't be removed, its name says what it is.
        drop(fs::remove_file(&part));
    }
    made
}

fn copy(
    reader: &Reader,
    part: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), BackupError> {
    remove_if_there(part).map_err(|error| file(part, error))?;
    let mut target = Connection::open(part)?;
    target.pragma_update(None, "synchronous", "OFF")?;
    // Within one transaction the copy is of one state, and no commit makes it begin again.
    let copied = reader.consistently(|r| Ok(copy_pages(r, &mut target, progress)?));
    copied.map_err(BackupError::Read)?;
    // The copy comes marked for a write-ahead log; without that mark it can be read where nothing can be written.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    target.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn copy_pages(
    reader: &Reader,
    target: &mut Connection,
    progress: &mut dyn FnMut(u64, u64),
) -> rusqlite::Result<()> {
    let copying = Backup::new(&reader.conn, target)?;
    loop {
        let step = copying.step(PAGES_PER_STEP)?;
        let state = copying.progress();
        let count = |pages: i32| u64::try_from(pages).unwrap_or(0);
        progress(
            count(state.pagecount - state.remaining),
            count(state.pagecount),
        );
        if matches!(step, StepResult::Done) {
            return Ok(());
        }
    }
}

fn finish(folder: &Path, part: &Path, path: &Path) -> Result<BackupReport, BackupError> {
    let (bytes, sha256) = hash_file(part)?;
    fs::File::open(part)
        .and_then(|f| f.sync_all())
        .map_err(|error| file(part, error))?;
    let manifest_path = folder.join(MANIFEST);
    let manifest = format!(
        "{{\"format\": 1, \"bytes\": {bytes}, \"sha256\": \"{}\"}}\n",
        hex(&sha256.0)
    );
    let put = || -> std::io::Result<()> {
        let mut out = fs::File::create(&manifest_path)?;
        out.write_all(manifest.as_bytes())?;
        out.sync_all()?;
        fs::rename(part, path)?;
        sync_dir(folder)
    };
    put().map_err(|error| file(&manifest_path, error))?;
    Ok(BackupReport { bytes, sha256 })
}

fn hash_file(path: &Path) -> Result<(u64, Hash), BackupError> {
    let mut input = fs::File::open(path).map_err(|error| file(path, error))?;
    let (mut hasher, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = input.read(&mut buffer).map_err(|error| file(path, error))?;
        if read == 0 {
            return Ok((bytes, Hash(hasher.finalize().into())));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}

fn read_manifest(folder: &Path) -> Result<(u64, Hash), BackupError> {
    let path = folder.join(MANIFEST);
    let bad = |why: &str| BackupError::NotABackup {
        path: folder.to_owned(),
        why: why.to_owned(),
    };
    let mut text = String::new();
    let input = fs::File::open(&path).map_err(|_| bad("it has no manifest.json"))?;
    input
        .take(MANIFEST_MAX)
        .read_to_string(&mut text)
        .map_err(|error| file(&path, error))?;
    let after = |key: &str| {
        text.split_once(&format!("\"{key}\": "))
            .map(|(_, rest)| rest)
    };
    let bytes = after("bytes").and_then(|rest| rest.split([',', '}']).next()?.trim().parse().ok());
    let sha256 = after("sha256").and_then(|rest| Hash::from_slice(&from_hex(rest.get(1..65)?)?));
    match (bytes, sha256) {
        (Some(bytes), Some(sha256)) => Ok((bytes, sha256)),
        _ => Err(bad("its manifest.json can't be read")),
    }
}

/// Restores a backup into a home that has no store.
///
/// The restored store is marked: its party may have written entries since the backup was made, so the node must hear from every
/// other party what they hold of its log before it writes anything.
///
/// # Errors
/// [`BackupError`]; the home is then as before.
pub fn restore(folder: &Path, home: &Path) -> Result<BackupReport, BackupError> {
    let (bytes, sha256) = read_manifest(folder)?;
    let source = folder.join(FILE);
    if hash_file(&source)? != (bytes, sha256) {
        return Err(BackupError::Damaged(folder.to_owned()));
    }
    let files = Files::of(home);
    let _lock = HomeLock::take(&files)?;
    if files.record().exists() {
        return Err(BackupError::StoreExists(home.to_owned()));
    }
    let fresh = files.fresh();
    let put = put_marked(&source, &fresh).and_then(|()| {
        exchange(&files, &fresh)
            .map(drop)
            .map_err(|error| file(&fresh, error))
    });
    if put.is_err() {
        // What was begun is of no use; the next opening removes it if this can't.
        drop(remove_if_there(&fresh));
    }
    put?;
    Ok(BackupReport { bytes, sha256 })
}

/// Copies a backup's file and marks the copy, before it bears the store's name.
fn put_marked(source: &Path, fresh: &Path) -> Result<(), BackupError> {
    fs::copy(source, fresh).map_err(|error| file(fresh, error))?;
    let mut store = Store::open_file(fresh)?;
    store.commit(&[Write::Document {
        kind: MUST_HEAR_FROM_PEERS.0,
        key: MUST_HEAR_FROM_PEERS.1,
        value: b"restored",
        updated_ms: 0,
    }])?;
    store.seal_file(fresh).map_err(|error| file(fresh, error))
}

/// Checks a backup: its hash, and then the whole store in it.
///
/// # Errors
/// [`BackupError`]; what is wrong inside the store is in the report.
pub fn check(
    folder: &Path,
    progress: &mut dyn FnMut(CheckProgress),
) -> Result<CheckReport, BackupError> {
    let manifest = read_manifest(folder)?;
    let path = folder.join(FILE);
    if hash_file(&path)? != manifest {
        return Err(BackupError::Damaged(folder.to_owned()));
    }
    Ok(Reader::open_copy(&path)?.check(progress))
}
