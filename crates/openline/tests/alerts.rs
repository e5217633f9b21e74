//! Alerts by the command line: setting channels up, trying them out, seeing one that fails.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use support::node::Party;

/// A party whose configuration ends with these channels.
fn party(folder: &Path, channels: &str) -> Party {
    let party = Party::make(folder, "a", "Alpha", None);
    let path = party.path().join("openline.toml");
    let text = fs::read_to_string(&path).expect("a configuration");
    fs::write(&path, format!("{text}\n{channels}")).expect("written");
    party
}

fn script(folder: &Path, text: &str) -> String {
    let path = folder.join("page");
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    path.to_str().expect("a plain path").to_owned()
}

fn state<'a>(list: &'a Value, name: &str) -> &'a str {
    let channels = list["channels"].as_array().expect("channels");
    let channel = channels.iter().find(|channel| channel["name"] == name);
    channel.expect("known")["state"].as_str().expect("a word")
}

#[test]
fn a_dead_channel_is_seen_everywhere_and_each_can_be_tried_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let page = script(at, &format!("#!/bin/sh\ncat >> '{}/got'\n", at.display()));
    // Nobody listens on port 1.
    let mut party = party(
        at,
        &format!(
            "[[alert]]\nname = \"page\"\npost = \"watch\"\ncommand = {{ program = \"{page}\" }}\n\n\
             [[alert]]\nname = \"hook\"\nwebhook = {{ url = \"http://127.0.0.1:1/hidden-path\" }}\n"
        ),
    );
    party.start();
    // Both are tried out as the node starts for the first time.
    party.wait("both were tried", || {
        let list = party.json(&["alert", "list"]);
        state(&list, "page") == "works" && state(&list, "hook") == "failing"
    });
    let got = fs::read_to_string(at.join("got")).expect("written");
    assert!(got.contains("TEST: alert channel test"), "{got}");

    let list = party.run(&["alert", "list"]).ok();
    for words in [
        "page (command to ",
        ", for watch): works, last worked ",
        "hook (webhook to 127.0.0.1): FAILING since ",
        "127.0.0.1 can't be reached",
        "has never worked; 1 alert waits",
        "TEST: alert channel test",
    ] {
        assert!(list.contains(words), "no {words} in {list}");
    }
    let status = party.run(&["status"]).ok();
    assert!(
        status.contains("\nAlerts: hook (webhook to 127.0.0.1): FAILING since "),
        "{status}"
    );
    let doctor = party.run(&["doctor"]);
    assert_eq!(doctor.exit, 1);
    assert!(
        doctor.stdout.contains("well  alerts: page"),
        "{}",
        doctor.stdout
    );
    assert!(
        doctor.stdout.contains("ILL   alerts: hook"),
        "{}",
        doctor.stdout
    );
    assert!(
        doctor
            .stdout
            .contains("next: mend it, then: openline alert test hook")
    );

    let well = party.run(&["alert", "test", "page"]).ok();
    assert!(
        well.starts_with("well  page (command), ") && well.contains("handed over is not read"),
        "{well}"
    );
    let both = party.run(&["alert", "test"]);
    assert!(
        both.stdout.contains("ILL   hook (webhook)"),
        "{}",
        both.stdout
    );
    assert!(
        both.refused(1)
            .contains("1 of 2 channels did not take the test")
    );
    let unknown = party.run(&["alert", "test", "phone"]).refused(2);
    assert!(
        unknown.contains("no alert channel is called phone"),
        "{unknown}"
    );
    for text in [&list, &status, &doctor.stdout, &party.log()] {
        assert!(!text.contains("hidden-path"), "{text}");
    }
    party.stop();
}

#[test]
fn without_a_channel_it_is_said_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut party = party(folder.path(), "");
    party.start();
    let list = party.run(&["alert", "list"]).ok();
    assert!(
        list.contains("set up a channel as [[alert]] in openline.toml"),
        "{list}"
    );
    let test = party.run(&["alert", "test"]).refused(1);
    assert!(test.contains("no alert channel is set up"), "{test}");
    let doctor = party.run(&["doctor"]).stdout;
    assert!(
        doctor.contains("note  alerts: no alert leaves this node"),
        "{doctor}"
    );
    party.stop();
}

#[test]
fn a_channel_that_can_not_be_is_named_before_the_node_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let party = party(
        folder.path(),
        "[[alert]]\nname = \"x\"\nwebhook = { url = \"http://pager.example/\" }\n",
    );
    let why = party.run(&["serve"]).refused(2);
    assert!(
        why.contains("alert.webhook.url is plain http") && why.contains(": line "),
        "{why}"
    );
}
