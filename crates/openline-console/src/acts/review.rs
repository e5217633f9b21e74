//! What is about to go, exactly as it would: shown before it is released.

use maud::{Markup, html};
use openline_node::error::ServiceError;
use serde_json::Value;

use crate::failure::{Failed, OrFail as _};
use crate::fields::Fields;
use crate::visit::Visit;
use crate::{kit, shell};

/// What is looked at once more.
pub(super) async fn page(
    visit: &Visit,
    act: &str,
    back: &str,
    fields: &Fields,
    request: &Value,
) -> Result<Markup, Failed> {
    let readers = readers(visit, request).await.or_fail(visit)?;
    let title = visit.words().term("act", act);
    let body = html! {
        section.review {
            h1 { (title) }
            p { (visit.say("review-words")) }
            (listing(visit, request))
            p.readers { (visit.say("review-readers")) " " strong { (readers) } }
            (kit::act_form(visit, act, back, &html! {
                @for (name, value) in fields.iter() {
                    (kit::hidden(name, value))
                }
                (kit::hidden("reviewed", "yes"))
                div.buttons {
                    (kit::button(&visit.say("review-go")))
                    a.button-like href=(back) { (visit.say("review-back")) }
                }
            }))
        }
    };
    Ok(shell::page(visit, &title, &body))
}

/// Who will be able to read it: the parties of the line, in its words.
async fn readers(visit: &Visit, request: &Value) -> Result<String, ServiceError> {
    let line = request.get("line").and_then(Value::as_str);
    let Some(line) = line else {
        return Ok(String::new());
    };
    let line = visit.service.line(line).await?;
    let names: Vec<&str> = line
        .parties
        .iter()
        .map(|party| party.name.as_str())
        .collect();
    Ok(names.join(", "))
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
