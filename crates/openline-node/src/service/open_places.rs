//! What is still open on each line: what has been looked through once is not looked through again, over restarts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use openline_core::entry::{Kind, Ref};
use openline_core::{LineId, PartyIndex};
use openline_store::StoredEntry;
use serde::{Deserialize, Serialize};

use super::Answer;
use super::entries::Looking;
use crate::engine::acts::documents;
use crate::view::OpenView;

/// What is kept in the store may be behind by so many entries before it is written again.
const BEHIND_MAX: u64 = 1000;
/// Changes when what is kept means something else; what an earlier program has kept is then not taken up.
const FORMAT: u32 = 1;

/// Where messages are that may be open. A message that was found closed is looked at again when an entry refers to it.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenPlaces(Arc<Mutex<BTreeMap<LineId, Slot>>>);

/// What is known of one line; nothing before it is first asked for. Locked while it is taken up.
type Slot = Arc<Mutex<Option<Known>>>;

#[derive(Debug)]
struct Known {
    /// By log: how many entries have been looked through.
    sizes: Vec<u64>,
    /// When each arrived, ms, and where it is.
    open: BTreeSet<(i64, Ref)>,
    /// When it was last taken up.
    at: Instant,
    /// How many entries had been looked through when it was last written to the store.
    kept: u64,
}

/// As it stands in the store.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    format: u32,
    sizes: Vec<u64>,
    /// Arrival, ms; party; index.
    open: Vec<(i64, u8, u64)>,
}

impl OpenPlaces {
    fn slot(&self, line: LineId) -> Slot {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(line).or_default().clone()
    }

    /// Messages with an exchange that is open, newest first.
    pub(super) fn open(&self, looking: &Looking<'_>, limit: usize) -> Answer<Vec<OpenView>> {
        let mut views = Vec::new();
        self.each_open(looking, |_, view| {
            views.push(view);
            views.len() < limit
        })?;
        Ok(views)
    }

    /// Where messages with an exchange that is open are, newest first.
    pub(super) fn places(&self, looking: &Looking<'_>) -> Answer<Vec<Ref>> {
        let mut places = Vec::new();
        self.each_open(looking, |place, _| {
            places.push(place);
            true
        })?;
        Ok(places)
    }

    fn each_open(
        &self,
        looking: &Looking<'_>,
        mut visit: impl FnMut(Ref, OpenView) -> bool,
    ) -> Answer<()> {
        let slot = self.slot(looking.line);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = match slot.take() {
            Some(known) => known,
            None => Known::kept(looking)?,
        };
        let sizes = known.take_up(looking)?;
        let mut closed = Vec::new();
        for (arrived, place) in known.open.iter().rev() {
            // Another caller may have seen a later moment.
            if place.index >= sizes[place.party.at()] {
                continue;
            }
            match looking.open_view(&looking.entry(*place)?)? {
                Some(view) => {
                    if !visit(*place, view) {
                        break;
                    }
                }
                None => closed.push((*arrived, *place)),
            }
        }
        // What was closed at an earlier moment may have been opened again since.
        if sizes == known.sizes {
            for one in closed {
                known.open.remove(&one);
            }
        }
        *slot = Some(known);
        Ok(())
    }

    /// What is to be written to the store of a line, if that is so far behind that it is worth it.
    pub(super) fn to_keep(&self, line: LineId) -> Option<Vec<u8>> {
        let slot = self.slot(line);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slot.as_mut()?;
        let all = known.sizes.iter().sum::<u64>();
        if all < known.kept.saturating_add(BEHIND_MAX) {
            return None;
        }
        known.kept = all;
        let open = known.open.iter();
        let kept = Kept {
            format: FORMAT,
            sizes: known.sizes.clone(),
            open: open
                .map(|(arrived, place)| (*arrived, place.party.0, place.index))
                .collect(),
        };
        serde_json::to_vec(&kept).ok()
    }
}

impl Known {
    fn new(looking: &Looking<'_>) -> Self {
        Self {
            sizes: vec![0; looking.founded.party_count()],
            open: BTreeSet::new(),
            at: looking.begun,
            kept: 0,
        }
    }

    /// From the store, as far as that fits.
    fn kept(looking: &Looking<'_>) -> Answer<Self> {
        let key = looking.line.to_string();
        let document = looking.reader.document(documents::OPEN, &key)?;
        let kept =
            document.and_then(|document| serde_json::from_slice::<Kept>(&document.value).ok());
        let count = looking.founded.party_count();
        let is_whole = |kept: &Kept| {
            kept.format == FORMAT
                && kept.sizes.len() == count
                && kept.open.iter().all(|(_, party, index)| {
                    kept.sizes
                        .get(usize::from(*party))
                        .is_some_and(|size| index < size)
                })
        };
        let Some(kept) = kept.filter(is_whole) else {
            return Ok(Self::new(looking));
        };
        let place = |(arrived, party, index)| {
            let party = PartyIndex(party);
            (arrived, Ref { party, index })
        };
        Ok(Self {
            kept: kept.sizes.iter().sum(),
            sizes: kept.sizes,
            open: kept.open.into_iter().map(place).collect(),
            at: looking.begun,
        })
    }

    /// Looks through what is new since the last time, and gives the sizes of the logs as the caller sees them.
    fn take_up(&mut self, looking: &Looking<'_>) -> Answer<Vec<u64>> {
        let parties: Vec<PartyIndex> = looking.founded.parties().collect();
        let sizes = parties
            .iter()
            .map(|party| Ok(looking.reader.size(looking.line, *party)?))
            .collect::<Answer<Vec<u64>>>()?;
        let is_ahead = self.sizes.iter().zip(&sizes).any(|(then, now)| now < then);
        if is_ahead {
            if !looking.is_long_after(self.at) {
                return Ok(sizes);
            }
            *self = Self::new(looking);
        }
        let before = self.sizes.clone();
        for (party, from) in parties.into_iter().zip(before.clone()) {
            looking.walk(party, from, |entry| {
                self.note(looking, entry, &before)?;
                self.sizes[party.at()] = entry.place.index + 1;
                Ok(true)
            })?;
        }
        self.at = Instant::now();
        Ok(sizes)
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
