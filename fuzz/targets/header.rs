//! An entry's header: what is read is within the limits, and encodes to the bytes it came from.
#![no_main]

use openline_core::PartyIndex;
use openline_core::entry::{Header, RawEntry};
use openline_core::limits::{HEADER_MAX, TIME_MAX};
use openline_core::tree::leaf_hash;
use openline_fuzz::accepted;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(header) = accepted(Header::decode(bytes)) else {
        return;
    };
    assert!(bytes.len() <= HEADER_MAX);
    assert!(header.time.abs() <= TIME_MAX);
    // A party beyond 255 is read as one that no line has.
    let is_exact = header
        .refs
        .iter()
        .all(|place| place.party != PartyIndex(u8::MAX));
    if is_exact {
        assert_eq!(header.encode(), bytes);
    }
    let raw = RawEntry {
        header: bytes.to_vec(),
        body: None,
    };
    let entry = accepted(raw.decode()).expect("its header has been read");
    assert_eq!(entry.header(), &header);
    assert_eq!(entry.leaf(), leaf_hash(bytes));
});
