//! Signing in and out, and how the console is to look and speak.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use openline_node::error::ServiceError;
use openline_node::webauthn::{Assertion, base64url, from_base64url};
use serde_json::{Value, json};
use std::time::Instant;

use crate::Console;
use crate::cookies::Cookie;
use crate::fields::{Fields, Form, read_fields};
use crate::locale::{Language, Words};
use crate::visit::{Setting, Theme, Visit};
use crate::{failure, kit, shell, times};

/// The page that says where a link comes from.
pub(crate) async fn page(State(console): State<Console>, headers: HeaderMap) -> Response {
    let setting = Setting::of(&console, &headers, "/sign-in");
    let words = &setting.words;
    let body = html! {
        section.sign-in {
            h1 { (words.say("sign-in-title")) }
            form method="post" action="/sign-in" data-passkey="get" data-offer="/sign-in/challenge" {
                (parts_in(words))
                (kit::button(&words.say("passkey-sign-in")))
            }
            p { (words.say("sign-in-link")) }
            p { code { "openline console" } " · " code { "openline console --officer NAME" } }
        }
    };
    shell::outside(&setting, &words.say("sign-in-title"), &body).into_response()
}

/// What a passkey is to sign for somebody who wants to sign in.
pub(crate) async fn challenge(State(console): State<Console>) -> Json<Value> {
    let challenge = console.service.begin_sign_in();
    Json(json!({"challenge": base64url(&challenge), "allow": []}))
}

/// Opens a session for whoever's passkey has signed the challenge.
pub(crate) async fn open_with_passkey(
    State(console): State<Console>,
    request: Request,
) -> Response {
    let setting = Setting::of(&console, request.headers(), "/sign-in");
    let Ok(mut fields) = read_fields(request, &console).await else {
        return failure::signed_out(&setting);
    };
    let challenge = fields
        .take("challenge")
        .and_then(|text| from_base64url(&text));
    let opened = match (challenge, assertion(&mut fields)) {
        (Some(challenge), Some(assertion)) => {
            let party = console.origin.relying_party();
            console.service.sign_in(party, &challenge, assertion).await
        }
        _ => Err(no_script()),
    };
    match opened {
        Ok(session) => to("/", Cookie::Session.set(&console.origin, &session)),
        Err(error) => refused(&console, &setting, error),
    }
}

/// Who gives what is right comes in, however often others have tried; wrong tries are answered only so often.
fn refused(console: &Console, setting: &Setting, error: ServiceError) -> Response {
    let now = Instant::now();
    if let Some(wait) = console.limiter.wait(now) {
        return too_many(setting, wait);
    }
    console.limiter.note(now);
    failure::page(setting, None, &error.into()).into_response()
}

/// The browser has given nothing: passkeys need its script.
pub(crate) fn no_script() -> ServiceError {
    let words = "the browser has not asked for a passkey: passkeys need JavaScript, and this page open at the console's own address";
    ServiceError::Unusable(words.to_owned())
}

/// The fields that the script fills in with what a passkey has signed, and where it says what went wrong.
pub(crate) fn parts(visit: &Visit) -> Markup {
    parts_in(visit.words())
}

fn parts_in(words: &Words) -> Markup {
    html! {
        @for name in ["challenge", "credential", "client_data", "authenticator_data", "signature"] { (kit::hidden(name, "")) }
        noscript { p.warning { (words.say("passkey-script")) } }
        p.warning role="alert" data-passkey-says hidden
            data-none=(words.say("passkey-script")) data-failed=(words.say("passkey-failed")) {}
    }
}

/// What a passkey has signed, taken out of a form's fields.
pub(crate) fn assertion(fields: &mut Fields) -> Option<Assertion> {
    let [credential, client_data, authenticator_data, signature] = [
        "credential",
        "client_data",
        "authenticator_data",
        "signature",
    ]
    .map(|name| fields.take(name));
    fields.take("challenge");
    Some(Assertion {
        credential: credential?,
        client_data: client_data?,
        authenticator_data: authenticator_data?,
        signature: signature?,
    })
}

/// A one-time link, followed: it opens by a button only, so that a program that looks at links does not use it up.
pub(crate) async fn link(
    State(console): State<Console>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let setting = Setting::of(&console, &headers, "/sign-in");
    let words = &setting.words;
    let body = html! {
        section.sign-in {
            h1 { (words.say("link-title")) }
            p { (words.say("link-words")) }
            form method="post" action={ "/sign-in/" (kit::query(&token)) } {
                (kit::button(&words.say("link-button")))
            }
        }
    };
    shell::outside(&setting, &words.say("link-title"), &body).into_response()
}

/// Opens a one-time link.
pub(crate) async fn open_link(
    State(console): State<Console>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let setting = Setting::of(&console, &headers, "/sign-in");
    match console.service.open_link(&token).await {
        Ok(session) => to("/", Cookie::Session.set(&console.origin, &session)),
        Err(error) => refused(&console, &setting, error),
    }
}

/// Too many wrong tries: says when the next one is taken.
fn too_many(setting: &Setting, wait: std::time::Duration) -> Response {
    let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let length = times::length(ms.saturating_add(999), &setting.words);
    let args = [("length", length.as_str().into())];
    let body = html! {
        section.failure role="alert" {
            h1 { (setting.words.say("too-many-title")) }
            p { (setting.words.with("too-many-words", &args)) }
        }
    };
    let page = shell::outside(setting, &setting.words.say("too-many-title"), &body);
    (StatusCode::TOO_MANY_REQUESTS, page).into_response()
}

/// Ends the session.
pub(crate) async fn sign_out(form: Form) -> Response {
    form.visit.console.service.end_session(&form.visit.token);
    to(
        "/sign-in",
        Cookie::Session.set(&form.visit.console.origin, ""),
    )
}

/// Keeps the chosen language and theme in cookies; nothing of it is anybody's secret.
pub(crate) async fn settings(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let Ok(mut fields) = read_fields(request, &console).await else {
        let setting = Setting::of(&console, &headers, "/");
        return failure::signed_out(&setting);
    };
    let back = fields.take_back();
    let language = fields.get("language").and_then(Language::from_tag);
    let theme = fields.get("theme").and_then(Theme::from_word);
    let mut response = to(&back, None);
    let chosen = [
        language.and_then(|chosen| Cookie::Language.set(&console.origin, chosen.tag())),
        theme.and_then(|chosen| Cookie::Theme.set(&console.origin, chosen.word())),
    ];
    for cookie in chosen.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Goes on to another page, with a cookie.
pub(crate) fn to(path: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
