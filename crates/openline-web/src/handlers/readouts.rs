//! Readouts, public statements, and what is published.

use openline_node::view::{
    AccountsView, CheckView, PublicationView, PublishRequest, ReadoutDraftView,
    ReadoutReleaseRequest, ReadoutRequest, ReleasedView, StatementRequest, StatementView,
};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Keeps one's own account of a contact as a draft, and says what releasing it would give away.
#[utoipa::path(post, path = "/v1/readouts", request_body = ReadoutRequest, responses((status = 200, body = ReadoutDraftView), (status = "default", body = Problem)))]
pub(crate) async fn draft(
    Extract(state): Extract<State>,
    body: Body<ReadoutRequest>,
) -> Reply<ReadoutDraftView> {
    let Object(request) = body?;
    reply(state.service.draft_readout(request).await)
}

/// Releases the draft of a readout.
#[utoipa::path(post, path = "/v1/readouts/release", request_body = ReadoutReleaseRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn release_readout(
    Extract(state): Extract<State>,
    body: Body<ReadoutReleaseRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.release_readout(request).await)
}

/// Contacts of a line that somebody has released a readout of.
#[utoipa::path(get, path = "/v1/lines/{line}/readouts", params(("line" = String, Path)), responses((status = 200, body = Vec<AccountsView>), (status = "default", body = Problem)))]
pub(crate) async fn readouts(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<AccountsView>> {
    reply(state.service.readouts(&line).await)
}

/// The readouts of one contact, side by side once one's own is released.
#[utoipa::path(get, path = "/v1/lines/{line}/readouts/{party}/{index}", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), responses((status = 200, body = AccountsView), (status = "default", body = Problem)))]
pub(crate) async fn accounts(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Reply<AccountsView> {
    let of = format!("{party}/{index}");
    reply(state.service.accounts(&line, &of).await)
}

/// One's own draft of a readout.
#[utoipa::path(get, path = "/v1/lines/{line}/readouts/{party}/{index}/draft", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), responses((status = 200, body = ReadoutDraftView), (status = "default", body = Problem)))]
pub(crate) async fn drafted(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Reply<ReadoutDraftView> {
    let of = format!("{party}/{index}");
    reply(state.service.readout_draft(&line, &of).await)
}

/// Deletes one's own draft of a readout.
#[utoipa::path(delete, path = "/v1/lines/{line}/readouts/{party}/{index}/draft", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), responses((status = 200), (status = "default", body = Problem)))]
pub(crate) async fn delete_draft(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Reply<()> {
    let of = format!("{party}/{index}");
    reply(state.service.delete_readout_draft(&line, &of).await)
}

/// Makes a public statement.
#[utoipa::path(post, path = "/v1/public-statements", request_body = StatementRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn make_statement(
    Extract(state): Extract<State>,
    body: Body<StatementRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.make_statement(request).await)
}

/// Says what a public statement would give away, without making it.
#[utoipa::path(post, path = "/v1/public-statements/check", request_body = StatementRequest, responses((status = 200, body = CheckView), (status = "default", body = Problem)))]
pub(crate) async fn check_statement(
    Extract(state): Extract<State>,
    body: Body<StatementRequest>,
) -> Reply<CheckView> {
    let Object(request) = body?;
    reply(state.service.check_statement(request).await)
}

/// Public statements on a line, newest first.
#[utoipa::path(get, path = "/v1/lines/{line}/public-statements", params(("line" = String, Path)), responses((status = 200, body = Vec<StatementView>), (status = "default", body = Problem)))]
pub(crate) async fn statements(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<StatementView>> {
    reply(state.service.statements(&line).await)
}

/// Makes a publication of own statements and readouts: a page, a feed, and the proofs that both are made from.
#[utoipa::path(post, path = "/v1/publications", request_body = PublishRequest, responses((status = 200, body = PublicationView), (status = "default", body = Problem)))]
pub(crate) async fn publish(
    Extract(state): Extract<State>,
    body: Body<PublishRequest>,
) -> Reply<PublicationView> {
    let Object(request) = body?;
    reply(state.service.publish(request).await)
}
