//! Folds over whole records that are kept: what has been taken up once is not read again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use openline_core::LineId;
use openline_core::entry::Kind;
use openline_store::StoredEntry;

use super::Answer;
use super::entries::Looking;

/// A fold of each line, taken up log by log and entry by entry. After a purge it begins anew: bodies are gone that it may hold.
#[derive(Debug)]
pub(super) struct KeptFold<T>(Arc<Mutex<BTreeMap<LineId, Slot<T>>>>);

/// The fold of one line. It is locked while it is taken up: who comes meanwhile waits, and has what was done.
type Slot<T> = Arc<Mutex<Known<T>>>;

#[derive(Debug)]
struct Known<T> {
    /// By log: how many entries have been taken up.
    sizes: Vec<u64>,
    fold: Arc<T>,
    /// When it was last taken up.
    at: Instant,
}

impl<T> Clone for KeptFold<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for KeptFold<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Default + Clone> KeptFold<T> {
    /// The fold of everything that the line holds; `take` takes up one entry. The order in which logs are taken up must not matter.
    pub(super) fn folded(
        &self,
        looking: &Looking<'_>,
        take: impl Fn(&mut T, &StoredEntry) -> Answer<()>,
    ) -> Answer<Arc<T>> {
        let slot = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = all.entry(looking.line);
            slot.or_insert_with(|| Arc::new(Mutex::new(Known::new(looking))))
                .clone()
        };
        let mut known = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_ahead(looking)? {
            let mut anew = Known::new(looking);
            anew.take_up(looking, &take)?;
            if looking.is_long_after(known.at) {
                *known = anew;
                return Ok(known.fold.clone());
            }
            return Ok(anew.fold);
        }
        if known.take_up(looking, &take)? == Taken::Purged {
            *known = Known::new(looking);
            known.take_up(looking, &take)?;
        }
        Ok(known.fold.clone())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Taken {
    /// Everything is in the fold.
    Whole,
    /// What was taken up earlier may hold bodies that are gone since.
    Purged,
}

impl<T: Default + Clone> Known<T> {
    fn new(looking: &Looking<'_>) -> Self {
        Self {
            sizes: vec![0; looking.founded.party_count()],
            fold: Arc::new(T::default()),
            at: looking.begun,
        }
    }

    /// Whether more has been taken up than the caller sees.
    fn is_ahead(&self, looking: &Looking<'_>) -> Answer<bool> {
        for party in looking.founded.parties() {
            if looking.reader.size(looking.line, party)? < self.sizes[party.at()] {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take_up(
        &mut self,
        looking: &Looking<'_>,
        take: &impl Fn(&mut T, &StoredEntry) -> Answer<()>,
    ) -> Answer<Taken> {
        let is_first = self.sizes.iter().all(|size| *size == 0);
        let mut is_purged = false;
        for party in looking.founded.parties() {
            let (sizes, fold) = (&mut self.sizes, &mut self.fold);
            looking.walk(party, sizes[party.at()], |entry| {
                is_purged |= entry.header.kind == Kind::Consent;
                take(Arc::make_mut(fold), entry)?;
                sizes[party.at()] = entry.place.index + 1;
                Ok(true)
            })?;
        }
        self.at = Instant::now();
        Ok(if is_purged && !is_first {
            Taken::Purged
        } else {
            Taken::Whole
        })
    }
}
