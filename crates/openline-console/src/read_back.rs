//! A read-back beside what was sent.

use maud::{Markup, html};
use openline_node::view::ReadBackView;

use crate::visit::Visit;

/// How it was read back, beside what was sent: what differs says so in words.
pub(crate) fn all(visit: &Visit, read_backs: &[ReadBackView]) -> Markup {
    html! {
        @for back in read_backs {
            h2 { (visit.say("read-back")) " " bdi { (back.by) } " (" (back.place) ")" }
            @if let Some(words) = &back.words { p dir="auto" { (words) } }
            @if !back.fields.is_empty() {
                div.scroll tabindex="0" role="region" aria-label=(visit.say("read-back")) {
                    table {
                        thead { tr {
                            th scope="col" { (visit.say("field")) } th scope="col" { (visit.say("sent")) }
                            th scope="col" { (visit.say("typed")) } th scope="col" { (visit.say("agrees")) }
                        } }
                        tbody {
                            @for field in &back.fields {
                                tr {
                                    th scope="row" { bdi { (field.name) } }
                                    td dir="auto" { (field.sent) }
                                    td dir="auto" { (field.typed.as_deref().unwrap_or("–")) }
                                    td {
                                        @if field.agrees { span.good { (visit.say("agrees-yes")) } }
                                        @else { strong.bad { (visit.say("agrees-no")) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if let Some(verdict) = &back.verdict { p { strong { (visit.words().term("verdict", verdict)) } } }
        }
    }
}

/// Whether a field was read back otherwise than it was sent.
pub(crate) fn differs(back: &ReadBackView) -> bool {
    back.fields.iter().any(|field| !field.agrees)
}

/// Says what differs, both values beside each other; nothing where all agrees.
pub(crate) fn differing(visit: &Visit, back: &ReadBackView) -> Markup {
    html! {
        @if differs(back) {
            div.warning role="alert" {
                strong { (visit.say("read-back-differs")) }
                ul { @for field in back.fields.iter().filter(|field| !field.agrees) { li {
                    bdi { (field.name) } ": " bdi { (field.sent) } " ≠ " bdi { (field.typed.as_deref().unwrap_or("–")) }
                } } }
            }
        }
    }
}
