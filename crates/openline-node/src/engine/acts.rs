//! What people do that changes something: relations, charters, entries.

use std::sync::Arc;
use std::time::Instant;

use openline_bearer::TransportKey;
use openline_core::charter::Instrument;
use openline_core::credential::VerifiedCredential;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::{LineId, PartyId, Refused, Rule};
use openline_proto::{Draft, DraftContent};
use openline_store::{CommitError, Write};
use tokio::sync::oneshot;

use super::office::Aside;
use super::tell::News;
use super::{Engine, Released, Releasing, StoreState, StoredWaiter};
use crate::charters::Proposal;
use crate::error::ServiceError;
use crate::identity::Seeds;
use crate::relations::Relation;

/// Documents of the store that the engine keeps.
pub(crate) mod documents {
    /// Other parties, by id.
    pub(crate) const RELATION: &str = "relation";
    /// Charters that are not founded yet, by line id.
    pub(crate) const PROPOSAL: &str = "proposal";
    /// Drafts, by their own id.
    pub(crate) const DRAFT: &str = "draft";
    /// Until when alarms are silenced, by their id.
    pub(crate) const SILENCE: &str = "silence";
    /// Receipts that wait to be written, by an id of their own.
    pub(crate) const RECEIPT: &str = "receipt";
    /// Our notices, by line id.
    pub(crate) const NOTICES: &str = "notices";
    /// Officers, by name.
    pub(crate) const OFFICER: &str = "officer";
    /// How officers prove who they are, by name.
    pub(crate) const PROOF: &str = "officer-proof";
    /// Officers' passkeys, by the credential's id, base64url.
    pub(crate) const PASSKEY: &str = "passkey";
    /// SHA-256 of the release policy that was in force last, under one key.
    pub(crate) const POLICY: &str = "policy";
    /// Pouch numbers, by party id and direction.
    pub(crate) const POUCH: &str = "pouch";
    /// The watch of each of our posts, by line id and post.
    pub(crate) const WATCH: &str = "watch";
    /// The rota: one calendar.
    pub(crate) const ROTA: &str = "rota";
    /// Drafts of readouts, by line id and place of the contact.
    pub(crate) const READOUT: &str = "readout";
    /// Where messages are that may be open, by line id: found again from the record if it is lost.
    pub(crate) const OPEN: &str = "open";
}

/// An entry to be released, before it has a ticket.
pub(crate) struct Outgoing {
    pub(crate) line: LineId,
    pub(crate) post: String,
    pub(crate) message_type: MessageType,
    pub(crate) time: Option<i64>,
    pub(crate) refs: Vec<Ref>,
    pub(crate) content: DraftContent,
}

impl From<CommitError> for ServiceError {
    fn from(error: CommitError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Engine {
    /// Releases an entry on somebody's behalf; the reply is answered when it and its place in the audit log are durable here.
    pub(crate) fn release(
        &mut self,
        outgoing: Outgoing,
        aside: Aside,
        reply: oneshot::Sender<Result<Released, ServiceError>>,
    ) {
        if let Err(error) = self.check_may_write(&outgoing.line) {
            self.note_refusal(&aside, &error);
            let _ = reply.send(Err(error));
            return;
        }
        let line = outgoing.line;
        let salt = crate::identity::random();
        let ticket = self.ticket();
        let draft = Draft {
            ticket,
            post: outgoing.post,
            message_type: outgoing.message_type,
            time: outgoing.time,
            refs: outgoing.refs,
            salt,
            content: outgoing.content,
        };
        let message_type = draft.message_type;
        match self.machine.release(&line, draft) {
            Ok(()) => {
                self.office.keep_aside(salt, aside);
                self.releasing.insert(
                    ticket,
                    Releasing {
                        reply,
                        started: Instant::now(),
                        message_type,
                        salt,
                    },
                );
            }
            Err(rule) => {
                let error = rule.into();
                self.note_refusal(&aside, &error);
                let _ = reply.send(Err(error));
            }
        }
    }

    /// Whether anything may be written to a line now, and if not why.
    fn check_may_write(&self, line: &LineId) -> Result<(), ServiceError> {
        let me = self.me(line)?;
        match &self.store_state {
            StoreState::Sound | StoreState::CannotWrite(_) => {}
            StoreState::Damaged(why) | StoreState::Healing(why) => {
                return Err(ServiceError::Unavailable(format!(
                    "the store is not written to: {why}"
                )));
            }
        }
        if self.machine.must_hear(line) {
            let words = "this store was restored or is behind: before it writes, every other party of the line must say how much \
                         it holds of our log. Connect to them (openline status shows who is missing)";
            return Err(ServiceError::Unavailable(words.to_owned()));
        }
        if self
            .machine
            .logs(line)
            .is_some_and(|logs| logs.is_forked(me))
        {
            let words = "there is proof that this party has signed two histories of its log on this line; it can't be written any more. \
                         Found a new line and say there what happened";
            return Err(ServiceError::Conflict(words.to_owned()));
        }
        Ok(())
    }

    /// The next free number of a note verbale in `year`, which is then taken: a number that is not used leaves a visible gap.
    pub(crate) fn next_note_number(
        &mut self,
        line: &LineId,
        year: u64,
    ) -> Result<u64, ServiceError> {
        let me = self.me(line)?;
        if !self.numbers.contains_key(line) {
            let numbers = crate::service::entries::own_note_numbers(&self.store, *line, me)?;
            self.numbers.insert(*line, numbers);
        }
        let numbers = self.numbers.entry(*line).or_default();
        let number = numbers.last(year) + 1;
        numbers.next(year, number);
        Ok(number)
    }

    /// Waits until every other party has cosigned an own entry.
    pub(crate) fn wait_stored(&mut self, line: LineId, place: Ref, waiter: StoredWaiter) {
        let (holders, least) = self.holders(&line, place.party);
        if place.index < least {
            let _ = waiter.reply.send(Ok(holders));
        } else {
            let waiters = self.waiters.entry((line, place.index)).or_default();
            waiters.retain(|waiter| !waiter.reply.is_closed());
            waiters.push(waiter);
        }
    }

    /// Puts a purge or a consent on the record.
    pub(crate) fn other(
        line: LineId,
        post: String,
        kind: Kind,
        refs: Vec<Ref>,
        body: Vec<u8>,
    ) -> Outgoing {
        let content = DraftContent::Other { kind, body };
        Outgoing {
            line,
            post,
            message_type: MessageType::Real,
            time: None,
            refs,
            content,
        }
    }

    /// Writes a relation to the store as it is now.
    pub(crate) fn keep_relation(&mut self, party: &PartyId) {
        let Some(relation) = self.relations.get(party) else {
            return;
        };
        if let Err(error) = self.put_relation(&relation.clone()) {
            tracing::warn!(%error, "a relation could not be kept; it will be learned again");
        }
    }

    pub(crate) fn put_relation(&mut self, relation: &Relation) -> Result<(), ServiceError> {
        let (key, value) = (relation.party.to_string(), relation.encode());
        let updated_ms = crate::identity::wall_ms();
        self.commit(&[Write::Document {
            kind: documents::RELATION,
            key: &key,
            value: &value,
            updated_ms,
        }])?;
        self.relations.insert(relation.party, relation.clone());
        Ok(())
    }

    pub(crate) fn forget_relation(&mut self, party: &PartyId) -> Result<(), ServiceError> {
        let is_on_a_line = self
            .founded
            .values()
            .any(|founded| founded.index_of(party).is_some());
        if is_on_a_line {
            let words = "that party is a member of a line; a relation that carries a line can't be forgotten";
            return Err(ServiceError::Conflict(words.to_owned()));
        }
        let key = party.to_string();
        self.commit(&[Write::DeleteDocument {
            kind: documents::RELATION,
            key: &key,
        }])?;
        self.relations.remove(party);
        self.refresh_peers();
        Ok(())
    }

    /// Keeps a proposal, merged with what is there, and founds the line when every party has signed.
    pub(crate) fn take_instrument(
        &mut self,
        instrument: Instrument,
    ) -> Result<LineId, ServiceError> {
        let id = instrument.charter().line();
        if self.founded.contains_key(&id) {
            return Ok(id);
        }
        self.check_members(&instrument)?;
        let before = self
            .proposals
            .get(&id)
            .map(|proposal| proposal.instrument().encode());
        let is_full =
            before.is_none() && self.proposals.len() >= openline_core_limits::PROPOSALS_MAX;
        if is_full {
            return Err(Refused::from(Rule::Flood).into());
        }
        let proposal = match self.proposals.get(&id) {
            Some(known) => known.clone().merged(&instrument)?,
            None => Proposal::new(instrument),
        };
        let bytes = proposal.instrument().encode();
        if before.as_ref() == Some(&bytes) {
            return Ok(id);
        }
        self.tally.instruments += 1;
        if proposal.instrument().is_founded() {
            return self.found(proposal.instrument().clone()).map(|()| id);
        }
        let updated_ms = crate::identity::wall_ms();
        let key = id.to_string();
        self.commit(&[Write::Document {
            kind: documents::PROPOSAL,
            key: &key,
            value: &bytes,
            updated_ms,
        }])?;
        let merged = proposal.instrument().clone();
        self.proposals.insert(id, proposal);
        let words = "a charter has been proposed or signed".to_owned();
        self.tell(News {
            what: "instrument",
            line: Some(id),
            words,
            ..News::default()
        });
        self.spread(&merged, &bytes);
        Ok(id)
    }

    /// Every member but us must be a confirmed relation, with the very keys that the charter names.
    fn check_members(&self, instrument: &Instrument) -> Result<(), ServiceError> {
        let own = self.home.party_id();
        let members = instrument.charter().members();
        if !members.iter().any(|member| member.party_id() == own) {
            return Err(ServiceError::Conflict(
                "this party is not a member of that charter".to_owned(),
            ));
        }
        for member in members.iter().filter(|member| member.party_id() != own) {
            let relation = self
                .relations
                .get(&member.party_id())
                .filter(|relation| relation.is_confirmed());
            let Some(relation) = relation else {
                return Err(ServiceError::Conflict(format!(
                    "the charter names {}, whose card is not confirmed here: exchange cards and compare the phrase first (openline relation add)",
                    member.name()
                )));
            };
            if relation.node_key() != Some(member.keys().ed) {
                return Err(Refused::from(Rule::CardChanged).into());
            }
        }
        Ok(())
    }

    fn found(&mut self, instrument: Instrument) -> Result<(), ServiceError> {
        let founded = Arc::new(instrument.found()?);
        let id = founded.line();
        let key = id.to_string();
        self.commit(&[
            Write::Line { founded: &founded },
            Write::DeleteDocument {
                kind: documents::PROPOSAL,
                key: &key,
            },
        ])?;
        self.proposals.remove(&id);
        // Before our own first beacon: a peer that has not founded the line yet could not make anything of that.
        self.spread(founded.instrument(), &founded.instrument().encode());
        let title = founded.terms().title.clone();
        self.add_line(founded)
            .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
        self.offer_shares_on(&id);
        let words = format!("the line \"{title}\" is founded: every party has signed its charter");
        self.tell(News {
            what: "founded",
            line: Some(id),
            words,
            ..News::default()
        });
        Ok(())
    }

    /// Hands an instrument to every member that can be reached.
    fn spread(&mut self, instrument: &Instrument, bytes: &[u8]) {
        for member in instrument.charter().members() {
            self.machine.send_instrument(&member.party_id(), bytes);
        }
    }

    /// A peer has greeted: it may lack charters, or signatures under one.
    pub(super) fn offer_instruments(&mut self, peer: &PartyId) {
        let mut offers: Vec<Vec<u8>> = self
            .proposals
            .values()
            .filter(|proposal| {
                proposal
                    .instrument()
                    .charter()
                    .members()
                    .iter()
                    .any(|m| m.party_id() == *peer)
            })
            .map(|proposal| proposal.instrument().encode())
            .collect();
        // A founded line of which the peer has written nothing may not be known to it.
        offers.extend(self.founded.values().filter_map(|founded| {
            let index = founded.index_of(peer)?;
            let is_silent = self
                .machine
                .logs(&founded.line())
                .is_some_and(|logs| logs.size(index) == 0);
            is_silent.then(|| founded.instrument().encode())
        }));
        for offer in offers {
            self.machine.send_instrument(peer, &offer);
        }
    }

    pub(super) fn on_instrument(&mut self, peer: PartyId, bytes: &[u8]) {
        let result = Instrument::decode(bytes)
            .map_err(ServiceError::from)
            .and_then(|i| self.take_instrument(i));
        match result {
            Ok(_) => {}
            Err(ServiceError::Refused(refused)) => {
                let name = self.name_of(&peer);
                self.tell_fault(name, None, refused);
            }
            Err(error) => {
                let name = self.name_of(&peer);
                tracing::info!(peer = name, %error, "a charter from a peer was not taken");
                self.tell(News {
                    what: "instrument",
                    peer: Some(name),
                    words: error.to_string(),
                    ..News::default()
                });
            }
        }
    }

    /// Signs a proposal with our node key.
    pub(crate) fn sign_charter(&mut self, id: &LineId) -> Result<(), ServiceError> {
        let proposal = self.proposals.get(id).cloned();
        let proposal = proposal.ok_or_else(|| {
            ServiceError::NotFound(format!("no charter {} is proposed", id.short()))
        })?;
        let mut instrument = proposal.instrument().clone();
        let own = self.home.party_id();
        let index = instrument
            .charter()
            .members()
            .iter()
            .position(|member| member.party_id() == own);
        let index = index.and_then(openline_core::PartyIndex::from_usize);
        let index = index.ok_or(ServiceError::Refused(Rule::CharterMembers.into()))?;
        let keys = self.keys.secret.clone();
        instrument.sign(index, &keys)?;
        self.take_instrument(instrument)?;
        Ok(())
    }

    /// Takes up a new node key for signing. Every line still has to have it on its record.
    pub(crate) fn take_key(
        &mut self,
        seeds: Seeds,
        credential: VerifiedCredential,
    ) -> Result<(), ServiceError> {
        self.home
            .adopt_next_key(credential)
            .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
        self.keys.renew(seeds);
        self.renew_card()
    }

    /// New connections prove the new key; those that stand were proved with the old one and end now.
    pub(crate) fn prove_new_key(&mut self) {
        self.bearers
            .set_key(TransportKey::from_seed(&self.keys.transport_seed()));
        let links: Vec<_> = self.links.keys().copied().collect();
        for link in links {
            self.close_link(link, "the node key has changed");
        }
    }
}

mod openline_core_limits {
    /// Charters proposed and not yet founded (`spec/line.md` section 1).
    pub(super) const PROPOSALS_MAX: usize = 64;
}
