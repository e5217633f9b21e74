//! The record, out of a running node.

use std::io::{Read as _, Write as _};
use std::path::Path;

use openline_node::view::{
    BackupView, EntryBrief, EntryView, HitView, PouchView, ReadBackView, ReleasedView,
};

use super::messages::briefs_text;
use super::parts::{banner, fields_text, texts_text};
use super::shown::say_shown;
use super::{read_bytes, write_bytes};
use crate::cli::{
    AttachmentArgs, DiscloseArgs, ExportArgs, LogArgs, PlaceArgs, PouchCommand, PurgeCommand,
    SearchArgs,
};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, table, time};
use crate::words::type_mark;

/// The API's path of an entry that was named by place or joint number.
pub(super) fn entry_path(client: &Client, args: &PlaceArgs) -> Result<String, Failure> {
    if args.place.contains('/') {
        return Ok(format!(
            "/v1/lines/{}/entries/{}",
            part(&args.line),
            args.place
        ));
    }
    let number = args.place.trim_start_matches('#');
    if number.parse::<u64>().is_err() {
        return Err(Failure::unusable(
            format!("\"{}\" is not a place", args.place),
            "give PARTY/INDEX, such as 0/12, or a joint number, such as 7; openline log shows both",
        ));
    }
    let view: EntryView = client.get(&format!(
        "/v1/lines/{}/joint/{}",
        part(&args.line),
        part(number)
    ))?;
    Ok(format!(
        "/v1/lines/{}/entries/{}",
        part(&args.line),
        view.brief.place
    ))
}

pub(super) fn show(client: &Client, args: &PlaceArgs, output: Output) -> Result<(), Failure> {
    let view: EntryView = client.get(&entry_path(client, args)?)?;
    output.print(&view, entry_text);
    say_shown(client, &view, output)
}

fn entry_text(view: &EntryView) -> String {
    let b = &view.brief;
    let mut text = banner(&b.message_type);
    let joint = b
        .joint
        .map_or_else(|| "not settled yet".to_owned(), |n| format!("No. {n}"));
    text.push_str(&format!(
        "Entry {} ({joint}): {} from {}, {}\n",
        b.place,
        b.form.as_ref().unwrap_or(&b.kind),
        b.party_name,
        b.post
    ));
    if let Some([year, number]) = b.number {
        text.push_str(&format!("Note No. {number}/{year}\n"));
    }
    if let Some(successor) = &b.successor {
        let what = if successor.is_cancelled {
            "CANCELLED"
        } else {
            "CORRECTED"
        };
        text.push_str(&format!("{what} by entry {}\n", successor.place));
    }
    if let Some(class) = &b.class {
        text.push_str(&format!("Class: {}\n", one_line(class)));
    }
    text.push_str(&format!("Claimed time {}\n", time(b.time_ms)));
    if !b.crossed.is_empty() {
        text.push_str(&format!(
            "CROSSED with {}: neither author had seen the other's\n",
            b.crossed.join(", ")
        ));
    }
    for doubt in &b.doubts {
        text.push_str(&format!("DOUBT: {doubt}\n"));
    }
    if let Some(m) = &view.message {
        let precedence = b.precedence.clone().unwrap_or_default();
        text.push_str(&format!("To {} ({precedence})\n", m.to.join(", ")));
        if !m.info.is_empty() {
            text.push_str(&format!("Info {}\n", m.info.join(", ")));
        }
        if let Some(subject) = &m.subject {
            text.push_str(&format!("Subject: {}\n", one_line(subject)));
        }
        text.push_str(&texts_text(&m.texts));
        text.push_str(&fields_text(&m.fields));
        for (i, a) in m.attachments.iter().enumerate() {
            text.push_str(&format!(
                "\nAttachment {i}: {} ({}, {} bytes)\n",
                a.name, a.media_type, a.length
            ));
        }
        for c in &m.claimed {
            text.push_str(&format!(
                "\nThe author claims: {} at {}",
                c.stage,
                time(c.time_ms)
            ));
        }
    } else {
        text.push_str(&format!("{}\n", b.summary));
    }
    if !view.refs.is_empty() {
        text.push_str(&format!("\nRefers to {}\n", view.refs.join(", ")));
    }
    text.push_str("\nLadder\n");
    let rows: Vec<Vec<String>> = view
        .ladder
        .iter()
        .map(|rung| {
            vec![
                format!("  {}", rung.stage),
                time(rung.time_ms),
                rung.by.clone(),
                rung.proof.clone(),
                rung.note.clone().unwrap_or_default(),
            ]
        })
        .collect();
    text.push_str(&table(&rows));
    for read_back in &view.read_backs {
        text.push_str(&read_back_text(read_back));
    }
    for exchange in &view.exchanges {
        let due: Vec<String> = exchange
            .deadlines
            .iter()
            .map(|d| format!("{} due {}", d.owed, time(d.due_ms)))
            .collect();
        let due = if due.is_empty() {
            String::new()
        } else {
            format!(" ({})", due.join(", "))
        };
        text.push_str(&format!("{}{due}\n", exchange.words));
    }
    text.push_str("Received is not agreed.\n");
    text
}

fn read_back_text(view: &ReadBackView) -> String {
    let verdict = view.verdict.as_deref().unwrap_or("not confirmed yet");
    let words = one_line(view.words.as_deref().unwrap_or(""));
    let mut text = format!(
        "Read back by {} ({}): {verdict}. {words}\n",
        view.by, view.place
    );
    for field in &view.fields {
        let typed = one_line(field.typed.as_deref().unwrap_or("not typed"));
        let mark = if field.agrees { "agrees" } else { "DIFFERS" };
        text.push_str(&format!(
            "  {}: sent {}, typed {typed}: {mark}\n",
            one_line(&field.name),
            one_line(&field.sent)
        ));
    }
    text
}

pub(super) fn log(client: &Client, args: &LogArgs, output: Output) -> Result<(), Failure> {
    let mut path = format!(
        "/v1/lines/{}/log?limit={}&newest_first={}",
        part(&args.line),
        args.limit,
        args.newest_first
    );
    if let Some(from) = args.from {
        path.push_str(&format!("&from={from}"));
    }
    let only = [
        ("kind", &args.kind),
        ("party", &args.party),
        ("type", &args.message_type),
    ];
    for (name, value) in only {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", part(value)));
        }
    }
    let list: Vec<EntryBrief> = client.get(&path)?;
    output.print(&list, |list| briefs_text(list));
    Ok(())
}

pub(super) fn search(client: &Client, args: &SearchArgs, output: Output) -> Result<(), Failure> {
    let line = args
        .line
        .as_ref()
        .map_or_else(String::new, |line| format!("&line={}", part(line)));
    let hits: Vec<HitView> = client.get(&format!(
        "/v1/search?q={}&limit={}{line}",
        part(&args.query),
        args.limit
    ))?;
    output.print(&hits, |hits| {
        if hits.is_empty() {
            return "Nothing found.".to_owned();
        }
        let hit = |h: &HitView| {
            format!(
                "{}  {}{}, {}  {}\n    {}",
                h.entry.place,
                type_mark(&h.entry.message_type),
                h.entry.party_name,
                h.entry.post,
                time(h.entry.time_ms),
                one_line(&h.snippet)
            )
        };
        hits.iter().map(hit).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

pub(super) fn attachment(
    client: &Client,
    args: &AttachmentArgs,
    output: Output,
) -> Result<(), Failure> {
    let path = format!(
        "{}/attachments/{}",
        entry_path(client, &args.place)?,
        args.number
    );
    let bytes = client.get_bytes(&path)?;
    write_bytes(&args.out, &bytes)?;
    output.print(
        &serde_json::json!({ "file": args.out, "bytes": bytes.len() }),
        |_| {
            format!(
                "{} bytes saved to {}; their hash is the message's.",
                bytes.len(),
                args.out.display()
            )
        },
    );
    Ok(())
}

pub(super) fn export(client: &Client, args: &ExportArgs, output: Output) -> Result<(), Failure> {
    let mut stream = client
        .for_long()
        .get_stream(&format!("/v1/lines/{}/export", part(&args.line)))?;
    let mut file =
        std::fs::File::create(&args.out).map_err(|error| Failure::file(&args.out, &error))?;
    let bar = output.progress("exporting, kB");
    let (mut buffer, mut total) = (vec![0; 1 << 18], 0u64);
    loop {
        let read = stream.read(&mut buffer).map_err(|error| {
            Failure::unreachable(format!("the export broke off: {error}"), "try again")
        })?;
        if read == 0 {
            break;
        }
        file.write_all(&buffer[..read])
            .map_err(|error| Failure::file(&args.out, &error))?;
        total += read as u64;
        bar.set_position(total / 1024);
    }
    bar.finish_and_clear();
    output.print(
        &serde_json::json!({ "file": args.out, "bytes": total }),
        |_| {
            format!(
                "{total} bytes written to {}. Anybody can check it: openline verify {}",
                args.out.display(),
                args.out.display()
            )
        },
    );
    Ok(())
}

pub(super) fn disclose(
    client: &Client,
    args: &DiscloseArgs,
    output: Output,
) -> Result<(), Failure> {
    let path = format!(
        "{}/disclosure?without_body={}",
        entry_path(client, &args.place)?,
        args.without_body
    );
    let bytes = client.get_bytes(&path)?;
    write_bytes(&args.out, &bytes)?;
    output.print(
        &serde_json::json!({ "file": args.out, "bytes": bytes.len() }),
        |_| {
            format!(
                "The proof is in {}. Anybody can check it: openline verify {}",
                args.out.display(),
                args.out.display()
            )
        },
    );
    Ok(())
}

pub(super) fn purge(
    client: &Client,
    command: &PurgeCommand,
    output: Output,
) -> Result<(), Failure> {
    let released: ReleasedView = match command {
        PurgeCommand::Propose {
            line,
            post,
            reason,
            places,
        } => client.post(
            &format!("/v1/lines/{}/purges", part(line)),
            &serde_json::json!({ "places": places, "reason": reason, "post": post }),
        )?,
        PurgeCommand::Consent { place, post } => {
            let entry = entry_path(client, place)?;
            let path = entry.replace("/entries/", "/purges/");
            client.post(
                &format!("{path}/consent"),
                &serde_json::json!({ "post": post }),
            )?
        }
    };
    output.print(&released, |released| {
        format!(
            "On the record as entry {}. Bodies are deleted when every other party has agreed.",
            released.place
        )
    });
    Ok(())
}

pub(super) fn pouch(
    client: &Client,
    command: &PouchCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        PouchCommand::Pack { party, out } => {
            let bytes = client
                .for_long()
                .post_for_bytes(&format!("/v1/pouches/{}", part(party)))?;
            openline_bearer::pouch::write_file(out, &bytes)
                .map_err(|error| Failure::unusable(error.to_string(), "choose another place"))?;
            output.print(
                &serde_json::json!({ "file": out, "bytes": bytes.len() }),
                |_| {
                    format!(
                        "{} bytes in {}, sealed to {party}. Receipts come back in the next pouch.",
                        bytes.len(),
                        out.display()
                    )
                },
            );
        }
        PouchCommand::Open { files } => {
            let mut views = Vec::new();
            for path in files {
                for bytes in bundles(path)? {
                    views.push(
                        client
                            .for_long()
                            .post_bytes::<PouchView>("/v1/pouches", &bytes)?,
                    );
                }
            }
            output.print(&views, |views| {
                views.iter().map(pouch_text).collect::<Vec<_>>().join("\n")
            });
        }
    }
    Ok(())
}

fn bundles(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    if !path.is_dir() {
        return Ok(vec![read_bytes(path)?]);
    }
    let bad = |error: openline_bearer::pouch::FileError| {
        Failure::unusable(error.to_string(), "take the file out and open the others")
    };
    let read = openline_bearer::pouch::read_folder(path).map_err(bad)?;
    read.into_iter()
        .map(|(_, bytes)| bytes.map_err(bad))
        .collect()
}

fn pouch_text(view: &PouchView) -> String {
    let old = if view.is_old {
        " It, or a later one, had been opened before."
    } else {
        ""
    };
    format!(
        "Pouch No. {} from {}, packed {}: {} new entries, {} new cosignatures, {} charters.{old}",
        view.number,
        view.from,
        time(view.packed_ms),
        view.entries,
        view.cosignatures,
        view.instruments
    )
}

pub(super) fn backup(client: &Client, folder: &Path, output: Output) -> Result<(), Failure> {
    let folder = std::path::absolute(folder).map_err(|error| Failure::file(folder, &error))?;
    let view: BackupView = client
        .for_long()
        .post("/v1/backup", &serde_json::json!({ "folder": folder }))?;
    output.print(&view, |view| {
        format!("{} bytes in {}, SHA-256 {}.\nKeys are not in it: keep a copy of the home's identity folder apart.", view.bytes, view.folder, view.sha256)
    });
    Ok(())
}
