//! Texts under negotiation.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::view::{
    AmendRequest, AssentRequest, JointTextView, ReleasedView, TextDiffView, TextExportView,
    TextProposeRequest, TextSummaryView,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Which draft.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftQuery {
    /// The draft, from 1; the one that stands if left out.
    pub draft: Option<u64>,
}

/// Which drafts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// The earlier draft; the one before the later if left out.
    pub from: Option<u64>,
    /// The later draft; the one that stands if left out.
    pub to: Option<u64>,
}

/// Which draft, in which format.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// `markdown` or `html`.
    pub format: String,
    /// The draft, from 1; the one that stands if left out.
    pub draft: Option<u64>,
}

/// Proposes a text.
#[utoipa::path(post, path = "/v1/texts", request_body = TextProposeRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn propose(
    Extract(state): Extract<State>,
    body: Body<TextProposeRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.propose_text(request).await)
}

/// The texts of a line, in the record's order.
#[utoipa::path(get, path = "/v1/lines/{line}/texts", params(("line" = String, Path)), responses((status = 200, body = Vec<TextSummaryView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<TextSummaryView>> {
    reply(state.service.texts(&line).await)
}

/// A text in full; `text` is its place, a joint number, or `T1` for the text signed as number 1.
#[utoipa::path(get, path = "/v1/lines/{line}/texts/{text}", params(("line" = String, Path), ("text" = String, Path), DraftQuery), responses((status = 200, body = JointTextView), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    Path((line, text)): Path<(String, String)>,
    query: Result<Query<DraftQuery>, QueryRejection>,
) -> Reply<JointTextView> {
    let Query(query) = query?;
    reply(state.service.text(&line, &text, query.draft).await)
}

/// What changed between two drafts, with binding words and numbers flagged.
#[utoipa::path(get, path = "/v1/lines/{line}/texts/{text}/diff", params(("line" = String, Path), ("text" = String, Path), DiffQuery), responses((status = 200, body = TextDiffView), (status = "default", body = Problem)))]
pub(crate) async fn diff(
    Extract(state): Extract<State>,
    Path((line, text)): Path<(String, String)>,
    query: Result<Query<DiffQuery>, QueryRejection>,
) -> Reply<TextDiffView> {
    let Query(query) = query?;
    reply(
        state
            .service
            .text_diff(&line, &text, query.from, query.to)
            .await,
    )
}

/// A text as Markdown, or as HTML for a browser, for print and for word processors.
#[utoipa::path(get, path = "/v1/lines/{line}/texts/{text}/file", params(("line" = String, Path), ("text" = String, Path), ExportQuery), responses((status = 200, body = TextExportView), (status = "default", body = Problem)))]
pub(crate) async fn export(
    Extract(state): Extract<State>,
    Path((line, text)): Path<(String, String)>,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Reply<TextExportView> {
    let Query(query) = query?;
    let ExportQuery { format, draft } = query;
    reply(
        state
            .service
            .export_text(&line, &text, &format, draft)
            .await,
    )
}

/// Amends a text: all changes, or none.
#[utoipa::path(post, path = "/v1/lines/{line}/texts/{text}/amendments", params(("line" = String, Path), ("text" = String, Path)), request_body = AmendRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn amend(
    Extract(state): Extract<State>,
    Path((line, text)): Path<(String, String)>,
    body: Body<AmendRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.amend_text(&line, &text, request).await)
}

/// Initials a text of which nothing is left open.
#[utoipa::path(post, path = "/v1/lines/{line}/texts/{text}/initials", params(("line" = String, Path), ("text" = String, Path)), request_body = AssentRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn initial(
    Extract(state): Extract<State>,
    Path((line, text)): Path<(String, String)>,
    body: Body<AssentRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.initial_text(&line, &text, request).await)
}

/// Signs a text that every party has initialled.
#[utoipa::path(post, path = "/v1/lines/{line}/texts/{text}/signatures", params(("line" = String, Path), ("text" = String, Path)), request_body = AssentRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn sign(
    Extract(state): Extract<State>,
    Path((line, text)): Path<(String, String)>,
    body: Body<AssentRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.sign_text(&line, &text, request).await)
}
