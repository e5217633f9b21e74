//! Drafts: kept, cleared by others, released. What a person has cleared is bound by its hash, so that nothing changes unseen.

use openline_core::{Hash, LineId};
use openline_store::{Document, Write};
use serde::{Deserialize, Serialize};

use super::releasing::{Traits, asks};
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, OfficerName, Role};
use crate::policy::{Asks, Hand};
use crate::view::{ClearanceView, DraftView, ReleasedView, SendRequest};

/// Most drafts kept.
const DRAFTS_MAX: usize = 4096;
/// Persons who have changed one draft, and persons who have cleared it.
const HANDS_MAX: usize = 64;
/// Longest words of a clearance or refusal, bytes.
const WORDS_MAX: usize = 4096;
/// Least digits of a content's hash that name it.
const CONTENT_MIN: usize = 8;

/// A draft as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// The line's id: a title could come to mean another line.
    line: String,
    /// The request as JSON: these bytes are what is cleared.
    request: String,
    drafters: Vec<String>,
    drafted_ms: i64,
    clearances: Vec<Clearance>,
    refusal: Option<Clearance>,
}

/// Somebody's word on a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Clearance {
    by: String,
    at_ms: i64,
    /// Hash of exactly what was cleared, hex.
    content: String,
    words: Option<String>,
}

impl Kept {
    fn line(&self) -> Answer<LineId> {
        self.line.parse().map_err(|_| unreadable("its line"))
    }

    fn content(&self) -> Hash {
        Hash::of(&[
            b"openline/draft/v1\n",
            self.line.as_bytes(),
            b"\n",
            self.request.as_bytes(),
        ])
    }

    fn request(&self) -> Answer<SendRequest> {
        serde_json::from_str(&self.request).map_err(unreadable)
    }

    fn encode(&self) -> Answer<Vec<u8>> {
        serde_json::to_vec(self).map_err(unreadable)
    }

    fn decode(document: &Document) -> Answer<Self> {
        serde_json::from_slice(&document.value).map_err(unreadable)
    }

    fn is_drafted_by(&self, name: &str) -> bool {
        self.drafters.iter().any(|drafter| drafter == name)
    }

    /// Clearances that count: of exactly this content, by persons who may still clear it, and by no drafter where the policy
    /// keeps the two apart.
    fn counting<'a>(
        &'a self,
        engine: &'a Engine,
        line: &'a LineId,
        asks: &'a Asks,
    ) -> impl Iterator<Item = &'a str> {
        let content = openline_core::id::hex(&self.content().0);
        let counts = move |clearance: &&Clearance| {
            let apart = asks.keeps_apart(Hand::Drafter, Hand::Clearer);
            clearance.content == content
                && engine
                    .require(&actor_named(&clearance.by), &asks.clear_roles, Some(line))
                    .is_ok()
                && !(apart && self.is_drafted_by(&clearance.by))
        };
        self.clearances
            .iter()
            .filter(counts)
            .map(|clearance| clearance.by.as_str())
    }
}

/// The actor of a name in a draft; no officer has the name of another kind of actor.
fn actor_named(name: &str) -> Actor {
    OfficerName::new(name).map_or(Actor::Administrator, Actor::Officer)
}

fn unreadable(why: impl std::fmt::Display) -> ServiceError {
    ServiceError::Unavailable(format!("a draft can't be read: {why}; run: openline check"))
}

/// The draft that a release comes from, and what of it was looked at.
#[derive(Debug, Clone)]
pub(super) struct FromDraft {
    pub(super) id: String,
    pub(super) content: Hash,
}

impl Service {
    /// Drafts that are kept, on lines that the actor may look at.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn drafts(&self) -> Answer<Vec<DraftView>> {
        let documents = self
            .read(|reader| Ok(reader.documents(documents::DRAFT)?))
            .await?;
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let mut views = Vec::new();
            for document in documents {
                let kept = Kept::decode(&document)?;
                if engine.sees(&actor, &kept.line()?) {
                    views.push(view(engine, document.key, document.updated_ms, &kept)?);
                }
            }
            Ok(views)
        })
        .await
    }

    /// One draft.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn draft(&self, id: &str) -> Answer<DraftView> {
        let (id, actor) = (id.to_owned(), self.actor.clone());
        self.engine(move |engine| {
            let (kept, updated_ms) = find(engine, &actor, &id)?;
            view(engine, id, updated_ms, &kept)
        })
        .await
    }

    /// Keeps a draft: a new one, or in place of the one with this id. A change makes clearances void.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown id or line; [`ServiceError::Conflict`] when too many are kept;
    /// [`ServiceError::Forbidden`] without the role.
    pub async fn save_draft(&self, id: Option<String>, request: SendRequest) -> Answer<DraftView> {
        let line = self.resolve_line(&request.line).await?;
        let actor = self.actor.clone();
        let is_full = id.is_none()
            && self
                .read(|reader| Ok(reader.documents(documents::DRAFT)?.len()))
                .await?
                >= DRAFTS_MAX;
        if is_full {
            return Err(ServiceError::Conflict(format!(
                "{DRAFTS_MAX} drafts are kept already; delete some first"
            )));
        }
        let text = serde_json::to_string(&request)
            .map_err(|error| ServiceError::Unusable(error.to_string()))?;
        self.engine(move |engine| {
            let before = match &id {
                Some(id) => Some(standing(engine, &actor, id)?),
                None => None,
            };
            let id = id.unwrap_or_else(|| openline_core::id::hex(&crate::identity::random::<8>()));
            let traits = Traits::of_request(engine, line, &request)?;
            let (asks, _) = asks(engine, line, &traits)?;
            let kept = redrafted(before, &actor, line, text)?;
            let deed = Deed::new(Act::KeepDraft).on(line).to(id.as_str());
            engine.act(
                &actor,
                &asks.draft_roles,
                &deed.content(kept.content()),
                |engine| put(engine, &id, &kept),
            )
        })
        .await
    }

    /// Clears a draft: exactly the content whose hash, or the beginning of it, is given.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when it is not what was looked at, or was cleared or refused already;
    /// [`ServiceError::Forbidden`] without the role, or for who drafted it where the policy keeps the two apart.
    pub async fn clear_draft(
        &self,
        id: &str,
        content: &str,
        words: Option<String>,
    ) -> Answer<DraftView> {
        self.judge(Act::ClearDraft, id, content, words).await
    }

    /// Refuses a draft: it does not go until it is changed, or whoever refused it clears it.
    ///
    /// # Errors
    /// As [`Service::clear_draft`].
    pub async fn refuse_draft(&self, id: &str, content: &str, words: &str) -> Answer<DraftView> {
        let words = Some(words.to_owned());
        self.judge(Act::RefuseDraft, id, content, words).await
    }

    async fn judge(
        &self,
        act: Act,
        id: &str,
        content: &str,
        words: Option<String>,
    ) -> Answer<DraftView> {
        if words.as_ref().is_some_and(|words| words.len() > WORDS_MAX) {
            return Err(ServiceError::Unusable(format!(
                "the words have more than {WORDS_MAX} bytes; give fewer"
            )));
        }
        let (id, content, actor) = (id.to_owned(), content.to_owned(), self.actor.clone());
        self.engine(move |engine| {
            let mut kept = standing(engine, &actor, &id)?;
            let line = kept.line()?;
            let traits = Traits::of_request(engine, line, &kept.request()?)?;
            let (asks, _) = asks(engine, line, &traits)?;
            let deed = Deed::new(act).on(line).to(id.as_str());
            engine.act(
                &actor,
                &asks.clear_roles,
                &deed.content(kept.content()),
                |engine| {
                    check_content(&kept, &content)?;
                    let clearance = Clearance {
                        by: actor.to_string(),
                        at_ms: wall_ms(),
                        content: openline_core::id::hex(&kept.content().0),
                        words,
                    };
                    if act == Act::ClearDraft {
                        clear(engine, &mut kept, clearance, &asks)?;
                    } else {
                        kept.clearances.retain(|known| known.by != clearance.by);
                        kept.refusal = Some(clearance);
                    }
                    put(engine, &id, &kept)
                },
            )
        })
        .await
    }

    /// Deletes a draft.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn delete_draft(&self, id: &str) -> Answer<()> {
        let (id, actor) = (id.to_owned(), self.actor.clone());
        self.engine(move |engine| {
            let kept = standing(engine, &actor, &id)?;
            let line = kept.line()?;
            let traits = Traits::of_request(engine, line, &kept.request()?)?;
            let (asks, _) = asks(engine, line, &traits)?;
            let deed = Deed::new(Act::DeleteDraft).on(line).to(id.as_str());
            let deed = deed.content(kept.content());
            engine.act(&actor, &asks.draft_roles, &deed, |engine| {
                engine.commit(&[Write::DeleteDocument {
                    kind: documents::DRAFT,
                    key: &id,
                }])?;
                Ok(())
            })
        })
        .await
    }

    /// Releases a draft, and deletes it in the transaction that puts it on the record. If `content` is given, only that content.
    ///
    /// # Errors
    /// As [`Service::send`]; [`ServiceError::NeedsOthers`] while clearances are missing. The draft is kept then.
    pub async fn release_draft(&self, id: &str, content: Option<&str>) -> Answer<ReleasedView> {
        let (key, actor) = (id.to_owned(), self.actor.clone());
        let kept = self
            .engine(move |engine| standing(engine, &actor, &key))
            .await?;
        if let Some(content) = content {
            check_content(&kept, content)?;
        }
        let mut request = kept.request()?;
        request.line.clone_from(&kept.line);
        let (id, content) = (id.to_owned(), kept.content());
        self.release_request(request, Some(FromDraft { id, content }))
            .await
    }
}

/// A draft on a line that the actor may look at.
fn find(engine: &mut Engine, actor: &Actor, id: &str) -> Answer<(Kept, i64)> {
    let document = engine.store.document(documents::DRAFT, id)?;
    let document = document.ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no draft {id}; openline draft list shows all"
        ))
    })?;
    let kept = Kept::decode(&document)?;
    super::names::line_for(engine, actor, &kept.line)?;
    Ok((kept, document.updated_ms))
}

/// A draft that is not on its way to the record.
fn standing(engine: &mut Engine, actor: &Actor, id: &str) -> Answer<Kept> {
    let (kept, _) = find(engine, actor, id)?;
    if engine.office.is_leaving(id) {
        return Err(ServiceError::Conflict(format!(
            "draft {id} is being released"
        )));
    }
    Ok(kept)
}

/// The draft with its new content: whoever changes it is one of its drafters, and what was said of the old content is void.
fn redrafted(before: Option<Kept>, actor: &Actor, line: LineId, request: String) -> Answer<Kept> {
    let name = actor.to_string();
    let line = line.to_string();
    if let Some(same) = before
        .as_ref()
        .filter(|kept| kept.request == request && kept.line == line)
    {
        return Ok(same.clone());
    }
    let mut drafters = before.map_or_else(Vec::new, |kept| kept.drafters);
    if !drafters.contains(&name) {
        drafters.push(name);
    }
    if drafters.len() > HANDS_MAX {
        return Err(ServiceError::Conflict(format!(
            "more than {HANDS_MAX} persons have changed this draft; keep a new one"
        )));
    }
    Ok(Kept {
        line,
        request,
        drafters,
        drafted_ms: wall_ms(),
        clearances: Vec::new(),
        refusal: None,
    })
}

fn put(engine: &mut Engine, id: &str, kept: &Kept) -> Answer<DraftView> {
    let (value, updated_ms) = (kept.encode()?, wall_ms());
    engine.commit(&[Write::Document {
        kind: documents::DRAFT,
        key: id,
        value: &value,
        updated_ms,
    }])?;
    view(engine, id.to_owned(), updated_ms, kept)
}

/// Refuses unless `given` is the hash of what the draft says, or the beginning of it.
fn check_content(kept: &Kept, given: &str) -> Answer<()> {
    if given.len() < CONTENT_MIN {
        return Err(ServiceError::Unusable(format!(
            "give at least {CONTENT_MIN} digits of the content's hash, as openline draft show prints it"
        )));
    }
    if openline_core::id::hex(&kept.content().0).starts_with(given) {
        return Ok(());
    }
    let words = "the draft is not what it was when it was looked at: somebody has changed it. Look at it again (openline draft show)";
    Err(ServiceError::Conflict(words.to_owned()))
}

fn clear(engine: &Engine, kept: &mut Kept, clearance: Clearance, asks: &Asks) -> Answer<()> {
    let line = kept.line()?;
    if asks.keeps_apart(Hand::Drafter, Hand::Clearer) && kept.is_drafted_by(&clearance.by) {
        let others = others(engine, &asks.clear_roles, &line, &kept.drafters);
        return Err(ServiceError::Forbidden(format!(
            "{} has drafted it, and the policy wants another person to clear it: {others}",
            clearance.by
        )));
    }
    if let Some(refusal) = kept.refusal.as_ref().filter(|no| no.by != clearance.by) {
        return Err(ServiceError::Conflict(format!(
            "{} has refused it: change it first, or let the same officer clear it",
            refusal.by
        )));
    }
    if kept.clearances.iter().any(|known| known.by == clearance.by) {
        return Err(ServiceError::Conflict(format!(
            "{} has cleared it already; another clearance must come from another person",
            clearance.by
        )));
    }
    if kept.clearances.len() >= HANDS_MAX {
        return Err(ServiceError::Conflict(
            "it is cleared more than enough".to_owned(),
        ));
    }
    kept.refusal = None;
    kept.clearances.push(clearance);
    Ok(())
}

/// Refuses unless the draft is what was looked at, is cleared as the policy asks, and the actor may release it.
pub(super) fn may_release(
    engine: &mut Engine,
    actor: &Actor,
    from: &FromDraft,
    traits: &Traits,
) -> Answer<()> {
    let kept = standing(engine, actor, &from.id)?;
    let line = kept.line()?;
    if kept.content() != from.content {
        let words = "the draft has been changed meanwhile; look at it again (openline draft show)";
        return Err(ServiceError::Conflict(words.to_owned()));
    }
    let (asks, _) = asks(engine, line, traits)?;
    engine.require(actor, &asks.release_roles, Some(&line))?;
    let name = actor.to_string();
    if asks.keeps_apart(Hand::Drafter, Hand::Releaser) && kept.is_drafted_by(&name) {
        let others = others(engine, &asks.release_roles, &line, &kept.drafters);
        return Err(ServiceError::NeedsOthers(format!(
            "{name} has drafted it, and the policy wants another person to release it: {others}"
        )));
    }
    let cleared: Vec<&str> = kept.counting(engine, &line, &asks).collect();
    if kept.refusal.is_some() || cleared.len() < asks.clearers {
        return Err(ServiceError::NeedsOthers(next(
            engine, &kept, &line, &asks, &from.id,
        )));
    }
    if asks.keeps_apart(Hand::Clearer, Hand::Releaser) && cleared.contains(&name.as_str()) {
        let cleared: Vec<String> = cleared.into_iter().map(str::to_owned).collect();
        let others = others(engine, &asks.release_roles, &line, &cleared);
        return Err(ServiceError::NeedsOthers(format!(
            "{name} has cleared it, and the policy wants another person to release it: {others}"
        )));
    }
    Ok(())
}

/// Who holds one of the roles, but for some.
fn others(engine: &Engine, roles: &[Role], line: &LineId, but: &[String]) -> String {
    let tag = engine.tag(line);
    let mut names = engine.office.roster.holders(roles, tag.as_ref());
    names.retain(|name| !but.iter().any(|other| other == name));
    if names.is_empty() {
        "nobody else here may (openline officer add)".to_owned()
    } else {
        names.join(", ")
    }
}

/// What is to be done next with a draft, and by whom.
fn next(engine: &Engine, kept: &Kept, line: &LineId, asks: &Asks, id: &str) -> String {
    if let Some(refusal) = &kept.refusal {
        return format!("refused by {}: change it first", refusal.by);
    }
    let cleared: Vec<String> = kept
        .counting(engine, line, asks)
        .map(str::to_owned)
        .collect();
    let missing = asks.clearers.saturating_sub(cleared.len());
    if missing > 0 {
        let mut but = cleared;
        if asks.keeps_apart(Hand::Drafter, Hand::Clearer) {
            but.extend(kept.drafters.iter().cloned());
        }
        let who = others(engine, &asks.clear_roles, line, &but);
        return format!("{missing} more to clear it (openline draft clear {id}): {who}");
    }
    let mut but = Vec::new();
    if asks.keeps_apart(Hand::Drafter, Hand::Releaser) {
        but.extend(kept.drafters.iter().cloned());
    }
    if asks.keeps_apart(Hand::Clearer, Hand::Releaser) {
        but.extend(cleared);
    }
    if engine.office.roster.len() == 0 && but.is_empty() {
        return format!("release it: openline draft release {id}");
    }
    let who = others(engine, &asks.release_roles, line, &but);
    format!("to be released (openline draft release {id}) by: {who}")
}

fn view(engine: &Engine, id: String, updated_ms: i64, kept: &Kept) -> Answer<DraftView> {
    let request = kept.request()?;
    let line = kept.line()?;
    let next = Traits::of_request(engine, line, &request)
        .and_then(|traits| asks(engine, line, &traits))
        .map_or_else(
            |error| error.to_string(),
            |(asks, _)| next(engine, kept, &line, &asks, &id),
        );
    let clearance = |clearance: &Clearance| ClearanceView {
        by: clearance.by.clone(),
        at_ms: clearance.at_ms,
        content: clearance.content.clone(),
        words: clearance.words.clone(),
    };
    Ok(DraftView {
        id,
        updated_ms,
        request,
        content: openline_core::id::hex(&kept.content().0),
        drafted_by: kept.drafters.clone(),
        drafted_ms: kept.drafted_ms,
        clearances: kept.clearances.iter().map(clearance).collect(),
        refusal: kept.refusal.as_ref().map(clearance),
        next,
    })
}
