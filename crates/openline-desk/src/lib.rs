//! What entries mean: folds over the record.
//!
//! Everything here is computed from entries and signatures that both sides hold, so both sides compute the same. Nothing is
//! kept that the record does not say, and nothing is asked of a clock.
//!
//! - [`ladder`]: the stages that a message has reached, each with its proof.
//! - [`exchange`]: what is still owed about a message, by whom and by when.
//! - [`crossing`]: messages that crossed.
//! - [`standing`]: what each party takes on a line.
//! - [`origin`]: "is this from you?", and the codes of announced calls.
//! - [`readback`]: critical fields beside how they were read back.
//! - [`brief`]: an entry in a line.

pub mod brief;
pub mod crossing;
pub mod exchange;
#[cfg(test)]
mod fixture;
pub mod ladder;
pub mod origin;
pub mod readback;
pub mod standing;
