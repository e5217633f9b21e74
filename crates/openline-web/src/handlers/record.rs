//! The record: lists, entries, proofs, export, purges, search, backup.

use std::path::PathBuf;
use std::time::Duration;

use axum::body::Body as Stream;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use openline_node::service::LogQuery;
use openline_node::view::{BackupView, DelayView, EntryBrief, EntryView, HitView, ReleasedView};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Longest wait for the other parties, seconds.
const WAIT_MAX_S: u64 = 3600;

/// What part of a record.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// First joint number.
    pub from: Option<u64>,
    /// At most this many; 100 if left out.
    pub limit: Option<usize>,
    /// From the newest back.
    pub newest_first: Option<bool>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this party.
    pub party: Option<String>,
    /// Only this type: `real`, `exercise` or `test`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    pub message_type: Option<String>,
}

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaitQuery {
    /// Seconds; 60 if left out.
    pub seconds: Option<u64>,
}

/// What to disclose.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiscloseQuery {
    /// Whether to leave the body out.
    pub without_body: Option<bool>,
}

/// What to search for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words.
    pub q: String,
    /// Only this line.
    pub line: Option<String>,
    /// At most this many; 20 if left out.
    pub limit: Option<usize>,
}

/// A purge to propose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurgeRequest {
    /// Entries, `PARTY/INDEX` or joint numbers.
    pub places: Vec<String>,
    /// The reason, for the record.
    pub reason: String,
    /// The post that proposes it.
    pub post: String,
}

/// Who agrees to a purge.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentRequest {
    /// The post that agrees.
    pub post: String,
}

/// Where to put a backup.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupRequest {
    /// A folder of this machine, without a backup in it.
    #[schema(value_type = String)]
    pub folder: PathBuf,
}

type Params<T> = Result<Query<T>, QueryRejection>;

fn place(party: u8, index: u64) -> String {
    format!("{party}/{index}")
}

/// The record in its order.
#[utoipa::path(get, path = "/v1/lines/{line}/log", params(("line" = String, Path), ListQuery), responses((status = 200, body = Vec<EntryBrief>), (status = "default", body = Problem)))]
pub(crate) async fn log(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    query: Params<ListQuery>,
) -> Reply<Vec<EntryBrief>> {
    let Query(query) = query?;
    let query = LogQuery {
        line,
        from: query.from,
        limit: query.limit.unwrap_or(100),
        newest_first: query.newest_first.unwrap_or(false),
        kind: query.kind,
        party: query.party,
        message_type: query.message_type,
    };
    reply(state.service.log(query).await)
}

/// One entry in full.
#[utoipa::path(get, path = "/v1/lines/{line}/entries/{party}/{index}", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), responses((status = 200, body = EntryView), (status = "default", body = Problem)))]
pub(crate) async fn entry(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Reply<EntryView> {
    reply(state.service.entry(&line, &place(party, index)).await)
}

/// Why a message took as long as it did, stage by stage.
#[utoipa::path(get, path = "/v1/lines/{line}/entries/{party}/{index}/delay", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), responses((status = 200, body = DelayView), (status = "default", body = Problem)))]
pub(crate) async fn delay(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Reply<DelayView> {
    reply(state.service.explain(&line, &place(party, index)).await)
}

/// One entry in full, by its joint number.
#[utoipa::path(get, path = "/v1/lines/{line}/joint/{number}", params(("line" = String, Path), ("number" = u64, Path)), responses((status = 200, body = EntryView), (status = "default", body = Problem)))]
pub(crate) async fn joint(
    Extract(state): Extract<State>,
    Path((line, number)): Path<(String, u64)>,
) -> Reply<EntryView> {
    reply(state.service.entry(&line, &number.to_string()).await)
}

/// Waits until every other party holds an own entry, and names them.
#[utoipa::path(get, path = "/v1/lines/{line}/entries/{party}/{index}/stored", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path), WaitQuery), responses((status = 200, body = Vec<String>), (status = "default", body = Problem)))]
pub(crate) async fn stored(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
    query: Params<WaitQuery>,
) -> Reply<Vec<String>> {
    let Query(query) = query?;
    let wait = Duration::from_secs(query.seconds.unwrap_or(60).min(WAIT_MAX_S));
    reply(
        state
            .service
            .wait_stored(&line, &place(party, index), wait)
            .await,
    )
}

/// An attachment of a message, counted from 0.
#[utoipa::path(get, path = "/v1/lines/{line}/entries/{party}/{index}/attachments/{number}", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path), ("number" = usize, Path)), responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = Problem)))]
pub(crate) async fn attachment(
    Extract(state): Extract<State>,
    Path((line, party, index, number)): Path<(String, u8, u64, usize)>,
) -> Result<Response, Problem> {
    let (_, bytes) = state
        .service
        .attachment(&line, &place(party, index), number)
        .await?;
    // Never the sender's media type: nothing that came from outside is to be rendered by a browser.
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// A proof of one entry that anybody can check.
#[utoipa::path(get, path = "/v1/lines/{line}/entries/{party}/{index}/disclosure", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path), DiscloseQuery), responses((status = 200, content_type = "text/plain"), (status = "default", body = Problem)))]
pub(crate) async fn disclose(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
    query: Params<DiscloseQuery>,
) -> Result<Response, Problem> {
    let Query(query) = query?;
    let with_body = !query.without_body.unwrap_or(false);
    let bytes = state
        .service
        .disclose(&line, &place(party, index), with_body)
        .await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response())
}

/// The whole record in one file that a stranger can verify.
#[utoipa::path(get, path = "/v1/lines/{line}/export", params(("line" = String, Path)), responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = Problem)))]
pub(crate) async fn export(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Result<Response, Problem> {
    let path = state.service.export(&line).await?;
    let file = tokio::fs::File::open(&path)
        .await
        .map_err(|error| Problem::unusable(error.to_string()))?;
    // The open file keeps its contents; the name can go.
    drop(path);
    let stream = Stream::from_stream(tokio_util::io::ReaderStream::with_capacity(file, 1 << 18));
    Ok(([(CONTENT_TYPE, "application/octet-stream")], stream).into_response())
}

/// Proposes to delete bodies on every side.
#[utoipa::path(post, path = "/v1/lines/{line}/purges", params(("line" = String, Path)), request_body = PurgeRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn propose_purge(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    body: Body<PurgeRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(
        state
            .service
            .propose_purge(&line, request.places, &request.reason, &request.post)
            .await,
    )
}

/// Agrees to a purge that another party has proposed.
#[utoipa::path(post, path = "/v1/lines/{line}/purges/{party}/{index}/consent", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), request_body = ConsentRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn consent_purge(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
    body: Body<ConsentRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(
        state
            .service
            .consent_purge(&line, &place(party, index), &request.post)
            .await,
    )
}

/// Searches subjects and texts of messages.
#[utoipa::path(get, path = "/v1/search", params(SearchQuery), responses((status = 200, body = Vec<HitView>), (status = "default", body = Problem)))]
pub(crate) async fn search(
    Extract(state): Extract<State>,
    query: Params<SearchQuery>,
) -> Reply<Vec<HitView>> {
    let Query(query) = query?;
    reply(
        state
            .service
            .search(&query.q, query.line.as_deref(), query.limit.unwrap_or(20))
            .await,
    )
}

/// Makes a backup while the node runs.
#[utoipa::path(post, path = "/v1/backup", request_body = BackupRequest, responses((status = 200, body = BackupView), (status = "default", body = Problem)))]
pub(crate) async fn backup(
    Extract(state): Extract<State>,
    body: Body<BackupRequest>,
) -> Reply<BackupView> {
    let Object(request) = body?;
    reply(state.service.backup(&request.folder).await)
}
