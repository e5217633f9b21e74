//! Whether a store is damaged, known to its writer and all its readers at once, and remembered across restarts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{At, ReadError};

/// What is wrong with a store that is not written to any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where it was noticed, if at one place.
    pub at: Option<At>,
    /// What was noticed.
    pub text: String,
}

/// Shared by a [`crate::Store`] and its readers: the one who notices rot stops the one who writes.
#[derive(Debug, Default)]
pub(crate) struct Health {
    damage: Mutex<Option<Damage>>,
    /// A file that remembers the damage; never the store itself.
    mark: Option<PathBuf>,
}

impl Health {
    /// Remembers damage in `mark`, and takes up what is remembered there.
    pub(crate) fn at(mark: PathBuf) -> Self {
        let text = fs::read_to_string(&mark).ok();
        let damage = text.map(|text| Damage {
            at: None,
            text: text.trim().to_owned(),
        });
        Self {
            damage: Mutex::new(damage),
            mark: Some(mark),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Damage>> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn damage(&self) -> Option<Damage> {
        self.lock().clone()
    }

    /// Notes damage; the first stays.
    pub(crate) fn note(&self, at: Option<At>, text: &str) {
        let mut damage = self.lock();
        if damage.is_some() {
            return;
        }
        *damage = Some(Damage {
            at,
            text: text.to_owned(),
        });
        if let Some(mark) = &self.mark {
            // The disk may be full or read-only; then the next start finds the damage by itself, on reading.
            drop(fs::write(mark, format!("{text}\n")));
        }
    }

    /// Notes damage if `error` is about it, and passes the error on.
    pub(crate) fn watch(&self, error: ReadError) -> ReadError {
        match &error {
            ReadError::Rot(at) => self.note(Some(at.clone()), &error.to_string()),
            ReadError::Damaged(_) => self.note(None, &error.to_string()),
            ReadError::UnknownLine(_)
            | ReadError::Beyond { .. }
            | ReadError::Busy
            | ReadError::Io(_)
            | ReadError::Failed(_) => {}
        }
        error
    }

    /// Forgets damage that a full check has not found again.
    pub(crate) fn acquit(&self) -> std::io::Result<()> {
        if let Some(mark) = &self.mark {
            remove_if_there(mark)?;
        }
        self.forget();
        Ok(())
    }

    /// Forgets damage of what is only in memory.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }
}

/// Removes a file that may be absent.
pub(crate) fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
