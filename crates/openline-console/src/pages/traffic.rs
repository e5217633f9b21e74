//! What goes over a line: messages, their ladder, drafts, search.

mod acting;
mod certificate;
mod compose;
mod delay;
mod drafts;
mod entry;
mod line;
mod message;
mod note;
mod notifications;
mod search;

use axum::Router;
use axum::routing::get;

use crate::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/lines/{line}", get(line::page))
        .route("/lines/{line}/compose", get(compose::page))
        .route("/lines/{line}/entries/{party}/{index}", get(entry::page))
        .route(
            "/lines/{line}/entries/{party}/{index}/attachments/{number}",
            get(entry::attachment),
        )
        .route(
            "/lines/{line}/entries/{party}/{index}/delay",
            get(delay::page),
        )
        .route(
            "/lines/{line}/entries/{party}/{index}/note",
            get(note::page),
        )
        .route(
            "/lines/{line}/entries/{party}/{index}/certificate",
            get(certificate::page),
        )
        .route("/lines/{line}/notifications", get(notifications::list))
        .route(
            "/lines/{line}/notifications/{template}",
            get(notifications::form).post(notifications::take),
        )
        .route("/drafts", get(drafts::list))
        .route("/drafts/{id}", get(drafts::page))
        .route("/search", get(search::page))
}
