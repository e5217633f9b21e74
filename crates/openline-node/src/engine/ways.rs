//! How each way to each party has stood since the node began to run: in memory, and bounded.

use std::collections::{BTreeMap, VecDeque};

use openline_bearer::BearerKind;
use openline_core::PartyId;

/// Round trips kept of each way; the oldest gives way.
pub(crate) const SAMPLES_MAX: usize = 240;
/// Stretches kept of each way; the oldest gives way.
pub(crate) const STRETCHES_MAX: usize = 128;

/// From when, and until when unless it still stands; ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from_ms: i64,
    pub(crate) until_ms: Option<i64>,
}

/// One kind of bearer to one party.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    /// When, ms, and how long a round trip took, us.
    pub(crate) samples: VecDeque<(i64, u64)>,
    pub(crate) stood: VecDeque<Stretch>,
    /// Connections that stand: both sides may have dialled.
    connections: u32,
}

impl Way {
    /// Whether it stood at any moment from `from_ms` to `until_ms`.
    pub(crate) fn has_stood(&self, from_ms: i64, until_ms: i64) -> bool {
        self.stood.iter().any(|stretch| {
            stretch.from_ms <= until_ms && stretch.until_ms.is_none_or(|until| until >= from_ms)
        })
    }
}

/// All ways.
#[derive(Debug)]
pub(crate) struct Ways {
    /// When the node began to run, ms: nothing is known of the time before.
    pub(crate) since_ms: i64,
    ways: BTreeMap<(PartyId, BearerKind), Way>,
}

impl Ways {
    pub(crate) fn new(since_ms: i64) -> Self {
        Self {
            since_ms,
            ways: BTreeMap::new(),
        }
    }

    fn way(&mut self, party: PartyId, kind: BearerKind) -> &mut Way {
        self.ways.entry((party, kind)).or_default()
    }

    pub(crate) fn note_up(&mut self, party: PartyId, kind: BearerKind, now_ms: i64) {
        let way = self.way(party, kind);
        way.connections += 1;
        if way.connections == 1 {
            let stretch = Stretch {
                from_ms: now_ms,
                until_ms: None,
            };
            push(&mut way.stood, STRETCHES_MAX, stretch);
        }
    }

    pub(crate) fn note_down(&mut self, party: PartyId, kind: BearerKind, now_ms: i64) {
        let way = self.way(party, kind);
        way.connections = way.connections.saturating_sub(1);
        if way.connections == 0
            && let Some(last) = way.stood.back_mut()
        {
            last.until_ms.get_or_insert(now_ms);
        }
    }

    pub(crate) fn note_round_trip(
        &mut self,
        party: PartyId,
        kind: BearerKind,
        now_ms: i64,
        us: u64,
    ) {
        push(
            &mut self.way(party, kind).samples,
            SAMPLES_MAX,
            (now_ms, us),
        );
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&PartyId, BearerKind, &Way)> {
        self.ways
            .iter()
            .map(|((party, kind), way)| (party, *kind, way))
    }

    /// For how much of a time no bearer to a party stood, ms; only what is kept is known.
    pub(crate) fn without_bearer_ms(&self, party: &PartyId, from_ms: i64, until_ms: i64) -> i64 {
        let ways = self.ways.iter().filter(|((other, _), _)| other == party);
        let mut stood: Vec<(i64, i64)> = ways
            .flat_map(|(_, way)| &way.stood)
            .map(|stretch| {
                let end = stretch.until_ms.unwrap_or(until_ms);
                (stretch.from_ms.max(from_ms), end.min(until_ms))
            })
            .filter(|(from, until)| from < until)
            .collect();
        stood.sort_unstable();
        let (mut covered, mut end) = (0, from_ms);
        for (from, until) in stood {
            covered += (until - from.max(end)).max(0);
            end = end.max(until);
        }
        (until_ms - from_ms - covered).max(0)
    }
}

fn push<T>(kept: &mut VecDeque<T>, most: usize, one: T) {
    if kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(one);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_stood_at_a_moment_that_lies_in_one_of_its_stretches() {
        let mut ways = Ways::new(0);
        let party = PartyId(openline_core::Hash([1; 32]));
        ways.note_up(party, BearerKind::Quic, 100);
        ways.note_down(party, BearerKind::Quic, 200);
        ways.note_up(party, BearerKind::Quic, 300);
        let (_, _, way) = ways.all().next().expect("a way");
        let stood = [
            (0, 99),
            (0, 100),
            (150, 160),
            (200, 250),
            (201, 299),
            (201, 300),
            (400, 500),
        ];
        let stood = stood.map(|(from, until)| way.has_stood(from, until));
        assert_eq!(stood, [false, true, true, true, false, true, true]);
    }

    #[test]
    fn no_bearer_stood_where_none_of_any_kind_did() {
        let party = PartyId(openline_core::Hash([1; 32]));
        let mut ways = Ways::new(0);
        ways.note_up(party, BearerKind::Quic, 100);
        ways.note_up(party, BearerKind::Tls, 150);
        ways.note_down(party, BearerKind::Quic, 200);
        ways.note_down(party, BearerKind::Tls, 300);
        ways.note_up(party, BearerKind::Tls, 700);
        assert_eq!(ways.without_bearer_ms(&party, 100, 300), 0);
        assert_eq!(ways.without_bearer_ms(&party, 0, 1000), 100 + 400);
        assert_eq!(ways.without_bearer_ms(&party, 400, 500), 100);
        let stranger = PartyId(openline_core::Hash([2; 32]));
        assert_eq!(ways.without_bearer_ms(&stranger, 0, 10), 10);
    }

    #[test]
    fn two_connections_of_a_kind_are_one_way_and_what_is_kept_is_bounded() {
        let party = PartyId(openline_core::Hash([1; 32]));
        let mut ways = Ways::new(0);
        ways.note_up(party, BearerKind::Quic, 0);
        ways.note_up(party, BearerKind::Quic, 5);
        ways.note_down(party, BearerKind::Quic, 10);
        assert_eq!(ways.without_bearer_ms(&party, 0, 100), 0);
        for at in 0..1000 {
            ways.note_round_trip(party, BearerKind::Quic, at, 1);
            ways.note_down(party, BearerKind::Quic, at);
            ways.note_up(party, BearerKind::Quic, at);
        }
        let (_, _, way) = ways.all().next().expect("one");
        assert_eq!(way.samples.len(), SAMPLES_MAX);
        assert_eq!(way.stood.len(), STRETCHES_MAX);
    }
}
