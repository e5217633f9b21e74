//! Why the façade refuses, sorted by who must act.

use openline_bearer::pouch::OpenError;
use openline_core::{Refused, Rule};

/// A refusal by the façade. Each has a sentence for people and a word for programs.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// A rule of the specification is broken, or a policy forbids it.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// Whoever asks may not do this; the text says which role it needs and who has it.
    #[error("{0}")]
    Forbidden(String),
    /// The release policy asks for more persons; the text says what is missing and who can give it.
    #[error("{0}")]
    NeedsOthers(String),
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// What was given can't be used; the text says what to give.
    #[error("{0}")]
    Unusable(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// It can't be done now; the text says what to wait for or mend.
    #[error("{0}")]
    Unavailable(String),
}

impl ServiceError {
    /// The word for programs: a rule's id, or the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.rule.id(),
            Self::Forbidden(_) => "not-allowed",
            Self::NeedsOthers(_) => "needs-others",
            Self::Conflict(_) => "conflict",
            Self::Unusable(_) => "unusable",
            Self::NotFound(_) => "not-found",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

impl From<Rule> for ServiceError {
    fn from(rule: Rule) -> Self {
        Self::Refused(rule.into())
    }
}

/// The rule that a sealed file broke when it did not open.
pub(crate) fn rule_of_sealed(error: &OpenError) -> Rule {
    match error {
        OpenError::NotForUs { .. } => Rule::BundleRecipient,
        // Whatever else there is, the file is not one that was sealed to that key.
        _ => Rule::BundleFormat,
    }
}
