//! Tests of a line, and the review of a year.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::view::{HealthView, SlotView, TestTallyView};

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Days that are looked at.
const DAYS: u16 = 30;
/// Slots that are shown.
const SLOTS: usize = 60;

pub(super) async fn page(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let health = visit
        .service
        .health(&line.id, DAYS, None)
        .await
        .or_fail(&visit)?;
    let review = visit.service.review(&line.id, None).await.or_fail(&visit)?;
    let back = format!("{}/health", kit::line_path(&line.id));
    let body = html! {
        section {
            h1 { (visit.say("line-health")) }
            p { (schedule(&visit, &health)) }
            (tally(&visit, &health.parties, &visit.say("tests-tally")))
            (kit::act_form(&visit, "test-now", &back, &html! { (kit::hidden("line", &line.id)) (kit::button(&visit.say("test-now"))) }))
        }
        section {
            h2 id="slots" { (visit.say("tests-slots")) }
            @if health.slots.is_empty() { (kit::nothing(&visit.say("no-tests"))) } @else { (slots(&visit, &health.slots)) }
        }
        section {
            h2 { (visit.words().with("review-of", &[("year", review.year.to_string().as_str().into())])) }
            @if review.messages.is_empty() { (kit::nothing(&visit.say("no-messages"))) }
            @if let Some(tests) = &review.tests { (tally(&visit, tests, &visit.say("review-tests"))) }
            @if !review.messages.is_empty() {
                div.scroll tabindex="0" role="region" aria-label=(visit.say("review-messages")) {
                    table {
                        caption { (visit.say("review-messages")) }
                        thead { tr { th scope="col" { (visit.say("party")) } th scope="col" { (visit.say("type")) } th scope="col" { (visit.say("precedence")) }
                            th scope="col" { (visit.say("form")) } th scope="col" { (visit.say("count")) } } }
                        tbody { @for row in &review.messages { tr {
                            td { bdi { (row.party) } } td { (visit.words().term("type", &row.message_type)) } td { (visit.words().term("precedence", &row.precedence)) }
                            td { (visit.words().term("form", &row.form)) } td.figure { (row.count) }
                        } } }
                    }
                }
            }
            p.hint { (visit.say("review-hint")) " " code { "openline line report" } }
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/health",
        &visit.say("line-health"),
        &body,
    ))
}

fn schedule(visit: &Visit, health: &HealthView) -> String {
    if health.times.is_empty() {
        return visit.say("tests-none");
    }
    let times = health.times.join(", ");
    visit.words().with(
        "tests-at",
        &[
            ("times", times.as_str().into()),
            ("zone", health.zone.as_str().into()),
        ],
    )
}

fn tally(visit: &Visit, parties: &[TestTallyView], caption: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { th scope="col" { (visit.say("party")) } th scope="col" { (visit.say("held")) } th scope="col" { (visit.say("missed")) }
                    th scope="col" { (visit.say("answered-by-node")) } th scope="col" { (visit.say("acknowledged-by-person")) } th scope="col" { (visit.say("on-demand")) } } }
                tbody { @for party in parties { tr {
                    th scope="row" { bdi { (party.party) } } td.figure { (party.held) }
                    td.figure { @if party.missed > 0 { strong.bad { (party.missed) } } @else { "0" } }
                    td.figure { (party.answered) } td.figure { (party.acknowledged) } td.figure { (party.on_demand) }
                } } }
            }
        }
    }
}

fn slots(visit: &Visit, slots: &[SlotView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="slots" {
            table {
                thead { tr { th scope="col" { (visit.say("slot")) } th scope="col" { (visit.say("party")) } th scope="col" { (visit.say("became")) } th scope="col" { (visit.say("sent")) } } }
                tbody {
                    @for slot in slots.iter().rev().take(SLOTS) {
                        @for test in &slot.tests { tr {
                            td { (kit::moment(visit, slot.slot_ms)) } td { bdi { (test.party) } }
                            td { @if test.state == "missed" { strong.bad { (visit.words().term("test-state", &test.state)) } } @else { (visit.words().term("test-state", &test.state)) } }
                            td { @if let Some(sent) = test.sent_ms { (kit::moment(visit, sent)) } @else { "–" } }
                        } }
                    }
                }
            }
        }
    }
}
