//! Text forms of binary files, and base32.
#![no_main]

use openline_core::armour;

const MAGIC: &str = "openline-card/v1";
const MAX: usize = 4096;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(inside) = armour::decode(MAGIC, bytes, MAX) {
        assert!(bytes.len() <= MAX && inside.len() < bytes.len());
        let file = armour::encode(MAGIC, &inside);
        assert_eq!(
            armour::decode(MAGIC, file.as_bytes(), usize::MAX).as_ref(),
            Some(&inside)
        );
    }
    if !bytes.is_empty() {
        let file = armour::encode(MAGIC, bytes);
        assert_eq!(
            armour::decode(MAGIC, file.as_bytes(), usize::MAX).as_deref(),
            Some(bytes)
        );
    }
    assert_eq!(
        armour::from_base32(&armour::base32(bytes)).as_deref(),
        Some(bytes)
    );
    if let Some((text, inside)) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Some((text, armour::from_base32(text)?)))
    {
        assert_eq!(armour::base32(&inside), text);
    }
});
