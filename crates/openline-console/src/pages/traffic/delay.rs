//! Where the time of a message went.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::view::DelayStepView;

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell, times};

pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let place = format!("{party}/{index}");
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let delay = visit
        .service
        .explain(&line.id, &place)
        .await
        .or_fail(&visit)?;
    let title = visit.say("delay-title");
    let body = html! {
        section id="delay" data-live {
            h1 { (title) " " a href=(kit::entry_path(&line.id, &place)) { (place) } }
            p { (visit.say("delay-released")) " " (kit::moment(&visit, delay.released_ms)) }
            div.scroll tabindex="0" role="region" aria-label=(title) {
                table {
                    thead { tr { th scope="col" { (visit.say("delay-stage")) } th scope="col" { (visit.say("who")) } th scope="col" { (visit.say("when")) }
                        th scope="col" { (visit.say("delay-after")) } th scope="col" { (visit.say("delay-words")) } } }
                    tbody { @for step in &delay.steps { (row(&visit, step)) } }
                }
            }
            @if !delay.waits.is_empty() {
                h2 { (visit.say("delay-open")) }
                ul { @for waits in &delay.waits { li { (kit::said_sentence(&visit, &waits.words, &waits.phrases)) } } }
            }
        }
    };
    Ok(shell::line_page(&visit, &line, "", &title, &body))
}

fn row(visit: &Visit, step: &DelayStepView) -> Markup {
    let sign = if step.after_ms < 0 { "−" } else { "" };
    html! { tr {
        th scope="row" { (visit.words().term("stage", &step.stage)) }
        td { bdi { (step.by) } }
        td { (kit::moment(visit, step.at_ms)) }
        td.figure { (sign) (times::length(step.after_ms.abs(), visit.words())) }
        td { (kit::said_sentence(visit, &step.words, &step.phrases)) }
    } }
}
