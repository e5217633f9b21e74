//! `openline alert`: the channels that alerts leave by.

use openline_node::view::{
    AlertChannelView, AlertTestRequest, AlertTestView, AlertView, AlertsView,
};

use crate::cli::AlertCommand;
use crate::client::Client;
use crate::failure::Failure;
use crate::output::{Output, table, time};

/// What is said where nothing is set up.
pub(super) const NONE: &str =
    "no alert leaves this node: set up a channel as [[alert]] in openline.toml and restart";

pub(super) fn alert(
    client: &Client,
    command: &AlertCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        AlertCommand::List => {
            let view: AlertsView = client.get("/v1/alerts")?;
            output.print(&view, list_text);
            Ok(())
        }
        AlertCommand::Test { name } => test(client, name.clone(), output),
    }
}

fn test(client: &Client, name: Option<String>, output: Output) -> Result<(), Failure> {
    let request = AlertTestRequest { name };
    let tried: Vec<AlertTestView> = client.post("/v1/alerts/test", &request)?;
    if tried.is_empty() {
        let next = "add an [[alert]] table to openline.toml and restart the node";
        return Err(Failure::refused(
            "no-channel",
            "no alert channel is set up",
            next,
        ));
    }
    output.print(&tried, |tried| {
        let line = |t: &AlertTestView| {
            let word = if t.is_delivered { "well" } else { "ILL " };
            format!(
                "{word}  {} ({}), {} ms: {}",
                t.name, t.kind, t.took_ms, t.words
            )
        };
        tried.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    let failing = tried.iter().filter(|t| !t.is_delivered).count();
    if failing == 0 {
        output.say("Ask whoever should have got them whether they have: handed over is not read.");
        return Ok(());
    }
    Err(Failure::refused(
        "channel-failing",
        format!(
            "{failing} of {} channels did not take the test",
            tried.len()
        ),
        "mend what stands beside each, and try again",
    ))
}

fn list_text(view: &AlertsView) -> String {
    if view.channels.is_empty() && view.alerts.is_empty() {
        return format!("Note: {NONE}");
    }
    let mut text = String::new();
    for channel in &view.channels {
        text.push_str(&format!("{}\n", channel_line(channel)));
    }
    if !view.alerts.is_empty() {
        let mut rows = vec![
            [
                "RAISED",
                "ALERT",
                "LINE",
                "POST",
                "SENT OVER",
                "WAITS FOR",
                "NOT DELIVERED",
            ]
            .map(String::from)
            .to_vec(),
        ];
        rows.extend(view.alerts.iter().map(row));
        text.push_str(&format!("\n{}", table(&rows)));
    }
    if view.lost > 0 {
        text.push_str(&format!(
            "\n{} alerts found no place since the node started: too many waited.\n",
            view.lost
        ));
    }
    text
}

fn row(alert: &AlertView) -> Vec<String> {
    let or_all = |value: &Option<String>| value.clone().unwrap_or_else(|| "all".to_owned());
    let names = |list: &[String]| {
        if list.is_empty() {
            "-".to_owned()
        } else {
            list.join(", ")
        }
    };
    vec![
        time(alert.raised_ms),
        alert.headline.clone(),
        alert.line.clone().unwrap_or_else(|| "-".to_owned()),
        or_all(&alert.post),
        names(&alert.delivered),
        names(&alert.waiting),
        names(&alert.given_up),
    ]
}

/// One channel in a line.
pub(super) fn channel_line(channel: &AlertChannelView) -> String {
    let post = channel
        .post
        .as_ref()
        .map_or_else(String::new, |post| format!(", for {post}"));
    let waiting = match channel.waiting {
        0 => String::new(),
        1 => "; 1 alert waits".to_owned(),
        n => format!("; {n} alerts wait"),
    };
    format!(
        "{} ({} to {}{post}): {}{waiting}",
        channel.name,
        channel.kind,
        channel.target,
        state(channel)
    )
}

fn state(channel: &AlertChannelView) -> String {
    let worked = channel.last_success_ms.map_or_else(
        || "has never worked".to_owned(),
        |ms| format!("last worked {}", time(ms)),
    );
    match (channel.failing_since_ms, channel.last_success_ms) {
        (Some(since), _) => {
            let why = channel
                .last_error
                .as_deref()
                .unwrap_or("no reason is known");
            format!("FAILING since {}: {why}; {worked}", time(since))
        }
        (None, Some(_)) => format!("works, {worked}"),
        (None, None) => "not tried yet".to_owned(),
    }
}
