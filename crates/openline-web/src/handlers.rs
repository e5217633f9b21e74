//! One file for each kind of thing.

pub(crate) mod alarms;
pub(crate) mod alerts;
pub(crate) mod audit;
pub(crate) mod charters;
pub(crate) mod closing;
pub(crate) mod drafts;
pub(crate) mod encounters;
pub(crate) mod events;
pub(crate) mod language;
pub(crate) mod lines;
pub(crate) mod messages;
pub(crate) mod non_papers;
pub(crate) mod notices;
pub(crate) mod notifications;
pub(crate) mod officers;
pub(crate) mod origin;
pub(crate) mod policy;
pub(crate) mod pouch;
pub(crate) mod readouts;
pub(crate) mod record;
pub(crate) mod relations;
pub(crate) mod scheduling;
pub(crate) mod sessions;
pub(crate) mod standing;
pub(crate) mod status;
pub(crate) mod testing;
pub(crate) mod texts;
pub(crate) mod topics;
pub(crate) mod watch;

use axum::Json;
use openline_node::error::ServiceError;

pub(crate) use crate::object::Object;
use crate::problem::{Problem, Reply};

/// A request's body that has been read, or the problem with it.
pub(crate) type Body<T> = Result<Object<T>, Problem>;

/// Turns the façade's answer into a reply.
fn reply<T>(answer: Result<T, ServiceError>) -> Reply<T> {
    answer.map(Json).map_err(Problem::from)
}

/// Nothing to say but that it is done.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Done {
    /// Always true.
    pub done: bool,
}

fn done(answer: Result<(), ServiceError>) -> Reply<Done> {
    reply(answer.map(|()| Done { done: true }))
}
