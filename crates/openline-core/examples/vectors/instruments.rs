//! Rules C9 to C15: charters and instruments.

use std::sync::Arc;

use openline_core::{LineId, armour};
use serde_json::json;

use crate::suite::Suite;
use crate::support::{Keys, Person, V, World};

const GROUP: &str = "instrument";

pub(crate) fn write(suite: &mut Suite) {
    founded(suite);
    forms(suite);
    members(suite);
    terms(suite);
    test_days(suite);
    limits_of_words_watch_and_matching(suite);
}

fn people(count: u8) -> Vec<Arc<Person>> {
    World::new(count).people
}

fn add(suite: &mut Suite, name: &str, rule: &str, about: &str, bytes: &[u8]) {
    let vector = suite.vector(GROUP, name, "instrument", bytes, about);
    suite.add(if rule == "ok" {
        vector.ok(json!({}))
    } else {
        vector.by(rule)
    });
}

fn founded(suite: &mut Suite) {
    for (name, count) in [("two", 2), ("three", 3), ("five", 5)] {
        let world = World::new(count);
        let signers: Vec<_> = (0..count).collect();
        let result = json!({"line": world.line.to_string(), "title": "Watch line", "founded": true, "signed_by": signers});
        let vector = suite.vector(
            GROUP,
            &format!("ok-{name}"),
            "instrument",
            &world.instrument,
            "a founded line",
        );
        suite.add(vector.context(json!({"founded": true})).ok(result));
    }
    let world = World::new(2);
    let proposal = World::instrument(&world.people, &world.charter, &[1]).encode();
    let vector = suite.vector(
        GROUP,
        "ok-proposal",
        "instrument",
        &proposal,
        "one of two has signed",
    );
    suite.add(vector.ok(json!({"founded": false, "signed_by": [1]})));
    let vector = suite.vector(
        GROUP,
        "incomplete",
        "instrument",
        &proposal,
        "a founded line is needed",
    );
    suite.add(
        vector
            .context(json!({"founded": true}))
            .by("instrument-incomplete"),
    );
    let unsigned = World::instrument(&world.people, &world.charter, &[]).encode();
    add(
        suite,
        "ok-unsigned",
        "ok",
        "a proposal that nobody has signed",
        &unsigned,
    );
    let file = armour::encode("openline-charter/v1", &proposal);
    let vector = suite.vector(
        GROUP,
        "ok-file",
        "instrument",
        file.as_bytes(),
        "the file form",
    );
    suite.add(vector.ok(json!({"line": LineId::of(&world.charter).to_string()})));
    add(
        suite,
        "file-magic",
        "instrument-shape",
        "another first line",
        file.replacen("/v1", "/v2", 1).as_bytes(),
    );
    add(
        suite,
        "file-base64",
        "instrument-shape",
        "a character that is not of base64",
        file.replacen('\n', "\n!", 1).as_bytes(),
    );
}

fn forms(suite: &mut Suite) {
    let world = World::new(2);
    let good = || World::instrument(&world.people, &world.charter, &[0, 1]);
    let mut at = |name: &str, rule: &str, about: &str, spoil: &dyn Fn(&mut V)| {
        let mut value = good();
        spoil(&mut value);
        add(suite, name, rule, about, &value.encode());
    };
    fn signature(value: &mut V, at: usize) -> &mut Vec<V> {
        value.items()[1].items()[at].items()
    }
    at("one-element", "instrument-shape", "no signatures", &|v| {
        v.items().pop();
    });
    at(
        "signature-of-two",
        "instrument-shape",
        "a signature of two elements",
        &|v| {
            signature(v, 0).pop();
        },
    );
    at("signature-short", "instrument-shape", "63 bytes", &|v| {
        signature(v, 0)[1] = V::B(vec![0; 63])
    });
    at(
        "signatures-exchanged",
        "instrument-shape",
        "signers do not ascend",
        &|v| v.items()[1].items().swap(0, 1),
    );
    at(
        "signature-twice",
        "instrument-shape",
        "a signer twice",
        &|v| signature(v, 1)[0] = V::I(0),
    );
    at(
        "signature-of-nobody",
        "instrument-shape",
        "a signature of no member",
        &|v| signature(v, 1)[0] = V::I(2),
    );
    at(
        "signature-of-nobody-after-charter",
        "charter-shape",
        "whether a member exists is known after the charter's form",
        &|v| {
            signature(v, 1)[0] = V::I(2);
            v.items()[0] = V::B(vec![0x80]);
        },
    );
    at(
        "signature-of-party-16",
        "instrument-shape",
        "no line has a party 16, whatever its charter",
        &|v| {
            signature(v, 1)[0] = V::I(16);
            v.items()[0] = V::B(vec![0x80]);
        },
    );
    at(
        "signature-not-shortest",
        "cbor-canonical",
        "CBOR comes before the form",
        &|v| signature(v, 0)[0] = V::Raw(vec![0x18, 0x00]),
    );
    at(
        "signature-ed",
        "instrument-signature",
        "a wrong Ed25519 signature",
        &|v| signature(v, 0)[1] = V::B(vec![1; 64]),
    );
    at(
        "signature-pq",
        "instrument-signature",
        "a wrong ML-DSA-44 signature",
        &|v| signature(v, 1)[2] = V::B(vec![1; 2420]),
    );
    at(
        "signature-by-root",
        "instrument-signature",
        "node keys sign charters",
        &|v| {
            let message = [b"openline/charter/v1\n", &world.charter[..]].concat();
            signature(v, 0)[1] = V::B(Keys::new(1).sign_ed(&message));
        },
    );
    at(
        "charter-size",
        "charter-shape",
        "over 1 MiB, and no CBOR",
        &|v| v.items()[0] = V::B(vec![0xff; (1 << 20) + 1]),
    );
    at(
        "charter-malformed",
        "cbor-malformed",
        "the charter's CBOR",
        &|v| v.items()[0] = V::B(vec![0xff]),
    );
    at(
        "charter-trailing",
        "cbor-trailing",
        "a byte after the charter",
        &|v| v.items()[0] = V::B([&world.charter[..], &[0]].concat()),
    );
}

/// An instrument around a charter with these terms, signed by nobody unless all is right.
fn unsigned(people: &[Arc<Person>], change: &dyn Fn(&mut Vec<(u64, V)>)) -> Vec<u8> {
    let mut terms = World::terms(people);
    change(&mut terms);
    World::instrument(people, &V::M(terms).encode(), &[]).encode()
}

fn members(suite: &mut Suite) {
    let two = people(2);
    let swapped: Vec<_> = two.iter().rev().cloned().collect();
    let twice = vec![two[0].clone(), two[0].clone()];
    let namesake = {
        let mut people = vec![
            Arc::new(Person::new(1)),
            Arc::new(Person {
                name: "Party 1".to_owned(),
                ..Person::new(2)
            }),
        ];
        people.sort_by_key(|person| person.id());
        people
    };
    let plain: &dyn Fn(&mut Vec<(u64, V)>) = &|_| ();
    add(
        suite,
        "ok-sixteen",
        "ok",
        "sixteen parties",
        &unsigned(&people(16), plain),
    );
    add(
        suite,
        "members-one",
        "charter-members",
        "a line of one",
        &unsigned(&people(1), plain),
    );
    add(
        suite,
        "members-seventeen",
        "charter-members",
        "17 parties",
        &unsigned(&people(17), plain),
    );
    add(
        suite,
        "members-exchanged",
        "charter-members",
        "PartyIds descend",
        &unsigned(&swapped, plain),
    );
    add(
        suite,
        "members-twice",
        "charter-members",
        "a party twice",
        &unsigned(&twice, plain),
    );
    add(
        suite,
        "members-namesakes",
        "charter-members",
        "one name for two",
        &unsigned(&namesake, plain),
    );
    let none = |terms: &mut Vec<(u64, V)>| terms[3].1 = V::A(vec![]);
    add(
        suite,
        "members-none",
        "charter-members",
        "nobody",
        &unsigned(&two, &none),
    );

    let posts = |names: Vec<V>| move |member: &mut Vec<V>| member[1] = V::A(names.clone());
    let many: Vec<V> = (0..17).map(|n| V::T(format!("p{n}"))).collect();
    type Change = Box<dyn Fn(&mut Vec<V>)>;
    let cases: Vec<(&str, &str, Change, &str)> = vec![
        (
            "posts-none",
            "charter-member",
            Box::new(posts(vec![])),
            "no post",
        ),
        (
            "posts-too-many",
            "charter-member",
            Box::new(posts(many.clone())),
            "17 posts",
        ),
        (
            "ok-sixteen-posts",
            "ok",
            Box::new(posts(many[..16].to_vec())),
            "16 posts",
        ),
        (
            "posts-twice",
            "charter-member",
            Box::new(posts(vec!["duty".into(), "duty".into()])),
            "a post twice",
        ),
        (
            "posts-node",
            "charter-member",
            Box::new(posts(vec!["node".into()])),
            "the node is no post of a charter",
        ),
        (
            "posts-capitals",
            "charter-member",
            Box::new(posts(vec!["Duty".into()])),
            "capitals",
        ),
        (
            "posts-long",
            "charter-member",
            Box::new(posts(vec![V::T("p".repeat(65))])),
            "a name of 65 bytes",
        ),
        (
            "zone-empty",
            "charter-member",
            Box::new(|m| m[2] = "".into()),
            "no zone",
        ),
        (
            "zone-space",
            "charter-member",
            Box::new(|m| m[2] = "Europe/New Vienna".into()),
            "a space in a zone",
        ),
        (
            "zone-long",
            "charter-member",
            Box::new(|m| m[2] = V::T("z".repeat(65))),
            "a zone of 65 bytes",
        ),
        (
            "member-of-two",
            "charter-shape",
            Box::new(|m| {
                m.pop();
            }),
            "a member without a zone",
        ),
        (
            "member-credential",
            "credential-shape",
            Box::new(|m| m[0] = V::B(vec![0x80])),
            "the members' credentials come before their order",
        ),
    ];
    for (name, rule, change, about) in cases {
        let spoil = |terms: &mut Vec<(u64, V)>| change(terms[3].1.items()[1].items());
        add(suite, name, rule, about, &unsigned(&two, &spoil));
    }
    let both = |terms: &mut Vec<(u64, V)>| {
        terms[1].1 = "".into();
        terms[3].1.items()[0].items()[2] = "".into();
    };
    add(
        suite,
        "members-before-terms",
        "charter-member",
        "rules in the order of their numbers",
        &unsigned(&two, &both),
    );
}

/// A charter for each, with one key changed.
fn add_terms(
    suite: &mut Suite,
    people: &[Arc<Person>],
    cases: impl IntoIterator<Item = (&'static str, &'static str, usize, V, &'static str)>,
) {
    for (name, rule, key, value, about) in cases {
        let change = |terms: &mut Vec<(u64, V)>| terms[key].1 = value.clone();
        let name = name.strip_prefix("ok-").map_or_else(
            || format!("terms-{name}"),
            |name| format!("ok-terms-{name}"),
        );
        add(suite, &name, rule, about, &unsigned(people, &change));
    }
}

fn terms(suite: &mut Suite) {
    let two = people(2);
    let texts = |count: usize| V::A((0..count).map(|n| V::T(format!("x{n}"))).collect());
    let schedule = |zone: &str, times: &[&str]| {
        let times = times.iter().map(|time| V::text(time)).collect();
        V::A(vec![zone.into(), V::A(times), V::I(127), V::I(0)])
    };
    let clock = |last: i64| V::A(vec![V::I(0), V::I(1), V::I(last)]);
    let cases = vec![
        ("version", "charter-shape", 0, V::I(2), "another version"),
        ("title-empty", "charter-terms", 1, "".into(), "no title"),
        (
            "title-long",
            "charter-terms",
            1,
            V::T("t".repeat(257)),
            "a title of 257 bytes",
        ),
        (
            "title-control",
            "charter-terms",
            1,
            "two\nlines".into(),
            "a control character",
        ),
        (
            "level-long",
            "charter-terms",
            2,
            V::T("l".repeat(65)),
            "a level of 65 bytes",
        ),
        (
            "interval-zero",
            "charter-terms",
            4,
            V::I(0),
            "no contact interval",
        ),
        (
            "interval-long",
            "charter-terms",
            4,
            V::I(86_401),
            "over a day",
        ),
        (
            "schedule-zone",
            "charter-terms",
            5,
            schedule("", &[]),
            "no zone",
        ),
        (
            "schedule-time",
            "charter-terms",
            5,
            schedule("UTC", &["24:00"]),
            "no such time",
        ),
        (
            "schedule-seconds",
            "charter-terms",
            5,
            schedule("UTC", &["09:00:00"]),
            "hours and minutes only",
        ),
        (
            "schedule-too-many",
            "charter-terms",
            5,
            schedule("UTC", &["09:00"; 49]),
            "49 times",
        ),
        (
            "ok-schedule-repeats",
            "ok",
            5,
            schedule("UTC", &["09:00"; 48]),
            "times in any order, and more than once",
        ),
        (
            "clocks-three",
            "charter-shape",
            6,
            V::A(vec![clock(0); 3]),
            "one precedence without clocks",
        ),
        (
            "clock-long",
            "charter-terms",
            6,
            V::A(vec![clock(0), clock(0), clock(0), clock(31_622_401)]),
            "over a year",
        ),
        (
            "ok-clock-at-most",
            "ok",
            6,
            V::A(vec![clock(31_622_400); 4]),
            "a leap year",
        ),
        (
            "languages-none",
            "charter-terms",
            7,
            texts(0),
            "no language",
        ),
        (
            "languages-too-many",
            "charter-terms",
            7,
            texts(17),
            "17 languages",
        ),
        (
            "language-form",
            "charter-terms",
            7,
            V::A(vec!["en_GB".into()]),
            "no BCP 47 tag",
        ),
        (
            "language-twice",
            "charter-terms",
            7,
            V::A(vec!["en".into(), "EN".into()]),
            "tags are compared without regard to case",
        ),
        (
            "receipts",
            "charter-terms",
            8,
            V::I(2),
            "there is no mode 2",
        ),
        (
            "receipts-negative",
            "charter-shape",
            8,
            V::I(-1),
            "no unsigned integer",
        ),
        ("open-too-many", "charter-terms", 9, texts(17), "17 classes"),
        (
            "open-empty",
            "charter-terms",
            9,
            V::A(vec!["".into()]),
            "an empty class",
        ),
        ("ok-open-none", "ok", 9, V::A(vec![]), "nothing stays open"),
        (
            "retention-long",
            "charter-terms",
            10,
            V::I(36_526),
            "over a hundred years",
        ),
        (
            "beat-entries",
            "charter-terms",
            11,
            V::A(vec![V::I(0), V::I(1)]),
            "no entries",
        ),
        (
            "beat-seconds",
            "charter-terms",
            11,
            V::A(vec![V::I(1), V::I(0)]),
            "no time",
        ),
        (
            "beat-long",
            "charter-terms",
            11,
            V::A(vec![V::I(1), V::I(31_622_401)]),
            "over a year",
        ),
        (
            "ok-beat-entries",
            "ok",
            11,
            V::A(vec![V::uint(u64::MAX), V::I(1)]),
            "entries have no bound",
        ),
        (
            "attachment-limit",
            "charter-terms",
            12,
            V::I((1 << 30) + 1),
            "over 1 GiB",
        ),
        (
            "ok-no-attachments",
            "ok",
            12,
            V::I(0),
            "a limit of 0 allows none",
        ),
        (
            "tolerance-long",
            "charter-terms",
            13,
            V::I(31_622_401),
            "over a year",
        ),
        (
            "settle-delay-long",
            "charter-terms",
            14,
            V::I(86_400_001),
            "over a day",
        ),
        (
            "nonce-short",
            "charter-shape",
            15,
            V::B(vec![7; 15]),
            "15 bytes",
        ),
        (
            "title-bytes",
            "charter-shape",
            1,
            V::B(vec![]),
            "a title that is no text",
        ),
    ];
    add_terms(suite, &two, cases);
    let more = |terms: &mut Vec<(u64, V)>| terms.push((19, V::I(0)));
    add(
        suite,
        "terms-unknown-key",
        "charter-shape",
        "a key that is not defined",
        &unsigned(&two, &more),
    );
    let fewer = |terms: &mut Vec<(u64, V)>| {
        terms.remove(13);
    };
    add(
        suite,
        "terms-missing-key",
        "charter-shape",
        "no tolerance",
        &unsigned(&two, &fewer),
    );
}

fn test_days(suite: &mut Suite) {
    let days = |days: i64, by_person: i64| {
        let times = V::A(vec!["09:00".into()]);
        V::A(vec!["UTC".into(), times, V::I(days), V::I(by_person)])
    };
    let cases = [
        (
            "ok-days-monday",
            "ok",
            5,
            days(1, 1),
            "Mondays alone, answered by a person",
        ),
        (
            "ok-days-sunday",
            "ok",
            5,
            days(64, 0),
            "Sundays alone, answered by the node",
        ),
        (
            "ok-days-all",
            "ok",
            5,
            days(127, 0),
            "every day of the week",
        ),
        (
            "days-none",
            "charter-terms",
            5,
            days(0, 0),
            "no day of the week",
        ),
        (
            "days-eight",
            "charter-terms",
            5,
            days(128, 0),
            "a week has seven days",
        ),
        (
            "days-nine-bits",
            "charter-terms",
            5,
            days(257, 0),
            "no day beyond one byte",
        ),
        (
            "days-by-nobody",
            "charter-terms",
            5,
            days(127, 2),
            "there is no choice 2",
        ),
        (
            "days-negative",
            "charter-shape",
            5,
            days(-1, 0),
            "no unsigned integer",
        ),
        (
            "days-by-null",
            "charter-shape",
            5,
            V::A(vec!["UTC".into(), V::A(vec![]), V::I(127), V::Null]),
            "not said by whom",
        ),
        (
            "days-missing",
            "charter-shape",
            5,
            V::A(vec!["UTC".into(), V::A(vec![])]),
            "a schedule without days",
        ),
    ];
    add_terms(suite, &people(2), cases);
}

fn limits_of_words_watch_and_matching(suite: &mut Suite) {
    let pair = |one: i64, other: i64| V::A(vec![V::I(one), V::I(other)]);
    let limits =
        |flash: i64, routine: i64| V::A(vec![V::I(flash), V::I(0), V::I(0), V::I(routine)]);
    let cases = [
        (
            "ok-word-limits-at-most",
            "ok",
            16,
            V::A(vec![V::I(65_535); 4]),
            "each limit at its bound",
        ),
        (
            "ok-word-limits-none",
            "ok",
            16,
            V::A(vec![V::I(0); 4]),
            "no limit for any precedence",
        ),
        (
            "word-limits-flash",
            "charter-terms",
            16,
            limits(65_536, 0),
            "over 65535 words of flash",
        ),
        (
            "word-limits-routine",
            "charter-terms",
            16,
            limits(0, 65_536),
            "over 65535 words of routine",
        ),
        (
            "word-limits-three",
            "charter-shape",
            16,
            V::A(vec![V::I(1); 3]),
            "one precedence without a limit",
        ),
        (
            "word-limits-five",
            "charter-shape",
            16,
            V::A(vec![V::I(1); 5]),
            "a limit of no precedence",
        ),
        (
            "word-limits-negative",
            "charter-shape",
            16,
            limits(-1, 0),
            "no unsigned integer",
        ),
        (
            "ok-watch-nothing",
            "ok",
            17,
            V::I(0),
            "nothing of the watch is told",
        ),
        (
            "ok-watch-attended",
            "ok",
            17,
            V::I(1),
            "whether posts are attended is told",
        ),
        (
            "watch-choice",
            "charter-terms",
            17,
            V::I(3),
            "there is no choice 3",
        ),
        (
            "watch-choice-beyond",
            "charter-terms",
            17,
            V::uint(u64::MAX),
            "nor one as large as that",
        ),
        (
            "watch-text",
            "charter-shape",
            17,
            "full".into(),
            "choices are numbers",
        ),
        (
            "ok-matching-at-least",
            "ok",
            18,
            pair(1, 0),
            "one pick, and no run",
        ),
        (
            "ok-matching-at-most",
            "ok",
            18,
            pair(64, 64),
            "picks and runs at their bounds",
        ),
        (
            "matching-no-pick",
            "charter-terms",
            18,
            pair(0, 3),
            "nothing is picked",
        ),
        (
            "matching-picks",
            "charter-terms",
            18,
            pair(65, 3),
            "65 picks",
        ),
        (
            "matching-runs",
            "charter-terms",
            18,
            pair(12, 65),
            "65 runs",
        ),
        (
            "matching-alone",
            "charter-shape",
            18,
            V::A(vec![V::I(12)]),
            "picks without runs",
        ),
        (
            "matching-negative",
            "charter-shape",
            18,
            pair(12, -1),
            "no unsigned integer",
        ),
    ];
    add_terms(suite, &people(2), cases);
    let without = |terms: &mut Vec<(u64, V)>| terms.truncate(16);
    add(
        suite,
        "terms-of-sixteen-keys",
        "charter-shape",
        "neither word limits nor watch nor matching",
        &unsigned(&people(2), &without),
    );
}
