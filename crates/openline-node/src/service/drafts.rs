//! Drafts: kept, cleared by others, released. What a person has cleared is bound by its hash, so that nothing changes unseen.

mod clearing;
mod kept;
mod overtaking;

use openline_core::Hash;
use openline_store::{Document, Write};

use super::releasing::{Traits, asks, check_is_no_test};
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::Actor;
use crate::view::{DraftView, ReleasedView, SendRequest};

pub(super) use clearing::may_release;
use clearing::{check_content, clear};
use kept::{Clearance, Kept, Opened, redrafted};

/// Most drafts kept.
const DRAFTS_MAX: usize = 4096;
/// Longest words of a clearance or refusal, bytes.
const WORDS_MAX: usize = 4096;

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
        let open = |document: &Document| Opened::of(document);
        let opened: Vec<Opened> = self
            .read(move |reader| {
                let documents = reader.documents(documents::DRAFT)?;
                documents.iter().map(open).collect()
            })
            .await?;
        let actor = self.actor.clone();
        let views: Vec<DraftView> = self
            .engine(move |engine| {
                let is_seen = |opened: &Opened| engine.sees(&actor, &opened.line);
                let seen = opened.into_iter().filter(is_seen);
                Ok(seen.map(|opened| opened.view(engine)).collect())
            })
            .await?;
        let mut drafts = Vec::with_capacity(views.len());
        for view in views {
            drafts.push(self.with_overtaking(view).await?);
        }
        Ok(drafts)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn draft(&self, id: &str) -> Answer<DraftView> {
        let (id, actor) = (id.to_owned(), self.actor.clone());
        let opened = self
            .read(move |reader| {
                let document = reader.document(documents::DRAFT, &id)?;
                Opened::of(&document.ok_or_else(|| no_draft(&id))?)
            })
            .await?;
        let view = self
            .engine(move |engine| {
                super::names::line_for(engine, &actor, &opened.kept.line)
                    .map_err(|_| no_draft(&opened.id))?;
                Ok(opened.view(engine))
            })
            .await?;
        self.with_overtaking(view).await
    }

    /// Keeps a draft: a new one, or in place of the one with this id. A change makes clearances void.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown id or line; [`ServiceError::Conflict`] when too many are kept;
    /// [`ServiceError::Forbidden`] without the role.
    pub async fn save_draft(
        &self,
        id: Option<String>,
        mut request: SendRequest,
    ) -> Answer<DraftView> {
        check_is_no_test(&self.actor, &request)?;
        let line = self.resolve_line(&request.line).await?;
        if request.as_of.is_none() {
            request.as_of = Some(self.sizes(line).await?);
        }
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
        let judged = self.engine(move |engine| {
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
        });
        self.with_overtaking(judged.await?).await
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
    /// As [`Service::send`]; [`ServiceError::NeedsOthers`] while clearances are missing; [`ServiceError::Conflict`] if messages of
    /// others have arrived since it was begun, unless it is to go all the same. The draft is kept then.
    pub async fn release_draft(
        &self,
        id: &str,
        content: Option<&str>,
        is_anyway: bool,
    ) -> Answer<ReleasedView> {
        let (key, actor) = (id.to_owned(), self.actor.clone());
        let kept = self
            .engine(move |engine| standing(engine, &actor, &key))
            .await?;
        if let Some(content) = content {
            check_content(&kept, content)?;
        }
        let mut request = kept.request()?;
        request.line.clone_from(&kept.line);
        if is_anyway {
            request.as_of = None;
        }
        let (id, content) = (id.to_owned(), kept.content());
        self.release_request(request, Some(FromDraft { id, content }))
            .await
    }
}

/// A draft on a line that the actor may look at.
fn find(engine: &mut Engine, actor: &Actor, id: &str) -> Answer<Kept> {
    let document = engine.store.document(documents::DRAFT, id)?;
    let kept = Kept::decode(&document.ok_or_else(|| no_draft(id))?)?;
    super::names::line_for(engine, actor, &kept.line).map_err(|_| no_draft(id))?;
    Ok(kept)
}

fn no_draft(id: &str) -> ServiceError {
    ServiceError::NotFound(format!(
        "there is no draft {id}; openline draft list shows all"
    ))
}

/// A draft that is not on its way to the record.
fn standing(engine: &mut Engine, actor: &Actor, id: &str) -> Answer<Kept> {
    let kept = find(engine, actor, id)?;
    if engine.office.is_leaving(documents::DRAFT, id) {
        return Err(ServiceError::Conflict(format!(
            "draft {id} is being released"
        )));
    }
    Ok(kept)
}

fn put(engine: &mut Engine, id: &str, kept: &Kept) -> Answer<DraftView> {
    let (value, updated_ms) = (kept.encode()?, wall_ms());
    engine.commit(&[Write::Document {
        kind: documents::DRAFT,
        key: id,
        value: &value,
        updated_ms,
    }])?;
    let opened = Opened {
        id: id.to_owned(),
        updated_ms,
        line: kept.line()?,
        request: kept.request()?,
        content: kept.content(),
        kept: kept.clone(),
    };
    Ok(opened.view(engine))
}
