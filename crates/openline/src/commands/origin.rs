//! "Is this from you?", and announced calls.

use openline_node::view::{
    AnnounceRequest, AnnouncementView, FindingRequest, InquiryView, OriginRequest, ReleasedView,
};

use super::{read_bytes, time_of};
use crate::cli::{AnnounceArgs, AnnounceCommand, OriginAskArgs, OriginCommand};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, time};
use crate::words::type_mark;

pub(super) fn origin(
    client: &Client,
    command: &OriginCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        OriginCommand::Ask(args) => ask(client, args, output),
        OriginCommand::Answer(args) => {
            let request = FindingRequest {
                line: args.place.line.clone(),
                of: args.place.place.clone(),
                post: args.post.clone(),
                origin: args.finding.clone(),
                words: args.words.clone(),
            };
            let released: ReleasedView = client.post("/v1/findings", &request)?;
            output.print(&released, |released| {
                format!("Answered and signed: entry {}.", released.place)
            });
            Ok(())
        }
        OriginCommand::List { line } => {
            let path = format!("/v1/lines/{}/origin-queries", part(line));
            let list: Vec<InquiryView> = client.get(&path)?;
            output.print(&list, |list| inquiries_text(list));
            Ok(())
        }
    }
}

fn ask(client: &Client, args: &OriginAskArgs, output: Output) -> Result<(), Failure> {
    let sha256 = match &args.file {
        Some(file) => Some(openline_core::Hash::of(&[&read_bytes(file)?]).to_string()),
        None => None,
    };
    let request = OriginRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        channel: args.channel.clone(),
        message_type: args.message_type.clone(),
        time_ms: args.at.as_deref().map(time_of).transpose()?,
        what: args.what.clone(),
        sha256,
    };
    let released: ReleasedView = client.post("/v1/origin-queries", &request)?;
    output.print(&released, |released| {
        format!(
            "Asked by entry {}. Do not act on it until it is answered: openline origin list --line {}",
            released.place,
            &released.line[..16]
        )
    });
    Ok(())
}

fn inquiries_text(list: &[InquiryView]) -> String {
    if list.is_empty() {
        return "Nothing has been asked.".to_owned();
    }
    let mut text = String::new();
    for view in list {
        let kind = type_mark(&view.message_type);
        text.push_str(&format!(
            "{kind}{} asked by {}: is this {} from you? It came {}\n    {}\n",
            view.place,
            view.asked_by,
            view.channel,
            time(view.time_ms),
            one_line(&view.what)
        ));
        for finding in &view.findings {
            let words = finding
                .words
                .as_ref()
                .map_or_else(String::new, |words| format!(": {}", one_line(words)));
            text.push_str(&format!(
                "    {}: {}{words} (signed entry {}, {})\n",
                finding.party,
                finding.origin.to_uppercase(),
                finding.place,
                time(finding.time_ms)
            ));
        }
        if !view.waits_for.is_empty() {
            text.push_str(&format!("    waits for {}\n", view.waits_for.join(", ")));
        }
    }
    text
}

pub(super) fn announce(
    client: &Client,
    command: &AnnounceCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        AnnounceCommand::Call(args) => {
            let view: AnnouncementView = client.post("/v1/announcements", &request(args)?)?;
            output.print(&view, announcement_text);
        }
        AnnounceCommand::List { line } => {
            let path = format!("/v1/lines/{}/announcements", part(line));
            let list: Vec<AnnouncementView> = client.get(&path)?;
            output.print(&list, |list| {
                if list.is_empty() {
                    "Nothing has been announced.".to_owned()
                } else {
                    let texts: Vec<String> = list.iter().map(announcement_text).collect();
                    texts.join("\n")
                }
            });
        }
    }
    Ok(())
}

fn request(args: &AnnounceArgs) -> Result<AnnounceRequest, Failure> {
    let from_ms = match &args.from {
        Some(from) => time_of(from)?,
        None => jiff::Timestamp::now().as_millisecond(),
    };
    Ok(AnnounceRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        channel: args.channel.clone(),
        message_type: args.message_type.clone(),
        from_ms,
        to_ms: from_ms + i64::from(args.minutes) * 60_000,
        who: args.who.clone(),
        whom: args.whom.clone(),
        words: args.words.clone(),
    })
}

fn announcement_text(view: &AnnouncementView) -> String {
    let kind = type_mark(&view.message_type);
    let whom = view
        .whom
        .as_ref()
        .map_or_else(String::new, |whom| format!(" to {}", one_line(whom)));
    let words = view
        .words
        .as_ref()
        .map_or_else(String::new, |words| format!("\n    {}", one_line(words)));
    format!(
        "{kind}{} {} announces a {} of {}{whom}, between {} and {}{words}\n    {} reads out: {}\n    the other side answers: {}",
        view.place,
        view.party,
        view.channel,
        one_line(&view.who),
        time(view.from_ms),
        time(view.to_ms),
        view.party,
        view.first_code,
        view.second_code
    )
}
