//! Room for handshakes at one listener.
//!
//! A newcomer is always let in; when there is no room, the oldest handshake of the most
//! numerous source gives way. So a flood from few addresses only displaces itself, and a real
//! peer needs nothing but to finish before its own source is displaced.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::limits::{HANDSHAKES_MAX, HANDSHAKES_PER_SOURCE_MAX};

/// The handshakes under way at one listener.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    next: u64,
    /// In order of arrival.
    held: BTreeMap<u64, Slot>,
}

#[derive(Debug)]
struct Slot {
    source: IpAddr,
    displaced: Arc<Notify>,
}

/// Permission for one handshake; gives its room back when dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Arc<Gate>,
    slot: u64,
    displaced: Arc<Notify>,
}

impl Gate {
    /// Lets a handshake from `address` in, displacing another if there is no room.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Pass {
        let source = source_of(address);
        let displaced = Arc::new(Notify::new());
        let mut slots = self.lock();
        slots.make_room(source);
        let slot = slots.next;
        slots.next += 1;
        slots.held.insert(
            slot,
            Slot {
                source,
                displaced: Arc::clone(&displaced),
            },
        );
        Pass {
            gate: Arc::clone(self),
            slot,
            displaced,
        }
    }

    /// Whether it is time to ask newcomers to prove their address first.
    pub(crate) fn is_crowded(&self) -> bool {
        self.lock().held.len() >= HANDSHAKES_MAX / 4
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn make_room(&mut self, newcomer: IpAddr) {
        let mut counts: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for slot in self.held.values() {
            *counts.entry(slot.source).or_default() += 1;
        }
        // How many a source must have to be made to give way.
        let (crowd, only) = if counts.get(&newcomer).copied() >= Some(HANDSHAKES_PER_SOURCE_MAX) {
            (HANDSHAKES_PER_SOURCE_MAX, Some(newcomer))
        } else if self.held.len() >= HANDSHAKES_MAX {
            (counts.values().copied().max().unwrap_or(0), None)
        } else {
            return;
        };
        let gives_way = |source: &IpAddr| {
            counts.get(source).copied() >= Some(crowd) && only.is_none_or(|only| only == *source)
        };
        let oldest = self
            .held
            .iter()
            .find(|(_, slot)| gives_way(&slot.source))
            .map(|(id, _)| *id);
        if let Some(slot) = oldest.and_then(|id| self.held.remove(&id)) {
            slot.displaced.notify_one();
        }
    }
}

impl Pass {
    /// Resolves when another handshake needs the room.
    pub(crate) async fn displaced(&self) {
        self.displaced.notified().await;
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.lock().held.remove(&self.slot);
    }
}

/// One subscriber usually holds a whole IPv6 /64.
fn source_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::HANDSHAKE_TIMEOUT;

    fn v4(low: usize) -> IpAddr {
        let [.., high, low] = low.to_be_bytes();
        IpAddr::from([10, 0, high, low])
    }

    fn held(gate: &Gate) -> usize {
        gate.lock().held.len()
    }

    #[tokio::test]
    async fn a_flood_from_one_source_displaces_itself() {
        let gate = Arc::new(Gate::default());
        let peer = gate.admit(v4(1));
        let flood: Vec<Pass> = (0..1000).map(|_| gate.admit(v4(2))).collect();
        assert_eq!(held(&gate), 1 + HANDSHAKES_PER_SOURCE_MAX);
        tokio::time::timeout(HANDSHAKE_TIMEOUT, flood[0].displaced())
            .await
            .expect("told at once");
        assert!(gate.lock().held.contains_key(&peer.slot));
    }

    #[tokio::test]
    async fn a_flood_from_many_sources_spares_the_rare_one() {
        let gate = Arc::new(Gate::default());
        let peer = gate.admit(v4(1));
        let flood: Vec<Pass> = (0..4000).map(|at| gate.admit(v4(2 + at % 50))).collect();
        assert_eq!(held(&gate), HANDSHAKES_MAX);
        assert!(gate.lock().held.contains_key(&peer.slot));
        drop(flood);
        assert_eq!(held(&gate), 1);
    }

    #[test]
    fn among_equals_the_oldest_gives_way() {
        let gate = Arc::new(Gate::default());
        let all: Vec<Pass> = (0..=HANDSHAKES_MAX).map(|at| gate.admit(v4(at))).collect();
        assert_eq!(held(&gate), HANDSHAKES_MAX);
        assert!(!gate.lock().held.contains_key(&all[0].slot));
    }

    #[test]
    fn room_comes_back() {
        let gate = Arc::new(Gate::default());
        drop(gate.admit(v4(1)));
        assert_eq!(held(&gate), 0);
    }

    #[test]
    fn a_subscriber_is_one_source() {
        let near: IpAddr = "2001:db8::1".parse().expect("address");
        let same: IpAddr = "2001:db8::ffff:1".parse().expect("address");
        let other: IpAddr = "2001:db8:0:1::1".parse().expect("address");
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().expect("address");
        assert_eq!(source_of(near), source_of(same));
        assert_ne!(source_of(near), source_of(other));
        assert_eq!(source_of(mapped), v4(1));
    }
}
