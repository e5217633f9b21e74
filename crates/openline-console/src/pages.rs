//! The pages: a file for each.

mod board;

use axum::Router;
use axum::routing::get;

use crate::Console;

/// Every page that asks who looks.
pub(crate) fn routes() -> Router<Console> {
    Router::new().route("/", get(board::board))
}
