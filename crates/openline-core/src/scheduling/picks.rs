//! A list of slots that always takes the same room.

use crate::limits::{PICKS_MAX, SLOTS_MAX};

/// What fills the places that no slot takes.
const NONE: u16 = u16::MAX;

/// Slots by their number in the request's grid, ascending, padded to a fixed count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picks {
    slots: Vec<u16>,
    count: usize,
}

impl Picks {
    /// Pads slots to `count` places; nothing if they are too many, not ascending, or out of range.
    #[must_use]
    pub fn new(slots: &[u16], count: usize) -> Option<Self> {
        let is_right = slots.len() <= count
            && (1..=PICKS_MAX).contains(&(count as u64))
            && slots.is_sorted_by(|a, b| a < b)
            && slots.iter().all(|slot| usize::from(*slot) < SLOTS_MAX);
        is_right.then(|| Self {
            slots: slots.to_vec(),
            count,
        })
    }

    /// The slots.
    #[must_use]
    pub fn slots(&self) -> &[u16] {
        &self.slots
    }

    /// How many places there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Two bytes for each place, big-endian.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let padding = std::iter::repeat(&NONE);
        let places = self.slots.iter().chain(padding).take(self.count);
        places.flat_map(|slot| slot.to_be_bytes()).collect()
    }

    /// Reads what [`Picks::bytes`] writes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (places, rest) = bytes.as_chunks::<2>();
        let places: Vec<u16> = places.iter().copied().map(u16::from_be_bytes).collect();
        let taken = places.iter().take_while(|place| **place != NONE).count();
        let (slots, padding) = places.split_at(taken);
        let is_padded = rest.is_empty() && padding.iter().all(|place| *place == NONE);
        Self::new(slots, places.len()).filter(|_| is_padded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_read_back_and_have_one_form() {
        let picks = Picks::new(&[0, 8191], 3).expect("right");
        assert_eq!(picks.bytes(), [0, 0, 0x1f, 0xff, 0xff, 0xff]);
        assert_eq!(Picks::from_bytes(&picks.bytes()), Some(picks));
        for wrong in [
            &[][..],
            &[0],
            &[0, 1, 0, 1],
            &[0, 2, 0, 1],
            &[0xff, 0xff, 0, 1],
            &[0x20, 0],
        ] {
            assert_eq!(Picks::from_bytes(wrong), None, "{wrong:?}");
        }
    }
}
