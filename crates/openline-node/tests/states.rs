//! What state a line is said to be in, on both sides, between real nodes.

mod common;

use common::{found, start, stop, two, wait_for};
use openline_node::service::Service;
use openline_node::view::{NoticeRequest, StateView, StatusRequest};

async fn state(service: &Service, line: &str) -> StateView {
    service.line_state(line).await.expect("a state").0
}

async fn comes_to(service: &Service, line: &str, word: &str) -> StateView {
    wait_for(service, word, async |s| state(s, line).await.state == word).await;
    state(service, line).await
}

fn notice(line: &str, kind: &str, until_ms: Option<i64>) -> NoticeRequest {
    NoticeRequest {
        line: line.to_owned(),
        kind: kind.to_owned(),
        from_ms: None,
        until_ms,
        words: Some("by order".to_owned()),
    }
}

/// A time far ahead.
const LATER: i64 = 4_000_000_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_say_the_same_and_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = found(&a, &b, "Beta").await;

    // Nobody has taken the watch: there is contact, and it is said that nobody is there.
    for service in [&a, &b] {
        let said = comes_to(service, &line, "unattended").await;
        assert!(said.findings.iter().any(|finding| finding.state == "open"));
    }

    let declining = notice(&line, "declining", Some(LATER));
    b.give_notice(declining).await.expect("given");
    let ours = comes_to(&b, &line, "declining").await;
    let theirs = comes_to(&a, &line, "declining").await;
    assert!(ours.words.contains("we take no contact"), "{}", ours.words);
    assert!(theirs.words.contains("by order") && theirs.words.contains("(signed)"));
    let bad = b.give_notice(notice(&line, "declining", None)).await;
    assert!(bad.is_err_and(|error| error.to_string().contains("next window")));
    // What can't be signed would keep everything else from being said.
    let unsaid = [
        (Some(String::new()), Some(LATER)),
        (Some("long ".repeat(1000)), Some(LATER)),
        (None, Some(i64::MAX)),
    ];
    for (words, until_ms) in unsaid {
        let bad = NoticeRequest {
            words,
            ..notice(&line, "drill", until_ms)
        };
        let bad = b.give_notice(bad).await;
        assert!(bad.is_err_and(|error| error.to_string().contains("can't be said")));
    }
    b.withdraw_notice(&line, "declining")
        .await
        .expect("withdrawn");
    comes_to(&a, &line, "unattended").await;

    let status = |act: &str| StatusRequest {
        line: line.clone(),
        post: "watch".to_owned(),
        act: act.to_owned(),
        message_type: "real".to_owned(),
        effective_ms: None,
        until_ms: None,
        classes: vec![],
        reason: None,
    };
    b.set_status(status("suspend"))
        .await
        .expect("on the record");
    for service in [&a, &b] {
        let said = comes_to(service, &line, "suspended").await;
        assert!(said.words.contains("Beta has suspended the line"));
        assert!(said.findings[0].is_signed);
    }
    b.set_status(status("resume")).await.expect("on the record");
    for service in [&a, &b] {
        comes_to(service, &line, "unattended").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_has_said_so_and_is_believed_by_signature() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let home_b = folder.path().join("b");
    let line = found(&a, &b, "Beta").await;
    comes_to(&a, &line, "unattended").await;
    let fault = notice(&line, "drill", Some(LATER));
    b.give_notice(fault).await.expect("given");
    wait_for(&a, "the drill", async |s| {
        let notices = s.notices(&line).await.expect("notices");
        notices.iter().any(|notice| notice.kind == "drill")
    })
    .await;
    stop(node_b).await;
    let said = comes_to(&a, &line, "node down").await;
    assert!(said.findings[0].is_signed, "{}", said.words);
    assert!(said.words.contains("being stopped"), "{}", said.words);

    let node_b = start(&home_b, vec![]);
    comes_to(&a, &line, "unattended").await;
    // Contact is there a moment before what the node that has begun to run says.
    let what = "what was given to hold over a restart, and that it stopped to be over";
    wait_for(&a, what, async |s| {
        let notices = s.notices(&line).await.expect("notices");
        let kinds: Vec<&str> = notices.iter().map(|notice| notice.kind.as_str()).collect();
        kinds == ["drill"]
    })
    .await;
    drop(node_b);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_answers_without_its_node_is_node_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = found(&a, &b, "Beta").await;
    comes_to(&b, &line, "unattended").await;
    stop(node_a).await;
    // The notice says so, and so does the closed port once it has been dialled.
    comes_to(&b, &line, "node down").await;
    let failed = async |s: &Service| {
        let peers = s.status().await.expect("status").peers;
        peers.iter().any(|peer| peer.last_failure.is_some())
    };
    wait_for(&b, "a refused attempt", failed).await;
    assert_eq!(state(&b, &line).await.state, "node down");
}
