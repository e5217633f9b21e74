//! The audit log.

use std::io::Write as _;
use std::path::Path;

use openline_node::audit;
use openline_node::view::{AuditVerifiedView, AuditView};
use openline_store::Reader;

use crate::cli::AuditCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};

/// Items asked for at a time.
const PAGE: usize = 1000;

pub(super) fn audit(
    client: impl FnOnce() -> Result<Client, Failure>,
    home: &Path,
    command: &AuditCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        AuditCommand::List {
            officer,
            line,
            limit,
        } => {
            let query = |key: &str, value: &Option<String>| {
                value
                    .as_ref()
                    .map_or_else(String::new, |value| format!("&{key}={}", part(value)))
            };
            let path = format!(
                "/v1/audit?limit={limit}{}{}",
                query("officer", officer),
                query("line", line)
            );
            let list: Vec<AuditView> = client()?.get(&path)?;
            output.print(&list, |list| list_text(list));
            Ok(())
        }
        AuditCommand::Verify => verify(client, home, output),
        AuditCommand::Export { file } => export(&client()?, file, output),
    }
}

/// The running node is asked; where none runs, the store is read as it lies there.
fn verify(
    client: impl FnOnce() -> Result<Client, Failure>,
    home: &Path,
    output: Output,
) -> Result<(), Failure> {
    let view: AuditVerifiedView = match client() {
        Ok(client) => client.get("/v1/audit/verify")?,
        Err(no_node) => {
            let Ok(reader) = Reader::open(home) else {
                return Err(no_node);
            };
            let found = audit::verify(&reader).map_err(|error| {
                Failure::refused("damaged", error.to_string(), "run: openline check")
            })?;
            AuditVerifiedView::from(&found)
        }
    };
    output.print(&view, verified_text);
    if let Some(number) = view.unproven {
        return Err(Failure::refused(
            "damaged",
            format!(
                "item {number} of the audit log says that a passkey has signed, and no known passkey has signed that"
            ),
            "look at the item (openline audit list), and at the officer's passkeys (openline officer passkeys NAME)",
        ));
    }
    match view.broken {
        None => Ok(()),
        Some(number) => Err(Failure::refused(
            "damaged",
            format!("item {number} of the audit log is not what was written, or is lost"),
            "keep the store as it is, and compare it with a backup or an export of the audit log",
        )),
    }
}

fn verified_text(view: &AuditVerifiedView) -> String {
    match (view.broken, view.last, &view.last_hash) {
        (Some(number), _, _) => format!(
            "BROKEN at item {number}. {} items before it are right and in their chain.",
            view.items
        ),
        (None, Some(last), Some(hash)) => format!(
            "{} items, all right and in their chain.\nThe last is {last}, hash {hash}. Noted elsewhere, it proves later that nothing \
             up to here was changed.{}",
            view.items,
            signed_text(view)
        ),
        (None, _, _) => "The audit log is empty.".to_owned(),
    }
}

fn signed_text(view: &AuditVerifiedView) -> String {
    if view.signed + view.signed_gone == 0 {
        return String::new();
    }
    let gone = match view.signed_gone {
        0 => String::new(),
        gone => format!("; {gone} more can't be checked, since their words were purged"),
    };
    format!(
        "\n{} entries were signed with a passkey by who released them, and are what he signed{gone}.",
        view.signed
    )
}

fn export(client: &Client, path: &Path, output: Output) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let file = std::fs::File::create(path).map_err(failed)?;
    let mut out = std::io::BufWriter::new(file);
    let (mut from, mut count) = (1, 0u64);
    loop {
        let page: Vec<AuditView> = client.get(&format!("/v1/audit?from={from}&limit={PAGE}"))?;
        for item in &page {
            let line = serde_json::to_string(item)
                .map_err(|error| Failure::unusable(error.to_string(), "report this"))?;
            writeln!(out, "{line}").map_err(failed)?;
        }
        count += page.len() as u64;
        match page.last() {
            Some(last) => from = last.number + 1,
            None => break,
        }
    }
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    output.print(&serde_json::json!({ "items": count, "file": path }), |_| {
        format!("{count} items written to {}.", path.display())
    });
    Ok(())
}

fn list_text(list: &[AuditView]) -> String {
    if list.is_empty() {
        return "Nothing.".to_owned();
    }
    let mut rows = vec![
        ["NO.", "TIME", "BY", "ACT", "TO", "LINE", "OUTCOME"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(list.iter().map(|item| {
        let object = [&item.object, &item.detail, &item.draft];
        let object: Vec<&str> = object.into_iter().flatten().map(String::as_str).collect();
        vec![
            item.number.to_string(),
            time(item.at_ms),
            item.by.clone(),
            item.act.clone(),
            object.join("; "),
            item.line
                .as_ref()
                .map_or_else(String::new, |line| line.chars().take(8).collect()),
            item.outcome.clone(),
        ]
    }));
    table(&rows)
}
