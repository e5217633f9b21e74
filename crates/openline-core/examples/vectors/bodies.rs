//! Rules 21 to 39: what bodies say.

use openline_core::Hash;
use serde_json::json;

use crate::entries::{accept, accept_world, refuse, refuse_world};
use crate::suite::Suite;
use crate::support::{Draft, Keys, NOW, Person, V, World, empty_body};

const GROUP: &str = "body";

pub(crate) fn write(suite: &mut Suite) {
    shapes(suite);
    messages(suite);
    message_texts(suite);
    attachments(suite);
    receipts(suite);
    key_changes(suite);
    purges(suite);
}

fn pair(one: i64, other: i64) -> V {
    V::A(vec![V::I(one), V::I(other)])
}

fn address(party: u64, post: &str) -> V {
    V::A(vec![V::uint(party), post.into()])
}

fn text(language: &str, status: u64, words: &str) -> V {
    V::A(vec![language.into(), V::uint(status), words.into()])
}

fn shapes(suite: &mut Suite) {
    let cases: [(&str, &str, u64, Vec<u8>, &str); 12] = [
        (
            "founding-of-another-line",
            "founding-charter",
            0,
            V::M(vec![(0, V::B(vec![1; 32]))]).encode(),
            "the id of another line",
        ),
        (
            "founding-shape",
            "body-shape",
            0,
            V::M(vec![(0, V::B(vec![1; 31]))]).encode(),
            "an id of 31 bytes",
        ),
        (
            "founding-empty",
            "body-shape",
            0,
            empty_body(),
            "no line is named",
        ),
        (
            "mark-empty-array",
            "body-shape",
            4,
            vec![0x80],
            "an array where a map must be",
        ),
        (
            "mark-with-key",
            "body-shape",
            4,
            vec![0xa1, 0x00, 0x00],
            "a mark says nothing",
        ),
        (
            "mark-not-shortest",
            "cbor-canonical",
            4,
            vec![0xb8, 0x00],
            "CBOR comes before the shape",
        ),
        (
            "mark-no-bytes",
            "cbor-malformed",
            4,
            vec![],
            "no byte is no map",
        ),
        (
            "mark-two-items",
            "cbor-trailing",
            4,
            vec![0xa0, 0xa0],
            "two maps",
        ),
        (
            "chunk-empty",
            "chunk-size",
            2,
            vec![],
            "a chunk holds at least one byte",
        ),
        (
            "chunk-long",
            "chunk-size",
            2,
            vec![0; 32_769],
            "a chunk of 32769 bytes",
        ),
        (
            "receipt-shape",
            "body-shape",
            3,
            V::M(vec![(0, V::I(1))]).encode(),
            "a receipt without a time",
        ),
        (
            "purge-shape",
            "body-shape",
            6,
            V::M(vec![(0, V::A(vec![pair(0, 0)]))]).encode(),
            "a purge without a reason",
        ),
    ];
    for (name, rule, kind, body, about) in cases {
        if kind == 0 {
            let mut world = World::new(2);
            let place = world.add(0, Draft::new(0, body).seen(&[0, 0]));
            refuse_world(suite, GROUP, name, rule, about, &world, place);
        } else {
            refuse(suite, GROUP, name, rule, about, |world| {
                world.add(0, Draft::new(kind, body))
            });
        }
    }
}

/// Refused: a message of party 0 with these keys added or replaced.
fn refuse_message(suite: &mut Suite, name: &str, rule: &str, about: &str, keys: Vec<(u64, V)>) {
    refuse(suite, GROUP, name, rule, about, |world| {
        world.message(0, |map| map.extend(keys))
    });
}

fn messages(suite: &mut Suite) {
    for (form, name) in [
        (0, "note-verbale"),
        (1, "first-person-note"),
        (2, "aide-memoire"),
        (3, "memorandum"),
        (4, "demarche"),
        (5, "protest"),
        (6, "message"),
        (7, "notification"),
        (8, "query"),
        (9, "reply"),
        (10, "correction"),
        (11, "cancellation"),
    ] {
        let name = format!("ok-form-{name}");
        accept(suite, GROUP, &name, "each form once", |world| {
            let precedence = if form >= 10 { 0 } else { form % 4 };
            let mut keys = vec![(0, V::I(form)), (1, V::I(precedence)), (10, V::I(form % 5))];
            if form == 0 {
                keys.push((7, pair(2027, 1)));
            }
            let body = world.message_map(0, |map| map.extend(keys));
            let refs: &[(u64, u64)] = match form {
                9 => &[(1, 0)],
                10 | 11 => &[(0, 0)],
                _ => &[],
            };
            world.add(
                0,
                Draft {
                    message_type: u64::try_from(form % 3).expect("small"),
                    ..Draft::new(1, body)
                }
                .refs(refs),
            );
        });
    }
    accept(
        suite,
        GROUP,
        "ok-every-key",
        "every key that a message may have",
        |world| {
            world.message(0, |map| {
                map.extend([
                    (0, V::I(0)),
                    (3, V::A(vec![address(0, "desk"), address(1, "desk")])),
                    (4, V::I(0)),
                    (5, V::T("s".repeat(1024))),
                    (
                        6,
                        V::A(vec![
                            text("zh-Hans", 0, "照会"),
                            text("en", 1, "Note"),
                            text("x-private", 1, "n"),
                        ]),
                    ),
                    (7, pair(1, 1)),
                    (9, "A/7".into()),
                    (10, V::I(4)),
                    (11, pair(-1, 0)),
                    (
                        12,
                        V::A(vec![V::A(vec!["approved".into(), V::I(-81_000_000_000)])]),
                    ),
                    (13, "safety-of-life".into()),
                    (14, "movement/1".into()),
                    (
                        15,
                        V::A(vec![V::A(vec!["route".into(), "A1".into(), V::I(3)])]),
                    ),
                ]);
            });
        },
    );
    let over = V::A(vec![address(1, "duty"); 65]);
    let cases: Vec<(&str, &str, &str, Vec<(u64, V)>)> = vec![
        (
            "message-form",
            "message-form",
            "there is no form 12",
            vec![(0, V::I(12))],
        ),
        (
            "message-authority",
            "message-form",
            "there is no fifth level of authority",
            vec![(10, V::I(5))],
        ),
        (
            "message-precedence",
            "message-precedence",
            "there is no precedence 4",
            vec![(1, V::I(4))],
        ),
        (
            "message-info-precedence",
            "message-precedence",
            "there is no info precedence 4",
            vec![(3, V::A(vec![address(1, "desk")])), (4, V::I(4))],
        ),
        (
            "message-info-without-precedence",
            "message-precedence",
            "info addressees without their precedence",
            vec![(3, V::A(vec![address(1, "desk")]))],
        ),
        (
            "message-precedence-without-info",
            "message-precedence",
            "info precedence without addressees",
            vec![(4, V::I(3))],
        ),
        (
            "message-to-nobody",
            "message-address",
            "no addressee",
            vec![(2, V::A(vec![]))],
        ),
        (
            "message-info-to-nobody",
            "message-address",
            "an empty list of info addressees",
            vec![(3, V::A(vec![])), (4, V::I(3))],
        ),
        (
            "message-to-unlisted",
            "message-address",
            "a post that the charter does not list",
            vec![(2, V::A(vec![address(1, "harbour")]))],
        ),
        (
            "message-to-node",
            "message-address",
            "no charter lists the node as a post",
            vec![(2, V::A(vec![address(1, "node")]))],
        ),
        (
            "message-to-party-2",
            "message-address",
            "a party that is not there",
            vec![(2, V::A(vec![address(2, "duty")]))],
        ),
        (
            "message-to-party-257",
            "message-address",
            "a party beyond one byte",
            vec![(2, V::A(vec![address(257, "duty")]))],
        ),
        (
            "message-to-one-twice",
            "message-address",
            "an addressee twice",
            vec![(2, V::A(vec![address(1, "duty"), address(1, "duty")]))],
        ),
        (
            "message-to-too-many",
            "message-address",
            "65 addressees",
            vec![(2, over)],
        ),
        (
            "message-unknown-key",
            "body-shape",
            "a key that is not defined",
            vec![(16, V::I(0))],
        ),
        (
            "message-form-text",
            "body-shape",
            "a form that is a text",
            vec![(0, "note".into())],
        ),
        (
            "message-negative-authority",
            "body-shape",
            "an authority that is no unsigned integer",
            vec![(10, V::I(-1))],
        ),
        (
            "message-number",
            "message-number",
            "a note verbale without a number",
            vec![(0, V::I(0))],
        ),
        (
            "message-number-of-message",
            "message-number",
            "a number on another form",
            vec![(7, pair(2027, 1))],
        ),
        (
            "message-number-zero",
            "message-number",
            "numbers begin with 1",
            vec![(0, V::I(0)), (7, pair(2027, 0))],
        ),
        (
            "message-validity",
            "message-validity",
            "it ends when it begins",
            vec![(11, pair(NOW, NOW))],
        ),
        (
            "message-validity-time",
            "message-validity",
            "a time beyond 2^53 - 1",
            vec![(11, pair(0, 1 << 53))],
        ),
        (
            "message-reply-to-nothing",
            "message-refs",
            "a reply without a reference",
            vec![(0, V::I(9))],
        ),
    ];
    for (name, rule, about, keys) in cases {
        refuse_message(suite, name, rule, about, keys);
    }
    refuse(
        suite,
        GROUP,
        "message-without-text",
        "body-shape",
        "no key 6",
        |world| {
            let body = V::M(vec![
                (0, V::I(6)),
                (1, V::I(3)),
                (2, V::A(vec![address(1, "duty")])),
            ])
            .encode();
            world.add(0, Draft::new(1, body))
        },
    );
}

fn message_texts(suite: &mut Suite) {
    let languages = |count: usize| {
        V::A(
            (0..count)
                .map(|n| text(&format!("x{n}"), u64::from(n > 0), "t"))
                .collect(),
        )
    };
    let stage = |name: &str, time: i64| V::A(vec![name.into(), V::I(time)]);
    let stages = |count: usize| V::A(vec![stage("s", 0); count]);
    let cases: Vec<(&str, &str, &str, u64, V)> = vec![
        ("text-none", "message-text", "no text", 6, V::A(vec![])),
        (
            "text-too-many",
            "message-text",
            "17 texts",
            6,
            languages(17),
        ),
        (
            "text-courtesy-first",
            "message-text",
            "the first is not authoritative",
            6,
            V::A(vec![text("en", 1, "t")]),
        ),
        (
            "text-two-authoritative",
            "message-text",
            "two authoritative texts",
            6,
            V::A(vec![text("en", 0, "t"), text("fr", 0, "t")]),
        ),
        (
            "text-status",
            "message-text",
            "there is no status 2",
            6,
            V::A(vec![text("en", 0, "t"), text("fr", 2, "t")]),
        ),
        (
            "text-empty",
            "message-text",
            "a text without words",
            6,
            V::A(vec![text("en", 0, "")]),
        ),
        (
            "text-language-twice",
            "message-text",
            "a language twice",
            6,
            V::A(vec![text("en", 0, "t"), text("en", 1, "t")]),
        ),
        (
            "text-language-twice-in-capitals",
            "message-text",
            "tags are compared without regard to case",
            6,
            V::A(vec![text("en", 0, "t"), text("EN", 1, "t")]),
        ),
        (
            "text-language-underscore",
            "message-text",
            "no BCP 47 tag",
            6,
            V::A(vec![text("en_GB", 0, "t")]),
        ),
        (
            "text-language-hyphen-first",
            "message-text",
            "an empty subtag",
            6,
            V::A(vec![text("-en", 0, "t")]),
        ),
        (
            "text-language-long-subtag",
            "message-text",
            "a subtag of nine letters",
            6,
            V::A(vec![text("deutschen", 0, "t")]),
        ),
        (
            "text-language-one-letter",
            "message-text",
            "a tag of one letter",
            6,
            V::A(vec![text("e", 0, "t")]),
        ),
        (
            "subject-empty",
            "message-subject",
            "an empty subject",
            5,
            "".into(),
        ),
        (
            "subject-long",
            "message-subject",
            "a subject of 1025 bytes",
            5,
            V::T("s".repeat(1025)),
        ),
        (
            "own-reference-empty",
            "message-subject",
            "an empty reference",
            9,
            "".into(),
        ),
        (
            "stages-none",
            "message-subject",
            "an empty list of stages",
            12,
            stages(0),
        ),
        (
            "stages-too-many",
            "message-subject",
            "17 stages",
            12,
            stages(17),
        ),
        (
            "stage-nameless",
            "message-subject",
            "a stage without a name",
            12,
            V::A(vec![stage("", 0)]),
        ),
        (
            "stage-time",
            "message-subject",
            "a time beyond 2^53 - 1",
            12,
            V::A(vec![stage("s", -(1 << 53))]),
        ),
    ];
    for (name, rule, about, key, value) in cases {
        refuse_message(suite, name, rule, about, vec![(key, value)]);
    }
    refuse_message(
        suite,
        "text-before-subject",
        "message-text",
        "rules in the order of their numbers",
        vec![(5, "".into()), (6, V::A(vec![text("en", 0, "")]))],
    );
    accept(
        suite,
        GROUP,
        "ok-sixteen-texts",
        "sixteen languages, sixteen stages",
        |world| {
            world.message(0, |map| map.extend([(6, languages(16)), (12, stages(16))]));
        },
    );
}

/// Writes chunks and returns the attachment that describes them.
fn attach(world: &mut World, party: usize, bytes: &[u8]) -> Vec<V> {
    let first = world.logs[party].len() as u64;
    for chunk in bytes.chunks(32_768) {
        world.add(party, Draft::new(2, chunk.to_vec()));
    }
    let chunks = bytes.len().div_ceil(32_768) as u64;
    vec![
        "map.png".into(),
        "image/png".into(),
        V::uint(bytes.len() as u64),
        V::bytes(&Hash::of(&[bytes]).0),
        V::uint(first),
        V::uint(chunks),
    ]
}

fn attachments(suite: &mut Suite) {
    accept(
        suite,
        GROUP,
        "ok-attachments",
        "one of two chunks, one of a chunk that just fits",
        |world| {
            let one = attach(world, 0, &[1; 32_769]);
            let other = attach(world, 0, &[2; 32_768]);
            world.message(0, |map| map.push((8, V::A(vec![V::A(one), V::A(other)]))));
        },
    );
    type Spoil = fn(&mut Vec<V>);
    let cases: [(&str, Spoil, &str); 9] = [
        ("attachment-nameless", |a| a[0] = "".into(), "an empty name"),
        (
            "attachment-type-long",
            |a| a[1] = V::T("t".repeat(1025)),
            "a media type of 1025 bytes",
        ),
        (
            "attachment-empty",
            |a| (a[2] = V::I(0), a[5] = V::I(0)).1,
            "no bytes",
        ),
        (
            "attachment-over-limit",
            |a| (a[2] = V::I((1 << 20) + 1), a[5] = V::I(33)).1,
            "one byte over the charter's limit",
        ),
        (
            "attachment-too-few-chunks",
            |a| a[5] = V::I(1),
            "one chunk for 32769 bytes",
        ),
        (
            "attachment-too-many-chunks",
            |a| a[5] = V::I(3),
            "three chunks for 32769 bytes",
        ),
        (
            "attachment-chunks-beyond",
            |a| a[4] = V::I(2),
            "the second chunk would be the message itself",
        ),
        (
            "attachment-first-overflows",
            |a| a[4] = V::uint(u64::MAX),
            "first + chunks is over 2^64",
        ),
        (
            "attachment-hash-short",
            |a| a[3] = V::B(vec![0; 31]),
            "a hash of 31 bytes is a matter of shape",
        ),
    ];
    for (name, spoil, about) in cases {
        let rule = if name == "attachment-hash-short" {
            "body-shape"
        } else {
            "message-attachment"
        };
        refuse(suite, GROUP, name, rule, about, |world| {
            let mut one = attach(world, 0, &[1; 32_769]);
            spoil(&mut one);
            world.message(0, |map| map.push((8, V::A(vec![V::A(one)]))))
        });
    }
    refuse_message(
        suite,
        "attachments-none",
        "message-attachment",
        "an empty list",
        vec![(8, V::A(vec![]))],
    );
    refuse(
        suite,
        GROUP,
        "attachments-too-many",
        "message-attachment",
        "17 attachments",
        |world| {
            let one = attach(world, 0, &[1]);
            world.message(0, |map| map.push((8, V::A(vec![V::A(one); 17]))))
        },
    );
}

fn receipts(suite: &mut Suite) {
    let written = |world: &mut World, keys: Vec<(u64, V)>, refs: &[(u64, u64)]| {
        world.message(1, |_| ());
        let draft = Draft::new(3, V::M(keys).encode()).refs(refs);
        world.add(0, draft)
    };
    let about = [(1, 1)];
    let at = |stage: i64| vec![(0, V::I(stage)), (1, V::I(NOW))];
    let and = |stage: i64, key: u64, value: V| [at(stage), vec![(key, value)]].concat();
    for stage in 1..=8 {
        accept(
            suite,
            GROUP,
            &format!("ok-receipt-stage-{stage}"),
            "each stage once",
            |world| {
                let keys = if stage == 3 {
                    and(3, 4, V::I(NOW + 60_000))
                } else {
                    at(stage)
                };
                written(world, keys, &about);
            },
        );
    }
    accept(
        suite,
        GROUP,
        "ok-receipt-words",
        "a read-back may be as long as a body allows",
        |world| {
            let keys = [at(8), vec![(2, "fr".into()), (3, V::T("w".repeat(60_000)))]].concat();
            written(world, keys, &about);
        },
    );
    let cases = [
        ("receipt-stage-0", "there is no stage 0", at(0)),
        ("receipt-stage-9", "there is no stage 9", at(9)),
        (
            "receipt-stand-by",
            "stand by without a promised time",
            at(3),
        ),
        (
            "receipt-promise",
            "a promised time without stand by",
            and(2, 4, V::I(NOW)),
        ),
        (
            "receipt-time",
            "a time beyond 2^53 - 1",
            vec![(0, V::I(1)), (1, V::I(1 << 53))],
        ),
        (
            "receipt-class-empty",
            "an empty class",
            and(4, 2, "".into()),
        ),
        (
            "receipt-class-long",
            "a class of 1025 bytes",
            and(4, 2, V::T("c".repeat(1025))),
        ),
        ("receipt-words-empty", "empty words", and(8, 3, "".into())),
    ];
    for (name, about_it, keys) in cases {
        refuse(suite, GROUP, name, "receipt-stage", about_it, |world| {
            written(world, keys, &about)
        });
    }
    let refs: [(&str, &[(u64, u64)], &str); 3] = [
        ("receipt-of-nothing", &[], "no reference"),
        ("receipt-of-two", &[(1, 1), (1, 0)], "two references"),
        ("receipt-of-own", &[(0, 0)], "a reference into the own log"),
    ];
    for (name, refs, about_it) in refs {
        refuse(suite, GROUP, name, "receipt-ref", about_it, |world| {
            written(world, at(1), refs)
        });
    }
}

fn key_changes(suite: &mut Suite) {
    let body = |credential: Vec<u8>| Draft::new(5, V::M(vec![(0, V::B(credential))]).encode());
    let seed = |world: &World| {
        if world.people[0].name == "Party 1" {
            1
        } else {
            2
        }
    };
    let renewed = move |world: &World, serial: u64| Person::renewed(seed(world), 150, serial);
    refuse(
        suite,
        GROUP,
        "key-change-same-serial",
        "key-change-serial",
        "a serial that is not higher",
        |world| {
            let draft = body(renewed(world, 1).credential());
            world.add(0, draft)
        },
    );
    refuse(
        suite,
        GROUP,
        "key-change-twice-same-serial",
        "key-change-serial",
        "the serial is compared with the key in force",
        |world| {
            world.change_key(0, 150, None);
            let draft = body(renewed(world, 2).credential());
            world.add(0, draft)
        },
    );
    refuse(
        suite,
        GROUP,
        "key-change-of-another",
        "key-change-credential",
        "the credential of another party's root",
        |world| {
            let draft = body(Person::renewed(9, 150, 2).credential());
            world.add(0, draft)
        },
    );
    refuse(
        suite,
        GROUP,
        "key-change-unsigned",
        "key-change-credential",
        "not signed by the root",
        |world| {
            let person = renewed(world, 2);
            let mut fields = person.credential_of(&V::A(person.certificate()).encode());
            fields[3] = V::B(Keys::new(9).sign_pq(b"other"));
            world.add(0, body(V::A(fields).encode()))
        },
    );
    refuse(
        suite,
        GROUP,
        "key-change-cbor",
        "key-change-credential",
        "whatever is wrong inside the credential has one name",
        |world| {
            let mut credential = renewed(world, 2).credential();
            credential.push(0);
            world.add(0, body(credential))
        },
    );
}

fn purge(targets: &[(u64, u64)], reason: &str) -> Draft {
    let targets = targets
        .iter()
        .map(|(party, index)| V::A(vec![V::uint(*party), V::uint(*index)]))
        .collect();
    Draft::new(
        6,
        V::M(vec![(0, V::A(targets)), (1, reason.into())]).encode(),
    )
}

fn consent(purge: (u64, u64)) -> Draft {
    Draft::new(7, empty_body()).refs(&[purge])
}

fn purges(suite: &mut Suite) {
    for (name, count) in [("ok-purge", 2), ("ok-purge-of-three", 3)] {
        let mut world = World::founded(count);
        let message = world.message(0, |_| ());
        let chunk = world.add(1, Draft::new(2, vec![1, 2, 3]));
        let place = world.add(1, purge(&[message, chunk], "agreed in Vienna"));
        world.add(0, consent(place));
        if count == 3 {
            world.add(2, consent(place));
        }
        world.mark(1);
        world.logs[0][1].body = None;
        world.logs[1][1].body = None;
        accept_world(
            suite,
            GROUP,
            name,
            "a purge that every other party has agreed to leaves tombstones",
            &world,
            json!([]),
        );
        // The purge is agreed as well when bodies are still there, as in an export made just before.
        world.logs[1][1].body = Some(vec![1, 2, 3]);
        accept_world(
            suite,
            GROUP,
            &format!("{name}-body-kept"),
            "an agreed purge forbids no body",
            &world,
            json!([]),
        );
    }
    let mut world = World::founded(3);
    let message = world.message(0, |_| ());
    let place = world.add(1, purge(&[message], "not agreed by all"));
    world.add(0, consent(place));
    world.add(0, consent(place));
    world.logs[0][1].body = None;
    refuse_world(
        suite,
        GROUP,
        "purge-not-agreed",
        "body-absent",
        "one of two has consented, though twice",
        &world,
        message,
    );

    refuse(
        suite,
        GROUP,
        "body-missing",
        "body-absent",
        "no purge at all",
        |world| {
            let place = world.message(0, |_| ());
            world.logs[0][1].body = None;
            place
        },
    );
    let mut world = World::founded(2);
    world.logs[1][0].body = None;
    world.message(0, |_| ());
    world.logs[0][1].salt.pop();
    refuse_world(
        suite,
        GROUP,
        "founding-missing",
        "body-absent",
        "no purge can name a founding: refused in its turn",
        &world,
        (1, 0),
    );

    type Targets = fn((u64, u64)) -> Vec<(u64, u64)>;
    let cases: [(&str, Targets, &str, &str); 7] = [
        ("purge-nothing", |_| vec![], "reason", "no target"),
        ("purge-twice", |m| vec![m, m], "reason", "a target twice"),
        (
            "purge-unseen",
            |_| vec![(0, 2)],
            "reason",
            "an entry that the author had not seen",
        ),
        (
            "purge-itself",
            |_| vec![(1, 1)],
            "reason",
            "the purge itself",
        ),
        (
            "purge-founding",
            |_| vec![(0, 0)],
            "reason",
            "the record rests on foundings",
        ),
        ("purge-without-reason", |m| vec![m], "", "an empty reason"),
        (
            "purge-party-300",
            |_| vec![(300, 0)],
            "reason",
            "a party that is not there",
        ),
    ];
    for (name, targets, reason, about) in cases {
        refuse(suite, GROUP, name, "purge-target", about, |world| {
            let message = world.message(0, |_| ());
            let draft = purge(&targets(message), reason);
            world.add(1, draft)
        });
    }
    refuse(
        suite,
        GROUP,
        "purge-of-consent",
        "purge-target",
        "the record rests on purges and consents",
        |world| {
            let message = world.message(0, |_| ());
            let place = world.add(1, purge(&[message], "reason"));
            let consented = world.add(0, consent(place));
            world.add(1, purge(&[consented], "reason"))
        },
    );
    let all: Vec<_> = (1..=257).map(|n| (0, n)).collect();
    refuse(
        suite,
        GROUP,
        "purge-too-many",
        "purge-target",
        "257 targets",
        |world| {
            for _ in 0..257 {
                world.add(0, Draft::new(99, vec![]));
            }
            let draft = purge(&all, "reason");
            world.add(1, draft)
        },
    );
    accept(
        suite,
        GROUP,
        "ok-purge-of-receipt",
        "anything may be purged but what the record's rules rest on",
        |world| {
            let message = world.message(1, |_| ());
            let receipt = V::M(vec![(0, V::I(1)), (1, V::I(NOW))]).encode();
            let receipt = world.add(0, Draft::new(3, receipt).refs(&[message]));
            let other = world.add(0, Draft::new(99, vec![]));
            let place = world.add(0, purge(&[receipt, other], "reason"));
            world.add(1, consent(place));
            world.logs[0][1].body = None;
            world.logs[0][2].body = None;
        },
    );
    consents(suite);
}

fn consents(suite: &mut Suite) {
    let cases: [(&str, &[(u64, u64)], &str); 4] = [
        ("consent-to-nothing", &[], "no reference"),
        ("consent-to-two", &[(1, 1), (0, 1)], "two references"),
        (
            "consent-to-message",
            &[(1, 2)],
            "a reference to what is no purge",
        ),
        ("consent-to-own", &[(0, 2)], "a reference to the own purge"),
    ];
    for (name, refs, about) in cases {
        refuse(suite, GROUP, name, "consent-ref", about, |world| {
            let message = world.message(0, |_| ());
            world.add(1, purge(&[message], "reason"));
            world.message(1, |_| ());
            world.add(0, purge(&[message], "reason"));
            world.add(0, Draft::new(7, empty_body()).refs(refs))
        });
    }
    refuse(
        suite,
        GROUP,
        "consent-shape",
        "body-shape",
        "a consent says nothing",
        |world| {
            let message = world.message(0, |_| ());
            let place = world.add(1, purge(&[message], "reason"));
            world.add(0, Draft::new(7, vec![0x80]).refs(&[place]))
        },
    );
}
