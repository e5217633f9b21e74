//! The watch, the rota and the tests, as an officer has them: the built program, and nodes in processes of their own.

mod support;

use std::path::Path;

use serde_json::Value;

use support::node::{Party, found, free_addresses, one_record, relate};

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

fn now() -> i64 {
    openline_node::identity::wall_ms()
}

#[test]
fn a_watch_is_taken_handed_over_with_a_note_and_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, _b) = two_parties(folder.path());
    let said = a.run(&["watch", "show"]).ok();
    assert!(said.contains("UNATTENDED"), "{said}");
    let take = [
        "watch",
        "take",
        "--name",
        "Night officer",
        "--until",
        "06:00",
        "--languages",
        "en,ru",
    ];
    let said = a.run(&take).ok();
    assert!(said.starts_with("Night officer has the watch."), "{said}");
    let view = a.json(&["watch", "show", "--line", LINE]);
    let post = &view["posts"][0];
    assert_eq!(
        (&post["who"], &post["post"]),
        (&"Night officer".into(), &"watch".into())
    );
    assert_eq!(post["languages"], serde_json::json!(["en", "ru"]));
    let until = post["until_ms"].as_i64().expect("a time");
    assert!(until > now() && until <= now() + 25 * 3_600_000);

    let refused = a.run(&["watch", "take", "--name", "Day officer"]);
    assert_eq!(refused.exit, 1);
    assert!(
        refused
            .stderr
            .contains("Night officer has the watch of watch on \"Watch line\"")
    );
    let note = "The second bearer was down from 02:00 to 03:00 UTC.";
    let said = a
        .run(&["watch", "hand-over", "--to", "Day officer", "--note", note])
        .ok();
    assert!(
        said.contains("You have the watch until Day officer takes it"),
        "{said}"
    );
    a.stop();
    a.start();
    assert_eq!(
        a.json(&["watch", "show"])["posts"][0]["who"],
        "Night officer"
    );
    let said = a.run(&["watch", "take", "--name", "Day officer"]).ok();
    let (shown, taken) = (said.find(note), said.find("Day officer has the watch."));
    assert!(
        shown.expect("the note") < taken.expect("the watch"),
        "{said}"
    );
    let view = a.json(&["watch", "show"]);
    assert_eq!(
        (&view["posts"][0]["note"], &view["posts"][0]["who"]),
        (&Value::Null, &"Day officer".into())
    );
    let said = a.run(&["watch", "history"]).ok();
    assert!(
        said.contains("handed over to Day officer") && said.contains(note),
        "{said}"
    );
    let said = a
        .run(&["watch", "stand-down", "--note", "Back on Monday."])
        .ok();
    assert!(
        said.contains("You have stood down.") && said.contains("UNATTENDED"),
        "{said}"
    );
    let again = a.run(&["watch", "stand-down"]);
    assert_eq!(again.exit, 1);
    assert!(
        again.stderr.contains("openline watch take --post watch"),
        "{}",
        again.stderr
    );
    for (args, words) in [
        (&["watch", "take", "--until", "soon"][..], "is not a time"),
        (
            &["watch", "take", "--name", "X", "--post", "nobody"][..],
            "our posts there are watch",
        ),
        (
            &["watch", "take", "--name", "X", "--languages", "English!"][..],
            "is not a language",
        ),
        (
            &["watch", "show", "--line", "Nowhere"][..],
            "there is no line",
        ),
    ] {
        let ran = a.run(args);
        assert_eq!(ran.exit, 2, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn a_rota_comes_from_a_calendar_and_a_watch_that_nobody_takes_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, _b) = two_parties(folder.path());
    let file = folder.path().join("rota.ics");
    let path = file.to_str().expect("a plain path");
    assert!(a.run(&["rota", "show"]).ok().contains("There is no rota"));
    std::fs::write(&file, "Monday: us").expect("written");
    let refused = a.run(&["rota", "import", path]);
    assert_eq!(refused.exit, 2);
    assert!(
        refused.stderr.contains("not an iCalendar file"),
        "{}",
        refused.stderr
    );
    let event = |uid: &str, who: &str, hours: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\nSUMMARY:{who}\nDTSTART;TZID=Europe/Vienna:20260101T{hours}0000\nDURATION:PT12H\nRRULE:FREQ=DAILY\nEND:VEVENT\n"
        )
    };
    let events = event("1", "Day team", "06") + &event("2", "Night team", "18");
    let calendar =
        format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//EN\n{events}END:VCALENDAR\n");
    std::fs::write(&file, calendar.replace('\n', "\r\n")).expect("written");
    let refused = a.run(&["rota", "import", path]);
    assert!(
        refused.stderr.contains("does not name a post"),
        "{}",
        refused.stderr
    );
    let said = a.run(&["rota", "import", path, "--post", "watch"]).ok();
    assert!(
        said.contains("Day team") && said.contains("Night team"),
        "{said}"
    );
    assert!(!said.contains("NOBODY"), "{said}");
    let rota = a.json(&["rota", "show", "--days", "2"]);
    assert_eq!(rota["shifts"].as_array().map(Vec::len), Some(5));
    let next = a.json(&["rota", "next"]);
    let on = a.json(&["watch", "show"])["posts"][0]["rota"]["who"].clone();
    assert!(next["who"] != on && next["from_ms"].as_i64().expect("a time") > now());
    let said = a.run(&["watch", "show"]).ok();
    assert!(
        said.contains("NOT AS IT SHOULD BE: nobody has taken the watch of watch"),
        "{said}"
    );
    let doctor = a.run(&["doctor"]);
    assert!(
        doctor.stdout.contains("ILL   watch: nobody has taken"),
        "{}",
        doctor.stdout
    );
    let out = folder.path().join("out.ics");
    let out = out.to_str().expect("a plain path");
    a.json(&["rota", "export", "--days", "31", "--out", out]);
    a.json(&["rota", "import", out]);
    assert_eq!(
        a.json(&["rota", "show", "--days", "2"])["shifts"],
        rota["shifts"]
    );
    assert!(
        a.run(&["rota", "export"])
            .ok()
            .contains("X-OPENLINE-POST:watch")
    );
    assert_eq!(a.run(&["rota", "show", "--days", "4000"]).exit, 2);
    a.json(&["rota", "remove"]);
    assert_eq!(a.run(&["rota", "next"]).exit, 2);
}

#[test]
fn tests_are_answered_by_the_node_and_both_sides_print_the_same_review() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two_parties(folder.path());
    let test = a.json(&["test", "now", "--line", LINE]);
    let place = test["place"].as_str().expect("a place");
    b.wait("the answer of the node", || {
        let list = b.json(&["test", "list"]);
        let mut tests = list.as_array().expect("a list").iter();
        tests.any(|test| test["place"] == place && test["answered_ms"].is_i64())
    });
    assert!(
        b.run(&["test", "list", "--open"])
            .ok()
            .contains("No test waits"),
        "no person is asked"
    );
    a.json(&[
        "send",
        "--line",
        LINE,
        "--text",
        "The convoy leaves at noon.",
        "--wait",
        "60",
    ]);
    one_record(&a, &b, LINE);
    let report = |party: &Party| party.run(&["line", "report", LINE]).ok();
    let text = report(&a);
    assert_eq!(text, report(&b), "both sides have the same words");
    assert!(
        text.starts_with("REVIEW OF THE LINE \"Watch line\" FOR 20"),
        "{text}"
    );
    assert!(text.contains("Suspensions\nNone."), "{text}");
    let json = |party: &Party| party.run(&["--json", "line", "report", LINE]).ok();
    assert_eq!(json(&a), json(&b));
    let health = a.json(&["line", "health", LINE, "--days", "2"]);
    let on_demand: u64 = health["parties"]
        .as_array()
        .expect("parties")
        .iter()
        .filter_map(|party| party["on_demand"].as_u64())
        .sum();
    assert_eq!(on_demand, 1);
    let said = a.run(&["line", "health", LINE]).ok();
    assert!(said.contains("tests at 09:00, 17:00 (UTC)"), "{said}");
}
