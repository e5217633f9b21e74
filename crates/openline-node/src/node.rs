//! A running node: its home opened, its bearers listening, its engine on a thread of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use openline_bearer::{Bearers, BearersConfig, TransportKey};
use openline_store::{OpenError, ReadError, Store};
use tokio::sync::{Notify, broadcast, mpsc, watch};

use crate::alerts::{Alerts, Memory, Sender};
use crate::charters::Proposal;
use crate::engine::acts::documents;
use crate::engine::office::{Office, OfficeError};
use crate::engine::{self, CALLS_MAX, Engine, Handle, Parts, TakeUpError};
use crate::home::{Home, HomeError};
use crate::identity::wall_ms;
use crate::non_paper::NonPapers;
use crate::policy::Policy;
use crate::relations::Relation;
use crate::service::{Readers, Service};
use crate::watch::Watches;

/// How a node is to be started, where it differs from what its home says.
#[derive(Debug, Clone, Default)]
pub struct NodeOptions {
    /// Opens a sealed node key.
    pub passphrase: Option<String>,
    /// Where to listen for QUIC, in place of what the configuration says.
    pub listen_quic: Option<Vec<SocketAddr>>,
    /// Where to listen for TLS over TCP, in place of what the configuration says.
    pub listen_tls: Option<Vec<SocketAddr>>,
    /// What the card tells others to dial, in place of what the configuration says.
    pub endpoints: Option<Vec<String>>,
}

/// A node could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The home can't be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The store can't be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The store can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The lines can't be taken up.
    #[error(transparent)]
    TakeUp(#[from] TakeUpError),
    /// The release policy can't be used.
    #[error(transparent)]
    Policy(#[from] crate::policy::PolicyError),
    /// A bearer can't be started.
    #[error(transparent)]
    Bearers(#[from] openline_bearer::StartError),
    /// A stored document can't be read.
    #[error("the store's {0} can't be read; run: openline check")]
    Document(&'static str),
    /// The engine's thread can't be started.
    #[error("a thread can't be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// A running node. Dropping it does not stop it; [`Service::shutdown`] does.
#[derive(Debug)]
pub struct Node {
    service: Service,
    stopped: watch::Receiver<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Node {
    /// Starts the node of a home. Call it within a tokio runtime, on which the bearers will run.
    ///
    /// # Errors
    /// [`StartError`]. Nothing runs then.
    pub fn start(home: &Path, options: NodeOptions) -> Result<Self, StartError> {
        let home = Home::open(home)?;
        let store = Store::open(home.path())?;
        let keys = home.node_keys(options.passphrase.as_deref())?;
        let relations = read_relations(&store)?;
        let proposals = read_proposals(&store)?;
        let watches = Watches::load(&store, wall_ms())?.ok_or(StartError::Document("watches"))?;
        let office = read_office(&store, home.path())?;
        let config = home.config();
        let uplink = config.uplink.check.clone();
        let peers = engine::links::peers(relations.values());
        let (bearers, bearer_events) = Bearers::start(BearersConfig {
            key: TransportKey::from_seed(&keys.transport_seed()),
            listen_quic: options
                .listen_quic
                .unwrap_or_else(|| config.listen.quic.clone()),
            listen_tls: options
                .listen_tls
                .unwrap_or_else(|| config.listen.tls.clone()),
            peers,
            timing: config.timing(),
        })?;
        let endpoints = options
            .endpoints
            .unwrap_or_else(|| config.card.endpoints.clone());
        let card = home
            .make_card(&keys, &endpoints, wall_ms())?
            .bytes()
            .to_vec();
        let (events, _) = broadcast::channel(engine::tell::EVENTS_MAX);
        let readers = Arc::new(Readers::new(&store)?);
        let non_papers = NonPapers::open(home.path(), home.party_id())?;
        let (calls, inbox) = mpsc::channel(CALLS_MAX);
        let round_wanted = Arc::new(Notify::new());
        let (alerts, asks) = Alerts::new(home.path().to_owned());
        let (alerting, waiting) = (home.config().alerting.clone(), Memory::read(&store));
        let folder = home.path().to_owned();
        let handle = Handle {
            calls,
            readers: readers.clone(),
            events: events.clone(),
            round_wanted: round_wanted.clone(),
            alerts: alerts.clone(),
        };
        let mut engine = Engine::take_up(Parts {
            home,
            keys,
            store,
            bearers,
            relations,
            proposals,
            events,
            readers,
            endpoints,
            card,
            watches,
            round_wanted,
            alerts,
            office,
            non_papers,
        })?;
        engine.note_policy();
        tokio::spawn(crate::uplink::watch(handle.clone(), uplink));
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Handle::current();
        let thread = std::thread::Builder::new()
            .name("openline-engine".to_owned())
            .spawn(move || {
                // Commits block, so the engine has a thread of its own; its wake-ups and the bearers' tasks are the runtime's.
                runtime.block_on(engine.run(inbox, bearer_events));
                let _ = stop.send(true);
            })?;
        let service = Service::new(handle.clone());
        tokio::spawn(crate::rounds::run(service.clone(), stopped.clone()));
        tokio::spawn(look_through(service.clone(), stopped.clone()));
        tokio::spawn(crate::alarms::run(service.clone(), stopped.clone()));
        let sender = Sender::new(alerting, waiting, folder, handle);
        tokio::spawn(sender.run(asks, stopped.clone()));
        Ok(Self {
            service,
            stopped,
            thread: Some(thread),
        })
    }

    /// The façade.
    #[must_use]
    pub fn service(&self) -> Service {
        self.service.clone()
    }

    /// Waits until the node has stopped: everything is durable and its home can be opened by another.
    pub async fn stopped(mut self) {
        while !*self.stopped.borrow() {
            if self.stopped.changed().await.is_err() {
                break;
            }
        }
        if let Some(thread) = self.thread.take() {
            // The engine has said that it is done; what is left of its thread is the dropping of the store.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn read_relations(
    store: &Store,
) -> Result<std::collections::BTreeMap<openline_core::PartyId, Relation>, StartError> {
    let decode = |document: openline_store::Document| {
        let relation =
            Relation::decode(&document.value).map_err(|_| StartError::Document("relations"))?;
        Ok((relation.party, relation))
    };
    store
        .documents(documents::RELATION)?
        .into_iter()
        .map(decode)
        .collect()
}

/// Has every record looked through before somebody waits for what is in it.
async fn look_through(service: Service, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        _ = stopped.changed() => {}
        looked = service.look_through() => {
            if let Err(error) = looked {
                tracing::info!(%error, "not every record could be looked through beforehand");
            }
        }
    }
}

fn read_office(store: &Store, home: &Path) -> Result<Office, StartError> {
    Office::take_up(store, Policy::read(home)?).map_err(|error| match error {
        OfficeError::Read(error) => error.into(),
        OfficeError::Document => StartError::Document("officers"),
    })
}

fn read_proposals(
    store: &Store,
) -> Result<std::collections::BTreeMap<openline_core::LineId, Proposal>, StartError> {
    let decode = |document: openline_store::Document| {
        let proposal =
            Proposal::decode(&document.value).map_err(|_| StartError::Document("charters"))?;
        Ok((proposal.line(), proposal))
    };
    store
        .documents(documents::PROPOSAL)?
        .into_iter()
        .map(decode)
        .collect()
}
