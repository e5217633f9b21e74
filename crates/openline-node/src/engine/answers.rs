//! The machine's questions, answered from the store.

use openline_core::charter::Founded;
use openline_core::entry::RawEntry;
use openline_core::{LineId, PartyIndex};
use openline_proto::{Answer, Query};
use openline_store::{Limits, NextBatch, ReadError, Reader};

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
            ref known,
            ..
        } => {
            let limits = Limits {
                entries: count_max,
                bytes: bytes_max,
            };
            let next = store.next_batch(founded, party, from, limits, known)?;
            Ok(match next {
                NextBatch::Entries { entries, signature } => Answer::Entries { entries, signature },
                NextBatch::Ahead => Answer::Ahead,
                NextBatch::Nothing => Answer::Unreadable,
            })
        }
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

/// The line that a query is about.
pub(crate) fn line_of(query: &Query) -> LineId {
    match query {
        Query::Entries { line, .. }
        | Query::Root { line, .. }
        | Query::Consistency { line, .. }
        | Query::Copies { line, .. } => *line,
    }
}
