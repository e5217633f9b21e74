//! Homes: one node each, and a clear word for each that can't be used.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::path::Path;

use common::*;
use openline_store::{OpenError, Reader, Store, Write};
use rusqlite::Connection;

fn closed_home() -> (tempfile::TempDir, World) {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let world = furnish(&mut store, 2);
    store.close().unwrap();
    (home, world)
}

fn pragma(home: &Path, sql: &str) {
    let conn = Connection::open(record(home)).unwrap();
    conn.execute_batch(sql).unwrap();
}

#[test]
fn a_second_node_on_a_home_is_refused_until_the_first_has_gone() {
    let home = tempfile::tempdir().unwrap();
    let first = Store::open(home.path()).unwrap();
    let second = Store::open(home.path());
    let Err(OpenError::InUse { pid }) = second else {
        panic!("{second:?}")
    };
    assert_eq!(pid, Some(std::process::id()));
    assert!(
        OpenError::InUse { pid }
            .to_string()
            .contains(&std::process::id().to_string())
    );
    // To look is allowed.
    Store::open_read_only(home.path()).unwrap();
    drop(first);
    Store::open(home.path()).unwrap();
}

#[test]
fn a_store_opens_again_with_all_that_was_in_it() {
    let (home, world) = closed_home();
    for _ in 0..3 {
        let store = Store::open(home.path()).unwrap();
        assert_takes_up(&store, &world);
        // Dropped without being closed, as by a panic.
    }
    assert_takes_up(&Reader::open(home.path()).unwrap(), &world);
}

#[test]
fn readers_see_what_the_writer_commits_and_can_not_write() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let reader = Reader::open(home.path()).unwrap();
    let world = furnish(&mut store, 2);
    assert_takes_up(&reader, &world);
    std::thread::spawn(move || assert_takes_up(&reader, &world))
        .join()
        .unwrap();
}

#[test]
fn rot_that_a_reader_sees_stops_the_writer() {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(home.path()).unwrap();
    let world = furnish(&mut store, 2);
    let reader = store.another().unwrap();
    pragma(
        home.path(),
        "UPDATE entry SET arrived = 0 WHERE place = (SELECT min(place) FROM entry)",
    );
    assert!(reader.entry(world.line(), at(0, 0)).is_err());
    let document = Write::Document {
        kind: "a",
        key: "b",
        value: b"c",
        updated_ms: 0,
    };
    let refused = store.commit(&[document]).unwrap_err().to_string();
    assert!(refused.contains("openline check"), "{refused}");
}

#[test]
fn a_store_of_another_schema_is_refused_clearly() {
    let (home, _) = closed_home();
    pragma(home.path(), "PRAGMA user_version = 99");
    assert!(matches!(
        Store::open(home.path()),
        Err(OpenError::TooNew {
            found: 99,
            known: 1
        })
    ));
    assert!(matches!(
        Reader::open(home.path()),
        Err(OpenError::TooNew { .. })
    ));
    pragma(home.path(), "PRAGMA user_version = 0");
    assert!(matches!(
        Store::open(home.path()),
        Err(OpenError::UnknownSchema { found: 0 })
    ));
}

#[test]
fn a_file_of_another_program_is_refused() {
    let (home, _) = closed_home();
    pragma(home.path(), "PRAGMA application_id = 1");
    assert!(matches!(
        Store::open(home.path()),
        Err(OpenError::Foreign { .. })
    ));
}

#[test]
fn a_file_that_is_no_store_is_damage_and_not_a_new_store() {
    for bytes in [&b""[..], b"short", &[0x41; 100_000]] {
        let home = home_with(bytes, &[]);
        let outcome = Store::open(home.path());
        assert!(
            matches!(
                outcome,
                Err(OpenError::Damaged { .. } | OpenError::Foreign { .. })
            ),
            "{outcome:?}"
        );
        assert_eq!(fs::read(record(home.path())).unwrap(), bytes);
    }
}

#[test]
fn a_store_that_has_gone_is_not_begun_anew() {
    let (home, _) = closed_home();
    fs::remove_file(record(home.path())).unwrap();
    assert!(matches!(
        Store::open(home.path()),
        Err(OpenError::Gone { .. })
    ));
    assert!(matches!(
        Reader::open(home.path()),
        Err(OpenError::Absent { .. })
    ));
}

#[test]
fn a_home_where_making_the_store_was_cut_off_is_still_new() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("store")).unwrap();
    fs::write(home.path().join("store/lock"), "").unwrap();
    fs::write(home.path().join("store/record.fresh.sqlite"), "half made").unwrap();
    Store::open(home.path()).unwrap();
}

#[test]
fn a_home_that_can_not_be_a_folder_is_refused() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("store"), "a file").unwrap();
    let error = Store::open(home.path()).unwrap_err().to_string();
    assert!(error.contains("store"), "{error}");
}

/// On a read-only file system SQLite can't make its shared-memory file; a folder in its place has the same effect.
#[test]
fn a_closed_store_can_be_read_where_nothing_can_be_written() {
    let (home, world) = closed_home();
    for suffix in ["-wal", "-shm"] {
        let mut companion = record(home.path()).into_os_string();
        companion.push(suffix);
        drop(fs::remove_file(&companion));
    }
    fs::create_dir(home.path().join("store/record.sqlite-shm")).unwrap();
    let reader = Reader::open(home.path()).unwrap();
    assert_takes_up(&reader, &world);
    assert_clean(&reader);
}
