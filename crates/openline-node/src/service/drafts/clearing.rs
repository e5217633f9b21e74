//! Clearances: who may give one, which count, and whether there are enough.

use openline_core::LineId;

use super::kept::{Clearance, HANDS_MAX, Kept};
use super::{FromDraft, standing};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::officers::{Actor, OfficerName, Role};
use crate::policy::{Asks, Hand};
use crate::service::Answer;
use crate::service::releasing::{Traits, asks};
use crate::view::SaidView;

/// Least digits of a content's hash that name it.
const CONTENT_MIN: usize = 8;

impl Kept {
    /// Clearances that count: of exactly this content, by persons who may still clear it, and by no drafter where the policy
    /// keeps the two apart.
    pub(super) fn counting<'a>(
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

/// Refuses unless `given` is the hash of what the draft says, or the beginning of it.
pub(super) fn check_content(kept: &Kept, given: &str) -> Answer<()> {
    if given.len() < CONTENT_MIN {
        return Err(ServiceError::Unusable(format!(
            "give at least {CONTENT_MIN} digits of the content's hash (openline draft show)"
        )));
    }
    if openline_core::id::hex(&kept.content().0).starts_with(given) {
        return Ok(());
    }
    let words = "the draft is not what it was when it was looked at: somebody has changed it. Look at it again (openline draft show)";
    Err(ServiceError::Conflict(words.to_owned()))
}

pub(super) fn clear(
    engine: &Engine,
    kept: &mut Kept,
    clearance: Clearance,
    asks: &Asks,
) -> Answer<()> {
    let line = kept.line()?;
    if asks.keeps_apart(Hand::Drafter, Hand::Clearer) && kept.is_drafted_by(&clearance.by) {
        let others = others(engine, &asks.clear_roles, &line, &kept.drafters).words;
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
pub(in crate::service) fn may_release(
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
        let others = others(engine, &asks.release_roles, &line, &kept.drafters).words;
        return Err(ServiceError::NeedsOthers(format!(
            "{name} has drafted it, and the policy wants another person to release it: {others}"
        )));
    }
    let cleared: Vec<&str> = kept.counting(engine, &line, &asks).collect();
    if kept.refusal.is_some() || cleared.len() < asks.clearers {
        return Err(ServiceError::NeedsOthers(
            next(engine, &kept, &line, &asks, &from.id).words,
        ));
    }
    if asks.keeps_apart(Hand::Clearer, Hand::Releaser) && cleared.contains(&name.as_str()) {
        let cleared: Vec<String> = cleared.into_iter().map(str::to_owned).collect();
        let others = others(engine, &asks.release_roles, &line, &cleared).words;
        return Err(ServiceError::NeedsOthers(format!(
            "{name} has cleared it, and the policy wants another person to release it: {others}"
        )));
    }
    Ok(())
}

/// Who holds one of the roles, but for some.
fn others(engine: &Engine, roles: &[Role], line: &LineId, but: &[String]) -> SaidView {
    let tag = engine.tag(line);
    let mut names = engine.office.roster.holders(roles, tag.as_ref());
    names.retain(|name| !but.iter().any(|other| other == name));
    if names.is_empty() {
        let words = "nobody else here may (openline officer add)";
        SaidView::new("draft-by-nobody", words)
    } else {
        let names = names.join(", ");
        SaidView::new("draft-by", &names).with("names", names)
    }
}

/// What is to be done next with a draft, and by whom.
pub(super) fn next(engine: &Engine, kept: &Kept, line: &LineId, asks: &Asks, id: &str) -> SaidView {
    if let Some(refusal) = &kept.refusal {
        let words = format!("refused by {}: change it first", refusal.by);
        return SaidView::new("draft-refused", words).with("by", &refusal.by);
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
        let words = format!("{missing} more to clear it (openline draft clear {id}): ");
        return SaidView::new("draft-to-clear", words)
            .with("count", i64::try_from(missing).unwrap_or(i64::MAX))
            .and(Some(others(engine, &asks.clear_roles, line, &but)));
    }
    let mut but = Vec::new();
    if asks.keeps_apart(Hand::Drafter, Hand::Releaser) {
        but.extend(kept.drafters.iter().cloned());
    }
    if asks.keeps_apart(Hand::Clearer, Hand::Releaser) {
        but.extend(cleared);
    }
    if engine.office.roster.len() == 0 && but.is_empty() {
        let words = format!("release it: openline draft release {id}");
        return SaidView::new("draft-release", words);
    }
    let words = format!("to be released (openline draft release {id}) by: ");
    SaidView::new("draft-to-release", words).and(Some(others(
        engine,
        &asks.release_roles,
        line,
        &but,
    )))
}
