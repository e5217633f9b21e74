//! The record's order (record.md section 7): Lamport numbers, what is settled, joint numbers, the record root.

use std::collections::BTreeMap;

use crate::id::{Hash, PartyIndex};
use crate::tree::{Frontier, leaf_hash};

/// How many runs are looked through from the end before the search goes over all of them.
const NEAR_RUNS: usize = 8;

/// Lamport numbers of one log, kept as runs in which each number is one more than the one before.
///
/// Only what a future `seen` can still point at needs to be kept; [`Lamports::forget_below`] drops the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lamports {
    /// (first index of the run, its Lamport number), ascending.
    runs: Vec<(u64, u64)>,
    len: u64,
}

impl Lamports {
    /// Takes up a log of which only the entries from `first` on are known.
    #[must_use]
    pub fn restore(first: u64, numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut lamports = Self {
            runs: Vec::new(),
            len: first,
        };
        numbers.into_iter().for_each(|number| lamports.push(number));
        lamports
    }

    /// Appends the number of the next entry.
    pub fn push(&mut self, number: u64) {
        let continues = self.last() == number.checked_sub(1) && !self.runs.is_empty();
        if !continues {
            self.runs.push((self.len, number));
        }
        self.len += 1;
    }

    /// The number of the entry at `index`, if it is held and not forgotten.
    #[must_use]
    pub fn at(&self, index: u64) -> Option<u64> {
        if index >= self.len {
            return None;
        }
        // What is asked for is nearly always close to the end.
        let near = self
            .runs
            .iter()
            .rev()
            .take(NEAR_RUNS)
            .find(|(first, _)| *first <= index);
        let (first, number) = match near {
            Some(run) => *run,
            None => {
                self.runs[self
                    .runs
                    .partition_point(|(first, _)| *first <= index)
                    .checked_sub(1)?]
            }
        };
        Some(number + (index - first))
    }

    /// The number of the last entry.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.runs
            .last()
            .map(|(first, number)| number + (self.len - 1 - first))
    }

    /// Drops runs that end before `index`; the run of the last entry always stays.
    pub fn forget_below(&mut self, index: u64) {
        let keep = self
            .runs
            .partition_point(|(first, _)| *first <= index)
            .saturating_sub(1);
        self.runs.drain(..keep);
    }
}

/// The bytes that the record root hashes for one entry.
#[must_use]
pub fn record_leaf(party: PartyIndex, leaf: &Hash) -> Hash {
    let mut bytes = [0; 33];
    bytes[0] = party.0;
    bytes[1..].copy_from_slice(&leaf.0);
    leaf_hash(&bytes)
}

/// An entry's place in the record's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The computed Lamport number.
    pub lamport: u64,
    /// The author, which decides among equal numbers.
    pub party: PartyIndex,
}

/// An entry that has just become settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Its joint number, from 1.
    pub number: u64,
    /// The author.
    pub party: PartyIndex,
    /// Position in the author's log.
    pub index: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Waiting {
    index: u64,
    leaf: Hash,
    is_mark: bool,
}

/// The order of a record: what is settled, as a root and a count, and what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    settled: Frontier,
    waiting: BTreeMap<Position, Waiting>,
    last: Vec<u64>,
}

impl Order {
    /// The order of an empty record of `parties` parties.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            settled: Frontier::default(),
            waiting: BTreeMap::new(),
            last: vec![0; parties],
        }
    }

    /// Takes up a record of which `settled` is the part that is settled; the rest must be pushed again.
    #[must_use]
    pub fn restore(settled: Frontier, parties: usize) -> Self {
        Self {
            settled,
            ..Self::new(parties)
        }
    }

    /// Adds an entry. Entries of one log must come in its order.
    pub fn push(&mut self, position: Position, index: u64, leaf: Hash, is_mark: bool) {
        self.last[position.party.at()] = position.lamport;
        self.waiting.insert(
            position,
            Waiting {
                index,
                leaf,
                is_mark,
            },
        );
    }

    /// Notes the Lamport number of a log's last entry without adding it, when taking up a record.
    pub fn note_last(&mut self, party: PartyIndex, lamport: u64) {
        self.last[party.at()] = lamport;
    }

    /// Adds an entry that waited when the record was put down, in any order of logs.
    pub fn restore_waiting(&mut self, position: Position, index: u64, leaf: Hash, is_mark: bool) {
        self.waiting.insert(
            position,
            Waiting {
                index,
                leaf,
                is_mark,
            },
        );
    }

    /// Settles what can be settled and returns it in order, each with its joint number.
    pub fn settle(&mut self) -> Vec<Settled> {
        let mut done = Vec::new();
        self.settle_each(|settled| done.push(settled));
        done
    }

    /// Settles what can be settled and hands each entry to `done`, in order.
    pub(crate) fn settle_each(&mut self, mut done: impl FnMut(Settled)) {
        while let Some(first) = self.waiting.first_entry() {
            let position = *first.key();
            if !is_settled(&self.last, position) {
                break;
            }
            let waiting = first.remove();
            self.settled
                .append(record_leaf(position.party, &waiting.leaf));
            done(Settled {
                number: self.settled.size(),
                party: position.party,
                index: waiting.index,
            });
        }
    }

    /// Number of settled entries.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.settled.size()
    }

    /// The tree over the settled entries.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.settled
    }

    /// The record root over all entries, settled or not.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut all = self.settled.clone();
        for (position, waiting) in &self.waiting {
            all.append(record_leaf(position.party, &waiting.leaf));
        }
        all.root()
    }

    /// Number of entries that wait to be settled.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether an entry other than a mark waits for want of `party`'s next entry.
    #[must_use]
    pub fn waits_for(&self, party: PartyIndex) -> bool {
        let next = (self.last[party.at()] + 1, party);
        self.waiting.iter().any(|(position, w)| {
            !w.is_mark
                && next < (position.lamport, position.party)
                && !is_settled(&self.last, *position)
        })
    }
}

/// Whether no entry can still come that precedes `position`, given each log's last Lamport number.
fn is_settled(last: &[u64], position: Position) -> bool {
    last.iter()
        .enumerate()
        .all(|(p, last)| (last + 1, p) > (position.lamport, position.party.at()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: PartyIndex = PartyIndex(0);
    const B: PartyIndex = PartyIndex(1);

    fn push(order: &mut Order, party: PartyIndex, lamport: u64, index: u64) {
        order.push(
            Position { lamport, party },
            index,
            leaf_hash(&[party.0, u8::try_from(index).expect("small")]),
            false,
        );
    }

    #[test]
    fn runs_give_back_every_number() {
        let numbers = [1, 2, 3, 7, 8, 20, 21, 22];
        let mut lamports = Lamports::restore(0, numbers);
        for (i, number) in numbers.into_iter().enumerate() {
            assert_eq!(lamports.at(i as u64), Some(number));
        }
        assert_eq!((lamports.at(8), lamports.last()), (None, Some(22)));
        lamports.forget_below(4);
        assert_eq!(
            (lamports.at(4), lamports.at(7), lamports.at(1)),
            (Some(8), Some(22), None)
        );
    }

    #[test]
    fn a_founding_settles_as_soon_as_no_other_can_precede_it() {
        let mut order = Order::new(2);
        push(&mut order, B, 1, 0);
        assert_eq!(
            order.settle(),
            [],
            "party 0 may still write its founding, which precedes"
        );
        push(&mut order, A, 1, 0);
        let numbers: Vec<_> = order.settle().iter().map(|s| (s.number, s.party)).collect();
        assert_eq!(numbers, [(1, A), (2, B)]);
    }

    #[test]
    fn an_entry_waits_until_nobody_can_precede_it() {
        let mut order = Order::new(2);
        push(&mut order, A, 1, 0);
        push(&mut order, B, 1, 0);
        order.settle();
        push(&mut order, A, 5, 1);
        assert!(order.settle().is_empty());
        assert!(order.waits_for(B) && !order.waits_for(A));
        push(&mut order, B, 6, 1);
        assert_eq!(order.settle().len(), 1);
        assert_eq!((order.settled(), order.waiting()), (3, 1));
    }
}
