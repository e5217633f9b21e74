//! Relations and charters: cards, the phrase that is read aloud, what is signed by every party.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::view::{CharterView, RelationView};

use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

const BACK: &str = "/administration/relations";

pub(super) async fn page(visit: Visit) -> Page {
    let relations = visit.service.relations().await.or_fail(&visit)?;
    let charters = visit.service.charters().await.or_fail(&visit)?;
    let body = html! {
        section {
            h1 { (visit.say("relations")) }
            p { a.button-like download href="/administration/relations/card" { (visit.say("own-card")) } }
            p.hint { (visit.say("card-hint")) }
            (kit::act_form(&visit, "add-relation", BACK, &html! {
                label.field { span { (visit.say("card-file")) } input type="file" name="card@text" required; }
                (kit::button(&visit.say("card-take")))
            }))
        }
        @for relation in &relations { (one(&visit, relation)) }
        section {
            h2 { (visit.say("charters")) }
            @if charters.is_empty() { (kit::nothing(&visit.say("no-charters"))) }
            @for charter in &charters { (terms(&visit, charter)) }
        }
    };
    Ok(shell::page(&visit, &visit.say("relations"), &body))
}

fn one(visit: &Visit, relation: &RelationView) -> Markup {
    html! {
        section {
            h2 { bdi { (relation.name) } }
            dl.facts {
                dt { (visit.say("state")) } dd { (visit.words().term("relation", &relation.state)) }
                dt { (visit.say("party-id")) } dd { code { (relation.id) } }
                dt { (visit.say("endpoints")) } dd { @for endpoint in &relation.endpoints { code { (endpoint) } " " } }
                @if relation.state == "pending" { dt { (visit.say("phrase")) } dd { strong lang="en" { (relation.phrase) } } }
            }
            @if relation.state == "pending" {
                p.hint { (visit.say("phrase-hint")) }
                (kit::act_form(visit, "confirm-relation", BACK, &html! {
                    (kit::hidden("party", &relation.id))
                    (kit::needed(&visit.say("phrase-heard"), "phrase", "text", ""))
                    (kit::button(&visit.say("phrase-confirm")))
                }))
                (kit::folded(&visit.say("relation-forget"), &kit::act_form(visit, "forget-relation", BACK, &html! {
                    (kit::hidden("party", &relation.id)) (kit::button(&visit.say("relation-forget")))
                })))
            }
        }
    }
}

fn terms(visit: &Visit, charter: &CharterView) -> Markup {
    let terms = &charter.terms;
    let parties: Vec<&str> = charter
        .parties
        .iter()
        .map(|party| party.name.as_str())
        .collect();
    html! {
        h3 { bdi { (terms.title) } }
        dl.facts {
            dt { (visit.say("state")) } dd { (visit.say(if charter.is_founded { "founded" } else { "not-founded" })) }
            dt { (visit.say("level")) } dd { bdi { (terms.level) } }
            dt { (visit.say("parties")) } dd { bdi { (parties.join(", ")) } }
            dt { (visit.say("languages")) } dd { (terms.languages.join(", ")) }
            dt { (visit.say("contact-interval")) } dd { (terms.contact_interval_s) " s" }
            dt { (visit.say("tests")) } dd { (terms.test_times.join(", ")) " " (terms.test_zone) }
            dt { (visit.say("classes-open")) } dd { (terms.open_classes.join(", ")) }
        }
        @if !charter.is_founded {
            (kit::act_form(visit, "sign-charter", BACK, &html! { (kit::hidden("id", &charter.id)) (kit::button(&visit.say("charter-sign"))) }))
        }
    }
}

/// Our own card, to be carried to another party.
pub(super) async fn card(visit: Visit) -> Result<Response, Failed> {
    let card = visit.service.card().await.or_fail(&visit)?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"party.card\""),
    ];
    Ok((headers, card.file).into_response())
}
