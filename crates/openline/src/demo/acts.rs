//! What a step of a story can do: one struct an act, with the keys that it takes, and one table of all.

mod substance;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

pub use substance::*;

/// What a step does.
#[derive(Debug, Clone)]
pub enum Act {
    Message(Message),
    Receipt(Receipt),
    Confirm(Confirm),
    Answer(Answer),
    Correct(Correct),
    Cancel(Cancel),
    Notify(Notify),
    NonPaper(NonPaper),
    Ask(Ask),
    Finding(Finding),
    Announce(Announce),
    Status(Status),
    Watch(Watch),
    Notice(Notice),
    Withdraw(Withdraw),
    Stop(Stop),
    Start(Start),
    Uplink(Uplink),
    Cut(Cut),
    Restore(Restore),
    Pouch(Pouch),
    Expect(Expect),
    Rings(Rings),
    Quiet(Quiet),
    Crossed(Crossed),
    Waits(Waits),
    Done(Done),
    Contacts(Contacts),
    Encounter(Encounter),
    Proceed(Proceed),
    Agree(Agree),
    Topic(Topic),
    Position(Position),
    Undertaking(Undertaking),
    Readout(Readout),
    Statement(Statement),
    Availability(Availability),
    Match(Match),
    Flags(Flags),
    Owed(Owed),
    History(History),
    Beside(Beside),
}

type Read = fn(Table) -> Result<Act, String>;

/// Every act, by the key that says it.
const ACTS: &[(&str, Read)] = &[
    ("text", |step| read(step, Act::Message)),
    ("receipt", |step| read(step, Act::Receipt)),
    ("confirm", |step| read(step, Act::Confirm)),
    ("answer", |step| read(step, Act::Answer)),
    ("correct", |step| read(step, Act::Correct)),
    ("cancel", |step| read(step, Act::Cancel)),
    ("notify", |step| read(step, Act::Notify)),
    ("non_paper", |step| read(step, Act::NonPaper)),
    ("ask", |step| read(step, Act::Ask)),
    ("finding", |step| read(step, Act::Finding)),
    ("announce", |step| read(step, Act::Announce)),
    ("status", |step| read(step, Act::Status)),
    ("watch", |step| read(step, Act::Watch)),
    ("notice", |step| read(step, Act::Notice)),
    ("withdraw", |step| read(step, Act::Withdraw)),
    ("stop", |step| read(step, Act::Stop)),
    ("start", |step| read(step, Act::Start)),
    ("uplink", |step| read(step, Act::Uplink)),
    ("cut", |step| read(step, Act::Cut)),
    ("restore", |step| read(step, Act::Restore)),
    ("pouch", |step| read(step, Act::Pouch)),
    ("expect", |step| read(step, Act::Expect)),
    ("rings", |step| read(step, Act::Rings)),
    ("quiet", |step| read(step, Act::Quiet)),
    ("crossed", |step| read(step, Act::Crossed)),
    ("waits", |step| read(step, Act::Waits)),
    ("done", |step| read(step, Act::Done)),
    ("contacts", |step| read(step, Act::Contacts)),
    ("encounter", |step| read(step, Act::Encounter)),
    ("proceed", |step| read(step, Act::Proceed)),
    ("agree", |step| read(step, Act::Agree)),
    ("topic", |step| read(step, Act::Topic)),
    ("position", |step| read(step, Act::Position)),
    ("undertaking", |step| read(step, Act::Undertaking)),
    ("readout", |step| read(step, Act::Readout)),
    ("statement", |step| read(step, Act::Statement)),
    ("availability", |step| read(step, Act::Availability)),
    ("match", |step| read(step, Act::Match)),
    ("flags", |step| read(step, Act::Flags)),
    ("owed", |step| read(step, Act::Owed)),
    ("history", |step| read(step, Act::History)),
    ("beside", |step| read(step, Act::Beside)),
];

fn read<T: DeserializeOwned>(step: Table, act: fn(T) -> Act) -> Result<Act, String> {
    T::deserialize(Value::Table(step))
        .map(act)
        .map_err(|error| error.message().to_owned())
}

impl Act {
    /// Reads the act of a step; `None` for a step without any key.
    ///
    /// # Errors
    /// In a sentence: no act or more than one, a key that is missing, unknown or not as it should be.
    pub fn read(step: Table) -> Result<Option<Self>, String> {
        if step.is_empty() {
            return Ok(None);
        }
        let said: Vec<_> = ACTS
            .iter()
            .filter(|(key, _)| step.contains_key(*key))
            .collect();
        match said[..] {
            [(_, read)] => read(step).map(Some),
            [] => {
                let keys: Vec<&str> = step.keys().map(String::as_str).collect();
                Err(format!(
                    "no key of it ({}) says what it does: it must have exactly one of {}",
                    keys.join(", "),
                    keys_of_acts()
                ))
            }
            _ => {
                let keys: Vec<&str> = said.iter().map(|(key, _)| *key).collect();
                Err(format!(
                    "it does more than one thing ({}): it must have exactly one of {}",
                    keys.join(", "),
                    keys_of_acts()
                ))
            }
        }
    }
}

fn keys_of_acts() -> String {
    let keys: Vec<&str> = ACTS.iter().map(|(key, _)| *key).collect();
    keys.join(", ")
}

/// A field of a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldOf {
    pub name: String,
    pub value: String,
    #[serde(default)]
    pub critical: bool,
    #[serde(default)]
    pub releasable: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub from: String,
    pub text: String,
    pub label: Option<String>,
    pub post: Option<String>,
    pub at: Option<jiff::Timestamp>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
    #[serde(default = "message")]
    pub form: String,
    #[serde(default = "routine")]
    pub precedence: String,
    pub subject: Option<String>,
    #[serde(default = "english")]
    pub language: String,
    #[serde(default)]
    pub refs: Vec<String>,
    pub authority: Option<String>,
    #[serde(default)]
    pub claimed: Vec<(String, jiff::Timestamp)>,
    #[serde(default)]
    pub translations: Vec<(String, String)>,
    pub class: Option<String>,
    #[serde(default)]
    pub fields: Vec<FieldOf>,
    /// Its own node must refuse it, with these words among the reason's.
    pub refused: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub from: String,
    pub receipt: String,
    pub of: String,
    pub label: Option<String>,
    pub post: Option<String>,
    pub at: Option<jiff::Timestamp>,
    pub class: Option<String>,
    pub words: Option<String>,
    /// For stand by: an answer is promised within so many minutes.
    pub within_min: Option<u32>,
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    pub from: String,
    pub confirm: String,
    pub of: String,
    pub post: Option<String>,
    pub words: Option<String>,
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub from: String,
    pub answer: String,
    pub of: String,
    pub post: Option<String>,
    pub words: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    pub from: String,
    pub correct: String,
    /// The text that takes the original's place.
    pub reads: String,
    #[serde(default = "english")]
    pub language: String,
    /// The fields as they are now; those of the original if left out.
    pub fields: Option<Vec<FieldOf>>,
    pub label: Option<String>,
    pub post: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    pub from: String,
    pub cancel: String,
    pub words: Option<String>,
    pub label: Option<String>,
    pub post: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    pub from: String,
    pub notify: String,
    /// What is typed in, by the template's keys; `{+50h}` stands for the time in fifty hours.
    pub values: BTreeMap<String, String>,
    pub label: Option<String>,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
    pub precedence: Option<String>,
    #[serde(default)]
    pub short_notice: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonPaper {
    pub from: String,
    pub to: String,
    pub non_paper: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub from: String,
    pub ask: String,
    pub what: String,
    pub label: String,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub from: String,
    pub finding: String,
    pub of: String,
    pub words: Option<String>,
    pub post: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announce {
    pub from: String,
    pub announce: String,
    pub who: String,
    pub whom: Option<String>,
    pub words: Option<String>,
    /// From so many minutes from now on.
    pub in_min: u32,
    /// For so many minutes.
    pub for_min: u32,
    pub post: Option<String>,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    pub from: String,
    pub status: String,
    #[serde(rename = "type", default = "exercise")]
    pub message_type: String,
    #[serde(default)]
    pub classes: Vec<String>,
    pub reason: Option<String>,
    /// It ends by itself after so many minutes.
    pub for_min: Option<u32>,
    pub post: Option<String>,
}

/// Taking the watch, or giving it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum WatchAct {
    #[serde(rename = "take")]
    Take,
    #[serde(rename = "stand down")]
    StandDown,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    pub from: String,
    pub watch: WatchAct,
    pub post: Option<String>,
    #[serde(default = "duty_officer")]
    pub who: String,
    #[serde(default)]
    pub languages: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    pub from: String,
    pub notice: String,
    pub words: Option<String>,
    /// It ends by itself after so many minutes.
    pub for_min: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    pub from: String,
    pub withdraw: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    pub stop: String,
    /// Its ways are cut first, so that its last word reaches nobody: seen from the other side it has crashed.
    #[serde(default)]
    pub unheard: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    pub start: String,
}

/// A side's own way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum UplinkAct {
    #[serde(rename = "break")]
    Break,
    #[serde(rename = "mend")]
    Mend,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uplink {
    pub from: String,
    pub uplink: UplinkAct,
}

/// Bearers that a cut is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bearers {
    Quic,
    Tls,
    All,
}

impl Bearers {
    /// Whether a bearer of this kind is among them.
    pub fn covers(self, kind: &str) -> bool {
        match self {
            Self::Quic => kind == "quic",
            Self::Tls => kind == "tls",
            Self::All => true,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    pub cut: Bearers,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    pub restore: Bearers,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pouch {
    pub pouch: (String, String),
}

/// A word, or several any of which will do: where it depends on the machine's load how much a side knows already.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOf {
    One(String),
    Any(Vec<String>),
}

impl OneOf {
    /// The words.
    pub fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Any(words) => words,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub expect: OneOf,
    #[serde(default)]
    pub on: Vec<String>,
    /// Words that its sentence must have.
    pub says: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rings {
    pub rings: String,
    #[serde(default)]
    pub on: Vec<String>,
    /// Words that the alarm must have.
    pub says: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    pub quiet: String,
    #[serde(default)]
    pub on: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crossed {
    pub crossed: (String, String),
    #[serde(default)]
    pub on: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waits {
    pub waits: String,
    #[serde(default)]
    pub on: Vec<String>,
    /// Words that say for what.
    pub says: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    pub done: String,
    #[serde(default)]
    pub on: Vec<String>,
}

fn exercise() -> String {
    "exercise".to_owned()
}

fn message() -> String {
    "message".to_owned()
}

fn routine() -> String {
    "routine".to_owned()
}

fn english() -> String {
    "en".to_owned()
}

fn duty_officer() -> String {
    "duty officer".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_story_plays_every_act() {
        let stories = [
            include_str!("../../../../scenarios/june-2023.toml"),
            include_str!("../../../../scenarios/hotline-1967.toml"),
            include_str!("../../../../scenarios/bad-night.toml"),
            include_str!("../../../../scenarios/drill.toml"),
        ];
        for (key, _) in ACTS {
            let plays = |story: &&str| {
                let story: Table = story.parse().expect("TOML");
                let steps = story["step"].as_array().expect("steps");
                steps.iter().any(|step| step.get(*key).is_some())
            };
            assert!(stories.iter().any(plays), "no story has {key}");
        }
    }

    #[test]
    fn every_act_is_described() {
        let docs = include_str!("../../../../docs/scenarios.md");
        for (key, _) in ACTS {
            assert!(
                docs.contains(&format!("`{key} = ")),
                "docs/scenarios.md has no {key} ="
            );
        }
    }
}
