//! What the fuzz targets share: the line that the vectors are about, and the world of the line machine.
//!
//! Modules that are private to their crates are compiled in from there, and so without what those crates need for sockets.
#![forbid(unsafe_code)]

mod forge;
pub mod inside;
pub mod schedule;
pub mod world;

/// The inside of a bundle.
#[allow(dead_code)]
#[path = "../../crates/openline-node/src/pouch.rs"]
mod bundle;
/// The parties of the simulator.
#[allow(dead_code)]
#[path = "../../crates/openline-sim/src/cast.rs"]
mod cast;
/// The disk of the simulator.
#[allow(dead_code)]
#[path = "../../crates/openline-sim/src/disk.rs"]
mod disk;
/// The bearers' framing.
#[allow(dead_code)]
#[path = "../../crates/openline-bearer/src/frame.rs"]
mod framing;
/// The bearers' limits.
#[allow(dead_code)]
#[path = "../../crates/openline-bearer/src/limits.rs"]
mod limits;
/// What is sealed in non-papers, and the inside of files of them.
#[allow(dead_code)]
#[path = "../../crates/openline-node/src/non_paper/content.rs"]
mod non_paper;
/// The pouch's sealing.
#[allow(dead_code)]
#[path = "../../crates/openline-bearer/src/pouch/mod.rs"]
pub mod pouch;
/// The store's view of SQLite's log.
#[allow(dead_code)]
#[path = "../../crates/openline-store/src/wal.rs"]
mod wal;

pub use limits::BUNDLE_MAX;

use std::sync::OnceLock;

use openline_core::Rule;
use openline_core::charter::Founded;
use openline_core::checkpoint::KeyRing;

/// The instrument of most vectors: a line of two parties.
pub const INSTRUMENT: &[u8] = include_bytes!("../../spec/vectors/files/two.instrument");

/// The line of [`INSTRUMENT`].
pub fn founded() -> &'static Founded {
    static FOUNDED: OnceLock<Founded> = OnceLock::new();
    FOUNDED.get_or_init(|| Founded::decode(INSTRUMENT).expect("the vectors' instrument is right"))
}

/// Its keys.
pub fn ring() -> KeyRing {
    KeyRing::of(founded())
}

/// A refusal must name a rule of the specification, and say when it fails.
pub fn is_named(rule: Rule) {
    assert_eq!(Rule::from_id(rule.id()), Some(rule));
    assert!(!rule.fails_when().is_empty());
}

/// Passes on what was accepted; what was refused must be [named](is_named).
pub fn accepted<T, E: Into<openline_core::Refused>>(result: Result<T, E>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            is_named(error.into().rule);
            None
        }
    }
}
