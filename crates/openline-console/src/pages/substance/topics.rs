//! Topics and undertakings, as each side sees them.

use axum::extract::{Path, Query};
use maud::{Markup, html};
use openline_node::view::{LineView, TopicView, UndertakingView};

use super::claims::{assent, link, parties, posts};
use super::places::{self, Places};
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

const STATUSES: [&str; 5] = ["open", "under discussion", "agreed", "set aside", "closed"];
/// Positions that a list shows of each topic.
const LAST: usize = 3;
const KEPT: [&str; 4] = ["kept", "kept in part", "not kept", "under way"];

/// Topics on one page, and undertakings; the rest by "older".
const PAGE: usize = 20;

pub(super) async fn list(
    visit: Visit,
    Path(line): Path<String>,
    Query(part): Query<kit::Part>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let topics = visit.service.topics(&line.id).await.or_fail(&visit)?;
    let undertakings = visit.service.undertakings(&line.id).await.or_fail(&visit)?;
    let held = visit.service.encounters(&line.id).await.or_fail(&visit)?;
    let encounters = places::encounters(&visit, &held, None);
    let sources = places::sources(&visit, &line, &held).await?;
    let back = format!("{}/topics", kit::line_path(&line.id));
    let (shown, older) = part.of(topics.iter().rev(), PAGE);
    let (promises, more) = part.of(undertakings.iter().rev(), PAGE);
    let older = older.or(more);
    let body = html! {
        h1 { (visit.say("line-topics")) }
        div id="topics" data-live {
            @if topics.is_empty() { (kit::nothing(&visit.say("no-topics"))) }
            @for topic in shown {
                section id=(kit::part_id("topic", &topic.place)) data-live {
                    h2 { a href={ (back) "/" (topic.place) } { bdi { (topic.title) } } " " (kit::type_mark(&visit, &topic.message_type)) }
                    (account(&visit, &line, topic, &undertakings, LAST, &back))
                }
            }
        }
        section {
            h2 { (visit.say("topic-raise")) }
            (kit::act_form(&visit, "raise-topic", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                    (kit::choice(&visit.say("kind"), "kind", "", &kit::terms(&visit, "topic", &["issue", "opportunity"])))
                    (kit::choice(&visit.say("type"), "message_type", "real", &kit::terms(&visit, "type", &["real", "exercise"])))
                }
                (kit::needed(&visit.say("title"), "title", "text", ""))
                (places::several(&visit, &visit.say("raised-in-hint"), "raised_in:list", &encounters))
                (kit::area(&visit.say("words"), "words", 3, "", false))
                (kit::button(&visit.say("review")))
            }))
        }
        section {
            h2 { (visit.say("undertakings")) }
            div id="undertakings" data-live {
                @if undertakings.is_empty() { (kit::nothing(&visit.say("no-undertakings"))) }
                @for undertaking in promises { (promise(&visit, &line, undertaking, &back)) }
                (kit::older(&visit, &back, older))
            }
            (kit::folded(&visit.say("undertaking-note"), &kit::act_form(&visit, "note-undertaking", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                    (kit::choice(&visit.say("who"), "who", "", &parties(&line)))
                    (kit::field(&visit.say("undertaking-office"), "office", "text", ""))
                    (kit::time(&visit, &visit.say("by-when"), "by_ms:time", ""))
                }
                (places::one(&visit.say("taken-from-hint"), "from", &sources))
                (kit::area(&visit.say("what-will-be-done"), "what", 3, "", true))
                (places::several(&visit, &visit.say("topics-hint"), "topics:list", &named(&visit, &topics)))
                (kit::button(&visit.say("review")))
            })))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/topics",
        &visit.say("line-topics"),
        &body,
    ))
}

/// The topics, as a form shows them.
fn named(visit: &Visit, topics: &[TopicView]) -> Places {
    let shown = topics.iter().rev().map(|topic| {
        let kind = visit.words().term("topic", &topic.kind);
        places::shown(&kind, &topic.title, &topic.place)
    });
    shown.collect()
}

/// A topic with all that was said of it, and what can be said.
pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let place = format!("{party}/{index}");
    let topic = visit
        .service
        .topic(&line.id, &place)
        .await
        .or_fail(&visit)?;
    let undertakings = visit.service.undertakings(&line.id).await.or_fail(&visit)?;
    let held = visit.service.encounters(&line.id).await.or_fail(&visit)?;
    let encounters = places::encounters(&visit, &held, None);
    let back = format!("{}/topics/{place}", kit::line_path(&line.id));
    let body = html! {
        section id=(kit::part_id("topic", &place)) {
            h1 { bdi { (topic.title) } " " (kit::type_mark(&visit, &topic.message_type)) }
            div id="topic-account" data-live { (account(&visit, &line, &topic, &undertakings, usize::MAX, &back)) }
            h2 { (visit.say("state-position")) }
            (kit::act_form(&visit, "state-position", &back, &html! {
                (kit::hidden("line", &line.id)) (kit::hidden("of", &topic.place))
                (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                (kit::area(&visit.say("position"), "words", 3, "", false))
                (kit::choice(&visit.say("status-as-we-see-it"), "status", "", &with_none(&visit, &STATUSES)))
                (places::several(&visit, &visit.say("put-in-hint"), "put_in:list", &encounters))
                (kit::button(&visit.say("review")))
            }))
        }
    };
    let title = visit.say("line-topics");
    Ok(shell::line_page(&visit, &line, "/topics", &title, &body))
}

/// How each side sees a topic, and the last of what was said of it.
fn account(
    visit: &Visit,
    line: &LineView,
    topic: &TopicView,
    undertakings: &[UndertakingView],
    last: usize,
    back: &str,
) -> Markup {
    let attached = undertakings
        .iter()
        .filter(|undertaking| undertaking.topics.contains(&topic.place));
    let said = &topic.positions[topic.positions.len().saturating_sub(last)..];
    html! {
            p { strong { (visit.words().term("topic", &topic.kind)) } " · " (visit.say("raised-by")) " " bdi { (topic.raised_by) }
                @for place in &topic.raised_in { " " (link(line, place)) } " · " (link(line, &topic.place)) }
            @if let Some(words) = &topic.words { p dir="auto" { (words) } }
            p { (assent(visit, line, &topic.place, &topic.assent, back)) }
            p { (visit.say("last-discussed")) " " (kit::moment(visit, topic.last_ms)) ", " bdi { (topic.last_party) } " " (link(line, &topic.last_place)) }
            @if !topic.seen_as.is_empty() {
                h3 { (visit.say("seen-as")) }
                ul { @for seen in &topic.seen_as { li { bdi { (seen.party_name) } ": " strong { (visit.words().term("topic-status", &seen.status)) } " " (link(line, &seen.place)) } } }
            }
            @if !topic.positions.is_empty() {
                h3 { (visit.say("positions")) }
                ol { @for position in said { li {
                    bdi { (position.party_name) } ", " (kit::moment(visit, position.time_ms)) " " (link(line, &position.place))
                    @if let Some(words) = &position.words { p dir="auto" { (words) } }
                    @if let Some(before) = &position.words_before { p.before { (visit.say("before")) " " del dir="auto" { (before) } } }
                    @if let Some(status) = &position.status { p { (visit.words().term("topic-status", status)) @if let Some(before) = &position.status_before { " (" (visit.say("before")) " " (visit.words().term("topic-status", before)) ")" } } }
                } } }
            }
            @for undertaking in attached { p { (visit.say("undertaking")) " " (link(line, &undertaking.place)) ": " span dir="auto" { (undertaking.what) } } }
    }
}

fn with_none(visit: &Visit, words: &[&str]) -> Vec<(String, String)> {
    let none = (String::new(), visit.say("unchanged"));
    std::iter::once(none)
        .chain(kit::terms(visit, "topic-status", words))
        .collect()
}

fn promise(visit: &Visit, line: &LineView, undertaking: &UndertakingView, back: &str) -> Markup {
    html! {
        div.item id=(kit::part_id("undertaking", &undertaking.place)) data-live {
            p { strong { bdi { (undertaking.who) } } @if let Some(office) = &undertaking.office { " (" bdi { (office) } ")" } ": " span dir="auto" { (undertaking.what) } " " (kit::type_mark(visit, &undertaking.message_type)) " " (link(line, &undertaking.place)) }
            p { (visit.say("taken-from")) " " (link(line, &undertaking.taken_from)) @if let Some(by) = undertaking.by_ms { " · " (visit.say("by-when")) " " (kit::moment(visit, by)) } }
            p { (assent(visit, line, &undertaking.place, &undertaking.assent, back)) }
            @if undertaking.is_disputed { p.warning { (visit.say("accounts-differ")) } }
            ul { @for account in &undertaking.accounts { li { bdi { (account.party_name) } ": " strong { (visit.words().term("kept", &account.kept)) } ", " (kit::moment(visit, account.time_ms)) @if let Some(words) = &account.words { " – " span dir="auto" { (words) } } } } }
            (kit::folded(&visit.say("give-account"), &kit::act_form(visit, "give-account", back, &html! {
                (kit::hidden("line", &line.id)) (kit::hidden("of", &undertaking.place))
                (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                (kit::choice(&visit.say("account"), "kept", "", &kit::terms(visit, "kept", &KEPT)))
                (kit::field(&visit.say("words"), "words", "text", ""))
                (kit::button(&visit.say("review")))
            })))
        }
    }
}
