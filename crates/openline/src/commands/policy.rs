//! The release policy.

use std::path::Path;

use openline_node::policy::Policy;
use openline_node::view::{ExplainView, PolicyView};

use super::read_text;
use crate::cli::PolicyCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::Output;
use crate::words::capital;

pub(super) fn policy(
    client: impl FnOnce() -> Result<Client, Failure>,
    command: &PolicyCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        PolicyCommand::Show => {
            let view: PolicyView = client()?.get("/v1/policy")?;
            output.print(&view, show_text);
        }
        PolicyCommand::Check { file } => check(file, output)?,
        PolicyCommand::Explain {
            line,
            form,
            precedence,
            message_type,
            class,
        } => {
            let class = class
                .as_ref()
                .map_or_else(String::new, |class| format!("&class={}", part(class)));
            let path = format!(
                "/v1/policy/explain?line={}&form={}&precedence={}&message_type={}{class}",
                part(line),
                part(form),
                part(precedence),
                part(message_type)
            );
            let view: ExplainView = client()?.get(&path)?;
            output.print(&view, explain_text);
        }
    }
    Ok(())
}

fn check(file: &Path, output: Output) -> Result<(), Failure> {
    let policy = Policy::parse(&read_text(file)?).map_err(|why| {
        Failure::refused(
            "policy",
            format!("{}: {why}", file.display()),
            "change what the sentence names; docs/operating/officers.md has an example",
        )
    })?;
    let idle = policy.idle_rules();
    let value = serde_json::json!({ "rules": policy.rules.len(), "idle_rules": idle });
    output.print(&value, |_| {
        let idle: Vec<String> = idle.iter().map(|at| idle_text(*at as u64)).collect();
        format!(
            "{}: {} rules, well formed. The node reads the file when it starts.\n{}",
            file.display(),
            policy.rules.len(),
            idle.concat()
        )
    });
    Ok(())
}

fn idle_text(at: u64) -> String {
    format!("The rule at line {at} never counts: one before it is about every message.\n")
}

const FIXED: &str =
    "Corrections and cancellations of our own messages: one releaser, whatever the rules say.";

fn show_text(view: &PolicyView) -> String {
    let mut text = String::new();
    if !view.is_from_file {
        text.push_str("There is no policy.toml.\n");
    }
    for (number, rule) in view.rules.iter().enumerate() {
        text.push_str(&format!(
            "{}. {} (line {}): {}.\n",
            number + 1,
            rule.about,
            rule.at,
            rule.words
        ));
    }
    for at in &view.idle_rules {
        text.push_str(&idle_text(*at));
    }
    text.push_str(&format!(
        "Every other message: one person may draft and release.\n{FIXED}\n"
    ));
    text.push_str(match (view.has_officers, view.administrator_may_act) {
        (false, _) => "No officers are registered: whoever sits at this machine counts as one person with every role.",
        (true, false) => "The administrator of this machine administers, and does nothing else.",
        (true, true) => "The administrator of this machine may act in every role.",
    });
    if view.passkey_required {
        text.push_str("\nOfficers release at the console only, each with his passkey's signature.");
    }
    text
}

fn explain_text(view: &ExplainView) -> String {
    let by = match (view.is_superseding, view.rule_line) {
        (true, _) => {
            "by the fixed rule for corrections and cancellations of our own messages".to_owned()
        }
        (false, Some(at)) => format!("by the rule at line {at} of policy.toml"),
        (false, None) => "by default: no rule is about it".to_owned(),
    };
    let who = |names: &[String], roles: &[String]| {
        if names.is_empty() {
            format!("no officer ({})", roles.join(" or "))
        } else {
            names.join(", ")
        }
    };
    let mut text = format!(
        "{} ({by}).\nMay draft: {}\n",
        capital(&view.words),
        who(&view.drafters, &view.asks.draft_roles)
    );
    if view.asks.clearers > 0 {
        text.push_str(&format!(
            "May clear: {}\n",
            who(&view.clearers, &view.asks.clear_roles)
        ));
    }
    text.push_str(&format!(
        "May release: {}",
        who(&view.releasers, &view.asks.release_roles)
    ));
    text
}
