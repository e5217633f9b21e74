//! The pouch.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use openline_node::view::PouchView;

use super::reply;
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Packs a sealed bundle for a party.
#[utoipa::path(post, path = "/v1/pouches/{party}", params(("party" = String, Path)), responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = Problem)))]
pub(crate) async fn pack(
    Extract(state): Extract<State>,
    Path(party): Path<String>,
) -> Result<Response, Problem> {
    let bytes = state.service.pack_pouch(&party).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// Opens a bundle.
#[utoipa::path(post, path = "/v1/pouches", request_body(content_type = "application/octet-stream"), responses((status = 200, body = PouchView), (status = "default", body = Problem)))]
pub(crate) async fn open(
    Extract(state): Extract<State>,
    body: Result<Bytes, BytesRejection>,
) -> Reply<PouchView> {
    reply(state.service.open_pouch(body?.to_vec()).await)
}
