//! Clear language: warnings of what a reader in another country, language or time zone may misread.
//!
//! It warns and never blocks. What it knows of idiom, dates, times and binding words is known for English, French, Spanish,
//! Russian, Chinese and Arabic; the rest holds for any language. Nothing is kept, and nothing leaves: a text goes in, warnings
//! come out, the same on every machine.

mod acronyms;
mod binding;
mod book;
mod calendar;
mod controls;
mod dates;
mod idioms;
mod length;
mod note;
mod phrase;
mod scripts;
mod terms;
mod times;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use openline_core::message::{Form, Precedence};

use crate::glossary::AgreedTerm;
use words::Word;

pub use binding::Force;
pub(crate) use binding::{forces, knows_forces};
pub use length::count_words;

/// Most warnings of one kind about one text; when these are mended, the rest is shown.
pub const WARNINGS_MAX: usize = 32;

/// What is about to be released.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The subject, in the language of the authoritative text.
    pub subject: Option<&'a str>,
    /// The authoritative text first, then courtesy translations.
    pub texts: &'a [DraftText<'a>],
    /// The working languages of the line.
    pub languages: &'a [String],
    /// The agreed glossary of the line.
    pub agreed: &'a [AgreedTerm],
    /// Its precedence.
    pub precedence: Precedence,
    /// Most words that the charter allows at this precedence; 0 is no limit.
    pub word_limit: u64,
    /// Its form.
    pub form: Form,
}

/// A text in one language.
#[derive(Debug, Clone, Copy)]
pub struct DraftText<'a> {
    /// BCP 47 tag.
    pub language: &'a str,
    /// The words.
    pub text: &'a str,
}

/// Where in a draft something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// In the subject.
    Subject,
    /// In the text with this number, from 0.
    Text(usize),
}

/// Something that may be misread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of thing.
    pub kind: WarningKind,
    /// In which text.
    pub part: Part,
    /// Where in it, bytes; empty where something is missing.
    pub range: Range<usize>,
    /// The words concerned: those in the range, or those that are missing.
    pub words: String,
    /// What is wrong, and what to write instead.
    pub sentence: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Kinds of warning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum WarningKind { $($(#[$doc])* $name,)* }

        impl WarningKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word for programs; it does not change.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    /// Bidirectional controls and other characters that show nothing.
    Control = "control-character",
    /// Letters of several alphabets in one word.
    MixedScripts = "mixed-scripts",
    /// Idiom, irony, metaphors of sport and war.
    Idiom = "idiom",
    /// An acronym that is nowhere explained.
    Acronym = "acronym",
    /// A term of the agreed glossary that has no equivalent in a language of the line.
    TermWithoutEquivalent = "term-without-equivalent",
    /// A translation that does not use the agreed equivalent of a term.
    TermNotUsed = "term-not-used",
    /// A date that can be read in two ways, or depends on when it is read.
    Date = "ambiguous-date",
    /// A time that can be read in two ways, or depends on where it is read.
    Time = "ambiguous-time",
    /// A word that binds, or does not.
    Binding = "binding-word",
    /// A word that binds and one that only recommends, in one text.
    BindingMixed = "binding-mixed",
    /// A translation that binds where the authoritative text recommends, or the contrary.
    BindingDiffers = "binding-differs",
    /// More words than the precedence allows.
    TooLong = "too-long",
    /// The first or second person in a note verbale.
    NotePerson = "note-verbale-person",
    /// A note verbale without its opening or closing formula.
    NoteFormula = "note-verbale-formula",
}

/// Everything in a draft that may be misread, in the order of its texts. No more than [`WARNINGS_MAX`] of one kind about one text.
#[must_use]
pub fn check(draft: &Draft<'_>) -> Vec<Warning> {
    let passages = passages(draft);
    let mut findings = Findings::default();
    for passage in &passages {
        controls::check(passage, &mut findings);
        scripts::check(passage, &mut findings);
        idioms::check(passage, &mut findings);
        acronyms::check(passage, draft.agreed, &mut findings);
        dates::check(passage, &mut findings);
        times::check(passage, &mut findings);
        binding::check(passage, &mut findings);
        length::check(passage, draft, &mut findings);
        if draft.form == Form::NoteVerbale {
            note::check(passage, &mut findings);
        }
    }
    let texts: Vec<&Passage<'_>> = passages
        .iter()
        .filter(|passage| passage.part != Part::Subject)
        .collect();
    terms::check(&texts, draft, &mut findings);
    binding::compare(&texts, &mut findings);
    findings.in_order()
}

fn passages<'a>(draft: &Draft<'a>) -> Vec<Passage<'a>> {
    let tag = draft.texts.first().map_or("", |text| text.language);
    let subject = draft
        .subject
        .map(|text| Passage::new(Part::Subject, tag, text));
    let texts = draft.texts.iter().enumerate();
    let texts = texts.map(|(i, text)| Passage::new(Part::Text(i), text.language, text.text));
    subject.into_iter().chain(texts).collect()
}

/// A text to look at.
struct Passage<'a> {
    part: Part,
    tag: &'a str,
    language: Language,
    text: &'a str,
    words: Vec<Word>,
}

impl<'a> Passage<'a> {
    fn new(part: Part, tag: &'a str, text: &'a str) -> Self {
        Self {
            part,
            tag,
            language: Language::of(tag),
            text,
            words: words::words(text),
        }
    }

    /// What stands between the words at `i` and `i + 1`; nothing before the first and after the last.
    fn gap(&self, i: usize) -> Option<&'a str> {
        let (before, after) = (self.words.get(i)?, self.words.get(i + 1)?);
        Some(&self.text[before.range.end..after.range.start])
    }

    /// The same for the gap before the word at `i`.
    fn gap_before(&self, i: usize) -> Option<&'a str> {
        self.gap(i.checked_sub(1)?)
    }

    /// The words after the one at `i` in the same sentence, at most `most`, each with its index.
    fn after(&self, i: usize, most: usize) -> impl Iterator<Item = (usize, &Word)> {
        (i..i + most)
            .take_while(|at| self.gap(*at).is_some_and(words::is_one_sentence))
            .map(|at| (at + 1, &self.words[at + 1]))
    }

    /// The words before the one at `i` in the same sentence, from near to far, at most `most`, each with its index.
    fn before(&self, i: usize, most: usize) -> impl Iterator<Item = (usize, &Word)> {
        (i.saturating_sub(most)..i)
            .rev()
            .take_while(|at| self.gap(*at).is_some_and(words::is_one_sentence))
            .map(|at| (at, &self.words[at]))
    }
}

/// The languages whose words are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    French,
    Spanish,
    Russian,
    Chinese,
    Arabic,
    Other,
}

impl Language {
    /// Every one, in the order of their numbers.
    const ALL: [Self; 7] = [
        Self::English,
        Self::French,
        Self::Spanish,
        Self::Russian,
        Self::Chinese,
        Self::Arabic,
        Self::Other,
    ];

    fn of(tag: &str) -> Self {
        match primary(tag).as_str() {
            "en" => Self::English,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "ru" => Self::Russian,
            "zh" => Self::Chinese,
            "ar" => Self::Arabic,
            _ => Self::Other,
        }
    }
}

/// The language of a tag, without region and script: two texts are of one language when it is the same.
fn primary(tag: &str) -> String {
    tag.split('-')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// Warnings as they are found.
#[derive(Default)]
struct Findings {
    warnings: Vec<Warning>,
    counts: BTreeMap<(Part, WarningKind), usize>,
}

impl Findings {
    /// Adds a warning about what stands in `range`; `sentence` says what is wrong with the words.
    fn add(
        &mut self,
        passage: &Passage<'_>,
        kind: WarningKind,
        range: Range<usize>,
        sentence: impl FnOnce(&str) -> String,
    ) {
        let words = &passage.text[range.clone()];
        self.put(passage.part, kind, range, words, sentence);
    }

    /// Adds a warning about words that are missing from a text, at `at`.
    fn add_missing(
        &mut self,
        passage: &Passage<'_>,
        kind: WarningKind,
        at: usize,
        words: &str,
        sentence: impl FnOnce(&str) -> String,
    ) {
        self.put(passage.part, kind, at..at, words, sentence);
    }

    fn put(
        &mut self,
        part: Part,
        kind: WarningKind,
        range: Range<usize>,
        words: &str,
        sentence: impl FnOnce(&str) -> String,
    ) {
        let count = self.counts.entry((part, kind)).or_default();
        if *count < WARNINGS_MAX {
            *count += 1;
            self.warnings.push(Warning {
                kind,
                part,
                range,
                words: words.to_owned(),
                sentence: sentence(words),
            });
        }
    }

    fn in_order(mut self) -> Vec<Warning> {
        self.warnings
            .sort_by_key(|found| (found.part, found.range.start, found.range.end, found.kind));
        self.warnings
    }
}

#[cfg(test)]
mod tests;
