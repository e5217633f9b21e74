//! Two nodes of two parties, with real homes, stores and sockets on loopback.

mod common;

use common::{PATIENCE, found, message, one_export, two, wait_for};
use openline_node::service::LogQuery;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_on_both_records_and_both_exports_verify_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
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
    one_export(&[&sa, &sb], &line).await;
    let proof = sb
        .disclose(&line, &sent.place, true)
        .await
        .expect("disclosed");
    openline_core::proof::Proof::parse(&proof)
        .expect("parses")
        .verify()
        .expect("verifies");

    // One side always founds a line a moment before the other.
    for side in [&sa, &sb] {
        let faults = side.status().await.expect("status").faults;
        assert!(faults.is_empty(), "{faults:?}");
    }

    for node in [a, b] {
        node.service().shutdown().await.expect("stops");
        node.stopped().await;
    }
}
