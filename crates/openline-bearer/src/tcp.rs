//! TLS over TCP: dialling, accepting and counting bytes.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::frame::PREFACE;
use crate::link::{Control, Link, Reader, Writer, canonical};
use crate::tls::{self, Identity};
use crate::{BearerKind, PeerKey};

/// Dials `address` and returns when both sides have said the preface.
pub(crate) async fn dial(
    identity: &Arc<Identity>,
    peer: PeerKey,
    address: SocketAddr,
    idle_timeout: Duration,
) -> io::Result<Link> {
    let socket = Counted::new(TcpStream::connect(address).await?)?;
    let counters = Arc::clone(&socket.counters);
    let connector = TlsConnector::from(Arc::new(tls::client_config(identity, peer)));
    let name = ServerName::try_from(tls::SERVER_NAME).expect("a fixed valid name");
    let stream = connector.connect(name, socket).await?;
    establish(stream.into(), counters, address, idle_timeout).await
}

/// Takes a connection in and returns when both sides have said the preface.
pub(crate) async fn accept(
    acceptor: &TlsAcceptor,
    socket: TcpStream,
    remote: SocketAddr,
    idle_timeout: Duration,
) -> io::Result<Link> {
    let socket = Counted::new(socket)?;
    let counters = Arc::clone(&socket.counters);
    let stream = acceptor.accept(socket).await?;
    establish(stream.into(), counters, remote, idle_timeout).await
}

async fn establish(
    mut stream: TlsStream<Counted>,
    counters: Arc<TcpCounters>,
    remote: SocketAddr,
    idle_timeout: Duration,
) -> io::Result<Link> {
    let session = stream.get_ref().1;
    if session.alpn_protocol() != Some(tls::ALPN) {
        return Err(invalid("the other side does not speak openline/1"));
    }
    let peer = session
        .peer_certificates()
        .and_then(tls::proved_key)
        .ok_or_else(|| invalid("the other side proved no Ed25519 key"))?;
    stream.write_all(&[PREFACE]).await?;
    stream.flush().await?;
    if stream.read_u8().await? != PREFACE {
        return Err(invalid("the other side uses another framing"));
    }
    let remote = canonical(remote);
    let (reader, writer) = tokio::io::split(stream);
    Ok(Link {
        peer,
        kind: BearerKind::Tls,
        remote,
        reader: Reader::tls(reader, idle_timeout),
        writer: Writer::Tls(writer),
        control: Control::Tls { counters, remote },
    })
}

fn invalid(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Bytes of the TCP stream, headers not counted.
#[derive(Debug, Default)]
pub(crate) struct TcpCounters {
    sent: AtomicU64,
    received: AtomicU64,
}

impl TcpCounters {
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// A TCP socket without Nagle's delay that counts what passes.
#[derive(Debug)]
pub(crate) struct Counted {
    socket: TcpStream,
    counters: Arc<TcpCounters>,
}

impl Counted {
    fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self {
            socket,
            counters: Arc::default(),
        })
    }

    fn count_sent(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = &result {
            self.counters
                .sent
                .fetch_add(*count as u64, Ordering::Relaxed);
        }
        result
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.socket).poll_read(cx, buffer);
        let count = buffer.filled().len() - before;
        self.counters
            .received
            .fetch_add(count as u64, Ordering::Relaxed);
        result
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.count_sent(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
        self.count_sent(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
