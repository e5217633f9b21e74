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

impl ServiceError {
    /// The sentence for who does not sit at a command line: without what it says of commands. A sentence names those in brackets, or
    /// at its end after a semicolon or colon, and nowhere else.
    #[must_use]
    pub fn without_commands(&self) -> String {
        let mut words = self.to_string();
        while let Some((before, rest)) = words.split_once(" (openline ") {
            let after = rest.split_once(')').map_or("", |(_, after)| after);
            words = format!("{before}{after}");
        }
        let ends = ["; openline ", ": openline "].map(|mark| words.find(mark));
        if let Some(end) = ends.into_iter().flatten().min() {
            words.truncate(end);
        }
        words
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn spoken(words: &str) -> String {
        ServiceError::Conflict(words.to_owned()).without_commands()
    }

    #[test]
    fn a_sentence_can_be_said_without_its_commands() {
        for (words, without) in [
            (
                "there is no text; openline text list shows those",
                "there is no text",
            ),
            (
                "look at it again (openline draft show). Then release it (openline draft release)",
                "look at it again. Then release it",
            ),
            (
                "only a post on watch can: openline watch take --post watch",
                "only a post on watch can",
            ),
            ("the line is suspended", "the line is suspended"),
        ] {
            assert_eq!(spoken(words), without);
        }
    }

    /// Sentences of the source in which a command or its option would stay.
    fn said_with_commands(folder: &Path, found: &mut Vec<String>) {
        for file in std::fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            if path.is_dir() {
                said_with_commands(&path, found);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("text");
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = source.lines().map(str::trim_start);
            let code: Vec<&str> = lines.filter(|line| !line.starts_with("//")).collect();
            // A literal that goes on in the next line is one.
            let code = code.join("\n").replace("\\\n", "").replace("\\\"", "'");
            for literal in code.split('"').skip(1).step_by(2) {
                let spoken = spoken(literal);
                let is_stump = spoken != literal
                    && ["; run", " with", " by", ":"]
                        .iter()
                        .any(|end| spoken.ends_with(end));
                if spoken.contains("openline ") || spoken.contains(" --") || is_stump {
                    found.push(format!("{}: {literal}", path.display()));
                }
            }
        }
    }

    #[test]
    fn every_refusal_names_commands_where_they_can_be_left_out() {
        let mut found = Vec::new();
        for folder in ["service", "engine", "watch", "policy", "officers"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("src")
                .join(folder);
            said_with_commands(&folder, &mut found);
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}
