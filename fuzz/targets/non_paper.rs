//! Non-papers: what is sealed in one, and the inside of a file of them.
#![no_main]

use openline_fuzz::accepted;
use openline_fuzz::inside::{rewrite_content, rewrite_file};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for rewritten in [rewrite_content(bytes), rewrite_file(bytes)] {
        if let Some(again) = accepted(rewritten) {
            assert_eq!(again, bytes);
        }
    }
});
