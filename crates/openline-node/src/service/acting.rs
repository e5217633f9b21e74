//! On whose behalf the façade is asked, and what every act that changes something goes through.
//!
//! An act on the engine's thread uses [`Service::act`]: the role is checked, and what is committed goes into the audit log in one
//! transaction. Where an act happens elsewhere, [`Service::require`] comes before it and [`Service::audit`] after it.

use openline_core::LineId;

use super::{Answer, Service};
use crate::audit::{Act, DONE, Deed};
use crate::engine::Engine;
use crate::officers::{Actor, Role};
use crate::view::EventView;

impl Service {
    /// The same node, asked on somebody else's behalf.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self {
            actor,
            ..self.clone()
        }
    }

    /// On whose behalf this façade is asked.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Which officer an access token proves; `None` for a token that proves nobody, or was revoked.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::Unavailable`] when the node is stopping.
    pub async fn actor_of(&self, token: &str) -> Answer<Option<Actor>> {
        let token = zeroize::Zeroizing::new(token.to_owned());
        self.engine(move |engine| Ok(engine.office.roster.actor_of(&token)))
            .await
    }

    /// Refuses unless the actor holds the role: on the line, if it is about one. A refusal is noted in the audit log.
    pub(super) async fn require(&self, role: Role, line: Option<LineId>) -> Answer<()> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let allowed = engine.require(&actor, &[role], line.as_ref());
            if let Err(error) = &allowed {
                let deed = Deed::new(Act::Attempt).detail(role.word());
                let deed = line.map_or(deed.clone(), |line| deed.on(line));
                engine.note_failure(&actor, &deed, error);
            }
            allowed
        })
        .await
    }

    /// Notes an act and its outcome in the audit log; durable when it returns.
    pub(super) async fn audit<T>(&self, deed: Deed, outcome: &Answer<T>) -> Answer<()> {
        let code = outcome.as_ref().map_or_else(|error| error.code(), |_| DONE);
        let text = deed.text(&self.actor, code);
        self.engine(move |engine| engine.note(&text)).await
    }

    /// Does `act` on the engine's thread, if the actor holds one of the roles: on the deed's line, if it names one. What it commits
    /// and its item of the audit log are one transaction; refusals and failures are noted too.
    pub(super) async fn act<T: Send + 'static>(
        &self,
        roles: &'static [Role],
        deed: Deed,
        act: impl FnOnce(&mut Engine) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let actor = self.actor.clone();
        self.engine(move |engine| engine.act(&actor, roles, &deed, act))
            .await
    }

    /// Those of `items` whose line the actor may look at; an item without a line is nobody's secret.
    pub(super) async fn seen<T: Send + 'static>(
        &self,
        items: Vec<T>,
        line: impl Fn(&T) -> Option<&str> + Send + 'static,
    ) -> Answer<Vec<T>> {
        if self.actor == Actor::Administrator {
            return Ok(items);
        }
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let sees = |line: &str| line.parse().is_ok_and(|line| engine.sees(&actor, &line));
            let mut items = items;
            items.retain(|item| line(item).is_none_or(sees));
            Ok(items)
        })
        .await
    }

    /// Whether the actor may be told of an event, at the moment it is told.
    pub async fn hears(&self, event: &EventView) -> bool {
        if event.what == "non-paper" {
            let actor = self.actor.clone();
            let may = move |engine: &mut Engine| {
                engine.require(&actor, super::non_papers::NON_PAPER_ROLES, None)
            };
            return self.engine(may).await.is_ok();
        }
        let line = event.line.clone();
        let told = self.seen(vec![line], |line| line.as_deref()).await;
        told.is_ok_and(|told| !told.is_empty())
    }
}
