//! The watch: who has it on each post of each line, and the rota that says who should. Kept here as documents of the store; of
//! it all, only what the charter lets be told of a post ever leaves, and never a name.

pub(crate) mod calendar;
pub(crate) mod post;

use std::collections::BTreeMap;
use std::sync::Arc;

use openline_core::LineId;
use openline_core::charter::WatchShown;
use openline_core::watch::PostWatch;
use openline_desk::rota::{self, Gap, Shift};
use openline_store::{ReadError, Reader, Write};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::engine::tell::News;
use crate::error::ServiceError;
use crate::view::SaidView;
use calendar::{Calendar, CalendarError, ROTA_DAYS_MAX};
use post::{NotDone, PostLog};

const DAY_MS: i64 = 86_400_000;
/// How far back shifts are worked out: as long as one may be.
const ROTA_BACK_MS: i64 = 31 * DAY_MS;
/// Shifts are worked out anew after this time, so that the horizon moves on.
const ROTA_RENEWED_MS: i64 = DAY_MS;
/// The key of the rota among the documents of its kind.
const ROTA_KEY: &str = "calendar";

/// The watch of every post, and the rota.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    posts: BTreeMap<(LineId, String), PostLog>,
    rota: Option<Arc<Rota>>,
}

/// A rota with its shifts worked out around a time.
#[derive(Debug)]
pub(crate) struct Rota {
    pub(crate) kept: KeptRota,
    calendar: Calendar,
    /// When the shifts were worked out, ms.
    made: i64,
    pub(crate) shifts: Vec<Shift>,
}

/// The rota as it is kept: the calendar's own text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptRota {
    pub(crate) text: String,
    pub(crate) zone: String,
    pub(crate) post: Option<String>,
    pub(crate) imported_ms: i64,
}

impl Rota {
    /// Reads a calendar and works its shifts out around `now`.
    pub(crate) fn new(kept: KeptRota, now: i64) -> Result<Self, CalendarError> {
        let calendar = Calendar::parse(&kept.text, &kept.zone, kept.post.as_deref())?;
        let shifts = calendar.shifts(now - ROTA_BACK_MS, horizon(now))?;
        Ok(Self {
            kept,
            calendar,
            made: now,
            shifts,
        })
    }

    /// The same rota with the shifts around `now`, if those that it has are of another day.
    fn renewed(&self, now: i64) -> Option<Self> {
        if (now - self.made).abs() < ROTA_RENEWED_MS {
            return None;
        }
        let shifts = self
            .calendar
            .shifts(now - ROTA_BACK_MS, horizon(now))
            .ok()?;
        Some(Self {
            kept: self.kept.clone(),
            calendar: self.calendar.clone(),
            made: now,
            shifts,
        })
    }
}

fn horizon(now: i64) -> i64 {
    now + i64::from(ROTA_DAYS_MAX) * DAY_MS
}

impl Watches {
    /// Reads what the store keeps. `None` if a watch can't be read; a rota that can't be is left out, with a word in the log.
    pub(crate) fn load(store: &Reader, now: i64) -> Result<Option<Self>, ReadError> {
        let mut posts = BTreeMap::new();
        for document in store.documents(documents::WATCH)? {
            let key = document
                .key
                .split_once('/')
                .and_then(|(line, post)| Some((line.parse::<LineId>().ok()?, post.to_owned())));
            let log = serde_json::from_slice(&document.value).ok();
            let (Some(key), Some(log)) = (key, log) else {
                return Ok(None);
            };
            posts.insert(key, log);
        }
        let rota = store.document(documents::ROTA, ROTA_KEY)?;
        let rota = rota.and_then(|document| match read_rota(&document.value, now) {
            Ok(rota) => Some(Arc::new(rota)),
            Err(why) => {
                tracing::warn!(why, "the rota can't be read; import it again");
                None
            }
        });
        Ok(Some(Self { posts, rota }))
    }

    /// The watch of a post, if anybody ever had it.
    pub(crate) fn of(&self, line: &LineId, post: &str) -> Option<&PostLog> {
        self.posts.get(&(*line, post.to_owned()))
    }

    pub(crate) fn rota(&self) -> Option<&Arc<Rota>> {
        self.rota.as_ref()
    }

    /// When the next watch is over by itself, or the next shift begins: then something is to be told.
    pub(crate) fn next_change(&self, now: i64) -> Option<i64> {
        let ends = self.posts.values().filter_map(PostLog::until);
        let shifts = self.rota.iter().flat_map(|rota| &rota.shifts);
        let begins = shifts.map(|shift| shift.from).filter(|from| *from > now);
        ends.chain(begins).min()
    }
}

fn read_rota(bytes: &[u8], now: i64) -> Result<Rota, String> {
    let kept: KeptRota = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    Rota::new(kept, now).map_err(|error| error.to_string())
}

/// What a list of entries or a watcher calls a post of a line.
fn post_words(title: &str, post: &str) -> String {
    format!("the watch of {post} on \"{title}\"")
}

impl Engine {
    /// Whether somebody has the watch of one of our posts now.
    #[must_use]
    pub(crate) fn is_on_watch(&self, line: &LineId, post: &str) -> bool {
        let now = crate::identity::wall_ms();
        self.watches
            .of(line, post)
            .is_some_and(|log| log.holder(now).is_some())
    }

    /// Our posts on a line, in the charter's order.
    pub(crate) fn own_posts(&self, line: &LineId) -> Vec<String> {
        let me = self.machine.me(line);
        let member = self.founded.get(line).zip(me);
        member
            .and_then(|(founded, me)| founded.member(me))
            .map_or_else(Vec::new, |member| member.posts.clone())
    }

    pub(crate) fn title(&self, line: &LineId) -> String {
        let founded = self.founded.get(line);
        founded.map_or_else(|| line.short(), |founded| founded.terms().title.clone())
    }

    /// Our posts on a line as they are; never who has the watch.
    pub(crate) fn own_watch(&self, line: &LineId) -> Vec<PostWatch> {
        let now = crate::identity::wall_ms();
        let watch = |post: String| {
            let holder = self.watches.of(line, &post).and_then(|log| log.holder(now));
            PostWatch {
                is_attended: holder.is_some(),
                until: holder.and_then(|holder| holder.until),
                languages: holder.map_or_else(Vec::new, |holder| holder.languages.clone()),
                post,
            }
        };
        self.own_posts(line).into_iter().map(watch).collect()
    }

    /// What may be told to the other parties of our posts on a line: as the charter says.
    pub(crate) fn posts_on_watch(&self, line: &LineId) -> Vec<PostWatch> {
        let Some(shown) = self.founded.get(line).map(|founded| founded.terms().watch) else {
            return Vec::new();
        };
        let posts = self.own_watch(line);
        match shown {
            WatchShown::Nothing => Vec::new(),
            WatchShown::Full => posts,
            WatchShown::Attended => posts
                .into_iter()
                .map(|post| PostWatch {
                    until: None,
                    languages: Vec::new(),
                    ..post
                })
                .collect(),
        }
    }

    /// Changes the watch of a post on several lines: on all of them, or on none.
    pub(crate) fn change_watch(
        &mut self,
        lines: &[LineId],
        post: &str,
        change: impl Fn(&mut PostLog) -> Result<(), NotDone>,
    ) -> Result<(), ServiceError> {
        let mut changed = Vec::new();
        for line in lines {
            let mut log = self.watches.of(line, post).cloned().unwrap_or_default();
            change(&mut log).map_err(|why| self.not_done(line, post, why))?;
            changed.push((*line, log));
        }
        self.keep_watches(post, changed)
    }

    fn keep_watches(
        &mut self,
        post: &str,
        changed: Vec<(LineId, PostLog)>,
    ) -> Result<(), ServiceError> {
        let updated_ms = crate::identity::wall_ms();
        let kept = changed
            .iter()
            .map(|(line, log)| {
                let value = serde_json::to_vec(log)
                    .map_err(|error| ServiceError::Unusable(error.to_string()))?;
                Ok((format!("{line}/{post}"), value))
            })
            .collect::<Result<Vec<_>, ServiceError>>()?;
        let writes: Vec<Write<'_>> = kept
            .iter()
            .map(|(key, value)| Write::Document {
                kind: documents::WATCH,
                key,
                value,
                updated_ms,
            })
            .collect();
        self.commit(&writes)?;
        for (line, log) in changed {
            self.watches.posts.insert((line, post.to_owned()), log);
        }
        Ok(())
    }

    fn not_done(&self, line: &LineId, post: &str, why: NotDone) -> ServiceError {
        let what = post_words(&self.title(line), post);
        ServiceError::Conflict(match why {
            NotDone::Held { by, since } => format!(
                "{by} has {what} since {}; let it be handed over, or take it all the same (openline watch take --relieve)",
                crate::service::entries::utc_text(since)
            ),
            NotDone::NoteUnread(_) => format!(
                "a handover note waits for whoever takes {what}: read it first (openline watch show), and name it as read"
            ),
            NotDone::OfAnother { who } => format!(
                "{who} has {what}, and only that officer or an administrator ends it; to relieve that officer, take it yourself: openline watch take --post {post} --relieve"
            ),
            NotDone::Unattended => {
                format!("nobody has {what}; take it first: openline watch take --post {post}")
            }
        })
    }

    /// Ends watches whose time is over; returns the lines on which that is so.
    pub(crate) fn end_watches(&mut self, now: i64) -> Result<Vec<LineId>, ServiceError> {
        let over: Vec<(LineId, String)> = self
            .watches
            .posts
            .iter()
            .filter(|(_, log)| log.until().is_some_and(|until| until <= now))
            .map(|(key, _)| key.clone())
            .collect();
        for (line, post) in &over {
            self.change_watch(&[*line], post, |log| {
                log.settle(now);
                Ok(())
            })?;
        }
        Ok(over.into_iter().map(|(line, _)| line).collect())
    }

    /// The watch of a post on a line has changed: those who follow events are told, and the other parties as far as the charter lets them be.
    pub(crate) fn watch_changed(&mut self, line: &LineId) {
        let now = crate::identity::wall_ms();
        let posts = self.own_posts(line).into_iter().map(|post| {
            let is_attended = self
                .watches
                .of(line, &post)
                .is_some_and(|log| log.holder(now).is_some());
            format!(
                "{post} is {}",
                if is_attended {
                    "attended"
                } else {
                    "unattended"
                }
            )
        });
        let words = format!(
            "\"{}\": {}",
            self.title(line),
            posts.collect::<Vec<_>>().join(", ")
        );
        self.round_wanted.notify_one();
        self.say_watch(line);
        self.tell(News {
            what: "watch",
            line: Some(*line),
            words,
            ..News::default()
        });
    }

    /// Keeps a rota in place of the one that is there, or none.
    pub(crate) fn keep_rota(&mut self, rota: Option<Rota>) -> Result<(), ServiceError> {
        match &rota {
            Some(rota) => {
                let value = serde_json::to_vec(&rota.kept)
                    .map_err(|error| ServiceError::Unusable(error.to_string()))?;
                self.commit(&[Write::Document {
                    kind: documents::ROTA,
                    key: ROTA_KEY,
                    value: &value,
                    updated_ms: crate::identity::wall_ms(),
                }])?;
            }
            None => self.commit(&[Write::DeleteDocument {
                kind: documents::ROTA,
                key: ROTA_KEY,
            }])?,
        }
        self.watches.rota = rota.map(Arc::new);
        self.round_wanted.notify_one();
        Ok(())
    }

    /// Works the rota's shifts out anew when a day has passed.
    pub(crate) fn renew_rota(&mut self, now: i64) {
        let renewed = self
            .watches
            .rota
            .as_ref()
            .and_then(|rota| rota.renewed(now));
        if let Some(rota) = renewed {
            self.watches.rota = Some(Arc::new(rota));
        }
    }

    /// Where the watch of our posts is not as the rota says, at `now`.
    pub(crate) fn watch_gaps(&self, now: i64) -> Vec<(LineId, String, Gap)> {
        let Some(rota) = self.watches.rota() else {
            return Vec::new();
        };
        let mut gaps = Vec::new();
        for line in self.founded.keys() {
            for post in self.own_posts(line) {
                let log = self.watches.of(line, &post);
                let holder = log.and_then(|log| log.holder(now));
                let ended = log.and_then(|log| log.ended(now));
                let who = holder.map(|holder| holder.who.as_str());
                let gap = rota::gap(&rota.shifts, &post, who, ended, now);
                gaps.extend(gap.map(|gap| (*line, post, gap)));
            }
        }
        gaps
    }

    /// A gap in a sentence.
    pub(crate) fn gap_said(&self, line: &LineId, post: &str, gap: &Gap) -> SaidView {
        let title = self.title(line);
        let what = post_words(&title, post);
        let said = match gap {
            Gap::NotTaken { who, since } => {
                let from = crate::service::entries::utc_text(*since);
                let words =
                    format!("nobody has taken {what}, which the rota gives to {who}, since {from}");
                SaidView::new("watch-not-taken", words)
                    .with("who", who)
                    .with("since_ms", *since)
            }
            Gap::Other { holder, who } => {
                let words = format!("{holder} has {what}; the rota gives it to {who}");
                SaidView::new("watch-other", words)
                    .with("holder", holder)
                    .with("who", who)
            }
        };
        said.with("post", post).with("line", title)
    }
}
