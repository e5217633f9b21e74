//! Alarms, as people see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PhraseView;

/// Something that rings until a person acts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlarmView {
    /// What it is called by.
    pub id: String,
    /// Line id.
    pub line: String,
    /// The line's title.
    pub title: String,
    /// The message, `PARTY/INDEX`, if it is about one.
    pub place: Option<String>,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Precedence of the message.
    pub precedence: Option<String>,
    /// Whether it is about safety of life.
    pub is_for_life: bool,
    /// Since when, ms.
    pub since_ms: i64,
    /// Whom it calls by now, in words.
    pub calls: String,
    /// The same, in parts.
    #[serde(default)]
    pub calls_phrases: Vec<PhraseView>,
    /// What it is about, in a sentence without content.
    pub words: String,
    /// The same, in parts.
    #[serde(default)]
    pub phrases: Vec<PhraseView>,
    /// Lines at a higher level with the same party, to which it can be taken.
    pub offers: Vec<String>,
    /// Whether it rings; otherwise it is silenced.
    pub is_ringing: bool,
    /// Until when it is silenced, ms.
    pub silenced_until_ms: Option<i64>,
}

/// To silence an alarm for a stated time. It is not lost: it rings again when that is over, unless a person has acted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceRequest {
    /// For how many minutes, 1 to 1440.
    pub minutes: u32,
}
