//! What a line is for: topics, texts, encounters, dates, readouts, history, the glossary.

mod claims;
mod clocks;
mod encounters;
mod glossary;
mod history;
mod origin;
mod places;
mod readouts;
mod slots;
mod texts;
mod topics;

use axum::Router;
use axum::routing::get;

use crate::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/lines/{line}/topics", get(topics::list))
        .route("/lines/{line}/topics/{party}/{index}", get(topics::page))
        .route("/lines/{line}/texts", get(texts::list))
        .route("/lines/{line}/texts/{party}/{index}", get(texts::page))
        .route("/lines/{line}/texts/{party}/{index}/file", get(texts::file))
        .route("/lines/{line}/encounters", get(encounters::list))
        .route(
            "/lines/{line}/encounters/{party}/{index}",
            get(encounters::page),
        )
        .route("/lines/{line}/encounters/calendar", get(encounters::file))
        .route("/lines/{line}/slots", get(slots::page))
        .route("/lines/{line}/readouts", get(readouts::list))
        .route(
            "/lines/{line}/readouts/{party}/{index}",
            get(readouts::page),
        )
        .route("/lines/{line}/history", get(history::page))
        .route("/lines/{line}/glossary", get(glossary::page))
        .route("/lines/{line}/origin", get(origin::page))
}
