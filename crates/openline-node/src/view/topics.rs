//! Topics and undertakings, as people see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ClaimAssentView;

/// To put a topic on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicRequest {
    /// Line.
    pub line: String,
    /// The post.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// `issue` or `opportunity`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The party that raised it; our own if left out.
    #[serde(default)]
    pub raised_by: Option<String>,
    /// The encounters and messages in which it was raised.
    #[serde(default)]
    pub raised_in: Vec<String>,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// To put a position on a topic on the record, or how it stands as we see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionRequest {
    /// Line.
    pub line: String,
    /// The topic.
    pub of: String,
    /// The post.
    pub post: String,
    /// The position.
    #[serde(default)]
    pub words: Option<String>,
    /// `open`, `under discussion`, `agreed`, `set aside` or `closed`, as we see it.
    #[serde(default)]
    pub status: Option<String>,
    /// The encounters and messages in which it was put.
    #[serde(default)]
    pub put_in: Vec<String>,
}

/// To put an undertaking on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndertakingRequest {
    /// Line.
    pub line: String,
    /// The text, readout, message or encounter that it is taken from.
    pub from: String,
    /// The post.
    pub post: String,
    /// Who will do it: a party.
    pub who: String,
    /// Which office.
    #[serde(default)]
    pub office: Option<String>,
    /// What.
    pub what: String,
    /// By when, ms.
    #[serde(default)]
    pub by_ms: Option<i64>,
    /// Topics that it belongs to.
    #[serde(default)]
    pub topics: Vec<String>,
}

/// To say whether an undertaking was kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRequest {
    /// Line.
    pub line: String,
    /// The undertaking.
    pub of: String,
    /// The post.
    pub post: String,
    /// `kept`, `kept in part`, `not kept` or `under way`.
    pub kept: String,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// A topic and all that is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TopicView {
    /// The entry.
    pub place: String,
    /// The party that put it on the record.
    pub party_name: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// When, as claimed, ms.
    pub time_ms: i64,
    /// `issue` or `opportunity`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Who raised it.
    pub raised_by: String,
    /// Where it was raised.
    pub raised_in: Vec<String>,
    /// Words.
    pub words: Option<String>,
    /// What the others say to it.
    pub assent: ClaimAssentView,
    /// How it stands as each side sees it. There is no other status.
    pub seen_as: Vec<SeenAsView>,
    /// Every position, in the record's order.
    pub positions: Vec<PositionView>,
    /// Undertakings that belong to it.
    pub undertakings: Vec<String>,
    /// The entry by which it was last discussed.
    pub last_place: String,
    /// By whom.
    pub last_party: String,
    /// When, as claimed, ms.
    pub last_ms: i64,
}

/// How a side sees a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeenAsView {
    /// The side.
    pub party_name: String,
    /// `open`, `under discussion`, `agreed`, `set aside` or `closed`.
    pub status: String,
    /// The entry that says so.
    pub place: String,
}

/// A position, beside the same side's before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PositionView {
    /// The entry.
    pub place: String,
    /// Whose.
    pub party_name: String,
    /// When, as claimed, ms.
    pub time_ms: i64,
    /// The position.
    pub words: Option<String>,
    /// The words before, where they were others.
    pub words_before: Option<String>,
    /// The status as the side sees it.
    pub status: Option<String>,
    /// The status before, where it was another.
    pub status_before: Option<String>,
    /// Where it was put.
    pub put_in: Vec<String>,
}

/// An undertaking and each side's account of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UndertakingView {
    /// The entry.
    pub place: String,
    /// The party that put it on the record.
    pub party_name: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Who will do it.
    pub who: String,
    /// Which office.
    pub office: Option<String>,
    /// What.
    pub what: String,
    /// By when, ms.
    pub by_ms: Option<i64>,
    /// What it is taken from.
    pub taken_from: String,
    /// Topics.
    pub topics: Vec<String>,
    /// What the others say to it.
    pub assent: ClaimAssentView,
    /// Each side's last account.
    pub accounts: Vec<AccountView>,
    /// Whether two accounts differ.
    pub is_disputed: bool,
}

/// A side's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// The side.
    pub party_name: String,
    /// The entry.
    pub place: String,
    /// When, as claimed, ms.
    pub time_ms: i64,
    /// `kept`, `kept in part`, `not kept` or `under way`.
    pub kept: String,
    /// Words.
    pub words: Option<String>,
}
