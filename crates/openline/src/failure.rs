//! Why a command did not do what it was asked, what to do next, and the exit code.

use std::process::ExitCode;

use openline_core::{Refused, Rule};

/// A failure. Exit codes: 1 refused or invalid, 2 unusable input, 3 not reachable.
#[derive(Debug, Clone)]
pub struct Failure {
    exit: u8,
    /// A word for programs.
    pub code: String,
    /// What happened, in a sentence.
    pub title: String,
    /// What to do next.
    pub next: String,
}

impl Failure {
    fn new(exit: u8, code: &str, title: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.to_owned(),
            title: title.into(),
            next: next.into(),
        }
    }

    /// Something was refused, or is not valid.
    pub fn refused(code: &str, title: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(1, code, title, next)
    }

    /// What was given can't be used.
    pub fn unusable(title: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(2, "unusable", title, next)
    }

    /// Something that is needed can't be reached.
    pub fn unreachable(title: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(3, "not-reachable", title, next)
    }

    /// A file can't be read or written.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as E;
        let next = match error.kind() {
            E::NotFound => "look at the name, and whether its folder is there",
            E::IsADirectory => "give a file, not a folder",
            E::PermissionDenied => "let this user use it: look at its owner and permissions",
            E::ReadOnlyFilesystem => "give a place that can be written, or mount it so",
            E::StorageFull | E::QuotaExceeded | E::FileTooLarge => {
                "free some space; what was written of the file is of no use"
            }
            _ => "give a file that can be used",
        };
        Self::unusable(format!("{}: {error}", path.display()), next)
    }

    /// From a problem document of the API.
    pub fn from_problem(status: u16, code: &str, title: &str, next: &str) -> Self {
        let exit = match status {
            400 | 404 | 413 => 2,
            503 => 3,
            _ => 1,
        };
        Self::new(exit, code, title, next)
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let next = match refused.rule {
            Rule::CborMalformed | Rule::ExportShape | Rule::ExportEnd => {
                "do not rely on it: it was cut short or changed; ask its source for a whole copy"
            }
            _ => "do not rely on it; ask its source for a sound copy",
        };
        Self::refused(refused.rule.id(), refused.to_string(), next)
    }
}

impl From<Rule> for Failure {
    fn from(rule: Rule) -> Self {
        Refused::from(rule).into()
    }
}

impl From<openline_node::error::ServiceError> for Failure {
    fn from(error: openline_node::error::ServiceError) -> Self {
        use openline_node::error::ServiceError as E;
        let exit = match &error {
            E::Unusable(_) | E::NotFound(_) => 2,
            E::Unavailable(_) => 3,
            _ => 1,
        };
        Self::new(
            exit,
            error.code(),
            error.to_string(),
            "mend what the sentence names",
        )
    }
}

impl From<openline_node::home::HomeError> for Failure {
    fn from(error: openline_node::home::HomeError) -> Self {
        use openline_node::home::HomeError as E;
        if let E::File { path, error } = &error {
            return Self::file(path, error);
        }
        let next = match &error {
            E::NotAHome(_) => "give another --home, or make one with openline init",
            E::Sealing(_) => "give the passphrase again",
            E::NeedsPassphrase => "set OPENLINE_PASSPHRASE, or start the node and ask it",
            _ => "mend what the sentence names",
        };
        let exit = if matches!(error, E::Sealing(_)) { 1 } else { 2 };
        Self::new(exit, "home", error.to_string(), next)
    }
}
