//! The walk through `june-2023` in `docs/june-2023.md`: the story is played, and each command of the page prints what stands there.
//!
//! Run with `OPENLINE_REWRITE=1` to write the page anew, and look at the change.

mod support;

use std::path::{Path, PathBuf};

use support::node::Party;
use support::{openline, run};

fn page() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/june-2023.md"
    ))
}

/// Nodes write marks whenever they have been silent for a moment: places are counted here as if there were none.
struct Places {
    /// The places of marks, by party.
    marks: Vec<(u64, u64)>,
}

impl Places {
    fn of(party: &Party) -> Self {
        let log = party.json(&["log", "--line", "Ministers", "--limit", "1000"]);
        let entries = log.as_array().expect("entries");
        let marks = entries.iter().filter(|entry| entry["kind"] == "mark");
        let place = |text: &str| read(text).expect("a place");
        Self {
            marks: marks
                .map(|entry| place(entry["place"].as_str().expect("text")))
                .collect(),
        }
    }

    fn counted(&self, (party, index): (u64, u64)) -> (u64, u64) {
        let before = self
            .marks
            .iter()
            .filter(|mark| mark.0 == party && mark.1 < index);
        (party, index - before.count() as u64)
    }

    /// The real place of one that was counted without marks.
    fn real(&self, counted: (u64, u64)) -> (u64, u64) {
        let is_it = |index: &u64| {
            !self.marks.contains(&(counted.0, *index))
                && self.counted((counted.0, *index)) == counted
        };
        let index = (counted.1..).find(is_it).expect("some index");
        (counted.0, index)
    }

    /// A text with every place in it changed.
    fn each(text: &str, change: impl Fn((u64, u64)) -> (u64, u64)) -> String {
        let is_of_place = |c: char| c.is_ascii_digit() || c == '/';
        let mut changed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(is_of_place) {
            changed.push_str(&rest[..at]);
            let end = rest[at..]
                .find(|c| !is_of_place(c))
                .map_or(rest.len(), |end| at + end);
            match read(&rest[at..end]) {
                Some(place) => {
                    let (party, index) = change(place);
                    changed.push_str(&format!("{party}/{index}"));
                }
                None => changed.push_str(&rest[at..end]),
            }
            rest = &rest[end..];
        }
        changed + rest
    }
}

/// A place, `PARTY/INDEX`.
fn read(text: &str) -> Option<(u64, u64)> {
    let (party, index) = text.split_once('/')?;
    Some((party.parse().ok()?, index.parse().ok()?))
}

/// A day in figures: `2026-11-26`.
fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut is_part = |length| {
        let part = parts.next().unwrap_or_default();
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_part(4) && is_part(2) && is_part(2)
}

/// Without what differs from run to run: times of the run, and days counted up to it. Times of 2023 are the story's.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let mut kept: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let next = words.get(at + 1).copied().unwrap_or_default();
            let bracket = if word.starts_with('(') { "(" } else { "" };
            let day = word.trim_start_matches('(');
            let is_weekday = day.len() == 3 && is_day(next) && !next.starts_with("2023");
            if is_weekday {
                let rest = words.get(at + 3).copied().unwrap_or_default();
                kept.push(format!(
                    "{bracket}(today){}",
                    rest.trim_start_matches("UTC")
                ));
                at += 4;
            } else if next == "days" && words.get(at + 2).is_some_and(|ago| ago.starts_with("ago"))
            {
                kept.push("…".to_owned());
                at += 1;
            } else {
                kept.push((*word).to_owned());
                at += 1;
            }
        }
        plain.push_str(kept.join(" ").trim_end());
        plain.push('\n');
    }
    plain
}

/// The page with what each of its commands prints.
fn told(page: &str, print: impl Fn(&[&str]) -> String) -> String {
    let mut told = String::new();
    let mut is_output = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_output = false;
        }
        if let Some(command) = line.strip_prefix("$ openline ") {
            is_output = true;
            let args: Vec<&str> = command.split(' ').collect();
            told.push_str(&format!("{line}\n{}", plain(&print(&args))));
        } else if !is_output {
            told.push_str(line);
            told.push('\n');
        }
    }
    told
}

#[test]
fn the_page_says_what_the_commands_print() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept");
    let keep = kept.to_str().expect("text");
    let args = ["demo", "--headless", "--keep", keep, "--story", "june-2023"];
    let played = run(&mut openline(Path::new("."), &args), b"");
    assert_eq!(played.exit, 0, "{}{}", played.stdout, played.stderr);
    let mut washington = Party::new(&kept, "us");
    washington.start();
    let places = Places::of(&washington);
    let page = page();
    let text = std::fs::read_to_string(&page).expect("the page");
    let now = told(&text, |args| {
        let real = |arg: &&str| Places::each(arg, |place| places.real(place));
        let args: Vec<String> = args.iter().map(real).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = washington.run(&args);
        assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
        Places::each(&ran.stdout, |place| places.counted(place))
    });
    assert!(now.matches("$ openline ").count() > 5, "{now}");
    if std::env::var_os("OPENLINE_REWRITE").is_some() {
        std::fs::write(&page, now).expect("written");
        return;
    }
    assert_eq!(now, text, "OPENLINE_REWRITE=1 writes the page anew");
}

#[test]
fn places_are_counted_as_if_there_were_no_marks() {
    let places = Places {
        marks: vec![(0, 2), (0, 3), (1, 1)],
    };
    let text = "0/1 and 0/4, 1/2; 10 of 12, read 1/7.";
    let counted = Places::each(text, |place| places.counted(place));
    assert_eq!(counted, "0/1 and 0/2, 1/1; 10 of 12, read 1/6.");
    assert_eq!(Places::each(&counted, |place| places.real(place)), text);
}

#[test]
fn times_of_the_run_are_left_out_and_those_of_the_story_stay() {
    let text = "(Thu 2026-11-26 17:47:26 UTC) since Thu 2026-11-26 17:47:26 UTC; proposed, Sun 2023-06-18 09:00:00 UTC\nLast call: 2023-06-14, 1261 days ago.\n";
    assert_eq!(
        plain(text),
        "((today)) since (today); proposed, Sun 2023-06-18 09:00:00 UTC\nLast call: 2023-06-14, … days ago.\n"
    );
}
