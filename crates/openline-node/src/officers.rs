//! Who acts on this node: its officers, their roles, and the lines that they are for. Local, and never on the record.
//!
//! Who an officer is ([`Officer`]) and how he proves it (a token, in `proof.rs`; passkeys, in `passkey.rs`) are kept apart.

mod passkey;
mod proof;
mod roster;
mod scope;

use std::collections::BTreeSet;
use std::fmt;

use openline_core::credential::is_name;
use serde::{Deserialize, Serialize};

pub use passkey::{LABEL_MAX, PASSKEYS_MAX};
pub(crate) use passkey::{Passkey, Passkeys};
pub(crate) use proof::{Proof, Token};
pub(crate) use roster::{LineTag, Roster};
pub use scope::Scope;

/// Officers that a node keeps, revoked ones too.
pub const OFFICERS_MAX: usize = 256;
/// Lines and levels that one officer is for.
pub const SCOPES_MAX: usize = 64;

/// What an officer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Writes drafts.
    Drafter,
    /// Agrees that a draft may go.
    Clearer,
    /// Puts entries on the record.
    Releaser,
    /// Holds the watch: shows, acknowledges, passes on, reads back.
    DutyOfficer,
    /// Gives receipts for translations.
    Linguist,
    /// Reads the audit log.
    Auditor,
    /// Keeps officers, relations, charters, keys and backups.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Drafter,
        Self::Clearer,
        Self::Releaser,
        Self::DutyOfficer,
        Self::Linguist,
        Self::Auditor,
        Self::Administrator,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Drafter => "drafter",
            Self::Clearer => "clearer",
            Self::Releaser => "releaser",
            Self::DutyOfficer => "duty officer",
            Self::Linguist => "linguist",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role of a word; a hyphen may stand for the space.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let plain = word.to_lowercase().replace('-', " ");
        Self::ALL.into_iter().find(|role| role.word() == plain)
    }

    /// All words, for a sentence.
    #[must_use]
    pub fn words() -> String {
        Self::ALL.map(Self::word).join(", ")
    }
}

/// An officer's name: unique on this node, kept for ever, and never on the record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfficerName(String);

impl OfficerName {
    /// Takes a name: 1 to 64 bytes, no control characters, no space at either end, and not a name that the audit log has a use for.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let is_taken = name == ADMINISTRATOR || name == NODE;
        (is_name(name) && !is_taken).then(|| Self(name.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OfficerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An officer. One who has left is revoked, not deleted: the audit log goes on naming him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// His name.
    pub name: OfficerName,
    /// What he may do.
    pub roles: BTreeSet<Role>,
    /// On which lines.
    pub lines: Vec<Scope>,
}

const ADMINISTRATOR: &str = "the administrator of this machine";
const NODE: &str = "the node";

/// On whose behalf the façade is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Whoever holds the token of the home's `api.json`, or runs within the node's own process.
    Administrator,
    /// The program itself, on its own schedule: it may release messages of type test and nothing else.
    Node,
    /// An officer who has proven who he is.
    Officer(OfficerName),
}

/// As the audit log and drafts name him; no two actors have one name.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Administrator => f.write_str(ADMINISTRATOR),
            Self::Node => f.write_str(NODE),
            Self::Officer(name) => name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_by_their_words() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("Duty-Officer"), Some(Role::DutyOfficer));
        assert_eq!(Role::from_word("chief"), None);
    }

    #[test]
    fn no_officer_takes_the_name_of_another_kind_of_actor() {
        assert!(OfficerName::new("watch-1").is_some());
        for name in [ADMINISTRATOR, NODE, "", " watch", "a\nb"] {
            assert!(OfficerName::new(name).is_none(), "{name:?}");
        }
    }
}
