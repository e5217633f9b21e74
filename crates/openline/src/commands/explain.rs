//! Why a message took as long as it did.

use openline_node::view::{DelayView, EntryView};

use super::record::entry_path;
use crate::cli::PlaceArgs;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, one_line, time};

pub(super) fn explain(client: &Client, args: &PlaceArgs, output: Output) -> Result<(), Failure> {
    let entry: EntryView = client.get(&entry_path(client, args)?)?;
    let path = format!(
        "/v1/lines/{}/entries/{}/delay",
        part(&entry.brief.line),
        entry.brief.place
    );
    let view: DelayView = client.get(&path)?;
    output.print(&view, delay_text);
    Ok(())
}

fn delay_text(view: &DelayView) -> String {
    let mut text = format!(
        "Entry {}, released {} by its author's clock.\n",
        view.place,
        time(view.released_ms)
    );
    for step in &view.steps {
        text.push_str(&format!(
            "{} {} by {}, {} s later: {}\n",
            time(step.at_ms),
            step.stage,
            one_line(&step.by),
            seconds(step.after_ms),
            one_line(&step.words)
        ));
    }
    for waits in &view.waits {
        text.push_str(&format!("Still open: {}\n", one_line(&waits.words)));
    }
    text
}

fn seconds(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}.{}", ms.abs() / 1000, ms.abs() % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_clock_that_is_behind_shows() {
        assert_eq!([1234, 0, -650].map(seconds), ["1.2", "0.0", "-0.6"]);
    }
}
