//! The watch and the rota.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use openline_node::view::{
    HandOverRequest, PastWatchView, RotaRequest, RotaView, ShiftView, StandDownRequest,
    TakeWatchRequest, WatchView,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, Done, Object, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// Watches of one list, if the request does not say.
const LIMIT: usize = 50;
/// Days of the rota, if the request does not say.
const DAYS: u16 = 7;

/// Which line.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WatchQuery {
    /// Only this line.
    pub line: Option<String>,
}

/// What part of the past.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Only this line.
    pub line: Option<String>,
    /// Only this post.
    pub post: Option<String>,
    /// At most this many; 50 if left out.
    pub limit: Option<usize>,
}

/// What part of the rota.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RotaQuery {
    /// Only this post.
    pub post: Option<String>,
    /// So many days from now; 7 if left out.
    pub days: Option<u16>,
}

/// Which post.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NextQuery {
    /// The post.
    pub post: String,
}

/// In what form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// As single shifts for so many days; as it was imported if left out.
    pub days: Option<u16>,
}

/// Who has the watch of our posts, and where that is not as the rota says.
#[utoipa::path(get, path = "/v1/watch", params(WatchQuery), responses((status = 200, body = WatchView), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    query: Result<Query<WatchQuery>, QueryRejection>,
) -> Reply<WatchView> {
    let Query(query) = query?;
    reply(state.service.watch(query.line.as_deref()).await)
}

/// Takes the watch.
#[utoipa::path(post, path = "/v1/watch/take", request_body = TakeWatchRequest, responses((status = 200, body = WatchView), (status = "default", body = Problem)))]
pub(crate) async fn take(
    Extract(state): Extract<State>,
    body: Body<TakeWatchRequest>,
) -> Reply<WatchView> {
    let Object(request) = body?;
    reply(state.service.take_watch(request).await)
}

/// Leaves a handover note; the watch is held until the other officer takes it.
#[utoipa::path(post, path = "/v1/watch/hand-over", request_body = HandOverRequest, responses((status = 200, body = WatchView), (status = "default", body = Problem)))]
pub(crate) async fn hand_over(
    Extract(state): Extract<State>,
    body: Body<HandOverRequest>,
) -> Reply<WatchView> {
    let Object(request) = body?;
    reply(state.service.hand_over_watch(request).await)
}

/// Gives the watch up.
#[utoipa::path(post, path = "/v1/watch/stand-down", request_body = StandDownRequest, responses((status = 200, body = WatchView), (status = "default", body = Problem)))]
pub(crate) async fn stand_down(
    Extract(state): Extract<State>,
    body: Body<StandDownRequest>,
) -> Reply<WatchView> {
    let Object(request) = body?;
    reply(state.service.stand_down(request).await)
}

/// Who had the watch, newest first.
#[utoipa::path(get, path = "/v1/watch/history", params(HistoryQuery), responses((status = 200, body = Vec<PastWatchView>), (status = "default", body = Problem)))]
pub(crate) async fn history(
    Extract(state): Extract<State>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Reply<Vec<PastWatchView>> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(LIMIT);
    let history = state
        .service
        .watch_history(query.line.as_deref(), query.post.as_deref(), limit);
    reply(history.await)
}

/// The rota for the days to come.
#[utoipa::path(get, path = "/v1/rota", params(RotaQuery), responses((status = 200, body = RotaView), (status = "default", body = Problem)))]
pub(crate) async fn rota(
    Extract(state): Extract<State>,
    query: Result<Query<RotaQuery>, QueryRejection>,
) -> Reply<RotaView> {
    let Query(query) = query?;
    reply(
        state
            .service
            .rota(query.post.as_deref(), query.days.unwrap_or(DAYS))
            .await,
    )
}

/// Imports a calendar as the rota, in place of the one that is there.
#[utoipa::path(post, path = "/v1/rota", request_body = RotaRequest, responses((status = 200, body = RotaView), (status = "default", body = Problem)))]
pub(crate) async fn import(
    Extract(state): Extract<State>,
    body: Body<RotaRequest>,
) -> Reply<RotaView> {
    let Object(request) = body?;
    reply(state.service.import_rota(request).await)
}

/// Removes the rota.
#[utoipa::path(delete, path = "/v1/rota", responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn remove(Extract(state): Extract<State>) -> Reply<Done> {
    done(state.service.remove_rota().await)
}

/// To whom the rota gives the watch of a post next.
#[utoipa::path(get, path = "/v1/rota/next", params(NextQuery), responses((status = 200, body = ShiftView), (status = "default", body = Problem)))]
pub(crate) async fn next(
    Extract(state): Extract<State>,
    query: Result<Query<NextQuery>, QueryRejection>,
) -> Reply<ShiftView> {
    let Query(query) = query?;
    reply(state.service.rota_next(&query.post).await)
}

/// The rota as an iCalendar file.
#[utoipa::path(get, path = "/v1/rota/file", params(FileQuery), responses((status = 200, content_type = "text/calendar", body = String), (status = "default", body = Problem)))]
pub(crate) async fn file(
    Extract(state): Extract<State>,
    query: Result<Query<FileQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query?;
    let text = state
        .service
        .rota_file(query.days)
        .await
        .map_err(Problem::from)?;
    Ok(([(CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}
