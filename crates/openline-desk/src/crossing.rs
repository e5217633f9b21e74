//! Crossed messages: two that were written before either author had seen the other's (`spec/loop.md` section 4).

use openline_core::entry::{Header, Ref};

/// Whether the authors of two messages had not seen each other's.
#[must_use]
pub fn have_crossed(one: (Ref, &Header), other: (Ref, &Header)) -> bool {
    let has_seen = |by: &Header, place: Ref| {
        by.seen
            .get(place.party.at())
            .is_some_and(|seen| *seen > place.index)
    };
    one.0.party != other.0.party && !has_seen(one.1, other.0) && !has_seen(other.1, one.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header};
    use openline_core::entry::Kind;

    fn seen(seen: [u64; 2]) -> Header {
        Header {
            seen: seen.to_vec(),
            ..header(Kind::Message, vec![])
        }
    }

    #[test]
    fn messages_cross_when_neither_had_seen_the_other() {
        let ours = (at(0, 4), seen([4, 2]));
        let cases = [
            (at(1, 2), seen([4, 2]), true),
            (at(1, 2), seen([5, 2]), false),
            (at(1, 1), seen([4, 1]), false),
            (at(0, 2), seen([2, 0]), false),
        ];
        for (place, header, expected) in cases {
            let crossed = have_crossed((ours.0, &ours.1), (place, &header));
            let back = have_crossed((place, &header), (ours.0, &ours.1));
            assert_eq!((crossed, back), (expected, expected), "{place:?}");
        }
    }
}
