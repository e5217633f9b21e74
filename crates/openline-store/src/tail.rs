//! The growing edge of a log's tree, and the inner nodes that are stored so that roots and proofs need few reads.
//!
//! Roots of full subtrees are stored at levels 8, 16 and 24. Any root or proof then needs, per level, fewer than 256 of
//! the nodes below.

use openline_core::Hash;
use openline_core::tree::{Frontier, empty_root, node_hash};

/// log2 of how many nodes one stored node stands for.
pub(crate) const TILE_BITS: u32 = 8;
/// Stored levels, in steps of [`TILE_BITS`].
pub(crate) const TILE_LEVELS: usize = 3;

/// A stored node: level in steps of 8 from 1, index at that level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TileAt {
    pub(crate) level: u64,
    pub(crate) index: u64,
}

/// What must be known of a log's tree to append to it and to know when a subtree is full.
///
/// `steps[0]` holds the leaves since the last full subtree of level 8, `steps[1]` the level-8 roots since the last of level 16,
/// and so on; the last step never fills up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TreeTail {
    steps: [Frontier; TILE_LEVELS + 1],
}

impl TreeTail {
    /// Takes up a tree of `size` leaves. `nodes(step, from, to)` gives the nodes of a step: leaves for 0, stored nodes above.
    pub(crate) fn load<E>(
        size: u64,
        mut nodes: impl FnMut(usize, u64, u64) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        let mut tail = Self::default();
        for (step, frontier) in tail.steps.iter_mut().enumerate() {
            let shift = TILE_BITS * u32::try_from(step).expect("four steps");
            let to = size >> shift;
            let from = if step == TILE_LEVELS {
                0
            } else {
                to >> TILE_BITS << TILE_BITS
            };
            nodes(step, from, to)?
                .into_iter()
                .for_each(|hash| frontier.append(hash));
        }
        Ok(tail)
    }

    /// Appends a leaf hash and hands each subtree that becomes full to `full`.
    pub(crate) fn append(&mut self, leaf: Hash, mut full: impl FnMut(TileAt, Hash)) {
        let mut hash = leaf;
        for step in 0..=TILE_LEVELS {
            self.steps[step].append(hash);
            if step == TILE_LEVELS || self.steps[step].size() < 1 << TILE_BITS {
                return;
            }
            hash = std::mem::take(&mut self.steps[step]).root();
            full(
                TileAt {
                    level: step as u64 + 1,
                    index: self.count(step + 1),
                },
                hash,
            );
        }
    }

    /// How many nodes of a step there are in the whole tree.
    fn count(&self, step: usize) -> u64 {
        self.steps[step..]
            .iter()
            .rev()
            .fold(0, |count, frontier| (count << TILE_BITS) + frontier.size())
    }

    /// Number of leaves.
    pub(crate) fn size(&self) -> u64 {
        self.count(0)
    }

    fn peaks(&self) -> impl DoubleEndedIterator<Item = Hash> + '_ {
        self.steps
            .iter()
            .rev()
            .flat_map(|frontier| frontier.peaks().iter().copied())
    }

    /// The root of the whole tree.
    pub(crate) fn root(&self) -> Hash {
        self.peaks()
            .rev()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }

    /// The tree as the core takes it up.
    pub(crate) fn frontier(&self) -> Frontier {
        Frontier::restore(self.size(), self.peaks().collect())
            .expect("one peak for each bit of the size")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::tree::leaf_hash;

    #[test]
    fn it_agrees_with_the_plain_frontier_and_loads_back() {
        let (mut tail, mut plain) = (TreeTail::default(), Frontier::default());
        let mut nodes: [Vec<Hash>; TILE_LEVELS + 1] = Default::default();
        for i in 0..70_000u64 {
            let leaf = leaf_hash(&i.to_be_bytes());
            nodes[0].push(leaf);
            plain.append(leaf);
            tail.append(leaf, |at, hash| {
                let step = usize::try_from(at.level).expect("small");
                assert_eq!(at.index, nodes[step].len() as u64);
                nodes[step].push(hash);
            });
            if i % 997 == 0 || i > 69_990 {
                assert_eq!((tail.size(), tail.root()), (plain.size(), plain.root()));
                assert_eq!(tail.frontier(), plain);
                let Ok(loaded) = TreeTail::load(tail.size(), |step, from, to| {
                    let range =
                        usize::try_from(from).expect("small")..usize::try_from(to).expect("small");
                    Ok::<_, std::convert::Infallible>(nodes[step][range].to_vec())
                });
                assert_eq!(loaded, tail);
            }
        }
        assert_eq!((nodes[1].len(), nodes[2].len()), (273, 1));
    }
}
