//! The agreed glossary: terms with their equivalents, and what waits for an answer.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::view::{LineView, TermView, TermsProposalView};

use super::claims::{link, own_name, posts};
use crate::failure::{OrFail as _, Page};
use crate::locale::direction_of;
use crate::visit::Visit;
use crate::{kit, shell};

pub(super) async fn page(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let glossary = visit.service.glossary(&line.id).await.or_fail(&visit)?;
    let charter = visit.service.charter(&line.id).await.or_fail(&visit)?;
    let back = format!("{}/glossary", kit::line_path(&line.id));
    let body = html! {
        section {
            h1 { (visit.say("line-glossary")) }
            @if glossary.agreed.is_empty() { (kit::nothing(&visit.say("no-terms"))) }
            dl.terms { @for agreed in &glossary.agreed { (term(&agreed.term)) dd { (link(&line, &agreed.proposal)) } } }
        }
        @if !glossary.open.is_empty() {
            section { h2 { (visit.say("terms-open")) } @for proposal in &glossary.open { (proposed(&visit, &line, proposal, &back)) } }
        }
        section {
            h2 { (visit.say("terms-propose")) }
            (kit::act_form(&visit, "propose-terms", &back, &html! {
                (kit::hidden("line", &line.id))
                (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                (kit::needed(&visit.say("concept"), "terms/0/concept", "text", ""))
                @for (at, language) in charter.terms.languages.iter().enumerate() {
                    (kit::hidden(&format!("terms/0/equivalents/{at}/language"), language))
                    (kit::needed(&visit.words().term("language", language), &format!("terms/0/equivalents/{at}/text"), "text", ""))
                }
                (kit::field(&visit.say("note"), "terms/0/note", "text", ""))
                (kit::button(&visit.say("review")))
            }))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/glossary",
        &visit.say("line-glossary"),
        &body,
    ))
}

fn term(term: &TermView) -> Markup {
    html! {
        dt dir="auto" { (term.concept) }
        @for text in &term.equivalents { dd { (text.language) ": " span lang=(text.language) dir=(direction_of(&text.language)) { (text.text) } } }
        @if let Some(note) = &term.note { dd dir="auto" { (note) } }
    }
}

fn proposed(visit: &Visit, line: &LineView, proposal: &TermsProposalView, back: &str) -> Markup {
    let is_asked = proposal.awaited.iter().any(|party| party == own_name(line));
    html! {
        div.item {
            p { bdi { (proposal.party_name) } ", " (kit::moment(visit, proposal.time_ms)) " " (link(line, &proposal.place)) }
            dl.terms { @for one in &proposal.terms { (term(one)) } }
            @for said in &proposal.said { p { bdi { (said.party_name) } ": " (visit.words().term("stance", &said.stance)) } }
            @if is_asked {
                (kit::act_form(visit, "answer-terms", back, &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", &proposal.place))
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
}
