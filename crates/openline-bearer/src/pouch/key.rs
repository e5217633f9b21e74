//! The keys to which bundles are sealed.

use std::fmt;

use hpke::kem::XWing;
use hpke::{Deserializable, Kem, Serializable};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Length of a [`SealPublicKey`].
pub const SEAL_PUBLIC_KEY_BYTES: usize = 1216;

/// Names a sealing key: the first 8 bytes of SHA-256 over the public key. It picks a key out of
/// the recipient's own few and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealKeyId(pub [u8; 8]);

impl fmt::Display for SealKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SealKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKeyId({self})")
    }
}

/// These bytes are no sealing key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealKeyError {
    /// Wrong length.
    #[error("a sealing key has {SEAL_PUBLIC_KEY_BYTES} bytes, this has {length}")]
    Length {
        /// The length it has.
        length: usize,
    },
    /// Right length, but no valid X-Wing public key.
    #[error("these bytes are no X-Wing public key; fetch the key again from where it is published")]
    Invalid,
}

/// A recipient's published key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealPublicKey {
    id: SealKeyId,
    inner: <XWing as Kem>::PublicKey,
}

impl SealPublicKey {
    /// Reads a key as it is published.
    ///
    /// # Errors
    /// [`SealKeyError`] if the bytes are no key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealKeyError> {
        if bytes.len() != SEAL_PUBLIC_KEY_BYTES {
            return Err(SealKeyError::Length {
                length: bytes.len(),
            });
        }
        let inner =
            <XWing as Kem>::PublicKey::from_bytes(bytes).map_err(|_| SealKeyError::Invalid)?;
        Ok(Self::new(inner))
    }

    fn new(inner: <XWing as Kem>::PublicKey) -> Self {
        let digest = Sha256::digest(inner.to_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self {
            id: SealKeyId(id),
            inner,
        }
    }

    /// The key as it is published.
    pub fn to_bytes(&self) -> [u8; SEAL_PUBLIC_KEY_BYTES] {
        let mut bytes = [0; SEAL_PUBLIC_KEY_BYTES];
        self.inner.write_exact(&mut bytes);
        bytes
    }

    /// The key's id.
    pub fn id(&self) -> SealKeyId {
        self.id
    }

    pub(super) fn hpke(&self) -> &<XWing as Kem>::PublicKey {
        &self.inner
    }
}

impl fmt::Debug for SealPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealPublicKey({})", self.id)
    }
}

/// A recipient's key pair. A node keeps the pairs it has rotated out until no bundle to them can
/// be on its way.
#[derive(Clone)]
pub struct SealKeyPair {
    public: SealPublicKey,
    private: <XWing as Kem>::PrivateKey,
}

impl SealKeyPair {
    /// Makes the key pair of an X-Wing decapsulation key, which is any 32 random bytes. The
    /// caller keeps the seed, and wipes its own copy.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let private = <XWing as Kem>::PrivateKey::from_bytes(seed)
            .expect("every 32 bytes are an X-Wing private key");
        Self {
            public: SealPublicKey::new(XWing::sk_to_pk(&private)),
            private,
        }
    }

    /// Makes a new random key pair, and gives the seed from which it can be made again.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<(Self, Zeroizing<[u8; 32]>), getrandom::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut seed[..])?;
        Ok((Self::from_seed(&seed), seed))
    }

    /// The half to publish.
    pub fn public(&self) -> &SealPublicKey {
        &self.public
    }

    pub(super) fn hpke(&self) -> &<XWing as Kem>::PrivateKey {
        &self.private
    }
}

impl fmt::Debug for SealKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKeyPair")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_key_is_read_back() {
        let pair = SealKeyPair::from_seed(&[3; 32]);
        let again = SealPublicKey::from_bytes(&pair.public().to_bytes()).expect("valid");
        assert_eq!(&again, pair.public());
        assert_eq!(again.id(), pair.public().id());
    }

    /// Public key of the first test vector of draft-connolly-cfrg-xwing-kem, appendix C.
    #[test]
    fn seed_gives_the_public_key_of_x_wing() {
        let seed: [u8; 32] = [
            0x7f, 0x9c, 0x2b, 0xa4, 0xe8, 0x8f, 0x82, 0x7d, 0x61, 0x60, 0x45, 0x50, 0x76, 0x05,
            0x85, 0x3e, 0xd7, 0x3b, 0x80, 0x93, 0xf6, 0xef, 0xbc, 0x88, 0xeb, 0x1a, 0x6e, 0xac,
            0xfa, 0x66, 0xef, 0x26,
        ];
        let public = SealKeyPair::from_seed(&seed).public().to_bytes();
        assert_eq!(
            public[..8],
            [0xe2, 0x23, 0x6b, 0x35, 0xa8, 0xc2, 0x4b, 0x39]
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(
            SealPublicKey::from_bytes(&[0; 32]),
            Err(SealKeyError::Length { length: 32 })
        );
        // A coefficient of the ML-KEM part that is not reduced (FIPS 203 section 7.2).
        assert_eq!(
            SealPublicKey::from_bytes(&[0xff; SEAL_PUBLIC_KEY_BYTES]),
            Err(SealKeyError::Invalid)
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", SealKeyPair::from_seed(&[0xab; 32]));
        assert!(
            !shown.contains("ab, ab") && !shown.contains("171, 171") && !shown.contains("abab")
        );
    }
}
