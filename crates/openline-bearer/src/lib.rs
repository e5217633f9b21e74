//! Ways that opaque frames travel between two nodes.
//!
//! A *bearer* (what delay-tolerant networking calls a convergence layer) moves bytes and knows
//! nothing of what they mean: no entries, no lines, no parties, only transport keys. This crate
//! depends on no other part of openline.
//!
//! - **Live bearers** ([`Bearers`]): [QUIC](BearerKind::Quic) and [TLS over TCP](BearerKind::Tls),
//!   both under one profile: TLS 1.3, key exchange X25519MLKEM768 only, Ed25519 raw public keys
//!   (RFC 7250) pinned on both sides, no resumption, no early data, ALPN `openline/1`.
//! - **The pouch** ([`pouch`]): bundles sealed to a recipient's published key, for carrying by
//!   file, by courier or by mailbox.
//!
//! # On the wire
//!
//! Once the handshake is done each side sends one byte, the preface, `0x01`, and the connection
//! counts as up when it has read the other's. Then come frames: the length as a variable-length
//! integer (RFC 9000 section 16), at most [`FRAME_MAX`], and that many bytes. A frame of length
//! zero keeps the bearer alive and is dropped by the receiver. Over QUIC all this runs on one
//! bidirectional stream that the dialler opens.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bearers;
mod connection;
mod dial;
mod endpoint;
mod event;
mod frame;
mod gate;
mod key;
mod limits;
mod link;
mod listen;
pub mod pouch;
mod quic;
mod shared;
mod tcp;
mod tls;

pub use bearers::{Bearers, BearersConfig, SendError, StartError};
pub use endpoint::{BearerKind, Endpoint, EndpointError, PeerConfig};
pub use event::{BearerEvent, BearerId, CloseReason, DialFault, DownReason};
pub use key::{PeerKey, TransportKey};
pub use limits::{
    ADDRESS_STAGGER, ADDRESSES_MAX, BUNDLE_MAX, CONNECTIONS_PER_PEER_MAX, EVENTS_MAX,
    FOLDER_BYTES_MAX, FOLDER_FILES_MAX, FRAME_MAX, HANDSHAKE_TIMEOUT, HANDSHAKES_MAX,
    HANDSHAKES_PER_SOURCE_MAX, PORT_PROBE_TIMEOUT, QUEUE_BYTES_MAX, QUEUE_FRAMES_MAX,
    RECONNECT_MAX, RECONNECT_MIN, RESOLVE_TIMEOUT, Timing,
};
pub use link::BearerStats;
