//! Frames of the line.
#![no_main]

use openline_fuzz::accepted;
use openline_proto::frame::Frame;
use openline_proto::limits::{BATCH_ENTRIES_MAX, FAULT_TEXT_MAX, FRAME_MAX, WATCH_MAX};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(frame) = accepted(Frame::decode(bytes)) else {
        return;
    };
    assert!((1..=FRAME_MAX).contains(&bytes.len()));
    let encoded = frame.encode();
    assert_eq!(Frame::decode(&encoded).as_ref(), Ok(&frame));
    match &frame {
        // What a later version may add is read and not kept.
        Frame::Unknown(_) => {}
        _ => assert_eq!(encoded, bytes),
    }
    match frame {
        Frame::Batch { entries, .. } | Frame::Copy { entries, .. } => {
            assert!((1..=BATCH_ENTRIES_MAX).contains(&entries.len()));
        }
        Frame::Beacon {
            watch: Some(watch), ..
        } => assert!(watch.bytes.len() <= WATCH_MAX),
        Frame::Fault { rule, words, .. } => {
            assert!(rule.len() <= FAULT_TEXT_MAX && words.len() <= FAULT_TEXT_MAX);
        }
        _ => {}
    }
});
