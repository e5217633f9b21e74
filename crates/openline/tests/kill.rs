//! `kill -9` of a node in the midst of a stream of messages: what was reported released is on both records afterwards.

mod support;

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use openline_core::body::Body;
use openline_node::home::ApiFile;
use support::node::{Party, found, free_addresses, one_record, relate};

const LINE: &str = "Watch line";
/// Threads that send at once to each node.
const SENDERS: usize = 3;
/// Reported releases of one node after which it is killed.
const KILLED_AFTER: usize = 60;
/// Times that a node is killed.
const KILLS: usize = 3;

/// Sends message after message until the node is gone; tells the text of each that it reported released.
fn stream(api: &ApiFile, name: &str, released: &Sender<String>) {
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(60)))
        .build();
    let agent = ureq::Agent::new_with_config(config);
    for number in 0.. {
        let text = format!("{name} {number}");
        let request = serde_json::json!({
            "line": LINE, "post": "watch", "texts": [{"language": "en", "text": text}]
        });
        let answer = agent
            .post(format!("http://{}/v1/messages", api.address))
            .header("Authorization", format!("Bearer {}", api.token))
            .header("Content-Type", "application/json")
            .send(request.to_string());
        // An answer with another status is an error here: the node says 200 only when the entry is durable.
        if answer.is_err() || released.send(text).is_err() {
            return;
        }
    }
}

/// Streams to both nodes and kills one in the midst of it; the texts that were reported released.
fn kill_amid_a_stream(killed: &mut Party, other: &Party, round: usize) -> Vec<String> {
    let (tell, told) = channel();
    let (tell_other, told_other) = channel();
    let mut all = Vec::new();
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            for (party, tell, side) in [(&*killed, &tell, "killed"), (other, &tell_other, "other")]
            {
                let (api, tell) = (party.api(), tell.clone());
                let name = format!("round {round}, {side}, sender {sender}, message");
                scope.spawn(move || stream(&api, &name, &tell));
            }
        }
        all.extend(told.iter().take(KILLED_AFTER));
        killed.kill();
        drop((tell, tell_other));
        all.extend(told.iter());
        all.extend(told_other.iter().take(KILLED_AFTER));
        drop(told_other);
    });
    all
}

/// How often each text is on a party's record, out of its export.
fn texts(party: &Party) -> BTreeMap<String, usize> {
    let file = format!("{}.export", party.home);
    party.json(&["export", "--line", LINE, "--out", &file]);
    let path = party.path().with_file_name(file);
    let bytes = std::fs::read(path).expect("the export");
    let mut texts = BTreeMap::new();
    let report = openline_core::export::verify(&bytes, |entry| {
        if let Some(Body::Message(message)) = entry.body() {
            *texts.entry(message.texts[0].text.clone()).or_default() += 1;
        }
    });
    report.expect("the export verifies");
    texts
}

#[test]
fn no_entry_that_was_reported_released_is_lost_by_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut a = Party::make(folder.path(), "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(folder.path(), "b", "Ministry B", None);
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    let mut released = Vec::new();
    for round in 0..KILLS {
        // Each side is killed: the one that is dialled, and the one that dials.
        let (killed, other) = if round % 2 == 0 {
            (&mut a, &b)
        } else {
            (&mut b, &a)
        };
        released.extend(kill_amid_a_stream(killed, other, round));
        let said = killed.run(&["status"]).refused(3);
        assert!(said.contains("no node runs on"), "{said}");
        killed.start();
    }
    assert!(released.len() >= KILLS * KILLED_AFTER);
    one_record(&a, &b, LINE);
    for party in [&a, &b] {
        party.wait("every entry that was released", || {
            let texts = texts(party);
            released.iter().all(|text| texts.contains_key(text))
        });
        let texts = texts(party);
        assert!(texts.values().all(|times| *times == 1), "{texts:?}");
        assert_eq!(party.json(&["check"])["clean"], true);
    }
}
