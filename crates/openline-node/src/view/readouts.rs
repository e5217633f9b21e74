//! Readouts, public statements, and what is published.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextView;

/// To draft one's own account of a contact, in place of the draft there was.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadoutRequest {
    /// Line.
    pub line: String,
    /// What it is an account of: an encounter, a message or any other entry, as a place or joint number.
    pub of: String,
    /// The post that will release it.
    pub post: String,
    /// The authoritative text, then courtesy translations.
    pub texts: Vec<TextView>,
    /// Words taken over from other entries, such as joint texts.
    #[serde(default)]
    pub quotes: Vec<QuoteView>,
}

/// Words taken over from an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteView {
    /// The entry, as a place or joint number.
    pub of: String,
    /// The words, as they stand in one of the texts.
    pub words: String,
}

/// A draft of a readout, which the other side does not see.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReadoutDraftView {
    /// The line's id.
    pub line: String,
    /// What it is an account of.
    pub of: String,
    /// Who drafted it last.
    pub by: String,
    /// When, ms.
    pub drafted_ms: i64,
    /// The post that will release it.
    pub post: String,
    /// The texts.
    pub texts: Vec<TextView>,
    /// What it quotes.
    pub quotes: Vec<QuoteView>,
    /// SHA-256 of the draft: releasing names it, so that nothing changes unseen.
    pub content: String,
    /// What releasing it would give away.
    pub check: CheckView,
}

/// What an account would give away of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// What was found.
    pub flags: Vec<FlagView>,
    /// Fields whose values are too short to be looked for, as `PLACE:NAME`.
    pub unsought: Vec<String>,
}

/// Something that an account would give away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagView {
    /// The name to confirm it by: `PLACE:FIELD`, or `PLACE:words`.
    pub id: String,
    /// The entry that holds it.
    pub place: String,
    /// Whose entry.
    pub party: String,
    /// In a sentence.
    pub sentence: String,
    /// Whether a releaser may confirm it: only for one's own.
    pub may_confirm: bool,
}

/// To release the draft of a readout.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadoutReleaseRequest {
    /// Line.
    pub line: String,
    /// What it is an account of.
    pub of: String,
    /// SHA-256 of the draft that was looked at, or its beginning (at least 8 digits).
    pub content: String,
    /// Ids of what it gives away of one's own, each confirmed by name.
    #[serde(default)]
    pub confirm: Vec<String>,
}

/// A contact with its readouts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountsView {
    /// What they are accounts of.
    pub of: String,
    /// What that is, in a line.
    pub summary: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Released readouts, by party. Another's texts are shown once one's own is released.
    pub readouts: Vec<ReadoutView>,
    /// Parties that have released none.
    pub waits_for: Vec<String>,
    /// Every two side by side; none until one's own is released.
    pub comparisons: Vec<ComparisonView>,
}

/// A released readout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadoutView {
    /// Whose.
    pub party: String,
    /// Where it stands.
    pub place: String,
    /// When, ms, as claimed.
    pub time_ms: i64,
    /// The texts; none while they are not shown.
    pub texts: Vec<TextView>,
    /// What it quotes.
    pub quotes: Vec<QuoteView>,
}

/// Two readouts side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparisonView {
    /// Whose is on the left.
    pub left: String,
    /// Whose is on the right.
    pub right: String,
    /// In which language; none where they have none in common.
    pub language: Option<String>,
    /// Sentence by sentence.
    pub rows: Vec<RowView>,
}

/// A sentence of one account beside that of the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowView {
    /// The left sentence.
    pub left: Option<String>,
    /// The right sentence.
    pub right: Option<String>,
    /// How like they are, in thousandths.
    pub likeness: u32,
    /// Words that only the left one has.
    pub left_only: Vec<String>,
    /// Words that only the right one has.
    pub right_only: Vec<String>,
}

/// To make a public statement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementRequest {
    /// Line.
    pub line: String,
    /// The post that releases it.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// Title.
    pub title: String,
    /// The authoritative text, then courtesy translations.
    pub texts: Vec<TextView>,
    /// Entries that it discloses.
    #[serde(default)]
    pub disclose: Vec<DisclosedView>,
    /// Ids of what it gives away of one's own, each confirmed by name.
    #[serde(default)]
    pub confirm: Vec<String>,
}

/// An entry that a statement discloses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosedView {
    /// The entry, as a place or joint number.
    pub of: String,
    /// `cited`, `quoted` or `whole`.
    pub extent: String,
}

/// A public statement on the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementView {
    /// Where it stands.
    pub place: String,
    /// Joint number, once it is settled.
    pub joint: Option<u64>,
    /// Whose.
    pub party: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// When, ms, as claimed.
    pub time_ms: i64,
    /// Title.
    pub title: String,
    /// The texts.
    pub texts: Vec<TextView>,
    /// What it discloses.
    pub disclosed: Vec<DisclosedView>,
}

/// To publish statements and readouts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// Line.
    pub line: String,
    /// Statements and readouts, in the order of the page.
    pub places: Vec<String>,
}

/// A publication: the files of a folder.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublicationView {
    /// Page, feed and proofs.
    pub files: Vec<PublishedFile>,
}

/// A file of a publication.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublishedFile {
    /// Its name in the folder, with `/` between parts.
    pub name: String,
    /// What stands in it; all are text.
    pub text: String,
}
