//! Every bound that an outsider meets, and the timing an operator may change.

use std::time::Duration;

/// Longest frame, in bytes, without its length prefix.
pub const FRAME_MAX: usize = 1 << 20;

/// Frames that may wait in one bearer's queue.
pub const QUEUE_FRAMES_MAX: usize = 1024;

/// Bytes that may wait in one bearer's queue. Holds at least one frame of [`FRAME_MAX`].
pub const QUEUE_BYTES_MAX: usize = 8 << 20;

/// Events that may wait for the owner; when they do, nothing more is read from any peer.
pub const EVENTS_MAX: usize = 64;

/// Handshakes under way at one listener.
pub const HANDSHAKES_MAX: usize = 256;

/// Handshakes under way at one listener from one source (an IPv4 address or an IPv6 /64).
pub const HANDSHAKES_PER_SOURCE_MAX: usize = 32;

/// Time from the first packet to an authenticated bearer, for both sides.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Bearers that one peer may open to us. One more closes the oldest, so that a peer that
/// restarted is never locked out by connections that have not yet timed out.
pub const CONNECTIONS_PER_PEER_MAX: usize = 16;

/// Addresses tried out of one answer of the name service.
pub const ADDRESSES_MAX: usize = 16;

/// Time allowed to the name service.
pub const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait for a machine to say that its port is closed.
pub const PORT_PROBE_TIMEOUT: Duration = Duration::from_millis(500);

/// Head start of one address over the next (RFC 8305 section 5).
pub const ADDRESS_STAGGER: Duration = Duration::from_millis(250);

/// Default for [`Timing::reconnect_min`].
pub const RECONNECT_MIN: Duration = Duration::from_millis(100);

/// Default for [`Timing::reconnect_max`].
pub const RECONNECT_MAX: Duration = Duration::from_secs(30);

/// Largest bundle, and so the largest pouch file, in bytes.
pub const BUNDLE_MAX: usize = 64 << 20;

/// Files read in one pass over a pouch folder.
pub const FOLDER_FILES_MAX: usize = 1024;

/// Bytes read in one pass over a pouch folder.
pub const FOLDER_BYTES_MAX: usize = 256 << 20;

/// The times an operator may set. Both sides of a QUIC bearer use the smaller idle timeout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A bearer that has been quiet for this long sends something tiny.
    pub keep_alive: Duration,
    /// A bearer on which nothing arrives for this long is down. At least twice `keep_alive`.
    pub idle_timeout: Duration,
    /// Upper end of the first random wait before dialling again.
    pub reconnect_min: Duration,
    /// Upper end of the longest random wait before dialling again.
    pub reconnect_max: Duration,
    /// A bearer that stood this long makes the next wait start from `reconnect_min`.
    pub stable_after: Duration,
    /// How long `shutdown` waits for queued frames to leave.
    pub flush_timeout: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            reconnect_min: RECONNECT_MIN,
            reconnect_max: RECONNECT_MAX,
            stable_after: Duration::from_secs(10),
            flush_timeout: Duration::from_secs(5),
        }
    }
}
