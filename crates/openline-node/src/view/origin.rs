//! "Is this from you?", and announced calls, as people see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// To ask whether something outside the line was the other party's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OriginRequest {
    /// Line.
    pub line: String,
    /// The post that asks.
    pub post: String,
    /// `call`, `letter`, `statement` or `other`.
    pub channel: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// When it came, ms; now if left out.
    #[serde(default)]
    pub time_ms: Option<i64>,
    /// What it was and who it said it was from.
    pub what: String,
    /// SHA-256 of the letter or recording, 64 hex digits.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// To answer such a question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingRequest {
    /// Line.
    pub line: String,
    /// The question.
    pub of: String,
    /// The post that answers.
    pub post: String,
    /// `yes`, `no` or `looking into it`.
    pub origin: String,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// A question and what has been found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InquiryView {
    /// Where it stands.
    pub place: String,
    /// Who asks.
    pub asked_by: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// What kind of act.
    pub channel: String,
    /// When it came, ms, as its receiver has it.
    pub time_ms: i64,
    /// What it was.
    pub what: String,
    /// SHA-256, where there is one.
    pub sha256: Option<String>,
    /// What each asked party has last said.
    pub findings: Vec<FindingView>,
    /// Parties that have not answered, or are still looking into it.
    pub waits_for: Vec<String>,
}

/// What a party has said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Who.
    pub party: String,
    /// Where it stands: the signed answer.
    pub place: String,
    /// `yes`, `no` or `looking into it`.
    pub origin: String,
    /// Words.
    pub words: Option<String>,
    /// When, ms, as claimed.
    pub time_ms: i64,
}

/// To announce a call or another contact outside the line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnounceRequest {
    /// Line.
    pub line: String,
    /// The post that announces.
    pub post: String,
    /// `call`, `letter`, `statement` or `other`.
    pub channel: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// From when it is to be expected, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub to_ms: i64,
    /// Who calls, by office.
    pub who: String,
    /// Whom, by office.
    #[serde(default)]
    pub whom: Option<String>,
    /// Words, such as the interpreter.
    #[serde(default)]
    pub words: Option<String>,
}

/// An announced contact, with the codes that both sides read out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AnnouncementView {
    /// Where it stands.
    pub place: String,
    /// Who announces it.
    pub party: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// What kind of act.
    pub channel: String,
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub to_ms: i64,
    /// Who calls.
    pub who: String,
    /// Whom.
    pub whom: Option<String>,
    /// Words.
    pub words: Option<String>,
    /// What the announcer's side reads out first.
    pub first_code: String,
    /// What the other side answers.
    pub second_code: String,
}
