//! What a question and its answer cost on the wire. Counted, not timed.

mod common;

use common::{Node, Up, pair};
use openline_bearer::{BearerKind, BearerStats};

const ROUNDS: u64 = 500;
const THERE: usize = 370;
const BACK: usize = 90;

async fn ping_pong(one: &mut Node, up_one: Up, two: &mut Node, up_two: Up) {
    for _ in 0..ROUNDS {
        one.send(up_one.bearer, vec![1; THERE]).await;
        two.frame().await;
        two.send(up_two.bearer, vec![2; BACK]).await;
        one.frame().await;
    }
}

fn both_ways(stats: &BearerStats) -> (u64, u64) {
    let datagrams = stats.datagrams_sent.unwrap_or(0) + stats.datagrams_received.unwrap_or(0);
    (stats.bytes_sent + stats.bytes_received, datagrams)
}

#[tokio::test]
async fn a_round_trip_over_quic_is_hardly_more_than_its_frames() {
    let (mut one, up_one, mut two, up_two) = pair(BearerKind::Quic).await;
    let (handshake, handshake_datagrams) =
        both_ways(&one.bearers.stats(up_one.bearer).expect("up"));
    ping_pong(&mut one, up_one, &mut two, up_two).await;
    let (bytes, datagrams) = both_ways(&one.bearers.stats(up_one.bearer).expect("up"));
    let per_round = (bytes - handshake) as f64 / ROUNDS as f64;
    let datagrams_per_round = (datagrams - handshake_datagrams) as f64 / ROUNDS as f64;
    println!(
        "QUIC: handshake {handshake} B in {handshake_datagrams} datagrams; \
         {THERE} B there and {BACK} B back cost {per_round:.1} B in {datagrams_per_round:.2} datagrams"
    );
    // 543 B and 2.00 datagrams when acknowledgements travel with the frames; a busy machine may
    // hold an answer up until one has to travel alone.
    assert!(per_round < 600.0, "{per_round} bytes a round trip");
    assert!(datagrams_per_round < 3.0, "{datagrams_per_round} datagrams");
}

#[tokio::test]
async fn a_round_trip_over_tls_is_hardly_more_than_its_frames() {
    let (mut one, up_one, mut two, up_two) = pair(BearerKind::Tls).await;
    let (handshake, _) = both_ways(&one.bearers.stats(up_one.bearer).expect("up"));
    ping_pong(&mut one, up_one, &mut two, up_two).await;
    let (bytes, _) = both_ways(&one.bearers.stats(up_one.bearer).expect("up"));
    let per_round = (bytes - handshake) as f64 / ROUNDS as f64;
    println!(
        "TLS: handshake {handshake} B; {THERE} B there and {BACK} B back cost {per_round:.1} B"
    );
    // Two records of 22 bytes and two prefixes of 2.
    assert!(per_round <= (THERE + BACK + 48) as f64, "{per_round}");
}
