//! Links into the console.

use openline_node::view::{LinkRequest, LinkView};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// Makes a link that signs an officer in at the console, once.
#[utoipa::path(post, path = "/v1/console-links", request_body = LinkRequest, responses((status = 200, body = LinkView), (status = "default", body = Problem)))]
pub(crate) async fn make_link(
    Extract(state): Extract<State>,
    body: Body<LinkRequest>,
) -> Reply<LinkView> {
    let Object(request) = body?;
    reply(state.service.make_link(request.officer).await)
}
