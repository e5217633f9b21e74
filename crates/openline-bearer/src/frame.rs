//! Framing: each frame is preceded by its length as a QUIC variable-length integer (RFC 9000
//! section 16). A frame of length zero keeps the bearer alive and means nothing else.

use crate::limits::FRAME_MAX;

/// First byte on the stream, in both directions: the version of this framing.
pub(crate) const PREFACE: u8 = 1;

/// The keep-alive: a frame of length zero.
pub(crate) const KEEP_ALIVE: [u8; 1] = [0];

/// Room reserved at once for a frame; more is taken only as bytes really arrive.
const RESERVE_MAX: usize = 64 << 10;

/// A frame was announced that is longer than [`FRAME_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {announced} bytes was announced, more than {FRAME_MAX}")]
pub(crate) struct FrameTooLarge {
    pub(crate) announced: u64,
}

/// Appends `frame` with its length prefix to `out`. The caller has checked [`FRAME_MAX`].
pub(crate) fn encode(frame: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(frame.len()).expect("FRAME_MAX fits in 30 bits");
    match length {
        0..=0x3f => out.push(length.to_be_bytes()[3]),
        0x40..=0x3fff => out.extend_from_slice(&(length | 0x4000).to_be_bytes()[2..]),
        _ => out.extend_from_slice(&(length | 0x8000_0000).to_be_bytes()),
    }
    out.extend_from_slice(frame);
}

/// Cuts a stream of bytes back into frames.
#[derive(Debug, Default)]
pub(crate) struct FrameDecoder {
    state: State,
}

#[derive(Debug)]
enum State {
    /// Some bytes of the length prefix; how many there will be stands in the first.
    Length { bytes: [u8; 8], have: usize },
    /// `missing` more bytes of the frame are due.
    Body { frame: Vec<u8>, missing: usize },
}

impl Default for State {
    fn default() -> Self {
        Self::Length {
            bytes: [0; 8],
            have: 0,
        }
    }
}

impl FrameDecoder {
    /// Takes bytes off the front of `input` until a frame is complete or `input` is empty.
    ///
    /// # Errors
    /// [`FrameTooLarge`] as soon as the length is known, before room is made for the frame.
    /// The decoder is of no use afterwards.
    pub(crate) fn next_frame(
        &mut self,
        input: &mut &[u8],
    ) -> Result<Option<Vec<u8>>, FrameTooLarge> {
        loop {
            match &mut self.state {
                State::Length { bytes, have } => {
                    let Some((first, rest)) = input.split_first() else {
                        return Ok(None);
                    };
                    bytes[*have] = *first;
                    *have += 1;
                    *input = rest;
                    if *have == prefix_length(bytes[0]) {
                        let missing = frame_length(bytes, *have)?;
                        self.state = State::Body {
                            frame: Vec::with_capacity(missing.min(RESERVE_MAX)),
                            missing,
                        };
                    }
                }
                State::Body { frame, missing } => {
                    let (now, rest) = input.split_at(input.len().min(*missing));
                    frame.extend_from_slice(now);
                    *missing -= now.len();
                    *input = rest;
                    if *missing > 0 {
                        return Ok(None);
                    }
                    let frame = std::mem::take(frame);
                    self.state = State::default();
                    return Ok(Some(frame));
                }
            }
        }
    }
}

fn prefix_length(first: u8) -> usize {
    1 << (first >> 6)
}

fn frame_length(bytes: &[u8; 8], have: usize) -> Result<usize, FrameTooLarge> {
    let announced = bytes[1..have]
        .iter()
        .fold(u64::from(bytes[0] & 0x3f), |value, byte| {
            value << 8 | u64::from(*byte)
        });
    match usize::try_from(announced) {
        Ok(length) if length <= FRAME_MAX => Ok(length),
        Ok(_) | Err(_) => Err(FrameTooLarge { announced }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_all(mut input: &[u8]) -> Result<Vec<Vec<u8>>, FrameTooLarge> {
        let mut decoder = FrameDecoder::default();
        let mut frames = Vec::new();
        while let Some(frame) = decoder.next_frame(&mut input)? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[test]
    fn prefix_is_the_shortest_that_rfc_9000_allows() {
        for (length, prefix) in [
            (0usize, &[0x00u8][..]),
            (63, &[0x3f]),
            (64, &[0x40, 0x40]),
            (16383, &[0x7f, 0xff]),
            (16384, &[0x80, 0x00, 0x40, 0x00]),
            (FRAME_MAX, &[0x80, 0x10, 0x00, 0x00]),
        ] {
            let mut out = Vec::new();
            encode(&vec![7; length], &mut out);
            assert_eq!(&out[..prefix.len()], prefix, "{length}");
            assert_eq!(out.len(), prefix.len() + length);
            assert_eq!(decode_all(&out).expect("valid"), vec![vec![7; length]]);
        }
    }

    /// The examples of RFC 9000 appendix A.1.
    #[test]
    fn lengths_are_read_as_rfc_9000_says() {
        assert_eq!(frame_length(&[0x25, 0, 0, 0, 0, 0, 0, 0], 1), Ok(37));
        assert_eq!(frame_length(&[0x40, 0x25, 0, 0, 0, 0, 0, 0], 2), Ok(37));
        assert_eq!(frame_length(&[0x7b, 0xbd, 0, 0, 0, 0, 0, 0], 2), Ok(15293));
        assert_eq!(
            frame_length(&[0x9d, 0x7f, 0x3e, 0x7d, 0, 0, 0, 0], 4),
            Err(FrameTooLarge {
                announced: 494_878_333
            })
        );
        assert_eq!(
            frame_length(&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c], 8),
            Err(FrameTooLarge {
                announced: 151_288_809_941_952_652
            })
        );
    }

    #[test]
    fn frames_survive_any_cut() {
        let frames: Vec<Vec<u8>> = [0usize, 1, 63, 64, 300, 0, 20_000]
            .iter()
            .map(|length| (0..*length).map(|at| at.to_le_bytes()[0]).collect())
            .collect();
        let mut wire = Vec::new();
        frames.iter().for_each(|frame| encode(frame, &mut wire));
        for step in [1usize, 2, 7, 1000, wire.len()] {
            let mut decoder = FrameDecoder::default();
            let mut seen = Vec::new();
            for mut piece in wire.chunks(step) {
                while let Some(frame) = decoder.next_frame(&mut piece).expect("valid") {
                    seen.push(frame);
                }
            }
            assert_eq!(seen, frames, "cut every {step}");
        }
    }

    #[test]
    fn too_large_is_refused_from_the_length_alone() {
        let announced = FRAME_MAX as u64 + 1;
        let prefix = (announced as u32 | 0x8000_0000).to_be_bytes();
        assert_eq!(decode_all(&prefix), Err(FrameTooLarge { announced }));
    }
}
