//! What keeps a line open: the watch, bearers, tests, the record, administration.

mod administration;
mod bearers;
mod health;
mod non_papers;
mod officers;
mod record;
mod relations;
mod standing;
mod watch;

use axum::Router;
use axum::routing::get;

use crate::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/watch", get(watch::page))
        .route("/watch/rota.ics", get(watch::file))
        .route("/bearers", get(bearers::page))
        .route("/bearers/pouch/{party}", get(bearers::pouch))
        .route("/non-papers", get(non_papers::list))
        .route("/non-papers/{number}", get(non_papers::page))
        .route("/lines/{line}/standing", get(standing::page))
        .route("/lines/{line}/health", get(health::page))
        .route("/lines/{line}/record", get(record::page))
        .route("/lines/{line}/record/export", get(record::export))
        .route(
            "/lines/{line}/record/verification",
            get(record::verification),
        )
        .route(
            "/lines/{line}/entries/{party}/{index}/disclosure",
            get(record::disclosure),
        )
        .route("/administration", get(administration::page))
        .route("/administration/audit", get(administration::audit))
        .route("/administration/officers", get(officers::page))
        .route("/administration/relations", get(relations::page))
        .route("/administration/relations/card", get(relations::card))
}
