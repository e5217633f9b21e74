//! Signed notices: off watch, technical fault, declining, drill. They go with every beacon and are not on the record.

use openline_core::LineId;
use openline_core::limits::{NOTICES_MAX, SUBJECT_MAX};
use openline_core::watch::{Notice, NoticeKind, WatchStatement};
use openline_store::Write;

use super::{Answer, Service, names};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, Role};
use crate::view::{NoticeRequest, NoticeView, OtherLineView, StateView};

impl Service {
    /// Gives a notice on a line, in place of one of the same kind. It is signed, goes to every party that can be reached at once,
    /// and holds until it is over or withdrawn, over restarts.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] where its times do not fit; [`ServiceError::Forbidden`] without the role.
    pub async fn give_notice(&self, request: NoticeRequest) -> Answer<Vec<NoticeView>> {
        let kind = names::notice(&request.kind)?;
        let from = request.from_ms.unwrap_or_else(wall_ms);
        if request.until_ms.is_some_and(|until| until <= from) {
            let words = "the notice ends before it begins: give until after from, in UTC";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        if kind == NoticeKind::Declining && request.until_ms.is_none() {
            let words = "declining says when the next window begins: give until";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let notice = Notice {
            kind,
            from,
            until: request.until_ms,
            words: request.words,
        };
        let line = self.resolve_line(&request.line).await?;
        let deed = Deed::new(Act::GiveNotice).on(line).detail(kind.word());
        self.act(&[Role::DutyOfficer], deed, move |engine| {
            let mut notices = engine
                .knowledge
                .notices
                .get(&line)
                .cloned()
                .unwrap_or_default();
            notices.retain(|other| other.kind != kind && !is_over(other));
            notices.push(notice);
            if notices.len() > NOTICES_MAX {
                let words = format!("{NOTICES_MAX} notices are given already; withdraw one first");
                return Err(ServiceError::Conflict(words));
            }
            keep(engine, line, notices)?;
            Ok(views(engine, &line))
        })
        .await
    }

    /// Withdraws our notice of a kind.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when none is given.
    pub async fn withdraw_notice(&self, line: &str, kind: &str) -> Answer<Vec<NoticeView>> {
        let kind = names::notice(kind)?;
        let line = self.resolve_line(line).await?;
        let deed = Deed::new(Act::WithdrawNotice).on(line).detail(kind.word());
        self.act(&[Role::DutyOfficer], deed, move |engine| {
            let mut notices = engine
                .knowledge
                .notices
                .get(&line)
                .cloned()
                .unwrap_or_default();
            let before = notices.len();
            notices.retain(|notice| notice.kind != kind);
            if notices.len() == before {
                let words = format!("no notice \"{}\" is given on that line", kind.word());
                return Err(ServiceError::NotFound(words));
            }
            keep(engine, line, notices)?;
            Ok(views(engine, &line))
        })
        .await
    }

    /// The notices of all parties of a line that are in force or to come.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn notices(&self, line: &str) -> Answer<Vec<NoticeView>> {
        let line = self.resolve_line(line).await?;
        self.engine(move |engine| Ok(views(engine, &line))).await
    }

    /// What state a line is in, and why, and how the other lines of its parties stand.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn line_state(&self, line: &str) -> Answer<(StateView, Vec<OtherLineView>)> {
        let line = self.resolve_line(line).await?;
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let state = crate::state::view(engine, &line).unwrap_or_default();
            Ok((state, others(engine, &actor, &line)))
        })
        .await
    }
}

fn is_over(notice: &Notice) -> bool {
    notice.until.is_some_and(|until| until <= wall_ms())
}

/// The other lines that have a party of this one, besides us, among theirs: those that the actor may look at.
fn others(engine: &Engine, actor: &Actor, line: &LineId) -> Vec<OtherLineView> {
    let own = engine.home.party_id();
    let parties = |id: &LineId| {
        engine.founded.get(id).map_or_else(Vec::new, |founded| {
            let ids = founded.parties().map(|party| founded.party_id(party));
            ids.filter(|party| *party != own).collect()
        })
    };
    let here = parties(line);
    engine
        .founded
        .iter()
        .filter(|(id, _)| *id != line && engine.sees(actor, id))
        .filter(|(id, _)| parties(id).iter().any(|party| here.contains(party)))
        .map(|(id, founded)| OtherLineView {
            id: id.to_string(),
            title: founded.terms().title.clone(),
            level: founded.terms().level.clone(),
            state: crate::state::word(engine, id).to_owned(),
        })
        .collect()
}

/// Makes notices durable, then says them: only what can be signed and will be taken by the other parties.
fn keep(engine: &mut Engine, line: LineId, notices: Vec<Notice>) -> Answer<()> {
    let statement = WatchStatement {
        line,
        party: engine.me(&line)?,
        issued: wall_ms(),
        posts: Vec::new(),
        notices: notices.clone(),
    };
    if statement.check().is_err() {
        return Err(ServiceError::Unusable(format!(
            "the notice can't be said: its words have 1 to {SUBJECT_MAX} bytes, or are left out, and its times lie between the years 1 and 9999"
        )));
    }
    let key = line.to_string();
    let value = crate::notices::encode(&notices);
    engine.commit(&[Write::Document {
        kind: documents::NOTICES,
        key: &key,
        value: &value,
        updated_ms: wall_ms(),
    }])?;
    engine.knowledge.notices.insert(line, notices);
    engine.say_watch(&line);
    engine.alarms.want();
    Ok(())
}

fn views(engine: &Engine, line: &LineId) -> Vec<NoticeView> {
    let Some(founded) = engine.founded.get(line) else {
        return Vec::new();
    };
    let me = engine.machine.me(line);
    let now = wall_ms();
    let mut views = Vec::new();
    for party in founded.parties() {
        let notices = if Some(party) == me {
            engine
                .knowledge
                .notices
                .get(line)
                .cloned()
                .unwrap_or_default()
        } else {
            let watch = engine.machine.watch_of(line, party);
            watch.map_or_else(Vec::new, |watch| watch.notices.clone())
        };
        let name = engine.name_on(line, party);
        views.extend(
            notices
                .into_iter()
                .filter(|notice| !is_over(notice))
                .map(|notice| NoticeView {
                    party: name.clone(),
                    kind: notice.kind.word().to_owned(),
                    from_ms: notice.from,
                    until_ms: notice.until,
                    is_in_force: notice.is_in_force(now),
                    words: notice.words,
                }),
        );
    }
    views
}
