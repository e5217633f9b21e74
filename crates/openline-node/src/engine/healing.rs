//! Healing: bytes that have rotted on our disk are fetched again from another party, into a fresh store.
//!
//! The damaged file is never written to. Sound rows and fetched copies go into a new file; what is fetched counts only
//! if it hashes to what the other rows and the signed checkpoints demand. Then the files change places, and the
//! damaged one is kept beside.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use openline_core::entry::{RawEntry, Ref};
use openline_core::{LineId, PartyId, PartyIndex};
use openline_store::rebuild::{fresh_path, rebuild, swap_in};
use openline_store::{At, ReadError, Store};

use super::{Engine, StoreState};

/// How often missing copies are asked for again.
const ASK_INTERVAL: Duration = Duration::from_secs(5);

/// Copies that are being fetched.
#[derive(Debug)]
pub(crate) struct Healing {
    wanted: BTreeMap<(LineId, Ref), Option<RawEntry>>,
    next_ask: Duration,
}

impl Engine {
    /// A read found something that was not written so.
    pub(super) fn store_unreadable(&mut self, error: &ReadError) {
        tracing::error!(%error, "the store could not be read");
        if matches!(error, ReadError::Rot(_) | ReadError::Damaged(_)) {
            self.begin_healing(&error.to_string());
        }
    }

    /// Finds all that is damaged and begins to fetch it.
    pub(crate) fn begin_healing(&mut self, why: &str) {
        if self.healing.is_some() {
            return;
        }
        let report = self.store.check(&mut |_| ());
        let damaged: Vec<(LineId, Ref)> = report
            .findings
            .iter()
            .filter(|finding| finding.fault.is_damage())
            .filter_map(|finding| match finding.at {
                At::Entry(line, place) => Some((line, place)),
                _ => None,
            })
            .collect();
        let state = StoreState::Healing(format!(
            "{why}. {} damaged entries are being fetched from the other parties; nothing is written meanwhile",
            damaged.len()
        ));
        self.tell_store(&state);
        self.store_state = state;
        let nothing_to_fetch = damaged.is_empty();
        let wanted = damaged.into_iter().map(|place| (place, None)).collect();
        self.healing = Some(Healing {
            wanted,
            next_ask: Duration::ZERO,
        });
        if nothing_to_fetch {
            self.heal();
        }
    }

    /// Asks for what is still missing, when it is time to.
    pub(super) fn check_healing(&mut self, mono: Duration) {
        let Some(healing) = self
            .healing
            .as_mut()
            .filter(|healing| healing.next_ask <= mono)
        else {
            return;
        };
        healing.next_ask = mono + ASK_INTERVAL;
        let missing: Vec<(LineId, Ref)> = healing
            .wanted
            .iter()
            .filter(|(_, copy)| copy.is_none())
            .map(|(place, _)| *place)
            .collect();
        let now = self.now();
        for (line, place) in missing {
            for peer in self.peers_of(&line) {
                self.machine
                    .want(&line, &peer, place.party, place.index, 1, now);
            }
        }
    }

    /// When [`Engine::check_healing`] wants to be called.
    pub(super) fn healing_deadline(&self) -> Option<Duration> {
        self.healing.as_ref().map(|healing| healing.next_ask)
    }

    fn peers_of(&self, line: &LineId) -> Vec<PartyId> {
        let own = self.home.party_id();
        let founded = self.founded.get(line);
        founded.map_or_else(Vec::new, |founded| {
            founded
                .parties()
                .map(|party| founded.party_id(party))
                .filter(|party| *party != own)
                .collect()
        })
    }

    /// Copies have come.
    pub(super) fn on_copies(
        &mut self,
        line: LineId,
        party: PartyIndex,
        first: u64,
        entries: &[RawEntry],
    ) {
        let Some(healing) = &mut self.healing else {
            return;
        };
        for (index, raw) in (first..).zip(entries) {
            // The rebuilding admits copies by the record's rules and signatures: nothing wrong gets in here.
            if let Some(slot) = healing.wanted.get_mut(&(line, Ref { party, index })) {
                *slot = Some(raw.clone());
            }
        }
        if healing.wanted.values().all(Option::is_some) {
            self.heal();
        }
    }

    fn heal(&mut self) {
        let Some(healing) = self.healing.take() else {
            return;
        };
        match self.rebuild_with(&healing) {
            Ok(kept) => {
                tracing::info!(damaged = %kept.display(), "the store has been rebuilt; the damaged file is kept");
                self.store_state = StoreState::Sound;
                self.restart_machine();
                self.tell_store(&StoreState::Sound);
            }
            Err(why) => {
                let state = StoreState::Damaged(format!("the store could not be rebuilt: {why}"));
                self.tell_store(&state);
                self.store_state = state;
            }
        }
    }

    /// Rebuilds the store file and puts it in place; returns where the damaged one is kept.
    fn rebuild_with(&mut self, healing: &Healing) -> Result<PathBuf, String> {
        let folder = self.home.path().to_owned();
        let fresh = fresh_path(&folder);
        let mut copy =
            |line: LineId, place: Ref| healing.wanted.get(&(line, place)).cloned().flatten();
        rebuild(&self.store, &fresh, &mut copy, &mut |_| ()).map_err(|error| error.to_string())?;
        // The lock on the home goes with the old store; a stand-in in memory holds its place meanwhile.
        let stand_in = Store::open_in_memory().map_err(|error| error.to_string())?;
        drop(std::mem::replace(&mut self.store, stand_in));
        let kept = swap_in(&folder, &fresh).map_err(|error| error.to_string())?;
        self.store = Store::open(&folder).map_err(|error| error.to_string())?;
        self.readers.renew(&self.store);
        Ok(kept.unwrap_or(folder))
    }
}
