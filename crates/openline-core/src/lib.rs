//! The record: bytes to types and back, and every check of `spec/record.md`, `spec/loop.md`, `spec/readouts.md` and `spec/charter.md`.
//!
//! Pure: no clock, no randomness, no threads, no I/O. Bytes from outside become
//! `&[u8] → Entry → VerifiedEntry → AdmittedEntry`, and only the last can be stored; each step
//! names the [`Rule`] that failed.

pub mod admit;
pub mod armour;
pub mod body;
pub mod card;
pub mod cbor;
pub mod charter;
pub mod checkpoint;
pub mod closing;
pub mod contact;
pub mod credential;
pub mod doubt;
pub mod encounter;
pub mod entry;
pub mod export;
pub mod field;
pub mod fork;
pub mod glossary;
pub mod id;
mod keyed;
pub mod keys;
pub mod limits;
pub mod message;
pub mod note;
mod numbered;
pub mod order;
pub mod origin;
pub mod phrase;
pub mod proof;
pub mod readout;
pub mod rule;
pub mod scheduling;
pub mod status;
pub mod text;
pub mod topic;
pub mod tree;
pub mod watch;

pub use id::{Hash, LineId, PartyId, PartyIndex};
pub use rule::{Refused, Rule};
