//! What a page says when something could not be done: what happened, and what to do next.

use axum::extract::{FromRequestParts as _, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use openline_node::error::ServiceError;

use crate::Console;
use crate::shell;
use crate::visit::{Setting, Visit};

/// Something could not be shown or done.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    /// A word for programs, and the id of what to do next.
    code: String,
    /// The façade's own sentence, in English; nobody types commands here.
    words: String,
}

impl Failure {
    /// What a person gave can't be used.
    pub(crate) fn unusable(words: impl Into<String>) -> Self {
        ServiceError::Unusable(words.into()).into()
    }

    /// The form does not carry the session's mark.
    pub(crate) fn unmarked() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            code: "unmarked".to_owned(),
            words: "the form does not belong to this session".to_owned(),
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let status = match &error {
            ServiceError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ServiceError::Forbidden(_) | ServiceError::NeedsOthers(_) => StatusCode::FORBIDDEN,
            ServiceError::Conflict(_) => StatusCode::CONFLICT,
            ServiceError::Unusable(_) => StatusCode::BAD_REQUEST,
            ServiceError::NotFound(_) => StatusCode::NOT_FOUND,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self {
            status,
            code: error.code().to_owned(),
            words: error.without_commands(),
        }
    }
}

/// What a page's function gives.
pub(crate) type Page = Result<Markup, Failed>;

/// A failure, with the visit that it is shown to.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) Box<Visit>, pub(crate) Failure);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        page(&self.0.setting, Some(&self.0), &self.1).into_response()
    }
}

/// Joins an error with the visit, for `?` in pages: `.or_fail(&visit)?`.
pub(crate) trait OrFail<T> {
    fn or_fail(self, visit: &Visit) -> Result<T, Failed>;
}

impl<T, E: Into<Failure>> OrFail<T> for Result<T, E> {
    fn or_fail(self, visit: &Visit) -> Result<T, Failed> {
        self.map_err(|error| Failed(Box::new(visit.clone()), error.into()))
    }
}

/// The page of a failure.
pub(crate) fn page(
    setting: &Setting,
    visit: Option<&Visit>,
    failure: &Failure,
) -> (StatusCode, Markup) {
    let words = &setting.words;
    let id = match failure.code.as_str() {
        code @ ("not-allowed" | "needs-others" | "conflict" | "unusable" | "not-found"
        | "unavailable" | "unmarked") => format!("failed-{code}"),
        _ => "failed-rule".to_owned(),
    };
    let body = html! {
        section.failure role="alert" {
            h1 { (words.say("failed-title")) }
            p.why lang="en" dir="ltr" { (sentence(&failure.words)) }
            p { (words.say(&id)) }
            p.code { (words.say("failed-code")) " " code { (failure.code) } }
            p { a href="/" { (words.say("to-board")) } }
        }
    };
    let title = words.say("failed-title");
    let markup = match visit {
        Some(visit) => shell::bare_page(visit, &title, &body),
        None => shell::outside(setting, &title, &body),
    };
    (failure.status, markup)
}

/// Begins with a capital and ends with a full stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first: String = chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().collect());
    let stop = if words.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", chars.as_str())
}

/// What was sent came without a session: nothing was done.
pub(crate) fn signed_out(setting: &Setting) -> Response {
    let words = &setting.words;
    let body = html! {
        section.failure role="alert" {
            h1 { (words.say("signed-out-title")) }
            p { (words.say("signed-out-words")) }
            p { a href="/sign-in" { (words.say("sign-in")) } }
        }
    };
    let page = shell::outside(setting, &words.say("signed-out-title"), &body);
    (StatusCode::UNAUTHORIZED, page).into_response()
}

/// There is no such page.
pub(crate) async fn no_page(console: &Console, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (mut parts, _) = request.into_parts();
    let visit = Visit::from_request_parts(&mut parts, console).await.ok();
    let setting = visit.as_ref().map_or_else(
        || Setting::of(console, &parts.headers, &path),
        |visit| visit.setting.clone(),
    );
    let failure = ServiceError::NotFound(format!("there is no page {path}")).into();
    page(&setting, visit.as_ref(), &failure).into_response()
}
