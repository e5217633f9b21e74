//! Who is there: our own watch as we say it, what the others say of theirs, and when each was last heard.

use std::time::Duration;

use openline_core::limits::TIME_MAX;
use openline_core::watch::{Notice, PostWatch, SignedWatch, WatchStatement};
use openline_core::{PartyIndex, Refused, Rule};

use super::{Around, Line};
use crate::effect::{Event, LinkId, Now};
use crate::state::Contact;

/// Posts and notices.
type Said = (Vec<PostWatch>, Vec<Notice>);

/// What we say of our own posts.
#[derive(Debug, Default)]
pub(super) struct OwnWatch {
    /// Nothing until it is set.
    said: Option<Said>,
    /// When the last statement was issued; never goes back, whatever the clock does.
    issued: i64,
    signed: Option<SignedWatch>,
}

impl OwnWatch {
    pub(super) fn signed(&self) -> Option<&SignedWatch> {
        self.signed.as_ref()
    }
}

/// What is known of whether another party is there.
#[derive(Debug, Default)]
pub(super) struct Presence {
    contact: Option<Contact>,
    /// It is in contact, as far as has been told.
    is_in_contact: bool,
    watch: Option<(WatchStatement, SignedWatch)>,
    /// When its latest beacon over a live link came, and what that said of when it had heard whom.
    heard: Option<(Duration, Vec<Option<u64>>)>,
}

impl Line {
    /// Says something of our own watch; what is new goes to everybody at once.
    pub(crate) fn set_watch(
        &mut self,
        around: &mut Around<'_>,
        posts: Vec<PostWatch>,
        notices: Vec<Notice>,
    ) -> Result<(), Rule> {
        let said = Some((posts, notices));
        if self.own_watch.said == said {
            return Ok(());
        }
        let statement = said.clone().map(|said| self.statement(around.now, said));
        statement.map_or(Ok(()), |statement| statement.check())?;
        self.own_watch.said = said;
        self.sign_watch(around);
        let links: Vec<LinkId> = self
            .peers
            .values()
            .flat_map(|peer| around.links.to(&peer.id))
            .collect();
        for link in links {
            self.send_beacon(around, link);
        }
        Ok(())
    }

    fn statement(&self, now: Now, (posts, notices): Said) -> WatchStatement {
        WatchStatement {
            line: self.id,
            party: self.me,
            issued: now.wall_ms.max(self.own_watch.issued + 1).min(TIME_MAX),
            posts,
            notices,
        }
    }

    /// Signs what we say of our watch as of now, if there is a key to sign with.
    pub(super) fn sign_watch(&mut self, around: &Around<'_>) {
        let (Some(said), Some(keys)) = (self.own_watch.said.clone(), self.signer(around)) else {
            return;
        };
        let statement = self.statement(around.now, said);
        self.own_watch.issued = statement.issued;
        self.own_watch.signed = Some(statement.sign(&keys));
    }

    /// A peer's beacon carries what it says of its watch.
    ///
    /// `is_anew`: it has begun to run and not heard us since, so what it says now counts whatever its clock was before.
    /// `is_behind`: we lack entries of its log, and may not know the key in force.
    pub(super) fn hear_watch(
        &mut self,
        around: &mut Around<'_>,
        party: PartyIndex,
        signed: SignedWatch,
        is_anew: bool,
        is_behind: bool,
    ) -> Result<(), Refused> {
        if self.signed_watch_of(party) == Some(&signed) {
            return Ok(());
        }
        let Some(statement) = self.open_watch(party, &signed, is_behind)? else {
            return Ok(());
        };
        let Some(peer) = self.peers.get_mut(&party) else {
            return Ok(());
        };
        let before = peer.presence.watch.as_ref().map(|(before, _)| before);
        if before.is_some_and(|before| statement.issued <= before.issued) && !is_anew {
            return Ok(());
        }
        let says_the_same = before.is_some_and(|before| {
            (&before.posts, &before.notices) == (&statement.posts, &statement.notices)
        });
        peer.presence.watch = Some((statement.clone(), signed.clone()));
        if !says_the_same {
            around.out.event(Event::Watch {
                line: self.id,
                party,
                statement,
                signed,
            });
        }
        Ok(())
    }

    /// A statement by the key in force. One by the key before it, or by one that we may not have heard of, says nothing.
    fn open_watch(
        &self,
        party: PartyIndex,
        signed: &SignedWatch,
        is_behind: bool,
    ) -> Result<Option<WatchStatement>, Rule> {
        let mut epochs = self.logs.key_epochs(party).iter().rev();
        let Some(in_force) = epochs.next() else {
            return Ok(None);
        };
        let opened = signed.open(&self.id, party, &in_force.keys);
        if opened != Err(Rule::WatchSignature) {
            return opened.map(Some);
        }
        let is_old = epochs
            .next()
            .is_some_and(|before| signed.open(&self.id, party, &before.keys).is_ok());
        if is_old || is_behind {
            Ok(None)
        } else {
            Err(Rule::WatchSignature)
        }
    }

    fn signed_watch_of(&self, party: PartyIndex) -> Option<&SignedWatch> {
        let (_, signed) = self.peers.get(&party)?.presence.watch.as_ref()?;
        Some(signed)
    }

    pub(crate) fn watch_of(&self, party: PartyIndex) -> Option<&WatchStatement> {
        let (statement, _) = self.peers.get(&party)?.presence.watch.as_ref()?;
        Some(statement)
    }

    /// A frame about this line has come from a peer over a live link.
    pub(crate) fn note_contact(&mut self, around: &mut Around<'_>, party: PartyIndex) {
        let Some(peer) = self.peers.get_mut(&party) else {
            return;
        };
        peer.presence.contact = Some(Contact {
            mono: around.now.mono,
            wall_ms: around.now.wall_ms,
        });
        let was_in_contact = std::mem::replace(&mut peer.presence.is_in_contact, true);
        if !was_in_contact {
            let line = self.id;
            around.out.event(Event::ContactFound { line, party });
        }
    }

    pub(crate) fn contact(&self, party: PartyIndex) -> Option<Contact> {
        self.peers.get(&party)?.presence.contact
    }

    fn contact_interval(&self) -> Duration {
        self.logs.founded().terms().contact_interval
    }

    /// When the next contact will have been lost, unless the party is heard before.
    pub(super) fn contact_deadline(&self) -> Option<Duration> {
        let interval = self.contact_interval();
        self.peers
            .values()
            .filter(|peer| peer.presence.is_in_contact)
            .filter_map(|peer| Some(peer.presence.contact?.mono + interval))
            .min()
    }

    /// Tells of contacts that have been lost.
    pub(super) fn check_contacts(&mut self, around: &mut Around<'_>) {
        let (line, interval) = (self.id, self.contact_interval());
        for (party, peer) in &mut self.peers {
            let presence = &mut peer.presence;
            let is_fresh = presence
                .contact
                .is_some_and(|contact| contact.is_within(interval, around.now));
            if presence.is_in_contact && !is_fresh {
                presence.is_in_contact = false;
                let party = *party;
                around.out.event(Event::ContactLost { line, party });
            }
        }
    }

    /// By party: whole seconds since it was last heard; for a beacon.
    pub(super) fn heard(&self, now: Now) -> Vec<Option<u64>> {
        let since = |party: PartyIndex| {
            if party == self.me {
                return Some(0);
            }
            let contact = self.contact(party)?;
            Some(now.mono.saturating_sub(contact.mono).as_secs())
        };
        self.logs.founded().parties().map(since).collect()
    }

    pub(super) fn note_heard(
        &mut self,
        around: &Around<'_>,
        party: PartyIndex,
        heard: Vec<Option<u64>>,
    ) {
        if let Some(peer) = self.peers.get_mut(&party) {
            peer.presence.heard = Some((around.now.mono, heard));
        }
    }

    pub(crate) fn heard_by(&self, party: PartyIndex, now: Now) -> Vec<(PartyIndex, Duration)> {
        let others = self.peers.iter().filter(|(by, _)| **by != party);
        others
            .filter_map(|(by, peer)| {
                let (came, heard) = peer.presence.heard.as_ref()?;
                let seconds = (*heard.get(party.at())?)?;
                let since = now.mono.saturating_sub(*came);
                Some((*by, Duration::from_secs(seconds).saturating_add(since)))
            })
            .collect()
    }
}
