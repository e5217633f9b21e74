//! What rings, at which side, and until when, between two real nodes.

mod common;

use common::{
    PATIENCE, make_home, message, relate, start, start_dialled, stop, take_watch, two, wait_for,
};
use openline_node::service::Service;
use openline_node::view::{
    AlarmView, ProposeRequest, ReceiptRequest, SendRequest, SilenceRequest, TermsView,
};

/// A line whose routine messages are to be acknowledged within a second of being stored, and whose priority messages are to be
/// stored within a second and shown within another.
async fn hasty_line(a: &Service, b: &Service) -> String {
    let request = ProposeRequest {
        with: vec!["Beta".to_owned()],
        posts: vec!["watch".to_owned()],
        zone: "UTC".to_owned(),
        others: vec![],
        terms: TermsView {
            title: "Watch line".to_owned(),
            settle_delay_ms: 50,
            test_times: vec![],
            clocks_s: vec![[0, 0, 0], [0, 0, 0], [1, 1, 0], [0, 0, 1]],
            ..TermsView::default()
        },
    };
    let id = a.propose(request).await.expect("proposed").id;
    wait_for(b, "the proposal", async |s| {
        let charters = s.charters().await.expect("charters");
        charters.iter().any(|known| known.id == id)
    })
    .await;
    b.sign_charter(&id).await.expect("signed");
    for service in [a, b] {
        wait_for(service, "the line", async |s| {
            let lines = s.lines().await.expect("lines");
            lines.iter().any(|line| line.id == id)
        })
        .await;
    }
    id
}

async fn rings(service: &Service, prefix: &str) -> AlarmView {
    wait_for(service, prefix, async |s| {
        let alarms = s.alarms().await.expect("alarms");
        alarms.iter().any(|alarm| alarm.id.starts_with(prefix))
    })
    .await;
    let alarms = service.alarms().await.expect("alarms");
    let found = alarms
        .into_iter()
        .find(|alarm| alarm.id.starts_with(prefix));
    found.expect("it rings")
}

async fn is_quiet(service: &Service, id: &str) {
    wait_for(service, "the alarm to end", async |s| {
        let alarms = s.alarms().await.expect("alarms");
        alarms.iter().all(|alarm| alarm.id != id)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_rings_until_a_person_acts_and_at_both_sides_when_a_clock_runs_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = hasty_line(&a, &b).await;
    take_watch(&b, &line).await;
    let acknowledge = |of: &str| -> ReceiptRequest {
        serde_json::from_value(serde_json::json!({
            "line": line, "of": of, "post": "watch", "stage": "acknowledged"
        }))
        .expect("a request")
    };

    let flash = SendRequest {
        precedence: "flash".to_owned(),
        message_type: "exercise".to_owned(),
        ..message(&line, "Secret words.")
    };
    let place = a.send(flash).await.expect("released").place;
    let alarm = rings(&b, "arrived.").await;
    assert_eq!(alarm.place.as_deref(), Some(place.as_str()));
    assert_eq!(alarm.message_type, "exercise", "an exercise is told apart");
    assert!(
        !alarm.words.contains("Secret"),
        "no content: {}",
        alarm.words
    );
    let minutes = |minutes| SilenceRequest { minutes };
    let silenced = b.silence_alarm(&alarm.id, minutes(5)).await;
    assert!(!silenced.expect("silenced").is_ringing);
    assert!(b.silence_alarm(&alarm.id, minutes(0)).await.is_err());
    assert!(b.silence_alarm("no-such", minutes(5)).await.is_err());
    let still = b.alarms().await.expect("alarms");
    assert!(
        still.iter().any(|a| a.id == alarm.id),
        "silenced is not lost"
    );
    b.receipt(acknowledge(&place)).await.expect("acknowledged");
    is_quiet(&b, &alarm.id).await;

    let routine = a.send(message(&line, "In time?")).await.expect("released");
    a.wait_stored(&line, &routine.place, PATIENCE)
        .await
        .expect("stored");
    let ours = rings(&a, "not-acknowledged.").await;
    let theirs = rings(&b, "not-acknowledged.").await;
    assert_eq!(ours.place, theirs.place, "both sides know");
    assert_eq!(ours.calls, "watch");
    b.receipt(acknowledge(&routine.place))
        .await
        .expect("acknowledged");
    is_quiet(&a, &ours.id).await;
    is_quiet(&b, &theirs.id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_late_rings_no_more_for_that_and_its_next_clock_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (node_a, node_b) = (start_dialled(&home_a), start(&home_b, vec![]));
    let a = node_a.service();
    relate(&a, &node_b.service()).await;
    let line = hasty_line(&a, &node_b.service()).await;
    stop(node_b).await;

    let priority = SendRequest {
        precedence: "priority".to_owned(),
        ..message(&line, "Is anybody there?")
    };
    a.send(priority).await.expect("released");
    let late = rings(&a, "not-stored.").await;
    let node_b = start(&home_b, vec![]);
    is_quiet(&a, &late.id).await;
    let ours = rings(&a, "not-shown.").await;
    let theirs = rings(&node_b.service(), "not-shown.").await;
    assert_eq!(ours.place, theirs.place, "both sides know");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_calls_our_own_people_as_an_exercise_and_only_while_it_is_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = hasty_line(&a, &b).await;
    let drill = serde_json::json!({"line": line, "kind": "drill"});
    let drill = serde_json::from_value(drill).expect("a request");
    a.give_notice(drill).await.expect("given");
    let alarm = rings(&a, "drill.").await;
    assert_eq!(alarm.message_type, "exercise");
    wait_for(&b, "the notice", async |s| {
        let notices = s.notices(&line).await.expect("notices");
        notices.iter().any(|notice| notice.kind == "drill")
    })
    .await;
    b.alarm_round(openline_node::identity::wall_ms())
        .await
        .expect("a round");
    let theirs = b.alarms().await.expect("alarms");
    assert!(theirs.is_empty(), "it is our drill: {theirs:?}");
    a.withdraw_notice(&line, "drill").await.expect("withdrawn");
    is_quiet(&a, &alarm.id).await;
    for node in [node_a, node_b] {
        stop(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_rang_rings_again_after_a_restart_however_much_came_since() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = common::found(&a, &b, "Beta").await;
    take_watch(&b, &line).await;
    let flash = SendRequest {
        precedence: "flash".to_owned(),
        ..message(&line, "Flares were ours.")
    };
    let place = a.send(flash).await.expect("released").place;
    rings(&b, "arrived.").await;
    let mut last = place.clone();
    for at in 0..1100 {
        let routine = message(&line, &format!("The gauge reads {at}."));
        last = a.send(routine).await.expect("released").place;
    }
    a.wait_stored(&line, &last, PATIENCE).await.expect("stored");
    stop(node_b).await;

    let home = folder.path().join("b");
    // Once from the record alone, once from what was kept of it.
    for _ in 0..2 {
        let again = start(&home, vec![]);
        let alarm = rings(&again.service(), "arrived.").await;
        assert_eq!(alarm.place.as_deref(), Some(place.as_str()));
        again
            .service()
            .look_through()
            .await
            .expect("looked through");
        stop(again).await;
        let store = openline_store::Store::open(&home).expect("a store");
        let kept = store.document("open", &line).expect("read");
        assert!(kept.is_some(), "what is open was not kept");
    }
    stop(node_a).await;
}
