//! Cards, relations and charters.

use openline_core::charter::{Charter, Instrument};
use openline_core::credential::Certificate;
use openline_core::{LineId, PartyId};

use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::charters::{self, Proposal};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, Role};
use crate::relations::Relation;
use crate::view::{CardView, CharterView, ProposeRequest, RelationView};

/// Whom the node knows and which lines it founds is for the administrator.
const ADMINISTRATOR: &[Role] = &[Role::Administrator];

fn party_of(engine: &Engine, name: &str) -> Answer<PartyId> {
    let is_it = |relation: &Relation| {
        relation.name == name || (name.len() >= 4 && relation.party.to_string().starts_with(name))
    };
    let found: Vec<PartyId> = engine
        .relations
        .values()
        .filter(|r| is_it(r))
        .map(|r| r.party)
        .collect();
    match found[..] {
        [party] => Ok(party),
        [] => Err(ServiceError::NotFound(format!(
            "there is no relation with \"{name}\"; openline relation list shows all"
        ))),
        _ => Err(ServiceError::Unusable(format!(
            "\"{name}\" means more than one party; give more of the id"
        ))),
    }
}

/// Relations as they stand, and our own certificate: what their views are made from.
type Known = (Vec<Relation>, Certificate);

fn known(engine: &Engine, relations: Vec<Relation>) -> Known {
    (relations, engine.home.credential().certificate().clone())
}

impl Service {
    /// Views hold phrases, which are dear to compute: never on the engine's thread, where the lines would wait.
    async fn views(&self, (relations, own): Known) -> Answer<Vec<RelationView>> {
        let halves = self.halves.clone();
        let views = move || relations.iter().map(|r| r.view(&own, &halves)).collect();
        tokio::task::spawn_blocking(views)
            .await
            .map_err(|error| ServiceError::Unavailable(format!("a phrase was broken off: {error}")))
    }

    async fn view(&self, known: Known) -> Answer<RelationView> {
        let mut views = self.views(known).await?;
        views
            .pop()
            .ok_or_else(|| ServiceError::NotFound("the relation is gone".to_owned()))
    }

    /// Our own card.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn card(&self) -> Answer<CardView> {
        self.engine(|engine| {
            let card = engine.card()?;
            Ok(CardView {
                id: engine.home.party_id().to_string(),
                name: engine.home.name().to_owned(),
                file: card.to_file(),
                short: card.short().to_text(),
            })
        })
        .await
    }

    /// Every other party we know of.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn relations(&self) -> Answer<Vec<RelationView>> {
        let known = self
            .engine(|engine| Ok(known(engine, engine.relations.values().cloned().collect())))
            .await?;
        self.views(known).await
    }

    /// Takes a card file or the short form of a card. The relation is pending until its phrase has been compared.
    ///
    /// # Errors
    /// The rule that the card breaks; [`openline_core::Rule::CardChanged`] if it contradicts a confirmed one.
    pub async fn add_relation(&self, text: &str) -> Answer<RelationView> {
        let text = text.to_owned();
        let deed = Deed::new(Act::AddRelation);
        let known = self
            .act(ADMINISTRATOR, deed, move |engine| {
                let fresh = Relation::from_text(&text, wall_ms())?;
                if fresh.party == engine.home.party_id() {
                    return Err(ServiceError::Conflict(
                        "that is this party's own card; give the other party's".to_owned(),
                    ));
                }
                let clashes = engine
                    .relations
                    .values()
                    .any(|known| known.name == fresh.name && known.party != fresh.party);
                if clashes || fresh.name == engine.home.name() {
                    return Err(openline_core::Rule::CardChanged.into());
                }
                let relation = match engine.relations.get(&fresh.party) {
                    Some(known) => known.clone().updated(&fresh)?,
                    None => fresh,
                };
                engine.put_relation(&relation)?;
                engine.refresh_peers();
                Ok(known(engine, vec![relation]))
            })
            .await?;
        self.view(known).await
    }

    /// Confirms a relation: the phrase has been read aloud on both sides and was the same.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] if `phrase` is not the relation's.
    pub async fn confirm_relation(&self, party: &str, phrase: &str) -> Answer<RelationView> {
        self.require(Role::Administrator, None).await?;
        if phrase.trim().is_empty() {
            let words = "no phrase was typed, so nothing was compared and nothing was confirmed; read it aloud with the other side first, then type it";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let name = party.to_owned();
        let known = self
            .engine(move |engine| {
                let party = party_of(engine, &name)?;
                Ok(known(engine, vec![engine.relations[&party].clone()]))
            })
            .await?;
        let compared = known.0.clone();
        let deed = Deed::new(Act::ConfirmRelation).to(compared[0].name.clone());
        let mut view = self.view(known).await?;
        let words = view.phrase.split_whitespace();
        if !words.eq(phrase.to_lowercase().split_whitespace()) {
            let words = "the phrases differ: someone may stand between you, or a card was changed on its way. Nothing was confirmed. \
                         Exchange cards again over another channel";
            let refused = Err(ServiceError::Conflict(words.to_owned()));
            self.audit(deed, &refused).await?;
            return refused;
        }
        self.act(ADMINISTRATOR, deed, move |engine| {
            let relation = engine.relations.get_mut(&compared[0].party);
            let same = relation.filter(|r| r.certificate() == compared[0].certificate());
            let Some(mut relation) = same.cloned() else {
                let words = "the card has changed while the phrase was compared; compare it again";
                return Err(ServiceError::Conflict(words.to_owned()));
            };
            relation.confirm(wall_ms());
            engine.put_relation(&relation)?;
            engine.refresh_peers();
            Ok(())
        })
        .await?;
        "confirmed".clone_into(&mut view.state);
        Ok(view)
    }

    /// Forgets a relation that carries no line.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] if it carries one.
    pub async fn forget_relation(&self, party: &str) -> Answer<()> {
        let party = party.to_owned();
        let deed = Deed::new(Act::ForgetRelation).to(party.clone());
        self.act(ADMINISTRATOR, deed, move |engine| {
            let party = party_of(engine, &party)?;
            engine.forget_relation(&party)
        })
        .await
    }

    /// Charters, proposed and founded.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn charters(&self) -> Answer<Vec<CharterView>> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let is_readable = |id: &LineId| may_read(engine, &actor, id).is_ok();
            let proposed = engine
                .proposals
                .iter()
                .filter(|(id, _)| is_readable(id))
                .map(|(_, proposal)| proposal.view());
            let founded = engine
                .founded
                .iter()
                .filter(|(id, _)| is_readable(id))
                .map(|(_, founded)| charters::view_of(founded.instrument()));
            Ok(proposed.chain(founded).collect())
        })
        .await
    }

    /// Proposes a charter, signs it, and hands it to every member that can be reached.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::NotFound`] for a party whose card is not confirmed.
    pub async fn propose(&self, request: ProposeRequest) -> Answer<CharterView> {
        let deed = Deed::new(Act::ProposeCharter).to(request.terms.title.clone());
        self.act(ADMINISTRATOR, deed, move |engine| {
            let charter = engine.draw_up(&request)?;
            let id = engine.take_instrument(Instrument::propose(charter))?;
            engine.sign_charter(&id)?;
            charter_view(engine, &id)
        })
        .await
    }

    /// Signs a proposed charter with our node key. When every member has signed, the line is founded.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; a rule that the charter breaks.
    pub async fn sign_charter(&self, id: &str) -> Answer<CharterView> {
        let id = id.to_owned();
        let deed = Deed::new(Act::SignCharter).to(id.clone());
        self.act(ADMINISTRATOR, deed, move |engine| {
            let id = charter_of(engine, &id)?;
            engine.sign_charter(&id)?;
            charter_view(engine, &id)
        })
        .await
    }

    /// Takes a charter file, with whatever signatures it has.
    ///
    /// # Errors
    /// The rule that it breaks; [`ServiceError::Conflict`] if a member's card is not confirmed here.
    pub async fn import_charter(&self, file: &str) -> Answer<CharterView> {
        let file = file.to_owned();
        let deed = Deed::new(Act::TakeCharter);
        self.act(ADMINISTRATOR, deed, move |engine| {
            let id = engine.take_instrument(Instrument::parse_file(file.as_bytes())?)?;
            charter_view(engine, &id)
        })
        .await
    }

    /// One charter.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn charter(&self, id: &str) -> Answer<CharterView> {
        let (id, actor) = (id.to_owned(), self.actor.clone());
        self.engine(move |engine| {
            let id = charter_of(engine, &id)?;
            may_read(engine, &actor, &id)?;
            charter_view(engine, &id)
        })
        .await
    }

    /// A charter as a file, with the signatures it has.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn charter_file(&self, id: &str) -> Answer<String> {
        let (id, actor) = (id.to_owned(), self.actor.clone());
        self.engine(move |engine| {
            let id = charter_of(engine, &id)?;
            may_read(engine, &actor, &id)?;
            let founded = engine
                .founded
                .get(&id)
                .map(|founded| founded.instrument().to_file());
            let proposed = || {
                engine
                    .proposals
                    .get(&id)
                    .map(|proposal| proposal.instrument().to_file())
            };
            founded
                .or_else(proposed)
                .ok_or_else(|| ServiceError::NotFound("no such charter".to_owned()))
        })
        .await
    }
}

/// Administrators read every charter; others those of their lines.
fn may_read(engine: &Engine, actor: &Actor, id: &LineId) -> Answer<()> {
    if engine.sees(actor, id) {
        return Ok(());
    }
    engine.require(actor, ADMINISTRATOR, None)
}

fn charter_of(engine: &Engine, name: &str) -> Answer<LineId> {
    let proposed = engine
        .proposals
        .iter()
        .map(|(id, proposal)| (*id, proposal.instrument().charter().terms().title.clone()));
    let founded = engine
        .founded
        .iter()
        .map(|(id, founded)| (*id, founded.terms().title.clone()));
    let is_it = |id: &LineId, title: &str| {
        title == name || (name.len() >= 4 && id.to_string().starts_with(name))
    };
    let found: Vec<LineId> = proposed
        .chain(founded)
        .filter(|(id, title)| is_it(id, title))
        .map(|(id, _)| id)
        .collect();
    match found[..] {
        [id] => Ok(id),
        [] => Err(ServiceError::NotFound(format!(
            "there is no charter \"{name}\"; openline charter list shows all"
        ))),
        _ => Err(ServiceError::Unusable(format!(
            "\"{name}\" means more than one charter; give more of the id"
        ))),
    }
}

fn charter_view(engine: &Engine, id: &LineId) -> Answer<CharterView> {
    let founded = engine
        .founded
        .get(id)
        .map(|founded| charters::view_of(founded.instrument()));
    let proposed = || engine.proposals.get(id).map(Proposal::view);
    founded
        .or_else(proposed)
        .ok_or_else(|| ServiceError::NotFound("no such charter".to_owned()))
}

impl Engine {
    /// Our own card as it is now.
    pub(crate) fn card(&self) -> Answer<openline_core::card::Card> {
        let bytes = self.card_bytes();
        openline_core::card::Card::decode(&bytes).map_err(ServiceError::from)
    }

    fn draw_up(&self, request: &ProposeRequest) -> Answer<Charter> {
        let mut others = Vec::new();
        for name in &request.with {
            let party = party_of(self, name)?;
            let relation = &self.relations[&party];
            let credential = relation.credential().filter(|_| relation.is_confirmed()).ok_or_else(|| {
                ServiceError::Conflict(format!("the card of {name} is not confirmed, or only its short form is known: compare the phrase, and connect once"))
            })?;
            let member = request.others.iter().find(|member| {
                member.party == *name || party.to_string().starts_with(&member.party)
            });
            others.push((credential, member.cloned()));
        }
        charters::draw_up(
            self.home.credential().clone(),
            others,
            request,
            crate::identity::random(),
        )
    }
}
