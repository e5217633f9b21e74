//! Non-papers over live links: when shares are offered, what waits is sent, and what came is confirmed.
//!
//! Events and the log say that there is one, and never what it says.

use std::collections::BTreeMap;
use std::time::Duration;

use openline_bearer::pouch::SealPublicKey;
use openline_core::{LineId, PartyId, Rule};
use openline_proto::LinkId;
use openline_proto::frame::Frame;
use openline_proto::non_paper::{Offer, Sealed};

use super::Engine;
use super::tell::News;
use crate::identity::wall_ms;
use crate::non_paper::{Error, NonPapers, Taken};

/// First wait for a confirmation, and longest wait between two attempts.
const RETRY_MIN: Duration = Duration::from_secs(10);
const RETRY_MAX: Duration = Duration::from_secs(300);
/// How often what is over is erased and shares are looked at.
const SWEEP: Duration = Duration::from_secs(3600);
/// New shares that a party may offer between two sweeps: each is written to disk.
const NON_PAPER_OFFERS_MAX: u32 = 32;

/// Non-papers, and when to come back to them.
pub(crate) struct OffTheRecord {
    pub(crate) papers: NonPapers,
    /// By party: when to send again what is not confirmed, and how long to wait the time after.
    retry: BTreeMap<PartyId, (Duration, Duration)>,
    offers: BTreeMap<PartyId, u32>,
    next_sweep: Duration,
}

impl OffTheRecord {
    pub(crate) fn new(papers: NonPapers) -> Self {
        Self {
            papers,
            retry: BTreeMap::new(),
            offers: BTreeMap::new(),
            next_sweep: Duration::ZERO,
        }
    }

    /// Every link is gone.
    pub(super) fn links_gone(&mut self) {
        self.papers.links_gone();
        self.retry.clear();
    }

    /// When [`Engine::check_off_the_record`] wants to be called.
    pub(super) fn deadline(&self) -> Duration {
        let retries = self.retry.values().map(|(at, _)| *at);
        retries.fold(self.next_sweep, Duration::min)
    }
}

impl Engine {
    /// Whether there is a line in common with a party.
    pub(crate) fn has_common_line(&self, party: &PartyId) -> bool {
        let mut lines = self.founded.values();
        lines.any(|founded| founded.index_of(party).is_some())
    }

    /// Sees to it that there is a share of ours for a party; gives the frame that offers it. None without a line in common, or while only
    /// the short form of its card is known.
    pub(crate) fn share_for(&mut self, party: &PartyId) -> Result<Option<Frame>, Error> {
        if !self.has_common_line(party) {
            return Ok(None);
        }
        let relation = self.relations.get(party).filter(|r| r.is_confirmed());
        let to = relation
            .and_then(|relation| relation.seal_key())
            .and_then(|bytes| SealPublicKey::from_bytes(&bytes).ok());
        let (Some(to), Some(own)) = (to, self.keys.seal_keys.first()) else {
            return Ok(None);
        };
        let own = own.public().id().0;
        self.off_the_record.papers.offer(party, &to, own, wall_ms())
    }

    /// Offers our share to a party over a live link.
    pub(crate) fn offer_share(&mut self, party: &PartyId) {
        match self.share_for(party) {
            Ok(Some(frame)) => {
                self.machine.send_off_the_record(party, &frame);
            }
            Ok(None) => {}
            Err(error) => self.non_papers_failed(party, &error),
        }
    }

    /// Offers our share to every party of a line that can be reached.
    pub(super) fn offer_shares_on(&mut self, line: &LineId) {
        let own = self.home.party_id();
        let Some(founded) = self.founded.get(line) else {
            return;
        };
        let parties: Vec<PartyId> = founded
            .parties()
            .map(|party| founded.party_id(party))
            .filter(|party| *party != own)
            .collect();
        for party in parties {
            if !self.machine.links_to(&party).is_empty() {
                self.offer_share(&party);
            }
        }
    }

    /// A link has fallen: what was under way over it may be lost.
    pub(super) fn off_the_record_link_fell(&mut self, party: &PartyId) {
        if self.machine.links_to(party).is_empty() {
            self.off_the_record.papers.link_gone(party);
            self.off_the_record.retry.remove(party);
        } else {
            self.send_non_papers(party);
        }
    }

    /// Sends a party all that it has not confirmed; offers our share first, where the key is not agreed.
    pub(crate) fn send_non_papers(&mut self, party: &PartyId) {
        let has_link = !self.machine.links_to(party).is_empty();
        if !has_link || !self.off_the_record.papers.is_waiting(party) {
            self.off_the_record.retry.remove(party);
            return;
        }
        let now = self.now().mono;
        let retry = self.off_the_record.retry.entry(*party);
        retry.or_insert((now + RETRY_MIN, RETRY_MIN * 2));
        if !self.off_the_record.papers.is_agreed(party) {
            self.offer_share(party);
            return;
        }
        match self.off_the_record.papers.sealed(party) {
            Ok(frames) => {
                for frame in &frames {
                    self.machine.send_off_the_record(party, frame);
                }
            }
            Err(error) => self.non_papers_failed(party, &error),
        }
    }

    /// Tells a party how far its non-papers have got here.
    pub(crate) fn send_receipts(&mut self, party: &PartyId) {
        for frame in self.off_the_record.papers.all_receipts(party) {
            self.machine.send_off_the_record(party, &frame);
        }
    }

    pub(super) fn on_off_the_record(
        &mut self,
        peer: PartyId,
        link: LinkId,
        line: Option<LineId>,
        frame: Frame,
    ) {
        let result = match (frame, line) {
            (Frame::NonPaperOffer { offer, holds }, _) => self.on_offer(&peer, offer, holds),
            (Frame::NonPaper { sealed, .. }, Some(line)) => self.on_non_paper(&peer, line, &sealed),
            (Frame::NonPaperReceived(receipts), _) => {
                let papers = &mut self.off_the_record.papers;
                let told = papers.take_receipts(&peer, &receipts, wall_ms());
                told.map(|(received, shown)| self.tell_confirmed(&peer, &received, &shown))
            }
            _ => Ok(()),
        };
        match result {
            Ok(()) => {}
            Err(Error::Rule(rule)) => {
                self.machine.refuse_off_the_record(link, line, rule);
                if rule == Rule::NonPaperKey {
                    self.offer_share(&peer);
                }
            }
            Err(error) => self.non_papers_failed(&peer, &error),
        }
    }

    fn on_offer(
        &mut self,
        peer: &PartyId,
        offer: Offer,
        holds: Option<[u8; 8]>,
    ) -> Result<(), Error> {
        if self.off_the_record.papers.is_new(peer, &offer) {
            let offers = self.off_the_record.offers.entry(*peer).or_default();
            *offers += 1;
            if *offers > NON_PAPER_OFFERS_MAX {
                return Err(Rule::Flood.into());
            }
        }
        let keys = &self.keys.seal_keys;
        let papers = &mut self.off_the_record.papers;
        if papers.take_offer(peer, offer, holds, keys)? {
            self.offer_share(peer);
        }
        if self.off_the_record.papers.is_agreed(peer) {
            self.send_receipts(peer);
            self.send_non_papers(peer);
        }
        Ok(())
    }

    fn on_non_paper(&mut self, peer: &PartyId, line: LineId, sealed: &Sealed) -> Result<(), Error> {
        let papers = &mut self.off_the_record.papers;
        let taken = papers.take(*peer, line, sealed, wall_ms())?;
        let receipt = papers.receipt(peer, sealed);
        if let Some(frame) = receipt.filter(|_| taken != Taken::NoRoom) {
            self.machine.send_off_the_record(peer, &frame);
        }
        self.tell_taken(peer, taken);
        Ok(())
    }

    pub(crate) fn tell_taken(&mut self, peer: &PartyId, taken: Taken) {
        let name = self.name_of(peer);
        let words = match taken {
            Taken::New(local) => {
                format!("non-paper {local} from {name} has come, off the record")
            }
            Taken::NoRoom => format!(
                "{name} has sent more non-papers than are kept of one party; discard some, and the rest will come"
            ),
            Taken::Known => return,
        };
        self.tell_non_paper(name, words);
    }

    pub(crate) fn tell_confirmed(&mut self, peer: &PartyId, received: &[u64], shown: &[u64]) {
        for local in received {
            let name = self.name_of(peer);
            let words = format!(
                "non-paper {local} was received by the node of {name}; its text is erased here"
            );
            self.tell_non_paper(name, words);
        }
        for local in shown {
            let name = self.name_of(peer);
            let words = format!("non-paper {local} was shown at {name}");
            self.tell_non_paper(name, words);
        }
        if !received.is_empty() && !self.off_the_record.papers.is_waiting(peer) {
            self.off_the_record.retry.remove(peer);
        }
    }

    pub(crate) fn tell_non_paper(&mut self, peer: String, words: String) {
        self.tell(News {
            what: "non-paper",
            peer: Some(peer),
            words,
            ..News::default()
        });
    }

    fn non_papers_failed(&mut self, peer: &PartyId, error: &Error) {
        tracing::warn!(peer = %peer.short(), %error, "non-papers can't be exchanged");
        let name = self.name_of(peer);
        let words = format!("non-papers can't be exchanged with {name}: {error}");
        self.tell_non_paper(name, words);
    }

    /// Sends again what is overdue, erases what is over, replaces shares that are too old.
    pub(super) fn check_off_the_record(&mut self, now: Duration) {
        let due: Vec<PartyId> = self
            .off_the_record
            .retry
            .iter()
            .filter(|(_, (at, _))| *at <= now)
            .map(|(party, _)| *party)
            .collect();
        for party in due {
            if let Some((at, wait)) = self.off_the_record.retry.get_mut(&party) {
                *at = now + *wait;
                *wait = (*wait * 2).min(RETRY_MAX);
            }
            self.send_non_papers(&party);
        }
        if self.off_the_record.next_sweep <= now {
            self.off_the_record.next_sweep = now + SWEEP;
            self.off_the_record.offers.clear();
            self.sweep_non_papers();
            self.renew_shares();
        }
    }

    pub(crate) fn sweep_non_papers(&mut self) {
        let kept_ms = self.home.config().non_paper.keep_read_ms();
        match self.off_the_record.papers.sweep(kept_ms, wall_ms()) {
            Ok(over) => {
                for local in over {
                    let words = format!("non-paper {local} was read long enough ago and is erased");
                    self.tell(News {
                        what: "non-paper",
                        words,
                        ..News::default()
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "non-papers that are over can't be erased"),
        }
    }

    fn renew_shares(&mut self) {
        let parties: Vec<PartyId> = self.relations.keys().copied().collect();
        for party in parties {
            if !self.machine.links_to(&party).is_empty() {
                self.offer_share(&party);
            }
        }
    }
}
