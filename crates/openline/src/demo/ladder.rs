//! The ladder of each message: the times claimed for then, beside what the line took today.

use openline_node::view::{EntryView, RungView};

use super::play::Played;
use super::show::{Show, ms};
use super::side::Side;
use crate::failure::Failure;

/// What a step's words begin with where history gives no time: it was done in the replay, at the replay's own time.
pub const OF_THIS_REPLAY: &str = "of this replay";

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
        for rung in then(&view) {
            show.line(&rung);
        }
        let times = &played.times;
        let stored = times.stored.map_or_else(
            || "by pouch".to_owned(),
            |stored| format!("{}, over {}", ms(stored), times.over),
        );
        show.line(&format!(
            "      today                 released {}, stored at the other node {stored}",
            ms(times.released)
        ));
        for rung in view.ladder.iter().filter(|rung| is_of_replay(rung)) {
            show.line(&today(rung, view.brief.arrived_ms));
        }
    }
    Ok(())
}

fn is_entry(rung: &RungView) -> bool {
    rung.proof.starts_with("receipt") || rung.proof.starts_with("entry")
}

fn is_of_replay(rung: &RungView) -> bool {
    let note = rung.note.as_deref();
    is_entry(rung) && note.is_some_and(|note| note.contains(OF_THIS_REPLAY))
}

/// What was claimed, in the order of time, each with the time since the first.
fn then(view: &EntryView) -> Vec<String> {
    let claimed = view.message.iter().flat_map(|m| &m.claimed).map(|c| {
        (
            c.time_ms,
            c.stage.clone(),
            "claimed by its author".to_owned(),
        )
    });
    let of_then = |rung: &&RungView| is_entry(rung) && !is_of_replay(rung);
    let entries = view.ladder.iter().filter(of_then).map(|rung| {
        let note = rung.note.as_ref();
        let note = note.map_or_else(String::new, |note| format!(", {note}"));
        (
            rung.time_ms,
            rung.stage.clone(),
            format!("{}{note}", rung.proof),
        )
    });
    let mut stages: Vec<(i64, String, String)> = claimed.chain(entries).collect();
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

/// A stage of the replay, with the time since the message was released.
fn today(rung: &RungView, released_ms: i64) -> String {
    format!(
        "      {:<22}{OF_THIS_REPLAY}, {} ms after its release   {}",
        rung.stage,
        rung.time_ms - released_ms,
        rung.proof
    )
}
