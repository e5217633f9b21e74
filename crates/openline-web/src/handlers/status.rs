//! The node itself.

use axum::Json;
use openline_node::view::{StatusView, WayView};

use super::{Done, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// Says that the API answers.
#[utoipa::path(get, path = "/health", responses((status = 200, body = Done)))]
pub(crate) async fn health() -> Json<Done> {
    Json(Done { done: true })
}

/// The node at a glance.
#[utoipa::path(get, path = "/v1/status", responses((status = 200, body = StatusView), (status = "default", body = Problem)))]
pub(crate) async fn status(Extract(state): Extract<State>) -> Reply<StatusView> {
    reply(state.service.status().await)
}

/// How each way to each party has stood since the node began to run.
#[utoipa::path(get, path = "/v1/ways", responses((status = 200, body = Vec<WayView>), (status = "default", body = Problem)))]
pub(crate) async fn ways(Extract(state): Extract<State>) -> Reply<Vec<WayView>> {
    reply(state.service.ways().await)
}

/// Stops the node.
#[utoipa::path(post, path = "/v1/shutdown", responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn shutdown(Extract(state): Extract<State>) -> Reply<Done> {
    done(state.service.shutdown().await)
}

/// Tells the bearers that the machine's network has changed.
#[utoipa::path(post, path = "/v1/network-changed", responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn network_changed(Extract(state): Extract<State>) -> Reply<Done> {
    done(state.service.network_changed().await)
}
