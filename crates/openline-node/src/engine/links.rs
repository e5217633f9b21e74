//! Bearers and the machine, joined: connections up and down, frames in and out, what the machine says happened.

use std::collections::BTreeMap;

use openline_bearer::{
    BearerEvent, BearerId, BearerKind, CloseReason, DownReason, Endpoint, PeerConfig, PeerKey,
};
use openline_core::body::Body;
use openline_core::card::Card;
use openline_core::entry::{Kind, MessageType};
use openline_core::{LineId, PartyId, PartyIndex, Refused};
use openline_proto::state::Uplink;
use openline_proto::{Event, LinkId, Transmit};

use super::tell::News;
use super::{Engine, Released};
use crate::error::ServiceError;
use crate::view::FaultView;

/// A live bearer.
#[derive(Debug, Clone)]
pub(crate) struct LinkState {
    pub(crate) peer: PartyId,
    pub(crate) kind: BearerKind,
    pub(crate) remote: std::net::SocketAddr,
    pub(crate) since_ms: i64,
    pub(crate) rtt_us: Option<u64>,
}

impl Engine {
    pub(super) fn handle_bearer(&mut self, event: BearerEvent) {
        let now = self.now();
        match event {
            BearerEvent::Frame { bearer, frame } => {
                let link = LinkId(bearer.0);
                if let Some(state) = self.links.get(&link) {
                    self.last_heard.insert(state.peer, now.wall_ms);
                }
                self.machine.handle_frame(link, &frame, now);
            }
            BearerEvent::Up {
                bearer,
                peer,
                kind,
                remote,
                ..
            } => self.link_up(bearer, peer, kind, remote),
            BearerEvent::Down { bearer, reason, .. } => self.link_down(bearer, &reason),
            BearerEvent::DialFailed {
                peer,
                endpoint,
                fault,
                reason,
                ..
            } => {
                if let Some(party) = self.party_of(&peer) {
                    self.failures.insert(party, format!("{endpoint}: {reason}"));
                    self.knowledge.dialled.insert((party, endpoint), fault);
                    self.evidence_changed();
                }
            }
        }
    }

    fn party_of(&self, key: &PeerKey) -> Option<PartyId> {
        self.relations
            .values()
            .find(|relation| relation.bearer_keys().any(|known| known == key.0))
            .map(|relation| relation.party)
    }

    /// A party's name, as people know it.
    pub(crate) fn name_of(&self, party: &PartyId) -> String {
        if *party == self.home.party_id() {
            return self.home.name().to_owned();
        }
        self.relations
            .get(party)
            .map_or_else(|| party.short(), |relation| relation.name.clone())
    }

    fn link_up(
        &mut self,
        bearer: BearerId,
        peer: PeerKey,
        kind: BearerKind,
        remote: std::net::SocketAddr,
    ) {
        let Some(party) = self.party_of(&peer) else {
            self.bearers.close(bearer, CloseReason::Done);
            return;
        };
        if self
            .relations
            .get_mut(&party)
            .is_some_and(|relation| relation.note_proved(&peer.0))
        {
            self.keep_relation(&party);
            self.refresh_peers();
        }
        let link = LinkId(bearer.0);
        let now = self.now();
        let since_ms = now.wall_ms;
        self.links.insert(
            link,
            LinkState {
                peer: party,
                kind,
                remote,
                since_ms,
                rtt_us: None,
            },
        );
        self.ways.note_up(party, kind, since_ms);
        self.failures.remove(&party);
        let is_other = |at: &(PartyId, Endpoint)| at.0 != party || at.1.kind != kind;
        self.knowledge.dialled.retain(|at, _| is_other(at));
        self.knowledge.farewells.remove(&party);
        self.note_uplink(Uplink::Well);
        self.evidence_changed();
        self.machine.handle_link_up(link, party, now);
        let words = format!("{kind} to {} stands", self.name_of(&party));
        self.tell_bearer("bearer-up", party, kind, words);
    }

    fn link_down(&mut self, bearer: BearerId, reason: &DownReason) {
        let link = LinkId(bearer.0);
        let Some(state) = self.links.remove(&link) else {
            return;
        };
        let now = self.now();
        self.ways.note_down(state.peer, state.kind, now.wall_ms);
        if *reason == DownReason::ClosedByPeer(Some(CloseReason::Shutdown)) {
            self.knowledge.farewells.insert(state.peer, now.wall_ms);
        }
        self.evidence_changed();
        self.machine.handle_link_down(link, now);
        self.off_the_record_link_fell(&state.peer);
        let words = format!(
            "{} to {} fell: {reason}",
            state.kind,
            self.name_of(&state.peer)
        );
        self.tell_bearer("bearer-down", state.peer, state.kind, words);
    }

    fn tell_bearer(&mut self, what: &'static str, peer: PartyId, kind: BearerKind, words: String) {
        tracing::info!(what, peer = %peer.short(), %kind, "bearer");
        let peer = Some(self.name_of(&peer));
        self.tell(News {
            what,
            peer,
            bearer: Some(kind.to_string()),
            words,
            ..News::default()
        });
    }

    /// Closes a bearer; its peer is told no more than that.
    pub(crate) fn close_link(&mut self, link: LinkId, why: &str) {
        tracing::info!(link = link.0, why, "closing a bearer");
        self.bearers.close(BearerId(link.0), CloseReason::Done);
    }

    pub(super) fn transmit(&mut self, transmit: Transmit) {
        let Transmit { link, frame } = transmit;
        if let Err(error) = self.bearers.send(BearerId(link.0), frame) {
            // A full queue means that the peer does not read: what is lost is sent again after the link has come back.
            tracing::warn!(link = link.0, %error, "a frame could not be queued; the bearer is closed");
            self.close_link(link, "its queue is full");
        }
    }

    /// Who may connect and whom to dial: every party whose card is confirmed.
    pub(crate) fn refresh_peers(&self) {
        self.bearers.set_peers(peers(self.relations.values()));
    }

    pub(super) fn handle_event(&mut self, event: Event) {
        match event {
            Event::Released {
                ticket,
                line,
                place,
                leaf,
            } => {
                let mut message_type = None;
                if let Some(releasing) = self.releasing.remove(&ticket) {
                    message_type = Some(releasing.message_type);
                    let took = releasing.started.elapsed();
                    let _ = releasing.reply.send(Ok(Released {
                        line,
                        place,
                        leaf,
                        took,
                    }));
                }
                let place = Some((place.party, place.index));
                let words = "on the record here, durably".to_owned();
                self.tell(News {
                    what: "released",
                    line: Some(line),
                    message_type,
                    place,
                    count: 1,
                    words,
                    ..News::default()
                });
            }
            Event::Rejected { ticket, refused } => {
                if let Some(releasing) = self.releasing.remove(&ticket) {
                    let error = ServiceError::Refused(refused);
                    if let Some(aside) = self.office.take_aside(&releasing.salt) {
                        self.note_refusal(&aside, &error);
                    }
                    let _ = releasing.reply.send(Err(error));
                }
            }
            Event::Admitted { line, batch, link } => self.on_admitted(line, &batch, link),
            Event::Cosigned {
                line,
                log,
                cosigner,
                size,
                link,
                ..
            } => {
                self.on_cosigned(line, log, cosigner, size, link);
            }
            Event::Settled { line, number } => {
                let words = format!("joint numbers up to {number} are given");
                self.tell(News {
                    what: "settled",
                    line: Some(line),
                    count: number,
                    words,
                    ..News::default()
                });
            }
            Event::Greeted { link, peer, card } => self.on_greeted(link, peer, &card),
            Event::OffTheRecord {
                peer,
                link,
                line,
                frame,
            } => self.on_off_the_record(peer, link, line, *frame),
            Event::Instrument { peer, bytes } => self.on_instrument(peer, &bytes),
            Event::RoundTrip { link, rtt } => {
                if let Some(state) = self.links.get_mut(&link) {
                    let us = u64::try_from(rtt.as_micros()).unwrap_or(u64::MAX);
                    state.rtt_us = Some(us);
                    let now = crate::identity::wall_ms();
                    self.ways.note_round_trip(state.peer, state.kind, now, us);
                }
            }
            Event::Watch { line, party, .. } => self.on_watch(line, party),
            Event::ContactFound { .. } | Event::ContactLost { .. } => self.evidence_changed(),
            Event::CloseLink { link, rule } => self.close_link(link, rule.id()),
            Event::Copies {
                line,
                party,
                first,
                entries,
            } => self.on_copies(line, party, first, &entries),
            other => self.handle_trouble(other),
        }
    }

    fn handle_trouble(&mut self, event: Event) {
        match event {
            Event::Forked { line, party } => {
                let name = self.name_on(&line, party);
                let words =
                    format!("{name} has signed two histories of its log; the evidence is kept");
                tracing::error!(line = %line.short(), party = party.0, "fork");
                self.tell(News {
                    what: "forked",
                    line: Some(line),
                    peer: Some(name),
                    words,
                    ..News::default()
                });
            }
            Event::OwnLogBehind { line, size } => {
                let words = format!(
                    "another party holds {size} entries of our own log, more than this store: nothing is written until they are recovered"
                );
                self.tell(News {
                    what: "own-log-behind",
                    line: Some(line),
                    count: size,
                    words,
                    ..News::default()
                });
            }
            Event::Purged { line, places } => {
                let words = "bodies have been deleted by agreement".to_owned();
                let count = places.len() as u64;
                self.tell(News {
                    what: "purged",
                    line: Some(line),
                    count,
                    words,
                    ..News::default()
                });
            }
            Event::PeerFault {
                peer,
                line,
                refused,
            } => {
                let name = self.name_of(&peer);
                self.tell_fault(name, line, refused);
            }
            Event::FaultReported {
                peer,
                line,
                rule,
                words,
            } => {
                let peer = self.name_of(&peer);
                let rule = rule.map_or("unknown", openline_core::Rule::id).to_owned();
                let line = line.map(|line| line.to_string());
                let at_ms = crate::identity::wall_ms();
                self.note_fault(FaultView {
                    at_ms,
                    peer,
                    line,
                    rule,
                    words,
                    is_reported: true,
                });
            }
            _ => {}
        }
    }

    fn on_watch(&mut self, line: LineId, party: PartyIndex) {
        self.evidence_changed();
        let name = self.name_on(&line, party);
        let words = format!("{name} says something new of its watch, signed");
        self.tell(News {
            what: "watch",
            line: Some(line),
            peer: Some(name),
            words,
            ..News::default()
        });
    }

    /// A party's name on a line.
    pub(crate) fn name_on(&self, line: &LineId, party: PartyIndex) -> String {
        let member = self
            .founded
            .get(line)
            .and_then(|founded| founded.member(party));
        member.map_or_else(
            || format!("party {party}"),
            |member| member.name().to_owned(),
        )
    }

    fn on_admitted(
        &mut self,
        line: LineId,
        batch: &openline_core::admit::AdmittedBatch,
        link: Option<LinkId>,
    ) {
        let count = batch.entries().len() as u64;
        self.tally.entries += count;
        for entry in batch.entries() {
            if let Some(Body::KeyChange(credential)) = entry.body() {
                self.follow_key_change(credential);
            }
            if entry.header().message_type == MessageType::Test {
                self.round_wanted.notify_one();
            }
        }
        let name = self.name_on(&line, batch.party());
        let types = types_of(batch);
        let mut words = if count == 1 {
            format!("an entry of {name} is on the record here, durably")
        } else {
            format!("{count} entries of {name} are on the record here, durably")
        };
        if types.len() > 1 {
            let parts = types
                .iter()
                .map(|(message_type, count)| format!("{count} {}", message_type.word()));
            words.push_str(&format!(" ({})", parts.collect::<Vec<_>>().join(", ")));
        }
        let place = Some((batch.party(), batch.first_index()));
        let bearer = Some(self.bearer_name(link));
        self.tell(News {
            what: "arrived",
            line: Some(line),
            message_type: types.keys().next().filter(|_| types.len() == 1).copied(),
            peer: Some(name),
            bearer,
            place,
            count,
            words,
        });
    }

    fn bearer_name(&self, link: Option<LinkId>) -> String {
        match link {
            None => "pouch".to_owned(),
            Some(link) => self
                .links
                .get(&link)
                .map_or_else(|| "gone".to_owned(), |state| state.kind.to_string()),
        }
    }

    /// A party has put a new node key on the record: from here on its bearers must prove that one.
    fn follow_key_change(&mut self, credential: &openline_core::credential::VerifiedCredential) {
        let Some(relation) = self.relations.get_mut(&credential.party_id()) else {
            return;
        };
        match relation.receive_credential(credential) {
            Ok(true) => {
                let party = relation.party;
                self.keep_relation(&party);
                self.refresh_peers();
            }
            Ok(false) => {}
            Err(rule) => {
                let name = relation.name.clone();
                self.tell_fault(name, None, Refused::from(rule));
            }
        }
    }

    fn on_cosigned(
        &mut self,
        line: LineId,
        log: PartyIndex,
        cosigner: PartyIndex,
        size: u64,
        link: Option<LinkId>,
    ) {
        self.tally.cosignatures += 1;
        let Ok(me) = self.me(&line) else { return };
        if log != me {
            return;
        }
        self.answer_waiters(line);
        let name = self.name_on(&line, cosigner);
        let words = format!(
            "{name} holds everything of ours up to entry {}, durably",
            size - 1
        );
        let bearer = Some(self.bearer_name(link));
        let place = Some((log, size - 1));
        self.tell(News {
            what: "stored",
            line: Some(line),
            peer: Some(name),
            bearer,
            place,
            count: size,
            words,
            ..News::default()
        });
    }

    /// Answers those who wait for an own entry to be held by every other party.
    fn answer_waiters(&mut self, line: LineId) {
        let Ok(me) = self.me(&line) else { return };
        let (holders, least) = self.holders(&line, me);
        let done = self
            .waiters
            .extract_if((line, 0)..(line, least), |_, _| true);
        let waiters: Vec<_> = done.flat_map(|(_, waiters)| waiters).collect();
        for waiter in waiters {
            let _ = waiter.reply.send(Ok(holders.clone()));
        }
    }

    /// The other parties of a line, and up to which size of `log` all of them hold it.
    pub(crate) fn holders(&self, line: &LineId, log: PartyIndex) -> (Vec<PartyIndex>, u64) {
        let Some(founded) = self.founded.get(line) else {
            return (Vec::new(), 0);
        };
        let others: Vec<PartyIndex> = founded.parties().filter(|party| *party != log).collect();
        let held = |party: &PartyIndex| self.machine.cosigned_size(line, log, *party);
        let least = others.iter().map(held).min().unwrap_or(0);
        (others, least)
    }

    fn on_greeted(&mut self, link: LinkId, peer: PartyId, card: &[u8]) {
        let result = Card::decode(card).and_then(|card| match self.relations.get_mut(&peer) {
            Some(relation) => relation.receive_card(&card),
            None => Ok(crate::relations::Change::Same),
        });
        match result {
            Ok(change) => {
                if change.is_change() {
                    self.keep_relation(&peer);
                    self.refresh_peers();
                }
                self.offer_instruments(&peer);
                self.offer_share(&peer);
            }
            Err(rule) => {
                let name = self.name_of(&peer);
                self.tell_fault(name, None, Refused::from(rule));
                self.close_link(link, rule.id());
            }
        }
    }
}

/// The bearers' view of the relations.
pub(crate) fn peers<'a>(
    relations: impl Iterator<Item = &'a crate::relations::Relation>,
) -> Vec<PeerConfig> {
    let configs = |relation: &'a crate::relations::Relation| {
        let endpoints: Vec<_> = relation
            .endpoints
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        relation.bearer_keys().map(move |key| PeerConfig {
            key: PeerKey(key),
            endpoints: endpoints.clone(),
        })
    };
    relations
        .filter(|relation| relation.is_confirmed())
        .flat_map(configs)
        .collect()
}

/// How many entries of each type there are, but for marks, which nobody writes.
fn types_of(batch: &openline_core::admit::AdmittedBatch) -> BTreeMap<MessageType, usize> {
    let mut types = BTreeMap::new();
    let written = batch.entries().iter();
    for entry in written.filter(|entry| entry.header().kind != Kind::Mark) {
        *types.entry(entry.header().message_type).or_default() += 1;
    }
    types
}
