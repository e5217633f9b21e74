//! Private scheduling.

use openline_node::view::{
    ApproveSlotsRequest, AvailabilityRequest, AvailabilityView, ConfirmSlotRequest, ReleasedView,
    SlotRequestRequest, SlotRunView, SlotStepRequest, WithdrawSlotsRequest,
};

use super::{Body, Done, Object, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// What is kept of this side's availability, in numbers.
#[utoipa::path(get, path = "/v1/availability", responses((status = 200, body = AvailabilityView), (status = "default", body = Problem)))]
pub(crate) async fn availability(Extract(state): Extract<State>) -> Reply<AvailabilityView> {
    reply(state.service.availability().await)
}

/// Forgets this side's availability.
#[utoipa::path(delete, path = "/v1/availability", responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn forget_availability(Extract(state): Extract<State>) -> Reply<Done> {
    done(state.service.forget_availability().await)
}

/// Keeps when this side could, on this machine only.
#[utoipa::path(post, path = "/v1/availability", request_body = AvailabilityRequest, responses((status = 200, body = AvailabilityView), (status = "default", body = Problem)))]
pub(crate) async fn set_availability(
    Extract(state): Extract<State>,
    body: Body<AvailabilityRequest>,
) -> Reply<AvailabilityView> {
    let Object(request) = body?;
    reply(state.service.set_availability(request).await)
}

/// Proposes a scheduling run.
#[utoipa::path(post, path = "/v1/slots/propose", request_body = SlotRequestRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn propose(
    Extract(state): Extract<State>,
    body: Body<SlotRequestRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.propose_slots(request).await)
}

/// Approves a run: commits to this side's picks.
#[utoipa::path(post, path = "/v1/slots/approve", request_body = ApproveSlotsRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn approve(
    Extract(state): Extract<State>,
    body: Body<ApproveSlotsRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.approve_slots(request).await)
}

/// Says all that this side has to say in a run by now.
#[utoipa::path(post, path = "/v1/slots/run", request_body = SlotStepRequest, responses((status = 200, body = SlotRunView), (status = "default", body = Problem)))]
pub(crate) async fn run(
    Extract(state): Extract<State>,
    body: Body<SlotStepRequest>,
) -> Reply<SlotRunView> {
    let Object(request) = body?;
    reply(state.service.run_slots(request).await)
}

/// Confirms the slot that was found, word for word.
#[utoipa::path(post, path = "/v1/slots/confirm", request_body = ConfirmSlotRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn confirm(
    Extract(state): Extract<State>,
    body: Body<ConfirmSlotRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.confirm_slot(request).await)
}

/// Opens what this side committed to.
#[utoipa::path(post, path = "/v1/slots/open", request_body = SlotStepRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn open(
    Extract(state): Extract<State>,
    body: Body<SlotStepRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.open_slots(request).await)
}

/// Ends a run.
#[utoipa::path(post, path = "/v1/slots/withdraw", request_body = WithdrawSlotsRequest, responses((status = 200, body = ReleasedView), (status = "default", body = Problem)))]
pub(crate) async fn withdraw(
    Extract(state): Extract<State>,
    body: Body<WithdrawSlotsRequest>,
) -> Reply<ReleasedView> {
    let Object(request) = body?;
    reply(state.service.withdraw_slots(request).await)
}

/// Every run of a line, newest first.
#[utoipa::path(get, path = "/v1/lines/{line}/slots", params(("line" = String, Path)), responses((status = 200, body = Vec<SlotRunView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Path(line): Path<String>,
) -> Reply<Vec<SlotRunView>> {
    reply(state.service.slot_runs(&line).await)
}

/// Where a run stands; it is named by its request's place.
#[utoipa::path(get, path = "/v1/lines/{line}/slots/{party}/{index}", params(("line" = String, Path), ("party" = u8, Path), ("index" = u64, Path)), responses((status = 200, body = SlotRunView), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Reply<SlotRunView> {
    let run = format!("{party}/{index}");
    reply(state.service.slot_run(&line, &run).await)
}
