//! How often signing in may be tried: wrong tries take from one bucket, which fills again with time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong tries at once.
const BURST: u32 = 10;
/// After this time one more is allowed.
const REFILL: Duration = Duration::from_secs(6);

/// Counts wrong tries.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<Vec<Instant>>);

impl Limiter {
    /// How long to wait before the next try; nothing if it may be made now.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = REFILL * BURST;
        tries.retain(|at| now.duration_since(*at) < window);
        let is_full = tries.len() >= BURST as usize;
        let oldest = tries.first().filter(|_| is_full)?;
        Some(window.saturating_sub(now.duration_since(*oldest)))
    }

    /// Notes a wrong try.
    pub(crate) fn note(&self, now: Instant) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.push(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_tries_shut_the_door_for_a_while() {
        let limiter = Limiter::default();
        let start = Instant::now();
        for _ in 0..BURST {
            assert_eq!(limiter.wait(start), None);
            limiter.note(start);
        }
        assert_eq!(limiter.wait(start), Some(REFILL * BURST));
        assert_eq!(limiter.wait(start + REFILL * BURST), None);
    }
}
