//! A message laid out to be printed, as a note verbale is: who writes, its number, the text, the date, and to whom it goes.

use axum::extract::Path;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use openline_node::error::ServiceError;
use openline_node::view::{EntryView, LineView, MessageView, TextView};

use crate::failure::{OrFail as _, Page};
use crate::locale::direction_of;
use crate::visit::Visit;
use crate::{kit, shell, times};

pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let place = format!("{party}/{index}");
    let view = visit.service.entry(&line.id, &place).await;
    let view = view.or_fail(&visit)?;
    let none =
        || ServiceError::NotFound(format!("{place} is no message, or its words were purged"));
    let message = view.message.as_ref().ok_or_else(none).or_fail(&visit)?;
    let title = visit.say("print-note");
    let body = note(&visit, &line, &view, message);
    Ok(shell::line_page(&visit, &line, "", &title, &body))
}

fn note(visit: &Visit, line: &LineView, view: &EntryView, message: &MessageView) -> Markup {
    let brief = &view.brief;
    let date = times::moment(brief.time_ms, &TimeZone::UTC, visit.words());
    html! {
        section.note {
            header {
                h1 { bdi { (brief.party_name) } }
                p { bdi { (line.title) } }
                (kit::type_mark(visit, &brief.message_type))
            }
            p {
                @if let Some([year, number]) = brief.number { (visit.words().with("note-number", &[("number", number.into()), ("year", year.to_string().as_str().into())])) " · " }
                (visit.words().term("form", brief.form.as_deref().unwrap_or("message"))) " · " (visit.words().term("precedence", brief.precedence.as_deref().unwrap_or("routine")))
                @if let Some(own) = &message.own_reference { " · " bdi { (own) } }
            }
            @if let Some(subject) = &message.subject { h2 dir="auto" { (subject) } }
            @for (at, text) in message.texts.iter().enumerate() { (words(visit, text, at == 0)) }
            @for field in &message.fields { p { bdi { (field.name) } ": " span dir="auto" { (field.value) } } }
            p.date { (date) " UTC" }
            p.addressee { (visit.say("to")) " " bdi { (message.to.join(", ")) } }
            p.hint { (visit.say("entry")) " " (brief.place) @if let Some(joint) = brief.joint { ", " (joint) } " · " (visit.say("leaf")) " " code { (view.leaf) } }
            p.buttons { button.quiet type="button" data-prints hidden { (visit.say("print")) } }
        }
    }
}

/// A text, paragraph by paragraph; a translation says that it is one.
fn words(visit: &Visit, text: &TextView, is_authoritative: bool) -> Markup {
    let paragraphs = text.text.split('\n').filter(|part| !part.trim().is_empty());
    html! {
        @if !is_authoritative { h2 { (visit.say("courtesy")) " (" (visit.words().term("language", &text.language)) ")" } }
        div lang=(text.language) dir=(direction_of(&text.language)) { @for paragraph in paragraphs { p { (paragraph) } } }
    }
}
