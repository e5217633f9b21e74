//! Row keys: what a row is about, packed into one integer, so that each log is one run of its table.
//!
//! The top 15 bits number the line in this store, the next 4 the party; what follows depends on the table.

use openline_core::PartyIndex;
use openline_core::entry::Ref;

/// Most lines one store holds.
pub const LINES_MAX: u64 = (1 << 15) - 1;
/// Most entries of one log that a store holds, and the largest size of a checkpoint.
pub const LOG_SIZE_MAX: u64 = (1 << 40) - 1;

const LINE_SHIFT: u32 = 48;
const PARTY_SHIFT: u32 = 44;
/// Tile level, or cosigner.
const MIDDLE_SHIFT: u32 = 40;
const PARTY_MASK: u64 = 0xf;
const PLACE_MASK: u64 = (1 << PARTY_SHIFT) - 1;
const LOW_MASK: u64 = (1 << MIDDLE_SHIFT) - 1;
const NUMBER_MASK: u64 = (1 << LINE_SHIFT) - 1;

/// A line's number in this store, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineNumber(pub(crate) u64);

/// The keys from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

fn pack(bits: u64) -> i64 {
    i64::try_from(bits).expect("15 bits of line number leave the sign bit clear")
}

fn unpack(key: i64) -> u64 {
    u64::try_from(key).unwrap_or(0)
}

fn log_bits(line: LineNumber, party: PartyIndex) -> u64 {
    debug_assert!(
        line.0 <= LINES_MAX && u64::from(party.0) <= PARTY_MASK,
        "checked when they came in"
    );
    line.0 << LINE_SHIFT | u64::from(party.0) << PARTY_SHIFT
}

/// An entry, or a checkpoint, whose place is its log and its size.
pub(crate) fn place(line: LineNumber, party: PartyIndex, index: u64) -> i64 {
    pack(log_bits(line, party) | index.min(PLACE_MASK))
}

/// The places of one log from `index` on.
pub(crate) fn log_from(line: LineNumber, party: PartyIndex, index: u64) -> Span {
    Span {
        first: place(line, party, index),
        last: place(line, party, PLACE_MASK),
    }
}

/// Everything keyed by the line first.
pub(crate) fn line_span(line: LineNumber) -> Span {
    Span {
        first: pack(line.0 << LINE_SHIFT),
        last: pack(line.0 << LINE_SHIFT | NUMBER_MASK),
    }
}

/// The line of any key of this module.
pub(crate) fn line_of(key: i64) -> LineNumber {
    LineNumber(unpack(key) >> LINE_SHIFT)
}

/// Party and index of a place.
pub(crate) fn place_of(key: i64) -> Ref {
    let bits = unpack(key);
    let party = u8::try_from(bits >> PARTY_SHIFT & PARTY_MASK).expect("four bits");
    Ref {
        party: PartyIndex(party),
        index: bits & PLACE_MASK,
    }
}

/// The root of a full subtree: `level` counts in steps of 8 from 1.
pub(crate) fn tile(line: LineNumber, party: PartyIndex, level: u64, index: u64) -> i64 {
    pack(log_bits(line, party) | level << MIDDLE_SHIFT | index.min(LOW_MASK))
}

/// A cosignature or seal: ascending by log, cosigner, size.
pub(crate) fn cosigned(line: LineNumber, log: PartyIndex, cosigner: PartyIndex, size: u64) -> i64 {
    pack(
        log_bits(line, log)
            | (u64::from(cosigner.0) & PARTY_MASK) << MIDDLE_SHIFT
            | size.min(LOW_MASK),
    )
}

/// One cosigner's cosignatures over a log from `size` on.
pub(crate) fn cosigned_from(
    line: LineNumber,
    log: PartyIndex,
    cosigner: PartyIndex,
    size: u64,
) -> Span {
    Span {
        first: cosigned(line, log, cosigner, size),
        last: cosigned(line, log, cosigner, LOW_MASK),
    }
}

/// Log, cosigner and size of a cosignature's key.
pub(crate) fn cosigned_of(key: i64) -> (PartyIndex, PartyIndex, u64) {
    let bits = unpack(key);
    let cosigner = u8::try_from(bits >> MIDDLE_SHIFT & PARTY_MASK).expect("four bits");
    (place_of(key).party, PartyIndex(cosigner), bits & LOW_MASK)
}

/// A joint number.
pub(crate) fn joint(line: LineNumber, number: u64) -> i64 {
    pack(line.0 << LINE_SHIFT | number.min(NUMBER_MASK))
}

/// The joint number of a key.
pub(crate) fn joint_of(key: i64) -> u64 {
    unpack(key) & NUMBER_MASK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_at_their_bounds() {
        let (line, party) = (LineNumber(LINES_MAX), PartyIndex(15));
        let key = place(line, party, LOG_SIZE_MAX);
        assert_eq!(
            (line_of(key), place_of(key)),
            (
                line,
                Ref {
                    party,
                    index: LOG_SIZE_MAX
                }
            )
        );
        let key = cosigned(line, party, PartyIndex(14), LOG_SIZE_MAX);
        assert_eq!(cosigned_of(key), (party, PartyIndex(14), LOG_SIZE_MAX));
        assert_eq!(joint_of(joint(line, 77)), 77);
    }

    #[test]
    fn logs_and_lines_do_not_overlap() {
        let a = log_from(LineNumber(1), PartyIndex(0), 0);
        let b = log_from(LineNumber(1), PartyIndex(1), 0);
        assert_eq!(a.last + 1, b.first);
        let (one, two) = (line_span(LineNumber(1)), line_span(LineNumber(2)));
        assert_eq!(one.last + 1, two.first);
        assert!(one.first <= a.first && b.last <= one.last);
    }
}
