//! The Merkle tree of RFC 6962 section 2.1: roots, inclusion and consistency proofs.

use crate::id::Hash;
use crate::limits::PROOF_MAX;

/// The hash of a leaf: SHA-256(0x00 ‖ data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash::of(&[&[0], data])
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// The root of the empty tree: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// What is needed of a tree to append to it: the roots of its perfect subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Takes up a tree of `size` leaves from the roots of its perfect subtrees, largest first.
    ///
    /// Returns `None` unless there is one peak for each bit that is set in `size`.
    #[must_use]
    pub fn restore(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self
                .peaks
                .pop()
                .expect("a peak for each bit set in the size");
            hash = node_hash(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the whole tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return empty_root();
        };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The root over `leaves`, which are leaf hashes.
#[must_use]
pub fn root_of(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::default();
    leaves.into_iter().for_each(|leaf| frontier.append(leaf));
    frontier.root()
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// Reads a tree of which perfect subtrees can be looked up.
///
/// `node(level, index)` gives the root of the perfect subtree of 2^level leaves that begins at leaf index × 2^level.
/// It is only asked for subtrees that lie wholly inside the size asked about.
#[derive(Debug)]
pub struct TreeReader<F> {
    node: F,
}

impl<E, F: FnMut(u32, u64) -> Result<Hash, E>> TreeReader<F> {
    /// Wraps a source of perfect subtrees.
    pub fn new(node: F) -> Self {
        Self { node }
    }

    /// The root of `n` leaves from `start`; `start` must be a multiple of every power of two that `n` spans.
    fn range(&mut self, start: u64, n: u64) -> Result<Hash, E> {
        if n == 0 {
            return Ok(empty_root());
        }
        if n.is_power_of_two() {
            return (self.node)(n.trailing_zeros(), start / n);
        }
        let k = split(n);
        let left = self.range(start, k)?;
        let right = self.range(start + k, n - k)?;
        Ok(node_hash(&left, &right))
    }

    /// The root at `size`.
    ///
    /// # Errors
    /// What the source fails with.
    pub fn root(&mut self, size: u64) -> Result<Hash, E> {
        self.range(0, size)
    }

    /// The perfect subtrees' roots at `size`, for [`Frontier::restore`].
    ///
    /// # Errors
    /// What the source fails with.
    pub fn peaks(&mut self, size: u64) -> Result<Vec<Hash>, E> {
        let mut start = 0;
        (0..64u32)
            .rev()
            .filter(|level| size >> level & 1 == 1)
            .map(|level| {
                let hash = (self.node)(level, start >> level);
                start += 1 << level;
                hash
            })
            .collect()
    }

    /// The inclusion proof of leaf `index` in the tree of `size` leaves; `index` must be below `size`.
    ///
    /// # Errors
    /// What the source fails with.
    pub fn inclusion(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, E> {
        let (mut m, mut start, mut n) = (index, 0, size);
        let mut path = Vec::new();
        while n > 1 {
            let k = split(n);
            if m < k {
                path.push(self.range(start + k, n - k)?);
                n = k;
            } else {
                path.push(self.range(start, k)?);
                (m, start, n) = (m - k, start + k, n - k);
            }
        }
        path.reverse();
        Ok(path)
    }

    /// The consistency proof from `old` to `new` leaves, 0 < old <= new.
    ///
    /// # Errors
    /// What the source fails with.
    pub fn consistency(&mut self, old: u64, new: u64) -> Result<Vec<Hash>, E> {
        let (mut m, mut start, mut n, mut whole) = (old, 0, new, true);
        let mut path = Vec::new();
        while m != n {
            let k = split(n);
            if m <= k {
                path.push(self.range(start + k, n - k)?);
                n = k;
            } else {
                path.push(self.range(start, k)?);
                (m, start, n, whole) = (m - k, start + k, n - k, false);
            }
        }
        if !whole {
            path.push(self.range(start, n)?);
        }
        path.reverse();
        Ok(path)
    }
}

/// Whether `path` leads from `leaf` at `index` to `root` at `size` (RFC 9162 section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size || path.len() > PROOF_MAX {
        return false;
    }
    let (mut fn_, mut sn, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            hash = node_hash(sibling, &hash);
            while fn_ & 1 == 0 && fn_ != 0 {
                fn_ >>= 1;
                sn >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        fn_ >>= 1;
        sn >>= 1;
    }
    sn == 0 && hash == root
}

/// Whether `path` shows that the tree (`old`, `old_root`) is a beginning of (`new`, `new_root`) (RFC 9162 section 2.1.4.2).
#[must_use]
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    path: &[Hash],
) -> bool {
    if old == 0 || old > new || path.len() > PROOF_MAX + 1 {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        (*first, rest)
    };
    let (mut fn_, mut sn) = (old - 1, new - 1);
    while fn_ & 1 == 1 {
        fn_ >>= 1;
        sn >>= 1;
    }
    let (mut fr, mut sr) = (first, first);
    for hash in rest {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            fr = node_hash(hash, &fr);
            sr = node_hash(hash, &sr);
            while fn_ & 1 == 0 && fn_ != 0 {
                fn_ >>= 1;
                sn >>= 1;
            }
        } else {
            sr = node_hash(&sr, hash);
        }
        fn_ >>= 1;
        sn >>= 1;
    }
    sn == 0 && fr == old_root && sr == new_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Root by the definition in RFC 6962, sharing nothing with the code under test but the hashes.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                node_hash(&defined(&leaves[..k]), &defined(&leaves[k..]))
            }
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    fn reader(all: &[Hash]) -> TreeReader<impl FnMut(u32, u64) -> Result<Hash, Infallible> + '_> {
        TreeReader::new(|level, index| {
            let (start, len) = ((index << level) as usize, 1usize << level);
            Ok(defined(&all[start..start + len]))
        })
    }

    #[test]
    fn known_answers_of_rfc_6962_hold() {
        assert_eq!(
            empty_root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            leaf_hash(b"").to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }

    #[test]
    fn frontier_and_reader_agree_with_the_definition() {
        let all = leaves(70);
        let mut frontier = Frontier::default();
        for n in 0..=70u64 {
            let root = defined(&all[..n as usize]);
            assert_eq!(frontier.root(), root);
            let Ok(read) = reader(&all).root(n);
            assert_eq!(read, root);
            let Ok(peaks) = reader(&all).peaks(n);
            assert_eq!(Frontier::restore(n, peaks).as_ref(), Some(&frontier));
            if n < 70 {
                frontier.append(all[n as usize]);
            }
        }
    }

    #[test]
    fn every_inclusion_proof_verifies_and_no_other_leaf_does() {
        let all = leaves(33);
        for size in 1..=33u64 {
            let root = defined(&all[..size as usize]);
            for index in 0..size {
                let Ok(path) = reader(&all).inclusion(index, size);
                assert!(verify_inclusion(
                    all[index as usize],
                    index,
                    size,
                    &path,
                    root
                ));
                assert!(!verify_inclusion(
                    leaf_hash(b"other"),
                    index,
                    size,
                    &path,
                    root
                ));
                assert!(!verify_inclusion(
                    all[index as usize],
                    index + 1,
                    size,
                    &path,
                    root
                ));
            }
        }
    }

    #[test]
    fn every_consistency_proof_verifies_and_a_changed_one_does_not() {
        let all = leaves(33);
        for new in 1..=33u64 {
            let new_root = defined(&all[..new as usize]);
            for old in 1..=new {
                let old_root = defined(&all[..old as usize]);
                let Ok(path) = reader(&all).consistency(old, new);
                assert!(
                    verify_consistency(old, old_root, new, new_root, &path),
                    "{old} {new}"
                );
                assert!(!verify_consistency(
                    old,
                    leaf_hash(b"x"),
                    new,
                    new_root,
                    &path
                ));
                if let Some((_, shorter)) = path.split_last() {
                    assert!(!verify_consistency(old, old_root, new, new_root, shorter));
                }
            }
        }
    }
}
