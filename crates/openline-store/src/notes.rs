//! Reading what parties signed: checkpoints, cosignatures, seals, and evidence of forks.

use openline_core::charter::Founded;
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal, SignedCheckpoint};
use openline_core::limits::PARTIES_MAX;
use openline_core::{Hash, LineId, PartyIndex};
use rusqlite::{OptionalExtension, Row};

use crate::error::{At, ReadError};
use crate::key::{self, Span};
use crate::read::{Line, Reader};
use crate::sum::{number, sum};

/// What a cosigner signed over a checkpoint of some log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned<T> {
    /// Who signed.
    pub cosigner: PartyIndex,
    /// The checkpoint's size.
    pub size: u64,
    /// The cosignature or seal.
    pub signature: T,
}

/// A table of cosignatures.
pub(crate) trait Stored: Sized {
    const IS_SEAL: bool;
    const SELECT: &'static str;
    const FIRST: &'static str;
    const LAST: &'static str;
    const INSERT: &'static str;
    const SPAN: &'static str;
    fn parts(&self) -> (u64, &[u8]);
    fn restore(time: u64, signature: &[u8]) -> Option<Self>;
    fn at(line: LineId, log: PartyIndex, cosigner: PartyIndex, size: u64) -> At;
}

macro_rules! stored {
    ($type:ty, $is_seal:literal, $table:literal, $at:ident, $signature:expr) => {
        impl Stored for $type {
            const IS_SEAL: bool = $is_seal;
            const SELECT: &'static str = concat!(
                "SELECT key, time, signature, sum FROM ",
                $table,
                " WHERE key = ?1"
            );
            const FIRST: &'static str = concat!(
                "SELECT key, time, signature, sum FROM ",
                $table,
                " WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT 1"
            );
            const LAST: &'static str = concat!(
                "SELECT key, time, signature, sum FROM ",
                $table,
                " WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1"
            );
            const INSERT: &'static str = concat!(
                "INSERT INTO ",
                $table,
                "(key, time, signature, sum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
            );
            const SPAN: &'static str = concat!(
                "SELECT key, time, signature, sum FROM ",
                $table,
                " WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT ?3"
            );
            fn parts(&self) -> (u64, &[u8]) {
                (self.time, &self.signature)
            }
            fn restore(time: u64, signature: &[u8]) -> Option<Self> {
                Some(Self {
                    time,
                    signature: $signature(signature)?,
                })
            }
            fn at(line: LineId, log: PartyIndex, cosigner: PartyIndex, size: u64) -> At {
                At::$at(line, log, cosigner, size)
            }
        }
    };
}

stored!(
    Cosignature,
    false,
    "cosignature",
    Cosignature,
    |bytes: &[u8]| bytes.try_into().ok()
);
stored!(Seal, true, "seal", Seal, |bytes: &[u8]| Some(
    bytes.to_vec()
));

/// The sum of a checkpoint's row.
pub(crate) fn checkpoint_sum(place: i64, root: &Hash, signature: &[u8]) -> i64 {
    sum(&[&place.to_be_bytes(), &root.0, signature])
}

/// The sum of a cosignature's or seal's row.
pub(crate) fn cosigned_sum(key: i64, time: i64, signature: &[u8]) -> i64 {
    sum(&[&key.to_be_bytes(), &time.to_be_bytes(), signature])
}

/// The sum of a row of fork evidence.
pub(crate) fn fork_sum(log: i64, evidence: &[u8]) -> i64 {
    sum(&[&log.to_be_bytes(), evidence])
}

impl Reader {
    /// The checkpoint of a log at exactly `size`.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn checkpoint(
        &self,
        founded: &Founded,
        party: PartyIndex,
        size: u64,
    ) -> Result<Option<SignedCheckpoint>, ReadError> {
        self.seek_checkpoint(founded, party, size, size, AT_OR_BELOW)
    }

    /// The checkpoint with the smallest size above `size`: the next place where a batch of entries ends.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn checkpoint_above(
        &self,
        founded: &Founded,
        party: PartyIndex,
        size: u64,
    ) -> Result<Option<SignedCheckpoint>, ReadError> {
        self.seek_checkpoint(founded, party, size.saturating_add(1), u64::MAX, ABOVE)
    }

    /// The checkpoint with the largest size up to `size`.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn checkpoint_up_to(
        &self,
        founded: &Founded,
        party: PartyIndex,
        size: u64,
    ) -> Result<Option<SignedCheckpoint>, ReadError> {
        self.seek_checkpoint(founded, party, 0, size, AT_OR_BELOW)
    }

    fn seek_checkpoint(
        &self,
        founded: &Founded,
        party: PartyIndex,
        first: u64,
        last: u64,
        sql: &str,
    ) -> Result<Option<SignedCheckpoint>, ReadError> {
        self.watched(|r| {
            let line = r.line(founded.line())?;
            let span = Span {
                first: key::place(line.number, party, first),
                last: key::place(line.number, party, last),
            };
            let row = r.checkpoint_row(line, span, sql)?;
            Ok(row.map(|row| row.signed(founded.origin(party).to_owned())))
        })
    }

    pub(crate) fn checkpoint_row(
        &self,
        line: Line,
        span: Span,
        sql: &str,
    ) -> Result<Option<CheckpointRow>, ReadError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([span.first, span.last])?;
        rows.next()?
            .map(|row| CheckpointRow::read(row, line))
            .transpose()
    }

    /// The checkpoint row at exactly this size.
    pub(crate) fn checkpoint_at(
        &self,
        line: Line,
        party: PartyIndex,
        size: u64,
    ) -> Result<Option<CheckpointRow>, ReadError> {
        let place = key::place(line.number, party, size);
        self.checkpoint_row(
            line,
            Span {
                first: place,
                last: place,
            },
            ABOVE,
        )
    }

    /// The largest checkpoint of a log.
    pub(crate) fn last_checkpoint(
        &self,
        line: Line,
        party: PartyIndex,
    ) -> Result<Option<CheckpointRow>, ReadError> {
        self.checkpoint_row(line, key::log_from(line.number, party, 0), AT_OR_BELOW)
    }

    /// All cosignatures over the checkpoint of `log` at `size`, by cosigner.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn cosignatures(
        &self,
        line: LineId,
        log: PartyIndex,
        size: u64,
    ) -> Result<Vec<Cosigned<Cosignature>>, ReadError> {
        self.watched(|r| r.all_at(line, log, size))
    }

    /// All seals over the checkpoint of `log` at `size`, by cosigner.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn seals(
        &self,
        line: LineId,
        log: PartyIndex,
        size: u64,
    ) -> Result<Vec<Cosigned<Seal>>, ReadError> {
        self.watched(|r| r.all_at(line, log, size))
    }

    /// The smallest cosignature of `cosigner` that covers entry `index` of `log`: the proof that it was stored there.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn first_cosignature(
        &self,
        line: LineId,
        log: PartyIndex,
        cosigner: PartyIndex,
        index: u64,
    ) -> Result<Option<Cosigned<Cosignature>>, ReadError> {
        self.watched(|r| {
            r.one_from(
                line,
                log,
                cosigner,
                index.saturating_add(1),
                Cosignature::FIRST,
            )
        })
    }

    /// The smallest seal of `cosigner` that covers entry `index` of `log`.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn first_seal(
        &self,
        line: LineId,
        log: PartyIndex,
        cosigner: PartyIndex,
        index: u64,
    ) -> Result<Option<Cosigned<Seal>>, ReadError> {
        self.watched(|r| r.one_from(line, log, cosigner, index.saturating_add(1), Seal::FIRST))
    }

    /// Each cosigner's cosignature of the largest size over `log`.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn latest_cosignatures(
        &self,
        line: LineId,
        log: PartyIndex,
    ) -> Result<Vec<Cosigned<Cosignature>>, ReadError> {
        self.watched(|r| r.latest(line, log))
    }

    /// Each cosigner's seal of the largest size over `log`.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn latest_seals(
        &self,
        line: LineId,
        log: PartyIndex,
    ) -> Result<Vec<Cosigned<Seal>>, ReadError> {
        self.watched(|r| r.latest(line, log))
    }

    fn all_at<T: Stored>(
        &self,
        line: LineId,
        log: PartyIndex,
        size: u64,
    ) -> Result<Vec<Cosigned<T>>, ReadError> {
        let line = self.line(line)?;
        let mut statement = self.conn.prepare_cached(T::SELECT)?;
        let mut all = Vec::new();
        for cosigner in parties() {
            let mut rows = statement.query([key::cosigned(line.number, log, cosigner, size)])?;
            if let Some(row) = rows.next()? {
                all.push(read_cosigned(row, line)?.1);
            }
        }
        Ok(all)
    }

    fn latest<T: Stored>(
        &self,
        line: LineId,
        log: PartyIndex,
    ) -> Result<Vec<Cosigned<T>>, ReadError> {
        parties()
            .filter_map(|cosigner| self.one_from(line, log, cosigner, 0, T::LAST).transpose())
            .collect()
    }

    fn one_from<T: Stored>(
        &self,
        line: LineId,
        log: PartyIndex,
        cosigner: PartyIndex,
        size: u64,
        sql: &str,
    ) -> Result<Option<Cosigned<T>>, ReadError> {
        let line = self.line(line)?;
        let span = key::cosigned_from(line.number, log, cosigner, size);
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([span.first, span.last])?;
        Ok(rows
            .next()?
            .map(|row| read_cosigned(row, line))
            .transpose()?
            .map(|(_, cosigned)| cosigned))
    }

    /// Evidence of forks on a line: whose, and the evidence's bytes.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn forks(&self, line: LineId) -> Result<Vec<(PartyIndex, Vec<u8>)>, ReadError> {
        self.watched(|r| {
            let line = r.line(line)?;
            let span = key::line_span(line.number);
            let sql =
                "SELECT log, evidence, sum FROM fork WHERE log BETWEEN ?1 AND ?2 ORDER BY number";
            let mut statement = r.conn.prepare_cached(sql)?;
            let mut rows = statement.query([span.first, span.last])?;
            let mut forks = Vec::new();
            while let Some(row) = rows.next()? {
                let (log, evidence) = (row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?);
                let party = key::place_of(log).party;
                if row.get::<_, i64>(2)? != fork_sum(log, &evidence) {
                    return Err(ReadError::Rot(At::Fork(line.id, party)));
                }
                forks.push((party, evidence));
            }
            Ok(forks)
        })
    }

    /// Whether a body was purged, by the last change of it.
    pub(crate) fn is_purged(&self, place: i64) -> Result<bool, ReadError> {
        let sql =
            "SELECT is_present FROM body_change WHERE place = ?1 ORDER BY number DESC LIMIT 1";
        let last = self
            .conn
            .prepare_cached(sql)?
            .query_row([place], |row| row.get::<_, bool>(0))
            .optional()?;
        Ok(last == Some(false))
    }
}

const ABOVE: &str = "SELECT place, root, signature, sum FROM checkpoint WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT 1";
const AT_OR_BELOW: &str = "SELECT place, root, signature, sum FROM checkpoint WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC LIMIT 1";

/// A checkpoint without its origin.
#[derive(Debug, Clone)]
pub(crate) struct CheckpointRow {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) signature: [u8; 64],
}

impl CheckpointRow {
    pub(crate) fn read(row: &Row<'_>, line: Line) -> Result<Self, ReadError> {
        let place = row.get::<_, i64>(0)?;
        let at = key::place_of(place);
        let rot = || ReadError::Rot(At::Checkpoint(line.id, at.party, at.index));
        let root = crate::read::hash(row, 1)?.ok_or_else(rot)?;
        let signature: [u8; 64] = row
            .get_ref(2)?
            .as_blob()
            .ok()
            .and_then(|b| b.try_into().ok())
            .ok_or_else(rot)?;
        if row.get::<_, i64>(3)? != checkpoint_sum(place, &root, &signature) {
            return Err(rot());
        }
        Ok(Self {
            size: at.index,
            root,
            signature,
        })
    }

    pub(crate) fn signed(self, origin: String) -> SignedCheckpoint {
        let checkpoint = Checkpoint {
            origin,
            size: self.size,
            root: self.root,
        };
        SignedCheckpoint {
            checkpoint,
            signature: self.signature,
        }
    }
}

/// Reads a cosignature's row; returns the log too.
pub(crate) fn read_cosigned<T: Stored>(
    row: &Row<'_>,
    line: Line,
) -> Result<(PartyIndex, Cosigned<T>), ReadError> {
    let key = row.get::<_, i64>(0)?;
    let (log, cosigner, size) = key::cosigned_of(key);
    let rot = || ReadError::Rot(T::at(line.id, log, cosigner, size));
    let time = row.get::<_, i64>(1)?;
    let bytes = row.get_ref(2)?.as_blob().map_err(|_| rot())?;
    if row.get::<_, i64>(3)? != cosigned_sum(key, time, bytes) {
        return Err(rot());
    }
    let signature = T::restore(number(time).ok_or_else(rot)?, bytes).ok_or_else(rot)?;
    Ok((
        log,
        Cosigned {
            cosigner,
            size,
            signature,
        },
    ))
}

/// Every index a party can have.
pub(crate) fn parties() -> impl Iterator<Item = PartyIndex> {
    (0..PARTIES_MAX).filter_map(PartyIndex::from_usize)
}
