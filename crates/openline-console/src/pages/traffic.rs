//! What goes over a line: messages, their ladder, drafts, notifications, search.

use axum::Router;

use crate::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
}
