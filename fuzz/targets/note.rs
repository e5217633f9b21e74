//! Signed notes, the checkpoints in them, and cosignatures: one form each, and verified under the keys of a line.
#![no_main]

use openline_core::checkpoint::{COSIGNATURE_TIME_MAX, CheckpointNote, Cosignature, Seal};
use openline_core::limits::{NOTE_MAX, SIGNATURES_MAX};
use openline_core::note::Note;
use openline_fuzz::{accepted, ring};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    cosignatures(bytes);
    let Some(note) = accepted(Note::parse_bytes(bytes)) else {
        return;
    };
    assert!(bytes.len() <= NOTE_MAX);
    assert!((1..=SIGNATURES_MAX).contains(&note.signatures.len()));
    let text = note.to_string();
    assert_eq!(text.as_bytes(), bytes);
    note.signatures
        .iter()
        .for_each(|signature| cosignatures(&signature.bytes));
    if let Some(note) = accepted(CheckpointNote::parse(&text)) {
        assert!(text.starts_with(&note.checkpoint.text()));
        verify(&note);
    }
});

fn cosignatures(bytes: &[u8]) {
    if let Some(cosignature) = accepted(Cosignature::from_bytes(bytes)) {
        assert!(cosignature.time <= COSIGNATURE_TIME_MAX);
        assert_eq!(cosignature.to_bytes(), bytes);
    }
    if let Some(seal) = accepted(Seal::from_bytes(bytes)) {
        assert!(seal.time <= COSIGNATURE_TIME_MAX);
        assert_eq!(seal.to_bytes(), bytes);
    }
}

fn verify(note: &CheckpointNote) {
    let ring = ring();
    let Some(party) = accepted(ring.party_of_origin(&note.checkpoint.origin)) else {
        return;
    };
    let signed = accepted(ring.checkpoint_signature(note, party, |_| true));
    if let Some(signed) = signed {
        let keys = ring.keys(party, 0).expect("each party has a first key");
        assert!(signed.verify(&keys.ed));
    }
    if let Some(lines) = accepted(ring.cosigner_lines(note)) {
        accepted(ring.verify_lines(&note.checkpoint, &lines, |_, _| true));
    }
}
