//! What is stored is read back: entries, order, proofs, signatures, documents; and what contradicts it is refused.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::*;
use openline_core::admit::Logs;
use openline_core::checkpoint::{Checkpoint, Cosignature, SignedCheckpoint};
use openline_core::entry::{RawEntry, SaltedBody};
use openline_core::tree::{Frontier, verify_consistency, verify_inclusion};
use openline_core::{Hash, PartyIndex};
use openline_store::{CommitError, Limits, Misuse, ReadError, Store, Write};

fn store() -> Store {
    Store::open_in_memory().unwrap()
}

#[test]
fn a_furnished_store_is_clean_and_takes_up_as_it_was() {
    for parties in [2, 3] {
        let mut store = store();
        let world = furnish(&mut store, parties);
        assert_clean(&store);
        assert_takes_up(&store, &world);
        let report = store.check(&mut |_| ());
        let entries: u64 = world.logs.sizes().iter().sum();
        assert_eq!((report.lines, report.entries), (1, entries));
        assert_eq!((report.documents, report.audit_items), (3, 5));
        let others = u64::from(parties) * u64::from(parties - 1);
        assert_eq!((report.cosignatures, report.seals), (6 * others, others));
    }
}

#[test]
fn a_record_goes_on_where_it_was_taken_up() {
    let mut store = store();
    let mut world = furnish(&mut store, 2);
    let snapshot = store.take_up(&world.founded).unwrap();
    world.logs = Logs::restore(world.founded.clone(), snapshot).unwrap();
    for p in [1, 0, 1] {
        world.put(&mut store, p, &[says("and so on")]).unwrap();
    }
    assert_clean(&store);
    assert_takes_up(&store, &world);
}

#[test]
fn a_party_that_stays_silent_keeps_everything_waiting_and_is_taken_up() {
    let mut store = store();
    let mut world = World::new(3);
    world.found(&mut store);
    for round in 0..20 {
        world.put(&mut store, round % 2, &[says("hello")]).unwrap();
    }
    assert_takes_up(&store, &world);
    world.put(&mut store, 2, &[mark()]).unwrap();
    assert_takes_up(&store, &world);
    assert_clean(&store);
}

#[test]
fn entries_come_back_in_ranges_within_limits() {
    let mut store = store();
    let world = furnish(&mut store, 2);
    let all = log(&store, &world, 1);
    assert_eq!(all.len() as u64, world.logs.size(party(1)));
    assert!(
        all.iter()
            .zip(0..)
            .all(|(entry, index)| entry.place == at(1, index))
    );
    assert!(all.iter().all(|entry| entry.arrived_ms == ARRIVED));
    let read = |from, limits| store.entries(world.line(), party(1), from, limits).unwrap();
    let few = Limits { entries: 3, ..ALL };
    assert_eq!(read(4, few), all[4..7]);
    let one = Limits { bytes: 1, ..ALL };
    assert_eq!(
        read(4, one),
        all[4..5],
        "one entry comes however small the limit"
    );
    let size = |entry: &RawEntry| {
        entry.header.len() + entry.body.as_ref().map_or(0, |(s, b)| s.len() + b.len())
    };
    let bytes = size(&all[4].raw) + size(&all[5].raw);
    assert_eq!(read(4, Limits { bytes, ..ALL }), all[4..6]);
    assert_eq!(read(1000, ALL), []);
    assert_eq!(
        store.entry(world.line(), at(1, 4)).unwrap().as_ref(),
        Some(&all[4])
    );
    assert_eq!(store.entry(world.line(), at(1, 1000)).unwrap(), None);
}

#[test]
fn what_refers_to_an_entry_is_found() {
    let mut store = store();
    let world = furnish(&mut store, 3);
    let line = world.line();
    let mut expected = std::collections::BTreeMap::<_, Vec<_>>::new();
    let (mut all, mut desk) = (Vec::new(), Vec::new());
    for index in 0..3 {
        for entry in log(&store, &world, index) {
            for to in &entry.header.refs {
                expected.entry(*to).or_default().push(entry.place);
            }
            if entry.header.kind.number() >= 8 {
                desk.push(entry.place);
            }
            all.push(entry.place);
        }
    }
    assert!(!expected.is_empty(), "a furnished store has references");
    for place in all {
        let found = store.referring(line, place).unwrap();
        assert_eq!(found, expected.remove(&place).unwrap_or_default());
    }
    assert_eq!(store.of_kind(line, None).unwrap(), desk);
}

#[test]
fn the_order_comes_back_by_joint_number() {
    let mut store = store();
    let world = furnish(&mut store, 3);
    let settled = store.settled_entries(world.line(), 0, ALL).unwrap();
    assert_eq!(settled.len() as u64, world.logs.order().settled());
    let positions: Vec<_> = settled.iter().map(|e| (e.lamport, e.place.party)).collect();
    assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
    for (entry, number) in settled.iter().zip(1..) {
        assert_eq!(entry.number, Some(number));
        assert_eq!(
            store.place_of(world.line(), number).unwrap(),
            Some(entry.place)
        );
    }
    let some = store
        .settled_entries(world.line(), 5, Limits { entries: 4, ..ALL })
        .unwrap();
    assert_eq!(some, settled[4..8]);
    let beyond = settled.len() as u64 + 1;
    assert_eq!(store.place_of(world.line(), beyond).unwrap(), None);
    assert_eq!(
        store.settled(world.line()).unwrap(),
        *world.logs.order().frontier()
    );
}

#[test]
fn roots_and_proofs_hold_at_every_size_across_stored_nodes() {
    let mut store = store();
    let mut world = World::new(2);
    world.found(&mut store);
    let (line, p) = (world.line(), party(0));
    let mut roots = vec![world.logs.root(p)];
    let mut frontier = Frontier::default();
    while world.logs.size(p) < 700 {
        let batch = world.batch(0, &vec![says("x"); 50]);
        world.put_batch(&mut store, &batch).unwrap();
        for entry in batch.entries() {
            frontier.append(entry.leaf());
            roots.push(frontier.root());
        }
    }
    let held = world.logs.size(p);
    for size in 0..=held {
        let root = store.root(line, p, size).unwrap();
        assert_eq!(root, roots[usize::try_from(size).unwrap()], "{size}");
    }
    let sizes = [1, 2, 255, 256, 257, 511, 512, 513, held];
    for new in sizes {
        let new_root = store.root(line, p, new).unwrap();
        for old in sizes.into_iter().filter(|old| *old <= new) {
            let proof = store.consistency(line, p, old, new).unwrap();
            let old_root = store.root(line, p, old).unwrap();
            assert!(
                verify_consistency(old, old_root, new, new_root, &proof),
                "{old} {new}"
            );
        }
        for index in [0, 1, 254, 255, 256, 511, 600]
            .into_iter()
            .filter(|index| *index < new)
        {
            let proof = store.inclusion(line, p, index, new).unwrap();
            let leaf = store.entry(line, at(0, index)).unwrap().unwrap().leaf;
            assert!(
                verify_inclusion(leaf, index, new, &proof, new_root),
                "{index} {new}"
            );
        }
    }
    let beyond = ReadError::Beyond { held };
    assert_eq!(store.root(line, p, held + 1), Err(beyond.clone()));
    assert_eq!(store.inclusion(line, p, 0, held + 1), Err(beyond));
    assert!(store.inclusion(line, p, 5, 5).is_err() && store.consistency(line, p, 6, 5).is_err());
    assert_takes_up(&store, &world);
    assert_clean(&store);
}

#[test]
fn checkpoints_are_found_by_size_and_from_either_side() {
    let mut store = store();
    let world = furnish(&mut store, 2);
    let p = party(1);
    // The founding comes with the first two messages, then two entries a batch, then the consent and the mark.
    let sizes = [3, 5, 7, 9, 11, 13, 14, 15];
    let size_of = |signed: Option<SignedCheckpoint>| signed.map(|signed| signed.checkpoint.size);
    for size in 0..20 {
        let exact = store.checkpoint(&world.founded, p, size).unwrap();
        if let Some(signed) = &exact {
            assert!(world.logs.check_checkpoint(p, signed).is_ok());
            assert_eq!(
                signed.checkpoint.root,
                store.root(world.line(), p, size).unwrap()
            );
        }
        assert_eq!(size_of(exact), sizes.into_iter().find(|s| *s == size));
        let above = store.checkpoint_above(&world.founded, p, size).unwrap();
        assert_eq!(size_of(above), sizes.into_iter().find(|s| *s > size));
        let up_to = store.checkpoint_up_to(&world.founded, p, size).unwrap();
        assert_eq!(size_of(up_to), sizes.into_iter().rev().find(|s| *s <= size));
    }
}

#[test]
fn cosignatures_are_found_by_what_they_cover() {
    let mut store = store();
    let mut world = World::new(3);
    world.found(&mut store);
    world.put(&mut store, 0, &[says("one")]).unwrap();
    world.cosign(&mut store, 0, 1, 100, false);
    world.put(&mut store, 0, &[says("two")]).unwrap();
    world.cosign(&mut store, 0, 2, 200, true);
    world.put(&mut store, 0, &[says("three")]).unwrap();
    world.cosign(&mut store, 0, 1, 300, false);
    world.put(&mut store, 0, &[says("four")]).unwrap();
    let (line, log) = (world.line(), party(0));
    let first = |cosigner, index| {
        let found = store
            .first_cosignature(line, log, party(cosigner), index)
            .unwrap();
        found.map(|c| (c.size, c.signature.time))
    };
    assert_eq!(first(1, 0), Some((2, 100)));
    assert_eq!(first(1, 1), Some((2, 100)));
    assert_eq!(first(1, 2), Some((4, 300)));
    assert_eq!(first(1, 4), None);
    assert_eq!(first(2, 0), Some((3, 200)));
    assert_eq!(first(2, 3), None);
    let latest = store.latest_cosignatures(line, log).unwrap();
    let latest: Vec<_> = latest.iter().map(|c| (c.cosigner.0, c.size)).collect();
    assert_eq!(latest, [(1, 4), (2, 3)]);
    let at_four = store.cosignatures(line, log, 4).unwrap();
    assert_eq!(
        at_four.iter().map(|c| c.cosigner.0).collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(store.seals(line, log, 3).unwrap().len(), 1);
    assert_eq!(store.seals(line, log, 4).unwrap(), []);
    assert_eq!(store.latest_seals(line, log).unwrap()[0].size, 3);
    assert_eq!(
        store
            .first_seal(line, log, party(2), 2)
            .unwrap()
            .unwrap()
            .size,
        3
    );
    assert_eq!(store.first_seal(line, log, party(2), 3).unwrap(), None);
}

#[test]
fn the_first_cosignature_of_a_size_stays() {
    let mut store = store();
    let mut world = World::new(2);
    world.found(&mut store);
    world.put(&mut store, 0, &[says("one")]).unwrap();
    world.cosign(&mut store, 0, 1, 100, false);
    world.cosign(&mut store, 0, 1, 900, false);
    let held = store.cosignatures(world.line(), party(0), 2).unwrap();
    assert_eq!(held[0].signature.time, 100);
}

#[test]
fn lines_keep_apart_and_one_line_is_stored_once() {
    let mut store = store();
    let mut worlds = [World::new(2), World::new(2)];
    for world in &worlds {
        world.found(&mut store);
        world.found(&mut store);
    }
    for world in &mut worlds {
        world.put(&mut store, 0, &[says("a"), says("b")]).unwrap();
        world.put(&mut store, 1, &[says("c")]).unwrap();
    }
    assert_eq!(store.lines().unwrap().len(), 2);
    for world in &worlds {
        assert_eq!(log(&store, world, 0).len(), 3);
        assert_takes_up(&store, world);
    }
    assert_clean(&store);
}

#[test]
fn a_purge_leaves_the_tombstone_and_none_of_the_bytes() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let mut world = World::new(2);
    world.found(&mut store);
    let secret = "the submarine is at noon";
    world.put(&mut store, 0, &[says(secret)]).unwrap();
    world.put(&mut store, 1, &[purge(vec![at(0, 1)])]).unwrap();
    let applied = world.put(&mut store, 0, &[consent(at(1, 1))]).unwrap();
    assert_eq!(applied.purged, [at(0, 1)]);
    let entry = store.entry(world.line(), at(0, 1)).unwrap().unwrap();
    assert_eq!(entry.raw.body, None);
    store.maintain().unwrap();
    let holds_secret = || {
        let files = std::fs::read_dir(home.path().join("store")).unwrap();
        files.flatten().any(|file| {
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
        })
    };
    assert!(
        !holds_secret(),
        "after a purge nothing is left in file or log"
    );
    assert_takes_up(&store, &world);
    assert_clean(&store);
}

#[test]
fn a_body_obtained_late_must_be_the_one_committed_to() {
    let mut store = store();
    let mut world = World::new(2);
    world.found(&mut store);
    let whole = world.batch(0, &[says("late")]);
    let salted = whole.entries()[1].salted().unwrap().clone();
    let raws = whole.entries().iter().map(|entry| RawEntry {
        header: entry.header_bytes().to_vec(),
        body: (entry.index() == 0).then(|| {
            let salted = entry.salted().unwrap();
            (salted.salt.to_vec(), salted.bytes.clone())
        }),
    });
    let mut batch = world.logs.batch(party(0));
    for raw in raws {
        batch.push(raw).unwrap();
    }
    let bare = batch.admit(whole.checkpoint().signature).unwrap();
    world.put_batch(&mut store, &bare).unwrap();
    assert_takes_up(&store, &world);
    let place = at(0, 1);
    let line = world.line();
    assert_eq!(store.entry(line, place).unwrap().unwrap().raw.body, None);
    let wrong = SaltedBody {
        bytes: b"early".to_vec(),
        ..salted.clone()
    };
    let put =
        |store: &mut Store, body: &SaltedBody| store.commit(&[Write::Body { line, place, body }]);
    let refused = CommitError::Misuse(Misuse::OtherBody(place));
    assert_eq!(put(&mut store, &wrong), Err(refused));
    assert_eq!(put(&mut store, &salted), Ok(()));
    world.logs.note_body(place);
    let body = store.entry(line, place).unwrap().unwrap().raw.body.unwrap();
    assert_eq!(body, (salted.salt.to_vec(), salted.bytes));
    assert_takes_up(&store, &world);
    assert_clean(&store);
}

#[test]
fn a_missing_body_is_reported_and_is_not_damage() {
    let mut store = store();
    let mut world = World::new(2);
    world.found(&mut store);
    let bare = world.batch_without(0, &[says("withheld")], true);
    world.put_batch(&mut store, &bare).unwrap();
    let report = store.check(&mut |_| ());
    assert_eq!(report.findings.len(), 1);
    assert!(report.is_clean() && store.damage().is_none());
}

#[test]
fn documents_are_put_replaced_listed_and_deleted() {
    let mut store = store();
    let put = |store: &mut Store, kind, key, value: &str, updated_ms| {
        let value = value.as_bytes();
        store
            .commit(&[Write::Document {
                kind,
                key,
                value,
                updated_ms,
            }])
            .unwrap();
    };
    put(&mut store, "draft", "b", "first", 1);
    put(&mut store, "draft", "a", "other", 2);
    put(&mut store, "relation", "a", "third", 3);
    put(&mut store, "draft", "b", "second", 4);
    let drafts = store.documents("draft").unwrap();
    let found: Vec<_> = drafts
        .iter()
        .map(|d| (d.key.as_str(), &d.value[..], d.updated_ms))
        .collect();
    assert_eq!(found, [("a", &b"other"[..], 2), ("b", &b"second"[..], 4)]);
    store
        .commit(&[Write::DeleteDocument {
            kind: "draft",
            key: "b",
        }])
        .unwrap();
    store
        .commit(&[Write::DeleteDocument {
            kind: "draft",
            key: "b",
        }])
        .unwrap();
    assert_eq!(store.document("draft", "b").unwrap(), None);
    assert_eq!(
        store.document("relation", "a").unwrap().unwrap().value,
        b"third"
    );
    assert_clean(&store);
}

#[test]
fn the_audit_log_is_a_chain() {
    let mut store = store();
    for number in 0..10 {
        store
            .commit(&[Write::Audit {
                at_ms: number,
                text: "signed in",
            }])
            .unwrap();
    }
    let items = store.audit(1, 100).unwrap();
    assert_eq!(
        items.iter().map(|item| item.number).collect::<Vec<_>>(),
        (1..=10).collect::<Vec<_>>()
    );
    assert_eq!(items[0].previous, Hash::default());
    assert!(items.windows(2).all(|pair| pair[1].follows(Some(&pair[0]))));
    assert_eq!(store.audit(4, 3).unwrap(), items[3..6]);
    assert_eq!(store.last_audit().unwrap().as_ref(), items.last());
}

/// What a caller may get wrong; none of it may change anything.
#[test]
fn what_contradicts_the_store_is_refused_and_the_rest_of_the_batch_with_it() {
    let mut store = store();
    let mut world = furnish(&mut store, 2);
    let mut other = World::new(2);
    let line = world.line();
    let document = Write::Document {
        kind: "draft",
        key: "new",
        value: b"x",
        updated_ms: 0,
    };
    let batch = world.batch(0, &[says("stored twice")]);
    world.put_batch(&mut store, &batch).unwrap();
    let nowhere = [at(1, 999)];
    let foreign = other.batch(0, &[says("of another line")]);
    let settled = [openline_core::order::Settled {
        number: 999,
        party: party(0),
        index: 999,
    }];
    let checkpoint = world.logs.checkpoint(party(0));
    let unknown_size = Checkpoint {
        size: 6,
        ..checkpoint.clone()
    };
    let other_root = Checkpoint {
        root: Hash([1; 32]),
        ..checkpoint.clone()
    };
    let cosignature = Cosignature::sign(&checkpoint, &world.keys[1], 5);
    let signed = SignedCheckpoint {
        checkpoint: other_root.clone(),
        signature: [0; 64],
    };
    let cosign = |checkpoint, cosigner| Write::Cosignature {
        line,
        log: party(0),
        cosigner,
        checkpoint,
        cosignature: &cosignature,
    };
    let cases: Vec<(Write<'_>, Misuse)> = vec![
        (
            Write::Batch {
                line,
                batch: &batch,
                arrived_ms: 0,
            },
            Misuse::OutOfOrder {
                first: batch.first_index(),
                size: world.logs.size(party(0)),
            },
        ),
        (
            Write::Batch {
                line: other.line(),
                batch: &foreign,
                arrived_ms: 0,
            },
            Misuse::UnknownLine(other.line()),
        ),
        (
            Write::Checkpoint {
                line,
                party: party(0),
                signed: foreign.checkpoint(),
            },
            Misuse::OtherLog(party(0)),
        ),
        (
            Write::Settled {
                line,
                settled: &settled,
                frontier: world.logs.order().frontier(),
            },
            Misuse::OrderGap { number: 999 },
        ),
        (
            Write::Purged {
                line,
                places: &nowhere,
            },
            Misuse::NoEntry(at(1, 999)),
        ),
        (
            cosign(&unknown_size, party(1)),
            Misuse::NoCheckpoint { size: 6 },
        ),
        (
            cosign(&other_root, party(1)),
            Misuse::OtherRoot {
                size: other_root.size,
            },
        ),
        (
            cosign(&checkpoint, PartyIndex(5)),
            Misuse::UnknownParty(PartyIndex(5)),
        ),
        (
            Write::Checkpoint {
                line,
                party: party(0),
                signed: &signed,
            },
            Misuse::OtherRoot {
                size: other_root.size,
            },
        ),
    ];
    for (write, misuse) in cases {
        assert_eq!(
            store.commit(&[document, write]),
            Err(CommitError::Misuse(misuse))
        );
        assert_eq!(store.document("draft", "new").unwrap(), None, "{misuse}");
        assert_takes_up(&store, &world);
    }
    world.put(&mut store, 1, &[says("and on it goes")]).unwrap();
    assert_clean(&store);
}

/// A batch whose leaves are not those under its checkpoint can't be made by the core; one for another history can be tried.
#[test]
fn a_batch_of_another_history_is_refused() {
    let mut store = store();
    let mut world = World::new(2);
    world.found(&mut store);
    let mut twin = World::of(world.founded.clone());
    let mine = world.batch(0, &[says("one history")]);
    world.put_batch(&mut store, &mine).unwrap();
    let theirs = twin.batch(0, &[says("another one!")]);
    twin.logs.apply(&theirs);
    let next = twin.batch(0, &[says("which goes on")]);
    let line = world.line();
    let refused = store.commit(&[Write::Batch {
        line,
        batch: &next,
        arrived_ms: 0,
    }]);
    assert_eq!(
        refused,
        Err(CommitError::Misuse(Misuse::OtherRoot { size: 3 }))
    );
    assert_takes_up(&store, &world);
}

#[test]
fn a_checkpoint_below_the_end_is_kept_if_it_is_of_this_log() {
    let mut store = store();
    let mut world = World::new(2);
    world.found(&mut store);
    world
        .put(&mut store, 0, &[says("a"), says("b"), says("c")])
        .unwrap();
    let (line, p) = (world.line(), party(0));
    let root = store.root(line, p, 2).unwrap();
    let signed = SignedCheckpoint::sign(
        Checkpoint {
            size: 2,
            root,
            ..world.logs.checkpoint(p)
        },
        &world.keys[0],
    );
    store
        .commit(&[Write::Checkpoint {
            line,
            party: p,
            signed: &signed,
        }])
        .unwrap();
    assert_eq!(
        store.checkpoint(&world.founded, p, 2).unwrap(),
        Some(signed)
    );
    assert_clean(&store);
    assert_takes_up(&store, &world);
}

#[test]
fn several_questions_are_answered_from_one_state() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let mut world = World::new(2);
    world.found(&mut store);
    let reader = store.another().unwrap();
    let line = world.line();
    reader
        .consistently(|r| {
            assert_eq!(r.size(line, party(0))?, 0);
            world.put(&mut store, 0, &[says("meanwhile")]).unwrap();
            assert_eq!(r.size(line, party(0))?, 0);
            Ok::<_, ReadError>(())
        })
        .unwrap();
    assert_eq!(reader.size(line, party(0)).unwrap(), 2);
}

#[test]
fn a_state_in_memory_can_be_kept_and_gone_back_to() {
    let mut store = store();
    let mut world = furnish(&mut store, 2);
    let kept = store.snapshot_bytes().unwrap();
    let logs = world.logs.clone();
    world
        .put(&mut store, 0, &[says("lost in the crash")])
        .unwrap();
    let mut back = Store::from_bytes(&kept).unwrap();
    world.logs = logs;
    assert_takes_up(&back, &world);
    assert_clean(&back);
    world.put(&mut back, 0, &[says("written again")]).unwrap();
    let other = back.another().unwrap();
    assert_eq!(
        other.size(world.line(), party(0)).unwrap(),
        world.logs.size(party(0))
    );
    assert!(Store::from_bytes(&kept[..1000]).is_err() && Store::from_bytes(b"no").is_err());
}

#[test]
fn a_state_on_disk_can_be_taken_into_memory() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let world = furnish(&mut store, 2);
    let bytes = store.snapshot_bytes().unwrap();
    assert_takes_up(&Store::from_bytes(&bytes).unwrap(), &world);
}
