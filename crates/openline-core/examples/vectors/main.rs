//! Writes the test vectors of the specification: `cargo run -p openline-core --example vectors -- spec/vectors`.
//!
//! The bytes are the same every time. What is expected is stated here by hand or computed from the definitions in
//! `tests/support`; nothing is asked of the code that the vectors test.
#![allow(
    clippy::type_complexity,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::expect_used
)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod bodies;
mod bundles;
mod cbor;
mod encounters;
mod entries;
mod exports;
mod frames;
mod identities;
mod instruments;
mod loops;
mod non_papers;
mod notes;
mod proofs;
mod readouts;
mod records;
mod schedulings;
mod sessions;
mod suite;
mod texts;
mod watches;

use std::process::ExitCode;

use suite::Suite;
use support::{Person, World};

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1) else {
        eprintln!("usage: vectors DIR");
        return ExitCode::from(2);
    };
    let mut suite = match Suite::begin(dir.into()) {
        Ok(suite) => suite,
        Err(error) => {
            eprintln!("can't write there: {error}");
            return ExitCode::FAILURE;
        }
    };
    for (name, count) in [("two", 2), ("three", 3), ("five", 5)] {
        let world = World::new(count);
        suite.file(&format!("files/{name}.instrument"), &world.instrument);
        suite.file(&format!("files/{name}.charter"), &world.charter);
    }
    for seed in 1..=5 {
        suite.file(
            &format!("files/party-{seed}.credential"),
            &Person::new(seed).credential(),
        );
    }
    cbor::write(&mut suite);
    entries::write(&mut suite);
    bodies::write(&mut suite);
    loops::write(&mut suite);
    texts::write(&mut suite);
    encounters::write(&mut suite);
    readouts::write(&mut suite);
    schedulings::write(&mut suite);
    notes::write(&mut suite);
    records::write(&mut suite);
    exports::write(&mut suite);
    proofs::write(&mut suite);
    identities::write(&mut suite);
    instruments::write(&mut suite);
    frames::write(&mut suite);
    sessions::write(&mut suite);
    watches::write(&mut suite);
    bundles::write(&mut suite);
    non_papers::write(&mut suite);
    match suite.end() {
        Ok(count) => {
            eprintln!("{count} vectors");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("can't write: {error}");
            ExitCode::FAILURE
        }
    }
}
