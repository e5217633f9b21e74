//! What a node keeps of a record between calls is what a node computes that has just started, however many ask at once while
//! the record grows.

mod common;

use common::{found, message, start, stop, take_watch, two};
use openline_node::service::Service;

/// What folds give, in one text.
async fn told(service: &Service, line: &str) -> String {
    let until = Some(i64::MAX / 4);
    let review = service.review(line, None).await.expect("review");
    let due = service
        .notifications_due(Some(line))
        .await
        .expect("notifications");
    let mut open = service.open_exchanges(line, 4096).await.expect("open");
    let mut doubts = Vec::new();
    for party in 0..2 {
        let log = service.line(line).await.expect("a line").parties;
        for index in 0..log[party].size {
            let entry = service.entry(line, &format!("{party}/{index}")).await;
            doubts.push(entry.expect("an entry").brief.doubts);
        }
    }
    // Clocks run on between two looks.
    open.iter_mut().for_each(|open| {
        open.exchanges
            .iter_mut()
            .for_each(|exchange| exchange.deadlines.clear())
    });
    let awaited = service.awaited(line).await.expect("awaited");
    let health = service.health(line, 1, until).await.expect("health");
    serde_json::to_string_pretty(&(review, due, open, doubts, awaited, health.parties))
        .expect("JSON")
}

/// A note verbale with a number.
fn note(line: &str, number: u64) -> openline_node::view::SendRequest {
    let mut note = message(line, "The Ministry presents its compliments.");
    note.form = "note verbale".to_owned();
    note.number = Some([2026, number]);
    note
}

fn topic(line: &str, number: u64) -> openline_node::view::TopicRequest {
    openline_node::view::TopicRequest {
        line: line.to_owned(),
        post: "watch".to_owned(),
        message_type: "real".to_owned(),
        kind: "issue".to_owned(),
        title: format!("Issue {number}"),
        raised_by: None,
        raised_in: vec![],
        words: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_between_calls_is_what_a_fresh_node_computes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let line = found(&sa, &sb, "Beta").await;
    for service in [&sa, &sb] {
        take_watch(service, &line).await;
    }
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let (service, line) = (sa.clone(), line.clone());
            tokio::spawn(async move {
                for _ in 0..12 {
                    told(&service, &line).await;
                }
            })
        })
        .collect();
    for at in 1..=20 {
        sa.send(note(&line, at + at / 7)).await.expect("released");
        sa.raise_topic(topic(&line, at)).await.expect("raised");
        let sent = sb
            .send(message(&line, "We have noted it."))
            .await
            .expect("released");
        sb.wait_stored(&line, &sent.place, common::PATIENCE)
            .await
            .expect("stored");
    }
    for asked in asking {
        asked.await.expect("asked");
    }
    let test = sa.test_now(&line).await.expect("released");
    sa.wait_stored(&line, &test.place, common::PATIENCE)
        .await
        .expect("stored");
    // The answer to the test comes by itself: without the other side nothing more is written.
    stop(b).await;
    let kept = told(&sa, &line).await;
    assert!(kept.contains("Issue 20"), "{kept}");
    assert!(
        kept.contains("note numbers before it are missing"),
        "{kept}"
    );
    stop(a).await;
    let again = start(&folder.path().join("a"), vec![]);
    let fresh = again.service();
    let own = told(&fresh, &line).await;
    assert_eq!(kept, own);
    stop(again).await;
}
