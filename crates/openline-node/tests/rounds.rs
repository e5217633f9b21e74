//! Tests at the charter's slots, the watch and the rota, on nodes with real homes and stores. No test waits for a time of day:
//! rounds are told the time.

mod common;

use common::{
    PATIENCE, make_home, message, one_record, relate, start, start_dialled, stop, take_watch, two,
    wait_for,
};
use openline_core::LineId;
use openline_node::error::ServiceError;
use openline_node::service::{LogQuery, Service};
use openline_node::view::{
    HandOverRequest, PostsRequest, ProposeRequest, ReceiptRequest, RotaRequest, StandDownRequest,
    TakeWatchRequest, TermsView,
};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn now() -> i64 {
    openline_node::identity::wall_ms()
}

/// Hours by which a zone is ahead of UTC in which it is about one in the morning: no test meets a slot while it runs.
fn ahead() -> i64 {
    let hour = now() / HOUR % 24;
    let ahead = 1 - hour;
    if ahead < -12 { ahead + 24 } else { ahead }
}

fn zone() -> String {
    match ahead() {
        0 => "UTC".to_owned(),
        // These names count the other way.
        ahead if ahead > 0 => format!("Etc/GMT-{ahead}"),
        ahead => format!("Etc/GMT+{}", -ahead),
    }
}

/// Nine o'clock in that zone, at least a day away: the nodes' own rounds have nothing to do with it.
fn nine() -> i64 {
    let ahead = ahead() * HOUR;
    ((now() + ahead) / DAY + 2) * DAY + 9 * HOUR - ahead
}

fn terms(title: &str) -> TermsView {
    TermsView {
        title: title.to_owned(),
        settle_delay_ms: 50,
        test_zone: zone(),
        test_times: vec!["09:00".to_owned(), "17:00".to_owned()],
        test_by_person: true,
        ..TermsView::default()
    }
}

/// Founds a line of two with these terms.
async fn found(a: &Service, b: &Service, terms: TermsView, posts: &[&str]) -> String {
    let request = ProposeRequest {
        with: vec!["Beta".to_owned()],
        posts: posts.iter().map(|post| (*post).to_owned()).collect(),
        zone: "UTC".to_owned(),
        others: vec![],
        terms,
    };
    let charter = a.propose(request).await.expect("proposed");
    wait_for(b, "the proposal", async |s| {
        let charters = s.charters().await.expect("charters");
        charters.iter().any(|known| known.id == charter.id)
    })
    .await;
    b.sign_charter(&charter.id).await.expect("signed");
    for side in [a, b] {
        wait_for(side, "the line", async |s| {
            let lines = s.lines().await.expect("lines");
            lines.iter().any(|line| line.id == charter.id)
        })
        .await;
    }
    charter.id
}

async fn has_answered(of: &Service, line: &str, place: &str) -> bool {
    let tests = of.tests(Some(line), false, 100).await.expect("tests");
    tests
        .iter()
        .any(|test| test.place == place && test.answered_ms.is_some())
}

async fn messages(service: &Service, line: &str) -> usize {
    let query = LogQuery {
        line: line.to_owned(),
        limit: 1000,
        kind: Some("message".to_owned()),
        ..LogQuery::default()
    };
    service.log(query).await.expect("log").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_are_held_once_at_their_slots_and_answered_and_both_sides_hold_one_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start(&home_a, vec![]), start_dialled(&home_b));
    let (sa, sb) = (a.service(), b.service());
    relate(&sa, &sb).await;
    let line = found(&sa, &sb, terms("Watch line"), &["watch"]).await;
    take_watch(&sb, &line).await;

    let nine = nine();
    assert!(
        sa.round(nine - 1)
            .await
            .expect("a round")
            .released
            .is_empty(),
        "not before the slot"
    );
    let at_nine = sa.round(nine + 10_000).await.expect("a round");
    assert_eq!(at_nine.released.len(), 1);
    assert_eq!(
        at_nine.next_ms,
        Some(nine + 4 * HOUR + 1),
        "when the slot has closed"
    );
    let test = at_nine.released[0].place.clone();
    assert!(
        sa.round(nine + 20_000)
            .await
            .expect("a round")
            .released
            .is_empty(),
        "once"
    );
    wait_for(&sb, "the other node's answer", async |s| {
        has_answered(s, &line, &test).await
    })
    .await;
    let view = sa.entry(&line, &test).await.expect("entry");
    let content = view.message.expect("a message");
    assert_eq!(
        (view.brief.message_type.as_str(), content.to),
        ("test", vec!["Beta:watch".into()])
    );
    let slot = jiff::Timestamp::from_millisecond(nine)
        .expect("a time")
        .to_string();
    assert_eq!(
        (content.fields[0].name.as_str(), &content.fields[0].value),
        ("test-slot", &slot)
    );

    // The node has answered; that a person has it only a person says.
    let open = sb.tests(None, true, 10).await.expect("tests");
    assert_eq!(open.len(), 1);
    sb.receipt(ReceiptRequest {
        line: line.clone(),
        of: test.clone(),
        post: "watch".to_owned(),
        stage: "acknowledged".to_owned(),
        message_type: None,
        time_ms: Some(nine + 90_000),
        class: None,
        words: None,
        promised_ms: None,
        values: vec![],
    })
    .await
    .expect("acknowledged");
    assert!(sb.tests(None, true, 10).await.expect("tests").is_empty());

    // A node that comes back knows from the record what it has done.
    stop(a).await;
    let a = start(&home_a, vec![]);
    let sa = a.service();
    assert!(
        sa.round(nine + 30_000)
            .await
            .expect("a round")
            .released
            .is_empty()
    );
    // The slot at 17:00 is left out: it closes at one in the morning.
    let late = nine + 16 * HOUR + 1;
    assert!(sa.round(late).await.expect("a round").released.is_empty());
    let next = sa.round(nine + DAY).await.expect("a round");
    assert_eq!(next.released.len(), 1);
    let second = next.released[0].place.clone();
    let of_b = sb.round(nine + DAY).await.expect("a round").released;
    assert!(!of_b.is_empty());
    wait_for(&sb, "the answer to the second test", async |s| {
        has_answered(s, &line, &second).await
    })
    .await;
    wait_for(&sa, "the answer to the other's test", async |s| {
        has_answered(s, &line, &of_b[0].place).await
    })
    .await;
    one_record(&[&sa, &sb], &line).await;

    let until = nine + DAY + HOUR;
    let (ha, hb) = (
        sa.health(&line, 3, Some(until)).await.expect("health"),
        sb.health(&line, 3, Some(until)).await.expect("health"),
    );
    assert_eq!(
        serde_json::to_string(&ha).expect("JSON"),
        serde_json::to_string(&hb).expect("JSON")
    );
    let alpha = ha
        .parties
        .iter()
        .find(|p| p.party == "Alpha")
        .expect("a row");
    assert_eq!((alpha.held, alpha.answered, alpha.acknowledged), (2, 2, 1));
    let states: Vec<(i64, &str)> = ha
        .slots
        .iter()
        .filter(|slot| slot.slot_ms >= nine)
        .map(|slot| {
            let own = slot
                .tests
                .iter()
                .find(|test| test.party == "Alpha")
                .expect("a test");
            (slot.slot_ms - nine, own.state.as_str())
        })
        .collect();
    assert_eq!(states, [(0, "held"), (8 * HOUR, "missed"), (DAY, "held")]);
    assert_eq!(
        messages(&sa, &line).await,
        6,
        "three tests and their answers"
    );
    for node in [a, b] {
        stop(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_is_lacking_rings_until_the_next_is_as_it_should_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let watched = TermsView {
        test_by_person: false,
        ..terms("Watch line")
    };
    let line = found(&sa, &sb, watched, &["watch"]).await;
    let nine = nine();
    let over = nine + 4 * HOUR + 1;
    let rung = async |service: &Service, at: i64| -> Vec<(String, String)> {
        service.round(at).await.expect("a round");
        service.alarm_round(at).await.expect("a round");
        let alarms = service.alarms().await.expect("alarms").into_iter();
        alarms
            .filter(|alarm| alarm.id.starts_with("test."))
            .map(|alarm| (alarm.message_type, alarm.words))
            .collect()
    };
    let test = sa.round(nine).await.expect("a round").released;
    wait_for(&sb, "the answer", async |s| {
        has_answered(s, &line, &test[0].place).await
    })
    .await;
    // The node's own rounds go by the real time, in which nothing is lacking: it is asked until theirs and ours do not cross.
    wait_for(&sa, "the alarm", async |s| {
        let rung = rung(s, over).await;
        rung.len() == 1 && rung[0].0 == "test" && rung[0].1.contains("the test of Beta")
    })
    .await;
    sb.round(nine + 8 * HOUR).await.expect("a round");
    sa.round(nine + 8 * HOUR).await.expect("a round");
    let later = nine + 16 * HOUR + 1;
    wait_for(&sa, "the alarm to end", async |s| {
        rung(s, later).await.is_empty()
    })
    .await;
    for node in [a, b] {
        stop(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_on_demand_is_answered_and_two_nodes_reviews_are_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start(&home_a, vec![]), start_dialled(&home_b));
    let (sa, sb) = (a.service(), b.service());
    relate(&sa, &sb).await;
    let line = found(&sa, &sb, terms("Watch line"), &["watch"]).await;
    let test = sa.test_now("Watch line").await.expect("released");
    wait_for(&sb, "the other node's answer", async |s| {
        has_answered(s, &line, &test.place).await
    })
    .await;
    wait_for(
        &sa,
        "the answer at the way that carried the test",
        async |s| {
            let ways = s.ways().await.expect("ways");
            let mut tests = ways.iter().flat_map(|way| &way.tests);
            tests.any(|told| {
                (told.place.as_str(), told.by.as_str()) == (test.place.as_str(), "Alpha")
                    && told.has_stood == Some(true)
                    && told.answered_after_ms.is_some()
            })
        },
    )
    .await;
    let sent = sa
        .send(message(&line, "The convoy leaves at noon."))
        .await
        .expect("released");
    sa.wait_stored(&line, &sent.place, PATIENCE)
        .await
        .expect("stored");
    let mut reply = message(&line, "We have noted the time.");
    reply.form = "reply".to_owned();
    reply.refs = vec![sent.place.clone()];
    sb.send(reply).await.expect("released");
    let mut crossing = message(&line, "It leaves at one.");
    (crossing.form, crossing.precedence) = ("correction".to_owned(), "flash".to_owned());
    crossing.refs = vec![sent.place.clone()];
    let crossing = sa.send(crossing).await.expect("released");
    sa.wait_stored(&line, &crossing.place, PATIENCE)
        .await
        .expect("stored");
    one_record(&[&sa, &sb], &line).await;

    let (ra, rb) = (
        sa.review(&line, None).await.expect("review"),
        sb.review(&line, None).await.expect("review"),
    );
    let bytes = serde_json::to_string(&ra).expect("JSON");
    assert_eq!(bytes, serde_json::to_string(&rb).expect("JSON"));
    let of = |party: &str, form: &str, kind: &str| -> u64 {
        let rows = ra.messages.iter();
        rows.filter(|m| {
            (m.party.as_str(), m.form.as_str(), m.message_type.as_str()) == (party, form, kind)
        })
        .map(|m| m.count)
        .sum()
    };
    assert_eq!(
        (
            of("Alpha", "message", "real"),
            of("Alpha", "correction", "real")
        ),
        (1, 1)
    );
    assert_eq!(
        (of("Alpha", "message", "test"), of("Beta", "reply", "test")),
        (1, 1)
    );
    assert_eq!(ra.superseding[0].of, sent.place);
    let to_beta = ra
        .speeds
        .iter()
        .find(|s| s.party == "Beta" && s.precedence == "routine");
    assert_eq!(to_beta.expect("a row").answered.count, 1);
    assert_eq!(
        ra.tests
            .as_ref()
            .expect("a known zone")
            .iter()
            .map(|t| t.on_demand)
            .sum::<u64>(),
        1
    );
    let empty = sa.review(&line, Some(1999)).await.expect("review");
    assert!(empty.messages.is_empty() && empty.silence.is_none());
    assert!(matches!(
        sa.review(&line, Some(-1)).await,
        Err(ServiceError::Unusable(_))
    ));
    assert!(matches!(
        sa.health(&line, 0, None).await,
        Err(ServiceError::Unusable(_))
    ));
    for node in [a, b] {
        stop(node).await;
    }
}

fn posts(post: &str, lines: &[&str]) -> PostsRequest {
    PostsRequest {
        post: post.to_owned(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        all_lines: lines.is_empty(),
    }
}

fn take(who: &str, posts: PostsRequest) -> TakeWatchRequest {
    TakeWatchRequest {
        posts,
        who: who.to_owned(),
        until_ms: None,
        languages: vec![],
        notes_read: vec![],
        relieve: false,
    }
}

fn id(line: &str) -> LineId {
    line.parse().expect("an id")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watch_is_held_on_all_lines_or_none_told_as_each_charter_says_and_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start(&home_a, vec![]), start_dialled(&home_b));
    let (sa, sb) = (a.service(), b.service());
    relate(&sa, &sb).await;
    let mut lines = Vec::new();
    for (title, watch) in [("One", "full"), ("Two", "attended"), ("Three", "nothing")] {
        let terms = TermsView {
            watch: watch.to_owned(),
            ..terms(title)
        };
        lines.push(found(&sa, &sb, terms, &["watch", "minister"]).await);
    }
    let until = now() + DAY;
    let mut taking = take("Night officer", posts("watch", &["One", "Two"]));
    (taking.until_ms, taking.languages) = (Some(until), vec!["en".to_owned(), "ru".to_owned()]);
    let view = sa.take_watch(taking).await.expect("taken");
    assert_eq!(view.posts.len(), 2);
    assert!(sa.is_on_watch(id(&lines[0]), "watch").await.expect("known"));
    assert!(
        !sa.is_on_watch(id(&lines[0]), "minister")
            .await
            .expect("known")
    );
    assert!(!sa.is_on_watch(id(&lines[2]), "watch").await.expect("known"));

    let other = sa
        .take_watch(take("Day officer", posts("watch", &[])))
        .await;
    assert!(matches!(other, Err(ServiceError::Conflict(ref why)) if why.contains("Night officer")));
    assert!(
        !sa.is_on_watch(id(&lines[2]), "watch").await.expect("known"),
        "on all or on none"
    );
    sa.take_watch(take("Night officer", posts("watch", &["Three"])))
        .await
        .expect("free");
    let told = async |line: &str| {
        let posts = sa.posts_on_watch(id(line)).await.expect("posts");
        let watch = posts.into_iter().find(|told| told.post == "watch");
        watch.map(|told| (told.is_attended, told.until, told.languages.len()))
    };
    assert_eq!(told(&lines[0]).await, Some((true, Some(until), 2)));
    assert_eq!(told(&lines[1]).await, Some((true, None, 0)));
    assert_eq!(told(&lines[2]).await, None);

    sa.hand_over_watch(HandOverRequest {
        posts: posts("watch", &["One"]),
        to: "Day officer".to_owned(),
        note: "The second bearer was down from two to three.".to_owned(),
    })
    .await
    .expect("held");
    stop(a).await;
    let a = start(&home_a, vec![]);
    let sa = a.service();
    assert!(
        sa.is_on_watch(id(&lines[0]), "watch").await.expect("known"),
        "until it is taken over"
    );
    let unread = sa
        .take_watch(take("Day officer", posts("watch", &["One"])))
        .await;
    assert!(matches!(unread, Err(ServiceError::Conflict(ref why)) if why.contains("note")));
    let view = sa.watch(Some("One")).await.expect("watch");
    let note = view.posts[0].note.as_ref().expect("it waits");
    assert!(note.text.contains("second bearer"));
    let mut taking = take("Day officer", posts("watch", &["One"]));
    taking.notes_read = vec![note.id.clone()];
    sa.take_watch(taking).await.expect("taken");
    let history = sa
        .watch_history(Some("One"), None, 10)
        .await
        .expect("history");
    assert_eq!(history[0].who, "Day officer");
    assert_eq!(
        history[1].ending.as_ref().map(|said| said.words.as_str()),
        Some("handed over to Day officer")
    );
    sa.stand_down(StandDownRequest {
        posts: posts("watch", &["One"]),
        note: None,
    })
    .await
    .expect("held");
    assert!(!sa.is_on_watch(id(&lines[0]), "watch").await.expect("known"));
    for wrong in [
        take("", posts("watch", &["One"])),
        take("Day officer", posts("nobody", &[])),
        take(
            "Day officer",
            PostsRequest {
                post: "watch".to_owned(),
                ..PostsRequest::default()
            },
        ),
        TakeWatchRequest {
            until_ms: Some(1),
            ..take("Day officer", posts("watch", &["One"]))
        },
    ] {
        let refused = sa.take_watch(wrong).await.expect_err("refused");
        assert!(
            matches!(
                refused,
                ServiceError::Unusable(_) | ServiceError::NotFound(_)
            ),
            "{refused}"
        );
    }
    for node in [a, b] {
        stop(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_that_is_over_and_a_shift_that_nobody_takes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start(&home_a, vec![]), start_dialled(&home_b));
    let (sa, sb) = (a.service(), b.service());
    relate(&sa, &sb).await;
    let line = found(&sa, &sb, terms("Watch line"), &["watch"]).await;
    let (_, mut events) = sa.events(None).await;
    let mut taking = take("Night officer", posts("watch", &[]));
    taking.until_ms = Some(now() + 300);
    sa.take_watch(taking).await.expect("taken");
    let over = async {
        loop {
            let event = events.recv().await.expect("the node runs");
            if event.what == "watch" && event.words.contains("watch is unattended") {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, over)
        .await
        .expect("the watch is over by itself");
    assert!(!sa.is_on_watch(id(&line), "watch").await.expect("known"));

    let stamp = |ms: i64| {
        let at = jiff::Timestamp::from_millisecond(ms).expect("a time");
        at.strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    let begin = now() - HOUR;
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:{0}\r\nSUMMARY:Day officer\r\nCATEGORIES:watch\r\nDTSTART:{0}\r\nDURATION:PT8H\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        stamp(begin)
    );
    let request = RotaRequest {
        calendar: calendar.clone(),
        zone: None,
        post: None,
    };
    let rota = sa.import_rota(request).await.expect("imported");
    assert_eq!((rota.shifts.len(), rota.unknown_posts.len()), (32, 0));
    assert_eq!(rota.holes.len(), 31, "sixteen hours of every day");
    assert_eq!(
        sa.rota_next("watch").await.expect("a shift").from_ms,
        begin / 1000 * 1000 + DAY
    );
    let view = sa.watch(None).await.expect("watch");
    assert!(
        view.findings[0]
            .words
            .contains("which the rota gives to Day officer, since"),
        "{view:?}"
    );
    assert_eq!(
        view.posts[0].rota.as_ref().map(|shift| shift.who.as_str()),
        Some("Day officer")
    );
    let gap = async { while events.recv().await.expect("the node runs").what != "watch-gap" {} };
    // The watch was held a moment ago: word goes out when the post has been without it for a while.
    sa.round(now() + HOUR).await.expect("a round");
    tokio::time::timeout(PATIENCE, gap)
        .await
        .expect("the gap is told");

    sa.take_watch(take("day  Officer", posts("watch", &[])))
        .await
        .expect("free");
    assert!(sa.watch(None).await.expect("watch").findings.is_empty());
    assert_eq!(sa.rota_file(None).await.expect("a file"), calendar);
    let again = RotaRequest {
        calendar: sa.rota_file(Some(31)).await.expect("a file"),
        zone: None,
        post: None,
    };
    assert_eq!(
        sa.import_rota(again)
            .await
            .expect("own output")
            .shifts
            .len(),
        32
    );
    stop(a).await;
    let a = start(&home_a, vec![]);
    let sa = a.service();
    assert_eq!(
        sa.rota(Some("watch"), 7).await.expect("kept").shifts.len(),
        8
    );
    sa.remove_rota().await.expect("there is one");
    assert!(matches!(
        sa.rota_next("watch").await,
        Err(ServiceError::NotFound(_))
    ));
    for node in [a, b] {
        stop(node).await;
    }
}
