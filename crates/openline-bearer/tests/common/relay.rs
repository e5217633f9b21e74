//! A relay between two nodes that can stop forwarding without telling anyone.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use openline_bearer::BearerKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket, tcp};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the network lets through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    Both,
    /// From the dialler to the listener only.
    Forward,
    Neither,
}

/// Forwards from its own address to a target until dropped. Over QUIC the target sees each
/// dialler at an address of its own.
pub struct Relay {
    pub address: SocketAddr,
    passing: watch::Sender<Passing>,
    first_answer: watch::Receiver<Option<u8>>,
    _tasks: JoinSet<()>,
}

impl Relay {
    pub async fn start(kind: BearerKind, target: SocketAddr) -> Self {
        let (passing, watching) = watch::channel(Passing::Both);
        let (answer, first_answer) = watch::channel(None);
        let mut tasks = JoinSet::new();
        let address = match kind {
            BearerKind::Quic => {
                let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("binds"));
                let address = socket.local_addr().expect("bound");
                tasks.spawn(forward_udp(socket, target, watching, answer));
                address
            }
            BearerKind::Tls => {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
                let address = listener.local_addr().expect("bound");
                tasks.spawn(forward_tcp(listener, target, watching));
                address
            }
        };
        Self {
            address,
            passing,
            first_answer,
            _tasks: tasks,
        }
    }

    /// The first byte of the first datagram from the target (QUIC only).
    pub fn first_answer(&self) -> Option<u8> {
        *self.first_answer.borrow()
    }

    pub fn set(&self, passing: Passing) {
        self.passing.send_replace(passing);
    }
}

async fn forward_udp(
    socket: Arc<UdpSocket>,
    target: SocketAddr,
    passing: watch::Receiver<Passing>,
    first_answer: watch::Sender<Option<u8>>,
) {
    let mut sides: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut buffer = vec![0; 65536];
    loop {
        let Ok((count, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if *passing.borrow() == Passing::Neither {
            continue;
        }
        let side = match sides.get(&from) {
            Some(side) => Arc::clone(side),
            None => {
                let [high, low] = (sides.len() as u16).to_be_bytes();
                let source = SocketAddr::from(([127, 1, high, low], 0));
                let side = Arc::new(UdpSocket::bind(source).await.expect("binds"));
                sides.insert(from, Arc::clone(&side));
                tasks.spawn(answer_udp(
                    Arc::clone(&side),
                    Arc::clone(&socket),
                    from,
                    passing.clone(),
                    first_answer.clone(),
                ));
                side
            }
        };
        // A listener that is gone is a lost datagram.
        let _ = side.send_to(&buffer[..count], target).await;
    }
}

async fn answer_udp(
    side: Arc<UdpSocket>,
    socket: Arc<UdpSocket>,
    to: SocketAddr,
    passing: watch::Receiver<Passing>,
    first_answer: watch::Sender<Option<u8>>,
) {
    let mut buffer = vec![0; 65536];
    loop {
        let Ok(count) = side.recv(&mut buffer).await else {
            continue;
        };
        first_answer.send_if_modified(|first| {
            let none_yet = first.is_none();
            first.get_or_insert(buffer[0]);
            none_yet
        });
        if *passing.borrow() == Passing::Both {
            let _ = socket.send_to(&buffer[..count], to).await;
        }
    }
}

async fn forward_tcp(listener: TcpListener, target: SocketAddr, passing: watch::Receiver<Passing>) {
    let mut tasks = JoinSet::new();
    loop {
        let Ok((near, _)) = listener.accept().await else {
            continue;
        };
        let Ok(far) = TcpStream::connect(target).await else {
            continue;
        };
        let (near_in, near_out) = near.into_split();
        let (far_in, far_out) = far.into_split();
        tasks.spawn(copy_tcp(near_in, far_out, passing.clone(), true));
        tasks.spawn(copy_tcp(far_in, near_out, passing.clone(), false));
    }
}

async fn copy_tcp(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mut passing: watch::Receiver<Passing>,
    forward: bool,
) {
    let mut buffer = vec![0; 65536];
    loop {
        let count = from.read(&mut buffer).await.unwrap_or(0);
        let open = |passing: &Passing| match passing {
            Passing::Both => true,
            Passing::Forward => forward,
            Passing::Neither => false,
        };
        if passing.wait_for(open).await.is_err() || count == 0 {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
