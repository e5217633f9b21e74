//! Lines at a glance.

use openline_core::charter::Founded;
use openline_core::{LineId, PartyIndex};

use super::names::line_for;
use super::{Answer, Service};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::officers::Actor;
use crate::view::{LinePartyView, LineView, PartyPostView, PartyWatchView};
use openline_core::watch::{PostWatch, WatchStatement};

impl Service {
    /// Every line of this node.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn lines(&self) -> Answer<Vec<LineView>> {
        let actor = self.actor.clone();
        self.engine(move |engine| Ok(views(engine, &actor))).await
    }

    /// One line, by id, beginning of an id, or title.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn line(&self, name: &str) -> Answer<LineView> {
        let (name, actor) = (name.to_owned(), self.actor.clone());
        self.engine(move |engine| {
            let id = line_for(engine, &actor, &name)?;
            view(engine, &id)
                .ok_or_else(|| ServiceError::NotFound(format!("there is no line \"{name}\"")))
        })
        .await
    }
}

/// Every line that the actor may look at.
pub(super) fn views(engine: &Engine, actor: &Actor) -> Vec<LineView> {
    engine
        .founded
        .keys()
        .filter(|id| engine.sees(actor, id))
        .filter_map(|id| view(engine, id))
        .collect()
}

fn view(engine: &Engine, id: &LineId) -> Option<LineView> {
    let founded = engine.founded.get(id)?;
    let logs = engine.machine.logs(id)?;
    let me = engine.machine.me(id)?;
    let party = |index: PartyIndex| party_view(engine, founded, logs, me, index);
    Some(LineView {
        id: id.to_string(),
        title: founded.terms().title.clone(),
        level: founded.terms().level.clone(),
        parties: founded.parties().map(party).collect(),
        me: me.0,
        entries: logs.sizes().iter().sum(),
        settled: logs.order().settled(),
        record_root: logs.order().root().to_string(),
        must_hear: engine.machine.must_hear(id),
        missing_bodies: logs.missing_bodies().count() as u64,
        state: crate::state::view(engine, id).unwrap_or_default(),
    })
}

fn party_view(
    engine: &Engine,
    founded: &Founded,
    logs: &openline_core::admit::Logs,
    me: PartyIndex,
    index: PartyIndex,
) -> LinePartyView {
    let member = founded.member(index);
    LinePartyView {
        index: index.0,
        name: member.map_or_else(String::new, |member| member.name().to_owned()),
        id: founded.party_id(index).to_string(),
        posts: member.map_or_else(Vec::new, |member| member.posts.clone()),
        zone: member.map_or_else(String::new, |member| member.zone.clone()),
        size: logs.size(index),
        holds_of_ours: if index == me {
            logs.size(me)
        } else {
            engine.machine.cosigned_size(&founded.line(), me, index)
        },
        key_serial: logs
            .key_epochs(index)
            .last()
            .map_or(0, |epoch| epoch.serial),
        is_forked: logs.is_forked(index),
        watch: engine
            .machine
            .watch_of(&founded.line(), index)
            .filter(|_| index != me)
            .map(watch_view),
    }
}

fn watch_view(said: &WatchStatement) -> PartyWatchView {
    let post = |post: &PostWatch| PartyPostView {
        post: post.post.clone(),
        is_attended: post.is_attended,
        until_ms: post.until,
        languages: post.languages.clone(),
    };
    PartyWatchView {
        issued_ms: said.issued,
        posts: said.posts.iter().map(post).collect(),
    }
}
