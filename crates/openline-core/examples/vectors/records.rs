//! Whole records: order, what is settled, keys over time, marks of doubt.

use openline_core::Hash;
use serde_json::{Value, json};

use crate::entries::{accept_world, refuse_world};
use crate::suite::Suite;
use crate::support::{Draft, NOW, Person, V, World, empty_body};

pub(crate) fn write(suite: &mut Suite) {
    orders(suite);
    order_alone(suite);
    keys(suite);
    ended_keys(suite);
    doubts(suite);
    attachment_doubts(suite);
}

fn orders(suite: &mut Suite) {
    accept_world(
        suite,
        "record",
        "ok-empty",
        "a line on which nothing has been written",
        &World::new(2),
        json!([]),
    );
    let mut world = World::new(2);
    world.found(1);
    accept_world(
        suite,
        "record",
        "ok-one-founding",
        "party 0 may still precede: nothing is settled",
        &world,
        json!([]),
    );
    accept_world(
        suite,
        "record",
        "ok-foundings",
        "both foundings are settled",
        &World::founded(2),
        json!([]),
    );

    for (name, count, about) in [
        (
            "ok-two-parties",
            2,
            "two parties, crossing messages, an unsettled end",
        ),
        ("ok-three-parties", 3, "three parties"),
        ("ok-five-parties", 5, "five parties"),
    ] {
        let mut world = World::founded(count);
        let parties = usize::from(count);
        for _ in 0..4 {
            let before = world.sizes();
            for party in 0..parties {
                // Odd parties write without having seen what this round brought: their messages cross.
                let mut seen = if party % 2 == 1 {
                    before.clone()
                } else {
                    world.sizes()
                };
                seen[party] = world.logs[party].len() as u64;
                let body = world.message_map(party, |_| ());
                world.add(party, Draft::new(1, body).seen(&seen));
            }
        }
        accept_world(suite, "record", name, about, &world, json!([]));
    }

    let mut world = World::founded(2);
    for _ in 0..3 {
        world.mark(0);
    }
    world.add(1, Draft::new(4, empty_body()).seen(&[1, 1]));
    accept_world(
        suite,
        "record",
        "ok-concurrent",
        "an entry that has seen little stands early in the order",
        &world,
        json!([]),
    );

    let mut world = World::new(3);
    world.found(0);
    world.found(2);
    world.add(0, Draft::new(4, empty_body()));
    accept_world(
        suite,
        "record",
        "ok-silent-party",
        "a party that has written nothing settles nothing",
        &world,
        json!([]),
    );
}

/// The order by itself: for each entry its party and what it had seen.
fn order_alone(suite: &mut Suite) {
    let entry = |party: i64, seen: &[i64]| {
        V::A(vec![
            V::I(party),
            V::A(seen.iter().copied().map(V::I).collect()),
        ])
    };
    let cases: [(&str, Vec<V>, usize, Vec<u64>, u64, &str); 4] = [
        (
            "ok-chain",
            vec![
                entry(0, &[0, 0]),
                entry(1, &[0, 0]),
                entry(0, &[1, 1]),
                entry(1, &[2, 1]),
            ],
            2,
            vec![1, 1, 2, 3],
            3,
            "each has seen the one before",
        ),
        (
            "ok-crossing",
            vec![
                entry(0, &[0, 0]),
                entry(1, &[0, 0]),
                entry(0, &[1, 1]),
                entry(1, &[1, 1]),
            ],
            2,
            vec![1, 1, 2, 2],
            4,
            "two entries cross: the lower party index stands first",
        ),
        (
            "ok-long-silence",
            vec![
                entry(0, &[0, 0]),
                entry(1, &[0, 0]),
                entry(0, &[1, 1]),
                entry(0, &[2, 1]),
                entry(0, &[3, 1]),
            ],
            2,
            vec![1, 1, 2, 3, 4],
            3,
            "unsettled for want of party 1; at 2, party 0 precedes",
        ),
        (
            "ok-three",
            vec![
                entry(0, &[0, 0, 0]),
                entry(1, &[0, 0, 0]),
                entry(2, &[0, 0, 0]),
                entry(2, &[1, 1, 1]),
                entry(1, &[1, 1, 2]),
            ],
            3,
            vec![1, 1, 1, 2, 3],
            3,
            "party 0 could still write at 2",
        ),
    ];
    for (name, entries, parties, lamport, settled, about) in cases {
        let vector = suite.vector("order", name, "order", &V::A(entries).encode(), about);
        suite.add(
            vector
                .context(json!({"parties": parties}))
                .ok(json!({"lamport": lamport, "settled": settled})),
        );
    }
    let wrong = V::A(vec![entry(1, &[0, 0]), entry(0, &[0, 0])]).encode();
    let vector = suite.vector(
        "order",
        "wrong-order",
        "order",
        &wrong,
        "equal numbers: party 0 stands first",
    );
    suite.add(vector.context(json!({"parties": 2})).by("export-order"));
}

fn keys(suite: &mut Suite) {
    let mut world = World::founded(2);
    let before = world.note(0, 1, &[1], &[1]);
    world.message(1, |_| ());
    let over_other = world.note(1, 2, &[0], &[]);
    world.change_key(0, 150, None);
    world.message(0, |_| ());
    world.mark(1);
    world.change_key(0, 151, None);
    world.mark(0);
    let mut export = world.export();
    export.notes = vec![
        V::T(before),
        V::T(world.notes().remove(0)),
        V::T(over_other),
        V::T(world.note(1, 3, &[0], &[0])),
    ];
    let result = json!({"entries": world.order().len(), "record_root": world.root().to_string(), "settled": world.settled(),
                        "cosignatures": 4, "seals": 2, "marks": []});
    let about = "two key changes; cosignatures by former keys up to what they had seen, by later keys over any size";
    let vector = suite
        .vector(
            "record",
            "ok-key-changes",
            "export",
            &export.encode(),
            about,
        )
        .ok(result);
    suite.add(vector);

    let mut world = World::founded(2);
    let old = world.node[0].clone();
    world.change_key(0, 150, None);
    let mut export = world.export();
    let text = world.checkpoint(0, 2);
    export.notes[0] = V::T(format!("{text}\n{}", world.log_line(0, &text, &old)));
    let about = "the checkpoint with the key change is signed by the new key";
    let vector = suite.vector(
        "record",
        "former-key-signs",
        "export",
        &export.encode(),
        about,
    );
    suite.add(vector.by("checkpoint-signature").at_note(0));

    let mut export = world.export();
    let text = world.checkpoint(0, 1);
    export.notes.insert(
        0,
        V::T(format!(
            "{text}\n{}",
            world.log_line(0, &text, &world.node[0])
        )),
    );
    let vector = suite.vector(
        "record",
        "later-key-signs-early",
        "export",
        &export.encode(),
        "a new key signs no checkpoint before its entry",
    );
    suite.add(vector.by("checkpoint-signature").at_note(0));
}

fn ended_keys(suite: &mut Suite) {
    let time = NOW.unsigned_abs() / 1000;
    // Party 0 changes its key having seen 2 of party 1's 3 entries.
    let mut world = World::founded(2);
    world.mark(1);
    world.add(1, Draft::new(4, empty_body()).seen(&[1, 2]));
    let old = world.node[0].clone();
    world.change_key(0, 150, Some(vec![1, 2]));
    world.mark(1);
    let line = |size: usize, of: usize, is_seal: bool| {
        let text = world.checkpoint(of, size);
        let own = world.log_line(of, &text, &world.node[of]);
        let other = if is_seal {
            world.seal_line(0, &text, time, &old)
        } else {
            world.cosign_line(0, &text, time, &old)
        };
        format!("{text}\n{own}{other}")
    };
    let mut export = world.export();
    export.notes.insert(1, V::T(line(2, 1, false)));
    let vector = suite.vector(
        "record",
        "ok-former-key-at-its-end",
        "export",
        &export.encode(),
        "a former key's cosignature counts up to what its last word had seen",
    );
    suite.add(vector.ok(json!({"cosignatures": 3})));
    for (name, is_seal) in [
        ("former-key-cosigns-later", false),
        ("former-key-seals-later", true),
    ] {
        let mut export = world.export();
        export.notes.insert(1, V::T(line(3, 1, is_seal)));
        let about = "one entry beyond; an exporter leaves such lines out";
        let vector = suite
            .vector("record", name, "export", &export.encode(), about)
            .by("cosignature-key")
            .at_note(1);
        suite.add(vector);
    }
    let mut export = world.export();
    export.notes[0] = V::T({
        let text = world.checkpoint(0, 2);
        let own = world.log_line(0, &text, &world.node[0]);
        format!("{text}\n{own}{}", world.seal_line(0, &text, time, &old))
    });
    let about = "over the own log a former key's seal ends before the key change";
    let vector = suite.vector(
        "record",
        "former-key-seals-own-log",
        "export",
        &export.encode(),
        about,
    );
    suite.add(vector.by("cosignature-key").at_note(0));
    let mut world = World::founded(2);
    let person = Person::renewed(3, 150, 2);
    let place = world.add(
        0,
        Draft::new(5, V::M(vec![(0, V::B(person.credential()))]).encode()),
    );
    refuse_world(
        suite,
        "record",
        "key-of-a-stranger",
        "key-change-credential",
        "the root of nobody on this line",
        &world,
        place,
    );
}

fn mark_at(party: u64, index: u64, mark: &str) -> Value {
    json!({"party": party, "index": index, "mark": mark})
}

fn numbered(world: &mut World, party: usize, year: i64, number: i64) -> (u64, u64) {
    world.message(party, |map| {
        map.extend([(0, V::I(0)), (7, V::A(vec![V::I(year), V::I(number)]))])
    })
}

fn doubts(suite: &mut Suite) {
    let mut world = World::founded(2);
    let tolerance = 300_000;
    for time in [
        NOW + tolerance + 999,
        NOW + tolerance + 1000,
        NOW - tolerance,
        NOW - tolerance - 1,
    ] {
        world.add(0, Draft::new(4, empty_body()).time(time));
    }
    world.add(1, Draft::new(4, empty_body()).time(NOW));
    let marks = json!([
        mark_at(0, 2, "time-far-off"),
        mark_at(0, 3, "time-before-cause"),
        mark_at(0, 4, "time-before-cause"),
        mark_at(0, 4, "time-far-off"),
    ]);
    accept_world(
        suite,
        "doubt",
        "ok-times",
        "times at the tolerance and beyond it, before and after the cosignature's second",
        &world,
        marks,
    );

    let mut world = World::founded(2);
    for (year, number) in [
        (2026, 1),
        (2026, 2),
        (2026, 2),
        (2026, 5),
        (2026, 3),
        (2026, 6),
        (2027, 2),
        (2027, 3),
    ] {
        numbered(&mut world, 0, year, number);
    }
    numbered(&mut world, 1, 2026, 1);
    let marks = json!([
        mark_at(0, 3, "number-repeated"),
        mark_at(0, 4, "number-gap"),
        mark_at(0, 5, "number-repeated"),
        mark_at(0, 7, "number-gap"),
    ]);
    accept_world(
        suite,
        "doubt",
        "ok-numbers",
        "numbers are compared with the highest of their year, by author",
        &world,
        marks,
    );
}

fn attachment_doubts(suite: &mut Suite) {
    let attachment = |length: u64, hash: Hash, first: u64, chunks: u64| {
        V::A(vec![
            "f".into(),
            "text/plain".into(),
            V::uint(length),
            V::bytes(&hash.0),
            V::uint(first),
            V::uint(chunks),
        ])
    };
    let with = |world: &mut World, attachment: V| {
        world.message(0, |map| map.push((8, V::A(vec![attachment]))))
    };
    let (full, rest) = (vec![1; 32_768], vec![2; 10]);
    let whole = Hash::of(&[&full, &rest]);
    let mut world = World::founded(2);
    world.add(0, Draft::new(2, full.clone()));
    world.add(0, Draft::new(2, rest.clone()));
    world.add(0, Draft::new(2, full[..32_767].to_vec()));
    world.mark(0);
    with(&mut world, attachment(32_778, whole, 1, 2));
    with(&mut world, attachment(32_778, Hash::of(&[b"other"]), 1, 2));
    with(&mut world, attachment(32_777, whole, 1, 2));
    with(&mut world, attachment(32_778, whole, 2, 2));
    with(
        &mut world,
        attachment(32_777, Hash::of(&[&rest, &full[..32_767]]), 2, 2),
    );
    with(&mut world, attachment(32_778, whole, 3, 2));
    let marks = json!([6, 7, 8, 9, 10].map(|index| mark_at(0, index, "attachment-broken")));
    let about = "whole; another hash; another length; other chunks; a first chunk that is not full; a mark among the chunks";
    accept_world(suite, "doubt", "ok-attachments", about, &world, marks);

    let mut world = World::founded(2);
    let one = world.add(0, Draft::new(2, full));
    world.add(0, Draft::new(2, rest));
    world.mark(0);
    with(&mut world, attachment(32_778, Hash::of(&[b"other"]), 1, 2));
    with(&mut world, attachment(32_778, whole, 2, 2));
    with(&mut world, attachment(70_000, whole, 1, 3));
    let target = V::A(vec![V::uint(one.0), V::uint(one.1)]);
    let purge = world.add(
        0,
        Draft::new(
            6,
            V::M(vec![(0, V::A(vec![target])), (1, "agreed".into())]).encode(),
        ),
    );
    world.add(1, Draft::new(7, empty_body()).refs(&[purge]));
    world.logs[0][1].body = None;
    let marks = json!([
        mark_at(0, 5, "attachment-broken"),
        mark_at(0, 6, "attachment-broken")
    ]);
    let about = "a purged chunk is no fault and ends the check; a mark where a chunk should be is one, purged or not";
    accept_world(suite, "doubt", "ok-purged-chunk", about, &world, marks);
}
