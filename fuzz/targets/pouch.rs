//! Bundles: as they are carried, and their inside as if its sender had signed it and the bearer had opened it.
#![no_main]

use std::sync::OnceLock;

use openline_core::keys::SecretKeys;
use openline_core::{Hash, PartyId};
use openline_fuzz::inside::{reopen_bundle, sign_contents};
use openline_fuzz::pouch::{SealKeyPair, open};
use openline_fuzz::{BUNDLE_MAX, accepted};

struct Keys {
    sealed_to: [SealKeyPair; 1],
    sender: SecretKeys,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys {
        sealed_to: [SealKeyPair::from_seed(&[1; 32])],
        sender: SecretKeys::from_seeds([2; 32], [3; 32]),
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let keys = keys();
    match open(&keys.sealed_to, b"openline/bundle/v1", bytes) {
        Ok(opened) => assert!(bytes.len() <= BUNDLE_MAX && opened.plaintext.len() < bytes.len()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let to = PartyId(Hash([2; 32]));
    accepted(reopen_bundle(bytes, &keys.sender, &to));
    let signed = sign_contents(bytes, &keys.sender);
    if let Some(again) = accepted(reopen_bundle(&signed, &keys.sender, &to)) {
        assert_eq!(again, signed);
    }
});
