//! What is known of a channel: when it last worked, since when it does not, and why.

use serde::{Deserialize, Serialize};

use super::channel::Outcome;

/// Kept in the store, so that a channel that has failed for a week is not new after a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Health {
    /// When it last took something, ms.
    pub(super) last_success_ms: Option<i64>,
    /// Since when it fails, ms.
    pub(super) failing_since_ms: Option<i64>,
    /// Why, the last time.
    pub(super) last_error: Option<String>,
    /// When it was last tried out by schedule, ms.
    pub(super) tested_ms: Option<i64>,
}

impl Health {
    pub(super) fn note(&mut self, outcome: &Outcome, now_ms: i64) {
        match outcome {
            Outcome::Delivered => {
                self.last_success_ms = Some(now_ms);
                self.failing_since_ms = None;
                self.last_error = None;
            }
            Outcome::InPart(reason) => {
                self.last_success_ms = Some(now_ms);
                self.failing_since_ms.get_or_insert(now_ms);
                self.last_error = Some(reason.words().to_owned());
            }
            Outcome::Failed(reason) => {
                self.failing_since_ms.get_or_insert(now_ms);
                self.last_error = Some(reason.words().to_owned());
            }
        }
    }

    /// `failing`, `works`, or `not tried` yet.
    pub(super) fn word(&self) -> &'static str {
        match (self.failing_since_ms, self.last_success_ms) {
            (Some(_), _) => "failing",
            (None, Some(_)) => "works",
            (None, None) => "not tried",
        }
    }
}
