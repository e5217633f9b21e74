//! QUIC: configuration for few and small datagrams, dialling, accepting, moving to a new
//! network.
//!
//! One bidirectional stream, opened by the dialler, carries all frames of a connection, so that
//! they arrive in the order in which they were sent, as over TLS.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{
    AckFrequencyConfig, ConnectionId, ConnectionIdGenerator, EndpointConfig, IdleTimeout,
    NoneTokenLog, NoneTokenStore, TokioRuntime, TransportConfig, ValidationTokenConfig, VarInt,
};
use rustls::pki_types::CertificateDer;

use crate::frame::PREFACE;
use crate::key::ResetKey;
use crate::limits::{HANDSHAKE_TIMEOUT, HANDSHAKES_MAX, Timing};
use crate::link::{Control, Link, Reader, Writer, canonical};
use crate::tls::{self, Identity};
use crate::{BearerKind, PeerKey};

/// Length of our connection ids. Four bytes tell four thousand million connections apart.
const CONNECTION_ID_BYTES: usize = 4;

/// What the other side may send before we have taken it: a little over one largest frame.
const RECEIVE_WINDOW: u32 = 2 << 20;

/// What may be on its way and not yet acknowledged. Frames beyond it wait in the queue.
const SEND_WINDOW: u64 = 2 << 20;

/// The other side may receive this many packets before it must acknowledge at once; fewer are
/// acknowledged within [`ACK_DELAY`], normally together with an answer.
const ACK_AFTER_PACKETS: u32 = 8;

/// Longest wait of an acknowledgement for something to travel with.
const ACK_DELAY: Duration = Duration::from_millis(25);

/// Bytes kept for one connection attempt, and for all, until the listener looks at it.
const INCOMING_BYTES_MAX: u64 = 16 << 10;
const INCOMING_BYTES_TOTAL_MAX: u64 = 1 << 20;

/// Why a QUIC connection could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuicError {
    #[error("no socket: {0}")]
    Socket(#[from] io::Error),
    #[error("{0}")]
    Connect(#[from] quinn::ConnectError),
    #[error("{0}")]
    Connection(#[from] quinn::ConnectionError),
    #[error("the stream broke: {0}")]
    Write(#[from] quinn::WriteError),
    #[error("{}", describe_preface(.0))]
    Read(#[from] quinn::ReadExactError),
    #[error("the other side uses another framing")]
    Preface,
    #[error("the other side proved no Ed25519 key")]
    NoKey,
}

impl QuicError {
    /// Whether something at the other end has answered.
    pub(crate) fn has_answer(&self) -> bool {
        match self {
            Self::Socket(_)
            | Self::Connect(_)
            | Self::Connection(quinn::ConnectionError::TimedOut) => false,
            Self::Connection(_) | Self::Write(_) | Self::Read(_) | Self::Preface | Self::NoKey => {
                true
            }
        }
    }
}

/// A listener that does not accept our key says so only after our side of the handshake is done.
fn describe_preface(error: &quinn::ReadExactError) -> String {
    match error {
        quinn::ReadExactError::ReadError(quinn::ReadError::ConnectionLost(error)) => {
            error.to_string()
        }
        quinn::ReadExactError::ReadError(_) | quinn::ReadExactError::FinishedEarly(_) => {
            format!("the stream broke: {error}")
        }
    }
}

/// Makes endpoints: those that listen, and those from which we dial, one for each address
/// family, opened when first needed.
#[derive(Debug)]
pub(crate) struct Quic {
    transport: Arc<TransportConfig>,
    linger: Duration,
    reset_key: ResetKey,
    sockets: Mutex<Sockets>,
}

#[derive(Debug, Default)]
struct Sockets {
    v4: Option<quinn::Endpoint>,
    v6: Option<quinn::Endpoint>,
}

impl Quic {
    pub(crate) fn new(timing: &Timing, reset_key: ResetKey) -> Self {
        Self {
            transport: Arc::new(transport(timing, 0)),
            linger: timing.flush_timeout,
            reset_key,
            sockets: Mutex::default(),
        }
    }

    /// Dials `address` and returns when both sides have said the preface.
    pub(crate) async fn dial(
        &self,
        identity: &Arc<Identity>,
        peer: PeerKey,
        address: SocketAddr,
    ) -> Result<Link, QuicError> {
        let mut config = quinn::ClientConfig::new(Arc::new(client_crypto(identity, peer)));
        config.transport_config(Arc::clone(&self.transport));
        config.token_store(Arc::new(NoneTokenStore));
        let connection = self.connect(config, address)?.await?;
        let (mut send, mut receive) = connection.open_bi().await?;
        send.write_all(&[PREFACE]).await?;
        expect_preface(&mut receive).await?;
        make_link(connection, send, receive, self.linger)
    }

    fn connect(
        &self,
        config: quinn::ClientConfig,
        address: SocketAddr,
    ) -> Result<quinn::Connecting, QuicError> {
        let mut sockets = self.lock();
        let slot = sockets.slot(address);
        let endpoint = match slot {
            Some(endpoint) => endpoint,
            None => slot.insert(self.dialling_endpoint(address)?),
        };
        match endpoint.connect_with(config, address, tls::SERVER_NAME) {
            Ok(connecting) => Ok(connecting),
            Err(error) => {
                // The socket has failed for good; the next attempt makes a new one.
                if matches!(error, quinn::ConnectError::EndpointStopping) {
                    *slot = None;
                }
                Err(error.into())
            }
        }
    }

    /// Moves all dialled connections to fresh sockets, so that they go on over whatever
    /// network there is now.
    pub(crate) fn rebind(&self) {
        let sockets = self.lock();
        for (endpoint, any) in [
            (&sockets.v4, unspecified_v4()),
            (&sockets.v6, unspecified_v6()),
        ] {
            let Some(endpoint) = endpoint else { continue };
            if let Err(error) = UdpSocket::bind(any).and_then(|socket| endpoint.rebind(socket)) {
                tracing::warn!(%error, "no new UDP socket; connections stay on the old one");
            }
        }
    }

    /// Hands over the endpoints from which we dialled, for an orderly end.
    pub(crate) fn take_endpoints(&self) -> Vec<quinn::Endpoint> {
        let Sockets { v4, v6 } = std::mem::take(&mut *self.lock());
        v4.into_iter().chain(v6).collect()
    }

    /// Opens a listening endpoint.
    pub(crate) fn listen(
        &self,
        identity: &Arc<Identity>,
        timing: &Timing,
        address: SocketAddr,
    ) -> io::Result<quinn::Endpoint> {
        let mut config = quinn::ServerConfig::with_crypto(Arc::new(server_crypto(identity)));
        config.transport_config(Arc::new(transport(timing, 1)));
        config.max_incoming(HANDSHAKES_MAX);
        config.incoming_buffer_size(INCOMING_BYTES_MAX);
        config.incoming_buffer_size_total(INCOMING_BYTES_TOTAL_MAX);
        config.retry_token_lifetime(HANDSHAKE_TIMEOUT);
        // No NEW_TOKEN frames: a token would save a round trip only to a listener under attack.
        let mut tokens = ValidationTokenConfig::default();
        tokens.sent(0).log(Arc::new(NoneTokenLog));
        config.validation_token_config(tokens);
        let socket = UdpSocket::bind(address)?;
        quinn::Endpoint::new(
            self.endpoint_config(),
            Some(config),
            socket,
            Arc::new(TokioRuntime),
        )
    }

    fn dialling_endpoint(&self, to: SocketAddr) -> io::Result<quinn::Endpoint> {
        let any = if to.is_ipv4() {
            unspecified_v4()
        } else {
            unspecified_v6()
        };
        let socket = UdpSocket::bind(any)?;
        quinn::Endpoint::new(self.endpoint_config(), None, socket, Arc::new(TokioRuntime))
    }

    fn endpoint_config(&self) -> EndpointConfig {
        let mut config = EndpointConfig::new(self.reset_key.hmac());
        config.cid_generator(|| Box::new(ShortConnectionIds));
        config
    }

    fn lock(&self) -> MutexGuard<'_, Sockets> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sockets {
    fn slot(&mut self, address: SocketAddr) -> &mut Option<quinn::Endpoint> {
        if address.is_ipv4() {
            &mut self.v4
        } else {
            &mut self.v6
        }
    }
}

fn server_crypto(identity: &Arc<Identity>) -> QuicServerConfig {
    QuicServerConfig::try_from(tls::server_config(identity))
        .expect("the provider has the suite of Initial packets")
}

fn client_crypto(identity: &Arc<Identity>, peer: PeerKey) -> QuicClientConfig {
    QuicClientConfig::try_from(tls::client_config(identity, peer))
        .expect("the provider has the suite of Initial packets")
}

fn unspecified_v4() -> SocketAddr {
    (Ipv4Addr::UNSPECIFIED, 0).into()
}

fn unspecified_v6() -> SocketAddr {
    (Ipv6Addr::UNSPECIFIED, 0).into()
}

/// Takes a connection in and returns when both sides have said the preface.
pub(crate) async fn accept(incoming: quinn::Incoming, linger: Duration) -> Result<Link, QuicError> {
    let connection = incoming.accept()?.await?;
    let (mut send, mut receive) = connection.accept_bi().await?;
    expect_preface(&mut receive).await?;
    send.write_all(&[PREFACE]).await?;
    make_link(connection, send, receive, linger)
}

async fn expect_preface(receive: &mut quinn::RecvStream) -> Result<(), QuicError> {
    let mut preface = [0];
    receive.read_exact(&mut preface).await?;
    if preface == [PREFACE] {
        Ok(())
    } else {
        Err(QuicError::Preface)
    }
}

fn make_link(
    connection: quinn::Connection,
    send: quinn::SendStream,
    receive: quinn::RecvStream,
    linger: Duration,
) -> Result<Link, QuicError> {
    let peer = connection
        .peer_identity()
        .and_then(|identity| identity.downcast::<Vec<CertificateDer<'static>>>().ok())
        .and_then(|certificates| tls::proved_key(&certificates))
        .ok_or(QuicError::NoKey)?;
    Ok(Link {
        peer,
        kind: BearerKind::Quic,
        remote: canonical(connection.remote_address()),
        reader: Reader::Quic {
            connection: connection.clone(),
            stream: receive,
            chunk: None,
            linger,
        },
        writer: Writer::Quic(send),
        control: Control::Quic(connection),
    })
}

fn transport(timing: &Timing, streams_accepted: u32) -> TransportConfig {
    let mut acks = AckFrequencyConfig::default();
    acks.ack_eliciting_threshold(ACK_AFTER_PACKETS.into())
        .max_ack_delay(Some(ACK_DELAY));
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(streams_accepted.into())
        .max_concurrent_uni_streams(0u32.into())
        .datagram_receive_buffer_size(None)
        .stream_receive_window(RECEIVE_WINDOW.into())
        .receive_window(RECEIVE_WINDOW.into())
        .send_window(SEND_WINDOW)
        .max_idle_timeout(Some(idle_timeout(timing)))
        .keep_alive_interval(Some(timing.keep_alive))
        .ack_frequency_config(Some(acks))
        // Probing costs about 7 kB a connection each way, more than the handshake, and buys a
        // fifth on bulk transfers that a line does not make.
        .mtu_discovery_config(None)
        // The spin bit would show the round-trip time to anyone on the path.
        .allow_spin(false);
    transport
}

fn idle_timeout(timing: &Timing) -> IdleTimeout {
    IdleTimeout::try_from(timing.idle_timeout).unwrap_or_else(|_| VarInt::MAX.into())
}

/// Random ids; quinn asks again when one is taken.
#[derive(Debug)]
struct ShortConnectionIds;

impl ConnectionIdGenerator for ShortConnectionIds {
    fn generate_cid(&mut self) -> ConnectionId {
        let mut id = [0; CONNECTION_ID_BYTES];
        getrandom::fill(&mut id).expect("the handshake has just used the same source");
        ConnectionId::new(&id)
    }

    fn cid_len(&self) -> usize {
        CONNECTION_ID_BYTES
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}
