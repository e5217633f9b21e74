//! A secret that is shared with the owner of a seal key and with nobody else, without a signature: the exporter of HPKE (RFC 9180
//! sections 5.3 and 7.3), base mode, with the pouch's KEM and KDF and no AEAD (`0xffff`).

use hpke::aead::ExportOnlyAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use super::key::{SealKeyPair, SealPublicKey};
use super::seal::SealError;

/// Length of an encapsulation.
pub const ENC_BYTES: usize = 1120;

/// A secret of 32 bytes; wiped when it is dropped.
pub type SharedSecret = Zeroizing<[u8; 32]>;

/// Makes a fresh secret that only the owner of `to` can take out of the encapsulation.
///
/// # Errors
/// [`SealError::Key`] when nothing can be encapsulated to the key.
///
/// # Panics
/// If the operating system gives no randomness.
pub fn encapsulate(
    to: &SealPublicKey,
    info: &[u8],
    exporter: &[u8],
) -> Result<(Vec<u8>, SharedSecret), SealError> {
    let failed = || SealError::Key { key_id: to.id() };
    let (enc, context) =
        hpke::setup_sender::<ExportOnlyAead, HkdfSha256, XWing>(&OpModeS::Base, to.hpke(), info)
            .map_err(|_| failed())?;
    let mut secret = Zeroizing::new([0; 32]);
    context
        .export(exporter, &mut secret[..])
        .map_err(|_| failed())?;
    Ok((enc.to_bytes().to_vec(), secret))
}

/// Takes the secret out of an encapsulation to `key`; `None` unless the bytes are one.
///
/// An encapsulation to another key, or a changed one, gives another secret and no failure.
pub fn decapsulate(
    key: &SealKeyPair,
    info: &[u8],
    exporter: &[u8],
    enc: &[u8],
) -> Option<SharedSecret> {
    let enc = <XWing as Kem>::EncappedKey::from_bytes(enc).ok()?;
    let context = hpke::setup_receiver::<ExportOnlyAead, HkdfSha256, XWing>(
        &OpModeR::Base,
        key.hpke(),
        &enc,
        info,
    )
    .ok()?;
    let mut secret = Zeroizing::new([0; 32]);
    context.export(exporter, &mut secret[..]).ok()?;
    Some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &[u8] = b"for a test";

    #[test]
    fn the_owner_and_the_maker_share_the_secret() {
        let pair = SealKeyPair::from_seed(&[4; 32]);
        let (enc, made) = encapsulate(pair.public(), INFO, b"x").expect("a key");
        assert_eq!(enc.len(), ENC_BYTES);
        assert_eq!(decapsulate(&pair, INFO, b"x", &enc), Some(made.clone()));
        let (_, another) = encapsulate(pair.public(), INFO, b"x").expect("a key");
        assert_ne!(made, another, "each is fresh");
    }

    #[test]
    fn another_key_purpose_or_encapsulation_gives_another_secret() {
        let (pair, other) = ([4; 32], [5; 32]);
        let (pair, other) = (
            SealKeyPair::from_seed(&pair),
            SealKeyPair::from_seed(&other),
        );
        let (enc, made) = encapsulate(pair.public(), INFO, b"x").expect("a key");
        let mut changed = enc.clone();
        changed[7] ^= 1;
        for secret in [
            decapsulate(&other, INFO, b"x", &enc),
            decapsulate(&pair, b"for another", b"x", &enc),
            decapsulate(&pair, INFO, b"y", &enc),
            decapsulate(&pair, INFO, b"x", &changed),
        ] {
            assert_ne!(secret, Some(made.clone()));
        }
        assert_eq!(decapsulate(&pair, INFO, b"x", &enc[1..]), None);
    }
}
