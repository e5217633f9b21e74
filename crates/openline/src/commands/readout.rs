//! Readouts, public statements and publishing.

use openline_node::view::{
    AccountsView, CheckView, ComparisonView, DisclosedView, PublicationView, PublishRequest,
    QuoteView, ReadoutDraftView, ReadoutReleaseRequest, ReadoutRequest, ReleasedView, RowView,
    StatementRequest, StatementView, TextView,
};
use serde::Serialize;

use super::messages::texts;
use super::record::entry_path;
use super::write_bytes;
use crate::cli::{
    AccountArgs, PlaceArgs, PublishArgs, ReadoutCommand, ReadoutDraftArgs, StatementArgs,
    StatementCommand,
};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, time};
use crate::words::type_mark;

/// A contact with our own draft, where there is one.
#[derive(Serialize)]
struct Shown {
    draft: Option<ReadoutDraftView>,
    accounts: AccountsView,
}

pub(super) fn readout(
    client: &Client,
    command: &ReadoutCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        ReadoutCommand::Draft(args) => draft(client, args, output),
        ReadoutCommand::Release(args) => {
            let request = ReadoutReleaseRequest {
                line: args.place.line.clone(),
                of: args.place.place.clone(),
                content: args.content.clone(),
                confirm: args.confirm.clone(),
            };
            let released: ReleasedView = client.post("/v1/readouts/release", &request)?;
            output.print(&released, |released| {
                format!("Our readout is on the record: entry {}.", released.place)
            });
            Ok(())
        }
        ReadoutCommand::Show(args) => {
            let path = readout_path(client, args)?;
            let accounts = client.get(&path)?;
            let draft = match client.get(&format!("{path}/draft")) {
                Ok(draft) => Some(draft),
                Err(error) if error.code == "not-found" => None,
                Err(error) => return Err(error),
            };
            output.print(&Shown { draft, accounts }, shown_text);
            Ok(())
        }
        ReadoutCommand::Compare(args) => {
            let accounts: AccountsView = client.get(&readout_path(client, args)?)?;
            if accounts.comparisons.is_empty() {
                return Err(Failure::refused(
                    "conflict",
                    format!(
                        "nothing to compare yet: waits for {}",
                        accounts.waits_for.join(", ")
                    ),
                    "openline readout release puts ours on the record; both are compared once both are",
                ));
            }
            output.print(&accounts, compared_text);
            Ok(())
        }
        ReadoutCommand::List { line } => {
            let list: Vec<AccountsView> =
                client.get(&format!("/v1/lines/{}/readouts", part(line)))?;
            output.print(&list, |list| {
                if list.is_empty() {
                    return "Nobody has released a readout.".to_owned();
                }
                list.iter()
                    .map(accounts_text)
                    .collect::<Vec<_>>()
                    .join("\n")
            });
            Ok(())
        }
        ReadoutCommand::Delete(args) => {
            client.delete(&format!("{}/draft", readout_path(client, args)?))?;
            output.print(&serde_json::json!({"deleted": args.place}), |_| {
                format!("The draft of our readout of {} is gone.", args.place)
            });
            Ok(())
        }
    }
}

fn readout_path(client: &Client, args: &PlaceArgs) -> Result<String, Failure> {
    Ok(entry_path(client, args)?.replacen("/entries/", "/readouts/", 1))
}

fn words(args: &AccountArgs) -> Result<Vec<TextView>, Failure> {
    texts(
        &args.lang,
        args.text.as_ref(),
        args.file.as_deref(),
        &args.translations,
    )
}

fn draft(client: &Client, args: &ReadoutDraftArgs, output: Output) -> Result<(), Failure> {
    let quote = |text: &String| {
        let (of, words) = text.split_once('=').ok_or_else(|| {
            Failure::unusable(
                format!("\"{text}\" does not name an entry and words"),
                "give --quote PLACE=WORDS",
            )
        })?;
        Ok(QuoteView {
            of: of.to_owned(),
            words: words.to_owned(),
        })
    };
    let request = ReadoutRequest {
        line: args.place.line.clone(),
        of: args.place.place.clone(),
        post: args.post.clone(),
        texts: words(&args.words)?,
        quotes: args
            .quotes
            .iter()
            .map(quote)
            .collect::<Result<_, Failure>>()?,
    };
    let view: ReadoutDraftView = client.post("/v1/readouts", &request)?;
    output.print(&view, draft_text);
    Ok(())
}

fn draft_text(view: &ReadoutDraftView) -> String {
    format!(
        "Our draft of a readout of {}, by {}, {}. The other side does not see it.\n{}{}To release it: openline readout release --line {} {} --content {}",
        view.of,
        view.by,
        time(view.drafted_ms),
        texts_text(&view.texts),
        check_text(&view.check),
        &view.line[..16],
        view.of,
        &view.content[..16]
    )
}

fn texts_text(texts: &[TextView]) -> String {
    let line = |text: &TextView| format!("  [{}] {}\n", text.language, text.text);
    texts.iter().map(line).collect()
}

fn check_text(check: &CheckView) -> String {
    let mut text = String::new();
    for flag in &check.flags {
        let way = if flag.may_confirm {
            format!("take it out, or confirm it: --confirm \"{}\"", flag.id)
        } else {
            "take it out: it can't be released by us".to_owned()
        };
        text.push_str(&format!("! {}\n    {way}\n", flag.sentence));
    }
    if !check.unsought.is_empty() {
        text.push_str(&format!(
            "Too short to be looked for, so look yourself: {}\n",
            check.unsought.join(", ")
        ));
    }
    if check.flags.is_empty() {
        text.push_str(
            "Nothing was found that it would give away; a value in other words is not found.\n",
        );
    }
    text
}

fn accounts_text(view: &AccountsView) -> String {
    let mut text = format!(
        "{}{} {}\n",
        type_mark(&view.message_type),
        view.of,
        view.summary
    );
    for readout in &view.readouts {
        text.push_str(&format!(
            "  {}: readout {}, {}\n",
            readout.party,
            readout.place,
            time(readout.time_ms)
        ));
    }
    if !view.waits_for.is_empty() {
        text.push_str(&format!("  none from {}\n", view.waits_for.join(", ")));
    }
    text
}

fn shown_text(shown: &Shown) -> String {
    let mut text = accounts_text(&shown.accounts);
    for readout in &shown.accounts.readouts {
        if readout.texts.is_empty() {
            text.push_str(&format!(
                "{}: shown here once ours is released\n",
                readout.party
            ));
            continue;
        }
        text.push_str(&format!(
            "{}:\n{}",
            readout.party,
            texts_text(&readout.texts)
        ));
        for quote in &readout.quotes {
            text.push_str(&format!("  quotes {}: \"{}\"\n", quote.of, quote.words));
        }
    }
    if let Some(draft) = &shown.draft {
        text.push_str(&draft_text(draft));
    }
    text
}

fn compared_text(view: &AccountsView) -> String {
    let mut text = accounts_text(view);
    for comparison in &view.comparisons {
        text.push_str(&comparison_text(comparison));
    }
    text
}

fn comparison_text(comparison: &ComparisonView) -> String {
    let (left, right) = (&comparison.left, &comparison.right);
    let Some(language) = &comparison.language else {
        return format!(
            "{left} and {right} have no language in common: openline readout show prints both\n"
        );
    };
    let row = |row: &RowView| match (&row.left, &row.right) {
        (Some(l), Some(r)) if row.left_only.is_empty() && row.right_only.is_empty() => {
            format!(
                "= both: {l}{}\n",
                if l == r {
                    ""
                } else {
                    " (but for case and punctuation)"
                }
            )
        }
        (Some(l), Some(r)) => format!(
            "~ {left}: {l}\n  {right}: {r}\n    only {left}: {}; only {right}: {}\n",
            only(&row.left_only),
            only(&row.right_only)
        ),
        (Some(l), None) => format!("< only {left}: {l}\n"),
        (None, Some(r)) => format!("> only {right}: {r}\n"),
        (None, None) => String::new(),
    };
    let rows: String = comparison.rows.iter().map(row).collect();
    format!("{left} beside {right}, in {language}:\n{rows}")
}

fn only(words: &[String]) -> String {
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join(" ")
    }
}

pub(super) fn statement(
    client: &Client,
    command: &StatementCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        StatementCommand::Make(args) => {
            let released: ReleasedView = client.post("/v1/public-statements", &request(args)?)?;
            output.print(&released, |released| {
                format!(
                    "The statement is on the record: entry {}. Nobody outside has it yet: openline publish --line {} {} --out DIR",
                    released.place,
                    &released.line[..16],
                    released.place
                )
            });
        }
        StatementCommand::Check(args) => {
            let check: CheckView = client.post("/v1/public-statements/check", &request(args)?)?;
            output.print(&check, check_text);
        }
        StatementCommand::List { line } => {
            let path = format!("/v1/lines/{}/public-statements", part(line));
            let list: Vec<StatementView> = client.get(&path)?;
            output.print(&list, |list| statements_text(list));
        }
    }
    Ok(())
}

fn request(args: &StatementArgs) -> Result<StatementRequest, Failure> {
    let extents = [
        (&args.cite, "cited"),
        (&args.quote, "quoted"),
        (&args.whole, "whole"),
    ];
    let disclose = extents.into_iter().flat_map(|(places, extent)| {
        places.iter().map(move |of| DisclosedView {
            of: of.clone(),
            extent: extent.to_owned(),
        })
    });
    Ok(StatementRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        message_type: args.message_type.clone(),
        title: args.title.clone(),
        texts: words(&args.words)?,
        disclose: disclose.collect(),
        confirm: args.confirm.clone(),
    })
}

fn statements_text(list: &[StatementView]) -> String {
    if list.is_empty() {
        return "There are no public statements.".to_owned();
    }
    let mut text = String::new();
    for view in list {
        text.push_str(&format!(
            "{}{} {}: {} ({})\n{}",
            type_mark(&view.message_type),
            view.place,
            view.party,
            view.title,
            time(view.time_ms),
            texts_text(&view.texts)
        ));
        for one in &view.disclosed {
            text.push_str(&format!("    discloses {}: {}\n", one.of, one.extent));
        }
    }
    text
}

pub(super) fn publish(client: &Client, args: &PublishArgs, output: Output) -> Result<(), Failure> {
    let out = &args.out;
    let file = |error: std::io::Error| Failure::file(out, &error);
    std::fs::create_dir_all(out.join("proofs")).map_err(file)?;
    let is_used = |entry: std::fs::DirEntry| entry.file_name() != "proofs";
    if std::fs::read_dir(out).map_err(file)?.flatten().any(is_used) {
        return Err(Failure::unusable(
            format!("{} is not empty", out.display()),
            "give an empty folder: a publication is made whole",
        ));
    }
    let request = PublishRequest {
        line: args.line.clone(),
        places: args.places.clone(),
    };
    let publication: PublicationView = client.post("/v1/publications", &request)?;
    for file in &publication.files {
        write_bytes(&out.join(&file.name), file.text.as_bytes())?;
    }
    let names: Vec<_> = publication.files.iter().map(|file| &file.name).collect();
    output.print(&serde_json::json!({"folder": out, "files": names}), |_| {
        format!(
            "{} files are in {}. Check them as a stranger would: openline verify {}",
            names.len(),
            out.display(),
            out.display()
        )
    });
    Ok(())
}
