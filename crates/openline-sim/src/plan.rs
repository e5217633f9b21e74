//! What a seed stands for: who takes part, over what, and what goes wrong.

use std::sync::Arc;

use openline_core::charter::Founded;

use crate::cast::cast;
use crate::rng::Rng;

/// One second of simulated time, in µs.
pub(crate) const SECOND: u64 = 1_000_000;

/// How the party that lies does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Villain {
    /// It runs two nodes with one key, which write two histories and show them to different parties.
    Twin,
    /// It runs one node, and sends frames of its own making beside what that says.
    Outlaw,
}

/// How often single frames suffer, in percent. Real bearers do none of this; the machine must cope all the same.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rough {
    /// Never arrives.
    pub lost: u64,
    /// Arrives twice.
    pub doubled: u64,
    /// Overtakes or is overtaken.
    pub reordered: u64,
    /// Arrives with other bytes.
    pub mutated: u64,
    /// Comes with a frame of long ago in its train.
    pub replayed: u64,
}

/// A run, but for the chances within it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Number of parties.
    pub parties: usize,
    /// The lines among them.
    pub lines: Vec<Arc<Founded>>,
    /// Bearers between each two nodes.
    pub bearers: usize,
    /// How long things go wrong, µs.
    pub active: u64,
    /// Entries that each party means to write.
    pub entries: u64,
    /// Who lies, and how.
    pub villain: Option<(usize, Villain)>,
    /// Whose disk is put back to an old copy.
    pub restored: Option<usize>,
    /// Whether and how frames suffer.
    pub rough: Option<Rough>,
    /// Whether links are cut and come back.
    pub has_churn: bool,
    /// Whether the parties fall apart into groups for a time.
    pub has_partitions: bool,
    /// Whether nodes crash.
    pub has_crashes: bool,
    /// Whether clocks jump.
    pub has_clock_jumps: bool,
    /// Whether frames also travel by pouch.
    pub has_pouches: bool,
    /// Who changes its node key.
    pub changes_key: Option<usize>,
    /// Whether something is purged by agreement.
    pub has_purge: bool,
    /// Whether nodes must hear from all others before they write at all.
    pub hears_first: bool,
    /// Whether people come on and off watch and give notices.
    pub has_duty: bool,
    /// Whether lines are suspended, narrowed and resumed.
    pub has_statuses: bool,
    /// Whether nodes lose their way out.
    pub has_uplinks: bool,
    /// Whether people negotiate texts, meet and look for times.
    pub has_talks: bool,
    /// Whether officers do at once all that scheduling runs ask for.
    pub are_officers_quick: bool,
}

impl Plan {
    /// The plan that a seed draws.
    #[must_use]
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let parties = *rng.pick(&[2, 2, 3, 3, 3, 4, 5]);
        let line_count = if rng.percent(30) { 2 } else { 1 };
        let mut plan = Self {
            parties,
            lines: (0..line_count)
                .map(|number| cast().line(parties, number))
                .collect(),
            bearers: *rng.pick(&[1, 1, 2, 3]),
            active: rng.within(30, 90) * SECOND,
            entries: rng.within(8, 20) / line_count as u64 + if parties == 2 { 20 } else { 0 },
            villain: None,
            restored: None,
            rough: None,
            has_churn: rng.percent(70),
            has_partitions: rng.percent(40),
            has_crashes: rng.percent(60),
            has_clock_jumps: rng.percent(40),
            has_pouches: false,
            changes_key: rng.percent(20).then(|| rng.index(parties)),
            has_purge: rng.percent(25),
            hears_first: rng.percent(10),
            has_duty: rng.percent(60),
            has_statuses: rng.percent(30),
            has_uplinks: rng.percent(25),
            has_talks: rng.percent(60),
            are_officers_quick: false,
        };
        plan.draw_trouble(rng);
        plan
    }

    /// Nothing happens by itself, for `active` µs, on one line over two kinds of bearer.
    #[must_use]
    pub(crate) fn calm(parties: usize, active: u64) -> Self {
        Self {
            parties,
            lines: vec![cast().line(parties, 0)],
            bearers: 2,
            active,
            entries: 0,
            villain: None,
            restored: None,
            rough: None,
            has_churn: false,
            has_partitions: false,
            has_crashes: false,
            has_clock_jumps: false,
            has_pouches: false,
            changes_key: None,
            has_purge: false,
            hears_first: false,
            has_duty: false,
            has_statuses: false,
            has_uplinks: false,
            has_talks: false,
            are_officers_quick: false,
        }
    }

    /// A disk put back is recovered from what the others hold now; that can't be told from what lies in a pouch, comes again
    /// from the past, or is kept back by a party that lies. So a run has either the one or the others.
    fn draw_trouble(&mut self, rng: &mut Rng) {
        match rng.below(10) {
            0 | 1 => self.restored = Some(rng.index(self.parties)),
            2..=4 if self.parties > 2 => {
                let kind = if rng.percent(40) {
                    Villain::Twin
                } else {
                    Villain::Outlaw
                };
                self.villain = Some((rng.index(self.parties), kind));
            }
            2 => self.villain = Some((rng.index(self.parties), Villain::Outlaw)),
            _ => {}
        }
        if self.restored.is_none() {
            self.has_pouches = rng.percent(30);
            self.rough = rng.percent(35).then(|| Rough {
                lost: rng.below(15),
                doubled: rng.below(15),
                reordered: rng.below(20),
                mutated: rng.below(8),
                replayed: rng.below(10),
            });
        }
        if self.changes_key == self.villain.map(|(party, _)| party) {
            self.changes_key = None;
        }
    }

    /// Whether a party keeps the rules.
    #[must_use]
    pub(crate) fn is_honest(&self, party: usize) -> bool {
        self.villain.is_none_or(|(villain, _)| villain != party)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_seeds_draw_every_kind_of_trouble() {
        let plans: Vec<Plan> = (0..1000)
            .map(|seed| Plan::draw(&mut Rng::new(seed)))
            .collect();
        let has =
            |what: &str, test: &dyn Fn(&Plan) -> bool| assert!(plans.iter().any(test), "{what}");
        has("twins", &|plan| {
            plan.villain.is_some_and(|(_, kind)| kind == Villain::Twin)
        });
        has("outlaws", &|plan| {
            plan.villain
                .is_some_and(|(_, kind)| kind == Villain::Outlaw)
        });
        has("a copy put back", &|plan| plan.restored.is_some());
        has("rough bearers and pouches", &|plan| {
            plan.rough.is_some() && plan.has_pouches
        });
        has("a key change under crashes", &|plan| {
            plan.changes_key.is_some() && plan.has_crashes
        });
        has("suspensions under partitions", &|plan| {
            plan.has_statuses && plan.has_partitions
        });
        has("ways out lost while the watch changes", &|plan| {
            plan.has_uplinks && plan.has_duty
        });
        has("talks with a party that lies, under crashes", &|plan| {
            plan.has_talks && plan.villain.is_some() && plan.has_crashes
        });
        has("five parties on two lines", &|plan| {
            plan.parties == 5 && plan.lines.len() == 2
        });
        assert!(
            plans
                .iter()
                .all(|plan| plan.restored.is_none() || plan.rough.is_none() && !plan.has_pouches)
        );
    }
}
