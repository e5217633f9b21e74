//! What the node keeps beside the record: documents of its own kinds, and the audit log.

use openline_core::Hash;
use rusqlite::Row;

use crate::error::{At, ReadError};
use crate::read::Reader;
use crate::sum::{number, stored, sum};

/// A document of the node. What its kinds, keys and values mean, the store does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its kind.
    pub kind: String,
    /// Its key among documents of its kind.
    pub key: String,
    /// Its bytes.
    pub value: Vec<u8>,
    /// When it was last put, ms since 1970 UTC.
    pub updated_ms: i64,
}

/// An item of the audit log, chained to the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditItem {
    /// Its number, from 1.
    pub number: u64,
    /// When, ms since 1970 UTC.
    pub at_ms: i64,
    /// What was done; `None` where it was lost to damage and only the chain could be kept.
    pub text: Option<String>,
    /// The hash of the item before it; all zero for the first.
    pub previous: Hash,
    /// `SHA-256("openline/audit/v1\n" || number || at || previous || text)`, numbers as 8 bytes, big-endian.
    pub hash: Hash,
}

impl AuditItem {
    /// The item that follows `last`.
    #[must_use]
    pub fn after(last: Option<&Self>, at_ms: i64, text: &str) -> Self {
        let number = last.map_or(0, |last| last.number) + 1;
        let previous = last.map_or(Hash::default(), |last| last.hash);
        let hash = audit_hash(number, at_ms, &previous, text);
        Self {
            number,
            at_ms,
            text: Some(text.to_owned()),
            previous,
            hash,
        }
    }

    /// Whether the item's hash is that of what it says.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let hash = self
            .text
            .as_ref()
            .map(|text| audit_hash(self.number, self.at_ms, &self.previous, text));
        hash.is_none_or(|hash| hash == self.hash)
    }

    /// Whether the item follows `last` in the chain. After items were lost, numbers may leave a gap.
    #[must_use]
    pub fn follows(&self, last: Option<&Self>) -> bool {
        match last {
            None => self.number == 1 && self.previous == Hash::default(),
            Some(last) => {
                let is_next = self.number == last.number + 1
                    || (last.text.is_none() && self.number > last.number);
                is_next && self.previous == last.hash
            }
        }
    }
}

fn audit_hash(number: u64, at_ms: i64, previous: &Hash, text: &str) -> Hash {
    Hash::of(&[
        b"openline/audit/v1\n",
        &number.to_be_bytes(),
        &at_ms.to_be_bytes(),
        &previous.0,
        text.as_bytes(),
    ])
}

/// The sum of a document's row.
pub(crate) fn document_sum(kind: &str, key: &str, value: &[u8], updated: i64) -> i64 {
    sum(&[
        kind.as_bytes(),
        key.as_bytes(),
        value,
        &updated.to_be_bytes(),
    ])
}

impl Reader {
    /// One document.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn document(&self, kind: &str, key: &str) -> Result<Option<Document>, ReadError> {
        self.watched(|r| {
            let sql =
                "SELECT kind, key, value, updated, sum FROM document WHERE kind = ?1 AND key = ?2";
            let mut statement = r.conn.prepare_cached(sql)?;
            let mut rows = statement.query([kind, key])?;
            if let Some(row) = rows.next()? {
                return read_document(row).map(Some);
            }
            drop(rows);
            // An index entry that has rotted must not make a document seem not to be there.
            let all = r.all_documents()?;
            Ok(all.into_iter().find(|d| d.kind == kind && d.key == key))
        })
    }

    /// All documents of a kind, by key.
    ///
    /// # Errors
    /// [`ReadError`]; also if any document of another kind has rotted, for it may have been of this one.
    pub fn documents(&self, kind: &str) -> Result<Vec<Document>, ReadError> {
        self.watched(|r| {
            let mut documents = r.all_documents()?;
            documents.retain(|document| document.kind == kind);
            documents.sort_unstable_by(|a, b| a.key.cmp(&b.key));
            Ok(documents)
        })
    }

    /// Every document, read past the index and verified. There are few, and small ones.
    fn all_documents(&self) -> Result<Vec<Document>, ReadError> {
        let sql = "SELECT kind, key, value, updated, sum FROM document NOT INDEXED";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut documents = Vec::new();
        while let Some(row) = rows.next()? {
            documents.push(read_document(row)?);
        }
        Ok(documents)
    }

    /// Audit items from number `from` on, at most `limit`, each verified, and each but the first against the one before.
    ///
    /// # Errors
    /// [`ReadError::Rot`] at the first that is not right.
    pub fn audit(&self, from: u64, limit: usize) -> Result<Vec<AuditItem>, ReadError> {
        self.watched(|r| {
            let sql = "SELECT number, at, text, previous, hash FROM audit WHERE number >= ?1 ORDER BY number LIMIT ?2";
            let mut statement = r.conn.prepare_cached(sql)?;
            let mut rows = statement.query([stored(from), stored(limit as u64)])?;
            let mut items: Vec<AuditItem> = Vec::new();
            while let Some(row) = rows.next()? {
                let item = read_audit(row)?;
                let follows = items.last().is_none_or(|last| item.follows(Some(last)));
                if !item.is_right() || !follows {
                    return Err(ReadError::Rot(At::Audit(item.number)));
                }
                items.push(item);
            }
            Ok(items)
        })
    }

    /// The last audit item.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn last_audit(&self) -> Result<Option<AuditItem>, ReadError> {
        self.watched(|r| {
            let sql =
                "SELECT number, at, text, previous, hash FROM audit ORDER BY number DESC LIMIT 1";
            let mut statement = r.conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let item = rows.next()?.map(read_audit).transpose()?;
            match item {
                Some(item) if !item.is_right() => Err(ReadError::Rot(At::Audit(item.number))),
                item => Ok(item),
            }
        })
    }

    /// Whether this store was restored or rebuilt, so that peers may hold entries of our own that it lacks. Until the node has
    /// heard what they hold, it must not sign. See [`crate::backup::MUST_HEAR_FROM_PEERS`].
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn must_hear_from_peers(&self) -> Result<bool, ReadError> {
        let (kind, key) = crate::backup::MUST_HEAR_FROM_PEERS;
        Ok(self.document(kind, key)?.is_some())
    }
}

pub(crate) fn read_document(row: &Row<'_>) -> Result<Document, ReadError> {
    let (kind, key): (String, String) = (row.get(0)?, row.get(1)?);
    let (value, updated_ms): (Vec<u8>, i64) = (row.get(2)?, row.get(3)?);
    if row.get::<_, i64>(4)? != document_sum(&kind, &key, &value, updated_ms) {
        return Err(ReadError::Rot(At::Document(kind, key)));
    }
    Ok(Document {
        kind,
        key,
        value,
        updated_ms,
    })
}

pub(crate) fn read_audit(row: &Row<'_>) -> Result<AuditItem, ReadError> {
    let number = number(row.get(0)?).ok_or(ReadError::Rot(At::Audit(0)))?;
    let rot = || ReadError::Rot(At::Audit(number));
    let (previous, hash) = (
        crate::read::hash(row, 3)?.ok_or_else(rot)?,
        crate::read::hash(row, 4)?.ok_or_else(rot)?,
    );
    Ok(AuditItem {
        number,
        at_ms: row.get(1)?,
        text: row.get(2)?,
        previous,
        hash,
    })
}
