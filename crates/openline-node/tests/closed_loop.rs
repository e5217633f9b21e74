//! The closed loop between two real nodes: until a message is understood, what takes its place, and what closes the line.

mod common;

use common::{
    PATIENCE, found, found_with, message, one_record, start, stop, take_watch, two, wait_for,
};
use openline_node::Node;
use openline_node::error::ServiceError;
use openline_node::service::{LogQuery, Service};
use openline_node::view::{
    AnnounceRequest, AnswerRequest, ConfirmRequest, EntryView, FindingRequest, OriginRequest,
    ReceiptRequest, SendRequest, ShownRequest, StatusRequest, SupersedeRequest,
};
use serde_json::json;

/// Two nodes with a line between them.
struct Pair {
    a: Service,
    b: Service,
    line: String,
    _nodes: (Node, Node),
    _folder: tempfile::TempDir,
}

async fn pair() -> Pair {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = found(&a, &b, "Beta").await;
    for service in [&a, &b] {
        take_watch(service, &line).await;
    }
    Pair {
        a,
        b,
        line,
        _nodes: (node_a, node_b),
        _folder: folder,
    }
}

impl Pair {
    async fn send(&self, from: &Service, more: serde_json::Value) -> String {
        let sent = from.send(self.request(more)).await.expect("released");
        let stored = from.wait_stored(&self.line, &sent.place, PATIENCE).await;
        assert_eq!(stored.expect("stored").len(), 1);
        sent.place
    }

    fn request(&self, more: serde_json::Value) -> SendRequest {
        let mut request = json!({
            "line": self.line, "post": "watch", "texts": [{"language": "en", "text": "Text."}]
        });
        let fields = request.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        serde_json::from_value(request).expect("a request")
    }

    fn receipt(&self, of: &str, stage: &str, more: serde_json::Value) -> ReceiptRequest {
        let mut request = json!({
            "line": self.line, "of": of, "post": "watch", "stage": stage
        });
        let fields = request.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        serde_json::from_value(request).expect("a request")
    }

    /// What both sides say of an entry, once they hold the same.
    async fn both(&self, place: &str) -> (EntryView, EntryView) {
        one_record(&[&self.a, &self.b], &self.line).await;
        let a = self.a.entry(&self.line, place).await.expect("an entry");
        let b = self.b.entry(&self.line, place).await.expect("an entry");
        (a, b)
    }

    async fn owed(&self, place: &str) -> Vec<String> {
        let (a, b) = self.both(place).await;
        let owed = |view: &EntryView| view.exchanges[0].owed.clone();
        assert_eq!(owed(&a), owed(&b), "both sides compute the same");
        owed(&a)
    }

    fn status(&self, act: &str, more: serde_json::Value) -> StatusRequest {
        let mut request = json!({ "line": self.line, "post": "watch", "act": act });
        let fields = request.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        serde_json::from_value(request).expect("a request")
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, ServiceError>, words: &str) {
    let error = result.expect_err("refused").to_string();
    assert!(error.contains(words), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_done_when_its_read_back_is_confirmed() {
    let pair = pair().await;
    let fields = json!({ "fields": [
        {"name": "from", "value": "06:00 UTC", "is_critical": true},
        {"name": "note", "value": "none"}
    ]});
    let place = pair.send(&pair.a, fields).await;
    assert_eq!(
        pair.owed(&place).await,
        ["shown", "acknowledged", "read back", "confirmed"]
    );
    let acknowledged = pair.receipt(&place, "acknowledged", json!({}));
    let given = pair.b.receipt(acknowledged).await.expect("a receipt");
    assert_eq!(pair.owed(&place).await, ["read back", "confirmed"]);
    let again = pair.receipt(&place, "acknowledged", json!({}));
    let by = format!(
        "already: entry {}; it need not be said again",
        given.place.expect("written")
    );
    refused(pair.b.receipt(again).await, &by);

    let bare = pair.receipt(&place, "read back", json!({"words": "from six"}));
    refused(pair.b.receipt(bare).await, "missing: from");
    let wrong = json!({"words": "from eight", "values": [{"name": "from", "value": "08:00 UTC"}]});
    let wrong = pair.receipt(&place, "read back", wrong);
    pair.b.receipt(wrong).await.expect("a read-back");
    let (a, _) = pair.both(&place).await;
    assert!(!a.read_backs[0].fields[0].agrees, "the difference is shown");
    assert_eq!(pair.owed(&place).await, ["confirmed"]);

    let confirm = |verdict: &str, words: Option<&str>| ConfirmRequest {
        anyway: false,
        line: pair.line.clone(),
        of: place.clone(),
        post: "watch".to_owned(),
        verdict: verdict.to_owned(),
        words: words.map(str::to_owned),
        values: vec![],
    };
    refused(
        pair.a.confirm(confirm("confirmed", None)).await,
        "from was sent as \"06:00 UTC\" and read back as \"08:00 UTC\"",
    );
    refused(
        pair.a.confirm(confirm("corrected", None)).await,
        "how the message is to be understood",
    );
    pair.a
        .confirm(confirm("corrected", Some("06:00, not 08:00")))
        .await
        .expect("corrected");
    assert_eq!(pair.owed(&place).await, ["read back", "confirmed"]);
    let right = json!({"words": "from six", "values": [{"name": "from", "value": " 06:00  UTC"}]});
    let right = pair.receipt(&place, "read back", right);
    pair.b.receipt(right).await.expect("a read-back");
    one_record(&[&pair.a, &pair.b], &pair.line).await;
    pair.a
        .confirm(confirm("confirmed", None))
        .await
        .expect("confirmed");
    assert!(pair.owed(&place).await.is_empty());
    let open = pair.a.open_exchanges(&pair.line, 10).await.expect("a list");
    assert!(open.is_empty());
}

/// A list of few is filled from the whole record, whatever else was written since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_one_type_or_kind_reaches_back_as_far_as_it_must() {
    let pair = pair().await;
    let exercise = json!({ "message_type": "exercise" });
    let first = pair.send(&pair.a, exercise).await;
    let topic =
        json!({ "line": pair.line, "post": "watch", "kind": "issue", "title": "The bridge" });
    let topic = serde_json::from_value(topic).expect("a request");
    let topic = pair.a.raise_topic(topic).await.expect("raised").place;
    for _ in 0..3 {
        pair.send(&pair.a, json!({})).await;
    }
    one_record(&[&pair.a, &pair.b], &pair.line).await;
    let list = async |more: LogQuery| -> Vec<String> {
        let query = LogQuery {
            line: pair.line.clone(),
            limit: 2,
            newest_first: true,
            ..more
        };
        let list = pair.b.log(query).await.expect("a list");
        list.into_iter().map(|brief| brief.place).collect()
    };
    let of_type = LogQuery {
        message_type: Some("exercise".to_owned()),
        kind: Some("message".to_owned()),
        ..LogQuery::default()
    };
    assert_eq!(list(of_type).await, [first.as_str()]);
    let of_kind = |message_type: Option<&str>| LogQuery {
        kind: Some("topic".to_owned()),
        message_type: message_type.map(str::to_owned),
        ..LogQuery::default()
    };
    assert_eq!(list(of_kind(None)).await, [topic.as_str()]);
    assert!(list(of_kind(Some("exercise"))).await.is_empty());
    let before = LogQuery {
        from: Some(1),
        ..of_kind(None)
    };
    assert!(list(before).await.is_empty());
    // Part after part gives the whole list, each entry once.
    let messages = |from: Option<u64>| LogQuery {
        line: pair.line.clone(),
        from,
        limit: 2,
        newest_first: true,
        kind: Some("message".to_owned()),
        ..LogQuery::default()
    };
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let (part, next) = pair.b.log_part(messages(from)).await.expect("a part");
        assert!(part.len() <= 2);
        found.extend(part.into_iter().map(|brief| brief.place));
        from = next;
        if from.is_none() {
            break;
        }
    }
    let whole = LogQuery {
        limit: 100,
        ..messages(None)
    };
    let whole = pair.b.log(whole).await.expect("a list");
    let whole: Vec<String> = whole.into_iter().map(|brief| brief.place).collect();
    assert_eq!(found, whole);
    assert_eq!(found.len(), 4);
}

/// What is open is kept in mind, and found anew by a node that starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_open_again_when_something_is_owed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let line = found(&a, &b, "Beta").await;
    take_watch(&b, &line).await;
    let places = async |service: &Service| -> Vec<String> {
        let open = service.open_exchanges(&line, 10).await.expect("a list");
        open.into_iter().map(|view| view.entry.place).collect()
    };
    let mut sent = Vec::new();
    for _ in 0..2 {
        let released = a.send(message(&line, "Text.")).await.expect("released");
        let stored = a.wait_stored(&line, &released.place, PATIENCE).await;
        assert_eq!(stored.expect("stored").len(), 1);
        sent.push(released.place);
    }
    let receipt = async |of: &str, stage: &str| {
        let mut request = json!({ "line": line, "of": of, "post": "watch", "stage": stage });
        if stage == "stand by" {
            request["promised_ms"] = json!(openline_node::identity::wall_ms() + 600_000);
        }
        let request: ReceiptRequest = serde_json::from_value(request).expect("a request");
        b.receipt(request).await.expect("a receipt");
        one_record(&[&a, &b], &line).await;
    };
    let [first, second] = [sent[0].clone(), sent[1].clone()];
    assert_eq!(places(&a).await, [second.as_str(), first.as_str()]);
    receipt(&first, "acknowledged").await;
    assert_eq!(places(&a).await, [second.as_str()]);
    receipt(&first, "stand by").await;
    assert_eq!(places(&a).await, [second.as_str(), first.as_str()]);
    receipt(&second, "acknowledged").await;
    assert_eq!(places(&a).await, [first.as_str()]);
    receipt(&first, "acknowledged").await;
    assert!(places(&a).await.is_empty());
    receipt(&first, "stand by").await;
    let before = places(&a).await;
    assert_eq!(before, [first.as_str()]);
    drop(a);
    stop(node_a).await;
    let node_a = start(&folder.path().join("a"), vec![]);
    assert_eq!(places(&node_a.service()).await, before);
    drop(node_b);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_is_answered_and_types_are_never_mixed() {
    let pair = pair().await;
    let query = json!({"form": "query", "message_type": "exercise"});
    let place = pair.send(&pair.a, query).await;
    let real = json!({"message_type": "real"});
    refused(
        pair.b
            .receipt(pair.receipt(&place, "acknowledged", real))
            .await,
        "of type exercise",
    );
    let reply = json!({"form": "reply", "refs": [place.clone()], "message_type": "real"});
    refused(pair.b.send(pair.request(reply)).await, "of type exercise");
    let answer = AnswerRequest {
        line: pair.line.clone(),
        of: place.clone(),
        post: "watch".to_owned(),
        outcome: "takes note".to_owned(),
        words: Some("It will be looked at.".to_owned()),
    };
    pair.b.answer(answer).await.expect("answered");
    assert!(pair.owed(&place).await.is_empty());
    let (a, _) = pair.both(&place).await;
    assert_eq!(a.brief.stage, "takes note");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_takes_the_place_of_what_it_withdraws() {
    let pair = pair().await;
    let more = json!({"subject": "Launch", "message_type": "exercise", "precedence": "immediate"});
    let place = pair.send(&pair.a, more).await;
    let prepare = |of: &str| SupersedeRequest {
        line: pair.line.clone(),
        of: of.to_owned(),
        post: None,
        texts: vec![],
        fields: None,
        words: None,
    };
    refused(
        pair.b.prepare_superseding(prepare(&place)).await,
        "no message of this party",
    );
    let prepared = pair.a.prepare_superseding(prepare(&place)).await;
    let prepared = prepared.expect("prepared");
    assert_eq!(
        (prepared.precedence.as_str(), prepared.message_type.as_str()),
        ("flash", "exercise")
    );
    assert_eq!(prepared.subject.as_deref(), Some("Cancellation: Launch"));
    pair.a.send(prepared.clone()).await.expect("released");
    let (a, b) = pair.both(&place).await;
    for view in [a, b] {
        let successor = view.brief.successor.expect("withdrawn");
        assert!(successor.is_cancelled);
        assert!(view.exchanges[0].is_closed, "nothing is owed any more");
    }
    let slow = SendRequest {
        precedence: "routine".to_owned(),
        ..prepared
    };
    refused(pair.a.send(slow).await, "message-superseding");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crossed_messages_are_marked_on_both_sides() {
    let pair = pair().await;
    // Released before either can have arrived: both nodes write at once, and each says what it had seen.
    let request = || pair.request(json!({}));
    let (ours, theirs) = tokio::join!(pair.a.send(request()), pair.b.send(request()));
    let (ours, theirs) = (
        ours.expect("released").place,
        theirs.expect("released").place,
    );
    let (a, b) = pair.both(&ours).await;
    let (index, seen) = (
        theirs.split('/').nth(1).and_then(|n| n.parse::<u64>().ok()),
        a.seen.clone(),
    );
    let their_party: usize = theirs[..1].parse().expect("a party");
    let had_seen = index.is_some_and(|index| seen[their_party] > index);
    let (other, _) = pair.both(&theirs).await;
    let our_party: usize = ours[..1].parse().expect("a party");
    let our_index: u64 = ours[2..].parse().expect("an index");
    let was_seen = other.seen[our_party] > our_index;
    let expected: Vec<String> = if had_seen || was_seen {
        vec![]
    } else {
        vec![theirs.clone()]
    };
    assert_eq!(a.brief.crossed, expected);
    assert_eq!(b.brief.crossed, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overtaken_draft_is_not_released_unread() {
    let pair = pair().await;
    let sizes = |service: Service, line: String| async move {
        let view = service.line(&line).await.expect("a line");
        view.parties.iter().map(|p| p.size).collect::<Vec<u64>>()
    };
    let before = sizes(pair.b.clone(), pair.line.clone()).await;
    let place = pair.send(&pair.a, json!({"subject": "Harsher"})).await;
    let begun = |as_of: Vec<u64>| pair.request(json!({ "as_of": as_of }));
    refused(
        pair.b.send(begun(before)).await,
        &format!("{place} arrived"),
    );
    let after = sizes(pair.b.clone(), pair.line.clone()).await;
    pair.b.send(begun(after)).await.expect("read, and released");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspension_is_in_the_open_and_never_closes_safety_of_life() {
    let pair = pair().await;
    let reason = json!({"reason": "on instructions"});
    let suspended = pair.b.set_status(pair.status("suspend", reason)).await;
    let place = suspended.expect("on the record").place;
    wait_for(&pair.a, "the suspension", async |s| {
        let standings = s.standings(&pair.line).await.expect("standings");
        standings.iter().any(|standing| standing.is_in_force)
    })
    .await;
    refused(
        pair.a.send(pair.request(json!({}))).await,
        &format!("entry {place}); traffic of these classes stays open: safety-of-life"),
    );
    pair.send(&pair.a, json!({"class": "safety-of-life"})).await;
    let test = json!({"message_type": "test"});
    refused(
        pair.a.send(pair.request(test)).await,
        "the text of a test is chosen by the program",
    );
    pair.a.test_now(&pair.line).await.expect("a test");
    // Who has suspended may still speak; it is the other that does not take.
    pair.send(&pair.b, json!({})).await;
    let narrow = pair.status("narrow", json!({"classes": ["medical"]}));
    pair.b.set_status(narrow).await.expect("narrowed");
    wait_for(&pair.a, "the narrowing", async |s| {
        let standings = s.standings(&pair.line).await.expect("standings");
        standings.iter().any(|standing| standing.act == "narrow")
    })
    .await;
    pair.send(&pair.a, json!({"class": "medical"})).await;
    let resume = pair.status("resume", json!({}));
    pair.b.set_status(resume).await.expect("resumed");
    wait_for(&pair.a, "the resumption", async |s| {
        s.standings(&pair.line).await.expect("standings").is_empty()
    })
    .await;
    pair.send(&pair.a, json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_not_theirs_is_denied_in_writing() {
    let pair = pair().await;
    let asked = pair
        .a
        .ask_origin(OriginRequest {
            line: pair.line.clone(),
            post: "watch".to_owned(),
            channel: "call".to_owned(),
            message_type: "real".to_owned(),
            time_ms: None,
            what: "A caller in the minister's name".to_owned(),
            sha256: None,
        })
        .await
        .expect("asked");
    let line = pair.line.clone();
    wait_for(&pair.b, "the question", async |s| {
        !s.inquiries(&line).await.expect("inquiries").is_empty()
    })
    .await;
    let finding = |origin: &str| FindingRequest {
        line: pair.line.clone(),
        of: asked.place.clone(),
        post: "watch".to_owned(),
        origin: origin.to_owned(),
        words: None,
    };
    refused(pair.a.find_origin(finding("no")).await, "about-ref");
    pair.b
        .find_origin(finding("looking into it"))
        .await
        .expect("on the record");
    pair.b
        .find_origin(finding("no"))
        .await
        .expect("on the record");
    one_record(&[&pair.a, &pair.b], &pair.line).await;
    let inquiries = pair.a.inquiries(&pair.line).await.expect("inquiries");
    let found: Vec<&str> = inquiries[0]
        .findings
        .iter()
        .map(|f| f.origin.as_str())
        .collect();
    assert_eq!((found, inquiries[0].waits_for.len()), (vec!["no"], 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_read_the_same_codes_of_an_announced_call() {
    let pair = pair().await;
    let announce = |from_ms, to_ms| AnnounceRequest {
        line: pair.line.clone(),
        post: "watch".to_owned(),
        channel: "call".to_owned(),
        message_type: "real".to_owned(),
        from_ms,
        to_ms,
        who: "Minister".to_owned(),
        whom: Some("Minister".to_owned()),
        words: None,
    };
    refused(
        pair.a.announce(announce(2, 2)).await,
        "ends before it begins",
    );
    let ours = pair.a.announce(announce(1, 2)).await.expect("announced");
    one_record(&[&pair.a, &pair.b], &pair.line).await;
    let theirs = pair.b.announcements(&pair.line).await.expect("a list");
    assert_eq!(theirs[0].first_code, ours.first_code);
    assert_eq!(theirs[0].second_code, ours.second_code);
    assert_ne!(ours.first_code, ours.second_code);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shown_is_said_only_of_what_was_rendered_to_a_post_on_watch() {
    let pair = pair().await;
    let place = pair.send(&pair.a, json!({})).await;
    let shown = |languages: &[&str]| ShownRequest {
        line: pair.line.clone(),
        of: place.clone(),
        post: "watch".to_owned(),
        languages: languages.iter().map(ToString::to_string).collect(),
        time_ms: None,
        words: None,
    };
    refused(pair.b.shown(shown(&["fr"])).await, "one of the message's");
    refused(
        pair.a.shown(shown(&["en"])).await,
        "no message of another party",
    );
    let by_hand = pair.receipt(&place, "shown", json!({}));
    refused(pair.b.receipt(by_hand).await, "has rendered the text");

    let posts = json!({"posts": {"post": "watch", "lines": [pair.line]}});
    let down = serde_json::from_value(posts).expect("a request");
    pair.b.stand_down(down).await.expect("nobody is there");
    for stage in ["acknowledged", "stand by"] {
        let more = if stage == "stand by" {
            json!({"promised_ms": 4_000_000_000_000_i64})
        } else {
            json!({})
        };
        let receipt = pair.receipt(&place, stage, more);
        refused(pair.b.receipt(receipt).await, "nobody has the watch");
    }
    refused(pair.b.shown(shown(&["en"])).await, "nobody has the watch");

    take_watch(&pair.b, &pair.line).await;
    let over = pair.receipt(&place, "stand by", json!({"promised_ms": 1_000_000}));
    refused(pair.b.receipt(over).await, "a time that is over");
    let given = pair.b.shown(shown(&["en"])).await.expect("shown");
    assert!(given.place.is_some() && !given.is_waiting);
    wait_for(&pair.a, "the receipt", async |s| {
        let entry = s.entry(&pair.line, &place).await.expect("an entry");
        entry.ladder.iter().any(|rung| rung.stage == "shown")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_presses_at_once_leave_one_receipt() {
    let pair = pair().await;
    for stage in ["acknowledged", "shown"] {
        let place = pair.send(&pair.a, json!({})).await;
        let press = async || match stage {
            "shown" => {
                let request = json!({
                    "line": pair.line, "of": place, "post": "watch", "languages": ["en"]
                });
                let request = serde_json::from_value(request).expect("a request");
                pair.b.shown(request).await.is_ok()
            }
            _ => {
                let request = pair.receipt(&place, stage, json!({}));
                pair.b.receipt(request).await.is_ok()
            }
        };
        let (first, second) = tokio::join!(press(), press());
        assert!(first || second);
        let entry = pair.b.entry(&pair.line, &place).await.expect("an entry");
        let given = entry.ladder.iter().filter(|rung| rung.stage == stage);
        assert_eq!(given.count(), 1, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batched_receipts_wait_durably_with_the_time_of_the_act() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let home_b = folder.path().join("b");
    let line = found_with(&a, &b, |terms| terms.batched_receipts = true).await;
    take_watch(&b, &line).await;
    let place = a
        .send(message(&line, "Routine."))
        .await
        .expect("released")
        .place;
    let stored = a.wait_stored(&line, &place, PATIENCE).await;
    assert_eq!(stored.expect("stored").len(), 1);
    let act = 1_800_000_000_000;
    let request = ShownRequest {
        line: line.clone(),
        of: place.clone(),
        post: "watch".to_owned(),
        languages: vec!["en".to_owned()],
        time_ms: Some(act),
        words: None,
    };
    for _ in 0..2 {
        let given = b.shown(request.clone()).await.expect("kept");
        assert!(given.place.is_none() && given.is_waiting);
    }
    stop(node_b).await;

    let node_b = start(&home_b, vec![]);
    let b = node_b.service();
    // A quarter of an hour later it is written, once, with the time of the act.
    let later = openline_node::identity::wall_ms() + 900_000;
    for _ in 0..2 {
        b.round(later).await.expect("a round");
    }
    let entry = b.entry(&line, &place).await.expect("an entry");
    let shown: Vec<i64> = entry
        .ladder
        .iter()
        .filter(|rung| rung.stage == "shown")
        .map(|rung| rung.time_ms)
        .collect();
    assert_eq!(shown, [act]);
    let again = b.shown(request).await.expect("said already");
    assert_eq!((again.place.is_some(), again.is_waiting), (true, false));
    let entry = b.entry(&line, &place).await.expect("an entry");
    let shown = entry.ladder.iter().filter(|rung| rung.stage == "shown");
    assert_eq!(shown.count(), 1);
    drop(node_a);
}

/// The round is polled by hand, and given up as soon as the receipt is on the record: as a crash would.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_receipt_is_written_once_however_the_round_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (node_a, node_b) = two(folder.path()).await;
    let (a, b) = (node_a.service(), node_b.service());
    let home_b = folder.path().join("b");
    let line = found_with(&a, &b, |terms| terms.batched_receipts = true).await;
    take_watch(&b, &line).await;
    let sent = a.send(message(&line, "Routine.")).await.expect("released");
    let place = sent.place;
    let stored = a.wait_stored(&line, &place, PATIENCE).await;
    assert_eq!(stored.expect("stored").len(), 1);
    let request = ShownRequest {
        line: line.clone(),
        of: place.clone(),
        post: "watch".to_owned(),
        languages: vec!["en".to_owned()],
        time_ms: None,
        words: None,
    };
    assert!(b.shown(request).await.expect("kept").is_waiting);
    let shown = async |b: &Service| {
        let ladder = b.entry(&line, &place).await.expect("an entry").ladder;
        ladder.iter().filter(|rung| rung.stage == "shown").count()
    };
    let later = openline_node::identity::wall_ms() + 900_000;
    {
        let mut round = std::pin::pin!(b.round(later));
        while shown(&b).await == 0 {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(round.as_mut().poll(&mut context).is_pending(), "too late");
            // The engine has done what the round asked of it, and what that led to.
            for _ in 0..2 {
                b.status().await.expect("a status");
            }
        }
    }
    stop(node_b).await;
    let node_b = start(&home_b, vec![]);
    let b = node_b.service();
    b.round(later).await.expect("a round");
    assert_eq!(shown(&b).await, 1);
    drop(node_a);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_charters_word_limit_binds_whoever_writes_but_not_a_correction() {
    let pair = pair().await;
    let long = "word ".repeat(201);
    let texts = json!([{"language": "en", "text": long}]);
    let flash = pair.request(json!({"precedence": "flash", "texts": texts}));
    refused(
        pair.a.send(flash).await,
        "has 201 words; the charter allows 200 at flash",
    );
    let short = json!({"precedence": "flash", "texts": [{"language": "en", "text": "Short."}]});
    let place = pair.send(&pair.a, short).await;
    let correction =
        json!({"form": "correction", "precedence": "flash", "refs": [place], "texts": texts});
    pair.send(&pair.a, correction).await;
    let routine = pair.request(json!({"texts": texts}));
    pair.a.send(routine).await.expect("routine has no limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_that_an_arrival_overtakes_goes_only_when_it_is_to_go_all_the_same() {
    let pair = pair().await;
    let request = pair.request(json!({}));
    let draft = pair.b.save_draft(None, request).await.expect("kept");
    assert!(draft.overtaken_by.is_empty());
    let place = pair.send(&pair.a, json!({})).await;
    let listed = pair.b.drafts().await.expect("drafts");
    assert_eq!(listed[0].overtaken_by, [place.as_str()]);
    let shown = pair.b.draft(&draft.id).await.expect("a draft");
    assert_eq!(shown.overtaken_by, [place.as_str()]);
    let refusal = pair.b.release_draft(&draft.id, None, false).await;
    refused(
        refusal,
        &format!("overtaken: since it was begun, {place} arrived"),
    );
    let released = pair.b.release_draft(&draft.id, None, true).await;
    released.expect("released all the same");
}
