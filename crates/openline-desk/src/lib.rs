//! What entries mean: folds over the record.
//!
//! Everything here is computed from entries and signatures that both sides hold, so both sides compute the same. Nothing is
//! kept that the record does not say, and nothing is asked of a clock.
//!
//! - [`ladder`]: the stages that a message has reached, each with its proof.
//! - [`exchange`]: what is still owed about a message, by whom and by when.
//! - [`alarm`]: when a message rings, and whom it calls by now.
//! - [`crossing`]: messages that crossed.
//! - [`standing`]: what each party takes on a line.
//! - [`origin`]: "is this from you?"
//! - [`readback`]: critical fields beside how they were read back.
//! - [`brief`]: an entry in a line.
//! - [`schedule`]: when a line is tested, and with what words; [`health`]: how the tests went.
//! - [`scheduling`]: a time that suits all, without showing a calendar.
//! - [`review`]: what a year of a line comes to.
//! - [`rota`]: who is to have the watch when.
//! - [`renotify`]: notifications whose event lies ahead, and when they are due again.
//! - [`template`]: forms of notifications, and what a filled one says.
//! - [`glossary`]: the terms that the parties have agreed on.
//! - [`text`]: texts under negotiation, from brackets to signatures.
//! - [`encounter`]: calls, meetings and visits, as each side claims them; [`assent`]: which claims are agreed; [`timing`]: claimed
//!   times that contradict each other; [`reciprocity`]: visits that are owed.
//! - [`history`]: the contacts of a line; [`topics`]: issues, opportunities and undertakings.
//! - [`readout`]: each side's own account of a contact; [`beside`]: two accounts side by side; [`sentences`]: what they are cut into.
//! - [`releasability`]: what an account would give away.
//! - [`awaited`]: whose word is waited for, beside answers to messages.
//! - [`language`]: warnings of what a reader elsewhere may misread.

pub mod alarm;
pub mod assent;
pub mod awaited;
pub mod beside;
pub mod brief;
pub mod crossing;
pub mod encounter;
pub mod exchange;
#[cfg(test)]
mod fixture;
pub mod glossary;
pub mod health;
pub mod history;
pub mod ladder;
pub mod language;
pub mod origin;
pub mod readback;
pub mod readout;
pub mod reciprocity;
pub mod releasability;
pub mod renotify;
pub mod review;
pub mod rota;
pub mod schedule;
pub mod scheduling;
pub mod sentences;
pub mod standing;
pub mod template;
pub mod text;
pub mod timing;
mod tokens;
pub mod topics;
