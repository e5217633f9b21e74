//! Runs of words that are looked for in a text.

use std::ops::Range;

use super::words::{Word, folded, is_joined, is_unspaced, words};

/// A run of words.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    steps: Vec<Step>,
}

/// What may stand at one place of a phrase.
#[derive(Debug, Clone)]
enum Step {
    /// Any one word.
    Any,
    /// One of these.
    OneOf(Vec<Stem>),
}

#[derive(Debug, Clone)]
struct Stem {
    text: String,
    ending: Ending,
}

/// How a word may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As it is written.
    Fixed,
    /// In any way.
    Open,
    /// As it is written, or with the mark of the plural.
    Plural,
    /// With another ending of about the same length, as in languages that decline.
    Declined,
}

impl Phrase {
    /// Reads a pattern: `a/b` is either word, `ab*` any word that begins so, `_` any one word; the rest stands as it is.
    pub(super) fn pattern(text: &str) -> Self {
        let is_divider = |c: char| c.is_whitespace() || matches!(c, '-' | '\'' | '’');
        let mut steps = Vec::new();
        for chunk in text.split(is_divider).filter(|chunk| !chunk.is_empty()) {
            if chunk == "_" {
                steps.push(Step::Any);
            } else if chunk.contains(is_unspaced) {
                steps.extend(words(chunk).into_iter().map(|word| one(word.folded)));
            } else {
                steps.push(Step::OneOf(chunk.split('/').map(stem).collect()));
            }
        }
        Self { steps }
    }

    /// A phrase as it stands, each word with the endings that it may have.
    pub(super) fn plain(text: &str, ending: Ending) -> Self {
        let step = |word: Word| {
            let text = word.folded;
            Step::OneOf(vec![Stem { text, ending }])
        };
        Self {
            steps: words(text).into_iter().map(step).collect(),
        }
    }

    /// The number of words that it takes.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The words that it may begin with, if they are all written out.
    pub(super) fn firsts(&self) -> Option<Vec<&str>> {
        let Some(Step::OneOf(stems)) = self.steps.first() else {
            return None;
        };
        let is_written_out = stems.iter().all(|stem| stem.ending == Ending::Fixed);
        is_written_out.then(|| stems.iter().map(|stem| stem.text.as_str()).collect())
    }

    /// Where it stands, if it begins with the word at `at`.
    pub(super) fn at(&self, text: &str, words: &[Word], at: usize) -> Option<Range<usize>> {
        let found = words.get(at..at + self.steps.len())?;
        let (first, last) = (found.first()?, found.last()?);
        let is_match = found
            .iter()
            .zip(&self.steps)
            .enumerate()
            .all(|(i, (word, step))| step.takes(&word.folded, i == 0));
        let is_one = found
            .windows(2)
            .all(|pair| is_joined(&text[pair[0].range.end..pair[1].range.start]));
        (is_match && is_one).then_some(first.range.start..last.range.end)
    }

    /// Where it stands first.
    pub(super) fn find(&self, text: &str, words: &[Word]) -> Option<Range<usize>> {
        (0..words.len()).find_map(|at| self.at(text, words, at))
    }
}

fn one(text: String) -> Step {
    let ending = Ending::Fixed;
    Step::OneOf(vec![Stem { text, ending }])
}

fn stem(text: &str) -> Stem {
    let (text, ending) = match text.strip_suffix('*') {
        Some(stem) => (stem, Ending::Open),
        None => (text, Ending::Fixed),
    };
    Stem {
        text: folded(text),
        ending,
    }
}

impl Step {
    fn takes(&self, word: &str, is_first: bool) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(stems) => stems.iter().any(|stem| {
                stem.takes(word) || (is_first && without_prefix(word).any(|bare| stem.takes(&bare)))
            }),
        }
    }
}

impl Stem {
    fn takes(&self, word: &str) -> bool {
        match self.ending {
            Ending::Fixed => word == self.text,
            Ending::Open => word.starts_with(&self.text),
            Ending::Plural => {
                word == self.text
                    || ["s", "es", "x"]
                        .iter()
                        .any(|mark| word.strip_suffix(mark) == Some(&self.text))
            }
            Ending::Declined => word == self.text || is_declined(word, &self.text),
        }
    }
}

/// Whether two words differ in their ending only: at most two letters of a short word, three of a longer one.
fn is_declined(word: &str, stem: &str) -> bool {
    let (ours, theirs) = (stem.chars().count(), word.chars().count());
    let common = stem
        .chars()
        .zip(word.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let ending = if ours.min(theirs) < 6 { 2 } else { 3 };
    common >= 3 && common + ending >= ours.max(theirs)
}

/// An Arabic word without the prefixes that are written together with it: and, so, in, for, as, the.
pub(super) fn without_prefix(word: &str) -> impl Iterator<Item = String> {
    const PREFIXES: [&str; 14] = [
        "و", "ف", "ب", "ل", "ك", "ال", "وال", "فال", "بال", "كال", "وب", "ول", "لل", "ولل",
    ];
    let prefixes: &[&str] = if word.starts_with(['و', 'ف', 'ب', 'ل', 'ك', 'ا']) {
        &PREFIXES
    } else {
        &[]
    };
    prefixes.iter().flat_map(move |prefix| {
        let bare = word.strip_prefix(prefix).unwrap_or_default();
        // The article loses its first letter after "for".
        let with_article = prefix.ends_with("لل").then(|| format!("ال{bare}"));
        let bare = (!bare.is_empty()).then(|| bare.to_owned());
        bare.clone()
            .into_iter()
            .chain(with_article.filter(|_| bare.is_some()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(phrase: &Phrase, text: &'a str) -> Option<&'a str> {
        phrase.find(text, &words(text)).map(|range| &text[range])
    }

    #[test]
    fn a_pattern_takes_alternatives_open_endings_and_any_word() {
        let phrase = Phrase::pattern("move/moved the goal post* of _ house");
        let text = "They MOVED the goal-posts of our house.";
        assert_eq!(
            found(&phrase, text),
            Some("MOVED the goal-posts of our house")
        );
        assert_eq!(
            found(&phrase, "They moves the goal posts of our house"),
            None
        );
        assert_eq!(found(&phrase, "move the goal, posts of our house"), None);
        assert_eq!(found(&phrase, "remove the goal posts of our house"), None);
    }

    #[test]
    fn an_apostrophe_divides_words_however_it_is_written() {
        let phrase = Phrase::pattern("devil's advocate");
        assert!(found(&phrase, "the Devil’s advocate").is_some());
        assert!(found(&Phrase::pattern("d'huile"), "de l’eau et d'huile").is_some());
    }

    #[test]
    fn chinese_is_found_without_boundaries_and_arabic_with_its_prefixes() {
        assert_eq!(
            found(&Phrase::pattern("亡羊补牢"), "现在亡羊补牢还来得及"),
            Some("亡羊补牢")
        );
        let phrase = Phrase::pattern("خط أحمر");
        assert_eq!(found(&phrase, "هذا بخط أحمر"), Some("بخط أحمر"));
        let phrase = Phrase::plain("النار", Ending::Fixed);
        assert!(found(&phrase, "للنار").is_some());
        assert_eq!(found(&phrase, "المنار"), None);
    }

    #[test]
    fn a_term_is_found_in_the_plural_and_declined() {
        let phrase = Phrase::plain("humanitarian corridor", Ending::Plural);
        assert!(found(&phrase, "two humanitarian corridors").is_some());
        assert_eq!(found(&phrase, "humanitarian corridorless"), None);
        let phrase = Phrase::plain("прекращение огня", Ending::Declined);
        assert!(found(&phrase, "о прекращении огня").is_some());
        assert_eq!(found(&phrase, "прекратить огонь"), None);
    }
}
