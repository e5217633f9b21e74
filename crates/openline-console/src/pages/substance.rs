//! What a line is for: topics, texts, encounters, dates, readouts, history, the glossary.

use axum::Router;

use crate::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
}
