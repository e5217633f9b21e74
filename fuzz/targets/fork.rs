//! Fork evidence, under the keys of a line.
#![no_main]

use openline_core::checkpoint::CheckpointNote;
use openline_core::fork::Fork;
use openline_core::limits::PROOF_MAX;
use openline_fuzz::{accepted, ring};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(fork) = accepted(Fork::decode(bytes)) else {
        return;
    };
    assert!(fork.proof.len() <= PROOF_MAX + 1);
    assert_eq!(fork.encode(), bytes);
    let ring = ring();
    let Some(party) = accepted(fork.check(&ring)) else {
        return;
    };
    // Nobody is accused without two of its own signatures.
    for note in [&fork.first, &fork.second] {
        let note = CheckpointNote::parse(note).expect("it has been read");
        assert_eq!(ring.party_of_origin(&note.checkpoint.origin), Ok(party));
        assert!(ring.checkpoint_signature(&note, party, |_| true).is_ok());
    }
});
