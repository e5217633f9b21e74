//! Nodes, events and a network that can be cut, for the tests of this crate.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is not expected is shown"
)]

pub mod raw;
pub mod relay;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use openline_bearer::{
    BearerEvent, BearerId, BearerKind, Bearers, BearersConfig, DownReason, Endpoint, PeerConfig,
    PeerKey, SendError, Timing, TransportKey,
};
use tokio::sync::mpsc::Receiver;

pub const KINDS: [BearerKind; 2] = [BearerKind::Quic, BearerKind::Tls];

/// A test that waits this long is stuck; nothing is asserted about time.
const STUCK: Duration = Duration::from_secs(60);

pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(STUCK, future)
        .await
        .unwrap_or_else(|_| panic!("stuck while waiting for {what}"))
}

pub fn key(seed: u8) -> TransportKey {
    TransportKey::from_seed(&[seed; 32])
}

pub fn public(seed: u8) -> PeerKey {
    key(seed).public()
}

/// Short enough that a test of reconnecting does not dawdle.
pub fn brisk() -> Timing {
    Timing {
        keep_alive: Duration::from_millis(300),
        idle_timeout: Duration::from_millis(1500),
        reconnect_min: Duration::from_millis(20),
        reconnect_max: Duration::from_millis(100),
        stable_after: Duration::from_secs(1),
        flush_timeout: Duration::from_secs(5),
    }
}

/// A peer that may connect and is not dialled.
pub fn passive(seed: u8) -> PeerConfig {
    PeerConfig {
        key: public(seed),
        endpoints: Vec::new(),
    }
}

pub fn dialled(seed: u8, kind: BearerKind, address: SocketAddr) -> PeerConfig {
    PeerConfig {
        key: public(seed),
        endpoints: vec![Endpoint {
            kind,
            host: address.ip().to_string(),
            port: address.port(),
        }],
    }
}

pub fn localhost() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub struct Node {
    pub bearers: Bearers,
    pub events: Receiver<BearerEvent>,
}

/// What is told of a bearer that came up.
#[derive(Clone, Copy, Debug)]
pub struct Up {
    pub bearer: BearerId,
    pub peer: PeerKey,
    pub kind: BearerKind,
    pub outbound: bool,
    pub remote: SocketAddr,
}

impl Node {
    pub fn start(seed: u8, listen: &[(BearerKind, SocketAddr)], peers: Vec<PeerConfig>) -> Self {
        Self::with_timing(seed, listen, peers, Timing::default())
    }

    pub fn with_timing(
        seed: u8,
        listen: &[(BearerKind, SocketAddr)],
        peers: Vec<PeerConfig>,
        timing: Timing,
    ) -> Self {
        let of = |wanted| {
            let ours = listen.iter().filter(move |(kind, _)| *kind == wanted);
            ours.map(|(_, address)| *address).collect()
        };
        let config = BearersConfig {
            key: key(seed),
            listen_quic: of(BearerKind::Quic),
            listen_tls: of(BearerKind::Tls),
            peers,
            timing,
        };
        let (bearers, events) = Bearers::start(config).expect("starts");
        Self { bearers, events }
    }

    /// Starts a node on the port of one that has just ended. The operating system gets the
    /// port back a little later.
    pub async fn restart(
        seed: u8,
        kind: BearerKind,
        address: SocketAddr,
        peers: Vec<PeerConfig>,
        timing: Timing,
    ) -> Self {
        let of = |wanted| (kind == wanted).then_some(address).into_iter().collect();
        let config = BearersConfig {
            key: key(seed),
            listen_quic: of(BearerKind::Quic),
            listen_tls: of(BearerKind::Tls),
            peers,
            timing,
        };
        soon("the port", async {
            loop {
                match Bearers::start(config.clone()) {
                    Ok((bearers, events)) => return Self { bearers, events },
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        })
        .await
    }

    pub fn address(&self) -> SocketAddr {
        self.bearers.listen_addrs()[0].1
    }

    pub async fn next(&mut self) -> BearerEvent {
        soon("an event", self.events.recv())
            .await
            .expect("the bearers are running")
    }

    /// Passes over failed attempts to dial; anything else must be an `Up`.
    pub async fn up(&mut self) -> Up {
        loop {
            match self.next().await {
                BearerEvent::Up {
                    bearer,
                    peer,
                    kind,
                    outbound,
                    remote,
                } => {
                    return Up {
                        bearer,
                        peer,
                        kind,
                        outbound,
                        remote,
                    };
                }
                BearerEvent::DialFailed { .. } => {}
                other => panic!("not up: {other:?}"),
            }
        }
    }

    pub async fn down(&mut self) -> (BearerId, DownReason) {
        loop {
            match self.next().await {
                BearerEvent::Down { bearer, reason, .. } => return (bearer, reason),
                BearerEvent::DialFailed { .. } => {}
                other => panic!("not down: {other:?}"),
            }
        }
    }

    pub async fn frame(&mut self) -> (BearerId, Vec<u8>) {
        match self.next().await {
            BearerEvent::Frame { bearer, frame } => (bearer, frame),
            other => panic!("not a frame: {other:?}"),
        }
    }

    pub async fn dial_failed(&mut self) -> (String, u32) {
        match self.next().await {
            BearerEvent::DialFailed {
                reason, attempt, ..
            } => (reason, attempt),
            other => panic!("no failed attempt: {other:?}"),
        }
    }

    /// Sends, waiting while the queue is full.
    pub async fn send(&self, bearer: BearerId, frame: Vec<u8>) {
        loop {
            match self.bearers.send(bearer, frame.clone()) {
                Ok(()) => return,
                Err(SendError::Full) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(error) => panic!("not sent: {error}"),
            }
        }
    }
}

/// Node 1 dials node 2; both are up.
pub async fn pair(kind: BearerKind) -> (Node, Up, Node, Up) {
    pair_with(kind, localhost(), Timing::default()).await
}

pub async fn pair_with(
    kind: BearerKind,
    listen: SocketAddr,
    timing: Timing,
) -> (Node, Up, Node, Up) {
    let mut two = Node::with_timing(2, &[(kind, listen)], vec![passive(1)], timing.clone());
    let peers = vec![dialled(2, kind, two.address())];
    let mut one = Node::with_timing(1, &[], peers, timing);
    let up_one = one.up().await;
    let up_two = two.up().await;
    (one, up_one, two, up_two)
}

/// A frame that says which it is and is different all along.
pub fn numbered(number: usize, length: usize) -> Vec<u8> {
    let mut frame = (number as u64).to_be_bytes().to_vec();
    frame.extend((0..length.saturating_sub(8)).map(|at| ((at * 31 + number * 7) % 251) as u8));
    frame
}
