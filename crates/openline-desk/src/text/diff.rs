//! What changed between two drafts, and where the language versions of one disagree.
//!
//! *Shall* for *should* and 10 for 100 are what a tired reader misses, so both are flagged by themselves.

use openline_core::text::{Paragraph, ParagraphId};

use super::{Draft, notation};
use crate::language::{Force, forces, knows_forces};

/// Most steps of a word-by-word comparison; longer stretches are shown as replaced whole.
const COMPARED_MAX: usize = 4_000_000;

/// What became of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The same in both.
    Same,
    /// New.
    Added,
    /// Taken out.
    Deleted,
    /// Worded otherwise, or bracketed otherwise.
    Changed,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Deleted => "deleted",
            Self::Changed => "changed",
        }
    }
}

/// A paragraph in two drafts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParagraphDiff {
    /// Which.
    pub id: ParagraphId,
    /// Its number in the earlier draft, from 1.
    pub before: Option<usize>,
    /// Its number in the later draft, from 1.
    pub after: Option<usize>,
    /// What became of it.
    pub change: Change,
    /// By language, what differs.
    pub versions: Vec<VersionDiff>,
}

/// One language version of a paragraph in two drafts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionDiff {
    /// Which.
    pub language: String,
    /// The words of both, in order.
    pub runs: Vec<(Run, String)>,
    /// What is easily missed.
    pub flags: Vec<String>,
}

/// Where words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// In both.
    Both,
    /// In the earlier draft only.
    Out,
    /// In the later draft only.
    In,
}

/// What changed from one draft of a text to a later one; paragraphs in the order of the later, those taken out at their old places.
#[must_use]
pub fn drafts(earlier: &Draft, later: &Draft, names: &[String]) -> Vec<ParagraphDiff> {
    let number = |draft: &Draft, id: ParagraphId| {
        let at = draft.paragraphs().position(|(other, _)| other == id)?;
        Some(at + 1)
    };
    let find = |draft: &Draft, id: ParagraphId| {
        let mut all = draft.paragraphs();
        all.find(|(other, _)| *other == id).map(|(_, p)| p.clone())
    };
    let mut diffs = Vec::new();
    for slot in later.slots() {
        let before = find(earlier, slot.id);
        let change = match (&before, &slot.paragraph) {
            (None, None) => continue,
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Deleted,
            (Some(before), Some(after)) if before == after => Change::Same,
            (Some(_), Some(_)) => Change::Changed,
        };
        diffs.push(ParagraphDiff {
            id: slot.id,
            before: number(earlier, slot.id),
            after: number(later, slot.id),
            change,
            versions: versions(
                &later.languages,
                before.as_ref(),
                slot.paragraph.as_ref(),
                names,
            ),
        });
    }
    diffs
}

fn versions(
    languages: &[String],
    before: Option<&Paragraph>,
    after: Option<&Paragraph>,
    names: &[String],
) -> Vec<VersionDiff> {
    let written = |paragraph: Option<&Paragraph>, language: &str| {
        let pieces = paragraph.and_then(|paragraph| paragraph.version(language));
        pieces.map_or_else(String::new, |pieces| notation::write(pieces, names))
    };
    let version = |language: &String| {
        let (old, new) = (written(before, language), written(after, language));
        let is_both = before.is_some() && after.is_some() && old != new;
        VersionDiff {
            language: language.clone(),
            runs: runs(&old, &new),
            flags: if is_both {
                flags(language, &old, &new)
            } else {
                Vec::new()
            },
        }
    };
    languages.iter().map(version).collect()
}

/// What is easily missed between two wordings in one language.
fn flags(language: &str, old: &str, new: &str) -> Vec<String> {
    let verbs = |text: &str| {
        let all = forces(language, text).into_iter();
        all.map(|(_, word)| word).collect::<Vec<_>>()
    };
    let mut flags = Vec::new();
    flag(&mut flags, "binding words", &verbs(old), &verbs(new));
    flag(&mut flags, "numbers", &numbers(old), &numbers(new));
    flags
}

fn flag(flags: &mut Vec<String>, what: &str, old: &[String], new: &[String]) {
    if old == new {
        return;
    }
    let list = |words: &[String]| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.join(", ")
        }
    };
    flags.push(format!("{what}: {} → {}", list(old), list(new)));
}

/// The numbers of a text as they are written: digits, with the points and commas between them.
fn numbers(text: &str) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    let mut is_within = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_joint = is_within
            && matches!(c, '.' | ',' | ':')
            && chars.peek().is_some_and(|next| next.is_numeric());
        if !(c.is_numeric() || is_joint) {
            is_within = false;
            continue;
        }
        match numbers.last_mut() {
            Some(last) if is_within => last.push(c),
            _ => numbers.push(c.to_string()),
        }
        is_within = true;
    }
    numbers
}

/// A paragraph whose language versions do not say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Which paragraph.
    pub id: ParagraphId,
    /// Its number, from 1.
    pub number: usize,
    /// The language that is compared with the text's first.
    pub language: String,
    /// What differs, in words.
    pub words: String,
}

/// Where a language version has other numbers, or binds otherwise, than the first, or is missing.
#[must_use]
pub fn languages(draft: &Draft, names: &[String]) -> Vec<Disagreement> {
    let Some((first, others)) = draft.languages.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, (id, paragraph)) in draft.paragraphs().enumerate() {
        let written = |language: &str| {
            let pieces = paragraph.version(language)?;
            Some(notation::write(pieces, names))
        };
        let mut say = |language: &str, words: String| {
            found.push(Disagreement {
                id,
                number: at + 1,
                language: language.to_owned(),
                words,
            });
        };
        let original = written(first);
        if original.is_none() {
            say(first, "this language version is missing".to_owned());
        }
        for language in others {
            match (&original, written(language)) {
                (_, None) => say(language, "this language version is missing".to_owned()),
                (Some(original), Some(theirs)) => {
                    for words in differences((first, original), (language, &theirs)) {
                        say(language, words);
                    }
                }
                (None, Some(_)) => {}
            }
        }
    }
    found
}

fn differences(one: (&str, &str), other: (&str, &str)) -> Vec<String> {
    let mut differences = Vec::new();
    let sorted = |text: &str| {
        let plain = |number: String| number.chars().filter_map(digit).collect::<String>();
        let mut all: Vec<String> = numbers(text).into_iter().map(plain).collect();
        all.sort();
        all
    };
    let (ours, theirs) = (sorted(one.1), sorted(other.1));
    if ours != theirs {
        differences.push(format!(
            "numbers: {} in {}, {} in {}",
            numbers(one.1).join(", "),
            one.0,
            numbers(other.1).join(", "),
            other.0
        ));
    }
    if knows_forces(one.0) && knows_forces(other.0) {
        let count = |(language, text): (&str, &str), force: Force| {
            let all = forces(language, text);
            all.iter().filter(|(other, _)| *other == force).count()
        };
        for (force, words) in [
            (Force::Obliges, "what binds (shall, must)"),
            (Force::Recommends, "what only recommends (should)"),
            (Force::Permits, "what permits (may)"),
        ] {
            let (ours, theirs) = (count(one, force), count(other, force));
            if ours != theirs {
                let (one, other) = (one.0, other.0);
                differences.push(format!("{words}: {ours} in {one}, {theirs} in {other}"));
            }
        }
    }
    differences
}

/// A digit of any script as 0 to 9.
fn digit(c: char) -> Option<char> {
    let zero = match u32::from(c) {
        0x30..=0x39 => 0x30,
        0x660..=0x669 => 0x660,
        0x6f0..=0x6f9 => 0x6f0,
        _ => return None,
    };
    char::from_digit(u32::from(c) - zero, 10)
}

/// Two texts word by word: what both have, what is out, what is in.
fn runs(old: &str, new: &str) -> Vec<(Run, String)> {
    let (old, new) = (tokens(old), tokens(new));
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(same)
        .count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut runs = Runs::default();
    runs.all(Run::Both, &old[..head]);
    middle(&mut runs, &old[head..old_end], &new[head..new_end]);
    runs.all(Run::Both, &old[old_end..]);
    runs.0
}

#[derive(Default)]
struct Runs(Vec<(Run, String)>);

impl Runs {
    fn push(&mut self, run: Run, word: &str) {
        match self.0.last_mut() {
            Some((last, words)) if *last == run => words.push_str(word),
            _ => self.0.push((run, word.to_owned())),
        }
    }

    fn all(&mut self, run: Run, words: &[&str]) {
        words.iter().for_each(|word| self.push(run, word));
    }
}

/// The longest common words of what is between the same beginning and the same end.
fn middle(runs: &mut Runs, old: &[&str], new: &[&str]) {
    if old.is_empty() || new.is_empty() || old.len() * new.len() > COMPARED_MAX {
        runs.all(Run::Out, old);
        runs.all(Run::In, new);
        return;
    }
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                1 + longest[(i + 1) * width + j + 1]
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            runs.push(Run::Both, old[i]);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            runs.push(Run::Out, old[i]);
            i += 1;
        } else {
            runs.push(Run::In, new[j]);
            j += 1;
        }
    }
    runs.all(Run::Out, &old[i..]);
    runs.all(Run::In, &new[j..]);
}

/// Words, and every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut begin = 0;
    for (at, c) in text.char_indices() {
        if !c.is_alphanumeric() {
            if begin < at {
                tokens.push(&text[begin..at]);
            }
            begin = at + c.len_utf8();
            tokens.push(&text[at..begin]);
        }
    }
    if begin < text.len() {
        tokens.push(&text[begin..]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use openline_core::text::{Operation, TextProposal};

    use super::*;
    use crate::fixture::at;

    fn paragraph(versions: &[(&str, &str)]) -> Paragraph {
        let version = |(language, text): &(&str, &str)| {
            let pieces = notation::parse(text, &[]).expect("sound");
            ((*language).to_owned(), pieces)
        };
        Paragraph {
            versions: versions.iter().map(version).collect(),
        }
    }

    fn draft(paragraphs: &[&[(&str, &str)]]) -> Draft {
        let proposal = TextProposal {
            title: "Minutes".to_owned(),
            languages: vec!["en".to_owned(), "fr".to_owned()],
            paragraphs: paragraphs
                .iter()
                .map(|versions| paragraph(versions))
                .collect(),
        };
        Draft::new(at(0, 1), proposal)
    }

    #[test]
    fn shall_and_numbers_are_flagged() {
        let earlier = draft(&[
            &[("en", "They shall meet every 10 days.")],
            &[("en", "Same.")],
        ]);
        let mut later = earlier.clone();
        let (id, was) = (
            earlier.slots()[0].id,
            paragraph(&[("en", "They shall meet every 10 days.")]).hash(),
        );
        let to = paragraph(&[("en", "They should meet every 100 days.")]);
        let change = Operation::Replace {
            id,
            was,
            paragraph: to,
        };
        later.amend(at(1, 1), &[change]).expect("amended");
        let diff = drafts(&earlier, &later, &[]);
        assert_eq!(
            (diff[0].change, diff[1].change),
            (Change::Changed, Change::Same)
        );
        let english = &diff[0].versions[0];
        assert_eq!(
            english.flags,
            ["binding words: shall → should", "numbers: 10 → 100"]
        );
        let text: Vec<_> = english
            .runs
            .iter()
            .map(|(run, words)| (*run, words.as_str()))
            .collect();
        assert_eq!(
            text,
            [
                (Run::Both, "They "),
                (Run::Out, "shall"),
                (Run::In, "should"),
                (Run::Both, " meet every "),
                (Run::Out, "10"),
                (Run::In, "100"),
                (Run::Both, " days.")
            ]
        );
    }

    #[test]
    fn paragraphs_put_in_and_taken_out_are_told() {
        let earlier = draft(&[&[("en", "One.")], &[("en", "Two.")]]);
        let mut later = earlier.clone();
        let id = earlier.slots()[0].id;
        let operations = [
            Operation::Insert {
                after: Some(id),
                paragraph: paragraph(&[("en", "New.")]),
            },
            Operation::Delete {
                id,
                was: paragraph(&[("en", "One.")]).hash(),
            },
        ];
        later.amend(at(1, 1), &operations).expect("amended");
        let diff = drafts(&earlier, &later, &[]);
        let told: Vec<_> = diff.iter().map(|d| (d.change, d.before, d.after)).collect();
        assert_eq!(
            told,
            [
                (Change::Deleted, Some(1), None),
                (Change::Added, None, Some(1)),
                (Change::Same, Some(2), Some(2))
            ]
        );
    }

    #[test]
    fn language_versions_that_disagree_are_pointed_out() {
        let text = draft(&[
            &[
                ("en", "They shall pay 1,000."),
                ("fr", "Elles doivent payer 1.000."),
            ],
            &[
                ("en", "They shall pay 10."),
                ("fr", "Elles devraient payer 100."),
            ],
            &[("en", "Only English.")],
        ]);
        let found = languages(&text, &[]);
        let told: Vec<_> = found.iter().map(|d| (d.number, d.words.as_str())).collect();
        assert_eq!(
            told,
            [
                (2, "numbers: 10 in en, 100 in fr"),
                (2, "what binds (shall, must): 1 in en, 0 in fr"),
                (2, "what only recommends (should): 0 in en, 1 in fr"),
                (3, "this language version is missing"),
            ]
        );
    }
}
