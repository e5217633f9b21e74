//! The release policy.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::service::PolicyQuestion;
use openline_node::view::{ExplainView, PolicyView};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reply;
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// A message that nobody has written yet.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExplainQuery {
    /// The line.
    pub line: String,
    /// The form; a plain message if left out.
    pub form: Option<String>,
    /// The precedence; routine if left out.
    pub precedence: Option<String>,
    /// The message type; real if left out.
    pub message_type: Option<String>,
    /// The class of traffic.
    pub class: Option<String>,
}

/// The rules in force.
#[utoipa::path(get, path = "/v1/policy", responses((status = 200, body = PolicyView), (status = "default", body = Problem)))]
pub(crate) async fn show(Extract(state): Extract<State>) -> Reply<PolicyView> {
    reply(state.service.policy().await)
}

/// What a message would need, by which rule, and who could give it.
#[utoipa::path(get, path = "/v1/policy/explain", params(ExplainQuery), responses((status = 200, body = ExplainView), (status = "default", body = Problem)))]
pub(crate) async fn explain(
    Extract(state): Extract<State>,
    query: Result<Query<ExplainQuery>, QueryRejection>,
) -> Reply<ExplainView> {
    let Query(query) = query?;
    let question = PolicyQuestion {
        line: query.line,
        form: query.form,
        precedence: query.precedence,
        message_type: query.message_type,
        class: query.class,
    };
    reply(state.service.explain_policy(question).await)
}
