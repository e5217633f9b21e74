//! Non-papers as an operator handles them, asked of the built program; what they say is in no log.

mod support;

use std::path::Path;

use support::node::{Party, found, free_addresses, relate};

const LINE: &str = "Watch line";
/// A word that stands nowhere else.
const SECRET: &str = "quinquereme";

fn two_parties(folder: &Path) -> (Party, Party) {
    let mut a = Party::make(folder, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(folder, "b", "Ministry B", None);
    for party in [&mut a, &mut b] {
        let mut command = party.serve();
        command
            .env("RUST_LOG", "trace")
            .env("OPENLINE_LOG", "trace");
        party.start_as(command);
    }
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    (a, b)
}

fn states(party: &Party) -> Vec<String> {
    let list = party.json(&["non-paper", "list"]);
    let views = list.as_array().expect("a list").iter();
    views
        .map(|view| view["state"].as_str().expect("a state").to_owned())
        .collect()
}

#[test]
fn an_operator_sends_reads_files_and_discards_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    let text = format!("The {SECRET} could leave on Tuesday.");
    std::fs::write(folder.path().join("text"), &text).expect("written");
    let send = ["non-paper", "send", "--line", LINE, "--to", "Ministry B"];
    let unsaid = a.run(&[&send[..], &["--file", "text"]].concat());
    assert!(unsaid.refused(2).contains("--off-the-record"));
    let said = [&send[..], &["--file", "text", "--off-the-record"]].concat();
    let sent = a.run(&said).ok();
    assert!(
        sent.starts_with("NON-PAPER 1 to Ministry B, off the record"),
        "{sent}"
    );
    a.wait("the confirmation", || states(&a) == ["received"]);

    let list = b.run(&["non-paper", "list"]).ok();
    assert!(list.starts_with("NON-PAPERS, off the record\n") && list.contains("unread"));
    assert!(!list.contains(SECRET));
    let taken = b.json(&["non-paper", "read", "1"]);
    assert_eq!(taken["text"], text);
    assert_eq!(states(&b), ["unread"], "a program is no reader");
    let shown = b.run(&["non-paper", "read", "1"]).ok();
    for words in [
        "NON-PAPER 1 FROM Ministry A",
        "OFF THE RECORD. IT PROVES NOTHING. DO NOT FILE.",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(shown.contains(&format!("  | {text}\n")));
    a.wait("word that it was shown", || states(&a) == ["shown"]);
    let gone = a.run(&["non-paper", "read", "1"]).refused(2);
    assert!(gone.contains("is erased here"), "{gone}");

    let filed = b.run(&["non-paper", "file", "1"]).ok();
    assert!(filed.contains("unauthenticated"), "{filed}");
    b.run(&["non-paper", "discard", "1"]).ok();
    assert!(
        b.run(&["non-paper", "read", "1"])
            .refused(2)
            .contains("no non-paper 1")
    );
    let none = b.run(&["non-paper", "list"]).ok();
    assert_eq!(none, "There are no non-papers here.\n");
    for party in [&mut a, &mut b] {
        party.stop();
        let log = party.log();
        assert!(!log.contains(SECRET), "{log}");
        assert!(!log.is_empty());
    }
}

#[test]
fn a_node_that_is_killed_before_the_confirmation_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    b.kill();
    let send = ["non-paper", "send", "--line", LINE, "--to", "Ministry B"];
    a.run(&[&send[..], &["--text", "first", "--off-the-record"]].concat())
        .ok();
    a.kill();
    a.start();
    b.start();
    a.wait("the confirmation", || states(&a) == ["received"]);
    b.kill();
    b.start();
    assert_eq!(b.json(&["non-paper", "read", "1"])["text"], "first");
    a.run(&[&send[..], &["--text", "second", "--off-the-record"]].concat())
        .ok();
    b.wait("the second", || states(&b).len() == 2);
    assert_eq!(b.json(&["non-paper", "read", "2"])["text"], "second");
    b.stop();
    a.run(&[&send[..], &["--text", "third", "--off-the-record"]].concat())
        .ok();
    let packed = a.run(&[
        "non-paper",
        "pack",
        "Ministry B",
        "--out",
        "third.non-paper",
    ]);
    assert!(packed.ok().starts_with("1 non-papers in third.non-paper"));
    a.stop();
    b.start();
    let opened = b.run(&["non-paper", "open", "third.non-paper"]).ok();
    assert!(
        opened.starts_with("1 new non-papers from Ministry A"),
        "{opened}"
    );
    assert_eq!(b.json(&["non-paper", "read", "3"])["text"], "third");
    b.stop();
}
