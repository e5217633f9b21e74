//! Templates, forms and notifications.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::view::{
    AgainRequest, DueView, FillRequest, FilledView, NotifiedView, NotifyRequest, ReleasedView,
    TemplateListView, TemplateView,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Whose notifications.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DueQuery {
    /// Only this line.
    pub line: Option<String>,
}

/// Every template.
#[utoipa::path(get, path = "/v1/templates", responses((status = 200, body = TemplateListView), (status = "default", body = Problem)))]
pub(crate) async fn templates(Extract(state): Extract<State>) -> Reply<TemplateListView> {
    reply(state.service.templates().await)
}

/// One template, by id.
#[utoipa::path(get, path = "/v1/templates/{id}", params(("id" = String, Path)), responses((status = 200, body = TemplateView), (status = "default", body = Problem)))]
pub(crate) async fn template(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Reply<TemplateView> {
    reply(state.service.template(&id).await)
}

/// Reads a form: everything that is wrong with it, or what would be released. Nothing is released.
#[utoipa::path(post, path = "/v1/templates/{id}/fill", params(("id" = String, Path)), request_body = FillRequest, responses((status = 200, body = FilledView), (status = "default", body = Problem)))]
pub(crate) async fn fill(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    body: Body<FillRequest>,
) -> Reply<FilledView> {
    let Object(request) = body?;
    reply(state.service.fill(&id, request).await)
}

/// Releases a notification made from a template, or keeps it as a draft.
#[utoipa::path(post, path = "/v1/notifications", request_body = NotifyRequest, responses((status = 200, body = NotifiedView), (status = "default", body = Problem)))]
pub(crate) async fn notify(
    Extract(state): Extract<State>,
    body: Body<NotifyRequest>,
) -> Reply<NotifiedView> {
    let Object(request) = body?;
    reply(state.service.notify(request).await)
}

/// Releases a notification again, with the time that is left until its event.
#[utoipa::path(post, path = "/v1/notifications/again", request_body = AgainRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn again(
    Extract(state): Extract<State>,
    body: Body<AgainRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.notify_again(request).await)
}

/// Notifications whose event lies ahead or is under way, earliest first.
#[utoipa::path(get, path = "/v1/notifications", params(DueQuery), responses((status = 200, body = Vec<DueView>), (status = "default", body = Problem)))]
pub(crate) async fn due(
    Extract(state): Extract<State>,
    query: Result<Query<DueQuery>, QueryRejection>,
) -> Reply<Vec<DueView>> {
    let Query(query) = query?;
    reply(state.service.notifications_due(query.line.as_deref()).await)
}
