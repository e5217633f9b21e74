//! Tests of the lines, how they went, and the review of a year.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::view::{HealthView, ReleasedView, ReviewView, TestRequest, TestView};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Tests of one list, if the request does not say.
const LIMIT: usize = 50;
/// Days of a health history, if the request does not say.
const DAYS: u16 = 7;

/// Which tests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TestsQuery {
    /// Only this line.
    pub line: Option<String>,
    /// Only those that a person has still to acknowledge.
    #[serde(default)]
    pub open: bool,
    /// At most this many; 50 if left out.
    pub limit: Option<usize>,
}

/// What stretch of time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HealthQuery {
    /// So many days; 7 if left out.
    pub days: Option<u16>,
    /// Up to this time, ms; now if left out.
    pub until: Option<i64>,
}

/// Which year.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
    /// The year, UTC; the present one if left out.
    pub year: Option<i16>,
}

/// Tests of other parties, newest first.
#[utoipa::path(get, path = "/v1/tests", params(TestsQuery), responses((status = 200, body = Vec<TestView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    query: Result<Query<TestsQuery>, QueryRejection>,
) -> Reply<Vec<TestView>> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(LIMIT);
    reply(
        state
            .service
            .tests(query.line.as_deref(), query.open, limit)
            .await,
    )
}

/// Holds a test at once, beside the schedule.
#[utoipa::path(post, path = "/v1/tests", request_body = TestRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn hold(
    Extract(state): Extract<State>,
    body: Body<TestRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.test_now(&request.line).await)
}

/// How the tests of a line went.
#[utoipa::path(get, path = "/v1/lines/{line}/health", params(("line" = String, Path), HealthQuery), responses((status = 200, body = HealthView), (status = "default", body = Problem)))]
pub(crate) async fn health(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    query: Result<Query<HealthQuery>, QueryRejection>,
) -> Reply<HealthView> {
    let Query(query) = query?;
    reply(
        state
            .service
            .health(&line, query.days.unwrap_or(DAYS), query.until)
            .await,
    )
}

/// The review of a line for a year.
#[utoipa::path(get, path = "/v1/lines/{line}/report", params(("line" = String, Path), ReviewQuery), responses((status = 200, body = ReviewView), (status = "default", body = Problem)))]
pub(crate) async fn report(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    query: Result<Query<ReviewQuery>, QueryRejection>,
) -> Reply<ReviewView> {
    let Query(query) = query?;
    reply(state.service.review(&line, query.year).await)
}
