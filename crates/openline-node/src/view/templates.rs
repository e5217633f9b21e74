//! Templates, forms filled in, and notifications that are due again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FieldView, ReleasedView, TextView};

/// The templates of the node.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateListView {
    /// Those that can be used.
    pub templates: Vec<TemplateBrief>,
    /// Own files that can't be used.
    pub unusable: Vec<UnusableView>,
}

/// An own template file that can't be used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UnusableView {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub words: String,
}

/// A template in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateBrief {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// The instrument that it serves.
    pub instrument: String,
    /// `comes with the program` or `own file`.
    pub source: String,
    /// True when its fields were not checked at the instrument's text.
    pub is_unverified: bool,
}

/// A template in full.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateView {
    /// As in lists.
    pub brief: TemplateBrief,
    /// That it claims no conformity.
    pub claim: String,
    /// Who may need it.
    pub needed_by: String,
    /// The language of its words.
    pub language: String,
    /// Languages in which it has labels too.
    pub translations: Vec<String>,
    /// Its own labels in those: by language, then by `title`, `opening`, `closing`, `claim` and the keys of fields.
    pub labels: BTreeMap<String, BTreeMap<String, String>>,
    /// Least seconds between release and event.
    pub lead_time_s: Option<u64>,
    /// Seconds before the event at which it is repeated.
    pub renotify_s: Vec<u64>,
    /// Class of traffic.
    pub class: Option<String>,
    /// Precedence unless another is chosen.
    pub precedence: String,
    /// Form of the message.
    pub form: String,
    /// Keys of which at least one must be filled in, for each group.
    pub one_of: Vec<Vec<String>>,
    /// The fields, in order.
    pub fields: Vec<TemplateFieldView>,
    /// The file's text.
    pub text: String,
}

/// A field to be filled in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateFieldView {
    /// Its name in the message.
    pub key: String,
    /// What people see.
    pub label: String,
    /// What to put in.
    pub help: String,
    /// A right value.
    pub example: String,
    /// The type in a word.
    pub kind: String,
    /// What a value should look like.
    pub shape: String,
    /// Whether a value may have several lines.
    pub is_list: bool,
    /// Whether the form is incomplete without it.
    pub is_required: bool,
    /// Whether a read-back types it again.
    pub is_critical: bool,
    /// Whether publication is allowed unless the author says otherwise.
    pub is_releasable: bool,
    /// Whether it is the time of the event.
    pub is_event: bool,
}

/// Values for a form.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FillRequest {
    /// The line whose parties and posts fields may name: id, beginning of an id, or title.
    #[serde(default)]
    pub line: Option<String>,
    /// What was typed in, by key; items of a list on lines of their own.
    pub values: BTreeMap<String, String>,
    /// Which fields may be published, where the template has it otherwise.
    #[serde(default)]
    pub releasable: BTreeMap<String, bool>,
    /// Languages in which labels are given too.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// A form that was read: complete, or with everything that is wrong.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FilledView {
    /// The template, `id/version`.
    pub template: String,
    /// Everything that is wrong; nothing of the rest is there then.
    pub problems: Vec<ProblemView>,
    /// The message's subject.
    pub subject: Option<String>,
    /// The authoritative text, then courtesy translations.
    pub texts: Vec<TextView>,
    /// The message's fields.
    pub fields: Vec<FieldView>,
    /// Validity: from and to, ms.
    pub validity_ms: Option<[i64; 2]>,
    /// Class of traffic.
    pub class: Option<String>,
    /// The template's precedence.
    pub precedence: Option<String>,
    /// Form of the message.
    pub form: Option<String>,
    /// When the event begins, ms.
    pub begins_ms: Option<i64>,
    /// How much notice there is, where the template asks for some.
    pub lead: Option<LeadView>,
    /// When the notification is due again, ms.
    pub again_ms: Vec<i64>,
}

/// Something wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemView {
    /// The field's key; empty when the form as a whole is meant.
    pub key: String,
    /// What is wrong and what it should look like, in a sentence.
    pub words: String,
}

/// How much notice there is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeadView {
    /// True when there is less than the template asks for.
    pub is_short: bool,
    /// In a sentence.
    pub words: String,
}

/// A notification to be released.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyRequest {
    /// The line.
    pub line: String,
    /// The releasing post.
    pub post: String,
    /// The template, by id or `id/version`.
    pub template: String,
    /// What was typed in, by key; items of a list on lines of their own.
    pub values: BTreeMap<String, String>,
    /// Which fields may be published, where the template has it otherwise.
    #[serde(default)]
    pub releasable: BTreeMap<String, bool>,
    /// Languages in which labels are given too.
    #[serde(default)]
    pub languages: Vec<String>,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Precedence; that of the template if left out.
    #[serde(default)]
    pub precedence: Option<String>,
    /// Action addressees, `PARTY:POST`; empty is the first post of every other party.
    #[serde(default)]
    pub to: Vec<String>,
    /// Info addressees.
    #[serde(default)]
    pub info: Vec<String>,
    /// The author's own reference.
    #[serde(default)]
    pub own_reference: Option<String>,
    /// Level of authority.
    #[serde(default)]
    pub authority: Option<String>,
    /// Whether it is released although the notice is shorter than the template asks for.
    #[serde(default)]
    pub short_notice: bool,
    /// Whether it is kept as a draft and not released.
    #[serde(default)]
    pub is_draft: bool,
}

/// A notification that was released or kept as a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotifiedView {
    /// What was filled in.
    pub filled: FilledView,
    /// The entry, if it was released.
    pub released: Option<ReleasedView>,
    /// The draft's id, if it was kept.
    pub draft: Option<String>,
}

/// A notification to be repeated.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgainRequest {
    /// The line.
    pub line: String,
    /// The notification, or a repetition of it: `PARTY/INDEX` or joint number.
    pub of: String,
    /// The releasing post.
    pub post: String,
}

/// A notification whose event lies ahead or is under way.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DueView {
    /// Line id.
    pub line: String,
    /// Title of the line.
    pub title: String,
    /// The entry, `PARTY/INDEX`.
    pub place: String,
    /// Who gave it.
    pub party_name: String,
    /// From which post.
    pub post: String,
    /// Whether it is our own.
    pub is_ours: bool,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Its subject.
    pub subject: String,
    /// Its template, `id/version`.
    pub template: Option<String>,
    /// When it was given, ms, as claimed.
    pub given_ms: i64,
    /// When the event begins, ms.
    pub begins_ms: i64,
    /// When it is over, ms.
    pub ends_ms: Option<i64>,
    /// The correction that took its place.
    pub corrected_by: Option<String>,
    /// Its repetitions.
    pub repeats: Vec<String>,
    /// When it is to be repeated, ms: the next time that is ahead or overdue.
    pub next_ms: Option<i64>,
    /// Whether that time has come.
    pub is_overdue: bool,
    /// Every repetition that its template asks for.
    pub due: Vec<RepeatView>,
    /// What other parties have said of it and of its repetitions.
    pub heard: Vec<AddresseeView>,
}

/// A repetition that a template asks for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RepeatView {
    /// Seconds before the event.
    pub before_s: u64,
    /// When, ms.
    pub at_ms: i64,
    /// `went`, `not needed`, `ahead`, `overdue` or `missed`.
    pub outcome: String,
    /// The entry by which it went.
    pub by: Option<String>,
}

/// What a party has said of a notification or of one of its repetitions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AddresseeView {
    /// Of which entry.
    pub of: String,
    /// Who.
    pub party_name: String,
    /// When a person acknowledged it, ms, as claimed.
    pub acknowledged_ms: Option<i64>,
    /// To whom it was passed on.
    pub passed_on: Vec<PassedOnView>,
}

/// To whom something was passed on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PassedOnView {
    /// The class of people.
    pub class: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
}
