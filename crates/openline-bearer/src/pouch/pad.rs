//! Padding, so that the size of a bundle says little about its content.

/// Longest content of a bundle, in bytes: the longest that the schedule pads to no more than
/// [`BUNDLE_MAX`](crate::BUNDLE_MAX) allows.
pub const CONTENT_MAX: usize = (63 << 20) - 1;

/// Least length after padding.
const PADDED_MIN: usize = 512;

/// Follows the content; zeros follow it.
const MARK: u8 = 0x80;

/// The length to which content of `length` bytes is padded.
pub(super) fn padded_length(length: usize) -> usize {
    let marked = length + 1;
    if marked <= PADDED_MIN {
        return PADDED_MIN;
    }
    let exponent = marked.ilog2();
    let significant = exponent.ilog2() + 1;
    marked.next_multiple_of(1 << (exponent - significant))
}

/// Pads `content`. Room for `extra` more bytes is reserved, so that nothing secret is moved.
pub fn pad(content: &[u8], extra: usize) -> Vec<u8> {
    let length = padded_length(content.len());
    let mut padded = Vec::with_capacity(length + extra);
    padded.extend_from_slice(content);
    padded.push(MARK);
    padded.resize(length, 0);
    padded
}

/// Takes the padding off; `None` unless it is what [`pad`] gives.
pub fn unpad(mut padded: Vec<u8>) -> Option<Vec<u8>> {
    let mark = padded.iter().rposition(|byte| *byte != 0)?;
    if padded[mark] != MARK || padded_length(mark) != padded.len() {
        return None;
    }
    padded.truncate(mark);
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::BUNDLE_MAX;

    #[test]
    fn the_schedule_is_the_documented_one() {
        for (length, padded) in [
            (0, 512),
            (511, 512),
            // e = 9, s = 4: multiples of 32.
            (512, 544),
            (543, 544),
            (544, 576),
            // e = 10, s = 4: multiples of 64.
            (1023, 1024),
            (1024, 1088),
            // e = 16, s = 5: multiples of 2048.
            (65_536, 67_584),
            (CONTENT_MAX, 63 << 20),
            (CONTENT_MAX + 1, 64 << 20),
        ] {
            assert_eq!(padded_length(length), padded, "{length}");
        }
    }

    #[test]
    fn padding_costs_less_than_twelve_percent() {
        for length in (512..200_000).chain((1 << 20)..(1 << 20) + 5000) {
            assert!(
                (padded_length(length) - length) * 100 < length * 12,
                "{length}"
            );
        }
    }

    #[test]
    fn the_largest_content_fits() {
        assert!(padded_length(CONTENT_MAX) + 2048 < BUNDLE_MAX);
    }

    #[test]
    fn what_is_padded_is_unpadded() {
        for length in [0usize, 1, 510, 511, 512, 513, 5000] {
            for fill in [0u8, MARK, 7] {
                let content = vec![fill; length];
                assert_eq!(unpad(pad(&content, 16)), Some(content));
            }
        }
    }

    #[test]
    fn any_other_padding_is_refused() {
        let good = pad(b"content", 0);
        assert_eq!(unpad(Vec::new()), None);
        assert_eq!(unpad(vec![0; 512]), None, "no mark");
        let mut wrong = good.clone();
        wrong[400] = 1;
        assert_eq!(unpad(wrong), None, "not zero");
        let mut longer = good.clone();
        longer.push(0);
        assert_eq!(unpad(longer), None, "longer than the schedule says");
        assert_eq!(
            unpad(good[..8].to_vec()),
            None,
            "shorter than the schedule says"
        );
    }
}
