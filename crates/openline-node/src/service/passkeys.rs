//! Passkeys: made, removed, and signed in with.

use openline_core::Hash;
use openline_core::credential::is_name;
use openline_store::Write;

use super::approving::Way;
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::error::ServiceError;
use crate::identity::{random, wall_ms};
use crate::officers::{Actor, LABEL_MAX, OfficerName, PASSKEYS_MAX, Passkey, Role};
use crate::view::{PasskeyOffer, PasskeyView};
use crate::webauthn::{Assertion, Made, RelyingParty, WebauthnError, algorithms, base64url};

/// How long after signing in a passkey may be made or removed, ms: an unattended screen must not give anybody a way back in.
const FRESH_MS: i64 = 15 * 60_000;
/// Bytes of a challenge.
const CHALLENGE: usize = 32;

impl From<WebauthnError> for ServiceError {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::Malformed(_) | WebauthnError::Algorithm => {
                Self::Unusable(error.to_string())
            }
            _ => Self::Forbidden(error.to_string()),
        }
    }
}

impl Service {
    /// Begins to make a passkey for the officer who is signed in with the session of `token`.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] for who is no officer, or has signed in more than 15 minutes ago; [`ServiceError::Conflict`]
    /// for who has enough.
    pub async fn begin_passkey(&self, token: &str) -> Answer<PasskeyOffer> {
        let name = self.fresh_officer(token)?;
        let challenge = random::<CHALLENGE>();
        let offer = self
            .engine(move |engine| offer(engine, &name, &challenge))
            .await?;
        let purpose = token.to_owned();
        self.sessions()
            .add_challenge(&challenge, &purpose, wall_ms());
        Ok(offer)
    }

    /// Takes the passkey that a browser has made; durable when it returns.
    ///
    /// # Errors
    /// [`WebauthnError`] as [`ServiceError::Forbidden`] or [`ServiceError::Unusable`]; as [`Self::begin_passkey`].
    pub async fn finish_passkey(
        &self,
        token: &str,
        party: RelyingParty,
        challenge: &[u8],
        label: &str,
        made: Made,
    ) -> Answer<PasskeyView> {
        let name = self.fresh_officer(token)?;
        if !is_name(label) || label.len() > LABEL_MAX {
            return Err(ServiceError::Unusable(format!(
                "give the passkey a name of 1 to {LABEL_MAX} bytes, no space at either end"
            )));
        }
        self.take_challenge(challenge, token)?;
        let deed = Deed::new(Act::AddPasskey)
            .to(name.to_string())
            .detail(label);
        let (label, challenge) = (label.to_owned(), challenge.to_vec());
        self.act(&Role::ALL, deed, move |engine| {
            let credential = made.check(&party, &challenge)?;
            let id = base64url(&credential.id);
            if engine.office.passkeys.find(&id).is_some() {
                let words = "this passkey is known here already";
                return Err(ServiceError::Conflict(words.to_owned()));
            }
            check_room(engine, &name)?;
            let passkey = Passkey::of(name, label, &credential, wall_ms());
            let view = view(&id, &passkey);
            put(engine, id, passkey)?;
            Ok(view)
        })
        .await
    }

    /// The passkeys of an officer; an administrator may ask about anybody's, an officer about his own.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; [`ServiceError::NotFound`] for an officer that never was.
    pub async fn passkeys(&self, officer: &str) -> Answer<Vec<PasskeyView>> {
        let (actor, officer) = (self.actor.clone(), officer.to_owned());
        self.engine(move |engine| {
            if !is_own(&actor, &officer) {
                engine.require(&actor, &[Role::Administrator], None)?;
            }
            if engine.office.roster.find(&officer).is_none() {
                return Err(ServiceError::NotFound(format!(
                    "there is no officer {officer}; openline officer list shows all"
                )));
            }
            let all = engine.office.passkeys.of(&officer);
            Ok(all.into_iter().map(|(id, known)| view(id, known)).collect())
        })
        .await
    }

    /// Removes a passkey: it signs nobody in and nothing from now on. What it has signed goes on being checked. An officer removes
    /// his own at the console within 15 minutes of signing in (`token` is his session's), an administrator anybody's; the
    /// sessions that its officer has end when an administrator removes it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Forbidden`]
    pub async fn remove_passkey(&self, officer: &str, id: &str, token: Option<&str>) -> Answer<()> {
        let is_own = is_own(&self.actor, officer);
        if is_own {
            self.fresh_officer(token.unwrap_or_default())?;
        }
        let roles: &'static [Role] = if is_own {
            &Role::ALL
        } else {
            &[Role::Administrator]
        };
        let deed = Deed::new(Act::RemovePasskey).to(officer).detail(id);
        let (owner, id) = (officer.to_owned(), id.to_owned());
        self.act(roles, deed, move |engine| {
            let found = engine.office.passkeys.find(&id);
            let found = found.filter(|known| known.is_good() && known.officer.as_str() == owner);
            let Some(passkey) = found.cloned() else {
                return Err(ServiceError::NotFound(format!(
                    "{owner} has no such passkey; openline officer passkeys {owner} shows all"
                )));
            };
            put(engine, id, passkey.removed(wall_ms()))
        })
        .await?;
        if !is_own {
            self.end_sessions_of(officer);
        }
        Ok(())
    }

    /// Begins to sign somebody in with whatever passkey he has: the challenge.
    pub fn begin_sign_in(&self) -> Vec<u8> {
        self.sessions().sign_in.challenge(wall_ms())
    }

    /// Signs in whoever owns the passkey that has signed the challenge; gives the token of a new session.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], the same for every reason but a copied passkey; [`ServiceError::Unavailable`] when the sign-in
    /// can't be noted.
    pub async fn sign_in(
        &self,
        party: RelyingParty,
        challenge: &[u8],
        assertion: Assertion,
    ) -> Answer<String> {
        if !self.sessions().sign_in.is_open(challenge, wall_ms()) {
            return Err(too_late());
        }
        let signed = challenge.to_vec();
        let officer = self
            .engine(move |engine| {
                let (id, passkey) = used(engine, &party, &assertion, &signed)?;
                let officer = passkey.officer.clone();
                let known = engine.office.roster.find(officer.as_str());
                if known.is_none_or(|(_, proof)| proof.revoked_ms.is_some()) {
                    return Err(unknown());
                }
                put(engine, id, passkey)?;
                Ok(officer)
            })
            .await?;
        if !self.sessions().sign_in.answer(challenge, wall_ms()) {
            return Err(too_late());
        }
        self.begin_session(Actor::Officer(officer), "with a passkey")
            .await
    }

    fn take_challenge(&self, challenge: &[u8], session: &str) -> Answer<()> {
        let is_ours = self
            .sessions()
            .take_challenge(challenge, session, wall_ms());
        if is_ours { Ok(()) } else { Err(too_late()) }
    }

    /// The officer of a session that is young enough to change passkeys.
    fn fresh_officer(&self, token: &str) -> Answer<OfficerName> {
        let session = self.sessions().session(token, wall_ms());
        let session = session.filter(|session| session.actor == self.actor);
        let (Actor::Officer(name), Some(session)) = (&self.actor, session) else {
            let words = "passkeys belong to officers, at the console: openline officer add, then openline console --officer NAME";
            return Err(ServiceError::Forbidden(words.to_owned()));
        };
        if matches!(self.way, Way::Direct) || wall_ms() - session.made_ms > FRESH_MS {
            let words =
                "passkeys are made and removed within 15 minutes of signing in; sign in again";
            return Err(ServiceError::Forbidden(words.to_owned()));
        }
        Ok(name.clone())
    }
}

fn is_own(actor: &Actor, officer: &str) -> bool {
    matches!(actor, Actor::Officer(name) if name.as_str() == officer)
}

fn unknown() -> ServiceError {
    let words = "this passkey signs nobody in here: it was removed, or its officer was revoked, or it belongs to another node";
    ServiceError::Forbidden(words.to_owned())
}

fn check_room(engine: &Engine, name: &OfficerName) -> Answer<()> {
    if engine.office.passkeys.of(name.as_str()).len() < PASSKEYS_MAX {
        return Ok(());
    }
    Err(ServiceError::Conflict(format!(
        "{PASSKEYS_MAX} passkeys are kept for one officer; remove one first"
    )))
}

fn too_late() -> ServiceError {
    let words = "what was asked is too old, or was answered before; try again";
    ServiceError::Forbidden(words.to_owned())
}

fn offer(engine: &Engine, name: &OfficerName, challenge: &[u8]) -> Answer<PasskeyOffer> {
    check_room(engine, name)?;
    let party = engine.home.party_id().to_string();
    let user = Hash::of(&[
        b"openline/user/v1\n",
        party.as_bytes(),
        b"\n",
        name.as_str().as_bytes(),
    ]);
    let known = engine.office.passkeys.of(name.as_str());
    Ok(PasskeyOffer {
        challenge: base64url(challenge),
        user: base64url(&user.0[..16]),
        name: format!("{name} ({})", engine.home.name()),
        algorithms: algorithms().to_vec(),
        known: known.into_iter().map(|(id, _)| id.to_owned()).collect(),
    })
}

/// The passkey that has signed `challenge`, as it is after that.
pub(super) fn used(
    engine: &Engine,
    party: &RelyingParty,
    assertion: &Assertion,
    challenge: &[u8],
) -> Answer<(String, Passkey)> {
    let credential = assertion.credential()?;
    let found = engine.office.passkeys.good(&credential);
    let (id, passkey) = found.ok_or_else(unknown)?;
    let counter = assertion.check(party, challenge, &passkey.key)?;
    let passkey = passkey.used(counter, wall_ms())?;
    Ok((id, passkey))
}

/// Keeps a passkey as it is now.
pub(super) fn put(engine: &mut Engine, id: String, passkey: Passkey) -> Answer<()> {
    let value = serde_json::to_vec(&passkey)
        .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
    engine.commit(&[Write::Document {
        kind: documents::PASSKEY,
        key: &id,
        value: &value,
        updated_ms: wall_ms(),
    }])?;
    engine.office.passkeys.put(id, passkey);
    Ok(())
}

fn view(id: &str, passkey: &Passkey) -> PasskeyView {
    PasskeyView {
        id: id.to_owned(),
        officer: passkey.officer.to_string(),
        label: passkey.label.clone(),
        is_portable: passkey.is_portable,
        made_ms: passkey.made_ms,
        used_ms: passkey.used_ms,
    }
}
