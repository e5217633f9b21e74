//! Messages, receipts, drafts.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use openline_node::view::{
    AttachmentRequest, DraftView, EntryBrief, ReceiptRequest, ReceiptView, ReleasedView,
    SendRequest, TextView, ValueView,
};

use super::language::warn;
use super::{read_bytes, read_text, time_of};
use crate::cli::{InboxArgs, ReceiptArgs, SendArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};
use crate::words::type_word;

pub(super) fn send(client: &Client, args: &SendArgs, output: Output) -> Result<(), Failure> {
    let request = request(args)?;
    let warnings = warn(client, &request, output);
    if args.draft {
        let draft: DraftView = client.post("/v1/drafts", &request)?;
        output.print(&draft, |draft| {
            format!("Kept as draft {}. Next: {}", draft.id, draft.next)
        });
        return Ok(());
    }
    let released: ReleasedView = client.post("/v1/messages", &request)?;
    let holders = match args.wait {
        Some(seconds) => Some(wait(client, &released, seconds)?),
        None => None,
    };
    let value =
        serde_json::json!({ "released": released, "stored_at": holders, "warnings": warnings });
    output.print(&value, |_| released_text(&released, holders.as_deref()));
    Ok(())
}

pub(super) fn wait(
    client: &Client,
    released: &ReleasedView,
    seconds: u64,
) -> Result<Vec<String>, Failure> {
    let path = format!(
        "/v1/lines/{}/entries/{}/stored?seconds={seconds}",
        released.line, released.place
    );
    client.patient(Duration::from_secs(seconds)).get(&path)
}

pub(super) fn released_text(released: &ReleasedView, holders: Option<&[String]>) -> String {
    let number = released.number.map_or_else(String::new, |[year, number]| {
        format!(", No. {number}/{year}")
    });
    let place = &released.place;
    let first = format!("Released as entry {place}{number}: durable here.");
    match holders {
        Some(holders) => format!(
            "{first}\nStored at {}: durable there, by their signature. Stored is not read.",
            holders.join(", ")
        ),
        None => format!(
            "{first}\nWhether the other side holds it: openline show --line {} {place}",
            &released.line[..16]
        ),
    }
}

/// The authoritative text and its translations, as they are given.
pub(super) fn texts(
    language: &str,
    text: Option<&String>,
    file: Option<&Path>,
    translations: &[String],
) -> Result<Vec<TextView>, Failure> {
    let text = match (text, file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read_text(file)?,
        (None, None) => {
            return Err(Failure::unusable(
                "the message has no text",
                "give --text TEXT, --file FILE, or --file - for standard input",
            ));
        }
    };
    let mut texts = vec![TextView {
        language: language.to_owned(),
        text,
    }];
    for translation in translations {
        let (language, file) = translation.split_once('=').ok_or_else(|| {
            Failure::unusable(
                format!("\"{translation}\" does not name a language and a file"),
                "give --translation LANG=FILE",
            )
        })?;
        texts.push(TextView {
            language: language.to_owned(),
            text: read_text(Path::new(file))?,
        });
    }
    Ok(texts)
}

fn request(args: &SendArgs) -> Result<SendRequest, Failure> {
    let texts = texts(
        &args.lang,
        args.text.as_ref(),
        args.file.as_deref(),
        &args.translations,
    )?;
    Ok(SendRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        message_type: args.message_type.clone(),
        form: args.form.clone(),
        precedence: args.precedence.clone(),
        to: args.to.clone(),
        info: args.info.clone(),
        info_precedence: None,
        subject: args.subject.clone(),
        texts,
        refs: args.refs.clone(),
        attachments: args
            .attach
            .iter()
            .map(|path| attachment(path))
            .collect::<Result<_, _>>()?,
        own_reference: args.reference.clone(),
        authority: args.authority.clone(),
        validity_ms: None,
        time_ms: None,
        claimed: Vec::new(),
        number: None,
        class: None,
        template: None,
        fields: Vec::new(),
        as_of: None,
    })
}

/// Values given as NAME=VALUE.
pub(super) fn values(given: &[String]) -> Result<Vec<ValueView>, Failure> {
    let value = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::unusable(
                format!("\"{text}\" does not name a field and its value"),
                "give NAME=VALUE",
            )
        })?;
        Ok(ValueView {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    };
    given.iter().map(value).collect()
}

fn attachment(path: &Path) -> Result<AttachmentRequest, Failure> {
    let name = path.file_name().map_or_else(
        || "attachment".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let media_type = match path.extension().and_then(|ending| ending.to_str()) {
        Some("txt") => "text/plain",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    };
    let base64 = base64::engine::general_purpose::STANDARD.encode(read_bytes(path)?);
    Ok(AttachmentRequest {
        name,
        media_type: media_type.to_owned(),
        base64,
    })
}

pub(super) fn receipt(client: &Client, args: &ReceiptArgs, output: Output) -> Result<(), Failure> {
    let request = ReceiptRequest {
        line: args.place.line.clone(),
        of: args.place.place.clone(),
        post: args.post.clone(),
        stage: args.stage.clone(),
        message_type: None,
        time_ms: None,
        class: args.class.clone(),
        words: args.words.clone(),
        promised_ms: args.promised.as_deref().map(time_of).transpose()?,
        values: values(&args.values)?,
    };
    let given: ReceiptView = client.post("/v1/receipts", &request)?;
    output.print(&given, |given| match &given.place {
        Some(place) => format!("The receipt is entry {place}. Received is not agreed."),
        None => "The receipt is kept, with the time of the act, and written as soon as it can be. Received is not agreed.".to_owned(),
    });
    Ok(())
}

pub(super) fn inbox(client: &Client, args: &InboxArgs, output: Output) -> Result<(), Failure> {
    let line = args
        .line
        .as_ref()
        .map_or_else(String::new, |line| format!("&line={}", part(line)));
    let list: Vec<EntryBrief> = client.get(&format!("/v1/inbox?limit={}{line}", args.limit))?;
    output.print(&list, |list| {
        if list.is_empty() {
            "No messages.".to_owned()
        } else {
            briefs_text(list)
        }
    });
    Ok(())
}

/// A list of entries as people read it.
pub(super) fn briefs_text(list: &[EntryBrief]) -> String {
    let mut rows = vec![
        [
            "NO.",
            "PLACE",
            "FROM",
            "TYPE",
            "KIND",
            "CLAIMED TIME",
            "STAGE",
            "",
        ]
        .map(String::from)
        .to_vec(),
    ];
    rows.extend(list.iter().map(|e| {
        let kind = match (&e.form, &e.precedence) {
            (Some(form), Some(precedence)) => format!("{form}, {precedence}"),
            _ => e.kind.clone(),
        };
        let doubt = if e.doubts.is_empty() {
            String::new()
        } else {
            format!("  [{}]", e.doubts.join("; "))
        };
        vec![
            e.joint.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            e.place.clone(),
            format!("{}, {}", e.party_name, e.post),
            type_word(&e.message_type),
            kind,
            time(e.time_ms),
            e.stage.clone(),
            format!("{}{doubt}", e.summary),
        ]
    }));
    table(&rows)
}
