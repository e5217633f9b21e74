//! Signed notices, and the state of a line.

use openline_node::view::{NoticeRequest, NoticeView, OtherLineView, StateView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// What state a line is in, and how the other lines of its parties stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineStateView {
    /// The state, with its evidence.
    pub state: StateView,
    /// The other lines of its parties.
    pub others: Vec<OtherLineView>,
}

/// What state a line is in, and why.
#[utoipa::path(get, path = "/v1/lines/{line}/state", params(("line" = String, Path)), responses((status = 200, body = LineStateView), (status = "default", body = Problem)))]
pub(crate) async fn state(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<LineStateView> {
    let answer = state.service.line_state(&line).await;
    reply(answer.map(|(state, others)| LineStateView { state, others }))
}

/// Gives a notice, in place of one of the same kind; answers with all that are given on the line.
#[utoipa::path(post, path = "/v1/notices", request_body = NoticeRequest, responses((status = 200, body = Vec<NoticeView>), (status = "default", body = Problem)))]
pub(crate) async fn give(
    Extract(state): Extract<State>,
    body: Body<NoticeRequest>,
) -> Reply<Vec<NoticeView>> {
    let Object(request) = body?;
    reply(state.service.give_notice(request).await)
}

/// The notices of all parties of a line that are in force or to come.
#[utoipa::path(get, path = "/v1/lines/{line}/notices", params(("line" = String, Path)), responses((status = 200, body = Vec<NoticeView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<NoticeView>> {
    reply(state.service.notices(&line).await)
}

/// Withdraws our notice of a kind.
#[utoipa::path(delete, path = "/v1/lines/{line}/notices/{kind}", params(("line" = String, Path), ("kind" = String, Path)), responses((status = 200, body = Vec<NoticeView>), (status = "default", body = Problem)))]
pub(crate) async fn withdraw(
    Extract(state): Extract<State>,
    Path((line, kind)): Path<(String, String)>,
) -> Reply<Vec<NoticeView>> {
    reply(state.service.withdraw_notice(&line, &kind).await)
}
