//! The whole store, verified; and restoring one.

use std::path::Path;

use openline_store::Reader;
use openline_store::backup::{self, BackupError};

use crate::client::Client;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn check(home: &Path, output: Output) -> Result<(), Failure> {
    let reader = Reader::open(home)
        .map_err(|error| Failure::unusable(error.to_string(), "give the --home of a party"))?;
    if Client::connect(home).is_ok() {
        output.say("A node runs on this home; the check reads one consistent state beside it.");
    }
    let bar = output.progress("checking");
    let report = reader.check(&mut |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let findings: Vec<String> = report
        .findings
        .iter()
        .map(|f| format!("{f}; {}", f.advice()))
        .collect();
    let value = serde_json::json!({
        "clean": report.is_clean(), "lines": report.lines, "entries": report.entries, "checkpoints": report.checkpoints,
        "cosignatures": report.cosignatures, "seals": report.seals, "documents": report.documents, "findings": findings,
    });
    output.print(&value, |_| {
        let mut text = format!(
            "{} lines, {} entries by every rule, {} checkpoints, {} cosignatures, {} seals, {} documents.\n",
            report.lines, report.entries, report.checkpoints, report.cosignatures, report.seals, report.documents
        );
        for finding in &findings {
            text.push_str(&format!("FOUND: {finding}\n"));
        }
        text.push_str(if report.is_clean() { "The store is sound." } else { "The store is damaged. It was not written to." });
        text
    });
    if report.is_clean() {
        return Ok(());
    }
    Err(Failure::refused(
        "damaged",
        format!(
            "the store has {} damaged places",
            report.findings.len() as u64 + report.more
        ),
        "start the node with a connection to the other parties: it rebuilds the store from their copies and keeps the damaged file",
    ))
}

pub(super) fn restore(folder: &Path, home: &Path, output: Output) -> Result<(), Failure> {
    let report = backup::restore(folder, home).map_err(|error| match error {
        BackupError::StoreExists(_) => Failure::refused(
            "store-exists",
            error.to_string(),
            "move the home's store folder away first, if you are sure",
        ),
        BackupError::Damaged(_) => {
            Failure::refused("damaged", error.to_string(), "use another backup")
        }
        error => Failure::unusable(error.to_string(), "mend what the sentence names"),
    })?;
    output.print(&serde_json::json!({ "bytes": report.bytes, "sha256": report.sha256.to_string() }), |_| {
        "Restored. This party may have written more since the backup was made, so the node writes nothing until every other\n\
         party has said how much of its log it holds. Start it, connected to them: openline serve"
            .to_owned()
    });
    Ok(())
}
