//! Signing in at the console.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::approving::Way;
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, OfficerName, Role, Token};
use crate::sessions::{Opening, Sessions};
use crate::view::{LinkView, SessionView};

impl Service {
    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        let sessions: &Mutex<Sessions> = &self.sessions;
        sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a link that signs in once, within [`crate::sessions::LINK_MS`]: an officer, or the administrator of this machine.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] without the role administrator; [`ServiceError::NotFound`] for an officer that is not
    /// registered, or is revoked.
    pub async fn make_link(&self, officer: Option<String>) -> Answer<LinkView> {
        let mut deed = Deed::new(Act::MakeLink);
        if let Some(name) = &officer {
            deed = deed.to(name.clone());
        }
        let name = officer.clone();
        let actor = self
            .act(&[Role::Administrator], deed, move |engine| {
                name.map_or(Ok(Actor::Administrator), |name| {
                    acting_officer(engine, &name)
                })
            })
            .await?;
        let token = Token::fresh();
        let link = self.sessions().add_link(token.text(), actor, wall_ms());
        Ok(LinkView {
            path: format!("/sign-in/{}", token.text()),
            officer,
            ends_ms: link.ends_ms,
        })
    }

    /// Opens a link: gives the token of a new session.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a link that was opened before, is too old, or never was; [`ServiceError::Unavailable`] when
    /// the sign-in can't be noted.
    pub async fn open_link(&self, token: &str) -> Answer<String> {
        let actor = self.sessions().take_link(token, wall_ms());
        let Some(actor) = actor else {
            let words = "this link has been opened before, is too old, or never was; ask for another: openline console";
            return Err(ServiceError::NotFound(words.to_owned()));
        };
        self.begin_session(actor, "by a one-time link").await
    }

    /// A session of somebody who has proven who he is; gives its token. The audit log notes it.
    pub(super) async fn begin_session(&self, actor: Actor, how: &str) -> Answer<String> {
        let deed = Deed::new(Act::SignIn).detail(how);
        self.acting_as(actor.clone()).audit(deed, &Ok(())).await?;
        let token = Token::fresh();
        self.sessions().add_session(token.text(), actor, wall_ms());
        Ok(token.text().to_owned())
    }

    /// The session of a token, with a façade that acts as whoever is signed in; none when it is over.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the node is stopping.
    pub async fn session(&self, token: &str) -> Answer<Option<(SessionView, Self)>> {
        let Some(session) = self.sessions().session(token, wall_ms()) else {
            return Ok(None);
        };
        let acting = Self {
            way: Way::Session,
            ..self.acting_as(session.actor.clone())
        };
        let view = self
            .engine(move |engine| Ok(session_view(engine, &session)))
            .await?;
        Ok(view.map(|view| (view, acting)))
    }

    /// Ends a session.
    pub fn end_session(&self, token: &str) {
        self.sessions().end_session(token);
    }
}

impl Service {
    /// Ends every session of an officer whose proofs are void from now on.
    pub(super) fn end_sessions_of(&self, officer: &str) {
        if let Some(name) = OfficerName::new(officer) {
            self.sessions().end_all_of(&Actor::Officer(name));
        }
    }
}

/// The officer of a name, if his proofs are not void.
fn acting_officer(engine: &Engine, name: &str) -> Answer<Actor> {
    let known = engine.office.roster.find(name);
    match known.filter(|(_, proof)| proof.revoked_ms.is_none()) {
        Some((officer, _)) => Ok(Actor::Officer(officer.name.clone())),
        None => Err(ServiceError::NotFound(format!(
            "there is no officer {name} who may act; openline officer list shows all"
        ))),
    }
}

/// Nothing for an officer who has been revoked meanwhile.
fn session_view(engine: &Engine, session: &Opening) -> Option<SessionView> {
    let roster = &engine.office.roster;
    let (officer, roles) = match &session.actor {
        Actor::Officer(name) => {
            let (officer, proof) = roster.find(name.as_str())?;
            proof.revoked_ms.is_none().then_some(())?;
            let roles = officer.roles.iter().copied().collect();
            (Some(officer.name.to_string()), roles)
        }
        actor => {
            let holds = |role: &Role| roster.may(actor, &[*role], None);
            let roles: Vec<Role> = Role::ALL.into_iter().filter(holds).collect();
            (None, roles)
        }
    };
    let passkeys = officer.as_deref();
    let passkeys = passkeys.map_or(0, |name| engine.office.passkeys.of(name).len());
    Some(SessionView {
        who: session.actor.to_string(),
        officer,
        roles: roles
            .iter()
            .map(|role: &Role| role.word().to_owned())
            .collect(),
        made_ms: session.made_ms,
        ends_ms: session.ends_ms,
        passkeys,
        wants_passkey: engine.office.policy.passkey_required,
    })
}
