//! The sides of a story: a home, a running node and, for the side that is dialled, its relays.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use openline_node::home::{Cost, Home, InitOptions};
use openline_node::service::Service;
use openline_node::view::{
    CharterView, MemberRequest, PostsRequest, ProposeRequest, TakeWatchRequest, TermsView,
};
use openline_node::{Node, NodeOptions};

use super::relay::{self, Relay};
use super::story::{Party, Story};
use crate::failure::Failure;

/// Longer than anything takes here; when it is over something is wrong.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A party of the story, with everything that is its own.
pub struct Side {
    pub party: Party,
    pub service: Service,
    node: Node,
}

impl Side {
    /// Takes the watch of a post: only a post on watch gives receipts.
    pub async fn take_watch(&self, line: &str, post: &str) -> Result<(), Failure> {
        let request = TakeWatchRequest {
            posts: PostsRequest {
                post: post.to_owned(),
                lines: vec![line.to_owned()],
                all_lines: false,
            },
            who: "the demonstration".to_owned(),
            until_ms: None,
            languages: Vec::new(),
            notes_read: Vec::new(),
            relieve: false,
        };
        self.service.take_watch(request).await?;
        Ok(())
    }
}

/// The bearers between the sides: every packet goes through these.
pub struct Relays {
    pub quic: Relay,
    pub tls: Relay,
}

impl Relays {
    /// The relays that a word of a story names.
    pub fn named(&self, word: &str) -> Vec<&Relay> {
        match word {
            "quic" => vec![&self.quic],
            "tls" => vec![&self.tls],
            _ => vec![&self.quic, &self.tls],
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::unreachable(
        format!("the demo could not go on: {error}"),
        "run it again; with --keep DIR its homes can be looked at",
    )
}

/// Makes homes and starts nodes; the first party is dialled by all others, through the relays.
pub async fn start(story: &Story, folder: &Path) -> Result<(Vec<Side>, Relays), Failure> {
    let relays = Relays {
        quic: relay::udp().await.map_err(failed)?,
        tls: relay::tcp().await.map_err(failed)?,
    };
    let mut sides = Vec::new();
    for (number, party) in story.parties.iter().enumerate() {
        let home = folder.join(&party.key);
        make_home(&home, party)?;
        let endpoints = if number == 0 {
            vec![
                format!("quic://{}", relays.quic.address),
                format!("tls://{}", relays.tls.address),
            ]
        } else {
            Vec::new()
        };
        let options = NodeOptions {
            endpoints: Some(endpoints),
            ..NodeOptions::default()
        };
        let node = Node::start(&home, options).map_err(failed)?;
        let service = node.service();
        if number == 0 {
            aim(&relays, &service).await?;
        }
        sides.push(Side {
            party: party.clone(),
            service,
            node,
        });
    }
    Ok((sides, relays))
}

fn make_home(path: &Path, party: &Party) -> Result<(), Failure> {
    let any: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 0));
    Home::init(
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
    // A cut is to be noticed while somebody watches.
    let config = path.join(openline_node::config::FILE);
    let text = std::fs::read_to_string(&config).map_err(|error| Failure::file(&config, &error))?;
    let text =
        format!("{text}keep_alive_ms = 300\nidle_timeout_ms = 1500\nreconnect_max_ms = 1000\n");
    std::fs::write(&config, text).map_err(|error| Failure::file(&config, &error))
}

async fn aim(relays: &Relays, service: &Service) -> Result<(), Failure> {
    for endpoint in service.status().await?.listening {
        let Some((kind, address)) = endpoint.split_once("://") else {
            continue;
        };
        let address = address.parse().map_err(failed)?;
        if kind == "quic" {
            relays.quic.set_target(address)
        } else {
            relays.tls.set_target(address)
        }
    }
    Ok(())
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
        terms: TermsView {
            title: story.line.title.clone(),
            level: story.line.level.clone(),
            languages: story.line.languages.clone(),
            settle_delay_ms: 200,
            ..TermsView::default()
        },
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
pub async fn stop(sides: Vec<Side>) -> Result<(), Failure> {
    for side in sides {
        side.service.shutdown().await?;
        side.node.stopped().await;
    }
    Ok(())
}
