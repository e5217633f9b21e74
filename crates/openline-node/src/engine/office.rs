//! Who may do what, and the audit log: every act that changes something is checked here and noted in the same transaction.

use std::collections::BTreeMap;

use openline_core::LineId;
use openline_core::limits::SALT_LEN;
use openline_proto::Fact;
use openline_store::{Document, ReadError, Store, Write};

use super::Engine;
use super::acts::documents;
use crate::audit::{Act, DONE, Deed};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, LineTag, Officer, Passkeys, Proof, Role, Roster};
use crate::policy::Policy;

/// Key of the document that says which policy was in force last.
const IN_FORCE: &str = "in-force";

/// What is to be noted of an entry once it has its place on the record.
#[derive(Debug)]
pub(crate) struct Aside {
    pub(crate) actor: Actor,
    pub(crate) deed: Deed,
    /// The draft or waiting receipt that it comes from.
    pub(crate) from: Option<Kept>,
}

/// A document from which an entry is made: deleted in the transaction that puts the entry on the record, so that none is made twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
}

/// An aside whose entry is about to be durable.
pub(super) struct Note {
    text: String,
    from: Option<Kept>,
}

impl Note {
    pub(super) fn writes(&self, at_ms: i64) -> impl Iterator<Item = Write<'_>> {
        let text = &self.text;
        let gone = self.from.as_ref().map(|kept| Write::DeleteDocument {
            kind: kept.kind,
            key: &kept.key,
        });
        gone.into_iter().chain([Write::Audit { at_ms, text }])
    }
}

/// The officers, the release policy, and what is still to be noted.
#[derive(Debug, Default)]
pub(crate) struct Office {
    pub(crate) roster: Roster,
    pub(crate) passkeys: Passkeys,
    pub(crate) policy: Policy,
    /// By the salt of the entry that each waits for: it is fresh, and the machine gives it back within the entry.
    asides: BTreeMap<[u8; SALT_LEN], Aside>,
    /// The text of the act that is under way, for the next commit.
    pending: Option<String>,
}

/// Why the officers can't be taken up.
#[derive(Debug)]
pub(crate) enum OfficeError {
    Read(ReadError),
    Document,
}

impl Office {
    /// Takes up the officers that a store holds.
    pub(crate) fn take_up(store: &Store, policy: Policy) -> Result<Self, OfficeError> {
        let mut roster = Roster::new(policy.administrator_may_act);
        let documents = |kind| store.documents(kind).map_err(OfficeError::Read);
        let proofs = documents(documents::PROOF)?;
        for document in documents(documents::OFFICER)? {
            let officer: Officer = decode(&document)?;
            let proof = proofs.iter().find(|proof| proof.key == document.key);
            let proof = proof.map_or_else(|| Ok(Proof::lost()), decode)?;
            roster.put(officer, proof);
        }
        let mut passkeys = Passkeys::default();
        for document in documents(documents::PASSKEY)? {
            passkeys.put(document.key.clone(), decode(&document)?);
        }
        Ok(Self {
            roster,
            passkeys,
            policy,
            ..Self::default()
        })
    }

    pub(super) fn keep_aside(&mut self, salt: [u8; SALT_LEN], aside: Aside) {
        self.asides.insert(salt, aside);
    }

    pub(super) fn take_aside(&mut self, salt: &[u8; SALT_LEN]) -> Option<Aside> {
        self.asides.remove(salt)
    }

    /// The machine has forgotten what was to be written.
    pub(super) fn forget_asides(&mut self) {
        self.asides.clear();
    }

    /// Whether the entry that is made from a document is on its way to the record.
    pub(crate) fn is_leaving(&self, kind: &str, key: &str) -> bool {
        let mut from = self.asides.values().filter_map(|aside| aside.from.as_ref());
        from.any(|kept| kept.kind == kind && kept.key == key)
    }

    pub(super) fn take_pending(&mut self) -> Option<String> {
        self.pending.take()
    }

    /// What is to be noted of the entries among `facts`.
    pub(super) fn notes_of(&mut self, facts: &[Fact]) -> Vec<Note> {
        if self.asides.is_empty() {
            return Vec::new();
        }
        let mut notes = Vec::new();
        for fact in facts {
            let Fact::Batch { batch, .. } = fact else {
                continue;
            };
            for entry in batch.entries() {
                let aside = entry
                    .salted()
                    .and_then(|body| self.asides.remove(&body.salt));
                notes.extend(aside.map(|aside| {
                    Note {
                        text: aside
                            .deed
                            .entry(entry.place(), entry.leaf())
                            .text(&aside.actor, DONE),
                        from: aside.from,
                    }
                }));
            }
        }
        notes
    }
}

fn decode<T: serde::de::DeserializeOwned>(document: &Document) -> Result<T, OfficeError> {
    serde_json::from_slice(&document.value).map_err(|_| OfficeError::Document)
}

impl Engine {
    /// A line as rights and policies know it.
    pub(crate) fn tag(&self, line: &LineId) -> Option<LineTag> {
        let terms = self.founded.get(line)?.terms();
        Some(LineTag {
            id: *line,
            title: terms.title.clone(),
            level: terms.level.clone(),
        })
    }

    /// Refuses unless the actor holds one of the roles: on the line, if it is about one.
    pub(crate) fn require(
        &self,
        actor: &Actor,
        roles: &[Role],
        line: Option<&LineId>,
    ) -> Result<(), ServiceError> {
        let tag = line.and_then(|line| self.tag(line));
        let is_known = line.is_none() || tag.is_some();
        if is_known && self.office.roster.may(actor, roles, tag.as_ref()) {
            return Ok(());
        }
        let why = self.office.roster.refusal(actor, roles, tag.as_ref());
        Err(ServiceError::Forbidden(why))
    }

    /// The lines that an actor may look at.
    pub(crate) fn seen_lines(&self, actor: &Actor) -> impl Iterator<Item = LineId> {
        let lines = self.founded.keys().copied();
        lines.filter(move |line| self.sees(actor, line))
    }

    /// Whether the actor may look at a line.
    pub(crate) fn sees(&self, actor: &Actor, line: &LineId) -> bool {
        self.tag(line)
            .is_some_and(|tag| self.office.roster.sees(actor, &tag))
    }

    /// Does `act` if the actor holds one of the roles. What it commits, the audit log's item with it, is one transaction; a refusal
    /// is noted too.
    pub(crate) fn act<T>(
        &mut self,
        actor: &Actor,
        roles: &[Role],
        deed: &Deed,
        act: impl FnOnce(&mut Self) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let outcome = self
            .require(actor, roles, deed.line.as_ref())
            .and_then(|()| {
                self.office.pending = Some(deed.text(actor, DONE));
                act(self)
            });
        let unwritten = self.office.take_pending();
        match &outcome {
            Ok(_) => {
                if let Some(text) = unwritten {
                    self.note(&text)?;
                }
            }
            Err(error) => self.note_failure(actor, deed, error),
        }
        outcome
    }

    /// Notes what was done; durable when it returns.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), ServiceError> {
        let at_ms = wall_ms();
        self.commit(&[Write::Audit { at_ms, text }])?;
        Ok(())
    }

    /// Notes that something was refused, or failed.
    pub(crate) fn note_failure(&mut self, actor: &Actor, deed: &Deed, error: &ServiceError) {
        if let Err(why) = self.note(&deed.text(actor, error.code())) {
            // The answer is a refusal in any case.
            tracing::warn!(error = %why, "a refusal could not be noted in the audit log");
        }
    }

    pub(crate) fn note_refusal(&mut self, aside: &Aside, error: &ServiceError) {
        self.note_failure(&aside.actor, &aside.deed, error);
    }

    /// Notes that the node has started with another release policy than it had before.
    pub(crate) fn note_policy(&mut self) {
        if let Err(error) = self.try_note_policy() {
            tracing::warn!(%error, "the change of policy could not be noted; it is at the next start");
        }
    }

    fn try_note_policy(&mut self) -> Result<(), ServiceError> {
        let hash = self.office.policy.source;
        let now = hash.map_or(Vec::new(), |hash| hash.0.to_vec());
        let before = self.store.document(documents::POLICY, IN_FORCE)?;
        if before.map_or(Vec::new(), |document| document.value) == now {
            return Ok(());
        }
        let deed = Deed::new(Act::TakePolicy).content(hash.unwrap_or_default());
        let text = deed.text(&Actor::Administrator, DONE);
        let at_ms = wall_ms();
        self.commit(&[
            Write::Document {
                kind: documents::POLICY,
                key: IN_FORCE,
                value: &now,
                updated_ms: at_ms,
            },
            Write::Audit { at_ms, text: &text },
        ])?;
        Ok(())
    }
}
