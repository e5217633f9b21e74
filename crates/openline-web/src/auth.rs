//! Who may ask: only who has a token, of the machine or of an officer, and only under the address we listen on.

use axum::extract::{FromRequestParts, Request, State as Routed};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use openline_node::officers::Actor;

use crate::State;
use crate::problem::Problem;

/// What the router has: handlers get a [`State`] out of it only by [`Extract`], once it is known who asks.
#[derive(Clone, Debug)]
pub(crate) struct Door(pub(crate) State);

/// The state with a façade that acts as whoever asks.
pub(crate) struct Extract<T>(pub T);

impl FromRequestParts<Door> for Extract<State> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Problem> {
        let actor = parts.extensions.get::<Actor>();
        let actor = actor.ok_or_else(Problem::no_token)?;
        let state = &door.0;
        Ok(Self(State {
            service: state.service.acting_as(actor.clone()),
            ..state.clone()
        }))
    }
}

/// Refuses requests without a token, and those whose `Host` is not ours: a web page in a browser on this
/// machine could otherwise reach the API under a name of its own.
pub(crate) async fn check(
    Routed(Door(state)): Routed<Door>,
    mut request: Request,
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
    match actor_of(&state, given).await {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// The machine's own token is its administrator's; any other must be an officer's.
async fn actor_of(state: &State, token: &str) -> Result<Actor, Problem> {
    if is_equal(token.as_bytes(), state.token.as_bytes()) {
        return Ok(Actor::Administrator);
    }
    let officer = state.service.actor_of(token).await?;
    officer.ok_or_else(Problem::no_token)
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
