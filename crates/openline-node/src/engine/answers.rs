//! The machine's questions, answered from the store.

use openline_core::charter::Founded;
use openline_core::entry::RawEntry;
use openline_core::{LineId, PartyIndex};
use openline_proto::{Answer, Query};
use openline_store::{Limits, ReadError, Reader};

/// Answers a query from what is durable.
pub(crate) fn answer(
    store: &Reader,
    founded: &Founded,
    query: &Query,
) -> Result<Answer, ReadError> {
    match *query {
        Query::Entries {
            party,
            from,
            count_max,
            bytes_max,
            ..
        } => entries(
            store,
            founded,
            party,
            from,
            Limits {
                entries: count_max,
                bytes: bytes_max,
            },
        ),
        Query::Root { party, size, .. } => {
            let signed = store.checkpoint(founded, party, size)?;
            Ok(signed.map_or(Answer::Unreadable, |signed| {
                Answer::Root(signed.checkpoint.root)
            }))
        }
        Query::Consistency {
            line,
            party,
            old,
            new,
        } => Ok(Answer::Consistency {
            old_root: store.root(line, party, old)?,
            path: store.consistency(line, party, old, new)?,
        }),
        Query::Copies {
            line,
            party,
            from,
            count,
        } => {
            let entries = usize::try_from(count).unwrap_or(usize::MAX);
            let limits = Limits {
                entries,
                bytes: openline_proto::limits::BATCH_BYTES_MAX,
            };
            Ok(Answer::Copies(read(store, line, party, from, limits)?))
        }
    }
}

fn read(
    store: &Reader,
    line: LineId,
    party: PartyIndex,
    from: u64,
    limits: Limits,
) -> Result<Vec<RawEntry>, ReadError> {
    let stored = store.entries(line, party, from, limits)?;
    Ok(stored.into_iter().map(|entry| entry.raw).collect())
}

/// Entries cut at the last checkpoint within the limits, or at the first one if that lies beyond them.
fn entries(
    store: &Reader,
    founded: &Founded,
    party: PartyIndex,
    from: u64,
    limits: Limits,
) -> Result<Answer, ReadError> {
    let line = founded.line();
    let mut entries = read(store, line, party, from, limits)?;
    let end = from + entries.len() as u64;
    let within = store
        .checkpoint_up_to(founded, party, end)?
        .filter(|signed| signed.checkpoint.size > from);
    let Some(signed) = within.map_or_else(
        || store.checkpoint_above(founded, party, from),
        |signed| Ok(Some(signed)),
    )?
    else {
        return Ok(Answer::Unreadable);
    };
    let count = usize::try_from(signed.checkpoint.size - from).unwrap_or(usize::MAX);
    if count > entries.len() {
        entries = read(
            store,
            line,
            party,
            from,
            Limits {
                entries: count,
                bytes: usize::MAX,
            },
        )?;
    }
    entries.truncate(count);
    Ok(Answer::Entries {
        entries,
        signature: signed.signature,
    })
}

/// The line that a query is about.
pub(crate) fn line_of(query: &Query) -> LineId {
    match query {
        Query::Entries { line, .. }
        | Query::Root { line, .. }
        | Query::Consistency { line, .. }
        | Query::Copies { line, .. } => *line,
    }
}
