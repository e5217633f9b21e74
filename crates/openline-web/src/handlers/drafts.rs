//! Drafts.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::view::{DraftView, ReleasedView, SendRequest};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Body, Done, Object, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// A clearance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClearRequest {
    /// Hash of the content that was looked at, or its beginning.
    pub content: String,
    /// Words to go with it.
    #[serde(default)]
    pub words: Option<String>,
}

/// A refusal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefuseRequest {
    /// Hash of the content that was looked at, or its beginning.
    pub content: String,
    /// Why.
    pub words: String,
}

/// What is released.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleaseQuery {
    /// Only if the draft's content has this hash, or one that begins so.
    pub content: Option<String>,
    /// Even if messages of others have arrived since it was begun.
    #[serde(default)]
    pub anyway: bool,
}

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
    let Object(request) = body?;
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
    let Object(request) = body?;
    reply(state.service.save_draft(Some(id), request).await)
}

/// Deletes a draft.
#[utoipa::path(delete, path = "/v1/drafts/{id}", params(("id" = String, Path)), responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn remove(Extract(state): Extract<State>, Path(id): Path<String>) -> Reply<Done> {
    done(state.service.delete_draft(&id).await)
}

/// Clears a draft: exactly the content that was looked at.
#[utoipa::path(post, path = "/v1/drafts/{id}/clear", params(("id" = String, Path)), request_body = ClearRequest, responses((status = 200, body = DraftView), (status = "default", body = Problem)))]
pub(crate) async fn clear(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    body: Body<ClearRequest>,
) -> Reply<DraftView> {
    let Object(ClearRequest { content, words }) = body?;
    reply(state.service.clear_draft(&id, &content, words).await)
}

/// Refuses a draft: it does not go until it is changed.
#[utoipa::path(post, path = "/v1/drafts/{id}/refuse", params(("id" = String, Path)), request_body = RefuseRequest, responses((status = 200, body = DraftView), (status = "default", body = Problem)))]
pub(crate) async fn refuse(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    body: Body<RefuseRequest>,
) -> Reply<DraftView> {
    let Object(RefuseRequest { content, words }) = body?;
    reply(state.service.refuse_draft(&id, &content, &words).await)
}

/// Releases a draft; it is deleted when it is on the record.
#[utoipa::path(post, path = "/v1/drafts/{id}/release", params(("id" = String, Path), ReleaseQuery), responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn release(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    query: Result<Query<ReleaseQuery>, QueryRejection>,
) -> Reply<ReleasedView> {
    let Query(query) = query?;
    reply(
        state
            .service
            .release_draft(&id, query.content.as_deref(), query.anyway)
            .await,
    )
}
