//! What waits, for how long, and what gives way: the queue alone, with the time as an argument.

use std::time::Duration;

use openline_core::entry::MessageType;
use openline_core::message::Precedence;
use openline_proto::Now;

use super::Place;
use crate::alerts::channel::{Outcome, Reason};
use crate::alerts::queue::{Attempt, Memory, Queue, Raised};
use crate::alerts::{ALERTS_WAITING_MAX, Alert, AlertId, AlertKind};
use crate::config::{Config, FILE};

const HOUR: u64 = 3600;

fn at(seconds: u64) -> Now {
    Now {
        mono: Duration::from_secs(seconds),
        wall_ms: 1_764_000_000_000 + i64::try_from(seconds * 1000).expect("not that late"),
    }
}

fn queue(channels: &str) -> Queue {
    let place = Place::new();
    let text = format!("[alerts]\nself_test = \"off\"\n{channels}");
    place.file(FILE, &text);
    let config = Config::read(place.path()).expect("a configuration");
    // Half of the range: a wait is as long as it is without chance.
    Queue::new(config.alerting, Memory::default(), at(0), || 512)
}

fn channel(name: &str, more: &str) -> String {
    format!("[[alert]]\nname = \"{name}\"\n{more}\ncommand = {{ program = \"/bin/true\" }}\n")
}

fn alert(kind: AlertKind, id: &str) -> Alert {
    Alert::new(kind, AlertId::new(id), 0)
}

fn failed() -> Outcome {
    Outcome::Failed(Reason::new("no modem"))
}

/// Makes every try that is due, as `CHANNEL ID`, with one outcome.
fn tries(queue: &mut Queue, outcome: &Outcome, now: Now) -> Vec<String> {
    tries_by(queue, |_| outcome.clone(), now)
}

/// Makes every try that is due, with an outcome for each channel.
fn tries_by(queue: &mut Queue, outcome: impl Fn(&str) -> Outcome, now: Now) -> Vec<String> {
    let mut made = Vec::new();
    while let Some(Attempt { channel, alert }) = queue.poll_attempt(now) {
        made.push(format!("{} {}", channel.name, alert.id.as_str()));
        queue.handle_outcome(&channel.name, &alert.id, &outcome(&channel.name), now);
    }
    made
}

/// Channel a is dead, the other is not.
fn a_is_dead(channel: &str) -> Outcome {
    if channel == "a" {
        failed()
    } else {
        Outcome::Delivered
    }
}

#[test]
fn an_alert_goes_to_the_channels_that_take_it() {
    let mut queue = queue(
        &[
            channel("all", ""),
            channel("watch", "post = \"watch\""),
            channel("other", "post = \"other\"\non = [\"all\"]"),
            channel("lines", "on = [\"lines\", \"drill\"]"),
        ]
        .concat(),
    );
    let mut goes = |alert: Alert| {
        assert_eq!(queue.raise(alert, at(0)), Raised::Queued);
        let made = tries(&mut queue, &Outcome::Delivered, at(0));
        let names = made.iter().filter_map(|made| made.split(' ').next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        goes(alert(AlertKind::FlashArrived, "a")),
        ["all", "watch", "other"]
    );
    assert_eq!(
        goes(alert(AlertKind::FlashArrived, "b").for_post("watch")),
        ["all", "watch"]
    );
    let rings_all = alert(AlertKind::SafetyOfLife, "c").for_post("watch");
    assert_eq!(goes(rings_all), ["all", "watch", "other"]);
    assert_eq!(
        goes(alert(AlertKind::LineState, "d").for_post("third")),
        ["all", "lines"]
    );
    let drill = alert(AlertKind::Drill, "e").for_post("other");
    assert_eq!(goes(drill), ["all", "other", "lines"]);
}

#[test]
fn raised_again_it_does_nothing_until_it_is_to_be_repeated() {
    let mut queue = queue(&channel("a", ""));
    let flash = || alert(AlertKind::NotAcknowledged, "x").repeating(Duration::from_secs(300));
    assert_eq!(queue.raise(flash(), at(0)), Raised::Queued);
    assert_eq!(tries(&mut queue, &Outcome::Delivered, at(0)), ["a x"]);
    assert_eq!(queue.raise(flash(), at(299)), Raised::AlreadyOpen);
    assert_eq!(tries(&mut queue, &Outcome::Delivered, at(299)), [""; 0]);
    assert_eq!(queue.raise(flash(), at(300)), Raised::Queued);
    assert_eq!(tries(&mut queue, &Outcome::Delivered, at(300)), ["a x"]);
    queue.clear(&AlertId::new("x"));
    assert_eq!(queue.raise(flash(), at(301)), Raised::Queued);
    let never = || alert(AlertKind::NotShown, "y");
    assert_eq!(queue.raise(never(), at(0)), Raised::Queued);
    assert_eq!(queue.raise(never(), at(5 * HOUR)), Raised::AlreadyOpen);
}

#[test]
fn what_is_cleared_is_not_tried_again() {
    let mut queue = queue(&channel("a", ""));
    queue.raise(alert(AlertKind::FlashArrived, "x"), at(0));
    assert_eq!(tries(&mut queue, &failed(), at(0)), ["a x"]);
    queue.clear(&AlertId::new("x"));
    assert_eq!(tries(&mut queue, &failed(), at(HOUR)), [""; 0]);
    assert_eq!(queue.alerts().count(), 0);
}

#[test]
fn waits_grow_to_a_bound_and_end_with_the_time_of_the_kind() {
    let mut queue = queue(
        &[
            channel("a", "on = [\"messages\"]"),
            channel("b", "on = [\"drill\"]"),
        ]
        .concat(),
    );
    queue.raise(alert(AlertKind::FlashArrived, "x"), at(0));
    let mut tried_at = Vec::new();
    for second in 0..=24 * HOUR + 60 {
        queue.handle_timeout(at(second));
        if tries(&mut queue, &failed(), at(second)).contains(&"a x".to_owned()) {
            tried_at.push(second);
        }
    }
    assert_eq!(tried_at[..7], [0, 2, 6, 14, 30, 60, 90]);
    let last = tried_at.last().expect("it was tried");
    assert!((24 * HOUR - 30..24 * HOUR).contains(last), "{last}");
}

#[test]
fn what_reached_nobody_is_told_over_the_others_and_stays_in_sight() {
    let channels = [
        channel("a", "on = [\"messages\"]"),
        channel("b", "on = [\"drill\"]"),
    ];
    let mut queue = queue(&channels.concat());
    queue.raise(alert(AlertKind::FlashArrived, "x"), at(0));
    let go = |queue: &mut Queue, seconds: u64| {
        queue.handle_timeout(at(seconds));
        tries_by(queue, a_is_dead, at(seconds))
    };
    assert_eq!(go(&mut queue, 0), ["a x"]);
    assert_eq!(go(&mut queue, 59), ["a x"]);
    assert_eq!(go(&mut queue, 60), ["b channel/a"]);
    assert_eq!(
        go(&mut queue, 24 * HOUR),
        [""; 0],
        "the flash's time is over"
    );
    let flash = queue.alerts().find(|kept| kept.alert.id.as_str() == "x");
    let deliveries = format!("{:?}", flash.expect("in sight").deliveries);
    assert_eq!(deliveries, "{\"a\": GivenUp}");
    // A day after it was told, and still not mended.
    assert_eq!(go(&mut queue, 24 * HOUR + 60), ["b channel/a"]);
    // What nobody ever clears is forgotten.
    go(&mut queue, 8 * 24 * HOUR);
    assert!(queue.alerts().all(|kept| kept.alert.id.as_str() != "x"));
}

#[test]
fn one_alert_that_a_working_channel_never_takes_is_told_too() {
    let mut queue = queue(&[channel("a", ""), channel("b", "")].concat());
    queue.raise(alert(AlertKind::Drill, "x"), at(0));
    let mut now = at(0);
    while now.mono < Duration::from_secs(HOUR) {
        while let Some(attempt) = queue.poll_attempt(now) {
            let is_a = attempt.channel.name == "a";
            let outcome = if is_a { failed() } else { Outcome::Delivered };
            queue.handle_outcome(&attempt.channel.name, &attempt.alert.id, &outcome, now);
            queue.note("a", &Outcome::Delivered, now);
        }
        now = at((queue.poll_timeout(now).as_secs() + 1).min(HOUR));
        queue.handle_timeout(now);
    }
    assert_eq!(tries(&mut queue, &Outcome::Delivered, now), ["b channel/a"]);
}

#[test]
fn the_most_urgent_goes_first_and_one_at_a_time() {
    let mut queue = queue(&channel("a", ""));
    queue.raise(alert(AlertKind::TestMissed, "late"), at(0));
    let exercise = alert(AlertKind::FlashArrived, "exercise")
        .traffic(Precedence::Flash, MessageType::Exercise);
    queue.raise(exercise, at(0));
    queue.raise(alert(AlertKind::FlashArrived, "flash"), at(1));
    queue.raise(alert(AlertKind::SafetyOfLife, "life"), at(2));
    let first = queue.poll_attempt(at(2)).expect("a try");
    assert_eq!(first.alert.id.as_str(), "life");
    assert!(queue.poll_attempt(at(2)).is_none(), "the channel is busy");
    queue.handle_outcome("a", &first.alert.id, &Outcome::Delivered, at(2));
    let rest = tries(&mut queue, &Outcome::Delivered, at(2));
    assert_eq!(rest, ["a flash", "a late", "a exercise"]);
}

#[test]
fn when_there_are_too_many_the_least_urgent_gives_way() {
    let mut queue = queue(&channel("a", ""));
    for n in 0..ALERTS_WAITING_MAX {
        assert_eq!(
            queue.raise(alert(AlertKind::LineState, &n.to_string()), at(n as u64)),
            Raised::Queued
        );
    }
    assert_eq!(
        queue.raise(alert(AlertKind::TestMissed, "less"), at(999)),
        Raised::Full
    );
    assert_eq!(
        queue.raise(alert(AlertKind::LineState, "like"), at(999)),
        Raised::Full
    );
    assert_eq!(queue.lost(), 2);
    assert_eq!(
        queue.raise(alert(AlertKind::SafetyOfLife, "more"), at(999)),
        Raised::Queued
    );
    assert_eq!(
        (queue.lost(), queue.alerts().count()),
        (3, ALERTS_WAITING_MAX)
    );
    assert!(
        queue.alerts().all(|kept| kept.alert.id.as_str() != "0"),
        "the oldest of the least urgent"
    );
    // What has been sent gives way first, whatever it is.
    tries(&mut queue, &Outcome::Delivered, at(999));
    assert_eq!(
        queue.raise(alert(AlertKind::TestMissed, "less"), at(999)),
        Raised::Queued
    );
    assert_eq!(queue.lost(), 3);
}

#[test]
fn every_change_is_given_to_be_kept_and_again_if_it_was_not() {
    let mut queue = queue(&channel("a", ""));
    let keys = |queue: &mut Queue| {
        let changes: Vec<_> = std::iter::from_fn(|| queue.poll_change()).collect();
        let words = |change: &crate::alerts::queue::Change| {
            let what = if change.value.is_some() {
                "put"
            } else {
                "delete"
            };
            format!("{what} {}/{}", change.kind, change.key)
        };
        (changes.iter().map(words).collect::<Vec<_>>(), changes)
    };
    queue.raise(alert(AlertKind::FlashArrived, "x"), at(0));
    assert_eq!(keys(&mut queue).0, ["put alert/x"]);
    tries(&mut queue, &Outcome::Delivered, at(0));
    let (words, changes) = keys(&mut queue);
    assert_eq!(words, ["put alert/x", "put alert-channel/a"]);
    changes.iter().for_each(|change| queue.not_kept(change));
    queue.clear(&AlertId::new("x"));
    assert_eq!(
        keys(&mut queue).0,
        ["delete alert/x", "put alert-channel/a"]
    );
    assert_eq!(keys(&mut queue).0, [""; 0]);
}
