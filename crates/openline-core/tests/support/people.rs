//! Parties with their secrets, made from one-byte seeds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ml_dsa::{MlDsa44, SigningKey};
use openline_core::armour;
use openline_core::keys::SecretKeys;
use openline_core::{Hash, PartyId};

use super::V;

/// An Ed25519 and an ML-DSA-44 key.
pub struct Keys {
    pub secret: SecretKeys,
    pq: SigningKey<MlDsa44>,
}

impl Keys {
    pub fn new(seed: u8) -> Self {
        let (ed, pq) = ([seed; 32], [seed ^ 0xff; 32]);
        Self {
            secret: SecretKeys::from_seeds(ed, pq),
            pq: SigningKey::from_seed(&pq.into()),
        }
    }

    pub fn ed(&self) -> &[u8] {
        self.secret.ed_public()
    }

    pub fn pq(&self) -> &[u8] {
        self.secret.pq_public()
    }

    pub fn sign_ed(&self, message: &[u8]) -> Vec<u8> {
        self.secret.sign_ed(message).to_vec()
    }

    /// Signs in FIPS 204's deterministic mode, so that what is generated is the same every time.
    pub fn sign_pq(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.pq.expanded_key().sign_deterministic(message, &[]);
        signature.expect("an empty context").encode().to_vec()
    }
}

/// A party.
pub struct Person {
    pub name: String,
    pub root: Keys,
    pub node: Keys,
    pub serial: u64,
}

impl Person {
    pub fn new(seed: u8) -> Self {
        Self::renewed(seed, seed + 100, 1)
    }

    /// The same party with another node key.
    pub fn renewed(seed: u8, node_seed: u8, serial: u64) -> Self {
        Self {
            name: format!("Party {seed}"),
            root: Keys::new(seed),
            node: Keys::new(node_seed),
            serial,
        }
    }

    pub fn id(&self) -> PartyId {
        PartyId(Hash::of(&[
            b"openline/party/v1\n",
            self.root.ed(),
            &Hash::of(&[self.root.pq()]).0,
        ]))
    }

    /// The fields of the certificate.
    pub fn certificate(&self) -> Vec<V> {
        let hash = |key: &[u8]| V::bytes(&Hash::of(&[key]).0);
        vec![
            V::I(1),
            V::text(&self.name),
            V::bytes(self.root.ed()),
            hash(self.root.pq()),
            V::uint(self.serial),
            V::bytes(self.node.ed()),
            hash(self.node.pq()),
            V::I(super::NOW),
        ]
    }

    /// The fields of the credential around a certificate.
    pub fn credential_of(&self, certificate: &[u8]) -> Vec<V> {
        let message = [b"openline/certificate/v1\n", certificate].concat();
        vec![
            V::bytes(certificate),
            V::B(self.root.sign_ed(&message)),
            V::bytes(self.root.pq()),
            V::B(self.root.sign_pq(&message)),
            V::bytes(self.node.pq()),
        ]
    }

    pub fn credential(&self) -> Vec<u8> {
        V::A(self.credential_of(&V::A(self.certificate()).encode())).encode()
    }

    /// The fields of a card's statement.
    pub fn statement(&self, endpoints: &[&str]) -> Vec<V> {
        let endpoints = endpoints.iter().map(|endpoint| V::text(endpoint)).collect();
        vec![
            V::I(1),
            V::A(endpoints),
            V::B(vec![9; 1216]),
            V::I(super::NOW),
        ]
    }

    /// The fields of a card.
    pub fn card(&self, credential: &[u8], statement: &[u8]) -> Vec<V> {
        let signature = self
            .node
            .sign_ed(&[b"openline/card/v1\n", statement].concat());
        vec![V::bytes(credential), V::bytes(statement), V::B(signature)]
    }

    pub fn card_file(fields: Vec<V>) -> Vec<u8> {
        armour::encode("openline-card/v1", &V::A(fields).encode()).into_bytes()
    }

    /// The text of the QR code.
    pub fn short(fields: Vec<V>) -> Vec<u8> {
        format!("OPENLINE1:{}", armour::base32(&V::A(fields).encode())).into_bytes()
    }
}

/// A signature line of a note, with its newline.
pub fn note_line(name: &str, kind: u8, public: &[u8], signature: &[u8]) -> String {
    let id = Hash::of(&[name.as_bytes(), b"\n", &[kind], public]);
    format!(
        "\u{2014} {name} {}\n",
        STANDARD.encode([&id.0[..4], signature].concat())
    )
}
