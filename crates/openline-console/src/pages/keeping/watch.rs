//! The watch: who has it, taking and handing over, the rota.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::view::{PastWatchView, PostView, RotaView};

use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Days of the rota that are shown.
const DAYS: u16 = 7;
/// Past watches that are shown.
const PAST: usize = 30;

pub(super) async fn page(visit: Visit) -> Page {
    let watch = visit.service.watch(None).await.or_fail(&visit)?;
    let rota = visit.service.rota(None, DAYS).await.or_fail(&visit)?;
    let past = visit
        .service
        .watch_history(None, None, PAST)
        .await
        .or_fail(&visit)?;
    let who = visit.session.officer.clone().unwrap_or_default();
    let body = html! {
        h1 { (visit.say("to-watch")) }
        @for finding in &watch.findings { p.warning { (kit::said_sentence(&visit, &finding.words, &finding.phrases)) } }
        @if watch.posts.is_empty() { (kit::nothing(&visit.say("no-posts"))) }
        @for (at, post) in watch.posts.iter().enumerate() {
            section aria-labelledby={ "post-" (at) } {
                h2 id={ "post-" (at) } { bdi { (post.post) } " · " a href=(kit::line_path(&post.line)) { bdi { (post.title) } } }
                (now(&visit, post))
                (acts(&visit, post, &who))
            }
        }
        (rota_section(&visit, &rota))
        (history(&visit, &past))
    };
    Ok(shell::page(&visit, &visit.say("to-watch"), &body))
}

fn now(visit: &Visit, post: &PostView) -> Markup {
    html! {
        @match &post.who {
            Some(who) => p {
                strong { bdi { (who) } } " "
                @if let Some(since) = post.since_ms { (visit.say("since")) " " (kit::moment(visit, since)) }
                @if let Some(until) = post.until_ms { " " (visit.say("until")) " " (kit::moment(visit, until)) }
                @if !post.languages.is_empty() { " (" (post.languages.join(", ")) ")" }
            },
            None => p { strong.unattended { (visit.say("post-unattended")) }
                @if let Some(ended) = post.ended_ms { " " (visit.say("since")) " " (kit::moment(visit, ended)) } }
        }
        @if let Some(shift) = &post.rota { p { (visit.say("rota-now")) " " bdi { (shift.who) } ", " (visit.say("until")) " " (kit::moment(visit, shift.until_ms)) } }
        @if let Some(shift) = &post.next { p { (visit.say("rota-next")) " " bdi { (shift.who) } ", " (kit::moment(visit, shift.from_ms)) } }
        @if let Some(note) = &post.note {
            div.note-left {
                p { strong { (visit.say("handover-note")) } " " bdi { (note.from) } ", " (kit::moment(visit, note.at_ms)) }
                p dir="auto" { (note.text) }
            }
        }
    }
}

fn acts(visit: &Visit, post: &PostView, who: &str) -> Markup {
    let about = html! {
        (kit::hidden("posts/post", &post.post))
        (kit::hidden("posts/lines:list", &post.line))
    };
    html! {
        (kit::folded(&visit.say("take-watch"), &kit::act_form(visit, "take-watch", "/watch", &html! {
            (about)
            (kit::needed(&visit.say("watch-who"), "who", "text", who))
            (kit::field(&visit.say("watch-languages"), "languages:list", "text", &post.languages.join(", ")))
            (kit::time(visit, &visit.say("watch-until"), "until_ms:time", ""))
            @if let Some(note) = &post.note { label.tick { input type="checkbox" name="notes_read:list" value=(note.id); span { (visit.say("note-read")) } } }
            @if post.who.is_some() { (kit::tick(&visit.say("relieve"), "relieve:yes", false)) }
            (kit::button(&visit.say("take-watch")))
        })))
        @if post.who.is_some() {
            (kit::folded(&visit.say("hand-over"), &kit::act_form(visit, "hand-over-watch", "/watch", &html! {
                (about)
                (kit::needed(&visit.say("hand-over-to"), "to", "text", post.next.as_ref().map_or("", |next| next.who.as_str())))
                (kit::area(&visit.say("hand-over-note"), "note", 4, "", true))
                (kit::button(&visit.say("hand-over")))
            })))
            (kit::folded(&visit.say("stand-down"), &kit::act_form(visit, "stand-down", "/watch", &html! {
                (about)
                p.hint { (visit.say("stand-down-hint")) }
                (kit::area(&visit.say("hand-over-note"), "note", 3, "", false))
                (kit::button(&visit.say("stand-down")))
            })))
        }
    }
}

fn rota_section(visit: &Visit, rota: &RotaView) -> Markup {
    html! {
        section {
            h2 id="rota" { (visit.say("rota")) }
            @for hole in &rota.holes {
                p.warning { (visit.say("rota-hole")) " " bdi { (hole.post) } ": " (kit::moment(visit, hole.from_ms)) " – " (kit::moment(visit, hole.until_ms)) }
            }
            @for post in &rota.unknown_posts { p.warning { (visit.say("rota-unknown")) " " bdi { (post) } } }
            @if rota.shifts.is_empty() { (kit::nothing(&visit.say("no-rota"))) } @else {
                div.scroll tabindex="0" role="region" aria-labelledby="rota" {
                    table {
                        thead { tr { th scope="col" { (visit.say("post")) } th scope="col" { (visit.say("watch-who")) }
                            th scope="col" { (visit.say("from")) } th scope="col" { (visit.say("until")) } } }
                        tbody { @for shift in &rota.shifts { tr {
                            td { bdi { (shift.post) } } td { bdi { (shift.who) } }
                            td { (kit::moment(visit, shift.from_ms)) } td { (kit::moment(visit, shift.until_ms)) }
                        } } }
                    }
                }
                p { a.button-like download href="/watch/rota.ics" { (visit.say("rota-export")) } }
            }
            (kit::folded(&visit.say("rota-import"), &kit::act_form(visit, "import-rota", "/watch", &html! {
                label.field { span { (visit.say("calendar-file")) } input type="file" name="calendar@text" accept="text/calendar,.ics" required; }
                (kit::field(&visit.say("zone-otherwise"), "zone", "text", "UTC"))
                (kit::button(&visit.say("rota-import")))
            })))
            @if rota.imported_ms.is_some() {
                (kit::folded(&visit.say("rota-remove"), &kit::act_form(visit, "remove-rota", "/watch", &kit::button(&visit.say("rota-remove")))))
            }
        }
    }
}

fn history(visit: &Visit, past: &[PastWatchView]) -> Markup {
    html! {
        section {
            h2 id="past" { (visit.say("past-watches")) }
            @if past.is_empty() { (kit::nothing(&visit.say("no-past-watches"))) } @else {
                div.scroll tabindex="0" role="region" aria-labelledby="past" {
                    table {
                        thead { tr { th scope="col" { (visit.say("line")) } th scope="col" { (visit.say("post")) } th scope="col" { (visit.say("watch-who")) }
                            th scope="col" { (visit.say("from")) } th scope="col" { (visit.say("until")) } th scope="col" { (visit.say("ended-how")) } } }
                        tbody { @for watch in past { tr {
                            td { bdi { (watch.title) } } td { bdi { (watch.post) } } td { bdi { (watch.who) } }
                            td { (kit::moment(visit, watch.from_ms)) }
                            td { @if let Some(until) = watch.until_ms { (kit::moment(visit, until)) } @else { "–" } }
                            td { @if let Some(ending) = &watch.ending { (kit::said(visit, &ending.words, &ending.phrases)) } @if let Some(note) = &watch.note { " " span dir="auto" { (note) } } }
                        } } }
                    }
                }
            }
        }
    }
}

/// The rota as an iCalendar file.
pub(super) async fn file(visit: Visit) -> Result<Response, Failed> {
    let text = visit.service.rota_file(None).await.or_fail(&visit)?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"rota.ics\""),
    ];
    Ok((headers, text).into_response())
}
