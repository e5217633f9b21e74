//! Non-papers between real nodes: over live bearers, by courier, and nowhere else.

mod common;

use std::path::Path;

use base64::Engine as _;
use common::{found, make_home, message, relate, start, start_at, start_dialled, stop, wait_for};
use openline_node::service::{LogQuery, Service};
use openline_node::view::{NonPaperRequest, NonPaperView};
use openline_node::{Node, NodeOptions};

/// A word that stands nowhere else.
const SECRET: &str = "quinquereme";

fn non_paper(line: &str, to: &str, text: &str) -> NonPaperRequest {
    NonPaperRequest {
        line: line.to_owned(),
        to: to.to_owned(),
        text: text.to_owned(),
        off_the_record: true,
    }
}

async fn pair(folder: &Path) -> (Node, Node, String) {
    let (home_a, home_b) = (folder.join("a"), folder.join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start_dialled(&home_a), start(&home_b, vec![]));
    relate(&a.service(), &b.service()).await;
    let line = found(&a.service(), &b.service(), "Beta").await;
    (a, b, line)
}

async fn view(service: &Service, number: u64) -> Option<NonPaperView> {
    let views = service.non_papers().await.expect("a list");
    views.into_iter().find(|view| view.number == number)
}

async fn wait_for_state(service: &Service, number: u64, state: &str) {
    wait_for(service, state, async |s| {
        view(s, number)
            .await
            .is_some_and(|view| view.state == state)
    })
    .await;
}

async fn first_unread(service: &Service) -> u64 {
    wait_for(service, "a non-paper", async |s| {
        let views = s.non_papers().await.expect("a list");
        views.iter().any(|view| view.state == "unread")
    })
    .await;
    let views = service.non_papers().await.expect("a list");
    let unread = views.iter().find(|view| view.state == "unread");
    unread.expect("just seen").number
}

/// Files below a folder that hold the word, by their paths from there.
fn holding(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for item in std::fs::read_dir(&next).expect("a folder") {
            let path = item.expect("an item").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // A file may go while the node runs.
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes())
            {
                let path = path.strip_prefix(folder).expect("below it");
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_non_paper_goes_over_a_live_bearer_and_is_on_no_record_backup_export_search_or_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let (_, mut events_a) = sa.events(None).await;
    let (_, mut events_b) = sb.events(None).await;
    let text = format!("The {SECRET} could leave on Tuesday.");
    let sent = sa
        .send_non_paper(non_paper(&line, "Beta", &text))
        .await
        .expect("sent");
    let number = first_unread(&sb).await;
    let read = sb.non_paper(number).await.expect("there");
    assert_eq!(
        (read.text.as_str(), read.about.party.as_str()),
        (&*text, "Alpha")
    );
    wait_for_state(&sa, sent.number, "received").await;
    assert_eq!(holding(&folder.path().join("a"), SECRET), [""; 0]);
    assert_eq!(
        holding(&folder.path().join("b"), SECRET),
        [format!("non-papers/inbox/{number}")]
    );
    sb.note_non_paper_shown(number).await.expect("read");
    wait_for_state(&sa, sent.number, "shown").await;

    let search = sb.search(SECRET, None, 10).await.expect("searched");
    assert!(search.is_empty());
    for (service, name) in [(&sa, "backup-a"), (&sb, "backup-b")] {
        let backup = folder.path().join(name);
        service.backup(&backup).await.expect("a backup");
        assert_eq!(holding(&backup, SECRET), [""; 0]);
        assert!(!backup.join("non-papers").exists());
        let export = service.export(&line).await.expect("an export");
        let bytes = std::fs::read(&export).expect("read");
        assert!(!bytes.windows(SECRET.len()).any(|w| w == SECRET.as_bytes()));
        let query = LogQuery {
            line: line.clone(),
            limit: 100,
            ..LogQuery::default()
        };
        let log = service.log(query).await.expect("log");
        let is_own = |kind: &str| matches!(kind, "founding" | "mark");
        assert!(log.iter().all(|entry| is_own(&entry.kind)), "{log:?}");
    }
    for events in [&mut events_a, &mut events_b] {
        let mut seen = false;
        while let Ok(event) = events.try_recv() {
            let words = serde_json::to_string(&event).expect("plain data");
            assert!(!words.contains(SECRET), "{words}");
            seen |= event.what == "non-paper";
        }
        assert!(seen, "that there is one is told");
    }

    let filed = sb.file_non_paper(number).await.expect("filed");
    let note = std::fs::read_to_string(&filed.file).expect("a note");
    assert!(note.starts_with("OWN COPY, UNAUTHENTICATED\n") && note.contains(&text));
    let backup = folder.path().join("backup-filed");
    sb.backup(&backup).await.expect("a backup");
    assert_eq!(holding(&backup, SECRET), [""; 0]);
    sb.discard_non_paper(number).await.expect("discarded");
    assert_eq!(
        holding(&folder.path().join("b"), SECRET),
        [format!("non-papers/filed/{number}.txt")]
    );
    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_survives_a_restart_and_goes_when_a_bearer_stands_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    let (a, b, line) = pair(folder.path()).await;
    let listening = common::endpoints(&a.service()).await;
    let address = |scheme: &str| {
        let found = listening.iter().find_map(|text| text.strip_prefix(scheme));
        found.expect("listens").parse().expect("an address")
    };
    let (quic, tls) = (address("quic://"), address("tls://"));
    stop(b).await;
    let sent = a
        .service()
        .send_non_paper(non_paper(&line, "Beta", "while you were away"))
        .await
        .expect("kept");
    assert_eq!(sent.state, "waiting");
    stop(a).await;
    let a = start_at(&home_a, quic, tls);
    let kept = a.service().non_paper(sent.number).await.expect("kept");
    assert_eq!(kept.text, "while you were away");
    let b = start(&home_b, vec![]);
    let number = first_unread(&b.service()).await;
    let read = b.service().non_paper(number).await.expect("there");
    assert_eq!(read.text, "while you were away");
    wait_for_state(&a.service(), sent.number, "received").await;
    // What was read while no bearer stood is told when one stands again.
    stop(a).await;
    b.service()
        .note_non_paper_shown(number)
        .await
        .expect("read");
    let a = start_at(&home_a, quic, tls);
    wait_for_state(&a.service(), sent.number, "shown").await;
    stop(a).await;
    stop(b).await;
}

/// Starts a node that nobody reaches and that reaches nobody.
fn start_alone(home: &Path) -> Node {
    let options = NodeOptions {
        listen_quic: Some(vec![]),
        listen_tls: Some(vec![]),
        endpoints: Some(vec![]),
        passphrase: None,
    };
    Node::start(home, options).expect("starts")
}

async fn pack(service: &Service, to: &str) -> (Vec<u8>, bool, usize) {
    let packed = service.pack_non_papers(to).await.expect("packed");
    let bytes = base64::engine::general_purpose::STANDARD.decode(&packed.base64);
    (bytes.expect("base64"), packed.has_key, packed.non_papers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_courier_carries_non_papers_in_files_that_nobody_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    let (a, b, line) = pair(folder.path()).await;
    stop(a).await;
    stop(b).await;
    // As if no key had ever been shared over a live bearer.
    for home in [&home_a, &home_b] {
        std::fs::remove_dir_all(home.join("non-papers")).expect("there were shares");
    }
    let (a, b) = (start_alone(&home_a), start_alone(&home_b));
    let (sa, sb) = (a.service(), b.service());
    let sent = sa
        .send_non_paper(non_paper(&line, "Beta", "by hand"))
        .await
        .expect("kept");
    let (share, has_key, carried) = pack(&sa, "Beta").await;
    assert_eq!((has_key, carried), (false, 0));
    let brought = sb.open_non_papers(share.clone()).await.expect("opened");
    assert_eq!(brought.key, "first");
    let refused = sb.open_pouch(share).await.expect_err("no bundle");
    assert!(refused.to_string().contains("openline non-paper open"));
    let (answer, has_key, _) = pack(&sb, "Alpha").await;
    assert!(has_key, "B holds both shares");
    sa.open_non_papers(answer).await.expect("opened");

    let (file, has_key, carried) = pack(&sa, "Beta").await;
    assert_eq!((has_key, carried), (true, 1));
    let visible = String::from_utf8_lossy(&file);
    assert!(
        visible.starts_with("openline-bundle/v1\n"),
        "a courier sees one more pouch"
    );
    assert!(!visible.contains("by hand") && !visible.contains("Alpha"));
    let brought = sb.open_non_papers(file.clone()).await.expect("opened");
    assert_eq!((brought.key.as_str(), brought.new.len()), ("proved", 1));
    let again = sb.open_non_papers(file.clone()).await.expect("opened");
    assert!(again.new.is_empty());
    let read = sb.non_paper(brought.new[0]).await.expect("there");
    assert_eq!(read.text, "by hand");
    sb.note_non_paper_shown(brought.new[0]).await.expect("read");
    let (back, ..) = pack(&sb, "Alpha").await;
    let confirmed = sa.open_non_papers(back).await.expect("opened");
    assert_eq!(confirmed.received, [sent.number]);
    assert_eq!(confirmed.shown, [sent.number]);
    let gone = sa.non_paper(sent.number).await;
    assert!(gone.is_err(), "its text is erased where it came from");

    let mut torn = file.clone();
    *torn.last_mut().expect("bytes") ^= 1;
    assert!(sb.open_non_papers(torn).await.is_err());
    assert!(
        sa.open_non_papers(file).await.is_err(),
        "not for its sender"
    );
    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_chosen_on_purpose_and_a_bundle_never_carries_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path()).await;
    stop(b).await;
    let service = a.service();
    let mut unsaid = non_paper(&line, "Beta", "by mistake");
    unsaid.off_the_record = false;
    let refused = service.send_non_paper(unsaid).await.expect_err("not said");
    assert!(refused.to_string().contains("--off-the-record"));
    for (to, text) in [
        ("Alpha", "to ourselves"),
        ("Gamma", "to nobody"),
        ("Beta", ""),
    ] {
        let refused = service.send_non_paper(non_paper(&line, to, text)).await;
        assert!(refused.is_err(), "{to}: {text:?}");
    }
    assert!(service.non_papers().await.expect("a list").is_empty());
    let empty = service.pack_pouch("Beta").await.expect("a bundle").len();
    let long = SECRET.repeat(2000);
    service
        .send_non_paper(non_paper(&line, "Beta", &long))
        .await
        .expect("kept");
    let beside = service.pack_pouch("Beta").await.expect("a bundle").len();
    assert!(beside < empty + 2000, "{beside} bytes, {empty} without");
    // The record goes on beside it.
    let released = service.send(message(&line, "on the record")).await;
    released.expect("released");
    stop(a).await;
}
