//! The audit log.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use openline_node::service::AuditQuery;
use openline_node::view::{AuditVerifiedView, AuditView};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reply;
use crate::State;
use crate::auth::Extract;
use crate::problem::{Problem, Reply};

/// What part of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// From this number on; the last ones if left out.
    pub from: Option<u64>,
    /// At most this many; 100 if left out, and never more than 1000.
    pub limit: Option<usize>,
    /// Only what this officer did.
    pub officer: Option<String>,
    /// Only this line.
    pub line: Option<String>,
}

/// Items of the audit log, oldest first.
#[utoipa::path(get, path = "/v1/audit", params(ListQuery), responses((status = 200, body = Vec<AuditView>), (status = "default", body = Problem)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Reply<Vec<AuditView>> {
    let Query(query) = query?;
    let query = AuditQuery {
        from: query.from,
        limit: query.limit.unwrap_or(100),
        officer: query.officer,
        line: query.line,
    };
    reply(state.service.audit_log(query).await)
}

/// Computes the whole chain anew.
#[utoipa::path(get, path = "/v1/audit/verify", responses((status = 200, body = AuditVerifiedView), (status = "default", body = Problem)))]
pub(crate) async fn verify(Extract(state): Extract<State>) -> Reply<AuditVerifiedView> {
    reply(state.service.verify_audit().await)
}
