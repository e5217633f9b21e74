//! The task that sends alerts: gives the queue time, the store and the channels.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openline_proto::Now;
use openline_store::{Store, Write};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::alert::{Alert, AlertId};
use super::channel::{Channel, Outcome, Reason};
use super::config::Alerting;
use super::documents;
use super::queue::{Attempt, Change, Delivery, Kept, Memory, Queue};
use crate::engine::Handle;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{AlertChannelView, AlertTestView, AlertView, AlertsView};

/// Asks that may wait for the task.
const ASKS_MAX: usize = 1024;
/// The store may take so long; after that an alert goes out although it is not kept yet.
const KEEP_TIMEOUT: Duration = Duration::from_secs(2);

/// What raises alerts; cheap to clone, and never waits.
#[derive(Debug, Clone)]
pub struct Alerts {
    asks: mpsc::Sender<Ask>,
    home: PathBuf,
    /// Asks that found no place.
    overflow: Arc<AtomicU64>,
}

/// What has been asked and waits for the [`Sender`].
#[derive(Debug)]
pub(crate) struct Inbox(mpsc::Receiver<Ask>);

#[derive(Debug)]
pub(super) enum Ask {
    Raise(Box<Alert>),
    Clear(AlertId),
    List(oneshot::Sender<AlertsView>),
    Channels(oneshot::Sender<Vec<Arc<Channel>>>),
    Tried(String, Outcome),
}

impl Alerts {
    /// Also gives what the [`Sender`] takes.
    pub(crate) fn new(home: PathBuf) -> (Self, Inbox) {
        let (asks, inbox) = mpsc::channel(ASKS_MAX);
        let overflow = Arc::new(AtomicU64::new(0));
        let alerts = Self {
            asks,
            home,
            overflow,
        };
        (alerts, Inbox(inbox))
    }

    /// Lets an alert go out over every channel that takes it. Returns at once: it is kept and sent by a task of its own.
    /// Raising the same id again does nothing while the alert is open, until it is to be repeated.
    pub fn raise(&self, alert: Alert) {
        if self.asks.try_send(Ask::Raise(Box::new(alert))).is_err() {
            self.overflow.fetch_add(1, Ordering::Relaxed);
            tracing::error!("an alert could not be queued: too many wait, or the node is stopping");
        }
    }

    /// The reason for an alert is gone: what of it has not been sent is not sent any more.
    pub fn clear(&self, id: &AlertId) {
        // If there is no room, the alert goes out once too often.
        let _ = self.asks.try_send(Ask::Clear(id.clone()));
    }

    /// Every channel and every alert that is open or waits.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the node is stopping.
    pub async fn list(&self) -> Result<AlertsView, ServiceError> {
        let mut view = self.ask(Ask::List).await?;
        view.lost += self.overflow.load(Ordering::Relaxed);
        Ok(view)
    }

    /// Sends a test over one channel or over all, and says how each did. A test that does not get through is not tried again.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if no channel has that name; [`ServiceError::Unavailable`] when the node is stopping.
    pub async fn test(&self, name: Option<&str>) -> Result<Vec<AlertTestView>, ServiceError> {
        let channels = self.ask(Ask::Channels).await?;
        let chosen: Vec<_> = channels
            .into_iter()
            .filter(|channel| name.is_none_or(|name| name == channel.name))
            .collect();
        if let (Some(name), true) = (name, chosen.is_empty()) {
            return Err(ServiceError::NotFound(format!(
                "no alert channel is called {name}; openline alert list shows all"
            )));
        }
        let mut tries = JoinSet::new();
        for channel in chosen {
            let home = self.home.clone();
            tries.spawn_blocking(move || {
                let started = std::time::Instant::now();
                let alert = Alert::channel_test(&channel.name, wall_ms());
                let outcome = channel.deliver(&home, &alert);
                (channel, outcome, started.elapsed())
            });
        }
        let mut views = Vec::new();
        while let Some(tried) = tries.join_next().await {
            let (channel, outcome, took) =
                tried.map_err(|error| ServiceError::Unavailable(error.to_string()))?;
            views.push(test_view(&channel, &outcome, took));
            let tried = Ask::Tried(channel.name.clone(), outcome);
            self.asks.send(tried).await.map_err(|_| stopping())?;
        }
        views.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(views)
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Result<T, ServiceError> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(ask(reply)).await.map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())
    }
}

fn stopping() -> ServiceError {
    ServiceError::Unavailable("the node is stopping".to_owned())
}

fn test_view(channel: &Channel, outcome: &Outcome, took: Duration) -> AlertTestView {
    let words = match outcome {
        Outcome::Delivered => "handed over".to_owned(),
        Outcome::InPart(reason) => format!("handed over in part: {}", reason.words()),
        Outcome::Failed(reason) => reason.words().to_owned(),
    };
    AlertTestView {
        name: channel.name.clone(),
        kind: channel.kind().to_owned(),
        is_delivered: *outcome == Outcome::Delivered,
        words,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Where what waits is kept.
pub(crate) trait Shelf: Send + Sync + 'static {
    /// Makes changes durable, all or none.
    fn keep(&self, changes: Vec<Change>) -> impl Future<Output = Result<(), ServiceError>> + Send;
}

impl Shelf for Handle {
    async fn keep(&self, changes: Vec<Change>) -> Result<(), ServiceError> {
        self.call(move |engine| {
            engine.commit(&writes(&changes))?;
            Ok(())
        })
        .await
    }
}

/// The changes as the store takes them.
pub(super) fn writes(changes: &[Change]) -> Vec<Write<'_>> {
    let updated_ms = wall_ms();
    changes
        .iter()
        .map(|change| {
            let (kind, key) = (change.kind, change.key.as_str());
            match &change.value {
                Some(value) => Write::Document {
                    kind,
                    key,
                    value,
                    updated_ms,
                },
                None => Write::DeleteDocument { kind, key },
            }
        })
        .collect()
}

impl Memory {
    /// What a store keeps. A document that can't be read is left out: an alert less is better than a node that does not start.
    pub(crate) fn read(store: &Store) -> Self {
        let mut memory = Self::default();
        let documents = |kind| {
            store.documents(kind).unwrap_or_else(|error| {
                tracing::warn!(%error, "alerts that waited can't be read");
                Vec::new()
            })
        };
        for document in documents(documents::ALERT) {
            match serde_json::from_slice::<Kept>(&document.value) {
                Ok(kept) => memory.alerts.push(kept),
                Err(error) => tracing::warn!(%error, "an alert that waited can't be read"),
            }
        }
        memory.channels = documents(documents::CHANNEL)
            .into_iter()
            .filter_map(|document| {
                Some((document.key, serde_json::from_slice(&document.value).ok()?))
            })
            .collect::<BTreeMap<_, _>>();
        memory
    }
}

/// The task.
pub(crate) struct Sender<S> {
    queue: Queue,
    home: PathBuf,
    shelf: S,
    started: Instant,
    tries: JoinSet<(String, AlertId, Outcome)>,
}

impl<S: Shelf> Sender<S> {
    pub(crate) fn new(alerting: Alerting, memory: Memory, home: PathBuf, shelf: S) -> Self {
        let started = Instant::now();
        let now = Now {
            mono: Duration::ZERO,
            wall_ms: wall_ms(),
        };
        let roll = || u64::from_le_bytes(crate::identity::random());
        Self {
            queue: Queue::new(alerting, memory, now, roll),
            home,
            shelf,
            started,
            tries: JoinSet::new(),
        }
    }

    /// Runs until told to stop. A try that is under way then ends by itself; what it was for is kept, and tried again after the next start.
    pub(crate) async fn run(mut self, mut inbox: Inbox, mut stopped: watch::Receiver<bool>) {
        loop {
            self.keep().await;
            let now = self.now();
            while let Some(attempt) = self.queue.poll_attempt(now) {
                self.start(attempt);
            }
            let back = self.started + self.queue.poll_timeout(now);
            tokio::select! {
                ask = inbox.0.recv() => match ask {
                    Some(ask) => self.handle(ask),
                    None => break,
                },
                Some(tried) = self.tries.join_next() => self.handle_tried(tried),
                _ = stopped.wait_for(|is_stopped| *is_stopped) => break,
                () = tokio::time::sleep_until(back) => {}
            }
            self.queue.handle_timeout(self.now());
        }
    }

    fn now(&self) -> Now {
        Now {
            mono: self.started.elapsed(),
            wall_ms: wall_ms(),
        }
    }

    fn handle(&mut self, ask: Ask) {
        let now = self.now();
        match ask {
            Ask::Raise(alert) => {
                self.queue.raise(*alert, now);
            }
            Ask::Clear(id) => self.queue.clear(&id),
            // Who asked may have gone.
            Ask::List(reply) => drop(reply.send(view(&self.queue))),
            Ask::Channels(reply) => {
                let channels = self.queue.channels().map(|(channel, _)| channel.clone());
                drop(reply.send(channels.collect()));
            }
            Ask::Tried(name, outcome) => self.queue.note(&name, &outcome, now),
        }
    }

    fn start(&mut self, attempt: Attempt) {
        let home = self.home.clone();
        self.tries.spawn_blocking(move || {
            let Attempt { channel, alert } = attempt;
            let deliver = || channel.deliver(&home, &alert);
            // A channel that stays busy for ever would be worse than one that fails.
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(deliver))
                .unwrap_or_else(|_| Outcome::Failed(Reason::new("this program failed; report it")));
            (channel.name.clone(), alert.id, outcome)
        });
    }

    fn handle_tried(&mut self, tried: Result<(String, AlertId, Outcome), tokio::task::JoinError>) {
        if let Ok((channel, id, outcome)) = tried {
            let now = self.now();
            self.queue.handle_outcome(&channel, &id, &outcome, now);
        }
    }

    /// Makes changes durable. If that fails the alerts go out all the same, and the changes are kept later.
    async fn keep(&mut self) {
        let mut changes = Vec::new();
        while let Some(change) = self.queue.poll_change() {
            changes.push(change);
        }
        if changes.is_empty() {
            return;
        }
        let kept = tokio::time::timeout(KEEP_TIMEOUT, self.shelf.keep(changes.clone())).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::warn!("alerts that wait could not be kept; they are sent all the same");
            for change in &changes {
                self.queue.not_kept(change);
            }
        }
    }
}

fn view(queue: &Queue) -> AlertsView {
    let count = |name: &str, wanted: fn(&Delivery) -> bool| {
        let of_channel = queue.alerts().filter_map(|kept| kept.deliveries.get(name));
        of_channel.filter(|delivery| wanted(delivery)).count() as u64
    };
    AlertsView {
        channels: queue
            .channels()
            .map(|(channel, health)| AlertChannelView {
                name: channel.name.clone(),
                kind: channel.kind().to_owned(),
                target: channel.target(),
                post: channel.post.clone(),
                state: health.word().to_owned(),
                last_success_ms: health.last_success_ms,
                failing_since_ms: health.failing_since_ms,
                last_error: health.last_error.clone(),
                waiting: count(&channel.name, |delivery| {
                    matches!(delivery, Delivery::Waiting(_))
                }),
                given_up: count(&channel.name, |delivery| {
                    matches!(delivery, Delivery::GivenUp)
                }),
            })
            .collect(),
        alerts: queue.alerts().map(alert_view).collect(),
        lost: queue.lost(),
    }
}

fn alert_view(kept: &Kept) -> AlertView {
    let over = |wanted: fn(&Delivery) -> bool| {
        let chosen = kept
            .deliveries
            .iter()
            .filter(|(_, delivery)| wanted(delivery));
        chosen.map(|(name, _)| name.clone()).collect()
    };
    AlertView {
        id: kept.alert.id.as_str().to_owned(),
        reference: kept.alert.id.reference(),
        headline: kept.alert.headline(),
        line: kept.alert.line().map(str::to_owned),
        post: kept.alert.post.clone(),
        raised_ms: kept.raised_ms,
        delivered: over(|delivery| matches!(delivery, Delivery::Delivered(_))),
        waiting: over(|delivery| matches!(delivery, Delivery::Waiting(_))),
        given_up: over(|delivery| matches!(delivery, Delivery::GivenUp)),
    }
}
