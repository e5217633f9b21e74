//! Confirmations, answers, corrections, cancellations, and what is open.

use std::path::Path;

use openline_node::view::{
    AnswerRequest, AwaitedView, ConfirmRequest, DraftView, FieldView, OpenView, ReleasedView,
    SendRequest, SupersedeRequest, TextView,
};

use super::messages::{released_text, values};
use super::read_text;
use crate::cli::{AnswerArgs, AwaitedArgs, CancelArgs, ConfirmArgs, CorrectArgs, OpenArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};
use crate::words::type_word;

pub(super) fn confirm(client: &Client, args: &ConfirmArgs, output: Output) -> Result<(), Failure> {
    let verdict = if args.corrected {
        "corrected"
    } else {
        "confirmed"
    };
    let request = ConfirmRequest {
        anyway: args.anyway,
        line: args.place.line.clone(),
        of: args.place.place.clone(),
        post: args.post.clone(),
        verdict: verdict.to_owned(),
        words: args.words.clone(),
        values: values(&args.values)?,
    };
    let released: ReleasedView = client.post("/v1/confirmations", &request)?;
    output.print(&released, |released| {
        let next = if args.corrected {
            "The loop is open until it is read back again."
        } else {
            "Understood rightly is not agreed."
        };
        format!(
            "The read-back is {verdict}: entry {}. {next}",
            released.place
        )
    });
    Ok(())
}

pub(super) fn answer(client: &Client, args: &AnswerArgs, output: Output) -> Result<(), Failure> {
    let request = AnswerRequest {
        line: args.place.line.clone(),
        of: args.place.place.clone(),
        post: args.post.clone(),
        outcome: args.outcome.clone(),
        words: args.words.clone(),
    };
    let released: ReleasedView = client.post("/v1/answers", &request)?;
    output.print(&released, |released| {
        format!(
            "Answered by entry {}: the exchange is closed.",
            released.place
        )
    });
    Ok(())
}

pub(super) fn correct(client: &Client, args: &CorrectArgs, output: Output) -> Result<(), Failure> {
    let text = match (&args.text, &args.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read_text(file)?,
        (None, None) => read_text(Path::new("-"))?,
    };
    let mut request: SendRequest = client.post(
        "/v1/supersedings",
        &SupersedeRequest {
            line: args.place.line.clone(),
            of: args.place.place.clone(),
            post: args.post.clone(),
            texts: vec![TextView {
                language: args.lang.clone(),
                text,
            }],
            fields: None,
            words: None,
        },
    )?;
    put_right(&mut request.fields, &args.values)?;
    release(client, &request, args.draft, output)
}

/// Changes the values of fields that the message has.
fn put_right(fields: &mut [FieldView], given: &[String]) -> Result<(), Failure> {
    for value in values(given)? {
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let field = fields.iter_mut().find(|field| field.name == value.name);
        let field = field.ok_or_else(|| {
            Failure::unusable(
                format!("the message has no field \"{}\"", value.name),
                format!("its fields are: {}", names.join(", ")),
            )
        })?;
        field.value = value.value;
    }
    Ok(())
}

pub(super) fn cancel(client: &Client, args: &CancelArgs, output: Output) -> Result<(), Failure> {
    let request: SendRequest = client.post(
        "/v1/supersedings",
        &SupersedeRequest {
            line: args.place.line.clone(),
            of: args.place.place.clone(),
            post: args.post.clone(),
            texts: Vec::new(),
            fields: None,
            words: args.words.clone(),
        },
    )?;
    release(client, &request, args.draft, output)
}

fn release(
    client: &Client,
    request: &SendRequest,
    is_draft: bool,
    output: Output,
) -> Result<(), Failure> {
    if is_draft {
        let draft: DraftView = client.post("/v1/drafts", request)?;
        output.print(&draft, |draft| {
            format!(
                "Kept as draft {}. Release it with: openline draft release {}",
                draft.id, draft.id
            )
        });
        return Ok(());
    }
    let released: ReleasedView = client.post("/v1/messages", request)?;
    output.print(&released, |released| {
        format!(
            "{}\nIt takes the place of {}; both stay on the record.",
            released_text(released, None),
            request.refs.join(", ")
        )
    });
    Ok(())
}

pub(super) fn open(client: &Client, args: &OpenArgs, output: Output) -> Result<(), Failure> {
    let path = format!("/v1/lines/{}/open?limit={}", part(&args.line), args.limit);
    let list: Vec<OpenView> = client.get(&path)?;
    output.print(&list, |list| open_text(list));
    Ok(())
}

pub(super) fn awaited(client: &Client, args: &AwaitedArgs, output: Output) -> Result<(), Failure> {
    let path = format!("/v1/lines/{}/awaited", part(&args.line));
    let list: Vec<AwaitedView> = client.get(&path)?;
    output.print(&list, |list| awaited_text(list));
    Ok(())
}

fn awaited_text(list: &[AwaitedView]) -> String {
    if list.is_empty() {
        return "Nobody's word is waited for.".to_owned();
    }
    let mut rows = vec![
        ["WAITS FOR", "TYPE", "WHAT", "COUNT", "NEWEST", ""]
            .map(String::from)
            .to_vec(),
    ];
    for view in list {
        for (at, item) in view.newest.iter().enumerate() {
            let first = |text: String| if at == 0 { text } else { String::new() };
            rows.push(vec![
                first(view.party_name.clone()),
                first(type_word(&view.message_type)),
                first(view.words.clone()),
                first(view.count.to_string()),
                item.place.clone(),
                item.title.clone(),
            ]);
        }
    }
    table(&rows)
}

fn open_text(list: &[OpenView]) -> String {
    if list.is_empty() {
        return "Nothing is open: every message has been understood, and answered where it asks for it.".to_owned();
    }
    let mut rows = vec![
        ["PLACE", "FROM", "TYPE", "PRECEDENCE", "DUE", "WAITS", ""]
            .map(String::from)
            .to_vec(),
    ];
    for view in list {
        for exchange in &view.exchanges {
            let due = exchange.deadlines.iter().map(|d| d.due_ms).min();
            rows.push(vec![
                view.entry.place.clone(),
                view.entry.party_name.clone(),
                type_word(&view.entry.message_type),
                view.entry.precedence.clone().unwrap_or_default(),
                due.map_or_else(|| "-".to_owned(), time),
                exchange.words.clone(),
                view.entry.summary.clone(),
            ]);
        }
    }
    table(&rows)
}
