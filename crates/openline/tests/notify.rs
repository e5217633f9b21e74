//! Notifications between two parties, each with a node in a process of its own: released from a file, repeated, and due.

mod support;

use std::path::Path;

use serde_json::Value;
use support::node::{Party, found, free_addresses, one_record, relate};
use support::{openline, run};

const LINE: &str = "Watch line";
const HOUR_MS: i64 = 3_600_000;

fn two_parties(folder: &Path) -> (Party, Party) {
    let mut a = Party::make(folder, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(folder, "b", "Ministry B", None);
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    (a, b)
}

/// A time so many hours from now, to the minute.
fn in_hours(hours: i64) -> String {
    let now = jiff::Timestamp::now().as_millisecond();
    let at = jiff::Timestamp::from_millisecond(now + hours * HOUR_MS).expect("a time");
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A movement that begins in so many hours, as a file.
fn movement(folder: &Path, hours: i64) -> String {
    let text = format!(
        "organisation = \"Relief organisation\"\nurgency = \"ordinary\"\n\
         period = {{ from = \"{}\", to = \"{}\" }}\n\
         route = [\"Depot\", \"Bridge\", \"Hospital\"]\n\
         departure = \"15-21.30N 044-12.40E\"\ndestination = \"13-34.90N 044-01.20E\"\n\
         positions_verified = \"Field office, satellite receiver\"\nvehicles = [\"Lorry, 11-2234\"]\n\
         staff = 6\ncargo = {{ value = \"Medicines\", releasable = true }}\nescort = false\ncontact = \"Convoy desk\"\n",
        in_hours(hours),
        in_hours(hours + 12)
    );
    let path = folder.join(format!("movement-{hours}.toml"));
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("a plain path").to_owned()
}

fn notify<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "notify",
        "humanitarian-movement",
        "--line",
        LINE,
        "--file",
        file,
    ];
    [&args[..], more].concat()
}

fn field<'a>(shown: &'a Value, name: &str) -> &'a Value {
    let fields = shown["message"]["fields"].as_array().expect("fields");
    let found = fields.iter().find(|field| field["name"] == name);
    found.unwrap_or_else(|| panic!("{name} in {shown}"))
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    let found = value.pointer(path).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{path} of {value}"))
}

#[test]
fn a_notification_from_a_file_is_on_the_other_side_field_by_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two_parties(folder.path());
    let file = movement(folder.path(), 72);
    let unasked = a.run(&notify(&file, &[])).refused(2);
    assert!(
        unasked.contains("ask for a yes; nothing was released"),
        "{unasked}"
    );
    let sent = a.json(&notify(&file, &["--labels", "fr", "--yes", "--wait", "60"]));
    assert_eq!(sent["stored_at"][0], "Ministry B");
    let place = text(&sent, "/released/place");

    let shown = b.json(&["show", "--line", LINE, place]);
    assert_eq!(text(&shown, "/brief/form"), "notification");
    assert_eq!(text(&shown, "/brief/precedence"), "priority");
    assert_eq!(text(&shown, "/message/class"), "safety-of-life");
    assert_eq!(text(&shown, "/message/template"), "humanitarian-movement/1");
    assert_eq!(field(&shown, "route")["value"], "Depot\nBridge\nHospital");
    assert_eq!(field(&shown, "route")["is_critical"], true);
    assert_eq!(field(&shown, "escort")["value"], "no");
    assert_eq!(field(&shown, "cargo")["is_releasable"], true);
    assert_eq!(field(&shown, "contact")["is_releasable"], false);
    let [from, to] = [
        &shown["message"]["validity_ms"][0],
        &shown["message"]["validity_ms"][1],
    ];
    let lasts = to.as_i64().zip(from.as_i64()).map(|(to, from)| to - from);
    assert_eq!(lasts, Some(12 * HOUR_MS));
    let words = text(&shown, "/message/texts/0/text");
    assert!(words.contains("Kind of cargo: Medicines"), "{words}");
    assert!(
        words.contains("Received is not accepted, and not guaranteed"),
        "{words}"
    );
    assert_eq!(text(&shown, "/message/texts/1/language"), "fr");
}

#[test]
fn every_bad_field_is_named_and_nothing_is_released() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = two_parties(folder.path());
    let file = movement(folder.path(), 72);
    let wrong = [
        "--set",
        "departure=15N 44E",
        "--set",
        "staff=a few",
        "--set",
        "contact=",
        "--yes",
    ];
    let said = a.run(&notify(&file, &wrong)).refused(2);
    for part in [
        "departure (Position of departure): \"15N\" has no hyphen between degrees and minutes; give degrees and minutes",
        "such as \"15-21.30N 044-12.40E\"",
        "staff (Number of staff): \"a few\" is not a number; give a whole number, from 0 to 10000, such as \"6\"",
        "contact (Contact during the movement): it is missing",
        "openline template show humanitarian-movement",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let twice = a
        .run(&notify(&file, &["--set", "staff=1", "--set", "staff=2"]))
        .refused(2);
    assert!(twice.contains("not a list"), "{twice}");
    let none = ["notify", "no-such", "--line", LINE, "--yes"];
    assert!(a.run(&none).refused(2).contains("no template \"no-such\""));
    let log = a.json(&["log", "--line", LINE, "--kind", "message"]);
    assert_eq!(log.as_array().map(Vec::len), Some(0));
}

#[test]
fn short_notice_goes_only_when_it_is_known_to_be_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = two_parties(folder.path());
    let file = movement(folder.path(), 30);
    let said = a.run(&notify(&file, &["--yes"])).refused(1);
    assert!(
        said.contains("the template asks for 2 days; there are 1 day 5 hours"),
        "{said}"
    );
    assert!(said.contains("--short-notice"), "{said}");
    let urgent = a.json(&notify(&file, &["--set", "urgency=emergency", "--yes"]));
    assert_eq!(urgent["filled"]["lead"]["is_short"], false);
    let kept = a.json(&notify(&file, &["--draft"]));
    assert_eq!(kept["filled"]["lead"]["is_short"], true);
    let released = a.json(&["draft", "release", text(&kept, "/draft")]);
    assert!(released["place"].is_string());
    let short = a.run(&notify(&file, &["--short-notice", "--yes"])).ok();
    assert!(
        short.contains("Short notice: the template asks for 2 days"),
        "{short}"
    );
}

#[test]
fn what_is_due_is_told_to_those_who_may_see_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = two_parties(folder.path());
    a.json(&notify(&movement(folder.path(), 72), &["--yes"]));
    for (name, line) in [("here", LINE), ("elsewhere", "level:other")] {
        let token = format!("{name}.token");
        let add = ["officer", "add", name, "--role", "auditor", "--line", line];
        a.run(&[&add[..], &["--token-out", &token]].concat()).ok();
    }
    let due = |name: &str| {
        let token = format!("{name}.token");
        let args = ["--officer-token-file", &token, "--json", "notify", "due"];
        a.run(&args).json().as_array().map(Vec::len)
    };
    assert_eq!((due("here"), due("elsewhere")), (Some(1), Some(0)));
}

#[test]
fn what_is_due_again_is_told_and_repeated_and_a_cancellation_takes_it_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two_parties(folder.path());
    // Given 72 hours ahead: the repetition of 24 hours before is ahead, and a repetition now counts for none.
    let sent = a.json(&notify(&movement(folder.path(), 72), &["--yes"]));
    let first = text(&sent, "/released/place").to_owned();
    one_record(&a, &b, LINE);
    let passed = [
        "receipt",
        "--line",
        LINE,
        &first,
        "--stage",
        "passed on",
        "--class",
        "checkpoints",
    ];
    b.run(&["watch", "take", "--name", "Night officer"]).ok();
    b.json(&passed);
    one_record(&a, &b, LINE);
    for party in [&a, &b] {
        let due = party.json(&["notify", "due", "--line", LINE]);
        assert_eq!(text(&due, "/0/place"), first);
        assert_eq!(text(&due, "/0/due/0/outcome"), "ahead");
        assert_eq!(text(&due, "/0/heard/0/passed_on/0/class"), "checkpoints");
        assert_eq!(due[0]["heard"][0]["acknowledged_ms"], Value::Null);
    }
    let words = a.run(&["notify", "due"]).ok();
    assert!(
        words.contains("not acknowledged; passed on to checkpoints"),
        "{words}"
    );

    let again = a.json(&["notify", "again", "--line", LINE, &first, "--wait", "60"]);
    let repeat = text(&again, "/released/place");
    let shown = b.json(&["show", "--line", LINE, repeat]);
    let subject = text(&shown, "/message/subject");
    assert!(
        subject.starts_with("Re-notification: Humanitarian movement"),
        "{subject}"
    );
    assert!(subject.contains("T minus 2 days 23 hours"), "{subject}");
    assert_eq!(shown["refs"][0], first.as_str());
    let original = b.json(&["show", "--line", LINE, &first]);
    assert_eq!(shown["message"]["fields"], original["message"]["fields"]);
    assert_eq!(text(&shown, "/message/class"), "safety-of-life");
    // A repetition of a repetition is one of the notification.
    let third = a.json(&["notify", "again", "--line", LINE, repeat]);
    let third = entry(&a, text(&third, "/released/place"));
    assert_eq!(third["refs"][0], first.as_str());
    let due = a.json(&["notify", "due"]);
    assert_eq!(due[0]["repeats"].as_array().map(Vec::len), Some(2));
    one_record(&a, &b, LINE);
    let said = b
        .run(&["notify", "again", "--line", LINE, &first])
        .refused(1);
    assert!(said.contains("another party's notification"), "{said}");

    let cancel = [
        "send",
        "--line",
        LINE,
        "--form",
        "cancellation",
        "--precedence",
        "flash",
        "--ref",
        &first,
        "--text",
        "The movement does not take place.",
    ];
    a.json(&cancel);
    assert_eq!(a.json(&["notify", "due"]).as_array().map(Vec::len), Some(0));
    let said = a
        .run(&["notify", "again", "--line", LINE, &first])
        .refused(1);
    assert!(said.contains("was cancelled"), "{said}");
}

fn entry(party: &Party, place: &str) -> Value {
    party.json(&["show", "--line", LINE, place])
}

#[test]
fn templates_are_listed_shown_exported_edited_and_checked_without_a_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let ask = |args: &[&str]| run(&mut openline(at, args), b"");
    let list = ask(&["template", "list", "--home", "none"]).ok();
    assert!(
        list.contains("humanitarian-movement/1") && list.contains("2 days"),
        "{list}"
    );
    assert!(
        list.contains("fields not checked at the instrument"),
        "{list}"
    );
    let shown = ask(&["template", "show", "area-warning"]).ok();
    assert!(shown.contains("Example: 57-10.00N 004-30.00E"), "{shown}");
    assert!(shown.contains("No conformity is claimed"), "{shown}");

    let text = ask(&["template", "export", "area-warning"]).ok();
    let edited = text.replace("version = 1", "version = 2");
    std::fs::create_dir_all(at.join("home/templates")).expect("made");
    let own = at.join("home/templates/area-warning.toml");
    std::fs::write(&own, &edited).expect("written");
    let own_path = own.to_str().expect("a plain path");
    let checked = ask(&["template", "check", own_path]).ok();
    assert!(
        checked.contains("area-warning/2: Area warning"),
        "{checked}"
    );
    let list = ask(&["template", "list", "--home", "home"]).ok();
    assert!(
        list.contains("area-warning/2") && list.contains("own file"),
        "{list}"
    );

    std::fs::write(&own, edited.replace("57-10.00N", "57N")).expect("written");
    let said = ask(&["template", "check", own_path]).refused(1);
    assert!(
        said.contains("field position: its example is wrong: \"57N\" has no hyphen"),
        "{said}"
    );
    let said = ask(&["template", "show", "area-warning", "--home", "home"]).refused(2);
    assert!(said.contains("can't be used"), "{said}");
    let list = ask(&["template", "list", "--home", "home"]).ok();
    assert!(
        list.contains("Not used: home/templates/area-warning.toml"),
        "{list}"
    );
}
