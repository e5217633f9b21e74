//! The machine: every line and every link of one node.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::Logs;
use openline_core::checkpoint::{Seal, SignedCheckpoint};
use openline_core::keys::SecretKeys;
use openline_core::watch::{Notice, PostWatch, WatchStatement};
use openline_core::{LineId, PartyId, PartyIndex, Refused, Rule};

use crate::effect::{Answer, Draft, Event, Fact, LinkId, Now, Query, QueryId, Transmit};
use crate::frame::{Brief, Frame, Tag};
use crate::limits::{FAULT_TEXT_MAX, FETCHES_MAX, LINES_MAX};
use crate::line::{Around, Line, LineFacts, Source};
use crate::link::Links;
use crate::state::Contact;

/// Who the node is.
#[derive(Debug, Clone)]
pub struct MachineConfig {
    /// The party.
    pub party: PartyId,
    /// Its card's bytes, for greetings.
    pub card: Vec<u8>,
    /// Its node keys; after a key change, the new ones too, until every line has the change on its record.
    pub keys: Vec<Arc<SecretKeys>>,
}

/// A line could not be taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddLineError {
    /// The charter does not list this node's party.
    #[error("this party is not a member of the line")]
    NotAMember,
    /// A line with the same tag, or the same line, is there already.
    #[error("the line is there already, or another with the same tag is")]
    Taken,
    /// There are [`LINES_MAX`] lines.
    #[error("a node keeps at most {LINES_MAX} lines")]
    TooMany,
}

/// What a machine keeps for later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Batches of a line that have seen what is not here yet; at most [`crate::limits::WAITING_MAX`] from each peer.
    pub waiting: usize,
    /// Entries of a line to be written; at most [`crate::limits::DRAFTS_MAX`] and the chunks of one draft.
    pub drafts: usize,
    /// Answers being read for the link that has most; at most [`FETCHES_MAX`].
    pub fetches: usize,
    /// Questions that the store has not answered.
    pub pending: usize,
}

/// Why a query was asked: what to do with its answer.
#[derive(Debug)]
pub(crate) enum Pending {
    Send {
        line: LineId,
        peer: PartyIndex,
        party: PartyIndex,
        from: u64,
    },
    CosignedRoot {
        line: LineId,
        source: Source,
        log: PartyIndex,
        brief: Brief,
    },
    SealedRoot {
        line: LineId,
        source: Source,
        log: PartyIndex,
        cosigner: PartyIndex,
        size: u64,
        seal: Seal,
    },
    Compare {
        line: LineId,
        log: PartyIndex,
        theirs: SignedCheckpoint,
    },
    Asked {
        line: LineId,
        link: LinkId,
        party: PartyIndex,
        old: u64,
        new: u64,
    },
    Copies {
        line: LineId,
        link: LinkId,
        party: PartyIndex,
        first: u64,
    },
}

impl Pending {
    fn line(&self) -> LineId {
        match self {
            Self::Send { line, .. }
            | Self::CosignedRoot { line, .. }
            | Self::SealedRoot { line, .. }
            | Self::Compare { line, .. }
            | Self::Asked { line, .. }
            | Self::Copies { line, .. } => *line,
        }
    }
}

/// What the machine has to say, in the order it must be heard.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    facts: Vec<Fact>,
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
    queries: VecDeque<(QueryId, Query)>,
    pending: BTreeMap<QueryId, (Option<LinkId>, Pending)>,
    next_query: u64,
}

impl Outbox {
    pub(crate) fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(crate) fn events(&mut self, events: impl IntoIterator<Item = Event>) {
        self.events.extend(events);
    }

    pub(crate) fn transmit(&mut self, link: LinkId, frame: Vec<u8>) {
        self.transmits.push_back(Transmit { link, frame });
    }

    pub(crate) fn query(&mut self, query: Query, pending: Pending) -> QueryId {
        self.ask(None, query, pending)
    }

    fn ask(&mut self, link: Option<LinkId>, query: Query, pending: Pending) -> QueryId {
        let id = QueryId(self.next_query);
        self.next_query += 1;
        self.queries.push_back((id, query));
        self.pending.insert(id, (link, pending));
        id
    }

    /// Asks the store on a peer's behalf, within what one link may have outstanding.
    pub(crate) fn query_for(
        &mut self,
        links: &mut Links,
        link: Option<LinkId>,
        query: Query,
        pending: Pending,
    ) -> Result<(), Refused> {
        if let Some(state) = link.and_then(|link| links.at(link)) {
            if state.fetches >= FETCHES_MAX {
                return Err(Rule::Flood.into());
            }
            state.fetches += 1;
        }
        self.ask(link, query, pending);
        Ok(())
    }

    /// Answers a broken rule, counts it, and closes the link when there have been too many.
    pub(crate) fn fault(
        &mut self,
        links: &mut Links,
        link: LinkId,
        line: Option<(Tag, LineId)>,
        refused: Refused,
    ) {
        let Some(state) = links.at(link) else { return };
        let has_enough = state.count_fault();
        let (party, index) = refused
            .entry
            .map_or((0, 0), |(party, index)| (u64::from(party.0), index));
        let mut words = refused.to_string();
        words.truncate(words.floor_char_boundary(FAULT_TEXT_MAX));
        let tag = line.map(|(tag, _)| tag);
        let frame = Frame::Fault {
            rule: refused.rule.id().to_owned(),
            tag,
            party,
            index,
            words,
        };
        self.events.push_back(Event::PeerFault {
            peer: state.peer,
            line: line.map(|(_, id)| id),
            refused,
        });
        self.transmit(link, frame.encode());
        if has_enough {
            self.event(Event::CloseLink {
                link,
                rule: refused.rule,
            });
        }
    }
}

/// Every line and every link of one node, as a value.
///
/// # Order of calls
/// Inputs are `handle_*`, [`Machine::release`] and [`Machine::add_line`], in any order. After any of them, drive
/// the outputs until all are empty:
///
/// 1. [`Machine::poll_persist`]: make all of it durable in one transaction, then call [`Machine::handle_persisted`].
///    Repeat until it gives nothing. If it can't be made durable, drop the machine and take it up again from the store:
///    nothing that depends on it has left.
/// 2. [`Machine::poll_query`]: look it up in the store as it is, and give the answer to [`Machine::handle_answer`].
/// 3. [`Machine::poll_transmit`], then [`Machine::poll_event`]. Both give nothing while something waits to be made durable,
///    so no signature leaves before what it promises is true.
/// 4. [`Machine::poll_timeout`]: come back with [`Machine::handle_timeout`] at that time at the latest.
///
/// `now.mono` must never go back from call to call; `now.wall_ms` may jump.
#[derive(Debug)]
pub struct Machine {
    config: MachineConfig,
    lines: BTreeMap<LineId, Line>,
    tags: BTreeMap<Tag, LineId>,
    links: Links,
    out: Outbox,
    is_persisting: bool,
}

impl Machine {
    /// A node without lines or links.
    #[must_use]
    pub fn new(config: MachineConfig) -> Self {
        Self {
            config,
            lines: BTreeMap::new(),
            tags: BTreeMap::new(),
            links: Links::default(),
            out: Outbox::default(),
            is_persisting: false,
        }
    }

    /// Replaces the card that greetings carry, and the keys that sign.
    pub fn set_identity(&mut self, card: Vec<u8>, keys: Vec<Arc<SecretKeys>>) {
        self.config.card = card;
        self.config.keys = keys;
    }

    /// Takes up a line. If our log is empty and nobody needs to be heard first, its founding entry is queued with `salt`.
    ///
    /// # Errors
    /// [`AddLineError`].
    pub fn add_line(
        &mut self,
        logs: Logs,
        facts: LineFacts,
        salt: [u8; 16],
        now: Now,
    ) -> Result<(), AddLineError> {
        let id = logs.founded().line();
        let me = logs
            .founded()
            .index_of(&self.config.party)
            .ok_or(AddLineError::NotAMember)?;
        if self.lines.len() >= LINES_MAX {
            return Err(AddLineError::TooMany);
        }
        if self.tags.contains_key(&Tag::of(&id)) {
            return Err(AddLineError::Taken);
        }
        let mut line = Line::new(me, logs, facts, now);
        if line.needs_founding() {
            line.queue_founding(&id, salt);
        }
        self.tags.insert(Tag::of(&id), id);
        self.lines.insert(id, line);
        self.greet_new_line(id, now);
        Ok(())
    }

    /// Peers that are connected already hear of a new line at once.
    fn greet_new_line(&mut self, id: LineId, now: Now) {
        let Some(line) = self.lines.get(&id) else {
            return;
        };
        let founded = line.logs().founded().clone();
        for party in founded.parties() {
            for link in self.links.to(&founded.party_id(party)) {
                self.with_line(id, now, |line, around| line.greet(around, link));
            }
        }
    }

    fn with_line<T>(
        &mut self,
        id: LineId,
        now: Now,
        run: impl FnOnce(&mut Line, &mut Around<'_>) -> T,
    ) -> Option<T> {
        let line = self.lines.get_mut(&id)?;
        let mut around = Around {
            now,
            keys: &self.config.keys,
            links: &mut self.links,
            out: &mut self.out,
        };
        Some(run(line, &mut around))
    }

    /// The record of a line, as far as rules and order need it.
    #[must_use]
    pub fn logs(&self, id: &LineId) -> Option<&Logs> {
        self.lines.get(id).map(Line::logs)
    }

    /// The lines, ascending by id.
    pub fn lines(&self) -> impl Iterator<Item = LineId> + '_ {
        self.lines.keys().copied()
    }

    /// Our own position in a line's charter.
    #[must_use]
    pub fn me(&self, id: &LineId) -> Option<PartyIndex> {
        self.lines.get(id).map(Line::me)
    }

    /// Whether a line may not be written to yet: see [`LineFacts::must_hear`].
    #[must_use]
    pub fn must_hear(&self, id: &LineId) -> bool {
        self.lines.get(id).is_some_and(Line::must_hear)
    }

    /// Up to which size of `log` a party has signed that it holds it durably; 0 before any.
    #[must_use]
    pub fn cosigned_size(&self, id: &LineId, log: PartyIndex, cosigner: PartyIndex) -> u64 {
        self.lines
            .get(id)
            .map_or(0, |line| line.cosigned_size(log, cosigner))
    }

    /// What a party has confirmed of each log of a line, by party index.
    #[must_use]
    pub fn confirmed_by(&self, id: &LineId, peer: PartyIndex) -> Vec<u64> {
        self.lines
            .get(id)
            .map_or_else(Vec::new, |line| line.confirmed_by(peer))
    }

    /// The beacon of a line as a frame, for a bundle.
    #[must_use]
    pub fn beacon_frame(&self, id: &LineId, now: Now) -> Option<Vec<u8>> {
        self.lines.get(id).map(|line| line.beacon_frame(now))
    }

    /// Says of our own posts on a line who is on watch, and gives notices. What the charter does not let be told must be left out.
    ///
    /// It holds until it is said anew, and is forgotten with the machine. Something new goes at once to every party over every live
    /// link; every regular beacon says it again, signed anew.
    ///
    /// # Errors
    /// [`Rule::LineUnknown`]; [`Rule::WatchShape`] if no party would take it: what was said before then holds.
    pub fn set_watch(
        &mut self,
        id: &LineId,
        posts: Vec<PostWatch>,
        notices: Vec<Notice>,
        now: Now,
    ) -> Result<(), Rule> {
        self.with_line(*id, now, |line, around| {
            line.set_watch(around, posts, notices)
        })
        .unwrap_or(Err(Rule::LineUnknown))
    }

    /// What a party has last said of its watch on a line.
    #[must_use]
    pub fn watch_of(&self, id: &LineId, party: PartyIndex) -> Option<&WatchStatement> {
        self.lines.get(id)?.watch_of(party)
    }

    /// When a party was last heard on a line since the node began to run.
    ///
    /// Only a frame about this line counts, over a live link on which the party has been authenticated and has greeted, whether or
    /// not it breaks a rule. A greeting or the answer to a probe says that a node runs, and nothing of the line; a bundle says
    /// nothing of now.
    #[must_use]
    pub fn contact(&self, id: &LineId, party: PartyIndex) -> Option<Contact> {
        self.lines.get(id)?.contact(party)
    }

    /// Other parties that have heard `party` on a line, with how long ago that is: by their latest beacons over live links, and
    /// the time since those came.
    #[must_use]
    pub fn heard_by(
        &self,
        id: &LineId,
        party: PartyIndex,
        now: Now,
    ) -> Vec<(PartyIndex, Duration)> {
        self.lines
            .get(id)
            .map_or_else(Vec::new, |line| line.heard_by(party, now))
    }

    /// How much is kept for later: each number has a bound in [`crate::limits`].
    #[must_use]
    pub fn load(&self, id: &LineId) -> Load {
        let line = self.lines.get(id);
        Load {
            waiting: line.map_or(0, Line::waiting),
            drafts: line.map_or(0, Line::drafts),
            fetches: self.links.fetches_most(),
            pending: self.out.pending.len(),
        }
    }

    /// Greeted links to a party, the quickest first.
    #[must_use]
    pub fn links_to(&self, peer: &PartyId) -> Vec<LinkId> {
        self.links.to(peer)
    }

    /// A bearer has connected us with `peer`, whose node key it has authenticated.
    pub fn handle_link_up(&mut self, link: LinkId, peer: PartyId, now: Now) {
        self.links.add(link, peer, now);
        let hello = Frame::Hello {
            party: self.config.party,
            card: self.config.card.clone(),
        };
        self.out.transmit(link, hello.encode());
    }

    /// A link has fallen.
    pub fn handle_link_down(&mut self, link: LinkId, now: Now) {
        let Some(fallen) = self.links.remove(link) else {
            return;
        };
        self.out.transmits.retain(|transmit| transmit.link != link);
        let others_left = self.links.best(&fallen.peer).is_some();
        for id in self.ids() {
            self.with_line(id, now, |line, around| {
                line.link_fell(around, &fallen.peer, others_left)
            });
        }
    }

    fn ids(&self) -> Vec<LineId> {
        self.lines.keys().copied().collect()
    }

    /// A frame has come over a link.
    pub fn handle_frame(&mut self, link: LinkId, bytes: &[u8], now: Now) {
        if self.links.at(link).is_none() {
            return;
        }
        if let Err(refused) = self.take_frame(link, bytes, now) {
            self.out.fault(&mut self.links, link, None, refused);
        }
    }

    fn take_frame(&mut self, link: LinkId, bytes: &[u8], now: Now) -> Result<(), Refused> {
        let frame = Frame::decode(bytes)?;
        if let Frame::Hello { party, card } = frame {
            return self.on_hello(link, party, card, now);
        }
        self.links.check_greeted(link)?;
        let Some(peer) = self.links.at(link).map(|link| link.peer) else {
            return Ok(());
        };
        match frame {
            Frame::Ping(nonce) => self.out.transmit(link, Frame::Pong(nonce).encode()),
            Frame::Pong(nonce) => {
                if let Some(rtt) = self.links.answered(link, nonce, now) {
                    self.out.event(Event::RoundTrip { link, rtt });
                }
            }
            Frame::Founding { instrument } => self.out.event(Event::Instrument {
                peer,
                bytes: instrument,
            }),
            Frame::Fault {
                rule, tag, words, ..
            } => {
                let line = tag.and_then(|tag| self.tags.get(&tag).copied());
                self.out.event(Event::FaultReported {
                    peer,
                    line,
                    rule: Rule::from_id(&rule),
                    words,
                });
            }
            frame @ (Frame::NonPaperOffer { .. }
            | Frame::NonPaper { .. }
            | Frame::NonPaperReceived(_)) => self.pass_off_the_record(peer, link, frame)?,
            frame => self.take_line_frame(&peer, Some(link), frame, now)?,
        }
        Ok(())
    }

    /// Hands up a frame that no line keeps anything of. A non-paper must be about a common line.
    fn pass_off_the_record(
        &mut self,
        peer: PartyId,
        link: LinkId,
        frame: Frame,
    ) -> Result<(), Refused> {
        let line = match frame.tag() {
            None => None,
            Some(tag) => Some(self.common_line(&peer, tag).ok_or(Rule::LineUnknown)?),
        };
        self.out.event(Event::OffTheRecord {
            peer,
            link,
            line,
            frame: Box::new(frame),
        });
        Ok(())
    }

    /// The line of a tag, if `peer` is a party of it.
    #[must_use]
    pub fn common_line(&self, peer: &PartyId, tag: Tag) -> Option<LineId> {
        let id = self.tags.get(&tag)?;
        self.lines.get(id)?.has_peer(peer).map(|_| *id)
    }

    /// Sends a frame that is off the record over links to its peer. A non-paper goes over every one, anything else over the quickest;
    /// false if there is none.
    pub fn send_off_the_record(&mut self, peer: &PartyId, frame: &Frame) -> bool {
        let mut links = self.links.to(peer);
        if !matches!(frame, Frame::NonPaper { .. }) {
            links.truncate(1);
        }
        let bytes = frame.encode();
        for link in &links {
            self.out.transmit(*link, bytes.clone());
        }
        !links.is_empty()
    }

    /// Answers a frame that is off the record and breaks `rule` with a fault, which counts against the link.
    pub fn refuse_off_the_record(&mut self, link: LinkId, line: Option<LineId>, rule: Rule) {
        let line = line.map(|id| (Tag::of(&id), id));
        self.out.fault(&mut self.links, link, line, rule.into());
    }

    fn on_hello(
        &mut self,
        link: LinkId,
        party: PartyId,
        card: Vec<u8>,
        now: Now,
    ) -> Result<(), Refused> {
        let Some(state) = self.links.at(link) else {
            return Ok(());
        };
        if state.peer != party {
            let rule = if state.is_greeted() {
                Rule::FrameOrder
            } else {
                Rule::HelloParty
            };
            self.out.event(Event::CloseLink { link, rule });
            return Err(rule.into());
        }
        if state.is_greeted() {
            return Ok(());
        }
        state.greet();
        self.out.event(Event::Greeted {
            link,
            peer: party,
            card,
        });
        for id in self.ids() {
            self.with_line(id, now, |line, around| {
                if line.has_peer(&party).is_some() {
                    line.greet(around, link);
                }
            });
        }
        self.probe(now);
        Ok(())
    }

    fn take_line_frame(
        &mut self,
        peer: &PartyId,
        link: Option<LinkId>,
        frame: Frame,
        now: Now,
    ) -> Result<(), Refused> {
        let Some(tag) = frame.tag() else {
            return Ok(());
        };
        let common = self.tags.get(&tag).copied().and_then(|id| {
            let index = self.lines.get(&id)?.has_peer(peer)?;
            Some((id, index))
        });
        let Some((id, index)) = common else {
            return if frame.is_to_all() {
                Ok(())
            } else {
                Err(Rule::LineUnknown.into())
            };
        };
        self.with_line(id, now, |line, around| {
            if link.is_some() {
                line.note_contact(around, index);
            }
            line.handle_frame(around, Source { peer: index, link }, frame);
        });
        Ok(())
    }

    /// Frames of a bundle from `peer`, whose signature has been checked. Nothing is answered; what is learned is in the next bundle.
    ///
    /// # Errors
    /// The first frame that can't be read; frames before it have been taken. Entries that break a rule are reported as [`Event::PeerFault`].
    pub fn handle_bundle(
        &mut self,
        peer: &PartyId,
        frames: &[Vec<u8>],
        now: Now,
    ) -> Result<(), Refused> {
        for bytes in frames {
            match Frame::decode(bytes)? {
                Frame::Founding { instrument } => {
                    self.out.event(Event::Instrument {
                        peer: *peer,
                        bytes: instrument,
                    });
                }
                // A bundle is signed: what is off the record never comes out of one.
                Frame::NonPaperOffer { .. }
                | Frame::NonPaper { .. }
                | Frame::NonPaperReceived(_) => {}
                frame => match self.take_line_frame(peer, None, frame, now) {
                    // A bundle may hold lines that were founded since: the rest of it still counts.
                    Ok(())
                    | Err(Refused {
                        rule: Rule::LineUnknown,
                        ..
                    }) => {}
                    Err(refused) => return Err(refused),
                },
            }
        }
        Ok(())
    }

    /// Hands a charter, or signatures under one, to a peer over its quickest link; false if there is none.
    pub fn send_instrument(&mut self, peer: &PartyId, instrument: &[u8]) -> bool {
        let Some(link) = self.links.best(peer) else {
            return false;
        };
        self.out.transmit(
            link,
            Frame::Founding {
                instrument: instrument.to_vec(),
            }
            .encode(),
        );
        true
    }

    /// Asks a peer for copies of entries, to heal a damaged store; false if it can't be reached.
    pub fn want(
        &mut self,
        id: &LineId,
        peer: &PartyId,
        party: PartyIndex,
        first: u64,
        count: u64,
        now: Now,
    ) -> bool {
        let Some(link) = self.links.best(peer) else {
            return false;
        };
        self.with_line(*id, now, |line, around| {
            line.want(around, link, party, first, count)
        })
        .is_some()
    }

    /// Takes a draft for a line. Its fate is told as [`Event::Released`] or [`Event::Rejected`].
    ///
    /// # Errors
    /// [`Rule::LineUnknown`]; [`Rule::Flood`] when too many drafts wait.
    pub fn release(&mut self, id: &LineId, draft: Draft) -> Result<(), Rule> {
        self.lines
            .get_mut(id)
            .ok_or(Rule::LineUnknown)?
            .release(draft)
    }

    /// What must be made durable now, in one transaction; [`Machine::handle_persisted`] must follow.
    ///
    /// # Panics
    /// If called again before [`Machine::handle_persisted`].
    pub fn poll_persist(&mut self, now: Now) -> Option<Vec<Fact>> {
        assert!(
            !self.is_persisting,
            "handle_persisted comes before the next poll_persist"
        );
        for id in self.ids() {
            self.with_line(id, now, |line, around| {
                line.write_batch(around);
                line.cosign(around);
                line.seal(around);
            });
        }
        let facts = std::mem::take(&mut self.out.facts);
        self.is_persisting = !facts.is_empty();
        self.is_persisting.then_some(facts)
    }

    /// What [`Machine::poll_persist`] gave is durable.
    pub fn handle_persisted(&mut self) {
        self.is_persisting = false;
    }

    fn may_speak(&self) -> bool {
        !self.is_persisting && self.out.facts.is_empty()
    }

    /// The next question to the store.
    pub fn poll_query(&mut self) -> Option<(QueryId, Query)> {
        if self.may_speak() {
            self.out.queries.pop_front()
        } else {
            None
        }
    }

    /// The next frame to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        if self.may_speak() {
            self.out.transmits.pop_front()
        } else {
            None
        }
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        if self.may_speak() {
            self.out.events.pop_front()
        } else {
            None
        }
    }

    /// When to call [`Machine::handle_timeout`], as `now.mono`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.lines
            .values()
            .filter_map(Line::next_deadline)
            .chain(self.links.next_deadline())
            .min()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        for id in self.ids() {
            self.with_line(id, now, |line, around| line.handle_timeout(around));
        }
        self.probe(now);
    }

    fn probe(&mut self, now: Now) {
        for (link, nonce) in self.links.probes(now) {
            self.out.transmit(link, Frame::Ping(nonce).encode());
        }
    }

    /// The store has answered.
    pub fn handle_answer(&mut self, id: QueryId, answer: Answer, now: Now) {
        let Some((link, pending)) = self.out.pending.remove(&id) else {
            return;
        };
        if let Some(state) = link.and_then(|link| self.links.at(link)) {
            state.fetches = state.fetches.saturating_sub(1);
        }
        let line = pending.line();
        self.with_line(line, now, |line, around| {
            take_answer(line, around, id, pending, answer)
        });
    }
}

fn take_answer(
    line: &mut Line,
    around: &mut Around<'_>,
    id: QueryId,
    pending: Pending,
    answer: Answer,
) {
    match (pending, answer) {
        (
            Pending::Send {
                peer, party, from, ..
            },
            Answer::Entries { entries, signature },
        ) => {
            line.send_read(around, id, peer, party, from, Some((entries, signature)));
        }
        (Pending::Send { peer, party, .. }, Answer::Ahead) => {
            line.hold_back(around, id, peer, party);
        }
        (
            Pending::Send {
                peer, party, from, ..
            },
            _,
        ) => line.send_read(around, id, peer, party, from, None),
        (
            Pending::CosignedRoot {
                source, log, brief, ..
            },
            Answer::Root(root),
        ) => {
            line.cosigned_root(around, source, log, brief, root);
        }
        (
            Pending::SealedRoot {
                source,
                log,
                cosigner,
                size,
                seal,
                ..
            },
            Answer::Root(root),
        ) => {
            line.sealed_root(around, source, (log, cosigner, size), seal, root);
        }
        (Pending::Compare { log, theirs, .. }, Answer::Consistency { old_root, path }) => {
            line.compared(around, log, &theirs, old_root, path);
        }
        (
            Pending::Asked {
                link,
                party,
                old,
                new,
                ..
            },
            Answer::Consistency { old_root, path },
        ) => {
            line.send_proof(around, link, party, (old, old_root), new, path);
        }
        (
            Pending::Copies {
                link, party, first, ..
            },
            Answer::Copies(entries),
        ) => {
            line.send_copies(around, link, party, first, entries);
        }
        // The store could not answer: the driver has told why, and the next beacon starts again.
        (_, _) => {}
    }
}
