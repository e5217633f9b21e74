//! The contact history: what was held, how long it was silent, and since when something is the first.

use axum::extract::{Path, Query};
use maud::{Markup, PreEscaped, html};
use openline_node::view::{ContactEventView, HistoryView, LineView};
use serde::Deserialize;

use super::claims::{assent, link, posts};
use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Whose history.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "type")]
    message_type: Option<String>,
}

pub(super) async fn page(
    visit: Visit,
    Path(line): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let (chosen, history) = chosen(&visit, &line, asked.message_type).await?;
    let back = format!("{}/history?type={chosen}", kit::line_path(&line.id));
    let body = html! {
        section {
            h1 { (visit.say("line-history")) }
            form.row method="get" {
                (kit::choice(&visit.say("type"), "type", &chosen, &kit::terms(&visit, "type", &["real", "exercise", "test"])))
                (kit::button(&visit.say("filter")))
            }
            div id="contacts" data-live {
                @if history.events.is_empty() { (kit::nothing(&visit.say("no-contacts"))) } @else {
                    // Drawn with escaped words and without a style of its own: the page's colours hold, in the dark too.
                    div.timeline role="img" aria-label=(visit.say("timeline-alt")) { (PreEscaped(&history.svg)) }
                    (table(&visit, &line, &history.events, &back))
                }
                @if !history.silences.is_empty() {
                    h2 { (visit.say("silences")) }
                    ul { @for silence in &history.silences { li {
                        (visit.words().term("encounter", &silence.kind)) ", " bdi { (silence.level) } ": " (silence.date) " " (link(&line, &silence.last))
                        @if let Some(days) = silence.days { " – " (visit.words().with("days-since", &[("days", days.into())])) }
                    } } }
                }
            }
        }
        section {
            h2 { (visit.say("contacts-import")) }
            p.hint { (visit.say("contacts-hint")) " " code { "date,kind,level,what,host,place,words" } }
            (kit::act_form(&visit, "import-contacts", &back, &html! {
                (kit::hidden("line", &line.id))
                (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                (kit::choice(&visit.say("type"), "message_type", &chosen, &kit::terms(&visit, "type", &["real", "exercise"])))
                label.field { span { (visit.say("contacts-file")) } input type="file" name="csv@text" accept="text/csv,.csv" required; }
                (kit::button(&visit.say("review")))
            }))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/history",
        &visit.say("line-history"),
        &body,
    ))
}

/// The history of the type that is asked for; of what really was, unless there is nothing but exercises.
async fn chosen(
    visit: &Visit,
    line: &LineView,
    asked: Option<String>,
) -> Result<(String, HistoryView), Failed> {
    let of = async |message_type: &str| {
        let history = visit.service.history(&line.id, message_type).await;
        Ok::<_, Failed>((message_type.to_owned(), history.or_fail(visit)?))
    };
    if let Some(asked) = asked {
        return of(&asked).await;
    }
    let real = of("real").await?;
    if !real.1.events.is_empty() {
        return Ok(real);
    }
    let exercise = of("exercise").await?;
    Ok(if exercise.1.events.is_empty() {
        real
    } else {
        exercise
    })
}

fn table(visit: &Visit, line: &LineView, events: &[ContactEventView], back: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(visit.say("line-history")) {
            table {
                thead { tr { th scope="col" { (visit.say("date-col")) } th scope="col" { (visit.say("kind")) } th scope="col" { (visit.say("level")) } th scope="col" { (visit.say("what")) } th scope="col" { (visit.say("silence-before")) } th scope="col" { (visit.say("first-since")) } th scope="col" { (visit.say("who-says-so")) } } }
                tbody { @for event in events { tr {
                    td.figure { (event.date) } td { (visit.words().term("encounter", &event.kind)) } td { bdi { (event.level) } }
                    td { span dir="auto" { (event.what) } @if let Some(host) = &event.host { " (" (visit.say("host")) " " bdi { (host) } ")" } " " (link(line, &event.place)) }
                    td.figure { @match (event.silence_days, event.silence_at_least_days) {
                        (Some(days), _) => { (visit.words().with("days", &[("days", days.into())])) },
                        (None, Some(days)) => { (visit.words().with("days-at-least", &[("days", days.into())])) },
                        _ => { "–" }
                    } }
                    td { (event.first_since.as_deref().unwrap_or("–")) }
                    td {
                        @match &event.assent {
                            Some(said) => { bdi { (event.claimed_by.join(", ")) } " " (assent(visit, line, &event.place, said, back)) },
                            None if event.is_agreed => { (visit.say("agreed-by-all")) },
                            None => { bdi { (event.claimed_by.join(", ")) } }
                        }
                    }
                } } }
            }
        }
    }
}
