//! Rules 56 and 57: the disclosure of one entry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::suite::Suite;
use crate::support::{Draft, Keys, Person, ProofFile, V, World, empty_body, leaf};

const GROUP: &str = "proof";

/// The file, with what `extra` holds in parts.
pub(crate) fn input(suite: &Suite, proof: &ProofFile) -> Value {
    let extra = V::A(proof.extra.clone()).encode();
    let text = |text: &str| json!(STANDARD.encode(text));
    json!([text(&proof.head()), {"base64": suite.bytes(&extra)}, text(&proof.tail())])
}

/// Two parties; the first has written a founding, a message, a mark, and a message without a body.
fn world() -> World {
    let mut world = World::founded(2);
    world.message(0, |_| ());
    world.mark(0);
    world.message(0, |_| ());
    world.logs[0][3].body = None;
    world.mark(1);
    world
}

pub(crate) fn write(suite: &mut Suite) {
    accepted(suite);
    refused(suite);
    files(suite);
    keys(suite);
    alone(suite);
}

fn accepted(suite: &mut Suite) {
    let world = world();
    for (index, name) in [
        (0, "ok-founding"),
        (1, "ok-message"),
        (2, "ok-mark"),
        (3, "ok-tombstone"),
    ] {
        let entry = &world.logs[0][index];
        let result = json!({"party": 0, "index": index, "kind": entry.kind, "size": 4, "leaf": leaf(&entry.header).to_string(),
                            "line": world.line.to_string(), "tombstone": index == 3, "cosignatures": 1, "seals": 0});
        let input = input(suite, &world.proof(0, index));
        let vector = suite
            .vector_of(GROUP, name, "proof", input, "an entry of a log of four")
            .ok(result);
        suite.add(vector);
    }
    let mut proof = world.proof(0, 1);
    proof.extra[3] = V::Null;
    proof.extra[4] = V::Null;
    let input = input(suite, &proof);
    let vector = suite.vector_of(
        GROUP,
        "ok-body-withheld",
        "proof",
        input,
        "the header alone, though there is a body",
    );
    suite.add(vector.ok(json!({"tombstone": true})));
}

fn refused(suite: &mut Suite) {
    let world = world();
    type Spoil = fn(&mut ProofFile);
    let cases: [(&str, &str, Spoil, &str); 18] = [
        (
            "magic",
            "proof-format",
            |p| p.magic = "c2sp.org/tlog-proof@v2".to_owned(),
            "another first line",
        ),
        (
            "index-leading-zero",
            "proof-format",
            |p| p.index = "01".to_owned(),
            "a leading zero",
        ),
        (
            "index-beyond-64-bits",
            "proof-format",
            |p| p.index = "18446744073709551616".to_owned(),
            "2^64",
        ),
        (
            "path-too-long",
            "proof-format",
            |p| p.path = vec![leaf(b""); 64],
            "64 hashes",
        ),
        (
            "extra-of-four",
            "proof-format",
            |p| {
                p.extra.pop();
            },
            "no body",
        ),
        (
            "extra-salt-alone",
            "proof-format",
            |p| p.extra[4] = V::Null,
            "a salt without a body",
        ),
        (
            "extra-credentials",
            "proof-format",
            |p| p.extra[1] = V::A(vec![V::B(vec![]); 65]),
            "65 credentials",
        ),
        (
            "extra-malformed",
            "cbor-malformed",
            |p| p.extra[4] = V::Raw(vec![0xff]),
            "the CBOR rules keep their ids",
        ),
        (
            "instrument-shape",
            "instrument-shape",
            |p| p.extra[0] = V::B(vec![0x80]),
            "the instrument in its turn",
        ),
        (
            "credential-shape",
            "credential-shape",
            |p| p.extra[1] = V::A(vec![V::B(vec![0x80])]),
            "every listed credential must be right",
        ),
        (
            "note-format",
            "note-format",
            |p| p.note = "x".to_owned(),
            "the note in its turn",
        ),
        (
            "index-of-another",
            "proof-inclusion",
            |p| p.index = "2".to_owned(),
            "the path of another index",
        ),
        (
            "index-beyond-size",
            "proof-inclusion",
            |p| p.index = "4".to_owned(),
            "an index that is not below the size",
        ),
        (
            "path-short",
            "proof-inclusion",
            |p| {
                p.path.pop();
            },
            "a hash less",
        ),
        (
            "path-long",
            "proof-inclusion",
            |p| p.path.push(leaf(b"")),
            "a hash more",
        ),
        (
            "path-wrong",
            "proof-inclusion",
            |p| p.path[0] = leaf(b"other"),
            "another hash",
        ),
        (
            "header-changed",
            "proof-inclusion",
            |p| p.extra[2] = V::B(vec![0x80]),
            "another header: inclusion comes before the entry",
        ),
        (
            "note-unsigned",
            "checkpoint-signature",
            |p| {
                p.note = p.note.replacen("openline/v1/", "openline/v2/", 2).replacen(
                    "openline/v2/",
                    "openline/v1/",
                    1,
                )
            },
            "no line of the log",
        ),
    ];
    for (name, rule, spoil, about) in cases {
        let mut proof = world.proof(0, 1);
        spoil(&mut proof);
        let input = input(suite, &proof);
        let vector = suite.vector_of(GROUP, name, "proof", input, about).by(rule);
        suite.add(vector);
    }
    let mut proof = world.proof(0, 1);
    proof.extra[4] = V::B(empty_body());
    let input = input(suite, &proof);
    let vector = suite.vector_of(
        GROUP,
        "body-changed",
        "proof",
        input,
        "a body that the header does not commit to",
    );
    suite.add(vector.by("body-hash").at((0, 1)));
}

fn files(suite: &mut Suite) {
    let world = world();
    let proof = world.proof(0, 1);
    let (head, tail) = (proof.head(), proof.tail());
    let text = |text: &str| json!(STANDARD.encode(text));
    let extra = json!({"base64": suite.bytes(&V::A(proof.extra.clone()).encode())});
    let cases = [
        (
            "extra-missing",
            "proof-format",
            json!([text("c2sp.org/tlog-proof@v1"), text(&tail)]),
            "no extra line",
        ),
        (
            "extra-empty",
            "cbor-malformed",
            json!([text(&head), text(&tail)]),
            "base64 of nothing is no item",
        ),
        (
            "extra-unused-bits",
            "proof-format",
            json!([text(&head), text("gB=="), text(&tail)]),
            "base64 whose unused bits are not zero",
        ),
        (
            "extra-two-items",
            "cbor-trailing",
            json!([text(&head), text("gIA="), text(&tail)]),
            "a second item",
        ),
        (
            "no-empty-line",
            "proof-format",
            json!([text(&head), extra, text(&tail.replacen("\n\n", "\n", 1))]),
            "no empty line before the note",
        ),
        (
            "not-utf-8",
            "proof-format",
            json!(STANDARD.encode([head.as_bytes(), &[0xff]].concat())),
            "bytes that are no text",
        ),
        ("empty", "proof-format", json!(""), "an empty file"),
    ];
    for (name, rule, input, about) in cases {
        let vector = suite.vector_of(GROUP, name, "proof", input, about).by(rule);
        suite.add(vector);
    }
}

fn keys(suite: &mut Suite) {
    let mut world = World::founded(2);
    world.change_key(0, 150, None);
    world.message(0, |_| ());
    let V::M(body) = key_change(&world) else {
        unreachable!("a map")
    };
    let credential = body[0].1.clone();
    let mut proof = world.proof(0, 2);
    let without = input(suite, &proof);
    let vector = suite.vector_of(
        GROUP,
        "key-not-listed",
        "proof",
        without,
        "the checkpoint's key is of no listed credential",
    );
    suite.add(vector.by("checkpoint-signature"));

    let stranger = V::B(Person::new(9).credential());
    proof.extra[1] = V::A(vec![stranger, credential]);
    let with = input(suite, &proof);
    let about = "the new key's credential is listed; one of a stranger counts for nothing";
    let vector = suite
        .vector_of(GROUP, "ok-changed-key", "proof", with, about)
        .ok(json!({"cosignatures": 1}));
    suite.add(vector);

    let text = world.checkpoint(0, 3);
    let own = world.log_line(0, &text, &world.node[0]);
    let wrong = world.cosign_line(1, &text, 0, &world.node[1]);
    proof.note = format!("{text}\n{own}{wrong}");
    let input = input(suite, &proof);
    let vector = suite
        .vector_of(
            GROUP,
            "cosignature-time-zero",
            "proof",
            input,
            "cosignatures are checked",
        )
        .by("cosignature-format");
    suite.add(vector);
}

/// The body of party 0's key change, as it was written.
fn key_change(world: &World) -> V {
    let renewed = Person::renewed(
        if world.people[0].name == "Party 1" {
            1
        } else {
            2
        },
        150,
        2,
    );
    assert_eq!(renewed.node.ed(), Keys::new(150).ed());
    V::M(vec![(0, V::B(renewed.credential()))])
}

/// What can't be known of one entry alone is not asked.
fn alone(suite: &mut Suite) {
    let mut world = World::founded(2);
    world.message(1, |_| ());
    let target = V::A(vec![V::A(vec![V::I(1), V::I(1)])]);
    world.add(
        0,
        Draft::new(6, V::M(vec![(0, target), (1, "reason".into())]).encode()),
    );
    let consent = world.add(1, Draft::new(7, empty_body()).refs(&[(0, 1)]));
    world.add(0, Draft::new(4, empty_body()).seen(&[2, 1]));
    for (name, party, index, about) in [
        (
            "ok-purge",
            0,
            1,
            "of the purge's target only its place is known",
        ),
        (
            "ok-consent",
            1,
            usize::try_from(consent.1).expect("small"),
            "that the reference is a purge is not known",
        ),
        (
            "ok-seen-backwards",
            0,
            2,
            "what the entry before had seen is not known",
        ),
    ] {
        let input = input(suite, &world.proof(party, index));
        let vector = suite
            .vector_of(GROUP, name, "proof", input, about)
            .ok(json!({"party": party, "index": index}));
        suite.add(vector);
    }
    let cases: [(&str, &str, Draft, &str); 4] = [
        (
            "purge-of-founding",
            "purge-target",
            Draft::new(
                6,
                V::M(vec![
                    (0, V::A(vec![V::A(vec![V::I(1), V::I(0)])])),
                    (1, "reason".into()),
                ])
                .encode(),
            ),
            "every log is known to begin with a founding",
        ),
        (
            "consent-to-founding",
            "consent-ref",
            Draft::new(7, empty_body()).refs(&[(1, 0)]),
            "a founding is no purge",
        ),
        (
            "own-slot",
            "seen-own",
            Draft::new(4, empty_body()).seen(&[1, 1]),
            "the own slot is the index",
        ),
        (
            "post",
            "header-post",
            Draft {
                post: "harbour",
                ..Draft::new(99, vec![])
            },
            "the charter's posts are known",
        ),
    ];
    for (name, rule, draft, about) in cases {
        let mut world = world.clone();
        let (party, index) = world.add(0, draft);
        let input = input(
            suite,
            &world.proof(0, usize::try_from(index).expect("small")),
        );
        let vector = suite
            .vector_of(GROUP, name, "proof", input, about)
            .by(rule)
            .at((party, index));
        suite.add(vector);
    }
}
