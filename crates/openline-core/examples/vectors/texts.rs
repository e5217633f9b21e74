//! Rules T1 to T6: texts under negotiation.

use crate::entries::{accept, refuse};
use crate::suite::Suite;
use crate::support::{Draft, V, World};

const GROUP: &str = "text";

const TEXT: u64 = 16;
const AMENDMENT: u64 = 17;
const INITIAL: u64 = 18;
const SIGNATURE: u64 = 19;

/// A name, what is expected, the body, and what it is about.
type Case = (&'static str, &'static str, V, &'static str);

pub(crate) fn write(suite: &mut Suite) {
    references(suite);
    titles(suite);
    paragraphs(suite);
    tokens(suite);
    amendments(suite);
    assents(suite);
}

/// A text of party 1, and what party 0 says, about it where it must be about something.
fn bodies(suite: &mut Suite, kind: u64, cases: Vec<Case>) {
    let refs: &[(u64, u64)] = if kind == TEXT { &[] } else { &[(1, 1)] };
    for (name, expect, body, about) in cases {
        add(suite, (name, expect), about, kind, body, refs);
    }
}

fn add(
    suite: &mut Suite,
    (name, expect): (&str, &str),
    about: &str,
    kind: u64,
    body: V,
    refs: &[(u64, u64)],
) {
    let write = |world: &mut World| {
        world.add(1, Draft::new(TEXT, plain().encode()));
        world.add(0, Draft::new(kind, body.encode()).refs(refs))
    };
    if expect == "ok" {
        accept(suite, GROUP, name, about, |world| {
            write(world);
        });
    } else {
        refuse(suite, GROUP, name, expect, about, write);
    }
}

fn list(items: &[V]) -> V {
    V::A(items.to_vec())
}

fn mark(mark: i64, parties: &[i64]) -> V {
    V::A([mark].iter().chain(parties).map(|n| V::I(*n)).collect())
}

fn version(language: &str, tokens: &[V]) -> V {
    list(&[language.into(), list(tokens)])
}

fn text(title: V, languages: &[V], paragraphs: V) -> V {
    V::M(vec![(0, title), (1, list(languages)), (2, paragraphs)])
}

fn english(tokens: &[V]) -> V {
    list(&[version("en", tokens)])
}

/// A text in English and French, of one paragraph.
fn of(paragraph: V) -> V {
    let languages = ["en".into(), "fr".into()];
    text("Agreed minutes".into(), &languages, list(&[paragraph]))
}

fn plain() -> V {
    of(english(&["They shall meet.".into()]))
}

fn references(suite: &mut Suite) {
    let rule = "text-ref";
    let assent = || V::M(vec![(0, V::I(0)), (1, V::B(vec![7; 32]))]);
    let change = || amendment(&[list(&[V::I(5), place(1, 1)])]);
    for (name, kind, body) in [
        ("amendment", AMENDMENT, change()),
        ("initial", INITIAL, assent()),
        ("signature", SIGNATURE, assent()),
    ] {
        let names = [
            (format!("{name}-of-nothing"), vec![], "no reference"),
            (
                format!("{name}-of-two"),
                vec![(1, 1), (1, 0)],
                "two references",
            ),
        ];
        for (name, refs, about) in names {
            add(suite, (&name, rule), about, kind, body.clone(), &refs);
        }
        let name = format!("ok-{name}-of-own");
        let about = "into the own log: which kind stands there is not checked";
        add(suite, (&name, "ok"), about, kind, body, &[(0, 0)]);
    }
}

fn titles(suite: &mut Suite) {
    let rule = "text-title";
    let titled =
        |title: V, languages: &[V]| text(title, languages, list(&[english(&["x".into()])]));
    let long = |len: usize| V::T("w".repeat(len));
    let many = |count: usize| -> Vec<V> {
        let tag = |n: usize| V::T(format!("en-x-{n}"));
        ["en".into()]
            .into_iter()
            .chain((1..count).map(tag))
            .collect()
    };
    bodies(
        suite,
        TEXT,
        vec![
            (
                "ok-title-at-most",
                "ok",
                titled(long(1024), &many(16)),
                "1024 bytes, 16 languages",
            ),
            (
                "title-empty",
                rule,
                titled("".into(), &many(1)),
                "an empty title",
            ),
            (
                "title-long",
                rule,
                titled(long(1025), &many(1)),
                "1025 bytes",
            ),
            (
                "title-control",
                rule,
                titled("a\n".into(), &many(1)),
                "a control character",
            ),
            (
                "languages-none",
                rule,
                titled("x".into(), &[]),
                "no language",
            ),
            (
                "languages-many",
                rule,
                titled("x".into(), &many(17)),
                "17 languages",
            ),
            (
                "languages-twice",
                rule,
                titled("x".into(), &["en".into(), "EN".into()]),
                "the same but for the case",
            ),
            (
                "language-form",
                rule,
                titled("x".into(), &["en".into(), "e".into()]),
                "a tag of one letter",
            ),
        ],
    );
}

fn paragraphs(suite: &mut Suite) {
    let rule = "text-paragraphs";
    let counted = |count: usize| {
        let all = vec![english(&["x".into()]); count];
        text("x".into(), &["en".into()], V::A(all))
    };
    bodies(
        suite,
        TEXT,
        vec![
            (
                "ok-paragraphs-at-most",
                "ok",
                counted(256),
                "256 paragraphs",
            ),
            ("paragraphs-none", rule, counted(0), "no paragraph"),
            ("paragraphs-many", rule, counted(257), "257 paragraphs"),
            (
                "paragraph-language",
                rule,
                of(list(&[version("de", &["x".into()])])),
                "a language that the text does not name",
            ),
            (
                "paragraph-language-case",
                rule,
                of(list(&[version("EN", &["x".into()])])),
                "languages of a text are compared byte by byte",
            ),
            (
                "paragraph-of-number",
                "body-shape",
                of(english(&[V::I(1)])),
                "a token is words or a mark",
            ),
            (
                "paragraph-empty-mark",
                "body-shape",
                of(english(&[list(&[])])),
                "a mark without a number",
            ),
        ],
    );
}

fn tokens(suite: &mut Suite) {
    let rule = "text-paragraph";
    let one = |tokens: &[V]| of(english(tokens));
    let two =
        |english: &[V], french: &[V]| of(list(&[version("en", english), version("fr", french)]));
    let deep = |depth: usize| {
        let open = vec![mark(1, &[]); depth];
        let close = vec![mark(0, &[]); depth];
        one(&[open, close].concat())
    };
    let choice = |wanted: &[i64]| {
        vec![
            mark(1, wanted),
            "shall".into(),
            mark(2, &[1]),
            "should".into(),
            mark(0, &[]),
        ]
    };
    let nested = vec![
        mark(1, &[0, 1]),
        "a".into(),
        mark(1, &[]),
        mark(2, &[]),
        "b".into(),
        mark(0, &[]),
        mark(0, &[]),
        " c".into(),
    ];
    bodies(
        suite,
        TEXT,
        vec![
            (
                "ok-nested",
                "ok",
                one(&nested),
                "a bracket in a bracket, an alternative that is nothing",
            ),
            (
                "ok-two-languages",
                "ok",
                two(
                    &choice(&[0]),
                    &[vec!["Elles ".into()], choice(&[0])].concat(),
                ),
                "other words, the same brackets",
            ),
            ("ok-deep", "ok", deep(8), "eight brackets deep"),
            ("brackets-deep", rule, deep(9), "nine brackets deep"),
            ("tokens-none", rule, one(&[]), "nothing stands there"),
            ("versions-none", rule, of(list(&[])), "in no language"),
            (
                "versions-twice",
                rule,
                of(list(&[
                    version("en", &["x".into()]),
                    version("en", &["x".into()]),
                ])),
                "a language twice",
            ),
            (
                "words-empty",
                rule,
                one(&["".into()]),
                "words that are none",
            ),
            (
                "words-control",
                rule,
                one(&["a\tb".into()]),
                "a control character",
            ),
            (
                "words-beside-words",
                rule,
                one(&["a".into(), "b".into()]),
                "words that could be one",
            ),
            (
                "bracket-open",
                rule,
                one(&[mark(1, &[]), "a".into()]),
                "never closed",
            ),
            (
                "bracket-closed",
                rule,
                one(&["a".into(), mark(0, &[])]),
                "never opened",
            ),
            (
                "bracket-next",
                rule,
                one(&["a".into(), mark(2, &[])]),
                "an alternative outside brackets",
            ),
            (
                "bracket-closed-for",
                rule,
                one(&[mark(1, &[]), mark(0, &[1])]),
                "a closing mark says who wants nothing",
            ),
            (
                "bracket-mark",
                rule,
                one(&[mark(3, &[])]),
                "there is no mark 3",
            ),
            (
                "bracket-party",
                rule,
                one(&choice(&[2])),
                "there is no party 2",
            ),
            (
                "bracket-party-twice",
                rule,
                one(&choice(&[1, 1])),
                "a party twice",
            ),
            (
                "bracket-party-order",
                rule,
                one(&choice(&[1, 0])),
                "parties out of order",
            ),
            (
                "versions-fewer",
                rule,
                two(&choice(&[0]), &["x".into()]),
                "a version without the bracket",
            ),
            (
                "versions-wanted",
                rule,
                two(&choice(&[0]), &choice(&[1])),
                "wanted by another",
            ),
            (
                "versions-nested",
                rule,
                two(&nested, &[mark(1, &[0, 1]), mark(0, &[])]),
                "nested otherwise",
            ),
        ],
    );
}

fn place(party: i64, index: i64) -> V {
    list(&[V::I(party), V::I(index)])
}

fn id(party: i64, index: i64) -> V {
    list(&[V::I(party), V::I(index), V::I(0)])
}

fn amendment(operations: &[V]) -> V {
    V::M(vec![(0, list(operations))])
}

fn amendments(suite: &mut Suite) {
    let rule = "amendment-value";
    let was = || V::B(vec![7; 32]);
    let paragraph = || english(&["x".into()]);
    let one = |operation: &[V]| amendment(&[list(operation)]);
    let many = |count: usize| {
        let all = vec![list(&[V::I(1), id(1, 1), was()]); count];
        amendment(&all)
    };
    let worded = |words: V| {
        V::M(vec![
            (0, list(&[list(&[V::I(5), place(1, 1)])])),
            (1, words),
        ])
    };
    bodies(
        suite,
        AMENDMENT,
        vec![
            (
                "ok-insert-first",
                "ok",
                one(&[V::I(0), V::Null, paragraph()]),
                "at the beginning",
            ),
            (
                "ok-insert",
                "ok",
                one(&[V::I(0), id(1, 1), paragraph()]),
                "after another",
            ),
            (
                "ok-replace",
                "ok",
                one(&[V::I(2), id(1, 1), was(), paragraph()]),
                "whether the hash fits is not checked",
            ),
            (
                "ok-bracket",
                "ok",
                one(&[V::I(3), id(1, 1), was(), place(0, 1)]),
                "wanted by both",
            ),
            (
                "ok-choose",
                "ok",
                one(&[V::I(4), id(1, 1), was(), V::I(0), V::I(1)]),
                "an alternative",
            ),
            (
                "ok-choose-none",
                "ok",
                one(&[V::I(4), id(0, 0), was(), V::I(9), V::Null]),
                "none, of the own log",
            ),
            ("ok-operations-at-most", "ok", many(64), "64 operations"),
            (
                "ok-words-at-most",
                "ok",
                worded(V::T("w".repeat(16384))),
                "16384 bytes of words",
            ),
            ("operations-none", rule, many(0), "no operation"),
            ("operations-many", rule, many(65), "65 operations"),
            (
                "operation-unseen",
                rule,
                one(&[V::I(1), id(1, 2), was()]),
                "an entry that its author had not seen",
            ),
            (
                "operation-itself",
                rule,
                one(&[V::I(1), id(0, 1), was()]),
                "the entry itself",
            ),
            (
                "operation-party",
                rule,
                one(&[V::I(0), id(2, 0), paragraph()]),
                "an entry of no party",
            ),
            (
                "pass-over-unseen",
                rule,
                one(&[V::I(5), place(1, 2)]),
                "an amendment that its author had not seen",
            ),
            (
                "bracket-wanted",
                rule,
                one(&[V::I(3), id(1, 1), was(), list(&[V::I(2)])]),
                "wanted by no party",
            ),
            (
                "bracket-wanted-order",
                rule,
                one(&[V::I(3), id(1, 1), was(), place(1, 0)]),
                "parties out of order",
            ),
            (
                "amendment-words-empty",
                rule,
                worded("".into()),
                "empty words",
            ),
            (
                "amendment-words-long",
                rule,
                worded(V::T("w".repeat(16385))),
                "16385 bytes of words",
            ),
            (
                "insert-empty",
                "text-paragraph",
                one(&[V::I(0), V::Null, english(&[])]),
                "a paragraph without words",
            ),
            (
                "insert-before-unseen",
                "text-paragraph",
                one(&[V::I(0), id(1, 2), english(&[])]),
                "rules in the order of their numbers",
            ),
            (
                "operation-unknown",
                "body-shape",
                one(&[V::I(6), place(1, 1)]),
                "there is no operation 6",
            ),
            (
                "operation-short",
                "body-shape",
                one(&[V::I(1), id(1, 1)]),
                "a deletion without a hash",
            ),
            (
                "operation-hash",
                "body-shape",
                one(&[V::I(1), id(1, 1), V::B(vec![7; 31])]),
                "a hash of 31 bytes",
            ),
        ],
    );
}

fn assents(suite: &mut Suite) {
    let rule = "text-assent";
    let assent = |weight: i64, words: Option<V>| {
        let keys = vec![(0, V::I(weight)), (1, V::B(vec![7; 32]))];
        V::M([keys, words.map(|words| (2, words)).into_iter().collect()].concat())
    };
    bodies(
        suite,
        INITIAL,
        vec![
            (
                "ok-initial",
                "ok",
                assent(0, None),
                "in full, whatever the hash",
            ),
            (
                "ok-initial-ad-referendum",
                "ok",
                assent(1, Some(V::T("w".repeat(16384)))),
                "ad referendum, with words",
            ),
            (
                "initial-weight",
                rule,
                assent(2, None),
                "there is no weight 2",
            ),
            (
                "initial-words-empty",
                rule,
                assent(0, Some("".into())),
                "empty words",
            ),
            (
                "initial-words-long",
                rule,
                assent(0, Some(V::T("w".repeat(16385)))),
                "16385 bytes of words",
            ),
            (
                "initial-no-hash",
                "body-shape",
                V::M(vec![(0, V::I(0))]),
                "over nothing",
            ),
        ],
    );
    bodies(
        suite,
        SIGNATURE,
        vec![
            ("ok-signature", "ok", assent(0, None), "in full"),
            (
                "signature-weight",
                rule,
                assent(2, None),
                "there is no weight 2",
            ),
            (
                "signature-words-empty",
                rule,
                assent(1, Some("".into())),
                "empty words",
            ),
            (
                "signature-hash",
                "body-shape",
                V::M(vec![(0, V::I(0)), (1, V::B(vec![7; 31]))]),
                "a hash of 31 bytes",
            ),
        ],
    );
}
