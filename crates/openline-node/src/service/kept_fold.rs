//! Folds over whole records that are kept: what has been taken up once is not read again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use openline_core::LineId;
use openline_core::entry::Kind;
use openline_store::StoredEntry;

use super::Answer;
use super::entries::Looking;

/// A fold of each line, taken up log by log and entry by entry. After a purge it begins anew: bodies are gone that it may hold.
#[derive(Debug)]
pub(super) struct KeptFold<T>(Arc<Mutex<BTreeMap<LineId, Known<T>>>>);

#[derive(Debug)]
struct Known<T> {
    /// By log: how many entries have been taken up.
    sizes: Vec<u64>,
    fold: Arc<T>,
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
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().remove(&looking.line);
        let known = known.filter(|known| known.is_behind(looking).is_ok_and(|behind| !behind));
        let mut known = known.unwrap_or_else(|| Known::new(looking));
        if !known.take_up(looking, &take, false)? {
            known = Known::new(looking);
            known.take_up(looking, &take, true)?;
        }
        let fold = known.fold.clone();
        lock().insert(looking.line, known);
        Ok(fold)
    }
}

impl<T: Default + Clone> Known<T> {
    fn new(looking: &Looking<'_>) -> Self {
        Self {
            sizes: vec![0; looking.founded.party_count()],
            fold: Arc::new(T::default()),
        }
    }

    /// A store from a backup may hold less than was taken up before.
    fn is_behind(&self, looking: &Looking<'_>) -> Answer<bool> {
        for party in looking.founded.parties() {
            if looking.reader.size(looking.line, party)? < self.sizes[party.at()] {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes up what is new; `false` if it is to begin anew.
    fn take_up(
        &mut self,
        looking: &Looking<'_>,
        take: &impl Fn(&mut T, &StoredEntry) -> Answer<()>,
        is_anew: bool,
    ) -> Answer<bool> {
        let is_first = is_anew || self.sizes.iter().all(|size| *size == 0);
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
        Ok(is_first || !is_purged)
    }
}
