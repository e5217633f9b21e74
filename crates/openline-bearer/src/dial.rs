//! Diallers: one task for each endpoint of each peer, which keeps a connection alive.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UdpSocket, lookup_host};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::event::{BearerEvent, DialFault};
use crate::limits::{
    ADDRESS_STAGGER, ADDRESSES_MAX, HANDSHAKE_TIMEOUT, PORT_PROBE_TIMEOUT, RESOLVE_TIMEOUT, Timing,
};
use crate::link::Link;
use crate::quic::QuicError;
use crate::shared::Shared;
use crate::{BearerKind, Endpoint, PeerKey, tcp};

/// Dials, waits while the connection stands, and dials again, until it is aborted or the owner
/// no longer listens. A connection that stands does not end with the dialler.
pub(crate) async fn keep_dialled(
    shared: Arc<Shared>,
    peer: PeerKey,
    endpoint: Endpoint,
    events: mpsc::Sender<BearerEvent>,
) {
    let mut network = shared.network.subscribe();
    let mut failures: u32 = 0;
    loop {
        network.mark_unchanged();
        let attempt = tokio::select! {
            attempt = dial(&shared, peer, &endpoint) => attempt,
            // What this attempt was waiting for may never come over the new network.
            () = changed(&mut network) => {
                failures = 0;
                continue;
            }
        };
        let error = match attempt {
            Ok(link) => {
                let up = Instant::now();
                match shared.launch(link, Some(endpoint.clone())) {
                    Ok(ended) => {
                        // An error means that the connection's task was dropped: also an end.
                        let _ = ended.await;
                    }
                    Err(_) => return,
                }
                if up.elapsed() >= shared.timing.stable_after {
                    failures = 0;
                }
                None
            }
            Err(error) => Some(error),
        };
        failures = failures.saturating_add(1);
        let next_in = full_jitter(&shared.timing, failures);
        if let Some(error) = error {
            tracing::debug!(%peer, %endpoint, %error, failures, "dialling failed");
            let event = BearerEvent::DialFailed {
                peer,
                endpoint: endpoint.clone(),
                fault: error.fault(),
                reason: error.to_string(),
                attempt: failures,
                next_in,
            };
            if events.send(event).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = sleep(next_in) => {}
            () = changed(&mut network) => failures = 0,
        }
    }
}

async fn changed(network: &mut watch::Receiver<u64>) {
    if network.changed().await.is_err() {
        // The sender lives in `Shared`, which this task holds; if it went, nothing changes.
        std::future::pending().await
    }
}

/// A random time up to a bound that doubles with each failure, so that many nodes that lost the
/// same peer at the same moment do not return to it at the same moment.
fn full_jitter(timing: &Timing, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(30);
    let bound = timing
        .reconnect_min
        .saturating_mul(1 << doublings)
        .min(timing.reconnect_max);
    // Without randomness the bound itself is still a correct wait.
    getrandom::u32().map_or(bound, |random| {
        bound.mul_f64(f64::from(random) / f64::from(u32::MAX))
    })
}

/// Why no address of an endpoint could be reached.
#[derive(Debug, thiserror::Error)]
enum DialError {
    #[error("the name could not be resolved: {0}")]
    Resolve(io::Error),
    #[error("the name service did not answer in time")]
    ResolveTimeout,
    #[error("the name has no address")]
    NoAddress,
    #[error("{}", Joined(.0))]
    Addresses(Vec<(SocketAddr, Failed)>),
}

impl DialError {
    fn fault(&self) -> DialFault {
        match self {
            Self::Resolve(_) | Self::ResolveTimeout | Self::NoAddress => DialFault::NoAnswer,
            Self::Addresses(failed) => {
                let faults = failed.iter().map(|(_, failed)| failed.fault);
                faults.min().unwrap_or(DialFault::NoAnswer)
            }
        }
    }
}

/// How one address failed.
#[derive(Debug)]
struct Failed {
    fault: DialFault,
    reason: String,
}

impl Failed {
    fn of_tls(error: &io::Error) -> Self {
        use io::ErrorKind;
        let fault = match error.kind() {
            ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => DialFault::Refused,
            ErrorKind::InvalidData => DialFault::NotProved,
            _ => DialFault::NoAnswer,
        };
        Self {
            fault,
            reason: error.to_string(),
        }
    }

    fn of_quic(error: &QuicError) -> Self {
        let fault = if error.has_answer() {
            DialFault::NotProved
        } else {
            DialFault::NoAnswer
        };
        Self {
            fault,
            reason: error.to_string(),
        }
    }
}

struct Joined<'a>(&'a [(SocketAddr, Failed)]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (address, failed)) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{address}: {}", failed.reason)?;
        }
        Ok(())
    }
}

/// Tries all addresses of an endpoint, each a little after the one before or as soon as that
/// one has failed (RFC 8305 section 5); the first that is authenticated wins.
async fn dial(shared: &Arc<Shared>, peer: PeerKey, endpoint: &Endpoint) -> Result<Link, DialError> {
    let mut waiting = resolve(endpoint).await?.into_iter();
    let mut attempts = JoinSet::new();
    let mut failed = Vec::new();
    loop {
        let next = waiting.next();
        let more = waiting.len() > 0;
        if let Some(address) = next {
            let shared = Arc::clone(shared);
            let kind = endpoint.kind;
            attempts.spawn(async move { (address, attempt(&shared, peer, kind, address).await) });
        }
        let finished = tokio::select! {
            finished = attempts.join_next() => finished,
            () = sleep(ADDRESS_STAGGER), if more => continue,
        };
        match finished {
            Some(Ok((_, Ok(link)))) => return Ok(link),
            Some(Ok((address, Err(reason)))) => failed.push((address, reason)),
            Some(Err(error)) => tracing::error!(%error, "an attempt to dial broke off"),
            None => return Err(DialError::Addresses(failed)),
        }
    }
}

async fn attempt(
    shared: &Shared,
    peer: PeerKey,
    kind: BearerKind,
    address: SocketAddr,
) -> Result<Link, Failed> {
    let identity = &shared.identity;
    let link = async {
        match kind {
            BearerKind::Quic => shared
                .quic
                .dial(identity, peer, address)
                .await
                .map_err(|error| Failed::of_quic(&error)),
            BearerKind::Tls => tcp::dial(identity, peer, address, shared.timing.idle_timeout)
                .await
                .map_err(|error| Failed::of_tls(&error)),
        }
    };
    let unanswered = |_| {
        Err(Failed {
            fault: DialFault::NoAnswer,
            reason: "no answer in time".to_owned(),
        })
    };
    let outcome = timeout(HANDSHAKE_TIMEOUT, link).await;
    let outcome = outcome.unwrap_or_else(unanswered);
    match outcome {
        Err(failed) if kind == BearerKind::Quic && failed.fault == DialFault::NoAnswer => {
            Err(if is_refused(address).await {
                Failed {
                    fault: DialFault::Refused,
                    reason: "the port is closed".to_owned(),
                }
            } else {
                failed
            })
        }
        outcome => outcome,
    }
}

/// Whether a UDP port is closed, as its machine says it (RFC 792, RFC 4443): QUIC itself is deaf to that, since anybody could say it.
/// It ends no attempt and closes nothing; it only tells a dead node from a dead network.
async fn is_refused(address: SocketAddr) -> bool {
    let any = if address.is_ipv6() {
        SocketAddr::from(([0u16; 8], 0))
    } else {
        SocketAddr::from(([0u8; 4], 0))
    };
    let probe = async {
        let socket = UdpSocket::bind(any).await?;
        socket.connect(address).await?;
        // One byte with the fixed bit clear: no QUIC packet, so a live node drops it.
        socket.send(&[0]).await?;
        socket.recv(&mut [0; 1]).await
    };
    let answered = timeout(PORT_PROBE_TIMEOUT, probe).await;
    answered.is_ok_and(|answer| {
        answer.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    })
}

async fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, DialError> {
    let lookup = lookup_host((endpoint.host.as_str(), endpoint.port));
    let found = timeout(RESOLVE_TIMEOUT, lookup)
        .await
        .map_err(|_| DialError::ResolveTimeout)?
        .map_err(DialError::Resolve)?;
    let addresses = interleave(found.take(ADDRESSES_MAX).collect());
    if addresses.is_empty() {
        return Err(DialError::NoAddress);
    }
    Ok(addresses)
}

/// Alternates the families, IPv6 first, and leaves out what stands twice.
fn interleave(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (v6, v4): (Vec<_>, Vec<_>) = found.into_iter().partition(SocketAddr::is_ipv6);
    let longer = v6.len().max(v4.len());
    let mut addresses = Vec::new();
    for at in 0..longer {
        for address in v6.get(at).into_iter().chain(v4.get(at)) {
            if !addresses.contains(address) {
                addresses.push(*address);
            }
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts
            .iter()
            .map(|text| text.parse().expect("address"))
            .collect()
    }

    #[test]
    fn families_alternate_and_doubles_go() {
        let found = addresses(&["10.0.0.1:1", "10.0.0.2:1", "10.0.0.1:1", "[::1]:1"]);
        let wanted = addresses(&["[::1]:1", "10.0.0.1:1", "10.0.0.2:1"]);
        assert_eq!(interleave(found), wanted);
    }

    #[test]
    fn waits_double_up_to_the_bound() {
        let timing = Timing::default();
        for (failures, bound) in [
            (1, 100),
            (2, 200),
            (5, 1600),
            (10, 30_000),
            (u32::MAX, 30_000),
        ] {
            for _ in 0..100 {
                assert!(full_jitter(&timing, failures) <= Duration::from_millis(bound));
            }
        }
        let longest = (0..1000).map(|_| full_jitter(&timing, 5)).max();
        assert!(longest > Some(Duration::from_millis(800)));
    }
}
