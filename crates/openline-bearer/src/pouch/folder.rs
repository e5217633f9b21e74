//! Pouch files in a folder: written so that a reader sees a whole file or none, read within
//! bounds. All functions block on the disk.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::limits::{BUNDLE_MAX, FOLDER_BYTES_MAX, FOLDER_FILES_MAX};

/// The ending of pouch files, after the dot.
const EXTENSION: &str = "pouch";

/// Why a pouch file or folder could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file is longer than [`BUNDLE_MAX`].
    #[error("{path} has {length} bytes, more than {BUNDLE_MAX}; ask the sender to split it")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its length.
        length: u64,
    },
    /// A folder, a device or the like.
    #[error("{path} is no ordinary file; take it out of the pouch folder")]
    NotAFile {
        /// What it is.
        path: PathBuf,
    },
    /// One pass over a folder reads [`FOLDER_BYTES_MAX`]; this file is
    /// for a later pass.
    #[error(
        "{path} waits for a later pass; move away those that have been read and read the folder again"
    )]
    Later {
        /// Which file.
        path: PathBuf,
    },
    /// The path names no file in a folder.
    #[error("{path} is no place for a pouch file; give a folder and a name")]
    NoName {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        #[source]
        error: io::Error,
    },
}

impl FileError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }
}

/// Writes a bundle so that it survives power loss once this returns, and so that nobody ever
/// sees a part of it under its name. A file of that name is replaced.
///
/// # Errors
/// [`FileError`]; the file is then as it was before.
pub fn write_file(path: &Path, bundle: &[u8]) -> Result<(), FileError> {
    if bundle.len() > BUNDLE_MAX {
        return Err(FileError::TooLarge {
            path: path.to_owned(),
            length: bundle.len() as u64,
        });
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(FileError::NoName {
            path: path.to_owned(),
        });
    };
    // A bare name has an empty parent.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let temporary = folder.join(temporary_name(name).map_err(FileError::io(path))?);
    let written = write_new(&temporary, bundle)
        .and_then(|()| fs::rename(&temporary, path))
        .map_err(FileError::io(path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(folder).map_err(FileError::io(folder))
}

/// A hidden name that [`read_folder`] passes over.
fn temporary_name(name: &OsStr) -> io::Result<std::ffi::OsString> {
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{:016x}.part", getrandom::u64()?));
    Ok(temporary)
}

fn write_new(path: &Path, bundle: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bundle)?;
    file.sync_all()
}

/// A rename is durable when the folder is. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Reads one pouch file of at most [`BUNDLE_MAX`] bytes.
///
/// # Errors
/// [`FileError`].
pub fn read_file(path: &Path) -> Result<Vec<u8>, FileError> {
    // Asked before opening, because opening a named pipe waits for a writer.
    let length = ordinary_length(path)?;
    let too_large = |length| FileError::TooLarge {
        path: path.to_owned(),
        length,
    };
    if length > BUNDLE_MAX as u64 {
        return Err(too_large(length));
    }
    let file = File::open(path).map_err(FileError::io(path))?;
    let mut bundle = Vec::new();
    // The file may have grown since it was asked.
    file.take(BUNDLE_MAX as u64 + 1)
        .read_to_end(&mut bundle)
        .map_err(FileError::io(path))?;
    if bundle.len() > BUNDLE_MAX {
        return Err(too_large(bundle.len() as u64));
    }
    Ok(bundle)
}

fn ordinary_length(path: &Path) -> Result<u64, FileError> {
    let metadata = fs::metadata(path).map_err(FileError::io(path))?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile {
            path: path.to_owned(),
        });
    }
    Ok(metadata.len())
}

/// Reads the `*.pouch` files of a folder, in the order of their names: at most
/// [`FOLDER_FILES_MAX`] of them, and of each what was read or why not.
/// Hidden files and others are passed over. Move away what has been dealt with and call again
/// until nothing comes.
///
/// # Errors
/// [`FileError::Io`] if the folder itself cannot be read.
#[expect(
    clippy::type_complexity,
    reason = "a list of what became of each file, nothing more"
)]
pub fn read_folder(folder: &Path) -> Result<Vec<(PathBuf, Result<Vec<u8>, FileError>)>, FileError> {
    let mut room = FOLDER_BYTES_MAX as u64;
    let read_one = |path: PathBuf| {
        let read = ordinary_length(&path).and_then(|length| {
            if length <= BUNDLE_MAX as u64 {
                room = room
                    .checked_sub(length)
                    .ok_or_else(|| FileError::Later { path: path.clone() })?;
            }
            read_file(&path)
        });
        (path, read)
    };
    Ok(list(folder)?.into_iter().map(read_one).collect())
}

/// The first names in order. Keeps no more of them than are wanted, however many there are.
fn list(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut first = std::collections::BTreeSet::new();
    for item in fs::read_dir(folder).map_err(FileError::io(folder))? {
        let path = item.map_err(FileError::io(folder))?.path();
        if is_pouch_name(&path) {
            first.insert(path);
            if first.len() > FOLDER_FILES_MAX {
                first.pop_last();
            }
        }
    }
    Ok(first.into_iter().collect())
}

fn is_pouch_name(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension() == Some(OsStr::new(EXTENSION))
}
