//! The floor: two processes, raw files, the bearer, Ed25519. No record, no rules, no store.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use openline_bearer::{
    BearerEvent, BearerId, Bearers, BearersConfig, PeerConfig, Timing, TransportKey,
};
use openline_core::keys::{SecretKeys, verify_ed};
use tokio::sync::mpsc;

use super::failed;
use crate::failure::Failure;

const OURS: [u8; 32] = [1; 32];
const THEIRS: [u8; 32] = [2; 32];
/// An entry of a 200-character message has about this size.
const MESSAGE_LEN: usize = 300;

struct End {
    bearers: Bearers,
    events: mpsc::Receiver<BearerEvent>,
    keys: SecretKeys,
    file: File,
}

impl End {
    fn start(seed: [u8; 32], listen: bool, peer: PeerConfig, file: &Path) -> Result<Self, Failure> {
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let (bearers, events) = Bearers::start(BearersConfig {
            key: TransportKey::from_seed(&seed),
            listen_quic: if listen { vec![any] } else { vec![] },
            listen_tls: vec![],
            peers: vec![peer],
            timing: Timing::default(),
        })
        .map_err(failed)?;
        let file = File::create(file).map_err(failed)?;
        Ok(Self {
            bearers,
            events,
            keys: SecretKeys::from_seeds(seed, seed),
            file,
        })
    }

    async fn up(&mut self) -> Result<BearerId, Failure> {
        loop {
            match self.events.recv().await {
                Some(BearerEvent::Up { bearer, .. }) => return Ok(bearer),
                Some(_) => {}
                None => return Err(failed("the bearers stopped")),
            }
        }
    }

    async fn frame(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.events.recv().await? {
                BearerEvent::Frame { frame, .. } => return Some(frame),
                BearerEvent::Down { .. } => return None,
                BearerEvent::Up { .. } | BearerEvent::DialFailed { .. } => {}
            }
        }
    }

    /// Appends durably.
    fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file
            .write_all(bytes)
            .and_then(|()| self.file.sync_data())
            .map_err(failed)
    }
}

fn public(seed: [u8; 32]) -> openline_bearer::PeerKey {
    TransportKey::from_seed(&seed).public()
}

/// Measures; gives milliseconds for each message.
pub(super) async fn run(folder: &Path, count: usize) -> Result<Vec<f64>, Failure> {
    let mut child = Command::new(std::env::current_exe().map_err(failed)?)
        .arg("bench")
        .arg("--floor-peer")
        .arg(folder.join("floor-b"))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut address = String::new();
    let stdout = child.stdout.take().ok_or_else(|| failed("no output"))?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut address)
        .map_err(failed)?;
    let endpoint = format!("quic://{}", address.trim())
        .parse()
        .map_err(failed)?;
    let peer = PeerConfig {
        key: public(THEIRS),
        endpoints: vec![endpoint],
    };
    let mut end = End::start(OURS, false, peer, &folder.join("floor-a"))?;
    let bearer = end.up().await?;
    let message = [7u8; MESSAGE_LEN];
    let mut times = Vec::new();
    for _ in 0..count {
        let started = Instant::now();
        let signature = end.keys.sign_ed(&message);
        let frame = [&message[..], &signature].concat();
        end.keep(&frame)?;
        end.bearers.send(bearer, frame).map_err(failed)?;
        let back = end
            .frame()
            .await
            .ok_or_else(|| failed("the other process stopped"))?;
        check(&back, THEIRS)?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    child.kill().map_err(failed)?;
    child.wait().map_err(failed)?;
    Ok(times)
}

fn check(frame: &[u8], seed: [u8; 32]) -> Result<(), Failure> {
    let (message, signature) = frame.split_at(frame.len().saturating_sub(64));
    let signature = signature.try_into().map_err(failed)?;
    let public = *SecretKeysCache::of(seed);
    if verify_ed(&public, message, &signature) {
        Ok(())
    } else {
        Err(failed("a signature was wrong"))
    }
}

/// The public keys of the two ends, made once.
struct SecretKeysCache;

impl SecretKeysCache {
    fn of(seed: [u8; 32]) -> &'static [u8; 32] {
        static OURS_PUBLIC: std::sync::OnceLock<[u8; 32]> = std::sync::OnceLock::new();
        static THEIRS_PUBLIC: std::sync::OnceLock<[u8; 32]> = std::sync::OnceLock::new();
        let cell = if seed == OURS {
            &OURS_PUBLIC
        } else {
            &THEIRS_PUBLIC
        };
        cell.get_or_init(|| *SecretKeys::from_seeds(seed, seed).ed_public())
    }
}

/// The other process: verifies, appends, cosigns, answers.
pub(super) async fn peer(file: &Path) -> Result<(), Failure> {
    let mut end = End::start(
        THEIRS,
        true,
        PeerConfig {
            key: public(OURS),
            endpoints: vec![],
        },
        file,
    )?;
    if let Some((_, address)) = end.bearers.listen_addrs().first() {
        println!("{address}");
    }
    let bearer = end.up().await?;
    while let Some(frame) = end.frame().await {
        check(&frame, OURS)?;
        let text = openline_core::Hash::of(&[&frame]);
        let signature = end.keys.sign_ed(&text.0);
        end.keep(&[&frame[..], &signature].concat())?;
        end.bearers
            .send(bearer, [&text.0[..], &signature].concat())
            .map_err(failed)?;
    }
    Ok(())
}
