//! Readers of the store for calls that only look.

use std::sync::Mutex;

use openline_store::{OpenError, ReadError, Reader, Store};

use crate::error::ServiceError;

/// Readers kept open when nobody uses them.
const IDLE_MAX: usize = 4;

/// Hands out readers, each to one call at a time.
#[derive(Debug)]
pub(crate) struct Readers {
    /// The reader that others are made from, and those that rest. One lock: it is held for a moment only.
    pool: Mutex<(Reader, Vec<Reader>)>,
}

impl From<ReadError> for ServiceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::UnknownLine(_) => Self::NotFound(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<OpenError> for ServiceError {
    fn from(error: OpenError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Readers {
    pub(crate) fn new(store: &Store) -> Result<Self, OpenError> {
        Ok(Self {
            pool: Mutex::new((store.another()?, Vec::new())),
        })
    }

    /// The store file has been replaced: readers of the old one are dropped.
    pub(crate) fn renew(&self, store: &Store) {
        if let Ok(reader) = store.another() {
            *self.lock() = (reader, Vec::new());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Reader, Vec<Reader>)> {
        self.pool
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Everything that one call reads is of one moment, whatever is committed meanwhile: an entry that is settled while a list is
    /// made would otherwise stand in it twice, or not at all.
    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let resting = self.lock().1.pop();
        let reader = match resting {
            Some(reader) => reader,
            None => self.lock().0.another()?,
        };
        let result = reader.consistently(read);
        let mut pool = self.lock();
        if pool.1.len() < IDLE_MAX {
            pool.1.push(reader);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use openline_store::Write;

    use super::*;

    #[test]
    fn what_one_call_reads_is_of_one_moment() {
        let home = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(home.path()).expect("a store");
        let readers = Readers::new(&store).expect("readers");
        let count = |reader: &Reader| Ok::<_, ServiceError>(reader.documents("draft")?.len());
        let both = readers.with(|reader| {
            let before = count(reader)?;
            let write = Write::Document {
                kind: "draft",
                key: "a",
                value: b"x",
                updated_ms: 0,
            };
            store.commit(&[write]).expect("committed");
            Ok((before, count(reader)?))
        });
        assert_eq!(
            both.expect("read"),
            (0, 0),
            "the second read saw another moment"
        );
        assert_eq!(
            readers.with(count).expect("read"),
            1,
            "the next call sees what is there"
        );
    }
}
