//! The façade: everything that a person or program may ask of a running node.
//!
//! The HTTP API and, through it, the command line and the console use this and nothing else. What
//! changes something runs on the engine's thread; what only reads runs on a reader of the store.

mod acting;
mod alarms;
mod alerts;
mod approving;
mod audit;
mod closing;
mod delays;
mod drafts;
mod encounters;
pub(crate) mod entries;
mod exchange;
mod folds;
mod glossary;
mod history;
mod kept_fold;
mod language;
mod lines;
mod messages;
pub(crate) mod names;
mod non_papers;
mod notices;
mod notifications;
mod officers;
mod open_places;
mod origin;
mod passkeys;
mod policy;
mod pouches;
mod publishing;
mod readers;
mod readouts;
mod receipts;
mod record;
mod relations;
mod releasing;
mod review;
mod rota;
mod scheduling;
mod sessions;
mod standing;
mod statements;
mod status;
mod templates;
mod testing;
mod texts;
mod topics;
mod waiting;
mod watch;
mod ways;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;

use crate::audit::{Act, Deed};
use crate::engine::{Engine, Handle, StoredWaiter};
use crate::error::ServiceError;
use crate::officers::{Actor, Role};
use crate::relations::Halves;
use crate::view::EventView;

pub use audit::AuditQuery;
pub use policy::PolicyQuestion;
pub(crate) use readers::Readers;
pub use record::LogQuery;
pub use templates::view as template_view;
use testing::Tester;

/// How long the old key is proved while another party does not hold a key change.
const KEY_CHANGE_WAIT: Duration = Duration::from_secs(30 * 86_400);

/// Answer of every call.
pub type Answer<T> = Result<T, ServiceError>;

/// A handle on a running node, on somebody's behalf; cheap to clone. The node's own is the administrator's of the machine.
#[derive(Debug, Clone)]
pub struct Service {
    handle: Handle,
    halves: Halves,
    tester: Arc<tokio::sync::Mutex<Tester>>,
    folds: folds::Folds,
    giving: receipts::Giving,
    sessions: Arc<std::sync::Mutex<crate::sessions::Sessions>>,
    way: approving::Way,
    actor: Actor,
}

impl Service {
    pub(crate) fn new(handle: Handle) -> Self {
        Self {
            handle,
            halves: Halves::default(),
            tester: Arc::default(),
            folds: folds::Folds::default(),
            giving: receipts::Giving::default(),
            sessions: Arc::default(),
            way: approving::Way::default(),
            actor: Actor::Administrator,
        }
    }

    /// Runs `act` on the engine's thread.
    async fn engine<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Engine) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        self.handle.call(act).await
    }

    /// Runs `read` on a thread that may block, with a reader of the store.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&openline_store::Reader) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let readers = self.handle.readers.clone();
        tokio::task::spawn_blocking(move || readers.with(read))
            .await
            .map_err(|error| ServiceError::Unavailable(format!("a read was broken off: {error}")))?
    }

    /// Notified when there may be something for a round to do.
    pub(crate) fn round_wanted(&self) -> Arc<tokio::sync::Notify> {
        self.handle.round_wanted.clone()
    }

    /// What has happened since event `after`, as far as it is kept, and what happens from now on.
    pub async fn events(
        &self,
        after: Option<u64>,
    ) -> (Vec<EventView>, broadcast::Receiver<EventView>) {
        // Subscribing first means that nothing falls between the two; an event may come twice, with one sequence number.
        let receiver = self.handle.events.subscribe();
        let after = after.unwrap_or(u64::MAX);
        let backlog = self
            .engine(move |engine| Ok(engine.teller.backlog(after)))
            .await;
        (backlog.unwrap_or_default(), receiver)
    }

    /// Waits until every other party of the line holds an own entry durably, and names them.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the time is over first: the entry is on the record here all the same.
    pub async fn wait_stored(
        &self,
        line: &str,
        place: &str,
        timeout: Duration,
    ) -> Answer<Vec<String>> {
        let (line, place) = self.resolve(line, place).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        if place.party != me {
            return Err(ServiceError::Unusable(format!(
                "entry {} is another party's: whether it is held elsewhere can be waited for by its author only",
                entries::place_text(place)
            )));
        }
        self.read(move |reader| entries::Looking::at(reader, line)?.entry(place).map(|_| ()))
            .await?;
        let waiting = self.handle.call_later(move |engine, reply| {
            engine.wait_stored(line, place, StoredWaiter { reply });
        });
        let holders = tokio::time::timeout(timeout, waiting).await.map_err(|_| {
            let words = "not every other party has confirmed in time that it holds the entry; it is on the record here and will be sent on";
            ServiceError::Unavailable(words.to_owned())
        })??;
        self.engine(move |engine| {
            Ok(holders
                .iter()
                .map(|party| engine.name_on(&line, *party))
                .collect())
        })
        .await
    }

    /// Tells the bearers that the machine's network has changed: every peer is tried again at once.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the node is stopping.
    pub async fn network_changed(&self) -> Answer<()> {
        let deed = Deed::new(Act::RetryBearers);
        self.act(&[Role::DutyOfficer, Role::Administrator], deed, |engine| {
            engine.bearers.network_changed();
            Ok(())
        })
        .await
    }

    /// Takes up the node key that the ceremony (`openline key change`) left in the home: puts it on the record of every line,
    /// and proves it to the peers once they know it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when no new key is waiting; [`ServiceError::Unavailable`] when a line can't be written now.
    pub async fn adopt_key(
        &self,
        passphrase: Option<String>,
    ) -> Answer<Vec<crate::view::ReleasedView>> {
        self.require(Role::Administrator, None).await?;
        let (seeds, credential) = self
            .engine(move |engine| {
                engine
                    .home
                    .next_key(passphrase.as_deref())
                    .map_err(|error| match error {
                        crate::home::HomeError::NoNextKey => {
                            ServiceError::NotFound(error.to_string())
                        }
                        error => ServiceError::Unusable(error.to_string()),
                    })
            })
            .await?;
        let bytes = credential.bytes().to_vec();
        let deed = Deed::new(Act::TakeKey).detail(format!("serial {}", credential.serial()));
        let lines = self
            .act(&[Role::Administrator], deed, move |engine| {
                engine.take_key(seeds, credential)?;
                Ok(engine.founded.keys().copied().collect::<Vec<_>>())
            })
            .await?;
        let mut released = Vec::new();
        for line in lines {
            let body = openline_core::body::encode_key_change(&bytes);
            let post = openline_core::charter::NODE_POST.to_owned();
            let kind = openline_core::entry::Kind::KeyChange;
            released.push(
                self.release_other(Engine::other(line, post, kind, Vec::new(), body))
                    .await?,
            );
        }
        tokio::spawn(self.clone().prove_when_known(released.clone()));
        Ok(released)
    }

    /// The bearers go on proving the old key until every other party holds the change: a peer that does not know of the new
    /// key would refuse it, and could then never learn of it over a bearer.
    async fn prove_when_known(self, changes: Vec<crate::view::ReleasedView>) {
        for change in &changes {
            // When the node stops first, it proves the new key from its next start on.
            if self
                .wait_stored(&change.line, &change.place, KEY_CHANGE_WAIT)
                .await
                .is_err()
            {
                return;
            }
        }
        let proved = self.engine(|engine| {
            engine.prove_new_key();
            Ok(())
        });
        if let Err(error) = proved.await {
            tracing::info!(%error, "the new key is proved from the next start on");
        }
    }

    /// Stops the node: what is under way is made durable, bearers are closed in order.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when it is stopping already.
    pub async fn shutdown(&self) -> Answer<()> {
        self.require(Role::Administrator, None).await?;
        let text = Deed::new(Act::StopNode).text(&self.actor, crate::audit::DONE);
        self.engine(move |engine| {
            if let Err(error) = engine.note(&text) {
                // A node that can't write must be able to stop all the same.
                tracing::warn!(%error, "the stop could not be noted in the audit log");
            }
            engine.say_that_it_stops();
            engine.is_stopping = true;
            Ok(())
        })
        .await
    }
}
