//! Charters.

use openline_node::view::{CharterView, MemberRequest, ProposeRequest, TermsView};

use super::read_text;
use super::verify::check_version;
use crate::cli::{CharterCommand, ProposeArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table};

pub(super) fn charter(
    client: &Client,
    command: &CharterCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        CharterCommand::Propose(args) => {
            let view: CharterView = client.post("/v1/charters", &request(args)?)?;
            output.print(&view, text);
        }
        CharterCommand::List => {
            let list: Vec<CharterView> = client.get("/v1/charters")?;
            output.print(&list, |list| {
                let mut rows = vec![
                    ["TITLE", "LEVEL", "STATE", "SIGNED", "ID"]
                        .map(String::from)
                        .to_vec(),
                ];
                rows.extend(list.iter().map(|c| {
                    let signed = c.parties.iter().filter(|p| p.has_signed).count();
                    let state = if c.is_founded { "founded" } else { "proposed" };
                    vec![
                        c.terms.title.clone(),
                        c.terms.level.clone(),
                        state.to_owned(),
                        format!("{signed} of {}", c.parties.len()),
                        c.id.clone(),
                    ]
                }));
                if list.is_empty() {
                    "No charters yet: openline charter propose --help".to_owned()
                } else {
                    table(&rows)
                }
            });
        }
        CharterCommand::Show { charter } => {
            let view: CharterView = client.get(&format!("/v1/charters/{}", part(charter)))?;
            output.print(&view, text);
        }
        CharterCommand::Sign { charter } => {
            let view: CharterView =
                client.post(&format!("/v1/charters/{}/sign", part(charter)), &())?;
            output.print(&view, text);
        }
        CharterCommand::Import { file } => {
            let file = read_text(file)?;
            check_version(&file)?;
            let view: CharterView =
                client.post("/v1/charters/import", &serde_json::json!({ "file": file }))?;
            output.print(&view, text);
        }
        CharterCommand::File { charter } => {
            let file: serde_json::Value =
                client.get(&format!("/v1/charters/{}/file", part(charter)))?;
            output.print(&file, |file| {
                file["file"].as_str().unwrap_or_default().to_owned()
            });
        }
    }
    Ok(())
}

fn request(args: &ProposeArgs) -> Result<ProposeRequest, Failure> {
    let mut terms = match &args.terms {
        Some(path) => toml::from_str::<TermsView>(&read_text(path)?).map_err(|error| {
            Failure::unusable(
                format!("{}: {error}", path.display()),
                "see openline charter show --json for every term",
            )
        })?,
        None => TermsView::default(),
    };
    terms.title.clone_from(&args.title);
    if let Some(level) = &args.level {
        terms.level.clone_from(level);
    }
    if !args.languages.is_empty() {
        terms.languages.clone_from(&args.languages);
    }
    let others = args
        .members
        .iter()
        .map(|text| member(text))
        .collect::<Result<_, _>>()?;
    Ok(ProposeRequest {
        with: args.with.clone(),
        posts: args.posts.clone(),
        zone: args.zone.clone(),
        others,
        terms,
    })
}

fn member(text: &str) -> Result<MemberRequest, Failure> {
    let bad = || {
        Failure::unusable(
            format!("\"{text}\" does not say who has which posts"),
            "give --member PARTY=POST,POST@ZONE",
        )
    };
    let (party, rest) = text.split_once('=').ok_or_else(bad)?;
    let (posts, zone) = rest.split_once('@').unwrap_or((rest, "UTC"));
    Ok(MemberRequest {
        party: party.to_owned(),
        posts: posts.split(',').map(str::to_owned).collect(),
        zone: zone.to_owned(),
    })
}

fn text(view: &CharterView) -> String {
    let mut text = format!(
        "\"{}\", level {}\nId {}\n\n",
        view.terms.title, view.terms.level, view.id
    );
    let mut rows = vec![
        ["PARTY", "POSTS", "ZONE", "SIGNED"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(view.parties.iter().map(|p| {
        vec![
            p.name.clone(),
            p.posts.join(", "),
            p.zone.clone(),
            if p.has_signed { "yes" } else { "not yet" }.to_owned(),
        ]
    }));
    text.push_str(&table(&rows));
    let t = &view.terms;
    text.push_str(&format!(
        "\nContact at least every {} s. Tests at {} {}. Languages: {}.\nAttachments up to {} bytes. Times may be {} s off before they are marked.\nStays open in a suspension: {}.\n\n",
        t.contact_interval_s, t.test_times.join(", "), t.test_zone, t.languages.join(", "), t.attachment_limit, t.tolerance_s,
        t.open_classes.join(", ")
    ));
    text.push_str(if view.is_founded {
        "Every party has signed: the line is founded."
    } else {
        "There is no line until every party has signed."
    });
    text
}
