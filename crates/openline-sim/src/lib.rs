//! A simulated world for the line: the real machines and the real store over simulated net, disk and clock.
//!
//! A seed decides everything: who takes part, what they write, what is lost, delayed, doubled, replayed or cut, who crashes
//! where, whose clock jumps, and who lies. Checkers compare every commit, frame and event with a reference model, and in the
//! end all honest parties must have come to hold the same. [`run()`] is one seed.

mod agree;
mod cast;
mod clock;
mod desk;
mod disk;
mod driving;
mod duty;
mod lies;
mod meaning;
mod model;
mod net;
mod people;
mod plan;
mod rng;
mod run;
mod sabotage;
pub mod scene;
mod shell;
mod talks;
mod truth;
mod world;

pub use meaning::Reached;
pub use model::{Checker, Violation};
pub use run::{Failure, run, run_all, run_for_talks, run_sabotaged};
pub use sabotage::Sabotage;
