//! Records for tests, vectors and measurements, made from the specification with as little of the library as can be:
//! CBOR values of any shape, naive trees, deterministic ML-DSA signatures. What is right and what is broken is built by
//! the same means, so that a broken record differs from a right one in one place.

// Each program that includes this module uses a part of it.
#![allow(dead_code, unreachable_pub, unused_imports)]

mod people;
mod tree;
mod value;
mod world;

pub use people::{Keys, Person, note_line};
pub use tree::{audit_path, consistency, leaf, mth, record_leaf};
pub use value::V;
pub use world::{Draft, Export, NOW, ProofFile, World, Written, empty_body, message_body};
