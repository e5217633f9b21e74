//! Officers.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use openline_node::view::{OfficerRequest, OfficerView, TokenView};

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
