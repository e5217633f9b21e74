//! Rules N1 to N5: non-papers, receipts, and files of them.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use hpke::aead::ExportOnlyAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{OpModeS, Serializable, setup_sender_with_rng};
use openline_core::id::hex;
use openline_core::{Hash, PartyId};
use serde_json::{Value, json};

use crate::bundles::{Repeated, padded, public, seal};
use crate::suite::{Suite, Vector};
use crate::support::{NOW, Person, V};

const GROUP: &str = "non-paper";
const CONTEXT: &[u8] = b"openline/non-paper/v1\n";
const INFO: &[u8] = b"openline/non-paper/v1";
/// Seeds of the seal keys that the sender and the recipient publish, and of a former one of the recipient's.
const SEAL_FROM: u8 = 60;
const SEAL_TO: u8 = 61;
const FORMER: u8 = 62;
const LINE: [u8; 32] = [3; 32];
const SERIES: [u8; 8] = [7; 8];
const TEXT: &str = "We could live with Tuesday.";

pub(crate) fn write(suite: &mut Suite) {
    accepted(suite);
    keys(suite);
    bound(suite);
    contents(suite);
    numbers(suite);
    receipts(suite);
    opened(suite);
    files(suite);
}

/// A share: what is offered, and the secret in it.
#[derive(Clone)]
struct Share {
    to_key: [u8; 8],
    enc: Vec<u8>,
    secret: [u8; 32],
}

impl Share {
    /// Made for the owner of the seal key of a seed.
    fn make(seed: u8, random: u8) -> Self {
        let key = public(seed);
        let (enc, context) = setup_sender_with_rng::<ExportOnlyAead, HkdfSha256, XWing>(
            &OpModeS::Base,
            &key,
            CONTEXT,
            &mut Repeated(random),
        )
        .expect("a right key");
        let mut secret = [0; 32];
        context.export(b"share", &mut secret).expect("32 bytes");
        Self {
            to_key: first_8(&Hash::of(&[&key.to_bytes()]).0),
            enc: enc.to_bytes().to_vec(),
            secret,
        }
    }

    fn id(&self) -> [u8; 8] {
        first_8(&Hash::of(&[&self.to_key, &self.enc]).0)
    }

    fn offer(&self) -> Vec<u8> {
        [&self.to_key[..], &self.enc].concat()
    }
}

fn first_8(bytes: &[u8]) -> [u8; 8] {
    bytes[..8].try_into().expect("8 bytes")
}

/// Section 3, from the definitions of HMAC and HKDF.
struct Pair {
    okm: Vec<u8>,
    is_from_lower: bool,
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, message).as_ref().to_vec()
}

fn expand(key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let (mut okm, mut block) = (Vec::new(), Vec::new());
    for number in 1_u8.. {
        block = mac(key, &[&block[..], info, &[number]].concat());
        okm.extend_from_slice(&block);
        if okm.len() >= length {
            break;
        }
    }
    okm.truncate(length);
    okm
}

impl Pair {
    /// The key of what the sender and the recipient have made, for what the sender seals.
    fn of(from_share: &Share, to_share: &Share) -> Self {
        let [from, to] = parties();
        let is_from_lower = from < to;
        let (from, to) = ((from, from_share), (to, to_share));
        let ((low, l), (high, h)) = if is_from_lower {
            (from, to)
        } else {
            (to, from)
        };
        let prk = mac(CONTEXT, &[l.secret, h.secret].concat());
        let info = [
            CONTEXT, &low.0.0, &high.0.0, &l.to_key, &h.to_key, &l.enc, &h.enc,
        ];
        Self {
            okm: expand(&prk, &info.concat(), 136),
            is_from_lower,
        }
    }

    fn turned(mut self) -> Self {
        self.is_from_lower = !self.is_from_lower;
        self
    }

    fn id(&self) -> &[u8] {
        &self.okm[..8]
    }

    fn way(&self) -> &[u8] {
        let at = if self.is_from_lower { 8 } else { 72 };
        &self.okm[at..at + 64]
    }

    fn mac(&self, message: &[u8]) -> Vec<u8> {
        mac(&self.way()[32..], message)
    }
}

fn parties() -> [PartyId; 2] {
    [1, 2].map(|seed| Person::new(seed).id())
}

fn from_share() -> Share {
    Share::make(SEAL_TO, 81)
}

fn to_share() -> Share {
    Share::make(SEAL_FROM, 82)
}

fn pair() -> Pair {
    Pair::of(&from_share(), &to_share())
}

/// A non-paper, to be changed before or after it is sealed.
struct Paper {
    pair: Pair,
    line: [u8; 32],
    from: PartyId,
    to: PartyId,
    number: u64,
    floor: u64,
    padded: Vec<u8>,
}

fn content(text: &str) -> Vec<u8> {
    V::A(vec![V::I(1), V::I(NOW), text.into()]).encode()
}

impl Paper {
    fn new() -> Self {
        let [from, to] = parties();
        Self {
            pair: pair(),
            line: LINE,
            from,
            to,
            number: 1,
            floor: 1,
            padded: padded(&content(TEXT)),
        }
    }

    fn saying(content: &[u8]) -> Self {
        Self {
            padded: padded(content),
            ..Self::new()
        }
    }

    fn numbered(number: u64, floor: u64) -> Self {
        Self {
            number,
            floor,
            ..Self::new()
        }
    }

    /// The frame's fields.
    fn fields(&self) -> Vec<V> {
        let salt = [8; 16];
        let key = [b"openline/non-paper/seal/v1\n", &salt[..]].concat();
        let key = expand(&self.pair.way()[..32], &key, 32);
        let aad = [
            CONTEXT,
            &self.line,
            &self.from.0.0,
            &self.to.0.0,
            &SERIES,
            &self.number.to_be_bytes(),
            &self.floor.to_be_bytes(),
        ];
        let mut text = self.padded.clone();
        LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).expect("32 bytes"))
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key([0; 12]),
                Aad::from(aad.concat()),
                &mut text,
            )
            .expect("a short text");
        vec![
            V::I(15),
            V::bytes(&LINE[..8]),
            V::bytes(self.pair.id()),
            V::bytes(&SERIES),
            V::uint(self.number),
            V::uint(self.floor),
            V::bytes(&salt),
            V::B(text),
        ]
    }

    fn frame(&self) -> Vec<u8> {
        V::A(self.fields()).encode()
    }

    fn changed(change: impl FnOnce(&mut Vec<V>)) -> Vec<u8> {
        let mut fields = Self::new().fields();
        change(&mut fields);
        V::A(fields).encode()
    }
}

/// What the recipient has: its seal keys, the sender's offers, its own shares with their secrets.
fn context(suite: &Suite, theirs: &[Share], ours: &[Share]) -> Value {
    let [from, to] = parties();
    let secret = |share: &Share| [&share.offer()[..], &share.secret].concat();
    let keys = [SEAL_TO, FORMER].map(|seed| suite.bytes(&[seed; 32]));
    json!({
        "own": suite.bytes(&to.0.0),
        "from": suite.bytes(&from.0.0),
        "line": suite.bytes(&LINE),
        "seal_keys": keys,
        "theirs": theirs.iter().map(|share| suite.bytes(&share.offer())).collect::<Vec<_>>(),
        "ours": ours.iter().map(|share| suite.bytes(&secret(share))).collect::<Vec<_>>(),
    })
}

fn add(suite: &mut Suite, vector: Vector) {
    let context = context(suite, &[from_share()], &[to_share()]);
    suite.add(vector.context(context));
}

fn refuse(suite: &mut Suite, name: &str, about: &str, rule: &str, bytes: &[u8]) {
    let vector = suite.vector(GROUP, name, "non-paper", bytes, about);
    add(suite, vector.by(rule));
}

fn result(paper: &Paper, text: &str) -> Value {
    json!({
        "key": hex(paper.pair.id()), "number": paper.number, "floor": paper.floor, "sent": NOW, "text": text,
    })
}

fn accepted(suite: &mut Suite) {
    let longest = "x".repeat(32_768);
    let cases = [
        (
            "ok",
            "a non-paper under the present key",
            Paper::new(),
            TEXT,
        ),
        (
            "ok-64-under-way",
            "the highest number that may be under way beside the lowest",
            Paper::numbered(64, 1),
            TEXT,
        ),
        (
            "ok-highest-number",
            "the highest number there is",
            Paper::numbered(u64::MAX, u64::MAX),
            TEXT,
        ),
        (
            "ok-lines-and-tabs",
            "line ends and tabs are text",
            Paper::saying(&content("a\n\tb")),
            "a\n\tb",
        ),
        (
            "ok-longest",
            "as long as a text can be",
            Paper::saying(&content(&longest)),
            &longest,
        ),
    ];
    for (name, about, paper, text) in cases {
        let vector = suite.vector(GROUP, name, "non-paper", &paper.frame(), about);
        add(suite, vector.ok(result(&paper, text)));
    }
    rotated(suite);
}

/// Several shares of either side are kept while they are replaced.
fn rotated(suite: &mut Suite) {
    let (old, new) = (Share::make(FORMER, 83), Share::make(SEAL_TO, 84));
    let theirs = [from_share(), old.clone(), new];
    let ours = [to_share(), Share::make(SEAL_FROM, 85)];
    let pair = Pair::of(&old, &ours[1]);
    let paper = Paper {
        pair,
        ..Paper::new()
    };
    let about = "under a share to a former seal key and a later one of the recipient's";
    let vector = suite
        .vector(GROUP, "ok-rotated", "non-paper", &paper.frame(), about)
        .ok(result(&paper, TEXT))
        .context(context(suite, &theirs, &ours));
    suite.add(vector);
}

fn keys(suite: &mut Suite) {
    let other = Paper {
        pair: Pair::of(&Share::make(SEAL_TO, 86), &to_share()),
        ..Paper::new()
    };
    refuse(
        suite,
        "key-of-another-share",
        "a share of the sender's that the recipient does not have",
        "non-paper-key",
        &other.frame(),
    );
    refuse(
        suite,
        "key-id-changed",
        "an id that no two shares give",
        "non-paper-key",
        &Paper::changed(|f| f[2] = V::B(vec![0; 8])),
    );
    let vector = suite
        .vector(
            GROUP,
            "key-without-own-share",
            "non-paper",
            &Paper::new().frame(),
            "the recipient's share is erased",
        )
        .by("non-paper-key");
    let without = context(suite, &[from_share()], &[]);
    suite.add(vector.context(without));
    // A stranger offers a share in the sender's name, and guesses the one that he can't open.
    let mut guessed = to_share();
    guessed.secret = [0; 32];
    let mut stranger = Paper {
        pair: Pair::of(&from_share(), &guessed),
        ..Paper::new()
    }
    .fields();
    stranger[2] = V::bytes(pair().id());
    refuse(
        suite,
        "key-guessed",
        "made by one who knows the sender's share alone",
        "non-paper-mac",
        &V::A(stranger).encode(),
    );
}

fn bound(suite: &mut Suite) {
    let [from, to] = parties();
    let elsewhere = Paper {
        line: [4; 32],
        ..Paper::new()
    };
    let same_tag = Paper {
        line: [[3; 8], [9; 8], [9; 8], [9; 8]]
            .concat()
            .try_into()
            .expect("32 bytes"),
        ..Paper::new()
    };
    let another = Paper {
        to: PartyId(Hash([5; 32])),
        ..Paper::new()
    };
    let turned = Paper {
        pair: pair().turned(),
        from: to,
        to: from,
        ..Paper::new()
    };
    let text = |f: &mut Vec<V>, change: &dyn Fn(&mut Vec<u8>)| {
        let V::B(text) = &mut f[7] else {
            panic!("sealed bytes");
        };
        change(text);
    };
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("line-another", "sealed for another line", elsewhere.frame()),
        (
            "line-of-the-same-tag",
            "sealed for another line with the same tag",
            same_tag.frame(),
        ),
        (
            "recipient-another",
            "sealed for another party",
            another.frame(),
        ),
        (
            "turned",
            "the recipient's own, sent back to it",
            turned.frame(),
        ),
        (
            "series-changed",
            "another series",
            Paper::changed(|f| f[3] = V::B(vec![6; 8])),
        ),
        (
            "number-changed",
            "another number",
            Paper::changed(|f| f[4] = V::I(2)),
        ),
        (
            "floor-changed",
            "another floor",
            Paper::changed(|f| f[5] = V::I(0)),
        ),
        (
            "salt-changed",
            "another salt",
            Paper::changed(|f| f[6] = V::B(vec![9; 16])),
        ),
        (
            "text-changed",
            "a byte of the text changed",
            Paper::changed(|f| text(f, &|text| text[3] ^= 1)),
        ),
        (
            "tag-changed",
            "the last byte changed",
            Paper::changed(|f| text(f, &|text| text[527] ^= 1)),
        ),
        (
            "text-cut",
            "the last byte missing",
            Paper::changed(|f| text(f, &|text| text.truncate(527))),
        ),
        (
            "text-empty",
            "not even a tag",
            Paper::changed(|f| f[7] = V::B(vec![])),
        ),
    ];
    for (name, about, bytes) in cases {
        refuse(suite, name, about, "non-paper-mac", &bytes);
    }
}

fn contents(suite: &mut Suite) {
    let shape = "non-paper-shape";
    let of = |fields: Vec<V>| Paper::saying(&V::A(fields).encode()).frame();
    let too_long = "x".repeat(32_769);
    let unmarked = Paper {
        padded: vec![0; 512],
        ..Paper::new()
    };
    let longer = Paper {
        padded: [padded(&content(TEXT)), vec![0; 32]].concat(),
        ..Paper::new()
    };
    let plain = content(TEXT);
    let cases: Vec<(&str, &str, &str, Vec<u8>)> = vec![
        (
            "content-version",
            "another version",
            shape,
            of(vec![V::I(2), V::I(NOW), TEXT.into()]),
        ),
        (
            "content-of-four",
            "an element more",
            shape,
            of(vec![V::I(1), V::I(NOW), TEXT.into(), V::Null]),
        ),
        (
            "content-bytes",
            "bytes for a text",
            shape,
            of(vec![V::I(1), V::I(NOW), V::bytes(b"x")]),
        ),
        (
            "content-empty-text",
            "nothing said",
            shape,
            Paper::saying(&content("")).frame(),
        ),
        (
            "content-long-text",
            "more than may be said",
            shape,
            Paper::saying(&content(&too_long)).frame(),
        ),
        (
            "content-control",
            "a text that moves a terminal's cursor",
            shape,
            Paper::saying(&content("\u{1b}[2J")).frame(),
        ),
        (
            "content-carriage-return",
            "a text that writes over itself",
            shape,
            Paper::saying(&content("yes\rno")).frame(),
        ),
        (
            "content-c1",
            "a control character of the second set",
            shape,
            Paper::saying(&content("a\u{9b}b")).frame(),
        ),
        (
            "content-trailing",
            "a byte after it",
            "cbor-trailing",
            Paper::saying(&[&plain[..], &[0]].concat()).frame(),
        ),
        (
            "content-cut",
            "it ends early",
            "cbor-malformed",
            Paper::saying(&plain[..plain.len() - 1]).frame(),
        ),
        (
            "content-not-shortest",
            "a number not in shortest form",
            "cbor-canonical",
            of(vec![V::Raw(vec![0x18, 1]), V::I(NOW), TEXT.into()]),
        ),
        (
            "padding-none",
            "no mark where the content ends",
            shape,
            unmarked.frame(),
        ),
        (
            "padding-longer",
            "more padding than there must be",
            shape,
            longer.frame(),
        ),
    ];
    for (name, about, rule, bytes) in cases {
        refuse(suite, name, about, rule, &bytes);
    }
}

fn numbers(suite: &mut Suite) {
    for (name, about, number, floor) in [
        ("number-below-floor", "settled by its own word", 1, 2),
        ("number-65-under-way", "too far above the lowest", 65, 1),
        ("number-of-a-liar", "as far as can be", u64::MAX, 0),
    ] {
        let paper = Paper::numbered(number, floor);
        refuse(suite, name, about, "non-paper-number", &paper.frame());
    }
}

fn stages(of: &[(u64, u64)]) -> V {
    let stage = |(number, stage): &(u64, u64)| V::A(vec![V::uint(*number), V::uint(*stage)]);
    V::A(of.iter().map(stage).collect())
}

/// Receipts for what the other side of the vectors has sent.
fn received(pair: &Pair, of: &[(u64, u64)]) -> Vec<V> {
    let stages = stages(of);
    let message = [
        b"openline/non-paper/received/v1\n",
        &SERIES[..],
        &stages.encode(),
    ];
    let mac = pair.mac(&message.concat());
    vec![
        V::I(16),
        V::bytes(pair.id()),
        V::bytes(&SERIES),
        stages,
        V::B(mac),
    ]
}

fn receipts(suite: &mut Suite) {
    let of = [(1, 0), (3, 1)];
    let fields = received(&pair(), &of);
    let about = "the node has one and a person has seen another";
    let vector = suite.vector(
        GROUP,
        "ok-received",
        "non-paper",
        &V::A(fields.clone()).encode(),
        about,
    );
    let result = json!({"key": hex(pair().id()), "series": hex(&SERIES), "stages": of});
    add(suite, vector.ok(result));
    let changed = |change: &dyn Fn(&mut Vec<V>)| {
        let mut fields = fields.clone();
        change(&mut fields);
        V::A(fields).encode()
    };
    let turned = V::A(received(&pair().turned(), &of)).encode();
    for (name, about, rule, bytes) in [
        (
            "received-stage-changed",
            "shown, though it was not",
            "non-paper-mac",
            changed(&|f| f[3] = stages(&[(1, 1), (3, 1)])),
        ),
        (
            "received-series-changed",
            "of another series",
            "non-paper-mac",
            changed(&|f| f[2] = V::B(vec![6; 8])),
        ),
        (
            "received-mac-zero",
            "no MAC at all",
            "non-paper-mac",
            changed(&|f| f[4] = V::B(vec![0; 32])),
        ),
        (
            "received-turned",
            "the recipient's own, sent back to it",
            "non-paper-mac",
            turned,
        ),
        (
            "received-key",
            "under no key that is shared",
            "non-paper-key",
            changed(&|f| f[1] = V::B(vec![0; 8])),
        ),
    ] {
        refuse(suite, name, about, rule, &bytes);
    }
}

/// The fields of a file's contents.
fn fields(holds: Option<&Share>, frames: Vec<Vec<u8>>) -> Vec<V> {
    let [from, to] = parties();
    let share = from_share();
    vec![
        V::I(1),
        V::bytes(&from.0.0),
        V::bytes(&to.0.0),
        V::bytes(&share.to_key),
        V::B(share.enc),
        holds.map_or(V::Null, |share| V::bytes(&share.id())),
        V::A(frames.into_iter().map(V::B).collect()),
    ]
}

/// Any contents, with the MAC of a key.
fn joined(fields: Vec<V>, pair: Option<&Pair>) -> Vec<u8> {
    let contents = V::A(fields).encode();
    let message = [b"openline/non-paper/file/v1\n", &contents[..]].concat();
    let mac = pair.map_or(V::Null, |pair| V::B(pair.mac(&message)));
    V::A(vec![V::B(contents), mac]).encode()
}

fn whole() -> Vec<u8> {
    let frames = vec![
        Paper::numbered(1, 1).frame(),
        Paper::numbered(2, 1).frame(),
        V::A(received(&pair(), &[(1, 0)])).encode(),
        V::A(vec![V::I(6), V::I(1)]).encode(),
    ];
    joined(fields(Some(&to_share()), frames), Some(&pair()))
}

fn opened(suite: &mut Suite) {
    let add = |suite: &mut Suite, vector: Vector, theirs: &[Share], ours: &[Share]| {
        let context = context(suite, theirs, ours);
        suite.add(vector.context(context));
    };
    let [from, _] = parties();
    let result = |key: &str, texts: usize| {
        let texts = vec![TEXT; texts];
        json!({"from": from.to_string(), "key": key, "texts": texts})
    };
    let (theirs, ours) = ([from_share()], [to_share()]);
    let another = [Share::make(SEAL_TO, 87)];
    let alone = joined(fields(None, vec![]), None);
    let cases: Vec<(&str, &str, Vec<u8>, Value, &[Share], &[Share])> = vec![
        (
            "ok-file",
            "two non-papers, receipts, and a frame that is none of them",
            whole(),
            result("proved", 2),
            &theirs,
            &ours,
        ),
        (
            "ok-file-brings-the-share",
            "under a share that it brings itself",
            whole(),
            result("proved", 2),
            &[],
            &ours,
        ),
        (
            "ok-file-replaces-the-share",
            "under a newer share than the one held",
            whole(),
            result("proved", 2),
            &another,
            &ours,
        ),
        (
            "ok-file-share-alone",
            "no key yet: a share, and nothing vouches for it",
            alone.clone(),
            result("first", 0),
            &[],
            &ours,
        ),
        (
            "ok-file-share-unproved",
            "a share beside one that is held",
            alone,
            result("unproved", 0),
            &another,
            &ours,
        ),
        (
            "ok-file-under-a-lost-share",
            "under a share of the recipient's that is gone",
            whole(),
            result("unproved", 0),
            &theirs,
            &[],
        ),
    ];
    for (name, about, bytes, result, theirs, ours) in cases {
        let vector = suite.vector(GROUP, name, "non-paper-opened", &bytes, about);
        add(suite, vector.ok(result), theirs, ours);
    }
    for (name, about, rule, bytes) in broken() {
        let vector = suite.vector(GROUP, name, "non-paper-opened", &bytes, about);
        add(suite, vector.by(rule), &theirs, &ours);
    }
}

/// Files that are refused, each with the rule.
fn broken() -> Vec<(&'static str, &'static str, &'static str, Vec<u8>)> {
    let held = to_share();
    let with = |change: &dyn Fn(&mut Vec<V>)| {
        let mut fields = fields(Some(&held), vec![]);
        change(&mut fields);
        joined(fields, Some(&pair()))
    };
    let with_frame = |frame: Vec<u8>| joined(fields(Some(&held), vec![frame]), Some(&pair()));
    let shape = "non-paper-shape";
    let mut cut = whole();
    cut.pop();
    vec![
        (
            "file-of-another-party",
            "from a party that is not confirmed",
            "non-paper-party",
            with(&|f| f[1] = V::B(vec![5; 32])),
        ),
        (
            "file-for-another-party",
            "for another party",
            "non-paper-party",
            with(&|f| f[2] = V::B(vec![5; 32])),
        ),
        (
            "file-turned",
            "the recipient's own, sealed again to it",
            "non-paper-party",
            with(&|f| f.swap(1, 2)),
        ),
        (
            "file-offer-to-another-key",
            "a share to a seal key that the recipient does not have",
            "non-paper-key",
            with(&|f| f[3] = V::B(vec![0; 8])),
        ),
        (
            "file-mac-of-the-other-way",
            "the MAC that the recipient would make",
            "non-paper-mac",
            joined(fields(Some(&held), vec![]), Some(&pair().turned())),
        ),
        (
            "file-mac-of-another-key",
            "a MAC under another key",
            "non-paper-mac",
            joined(
                fields(Some(&held), vec![]),
                Some(&Pair::of(&Share::make(SEAL_TO, 88), &held)),
            ),
        ),
        (
            "file-mac-none",
            "under a key, and no MAC",
            shape,
            joined(fields(Some(&held), vec![]), None),
        ),
        (
            "file-mac-without-key",
            "a MAC under no key",
            shape,
            joined(fields(None, vec![]), Some(&pair())),
        ),
        (
            "file-frames-without-key",
            "frames under no key",
            shape,
            joined(fields(None, vec![Paper::new().frame()]), None),
        ),
        (
            "file-67-frames",
            "more frames than there may be",
            shape,
            joined(fields(Some(&held), vec![vec![]; 67]), Some(&pair())),
        ),
        (
            "file-version",
            "another version",
            shape,
            with(&|f| f[0] = V::I(2)),
        ),
        (
            "file-of-eight",
            "an element more",
            shape,
            with(&|f| f.push(V::Null)),
        ),
        ("file-cut", "the last byte missing", "cbor-malformed", cut),
        (
            "file-trailing",
            "a byte after it",
            "cbor-trailing",
            [whole(), vec![0]].concat(),
        ),
        ("file-not-an-array", "a number", shape, vec![1]),
        (
            "file-frame-changed",
            "a non-paper in it was changed before it was packed",
            "non-paper-mac",
            with_frame(Paper::changed(|f| f[4] = V::I(2))),
        ),
        (
            "file-frame-key",
            "a non-paper under another key",
            "non-paper-key",
            with_frame(Paper::changed(|f| f[2] = V::B(vec![0; 8]))),
        ),
        (
            "file-frame-shape",
            "a frame that is none",
            "frame-shape",
            with_frame(vec![0]),
        ),
        (
            "file-frame-empty",
            "a frame without a byte",
            "frame-size",
            with_frame(vec![]),
        ),
    ]
}

fn files(suite: &mut Suite) {
    let [from, _] = parties();
    let file = |info: &[u8]| seal(SEAL_TO, info, &padded(&whole()));
    let about = "sealed like a bundle, and for another purpose";
    let vector = suite.vector(
        GROUP,
        "ok-sealed-file",
        "non-paper-file",
        &file(INFO),
        about,
    );
    let result = json!({"from": from.to_string(), "key": "proved", "texts": [TEXT, TEXT]});
    add(suite, vector.ok(result));
    let vector = suite.vector(
        GROUP,
        "sealed-as-a-bundle",
        "non-paper-file",
        &file(b"openline/bundle/v1"),
        "sealed for the purpose of a bundle",
    );
    add(suite, vector.by("bundle-format"));
    let another = seal(SEAL_FROM, INFO, &padded(&whole()));
    let about = "sealed to another party's key";
    let vector = suite.vector(
        GROUP,
        "sealed-to-another-key",
        "non-paper-file",
        &another,
        about,
    );
    add(suite, vector.by("bundle-recipient"));
}
