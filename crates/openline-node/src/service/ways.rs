//! How each way to each party has stood, and the tests that went while it did.

use std::collections::BTreeMap;

use openline_core::{LineId, PartyId, PartyIndex};
use openline_store::Reader;

use super::entries::{Looking, place_text};
use super::folds::Folds;
use super::{Answer, Service};
use crate::engine::Engine;
use crate::engine::ways::Way;
use crate::identity::wall_ms;
use crate::view::{RoundTripView, StoodView, WayTestView, WayView};

/// Tests told of for each way: the newest.
const TESTS_MAX: usize = 20;

/// A test of a line with a party.
struct Tested {
    line: LineId,
    place: String,
    by: String,
    at_ms: i64,
    answered_ms: Option<i64>,
}

impl Service {
    /// How each way to each party has stood since the node began to run, and the tests of lines with that party.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`](crate::error::ServiceError::Unavailable)
    pub async fn ways(&self) -> Answer<Vec<WayView>> {
        let actor = self.actor.clone();
        let lines = self
            .engine(move |engine| {
                let seen = engine.seen_lines(&actor);
                seen.map(|id| Ok((id, engine.me(&id)?)))
                    .collect::<Answer<Vec<_>>>()
            })
            .await?;
        let folds = self.folds.clone();
        let tests = self
            .read(move |reader| tests_of(reader, &folds, &lines))
            .await?;
        self.engine(move |engine| {
            let nothing = Vec::new();
            let all = engine.ways.all();
            Ok(all
                .map(|(party, kind, way)| WayView {
                    party: engine.name_of(party),
                    party_id: party.to_string(),
                    kind: kind.to_string(),
                    round_trips: way
                        .samples
                        .iter()
                        .map(|&(at_ms, us)| RoundTripView { at_ms, us })
                        .collect(),
                    stood: way
                        .stood
                        .iter()
                        .map(|stretch| StoodView {
                            from_ms: stretch.from_ms,
                            until_ms: stretch.until_ms,
                        })
                        .collect(),
                    tests: tests
                        .get(party)
                        .unwrap_or(&nothing)
                        .iter()
                        .map(|tested| test_view(engine, way, tested))
                        .collect(),
                })
                .collect())
        })
        .await
    }
}

/// The newest tests between us and each other party, newest first.
fn tests_of(
    reader: &Reader,
    folds: &Folds,
    lines: &[(LineId, PartyIndex)],
) -> Answer<BTreeMap<PartyId, Vec<Tested>>> {
    let mut of: BTreeMap<PartyId, Vec<Tested>> = BTreeMap::new();
    for (line, me) in lines {
        let looking = Looking::at(reader, *line)?;
        let tests = folds.tests(&looking)?;
        for other in looking.founded.parties().filter(|party| party != me) {
            let Some(member) = looking.founded.member(other) else {
                continue;
            };
            let known = of.entry(member.party_id()).or_default();
            for (author, tested) in [(*me, other), (other, *me)] {
                for test in tests.of_party(author).rev().take(TESTS_MAX) {
                    let answer = tests.heard(test.said.place, tested).answered;
                    let answer = answer.map(|said| looking.entry(said.place)).transpose()?;
                    known.push(Tested {
                        line: *line,
                        place: place_text(test.said.place),
                        by: looking.name(author),
                        at_ms: looking.entry(test.said.place)?.arrived_ms,
                        answered_ms: answer.map(|entry| entry.arrived_ms),
                    });
                }
            }
        }
    }
    for known in of.values_mut() {
        known.sort_by_key(|tested| std::cmp::Reverse(tested.at_ms));
        known.truncate(TESTS_MAX);
    }
    Ok(of)
}

fn test_view(engine: &Engine, way: &Way, tested: &Tested) -> WayTestView {
    let until = tested.answered_ms.unwrap_or_else(wall_ms);
    let is_known = tested.at_ms >= engine.ways.since_ms;
    WayTestView {
        line: tested.line.to_string(),
        place: tested.place.clone(),
        by: tested.by.clone(),
        at_ms: tested.at_ms,
        answered_after_ms: tested.answered_ms.map(|answered| answered - tested.at_ms),
        has_stood: is_known.then(|| way.has_stood(tested.at_ms, until)),
    }
}
