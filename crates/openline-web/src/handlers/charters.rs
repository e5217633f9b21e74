//! Charters: proposed, signed, founded.

use openline_node::view::{CharterView, ProposeRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Body, Object, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// A charter file.
#[derive(Debug, Deserialize, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CharterFile {
    /// The file's text.
    pub file: String,
}

/// Charters, proposed and founded.
#[utoipa::path(get, path = "/v1/charters", responses((status = 200, body = Vec<CharterView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<CharterView>> {
    reply(state.service.charters().await)
}

/// Proposes a charter and signs it.
#[utoipa::path(post, path = "/v1/charters", request_body = ProposeRequest, responses((status = 200, body = CharterView), (status = "default", body = Problem)))]
pub(crate) async fn propose(
    Extract(state): Extract<State>,
    body: Body<ProposeRequest>,
) -> Reply<CharterView> {
    let Object(request) = body?;
    reply(state.service.propose(request).await)
}

/// Takes a charter file with whatever signatures it has.
#[utoipa::path(post, path = "/v1/charters/import", request_body = CharterFile, responses((status = 200, body = CharterView), (status = "default", body = Problem)))]
pub(crate) async fn import(
    Extract(state): Extract<State>,
    body: Body<CharterFile>,
) -> Reply<CharterView> {
    let Object(request) = body?;
    reply(state.service.import_charter(&request.file).await)
}

/// One charter.
#[utoipa::path(get, path = "/v1/charters/{id}", params(("id" = String, Path)), responses((status = 200, body = CharterView), (status = "default", body = Problem)))]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Reply<CharterView> {
    reply(state.service.charter(&id).await)
}

/// A charter as a file, with the signatures it has.
#[utoipa::path(get, path = "/v1/charters/{id}/file", params(("id" = String, Path)), responses((status = 200, body = CharterFile), (status = "default", body = Problem)))]
pub(crate) async fn file(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Reply<CharterFile> {
    reply(
        state
            .service
            .charter_file(&id)
            .await
            .map(|file| CharterFile { file }),
    )
}

/// Signs a charter. When every member has signed, the line is founded.
#[utoipa::path(post, path = "/v1/charters/{id}/sign", params(("id" = String, Path)), responses((status = 200, body = CharterView), (status = "default", body = Problem)))]
pub(crate) async fn sign(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Reply<CharterView> {
    reply(state.service.sign_charter(&id).await)
}
