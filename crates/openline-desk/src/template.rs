//! Notifications as typed templates: files that a party can edit, the forms made of them, and what a filled one says.
//!
//! A template names the instrument that it serves and claims no conformity with it. Reading, checking and rendering are
//! pure: the time and the parties of the line are arguments ([`Around`]). What comes out is deterministic, so that what an
//! officer was shown is what is released. `docs/templates.md` describes the file.

mod file;
mod fill;
mod kind;
mod moment;
mod position;
mod quantity;
mod set;
mod shipped;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use openline_core::message::{Form, Precedence};

pub use file::{TEMPLATE_MAX, TemplateFaults};
pub use fill::{Answers, Event, FILLED_MAX, Filled, Lead, Problem, Wishes};
pub use kind::{Around, FieldType, LINES_MAX, Seat, TEXT_CHARS_MAX, Value};
pub use moment::{span_words, time_text, weekday};
pub use position::{Circle, POLYGON_MAX, POLYGON_MIN, Position};
pub use quantity::{Decimal, Quantity, UNITS, Unit};
pub use set::{Kept, Source, Templates};
pub use shipped::SHIPPED;

/// A template, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    id: String,
    version: u32,
    language: String,
    title: String,
    purpose: String,
    instrument: String,
    article: Option<String>,
    claim: String,
    needed_by: String,
    is_unverified: bool,
    times: Bounds,
    exceptions: Vec<Exception>,
    renotify: Vec<Duration>,
    class: Option<String>,
    precedence: Precedence,
    form: Form,
    opening: String,
    closing: Option<String>,
    subject: Vec<String>,
    one_of: Vec<Vec<String>>,
    fields: Vec<TemplateField>,
    labels: BTreeMap<String, BTreeMap<String, String>>,
}

/// Times that a template asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Bounds {
    /// Least time between release and event.
    lead: Option<Duration>,
    /// Within what time an answer is asked for.
    answer: Option<Duration>,
}

/// Other times, where a choice says so.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    field: String,
    is: String,
    times: Bounds,
}

/// A field to be filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateField {
    /// Its name in the message.
    pub key: String,
    /// What people see.
    pub label: String,
    /// What to put in.
    pub help: String,
    /// A right value.
    pub example: String,
    /// What it takes.
    pub kind: FieldType,
    /// Whether the form is incomplete without it.
    pub is_required: bool,
    /// Whether a read-back types it again.
    pub is_critical: bool,
    /// Whether publication is allowed unless the author says otherwise.
    pub is_releasable: bool,
    /// Whether it is the time of the event that is notified.
    pub is_event: bool,
    /// Whether it is the window in which the message is valid; without one it is the event's.
    pub is_validity: bool,
    /// Whether it is the time by which an answer is asked for.
    pub is_deadline: bool,
}

impl Template {
    /// Reads a template file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TemplateFaults> {
        file::parse(text)
    }

    /// Its identifier, without the version.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// As a message names it: `id/version`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.id, self.version)
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The instrument that it serves, with the article where that is known.
    #[must_use]
    pub fn instrument(&self) -> String {
        match &self.article {
            Some(article) => format!("{}, {article}", self.instrument),
            None => self.instrument.clone(),
        }
    }

    /// That it claims no conformity.
    #[must_use]
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// Who may need it.
    #[must_use]
    pub fn needed_by(&self) -> &str {
        &self.needed_by
    }

    /// Whether its fields were not checked at the instrument's text.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.is_unverified
    }

    /// The least time between release and event, where no exception applies.
    #[must_use]
    pub fn lead_time(&self) -> Option<Duration> {
        self.times.lead
    }

    /// How long before the event the notification is repeated, longest first.
    #[must_use]
    pub fn renotify(&self) -> &[Duration] {
        &self.renotify
    }

    /// The class of traffic.
    #[must_use]
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }

    /// The precedence, unless the author chooses another.
    #[must_use]
    pub fn precedence(&self) -> Precedence {
        self.precedence
    }

    /// The form of the message: a notification, or a query that wants an answer.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The language of its words.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// What it calls itself and its fields in other languages: by language, then by `title` and key.
    #[must_use]
    pub fn labels(&self) -> &BTreeMap<String, BTreeMap<String, String>> {
        &self.labels
    }

    /// Languages in which it has labels beside its own.
    pub fn translations(&self) -> impl Iterator<Item = &str> {
        self.labels.keys().map(String::as_str)
    }

    /// Whether one of its fields is the time of an event.
    #[must_use]
    pub fn has_event(&self) -> bool {
        self.fields.iter().any(|field| field.is_event)
    }

    /// The fields, in order.
    #[must_use]
    pub fn fields(&self) -> &[TemplateField] {
        &self.fields
    }

    /// Keys of which at least one must be filled in, for each group.
    #[must_use]
    pub fn one_of(&self) -> &[Vec<String>] {
        &self.one_of
    }

    /// The field of a key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&TemplateField> {
        self.fields.iter().find(|field| field.key == key)
    }
}

#[cfg(test)]
mod tests;
