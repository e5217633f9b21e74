//! What the store says against this machine's clock.

use openline_core::PartyIndex;
use openline_core::charter::Founded;
use openline_store::{Limits, ReadError, Reader};

/// Entries at the end of each log that are asked when they were stored.
const LOOK_BACK: usize = 100;
/// A clock may be put right by this much without a word, milliseconds.
const SLACK_MS: i64 = 60_000;

/// Why the clock can't be right: something was stored here later than it says that it is. `None` if nothing speaks against it.
///
/// # Errors
/// [`ReadError`]
pub fn doubt(reader: &Reader, now_ms: i64) -> Result<Option<String>, ReadError> {
    let newest = newest(reader)?.filter(|newest| *newest > now_ms.saturating_add(SLACK_MS));
    Ok(newest.map(|newest| {
        format!(
            "this machine's clock says {}, but this node stored an entry at {}: the clock was set back, or was wrong then. \
             Nothing is lost by it; entries written now claim a wrong time and the other parties see them marked. Set the clock",
            words(now_ms),
            words(newest)
        )
    }))
}

fn newest(reader: &Reader) -> Result<Option<i64>, ReadError> {
    let mut newest = None;
    for line in reader.lines()? {
        let Ok(founded) = Founded::decode(&line.instrument) else {
            continue;
        };
        for party in founded.parties() {
            newest = newest.max(newest_of(reader, line.id, party)?);
        }
    }
    Ok(newest)
}

fn newest_of(
    reader: &Reader,
    line: openline_core::LineId,
    party: PartyIndex,
) -> Result<Option<i64>, ReadError> {
    let limits = Limits {
        entries: LOOK_BACK,
        bytes: usize::MAX,
    };
    let from = reader.size(line, party)?.saturating_sub(LOOK_BACK as u64);
    let last = reader.entries(line, party, from, limits)?;
    Ok(last.iter().map(|entry| entry.arrived_ms).max())
}

fn words(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| format!("{ms} ms"),
        |at| at.strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}
