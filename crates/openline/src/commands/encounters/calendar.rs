//! Encounters out to calendar programs, and in from their files.

use openline_node::view::{
    AccordRequest, ActProposalView, CalendarFileRequest, CalendarFileView, ReleasedView,
};
use serde::Serialize;

use super::super::{read_text, write_bytes};
use crate::cli::{EncounterExportArgs, EncounterImportArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn export(
    client: &Client,
    args: &EncounterExportArgs,
    output: Output,
) -> Result<(), Failure> {
    let mut asked = Vec::new();
    if let Some(place) = &args.place {
        asked.push(format!("place={}", part(place)));
    }
    if let Some(party) = &args.reply {
        asked.push(format!("reply={}", part(party)));
    }
    let path = format!("{}?{}", path(&args.line), asked.join("&"));
    let view: CalendarFileView = client.get(&path)?;
    let Some(file) = &args.output else {
        output.print(&view, |view| view.calendar.trim_end().to_owned());
        return Ok(());
    };
    write_bytes(file, view.calendar.as_bytes())?;
    output.print(&view, |view| {
        let mut text = format!(
            "{}: {} with {} events.",
            file.display(),
            view.method,
            view.events
        );
        if !view.without_time.is_empty() {
            let left = view.without_time.join(", ");
            text.push_str(&format!(
                "\nNot in it, as no time has been proposed: {left}"
            ));
        }
        text
    });
    Ok(())
}

pub(super) fn import(
    client: &Client,
    args: &EncounterImportArgs,
    output: Output,
) -> Result<(), Failure> {
    let request = CalendarFileRequest {
        post: args.post.clone(),
        calendar: read_text(&args.file)?,
        zone: args.zone.clone(),
        message_type: args.message_type.clone(),
        level: args.level.clone(),
        reason: args.reason.clone(),
    };
    let proposals: Vec<ActProposalView> = client.post(&path(&args.line), &request)?;
    if !args.yes {
        output.print(&proposals, |proposals| {
            let mut rows: Vec<String> = proposals.iter().map(proposal_text).collect();
            rows.push("Nothing has been done. With --yes these acts are made.".to_owned());
            rows.join("\n")
        });
        return Ok(());
    }
    let mut made = Vec::new();
    let done = proposals
        .iter()
        .try_for_each(|proposal| act(client, args, proposal, &mut made));
    // What is on the record is told, also where a later act is refused.
    output.print(&made, |made| {
        let rows = made.iter().map(|one| {
            format!(
                "{}: on the record as entry {}.",
                one.words, one.released.place
            )
        });
        match made.is_empty() {
            true => "Nothing is on the record.".to_owned(),
            false => rows.collect::<Vec<_>>().join("\n"),
        }
    });
    done
}

/// An act that a file stood for, and that has been made.
#[derive(Serialize)]
struct Made {
    words: String,
    released: ReleasedView,
}

fn act(
    client: &Client,
    args: &EncounterImportArgs,
    proposal: &ActProposalView,
    made: &mut Vec<Made>,
) -> Result<(), Failure> {
    let mut note = |words: &str, released: &ReleasedView| {
        made.push(Made {
            words: words.to_owned(),
            released: released.clone(),
        });
    };
    let mut asked = None;
    if let Some(ask) = &proposal.ask {
        let released: ReleasedView = client.post("/v1/encounters", ask)?;
        note("asked for", &released);
        asked = Some(released.place);
    }
    if let Some(step) = &proposal.step {
        let mut step = step.clone();
        if let Some(place) = asked {
            step.of = place;
        }
        let released: ReleasedView = client.post("/v1/encounter-steps", &step)?;
        note(&step.act, &released);
    }
    if let Some(place) = &proposal.agree {
        let path = format!("/v1/lines/{}/claims/{place}", part(&args.line));
        let request = AccordRequest {
            post: args.post.clone(),
            stance: "agrees".to_owned(),
            words: None,
        };
        let released: ReleasedView = client.post(&path, &request)?;
        note("agreed", &released);
    }
    Ok(())
}

fn path(line: &str) -> String {
    format!("/v1/lines/{}/encounters/calendar", part(line))
}

fn proposal_text(view: &ActProposalView) -> String {
    let of = view
        .encounter
        .as_ref()
        .map_or_else(|| "new".to_owned(), |place| format!("encounter {place}"));
    format!(
        "event {} ({}), {of}: {}",
        view.event, view.method, view.words
    )
}
