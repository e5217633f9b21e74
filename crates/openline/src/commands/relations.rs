//! Cards and relations.

use std::path::Path;

use openline_core::card::Card;
use openline_node::home::Home;
use openline_node::view::{CardView, RelationView};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::verify::check_version;
use super::{read_bytes, read_text};
use crate::cli::{CardCommand, RelationCommand};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};

pub(super) fn card(home: &Path, command: &CardCommand, output: Output) -> Result<(), Failure> {
    if let CardCommand::Check { file } = command {
        return check(file, output);
    }
    let card = ours(home)?;
    match command {
        CardCommand::Show => output.print(&card, |card| {
            format!(
                "{}\nParty id {}\nShort form, as in the QR code:\n{}",
                card.name, card.id, card.short
            )
        }),
        CardCommand::File => output.print(&card, |card| card.file.clone()),
        CardCommand::Qr => {
            let code = QrCode::new(card.short.as_bytes()).map_err(|error| {
                Failure::unusable(
                    format!("the card does not fit a QR code: {error}"),
                    "use fewer endpoints, or openline card file",
                )
            })?;
            output.print(&card, |_| {
                code.render::<Dense1x2>().quiet_zone(true).build()
            });
        }
        CardCommand::Check { .. } => {}
    }
    Ok(())
}

/// From the running node, or from the home when none runs.
fn ours(home: &Path) -> Result<CardView, Failure> {
    if let Ok(client) = Client::connect(home) {
        return client.get("/v1/card");
    }
    let home = Home::open(home)?;
    let keys = home.node_keys(std::env::var("OPENLINE_PASSPHRASE").ok().as_deref())?;
    let now = openline_node::identity::wall_ms();
    let card = home.make_card(&keys, &home.config().card.endpoints, now)?;
    Ok(CardView {
        id: home.party_id().to_string(),
        name: home.name().to_owned(),
        file: card.to_file(),
        short: card.short().to_text(),
    })
}

fn check(file: &Path, output: Output) -> Result<(), Failure> {
    let card = Card::parse_file(&read_bytes(file)?)?;
    let value = serde_json::json!({
        "id": card.party_id().to_string(), "name": card.credential().name(), "serial": card.credential().serial(),
        "endpoints": card.endpoints(), "issued_ms": card.issued(),
    });
    output.print(&value, |_| {
        format!(
            "A sound card of {}, certificate serial {}, issued {}.\nParty id {}\nEndpoints: {}\nIt is who it says only if you compare the phrase: openline relation add {}",
            card.credential().name(),
            card.credential().serial(),
            time(card.issued()),
            card.party_id(),
            if card.endpoints().is_empty() { "none".to_owned() } else { card.endpoints().join(", ") },
            file.display()
        )
    });
    Ok(())
}

pub(super) fn relation(
    client: &Client,
    command: &RelationCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        RelationCommand::Add { card } => {
            let text = if card.starts_with("OPENLINE1:") {
                card.clone()
            } else {
                read_text(Path::new(card))?
            };
            check_version(&text)?;
            let view: RelationView =
                client.post("/v1/relations", &serde_json::json!({ "card": text }))?;
            output.print(&view, |view| {
                format!(
                    "{} is known, and {}.\n\nRead this aloud to each other, over a channel where you know the voice:\n\n  {}\n\nIf both read the same: openline relation confirm \"{}\"",
                    view.name, view.state, view.phrase, view.name
                )
            });
        }
        RelationCommand::List => {
            let list: Vec<RelationView> = client.get("/v1/relations")?;
            output.print(&list, |list| {
                let mut rows = vec![
                    ["NAME", "STATE", "KEY", "ENDPOINTS", "ID"]
                        .map(String::from)
                        .to_vec(),
                ];
                rows.extend(list.iter().map(|r| {
                    vec![
                        r.name.clone(),
                        r.state.clone(),
                        r.serial.to_string(),
                        r.endpoints.join(" "),
                        r.id.clone(),
                    ]
                }));
                if list.is_empty() {
                    "No relations yet; take a card: openline relation add FILE".to_owned()
                } else {
                    table(&rows)
                }
            });
        }
        RelationCommand::Confirm { party, phrase } => {
            let phrase = match phrase {
                Some(phrase) => phrase.clone(),
                None => ask_phrase()?,
            };
            let path = format!("/v1/relations/{}/confirm", part(party));
            let view: RelationView =
                client.post(&path, &serde_json::json!({ "phrase": phrase }))?;
            output.print(&view, |view| {
                format!(
                    "{} is confirmed. Next: openline charter propose --with \"{}\" --title TITLE",
                    view.name, view.name
                )
            });
        }
        RelationCommand::Forget { party } => {
            client.delete(&format!("/v1/relations/{}", part(party)))?;
            output.print(&serde_json::json!({ "done": true }), |_| {
                format!("{party} is forgotten.")
            });
        }
    }
    Ok(())
}

fn ask_phrase() -> Result<String, Failure> {
    use std::io::{BufRead as _, IsTerminal as _, Write as _};
    if std::io::stdin().is_terminal() {
        eprint!("The twelve words that the other side read: ");
        drop(std::io::stderr().flush());
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::unusable(error.to_string(), "give --phrase"))?;
    Ok(line.trim().to_owned())
}
