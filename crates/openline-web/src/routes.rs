//! The table of routes.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use openline_console::Console;

use crate::auth::Door;
use crate::handlers::{
    alarms, alerts, audit, charters, closing, drafts, encounters, events, language, lines,
    messages, non_papers, notices, notifications, officers, origin, policy, pouch, readouts,
    record, relations, scheduling, sessions, standing, status, testing, texts, topics, watch,
};
use crate::problem::Problem;
use crate::{BODY_MAX, BUNDLE_MAX, State, auth, bodies, openapi};

/// Every route of the API, and the console's pages. What is below `/v1` is answered by the API alone.
pub fn router(state: State, console: Console) -> Router {
    let pages = openline_console::router(console.clone());
    let nowhere = Router::new().fallback(not_there).with_state(console);
    api(state)
        .merge(pages)
        .fallback_service(nowhere)
        .layer(from_fn(bodies::in_time))
}

/// What is below `/v1` is the API's, everything else the console's.
async fn not_there(console: axum::extract::State<Console>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/v1" || path.starts_with("/v1/") {
        return Problem::no_route().into_response();
    }
    openline_console::not_found(console, request).await
}

fn api(state: State) -> Router {
    let door = Door(state);
    let open = Router::new()
        .route("/health", get(status::health))
        .route("/openapi.json", get(openapi::document));
    let guarded = Router::new()
        .route("/v1/status", get(status::status))
        .route("/v1/ways", get(status::ways))
        .route("/v1/shutdown", post(status::shutdown))
        .route("/v1/network-changed", post(status::network_changed))
        .route("/v1/console-links", post(sessions::make_link))
        .route("/v1/alerts", get(alerts::list))
        .route("/v1/alerts/test", post(alerts::test))
        .route("/v1/events", get(events::events))
        .route("/v1/card", get(relations::card))
        .route("/v1/relations", get(relations::list).post(relations::add))
        .route("/v1/relations/{party}", delete(relations::forget))
        .route("/v1/relations/{party}/confirm", post(relations::confirm))
        .route("/v1/key", post(relations::adopt_key))
        .route("/v1/charters", get(charters::list).post(charters::propose))
        .route("/v1/charters/import", post(charters::import))
        .route("/v1/charters/{id}", get(charters::show))
        .route("/v1/charters/{id}/file", get(charters::file))
        .route("/v1/charters/{id}/sign", post(charters::sign))
        .route("/v1/lines", get(lines::list))
        .route("/v1/lines/{line}", get(lines::show))
        .route("/v1/messages", post(messages::send))
        .route("/v1/receipts", post(messages::receipt))
        .route("/v1/templates", get(notifications::templates))
        .route("/v1/templates/{id}", get(notifications::template))
        .route("/v1/templates/{id}/fill", post(notifications::fill))
        .route(
            "/v1/notifications",
            get(notifications::due).post(notifications::notify),
        )
        .route("/v1/notifications/again", post(notifications::again))
        .route("/v1/shown", post(messages::shown))
        .route("/v1/inbox", get(messages::inbox))
        .route("/v1/confirmations", post(closing::confirm))
        .route("/v1/answers", post(closing::answer))
        .route("/v1/supersedings", post(closing::supersede))
        .route("/v1/lines/{line}/open", get(closing::open))
        .route("/v1/lines/{line}/awaited", get(closing::awaited))
        .route("/v1/statuses", post(standing::set))
        .route("/v1/lines/{line}/standings", get(standing::list))
        .route("/v1/texts", post(texts::propose))
        .route("/v1/lines/{line}/texts", get(texts::list))
        .route("/v1/lines/{line}/texts/{text}", get(texts::show))
        .route("/v1/lines/{line}/texts/{text}/diff", get(texts::diff))
        .route("/v1/lines/{line}/texts/{text}/file", get(texts::export))
        .route(
            "/v1/lines/{line}/texts/{text}/amendments",
            post(texts::amend),
        )
        .route(
            "/v1/lines/{line}/texts/{text}/initials",
            post(texts::initial),
        )
        .route(
            "/v1/lines/{line}/texts/{text}/signatures",
            post(texts::sign),
        )
        .route("/v1/alarms", get(alarms::list))
        .route("/v1/alarms/{id}/silence", post(alarms::silence))
        .route("/v1/lines/{line}/state", get(notices::state))
        .route("/v1/notices", post(notices::give))
        .route("/v1/lines/{line}/notices", get(notices::list))
        .route("/v1/lines/{line}/notices/{kind}", delete(notices::withdraw))
        .route("/v1/encounters", post(encounters::ask))
        .route("/v1/encounter-steps", post(encounters::step))
        .route(
            "/v1/lines/{line}/claims/{party}/{index}",
            post(encounters::answer),
        )
        .route("/v1/lines/{line}/encounters", get(encounters::list))
        .route(
            "/v1/lines/{line}/encounters/calendar",
            get(encounters::calendar).post(encounters::read_calendar),
        )
        .route("/v1/lines/{line}/returns", get(encounters::returns))
        .route("/v1/lines/{line}/contacts", post(encounters::import))
        .route("/v1/lines/{line}/history", get(encounters::history))
        .route("/v1/topics", post(topics::raise))
        .route("/v1/positions", post(topics::position))
        .route("/v1/lines/{line}/topics", get(topics::list))
        .route("/v1/undertakings", post(topics::undertake))
        .route("/v1/accounts", post(topics::account))
        .route("/v1/lines/{line}/undertakings", get(topics::undertakings))
        .route("/v1/origin-queries", post(origin::ask))
        .route("/v1/findings", post(origin::find))
        .route("/v1/lines/{line}/origin-queries", get(origin::list))
        .route("/v1/announcements", post(origin::announce))
        .route("/v1/lines/{line}/announcements", get(origin::announced))
        .route("/v1/readouts", post(readouts::draft))
        .route("/v1/readouts/release", post(readouts::release_readout))
        .route("/v1/lines/{line}/readouts", get(readouts::readouts))
        .route(
            "/v1/lines/{line}/readouts/{party}/{index}",
            get(readouts::accounts),
        )
        .route(
            "/v1/lines/{line}/readouts/{party}/{index}/draft",
            get(readouts::drafted).delete(readouts::delete_draft),
        )
        .route("/v1/public-statements", post(readouts::make_statement))
        .route(
            "/v1/public-statements/check",
            post(readouts::check_statement),
        )
        .route(
            "/v1/lines/{line}/public-statements",
            get(readouts::statements),
        )
        .route("/v1/publications", post(readouts::publish))
        .route("/v1/drafts", get(drafts::list).post(drafts::save))
        .route(
            "/v1/drafts/{id}",
            get(drafts::show)
                .put(drafts::replace)
                .delete(drafts::remove),
        )
        .route("/v1/drafts/{id}/clear", post(drafts::clear))
        .route("/v1/drafts/{id}/refuse", post(drafts::refuse))
        .route("/v1/drafts/{id}/release", post(drafts::release))
        .route("/v1/officers", get(officers::list).post(officers::add))
        .route("/v1/officers/change", post(officers::change))
        .route("/v1/officers/{name}/revoke", post(officers::revoke))
        .route("/v1/officers/{name}/renew", post(officers::renew))
        .route("/v1/officers/{name}/passkeys", get(officers::passkeys))
        .route(
            "/v1/officers/{name}/passkeys/{id}",
            delete(officers::remove_passkey),
        )
        .route("/v1/policy", get(policy::show))
        .route("/v1/policy/explain", get(policy::explain))
        .route("/v1/audit", get(audit::list))
        .route("/v1/audit/verify", get(audit::verify))
        .route("/v1/lines/{line}/log", get(record::log))
        .route(
            "/v1/lines/{line}/entries/{party}/{index}",
            get(record::entry),
        )
        .route("/v1/lines/{line}/joint/{number}", get(record::joint))
        .route(
            "/v1/lines/{line}/entries/{party}/{index}/delay",
            get(record::delay),
        )
        .route(
            "/v1/lines/{line}/entries/{party}/{index}/stored",
            get(record::stored),
        )
        .route(
            "/v1/lines/{line}/entries/{party}/{index}/attachments/{number}",
            get(record::attachment),
        )
        .route(
            "/v1/lines/{line}/entries/{party}/{index}/disclosure",
            get(record::disclose),
        )
        .route("/v1/lines/{line}/export", get(record::export))
        .route("/v1/lines/{line}/purges", post(record::propose_purge))
        .route(
            "/v1/lines/{line}/purges/{party}/{index}/consent",
            post(record::consent_purge),
        )
        .route("/v1/lines/{line}/language", post(language::check))
        .route(
            "/v1/lines/{line}/glossary",
            get(language::glossary).post(language::propose),
        )
        .route(
            "/v1/lines/{line}/glossary/{party}/{index}",
            post(language::answer),
        )
        .route("/v1/search", get(record::search))
        .route("/v1/backup", post(record::backup))
        .route("/v1/pouches/{party}", post(pouch::pack))
        .route(
            "/v1/pouches",
            post(pouch::open).layer(DefaultBodyLimit::max(BUNDLE_MAX)),
        )
        .route("/v1/watch", get(watch::show))
        .route("/v1/watch/take", post(watch::take))
        .route("/v1/watch/hand-over", post(watch::hand_over))
        .route("/v1/watch/stand-down", post(watch::stand_down))
        .route("/v1/watch/history", get(watch::history))
        .route(
            "/v1/rota",
            get(watch::rota).post(watch::import).delete(watch::remove),
        )
        .route("/v1/rota/next", get(watch::next))
        .route("/v1/rota/file", get(watch::file))
        .route(
            "/v1/availability",
            get(scheduling::availability)
                .post(scheduling::set_availability)
                .delete(scheduling::forget_availability),
        )
        .route("/v1/slots/propose", post(scheduling::propose))
        .route("/v1/slots/approve", post(scheduling::approve))
        .route("/v1/slots/run", post(scheduling::run))
        .route("/v1/slots/confirm", post(scheduling::confirm))
        .route("/v1/slots/open", post(scheduling::open))
        .route("/v1/slots/withdraw", post(scheduling::withdraw))
        .route("/v1/lines/{line}/slots", get(scheduling::list))
        .route(
            "/v1/lines/{line}/slots/{party}/{index}",
            get(scheduling::show),
        )
        .route("/v1/tests", get(testing::list).post(testing::hold))
        .route("/v1/lines/{line}/health", get(testing::health))
        .route("/v1/lines/{line}/report", get(testing::report))
        .route(
            "/v1/non-papers",
            get(non_papers::list).post(non_papers::send),
        )
        .route(
            "/v1/non-papers/{number}",
            get(non_papers::show).delete(non_papers::discard),
        )
        .route("/v1/non-papers/{number}/shown", post(non_papers::shown))
        .route("/v1/non-papers/{number}/file", post(non_papers::file))
        .route("/v1/non-paper-files/{party}", post(non_papers::pack))
        .route("/v1/non-paper-files", post(non_papers::open))
        .layer(axum::middleware::from_fn_with_state(
            door.clone(),
            auth::check,
        ));
    open.merge(guarded)
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(door)
}
