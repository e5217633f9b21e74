//! What one side claims: who agrees, who has not said anything, and the form that answers.

use maud::{Markup, html};
use openline_node::view::{ClaimAssentView, LineView};

use crate::kit;
use crate::visit::Visit;

/// Our posts on a line, as options.
pub(super) fn posts(line: &LineView) -> Vec<(String, String)> {
    let own = line.parties.iter().find(|party| party.index == line.me);
    own.iter()
        .flat_map(|own| &own.posts)
        .map(|post| (post.clone(), post.clone()))
        .collect()
}

/// Our name on a line.
pub(super) fn own_name(line: &LineView) -> &str {
    let own = line.parties.iter().find(|party| party.index == line.me);
    own.map_or("", |own| own.name.as_str())
}

/// The parties of a line, as options.
pub(super) fn parties(line: &LineView) -> Vec<(String, String)> {
    line.parties
        .iter()
        .map(|party| (party.name.clone(), party.name.clone()))
        .collect()
}

/// Whether it is agreed, and by whom; with a form to answer, if we have said nothing to another's claim.
pub(super) fn assent(
    visit: &Visit,
    line: &LineView,
    place: &str,
    assent: &ClaimAssentView,
    back: &str,
) -> Markup {
    let own = own_name(line);
    html! {
        span.assent {
            @if assent.is_agreed { span.good { (visit.say("agreed-by-all")) } } @else { (visit.say("not-agreed")) }
            @for said in &assent.said { " · " bdi { (said.party_name) } ": " (visit.words().term("stance", &said.stance)) @if let Some(words) = &said.words { " (" span dir="auto" { (words) } ")" } }
            @if !assent.awaited.is_empty() { " · " (visit.say("awaited")) " " bdi { (assent.awaited.join(", ")) } }
        }
        @if assent.awaited.iter().any(|party| party == own) {
            (kit::act_form(visit, "answer-claim", back, &html! {
                (kit::hidden("line", &line.id)) (kit::hidden("of", place))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                    (kit::choice(&visit.say("stance"), "stance", "", &kit::terms(visit, "stance", &["agrees", "declines"])))
                    (kit::field(&visit.say("words"), "words", "text", ""))
                    (kit::button(&visit.say("review")))
                }
            }))
        }
    }
}

/// A link to an entry.
pub(super) fn link(line: &LineView, place: &str) -> Markup {
    html! { a href=(kit::entry_path(&line.id, place)) { (place) } }
}
