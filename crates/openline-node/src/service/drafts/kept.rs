//! A draft as it lies in the store, and as people see it.

use openline_core::{Hash, LineId};
use openline_store::Document;
use serde::{Deserialize, Serialize};

use super::clearing::next;
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::Actor;
use crate::service::Answer;
use crate::service::releasing::{Traits, asks};
use crate::view::{ClearanceView, DraftView, SaidView, SendRequest};

/// Persons who have changed one draft, and persons who have cleared it.
pub(super) const HANDS_MAX: usize = 64;

/// A draft as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The line's id: a title could come to mean another line.
    pub(super) line: String,
    /// The request as JSON: these bytes are what is cleared.
    pub(super) request: String,
    pub(super) drafters: Vec<String>,
    pub(super) drafted_ms: i64,
    pub(super) clearances: Vec<Clearance>,
    pub(super) refusal: Option<Clearance>,
}

/// Somebody's word on a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Clearance {
    pub(super) by: String,
    pub(super) at_ms: i64,
    /// Hash of exactly what was cleared, hex.
    pub(super) content: String,
    pub(super) words: Option<String>,
}

impl Kept {
    pub(super) fn line(&self) -> Answer<LineId> {
        self.line.parse().map_err(|_| unreadable("its line"))
    }

    pub(super) fn content(&self) -> Hash {
        Hash::of(&[
            b"openline/draft/v1\n",
            self.line.as_bytes(),
            b"\n",
            self.request.as_bytes(),
        ])
    }

    pub(super) fn request(&self) -> Answer<SendRequest> {
        serde_json::from_str(&self.request).map_err(unreadable)
    }

    pub(super) fn encode(&self) -> Answer<Vec<u8>> {
        serde_json::to_vec(self).map_err(unreadable)
    }

    pub(super) fn decode(document: &Document) -> Answer<Self> {
        serde_json::from_slice(&document.value).map_err(unreadable)
    }

    pub(super) fn is_drafted_by(&self, name: &str) -> bool {
        self.drafters.iter().any(|drafter| drafter == name)
    }
}

fn unreadable(why: impl std::fmt::Display) -> ServiceError {
    ServiceError::Unavailable(format!("a draft can't be read: {why} (openline check)"))
}

/// The draft with its new content: whoever changes it is one of its drafters, and what was said of the old content is void.
pub(super) fn redrafted(
    before: Option<Kept>,
    actor: &Actor,
    line: LineId,
    request: String,
) -> Answer<Kept> {
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

/// A draft with all that is dear to read out of it: attachments make drafts large, and the engine's thread has no time for that.
pub(super) struct Opened {
    pub(super) id: String,
    pub(super) updated_ms: i64,
    pub(super) line: LineId,
    pub(super) request: SendRequest,
    pub(super) content: Hash,
    pub(super) kept: Kept,
}

impl Opened {
    pub(super) fn of(document: &Document) -> Answer<Self> {
        let kept = Kept::decode(document)?;
        Ok(Self {
            id: document.key.clone(),
            updated_ms: document.updated_ms,
            line: kept.line()?,
            request: kept.request()?,
            content: kept.content(),
            kept,
        })
    }

    pub(super) fn view(self, engine: &Engine) -> DraftView {
        let next = Traits::of_request(engine, self.line, &self.request)
            .and_then(|traits| asks(engine, self.line, &traits))
            .map_or_else(
                |error| SaidView {
                    words: error.to_string(),
                    phrases: Vec::new(),
                },
                |(asks, _)| next(engine, &self.kept, &self.line, &asks, &self.id),
            );
        DraftView {
            id: self.id,
            updated_ms: self.updated_ms,
            request: self.request,
            content: openline_core::id::hex(&self.content.0),
            drafted_by: self.kept.drafters,
            drafted_ms: self.kept.drafted_ms,
            clearances: self.kept.clearances.iter().map(Clearance::view).collect(),
            refusal: self.kept.refusal.as_ref().map(Clearance::view),
            overtaken_by: Vec::new(),
            next: next.words,
            next_phrases: next.phrases,
        }
    }
}

impl Clearance {
    pub(super) fn view(&self) -> ClearanceView {
        ClearanceView {
            by: self.by.clone(),
            at_ms: self.at_ms,
            content: self.content.clone(),
            words: self.words.clone(),
        }
    }
}
