//! Suspending, narrowing and resuming a line.

use openline_node::view::{ReleasedView, StandingView, StatusRequest};

use super::time_of;
use crate::cli::{NarrowArgs, StandingArgs, SuspendArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line};

pub(super) fn suspend(client: &Client, args: &SuspendArgs, output: Output) -> Result<(), Failure> {
    let until = args.until.as_deref().map(time_of).transpose()?;
    put(client, "suspend", &args.standing, until, &[], output)
}

pub(super) fn narrow(client: &Client, args: &NarrowArgs, output: Output) -> Result<(), Failure> {
    let until = args.until.as_deref().map(time_of).transpose()?;
    put(
        client,
        "narrow",
        &args.standing,
        until,
        &args.classes,
        output,
    )
}

pub(super) fn resume(client: &Client, args: &StandingArgs, output: Output) -> Result<(), Failure> {
    put(client, "resume", args, None, &[], output)
}

fn put(
    client: &Client,
    act: &str,
    args: &StandingArgs,
    until_ms: Option<i64>,
    classes: &[String],
    output: Output,
) -> Result<(), Failure> {
    let request = StatusRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        act: act.to_owned(),
        message_type: args.message_type.clone(),
        effective_ms: args.from.as_deref().map(time_of).transpose()?,
        until_ms,
        classes: classes.to_vec(),
        reason: args.reason.clone(),
    };
    let released: ReleasedView = client.post("/v1/statuses", &request)?;
    let all: Vec<StandingView> =
        client.get(&format!("/v1/lines/{}/standings", part(&released.line)))?;
    let value = serde_json::json!({ "released": released, "standings": all });
    output.print(&value, |_| {
        let mut lines = vec![format!("On the record as entry {}.", released.place)];
        lines.push(standings_text(&all));
        lines.join("\n")
    });
    Ok(())
}

/// What is in force and announced, a line each.
pub(super) fn standings_text(all: &[StandingView]) -> String {
    if all.is_empty() {
        return "All parties take all traffic.".to_owned();
    }
    let line = |view: &StandingView| {
        let reason = view
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {}", one_line(reason)));
        format!("{} (entry {}){reason}", view.words, view.place)
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}
