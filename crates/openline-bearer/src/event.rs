//! What the bearers tell their owner.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::{BearerKind, Endpoint, PeerKey};

/// Names one connection; never used twice in the life of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BearerId(pub u64);

impl fmt::Display for BearerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What happened. For one bearer: `Up`, then any number of `Frame`, then `Down`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BearerEvent {
    /// A connection stands and both sides have accepted each other's key.
    Up {
        /// Its name from here on.
        bearer: BearerId,
        /// The key the other side has proved.
        peer: PeerKey,
        /// Over what it runs.
        kind: BearerKind,
        /// Whether we dialled.
        outbound: bool,
        /// The other side's address at this moment; a QUIC peer may move later.
        remote: SocketAddr,
    },
    /// A frame arrived.
    Frame {
        /// By which bearer.
        bearer: BearerId,
        /// The bytes, as they were given to `send`; never empty.
        frame: Vec<u8>,
    },
    /// The connection is gone; nothing more comes from it.
    Down {
        /// Which one.
        bearer: BearerId,
        /// Whose it was.
        peer: PeerKey,
        /// Why.
        reason: DownReason,
    },
    /// An attempt to reach a peer failed; the next follows by itself.
    DialFailed {
        /// Whom we tried to reach.
        peer: PeerKey,
        /// Where.
        endpoint: Endpoint,
        /// What can be told from how it failed.
        fault: DialFault,
        /// What each address answered, for the operator to read.
        reason: String,
        /// How many attempts in a row have failed, from 1.
        attempt: u32,
        /// The wait before the next.
        next_in: Duration,
    },
}

/// What can be told from how an attempt to reach a peer failed. Of several addresses the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DialFault {
    /// A machine answers, and nothing listens there, or it ends the connection before its node has said a word.
    Refused,
    /// Something answers that does not complete the handshake: another key, or one that does not accept ours.
    NotProved,
    /// Nothing answers, or there is no way there.
    NoAnswer,
}

/// Why one side ended a connection on purpose. Over QUIC the other side learns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// The owner has no more use for this bearer.
    #[error("no longer needed")]
    Done,
    /// The node is shutting down.
    #[error("the node is shutting down")]
    Shutdown,
    /// The key was taken out of the peer set.
    #[error("the key is no longer accepted")]
    KeyRemoved,
    /// The endpoint was taken out of the peer's configuration.
    #[error("the endpoint is no longer configured")]
    EndpointRemoved,
    /// The same peer opened more than [`CONNECTIONS_PER_PEER_MAX`](crate::CONNECTIONS_PER_PEER_MAX).
    #[error("newer connections of the same peer took its place")]
    Superseded,
    /// A frame longer than [`FRAME_MAX`](crate::FRAME_MAX) was announced.
    #[error("a frame was announced that is too large")]
    FrameTooLarge,
    /// The other side does not follow the framing.
    #[error("the framing was broken")]
    BadFraming,
}

impl CloseReason {
    /// The QUIC application error code.
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Done => 0,
            Self::Shutdown => 1,
            Self::KeyRemoved => 2,
            Self::EndpointRemoved => 3,
            Self::Superseded => 4,
            Self::FrameTooLarge => 5,
            Self::BadFraming => 6,
        }
    }

    pub(crate) fn from_code(code: u64) -> Option<Self> {
        [
            Self::Done,
            Self::Shutdown,
            Self::KeyRemoved,
            Self::EndpointRemoved,
            Self::Superseded,
            Self::FrameTooLarge,
            Self::BadFraming,
        ]
        .into_iter()
        .find(|reason| u64::from(reason.code()) == code)
    }
}

/// Why a bearer went down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DownReason {
    /// We closed it.
    #[error("closed here: {0}")]
    Closed(CloseReason),
    /// The other side closed it; over TLS it cannot say why.
    #[error("closed by the other side{}", .0.map(|reason| format!(": {reason}")).unwrap_or_default())]
    ClosedByPeer(Option<CloseReason>),
    /// The other side announced a frame larger than [`FRAME_MAX`](crate::FRAME_MAX).
    #[error("the other side announced a frame of {announced} bytes, more than is allowed")]
    FrameTooLarge {
        /// The length it announced.
        announced: u64,
    },
    /// The other side stopped in the middle of a frame or broke the stream's rules.
    #[error("the other side broke the framing")]
    BadFraming,
    /// Nothing arrived for the idle timeout.
    #[error("nothing arrived for the idle timeout")]
    Idle,
    /// The network or the transport failed.
    #[error("the transport failed: {0}")]
    Transport(String),
}
