//! Texts under negotiation, as people see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextView;

/// A text to propose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextProposeRequest {
    /// Line.
    pub line: String,
    /// The post that proposes it.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// What it is called; the title of the Markdown if left out.
    #[serde(default)]
    pub title: Option<String>,
    /// Languages (BCP 47) that it is to have beside those that are given.
    #[serde(default)]
    pub languages: Vec<String>,
    /// The paragraphs, each in its languages, in bracket notation.
    #[serde(default)]
    pub paragraphs: Vec<ParagraphRequest>,
    /// Instead of paragraphs: a Markdown file.
    #[serde(default)]
    pub markdown: Option<String>,
    /// The language of the Markdown where it names none.
    #[serde(default)]
    pub language: Option<String>,
}

/// A paragraph in its languages, in bracket notation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParagraphRequest {
    /// Each language once.
    pub versions: Vec<TextView>,
}

/// Changes to a text: made all, or none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendRequest {
    /// The post that amends.
    pub post: String,
    /// The draft that the numbers are about; refused as overtaken if there is a later one.
    #[serde(default)]
    pub draft: Option<u64>,
    /// The changes, in their order. Numbers are those of the draft before the first.
    pub changes: Vec<ChangeRequest>,
    /// Why, in words.
    #[serde(default)]
    pub words: Option<String>,
}

/// One change. Paragraphs, brackets and alternatives are counted from 1; brackets by where they open.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ChangeRequest {
    /// Puts a paragraph in after another; after 0 is at the beginning.
    Insert {
        /// After which.
        after: usize,
        /// In its languages.
        versions: Vec<TextView>,
    },
    /// Takes a paragraph out.
    Delete {
        /// Which.
        paragraph: usize,
    },
    /// Puts another wording in its place; languages that are left out stay as they are.
    Replace {
        /// Which.
        paragraph: usize,
        /// The languages that change, or are new.
        versions: Vec<TextView>,
    },
    /// Puts a whole paragraph in a bracket.
    Bracket {
        /// Which.
        paragraph: usize,
        /// The parties that want it to stand.
        #[serde(default)]
        wanted_by: Vec<String>,
    },
    /// Takes a bracket away and keeps one alternative, or none.
    Choose {
        /// Which paragraph.
        paragraph: usize,
        /// Which bracket.
        bracket: u64,
        /// Which alternative; none takes out all that is in the bracket.
        #[serde(default)]
        alternative: Option<u64>,
    },
    /// Says that an amendment which could not be made is dealt with.
    PassOver {
        /// The amendment, `PARTY/INDEX`.
        amendment: String,
    },
}

/// To initial or sign a text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssentRequest {
    /// The post.
    pub post: String,
    /// The hash that was looked at, or its first 8 digits at least: refused if the text has another.
    pub hash: String,
    /// Whether it waits for its own side's concurrence.
    #[serde(default)]
    pub ad_referendum: bool,
    /// Words, such as who initials in what capacity.
    #[serde(default)]
    pub words: Option<String>,
}

/// A text in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextSummaryView {
    /// The entry that proposed it, `PARTY/INDEX`.
    pub place: String,
    /// By which later entries cite it, once it is signed: `T1` for number 1.
    pub number: Option<u64>,
    /// What it is called.
    pub title: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// When, ms, as claimed.
    pub time_ms: i64,
    /// `open`, `clean`, `initialled` or `signed`.
    pub standing: String,
    /// Which draft this is, from 1.
    pub draft: u64,
    /// Paragraphs.
    pub paragraphs: usize,
    /// Brackets, at every depth.
    pub brackets: usize,
    /// Alternatives in brackets that have more than one.
    pub options: usize,
    /// Language versions that are missing.
    pub missing: usize,
    /// Amendments that crossed another and are still to be dealt with.
    pub crossed: usize,
    /// The hash of this draft, hex: what is initialled and signed.
    pub hash: String,
}

/// A text in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JointTextView {
    /// As in lists.
    pub summary: TextSummaryView,
    /// Its languages.
    pub languages: Vec<String>,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<JointParagraphView>,
    /// What was done to it, in the record's order.
    pub amendments: Vec<AmendmentView>,
    /// The initials.
    pub initials: Vec<AssentView>,
    /// The signatures.
    pub signatures: Vec<AssentView>,
    /// Where language versions do not say the same.
    pub disagreements: Vec<DisagreementView>,
    /// True when an entry of it was purged, so that it can't be computed any more.
    pub is_incomplete: bool,
}

/// A paragraph of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JointParagraphView {
    /// Its number, from 1.
    pub number: usize,
    /// The entry that last changed it.
    pub changed_by: String,
    /// In bracket notation, by language.
    pub versions: Vec<TextView>,
    /// Its brackets, by where they open.
    pub brackets: Vec<BracketView>,
}

/// A bracket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BracketView {
    /// Its number in the paragraph, from 1.
    pub number: u64,
    /// How deep it is nested: 1 is outermost.
    pub depth: usize,
    /// What it may come to.
    pub alternatives: Vec<AlternativeView>,
}

/// An alternative of a bracket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlternativeView {
    /// Its number, from 1.
    pub number: u64,
    /// The parties that want it.
    pub wanted_by: Vec<String>,
    /// In the text's first language, in bracket notation.
    pub text: String,
}

/// An amendment and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AmendmentView {
    /// The entry.
    pub place: String,
    /// Who made it.
    pub party: String,
    /// When, ms, as claimed.
    pub time_ms: i64,
    /// What it changes, a sentence for each.
    pub changes: Vec<String>,
    /// Why, in words.
    pub words: Option<String>,
    /// `made`, `crossed`, `passed over` or `too late`.
    pub outcome: String,
    /// The draft that came of it.
    pub draft: Option<u64>,
    /// What stood in its way, and what to do.
    pub reason: Option<String>,
}

/// An initial or a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssentView {
    /// The entry.
    pub place: String,
    /// Who.
    pub party: String,
    /// Which post.
    pub post: String,
    /// When, ms, as claimed.
    pub time_ms: i64,
    /// The hash that it names.
    pub hash: String,
    /// Whether it waits for its own side's concurrence.
    pub ad_referendum: bool,
    /// Words.
    pub words: Option<String>,
    /// Whether it counts.
    pub counts: bool,
    /// The same in words, with the reason.
    pub counting: String,
}

/// Where a language version says something else than the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisagreementView {
    /// Which paragraph, from 1.
    pub paragraph: usize,
    /// Which language.
    pub language: String,
    /// What differs.
    pub words: String,
}

/// What changed from one draft to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextDiffView {
    /// The earlier draft.
    pub from: u64,
    /// The later draft.
    pub to: u64,
    /// The paragraphs that differ.
    pub paragraphs: Vec<ParagraphDiffView>,
    /// Where language versions of the later draft do not say the same.
    pub disagreements: Vec<DisagreementView>,
}

/// What changed in a paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParagraphDiffView {
    /// Its number in the earlier draft.
    pub before: Option<usize>,
    /// Its number in the later draft.
    pub after: Option<usize>,
    /// `added`, `deleted` or `changed`.
    pub change: String,
    /// By language.
    pub versions: Vec<VersionDiffView>,
}

/// What changed in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionDiffView {
    /// Which.
    pub language: String,
    /// The words of both, in order.
    pub runs: Vec<RunView>,
    /// What is easily missed: binding words and numbers that changed.
    pub flags: Vec<String>,
}

/// Words in one or both drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunView {
    /// `both`, `out` or `in`.
    pub run: String,
    /// The words.
    pub words: String,
}

/// A text as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextExportView {
    /// `text/markdown` or `text/html`.
    pub media_type: String,
    /// The file.
    pub content: String,
}
