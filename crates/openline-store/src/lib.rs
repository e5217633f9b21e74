//! The durable store: one node's records, in one SQLite file under its home.
//!
//! # Contract
//!
//! - One writer: [`Store::open`] keeps every other node out of the home. [`Reader`]s are cheap, read-only, and work beside it,
//!   from other threads and other processes.
//! - [`Store::commit`] is one transaction. When it returns, all of it is durable (write-ahead log, `synchronous=FULL`); when it
//!   fails, nothing of it is stored.
//! - Nothing is returned that is not what was written: every read checks hashes or sums, and says [`ReadError::Rot`] otherwise.
//! - A store in which damage was noticed, by anyone who reads it, is not written to. [`Reader::check`] says what is wrong,
//!   [`rebuild::rebuild`] makes a fresh store from what is right and from the other parties' copies, and [`rebuild::swap_in`] puts it
//!   in place.
//!
//! No threads, no clock, no randomness: times are arguments.

pub mod backup;
mod batch;
pub mod check;
mod commit;
mod documents;
mod error;
mod health;
mod home;
mod key;
mod notes;
mod proofs;
mod read;
pub mod rebuild;
mod refers;
mod replay;
mod schema;
pub mod search;
mod shadow;
mod store;
mod sum;
mod tail;
mod takeup;
mod wal;

pub use batch::NextBatch;
pub use commit::Write;
pub use documents::{AuditItem, Document};
pub use error::{At, CommitError, Misuse, OpenError, ReadError};
pub use health::Damage;
pub use key::{LINES_MAX, LOG_SIZE_MAX};
pub use notes::Cosigned;
pub use read::{Limits, Reader, StoredEntry, StoredLine};
pub use refers::DESK_KINDS_FROM;
pub use schema::SCHEMA;
pub use store::{LOG_BYTES_MAX, LOG_BYTES_SOON, Maintained, Store};
