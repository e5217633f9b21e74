//! Acronyms that the text does not explain: the other side may read other words into them, or none.

use std::collections::BTreeSet;

use super::words::{Word, is_one_sentence, is_unspaced, words};
use super::{Findings, Passage, WarningKind};
use crate::glossary::AgreedTerm;

/// Letters of an acronym.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=6;
/// Acronyms that every reader knows, and words that are written in capitals for emphasis.
const KNOWN: &str = include_str!("known_acronyms.txt");

pub(super) fn check(passage: &Passage<'_>, agreed: &[AgreedTerm], findings: &mut Findings) {
    let mut known = known(agreed);
    let shouted = shouted(passage.text);
    let is_shouted = |word: &Word| {
        let line = shouted.partition_point(|line| line.end <= word.range.start);
        shouted
            .get(line)
            .is_some_and(|line| line.contains(&word.range.start))
    };
    let words = passage.words.iter().enumerate();
    let found: Vec<(usize, &str)> = words
        .filter(|(_, word)| !is_shouted(word))
        .filter_map(|(i, word)| Some((i, acronym(passage.text, word)?)))
        .collect();
    for (i, letters) in &found {
        if is_explained(passage, *i, letters) {
            known.insert((*letters).to_owned());
        }
    }
    for (i, letters) in found {
        if known.insert(letters.to_owned()) {
            let start = passage.words[i].range.start;
            findings.add(passage, WarningKind::Acronym, start..start + letters.len(), |words| {
                format!("“{words}” is not explained: at its first use write the full name with the acronym in brackets after it, or agree on it in the glossary")
            });
        }
    }
}

fn known(agreed: &[AgreedTerm]) -> BTreeSet<String> {
    let listed = KNOWN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    let mut known: BTreeSet<String> = listed.map(str::to_owned).collect();
    for agreed in agreed {
        let equivalents = agreed.term.equivalents.iter().map(|(_, text)| text);
        for text in equivalents.chain([&agreed.term.concept]) {
            let found = words(text);
            known.extend(
                found
                    .iter()
                    .filter_map(|word| acronym(text, word))
                    .map(str::to_owned),
            );
        }
    }
    known
}

/// The letters of a word that is an acronym; an s for the plural is left out.
fn acronym<'a>(text: &'a str, word: &Word) -> Option<&'a str> {
    let whole = &text[word.range.clone()];
    let letters = whole.strip_suffix('s').unwrap_or(whole);
    let is_acronym =
        LETTERS.contains(&letters.chars().count()) && letters.chars().all(char::is_uppercase);
    let is_roman = letters.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    (is_acronym && !is_roman).then_some(letters)
}

/// Lines in capitals, such as headings, where capitals say nothing.
fn shouted(text: &str) -> Vec<std::ops::Range<usize>> {
    const WORDS_MIN: usize = 3;
    let is_shouted = |line: &str| {
        !line.contains(char::is_lowercase)
            && !line.contains(is_unspaced)
            && line.split_whitespace().count() >= WORDS_MIN
    };
    let mut start = 0;
    let mut shouted = Vec::new();
    for line in text.split_inclusive('\n') {
        if is_shouted(line) {
            shouted.push(start..start + line.len());
        }
        start += line.len();
    }
    shouted
}

/// Whether the acronym at `i` stands in brackets after its full name, or before it.
fn is_explained(passage: &Passage<'_>, i: usize, letters: &str) -> bool {
    let (before, after) = (passage.gap_before(i), passage.gap(i));
    let is_in_brackets = before.is_some_and(|gap| gap.ends_with(['(', '（']))
        && passage.text[passage.words[i].range.end..].starts_with([')', '）']);
    if is_in_brackets {
        return is_name_before(passage, i, letters);
    }
    let opens = after.is_some_and(|gap| gap.trim_start().starts_with(['(', '（']));
    opens && is_name_after(passage, i, letters)
}

fn is_name_before(passage: &Passage<'_>, i: usize, letters: &str) -> bool {
    let most = words_max(letters);
    let mut from = i;
    for at in (i.saturating_sub(most)..i).rev() {
        let gap = passage.gap(at).unwrap_or_default();
        if !is_one_sentence(gap) {
            break;
        }
        from = at;
    }
    let name = &passage.words[from..i];
    let is_next_unspaced = name
        .last()
        .is_some_and(|word| word.folded.contains(is_unspaced));
    is_next_unspaced || (0..name.len()).any(|first| spells(&name[first..], letters))
}

fn is_name_after(passage: &Passage<'_>, i: usize, letters: &str) -> bool {
    let closes = |at: &usize| passage.gap(*at).is_none_or(|gap| gap.contains([')', '）']));
    let first = passage.words.get(i + 1);
    let is_unspaced_name = first.is_some_and(|word| word.folded.contains(is_unspaced));
    let last = (i + 1..passage.words.len())
        .take(words_max(letters))
        .find(closes);
    let inside = last.and_then(|last| passage.words.get(i + 1..=last));
    is_unspaced_name || inside.is_some_and(|inside| spells(inside, letters))
}

/// Most words of the full name of an acronym.
fn words_max(letters: &str) -> usize {
    2 * letters.chars().count() + 3
}

/// Whether several words could be the full name: the first begins with the first letter, and the others stand in their order.
fn spells(name: &[Word], letters: &str) -> bool {
    let wanted: String = words(letters).into_iter().map(|word| word.folded).collect();
    let is_first = name
        .first()
        .is_some_and(|word| word.folded.chars().next() == wanted.chars().next());
    let mut spelled = name.iter().flat_map(|word| word.folded.chars());
    name.len() >= 2 && is_first && wanted.chars().all(|letter| spelled.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use openline_core::glossary::Term;

    use super::*;
    use crate::fixture::at;
    use crate::language::Part;

    fn found_with(language: &str, text: &str, agreed: &[AgreedTerm]) -> Vec<String> {
        let passage = Passage::new(Part::Text(0), language, text);
        let mut findings = Findings::default();
        check(&passage, agreed, &mut findings);
        let words = |warning: super::super::Warning| warning.words;
        findings.in_order().into_iter().map(words).collect()
    }

    fn found(language: &str, text: &str) -> Vec<String> {
        found_with(language, text, &[])
    }

    #[test]
    fn an_acronym_is_pointed_out_once_in_a_text() {
        let text = "The JMC met. The JMC will write to the UN by 12:00 UTC about two ICBMs.";
        assert_eq!(found("en", text), ["JMC", "ICBM"]);
        assert_eq!(found("ru", "Сообщение СЦКК и ООН."), ["СЦКК"]);
        assert_eq!(found("fr", "Le CICR informe l’ONU."), ["CICR"]);
        assert_eq!(found("zh", "我们通知JMC。"), ["JMC"]);
    }

    #[test]
    fn a_full_name_before_or_after_explains_it() {
        for text in [
            "The Joint Monitoring Commission (JMC) met. The JMC agreed.",
            "The JMC (Joint Monitoring Commission) met.",
            "An intercontinental ballistic missile (ICBM) was seen.",
            "Report of the Organization for Security and Co-operation in Europe (OSCE).",
        ] {
            assert_eq!(found("en", text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(
            found("fr", "Comité international de la Croix-Rouge (CICR)"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("ru", "Совместный центр по контролю и координации (СЦКК)"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("zh", "联合监察委员会（JMC）和国际原子能机构(IAEA)"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn brackets_alone_explain_nothing() {
        assert_eq!(found("en", "We asked them (JMC) to stop."), ["JMC"]);
        assert_eq!(found("en", "The JMC (see annex) met."), ["JMC"]);
    }

    #[test]
    fn headings_numerals_and_emphasis_are_no_acronyms() {
        assert_eq!(
            found("en", "MOST URGENT FROM THE WATCH\nAnnex IV: do NOT fire."),
            Vec::<String>::new()
        );
        assert_eq!(
            found("en", "Anna has A plan; SEVENTH and F16"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_the_glossary_holds_needs_no_explanation() {
        let agreed = AgreedTerm {
            term: Term {
                concept: "joint commission".to_owned(),
                equivalents: vec![("en".to_owned(), "JMC".to_owned())],
                note: None,
            },
            proposal: at(0, 1),
            since: at(1, 1),
        };
        assert_eq!(
            found_with("en", "The JMC and the JCC met.", &[agreed]),
            ["JCC"]
        );
    }
}
