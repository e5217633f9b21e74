//! A line's state, and notices, as people see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PhraseView;

/// What state a line is in, and why.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct StateView {
    /// `open`, `degraded`, `cut`, `node down`, `unattended`, `declining`, `suspended` or `unknown`.
    pub state: String,
    /// The same in a sentence, with what it rests on.
    pub words: String,
    /// The same, in parts.
    #[serde(default)]
    pub phrases: Vec<PhraseView>,
    /// Since when, ms; since this node began to run, if it was so then.
    pub since_ms: Option<i64>,
    /// Everything that was found, the word's own findings first.
    pub findings: Vec<StateFindingView>,
}

/// One thing that holds of a line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StateFindingView {
    /// The state that it speaks for.
    pub state: String,
    /// Whose side it is about.
    pub party: String,
    /// In a sentence.
    pub words: String,
    /// The same, in parts.
    #[serde(default)]
    pub phrases: Vec<PhraseView>,
    /// Whether that party has signed what it rests on; otherwise it is inferred here.
    pub is_signed: bool,
}

/// How another line of the same parties stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OtherLineView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub level: String,
    /// Its state in a word.
    pub state: String,
}

/// To give a notice on a line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeRequest {
    /// Line.
    pub line: String,
    /// `off watch`, `technical fault`, `declining` or `drill`.
    pub kind: String,
    /// From when, ms; now if left out.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Until when, ms; for `declining` when the next window begins.
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// A notice that is given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    /// Whose.
    pub party: String,
    /// `off watch`, `technical fault`, `declining` or `drill`.
    pub kind: String,
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub until_ms: Option<i64>,
    /// Words.
    pub words: Option<String>,
    /// Whether it is in force now.
    pub is_in_force: bool,
}
