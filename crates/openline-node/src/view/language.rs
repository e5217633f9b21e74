//! Clear language, and the agreed glossary.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TextView, message, real, routine};

/// Texts to check.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LanguageRequest {
    /// Subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// The authoritative text first, then courtesy translations.
    pub texts: Vec<TextView>,
    /// One of the forms.
    #[serde(default = "message")]
    pub form: String,
    /// `flash`, `immediate`, `priority` or `routine`.
    #[serde(default = "routine")]
    pub precedence: String,
}

/// Something in a text that may be misread. It hinders nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WarningView {
    /// What kind: `control-character`, `mixed-scripts`, `idiom`, `acronym`, `term-without-equivalent`, `term-not-used`,
    /// `ambiguous-date`, `ambiguous-time`, `binding-word`, `binding-mixed`, `binding-differs`, `too-long`, `note-verbale-person`,
    /// `note-verbale-formula`.
    pub kind: String,
    /// Which text, from 0; none is the subject.
    pub text: Option<usize>,
    /// That text's language.
    pub language: String,
    /// Where the words begin in it, bytes of UTF-8.
    pub start: usize,
    /// Where they end; the same as `start` where something is missing.
    pub end: usize,
    /// The words concerned.
    pub words: String,
    /// What is wrong, and what to write instead.
    pub sentence: String,
}

/// A term and its equivalents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermView {
    /// What the term is known by on the line.
    pub concept: String,
    /// The term in each language.
    pub equivalents: Vec<TextView>,
    /// What it means, or how it is to be used.
    #[serde(default)]
    pub note: Option<String>,
}

/// Terms to propose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsRequest {
    /// The post that proposes them.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "real")]
    pub message_type: String,
    /// The terms.
    pub terms: Vec<TermView>,
}

/// What to say to a proposal of terms.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccordRequest {
    /// The post that says it.
    pub post: String,
    /// `agrees` or `declines`.
    pub stance: String,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// The glossary of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GlossaryView {
    /// The terms that every party has agreed to, by concept.
    pub agreed: Vec<AgreedTermView>,
    /// Proposals that are not agreed, in the record's order.
    pub open: Vec<TermsProposalView>,
}

/// An agreed term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreedTermView {
    /// The term.
    #[serde(flatten)]
    pub term: TermView,
    /// The entry that proposed it, `PARTY/INDEX`.
    pub proposal: String,
    /// The accord by which it was agreed.
    pub since: String,
}

/// A proposal of terms that is not agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TermsProposalView {
    /// The entry, `PARTY/INDEX`.
    pub place: String,
    /// The party that proposes them.
    pub party_name: String,
    /// Its post.
    pub post: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Claimed time, ms.
    pub time_ms: i64,
    /// The terms.
    pub terms: Vec<TermView>,
    /// The last word of each party that has said something.
    pub said: Vec<AccordView>,
    /// The parties that have said nothing yet.
    pub awaited: Vec<String>,
}

/// What a party has said to a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordView {
    /// The entry, `PARTY/INDEX`.
    pub place: String,
    /// The party.
    pub party_name: String,
    /// Its post.
    pub post: String,
    /// Claimed time, ms.
    pub time_ms: i64,
    /// `agrees` or `declines`.
    pub stance: String,
    /// In what words.
    pub words: Option<String>,
}
