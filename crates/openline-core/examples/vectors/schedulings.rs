//! Rules S1 to S8: the steps of a scheduling run.

use crate::entries::{accept, refuse};
use crate::suite::Suite;
use crate::support::{Draft, V, World};

const GROUP: &str = "scheduling";

const REQUEST: u64 = 40;
const COMMITMENT: u64 = 41;
const EVALUATION: u64 = 42;
const RESULT: u64 = 43;
const SEAL: u64 = 44;
const OPENING: u64 = 45;
const CONFIRMATION: u64 = 46;
const WITHDRAWAL: u64 = 47;

/// Picks that the charter of these worlds asks for.
const K: u8 = 12;
const HOUR: i64 = 3_600_000;

type Keys = Vec<(u64, V)>;
type Case = (&'static str, &'static str, u64, Keys, &'static str);

pub(crate) fn write(suite: &mut Suite) {
    requests(suite);
    commitments(suite);
    evaluations(suite);
    lists(suite);
    words(suite);
    references(suite);
}

fn bytes(len: usize, byte: u8) -> V {
    V::B(vec![byte; len])
}

/// Pieces of one length, each greater than the one before.
fn rising(count: u8, len: usize) -> V {
    V::B((1..=count).flat_map(|n| vec![n; len]).collect())
}

fn picks(slots: &[u16], count: usize) -> V {
    let padding = std::iter::repeat_n(&u16::MAX, count - slots.len());
    let all = slots.iter().chain(padding);
    V::B(all.flat_map(|slot| slot.to_be_bytes()).collect())
}

fn window(from: i64, until: i64) -> V {
    V::A(vec![V::I(from), V::I(until)])
}

fn office(days: i64, from: i64, until: i64) -> V {
    V::A(vec![V::I(days), V::I(from), V::I(until)])
}

fn request() -> Keys {
    vec![
        (0, V::I(0)),
        (1, V::I(0)),
        (2, window(0, 48 * HOUR)),
        (3, V::I(60)),
        (4, V::I(30)),
        (5, V::A(vec![office(31, 540, 1080), office(79, 0, 1440)])),
        (6, "return visit".into()),
    ]
}

fn with(key: u64, value: V) -> Keys {
    let keys = request().into_iter();
    keys.map(|(k, v)| if k == key { (k, value.clone()) } else { (k, v) })
        .collect()
}

fn commitment(blinded: V) -> Keys {
    vec![(0, bytes(32, 1)), (1, bytes(32, 2)), (2, blinded)]
}

fn evaluation(evaluated: V, tags: V) -> Keys {
    vec![(0, evaluated), (1, bytes(64, 3)), (2, tags)]
}

/// A request of party 1, and a step of party 0 about it; or a request of party 0.
fn cases(suite: &mut Suite, cases: Vec<Case>) {
    for (name, expect, kind, keys, about) in cases {
        let refs: &[(u64, u64)] = if kind == REQUEST { &[] } else { &[(1, 1)] };
        let say = |world: &mut World| {
            world.add(1, Draft::new(REQUEST, V::M(request()).encode()));
            world.add(0, Draft::new(kind, V::M(keys).encode()).refs(refs))
        };
        if expect == "ok" {
            accept(suite, GROUP, name, about, |world| {
                say(world);
            });
        } else {
            refuse(suite, GROUP, name, expect, about, say);
        }
    }
}

fn requests(suite: &mut Suite) {
    let rule = "slot-request";
    let over = window(0, (8192 * 30 + 60) * 60_000);
    let most = window(0, (8191 * 30 + 60) * 60_000);
    cases(
        suite,
        vec![
            ("ok-request", "ok", REQUEST, request(), "a blind match"),
            (
                "ok-request-offer",
                "ok",
                REQUEST,
                with(0, V::I(1)),
                "an offer of two",
            ),
            (
                "ok-request-latest",
                "ok",
                REQUEST,
                with(1, V::I(1)),
                "the latest",
            ),
            (
                "ok-request-most",
                "ok",
                REQUEST,
                with(2, most),
                "8192 slots",
            ),
            (
                "ok-request-one",
                "ok",
                REQUEST,
                with(2, window(-HOUR, 0)),
                "one slot",
            ),
            (
                "request-method",
                rule,
                REQUEST,
                with(0, V::I(2)),
                "an unknown method",
            ),
            (
                "request-rule",
                rule,
                REQUEST,
                with(1, V::I(2)),
                "an unknown rule",
            ),
            (
                "request-none",
                rule,
                REQUEST,
                with(2, window(1, HOUR)),
                "no slot fits the window",
            ),
            ("request-many", rule, REQUEST, with(2, over), "8193 slots"),
            (
                "request-time",
                rule,
                REQUEST,
                with(2, window(1 << 53, (1 << 53) + HOUR)),
                "beyond TIME_MAX",
            ),
            (
                "request-length",
                rule,
                REQUEST,
                with(3, V::I(0)),
                "a slot of no length",
            ),
            (
                "request-step",
                rule,
                REQUEST,
                with(4, V::I(10_081)),
                "a step of over seven days",
            ),
            (
                "request-parties",
                rule,
                REQUEST,
                with(5, V::A(vec![office(31, 540, 1080)])),
                "hours of one party",
            ),
            (
                "request-days",
                rule,
                REQUEST,
                with(5, V::A(vec![office(0, 0, 1), office(1, 0, 1)])),
                "no working day",
            ),
            (
                "request-hours",
                rule,
                REQUEST,
                with(5, V::A(vec![office(1, 9, 9), office(1, 0, 1)])),
                "no working hour",
            ),
            (
                "request-midnight",
                rule,
                REQUEST,
                with(5, V::A(vec![office(1, 9, 1441), office(1, 0, 1)])),
                "after midnight",
            ),
            (
                "request-purpose",
                rule,
                REQUEST,
                with(6, "".into()),
                "for nothing",
            ),
            (
                "request-shape",
                "body-shape",
                REQUEST,
                request()[..6].to_vec(),
                "a key is missing",
            ),
        ],
    );
}

fn commitments(suite: &mut Suite) {
    let rule = "slot-commitment";
    let of = |blinded| commitment(blinded);
    let falling = V::B((0..K).rev().flat_map(|n| vec![n; 32]).collect());
    cases(
        suite,
        vec![
            (
                "ok-commitment",
                "ok",
                COMMITMENT,
                of(rising(K, 32)),
                "twelve elements",
            ),
            (
                "commitment-few",
                rule,
                COMMITMENT,
                of(rising(K - 1, 32)),
                "eleven",
            ),
            (
                "commitment-many",
                rule,
                COMMITMENT,
                of(rising(K + 1, 32)),
                "thirteen: one probe more",
            ),
            (
                "commitment-cut",
                rule,
                COMMITMENT,
                of(bytes(383, 1)),
                "cut short",
            ),
            (
                "commitment-twice",
                rule,
                COMMITMENT,
                of(bytes(384, 1)),
                "one element twice",
            ),
            ("commitment-order", rule, COMMITMENT, of(falling), "falling"),
            (
                "commitment-shape",
                "body-shape",
                COMMITMENT,
                of(V::text("blinded")),
                "no bytes",
            ),
        ],
    );
}

fn evaluations(suite: &mut Suite) {
    let rule = "slot-evaluation";
    let right = || bytes(384, 9);
    let of = |tags| evaluation(right(), tags);
    cases(
        suite,
        vec![
            (
                "ok-evaluation",
                "ok",
                EVALUATION,
                of(rising(K, 16)),
                "twelve, in any order",
            ),
            (
                "evaluation-few-tags",
                rule,
                EVALUATION,
                of(rising(K - 1, 16)),
                "eleven tags",
            ),
            (
                "evaluation-tags-twice",
                rule,
                EVALUATION,
                of(bytes(192, 1)),
                "one tag twice",
            ),
            (
                "evaluation-few",
                rule,
                EVALUATION,
                evaluation(bytes(352, 9), rising(K, 16)),
                "eleven elements",
            ),
            (
                "evaluation-none",
                rule,
                EVALUATION,
                evaluation(V::B(vec![]), V::B(vec![])),
                "nothing",
            ),
        ],
    );
}

fn lists(suite: &mut Suite) {
    let result = |picks| vec![(0, picks)];
    let opening = |picks| vec![(0, bytes(32, 4)), (1, picks)];
    let padded_first = V::B([[0xff; 22].as_slice(), &[0, 1]].concat());
    cases(
        suite,
        vec![
            (
                "ok-result",
                "ok",
                RESULT,
                result(picks(&[0, 8191], 12)),
                "two common slots",
            ),
            (
                "ok-result-none",
                "ok",
                RESULT,
                result(picks(&[], 12)),
                "none, in the same room",
            ),
            (
                "result-over",
                "slot-result",
                RESULT,
                result(picks(&[8192], 12)),
                "beyond the largest grid",
            ),
            (
                "result-order",
                "slot-result",
                RESULT,
                result(picks(&[2, 1], 12)),
                "falling",
            ),
            (
                "result-short",
                "slot-result",
                RESULT,
                result(picks(&[1], 11)),
                "eleven places",
            ),
            (
                "result-padding",
                "slot-result",
                RESULT,
                result(padded_first),
                "padding before a slot",
            ),
            (
                "ok-seal",
                "ok",
                SEAL,
                vec![(0, bytes(32, 1))],
                "a sealed offer",
            ),
            (
                "seal-short",
                "body-shape",
                SEAL,
                vec![(0, bytes(31, 1))],
                "31 bytes",
            ),
            (
                "ok-opening",
                "ok",
                OPENING,
                opening(picks(&[3, 4], 12)),
                "opened",
            ),
            (
                "opening-odd",
                "slot-opening",
                OPENING,
                opening(bytes(23, 0)),
                "half a place",
            ),
            (
                "opening-long",
                "slot-opening",
                OPENING,
                opening(picks(&[3], 13)),
                "thirteen places",
            ),
        ],
    );
}

fn words(suite: &mut Suite) {
    let confirmation = |start, text: V| vec![(0, V::I(start)), (1, text)];
    let long = |len: usize| V::T("w".repeat(len));
    cases(
        suite,
        vec![
            (
                "ok-confirmation",
                "ok",
                CONFIRMATION,
                confirmation(0, long(1024)),
                "a slot of 1024 bytes",
            ),
            (
                "confirmation-empty",
                "slot-confirmation",
                CONFIRMATION,
                confirmation(0, long(0)),
                "no words",
            ),
            (
                "confirmation-long",
                "slot-confirmation",
                CONFIRMATION,
                confirmation(0, long(1025)),
                "1025 bytes",
            ),
            (
                "confirmation-time",
                "slot-confirmation",
                CONFIRMATION,
                confirmation(1 << 53, long(1)),
                "beyond TIME_MAX",
            ),
            ("ok-withdrawal", "ok", WITHDRAWAL, vec![], "without a word"),
            (
                "ok-withdrawal-words",
                "ok",
                WITHDRAWAL,
                vec![(0, long(16_384))],
                "with many",
            ),
            (
                "withdrawal-empty",
                "slot-withdrawal",
                WITHDRAWAL,
                vec![(0, long(0))],
                "empty words",
            ),
            (
                "withdrawal-key",
                "body-shape",
                WITHDRAWAL,
                vec![(1, long(1))],
                "an unknown key",
            ),
        ],
    );
}

fn references(suite: &mut Suite) {
    for (name, refs) in [
        ("step-of-nothing", &[][..]),
        ("step-of-two", &[(1, 1), (1, 0)]),
    ] {
        refuse(suite, GROUP, name, "slot-ref", "not of one run", |world| {
            world.add(1, Draft::new(REQUEST, V::M(request()).encode()));
            let body = V::M(vec![(0, bytes(32, 1))]).encode();
            world.add(0, Draft::new(SEAL, body).refs(refs))
        });
    }
}
