//! A draft, exactly as it would go: on its own page, and once more when it is released.

use maud::{Markup, html};
use openline_core::message::Precedence;
use openline_node::view::{CharterView, DraftView, LineView};

use crate::kit;
use crate::locale::direction_of;
use crate::visit::Visit;

/// Most words of a text by the charter; 0 for no limit.
pub(crate) fn word_limit(charter: &CharterView, precedence: &str) -> u64 {
    let limits = Precedence::ALL.iter().zip(&charter.terms.word_limits);
    let mut found = limits.filter(|(known, _)| known.word() == precedence);
    found.next().map_or(0, |(_, limit)| *limit)
}

/// Exactly what would be signed, and who could read it.
pub(crate) fn whole(visit: &Visit, line: &LineView, draft: &DraftView, limit: u64) -> Markup {
    let request = &draft.request;
    let to = if request.to.is_empty() {
        visit.say("to-first-posts")
    } else {
        request.to.join(", ")
    };
    let readers: Vec<&str> = line
        .parties
        .iter()
        .map(|party| party.name.as_str())
        .collect();
    html! {
        p {
            strong { (visit.words().term("type", &request.message_type)) } " · "
            (kit::precedence_mark(visit, &request.precedence)) " " (visit.words().term("form", &request.form))
        }
        dl.facts {
            dt { (visit.say("line")) } dd { bdi { (line.title) } }
            dt { (visit.say("post")) } dd { bdi { (request.post) } }
            dt { (visit.say("to")) } dd { bdi { (to) } }
            @if let Some(class) = &request.class { dt { (visit.say("class")) } dd { (class) } }
            @if !request.refs.is_empty() { dt { (visit.say("refers-to")) } dd { (request.refs.join(", ")) } }
            @if let Some(subject) = &request.subject { dt { (visit.say("subject")) } dd dir="auto" { (subject) } }
            @for attachment in &request.attachments { dt { (visit.say("attachment")) } dd { bdi { (attachment.name) } } }
            @for field in &request.fields { dt { bdi { (field.name) } @if field.is_critical { " " em { (visit.say("fact-critical")) } } } dd dir="auto" { (field.value) } }
            dt { (visit.say("review-readers")) } dd { strong { bdi { (readers.join(", ")) } } }
            dt { (visit.say("content-hash")) } dd { code { (draft.content) } }
        }
        div.texts {
            @for (at, text) in request.texts.iter().enumerate() {
                div.text {
                    p.language {
                        (visit.words().term("language", &text.language)) " – " (visit.say(if at == 0 { "authoritative" } else { "courtesy" })) " · "
                        (count(visit, &text.text, limit))
                    }
                    div.body lang=(text.language) dir=(direction_of(&text.language)) { (text.text) }
                }
            }
        }
    }
}

/// The words of a text beside what its precedence allows.
fn count(visit: &Visit, text: &str, limit: u64) -> Markup {
    let words = openline_node::count_words(text);
    let args = [("count", words.into()), ("limit", limit.into())];
    html! {
        @if limit == 0 { (visit.words().with("word-count", &args)) }
        @else if words as u64 > limit { strong.bad { (visit.words().with("word-count-over", &args)) } }
        @else { (visit.words().with("word-count-of", &args)) }
    }
}
