//! Measures a question of 370 bytes and its answer of 90 over both kinds of live bearer on this
//! machine: `cargo run --release -p openline-bearer --example pingpong`.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use openline_bearer::{
    BearerEvent, BearerId, BearerKind, Bearers, BearersConfig, Endpoint, PeerConfig, Timing,
    TransportKey,
};
use tokio::sync::mpsc::Receiver;

const ROUNDS: u32 = 5000;
const THERE: usize = 370;
const BACK: usize = 90;

type Events = Receiver<BearerEvent>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for kind in [BearerKind::Quic, BearerKind::Tls] {
        measure(kind).await?;
    }
    Ok(())
}

async fn measure(kind: BearerKind) -> Result<(), Box<dyn Error>> {
    let (near_key, far_key) = (TransportKey::generate()?, TransportKey::generate()?);
    let asker = PeerConfig {
        key: near_key.public(),
        endpoints: Vec::new(),
    };
    let (far, mut far_events) = Bearers::start(config(&far_key, Some(kind), asker))?;
    let (_, address) = far.listen_addrs()[0];
    let answerer = PeerConfig {
        key: far_key.public(),
        endpoints: vec![Endpoint {
            kind,
            host: address.ip().to_string(),
            port: address.port(),
        }],
    };
    let (near, mut near_events) = Bearers::start(config(&near_key, None, answerer))?;

    let answers = far.clone();
    tokio::spawn(async move {
        while let Some(event) = far_events.recv().await {
            if let BearerEvent::Frame { bearer, .. } = event
                && answers.send(bearer, vec![2; BACK]).is_err()
            {
                return;
            }
        }
    });

    let bearer = up(&mut near_events).await?;
    let start = carried(&near, bearer)?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        near.send(bearer, vec![1; THERE])?;
        answered(&mut near_events).await?;
        times.push(asked.elapsed());
    }
    let end = carried(&near, bearer)?;
    times.sort();
    report(kind, &times, start, end);
    near.shutdown().await;
    far.shutdown().await;
    Ok(())
}

fn config(key: &TransportKey, listen: Option<BearerKind>, peer: PeerConfig) -> BearersConfig {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let on = |kind| (listen == Some(kind)).then_some(any).into_iter().collect();
    BearersConfig {
        key: key.clone(),
        listen_quic: on(BearerKind::Quic),
        listen_tls: on(BearerKind::Tls),
        peers: vec![peer],
        timing: Timing::default(),
    }
}

async fn up(events: &mut Events) -> Result<BearerId, Box<dyn Error>> {
    match events.recv().await {
        Some(BearerEvent::Up { bearer, .. }) => Ok(bearer),
        other => Err(format!("not up: {other:?}").into()),
    }
}

async fn answered(events: &mut Events) -> Result<(), Box<dyn Error>> {
    match events.recv().await {
        Some(BearerEvent::Frame { .. }) => Ok(()),
        other => Err(format!("no answer: {other:?}").into()),
    }
}

/// Bytes and datagrams both ways.
fn carried(bearers: &Bearers, bearer: BearerId) -> Result<(u64, u64), Box<dyn Error>> {
    let stats = bearers.stats(bearer).ok_or("the bearer is down")?;
    let datagrams = stats.datagrams_sent.unwrap_or(0) + stats.datagrams_received.unwrap_or(0);
    Ok((stats.bytes_sent + stats.bytes_received, datagrams))
}

fn report(kind: BearerKind, times: &[Duration], start: (u64, u64), end: (u64, u64)) {
    let rounds = f64::from(ROUNDS);
    println!(
        "{kind}: until up {} B; {THERE} B there and {BACK} B back: p50 {:?}, p99 {:?}, {:.1} B",
        start.0,
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        (end.0 - start.0) as f64 / rounds,
    );
    if kind == BearerKind::Quic {
        let datagrams = (end.1 - start.1) as f64 / rounds;
        println!("{kind}: {datagrams:.2} datagrams each round");
    }
}
