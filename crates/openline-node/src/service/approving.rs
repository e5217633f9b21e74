//! Between the decision to release and the release: who sits at the console looks at what is about to go and says, or signs, that it may.
//!
//! A façade that asks stops before the entry is written, and goes on when the answer comes; what is asked about is exactly what
//! goes. Roles and the release policy are checked before and after.

use openline_core::Hash;
use openline_core::entry::Kind;
use openline_proto::DraftContent;
use tokio::sync::{mpsc, oneshot};

use super::releasing::roles_for;
use super::{Answer, Service};
use crate::approval::{Approval, Asked, Question, content_of};
use crate::audit::{Act, Deed, SignedApproval};
use crate::engine::Engine;
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::officers::{Actor, Role};
use crate::webauthn::{Assertion, RelyingParty};

/// By what way the façade is asked.
#[derive(Debug, Clone, Default)]
pub(super) enum Way {
    /// With an access token, or within the node's own process: nobody sits at a console.
    #[default]
    Direct,
    /// By a session at the console.
    Session,
    /// By a session that puts questions to a person.
    Asking(mpsc::Sender<Asked>),
}

/// What was approved, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Approved {
    /// Nobody was asked, or said more than a word.
    Plain,
    /// A passkey has signed this hash.
    Signed(Hash),
}

impl Approved {
    pub(super) fn hash(self) -> Option<Hash> {
        match self {
            Self::Plain => None,
            Self::Signed(hash) => Some(hash),
        }
    }
}

impl Service {
    /// The same façade, which puts what it is about to release to a person first: the questions come out of the receiver, one at a
    /// time. Dropping the receiver, or a question, means no.
    #[must_use]
    pub fn asking(&self) -> (Self, mpsc::Receiver<Asked>) {
        let (ask, asked) = mpsc::channel(1);
        let asking = Self {
            way: Way::Asking(ask),
            ..self.clone()
        };
        (asking, asked)
    }

    pub(super) fn is_asking(&self) -> bool {
        matches!(self.way, Way::Asking(_)) && self.actor != Actor::Node
    }

    /// Puts entries that are about to go to a person, if the façade asks and they are a releaser's.
    pub(super) async fn approve(&self, outgoing: &[Outgoing]) -> Answer<Approved> {
        let Way::Asking(ask) = &self.way else {
            return Ok(Approved::Plain);
        };
        if self.actor == Actor::Node || outgoing.is_empty() || !outgoing.iter().all(is_release) {
            return Ok(Approved::Plain);
        }
        let contents: Vec<Hash> = outgoing.iter().map(content_of).collect();
        let actor = self.actor.clone();
        let passkeys = self
            .engine(move |engine| Ok(ids_of(engine, &actor)))
            .await?;
        let question = Question::new(&contents, passkeys);
        let (hash, challenge) = (question.hash, question.challenge.clone());
        let (reply, answer) = oneshot::channel();
        let not_said = |_| {
            let words =
                "nobody has said that it may go, so that nothing was released; look at it again";
            ServiceError::Conflict(words.to_owned())
        };
        let asked = Asked { question, reply };
        ask.send(asked).await.map_err(|_| not_said(()))?;
        match answer.await.map_err(|_| not_said(()))? {
            Approval::Word => Ok(Approved::Plain),
            Approval::Passkey(party, assertion) => {
                let line = outgoing.first().map(|first| first.line);
                let signed = SignedApproval {
                    contents: contents
                        .iter()
                        .map(|content| openline_core::id::hex(&content.0))
                        .collect(),
                    assertion: assertion.clone(),
                };
                let deed = Deed::new(Act::Approve).content(hash).signed(signed);
                let deed = line.map_or(deed.clone(), |line| deed.on(line));
                self.use_passkey(deed, party, assertion, challenge).await?;
                Ok(Approved::Signed(hash))
            }
        }
    }

    /// Takes an assertion of one of the actor's own passkeys over `challenge`; it and the deed are durable when this returns.
    async fn use_passkey(
        &self,
        deed: Deed,
        party: RelyingParty,
        assertion: Assertion,
        challenge: Vec<u8>,
    ) -> Answer<()> {
        let actor = self.actor.clone();
        self.act(&Role::ALL, deed, move |engine| {
            let used = super::passkeys::used(engine, &party, &assertion, &challenge)?;
            if Actor::Officer(used.1.officer.clone()) != actor {
                let words = "that passkey is another officer's";
                return Err(ServiceError::Forbidden(words.to_owned()));
            }
            super::passkeys::put(engine, used.0, used.1)
        })
        .await
    }
}

/// Ids of the passkeys that an actor may use.
fn ids_of(engine: &Engine, actor: &Actor) -> Vec<String> {
    match actor {
        Actor::Officer(name) => {
            let all = engine.office.passkeys.of(name.as_str());
            all.into_iter().map(|(id, _)| id.to_owned()).collect()
        }
        Actor::Administrator | Actor::Node => Vec::new(),
    }
}

/// Whether an entry is a releaser's decision; who gives a receipt at three in the morning is not asked for his passkey.
fn is_release(outgoing: &Outgoing) -> bool {
    match &outgoing.content {
        DraftContent::Message { .. } => true,
        DraftContent::Other { kind, body } => {
            *kind != Kind::Receipt && roles_for(*kind, body) == [Role::Releaser]
        }
    }
}

/// What of the way is remembered on the engine's thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passed {
    is_console: bool,
    approved: Approved,
}

impl Passed {
    /// By this façade's way, with this approval.
    pub(super) fn by(service: &Service, approved: Approved) -> Self {
        Self {
            is_console: !matches!(service.way, Way::Direct),
            approved,
        }
    }

    pub(super) fn hash(self) -> Option<Hash> {
        self.approved.hash()
    }
}

/// Refuses what needs a passkey's signature and has none: at the console from an officer's first passkey on, and everywhere if the
/// policy says so.
pub(super) fn check_signed(
    engine: &Engine,
    actor: &Actor,
    outgoing: &Outgoing,
    passed: Passed,
) -> Answer<()> {
    let is_officer = matches!(actor, Actor::Officer(_));
    if !is_officer || passed.hash().is_some() || !is_release(outgoing) {
        return Ok(());
    }
    let is_at_console = passed.is_console && engine.office.passkeys.has(actor);
    let words = match (is_at_console, engine.office.policy.passkey_required) {
        (true, _) => {
            "what you release at the console you sign with your passkey; nothing was released"
        }
        (false, true) if passed.is_console => {
            "the release policy wants a passkey's signature, and you have no passkey yet: make one at the console (Passkeys)"
        }
        (false, true) => {
            "the release policy wants a passkey's signature, which only the console can ask for: openline console --officer NAME"
        }
        (false, false) => return Ok(()),
    };
    Err(ServiceError::Forbidden(words.to_owned()))
}
