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
}
