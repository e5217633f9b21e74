//! One line of one node: what it holds, whom it tells, what it still owes.

mod authoring;
mod forks;
mod receiving;
mod signing;
mod watching;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use openline_core::admit::{AdmittedBatch, Logs};
use openline_core::checkpoint::{Cosignature, SignedCheckpoint};
use openline_core::entry::{RawEntry, Ref, VerifiedEntry};
use openline_core::keys::SecretKeys;
use openline_core::{Hash, LineId, PartyId, PartyIndex, Refused, Rule};

use crate::effect::{Event, Fact, LinkId, Now, Query};
use crate::frame::{Brief, Frame, Held, Tag};
use crate::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, ROOTS_MAX};
use crate::link::Links;
use crate::machine::{Outbox, Pending};
use crate::sending::Sending;

use authoring::Queue;
use watching::{OwnWatch, Presence};

/// What the store knows of a line beside the record itself, when the machine takes it up.
#[derive(Debug, Clone, Default)]
pub struct LineFacts {
    /// By party index: the author's signature at the size held.
    pub signatures: Vec<Option<[u8; 64]>>,
    /// Latest cosignature of each (log, cosigner), with its size.
    pub cosignatures: Vec<(PartyIndex, PartyIndex, u64, Cosignature)>,
    /// Sizes up to which we have sealed each log, by party index.
    pub sealed: Vec<u64>,
    /// Fork evidence that is held, encoded, with whose fork it proves; one for each party is enough.
    pub forks: Vec<(PartyIndex, Vec<u8>)>,
    /// Nothing may be written until every other party has said, over a live link, how much it holds of our own log:
    /// the store is new or was restored from a copy.
    pub must_hear: bool,
}

/// The world around a line while it handles something.
pub(crate) struct Around<'a> {
    pub(crate) now: Now,
    pub(crate) keys: &'a [std::sync::Arc<SecretKeys>],
    pub(crate) links: &'a mut Links,
    pub(crate) out: &'a mut Outbox,
}

/// Where a frame came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    pub(crate) peer: PartyIndex,
    /// `None` for a bundle, which can't be answered.
    pub(crate) link: Option<LinkId>,
}

/// One other party of the line.
#[derive(Debug)]
struct Peer {
    id: PartyId,
    /// It has said what it holds since it could last be reached.
    is_introduced: bool,
    /// By log.
    sending: Vec<Sending>,
    presence: Presence,
}

#[derive(Debug)]
pub(crate) struct Line {
    id: LineId,
    tag: Tag,
    me: PartyIndex,
    logs: Logs,
    /// By party: roots at sizes where a checkpoint was signed, the most recent ones.
    roots: Vec<BTreeMap<u64, Hash>>,
    /// By party: the author's signature at the size held.
    signatures: Vec<Option<[u8; 64]>>,
    /// Latest cosignature by (log, cosigner).
    cosigned: BTreeMap<(PartyIndex, PartyIndex), (u64, Cosignature)>,
    /// By party: up to which size we have sealed the log.
    sealed: Vec<u64>,
    seal_since: Option<Duration>,
    cosign_due: BTreeSet<PartyIndex>,
    queue: Queue,
    peers: BTreeMap<PartyIndex, Peer>,
    /// Parties that must be heard before we write, with how much of our own log they have said there is, if they have.
    must_hear: BTreeMap<PartyIndex, Option<u64>>,
    /// Evidence to pass on, by whose fork it proves.
    forks: BTreeMap<PartyIndex, Vec<u8>>,
    waiting: VecDeque<(Source, Vec<u8>)>,
    unsettled_since: Option<Duration>,
    next_beacon: Duration,
    last_gap_beacon: Option<Duration>,
    own_watch: OwnWatch,
    /// Whom we have asked how its history of which log contains ours.
    asked: BTreeSet<(PartyIndex, PartyIndex)>,
}

impl Line {
    pub(crate) fn new(me: PartyIndex, logs: Logs, facts: LineFacts, now: Now) -> Self {
        let founded = logs.founded().clone();
        let parties = founded.party_count();
        let others = || founded.parties().filter(|p| *p != me);
        let peer = |p| Peer {
            id: founded.party_id(p),
            is_introduced: false,
            sending: vec![Sending::default(); parties],
            presence: Presence::default(),
        };
        let roots = founded
            .parties()
            .map(|p| BTreeMap::from([(logs.size(p), logs.root(p))]))
            .collect();
        let mut line = Self {
            id: founded.line(),
            tag: Tag::of(&founded.line()),
            me,
            roots,
            signatures: vec![None; parties],
            cosigned: BTreeMap::new(),
            sealed: vec![0; parties],
            seal_since: None,
            cosign_due: others().collect(),
            queue: Queue::default(),
            peers: others().map(|p| (p, peer(p))).collect(),
            must_hear: others()
                .filter(|_| facts.must_hear)
                .map(|p| (p, None))
                .collect(),
            forks: facts.forks.into_iter().collect(),
            waiting: VecDeque::new(),
            unsettled_since: None,
            next_beacon: now.mono,
            last_gap_beacon: None,
            own_watch: OwnWatch::default(),
            asked: BTreeSet::new(),
            logs,
        };
        line.signatures
            .iter_mut()
            .zip(facts.signatures)
            .for_each(|(slot, given)| *slot = given);
        line.sealed
            .iter_mut()
            .zip(facts.sealed)
            .for_each(|(slot, given)| *slot = given);
        for (log, cosigner, size, cosignature) in facts.cosignatures {
            line.cosigned.insert((log, cosigner), (size, cosignature));
        }
        if line.unsealed() > 0 {
            line.seal_since = Some(now.mono);
        }
        line.watch_settling(now);
        line
    }

    pub(crate) fn logs(&self) -> &Logs {
        &self.logs
    }

    pub(crate) fn me(&self) -> PartyIndex {
        self.me
    }

    pub(crate) fn has_peer(&self, id: &PartyId) -> Option<PartyIndex> {
        self.peers
            .iter()
            .find(|(_, peer)| peer.id == *id)
            .map(|(index, _)| *index)
    }

    pub(crate) fn must_hear(&self) -> bool {
        !self.must_hear.is_empty()
    }

    /// What a peer has confirmed of every log, by party index; zeros before it has said anything.
    pub(crate) fn confirmed_by(&self, peer: PartyIndex) -> Vec<u64> {
        self.peers.get(&peer).map_or_else(Vec::new, |peer| {
            peer.sending.iter().map(Sending::held).collect()
        })
    }

    pub(crate) fn cosigned_size(&self, log: PartyIndex, cosigner: PartyIndex) -> u64 {
        self.cosigned
            .get(&(log, cosigner))
            .map_or(0, |(size, _)| *size)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn drafts(&self) -> usize {
        self.queue.len()
    }

    fn fault(&self, around: &mut Around<'_>, source: Source, refused: Refused) {
        if let Some(link) = source.link {
            around
                .out
                .fault(around.links, link, Some((self.tag, self.id)), refused);
        } else {
            let peer = self.logs.founded().party_id(source.peer);
            around.out.event(Event::PeerFault {
                peer,
                line: Some(self.id),
                refused,
            });
        }
    }

    /// Takes up a batch: order, purges, facts, events, and what it says about who holds what.
    fn take_up(&mut self, around: &mut Around<'_>, batch: AdmittedBatch, source: Option<Source>) {
        let (party, checkpoint) = (batch.party(), batch.checkpoint().clone());
        let applied = self.logs.apply(&batch);
        let size = checkpoint.checkpoint.size;
        self.note_root(party, size, checkpoint.checkpoint.root);
        self.signatures[party.at()] = Some(checkpoint.signature);
        let batch = std::sync::Arc::new(batch);
        around.out.fact(Fact::Batch {
            line: self.id,
            batch: batch.clone(),
        });
        if let Some(last) = applied.settled.last() {
            let number = last.number;
            let frontier = self.logs.order().frontier().clone();
            around.out.fact(Fact::Settled {
                line: self.id,
                settled: applied.settled,
                frontier,
            });
            around.out.event(Event::Settled {
                line: self.id,
                number,
            });
        }
        if !applied.purged.is_empty() {
            around.out.fact(Fact::Purged {
                line: self.id,
                places: applied.purged.clone(),
            });
            around.out.event(Event::Purged {
                line: self.id,
                places: applied.purged,
            });
        }
        if let Some(source) = source {
            let link = source.link;
            self.confirm_from_entries(around, party, &batch);
            around.out.event(Event::Admitted {
                line: self.id,
                batch,
                link,
            });
        }
        if party == self.me {
            self.must_hear
                .retain(|_, there_are| there_are.is_none_or(|there_are| there_are > size));
        } else {
            self.cosign_due.insert(party);
        }
        self.seal_since.get_or_insert(around.now.mono);
        self.watch_settling(around.now);
    }

    /// An author holds its own log, and what it has seen of the others'.
    fn confirm_from_entries(
        &mut self,
        around: &mut Around<'_>,
        party: PartyIndex,
        batch: &AdmittedBatch,
    ) {
        let Some(last) = batch.entries().last() else {
            return;
        };
        let seen = last.header().seen.clone();
        for (log, seen) in self.logs.founded().parties().zip(seen) {
            let size = if log == party { last.index() + 1 } else { seen };
            self.confirm(around, party, log, size);
        }
    }

    /// `peer` holds `log` up to `size`.
    fn confirm(&mut self, around: &mut Around<'_>, peer: PartyIndex, log: PartyIndex, size: u64) {
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        let patience = around.links.patience(&state.id);
        state.sending[log.at()].confirm(size.min(self.logs.size(log)), around.now.mono, patience);
    }

    fn note_root(&mut self, party: PartyIndex, size: u64, root: Hash) {
        let roots = &mut self.roots[party.at()];
        roots.insert(size, root);
        while roots.len() > ROOTS_MAX {
            roots.pop_first();
        }
    }

    /// The root of `log` at `size`, if it is among those kept in memory.
    fn root_at(&self, log: PartyIndex, size: u64) -> Option<Hash> {
        self.roots[log.at()].get(&size).copied()
    }

    fn watch_settling(&mut self, now: Now) {
        if !self.logs.order().waits_for(self.me) {
            self.unsettled_since = None;
        } else if self.unsettled_since.is_none() {
            self.unsettled_since = Some(now.mono);
        }
    }

    fn beacon(&self, now: Now) -> Frame {
        let held = |p: PartyIndex| {
            let briefs = self
                .cosigned
                .iter()
                .filter(|((log, _), _)| *log == p)
                .map(|((_, cosigner), (size, c))| Brief {
                    cosigner: *cosigner,
                    size: *size,
                    time: c.time,
                    signature: c.signature,
                })
                .collect();
            let signature = self.signatures[p.at()];
            Held {
                size: self.logs.size(p),
                root: self.logs.root(p),
                signature,
                briefs,
            }
        };
        Frame::Beacon {
            tag: self.tag,
            held: self.logs.founded().parties().map(held).collect(),
            watch: self.own_watch.signed().cloned(),
            heard: self.heard(now),
        }
    }

    pub(crate) fn send_beacon(&self, around: &mut Around<'_>, link: LinkId) {
        let beacon = self.beacon(around.now).encode();
        around.out.transmit(link, beacon);
    }

    /// Says what is held, and hands on what proves a fork: whoever was away when it was found must hear of it too.
    pub(crate) fn greet(&self, around: &mut Around<'_>, link: LinkId) {
        self.send_beacon(around, link);
        for evidence in self.forks.values() {
            around.out.transmit(
                link,
                Frame::Fork {
                    tag: self.tag,
                    evidence: evidence.clone(),
                }
                .encode(),
            );
        }
    }

    /// Frames that bring a party that holds `sizes` up to what is held here, for a bearer that can't be answered;
    /// entries themselves are added by the driver, which reads them from the store.
    pub(crate) fn beacon_frame(&self, now: Now) -> Vec<u8> {
        self.beacon(now).encode()
    }

    /// Sends a frame to a party: over every link if urgent, else over the quickest.
    fn send(around: &mut Around<'_>, peer: &PartyId, frame: &[u8], is_urgent: bool) -> bool {
        let links = around.links.to(peer);
        let count = if is_urgent {
            links.len()
        } else {
            links.len().min(1)
        };
        for link in &links[..count] {
            around.out.transmit(*link, frame.to_vec());
        }
        count > 0
    }

    /// Sends a batch that has just become durable to every party that is waiting for exactly it.
    fn offer(
        &mut self,
        around: &mut Around<'_>,
        first: u64,
        end: u64,
        frame: &[u8],
        is_urgent: bool,
    ) {
        for peer in self.peers.values_mut().filter(|peer| peer.is_introduced) {
            let sending = &mut peer.sending[self.me.at()];
            if !sending.is_contiguous(first) {
                continue;
            }
            let patience = around.links.patience(&peer.id);
            if Self::send(around, &peer.id, frame, is_urgent || sending.is_stalled()) {
                sending.note_sent(end, around.now.mono, patience);
            }
        }
    }

    /// Reads more from the store for every party that lacks something.
    pub(crate) fn pump(&mut self, around: &mut Around<'_>) {
        let targets: Vec<u64> = self.logs.sizes();
        let founded = self.logs.founded().clone();
        for (index, peer) in &mut self.peers {
            if !peer.is_introduced || around.links.best(&peer.id).is_none() {
                continue;
            }
            let plans: Vec<u64> = founded
                .parties()
                .zip(&peer.sending)
                .map(|(party, sending)| match targets[party.at()] {
                    _ if self.logs.is_forked(party) => 0,
                    size if party == self.me => size,
                    size => size.min(sending.relay_until()),
                })
                .collect();
            let known: Vec<u64> = peer
                .sending
                .iter()
                .zip(&plans)
                .map(|(sending, plan)| sending.known(*plan))
                .collect();
            for (party, (sending, plan)) in
                founded.parties().zip(peer.sending.iter_mut().zip(plans))
            {
                let Some(from) = sending.next_read(plan, &known) else {
                    continue;
                };
                let query = Query::Entries {
                    line: self.id,
                    party,
                    from,
                    count_max: BATCH_ENTRIES_MAX,
                    bytes_max: BATCH_BYTES_MAX,
                    known: known.clone(),
                };
                let pending = Pending::Send {
                    line: self.id,
                    peer: *index,
                    party,
                    from,
                };
                sending.reading(around.out.query(query, pending), known.clone());
            }
        }
    }

    /// Entries read for a peer have arrived.
    pub(crate) fn send_read(
        &mut self,
        around: &mut Around<'_>,
        query: crate::effect::QueryId,
        peer: PartyIndex,
        party: PartyIndex,
        from: u64,
        read: Option<(Vec<RawEntry>, [u8; 64])>,
    ) {
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        let sending = &mut state.sending[party.at()];
        let is_next = sending.read(query, from);
        let Some((entries, signature)) = read.filter(|_| is_next) else {
            return;
        };
        let end = from + entries.len() as u64;
        let frame = Frame::Batch {
            tag: self.tag,
            party,
            first: from,
            signature,
            entries,
        }
        .encode();
        let patience = around.links.patience(&state.id);
        if Self::send(around, &state.id, &frame, sending.is_stalled()) {
            sending.note_sent(end, around.now.mono, patience);
        }
        self.pump(around);
    }

    /// What was to be read for a peer has seen what is still to be sent of another log.
    pub(crate) fn hold_back(
        &mut self,
        around: &mut Around<'_>,
        query: crate::effect::QueryId,
        peer: PartyIndex,
        party: PartyIndex,
    ) {
        if let Some(state) = self.peers.get_mut(&peer) {
            state.sending[party.at()].hold_back(query);
        }
        self.pump(around);
    }

    /// A link to a peer fell; `others_left` says whether another stands.
    pub(crate) fn link_fell(&mut self, around: &mut Around<'_>, id: &PartyId, others_left: bool) {
        let Some((index, peer)) = self.peers.iter_mut().find(|(_, peer)| peer.id == *id) else {
            return;
        };
        peer.is_introduced &= others_left;
        peer.sending.iter_mut().for_each(Sending::rewind);
        self.asked.retain(|(asked, _)| asked != index);
        self.pump(around);
    }

    pub(crate) fn handle_timeout(&mut self, around: &mut Around<'_>) {
        let now = around.now.mono;
        for peer in self.peers.values_mut() {
            for sending in &mut peer.sending {
                sending.check_overdue(now);
            }
        }
        if self.next_beacon <= now {
            self.next_beacon = now + self.beacon_interval();
            // Questions that were never answered may be asked again.
            self.asked.clear();
            self.sign_watch(around);
            let links: Vec<LinkId> = self
                .peers
                .values()
                .filter_map(|peer| around.links.best(&peer.id))
                .collect();
            for link in links {
                self.greet(around, link);
            }
        }
        self.check_contacts(around);
        self.check_settle_delay(around.now);
        self.pump(around);
    }

    fn beacon_interval(&self) -> Duration {
        self.logs.founded().terms().contact_interval / 2
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        let retries = self
            .peers
            .values()
            .flat_map(|peer| &peer.sending)
            .filter_map(Sending::deadline);
        let settle = self.unsettled_since.filter(|_| self.may_mark());
        let settle = settle.map(|since| since + self.logs.founded().terms().settle_delay);
        retries
            .chain(settle)
            .chain(self.seal_deadline())
            .chain(self.contact_deadline())
            .chain([self.next_beacon])
            .min()
    }

    /// Asks the peers for bodies that are held nowhere here though no purge explains it.
    pub(crate) fn want_bodies(&self, around: &mut Around<'_>, link: LinkId) {
        let places: Vec<Ref> = self
            .logs
            .missing_bodies()
            .take(crate::limits::FETCHES_MAX)
            .collect();
        for place in places {
            self.want(around, link, place.party, place.index, 1);
        }
    }

    pub(crate) fn want(
        &self,
        around: &mut Around<'_>,
        link: LinkId,
        party: PartyIndex,
        first: u64,
        count: u64,
    ) {
        around.out.transmit(
            link,
            Frame::Want {
                tag: self.tag,
                party,
                first,
                count,
            }
            .encode(),
        );
    }

    fn signed_checkpoint(&self, log: PartyIndex) -> Option<SignedCheckpoint> {
        let signature = self.signatures[log.at()]?;
        Some(SignedCheckpoint {
            checkpoint: self.logs.checkpoint(log),
            signature,
        })
    }

    fn check_party(&self, party: PartyIndex) -> Result<(), Refused> {
        let is_member = party.at() < self.logs.founded().party_count();
        if is_member {
            Ok(())
        } else {
            Err(Rule::FrameShape.into())
        }
    }
}

/// An admitted entry as it travels.
fn raw_of(entry: &VerifiedEntry) -> RawEntry {
    let body = entry
        .salted()
        .map(|salted| (salted.salt.to_vec(), salted.bytes.clone()));
    RawEntry {
        header: entry.header_bytes().to_vec(),
        body,
    }
}
