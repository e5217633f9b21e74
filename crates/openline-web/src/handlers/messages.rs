//! Messages and receipts.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::view::{
    EntryBrief, ReceiptRequest, ReceiptView, ReleasedView, SendRequest, ShownRequest,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// What part of the inbox.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InboxQuery {
    /// Only this line.
    pub line: Option<String>,
    /// At most this many; 50 if left out.
    pub limit: Option<usize>,
}

/// Releases a message. When this answers, it is durable here; not yet anywhere else.
#[utoipa::path(post, path = "/v1/messages", request_body = SendRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn send(
    Extract(state): Extract<State>,
    body: Body<SendRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.send(request).await)
}

/// Puts a receipt on the record: a person's act.
#[utoipa::path(post, path = "/v1/receipts", request_body = ReceiptRequest, responses((status = 200, body = ReceiptView), (status = "default", body = Problem)))]
pub(crate) async fn receipt(
    Extract(state): Extract<State>,
    body: Body<ReceiptRequest>,
) -> Reply<ReceiptView> {
    let Object(request) = body?;
    reply(state.service.receipt(request).await)
}

/// Says that a message was really rendered to a post on watch; whoever asks has shown it before.
#[utoipa::path(post, path = "/v1/shown", request_body = ShownRequest, responses((status = 200, body = ReceiptView), (status = "default", body = Problem)))]
pub(crate) async fn shown(
    Extract(state): Extract<State>,
    body: Body<ShownRequest>,
) -> Reply<ReceiptView> {
    let Object(request) = body?;
    reply(state.service.shown(request).await)
}

/// Messages of other parties, newest first.
#[utoipa::path(get, path = "/v1/inbox", params(InboxQuery), responses((status = 200, body = Vec<EntryBrief>), (status = "default", body = Problem)))]
pub(crate) async fn inbox(
    Extract(state): Extract<State>,
    query: Result<Query<InboxQuery>, QueryRejection>,
) -> Reply<Vec<EntryBrief>> {
    let Query(query) = query?;
    reply(
        state
            .service
            .inbox(query.line.as_deref(), query.limit.unwrap_or(50))
            .await,
    )
}
