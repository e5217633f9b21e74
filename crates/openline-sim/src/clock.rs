//! A node's two clocks, made from the world's one.

use std::time::Duration;

use openline_proto::Now;

/// When the world begins, ms since 1970: only so that times look like times.
const EPOCH_MS: i64 = 1_750_000_000_000;

/// The clocks of one node.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    /// World time of the last start, µs: the monotonic clock counts from there.
    booted: u64,
    /// How far the wall clock is off, ms.
    skew_ms: i64,
}

impl Clock {
    /// A node starts: its monotonic clock does too.
    pub(crate) fn boot(&mut self, world: u64) {
        self.booted = world;
    }

    /// The wall clock jumps.
    pub(crate) fn jump(&mut self, by_ms: i64) {
        self.skew_ms += by_ms;
    }

    /// The wall clock is set right.
    pub(crate) fn set_right(&mut self) {
        self.skew_ms = 0;
    }

    /// What a wall clock that is right says, ms.
    #[must_use]
    pub(crate) fn right(&self, world: u64) -> i64 {
        self.now(world).wall_ms - self.skew_ms
    }

    /// Both clocks.
    #[must_use]
    pub(crate) fn now(&self, world: u64) -> Now {
        let since = i64::try_from(world / 1000).unwrap_or(i64::MAX / 2);
        Now {
            mono: Duration::from_micros(world.saturating_sub(self.booted)),
            wall_ms: EPOCH_MS + since + self.skew_ms,
        }
    }

    /// The world time of a monotonic time of this node, µs.
    #[must_use]
    pub(crate) fn world(&self, mono: Duration) -> u64 {
        self.booted
            .saturating_add(u64::try_from(mono.as_micros()).unwrap_or(u64::MAX / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_clock_counts_from_the_start_and_never_jumps() {
        let mut clock = Clock::default();
        clock.boot(5_000_000);
        let before = clock.now(6_000_000);
        clock.jump(-3_600_000);
        let after = clock.now(6_000_000);
        assert_eq!(
            (before.mono, after.mono),
            (Duration::from_secs(1), Duration::from_secs(1))
        );
        assert_eq!(before.wall_ms - after.wall_ms, 3_600_000);
        assert_eq!(clock.world(Duration::from_secs(1)), 6_000_000);
    }
}
