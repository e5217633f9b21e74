//! Alerts that leave the node.

use openline_node::view::{AlertTestRequest, AlertTestView, AlertsView};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// Every channel, and every alert that is open or waits.
#[utoipa::path(get, path = "/v1/alerts", responses((status = 200, body = AlertsView), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<AlertsView> {
    reply(state.service.alert_channels().await)
}

/// Sends a test over one channel or over all, and says how each did.
#[utoipa::path(post, path = "/v1/alerts/test", request_body = AlertTestRequest, responses((status = 200, body = Vec<AlertTestView>), (status = "default", body = Problem)))]
pub(crate) async fn test(
    Extract(state): Extract<State>,
    body: Body<AlertTestRequest>,
) -> Reply<Vec<AlertTestView>> {
    let Object(request) = body?;
    reply(state.service.test_alerts(&request).await)
}
