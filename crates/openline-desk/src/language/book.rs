//! Many phrases that are looked for at once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Passage;
use super::phrase::{Phrase, without_prefix};

/// Phrases, found by the word that they begin with.
#[derive(Debug)]
pub(super) struct Book {
    phrases: Vec<Phrase>,
    by_first: BTreeMap<String, Vec<usize>>,
    /// Those that may begin with a word that is not written out.
    others: Vec<usize>,
}

/// A phrase that was found.
pub(super) struct Hit {
    /// Its number in the book.
    pub(super) number: usize,
    /// How many words it takes.
    pub(super) words: usize,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

impl Book {
    /// A book of patterns, numbered in their order.
    pub(super) fn of<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let phrases: Vec<Phrase> = patterns.into_iter().map(Phrase::pattern).collect();
        let mut by_first: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut others = Vec::new();
        for (number, phrase) in phrases.iter().enumerate() {
            match phrase.firsts() {
                Some(firsts) => {
                    for first in firsts {
                        by_first.entry(first.to_owned()).or_default().push(number);
                    }
                }
                None => others.push(number),
            }
        }
        Self {
            phrases,
            by_first,
            others,
        }
    }

    /// The longest phrase that begins with the word at `at`; of two, the later in the book.
    pub(super) fn longest(&self, passage: &Passage<'_>, at: usize) -> Option<Hit> {
        let word = passage.words.get(at)?.folded.as_str();
        let bare: Vec<String> = without_prefix(word).collect();
        let written = bare.iter().map(String::as_str).chain([word]);
        let numbers = written
            .filter_map(|first| self.by_first.get(first))
            .flatten()
            .chain(&self.others);
        let hit = |number: &usize| {
            let phrase = &self.phrases[*number];
            let range = phrase.at(passage.text, &passage.words, at)?;
            Some(Hit {
                number: *number,
                words: phrase.len(),
                range,
            })
        };
        numbers
            .filter_map(hit)
            .max_by_key(|hit| (hit.words, hit.number))
    }
}
