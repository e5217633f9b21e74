//! Our card, other parties, our key.

use openline_node::view::{CardView, RelationView, ReleasedView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Body, Done, Object, done, reply};
use crate::State;
use crate::auth::Extract;
use crate::path::Path;
use crate::problem::{Problem, Reply};

/// A card to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardRequest {
    /// The card file's text, or the short form of a QR code.
    pub card: String,
}

/// A phrase that people have compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhraseRequest {
    /// The twelve words.
    pub phrase: String,
}

/// A passphrase, where the node key is sealed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassphraseRequest {
    /// The passphrase.
    pub passphrase: Option<String>,
}

/// Our own card.
#[utoipa::path(get, path = "/v1/card", responses((status = 200, body = CardView), (status = "default", body = Problem)))]
pub(crate) async fn card(Extract(state): Extract<State>) -> Reply<CardView> {
    reply(state.service.card().await)
}

/// Every other party that we know of.
#[utoipa::path(get, path = "/v1/relations", responses((status = 200, body = Vec<RelationView>), (status = "default", body = Problem)))]
pub(crate) async fn list(Extract(state): Extract<State>) -> Reply<Vec<RelationView>> {
    reply(state.service.relations().await)
}

/// Takes another party's card. The relation is pending until its phrase has been compared.
#[utoipa::path(post, path = "/v1/relations", request_body = CardRequest, responses((status = 200, body = RelationView), (status = "default", body = Problem)))]
pub(crate) async fn add(
    Extract(state): Extract<State>,
    body: Body<CardRequest>,
) -> Reply<RelationView> {
    let Object(request) = body?;
    reply(state.service.add_relation(&request.card).await)
}

/// Confirms a relation by the phrase that was read aloud on both sides.
#[utoipa::path(post, path = "/v1/relations/{party}/confirm", params(("party" = String, Path)), request_body = PhraseRequest, responses((status = 200, body = RelationView), (status = "default", body = Problem)))]
pub(crate) async fn confirm(
    Extract(state): Extract<State>,
    Path(party): Path<String>,
    body: Body<PhraseRequest>,
) -> Reply<RelationView> {
    let Object(request) = body?;
    reply(
        state
            .service
            .confirm_relation(&party, &request.phrase)
            .await,
    )
}

/// Forgets a relation that carries no line.
#[utoipa::path(delete, path = "/v1/relations/{party}", params(("party" = String, Path)), responses((status = 200, body = Done), (status = "default", body = Problem)))]
pub(crate) async fn forget(
    Extract(state): Extract<State>,
    Path(party): Path<String>,
) -> Reply<Done> {
    done(state.service.forget_relation(&party).await)
}

/// Takes up the node key that a ceremony left in the home.
#[utoipa::path(post, path = "/v1/key", request_body = PassphraseRequest, responses((status = 200, body = Vec<ReleasedView>), (status = "default", body = Problem)))]
pub(crate) async fn adopt_key(
    Extract(state): Extract<State>,
    body: Body<PassphraseRequest>,
) -> Reply<Vec<ReleasedView>> {
    let Object(request) = body?;
    reply(state.service.adopt_key(request.passphrase).await)
}
