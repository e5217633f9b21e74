//! The API's description, made from the handlers and types; `docs/openapi.json` is the committed copy.

use axum::Json;
use utoipa::OpenApi;

use crate::handlers::{
    alarms, alerts, audit, charters, closing, drafts, events, language, lines, messages,
    non_papers, notices, notifications, officers, origin, policy, pouch, record, relations,
    scheduling, standing, status, testing, watch,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "openline local API",
        description = "The API of a running node, for its own machine. Every route but /health and /openapi.json wants Authorization: Bearer with the token in the home's api.json, or an officer's."
    ),
    paths(
        status::health,
        status::status,
        status::shutdown,
        status::network_changed,
        alerts::list,
        alerts::test,
        events::events,
        relations::card,
        relations::list,
        relations::add,
        relations::forget,
        relations::confirm,
        relations::adopt_key,
        charters::list,
        charters::propose,
        charters::import,
        charters::show,
        charters::file,
        charters::sign,
        lines::list,
        lines::show,
        messages::send,
        messages::receipt,
        messages::inbox,
        closing::confirm,
        closing::answer,
        closing::supersede,
        closing::open,
        standing::set,
        standing::list,
        alarms::list,
        alarms::silence,
        notices::state,
        notices::give,
        notices::list,
        notices::withdraw,
        origin::ask,
        origin::find,
        origin::list,
        origin::announce,
        origin::announced,
        notifications::templates,
        notifications::template,
        notifications::fill,
        notifications::notify,
        notifications::again,
        notifications::due,
        drafts::list,
        drafts::save,
        drafts::show,
        drafts::replace,
        drafts::remove,
        drafts::clear,
        drafts::refuse,
        drafts::release,
        officers::list,
        officers::add,
        officers::change,
        officers::revoke,
        officers::renew,
        policy::show,
        policy::explain,
        audit::list,
        audit::verify,
        record::log,
        record::entry,
        record::joint,
        record::stored,
        record::attachment,
        record::disclose,
        record::export,
        record::propose_purge,
        record::consent_purge,
        record::search,
        language::check,
        language::glossary,
        language::propose,
        language::answer,
        record::backup,
        pouch::pack,
        pouch::open,
        watch::show,
        watch::take,
        watch::hand_over,
        watch::stand_down,
        watch::history,
        watch::rota,
        watch::import,
        watch::remove,
        watch::next,
        watch::file,
        scheduling::availability,
        scheduling::set_availability,
        scheduling::forget_availability,
        scheduling::propose,
        scheduling::approve,
        scheduling::run,
        scheduling::confirm,
        scheduling::open,
        scheduling::withdraw,
        scheduling::list,
        scheduling::show,
        testing::list,
        testing::hold,
        testing::health,
        testing::report,
        non_papers::list,
        non_papers::send,
        non_papers::show,
        non_papers::shown,
        non_papers::discard,
        non_papers::file,
        non_papers::pack,
        non_papers::open,
    )
)]
struct Description;

/// The description as JSON, with a newline at its end.
///
/// # Panics
/// Never: the description is plain data.
#[must_use]
pub fn json() -> String {
    let text = Description::openapi()
        .to_pretty_json()
        .expect("a description has a JSON form");
    format!("{text}\n")
}

pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
