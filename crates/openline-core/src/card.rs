//! Cards: what a party hands over so that others can know and reach it (`spec/charter.md` section 4).

use std::net::Ipv6Addr;

use crate::armour;
use crate::cbor::{Reader, Writer};
use crate::credential::{Certificate, Credential, VerifiedCredential};
use crate::id::PartyId;
use crate::keys::{ED_SIGNATURE_LEN, SecretKeys, boxed, verify_ed};
use crate::limits::{CARD_MAX, ENDPOINT_MAX, ENDPOINTS_MAX, TIME_MAX};
use crate::rule::Rule;

/// Length of an X-Wing public key, bytes.
pub const SEAL_KEY_LEN: usize = 1216;

const MAGIC: &str = "openline-card/v1";
const SHORT_PREFIX: &str = "OPENLINE1:";
const VERSION: u64 = 1;
const CONTEXT: &[u8] = b"openline/card/v1\n";
const HOST_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// A card whose credential and statement have been verified.
///
/// That says who is speaking, and not yet that he is who the name says: see [`crate::phrase`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    bytes: Vec<u8>,
    credential: VerifiedCredential,
    statement: Statement,
}

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    endpoints: Vec<String>,
    seal_key: Box<[u8; SEAL_KEY_LEN]>,
    issued: i64,
}

impl Statement {
    fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut reader = Reader::checked(bytes, Rule::CardShape)?;
        reader.array_exact(4)?;
        if reader.uint()? != VERSION {
            return Err(Rule::CardShape);
        }
        let endpoints = reader.texts(ENDPOINTS_MAX)?;
        let seal_key = boxed(reader.bytes()?).ok_or(Rule::CardShape)?;
        let issued = reader.int()?;
        if !(-TIME_MAX..=TIME_MAX).contains(&issued) {
            return Err(Rule::CardShape);
        }
        Ok(Self {
            endpoints: check_endpoints(endpoints)?,
            seal_key,
            issued,
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer
            .array(4)
            .uint(VERSION)
            .texts(&self.endpoints)
            .bytes(&self.seal_key[..])
            .int(self.issued);
        writer.into_bytes()
    }
}

impl Card {
    /// Makes a card: the node signs where it is reached and what a pouch to it is sealed to.
    ///
    /// `issued` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Rule::CardEndpoint`]; [`Rule::CardShape`] for a time out of range; [`Rule::CardSignature`] when `node` does not
    /// hold the keys that the credential certifies.
    pub fn make(
        credential: &VerifiedCredential,
        node: &SecretKeys,
        endpoints: Vec<String>,
        seal_key: Box<[u8; SEAL_KEY_LEN]>,
        issued: i64,
    ) -> Result<Self, Rule> {
        let statement = Statement {
            endpoints,
            seal_key,
            issued,
        }
        .encode();
        let signature = node.sign_ed(&signed_message(&statement));
        let mut writer = Writer::new();
        writer
            .array(3)
            .bytes(credential.bytes())
            .bytes(&statement)
            .bytes(&signature);
        Self::decode(&writer.into_bytes())
    }

    /// Reads and verifies a card.
    ///
    /// # Errors
    /// In this order: the CBOR rules and [`Rule::CardShape`] for the card; the rules of its credential; the CBOR rules,
    /// [`Rule::CardShape`] and [`Rule::CardEndpoint`] for its statement; [`Rule::CardSignature`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        if bytes.len() > CARD_MAX {
            return Err(Rule::CardShape);
        }
        let mut reader = Reader::checked(bytes, Rule::CardShape)?;
        reader.array_exact(3)?;
        let (credential, signed) = (reader.bytes()?, reader.bytes()?);
        let signature = reader.array_of()?;
        let credential = VerifiedCredential::decode(credential)?;
        let statement = Statement::decode(signed)?;
        if !verify_ed(&credential.keys().ed, &signed_message(signed), &signature) {
            return Err(Rule::CardSignature);
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            credential,
            statement,
        })
    }

    /// Reads and verifies the file form.
    ///
    /// # Errors
    /// [`Rule::CardShape`], then as [`Self::decode`].
    pub fn parse_file(file: &[u8]) -> Result<Self, Rule> {
        Self::decode(&armour::decode(MAGIC, file, CARD_MAX).ok_or(Rule::CardShape)?)
    }

    /// The file form.
    #[must_use]
    pub fn to_file(&self) -> String {
        armour::encode(MAGIC, &self.bytes)
    }

    /// The bytes it was read from.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The credential.
    #[must_use]
    pub fn credential(&self) -> &VerifiedCredential {
        &self.credential
    }

    /// The party.
    #[must_use]
    pub fn party_id(&self) -> PartyId {
        self.credential.party_id()
    }

    /// Where the node is reached.
    #[must_use]
    pub fn endpoints(&self) -> &[String] {
        &self.statement.endpoints
    }

    /// The X-Wing key that a pouch to this party is sealed to.
    #[must_use]
    pub fn seal_key(&self) -> &[u8; SEAL_KEY_LEN] {
        &self.statement.seal_key
    }

    /// When the node says it signed, milliseconds since 1970.
    #[must_use]
    pub fn issued(&self) -> i64 {
        self.statement.issued
    }

    /// Compares the card with what was confirmed before; to be called for every confirmed party.
    ///
    /// # Errors
    /// [`Rule::CardChanged`].
    pub fn compare(&self, confirmed: &VerifiedCredential) -> Result<Continuity, Rule> {
        continuity(self.credential.certificate(), confirmed.certificate(), true)
    }

    /// The short form for a QR code.
    #[must_use]
    pub fn short(&self) -> Short {
        Short {
            certificate: self.credential.certificate().clone(),
            root_ed_signature: *self.credential.root_ed_signature(),
            endpoints: self.statement.endpoints.clone(),
        }
    }
}

/// How a card stands to a confirmed one that it does not contradict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// Another party under another name.
    Unrelated,
    /// The same certificate.
    Same,
    /// A later certificate of the same root. Its signatures are right; people should still confirm it by phrase.
    KeyChange,
}

/// Compares a certificate with one that was confirmed before.
///
/// `is_signed` says whether both root signatures under `own` have been verified: a [`Short`] has only one of them, and
/// so can't bring a key change.
///
/// # Errors
/// [`Rule::CardChanged`].
pub fn continuity(
    own: &Certificate,
    before: &Certificate,
    is_signed: bool,
) -> Result<Continuity, Rule> {
    if own.bytes() == before.bytes() {
        return Ok(Continuity::Same);
    }
    let is_same_root = own.party_id() == before.party_id();
    match (is_same_root, is_signed && own.serial > before.serial) {
        (true, true) => Ok(Continuity::KeyChange),
        (false, _) if own.name != before.name => Ok(Continuity::Unrelated),
        (true | false, _) => Err(Rule::CardChanged),
    }
}

fn signed_message(statement: &[u8]) -> Vec<u8> {
    [CONTEXT, statement].concat()
}

/// The short form of a card, enough to pin an identity. The root's Ed25519 signature has been verified; the long keys
/// follow in a credential (see [`Short::complete`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    certificate: Certificate,
    root_ed_signature: [u8; ED_SIGNATURE_LEN],
    endpoints: Vec<String>,
}

impl Short {
    /// Reads and verifies the text of a QR code.
    ///
    /// # Errors
    /// The CBOR rules and [`Rule::CardShape`]; those of a certificate; [`Rule::CredentialSignature`];
    /// [`Rule::CardEndpoint`].
    pub fn parse(text: &str) -> Result<Self, Rule> {
        let encoded = text
            .strip_prefix(SHORT_PREFIX)
            .filter(|_| text.len() <= CARD_MAX)
            .ok_or(Rule::CardShape)?;
        let bytes = armour::from_base32(encoded).ok_or(Rule::CardShape)?;
        let mut reader = Reader::checked(&bytes, Rule::CardShape)?;
        reader.array_exact(3)?;
        let certificate = reader.bytes()?;
        let root_ed_signature = reader.array_of()?;
        let endpoints = reader.texts(ENDPOINTS_MAX)?;
        let certificate = Certificate::decode(certificate)?;
        if !verify_ed(
            &certificate.root_ed,
            &certificate.signed_message(),
            &root_ed_signature,
        ) {
            return Err(Rule::CredentialSignature);
        }
        Ok(Self {
            certificate,
            root_ed_signature,
            endpoints: check_endpoints(endpoints)?,
        })
    }

    /// The text for a QR code; only characters of its alphanumeric mode.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut writer = Writer::new();
        writer
            .array(3)
            .bytes(self.certificate.bytes())
            .bytes(&self.root_ed_signature)
            .texts(&self.endpoints);
        format!("{SHORT_PREFIX}{}", armour::base32(&writer.into_bytes()))
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Where the node is reached; not signed in this form.
    #[must_use]
    pub fn endpoints(&self) -> &[String] {
        &self.endpoints
    }

    /// Completes the identity with the credential that came by the line.
    ///
    /// # Errors
    /// [`Rule::CardChanged`] when it carries another certificate; then as [`Credential::verify`].
    pub fn complete(&self, credential: Credential) -> Result<VerifiedCredential, Rule> {
        if credential.certificate() != &self.certificate {
            return Err(Rule::CardChanged);
        }
        credential.verify()
    }
}

fn check_endpoints(endpoints: Vec<String>) -> Result<Vec<String>, Rule> {
    let is_right =
        endpoints.len() <= ENDPOINTS_MAX && endpoints.iter().all(|endpoint| is_endpoint(endpoint));
    if is_right {
        Ok(endpoints)
    } else {
        Err(Rule::CardEndpoint)
    }
}

/// An endpoint is `quic://HOST:PORT` or `tls://HOST:PORT`, at most 256 bytes, with an IPv6 address in brackets.
///
/// A host is a name of letters, digits and hyphens in labels, or an IPv4 address. A port is 1 to 65535.
#[must_use]
pub fn is_endpoint(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("quic://")
        .or_else(|| text.strip_prefix("tls://"))
    else {
        return false;
    };
    let Some((host, port)) = rest.rsplit_once(':') else {
        return false;
    };
    let is_host = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_host_name(host),
    };
    text.len() <= ENDPOINT_MAX && is_host && is_port(port)
}

fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= HOST_MAX && host.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    let is_plain = !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit());
    is_plain && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::fixture::Party;

    const ENDPOINT: &str = "quic://node.example:4433";

    fn seal_key() -> Box<[u8; SEAL_KEY_LEN]> {
        Box::new([9; SEAL_KEY_LEN])
    }

    fn card(party: &Party) -> Card {
        Card::make(
            &party.credential,
            &party.node,
            vec![ENDPOINT.to_owned()],
            seal_key(),
            5,
        )
        .expect("right")
    }

    fn assemble(credential: &[u8], statement: &[u8], signature: &[u8]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer
            .array(3)
            .bytes(credential)
            .bytes(statement)
            .bytes(signature);
        writer.into_bytes()
    }

    fn statement(endpoints: &[&str], seal_key: &[u8], issued: i64) -> Vec<u8> {
        let endpoints: Vec<_> = endpoints
            .iter()
            .map(|endpoint| (*endpoint).to_owned())
            .collect();
        let mut writer = Writer::new();
        writer
            .array(4)
            .uint(1)
            .texts(&endpoints)
            .bytes(seal_key)
            .int(issued);
        writer.into_bytes()
    }

    #[test]
    fn a_card_reads_back_from_its_file() {
        let party = Party::new(1);
        let card = card(&party);
        let file = card.to_file();
        assert!(file.starts_with("openline-card/v1\n") && file.len() <= CARD_MAX);
        let read = Card::parse_file(file.as_bytes()).expect("own output");
        assert_eq!(read, card);
        assert_eq!(
            (read.endpoints(), read.issued()),
            (&[ENDPOINT.to_owned()][..], 5)
        );
        assert_eq!(
            (read.party_id(), read.seal_key()),
            (party.credential.party_id(), &*seal_key())
        );
    }

    #[test]
    fn each_rule_of_a_card_is_named_in_its_order() {
        let party = Party::new(1);
        let credential = party.credential.bytes();
        let rule = |credential: &[u8], statement: &[u8], change: fn(&mut [u8; 64])| {
            let mut signature = party.node.sign_ed(&signed_message(statement));
            change(&mut signature);
            Card::decode(&assemble(credential, statement, &signature)).err()
        };
        let same = |_: &mut [u8; 64]| ();
        let wrong = |signature: &mut [u8; 64]| signature[0] ^= 1;
        let good = statement(&[ENDPOINT], &[9; SEAL_KEY_LEN], 5);
        assert_eq!(rule(credential, &good, same), None);
        assert_eq!(
            rule(credential, &statement(&[], &[9; SEAL_KEY_LEN], 5), same),
            None
        );

        assert_eq!(rule(&[0x80], &[0x80], wrong), Some(Rule::CredentialShape));
        assert_eq!(rule(credential, &[0x80], wrong), Some(Rule::CardShape));
        assert_eq!(rule(credential, &[], wrong), Some(Rule::CborMalformed));
        assert_eq!(
            rule(credential, &statement(&["x"], &[9; 1215], 5), wrong),
            Some(Rule::CardShape)
        );
        assert_eq!(
            rule(credential, &statement(&["x"], &[9; 1216], i64::MAX), wrong),
            Some(Rule::CardShape)
        );
        assert_eq!(
            rule(credential, &statement(&["x"], &[9; 1216], 5), wrong),
            Some(Rule::CardEndpoint)
        );
        assert_eq!(
            rule(
                credential,
                &statement(&[ENDPOINT; 17], &[9; 1216], 5),
                wrong
            ),
            Some(Rule::CardEndpoint)
        );
        assert_eq!(rule(credential, &good, wrong), Some(Rule::CardSignature));
        assert_eq!(
            Card::decode(&assemble(credential, &good, &[0; 63])),
            Err(Rule::CardShape)
        );
        assert_eq!(
            Card::parse_file(&vec![b'A'; CARD_MAX + 1]),
            Err(Rule::CardShape)
        );
        assert_eq!(
            Card::parse_file(b"openline-card/v1\n!\n"),
            Err(Rule::CardShape)
        );
        let foreign = Party::new(2);
        let made = Card::make(&party.credential, &foreign.node, Vec::new(), seal_key(), 5);
        assert_eq!(made, Err(Rule::CardSignature));
    }

    #[test]
    fn a_card_may_only_change_as_its_root_allows() {
        let (first, second) = (Party::new(1), Party::renewed(1, 150, 2));
        assert_eq!(
            card(&first).compare(&first.credential),
            Ok(Continuity::Same)
        );
        assert_eq!(
            card(&second).compare(&first.credential),
            Ok(Continuity::KeyChange)
        );
        assert_eq!(
            card(&first).compare(&second.credential),
            Err(Rule::CardChanged)
        );
        let same_serial = Party::renewed(1, 151, 2);
        assert_eq!(
            card(&same_serial).compare(&second.credential),
            Err(Rule::CardChanged)
        );
        assert_eq!(
            card(&Party::new(2)).compare(&first.credential),
            Ok(Continuity::Unrelated)
        );

        let impostor = Party::new(3);
        let node = &impostor.node;
        let credential = Credential::issue(
            &impostor.root,
            "Party 1",
            9,
            node.ed_public(),
            node.pq_public(),
            0,
        );
        let credential = credential
            .and_then(Credential::verify)
            .expect("right in itself");
        let card =
            Card::make(&credential, node, Vec::new(), seal_key(), 5).expect("right in itself");
        assert_eq!(card.compare(&first.credential), Err(Rule::CardChanged));
    }

    #[test]
    fn the_short_form_pins_what_the_long_one_completes() {
        let party = Party::new(1);
        let text = card(&party).short().to_text();
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b':')
        );
        let short = Short::parse(&text).expect("own output");
        assert_eq!(short, card(&party).short());
        let credential =
            |party: &Party| Credential::decode(party.credential.bytes()).expect("right");
        assert_eq!(
            short.complete(credential(&party)),
            Ok(party.credential.clone())
        );
        assert_eq!(
            short.complete(credential(&Party::renewed(1, 150, 2))),
            Err(Rule::CardChanged)
        );
        assert_eq!(
            short.complete(credential(&Party::new(2))),
            Err(Rule::CardChanged)
        );
    }

    #[test]
    fn each_rule_of_a_short_form_is_named() {
        let party = Party::new(1);
        let short = |certificate: &[u8], signature: &[u8], endpoints: &[String]| {
            let mut writer = Writer::new();
            writer
                .array(3)
                .bytes(certificate)
                .bytes(signature)
                .texts(endpoints);
            Short::parse(&format!(
                "{SHORT_PREFIX}{}",
                armour::base32(&writer.into_bytes())
            ))
            .err()
        };
        let certificate = party.credential.certificate().bytes();
        let signature = party.credential.root_ed_signature();
        assert_eq!(short(certificate, signature, &[]), None);
        assert_eq!(
            short(certificate, &signature[1..], &[]),
            Some(Rule::CardShape)
        );
        assert_eq!(short(&[0x80], signature, &[]), Some(Rule::CertificateShape));
        assert_eq!(
            short(certificate, &[0; 64], &["x".to_owned()]),
            Some(Rule::CredentialSignature)
        );
        assert_eq!(
            short(certificate, signature, &["x".to_owned()]),
            Some(Rule::CardEndpoint)
        );
        for bad in [
            "",
            "OPENLINE1:",
            "openline1:AA",
            "OPENLINE2:AA",
            "OPENLINE1:A",
            "OPENLINE1:aa",
        ] {
            assert!(
                matches!(
                    Short::parse(bad),
                    Err(Rule::CardShape | Rule::CborMalformed)
                ),
                "{bad}"
            );
        }
    }

    #[test]
    fn endpoints_have_their_form() {
        let long = format!("quic://{}:1", "a.".repeat(120) + "a");
        let good = [
            "quic://a:1",
            "tls://node-1.example:65535",
            "quic://192.0.2.1:443",
            "tls://[2001:db8::1]:443",
            &long,
        ];
        for endpoint in good {
            assert!(is_endpoint(endpoint), "{endpoint}");
        }
        let over = format!("quic://{}:65535", "a.".repeat(121) + "abcd");
        assert_eq!(over.len(), 259);
        let label = format!("quic://{}:1", "a".repeat(64));
        for endpoint in [
            "",
            "quic://",
            "quic://a",
            "quic://a:",
            "quic://:1",
            "quic://a:0",
            "quic://a:01",
            "quic://a:65536",
            "quic://a:+1",
            "udp://a:1",
            "QUIC://a:1",
            "quic:a:1",
            "quic://2001:db8::1:443",
            "quic://[::1]",
            "quic://[a]:1",
            "quic://[::1%eth0]:1",
            "quic://a b:1",
            "quic://a/b:1",
            "quic://a:1/",
            "quic://u@a:1",
            "quic://-a:1",
            "quic://a-:1",
            "quic://a..b:1",
            "quic://a.:1",
            "quic://ä:1",
            &over,
            &label,
        ] {
            assert!(!is_endpoint(endpoint), "{endpoint}");
        }
    }
}
