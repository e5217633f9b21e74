//! Texts under negotiation.

use openline_node::view::{
    AmendRequest, AmendmentView, AssentRequest, AssentView, ChangeRequest, DisagreementView,
    JointTextView, ParagraphRequest, ReleasedView, TextDiffView, TextExportView,
    TextProposeRequest, TextSummaryView, TextView,
};

use super::{read_text, write_bytes};
use crate::cli::{
    PlaceArgs, TextAmendArgs, TextAssentArgs, TextCommand, TextDiffArgs, TextExportArgs,
    TextImportArgs, TextProposeArgs, TextShowArgs,
};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};
use crate::words::type_mark;

pub(super) fn text(client: &Client, command: &TextCommand, output: Output) -> Result<(), Failure> {
    match command {
        TextCommand::Propose(args) => propose(client, &proposal(args), output),
        TextCommand::Import(args) => propose(client, &import(args)?, output),
        TextCommand::Amend(args) => amend(client, args, output),
        TextCommand::Show(args) => show(client, args, output, text_of),
        TextCommand::Brackets(args) => show(client, args, output, brackets_text),
        TextCommand::Diff(args) => diff(client, args, output),
        TextCommand::Initial(args) => assent(client, args, "initials", output),
        TextCommand::Sign(args) => assent(client, args, "signatures", output),
        TextCommand::List { line } => {
            let path = format!("/v1/lines/{}/texts", part(line));
            let list: Vec<TextSummaryView> = client.get(&path)?;
            output.print(&list, |list| list_text(list));
            Ok(())
        }
        TextCommand::Export(args) => export(client, args, output),
    }
}

fn path_of(place: &PlaceArgs) -> String {
    format!(
        "/v1/lines/{}/texts/{}",
        part(&place.line),
        part(&place.place)
    )
}

fn proposal(args: &TextProposeArgs) -> TextProposeRequest {
    let paragraph = |text: &String| ParagraphRequest {
        versions: vec![TextView {
            language: args.lang.clone(),
            text: text.clone(),
        }],
    };
    TextProposeRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        message_type: args.message_type.clone(),
        title: Some(args.title.clone()),
        languages: args.also.clone(),
        paragraphs: args.paragraphs.iter().map(paragraph).collect(),
        markdown: None,
        language: None,
    }
}

fn import(args: &TextImportArgs) -> Result<TextProposeRequest, Failure> {
    Ok(TextProposeRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        message_type: args.message_type.clone(),
        title: args.title.clone(),
        languages: vec![],
        paragraphs: vec![],
        markdown: Some(read_text(&args.file)?),
        language: Some(args.lang.clone()),
    })
}

fn propose(client: &Client, request: &TextProposeRequest, output: Output) -> Result<(), Failure> {
    let released: ReleasedView = client.post("/v1/texts", request)?;
    output.print(&released, |released| {
        format!(
            "Proposed as text {place}. openline text show --line {line} {place}",
            place = released.place,
            line = &released.line[..16]
        )
    });
    Ok(())
}

fn amend(client: &Client, args: &TextAmendArgs, output: Output) -> Result<(), Failure> {
    let request = AmendRequest {
        post: args.post.clone(),
        draft: args.draft,
        changes: changes(args)?,
        words: args.words.clone(),
    };
    let path = format!("{}/amendments", path_of(&args.place));
    let released: ReleasedView = client.post(&path, &request)?;
    output.print(&released, |released| {
        format!("Amended by entry {}.", released.place)
    });
    Ok(())
}

/// The changes that were asked for: first what is passed over and chosen, last what is put in.
fn changes(args: &TextAmendArgs) -> Result<Vec<ChangeRequest>, Failure> {
    let mut changes: Vec<ChangeRequest> = args
        .pass_over
        .iter()
        .map(|place| ChangeRequest::PassOver {
            amendment: place.clone(),
        })
        .collect();
    for text in &args.choose {
        changes.push(choice(text)?);
    }
    for text in &args.replace {
        let (paragraph, version) = worded(text, &args.lang, "--replace")?;
        match changes.last_mut() {
            Some(ChangeRequest::Replace {
                paragraph: last,
                versions,
            }) if *last == paragraph => versions.push(version),
            _ => changes.push(ChangeRequest::Replace {
                paragraph,
                versions: vec![version],
            }),
        }
    }
    for text in &args.bracket {
        let (number, parties) = text.split_once('=').unwrap_or((text, ""));
        changes.push(ChangeRequest::Bracket {
            paragraph: number_of(number, "--bracket", "3=Alpha")?,
            wanted_by: parties
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
        });
    }
    changes.extend(args.delete.iter().map(|paragraph| ChangeRequest::Delete {
        paragraph: *paragraph,
    }));
    for text in &args.insert {
        let (after, version) = worded(text, &args.lang, "--insert")?;
        let is_new = |versions: &[TextView]| {
            let mut all = versions.iter();
            !all.any(|other| other.language == version.language)
        };
        match changes.last_mut() {
            Some(ChangeRequest::Insert {
                after: last,
                versions,
            }) if *last == after && is_new(versions) => versions.push(version),
            _ => changes.push(ChangeRequest::Insert {
                after,
                versions: vec![version],
            }),
        }
    }
    Ok(changes)
}

fn choice(text: &str) -> Result<ChangeRequest, Failure> {
    let wrong = || {
        Failure::unusable(
            format!("\"{text}\" chooses nothing"),
            "give PARAGRAPH.BRACKET=ALTERNATIVE, such as --choose 1.2=1, or --choose 1.2=none",
        )
    };
    let (place, alternative) = text.split_once('=').ok_or_else(wrong)?;
    let (paragraph, bracket) = place.split_once('.').ok_or_else(wrong)?;
    Ok(ChangeRequest::Choose {
        paragraph: paragraph.parse().map_err(|_| wrong())?,
        bracket: bracket.parse().map_err(|_| wrong())?,
        alternative: match alternative {
            "none" => None,
            number => Some(number.parse().map_err(|_| wrong())?),
        },
    })
}

/// `3=Words`, or `3:fr=Words`.
fn worded(text: &str, language: &str, option: &str) -> Result<(usize, TextView), Failure> {
    let Some((place, words)) = text.split_once('=') else {
        return Err(Failure::unusable(
            format!("\"{text}\" has no words"),
            format!("give PARAGRAPH=WORDS, such as {option} \"3=They shall meet.\""),
        ));
    };
    let (number, language) = place.split_once(':').unwrap_or((place, language));
    let version = TextView {
        language: language.to_owned(),
        text: words.to_owned(),
    };
    let example = "\"3=They shall meet.\"";
    Ok((number_of(number, option, example)?, version))
}

fn number_of(text: &str, option: &str, example: &str) -> Result<usize, Failure> {
    text.trim().parse().map_err(|_| {
        Failure::unusable(
            format!("\"{text}\" is not the number of a paragraph"),
            format!("give its number first, such as {option} {example}"),
        )
    })
}

fn show(
    client: &Client,
    args: &TextShowArgs,
    output: Output,
    words: impl FnOnce(&JointTextView) -> String,
) -> Result<(), Failure> {
    let mut path = path_of(&args.place);
    if let Some(draft) = args.draft {
        path.push_str(&format!("?draft={draft}"));
    }
    let view: JointTextView = client.get(&path)?;
    output.print(&view, words);
    Ok(())
}

fn diff(client: &Client, args: &TextDiffArgs, output: Output) -> Result<(), Failure> {
    let named = [("from", args.from), ("to", args.to)];
    let query: Vec<String> = named
        .iter()
        .filter_map(|(name, draft)| Some(format!("{name}={}", (*draft)?)))
        .collect();
    let path = format!("{}/diff?{}", path_of(&args.place), query.join("&"));
    let view: TextDiffView = client.get(&path)?;
    output.print(&view, diff_text);
    Ok(())
}

fn assent(
    client: &Client,
    args: &TextAssentArgs,
    what: &str,
    output: Output,
) -> Result<(), Failure> {
    let request = AssentRequest {
        post: args.post.clone(),
        hash: args.hash.clone(),
        ad_referendum: args.ad_referendum,
        words: args.words.clone(),
    };
    let path = format!("{}/{what}", path_of(&args.place));
    let released: ReleasedView = client.post(&path, &request)?;
    let done = if what == "initials" {
        "Initialled"
    } else {
        "Signed"
    };
    let how = if args.ad_referendum {
        ", ad referendum: it counts in full when you give it again without"
    } else {
        ""
    };
    output.print(&released, |released| {
        format!("{done} by entry {}{how}.", released.place)
    });
    Ok(())
}

fn export(client: &Client, args: &TextExportArgs, output: Output) -> Result<(), Failure> {
    let mut path = format!(
        "{}/file?format={}",
        path_of(&args.place),
        part(&args.format)
    );
    if let Some(draft) = args.draft {
        path.push_str(&format!("&draft={draft}"));
    }
    let view: TextExportView = client.get(&path)?;
    match &args.out {
        Some(file) => {
            write_bytes(file, view.content.as_bytes())?;
            output.print(&view, |_| format!("Written to {}.", file.display()));
        }
        None => output.print(&view, |view| view.content.trim_end().to_owned()),
    }
    Ok(())
}

fn list_text(list: &[TextSummaryView]) -> String {
    if list.is_empty() {
        return "There are no texts.".to_owned();
    }
    let heading = ["text", "number", "standing", "draft", "left", "title"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(list.iter().map(|view| {
        vec![
            view.place.clone(),
            number_text(view),
            format!("{}{}", type_mark(&view.message_type), view.standing),
            view.draft.to_string(),
            counts_text(view),
            view.title.clone(),
        ]
    }));
    table(&rows)
}

fn number_text(view: &TextSummaryView) -> String {
    let of = |number: u64| match view.message_type.as_str() {
        "real" => format!("T{number}"),
        other => format!("{other} {number}"),
    };
    view.number.map_or_else(|| "-".to_owned(), of)
}

fn counts_text(view: &TextSummaryView) -> String {
    let mut text = format!(
        "{} paragraphs, {} brackets, {} options",
        view.paragraphs, view.brackets, view.options
    );
    if view.missing > 0 {
        text.push_str(&format!(", {} language versions missing", view.missing));
    }
    if view.crossed > 0 {
        text.push_str(&format!(", {} CROSSED", view.crossed));
    }
    text
}

fn text_of(view: &JointTextView) -> String {
    let summary = &view.summary;
    let mut text = format!(
        "{}\n{} proposed by {}, {}, draft {}: {}{}\n{}\nhash {}\n",
        summary.title,
        summary.place,
        summary.proposed_by,
        time(summary.time_ms),
        summary.draft,
        type_mark(&summary.message_type),
        summary.standing,
        counts_text(summary),
        summary.hash
    );
    if summary.number.is_some() {
        text.push_str(&format!("cited as {}\n", number_text(summary)));
    }
    if view.is_incomplete {
        text.push_str("An entry of this text was purged: what stands here is not the whole.\n");
    }
    let is_one = view.languages.len() == 1;
    for paragraph in &view.paragraphs {
        text.push('\n');
        for version in &paragraph.versions {
            let language = if is_one {
                String::new()
            } else {
                format!("[{}] ", version.language)
            };
            text.push_str(&format!(
                "{:>3}. {language}{}\n",
                paragraph.number, version.text
            ));
        }
    }
    for amendment in &view.amendments {
        text.push_str(&amendment_text(amendment));
    }
    for (what, all) in [("initialled", &view.initials), ("signed", &view.signatures)] {
        for assent in all {
            text.push_str(&assent_text(what, assent));
        }
    }
    text.push_str(&disagreements_text(&view.disagreements));
    text
}

fn amendment_text(view: &AmendmentView) -> String {
    let outcome = match (view.outcome.as_str(), view.draft) {
        ("made", Some(draft)) => format!("draft {draft}"),
        (outcome, _) => outcome.to_uppercase(),
    };
    let mut text = format!(
        "\n{} {} amends, {}: {outcome}\n",
        view.place,
        view.party,
        time(view.time_ms)
    );
    for change in &view.changes {
        text.push_str(&format!("    {change}\n"));
    }
    for words in view.words.iter().chain(&view.reason) {
        text.push_str(&format!("    {words}\n"));
    }
    text
}

fn assent_text(what: &str, view: &AssentView) -> String {
    let how = if view.ad_referendum {
        " ad referendum"
    } else {
        ""
    };
    let words = view
        .words
        .as_ref()
        .map_or_else(String::new, |words| format!("\n    {words}"));
    format!(
        "\n{} {what}{how} by {} ({}), {}: {}{words}\n    over {}\n",
        view.place,
        view.party,
        view.post,
        time(view.time_ms),
        view.counting,
        view.hash
    )
}

fn disagreements_text(all: &[DisagreementView]) -> String {
    let line = |view: &DisagreementView| {
        format!(
            "\n! paragraph {} ({}): {}\n",
            view.paragraph, view.language, view.words
        )
    };
    all.iter().map(line).collect()
}

fn brackets_text(view: &JointTextView) -> String {
    let mut text = format!("{}\n", counts_text(&view.summary));
    for paragraph in &view.paragraphs {
        for bracket in &paragraph.brackets {
            let indent = "  ".repeat(bracket.depth);
            text.push_str(&format!(
                "{indent}{}.{}\n",
                paragraph.number, bracket.number
            ));
            for alternative in &bracket.alternatives {
                let wanted = if alternative.wanted_by.is_empty() {
                    String::new()
                } else {
                    format!(" {}:", alternative.wanted_by.join(", "))
                };
                let words = if alternative.text.is_empty() {
                    "(nothing)"
                } else {
                    &alternative.text
                };
                text.push_str(&format!(
                    "{indent}  ={}{wanted} {words}\n",
                    alternative.number
                ));
            }
        }
    }
    text
}

fn diff_text(view: &TextDiffView) -> String {
    let mut text = format!("draft {} → draft {}\n", view.from, view.to);
    if view.paragraphs.is_empty() {
        text.push_str("Nothing differs.\n");
    }
    for paragraph in &view.paragraphs {
        let number =
            |number: Option<usize>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        text.push_str(&format!(
            "\nparagraph {} → {}: {}\n",
            number(paragraph.before),
            number(paragraph.after),
            paragraph.change
        ));
        for version in &paragraph.versions {
            let runs: String = version
                .runs
                .iter()
                .map(|run| match run.run.as_str() {
                    "out" => format!("{{-{}-}}", run.words),
                    "in" => format!("{{+{}+}}", run.words),
                    _ => run.words.clone(),
                })
                .collect();
            if runs.is_empty() {
                continue;
            }
            text.push_str(&format!("    [{}] {runs}\n", version.language));
            for flag in &version.flags {
                text.push_str(&format!("    ! {flag}\n"));
            }
        }
    }
    text.push_str(&disagreements_text(&view.disagreements));
    text
}
