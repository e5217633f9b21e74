//! A batch made durable, beside the floor under it: the same bytes appended to a file and synced.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at what should not be"
)]

#[path = "../crates/openline-store/tests/common/mod.rs"]
mod common;

use std::io::Write as _;

use common::{World, says};
use divan::Bencher;
use openline_store::{Store, Write};

fn main() {
    divan::main();
}

const TEXT: &str = "Two hundred characters, give or take, of the kind of message that a duty officer sends at night: \
    what was seen, where, at what time in UTC, by whom, and what is asked of the other side until when it is asked.";

/// One transaction with a batch of `entries` messages, durable on return.
#[divan::bench(args = [1, 16, 256], sample_count = 60)]
fn commit_batch(bencher: Bencher<'_, '_>, entries: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path()).expect("a fresh store");
    let mut world = World::new(2);
    world.found(&mut store);
    let drafts = vec![says(TEXT); entries];
    bencher
        .counter(divan::counter::ItemsCount::new(entries))
        .bench_local(|| {
            let batch = world.batch(0, &drafts);
            store
                .commit(&[Write::Batch {
                    line: world.line(),
                    batch: &batch,
                    arrived_ms: common::ARRIVED,
                }])
                .expect("stored");
            world.logs.apply(&batch);
        });
}

/// The floor: as many bytes appended to a file and synced.
#[divan::bench(args = [1, 16, 256], sample_count = 60)]
fn commit_floor_append_and_sync(bencher: Bencher<'_, '_>, entries: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = std::fs::File::create(folder.path().join("floor")).expect("a file");
    let bytes = vec![7; entries * 450];
    bencher
        .counter(divan::counter::ItemsCount::new(entries))
        .bench_local(|| {
            file.write_all(&bytes).expect("written");
            file.sync_data().expect("synced");
        });
}
