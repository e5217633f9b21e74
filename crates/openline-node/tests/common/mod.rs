//! Homes and nodes for tests, on loopback.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::time::Duration;

use openline_node::home::{Cost, Home, InitOptions};
use openline_node::service::Service;
use openline_node::view::{ProposeRequest, SendRequest, TermsView};
use openline_node::{Node, NodeOptions};

/// Longer than anything takes on a loaded machine; nothing waits for it to pass.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn make_home(folder: &Path, name: &str) {
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let options = InitOptions {
        name: name.to_owned(),
        passphrase: "p".to_owned(),
        seals_node_key: false,
        listen_quic: vec![any],
        listen_tls: vec![any],
        endpoints: vec![],
        cost: Cost {
            memory_kib: 64,
            passes: 1,
        },
    };
    Home::init(folder, &options).expect("a home");
}

/// Starts a node whose card tells where it really listens: the ports are known only once it runs.
pub fn start(folder: &Path, endpoints: Vec<String>) -> Node {
    let options = NodeOptions {
        endpoints: Some(endpoints),
        ..NodeOptions::default()
    };
    Node::start(folder, options).expect("the node starts")
}

pub async fn endpoints(service: &Service) -> Vec<String> {
    service.status().await.expect("status").listening
}

/// Each takes the other's card and confirms the phrase.
pub async fn relate(a: &Service, b: &Service) {
    let (card_a, card_b) = (a.card().await.expect("card"), b.card().await.expect("card"));
    let at_a = a.add_relation(&card_b.file).await.expect("added");
    let at_b = b.add_relation(&card_a.file).await.expect("added");
    assert_eq!(at_a.phrase, at_b.phrase, "both sides read the same words");
    assert_eq!(at_a.state, "pending");
    a.confirm_relation(&card_b.name, &at_a.phrase)
        .await
        .expect("confirmed");
    b.confirm_relation(&card_a.name, &at_b.phrase)
        .await
        .expect("confirmed");
}

/// Two nodes that know each other: Alpha, which is dialled, with its home in `a`, and Beta with its home in `b`.
pub async fn two(folder: &Path) -> (Node, Node) {
    let (home_a, home_b) = (folder.join("a"), folder.join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start_dialled(&home_a), start(&home_b, vec![]));
    relate(&a.service(), &b.service()).await;
    (a, b)
}

pub async fn wait_for(service: &Service, what: &str, done: impl AsyncFn(&Service) -> bool) {
    let (_, mut events) = service.events(None).await;
    let waiting = async {
        while !done(service).await {
            // A lagging receiver has missed some events; the state is looked at again all the same.
            let _ = tokio::time::timeout(Duration::from_millis(200), events.recv()).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        let status = service.status().await;
        panic!("waited in vain for {what}: {status:#?}");
    }
}

pub fn message(line: &str, text: &str) -> SendRequest {
    serde_json::from_value(serde_json::json!({
        "line": line, "post": "watch", "texts": [{"language": "en", "text": text}]
    }))
    .expect("a request")
}

/// Founds a line of two.
pub async fn found(a: &Service, b: &Service, with: &str) -> String {
    found_by_all(&[a.clone(), b.clone()], &[with]).await
}

/// Founds a line of two on terms of its own.
pub async fn found_with(a: &Service, b: &Service, change: impl FnOnce(&mut TermsView)) -> String {
    let with = b.card().await.expect("a card").name;
    let mut terms = quiet_terms();
    change(&mut terms);
    found_on(&[a.clone(), b.clone()], &[&with], terms).await
}

fn quiet_terms() -> TermsView {
    TermsView {
        title: "Watch line".to_owned(),
        settle_delay_ms: 50,
        // No test falls due while something else is tested.
        test_times: vec![],
        ..TermsView::default()
    }
}

/// Takes the watch of the post "watch": only a post on watch gives receipts.
pub async fn take_watch(service: &Service, line: &str) {
    let request = serde_json::json!({
        "posts": {"post": "watch", "lines": [line]}, "who": "the duty officer"
    });
    let request = serde_json::from_value(request).expect("a request");
    service.take_watch(request).await.expect("taken");
}

/// The first proposes a line with all the others, which sign it; returns when every one has it.
pub async fn found_by_all(services: &[Service], others: &[&str]) -> String {
    found_on(services, others, quiet_terms()).await
}

pub async fn found_on(services: &[Service], others: &[&str], terms: TermsView) -> String {
    let request = ProposeRequest {
        with: others.iter().map(|name| (*name).to_owned()).collect(),
        posts: vec!["watch".to_owned()],
        zone: "UTC".to_owned(),
        others: vec![],
        terms,
    };
    let charter = services[0].propose(request).await.expect("proposed");
    for service in &services[1..] {
        wait_for(service, "the proposal", async |s| {
            let charters = s.charters().await.expect("charters");
            charters.iter().any(|known| known.id == charter.id)
        })
        .await;
        service.sign_charter(&charter.id).await.expect("signed");
    }
    for service in services {
        wait_for(service, "the line", async |s| {
            let lines = s.lines().await.expect("lines");
            lines.iter().any(|line| line.id == charter.id)
        })
        .await;
    }
    charter.id
}

/// Starts a node that others can dial: on ports that were free a moment ago.
pub fn start_dialled(folder: &Path) -> Node {
    let quic = UdpSocket::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    let tls = TcpListener::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    start_at(folder, quic, tls)
}

/// Starts a node that others can dial at these addresses.
pub fn start_at(folder: &Path, quic: SocketAddr, tls: SocketAddr) -> Node {
    let options = NodeOptions {
        listen_quic: Some(vec![quic]),
        listen_tls: Some(vec![tls]),
        endpoints: Some(vec![format!("quic://{quic}"), format!("tls://{tls}")]),
        passphrase: None,
    };
    Node::start(folder, options).expect("starts")
}

/// Stops a node and waits until its home is free.
pub async fn stop(node: Node) {
    node.service().shutdown().await.expect("stops");
    node.stopped().await;
}

/// Waits until all hold one record in which nothing but marks is unsettled, and each holds the others' logs.
pub async fn one_record(services: &[&Service], line: &str) {
    wait_for(services[0], "one record", async |_| {
        let mut views = Vec::new();
        for service in services {
            views.push(service.line(line).await.expect("line"));
        }
        views.windows(2).all(|pair| {
            pair[0].record_root == pair[1].record_root && pair[0].settled == pair[1].settled
        }) && views.iter().all(|v| {
            v.parties
                .iter()
                .all(|p| p.index == v.me || p.holds_of_ours == v.parties[usize::from(v.me)].size)
        })
    })
    .await;
}

/// Exports the record, and has the verifier read it.
pub async fn verify(service: &Service, line: &str) -> openline_core::export::Report {
    let path = service.export(line).await.expect("export");
    let bytes = std::fs::read(&path).expect("read");
    openline_core::export::verify(&bytes, |_| ()).expect("verifies")
}

/// Waits until all export one and the same record: a mark that is written between two exports is in the next ones.
pub async fn one_export(services: &[&Service], line: &str) {
    one_record(services, line).await;
    wait_for(services[0], "one export", async |_| {
        let mut exports = Vec::new();
        for service in services {
            let report = verify(service, line).await;
            exports.push((report.entries, report.root));
        }
        exports.windows(2).all(|pair| pair[0] == pair[1])
    })
    .await;
}
