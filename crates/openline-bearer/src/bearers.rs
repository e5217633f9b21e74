//! The handle by which a node uses its live bearers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{timeout, timeout_at};

use crate::event::{BearerEvent, BearerId, CloseReason};
use crate::limits::{EVENTS_MAX, Timing};
use crate::link::BearerStats;
use crate::shared::Shared;
use crate::tls::Identity;
use crate::{BearerKind, PeerConfig, TransportKey, listen};

/// Time, after the flush, for the last words to leave.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

/// What [`Bearers::start`] needs.
#[derive(Clone, Debug)]
pub struct BearersConfig {
    /// Our key pair.
    pub key: TransportKey,
    /// Where to listen for QUIC. `[::]` takes IPv4 too on most systems; do not add `0.0.0.0`
    /// with the same port then. Port 0 lets the system choose.
    pub listen_quic: Vec<SocketAddr>,
    /// Where to listen for TLS over TCP.
    pub listen_tls: Vec<SocketAddr>,
    /// Who may connect, and whom to dial.
    pub peers: Vec<PeerConfig>,
    /// The times an operator may set.
    pub timing: Timing,
}

/// Why the bearers could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An idle timeout under twice the keep-alive would cut bearers that are well, and a wait of
    /// zero would dial without pause.
    #[error(
        "the timing cannot work: idle_timeout must be at least twice keep_alive, and keep_alive, \
         reconnect_min and reconnect_max must not be zero"
    )]
    Timing,
    /// It was called outside a tokio runtime.
    #[error("the bearers need a running tokio runtime with time and I/O")]
    NoRuntime,
    /// An address could not be listened on.
    #[error(
        "cannot listen on {kind}://{address}: {error}; is the port taken, or the address \
         not of this machine?"
    )]
    Listen {
        /// For which kind.
        kind: BearerKind,
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
}

/// Why a frame was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The bearer is down or closing.
    #[error("the bearer is down")]
    Gone,
    /// [`QUEUE_FRAMES_MAX`](crate::QUEUE_FRAMES_MAX) or [`QUEUE_BYTES_MAX`](crate::QUEUE_BYTES_MAX)
    /// is reached.
    #[error("the bearer's queue is full; try again when it has sent some")]
    Full,
    /// Longer than [`FRAME_MAX`](crate::FRAME_MAX).
    #[error("a frame of {length} bytes is longer than a bearer carries")]
    TooLarge {
        /// Its length.
        length: usize,
    },
    /// Frames of length zero are the bearer's own keep-alive.
    #[error("an empty frame cannot be sent")]
    Empty,
}

/// All live bearers of a node. Clones are one and the same; when the last is dropped, every
/// connection ends where it stands, without flush or farewell.
///
/// For each endpoint of each peer one connection is kept alive. Two nodes that dial each other
/// have two connections of a kind, and both stay: either side may send on either, and who holds
/// both can lose one without noticing. An upper layer that drops copies by position needs no more.
#[derive(Clone, Debug)]
pub struct Bearers {
    owner: Arc<Owner>,
}

#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
    listening: Vec<(BearerKind, SocketAddr)>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.abort();
    }
}

impl Bearers {
    /// Opens the listeners and begins to dial.
    ///
    /// Events must be taken from the receiver; while [`EVENTS_MAX`] of them wait, nothing more is
    /// read from any peer. Dropping the receiver closes every bearer.
    ///
    /// # Errors
    /// [`StartError`]; nothing is left open then.
    pub fn start(config: BearersConfig) -> Result<(Self, mpsc::Receiver<BearerEvent>), StartError> {
        let BearersConfig {
            key,
            listen_quic,
            listen_tls,
            peers,
            timing,
        } = config;
        check(&timing)?;
        tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let reset_key = key.reset_key();
        let identity = Arc::new(Identity::new(key));
        let mut owner = Owner {
            shared: Arc::new(Shared::new(identity, reset_key, timing, events)),
            listening: Vec::new(),
        };
        // Before the listeners, so that no known peer is turned away.
        owner.shared.set_peers(peers);
        for address in listen_quic {
            owner
                .listen_quic(address)
                .map_err(|error| StartError::Listen {
                    kind: BearerKind::Quic,
                    address,
                    error,
                })?;
        }
        for address in listen_tls {
            owner
                .listen_tls(address)
                .map_err(|error| StartError::Listen {
                    kind: BearerKind::Tls,
                    address,
                    error,
                })?;
        }
        let bearers = Self {
            owner: Arc::new(owner),
        };
        Ok((bearers, receiver))
    }

    /// Queues a frame; never waits. Frames of one bearer arrive in order, or the bearer goes
    /// down. Success does not mean that the frame has arrived or will.
    ///
    /// # Errors
    /// [`SendError`]; the frame has not been queued.
    pub fn send(&self, bearer: BearerId, frame: Vec<u8>) -> Result<(), SendError> {
        self.shared().send(bearer, frame)
    }

    /// Closes a bearer at once. What is queued is dropped, and so is what has arrived and not
    /// been taken from the receiver's queue yet. Does nothing if the bearer is down. An endpoint
    /// that is still configured is dialled again; to end that, use [`Bearers::set_peers`].
    pub fn close(&self, bearer: BearerId, reason: CloseReason) {
        self.shared().close(bearer, reason);
    }

    /// Replaces the peer set. Bearers of keys that are no longer in it are closed, and so are
    /// those we dialled at endpoints that are no longer in it; new endpoints are dialled at once;
    /// all else stands.
    pub fn set_peers(&self, peers: Vec<PeerConfig>) {
        self.shared().set_peers(peers);
    }

    /// Replaces our key pair for handshakes that begin from here on; bearers that stand stay.
    pub fn set_key(&self, key: TransportKey) {
        self.shared().identity.set_key(key);
    }

    /// Says where we listen, with the ports the system chose.
    pub fn listen_addrs(&self) -> &[(BearerKind, SocketAddr)] {
        &self.owner.listening
    }

    /// Says that this machine's network is another: QUIC connections that we dialled move over,
    /// and whoever waits to dial again does so at once.
    pub fn network_changed(&self) {
        let shared = self.shared();
        shared.quic.rebind();
        shared.network.send_modify(|changes| *changes += 1);
    }

    /// What a bearer has carried; `None` if it is down.
    pub fn stats(&self, bearer: BearerId) -> Option<BearerStats> {
        self.shared().stats(bearer)
    }

    /// Stops listening and dialling, lets every bearer send what is queued for at most
    /// [`Timing::flush_timeout`], and closes. The receiver should go on being emptied meanwhile;
    /// it ends after the last `Down`. Bearers that could not be flushed in time are cut off
    /// without one. Does nothing the second time.
    pub async fn shutdown(&self) {
        let shared = self.shared();
        let Some(mut tasks) = shared.begin_shutdown() else {
            return;
        };
        let deadline = tokio::time::Instant::now() + shared.timing.flush_timeout + GOODBYE_TIMEOUT;
        let all_done = async { while tasks.join_next().await.is_some() {} };
        if timeout_at(deadline, all_done).await.is_err() {
            tracing::warn!("some bearers could not be flushed in time");
        }
        tasks.shutdown().await;
        self.say_goodbye().await;
    }

    async fn say_goodbye(&self) {
        let endpoints = self.shared().take_quic_endpoints();
        let reason = CloseReason::Shutdown;
        for endpoint in &endpoints {
            endpoint.close(reason.code().into(), reason.to_string().as_bytes());
        }
        let all_idle = async {
            for endpoint in &endpoints {
                endpoint.wait_idle().await;
            }
        };
        // The other sides notice by themselves should the last packets not leave.
        let _ = timeout(GOODBYE_TIMEOUT, all_idle).await;
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.owner.shared
    }
}

impl Owner {
    fn listen_quic(&mut self, address: SocketAddr) -> io::Result<()> {
        let shared = &self.shared;
        let endpoint = shared.listen_quic(address)?;
        let address = endpoint.local_addr()?;
        self.listening.push((BearerKind::Quic, address));
        shared.spawn(listen::serve_quic(Arc::clone(shared), endpoint, address));
        Ok(())
    }

    fn listen_tls(&mut self, address: SocketAddr) -> io::Result<()> {
        let listener = listen::bind_tcp(address)?;
        self.listening
            .push((BearerKind::Tls, listener.local_addr()?));
        self.shared
            .spawn(listen::serve_tls(Arc::clone(&self.shared), listener));
        Ok(())
    }
}

fn check(timing: &Timing) -> Result<(), StartError> {
    let positive = [
        timing.keep_alive,
        timing.reconnect_min,
        timing.reconnect_max,
    ];
    if positive.contains(&Duration::ZERO)
        || timing.idle_timeout < timing.keep_alive.saturating_mul(2)
    {
        return Err(StartError::Timing);
    }
    Ok(())
}
