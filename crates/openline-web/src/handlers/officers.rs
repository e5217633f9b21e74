//! Officers.

use openline_node::view::{OfficerRequest, OfficerView, PasskeyView, TokenView};

use super::{Body, Done, Object, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// Every officer, revoked ones too.
#[utoipa::path(get, path = "/v1/officers", responses((status = 200, body = Vec<OfficerView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<OfficerView>> {
    reply(state.service.officers().await)
}

/// Registers an officer; his token is in the answer and nowhere else.
#[utoipa::path(post, path = "/v1/officers", request_body = OfficerRequest, responses((status = 200, body = TokenView), (status = "default", body = Problem)))]
pub(crate) async fn add(
    Extract(state): Extract<State>,
    body: Body<OfficerRequest>,
) -> Reply<TokenView> {
    let Object(request) = body?;
    reply(state.service.add_officer(request).await)
}

/// Gives an officer other roles and lines.
#[utoipa::path(post, path = "/v1/officers/change", request_body = OfficerRequest, responses((status = 200, body = OfficerView), (status = "default", body = Problem)))]
pub(crate) async fn change(
    Extract(state): Extract<State>,
    body: Body<OfficerRequest>,
) -> Reply<OfficerView> {
    let Object(request) = body?;
    reply(state.service.change_officer(request).await)
}

/// Makes an officer's token void.
#[utoipa::path(post, path = "/v1/officers/{name}/revoke", params(("name" = String, Path)), responses((status = 200, body = OfficerView), (status = "default", body = Problem)))]
pub(crate) async fn revoke(
    Extract(state): Extract<State>,
    Path(name): Path<String>,
) -> Reply<OfficerView> {
    reply(state.service.revoke_officer(&name).await)
}

/// Gives an officer a new token; the old one is void.
#[utoipa::path(post, path = "/v1/officers/{name}/renew", params(("name" = String, Path)), responses((status = 200, body = TokenView), (status = "default", body = Problem)))]
pub(crate) async fn renew(
    Extract(state): Extract<State>,
    Path(name): Path<String>,
) -> Reply<TokenView> {
    reply(state.service.renew_officer(&name).await)
}

/// An officer's passkeys, in the order of their making.
#[utoipa::path(get, path = "/v1/officers/{name}/passkeys", params(("name" = String, Path)), responses((status = 200, body = Vec<PasskeyView>), (status = "default", body = Problem)))]
pub(crate) async fn passkeys(
    Extract(state): Extract<State>,
    Path(name): Path<String>,
) -> Reply<Vec<PasskeyView>> {
    reply(state.service.passkeys(&name).await)
}

/// Removes a passkey; its officer's sessions at the console end.
#[utoipa::path(delete, path = "/v1/officers/{name}/passkeys/{id}", params(("name" = String, Path), ("id" = String, Path)), responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn remove_passkey(
    Extract(state): Extract<State>,
    Path((name, id)): Path<(String, String)>,
) -> Reply<Done> {
    done(state.service.remove_passkey(&name, &id, None).await)
}
