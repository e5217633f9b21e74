//! A form filled in: every value read, or every problem named.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use openline_core::field::Field;
use openline_core::limits::{FIELD_MAX, SUBJECT_MAX};
use openline_core::message::{Form, Precedence};

use super::kind::{Around, FieldType, Value};
use super::moment::{DAY_MS, duration_ms, span_words, time_text};
use super::{Bounds, Template, TemplateField, text};

/// Most bytes that the texts and fields of a notification may have together; the rest of a body is its envelope.
pub const FILLED_MAX: usize = 60_000;
/// Characters of a subject, beside the title.
const SUBJECT_CHARS: usize = 120;

/// What was typed in, by key. Items of a list stand on lines of their own.
pub type Answers = BTreeMap<String, String>;

/// What the author wants otherwise than the template has it.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Which fields may be published, by key.
    pub releasable: BTreeMap<String, bool>,
    /// Languages in which the labels are given beside the template's own.
    pub languages: Vec<String>,
}

/// What is wrong with a form, and what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's key; empty when the form as a whole is meant.
    pub key: String,
    /// What people see of it.
    pub label: String,
    /// What is wrong.
    pub words: String,
    /// What it should look like.
    pub shape: String,
    /// A right value.
    pub example: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.label.is_empty() {
            write!(f, "{}", self.words)?;
        } else {
            write!(f, "{} ({}): {}", self.key, self.label, self.words)?;
        }
        if !self.shape.is_empty() {
            write!(f, "; give {}", self.shape)?;
        }
        match self.example.split_once('\n') {
            Some((first, _)) => write!(f, ", such as \"{first}\" and so on"),
            None if self.example.is_empty() => Ok(()),
            None => write!(f, ", such as \"{}\"", self.example),
        }
    }
}

/// When what is notified happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When it begins, ms.
    pub begins: i64,
    /// When it is over, ms, where the template's field says so.
    pub ends: Option<i64>,
}

/// How much notice there is, beside how much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    /// What the template asks for.
    pub required: Duration,
    /// From now to the event, ms; below zero when it has begun.
    pub given: i64,
}

impl Lead {
    /// Whether there is less notice than is asked for.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.given < duration_ms(self.required)
    }

    /// How much there is, in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let required = duration_ms(self.required);
        let asked = format!("the template asks for {}", span_words(required));
        if self.given < 0 {
            return format!("the event began {} ago; {asked}", span_words(self.given));
        }
        let given = format!("{asked}; there are {}", span_words(self.given));
        if self.is_short() {
            format!("{given}: {} too few", span_words(required - self.given))
        } else {
            given
        }
    }
}

/// A form that is complete and right.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The template, `id/version`.
    pub template: String,
    /// The subject of the message.
    pub subject: String,
    /// The language of the authoritative text.
    pub language: String,
    /// The authoritative text.
    pub text: String,
    /// Courtesy translations of the labels: language and text.
    pub translations: Vec<(String, String)>,
    /// The fields of the message, in the template's order.
    pub fields: Vec<Field>,
    /// When what is notified happens.
    pub event: Option<Event>,
    /// From and to, ms, where the event says both.
    pub validity: Option<(i64, i64)>,
    /// The class of traffic.
    pub class: Option<String>,
    /// The template's precedence.
    pub precedence: Precedence,
    /// The form of the message.
    pub form: Form,
    /// The notice, where the template asks for some.
    pub lead: Option<Lead>,
    /// When it is due again, ms, earliest first; only what lies ahead.
    pub again: Vec<i64>,
}

/// Values that were read, in the template's order.
pub(super) type Read<'a> = Vec<(&'a TemplateField, Value)>;

impl Template {
    /// Reads the value of one field.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, key: &str, answer: &str, around: &Around) -> Result<Value, Problem> {
        let field = self.field(key).ok_or_else(|| self.unknown(key))?;
        let value = field
            .kind
            .read(answer, around)
            .map_err(|why| field.problem(why))?;
        let length = value.text().len();
        if length > FIELD_MAX {
            let why = format!("it has {length} bytes; a field takes at most {FIELD_MAX}");
            return Err(field.problem(why));
        }
        Ok(value)
    }

    /// Reads a whole form.
    ///
    /// # Errors
    /// Every problem, in the order of the fields.
    pub fn fill(
        &self,
        answers: &Answers,
        wishes: &Wishes,
        around: &Around,
    ) -> Result<Filled, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut read = self.read(answers, around, &mut problems);
        let times = self.times_for(&read);
        self.settle_deadline(&mut read, times, around, &mut problems);
        self.check_groups(&read, answers, &mut problems);
        self.check_wishes(wishes, &mut problems);
        let strange = answers.keys().filter(|key| self.field(key).is_none());
        problems.extend(strange.map(|key| self.unknown(key)));
        if !problems.is_empty() {
            return Err(problems);
        }
        let filled = self.filled(&read, times, wishes, around);
        let size = filled.size();
        if size > FILLED_MAX {
            let words = format!(
                "texts and fields have {size} bytes together; at most {FILLED_MAX} are taken: shorten them"
            );
            return Err(vec![whole(words)]);
        }
        Ok(filled)
    }

    fn read<'a>(
        &'a self,
        answers: &Answers,
        around: &Around,
        problems: &mut Vec<Problem>,
    ) -> Read<'a> {
        let mut read = Vec::new();
        for field in &self.fields {
            let answer = answers.get(&field.key).map(|answer| answer.trim());
            match answer.filter(|answer| !answer.is_empty()) {
                Some(answer) => match self.check(&field.key, answer, around) {
                    Ok(value) => read.push((field, value)),
                    Err(problem) => problems.push(problem),
                },
                None if field.is_required => {
                    problems.push(field.problem("it is missing".to_owned()));
                }
                None => {}
            }
        }
        read
    }

    /// The times that hold for these values.
    fn times_for(&self, read: &Read<'_>) -> Bounds {
        let mut times = self.times;
        for exception in &self.exceptions {
            let applies = read
                .iter()
                .any(|(field, value)| field.key == exception.field && value.text() == exception.is);
            if applies {
                times.lead = exception.times.lead.or(times.lead);
                times.answer = exception.times.answer.or(times.answer);
            }
        }
        times
    }

    /// A deadline that was left out is as late as the template has it; one that was given is neither later nor past.
    fn settle_deadline<'a>(
        &'a self,
        read: &mut Read<'a>,
        times: Bounds,
        around: &Around,
        problems: &mut Vec<Problem>,
    ) {
        let deadline = self.fields.iter().enumerate().find(|(_, f)| f.is_deadline);
        let (Some((at, field)), Some(within)) = (deadline, times.answer) else {
            return;
        };
        let latest = around.now.saturating_add(duration_ms(within));
        let given = read.iter().find_map(|(other, value)| match value {
            Value::Time(ms) if other.key == field.key => Some(*ms),
            _ => None,
        });
        match given {
            Some(ms) if ms > latest => problems.push(field.problem(format!(
                "it is later than {}, which is {} from now",
                time_text(latest),
                span_words(duration_ms(within))
            ))),
            Some(ms) if ms <= around.now => {
                problems.push(field.problem("it has passed already".to_owned()));
            }
            Some(_) => {}
            None if problems.iter().any(|problem| problem.key == field.key) => {}
            None => {
                // To the minute, and never later than the template has it.
                let minute = latest - latest.rem_euclid(60_000);
                let before = self.fields[..at].iter().map(|f| f.key.as_str());
                let before: Vec<&str> = before.collect();
                let place = read.partition_point(|(f, _)| before.contains(&f.key.as_str()));
                read.insert(place, (field, Value::Time(minute)));
            }
        }
    }

    fn check_groups(&self, read: &Read<'_>, answers: &Answers, problems: &mut Vec<Problem>) {
        for group in &self.one_of {
            let is_answered = group.iter().any(|key| {
                read.iter().any(|(field, _)| field.key == *key)
                    || answers
                        .get(key)
                        .is_some_and(|answer| !answer.trim().is_empty())
            });
            if is_answered {
                continue;
            }
            let labels: Vec<String> = group
                .iter()
                .filter_map(|key| self.field(key))
                .map(|field| format!("{} ({})", field.key, field.label))
                .collect();
            let first = group.iter().find_map(|key| self.field(key));
            problems.push(Problem {
                key: group.first().cloned().unwrap_or_default(),
                shape: "one of them".to_owned(),
                example: first.map_or_else(String::new, |field| field.example.clone()),
                ..whole(format!("none of these is filled in: {}", labels.join(", ")))
            });
        }
    }

    fn check_wishes(&self, wishes: &Wishes, problems: &mut Vec<Problem>) {
        let strange = wishes.releasable.keys();
        problems.extend(
            strange
                .filter(|key| self.field(key).is_none())
                .map(|key| self.unknown(key)),
        );
        for language in &wishes.languages {
            if self.labels.contains_key(language) {
                continue;
            }
            let known: Vec<&str> = self.translations().collect();
            let known = match known[..] {
                [] => "none".to_owned(),
                _ => known.join(", "),
            };
            problems.push(whole(format!(
                "the template has no labels in \"{language}\"; beside its own language it has {known}"
            )));
        }
    }

    fn filled(&self, read: &Read<'_>, times: Bounds, wishes: &Wishes, around: &Around) -> Filled {
        let event = read
            .iter()
            .find(|(field, _)| field.is_event)
            .and_then(|(_, value)| event_in(value));
        let valid = read.iter().find(|(field, _)| field.is_validity);
        let valid = valid.and_then(|(_, value)| event_in(value)).or(event);
        let lead = times.lead.zip(event).map(|(required, event)| Lead {
            required,
            given: event.begins.saturating_sub(around.now),
        });
        let translations = wishes.languages.iter().map(|language| {
            let labels = self.labels.get(language);
            (language.clone(), text::render(self, read, labels))
        });
        Filled {
            template: self.name(),
            subject: self.subject_of(read),
            language: self.language.clone(),
            text: text::render(self, read, None),
            translations: translations.collect(),
            fields: read
                .iter()
                .map(|(field, value)| Field {
                    name: field.key.clone(),
                    value: value.text(),
                    is_critical: field.is_critical,
                    is_releasable: *wishes
                        .releasable
                        .get(&field.key)
                        .unwrap_or(&field.is_releasable),
                })
                .collect(),
            event,
            validity: valid.and_then(|valid| Some((valid.begins, valid.ends?))),
            class: self.class.clone(),
            precedence: self.precedence,
            form: self.form,
            lead,
            again: event.map_or_else(Vec::new, |event| {
                let due = self.due_again(event).map(|(_, due)| due);
                due.filter(|due| *due > around.now).collect()
            }),
        }
    }

    /// How long before an event it is due again, and when that is, earliest first.
    pub(crate) fn due_again(&self, event: Event) -> impl Iterator<Item = (Duration, i64)> {
        self.renotify
            .iter()
            .map(move |before| (*before, event.begins.saturating_sub(duration_ms(*before))))
    }

    /// The event that fields of this template speak of.
    pub(crate) fn event_of(&self, fields: &[Field]) -> Option<Event> {
        let field = self.fields.iter().find(|field| field.is_event)?;
        let said = fields.iter().find(|said| said.name == field.key)?;
        let value = self.check(&field.key, &said.value, &Around::default());
        event_in(&value.ok()?)
    }

    fn subject_of(&self, read: &Read<'_>) -> String {
        let parts: Vec<String> = self
            .subject
            .iter()
            .filter_map(|key| read.iter().find(|(field, _)| field.key == *key))
            .map(|(_, value)| value.text().replace('\n', "; "))
            .collect();
        if parts.is_empty() {
            return self.title.clone();
        }
        let parts = parts.join(", ");
        let cut: String = parts.chars().take(SUBJECT_CHARS).collect();
        let dots = if cut.len() < parts.len() { "…" } else { "" };
        let subject = format!("{}: {cut}{dots}", self.title);
        if subject.len() <= SUBJECT_MAX {
            subject
        } else {
            self.title.clone()
        }
    }

    fn unknown(&self, key: &str) -> Problem {
        let keys: Vec<&str> = self.fields.iter().map(|field| field.key.as_str()).collect();
        Problem {
            key: key.to_owned(),
            ..whole(format!(
                "the template has no field \"{key}\"; its fields are {}",
                keys.join(", ")
            ))
        }
    }
}

impl TemplateField {
    fn problem(&self, words: String) -> Problem {
        Problem {
            key: self.key.clone(),
            label: self.label.clone(),
            words,
            shape: self.kind.shape(),
            example: self.example.clone(),
        }
    }
}

impl Filled {
    fn size(&self) -> usize {
        let texts = self.translations.iter().map(|(_, text)| text.len());
        let fields = self.fields.iter().map(|f| f.name.len() + f.value.len() + 8);
        self.text.len() + texts.sum::<usize>() + fields.sum::<usize>()
    }
}

fn whole(words: String) -> Problem {
    Problem {
        key: String::new(),
        label: String::new(),
        words,
        shape: String::new(),
        example: String::new(),
    }
}

fn event_in(value: &Value) -> Option<Event> {
    let (begins, ends) = match value {
        Value::Time(ms) => (*ms, None),
        Value::Window(from, to) => (*from, Some(*to)),
        Value::Date(ms) => (*ms, Some(ms.saturating_add(DAY_MS))),
        Value::Words(_)
        | Value::Lines(_)
        | Value::Number(_)
        | Value::Quantity(_)
        | Value::Position(_)
        | Value::Polygon(_)
        | Value::Circle(_) => return None,
    };
    Some(Event { begins, ends })
}

impl FieldType {
    /// Whether its value is written with the day of the week in the text.
    pub(super) fn has_day(&self) -> bool {
        matches!(self, Self::Time { .. } | Self::Window { .. } | Self::Date)
    }
}
