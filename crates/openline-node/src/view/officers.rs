//! Officers, clearances, the release policy, the audit log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An officer to register or to change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficerRequest {
    /// His name on this node; never on the record.
    pub name: String,
    /// `drafter`, `clearer`, `releaser`, `duty officer`, `linguist`, `auditor`, `administrator`.
    pub roles: Vec<String>,
    /// Lines by title or id, `level:NAME`, or `*` for all.
    pub lines: Vec<String>,
}

/// An officer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OfficerView {
    /// His name.
    pub name: String,
    /// What he may do.
    pub roles: Vec<String>,
    /// On which lines: titles, `level:NAME`, or `*`.
    pub lines: Vec<String>,
    /// When his token was made, ms.
    pub token_made_ms: i64,
    /// When it was revoked, ms.
    pub revoked_ms: Option<i64>,
}

/// An officer, and the token that proves who he is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// The officer.
    pub officer: OfficerView,
    /// The token: shown this once; only its hash is kept.
    pub token: String,
}

/// Somebody's word on a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClearanceView {
    /// Who.
    pub by: String,
    /// When, ms.
    pub at_ms: i64,
    /// Hash of exactly what he saw, hex.
    pub content: String,
    /// What he said.
    pub words: Option<String>,
}

/// The release policy in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyView {
    /// False where there is no file, so that one person may do all.
    pub is_from_file: bool,
    /// Whether the machine's administrator may act in every role although there are officers.
    pub administrator_may_act: bool,
    /// Whether no officer releases what his passkey has not signed.
    pub passkey_required: bool,
    /// Whether officers are registered; acts need roles from the first on.
    pub has_officers: bool,
    /// The rules; the first that fits counts.
    pub rules: Vec<RuleView>,
    /// Rules that never count, since one before them is about every message: the file's lines where they begin.
    pub idle_rules: Vec<u64>,
}

/// A rule of the release policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RuleView {
    /// The file's line where it begins.
    pub at: u64,
    /// Which messages it is about.
    pub about: String,
    /// What it asks, in a sentence.
    pub words: String,
    /// What it asks.
    pub asks: AsksView,
}

/// What is asked of a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AsksView {
    /// How many persons must have cleared it.
    pub clearers: u64,
    /// Parts that no person may have two of.
    pub different_persons: Vec<String>,
    /// Who may draft.
    pub draft_roles: Vec<String>,
    /// Who may clear.
    pub clear_roles: Vec<String>,
    /// Who may release.
    pub release_roles: Vec<String>,
}

/// What a message would need.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExplainView {
    /// The file's line where the rule begins; none where the default or the fixed rule counts.
    pub rule_line: Option<u64>,
    /// True for corrections and cancellations: one releaser, if they take the place of a message of our own.
    pub is_superseding: bool,
    /// What is asked, in a sentence.
    pub words: String,
    /// What is asked.
    pub asks: AsksView,
    /// Officers who could draft it.
    pub drafters: Vec<String>,
    /// Officers who could clear it.
    pub clearers: Vec<String>,
    /// Officers who could release it.
    pub releasers: Vec<String>,
}

/// An item of the audit log. No content of messages is in it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditView {
    /// Its number, from 1.
    pub number: u64,
    /// When, ms.
    pub at_ms: i64,
    /// Who.
    pub by: String,
    /// What.
    pub act: String,
    /// Line id.
    pub line: Option<String>,
    /// Place, officer, draft or party.
    pub object: Option<String>,
    /// Kind, form, stage.
    pub detail: Option<String>,
    /// The draft that was released.
    pub draft: Option<String>,
    /// Hash of exactly what was approved, hex.
    pub content: Option<String>,
    /// Leaf hash of the entry that came of it, hex.
    pub leaf: Option<String>,
    /// `done`, or the word for why it was refused.
    pub outcome: String,
    /// The text that the hash covers.
    pub text: Option<String>,
    /// Hash of the item before, hex.
    pub previous: String,
    /// SHA-256 of `openline/audit/v1`, a newline, number and time as 8 bytes big-endian, `previous` and `text`; hex.
    pub hash: String,
}

/// What verifying the audit log has found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditVerifiedView {
    /// Whether every item is right and in its chain, and proves what it says of a passkey.
    pub is_sound: bool,
    /// Items that are right, up to the first that is not.
    pub items: u64,
    /// Number of the first that is not right, or was lost to damage.
    pub broken: Option<u64>,
    /// Number of the last item.
    pub last: Option<u64>,
    /// Its hash, hex: noted elsewhere, it proves later that nothing before it was changed.
    pub last_hash: Option<String>,
    /// Entries of the record that an officer's passkey has signed.
    pub signed: u64,
    /// The same, where the words were purged since, so that what was signed can't be computed.
    pub signed_gone: u64,
    /// Number of the first item whose passkey does not prove what it says.
    pub unproven: Option<u64>,
}
