//! Tests of the lines, how they went, and the review of a year.

use openline_node::view::{
    HealthView, PartyCountView, ReachedView, ReleasedView, ReviewView, SlotTestView, StretchView,
    TestRequest, TestTallyView, TestView,
};

use crate::cli::TestCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};

pub(super) fn test(client: &Client, command: &TestCommand, output: Output) -> Result<(), Failure> {
    match command {
        TestCommand::Now { line } => {
            let request = TestRequest { line: line.clone() };
            let released: ReleasedView = client.post("/v1/tests", &request)?;
            output.print(&released, |released| {
                format!(
                    "The test is entry {}: durable here. Whether the other side has answered: openline show --line {} {}",
                    released.place,
                    &released.line[..16],
                    released.place
                )
            });
        }
        TestCommand::List { line, open, limit } => {
            let line = line
                .as_ref()
                .map_or_else(String::new, |l| format!("&line={}", part(l)));
            let path = format!("/v1/tests?open={open}&limit={limit}{line}");
            let list: Vec<TestView> = client.get(&path)?;
            output.print(&list, |list| tests_text(list, *open));
        }
    }
    Ok(())
}

fn tests_text(list: &[TestView], is_open_only: bool) -> String {
    if list.is_empty() {
        let words = if is_open_only {
            "No test waits for a person."
        } else {
            "No tests of other parties yet."
        };
        return words.to_owned();
    }
    let heading = [
        "SENT (CLAIMED)",
        "LINE",
        "PLACE",
        "FROM",
        "OUR NODE ANSWERED",
        "ACKNOWLEDGED",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for test in list {
        let acknowledged = match test.acknowledged_ms {
            Some(ms) => time(ms),
            None if test.is_open => "OPEN".to_owned(),
            None => "-".to_owned(),
        };
        rows.push(vec![
            time(test.sent_ms),
            test.title.clone(),
            test.place.clone(),
            test.party.clone(),
            test.answered_ms.map_or_else(|| "-".to_owned(), time),
            acknowledged,
        ]);
    }
    let mut text = table(&rows);
    if let Some(open) = list.iter().find(|test| test.is_open) {
        text.push_str(&format!(
            "\nAcknowledge with: openline receipt --line \"{}\" {} --stage acknowledged\n",
            open.title, open.place
        ));
    }
    text
}

pub(super) fn health(
    client: &Client,
    line: &str,
    days: u16,
    output: Output,
) -> Result<(), Failure> {
    let path = format!("/v1/lines/{}/health?days={days}", part(line));
    let view: HealthView = client.get(&path)?;
    output.print(&view, health_text);
    Ok(())
}

fn health_text(view: &HealthView) -> String {
    let times = if view.times.is_empty() {
        "no tests agreed".to_owned()
    } else {
        format!("tests at {} ({})", view.times.join(", "), view.zone)
    };
    let mut text = format!(
        "\"{}\": {times}\nFrom {} until {}; times as claimed\n\n{}",
        view.title,
        utc(view.from_ms),
        utc(view.until_ms),
        tallies_text(&view.parties)
    );
    if view.slots.is_empty() {
        return text;
    }
    let heading = [
        "SLOT",
        "TEST OF",
        "",
        "SENT AFTER",
        "ANSWERED AFTER",
        "ACKNOWLEDGED AFTER",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for slot in view.slots.iter().rev() {
        rows.extend(slot.tests.iter().map(|test| slot_row(slot.slot_ms, test)));
    }
    text.push('\n');
    text.push_str(&table(&rows));
    text
}

fn slot_row(slot_ms: i64, test: &SlotTestView) -> Vec<String> {
    let state = if test.state == "missed" {
        "MISSED"
    } else {
        test.state.as_str()
    };
    let since = |from: Option<i64>, to: Option<i64>| match (from, to) {
        (Some(from), Some(to)) => duration(to - from),
        _ => "-".to_owned(),
    };
    let heard = |of: &dyn Fn(&openline_node::view::HeardView) -> Option<i64>| {
        let all: Vec<String> = test
            .heard
            .iter()
            .map(|h| since(test.sent_ms, of(h)))
            .collect();
        if all.is_empty() {
            "-".to_owned()
        } else {
            all.join(", ")
        }
    };
    vec![
        utc(slot_ms),
        test.party.clone(),
        state.to_owned(),
        since(Some(slot_ms), test.sent_ms),
        heard(&|h| h.answered_ms),
        heard(&|h| h.acknowledged_ms),
    ]
}

fn tallies_text(parties: &[TestTallyView]) -> String {
    let heading = [
        "TESTS OF",
        "HELD",
        "MISSED",
        "ANSWERED",
        "ACKNOWLEDGED",
        "ON DEMAND",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    rows.extend(parties.iter().map(|party| {
        vec![
            party.party.clone(),
            party.held.to_string(),
            party.missed.to_string(),
            party.answered.to_string(),
            party.acknowledged.to_string(),
            party.on_demand.to_string(),
        ]
    }));
    table(&rows)
}

pub(super) fn report(
    client: &Client,
    line: &str,
    year: Option<i16>,
    output: Output,
) -> Result<(), Failure> {
    let year = year.map_or_else(String::new, |year| format!("?year={year}"));
    let view: ReviewView = client.get(&format!("/v1/lines/{}/report{year}", part(line)))?;
    output.print(&view, report_text);
    Ok(())
}

/// The review as it can be tabled: in UTC alone, so that both sides print the same.
fn report_text(view: &ReviewView) -> String {
    let mut text = format!(
        "REVIEW OF THE LINE \"{}\" FOR {}\n{}\nLine {}\nMade from the record alone. Times are UTC, as their authors claim them. Received is not agreed.\n",
        view.title,
        view.year,
        view.parties.join(", "),
        view.line
    );
    section(&mut text, "Messages", &messages_text(view));
    section(
        &mut text,
        "Real messages: how soon (median), and of how many",
        &speeds_text(view),
    );
    section(
        &mut text,
        "Crossed real messages",
        &counts_text(&view.crossed),
    );
    let tests = match &view.tests {
        Some(tests) => tallies_text(tests),
        None => "The charter's time zone is not known to this program.\n".to_owned(),
    };
    section(&mut text, "Tests", &tests);
    section(&mut text, "Longest silence", &silence_text(view));
    section(&mut text, "Suspensions", &statuses_text(view));
    section(
        &mut text,
        "Corrections and cancellations",
        &superseding_text(view),
    );
    section(&mut text, "\"Is this from you?\"", &asked_text(view));
    section(&mut text, "Changes of node keys", &keys_text(view));
    section(&mut text, "Purges", &purges_text(view));
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    let body = if body.trim().is_empty() {
        "None.\n"
    } else {
        body
    };
    text.push_str(&format!("\n{title}\n{body}"));
}

fn messages_text(view: &ReviewView) -> String {
    let bare: u64 = view.without_body.iter().map(|party| party.count).sum();
    if view.messages.is_empty() && bare == 0 {
        return String::new();
    }
    let heading = ["FROM", "TYPE", "PRECEDENCE", "FORM", "COUNT"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    rows.extend(view.messages.iter().map(|m| {
        vec![
            m.party.clone(),
            m.message_type.clone(),
            m.precedence.clone(),
            m.form.clone(),
            m.count.to_string(),
        ]
    }));
    let mut text = table(&rows);
    if bare > 0 {
        text.push_str(&format!(
            "{bare} more, whose bodies were purged or are not held.\n"
        ));
    }
    text
}

fn speeds_text(view: &ReviewView) -> String {
    if view.speeds.is_empty() {
        return String::new();
    }
    let heading = [
        "TO",
        "PRECEDENCE",
        "MESSAGES",
        "SHOWN",
        "ACKNOWLEDGED",
        "ANSWERED",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    let reached = |reached: &ReachedView| match reached.median_ms {
        Some(ms) => format!("{} ({})", duration(ms), reached.count),
        None => "- (0)".to_owned(),
    };
    rows.extend(view.speeds.iter().map(|s| {
        vec![
            s.party.clone(),
            s.precedence.clone(),
            s.addressed.to_string(),
            reached(&s.shown),
            reached(&s.acknowledged),
            reached(&s.answered),
        ]
    }));
    table(&rows)
}

fn counts_text(counts: &[PartyCountView]) -> String {
    let some = counts.iter().filter(|count| count.count > 0);
    some.map(|count| format!("{}: {}\n", count.party, count.count))
        .collect()
}

fn silence_text(view: &ReviewView) -> String {
    let words = |stretch: &StretchView| {
        format!(
            "{}, from {} until {}",
            duration(stretch.until_ms - stretch.from_ms),
            utc(stretch.from_ms),
            utc(stretch.until_ms)
        )
    };
    let any = view
        .silence
        .iter()
        .map(|s| format!("Without any entry: {}\n", words(s)));
    let real = view.real_silence.iter();
    any.chain(real.map(|s| format!("Without a real message: {}\n", words(s))))
        .collect()
}

fn statuses_text(view: &ReviewView) -> String {
    let line = |s: &openline_node::view::StatusGivenView| {
        let until = s
            .until_ms
            .map_or_else(String::new, |ms| format!(" until {}", utc(ms)));
        let classes = if s.classes.is_empty() {
            String::new()
        } else {
            format!(", taking {}", s.classes.join(", "))
        };
        let reason = s
            .reason
            .as_ref()
            .map_or_else(String::new, |why| format!(": {why}"));
        format!(
            "{} {}: {} from {}{until}{classes}{reason} (given {})\n",
            s.place,
            s.party,
            s.act,
            utc(s.effective_ms),
            utc(s.at_ms)
        )
    };
    view.statuses.iter().map(line).collect()
}

fn superseding_text(view: &ReviewView) -> String {
    let line = |s: &openline_node::view::SupersedingView| {
        format!(
            "{} {}: {} of {}, {}\n",
            s.place,
            s.party,
            s.form,
            s.of,
            utc(s.at_ms)
        )
    };
    view.superseding.iter().map(line).collect()
}

fn asked_text(view: &ReviewView) -> String {
    let line = |asked: &openline_node::view::AskedView| {
        let findings: Vec<String> = asked
            .findings
            .iter()
            .map(|f| format!("{} {}, {}", f.party, f.origin, utc(f.at_ms)))
            .collect();
        let findings = if findings.is_empty() {
            "no finding".to_owned()
        } else {
            findings.join("; ")
        };
        format!(
            "{} {} asked {} about a {}: {} — {findings}\n",
            asked.place,
            asked.party,
            utc(asked.at_ms),
            asked.channel,
            asked.what
        )
    };
    view.origin_queries.iter().map(line).collect()
}

fn keys_text(view: &ReviewView) -> String {
    let line = |k: &openline_node::view::KeyChangedView| {
        format!(
            "{} {}: key {}, {}\n",
            k.place,
            k.party,
            k.serial,
            utc(k.at_ms)
        )
    };
    view.key_changes.iter().map(line).collect()
}

fn purges_text(view: &ReviewView) -> String {
    let line = |p: &openline_node::view::PurgingView| {
        let agreed = if p.is_agreed {
            "agreed"
        } else {
            "not agreed by all"
        };
        format!(
            "{} {}: {} entries, {agreed}, {}: {}\n",
            p.place,
            p.party,
            p.entries,
            utc(p.at_ms),
            p.reason
        )
    };
    view.purges.iter().map(line).collect()
}

fn utc(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| format!("{ms} ms"),
        |at| at.strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// A time between two, as people read it: the two largest units that say something.
fn duration(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let seconds = ms.unsigned_abs() / 1000;
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    let words = match (days, hours, minutes) {
        (0, 0, 0) if rest == 0 => format!("{} ms", ms.unsigned_abs()),
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => format!("{minutes} min {rest} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    };
    format!("{sign}{words}")
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn a_duration_is_its_two_largest_units() {
        let words: Vec<String> = [0, 250, 1_000, 61_000, 3_660_000, 90_000_000, -5_000]
            .into_iter()
            .map(duration)
            .collect();
        assert_eq!(
            words,
            [
                "0 ms",
                "250 ms",
                "1 s",
                "1 min 1 s",
                "1 h 1 min",
                "1 d 1 h",
                "-5 s"
            ]
        );
    }
}
