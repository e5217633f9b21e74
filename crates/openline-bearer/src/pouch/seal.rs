//! Sealing and opening; the format stands in the documentation of [`crate::pouch`].

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

use super::agree::ENC_BYTES;
use super::key::{SealKeyId, SealKeyPair, SealPublicKey};
use super::pad::{CONTENT_MAX, pad, unpad};
use crate::limits::BUNDLE_MAX;

const MAGIC: &[u8] = b"openline-bundle/v1\n";

/// The only suite so far.
const SUITE: u64 = 1;

/// Length of the tag of ChaCha20Poly1305.
const TAG_BYTES: usize = 16;

/// Magic line, array head, suite, and key id with its head.
const AAD_BYTES: usize = MAGIC.len() + 1 + 1 + 9;

/// Why content was not sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// More than [`CONTENT_MAX`].
    #[error(
        "{length} bytes do not fit in one bundle, which holds {CONTENT_MAX}; seal them in several"
    )]
    TooLarge {
        /// The content's length.
        length: usize,
    },
    /// The recipient's key cannot be used.
    #[error("nothing can be sealed to key {key_id}; fetch it again from where it is published")]
    Key {
        /// Which key.
        key_id: SealKeyId,
    },
}

/// Why a bundle was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The bytes do not begin as a bundle does.
    #[error(
        "this is no openline bundle, or one of a version that is not known here; check that it is \
         the right file, and unpacked, and whether the sender's program is newer"
    )]
    NotABundle,
    /// The bundle ends too early.
    #[error("the bundle is cut short; copy it again, or ask the sender for it again")]
    Truncated,
    /// Something in it was changed or damaged, or it was sealed for another purpose.
    #[error(
        "the bundle was changed or damaged on its way, or was not meant for this line; do not \
         use it, and ask the sender for it again"
    )]
    Tampered,
    /// Longer than [`BUNDLE_MAX`].
    #[error("the bundle has {length} bytes, more than {BUNDLE_MAX}; ask the sender to split it")]
    TooLarge {
        /// Its length.
        length: usize,
    },
    /// The sender's program does not follow the format.
    #[error(
        "the bundle is padded wrongly; the sender's program is at fault, so report it to the \
         sender"
    )]
    BadPadding,
    /// A later version's way of sealing.
    #[error(
        "the bundle uses suite {suite}, which this version cannot open; update openline, or ask \
         the sender to use suite {SUITE}"
    )]
    UnknownSuite {
        /// The suite it names.
        suite: u64,
    },
    /// No key here has that id.
    #[error(
        "the bundle is sealed to key {key_id}, which is not here; if the key was rotated out, \
         ask the sender to seal it to the present one"
    )]
    NotForUs {
        /// The key it is sealed to.
        key_id: SealKeyId,
    },
}

/// What was in a bundle.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The key that opened it.
    pub key_id: SealKeyId,
    /// The content as it was before sealing.
    pub plaintext: Vec<u8>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("key_id", &self.key_id)
            .field("plaintext_length", &self.plaintext.len())
            .finish()
    }
}

/// Seals `plaintext` to a recipient's key; only with the same `info` can it be opened.
///
/// # Errors
/// [`SealError`].
///
/// # Panics
/// If the operating system gives no randomness.
pub fn seal(to: &SealPublicKey, info: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    if plaintext.len() > CONTENT_MAX {
        return Err(SealError::TooLarge {
            length: plaintext.len(),
        });
    }
    let key_id = to.id();
    let padded = Zeroizing::new(pad(plaintext, TAG_BYTES));
    let aad = head(key_id);
    let (enc, ciphertext) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        to.hpke(),
        info,
        &padded,
        &aad,
    )
    .map_err(|_| SealError::Key { key_id })?;
    Ok(assemble(aad, &enc.to_bytes(), &ciphertext))
}

/// Opens a bundle with whichever of `keys` it was sealed to.
///
/// # Errors
/// [`OpenError`]; nothing of the content is given out then.
pub fn open(keys: &[SealKeyPair], info: &[u8], bundle: &[u8]) -> Result<Opened, OpenError> {
    let Parts {
        key_id,
        enc,
        ciphertext,
    } = parse(bundle)?;
    let mut ours = keys
        .iter()
        .filter(|key| key.public().id() == key_id)
        .peekable();
    if ours.peek().is_none() {
        return Err(OpenError::NotForUs { key_id });
    }
    let enc = <XWing as Kem>::EncappedKey::from_bytes(enc).map_err(|_| OpenError::Tampered)?;
    let padded = ours
        .find_map(|key| {
            hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
                &OpModeR::Base,
                key.hpke(),
                &enc,
                info,
                ciphertext,
                &bundle[..AAD_BYTES],
            )
            .ok()
        })
        .ok_or(OpenError::Tampered)?;
    let plaintext = unpad(padded).ok_or(OpenError::BadPadding)?;
    Ok(Opened { key_id, plaintext })
}

/// The part of a bundle that is authenticated and not encrypted.
fn head(key_id: SealKeyId) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    Encoder::new(&mut head)
        .array(4)
        .and_then(|cbor| cbor.u64(SUITE))
        .and_then(|cbor| cbor.bytes(&key_id.0))
        .expect("writing to a Vec cannot fail");
    debug_assert_eq!(head.len(), AAD_BYTES);
    head
}

fn assemble(head: Vec<u8>, enc: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let mut bundle = head;
    bundle.reserve(enc.len() + ciphertext.len() + 16);
    Encoder::new(&mut bundle)
        .bytes(enc)
        .and_then(|cbor| cbor.bytes(ciphertext))
        .expect("writing to a Vec cannot fail");
    bundle
}

#[derive(Debug)]
struct Parts<'a> {
    key_id: SealKeyId,
    enc: &'a [u8],
    ciphertext: &'a [u8],
}

fn parse(bundle: &[u8]) -> Result<Parts<'_>, OpenError> {
    if bundle.len() > BUNDLE_MAX {
        return Err(OpenError::TooLarge {
            length: bundle.len(),
        });
    }
    let Some(body) = bundle.strip_prefix(MAGIC) else {
        let cut = !bundle.is_empty() && MAGIC.starts_with(bundle);
        return Err(if cut {
            OpenError::Truncated
        } else {
            OpenError::NotABundle
        });
    };
    let mut cbor = Decoder::new(body);
    if cbor.array().map_err(classify)? != Some(4) {
        return Err(OpenError::Tampered);
    }
    match cbor.u64().map_err(classify)? {
        SUITE => {}
        suite => return Err(OpenError::UnknownSuite { suite }),
    }
    let key_id = definite_bytes(&mut cbor)?;
    let enc = definite_bytes(&mut cbor)?;
    let ciphertext = definite_bytes(&mut cbor)?;
    let key_id = SealKeyId(key_id.try_into().map_err(|_| OpenError::Tampered)?);
    // The lengths of all heads follow from the lengths of the parts: if the whole is longer,
    // a head was not the shortest or something follows.
    let canonical = AAD_BYTES + 3 + ENC_BYTES + head_bytes(ciphertext.len()) + ciphertext.len();
    if enc.len() != ENC_BYTES || bundle.len() != canonical {
        return Err(OpenError::Tampered);
    }
    Ok(Parts {
        key_id,
        enc,
        ciphertext,
    })
}

/// Reads a byte string of definite length, without copying.
fn definite_bytes<'a>(cbor: &mut Decoder<'a>) -> Result<&'a [u8], OpenError> {
    if cbor.datatype().map_err(classify)? != Type::Bytes {
        return Err(OpenError::Tampered);
    }
    cbor.bytes().map_err(classify)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn classify(error: minicbor::decode::Error) -> OpenError {
    if error.is_end_of_input() {
        OpenError::Truncated
    } else {
        OpenError::Tampered
    }
}

/// Length of the shortest head of a byte string.
fn head_bytes(length: usize) -> usize {
    match length {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &[u8] = b"a line";

    fn keys() -> [SealKeyPair; 2] {
        [1, 2].map(|seed| SealKeyPair::from_seed(&[seed; 32]))
    }

    fn sealed(length: usize) -> Vec<u8> {
        seal(keys()[1].public(), INFO, &vec![9; length]).expect("fits")
    }

    #[test]
    fn what_is_sealed_is_opened() {
        for length in [0, 1, 511, 512, 70_000, 3 << 20] {
            let opened = open(&keys(), INFO, &sealed(length)).expect("ours");
            assert_eq!(opened.plaintext, vec![9; length]);
            assert_eq!(opened.key_id, keys()[1].public().id());
        }
    }

    #[test]
    fn the_layout_is_the_documented_one() {
        let bundle = sealed(10);
        assert_eq!(&bundle[..19], b"openline-bundle/v1\n");
        assert_eq!(bundle[19..22], [0x84, 0x01, 0x48]);
        assert_eq!(bundle[22..30], keys()[1].public().id().0);
        assert_eq!(bundle[30..33], [0x59, 0x04, 0x60]);
        assert_eq!(bundle[1153..1156], [0x59, 0x02, 0x10]);
        assert_eq!(bundle.len(), 1156 + 512 + 16);
        let large = sealed(70_000);
        assert_eq!(large[1153], 0x5a);
    }

    #[test]
    fn each_part_is_protected() {
        let bundle = sealed(10);
        let key_id = |bundle: &[u8]| SealKeyId(bundle[22..30].try_into().expect("8 bytes"));
        for at in 0..bundle.len() {
            let mut changed = bundle.clone();
            changed[at] ^= 0x01;
            let error = open(&keys(), INFO, &changed).expect_err("changed");
            let wanted = match at {
                0..19 => OpenError::NotABundle,
                // An array of five.
                19 => OpenError::Tampered,
                20 => OpenError::UnknownSuite { suite: 0 },
                22..30 => OpenError::NotForUs {
                    key_id: key_id(&changed),
                },
                _ => OpenError::Tampered,
            };
            let shorter_or_longer = matches!(at, 21 | 30..33 | 1153..1156);
            if shorter_or_longer {
                assert!(
                    matches!(error, OpenError::Tampered | OpenError::Truncated),
                    "byte {at}: {error:?}"
                );
            } else {
                assert_eq!(error, wanted, "byte {at}");
            }
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let bundle = sealed(10);
        assert_eq!(open(&keys(), INFO, b""), Err(OpenError::NotABundle));
        for length in 1..bundle.len() {
            assert_eq!(
                open(&keys(), INFO, &bundle[..length]),
                Err(OpenError::Truncated),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn what_follows_is_noticed() {
        let mut bundle = sealed(10);
        bundle.push(0);
        assert_eq!(open(&keys(), INFO, &bundle), Err(OpenError::Tampered));
    }

    #[test]
    fn heads_that_are_not_the_shortest_are_refused() {
        let bundle = sealed(10);
        let longer =
            |at: usize, old: usize, new: &[u8]| [&bundle[..at], new, &bundle[at + old..]].concat();
        for changed in [
            longer(19, 1, &[0x98, 4]),
            longer(20, 1, &[0x18, 1]),
            longer(21, 1, &[0x58, 8]),
            longer(30, 3, &[0x5a, 0, 0, 0x04, 0x60]),
            longer(1153, 3, &[0x5a, 0, 0, 0x02, 0x10]),
        ] {
            assert_eq!(open(&keys(), INFO, &changed), Err(OpenError::Tampered));
        }
        // An array without length, ended by a break.
        let mut indefinite = longer(19, 1, &[0x9f]);
        indefinite.push(0xff);
        assert_eq!(open(&keys(), INFO, &indefinite), Err(OpenError::Tampered));
    }

    #[test]
    fn other_things_are_no_bundle() {
        for bytes in [
            &b"PK\x03\x04"[..],
            b"openline-bundle/v2\n",
            b"\n",
            b"openline-x",
        ] {
            assert_eq!(open(&keys(), INFO, bytes), Err(OpenError::NotABundle));
        }
    }

    #[test]
    fn a_later_suite_is_named() {
        let mut bundle = sealed(10);
        bundle[20] = 2;
        assert_eq!(
            open(&keys(), INFO, &bundle),
            Err(OpenError::UnknownSuite { suite: 2 })
        );
    }

    #[test]
    fn another_recipient_cannot_open() {
        let bundle = sealed(10);
        let key_id = keys()[1].public().id();
        assert_eq!(
            open(&keys()[..1], INFO, &bundle),
            Err(OpenError::NotForUs { key_id })
        );
        assert_eq!(
            open(&[], INFO, &bundle),
            Err(OpenError::NotForUs { key_id })
        );
    }

    #[test]
    fn another_purpose_cannot_open() {
        assert_eq!(
            open(&keys(), b"another line", &sealed(10)),
            Err(OpenError::Tampered)
        );
    }

    #[test]
    fn the_size_says_little() {
        assert_eq!(sealed(0).len(), sealed(500).len());
        assert_eq!(sealed(1_000_001).len(), sealed(1_001_000).len());
        assert_ne!(sealed(10), sealed(10), "each sealing is fresh");
    }

    #[test]
    fn wrong_padding_is_named() {
        let to = keys()[1].public().clone();
        let aad = head(to.id());
        let (enc, ciphertext) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            to.hpke(),
            INFO,
            b"not padded",
            &aad,
        )
        .expect("seals");
        let bundle = assemble(aad, &enc.to_bytes(), &ciphertext);
        assert_eq!(open(&keys(), INFO, &bundle), Err(OpenError::BadPadding));
    }

    #[test]
    fn too_large_is_refused_on_both_sides() {
        let content = vec![0; CONTENT_MAX + 1];
        assert_eq!(
            seal(keys()[1].public(), INFO, &content),
            Err(SealError::TooLarge {
                length: CONTENT_MAX + 1
            })
        );
        let bundle = vec![0; BUNDLE_MAX + 1];
        assert_eq!(
            open(&keys(), INFO, &bundle),
            Err(OpenError::TooLarge {
                length: BUNDLE_MAX + 1
            })
        );
    }
}
