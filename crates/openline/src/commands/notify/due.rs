//! Notifications that are due again.

use openline_node::view::{AddresseeView, AgainRequest, DueView, ReleasedView, RepeatView};

use openline_desk::template::span_words;

use super::super::messages::{released_text, wait};
use crate::cli::PlaceArgs;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, time};
use crate::words::type_mark;

pub(super) fn again(
    client: &Client,
    place: &PlaceArgs,
    post: &str,
    seconds: Option<u64>,
    output: Output,
) -> Result<(), Failure> {
    let request = AgainRequest {
        line: place.line.clone(),
        of: place.place.clone(),
        post: post.to_owned(),
    };
    let released: ReleasedView = client.post("/v1/notifications/again", &request)?;
    let stored_at = match seconds {
        Some(seconds) => Some(wait(client, &released, seconds)?),
        None => None,
    };
    let value = serde_json::json!({ "released": released, "stored_at": stored_at });
    output.print(&value, |_| released_text(&released, stored_at.as_deref()));
    Ok(())
}

pub(super) fn due(client: &Client, line: Option<&str>, output: Output) -> Result<(), Failure> {
    let query = line.map_or_else(String::new, |line| format!("?line={}", part(line)));
    let list: Vec<DueView> = client.get(&format!("/v1/notifications{query}"))?;
    output.print(&list, |list| {
        if list.is_empty() {
            return "No notification whose event lies ahead.".to_owned();
        }
        let texts: Vec<String> = list.iter().map(due_text).collect();
        texts.join("\n")
    });
    Ok(())
}

fn due_text(view: &DueView) -> String {
    let kind = type_mark(&view.message_type);
    let mut text = format!(
        "{kind}{}  {}\n  {}, {}; line \"{}\"\n  Event: {}{}\n",
        view.place,
        view.subject,
        view.party_name,
        view.post,
        view.title,
        time(view.begins_ms),
        view.ends_ms
            .map_or_else(String::new, |ends| format!(" to {}", time(ends)))
    );
    if let Some(by) = &view.corrected_by {
        text.push_str(&format!("  Corrected by {by}\n"));
    }
    text.push_str(&format!("  {}\n", next_text(view)));
    for repeat in &view.due {
        text.push_str(&format!("    {}\n", repeat_text(repeat)));
    }
    if view.heard.is_empty() {
        let who = if view.is_ours { "the other side" } else { "us" };
        text.push_str(&format!("  Not acknowledged or passed on by {who}.\n"));
    }
    for heard in &view.heard {
        text.push_str(&format!("  {}\n", heard_text(heard)));
    }
    text
}

fn next_text(view: &DueView) -> String {
    match view.next_ms {
        Some(ms) if view.is_overdue && view.is_ours => format!(
            "OVERDUE since {}: openline notify again --line {} {}",
            time(ms),
            &view.line[..16],
            view.place
        ),
        Some(ms) if view.is_overdue => format!("Its repetition was due {}", time(ms)),
        Some(ms) => format!("Due again {}", time(ms)),
        None => "No repetition is due any more".to_owned(),
    }
}

fn repeat_text(repeat: &RepeatView) -> String {
    let before = span_words(i64::try_from(repeat.before_s).unwrap_or(0) * 1000);
    let by = repeat
        .by
        .as_ref()
        .map_or_else(String::new, |by| format!(", {by}"));
    format!("T minus {before}: {}{by}", repeat.outcome)
}

/// No stage stands for another, so each is said.
fn heard_text(heard: &AddresseeView) -> String {
    let acknowledged = heard.acknowledged_ms.map_or_else(
        || "not acknowledged".to_owned(),
        |ms| format!("acknowledged {}", time(ms)),
    );
    let passed_on: Vec<String> = heard
        .passed_on
        .iter()
        .map(|passed| format!("passed on to {} {}", passed.class, time(passed.at_ms)))
        .collect();
    let passed_on = if passed_on.is_empty() {
        "not passed on".to_owned()
    } else {
        passed_on.join(", ")
    };
    format!(
        "{}: {}: {acknowledged}; {passed_on}",
        heard.of, heard.party_name
    )
}
