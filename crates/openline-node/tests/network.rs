//! Where a node can be reached: on IPv6 alone, and elsewhere than before.

mod common;

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;

use common::{PATIENCE, found, make_home, message, relate, start, start_at, stop, wait_for};
use openline_node::Node;
use openline_node::service::Service;

/// Addresses on `host` that were free a moment ago.
fn free(host: &str) -> (SocketAddr, SocketAddr) {
    let any = format!("{host}:0");
    let quic = UdpSocket::bind(&any).and_then(|socket| socket.local_addr());
    let tls = TcpListener::bind(&any).and_then(|socket| socket.local_addr());
    (quic.expect("a port"), tls.expect("a port"))
}

fn start_on(folder: &Path, host: &str) -> Node {
    let (quic, tls) = free(host);
    start_at(folder, quic, tls)
}

async fn is_stored(from: &Service, line: &str, text: &str) {
    let sent = from.send(message(line, text)).await.expect("released");
    let holders = from.wait_stored(line, &sent.place, PATIENCE).await;
    assert_eq!(holders.expect("stored").len(), 1, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hosts_that_have_only_ipv6_keep_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start_on(&home_a, "[::1]"), start_on(&home_b, "[::1]"));
    let (sa, sb) = (a.service(), b.service());
    let listening = sa.status().await.expect("status").listening;
    assert!(!listening.is_empty());
    assert!(
        listening.iter().all(|at| at.contains("[::1]:")),
        "{listening:?}"
    );
    relate(&sa, &sb).await;
    let line = found(&sa, &sb, "Beta").await;
    is_stored(&sa, &line, "Over IPv6.").await;
    is_stored(&sb, &line, "Both ways.").await;
    for service in [&sa, &sb] {
        wait_for(service, "both bearers", async |s| {
            let peers = s.status().await.expect("status").peers;
            let bearers = || peers.iter().flat_map(|peer| &peer.bearers);
            let has = |kind| bearers().any(|bearer| bearer.kind == kind);
            has("quic") && has("tls") && bearers().all(|bearer| bearer.remote.contains("[::1]:"))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_moves_is_found_where_its_new_card_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (
        start_on(&home_a, "127.0.0.1"),
        start_on(&home_b, "127.0.0.1"),
    );
    let sb = b.service();
    relate(&a.service(), &sb).await;
    let line = found(&a.service(), &sb, "Beta").await;
    is_stored(&sb, &line, "Before the move.").await;
    stop(a).await;
    let waiting = sb.send(message(&line, "While it moves.")).await;
    let waiting = waiting.expect("released though nobody answers");

    // Elsewhere now, on the other family; it still knows where the other is, and its card comes with the greeting.
    let a = start_on(&home_a, "[::1]");
    let holders = sb.wait_stored(&line, &waiting.place, PATIENCE).await;
    assert_eq!(holders.expect("stored"), ["Alpha"]);
    let quic = a.service().status().await.expect("status").listening;
    wait_for(&sb, "the new card", async |s| {
        let relations = s.relations().await.expect("relations");
        let known = relations.first().map(|alpha| alpha.endpoints.clone());
        known.is_some_and(|known| quic.iter().all(|at| known.contains(at)))
    })
    .await;

    // What the card said is kept: from now on it is the other that dials.
    stop(b).await;
    let b = start(&home_b, vec![]);
    is_stored(&b.service(), &line, "After the move.").await;
}
