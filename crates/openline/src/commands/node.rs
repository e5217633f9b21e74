//! The running node: status, lines, events.

use std::io::{BufRead as _, BufReader};

use openline_node::view::{
    EventView, LineView, OtherLineView, StandingView, StateView, StatusView,
};

use super::standing::{self, standings_text};
use crate::cli::LineCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, table, time};
use crate::words::type_mark;

pub(super) fn status(client: &Client, output: Output) -> Result<(), Failure> {
    let view: StatusView = client.get("/v1/status")?;
    output.print(&view, status_text);
    Ok(())
}

fn status_text(view: &StatusView) -> String {
    let mut text = format!(
        "{}, openline {}, up {} s\nListening on {}\nStore: {}{}, {} entries\n\n",
        view.party,
        view.version,
        view.uptime_ms / 1000,
        if view.listening.is_empty() {
            "nothing".to_owned()
        } else {
            view.listening.join(", ")
        },
        view.store.state,
        view.store
            .reason
            .as_ref()
            .map_or_else(String::new, |why| format!(" ({why})")),
        view.store.entries
    );
    if let Some(doubt) = &view.clock_doubt {
        text.push_str(&format!("Clock: {doubt}\n\n"));
    }
    for peer in &view.peers {
        let bearers: Vec<String> = peer
            .bearers
            .iter()
            .map(|b| {
                let rtt = b
                    .rtt_us
                    .map_or_else(String::new, |us| format!(", {:.1} ms", us as f64 / 1000.0));
                format!("{} {}{rtt}", b.kind, b.remote)
            })
            .collect();
        let state = if bearers.is_empty() {
            let heard = peer.last_heard_ms.map_or_else(
                || "never heard from since this node started".to_owned(),
                |ms| format!("last heard {}", time(ms)),
            );
            let why = peer
                .last_failure
                .as_ref()
                .map_or_else(String::new, |why| format!("; {why}"));
            format!("no bearer stands; {heard}{why}")
        } else {
            bearers.join("; ")
        };
        text.push_str(&format!("{}: {state}\n", peer.name));
    }
    text.push('\n');
    text.push_str(&lines_text(&view.lines));
    for channel in &view.alert_channels {
        text.push_str(&format!(
            "\nAlerts: {}",
            super::alerts::channel_line(channel)
        ));
    }
    for fault in view.faults.iter().take(5) {
        let who = if fault.is_reported {
            "says of us"
        } else {
            "broke a rule"
        };
        text.push_str(&format!(
            "\n{} {} {who}: {}",
            time(fault.at_ms),
            fault.peer,
            fault.words
        ));
    }
    text
}

pub(super) fn line(client: &Client, command: &LineCommand, output: Output) -> Result<(), Failure> {
    match command {
        LineCommand::List => {
            let list: Vec<LineView> = client.get("/v1/lines")?;
            output.print(&list, |list| lines_text(list));
        }
        LineCommand::Show { line } => {
            let view: LineView = client.get(&format!("/v1/lines/{}", part(line)))?;
            let standings: Vec<StandingView> =
                client.get(&format!("/v1/lines/{}/standings", part(&view.id)))?;
            let state: serde_json::Value =
                client.get(&format!("/v1/lines/{}/state", part(&view.id)))?;
            let others: Vec<OtherLineView> =
                serde_json::from_value(state["others"].clone()).unwrap_or_default();
            output.print(&view, |view| {
                format!(
                    "{}\n{}{}",
                    line_text(view).trim_end(),
                    standings_text(&standings),
                    others_text(&others)
                )
            });
        }
        LineCommand::Suspend(args) => standing::suspend(client, args, output)?,
        LineCommand::Narrow(args) => standing::narrow(client, args, output)?,
        LineCommand::Resume(args) => standing::resume(client, args, output)?,
        LineCommand::Health { line, days } => super::testing::health(client, line, *days, output)?,
        LineCommand::Report { line, year } => super::testing::report(client, line, *year, output)?,
    }
    Ok(())
}

fn lines_text(list: &[LineView]) -> String {
    if list.is_empty() {
        return "No lines yet: openline charter propose --help".to_owned();
    }
    let mut rows = vec![
        ["LINE", "STATE", "LEVEL", "WITH", "ENTRIES", "SETTLED", "ID"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(list.iter().map(|line| {
        let others = line
            .parties
            .iter()
            .filter(|p| p.index != line.me)
            .map(|p| p.name.clone())
            .collect::<Vec<_>>();
        vec![
            line.title.clone(),
            line.state.state.to_uppercase(),
            line.level.clone(),
            others.join(", "),
            line.entries.to_string(),
            line.settled.to_string(),
            line.id[..16].to_owned(),
        ]
    }));
    table(&rows)
}

/// How the other lines of the same parties stand: that one is silent while another answers is itself evidence.
fn others_text(others: &[OtherLineView]) -> String {
    let line = |other: &OtherLineView| {
        format!(
            "\nAlso with them: \"{}\", level {}: {}",
            other.title, other.level, other.state
        )
    };
    others.iter().map(line).collect()
}

/// The state in capitals, its sentence, and what else was found.
fn state_text(state: &StateView) -> String {
    let since = state
        .since_ms
        .map_or_else(String::new, |ms| format!(", since {}", time(ms)));
    let (word, rest) = state
        .words
        .split_once(':')
        .map_or((state.words.as_str(), ""), |(word, rest)| {
            (word, rest.trim())
        });
    let mut text = format!("{}{since}\n  {rest}", word.to_uppercase());
    for finding in state.findings.iter().filter(|f| f.state != state.state) {
        let signed = if finding.is_signed { " (signed)" } else { "" };
        text.push_str(&format!(
            "\n  also {}: {}{signed}",
            finding.state, finding.words
        ));
    }
    text
}

fn line_text(view: &LineView) -> String {
    let mut text = format!(
        "\"{}\", level {}\n{}\nId {}\nRecord root {} over {} entries, {} settled\n\n",
        view.title,
        view.level,
        state_text(&view.state),
        view.id,
        view.record_root,
        view.entries,
        view.settled
    );
    let mut rows = vec![
        ["", "PARTY", "ENTRIES", "HOLDS OF OURS", "KEY", "POSTS", ""]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(view.parties.iter().map(|p| {
        let holds = if p.index == view.me {
            "ourselves".to_owned()
        } else {
            p.holds_of_ours.to_string()
        };
        let fork = if p.is_forked {
            "SIGNED TWO HISTORIES: evidence is kept"
        } else {
            ""
        };
        vec![
            p.index.to_string(),
            p.name.clone(),
            p.size.to_string(),
            holds,
            p.key_serial.to_string(),
            p.posts.join(", "),
            fork.to_owned(),
        ]
    }));
    text.push_str(&table(&rows));
    if view.must_hear {
        text.push_str(
            "\nNothing is written until every other party has said how much of our log it holds.\n",
        );
    }
    if view.missing_bodies > 0 {
        text.push_str(&format!(
            "\n{} entries are held without their bodies; the other parties are asked for them.\n",
            view.missing_bodies
        ));
    }
    text
}

pub(super) fn events(client: &Client, output: Output) -> Result<(), Failure> {
    let stream = BufReader::new(client.get_stream("/v1/events?after=0")?);
    for line in stream.lines() {
        let line = line.map_err(|error| {
            Failure::unreachable(format!("the node has stopped: {error}"), "openline status")
        })?;
        let Some(data) = line
            .strip_prefix("data: ")
            .or_else(|| line.strip_prefix("data:"))
        else {
            continue;
        };
        if let Ok(event) = serde_json::from_str::<EventView>(data) {
            output.print(&event, event_text);
        }
    }
    Ok(())
}

/// One line: when, what, on which line; what is not real is marked before anything else is said of it.
fn event_text(event: &EventView) -> String {
    let line = event
        .title
        .as_ref()
        .map_or_else(String::new, |title| format!("\"{}\": ", one_line(title)));
    let mark = event
        .message_type
        .as_deref()
        .map_or_else(String::new, type_mark);
    format!(
        "{}  {:<12} {mark}{line}{}",
        time(event.at_ms),
        event.what,
        one_line(&event.words)
    )
}
