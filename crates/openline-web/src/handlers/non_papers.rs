//! Non-papers, off the record.

use axum::body::Bytes;

use axum::extract::rejection::BytesRejection;
use openline_node::view::{
    NonPaperBrought, NonPaperFiled, NonPaperPack, NonPaperRequest, NonPaperText, NonPaperView,
};

use super::{Body, Done, Object, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Non-papers that are kept, and the fate of ours; without their texts.
#[utoipa::path(get, path = "/v1/non-papers", responses((status = 200, body = Vec<NonPaperView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<NonPaperView>> {
    reply(state.service.non_papers().await)
}

/// Sends a non-paper, off the record.
#[utoipa::path(post, path = "/v1/non-papers", request_body = NonPaperRequest, responses((status = 200, body = NonPaperView), (status = "default", body = Problem)))]
pub(crate) async fn send(
    Extract(state): Extract<State>,
    body: Body<NonPaperRequest>,
) -> Reply<NonPaperView> {
    let Object(request) = body?;
    reply(state.service.send_non_paper(request).await)
}

/// A non-paper with its text.
#[utoipa::path(get, path = "/v1/non-papers/{number}", params(("number" = u64, Path)), responses((status = 200, body = NonPaperText), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    Path(number): Path<u64>,
) -> Reply<NonPaperText> {
    reply(state.service.non_paper(number).await)
}

/// Says that a non-paper really was on a person's screen.
#[utoipa::path(post, path = "/v1/non-papers/{number}/shown", params(("number" = u64, Path)), responses((status = 200, body = NonPaperView), (status = "default", body = Problem)))]
pub(crate) async fn shown(
    Extract(state): Extract<State>,
    Path(number): Path<u64>,
) -> Reply<NonPaperView> {
    reply(state.service.note_non_paper_shown(number).await)
}

/// Erases a non-paper that came, or withdraws one of ours.
#[utoipa::path(delete, path = "/v1/non-papers/{number}", params(("number" = u64, Path)), responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn discard(
    Extract(state): Extract<State>,
    Path(number): Path<u64>,
) -> Reply<Done> {
    done(state.service.discard_non_paper(number).await)
}

/// Files a copy of one's own, unauthenticated.
#[utoipa::path(post, path = "/v1/non-papers/{number}/file", params(("number" = u64, Path)), responses((status = 200, body = NonPaperFiled), (status = "default", body = Problem)))]
pub(crate) async fn file(
    Extract(state): Extract<State>,
    Path(number): Path<u64>,
) -> Reply<NonPaperFiled> {
    reply(state.service.file_non_paper(number).await)
}

/// Packs what waits for a party into a sealed file that nobody has signed.
#[utoipa::path(post, path = "/v1/non-paper-files/{party}", params(("party" = String, Path)), responses((status = 200, body = NonPaperPack), (status = "default", body = Problem)))]
pub(crate) async fn pack(
    Extract(state): Extract<State>,
    Path(party): Path<String>,
) -> Reply<NonPaperPack> {
    reply(state.service.pack_non_papers(&party).await)
}

/// Opens such a file.
#[utoipa::path(post, path = "/v1/non-paper-files", request_body(content_type = "application/octet-stream"), responses((status = 200, body = NonPaperBrought), (status = "default", body = Problem)))]
pub(crate) async fn open(
    Extract(state): Extract<State>,
    body: Result<Bytes, BytesRejection>,
) -> Reply<NonPaperBrought> {
    reply(state.service.open_non_papers(body?.to_vec()).await)
}
