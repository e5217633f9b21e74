//! The record's parts, each beside the floor under it: hashing the same bytes, or checking the same number of signatures.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at what should not be"
)]

mod export;
#[path = "../crates/openline-core/tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use openline_core::entry::Header;
use openline_core::keys::{SecretKeys, verify_ed, verify_pq};
use openline_core::tree::{Frontier, leaf_hash, verify_inclusion};
use openline_core::{Hash, cbor, export as file};
use sha2::{Digest as _, Sha256};

/// Entries of the export.
const ENTRIES: usize = 20_000;

fn main() {
    divan::main();
}

fn export() -> &'static [u8] {
    static EXPORT: OnceLock<Vec<u8>> = OnceLock::new();
    EXPORT.get_or_init(|| export::build(ENTRIES))
}

/// A whole export, every rule, on one thread.
#[divan::bench]
fn verify_export(bencher: Bencher<'_, '_>) {
    let bytes = export();
    bencher
        .counter(ItemsCount::new(ENTRIES))
        .bench(|| file::verify(black_box(bytes), |_| ()).expect("a right export"));
}

/// The floor of it: the same bytes hashed twice, once as bodies and leaves, once as tree.
#[divan::bench]
fn verify_export_floor_sha256(bencher: Bencher<'_, '_>) {
    let bytes = export();
    bencher.counter(ItemsCount::new(ENTRIES)).bench(|| {
        [
            Sha256::digest(black_box(bytes)),
            Sha256::digest(black_box(bytes)),
        ]
    });
}

fn header() -> Vec<u8> {
    let raw = export::raw_entries(2).pop().expect("two entries");
    raw.header
}

#[divan::bench]
fn decode_header(bencher: Bencher<'_, '_>) {
    let bytes = header();
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench(|| Header::decode(black_box(&bytes)).expect("a right header"));
}

#[divan::bench]
fn walk_cbor_of_header(bencher: Bencher<'_, '_>) {
    let bytes = header();
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench(|| cbor::check(black_box(&bytes)).expect("right CBOR"));
}

#[divan::bench]
fn leaf_hash_of_header(bencher: Bencher<'_, '_>) {
    let bytes = header();
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench(|| leaf_hash(black_box(&bytes)));
}

#[divan::bench]
fn append_1000_leaves(bencher: Bencher<'_, '_>) {
    let leaves: Vec<Hash> = (0..1000u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    bencher.counter(ItemsCount::new(1000usize)).bench(|| {
        let mut frontier = Frontier::default();
        black_box(&leaves)
            .iter()
            .for_each(|leaf| frontier.append(*leaf));
        frontier.root()
    });
}

#[divan::bench]
fn verify_inclusion_among_a_million(bencher: Bencher<'_, '_>) {
    // A leaf at the left edge of a full tree of 2^20: each sibling is some hash, and the root follows.
    let path: Vec<Hash> = (0..20u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    let leaf = leaf_hash(b"leaf");
    let root = path.iter().fold(leaf, |node, sibling| {
        openline_core::tree::node_hash(&node, sibling)
    });
    bencher.bench(|| assert!(verify_inclusion(leaf, 0, 1 << 20, black_box(&path), root)));
}

fn keys() -> SecretKeys {
    SecretKeys::from_seeds([1; 32], [2; 32])
}

#[divan::bench]
fn sign_checkpoint_ed25519(bencher: Bencher<'_, '_>) {
    let keys = keys();
    bencher.bench(|| keys.sign_ed(black_box(&[7; 200])));
}

#[divan::bench]
fn verify_checkpoint_ed25519(bencher: Bencher<'_, '_>) {
    let keys = keys();
    let signature = keys.sign_ed(&[7; 200]);
    bencher.bench(|| {
        assert!(verify_ed(
            keys.ed_public(),
            black_box(&[7; 200]),
            &signature
        ))
    });
}

#[divan::bench]
fn verify_seal_ml_dsa_44(bencher: Bencher<'_, '_>) {
    let keys = keys();
    let signature = keys.sign_pq(&[7; 200]);
    bencher.bench(|| {
        assert!(verify_pq(
            keys.pq_public(),
            black_box(&[7; 200]),
            &signature
        ))
    });
}
