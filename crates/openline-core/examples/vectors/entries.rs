//! Rules 9 to 20: headers, salts and bodies of entries in their place.

use serde_json::json;

use crate::suite::Suite;
use crate::support::{Draft, V, World, empty_body};

/// Refused: two founded logs and what `write` adds, at the last entry of the log it names.
pub(crate) fn refuse(
    suite: &mut Suite,
    group: &'static str,
    name: &str,
    rule: &str,
    about: &str,
    write: impl FnOnce(&mut World) -> (u64, u64),
) {
    let mut world = World::founded(2);
    let place = write(&mut world);
    refuse_world(suite, group, name, rule, about, &world, place);
}

pub(crate) fn refuse_world(
    suite: &mut Suite,
    group: &'static str,
    name: &str,
    rule: &str,
    about: &str,
    world: &World,
    place: (u64, u64),
) {
    let bytes = world.export().encode();
    let vector = suite
        .vector(group, name, "export", &bytes, about)
        .by(rule)
        .at(place);
    suite.add(vector);
}

/// Accepted: two founded logs and what `write` adds.
pub(crate) fn accept(
    suite: &mut Suite,
    group: &'static str,
    name: &str,
    about: &str,
    write: impl FnOnce(&mut World),
) {
    let mut world = World::founded(2);
    write(&mut world);
    accept_world(suite, group, name, about, &world, json!([]));
}

/// Accepted, with these marks of doubt.
pub(crate) fn accept_world(
    suite: &mut Suite,
    group: &'static str,
    name: &str,
    about: &str,
    world: &World,
    marks: serde_json::Value,
) {
    let result = json!({
        "entries": world.order().len(), "settled": world.settled(), "record_root": world.root().to_string(),
        "line": world.line.to_string(), "marks": marks,
        "tombstones": world.order().iter().filter(|entry| entry.body.is_none()).count(),
    });
    let vector = suite
        .vector(group, name, "export", &world.export().encode(), about)
        .ok(result);
    suite.add(vector);
}

fn mark() -> Draft {
    Draft::new(4, empty_body())
}

fn query(world: &World, party: usize) -> Draft {
    Draft::new(1, world.message_map(party, |_| ()))
}

pub(crate) fn write(suite: &mut Suite) {
    posts(suite);
    seen(suite);
    references(suite);
    foundings(suite);
    salted(suite);
}

fn posts(suite: &mut Suite) {
    let cases: [(&str, &'static str, u64, &str); 6] = [
        (
            "post-unlisted",
            "harbour",
            1,
            "a post that the charter does not list",
        ),
        ("post-capitals", "Duty", 1, "capitals in a post's name"),
        ("post-empty", "", 1, "a post without a name"),
        (
            "post-long",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            1,
            "a name of 65 bytes",
        ),
        (
            "post-node-of-message",
            "node",
            1,
            "the node itself writes no messages",
        ),
        ("post-of-mark", "duty", 4, "a mark is written by the node"),
    ];
    for (name, post, kind, about) in cases {
        refuse(suite, "entry", name, "header-post", about, |world| {
            let body = if kind == 4 {
                empty_body()
            } else {
                world.message_map(0, |_| ())
            };
            world.add(
                0,
                Draft {
                    post,
                    ..Draft::new(kind, body)
                },
            )
        });
    }
    refuse(
        suite,
        "entry",
        "post-before-seen",
        "header-post",
        "the post comes before what was seen",
        |world| {
            let draft = Draft {
                post: "harbour",
                ..query(world, 0)
            };
            world.add(0, draft.seen(&[1]))
        },
    );
}

fn seen(suite: &mut Suite) {
    let cases: [(&str, &str, &[u64], &str); 8] = [
        (
            "seen-of-one",
            "seen-length",
            &[1],
            "one slot for two parties",
        ),
        (
            "seen-of-three",
            "seen-length",
            &[1, 1, 0],
            "three slots for two parties",
        ),
        (
            "seen-of-seventeen",
            "seen-length",
            &[1; 17],
            "more slots than a line can have parties",
        ),
        (
            "seen-own-behind",
            "seen-own",
            &[0, 1],
            "the own slot is not the index",
        ),
        (
            "seen-own-ahead",
            "seen-own",
            &[2, 1],
            "the own slot is beyond the index",
        ),
        (
            "seen-ahead",
            "seen-ahead",
            &[1, 2],
            "one entry that does not exist",
        ),
        (
            "seen-far-ahead",
            "seen-ahead",
            &[1, u64::MAX],
            "2^64 - 1 entries",
        ),
        (
            "seen-own-before-ahead",
            "seen-own",
            &[0, 9],
            "rules in the order of their numbers",
        ),
    ];
    for (name, rule, seen, about) in cases {
        refuse(suite, "entry", name, rule, about, |world| {
            world.add(0, mark().seen(seen))
        });
    }
    refuse(
        suite,
        "entry",
        "seen-backwards",
        "seen-backwards",
        "less than in the author's entry before",
        |world| {
            world.mark(1);
            world.add(0, mark().seen(&[1, 2]));
            world.add(0, mark().seen(&[2, 1]))
        },
    );
    accept(
        suite,
        "entry",
        "ok-seen-late",
        "an author may long have seen nothing new",
        |world| {
            world.mark(1);
            world.add(0, mark().seen(&[1, 1]));
            world.add(0, mark().seen(&[2, 1]));
        },
    );
}

fn references(suite: &mut Suite) {
    refuse(
        suite,
        "entry",
        "references-too-many",
        "ref-count",
        "33 references",
        |world| {
            for _ in 0..32 {
                world.mark(1);
            }
            let refs: Vec<_> = (0..33).map(|n| (1, n)).collect();
            let draft = query(world, 0).refs(&refs);
            world.add(0, draft)
        },
    );
    accept(
        suite,
        "entry",
        "ok-references-at-most",
        "32 references",
        |world| {
            for _ in 0..31 {
                world.mark(1);
            }
            let refs: Vec<_> = (0..32).map(|n| (1, n)).collect();
            let draft = query(world, 0).refs(&refs);
            world.add(0, draft);
        },
    );
    let cases: [(&str, &str, &[(u64, u64)], &str); 6] = [
        (
            "reference-unseen",
            "ref-unseen",
            &[(1, 1)],
            "an entry that does not exist yet",
        ),
        (
            "reference-to-itself",
            "ref-unseen",
            &[(0, 1)],
            "an entry can't refer to itself",
        ),
        (
            "reference-to-nobody",
            "ref-unseen",
            &[(2, 0)],
            "a party that is not there",
        ),
        (
            "reference-to-party-300",
            "ref-unseen",
            &[(300, 0), (301, 0)],
            "parties beyond one byte are not each other",
        ),
        (
            "reference-unseen-twice",
            "ref-unseen",
            &[(1, 5), (1, 5)],
            "unseen comes before twice",
        ),
        (
            "reference-twice",
            "ref-duplicate",
            &[(1, 0), (0, 0), (1, 0)],
            "one entry twice",
        ),
    ];
    for (name, rule, refs, about) in cases {
        refuse(suite, "entry", name, rule, about, |world| {
            let draft = query(world, 0).refs(refs);
            world.add(0, draft)
        });
    }
    refuse(
        suite,
        "entry",
        "reference-not-seen-by-author",
        "ref-unseen",
        "an entry that is there, but that he had not seen",
        |world| {
            world.mark(1);
            let draft = query(world, 0).refs(&[(1, 1)]).seen(&[1, 1]);
            world.add(0, draft)
        },
    );
}

fn foundings(suite: &mut Suite) {
    let mut world = World::new(2);
    let place = world.add(0, mark().seen(&[0, 0]));
    refuse_world(
        suite,
        "entry",
        "first-is-no-founding",
        "founding-first",
        "a log begins with a mark",
        &world,
        place,
    );

    let mut world = World::new(2);
    world.found(0);
    let founding = Draft::new(0, world.logs[0][0].body.clone().expect("a body"));
    let place = world.add(1, founding.clone().seen(&[1, 0]));
    refuse_world(
        suite,
        "entry",
        "founding-has-seen",
        "founding-first",
        "a founding that has seen the other",
        &world,
        place,
    );

    let mut world = World::new(2);
    let place = world.add(0, founding.clone().seen(&[0, 0]).refs(&[(1, 0)]));
    refuse_world(
        suite,
        "entry",
        "founding-refers",
        "ref-unseen",
        "a founding can't have seen what it refers to",
        &world,
        place,
    );

    refuse(
        suite,
        "entry",
        "founding-twice",
        "founding-first",
        "a second founding in one log",
        |world| world.add(0, founding.clone()),
    );
}

fn salted(suite: &mut Suite) {
    let cases: [(&str, &str, fn(&mut crate::support::Written), &str); 6] = [
        (
            "salt-short",
            "salt-size",
            |entry| entry.salt.truncate(15),
            "a salt of 15 bytes",
        ),
        (
            "salt-long",
            "salt-size",
            |entry| entry.salt.push(0),
            "a salt of 17 bytes",
        ),
        (
            "salt-empty-before-size",
            "salt-size",
            |entry| (entry.salt.clear(), entry.body = Some(vec![0; 65_537])).1,
            "the salt comes before the body",
        ),
        (
            "body-size-before-hash",
            "body-size",
            |entry| entry.body = Some(vec![0; 65_537]),
            "a body of 65537 bytes, and of another hash",
        ),
        (
            "body-changed",
            "body-hash",
            |entry| entry.body = Some(vec![0xa0, 0x00]),
            "another body",
        ),
        (
            "salt-changed",
            "body-hash",
            |entry| entry.salt[0] ^= 1,
            "another salt",
        ),
    ];
    for (name, rule, spoil, about) in cases {
        refuse(suite, "entry", name, rule, about, |world| {
            let place = world.message(0, |_| ());
            spoil(&mut world.logs[0][1]);
            place
        });
    }
    refuse(
        suite,
        "entry",
        "body-size",
        "body-size",
        "65537 bytes of an unknown kind",
        |world| world.add(0, Draft::new(99, vec![7; 65_537])),
    );
    accept(
        suite,
        "entry",
        "ok-unknown-kind",
        "65536 bytes of a kind that version 1 does not know",
        |world| {
            world.add(0, Draft::new(99, vec![7; 65_536]));
        },
    );
    accept(
        suite,
        "entry",
        "ok-mark-with-any-salt",
        "the salt of a mark hides nothing, and may be any 16 bytes",
        |world| {
            let hash = openline_core::Hash::of(&[&[0; 16], &empty_body()]);
            world.add_with(0, mark(), |fields| fields[7] = V::bytes(&hash.0));
            world.logs[0][1].salt = vec![0; 16];
        },
    );
}
