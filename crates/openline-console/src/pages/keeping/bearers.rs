//! Bearers: every way to the other parties, and the pouch.

mod chart;
mod tests;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::view::{FaultView, PeerView};

use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

pub(super) async fn page(visit: Visit) -> Page {
    let status = visit.service.status().await.or_fail(&visit)?;
    let histories = visit.service.ways().await.or_fail(&visit)?;
    let body = html! {
        h1 { (visit.say("to-bearers")) }
        section id="bearers" data-live {
            p { (visit.say("listens-on")) " " @for at in &status.listening { code { (at) } " " } }
            @if status.peers.is_empty() { (kit::nothing(&visit.say("no-peers"))) }
            @for peer in &status.peers {
                (ways(&visit, peer))
                @for way in histories.iter().filter(|way| way.party_id == peer.id) {
                    (chart::chart(&visit, way))
                    (tests::tests(&visit, way))
                }
            }
        }
        section {
            h2 { (visit.say("network")) }
            p.hint { (visit.say("network-hint")) }
            (kit::act_form(&visit, "network-changed", "/bearers", &kit::button(&visit.say("network-changed"))))
        }
        section {
            h2 { (visit.say("pouch")) }
            p.hint { (visit.say("pouch-hint")) }
            @for peer in &status.peers {
                p { a.button-like download href={ "/bearers/pouch/" (kit::query(&peer.id)) } { (visit.words().with("pouch-pack", &[("party", peer.name.as_str().into())])) } }
            }
            (kit::act_form(&visit, "open-pouch", "/bearers", &html! {
                label.field { span { (visit.say("pouch-file")) } input type="file" name="pouch" required; }
                (kit::button(&visit.say("pouch-open")))
            }))
        }
        (faults(&visit, &status.faults))
    };
    Ok(shell::page(&visit, &visit.say("to-bearers"), &body))
}

fn ways(visit: &Visit, peer: &PeerView) -> Markup {
    html! {
        h2 { bdi { (peer.name) } }
        @if let Some(heard) = peer.last_heard_ms { p { (visit.say("last-heard")) " " (kit::moment(visit, heard)) } }
        @if peer.bearers.is_empty() {
            p.warning { (visit.say("no-bearer")) @if let Some(why) = &peer.last_failure { " " (kit::sentence(visit, why)) } }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(peer.name) {
                table {
                    thead { tr {
                        th scope="col" { (visit.say("bearer")) } th scope="col" { (visit.say("remote")) } th scope="col" { (visit.say("round-trips")) }
                        th scope="col" { (visit.say("since-col")) } th scope="col" { (visit.say("sent")) } th scope="col" { (visit.say("received")) }
                    } }
                    tbody { @for bearer in &peer.bearers { tr {
                        th scope="row" { code { (bearer.kind) } }
                        td { code { (bearer.remote) } }
                        td.figure { @if let Some(rtt) = bearer.rtt_us { (milliseconds(rtt)) " ms" } @else { "–" } }
                        td { (kit::moment(visit, bearer.since_ms)) }
                        td.figure { (bearer.bytes_sent) " B" } td.figure { (bearer.bytes_received) " B" }
                    } } }
                }
            }
        }
    }
}

fn milliseconds(us: u64) -> String {
    format!("{}.{}", us / 1000, us / 100 % 10)
}

fn faults(visit: &Visit, faults: &[FaultView]) -> Markup {
    html! {
        section id="faults" data-live {
            h2 { (visit.say("faults")) }
            @if faults.is_empty() { (kit::nothing(&visit.say("no-faults"))) }
            ul.plain {
                @for fault in faults {
                    li { (kit::moment(visit, fault.at_ms)) " · " bdi { (fault.peer) } ": " (kit::sentence(visit, &fault.words)) " " code { (fault.rule) }
                        @if fault.is_reported { " " em { (visit.say("fault-reported")) } } }
                }
            }
        }
    }
}

/// A pouch for a party, to be carried by hand.
pub(super) async fn pouch(visit: Visit, Path(party): Path<String>) -> Result<Response, Failed> {
    let bytes = visit.service.pack_pouch(&party).await.or_fail(&visit)?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"openline.pouch\"",
        ),
    ];
    Ok((headers, bytes).into_response())
}
