//! "Is this from you?", and announced calls.

use openline_node::view::{
    AnnounceRequest, AnnouncementView, FindingRequest, InquiryView, OriginRequest, ReleasedView,
};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Asks the other parties whether an act outside the line was theirs.
#[utoipa::path(post, path = "/v1/origin-queries", request_body = OriginRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn ask(
    Extract(state): Extract<State>,
    body: Body<OriginRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.ask_origin(request).await)
}

/// Says whether what another party asks about was ours.
#[utoipa::path(post, path = "/v1/findings", request_body = FindingRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn find(
    Extract(state): Extract<State>,
    body: Body<FindingRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.find_origin(request).await)
}

/// What was asked on a line, newest first, with what has been found.
#[utoipa::path(get, path = "/v1/lines/{line}/origin-queries", params(("line" = String, Path)), responses((status = 200, body = Vec<InquiryView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<InquiryView>> {
    reply(state.service.inquiries(&line).await)
}

/// Announces a call or another contact outside the line.
#[utoipa::path(post, path = "/v1/announcements", request_body = AnnounceRequest, responses((status = 200, body = AnnouncementView), (status = "default", body = Problem)))]
pub(crate) async fn announce(
    Extract(state): Extract<State>,
    body: Body<AnnounceRequest>,
) -> Reply<AnnouncementView> {
    let Object(request) = body?;
    reply(state.service.announce(request).await)
}

/// What has been announced on a line, newest first, with the codes that both sides read out.
#[utoipa::path(get, path = "/v1/lines/{line}/announcements", params(("line" = String, Path)), responses((status = 200, body = Vec<AnnouncementView>), (status = "default", body = Problem)))]
pub(crate) async fn announced(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<AnnouncementView>> {
    reply(state.service.announcements(&line).await)
}
