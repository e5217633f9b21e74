//! Transport keys: Ed25519, shown to the other side as RFC 7250 raw public keys.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

/// DER before the 32 seed bytes of an Ed25519 key in PKCS #8 version 1 (RFC 8410 section 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// DER before the 32 key bytes of an Ed25519 SubjectPublicKeyInfo (RFC 8410 section 4).
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The Ed25519 public key by which a node is known to its bearers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey(pub [u8; 32]);

impl PeerKey {
    /// Reads the key out of a SubjectPublicKeyInfo; `None` for any other algorithm or form.
    pub(crate) fn from_spki(der: &[u8]) -> Option<Self> {
        let key = der.strip_prefix(&SPKI_PREFIX)?;
        key.try_into().ok().map(Self)
    }

    fn to_spki(self) -> Vec<u8> {
        [&SPKI_PREFIX[..], &self.0[..]].concat()
    }
}

impl fmt::Display for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerKey({self})")
    }
}

/// The key pair with which a node proves itself to its peers. Cloning shares the key.
#[derive(Clone)]
pub struct TransportKey {
    public: PeerKey,
    certified: Arc<CertifiedKey>,
    reset_key: ResetKey,
}

/// The secret behind QUIC stateless resets (RFC 9000 section 10.3.2). It follows from the seed,
/// so that a node that crashed and came back can tell its peers at once that it has forgotten
/// their connections.
#[derive(Clone)]
pub(crate) struct ResetKey(Arc<hmac::Key>);

impl ResetKey {
    fn from_seed(seed: &[u8; 32]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, seed);
        let derived = hmac::sign(&root, b"openline stateless reset v1");
        Self(Arc::new(hmac::Key::new(
            hmac::HMAC_SHA256,
            derived.as_ref(),
        )))
    }

    pub(crate) fn hmac(&self) -> Arc<hmac::Key> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for ResetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetKey")
    }
}

impl TransportKey {
    /// Makes the key pair of an Ed25519 seed (RFC 8032 section 5.1.5). The caller keeps the
    /// seed, and wipes its own copy.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut pkcs8 = Zeroizing::new([0u8; PKCS8_PREFIX.len() + 32]);
        pkcs8[..PKCS8_PREFIX.len()].copy_from_slice(&PKCS8_PREFIX);
        pkcs8[PKCS8_PREFIX.len()..].copy_from_slice(seed);
        let signer =
            rustls::crypto::aws_lc_rs::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(&pkcs8[..]))
                .expect("every 32-byte seed is an Ed25519 key, and the prefix is fixed");
        let public = signer
            .public_key()
            .and_then(|spki| PeerKey::from_spki(spki.as_ref()))
            .expect("an Ed25519 signer knows its public key");
        let spki = CertificateDer::from(public.to_spki());
        Self {
            public,
            certified: Arc::new(CertifiedKey::new(vec![spki], signer)),
            reset_key: ResetKey::from_seed(seed),
        }
    }

    /// Makes a new random key pair.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = Zeroizing::new([0u8; 32]);
        getrandom::fill(&mut seed[..])?;
        Ok(Self::from_seed(&seed))
    }

    /// The public half, which peers pin.
    pub fn public(&self) -> PeerKey {
        self.public
    }

    pub(crate) fn reset_key(&self) -> ResetKey {
        self.reset_key.clone()
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

impl fmt::Debug for TransportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032 section 7.1, test 1.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn unhex(text: &str) -> [u8; 32] {
        let bytes: Vec<u8> = (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex"))
            .collect();
        bytes.try_into().expect("32 bytes")
    }

    #[test]
    fn seed_gives_the_public_key_of_rfc_8032() {
        let key = TransportKey::from_seed(&unhex(SEED));
        assert_eq!(key.public().to_string(), PUBLIC);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", TransportKey::from_seed(&unhex(SEED)));
        assert!(shown.contains(PUBLIC));
        assert!(!shown.contains(SEED) && !shown.contains("157, 97"));
    }

    #[test]
    fn only_ed25519_spki_is_read() {
        let spki = PeerKey([7; 32]).to_spki();
        assert_eq!(PeerKey::from_spki(&spki), Some(PeerKey([7; 32])));
        assert_eq!(PeerKey::from_spki(&spki[..43]), None);
        let mut longer = spki.clone();
        longer.push(0);
        assert_eq!(PeerKey::from_spki(&longer), None);
        let mut x25519 = spki;
        x25519[8] = 0x6e;
        assert_eq!(PeerKey::from_spki(&x25519), None);
    }
}
