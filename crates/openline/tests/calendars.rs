//! Encounters in calendar programs that were not written here: Radicale with a CalDAV client, and Python's icalendar. `./test`
//! installs them below `target/venv`.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::node::{Party, found, free_addresses, one_record, relate};
use support::{Ran, run};

const LINE: &str = "Watch line";

fn two_parties(folder: &Path) -> (Party, Party) {
    let mut a = Party::make(folder, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(folder, "b", "Ministry B", None);
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    (a, b)
}

/// Runs a script of `interop/calendars`.
fn python(script: &str, args: &[&Path]) -> Ran {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let program = root.join("target/venv/bin/python");
    assert!(
        program.exists(),
        "{} is not there: run ./test, which installs it",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .arg(root.join("interop/calendars").join(script))
        .args(args)
        .env("no_proxy", "127.0.0.1");
    run(&mut command, b"")
}

fn place(released: &Value) -> String {
    released["place"].as_str().expect("a place").to_owned()
}

fn ask(by: &Party, subject: &str, more: &[&str]) -> String {
    let mut args = vec!["encounter", "ask", "--line", LINE, "--level", "minister"];
    args.extend(["--subject", subject]);
    args.extend(more);
    place(&by.json(&args))
}

fn schedule(by: &Party, of: &str, from: &str, to: &str) -> String {
    let args = ["encounter", "schedule", "--line", LINE, of, "--from", from];
    place(&by.json(&[&args[..], &["--to", to, "--location", "Room 4; east"]].concat()))
}

fn export(by: &Party, args: &[&str]) -> Value {
    by.json(&[&["encounter", "export", "--line", LINE], args].concat())
}

fn line_of<'a>(view: &'a Value, name: &str) -> Option<&'a str> {
    let text = view["calendar"].as_str().expect("a calendar");
    let beginning = format!("{name}:");
    text.lines().find_map(|line| line.strip_prefix(&beginning))
}

/// Who takes part, by name: the order of parties is that of their keys.
fn attendee<'a>(event: &'a Value, name: &str) -> &'a Value {
    let mut all = event["ATTENDEE"].as_array().expect("attendees").iter();
    let found = all.find(|one| one["CN"].as_str().is_some_and(|cn| cn.starts_with(name)));
    found.unwrap_or_else(|| panic!("{name} in {event}"))
}

#[test]
fn encounters_come_back_from_a_calendar_server_as_they_went_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (a, b) = two_parties(at);
    let subject =
        "Два дня переговоров: повестка дня, участники, порядок работы; место, время — 两天的会谈";
    let visit = ask(
        &a,
        subject,
        &["--kind", "visit", "--with", "Ministry B:Minister"],
    );
    let talks = ask(
        &a,
        "A talk, in four eyes",
        &["--kind", "meeting", "--within", &visit],
    );
    let open = ask(&a, "No time yet", &["--kind", "call"]);
    let first = schedule(&a, &visit, "2026-12-01T09:00Z", "2026-12-02T15:00Z");
    schedule(&a, &talks, "2026-12-01T10:00Z", "2026-12-01T11:00Z");
    one_record(&a, &b, LINE);
    b.json(&["encounter", "agree", "--line", LINE, &first]);
    one_record(&a, &b, LINE);

    let file = at.join("all.ics");
    let all = export(&a, &["--output", &file.to_string_lossy()]);
    assert_eq!(all["method"], "PUBLISH");
    assert_eq!(all["without_time"], serde_json::json!([open]));
    let events = python("through_radicale.py", &[&file, &at.join("storage")]).json();
    let [talk, visit_event] = events.as_array().expect("events").as_slice() else {
        panic!("two events: {events}");
    };
    assert_eq!(visit_event["SUMMARY"], subject);
    assert_eq!(visit_event["STATUS"], "CONFIRMED");
    assert_eq!(visit_event["DTSTART"], "2026-12-01T09:00:00+00:00");
    assert_eq!(visit_event["DTEND"], "2026-12-02T15:00:00+00:00");
    assert_eq!(visit_event["LOCATION"], "Room 4; east");
    assert_eq!(visit_event["CLASS"], "CONFIDENTIAL");
    assert_eq!(visit_event["repeats"], false);
    assert_eq!(visit_event["ORGANIZER"][0]["CN"], "Ministry A: watch");
    let minister = attendee(visit_event, "Ministry B: Minister");
    assert_eq!(minister["PARTSTAT"], "ACCEPTED");
    assert_eq!(talk["SUMMARY"], "A talk, in four eyes");
    assert_eq!(talk["STATUS"], "TENTATIVE");
    assert_eq!(talk["RELATED-TO"], visit_event["UID"]);
    assert_eq!(attendee(talk, "Ministry B")["PARTSTAT"], "NEEDS-ACTION");

    // The other side names it alike; a new time and a cancellation have higher numbers.
    let number = |view: &Value| -> u64 {
        let text = line_of(view, "SEQUENCE").expect("a number");
        text.parse().expect("a number")
    };
    let fixed = export(&b, &[&visit]);
    assert_eq!(fixed["method"], "REQUEST");
    assert_eq!(line_of(&fixed, "UID"), visit_event["UID"].as_str());
    let reply = export(&a, &[&visit, "--reply", "Ministry B"]);
    assert_eq!(reply["method"], "REPLY");
    schedule(&b, &visit, "2026-12-03T09:00Z", "2026-12-04T15:00Z");
    let moved = export(&b, &[&visit]);
    assert!(number(&moved) > number(&fixed));
    let reason = ["encounter", "decline", "--line", LINE, &visit, "--reason"];
    b.json(&[&reason[..], &["No longer possible"]].concat());
    let cancelled = export(&b, &[&visit]);
    assert_eq!(cancelled["method"], "CANCEL");
    assert_eq!(line_of(&cancelled, "STATUS"), Some("CANCELLED"));
    assert_eq!(line_of(&cancelled, "COMMENT"), Some("No longer possible"));
    assert!(number(&cancelled) > number(&moved));
    let refused = a.run(&["encounter", "export", "--line", LINE, &open]);
    let words = refused.refused(2);
    assert!(words.contains("no time"), "{words}");
}

#[test]
fn files_of_a_calendar_program_become_acts_only_when_an_officer_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (a, b) = two_parties(at);
    let call = ask(&a, "On the incident", &["--kind", "call"]);
    let first = schedule(&a, &call, "2026-12-01T09:00Z", "2026-12-01T10:00Z");
    one_record(&a, &b, LINE);
    let invitation = at.join("invitation.ics");
    export(&b, &[&call, "--output", &invitation.to_string_lossy()]);
    python("answers.py", &[&invitation, at]).ok();

    let import = |file: &str, more: &[&str]| {
        let args = ["encounter", "import", "--line", LINE, file];
        b.json(&[&args[..], more].concat())
    };
    let stage = || {
        let all = b.json(&["encounter", "list", "--line", LINE]);
        all[0]["stage"].as_str().expect("a stage").to_owned()
    };
    let accept = import("accept.ics", &[]);
    assert_eq!(accept[0]["agree"], Value::String(first));
    let counter = import("counter.ics", &[]);
    let step = &counter[0]["step"];
    assert_eq!(step["act"], "scheduled");
    // 20:00 in Shanghai is 12:00 UTC.
    assert_eq!(step["window_ms"][0], 1_796_212_800_000_i64);
    assert_eq!(step["setting"]["location"], "Hall 2; east wing");
    let decline = import("decline.ics", &[]);
    assert_eq!(decline[0]["step"]["act"], "declined");
    assert_eq!(
        decline[0]["step"]["words"],
        "Not that week; a later one,\nperhaps"
    );
    assert_eq!(stage(), "invited", "a file alone does nothing");

    let theirs = at.join("theirs.ics");
    let theirs_name = theirs.to_string_lossy();
    export(
        &b,
        &[&call, "--reply", "Ministry A", "--output", &theirs_name],
    );
    let forged = ["encounter", "import", "--line", LINE, "theirs.ics", "--yes"];
    let words = b.run(&forged).refused(2);
    assert!(words.contains("another party's answer"), "{words}");

    let made = import("accept.ics", &["--yes"]);
    assert_eq!(made[0]["words"], "agreed");
    assert_eq!(stage(), "scheduled");

    let level = b.run(&["encounter", "import", "--line", LINE, "new.ics"]);
    let words = level.refused(2);
    assert!(words.contains("--level"), "{words}");
    let made = import("new.ics", &["--level", "minister", "--yes"]);
    assert_eq!(made.as_array().map(Vec::len), Some(2));
    let all = b.json(&["encounter", "list", "--line", LINE]);
    assert_eq!(
        all[1]["subject"],
        "Встреча министров: вопросы, которые остались открытыми; порядок дня, состав участников и место — 北京"
    );
    assert_eq!(all[1]["kind"], "call");
    let again = import("new.ics", &["--level", "minister", "--yes"]);
    assert_eq!(again, serde_json::json!([]), "it is on the record already");
}

/// A calendar server with the events of a file, until it is dropped.
struct Server {
    program: std::process::Child,
    url: String,
}

impl Server {
    fn start(folder: &Path, calendar: &str) -> Self {
        use std::io::BufRead as _;
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let file = folder.join("minister.ics");
        std::fs::write(&file, calendar).expect("written");
        let mut program = Command::new(root.join("target/venv/bin/python"))
            .arg(root.join("interop/calendars/serve_radicale.py"))
            .args([&file, &folder.join("storage")])
            .args(["minister", "open sesame"])
            .env("no_proxy", "127.0.0.1")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("started: run ./test, which installs Radicale");
        let mut url = String::new();
        let output = program.stdout.take().expect("piped");
        std::io::BufReader::new(output)
            .read_line(&mut url)
            .expect("an address");
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { program, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        drop(self.program.wait());
    }
}

/// An iCalendar time of a day some days from now.
fn in_days(days: i64, clock: &str) -> String {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    let day = jiff::tz::TimeZone::UTC.to_datetime(now);
    format!("{}T{clock}00Z", day.strftime("%Y%m%d"))
}

#[test]
fn what_a_calendar_server_has_is_busy() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two_parties(folder.path());
    // Ministry A is busy all day from tomorrow for ten days, but for the third of them from 10:00 to 12:00 UTC.
    let event = |uid: &str, from: String, until: String| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Busy\r\nDTSTART:{from}\r\nDTEND:{until}\r\nEND:VEVENT\r\n"
        )
    };
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{}{}END:VCALENDAR\r\n",
        event("one", in_days(0, "0000"), in_days(3, "1000")),
        event("two", in_days(3, "1200"), in_days(12, "0000")),
    );
    let server = Server::start(folder.path(), &calendar);
    let password = folder.path().join("password");
    let availability = |words: &str| {
        std::fs::write(&password, format!("{words}\n")).expect("written");
        let file = password.to_str().expect("text").to_owned();
        let args = ["schedule", "availability", "--caldav", &server.url];
        let login = ["--caldav-user", "minister", "--caldav-password-file", &file];
        a.run(&[&args[..], &login].concat())
    };
    let refused = availability("wrong");
    assert_ne!(refused.exit, 0);
    assert!(
        refused
            .stderr
            .contains("does not accept the name and password"),
        "{}",
        refused.stderr
    );
    let kept = availability("open sesame");
    assert_eq!(kept.exit, 0, "{}", kept.stderr);
    assert!(
        kept.stdout.contains("a calendar with 2 events"),
        "{}",
        kept.stdout
    );
    let home = std::fs::read_to_string(a.path().join("scheduling/availability.json"));
    assert!(!home.expect("kept").contains("sesame"));
    b.json(&["schedule", "availability", "--otherwise", "1"]);
    let days = "mon,tue,wed,thu,fri,sat,sun/00:00-24:00";
    let day = |days: i64| {
        let text = in_days(days, "0000");
        format!("{}-{}-{}T00:00Z", &text[..4], &text[4..6], &text[6..8])
    };
    let (from, until) = (day(1), day(10));
    let run = place(&a.json(&[
        "schedule",
        "propose",
        "--line",
        LINE,
        "--from",
        &from,
        "--until",
        &until,
        "--minutes",
        "120",
        "--step",
        "60",
        "--purpose",
        "Talks",
        "--working",
        &format!("Ministry A={days}"),
        "--working",
        &format!("Ministry B={days}"),
    ]));
    let approved = a.json(&["schedule", "approve", "--line", LINE, &run]);
    assert!(approved["place"].is_string());
    let view = a.json(&["schedule", "show", "--line", LINE, &run]);
    let picks = view["own_picks"].as_array().expect("picks");
    assert_eq!(picks.len(), 1, "{view}");
    let text = picks[0]["text"].as_str().expect("text");
    assert!(text.contains("10:00 to 12:00 UTC"), "{text}");
}
