//! Non-papers: off the record, and unmistakably so.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::view::NonPaperView;

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

pub(super) async fn list(visit: Visit) -> Page {
    let all = visit.service.non_papers().await.or_fail(&visit)?;
    let to: Vec<(String, String)> = visit
        .frame
        .lines
        .iter()
        .flat_map(|line| line.parties.iter().filter(|party| party.index != line.me))
        .map(|party| (party.name.clone(), party.name.clone()))
        .collect();
    let lines: Vec<(String, String)> = visit
        .frame
        .lines
        .iter()
        .map(|line| (line.id.clone(), line.title.clone()))
        .collect();
    let body = html! {
        (banner(&visit))
        section.off-the-record id="non-papers" data-live {
            h1 { (visit.say("to-non-papers")) }
            @if all.is_empty() { (kit::nothing(&visit.say("no-non-papers"))) }
            ul.plain { @for one in &all { li { a href={ "/non-papers/" (one.number) } { (row(&visit, one)) } } } }
        }
        section.off-the-record {
            h2 { (visit.say("non-paper-write")) }
            p.hint { (visit.say("non-paper-hint")) }
            (kit::act_form(&visit, "send-non-paper", "/non-papers", &html! {
                (kit::choice(&visit.say("line"), "line", "", &lines))
                (kit::choice(&visit.say("to"), "to", "", &to))
                (kit::area(&visit.say("text"), "text", 8, "", true))
                label.tick { input type="checkbox" name="off_the_record:yes" value="yes" required; span { (visit.say("non-paper-understood")) } }
                (kit::button(&visit.say("non-paper-send")))
            }))
        }
    };
    Ok(shell::page(&visit, &visit.say("to-non-papers"), &body))
}

fn banner(visit: &Visit) -> Markup {
    html! { p.off-banner role="note" { strong { (visit.say("off-the-record")) } " " (visit.say("off-the-record-means")) } }
}

fn row(visit: &Visit, one: &NonPaperView) -> Markup {
    html! {
        (visit.say(if one.is_ours { "non-paper-to" } else { "non-paper-from" })) " " bdi { (one.party) } ", "
        (kit::moment(visit, one.sent_ms)) ", " (visit.words().term("non-paper", &one.state))
    }
}

pub(super) async fn page(visit: Visit, Path(number): Path<u64>) -> Page {
    let read = visit.service.non_paper(number).await.or_fail(&visit)?;
    let back = format!("/non-papers/{number}");
    let about = kit::hidden("number:number", &number.to_string());
    let body = html! {
        (banner(&visit))
        section.off-the-record {
            h1 { (row(&visit, &read.about)) }
            div.body id="non-paper-text" dir="auto" { (read.text) }
            @if !read.about.is_ours && read.about.shown_ms.is_none() {
                form.act method="post" action="/act/non-paper-shown" data-shown="non-paper-text" {
                    (kit::hidden("mark", &visit.mark)) (kit::hidden("back", &back)) (about)
                    button.quiet type="submit" { (visit.say("shown-button")) }
                }
            }
            div.buttons {
                @if !read.about.is_ours { (kit::act_form(&visit, "file-non-paper", &back, &html! { (about) (kit::button(&visit.say("non-paper-file"))) })) }
                (kit::act_form(&visit, "discard-non-paper", "/non-papers", &html! { (about) (kit::button(&visit.say("non-paper-discard"))) }))
            }
        }
    };
    Ok(shell::page(&visit, &visit.say("to-non-papers"), &body))
}
