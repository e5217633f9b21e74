//! Rules B1 to B4: bundles, sealed and opened.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeS, Serializable, single_shot_seal_with_rng};
use openline_core::Hash;
use serde_json::json;

use crate::suite::{Suite, Vector};
use crate::support::{NOW, Person, V};

const GROUP: &str = "bundle";
const MAGIC: &[u8] = b"openline-bundle/v1\n";
const INFO: &[u8] = b"openline/bundle/v1";
/// Seed of the seal key that the recipient publishes, and of the one before it.
const SEAL: u8 = 51;
const FORMER: u8 = 50;
const BUNDLE_MAX: usize = 1 << 26;

pub(crate) fn write(suite: &mut Suite) {
    opened(suite);
    senders(suite);
    shapes(suite);
    sealed(suite);
    sealed_form(suite);
}

/// Party 1 packs for party 2, who has confirmed parties 1 and 3.
fn people() -> [Person; 3] {
    [1, 2, 3].map(Person::new)
}

fn card(person: &Person) -> Vec<u8> {
    let statement = V::A(person.statement(&["quic://198.51.100.7:4433"])).encode();
    V::A(person.card(&person.credential(), &statement)).encode()
}

/// The fields of contents without frames.
fn contents() -> Vec<V> {
    let [from, to, _] = people();
    vec![
        V::I(1),
        V::bytes(&from.id().0.0),
        V::bytes(&to.id().0.0),
        V::I(1),
        V::I(NOW),
        V::B(card(&from)),
        V::A(vec![]),
    ]
}

fn changed(change: impl FnOnce(&mut Vec<V>)) -> Vec<u8> {
    let mut fields = contents();
    change(&mut fields);
    signed(&V::A(fields).encode())
}

/// Any contents, signed by party 1.
fn signed(contents: &[u8]) -> Vec<u8> {
    V::A(signed_fields(contents)).encode()
}

fn signed_fields(contents: &[u8]) -> Vec<V> {
    let [from, ..] = people();
    let signature = from
        .node
        .sign_ed(&[b"openline/bundle/v1\n", contents].concat());
    vec![V::bytes(contents), V::B(signature)]
}

fn add(suite: &mut Suite, vector: Vector, is_sealed: bool) {
    let [from, to, third] = people();
    let senders: Vec<_> = [from, third]
        .iter()
        .map(|person| suite.bytes(&person.credential()))
        .collect();
    let mut context = json!({"own": suite.bytes(&to.id().0.0), "senders": senders});
    if is_sealed {
        let keys = [SEAL, FORMER].map(|seed| suite.bytes(&[seed; 32]));
        context["seal_keys"] = json!(keys);
    }
    suite.add(vector.context(context));
}

fn refuse(suite: &mut Suite, name: &str, about: &str, rule: &str, bytes: &[u8]) {
    let vector = suite
        .vector(GROUP, name, "bundle-opened", bytes, about)
        .by(rule);
    add(suite, vector, false);
}

fn accept(
    suite: &mut Suite,
    kind: &'static str,
    name: &str,
    about: &str,
    bytes: &[u8],
    number: u64,
    frames: u64,
) {
    let [from, ..] = people();
    let result =
        json!({"from": from.id().to_string(), "number": number, "packed": NOW, "frames": frames});
    let vector = suite.vector(GROUP, name, kind, bytes, about).ok(result);
    add(suite, vector, kind == "bundle");
}

fn opened(suite: &mut Suite) {
    let mut accept = |name, about, bytes: &[u8], number, frames| {
        accept(suite, "bundle-opened", name, about, bytes, number, frames);
    };
    accept(
        "ok-empty",
        "no frames: a card and a greeting",
        &changed(|_| ()),
        1,
        0,
    );
    accept(
        "ok-frames",
        "frames of whatever type and form: those are the line's to check",
        &changed(|f| {
            let ping = V::A(vec![V::I(6), V::I(1)]).encode();
            f[3] = V::I(7);
            f[6] = V::A(vec![V::B(ping), V::bytes(b"?"), V::B(vec![])]);
        }),
        7,
        3,
    );
    accept(
        "ok-65536-frames",
        "as many as there may be",
        &changed(|f| f[6] = V::A(vec![V::B(vec![]); 65_536])),
        1,
        65_536,
    );
}

fn senders(suite: &mut Suite) {
    let [from, to, third] = people();
    let other = |person: &Person| {
        let id = person.id().0.0;
        changed(|f| f[1] = V::bytes(&id))
    };
    let plain = V::A(contents()).encode();
    let with = |signature: Vec<u8>| V::A(vec![V::bytes(&plain), V::B(signature)]).encode();
    let message = [b"openline/bundle/v1\n", &plain[..]].concat();
    let mut cases = vec![
        (
            "sender-unknown",
            "a party that is not confirmed",
            "bundle-sender",
            other(&Person::new(4)),
        ),
        (
            "sender-self",
            "the recipient itself",
            "bundle-sender",
            other(&to),
        ),
        (
            "sender-another",
            "a confirmed party that has not signed it",
            "bundle-sender",
            other(&third),
        ),
        (
            "signature-by-root",
            "signed by the root, not the node",
            "bundle-sender",
            with(from.root.sign_ed(&message)),
        ),
        (
            "signature-of-contents-alone",
            "signed without the words before the contents",
            "bundle-sender",
            with(from.node.sign_ed(&plain)),
        ),
        (
            "signature-zero",
            "no signature at all",
            "bundle-sender",
            with(vec![0; 64]),
        ),
    ];
    let mut bytes = changed(|_| ());
    let last = bytes.len() - 67;
    assert_eq!(bytes[last], 0x80, "the contents end with an empty array");
    bytes[last - 1] ^= 1;
    cases.push((
        "contents-changed",
        "a byte of the card changed after signing",
        "bundle-sender",
        bytes,
    ));
    let id = third.id().0.0;
    cases.push((
        "recipient-another-party",
        "it names another party, and was sealed again to this one",
        "bundle-recipient",
        changed(|f| f[2] = V::bytes(&id)),
    ));
    cases.push((
        "recipient-after-sender",
        "for another party and by nobody known: the sender comes first",
        "bundle-sender",
        changed(|f| (f[1], f[2]) = (V::B(vec![1; 32]), V::B(vec![2; 32]))),
    ));
    cases.push((
        "card-of-another",
        "the card of another confirmed party",
        "bundle-sender",
        changed(|f| f[5] = V::B(card(&third))),
    ));
    cases.push((
        "card-after-recipient",
        "for another party, and with no card: the recipient comes first",
        "bundle-recipient",
        changed(|f| (f[2], f[5]) = (V::bytes(&id), V::B(vec![]))),
    ));
    cases.push((
        "card-none",
        "the card must be one: charter.md",
        "cbor-malformed",
        changed(|f| f[5] = V::B(vec![])),
    ));
    let mut fields = people()[0].statement(&[]);
    let statement = V::A(std::mem::take(&mut fields)).encode();
    let mut unsigned = people()[0].card(&from.credential(), &statement);
    unsigned[2] = V::B(vec![0; 64]);
    cases.push((
        "card-signature",
        "and be rightly signed",
        "card-signature",
        changed(|f| f[5] = V::B(V::A(unsigned).encode())),
    ));
    for (name, about, rule, bytes) in cases {
        refuse(suite, name, about, rule, &bytes);
    }
}

fn shapes(suite: &mut Suite) {
    let whole = changed(|_| ());
    let plain = V::A(contents()).encode();
    let mut short = signed_fields(&plain);
    short[1] = V::B(vec![0; 63]);
    let mut three = signed_fields(&plain);
    three.push(V::Null);
    let cases: Vec<(&str, &str, &str, Vec<u8>)> = vec![
        (
            "shape-truncated",
            "the last byte is missing",
            "cbor-malformed",
            whole[..whole.len() - 1].to_vec(),
        ),
        (
            "shape-trailing",
            "a byte after it",
            "cbor-trailing",
            [&whole[..], &[0]].concat(),
        ),
        ("shape-empty", "nothing", "cbor-malformed", vec![]),
        ("shape-not-an-array", "a number", "bundle-shape", vec![0]),
        (
            "shape-of-three",
            "an element after the signature",
            "bundle-shape",
            V::A(three).encode(),
        ),
        (
            "shape-signature-short",
            "a signature of 63 bytes",
            "bundle-shape",
            V::A(short).encode(),
        ),
        (
            "contents-truncated",
            "contents that end early",
            "cbor-malformed",
            signed(&plain[..plain.len() - 1]),
        ),
        (
            "contents-trailing",
            "a byte after the contents",
            "cbor-trailing",
            signed(&[&plain[..], &[0]].concat()),
        ),
        (
            "contents-not-shortest",
            "a number not in shortest form",
            "cbor-canonical",
            changed(|f| f[3] = V::Raw(vec![0x18, 1])),
        ),
        (
            "contents-version",
            "contents of another version",
            "bundle-shape",
            changed(|f| f[0] = V::I(2)),
        ),
        (
            "contents-of-eight",
            "an element more",
            "bundle-shape",
            changed(|f| f.push(V::Null)),
        ),
        (
            "contents-from-short",
            "an id of 31 bytes",
            "bundle-shape",
            changed(|f| f[1] = V::B(vec![1; 31])),
        ),
        (
            "contents-number-negative",
            "a number below 0",
            "bundle-shape",
            changed(|f| f[3] = V::I(-1)),
        ),
        (
            "contents-packed-text",
            "a time that is no number",
            "bundle-shape",
            changed(|f| f[4] = "now".into()),
        ),
        (
            "contents-frame-array",
            "a frame that is not in a byte string",
            "bundle-shape",
            changed(|f| f[6] = V::A(vec![V::A(vec![V::I(6), V::I(1)])])),
        ),
        (
            "contents-65537-frames",
            "more frames than there may be",
            "bundle-shape",
            changed(|f| f[6] = V::A(vec![V::B(vec![]); 65_537])),
        ),
        (
            "shape-before-sender",
            "the form comes before the sender",
            "bundle-shape",
            changed(|f| (f[0], f[1]) = (V::I(2), V::B(vec![1; 32]))),
        ),
    ];
    for (name, about, rule, bytes) in cases {
        refuse(suite, name, about, rule, &bytes);
    }
}

/// The bytes that sealing needs, the same every time.
pub(crate) struct Repeated(pub(crate) u8);

impl TryRng for Repeated {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Repeated {}

pub(crate) fn public(seed: u8) -> <XWing as Kem>::PublicKey {
    let private = <XWing as Kem>::PrivateKey::from_bytes(&[seed; 32]);
    XWing::sk_to_pk(&private.expect("any 32 bytes"))
}

/// The first 30 bytes of a bundle, which nobody may change.
fn head(seed: u8) -> Vec<u8> {
    let id = Hash::of(&[&public(seed).to_bytes()]);
    [MAGIC, &[0x84, 0x01, 0x48], &id.0[..8]].concat()
}

pub(crate) fn seal(seed: u8, info: &[u8], padded: &[u8]) -> Vec<u8> {
    let head = head(seed);
    let (enc, ciphertext) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &public(seed),
        info,
        padded,
        &head,
        &mut Repeated(77),
    )
    .expect("a right key");
    let parts = [
        V::bytes(&enc.to_bytes()).encode(),
        V::B(ciphertext).encode(),
    ];
    [head, parts.concat()].concat()
}

/// Section 4.
pub(crate) fn padded(content: &[u8]) -> Vec<u8> {
    let n = content.len() + 1;
    let e = n.ilog2();
    let length = n.next_multiple_of(1 << (e - e.ilog2() - 1)).max(512);
    let mut padded = [content, &[0x80]].concat();
    padded.resize(length, 0);
    padded
}

fn sealed(suite: &mut Suite) {
    let whole = changed(|_| ());
    let right = seal(SEAL, INFO, &padded(&whole));
    let mut ok = |name, about, bytes: &[u8]| accept(suite, "bundle", name, about, bytes, 1, 0);
    ok("ok-sealed", "sealed to the key in force", &right);
    ok(
        "ok-sealed-to-former-key",
        "a key that was rotated out not long ago",
        &seal(FORMER, INFO, &padded(&whole)),
    );

    let longer = [padded(&whole), vec![0; 32]].concat();
    let unmarked = {
        let mut bytes = whole.clone();
        bytes.resize(padded(&whole).len(), 0);
        bytes
    };
    let flipped = |at: usize| {
        let mut bytes = right.clone();
        bytes[at] ^= 1;
        bytes
    };
    let id = people()[2].id().0.0;
    let for_another = changed(|f| f[2] = V::bytes(&id));
    let cases: Vec<(&str, &str, &str, Vec<u8>)> = vec![
        (
            "sealed-to-another-key",
            "a key that the recipient does not have",
            "bundle-recipient",
            seal(52, INFO, &padded(&whole)),
        ),
        (
            "sealed-key-id-changed",
            "the key id changed on the way",
            "bundle-recipient",
            flipped(22),
        ),
        (
            "sealed-for-another",
            "sealed to this party, though it is for another",
            "bundle-recipient",
            seal(SEAL, INFO, &padded(&for_another)),
        ),
        (
            "sealed-enc-changed",
            "a byte of the encapsulated key changed",
            "bundle-format",
            flipped(33),
        ),
        (
            "sealed-ciphertext-changed",
            "a byte of the ciphertext changed",
            "bundle-format",
            flipped(1200),
        ),
        (
            "sealed-tag-changed",
            "the last byte changed",
            "bundle-format",
            flipped(right.len() - 1),
        ),
        (
            "sealed-for-another-purpose",
            "another `info`",
            "bundle-format",
            seal(SEAL, b"openline/bundle/v2", &padded(&whole)),
        ),
        (
            "sealed-padding-long",
            "32 zero bytes more than the schedule says",
            "bundle-format",
            seal(SEAL, INFO, &longer),
        ),
        (
            "sealed-padding-unmarked",
            "zero bytes without the one before them",
            "bundle-format",
            seal(SEAL, INFO, &unmarked),
        ),
        (
            "sealed-padding-none",
            "what is sealed is not padded",
            "bundle-format",
            seal(SEAL, INFO, &whole),
        ),
        (
            "sealed-zeros",
            "nothing but zero bytes",
            "bundle-format",
            seal(SEAL, INFO, &[0; 512]),
        ),
        (
            "sealed-malformed",
            "what is sealed breaks a CBOR rule",
            "cbor-malformed",
            seal(SEAL, INFO, &padded(&[0x82])),
        ),
        (
            "sealed-shape",
            "what is sealed is not of its form",
            "bundle-shape",
            seal(SEAL, INFO, &padded(&[0])),
        ),
        (
            "sealed-truncated",
            "the last byte is missing",
            "bundle-format",
            right[..right.len() - 1].to_vec(),
        ),
        (
            "sealed-trailing",
            "a byte after it",
            "bundle-format",
            [&right[..], &[0]].concat(),
        ),
    ];
    for (name, about, rule, bytes) in cases {
        let vector = suite.vector(GROUP, name, "bundle", &bytes, about).by(rule);
        add(suite, vector, true);
    }
}

/// Files that are refused before anything is opened: their key and text are zeros.
fn sealed_form(suite: &mut Suite) {
    let after = |head: &[u8], enc: usize| {
        let parts = [V::B(vec![0; enc]).encode(), V::B(vec![0; 528]).encode()];
        [head, &parts.concat()].concat()
    };
    let head = head(SEAL);
    let with =
        |from: usize, old: usize, new: &[u8]| [&head[..from], new, &head[from + old..]].concat();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("form-empty", "no byte", vec![]),
        (
            "form-magic-alone",
            "the first line and no more",
            MAGIC.to_vec(),
        ),
        (
            "form-magic-other",
            "another version's first line",
            after(&with(17, 1, b"2"), 1120),
        ),
        (
            "form-suite",
            "another suite",
            after(&with(20, 1, &[2]), 1120),
        ),
        (
            "form-suite-before-key",
            "another suite, whatever follows",
            with(20, 10, &[2]),
        ),
        (
            "form-suite-text",
            "a suite that is no number",
            after(&with(20, 1, &[0x61, b'1']), 1120),
        ),
        (
            "form-array-of-three",
            "an element less",
            after(&with(19, 1, &[0x83]), 1120),
        ),
        (
            "form-array-not-shortest",
            "an array head not in shortest form",
            after(&with(19, 1, &[0x98, 4]), 1120),
        ),
        (
            "form-key-id-short",
            "a key id of 7 bytes",
            after(&with(21, 2, &[0x47]), 1120),
        ),
        (
            "form-enc-short",
            "an encapsulated key of 1119 bytes",
            after(&head, 1119),
        ),
        (
            "form-too-long",
            "a byte more than a bundle may have",
            vec![],
        ),
    ];
    for (name, about, bytes) in cases {
        let mut input = suite.bytes(&bytes);
        if name == "form-too-long" {
            let run = json!({"byte": 0, "times": BUNDLE_MAX + 1 - head.len()});
            input = json!([suite.bytes(&head), run]);
        }
        let vector = suite
            .vector_of(GROUP, name, "bundle", input, about)
            .by("bundle-format");
        add(suite, vector, true);
    }
}
