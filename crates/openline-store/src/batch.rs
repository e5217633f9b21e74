//! What to send next of a log to a party that lacks it.

use openline_core::PartyIndex;
use openline_core::charter::Founded;
use openline_core::entry::RawEntry;

use crate::error::ReadError;
use crate::read::{Limits, Reader, StoredEntry};

/// What [`Reader::next_batch`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextBatch {
    /// Entries up to a checkpoint.
    Entries {
        /// In order from the index asked for; at least one.
        entries: Vec<RawEntry>,
        /// The author's signature over the log up to and with the last of them.
        signature: [u8; 64],
    },
    /// Even what the first checkpoint covers has seen more than is known: something of another log has to be sent before.
    Ahead,
    /// No checkpoint lies beyond the index.
    Nothing,
}

impl Reader {
    /// The longest batch of a log from `from` that someone can take up who holds `known` of every log, by party index: cut at
    /// the last checkpoint within the limits below which no entry has seen more. The first checkpoint may lie beyond the limits.
    ///
    /// Whoever sends batches so can always send one of some log, as long as anything is left to send: what was taken up here
    /// first was taken up with nothing but what had been taken up before.
    ///
    /// # Errors
    /// [`ReadError::Rot`] at the first entry or checkpoint whose bytes have changed.
    pub fn next_batch(
        &self,
        founded: &Founded,
        party: PartyIndex,
        from: u64,
        limits: Limits,
        known: &[u64],
    ) -> Result<NextBatch, ReadError> {
        let line = founded.line();
        let entries = self.entries(line, party, from, limits)?;
        let fits = |entry: &&StoredEntry| {
            let seen = entry.header.seen.iter().zip(known).enumerate();
            seen.into_iter()
                .all(|(log, (seen, known))| log == party.at() || seen <= known)
        };
        // `seen` never goes back, so what follows an entry that does not fit does not fit either.
        let fitting = entries.iter().take_while(fits).count();
        let within = self
            .checkpoint_up_to(founded, party, from + fitting as u64)?
            .filter(|signed| signed.checkpoint.size > from);
        let signed = match within {
            Some(signed) => signed,
            None if fitting < entries.len() => return Ok(NextBatch::Ahead),
            None => match self.checkpoint_above(founded, party, from)? {
                Some(signed) => signed,
                None => return Ok(NextBatch::Nothing),
            },
        };
        let count = usize::try_from(signed.checkpoint.size - from).unwrap_or(usize::MAX);
        let mut entries = entries;
        if count > entries.len() {
            let all = Limits {
                entries: count,
                bytes: usize::MAX,
            };
            entries = self.entries(line, party, from, all)?;
            if !entries.iter().all(|entry| fits(&entry)) {
                return Ok(NextBatch::Ahead);
            }
        }
        entries.truncate(count);
        Ok(NextBatch::Entries {
            entries: entries.into_iter().map(|entry| entry.raw).collect(),
            signature: signed.signature,
        })
    }
}
