//! Topics and undertakings.

use openline_node::view::{
    AccountRequest, PositionRequest, PositionView, ReleasedView, TopicRequest, TopicView,
    UndertakingRequest, UndertakingView,
};

use super::encounters::{assent_text, said};
use super::time_of;
use crate::cli::{TopicCommand, UndertakingCommand};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, time};
use crate::words::type_mark;

pub(super) fn topic(
    client: &Client,
    command: &TopicCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        TopicCommand::Raise(args) => {
            let request = TopicRequest {
                line: args.line.clone(),
                post: args.post.clone(),
                message_type: args.message_type.clone(),
                kind: args.kind.clone(),
                title: args.title.clone(),
                raised_by: args.raised_by.clone(),
                raised_in: args.raised_in.clone(),
                words: args.words.clone(),
            };
            let released: ReleasedView = client.post("/v1/topics", &request)?;
            said(&released, output);
        }
        TopicCommand::Position(args) => {
            let request = PositionRequest {
                line: args.step.place.line.clone(),
                of: args.step.place.place.clone(),
                post: args.step.post.clone(),
                words: args.step.words.clone(),
                status: args.status.clone(),
                put_in: args.put_in.clone(),
            };
            let released: ReleasedView = client.post("/v1/positions", &request)?;
            said(&released, output);
        }
        TopicCommand::List { line } => {
            let all: Vec<TopicView> = client.get(&format!("/v1/lines/{}/topics", part(line)))?;
            output.print(&all, |all| {
                if all.is_empty() {
                    return "No topic has been raised: openline topic raise --help".to_owned();
                }
                all.iter().map(topic_text).collect::<Vec<_>>().join("\n")
            });
        }
    }
    Ok(())
}

fn topic_text(view: &TopicView) -> String {
    let mut lines = vec![format!(
        "{}{} {} raised by {}: {}",
        type_mark(&view.message_type),
        view.place,
        view.kind,
        view.raised_by,
        view.title
    )];
    let mut add = |text: String| lines.push(format!("    {text}"));
    if !view.raised_in.is_empty() {
        add(format!("raised in {}", view.raised_in.join(", ")));
    }
    for seen in &view.seen_as {
        add(format!("{} sees it as {}", seen.party_name, seen.status));
    }
    view.positions.iter().for_each(|p| add(position_text(p)));
    if !view.undertakings.is_empty() {
        add(format!("undertakings: {}", view.undertakings.join(", ")));
    }
    add(format!(
        "last discussed {} by {} ({})",
        time(view.last_ms),
        view.last_party,
        view.last_place
    ));
    lines.join("\n")
}

fn position_text(view: &PositionView) -> String {
    let mut parts = Vec::new();
    if let Some(words) = &view.words {
        parts.push(words.clone());
    }
    if let Some(before) = &view.words_before {
        parts.push(format!("[before: {before}]"));
    }
    match (&view.status_before, &view.status) {
        (Some(before), Some(status)) => parts.push(format!("[{before} -> {status}]")),
        (None, Some(status)) => parts.push(format!("[{status}]")),
        _ => {}
    }
    format!(
        "{} {} ({}): {}",
        time(view.time_ms),
        view.party_name,
        view.place,
        parts.join(" ")
    )
}

pub(super) fn undertaking(
    client: &Client,
    command: &UndertakingCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        UndertakingCommand::Note(args) => {
            let request = UndertakingRequest {
                line: args.from.line.clone(),
                from: args.from.place.clone(),
                post: args.post.clone(),
                who: args.who.clone(),
                office: args.office.clone(),
                what: args.what.clone(),
                by_ms: args.by.as_deref().map(time_of).transpose()?,
                topics: args.topics.clone(),
            };
            let released: ReleasedView = client.post("/v1/undertakings", &request)?;
            said(&released, output);
        }
        UndertakingCommand::Account { step, kept } => {
            let request = AccountRequest {
                line: step.place.line.clone(),
                of: step.place.place.clone(),
                post: step.post.clone(),
                kept: kept.clone(),
                words: step.words.clone(),
            };
            let released: ReleasedView = client.post("/v1/accounts", &request)?;
            said(&released, output);
        }
        UndertakingCommand::List { line } => {
            let all: Vec<UndertakingView> =
                client.get(&format!("/v1/lines/{}/undertakings", part(line)))?;
            output.print(&all, |all| {
                if all.is_empty() {
                    return "No undertaking is on the record.".to_owned();
                }
                all.iter()
                    .map(undertaking_text)
                    .collect::<Vec<_>>()
                    .join("\n")
            });
        }
    }
    Ok(())
}

fn undertaking_text(view: &UndertakingView) -> String {
    let office = view
        .office
        .as_ref()
        .map_or_else(String::new, |office| format!(", {office}"));
    let by = view
        .by_ms
        .map_or_else(String::new, |by| format!(", by {}", time(by)));
    let mut lines = vec![format!(
        "{}{} {}{office}: {}{by}",
        type_mark(&view.message_type),
        view.place,
        view.who,
        view.what
    )];
    lines.push(format!(
        "    taken from {} by {}; {}",
        view.taken_from,
        view.party_name,
        assent_text(&view.assent)
    ));
    for account in &view.accounts {
        let words = account
            .words
            .as_ref()
            .map_or_else(String::new, |words| format!(": {words}"));
        lines.push(format!(
            "    {} says {}{words} ({})",
            account.party_name, account.kept, account.place
        ));
    }
    if view.is_disputed {
        lines.push("    the accounts differ".to_owned());
    }
    lines.join("\n")
}
