//! Officers: registered, changed, revoked, renewed.

use std::collections::BTreeSet;

use openline_store::Write;

use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{OFFICERS_MAX, Officer, OfficerName, Proof, Role, SCOPES_MAX, Scope, Token};
use crate::view::{OfficerRequest, OfficerView, TokenView};

const ADMINISTRATOR: &[Role] = &[Role::Administrator];

impl Service {
    /// Every officer, revoked ones too.
    /// Administrators and auditors see all; others see whom they share a line with, and no line that they have no right to.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn officers(&self) -> Answer<Vec<OfficerView>> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let knows_all = [Role::Administrator, Role::Auditor];
            let sees_all = engine.require(&actor, &knows_all, None).is_ok();
            let all = engine.office.roster.all();
            Ok(all
                .filter_map(|(officer, proof)| {
                    let mut seen = officer.clone();
                    if !sees_all {
                        seen.lines.retain(|scope| match scope {
                            Scope::Line(line) => engine.sees(&actor, line),
                            Scope::All | Scope::Level(_) => true,
                        });
                    }
                    let is_seen = sees_all || !seen.lines.is_empty();
                    is_seen.then(|| view(engine, &seen, proof))
                })
                .collect())
        })
        .await
    }

    /// Registers an officer. His access token is in the answer and nowhere else.
    ///
    /// From the first officer on, every act needs its role, the machine's administrator's too.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] for a name that is or was another's; [`ServiceError::Unusable`] for a role or line that can't be read.
    pub async fn add_officer(&self, request: OfficerRequest) -> Answer<TokenView> {
        let deed = Deed::new(Act::AddOfficer)
            .to(request.name.clone())
            .detail(rights_text(&request));
        self.act(ADMINISTRATOR, deed, move |engine| {
            if engine.office.roster.find(&request.name).is_some() {
                return Err(ServiceError::Conflict(format!(
                    "there is, or was, an officer {}: names are not used twice",
                    request.name
                )));
            }
            if engine.office.roster.len() >= OFFICERS_MAX {
                return Err(ServiceError::Conflict(format!(
                    "{OFFICERS_MAX} officers are registered already"
                )));
            }
            let officer = read(engine, &request)?;
            let token = Token::fresh();
            put(engine, officer, Proof::of(&token, wall_ms()), Some(&token))
        })
        .await
    }

    /// Gives an officer other roles and lines.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; as [`Service::add_officer`].
    pub async fn change_officer(&self, request: OfficerRequest) -> Answer<OfficerView> {
        let deed = Deed::new(Act::ChangeOfficer)
            .to(request.name.clone())
            .detail(rights_text(&request));
        let changed = self.act(ADMINISTRATOR, deed, move |engine| {
            let (_, proof) = known(engine, &request.name)?;
            let officer = read(engine, &request)?;
            put(engine, officer, proof, None)
        });
        Ok(changed.await?.officer)
    }

    /// Makes an officer's token void at once, and ends his sessions at the console. He stays on the list, since the audit log names him.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn revoke_officer(&self, name: &str) -> Answer<OfficerView> {
        let name = name.to_owned();
        let deed = Deed::new(Act::RevokeOfficer).to(name.clone());
        let revoked = self.act(ADMINISTRATOR, deed, move |engine| {
            let (officer, mut proof) = known(engine, &name)?;
            proof.revoked_ms.get_or_insert_with(wall_ms);
            put(engine, officer, proof, None)
        });
        let officer = revoked.await?.officer;
        self.end_sessions_of(&officer.name);
        Ok(officer)
    }

    /// Gives an officer a new token, in the answer and nowhere else; the old one is void at once, and his sessions at the console end.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn renew_officer(&self, name: &str) -> Answer<TokenView> {
        let name = name.to_owned();
        let deed = Deed::new(Act::RenewOfficer).to(name.clone());
        let renewed = self.act(ADMINISTRATOR, deed, move |engine| {
            let (officer, _) = known(engine, &name)?;
            let token = Token::fresh();
            put(engine, officer, Proof::of(&token, wall_ms()), Some(&token))
        });
        let view = renewed.await?;
        self.end_sessions_of(&view.officer.name);
        Ok(view)
    }
}

fn rights_text(request: &OfficerRequest) -> String {
    format!(
        "{} on {}",
        request.roles.join(", "),
        request.lines.join(", ")
    )
}

fn known(engine: &Engine, name: &str) -> Answer<(Officer, Proof)> {
    engine.office.roster.find(name).cloned().ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no officer {name}; openline officer list shows all"
        ))
    })
}

fn read(engine: &Engine, request: &OfficerRequest) -> Answer<Officer> {
    let name = OfficerName::new(&request.name).ok_or_else(|| {
        ServiceError::Unusable(format!(
            "{:?} can't be an officer's name: give 1 to 64 bytes, no space at either end, no control characters",
            request.name
        ))
    })?;
    let roles: BTreeSet<Role> = request
        .roles
        .iter()
        .map(|word| role(word))
        .collect::<Answer<_>>()?;
    let lines: Vec<Scope> = request
        .lines
        .iter()
        .map(|text| scope(engine, text))
        .collect::<Answer<_>>()?;
    if roles.is_empty() || lines.is_empty() || lines.len() > SCOPES_MAX {
        return Err(ServiceError::Unusable(format!(
            "an officer needs at least one role ({}), and 1 to {SCOPES_MAX} lines (* for all)",
            Role::words()
        )));
    }
    Ok(Officer { name, roles, lines })
}

fn role(word: &str) -> Answer<Role> {
    Role::from_word(word).ok_or_else(|| {
        ServiceError::Unusable(format!(
            "\"{word}\" is not a role; it is one of: {}",
            Role::words()
        ))
    })
}

/// A title, id or beginning of an id is kept as the line's id: a title could come to mean another line.
fn scope(engine: &Engine, text: &str) -> Answer<Scope> {
    match text.parse() {
        Ok(scope @ (Scope::All | Scope::Level(_))) => Ok(scope),
        _ => super::names::line_of(engine, text).map(Scope::Line),
    }
}

fn put(
    engine: &mut Engine,
    officer: Officer,
    proof: Proof,
    token: Option<&Token>,
) -> Answer<TokenView> {
    let encode = |value: serde_json::Result<Vec<u8>>| {
        value.map_err(|error| ServiceError::Unusable(error.to_string()))
    };
    let who = encode(serde_json::to_vec(&officer))?;
    let how = encode(serde_json::to_vec(&proof))?;
    let key = officer.name.to_string();
    let updated_ms = wall_ms();
    let document = |kind, value| Write::Document {
        kind,
        key: &key,
        value,
        updated_ms,
    };
    engine.commit(&[
        document(documents::OFFICER, &who),
        document(documents::PROOF, &how),
    ])?;
    let view = view(engine, &officer, &proof);
    engine.office.roster.put(officer, proof);
    Ok(TokenView {
        officer: view,
        token: token.map_or_else(String::new, |token| token.text().to_owned()),
    })
}

fn view(engine: &Engine, officer: &Officer, proof: &Proof) -> OfficerView {
    let line = |scope: &Scope| match scope {
        Scope::Line(id) => engine
            .tag(id)
            .map_or_else(|| id.to_string(), |tag| tag.title),
        other => other.to_string(),
    };
    OfficerView {
        name: officer.name.to_string(),
        roles: officer
            .roles
            .iter()
            .map(|role| role.word().to_owned())
            .collect(),
        lines: officer.lines.iter().map(line).collect(),
        token_made_ms: proof.made_ms,
        revoked_ms: proof.revoked_ms,
    }
}
