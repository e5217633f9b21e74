//! Alerts that leave the node: by webhook, by e-mail and by a command, so that a person comes when nobody looks.
//!
//! An alert says in fixed words what has happened and on which line, never what a message says. What
//! has to be sent is a machine without I/O ([`queue`]); [`sender`] gives it time, the store and the
//! channels. A channel that does not work is told over the others.

mod alert;
mod channel;
mod command;
pub mod config;
mod health;
mod kind;
mod mail;
mod queue;
mod schedule;
mod secret;
mod sender;
mod smtp;
#[cfg(test)]
mod tests;
mod webhook;

pub use alert::{Alert, AlertId};
pub use kind::{AlertClass, AlertKind};
pub use sender::Alerts;

pub(crate) use queue::Memory;
pub(crate) use sender::Sender;

/// Alerts that are open or wait to be sent, at most. When there are so many, a more urgent one takes the place of the least urgent.
pub const ALERTS_WAITING_MAX: usize = 256;
/// Channels of one node.
pub const CHANNELS_MAX: usize = 16;
/// An alert that nobody has cleared for so long is forgotten.
const OPEN_AGE_MAX: std::time::Duration = std::time::Duration::from_secs(7 * 86_400);

/// Documents of the store that the alerts keep.
pub(crate) mod documents {
    /// Alerts, by id.
    pub(crate) const ALERT: &str = "alert";
    /// What is known of each channel, by its name.
    pub(crate) const CHANNEL: &str = "alert-channel";
}
