//! The shell of a node: its home, keys and policy, and the loop that joins machine, store and bearers.
//!
//! [`Node::start`] runs a node; [`service::Service`] is the one façade that the HTTP API, the
//! command line and the console use.

mod alarms;
pub mod alerts;
pub mod approval;
pub mod audit;
mod backup;
mod caldav;
mod calendar;
pub mod charters;
pub mod clock;
pub mod config;
mod engine;
pub mod error;
pub mod home;
mod https;
pub mod identity;
mod node;
mod non_paper;
mod notices;
pub mod officers;
pub mod policy;
mod pouch;
pub mod publication;
pub mod relations;
mod roots;
mod rounds;
mod scheduling;
mod sealing;
mod search;
pub mod service;
pub mod sessions;
mod sign_in;
mod state;
pub mod templates;
mod uplink;
pub mod view;
mod watch;
pub mod webauthn;

pub use openline_desk::language::count_words;

pub use node::{Node, NodeOptions, StartError};
