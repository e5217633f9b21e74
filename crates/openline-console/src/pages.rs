//! The pages: a file for each, in rooms by what they are about.

mod board;
mod keeping;
mod substance;
mod traffic;

use axum::Router;
use axum::routing::get;

use crate::{Console, alarms};

/// Every page that asks who looks.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/", get(board::board))
        .route("/alarms", get(alarms::page))
        .merge(traffic::routes())
        .merge(substance::routes())
        .merge(keeping::routes())
}
