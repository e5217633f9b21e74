//! The line machine: a schedule of what happens to three nodes, one of them with a dishonest owner.
#![no_main]

use openline_fuzz::schedule::Schedule;
use openline_fuzz::world::World;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    Schedule::new(bytes).run(&mut World::new());
});
