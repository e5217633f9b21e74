//! The sides of a story: a home, a running node, the relays that every way to it goes through, and what it asks about its own
//! way out.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openline_core::PartyId;
use openline_node::home::{Cost, Home, InitOptions};
use openline_node::service::Service;
use openline_node::view::{CharterView, MemberRequest, ProposeRequest};
use openline_node::{Node, NodeOptions};
use toml::{Table, Value};

use super::acts::Bearers;
use super::console::SideConsole;
use super::outside::Outside;
use super::relay::{self, Relay};
use super::story::{Party, Story};
use crate::failure::Failure;

/// Longer than anything takes here; when it is over something is wrong.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A party of the story, with everything that is its own.
pub struct Side {
    pub party: Party,
    /// Of the node that runs, or of the last one that did.
    pub service: Service,
    /// Asked whether its own way out is well.
    pub outside: Outside,
    node: Option<Node>,
    console: Option<SideConsole>,
    home: PathBuf,
    quic: Relay,
    tls: Relay,
}

impl Side {
    async fn start(party: &Party, folder: &Path) -> Result<Self, Failure> {
        let quic = relay::udp().await.map_err(failed)?;
        let tls = relay::tcp().await.map_err(failed)?;
        let outside = Outside::start().map_err(failed)?;
        let home = folder.join(&party.key);
        configure(&home, &outside)?;
        let node = start_node(&home, &quic, &tls)?;
        let side = Self {
            party: party.clone(),
            service: node.service(),
            outside,
            node: Some(node),
            console: None,
            home,
            quic,
            tls,
        };
        side.aim().await?;
        Ok(side)
    }

    /// Whether its node runs.
    pub fn is_running(&self) -> bool {
        self.node.is_some()
    }

    /// Stops its node in order.
    pub async fn stop(&mut self) -> Result<(), Failure> {
        if let Some(node) = self.node.take() {
            if let Some(console) = &mut self.console {
                console.stop();
            }
            self.service.shutdown().await?;
            node.stopped().await;
        }
        Ok(())
    }

    /// Starts its node again, from what its home holds.
    pub async fn start_again(&mut self) -> Result<(), Failure> {
        let node = start_node(&self.home, &self.quic, &self.tls)?;
        self.service = node.service();
        self.node = Some(node);
        if let Some(console) = &mut self.console {
            console.start_again(&self.service).await?;
        }
        self.aim().await
    }

    /// Opens its console, if that is not done yet, and gives a link that signs in once.
    pub async fn open_console(&mut self) -> Result<String, Failure> {
        let console = match self.console.take() {
            Some(console) => console,
            None => SideConsole::start(&self.service).await?,
        };
        self.console.insert(console).link(&self.service).await
    }

    /// The relays of these bearers to its node.
    pub fn relays(&self, bearers: Bearers) -> impl Iterator<Item = &Relay> {
        let both = [("quic", &self.quic), ("tls", &self.tls)];
        both.into_iter()
            .filter(move |(kind, _)| bearers.covers(kind))
            .map(|(_, relay)| relay)
    }

    /// The relays carry to where its node listens.
    async fn aim(&self) -> Result<(), Failure> {
        for endpoint in self.service.status().await?.listening {
            let Some((kind, address)) = endpoint.split_once("://") else {
                continue;
            };
            let address = address.parse().map_err(failed)?;
            if kind == "quic" {
                self.quic.set_target(address);
            } else {
                self.tls.set_target(address);
            }
        }
        Ok(())
    }
}

pub fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::unreachable(
        format!("the demo could not go on: {error}"),
        "run it again; with --keep DIR its homes can be looked at",
    )
}

/// Makes homes and starts nodes; each dials every other, through that one's relays.
pub async fn start(story: &Story, folder: &Path) -> Result<Vec<Side>, Failure> {
    make_homes(story, folder)?;
    let mut sides = Vec::new();
    for party in &story.parties {
        sides.push(Side::start(party, folder).await?);
    }
    Ok(sides)
}

fn start_node(home: &Path, quic: &Relay, tls: &Relay) -> Result<Node, Failure> {
    let endpoints = vec![
        format!("quic://{}", quic.address),
        format!("tls://{}", tls.address),
    ];
    let options = NodeOptions {
        endpoints: Some(endpoints),
        ..NodeOptions::default()
    };
    Node::start(home, options).map_err(failed)
}

/// A home for each party. A charter numbers its parties by their ids, which come of their keys: homes are made until the numbers are
/// those of the story's order, so that a story has the same places each time it is told.
fn make_homes(story: &Story, folder: &Path) -> Result<(), Failure> {
    loop {
        let homes = story.parties.iter().map(|party| {
            let path = folder.join(&party.key);
            make_home(&path, party).map(|home| (path, home.party_id()))
        });
        let homes: Vec<(PathBuf, PartyId)> = homes.collect::<Result<_, _>>()?;
        if homes.is_sorted_by_key(|(_, id)| *id) {
            return Ok(());
        }
        for (path, _) in &homes {
            std::fs::remove_dir_all(path).map_err(|error| Failure::file(path, &error))?;
        }
    }
}

fn make_home(path: &Path, party: &Party) -> Result<Home, Failure> {
    let any: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 0));
    let home = Home::init(
        path,
        &InitOptions {
            name: party.name.clone(),
            passphrase: "a demonstration".to_owned(),
            seals_node_key: false,
            listen_quic: vec![any],
            listen_tls: vec![any],
            endpoints: Vec::new(),
            // The roots of a demonstration seal nothing of worth.
            cost: Cost {
                memory_kib: 1024,
                passes: 1,
            },
        },
    )?;
    Ok(home)
}

fn configure(home: &Path, outside: &Outside) -> Result<(), Failure> {
    let config = home.join(openline_node::config::FILE);
    let text = std::fs::read_to_string(&config).map_err(|error| Failure::file(&config, &error))?;
    let text = configured(&text, outside).map_err(failed)?;
    std::fs::write(&config, text).map_err(|error| Failure::file(&config, &error))
}

/// A home's configuration for a story: a cut is to be noticed while somebody watches.
fn configured(text: &str, outside: &Outside) -> Result<String, toml::de::Error> {
    let mut config: Table = text.parse()?;
    let bearers = [
        ("keep_alive_ms", 300),
        ("idle_timeout_ms", 1500),
        ("reconnect_max_ms", 1000),
    ];
    let bearers = bearers.map(|(key, ms)| (key.to_owned(), Value::Integer(ms)));
    config.insert(
        "bearers".to_owned(),
        Value::Table(Table::from_iter(bearers)),
    );
    let check = Value::Array(vec![Value::String(outside.address.to_string())]);
    let uplink = Table::from_iter([("check".to_owned(), check)]);
    config.insert("uplink".to_owned(), Value::Table(uplink));
    Ok(config.to_string())
}

/// Cards are exchanged between every two sides, and the phrase is compared.
pub async fn relate(sides: &[Side]) -> Result<Vec<(String, String, String)>, Failure> {
    let mut phrases = Vec::new();
    for (i, a) in sides.iter().enumerate() {
        for b in &sides[i + 1..] {
            let (card_a, card_b) = (a.service.card().await?, b.service.card().await?);
            let at_a = a.service.add_relation(&card_b.file).await?;
            let at_b = b.service.add_relation(&card_a.file).await?;
            a.service
                .confirm_relation(&card_b.name, &at_b.phrase)
                .await?;
            b.service
                .confirm_relation(&card_a.name, &at_a.phrase)
                .await?;
            phrases.push((a.party.name.clone(), b.party.name.clone(), at_a.phrase));
        }
    }
    Ok(phrases)
}

/// The first side proposes the charter, the others sign it, and the line is there on every side.
pub async fn found(story: &Story, sides: &[Side]) -> Result<CharterView, Failure> {
    let first = &sides[0];
    let others = &sides[1..];
    let request = ProposeRequest {
        with: others.iter().map(|side| side.party.name.clone()).collect(),
        posts: first.party.posts.clone(),
        zone: first.party.zone.clone(),
        others: others
            .iter()
            .map(|side| MemberRequest {
                party: side.party.name.clone(),
                posts: side.party.posts.clone(),
                zone: side.party.zone.clone(),
            })
            .collect(),
        terms: story.terms.clone(),
    };
    let charter = first.service.propose(request).await?;
    for side in others {
        let id = charter.id.clone();
        wait_for(&side.service, "the charter's arrival", async |s| {
            s.charters()
                .await
                .is_ok_and(|list| list.iter().any(|c| c.id == id))
        })
        .await?;
        side.service.sign_charter(&charter.id).await?;
    }
    for side in sides {
        let id = charter.id.clone();
        wait_for(&side.service, "the founding of the line", async |s| {
            s.lines().await.is_ok_and(|list| {
                list.iter()
                    .any(|l| l.id == id && l.parties.iter().all(|p| p.size > 0))
            })
        })
        .await?;
    }
    Ok(charter)
}

/// Waits until `done`, looking again whenever something has happened.
pub async fn wait_for(
    service: &Service,
    what: &str,
    done: impl AsyncFn(&Service) -> bool,
) -> Result<(), Failure> {
    let (_, mut events) = service.events(None).await;
    let waiting = async {
        while !done(service).await {
            let _ = tokio::time::timeout(Duration::from_millis(100), events.recv()).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .map_err(|_| failed(format!("waited in vain for {what}")))
}

/// Stops every node, in order.
pub async fn stop(sides: &mut [Side]) -> Result<(), Failure> {
    for side in sides {
        side.stop().await?;
    }
    Ok(())
}
