//! Lines.

use openline_node::view::LineView;

use super::reply;
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Every line of this node.
#[utoipa::path(get, path = "/v1/lines", responses((status = 200, body = Vec<LineView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<LineView>> {
    reply(state.service.lines().await)
}

/// One line, by id, beginning of an id, or title.
#[utoipa::path(get, path = "/v1/lines/{line}", params(("line" = String, Path)), responses((status = 200, body = LineView), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<LineView> {
    reply(state.service.line(&line).await)
}
