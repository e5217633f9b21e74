//! Frames travel, whole and in order, and no faster than they are taken.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is not expected is shown"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{KINDS, Node, dialled, localhost, numbered, pair, pair_with, passive, public, soon};
use openline_bearer::{
    BearerEvent, BearerId, BearerKind, CloseReason, DownReason, FRAME_MAX, QUEUE_BYTES_MAX,
    QUEUE_FRAMES_MAX, SendError, Timing,
};

#[tokio::test]
async fn frames_go_both_ways_in_order() {
    for kind in KINDS {
        let (mut one, up_one, mut two, up_two) = pair(kind).await;
        assert_eq!((up_one.peer, up_one.outbound), (public(2), true));
        assert_eq!((up_two.peer, up_two.outbound), (public(1), false));
        assert_eq!((up_one.kind, up_two.kind), (kind, kind));
        assert_eq!(up_one.remote, two.address());
        for (number, length) in [1, 63, 64, 16_383, 16_384, FRAME_MAX]
            .into_iter()
            .enumerate()
        {
            let there = numbered(number, length);
            let back = numbered(number + 100, length);
            one.send(up_one.bearer, there.clone()).await;
            two.send(up_two.bearer, back.clone()).await;
            assert_eq!(two.frame().await, (up_two.bearer, there));
            assert_eq!(one.frame().await, (up_one.bearer, back));
        }
    }
}

#[tokio::test]
async fn ipv6_alone_is_enough() {
    for kind in KINDS {
        let listen = "[::1]:0".parse().expect("address");
        let (one, up_one, mut two, _) = pair_with(kind, listen, Timing::default()).await;
        assert!(up_one.remote.is_ipv6());
        one.send(up_one.bearer, b"six".to_vec()).await;
        assert_eq!(two.frame().await.1, b"six");
    }
}

#[tokio::test]
async fn a_name_is_resolved() {
    let mut two = Node::start(2, &[(BearerKind::Quic, localhost())], vec![passive(1)]);
    let mut peer = dialled(2, BearerKind::Quic, two.address());
    peer.endpoints[0].host = "localhost".to_owned();
    let mut one = Node::start(1, &[], vec![peer]);
    assert_eq!(one.up().await.peer, public(2));
    two.up().await;
}

#[tokio::test]
async fn two_that_dial_each_other_keep_both_connections() {
    let mut two = Node::start(2, &[(BearerKind::Quic, localhost())], vec![passive(1)]);
    let peers = vec![dialled(2, BearerKind::Quic, two.address())];
    let mut one = Node::start(1, &[(BearerKind::Quic, localhost())], peers);
    let first = one.up().await;
    two.bearers
        .set_peers(vec![dialled(1, BearerKind::Quic, one.address())]);
    let second = one.up().await;
    assert!(first.outbound && !second.outbound);
    let ups = [two.up().await, two.up().await];
    assert_eq!(ups.iter().filter(|up| up.outbound).count(), 1);
    for up in [first, second] {
        one.send(up.bearer, b"both".to_vec()).await;
        two.frame().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_frames_arrive_whole_and_in_order() {
    const COUNT: usize = 10_000;
    for kind in KINDS {
        let (one, up_one, mut two, _) = pair(kind).await;
        let sender = tokio::spawn(async move {
            for number in 0..COUNT {
                one.send(up_one.bearer, numbered(number, 8 + number % 700))
                    .await;
            }
            one
        });
        for number in 0..COUNT {
            let (_, frame) = two.frame().await;
            assert!(
                frame == numbered(number, 8 + number % 700),
                "frame {number}"
            );
        }
        soon("the sender", sender).await.expect("sends");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let (one, up, _two, _) = pair(BearerKind::Quic).await;
    let too_large = vec![0; FRAME_MAX + 1];
    assert_eq!(
        one.bearers.send(up.bearer, Vec::new()),
        Err(SendError::Empty)
    );
    assert_eq!(
        one.bearers.send(up.bearer, too_large),
        Err(SendError::TooLarge {
            length: FRAME_MAX + 1
        })
    );
    assert_eq!(
        one.bearers.send(BearerId(u64::MAX), vec![1]),
        Err(SendError::Gone)
    );
    assert_eq!(one.bearers.stats(BearerId(u64::MAX)), None);
}

/// On one thread the bearer's task cannot run between two calls that do not wait.
#[tokio::test(flavor = "current_thread")]
async fn a_full_queue_says_so() {
    for kind in KINDS {
        let (one, up, mut two, _) = pair(kind).await;
        for _ in 0..QUEUE_FRAMES_MAX {
            assert_eq!(one.bearers.send(up.bearer, vec![1]), Ok(()));
        }
        assert_eq!(one.bearers.send(up.bearer, vec![1]), Err(SendError::Full));
        let stats = one.bearers.stats(up.bearer).expect("up");
        assert_eq!(stats.queued_frames, QUEUE_FRAMES_MAX);
        assert_eq!(stats.queued_bytes, QUEUE_FRAMES_MAX);
        for _ in 0..QUEUE_FRAMES_MAX {
            two.frame().await;
        }
        for _ in 0..QUEUE_BYTES_MAX / FRAME_MAX {
            one.send(up.bearer, vec![2; FRAME_MAX]).await;
        }
        for _ in 0..QUEUE_BYTES_MAX / FRAME_MAX {
            assert_eq!(two.frame().await.1.len(), FRAME_MAX);
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn queued_bytes_are_bounded() {
    let (one, up, mut two, _) = pair(BearerKind::Quic).await;
    let fitting = QUEUE_BYTES_MAX / FRAME_MAX;
    for _ in 0..fitting {
        assert_eq!(one.bearers.send(up.bearer, vec![2; FRAME_MAX]), Ok(()));
    }
    assert_eq!(one.bearers.send(up.bearer, vec![2]), Err(SendError::Full));
    for _ in 0..fitting {
        assert_eq!(two.frame().await.1.len(), FRAME_MAX);
    }
    soon("the queue to empty", async {
        while one.bearers.stats(up.bearer).expect("up").queued_bytes > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_owner_holds_the_sender_up_and_loses_nothing() {
    const COUNT: usize = 1500;
    const LENGTH: usize = 64 << 10;
    for kind in KINDS {
        let (one, up_one, mut two, _) = pair(kind).await;
        let accepted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&accepted);
        let sender = tokio::spawn(async move {
            for number in 0..COUNT {
                one.send(up_one.bearer, numbered(number, LENGTH)).await;
                counter.fetch_add(1, Ordering::SeqCst);
            }
            one
        });
        // Until nothing more is accepted; without back-pressure that is when all is.
        let mut before = usize::MAX;
        soon("the sender to stand still", async {
            while accepted.load(Ordering::SeqCst) != before {
                before = accepted.load(Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        })
        .await;
        assert!(before < COUNT, "{kind}: all {COUNT} frames were taken in");
        for number in 0..COUNT {
            let (_, frame) = two.frame().await;
            assert!(frame == numbered(number, LENGTH), "{kind}: frame {number}");
        }
        soon("the sender", sender).await.expect("sends");
    }
}

#[tokio::test]
async fn keep_alives_keep_a_bearer_up_and_are_not_surfaced() {
    for kind in KINDS {
        let timing = Timing {
            keep_alive: Duration::from_millis(20),
            idle_timeout: Duration::from_secs(5),
            ..common::brisk()
        };
        let (one, up_one, mut two, up_two) = pair_with(kind, localhost(), timing).await;
        let received = |two: &Node| two.bearers.stats(up_two.bearer).expect("up").bytes_received;
        let before = received(&two);
        soon("keep-alives", async {
            // A keep-alive has 23 bytes over TLS and no fewer over QUIC.
            while received(&two) < before + 5 * 23 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        one.send(up_one.bearer, b"first".to_vec()).await;
        assert_eq!(two.frame().await, (up_two.bearer, b"first".to_vec()));
    }
}

#[tokio::test]
async fn shutdown_sends_what_is_queued() {
    const COUNT: usize = 900;
    for kind in KINDS {
        let (one, up_one, mut two, up_two) = pair(kind).await;
        for number in 0..COUNT {
            one.send(up_one.bearer, numbered(number, 2000)).await;
        }
        let Node {
            bearers,
            mut events,
        } = one;
        let shutdown = tokio::spawn(async move { bearers.shutdown().await });
        for number in 0..COUNT {
            assert_eq!(two.frame().await.1, numbered(number, 2000));
        }
        let (bearer, reason) = two.down().await;
        assert_eq!(bearer, up_two.bearer);
        let said = (kind == BearerKind::Quic).then_some(CloseReason::Shutdown);
        assert_eq!(reason, DownReason::ClosedByPeer(said));
        soon("the shutdown", shutdown).await.expect("ends");
        let last = soon("the last event", events.recv()).await;
        assert!(matches!(
            last,
            Some(BearerEvent::Down { bearer, reason: DownReason::Closed(CloseReason::Shutdown), .. })
                if bearer == up_one.bearer
        ));
        assert_eq!(soon("the end", events.recv()).await, None);
    }
}

/// A socket that is closed with unread input takes back what it has sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_loses_nothing_while_the_other_side_is_talking() {
    const COUNT: usize = 200;
    for kind in KINDS {
        let (one, up_one, mut two, up_two) = pair(kind).await;
        let Node {
            bearers,
            mut events,
        } = one;
        let talker = two.bearers.clone();
        let talking = tokio::spawn(async move {
            while talker.send(up_two.bearer, vec![3; 50_000]) != Err(SendError::Gone) {
                tokio::task::yield_now().await;
            }
        });
        // Until it is in full flow.
        for _ in 0..20 {
            soon("the talker", events.recv()).await.expect("up");
        }
        let draining = tokio::spawn(async move { while events.recv().await.is_some() {} });
        for number in 0..COUNT {
            let frame = numbered(number, 20_000);
            bearers.send(up_one.bearer, frame).expect("there is room");
        }
        let shutdown = tokio::spawn(async move { bearers.shutdown().await });
        for number in 0..COUNT {
            assert!(
                two.frame().await.1 == numbered(number, 20_000),
                "{kind}: {number}"
            );
        }
        assert_eq!(two.down().await.0, up_two.bearer);
        for task in [talking, draining, shutdown] {
            soon("the end", task).await.expect("ends");
        }
    }
}

#[tokio::test]
async fn a_closed_bearer_is_down_on_both_sides_and_dialled_again() {
    for kind in KINDS {
        let (mut one, up_one, mut two, up_two) = pair(kind).await;
        two.bearers.close(up_two.bearer, CloseReason::Done);
        let closed = DownReason::Closed(CloseReason::Done);
        assert_eq!(two.down().await, (up_two.bearer, closed));
        let (bearer, reason) = one.down().await;
        assert_eq!(bearer, up_one.bearer);
        let said = (kind == BearerKind::Quic).then_some(CloseReason::Done);
        assert_eq!(reason, DownReason::ClosedByPeer(said));
        assert_eq!(
            one.bearers.send(up_one.bearer, vec![1]),
            Err(SendError::Gone)
        );
        assert!(one.up().await.bearer > up_one.bearer);
        assert!(two.up().await.bearer > up_two.bearer);
    }
}

#[tokio::test]
async fn an_owner_that_stops_listening_closes_its_bearers() {
    for kind in KINDS {
        let (one, up_one, mut two, up_two) = pair(kind).await;
        let Node { bearers, events } = one;
        drop(events);
        two.send(up_two.bearer, b"anyone?".to_vec()).await;
        assert_eq!(two.down().await.0, up_two.bearer);
        assert_eq!(bearers.stats(up_one.bearer), None);
    }
}
