//! When one's own side could, and how gladly. It never leaves the machine.

use openline_core::Hash;
use openline_core::scheduling::SlotRequest;

use super::grid::in_common_order;

/// Highest preference; 0 is: no.
pub const PREFERENCE_MAX: u8 = 3;

/// A stretch of time and how well it suits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From, ms.
    pub from: i64,
    /// Up to, ms.
    pub until: i64,
    /// 0 is: no; 3 is best.
    pub preference: u8,
}

/// One side's availability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// Typed stretches; and with preference 0 what a calendar holds, and the holidays here and there.
    pub stretches: Vec<Stretch>,
    /// How well a time suits that no stretch says anything of.
    pub otherwise: u8,
}

impl Availability {
    /// How well a slot suits: the lowest of the stretches that it touches, and what is so otherwise where they leave a part of it out.
    #[must_use]
    pub fn preference(&self, from: i64, until: i64) -> u8 {
        let touched = self
            .stretches
            .iter()
            .filter(|stretch| stretch.from < until && stretch.until > from);
        let lowest = touched.clone().map(|stretch| stretch.preference).min();
        let mut spans: Vec<_> = touched.map(|s| (s.from, s.until)).collect();
        spans.sort_unstable();
        let reached = spans.iter().fold(from, |reached, (from, until)| {
            if *from <= reached {
                reached.max(*until)
            } else {
                reached
            }
        });
        match lowest {
            Some(lowest) if reached >= until => lowest,
            Some(lowest) => lowest.min(self.otherwise),
            None => self.otherwise,
        }
    }

    /// At most `count` of the candidates, ascending: those that suit best, and among equals those first in the run's common order.
    #[must_use]
    pub fn picks(
        &self,
        request: &SlotRequest,
        run: &Hash,
        candidates: &[u16],
        count: usize,
    ) -> Vec<u16> {
        let suits = |slot: u16| self.preference(request.start(slot), request.end(slot));
        let mut slots: Vec<u16> = candidates.to_vec();
        slots.retain(|slot| suits(*slot) > 0);
        in_common_order(run, &mut slots);
        slots.sort_by_key(|slot| std::cmp::Reverse(suits(*slot)));
        slots.truncate(count);
        slots.sort_unstable();
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::scheduling::{Method, TieRule, Working};

    fn stretch(from: i64, until: i64, preference: u8) -> Stretch {
        Stretch {
            from,
            until,
            preference,
        }
    }

    fn availability(stretches: Vec<Stretch>, otherwise: u8) -> Availability {
        Availability {
            stretches,
            otherwise,
        }
    }

    #[test]
    fn a_slot_suits_as_its_worst_part_does() {
        let typed = availability(vec![stretch(0, 50, 3), stretch(50, 100, 2)], 0);
        assert_eq!(typed.preference(0, 50), 3);
        assert_eq!(typed.preference(40, 60), 2);
        assert_eq!(typed.preference(90, 110), 0, "a part is left out");
        let calendar = availability(vec![stretch(10, 20, 0)], 1);
        assert_eq!(calendar.preference(0, 10), 1);
        assert_eq!(calendar.preference(0, 11), 0);
    }

    #[test]
    fn what_suits_best_is_picked_first_and_no_more_than_there_is_room() {
        let request = SlotRequest {
            method: Method::BlindMatch,
            tie_rule: TieRule::Earliest,
            window: (0, 40 * 60_000),
            length: 1,
            step: 1,
            working: vec![
                Working {
                    days: 127,
                    from: 0,
                    until: 1440
                };
                2
            ],
            purpose: "a call".to_owned(),
        };
        let gladly = availability(vec![stretch(5 * 60_000, 8 * 60_000, 3)], 1);
        let all: Vec<u16> = (0..40).collect();
        let picks = gladly.picks(&request, &Hash([1; 32]), &all, 12);
        assert_eq!(picks.len(), 12);
        assert!([5, 6, 7].iter().all(|slot| picks.contains(slot)));
        let other = gladly.picks(&request, &Hash([2; 32]), &all, 12);
        assert_ne!(picks, other, "another run, another order");
    }
}
