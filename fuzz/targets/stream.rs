//! The bearers' stream of frames: however it is cut into pieces, the same frames come out of it.
//!
//! The first byte is the length of the pieces.
#![no_main]

use openline_fuzz::inside::{frames, stream};
use openline_proto::limits::FRAME_MAX;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [piece, bytes @ ..] = bytes else { return };
    let whole = frames([bytes]);
    assert!(whole.iter().all(|frame| frame.len() <= FRAME_MAX));
    assert_eq!(frames(bytes.chunks(usize::from(*piece) + 1)), whole);
    assert_eq!(frames([&stream(&whole)[..]]), whole);
});
