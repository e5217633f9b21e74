//! Rules E1 to E10: encounters, older contacts, topics and undertakings.

use crate::entries::{accept, refuse};
use crate::suite::Suite;
use crate::support::{Draft, V};

const GROUP: &str = "encounter";

const ENCOUNTER: u64 = 20;
const STEP: u64 = 21;
const CONTACT: u64 = 22;
const TOPIC: u64 = 23;
const POSITION: u64 = 24;
const UNDERTAKING: u64 = 25;
const ACCOUNT: u64 = 26;

const TIME_OVER: i64 = 1 << 53;
const MESSAGE: &[(u64, u64)] = &[(1, 1)];

type Keys = Vec<(u64, V)>;
/// A name, what is expected, the references, the keys, and what it is about.
type Case = (
    &'static str,
    &'static str,
    &'static [(u64, u64)],
    Keys,
    &'static str,
);

pub(crate) fn write(suite: &mut Suite) {
    bodies(suite, ENCOUNTER, encounters());
    bodies(suite, STEP, steps());
    bodies(suite, STEP, claims());
    bodies(suite, CONTACT, contacts());
    bodies(suite, TOPIC, topics());
    bodies(suite, POSITION, positions());
    bodies(suite, UNDERTAKING, undertakings());
    bodies(suite, ACCOUNT, accounts());
}

/// Two founded logs, a message of party 1, and what party 0 says.
fn bodies(suite: &mut Suite, kind: u64, cases: Vec<Case>) {
    for (name, expect, refs, keys, about) in cases {
        let draft = || Draft::new(kind, V::M(keys.clone()).encode()).refs(refs);
        if expect == "ok" {
            accept(suite, GROUP, name, about, |world| {
                world.message(1, |_| ());
                world.add(0, draft());
            });
        } else {
            refuse(suite, GROUP, name, expect, about, |world| {
                world.message(1, |_| ());
                world.add(0, draft())
            });
        }
    }
}

fn long(len: usize) -> V {
    V::T("w".repeat(len))
}

fn array(items: &[V]) -> V {
    V::A(items.to_vec())
}

fn pair(from: i64, to: i64) -> V {
    array(&[V::I(from), V::I(to)])
}

fn who(party: i64, office: &str) -> V {
    array(&[V::I(party), office.into()])
}

fn visit(kind: i64, more: Keys) -> Keys {
    let mut keys = vec![
        (0, V::I(kind)),
        (1, "Two days of talks".into()),
        (2, "foreign minister".into()),
        (3, V::I(1)),
    ];
    keys.extend(more);
    keys
}

fn changed(kind: i64, key: usize, value: V) -> Keys {
    let mut keys = visit(kind, vec![]);
    keys[key].1 = value;
    keys
}

fn encounters() -> Vec<Case> {
    let rule = "encounter-value";
    let link = "encounter-link";
    let all = vec![
        (4, V::I(0)),
        (5, array(&[who(0, "Minister"), who(1, "Minister")])),
        (6, "The capital".into()),
        (7, array(&["en".into(), "zh-Hans".into()])),
        (8, "each side's own".into()),
        (9, pair(1, 0)),
        (10, pair(1, 1)),
        (11, "as agreed".into()),
    ];
    let many = (0..65).map(|n| who(0, &format!("office {n}"))).collect();
    vec![
        ("ok-call", "ok", &[], visit(0, vec![]), "a call"),
        (
            "ok-visit",
            "ok",
            &[(1, 0), (1, 1)],
            visit(2, all),
            "every key",
        ),
        ("encounter-kind", rule, &[], visit(3, vec![]), "kind 3"),
        (
            "subject-empty",
            rule,
            &[],
            changed(0, 1, "".into()),
            "an empty subject",
        ),
        (
            "subject-control",
            rule,
            &[],
            changed(0, 1, "a\nb".into()),
            "a control character",
        ),
        (
            "level-long",
            rule,
            &[],
            changed(0, 2, long(1025)),
            "a level of 1025 bytes",
        ),
        (
            "asked-nobody",
            rule,
            &[],
            changed(0, 3, V::I(2)),
            "a party that is not",
        ),
        (
            "asked-beyond",
            rule,
            &[],
            changed(0, 3, V::I(256)),
            "a number that no charter has",
        ),
        (
            "host-nobody",
            rule,
            &[],
            visit(2, vec![(4, V::I(2))]),
            "a party that is not",
        ),
        (
            "participants-none",
            rule,
            &[],
            visit(2, vec![(5, array(&[]))]),
            "no participant",
        ),
        (
            "participants-too-many",
            rule,
            &[],
            visit(2, vec![(5, V::A(many))]),
            "65 participants",
        ),
        (
            "participants-twice",
            rule,
            &[],
            visit(
                2,
                vec![(5, array(&[who(0, "Minister"), who(0, "Minister")]))],
            ),
            "one twice",
        ),
        (
            "office-empty",
            rule,
            &[],
            visit(2, vec![(5, array(&[who(0, "")]))]),
            "no office",
        ),
        (
            "participant-nobody",
            rule,
            &[],
            visit(2, vec![(5, array(&[who(7, "x")]))]),
            "a party that is not",
        ),
        (
            "languages-none",
            rule,
            &[],
            visit(2, vec![(7, array(&[]))]),
            "no language",
        ),
        (
            "languages-twice",
            rule,
            &[],
            visit(2, vec![(7, array(&["en".into(), "EN".into()]))]),
            "whatever the case",
        ),
        (
            "encounter-words-empty",
            rule,
            &[],
            visit(2, vec![(11, "".into())]),
            "empty words",
        ),
        (
            "within-unnamed",
            link,
            &[],
            visit(0, vec![(9, pair(1, 1))]),
            "not among the references",
        ),
        (
            "returns-unnamed",
            link,
            MESSAGE,
            visit(2, vec![(10, pair(1, 0))]),
            "another reference",
        ),
        (
            "returns-call",
            link,
            MESSAGE,
            visit(0, vec![(10, pair(1, 1))]),
            "a call returns no visit",
        ),
        (
            "within-what-it-returns",
            link,
            MESSAGE,
            visit(2, vec![(9, pair(1, 1)), (10, pair(1, 1))]),
            "both are one",
        ),
        (
            "encounter-value-before-link",
            rule,
            &[],
            visit(3, vec![(9, pair(1, 1))]),
            "rules in their order",
        ),
        (
            "encounter-without-level",
            "body-shape",
            &[],
            vec![(0, V::I(0)), (1, "x".into()), (3, V::I(0))],
            "no level",
        ),
        (
            "encounter-ref-short",
            "body-shape",
            MESSAGE,
            visit(2, vec![(9, array(&[V::I(1)]))]),
            "a reference of one",
        ),
    ]
}

fn act(act: i64, more: Keys) -> Keys {
    let mut keys = vec![(0, V::I(act))];
    keys.extend(more);
    keys
}

fn steps() -> Vec<Case> {
    let rule = "step-value";
    let words = || (9, V::text("not now"));
    vec![
        (
            "ok-accepted",
            "ok",
            MESSAGE,
            act(0, vec![]),
            "accepted in principle",
        ),
        (
            "ok-scheduled",
            "ok",
            MESSAGE,
            act(1, vec![(1, pair(-5, 9)), (6, "Hall".into())]),
            "with a place",
        ),
        (
            "ok-read-out",
            "ok",
            &[(1, 1), (1, 0)],
            act(3, vec![]),
            "with its readout",
        ),
        (
            "ok-declined",
            "ok",
            MESSAGE,
            act(4, vec![(3, pair(1, 2)), words()]),
            "with a next window",
        ),
        (
            "ok-postponed",
            "ok",
            MESSAGE,
            act(5, vec![words()]),
            "without one",
        ),
        (
            "ok-asked-by",
            "ok",
            MESSAGE,
            act(6, vec![(4, V::I(1))]),
            "who asked",
        ),
        (
            "ok-return-owed",
            "ok",
            MESSAGE,
            act(7, vec![(4, V::I(0))]),
            "who owes",
        ),
        (
            "ok-step-of-own",
            "ok",
            &[(0, 0)],
            act(0, vec![]),
            "of one's own encounter",
        ),
        (
            "step-of-nothing",
            "subject-ref",
            &[],
            act(0, vec![]),
            "no reference",
        ),
        (
            "step-reference-before-value",
            "subject-ref",
            &[],
            act(8, vec![]),
            "rules in their order",
        ),
        ("step-act", rule, MESSAGE, act(8, vec![]), "act 8"),
        (
            "scheduled-never",
            rule,
            MESSAGE,
            act(1, vec![]),
            "no window",
        ),
        (
            "accepted-window",
            rule,
            MESSAGE,
            act(0, vec![(1, pair(1, 2))]),
            "a window without a schedule",
        ),
        (
            "scheduled-empty",
            rule,
            MESSAGE,
            act(1, vec![(1, pair(2, 2))]),
            "to is not after from",
        ),
        (
            "scheduled-beyond",
            rule,
            MESSAGE,
            act(1, vec![(1, pair(0, TIME_OVER))]),
            "a time out of range",
        ),
        (
            "read-out-nothing",
            rule,
            MESSAGE,
            act(3, vec![]),
            "one reference",
        ),
        (
            "declined-silently",
            rule,
            MESSAGE,
            act(4, vec![]),
            "no reason",
        ),
        (
            "postponed-backwards",
            rule,
            MESSAGE,
            act(5, vec![(3, pair(2, 1)), words()]),
            "the next window ends first",
        ),
        (
            "held-next",
            rule,
            MESSAGE,
            act(2, vec![(3, pair(1, 2))]),
            "a next window of what was held",
        ),
        ("asked-by-nobody", rule, MESSAGE, act(6, vec![]), "no party"),
        (
            "owed-by-stranger",
            rule,
            MESSAGE,
            act(7, vec![(4, V::I(9))]),
            "a party that is not",
        ),
        (
            "accepted-party",
            rule,
            MESSAGE,
            act(0, vec![(4, V::I(0))]),
            "a party without need",
        ),
        (
            "accepted-place",
            rule,
            MESSAGE,
            act(0, vec![(6, "Hall".into())]),
            "a place without a time",
        ),
        (
            "step-words-long",
            rule,
            MESSAGE,
            act(0, vec![(9, long(16385))]),
            "words too long",
        ),
        (
            "step-key",
            "body-shape",
            MESSAGE,
            act(0, vec![(10, V::I(0))]),
            "key 10",
        ),
    ]
}

fn moment(civil: V, zone: V, utc: V, weekday: V) -> V {
    array(&[civil, zone, utc, weekday])
}

fn claim(source: &str, begin: V, end: V, minutes: V) -> V {
    array(&[source.into(), begin, end, minutes])
}

fn held(claims: Vec<V>) -> Keys {
    act(2, vec![(2, V::A(claims))])
}

fn ended(civil: &str, zone: V, weekday: V) -> Keys {
    let end = moment(civil.into(), zone, V::Null, weekday);
    held(vec![claim("a paper", V::Null, end, V::Null)])
}

fn claims() -> Vec<Case> {
    let rule = "time-claims";
    let utc = |ms| moment(V::Null, V::Null, V::I(ms), V::Null);
    let one = |source: &str| claim(source, V::Null, utc(0), V::Null);
    let full = moment(
        "2023-06-18T20:00".into(),
        "Asia/Shanghai".into(),
        V::I(1_687_078_800_000),
        V::I(7),
    );
    let many = (0..17).map(|n| one(&format!("source {n}"))).collect();
    let minutes = |minutes| held(vec![claim("x", V::Null, V::Null, V::I(minutes))]);
    vec![
        (
            "ok-claims",
            "ok",
            MESSAGE,
            held(vec![
                claim("a paper", V::Null, full, V::I(330)),
                one("a side"),
            ]),
            "a contradiction is admitted, and shown",
        ),
        (
            "ok-claim-twice",
            "ok",
            MESSAGE,
            held(vec![one("x"), one("x")]),
            "one source may say two things",
        ),
        (
            "ok-claim-longest",
            "ok",
            MESSAGE,
            minutes(527_040),
            "a leap year",
        ),
        (
            "ok-claim-no-such-day",
            "ok",
            MESSAGE,
            ended("2023-02-31T09:00", V::Null, V::Null),
            "shown, not refused",
        ),
        ("claims-none", rule, MESSAGE, held(vec![]), "no claim"),
        ("claims-too-many", rule, MESSAGE, held(many), "17 claims"),
        (
            "claims-of-schedule",
            "step-value",
            MESSAGE,
            act(1, vec![(1, pair(1, 2)), (2, array(&[one("x")]))]),
            "times of what is to come",
        ),
        (
            "claim-source-empty",
            rule,
            MESSAGE,
            held(vec![one("")]),
            "no source",
        ),
        (
            "claim-nothing",
            rule,
            MESSAGE,
            held(vec![claim("x", V::Null, V::Null, V::Null)]),
            "says nothing",
        ),
        (
            "claim-minutes-none",
            rule,
            MESSAGE,
            minutes(0),
            "no minutes",
        ),
        (
            "claim-minutes-beyond",
            rule,
            MESSAGE,
            minutes(527_041),
            "over a year",
        ),
        (
            "claim-utc-beyond",
            rule,
            MESSAGE,
            held(vec![claim("x", utc(TIME_OVER), V::Null, V::Null)]),
            "a time out of range",
        ),
        (
            "claim-weekday",
            rule,
            MESSAGE,
            ended("2023-06-18T20:00", V::Null, V::I(8)),
            "weekday 8",
        ),
        (
            "claim-weekday-none",
            rule,
            MESSAGE,
            ended("2023-06-18T20:00", V::Null, V::I(0)),
            "weekday 0",
        ),
        (
            "claim-hour",
            rule,
            MESSAGE,
            ended("2023-06-18T24:00", V::Null, V::Null),
            "hour 24",
        ),
        (
            "claim-blank",
            rule,
            MESSAGE,
            ended("2023-06-18 20:00", V::Null, V::Null),
            "a blank for the T",
        ),
        (
            "claim-seconds",
            rule,
            MESSAGE,
            ended("2023-06-18T20:00:00", V::Null, V::Null),
            "seconds",
        ),
        (
            "claim-zone-empty",
            rule,
            MESSAGE,
            ended("2023-06-18T20:00", "".into(), V::Null),
            "an empty zone",
        ),
        (
            "claim-zone-form",
            rule,
            MESSAGE,
            ended("2023-06-18T20:00", "Pékin".into(), V::Null),
            "a zone not of its form",
        ),
        (
            "claim-zone-alone",
            rule,
            MESSAGE,
            held(vec![claim(
                "x",
                moment(V::Null, "UTC".into(), V::I(0), V::Null),
                V::Null,
                V::Null,
            )]),
            "a zone without a clock time",
        ),
        (
            "claim-weekday-alone",
            rule,
            MESSAGE,
            held(vec![claim(
                "x",
                moment(V::Null, V::Null, V::Null, V::I(1)),
                V::Null,
                V::Null,
            )]),
            "a weekday without a time",
        ),
        (
            "claim-short",
            "body-shape",
            MESSAGE,
            held(vec![array(&["x".into()])]),
            "a claim of one",
        ),
        (
            "claim-moment-short",
            "body-shape",
            MESSAGE,
            held(vec![claim("x", array(&[V::Null]), V::Null, V::Null)]),
            "a moment of one",
        ),
    ]
}

fn contact(date: &str, more: Keys) -> Keys {
    let mut keys = vec![
        (0, V::I(2)),
        (1, date.into()),
        (2, "foreign minister".into()),
        (3, "a visit".into()),
    ];
    keys.extend(more);
    keys
}

fn contacts() -> Vec<Case> {
    let rule = "contact-value";
    let more = vec![
        (4, V::I(1)),
        (5, array(&[who(0, "Minister")])),
        (6, "Beijing".into()),
        (7, "as the press reported".into()),
    ];
    let mut kind = contact("2018", vec![]);
    kind[0].1 = V::I(3);
    let mut what = contact("2018", vec![]);
    what[3].1 = "".into();
    vec![
        (
            "ok-contact-year",
            "ok",
            &[],
            contact("2018", vec![]),
            "known to the year",
        ),
        (
            "ok-contact-month",
            "ok",
            &[],
            contact("2022-11", vec![]),
            "known to the month",
        ),
        (
            "ok-contact-day",
            "ok",
            &[],
            contact("2018-10-08", more),
            "known to the day, every key",
        ),
        ("contact-kind", rule, &[], kind, "kind 3"),
        (
            "contact-date-empty",
            rule,
            &[],
            contact("", vec![]),
            "no date",
        ),
        (
            "contact-month",
            rule,
            &[],
            contact("2018-13", vec![]),
            "month 13",
        ),
        (
            "contact-day",
            rule,
            &[],
            contact("2018-10-8", vec![]),
            "a day of one digit",
        ),
        (
            "contact-year-zero",
            rule,
            &[],
            contact("0000", vec![]),
            "year 0",
        ),
        ("contact-what-empty", rule, &[], what, "says nothing"),
        (
            "contact-host-nobody",
            rule,
            &[],
            contact("2018", vec![(4, V::I(3))]),
            "a party that is not",
        ),
        (
            "contact-participants-none",
            rule,
            &[],
            contact("2018", vec![(5, array(&[]))]),
            "no participant",
        ),
        (
            "contact-place-control",
            rule,
            &[],
            contact("2018", vec![(6, "a\tb".into())]),
            "a control character",
        ),
        (
            "contact-words-empty",
            rule,
            &[],
            contact("2018", vec![(7, "".into())]),
            "empty words",
        ),
        (
            "contact-date-number",
            "body-shape",
            &[],
            vec![
                (0, V::I(0)),
                (1, V::I(2018)),
                (2, "x".into()),
                (3, "x".into()),
            ],
            "a date is text",
        ),
    ]
}

fn topics() -> Vec<Case> {
    let rule = "topic-value";
    let topic = |kind, title: &str, party, more: Keys| {
        let mut keys = vec![(0, V::I(kind)), (1, title.into()), (2, V::I(party))];
        keys.extend(more);
        keys
    };
    vec![
        (
            "ok-topic",
            "ok",
            MESSAGE,
            topic(0, "Trade", 1, vec![(3, "tariffs".into())]),
            "raised in a message",
        ),
        (
            "ok-topic-nowhere",
            "ok",
            &[],
            topic(1, "Students", 0, vec![]),
            "raised nowhere yet",
        ),
        (
            "topic-kind",
            rule,
            &[],
            topic(2, "Trade", 0, vec![]),
            "kind 2",
        ),
        (
            "topic-title-empty",
            rule,
            &[],
            topic(0, "", 0, vec![]),
            "no title",
        ),
        (
            "topic-nobody",
            rule,
            &[],
            topic(0, "Trade", 2, vec![]),
            "a party that is not",
        ),
        (
            "topic-words-empty",
            rule,
            &[],
            topic(0, "Trade", 0, vec![(3, "".into())]),
            "empty words",
        ),
    ]
}

fn positions() -> Vec<Case> {
    let rule = "position-value";
    vec![
        (
            "ok-position",
            "ok",
            MESSAGE,
            vec![(0, "no".into()), (1, V::I(4))],
            "words and status",
        ),
        (
            "ok-position-status",
            "ok",
            &[(0, 0)],
            vec![(1, V::I(0))],
            "status only",
        ),
        (
            "position-of-nothing",
            "subject-ref",
            &[],
            vec![(1, V::I(0))],
            "no reference",
        ),
        ("position-nothing", rule, MESSAGE, vec![], "says nothing"),
        (
            "position-status",
            rule,
            MESSAGE,
            vec![(1, V::I(5))],
            "status 5",
        ),
        (
            "position-words-empty",
            rule,
            MESSAGE,
            vec![(0, "".into())],
            "empty words",
        ),
        (
            "position-words-long",
            rule,
            MESSAGE,
            vec![(0, long(16385))],
            "words too long",
        ),
    ]
}

fn undertakings() -> Vec<Case> {
    let rule = "undertaking-value";
    let keys = |party, what: V, more: Keys| {
        let mut keys = vec![(0, V::I(party)), (1, what)];
        keys.extend(more);
        keys
    };
    let all = vec![(2, V::I(-5)), (3, "Minister".into())];
    vec![
        (
            "ok-undertaking",
            "ok",
            MESSAGE,
            keys(1, "keep channels open".into(), all),
            "every key",
        ),
        (
            "ok-undertaking-long",
            "ok",
            MESSAGE,
            keys(0, long(16384), vec![]),
            "words of their longest",
        ),
        (
            "undertaking-of-nothing",
            "subject-ref",
            &[],
            keys(0, "x".into(), vec![]),
            "taken from nothing",
        ),
        (
            "undertaking-nobody",
            rule,
            MESSAGE,
            keys(2, "x".into(), vec![]),
            "a party that is not",
        ),
        (
            "undertaking-empty",
            rule,
            MESSAGE,
            keys(0, "".into(), vec![]),
            "says nothing",
        ),
        (
            "undertaking-long",
            rule,
            MESSAGE,
            keys(0, long(16385), vec![]),
            "words too long",
        ),
        (
            "undertaking-beyond",
            rule,
            MESSAGE,
            keys(0, "x".into(), vec![(2, V::I(TIME_OVER))]),
            "a time out of range",
        ),
        (
            "undertaking-office",
            rule,
            MESSAGE,
            keys(0, "x".into(), vec![(3, "".into())]),
            "an empty office",
        ),
    ]
}

fn accounts() -> Vec<Case> {
    let rule = "account-value";
    vec![
        ("ok-account", "ok", MESSAGE, vec![(0, V::I(0))], "kept"),
        (
            "ok-account-of-own",
            "ok",
            &[(0, 0)],
            vec![(0, V::I(3)), (1, "being done".into())],
            "of one's own entry",
        ),
        (
            "account-of-nothing",
            "subject-ref",
            &[],
            vec![(0, V::I(0))],
            "no reference",
        ),
        ("account-kept", rule, MESSAGE, vec![(0, V::I(4))], "4"),
        (
            "account-words-empty",
            rule,
            MESSAGE,
            vec![(0, V::I(1)), (1, "".into())],
            "empty words",
        ),
        (
            "account-key",
            "body-shape",
            MESSAGE,
            vec![(0, V::I(1)), (2, "x".into())],
            "key 2",
        ),
    ]
}
