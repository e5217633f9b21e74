//! Suspending, narrowing and resuming a line.

use openline_node::view::{ReleasedView, StandingView, StatusRequest};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Puts a line status on the record.
#[utoipa::path(post, path = "/v1/statuses", request_body = StatusRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn set(
    Extract(state): Extract<State>,
    body: Body<StatusRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.set_status(request).await)
}

/// What each party takes on a line: what is in force, then what is announced.
#[utoipa::path(get, path = "/v1/lines/{line}/standings", params(("line" = String, Path)), responses((status = 200, body = Vec<StandingView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<StandingView>> {
    reply(state.service.standings(&line).await)
}
