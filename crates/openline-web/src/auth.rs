//! Who may ask: only who knows the token, and only under the address we listen on.

use axum::extract::{Request, State as Extract};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::State;
use crate::problem::Problem;

/// Refuses requests without the token, and those whose `Host` is not ours: a web page in a browser on this
/// machine could otherwise reach the API under a name of its own.
pub(crate) async fn check(
    Extract(state): Extract<State>,
    request: Request,
    next: Next,
) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok());
    let is_ours = host.is_some_and(|host| {
        let port = state.address.port();
        host == state.address.to_string() || host == format!("localhost:{port}")
    });
    if !is_ours {
        return Problem::wrong_host().into_response();
    }
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let given = given
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    if !is_equal(given.as_bytes(), state.token.as_bytes()) {
        return Problem::no_token().into_response();
    }
    next.run(request).await
}

/// Compares in time that depends on the lengths only.
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use super::is_equal;

    #[test]
    fn only_the_token_equals_the_token() {
        assert!(is_equal(b"abc", b"abc"));
        assert!(!is_equal(b"abd", b"abc") && !is_equal(b"ab", b"abc") && !is_equal(b"", b"abc"));
    }
}
