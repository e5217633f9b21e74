//! The HTTP API of a running node, for this machine: the command line uses it. The console's pages stand beside it on one address.
//!
//! JSON in and out; errors are RFC 9457 problem documents with a stable code and what to do next. Every route but
//! `/health` and `/openapi.json` wants the token of the home's `api.json`. It knows the façade and nothing below it.

// The macros that describe parameters write full paths.
#![allow(unused_qualifications)]

mod auth;
mod bodies;
mod connections;
mod handlers;
mod object;
pub mod openapi;
mod path;
mod problem;
pub mod routes;

use std::net::SocketAddr;
use std::sync::Arc;

use openline_console::Console;
use openline_node::service::Service;
use tokio::net::TcpListener;

/// Longest JSON body, bytes: a message with attachments in base64.
pub const BODY_MAX: usize = 32 << 20;
/// Longest bundle, bytes.
pub const BUNDLE_MAX: usize = 64 << 20;

/// What every handler has at hand.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) service: Service,
    pub(crate) token: Arc<str>,
    /// The address we listen on, to refuse requests that were meant for another host.
    pub(crate) address: SocketAddr,
}

impl State {
    /// Joins the façade with the token that requests must carry.
    #[must_use]
    pub fn new(service: Service, token: &str, address: SocketAddr) -> Self {
        Self {
            service,
            token: token.into(),
            address,
        }
    }
}

/// Serves the API, and the console beside it, until the listener fails or the task is dropped.
///
/// # Errors
/// What the listener fails with.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    token: &str,
    console: Console,
) -> std::io::Result<()> {
    let state = State::new(service, token, listener.local_addr()?);
    match connections::serve(listener, routes::router(state, console)).await? {}
}
