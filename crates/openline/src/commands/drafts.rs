//! Drafts: looked at, cleared, refused, released.

use openline_node::view::{ClearanceView, DraftView, ReleasedView};

use super::language::warn;
use super::messages::released_text;
use crate::cli::DraftCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, table, time};
use crate::words::type_word;

/// Digits of a content's hash that people are shown.
const DIGITS: usize = 16;

pub(super) fn draft(
    client: &Client,
    command: &DraftCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        DraftCommand::List => {
            let list: Vec<DraftView> = client.get("/v1/drafts")?;
            output.print(&list, |list| list_text(list));
        }
        DraftCommand::Show { id } => output.print(&show(client, id)?, draft_text),
        DraftCommand::Delete { id } => {
            client.delete(&path(id, ""))?;
            output.print(&serde_json::json!({ "done": true }), |_| {
                format!("Draft {id} is deleted.")
            });
        }
        DraftCommand::Clear { id, words, content } => {
            let seen = seen(client, id, content.as_deref(), output)?;
            let body = serde_json::json!({ "content": seen, "words": words });
            let cleared: DraftView = client.post(&path(id, "/clear"), &body)?;
            output.print(&cleared, |draft| {
                format!(
                    "Cleared: exactly the content {}. Next: {}",
                    short(&draft.content),
                    draft.next
                )
            });
        }
        DraftCommand::Refuse { id, words } => {
            let seen = seen(client, id, None, output)?;
            let body = serde_json::json!({ "content": seen, "words": words });
            let refused: DraftView = client.post(&path(id, "/refuse"), &body)?;
            output.print(&refused, |_| {
                format!("Refused. Draft {id} does not go until it is changed.")
            });
        }
        DraftCommand::Release {
            id,
            content,
            anyway,
        } => {
            warn(client, &show(client, id)?.request, output);
            let mut query = format!("?anyway={anyway}");
            if let Some(content) = content {
                query.push_str(&format!("&content={}", part(content)));
            }
            let released: ReleasedView =
                client.post(&path(id, &format!("/release{query}")), &())?;
            output.print(&released, |released| released_text(released, None));
        }
    }
    Ok(())
}

fn path(id: &str, rest: &str) -> String {
    format!("/v1/drafts/{}{rest}", part(id))
}

fn show(client: &Client, id: &str) -> Result<DraftView, Failure> {
    client.get(&path(id, ""))
}

/// The hash that was given, or that of the draft as it is printed here: nobody judges what he has not been shown.
fn seen(client: &Client, id: &str, given: Option<&str>, output: Output) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let draft = show(client, id)?;
    output.say(&draft_text(&draft));
    Ok(draft.content)
}

fn short(content: &str) -> &str {
    content.get(..DIGITS).unwrap_or(content)
}

fn list_text(list: &[DraftView]) -> String {
    if list.is_empty() {
        return "No drafts.".to_owned();
    }
    let mut rows = vec![
        [
            "DRAFT", "CHANGED", "LINE", "TYPE", "FORM", "BY", "NEXT", "TEXT",
        ]
        .map(String::from)
        .to_vec(),
    ];
    rows.extend(list.iter().map(|d| {
        let text = d.request.texts.first();
        vec![
            d.id.clone(),
            time(d.updated_ms),
            d.request.line.chars().take(32).collect(),
            type_word(&d.request.message_type),
            format!("{}, {}", d.request.form, d.request.precedence),
            d.drafted_by.join(", "),
            d.next.clone(),
            text.map_or_else(String::new, |t| t.text.chars().take(60).collect()),
        ]
    }));
    table(&rows)
}

fn draft_text(draft: &DraftView) -> String {
    let word = |what: &str, said: &ClearanceView| {
        let words = said
            .words
            .as_ref()
            .map_or_else(String::new, |words| format!(": {}", one_line(words)));
        format!("{what} by {} at {}{words}\n", said.by, time(said.at_ms))
    };
    let mut text = format!(
        "{}\n\nDraft {}, content {}\nDrafted by {} at {}\n",
        serde_json::to_string_pretty(&draft.request).unwrap_or_default(),
        draft.id,
        short(&draft.content),
        draft.drafted_by.join(", "),
        time(draft.drafted_ms),
    );
    for clearance in &draft.clearances {
        text.push_str(&word("Cleared", clearance));
    }
    if let Some(refusal) = &draft.refusal {
        text.push_str(&word("REFUSED", refusal));
    }
    text.push_str(&format!("Next: {}", draft.next));
    text
}
