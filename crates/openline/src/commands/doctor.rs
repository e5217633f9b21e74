//! `openline doctor`: what is wrong here, and what to do.

use std::net::ToSocketAddrs as _;
use std::path::Path;

use openline_node::home::Home;
use openline_node::view::{LineView, StatusView, WatchView};
use openline_store::Reader;
use serde::Serialize;

use crate::client::Client;
use crate::failure::Failure;
use crate::output::{Output, one_line};

/// The day this program was written; a clock before it is wrong.
const WRITTEN_MS: i64 = 1_764_000_000_000;
/// Free space under which a node should not go on unattended, bytes.
const FREE_MIN: u64 = 1 << 30;

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    is_well: bool,
    words: String,
    next: Option<String>,
}

fn well(what: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        what,
        is_well: true,
        words: words.into(),
        next: None,
    }
}

/// Something to know, and perhaps to change, that is not a fault of this node.
fn note(what: &'static str, words: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding {
        next: Some(next.into()),
        ..well(what, words)
    }
}

fn ill(what: &'static str, words: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding {
        what,
        is_well: false,
        words: words.into(),
        next: Some(next.into()),
    }
}

pub(super) fn doctor(path: &Path, output: Output) -> Result<(), Failure> {
    let mut findings = vec![clock(path), home(path)];
    if let Ok(home) = Home::open(path) {
        findings.push(store(path));
        findings.push(space(path));
        findings.extend(node(path, &home));
    }
    let ill_count = findings.iter().filter(|finding| !finding.is_well).count();
    output.print(&findings, |findings| {
        let line = |f: &Finding| {
            let next = f
                .next
                .as_ref()
                .map_or_else(String::new, |next| format!("\n      next: {next}"));
            format!(
                "{}  {}: {}{next}",
                match (f.is_well, &f.next) {
                    (true, None) => "well",
                    (true, Some(_)) => "note",
                    (false, _) => "ILL ",
                },
                f.what,
                f.words
            )
        };
        findings.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    if ill_count == 0 {
        return Ok(());
    }
    Err(Failure::refused(
        "ill",
        match ill_count {
            1 => "one thing needs attention".to_owned(),
            count => format!("{count} things need attention"),
        },
        "do what stands under each",
    ))
}

fn clock(path: &Path) -> Finding {
    let now = openline_node::identity::wall_ms();
    let doubt = Reader::open(path)
        .ok()
        .and_then(|reader| openline_node::clock::doubt(&reader, now).ok().flatten());
    let next = "set the clock: entries carry claimed times, and cosignatures fix dates of receipt";
    match doubt {
        Some(doubt) => ill("clock", doubt, next),
        None if now < WRITTEN_MS => ill(
            "clock",
            format!("it says {}", crate::output::time(now)),
            next,
        ),
        None => well("clock", crate::output::time(now)),
    }
}

fn home(path: &Path) -> Finding {
    match Home::open(path).and_then(|home| match home.node_keys(None) {
        Err(openline_node::home::HomeError::NeedsPassphrase) | Ok(_) => Ok(home),
        Err(error) => Err(error),
    }) {
        Ok(home) => match tempfile::tempfile_in(path.join("store")) {
            Ok(_) => well("home", format!("{} at {}", home.name(), path.display())),
            Err(error) => ill(
                "home",
                format!("{} can't be written to: {error}", path.display()),
                "let the node's user write it: look at its owner and permissions, how its file system is mounted, and its free space",
            ),
        },
        Err(error) => ill("home", error.to_string(), "mend what the sentence names"),
    }
}

fn store(path: &Path) -> Finding {
    let lines = Reader::open(path)
        .map_err(|error| error.to_string())
        .and_then(|reader| {
            if let Some(damage) = reader.damage() {
                return Err(damage.text);
            }
            reader
                .lines()
                .map(|lines| lines.len())
                .map_err(|error| error.to_string())
        });
    match lines {
        Ok(lines) => well(
            "store",
            match lines {
                1 => "opens, 1 line; openline check reads every entry".to_owned(),
                lines => format!("opens, {lines} lines; openline check reads every entry"),
            },
        ),
        Err(why) => ill("store", why, "run: openline check"),
    }
}

fn space(path: &Path) -> Finding {
    let output = std::process::Command::new("df")
        .arg("-Pk")
        .arg(path)
        .output();
    let free = output.ok().and_then(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines()
            .nth(1)?
            .split_whitespace()
            .nth(3)?
            .parse::<u64>()
            .ok()
    });
    match free.map(|kib| kib * 1024) {
        Some(free) if free < FREE_MIN => ill(
            "disk",
            format!("only {} MiB are free", free >> 20),
            "free some space: a full disk stops the line",
        ),
        Some(free) => well("disk", format!("{} MiB are free", free >> 20)),
        None => ill("disk", "the free space can't be seen", "look with df"),
    }
}

/// Posts whose watch is not as the rota says.
fn watch(path: &Path) -> Vec<Finding> {
    let view: Result<WatchView, Failure> =
        Client::connect(path).and_then(|client| client.get("/v1/watch"));
    let findings = view.map(|view| view.findings).unwrap_or_default();
    let next = "take it: openline watch take; or change the rota: openline rota import";
    findings
        .into_iter()
        .map(|finding| ill("watch", finding.words, next))
        .collect()
}

fn node(path: &Path, home: &Home) -> Vec<Finding> {
    let status: Result<StatusView, Failure> =
        Client::connect(path).and_then(|client| client.get("/v1/status"));
    let status = match status {
        Ok(status) => status,
        Err(failure) => return vec![ill("node", failure.title, failure.next)],
    };
    let mut findings = vec![well(
        "node",
        format!("runs, up {} s", status.uptime_ms / 1000),
    )];
    if status.store.state != "sound" {
        findings.push(ill(
            "store",
            status.store.reason.clone().unwrap_or_default(),
            "do what the sentence says",
        ));
    }
    if home.config().card.endpoints.is_empty() {
        findings.push(ill(
            "card",
            "it names no endpoint, so no other party can dial this node",
            "set card.endpoints in openline.toml and restart; or let this side dial",
        ));
    }
    for endpoint in &home.config().card.endpoints {
        findings.extend(endpoint_finding(endpoint));
    }
    findings.extend(status.lines.iter().map(line));
    findings.extend(watch(path));
    findings.extend(alerts(&status));
    for peer in &status.peers {
        findings.push(if peer.bearers.is_empty() {
            let why = peer.last_failure.clone().unwrap_or_else(|| {
                "it has not dialled, and its card names no endpoint that answers".to_owned()
            });
            ill(
                "peer",
                format!("no bearer to {} stands: {why}", peer.name),
                "ask the other side by another channel; meanwhile the pouch works",
            )
        } else {
            well(
                "peer",
                format!(
                    "{} over {}",
                    peer.name,
                    peer.bearers
                        .iter()
                        .map(|b| b.kind.as_str())
                        .collect::<Vec<_>>()
                        .join(" and ")
                ),
            )
        });
    }
    findings
}

/// Whether a line is as it should be at this moment.
fn line(line: &LineView) -> Finding {
    let state = &line.state;
    // The sentence begins with the state.
    let words = format!(
        "\"{}\" is {}",
        one_line(&line.title),
        one_line(&state.words)
    );
    if state.state == "open" {
        return well("line", words);
    }
    let short: String = line.id.chars().take(12).collect();
    note("line", words, format!("openline line show {short}"))
}

/// The ways out for alerts.
fn alerts(status: &StatusView) -> Vec<Finding> {
    if status.alert_channels.is_empty() {
        let next = "give openline.toml at least two [[alert]] channels that share no provider, and restart; or keep somebody at the screen";
        return vec![note("alerts", super::alerts::NONE, next)];
    }
    let finding = |channel: &openline_node::view::AlertChannelView| {
        let words = super::alerts::channel_line(channel);
        if channel.failing_since_ms.is_none() {
            return well("alerts", words);
        }
        let next = format!("mend it, then: openline alert test {}", channel.name);
        ill("alerts", words, next)
    };
    status.alert_channels.iter().map(finding).collect()
}

/// Whether our own endpoint's name leads anywhere.
fn endpoint_finding(endpoint: &str) -> Option<Finding> {
    let (_, address) = endpoint.split_once("://")?;
    match address.to_socket_addrs() {
        Ok(mut addresses) => addresses
            .next()
            .map(|first| well("card", format!("{endpoint} leads to {first}"))),
        Err(error) => Some(ill(
            "card",
            format!("{endpoint} leads nowhere: {error}"),
            "mend the name, or card.endpoints",
        )),
    }
}
