//! Links: live connections to peers, as the line sees them.

use std::collections::BTreeMap;
use std::time::Duration;

use openline_core::{PartyId, Rule};

use crate::effect::{LinkId, Now};
use crate::limits::{FAULTS_MAX, PROBE_INTERVAL, RESEND_MAX, RESEND_MIN};

/// What a link is waiting for before frames other than a greeting count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The peer's greeting has not come.
    ExpectHello,
    /// Both have greeted.
    Greeted,
}

/// A probe on its way.
#[derive(Debug, Clone, Copy)]
struct Probe {
    nonce: u64,
    sent: Duration,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) peer: PartyId,
    state: State,
    rtt: Option<Duration>,
    probe: Option<Probe>,
    next_probe: Duration,
    faults: usize,
    /// Answers being read from the store for this link.
    pub(crate) fetches: usize,
}

impl Link {
    pub(crate) fn is_greeted(&self) -> bool {
        self.state == State::Greeted
    }

    pub(crate) fn greet(&mut self) {
        self.state = State::Greeted;
    }

    /// Counts a broken rule; true when the link has had enough.
    pub(crate) fn count_fault(&mut self) -> bool {
        self.faults += 1;
        self.faults >= FAULTS_MAX
    }

    /// How long to wait for a confirmation before sending again.
    fn patience(&self) -> Duration {
        self.rtt
            .map_or(RESEND_MIN, |rtt| (rtt * 4).clamp(RESEND_MIN, RESEND_MAX))
    }
}

/// All live links.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: BTreeMap<LinkId, Link>,
    next_nonce: u64,
}

impl Links {
    pub(crate) fn add(&mut self, id: LinkId, peer: PartyId, now: Now) {
        let link = Link {
            peer,
            state: State::ExpectHello,
            rtt: None,
            probe: None,
            next_probe: now.mono,
            faults: 0,
            fetches: 0,
        };
        self.links.insert(id, link);
    }

    pub(crate) fn remove(&mut self, id: LinkId) -> Option<Link> {
        self.links.remove(&id)
    }

    pub(crate) fn at(&mut self, id: LinkId) -> Option<&mut Link> {
        self.links.get_mut(&id)
    }

    /// Greeted links to a peer, the quickest first; those not yet measured come last.
    pub(crate) fn to(&self, peer: &PartyId) -> Vec<LinkId> {
        let mut ids: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| link.peer == *peer && link.is_greeted())
            .map(|(id, link)| (link.rtt.unwrap_or(Duration::MAX), *id))
            .collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// The most answers being read for any one link.
    pub(crate) fn fetches_most(&self) -> usize {
        self.links
            .values()
            .map(|link| link.fetches)
            .max()
            .unwrap_or(0)
    }

    pub(crate) fn best(&self, peer: &PartyId) -> Option<LinkId> {
        self.to(peer).first().copied()
    }

    pub(crate) fn patience(&self, peer: &PartyId) -> Duration {
        self.best(peer)
            .and_then(|id| self.links.get(&id))
            .map_or(RESEND_MIN, Link::patience)
    }

    /// Probes that are due, as (link, nonce).
    pub(crate) fn probes(&mut self, now: Now) -> Vec<(LinkId, u64)> {
        let mut due = Vec::new();
        for (id, link) in &mut self.links {
            if link.is_greeted() && link.next_probe <= now.mono {
                self.next_nonce += 1;
                link.probe = Some(Probe {
                    nonce: self.next_nonce,
                    sent: now.mono,
                });
                link.next_probe = now.mono + PROBE_INTERVAL;
                due.push((*id, self.next_nonce));
            }
        }
        due
    }

    /// Takes the answer to a probe, and gives the round trip.
    pub(crate) fn answered(&mut self, id: LinkId, nonce: u64, now: Now) -> Option<Duration> {
        let link = self.links.get_mut(&id)?;
        let probe = link.probe.take_if(|probe| probe.nonce == nonce)?;
        let rtt = now.mono.saturating_sub(probe.sent);
        link.rtt = Some(rtt);
        Some(rtt)
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.links
            .values()
            .filter(|link| link.is_greeted())
            .map(|link| link.next_probe)
            .min()
    }

    /// What a link must have done before a frame counts.
    pub(crate) fn check_greeted(&self, id: LinkId) -> Result<(), Rule> {
        let is_greeted = self.links.get(&id).is_some_and(Link::is_greeted);
        if is_greeted {
            Ok(())
        } else {
            Err(Rule::FrameOrder)
        }
    }
}
