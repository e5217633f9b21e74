//! The watch of one post on one line: who has it, what was left for the next officer, and who had it before.
//!
//! All of it stays here: no name of a person is on the record or on the wire.

use openline_core::Hash;
use serde::{Deserialize, Serialize};

/// Longest name of an officer, bytes.
pub(crate) const WHO_MAX: usize = 256;
/// Longest handover note, bytes.
pub(crate) const HANDOVER_NOTE_MAX: usize = 8192;
/// Watches kept for each post after they have ended; the oldest go first.
pub(crate) const WATCHES_KEPT_MAX: usize = 200;

/// Who has a watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// A name or an office.
    pub(crate) who: String,
    /// The officer who took it, as this node knows them; none when an administrator did.
    #[serde(default)]
    pub(crate) officer: Option<String>,
    pub(crate) since: i64,
    /// When it is over by itself, ms.
    pub(crate) until: Option<i64>,
    pub(crate) languages: Vec<String>,
}

impl Holder {
    /// Whether the watch is this officer's; an administrator may speak for every watch, and every officer for one that an
    /// administrator took.
    fn is_of(&self, officer: Option<&str>) -> bool {
        match (&self.officer, officer) {
            (Some(holder), Some(officer)) => holder == officer,
            _ => true,
        }
    }
}

/// What an officer leaves for the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandoverNote {
    /// Names the note: who takes the watch must name it, and so has been given it.
    pub(crate) id: String,
    pub(crate) from: String,
    /// Whom it is meant for; none when its author stood down.
    pub(crate) to: Option<String>,
    pub(crate) at: i64,
    pub(crate) text: String,
}

/// How a watch ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    HandedOver {
        to: String,
    },
    Relieved {
        by: String,
    },
    StoodDown,
    /// Its time was over.
    Over,
}

/// A watch that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PastWatch {
    pub(crate) holder: Holder,
    pub(crate) ended: i64,
    pub(crate) ending: Ending,
    /// The note that was left at its end.
    pub(crate) note: Option<String>,
}

/// What somebody gives who takes a watch.
#[derive(Debug, Clone)]
pub(crate) struct Taking<'a> {
    pub(crate) who: &'a str,
    /// The officer who asks.
    pub(crate) officer: Option<&'a str>,
    pub(crate) until: Option<i64>,
    pub(crate) languages: &'a [String],
    /// Notes that have been read, by id.
    pub(crate) notes_read: &'a [String],
    /// Take it even if somebody else has it.
    pub(crate) relieves: bool,
}

/// Why a watch can't be taken, handed over or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// Somebody else has it.
    Held { by: String, since: i64 },
    /// A note waits that has not been read.
    NoteUnread(String),
    /// Nobody has it.
    Unattended,
    /// Another officer has it.
    OfAnother { who: String },
}

/// The watch of one post on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostLog {
    holder: Option<Holder>,
    note: Option<HandoverNote>,
    past: Vec<PastWatch>,
}

impl PostLog {
    /// Who has the watch at `now`.
    pub(crate) fn holder(&self, now: i64) -> Option<&Holder> {
        let holder = self.holder.as_ref();
        holder.filter(|holder| holder.until.is_none_or(|until| now < until))
    }

    /// The note that waits for the next officer.
    pub(crate) fn note(&self) -> Option<&HandoverNote> {
        self.note.as_ref()
    }

    /// Watches that have ended, oldest first.
    pub(crate) fn past(&self) -> &[PastWatch] {
        &self.past
    }

    /// When the watch was last held, if nobody has it at `now`.
    pub(crate) fn ended(&self, now: i64) -> Option<i64> {
        if self.holder(now).is_some() {
            return None;
        }
        let over = self.holder.as_ref().and_then(|holder| holder.until);
        over.or_else(|| self.past.last().map(|past| past.ended))
    }

    /// When the present watch will be over by itself.
    pub(crate) fn until(&self) -> Option<i64> {
        self.holder.as_ref().and_then(|holder| holder.until)
    }

    /// Puts a watch whose time is over among the past ones; true if there was one.
    pub(crate) fn settle(&mut self, now: i64) -> bool {
        let Some(until) = self.until().filter(|until| *until <= now) else {
            return false;
        };
        self.end(until, Ending::Over);
        true
    }

    /// Takes the watch. Who has it already may say a new end and new languages.
    pub(crate) fn take(&mut self, taking: &Taking<'_>, now: i64) -> Result<(), NotDone> {
        self.settle(now);
        let is_own = self
            .holder
            .as_ref()
            .is_some_and(|holder| holder.who == taking.who && holder.is_of(taking.officer));
        if let Some(holder) = self.holder.as_ref().filter(|_| !is_own) {
            let is_meant = |note: &HandoverNote| note.to.as_deref() == Some(taking.who);
            let is_handed_over = self.note.as_ref().is_some_and(is_meant);
            if !is_handed_over && !taking.relieves {
                return Err(NotDone::Held {
                    by: holder.who.clone(),
                    since: holder.since,
                });
            }
        }
        self.check_note(taking)?;
        let since = match &self.holder {
            Some(holder) if is_own => holder.since,
            _ => now,
        };
        if !is_own {
            self.end_by(taking.who, now);
        }
        self.holder = Some(Holder {
            who: taking.who.to_owned(),
            officer: taking.officer.map(str::to_owned),
            since,
            until: taking.until,
            languages: taking.languages.to_vec(),
        });
        Ok(())
    }

    fn check_note(&self, taking: &Taking<'_>) -> Result<(), NotDone> {
        let unread = self
            .note
            .as_ref()
            .filter(|note| note.from != taking.who && !taking.notes_read.contains(&note.id));
        match unread {
            Some(note) => Err(NotDone::NoteUnread(note.id.clone())),
            None => Ok(()),
        }
    }

    /// Another officer takes over: the present watch ends, and the note has been read.
    fn end_by(&mut self, who: &str, now: i64) {
        let is_meant = |note: &HandoverNote| note.to.as_deref() == Some(who);
        let who = who.to_owned();
        let ending = if self.note.as_ref().is_some_and(is_meant) {
            Ending::HandedOver { to: who }
        } else {
            Ending::Relieved { by: who }
        };
        self.end(now, ending);
        self.note = None;
    }

    /// Leaves a note for `to`. The watch is held until it is taken over. Only the officer who has the watch hands it over, or an
    /// administrator.
    pub(crate) fn hand_over(
        &mut self,
        officer: Option<&str>,
        to: &str,
        text: &str,
        now: i64,
    ) -> Result<(), NotDone> {
        let holder = self.own(officer, now)?;
        self.note = Some(note(&holder.who, Some(to), text, now));
        Ok(())
    }

    /// Gives the watch up; nobody has it then. Only the officer who has it does, or an administrator.
    pub(crate) fn stand_down(
        &mut self,
        officer: Option<&str>,
        text: Option<&str>,
        now: i64,
    ) -> Result<(), NotDone> {
        let holder = self.own(officer, now)?;
        if let Some(text) = text {
            self.note = Some(note(&holder.who, None, text, now));
        }
        self.end(now, Ending::StoodDown);
        Ok(())
    }

    /// The present watch, if this officer may speak for it.
    fn own(&mut self, officer: Option<&str>, now: i64) -> Result<&Holder, NotDone> {
        self.settle(now);
        let holder = self.holder.as_ref().ok_or(NotDone::Unattended)?;
        if holder.is_of(officer) {
            return Ok(holder);
        }
        Err(NotDone::OfAnother {
            who: holder.who.clone(),
        })
    }

    fn end(&mut self, at: i64, ending: Ending) {
        let Some(holder) = self.holder.take() else {
            return;
        };
        let own = self.note.as_ref().filter(|note| note.from == holder.who);
        let note = own.map(|note| note.text.clone());
        self.past.push(PastWatch {
            holder,
            ended: at,
            ending,
            note,
        });
        let over = self.past.len().saturating_sub(WATCHES_KEPT_MAX);
        self.past.drain(..over);
    }
}

fn note(from: &str, to: Option<&str>, text: &str, at: i64) -> HandoverNote {
    let hash = Hash::of(&[from.as_bytes(), b"\n", text.as_bytes(), &at.to_be_bytes()]);
    HandoverNote {
        id: hash.to_string()[..16].to_owned(),
        from: from.to_owned(),
        to: to.map(str::to_owned),
        at,
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(who: &str) -> Taking<'_> {
        Taking {
            who,
            officer: None,
            until: None,
            languages: &[],
            notes_read: &[],
            relieves: false,
        }
    }

    fn who(log: &PostLog, now: i64) -> Option<&str> {
        log.holder(now).map(|holder| holder.who.as_str())
    }

    #[test]
    fn a_watch_is_over_by_itself_when_its_time_has_come() {
        let mut log = PostLog::default();
        assert_eq!((who(&log, 0), log.ended(0)), (None, None));
        let until = Taking {
            until: Some(100),
            ..taking("Day")
        };
        assert_eq!(log.take(&until, 10), Ok(()));
        assert_eq!([who(&log, 99), who(&log, 100)], [Some("Day"), None]);
        assert_eq!([log.ended(99), log.ended(100)], [None, Some(100)]);
        assert_eq!(log.stand_down(None, None, 150), Err(NotDone::Unattended));
        assert_eq!(log.past()[0].ending, Ending::Over);
        assert_eq!(log.past()[0].ended, 100);
        assert!(!log.settle(200), "it ends once");
    }

    #[test]
    fn nobody_takes_anothers_watch_unless_it_is_handed_over_or_taken_knowingly() {
        let mut log = PostLog::default();
        log.take(&taking("Day"), 10).expect("free");
        let held = Err(NotDone::Held {
            by: "Day".into(),
            since: 10,
        });
        assert_eq!(log.take(&taking("Night"), 20), held);
        log.hand_over(None, "Night", "Quiet.", 30).expect("held");
        assert_eq!(who(&log, 40), Some("Day"), "until it is taken over");
        assert_eq!(log.take(&taking("Third"), 50), held);
        let id = log.note().expect("a note").id.clone();
        assert_eq!(
            log.take(&taking("Night"), 50),
            Err(NotDone::NoteUnread(id.clone()))
        );
        let read = Taking {
            notes_read: &[id],
            ..taking("Night")
        };
        assert_eq!(log.take(&read, 60), Ok(()));
        assert_eq!((who(&log, 60), log.note()), (Some("Night"), None));
        let past = &log.past()[0];
        assert_eq!(past.ending, Ending::HandedOver { to: "Night".into() });
        assert_eq!((past.ended, past.note.as_deref()), (60, Some("Quiet.")));
        let relieving = Taking {
            relieves: true,
            ..taking("Third")
        };
        assert_eq!(log.take(&relieving, 70), Ok(()));
        assert_eq!(
            log.past()[1].ending,
            Ending::Relieved { by: "Third".into() }
        );
    }

    #[test]
    fn a_watch_is_of_the_officer_who_took_it_whatever_name_is_given() {
        let mut log = PostLog::default();
        let by = |officer| Taking {
            officer: Some(officer),
            ..taking("Duty officer")
        };
        log.take(&by("watch-1"), 10).expect("free");
        assert!(matches!(
            log.take(&by("watch-2"), 20),
            Err(NotDone::Held { .. })
        ));
        let of_another = Err(NotDone::OfAnother {
            who: "Duty officer".into(),
        });
        assert_eq!(log.stand_down(Some("watch-2"), None, 30), of_another);
        assert_eq!(
            log.hand_over(Some("watch-2"), "Me", "Mine.", 30),
            of_another
        );
        log.hand_over(Some("watch-1"), "Night", "Quiet.", 40)
            .expect("own");
        log.stand_down(None, None, 50)
            .expect("an administrator may");
    }

    #[test]
    fn a_note_waits_for_the_next_officer_however_the_watch_ended() {
        let mut log = PostLog::default();
        let until = Taking {
            until: Some(50),
            ..taking("Day")
        };
        log.take(&until, 10).expect("free");
        log.hand_over(None, "Night", "The line was down.", 40)
            .expect("held");
        assert_eq!(who(&log, 60), None);
        assert!(matches!(
            log.take(&taking("Third"), 60),
            Err(NotDone::NoteUnread(_))
        ));
        let id = log.note().expect("it waits").id.clone();
        log.take(
            &Taking {
                notes_read: &[id],
                ..taking("Third")
            },
            70,
        )
        .expect("free");
        log.stand_down(None, Some("Gone to the exercise."), 80)
            .expect("held");
        assert_eq!(
            log.note().map(|note| note.text.as_str()),
            Some("Gone to the exercise.")
        );
        assert_eq!(
            log.take(&taking("Third"), 90),
            Ok(()),
            "its own author knows it"
        );
    }

    #[test]
    fn who_has_the_watch_may_change_its_end_and_languages() {
        let mut log = PostLog::default();
        log.take(&taking("Day"), 10).expect("free");
        let longer = Taking {
            until: Some(500),
            languages: &["en".to_owned()],
            ..taking("Day")
        };
        log.take(&longer, 20).expect("own");
        let holder = log.holder(20).expect("held");
        assert_eq!((holder.since, holder.until), (10, Some(500)));
        assert_eq!(holder.languages, ["en"]);
        assert!(log.past().is_empty());
    }

    #[test]
    fn what_is_kept_of_the_past_is_bounded() {
        let mut log = PostLog::default();
        for at in 0..=WATCHES_KEPT_MAX as i64 {
            log.take(&taking("Day"), at).expect("free");
            log.stand_down(None, None, at).expect("held");
        }
        assert_eq!(log.past().len(), WATCHES_KEPT_MAX);
        assert_eq!(log.past()[0].holder.since, 1);
    }
}
