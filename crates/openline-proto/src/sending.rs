//! How far one log has been sent to one peer, and when to send again.

use std::time::Duration;

use crate::effect::QueryId;
use crate::limits::{RESEND_MAX, WINDOW_ENTRIES_MAX};

/// The state of sending one log to one peer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending {
    /// What the peer has confirmed.
    held: u64,
    /// What has been handed to a link; never below `held`.
    sent: u64,
    /// A read from the store that is under way, with what the peer was taken to know of every log.
    query: Option<(QueryId, Vec<u64>)>,
    /// From where nothing could be sent, with what the peer was taken to know then.
    held_back: Option<(u64, Vec<u64>)>,
    /// When to send again what is not confirmed, and how long to wait the time after.
    retry: Option<(Duration, Duration)>,
    /// A confirmation was overdue: what is sent next goes over every link.
    is_stalled: bool,
    /// The last beacon said less than was confirmed before.
    is_doubted: bool,
    /// Size up to which another party's log is passed on.
    relay_until: u64,
}

impl Sending {
    /// The peer has said, for the first time since it could be reached, how much it holds.
    pub(crate) fn introduce(&mut self, held: u64) {
        *self = Self {
            held,
            sent: held,
            relay_until: self.relay_until,
            ..Self::default()
        };
    }

    /// Passes on entries below `size`, though the log is another's.
    pub(crate) fn relay(&mut self, size: u64) {
        self.relay_until = self.relay_until.max(size);
    }

    pub(crate) fn relay_until(&self) -> u64 {
        self.relay_until
    }

    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    pub(crate) fn is_stalled(&self) -> bool {
        self.is_stalled
    }

    /// The peer holds everything below `size`.
    pub(crate) fn confirm(&mut self, size: u64, now: Duration, patience: Duration) {
        if size <= self.held {
            return;
        }
        self.held = size;
        self.sent = self.sent.max(size);
        (self.is_stalled, self.is_doubted) = (false, false);
        self.retry = (self.sent > self.held).then_some((now + patience, patience * 2));
    }

    /// The peer's beacon says that it holds everything below `size`.
    ///
    /// One that says less than was confirmed was overtaken on its way; when the next says so too, the peer has lost entries.
    pub(crate) fn state(&mut self, size: u64, now: Duration, patience: Duration) {
        if size >= self.held {
            self.is_doubted = false;
            self.confirm(size, now, patience);
        } else if self.is_doubted {
            self.introduce(size);
        } else {
            self.is_doubted = true;
        }
    }

    /// Whether a batch that begins at `first` may go out at once.
    pub(crate) fn is_contiguous(&self, first: u64) -> bool {
        self.sent == first && self.query.is_none()
    }

    /// Entries below `end` have been handed to a link.
    pub(crate) fn note_sent(&mut self, end: u64, now: Duration, patience: Duration) {
        self.sent = self.sent.max(end);
        if self.retry.is_none() {
            self.retry = Some((now + patience, patience * 2));
        }
    }

    /// How much of the log may be taken to be known where something else is sent, if it is to be sent up to `target`.
    ///
    /// Once a confirmation is overdue only what is confirmed counts: what was sent may itself be waiting for what else was sent.
    /// Of a log of which nothing is to be sent or under way, the peer gets elsewhere what it lacks.
    pub(crate) fn known(&self, target: u64) -> u64 {
        if self.held >= target.max(self.sent) {
            u64::MAX
        } else if self.is_stalled {
            self.held
        } else {
            self.sent
        }
    }

    /// From where to read more, if there is more to send below `target`, room for it, and the peer does not know just what was
    /// too little before.
    pub(crate) fn next_read(&self, target: u64, known: &[u64]) -> Option<u64> {
        let is_due = self.sent < target
            && self.sent - self.held < WINDOW_ENTRIES_MAX
            && self.query.is_none()
            && !matches!(&self.held_back, Some((from, then)) if *from == self.sent && then == known);
        is_due.then_some(self.sent)
    }

    pub(crate) fn reading(&mut self, query: QueryId, known: Vec<u64>) {
        self.query = Some((query, known));
    }

    /// What was to be read has seen more than the peer knows.
    pub(crate) fn hold_back(&mut self, query: QueryId) {
        if self.query.as_ref().is_some_and(|(id, _)| *id == query) {
            self.held_back = self.query.take().map(|(_, known)| (self.sent, known));
        }
    }

    /// The read is over; true if what was read is still what comes next.
    pub(crate) fn read(&mut self, query: QueryId, from: u64) -> bool {
        let is_expected = self.query.as_ref().is_some_and(|(id, _)| *id == query);
        if is_expected {
            self.query = None;
        }
        is_expected && self.sent == from
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.retry.map(|(at, _)| at)
    }

    /// Starts again from what is confirmed, over every link, if the confirmation is overdue.
    pub(crate) fn check_overdue(&mut self, now: Duration) -> bool {
        let Some((at, wait)) = self.retry else {
            return false;
        };
        if at > now {
            return false;
        }
        self.sent = self.held;
        self.is_stalled = true;
        self.query = None;
        self.retry = Some((now + wait, (wait * 2).min(RESEND_MAX)));
        true
    }

    /// A link fell: what is not confirmed may be lost.
    pub(crate) fn rewind(&mut self) {
        self.sent = self.held;
        self.query = None;
        self.retry = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_not_confirmed_is_sent_again_with_growing_patience() {
        let mut sending = Sending::default();
        sending.introduce(3);
        assert_eq!(sending.next_read(5, &[]), Some(3));
        sending.note_sent(5, Duration::ZERO, S);
        assert_eq!(sending.next_read(5, &[]), None);
        assert!(!sending.check_overdue(S / 2));
        assert!(sending.check_overdue(S));
        assert!(sending.is_stalled());
        assert_eq!(
            (sending.next_read(5, &[]), sending.deadline()),
            (Some(3), Some(3 * S))
        );
    }

    #[test]
    fn a_confirmation_ends_the_wait() {
        let mut sending = Sending::default();
        sending.introduce(0);
        sending.note_sent(4, Duration::ZERO, S);
        sending.confirm(4, S / 2, S);
        assert_eq!((sending.deadline(), sending.held()), (None, 4));
        sending.confirm(2, S, S);
        assert_eq!(sending.held(), 4, "a confirmation never goes back");
    }

    #[test]
    fn only_a_repeated_lower_beacon_takes_a_confirmation_back() {
        let mut sending = Sending::default();
        sending.introduce(9);
        sending.state(4, S, S);
        sending.state(9, S, S);
        sending.state(4, S, S);
        assert_eq!(sending.held(), 9);
        sending.state(4, S, S);
        assert_eq!((sending.held(), sending.next_read(9, &[])), (4, Some(4)));
    }

    #[test]
    fn only_what_is_confirmed_is_known_once_a_confirmation_is_overdue() {
        let mut sending = Sending::default();
        sending.introduce(3);
        assert_eq!((sending.known(3), sending.known(9)), (u64::MAX, 3));
        sending.note_sent(9, Duration::ZERO, S);
        assert_eq!(sending.known(9), 9);
        assert!(sending.check_overdue(S));
        sending.note_sent(9, S, S);
        assert_eq!(sending.known(9), 3);
        sending.confirm(9, S, S);
        assert_eq!(sending.known(9), u64::MAX);
    }

    #[test]
    fn what_has_seen_too_much_waits_until_the_peer_knows_more() {
        let mut sending = Sending::default();
        sending.introduce(0);
        sending.reading(QueryId(1), vec![0, 3]);
        assert_eq!(sending.next_read(5, &[0, 3]), None, "a read is under way");
        sending.hold_back(QueryId(2));
        assert_eq!(sending.next_read(5, &[0, 4]), None, "of another read");
        sending.hold_back(QueryId(1));
        assert_eq!(sending.next_read(5, &[0, 3]), None);
        assert_eq!(sending.next_read(5, &[0, 4]), Some(0));
        sending.note_sent(2, Duration::ZERO, S);
        assert_eq!(sending.next_read(5, &[0, 3]), Some(2), "of what comes next");
    }

    #[test]
    fn the_window_bounds_what_is_under_way() {
        let mut sending = Sending::default();
        sending.introduce(0);
        sending.note_sent(WINDOW_ENTRIES_MAX, Duration::ZERO, S);
        assert_eq!(sending.next_read(u64::MAX, &[]), None);
        sending.confirm(1, S, S);
        assert_eq!(sending.next_read(u64::MAX, &[]), Some(WINDOW_ENTRIES_MAX));
    }
}
