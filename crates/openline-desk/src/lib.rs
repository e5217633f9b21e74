//! What entries mean: folds over the record.
//!
//! Everything here is computed from entries and signatures that both sides hold, so both sides compute the same. Nothing is
//! kept that the record does not say, and nothing is asked of a clock.
//!
//! - [`ladder`]: the stages that a message has reached, each with its proof.
//! - [`brief`]: an entry in a line.
//! - [`glossary`]: the terms that the parties have agreed on.
//! - [`language`]: warnings of what a reader elsewhere may misread.

pub mod brief;
#[cfg(test)]
mod fixture;
pub mod glossary;
pub mod ladder;
pub mod language;
