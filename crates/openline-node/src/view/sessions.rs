//! Links into the console, and sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// To ask for a one-time link into the console.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// The officer that it signs in; the administrator of this machine if left out.
    #[serde(default)]
    pub officer: Option<String>,
}

/// A one-time link into the console.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// What stands after the console's address: `/sign-in/` and the token.
    pub path: String,
    /// The officer that it signs in; the administrator of this machine if there is none.
    pub officer: Option<String>,
    /// When it stops to open, ms.
    pub ends_ms: i64,
}

/// A session at the console.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// Who, in words.
    pub who: String,
    /// The officer; none for the administrator of this machine.
    pub officer: Option<String>,
    /// What he may do, in the words of the roles. The administrator of this machine has every role while there are no officers.
    pub roles: Vec<String>,
    /// Since when, ms.
    pub made_ms: i64,
    /// When it ends, ms.
    pub ends_ms: i64,
    /// How many passkeys the officer has: from the first on he signs what he releases.
    pub passkeys: usize,
    /// Whether the release policy lets no officer release without a passkey's signature.
    pub wants_passkey: bool,
}

/// An officer's passkey.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyView {
    /// The id of its credential, base64url.
    pub id: String,
    /// Whose.
    pub officer: String,
    /// What its owner calls it.
    pub label: String,
    /// Whether it may be copied to its owner's other devices, by a maker of devices in the middle.
    pub is_portable: bool,
    /// When it was made, ms.
    pub made_ms: i64,
    /// When it was used last, ms.
    pub used_ms: Option<i64>,
}

/// What a browser needs to make a passkey; bytes are base64url.
#[derive(Debug, Clone, Serialize)]
pub struct PasskeyOffer {
    /// The challenge.
    pub challenge: String,
    /// What the authenticator knows the officer by.
    pub user: String,
    /// The officer's name, with the party's.
    pub name: String,
    /// Numbers of the algorithms that are taken (COSE), the best liked first.
    pub algorithms: Vec<i64>,
    /// Ids of the passkeys that he has already.
    pub known: Vec<String>,
}
