//! What all tasks of one [`Bearers`](crate::Bearers) share: who the peers are, which connections
//! stand, and the tasks themselves.
//!
//! Tasks are children of this value: listeners, one dialler for each endpoint, one task for each
//! connection. They end when they are told to, or when the last handle is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};

use crate::event::{BearerEvent, BearerId, CloseReason};
use crate::key::ResetKey;
use crate::limits::{
    CONNECTIONS_PER_PEER_MAX, FRAME_MAX, QUEUE_BYTES_MAX, QUEUE_FRAMES_MAX, Timing,
};
use crate::link::{BearerStats, Control, Link};
use crate::quic::Quic;
use crate::tls::Identity;
use crate::{Endpoint, PeerConfig, PeerKey, SendError, connection, dial};

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) identity: Arc<Identity>,
    pub(crate) timing: Timing,
    pub(crate) quic: Quic,
    /// The listening QUIC endpoints by address, for an orderly end.
    quic_listeners: Mutex<BTreeMap<SocketAddr, quinn::Endpoint>>,
    /// Counts the changes of network.
    pub(crate) network: watch::Sender<u64>,
    /// Turns true once, at shutdown.
    pub(crate) stopping: watch::Sender<bool>,
    state: Mutex<State>,
    /// `None` after shutdown: what is spawned then is dropped.
    tasks: Mutex<Option<JoinSet<()>>>,
}

#[derive(Debug)]
struct State {
    /// `None` after shutdown.
    events: Option<mpsc::Sender<BearerEvent>>,
    peers: BTreeMap<PeerKey, BTreeSet<Endpoint>>,
    diallers: BTreeMap<(PeerKey, Endpoint), AbortHandle>,
    live: BTreeMap<BearerId, Live>,
    next_id: u64,
}

/// A connection as its senders see it.
#[derive(Debug)]
struct Live {
    peer: PeerKey,
    /// The configured endpoint, if we dialled.
    endpoint: Option<Endpoint>,
    /// `None` once the bearer is being flushed.
    queue: Option<mpsc::Sender<Vec<u8>>>,
    queued_bytes: Arc<AtomicUsize>,
    close: watch::Sender<Option<CloseReason>>,
    control: Control,
}

/// A connection's place among the live ones, as its own task sees it.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) id: BearerId,
    pub(crate) outbound: bool,
    pub(crate) queue: mpsc::Receiver<Vec<u8>>,
    pub(crate) queued_bytes: Arc<AtomicUsize>,
    pub(crate) close: watch::Receiver<Option<CloseReason>>,
    pub(crate) events: mpsc::Sender<BearerEvent>,
}

impl Shared {
    pub(crate) fn new(
        identity: Arc<Identity>,
        reset_key: ResetKey,
        timing: Timing,
        events: mpsc::Sender<BearerEvent>,
    ) -> Self {
        Self {
            identity,
            quic: Quic::new(&timing, reset_key),
            quic_listeners: Mutex::default(),
            timing,
            network: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            state: Mutex::new(State {
                events: Some(events),
                peers: BTreeMap::new(),
                diallers: BTreeMap::new(),
                live: BTreeMap::new(),
                next_id: 0,
            }),
            tasks: Mutex::new(Some(JoinSet::new())),
        }
    }

    /// Starts a task, unless everything is being shut down.
    pub(crate) fn spawn(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Option<AbortHandle> {
        let mut tasks = self.lock_tasks();
        let tasks = tasks.as_mut()?;
        while tasks.try_join_next().is_some() {}
        Some(tasks.spawn(task))
    }

    /// Replaces the peer set: starts diallers for new endpoints, ends those of endpoints that
    /// are gone, and closes connections that are no longer wanted.
    pub(crate) fn set_peers(self: &Arc<Self>, configs: Vec<PeerConfig>) {
        let mut peers: BTreeMap<PeerKey, BTreeSet<Endpoint>> = BTreeMap::new();
        for PeerConfig { key, endpoints } in configs {
            peers.entry(key).or_default().extend(endpoints);
        }
        self.identity.set_accepted(peers.keys().copied().collect());
        let mut state = self.lock();
        state.peers = peers;
        state.close_unwanted();
        state.end_unwanted_diallers();
        let missing: Vec<_> = state.missing_diallers();
        for (peer, endpoint) in missing {
            let Some(events) = state.events.clone() else {
                return;
            };
            let task = dial::keep_dialled(Arc::clone(self), peer, endpoint.clone(), events);
            if let Some(handle) = self.spawn(task) {
                state.diallers.insert((peer, endpoint), handle);
            }
        }
    }

    /// Gives a fresh connection its place and its task. What is returned resolves when the
    /// connection is down.
    ///
    /// # Errors
    /// Why the connection is not wanted; it has been closed with that reason.
    pub(crate) fn launch(
        self: &Arc<Self>,
        link: Link,
        endpoint: Option<Endpoint>,
    ) -> Result<oneshot::Receiver<()>, CloseReason> {
        let seat = match self.lock().seat(&link, endpoint) {
            Ok(seat) => seat,
            Err(reason) => {
                link.control.close(reason);
                return Err(reason);
            }
        };
        let (ended, wait) = oneshot::channel();
        let shared = Arc::clone(self);
        self.spawn(async move {
            connection::run(&shared, link, seat).await;
            // The dialler may have been ended meanwhile.
            let _ = ended.send(());
        });
        Ok(wait)
    }

    /// Takes a connection off the list; `send` refuses it from here on.
    pub(crate) fn leave(&self, id: BearerId) {
        self.lock().live.remove(&id);
    }

    pub(crate) fn send(&self, id: BearerId, frame: Vec<u8>) -> Result<(), SendError> {
        let length = frame.len();
        if length == 0 {
            return Err(SendError::Empty);
        }
        if length > FRAME_MAX {
            return Err(SendError::TooLarge { length });
        }
        let state = self.lock();
        let live = state.live.get(&id).ok_or(SendError::Gone)?;
        let queue = live.queue.as_ref().ok_or(SendError::Gone)?;
        // Only this function adds, under the lock; the connection's task takes away.
        if live.queued_bytes.load(Ordering::Acquire) + length > QUEUE_BYTES_MAX {
            return Err(SendError::Full);
        }
        live.queued_bytes.fetch_add(length, Ordering::AcqRel);
        queue.try_send(frame).map_err(|error| {
            live.queued_bytes.fetch_sub(length, Ordering::AcqRel);
            match error {
                mpsc::error::TrySendError::Full(_) => SendError::Full,
                mpsc::error::TrySendError::Closed(_) => SendError::Gone,
            }
        })
    }

    pub(crate) fn close(&self, id: BearerId, reason: CloseReason) {
        if let Some(live) = self.lock().live.get(&id) {
            live.close.send_replace(Some(reason));
        }
    }

    pub(crate) fn stats(&self, id: BearerId) -> Option<BearerStats> {
        // The connection has a lock of its own, which must not be taken under ours.
        let (control, queued_frames, queued_bytes) = {
            let state = self.lock();
            let live = state.live.get(&id)?;
            let waiting = |queue: &mpsc::Sender<_>| queue.max_capacity() - queue.capacity();
            (
                live.control.clone(),
                live.queue.as_ref().map_or(0, waiting),
                live.queued_bytes.load(Ordering::Acquire),
            )
        };
        Some(BearerStats {
            queued_frames,
            queued_bytes,
            ..control.stats()
        })
    }

    /// Ends the diallers, lets every connection send what is queued and then close, and hands
    /// out the tasks to wait for. `None` if it has been called before.
    pub(crate) fn begin_shutdown(&self) -> Option<JoinSet<()>> {
        self.stopping.send_replace(true);
        let mut state = self.lock();
        state.events = None;
        for dialler in std::mem::take(&mut state.diallers).into_values() {
            dialler.abort();
        }
        for live in state.live.values_mut() {
            live.queue = None;
        }
        drop(state);
        self.lock_tasks().take()
    }

    /// Ends every task where it stands.
    pub(crate) fn abort(&self) {
        self.lock().events = None;
        let tasks = self.lock_tasks().take();
        drop(tasks);
    }

    /// Opens a QUIC listener and remembers it.
    pub(crate) fn listen_quic(&self, address: SocketAddr) -> io::Result<quinn::Endpoint> {
        let endpoint = self.quic.listen(&self.identity, &self.timing, address)?;
        let address = endpoint.local_addr()?;
        self.lock_quic_listeners().insert(address, endpoint.clone());
        Ok(endpoint)
    }

    /// Lets go of a QUIC listener whose socket has failed, so that its port is free.
    pub(crate) fn forget_quic(&self, address: SocketAddr) {
        self.lock_quic_listeners().remove(&address);
    }

    /// Hands over every QUIC endpoint there is, listening and dialling, for the end.
    pub(crate) fn take_quic_endpoints(&self) -> Vec<quinn::Endpoint> {
        let mut endpoints = self.quic.take_endpoints();
        endpoints.extend(std::mem::take(&mut *self.lock_quic_listeners()).into_values());
        endpoints
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_quic_listeners(&self) -> MutexGuard<'_, BTreeMap<SocketAddr, quinn::Endpoint>> {
        self.quic_listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_tasks(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn seat(&mut self, link: &Link, endpoint: Option<Endpoint>) -> Result<Seat, CloseReason> {
        let events = self.events.clone().ok_or(CloseReason::Shutdown)?;
        self.check_wanted(link.peer, endpoint.as_ref())?;
        if endpoint.is_none() {
            self.supersede_oldest(link.peer);
        }
        let id = BearerId(self.next_id);
        self.next_id += 1;
        let (queue, queue_out) = mpsc::channel(QUEUE_FRAMES_MAX);
        let (close, close_out) = watch::channel(None);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let outbound = endpoint.is_some();
        self.live.insert(
            id,
            Live {
                peer: link.peer,
                endpoint,
                queue: Some(queue),
                queued_bytes: Arc::clone(&queued_bytes),
                close,
                control: link.control.clone(),
            },
        );
        Ok(Seat {
            id,
            outbound,
            queue: queue_out,
            queued_bytes,
            close: close_out,
            events,
        })
    }

    fn check_wanted(&self, peer: PeerKey, endpoint: Option<&Endpoint>) -> Result<(), CloseReason> {
        let endpoints = self.peers.get(&peer).ok_or(CloseReason::KeyRemoved)?;
        match endpoint {
            Some(endpoint) if !endpoints.contains(endpoint) => Err(CloseReason::EndpointRemoved),
            Some(_) | None => Ok(()),
        }
    }

    /// Makes room for one more inbound connection of `peer`.
    fn supersede_oldest(&mut self, peer: PeerKey) {
        let inbound = |live: &Live| live.peer == peer && live.endpoint.is_none();
        let staying = |live: &Live| live.close.borrow().is_none();
        let mut standing = self
            .live
            .values()
            .filter(|live| inbound(live) && staying(live));
        if let Some(oldest) = standing.next()
            && standing.count() + 1 >= CONNECTIONS_PER_PEER_MAX
        {
            oldest.close.send_replace(Some(CloseReason::Superseded));
        }
    }

    fn close_unwanted(&self) {
        for live in self.live.values() {
            if let Err(reason) = self.check_wanted(live.peer, live.endpoint.as_ref()) {
                live.close.send_replace(Some(reason));
            }
        }
    }

    fn end_unwanted_diallers(&mut self) {
        let Self {
            peers, diallers, ..
        } = self;
        diallers.retain(|(peer, endpoint), dialler| {
            let wanted = peers
                .get(peer)
                .is_some_and(|endpoints| endpoints.contains(endpoint));
            if !wanted {
                dialler.abort();
            }
            wanted
        });
    }

    fn missing_diallers(&self) -> Vec<(PeerKey, Endpoint)> {
        self.peers
            .iter()
            .flat_map(|(peer, endpoints)| {
                endpoints.iter().map(|endpoint| (*peer, endpoint.clone()))
            })
            .filter(|dialler| !self.diallers.contains_key(dialler))
            .collect()
    }
}
