//! Two nodes of two parties, with real homes, stores and sockets on loopback.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use openline_node::home::{Cost, Home, InitOptions};
use openline_node::service::{LogQuery, Service};
use openline_node::view::{ProposeRequest, SendRequest, TermsView};
use openline_node::{Node, NodeOptions};

/// Longer than anything takes on a loaded machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(60);

fn make_home(folder: &Path, name: &str) {
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
async fn start(folder: &Path, endpoints: Vec<String>) -> Node {
    let options = NodeOptions {
        endpoints: Some(endpoints),
        ..NodeOptions::default()
    };
    Node::start(folder, options).await.expect("the node starts")
}

async fn endpoints(service: &Service) -> Vec<String> {
    service.status().await.expect("status").listening
}

/// Each takes the other's card and confirms the phrase.
async fn relate(a: &Service, b: &Service) {
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

async fn wait_for(service: &Service, what: &str, done: impl AsyncFn(&Service) -> bool) {
    let (_, mut events) = service.events(None).await;
    let waiting = async {
        while !done(service).await {
            // A lagging receiver has missed some events; the state is looked at again all the same.
            let _ = tokio::time::timeout(Duration::from_millis(200), events.recv()).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

fn message(line: &str, text: &str) -> SendRequest {
    serde_json::from_value(serde_json::json!({
        "line": line, "post": "watch", "texts": [{"language": "en", "text": text}]
    }))
    .expect("a request")
}

async fn found(a: &Service, b: &Service, with: &str) -> String {
    let request = ProposeRequest {
        with: vec![with.to_owned()],
        posts: vec!["watch".to_owned()],
        zone: "UTC".to_owned(),
        others: vec![],
        terms: TermsView {
            title: "Watch line".to_owned(),
            settle_delay_ms: 50,
            ..TermsView::default()
        },
    };
    let charter = a.propose(request).await.expect("proposed");
    let id = charter.id.clone();
    wait_for(b, "the proposal", async |b| {
        b.charters()
            .await
            .expect("charters")
            .iter()
            .any(|c| c.id == id)
    })
    .await;
    b.sign_charter(&charter.id).await.expect("signed");
    for side in [a, b] {
        let id = charter.id.clone();
        wait_for(side, "the line", async |s| {
            s.lines().await.expect("lines").iter().any(|l| l.id == id)
        })
        .await;
    }
    charter.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_on_both_records_and_both_exports_verify_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    // The first start is only to learn a free port, which the card then tells.
    let first = start(&home_a, vec![]).await;
    let listening = endpoints(&first.service()).await;
    first.service().shutdown().await.expect("stops");
    first.stopped().await;
    let port = |kind: &str| -> Vec<SocketAddr> {
        let found = listening
            .iter()
            .find_map(|e| e.strip_prefix(&format!("{kind}://"))?.parse().ok());
        found.into_iter().collect()
    };
    let options = NodeOptions {
        listen_quic: Some(port("quic")),
        listen_tls: Some(port("tls")),
        endpoints: Some(listening.clone()),
        passphrase: None,
    };
    let a = Node::start(&home_a, options).await.expect("starts");
    let b = start(&home_b, vec![]).await;
    let (sa, sb) = (a.service(), b.service());
    relate(&sa, &sb).await;
    let line = found(&sa, &sb, "Beta").await;

    let sent = sa
        .send(message(&line, "The line is open."))
        .await
        .expect("released");
    let holders = sa
        .wait_stored(&line, &sent.place, PATIENCE)
        .await
        .expect("stored");
    assert_eq!(holders, ["Beta"]);
    let reply = sb
        .send(message(&line, "We hold your message."))
        .await
        .expect("released");
    sb.wait_stored(&line, &reply.place, PATIENCE)
        .await
        .expect("stored");
    assert_eq!(sb.inbox(None, 10).await.expect("inbox").len(), 1);
    let hits = sb.search("open", None, 10).await.expect("search");
    assert_eq!(hits.len(), 1);
    let view = sa.entry(&line, &sent.place).await.expect("entry");
    assert_eq!(view.brief.stage, "stored");

    for side in [&sa, &sb] {
        wait_for(side, "both messages", async |s| {
            let query = LogQuery {
                line: line.clone(),
                limit: 100,
                ..LogQuery::default()
            };
            let log = s.log(query).await.expect("log");
            log.iter().filter(|e| e.kind == "message").count() == 2
        })
        .await;
    }
    wait_for(&sa, "one record", async |a| {
        let (va, vb) = (
            a.line(&line).await.expect("line"),
            sb.line(&line).await.expect("line"),
        );
        va.record_root == vb.record_root && va.settled == vb.settled
    })
    .await;
    let verify = async |s: &Service| {
        let path = s.export(&line).await.expect("export");
        let bytes = std::fs::read(&path).expect("read");
        openline_core::export::verify(&bytes, |_| ()).expect("verifies")
    };
    let (ra, rb) = (verify(&sa).await, verify(&sb).await);
    assert_eq!((ra.entries, ra.root), (rb.entries, rb.root));
    let proof = sb
        .disclose(&line, &sent.place, true)
        .await
        .expect("disclosed");
    openline_core::proof::Proof::parse(&proof)
        .expect("parses")
        .verify()
        .expect("verifies");

    for node in [a, b] {
        node.service().shutdown().await.expect("stops");
        node.stopped().await;
    }
}
