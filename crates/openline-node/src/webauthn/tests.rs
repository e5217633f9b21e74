//! A software authenticator, and what is refused of what it makes.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use minicbor::Encoder;

use super::*;

/// An authenticator with one credential.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    pub(crate) counter: u32,
    pub(crate) flags: u8,
}

const PRESENT_AND_VERIFIED: u8 = 0b101;

pub(crate) fn party() -> RelyingParty {
    RelyingParty {
        id: "localhost".to_owned(),
        origin: "http://localhost:7000".to_owned(),
    }
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"),
            id: vec![7; 16],
            counter: 0,
            flags: PRESENT_AND_VERIFIED,
        }
    }

    fn client_data(act: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
        let challenge = base64url(challenge);
        serde_json::json!({"type": act, "challenge": challenge, "origin": origin, "more": 1})
            .to_string()
            .into_bytes()
    }

    fn data(&self, party: &RelyingParty, flags: u8) -> Vec<u8> {
        [&party.id_hash()[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn cose(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut bytes = Vec::new();
        let mut cose = Encoder::new(&mut bytes);
        cose.map(5)
            .and_then(|e| e.i8(1)?.i8(2)?.i8(3)?.i8(-7)?.i8(-1)?.i8(1))
            .expect("CBOR");
        cose.i8(-2)
            .and_then(|e| e.bytes(&point[1..33]))
            .expect("CBOR");
        cose.i8(-3)
            .and_then(|e| e.bytes(&point[33..]))
            .expect("CBOR");
        bytes
    }

    pub(crate) fn make(&self, party: &RelyingParty, challenge: &[u8]) -> Made {
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let head = self.data(party, self.flags | 1 << 6);
        let data = [&head[..], &[0; 16], &length, &self.id, &self.cose()].concat();
        let mut bytes = Vec::new();
        let mut object = Encoder::new(&mut bytes);
        object
            .map(3)
            .and_then(|e| e.str("fmt")?.str("none")?.str("attStmt")?.map(0))
            .expect("CBOR");
        object
            .str("authData")
            .and_then(|e| e.bytes(&data))
            .expect("CBOR");
        Made {
            client_data: base64url(&Self::client_data(
                "webauthn.create",
                challenge,
                &party.origin,
            )),
            attestation: base64url(&bytes),
        }
    }

    pub(crate) fn sign(&self, party: &RelyingParty, challenge: &[u8]) -> Assertion {
        let client_data = Self::client_data("webauthn.get", challenge, &party.origin);
        let data = self.data(party, self.flags);
        let signed = [&data[..], &Hash::of(&[&client_data]).0].concat();
        let signature = self
            .key
            .sign(&SystemRandom::new(), &signed)
            .expect("signed");
        Assertion {
            credential: base64url(&self.id),
            client_data: base64url(&client_data),
            authenticator_data: base64url(&data),
            signature: base64url(signature.as_ref()),
        }
    }
}

#[test]
fn what_was_made_signs_what_was_asked() {
    let device = Authenticator::new();
    let made = device
        .make(&party(), b"make")
        .check(&party(), b"make")
        .expect("made");
    assert_eq!((made.id.clone(), made.is_portable), (vec![7; 16], false));
    let signed = device.sign(&party(), b"sign");
    assert_eq!(signed.check(&party(), b"sign", &made.key), Ok(0));
    assert_eq!(signed.challenge_signed_by(&made.key), Ok(b"sign".to_vec()));
}

#[test]
fn what_was_made_or_signed_for_something_else_is_refused() {
    let device = Authenticator::new();
    let made = device.make(&party(), b"make");
    let key = made.check(&party(), b"make").expect("made").key;
    let signed = device.sign(&party(), b"sign");
    let elsewhere = |error: WebauthnError| matches!(error, WebauthnError::Elsewhere(_));
    assert!(made.check(&party(), b"other").is_err_and(elsewhere));
    assert!(signed.check(&party(), b"other", &key).is_err_and(elsewhere));
    let other_port = RelyingParty {
        origin: "http://localhost:7001".to_owned(),
        ..party()
    };
    assert!(
        signed
            .check(&other_port, b"sign", &key)
            .is_err_and(elsewhere)
    );
    let other_host = RelyingParty {
        id: "console.example".to_owned(),
        ..party()
    };
    assert!(
        signed
            .check(&other_host, b"sign", &key)
            .is_err_and(elsewhere)
    );
    // What makes a passkey signs nothing, and what signs makes none.
    let swapped = Assertion {
        client_data: made.client_data.clone(),
        ..signed.clone()
    };
    assert!(swapped.check(&party(), b"make", &key).is_err_and(elsewhere));
    let swapped = Made {
        client_data: signed.client_data,
        ..made
    };
    assert!(swapped.check(&party(), b"sign").is_err_and(elsewhere));
}

#[test]
fn another_key_or_a_changed_bit_is_no_signature() {
    let (device, other) = (Authenticator::new(), Authenticator::new());
    let key = device
        .make(&party(), b"m")
        .check(&party(), b"m")
        .expect("made")
        .key;
    let signed = other.sign(&party(), b"sign");
    assert_eq!(
        signed.check(&party(), b"sign", &key),
        Err(WebauthnError::Signature)
    );
    let mut signed = device.sign(&party(), b"sign");
    let mut bytes = part(&signed.authenticator_data).expect("bytes");
    bytes[36] ^= 1;
    signed.authenticator_data = base64url(&bytes);
    assert_eq!(
        signed.check(&party(), b"sign", &key),
        Err(WebauthnError::Signature)
    );
}

#[test]
fn somebody_must_have_been_there_and_been_recognised() {
    let mut device = Authenticator::new();
    let key = device
        .make(&party(), b"m")
        .check(&party(), b"m")
        .expect("made")
        .key;
    for flags in [0, 0b001, 0b100] {
        device.flags = flags;
        let nobody = |error| matches!(error, WebauthnError::NobodyThere(_));
        assert!(
            device
                .sign(&party(), b"s")
                .check(&party(), b"s", &key)
                .is_err_and(nobody)
        );
        assert!(
            device
                .sign(&party(), b"s")
                .challenge_signed_by(&key)
                .is_err_and(nobody)
        );
        assert!(
            device
                .make(&party(), b"m")
                .check(&party(), b"m")
                .is_err_and(nobody)
        );
    }
}

#[test]
fn no_part_cut_short_or_turned_over_is_taken() {
    let device = Authenticator::new();
    let made = device.make(&party(), b"make");
    let whole = part(&made.attestation).expect("bytes");
    for end in 0..whole.len() {
        let cut = Made {
            attestation: base64url(&whole[..end]),
            ..made.clone()
        };
        assert!(cut.check(&party(), b"make").is_err(), "cut at {end}");
    }
    let signed = device.sign(&party(), b"sign");
    let key = made.check(&party(), b"make").expect("made").key;
    for text in ["", "=", "%%%", &"A".repeat(PART_MAX + 1)] {
        for part in 0..3 {
            let mut bad = signed.clone();
            let parts = [
                &mut bad.client_data,
                &mut bad.authenticator_data,
                &mut bad.signature,
            ];
            text.clone_into(parts.into_iter().nth(part).expect("three parts"));
            assert!(
                bad.check(&party(), b"sign", &key).is_err(),
                "{part} {text:.8}"
            );
        }
    }
}
