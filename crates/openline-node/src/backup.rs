//! Backup, for the façade.

use std::path::Path;

use openline_store::Reader;
use openline_store::backup::{self, BackupError};

use crate::error::ServiceError;
use crate::view::BackupView;

impl From<BackupError> for ServiceError {
    fn from(error: BackupError) -> Self {
        let words = error.to_string();
        match error {
            BackupError::Exists(_) | BackupError::NotABackup { .. } => Self::Unusable(words),
            BackupError::File { ref error, .. } if is_of_the_name(error) => Self::Unusable(words),
            BackupError::StoreExists(_) => Self::Conflict(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

/// Whether the asker gave a name that can't be that of a folder, in place of the disk's having failed.
fn is_of_the_name(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as E;
    matches!(
        error.kind(),
        E::InvalidInput | E::InvalidFilename | E::NotADirectory | E::NotFound
    )
}

pub(crate) fn backup(reader: &Reader, folder: &Path) -> Result<BackupView, ServiceError> {
    if !folder.is_absolute() {
        let words = format!(
            "{:?} is not an absolute path; give one, such as /mnt/backup/today",
            folder.display().to_string()
        );
        return Err(ServiceError::Unusable(words));
    }
    let made = backup::backup(reader, folder, &mut |_, _| ())?;
    Ok(BackupView {
        folder: folder.display().to_string(),
        bytes: made.bytes,
        sha256: made.sha256.to_string(),
    })
}
