//! Keeps a machine's lines in a store: what the machine gives out to be made durable, what it asks, and what it is told when it
//! takes a line up.
//!
//! The line's machine and the store know nothing of each other. This is all that stands between them, and the node, the simulator
//! and the fuzzer use the same.

use std::sync::Arc;

use openline_core::PartyId;
use openline_core::admit::{Logs, SnapshotError};
use openline_core::charter::Founded;
use openline_proto::frame::{Frame, Tag};
use openline_proto::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};
use openline_proto::{Answer, Fact, LineFacts, Query};
use openline_store::{Limits, NextBatch, ReadError, Reader, Write};

/// What is to be written for a fact; facts that come together belong in one transaction.
#[must_use]
pub fn write_of(fact: &Fact, arrived_ms: i64) -> Write<'_> {
    match fact {
        Fact::Batch { line, batch } => Write::Batch {
            line: *line,
            batch,
            arrived_ms,
        },
        Fact::Settled {
            line,
            settled,
            frontier,
        } => Write::Settled {
            line: *line,
            settled,
            frontier,
        },
        Fact::Purged { line, places } => Write::Purged {
            line: *line,
            places,
        },
        Fact::Cosignature {
            line,
            log,
            cosigner,
            checkpoint,
            cosignature,
        } => Write::Cosignature {
            line: *line,
            log: *log,
            cosigner: *cosigner,
            checkpoint,
            cosignature,
        },
        Fact::Seal {
            line,
            log,
            cosigner,
            checkpoint,
            seal,
        } => Write::Seal {
            line: *line,
            log: *log,
            cosigner: *cosigner,
            checkpoint,
            seal,
        },
        Fact::Fork {
            line,
            party,
            evidence,
        } => Write::Fork {
            line: *line,
            party: *party,
            evidence,
        },
        Fact::Body { line, place, body } => Write::Body {
            line: *line,
            place: *place,
            body,
        },
    }
}

/// Answers a query from what is durable; `founded` is the line that it is about.
///
/// # Errors
/// [`ReadError`]; the machine is then told [`Answer::Unreadable`].
pub fn answer(store: &Reader, founded: &Founded, query: &Query) -> Result<Answer, ReadError> {
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
            let limits = Limits {
                entries: usize::try_from(count).unwrap_or(usize::MAX),
                bytes: BATCH_BYTES_MAX,
            };
            let stored = store.entries(line, party, from, limits)?;
            Ok(Answer::Copies(
                stored.into_iter().map(|entry| entry.raw).collect(),
            ))
        }
    }
}

/// Gives to `take`, as frames, the batches that bring whoever holds `known` of each log, by party index, up to what is stored,
/// until it says that it has no room for more. Each comes after everything that it has seen, so that nothing has to wait where
/// they are taken in order.
///
/// # Errors
/// [`ReadError`]
pub fn batches_beyond(
    store: &Reader,
    founded: &Founded,
    mut known: Vec<u64>,
    mut take: impl FnMut(Vec<u8>) -> bool,
) -> Result<(), ReadError> {
    let line = founded.line();
    let mut goes_on = true;
    while goes_on {
        goes_on = false;
        for party in founded.parties() {
            let first = known[party.at()];
            let query = Query::Entries {
                line,
                party,
                from: first,
                count_max: BATCH_ENTRIES_MAX,
                bytes_max: BATCH_BYTES_MAX,
                known: known.clone(),
            };
            let Answer::Entries { entries, signature } = answer(store, founded, &query)? else {
                continue;
            };
            known[party.at()] += entries.len() as u64;
            goes_on = true;
            let batch = Frame::Batch {
                tag: Tag::of(&line),
                party,
                first,
                signature,
                entries,
            };
            if !take(batch.encode()) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A line could not be taken up.
#[derive(Debug, thiserror::Error)]
pub enum TakeUpError {
    /// The store can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What it holds does not fit together.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// What a machine needs to take up a line that the store holds, for the party `me`.
///
/// # Errors
/// [`TakeUpError`]
pub fn take_up(
    store: &Reader,
    founded: &Arc<Founded>,
    me: &PartyId,
) -> Result<(Logs, LineFacts), TakeUpError> {
    let snapshot = store.take_up(founded)?;
    let facts = line_facts(store, founded, me)?;
    Ok((Logs::restore(founded.clone(), snapshot)?, facts))
}

fn line_facts(store: &Reader, founded: &Founded, me: &PartyId) -> Result<LineFacts, ReadError> {
    let (line, me) = (founded.line(), founded.index_of(me));
    let mut facts = LineFacts {
        must_hear: store.must_hear_from_peers()?,
        forks: store.forks(line)?,
        ..LineFacts::default()
    };
    for log in founded.parties() {
        let signed = store.checkpoint(founded, log, store.size(line, log)?)?;
        facts.signatures.push(signed.map(|signed| signed.signature));
        let latest = store.latest_cosignatures(line, log)?;
        facts.cosignatures.extend(
            latest
                .into_iter()
                .map(|c| (log, c.cosigner, c.size, c.signature)),
        );
        let seals = store.latest_seals(line, log)?;
        let own = seals.iter().find(|seal| Some(seal.cosigner) == me);
        facts.sealed.push(own.map_or(0, |seal| seal.size));
    }
    Ok(facts)
}
