//! Which lines an officer is for.

use std::fmt;
use std::str::FromStr;

use openline_core::LineId;
use openline_core::limits::LEVEL_MAX;
use serde::{Deserialize, Serialize};

use super::LineTag;

/// What stands before a level.
const LEVEL: &str = "level:";

/// A line, a level, or everything. Written `*`, `level:NAME`, or the line's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Every line.
    All,
    /// Every line of a level, those founded later too.
    Level(String),
    /// One line.
    Line(LineId),
}

impl Scope {
    /// Whether a line is within it.
    pub(crate) fn holds(&self, line: &LineTag) -> bool {
        match self {
            Self::All => true,
            Self::Level(level) => *level == line.level,
            Self::Line(id) => *id == line.id,
        }
    }
}

/// The text is neither `*`, nor a level, nor a line's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give *, level:NAME, or a line's id")]
pub struct ScopeError;

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text == "*" {
            return Ok(Self::All);
        }
        match text.strip_prefix(LEVEL) {
            Some(level) if (1..=LEVEL_MAX).contains(&level.len()) => {
                Ok(Self::Level(level.to_owned()))
            }
            Some(_) => Err(ScopeError),
            None => text.parse().map(Self::Line).map_err(|_| ScopeError),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Level(level) => write!(f, "{LEVEL}{level}"),
            Self::Line(id) => id.fmt(f),
        }
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use openline_core::Hash;

    use super::*;

    #[test]
    fn scopes_read_back_and_hold_what_they_say() {
        let tag = |byte, level: &str| LineTag {
            id: LineId(Hash([byte; 32])),
            title: String::new(),
            level: level.to_owned(),
        };
        let line = Scope::Line(tag(7, "").id);
        let level = Scope::Level("leaders".to_owned());
        for scope in [&Scope::All, &line, &level] {
            assert_eq!(scope.to_string().parse().as_ref(), Ok(scope));
        }
        assert!(line.holds(&tag(7, "watch")) && !line.holds(&tag(8, "watch")));
        assert!(level.holds(&tag(8, "leaders")) && !level.holds(&tag(8, "leader")));
        assert!(Scope::All.holds(&tag(8, "")));
        for bad in ["", "level:", "Watch line", "**"] {
            assert_eq!(bad.parse::<Scope>(), Err(ScopeError), "{bad}");
        }
    }
}
