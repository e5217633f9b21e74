//! Homes and their keys.

use std::path::Path;

use openline_core::limits::NAME_MAX;
use openline_node::home::{Cost, Home, InitOptions};

use super::passphrase;
use crate::cli::{InitArgs, KeyCommand};
use crate::client::Client;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn init(path: &Path, args: &InitArgs, output: Output) -> Result<(), Failure> {
    let passphrase = passphrase(&args.passphrase, true)?;
    if passphrase.is_empty() {
        return Err(Failure::unusable(
            "the passphrase is empty",
            "choose one that is dear to guess: it seals the root key",
        ));
    }
    check_card(args)?;
    output.say("Making keys and sealing the root; this takes a moment.");
    let options = InitOptions {
        name: args.name.clone(),
        passphrase,
        seals_node_key: args.seal_node_key,
        listen_quic: args.listen_quic.clone(),
        listen_tls: args.listen_tls.clone(),
        endpoints: args.endpoints.clone(),
        cost: Cost::default(),
    };
    let home = Home::init(path, &options)?;
    let value =
        serde_json::json!({ "home": path, "name": home.name(), "id": home.party_id().to_string() });
    output.print(&value, |_| {
        let endpoints = if args.endpoints.is_empty() {
            "\nOthers can't dial this node yet: set card.endpoints in openline.toml, or let this side dial.\n"
        } else {
            "\n"
        };
        format!(
            "{} has a home at {}.\nParty id {}\n{endpoints}\nThe root key is sealed; keep its passphrase, and a copy of identity/root.sealed, away from this machine.\n\
             Next: openline serve --home {}",
            home.name(),
            path.display(),
            home.party_id(),
            path.display()
        )
    });
    Ok(())
}

/// What others will see must have its form; said here, before the passphrase is made to cost something.
fn check_card(args: &InitArgs) -> Result<(), Failure> {
    if !openline_core::credential::is_name(&args.name) {
        return Err(Failure::unusable(
            format!("{:?} can't be a party's name", args.name),
            format!("give 1 to {NAME_MAX} bytes, no space at either end, no control characters"),
        ));
    }
    let is_bad = |endpoint: &&String| !openline_core::card::is_endpoint(endpoint);
    match args.endpoints.iter().find(is_bad) {
        None => Ok(()),
        Some(bad) => Err(Failure::unusable(
            format!("{bad:?} is not an endpoint"),
            "give --endpoint quic://HOST:PORT or --endpoint tls://HOST:PORT",
        )),
    }
}

pub(super) fn key(path: &Path, command: &KeyCommand, output: Output) -> Result<(), Failure> {
    match command {
        KeyCommand::Change { passphrase: args } => {
            let home = Home::open(path)?;
            let credential = home.change_node_key(&passphrase(args, false)?, Cost::default())?;
            let value = serde_json::json!({ "serial": credential.serial() });
            output.print(&value, |_| {
                format!("A new node key with serial {} is certified and waits.\nNext: openline key adopt", credential.serial())
            });
        }
        KeyCommand::Adopt => {
            let client = Client::connect(path)?;
            let passphrase = std::env::var("OPENLINE_PASSPHRASE").ok();
            let released: Vec<openline_node::view::ReleasedView> =
                client.post("/v1/key", &serde_json::json!({ "passphrase": passphrase }))?;
            output.print(&released, |released| {
                format!(
                    "The new node key is in use, and on the record of {} lines.",
                    released.len()
                )
            });
        }
        KeyCommand::RotateSeal => {
            Home::open(path)?.rotate_seal_key()?;
            output.print(&serde_json::json!({ "done": true }), |_| {
                "A new key for pouches is made. Restart the node: its next greeting carries the new card.".to_owned()
            });
        }
    }
    Ok(())
}
