//! Signatures: Ed25519 and ML-DSA-44, with the one validity rule of `spec/record.md` section 2.
//!
//! Ed25519 is verified with the cofactorless equation, byte-comparing the recomputed R. What the library beneath leaves
//! open (public keys of small order) or might one day relax (S not below the group order, a y coordinate not below the
//! field prime) is refused here first, so that two implementations can't be split by a crafted signature.
//!
//! ML-DSA-44 is pure, with an empty context. The library signs in the hedged mode of FIPS 204: signing draws fresh
//! randomness inside the library, the one place in this crate where any enters. The public key, and what verifies,
//! depend on the seed alone.

use std::fmt;

use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair, ML_DSA_44, ML_DSA_44_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};

use crate::id::{Hash, hex};

/// Length of an Ed25519 public key, bytes.
pub const ED_PUBLIC_LEN: usize = 32;
/// Length of an Ed25519 signature, bytes.
pub const ED_SIGNATURE_LEN: usize = 64;
/// Length of an ML-DSA-44 public key, bytes.
pub const PQ_PUBLIC_LEN: usize = 1312;
/// Length of an ML-DSA-44 signature, bytes.
pub const PQ_SIGNATURE_LEN: usize = 2420;

/// The group order L, little-endian: a valid S is below it.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The field prime 2^255 − 19, little-endian: a canonical y is below it.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// The y coordinates of the eight points of small order, little-endian, without the sign bit.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = PRIME;
        minus_one[0] = 0xec;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// The public half of a root or of a node.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKeys {
    /// Ed25519.
    pub ed: [u8; ED_PUBLIC_LEN],
    /// ML-DSA-44.
    pub pq: Box<[u8; PQ_PUBLIC_LEN]>,
}

impl VerifyingKeys {
    /// SHA-256 of the ML-DSA-44 key, as certificates name it.
    #[must_use]
    pub fn pq_hash(&self) -> Hash {
        Hash::of(&[&self.pq[..]])
    }

    /// True when both signatures over `message` are right.
    #[must_use]
    pub fn verify_both(&self, message: &[u8], ed: &[u8; ED_SIGNATURE_LEN], pq: &[u8]) -> bool {
        verify_ed(&self.ed, message, ed) && verify_pq(&self.pq[..], message, pq)
    }
}

impl fmt::Debug for VerifyingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKeys({})", hex(&self.ed[..4]))
    }
}

/// Verifies an Ed25519 signature by the rule of `spec/record.md` section 2.
#[must_use]
pub fn verify_ed(
    public: &[u8; ED_PUBLIC_LEN],
    message: &[u8],
    signature: &[u8; ED_SIGNATURE_LEN],
) -> bool {
    is_canonical_s(signature)
        && is_acceptable_ed_public(public)
        && UnparsedPublicKey::new(&ED25519, public)
            .verify(message, signature)
            .is_ok()
}

/// Verifies a pure ML-DSA-44 signature with an empty context. A key or signature of another length is simply wrong.
#[must_use]
pub fn verify_pq(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    public.len() == PQ_PUBLIC_LEN
        && signature.len() == PQ_SIGNATURE_LEN
        && UnparsedPublicKey::new(&ML_DSA_44, public)
            .verify(message, signature)
            .is_ok()
}

/// True when `public` is canonically encoded and not of small order. It may still not be a point of the curve.
#[must_use]
pub fn is_acceptable_ed_public(public: &[u8; ED_PUBLIC_LEN]) -> bool {
    let mut y = *public;
    y[31] &= 0x7f;
    is_below(&y, &PRIME) && !SMALL_ORDER.contains(&y)
}

fn is_canonical_s(signature: &[u8; ED_SIGNATURE_LEN]) -> bool {
    let mut s = [0; 32];
    s.copy_from_slice(&signature[32..]);
    is_below(&s, &ORDER)
}

/// Compares two little-endian numbers.
fn is_below(value: &[u8; 32], bound: &[u8; 32]) -> bool {
    value.iter().rev().lt(bound.iter().rev())
}

/// The secret half of a root or of a node.
///
/// Whoever holds the seeds must wipe them; this type keeps its keys inside the cryptographic library and never prints them.
pub struct SecretKeys {
    ed: Ed25519KeyPair,
    pq: PqdsaKeyPair,
    public: VerifyingKeys,
}

impl SecretKeys {
    /// Derives both key pairs from two independent seeds: the RFC 8032 secret key, and the FIPS 204 seed ξ.
    ///
    /// # Panics
    /// When the cryptographic library can't allocate.
    #[must_use]
    pub fn from_seeds(ed_seed: [u8; 32], pq_seed: [u8; 32]) -> Self {
        let ed = Ed25519KeyPair::from_seed_unchecked(&ed_seed)
            .expect("any 32 bytes are an Ed25519 seed");
        let pq = PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, &pq_seed)
            .expect("any 32 bytes are an ML-DSA seed");
        let public = VerifyingKeys {
            ed: ed
                .public_key()
                .as_ref()
                .try_into()
                .expect("an Ed25519 public key has 32 bytes"),
            pq: boxed(pq.public_key().as_ref()).expect("an ML-DSA-44 public key has 1312 bytes"),
        };
        Self { ed, pq, public }
    }

    /// Both public keys.
    #[must_use]
    pub fn public(&self) -> &VerifyingKeys {
        &self.public
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn ed_public(&self) -> &[u8; ED_PUBLIC_LEN] {
        &self.public.ed
    }

    /// The ML-DSA-44 public key.
    #[must_use]
    pub fn pq_public(&self) -> &[u8; PQ_PUBLIC_LEN] {
        &self.public.pq
    }

    /// Signs with Ed25519; the same message always gives the same signature.
    ///
    /// # Panics
    /// When the cryptographic library can't allocate.
    #[must_use]
    pub fn sign_ed(&self, message: &[u8]) -> [u8; ED_SIGNATURE_LEN] {
        self.ed
            .sign(message)
            .as_ref()
            .try_into()
            .expect("an Ed25519 signature has 64 bytes")
    }

    /// Signs with ML-DSA-44; 2420 bytes, different each time (see the module's note on hedging).
    ///
    /// # Panics
    /// When the cryptographic library can't allocate or has no randomness.
    #[must_use]
    pub fn sign_pq(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; PQ_SIGNATURE_LEN];
        let len = self
            .pq
            .sign(message, &mut signature)
            .expect("signing fails only for want of memory or randomness");
        debug_assert_eq!(len, PQ_SIGNATURE_LEN);
        signature
    }
}

impl fmt::Debug for SecretKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKeys({})", hex(&self.public.ed[..4]))
    }
}

/// Takes exactly `N` bytes into a box, without a copy on the stack.
#[must_use]
pub(crate) fn boxed<const N: usize>(bytes: &[u8]) -> Option<Box<[u8; N]>> {
    Box::<[u8]>::from(bytes).try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::from_hex;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        from_hex(text).expect("hex").try_into().expect("length")
    }

    #[test]
    fn ed25519_gives_the_answers_of_rfc_8032() {
        // RFC 8032 section 7.1, tests 1 to 3: secret key, public key, message, signature.
        let cases = [
            [
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ],
            [
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ],
            [
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ],
        ];
        for [secret, public, message, signature] in cases {
            let keys = SecretKeys::from_seeds(bytes(secret), [0; 32]);
            let message = from_hex(message).expect("hex");
            assert_eq!(hex(keys.ed_public()), public);
            assert_eq!(hex(&keys.sign_ed(&message)), signature);
            assert!(verify_ed(keys.ed_public(), &message, &bytes(signature)));
            assert!(!verify_ed(keys.ed_public(), b"other", &bytes(signature)));
        }
    }

    #[test]
    fn crafted_ed25519_signatures_have_one_answer() {
        // Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs" (2020), their cases 0 to 9. With the cofactorless
        // equation a small or mixed-order R or A counts like any other point; only what section 2 names is refused.
        let cases = [
            // 0, 1: A of small order.
            (
                "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000",
                false,
            ),
            (
                "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
                false,
            ),
            // 2: R of small order; 3: R and A of mixed order. Both equations hold.
            (
                "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
                "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
                true,
            ),
            (
                "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
                "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
                "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
                true,
            ),
            // 4, 5: only the cofactored equation holds.
            (
                "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
                "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
                "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
                false,
            ),
            (
                "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
                "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
                "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
                false,
            ),
            // 6, 7: S not below the group order.
            (
                "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
                "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
                "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
                false,
            ),
            (
                "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
                "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
                "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
                false,
            ),
            // 8, 9: R not canonically encoded.
            (
                "fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a",
                "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607",
                false,
            ),
            (
                "84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1",
                "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09",
                false,
            ),
        ];
        for (at, (message, public, signature, is_right)) in cases.into_iter().enumerate() {
            let verified = verify_ed(
                &bytes(public),
                &from_hex(message).expect("hex"),
                &bytes(signature),
            );
            assert_eq!(verified, is_right, "case {at}");
        }
    }

    #[test]
    fn public_keys_of_small_order_are_refused_where_the_library_takes_them() {
        // With A the neutral element, R = A and S = 0 are a signature over everything.
        let neutral = SMALL_ORDER[1];
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&neutral);
        assert!(
            UnparsedPublicKey::new(&ED25519, neutral)
                .verify(b"anything", &signature)
                .is_ok()
        );
        assert!(!verify_ed(&neutral, b"anything", &signature));
    }

    #[test]
    fn small_and_non_canonical_public_keys_are_refused_with_either_sign() {
        let mut above = PRIME;
        above[0] = 0xee;
        let mut highest = [0xff; 32];
        highest[31] = 0x7f;
        for y in SMALL_ORDER.into_iter().chain([PRIME, above, highest]) {
            let mut negative = y;
            negative[31] |= 0x80;
            assert!(
                !is_acceptable_ed_public(&y) && !is_acceptable_ed_public(&negative),
                "{}",
                hex(&y)
            );
        }
        let keys = SecretKeys::from_seeds([1; 32], [2; 32]);
        assert!(is_acceptable_ed_public(keys.ed_public()));
    }

    #[test]
    fn s_plus_the_group_order_is_refused() {
        let keys = SecretKeys::from_seeds([1; 32], [2; 32]);
        let mut signature = keys.sign_ed(b"m");
        assert!(verify_ed(keys.ed_public(), b"m", &signature));
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = (sum & 0xff) as u8;
            carry = sum >> 8;
        }
        assert!(!verify_ed(keys.ed_public(), b"m", &signature));
        assert!(is_below(&[0; 32], &ORDER) && !is_below(&ORDER, &ORDER));
    }

    #[test]
    fn ml_dsa_keys_come_from_the_seed_as_in_rfc_9881() {
        // RFC 9881 appendix C.1 and C.3: seed 00 01 .. 1f. The hash is of the 1312 bytes of the public key.
        let keys = SecretKeys::from_seeds([0; 32], std::array::from_fn(|at| at as u8));
        assert_eq!(
            hex(&keys.pq_public()[..16]),
            "d7b2b47254aae0db45e7930d4a98d2c9"
        );
        let expected = "9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46";
        assert_eq!(keys.public().pq_hash().to_string(), expected);
    }

    #[test]
    fn ml_dsa_signatures_verify_and_are_hedged() {
        let keys = SecretKeys::from_seeds([1; 32], [2; 32]);
        let (one, two) = (keys.sign_pq(b"m"), keys.sign_pq(b"m"));
        assert_ne!(one, two);
        assert!(verify_pq(keys.pq_public(), b"m", &one) && verify_pq(keys.pq_public(), b"m", &two));
        assert!(!verify_pq(keys.pq_public(), b"n", &one));
        assert!(!verify_pq(keys.pq_public(), b"m", &one[1..]));
        assert!(!verify_pq(&keys.pq_public()[1..], b"m", &one));
        let other = SecretKeys::from_seeds([1; 32], [3; 32]);
        assert!(!verify_pq(other.pq_public(), b"m", &one));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let keys = SecretKeys::from_seeds([0x5a; 32], [0xa5; 32]);
        let printed = format!("{keys:?}");
        assert_eq!(
            printed,
            format!("SecretKeys({})", hex(&keys.ed_public()[..4]))
        );
    }
}
