//! Relays that carry a bearer's packets, and can really stop doing so.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;

/// Largest UDP payload.
const DATAGRAM_MAX: usize = 65_536;

/// A relay for one bearer: the address to dial, and whether it carries.
#[derive(Debug, Clone)]
pub struct Relay {
    pub address: SocketAddr,
    target: watch::Sender<Option<SocketAddr>>,
    carries: watch::Sender<bool>,
}

impl Relay {
    fn new(address: SocketAddr) -> Self {
        Self {
            address,
            target: watch::Sender::new(None),
            carries: watch::Sender::new(true),
        }
    }

    /// Where packets go from here on.
    pub fn set_target(&self, target: SocketAddr) {
        self.target.send_replace(Some(target));
    }

    /// Stops carrying: what stands is broken, and what is new gets no answer.
    pub fn cut(&self) {
        self.carries.send_replace(false);
    }

    /// Carries again.
    pub fn restore(&self) {
        self.carries.send_replace(true);
    }

    /// Whether it carries.
    pub fn is_carrying(&self) -> bool {
        *self.carries.borrow()
    }
}

/// A relay for TCP.
pub async fn tcp() -> std::io::Result<Relay> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let relay = Relay::new(listener.local_addr()?);
    let own = relay.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(carry_tcp(own.clone(), client));
        }
    });
    Ok(relay)
}

async fn carry_tcp(relay: Relay, mut client: TcpStream) {
    let mut carries = relay.carries.subscribe();
    // Over a way that is cut nothing comes back, not even that it is cut.
    if carries.wait_for(|carries| *carries).await.is_err() {
        return;
    }
    let target = *relay.target.borrow();
    let Some(target) = target else { return };
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    // The relay must not add a delay of its own to what is measured.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        _ = carries.wait_for(|carries| !*carries) => {}
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
    }
}

/// A relay for UDP.
pub async fn udp() -> std::io::Result<Relay> {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await?);
    let relay = Relay::new(socket.local_addr()?);
    let own = relay.clone();
    tokio::spawn(async move {
        let mut clients: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut buffer = vec![0; DATAGRAM_MAX];
        while let Ok((len, from)) = socket.recv_from(&mut buffer).await {
            if !own.is_carrying() {
                continue;
            }
            let target = *own.target.borrow();
            let Some(target) = target else { continue };
            let upstream = match clients.get(&from) {
                Some(upstream) => upstream.clone(),
                None => {
                    let Ok(upstream) = UdpSocket::bind("127.0.0.1:0").await else {
                        continue;
                    };
                    let upstream = Arc::new(upstream);
                    clients.insert(from, upstream.clone());
                    tokio::spawn(carry_back(
                        own.clone(),
                        upstream.clone(),
                        socket.clone(),
                        from,
                    ));
                    upstream
                }
            };
            // A datagram that is lost here is what datagrams are.
            let _ = upstream.send_to(&buffer[..len], target).await;
        }
    });
    Ok(relay)
}

async fn carry_back(
    relay: Relay,
    upstream: Arc<UdpSocket>,
    socket: Arc<UdpSocket>,
    client: SocketAddr,
) {
    let mut buffer = vec![0; DATAGRAM_MAX];
    while let Ok(len) = upstream.recv(&mut buffer).await {
        if relay.is_carrying() {
            let _ = socket.send_to(&buffer[..len], client).await;
        }
    }
}
