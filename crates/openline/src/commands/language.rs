//! Clear language, and the agreed glossary.

mod caret;

use std::collections::BTreeMap;

use openline_node::view::{
    AccordRequest, AgreedTermView, GlossaryView, LanguageRequest, ReleasedView, SendRequest,
    TermView, TermsProposalView, TermsRequest, TextView, WarningView,
};
use serde::Deserialize;

use super::messages::texts;
use super::{read_text, record};
use crate::cli::{AccordArgs, GlossaryCommand, LanguageArgs, TermsArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, table, time};

pub(super) fn language(
    client: &Client,
    args: &LanguageArgs,
    output: Output,
) -> Result<(), Failure> {
    let request = LanguageRequest {
        subject: args.subject.clone(),
        texts: texts(
            &args.lang,
            args.text.as_ref(),
            args.file.as_deref(),
            &args.translations,
        )?,
        form: args.form.clone(),
        precedence: args.precedence.clone(),
    };
    let warnings = check(client, &args.line, &request)?;
    output.print(&warnings, |warnings| {
        if warnings.is_empty() {
            "Nothing was found that is likely to be misread.".to_owned()
        } else {
            caret::render(warnings, &request)
        }
    });
    Ok(())
}

fn check(
    client: &Client,
    line: &str,
    request: &LanguageRequest,
) -> Result<Vec<WarningView>, Failure> {
    client.post(&format!("/v1/lines/{}/language", part(line)), request)
}

/// Says what may be misread in a message before it goes. It hinders nothing: what can't be checked is sent all the same,
/// and if it can't be sent, the sending says why.
pub(super) fn warn(client: &Client, message: &SendRequest, output: Output) -> Vec<WarningView> {
    let request = LanguageRequest {
        subject: message.subject.clone(),
        texts: message.texts.clone(),
        form: message.form.clone(),
        precedence: message.precedence.clone(),
    };
    match check(client, &message.line, &request) {
        Ok(warnings) => {
            if !warnings.is_empty() {
                output.note(caret::render(&warnings, &request).trim_end());
            }
            warnings
        }
        Err(failure) => {
            output.note(&format!(
                "note: the text was not checked: {}",
                failure.title
            ));
            Vec::new()
        }
    }
}

pub(super) fn glossary(
    client: &Client,
    command: &GlossaryCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        GlossaryCommand::Propose(args) => propose(client, args, output),
        GlossaryCommand::Agree(args) => {
            let said = "We agree to the proposal";
            answer(client, args, "agrees", said, output)
        }
        GlossaryCommand::Decline(args) => {
            let said = "We decline the proposal";
            answer(client, args, "declines", said, output)
        }
        GlossaryCommand::List { line, open } => list(client, line, *open, output),
    }
}

fn propose(client: &Client, args: &TermsArgs, output: Output) -> Result<(), Failure> {
    let request = TermsRequest {
        post: args.post.clone(),
        message_type: args.message_type.clone(),
        terms: terms(args)?,
    };
    let path = format!("/v1/lines/{}/glossary", part(&args.line));
    let released: ReleasedView = client.post(&path, &request)?;
    output.print(&released, |released| {
        format!(
            "Proposed as entry {}. The terms are agreed when every other party has agreed: openline glossary list --line {} --open",
            released.place,
            &released.line[..16]
        )
    });
    Ok(())
}

fn answer(
    client: &Client,
    args: &AccordArgs,
    stance: &str,
    said: &str,
    output: Output,
) -> Result<(), Failure> {
    let request = AccordRequest {
        post: args.post.clone(),
        stance: stance.to_owned(),
        words: args.words.clone(),
    };
    let path = record::entry_path(client, &args.place)?.replace("/entries/", "/glossary/");
    let released: ReleasedView = client.post(&path, &request)?;
    output.print(&released, |released| {
        format!(
            "{said} {}: entry {}. The last word of a party counts.",
            args.place.place, released.place
        )
    });
    Ok(())
}

/// Terms in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsFile {
    term: Vec<TermInFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermInFile {
    concept: String,
    #[serde(rename = "in")]
    equivalents: BTreeMap<String, String>,
    note: Option<String>,
}

fn terms(args: &TermsArgs) -> Result<Vec<TermView>, Failure> {
    if let Some(path) = &args.file {
        let file: TermsFile = toml::from_str(&read_text(path)?).map_err(|error| {
            Failure::unusable(
                format!("{}: {error}", path.display()),
                "see openline glossary propose --help for the form of the file",
            )
        })?;
        return Ok(file.term.into_iter().map(term).collect());
    }
    Ok(vec![TermView {
        concept: args.term.clone().unwrap_or_default(),
        equivalents: args
            .equivalents
            .iter()
            .map(|text| equivalent(text))
            .collect::<Result<_, _>>()?,
        note: args.note.clone(),
    }])
}

fn term(term: TermInFile) -> TermView {
    let text = |(language, text)| TextView { language, text };
    TermView {
        concept: term.concept,
        equivalents: term.equivalents.into_iter().map(text).collect(),
        note: term.note,
    }
}

fn equivalent(text: &str) -> Result<TextView, Failure> {
    let (language, text) = text.split_once('=').ok_or_else(|| {
        Failure::unusable(
            format!("\"{text}\" does not name a language and a text"),
            "give --in LANG=TEXT, such as --in fr=cessez-le-feu",
        )
    })?;
    Ok(TextView {
        language: language.to_owned(),
        text: text.to_owned(),
    })
}

fn list(client: &Client, line: &str, is_open: bool, output: Output) -> Result<(), Failure> {
    let view: GlossaryView = client.get(&format!("/v1/lines/{}/glossary", part(line)))?;
    if is_open {
        output.print(&view.open, |open| open_text(open));
    } else {
        output.print(&view.agreed, |agreed| agreed_text(agreed));
    }
    Ok(())
}

fn agreed_text(agreed: &[AgreedTermView]) -> String {
    if agreed.is_empty() {
        return "No terms are agreed yet: openline glossary propose --help".to_owned();
    }
    let mut rows = vec![
        ["CONCEPT", "IN", "NOTE", "PROPOSED", "AGREED"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(agreed.iter().map(|agreed| {
        vec![
            agreed.term.concept.clone(),
            equivalents(&agreed.term),
            agreed.term.note.clone().unwrap_or_else(|| "-".to_owned()),
            agreed.proposal.clone(),
            agreed.since.clone(),
        ]
    }));
    table(&rows)
}

fn equivalents(term: &TermView) -> String {
    let pairs = term.equivalents.iter();
    let pairs: Vec<String> = pairs
        .map(|text| format!("{} {}", text.language, text.text))
        .collect();
    pairs.join("; ")
}

fn open_text(open: &[TermsProposalView]) -> String {
    if open.is_empty() {
        return "No proposals are open.".to_owned();
    }
    open.iter().map(proposal_text).collect()
}

fn proposal_text(proposal: &TermsProposalView) -> String {
    let kind = match proposal.message_type.as_str() {
        "real" => String::new(),
        other => format!("{}, ", other.to_uppercase()),
    };
    let mut text = format!(
        "{kind}{} by {}, {}, {}\n",
        proposal.place,
        proposal.party_name,
        proposal.post,
        time(proposal.time_ms)
    );
    for term in &proposal.terms {
        let note = term
            .note
            .as_ref()
            .map_or_else(String::new, |note| format!(" ({note})"));
        text.push_str(&format!(
            "  {}: {}{note}\n",
            term.concept,
            equivalents(term)
        ));
    }
    for said in &proposal.said {
        let words = said
            .words
            .as_ref()
            .map_or_else(String::new, |words| format!(": {}", one_line(words)));
        text.push_str(&format!(
            "  {} {} ({}){words}\n",
            said.party_name, said.stance, said.place
        ));
    }
    if !proposal.awaited.is_empty() {
        text.push_str(&format!(
            "  has not answered yet: {}\n",
            proposal.awaited.join(", ")
        ));
    }
    text
}
