//! Exports. Bytes that do not begin as one are taken as what follows the head of an export of the vectors' line.
#![no_main]

use openline_core::cbor::Writer;
use openline_core::export::{MAGIC, verify};
use openline_core::limits::FORKS_MAX;
use openline_fuzz::{INSTRUMENT, accepted};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"openline") {
        check(bytes);
    } else {
        let mut head = Writer::new();
        head.bytes(INSTRUMENT);
        check(&[MAGIC.as_bytes(), &head.into_bytes(), bytes].concat());
    }
});

fn check(export: &[u8]) {
    let mut visited = 0;
    let result = verify(export, |_| visited += 1);
    let Some(report) = accepted(result) else {
        return;
    };
    assert_eq!(report.entries, visited);
    assert_eq!(report.entries, report.logs.sizes().iter().sum::<u64>());
    assert!(report.settled <= report.entries && report.forked.len() <= FORKS_MAX);
    for held in &report.held {
        assert!((1..=report.logs.size(held.log)).contains(&held.size));
    }
}
