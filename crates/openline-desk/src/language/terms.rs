//! Terms of the agreed glossary: whether each language of the line has its equivalent, and whether translations use it.

use super::phrase::{Ending, Phrase};
use super::{Draft, Findings, Passage, WarningKind, primary};
use crate::glossary::AgreedTerm;

pub(super) fn check(texts: &[&Passage<'_>], draft: &Draft<'_>, findings: &mut Findings) {
    for agreed in draft.agreed {
        without_equivalent(texts, draft.languages, agreed, findings);
        not_used(texts, agreed, findings);
    }
}

/// Warns of a term that is used and has no equivalent in a language of the line.
fn without_equivalent(
    texts: &[&Passage<'_>],
    languages: &[String],
    agreed: &AgreedTerm,
    findings: &mut Findings,
) {
    let missing: Vec<&str> = languages
        .iter()
        .filter(|language| equivalent(agreed, language).is_none())
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return;
    }
    for text in texts {
        let Some(range) = used(text, agreed) else {
            continue;
        };
        findings.add(text, WarningKind::TermWithoutEquivalent, range, |words| {
            format!(
                "“{words}” is in the agreed glossary, but without an equivalent in {}: propose one (openline glossary propose), or say what is meant",
                missing.join(", ")
            )
        });
    }
}

/// Warns of a translation that does not use the agreed equivalent of a term in the authoritative text.
fn not_used(texts: &[&Passage<'_>], agreed: &AgreedTerm, findings: &mut Findings) {
    let Some((authoritative, translations)) = texts.split_first() else {
        return;
    };
    let Some(range) = used(authoritative, agreed) else {
        return;
    };
    let term = &authoritative.text[range];
    for translation in translations {
        let Some(equivalent) = equivalent(agreed, translation.tag) else {
            continue;
        };
        if used(translation, agreed).is_none() {
            findings.add_missing(translation, WarningKind::TermNotUsed, 0, equivalent, |words| {
                format!(
                    "the translation into {} does not use “{words}”, the agreed equivalent of “{term}”: use it, so that both sides read the same",
                    translation.tag
                )
            });
        }
    }
}

/// The agreed equivalent in a language, whatever region its tag names.
fn equivalent<'a>(agreed: &'a AgreedTerm, tag: &str) -> Option<&'a str> {
    let equivalents = &agreed.term.equivalents;
    let exact = equivalents
        .iter()
        .find(|(language, _)| language.eq_ignore_ascii_case(tag));
    let near = || {
        equivalents
            .iter()
            .find(|(language, _)| primary(language) == primary(tag))
    };
    exact.or_else(near).map(|(_, text)| text.as_str())
}

/// Where a text first uses a term, in whatever number and case.
fn used(text: &Passage<'_>, agreed: &AgreedTerm) -> Option<std::ops::Range<usize>> {
    let ending = match primary(text.tag).as_str() {
        "en" | "fr" | "es" | "pt" | "it" => Ending::Plural,
        "zh" | "ja" | "th" => Ending::Fixed,
        _ => Ending::Declined,
    };
    let phrase = Phrase::plain(equivalent(agreed, text.tag)?, ending);
    phrase.find(text.text, &text.words)
}

#[cfg(test)]
mod tests {
    use openline_core::glossary::Term;
    use openline_core::message::{Form, Precedence};

    use super::*;
    use crate::fixture::at;
    use crate::language::{DraftText, Part, Warning, check};

    fn term(equivalents: &[(&str, &str)]) -> AgreedTerm {
        let pair = |(language, text): &(&str, &str)| ((*language).to_owned(), (*text).to_owned());
        AgreedTerm {
            term: Term {
                concept: "ceasefire".to_owned(),
                equivalents: equivalents.iter().map(pair).collect(),
                note: None,
            },
            proposal: at(0, 1),
            since: at(1, 1),
        }
    }

    fn found(languages: &[&str], agreed: &AgreedTerm, texts: &[(&str, &str)]) -> Vec<Warning> {
        let languages: Vec<String> = languages.iter().map(|&tag| tag.to_owned()).collect();
        let texts: Vec<DraftText<'_>> = texts
            .iter()
            .map(|&(language, text)| DraftText { language, text })
            .collect();
        check(&Draft {
            subject: None,
            texts: &texts,
            languages: &languages,
            agreed: std::slice::from_ref(agreed),
            precedence: Precedence::Routine,
            word_limit: 0,
            form: Form::Message,
        })
    }

    #[test]
    fn a_term_needs_an_equivalent_in_every_language_of_the_line() {
        let agreed = term(&[("en", "ceasefire"), ("fr", "cessez-le-feu")]);
        let english = [("en", "Two ceasefires hold.")];
        let warned = found(&["en", "fr", "ru"], &agreed, &english);
        assert_eq!(warned.len(), 1);
        assert_eq!(
            (warned[0].kind, warned[0].words.as_str()),
            (WarningKind::TermWithoutEquivalent, "ceasefires")
        );
        assert!(
            warned[0].sentence.contains("without an equivalent in ru"),
            "{}",
            warned[0].sentence
        );
        assert_eq!(found(&["en", "fr-FR"], &agreed, &english), []);
        assert_eq!(
            found(&["en", "ru"], &agreed, &[("en", "The truce holds.")]),
            []
        );
        assert_eq!(
            found(&["en", "ru"], &agreed, &[("fr", "Le cessez-le-feu tient.")]).len(),
            1
        );
    }

    #[test]
    fn a_translation_uses_the_agreed_equivalent() {
        let agreed = term(&[
            ("en", "ceasefire"),
            ("fr", "cessez-le-feu"),
            ("ru", "прекращение огня"),
            ("zh", "停火"),
            ("ar", "وقف إطلاق النار"),
        ]);
        let languages = ["en", "fr", "ru", "zh", "ar"];
        let sound = [
            ("en-GB", "The ceasefire holds."),
            ("fr", "Le cessez-le-feu tient."),
            ("ru", "Режим прекращения огня соблюдается."),
            ("zh", "双方遵守停火。"),
            ("ar", "الالتزام بوقف إطلاق النار"),
        ];
        assert_eq!(found(&languages, &agreed, &sound), []);
        let wrong = [
            ("en", "The ceasefire holds."),
            ("fr", "La trêve tient."),
            ("ru", "Перемирие соблюдается."),
            ("zh", "双方遵守休战。"),
            ("ar", "الهدنة قائمة"),
        ];
        let warned = found(&languages, &agreed, &wrong);
        let parts: Vec<(Part, &str)> = warned.iter().map(|w| (w.part, w.words.as_str())).collect();
        assert_eq!(
            parts,
            [
                (Part::Text(1), "cessez-le-feu"),
                (Part::Text(2), "прекращение огня"),
                (Part::Text(3), "停火"),
                (Part::Text(4), "وقف إطلاق النار"),
            ]
        );
        assert!(
            warned
                .iter()
                .all(|w| w.kind == WarningKind::TermNotUsed && w.range.is_empty())
        );
    }
}
