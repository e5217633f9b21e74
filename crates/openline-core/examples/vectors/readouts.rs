//! Rules R1 to R5: readouts and public statements.

use crate::entries::{accept, accept_world, refuse};
use crate::proofs::input;
use crate::suite::Suite;
use crate::support::{Draft, V, World, empty_body};

use serde_json::json;

const GROUP: &str = "readout";

const READOUT: u64 = 32;
const STATEMENT: u64 = 33;

/// The keys of a body.
type Keys = Vec<(u64, V)>;
/// A name, what is expected, the references, the keys, and what it is about.
type Case = (
    &'static str,
    &'static str,
    &'static [(u64, u64)],
    Keys,
    &'static str,
);

/// The message of the other party.
const THEIRS: &[(u64, u64)] = &[(1, 1)];
const NONE: &[(u64, u64)] = &[];
const TWO: &[(u64, u64)] = &[(1, 1), (0, 0)];

pub(crate) fn write(suite: &mut Suite) {
    readouts(suite);
    texts(suite);
    quotes(suite);
    titles(suite);
    extents(suite);
    shapes(suite);
    purged(suite);
    disclosed(suite);
}

fn text(language: &str, status: i64, words: &str) -> V {
    V::A(vec![language.into(), V::I(status), words.into()])
}

fn both() -> V {
    V::A(vec![
        text("en", 0, "Both sides met. The talks were candid."),
        text("fr", 1, "Les deux parties se sont r\u{e9}unies."),
    ])
}

fn quote(reference: i64, words: &str) -> V {
    V::A(vec![V::A(vec![V::I(reference), words.into()])])
}

fn long(len: usize) -> V {
    V::T("w".repeat(len))
}

fn numbers(numbers: &[i64]) -> V {
    V::A(numbers.iter().map(|number| V::I(*number)).collect())
}

/// Entries of party 0, after a message of party 1.
fn bodies(suite: &mut Suite, kind: u64, cases: Vec<Case>) {
    for (name, expect, refs, keys, about) in cases {
        let write = |world: &mut World| {
            world.message(1, |_| ());
            world.add(0, Draft::new(kind, V::M(keys).encode()).refs(refs))
        };
        if expect == "ok" {
            accept(suite, GROUP, name, about, |world| {
                write(world);
            });
        } else {
            refuse(suite, GROUP, name, expect, about, write);
        }
    }
}

fn readouts(suite: &mut Suite) {
    let keys = || vec![(0, both())];
    bodies(
        suite,
        READOUT,
        vec![
            (
                "ok-readout",
                "ok",
                THEIRS,
                keys(),
                "of a message of the other party",
            ),
            (
                "ok-readout-of-own",
                "ok",
                &[(0, 0)],
                keys(),
                "of which kind the entry is, is not checked",
            ),
            (
                "readout-of-nothing",
                "readout-refs",
                NONE,
                keys(),
                "no reference",
            ),
            (
                "readout-of-nothing-said",
                "readout-refs",
                NONE,
                vec![(0, V::A(vec![]))],
                "rules in the order of their numbers",
            ),
            (
                "readout-unseen",
                "ref-unseen",
                &[(1, 2)],
                keys(),
                "the rules of the record come first",
            ),
        ],
    );
}

fn texts(suite: &mut Suite) {
    let rule = "account-texts";
    let many = |count: usize| {
        let language = |n: usize| format!("x-{n}");
        V::A(
            (0..count)
                .map(|n| text(&language(n), i64::from(n > 0), "w"))
                .collect(),
        )
    };
    let lists: Vec<(&str, &str, V, &str)> = vec![
        ("ok-texts", "ok", many(16), "16 languages"),
        ("texts-none", rule, V::A(vec![]), "no text"),
        ("texts-too-many", rule, many(17), "17 languages"),
        (
            "text-empty",
            rule,
            V::A(vec![text("en", 0, "")]),
            "an empty text",
        ),
        (
            "text-courtesy-alone",
            rule,
            V::A(vec![text("en", 1, "w")]),
            "none is authoritative",
        ),
        (
            "text-two-authoritative",
            rule,
            V::A(vec![text("en", 0, "w"), text("fr", 0, "w")]),
            "two are authoritative",
        ),
        (
            "text-status",
            rule,
            V::A(vec![text("en", 0, "w"), text("fr", 2, "w")]),
            "there is no status 2",
        ),
        (
            "text-language",
            rule,
            V::A(vec![text("e", 0, "w")]),
            "a language of one letter",
        ),
        (
            "text-language-twice",
            rule,
            V::A(vec![text("en", 0, "w"), text("EN", 1, "w")]),
            "a language twice, whatever the case",
        ),
    ];
    let named = |(name, expect, list, about): (&'static str, &'static str, V, &'static str)| {
        (name, expect, THEIRS, vec![(0, list)], about)
    };
    bodies(suite, READOUT, lists.into_iter().map(named).collect());
    bodies(
        suite,
        STATEMENT,
        vec![
            (
                "statement-without-texts",
                rule,
                NONE,
                vec![(0, "Title".into()), (1, V::A(vec![]))],
                "no text",
            ),
            (
                "statement-texts-first",
                rule,
                NONE,
                vec![(0, "".into()), (1, V::A(vec![]))],
                "rules in the order of their numbers",
            ),
        ],
    );
}

fn quotes(suite: &mut Suite) {
    let rule = "readout-quotes";
    let keys = |quotes: V| vec![(0, both()), (1, quotes)];
    let many = |count: usize| {
        V::A(
            (0..count)
                .map(|_| V::A(vec![V::I(0), "met".into()]))
                .collect(),
        )
    };
    let large = |len: usize| {
        let words = "w".repeat(len);
        vec![
            (0, V::A(vec![text("en", 0, &words)])),
            (1, quote(0, &words)),
        ]
    };
    bodies(
        suite,
        READOUT,
        vec![
            (
                "ok-quote",
                "ok",
                THEIRS,
                keys(quote(0, "The talks were candid")),
                "words of what it is an account of",
            ),
            (
                "ok-quote-of-second",
                "ok",
                TWO,
                keys(quote(1, "r\u{e9}unies")),
                "of the second reference, in a translation",
            ),
            ("ok-quotes", "ok", THEIRS, keys(many(32)), "32 quotations"),
            (
                "ok-quote-at-most",
                "ok",
                THEIRS,
                large(16384),
                "words at their bound",
            ),
            (
                "quotes-none",
                rule,
                THEIRS,
                keys(V::A(vec![])),
                "an empty list",
            ),
            (
                "quotes-too-many",
                rule,
                THEIRS,
                keys(many(33)),
                "33 quotations",
            ),
            (
                "quote-of-nothing",
                rule,
                THEIRS,
                keys(quote(1, "met")),
                "there is no second reference",
            ),
            ("quote-empty", rule, THEIRS, keys(quote(0, "")), "no words"),
            (
                "quote-long",
                rule,
                THEIRS,
                large(16385),
                "words of 16385 bytes",
            ),
            (
                "quote-elsewhere",
                rule,
                THEIRS,
                keys(quote(0, "the talks were candid")),
                "words are compared byte by byte",
            ),
            (
                "quote-across-texts",
                rule,
                THEIRS,
                keys(quote(0, "candid.Les")),
                "words stand in one text",
            ),
            (
                "quote-beyond",
                rule,
                THEIRS,
                keys(V::A(vec![V::A(vec![V::uint(u64::MAX), "met".into()])])),
                "a number as large as that",
            ),
            (
                "quote-after-texts",
                "account-texts",
                THEIRS,
                vec![(0, V::A(vec![])), (1, V::A(vec![]))],
                "rules in the order of their numbers",
            ),
        ],
    );
}

fn titles(suite: &mut Suite) {
    let rule = "statement-title";
    let keys = |title: V| vec![(0, title), (1, both())];
    bodies(
        suite,
        STATEMENT,
        vec![
            (
                "ok-statement",
                "ok",
                NONE,
                keys("On the talks".into()),
                "a statement that discloses nothing",
            ),
            (
                "ok-title-at-most",
                "ok",
                NONE,
                keys(long(1024)),
                "a title of 1024 bytes",
            ),
            ("title-empty", rule, NONE, keys("".into()), "no title"),
            (
                "title-long",
                rule,
                NONE,
                keys(long(1025)),
                "a title of 1025 bytes",
            ),
            (
                "title-of-lines",
                rule,
                NONE,
                keys("On\nthe talks".into()),
                "a control character",
            ),
            (
                "title-delete",
                rule,
                NONE,
                keys("a\u{7f}".into()),
                "U+007F is a control character",
            ),
        ],
    );
}

fn extents(suite: &mut Suite) {
    let rule = "statement-extents";
    let keys = |extents: &[i64]| {
        vec![
            (0, "On the talks".into()),
            (1, both()),
            (2, numbers(extents)),
        ]
    };
    let none = || vec![(0, "On the talks".into()), (1, both())];
    bodies(
        suite,
        STATEMENT,
        vec![
            (
                "ok-cited",
                "ok",
                THEIRS,
                keys(&[0]),
                "a message of the other party is cited",
            ),
            (
                "ok-quoted-and-whole",
                "ok",
                TWO,
                keys(&[1, 2]),
                "one is quoted, one disclosed whole",
            ),
            ("extents-none", rule, NONE, keys(&[]), "an empty list"),
            (
                "extents-missing",
                rule,
                THEIRS,
                none(),
                "a reference without its extent",
            ),
            (
                "extents-too-few",
                rule,
                TWO,
                keys(&[0]),
                "the second reference without its extent",
            ),
            (
                "extents-too-many",
                rule,
                THEIRS,
                keys(&[0, 0]),
                "an extent without a reference",
            ),
            (
                "extents-of-nothing",
                rule,
                NONE,
                keys(&[0]),
                "an extent without any reference",
            ),
            (
                "extent-beyond",
                rule,
                THEIRS,
                keys(&[3]),
                "there is no extent 3",
            ),
            (
                "extent-large",
                rule,
                THEIRS,
                vec![
                    (0, "On the talks".into()),
                    (1, both()),
                    (2, V::A(vec![V::uint(u64::MAX)])),
                ],
                "nor one as large as that",
            ),
            (
                "extents-after-title",
                "statement-title",
                THEIRS,
                vec![(0, "".into()), (1, both()), (2, numbers(&[]))],
                "rules in the order of their numbers",
            ),
        ],
    );
}

fn shapes(suite: &mut Suite) {
    let shape = "body-shape";
    let title = || (0, V::from("On the talks"));
    bodies(
        suite,
        READOUT,
        vec![
            ("readout-empty", shape, THEIRS, vec![], "no texts"),
            (
                "readout-key",
                shape,
                THEIRS,
                vec![(0, both()), (2, V::A(vec![]))],
                "a key that is not defined",
            ),
            (
                "readout-text-of-two",
                shape,
                THEIRS,
                vec![(0, V::A(vec![V::A(vec!["en".into(), V::I(0)])]))],
                "a text without words",
            ),
            (
                "readout-quote-negative",
                shape,
                THEIRS,
                vec![(0, both()), (1, quote(-1, "met"))],
                "no unsigned integer",
            ),
            (
                "readout-shape-first",
                shape,
                NONE,
                vec![],
                "the shape comes before the references",
            ),
        ],
    );
    bodies(
        suite,
        STATEMENT,
        vec![
            (
                "statement-untitled",
                shape,
                NONE,
                vec![(1, both())],
                "no title",
            ),
            ("statement-unsaid", shape, NONE, vec![title()], "no texts"),
            (
                "statement-key",
                shape,
                NONE,
                vec![title(), (1, both()), (3, V::I(0))],
                "a key that is not defined",
            ),
            (
                "statement-extent-words",
                shape,
                THEIRS,
                vec![title(), (1, both()), (2, V::A(vec!["whole".into()]))],
                "extents are numbers",
            ),
        ],
    );
}

/// A readout is purged by agreement like any other entry.
fn purged(suite: &mut Suite) {
    let mut world = World::founded(2);
    let message = world.message(1, |_| ());
    let body = V::M(vec![(0, both())]).encode();
    let readout = world.add(0, Draft::new(READOUT, body).refs(&[message]));
    let target = V::A(vec![V::uint(readout.0), V::uint(readout.1)]);
    let purge = V::M(vec![(0, V::A(vec![target])), (1, "agreed".into())]).encode();
    let purge = world.add(1, Draft::new(6, purge));
    world.add(0, Draft::new(7, empty_body()).refs(&[purge]));
    world.logs[0][1].body = None;
    let about = "a readout is purged like any other entry";
    accept_world(suite, GROUP, "ok-readout-purged", about, &world, json!([]));
}

/// The same rules hold for an entry that is shown without the rest of the record.
fn disclosed(suite: &mut Suite) {
    let cases: [(&str, &str, &[i64], &str); 3] = [
        (
            "ok-statement-shown",
            "ok",
            &[0],
            "a statement that cites a message",
        ),
        (
            "statement-shown-extent",
            "statement-extents",
            &[3],
            "there is no extent 3",
        ),
        (
            "statement-shown-extents",
            "statement-extents",
            &[0, 0],
            "an extent without a reference",
        ),
    ];
    for (name, expect, extents, about) in cases {
        let mut world = World::founded(2);
        world.message(1, |_| ());
        let keys = vec![
            (0, "On the talks".into()),
            (1, both()),
            (2, numbers(extents)),
        ];
        world.add(0, Draft::new(STATEMENT, V::M(keys).encode()).refs(THEIRS));
        let input = input(suite, &world.proof(0, 1));
        let vector = suite.vector_of(GROUP, name, "proof", input, about);
        suite.add(if expect == "ok" {
            vector.ok(json!({"party": 0, "index": 1, "kind": STATEMENT}))
        } else {
            vector.by(expect)
        });
    }
}
