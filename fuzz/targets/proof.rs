//! Disclosures of one entry (tlog-proof).
#![no_main]

use openline_core::limits::{CREDENTIALS_MAX, PROOF_MAX};
use openline_core::proof::{PROOF_FILE_MAX, Proof};
use openline_fuzz::accepted;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(proof) = accepted(Proof::parse(bytes)) else {
        return;
    };
    assert!(bytes.len() <= PROOF_FILE_MAX && proof.path.len() <= PROOF_MAX);
    assert!(proof.disclosure.credentials.len() <= CREDENTIALS_MAX);
    assert_eq!(proof.to_string().as_bytes(), bytes);
    if let Some(disclosed) = accepted(proof.verify()) {
        assert_eq!(disclosed.entry.index(), proof.index);
        assert!(disclosed.checkpoint.checkpoint.size > proof.index);
        assert_eq!(disclosed.entry.party(), disclosed.party);
    }
});
