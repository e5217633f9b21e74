//! Officers.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use openline_node::view::{OfficerRequest, OfficerView, PasskeyView, TokenView};

use crate::cli::OfficerCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};

pub(super) fn officer(
    client: &Client,
    command: &OfficerCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        OfficerCommand::Add { officer, token_out } => {
            let request = request(&officer.name, &officer.roles, &officer.lines);
            with_token(token_out.as_deref(), output, || {
                client.post("/v1/officers", &request)
            })?;
        }
        OfficerCommand::Renew { name, token_out } => {
            with_token(token_out.as_deref(), output, || {
                client.post(&format!("/v1/officers/{}/renew", part(name)), &())
            })?;
        }
        OfficerCommand::Passkeys { name, remove } => {
            let path = format!("/v1/officers/{}/passkeys", part(name));
            let list: Vec<PasskeyView> = client.get(&path)?;
            match remove {
                None => output.print(&list, |list| passkeys_text(name, list)),
                Some(start) => {
                    let found = one_of(name, &list, start)?;
                    client.delete(&format!("{path}/{}", part(&found.id)))?;
                    output.print(found, |found| {
                        format!("The passkey \"{}\" of {name} is removed.", found.label)
                    });
                }
            }
        }
        OfficerCommand::List => {
            let list: Vec<OfficerView> = client.get("/v1/officers")?;
            output.print(&list, |list| list_text(list));
        }
        OfficerCommand::Change { officer } => {
            let request = request(&officer.name, &officer.roles, &officer.lines);
            let view: OfficerView = client.post("/v1/officers/change", &request)?;
            output.print(&view, rights_text);
        }
        OfficerCommand::Revoke { name } => {
            let view: OfficerView =
                client.post(&format!("/v1/officers/{}/revoke", part(name)), &())?;
            output.print(&view, |view| {
                format!("{} is revoked: the token is void from now on.", view.name)
            });
        }
    }
    Ok(())
}

fn one_of<'a>(
    name: &str,
    list: &'a [PasskeyView],
    start: &str,
) -> Result<&'a PasskeyView, Failure> {
    let mut found = list.iter().filter(|passkey| passkey.id.starts_with(start));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Failure::refused(
            "not-found",
            format!("{name} has no passkey whose id begins with {start}"),
            format!("openline officer passkeys {name} shows all"),
        )),
        (Some(_), Some(_)) => Err(Failure::refused(
            "unusable",
            format!("more than one passkey begins with {start}"),
            "give more of the id",
        )),
    }
}

fn passkeys_text(name: &str, list: &[PasskeyView]) -> String {
    if list.is_empty() {
        return format!(
            "{name} has no passkey. He makes one at the console, within 15 minutes of signing in: openline console --officer {name}"
        );
    }
    let mut rows = vec![
        ["ID", "NAME", "MADE", "LAST USED", ""]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(list.iter().map(|passkey| {
        let copies = if passkey.is_portable {
            "its maker may copy it to other devices"
        } else {
            "stays on its device"
        };
        vec![
            passkey.id.chars().take(12).collect(),
            passkey.label.clone(),
            time(passkey.made_ms),
            passkey.used_ms.map_or_else(|| "never".to_owned(), time),
            copies.to_owned(),
        ]
    }));
    table(&rows)
}

fn request(name: &str, roles: &[String], lines: &[String]) -> OfficerRequest {
    OfficerRequest {
        name: name.to_owned(),
        roles: roles.to_vec(),
        lines: lines.to_vec(),
    }
}

/// The file is made before the token is asked for: a token that nobody can be given would shut the officer out.
fn with_token(
    out: Option<&Path>,
    output: Output,
    ask: impl FnOnce() -> Result<TokenView, Failure>,
) -> Result<(), Failure> {
    let Some(path) = out else {
        output.print(&ask()?, |view| {
            format!(
                "{}\nAccess token, shown this once; only its hash is kept:\n{}\n\
                 The officer gives it with --officer-token-file FILE or OPENLINE_OFFICER_TOKEN.",
                rights_text(&view.officer),
                view.token
            )
        });
        return Ok(());
    };
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let made = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = made.map_err(failed)?;
    let view = match ask() {
        Ok(view) => view,
        Err(failure) => {
            drop(std::fs::remove_file(path));
            return Err(failure);
        }
    };
    writeln!(file, "{}", view.token)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    output.print(&view.officer, |officer| {
        format!(
            "{}\nAccess token written to {}; only its hash is kept here.",
            rights_text(officer),
            path.display()
        )
    });
    Ok(())
}

fn rights_text(view: &OfficerView) -> String {
    format!(
        "{} is {} on {}.",
        view.name,
        view.roles.join(", "),
        view.lines.join(", ")
    )
}

fn list_text(list: &[OfficerView]) -> String {
    if list.is_empty() {
        return "No officers: whoever sits at this machine may do everything. openline officer add --help".to_owned();
    }
    let mut rows = vec![
        ["OFFICER", "ROLES", "LINES", "TOKEN MADE", ""]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(list.iter().map(|officer| {
        vec![
            officer.name.clone(),
            officer.roles.join(", "),
            officer.lines.join(", "),
            time(officer.token_made_ms),
            officer
                .revoked_ms
                .map_or_else(String::new, |at| format!("REVOKED {}", time(at))),
        ]
    }));
    table(&rows)
}
