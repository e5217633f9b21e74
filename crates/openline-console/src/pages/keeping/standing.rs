//! Notices, and what each side takes: suspending, narrowing, resuming.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::view::{NoticeView, StandingView};

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

const NOTICES: [&str; 4] = ["off watch", "technical fault", "declining", "drill"];
const ACTS: [&str; 3] = ["suspend", "narrow", "resume"];

pub(super) async fn page(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let notices = visit.service.notices(&line.id).await.or_fail(&visit)?;
    let standings = visit.service.standings(&line.id).await.or_fail(&visit)?;
    let own = line.parties.iter().find(|party| party.index == line.me);
    let name = own.map_or("", |own| own.name.as_str());
    let posts: Vec<(String, String)> = own
        .iter()
        .flat_map(|own| &own.posts)
        .map(|post| (post.clone(), post.clone()))
        .collect();
    let back = format!("{}/standing", kit::line_path(&line.id));
    let body = html! {
        section {
            h1 { (visit.say("line-standing")) }
            h2 { (visit.say("notices")) }
            (given(&visit, &line.id, &notices, name, &back))
            (kit::act_form(&visit, "give-notice", &back, &html! {
                (kit::hidden("line", &line.id))
                (kit::choice(&visit.say("notice-kind"), "kind", "", &kit::terms(&visit, "notice", &NOTICES)))
                div.row {
                    (kit::time(&visit, &visit.say("from"), "from_ms:time", ""))
                    (kit::time(&visit, &visit.say("notice-until"), "until_ms:time", ""))
                }
                (kit::field(&visit.say("words"), "words", "text", ""))
                (kit::button(&visit.say("give-notice")))
            }))
        }
        section {
            h2 { (visit.say("takes")) }
            (taken(&visit, &line.id, &standings))
            p.hint { (visit.say("life-stays-open")) }
            (kit::act_form(&visit, "set-status", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts))
                    (kit::choice(&visit.say("status-act"), "act", "", &kit::terms(&visit, "status", &ACTS)))
                    (kit::choice(&visit.say("type"), "message_type", "real", &kit::terms(&visit, "type", &["real", "exercise", "test"])))
                }
                div.row {
                    (kit::time(&visit, &visit.say("effective"), "effective_ms:time", ""))
                    (kit::time(&visit, &visit.say("until"), "until_ms:time", ""))
                }
                (kit::field(&visit.say("classes-open"), "classes:list", "text", ""))
                (kit::area(&visit.say("reason"), "reason", 2, "", false))
                (kit::button(&visit.say("review")))
            }))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/standing",
        &visit.say("line-standing"),
        &body,
    ))
}

fn given(visit: &Visit, line: &str, notices: &[NoticeView], own: &str, back: &str) -> Markup {
    html! {
        @if notices.is_empty() { (kit::nothing(&visit.say("no-notices"))) }
        ul.plain {
            @for notice in notices {
                li {
                    strong { bdi { (notice.party) } ": " (visit.words().term("notice", &notice.kind)) } " "
                    (visit.say("from")) " " (kit::moment(visit, notice.from_ms))
                    @if let Some(until) = notice.until_ms { " " (visit.say("until")) " " (kit::moment(visit, until)) }
                    @if let Some(words) = &notice.words { ": " span dir="auto" { (words) } }
                    @if !notice.is_in_force { " " em { (visit.say("not-in-force")) } }
                    @if notice.party == own {
                        (kit::act_form(visit, "withdraw-notice", back, &html! {
                            (kit::hidden("line", line)) (kit::hidden("kind", &notice.kind)) (kit::button(&visit.say("withdraw-notice")))
                        }))
                    }
                }
            }
        }
    }
}

fn taken(visit: &Visit, line: &str, standings: &[StandingView]) -> Markup {
    html! {
        @if standings.is_empty() { (kit::nothing(&visit.say("takes-all"))) }
        ul.plain {
            @for standing in standings {
                li {
                    (kit::said_sentence(visit, &standing.words, &standing.phrases)) " "
                    @if let Some(reason) = &standing.reason { span dir="auto" { (reason) } " " }
                    a href=(kit::entry_path(line, &standing.place)) { (standing.place) }
                    @if !standing.is_in_force { " " em { (visit.say("not-in-force")) } }
                }
            }
        }
    }
}
