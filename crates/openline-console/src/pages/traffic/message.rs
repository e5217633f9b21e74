//! A message as people read it: its marks, its words in every language, its ladder in words and times.

use maud::{Markup, html};
use openline_core::doubt::Doubt;
use openline_node::view::{EntryBrief, EntryView, ExchangeView, MessageView, RungView};

use crate::kit;
use crate::locale::direction_of;
use crate::visit::Visit;

/// Who and when, and everything that must not be overlooked.
pub(super) fn head(visit: &Visit, brief: &EntryBrief) -> Markup {
    let path = kit::entry_path(&brief.line, &brief.place);
    html! {
        header.message-head {
            p.from {
                strong { bdi { (brief.party_name) } } ", " bdi { (brief.post) } " · "
                @match &brief.form { Some(form) => (visit.words().term("form", form)), None => (visit.words().term("kind", &brief.kind)) }
                @if let Some([year, number]) = brief.number { " " (number) "/" (year) }
                " " (kit::type_mark(visit, &brief.message_type))
                @if let Some(precedence) = &brief.precedence { " " (kit::precedence_mark(visit, precedence)) }
                @if let Some(class) = &brief.class { " " strong.class { (class) } }
            }
            p.when {
                (kit::moment(visit, brief.time_ms)) " · "
                a href=(path) {
                    @match brief.joint {
                        Some(joint) => { (visit.words().with("joint", &[("number", joint.to_string().as_str().into())])) },
                        None => { (visit.say("not-settled")) },
                    }
                    " (" (brief.place) ")"
                }
            }
            (marks(visit, brief))
        }
    }
}

/// What must be seen before the words: replaced, crossed, doubted, purged.
fn marks(visit: &Visit, brief: &EntryBrief) -> Markup {
    let link = |place: &str| html! { a href=(kit::entry_path(&brief.line, place)) { (place) } };
    html! {
        @if let Some(successor) = &brief.successor {
            p.warning {
                strong { (visit.say(if successor.is_cancelled { "cancelled-by" } else { "replaced-by" })) } " " (link(&successor.place))
            }
        }
        @if !brief.crossed.is_empty() {
            p.warning {
                strong { (visit.say("crossed-with")) }
                @for place in &brief.crossed { " " (link(place)) }
            }
        }
        @for doubt in &brief.doubts { p.warning { (doubted(visit, doubt)) } }
        @if brief.is_purged { p.warning { (visit.say("purged")) } }
    }
}

/// The texts side by side, the authoritative one first; `id` names the whole for the script that says *shown*.
pub(super) fn texts(visit: &Visit, message: &MessageView, id: &str) -> Markup {
    html! {
        @if let Some(subject) = &message.subject { p.subject dir="auto" { (subject) } }
        div.texts id=(id) {
            @for (at, text) in message.texts.iter().enumerate() {
                div.text {
                    p.language {
                        (visit.words().term("language", &text.language)) " – "
                        (visit.say(if at == 0 { "authoritative" } else { "courtesy" }))
                    }
                    div.body lang=(text.language) dir=(direction_of(&text.language)) { (text.text) }
                }
            }
        }
    }
}

/// Facts that were typed in one by one.
pub(super) fn fields(visit: &Visit, message: &MessageView) -> Markup {
    if message.fields.is_empty() {
        return html! {};
    }
    html! {
        dl.facts.fields {
            @for field in &message.fields {
                dt {
                    bdi { (field.name) }
                    @if field.is_critical { " " strong.critical { (visit.say("critical")) } }
                }
                dd dir="auto" { (field.value) }
            }
        }
    }
}

/// The stages reached, each with who, when and by what proof.
pub(super) fn ladder(visit: &Visit, line: &str, rungs: &[RungView]) -> Markup {
    html! {
        ol.ladder {
            @for rung in rungs {
                li {
                    strong { (visit.words().term("stage", &rung.stage)) } " "
                    bdi { (rung.by) } " · " (kit::moment(visit, rung.time_ms)) " · "
                    span.proof { (proof(visit, line, &rung.proof)) }
                    @if let Some(note) = &rung.note { " · " span dir="auto" { (note) } }
                }
            }
        }
    }
}

/// A mark of doubt, which the façade gives as its sentence.
fn doubted(visit: &Visit, sentence: &str) -> Markup {
    match Doubt::ALL.iter().find(|doubt| doubt.sentence() == sentence) {
        Some(doubt) => html! { (visit.words().term("doubt", doubt.id())) },
        None => kit::sentence(visit, sentence),
    }
}

fn proof(visit: &Visit, line: &str, proof: &str) -> Markup {
    let over = proof.strip_prefix("cosignature over ");
    let size = over.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    if let Some(size) = size {
        return html! { (visit.words().with("cosignature-over", &[("count", size.into())])) };
    }
    match proof.rsplit_once(' ') {
        Some((word, place)) if place.contains('/') => html! {
            (visit.words().term("proof", word)) " " a href=(kit::entry_path(line, place)) { (place) }
        },
        _ => html! { (visit.words().term("proof", proof)) },
    }
}

/// How far it has got with each addressee, and which clocks run.
pub(super) fn exchanges(visit: &Visit, exchanges: &[ExchangeView]) -> Markup {
    html! {
        @for exchange in exchanges.iter().filter(|exchange| !exchange.is_closed) {
            p.exchange {
                (kit::said_sentence(visit, &exchange.words, &exchange.phrases))
                @for deadline in &exchange.deadlines {
                    " " span.deadline { (visit.words().term("owed", &deadline.owed)) " " (kit::counting(visit, deadline.due_ms)) }
                }
            }
        }
    }
}

/// A message in a conversation.
pub(super) fn article(visit: &Visit, view: &EntryView, is_own: bool, more: &Markup) -> Markup {
    let brief = &view.brief;
    let id = format!("text-{}", brief.place.replace('/', "-"));
    html! {
        article class={ "message " (if is_own { "own" } else { "theirs" }) " message-" (brief.message_type) } {
            (head(visit, brief))
            @match &view.message {
                Some(message) => {
                    (texts(visit, message, &id))
                    (fields(visit, message))
                }
                None => { p.summary dir="auto" { (brief.summary) } }
            }
            @if !view.ladder.is_empty() {
                (kit::folded(&visit.words().with("ladder-now", &[("stage", visit.words().term("stage", &brief.stage).as_str().into())]),
                    &ladder(visit, &brief.line, &view.ladder)))
            }
            (exchanges(visit, &view.exchanges))
            (more)
        }
    }
}
