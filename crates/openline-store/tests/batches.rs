//! What is read to be sent can be taken up as it arrives, though each log has seen the others.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::*;
use openline_core::admit::Logs;
use openline_store::{Limits, NextBatch, Store};

/// Sends everything of a store to someone who has nothing, and returns what he then holds and in how many batches.
fn send_all(store: &Store, world: &World, limits: Limits) -> (Logs, usize) {
    let mut theirs = Logs::new(world.founded.clone());
    let mut count = 0;
    loop {
        let before = theirs.sizes();
        for party in world.founded.parties() {
            let known = theirs.sizes();
            let next = store
                .next_batch(&world.founded, party, known[party.at()], limits, &known)
                .unwrap();
            let NextBatch::Entries { entries, signature } = next else {
                continue;
            };
            let mut batch = theirs.batch(party);
            for raw in entries {
                batch.push(raw).expect("nothing has seen more");
            }
            let batch = batch.admit(signature).expect("signed by its author");
            theirs.apply(&batch);
            count += 1;
        }
        if theirs.sizes() == before {
            return (theirs, count);
        }
    }
}

#[test]
fn logs_that_have_seen_each_other_go_out_in_an_order_that_can_be_taken_up() {
    let small = Limits {
        entries: 2,
        bytes: 1,
    };
    for (parties, limits) in [(2, ALL), (3, ALL), (3, small)] {
        let mut store = Store::open_in_memory().unwrap();
        let mut world = furnish(&mut store, parties);
        for turn in 0..20 {
            let one = [says("one")];
            world.put(&mut store, turn % parties, &one).unwrap();
        }
        let (theirs, _) = send_all(&store, &world, limits);
        assert_same(&theirs, &world.logs);
    }
}

#[test]
fn what_has_seen_nothing_new_goes_out_in_one_batch() {
    let mut store = Store::open_in_memory().unwrap();
    let mut world = World::new(2);
    world.found(&mut store);
    for party in [0, 1] {
        for _ in 0..30 {
            world.put(&mut store, party, &[says("on my own")]).unwrap();
        }
    }
    let (theirs, count) = send_all(&store, &world, ALL);
    assert_same(&theirs, &world.logs);
    assert!(count <= 4, "{count} batches");
}

#[test]
fn a_batch_that_has_seen_what_is_not_known_is_held_back() {
    let mut store = Store::open_in_memory().unwrap();
    let mut world = World::new(2);
    world.found(&mut store);
    world.put(&mut store, 0, &[says("first")]).unwrap();
    world.put(&mut store, 1, &[says("second")]).unwrap();
    let next = |from: u64, known: [u64; 2]| {
        store
            .next_batch(&world.founded, party(1), from, ALL, &known)
            .unwrap()
    };
    let size = store.size(world.line(), party(1)).unwrap();
    assert_eq!(next(size - 1, [0, size - 1]), NextBatch::Ahead);
    assert!(matches!(
        next(size - 1, [u64::MAX, 0]),
        NextBatch::Entries { .. }
    ));
    assert_eq!(next(size, [u64::MAX, size]), NextBatch::Nothing);
}
