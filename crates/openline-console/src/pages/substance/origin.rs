//! "Is this from you?", and calls that are announced with codes.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::view::{AnnouncementView, InquiryView, LineView};

use super::claims::{link, own_name, posts};
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

const CHANNELS: [&str; 4] = ["call", "letter", "statement", "other"];
const ORIGINS: [&str; 3] = ["yes", "no", "looking into it"];

pub(super) async fn page(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let inquiries = visit.service.inquiries(&line.id).await.or_fail(&visit)?;
    let announcements = visit
        .service
        .announcements(&line.id)
        .await
        .or_fail(&visit)?;
    let back = format!("{}/origin", kit::line_path(&line.id));
    let channel = kit::choice(
        &visit.say("channel"),
        "channel",
        "",
        &kit::terms(&visit, "channel", &CHANNELS),
    );
    let kind = kit::choice(
        &visit.say("type"),
        "message_type",
        "real",
        &kit::terms(&visit, "type", &["real", "exercise"]),
    );
    let body = html! {
        section {
            h1 { (visit.say("line-origin")) }
            @if inquiries.is_empty() { (kit::nothing(&visit.say("no-inquiries"))) }
            @for inquiry in &inquiries { (asked(&visit, &line, inquiry, &back)) }
            h2 { (visit.say("origin-ask")) }
            (kit::act_form(&visit, "ask-origin", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row { (kit::choice(&visit.say("post"), "post", "", &posts(&line))) (channel) (kind) (kit::time(&visit, &visit.say("when"), "time_ms:time", "")) }
                (kit::area(&visit.say("what-came"), "what", 3, "", true))
                (kit::button(&visit.say("review")))
            }))
        }
        section {
            h2 { (visit.say("announcements")) }
            @if announcements.is_empty() { (kit::nothing(&visit.say("no-announcements"))) }
            @for announced in &announcements { (call(&visit, &line, announced)) }
            (kit::folded(&visit.say("announce"), &kit::act_form(&visit, "announce", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row { (kit::choice(&visit.say("post"), "post", "", &posts(&line))) (channel) (kind) }
                div.row { (kit::needed_time(&visit, &visit.say("from"), "from_ms:time", "")) (kit::needed_time(&visit, &visit.say("until"), "to_ms:time", "")) }
                (kit::needed(&visit.say("who-calls"), "who", "text", ""))
                (kit::field(&visit.say("whom"), "whom", "text", ""))
                (kit::field(&visit.say("words"), "words", "text", ""))
                (kit::button(&visit.say("review")))
            })))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/origin",
        &visit.say("line-origin"),
        &body,
    ))
}

fn asked(visit: &Visit, line: &LineView, inquiry: &InquiryView, back: &str) -> Markup {
    let own = own_name(line);
    html! {
        div.item {
            p { strong { (visit.words().term("channel", &inquiry.channel)) } " " (kit::type_mark(visit, &inquiry.message_type)) " · " bdi { (inquiry.asked_by) } ", " (kit::moment(visit, inquiry.time_ms)) " " (link(line, &inquiry.place)) }
            p dir="auto" { (inquiry.what) }
            @for finding in &inquiry.findings { p { bdi { (finding.party) } ": " strong { (visit.words().term("origin", &finding.origin)) } ", " (kit::moment(visit, finding.time_ms)) @if let Some(words) = &finding.words { " – " span dir="auto" { (words) } } } }
            @if !inquiry.waits_for.is_empty() { p { (visit.say("awaited")) " " bdi { (inquiry.waits_for.join(", ")) } } }
            @if inquiry.asked_by != own {
                (kit::act_form(visit, "find-origin", back, &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", &inquiry.place))
                    div.row {
                        (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                        (kit::choice(&visit.say("origin-answer"), "origin", "", &kit::terms(visit, "origin", &ORIGINS)))
                        (kit::field(&visit.say("words"), "words", "text", ""))
                        (kit::button(&visit.say("review")))
                    }
                }))
            }
        }
    }
}

fn call(visit: &Visit, line: &LineView, announced: &AnnouncementView) -> Markup {
    html! {
        div.item {
            p { strong { (visit.words().term("channel", &announced.channel)) } " " (kit::type_mark(visit, &announced.message_type)) " · " bdi { (announced.party) } ": " bdi { (announced.who) } @if let Some(whom) = &announced.whom { " → " bdi { (whom) } } " " (link(line, &announced.place)) }
            p { (kit::moment(visit, announced.from_ms)) " – " (kit::moment(visit, announced.to_ms)) }
            dl.facts {
                dt { (visit.say("code-caller")) } dd { code.secret lang="en" { (announced.first_code) } }
                dt { (visit.say("code-called")) } dd { code.secret lang="en" { (announced.second_code) } }
            }
        }
    }
}
