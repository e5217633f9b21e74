//! The closed loop: confirmations, answers, corrections, what is open.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::view::{
    AnswerRequest, AwaitedView, ConfirmRequest, OpenView, ReleasedView, SendRequest,
    SupersedeRequest,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// How much of what is open.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OpenQuery {
    /// At most this many; 50 if left out.
    pub limit: Option<usize>,
}

/// Confirms or corrects how a message of ours was read back.
#[utoipa::path(post, path = "/v1/confirmations", request_body = ConfirmRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn confirm(
    Extract(state): Extract<State>,
    body: Body<ConfirmRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.confirm(request).await)
}

/// Answers a message.
#[utoipa::path(post, path = "/v1/answers", request_body = AnswerRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn answer(
    Extract(state): Extract<State>,
    body: Body<AnswerRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.answer(request).await)
}

/// Prepares the correction or cancellation of a message of ours; nothing is released.
#[utoipa::path(post, path = "/v1/supersedings", request_body = SupersedeRequest, responses((status = 200, body = SendRequest), (status = "default", body = Problem)))]
pub(crate) async fn supersede(
    Extract(state): Extract<State>,
    body: Body<SupersedeRequest>,
) -> Reply<SendRequest> {
    let Object(request) = body?;
    reply(state.service.prepare_superseding(request).await)
}

/// Messages that are not done, newest first: what waits for whom.
#[utoipa::path(get, path = "/v1/lines/{line}/open", params(("line" = String, Path), OpenQuery), responses((status = 200, body = Vec<OpenView>), (status = "default", body = Problem)))]
pub(crate) async fn open(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    query: Result<Query<OpenQuery>, QueryRejection>,
) -> Reply<Vec<OpenView>> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(50);
    reply(state.service.open_exchanges(&line, limit).await)
}

/// Whose word is waited for, beside answers to messages.
#[utoipa::path(get, path = "/v1/lines/{line}/awaited", params(("line" = String, Path)), responses((status = 200, body = Vec<AwaitedView>), (status = "default", body = Problem)))]
pub(crate) async fn awaited(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<AwaitedView>> {
    reply(state.service.awaited(&line).await)
}
