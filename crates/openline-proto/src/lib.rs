//! The line: a machine that takes frames, stored facts and time, and gives back what to persist,
//! what to send, what happened and when to come back (`spec/line.md`).
//!
//! Pure: it has no sockets, no disk, no clock and no randomness. [`Machine`] documents the order of calls.

pub mod effect;
pub mod frame;
pub mod limits;
mod line;
mod link;
mod machine;
pub mod non_paper;
mod sending;
pub mod state;

pub use effect::{
    Answer, Draft, DraftContent, Event, Fact, LinkId, Now, Query, QueryId, Ticket, Transmit,
};
pub use line::LineFacts;
pub use machine::{AddLineError, Load, Machine, MachineConfig};
