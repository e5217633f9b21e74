//! Topics and undertakings.

use openline_node::view::{
    AccountRequest, PositionRequest, ReleasedView, TopicRequest, TopicView, UndertakingRequest,
    UndertakingView,
};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Puts a topic on the record.
#[utoipa::path(post, path = "/v1/topics", request_body = TopicRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn raise(
    Extract(state): Extract<State>,
    body: Body<TopicRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.raise_topic(request).await)
}

/// Puts our position on a topic on the record, or how it stands as we see it.
#[utoipa::path(post, path = "/v1/positions", request_body = PositionRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn position(
    Extract(state): Extract<State>,
    body: Body<PositionRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.state_position(request).await)
}

/// Every topic of a line, in the record's order.
#[utoipa::path(get, path = "/v1/lines/{line}/topics", params(("line" = String, Path)), responses((status = 200, body = Vec<TopicView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<TopicView>> {
    reply(state.service.topics(&line).await)
}

/// Puts an undertaking on the record, by reference to what it is taken from.
#[utoipa::path(post, path = "/v1/undertakings", request_body = UndertakingRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn undertake(
    Extract(state): Extract<State>,
    body: Body<UndertakingRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.note_undertaking(request).await)
}

/// Puts our account of an undertaking on the record.
#[utoipa::path(post, path = "/v1/accounts", request_body = AccountRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn account(
    Extract(state): Extract<State>,
    body: Body<AccountRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.give_account(request).await)
}

/// Every undertaking of a line, in the record's order.
#[utoipa::path(get, path = "/v1/lines/{line}/undertakings", params(("line" = String, Path)), responses((status = 200, body = Vec<UndertakingView>), (status = "default", body = Problem)))]
pub(crate) async fn undertakings(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<UndertakingView>> {
    reply(state.service.undertakings(&line).await)
}
