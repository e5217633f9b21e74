//! Lines are cut, nodes restart and move: bearers come back by themselves.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is not expected is shown"
)]

mod common;

use std::time::Duration;

use common::relay::{Passing, Relay};
use common::{KINDS, Node, brisk, dialled, localhost, pair_with, passive, public, soon};
use openline_bearer::{BearerKind, CloseReason, DownReason, Timing};

#[tokio::test]
async fn a_peer_that_restarts_on_its_port_is_found_again() {
    for kind in KINDS {
        let (mut one, up_one, two, _) = pair_with(kind, localhost(), brisk()).await;
        let address = two.address();
        two.bearers.shutdown().await;
        drop(two);
        assert_eq!(one.down().await.0, up_one.bearer);
        let mut two = Node::restart(2, kind, address, vec![passive(1)], brisk()).await;
        let again = one.up().await;
        let up_two = two.up().await;
        one.send(again.bearer, b"back".to_vec()).await;
        assert_eq!(two.frame().await, (up_two.bearer, b"back".to_vec()));
    }
}

#[tokio::test]
async fn a_new_address_is_dialled_at_once() {
    for kind in KINDS {
        // Waits that no test would survive: only the change itself can start the attempt.
        let patient = Timing {
            reconnect_min: Duration::from_secs(3600),
            reconnect_max: Duration::from_secs(3600),
            ..brisk()
        };
        let (mut one, up_one, mut two, up_two) = pair_with(kind, localhost(), patient).await;
        let mut elsewhere = Node::start(2, &[(kind, localhost())], vec![passive(1)]);
        one.bearers
            .set_peers(vec![dialled(2, kind, elsewhere.address())]);
        let mut down = None;
        let mut up = None;
        while down.is_none() || up.is_none() {
            match one.next().await {
                openline_bearer::BearerEvent::Down { bearer, reason, .. } => {
                    down = Some((bearer, reason));
                }
                openline_bearer::BearerEvent::Up { remote, .. } => up = Some(remote),
                other => panic!("{other:?}"),
            }
        }
        let removed = DownReason::Closed(CloseReason::EndpointRemoved);
        assert_eq!(down, Some((up_one.bearer, removed)));
        assert_eq!(up, Some(elsewhere.address()));
        assert_eq!(two.down().await.0, up_two.bearer);
        assert_eq!(elsewhere.up().await.peer, public(1));
    }
}

#[tokio::test]
async fn setting_the_same_peers_disturbs_nothing() {
    for kind in KINDS {
        let (one, up_one, mut two, up_two) = pair_with(kind, localhost(), brisk()).await;
        one.bearers
            .set_peers(vec![dialled(2, kind, two.address()), passive(3)]);
        two.bearers.set_peers(vec![passive(3), passive(1)]);
        one.send(up_one.bearer, b"undisturbed".to_vec()).await;
        assert_eq!(two.frame().await, (up_two.bearer, b"undisturbed".to_vec()));
    }
}

#[tokio::test]
async fn a_peer_that_falls_silent_is_noticed_on_both_sides() {
    for kind in KINDS {
        let mut two = Node::with_timing(2, &[(kind, localhost())], vec![passive(1)], brisk());
        let relay = Relay::start(kind, two.address()).await;
        let peers = vec![dialled(2, kind, relay.address)];
        let mut one = Node::with_timing(1, &[], peers, brisk());
        let up_one = one.up().await;
        let up_two = two.up().await;
        relay.set(Passing::Neither);
        assert_eq!(one.down().await, (up_one.bearer, DownReason::Idle));
        assert_eq!(two.down().await, (up_two.bearer, DownReason::Idle));
        relay.set(Passing::Both);
        let again = one.up().await;
        one.send(again.bearer, b"again".to_vec()).await;
        // Over TCP the relay may deliver an old attempt first.
        loop {
            if let openline_bearer::BearerEvent::Frame { frame, .. } = two.next().await {
                assert_eq!(frame, b"again");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_peer_that_crashed_and_is_back_says_so_before_the_idle_timeout() {
    let forever = Timing {
        idle_timeout: Duration::from_secs(3600),
        ..brisk()
    };
    let mut two = Node::with_timing(
        2,
        &[(BearerKind::Quic, localhost())],
        vec![passive(1)],
        forever.clone(),
    );
    let address = two.address();
    let relay = Relay::start(BearerKind::Quic, address).await;
    let peers = vec![dialled(2, BearerKind::Quic, relay.address)];
    let mut one = Node::with_timing(1, &[], peers, forever.clone());
    let up_one = one.up().await;
    two.up().await;
    // Not a word of the end gets out.
    relay.set(Passing::Neither);
    two.bearers.shutdown().await;
    drop(two);
    let mut two = Node::restart(2, BearerKind::Quic, address, vec![passive(1)], forever).await;
    relay.set(Passing::Both);
    // A keep-alive meets a node that does not know the connection.
    let (bearer, reason) = one.down().await;
    assert_eq!(bearer, up_one.bearer);
    assert_eq!(reason, DownReason::Transport("reset by peer".to_owned()));
    one.up().await;
    assert_eq!(two.up().await.peer, public(1));
}

#[tokio::test]
async fn a_quic_bearer_moves_to_another_network() {
    let (one, up_one, mut two, up_two) =
        pair_with(BearerKind::Quic, localhost(), Timing::default()).await;
    let remote = |two: &Node| two.bearers.stats(up_two.bearer).expect("up").remote;
    let before = remote(&two);
    assert_eq!(before, up_two.remote);
    one.bearers.network_changed();
    one.send(up_one.bearer, b"from elsewhere".to_vec()).await;
    assert_eq!(
        two.frame().await,
        (up_two.bearer, b"from elsewhere".to_vec())
    );
    soon("the move", async {
        while remote(&two) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_of_network_ends_the_wait() {
    for kind in KINDS {
        let patient = Timing {
            reconnect_min: Duration::from_secs(3600),
            reconnect_max: Duration::from_secs(3600),
            ..brisk()
        };
        let mut two = Node::start(2, &[(kind, localhost())], Vec::new());
        let peers = vec![dialled(2, kind, two.address())];
        let mut one = Node::with_timing(1, &[], peers, patient);
        one.dial_failed().await;
        two.bearers.set_peers(vec![passive(1)]);
        one.bearers.network_changed();
        one.up().await;
        assert_eq!(two.up().await.peer, public(1));
    }
}
