//! Notifications whose event lies ahead: when each is due again, whether that went, and who has had it.
//!
//! A note that was given weeks before may be with nobody when the event comes. So a template names offsets before the event at
//! which the notification is repeated, each with receipts of its own. Time is the reader's.

use std::collections::BTreeMap;
use std::time::Duration;

use openline_core::body::{Receipt, Stage};
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::field::Field;
use openline_core::limits::SUBJECT_MAX;
use openline_core::message::{Form, Message};
use openline_core::{PartyIndex, Rule};

use crate::brief;
use crate::exchange::counts_as_acknowledged;
use crate::template::{Event, Template, Templates, span_words, time_text, weekday};

/// What the subject of a repeated notification begins with.
pub const AGAIN: &str = "Re-notification: ";
/// A repetition counts for an offset from this part of it before it is due.
const EARLY_PART: u32 = 4;

/// What is kept of a message.
#[derive(Debug, Clone)]
struct Said {
    lamport: u64,
    post: String,
    message_type: MessageType,
    time: i64,
    about: Option<Ref>,
    form: Form,
    subject: String,
    template: Option<String>,
    fields: Vec<Field>,
    validity: Option<(i64, i64)>,
}

/// What is kept of a receipt.
#[derive(Debug, Clone)]
struct Had {
    party: PartyIndex,
    message_type: MessageType,
    stage: Stage,
    time: i64,
    class: Option<String>,
}

/// The notifications of a line, taken up entry by entry.
#[derive(Debug, Clone, Default)]
pub struct Notifications {
    messages: BTreeMap<Ref, Said>,
    receipts: BTreeMap<Ref, Vec<Had>>,
}

/// A notification whose event lies ahead or is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The entry.
    pub place: Ref,
    /// From which post it came.
    pub post: String,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// Its subject.
    pub subject: String,
    /// Its template, `id/version`.
    pub template: Option<String>,
    /// When it was given, ms, as claimed.
    pub given: i64,
    /// What it announces.
    pub event: Event,
    /// The correction that took its place.
    pub corrected_by: Option<Ref>,
    /// Its repetitions, in the record's order.
    pub repeats: Vec<Ref>,
    /// When it is to be repeated, earliest first.
    pub due: Vec<Due>,
    /// What other parties have said of it and of each repetition.
    pub heard: Vec<Heard>,
}

/// A time at which a notification is to be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// How long before the event.
    pub before: Duration,
    /// When that is, ms.
    pub at: i64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a repetition that a template asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It went, by this entry.
    Went(Ref),
    /// The notification itself was given later than that.
    NotNeeded,
    /// Its time has not come.
    Ahead,
    /// Its time has come, and it has not gone.
    Overdue,
    /// It did not go, and the next one or the event has taken its place.
    Missed,
}

/// What a party has said of a notification or of one of its repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Of which entry.
    pub of: Ref,
    /// Who.
    pub party: PartyIndex,
    /// When a person acknowledged it, ms, as claimed.
    pub acknowledged: Option<i64>,
    /// To which classes of people it was passed on, and when, ms.
    pub passed_on: Vec<(String, i64)>,
}

impl Standing {
    /// The repetition that is to be given next: overdue, or ahead.
    #[must_use]
    pub fn next(&self) -> Option<&Due> {
        let is_open = |due: &&Due| matches!(due.outcome, Outcome::Overdue | Outcome::Ahead);
        self.due.iter().find(is_open)
    }

    /// The last of it that was given: its latest repetition, or itself.
    #[must_use]
    pub fn latest(&self) -> Ref {
        self.repeats.last().copied().unwrap_or(self.place)
    }
}

impl Notifications {
    /// Takes up an entry with its body; entries may come in any order.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        place: Ref,
        lamport: u64,
        header: &Header,
        body: &[u8],
    ) -> Result<(), Rule> {
        let about = header.refs.first().copied();
        match (header.kind, about) {
            (Kind::Message, _) => {
                let message = Message::decode(body)?;
                if is_kept(&message) {
                    self.messages.insert(place, said(message, header, lamport));
                }
            }
            (Kind::Receipt, Some(about)) if about.party != place.party => {
                let receipt = Receipt::decode(body)?;
                let had = Had {
                    party: place.party,
                    message_type: header.message_type,
                    stage: receipt.stage,
                    time: receipt.time,
                    class: receipt.class,
                };
                self.receipts.entry(about).or_default().push(had);
            }
            _ => {}
        }
        Ok(())
    }

    /// Every notification whose event is not over at `now`, earliest event first.
    #[must_use]
    pub fn ahead(&self, now: i64, templates: &Templates) -> Vec<Standing> {
        let mut standing: Vec<Standing> = self
            .messages
            .iter()
            .filter(|(place, said)| !said.form.supersedes() && self.original(**place) == **place)
            .filter_map(|(place, said)| self.standing(*place, said, now, templates))
            .filter(|standing| standing.event.ends.unwrap_or(standing.event.begins) > now)
            .collect();
        standing.sort_by_key(|standing| (standing.event.begins, standing.place));
        standing
    }

    /// The notification that an entry repeats, or the entry itself.
    #[must_use]
    pub fn original(&self, place: Ref) -> Ref {
        let Some(said) = self.messages.get(&place) else {
            return place;
        };
        match said.about {
            Some(about) if self.is_repeat(said, place, about) => about,
            _ => place,
        }
    }

    /// What stands in the place of a notification: itself, or its last correction with fields; `None` when it was cancelled.
    #[must_use]
    pub fn in_force(&self, place: Ref) -> Option<Ref> {
        match self.superseding(place) {
            None => Some(place),
            Some((_, said)) if said.form == Form::Cancellation => None,
            Some((by, said)) if !said.fields.is_empty() => Some(by),
            Some(_) => Some(place),
        }
    }

    /// A repetition refers first to the notification, is by the same party and of the same type and template, and says the same
    /// as it or as a correction of it.
    fn is_repeat(&self, said: &Said, place: Ref, about: Ref) -> bool {
        let Some(first) = self.messages.get(&about) else {
            return false;
        };
        let says_the_same = first.fields == said.fields
            || self
                .corrections(about)
                .any(|(_, correction)| correction.fields == said.fields);
        about.party == place.party
            && !said.form.supersedes()
            && !first.form.supersedes()
            && first.message_type == said.message_type
            && first.template == said.template
            && says_the_same
    }

    /// Corrections and cancellations whose first reference is an entry, or a repetition of it.
    fn corrections(&self, of: Ref) -> impl Iterator<Item = (&Ref, &Said)> {
        let first = self.messages.get(&of);
        self.messages.iter().filter(move |(place, said)| {
            let is_own = place.party == of.party
                && first.is_some_and(|first| first.message_type == said.message_type);
            is_own && said.form.supersedes() && said.about == Some(of)
        })
    }

    /// The last correction or cancellation, in the record's order, of a notification or of one of its repetitions.
    fn superseding(&self, place: Ref) -> Option<(Ref, &Said)> {
        let of_repeats = self.repeats(place);
        std::iter::once(place)
            .chain(of_repeats)
            .flat_map(|of| self.corrections(of))
            .max_by_key(|(by, said)| (said.lamport, by.party))
            .map(|(by, said)| (*by, said))
    }

    /// The repetitions of a notification, in the record's order.
    fn repeats(&self, place: Ref) -> Vec<Ref> {
        let is_about = |said: &Said| said.about == Some(place);
        let mut repeats: Vec<(u64, Ref)> = self
            .messages
            .iter()
            .filter(|(by, said)| is_about(said) && self.is_repeat(said, **by, place))
            .map(|(by, said)| (said.lamport, *by))
            .collect();
        repeats.sort_unstable_by_key(|(lamport, by)| (*lamport, by.party));
        repeats.into_iter().map(|(_, by)| by).collect()
    }

    fn standing(
        &self,
        place: Ref,
        said: &Said,
        now: i64,
        templates: &Templates,
    ) -> Option<Standing> {
        let in_force = self.in_force(place)?;
        let template = said
            .template
            .as_deref()
            .and_then(|name| templates.of_message(name));
        let event = event_of(self.messages.get(&in_force)?, template)?;
        let repeats = self.repeats(place);
        let went: Vec<(i64, Ref)> = repeats
            .iter()
            .filter_map(|by| Some((self.messages.get(by)?.time, *by)))
            .collect();
        let due = template.map_or_else(Vec::new, |template| {
            due(template, event, said.time, &went, now)
        });
        Some(Standing {
            place,
            post: said.post.clone(),
            message_type: said.message_type,
            subject: said.subject.clone(),
            template: said.template.clone(),
            given: said.time,
            event,
            corrected_by: self.superseding(place).map(|(by, _)| by),
            heard: self.heard(place, &repeats, said.message_type),
            repeats,
            due,
        })
    }

    fn heard(&self, place: Ref, repeats: &[Ref], message_type: MessageType) -> Vec<Heard> {
        let mut heard: Vec<Heard> = Vec::new();
        for of in std::iter::once(&place).chain(repeats) {
            let had = self.receipts.get(of).into_iter().flatten();
            for had in had.filter(|had| had.message_type == message_type) {
                let at = heard
                    .iter()
                    .position(|heard| heard.of == *of && heard.party == had.party);
                let at = at.unwrap_or_else(|| {
                    heard.push(Heard {
                        of: *of,
                        party: had.party,
                        acknowledged: None,
                        passed_on: Vec::new(),
                    });
                    heard.len() - 1
                });
                note(&mut heard[at], had);
            }
        }
        heard.retain(|heard| heard.acknowledged.is_some() || !heard.passed_on.is_empty());
        heard
    }
}

/// Who has passed it on may not have acknowledged it.
fn note(heard: &mut Heard, had: &Had) {
    if counts_as_acknowledged(had.stage) {
        heard.acknowledged = heard.acknowledged.into_iter().chain([had.time]).min();
    }
    if had.stage == Stage::PassedOn {
        let class = had.class.clone().unwrap_or_default();
        heard.passed_on.push((class, had.time));
    }
}

fn is_kept(message: &Message) -> bool {
    let is_notification = matches!(message.form, Form::Notification | Form::Query)
        && (message.template.is_some() || message.validity.is_some());
    is_notification || message.form.supersedes()
}

fn said(message: Message, header: &Header, lamport: u64) -> Said {
    let text = &message.authoritative().text;
    let first = text.lines().next().unwrap_or_default();
    Said {
        lamport,
        post: header.post.clone(),
        message_type: header.message_type,
        time: header.time,
        about: header.refs.first().copied(),
        form: message.form,
        subject: message.subject.clone().unwrap_or_else(|| first.to_owned()),
        template: message.template,
        fields: message.fields,
        validity: message.validity,
    }
}

/// What a message announces: as its template has it, or else its validity.
fn event_of(said: &Said, template: Option<&Template>) -> Option<Event> {
    let by_field = template.and_then(|template| template.event_of(&said.fields));
    by_field.or_else(|| {
        // A template without an event announces none, however long the message is valid.
        let is_open = template.is_none_or(Template::has_event);
        said.validity
            .filter(|_| is_open)
            .map(|(begins, ends)| Event {
                begins,
                ends: Some(ends),
            })
    })
}

fn due(template: &Template, event: Event, given: i64, went: &[(i64, Ref)], now: i64) -> Vec<Due> {
    let offsets: Vec<(Duration, i64)> = template.due_again(event).collect();
    let early = |(before, at): &(Duration, i64)| {
        at.saturating_sub(i64::try_from((*before / EARLY_PART).as_millis()).unwrap_or(i64::MAX))
    };
    let outcome = |number: usize, offset: &(Duration, i64)| {
        let (from, until) = (
            early(offset),
            offsets.get(number + 1).map_or(event.begins, early),
        );
        let by = went.iter().find(|(time, _)| (from..until).contains(time));
        match by {
            Some((_, by)) => Outcome::Went(*by),
            None if given >= from => Outcome::NotNeeded,
            None if now >= until => Outcome::Missed,
            None if now >= offset.1 => Outcome::Overdue,
            None => Outcome::Ahead,
        }
    };
    offsets
        .iter()
        .enumerate()
        .map(|(number, offset)| Due {
            before: offset.0,
            at: offset.1,
            outcome: outcome(number, offset),
        })
        .collect()
}

/// The subject of a repetition at `now`.
#[must_use]
pub fn again_subject(subject: &str, begins: i64, now: i64) -> String {
    let subject = subject.strip_prefix(AGAIN).unwrap_or(subject);
    let ending = format!(", {}", t_minus(begins, now));
    let room = SUBJECT_MAX - AGAIN.len() - ending.len();
    let mut end = subject.len().min(room);
    while !subject.is_char_boundary(end) {
        end -= 1;
    }
    format!("{AGAIN}{}{ending}", &subject[..end])
}

/// The text of a repetition at `now`: which entry it repeats, how long it is until the event, and the text again.
#[must_use]
pub fn again_text(text: &str, original: Ref, begins: i64, now: i64) -> String {
    format!(
        "This repeats the notification {}. The event begins on {}, {}: {}.\n\n{text}",
        brief::place(original),
        weekday(begins),
        time_text(begins),
        t_minus(begins, now)
    )
}

fn t_minus(begins: i64, now: i64) -> String {
    format!("T minus {}", span_words(begins.saturating_sub(now).max(0)))
}

#[cfg(test)]
mod tests;
