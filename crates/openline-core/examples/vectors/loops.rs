//! Rules D1 to D12: what is said of a message until it is understood, and of the line itself.

use crate::entries::{accept, accept_world, refuse};
use crate::proofs::input;
use crate::suite::Suite;
use crate::support::{Draft, NOW, V, World, empty_body, leaf};

use openline_core::Hash;
use serde_json::json;

const GROUP: &str = "loop";

const RECEIPT: u64 = 3;
const CONFIRMATION: u64 = 8;
const ANSWER: u64 = 9;
const STATUS: u64 = 10;
const GLOSSARY: u64 = 11;
const ACCORD: u64 = 12;
const QUERY: u64 = 13;
const FINDING: u64 = 14;
const ANNOUNCEMENT: u64 = 15;

const TIME_OVER: i64 = 1 << 53;

/// The keys of a body.
type Keys = Vec<(u64, V)>;
/// A name, what is expected, the keys, and what it is about.
type Case = (&'static str, &'static str, Keys, &'static str);

pub(crate) fn write(suite: &mut Suite) {
    labels(suite);
    fields(suite);
    superseding(suite);
    values(suite);
    shapes(suite);
    about(suite);
    confirmations(suite);
    answers(suite);
    statuses(suite);
    status_classes(suite);
    glossaries(suite);
    accords(suite);
    queries(suite);
    findings(suite);
    announcements(suite);
    tombstone(suite);
    codes(suite);
    disclosed(suite);
}

fn long(len: usize) -> V {
    V::T("w".repeat(len))
}

fn texts(texts: &[&str]) -> V {
    V::A(texts.iter().map(|text| V::text(text)).collect())
}

fn field(name: &str, value: &str, flags: i64) -> V {
    V::A(vec![name.into(), value.into(), V::I(flags)])
}

fn value(name: &str, value: &str) -> V {
    texts(&[name, value])
}

fn many(count: usize, item: impl Fn(&str) -> V) -> V {
    V::A((0..count).map(|n| item(&format!("n{n}"))).collect())
}

/// Two founded logs, a message of party 1, and what party 0 says; accepted or refused there.
fn add(
    suite: &mut Suite,
    (name, expect): (&str, &str),
    about: &str,
    write: impl FnOnce(&mut World) -> (u64, u64),
) {
    if expect == "ok" {
        accept(suite, GROUP, name, about, |world| {
            world.message(1, |_| ());
            write(world);
        });
    } else {
        refuse(suite, GROUP, name, expect, about, |world| {
            world.message(1, |_| ());
            write(world)
        });
    }
}

/// Messages of party 0 with these keys.
fn messages(suite: &mut Suite, cases: Vec<Case>) {
    for (name, expect, keys, about) in cases {
        add(suite, (name, expect), about, |world| {
            world.message(0, |map| map.extend(keys))
        });
    }
}

/// Bodies of one kind, about the message of the other party where they must be about something.
fn bodies(suite: &mut Suite, kind: u64, cases: Vec<Case>) {
    let is_about = matches!(kind, RECEIPT | CONFIRMATION | ANSWER | ACCORD | FINDING);
    let refs: &[(u64, u64)] = if is_about { &[(1, 1)] } else { &[] };
    for (name, expect, keys, about) in cases {
        add(suite, (name, expect), about, |world| {
            world.add(0, Draft::new(kind, V::M(keys).encode()).refs(refs))
        });
    }
}

fn labels(suite: &mut Suite) {
    let rule = "message-class";
    messages(
        suite,
        vec![
            (
                "ok-class",
                "ok",
                vec![(13, long(1024))],
                "a class of 1024 bytes",
            ),
            (
                "ok-template",
                "ok",
                vec![(14, "r\u{e9}\u{200e}sum\u{e9}/1".into())],
                "a mark of direction is no control character",
            ),
            ("class-empty", rule, vec![(13, "".into())], "an empty class"),
            (
                "class-long",
                rule,
                vec![(13, long(1025))],
                "a class of 1025 bytes",
            ),
            (
                "class-tab",
                rule,
                vec![(13, "safety\tof life".into())],
                "a control character",
            ),
            (
                "class-delete",
                rule,
                vec![(13, "a\u{7f}".into())],
                "U+007F is a control character",
            ),
            (
                "template-empty",
                rule,
                vec![(14, "".into())],
                "an empty template",
            ),
            (
                "template-long",
                rule,
                vec![(14, V::T("\u{e9}".repeat(513)))],
                "513 letters in 1026 bytes",
            ),
            (
                "template-next-line",
                rule,
                vec![(14, "a\u{85}b".into())],
                "U+0085 is a control character",
            ),
            (
                "class-before-fields",
                rule,
                vec![(13, "".into()), (15, V::A(vec![]))],
                "rules in the order of their numbers",
            ),
            (
                "class-after-validity",
                "message-validity",
                vec![(11, V::A(vec![V::I(1), V::I(1)])), (13, "".into())],
                "the rules of the record come first",
            ),
        ],
    );
}

fn fields(suite: &mut Suite) {
    let rule = "message-fields";
    let one =
        |name: &str, value: &str, flags: i64| vec![(15, V::A(vec![field(name, value, flags)]))];
    let two = |first: &str, second: &str| {
        vec![(15, V::A(vec![field(first, "1", 0), field(second, "2", 1)]))]
    };
    messages(
        suite,
        vec![
            (
                "ok-fields",
                "ok",
                vec![(15, many(64, |name| field(name, "v", 1)))],
                "64 fields",
            ),
            (
                "ok-field-at-most",
                "ok",
                one(&"n".repeat(1024), &"v".repeat(4096), 3),
                "a name and a value at their bounds, both flags",
            ),
            (
                "ok-field-names",
                "ok",
                two("Route", "route"),
                "names are compared byte by byte",
            ),
            (
                "ok-field-of-lines",
                "ok",
                one("remarks", "one\ntwo", 2),
                "control characters are not looked for in fields",
            ),
            (
                "fields-none",
                rule,
                vec![(15, V::A(vec![]))],
                "an empty list",
            ),
            (
                "fields-too-many",
                rule,
                vec![(15, many(65, |name| field(name, "v", 0)))],
                "65 fields",
            ),
            ("fields-twice", rule, two("route", "route"), "a name twice"),
            ("field-nameless", rule, one("", "v", 0), "an empty name"),
            (
                "field-name-long",
                rule,
                one(&"n".repeat(1025), "v", 0),
                "a name of 1025 bytes",
            ),
            ("field-empty", rule, one("route", "", 0), "an empty value"),
            (
                "field-long",
                rule,
                one("route", &"v".repeat(4097), 0),
                "a value of 4097 bytes",
            ),
            (
                "field-flags",
                rule,
                one("route", "v", 4),
                "there is no third flag",
            ),
            (
                "field-flags-beyond",
                rule,
                vec![(
                    15,
                    V::A(vec![V::A(vec!["n".into(), "v".into(), V::uint(u64::MAX)])]),
                )],
                "nor one as large as that",
            ),
            (
                "field-flags-negative",
                "body-shape",
                one("route", "v", -1),
                "no unsigned integer",
            ),
            (
                "field-of-two",
                "body-shape",
                vec![(15, V::A(vec![value("route", "v")]))],
                "a field without flags",
            ),
            (
                "field-of-number",
                "body-shape",
                vec![(15, V::A(vec![V::A(vec!["depth".into(), V::I(9), V::I(0)])]))],
                "values are texts",
            ),
        ],
    );
}

fn superseding(suite: &mut Suite) {
    let rule = "message-superseding";
    let own = (0, 1);
    let other = (1, 1);
    type Row = (
        &'static str,
        &'static str,
        i64,
        i64,
        &'static [(u64, u64)],
        &'static str,
    );
    let cases: [Row; 10] = [
        (
            "ok-correction",
            "ok",
            10,
            0,
            &[(0, 1), (1, 1)],
            "of an own message, and for another's information",
        ),
        (
            "ok-cancellation",
            "ok",
            11,
            0,
            &[(0, 0)],
            "of which kind the entry is, is not checked",
        ),
        (
            "ok-reply-to-other",
            "ok",
            9,
            3,
            &[(1, 1)],
            "a reply takes no message's place",
        ),
        (
            "correction-at-immediate",
            rule,
            10,
            1,
            &[(0, 1)],
            "a correction below flash",
        ),
        (
            "correction-at-routine",
            rule,
            10,
            3,
            &[(0, 1)],
            "a correction below flash",
        ),
        (
            "cancellation-at-priority",
            rule,
            11,
            2,
            &[(0, 1)],
            "a cancellation below flash",
        ),
        (
            "correction-of-another",
            rule,
            10,
            0,
            &[(1, 1)],
            "of another party's message",
        ),
        (
            "cancellation-of-another",
            rule,
            11,
            0,
            &[(1, 1), (0, 1)],
            "the first reference counts",
        ),
        (
            "cancellation-of-nothing",
            "message-refs",
            11,
            3,
            &[],
            "rules in the order of their numbers",
        ),
        (
            "correction-with-fields",
            "message-fields",
            10,
            3,
            &[(1, 1)],
            "fields come before it",
        ),
    ];
    for (name, expect, form, precedence, refs, about) in cases {
        add(suite, (name, expect), about, |world| {
            assert_eq!((world.message(0, |_| ()), (1, 1)), (own, other));
            let body = world.message_map(0, |map| {
                map.extend([(0, V::I(form)), (1, V::I(precedence))]);
                if expect == "message-fields" {
                    map.push((15, V::A(vec![])));
                }
            });
            world.add(0, Draft::new(1, body).refs(refs))
        });
    }
}

fn values(suite: &mut Suite) {
    let rule = "receipt-fields";
    let keys = |stage: i64, values: V| vec![(0, V::I(stage)), (1, V::I(NOW)), (5, values)];
    let one = |name: &str, text: &str| keys(8, V::A(vec![value(name, text)]));
    let right = || V::A(vec![value("route", "A1")]);
    bodies(
        suite,
        RECEIPT,
        vec![
            (
                "ok-values",
                "ok",
                keys(8, many(64, |name| value(name, "v"))),
                "64 values typed again",
            ),
            (
                "ok-value-at-most",
                "ok",
                one(&"n".repeat(1024), &"v".repeat(4096)),
                "a name and a value at their bounds",
            ),
            (
                "values-of-shown",
                rule,
                keys(1, right()),
                "values without a read-back",
            ),
            (
                "values-of-acknowledged",
                rule,
                keys(2, right()),
                "values without a read-back",
            ),
            ("values-none", rule, keys(8, V::A(vec![])), "an empty list"),
            (
                "values-too-many",
                rule,
                keys(8, many(65, |name| value(name, "v"))),
                "65 values",
            ),
            (
                "values-twice",
                rule,
                keys(8, V::A(vec![value("route", "A1"), value("route", "A2")])),
                "a name twice",
            ),
            ("value-nameless", rule, one("", "v"), "an empty name"),
            (
                "value-name-long",
                rule,
                one(&"n".repeat(1025), "v"),
                "a name of 1025 bytes",
            ),
            ("value-empty", rule, one("route", ""), "an empty value"),
            (
                "value-long",
                rule,
                one("route", &"v".repeat(4097)),
                "a value of 4097 bytes",
            ),
            (
                "value-of-three",
                "body-shape",
                keys(8, V::A(vec![field("route", "v", 0)])),
                "values have no flags",
            ),
            (
                "values-after-stage",
                "receipt-stage",
                keys(9, V::A(vec![])),
                "the rules of the record come first",
            ),
        ],
    );
    add(
        suite,
        ("values-after-reference", "receipt-ref"),
        "the reference comes before the values",
        |world| {
            let body = V::M(keys(2, V::A(vec![]))).encode();
            world.add(0, Draft::new(RECEIPT, body).refs(&[(0, 0)]))
        },
    );
}

fn shapes(suite: &mut Suite) {
    let zero = || (0, V::I(0));
    let window = || (1, V::A(vec![V::I(1), V::I(2)]));
    let shape = "body-shape";
    let cases: Vec<(u64, Case)> = vec![
        (
            CONFIRMATION,
            (
                "confirmation-empty",
                shape,
                vec![],
                "neither confirmed nor corrected",
            ),
        ),
        (
            CONFIRMATION,
            (
                "confirmation-key",
                shape,
                vec![zero(), (3, V::I(0))],
                "a key that is not defined",
            ),
        ),
        (
            CONFIRMATION,
            (
                "confirmation-negative",
                shape,
                vec![(0, V::I(-1))],
                "no unsigned integer",
            ),
        ),
        (
            ANSWER,
            (
                "answer-words-bytes",
                shape,
                vec![zero(), (1, V::B(vec![]))],
                "words that are no text",
            ),
        ),
        (
            ANSWER,
            (
                "answer-key",
                shape,
                vec![zero(), (2, V::A(vec![]))],
                "an answer has no values",
            ),
        ),
        (
            STATUS,
            (
                "status-without-time",
                shape,
                vec![zero()],
                "from when is missing",
            ),
        ),
        (
            STATUS,
            (
                "status-until-null",
                shape,
                vec![zero(), (1, V::I(0)), (4, V::Null)],
                "what is not said is left out",
            ),
        ),
        (
            GLOSSARY,
            ("glossary-empty", shape, vec![], "no list of terms"),
        ),
        (
            GLOSSARY,
            (
                "glossary-of-two",
                shape,
                vec![(0, V::A(vec![V::A(vec!["c".into(), V::A(vec![])])]))],
                "a note may be null, and not left out",
            ),
        ),
        (
            GLOSSARY,
            (
                "glossary-key",
                shape,
                vec![(0, V::A(vec![])), (1, "w".into())],
                "a key that is not defined",
            ),
        ),
        (
            ACCORD,
            (
                "accord-negative",
                shape,
                vec![(0, V::I(-1))],
                "no unsigned integer",
            ),
        ),
        (
            QUERY,
            (
                "query-hash",
                shape,
                vec![
                    zero(),
                    (1, V::I(0)),
                    (2, "w".into()),
                    (3, V::B(vec![0; 31])),
                ],
                "a hash of 31 bytes",
            ),
        ),
        (
            QUERY,
            (
                "query-without-words",
                shape,
                vec![zero(), (1, V::I(0))],
                "what it was is missing",
            ),
        ),
        (
            FINDING,
            (
                "finding-text",
                shape,
                vec![(0, "no".into())],
                "choices are numbers",
            ),
        ),
        (
            ANNOUNCEMENT,
            (
                "announcement-without-office",
                shape,
                vec![zero(), window()],
                "by whom is missing",
            ),
        ),
        (
            ANNOUNCEMENT,
            (
                "announcement-window",
                shape,
                vec![zero(), (1, V::A(vec![V::I(1)])), (2, "w".into())],
                "a window without an end",
            ),
        ),
        (
            ANNOUNCEMENT,
            (
                "announcement-key",
                shape,
                vec![zero(), window(), (2, "w".into()), (5, V::I(0))],
                "a key that is not defined",
            ),
        ),
    ];
    for (kind, case) in cases {
        bodies(suite, kind, vec![case]);
    }
    let raw: [(&str, &str, u64, Vec<u8>, &str); 5] = [
        (
            "answer-no-bytes",
            "cbor-malformed",
            ANSWER,
            vec![],
            "no byte is no map",
        ),
        (
            "accord-array",
            "body-shape",
            ACCORD,
            vec![0x81, 0x00],
            "an array where a map must be",
        ),
        (
            "finding-not-shortest",
            "cbor-canonical",
            FINDING,
            vec![0xa1, 0x00, 0x18, 0x00],
            "CBOR comes before the shape",
        ),
        (
            "status-keys-exchanged",
            "cbor-canonical",
            STATUS,
            vec![0xa2, 0x01, 0x00, 0x00, 0x00],
            "keys that descend",
        ),
        (
            "confirmation-trailing",
            "cbor-trailing",
            CONFIRMATION,
            vec![0xa1, 0x00, 0x00, 0x00],
            "a byte after the map",
        ),
    ];
    for (name, expect, kind, body, about) in raw {
        add(suite, (name, expect), about, |world| {
            world.add(0, Draft::new(kind, body).refs(&[(1, 1)]))
        });
    }
    add(
        suite,
        ("answer-by-node", "header-post"),
        "an answer is given by a post, never by the node",
        |world| {
            let draft = Draft {
                post: "node",
                ..Draft::new(ANSWER, V::M(vec![zero()]).encode())
            };
            world.add(0, draft.refs(&[(1, 1)]))
        },
    );
    add(
        suite,
        ("ok-kind-undefined", "ok"),
        "a kind that is not defined: any bytes, any references",
        |world| world.add(0, Draft::new(999, vec![0xff]).refs(&[(0, 0), (1, 1)])),
    );
}

/// Rule D5, for each kind that it is about.
fn about(suite: &mut Suite) {
    let kinds = [
        (CONFIRMATION, "confirmation"),
        (ANSWER, "answer"),
        (ACCORD, "accord"),
        (FINDING, "finding"),
    ];
    let cases: [(&str, &[(u64, u64)], &str); 3] = [
        ("of-nothing", &[], "no reference"),
        ("of-two", &[(1, 1), (1, 0)], "two references"),
        ("of-own", &[(0, 0)], "a reference into the own log"),
    ];
    for (kind, word) in kinds {
        for (name, refs, about) in cases {
            add(
                suite,
                (&format!("{word}-{name}"), "about-ref"),
                about,
                |world| {
                    let body = V::M(vec![(0, V::I(0))]).encode();
                    world.add(0, Draft::new(kind, body).refs(refs))
                },
            );
        }
        let name = format!("ok-{word}-of-founding");
        add(
            suite,
            (&name, "ok"),
            "of which kind the entry is, is not checked",
            |world| {
                let body = V::M(vec![(0, V::I(0))]).encode();
                world.add(0, Draft::new(kind, body).refs(&[(1, 0)]))
            },
        );
        let name = format!("{word}-reference-before-value");
        add(
            suite,
            (&name, "about-ref"),
            "the reference comes before the value",
            |world| {
                let body = V::M(vec![(0, V::I(9)), (1, "".into())]).encode();
                world.add(0, Draft::new(kind, body))
            },
        );
    }
    add(
        suite,
        ("answer-shape-before-reference", "body-shape"),
        "the shape comes before the reference",
        |world| world.add(0, Draft::new(ANSWER, empty_body())),
    );
}

/// Words of kind `word` that are of the wrong size.
fn words(suite: &mut Suite, kind: u64, word: &str, rule: &'static str, keys: &Keys, key: u64) {
    let cases = [
        ("empty", rule, "", "empty words"),
        ("long", rule, &*"w".repeat(16_385), "words of 16385 bytes"),
        (
            "at-most",
            "ok",
            &*"w".repeat(16_384),
            "words of 16384 bytes",
        ),
    ];
    for (name, expect, text, about) in cases {
        let prefix = if expect == "ok" { "ok-" } else { "" };
        let mut keys = keys.clone();
        keys.retain(|(other, _)| *other != key);
        keys.push((key, text.into()));
        keys.sort_by_key(|(key, _)| *key);
        let refs: &[(u64, u64)] = match kind {
            CONFIRMATION | ANSWER | ACCORD | FINDING => &[(1, 1)],
            _ => &[],
        };
        add(
            suite,
            (&format!("{prefix}{word}-{name}"), expect),
            about,
            |world| world.add(0, Draft::new(kind, V::M(keys).encode()).refs(refs)),
        );
    }
}

fn confirmations(suite: &mut Suite) {
    let rule = "confirmation-value";
    let right = || V::A(vec![value("route", "A2")]);
    let with = |choice: i64, values: V| vec![(0, V::I(choice)), (2, values)];
    bodies(
        suite,
        CONFIRMATION,
        vec![
            (
                "ok-confirmed",
                "ok",
                vec![(0, V::I(0))],
                "a read-back was right",
            ),
            (
                "ok-corrected-in-words",
                "ok",
                vec![(0, V::I(1)), (1, "North, not south.".into())],
                "corrected in words alone",
            ),
            (
                "ok-corrected-values",
                "ok",
                with(1, right()),
                "a value put right, without words",
            ),
            (
                "ok-confirmed-with-all",
                "ok",
                vec![(0, V::I(0)), (1, "Yes.".into()), (2, right())],
                "words and values beside a confirmation",
            ),
            (
                "confirmation-choice",
                rule,
                vec![(0, V::I(2))],
                "there is no choice 2",
            ),
            (
                "confirmation-choice-beyond",
                rule,
                vec![(0, V::uint(u64::MAX))],
                "nor one as large as that",
            ),
            (
                "corrected-nothing",
                rule,
                vec![(0, V::I(1))],
                "a correction that does not say how",
            ),
            (
                "corrected-values-none",
                rule,
                with(1, V::A(vec![])),
                "an empty list",
            ),
            (
                "confirmed-values-too-many",
                rule,
                with(0, many(65, |name| value(name, "v"))),
                "65 values",
            ),
            (
                "corrected-values-twice",
                rule,
                with(1, V::A(vec![value("route", "A1"), value("route", "A1")])),
                "a name twice",
            ),
            (
                "corrected-value-empty",
                rule,
                with(1, V::A(vec![value("route", "")])),
                "an empty value",
            ),
            (
                "corrected-value-long",
                rule,
                with(1, V::A(vec![value("route", &"v".repeat(4097))])),
                "a value of 4097 bytes",
            ),
        ],
    );
    words(
        suite,
        CONFIRMATION,
        "confirmation-words",
        rule,
        &vec![(0, V::I(1))],
        1,
    );
}

fn answers(suite: &mut Suite) {
    let rule = "answer-value";
    let choice = |choice: i64| vec![(0, V::I(choice))];
    bodies(
        suite,
        ANSWER,
        vec![
            ("ok-answer-complies", "ok", choice(0), "will comply"),
            ("ok-answer-unable", "ok", choice(1), "unable"),
            ("ok-answer-notes", "ok", choice(2), "takes note"),
            ("ok-answer-rejects", "ok", choice(3), "rejects"),
            ("answer-choice", rule, choice(4), "there is no choice 4"),
            (
                "answer-choice-beyond",
                rule,
                vec![(0, V::uint(1 << 32))],
                "nor one beyond 32 bits",
            ),
        ],
    );
    words(suite, ANSWER, "answer-words", rule, &choice(3), 1);
}

/// A status with these keys beside the act and an effective time.
fn status(act: i64, keys: &[(u64, V)]) -> Keys {
    [&[(0, V::I(act)), (1, V::I(NOW))], keys].concat()
}

fn statuses(suite: &mut Suite) {
    let rule = "status-value";
    bodies(
        suite,
        STATUS,
        vec![
            (
                "ok-suspend",
                "ok",
                status(0, &[]),
                "suspended until it is resumed",
            ),
            (
                "ok-suspend-until",
                "ok",
                status(0, &[(3, "Works.".into()), (4, V::I(NOW + 1))]),
                "with a reason and an end",
            ),
            (
                "ok-resume",
                "ok",
                status(2, &[(3, "Works are over.".into())]),
                "resumed, with a reason",
            ),
            (
                "ok-status-times",
                "ok",
                vec![
                    (0, V::I(0)),
                    (1, V::I(1 - TIME_OVER)),
                    (4, V::I(TIME_OVER - 1)),
                ],
                "times at their bounds",
            ),
            ("status-act", rule, status(3, &[]), "there is no act 3"),
            (
                "status-effective",
                rule,
                vec![(0, V::I(0)), (1, V::I(TIME_OVER))],
                "a time beyond 2^53 - 1",
            ),
            (
                "status-effective-before",
                rule,
                vec![(0, V::I(2)), (1, V::I(-TIME_OVER))],
                "a time before 1 - 2^53",
            ),
            (
                "status-until-beyond",
                rule,
                status(0, &[(4, V::I(TIME_OVER))]),
                "an end beyond 2^53 - 1",
            ),
            (
                "status-until-effective",
                rule,
                status(0, &[(4, V::I(NOW))]),
                "it ends when it begins",
            ),
            (
                "status-until-before",
                rule,
                status(0, &[(4, V::I(NOW - 1))]),
                "it ends before it begins",
            ),
            (
                "resume-until",
                rule,
                status(2, &[(4, V::I(NOW + 1))]),
                "nobody resumes for a time",
            ),
        ],
    );
    words(suite, STATUS, "status-reason", rule, &status(0, &[]), 3);
}

fn status_classes(suite: &mut Suite) {
    let rule = "status-value";
    let narrow = |classes: V| status(1, &[(2, classes)]);
    let class = || (2, texts(&["medical"]));
    bodies(
        suite,
        STATUS,
        vec![
            (
                "ok-narrow",
                "ok",
                narrow(many(16, V::text)),
                "16 classes stay open",
            ),
            (
                "ok-narrow-cases",
                "ok",
                narrow(texts(&["medical", "Medical"])),
                "classes are compared byte by byte",
            ),
            (
                "narrow-to-nothing",
                rule,
                status(1, &[]),
                "narrowed, without classes",
            ),
            (
                "suspend-with-classes",
                rule,
                status(0, &[class()]),
                "suspended, with classes",
            ),
            (
                "resume-with-classes",
                rule,
                status(2, &[class()]),
                "resumed, with classes",
            ),
            ("classes-none", rule, narrow(V::A(vec![])), "an empty list"),
            (
                "classes-too-many",
                rule,
                narrow(many(17, V::text)),
                "17 classes",
            ),
            (
                "classes-twice",
                rule,
                narrow(texts(&["medical", "medical"])),
                "a class twice",
            ),
            (
                "classes-empty",
                rule,
                narrow(texts(&["medical", ""])),
                "an empty class",
            ),
            (
                "classes-long",
                rule,
                narrow(V::A(vec![long(1025)])),
                "a class of 1025 bytes",
            ),
            (
                "classes-control",
                rule,
                narrow(texts(&["a\u{1}"])),
                "a control character",
            ),
        ],
    );
}

fn term(concept: &str, equivalents: &[(&str, &str)], note: Option<&str>) -> V {
    let equivalents = equivalents
        .iter()
        .map(|(language, text)| texts(&[language, text]));
    let note = note.map_or(V::Null, V::text);
    V::A(vec![concept.into(), V::A(equivalents.collect()), note])
}

fn glossaries(suite: &mut Suite) {
    let rule = "glossary-terms";
    let of = |terms: Vec<V>| vec![(0, V::A(terms))];
    let one = |concept: &str, text: &str, note: Option<&str>| {
        of(vec![term(concept, &[("en", text)], note)])
    };
    let tags = |tags: &[&str]| {
        let equivalents: Vec<_> = tags.iter().map(|tag| (*tag, "t")).collect();
        of(vec![term("truce", &equivalents, None)])
    };
    let languages = |count: usize| {
        let names: Vec<_> = (0..count).map(|n| format!("x{n}")).collect();
        tags(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let plain = |concept: &str| term(concept, &[("en", "t"), ("fr", "t")], Some("n"));
    let (short, over) = ("w".repeat(1024), "w".repeat(1025));
    bodies(
        suite,
        GLOSSARY,
        vec![
            ("ok-terms", "ok", vec![(0, many(64, plain))], "64 terms"),
            (
                "ok-terms-cases",
                "ok",
                of(vec![plain("truce"), plain("Truce")]),
                "concepts are compared byte by byte",
            ),
            (
                "ok-sixteen-equivalents",
                "ok",
                languages(16),
                "equivalents in 16 languages",
            ),
            (
                "ok-term-at-most",
                "ok",
                one(&short, &short, Some(&short)),
                "texts of 1024 bytes",
            ),
            ("terms-none", rule, of(vec![]), "an empty list"),
            (
                "terms-too-many",
                rule,
                vec![(0, many(65, plain))],
                "65 terms",
            ),
            (
                "terms-twice",
                rule,
                of(vec![plain("truce"), plain("truce")]),
                "a concept twice",
            ),
            (
                "equivalents-none",
                rule,
                tags(&[]),
                "a term without equivalents",
            ),
            (
                "equivalents-too-many",
                rule,
                languages(17),
                "equivalents in 17 languages",
            ),
            (
                "equivalent-language",
                rule,
                tags(&["en_GB"]),
                "no BCP 47 tag",
            ),
            (
                "equivalent-language-one-letter",
                rule,
                tags(&["e"]),
                "a tag of one letter",
            ),
            (
                "equivalents-language-twice",
                rule,
                tags(&["en", "fr", "EN"]),
                "tags are compared without regard to case",
            ),
            (
                "concept-empty",
                rule,
                one("", "t", None),
                "an empty concept",
            ),
            (
                "concept-long",
                rule,
                one(&over, "t", None),
                "a concept of 1025 bytes",
            ),
            (
                "equivalent-empty",
                rule,
                one("truce", "", None),
                "an empty equivalent",
            ),
            (
                "equivalent-long",
                rule,
                one("truce", &over, None),
                "an equivalent of 1025 bytes",
            ),
            (
                "term-note-empty",
                rule,
                one("truce", "t", Some("")),
                "an empty note",
            ),
            (
                "term-note-long",
                rule,
                one("truce", "t", Some(&over)),
                "a note of 1025 bytes",
            ),
        ],
    );
}

fn accords(suite: &mut Suite) {
    let rule = "accord-value";
    let choice = |choice: i64| vec![(0, V::I(choice))];
    bodies(
        suite,
        ACCORD,
        vec![
            ("ok-accord-agrees", "ok", choice(0), "agrees"),
            ("ok-accord-declines", "ok", choice(1), "declines"),
            ("accord-choice", rule, choice(2), "there is no choice 2"),
            (
                "accord-choice-beyond",
                rule,
                choice(256),
                "nor one beyond a byte",
            ),
        ],
    );
    words(suite, ACCORD, "accord-words", rule, &choice(1), 1);
}

fn queries(suite: &mut Suite) {
    let rule = "origin-value";
    let query =
        |channel: i64, time: i64, what: V| vec![(0, V::I(channel)), (1, V::I(time)), (2, what)];
    let with_hash = [
        query(1, NOW, "A letter.".into()),
        vec![(3, V::B(vec![7; 32]))],
    ]
    .concat();
    bodies(
        suite,
        QUERY,
        vec![
            (
                "ok-query-call",
                "ok",
                query(0, NOW, "A call.".into()),
                "about a call",
            ),
            (
                "ok-query-letter",
                "ok",
                with_hash,
                "about a letter, with its hash",
            ),
            (
                "ok-query-statement",
                "ok",
                query(2, 1 - TIME_OVER, "A statement.".into()),
                "about a statement, long ago",
            ),
            (
                "ok-query-other",
                "ok",
                query(3, NOW, "A flag.".into()),
                "about something else",
            ),
            (
                "query-channel",
                rule,
                query(4, NOW, "w".into()),
                "there is no channel 4",
            ),
            (
                "query-time",
                rule,
                query(0, TIME_OVER, "w".into()),
                "a time beyond 2^53 - 1",
            ),
        ],
    );
    words(
        suite,
        QUERY,
        "query-words",
        rule,
        &query(0, NOW, "w".into()),
        2,
    );
}

fn findings(suite: &mut Suite) {
    let rule = "origin-value";
    let choice = |choice: i64| vec![(0, V::I(choice))];
    bodies(
        suite,
        FINDING,
        vec![
            ("ok-finding-yes", "ok", choice(0), "yes"),
            ("ok-finding-no", "ok", choice(1), "no"),
            ("ok-finding-later", "ok", choice(2), "looking into it"),
            ("finding-choice", rule, choice(3), "there is no choice 3"),
        ],
    );
    words(suite, FINDING, "finding-words", rule, &choice(1), 1);
}

fn announcements(suite: &mut Suite) {
    let rule = "announcement-value";
    let of = |channel: i64, (from, to): (i64, i64), offices: &[V]| {
        let window = V::A(vec![V::I(from), V::I(to)]);
        let mut keys = vec![(0, V::I(channel)), (1, window)];
        keys.extend((2..).zip(offices.iter().cloned()));
        keys
    };
    let soon = (NOW, NOW + 1);
    let who = || "Minister".into();
    bodies(
        suite,
        ANNOUNCEMENT,
        vec![
            (
                "ok-announcement",
                "ok",
                of(0, soon, &[who()]),
                "a call within a millisecond",
            ),
            (
                "ok-announcement-at-most",
                "ok",
                of(3, (1 - TIME_OVER, TIME_OVER - 1), &[long(1024), long(1024)]),
                "times and offices at their bounds",
            ),
            (
                "announcement-channel",
                rule,
                of(4, soon, &[who()]),
                "there is no channel 4",
            ),
            (
                "announcement-no-time",
                rule,
                of(0, (NOW, NOW), &[who()]),
                "it ends when it begins",
            ),
            (
                "announcement-backwards",
                rule,
                of(0, (NOW + 1, NOW), &[who()]),
                "it ends before it begins",
            ),
            (
                "announcement-from",
                rule,
                of(0, (-TIME_OVER, NOW), &[who()]),
                "a time before 1 - 2^53",
            ),
            (
                "announcement-to",
                rule,
                of(0, (NOW, TIME_OVER), &[who()]),
                "a time beyond 2^53 - 1",
            ),
            (
                "announcement-who-empty",
                rule,
                of(1, soon, &["".into()]),
                "by nobody",
            ),
            (
                "announcement-who-long",
                rule,
                of(1, soon, &[long(1025)]),
                "an office of 1025 bytes",
            ),
            (
                "announcement-who-control",
                rule,
                of(1, soon, &["a\u{9}".into()]),
                "a control character",
            ),
            (
                "announcement-whom-empty",
                rule,
                of(2, soon, &[who(), "".into()]),
                "to nobody",
            ),
            (
                "announcement-whom-long",
                rule,
                of(2, soon, &[who(), long(1025)]),
                "an office of 1025 bytes",
            ),
            (
                "announcement-whom-control",
                rule,
                of(2, soon, &[who(), "\u{9f}".into()]),
                "U+009F is a control character",
            ),
        ],
    );
    words(
        suite,
        ANNOUNCEMENT,
        "announcement-words",
        rule,
        &of(0, soon, &[who()]),
        4,
    );
}

/// Entries of these kinds are purged like any others.
fn tombstone(suite: &mut Suite) {
    let mut world = World::founded(2);
    let message = world.message(1, |_| ());
    let answer = V::M(vec![(0, V::I(0))]).encode();
    let answer = world.add(0, Draft::new(ANSWER, answer).refs(&[message]));
    let target = V::A(vec![V::uint(answer.0), V::uint(answer.1)]);
    let purge = V::M(vec![(0, V::A(vec![target])), (1, "agreed".into())]).encode();
    let purge = world.add(1, Draft::new(6, purge));
    world.add(0, Draft::new(7, empty_body()).refs(&[purge]));
    world.logs[0][1].body = None;
    let about = "an answer is purged like any other entry";
    accept_world(suite, GROUP, "ok-answer-purged", about, &world, json!([]));
}

/// The same rules hold for an entry that is shown without the rest of the record.
fn disclosed(suite: &mut Suite) {
    let cases: [(&str, &str, i64, (u64, u64), &str); 3] = [
        ("ok-answer", "ok", 0, (1, 1), "an answer to the other party"),
        (
            "answer-choice",
            "answer-value",
            4,
            (1, 1),
            "there is no choice 4",
        ),
        (
            "answer-of-own",
            "about-ref",
            0,
            (0, 0),
            "a reference into the own log",
        ),
    ];
    for (name, expect, choice, about_it, about) in cases {
        let mut world = World::founded(2);
        world.message(1, |_| ());
        let body = V::M(vec![(0, V::I(choice))]).encode();
        world.add(0, Draft::new(ANSWER, body).refs(&[about_it]));
        let input = input(suite, &world.proof(0, 1));
        let vector = suite.vector_of("proof", name, "proof", input, about);
        suite.add(if expect == "ok" {
            vector.ok(json!({"party": 0, "index": 1, "kind": ANSWER}))
        } else {
            vector.by(expect)
        });
    }
}

const WORDS: &str = include_str!("../../../../spec/words-english.txt");

/// Three words of bits 33 · `at` on.
fn code(hash: &Hash, at: usize) -> String {
    let bit = |n: usize| usize::from(hash.0[n / 8] >> (7 - n % 8) & 1);
    let words: Vec<_> = WORDS.lines().collect();
    let number = |word: usize| {
        let start = 33 * at + 11 * word;
        (start..start + 11).fold(0, |number, n| number << 1 | bit(n))
    };
    [0, 1, 2].map(|word| words[number(word)]).join(" ")
}

/// The two codes of an announced call.
fn codes(suite: &mut Suite) {
    let mut world = World::founded(2);
    let body = |who: &str| {
        let window = V::A(vec![V::I(NOW + 3_600_000), V::I(NOW + 5_400_000)]);
        V::M(vec![(0, V::I(0)), (1, window), (2, who.into())]).encode()
    };
    world.add(0, Draft::new(ANNOUNCEMENT, body("Minister")));
    world.add(1, Draft::new(ANNOUNCEMENT, body("Head of the watch")));
    let cases = [
        ("ok-announcement", 0, "a call of party 0"),
        ("ok-another", 1, "a call of party 1"),
    ];
    for (name, party, about) in cases {
        let header = &world.logs[party][1].header;
        let leaf = leaf(header);
        let hash = Hash::of(&[b"openline/call/v1\n", &leaf.0]);
        let result =
            json!({"leaf": leaf.to_string(), "first": code(&hash, 0), "second": code(&hash, 1)});
        let vector = suite.vector("call", name, "call", header, about);
        suite.add(vector.ok(result));
    }
}
