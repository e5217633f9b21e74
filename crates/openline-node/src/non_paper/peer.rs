//! What is kept of one other party for non-papers: the shares of the key, the counting of both directions. No text.

use std::collections::{BTreeSet, VecDeque};

use openline_bearer::pouch::{SealKeyPair, SealPublicKey};
use openline_core::cbor::{Reader, Writer};
use openline_core::{Hash, LineId, PartyId, Rule};
use openline_proto::frame::Frame;
use openline_proto::limits::{NON_PAPER_ENC_BYTES, NON_PAPER_STAGES_MAX, NON_PAPERS_WAITING_MAX};
use openline_proto::non_paper::{Offer, Sealed, Stage};
use zeroize::Zeroizing;

use super::content::OfferId;
use super::key::{KeyId, PairKey, Share, offer_id};

/// A share of ours is replaced after this time.
pub(crate) const SHARE_AGE_MAX_MS: i64 = 7 * 86_400_000;
/// Shares kept of either side: the present one, and those that may still be under way.
const SHARES_MAX: usize = 4;
/// Ids of erased shares and of countings that are over, kept so that an old file does not bring them back.
const SPENT_MAX: usize = 32;
/// Non-papers of ours of which the fate is kept after they were confirmed.
const SETTLED_MAX: usize = 64;
/// Non-papers of theirs that were shown, told again at each greeting.
const SHOWN_MAX: usize = NON_PAPER_STAGES_MAX;
/// The file is of this form.
const VERSION: u64 = 1;

/// A share of ours.
#[derive(Debug, Clone)]
struct Own {
    share: Share,
    made_ms: i64,
    /// Our own seal key when it was made: a change of either side's replaces the share.
    seal_key: [u8; 8],
}

/// What the other side has numbered, as far as it has come.
#[derive(Debug, Clone)]
struct Inbound {
    series: [u8; 8],
    floor: u64,
    /// Numbers at or above `floor`.
    taken: BTreeSet<u64>,
}

/// A non-paper of ours, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Our own name for it.
    pub(crate) local: u64,
    pub(crate) number: u64,
    pub(crate) line: LineId,
    pub(crate) sent_ms: i64,
    /// When the other node's confirmation came.
    pub(crate) received_ms: Option<i64>,
    /// When word came that it was shown.
    pub(crate) shown_ms: Option<i64>,
}

/// What a number of the other side's means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It has not come before.
    New,
    /// It has come before; the other side does not know that we have it.
    Known,
    /// The other side has settled it, or counts anew since.
    Over,
}

/// One other party.
#[derive(Debug)]
pub(crate) struct Peer {
    own_party: PartyId,
    party: PartyId,
    series: [u8; 8],
    next: u64,
    /// Oldest first.
    own: Vec<Own>,
    /// Oldest first.
    theirs: Vec<Share>,
    spent: VecDeque<OfferId>,
    inbound: Option<Inbound>,
    spent_series: VecDeque<[u8; 8]>,
    sent: Vec<Sent>,
    shown: VecDeque<u64>,
    /// The share of ours that the other side last said it holds. Not kept: it is said anew over each link.
    holds: Option<OfferId>,
}

impl Peer {
    pub(crate) fn new(own_party: PartyId, party: PartyId, series: [u8; 8]) -> Self {
        Self {
            own_party,
            party,
            series,
            next: 1,
            own: Vec::new(),
            theirs: Vec::new(),
            spent: VecDeque::new(),
            inbound: None,
            spent_series: VecDeque::new(),
            sent: Vec::new(),
            shown: VecDeque::new(),
            holds: None,
        }
    }

    /// A party with shares from elsewhere.
    #[cfg(test)]
    pub(crate) fn with_shares(
        own_party: PartyId,
        party: PartyId,
        own: Vec<Share>,
        theirs: Vec<Share>,
    ) -> Self {
        let own = own.into_iter().map(|share| Own {
            share,
            made_ms: 0,
            seal_key: [0; 8],
        });
        Self {
            own: own.collect(),
            theirs,
            ..Self::new(own_party, party, [0; 8])
        }
    }

    /// Sees to it that our present share is not too old and fits both seal keys; true if a new one was made.
    pub(crate) fn refresh(
        &mut self,
        to: &SealPublicKey,
        seal_key: [u8; 8],
        now_ms: i64,
    ) -> Result<bool, Rule> {
        let is_good = self.own.last().is_some_and(|own| {
            let age = now_ms.saturating_sub(own.made_ms);
            own.share.offer.to_key == to.id().0
                && own.seal_key == seal_key
                && (0..SHARE_AGE_MAX_MS).contains(&age)
        });
        if is_good {
            return Ok(false);
        }
        self.own.push(Own {
            share: Share::make(to).map_err(|_| Rule::NonPaperKey)?,
            made_ms: now_ms,
            seal_key,
        });
        if self.own.len() > SHARES_MAX {
            self.own.remove(0);
        }
        Ok(true)
    }

    /// Our present share, and which of theirs we hold.
    pub(crate) fn offer(&self) -> Option<(Offer, Option<OfferId>)> {
        let own = self.own.last()?;
        Some((own.share.offer.clone(), self.theirs.last().map(Share::id)))
    }

    pub(crate) fn offer_frame(&self) -> Option<Frame> {
        let (offer, holds) = self.offer()?;
        Some(Frame::NonPaperOffer { offer, holds })
    }

    pub(crate) fn is_new(&self, offer: &Offer) -> bool {
        self.theirs.last().map(Share::id) != Some(offer_id(offer))
    }

    /// Takes the other side's present share, as it says over a live link. True if it is not the one that we took to be present.
    ///
    /// # Errors
    /// [`Rule::NonPaperKey`] when it is not for a seal key of ours.
    pub(crate) fn take_offer(
        &mut self,
        offer: Offer,
        holds: Option<OfferId>,
        keys: &[SealKeyPair],
    ) -> Result<bool, Rule> {
        let is_new = self.is_new(&offer);
        if is_new {
            let share = Share::take(offer, keys).ok_or(Rule::NonPaperKey)?;
            self.push_theirs(share);
        }
        self.holds = holds;
        Ok(is_new)
    }

    fn push_theirs(&mut self, share: Share) {
        let id = share.id();
        self.theirs.retain(|known| known.id() != id);
        self.spent.retain(|spent| *spent != id);
        self.theirs.push(share);
        if self.theirs.len() > SHARES_MAX {
            let oldest = self.theirs.remove(0);
            remember(&mut self.spent, oldest.id());
        }
    }

    /// Takes a share that nobody has vouched for, if there is none of theirs: a key made with it is the other side's or nobody's.
    pub(crate) fn take_unproved(&mut self, share: Share) -> bool {
        let is_first = self.theirs.is_empty();
        if is_first {
            self.push_theirs(share);
        }
        is_first
    }

    /// Takes a share out of a file that was under the key of the two.
    ///
    /// # Errors
    /// [`Rule::NonPaperKey`] when it was used and erased before.
    pub(crate) fn take_proved(&mut self, share: Share) -> Result<(), Rule> {
        let id = share.id();
        if self.spent.contains(&id) {
            return Err(Rule::NonPaperKey);
        }
        if self.theirs.iter().all(|known| known.id() != id) {
            self.push_theirs(share);
        }
        Ok(())
    }

    /// The link that told us what the other side holds is gone.
    pub(crate) fn link_gone(&mut self) {
        self.holds = None;
    }

    /// Whether the other side has said that it holds our present share, and we hold one of its own.
    pub(crate) fn is_agreed(&self) -> bool {
        let present = self.own.last().map(|own| own.share.id());
        present.is_some() && self.holds == present && !self.theirs.is_empty()
    }

    /// Whether the other side has to be told of our present share.
    pub(crate) fn is_behind(&self) -> bool {
        self.holds != self.own.last().map(|own| own.share.id())
    }

    /// The key of both present shares.
    pub(crate) fn present_key(&self) -> Option<PairKey> {
        let (own, theirs) = (self.own.last()?, self.theirs.last()?);
        Some(self.derive(&own.share, theirs))
    }

    /// The key of one of our shares, by its id, and one of theirs.
    pub(crate) fn key_with(&self, own: &OfferId, theirs: &Share) -> Option<PairKey> {
        let own = self.own.iter().find(|known| known.share.id() == *own)?;
        Some(self.derive(&own.share, theirs))
    }

    fn derive(&self, own: &Share, theirs: &Share) -> PairKey {
        PairKey::derive((&self.own_party, own), (&self.party, theirs))
    }

    /// The key of that id among all that are shared.
    pub(crate) fn key(&self, id: &KeyId) -> Option<PairKey> {
        let pairs = self
            .own
            .iter()
            .flat_map(|own| self.theirs.iter().map(move |theirs| (own, theirs)));
        pairs
            .map(|(own, theirs)| self.derive(&own.share, theirs))
            .find(|key| key.id() == *id)
    }

    /// Something genuine has come under a key: what is older than its shares is not needed any more, and erased. True if anything was.
    pub(crate) fn prove(&mut self, id: &KeyId) -> bool {
        let mut found = None;
        for (at_own, own) in self.own.iter().enumerate() {
            for (at_theirs, theirs) in self.theirs.iter().enumerate() {
                if self.derive(&own.share, theirs).id() == *id {
                    found = Some((at_own, at_theirs));
                }
            }
        }
        let Some((at_own, at_theirs)) = found else {
            return false;
        };
        self.own.drain(..at_own);
        for share in self.theirs.drain(..at_theirs) {
            remember(&mut self.spent, share.id());
        }
        at_own + at_theirs > 0
    }

    /// Numbers a non-paper of ours.
    ///
    /// # Errors
    /// [`Rule::NonPaperNumber`] when too many wait.
    pub(crate) fn count(&mut self, local: u64, line: LineId, sent_ms: i64) -> Result<(), Rule> {
        if self.next - self.floor() >= NON_PAPERS_WAITING_MAX {
            return Err(Rule::NonPaperNumber);
        }
        self.sent.push(Sent {
            local,
            number: self.next,
            line,
            sent_ms,
            received_ms: None,
            shown_ms: None,
        });
        self.next += 1;
        Ok(())
    }

    /// The lowest number that is not confirmed.
    fn floor(&self) -> u64 {
        let waiting = self.sent.iter().filter(|sent| sent.received_ms.is_none());
        waiting.map(|sent| sent.number).min().unwrap_or(self.next)
    }

    pub(crate) fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// Forgets a non-paper of ours: it was withdrawn, or its fate is of no more interest.
    pub(crate) fn forget(&mut self, local: u64) {
        self.sent.retain(|sent| sent.local != local);
    }

    /// Where a non-paper of ours is to stand, sealed with `key`.
    pub(crate) fn place(&self, sent: &Sent, key: &PairKey, salt: [u8; 16]) -> Sealed {
        Sealed {
            key: key.id(),
            series: self.series,
            number: sent.number,
            floor: self.floor(),
            salt,
            text: Vec::new(),
        }
    }

    /// Takes genuine receipts; gives our names for what has been confirmed for the first time, and for what was shown.
    pub(crate) fn confirm(
        &mut self,
        series: &[u8; 8],
        stages: &[(u64, Stage)],
        now_ms: i64,
    ) -> (Vec<u64>, Vec<u64>) {
        let (mut received, mut shown) = (Vec::new(), Vec::new());
        if *series != self.series {
            return (received, shown);
        }
        for (number, stage) in stages {
            let Some(sent) = self.sent.iter_mut().find(|sent| sent.number == *number) else {
                continue;
            };
            if sent.received_ms.is_none() {
                sent.received_ms = Some(now_ms);
                received.push(sent.local);
            }
            if *stage == Stage::Shown && sent.shown_ms.is_none() {
                sent.shown_ms = Some(now_ms);
                shown.push(sent.local);
            }
        }
        self.drop_settled();
        (received, shown)
    }

    fn drop_settled(&mut self) {
        let settled = self.sent.iter().filter(|sent| sent.received_ms.is_some());
        let mut surplus = settled.count().saturating_sub(SETTLED_MAX);
        self.sent.retain(|sent| {
            let goes = surplus > 0 && sent.received_ms.is_some();
            surplus -= usize::from(goes);
            !goes
        });
    }

    /// Whether a number of the other side's may be under way, and has come before.
    ///
    /// # Errors
    /// [`Rule::NonPaperNumber`]
    pub(crate) fn look_up(&self, sealed: &Sealed) -> Result<Place, Rule> {
        let ahead = sealed.number.checked_sub(sealed.floor);
        if ahead.is_none_or(|ahead| ahead >= NON_PAPERS_WAITING_MAX) {
            return Err(Rule::NonPaperNumber);
        }
        Ok(match &self.inbound {
            Some(inbound) if inbound.series == sealed.series => {
                if inbound.taken.contains(&sealed.number) {
                    Place::Known
                } else if sealed.number < inbound.floor {
                    Place::Over
                } else {
                    Place::New
                }
            }
            _ if self.spent_series.contains(&sealed.series) => Place::Over,
            _ => Place::New,
        })
    }

    /// A genuine non-paper that had not come before is here, durably.
    pub(crate) fn note_taken(&mut self, sealed: &Sealed) {
        if let Some(over) = self
            .inbound
            .take_if(|inbound| inbound.series != sealed.series)
        {
            remember(&mut self.spent_series, over.series);
            self.shown.clear();
        }
        let inbound = self.inbound.get_or_insert_with(|| Inbound {
            series: sealed.series,
            floor: sealed.floor,
            taken: BTreeSet::new(),
        });
        inbound.floor = inbound.floor.max(sealed.floor);
        inbound.taken.insert(sealed.number);
        inbound.taken = inbound.taken.split_off(&inbound.floor);
    }

    /// A non-paper of theirs was on a person's screen.
    pub(crate) fn note_shown(&mut self, series: &[u8; 8], number: u64) {
        let is_present = self.inbound_series() == Some(*series);
        if is_present && !self.shown.contains(&number) {
            if self.shown.len() == SHOWN_MAX {
                self.shown.pop_front();
            }
            self.shown.push_back(number);
        }
    }

    pub(crate) fn inbound_series(&self) -> Option<[u8; 8]> {
        self.inbound.as_ref().map(|inbound| inbound.series)
    }

    /// How far a number of theirs has got here.
    pub(crate) fn stage(&self, number: u64) -> Stage {
        if self.shown.contains(&number) {
            Stage::Shown
        } else {
            Stage::Received
        }
    }

    /// All that the other side may not know of its non-papers.
    pub(crate) fn stages(&self) -> Vec<(u64, Stage)> {
        let taken = self.inbound.iter().flat_map(|inbound| inbound.taken.iter());
        let numbers: BTreeSet<u64> = taken.chain(&self.shown).copied().collect();
        numbers
            .into_iter()
            .map(|number| (number, self.stage(number)))
            .collect()
    }

    /// All of it, for a file that only this node reads.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.array(10).uint(VERSION).bytes(&self.party.0.0);
        w.bytes(&self.series).uint(self.next);
        w.array(self.own.len());
        for own in &self.own {
            w.array(5).int(own.made_ms).bytes(&own.seal_key);
            write_share(&mut w, &own.share);
        }
        w.array(self.theirs.len());
        for share in &self.theirs {
            w.array(3);
            write_share(&mut w, share);
        }
        write_ids(&mut w, &self.spent);
        match &self.inbound {
            None => {
                w.null();
            }
            Some(inbound) => {
                w.array(4).bytes(&inbound.series).uint(inbound.floor);
                write_numbers(&mut w, inbound.taken.iter());
                write_numbers(&mut w, self.shown.iter());
            }
        }
        write_ids(&mut w, &self.spent_series);
        w.array(self.sent.len());
        for sent in &self.sent {
            w.array(6).uint(sent.local).uint(sent.number);
            w.bytes(&sent.line.0.0).int(sent.sent_ms);
            write_time(&mut w, sent.received_ms);
            write_time(&mut w, sent.shown_ms);
        }
        Zeroizing::new(w.into_bytes())
    }

    /// # Errors
    /// When the bytes are not such a file.
    pub(crate) fn decode(own_party: PartyId, bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::NonPaperShape)?;
        r.array_exact(10)?;
        if r.uint()? != VERSION {
            return Err(Rule::NonPaperShape);
        }
        let party = PartyId(Hash(r.array_of()?));
        let mut peer = Self::new(own_party, party, r.array_of()?);
        peer.next = r.uint()?;
        peer.own = read_list(&mut r, |r| {
            r.array_exact(5)?;
            Ok(Own {
                made_ms: r.int()?,
                seal_key: r.array_of()?,
                share: read_share(r)?,
            })
        })?;
        peer.theirs = read_list(&mut r, |r| {
            r.array_exact(3)?;
            read_share(r)
        })?;
        peer.spent = read_list(&mut r, Reader::array_of)?.into();
        if !r.null()? {
            r.array_exact(4)?;
            peer.inbound = Some(Inbound {
                series: r.array_of()?,
                floor: r.uint()?,
                taken: read_list(&mut r, Reader::uint)?.into_iter().collect(),
            });
            peer.shown = read_list(&mut r, Reader::uint)?.into();
        }
        peer.spent_series = read_list(&mut r, Reader::array_of)?.into();
        peer.sent = read_list(&mut r, read_sent)?;
        Ok(peer)
    }
}

fn remember(ids: &mut VecDeque<[u8; 8]>, id: [u8; 8]) {
    if ids.len() == SPENT_MAX {
        ids.pop_front();
    }
    ids.push_back(id);
}

fn write_share(w: &mut Writer, share: &Share) {
    w.bytes(&share.offer.to_key)
        .bytes(&share.offer.enc)
        .bytes(&share.secret[..]);
}

fn read_share(r: &mut Reader<'_>) -> Result<Share, Rule> {
    Ok(Share {
        offer: Offer {
            to_key: r.array_of()?,
            enc: r.array_of::<NON_PAPER_ENC_BYTES>()?.to_vec(),
        },
        secret: Zeroizing::new(r.array_of()?),
    })
}

fn read_sent(r: &mut Reader<'_>) -> Result<Sent, Rule> {
    r.array_exact(6)?;
    Ok(Sent {
        local: r.uint()?,
        number: r.uint()?,
        line: LineId(Hash(r.array_of()?)),
        sent_ms: r.int()?,
        received_ms: read_time(r)?,
        shown_ms: read_time(r)?,
    })
}

fn write_ids(w: &mut Writer, ids: &VecDeque<[u8; 8]>) {
    w.array(ids.len());
    for id in ids {
        w.bytes(id);
    }
}

fn write_numbers<'a>(w: &mut Writer, numbers: impl ExactSizeIterator<Item = &'a u64>) {
    w.array(numbers.len());
    for number in numbers {
        w.uint(*number);
    }
}

pub(crate) fn write_time(w: &mut Writer, time: Option<i64>) {
    match time {
        Some(ms) => w.int(ms),
        None => w.null(),
    };
}

pub(crate) fn read_time(r: &mut Reader<'_>) -> Result<Option<i64>, Rule> {
    if r.null()? {
        Ok(None)
    } else {
        r.int().map(Some)
    }
}

/// No list of the file is longer than the longest of them.
fn read_list<'a, T>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, Rule>,
) -> Result<Vec<T>, Rule> {
    let max = SETTLED_MAX + usize::try_from(NON_PAPERS_WAITING_MAX).unwrap_or(0);
    let len = r.array_max(max, Rule::NonPaperShape)?;
    (0..len).map(|_| read(r)).collect()
}

#[cfg(test)]
#[path = "peer/tests.rs"]
mod tests;
