//! Certificates and credentials: a root's word for a node's keys (`spec/charter.md` section 3).

use crate::cbor::{Reader, Writer};
use crate::id::{Hash, PartyId};
use crate::keys::{
    ED_PUBLIC_LEN, ED_SIGNATURE_LEN, PQ_PUBLIC_LEN, PQ_SIGNATURE_LEN, SecretKeys, VerifyingKeys,
    boxed,
};
use crate::limits::{NAME_MAX, TIME_MAX};
use crate::rule::Rule;

const VERSION: u64 = 1;
const CONTEXT: &[u8] = b"openline/certificate/v1\n";

/// What a root says of a node. Holds the bytes it was read from, since those are what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    bytes: Vec<u8>,
    /// The party's name, for people; proves nothing.
    pub name: String,
    /// The root's Ed25519 public key.
    pub root_ed: [u8; ED_PUBLIC_LEN],
    /// SHA-256 of the root's ML-DSA-44 public key.
    pub root_pq_hash: Hash,
    /// Higher in each later certificate of the same root; from 1.
    pub serial: u64,
    /// The node's Ed25519 public key.
    pub node_ed: [u8; ED_PUBLIC_LEN],
    /// SHA-256 of the node's ML-DSA-44 public key.
    pub node_pq_hash: Hash,
    /// When the root says it signed, milliseconds since 1970.
    pub issued: i64,
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// The CBOR rules, then [`Rule::CertificateShape`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut reader = Reader::checked(bytes, Rule::CertificateShape)?;
        reader.array_exact(8)?;
        if reader.uint()? != VERSION {
            return Err(Rule::CertificateShape);
        }
        let certificate = Self {
            bytes: bytes.to_vec(),
            name: reader.text()?.to_owned(),
            root_ed: reader.array_of()?,
            root_pq_hash: Hash(reader.array_of()?),
            serial: reader.uint()?,
            node_ed: reader.array_of()?,
            node_pq_hash: Hash(reader.array_of()?),
            issued: reader.int()?,
        };
        let is_time = (-TIME_MAX..=TIME_MAX).contains(&certificate.issued);
        if certificate.serial == 0 || !is_name(&certificate.name) || !is_time {
            return Err(Rule::CertificateShape);
        }
        Ok(certificate)
    }

    /// The bytes that are signed and hashed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The party whose root this names.
    #[must_use]
    pub fn party_id(&self) -> PartyId {
        PartyId::of(&self.root_ed, &self.root_pq_hash)
    }

    /// What the root signs.
    #[must_use]
    pub(crate) fn signed_message(&self) -> Vec<u8> {
        [CONTEXT, &self.bytes].concat()
    }
}

/// A name has 1 to 64 bytes, no control characters, and no space at either end.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && !name.contains(char::is_control)
        && !name.starts_with(' ')
        && !name.ends_with(' ')
}

/// A certificate with the root's signatures and the long keys. Nothing is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    bytes: Vec<u8>,
    certificate: Certificate,
    root_ed_signature: [u8; ED_SIGNATURE_LEN],
    root_pq: Box<[u8; PQ_PUBLIC_LEN]>,
    root_pq_signature: Box<[u8; PQ_SIGNATURE_LEN]>,
    node_pq: Box<[u8; PQ_PUBLIC_LEN]>,
}

impl Credential {
    /// Reads a credential and the certificate in it.
    ///
    /// # Errors
    /// The CBOR rules and [`Rule::CredentialShape`] for the credential, then the same and
    /// [`Rule::CertificateShape`] for the certificate.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut reader = Reader::checked(bytes, Rule::CredentialShape)?;
        reader.array_exact(5)?;
        let certificate = reader.bytes()?;
        let root_ed_signature = reader.array_of()?;
        let root_pq = boxed(reader.bytes()?).ok_or(Rule::CredentialShape)?;
        let root_pq_signature = boxed(reader.bytes()?).ok_or(Rule::CredentialShape)?;
        let node_pq = boxed(reader.bytes()?).ok_or(Rule::CredentialShape)?;
        let certificate = Certificate::decode(certificate)?;
        Ok(Self {
            bytes: bytes.to_vec(),
            certificate,
            root_ed_signature,
            root_pq,
            root_pq_signature,
            node_pq,
        })
    }

    /// Certifies a node's keys with a root.
    ///
    /// `issued` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Rule::CertificateShape`] when the name, serial or time is out of its range.
    pub fn issue(
        root: &SecretKeys,
        name: &str,
        serial: u64,
        node_ed: &[u8; ED_PUBLIC_LEN],
        node_pq: &[u8; PQ_PUBLIC_LEN],
        issued: i64,
    ) -> Result<Self, Rule> {
        let mut writer = Writer::new();
        writer.array(8).uint(VERSION).text(name);
        writer
            .bytes(root.ed_public())
            .bytes(&root.public().pq_hash().0)
            .uint(serial);
        writer
            .bytes(node_ed)
            .bytes(&Hash::of(&[node_pq]).0)
            .int(issued);
        let certificate = Certificate::decode(&writer.into_bytes())?;
        let message = certificate.signed_message();

        let mut writer = Writer::new();
        writer
            .array(5)
            .bytes(&certificate.bytes)
            .bytes(&root.sign_ed(&message));
        writer
            .bytes(root.pq_public())
            .bytes(&root.sign_pq(&message))
            .bytes(node_pq);
        Self::decode(&writer.into_bytes())
    }

    /// Checks the long keys against their hashes, and both root signatures.
    ///
    /// # Errors
    /// [`Rule::CredentialHash`], then [`Rule::CredentialSignature`].
    pub fn verify(self) -> Result<VerifiedCredential, Rule> {
        let root = VerifyingKeys {
            ed: self.certificate.root_ed,
            pq: self.root_pq,
        };
        let node = VerifyingKeys {
            ed: self.certificate.node_ed,
            pq: self.node_pq,
        };
        if root.pq_hash() != self.certificate.root_pq_hash
            || node.pq_hash() != self.certificate.node_pq_hash
        {
            return Err(Rule::CredentialHash);
        }
        let message = self.certificate.signed_message();
        if !root.verify_both(
            &message,
            &self.root_ed_signature,
            &self.root_pq_signature[..],
        ) {
            return Err(Rule::CredentialSignature);
        }
        let party_id = self.certificate.party_id();
        Ok(VerifiedCredential {
            bytes: self.bytes,
            certificate: self.certificate,
            root_ed_signature: self.root_ed_signature,
            party_id,
            node,
        })
    }

    /// The bytes it was read from.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The certificate it carries.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The party that this claims to be of.
    #[must_use]
    pub fn party_id(&self) -> PartyId {
        self.certificate.party_id()
    }
}

/// A credential whose hashes and root signatures are right. Only [`Credential::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCredential {
    bytes: Vec<u8>,
    certificate: Certificate,
    root_ed_signature: [u8; ED_SIGNATURE_LEN],
    party_id: PartyId,
    node: VerifyingKeys,
}

impl VerifiedCredential {
    /// Reads and verifies in one step.
    ///
    /// # Errors
    /// As [`Credential::decode`], then as [`Credential::verify`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Credential::decode(bytes)?.verify()
    }

    /// The bytes it was read from, to store and pass on.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The root's Ed25519 signature over the certificate, as the short card carries it.
    #[must_use]
    pub fn root_ed_signature(&self) -> &[u8; ED_SIGNATURE_LEN] {
        &self.root_ed_signature
    }

    /// The party whose root has signed.
    #[must_use]
    pub fn party_id(&self) -> PartyId {
        self.party_id
    }

    /// The party's name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.certificate.name
    }

    /// The serial.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.certificate.serial
    }

    /// The node keys that the root certifies.
    #[must_use]
    pub fn keys(&self) -> &VerifyingKeys {
        &self.node
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::fixture::Party;

    const ISSUED: i64 = 1_700_000_000_000;

    fn keys(seed: u8) -> SecretKeys {
        SecretKeys::from_seeds([seed; 32], [seed ^ 0xff; 32])
    }

    fn issue(name: &str, serial: u64, issued: i64) -> Result<Credential, Rule> {
        let node = keys(2);
        Credential::issue(
            &keys(1),
            name,
            serial,
            node.ed_public(),
            node.pq_public(),
            issued,
        )
    }

    /// The five parts of a credential, to be changed and put together again.
    #[derive(Clone)]
    struct Parts {
        certificate: Vec<u8>,
        root_ed_signature: Vec<u8>,
        root_pq: Vec<u8>,
        root_pq_signature: Vec<u8>,
        node_pq: Vec<u8>,
    }

    impl Parts {
        fn of(credential: &Credential) -> Self {
            Self {
                certificate: credential.certificate.bytes.clone(),
                root_ed_signature: credential.root_ed_signature.to_vec(),
                root_pq: credential.root_pq.to_vec(),
                root_pq_signature: credential.root_pq_signature.to_vec(),
                node_pq: credential.node_pq.to_vec(),
            }
        }

        fn encode(&self) -> Vec<u8> {
            let mut writer = Writer::new();
            writer
                .array(5)
                .bytes(&self.certificate)
                .bytes(&self.root_ed_signature);
            writer
                .bytes(&self.root_pq)
                .bytes(&self.root_pq_signature)
                .bytes(&self.node_pq);
            writer.into_bytes()
        }

        /// The rule that fails after a change, if any.
        fn changed(&self, change: impl Fn(&mut Self)) -> Option<Rule> {
            let mut parts = self.clone();
            change(&mut parts);
            VerifiedCredential::decode(&parts.encode()).err()
        }
    }

    #[test]
    fn what_a_root_issues_verifies_and_keeps_its_bytes() {
        let credential = issue("Ruritania", 3, ISSUED).expect("right");
        let bytes = credential.bytes().to_vec();
        let verified = VerifiedCredential::decode(&bytes).expect("right");
        assert_eq!(verified.bytes(), bytes);
        assert_eq!(
            (
                verified.name(),
                verified.serial(),
                verified.certificate().issued
            ),
            ("Ruritania", 3, ISSUED)
        );
        assert_eq!(verified.keys(), keys(2).public());
        assert_eq!(
            verified.party_id(),
            PartyId::of(keys(1).ed_public(), &keys(1).public().pq_hash())
        );
        assert_eq!(credential.verify(), Ok(verified));
    }

    #[test]
    fn names_serials_and_times_have_their_bounds() {
        for name in ["R", "Ruritania", "Ру́ри тания", &"r".repeat(64)] {
            assert!(issue(name, 1, 0).is_ok(), "{name:?}");
        }
        for name in [
            "",
            " R",
            "R ",
            "R\n",
            "R\u{7f}",
            "R\u{85}",
            &"r".repeat(65),
            &"é".repeat(33),
        ] {
            assert_eq!(issue(name, 1, 0), Err(Rule::CertificateShape), "{name:?}");
        }
        assert_eq!(issue("R", 0, 0), Err(Rule::CertificateShape));
        assert!(issue("R", u64::MAX, -TIME_MAX).is_ok());
        assert_eq!(issue("R", 1, TIME_MAX + 1), Err(Rule::CertificateShape));
        assert_eq!(issue("R", 1, i64::MIN), Err(Rule::CertificateShape));
    }

    #[test]
    fn each_rule_is_named_in_its_order() {
        let parts = Parts::of(&issue("R", 1, ISSUED).expect("right"));
        assert_eq!(parts.changed(|_| ()), None);

        // C2 before C1.
        assert_eq!(
            parts.changed(|p| p.node_pq.truncate(1311)),
            Some(Rule::CredentialShape)
        );
        assert_eq!(
            parts.changed(|p| p.root_ed_signature.push(0)),
            Some(Rule::CredentialShape)
        );
        assert_eq!(
            parts.changed(|p| (p.root_pq.clear(), p.certificate.clear()).1),
            Some(Rule::CredentialShape)
        );
        // CBOR, then C1, before C3.
        assert_eq!(
            parts.changed(|p| p.certificate.push(0)),
            Some(Rule::CborTrailing)
        );
        assert_eq!(
            parts.changed(|p| p.certificate.insert(1, 0x18)),
            Some(Rule::CborCanonical)
        );
        assert_eq!(
            parts.changed(|p| p.certificate[1] = 2),
            Some(Rule::CertificateShape)
        );
        assert_eq!(
            parts.changed(|p| (p.certificate[1] = 2, p.root_pq.fill(0)).1),
            Some(Rule::CertificateShape)
        );
        // C3 before C4.
        assert_eq!(
            parts.changed(|p| p.root_pq[7] ^= 1),
            Some(Rule::CredentialHash)
        );
        assert_eq!(
            parts.changed(|p| (p.node_pq[7] ^= 1, p.root_ed_signature.fill(0)).1),
            Some(Rule::CredentialHash)
        );
        // C4: either signature, or what it is over.
        assert_eq!(
            parts.changed(|p| p.root_ed_signature[7] ^= 1),
            Some(Rule::CredentialSignature)
        );
        assert_eq!(
            parts.changed(|p| p.root_pq_signature[7] ^= 1),
            Some(Rule::CredentialSignature)
        );
        let name_at = 3;
        assert_eq!(parts.certificate[name_at], b'R');
        assert_eq!(
            parts.changed(|p| p.certificate[name_at] = b'S'),
            Some(Rule::CredentialSignature)
        );
    }

    #[test]
    fn other_forms_are_shape_errors() {
        assert_eq!(Credential::decode(&[0x80]), Err(Rule::CredentialShape));
        assert_eq!(Credential::decode(&[]), Err(Rule::CborMalformed));
        assert_eq!(
            Certificate::decode(&[0x81, 0x01]),
            Err(Rule::CertificateShape)
        );
        let bytes = Party::new(1).credential.bytes().to_vec();
        assert_eq!(
            Credential::decode(&bytes[..bytes.len() - 1]),
            Err(Rule::CborMalformed)
        );
    }
}
