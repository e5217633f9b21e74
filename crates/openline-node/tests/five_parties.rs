//! Five parties on one line: one order for all, a party that catches up from nothing, and a restored store that hears before it writes.

mod common;

use std::path::Path;

use common::{
    PATIENCE, found_by_all, make_home, message, one_export, relate, start_at, start_dialled, stop,
    wait_for,
};
use openline_node::Node;
use openline_node::service::{LogQuery, Service};

const NAMES: [&str; 5] = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"];

/// Five nodes of which every two have confirmed each other, and a line of all.
struct Five {
    folder: tempfile::TempDir,
    nodes: Vec<Option<Node>>,
    /// Where each listens: two that both moved while apart could not find each other.
    addresses: Vec<[std::net::SocketAddr; 2]>,
    line: String,
}

impl Five {
    async fn found() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut nodes = Vec::new();
        for name in NAMES {
            let home = folder.path().join(name);
            make_home(&home, name);
            nodes.push(Some(start_dialled(&home)));
        }
        let mut five = Self {
            folder,
            nodes,
            addresses: Vec::new(),
            line: String::new(),
        };
        let services = five.services();
        for service in &services {
            let listening = common::endpoints(service).await;
            let address = |kind: &str| {
                let found = listening.iter().find_map(|text| text.strip_prefix(kind));
                found.and_then(|a| a.parse().ok()).expect("an address")
            };
            five.addresses.push([address("quic://"), address("tls://")]);
        }
        for (i, a) in services.iter().enumerate() {
            for b in &services[i + 1..] {
                relate(a, b).await;
            }
        }
        five.line = found_by_all(&services, &NAMES[1..]).await;
        five
    }

    fn home(&self, party: usize) -> std::path::PathBuf {
        self.folder.path().join(NAMES[party])
    }

    fn service(&self, party: usize) -> Service {
        self.nodes[party].as_ref().expect("it runs").service()
    }

    /// The façades of those that run.
    fn services(&self) -> Vec<Service> {
        self.nodes.iter().flatten().map(Node::service).collect()
    }

    async fn stop(&mut self, party: usize) {
        stop(self.nodes[party].take().expect("it runs")).await;
    }

    fn start(&mut self, party: usize) {
        let [quic, tls] = self.addresses[party];
        self.nodes[party] = Some(start_at(&self.home(party), quic, tls));
    }

    /// Releases a message; returns its place.
    async fn write(&self, party: usize, text: &str) -> String {
        let sent = self.service(party).send(message(&self.line, text)).await;
        sent.expect("released").place
    }

    async fn all_hold(&self, party: usize, place: &str) {
        let stored = self
            .service(party)
            .wait_stored(&self.line, place, PATIENCE)
            .await;
        assert_eq!(stored.expect("stored").len(), NAMES.len() - 1);
    }

    /// Waits until `messages` have joint numbers at all five and all hold one record, then compares what each exports.
    /// At no time may two that have numbered the same place differ.
    async fn assert_one_record(&self, messages: usize) {
        let services = self.services();
        assert_eq!(services.len(), NAMES.len());
        wait_for(&services[0], "joint numbers", async |_| {
            let mut orders = Vec::new();
            for service in &services {
                orders.push(order(service, &self.line).await);
            }
            for pair in orders.windows(2) {
                assert!(
                    pair[0].iter().zip(&pair[1]).all(|(a, b)| a == b),
                    "one joint order"
                );
            }
            let count = |order: &Order| order.iter().filter(|e| e.2 == "message").count();
            orders.iter().all(|order| count(order) == messages)
        })
        .await;
        one_export(&services.iter().collect::<Vec<_>>(), &self.line).await;
        for service in &services {
            let view = service.line(&self.line).await.expect("line");
            assert!(view.parties.iter().all(|party| !party.is_forked));
        }
    }

    async fn stop_all(mut self) {
        for party in 0..NAMES.len() {
            self.stop(party).await;
        }
    }
}

/// Joint number, place and kind of each entry.
type Order = Vec<(u64, String, String)>;

/// Joint numbers, places and kinds, in the record's order, as far as it is settled.
async fn order(service: &Service, line: &str) -> Order {
    let query = LogQuery {
        line: line.to_owned(),
        limit: 1000,
        ..LogQuery::default()
    };
    let log = service.log(query).await.expect("log");
    let mut settled: Vec<_> = log
        .into_iter()
        .filter_map(|entry| Some((entry.joint?, entry.place, entry.kind)))
        .collect();
    settled.sort();
    settled
}

/// Puts a backup in the place of the store that a home has.
fn restore(home: &Path, backup: &Path) {
    let store = home.join("store");
    for name in ["record.sqlite", "record.sqlite-wal", "record.sqlite-shm"] {
        let path = store.join(name);
        if path.exists() {
            std::fs::remove_file(path).expect("removed");
        }
    }
    openline_store::backup::restore(backup, home).expect("restored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_five_hold_one_order_and_one_that_was_away_catches_up_from_nothing() {
    let mut five = Five::found().await;
    five.stop(4).await;
    for round in 0..3 {
        for (party, name) in NAMES.iter().enumerate().take(4) {
            five.write(party, &format!("round {round} of {name}")).await;
        }
    }
    let last = five.write(0, "the last while one is away").await;
    five.start(4);
    five.all_hold(0, &last).await;
    let from_all = five.write(4, "caught up").await;
    five.all_hold(4, &from_all).await;
    five.assert_one_record(14).await;
    five.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_node_hears_from_all_before_it_writes_and_never_forks() {
    let mut five = Five::found().await;
    let before = five.write(1, "in the backup").await;
    five.all_hold(1, &before).await;
    let backup = five.folder.path().join("backup");
    five.service(1).backup(&backup).await.expect("backed up");
    let after = five.write(1, "after the backup").await;
    five.all_hold(1, &after).await;

    five.stop(1).await;
    five.stop(3).await;
    restore(&five.home(1), &backup);
    five.start(1);
    let beta = five.service(1);
    let line = five.line.clone();
    wait_for(&beta, "its own log from the others", async |beta| {
        beta.entry(&line, &after).await.is_ok()
    })
    .await;
    let view = beta.line(&line).await.expect("line");
    assert!(view.must_hear, "one party has not said what it holds");
    let refused = beta.send(message(&line, "too early")).await;
    let error = refused.expect_err("refused");
    assert_eq!(error.code(), "unavailable");
    assert!(error.to_string().contains("restored"), "{error}");

    five.start(3);
    wait_for(&beta, "leave to write", async |beta| {
        !beta.line(&line).await.expect("line").must_hear
    })
    .await;
    let next = five.write(1, "after the restore").await;
    five.all_hold(1, &next).await;
    let index = |place: &str| -> u64 {
        let (_, index) = place.split_once('/').expect("a place");
        index.parse().expect("a number")
    };
    assert!(index(&next) > index(&after), "no place is used twice");
    five.assert_one_record(3).await;
    five.stop_all().await;
}
