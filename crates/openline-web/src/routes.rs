//! The table of routes.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};

use crate::handlers::{
    charters, drafts, events, lines, messages, non_papers, pouch, record, relations, status,
};
use crate::problem::Problem;
use crate::{BODY_MAX, BUNDLE_MAX, State, auth, openapi};

/// Every route of the API.
pub fn router(state: State) -> Router {
    let open = Router::new()
        .route("/health", get(status::health))
        .route("/openapi.json", get(openapi::document));
    let guarded = Router::new()
        .route("/v1/status", get(status::status))
        .route("/v1/shutdown", post(status::shutdown))
        .route("/v1/network-changed", post(status::network_changed))
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
        .route("/v1/inbox", get(messages::inbox))
        .route("/v1/drafts", get(drafts::list).post(drafts::save))
        .route(
            "/v1/drafts/{id}",
            get(drafts::show)
                .put(drafts::replace)
                .delete(drafts::remove),
        )
        .route("/v1/drafts/{id}/release", post(drafts::release))
        .route("/v1/lines/{line}/log", get(record::log))
        .route(
            "/v1/lines/{line}/entries/{party}/{index}",
            get(record::entry),
        )
        .route("/v1/lines/{line}/joint/{number}", get(record::joint))
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
        .route("/v1/search", get(record::search))
        .route("/v1/backup", post(record::backup))
        .route("/v1/pouches/{party}", post(pouch::pack))
        .route(
            "/v1/pouches",
            post(pouch::open).layer(DefaultBodyLimit::max(BUNDLE_MAX)),
        )
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
            state.clone(),
            auth::check,
        ));
    open.merge(guarded)
        .fallback(async || Problem::no_route())
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(state)
}
