//! What is still open on each line: what has been looked through once is not looked through again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use openline_core::entry::{Kind, Ref};
use openline_core::{LineId, PartyIndex};
use openline_store::StoredEntry;

use super::Answer;
use super::entries::Looking;
use crate::view::OpenView;

/// Where messages are that may be open. A message that was found closed is looked at again when an entry refers to it.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenPlaces(Arc<Mutex<BTreeMap<LineId, Known>>>);

#[derive(Debug, Clone, Default)]
struct Known {
    /// By log: how many entries have been looked through.
    sizes: Vec<u64>,
    /// When each arrived, ms, and where it is.
    open: BTreeSet<(i64, Ref)>,
}

impl OpenPlaces {
    /// Messages with an exchange that is open, newest first.
    pub(super) fn open(&self, looking: &Looking<'_>, limit: usize) -> Answer<Vec<OpenView>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = lock().get(&looking.line).cloned().unwrap_or_default();
        known.take_up(looking)?;
        let mut views = Vec::new();
        let mut closed = Vec::new();
        for (arrived, place) in known.open.iter().rev() {
            if views.len() == limit {
                break;
            }
            match looking.open_view(&looking.entry(*place)?)? {
                Some(view) => views.push(view),
                None => closed.push((*arrived, *place)),
            }
        }
        for one in closed {
            known.open.remove(&one);
        }
        lock().insert(looking.line, known);
        Ok(views)
    }
}

impl Known {
    /// Looks through what is new since the last time.
    fn take_up(&mut self, looking: &Looking<'_>) -> Answer<()> {
        let parties: Vec<PartyIndex> = looking.founded.parties().collect();
        let sizes = parties
            .iter()
            .map(|party| Ok(looking.reader.size(looking.line, *party)?))
            .collect::<Answer<Vec<u64>>>()?;
        let is_behind = self.sizes.iter().zip(&sizes).any(|(then, now)| now < then);
        if is_behind || self.sizes.is_empty() {
            // A store from a backup may hold less than was looked through before.
            *self = Self {
                sizes: vec![0; sizes.len()],
                open: BTreeSet::new(),
            };
        }
        let before = self.sizes.clone();
        for (party, from) in parties.into_iter().zip(before.clone()) {
            looking.walk(party, from, |entry| {
                self.note(looking, entry, &before)?;
                self.sizes[party.at()] = entry.place.index + 1;
                Ok(true)
            })?;
        }
        Ok(())
    }

    /// A message may be open; one that was found closed before may be open again by what refers to it.
    fn note(&mut self, looking: &Looking<'_>, entry: &StoredEntry, before: &[u64]) -> Answer<()> {
        if entry.header.kind == Kind::Message {
            self.open.insert((entry.arrived_ms, entry.place));
        }
        let is_old = |place: &&Ref| place.index < before[place.party.at()];
        for place in entry.header.refs.iter().filter(is_old) {
            let about = looking.entry(*place)?;
            // A confirmation refers to a read-back, which refers to the message.
            let messages = match about.header.kind {
                Kind::Message => vec![about],
                _ => {
                    let further = about.header.refs.iter();
                    further
                        .map(|place| looking.entry(*place))
                        .collect::<Answer<Vec<_>>>()?
                }
            };
            let messages = messages.into_iter();
            let messages = messages.filter(|entry| entry.header.kind == Kind::Message);
            self.open
                .extend(messages.map(|entry| (entry.arrived_ms, entry.place)));
        }
        Ok(())
    }
}
