//! What each party takes on a line, as people see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PhraseView;

/// To suspend, narrow or resume a line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusRequest {
    /// Line.
    pub line: String,
    /// The post that does it.
    pub post: String,
    /// `suspend`, `narrow` or `resume`.
    pub act: String,
    /// `real`, `exercise` or `test`: about all traffic, or about traffic of that type only.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// From when, ms; now if left out.
    #[serde(default)]
    pub effective_ms: Option<i64>,
    /// Until when, ms.
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Classes that stay open beside the charter's, when narrowing.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The reason.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What a party takes, by an entry that is in force or announced.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StandingView {
    /// Who.
    pub party: String,
    /// `suspend`, `narrow` or `resume`.
    pub act: String,
    /// The entry.
    pub place: String,
    /// `real`: about all traffic; else about traffic of that type only.
    pub message_type: String,
    /// From when, ms.
    pub effective_ms: i64,
    /// Until when, ms.
    pub until_ms: Option<i64>,
    /// What is still taken: the charter's classes and those named.
    pub takes: Vec<String>,
    /// The reason.
    pub reason: Option<String>,
    /// Whether it is in force; otherwise it is announced.
    pub is_in_force: bool,
    /// In a sentence.
    pub words: String,
    /// The same, in parts.
    #[serde(default)]
    pub phrases: Vec<PhraseView>,
}
