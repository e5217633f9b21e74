//! What is about to go, exactly as it would: shown before it is released.

use maud::{Markup, html};
use openline_node::approval::{Approval, Question};
use openline_node::error::ServiceError;
use openline_node::view::LineView;
use openline_node::webauthn::base64url;
use serde_json::Value;

use super::whole::Whole;
use crate::failure::{Failed, OrFail as _};
use crate::fields::Fields;
use crate::visit::Visit;
use crate::{kit, shell, signing};

/// What the page is about: the act, and what its form said.
pub(super) struct About<'a> {
    pub(super) act: &'a str,
    pub(super) back: &'a str,
    pub(super) fields: &'a Fields,
    pub(super) request: &'a Value,
}

/// How it goes on.
pub(super) enum Going {
    /// By one more press.
    Plain,
    /// By the answer to a question, which waits under an id.
    Asked(String, Question),
}

/// The answer to a question: a word, or a passkey's signature.
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) approval: Approval,
}

impl Answer {
    /// Takes it out of a form's fields.
    pub(super) fn take(fields: &mut Fields, visit: &Visit) -> Option<Self> {
        let id = fields.take("question")?;
        let assertion = signing::assertion(fields);
        let approval = assertion.map_or(Approval::Word, |assertion| {
            Approval::Passkey(visit.console.origin.relying_party(), assertion)
        });
        Some(Self { id, approval })
    }
}

/// What is looked at once more.
pub(super) async fn page(
    visit: &Visit,
    about: &About<'_>,
    going: &Going,
) -> Result<Markup, Failed> {
    let line = line_of(visit, about.request).await.or_fail(visit)?;
    let whole = Whole::of(visit, about, line.as_ref())
        .await
        .or_fail(visit)?;
    let mut shown = about.request.clone();
    if let (Some(line), Some(said)) = (&line, shown.get_mut("line")) {
        // People know a line by its title.
        *said = Value::from(line.title.as_str());
    }
    let title = visit.words().term("act", about.act);
    let path = format!("/act/{}", about.act);
    let fields = html! {
        (kit::hidden("mark", &visit.mark))
        (kit::hidden("back", about.back))
        @for (name, value) in about.fields.iter() { (kit::hidden(name, value)) }
    };
    let body = html! {
        section.review {
            h1 { (title) }
            p { (visit.say("review-words")) }
            (whole.shown)
            @if !whole.is_all { (listing(visit, &shown)) }
            p.readers { (visit.say("review-readers")) " " strong { bdi { (whole.readers.join(", ")) } } }
            @match going {
                Going::Plain => form.act method="post" action=(path) enctype="multipart/form-data" {
                    (fields) (kit::hidden("reviewed", "yes"))
                    (buttons(visit, "review-go", about.back))
                },
                Going::Asked(id, question) if question.passkeys.is_empty() => {
                    form.act method="post" action=(path) enctype="multipart/form-data" {
                        (fields) (kit::hidden("question", id))
                        @if visit.session.officer.is_some() { p.hint { (visit.say("passkey-none")) " " a href="/passkeys" { (visit.say("passkeys")) } } }
                        (buttons(visit, "review-go", about.back))
                    }
                }
                Going::Asked(id, question) => form.act method="post" action=(path) enctype="multipart/form-data"
                    data-passkey="get" data-challenge=(base64url(&question.challenge)) data-allow=(question.passkeys.join(" ")) {
                    (fields) (kit::hidden("question", id))
                    p { (visit.words().with("passkey-signs", &[("count", question.entries.into())])) br; code.hash { (question.hash.to_string()) } }
                    (signing::parts(visit))
                    (buttons(visit, "passkey-release", about.back))
                }
            }
        }
    };
    Ok(shell::page(visit, &title, &body))
}

fn buttons(visit: &Visit, go: &str, back: &str) -> Markup {
    html! {
        div.buttons {
            (kit::button(&visit.say(go)))
            a.button-like href=(back) { (visit.say("review-back")) }
        }
    }
}

/// The line that it is about: its parties will be able to read it.
async fn line_of(visit: &Visit, request: &Value) -> Result<Option<LineView>, ServiceError> {
    match request.get("line").and_then(Value::as_str) {
        Some(line) => visit.service.line(line).await.map(Some),
        None => Ok(None),
    }
}

/// Everything that the request says, in its own order of names.
fn listing(visit: &Visit, value: &Value) -> Markup {
    match value {
        Value::Object(fields) => html! {
            dl.listing {
                @for (name, value) in fields {
                    dt { (visit.words().term("field", name)) }
                    dd { (named(visit, name, value)) }
                }
            }
        },
        Value::Array(items) => html! {
            ol.listing { @for item in items { li { (listing(visit, item)) } } }
        },
        Value::String(text) => html! { span.value dir="auto" { (text) } },
        Value::Bool(true) => html! { (visit.say("yes")) },
        Value::Bool(false) => html! { (visit.say("no")) },
        Value::Null => html! {},
        Value::Number(number) => html! { (number) },
    }
}

fn named(visit: &Visit, name: &str, value: &Value) -> Markup {
    match value {
        Value::Number(number) if name.ends_with("_ms") => number.as_i64().map_or_else(
            || html! {},
            |ms| {
                let utc = crate::times::moment(ms, &jiff::tz::TimeZone::UTC, visit.words());
                html! { (kit::moment(visit, ms)) " (" (utc) " UTC)" }
            },
        ),
        Value::String(base64) if name == "base64" => html! { (base64.len() / 4 * 3) " B" },
        other => listing(visit, other),
    }
}

/// Something that is shown this once.
pub(super) fn secret(visit: &Visit, act: &str, back: &str, path: &str) -> Markup {
    let title = visit.words().term("act", act);
    let link = format!("{}{path}", visit.console.origin.as_str());
    shell::page(
        visit,
        &title,
        &html! {
            section.review {
                h1 { (title) }
                p { (visit.say("secret-words")) }
                p { code.secret { (link) } }
                p { a href=(back) { (visit.say("secret-back")) } }
            }
        },
    )
}
