//! Sentences in parts, for programs that say them in other languages than English.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A part of a sentence: which one it is, and what it is about. Parts are said one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhraseView {
    /// Which phrase, such as `nobody-there`.
    pub id: String,
    /// What it is about, by name. A name that ends with `_ms` is a moment, ms; one that ends with `_length`, a length of
    /// time, ms.
    #[serde(default)]
    pub args: BTreeMap<String, PhraseArg>,
}

/// What a phrase is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PhraseArg {
    /// A number, a moment, or a length of time.
    Number(i64),
    /// A name, a place, or words of somebody.
    Text(String),
}

/// A sentence in English and in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaidView {
    /// In English.
    pub words: String,
    /// In parts.
    pub phrases: Vec<PhraseView>,
}

impl From<i64> for PhraseArg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for PhraseArg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for PhraseArg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for PhraseArg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl SaidView {
    /// A sentence of one part.
    pub(crate) fn new(id: &str, words: impl Into<String>) -> Self {
        let part = PhraseView {
            id: id.to_owned(),
            args: BTreeMap::new(),
        };
        Self {
            words: words.into(),
            phrases: vec![part],
        }
    }

    /// What its last part is about.
    pub(crate) fn with(mut self, name: &str, value: impl Into<PhraseArg>) -> Self {
        if let Some(last) = self.phrases.last_mut() {
            last.args.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Goes on with another, if there is one; its English brings its own joint.
    pub(crate) fn and(mut self, more: Option<Self>) -> Self {
        if let Some(more) = more {
            self.words.push_str(&more.words);
            self.phrases.extend(more.phrases);
        }
        self
    }
}
