//! Clear language, and the agreed glossary.

use openline_node::view::{
    AccordRequest, GlossaryView, LanguageRequest, ReleasedView, TermsRequest, WarningView,
};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// What in a draft may be misread. It hinders nothing, and nothing is kept.
#[utoipa::path(post, path = "/v1/lines/{line}/language", params(("line" = String, Path)), request_body = LanguageRequest, responses((status = 200, body = Vec<WarningView>), (status = "default", body = Problem)))]
pub(crate) async fn check(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    body: Body<LanguageRequest>,
) -> Reply<Vec<WarningView>> {
    let Object(request) = body?;
    reply(state.service.check_language(&line, request).await)
}

/// The agreed terms of a line, and proposals that are not agreed.
#[utoipa::path(get, path = "/v1/lines/{line}/glossary", params(("line" = String, Path)), responses((status = 200, body = GlossaryView), (status = "default", body = Problem)))]
pub(crate) async fn glossary(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<GlossaryView> {
    reply(state.service.glossary(&line).await)
}

/// Proposes terms; they are agreed when every other party has agreed.
#[utoipa::path(post, path = "/v1/lines/{line}/glossary", params(("line" = String, Path)), request_body = TermsRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn propose(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    body: Body<TermsRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.propose_terms(&line, request).await)
}

/// Agrees to a proposal of terms, or declines it; a party's last word counts.
#[utoipa::path(post, path = "/v1/lines/{line}/glossary/{party}/{index}", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), request_body = AccordRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn answer(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
    body: Body<AccordRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    let place = format!("{party}/{index}");
    reply(state.service.answer_terms(&line, &place, request).await)
}
