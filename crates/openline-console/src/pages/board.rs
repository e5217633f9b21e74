//! The board: every relation and line at a glance, from across the room.

use maud::{Markup, html};
use openline_node::view::{
    AwaitedItemView, AwaitedView, CharterView, LineView, OpenView, PartyWatchView, PeerView,
    PostView, RelationView, StateFindingView,
};

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Messages that wait, shown for each line.
const WAITING_MAX: usize = 8;

pub(crate) async fn board(visit: Visit) -> Page {
    let status = visit.service.status().await.or_fail(&visit)?;
    let watch = visit.service.watch(None).await.or_fail(&visit)?;
    let mut cards = Vec::new();
    for line in &status.lines {
        let open = visit
            .service
            .open_exchanges(&line.id, WAITING_MAX)
            .await
            .or_fail(&visit)?;
        let awaited = visit.service.awaited(&line.id).await.or_fail(&visit)?;
        let posts: Vec<&PostView> = watch
            .posts
            .iter()
            .filter(|post| post.line == line.id)
            .collect();
        let is_of_line = |peer: &&PeerView| line.parties.iter().any(|party| party.id == peer.id);
        let peers: Vec<&PeerView> = status.peers.iter().filter(is_of_line).collect();
        cards.push(card(&visit, line, (&posts, &peers), (&open, &awaited)));
    }
    let relations = visit.service.relations().await.or_fail(&visit)?;
    let charters = visit.service.charters().await.or_fail(&visit)?;
    for relation in &relations {
        let has_line = |line: &LineView| line.parties.iter().any(|party| party.id == relation.id);
        if !status.lines.iter().any(has_line) {
            let peer = status.peers.iter().find(|peer| peer.id == relation.id);
            cards.push(without_line(&visit, relation, peer, &charters));
        }
    }
    let body = html! {
        h1 { (visit.say("board-title")) }
        div.board data-live id="board" {
            @if status.store.state != "sound" {
                p.warning role="alert" {
                    strong { (visit.words().term("store", &status.store.state)) } " "
                    @if let Some(reason) = &status.store.reason { (kit::facade(&visit, reason)) }
                }
            }
            @if let Some(doubt) = &status.clock_doubt { p.warning role="alert" { (kit::facade(&visit, doubt)) } }
            @for finding in &watch.findings { p.warning { (kit::said_sentence(&visit, &finding.words, &finding.phrases)) } }
            @if cards.is_empty() { (kit::nothing(&visit.say("board-no-lines"))) }
            @for card in &cards { (card) }
        }
    };
    Ok(shell::page(&visit, &visit.say("board-title"), &body))
}

fn card(
    visit: &Visit,
    line: &LineView,
    (posts, peers): (&[&PostView], &[&PeerView]),
    (open, awaited): (&[OpenView], &[AwaitedView]),
) -> Markup {
    let state = &line.state;
    html! {
        article class={ "card edge-" (state.state.replace(' ', "-")) } aria-labelledby={ "line-" (line.id) } {
            header {
                h2 id={ "line-" (line.id) } { a href=(kit::line_path(&line.id)) { bdi { (line.title) } } }
                p.level { (visit.say("level")) " " bdi { (line.level) } }
                p.big { (shell::state_mark(visit, &state.state)) }
            }
            p.words { (kit::said_sentence(visit, &state.words, &state.phrases)) }
            @if let Some(since) = state.since_ms {
                p.since { (visit.say("since")) " " (kit::moment(visit, since)) " (" (kit::counting(visit, since)) ")" }
            }
            (evidence(visit, &state.findings))
            dl.facts {
                dt { (visit.say("bearers")) }
                dd { (bearers(visit, peers)) }
                dt { (visit.say("watch-here")) }
                dd { (watch_here(visit, posts)) }
                @for party in line.parties.iter().filter(|party| party.index != line.me) {
                    dt { bdi { (party.name) } }
                    dd {
                        @if let Some(watch) = &party.watch { (watch_there(visit, watch)) }
                        (visit.words().with("holds-of-ours", &[
                            ("held", party.holds_of_ours.into()),
                            ("all", own_size(line).into()),
                        ]))
                    }
                }
            }
            h3 { (visit.say("waiting")) }
            @if open.is_empty() && awaited.is_empty() { (kit::nothing(&visit.say("nothing-waits"))) }
            (waiting(visit, open))
            (words_awaited(visit, &line.id, awaited))
        }
    }
}

/// A relation on which no line stands yet: what is there of it, and what is missing.
fn without_line(
    visit: &Visit,
    relation: &RelationView,
    peer: Option<&PeerView>,
    charters: &[CharterView],
) -> Markup {
    let is_proposed = |charter: &&CharterView| {
        !charter.is_founded && charter.parties.iter().any(|party| party.id == relation.id)
    };
    let proposed: Vec<&CharterView> = charters.iter().filter(is_proposed).collect();
    let id = format!("relation-{}", relation.id);
    html! {
        article.card aria-labelledby=(id) {
            header {
                h2 id=(id) { bdi { (relation.name) } }
                p.level { (visit.say("board-no-line")) }
            }
            dl.facts {
                dt { (visit.say("relation")) }
                dd { (visit.words().term("relation", &relation.state)) }
                @if let Some(peer) = peer {
                    dt { (visit.say("bearers")) }
                    dd { (bearers(visit, &[peer])) }
                }
                @for charter in proposed {
                    dt { (visit.say("charter")) }
                    dd {
                        bdi { (charter.terms.title) }
                        ul.plain { @for party in &charter.parties { li {
                            bdi { (party.name) } ": "
                            (visit.say(if party.has_signed { "charter-has-signed" } else { "charter-has-not-signed" }))
                        } } }
                    }
                }
            }
            p { a href="/administration/relations" { (visit.say("relations")) } }
        }
    }
}

/// The other side's posts, as it has signed them.
fn watch_there(visit: &Visit, watch: &PartyWatchView) -> Markup {
    html! {
        ul.plain {
            @for post in &watch.posts {
                li {
                    strong { bdi { (post.post) } } ": "
                    @if post.is_attended {
                        (visit.say("post-attended"))
                        @if !post.languages.is_empty() { " (" (post.languages.join(", ")) ")" }
                        @if let Some(until) = post.until_ms { " " (visit.say("until")) " " (kit::moment(visit, until)) }
                    } @else { strong.unattended { (visit.say("post-unattended")) } }
                }
            }
        }
        @if !watch.posts.is_empty() { p.hint { (visit.say("watch-signed")) " " (kit::moment(visit, watch.issued_ms)) } }
    }
}

fn own_size(line: &LineView) -> u64 {
    let own = line.parties.iter().find(|party| party.index == line.me);
    own.map_or(0, |own| own.size)
}

/// What the state rests on: which side it is about, and whether that side has signed it.
fn evidence(visit: &Visit, findings: &[StateFindingView]) -> Markup {
    if findings.is_empty() {
        return html! {};
    }
    kit::folded(
        &visit.say("evidence"),
        &html! {
            ul.findings {
                @for finding in findings {
                    li {
                        strong { (visit.words().term("state", &finding.state)) } " – " bdi { (finding.party) } ": "
                        (kit::said(visit, &finding.words, &finding.phrases)) " "
                        em { (visit.say(if finding.is_signed { "evidence-signed" } else { "evidence-inferred" })) }
                    }
                }
            }
        },
    )
}

fn bearers(visit: &Visit, peers: &[&PeerView]) -> Markup {
    html! {
        ul.plain {
            @for peer in peers {
                @for bearer in &peer.bearers {
                    li {
                        code { (bearer.kind) } " "
                        @if let Some(rtt) = bearer.rtt_us {
                            (visit.words().with("round-trip", &[("ms", format!("{:.1}", rtt as f64 / 1000.0).as_str().into())]))
                        }
                    }
                }
                @if peer.bearers.is_empty() {
                    li {
                        (visit.say("no-bearer"))
                        @if let Some(heard) = peer.last_heard_ms { " " (visit.say("last-heard")) " " (kit::moment(visit, heard)) }
                        @if let Some(why) = &peer.last_failure { " " (kit::facade(visit, why)) }
                    }
                }
            }
        }
    }
}

fn watch_here(visit: &Visit, posts: &[&PostView]) -> Markup {
    html! {
        ul.plain {
            @for post in posts {
                li {
                    strong { bdi { (post.post) } } ": "
                    @match &post.who {
                        Some(who) => {
                            bdi { (who) }
                            @if !post.languages.is_empty() { " (" (post.languages.join(", ")) ")" }
                            @if let Some(since) = post.since_ms { " " (visit.say("since")) " " (kit::moment(visit, since)) }
                        }
                        None => { strong.unattended { (visit.say("post-unattended")) } " " a href="/watch" { (visit.say("take-watch")) } }
                    }
                    @if let Some(note) = &post.note && let Some(to) = &note.to {
                        p.hint {
                            (visit.words().with("handover-offered", &[("from", note.from.as_str().into()), ("to", to.as_str().into())])) " "
                            a href="/watch" { (visit.say("take-watch")) }
                        }
                    }
                }
            }
        }
    }
}

/// Whose word is waited for beside answers to messages: ours first.
fn words_awaited(visit: &Visit, line: &str, awaited: &[AwaitedView]) -> Markup {
    if awaited.is_empty() {
        return html! {};
    }
    let of = |party: &str| visit.words().with("awaited-of", &[("party", party.into())]);
    html! {
        ul.waiting {
            @for one in awaited {
                li {
                    @let party = of(&one.party_name);
                    @if one.is_ours { strong { (party) } } @else { (party) } " "
                    (kit::type_mark(visit, &one.message_type)) " "
                    (visit.words().term("awaited", &one.matter)) " – "
                    @for (at, item) in one.newest.iter().enumerate() {
                        @if at > 0 { "; " }
                        a href=(way_to(line, &one.matter, item)) { bdi { @if item.title.is_empty() { (item.place) } @else { (item.title) } } }
                    }
                    @let more = one.count.saturating_sub(one.newest.len() as u64);
                    @if more > 0 { " " (visit.words().with("awaited-more", &[("count", more.into())])) }
                }
            }
        }
    }
}

/// The page on which that word is given.
fn way_to(line: &str, matter: &str, item: &AwaitedItemView) -> String {
    let line = kit::line_path(line);
    let about = &item.about;
    match matter {
        "request" | "schedule" | "held" | "return" => format!("{line}/encounters/{about}"),
        "topic" => format!("{line}/topics/{about}"),
        "initial" | "signature" => format!("{line}/texts/{about}"),
        "undertaking" => format!("{line}/topics"),
        "contact" => format!("{line}/history"),
        "terms" => format!("{line}/glossary"),
        "slots" => format!("{line}/slots"),
        "origin" => format!("{line}/origin"),
        "purge" => format!("{line}/record"),
        _ => format!("{line}/entries/{}", item.place),
    }
}

/// What waits for whom, with the clocks that run.
fn waiting(visit: &Visit, open: &[OpenView]) -> Markup {
    if open.is_empty() {
        return html! {};
    }
    html! {
        ul.waiting {
            @for item in open {
                li {
                    a href=(kit::entry_path(&item.entry.line, &item.entry.place)) { (item.entry.place) } " "
                    (kit::type_mark(visit, &item.entry.message_type)) " "
                    @if let Some(precedence) = &item.entry.precedence { (kit::precedence_mark(visit, precedence)) " " }
                    span dir="auto" { (item.entry.summary) }
                    @for exchange in item.exchanges.iter().filter(|exchange| !exchange.is_closed) {
                        p.exchange {
                            (kit::said_sentence(visit, &exchange.words, &exchange.phrases))
                            @for deadline in &exchange.deadlines {
                                " " span.deadline {
                                    (visit.words().term("owed", &deadline.owed)) " " (kit::counting(visit, deadline.due_ms))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
