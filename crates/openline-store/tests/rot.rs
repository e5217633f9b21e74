//! Rot: bytes that change on the disk are noticed before they are returned, found by a check, and healed from another copy.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::*;
use openline_core::checkpoint::SignedCheckpoint;
use openline_core::entry::{RawEntry, Ref};
use openline_core::{LineId, PartyIndex};
use openline_store::rebuild::{Healer, fresh_path, rebuild, swap_in};
use openline_store::{At, CommitError, ReadError, Reader, Store, StoredEntry, Write};
use rusqlite::Connection;

/// A closed home with some of everything in it.
fn home(parties: u8) -> (tempfile::TempDir, World) {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let world = furnish(&mut store, parties);
    store.close().unwrap();
    (home, world)
}

/// Changes a closed store behind its back.
fn tamper(home: &Path, sql: &str) {
    let conn = Connection::open(record(home)).unwrap();
    let changed = conn.execute(sql, []).unwrap();
    assert!(changed > 0, "{sql}");
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
}

/// SQL that flips one bit of a blob in the row that `condition` selects.
fn flip(table: &str, column: &str, condition: &str) -> String {
    let flipped = |at: usize| {
        format!("substr({column}, 1, {at}) || unhex(printf('%02x', (~(unicode_byte & 4) & (unicode_byte | 4)))) || substr({column}, {at} + 2)")
            .replace("unicode_byte", &format!("(instr('0123456789abcdef', lower(substr(hex(substr({column}, {at} + 1, 1)), 1, 1))) * 16 - 16 + instr('0123456789abcdef', lower(substr(hex(substr({column}, {at} + 1, 1)), 2, 1))) - 1)"))
    };
    format!(
        "UPDATE {table} SET {column} = CAST({} AS BLOB) WHERE {condition}",
        flipped(7)
    )
}

/// The row of the entry at a place of the store's first line.
fn place(entry: Ref) -> String {
    let key = 1u64 << 48 | u64::from(entry.party.0) << 44 | entry.index;
    format!("place = {key}")
}

/// Another party's whole copy.
#[derive(Default)]
struct Copy {
    entries: BTreeMap<Ref, RawEntry>,
    checkpoints: Vec<(PartyIndex, SignedCheckpoint)>,
    instrument: Vec<u8>,
    asked: u64,
}

impl Copy {
    fn of(home: &Path, world: &World) -> Self {
        let reader = Reader::open(home).unwrap();
        let mut copy = Self {
            instrument: world.founded.instrument().encode(),
            ..Self::default()
        };
        for p in world.founded.parties() {
            for entry in log(&reader, world, p.0) {
                copy.entries.insert(entry.place, entry.raw);
            }
            let mut size = 0;
            while let Some(signed) = reader.checkpoint_above(&world.founded, p, size).unwrap() {
                size = signed.checkpoint.size;
                copy.checkpoints.push((p, signed));
            }
        }
        copy
    }
}

impl Healer for Copy {
    fn entry(&mut self, _: LineId, place: Ref) -> Option<RawEntry> {
        self.asked += 1;
        self.entries.get(&place).cloned()
    }

    fn checkpoint_above(
        &mut self,
        _: LineId,
        party: PartyIndex,
        size: u64,
    ) -> Option<SignedCheckpoint> {
        let mut of_party = self.checkpoints.iter().filter(|(p, _)| *p == party);
        of_party
            .find(|(_, signed)| signed.checkpoint.size > size)
            .map(|(_, signed)| signed.clone())
    }

    fn instrument(&mut self, _: LineId) -> Option<Vec<u8>> {
        Some(self.instrument.clone())
    }
}

/// Everything that a store returns about a world; what can't be read is its error.
#[derive(Debug, PartialEq)]
struct Contents {
    entries: Vec<Result<Option<StoredEntry>, ReadError>>,
    ranges: Vec<Result<Vec<StoredEntry>, ReadError>>,
    settled: Result<Vec<StoredEntry>, ReadError>,
    signed: Vec<Result<String, ReadError>>,
    documents: Vec<Result<String, ReadError>>,
    audit: Result<String, ReadError>,
}

fn contents(reader: &Reader, world: &World) -> Contents {
    let line = world.line();
    let parties: Vec<_> = world.founded.parties().collect();
    let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
    let mut found = Contents {
        entries: Vec::new(),
        ranges: Vec::new(),
        settled: reader.settled_entries(line, 1, ALL),
        signed: Vec::new(),
        documents: Vec::new(),
        audit: reader.audit(1, 100).map(|items| text(&items)),
    };
    for p in &parties {
        found.ranges.push(reader.entries(line, *p, 0, ALL));
        for index in 0..world.logs.size(*p) {
            found
                .entries
                .push(reader.entry(line, Ref { party: *p, index }));
            let size = index + 1;
            found.signed.push(
                reader
                    .checkpoint(&world.founded, *p, size)
                    .map(|c| text(&c)),
            );
            found
                .signed
                .push(reader.cosignatures(line, *p, size).map(|c| text(&c)));
            found
                .signed
                .push(reader.seals(line, *p, size).map(|c| text(&c)));
            found
                .signed
                .push(reader.root(line, *p, size).map(|root| text(&root)));
        }
    }
    for (kind, key) in [("draft", "a"), ("draft", "b"), ("relation", "x")] {
        found
            .documents
            .push(reader.document(kind, key).map(|document| text(&document)));
    }
    found
        .documents
        .push(reader.documents("draft").map(|documents| text(&documents)));
    found
}

#[test]
fn a_flipped_bit_in_any_column_of_an_entry_is_noticed_on_read_and_by_check() {
    for column in ["header", "body", "salt", "leaf"] {
        let (home, world) = home(2);
        let rotten = at(1, 5);
        tamper(home.path(), &flip("entry", column, &place(rotten)));
        let mut store = Store::open(home.path()).unwrap();
        let error = ReadError::Rot(At::Entry(world.line(), rotten));
        assert_eq!(
            store.entry(world.line(), at(1, 4)).map(|e| e.is_some()),
            Ok(true)
        );
        assert_eq!(store.damage(), None);
        assert_eq!(
            store.entry(world.line(), rotten),
            Err(error.clone()),
            "{column}"
        );
        assert_eq!(
            store.entries(world.line(), party(1), 3, ALL),
            Err(error.clone()),
            "{column}"
        );
        assert_eq!(
            store.settled_entries(world.line(), 1, ALL),
            Err(error),
            "{column}"
        );
        let document = Write::Document {
            kind: "a",
            key: "b",
            value: b"c",
            updated_ms: 0,
        };
        assert!(matches!(
            store.commit(&[document]),
            Err(CommitError::Damaged(_))
        ));
        let report = store.check(&mut |_| ());
        assert!(!report.is_clean());
        assert!(
            report
                .findings
                .iter()
                .any(|f| f.at == At::Entry(world.line(), rotten)),
            "{column}: {report:?}"
        );
    }
}

#[test]
fn every_other_number_and_blob_has_its_sum() {
    let entry = place(at(1, 5));
    let checkpoint = format!("place = {}", 1u64 << 48 | 1 << 44 | 5);
    let changes = [
        format!("UPDATE entry SET lamport = lamport + 1 WHERE {entry}"),
        format!("UPDATE entry SET arrived = arrived + 1 WHERE {entry}"),
        format!("UPDATE entry SET kind = 3 WHERE {entry}"),
        format!("UPDATE entry SET body = NULL, salt = NULL WHERE {}", place(at(0, 0))),
        format!("UPDATE entry SET body = NULL WHERE {entry}"),
        format!("DELETE FROM entry WHERE {entry}"),
        "DELETE FROM refers WHERE target = (SELECT max(target) FROM refers)".into(),
        "INSERT INTO refers SELECT target, place + 1 FROM refers LIMIT 1".into(),
        "UPDATE joint SET place = place + 1 WHERE number = (SELECT number FROM joint LIMIT 1 OFFSET 3)".into(),
        "UPDATE numbered SET number = number + 1 WHERE number = (SELECT number FROM numbered LIMIT 1 OFFSET 3)".into(),
        "DELETE FROM joint WHERE number = (SELECT max(number) FROM joint)".into(),
        "UPDATE settled SET size = size - 1".into(),
        flip("settled", "peaks", "1"),
        "UPDATE run SET lamport = lamport + 1 WHERE place = (SELECT max(place) FROM run)".into(),
        flip("checkpoint", "root", &checkpoint),
        flip("checkpoint", "signature", &checkpoint),
        format!("DELETE FROM checkpoint WHERE {checkpoint}"),
        "UPDATE cosignature SET time = time + 1 WHERE key = (SELECT key FROM cosignature LIMIT 1 OFFSET 2)".into(),
        flip("cosignature", "signature", "key = (SELECT key FROM cosignature LIMIT 1)"),
        flip("seal", "signature", "key = (SELECT key FROM seal LIMIT 1)"),
        flip("line", "instrument", "number = 1"),
        flip("document", "value", "key = 'a'"),
        "UPDATE document SET updated = updated + 1 WHERE key = 'x'".into(),
        "UPDATE document SET kind = 'draught' WHERE key = 'a'".into(),
        "UPDATE audit SET text = 'act 9' WHERE number = 3".into(),
        "UPDATE audit SET at = at + 1 WHERE number = 3".into(),
        flip("audit", "previous", "number = 4"),
        "DELETE FROM audit WHERE number = 2".into(),
    ];
    for sql in changes {
        let (home, _) = home(2);
        tamper(home.path(), &sql);
        let report = Reader::open(home.path()).unwrap().check(&mut |_| ());
        assert!(!report.is_clean(), "{sql}: {report:?}");
        // What was found is remembered: the next start does not write.
        assert!(
            Store::open(home.path()).unwrap().damage().is_some(),
            "{sql}"
        );
    }
}

#[test]
fn a_signature_that_was_changed_with_its_sum_is_found_by_the_signature() {
    let (home, world) = home(2);
    let mut forged = Store::open(home.path()).unwrap();
    let checkpoint = world.logs.checkpoint(party(0));
    let wrong = openline_core::checkpoint::Cosignature {
        time: 77,
        signature: [9; 64],
    };
    forged
        .commit(&[Write::Cosignature {
            line: world.line(),
            log: party(0),
            cosigner: party(1),
            checkpoint: &checkpoint,
            cosignature: &wrong,
        }])
        .unwrap();
    let report = forged.check(&mut |_| ());
    let at = At::Cosignature(world.line(), party(0), party(1), checkpoint.size);
    assert_eq!(
        report.findings.iter().map(|f| &f.at).collect::<Vec<_>>(),
        [&at]
    );
}

/// The strong form: whatever bit of the file flips, nothing wrong is ever returned, and a check that finds nothing means that
/// everything is returned as it was.
#[test]
fn no_flipped_bit_of_the_file_makes_a_read_return_something_else() {
    let (home, world) = home(2);
    let sound = contents(&Reader::open(home.path()).unwrap(), &world);
    let bytes = fs::read(record(home.path())).unwrap();
    let mut dice = Dice::new(5);
    let mut noticed = 0;
    for _ in 0..200 {
        let mut rotten = bytes.clone();
        let at = dice.below(bytes.len());
        rotten[at] ^= 1 << dice.below(8);
        let home = home_with(&rotten, &[]);
        let Ok(reader) = Reader::open(home.path()) else {
            noticed += 1;
            continue;
        };
        let found = contents(&reader, &world);
        same_or_noticed(&found.entries, &sound.entries, at);
        same_or_noticed(&found.ranges, &sound.ranges, at);
        same_or_noticed(
            std::slice::from_ref(&found.settled),
            std::slice::from_ref(&sound.settled),
            at,
        );
        same_or_noticed(&found.documents, &sound.documents, at);
        same_or_noticed(
            std::slice::from_ref(&found.audit),
            std::slice::from_ref(&sound.audit),
            at,
        );
        for (found, sound) in found.signed.iter().zip(&sound.signed) {
            // A signature may be missed where its key has rotted, never be another.
            let is_absent = found
                .as_ref()
                .is_ok_and(|text| text.len() < sound.as_ref().map_or(0, String::len));
            if !is_absent {
                same_or_noticed(std::slice::from_ref(found), std::slice::from_ref(sound), at);
            }
        }
        let is_clean = reader.check(&mut |_| ()).is_clean();
        assert!(
            !is_clean || found == sound,
            "byte {at}: a clean check, and {found:?}"
        );
        noticed += usize::from(!is_clean);
    }
    assert!(noticed > 20, "{noticed}");
}

/// A document whose index entry has rotted is still found; one whose row has rotted is not taken for absent.
#[test]
fn a_document_never_seems_not_to_be_there() {
    let (home, world) = home(2);
    let sound = contents(&Reader::open(home.path()).unwrap(), &world);
    let bytes = fs::read(record(home.path())).unwrap();
    let mut places = 0;
    for word in ["drafta", "draftb", "relationx"] {
        let starts = bytes
            .windows(word.len())
            .enumerate()
            .filter(|(_, window)| *window == word.as_bytes());
        for at in starts.flat_map(|(start, _)| start..start + word.len()) {
            let mut rotten = bytes.clone();
            rotten[at] ^= 1;
            let home = home_with(&rotten, &[]);
            let found = contents(&Reader::open(home.path()).unwrap(), &world);
            same_or_noticed(&found.documents, &sound.documents, at);
            places += 1;
        }
    }
    assert!(
        places >= 2 * 21,
        "each is in the table and in its index: {places}"
    );
}

fn same_or_noticed<T: PartialEq + std::fmt::Debug>(
    found: &[Result<T, ReadError>],
    sound: &[Result<T, ReadError>],
    at: usize,
) {
    for (found, sound) in found.iter().zip(sound) {
        assert!(
            found.is_err() || found == sound,
            "byte {at}: {found:?} in place of {sound:?}"
        );
    }
}

/// A rebuilt store is what the damaged one was.
fn assert_rebuilt(home: &Path, world: &World, sound: &Contents) {
    let store = Store::open(home).unwrap();
    assert_eq!(store.damage(), None);
    assert!(store.must_hear_from_peers().unwrap());
    assert_clean(&store);
    assert_takes_up(&store, world);
    let again = contents(&store, world);
    // When an entry arrived here is known to nobody else.
    let raws = |contents: &Contents| -> Vec<_> {
        let entries = contents
            .entries
            .iter()
            .map(|entry| entry.clone().unwrap().unwrap());
        entries
            .map(|entry| (entry.place, entry.raw, entry.lamport, entry.number))
            .collect()
    };
    assert_eq!(raws(&again), raws(sound));
    assert_eq!(again.signed, sound.signed);
    assert_eq!(
        (&again.documents, &again.audit),
        (&sound.documents, &sound.audit)
    );
}

#[test]
fn a_damaged_record_is_healed_from_another_copy_and_the_damaged_file_is_kept() {
    let (home, world) = home(3);
    let mut copy = Copy::of(home.path(), &world);
    let sound = contents(&Reader::open(home.path()).unwrap(), &world);
    for (column, entry) in [
        ("header", at(0, 4)),
        ("body", at(1, 5)),
        ("leaf", at(2, 0)),
        ("salt", at(0, 8)),
    ] {
        tamper(home.path(), &flip("entry", column, &place(entry)));
    }
    tamper(
        home.path(),
        &format!("DELETE FROM entry WHERE {}", place(at(1, 7))),
    );
    tamper(
        home.path(),
        &format!("UPDATE entry SET lamport = 1 WHERE {}", place(at(2, 9))),
    );
    tamper(
        home.path(),
        &flip(
            "checkpoint",
            "root",
            &format!("place = {}", 1u64 << 48 | 1 << 44 | 5),
        ),
    );
    tamper(home.path(), &flip("line", "instrument", "number = 1"));
    tamper(home.path(), "DELETE FROM joint WHERE number % 3 = 0");
    tamper(home.path(), "UPDATE run SET lamport = 7");
    let damaged = fs::read(record(home.path())).unwrap();

    let fresh = fresh_path(home.path());
    let reader = Reader::open(home.path()).unwrap();
    assert!(!reader.check(&mut |_| ()).is_clean());
    let report = rebuild(&reader, &fresh, &mut copy, &mut |_| ()).unwrap();
    drop(reader);
    assert_eq!((report.shortened, report.missing_bodies), (vec![], vec![]));
    assert_eq!(report.healed, 5);
    assert_eq!(report.entries, world.logs.sizes().iter().sum::<u64>());
    assert_eq!(
        fs::read(record(home.path())).unwrap(),
        damaged,
        "the damaged file is not touched"
    );

    let aside = swap_in(home.path(), &fresh).unwrap().unwrap();
    assert_eq!(fs::read(aside).unwrap(), damaged);
    assert_rebuilt(home.path(), &world, &sound);
}

/// Checkpoints that others follow.
const NOT_LAST: &str = "place NOT IN (SELECT max(place) FROM checkpoint GROUP BY place >> 44)";

/// A checkpoint is the one thing that nobody else may have as it was; later ones vouch for the entries under it.
#[test]
fn lost_checkpoints_cost_no_entry() {
    for condition in [
        format!("place = {}", 1u64 << 48 | 1 << 44 | 5),
        format!("place % 3 = 1 AND {NOT_LAST}"),
        NOT_LAST.to_owned(),
    ] {
        for sql in [
            format!("DELETE FROM checkpoint WHERE {condition}"),
            format!("UPDATE checkpoint SET sum = sum + 1 WHERE {condition}"),
        ] {
            let (home, world) = home(3);
            let sound = contents(&Reader::open(home.path()).unwrap(), &world);
            tamper(home.path(), &sql);
            let reader = Reader::open(home.path()).unwrap();
            reader.check(&mut |_| ());
            let fresh = fresh_path(home.path());
            let report = rebuild(&reader, &fresh, &mut |_, _| None, &mut |_| ()).unwrap();
            drop(reader);
            assert_eq!(
                (report.shortened, report.missing_bodies),
                (vec![], vec![]),
                "{sql}"
            );
            swap_in(home.path(), &fresh).unwrap();
            let store = Store::open(home.path()).unwrap();
            assert_clean(&store);
            assert_takes_up(&store, &world);
            assert_eq!(contents(&store, &world).entries, sound.entries);
        }
    }
}

#[test]
fn without_another_copy_the_longest_sound_part_is_kept() {
    let (home, world) = home(2);
    tamper(home.path(), &flip("entry", "header", &place(at(0, 8))));
    let reader = Reader::open(home.path()).unwrap();
    let fresh = fresh_path(home.path());
    let report = rebuild(&reader, &fresh, &mut |_, _| None, &mut |_| ()).unwrap();
    drop(reader);
    let shortened: Vec<_> = report
        .shortened
        .iter()
        .map(|s| (s.party.0, s.rebuilt))
        .collect();
    // Party 0's batch with entry 8 begins at 7; what party 1 wrote after seeing more than that goes too.
    assert_eq!(shortened, [(0, 7), (1, 7)]);
    swap_in(home.path(), &fresh).unwrap();
    let store = Store::open(home.path()).unwrap();
    assert!(store.check(&mut |_| ()).is_clean());
    assert!(store.must_hear_from_peers().unwrap());
    assert_eq!(store.size(world.line(), party(0)).unwrap(), 7);
}

#[test]
fn a_body_that_nobody_has_is_left_out_and_asked_for() {
    let (home, world) = home(2);
    tamper(home.path(), &flip("entry", "body", &place(at(1, 5))));
    let reader = Reader::open(home.path()).unwrap();
    let fresh = fresh_path(home.path());
    let report = rebuild(&reader, &fresh, &mut |_, _| None, &mut |_| ()).unwrap();
    drop(reader);
    assert_eq!(report.missing_bodies, [(world.line(), at(1, 5))]);
    assert_eq!(report.shortened, []);
    swap_in(home.path(), &fresh).unwrap();
    let snapshot = Store::open(home.path())
        .unwrap()
        .take_up(&world.founded)
        .unwrap();
    assert!(
        snapshot
            .bodiless
            .iter()
            .any(|(place, _)| *place == at(1, 5))
    );
}

#[test]
fn a_copy_that_lies_is_not_believed() {
    let (home, world) = home(2);
    let mut copy = Copy::of(home.path(), &world);
    let (rotten, other) = (at(0, 8), at(0, 6));
    let lie = copy.entries[&other].clone();
    copy.entries.insert(rotten, lie);
    tamper(home.path(), &flip("entry", "header", &place(rotten)));
    let reader = Reader::open(home.path()).unwrap();
    let fresh = fresh_path(home.path());
    let report = rebuild(&reader, &fresh, &mut copy, &mut |_| ()).unwrap();
    assert!(
        report
            .shortened
            .iter()
            .any(|s| s.party == party(0) && s.rebuilt <= rotten.index)
    );
    drop(reader);
    swap_in(home.path(), &fresh).unwrap();
    assert!(
        Store::open(home.path())
            .unwrap()
            .check(&mut |_| ())
            .is_clean()
    );
}

#[test]
fn lost_audit_items_leave_a_gap_that_the_chain_spans() {
    for lost in [
        "number IN (2, 3)",
        "number = 1",
        "number = 4",
        "number IN (1, 3)",
    ] {
        let (home, _) = home(2);
        tamper(
            home.path(),
            &format!("UPDATE audit SET text = 'never said' WHERE {lost}"),
        );
        let reader = Reader::open(home.path()).unwrap();
        assert!(!reader.check(&mut |_| ()).is_clean());
        let fresh = fresh_path(home.path());
        rebuild(&reader, &fresh, &mut |_, _| None, &mut |_| ()).unwrap();
        drop(reader);
        swap_in(home.path(), &fresh).unwrap();
        let mut store = Store::open(home.path()).unwrap();
        assert_clean(&store);
        store
            .commit(&[Write::Audit {
                at_ms: 9,
                text: "goes on",
            }])
            .unwrap();
        assert_clean(&store);
        let items = store.audit(1, 100).unwrap();
        assert!(items.iter().any(|item| item.text.is_none()), "{lost}");
        assert!(
            !items
                .iter()
                .any(|item| item.text.as_deref() == Some("never said")),
            "{lost}"
        );
    }
}

/// Rot at random places, with another copy at hand: the record always comes back whole.
#[test]
fn a_file_with_rot_anywhere_is_rebuilt_whole() {
    let (home, world) = home(2);
    let bytes = fs::read(record(home.path())).unwrap();
    let mut dice = Dice::new(6);
    let mut rebuilt = 0;
    for _ in 0..30 {
        let mut rotten = bytes.clone();
        // Pages from the fourth on: with the schema gone nothing can be read, and a backup is needed.
        for _ in 0..3 {
            let at = 3 * 8192 + dice.below(bytes.len() - 3 * 8192);
            rotten[at] ^= 1 << dice.below(8);
        }
        let mut copy = Copy::of(home.path(), &world);
        let broken = home_with(&rotten, &[]);
        let reader = Reader::open(broken.path()).unwrap();
        let fresh = fresh_path(broken.path());
        let Ok(report) = rebuild(&reader, &fresh, &mut copy, &mut |_| ()) else {
            continue;
        };
        drop(reader);
        swap_in(broken.path(), &fresh).unwrap();
        let store = Store::open(broken.path()).unwrap();
        let check = store.check(&mut |_| ());
        assert!(check.is_clean(), "{check:?}");
        if report.shortened.is_empty() && report.lines == 1 {
            let sizes = world
                .founded
                .parties()
                .map(|p| store.size(world.line(), p).unwrap());
            rebuilt += usize::from(sizes.collect::<Vec<_>>() == world.logs.sizes());
        }
    }
    assert!(rebuilt > 25, "{rebuilt}");
}

#[test]
fn damage_that_a_check_does_not_find_again_can_be_lifted() {
    let (home, world) = home(2);
    tamper(
        home.path(),
        &format!(
            "UPDATE entry SET arrived = arrived + 1 WHERE {}",
            place(at(0, 2))
        ),
    );
    assert!(
        Store::open(home.path())
            .unwrap()
            .entry(world.line(), at(0, 2))
            .is_err()
    );
    let mut store = Store::open(home.path()).unwrap();
    assert!(store.damage().is_some());
    let report = store.check(&mut |_| ());
    assert!(!store.acquit(&report).unwrap(), "it is still there");
    drop(store);
    tamper(
        home.path(),
        &format!(
            "UPDATE entry SET arrived = arrived - 1 WHERE {}",
            place(at(0, 2))
        ),
    );
    let mut store = Store::open(home.path()).unwrap();
    let report = store.check(&mut |_| ());
    assert!(report.is_clean() && store.acquit(&report).unwrap());
    let document = Write::Document {
        kind: "a",
        key: "b",
        value: b"c",
        updated_ms: 0,
    };
    store.commit(&[document]).unwrap();
    drop(store);
    assert_eq!(Store::open(home.path()).unwrap().damage(), None);
}
