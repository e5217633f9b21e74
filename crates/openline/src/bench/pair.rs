//! Two nodes in two processes: this one's is driven through the façade, the other is `openline serve`.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use openline_node::home::{Cost, Home, InitOptions};
use openline_node::service::Service;
use openline_node::view::{
    CardView, CharterView, ProposeRequest, RelationView, SendRequest, TermsView,
};
use openline_node::{Node, NodeOptions};

use super::failed;
use crate::client::Client;
use crate::failure::Failure;

const PATIENCE: Duration = Duration::from_secs(60);
const IN_FLIGHT: usize = 64;

pub(super) struct Measured {
    pub(super) latencies: Vec<f64>,
    pub(super) messages_per_s: f64,
    pub(super) wire_bytes_per_message: f64,
    pub(super) idle_rss_mb: f64,
}

pub(super) fn make_home(path: &Path, name: &str) -> Result<(), Failure> {
    let any: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 0));
    Home::init(
        path,
        &InitOptions {
            name: name.to_owned(),
            passphrase: "a benchmark".to_owned(),
            seals_node_key: false,
            listen_quic: vec![any],
            listen_tls: vec![],
            endpoints: vec![],
            cost: Cost {
                memory_kib: 1024,
                passes: 1,
            },
        },
    )?;
    Ok(())
}

struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

pub(super) async fn run(folder: &Path, count: usize, seconds: u64) -> Result<Measured, Failure> {
    let (home_a, home_b) = (folder.join("a"), folder.join("b"));
    make_home(&home_a, "Alpha")?;
    make_home(&home_b, "Beta")?;
    let free = UdpSocket::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .map_err(failed)?;
    let options = NodeOptions {
        listen_quic: Some(vec![free]),
        listen_tls: Some(vec![]),
        endpoints: Some(vec![format!("quic://{free}")]),
        passphrase: None,
    };
    let node = Node::start(&home_a, options).map_err(failed)?;
    let service = node.service();
    let child = Command::new(std::env::current_exe().map_err(failed)?)
        .args(["serve", "--home"])
        .arg(&home_b)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let child = Stopped(child);
    let client = connect(&home_b).await?;
    let line = found(&service, &client).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle_rss_mb = rss_mb(child.0.id())?;
    warm_up(&service, &line).await?;
    let before = wire(&service).await?;
    let latencies = latencies(&service, &line, count).await?;
    let wire_bytes = wire(&service).await? - before;
    let messages_per_s = throughput(&service, &line, Duration::from_secs(seconds)).await?;
    service.shutdown().await?;
    node.stopped().await;
    Ok(Measured {
        latencies,
        messages_per_s,
        wire_bytes_per_message: wire_bytes as f64 / count as f64,
        idle_rss_mb,
    })
}

async fn connect(home: &Path) -> Result<Client, Failure> {
    let started = Instant::now();
    loop {
        match Client::connect(home) {
            Ok(client) => return Ok(client),
            Err(failure) if started.elapsed() > PATIENCE => return Err(failure),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn found(service: &Service, client: &Client) -> Result<String, Failure> {
    let ours = service.card().await?;
    let theirs: CardView = client.get("/v1/card")?;
    let at_us = service.add_relation(&theirs.file).await?;
    let phrase = serde_json::json!({ "phrase": at_us.phrase });
    let _: RelationView =
        client.post("/v1/relations", &serde_json::json!({ "card": ours.file }))?;
    let _: RelationView = client.post("/v1/relations/Alpha/confirm", &phrase)?;
    service.confirm_relation("Beta", &at_us.phrase).await?;
    let charter = service
        .propose(ProposeRequest {
            with: vec!["Beta".to_owned()],
            posts: vec!["watch".to_owned()],
            zone: "UTC".to_owned(),
            others: vec![],
            terms: TermsView {
                title: "Bench".to_owned(),
                seal_entries: 4096,
                ..TermsView::default()
            },
        })
        .await?;
    let started = Instant::now();
    loop {
        let list: Vec<CharterView> = client.get("/v1/charters")?;
        if list.iter().any(|c| c.id == charter.id) {
            break;
        }
        if started.elapsed() > PATIENCE {
            return Err(failed("the charter did not arrive"));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let _: CharterView = client.post(&format!("/v1/charters/{}/sign", charter.id), &())?;
    while !service
        .lines()
        .await?
        .iter()
        .any(|line| line.parties.iter().all(|party| party.size > 0))
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(charter.id)
}

fn message(line: &str) -> SendRequest {
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(5)[..200].to_owned();
    serde_json::from_value(serde_json::json!({
        "line": line, "post": "watch", "texts": [{ "language": "en", "text": text }]
    }))
    .expect("a message")
}

async fn one(service: &Service, line: &str) -> Result<(), Failure> {
    let released = service.send(message(line)).await?;
    service.wait_stored(line, &released.place, PATIENCE).await?;
    Ok(())
}

async fn warm_up(service: &Service, line: &str) -> Result<(), Failure> {
    for _ in 0..100 {
        one(service, line).await?;
    }
    Ok(())
}

async fn latencies(service: &Service, line: &str, count: usize) -> Result<Vec<f64>, Failure> {
    let mut times = Vec::new();
    for _ in 0..count {
        let started = Instant::now();
        one(service, line).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

async fn throughput(service: &Service, line: &str, time: Duration) -> Result<f64, Failure> {
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..IN_FLIGHT {
        let (service, line) = (service.clone(), line.to_owned());
        tasks.push(tokio::spawn(async move {
            let mut count = 0u64;
            while started.elapsed() < time {
                one(&service, &line).await?;
                count += 1;
            }
            Ok::<u64, Failure>(count)
        }));
    }
    let mut count = 0;
    for task in tasks {
        count += task.await.map_err(failed)??;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// Bytes on the wire so far, both directions: UDP payloads, and 28 bytes of IPv4 and UDP headers a datagram.
async fn wire(service: &Service) -> Result<u64, Failure> {
    let status = service.status().await?;
    let bearers = status.peers.iter().flat_map(|peer| &peer.bearers);
    Ok(bearers
        .map(|b| b.bytes_sent + b.bytes_received + 28 * b.datagrams)
        .sum())
}

fn rss_mb(pid: u32) -> Result<f64, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(failed)?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0)
        .ok_or_else(|| failed("the memory can't be read"))
}
