//! Running seeds.

use std::fmt;
use std::io::Write as _;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::meaning::Reached;
use crate::model::Violation;
use crate::plan::{Plan, Villain};
use crate::rng::Rng;
use crate::sabotage::Sabotage;
use crate::world::World;

/// A run in which an invariant did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What did not hold.
    pub violation: Violation,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            violation: Violation { checker, what },
        } = self;
        write!(
            f,
            "openline-sim: seed {seed} failed: {checker}: {what}; replay: cargo run --release -p openline-sim -- --seed {seed}"
        )
    }
}

/// Runs one seed, and tells all that happens if it is traced.
///
/// # Errors
/// The first invariant that did not hold.
pub fn run(seed: u64, is_traced: bool) -> Result<(), Failure> {
    World::new(seed, None, is_traced)
        .run()
        .map_err(|violation| Failure { seed, violation })
}

/// Runs one seed with a fault planted.
///
/// # Errors
/// The first invariant that did not hold; that there is one is what is hoped for.
pub fn run_sabotaged(seed: u64, sabotage: Sabotage) -> Result<(), Failure> {
    World::new(seed, Some(sabotage), false)
        .run()
        .map_err(|violation| Failure { seed, violation })
}

/// Runs one seed in which people talk, every other time with one among them who lies, and tells what their talks have come to.
///
/// # Errors
/// The first invariant that did not hold.
pub fn run_for_talks(seed: u64) -> Result<Reached, Failure> {
    let mut rng = Rng::new(seed);
    let mut plan = Plan::draw(&mut rng);
    let liar = (plan.parties - 1, Villain::Outlaw);
    plan.has_talks = true;
    if plan.restored.is_none() && seed % 2 == 1 {
        plan.villain = Some(liar);
        plan.changes_key = None;
    }
    let mut world = World::of(plan, rng, None, false);
    let run = world.run();
    run.map(|()| world.meaning.reached)
        .map_err(|violation| Failure { seed, violation })
}

/// Runs many seeds on `threads` threads, and calls `done` after each with how many are. Stops at the first failures.
#[must_use]
pub fn run_all(seeds: Range<u64>, threads: usize, done: &(dyn Fn(u64) + Sync)) -> Vec<Failure> {
    let (next, count, failures) = (
        AtomicU64::new(seeds.start),
        AtomicU64::new(0),
        Mutex::new(Vec::new()),
    );
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let has_failed = failures
                .lock()
                .map_or(true, |failures| !failures.is_empty());
            if seed >= seeds.end || has_failed {
                return;
            }
            if let Err(failure) = run(seed, false)
                && let Ok(mut failures) = failures.lock()
            {
                failures.push(failure);
            }
            done(count.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    std::thread::scope(|scope| (0..threads.max(1)).for_each(|_| drop(scope.spawn(work))));
    failures.into_inner().unwrap_or_default()
}

/// Prints a line of a trace. A reader that has gone away wants no more of it.
pub(crate) fn print(line: &str) {
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
}
