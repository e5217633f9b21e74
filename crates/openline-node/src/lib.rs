//! The shell of a node: its home, keys and policy, and the loop that joins machine, store and bearers.
//!
//! [`Node::start`] runs a node; [`service::Service`] is the one façade that the HTTP API, the
//! command line and the console use.

mod backup;
pub mod charters;
pub mod clock;
pub mod config;
mod engine;
pub mod error;
pub mod home;
pub mod identity;
mod node;
mod non_paper;
mod pouch;
pub mod relations;
mod sealing;
mod search;
pub mod service;
pub mod view;

pub use node::{Node, NodeOptions, StartError};
