//! The console's own files: one style sheet, one script and another for passkeys, one icon.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const STYLE: &str = concat!(
    include_str!("../assets/console.css"),
    include_str!("../assets/traffic.css"),
    include_str!("../assets/substance.css"),
    include_str!("../assets/keeping.css"),
);
const SCRIPT: &str = include_str!("../assets/console.js");
const PASSKEY_SCRIPT: &str = include_str!("../assets/passkey.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// A file by its name. Browsers ask again after an hour, so that a new version is seen.
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", STYLE),
        "console.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "passkey.js" => ("text/javascript; charset=utf-8", PASSKEY_SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    (
        [
            (CONTENT_TYPE, kind),
            (CACHE_CONTROL, "private, max-age=3600"),
        ],
        text,
    )
        .into_response()
}
