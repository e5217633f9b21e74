//! Errors on the wire: one table from the façade's errors to HTTP (RFC 9457).

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use openline_node::error::ServiceError;
use serde::Serialize;
use utoipa::ToSchema;

/// What problem types begin with; it names them and leads nowhere.
const TYPE: &str = "https://openline.invalid/problems/";

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A URI that names the kind of problem: a fixed beginning, then the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status again.
    pub status: u16,
    /// A word for programs: a rule's id, or the kind of error.
    pub code: String,
    /// What happened, in a sentence.
    pub title: String,
    /// What to do next.
    pub next: String,
}

impl Problem {
    fn new(status: StatusCode, code: &str, title: impl Into<String>, next: &str) -> Self {
        Self {
            kind: format!("{TYPE}{code}"),
            status: status.as_u16(),
            code: code.to_owned(),
            title: title.into(),
            next: next.to_owned(),
        }
    }

    pub(crate) fn wrong_host() -> Self {
        let title = "the request names another host than the one this API listens on";
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "wrong-host",
            title,
            "use the address in the home's api.json",
        )
    }

    pub(crate) fn no_token() -> Self {
        let title = "the request carries no valid token";
        let next = "send Authorization: Bearer with the token in the home's api.json, or with an officer's token that is not revoked";
        Self::new(StatusCode::UNAUTHORIZED, "no-token", title, next)
    }

    pub(crate) fn no_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-route",
            "there is no such route",
            "see /openapi.json",
        )
    }

    pub(crate) fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong-method",
            "the route does not take this method",
            "see /openapi.json for the methods of each route",
        )
    }

    pub(crate) fn unusable(title: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unusable",
            title,
            "see /openapi.json for the form of the request",
        )
    }

    fn too_large(title: String) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            title,
            "send less at once",
        )
    }
}

/// The one table of statuses.
impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let (status, next) = match &error {
            ServiceError::Refused(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                after_refusal(error.code()),
            ),
            ServiceError::Forbidden(_) => (
                StatusCode::FORBIDDEN,
                "ask an officer who has the role, or an administrator: openline officer list",
            ),
            ServiceError::NeedsOthers(_) => (
                StatusCode::FORBIDDEN,
                "let the persons that the sentence names do their part: openline draft list",
            ),
            ServiceError::Conflict(_) => {
                (StatusCode::CONFLICT, "look at what is there, and decide")
            }
            ServiceError::Unusable(_) => (
                StatusCode::BAD_REQUEST,
                "give it in the form that the sentence names",
            ),
            ServiceError::NotFound(_) => (
                StatusCode::NOT_FOUND,
                "check the name against the list of its kind; openline --help names the lists",
            ),
            _ => (
                StatusCode::SERVICE_UNAVAILABLE,
                "mend what the sentence names, or wait for it, and try again",
            ),
        };
        Self::new(status, error.code(), error.to_string(), next)
    }
}

/// Kinds of things that another party has made: what breaks their rules is not the asker's to change.
const MADE_ELSEWHERE: [&str; 6] = [
    "cbor",
    "card",
    "certificate",
    "credential",
    "instrument",
    "bundle",
];

/// What to do after a refusal by a rule.
fn after_refusal(rule: &str) -> &'static str {
    let kind = rule.split('-').next().unwrap_or_default();
    if rule == "card-changed" {
        "do not rely on the new card: someone may be posing as that party. Ask it, over a channel where you know the voice, which card is its own"
    } else if MADE_ELSEWHERE.contains(&kind) {
        "do not rely on it: it was cut short or changed, or is not what it should be; ask its source for a sound copy"
    } else {
        "change what breaks the rule; spec/ says what it asks"
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(rejection.body_text()),
            _ => Self::unusable(rejection.body_text()),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::unusable(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::unusable(rejection.body_text())
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        Self::too_large(rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

/// What handlers return.
pub(crate) type Reply<T> = Result<axum::Json<T>, Problem>;
