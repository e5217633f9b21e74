//! Officers, the release policy and the audit log of a real node: who may do what, and what stays provable of it.

mod common;

use std::path::{Path, PathBuf};

use common::{found, make_home, message, relate, start, start_dialled, stop, take_watch, wait_for};
use openline_node::Node;
use openline_node::error::ServiceError;
use openline_node::officers::Actor;
use openline_node::service::{Answer, AuditQuery, Service};
use openline_node::view::{AuditView, OfficerRequest, ReceiptRequest, SendRequest};

const TWO_PERSONS: &str = r#"
[[rule]]
form = ["notification", "correction", "cancellation"]
clearers = 1
different_persons = ["drafter", "clearer", "releaser"]

[[rule]]
precedence = ["immediate"]
different_persons = ["drafter", "releaser"]
"#;

/// Two parties with a line; the first has a policy.
struct World {
    folder: tempfile::TempDir,
    a: Node,
    b: Node,
    line: String,
}

impl World {
    async fn make(policy: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
        make_home(&home_a, "Alpha");
        make_home(&home_b, "Beta");
        if let Some(text) = policy {
            std::fs::write(home_a.join("policy.toml"), text).expect("written");
        }
        let a = start_dialled(&home_a);
        let b = start(&home_b, vec![]);
        relate(&a.service(), &b.service()).await;
        let line = found(&a.service(), &b.service(), "Beta").await;
        Self { folder, a, b, line }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("a")
    }

    /// Registers an officer, and gives the façade that his token opens.
    async fn officer(&self, name: &str, roles: &[&str], lines: &[&str]) -> Service {
        let machine = self.a.service();
        let token = machine.add_officer(request(name, roles, lines)).await;
        let token = token.expect("registered").token;
        let actor = machine.actor_of(&token).await.expect("asked");
        machine.acting_as(actor.expect("his token proves him"))
    }

    async fn stop(self) {
        stop(self.a).await;
        stop(self.b).await;
    }
}

fn request(name: &str, roles: &[&str], lines: &[&str]) -> OfficerRequest {
    let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    OfficerRequest {
        name: name.to_owned(),
        roles: owned(roles),
        lines: owned(lines),
    }
}

fn notification(line: &str, text: &str) -> SendRequest {
    SendRequest {
        form: "notification".to_owned(),
        ..message(line, text)
    }
}

#[track_caller]
fn forbidden<T: std::fmt::Debug>(answer: Answer<T>) -> String {
    match answer {
        Err(ServiceError::Forbidden(words)) => words,
        other => panic!("not forbidden: {other:?}"),
    }
}

#[track_caller]
fn needs_others<T: std::fmt::Debug>(answer: Answer<T>) -> String {
    match answer {
        Err(ServiceError::NeedsOthers(words)) => words,
        other => panic!("needs nobody else: {other:?}"),
    }
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(answer: Answer<T>) -> String {
    match answer {
        Err(ServiceError::Conflict(words)) => words,
        other => panic!("no conflict: {other:?}"),
    }
}

async fn audit(service: &Service) -> Vec<AuditView> {
    let query = AuditQuery {
        limit: 1000,
        ..AuditQuery::default()
    };
    service.audit_log(query).await.expect("the audit log")
}

/// What was done, as `who: act outcome`.
fn said(log: &[AuditView]) -> Vec<String> {
    log.iter()
        .map(|item| format!("{}: {} {}", item.by, item.act, item.outcome))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_goes_when_others_have_cleared_exactly_it() {
    let world = World::make(Some(TWO_PERSONS)).await;
    let drafter = world
        .officer("watch-1", &["drafter", "clearer", "releaser"], &["*"])
        .await;
    let clearer = world
        .officer("watch-2", &["clearer", "releaser"], &["Watch line"])
        .await;
    let releaser = world.officer("head", &["releaser"], &["*"]).await;

    // Sent by one person: kept, with who comes next.
    let words = needs_others(drafter.send(notification(&world.line, "A launch.")).await);
    assert!(
        words.contains("kept as draft") && words.contains("watch-2"),
        "{words}"
    );
    let drafts = drafter.drafts().await.expect("drafts");
    let [draft] = &drafts[..] else {
        panic!("{drafts:?}")
    };
    let id = draft.id.as_str();

    // Its drafter can't clear it, and without a clearance nobody can release it.
    let words = forbidden(drafter.clear_draft(id, &draft.content, None).await);
    assert!(
        words.contains("watch-1 has drafted it") && words.contains("watch-2"),
        "{words}"
    );
    needs_others(releaser.release_draft(id, None, false).await);
    let words = forbidden(releaser.clear_draft(id, &draft.content, None).await);
    assert!(
        words.contains("role clearer") && words.contains("watch-2"),
        "{words}"
    );

    // A clearance is void as soon as the text changes, and what was looked at must be what is there.
    let cleared = clearer
        .clear_draft(id, &draft.content[..16], Some("Agreed.".into()))
        .await;
    assert_eq!(cleared.expect("cleared").clearances.len(), 1);
    let changed = drafter.save_draft(
        Some(id.to_owned()),
        notification(&world.line, "Two launches."),
    );
    let changed = changed.await.expect("changed");
    assert!(changed.clearances.is_empty() && changed.content != draft.content);
    needs_others(releaser.release_draft(id, None, false).await);
    conflict(clearer.clear_draft(id, &draft.content, None).await);
    conflict(
        releaser
            .release_draft(id, Some(&draft.content), false)
            .await,
    );

    // Cleared again, once by each; the clearer can't release what he cleared.
    clearer
        .clear_draft(id, &changed.content, None)
        .await
        .expect("cleared");
    conflict(clearer.clear_draft(id, &changed.content, None).await);
    let words = needs_others(clearer.release_draft(id, None, false).await);
    assert!(words.contains("head"), "{words}");
    needs_others(drafter.release_draft(id, None, false).await);
    let released = releaser
        .release_draft(id, Some(&changed.content), false)
        .await
        .expect("released");
    assert!(drafter.drafts().await.expect("drafts").is_empty());

    // The record says what was cleared, and nothing of who cleared it; the audit log says who, and nothing of what it says.
    let other = world.b.service();
    wait_for(&other, "the notification", async |s| {
        s.entry(&world.line, &released.place).await.is_ok()
    })
    .await;
    let entry = other
        .entry(&world.line, &released.place)
        .await
        .expect("there");
    assert!(entry.message.expect("a message").texts[0].text == "Two launches.");
    let log = audit(&world.a.service()).await;
    let item = log.last().expect("items");
    assert_eq!(
        (item.act.as_str(), item.by.as_str(), item.object.as_deref()),
        ("release", "head", Some(released.place.as_str()))
    );
    assert_eq!(item.content.as_deref(), Some(changed.content.as_str()));
    assert_eq!(item.leaf.as_deref(), Some(released.leaf.as_str()));
    assert_eq!(item.draft.as_deref(), Some(id));
    let all = said(&log);
    for act in [
        "watch-1: release needs-others",
        "watch-1: keep draft done",
        "watch-1: clear draft not-allowed",
        "watch-2: clear draft done",
        "watch-2: clear draft conflict",
    ] {
        assert!(all.iter().any(|said| said == act), "{act} in {all:#?}");
    }
    assert!(!format!("{log:?}").contains("launch"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_takes_back_what_two_have_said() {
    let world = World::make(Some(TWO_PERSONS)).await;
    let one = world
        .officer("watch-1", &["drafter", "releaser"], &["*"])
        .await;
    let two = world.officer("watch-2", &["clearer"], &["*"]).await;
    let three = world.officer("head", &["releaser"], &["*"]).await;
    needs_others(one.send(notification(&world.line, "An alert.")).await);
    let draft = two.drafts().await.expect("drafts").remove(0);
    two.clear_draft(&draft.id, &draft.content, None)
        .await
        .expect("cleared");
    let alert = three
        .release_draft(&draft.id, None, false)
        .await
        .expect("released");

    let supersede = |form: &str, of: &str| SendRequest {
        form: form.to_owned(),
        precedence: "flash".to_owned(),
        refs: vec![of.to_owned()],
        ..message(&world.line, "It was false.")
    };
    // By one releaser, although the file asks for three persons; not by who is no releaser.
    forbidden(two.send(supersede("cancellation", &alert.place)).await);
    let cancelled = one
        .send(supersede("cancellation", &alert.place))
        .await
        .expect("released");
    one.send(supersede("correction", &alert.place))
        .await
        .expect("released");
    // It must be a message of our own: another entry gives no way around the policy.
    let founding = format!("{}/0", cancelled.place.split('/').next().expect("a party"));
    needs_others(one.send(supersede("correction", &founding)).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_hold_and_a_drafter_does_not_release_his_own() {
    let world = World::make(Some(TWO_PERSONS)).await;
    let one = world
        .officer("watch-1", &["drafter", "releaser"], &["*"])
        .await;
    let two = world
        .officer("watch-2", &["clearer", "releaser"], &["*"])
        .await;
    let immediate = SendRequest {
        precedence: "immediate".to_owned(),
        ..message(&world.line, "Soon.")
    };
    let draft = one.save_draft(None, immediate).await.expect("kept");
    needs_others(one.release_draft(&draft.id, None, false).await);
    two.refuse_draft(&draft.id, &draft.content, "Not yet.")
        .await
        .expect("refused");
    let words = needs_others(two.release_draft(&draft.id, None, false).await);
    assert!(words.contains("refused by watch-2"), "{words}");
    two.clear_draft(&draft.id, &draft.content, None)
        .await
        .expect("thought better of");
    let (first, second) = tokio::join!(
        two.release_draft(&draft.id, None, false),
        two.release_draft(&draft.id, None, false)
    );
    assert!(
        first.is_ok() != second.is_ok(),
        "a draft goes once: {first:?} {second:?}"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_are_per_role_and_line_and_end_with_the_token() {
    let world = World::make(None).await;
    let machine = world.a.service();
    // One person at a terminal may do everything, until there are officers.
    take_watch(&machine, &world.line).await;
    machine
        .send(message(&world.line, "Open."))
        .await
        .expect("released");
    let theirs = world
        .b
        .service()
        .send(message(&world.line, "Good day."))
        .await
        .expect("released");
    wait_for(&machine, "their message", async |s| {
        s.entry(&world.line, &theirs.place).await.is_ok()
    })
    .await;

    let watch = world
        .officer("watch-1", &["duty officer"], &["Watch line"])
        .await;
    let elsewhere = world
        .officer(
            "leaders-1",
            &["releaser", "duty officer"],
            &["level:leaders"],
        )
        .await;
    let linguist = world.officer("linguist-1", &["linguist"], &["*"]).await;
    let words = forbidden(machine.send(message(&world.line, "Still open.")).await);
    assert!(words.contains("administrator of this machine"), "{words}");
    forbidden(watch.send(message(&world.line, "Mine.")).await);
    forbidden(watch.backup(Path::new("/nowhere")).await);
    forbidden(
        watch
            .add_officer(request("more", &["releaser"], &["*"]))
            .await,
    );
    forbidden(watch.audit_log(AuditQuery::default()).await);

    let receipt = |stage: &str| ReceiptRequest {
        line: world.line.clone(),
        of: theirs.place.clone(),
        post: "watch".to_owned(),
        stage: stage.to_owned(),
        message_type: None,
        time_ms: None,
        class: (stage == "official translation").then(|| "fr".to_owned()),
        words: None,
        promised_ms: None,
        values: Vec::new(),
    };
    watch
        .receipt(receipt("acknowledged"))
        .await
        .expect("on the record");
    let words = forbidden(linguist.receipt(receipt("acknowledged")).await);
    assert!(
        words.contains("duty officer") && words.contains("watch-1"),
        "{words}"
    );
    linguist
        .receipt(receipt("official translation"))
        .await
        .expect("on the record");

    // What is off the record is for those who speak or have the watch there.
    let aside = serde_json::json!({
        "line": world.line, "to": "Alpha", "text": "Between us.", "off_the_record": true
    });
    let aside = serde_json::from_value(aside).expect("a request");
    let sent = world.b.service().send_non_paper(aside).await;
    sent.expect("sent");
    wait_for(&watch, "the non-paper", async |s| {
        !s.non_papers().await.expect("a list").is_empty()
    })
    .await;
    let number = watch.non_papers().await.expect("a list")[0].number;
    for stranger in [&elsewhere, &linguist] {
        assert!(stranger.non_papers().await.expect("a list").is_empty());
        forbidden(stranger.non_paper(number).await);
        forbidden(stranger.note_non_paper_shown(number).await);
        forbidden(stranger.discard_non_paper(number).await);
        forbidden(stranger.file_non_paper(number).await);
    }
    watch.non_paper(number).await.expect("its text");

    // A line that is not his is not to be seen, in whatever way it is asked for.
    forbidden(elsewhere.line(&world.line).await);
    forbidden(elsewhere.send(message(&world.line, "Hello.")).await);
    forbidden(elsewhere.entry("Watch line", &theirs.place).await);
    assert!(elsewhere.lines().await.expect("lines").is_empty());
    assert!(elsewhere.inbox(None, 10).await.expect("inbox").is_empty());
    assert!(
        elsewhere
            .search("day", None, 10)
            .await
            .expect("hits")
            .is_empty()
    );
    assert!(elsewhere.charters().await.expect("charters").is_empty());
    assert!(elsewhere.status().await.expect("status").lines.is_empty());
    assert_eq!(watch.inbox(None, 10).await.expect("inbox").len(), 1);
    let (told, _) = machine.events(Some(0)).await;
    let of_line = told
        .iter()
        .find(|event| event.line.is_some())
        .expect("an event");
    assert!(watch.hears(of_line).await && !elsewhere.hears(of_line).await);

    // A revoked token proves nobody, and a façade that acts for him does nothing more.
    let renewed = machine
        .renew_officer("watch-1")
        .await
        .expect("renewed")
        .token;
    assert_eq!(
        machine.actor_of(&"0".repeat(64)).await.expect("asked"),
        None
    );
    machine.revoke_officer("watch-1").await.expect("revoked");
    assert_eq!(machine.actor_of(&renewed).await.expect("asked"), None);
    forbidden(watch.receipt(receipt("read back")).await);
    forbidden(watch.line(&world.line).await);

    // The node itself sends tests, and nothing that is real.
    let node = machine.acting_as(Actor::Node);
    forbidden(node.send(message(&world.line, "Real.")).await);
    let test = SendRequest {
        message_type: "test".to_owned(),
        ..message(&world.line, "Test.")
    };
    node.send(test).await.expect("released");
    forbidden(node.receipt(receipt("acknowledged")).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_passkey_is_required_an_access_token_releases_nothing() {
    let world = World::make(Some("passkey_required = true\n")).await;
    let one = world
        .officer("watch-1", &["drafter", "releaser", "duty officer"], &["*"])
        .await;
    let refused = one.send(message(&world.line, "By a token.")).await;
    let error = refused.expect_err("refused");
    assert_eq!(error.code(), "not-allowed");
    assert!(error.to_string().contains("only the console"), "{error}");
    // What is no release needs none.
    take_watch(&one, &world.line).await;
    let machine = world.a.service();
    assert!(machine.policy().await.expect("policy").passkey_required);
    let all = said(&audit(&machine).await);
    assert!(
        all.iter().any(|said| said.contains("release not-allowed")),
        "{all:#?}"
    );
    stop(world.a).await;
    stop(world.b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn officers_policy_and_drafts_outlast_the_node() {
    let world = World::make(Some(TWO_PERSONS)).await;
    let one = world.officer("watch-1", &["drafter"], &["*"]).await;
    let draft = one
        .save_draft(None, notification(&world.line, "Later."))
        .await
        .expect("kept");
    let home = world.home();
    let (machine, line) = (world.a.service(), world.line.clone());
    let two = machine
        .add_officer(request("watch-2", &["clearer"], &["*"]))
        .await
        .expect("added");
    stop(world.a).await;
    std::fs::write(home.join("policy.toml"), "administrator_may_act = true\n").expect("written");

    let again = start(&home, vec![]);
    let machine = again.service();
    assert_eq!(machine.officers().await.expect("officers").len(), 2);
    let actor = machine
        .actor_of(&two.token)
        .await
        .expect("asked")
        .expect("proven");
    let two = machine.acting_as(actor);
    let view = two
        .clear_draft(&draft.id, &draft.content, None)
        .await
        .expect("cleared");
    assert_eq!(view.drafted_by, ["watch-1"]);
    machine
        .send(message(&line, "The administrator may act."))
        .await
        .expect("released");
    let all = said(&audit(&machine).await);
    let policies = all
        .iter()
        .filter(|said| said.contains("take policy done"))
        .count();
    assert_eq!(policies, 2, "{all:#?}");
    stop(again).await;

    std::fs::write(home.join("policy.toml"), "[[rule]]\nclearer = 1\n").expect("written");
    let error = Node::start(&home, openline_node::NodeOptions::default());
    let words = error.expect_err("no such key").to_string();
    assert!(
        words.contains("policy.toml") && words.contains("line 2"),
        "{words}"
    );
    stop(world.b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chain_verifies_and_a_changed_byte_is_named() {
    let world = World::make(None).await;
    let machine = world.a.service();
    let sends = (0..64).map(|n| {
        let (service, request) = (machine.clone(), message(&world.line, &format!("No. {n}")));
        tokio::spawn(async move { service.send(request).await })
    });
    let sends: Vec<_> = sends.collect();
    let mut places = Vec::new();
    for send in sends {
        places.push(send.await.expect("ends").expect("released").place);
    }
    let log = audit(&machine).await;
    let mut noted: Vec<_> = log
        .iter()
        .filter(|i| i.act == "release")
        .filter_map(|i| i.object.clone())
        .collect();
    places.sort();
    noted.sort();
    assert_eq!(noted, places, "each entry is noted once");
    let found = machine.verify_audit().await.expect("verified");
    assert!(found.is_sound && found.items == found.last.expect("items"));
    let victim = log
        .iter()
        .find(|i| i.act == "confirm relation")
        .expect("an item");
    let text = victim.text.clone().expect("its text");
    // A restored backup is one file, with nothing that still waits in a log beside it.
    let backup = world.folder.path().join("backup");
    machine.backup(&backup).await.expect("a backup");
    let home = world.folder.path().join("restored");
    openline_store::backup::restore(&backup, &home).expect("restored");
    flip(&home, text.as_bytes());
    let reader = openline_store::Reader::open(&home).expect("opens");
    let found = openline_node::audit::verify(&reader).expect("read");
    assert_eq!(
        (found.broken, found.items),
        (Some(victim.number), victim.number - 1)
    );
    let report = reader.check(&mut |_| ());
    let at = openline_store::At::Audit(victim.number);
    let is_named = report.findings.iter().any(|finding| finding.at == at);
    assert!(is_named, "{report:?}");
    world.stop().await;
}

/// Changes one letter of a text, wherever the files below a folder hold it.
fn flip(folder: &Path, text: &[u8]) {
    assert!(flipped_below(folder, text) > 0, "the text is in the store");
}

fn flipped_below(folder: &Path, text: &[u8]) -> usize {
    let mut flipped = 0;
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            flipped += flipped_below(&path, text);
            continue;
        }
        let mut bytes = std::fs::read(&path).expect("read");
        let found: Vec<usize> = (0..bytes.len().saturating_sub(text.len()))
            .filter(|at| bytes[*at..].starts_with(text))
            .collect();
        for at in &found {
            bytes[at + text.len() / 2] ^= 1;
        }
        if !found.is_empty() {
            std::fs::write(&path, &bytes).expect("written");
        }
        flipped += found.len();
    }
    flipped
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_officer_may_not_see_stands_in_no_search_and_beside_no_line() {
    let world = World::make(None).await;
    let machine = world.a.service();
    let mut terms = openline_node::view::TermsView {
        title: "Hidden line".to_owned(),
        test_times: vec![],
        ..openline_node::view::TermsView::default()
    };
    terms.settle_delay_ms = 50;
    let hidden = common::found_on(&[machine.clone(), world.b.service()], &["Beta"], terms).await;
    let open = machine
        .send(message(&world.line, "A quokka in the open."))
        .await
        .expect("released");
    for _ in 0..3 {
        machine
            .send(message(&hidden, "A hidden quokka."))
            .await
            .expect("released");
    }
    let test = machine.test_now(&hidden).await.expect("released");
    machine
        .wait_stored(&hidden, &test.place, common::PATIENCE)
        .await
        .expect("stored");
    let auditor = world.officer("Auditor", &["auditor"], &[&world.line]).await;
    let found = auditor.search("quokka", None, 2).await.expect("searched");
    let places: Vec<&str> = found.iter().map(|hit| hit.entry.place.as_str()).collect();
    assert_eq!(places, [open.place.as_str()]);
    let told = |ways: Vec<openline_node::view::WayView>| {
        let mut tests = ways.into_iter().flat_map(|way| way.tests);
        tests.any(|test| test.line == hidden)
    };
    assert!(told(machine.ways().await.expect("ways")));
    assert!(
        !told(auditor.ways().await.expect("ways")),
        "of the hidden line"
    );
    let (_, others) = auditor.line_state(&world.line).await.expect("a state");
    assert!(others.is_empty(), "{others:?}");
    let (_, others) = machine.line_state(&world.line).await.expect("a state");
    assert_eq!(others.len(), 1);
    let long = "a* ".repeat(12_000);
    let refused = auditor.search(&long, None, 2).await;
    assert!(matches!(refused, Err(ServiceError::Unusable(_))));
    world.stop().await;
}
