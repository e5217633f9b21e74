//! Notices: what the other side is told beside the record, signed.

use openline_node::view::{NoticeRequest, NoticeView};

use super::time_of;
use crate::cli::NoticeCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, time};

pub(super) fn notice(
    client: &Client,
    command: &NoticeCommand,
    output: Output,
) -> Result<(), Failure> {
    let list: Vec<NoticeView> = match command {
        NoticeCommand::Give(args) => client.post(
            "/v1/notices",
            &NoticeRequest {
                line: args.line.clone(),
                kind: args.kind.clone(),
                from_ms: args.from.as_deref().map(time_of).transpose()?,
                until_ms: args.until.as_deref().map(time_of).transpose()?,
                words: args.words.clone(),
            },
        )?,
        NoticeCommand::Withdraw { line, kind } => {
            client.delete_for(&format!("/v1/lines/{}/notices/{}", part(line), part(kind)))?
        }
        NoticeCommand::List { line } => client.get(&format!("/v1/lines/{}/notices", part(line)))?,
    };
    output.print(&list, |list| notices_text(list));
    Ok(())
}

fn notices_text(list: &[NoticeView]) -> String {
    if list.is_empty() {
        return "No notices.".to_owned();
    }
    let line = |view: &NoticeView| {
        let until = view
            .until_ms
            .map_or_else(String::new, |ms| format!(" until {}", time(ms)));
        let words = view
            .words
            .as_ref()
            .map_or_else(String::new, |words| format!(": {}", one_line(words)));
        let force = if view.is_in_force { "" } else { " (to come)" };
        format!(
            "{}: {} from {}{until}{force}{words}",
            view.party,
            view.kind,
            time(view.from_ms)
        )
    };
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}
