//! Rules L13 and L14: watch statements.

use openline_core::Hash;
use serde_json::json;

use crate::suite::Suite;
use crate::support::{Keys, NOW, V};

const GROUP: &str = "watch";
const TIME_OVER: i64 = 1 << 53;
/// The seed of the node key in force.
const KEY: u8 = 102;

pub(crate) fn write(suite: &mut Suite) {
    accepted(suite);
    shapes(suite);
    posts(suite);
    notices(suite);
    codes(suite);
    signatures(suite);
}

fn line() -> Hash {
    Hash::of(&[b"a line"])
}

fn time(time: Option<i64>) -> V {
    time.map_or(V::Null, V::I)
}

fn post(name: &str, attended: i64, until: Option<i64>, languages: &[&str]) -> V {
    let languages = languages.iter().map(|tag| V::text(tag)).collect();
    V::A(vec![
        name.into(),
        V::I(attended),
        time(until),
        V::A(languages),
    ])
}

fn notice(kind: i64, from: i64, until: Option<i64>, words: Option<&str>) -> V {
    V::A(vec![
        V::I(kind),
        V::I(from),
        time(until),
        words.map_or(V::Null, V::text),
    ])
}

/// What party 1 says of its duty officer, and a drill.
fn statement() -> Vec<V> {
    vec![
        V::I(1),
        V::bytes(&line().0),
        V::I(1),
        V::I(NOW),
        V::A(vec![
            post("duty", 1, Some(NOW + 28_800_000), &["en", "fr"]),
            post("desk", 0, None, &[]),
        ]),
        V::A(vec![notice(
            3,
            NOW,
            Some(NOW + 3_600_000),
            Some("Alarm at noon."),
        )]),
    ]
}

fn sign(bytes: &[u8], context: &[u8], keys: &Keys) -> Vec<u8> {
    keys.sign_ed(&[context, bytes].concat())
}

fn signed(bytes: &[u8]) -> Vec<u8> {
    sign(bytes, b"openline/watch/v1\n", &Keys::new(KEY))
}

/// A statement as a reader has it who expects one of party 1.
fn add(suite: &mut Suite, name: &str, expect: &str, about: &str, bytes: &[u8], signature: &[u8]) {
    let context = json!({
        "line": suite.bytes(&line().0), "party": 1, "key": suite.bytes(Keys::new(KEY).ed()),
        "signature": suite.bytes(signature),
    });
    let vector = suite
        .vector(GROUP, name, "watch", bytes, about)
        .context(context);
    suite.add(if expect == "ok" {
        vector.ok(json!({}))
    } else {
        vector.by(expect)
    });
}

/// A rightly signed statement with one thing changed.
fn changed(suite: &mut Suite, name: &str, about: &str, change: impl FnOnce(&mut Vec<V>)) {
    let mut statement = statement();
    change(&mut statement);
    let bytes = V::A(statement).encode();
    let expect = if name.starts_with("ok-") {
        "ok"
    } else {
        "watch-shape"
    };
    add(suite, name, expect, about, &bytes, &signed(&bytes));
}

fn accepted(suite: &mut Suite) {
    let bytes = V::A(statement()).encode();
    let context = json!({
        "line": suite.bytes(&line().0), "party": 1, "key": suite.bytes(Keys::new(KEY).ed()),
        "signature": suite.bytes(&signed(&bytes)),
    });
    let result = json!({"issued": NOW, "posts": ["duty", "desk"], "notices": 1});
    let about = "one post attended until the evening, one not, and a drill";
    let vector = suite.vector(GROUP, "ok-statement", "watch", &bytes, about);
    suite.add(vector.context(context).ok(result));
    let words = "w".repeat(1024);
    let full = notice(2, 1 - TIME_OVER, Some(TIME_OVER - 1), Some(&words));
    changed(suite, "ok-nothing", "neither posts nor notices", |s| {
        (s[4], s[5]) = (V::A(vec![]), V::A(vec![]));
    });
    changed(
        suite,
        "ok-at-most",
        "16 posts, 8 notices, 16 languages",
        |s| {
            let languages: Vec<_> = (0..16).map(|n| format!("x{n}")).collect();
            let languages: Vec<_> = languages.iter().map(String::as_str).collect();
            let names = (0..16).map(|n| format!("p{n}"));
            s[4] = V::A(names.map(|name| post(&name, 1, None, &languages)).collect());
            s[5] = V::A(vec![full.clone(); 8]);
        },
    );
    changed(suite, "ok-issued-at-first", "a time at its bound", |s| {
        s[3] = V::I(1 - TIME_OVER)
    });
}

fn shapes(suite: &mut Suite) {
    type Spoil = fn(&mut Vec<V>);
    let cases: [(&str, Spoil, &str); 16] = [
        ("version", |s| s[0] = V::I(2), "another version"),
        (
            "version-text",
            |s| s[0] = "1".into(),
            "a version that is no number",
        ),
        (
            "line-short",
            |s| s[1] = V::B(vec![0; 31]),
            "a line of 31 bytes",
        ),
        (
            "line-text",
            |s| s[1] = V::T("0".repeat(64)),
            "a line in hex",
        ),
        ("party-16", |s| s[2] = V::I(16), "no line has a party 16"),
        ("party-257", |s| s[2] = V::I(257), "a party beyond one byte"),
        ("party-negative", |s| s[2] = V::I(-1), "no unsigned integer"),
        (
            "issued-beyond",
            |s| s[3] = V::I(TIME_OVER),
            "a time beyond 2^53 - 1",
        ),
        ("issued-null", |s| s[3] = V::Null, "when is not said"),
        (
            "issued-largest",
            |s| s[3] = V::uint(u64::MAX),
            "a time beyond 64 bits with a sign",
        ),
        (
            "posts-map",
            |s| s[4] = V::M(vec![]),
            "a map where an array must be",
        ),
        (
            "posts-too-many",
            |s| {
                s[4] = V::A(
                    (0..17)
                        .map(|n| post(&format!("p{n}"), 1, None, &[]))
                        .collect(),
                )
            },
            "17 posts",
        ),
        (
            "notices-too-many",
            |s| s[5] = V::A(vec![notice(0, NOW, None, None); 9]),
            "nine notices",
        ),
        ("notices-null", |s| s[5] = V::Null, "no list of notices"),
        ("of-five", |s| drop(s.pop()), "a statement without notices"),
        (
            "of-seven",
            |s| s.push(V::Null),
            "more than the statement has",
        ),
    ];
    for (name, spoil, about) in cases {
        changed(suite, name, about, spoil);
    }
    let bytes = V::M(vec![]).encode();
    add(
        suite,
        "map",
        "watch-shape",
        "a map where an array must be",
        &bytes,
        &signed(&bytes),
    );
}

fn posts(suite: &mut Suite) {
    let cases = [
        (
            "ok-post-of-no-time",
            post("duty", 1, None, &[]),
            "attended, and no more is told",
        ),
        (
            "ok-post-node",
            post("node", 0, None, &[]),
            "whether the charter lists the post is not looked at",
        ),
        (
            "ok-post-languages-repeat",
            post("duty", 1, None, &["en", "EN"]),
            "languages may repeat",
        ),
        ("post-capitals", post("Duty", 1, None, &[]), "capitals"),
        (
            "post-empty",
            post("", 1, None, &[]),
            "a post without a name",
        ),
        (
            "post-long",
            post(&"p".repeat(65), 1, None, &[]),
            "a name of 65 bytes",
        ),
        (
            "post-attended-2",
            post("duty", 2, None, &[]),
            "there is no choice 2",
        ),
        (
            "post-attended-negative",
            post("duty", -1, None, &[]),
            "no unsigned integer",
        ),
        (
            "post-until-beyond",
            post("duty", 1, Some(TIME_OVER), &[]),
            "a time beyond 2^53 - 1",
        ),
        (
            "post-language",
            post("duty", 1, None, &["en_GB"]),
            "no BCP 47 tag",
        ),
        (
            "post-language-empty",
            post("duty", 1, None, &["en", ""]),
            "an empty tag",
        ),
        (
            "post-languages-too-many",
            post("duty", 1, None, &["en"; 17]),
            "17 languages",
        ),
        (
            "post-of-three",
            V::A(vec!["duty".into(), V::I(1), V::Null]),
            "a post without languages",
        ),
        (
            "post-until-text",
            V::A(vec!["duty".into(), V::I(1), "noon".into(), V::A(vec![])]),
            "a time that is no number",
        ),
    ];
    for (name, post, about) in cases {
        changed(suite, name, about, |s| s[4] = V::A(vec![post]));
    }
    changed(suite, "posts-twice", "a post twice", |s| {
        s[4].items().push(post("duty", 0, None, &[]));
    });
}

fn notices(suite: &mut Suite) {
    let cases = [
        (
            "ok-off-watch",
            notice(0, NOW, Some(NOW + 1), None),
            "off watch for a millisecond",
        ),
        (
            "ok-fault",
            notice(1, -1, None, Some("Power.")),
            "a technical fault, until further notice",
        ),
        (
            "ok-declining",
            notice(2, NOW, Some(NOW + 1), Some("w")),
            "declining until the next window",
        ),
        (
            "notice-kind",
            notice(4, NOW, None, None),
            "there is no kind 4",
        ),
        (
            "notice-kind-negative",
            notice(-1, NOW, None, None),
            "no unsigned integer",
        ),
        (
            "notice-from-beyond",
            notice(0, TIME_OVER, None, None),
            "a time beyond 2^53 - 1",
        ),
        (
            "notice-until-beyond",
            notice(0, NOW, Some(TIME_OVER), None),
            "a time beyond 2^53 - 1",
        ),
        (
            "notice-until-from",
            notice(0, NOW, Some(NOW), None),
            "it ends when it begins",
        ),
        (
            "notice-until-before",
            notice(2, NOW, Some(NOW - 1), None),
            "it ends before it begins",
        ),
        (
            "notice-words-empty",
            notice(3, NOW, None, Some("")),
            "empty words",
        ),
        (
            "notice-words-long",
            notice(3, NOW, None, Some(&"w".repeat(1025))),
            "words of 1025 bytes",
        ),
        (
            "notice-of-three",
            V::A(vec![V::I(0), V::I(NOW), V::Null]),
            "a notice that leaves words out",
        ),
        (
            "notice-from-null",
            V::A(vec![V::I(0), V::Null, V::Null, V::Null]),
            "from when is not said",
        ),
    ];
    for (name, notice, about) in cases {
        changed(suite, name, about, |s| s[5] = V::A(vec![notice]));
    }
}

/// The CBOR rules come first, whoever signed.
fn codes(suite: &mut Suite) {
    let right = V::A(statement()).encode();
    let cases = [
        ("empty", "cbor-malformed", vec![], "no byte"),
        (
            "cut-short",
            "cbor-malformed",
            right[..right.len() - 1].to_vec(),
            "the last byte is missing",
        ),
        (
            "not-shortest",
            "cbor-canonical",
            [&[0x98, 0x06], &right[1..]].concat(),
            "an array's length in two bytes",
        ),
        (
            "trailing",
            "cbor-trailing",
            [&right[..], &[0]].concat(),
            "a byte follows",
        ),
    ];
    for (name, rule, bytes, about) in cases {
        add(suite, name, rule, about, &bytes, &signed(&bytes));
    }
    let bytes = V::A(vec![V::I(2)]).encode();
    let about = "the form comes before the signature";
    add(
        suite,
        "shape-before-signature",
        "watch-shape",
        about,
        &bytes,
        &[0; 64],
    );
}

fn signatures(suite: &mut Suite) {
    let bytes = V::A(statement()).encode();
    let keys = Keys::new(KEY);
    let mut broken = signed(&bytes);
    broken[0] ^= 1;
    let cases = [
        ("signature-changed", broken, "one bit of the signature"),
        ("signature-zero", vec![0; 64], "no signature at all"),
        (
            "signature-by-another",
            sign(&bytes, b"openline/watch/v1\n", &Keys::new(KEY + 1)),
            "another key, perhaps a former one",
        ),
        (
            "signature-without-context",
            sign(&bytes, b"", &keys),
            "signed without the context",
        ),
        (
            "signature-of-card",
            sign(&bytes, b"openline/card/v1\n", &keys),
            "signed as something else",
        ),
        (
            "signature-of-another",
            signed(&V::A(vec![V::I(1)]).encode()),
            "over other bytes",
        ),
    ];
    for (name, signature, about) in cases {
        add(suite, name, "watch-signature", about, &bytes, &signature);
    }
    type Change = fn(&mut Vec<V>);
    let cases: [(&str, Change, &str); 3] = [
        (
            "another-line",
            |s| s[1] = V::B(vec![0; 32]),
            "rightly signed, about another line",
        ),
        (
            "another-party",
            |s| s[2] = V::I(0),
            "rightly signed, in another party's name",
        ),
        (
            "party-15",
            |s| s[2] = V::I(15),
            "in the name of a party that this line may not have",
        ),
    ];
    for (name, change, about) in cases {
        let mut statement = statement();
        change(&mut statement);
        let bytes = V::A(statement).encode();
        add(
            suite,
            name,
            "watch-signature",
            about,
            &bytes,
            &signed(&bytes),
        );
    }
}
