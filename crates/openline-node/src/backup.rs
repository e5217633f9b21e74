//! Backup, for the façade.

use std::path::Path;

use openline_store::Reader;
use openline_store::backup::{self, BackupError};

use crate::error::ServiceError;
use crate::view::BackupView;

impl From<BackupError> for ServiceError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Exists(_) | BackupError::NotABackup { .. } => {
                Self::Unusable(error.to_string())
            }
            BackupError::StoreExists(_) => Self::Conflict(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

pub(crate) fn backup(reader: &Reader, folder: &Path) -> Result<BackupView, ServiceError> {
    let made = backup::backup(reader, folder, &mut |_, _| ())?;
    Ok(BackupView {
        folder: folder.display().to_string(),
        bytes: made.bytes,
        sha256: made.sha256.to_string(),
    })
}
