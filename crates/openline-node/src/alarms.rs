//! Alarms: which messages have to be looked at again and when, and what rings. What a message does is said by
//! [`openline_desk::alarm`]; what there is to do, by `Service::alarm_round`.
//!
//! Nothing here is kept but for how long an alarm is silenced: everything else follows from the record, the watch and the states
//! of the lines, and is found again after a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::AdmittedBatch;
use openline_core::body::Body;
use openline_core::charter::{CharterTerms, Clock};
use openline_core::entry::{MessageType, Ref};
use openline_core::message::{Message, Precedence, SAFETY_OF_LIFE};
use openline_core::{LineId, PartyIndex};
use openline_desk::alarm::{Call, Reason};
use openline_desk::exchange::{Owed, clock_of};
use openline_desk::health::Lack;
use tokio::sync::{Notify, watch};

use crate::identity::wall_ms;
use crate::service::Service;
use crate::view::SaidView;

/// Most messages that are watched at once; beyond that routine ones are looked at only when somebody asks.
pub(crate) const WATCHED_MAX: usize = 65_536;
/// A timer does not notice that the machine's clock was set: it is looked at again after this time at the latest.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(200);

/// What an alarm is about; two alarms about the same are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    /// A message, in its exchange with a party.
    Message(LineId, Ref, PartyIndex, Reason),
    /// A line that has left contact.
    State(LineId),
    /// A post whose watch nobody has taken.
    Gap(LineId, String),
    /// Something that is lacking of a party's test.
    Test(LineId, PartyIndex, Lack),
    /// A drill that we have announced.
    Drill(LineId),
}

impl About {
    /// The line that it is about.
    pub(crate) fn line(&self) -> LineId {
        match self {
            Self::Message(line, ..)
            | Self::State(line)
            | Self::Gap(line, _)
            | Self::Test(line, ..)
            | Self::Drill(line) => *line,
        }
    }

    /// What people and programs call the alarm by.
    pub(crate) fn id(&self) -> String {
        let reason = |reason: Reason| match reason {
            Reason::Arrived => "arrived".to_owned(),
            Reason::ReadBack => "to-confirm".to_owned(),
            Reason::Overdue(owed) => format!("not-{}", owed.word().replace(' ', "-")),
        };
        match self {
            Self::Message(line, place, party, why) => format!(
                "{}.{}.{}-{}.{}",
                reason(*why),
                line.short(),
                place.party,
                place.index,
                party
            ),
            Self::State(line) => format!("state.{}", line.short()),
            Self::Gap(line, post) => format!("unattended.{}.{post}", line.short()),
            Self::Test(line, party, lack) => {
                let lack = match lack {
                    Lack::Test => "not-held".to_owned(),
                    Lack::Answer(by) => format!("not-answered.{by}"),
                    Lack::Acknowledgement(by) => format!("not-acknowledged.{by}"),
                };
                format!("test.{}.{party}.{lack}", line.short())
            }
            Self::Drill(line) => format!("drill.{}", line.short()),
        }
    }
}

/// Something that rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// Since when, ms.
    pub(crate) since: i64,
    /// Whom it calls.
    pub(crate) call: Call,
    /// Type of what it is about.
    pub(crate) message_type: MessageType,
    /// Precedence of the message, if it is about one.
    pub(crate) precedence: Option<Precedence>,
    /// Whether it is about safety of life.
    pub(crate) is_for_life: bool,
    /// In a sentence, without content.
    pub(crate) said: SaidView,
}

/// A message that is not done, as a look at it has found it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StillOpen {
    /// When it may ring anew by itself, ms.
    pub(crate) next: Option<i64>,
    /// Whether an addressee does not hold it yet.
    pub(crate) waits_to_be_stored: bool,
}

/// What is watched, and what rings.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    /// When each message is to be looked at next, ms.
    watched: BTreeMap<(LineId, Ref), i64>,
    due: BTreeSet<(i64, LineId, Ref)>,
    /// Those that wait to be stored somewhere: a cosignature says that they may be, and no entry does.
    unstored: BTreeSet<(LineId, Ref)>,
    /// Lines whose record has been looked through for open messages.
    pub(crate) filled: BTreeSet<LineId>,
    pub(crate) ringing: BTreeMap<About, Alarm>,
    /// By line: the slot that closed last, ms, and what is lacking of each party's test for it.
    lacking: BTreeMap<LineId, (i64, Vec<(PartyIndex, Lack)>)>,
    /// Until when an alarm is silenced, ms, by its id.
    pub(crate) silenced: BTreeMap<String, i64>,
    wanted: Arc<Notify>,
}

impl Alarms {
    /// Notified when there may be something for a round to do.
    pub(crate) fn wanted(&self) -> Arc<Notify> {
        self.wanted.clone()
    }

    /// Something has happened that a round should look at.
    pub(crate) fn want(&self) {
        self.wanted.notify_one();
    }

    /// Says what is lacking of the tests for the slot of a line that closed last.
    pub(crate) fn note_lacking(
        &mut self,
        line: LineId,
        lacking: Option<(i64, Vec<(PartyIndex, Lack)>)>,
    ) {
        let before = match &lacking {
            Some(lacking) => self.lacking.insert(line, lacking.clone()),
            None => self.lacking.remove(&line),
        };
        if before != lacking {
            self.want();
        }
    }

    /// What is lacking of tests: the line, the slot, ms, whose test it is, and what.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = (LineId, i64, PartyIndex, Lack)> + '_ {
        self.lacking.iter().flat_map(|(line, (slot, lacks))| {
            lacks
                .iter()
                .map(|(party, lack)| (*line, *slot, *party, *lack))
        })
    }

    /// Follows a batch that has become durable.
    pub(crate) fn follow(&mut self, line: LineId, terms: &CharterTerms, batch: &AdmittedBatch) {
        let now = wall_ms();
        for entry in batch.entries() {
            match entry.body() {
                Some(Body::Message(message)) => {
                    self.note(line, entry.place(), first_look(message, terms, now));
                    self.touch(line, entry.header().refs.first());
                }
                Some(Body::Receipt(_) | Body::Answer(_)) => {
                    self.touch(line, entry.header().refs.first());
                }
                // It is about a read-back, whose message is not at hand: all that waits to be confirmed is looked at.
                Some(Body::Confirmation(_)) => self.touch_all_of(line),
                _ => {}
            }
        }
    }

    /// Watches a message, from `look` on.
    pub(crate) fn note(&mut self, line: LineId, place: Ref, look: i64) {
        let is_new = !self.watched.contains_key(&(line, place));
        if is_new && self.watched.len() >= WATCHED_MAX {
            return;
        }
        self.set(line, place, look);
        // Whoever goes round sleeps until what was the next look before this one.
        if self.next_look() == Some(look) {
            self.want();
        }
    }

    fn set(&mut self, line: LineId, place: Ref, look: i64) {
        if let Some(before) = self.watched.insert((line, place), look) {
            self.due.remove(&(before, line, place));
        }
        self.due.insert((look, line, place));
    }

    fn touch(&mut self, line: LineId, place: Option<&Ref>) {
        if let Some(place) = place.filter(|place| self.watched.contains_key(&(line, **place))) {
            self.set(line, *place, 0);
            self.want();
        }
    }

    /// Somebody holds this much of a log.
    pub(crate) fn follow_cosignature(&mut self, line: LineId, log: PartyIndex, size: u64) {
        let at = |index| (line, Ref { party: log, index });
        let places: Vec<Ref> = self
            .unstored
            .range(at(0)..at(size))
            .map(|(_, place)| *place)
            .collect();
        for place in places {
            self.touch(line, Some(&place));
        }
    }

    fn touch_all_of(&mut self, line: LineId) {
        let rings = |about: &About| match about {
            About::Message(of, place, _, Reason::ReadBack) if *of == line => Some(*place),
            _ => None,
        };
        let places: Vec<Ref> = self.ringing.keys().filter_map(rings).collect();
        for place in places {
            self.touch(line, Some(&place));
        }
    }

    /// Messages that are to be looked at by `now`, at most `count`.
    pub(crate) fn take_due(&mut self, now: i64, count: usize) -> Vec<(LineId, Ref)> {
        let due: Vec<_> = self
            .due
            .iter()
            .take_while(|(look, _, _)| *look <= now)
            .take(count)
            .map(|(_, line, place)| (*line, *place))
            .collect();
        // Should the round break off, they are looked at again.
        for (line, place) in &due {
            self.set(*line, *place, now + 1_000);
        }
        due
    }

    /// When the next message is to be looked at, ms.
    pub(crate) fn next_look(&self) -> Option<i64> {
        self.due.first().map(|(look, _, _)| *look)
    }

    /// A message has been looked at: nothing is owed any more, or it is to be looked at again, by itself or when somebody holds it.
    pub(crate) fn looked(&mut self, line: LineId, place: Ref, open: Option<StillOpen>) {
        self.unstored.remove(&(line, place));
        if let Some(open) = open {
            self.set(line, place, open.next.unwrap_or(i64::MAX));
            if open.waits_to_be_stored {
                self.unstored.insert((line, place));
            }
        } else if let Some(before) = self.watched.remove(&(line, place)) {
            self.due.remove(&(before, line, place));
        }
    }
}

/// When a message that has just come is first looked at: at once if it is urgent, else when its first clock runs out.
pub(crate) fn first_look(message: &Message, terms: &CharterTerms, now: i64) -> i64 {
    let is_for_life = message.class.as_deref() == Some(SAFETY_OF_LIFE);
    if is_for_life || message.precedence <= Precedence::Immediate {
        return 0;
    }
    let spans = |clock: &Clock| [clock.stored, clock.shown, clock.acknowledged];
    let clocks = std::iter::once(message.precedence).chain(message.info_precedence);
    let first = clocks
        .flat_map(|precedence| spans(clock_of(terms, precedence)))
        .filter(|span| !span.is_zero())
        .min();
    first.map_or(i64::MAX, |span| {
        now.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
    })
}

/// Why a message rings: it is named by its place and its author.
pub(crate) fn reason_said(reason: Reason, place: &str, author: &str) -> SaidView {
    let (id, what) = match reason {
        Reason::Arrived => (
            "alarm-arrived".to_owned(),
            "has arrived and nobody has acknowledged it".to_owned(),
        ),
        Reason::ReadBack => (
            "alarm-read-back".to_owned(),
            "has been read back; say whether rightly: openline confirm".to_owned(),
        ),
        Reason::Overdue(Owed::Answered) => (
            "alarm-not-answered".to_owned(),
            "was not answered by the promised time".to_owned(),
        ),
        Reason::Overdue(owed) => (
            format!("alarm-not-{}", owed.word().replace(' ', "-")),
            format!("was not {} in time", owed.word()),
        ),
    };
    SaidView::new(&id, format!("entry {place} of {author} {what}"))
        .with("place", place)
        .with("author", author)
}

/// Goes round until the node stops.
pub(crate) async fn run(service: Service, mut stopped: watch::Receiver<bool>) {
    let Ok(wanted) = service.alarms_wanted().await else {
        return;
    };
    loop {
        let next = match service.alarm_round(wall_ms()).await {
            Ok(next) => next,
            Err(error) => {
                tracing::debug!(%error, "a round of the alarms was broken off");
                None
            }
        };
        let wait = next.map_or(LOOK_AGAIN, |next| {
            let ms = u64::try_from(next - wall_ms()).unwrap_or(0);
            Duration::from_millis(ms).min(LOOK_AGAIN)
        });
        tokio::select! {
            _ = stopped.changed() => return,
            () = wanted.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::Hash;

    #[tokio::test]
    async fn whoever_sleeps_is_woken_for_an_earlier_look_and_for_no_later_one() {
        let mut alarms = Alarms::default();
        let wanted = alarms.wanted();
        let looks = [
            (5_000, true),
            (9_000, false),
            (1_000, true),
            (1_000, true),
            (1_001, false),
        ];
        for (index, (look, is_woken)) in looks.into_iter().enumerate() {
            let place = Ref {
                party: PartyIndex(0),
                index: index as u64,
            };
            alarms.note(LineId(Hash([0; 32])), place, look);
            let woken = tokio::time::timeout(Duration::ZERO, wanted.notified()).await;
            assert_eq!(woken.is_ok(), is_woken, "look at {look}");
        }
    }
}
