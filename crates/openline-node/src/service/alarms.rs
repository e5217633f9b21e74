//! The round of the alarms: what has to ring now, at whom, and when to look again.

mod lines;

use std::sync::Arc;
use std::time::Duration;

use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::{Precedence, SAFETY_OF_LIFE};
use openline_core::{LineId, PartyIndex};
use openline_desk::alarm::{Call, Reason, Ring, rings};
use openline_desk::exchange::{Owed, clock_of, deadlines, exchanges};
use openline_desk::rota;
use openline_store::{Reader, StoredEntry, Write};
use tokio::sync::Notify;

use super::entries::{Looking, message_of, place_text, utc_text};
use super::{Answer, Service};
use crate::alarms::{About, Alarm, StillOpen, first_look, reason_said};
use crate::alerts::{Alert, AlertId, AlertKind};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::engine::tell::News;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, Role};
use crate::view::{AlarmView, SaidView, SilenceRequest};

/// Messages looked at in one round.
const ROUND_MAX: usize = 256;
/// Entries looked through before the first round, from the end of each log; what is open before them is found by and by.
const FILL_MAX: u64 = 512;
/// People are called again after this time, while it rings.
const CALL_AGAIN: Duration = Duration::from_secs(300);
/// Longest silence, minutes.
const SILENCE_MAX: u32 = 1440;
/// Levels from the lowest up; a level that is not among them has none above it.
const LEVELS: [&str; 4] = ["watch", "officials", "ministers", "leaders"];

/// What looking at a message has found.
struct Looked {
    line: LineId,
    place: Ref,
    message_type: MessageType,
    precedence: Precedence,
    is_for_life: bool,
    open: Option<StillOpen>,
    rings: Vec<(PartyIndex, Ring)>,
}

impl Service {
    pub(crate) async fn alarms_wanted(&self) -> Answer<Arc<Notify>> {
        self.engine(|engine| Ok(engine.alarms.wanted())).await
    }

    /// Looks at what is due at `now`, ms, and says when to look again. The node does this by itself.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the node is stopping, or the store can't be read.
    pub async fn alarm_round(&self, now: i64) -> Answer<Option<i64>> {
        self.fill_alarms().await?;
        let due = self
            .engine(move |engine| {
                let due = engine.alarms.take_due(now, ROUND_MAX);
                due.into_iter()
                    .map(|(line, place)| Ok((line, place, engine.me(&line)?)))
                    .collect::<Answer<Vec<_>>>()
            })
            .await?;
        let looked = self
            .read(move |reader| {
                due.into_iter()
                    .map(|(line, place, me)| look(reader, line, place, me, now))
                    .collect::<Answer<Vec<_>>>()
            })
            .await?;
        self.engine(move |engine| {
            for looked in looked {
                engine.take_looked(looked);
            }
            let next = engine.ring_lines(now).into_iter();
            engine.raise_alerts(now);
            Ok(next.chain(engine.alarms.next_look()).min())
        })
        .await
    }

    /// Looks through lines that have just been taken up for messages that are not done.
    async fn fill_alarms(&self) -> Answer<()> {
        let lines = self
            .engine(|engine| {
                let lines = engine.founded.keys().copied();
                Ok(lines
                    .filter(|line| !engine.alarms.filled.contains(line))
                    .collect::<Vec<_>>())
            })
            .await?;
        for line in lines {
            let found = self.read(move |reader| open_messages(reader, line)).await?;
            self.engine(move |engine| {
                for (place, look) in found {
                    engine.alarms.note(line, place, look);
                }
                engine.alarms.filled.insert(line);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    /// Has every message of a line that is open looked at again when it is due, however long ago it came.
    pub(super) async fn watch_open(&self, line: LineId) -> Answer<()> {
        let folds = self.folds.clone();
        let found = self
            .read(move |reader| {
                let looking = Looking::at(reader, line)?;
                let mut found = Vec::new();
                for place in folds.open_places(&looking)? {
                    found.extend(look_first(&looking, &looking.entry(place)?));
                }
                Ok(found)
            })
            .await?;
        self.engine(move |engine| {
            for (place, look) in found {
                engine.alarms.note(line, place, look);
            }
            Ok(())
        })
        .await
    }

    /// What rings and what is silenced, the longest first.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn alarms(&self) -> Answer<Vec<AlarmView>> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let now = wall_ms();
            let mut alarms: Vec<AlarmView> = engine
                .alarms
                .ringing
                .iter()
                .filter(|(about, _)| engine.sees(&actor, &about.line()))
                .map(|(about, alarm)| engine.alarm_view(&actor, about, alarm, now))
                .collect();
            alarms.sort_by_key(|alarm| (!alarm.is_ringing, alarm.since_ms));
            Ok(alarms)
        })
        .await
    }

    /// Silences an alarm for a stated time, over restarts.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for what does not ring; [`ServiceError::Unusable`] for a time out of range.
    pub async fn silence_alarm(&self, id: &str, request: SilenceRequest) -> Answer<AlarmView> {
        if !(1..=SILENCE_MAX).contains(&request.minutes) {
            let words = format!("an alarm can be silenced for 1 to {SILENCE_MAX} minutes");
            return Err(ServiceError::Unusable(words));
        }
        let id = id.to_owned();
        let actor = self.actor.clone();
        let deed = Deed::new(Act::SilenceAlarm).to(id.as_str());
        let deed = deed.detail(format!("{} minutes", request.minutes));
        self.act(&[Role::DutyOfficer], deed, move |engine| {
            let now = wall_ms();
            let rung = engine
                .alarms
                .ringing
                .iter()
                .find(|(about, _)| about.id() == id);
            let (about, alarm) = rung
                .map(|(about, alarm)| (about.clone(), alarm.clone()))
                .ok_or_else(|| {
                    ServiceError::NotFound(format!(
                        "there is no alarm \"{id}\"; openline alarm list shows all"
                    ))
                })?;
            engine.require(&actor, &[Role::DutyOfficer], Some(&about.line()))?;
            let until = now + i64::from(request.minutes) * 60_000;
            engine.commit(&[Write::Document {
                kind: documents::SILENCE,
                key: &id,
                value: &until.to_be_bytes(),
                updated_ms: now,
            }])?;
            engine.alarms.silenced.insert(id, until);
            Ok(engine.alarm_view(&actor, &about, &alarm, now))
        })
        .await
    }
}

/// Messages near the end of each log, with when each is first to be looked at.
fn open_messages(reader: &Reader, line: LineId) -> Answer<Vec<(Ref, i64)>> {
    let looking = Looking::at(reader, line)?;
    let mut found = Vec::new();
    for party in looking.founded.parties() {
        let from = reader.size(line, party)?.saturating_sub(FILL_MAX);
        looking.walk(party, from, |entry| {
            found.extend(look_first(&looking, entry));
            Ok(true)
        })?;
    }
    Ok(found)
}

/// When a message is first to be looked at; none for what is no message.
fn look_first(looking: &Looking<'_>, entry: &StoredEntry) -> Option<(Ref, i64)> {
    let message = message_of(entry)?;
    let look = first_look(&message, looking.founded.terms(), entry.arrived_ms);
    Some((entry.place, look))
}

fn look(reader: &Reader, line: LineId, place: Ref, me: PartyIndex, now: i64) -> Answer<Looked> {
    let looking = Looking::at(reader, line)?;
    let entry = looking.entry(place)?;
    let mut looked = Looked {
        line,
        place,
        message_type: entry.header.message_type,
        precedence: Precedence::Routine,
        is_for_life: false,
        open: None,
        rings: Vec::new(),
    };
    if entry.header.kind != Kind::Message {
        return Ok(looked);
    }
    let Some(followed) = looking.followed(&entry)? else {
        return Ok(looked);
    };
    let (message, ladder) = (&followed.message, &followed.ladder);
    looked.precedence = message.precedence;
    looked.is_for_life = message.class.as_deref() == Some(SAFETY_OF_LIFE);
    let terms = looking.founded.terms();
    for exchange in exchanges(ladder, message, terms) {
        let precedence = match message.info_precedence {
            Some(precedence) if exchange.is_info => precedence,
            _ => message.precedence,
        };
        let due = deadlines(&exchange, clock_of(terms, precedence), entry.arrived_ms);
        let (rung, next) = rings(
            &exchange,
            message,
            place.party,
            me,
            &due,
            entry.arrived_ms,
            now,
        );
        looked
            .rings
            .extend(rung.into_iter().map(|ring| (exchange.party, ring)));
        if !exchange.is_closed() {
            let open = looked.open.get_or_insert_default();
            open.next = open.next.into_iter().chain(next).min();
            open.waits_to_be_stored |= exchange.owed.contains(&Owed::Stored);
        }
    }
    Ok(looked)
}

impl Engine {
    fn take_looked(&mut self, looked: Looked) {
        let Looked {
            line,
            place,
            message_type,
            precedence,
            is_for_life,
            open,
            rings,
        } = looked;
        self.alarms.looked(line, place, open);
        let mut rung = Vec::new();
        for (party, ring) in rings {
            let about = About::Message(line, place, party, ring.reason);
            let alarm = Alarm {
                since: ring.since,
                call: ring.call,
                message_type,
                precedence: Some(precedence),
                is_for_life,
                said: reason_said(
                    ring.reason,
                    &place_text(place),
                    &self.name_on(&line, place.party),
                ),
            };
            self.ring(about.clone(), alarm);
            rung.push(about);
        }
        let is_over = |about: &About| {
            let is_its = matches!(about, About::Message(l, p, ..) if (*l, *p) == (line, place));
            is_its && !rung.contains(about)
        };
        self.quiet(is_over);
    }

    /// Rings, or changes what rings already.
    fn ring(&mut self, about: About, alarm: Alarm) {
        let before = self.alarms.ringing.get(&about);
        let alarm = Alarm {
            since: before.map_or(alarm.since, |before| before.since),
            ..alarm
        };
        if before == Some(&alarm) {
            return;
        }
        if before.is_none() && matches!(about, About::Message(.., Reason::Overdue(Owed::Stored))) {
            // It may be that the way taken is dead and another is not: all are dialled again at once.
            self.bearers.network_changed();
        }
        tracing::warn!(alarm = about.id(), "an alarm rings");
        let place = match &about {
            About::Message(_, place, ..) => Some((place.party, place.index)),
            _ => None,
        };
        self.tell(News {
            what: "alarm",
            line: Some(about.line()),
            message_type: Some(alarm.message_type),
            place,
            words: alarm.said.words.clone(),
            ..News::default()
        });
        self.alarms.ringing.insert(about, alarm);
    }

    /// Calls people for everything that rings and is not silenced. What has been told already is told again only after a while.
    fn raise_alerts(&self, now: i64) {
        for (about, alarm) in &self.alarms.ringing {
            let id = about.id();
            let is_silenced = self
                .alarms
                .silenced
                .get(&id)
                .is_some_and(|until| *until > now);
            if let Some(alert) = self.alert(about, alarm).filter(|_| !is_silenced) {
                self.alerts.raise(alert);
            }
        }
    }

    /// The alert for an alarm; without content, as every alert.
    fn alert(&self, about: &About, alarm: &Alarm) -> Option<Alert> {
        let kind = match about {
            About::Message(_, _, _, Reason::Arrived) if alarm.is_for_life => {
                AlertKind::SafetyOfLife
            }
            About::Message(_, _, _, Reason::Arrived) => AlertKind::FlashArrived,
            About::Message(_, _, _, Reason::Overdue(owed)) => match owed {
                Owed::Stored => AlertKind::NotStored,
                Owed::Shown => AlertKind::NotShown,
                Owed::Acknowledged => AlertKind::NotAcknowledged,
                Owed::Answered => AlertKind::NotAnswered,
                Owed::ReadBack | Owed::Confirmed => return None,
            },
            About::Message(_, _, _, Reason::ReadBack) => return None,
            About::State(_) => AlertKind::LineState,
            About::Gap(..) => AlertKind::WatchUnattended,
            About::Test(..) => AlertKind::TestMissed,
            About::Drill(_) => AlertKind::Drill,
        };
        if kind == AlertKind::FlashArrived && alarm.precedence != Some(Precedence::Flash) {
            return None;
        }
        let line = about.line();
        let founded = self.founded.get(&line)?;
        let mut alert = Alert::new(kind, AlertId::new(about.id()), alarm.since)
            .on_line(founded.terms())
            .of_type(alarm.message_type)
            .repeating(CALL_AGAIN);
        if let Some(precedence) = alarm.precedence {
            alert = alert.traffic(precedence, alarm.message_type);
        }
        if let About::State(line) = about {
            alert = alert.in_state(crate::state::word(self, line));
        }
        let post = match about {
            About::Gap(_, post) => Some(post.clone()),
            _ => self.own_posts(&line).first().cloned(),
        };
        Some(match (alarm.call, post) {
            (Call::EveryPost, _) | (_, None) => alert,
            (_, Some(post)) => alert.for_post(&post),
        })
    }

    /// Ends alarms whose reason is gone.
    fn quiet(&mut self, is_over: impl Fn(&About) -> bool) {
        let ringing = self.alarms.ringing.iter();
        let over: Vec<(About, MessageType)> = ringing
            .filter(|(about, _)| is_over(about))
            .map(|(about, alarm)| (about.clone(), alarm.message_type))
            .collect();
        for (about, message_type) in over {
            self.alarms.ringing.remove(&about);
            let id = about.id();
            self.alerts.clear(&AlertId::new(id.clone()));
            if self.alarms.silenced.remove(&id).is_some() {
                let gone = Write::DeleteDocument {
                    kind: documents::SILENCE,
                    key: &id,
                };
                if let Err(error) = self.commit(&[gone]) {
                    tracing::warn!(%error, "a silence that is over is still kept");
                }
            }
            self.tell(News {
                what: "alarm-over",
                line: Some(about.line()),
                message_type: Some(message_type),
                words: format!("the alarm {id} is over"),
                ..News::default()
            });
        }
    }

    fn alarm_view(&self, actor: &Actor, about: &About, alarm: &Alarm, now: i64) -> AlarmView {
        let id = about.id();
        let silenced = self.alarms.silenced.get(&id).copied();
        let silenced = silenced.filter(|until| *until > now);
        let line = about.line();
        let place = match about {
            About::Message(_, place, ..) => Some(place_text(*place)),
            _ => None,
        };
        let calls = self.call_said(actor, &line, alarm.call, now);
        AlarmView {
            title: self.title(&line),
            line: line.to_string(),
            place,
            message_type: alarm.message_type.word().to_owned(),
            precedence: alarm
                .precedence
                .map(|precedence| precedence.word().to_owned()),
            is_for_life: alarm.is_for_life,
            since_ms: alarm.since,
            calls: calls.words,
            calls_phrases: calls.phrases,
            words: alarm.said.words.clone(),
            phrases: alarm.said.phrases.clone(),
            offers: self.lines_above(actor, &line),
            is_ringing: silenced.is_none(),
            silenced_until_ms: silenced,
            id,
        }
    }

    fn call_said(&self, actor: &Actor, line: &LineId, call: Call, now: i64) -> SaidView {
        let posts = self.own_posts(line);
        match call {
            Call::OwnPost => {
                let post = posts.first().cloned().unwrap_or_default();
                SaidView::new("calls-post", &post).with("post", &post)
            }
            Call::EveryPost => {
                let posts = posts.join(", ");
                SaidView::new("calls-every-post", format!("every post: {posts}"))
                    .with("posts", posts)
            }
            Call::NextInRota => {
                let next = self.watches.rota().and_then(|rota| {
                    let of_post = |post: &String| rota::next_after(&rota.shifts, post, now);
                    posts.iter().find_map(of_post)
                });
                next.map_or_else(
                    || {
                        SaidView::new(
                            "calls-no-rota",
                            "the next in the rota: the rota names nobody",
                        )
                    },
                    |shift| {
                        let from = utc_text(shift.from);
                        let words = format!("the next in the rota: {}, from {from}", shift.who);
                        SaidView::new("calls-next-in-rota", words)
                            .with("who", &shift.who)
                            .with("from_ms", shift.from)
                    },
                )
            }
            Call::LevelAbove => match self.lines_above(actor, line).as_slice() {
                [] => SaidView::new(
                    "calls-nothing-above",
                    "the level above: there is no line above this one that you may use",
                ),
                lines => {
                    let lines = lines.join(", ");
                    SaidView::new("calls-above", format!("the level above: {lines}"))
                        .with("lines", lines)
                }
            },
        }
    }

    /// Titles of the lines at a higher level with a party of this one, as far as the actor may look at them.
    fn lines_above(&self, actor: &Actor, line: &LineId) -> Vec<String> {
        let level = |id: &LineId| {
            let founded = self.founded.get(id)?;
            LEVELS
                .iter()
                .position(|level| *level == founded.terms().level)
        };
        let Some(own) = level(line) else {
            return Vec::new();
        };
        let parties = |id: &LineId| -> Vec<_> {
            let founded = self.founded.get(id);
            let all = founded.map_or_else(Vec::new, |founded| {
                founded.parties().map(|p| founded.party_id(p)).collect()
            });
            all.into_iter()
                .filter(|id| *id != self.home.party_id())
                .collect()
        };
        let here = parties(line);
        self.founded
            .keys()
            .filter(|id| level(id).is_some_and(|level| level > own))
            .filter(|id| parties(id).iter().any(|party| here.contains(party)))
            .filter(|id| self.sees(actor, id))
            .map(|id| self.title(id))
            .collect()
    }
}
