//! `policy.toml`: who must have drafted, cleared and released a message before it may go. Local, and never shown to the other side.

mod file;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use openline_core::entry::MessageType;
use openline_core::message::{Form, Precedence};

use crate::officers::{LineTag, Role};

/// The file's name within a home.
pub const FILE: &str = "policy.toml";
/// Rules of a policy.
pub const RULES_MAX: usize = 256;
/// Clearers that a rule may ask for.
pub const CLEARERS_MAX: usize = 8;

/// The policy can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file can't be read.
    #[error("{} can't be read: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file is not as it should be.
    #[error("{}: {why}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, key and what is allowed.
        why: String,
    },
}

/// A part that a person has in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hand {
    /// Wrote it, or changed it.
    Drafter,
    /// Cleared it.
    Clearer,
    /// Lets it go.
    Releaser,
}

impl Hand {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Drafter, Self::Clearer, Self::Releaser];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Drafter => "drafter",
            Self::Clearer => "clearer",
            Self::Releaser => "releaser",
        }
    }
}

/// What is asked of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// How many persons must have cleared it. No person clears twice.
    pub clearers: usize,
    /// Parts that no person may have two of.
    pub different: BTreeSet<Hand>,
    /// Who may draft.
    pub draft_roles: Vec<Role>,
    /// Who may clear.
    pub clear_roles: Vec<Role>,
    /// Who may release.
    pub release_roles: Vec<Role>,
}

impl Default for Asks {
    /// One person may do all: whoever may release may also draft.
    fn default() -> Self {
        Self {
            clearers: 0,
            different: BTreeSet::new(),
            draft_roles: vec![Role::Drafter, Role::Releaser],
            clear_roles: vec![Role::Clearer],
            release_roles: vec![Role::Releaser],
        }
    }
}

impl Asks {
    /// What corrections and cancellations of one's own messages need, whatever the file says: one releaser.
    #[must_use]
    pub fn of_superseding() -> Self {
        Self::default()
    }

    /// Whether no person may have both parts.
    #[must_use]
    pub fn keeps_apart(&self, one: Hand, other: Hand) -> bool {
        self.different.contains(&one) && self.different.contains(&other)
    }

    /// Whether one person alone may draft and release.
    #[must_use]
    pub fn is_for_one(&self) -> bool {
        self.clearers == 0 && !self.keeps_apart(Hand::Drafter, Hand::Releaser)
    }

    /// In a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        if self.is_for_one() {
            return "one person may draft and release".to_owned();
        }
        let clearers = match self.clearers {
            0 => "no clearance".to_owned(),
            1 => "1 clearance".to_owned(),
            more => format!("{more} clearances, each by another person"),
        };
        let parts: Vec<&str> = self.different.iter().map(|hand| hand.word()).collect();
        if parts.len() < 2 {
            format!("{clearers} before release")
        } else {
            format!(
                "{clearers} before release; {} must be different persons",
                parts.join(", ")
            )
        }
    }
}

/// What rules are matched against.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    pub(crate) line: &'a LineTag,
    pub(crate) form: Form,
    pub(crate) precedence: Precedence,
    pub(crate) message_type: MessageType,
    pub(crate) class: Option<&'a str>,
}

/// Which messages a rule is about; an empty list stands for all.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Titles or ids of lines.
    pub lines: Vec<String>,
    /// Levels.
    pub levels: Vec<String>,
    /// Forms.
    pub forms: Vec<Form>,
    /// Precedences.
    pub precedences: Vec<Precedence>,
    /// Message types.
    pub types: Vec<MessageType>,
    /// Classes of traffic.
    pub classes: Vec<String>,
}

impl Matching {
    /// Whether it is about every message.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.lines.is_empty()
            && self.levels.is_empty()
            && self.forms.is_empty()
            && self.precedences.is_empty()
            && self.types.is_empty()
            && self.classes.is_empty()
    }

    fn fits(&self, subject: &Subject<'_>) -> bool {
        let id = subject.line.id.to_string();
        let is_line = |name: &String| *name == subject.line.title || *name == id;
        (self.lines.is_empty() || self.lines.iter().any(is_line))
            && is_among(&self.levels, &subject.line.level)
            && is_among(&self.forms, &subject.form)
            && is_among(&self.precedences, &subject.precedence)
            && is_among(&self.types, &subject.message_type)
            && (self.classes.is_empty()
                || subject
                    .class
                    .is_some_and(|class| self.classes.iter().any(|known| known == class)))
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let lists = [
            ("line", self.lines.clone()),
            ("level", self.levels.clone()),
            ("form", words(&self.forms, Form::word)),
            ("precedence", words(&self.precedences, Precedence::word)),
            ("type", words(&self.types, MessageType::word)),
            ("class", self.classes.clone()),
        ];
        let said: Vec<String> = lists
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(key, list)| format!("{key} {}", list.join(" or ")))
            .collect();
        if said.is_empty() {
            "every message".to_owned()
        } else {
            said.join(", ")
        }
    }
}

fn is_among<T: PartialEq>(list: &[T], value: &T) -> bool {
    list.is_empty() || list.contains(value)
}

fn words<T: Copy>(list: &[T], word: impl Fn(T) -> &'static str) -> Vec<String> {
    list.iter().map(|value| word(*value).to_owned()).collect()
}

/// A rule of the file.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The line of the file where it begins, from 1.
    pub at: usize,
    /// Which messages it is about.
    pub when: Matching,
    /// What it asks of them.
    pub asks: Asks,
}

/// A party's release policy.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whether the administrator of the machine may act in every role although officers are registered.
    pub administrator_may_act: bool,
    /// Whether an officer releases nothing without his passkey's signature; the command line can't release for officers then.
    pub passkey_required: bool,
    /// The first rule that fits counts.
    pub rules: Vec<Rule>,
    /// SHA-256 of the file; `None` where there is none.
    pub source: Option<openline_core::Hash>,
}

impl Policy {
    /// Reads a home's policy; without a file one person may do all.
    ///
    /// # Errors
    /// [`PolicyError`], naming file, line and key.
    pub fn read(home: &Path) -> Result<Self, PolicyError> {
        let path = home.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|why| PolicyError::Parse { path, why }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(PolicyError::Read { path, error }),
        }
    }

    /// Reads a policy from its text.
    ///
    /// # Errors
    /// Line, key and what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        file::parse(text)
    }

    /// What is asked of a message, and by which rule; `None` is the default.
    pub(crate) fn asks(&self, subject: &Subject<'_>) -> (Asks, Option<&Rule>) {
        let rule = self.rules.iter().find(|rule| rule.when.fits(subject));
        (
            rule.map_or_else(Asks::default, |rule| rule.asks.clone()),
            rule,
        )
    }

    /// Rules that never count, since one before them is about every message: the lines where they begin.
    #[must_use]
    pub fn idle_rules(&self) -> Vec<usize> {
        let last = self.rules.iter().position(|rule| rule.when.is_all());
        let idle = last.map_or(&[][..], |last| &self.rules[last + 1..]);
        idle.iter().map(|rule| rule.at).collect()
    }
}
