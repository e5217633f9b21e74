//! Two parties, each with a home and a node in a process of its own, from the founding of a line to a restored backup.
//! Everything is asked of the built program, as an operator would.

mod shapes;
mod support;

use std::path::Path;

use shapes::Shapes;
use support::node::{Party, found, free_addresses, one_record, relate, write_card};
use support::{openline, run};

const LINE: &str = "Watch line";

/// Two parties with confirmed relations and a founded line, and running nodes; only the first is dialled.
fn two_parties(folder: &Path) -> (Party, Party) {
    let mut a = Party::make(folder, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(folder, "b", "Ministry B", None);
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    (a, b)
}

fn send(party: &Party, text: &str) -> serde_json::Value {
    party.json(&["send", "--line", LINE, "--text", text, "--wait", "60"])
}

fn text<'a>(value: &'a serde_json::Value, path: &str) -> &'a str {
    value
        .pointer(path)
        .and_then(|value| value.as_str())
        .unwrap_or_else(|| panic!("{path} of {value}"))
}

/// The first words of every message, in the record's order.
fn texts(party: &Party) -> Vec<String> {
    let log = party.json(&["log", "--line", LINE, "--kind", "message"]);
    let entries = log.as_array().expect("a list").iter();
    entries
        .map(|entry| text(entry, "/summary").to_owned())
        .collect()
}

#[test]
fn homes_are_made_and_a_line_is_founded() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    std::fs::write(
        at.join("passphrase"),
        "a long passphrase\nand a second line\n",
    )
    .expect("written");
    let (quic, tls) = free_addresses();
    let listen = [format!("quic://{quic}"), format!("tls://{tls}")];
    let (quic, tls) = (quic.to_string(), tls.to_string());
    let init = [
        "init",
        "--name",
        "Ministry A",
        "--listen-quic",
        &quic,
        "--listen-tls",
        &tls,
    ];
    let card = [
        "--endpoint",
        &listen[0],
        "--endpoint",
        &listen[1],
        "--passphrase-file",
        "passphrase",
    ];
    let mut a = Party::new(at, "a");
    let said = a.run(&[&init[..], &card[..]].concat()).ok();
    assert!(said.contains("Next: openline serve --home "), "{said}");
    let mut b = Party::new(at, "b");
    let any = "127.0.0.1:0";
    let init = [
        "--json",
        "init",
        "--name",
        "Ministry B",
        "--seal-node-key",
        "--listen-quic",
        any,
        "--listen-tls",
        any,
    ];
    let mut command = openline(at, &init);
    command
        .args(["--home", "b"])
        .env("OPENLINE_PASSPHRASE", "another passphrase");
    let made = run(&mut command, b"").json();
    assert_eq!(made["name"], "Ministry B");

    a.start();
    let mut serve = b.serve();
    serve.env("OPENLINE_PASSPHRASE", "another passphrase");
    b.start_as(serve);
    let mut shapes = Shapes::default();
    shapes.add("card show", &a.json(&["card", "show"]));
    let qr = a.run(&["card", "qr"]).ok();
    assert!(qr.lines().count() > 20, "{qr}");
    let theirs = write_card(&b);
    assert_eq!(a.json(&["card", "check", &theirs])["id"], made["id"]);
    let said = a.run(&["relation", "add", &theirs]).ok();
    assert!(said.contains("Read this aloud to each other"), "{said}");
    relation_by_short_form(&a, &b, &mut shapes);
    charter_by_file(&a, &b, at, &mut shapes);
    shapes.check("founding");
}

/// The card in the short form of a QR code; a wrong phrase confirms nothing.
fn relation_by_short_form(a: &Party, b: &Party, shapes: &mut Shapes) {
    let card = a.json(&["card", "show"]);
    let relation = b.json(&["peer", "add", text(&card, "/short")]);
    shapes.add("relation add", &relation);
    let words: Vec<&str> = text(&relation, "/phrase").split_whitespace().collect();
    assert_eq!(words.len(), 12);
    let wrong = [&words[1..], &words[..1]].concat().join(" ");
    let said = b
        .run(&["relation", "confirm", "Ministry A", "--phrase", &wrong])
        .refused(1);
    assert!(
        said.contains("the phrases differ") && said.contains("Nothing was confirmed"),
        "{said}"
    );
    let said = b
        .run(&[
            "charter",
            "propose",
            "--with",
            "Ministry A",
            "--title",
            LINE,
        ])
        .refused(1);
    assert!(said.contains("Ministry A"), "{said}");
    assert_eq!(b.json(&["relation", "list"])[0]["state"], "pending");
    relate(a, b);
    shapes.add("relation list", &b.json(&["relation", "list"]));
}

/// The charter carried as a file, as when no bearer stands yet.
fn charter_by_file(a: &Party, b: &Party, at: &Path, shapes: &mut Shapes) {
    let proposed = a.json(&[
        "charter",
        "propose",
        "--with",
        "Ministry B",
        "--title",
        LINE,
    ]);
    shapes.add("charter propose", &proposed);
    assert_eq!(proposed["is_founded"], false);
    let carry = |from: &Party, to: &Party| {
        let file = from.run(&["charter", "file", LINE]).ok();
        std::fs::write(at.join("line.charter"), file).expect("written");
        to.json(&["charter", "import", "line.charter"])
    };
    carry(a, b);
    let verified = b.json(&["verify", "line.charter"]);
    assert_eq!(verified["what"], "charter");
    assert_eq!(b.json(&["charter", "sign", LINE])["is_founded"], true);
    assert_eq!(carry(b, a)["is_founded"], true);
    shapes.add("charter list", &a.json(&["charter", "list"]));
    shapes.add("charter show", &a.json(&["charter", "show", LINE]));
    one_record(a, b, LINE);
}

#[test]
fn a_message_is_sent_read_found_exported_and_proven() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two_parties(folder.path());
    let mut shapes = Shapes::default();
    let sent = send(&a, "The line is open.");
    assert_eq!(sent["stored_at"][0], "Ministry B");
    let place = text(&sent, "/released/place");
    shapes.add("send", &sent);

    let inbox = b.json(&["inbox", "--line", LINE]);
    assert_eq!(text(&inbox, "/0/place"), place);
    shapes.add("inbox", &inbox);
    let receipt = ["receipt", "--line", LINE, place, "--stage", "acknowledged"];
    let refused = b.run(&receipt);
    assert!(
        refused.stderr.contains("openline watch take --post watch"),
        "{}",
        refused.stderr
    );
    b.run(&["watch", "take", "--name", "Night officer"]).ok();
    // On a pipe nobody has seen it; on a terminal it was shown, and is said to be once.
    b.run(&["show", "--line", LINE, place]).ok();
    assert_eq!(
        b.json(&["show", "--line", LINE, place])["brief"]["stage"],
        "stored"
    );
    let words = b.rendered(&["show", "--line", LINE, place]).ok();
    assert!(
        words.contains("Recorded: shown to watch, entry "),
        "{words}"
    );
    let words = b.rendered(&["show", "--line", LINE, place]).ok();
    assert!(!words.contains("Recorded"), "{words}");
    assert_eq!(
        b.json(&["show", "--line", LINE, place])["brief"]["stage"],
        "shown"
    );
    shapes.add("receipt", &b.json(&receipt));
    one_record(&a, &b, LINE);
    let shown = a.json(&["show", "--line", LINE, place]);
    assert_eq!(shown["brief"]["stage"], "acknowledged");
    shapes.add("show", &shown);
    let words = a.run(&["show", "--line", LINE, place]).ok();
    assert!(
        words.contains("The line is open.") && words.contains("Received is not agreed."),
        "{words}"
    );

    let log = b.json(&[
        "log",
        "--line",
        LINE,
        "--kind",
        "message",
        "--party",
        "Ministry A",
    ]);
    assert_eq!(log.as_array().map(Vec::len), Some(1));
    shapes.add("log", &log);
    for (option, value) in [("--kind", "massage"), ("--party", "Ministry C")] {
        let said = b.run(&["log", "--line", LINE, option, value]).refused(2);
        assert!(
            said.contains(value),
            "an unknown name is not an empty list: {said}"
        );
    }
    let hits = b.json(&["search", "open"]);
    assert_eq!(text(&hits, "/0/entry/place"), place);
    shapes.add("search", &hits);
    shapes.add("line list", &a.json(&["line", "list"]));
    shapes.add("line show", &a.json(&["line", "show", LINE]));
    proven(&a, &b, folder.path(), place);
    let mut status = a.json(&["status"]);
    // Whether there are any is chance: while a line is founded, its frames may overtake each other on two bearers.
    status["faults"] = serde_json::json!([]);
    shapes.add("status", &status);
    shapes.add("doctor", &a.json(&["doctor"]));
    shapes.check("message");
}

/// Both exports verify to the same record, and one entry can be proven with and without its words.
fn proven(a: &Party, b: &Party, at: &Path, place: &str) {
    let root = one_record(a, b, LINE);
    for (party, file) in [(a, "a.export"), (b, "b.export")] {
        party.json(&["export", "--line", LINE, "--out", file]);
        let verified = run(&mut openline(at, &["--json", "verify", file]), b"").json();
        assert_eq!(text(&verified, "/record_root"), root);
    }
    b.json(&[
        "disclose",
        "--line",
        LINE,
        place,
        "--out",
        "open.tlog-proof",
    ]);
    b.json(&[
        "disclose",
        "--line",
        LINE,
        place,
        "--without-body",
        "--out",
        "withheld.tlog-proof",
    ]);
    let verify = |file: &str| run(&mut openline(at, &["verify", file]), b"").ok();
    assert!(verify("open.tlog-proof").contains("The line is open."));
    let withheld = verify("withheld.tlog-proof");
    assert!(
        withheld.contains("withheld") && !withheld.contains("The line is open."),
        "{withheld}"
    );
}

#[test]
fn the_pouch_carries_the_line_while_no_bearer_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = two_parties(folder.path());
    let mut shapes = Shapes::default();
    one_record(&a, &b, LINE);
    b.stop();
    let sent = a.json(&["send", "--line", LINE, "--text", "By courier."]);
    let place = text(&sent, "/released/place").to_owned();
    shapes.add(
        "pouch pack",
        &a.json(&["pouch", "pack", "Ministry B", "--out", "for-b.pouch"]),
    );
    let said = a.run(&["pouch", "open", "for-b.pouch"]).refused(2);
    assert!(said.contains("is sealed to key"), "{said}");
    a.stop();

    b.start();
    let opened = b.json(&["pouch", "open", "for-b.pouch"]);
    assert_eq!(opened[0]["entries"], 1);
    shapes.add("pouch open", &opened);
    assert_eq!(text(&b.json(&["inbox"]), "/0/place"), place);
    let again = b.json(&["pouch", "open", "for-b.pouch"]);
    assert_eq!(
        (&again[0]["entries"], &again[0]["is_old"]),
        (&0.into(), &true.into())
    );
    broken_bundles(&b, folder.path());
    b.json(&["pouch", "pack", "Ministry A", "--out", "for-a.pouch"]);
    b.stop();

    a.start();
    let stage = |a: &Party| a.json(&["show", "--line", LINE, &place])["brief"]["stage"].clone();
    assert_eq!(stage(&a), "released");
    let opened = a.json(&["pouch", "open", "for-a.pouch"]);
    assert!(opened[0]["cosignatures"].as_u64() >= Some(1), "{opened}");
    assert_eq!(stage(&a), "stored");
    shapes.check("pouch");
}

/// Each is refused in words that name what is wrong with it, and nothing is taken.
fn broken_bundles(b: &Party, at: &Path) {
    let bytes = std::fs::read(at.join("for-b.pouch")).expect("the bundle");
    let changed = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        bytes
    };
    let cases = [
        (bytes[..bytes.len() / 2].to_vec(), 2, "cut short"),
        (Vec::new(), 2, "no openline bundle"),
        (changed(bytes.len() - 1), 2, "changed"),
        (b"openline-bundle/v9\n".to_vec(), 2, "version"),
    ];
    let entries = b.json(&["status"])["store"]["entries"].clone();
    for (bytes, exit, words) in cases {
        std::fs::write(at.join("broken.pouch"), bytes).expect("written");
        let said = b.run(&["pouch", "open", "broken.pouch"]).refused(exit);
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(b.json(&["status"])["store"]["entries"], entries);
}

#[test]
fn a_backup_made_while_the_node_runs_is_restored_and_writes_only_when_it_knows_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (mut a, b) = two_parties(at);
    let mut shapes = Shapes::default();
    send(&a, "Before the backup.");
    shapes.add("backup", &a.json(&["backup", "kept"]));
    let said = a.run(&["backup", "kept"]).refused(2);
    assert!(said.contains("kept"), "{said}");
    send(&a, "After the backup.");
    one_record(&a, &b, LINE);
    let checked = a.json(&["check"]);
    assert_eq!(checked["clean"], true);
    shapes.add("check", &checked);
    a.stop();

    let mut restored = Party::new(at, "restored");
    std::fs::create_dir(restored.path()).expect("a folder");
    for (from, to) in [("a/identity", "restored"), ("a/openline.toml", "restored")] {
        let copied = std::process::Command::new("cp")
            .current_dir(at)
            .args(["-a", from, to])
            .status();
        assert!(copied.expect("cp runs").success());
    }
    let said = a.run(&["restore", "kept"]).refused(1);
    assert!(
        said.contains("next: move the home's store folder away"),
        "{said}"
    );
    shapes.add("restore", &restored.json(&["restore", "kept"]));
    restored.start();
    restored.wait("what the other side holds of our log", || {
        restored.json(&["line", "show", LINE])["must_hear"] == false
    });
    restored.wait("what was written after the backup", || {
        texts(&restored) == ["Before the backup.", "After the backup."]
    });
    send(&restored, "After the restoration.");
    one_record(&restored, &b, LINE);
    assert_eq!(texts(&b).len(), 3);
    assert_eq!(restored.json(&["check"])["clean"], true);
    shapes.check("backup");
}
