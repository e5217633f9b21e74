//! Encounters, return visits and the contact history.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use openline_node::view::{
    AccordRequest, ActProposalView, CalendarFileRequest, CalendarFileView, ContactsRequest,
    EncounterRequest, EncounterView, HistoryView, OwedView, ReleasedView, StepRequest,
};

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Asks for a call, a meeting or a visit.
#[utoipa::path(post, path = "/v1/encounters", request_body = EncounterRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn ask(
    Extract(state): Extract<State>,
    body: Body<EncounterRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.ask_encounter(request).await)
}

/// Puts on the record what is done about an encounter, or what is said of it.
#[utoipa::path(post, path = "/v1/encounter-steps", request_body = StepRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn step(
    Extract(state): Extract<State>,
    body: Body<StepRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.encounter_step(request).await)
}

/// Agrees to what another party claims of an encounter, a contact, a topic or an undertaking, or declines.
#[utoipa::path(post, path = "/v1/lines/{line}/claims/{party}/{index}", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), request_body = AccordRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn answer(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
    body: Body<AccordRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    let place = format!("{party}/{index}");
    reply(state.service.answer_claim(&line, &place, request).await)
}

/// Every encounter of a line, in the record's order.
#[utoipa::path(get, path = "/v1/lines/{line}/encounters", params(("line" = String, Path)), responses((status = 200, body = Vec<EncounterView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<EncounterView>> {
    reply(state.service.encounters(&line).await)
}

/// What of the encounters goes into a file for calendar programs.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarQuery {
    /// One encounter, PARTY/INDEX or a joint number; every one of the line if left out.
    #[serde(default)]
    place: Option<String>,
    /// The party whose answer it is: then the file is a reply.
    #[serde(default)]
    reply: Option<String>,
}

/// Encounters as an iCalendar object with an iTIP method.
#[utoipa::path(get, path = "/v1/lines/{line}/encounters/calendar", params(("line" = String, Path), CalendarQuery), responses((status = 200, body = CalendarFileView), (status = "default", body = Problem)))]
pub(crate) async fn calendar(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    query: Result<Query<CalendarQuery>, QueryRejection>,
) -> Reply<CalendarFileView> {
    let Query(query) = query?;
    let file = state
        .service
        .encounter_file(&line, query.place.as_deref(), query.reply);
    reply(file.await)
}

/// Says what acts a calendar program's file stands for. Nothing is done.
#[utoipa::path(post, path = "/v1/lines/{line}/encounters/calendar", params(("line" = String, Path)), request_body = CalendarFileRequest, responses((status = 200, body = Vec<ActProposalView>), (status = "default", body = Problem)))]
pub(crate) async fn read_calendar(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    body: Body<CalendarFileRequest>,
) -> Reply<Vec<ActProposalView>> {
    let Object(request) = body?;
    reply(state.service.read_encounter_file(&line, request).await)
}

/// The ledger of return visits: what is or was owed.
#[utoipa::path(get, path = "/v1/lines/{line}/returns", params(("line" = String, Path)), responses((status = 200, body = Vec<OwedView>), (status = "default", body = Problem)))]
pub(crate) async fn returns(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<OwedView>> {
    reply(state.service.returns(&line).await)
}

/// Puts older contacts on the record: our claim, until the others agree.
#[utoipa::path(post, path = "/v1/lines/{line}/contacts", params(("line" = String, Path)), request_body = ContactsRequest, responses((status = 200, body = Vec<ReleasedView>), (status = "default", body = Problem)))]
pub(crate) async fn import(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    body: Body<ContactsRequest>,
) -> Reply<Vec<ReleasedView>> {
    let Object(request) = body?;
    reply(state.service.import_contacts(&line, request).await)
}

/// Which part of the history.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryQuery {
    /// `real`, `exercise` or `test`; real if left out.
    #[serde(default, rename = "type")]
    message_type: Option<String>,
}

/// The contact history of a line, with its drawings.
#[utoipa::path(get, path = "/v1/lines/{line}/history", params(("line" = String, Path), HistoryQuery), responses((status = 200, body = HistoryView), (status = "default", body = Problem)))]
pub(crate) async fn history(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Reply<HistoryView> {
    let Query(query) = query?;
    let message_type = query.message_type.as_deref().unwrap_or("real");
    reply(state.service.history(&line, message_type).await)
}
