//! Drafts.

use axum::Json;
use axum::extract::State as Extract;
use openline_node::view::{DraftView, ReleasedView, SendRequest};

use super::{Body, Done, done, reply};
use crate::State;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Drafts that are kept.
#[utoipa::path(get, path = "/v1/drafts", responses((status = 200, body = Vec<DraftView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<DraftView>> {
    reply(state.service.drafts().await)
}

/// Keeps a new draft.
#[utoipa::path(post, path = "/v1/drafts", request_body = SendRequest, responses((status = 200, body = DraftView), (status = "default", body = Problem)))]
pub(crate) async fn save(
    Extract(state): Extract<State>,
    body: Body<SendRequest>,
) -> Reply<DraftView> {
    let Json(request) = body?;
    reply(state.service.save_draft(None, request).await)
}

/// One draft.
#[utoipa::path(get, path = "/v1/drafts/{id}", params(("id" = String, Path)), responses((status = 200, body = DraftView), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Reply<DraftView> {
    reply(state.service.draft(&id).await)
}

/// Replaces a draft.
#[utoipa::path(put, path = "/v1/drafts/{id}", params(("id" = String, Path)), request_body = SendRequest, responses((status = 200, body = DraftView), (status = "default", body = Problem)))]
pub(crate) async fn replace(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    body: Body<SendRequest>,
) -> Reply<DraftView> {
    let Json(request) = body?;
    reply(state.service.save_draft(Some(id), request).await)
}

/// Deletes a draft.
#[utoipa::path(delete, path = "/v1/drafts/{id}", params(("id" = String, Path)), responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn remove(Extract(state): Extract<State>, Path(id): Path<String>) -> Reply<Done> {
    done(state.service.delete_draft(&id).await)
}

/// Releases a draft; it is deleted when it is on the record.
#[utoipa::path(post, path = "/v1/drafts/{id}/release", params(("id" = String, Path)), responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn release(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Reply<ReleasedView> {
    reply(state.service.release_draft(&id).await)
}
