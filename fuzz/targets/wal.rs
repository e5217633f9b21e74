//! What the store reads of SQLite's write-ahead log: no more commits are lost than the log can hold.
#![no_main]

use openline_fuzz::inside::commits_lost;

libfuzzer_sys::fuzz_target!(|log: &[u8]| {
    if let Some(lost) = commits_lost(log) {
        // Each commit has a page of at least 512 bytes.
        assert!(lost <= log.len() / 512);
    }
});
