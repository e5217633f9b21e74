//! The folder of non-papers in a home: texts that came, texts that wait to be confirmed, what is kept of each party.
//!
//! It stands apart from the store, whose backups, exports and search therefore never hold anything of it. A text that goes is
//! overwritten first; a disk may keep older bytes all the same.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use openline_core::PartyId;
use zeroize::Zeroizing;

use crate::home::{HomeError, make_folder, read_private, sync_folder, write};

/// The folder's name within a home.
pub(crate) const FOLDER: &str = "non-papers";

/// Which texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tray {
    /// From other parties.
    In,
    /// To other parties, not confirmed yet.
    Out,
}

impl Tray {
    fn name(self) -> &'static str {
        match self {
            Self::In => "inbox",
            Self::Out => "outbox",
        }
    }
}

/// The folder. It is made when there is something to put into it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn of(home: &Path) -> Self {
        Self {
            path: home.join(FOLDER),
        }
    }

    fn make(&self, part: &str) -> Result<PathBuf, HomeError> {
        let folder = self.path.join(part);
        if !folder.is_dir() {
            make_folder(&self.path)?;
            make_folder(&folder)?;
            sync_folder(&self.path)?;
        }
        Ok(folder)
    }

    /// Puts a text in a tray, durably.
    pub(crate) fn put(&self, tray: Tray, local: u64, bytes: &[u8]) -> Result<(), HomeError> {
        let folder = self.make(tray.name())?;
        write(&folder.join(local.to_string()), bytes, 0o600)
    }

    pub(crate) fn read(&self, tray: Tray, local: u64) -> Result<Zeroizing<Vec<u8>>, HomeError> {
        read_private(&self.path.join(tray.name()).join(local.to_string()))
    }

    /// Erases a text; one that is gone already is no failure.
    pub(crate) fn erase(&self, tray: Tray, local: u64) -> Result<(), HomeError> {
        erase(&self.path.join(tray.name()).join(local.to_string()))
    }

    /// The numbers of all texts in a tray, ascending.
    pub(crate) fn list(&self, tray: Tray) -> Result<Vec<u64>, HomeError> {
        let names = names(&self.path.join(tray.name()))?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// A number that no text here has had before.
    pub(crate) fn next_local(&self) -> Result<u64, HomeError> {
        make_folder(&self.path)?;
        let path = self.path.join("last");
        let last: u64 = if path.exists() {
            let bytes = read_private(&path)?;
            let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
            text.parse().map_err(|_| HomeError::Damaged {
                path: path.clone(),
                why: "not a number".to_owned(),
            })?
        } else {
            0
        };
        write(&path, format!("{}\n", last + 1).as_bytes(), 0o600)?;
        Ok(last + 1)
    }

    /// Keeps what is to be kept of a party, durably.
    pub(crate) fn put_peer(&self, party: &PartyId, bytes: &[u8]) -> Result<(), HomeError> {
        let folder = self.make("peers")?;
        write(&folder.join(party.to_string()), bytes, 0o600)
    }

    /// What is kept of every party, by id.
    pub(crate) fn peers(&self) -> Result<BTreeMap<PartyId, Zeroizing<Vec<u8>>>, HomeError> {
        let folder = self.path.join("peers");
        let mut peers = BTreeMap::new();
        for name in names(&folder)? {
            if let Ok(party) = name.parse::<PartyId>() {
                peers.insert(party, read_private(&folder.join(name))?);
            }
        }
        Ok(peers)
    }

    /// Files a copy of one's own, which nothing here ever looks at again.
    pub(crate) fn file(&self, local: u64, text: &str) -> Result<PathBuf, HomeError> {
        let path = self.make("filed")?.join(format!("{local}.txt"));
        write(&path, text.as_bytes(), 0o600)?;
        Ok(path)
    }
}

/// The names in a folder; none if it is not there. Writes that were broken off have left files that end in `.new`: they go.
fn names(folder: &Path) -> Result<Vec<String>, HomeError> {
    let failed = |error| HomeError::File {
        path: folder.to_owned(),
        error,
    };
    let items = match fs::read_dir(folder) {
        Ok(items) => items,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for item in items {
        let item = item.map_err(failed)?;
        let Ok(name) = item.file_name().into_string() else {
            continue;
        };
        if name.ends_with(".new") {
            erase(&item.path())?;
        } else {
            names.push(name);
        }
    }
    Ok(names)
}

fn erase(path: &Path) -> Result<(), HomeError> {
    let go = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).open(path)?;
        let len = usize::try_from(file.metadata()?.len()).unwrap_or(0);
        file.write_all(&vec![0; len])?;
        file.sync_all()?;
        fs::remove_file(path)
    };
    match go() {
        Ok(()) => path.parent().map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(HomeError::File {
            path: path.to_owned(),
            error,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn texts_are_put_read_listed_and_erased() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = Folder::of(home.path());
        assert!(folder.list(Tray::In).expect("none").is_empty());
        assert!(!home.path().join(FOLDER).exists(), "nothing was made");
        for local in [10, 9] {
            folder.put(Tray::In, local, b"text").expect("kept");
        }
        let path = home.path().join("non-papers/inbox/9");
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(home.path().join("non-papers/inbox/11.new"), "half").expect("written");
        assert_eq!(folder.list(Tray::In).expect("listed"), [9, 10]);
        assert!(!home.path().join("non-papers/inbox/11.new").exists());
        assert_eq!(&folder.read(Tray::In, 9).expect("read")[..], b"text");
        folder.erase(Tray::In, 9).expect("erased");
        folder.erase(Tray::In, 9).expect("gone is gone");
        assert_eq!(folder.list(Tray::In).expect("listed"), [10]);
    }

    #[test]
    fn no_number_is_given_twice() {
        let home = tempfile::tempdir().expect("a folder");
        assert_eq!(Folder::of(home.path()).next_local().expect("one"), 1);
        assert_eq!(Folder::of(home.path()).next_local().expect("two"), 2);
    }
}
