//! A watch room of two persons, as they use the program: tokens in files, a policy, clearances, and the audit log.

mod support;

use std::path::Path;

use support::node::{Party, found, free_addresses, relate};
use support::{Ran, openline, run};

const LINE: &str = "Watch line";
const POLICY: &str = r#"# Notifications go when a second person has cleared them.
[[rule]]
form = ["notification"]
clearers = 1
different_persons = ["drafter", "clearer"]
"#;

/// Two parties with a line; the first has the policy, and two officers on watch.
fn watch_room(folder: &Path) -> (Party, Party) {
    let mut a = Party::make(folder, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(folder, "b", "Ministry B", None);
    std::fs::write(a.path().join("policy.toml"), POLICY).expect("written");
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    for name in ["watch-1", "watch-2"] {
        let token = format!("{name}.token");
        let add = ["officer", "add", name, "--line", LINE];
        let roles = ["drafter", "clearer", "releaser", "duty-officer"].map(|role| ["--role", role]);
        let out = ["--token-out", &token];
        let said = a.run(&[&add[..], &roles.concat(), &out].concat()).ok();
        assert!(said.contains("only its hash is kept here"), "{said}");
    }
    (a, b)
}

/// Runs a command as an officer.
fn by(party: &Party, name: &str, args: &[&str]) -> Ran {
    let token = format!("{name}.token");
    party.run(&[&["--officer-token-file", &token], args].concat())
}

fn first_draft(party: &Party, name: &str) -> serde_json::Value {
    let list = by(party, name, &["--json", "draft", "list"]).json();
    list[0].clone()
}

#[test]
fn two_persons_let_a_notification_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = watch_room(folder.path());
    let said = by(
        &a,
        "watch-1",
        &[
            "policy",
            "explain",
            "--line",
            LINE,
            "--form",
            "notification",
        ],
    )
    .ok();
    assert!(
        said.contains("1 clearance before release") && said.contains("line 2 of policy.toml"),
        "{said}"
    );
    assert!(said.contains("May clear: watch-1, watch-2"), "{said}");

    let send = [
        "send",
        "--line",
        LINE,
        "--form",
        "notification",
        "--text",
        "A launch at 08:00 UTC.",
    ];
    let said = a.run(&send).refused(1);
    assert!(said.contains("the administrator of this machine"), "{said}");
    let said = by(&a, "watch-1", &send).refused(1);
    assert!(
        said.contains("it is kept as draft") && said.contains("watch-2"),
        "{said}"
    );
    let draft = first_draft(&a, "watch-1");
    let id = draft["id"].as_str().expect("an id");
    let said = by(&a, "watch-1", &["draft", "clear", id]).refused(1);
    assert!(said.contains("watch-1 has drafted it"), "{said}");
    let said = by(&a, "watch-1", &["draft", "release", id]).refused(1);
    assert!(said.contains("1 more to clear it"), "{said}");

    let words = ["draft", "clear", id, "--words", "Agreed with the desk."];
    let said = by(&a, "watch-2", &words).ok();
    assert!(
        said.contains("A launch at 08:00 UTC.") && said.contains("Cleared: exactly the content"),
        "{said}"
    );
    let said = by(&a, "watch-1", &["draft", "show", id]).ok();
    assert!(said.contains("Agreed with the desk."), "{said}");
    let stale = ["draft", "release", id, "--content", "0123456789abcdef"];
    let said = by(&a, "watch-1", &stale).refused(1);
    assert!(said.contains("somebody has changed it"), "{said}");
    let said = by(&a, "watch-1", &["draft", "release", id]).ok();
    assert!(said.contains("durable here"), "{said}");
    let said = by(&a, "watch-1", &["draft", "list"]).ok();
    assert!(said.contains("No drafts."), "{said}");
}

#[test]
fn a_refused_draft_and_a_revoked_officer_go_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = watch_room(folder.path());
    let send = [
        "send",
        "--line",
        LINE,
        "--form",
        "notification",
        "--text",
        "Wrong.",
    ];
    by(&a, "watch-1", &send).refused(1);
    let draft = first_draft(&a, "watch-2");
    let id = draft["id"].as_str().expect("an id");
    by(
        &a,
        "watch-2",
        &["draft", "refuse", id, "--words", "The time is wrong."],
    )
    .ok();
    let said = by(&a, "watch-1", &["draft", "release", id]).refused(1);
    assert!(said.contains("refused by watch-2"), "{said}");

    // From a place that can't read the home: the address and the token are all that an officer needs.
    let token = std::fs::read_to_string(folder.path().join("watch-2.token")).expect("a token");
    let api = a.api().address.to_string();
    let from_afar = |args: &[&str]| {
        let mut command = openline(folder.path(), args);
        command
            .env("OPENLINE_OFFICER_TOKEN", token.trim())
            .env("OPENLINE_API", &api)
            .env("OPENLINE_HOME", "/nowhere");
        run(&mut command, b"")
    };
    let said = from_afar(&["line", "list"]).ok();
    assert!(said.contains(LINE), "{said}");
    let said = from_afar(&["officer", "revoke", "watch-1"]).refused(1);
    assert!(said.contains("role administrator"), "{said}");
    let said = a.run(&["officer", "revoke", "watch-2"]).ok();
    assert!(said.contains("void from now on"), "{said}");
    let said = from_afar(&["line", "list"]).refused(1);
    assert!(said.contains("no valid token"), "{said}");
    let said = a.run(&["officer", "list"]).ok();
    assert!(said.contains("REVOKED"), "{said}");

    // A new token proves him again, and the file that held the old one is not written over.
    let renew = [
        "officer",
        "renew",
        "watch-2",
        "--token-out",
        "watch-2.token",
    ];
    a.run(&renew).refused(2);
    let renew = ["officer", "renew", "watch-2", "--token-out", "again.token"];
    a.run(&renew).ok();
    by(&a, "again", &["line", "list"]).ok();
    std::fs::write(folder.path().join("short.token"), "12").expect("written");
    let said = by(&a, "short", &["line", "list"]).refused(2);
    assert!(said.contains("not an officer's token"), "{said}");
}

#[test]
fn a_passkey_is_named_by_an_id_that_begins_with_a_hyphen() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = watch_room(folder.path());
    let said = a
        .run(&["officer", "passkeys", "watch-1", "--remove", "-KUjiTu6Isb3"])
        .refused(1);
    assert!(
        said.contains("watch-1 has no passkey whose id begins with -KUjiTu6Isb3"),
        "{said}"
    );
}

#[test]
fn the_audit_log_is_listed_verified_and_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, _b) = watch_room(folder.path());
    by(
        &a,
        "watch-1",
        &["send", "--line", LINE, "--text", "All quiet."],
    )
    .ok();
    by(&a, "watch-1", &["audit", "list"]).refused(1);
    let add = [
        "officer",
        "add",
        "auditor-1",
        "--role",
        "auditor",
        "--line",
        "*",
    ];
    let token = a.run(&[&add[..], &["--token-out", "auditor-1.token"]].concat());
    token.ok();

    let said = by(
        &a,
        "auditor-1",
        &["audit", "list", "--officer", "watch-1", "--line", LINE],
    )
    .ok();
    assert!(
        said.contains("release") && said.contains("message: message, routine, real"),
        "{said}"
    );
    let all = by(&a, "auditor-1", &["--json", "audit", "list"]).json();
    let all = all.as_array().expect("a list").clone();
    assert!(!serde_json::to_string(&all).expect("JSON").contains("quiet"));
    let said = by(&a, "auditor-1", &["audit", "export", "audit.jsonl"]).ok();
    let text = std::fs::read_to_string(folder.path().join("audit.jsonl")).expect("a file");
    assert_eq!(text.lines().count(), all.len(), "{said}");
    let mut previous = "0".repeat(64);
    for line in text.lines() {
        let item: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(item["previous"], previous.as_str());
        previous = item["hash"].as_str().expect("a hash").to_owned();
    }
    let found = by(&a, "auditor-1", &["--json", "audit", "verify"]).json();
    assert_eq!(found["last_hash"], previous.as_str());
    a.stop();
    // Where no node runs, the store is read as it lies there; the stop is one more item.
    let found = a.json(&["audit", "verify"]);
    assert_eq!(found["items"], all.len() + 1);
}

#[test]
fn a_wrong_policy_is_named_before_the_node_needs_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    std::fs::write(at.join("right.toml"), POLICY).expect("written");
    std::fs::write(at.join("wrong.toml"), POLICY.replace("[\"noti", "[\"modi")).expect("written");
    let said = run(&mut openline(at, &["policy", "check", "right.toml"]), b"").ok();
    assert!(said.contains("1 rules, well formed"), "{said}");
    let said = run(&mut openline(at, &["policy", "check", "wrong.toml"]), b"").refused(1);
    assert!(
        said.contains("line 3: form: \"modification\" is no form"),
        "{said}"
    );
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating/officers.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    let rules = manual.lines().skip_while(|line| *line != "    [[rule]]");
    let rules: Vec<&str> = rules
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .collect();
    std::fs::write(at.join("manual.toml"), rules.join("\n")).expect("written");
    let said = run(&mut openline(at, &["policy", "check", "manual.toml"]), b"").ok();
    assert!(
        said.contains("3 rules, well formed") && !said.contains("never counts"),
        "{said}"
    );
}
