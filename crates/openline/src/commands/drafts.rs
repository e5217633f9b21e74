//! Drafts: looked at, cleared, refused, released.

use openline_node::view::{ClearanceView, DraftView, ReleasedView, SendRequest};

use super::language::warn;
use super::messages::released_text;
use super::parts::{banner, fields_text, texts_text};
use crate::cli::DraftCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, table, time};
use crate::words::{capital, type_word};

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
            if d.overtaken_by.is_empty() {
                d.next.clone()
            } else {
                format!("OVERTAKEN by {}; {}", d.overtaken_by.join(", "), d.next)
            },
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
        "{}Draft {}, content {}: on no record yet\nDrafted by {} at {}\n",
        banner(&draft.request.message_type),
        draft.id,
        short(&draft.content),
        draft.drafted_by.join(", "),
        time(draft.drafted_ms),
    );
    text.push_str(&request_text(&draft.request));
    text.push('\n');
    for clearance in &draft.clearances {
        text.push_str(&word("Cleared", clearance));
    }
    if let Some(refusal) = &draft.refusal {
        text.push_str(&word("REFUSED", refusal));
    }
    if !draft.overtaken_by.is_empty() {
        text.push_str(&format!("{}\n", overtaken_text(draft)));
    }
    text.push_str(&format!("Next: {}", draft.next));
    text
}

fn overtaken_text(draft: &DraftView) -> String {
    format!(
        "OVERTAKEN: since it was begun, {} arrived. Read that first (openline show).",
        draft.overtaken_by.join(", ")
    )
}

/// All that will be signed, as it stands.
fn request_text(request: &SendRequest) -> String {
    let all = |what: &str, list: &[String]| {
        if list.is_empty() {
            String::new()
        } else {
            format!("{what} {}\n", one_line(&list.join(", ")))
        }
    };
    let one = |what: &str, value: Option<&String>| {
        value.map_or_else(String::new, |value| format!("{what} {}\n", one_line(value)))
    };
    let number = request.number;
    let number = number.map(|[year, number]| format!("{number}/{year}"));
    let mut text = format!(
        "{} from {}, {}, on line \"{}\"\n",
        capital(&request.form),
        request.post,
        request.precedence,
        one_line(&request.line)
    );
    text.push_str(&one("Note No.", number.as_ref()));
    if request.to.is_empty() {
        text.push_str("To the first post of every other party\n");
    }
    text.push_str(&all("To", &request.to));
    text.push_str(&all("Info", &request.info));
    text.push_str(&one("Info precedence:", request.info_precedence.as_ref()));
    text.push_str(&one("Class:", request.class.as_ref()));
    text.push_str(&one("Template:", request.template.as_ref()));
    text.push_str(&one("On the authority of", request.authority.as_ref()));
    text.push_str(&one("Own reference:", request.own_reference.as_ref()));
    text.push_str(&all("Refers to", &request.refs));
    if let Some([from, to]) = request.validity_ms {
        text.push_str(&format!("Valid from {} to {}\n", time(from), time(to)));
    }
    if let Some(at) = request.time_ms {
        text.push_str(&format!("Claimed time {}\n", time(at)));
    }
    text.push_str(&one("Subject:", request.subject.as_ref()));
    text.push_str(&texts_text(&request.texts));
    text.push_str(&fields_text(&request.fields));
    for attachment in &request.attachments {
        text.push_str(&format!(
            "\nAttachment: {} ({})\n",
            one_line(&attachment.name),
            one_line(&attachment.media_type)
        ));
    }
    for claimed in &request.claimed {
        text.push_str(&format!(
            "\nClaims: {} at {}\n",
            claimed.stage,
            time(claimed.time_ms)
        ));
    }
    text
}
