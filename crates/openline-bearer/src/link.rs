//! One authenticated connection of either kind, seen as bytes in and bytes out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::timeout;
use tokio_rustls::TlsStream;

use crate::event::{CloseReason, DownReason};
use crate::tcp::{Counted, TcpCounters};
use crate::{BearerKind, PeerKey};

/// Bytes taken from a TLS bearer in one read; one full TLS record.
const READ_BYTES: usize = 16 << 10;

/// A connection on which both sides have been authenticated and have said the preface.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) peer: PeerKey,
    pub(crate) kind: BearerKind,
    pub(crate) remote: SocketAddr,
    pub(crate) reader: Reader,
    pub(crate) writer: Writer,
    pub(crate) control: Control,
}

/// The receiving side.
#[derive(Debug)]
pub(crate) enum Reader {
    Quic {
        connection: quinn::Connection,
        stream: quinn::RecvStream,
        chunk: Option<quinn::Chunk>,
        /// How long to wait for the reason once the other side has ended its stream.
        linger: Duration,
    },
    Tls {
        stream: ReadHalf<TlsStream<Counted>>,
        buffer: Vec<u8>,
        idle_timeout: Duration,
    },
}

impl Reader {
    pub(crate) fn tls(stream: ReadHalf<TlsStream<Counted>>, idle_timeout: Duration) -> Self {
        Self::Tls {
            stream,
            buffer: vec![0; READ_BYTES],
            idle_timeout,
        }
    }

    /// Waits for bytes; what it returns is not empty. Bytes that arrived before the end of the
    /// connection are returned before the end is.
    pub(crate) async fn read(&mut self) -> Result<&[u8], DownReason> {
        match self {
            Self::Quic {
                connection,
                stream,
                chunk,
                linger,
            } => match stream.read_chunk(usize::MAX, true).await {
                Ok(Some(next)) => Ok(&chunk.insert(next).bytes),
                Ok(None) => {
                    let closed = timeout(*linger, connection.closed()).await;
                    Err(closed.map_or(DownReason::ClosedByPeer(None), |error| quic_end(&error)))
                }
                Err(quinn::ReadError::ConnectionLost(error)) => Err(quic_end(&error)),
                Err(_) => Err(DownReason::BadFraming),
            },
            Self::Tls {
                stream,
                buffer,
                idle_timeout,
            } => match timeout(*idle_timeout, stream.read(buffer)).await {
                Ok(Ok(0)) => Err(DownReason::ClosedByPeer(None)),
                Ok(Ok(count)) => Ok(&buffer[..count]),
                Ok(Err(error)) => Err(DownReason::Transport(error.to_string())),
                Err(_) => Err(DownReason::Idle),
            },
        }
    }
}

fn quic_end(error: &quinn::ConnectionError) -> DownReason {
    use quinn::ConnectionError as E;
    match error {
        E::ApplicationClosed(close) => {
            DownReason::ClosedByPeer(CloseReason::from_code(close.error_code.into_inner()))
        }
        E::TimedOut => DownReason::Idle,
        E::VersionMismatch
        | E::TransportError(_)
        | E::ConnectionClosed(_)
        | E::Reset
        | E::LocallyClosed
        | E::CidsExhausted => DownReason::Transport(error.to_string()),
    }
}

/// The sending side.
#[derive(Debug)]
pub(crate) enum Writer {
    Quic(quinn::SendStream),
    Tls(WriteHalf<TlsStream<Counted>>),
}

impl Writer {
    /// Hands all bytes to the transport, at once as far as it takes them.
    pub(crate) async fn write(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        match self {
            Self::Quic(stream) => Ok(stream.write_chunk(bytes.into()).await?),
            Self::Tls(stream) => {
                stream.write_all(&bytes).await?;
                stream.flush().await
            }
        }
    }

    /// Ends the stream. Over QUIC it returns when the other side has acknowledged every byte;
    /// over TLS when every byte is with the operating system.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Quic(stream) => {
                stream.finish()?;
                stream.stopped().await?;
                Ok(())
            }
            Self::Tls(stream) => stream.shutdown().await,
        }
    }
}

/// What is needed of a connection beside its bytes. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Control {
    Quic(quinn::Connection),
    Tls {
        counters: Arc<TcpCounters>,
        remote: SocketAddr,
    },
}

impl Control {
    /// Ends the connection at once; over QUIC the other side is told why.
    pub(crate) fn close(&self, reason: CloseReason) {
        match self {
            Self::Quic(connection) => {
                connection.close(reason.code().into(), reason.to_string().as_bytes());
            }
            // Dropping the halves closes the socket.
            Self::Tls { .. } => {}
        }
    }

    pub(crate) fn stats(&self) -> BearerStats {
        match self {
            Self::Quic(connection) => {
                let stats = connection.stats();
                BearerStats {
                    remote: canonical(connection.remote_address()),
                    rtt: Some(stats.path.rtt),
                    bytes_sent: stats.udp_tx.bytes,
                    bytes_received: stats.udp_rx.bytes,
                    datagrams_sent: Some(stats.udp_tx.datagrams),
                    datagrams_received: Some(stats.udp_rx.datagrams),
                    queued_frames: 0,
                    queued_bytes: 0,
                }
            }
            Self::Tls { counters, remote } => BearerStats {
                remote: *remote,
                rtt: None,
                bytes_sent: counters.sent(),
                bytes_received: counters.received(),
                datagrams_sent: None,
                datagrams_received: None,
                queued_frames: 0,
                queued_bytes: 0,
            },
        }
    }
}

/// What one bearer has carried so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BearerStats {
    /// The other side's present address.
    pub remote: SocketAddr,
    /// The estimated round-trip time; unknown for TLS.
    pub rtt: Option<Duration>,
    /// Bytes of UDP payload (QUIC) or of the TCP stream (TLS) sent, handshake included.
    pub bytes_sent: u64,
    /// The same, received.
    pub bytes_received: u64,
    /// UDP datagrams sent; unknown for TLS.
    pub datagrams_sent: Option<u64>,
    /// UDP datagrams received; unknown for TLS.
    pub datagrams_received: Option<u64>,
    /// Frames waiting in our queue.
    pub queued_frames: usize,
    /// Bytes of frames not yet handed to the transport.
    pub queued_bytes: usize,
}

/// An IPv4 peer at a dual-stack socket is shown by its IPv4 address.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        std::net::IpAddr::V4(ip) => SocketAddr::from((ip, address.port())),
        std::net::IpAddr::V6(_) => address,
    }
}
