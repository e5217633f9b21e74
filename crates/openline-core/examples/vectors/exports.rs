//! Rules 49 to 55: the file of a whole record, and fork evidence.

use openline_core::Hash;
use serde_json::json;

use crate::suite::Suite;
use crate::support::{Draft, Export, V, World, consistency, empty_body, mth};

pub(crate) fn write(suite: &mut Suite) {
    files(suite);
    orders(suite);
    covers(suite);
    summaries(suite);
    forks(suite);
}

/// Two founded logs with a message each.
fn small() -> World {
    let mut world = World::founded(2);
    world.message(0, |_| ());
    world.message(1, |_| ());
    world
}

type Spoil = fn(&mut Export);

fn files(suite: &mut Suite) {
    let cases: [(&str, &str, Spoil, &str); 21] = [
        (
            "magic",
            "export-magic",
            |e| e.magic = b"openline-export/v2\n".to_vec(),
            "another first line",
        ),
        (
            "magic-without-newline",
            "export-magic",
            |e| e.magic.truncate(18),
            "no newline after the first line",
        ),
        (
            "instrument-array",
            "export-shape",
            |e| e.instrument = V::A(vec![]),
            "the instrument is no byte string",
        ),
        (
            "instrument-malformed",
            "cbor-malformed",
            |e| e.instrument = V::Raw(vec![0x81, 0xff]),
            "CBOR comes before the shape",
        ),
        (
            "notes-of-bytes",
            "export-shape",
            |e| e.notes[0] = V::B(vec![]),
            "a note that is no text",
        ),
        (
            "notes-bad-utf-8",
            "cbor-malformed",
            |e| e.notes[1] = V::Raw(vec![0x61, 0xff]),
            "CBOR comes first, over the whole item",
        ),
        (
            "notes-of-bytes-and-malformed",
            "cbor-malformed",
            |e| (e.notes[0] = V::B(vec![]), e.notes[1] = V::Raw(vec![0xff])).1,
            "whatever its shape further left",
        ),
        (
            "forks-too-many",
            "export-shape",
            |e| e.forks = vec![V::I(0); 65],
            "65 items of fork evidence",
        ),
        (
            "entry-of-three",
            "export-shape",
            |e| {
                e.items[2].items().pop();
            },
            "three elements",
        ),
        (
            "entry-of-party-2",
            "export-shape",
            |e| e.items[2].items()[0] = V::I(2),
            "a party that is not there",
        ),
        (
            "entry-of-party-256",
            "export-shape",
            |e| e.items[2].items()[0] = V::I(256),
            "a party beyond one byte",
        ),
        (
            "entry-salt-alone",
            "export-shape",
            |e| e.items[2].items()[3] = V::Null,
            "a salt without a body",
        ),
        (
            "entry-body-alone",
            "export-shape",
            |e| e.items[2].items()[2] = V::Null,
            "a body without a salt",
        ),
        (
            "entry-header-text",
            "export-shape",
            |e| e.items[2].items()[1] = "h".into(),
            "a header that is no byte string",
        ),
        (
            "entry-not-shortest",
            "cbor-canonical",
            |e| e.items[2].items()[0] = V::Raw(vec![0x18, 0x00]),
            "CBOR comes before the shape",
        ),
        (
            "end-other-word",
            "export-shape",
            |e| e.end.items()[0] = "fin".into(),
            "another closing word",
        ),
        (
            "end-root-short",
            "export-shape",
            |e| e.end.items()[3] = V::B(vec![0; 31]),
            "a root of 31 bytes",
        ),
        (
            "end-missing",
            "export-shape",
            |e| e.end = V::Raw(vec![]),
            "the file ends where an item should begin",
        ),
        (
            "end-cut-short",
            "cbor-malformed",
            |e| {
                let mut end = e.end.encode();
                end.pop();
                e.end = V::Raw(end);
            },
            "the file ends within an item",
        ),
        (
            "nothing-else",
            "export-shape",
            |e| {
                e.instrument = V::Raw(vec![]);
                e.items.clear();
                e.end = V::Raw(vec![]);
                e.notes.clear();
            },
            "two items where the instrument and the notes should be",
        ),
        (
            "header-broken",
            "cbor-malformed",
            |e| e.items[2].items()[1] = V::B(vec![0x88]),
            "rules of the entry, in its turn",
        ),
    ];
    for (name, rule, spoil, about) in cases {
        let mut export = small().export();
        spoil(&mut export);
        let vector = suite
            .vector("export", name, "export", &export.encode(), about)
            .by(rule);
        suite.add(vector);
    }
    let bytes = b"openline-export/v1\n";
    let vector = suite
        .vector(
            "export",
            "first-line-alone",
            "export",
            bytes,
            "no item at all",
        )
        .by("export-shape");
    suite.add(vector);
}

fn orders(suite: &mut Suite) {
    let mut world = World::founded(2);
    world.mark(0);
    world.add(1, Draft::new(4, empty_body()).seen(&[1, 1]));
    let swap =
        |suite: &mut Suite, name: &str, rule: &str, one: usize, at: (u64, u64), about: &str| {
            let mut export = world.export();
            export.items.swap(one, one + 1);
            let vector = suite
                .vector("export", name, "export", &export.encode(), about)
                .by(rule)
                .at(at);
            suite.add(vector);
        };
    swap(
        suite,
        "order-of-foundings",
        "export-order",
        0,
        (0, 0),
        "equal numbers, the higher party first: named at the second",
    );
    swap(
        suite,
        "order-of-crossing",
        "export-order",
        2,
        (0, 1),
        "entries that cross, exchanged",
    );
    let mut export = small().export();
    export.items.swap(2, 3);
    let about = "an entry before one that it has seen is no matter of order";
    let vector = suite
        .vector(
            "export",
            "order-against-cause",
            "export",
            &export.encode(),
            about,
        )
        .by("seen-ahead")
        .at((1, 1));
    suite.add(vector);
    let mut export = world.export();
    export.items.swap(0, 1);
    export.items[1].items()[2] = V::B(vec![0; 15]);
    let vector = suite.vector(
        "export",
        "order-after-salt",
        "export",
        &export.encode(),
        "the rules of the entry come before its order",
    );
    suite.add(vector.by("salt-size").at((0, 0)));
    let mut export = small().export();
    let repeated = export.items[2].clone();
    export.items.insert(3, repeated);
    let vector = suite.vector(
        "export",
        "entry-twice",
        "export",
        &export.encode(),
        "the second has not its own index",
    );
    suite.add(vector.by("seen-own").at((0, 2)));
}

fn covers(suite: &mut Suite) {
    let world = small();
    let two = world.notes();
    let early = world.note(0, 1, &[1], &[]);
    let note = |note: &str| V::text(note);
    let beyond = {
        let text = world.checkpoint_of(1, 3, Hash::of(&[]));
        format!("{text}\n{}", world.log_line(1, &text, &world.node[1]))
    };
    let nothing = {
        let text = world.checkpoint_of(0, 0, Hash::of(&[]));
        format!("{text}\n{}", world.log_line(0, &text, &world.node[0]))
    };
    let cases: Vec<(&str, &str, Vec<V>, Option<usize>, &str)> = vec![
        ("cover-none", "export-cover", vec![], None, "no note at all"),
        (
            "cover-one-missing",
            "export-cover",
            vec![note(&two[0])],
            None,
            "no note of party 1's log",
        ),
        (
            "cover-not-full",
            "export-cover",
            vec![note(&early), note(&two[1])],
            None,
            "the last note is of a smaller size",
        ),
        (
            "cover-parties-exchanged",
            "export-cover",
            vec![note(&two[1]), note(&two[0])],
            Some(1),
            "party 1 before party 0",
        ),
        (
            "cover-sizes-exchanged",
            "export-cover",
            vec![note(&two[0]), note(&early), note(&two[1])],
            Some(1),
            "sizes descend",
        ),
        (
            "cover-size-twice",
            "export-cover",
            vec![note(&two[0]), note(&two[0]), note(&two[1])],
            Some(1),
            "a size twice",
        ),
        (
            "note-beyond",
            "checkpoint-size",
            vec![note(&two[0]), note(&two[1]), note(&beyond)],
            Some(2),
            "a size beyond the entries",
        ),
        (
            "note-of-nothing",
            "checkpoint-size",
            vec![note(&nothing), note(&two[0]), note(&two[1])],
            Some(0),
            "a note of size 0",
        ),
        (
            "note-broken",
            "note-format",
            vec![note(&two[0]), "x".into()],
            Some(1),
            "notes are looked at in their turn",
        ),
        (
            "note-broken-after-order",
            "export-cover",
            vec![note(&two[0]), note(&early), "x".into()],
            Some(1),
            "one note after the other",
        ),
    ];
    for (name, rule, notes, at, about) in cases {
        let mut export = world.export();
        export.notes = notes;
        let vector = suite
            .vector("export", name, "export", &export.encode(), about)
            .by(rule);
        suite.add(match at {
            Some(position) => vector.at_note(position),
            None => vector,
        });
    }
    let mut export = world.export();
    export.notes = vec![note(&early), note(&two[0]), note(&two[1])];
    let vector = suite.vector(
        "export",
        "ok-early-note",
        "export",
        &export.encode(),
        "a note of a smaller size before that of the full one",
    );
    suite.add(vector.ok(json!({"entries": 4, "cosignatures": 3})));
    let mut export = world.export();
    export.notes[0] = note(&world.note(0, 2, &[1], &[0, 1]));
    export.notes[1] = note(&world.note(1, 2, &[0], &[0, 1]));
    let vector = suite.vector(
        "export",
        "ok-seals",
        "export",
        &export.encode(),
        "both logs cosigned and sealed",
    );
    suite.add(vector.ok(json!({"cosignatures": 2, "seals": 4})));
}

fn summaries(suite: &mut Suite) {
    let cases: [(&str, &str, Spoil, &str); 7] = [
        (
            "end-entries",
            "export-end",
            |e| e.end.items()[1] = V::I(3),
            "another number of entries",
        ),
        (
            "end-settled",
            "export-end",
            |e| e.end.items()[2] = V::I(4),
            "another number of settled entries",
        ),
        (
            "end-root",
            "export-end",
            |e| e.end.items()[3] = V::B(vec![0; 32]),
            "another record root",
        ),
        (
            "end-bytes-after",
            "export-end",
            |e| e.after = vec![0],
            "a byte after the closing item",
        ),
        (
            "end-bytes-after-malformed",
            "export-end",
            |e| e.after = vec![0xff],
            "whatever the byte",
        ),
        (
            "end-before-notes",
            "export-end",
            |e| (e.after = vec![0], e.notes[0] = "x".into()).1,
            "the end comes before the notes",
        ),
        (
            "end-entry-missing",
            "export-end",
            |e| {
                e.items.pop();
            },
            "an entry less than the closing item says",
        ),
    ];
    for (name, rule, spoil, about) in cases {
        let mut export = small().export();
        spoil(&mut export);
        let vector = suite
            .vector("export", name, "export", &export.encode(), about)
            .by(rule);
        suite.add(vector);
    }
    let mut world = small();
    world.logs[0][1].body = None;
    let mut export = world.export();
    export.after = vec![0];
    let vector = suite.vector(
        "export",
        "body-absent-before-end",
        "export",
        &export.encode(),
        "missing bodies come before the end",
    );
    suite.add(vector.by("body-absent").at((0, 1)));
}

/// Evidence against party 0: another history from its second entry on, up to `size`.
fn evidence(world: &World, size: usize) -> Vec<V> {
    let other = other_history(world, size);
    let path = consistency(2, &other.leaves(0, size))
        .iter()
        .map(|hash| V::bytes(&hash.0))
        .collect();
    vec![
        V::T(world.note(0, 2, &[], &[])),
        V::T(other.note(0, size, &[], &[])),
        V::bytes(&mth(&other.leaves(0, 2)).0),
        V::A(path),
    ]
}

fn other_history(world: &World, size: usize) -> World {
    let mut other = world.clone();
    other.logs[0].truncate(1);
    while other.logs[0].len() < size {
        other.add(0, Draft::new(4, empty_body()).time(5));
    }
    other
}

fn forks(suite: &mut Suite) {
    let world = small();
    let context = json!({"instrument": suite.bytes(&world.instrument)});
    for (name, size) in [("ok-equal-sizes", 2), ("ok-later", 5)] {
        let bytes = V::A(evidence(&world, size)).encode();
        let vector = suite
            .vector(
                "fork",
                name,
                "fork",
                &bytes,
                "two histories of party 0's log",
            )
            .context(context.clone());
        suite.add(vector.ok(json!({"party": 0, "sizes": [2, size]})));
    }
    let stranger = World::founded(3);
    let honest = small();
    type Change = Box<dyn Fn(&mut Vec<V>)>;
    let one_history = {
        let mut longer = honest.clone();
        longer.mark(0);
        let path = consistency(2, &longer.leaves(0, 3))
            .iter()
            .map(|hash| V::bytes(&hash.0))
            .collect();
        vec![
            V::T(honest.note(0, 2, &[], &[])),
            V::T(longer.note(0, 3, &[], &[])),
            V::bytes(&mth(&honest.leaves(0, 2)).0),
            V::A(path),
        ]
    };
    let unsigned = {
        let text = world.checkpoint(0, 2);
        format!("{text}\n{}", world.log_line(1, &text, &world.node[1]))
    };
    let of_nothing = {
        let text = world.checkpoint_of(0, 0, Hash::of(&[]));
        format!("{text}\n{}", world.log_line(0, &text, &world.node[0]))
    };
    let foreign = stranger.note(0, 1, &[], &[]);
    let other_log = world.note(1, 2, &[], &[]);
    let cases: Vec<(&str, &str, Change, &str)> = vec![
        (
            "three-elements",
            "fork-shape",
            Box::new(|f| {
                f.pop();
            }),
            "no consistency proof",
        ),
        (
            "root-short",
            "fork-shape",
            Box::new(|f| f[2] = V::B(vec![0; 31])),
            "a root of 31 bytes",
        ),
        (
            "proof-too-long",
            "fork-shape",
            Box::new(|f| f[3] = V::A(vec![V::B(vec![0; 32]); 65])),
            "65 hashes",
        ),
        (
            "note-broken",
            "fork-shape",
            Box::new(|f| f[0] = "x".into()),
            "whatever is wrong with a note has one name here",
        ),
        (
            "note-of-another-line",
            "fork-shape",
            Box::new(move |f| f[1] = V::text(&foreign)),
            "a checkpoint of another line",
        ),
        (
            "two-logs",
            "fork-shape",
            Box::new(move |f| f[1] = V::text(&other_log)),
            "checkpoints of two logs",
        ),
        (
            "sizes-descend",
            "fork-shape",
            Box::new(|f| f.swap(0, 1)),
            "the larger first",
        ),
        (
            "unsigned",
            "fork-shape",
            Box::new(move |f| f[0] = V::text(&unsigned)),
            "signed by another party",
        ),
        (
            "of-nothing",
            "fork-shape",
            Box::new(move |f| f[0] = V::text(&of_nothing)),
            "a note of size 0",
        ),
        (
            "one-history",
            "fork-proof",
            Box::new(move |f| f.clone_from(&one_history)),
            "the roots do not differ",
        ),
        (
            "proof-wrong",
            "fork-proof",
            Box::new(|f| f[3].items()[0] = V::B(vec![0; 32])),
            "a wrong consistency proof",
        ),
        (
            "proof-missing",
            "fork-proof",
            Box::new(|f| f[3].items().clear()),
            "an empty consistency proof",
        ),
        (
            "root-of-neither",
            "fork-proof",
            Box::new(|f| f[2] = V::B(vec![0; 32])),
            "a root that leads nowhere",
        ),
        (
            "not-shortest",
            "cbor-canonical",
            Box::new(|f| f[3] = V::Raw(vec![0x98, 0x00])),
            "the CBOR of evidence by itself keeps its rules",
        ),
    ];
    for (name, rule, change, about) in cases {
        let mut fields = evidence(&world, 5);
        change(&mut fields);
        let bytes = V::A(fields.clone()).encode();
        let vector = suite
            .vector("fork", name, "fork", &bytes, about)
            .context(context.clone())
            .by(rule);
        suite.add(vector);
        if matches!(name, "three-elements" | "unsigned" | "proof-wrong") {
            let mut export = world.export();
            export.forks = vec![V::A(evidence(&world, 2)), V::A(fields)];
            let vector = suite
                .vector(
                    "fork",
                    &format!("export-{name}"),
                    "export",
                    &export.encode(),
                    about,
                )
                .by(rule);
            suite.add(vector.at_fork(1));
        }
    }
    let mut export = world.export();
    export.forks = vec![V::A(evidence(&world, 5)), V::A(evidence(&world, 2))];
    let vector = suite.vector(
        "fork",
        "ok-export",
        "export",
        &export.encode(),
        "a record with evidence against party 0",
    );
    suite.add(vector.ok(json!({"entries": 4, "forked": [0, 0]})));

    let mut export = world.export();
    export.forks = vec![V::I(0)];
    export.notes.clear();
    let vector = suite.vector(
        "fork",
        "export-notes-first",
        "export",
        &export.encode(),
        "evidence is looked at after the notes",
    );
    suite.add(vector.by("export-cover"));

    let mut world = small();
    let old = evidence(&world, 5);
    world.change_key(0, 150, None);
    let mut export = world.export();
    export.forks = vec![V::A(old)];
    let vector = suite.vector(
        "fork",
        "ok-former-key",
        "export",
        &export.encode(),
        "a party answers for what any of its keys signed",
    );
    suite.add(vector.ok(json!({"forked": [0]})));
}
