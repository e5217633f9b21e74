//! Relations and charters: cards, the phrase that is read aloud, what is signed by every party.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::view::{CharterView, RelationView};

use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell, terms};

const BACK: &str = "/administration/relations";

pub(super) async fn page(visit: Visit) -> Page {
    let relations = visit.service.relations().await.or_fail(&visit)?;
    let charters = visit.service.charters().await.or_fail(&visit)?;
    let confirmed: Vec<(String, String)> = relations
        .iter()
        .filter(|relation| relation.state == "confirmed")
        .map(|relation| (relation.name.clone(), relation.name.clone()))
        .collect();
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
            @for each in &charters { (charter(&visit, each)) }
            @if !confirmed.is_empty() { (kit::folded(&visit.say("charter-propose"), &terms::form(&visit, BACK, &confirmed))) }
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

fn charter(visit: &Visit, charter: &CharterView) -> Markup {
    html! {
        h3 { bdi { (charter.terms.title) } }
        p { (visit.say(if charter.is_founded { "founded" } else { "not-founded" })) }
        (terms::parties(&charter.parties))
        (kit::folded(&visit.say("terms-all"), &terms::all(visit, &charter.terms)))
        @if !charter.is_founded {
            ul.plain { @for party in &charter.parties { li {
                bdi { (party.name) } ": " (visit.say(if party.has_signed { "charter-has-signed" } else { "charter-has-not-signed" }))
            } } }
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
