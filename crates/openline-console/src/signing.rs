//! Signing in and out, and how the console is to look and speak.

use axum::extract::{Path, Request, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;
use std::time::Instant;

use crate::Console;
use crate::cookies::Cookie;
use crate::fields::{Form, read_fields};
use crate::locale::Language;
use crate::visit::{Setting, Theme};
use crate::{failure, kit, shell, times};

/// The page that says where a link comes from.
pub(crate) async fn page(State(console): State<Console>, headers: HeaderMap) -> Response {
    let setting = Setting::of(&console, &headers, "/sign-in");
    let words = &setting.words;
    let body = html! {
        section.sign-in {
            h1 { (words.say("sign-in-title")) }
            p { (words.say("sign-in-link")) }
            p { code { "openline console" } " · " code { "openline console --officer NAME" } }
        }
    };
    shell::outside(&setting, &words.say("sign-in-title"), &body).into_response()
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
    if let Some(wait) = console.limiter.wait(Instant::now()) {
        return too_many(&setting, wait);
    }
    match console.service.open_link(&token).await {
        Ok(session) => to("/", Cookie::Session.set(&console.origin, &session)),
        Err(error) => {
            console.limiter.note(Instant::now());
            failure::page(&setting, None, &error.into()).into_response()
        }
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
fn to(path: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
