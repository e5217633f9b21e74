//! Rules L1, L2, L4 and L7: the form of frames.

use serde_json::json;

use crate::suite::Suite;
use crate::support::V;

const GROUP: &str = "frame";

pub(crate) fn write(suite: &mut Suite) {
    for (number, (name, fields)) in frames().into_iter().enumerate() {
        let bytes = V::A(fields).encode();
        let vector = suite
            .vector(
                GROUP,
                &format!("ok-{name}"),
                "frame",
                &bytes,
                "each type once",
            )
            .ok(json!({"type": number}));
        suite.add(vector);
    }
    accepted(suite);
    sizes(suite);
    shapes(suite);
    batches(suite);
}

fn tag() -> V {
    V::B(vec![9; 8])
}

fn bytes(len: usize) -> V {
    V::B(vec![1; len])
}

/// How far a non-paper has got.
fn stage(number: i64, stage: i64) -> V {
    V::A(vec![V::I(number), V::I(stage)])
}

fn carried() -> V {
    V::A(vec![bytes(20), bytes(16), bytes(1)])
}

fn bodiless() -> V {
    V::A(vec![bytes(54)])
}

/// One frame of each type, with its name, in the order of types.
fn frames() -> Vec<(&'static str, Vec<V>)> {
    let brief = V::A(vec![V::I(1), V::I(4), V::I(1_800_000_000), bytes(64)]);
    let held = V::A(vec![V::I(4), bytes(32), bytes(64), V::A(vec![brief])]);
    let empty = V::A(vec![V::I(0), bytes(32), V::Null, V::A(vec![])]);
    let all = vec![
        ("hello", vec![V::I(1), bytes(32), bytes(100)]),
        (
            "beacon",
            vec![
                tag(),
                V::A(vec![held, empty]),
                V::A(vec![bytes(100), bytes(64)]),
                V::A(vec![V::I(0), V::I(70_000)]),
            ],
        ),
        (
            "batch",
            vec![
                tag(),
                V::I(1),
                V::I(7),
                bytes(64),
                V::A(vec![carried(), bodiless()]),
            ],
        ),
        (
            "cosignature",
            vec![tag(), V::I(0), V::I(1), V::I(4), V::I(5), bytes(64)],
        ),
        (
            "seal",
            vec![tag(), V::I(0), V::I(1), V::I(4), V::I(5), bytes(2420)],
        ),
        ("founding", vec![bytes(10)]),
        ("ping", vec![V::uint(u64::MAX)]),
        ("pong", vec![V::I(0)]),
        ("want", vec![tag(), V::I(0), V::I(0), V::I(256)]),
        (
            "copy",
            vec![tag(), V::I(0), V::I(0), V::A(vec![bodiless()])],
        ),
        ("ask", vec![tag(), V::I(0), V::I(12)]),
        (
            "proof",
            vec![
                tag(),
                V::I(0),
                V::I(2),
                bytes(32),
                V::I(3),
                bytes(32),
                bytes(64),
                V::A(vec![bytes(32)]),
            ],
        ),
        (
            "fork",
            vec![
                tag(),
                V::A(vec!["note".into(), "note".into(), bytes(32), V::A(vec![])]),
            ],
        ),
        (
            "fault",
            vec!["seen-ahead".into(), tag(), V::I(1), V::I(7), "words".into()],
        ),
        ("non-paper-offer", vec![bytes(8), bytes(1120), bytes(8)]),
        (
            "non-paper",
            vec![
                tag(),
                bytes(8),
                bytes(8),
                V::I(2),
                V::I(1),
                bytes(16),
                bytes(528),
            ],
        ),
        (
            "non-paper-received",
            vec![bytes(8), bytes(8), V::A(vec![stage(1, 0)]), bytes(32)],
        ),
    ];
    let numbered = |(number, (name, fields)): (usize, (&'static str, Vec<V>))| {
        (name, [vec![V::uint(number as u64)], fields].concat())
    };
    all.into_iter().enumerate().map(numbered).collect()
}

fn changed(number: usize, change: impl FnOnce(&mut Vec<V>)) -> Vec<u8> {
    let (_, mut fields) = frames().swap_remove(number);
    change(&mut fields);
    V::A(fields).encode()
}

fn accepted(suite: &mut Suite) {
    let cases = [
        (
            "ok-unknown-type",
            17_u64,
            V::A(vec![V::I(17), "whatever".into()]).encode(),
            "a type above 16 is ignored",
        ),
        (
            "ok-unknown-type-alone",
            1_u64 << 40,
            V::A(vec![V::uint(1 << 40)]).encode(),
            "whatever its length",
        ),
        (
            "ok-fault-about-no-line",
            13,
            changed(13, |f| f[2] = V::Null),
            "a fault that is about no line",
        ),
        (
            "ok-beacon-without-watch",
            1,
            changed(1, |f| {
                f[3] = V::Null;
                f[4] = V::A(vec![V::Null, V::Null]);
            }),
            "its sender has said nothing of its watch, and heard nobody",
        ),
        (
            "ok-beacon-watch-of-any-form",
            1,
            changed(1, |f| f[3] = V::A(vec![bytes(32_768), bytes(64)])),
            "32768 bytes, which are for rules L13 and L14",
        ),
        (
            "ok-fork-of-any-form",
            12,
            changed(12, |f| f[2] = V::I(0)),
            "the evidence is for the record's rules",
        ),
        (
            "ok-offer-that-holds-nothing",
            14,
            changed(14, |f| f[3] = V::Null),
            "a share, from a party that has none of the other's",
        ),
        (
            "ok-non-paper-as-long-as-can-be",
            15,
            changed(15, |f| f[7] = bytes(34_832)),
            "the longest text, padded, with its tag",
        ),
        (
            "ok-64-stages",
            16,
            changed(16, |f| f[3] = V::A(vec![stage(1, 1); 64])),
            "as many stages as a frame may have",
        ),
        (
            "ok-batch-of-256",
            2,
            changed(2, |f| f[5] = V::A(vec![bodiless(); 256])),
            "as many entries as a batch may have",
        ),
    ];
    for (name, number, bytes, about) in cases {
        let vector = suite
            .vector(GROUP, name, "frame", &bytes, about)
            .ok(json!({"type": number}));
        suite.add(vector);
    }
}

fn sizes(suite: &mut Suite) {
    let vector = suite
        .vector(GROUP, "empty", "frame", &[], "no byte")
        .by("frame-size");
    suite.add(vector);
    let vector = suite
        .vector(
            GROUP,
            "long",
            "frame",
            &vec![0; (1 << 20) + 1],
            "1048577 bytes, and no CBOR",
        )
        .by("frame-size");
    suite.add(vector);
    let vector = suite
        .vector(
            GROUP,
            "as-long-as-can-be",
            "frame",
            &vec![0; 1 << 20],
            "1048576 bytes: not too long",
        )
        .by("cbor-trailing");
    suite.add(vector);
}

fn shapes(suite: &mut Suite) {
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        (
            "hello-version",
            "hello-version",
            changed(0, |f| f[1] = V::I(2)),
            "another version",
        ),
        (
            "hello-version-of-another-shape",
            "hello-version",
            changed(0, |f| {
                f[1] = V::I(2);
                f.push(V::Null);
            }),
            "another version may have another shape",
        ),
        (
            "hello-version-text",
            "frame-shape",
            changed(0, |f| f[1] = "1".into()),
            "a version that is no unsigned integer",
        ),
        (
            "hello-party",
            "frame-shape",
            changed(0, |f| f[2] = bytes(31)),
            "an id of 31 bytes",
        ),
        (
            "hello-long",
            "frame-shape",
            changed(0, |f| f.push(V::Null)),
            "an element more",
        ),
        (
            "offer-short",
            "frame-shape",
            changed(14, |f| f[2] = bytes(1119)),
            "an encapsulation of 1119 bytes",
        ),
        (
            "offer-signed",
            "frame-shape",
            changed(14, |f| f.push(bytes(64))),
            "nobody signs an offer",
        ),
        (
            "non-paper-long",
            "frame-shape",
            changed(15, |f| f[7] = bytes(34_833)),
            "more than the longest text gives",
        ),
        (
            "non-paper-salt",
            "frame-shape",
            changed(15, |f| f[6] = bytes(15)),
            "a salt of 15 bytes",
        ),
        (
            "stages-none",
            "frame-shape",
            changed(16, |f| f[3] = V::A(vec![])),
            "receipts for nothing",
        ),
        (
            "stages-65",
            "frame-shape",
            changed(16, |f| f[3] = V::A(vec![stage(1, 0); 65])),
            "too many stages",
        ),
        (
            "stage-agreed",
            "frame-shape",
            changed(16, |f| f[3] = V::A(vec![stage(1, 2)])),
            "there is no stage beyond shown",
        ),
        ("not-an-array", "frame-shape", V::I(0).encode(), "a number"),
        (
            "type-text",
            "frame-shape",
            V::A(vec!["hello".into()]).encode(),
            "a type that is no number",
        ),
        (
            "type-negative",
            "frame-shape",
            V::A(vec![V::I(-1)]).encode(),
            "a type below 0",
        ),
        (
            "malformed",
            "cbor-malformed",
            vec![0x82, 0x06],
            "CBOR comes before the form",
        ),
        (
            "not-shortest",
            "cbor-canonical",
            vec![0x82, 0x06, 0x18, 0x01],
            "CBOR comes before the form",
        ),
        (
            "trailing",
            "cbor-trailing",
            [frame_bytes(6), vec![0]].concat(),
            "a byte after the frame",
        ),
        (
            "unknown-type-malformed",
            "cbor-malformed",
            vec![0x82, 0x0e, 0xff],
            "an unknown type must be well-formed",
        ),
        (
            "tag",
            "frame-shape",
            changed(8, |f| f[1] = bytes(7)),
            "a tag of 7 bytes",
        ),
        (
            "party-16",
            "frame-shape",
            changed(8, |f| f[2] = V::I(16)),
            "no line has a party 16",
        ),
        (
            "cosignature-short",
            "frame-shape",
            changed(3, |f| f[6] = bytes(63)),
            "a signature of 63 bytes",
        ),
        (
            "seal-short",
            "frame-shape",
            changed(4, |f| f[6] = bytes(2419)),
            "a seal of 2419 bytes",
        ),
        (
            "beacon-of-17",
            "frame-shape",
            changed(1, |f| {
                let held = f[2].items()[1].clone();
                f[2] = V::A(vec![held; 17]);
            }),
            "more logs than a line can have",
        ),
        (
            "beacon-watch-long",
            "frame-shape",
            changed(1, |f| f[3] = V::A(vec![bytes(32_769), bytes(64)])),
            "a watch statement of 32769 bytes",
        ),
        (
            "beacon-watch-unsigned",
            "frame-shape",
            changed(1, |f| f[3] = V::A(vec![bytes(100)])),
            "a watch statement without its signature",
        ),
        (
            "beacon-watch-short",
            "frame-shape",
            changed(1, |f| f[3] = V::A(vec![bytes(100), bytes(63)])),
            "a signature of 63 bytes",
        ),
        (
            "beacon-heard-17",
            "frame-shape",
            changed(1, |f| f[4] = V::A(vec![V::I(0); 17])),
            "more parties than a line can have",
        ),
        (
            "beacon-heard-negative",
            "frame-shape",
            changed(1, |f| f[4].items()[1] = V::I(-1)),
            "heard in the future",
        ),
        (
            "brief-short",
            "frame-shape",
            changed(1, |f| {
                f[2].items()[0].items()[3].items()[0].items().pop();
            }),
            "a cosignature without its signature",
        ),
        (
            "proof-long",
            "frame-shape",
            changed(11, |f| f[8] = V::A(vec![bytes(32); 65])),
            "65 hashes",
        ),
        (
            "fault-words",
            "frame-shape",
            changed(13, |f| f[5] = V::T("w".repeat(513))),
            "words of 513 bytes",
        ),
        (
            "ping-text",
            "frame-shape",
            changed(6, |f| f[1] = "1".into()),
            "a nonce that is no number",
        ),
    ];
    for (name, rule, bytes, about) in cases {
        let vector = suite.vector(GROUP, name, "frame", &bytes, about).by(rule);
        suite.add(vector);
    }
}

fn frame_bytes(number: usize) -> Vec<u8> {
    changed(number, |_| ())
}

fn batches(suite: &mut Suite) {
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        (
            "batch-of-none",
            "batch-size",
            changed(2, |f| f[5] = V::A(vec![])),
            "a batch without entries",
        ),
        (
            "batch-of-257",
            "batch-size",
            changed(2, |f| f[5] = V::A(vec![bodiless(); 257])),
            "257 entries",
        ),
        (
            "batch-of-257-broken",
            "batch-size",
            changed(2, |f| f[5] = V::A(vec![V::I(0); 257])),
            "the number comes before what they are",
        ),
        (
            "copy-of-none",
            "batch-size",
            changed(9, |f| f[4] = V::A(vec![])),
            "an answer without entries",
        ),
        (
            "carried-of-two",
            "frame-shape",
            changed(2, |f| f[5] = V::A(vec![V::A(vec![bytes(20), bytes(16)])])),
            "a salt without a body",
        ),
        (
            "carried-salt",
            "salt-size",
            changed(2, |f| f[5].items()[0].items()[1] = bytes(15)),
            "a salt must be one to be hashed",
        ),
        (
            "carried-body",
            "body-size",
            changed(2, |f| f[5].items()[0].items()[2] = bytes(65_537)),
            "so must a body",
        ),
        (
            "carried-in-turn",
            "salt-size",
            changed(2, |f| {
                f[5].items()[0].items()[1] = bytes(15);
                f[5].items()[1] = V::I(0);
            }),
            "one entry after the other",
        ),
        (
            "batch-party-first",
            "frame-shape",
            changed(2, |f| {
                f[2] = V::I(16);
                f[5] = V::A(vec![]);
            }),
            "the fields before the entries come first",
        ),
    ];
    for (name, rule, bytes, about) in cases {
        let vector = suite.vector(GROUP, name, "frame", &bytes, about).by(rule);
        suite.add(vector);
    }
}
