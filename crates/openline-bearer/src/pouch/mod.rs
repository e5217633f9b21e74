//! The pouch: bundles that travel without a connection, sealed to the key that the recipient
//! publishes and rotates. Whoever carries one sees its size and the id of the key it is for.
//!
//! Sealing hides and protects the content and says nothing of who sealed it: the content must be
//! signed, and name its sender, line and recipient, before it is sealed.
//!
//! # Format
//!
//! A bundle is the ASCII line `openline-bundle/v1` with its line feed (19 bytes), followed by one
//! array in deterministic CBOR (RFC 8949 section 4.2.1), and nothing after it:
//!
//! ```cddl
//! bundle = [
//!   suite: 1,
//!   key-id: bstr .size 8,
//!   enc: bstr .size 1120,
//!   ciphertext: bstr,
//! ]
//! ```
//!
//! | bytes | what |
//! | --- | --- |
//! | 0..19 | `6f 70 65 6e 6c 69 6e 65 2d 62 75 6e 64 6c 65 2f 76 31 0a` |
//! | 19 | `84`, array of four |
//! | 20 | `01`, the suite |
//! | 21..30 | `48` and the key id: the first 8 bytes of SHA-256 over the recipient's public key |
//! | 30..1153 | `59 04 60` and the encapsulated key |
//! | 1153.. | `59 xx xx` or `5a xx xx xx xx` and the ciphertext |
//!
//! Suite 1 is HPKE (RFC 9180) in base mode, one message, with
//!
//! - KEM `0x647a`, X-Wing (X25519 and ML-KEM-768); the public key has 1216 bytes, the private key
//!   is the 32-byte seed that X-Wing calls the decapsulation key;
//! - KDF `0x0001`, HKDF-SHA256;
//! - AEAD `0x0003`, ChaCha20Poly1305.
//!
//! `info` is agreed by the layer above and is not in the bundle. The AAD is bytes 0..30 of the
//! bundle: magic line, array head, suite and key id.
//!
//! # Padding
//!
//! What is encrypted is the content, one byte `80`, and as many bytes `00` as make the whole as
//! long as the schedule says; the ciphertext is 16 bytes longer. For content of *n* bytes let
//! *m* = *n* + 1. If *m* ≤ 512 the length is 512. Otherwise let *e* = ⌊log₂ *m*⌋ and
//! *s* = ⌊log₂ *e*⌋ + 1; the length is *m* rounded up to a multiple of 2^(*e* − *s*). This is Padmé
//! (Nikitin et al., PoPETs 2019(4)) with a floor: above the floor it adds less than 12 %, and a
//! carrier can tell apart no more than some four hundred sizes. A reader refuses padding that is not
//! exactly what the schedule gives.
//!
//! # Bounds
//!
//! A bundle has at most [`BUNDLE_MAX`](crate::BUNDLE_MAX) bytes and its content at most
//! [`CONTENT_MAX`].
//!
//! # How a reader decides
//!
//! In this order, and the first that applies: longer than `BUNDLE_MAX`:
//! [`TooLarge`](OpenError::TooLarge). A proper beginning of the magic line and no more:
//! [`Truncated`](OpenError::Truncated). No magic line: [`NotABundle`](OpenError::NotABundle). The
//! array head or suite is not what stands above: [`Tampered`](OpenError::Tampered), or
//! [`UnknownSuite`](OpenError::UnknownSuite) for another unsigned integer as the suite. The
//! bytes end before the array does: `Truncated`. Anything else that is not the format above:
//! `Tampered`. No private key with that id: [`NotForUs`](OpenError::NotForUs). Decryption fails:
//! `Tampered`. Wrong padding: [`BadPadding`](OpenError::BadPadding).

mod agree;
mod folder;
mod key;
mod pad;
mod seal;

pub use agree::{ENC_BYTES, SharedSecret, decapsulate, encapsulate};
pub use folder::{FileError, read_file, read_folder, write_file};
pub use key::{SEAL_PUBLIC_KEY_BYTES, SealKeyError, SealKeyId, SealKeyPair, SealPublicKey};
pub use pad::{CONTENT_MAX, pad, unpad};
pub use seal::{OpenError, Opened, SealError, open, seal};
