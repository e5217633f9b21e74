//! What has to be sent, over which channel and when: a machine without I/O.
//!
//! Asks, outcomes and time go in; tries to make and documents to keep come out. The order of calls: after
//! anything has gone in, take [`Queue::poll_change`] until empty, then [`Queue::poll_attempt`] until empty,
//! and come back with [`Queue::handle_timeout`] at [`Queue::poll_timeout`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use openline_proto::Now;
use serde::{Deserialize, Serialize};

use super::alert::{Alert, AlertId};
use super::channel::{Channel, Outcome};
use super::config::Alerting;
use super::health::Health;
use super::kind::AlertKind;
use super::schedule::SelfTest;
use super::{ALERTS_WAITING_MAX, OPEN_AGE_MAX};

/// The first wait after a failed try.
const RETRY_MIN: Duration = Duration::from_secs(2);
/// A channel that fails for longer is told over the others.
const FAILING_MAX: Duration = Duration::from_secs(60);
/// After a restart an alert is tried for at least so long, however old it is.
const RESTART_GRACE: Duration = Duration::from_secs(600);
/// The clock is looked at again after this time, since it may have been set.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Alerts and channels.
pub(super) struct Queue {
    lanes: Vec<Lane>,
    held: BTreeMap<AlertId, Held>,
    self_test: SelfTest,
    changed: BTreeSet<Changed>,
    /// Alerts that found no place since the node began to run.
    lost: u64,
    /// Randomness for the waits.
    roll: fn() -> u64,
}

/// A channel, and what is known of it.
struct Lane {
    channel: Arc<Channel>,
    health: Health,
    /// When it began to fail, by the clock that never jumps.
    failing_since: Option<Duration>,
    is_busy: bool,
}

/// An alert that is open or still has to be sent.
struct Held {
    kept: Kept,
    /// Until when it is tried, by the clock that never jumps.
    until: Duration,
    /// When each channel that has not taken it is tried next.
    next: BTreeMap<String, Duration>,
}

/// What the store keeps of an alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) alert: Alert,
    /// When it was raised, ms.
    pub(super) raised_ms: i64,
    /// False once it is cleared, or if it needs no clearing.
    is_open: bool,
    pub(super) deliveries: BTreeMap<String, Delivery>,
}

/// How far an alert has got over one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Delivery {
    /// Tried so many times, and to be tried again.
    Waiting(u32),
    /// Handed over, ms.
    Delivered(i64),
    /// Tried in vain until its time was over.
    GivenUp,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Changed {
    Alert(AlertId),
    Channel(String),
}

/// A document to be kept or removed.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    /// `None` removes it.
    pub(crate) value: Option<Vec<u8>>,
}

/// A try to be made.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) channel: Arc<Channel>,
    pub(super) alert: Alert,
}

/// What became of an ask to raise an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raised {
    /// It will be sent.
    Queued,
    /// It is open already, and its time to be repeated has not come.
    AlreadyOpen,
    /// There are too many that are more urgent.
    Full,
}

/// What the store kept when the node last ran.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) alerts: Vec<Kept>,
    pub(super) channels: BTreeMap<String, Health>,
}

impl Queue {
    /// Takes up what was kept. What waited is tried at once.
    pub(super) fn new(alerting: Alerting, mut memory: Memory, now: Now, roll: fn() -> u64) -> Self {
        let lanes = alerting.channels.into_iter().map(|channel| {
            let health = memory.channels.remove(&channel.name).unwrap_or_default();
            Lane {
                failing_since: health.failing_since_ms.map(|_| now.mono),
                channel: Arc::new(channel),
                health,
                is_busy: false,
            }
        });
        let lanes = lanes.collect();
        let mut queue = Self {
            lanes,
            held: BTreeMap::new(),
            self_test: alerting.self_test,
            // What is left is of channels that are gone.
            changed: memory.channels.into_keys().map(Changed::Channel).collect(),
            lost: 0,
            roll,
        };
        for kept in memory.alerts {
            queue.take_up(kept, now);
        }
        queue.handle_timeout(now);
        queue
    }

    /// Channels that are gone are forgotten; what reached nobody also goes to channels that are new.
    fn take_up(&mut self, mut kept: Kept, now: Now) {
        let id = kept.alert.id.clone();
        self.changed.insert(Changed::Alert(id.clone()));
        if let Some(channel) = kept.alert.channel.clone()
            && self.lane(&channel).is_none()
        {
            return;
        }
        let age = elapsed(kept.raised_ms, now.wall_ms);
        let left = kept.alert.kind.deadline().saturating_sub(age);
        let takers = self.takers(&kept.alert);
        kept.deliveries.retain(|name, _| takers.contains(name));
        let has_reached = |delivery: &Delivery| matches!(delivery, Delivery::Delivered(_));
        if !kept.deliveries.values().any(has_reached) {
            for name in takers {
                kept.deliveries.entry(name).or_insert(Delivery::Waiting(0));
            }
        }
        let next = kept.waiting().map(|name| (name, now.mono)).collect();
        let held = Held {
            until: now.mono + left.max(RESTART_GRACE),
            kept,
            next,
        };
        self.held.insert(id, held);
    }

    fn takers(&self, alert: &Alert) -> Vec<String> {
        let lanes = self.lanes.iter().filter(|lane| lane.channel.takes(alert));
        lanes.map(|lane| lane.channel.name.clone()).collect()
    }

    /// Takes an alert to be sent. While it is open, raising it again does nothing until it is to be repeated.
    pub(super) fn raise(&mut self, alert: Alert, now: Now) -> Raised {
        // What only says that a channel works needs no clearing.
        let is_open = alert.kind != AlertKind::ChannelTest;
        if let Some(held) = self.held.get(&alert.id) {
            let age = elapsed(held.kept.raised_ms, now.wall_ms);
            let is_due = alert.repeat_after.is_some_and(|after| age >= after);
            if held.kept.is_open && !is_due {
                return Raised::AlreadyOpen;
            }
        } else if self.held.len() >= ALERTS_WAITING_MAX && !self.make_room(&alert) {
            self.lost += 1;
            return Raised::Full;
        }
        let takers = self.takers(&alert);
        let id = alert.id.clone();
        let held = Held {
            until: now.mono + alert.kind.deadline(),
            next: takers.iter().map(|name| (name.clone(), now.mono)).collect(),
            kept: Kept {
                alert,
                raised_ms: now.wall_ms,
                is_open,
                deliveries: takers
                    .into_iter()
                    .map(|name| (name, Delivery::Waiting(0)))
                    .collect(),
            },
        };
        self.held.insert(id.clone(), held);
        self.changed.insert(Changed::Alert(id));
        Raised::Queued
    }

    /// The least urgent gives way, first if it has been sent, then the oldest, to one that is more urgent, or as urgent and still unsent.
    fn make_room(&mut self, alert: &Alert) -> bool {
        let rank = |held: &Held| {
            let is_sent = held.kept.waiting().next().is_none();
            let urgency = held.kept.alert.urgency();
            (is_sent, urgency, std::cmp::Reverse(held.kept.raised_ms))
        };
        let Some((id, last)) = self.held.iter().max_by_key(|(_, held)| rank(held)) else {
            return false;
        };
        let is_sent = last.kept.waiting().next().is_none();
        if !is_sent && last.kept.alert.urgency() <= alert.urgency() {
            return false;
        }
        if !is_sent {
            self.lost += 1;
        }
        let id = id.clone();
        self.remove(&id);
        true
    }

    /// The reason for an alert is gone: it is not sent any more.
    pub(super) fn clear(&mut self, id: &AlertId) {
        self.remove(id);
    }

    fn remove(&mut self, id: &AlertId) {
        if self.held.remove(id).is_some() {
            self.changed.insert(Changed::Alert(id.clone()));
        }
    }

    /// The next try to be made: on each channel one at a time, the most urgent first.
    pub(super) fn poll_attempt(&mut self, now: Now) -> Option<Attempt> {
        for lane in self.lanes.iter_mut().filter(|lane| !lane.is_busy) {
            let name = &lane.channel.name;
            let due = self
                .held
                .values()
                .filter(|held| held.next.get(name).is_some_and(|at| *at <= now.mono));
            let first = due.min_by_key(|held| (held.kept.alert.urgency(), held.kept.raised_ms));
            if let Some(held) = first {
                lane.is_busy = true;
                return Some(Attempt {
                    channel: lane.channel.clone(),
                    alert: held.kept.alert.clone(),
                });
            }
        }
        None
    }

    /// What became of a try.
    pub(super) fn handle_outcome(
        &mut self,
        channel: &str,
        id: &AlertId,
        outcome: &Outcome,
        now: Now,
    ) {
        if let Some(lane) = self.lane(channel) {
            lane.is_busy = false;
        }
        let wait = |tries: u32, kind: AlertKind, roll: u64| {
            let doubled = RETRY_MIN.saturating_mul(1 << tries.min(16));
            let wait = doubled.min(kind.retry_max());
            // Between three quarters and five quarters, so that nodes that fell together don't rise together.
            wait.mul_f64(0.75 + (roll % 1024) as f64 / 2048.0)
        };
        if let Some(held) = self.held.get_mut(id)
            && let Some(delivery) = held.kept.deliveries.get_mut(channel)
            && let Delivery::Waiting(tries) = *delivery
        {
            match outcome {
                Outcome::Delivered | Outcome::InPart(_) => {
                    *delivery = Delivery::Delivered(now.wall_ms);
                    held.next.remove(channel);
                }
                Outcome::Failed(_) => {
                    *delivery = Delivery::Waiting(tries + 1);
                    let next = now.mono + wait(tries, held.kept.alert.kind, (self.roll)());
                    held.next.insert(channel.to_owned(), next);
                }
            }
            self.changed.insert(Changed::Alert(id.clone()));
            self.forget_if_done(id);
        }
        self.note(channel, outcome, now);
    }

    /// What a channel did, also beside the queue.
    pub(super) fn note(&mut self, channel: &str, outcome: &Outcome, now: Now) {
        let Some(lane) = self.lane(channel) else {
            return;
        };
        lane.health.note(outcome, now.wall_ms);
        match lane.health.failing_since_ms {
            None => lane.failing_since = None,
            Some(_) => {
                lane.failing_since.get_or_insert(now.mono);
            }
        }
        let works = lane.failing_since.is_none();
        self.changed.insert(Changed::Channel(channel.to_owned()));
        if works {
            self.clear(&Alert::channel_failing(channel, 0).id);
        }
    }

    /// Gives up what has been tried for too long, tells failing channels, and tries channels out.
    pub(super) fn handle_timeout(&mut self, now: Now) {
        self.give_up(now);
        let is_late = |since: Duration| now.mono.saturating_sub(since) >= FAILING_MAX;
        let late: Vec<String> = self
            .lanes
            .iter()
            .filter(|lane| lane.failing_since.is_some_and(is_late))
            .map(|lane| lane.channel.name.clone())
            .collect();
        for name in late {
            self.tell_failing(&name, now);
        }
        self.test_channels(now);
    }

    fn give_up(&mut self, now: Now) {
        let mut in_vain = BTreeSet::new();
        let late: Vec<AlertId> = self
            .held
            .iter()
            .filter(|(_, held)| held.until <= now.mono)
            .map(|(id, _)| id.clone())
            .collect();
        for id in late {
            let Some(held) = self.held.get_mut(&id) else {
                continue;
            };
            for (name, delivery) in &mut held.kept.deliveries {
                if matches!(delivery, Delivery::Waiting(_)) {
                    *delivery = Delivery::GivenUp;
                    in_vain.insert(name.clone());
                    self.changed.insert(Changed::Alert(id.clone()));
                }
            }
            held.next.clear();
            if elapsed(held.kept.raised_ms, now.wall_ms) >= OPEN_AGE_MAX {
                held.kept.is_open = false;
            }
            self.forget_if_done(&id);
        }
        for name in in_vain {
            self.tell_failing(&name, now);
        }
    }

    fn tell_failing(&mut self, name: &str, now: Now) {
        let since = self
            .lane(name)
            .and_then(|lane| lane.health.failing_since_ms);
        let alert = Alert::channel_failing(name, since.unwrap_or(now.wall_ms));
        if self.raise(alert, now) == Raised::Queued {
            tracing::warn!(
                channel = name,
                "alerts do not get out over a channel; openline alert list says why"
            );
        }
    }

    fn test_channels(&mut self, now: Now) {
        let due: Vec<String> = self
            .lanes
            .iter()
            .filter(|lane| self.self_test.is_due(lane.health.tested_ms, now.wall_ms))
            .map(|lane| lane.channel.name.clone())
            .collect();
        for name in due {
            self.raise(Alert::channel_test(&name, now.wall_ms), now);
            if let Some(lane) = self.lane(&name) {
                lane.health.tested_ms = Some(now.wall_ms);
            }
            self.changed.insert(Changed::Channel(name));
        }
    }

    /// An alert that needs no clearing and waits for no channel is done.
    fn forget_if_done(&mut self, id: &AlertId) {
        let is_done = self
            .held
            .get(id)
            .is_some_and(|held| !held.kept.is_open && held.kept.waiting().next().is_none());
        if is_done {
            self.remove(id);
        }
    }

    /// When to come back.
    pub(super) fn poll_timeout(&self, now: Now) -> Duration {
        let is_idle = |name: &String| {
            let lane = self.lanes.iter().find(|lane| lane.channel.name == *name);
            lane.is_some_and(|lane| !lane.is_busy)
        };
        let tries = self
            .held
            .values()
            .flat_map(|held| held.next.iter())
            .filter(|(name, _)| is_idle(name))
            .map(|(_, at)| *at);
        let ends = self.held.values().map(|held| held.until);
        let failing = self.lanes.iter().filter_map(|lane| lane.failing_since);
        let failing = failing.map(|since| since + FAILING_MAX);
        // What is past and still there, such as the end of an alert that stays open, needs no hurry.
        let later = ends.chain(failing).filter(|at| *at > now.mono);
        tries
            .chain(later)
            .chain([now.mono + LOOK_AGAIN])
            .min()
            .unwrap_or(now.mono)
    }

    /// The next document to be kept or removed.
    pub(super) fn poll_change(&mut self) -> Option<Change> {
        let (kind, key, value) = match self.changed.pop_first()? {
            Changed::Alert(id) => {
                let value = self.held.get(&id).map(|held| json(&held.kept));
                (super::documents::ALERT, id.as_str().to_owned(), value)
            }
            Changed::Channel(name) => {
                let value = self.lane(&name).map(|lane| json(&lane.health));
                (super::documents::CHANNEL, name, value)
            }
        };
        Some(Change { kind, key, value })
    }

    /// A change could not be kept; it is given again.
    pub(super) fn not_kept(&mut self, change: &Change) {
        self.changed.insert(match change.kind {
            super::documents::CHANNEL => Changed::Channel(change.key.clone()),
            _ => Changed::Alert(AlertId::new(change.key.clone())),
        });
    }

    fn lane(&mut self, name: &str) -> Option<&mut Lane> {
        self.lanes.iter_mut().find(|lane| lane.channel.name == name)
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = (&Arc<Channel>, &Health)> {
        self.lanes.iter().map(|lane| (&lane.channel, &lane.health))
    }

    pub(super) fn alerts(&self) -> impl Iterator<Item = &Kept> {
        self.held.values().map(|held| &held.kept)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost
    }
}

impl Kept {
    /// Channels over which it still has to go.
    pub(super) fn waiting(&self) -> impl Iterator<Item = String> + '_ {
        self.deliveries
            .iter()
            .filter(|(_, delivery)| matches!(delivery, Delivery::Waiting(_)))
            .map(|(name, _)| name.clone())
    }
}

/// Time since `from_ms`; none if the clock was set back.
fn elapsed(from_ms: i64, now_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(now_ms.saturating_sub(from_ms)).unwrap_or(0))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data with names as keys has a JSON form")
}
