//! Crashes: what was acknowledged is there afterwards, and nothing half is, wherever the disk was cut off.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use common::*;
use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_store::{CommitError, ReadError, Store, Write};
use rusqlite::Connection;

/// The files as they were when a commit had returned, and the record it had made durable.
struct Moment {
    record: Vec<u8>,
    wal: Vec<u8>,
    logs: Logs,
    documents: usize,
}

/// A world in which each commit is one batch with what it settles, and a document.
fn history(commits: usize) -> (World, Vec<Moment>) {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let mut world = World::new(2);
    world.found(&mut store);
    let mut moments = Vec::new();
    for commit in 0..commits {
        let drafts = vec![says(&"x".repeat(200 * (commit % 7 + 1))); commit % 5 + 1];
        let batch = world.batch(u8::try_from(commit % 2).unwrap(), &drafts);
        let applied = world.logs.apply(&batch);
        let line = world.line();
        let key = commit.to_string();
        let mut writes = vec![Write::Batch {
            line,
            batch: &batch,
            arrived_ms: ARRIVED,
        }];
        writes.extend(world.follow_up(&applied));
        writes.push(Write::Document {
            kind: "commit",
            key: &key,
            value: b"done",
            updated_ms: 0,
        });
        store.commit(&writes).unwrap();
        moments.push(Moment {
            record: fs::read(record(home.path())).unwrap(),
            wal: fs::read(wal(home.path())).unwrap(),
            logs: world.logs.clone(),
            documents: commit + 1,
        });
    }
    (world, moments)
}

/// Opens what a crash left and requires it to be exactly one of these moments; says which.
fn recover(world: &World, record: &[u8], wal: &[u8], moments: &[&Moment]) -> usize {
    let home = home_with(record, wal);
    let mut store = Store::open(home.path()).unwrap();
    assert_eq!(store.damage(), None);
    let documents = store.documents("commit").unwrap().len();
    let found = moments
        .iter()
        .position(|moment| moment.documents == documents);
    let found = found.unwrap_or_else(|| panic!("{documents} commits are there"));
    let snapshot = store.take_up(&world.founded).unwrap();
    let logs = Logs::restore(world.founded.clone(), snapshot).unwrap();
    assert_same(&logs, &moments[found].logs);
    assert_clean(&store);
    // It goes on from there.
    let mut next = World::of(world.founded.clone());
    next.logs = logs;
    next.put(&mut store, 0, &[says("after the crash")]).unwrap();
    assert_clean(&store);
    found
}

#[test]
fn a_log_cut_off_after_the_last_synced_commit_loses_nothing_acknowledged() {
    let (world, moments) = history(24);
    let mut dice = Dice::new(1);
    for _ in 0..60 {
        let last = dice.below(moments.len() - 1);
        let (before, after) = (&moments[last], &moments[last + 1]);
        let cut = before.wal.len() + dice.below(after.wal.len() - before.wal.len());
        let found = recover(&world, &after.record, &after.wal[..cut], &[before]);
        assert_eq!(found, 0);
    }
}

#[test]
fn blocks_of_an_unsynced_commit_may_reach_the_disk_in_any_order() {
    let (world, moments) = history(24);
    let mut dice = Dice::new(2);
    let mut outcomes = [0, 0];
    for round in 0..60 {
        let last = dice.below(moments.len() - 1);
        let (before, after) = (&moments[last], &moments[last + 1]);
        let mut wal = after.wal.clone();
        for block in wal[before.wal.len()..].chunks_mut(512) {
            // In some rounds nearly everything has arrived.
            if dice.below(if round % 3 == 0 { 60 } else { 2 }) == 0 {
                let filling = if dice.below(2) == 0 { 0 } else { 0xa5 };
                block.fill(filling);
            }
        }
        outcomes[recover(&world, &after.record, &wal, &[before, after])] += 1;
    }
    assert!(outcomes[0] > 0, "{outcomes:?}");
}

#[test]
fn a_checkpoint_that_is_cut_off_can_be_done_again() {
    let (world, moments) = history(30);
    let last = moments.last().unwrap();
    let home = home_with(&last.record, &last.wal);
    let conn = Connection::open(record(home.path())).unwrap();
    let moved: (i64, i64) = conn
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert!(moved.0 > 0 && moved.0 == moved.1);
    let (moved, log) = (
        fs::read(record(home.path())).unwrap(),
        fs::read(wal(home.path())).unwrap(),
    );
    assert_eq!(log, last.wal);
    let mut dice = Dice::new(3);
    for _ in 0..30 {
        let mut mixed = moved.clone();
        mixed.truncate(last.record.len() + dice.below(moved.len() - last.record.len() + 1));
        for (block, old) in mixed.chunks_mut(512).zip(last.record.chunks(512)) {
            if dice.below(2) == 0 {
                block[..old.len()].copy_from_slice(old);
            }
        }
        recover(&world, &mixed, &last.wal, &[last]);
    }
}

#[test]
fn a_bit_that_rots_in_front_of_acknowledged_commits_is_not_taken_for_a_torn_end() {
    let (world, moments) = history(12);
    let last = moments.last().unwrap();
    let mut wal = last.wal.clone();
    wal[moments[4].wal.len() + 500] ^= 4;
    let home = home_with(&last.record, &wal);
    for _ in 0..2 {
        let mut store = Store::open(home.path()).unwrap();
        assert!(store.damage().is_some());
        let document = Write::Document {
            kind: "x",
            key: "y",
            value: b"z",
            updated_ms: 0,
        };
        assert!(matches!(
            store.commit(&[document]),
            Err(CommitError::Damaged(_))
        ));
        assert!(matches!(store.maintain(), Err(CommitError::Damaged(_))));
        // What came before it can still be read.
        assert!(store.size(world.line(), party(0)).unwrap() > 0);
        store.close().unwrap();
    }
    assert_eq!(fs::read(record(home.path())).unwrap(), last.record);
    assert_eq!(
        fs::read(common::wal(home.path())).unwrap(),
        wal,
        "evidence is left as it is"
    );
}

#[test]
fn a_store_whose_last_entries_vanished_does_not_take_up() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let world = furnish(&mut store, 2);
    store.close().unwrap();
    let conn = Connection::open(record(home.path())).unwrap();
    conn.execute(
        "DELETE FROM entry WHERE place = (SELECT max(place) FROM entry)",
        [],
    )
    .unwrap();
    drop(conn);
    let store = Store::open(home.path()).unwrap();
    assert!(matches!(
        store.take_up(&world.founded),
        Err(ReadError::Rot(_))
    ));
    assert!(store.damage().is_some());
}

/// Home of the child process, in its environment.
const CRASH_HOME: &str = "OPENLINE_TEST_CRASH_HOME";

/// Not a test by itself: the process that is killed. Goes on where the store ends and reports each commit that has returned.
#[test]
#[ignore = "run by the test that kills it"]
fn child_writer() {
    let Some(home) = std::env::var_os(CRASH_HOME) else {
        return;
    };
    let mut store = Store::open(home.as_ref()).unwrap();
    let instrument = &store.lines().unwrap()[0].instrument;
    let mut world = World::of(Arc::new(Founded::decode(instrument).unwrap()));
    let snapshot = store.take_up(&world.founded).unwrap();
    world.logs = Logs::restore(Arc::clone(&world.founded), snapshot).unwrap();
    let mut out = std::io::stdout();
    for round in 0u64.. {
        let drafts = vec![says(&format!("round {round}")); 1 + usize::try_from(round % 9).unwrap()];
        let index = u8::try_from(round % 2).unwrap();
        world.put(&mut store, index, &drafts).unwrap();
        if round % 11 == 0 {
            world.cosign(&mut store, index, 1 - index, 1000 + round, false);
        }
        let sizes = world.logs.sizes();
        writeln!(out, "acked {} {}", sizes[0], sizes[1]).unwrap();
        out.flush().unwrap();
        if round % 5 == 0 {
            store.maintain().unwrap();
        }
    }
}

#[test]
fn a_writer_that_is_killed_has_lost_nothing_it_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let world = World::new(2);
    world.found(&mut Store::open(home.path()).unwrap());
    let mut dice = Dice::new(4);
    let mut acked = [0, 0];
    for _ in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_writer", "--ignored", "--nocapture"])
            .env(CRASH_HOME, home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut note = |line: &str| {
            let sizes = line.split_once("acked ")?.1;
            let (a, b) = sizes.split_once(' ')?;
            acked = [a.parse().ok()?, b.parse().ok()?];
            Some(())
        };
        let wanted = 20 + dice.below(60);
        let reported = lines
            .by_ref()
            .filter_map(|line| note(&line))
            .take(wanted)
            .count();
        assert_eq!(reported, wanted, "the child has ended by itself");
        child.kill().unwrap();
        // What it had still reported before it died counts too.
        while lines.next().is_some_and(|line| note(&line).is_some()) {}
        child.wait().unwrap();
        let store = Store::open(home.path()).unwrap();
        for p in 0..2 {
            let held = store.size(world.line(), party(p)).unwrap();
            assert!(
                held >= acked[usize::from(p)],
                "party {p}: {held} of {acked:?}"
            );
        }
        let snapshot = store.take_up(&world.founded).unwrap();
        Logs::restore(Arc::clone(&world.founded), snapshot).unwrap();
        assert_clean(&store);
    }
}
