//! What a step can do about encounters, topics, undertakings, readouts and dates.

use serde::Deserialize;

use super::{english, exercise};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    pub from: String,
    /// CSV, as `openline encounter import-contacts` takes it.
    pub contacts: String,
    /// Names the first of them.
    pub label: Option<String>,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encounter {
    pub from: String,
    pub encounter: String,
    pub label: String,
    pub subject: String,
    pub level: String,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
    /// The party that asked for it; its author if left out.
    pub asked_by: Option<String>,
    /// The party whose guests the others are.
    pub host: Option<String>,
    /// The visit in whose programme it is.
    pub within: Option<String>,
    /// The visit that it returns.
    pub returns: Option<String>,
    pub words: Option<String>,
    #[serde(default)]
    pub setting: Setting,
}

/// Who takes part, where, and in which languages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setting {
    /// Party and office.
    pub participants: Vec<(String, String)>,
    pub location: Option<String>,
    pub languages: Vec<String>,
    pub interpreter: Option<String>,
}

/// What is done about an encounter, or said of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proceed {
    pub from: String,
    pub proceed: String,
    pub of: String,
    pub label: Option<String>,
    pub post: Option<String>,
    /// When it is scheduled: from and to.
    pub window: Option<(jiff::Timestamp, jiff::Timestamp)>,
    /// Instead of a window: the date that this run has found.
    pub found: Option<String>,
    /// When it was, as sources state it: `source=A paper; end=2023-06-18T20:00 Asia/Shanghai`.
    #[serde(default)]
    pub claims: Vec<String>,
    /// Who asked, or who owes the return visit.
    pub party: Option<String>,
    /// Its readout, with `read out`.
    pub cites: Option<String>,
    pub words: Option<String>,
    #[serde(default)]
    pub setting: Setting,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agree {
    pub from: String,
    pub agree: String,
    pub post: Option<String>,
    pub words: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub from: String,
    pub topic: String,
    pub title: String,
    pub label: String,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
    #[serde(default)]
    pub raised_in: Vec<String>,
    pub words: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    pub from: String,
    pub position: String,
    pub of: String,
    pub post: Option<String>,
    /// How the topic stands, as this side sees it.
    pub stands: Option<String>,
    #[serde(default)]
    pub put_in: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undertaking {
    pub from: String,
    pub undertaking: String,
    pub taken_from: String,
    /// The party that will do it.
    pub who: String,
    pub label: String,
    pub post: Option<String>,
    pub office: Option<String>,
    #[serde(default)]
    pub topics: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readout {
    pub from: String,
    pub readout: String,
    pub of: String,
    pub label: String,
    pub post: Option<String>,
    #[serde(default = "english")]
    pub language: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub from: String,
    pub statement: String,
    pub title: String,
    pub label: String,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
    #[serde(default = "english")]
    pub language: String,
    /// Entries that it discloses, each with `cited`, `quoted` or `whole`.
    #[serde(default)]
    pub discloses: Vec<(String, String)>,
}

/// When a side could, from calendars that stay on its machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    pub from: String,
    /// An iCalendar file of what is busy.
    pub availability: String,
    pub zone: String,
    /// iCalendar files of holidays.
    #[serde(default)]
    pub holidays: Vec<String>,
}

/// A whole run of private scheduling between all sides, to the date that all confirm.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    pub from: String,
    #[serde(rename = "match")]
    pub purpose: String,
    pub label: String,
    pub window: (jiff::Timestamp, jiff::Timestamp),
    pub length_min: u16,
    pub step_min: u16,
    /// Party, days, from and until: when parties work.
    #[serde(default)]
    pub working: Vec<(String, Vec<String>, String, String)>,
    /// Words that the date must have, as it is written out.
    pub finds: String,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
}

/// A contradiction is flagged among the times of an encounter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flags {
    pub flags: String,
    pub says: String,
    #[serde(default)]
    pub on: Vec<String>,
}

/// A return visit is owed, or not any more.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    pub owed: String,
    /// The party that owes it.
    pub by: String,
    /// How far the visits that were proposed in return have got.
    #[serde(default)]
    pub proposed: Vec<String>,
    #[serde(default)]
    pub on: Vec<String>,
}

/// How long the silence was before a contact, and what it is the first of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    pub history: String,
    pub silence_days: Option<i64>,
    /// Where the date before is not known to the day.
    pub at_least_days: Option<i64>,
    pub first_since: Option<String>,
    #[serde(default)]
    pub on: Vec<String>,
}

/// Two readouts side by side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    pub beside: String,
    /// Party and words that only its account has.
    #[serde(default)]
    pub only: Vec<(String, String)>,
    /// Words that stand in a sentence of both.
    #[serde(default)]
    pub both: Vec<String>,
    #[serde(default)]
    pub on: Vec<String>,
}
