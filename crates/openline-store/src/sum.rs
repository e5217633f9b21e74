//! Row sums: eight bytes of SHA-256 beside each row that nothing else vouches for.
//!
//! A disk that returns other bits than were written says nothing, and neither does SQLite. A sum is against chance, not against
//! an enemy: who can write to the file can write sums too, and is caught by `check`, which verifies signatures.

use openline_core::Hash;

/// The sum over `parts`, each with its length.
pub(crate) fn sum(parts: &[&[u8]]) -> i64 {
    let mut framed = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        framed.extend_from_slice(&(part.len() as u64).to_be_bytes());
        framed.extend_from_slice(part);
    }
    truncated(&Hash::of(&[&framed]))
}

/// The sum of an entry's row; header, salt and body are covered by the leaf.
pub(crate) fn entry_sum(place: i64, lamport: i64, arrived: i64, leaf: &Hash) -> i64 {
    let mut bytes = [0; 56];
    bytes[..8].copy_from_slice(&place.to_be_bytes());
    bytes[8..16].copy_from_slice(&lamport.to_be_bytes());
    bytes[16..24].copy_from_slice(&arrived.to_be_bytes());
    bytes[24..].copy_from_slice(&leaf.0);
    truncated(&Hash::of(&[&bytes]))
}

/// The sum of a row of a key and one value.
pub(crate) fn keyed_sum(key: i64, value: &[u8]) -> i64 {
    sum(&[&key.to_be_bytes(), value])
}

fn truncated(hash: &Hash) -> i64 {
    i64::from_be_bytes(hash.0[..8].try_into().expect("eight of 32 bytes"))
}

/// A number as SQLite holds it; larger ones than it has room for become its largest.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored number that is never negative.
pub(crate) fn number(stored: i64) -> Option<u64> {
    u64::try_from(stored).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_can_not_slide_into_each_other() {
        assert_ne!(sum(&[b"ab", b"c"]), sum(&[b"a", b"bc"]));
    }

    #[test]
    fn every_field_of_an_entry_counts() {
        let leaf = Hash([1; 32]);
        let base = entry_sum(1, 2, 3, &leaf);
        for other in [
            entry_sum(0, 2, 3, &leaf),
            entry_sum(1, 0, 3, &leaf),
            entry_sum(1, 2, 0, &leaf),
            entry_sum(1, 2, 3, &Hash([0; 32])),
        ] {
            assert_ne!(base, other);
        }
    }
}
