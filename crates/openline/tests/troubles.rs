//! What goes wrong around a node: a home that can't be written, a full disk, a clock set back, a second node. Each time the
//! node says what happened and what to do, and no released entry is gone.

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::node::{Party, found, free_addresses, one_record, relate};
use support::small_disk::SmallDisk;

const LINE: &str = "Watch line";
/// A user and group that nothing belongs to.
const NOBODY: u32 = 65534;
/// Starts a program as that user.
const AS_NOBODY: [&str; 4] = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
];
/// Starts a program that is told when a file can't grow, in place of being ended.
const TOLD_OF_LIMITS: [&str; 4] = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
/// Starts a program whose clock is a year behind; only what the clock says differs, not how long things take. `faketime`
/// would stay between as a parent, so what it sets is taken from it.
fn a_year_ago() -> Vec<String> {
    let output = Command::new("faketime")
        .args(["--exclude-monotonic", "-f", "-365d", "env"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .expect("faketime is installed: ./test installs it");
    let set = String::from_utf8(output.stdout).expect("text");
    let wanted = ["LD_PRELOAD=", "FAKETIME=", "FAKETIME_DONT_FAKE_MONOTONIC="];
    let is_wanted = |line: &&str| wanted.iter().any(|name| line.starts_with(name));
    let fake = set.lines().filter(is_wanted);
    std::iter::once("env")
        .chain(fake)
        .map(str::to_owned)
        .collect()
}

fn two_parties(folder: &Path) -> (Party, Party) {
    let a = Party::make(folder, "a", "Ministry A", Some(free_addresses()));
    let b = Party::make(folder, "b", "Ministry B", None);
    (a, b)
}

fn begin(a: &mut Party, b: &mut Party) {
    a.start();
    b.start();
    relate(a, b);
    found(a, b, "Ministry B", LINE);
    send(a, "Before.");
}

fn words(starter: &[&str]) -> Vec<String> {
    starter.iter().map(ToString::to_string).collect()
}

fn send(party: &Party, text: &str) -> Value {
    party.json(&["send", "--line", LINE, "--text", text, "--wait", "60"])
}

fn texts(party: &Party) -> Vec<String> {
    let log = party.json(&[
        "log", "--line", LINE, "--kind", "message", "--limit", "1000",
    ]);
    let entries = log.as_array().expect("a list").iter();
    entries
        .map(|entry| entry["summary"].as_str().expect("a text").to_owned())
        .collect()
}

/// Says something about every file and folder of a home, the deepest first.
fn each(path: &Path, act: &dyn Fn(&Path, bool)) {
    for item in fs::read_dir(path).expect("a folder") {
        let item = item.expect("an item");
        if item.file_type().expect("a type").is_dir() {
            each(&item.path(), act);
        } else {
            act(&item.path(), false);
        }
    }
    act(path, true);
}

/// Takes away, or gives back, the right to write a home. Permissions do not bind root, so the programs of a party that root
/// runs are started as nobody, whom the home is given to.
fn allow_writing(party: &mut Party, is_allowed: bool) {
    let is_root = fs::metadata(party.path()).expect("a home").uid() == 0
        || party.starter == words(&AS_NOBODY);
    if is_root && party.starter.is_empty() {
        let folder = party.path();
        let parent = folder.parent().expect("a folder");
        fs::set_permissions(parent, fs::Permissions::from_mode(0o755)).expect("set");
        party.starter = words(&AS_NOBODY);
    }
    each(&party.path(), &|path, is_folder| {
        if is_root {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("given");
        }
        let mode = match (is_folder, is_allowed) {
            (true, true) => 0o700,
            (true, false) => 0o500,
            (false, true) => 0o600,
            (false, false) => 0o400,
        };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    });
}

/// Starts a node that must refuse to start; what it says.
fn refused_to_serve(party: &Party, exit: i32) -> String {
    let before = party.log().len();
    let mut serve = party.serve();
    let status = serve.stdout(Stdio::null()).status().expect("it runs");
    let said = party.log()[before..].to_owned();
    assert_eq!(status.code(), Some(exit), "{said}");
    said
}

#[test]
fn a_read_only_home_is_named_and_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    begin(&mut a, &mut b);
    one_record(&a, &b, LINE);
    a.stop();
    allow_writing(&mut a, false);
    let said = refused_to_serve(&a, 1);
    assert!(
        said.contains("can't be written to") && said.contains("/a/store"),
        "{said}"
    );
    assert!(
        said.contains("let the node's user write the home"),
        "{said}"
    );
    let examined = a.run(&["doctor"]);
    assert!(
        examined.stdout.contains("can't be written to: "),
        "{examined:?}"
    );
    let checked = a.json(&["check"]);
    assert_eq!(
        (&checked["clean"], &checked["lines"]),
        (&true.into(), &1.into()),
        "it can still be read"
    );
    let said = a.run(&["key", "rotate-seal"]).refused(2);
    assert!(said.contains("identity/seal.keys"), "{said}");
    allow_writing(&mut a, true);
    a.start();
    send(&a, "After.");
    one_record(&a, &b, LINE);
    assert_eq!(texts(&b), ["Before.", "After."]);
    a.stop();
    assert_eq!(a.json(&["check"])["clean"], true);
}

/// Sends until that is refused; what was released, and what was said then.
fn send_until_refused(party: &Party, sent: &mut Vec<String>) -> String {
    let long = "Long words. ".repeat(1000);
    loop {
        let text = format!("{} {long}", sent.len());
        let ran = party.run(&["send", "--line", LINE, "--text", &text]);
        if ran.exit != 0 {
            return ran.refused(3);
        }
        sent.push(text);
        assert!(sent.len() < 10_000, "the disk does not fill");
    }
}

/// The node has said that it can't write, and goes on by itself once it can: all that was released is on both records.
fn goes_on(a: &Party, b: &Party, mut sent: Vec<String>) {
    send(a, "After.");
    sent.push("After.".to_owned());
    assert_eq!(a.json(&["status"])["store"]["state"], "sound");
    one_record(a, b, LINE);
    for party in [a, b] {
        let found = texts(party);
        assert_eq!(
            found.len(),
            sent.len(),
            "nothing that was refused is on the record"
        );
        assert!(
            found
                .iter()
                .zip(&sent)
                .all(|(found, sent)| sent.starts_with(found.trim_end_matches('…'))),
            "{found:?}"
        );
        assert_eq!(party.json(&["check"])["clean"], true);
    }
}

#[test]
fn a_full_disk_is_named_loses_nothing_and_ends_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    let Some(disk) = SmallDisk::below(&mut a, 16 << 10) else {
        eprintln!(
            "nothing may be mounted here: the limit on the length of files, in the test below, stands for a full disk"
        );
        return;
    };
    begin(&mut a, &mut b);
    let mut sent = vec!["Before.".to_owned()];
    disk.fill();
    let said = send_until_refused(&a, &mut sent);
    assert!(
        said.contains("the disk is full") && said.contains("nothing was released"),
        "{said}"
    );
    let status = a.json(&["status"]);
    assert_eq!(status["store"]["state"], "cannot write");
    assert!(a.run(&["doctor"]).stdout.contains("the disk is full"));
    a.kill();
    let said = refused_to_serve(&a, 2);
    assert!(
        said.contains("full") || said.contains("No space left"),
        "{said}"
    );
    disk.free();
    a.start();
    goes_on(&a, &b, sent);
    drop((a, disk));
}

/// Lets no file of a process grow beyond `bytes`, or lifts that.
fn limit_files(pid: u32, bytes: &str) {
    let limit = format!("--fsize={bytes}:");
    let set = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &limit])
        .status();
    assert!(set.expect("prlimit runs").success());
}

#[test]
fn a_file_that_may_not_grow_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    a.starter = words(&TOLD_OF_LIMITS);
    begin(&mut a, &mut b);
    let mut sent = vec!["Before.".to_owned()];
    limit_files(a.pid(), "300000");
    let said = send_until_refused(&a, &mut sent);
    assert!(
        said.contains("the disk failed while storing") && said.contains("nothing was released"),
        "{said}"
    );
    assert_eq!(a.json(&["status"])["store"]["state"], "cannot write");
    limit_files(a.pid(), "unlimited");
    goes_on(&a, &b, sent);
}

#[test]
fn a_clock_set_back_a_year_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    begin(&mut a, &mut b);
    assert_eq!(a.json(&["status"])["clock_doubt"], Value::Null);
    a.stop();
    a.starter = a_year_ago();
    a.start();
    let doubt = "the clock was set back, or was wrong then";
    assert!(a.log().contains(doubt), "{}", a.log());
    assert!(a.run(&["status"]).ok().contains(doubt));
    let examined = a.run(&["doctor"]).stdout;
    assert!(examined.contains(doubt), "{examined}");
    let sent = send(&a, "With a wrong clock.");
    one_record(&a, &b, LINE);
    let place = sent["released"]["place"].as_str().expect("a place");
    for party in [&a, &b] {
        let shown = party.json(&["show", "--line", LINE, place]);
        let doubts = shown["brief"]["doubts"].as_array().expect("doubts");
        assert!(!doubts.is_empty(), "the claimed time is marked: {shown}");
    }
    assert_eq!(
        texts(&b),
        ["Before.", "With a wrong clock."],
        "the order does not rest on clocks"
    );
    a.stop();
    a.starter.clear();
    a.start();
    send(&a, "With the right clock.");
    one_record(&a, &b, LINE);
    assert_eq!(texts(&b).len(), 3);
    for party in [&a, &b] {
        assert_eq!(party.json(&["check"])["clean"], true);
    }
}

#[test]
fn a_second_node_on_a_home_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut a = Party::make(folder.path(), "a", "Ministry A", None);
    a.start();
    let said = refused_to_serve(&a, 1);
    assert!(
        said.contains("this home is in use") && said.contains(&a.pid().to_string()),
        "{said}"
    );
    assert!(
        said.contains("stop the node that runs on this home"),
        "{said}"
    );
    assert_eq!(a.json(&["status"])["party"], "Ministry A");
    let said = a.run(&["restore", "no-such-backup"]).refused(2);
    assert!(said.contains("no-such-backup"), "{said}");
    a.stop();
}
