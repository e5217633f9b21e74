//! What entries mean: folds over the record.
//!
//! Everything here is computed from entries and signatures that both sides hold, so both sides compute the same. Nothing is
//! kept that the record does not say, and nothing is asked of a clock.
//!
//! - [`ladder`]: the stages that a message has reached, each with its proof.
//! - [`brief`]: an entry in a line.
//! - [`renotify`]: notifications whose event lies ahead, and when they are due again.
//! - [`template`]: forms of notifications, and what a filled one says.

pub mod brief;
#[cfg(test)]
mod fixture;
pub mod ladder;
pub mod renotify;
pub mod template;
