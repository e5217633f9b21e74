//! Only the configured keys, only the hybrid key exchange.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is not expected is shown"
)]

mod common;

use common::{KINDS, Node, dialled, key, localhost, pair, passive, public, raw, soon};
use openline_bearer::{BearerEvent, BearerKind, CloseReason, DialFault, DownReason};
use tokio::io::AsyncReadExt;

/// A listener of `kind` that accepts key 1, and has key 2.
fn listener(kind: BearerKind) -> Node {
    Node::start(2, &[(kind, localhost())], vec![passive(1)])
}

/// Proves that a node still takes in its proper peer, and that nothing came up before.
async fn only_the_proper_peer_comes_up(two: &mut Node, kind: BearerKind) {
    let peers = vec![dialled(2, kind, two.address())];
    let mut one = Node::start(1, &[], peers);
    one.up().await;
    assert_eq!(two.up().await.peer, public(1));
}

#[tokio::test]
async fn a_listener_refuses_an_unknown_key() {
    for kind in KINDS {
        let mut two = listener(kind);
        let peers = vec![dialled(2, kind, two.address())];
        let mut stranger = Node::start(3, &[], peers);
        for attempt in 1..=2 {
            let (reason, counted) = stranger.dial_failed().await;
            assert_eq!(counted, attempt, "{reason}");
        }
        drop(stranger);
        only_the_proper_peer_comes_up(&mut two, kind).await;
    }
}

#[tokio::test]
async fn a_dialler_refuses_another_key_at_a_known_address() {
    for kind in KINDS {
        // The one dialled for is 2, and also 3 is a peer; but 3 answers.
        let three = Node::start(3, &[(kind, localhost())], vec![passive(1)]);
        let peers = vec![dialled(2, kind, three.address()), passive(3)];
        let mut one = Node::start(1, &[], peers);
        let (reason, _) = one.dial_failed().await;
        assert!(reason.contains("invalid peer certificate"), "{reason}");
        let mut three = three;
        assert!(three.events.try_recv().is_err());
    }
}

#[tokio::test]
async fn both_proofs_are_needed_from_a_raw_client_too() {
    let mut two = listener(BearerKind::Tls);
    let config = raw::client_config(3, raw::hybrid(), b"openline/1");
    // TLS 1.3 lets a client finish before the server has looked at its key.
    let mut stream = raw::connect_tls(config, two.address())
        .await
        .expect("half done");
    assert_eq!(raw::shown_by(&stream), public(2));
    assert!(soon("the refusal", stream.read_u8()).await.is_err());
    only_the_proper_peer_comes_up(&mut two, BearerKind::Tls).await;
}

#[tokio::test]
async fn a_classical_key_exchange_is_refused() {
    let tls = listener(BearerKind::Tls);
    let config = || raw::client_config(1, raw::classical(), b"openline/1");
    let error = raw::connect_tls(config(), tls.address())
        .await
        .expect_err("refused");
    assert!(error.to_string().contains("HandshakeFailure"), "{error}");

    let quic = listener(BearerKind::Quic);
    let error = raw::connect_quic(config(), quic.address())
        .await
        .expect_err("refused");
    assert!(error.to_string().contains("error 40"), "{error}");
}

/// The counter-proof to the test above: the same client with the hybrid gets through.
#[tokio::test]
async fn the_hybrid_key_exchange_is_accepted() {
    let tls = listener(BearerKind::Tls);
    let config = || raw::client_config(1, raw::hybrid(), b"openline/1");
    let mut stream = raw::connect_tls(config(), tls.address()).await.expect("in");
    assert_eq!(stream.read_u8().await.expect("the preface"), 1);

    let quic = listener(BearerKind::Quic);
    raw::connect_quic(config(), quic.address())
        .await
        .expect("in");
}

#[tokio::test]
async fn a_client_without_the_protocol_name_is_refused() {
    let two = listener(BearerKind::Tls);
    let config = raw::client_config(1, raw::hybrid(), b"");
    let mut stream = raw::connect_tls(config, two.address())
        .await
        .expect("TLS allows it");
    assert!(soon("the refusal", stream.read_u8()).await.is_err());
    let config = raw::client_config(1, raw::hybrid(), b"h2");
    assert!(raw::connect_tls(config, two.address()).await.is_err());
}

#[tokio::test]
async fn nothing_is_given_to_resume_from() {
    let two = listener(BearerKind::Tls);
    let config = raw::client_config(1, raw::hybrid(), b"openline/1");
    for _ in 0..2 {
        // The configuration would keep a ticket, if there were one.
        let mut stream = raw::connect_tls(config.clone(), two.address())
            .await
            .expect("in");
        stream.read_u8().await.expect("the preface");
        let session = stream.get_ref().1;
        assert_eq!(session.handshake_kind(), Some(rustls::HandshakeKind::Full));
        assert_eq!(session.tls13_tickets_received(), 0);
    }
}

#[tokio::test]
async fn a_removed_key_is_cut_off_and_can_come_back() {
    for kind in KINDS {
        let (mut one, up_one, mut two, up_two) = pair(kind).await;
        two.bearers.set_peers(Vec::new());
        let removed = DownReason::Closed(CloseReason::KeyRemoved);
        assert_eq!(two.down().await, (up_two.bearer, removed));
        assert_eq!(one.down().await.0, up_one.bearer);
        let (reason, _) = one.dial_failed().await;
        assert!(!reason.is_empty());
        two.bearers.set_peers(vec![passive(1)]);
        one.up().await;
        two.up().await;
    }
}

#[tokio::test]
async fn a_new_key_is_shown_in_new_handshakes_only() {
    for kind in KINDS {
        let (mut one, up_one, mut two, up_two) = pair(kind).await;
        two.bearers.set_peers(vec![passive(1), passive(4)]);
        one.bearers.set_key(key(4));
        one.send(up_one.bearer, b"still here".to_vec()).await;
        assert_eq!(two.frame().await.0, up_two.bearer);
        one.bearers.close(up_one.bearer, CloseReason::Done);
        one.down().await;
        two.down().await;
        one.up().await;
        assert_eq!(two.up().await.peer, public(4));
    }
}

#[tokio::test]
async fn a_listener_that_is_not_there_is_reported_with_the_address() {
    for kind in KINDS {
        let gone = listener(kind);
        let address = gone.address();
        gone.bearers.shutdown().await;
        drop(gone);
        let peers = vec![dialled(2, kind, address)];
        let mut one = Node::start(1, &[], peers);
        match one.next().await {
            BearerEvent::DialFailed {
                peer,
                endpoint,
                fault,
                reason,
                attempt,
                ..
            } => {
                assert_eq!((peer, attempt), (public(2), 1));
                // The machine is there and says so, over either bearer.
                assert_eq!(fault, DialFault::Refused, "{kind}: {reason}");
                assert_eq!(endpoint.port, address.port());
                assert!(reason.contains(&address.to_string()), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}
