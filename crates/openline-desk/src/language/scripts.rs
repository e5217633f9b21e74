//! Words that mix alphabets whose letters look alike: a Cyrillic letter in a Latin word reads the same and is another word.

use unicode_script::{Script, UnicodeScript as _};

use super::{Findings, Passage, WarningKind};

/// Alphabets with letters that look like another's.
const ALIKE: [(Script, &str); 6] = [
    (Script::Latin, "Latin"),
    (Script::Cyrillic, "Cyrillic"),
    (Script::Greek, "Greek"),
    (Script::Armenian, "Armenian"),
    (Script::Cherokee, "Cherokee"),
    (Script::Coptic, "Coptic"),
];

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    for word in &passage.words {
        let text = &passage.text[word.range.clone()];
        let alphabets = alphabets(text);
        if alphabets.len() < 2 || is_unit(text) {
            continue;
        }
        let odd = odd_letters(text, &alphabets);
        findings.add(passage, WarningKind::MixedScripts, word.range.clone(), |words| {
            format!(
                "“{words}” mixes {} letters ({odd}): type it again in one alphabet, so that it is the word it seems to be",
                alphabets.join(" and ")
            )
        });
    }
}

/// The alphabets of a word, the one with the most letters first.
fn alphabets(text: &str) -> Vec<&'static str> {
    let mut counted: Vec<(usize, &str)> = ALIKE
        .iter()
        .map(|(script, name)| {
            (
                text.chars().filter(|c| c.script() == *script).count(),
                *name,
            )
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    counted.into_iter().map(|(_, name)| name).collect()
}

/// The letters that are not of the word's main alphabet, named; the first few will do.
fn odd_letters(text: &str, alphabets: &[&str]) -> String {
    const SHOWN_MAX: usize = 4;
    let name = |c: char| {
        let found = ALIKE.iter().find(|(script, _)| c.script() == *script);
        found.map(|(_, name)| *name)
    };
    let is_odd = |c: &char| name(*c).is_some_and(|name| Some(&name) != alphabets.first());
    let odd: Vec<String> = text
        .chars()
        .filter(is_odd)
        .take(SHOWN_MAX)
        .map(|c| format!("{} {c} U+{:04X}", name(c).unwrap_or_default(), u32::from(c)))
        .collect();
    odd.join(", ")
}

/// Units are written so: kΩ, μm.
fn is_unit(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic());
    let is_short = text.chars().filter(|c| c.is_alphabetic()).count() <= 2;
    is_short && letters.any(|c| matches!(c, 'μ' | 'Ω'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Part;

    fn found(text: &str) -> Vec<(String, String)> {
        let passage = Passage::new(Part::Text(0), "en", text);
        let mut findings = Findings::default();
        check(&passage, &mut findings);
        let pair = |warning: super::super::Warning| (warning.words, warning.sentence);
        findings.in_order().into_iter().map(pair).collect()
    }

    #[test]
    fn a_letter_of_another_alphabet_in_a_word_is_named() {
        let found = found("Send it to the p\u{430}rty.");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "p\u{430}rty");
        assert!(
            found[0]
                .1
                .contains("mixes Latin and Cyrillic letters (Cyrillic \u{430} U+0430)"),
            "{}",
            found[0].1
        );
    }

    #[test]
    fn greek_in_cyrillic_and_latin_in_cyrillic_are_found_even_around_invisible_characters() {
        assert_eq!(found("Μосква").len(), 1);
        assert_eq!(found("Москвa").len(), 1);
        assert_eq!(found("pa\u{200b}\u{440}ty").len(), 1);
    }

    #[test]
    fn alphabets_side_by_side_are_in_order() {
        assert_eq!(
            found("Москва and Athens, Αθήνα; IP-адрес; 5 kΩ, 3 μm, 车队UTC, وقف UTC"),
            []
        );
    }
}
