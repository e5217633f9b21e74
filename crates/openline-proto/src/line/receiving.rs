//! Frames of one line, taken in.

use openline_core::admit::check_disclosed;
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal};
use openline_core::entry::{RawEntry, Ref, SaltedBody};
use openline_core::watch::SignedWatch;
use openline_core::{Hash, PartyIndex, Refused, Rule};

use super::{Around, Line, Source};
use crate::effect::{Event, Fact, Query};
use crate::frame::{Brief, Frame, Held};
use crate::limits::{RESEND_MIN, WAITING_MAX, WANT_MAX};
use crate::machine::Pending;

/// What became of a batch.
enum Outcome {
    Done,
    /// It has seen entries of another log that are not here yet.
    Waits,
}

impl Line {
    pub(crate) fn handle_frame(&mut self, around: &mut Around<'_>, source: Source, frame: Frame) {
        let result = match frame {
            Frame::Beacon {
                held, watch, heard, ..
            } => self.on_beacon(around, source, held, watch, heard),
            Frame::Batch {
                party,
                first,
                signature,
                entries,
                ..
            } => self.on_batch(around, source, party, first, signature, entries),
            Frame::Cosignature { log, brief, .. } => {
                self.on_cosignature(around, source, log, brief)
            }
            Frame::Seal {
                log,
                cosigner,
                size,
                time,
                signature,
                ..
            } => self.on_seal(
                around,
                source,
                log,
                cosigner,
                size,
                Seal { time, signature },
            ),
            Frame::Want {
                party,
                first,
                count,
                ..
            } => self.on_want(around, source, party, first, count),
            Frame::Copy {
                party,
                first,
                entries,
                ..
            } => self.on_copy(around, party, first, entries),
            Frame::Ask { party, size, .. } => self.on_ask(around, source, party, size),
            Frame::Proof {
                party,
                old,
                old_root,
                new,
                new_root,
                signature,
                path,
                ..
            } => self.on_proof(
                around,
                source,
                party,
                (old, old_root),
                (new, new_root),
                signature,
                path,
            ),
            Frame::Fork { evidence, .. } => self.on_fork(around, &evidence),
            Frame::Hello { .. }
            | Frame::Founding { .. }
            | Frame::Ping(_)
            | Frame::Pong(_)
            | Frame::Fault { .. }
            | Frame::NonPaperOffer { .. }
            | Frame::NonPaper { .. }
            | Frame::NonPaperReceived(_)
            | Frame::Unknown(_) => Ok(()),
        };
        if let Err(refused) = result {
            self.fault(around, source, refused);
        }
    }

    pub(super) fn origin(&self, party: PartyIndex) -> String {
        self.logs.founded().origin(party).to_owned()
    }

    fn on_beacon(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        held: Vec<Held>,
        watch: Option<SignedWatch>,
        heard: Vec<Option<u64>>,
    ) -> Result<(), Refused> {
        let parties = self.logs.founded().party_count();
        let is_right =
            held.len() == parties && heard.len() == parties && heard[source.peer.at()] == Some(0);
        if !is_right {
            return Err(Rule::FrameShape.into());
        }
        let is_behind = held[source.peer.at()].size > self.logs.size(source.peer);
        let introduces = source.link.is_some()
            && self
                .peers
                .get(&source.peer)
                .is_some_and(|peer| !peer.is_introduced);
        let mut first_fault = Ok(());
        for (log, held) in self.logs.founded().clone().parties().zip(held) {
            // What is wrong about one log says nothing about the others.
            let taken = self.on_held(around, source, log, held, introduces);
            first_fault = first_fault.and(taken);
        }
        let is_anew = source.link.is_some() && heard[self.me.at()].is_none();
        if let Some(watch) = watch {
            let taken = self.hear_watch(around, source.peer, watch, is_anew, is_behind);
            first_fault = first_fault.and(taken);
        }
        if source.link.is_some() {
            self.note_heard(around, source.peer, heard);
        }
        if let Some(peer) = self.peers.get_mut(&source.peer) {
            peer.is_introduced |= source.link.is_some();
        }
        if let Some(link) = source.link {
            if introduces {
                // The peer may have missed our first beacon, for instance because it had not founded the line yet.
                self.send_beacon(around, link);
            }
            self.want_bodies(around, link);
        }
        self.pump(around);
        first_fault
    }

    /// What a peer says of one log. What would have to be read from the store beyond the link's share is left for the next beacon.
    fn on_held(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        held: Held,
        introduces: bool,
    ) -> Result<(), Refused> {
        let mut taken = self.compare(around, source, log, &held);
        if log == self.me {
            taken = taken.and(self.hear_of_own_log(around, source, &held));
        }
        self.note_held(around, source, log, held.size, introduces);
        for brief in held.briefs {
            taken = taken.and(self.on_cosignature(around, source, log, brief));
        }
        taken.or_else(|refused| {
            if refused.rule == Rule::Flood {
                Ok(())
            } else {
                Err(refused)
            }
        })
    }

    /// The peer says that it holds `size` entries of `log`.
    fn note_held(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        size: u64,
        introduces: bool,
    ) {
        let own = self.logs.size(log);
        let Some(peer) = self.peers.get_mut(&source.peer) else {
            return;
        };
        let sending = &mut peer.sending[log.at()];
        if introduces {
            sending.introduce(size.min(own));
        } else if source.link.is_some() {
            sending.state(
                size.min(own),
                around.now.mono,
                around.links.patience(&peer.id),
            );
        } else {
            sending.confirm(
                size.min(own),
                around.now.mono,
                around.links.patience(&peer.id),
            );
        }
        if size < own && log != self.me {
            sending.relay(own);
        }
    }

    /// What a peer holds of our own log: more than we do means that we have lost entries and must recover them first.
    ///
    /// Only over a live link does it say so now: a bundle may have been packed before the peer had our latest.
    fn hear_of_own_log(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        held: &Held,
    ) -> Result<(), Refused> {
        if held.size <= self.logs.size(self.me) {
            if source.link.is_some() {
                self.must_hear.remove(&source.peer);
            }
            return Ok(());
        }
        // Nobody but us can have made our log longer, so the claim needs our own signature.
        let checkpoint = Checkpoint {
            origin: self.origin(self.me),
            size: held.size,
            root: held.root,
        };
        let signature = held.signature.ok_or(Rule::FrameShape)?;
        let epochs = self
            .logs
            .key_epochs(self.me)
            .iter()
            .map(|epoch| &epoch.keys.ed);
        let is_ours = epochs
            .chain(around.keys.iter().map(|keys| keys.ed_public()))
            .any(|key| checkpoint.verify(key, &signature));
        if !is_ours {
            return Err(Refused::from(Rule::CheckpointSignature).at(self.me, held.size - 1));
        }
        let known = self
            .must_hear
            .insert(source.peer, Some(held.size))
            .flatten();
        if known != Some(held.size) {
            around.out.event(Event::OwnLogBehind {
                line: self.id,
                size: held.size,
            });
        }
        Ok(())
    }

    fn on_batch(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        party: PartyIndex,
        first: u64,
        signature: [u8; 64],
        entries: Vec<RawEntry>,
    ) -> Result<(), Refused> {
        self.check_party(party)?;
        if self.logs.is_forked(party) {
            self.send_evidence(around, source, party);
            return Err(Refused::from(Rule::LogForked).at(party, first));
        }
        let (size, end) = (
            self.logs.size(party),
            first.saturating_add(entries.len() as u64),
        );
        if end <= size {
            // A copy. Whoever sends it holds it; and if it is resent, our cosignature may have been lost.
            self.confirm(around, source.peer, party, end);
            self.repeat_cosignature(around, source, party);
            return Ok(());
        }
        if first > size {
            self.answer_gap(around, source);
            return Ok(());
        }
        // A batch that has to wait is kept as it came: that is rare, and encoding it again costs less than a copy each time.
        let kept = self.needs_waiting(party, &entries).then(|| {
            Frame::Batch {
                tag: self.tag,
                party,
                first,
                signature,
                entries: entries.clone(),
            }
            .encode()
        });
        let skip = usize::try_from(size - first).unwrap_or(usize::MAX);
        match self.admit(
            around,
            source,
            party,
            signature,
            entries.into_iter().skip(skip),
        )? {
            Outcome::Done => self.retry_waiting(around),
            Outcome::Waits => {
                self.answer_gap(around, source);
                self.keep_waiting(source, kept)?;
            }
        }
        Ok(())
    }

    fn admit(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        party: PartyIndex,
        signature: [u8; 64],
        entries: impl Iterator<Item = RawEntry>,
    ) -> Result<Outcome, Refused> {
        let mut batch = self.logs.batch(party);
        for raw in entries {
            match batch.push(raw) {
                Ok(_) => {}
                Err(refused) if refused.rule == Rule::SeenAhead => return Ok(Outcome::Waits),
                Err(refused) => return Err(refused),
            }
        }
        match batch.admit(signature) {
            Ok(admitted) => {
                self.take_up(around, admitted, Some(source));
                Ok(Outcome::Done)
            }
            Err(refused) => {
                self.suspect_fork(around, source, party);
                Err(refused)
            }
        }
    }

    /// Whether any entry has seen more of another log than is held.
    fn needs_waiting(&self, party: PartyIndex, entries: &[RawEntry]) -> bool {
        let is_ahead = |raw: &RawEntry| {
            openline_core::entry::Header::decode(&raw.header)
                .is_ok_and(|header| self.logs.ahead(party, &header.seen).is_some())
        };
        // `seen` never goes back, so the last entry has seen the most.
        entries.last().is_some_and(is_ahead)
    }

    fn keep_waiting(&mut self, source: Source, frame: Option<Vec<u8>>) -> Result<(), Refused> {
        let Some(frame) = frame else { return Ok(()) };
        if self.waiting.iter().any(|(_, kept)| *kept == frame) {
            return Ok(());
        }
        if self
            .waiting
            .iter()
            .filter(|(s, _)| s.peer == source.peer)
            .count()
            >= WAITING_MAX
        {
            return Err(Rule::Flood.into());
        }
        self.waiting.push_back((source, frame));
        Ok(())
    }

    /// Something new is held: batches that waited may fit.
    fn retry_waiting(&mut self, around: &mut Around<'_>) {
        for (source, frame) in std::mem::take(&mut self.waiting) {
            if let Ok(frame) = Frame::decode(&frame) {
                self.handle_frame(around, source, frame);
            }
        }
    }

    /// Tells a peer what is held, when something it sent does not fit; not more often than [`RESEND_MIN`].
    fn answer_gap(&mut self, around: &mut Around<'_>, source: Source) {
        let now = around.now.mono;
        let is_recent = self.last_gap_beacon.is_some_and(|at| now < at + RESEND_MIN);
        if let Some(link) = source.link.filter(|_| !is_recent) {
            self.last_gap_beacon = Some(now);
            self.send_beacon(around, link);
        }
    }

    fn repeat_cosignature(&self, around: &mut Around<'_>, source: Source, log: PartyIndex) {
        let (Some(link), Some((size, c))) = (source.link, self.cosigned.get(&(log, self.me)))
        else {
            return;
        };
        let brief = Brief {
            cosigner: self.me,
            size: *size,
            time: c.time,
            signature: c.signature,
        };
        around.out.transmit(
            link,
            Frame::Cosignature {
                tag: self.tag,
                log,
                brief,
            }
            .encode(),
        );
    }

    fn on_cosignature(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        brief: Brief,
    ) -> Result<(), Refused> {
        self.check_party(log)?;
        self.check_party(brief.cosigner)?;
        if brief.cosigner == self.me || brief.size > self.logs.size(log) || self.logs.is_forked(log)
        {
            return Ok(());
        }
        if brief.size <= self.cosigned_until(log, brief.cosigner) {
            // Said again because we sent again: our confirmation was lost, not the cosignature.
            if brief.cosigner == source.peer {
                self.confirm(around, source.peer, log, brief.size);
            }
            return Ok(());
        }
        if let Some(root) = self.root_at(log, brief.size) {
            return self.accept_cosignature(around, source, log, brief, root);
        }
        let query = Query::Root {
            line: self.id,
            party: log,
            size: brief.size,
        };
        around.out.query_for(
            around.links,
            source.link,
            query,
            Pending::CosignedRoot {
                line: self.id,
                source,
                log,
                brief,
            },
        )?;
        Ok(())
    }

    fn cosigned_until(&self, log: PartyIndex, cosigner: PartyIndex) -> u64 {
        self.cosigned
            .get(&(log, cosigner))
            .map_or(0, |(size, _)| *size)
    }

    pub(crate) fn cosigned_root(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        brief: Brief,
        root: Hash,
    ) {
        if brief.size <= self.cosigned_until(log, brief.cosigner) {
            return;
        }
        if let Err(refused) = self.accept_cosignature(around, source, log, brief, root) {
            self.fault(around, source, refused);
        }
    }

    fn accept_cosignature(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        brief: Brief,
        root: Hash,
    ) -> Result<(), Refused> {
        let Brief {
            cosigner,
            size,
            time,
            signature,
        } = brief;
        let checkpoint = Checkpoint {
            origin: self.origin(log),
            size,
            root,
        };
        let cosignature = Cosignature { time, signature };
        if let Err(rule) = self
            .logs
            .check_cosignature(cosigner, log, &checkpoint, &cosignature)
        {
            // It may be about another history of the log, or by a key we have not heard of: comparing beacons tells.
            self.answer_gap(around, source);
            return Err(Refused::from(rule).at(log, size.saturating_sub(1)));
        }
        around.out.fact(Fact::Cosignature {
            line: self.id,
            log,
            cosigner,
            checkpoint,
            cosignature,
        });
        self.cosigned.insert((log, cosigner), (size, cosignature));
        self.confirm(around, cosigner, log, size);
        around.out.event(Event::Cosigned {
            line: self.id,
            log,
            cosigner,
            size,
            time,
            link: source.link,
        });
        self.pump(around);
        Ok(())
    }

    fn on_seal(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        cosigner: PartyIndex,
        size: u64,
        seal: Seal,
    ) -> Result<(), Refused> {
        self.check_party(log)?;
        self.check_party(cosigner)?;
        if cosigner == self.me || size > self.logs.size(log) || size == 0 {
            return Ok(());
        }
        if let Some(root) = self.root_at(log, size) {
            return self.accept_seal(around, log, cosigner, size, seal, root);
        }
        let query = Query::Root {
            line: self.id,
            party: log,
            size,
        };
        around.out.query_for(
            around.links,
            source.link,
            query,
            Pending::SealedRoot {
                line: self.id,
                source,
                log,
                cosigner,
                size,
                seal,
            },
        )
    }

    pub(crate) fn sealed_root(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        (log, cosigner, size): (PartyIndex, PartyIndex, u64),
        seal: Seal,
        root: Hash,
    ) {
        if let Err(refused) = self.accept_seal(around, log, cosigner, size, seal, root) {
            self.fault(around, source, refused);
        }
    }

    fn accept_seal(
        &mut self,
        around: &mut Around<'_>,
        log: PartyIndex,
        cosigner: PartyIndex,
        size: u64,
        seal: Seal,
        root: Hash,
    ) -> Result<(), Refused> {
        let checkpoint = Checkpoint {
            origin: self.origin(log),
            size,
            root,
        };
        self.logs
            .check_seal(cosigner, log, &checkpoint, &seal)
            .map_err(|rule| Refused::from(rule).at(log, size - 1))?;
        around.out.fact(Fact::Seal {
            line: self.id,
            log,
            cosigner,
            checkpoint,
            seal,
        });
        Ok(())
    }

    fn on_want(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        party: PartyIndex,
        first: u64,
        count: u64,
    ) -> Result<(), Refused> {
        self.check_party(party)?;
        let end = first.checked_add(count);
        let is_there = end.is_some_and(|end| end <= self.logs.size(party));
        if count == 0 || count > WANT_MAX || !is_there {
            return Err(Rule::WantRange.into());
        }
        let Some(link) = source.link else {
            return Ok(());
        };
        let query = Query::Copies {
            line: self.id,
            party,
            from: first,
            count,
        };
        let pending = Pending::Copies {
            line: self.id,
            link,
            party,
            first,
        };
        around
            .out
            .query_for(around.links, source.link, query, pending)
    }

    pub(crate) fn send_copies(
        &self,
        around: &mut Around<'_>,
        link: crate::effect::LinkId,
        party: PartyIndex,
        first: u64,
        entries: Vec<RawEntry>,
    ) {
        if !entries.is_empty() {
            around.out.transmit(
                link,
                Frame::Copy {
                    tag: self.tag,
                    party,
                    first,
                    entries,
                }
                .encode(),
            );
        }
    }

    /// Copies of entries: bodies that were missing are taken; the rest is for the driver, which may be healing its store.
    fn on_copy(
        &mut self,
        around: &mut Around<'_>,
        party: PartyIndex,
        first: u64,
        entries: Vec<RawEntry>,
    ) -> Result<(), Refused> {
        self.check_party(party)?;
        // No log reaches the last index: what claims to stand there was never asked for.
        let Some(end) = first.checked_add(entries.len() as u64) else {
            return Ok(());
        };
        let missing: Vec<Ref> = self
            .logs
            .missing_bodies()
            .filter(|place| place.party == party)
            .collect();
        for (index, raw) in (first..end).zip(&entries) {
            let place = Ref { party, index };
            let Some((salt, bytes)) = raw.body.as_ref().filter(|_| missing.contains(&place)) else {
                continue;
            };
            if self.logs.missing_leaf(place) != Some(openline_core::tree::leaf_hash(&raw.header)) {
                return Err(Refused::from(Rule::BodyHash).at(party, index));
            }
            let body = SaltedBody::new(salt, bytes)
                .map_err(|rule| Refused::from(rule).at(party, index))?;
            check_disclosed(self.logs.founded(), party, index, raw.clone())?;
            self.logs.note_body(place);
            self.cosign_due.insert(party);
            around.out.fact(Fact::Body {
                line: self.id,
                place,
                body,
            });
        }
        around.out.event(Event::Copies {
            line: self.id,
            party,
            first,
            entries,
        });
        Ok(())
    }
}
