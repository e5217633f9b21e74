//! Non-papers: off the record by construction (`spec/non-paper.md`).
//!
//! This holds them and their keys, and knows no link, no clock and no line's record; the engine carries frames to and from it.
//! Order matters: what a frame promises is durable before the frame is given out, and a text is erased only after what follows from it
//! is durable.

mod content;
mod folder;
mod key;
mod peer;

use std::collections::BTreeMap;
use std::path::PathBuf;

use openline_bearer::pouch::{SealKeyPair, SealPublicKey};
use openline_core::cbor::{Reader, Writer};
use openline_core::{Hash, LineId, PartyId, Rule};
use openline_proto::frame::{Frame, Tag};
use openline_proto::limits::NON_PAPER_STAGES_MAX;
use openline_proto::non_paper::{Offer, Receipts, Sealed, Stage};
use zeroize::Zeroizing;

use crate::home::HomeError;
use crate::identity::random;
use content::{Content, File, OfferId};
use folder::{Folder, Tray};
use key::{Bound, PairKey, Share};
use peer::{Peer, Place, read_time, write_time};

pub(crate) use content::is_text;
pub(crate) use peer::Sent;

/// What the sealing of a file is bound to, so that nothing else that is sealed to the same key is taken for one.
pub(crate) const INFO: &[u8] = b"openline/non-paper/v1";
/// Most non-papers of one party that are kept; beyond them none is taken, and so none is confirmed.
pub(crate) const NON_PAPERS_KEPT_MAX: usize = 64;
/// Version of the files in the trays.
const VERSION: u64 = 1;

/// Something can't be done with non-papers.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The other side broke a rule.
    #[error("{}", .0.fails_when())]
    Rule(Rule),
    /// The folder can't be read or written.
    #[error(transparent)]
    Folder(#[from] HomeError),
}

impl From<Rule> for Error {
    fn from(rule: Rule) -> Self {
        Self::Rule(rule)
    }
}

/// A non-paper that came, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) from: PartyId,
    pub(crate) line: LineId,
    series: [u8; 8],
    number: u64,
    /// By the sender's clock.
    pub(crate) sent_ms: i64,
    pub(crate) arrived_ms: i64,
    /// When it was on a person's screen here.
    pub(crate) shown_ms: Option<i64>,
}

/// What became of a sealed non-paper that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is here, under this number of ours.
    New(u64),
    /// It was here before.
    Known,
    /// There is no room: it is not confirmed, and will come again.
    NoRoom,
}

/// The inside of a file of non-papers.
#[derive(Debug)]
pub(crate) struct Packed {
    /// To be sealed to the recipient.
    pub(crate) contents: Zeroizing<Vec<u8>>,
    /// Non-papers in it.
    pub(crate) non_papers: usize,
}

/// What a file of non-papers has brought.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brought {
    pub(crate) from: Option<PartyId>,
    /// New ones, by our numbers.
    pub(crate) new: Vec<u64>,
    /// Some found no room.
    pub(crate) is_full: bool,
    /// Ours that have been confirmed for the first time.
    pub(crate) received: Vec<u64>,
    pub(crate) shown: Vec<u64>,
    pub(crate) share: Option<ShareIs>,
}

/// What a file says of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShareIs {
    /// The file was under the key of the two.
    Proved,
    /// It brought the other side's first share.
    First,
    /// It brought a share that nothing vouches for yet, or was under a share that is not kept here: nothing of it was taken.
    Unproved,
}

/// All non-papers of a node, and what it takes to exchange them.
#[derive(Debug)]
pub(crate) struct NonPapers {
    own: PartyId,
    folder: Folder,
    peers: BTreeMap<PartyId, Peer>,
    inbox: BTreeMap<u64, Arrived>,
    /// Ours that are not confirmed, by our number: to whom.
    outbox: BTreeMap<u64, PartyId>,
}

impl NonPapers {
    /// Takes up what a home holds. A file that can't be read is left where it is, and told of.
    pub(crate) fn open(home: &std::path::Path, own: PartyId) -> Result<Self, HomeError> {
        let folder = Folder::of(home);
        let mut papers = Self {
            own,
            folder,
            peers: BTreeMap::new(),
            inbox: BTreeMap::new(),
            outbox: BTreeMap::new(),
        };
        papers.take_up_peers()?;
        for local in papers.folder.list(Tray::In)? {
            match papers.read_arrived(local) {
                Ok((arrived, _)) => {
                    papers.inbox.insert(local, arrived);
                }
                Err(error) => {
                    tracing::warn!(local, %error, "a non-paper that came can't be read; it is left where it is");
                }
            }
        }
        papers.take_up_outbox()?;
        Ok(papers)
    }

    fn take_up_peers(&mut self) -> Result<(), HomeError> {
        for (party, bytes) in self.folder.peers()? {
            match Peer::decode(self.own, &bytes) {
                Ok(peer) => {
                    self.peers.insert(party, peer);
                }
                // A key that is lost is agreed anew; what waits is counted anew.
                Err(rule) => {
                    tracing::warn!(party = %party.short(), %rule, "the keys of non-papers can't be read; they are agreed anew");
                }
            }
        }
        Ok(())
    }

    /// What was confirmed before the process ended is erased; what was never counted, because its keys are lost, is counted.
    fn take_up_outbox(&mut self) -> Result<(), HomeError> {
        let texts = self.folder.list(Tray::Out)?;
        for peer in self.peers.values_mut() {
            let lost: Vec<u64> = peer
                .sent()
                .iter()
                .filter(|sent| sent.received_ms.is_none() && !texts.contains(&sent.local))
                .map(|sent| sent.local)
                .collect();
            lost.into_iter().for_each(|local| peer.forget(local));
        }
        for local in texts {
            let (to, line, sent_ms) = match self.read_outgoing(local) {
                Ok((to, line, content)) => (to, line, content.sent_ms),
                Err(error) => {
                    tracing::warn!(local, %error, "a non-paper to be sent can't be read; it is left where it is");
                    continue;
                }
            };
            let peer = self.peer(&to);
            let known = peer.sent().iter().find(|sent| sent.local == local);
            match known.map(|sent| sent.received_ms) {
                Some(Some(_)) => self.folder.erase(Tray::Out, local)?,
                Some(None) => {
                    self.outbox.insert(local, to);
                }
                None => {
                    if peer.count(local, line, sent_ms).is_ok() {
                        self.keep(&to)?;
                        self.outbox.insert(local, to);
                    }
                }
            }
        }
        Ok(())
    }

    fn peer(&mut self, party: &PartyId) -> &mut Peer {
        let own = self.own;
        self.peers
            .entry(*party)
            .or_insert_with(|| Peer::new(own, *party, random()))
    }

    fn keep(&self, party: &PartyId) -> Result<(), HomeError> {
        match self.peers.get(party) {
            Some(peer) => self.folder.put_peer(party, &peer.encode()),
            None => Ok(()),
        }
    }

    /// The frame that offers our share to a party whose seal key is `to`; ours is `seal_key`. The share is durable.
    pub(crate) fn offer(
        &mut self,
        party: &PartyId,
        to: &SealPublicKey,
        seal_key: [u8; 8],
        now_ms: i64,
    ) -> Result<Option<Frame>, Error> {
        if self.peer(party).refresh(to, seal_key, now_ms)? {
            self.keep(party)?;
        }
        Ok(self.peer(party).offer_frame())
    }

    /// Whether an offer is not the party's present share, as far as is known here.
    pub(crate) fn is_new(&self, party: &PartyId, offer: &Offer) -> bool {
        self.peers.get(party).is_none_or(|peer| peer.is_new(offer))
    }

    /// Takes a share that came over a live link, durably. True if ours is to be told in answer.
    pub(crate) fn take_offer(
        &mut self,
        party: &PartyId,
        offer: Offer,
        holds: Option<OfferId>,
        keys: &[SealKeyPair],
    ) -> Result<bool, Error> {
        let peer = self.peer(party);
        let is_new = peer.take_offer(offer, holds, keys)?;
        let is_behind = peer.is_behind();
        if is_new {
            self.keep(party)?;
        }
        Ok(is_new || is_behind)
    }

    pub(crate) fn is_agreed(&self, party: &PartyId) -> bool {
        self.peers.get(party).is_some_and(Peer::is_agreed)
    }

    pub(crate) fn link_gone(&mut self, party: &PartyId) {
        if let Some(peer) = self.peers.get_mut(party) {
            peer.link_gone();
        }
    }

    pub(crate) fn links_gone(&mut self) {
        self.peers.values_mut().for_each(Peer::link_gone);
    }

    /// Keeps a text to be sent, durably, and gives our number for it.
    pub(crate) fn write(
        &mut self,
        to: PartyId,
        line: LineId,
        content: &Content,
    ) -> Result<u64, Error> {
        let local = self.folder.next_local()?;
        // Counted first: a count without a text is a gap, a text without a count would be sent though nobody was told that it is.
        self.peer(&to).count(local, line, content.sent_ms)?;
        self.keep(&to)?;
        let bytes = encode_outgoing(&to, &line, content);
        if let Err(error) = self.folder.put(Tray::Out, local, &bytes) {
            self.peer(&to).forget(local);
            self.keep(&to)?;
            return Err(error.into());
        }
        self.outbox.insert(local, to);
        Ok(local)
    }

    /// Everything for a party that it has not confirmed, sealed with the present key; nothing while there is none.
    pub(crate) fn sealed(&self, to: &PartyId) -> Result<Vec<Frame>, Error> {
        let waiting = self.outbox.iter().filter(|(_, party)| *party == to);
        let Some(peer) = self.peers.get(to) else {
            return Ok(Vec::new());
        };
        let Some(key) = peer.present_key() else {
            return Ok(Vec::new());
        };
        let mut frames = Vec::new();
        for (local, _) in waiting {
            let Some(sent) = peer.sent().iter().find(|sent| sent.local == *local) else {
                continue;
            };
            let (_, line, content) = self.read_outgoing(*local)?;
            let bound = Bound {
                line,
                from: self.own,
                to: *to,
            };
            let place = peer.place(sent, &key, random());
            let sealed = key.seal(&bound, place, &content.encode());
            let tag = Tag::of(&line);
            frames.push(Frame::NonPaper { tag, sealed });
        }
        Ok(frames)
    }

    /// How many wait to be confirmed by a party.
    pub(crate) fn waiting(&self, party: &PartyId) -> usize {
        self.outbox.values().filter(|to| *to == party).count()
    }

    pub(crate) fn is_waiting(&self, party: &PartyId) -> bool {
        self.waiting(party) > 0
    }

    /// Whether the two share a key.
    pub(crate) fn has_key(&self, party: &PartyId) -> bool {
        let peer = self.peers.get(party);
        peer.is_some_and(|peer| peer.present_key().is_some())
    }

    /// Takes a sealed non-paper, durably.
    pub(crate) fn take(
        &mut self,
        from: PartyId,
        line: LineId,
        sealed: &Sealed,
        now_ms: i64,
    ) -> Result<Taken, Error> {
        let bound = Bound {
            line,
            from,
            to: self.own,
        };
        let peer = self.peer(&from);
        let key = peer.key(&sealed.key).ok_or(Rule::NonPaperKey)?;
        let opened = key.open(&bound, sealed).ok_or(Rule::NonPaperMac)?;
        let content = Content::decode(&opened.ok_or(Rule::NonPaperShape)?)?;
        let place = peer.look_up(sealed)?;
        let has_erased = peer.prove(&sealed.key);
        let taken = match place {
            Place::New => self.keep_new(&bound, sealed, &content, now_ms)?,
            Place::Known | Place::Over => Taken::Known,
        };
        if has_erased || matches!(taken, Taken::New(_)) {
            self.keep(&from)?;
        }
        Ok(taken)
    }

    fn keep_new(
        &mut self,
        bound: &Bound,
        sealed: &Sealed,
        content: &Content,
        now_ms: i64,
    ) -> Result<Taken, Error> {
        let is_it = |arrived: &Arrived| {
            arrived.from == bound.from
                && arrived.series == sealed.series
                && arrived.number == sealed.number
        };
        // The process may have ended after the text was kept and before that was noted.
        let here = self.inbox.iter().find(|(_, arrived)| is_it(arrived));
        let here = here.map(|(local, _)| *local);
        let of_party = self.inbox.values().filter(|one| one.from == bound.from);
        let local = match here {
            Some(local) => local,
            None if of_party.count() >= NON_PAPERS_KEPT_MAX => return Ok(Taken::NoRoom),
            None => self.folder.next_local()?,
        };
        let arrived = Arrived {
            from: bound.from,
            line: bound.line,
            series: sealed.series,
            number: sealed.number,
            sent_ms: content.sent_ms,
            arrived_ms: now_ms,
            shown_ms: None,
        };
        if here.is_none() {
            let bytes = encode_arrived(&arrived, &content.text);
            self.folder.put(Tray::In, local, &bytes)?;
            self.inbox.insert(local, arrived);
        }
        self.peer(&bound.from).note_taken(sealed);
        Ok(Taken::New(local))
    }

    /// The frame that says how far one number of a party's has got here.
    pub(crate) fn receipt(&self, party: &PartyId, sealed: &Sealed) -> Option<Frame> {
        let peer = self.peers.get(party)?;
        if peer.inbound_series() != Some(sealed.series) {
            return None;
        }
        let stages = vec![(sealed.number, peer.stage(sealed.number))];
        self.receipts(party, &peer.key(&sealed.key)?, stages)
    }

    /// Frames that say all that a party may not know of its non-papers here.
    pub(crate) fn all_receipts(&self, party: &PartyId) -> Vec<Frame> {
        let Some(peer) = self.peers.get(party) else {
            return Vec::new();
        };
        let Some(key) = peer.present_key() else {
            return Vec::new();
        };
        let stages = peer.stages();
        let frames = stages.chunks(NON_PAPER_STAGES_MAX);
        frames
            .filter_map(|stages| self.receipts(party, &key, stages.to_vec()))
            .collect()
    }

    fn receipts(&self, party: &PartyId, key: &PairKey, stages: Vec<(u64, Stage)>) -> Option<Frame> {
        let series = self.peers.get(party)?.inbound_series()?;
        let receipts = key.receipts(&self.own, series, stages);
        Some(Frame::NonPaperReceived(receipts))
    }

    /// Takes receipts: gives our numbers of what is confirmed for the first time, whose texts are erased, and of what was shown.
    pub(crate) fn take_receipts(
        &mut self,
        from: &PartyId,
        receipts: &Receipts,
        now_ms: i64,
    ) -> Result<(Vec<u64>, Vec<u64>), Error> {
        let peer = self.peer(from);
        let key = peer.key(&receipts.key).ok_or(Rule::NonPaperKey)?;
        if !key.is_from(from, receipts) {
            return Err(Rule::NonPaperMac.into());
        }
        let has_erased = peer.prove(&receipts.key);
        let (received, shown) = peer.confirm(&receipts.series, &receipts.stages, now_ms);
        if has_erased || !received.is_empty() || !shown.is_empty() {
            self.keep(from)?;
        }
        for local in &received {
            self.outbox.remove(local);
            self.folder.erase(Tray::Out, *local)?;
        }
        Ok((received, shown))
    }

    /// What is sealed to a party for a courier: our share, and under the key, if there is one, all that waits and receipts.
    pub(crate) fn pack(&self, to: &PartyId) -> Result<Option<Packed>, Error> {
        let Some(peer) = self.peers.get(to) else {
            return Ok(None);
        };
        let Some((offer, holds)) = peer.offer() else {
            return Ok(None);
        };
        let mut frames = self.sealed(to)?;
        let non_papers = frames.len();
        frames.extend(self.all_receipts(to));
        let file = File {
            from: self.own,
            to: *to,
            offer,
            holds,
            frames: frames.iter().map(Frame::encode).collect(),
        };
        let contents = file.encode();
        let mac = peer
            .present_key()
            .map(|key| key.file_mac(&self.own, &contents));
        Ok(Some(Packed {
            contents: content::join(&contents, mac),
            non_papers,
        }))
    }

    /// Opens what [`NonPapers::pack`] has made. `line_of` gives the line of a tag that is common with the sender, if it is known here.
    pub(crate) fn unpack(
        &mut self,
        bytes: &[u8],
        keys: &[SealKeyPair],
        is_confirmed: impl Fn(&PartyId) -> bool,
        line_of: impl Fn(&PartyId, Tag) -> Option<LineId>,
        now_ms: i64,
    ) -> Result<Brought, Error> {
        let (contents, mac) = content::split(bytes)?;
        let file = File::decode(contents)?;
        if file.to != self.own || !is_confirmed(&file.from) {
            return Err(Rule::NonPaperParty.into());
        }
        if mac.is_some() != file.holds.is_some() {
            return Err(Rule::NonPaperShape.into());
        }
        let share = Share::take(file.offer.clone(), keys).ok_or(Rule::NonPaperKey)?;
        let mut brought = Brought {
            from: Some(file.from),
            ..Brought::default()
        };
        let peer = self.peer(&file.from);
        let key = file.holds.and_then(|own| peer.key_with(&own, &share));
        let (Some(key), Some(mac)) = (key, mac) else {
            let is_first = peer.take_unproved(share);
            self.keep(&file.from)?;
            brought.share = Some(if is_first {
                ShareIs::First
            } else {
                ShareIs::Unproved
            });
            return Ok(brought);
        };
        if !key.is_file_mac(&file.from, contents, &mac) {
            return Err(Rule::NonPaperMac.into());
        }
        peer.take_proved(share)?;
        peer.prove(&key.id());
        self.keep(&file.from)?;
        brought.share = Some(ShareIs::Proved);
        for frame in &file.frames {
            self.unpack_frame(
                &file.from,
                Frame::decode(frame)?,
                &line_of,
                now_ms,
                &mut brought,
            )?;
        }
        Ok(brought)
    }

    fn unpack_frame(
        &mut self,
        from: &PartyId,
        frame: Frame,
        line_of: impl Fn(&PartyId, Tag) -> Option<LineId>,
        now_ms: i64,
        brought: &mut Brought,
    ) -> Result<(), Error> {
        match frame {
            Frame::NonPaper { tag, sealed } => {
                // A line that is not founded here yet: it is not confirmed, and will come again.
                let Some(line) = line_of(from, tag) else {
                    return Ok(());
                };
                match self.take(*from, line, &sealed, now_ms)? {
                    Taken::New(local) => brought.new.push(local),
                    Taken::Known => {}
                    Taken::NoRoom => brought.is_full = true,
                }
            }
            Frame::NonPaperReceived(receipts) => {
                let (received, shown) = self.take_receipts(from, &receipts, now_ms)?;
                brought.received.extend(received);
                brought.shown.extend(shown);
            }
            _ => {}
        }
        Ok(())
    }

    /// All that came and is kept, by our numbers.
    pub(crate) fn arrived(&self) -> impl Iterator<Item = (u64, &Arrived)> {
        self.inbox.iter().map(|(local, arrived)| (*local, arrived))
    }

    /// All of ours of which the fate is kept, with the party they are for.
    pub(crate) fn sent(&self) -> impl Iterator<Item = (&PartyId, &Sent)> {
        self.peers
            .iter()
            .flat_map(|(party, peer)| peer.sent().iter().map(move |sent| (party, sent)))
    }

    /// The text under a number of ours: one that came, or one of ours that is not confirmed. `None` if there is none.
    pub(crate) fn text(&self, local: u64) -> Result<Option<Zeroizing<String>>, Error> {
        if self.inbox.contains_key(&local) {
            return Ok(Some(self.read_arrived(local)?.1));
        }
        if self.outbox.contains_key(&local) {
            return Ok(Some(self.read_outgoing(local)?.2.text));
        }
        Ok(None)
    }

    /// Notes, durably, that one that came was on a person's screen; gives its sender, if that is new.
    pub(crate) fn note_shown(&mut self, local: u64, now_ms: i64) -> Result<Option<PartyId>, Error> {
        let Some(arrived) = self.inbox.get(&local) else {
            return Ok(None);
        };
        if arrived.shown_ms.is_some() {
            return Ok(None);
        }
        let (mut arrived, text) = self.read_arrived(local)?;
        arrived.shown_ms = Some(now_ms);
        self.folder
            .put(Tray::In, local, &encode_arrived(&arrived, &text))?;
        let from = arrived.from;
        self.peer(&from).note_shown(&arrived.series, arrived.number);
        self.inbox.insert(local, arrived);
        self.keep(&from)?;
        Ok(Some(from))
    }

    /// Erases what is under a number of ours: a text that came, one of ours that waits, or what is kept of its fate.
    /// False if there is nothing.
    pub(crate) fn discard(&mut self, local: u64) -> Result<bool, Error> {
        if self.inbox.contains_key(&local) {
            self.folder.erase(Tray::In, local)?;
            self.inbox.remove(&local);
            return Ok(true);
        }
        let to = self
            .sent()
            .find(|(_, sent)| sent.local == local)
            .map(|(to, _)| *to);
        let Some(to) = to else { return Ok(false) };
        self.folder.erase(Tray::Out, local)?;
        self.outbox.remove(&local);
        self.peer(&to).forget(local);
        self.keep(&to)?;
        Ok(true)
    }

    /// Erases what was shown more than `kept_ms` ago, and gives our numbers for it.
    pub(crate) fn sweep(&mut self, kept_ms: i64, now_ms: i64) -> Result<Vec<u64>, Error> {
        let is_over = |arrived: &Arrived| {
            arrived
                .shown_ms
                .is_some_and(|at| now_ms.saturating_sub(at) >= kept_ms)
        };
        let over: Vec<u64> = self
            .arrived()
            .filter(|(_, arrived)| is_over(arrived))
            .map(|(local, _)| local)
            .collect();
        for local in &over {
            self.discard(*local)?;
        }
        Ok(over)
    }

    /// Files a copy of one's own.
    pub(crate) fn file(&self, local: u64, text: &str) -> Result<PathBuf, Error> {
        Ok(self.folder.file(local, text)?)
    }

    fn read_arrived(&self, local: u64) -> Result<(Arrived, Zeroizing<String>), Error> {
        let bytes = self.folder.read(Tray::In, local)?;
        let mut r = Reader::checked(&bytes, Rule::NonPaperShape)?;
        r.array_exact(9)?;
        if r.uint()? != VERSION {
            return Err(Rule::NonPaperShape.into());
        }
        let arrived = Arrived {
            from: PartyId(Hash(r.array_of()?)),
            line: LineId(Hash(r.array_of()?)),
            series: r.array_of()?,
            number: r.uint()?,
            sent_ms: r.int()?,
            arrived_ms: r.int()?,
            shown_ms: read_time(&mut r)?,
        };
        Ok((arrived, Zeroizing::new(r.text()?.to_owned())))
    }

    fn read_outgoing(&self, local: u64) -> Result<(PartyId, LineId, Content), Error> {
        let bytes = self.folder.read(Tray::Out, local)?;
        let mut r = Reader::checked(&bytes, Rule::NonPaperShape)?;
        r.array_exact(4)?;
        if r.uint()? != VERSION {
            return Err(Rule::NonPaperShape.into());
        }
        let (to, line) = (PartyId(Hash(r.array_of()?)), LineId(Hash(r.array_of()?)));
        Ok((to, line, Content::decode(r.bytes()?)?))
    }
}

fn encode_arrived(arrived: &Arrived, text: &str) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(9)
        .uint(VERSION)
        .bytes(&arrived.from.0.0)
        .bytes(&arrived.line.0.0)
        .bytes(&arrived.series)
        .uint(arrived.number)
        .int(arrived.sent_ms)
        .int(arrived.arrived_ms);
    write_time(&mut w, arrived.shown_ms);
    w.text(text);
    Zeroizing::new(w.into_bytes())
}

fn encode_outgoing(to: &PartyId, line: &LineId, content: &Content) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(4)
        .uint(VERSION)
        .bytes(&to.0.0)
        .bytes(&line.0.0)
        .bytes(&content.encode());
    Zeroizing::new(w.into_bytes())
}

/// A text to be sent now.
pub(crate) fn outgoing(text: String, now_ms: i64) -> Content {
    Content {
        sent_ms: now_ms,
        text: Zeroizing::new(text),
    }
}

#[cfg(test)]
#[path = "non_paper/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "non_paper/vectors.rs"]
mod vectors;
