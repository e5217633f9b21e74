//! Public keys of authenticators: out of COSE (RFC 9052, 9053, 8812), and checked.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use minicbor::Decoder;
use serde::{Deserialize, Serialize};

use super::WebauthnError;

/// COSE's numbers of the algorithms that are taken, the best liked first: `EdDSA`, ES256, RS256.
#[must_use]
pub fn algorithms() -> [i64; 3] {
    [-8, -7, -257]
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm", rename_all = "kebab-case")]
pub(crate) enum PublicKey {
    /// Ed25519, RFC 8032.
    Ed25519 { x: Vec<u8> },
    /// ECDSA over P-256 with SHA-256.
    Es256 { x: Vec<u8>, y: Vec<u8> },
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits and more: what older machines have.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

/// The parts of a COSE key that any of ours has.
#[derive(Default)]
struct Parts<'a> {
    kty: Option<i64>,
    alg: Option<i64>,
    /// Curve, or an RSA key's modulus, which has the same label.
    crv: Option<i64>,
    first: Option<&'a [u8]>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

impl PublicKey {
    /// Reads a COSE key; extensions may follow it.
    pub(super) fn of_cose(bytes: &[u8]) -> Result<Self, WebauthnError> {
        let parts = Parts::read(bytes).map_err(|_| WebauthnError::Malformed("COSE key"))?;
        let missing = WebauthnError::Malformed("COSE key");
        let exact = |part: Option<&[u8]>, len: usize| {
            let part = part.filter(|part| part.len() == len).ok_or(missing)?;
            Ok::<_, WebauthnError>(part.to_vec())
        };
        match (parts.kty, parts.alg, parts.crv) {
            (Some(1), Some(-8), Some(6)) => Ok(Self::Ed25519 {
                x: exact(parts.second, 32)?,
            }),
            (Some(2), Some(-7), Some(1)) => Ok(Self::Es256 {
                x: exact(parts.second, 32)?,
                y: exact(parts.third, 32)?,
            }),
            (Some(3), Some(-257), None) => Ok(Self::Rs256 {
                n: parts.first.ok_or(missing)?.to_vec(),
                e: parts.second.ok_or(missing)?.to_vec(),
            }),
            _ => Err(WebauthnError::Algorithm),
        }
    }

    /// Refuses a signature that is not this key's.
    pub(super) fn check(&self, signed: &[u8], signature: &[u8]) -> Result<(), WebauthnError> {
        let checked = match self {
            Self::Ed25519 { x } => UnparsedPublicKey::new(&ED25519, x).verify(signed, signature),
            Self::Es256 { x, y } => {
                let point = [&[4][..], x, y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
            }
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed,
                signature,
            ),
        };
        checked.map_err(|_| WebauthnError::Signature)
    }
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, minicbor::decode::Error> {
        let mut decoder = Decoder::new(bytes);
        let mut parts = Self::default();
        for _ in 0..decoder.map()?.unwrap_or_default() {
            match decoder.i64()? {
                1 => parts.kty = Some(decoder.i64()?),
                3 => parts.alg = Some(decoder.i64()?),
                -1 if decoder.datatype()? == minicbor::data::Type::Bytes => {
                    parts.first = Some(decoder.bytes()?);
                }
                -1 => parts.crv = Some(decoder.i64()?),
                -2 => parts.second = Some(decoder.bytes()?),
                -3 if decoder.datatype()? == minicbor::data::Type::Bytes => {
                    parts.third = Some(decoder.bytes()?);
                }
                _ => decoder.skip()?,
            }
        }
        Ok(parts)
    }
}
