//! Non-papers, off the record. No list and no event holds a text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A non-paper to be sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NonPaperRequest {
    /// The line: its title, its id, or the beginning of its id.
    pub line: String,
    /// The party, by name or id.
    pub to: String,
    /// The text.
    pub text: String,
    /// Must be true: nothing goes off the record unless it is said so.
    #[serde(default)]
    pub off_the_record: bool,
}

/// A non-paper, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NonPaperView {
    /// This node's own number for it; the other side has another.
    pub number: u64,
    /// Whether it is ours; otherwise the other party's.
    pub is_ours: bool,
    /// The other party's name.
    pub party: String,
    /// The line's title.
    pub line: String,
    /// When it was sent, by the sender's clock.
    pub sent_ms: i64,
    /// When it came; for ours, when the other node's confirmation came.
    pub received_ms: Option<i64>,
    /// When it was shown to a person; for ours, when word of that came.
    pub shown_ms: Option<i64>,
    /// `unread` or `read`; for ours `waiting`, `received` or `shown`.
    pub state: String,
}

/// A non-paper with its text. It proves nothing to anyone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NonPaperText {
    /// All but the text.
    pub about: NonPaperView,
    /// The text.
    pub text: String,
}

/// A copy of one's own that was filed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NonPaperFiled {
    /// The file.
    pub file: String,
}

/// Non-papers packed for a courier.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NonPaperPack {
    /// The sealed file, base64.
    pub base64: String,
    /// Whether the two share a key. Without one the file carries this party's share of it and nothing else.
    pub has_key: bool,
    /// Non-papers in it.
    pub non_papers: usize,
    /// Non-papers to that party that wait.
    pub waiting: usize,
}

/// What a file of non-papers has brought.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NonPaperBrought {
    /// Who it says has packed it.
    pub from: String,
    /// `proved`: it was under the key of the two. `first`: it brought the other party's first share of the key, and nothing vouches for it
    /// until something comes under that key. `unproved`: it was under nothing that is shared here, and nothing of it was taken.
    pub key: String,
    /// New non-papers, by this node's numbers.
    pub new: Vec<u64>,
    /// Whether some found no room: discard others, and open the file again.
    pub is_full: bool,
    /// Ours that the other node has received, by this node's numbers.
    pub received: Vec<u64>,
    /// Ours that were shown there.
    pub shown: Vec<u64>,
}
