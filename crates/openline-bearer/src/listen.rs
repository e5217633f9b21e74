//! Listeners: they take connections in, within bounds, and hand on the authenticated ones.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::gate::{Gate, Pass};
use crate::limits::HANDSHAKE_TIMEOUT;
use crate::link::Link;
use crate::shared::Shared;
use crate::{quic, tcp, tls};

/// Wait after the operating system refused something, for instance for want of file handles.
const TROUBLE_PAUSE: Duration = Duration::from_millis(200);

/// Serves a QUIC listener until shutdown; opens its socket again should it fail.
pub(crate) async fn serve_quic(
    shared: Arc<Shared>,
    endpoint: quinn::Endpoint,
    address: SocketAddr,
) {
    let mut stopping = shared.stopping.subscribe();
    let gate = Arc::new(Gate::default());
    let mut listening = Some(endpoint);
    loop {
        if let Some(endpoint) = listening.take() {
            tokio::select! {
                () = accept_quic(&shared, &endpoint, &gate) => {}
                () = stopped(&mut stopping) => return,
            }
            tracing::error!(%address, "the QUIC listener's socket failed; opening it again");
            shared.forget_quic(address);
        }
        tokio::select! {
            () = sleep(TROUBLE_PAUSE) => {}
            () = stopped(&mut stopping) => return,
        }
        match shared.listen_quic(address) {
            Ok(fresh) => listening = Some(fresh),
            Err(error) => tracing::error!(%address, %error, "cannot listen"),
        }
    }
}

/// Returns when the endpoint has failed.
async fn accept_quic(shared: &Arc<Shared>, endpoint: &quinn::Endpoint, gate: &Arc<Gate>) {
    while let Some(incoming) = endpoint.accept().await {
        if gate.is_crowded() && !incoming.remote_address_validated() {
            // An address that cannot answer gets no room; a real peer pays one round trip.
            if let Err(error) = incoming.retry() {
                error.into_incoming().ignore();
            }
            continue;
        }
        let pass = gate.admit(incoming.remote_address().ip());
        let linger = shared.timing.flush_timeout;
        let handshake = async move { quic::accept(incoming, linger).await };
        shared.spawn(finish_handshake(Arc::clone(shared), pass, handshake));
    }
}

/// Makes a TCP listener that can be used again at once after a restart.
pub(crate) fn bind_tcp(address: SocketAddr) -> io::Result<tokio::net::TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// Serves a TLS listener until shutdown.
pub(crate) async fn serve_tls(shared: Arc<Shared>, listener: tokio::net::TcpListener) {
    let mut stopping = shared.stopping.subscribe();
    let acceptor = TlsAcceptor::from(Arc::new(tls::server_config(&shared.identity)));
    let gate = Arc::new(Gate::default());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stopping) => return,
        };
        match accepted {
            Ok((socket, remote)) => {
                let pass = gate.admit(remote.ip());
                let acceptor = acceptor.clone();
                let idle = shared.timing.idle_timeout;
                let handshake = async move { tcp::accept(&acceptor, socket, remote, idle).await };
                shared.spawn(finish_handshake(Arc::clone(&shared), pass, handshake));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a TCP connection");
                sleep(TROUBLE_PAUSE).await;
            }
        }
    }
}

async fn finish_handshake<E: std::fmt::Display>(
    shared: Arc<Shared>,
    pass: Pass,
    handshake: impl Future<Output = Result<Link, E>>,
) {
    let mut stopping = shared.stopping.subscribe();
    let link = tokio::select! {
        link = timeout(HANDSHAKE_TIMEOUT, handshake) => link,
        () = pass.displaced() => return,
        () = stopped(&mut stopping) => return,
    };
    match link {
        Ok(Ok(link)) => {
            // The task it starts reports the end of the connection; nobody here waits for it.
            if let Err(reason) = shared.launch(link, None) {
                tracing::debug!(%reason, "an inbound connection is not wanted");
            }
        }
        Ok(Err(error)) => tracing::debug!(%error, "an inbound handshake failed"),
        Err(_) => tracing::debug!("an inbound handshake took too long"),
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that everything is gone, which is also the end.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
