//! Whose word is waited for, as people see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a party is waited for to speak to, of one matter and one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AwaitedView {
    /// `origin`, `purge`, `request`, `schedule`, `held`, `return`, `contact`, `topic`, `undertaking`, `terms`, `initial`, `signature` or `slots`.
    pub matter: String,
    /// What the party is waited for to say, in words.
    pub words: String,
    /// Whose word is waited for.
    pub party_name: String,
    /// Whether that is our own party.
    pub is_ours: bool,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// How many there are.
    pub count: u64,
    /// The newest of them, at most three.
    pub newest: Vec<AwaitedItemView>,
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AwaitedItemView {
    /// The entry that waits, PARTY/INDEX.
    pub place: String,
    /// The encounter, text or run that it belongs to; the entry itself where it stands alone.
    pub about: String,
    /// What it is about, in the record's own words, cut to one line.
    pub title: String,
    /// Since when, as claimed, ms.
    pub since_ms: i64,
    /// Until when there is sense in it, ms: the end of a schedule, or of a run's window; null for all else.
    pub until_ms: Option<i64>,
}
