//! The closed loop as people see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PhraseView, ValueView};

/// How far a message has got with one addressee.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExchangeView {
    /// The addressee's name.
    pub party: String,
    /// Whether it is addressed for information only.
    pub is_info: bool,
    /// Whether nothing is owed.
    pub is_closed: bool,
    /// What is owed, in order: `stored`, `shown`, `acknowledged`, `read back`, `confirmed`, `answered`.
    pub owed: Vec<String>,
    /// Who owes the next of it.
    pub waits_for: Option<String>,
    /// By when, for what has a clock.
    pub deadlines: Vec<DeadlineView>,
    /// When it was stored there, ms, by that party's signature.
    pub stored_ms: Option<i64>,
    /// By when an answer is promised, ms.
    pub promised_ms: Option<i64>,
    /// All of it in a sentence.
    pub words: String,
    /// The same, in parts.
    #[serde(default)]
    pub phrases: Vec<PhraseView>,
}

/// By when something should have happened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeadlineView {
    /// What.
    pub owed: String,
    /// When, ms.
    pub due_ms: i64,
}

/// A read-back beside what was sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReadBackView {
    /// Where it stands.
    pub place: String,
    /// Who read it back: party and post.
    pub by: String,
    /// How it was understood, in the reader's own words.
    pub words: Option<String>,
    /// Each critical field beside what was typed.
    pub fields: Vec<ComparedView>,
    /// What its author has said to it: `confirmed` or `corrected`.
    pub verdict: Option<String>,
}

/// A critical field beside what was typed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComparedView {
    /// Its name.
    pub name: String,
    /// What was sent.
    pub sent: String,
    /// What was typed; nothing if it was left out.
    pub typed: Option<String>,
    /// Whether the two agree, but for white space.
    pub agrees: bool,
}

/// A message that is not done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenView {
    /// The message.
    pub entry: super::EntryBrief,
    /// The exchanges that are open.
    pub exchanges: Vec<ExchangeView>,
}

/// To confirm or correct how a message was read back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Line.
    pub line: String,
    /// The read-back, or the message: then its last read-back.
    pub of: String,
    /// The post that confirms.
    pub post: String,
    /// `confirmed` or `corrected`.
    pub verdict: String,
    /// Words; with a correction, how it is to be understood.
    #[serde(default)]
    pub words: Option<String>,
    /// Values put right.
    #[serde(default)]
    pub values: Vec<ValueView>,
    /// Confirms a read-back whose fields differ from what was sent.
    #[serde(default)]
    pub anyway: bool,
}

/// To answer a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    /// Line.
    pub line: String,
    /// The message.
    pub of: String,
    /// The post that answers.
    pub post: String,
    /// `will comply`, `unable`, `takes note` or `rejects`.
    pub outcome: String,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// To put another message in the place of one's own, or to withdraw it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupersedeRequest {
    /// Line.
    pub line: String,
    /// The message.
    pub of: String,
    /// The releasing post; that of the message if left out.
    #[serde(default)]
    pub post: Option<String>,
    /// The correction's texts, the authoritative first; none to withdraw the message in prepared words.
    #[serde(default)]
    pub texts: Vec<super::TextView>,
    /// Fields as they are now; those of the message if left out.
    #[serde(default)]
    pub fields: Option<Vec<super::FieldView>>,
    /// Words to put after the prepared ones of a cancellation.
    #[serde(default)]
    pub words: Option<String>,
}
