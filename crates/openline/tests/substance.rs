//! What diplomats do with an open line, by the command line of two real nodes: texts, topics, undertakings, readouts, statements,
//! publication, dates. What is printed is looked at as well as what programs read.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::node::{Party, found, free_addresses, one_record, relate};
use support::{Ran, openline, run};

const LINE: &str = "Watch line";

/// Two parties with a line, and the folder that their commands work in.
struct Two {
    a: Party,
    b: Party,
    folder: tempfile::TempDir,
}

impl Two {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let mut a = Party::make(at, "a", "Ministry A", Some(free_addresses()));
        let mut b = Party::make(at, "b", "Ministry B", None);
        a.start();
        b.start();
        relate(&a, &b);
        found(&a, &b, "Ministry B", LINE);
        Self { a, b, folder }
    }

    fn file(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        path.to_str().expect("text").to_owned()
    }

    /// Both hold the same before the next one acts on what the other has said.
    fn meet(&self) {
        one_record(&self.a, &self.b, LINE);
    }
}

/// A command on the line that must be done; gives what it printed.
#[track_caller]
fn say(by: &Party, args: &[&str]) -> String {
    let ran = by.run(&on_the_line(args));
    assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
    ran.stdout
}

/// A command on the line that must be refused; gives why.
#[track_caller]
fn refused(by: &Party, args: &[&str]) -> String {
    let ran = by.run(&on_the_line(args));
    assert_ne!(ran.exit, 0, "{args:?}: {}", ran.stdout);
    assert!(ran.stderr.contains("next: "), "{}", ran.stderr);
    ran.stderr
}

/// The words of a command, its line after the first two.
fn on_the_line<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let (command, rest) = args.split_at(2.min(args.len()));
    [command, &["--line", LINE], rest].concat()
}

#[track_caller]
fn json(by: &Party, args: &[&str]) -> Value {
    by.json(&on_the_line(args))
}

#[track_caller]
fn place(by: &Party, args: &[&str]) -> String {
    let released = json(by, args);
    released["place"].as_str().expect("a place").to_owned()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {value}"))
}

/// Whose word is waited for on what, as a party sees it: its own first.
#[track_caller]
fn awaited(by: &Party) -> Vec<String> {
    let list = json(by, &["awaited"]);
    let list = list.as_array().expect("a list").iter();
    list.map(|one| format!("{} {}", text(one, "party_name"), text(one, "matter")))
        .collect()
}

#[test]
fn a_text_goes_from_brackets_to_a_signature_of_both_under_one_hash() {
    let two = Two::start();
    let (a, b) = (&two.a, &two.b);
    let minutes = place(
        a,
        &[
            "text",
            "propose",
            "--title",
            "Agreed minutes",
            "--also",
            "fr",
            "--paragraph",
            "The Parties [Ministry A: shall / Ministry B: should] meet [every 20 days].",
            "--paragraph",
            "[They keep a line open.]",
        ],
    );
    two.meet();
    let shown = say(b, &["text", "show", &minutes]);
    for words in [
        "Agreed minutes",
        "shall",
        "should",
        "every 20 days",
        "3 brackets",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let open = refused(a, &["text", "initial", &minutes, "--hash", "00000000"]);
    assert!(open.contains("bracket"), "{open}");
    place(
        b,
        &[
            "text",
            "amend",
            &minutes,
            "--choose",
            "1.1=2",
            "--choose",
            "1.2=1",
            "--choose",
            "2.1=1",
            "--replace",
            "1:fr=Les Parties se réunissent tous les 20 jours.",
            "--replace",
            "2:fr=Elles gardent une ligne ouverte.",
            "--words",
            "Agreed at the table.",
        ],
    );
    two.meet();
    let diff = say(a, &["text", "diff", &minutes]);
    assert!(diff.contains("should") && diff.contains("shall"), "{diff}");
    place(
        a,
        &[
            "text",
            "amend",
            &minutes,
            "--replace",
            "1=The Parties should meet every 30 days.",
        ],
    );
    two.meet();
    let shown = say(b, &["text", "show", &minutes]);
    assert!(
        shown.contains("30 in en, 20 in fr"),
        "languages that do not say the same: {shown}"
    );
    let french = "1:fr=Les Parties devraient se réunir tous les 30 jours.";
    place(b, &["text", "amend", &minutes, "--replace", french]);
    two.meet();
    let diff = say(b, &["text", "diff", &minutes]);
    assert!(diff.contains("20") && diff.contains("30"), "{diff}");
    let now = json(a, &["text", "show", &minutes]);
    let hash = text(&now["summary"], "hash").to_owned();
    assert!(refused(b, &["text", "initial", &minutes, "--hash", "ffffffff"]).contains("hash"));
    place(
        a,
        &[
            "text",
            "initial",
            &minutes,
            "--hash",
            &hash[..8],
            "--ad-referendum",
        ],
    );
    two.meet();
    assert_eq!(awaited(a), ["Ministry A initial", "Ministry B initial"]);
    assert_eq!(awaited(b), ["Ministry B initial", "Ministry A initial"]);
    place(b, &["text", "initial", &minutes, "--hash", &hash]);
    two.meet();
    let early = refused(b, &["text", "sign", &minutes, "--hash", &hash]);
    assert!(
        early.contains("initial"),
        "ad referendum is no initial yet: {early}"
    );
    place(a, &["text", "initial", &minutes, "--hash", &hash]);
    two.meet();
    place(a, &["text", "sign", &minutes, "--hash", &hash]);
    two.meet();
    assert_eq!(awaited(a), ["Ministry B signature"]);
    let said = say(b, &["awaited"]);
    assert!(
        said.contains("a signature in full") && said.contains("Agreed minutes"),
        "{said}"
    );
    place(b, &["text", "sign", &minutes, "--hash", &hash]);
    two.meet();
    assert_eq!(awaited(b), [""; 0]);
    for party in [a, b] {
        // A text has its number when nothing can come before its last signature any more.
        party.wait("the number of the text", || {
            let list = say(party, &["text", "list"]);
            list.contains("signed") && list.contains("T1")
        });
        let signed = json(party, &["text", "show", "T1"]);
        assert_eq!(
            text(&signed["summary"], "hash"),
            hash,
            "one hash on both sides"
        );
    }
    let signed = json(a, &["text", "show", "T1"]);
    // The signed text is cited by its number ever after.
    let cites = [
        "send",
        "--line",
        LINE,
        "--ref",
        "T1",
        "--text",
        "As agreed in the minutes.",
    ];
    let sent = a.json(&cites);
    let sent = text(&sent["released"], "place");
    let cited = a.json(&["show", "--line", LINE, sent]);
    assert_eq!(cited["refs"][0], minutes.as_str());
    let signature = text(&signed["signatures"][0], "place");
    let kept = refused(
        a,
        &["purge", "propose", signature, "--reason", "tidying up"],
    );
    assert!(kept.contains("signatures are kept"), "{kept}");
    let late = refused(a, &["text", "amend", "T1", "--delete", "1"]);
    assert!(late.contains("signed"), "{late}");
    // Out as Markdown and in again: the same paragraphs, as a new text.
    let file = two.file("minutes.md");
    say(a, &["text", "export", "T1", "--out", &file]);
    let again = place(
        b,
        &["text", "import", &file, "--title", "Agreed minutes, again"],
    );
    two.meet();
    let (first, second) = (
        json(a, &["text", "show", "T1"]),
        json(a, &["text", "show", &again]),
    );
    let paragraphs = |view: &Value| -> Vec<Value> {
        let all = view["paragraphs"].as_array().expect("paragraphs").iter();
        all.map(|paragraph| paragraph["versions"].clone()).collect()
    };
    assert_eq!(paragraphs(&first), paragraphs(&second));
    let page = two.file("minutes.html");
    say(
        a,
        &["text", "export", "T1", "--format", "html", "--out", &page],
    );
    let html = std::fs::read_to_string(page).expect("a page");
    assert!(
        html.contains("lang=\"fr\"") && html.contains("30 days"),
        "{html}"
    );
}

#[test]
fn topics_and_undertakings_keep_each_side_s_own_account() {
    let two = Two::start();
    let (a, b) = (&two.a, &two.b);
    let talks = place(
        a,
        &[
            "encounter",
            "ask",
            "--kind",
            "meeting",
            "--subject",
            "Talks",
            "--level",
            "deputy ministers",
        ],
    );
    let topic = place(
        a,
        &[
            "topic",
            "raise",
            "--kind",
            "issue",
            "--title",
            "Fishing zone",
            "--in",
            &talks,
        ],
    );
    two.meet();
    for party in [a, b] {
        assert_eq!(awaited(party), ["Ministry B request", "Ministry B topic"]);
    }
    place(
        b,
        &[
            "topic",
            "position",
            &topic,
            "--words",
            "The zone ends at the buoy.",
            "--status",
            "open",
        ],
    );
    assert_eq!(awaited(b), ["Ministry B request"]);
    place(
        a,
        &[
            "topic",
            "position",
            &topic,
            "--words",
            "The zone ends at the cape.",
            "--status",
            "agreed",
        ],
    );
    two.meet();
    place(
        b,
        &[
            "topic",
            "position",
            &topic,
            "--words",
            "The zone ends at the second buoy.",
        ],
    );
    let promise = place(
        a,
        &[
            "undertaking",
            "note",
            &talks,
            "--who",
            "Ministry B",
            "--what",
            "Send the chart",
            "--by",
            "2026-12-01T12:00Z",
            "--topic",
            &topic,
        ],
    );
    two.meet();
    for party in [a, b] {
        let list = say(party, &["topic", "list"]);
        for words in [
            "Ministry A sees it as agreed",
            "Ministry B sees it as open",
            "second buoy",
            "last discussed",
        ] {
            assert!(list.contains(words), "{words}: {list}");
        }
        let view = json(party, &["topic", "list"]);
        let changed = view[0]["positions"].as_array().expect("positions").iter();
        let changed =
            changed.filter(|position| position["words_before"] == "The zone ends at the buoy.");
        assert_eq!(changed.count(), 1, "what changed stands beside it: {view}");
        assert_eq!(view[0]["undertakings"][0], promise.as_str());
    }
    place(
        b,
        &[
            "undertaking",
            "account",
            &promise,
            "--kept",
            "kept",
            "--words",
            "Sent on Monday.",
        ],
    );
    place(
        a,
        &["undertaking", "account", &promise, "--kept", "not kept"],
    );
    two.meet();
    let list = say(a, &["undertaking", "list"]);
    assert!(
        list.contains("Sent on Monday.") && list.contains("not kept"),
        "{list}"
    );
    assert_eq!(json(b, &["undertaking", "list"])[0]["is_disputed"], true);
    let alarms = a.json(&["alarm", "list"]);
    assert_eq!(
        alarms.as_array().map(Vec::len),
        Some(0),
        "nothing nags by itself: {alarms}"
    );
}

#[test]
fn two_accounts_are_compared_and_a_publication_is_checked_by_both_programs() {
    let two = Two::start();
    let (a, b) = (&two.a, &two.b);
    let call = place(
        a,
        &[
            "encounter",
            "ask",
            "--kind",
            "call",
            "--subject",
            "Call of the ministers",
            "--level",
            "ministers",
        ],
    );
    two.meet();
    place(
        b,
        &[
            "encounter",
            "held",
            &call,
            "--claim",
            "source=The ministry; begin=2026-11-20T09:00Z; minutes=40",
        ],
    );
    two.meet();
    let secret = place_of_message(a);
    two.meet();
    let draft = |by: &Party, words: &str| {
        let drafted = json(by, &["readout", "draft", &call, "--text", words]);
        text(&drafted, "content").to_owned()
    };
    let own = draft(
        a,
        "The ministers spoke for 40 minutes. They agreed to meet in spring.",
    );
    place(a, &["readout", "release", &call, "--content", &own]);
    two.meet();
    let early = refused(b, &["readout", "compare", &call]);
    assert!(early.contains("Ministry B"), "{early}");
    assert!(
        !say(b, &["readout", "list"]).contains("spring"),
        "shown before ours is released"
    );
    let leak = draft(
        b,
        "The ministers spoke for 40 minutes. The convoy leaves from the north gate at dawn with twelve lorries.",
    );
    let why = refused(b, &["readout", "release", &call, "--content", &leak]);
    assert!(
        why.contains(&secret),
        "another's words may not be given away: {why}"
    );
    let theirs = draft(
        b,
        "The ministers spoke for 40 minutes. They spoke about trade.",
    );
    place(b, &["readout", "release", &call, "--content", &theirs]);
    two.meet();
    let compared = say(a, &["readout", "compare", &call]);
    assert!(
        compared.contains("= both: The ministers spoke for 40 minutes."),
        "{compared}"
    );
    assert!(
        compared.contains("spring") && compared.contains("trade"),
        "{compared}"
    );
    let statement = place(
        a,
        &[
            "statement",
            "make",
            "--title",
            "On the call",
            "--text",
            "The ministers have spoken.",
            "--cite",
            &call,
        ],
    );
    two.meet();
    let folder = two.file("public");
    a.wait("the statement to be held there", || {
        a.run(&["publish", "--line", LINE, &statement, "--out", &folder])
            .exit
            == 0
    });
    check_publication(Path::new(&folder));
    let history = two.file("contacts.svg");
    let drawn = say_all(a, &["history", "--line", LINE, "--svg", &history]);
    assert!(drawn.contains("2026-11-20"), "{drawn}");
    let svg = std::fs::read_to_string(history).expect("a drawing");
    assert!(
        svg.starts_with("<svg") && svg.contains("2026-11-20"),
        "{svg}"
    );
}

#[track_caller]
fn say_all(by: &Party, args: &[&str]) -> String {
    let ran = by.run(args);
    assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
    ran.stdout
}

/// A message of which nothing may be published.
fn place_of_message(by: &Party) -> String {
    let words = "The convoy leaves from the north gate at dawn with twelve lorries.";
    let args = ["send", "--line", LINE, "--text", words];
    text(&by.json(&args)["released"], "place").to_owned()
}

/// A stranger's check by the program, by the second one, and of a folder in which a word was changed.
fn check_publication(folder: &Path) {
    let verify = || {
        let args = ["verify", folder.to_str().expect("text")];
        run(&mut openline(Path::new("."), &args), b"")
    };
    let accepted = verify();
    assert_eq!(accepted.exit, 0, "{}", accepted.stderr);
    assert!(
        accepted.stdout.contains("On the call"),
        "{}",
        accepted.stdout
    );
    let second = python(folder);
    assert_eq!(second.exit, 0, "{}{}", second.stdout, second.stderr);
    let page = folder.join("index.html");
    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.contains("The ministers have spoken."), "{html}");
    let feed = folder.join("feed.json");
    let told = std::fs::read_to_string(&feed).expect("a feed");
    std::fs::write(&feed, told.replace("have spoken", "have not spoken")).expect("written");
    let forged = verify();
    assert_ne!(forged.exit, 0, "a changed word passed: {}", forged.stdout);
    assert_ne!(
        python(folder).exit,
        0,
        "a changed word passed the second program"
    );
}

fn python(folder: &Path) -> Ran {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let program = root.join("target/venv/bin/python");
    assert!(
        program.exists(),
        "{} is not there: run ./test",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .current_dir(root.join("interop"))
        .args(["-m", "openline_verify", "publication"])
        .arg(folder);
    run(&mut command, b"")
}

/// Proposes a blind match over five days for talks of two hours, and gives its place.
fn propose(by: &Party, more: &[&str]) -> String {
    let days = "mon,tue,wed,thu,fri,sat,sun/00:00-24:00";
    let (a, b) = (format!("Ministry A={days}"), format!("Ministry B={days}"));
    let args = [
        "schedule",
        "propose",
        "--from",
        "2027-03-01T00:00Z",
        "--until",
        "2027-03-06T00:00Z",
        "--minutes",
        "120",
        "--step",
        "60",
        "--purpose",
        "Talks",
        "--working",
        &a,
        "--working",
        &b,
    ];
    place(by, &[&args[..], more].concat())
}

/// Both approve and run it until it does not wait for either any more but for a confirmation.
fn play(two: &Two, at: &str) {
    for party in [&two.a, &two.b] {
        two.meet();
        place(party, &["schedule", "approve", at]);
    }
    two.a.wait("the match to come to its end", || {
        two.meet();
        for party in [&two.a, &two.b] {
            say(party, &["schedule", "run", at]);
        }
        let is_over = |party: &Party| {
            let view = json(party, &["schedule", "show", at]);
            view["chosen"].is_object() || view["stage"] == "no slot fits"
        };
        is_over(&two.a) && is_over(&two.b)
    });
}

fn keep(by: &Party, stretches: &[&str]) {
    let mut args = vec!["schedule", "availability", "--otherwise", "0"];
    for stretch in stretches {
        args.extend(["--stretch", stretch]);
    }
    by.json(&args);
}

#[test]
fn a_blind_match_finds_what_suits_both_and_says_only_that_when_nothing_does() {
    let two = Two::start();
    let (a, b) = (&two.a, &two.b);
    keep(
        a,
        &[
            "2027-03-01T09:00Z/2027-03-01T11:00Z=3",
            "2027-03-03T14:00Z/2027-03-03T16:00Z=1",
        ],
    );
    keep(b, &["2027-03-02T09:00Z/2027-03-02T11:00Z=3"]);
    let first = propose(a, &[]);
    two.meet();
    assert_eq!(awaited(b), ["Ministry B slots", "Ministry A slots"]);
    play(&two, &first);
    assert_eq!(awaited(b), [""; 0], "no slot fits");
    for party in [a, b] {
        let shown = say(party, &["schedule", "show", &first]);
        assert!(shown.contains("no slot fits"), "{shown}");
        assert!(shown.contains("--widens"), "it offers to widen: {shown}");
        let (own, other) = if std::ptr::eq(party, a) {
            ("1 March", "2 March")
        } else {
            ("2 March", "1 March")
        };
        assert!(!shown.contains(other), "the other's picks: {shown}");
        let view = json(party, &["schedule", "show", &first]);
        assert!(view["own_picks"].to_string().contains(own), "{view}");
    }
    keep(
        b,
        &[
            "2027-03-02T09:00Z/2027-03-02T11:00Z=3",
            "2027-03-03T14:00Z/2027-03-03T16:00Z=2",
        ],
    );
    let second = propose(b, &["--widens", &first]);
    play(&two, &second);
    let slot = json(a, &["schedule", "show", &second]);
    let words = text(&slot["chosen"], "text").to_owned();
    assert!(
        words.starts_with("Wednesday 3 March 2027 14:00 to 16:00 UTC"),
        "{words}"
    );
    let other = words.replace("14:00", "15:00");
    assert!(
        refused(a, &["schedule", "confirm", &second, "--slot", &other]).contains("not the words")
    );
    place(a, &["schedule", "confirm", &second, "--slot", &words]);
    two.meet();
    assert_ne!(
        json(b, &["schedule", "show", &second])["stage"],
        "agreed",
        "one side alone agrees nothing"
    );
    place(b, &["schedule", "confirm", &second, "--slot", &words]);
    two.meet();
    for party in [a, b] {
        let shown = say(party, &["schedule", "show", &second]);
        assert!(
            shown.contains("agreed") && shown.contains(&words),
            "{shown}"
        );
    }
}

#[test]
fn an_offer_stays_sealed_until_both_have_committed() {
    let two = Two::start();
    let (a, b) = (&two.a, &two.b);
    let days = "mon,tue,wed,thu,fri,sat,sun/00:00-24:00";
    let (wa, wb) = (format!("Ministry A={days}"), format!("Ministry B={days}"));
    let offer = place(
        a,
        &[
            "schedule",
            "offer",
            "--from",
            "2027-03-01T00:00Z",
            "--until",
            "2027-03-06T00:00Z",
            "--minutes",
            "60",
            "--step",
            "60",
            "--purpose",
            "A call",
            "--working",
            &wa,
            "--working",
            &wb,
        ],
    );
    two.meet();
    place(
        a,
        &[
            "schedule",
            "approve",
            &offer,
            "--slot",
            "2027-03-02T10:00Z",
            "--slot",
            "2027-03-04T10:00Z",
        ],
    );
    two.meet();
    say(a, &["schedule", "run", &offer]);
    two.meet();
    let sealed = say(b, &["schedule", "show", &offer]);
    assert!(
        !sealed.contains("2 March") && !sealed.contains("4 March"),
        "{sealed}"
    );
    place(
        b,
        &[
            "schedule",
            "approve",
            &offer,
            "--slot",
            "2027-03-04T10:00Z",
            "--slot",
            "2027-03-05T10:00Z",
        ],
    );
    a.wait("both to be opened", || {
        two.meet();
        for party in [a, b] {
            say(party, &["schedule", "run", &offer]);
        }
        let chosen =
            |party: &Party| json(party, &["schedule", "show", &offer])["chosen"].is_object();
        chosen(a) && chosen(b)
    });
    let view = json(b, &["schedule", "show", &offer]);
    assert!(
        text(&view["chosen"], "text").starts_with("Thursday 4 March 2027 10:00 to 11:00 UTC"),
        "{view}"
    );
}
