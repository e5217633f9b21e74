//! The tree of RFC 6962 section 2.1 as it is written there, over leaf hashes.

use openline_core::Hash;

pub fn leaf(data: &[u8]) -> Hash {
    Hash::of(&[&[0], data])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

pub fn record_leaf(party: usize, header: &[u8]) -> Hash {
    leaf(&[&[u8::try_from(party).expect("few")], &leaf(header).0[..]].concat())
}

fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

pub fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [one] => *one,
        _ => {
            let k = split(leaves.len());
            node(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

pub fn audit_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (mut path, last) = if m < k {
        (audit_path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (audit_path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    path.push(last);
    path
}

pub fn consistency(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    subproof(m, leaves, true)
}

fn subproof(m: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if is_whole {
            Vec::new()
        } else {
            vec![mth(leaves)]
        };
    }
    let k = split(leaves.len());
    let (mut path, last) = if m <= k {
        (subproof(m, &leaves[..k], is_whole), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    path.push(last);
    path
}
