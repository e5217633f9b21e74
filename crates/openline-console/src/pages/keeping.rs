//! What keeps a line open: the watch, bearers, tests, the record, administration.

use axum::Router;

use crate::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
}
