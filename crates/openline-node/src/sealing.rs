//! A secret sealed by a passphrase, in a small text file.
//!
//! # Format
//! ```text
//! openline-sealed/v1
//! kdf = argon2id
//! memory-kib = 65536
//! passes = 3
//! lanes = 1
//! salt = <32 hex digits>
//! nonce = <24 hex digits>
//!
//! <base64 of ciphertext and tag, ChaCha20-Poly1305, RFC 8439>
//! ```
//! The key is Argon2id version 0x13 (RFC 9106) of the passphrase's UTF-8 bytes and the salt, 32 bytes. All lines up to and
//! with the empty one are the additional data, so nothing in them can be changed.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use openline_core::id::{from_hex, hex};
use zeroize::Zeroizing;

const MAGIC: &str = "openline-sealed/v1";
/// Most memory that a file may ask for, KiB: a changed file must not exhaust the machine.
const MEMORY_KIB_MAX: u32 = 1 << 20;
const PASSES_MAX: u32 = 64;

/// What guessing a passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// RFC 9106, second recommended option: 64 MiB, 3 passes.
    fn default() -> Self {
        Self {
            memory_kib: 65_536,
            passes: 3,
        }
    }
}

/// A sealed file could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// The passphrase is wrong, or the file was changed: the two can't be told apart.
    #[error("the passphrase is wrong, or the sealed file was changed")]
    WrongPassphrase,
    /// It is not a sealed file.
    #[error("that is not a file sealed by this program")]
    NotSealed,
    /// It asks for a way of sealing that this program does not know.
    #[error("the file is sealed in a way that this version does not know")]
    Unsupported,
}

/// Seals `secret`.
pub(crate) fn seal(secret: &[u8], passphrase: &str, cost: Cost) -> String {
    let (salt, nonce) = (
        crate::identity::random::<16>(),
        crate::identity::random::<12>(),
    );
    let head = format!(
        "{MAGIC}\nkdf = argon2id\nmemory-kib = {}\npasses = {}\nlanes = 1\nsalt = {}\nnonce = {}\n\n",
        cost.memory_kib,
        cost.passes,
        hex(&salt),
        hex(&nonce)
    );
    let key = key(passphrase, &salt, cost).expect("parameters made here are in range");
    // Room for the tag, so that growing leaves no copy of the secret behind.
    let mut text = Vec::with_capacity(secret.len() + CHACHA20_POLY1305.tag_len());
    text.extend_from_slice(secret);
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(head.as_bytes()),
        &mut text,
    )
    .expect("a short text can be sealed");
    format!("{head}{}\n", encode(&text))
}

/// Opens what [`seal`] made.
pub(crate) fn open(file: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let (head, body) = file.split_once("\n\n").ok_or(SealingError::NotSealed)?;
    let mut lines = head.lines();
    if lines.next() != Some(MAGIC) {
        return Err(SealingError::NotSealed);
    }
    let mut field = |name: &str| {
        let (key, value) = lines.next()?.split_once(" = ")?;
        (key == name).then(|| value.to_owned())
    };
    let fields = (
        field("kdf"),
        field("memory-kib"),
        field("passes"),
        field("lanes"),
        field("salt"),
        field("nonce"),
    );
    let (Some(kdf), Some(memory), Some(passes), Some(lanes), Some(salt), Some(nonce)) = fields
    else {
        return Err(SealingError::NotSealed);
    };
    if kdf != "argon2id" || lanes != "1" {
        return Err(SealingError::Unsupported);
    }
    let number = |text: &str, max: u32| {
        text.parse()
            .ok()
            .filter(|n| *n <= max)
            .ok_or(SealingError::Unsupported)
    };
    let cost = Cost {
        memory_kib: number(&memory, MEMORY_KIB_MAX)?,
        passes: number(&passes, PASSES_MAX)?,
    };
    let salt = from_hex(&salt).ok_or(SealingError::NotSealed)?;
    let nonce: [u8; 12] = from_hex(&nonce)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(SealingError::NotSealed)?;
    let mut text = Zeroizing::new(decode(body.trim()).ok_or(SealingError::NotSealed)?);
    let key = key(passphrase, &salt, cost).ok_or(SealingError::Unsupported)?;
    let aad = format!("{head}\n\n");
    let len = key
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad.as_bytes()),
            &mut text,
        )
        .map_err(|_| SealingError::WrongPassphrase)?
        .len();
    text.truncate(len);
    Ok(text)
}

/// Whether a file's text looks like a sealed one.
pub(crate) fn is_sealed(file: &str) -> bool {
    file.starts_with(MAGIC)
}

fn key(passphrase: &str, salt: &[u8], cost: Cost) -> Option<LessSafeKey> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).ok()?;
    let mut bytes = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut bytes[..])
        .ok()?;
    Some(LessSafeKey::new(
        UnboundKey::new(&CHACHA20_POLY1305, &bytes[..]).ok()?,
    ))
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost {
        memory_kib: 64,
        passes: 1,
    };

    #[test]
    fn what_is_sealed_opens_with_the_passphrase_only() {
        let file = seal(b"secret", "correct horse", CHEAP);
        assert!(is_sealed(&file));
        assert_eq!(
            open(&file, "correct horse").map(|s| s.to_vec()),
            Ok(b"secret".to_vec())
        );
        assert_eq!(open(&file, "wrong"), Err(SealingError::WrongPassphrase));
    }

    #[test]
    fn a_changed_head_or_text_is_noticed() {
        let file = seal(b"secret", "p", CHEAP);
        let head = file.replace("passes = 1", "passes = 2");
        assert_eq!(open(&head, "p"), Err(SealingError::WrongPassphrase));
        assert_eq!(
            open(&file.replace("lanes = 1", "lanes = 2"), "p"),
            Err(SealingError::Unsupported)
        );
        assert_eq!(open("hello", "p"), Err(SealingError::NotSealed));
        let longer = file.replace("\n\n", "\nlabel = x\n\n");
        assert_eq!(open(&longer, "p"), Err(SealingError::WrongPassphrase));
        let greedy = file.replace("memory-kib = 64", "memory-kib = 99999999");
        assert_eq!(open(&greedy, "p"), Err(SealingError::Unsupported));
    }

    #[test]
    fn no_other_text_opens() {
        let file = seal(b"secret", "p", CHEAP);
        for at in 0..file.len() - 1 {
            let (head, rest) = file.split_at(at);
            assert!(open(head, "p").is_err(), "cut at {at}");
            let other = if rest.starts_with('0') { "1" } else { "0" };
            let changed = format!("{head}{other}{}", &rest[1..]);
            assert!(open(&changed, "p").is_err(), "changed at {at}");
        }
    }

    #[test]
    fn the_same_secret_is_sealed_anew_each_time() {
        let (one, two) = (seal(b"s", "p", CHEAP), seal(b"s", "p", CHEAP));
        let differ = |at| one.lines().nth(at) != two.lines().nth(at);
        assert!(differ(5) && differ(6) && differ(8), "salt, nonce and text");
        assert!(Cost::default().memory_kib <= MEMORY_KIB_MAX);
    }
}
