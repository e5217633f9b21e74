//! Private scheduling: a time that suits all, found without showing a calendar (`spec/scheduling.md`).
//!
//! - [`grid`]: the slots that respect everybody's working hours, and a slot written out.
//! - [`availability`]: which of them suit one's own side; nothing of it leaves the machine but blinded.
//! - [`secret`]: what a run's messages are computed from.
//! - [`blind`]: the blind match of two parties, by RFC 9497.
//! - [`run`]: what has come of a run, as a fold over the record.
//!
//! Nothing here draws randomness: a run has one secret, which its caller draws, and all that a party sends follows from it, from the
//! picks and from the record. So a message can be made again after a crash, and who opens its secret can be checked byte by byte.

pub mod availability;
pub mod blind;
pub mod grid;
pub mod run;
pub mod secret;

pub use availability::Availability;
pub use run::{Fault, Need, Procedure, Run, Stage};
pub use secret::Private;
