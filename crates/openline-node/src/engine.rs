//! The engine: one thread that owns the machine and the store, and drives them in the order the machine asks for.
//!
//! Everything else talks to it by sending a call, which runs on this thread between two rounds. Frames
//! that have arrived meanwhile are taken in one round, so that load is answered with larger
//! transactions and not with a longer queue; when idle, a round begins at once.

pub(crate) mod acts;
pub(crate) mod evidence;
mod healing;
pub(crate) mod links;
pub(crate) mod non_papers;
pub(crate) mod office;
mod persist;
pub(crate) mod tell;
pub(crate) mod ways;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use openline_bearer::{BearerEvent, Bearers};
use openline_core::charter::Founded;
use openline_core::doubt::NoteNumbers;
use openline_core::entry::{MessageType, Ref};
use openline_core::limits::SALT_LEN;
use openline_core::{LineId, PartyId, PartyIndex, Rule};
use openline_desk::standing::Standings;
use openline_proto::{AddLineError, Answer, LinkId, Machine, MachineConfig, Now, Query, Ticket};
use openline_store::{CommitError, OpenError, ReadError, Store};
use tokio::sync::{Notify, broadcast, mpsc, oneshot};

use crate::alarms::Alarms;
use crate::alerts::Alerts;
use crate::charters::Proposal;
use crate::error::ServiceError;
use crate::home::Home;
use crate::identity::NodeKeys;
use crate::relations::Relation;
use crate::service::entries::Looking;
use crate::view::{EventView, FaultView};
use crate::watch::Watches;

use links::LinkState;
use tell::Teller;

/// Calls taken before a new round begins.
const ROUND_CALLS_MAX: usize = 1024;
/// Bearer events taken before a new round begins.
const ROUND_FRAMES_MAX: usize = 1024;
/// Calls that may wait for the engine.
pub(crate) const CALLS_MAX: usize = 4096;
/// Faults kept to be shown.
const FAULTS_MAX: usize = 64;

/// Something to be done on the engine's thread.
pub(crate) type Call = Box<dyn FnOnce(&mut Engine) + Send>;

/// A handle on the engine; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    pub(crate) calls: mpsc::Sender<Call>,
    pub(crate) readers: Arc<crate::service::Readers>,
    pub(crate) events: broadcast::Sender<EventView>,
    pub(crate) round_wanted: Arc<Notify>,
    pub(crate) alerts: Alerts,
}

impl Handle {
    /// Runs `act` on the engine's thread and waits for what it returns.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Engine) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (reply, answer) = oneshot::channel();
        let call: Call = Box::new(move |engine| {
            // The caller may have gone; then nobody wants the answer.
            let _ = reply.send(act(engine));
        });
        self.calls.send(call).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Runs `act`, which keeps the reply to answer later.
    pub(crate) async fn call_later<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Engine, oneshot::Sender<Result<T, ServiceError>>) + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (reply, answer) = oneshot::channel();
        let call: Call = Box::new(move |engine| act(engine, reply));
        self.calls.send(call).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

fn stopped() -> ServiceError {
    ServiceError::Unavailable("the node is stopping".to_owned())
}

/// Why the engine could not take up its lines.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeUpError {
    /// The store could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stored charter breaks a rule, or the stored record does not fit together.
    #[error("the store holds a line that can't be taken up: {0}; run: openline check")]
    Line(String),
    /// Too many lines, or two that can't be told apart.
    #[error(transparent)]
    Add(#[from] AddLineError),
}

/// Who waits for an own entry to be durable here.
pub(crate) struct Releasing {
    pub(crate) reply: oneshot::Sender<Result<Released, ServiceError>>,
    pub(crate) started: Instant,
    pub(crate) message_type: MessageType,
    /// The key of its [`office::Aside`].
    pub(crate) salt: [u8; SALT_LEN],
}

/// An own entry that is durable here.
#[derive(Debug, Clone)]
pub(crate) struct Released {
    pub(crate) line: LineId,
    pub(crate) place: Ref,
    pub(crate) leaf: openline_core::Hash,
    pub(crate) took: Duration,
}

/// Who waits for an own entry to be durable at another party.
pub(crate) struct StoredWaiter {
    pub(crate) reply: oneshot::Sender<Result<Vec<PartyIndex>, ServiceError>>,
}

/// Why nothing is written at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreState {
    Sound,
    /// The last commit failed for a reason that may pass, such as a full disk.
    CannotWrite(String),
    /// Bytes on disk are not what was written.
    Damaged(String),
    /// Copies of damaged entries are being fetched.
    Healing(String),
}

/// The engine's state. Used by its own thread only.
pub(crate) struct Engine {
    pub(crate) home: Home,
    pub(crate) keys: NodeKeys,
    /// What the card tells others to dial.
    pub(crate) endpoints: Vec<String>,
    card: Vec<u8>,
    pub(crate) store: Store,
    pub(crate) readers: Arc<crate::service::Readers>,
    pub(crate) store_state: StoreState,
    pub(crate) machine: Machine,
    pub(crate) bearers: Bearers,
    pub(crate) relations: BTreeMap<PartyId, Relation>,
    pub(crate) proposals: BTreeMap<LineId, Proposal>,
    pub(crate) founded: BTreeMap<LineId, Arc<Founded>>,
    pub(crate) links: HashMap<LinkId, LinkState>,
    pub(crate) failures: BTreeMap<PartyId, String>,
    pub(crate) last_heard: BTreeMap<PartyId, i64>,
    /// How each way to each party has stood.
    pub(crate) ways: ways::Ways,
    pub(crate) releasing: HashMap<Ticket, Releasing>,
    pub(crate) waiters: BTreeMap<(LineId, u64), Vec<StoredWaiter>>,
    pub(crate) numbers: BTreeMap<LineId, NoteNumbers>,
    /// What each party takes, by line.
    pub(crate) standings: BTreeMap<LineId, Standings>,
    pub(crate) knowledge: evidence::Knowledge,
    pub(crate) alarms: Alarms,
    pub(crate) alerts: Alerts,
    pub(crate) faults: VecDeque<FaultView>,
    pub(crate) tally: Tally,
    pub(crate) teller: Teller,
    pub(crate) healing: Option<healing::Healing>,
    pub(crate) office: office::Office,
    pub(crate) off_the_record: non_papers::OffTheRecord,
    pub(crate) next_ticket: u64,
    pub(crate) started: Instant,
    pub(crate) is_stopping: bool,
    pub(crate) watches: Watches,
    /// Tells the rounds that there may be something to do.
    pub(crate) round_wanted: Arc<Notify>,
}

/// Counts of what was taken in, to report what one bundle brought.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) entries: u64,
    pub(crate) cosignatures: u64,
    pub(crate) instruments: u64,
}

/// What the engine is made from.
pub(crate) struct Parts {
    pub(crate) home: Home,
    pub(crate) keys: NodeKeys,
    pub(crate) store: Store,
    pub(crate) bearers: Bearers,
    pub(crate) relations: BTreeMap<PartyId, Relation>,
    pub(crate) proposals: BTreeMap<LineId, Proposal>,
    pub(crate) events: broadcast::Sender<EventView>,
    pub(crate) readers: Arc<crate::service::Readers>,
    pub(crate) endpoints: Vec<String>,
    pub(crate) card: Vec<u8>,
    pub(crate) watches: Watches,
    pub(crate) round_wanted: Arc<Notify>,
    pub(crate) alerts: Alerts,
    pub(crate) office: office::Office,
    pub(crate) non_papers: crate::non_paper::NonPapers,
}

impl Engine {
    /// Takes up every line of the store.
    pub(crate) fn take_up(parts: Parts) -> Result<Self, TakeUpError> {
        let started = Instant::now();
        let machine = Machine::new(MachineConfig {
            party: parts.home.party_id(),
            card: parts.card.clone(),
            keys: parts.keys.signers(),
        });
        let mut engine = Self {
            home: parts.home,
            keys: parts.keys,
            endpoints: parts.endpoints,
            card: parts.card,
            store_state: StoreState::Sound,
            store: parts.store,
            readers: parts.readers,
            machine,
            bearers: parts.bearers,
            relations: parts.relations,
            proposals: parts.proposals,
            founded: BTreeMap::new(),
            links: HashMap::new(),
            failures: BTreeMap::new(),
            last_heard: BTreeMap::new(),
            ways: ways::Ways::new(crate::identity::wall_ms()),
            releasing: HashMap::new(),
            waiters: BTreeMap::new(),
            numbers: BTreeMap::new(),
            standings: BTreeMap::new(),
            knowledge: evidence::Knowledge::default(),
            alarms: Alarms::default(),
            alerts: parts.alerts,
            faults: VecDeque::new(),
            tally: Tally::default(),
            teller: Teller::new(parts.events),
            healing: None,
            office: parts.office,
            off_the_record: non_papers::OffTheRecord::new(parts.non_papers),
            next_ticket: 0,
            started,
            is_stopping: false,
            watches: parts.watches,
            round_wanted: parts.round_wanted,
        };
        engine.take_up_silences()?;
        engine.take_up_lines()?;
        if let Some(damage) = engine.store.damage() {
            engine.begin_healing(&damage.text);
        }
        Ok(engine)
    }

    fn take_up_silences(&mut self) -> Result<(), TakeUpError> {
        for kept in self.store.documents(acts::documents::SILENCE)? {
            // A silence that can't be read is none: the alarm rings.
            if let Ok(until) = <[u8; 8]>::try_from(kept.value.as_slice()) {
                self.alarms
                    .silenced
                    .insert(kept.key, i64::from_be_bytes(until));
            }
        }
        Ok(())
    }

    fn take_up_lines(&mut self) -> Result<(), TakeUpError> {
        for line in self.store.lines()? {
            let broken =
                |why: String| TakeUpError::Line(format!("line {}: {why}", line.id.short()));
            let founded =
                Founded::decode(&line.instrument).map_err(|rule| broken(rule.to_string()))?;
            self.add_line(Arc::new(founded))?;
        }
        Ok(())
    }

    /// Takes up one line that the store holds.
    pub(crate) fn add_line(&mut self, founded: Arc<Founded>) -> Result<(), TakeUpError> {
        let id = founded.line();
        let taken = openline_keeper::take_up(&self.store, &founded, &self.home.party_id());
        let (logs, facts) = taken.map_err(|error| match error {
            openline_keeper::TakeUpError::Read(error) => TakeUpError::from(error),
            openline_keeper::TakeUpError::Snapshot(error) => {
                TakeUpError::Line(format!("line {}: {error}", id.short()))
            }
        })?;
        let standings = Looking::at(&self.store, id).and_then(|looking| looking.standings(None));
        let standings = standings
            .map_err(|error| TakeUpError::Line(format!("line {}: {error}", id.short())))?;
        self.standings.insert(id, standings);
        let now = self.now();
        self.machine
            .add_line(logs, facts, crate::identity::random(), now)?;
        self.founded.insert(id, founded);
        let notices = self
            .store
            .document(acts::documents::NOTICES, &id.to_string())?;
        let notices = notices.and_then(|kept| crate::notices::decode(&kept.value));
        self.knowledge
            .notices
            .insert(id, notices.unwrap_or_default());
        self.say_watch(&id);
        self.alarms.want();
        self.round_wanted.notify_one();
        Ok(())
    }

    /// Both clocks.
    pub(crate) fn now(&self) -> Now {
        Now {
            mono: self.started.elapsed(),
            wall_ms: crate::identity::wall_ms(),
        }
    }

    /// Runs until told to stop.
    pub(crate) async fn run(
        mut self,
        mut calls: mpsc::Receiver<Call>,
        mut events: mpsc::Receiver<BearerEvent>,
    ) {
        self.drive();
        while !self.is_stopping {
            let deadline = self
                .machine
                .poll_timeout()
                .into_iter()
                .chain(self.healing_deadline())
                .chain(self.look_deadline())
                .chain([self.off_the_record.deadline()])
                .min();
            let deadline = deadline.map(|at| self.started + at);
            tokio::select! {
                biased;
                call = calls.recv() => match call {
                    Some(call) => call(&mut self),
                    None => break,
                },
                event = events.recv() => match event {
                    Some(event) => self.handle_bearer(event),
                    None => break,
                },
                () = sleep_until(deadline) => {}
            }
            for _ in 0..ROUND_CALLS_MAX {
                let Ok(call) = calls.try_recv() else { break };
                call(&mut self);
            }
            for _ in 0..ROUND_FRAMES_MAX {
                let Ok(event) = events.try_recv() else { break };
                self.handle_bearer(event);
            }
            self.handle_time();
            self.drive();
            self.look();
            self.teller.flush();
            if calls.is_empty() && events.is_empty() {
                self.maintain();
            }
        }
        self.bearers.shutdown().await;
    }

    fn handle_time(&mut self) {
        let now = self.now();
        if self.machine.poll_timeout().is_some_and(|at| at <= now.mono) {
            self.machine.handle_timeout(now);
        }
        self.check_healing(now.mono);
        self.check_off_the_record(now.mono);
    }

    /// Drives the machine's outputs until all are empty, in the order that [`Machine`] documents.
    pub(crate) fn drive(&mut self) {
        loop {
            let is_writable = matches!(
                self.store_state,
                StoreState::Sound | StoreState::CannotWrite(_)
            );
            if is_writable && let Some(facts) = self.machine.poll_persist(self.now()) {
                if let Err(error) = self.persist(&facts) {
                    self.store_failed(&error);
                    continue;
                }
                self.machine.handle_persisted();
            }
            let mut is_busy = false;
            while let Some((id, query)) = self.machine.poll_query() {
                let answer = self.answer(&query);
                let now = self.now();
                self.machine.handle_answer(id, answer, now);
                is_busy = true;
            }
            while let Some(transmit) = self.machine.poll_transmit() {
                self.transmit(transmit);
            }
            while let Some(event) = self.machine.poll_event() {
                self.handle_event(event);
                is_busy = true;
            }
            if !is_busy {
                break;
            }
        }
        self.teller.flush();
    }

    fn answer(&mut self, query: &Query) -> Answer {
        let Some(founded) = self.founded.get(&query.line()) else {
            return Answer::Unreadable;
        };
        match openline_keeper::answer(&self.store, founded, query) {
            Ok(answer) => answer,
            Err(error) => {
                self.store_unreadable(&error);
                Answer::Unreadable
            }
        }
    }

    /// A commit failed: nothing of it is durable, so the machine must forget it too.
    fn store_failed(&mut self, error: &CommitError) {
        tracing::error!(%error, "the store could not write; nothing of this round was released or cosigned");
        let state = StoreState::CannotWrite(error.to_string());
        self.tell_store(&state);
        self.store_state = state;
        for (_, releasing) in self.releasing.drain() {
            let _ = releasing.reply.send(Err(ServiceError::Unavailable(format!(
                "{error}; nothing was released"
            ))));
        }
        self.office.forget_asides();
        if matches!(error, CommitError::Damaged(_)) {
            self.begin_healing(&error.to_string());
        }
        self.restart_machine();
    }

    /// Makes the machine anew from what is durable, and lets every link come up again.
    pub(crate) fn restart_machine(&mut self) {
        let links: Vec<LinkId> = self.links.keys().copied().collect();
        for link in links {
            self.close_link(
                link,
                "the store could not write and this node took its lines up again",
            );
        }
        self.links.clear();
        self.off_the_record.links_gone();
        self.machine = Machine::new(MachineConfig {
            party: self.home.party_id(),
            card: self.card_bytes(),
            keys: self.keys.signers(),
        });
        self.founded.clear();
        if let Err(error) = self.take_up_lines() {
            tracing::error!(%error, "the lines could not be taken up again; the node stays up to say so");
            self.store_state = StoreState::Damaged(error.to_string());
        }
    }

    fn maintain(&mut self) {
        if let Err(error) = self.store.maintain() {
            tracing::warn!(%error, "the store's write-ahead log could not be moved into its file");
        }
    }

    /// Our card's bytes, as greetings and bundles carry it.
    pub(crate) fn card_bytes(&self) -> Vec<u8> {
        self.card.clone()
    }

    /// Makes the card anew, after a key has changed.
    pub(crate) fn renew_card(&mut self) -> Result<(), ServiceError> {
        let card = self
            .home
            .make_card(&self.keys, &self.endpoints, crate::identity::wall_ms());
        let card = card.map_err(|error| ServiceError::Unavailable(error.to_string()))?;
        self.card = card.bytes().to_vec();
        self.machine
            .set_identity(self.card.clone(), self.keys.signers());
        Ok(())
    }

    /// A new ticket for a draft.
    pub(crate) fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    /// Our own position on a line.
    pub(crate) fn me(&self, line: &LineId) -> Result<PartyIndex, ServiceError> {
        self.machine
            .me(line)
            .ok_or(ServiceError::Refused(Rule::LineUnknown.into()))
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
