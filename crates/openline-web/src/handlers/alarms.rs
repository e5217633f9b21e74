//! Alarms.

use openline_node::view::{AlarmView, SilenceRequest};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// What rings and what is silenced, the longest first.
#[utoipa::path(get, path = "/v1/alarms", responses((status = 200, body = Vec<AlarmView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<AlarmView>> {
    reply(state.service.alarms().await)
}

/// Silences an alarm for a stated time. It is not lost.
#[utoipa::path(post, path = "/v1/alarms/{id}/silence", params(("id" = String, Path)), request_body = SilenceRequest, responses((status = 200, body = AlarmView), (status = "default", body = Problem)))]
pub(crate) async fn silence(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    body: Body<SilenceRequest>,
) -> Reply<AlarmView> {
    let Object(request) = body?;
    reply(state.service.silence_alarm(&id, request).await)
}
