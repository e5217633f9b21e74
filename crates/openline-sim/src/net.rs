//! The net: links that keep order and lose nothing while they stand, and rough ones that do neither.

use std::collections::{BTreeMap, VecDeque};

use openline_proto::LinkId;

use crate::plan::{Rough, SECOND};
use crate::rng::Rng;

/// Frames of the past that are kept to be replayed.
const PAST_MAX: usize = 64;

/// A bearer between two nodes, whether or not it stands.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The two nodes.
    pub ends: [usize; 2],
    /// Which of the bearers between its two nodes it is.
    pub kind: usize,
    /// Everything that is put on it vanishes, and nobody is told.
    pub is_muted: bool,
    /// It can't be set up.
    pub is_blocked: bool,
    /// Shortest and longest time that a frame takes, µs.
    delay: (u64, u64),
    /// The link that stands, if one does.
    pub link: Option<LinkId>,
}

impl Slot {
    /// The node at the other end, if `body` is at one.
    #[must_use]
    pub(crate) fn other_end(&self, body: usize) -> Option<usize> {
        let at = self.ends.iter().position(|end| *end == body)?;
        Some(self.ends[1 - at])
    }

    /// Gives every frame the same short time.
    pub(crate) fn calm(&mut self) {
        self.delay = (1_000, 2_000);
    }
}

/// A link: one standing of a bearer. When it falls each end learns of it in its own time.
#[derive(Debug)]
pub(crate) struct Link {
    /// Index of its slot.
    pub slot: usize,
    /// The two nodes.
    pub ends: [usize; 2],
    /// Nothing arrives any more.
    pub is_cut: bool,
    /// By end that receives: when the last frame under way arrives, µs.
    busy_until: [u64; 2],
}

/// The net.
#[derive(Debug)]
pub(crate) struct Net {
    /// Every bearer.
    pub slots: Vec<Slot>,
    /// Every link that an end may still believe in.
    pub links: BTreeMap<LinkId, Link>,
    /// How frames suffer.
    pub rough: Option<Rough>,
    past: VecDeque<([usize; 2], Vec<u8>)>,
    next_link: u64,
    rng: Rng,
}

/// A frame that will arrive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When, µs.
    pub at: u64,
    /// What.
    pub frame: Vec<u8>,
}

impl Net {
    /// A net without bearers.
    #[must_use]
    pub(crate) fn new(rough: Option<Rough>, rng: Rng) -> Self {
        Self {
            slots: Vec::new(),
            links: BTreeMap::new(),
            rough,
            past: VecDeque::new(),
            next_link: 1,
            rng,
        }
    }

    /// Adds a bearer between two nodes.
    pub(crate) fn add_slot(&mut self, ends: [usize; 2]) -> usize {
        let low = *self.rng.pick(&[1_000, 5_000, 40_000, 300_000]);
        let kind = self.slots.iter().filter(|slot| slot.ends == ends).count();
        self.slots.push(Slot {
            ends,
            kind,
            is_muted: false,
            is_blocked: false,
            delay: (low, low * self.rng.within(1, 4)),
            link: None,
        });
        self.slots.len() - 1
    }

    /// Sets up a link over a bearer that has none.
    pub(crate) fn connect(&mut self, slot: usize) -> LinkId {
        let id = LinkId(self.next_link);
        self.next_link += 1;
        let ends = self.slots[slot].ends;
        self.links.insert(
            id,
            Link {
                slot,
                ends,
                is_cut: false,
                busy_until: [0; 2],
            },
        );
        self.slots[slot].link = Some(id);
        id
    }

    /// Cuts the link of a bearer: what is under way is lost. Returns it.
    pub(crate) fn cut(&mut self, slot: usize) -> Option<LinkId> {
        let id = self.slots[slot].link.take()?;
        if let Some(link) = self.links.get_mut(&id) {
            link.is_cut = true;
        }
        Some(id)
    }

    /// Holds everything back on a link towards one end until `until`.
    pub(crate) fn stall(&mut self, id: LinkId, end: usize, until: u64) {
        if let Some(link) = self.links.get_mut(&id) {
            link.busy_until[end] = link.busy_until[end].max(until);
        }
    }

    /// Whether a frame sent over this link some time ago arrives.
    #[must_use]
    pub(crate) fn delivers(&self, id: LinkId) -> bool {
        self.links.get(&id).is_some_and(|link| !link.is_cut)
    }

    /// Puts a frame on a link towards `end`; says what arrives there and when.
    pub(crate) fn carry(&mut self, now: u64, id: LinkId, end: usize, frame: &[u8]) -> Vec<Arrival> {
        let Some(link) = self.links.get_mut(&id).filter(|link| !link.is_cut) else {
            return Vec::new();
        };
        if self.slots[link.slot].is_muted {
            return Vec::new();
        }
        let (low, high) = self.slots[link.slot].delay;
        let at = (now + self.rng.within(low, high)).max(link.busy_until[end]);
        link.busy_until[end] = at;
        let path = [link.ends[1 - end], link.ends[end]];
        let Some(rough) = self.rough else {
            return vec![Arrival {
                at,
                frame: frame.to_vec(),
            }];
        };
        self.suffer(rough, path, at, frame)
    }

    fn suffer(&mut self, rough: Rough, path: [usize; 2], at: u64, frame: &[u8]) -> Vec<Arrival> {
        let rng = &mut self.rng;
        let mut arrivals = Vec::new();
        let copies = if rng.percent(rough.lost) {
            0
        } else {
            1 + usize::from(rng.percent(rough.doubled))
        };
        for _ in 0..copies {
            let late = if rng.percent(rough.reordered) {
                rng.below(2 * SECOND)
            } else {
                0
            };
            let mut frame = frame.to_vec();
            if rng.percent(rough.mutated) {
                mutate(rng, &mut frame);
            }
            arrivals.push(Arrival {
                at: at + late,
                frame,
            });
        }
        if rng.percent(rough.replayed) {
            let past: Vec<_> = self.past.iter().filter(|(past, _)| *past == path).collect();
            if !past.is_empty() {
                arrivals.push(Arrival {
                    at: at + rng.below(SECOND),
                    frame: rng.pick(&past).1.clone(),
                });
            }
        }
        self.past.push_back((path, frame.to_vec()));
        if self.past.len() > PAST_MAX {
            self.past.pop_front();
        }
        arrivals
    }
}

/// Changes, cuts or lengthens a frame.
pub(crate) fn mutate(rng: &mut Rng, frame: &mut Vec<u8>) {
    match rng.below(4) {
        0 => frame.truncate(rng.index(frame.len().max(1))),
        1 => frame.push(rng.byte()),
        _ => {
            for _ in 0..rng.within(1, 4) {
                let at = rng.index(frame.len());
                if let Some(byte) = frame.get_mut(at) {
                    *byte ^= 1 << rng.below(8);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(rough: Option<Rough>) -> (Net, LinkId) {
        let mut net = Net::new(rough, Rng::new(3));
        let slot = net.add_slot([0, 1]);
        let link = net.connect(slot);
        (net, link)
    }

    #[test]
    fn a_link_keeps_order_and_loses_nothing() {
        let (mut net, link) = net(None);
        net.stall(link, 1, 5 * SECOND);
        let arrivals: Vec<Arrival> = (0..50)
            .flat_map(|n| net.carry(u64::from(n), link, 1, &[n]))
            .collect();
        assert_eq!(arrivals.len(), 50);
        assert!(
            arrivals
                .windows(2)
                .all(|pair| pair[0].at <= pair[1].at && pair[0].frame < pair[1].frame)
        );
        assert!(arrivals[0].at >= 5 * SECOND);
    }

    #[test]
    fn a_cut_link_delivers_nothing_and_its_bearer_can_stand_again() {
        let (mut net, link) = net(None);
        assert_eq!(net.cut(0), Some(link));
        assert!(!net.delivers(link) && net.carry(0, link, 0, b"x").is_empty());
        let again = net.connect(0);
        assert!(again != link && net.delivers(again));
    }

    #[test]
    fn a_rough_link_does_all_it_should() {
        let rough = Rough {
            lost: 20,
            doubled: 20,
            reordered: 20,
            mutated: 20,
            replayed: 20,
        };
        let (mut net, link) = net(Some(rough));
        let counts: Vec<usize> = (0..300u64)
            .map(|n| net.carry(n, link, 1, &n.to_be_bytes()).len())
            .collect();
        assert!(
            counts.contains(&0) && counts.contains(&2) && counts.iter().any(|count| *count > 2)
        );
    }

    #[test]
    fn mutation_changes_or_cuts() {
        let mut rng = Rng::new(9);
        for _ in 0..100 {
            let mut frame = vec![7; 20];
            mutate(&mut rng, &mut frame);
            assert!(frame.len() <= 21);
        }
        mutate(&mut rng, &mut Vec::new());
    }
}
