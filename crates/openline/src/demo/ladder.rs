//! The ladder of each message: the times claimed for then, beside what the line took today.

use openline_node::view::EntryView;

use super::play::{Played, Show, ms};
use super::side::Side;
use crate::failure::Failure;

/// Prints the ladder of every message that was played.
pub async fn print(
    sides: &[Side],
    line: &str,
    played: &[(String, Played)],
    show: &Show,
) -> Result<(), Failure> {
    for (label, played) in played {
        let view = sides[played.side]
            .service
            .entry(line, &played.place)
            .await?;
        show.line(&format!(
            "{label}  {}, {}",
            sides[played.side].party.name, view.brief.summary
        ));
        for rung in rungs(&view) {
            show.line(&rung);
        }
        let stored = played.stored.map_or_else(
            || "by pouch".to_owned(),
            |stored| format!("{}, over {}", ms(stored), played.over),
        );
        show.line(&format!(
            "      today                 released {}, stored at the other node {stored}",
            ms(played.released)
        ));
    }
    Ok(())
}

/// What was claimed, in the order of time, each with the time since the first.
fn rungs(view: &EntryView) -> Vec<String> {
    let claimed = view.message.iter().flat_map(|m| &m.claimed).map(|c| {
        (
            c.time_ms,
            c.stage.clone(),
            "claimed by its author".to_owned(),
        )
    });
    let receipts = view
        .ladder
        .iter()
        .filter(|rung| rung.proof.starts_with("receipt"))
        .map(|rung| {
            (
                rung.time_ms,
                rung.stage.clone(),
                format!(
                    "{}{}",
                    rung.proof,
                    rung.note
                        .as_ref()
                        .map_or_else(String::new, |note| format!(", {note}"))
                ),
            )
        });
    let mut stages: Vec<(i64, String, String)> = claimed.chain(receipts).collect();
    stages.sort();
    let first = stages.first().map_or(0, |(time, _, _)| *time);
    let row = |(time, stage, proof): &(i64, String, String)| {
        let minutes = (time - first) / 60_000;
        let at = jiff::Timestamp::from_millisecond(*time).map_or_else(
            |_| String::new(),
            |at| at.strftime("%a %e %b %Y %H:%M UTC").to_string(),
        );
        format!("      {stage:<22}{at}  {minutes:>4} min   {proof}")
    };
    if stages.is_empty() {
        return vec!["      no stage times are known".to_owned()];
    }
    stages.iter().map(row).collect()
}
