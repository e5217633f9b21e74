//! Our own way out: told from the other side's silence by asking something else.

use std::net::SocketAddr;
use std::time::Duration;

use openline_proto::state::Uplink;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use crate::engine::Handle;
use crate::view::EventView;

/// How often it is asked while somebody can't be heard; as soon as a bearer has fallen, too.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// Between two checks, however often a bearer falls.
const PAUSE: Duration = Duration::from_secs(1);
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Asks again and again while some party can't be heard, until the engine is gone.
///
/// `targets` are addresses, `HOST:PORT`, that answer when the way out is well: a party's own router, its name service, a public
/// service. A TCP connection is opened and closed; nothing is said over it.
pub(crate) async fn watch(handle: Handle, targets: Vec<String>) {
    let mut news = handle.events.subscribe();
    loop {
        let misses = handle.call(|engine| Ok(engine.misses_somebody())).await;
        match misses {
            Ok(true) => {
                let found = check(&targets).await;
                let noted = handle.call(move |engine| {
                    engine.note_uplink(found);
                    Ok(())
                });
                if noted.await.is_err() {
                    return;
                }
            }
            Ok(false) => {}
            Err(_) => return,
        }
        tokio::time::sleep(PAUSE).await;
        // When the time is over it is asked all the same.
        let _ = timeout(CHECK_INTERVAL - PAUSE, bearer_fell(&mut news)).await;
    }
}

/// Waits until a bearer has fallen; what was told while nobody listened may have been that.
async fn bearer_fell(news: &mut Receiver<EventView>) {
    while let Ok(event) = news.recv().await {
        if event.what == "bearer-down" {
            return;
        }
    }
}

/// Whether any target answers. A refusal is an answer: it came back from outside.
async fn check(targets: &[String]) -> Uplink {
    if targets.is_empty() {
        return if has_route() {
            Uplink::NotChecked
        } else {
            Uplink::Broken
        };
    }
    for target in targets {
        if answers(target).await {
            return Uplink::Well;
        }
    }
    Uplink::Broken
}

async fn answers(target: &str) -> bool {
    let asked = async {
        let addresses: Vec<SocketAddr> = lookup_host(target).await?.collect();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    return Ok(true);
                }
                Err(_) => {}
            }
        }
        Ok::<bool, std::io::Error>(false)
    };
    timeout(ANSWER_TIMEOUT, asked)
        .await
        .is_ok_and(|answered| answered.unwrap_or(false))
}

/// Whether this machine has any route but to itself; where that can't be read, it is taken to have one.
fn has_route() -> bool {
    let routes = |path: &str, own: &str| {
        std::fs::read_to_string(path)
            .map(|text| has_route_in(&text, own))
            .ok()
    };
    let v4 = routes("/proc/net/route", "lo");
    let v6 = routes("/proc/net/ipv6_route", "lo");
    match (v4, v6) {
        (None, None) => true,
        (v4, v6) => v4.unwrap_or(false) || v6.unwrap_or(false),
    }
}

/// Whether a table of routes, as Linux prints it, names an interface other than `own`. Link-local routes lead nowhere.
fn has_route_in(table: &str, own: &str) -> bool {
    table.lines().any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        match columns[..] {
            // IPv4: the interface comes first, under a heading.
            [interface, destination, ..] if columns.len() == 11 => {
                interface != own && interface != "Iface" && !destination.is_empty()
            }
            // IPv6: the destination comes first, the interface last.
            [destination, .., interface] if columns.len() == 10 => {
                interface != own
                    && !destination.starts_with("fe8")
                    && !destination.starts_with("ff")
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_with_routes_to_itself_only_has_no_way_out() {
        let head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
        let route = |interface: &str| {
            format!("{head}{interface} 00000000 0102A8C0 0003 0 0 0 00000000 0 0 0\n")
        };
        assert!(has_route_in(&route("eth0"), "lo"));
        assert!(!has_route_in(&route("lo"), "lo") && !has_route_in(head, "lo"));
        let v6 = |destination: &str, interface: &str| {
            format!("{destination} 00 0 00 0 00000100 00000001 00000000 00000001 {interface}\n")
        };
        assert!(has_route_in(&v6("20010db8", "eth0"), "lo"));
        assert!(!has_route_in(&v6("fe800000", "eth0"), "lo"));
        assert!(!has_route_in(&v6("00000000", "lo"), "lo"));
    }

    #[tokio::test]
    async fn a_refusal_is_an_answer_and_silence_is_none() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a listener");
        let address = listener.local_addr().expect("an address").to_string();
        assert_eq!(check(std::slice::from_ref(&address)).await, Uplink::Well);
        drop(listener);
        assert_eq!(check(&[address]).await, Uplink::Well, "refused is answered");
        let nowhere = "no-such-host.invalid:1".to_owned();
        assert_eq!(check(&[nowhere]).await, Uplink::Broken);
    }
}
