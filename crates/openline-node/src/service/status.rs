//! The node at a glance.

use openline_core::PartyId;
use openline_proto::LinkId;

use super::{Answer, Service, lines};
use crate::engine::{Engine, StoreState};
use crate::officers::Actor;
use crate::view::{BearerView, PeerView, StatusView, StoreView};

impl Service {
    /// The node at a glance.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::Unavailable`]
    pub async fn status(&self) -> Answer<StatusView> {
        let actor = self.actor.clone();
        let mut view = self
            .engine(move |engine| Ok(status(engine, &actor)))
            .await?;
        let doubt = self
            .read(|reader| Ok(crate::clock::doubt(reader, crate::identity::wall_ms())?))
            .await;
        // A store that can't be read is told of by its own field.
        view.clock_doubt = doubt.unwrap_or_default();
        // While the node stops, nobody answers for the channels.
        let alerts = self.alert_channels().await.unwrap_or_default();
        view.alert_channels = alerts.channels;
        Ok(view)
    }
}

fn status(engine: &Engine, actor: &Actor) -> StatusView {
    let lines = lines::views(engine, actor);
    StatusView {
        party: engine.home.name().to_owned(),
        id: engine.home.party_id().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_ms: u64::try_from(engine.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        listening: engine
            .bearers
            .listen_addrs()
            .iter()
            .map(|(kind, address)| format!("{kind}://{address}"))
            .collect(),
        peers: engine
            .relations
            .values()
            .filter(|relation| relation.is_confirmed())
            .map(|relation| peer(engine, &relation.party))
            .collect(),
        store: StoreView {
            entries: lines.iter().map(|line| line.entries).sum(),
            ..store(&engine.store_state)
        },
        lines,
        clock_doubt: None,
        alert_channels: Vec::new(),
        faults: engine.faults.iter().cloned().collect(),
    }
}

fn store(state: &StoreState) -> StoreView {
    let (word, reason) = match state {
        StoreState::Sound => ("sound", None),
        StoreState::CannotWrite(why) => ("cannot write", Some(why.clone())),
        StoreState::Damaged(why) => ("damaged", Some(why.clone())),
        StoreState::Healing(why) => ("healing", Some(why.clone())),
    };
    StoreView {
        state: word.to_owned(),
        reason,
        entries: 0,
    }
}

fn peer(engine: &Engine, party: &PartyId) -> PeerView {
    let mut links: Vec<LinkId> = engine
        .links
        .iter()
        .filter(|(_, link)| link.peer == *party)
        .map(|(id, _)| *id)
        .collect();
    links.sort_unstable();
    PeerView {
        name: engine.name_of(party),
        id: party.to_string(),
        bearers: links
            .iter()
            .filter_map(|link| bearer(engine, *link))
            .collect(),
        last_heard_ms: engine.last_heard.get(party).copied(),
        last_failure: engine.failures.get(party).cloned(),
    }
}

fn bearer(engine: &Engine, link: LinkId) -> Option<BearerView> {
    let state = engine.links.get(&link)?;
    let stats = engine.bearers.stats(openline_bearer::BearerId(link.0));
    Some(BearerView {
        kind: state.kind.to_string(),
        remote: state.remote.to_string(),
        rtt_us: state.rtt_us,
        since_ms: state.since_ms,
        bytes_sent: stats.as_ref().map_or(0, |stats| stats.bytes_sent),
        bytes_received: stats.as_ref().map_or(0, |stats| stats.bytes_received),
        datagrams: stats
            .as_ref()
            .and_then(|stats| stats.datagrams_sent.zip(stats.datagrams_received))
            .map_or(0, |(sent, received)| sent + received),
    })
}
