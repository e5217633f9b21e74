//! Keys: making them, keeping them in files, certifying node keys with the root.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use openline_bearer::pouch::SealKeyPair;
use openline_core::Rule;
use openline_core::credential::{Credential, VerifiedCredential};
use openline_core::keys::SecretKeys;
use zeroize::Zeroizing;

/// How long private seal keys are kept after a newer one: a pouch may be long under way.
pub const SEAL_KEY_KEPT_MS: i64 = 90 * 86_400_000;

/// `N` bytes from the operating system.
///
/// # Panics
/// If the system has no randomness to give: nothing can be signed or sealed safely then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// The node's clock, milliseconds since 1970 UTC.
#[must_use]
pub fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

/// The two seeds of a signing identity: Ed25519, then ML-DSA-44.
#[derive(Clone)]
pub struct Seeds {
    bytes: Zeroizing<[u8; 64]>,
}

impl std::fmt::Debug for Seeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seeds(secret)")
    }
}

impl Seeds {
    /// Fresh seeds.
    #[must_use]
    pub fn generate() -> Self {
        Self {
            bytes: Zeroizing::new(random()),
        }
    }

    /// Takes 64 bytes that [`Seeds::bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            bytes: Zeroizing::new(bytes.try_into().ok()?),
        })
    }

    /// The bytes to keep.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..]
    }

    fn halves(&self) -> (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>) {
        let (mut ed, mut pq) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        ed.copy_from_slice(&self.bytes[..32]);
        pq.copy_from_slice(&self.bytes[32..]);
        (ed, pq)
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> SecretKeys {
        let (ed, pq) = self.halves();
        SecretKeys::from_seeds(*ed, *pq)
    }

    /// The Ed25519 seed, with which the bearers prove who they are.
    #[must_use]
    pub fn transport(&self) -> Zeroizing<[u8; 32]> {
        self.halves().0
    }
}

/// Certifies the node keys of `node` with a root.
///
/// # Errors
/// [`Rule::CertificateShape`] when the name, serial or time is out of range.
pub fn certify(
    root: &SecretKeys,
    name: &str,
    serial: u64,
    node: &Seeds,
    now_ms: i64,
) -> Result<VerifiedCredential, Rule> {
    let keys = node.keys();
    Credential::issue(
        root,
        name,
        serial,
        keys.ed_public(),
        keys.pq_public(),
        now_ms,
    )?
    .verify()
}

/// What a running node signs, proves and opens with.
#[derive(Debug)]
pub struct NodeKeys {
    /// The keys that sign: entries' checkpoints, cosignatures, seals, charters, bundles.
    pub secret: Arc<SecretKeys>,
    /// Keys that pouches to us may be sealed to, the newest first.
    pub seal_keys: Vec<SealKeyPair>,
    seeds: Seeds,
    /// The keys before key changes that may not be on the record of every line yet, the newest first.
    former: Vec<Former>,
}

#[derive(Debug)]
struct Former {
    secret: Arc<SecretKeys>,
    seeds: Seeds,
}

impl NodeKeys {
    /// Takes keys from a home.
    #[must_use]
    pub fn new(seeds: Seeds, seal_keys: Vec<SealKeyPair>) -> Self {
        Self {
            secret: Arc::new(seeds.keys()),
            seal_keys,
            seeds,
            former: Vec::new(),
        }
    }

    /// Adds the keys of key changes that are not over yet, the newest first.
    #[must_use]
    pub fn with_former(mut self, former: Vec<Seeds>) -> Self {
        self.former = former.into_iter().map(Former::new).collect();
        self
    }

    /// Every key that may have to sign: on each line the one in force does.
    #[must_use]
    pub fn signers(&self) -> Vec<Arc<SecretKeys>> {
        std::iter::once(self.secret.clone())
            .chain(self.former.iter().map(|former| former.secret.clone()))
            .collect()
    }

    /// The seed with which the bearers prove who they are.
    #[must_use]
    pub fn transport_seed(&self) -> Zeroizing<[u8; 32]> {
        self.seeds.transport()
    }

    /// The seed that bearers prove while a key change is under way, if one is: peers that do not hold the change
    /// would refuse the new key, and those that do still take the former one.
    #[must_use]
    pub fn former_transport_seed(&self) -> Option<Zeroizing<[u8; 32]>> {
        self.former.first().map(|former| former.seeds.transport())
    }

    /// Ends a key change: every other party of every line holds it.
    pub fn forget_former(&mut self) {
        self.former.clear();
    }

    /// Takes up a new node key; the old one goes on signing on lines that do not have the change on their record yet.
    pub fn renew(&mut self, seeds: Seeds) {
        let secret = std::mem::replace(&mut self.secret, Arc::new(seeds.keys()));
        let seeds = std::mem::replace(&mut self.seeds, seeds);
        self.former.insert(0, Former { secret, seeds });
    }
}

impl Former {
    fn new(seeds: Seeds) -> Self {
        Self {
            secret: Arc::new(seeds.keys()),
            seeds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_seeds_give_the_same_keys() {
        let seeds = Seeds::generate();
        let again = Seeds::from_bytes(seeds.bytes()).expect("64 bytes");
        assert_eq!(seeds.keys().ed_public(), again.keys().ed_public());
        assert!(Seeds::from_bytes(&[0; 63]).is_none());
    }

    #[test]
    fn a_certified_key_verifies_and_names_its_party() {
        let (root, node) = (Seeds::generate().keys(), Seeds::generate());
        let credential = certify(&root, "Ministry", 1, &node, 0).expect("in range");
        assert_eq!(credential.name(), "Ministry");
        assert_eq!(certify(&root, "", 1, &node, 0), Err(Rule::CertificateShape));
    }

    #[test]
    fn after_a_renewal_both_keys_can_sign() {
        let mut keys = NodeKeys::new(Seeds::generate(), Vec::new());
        let (before, seed) = (*keys.secret.ed_public(), keys.transport_seed());
        keys.renew(Seeds::generate());
        assert_ne!(keys.secret.ed_public(), &before);
        assert_ne!(keys.transport_seed(), seed);
        assert_eq!(keys.former_transport_seed(), Some(seed));
        let signs = |keys: &NodeKeys| {
            let signers = keys.signers();
            signers.iter().any(|signer| signer.ed_public() == &before)
        };
        keys.renew(Seeds::generate());
        assert!(signs(&keys), "a second change does not drop the first key");
        keys.forget_former();
        assert!(!signs(&keys) && keys.former_transport_seed().is_none());
    }
}
