//! What a hostile or broken other side can do, and that it ends there.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is not expected is shown"
)]

mod common;

use std::net::SocketAddr;

use common::relay::{Passing, Relay};
use common::{Node, dialled, localhost, passive, public, raw, soon};
use openline_bearer::{
    BearerKind, CONNECTIONS_PER_PEER_MAX, CloseReason, DownReason, FRAME_MAX, HANDSHAKES_MAX,
    HANDSHAKES_PER_SOURCE_MAX,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

const ALPN: &[u8] = b"openline/1";

fn listener(kind: BearerKind) -> Node {
    Node::start(2, &[(kind, localhost())], vec![passive(1), passive(4)])
}

fn too_long() -> [u8; 8] {
    ((FRAME_MAX as u64 + 1) | 0xc000_0000_0000_0000).to_be_bytes()
}

fn announced() -> DownReason {
    DownReason::FrameTooLarge {
        announced: FRAME_MAX as u64 + 1,
    }
}

#[tokio::test]
async fn a_frame_too_large_closes_a_tls_bearer() {
    let mut two = listener(BearerKind::Tls);
    let config = raw::client_config(1, raw::hybrid(), ALPN);
    let mut stream = raw::connect_tls(config, two.address()).await.expect("in");
    stream.write_all(&[1, 1, 42]).await.expect("written");
    stream.write_all(&too_long()).await.expect("written");
    let up = two.up().await;
    assert_eq!(two.frame().await, (up.bearer, vec![42]));
    assert_eq!(two.down().await, (up.bearer, announced()));
    let mut rest = Vec::new();
    soon("the end", stream.read_to_end(&mut rest))
        .await
        .expect("ended in order");
    assert_eq!(rest, [1], "nothing but the preface");
}

#[tokio::test]
async fn a_frame_too_large_closes_a_quic_bearer_and_says_why() {
    let mut two = listener(BearerKind::Quic);
    let config = raw::client_config(1, raw::hybrid(), ALPN);
    let (_endpoint, connection) = raw::connect_quic(config, two.address()).await.expect("in");
    let (mut send, _receive) = connection.open_bi().await.expect("opened");
    send.write_all(&[1, 1, 42]).await.expect("written");
    send.write_all(&too_long()).await.expect("written");
    let up = two.up().await;
    assert_eq!(two.frame().await, (up.bearer, vec![42]));
    assert_eq!(two.down().await, (up.bearer, announced()));
    let error = soon("the end", connection.closed()).await;
    assert!(error.to_string().contains("too large"), "{error}");
}

#[tokio::test]
async fn a_stream_that_is_reset_closes_the_bearer() {
    let mut two = listener(BearerKind::Quic);
    let config = raw::client_config(1, raw::hybrid(), ALPN);
    let (_endpoint, connection) = raw::connect_quic(config, two.address()).await.expect("in");
    let (mut send, _receive) = connection.open_bi().await.expect("opened");
    send.write_all(&[1]).await.expect("written");
    let up = two.up().await;
    send.reset(7u32.into()).expect("reset");
    assert_eq!(two.down().await, (up.bearer, DownReason::BadFraming));
}

#[tokio::test]
async fn another_preface_is_refused() {
    let mut two = listener(BearerKind::Tls);
    let config = raw::client_config(1, raw::hybrid(), ALPN);
    let mut stream = raw::connect_tls(config, two.address()).await.expect("in");
    stream.write_all(&[2]).await.expect("written");
    let mut rest = Vec::new();
    // Cut, in order or not: what counts is that it ends and that nothing came up.
    let _ = soon("the end", stream.read_to_end(&mut rest)).await;
    assert!(two.events.try_recv().is_err());
}

#[tokio::test]
async fn one_stream_is_all_a_quic_peer_gets() {
    let mut two = listener(BearerKind::Quic);
    let config = raw::client_config(1, raw::hybrid(), ALPN);
    let (_endpoint, connection) = raw::connect_quic(config, two.address()).await.expect("in");
    let (mut send, _receive) = connection.open_bi().await.expect("opened");
    send.write_all(&[1]).await.expect("written");
    two.up().await;
    let mut second = std::pin::pin!(connection.open_bi());
    let mut one_way = std::pin::pin!(connection.open_uni());
    send.write_all(&[1, 42]).await.expect("written");
    tokio::select! {
        biased;
        _ = &mut second => panic!("a second stream"),
        _ = &mut one_way => panic!("a one-way stream"),
        frame = two.frame() => assert_eq!(frame.1, [42]),
    }
    assert_eq!(connection.max_datagram_size(), None);
}

#[tokio::test]
async fn a_newer_connection_takes_the_place_of_the_oldest() {
    let mut two = listener(BearerKind::Tls);
    let mut streams = Vec::new();
    let mut ups = Vec::new();
    for _ in 0..CONNECTIONS_PER_PEER_MAX {
        let config = raw::client_config(1, raw::hybrid(), ALPN);
        let mut stream = raw::connect_tls(config, two.address()).await.expect("in");
        stream.write_all(&[1]).await.expect("written");
        streams.push(stream);
        ups.push(two.up().await);
    }
    // Another peer has room of its own.
    let peers = vec![dialled(2, BearerKind::Tls, two.address())];
    let _four = Node::start(4, &[], peers);
    assert_eq!(two.up().await.peer, public(4));

    let config = raw::client_config(1, raw::hybrid(), ALPN);
    let mut stream = raw::connect_tls(config, two.address()).await.expect("in");
    stream.write_all(&[1]).await.expect("written");
    let mut events = [two.next().await, two.next().await];
    events.sort_by_key(|event| matches!(event, openline_bearer::BearerEvent::Up { .. }));
    match &events[0] {
        openline_bearer::BearerEvent::Down { bearer, reason, .. } => {
            assert_eq!(*bearer, ups[0].bearer);
            assert_eq!(*reason, DownReason::Closed(CloseReason::Superseded));
        }
        other => panic!("{other:?}"),
    }
}

async fn connect_from(source: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from((source, 0))).expect("bound");
    socket.connect(to).await.expect("connected")
}

#[tokio::test]
async fn a_flood_of_tcp_connections_does_not_keep_a_peer_out() {
    let mut two = listener(BearerKind::Tls);
    let mut quiet = connect_from([127, 0, 0, 2], two.address()).await;
    let mut flood = Vec::new();
    // All from the address from which the peer will come.
    for _ in 0..2 * HANDSHAKES_PER_SOURCE_MAX {
        flood.push(connect_from([127, 0, 0, 1], two.address()).await);
    }
    // The first of them has to make room; one from elsewhere, older still, has not.
    let (mut byte, mut quiet_byte) = ([0], [0]);
    tokio::select! {
        biased;
        _ = quiet.read(&mut quiet_byte) => panic!("another source was displaced"),
        end = soon("the oldest to be cut", flood[0].read(&mut byte)) => {
            assert!(matches!(end, Ok(0) | Err(_)));
        }
    }
    // More than there is room for in all.
    for at in 0..300u16 {
        let [high, low] = at.to_be_bytes();
        flood.push(connect_from([127, 1, high, low], two.address()).await);
    }
    let peers = vec![dialled(2, BearerKind::Tls, two.address())];
    let mut one = Node::start(1, &[], peers);
    one.up().await;
    assert_eq!(two.up().await.peer, public(1));
}

/// Starts handshakes that get no further, because the listener's answers are lost.
fn flood_quic(
    sources: usize,
    each: usize,
    to: SocketAddr,
) -> (Vec<quinn::Endpoint>, JoinSet<bool>) {
    let mut flood = JoinSet::new();
    let mut endpoints = Vec::new();
    for _ in 0..sources {
        let endpoint = quinn::Endpoint::client(localhost()).expect("binds");
        for _ in 0..each {
            let config = raw::client_config(3, raw::hybrid(), ALPN);
            let connecting = raw::dial_quic(&endpoint, config, to);
            flood.spawn(async move { connecting.await.is_ok() });
        }
        endpoints.push(endpoint);
    }
    (endpoints, flood)
}

/// First byte of a QUIC version 1 packet: long header, type Retry (RFC 9000 section 17.2.5).
fn is_retry(first: u8) -> bool {
    first & 0xf0 == 0xf0
}

#[tokio::test]
async fn a_flood_of_quic_handshakes_does_not_keep_a_peer_out() {
    let mut two = listener(BearerKind::Quic);
    let one_way = Relay::start(BearerKind::Quic, two.address()).await;
    one_way.set(Passing::Forward);
    let (_endpoints, mut flood) = flood_quic(1, 300, one_way.address);
    let peers = vec![dialled(2, BearerKind::Quic, two.address())];
    let mut one = Node::start(1, &[], peers);
    one.up().await;
    assert_eq!(two.up().await.peer, public(1));
    assert!(
        flood
            .try_join_next()
            .is_none_or(|got_in| !got_in.expect("ran"))
    );
}

#[tokio::test]
async fn when_many_sources_crowd_in_addresses_are_validated_first() {
    let mut two = listener(BearerKind::Quic);
    let one_way = Relay::start(BearerKind::Quic, two.address()).await;
    one_way.set(Passing::Forward);
    let (_endpoints, _flood) = flood_quic(HANDSHAKES_MAX / 4 + 20, 1, one_way.address);
    // Whoever comes once it is crowded is asked; the flood itself is the first to be.
    soon("the crowd", async {
        loop {
            let probe = Relay::start(BearerKind::Quic, two.address()).await;
            let peers = vec![dialled(2, BearerKind::Quic, probe.address)];
            let mut one = Node::start(1, &[], peers);
            one.up().await;
            assert_eq!(two.up().await.peer, public(1));
            if probe.first_answer().is_some_and(is_retry) {
                return;
            }
            one.bearers.shutdown().await;
            two.down().await;
        }
    })
    .await;
}
