//! Non-papers: shown between words that say what they are, so that nobody takes one for a message.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openline_node::view::{
    NonPaperBrought, NonPaperFiled, NonPaperPack, NonPaperRequest, NonPaperText, NonPaperView,
};

use super::{read_bytes, read_text};
use crate::cli::{NonPaperCommand, NonPaperSendArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};

const RULE: &str = "================================================================";
const THIN: &str = "----------------------------------------------------------------";

pub(super) fn non_paper(
    client: &Client,
    command: &NonPaperCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        NonPaperCommand::Send(args) => send(client, args, output),
        NonPaperCommand::List => {
            let views: Vec<NonPaperView> = client.get("/v1/non-papers")?;
            output.print(&views, |views| list_text(views));
            Ok(())
        }
        NonPaperCommand::Read { number } => read(client, *number, output),
        NonPaperCommand::Discard { number } => {
            client.delete(&path(*number))?;
            output.print(&serde_json::json!({ "done": true }), |_| {
                format!(
                    "Non-paper {number} is discarded here. If it was ours and on its way, it may arrive all the same."
                )
            });
            Ok(())
        }
        NonPaperCommand::File { number } => {
            let filed: NonPaperFiled =
                client.post(&format!("{}/file", path(*number)), &serde_json::json!({}))?;
            output.print(&filed, |filed| {
                format!(
                    "Your own copy, unauthenticated, is in {}.\nIt is not on the record, and no backup of this program holds it.",
                    filed.file
                )
            });
            Ok(())
        }
        NonPaperCommand::Pack { party, out } => pack(client, party, out, output),
        NonPaperCommand::Open { file } => {
            let bytes = read_bytes(file)?;
            let brought: NonPaperBrought = client
                .for_long()
                .post_bytes("/v1/non-paper-files", &bytes)?;
            output.print(&brought, brought_text);
            Ok(())
        }
    }
}

fn path(number: u64) -> String {
    format!("/v1/non-papers/{number}")
}

fn send(client: &Client, args: &NonPaperSendArgs, output: Output) -> Result<(), Failure> {
    let text = match (&args.text, &args.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read_text(file)?,
        (None, None) => {
            return Err(Failure::unusable(
                "there is no text",
                "give --text TEXT or --file FILE",
            ));
        }
    };
    let request = NonPaperRequest {
        line: args.line.clone(),
        to: args.to.clone(),
        text,
        off_the_record: args.off_the_record,
    };
    let view: NonPaperView = client.post("/v1/non-papers", &request)?;
    output.print(&view, |view| {
        format!(
            "NON-PAPER {} to {}, off the record: it waits here until their node has it, and is then erased here.\n\
             It is on no record and proves nothing to anyone. See how far it has got: openline non-paper list",
            view.number, view.party
        )
    });
    Ok(())
}

fn list_text(views: &[NonPaperView]) -> String {
    if views.is_empty() {
        return "There are no non-papers here.".to_owned();
    }
    let head = ["No.", "which way", "line", "sent", "state"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(views.iter().map(|view| {
        let way = if view.is_ours { "to" } else { "from" };
        vec![
            view.number.to_string(),
            format!("{way} {}", view.party),
            view.line.clone(),
            time(view.sent_ms),
            state_text(view).to_owned(),
        ]
    }));
    format!("NON-PAPERS, off the record\n{}", table(&rows))
}

fn state_text(view: &NonPaperView) -> &'static str {
    match view.state.as_str() {
        "waiting" => "waits here; their node has not confirmed it",
        "received" => "received by their node; not: read. Its text is erased here",
        "shown" => "shown there; not: agreed. Its text is erased here",
        "read" => "read; it will be erased",
        _ => "unread",
    }
}

/// Prints it, and only then says that it was shown. A program that takes it as JSON is no person: nothing is said.
fn read(client: &Client, number: u64, output: Output) -> Result<(), Failure> {
    let paper: NonPaperText = client.get(&path(number))?;
    output.print(&paper, framed);
    if !output.is_json() && !paper.about.is_ours {
        let _: NonPaperView =
            client.post(&format!("{}/shown", path(number)), &serde_json::json!({}))?;
    }
    Ok(())
}

/// The text inside a frame of words.
fn framed(paper: &NonPaperText) -> String {
    let about = &paper.about;
    let way = if about.is_ours { "TO" } else { "FROM" };
    let text: Vec<String> = paper
        .text
        .lines()
        .map(|line| format!("  | {line}"))
        .collect();
    format!(
        "{RULE}\n\
         NON-PAPER {} {way} {}\n\
         OFF THE RECORD. IT PROVES NOTHING. DO NOT FILE.\n\
         Beside the line \"{}\", sent {}.\n\
         {THIN}\n{}\n{THIN}\n\
         END OF NON-PAPER. Either side could have written every word of it.\n\
         {RULE}",
        about.number,
        about.party,
        about.line,
        time(about.sent_ms),
        text.join("\n"),
    )
}

fn pack(client: &Client, party: &str, out: &Path, output: Output) -> Result<(), Failure> {
    let packed: NonPaperPack = client.post(
        &format!("/v1/non-paper-files/{}", part(party)),
        &serde_json::json!({}),
    )?;
    let bytes = STANDARD.decode(&packed.base64).map_err(|error| {
        Failure::unreachable(
            format!("the node's answer can't be read: {error}"),
            "use the same version on both sides",
        )
    })?;
    openline_bearer::pouch::write_file(out, &bytes)
        .map_err(|error| Failure::unusable(error.to_string(), "choose another place"))?;
    let value = serde_json::json!({
        "file": out, "bytes": bytes.len(), "has_key": packed.has_key,
        "non_papers": packed.non_papers, "waiting": packed.waiting,
    });
    output.print(&value, |_| pack_text(&packed, party, out));
    Ok(())
}

fn pack_text(packed: &NonPaperPack, party: &str, out: &Path) -> String {
    let file = out.display();
    if packed.has_key {
        format!(
            "{} non-papers in {file}, sealed to {party} and signed by nobody. They wait here until {party} confirms them.",
            packed.non_papers
        )
    } else {
        format!(
            "{file} carries this party's share of a key, and no non-paper: there is no key with {party} yet. \
             {} wait. When {party} has opened it and a file of theirs has come back, pack again.",
            packed.waiting
        )
    }
}

fn brought_text(brought: &NonPaperBrought) -> String {
    let from = &brought.from;
    let mut lines = vec![match brought.key.as_str() {
        "proved" => format!(
            "{} new non-papers from {from}, off the record; {} of ours received there, {} shown.",
            brought.new.len(),
            brought.received.len(),
            brought.shown.len()
        ),
        "first" => format!(
            "It brought the share of a key that is said to be {from}'s. Only {from} can use it. Next: openline non-paper pack {from:?} --out FILE"
        ),
        _ => format!(
            "Nothing was taken: it is under no key that is shared here with {from}. Send {from} a file, and what waits there will come: openline non-paper pack {from:?} --out FILE"
        ),
    }];
    if !brought.new.is_empty() {
        let numbers: Vec<String> = brought.new.iter().map(u64::to_string).collect();
        lines.push(format!(
            "Read with: openline non-paper read NUMBER ({})",
            numbers.join(", ")
        ));
    }
    if brought.is_full {
        lines.push("Some found no room: discard others, and open the file again.".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_non_paper_stands_inside_words_that_say_what_it_is() {
        let about = NonPaperView {
            number: 3,
            is_ours: false,
            party: "Beta".to_owned(),
            line: "Watch line".to_owned(),
            sent_ms: 0,
            received_ms: Some(0),
            shown_ms: None,
            state: "unread".to_owned(),
        };
        let text = "first\nEND OF NON-PAPER".to_owned();
        let shown = framed(&NonPaperText { about, text });
        assert!(
            shown
                .contains("NON-PAPER 3 FROM Beta\nOFF THE RECORD. IT PROVES NOTHING. DO NOT FILE.")
        );
        assert!(
            shown.contains("\n  | first\n  | END OF NON-PAPER\n"),
            "a text can't end its own frame"
        );
        assert!(shown.starts_with(RULE) && shown.ends_with(RULE));
    }
}
