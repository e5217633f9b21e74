//! Words that bind and words that only recommend: *shall* for *should* has nearly undone a treaty.

use std::ops::Range;

use super::phrase::Phrase;
use super::{Findings, Language, Passage, WarningKind};

/// What a verb does to whoever it is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Force {
    /// It must be done.
    Obliges,
    /// It had better be done.
    Recommends,
    /// It may be done.
    Permits,
}

impl Force {
    fn meaning(self) -> &'static str {
        match self {
            Self::Obliges => "binds: whoever does not do it breaks what was agreed",
            Self::Recommends => "recommends and does not bind",
            Self::Permits => "permits: it may be left undone",
        }
    }
}

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    let mut known: Vec<String> = Vec::new();
    let mut first: Vec<(Force, Range<usize>)> = Vec::new();
    for (force, at, range) in uses(passage) {
        let word = passage.words[at].folded.clone();
        if !known.contains(&word) {
            known.push(word);
            findings.add(passage, WarningKind::Binding, range.clone(), |words| {
                format!(
                    "“{words}” {}: make sure that this is meant, here and wherever else it stands",
                    force.meaning()
                )
            });
        }
        if !first.iter().any(|(other, _)| *other == force) {
            first.push((force, range));
        }
    }
    mixed(passage, &first, findings);
}

/// Points out the first word that recommends in a text that also has one that binds.
fn mixed(passage: &Passage<'_>, first: &[(Force, Range<usize>)], findings: &mut Findings) {
    let find = |wanted: Force| first.iter().find(|(force, _)| *force == wanted);
    if let (Some((_, binds)), Some((_, recommends))) =
        (find(Force::Obliges), find(Force::Recommends))
    {
        let binding = &passage.text[binds.clone()];
        findings.add(passage, WarningKind::BindingMixed, recommends.clone(), |words| {
            format!("the text has “{binding}”, which binds, and “{words}”, which does not: make sure that each stands where it is meant")
        });
    }
}

/// Points out translations that bind where the authoritative text only recommends, or the contrary.
pub(super) fn compare(texts: &[&Passage<'_>], findings: &mut Findings) {
    let Some((authoritative, translations)) = texts.split_first() else {
        return;
    };
    let original = uses(authoritative);
    for translation in translations {
        let theirs = uses(translation);
        for (lost, found) in [
            (Force::Obliges, Force::Recommends),
            (Force::Recommends, Force::Obliges),
        ] {
            let has = |uses: &[Use], force: Force| uses.iter().any(|(other, ..)| *other == force);
            let is_changed = has(&original, lost) && !has(&original, found) && !has(&theirs, lost);
            let instead = theirs.iter().find(|(force, ..)| *force == found);
            if let Some((.., range)) = instead.filter(|_| is_changed) {
                findings.add(translation, WarningKind::BindingDiffers, range.clone(), |words| {
                    format!(
                        "“{words}” {}, but nothing in the authoritative text ({}) does; there the verb {}: translate it with the same force",
                        found.meaning(),
                        authoritative.tag,
                        lost.meaning()
                    )
                });
            }
        }
    }
}

/// The binding words of a text in their order, with the force of each.
pub(crate) fn forces(language: &str, text: &str) -> Vec<(Force, String)> {
    let passage = Passage::new(super::Part::Text(0), language, text);
    let word = |(force, at, _): Use| (force, passage.words[at].folded.clone());
    uses(&passage).into_iter().map(word).collect()
}

/// Whether binding words of a language are known.
pub(crate) fn knows_forces(language: &str) -> bool {
    !verbs(Language::of(language)).is_empty()
}

/// A use of a binding word: its force, which word it is, and where it stands.
type Use = (Force, usize, Range<usize>);

fn uses(passage: &Passage<'_>) -> Vec<Use> {
    let verbs: Vec<(Force, Phrase)> = verbs(passage.language)
        .iter()
        .map(|(force, pattern)| (*force, Phrase::pattern(pattern)))
        .collect();
    let at = |at: usize| {
        let found = verbs.iter().find_map(|(force, phrase)| {
            let range = phrase.at(passage.text, &passage.words, at)?;
            Some((*force, at, range))
        });
        found.filter(|_| !is_month(passage, at))
    };
    (0..passage.words.len()).filter_map(at).collect()
}

/// Whether a word is the month of May: with a capital, beside a number or after a preposition.
fn is_month(passage: &Passage<'_>, at: usize) -> bool {
    let word = &passage.words[at];
    let is_number = |(_, word): (usize, &super::words::Word)| {
        word.folded.starts_with(|c: char| c.is_ascii_digit())
    };
    let is_link = |(_, word): (usize, &super::words::Word)| {
        matches!(
            word.folded.as_str(),
            "in" | "of" | "since" | "until" | "by" | "last" | "next" | "early" | "late"
        )
    };
    word.folded == "may"
        && word.is_capitalised(passage.text)
        && (passage.after(at, 1).next().is_some_and(is_number)
            || passage
                .before(at, 1)
                .next()
                .is_some_and(|before| is_number(before) || is_link(before)))
}

fn verbs(language: Language) -> &'static [(Force, &'static str)] {
    use Force::{Obliges, Permits, Recommends};
    match language {
        Language::English => &[
            (Obliges, "shall"),
            (Obliges, "must"),
            (Recommends, "should"),
            (Permits, "may"),
        ],
        Language::French => &[
            (Obliges, "doit/doivent/devra/devront"),
            (Recommends, "devrait/devraient"),
            (Permits, "peut/peuvent/pourra/pourront"),
        ],
        Language::Spanish => &[
            // Only the accent tells what binds (deberá) from what recommends (debería); folding keeps the i.
            (Obliges, "debe/deben/debera/deberan"),
            (Recommends, "deberia/deberian"),
            (Permits, "puede/pueden/podra/podran"),
        ],
        Language::Russian => &[
            (
                Obliges,
                "должен/должна/должно/должны/обязан/обязана/обязано/обязаны",
            ),
            (Recommends, "следует/следовало"),
            (Permits, "может/могут/вправе"),
        ],
        Language::Chinese => &[
            (Obliges, "必须"),
            (Obliges, "应当"),
            (Recommends, "应该"),
            (Permits, "可以"),
        ],
        Language::Arabic => &[
            (Obliges, "يجب/تلتزم/يلتزم"),
            (Recommends, "ينبغي"),
            (Permits, "يجوز"),
        ],
        Language::Other => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Part;

    fn found(language: &str, text: &str) -> Vec<(WarningKind, String)> {
        let passage = Passage::new(Part::Text(0), language, text);
        let mut findings = Findings::default();
        check(&passage, &mut findings);
        let pair = |warning: super::super::Warning| (warning.kind, warning.words);
        findings.in_order().into_iter().map(pair).collect()
    }

    fn binding(words: &[&str]) -> Vec<(WarningKind, String)> {
        words
            .iter()
            .map(|word| (WarningKind::Binding, (*word).to_owned()))
            .collect()
    }

    #[test]
    fn each_binding_word_is_pointed_out_once_in_a_text() {
        assert_eq!(
            found(
                "en",
                "The Parties shall meet, shall report, and may withdraw."
            ),
            binding(&["shall", "may"])
        );
        assert_eq!(
            found("fr", "Les Parties doivent se réunir et peuvent se retirer."),
            binding(&["doivent", "peuvent"])
        );
        assert_eq!(
            found("es", "La Parte deberá informar."),
            binding(&["deberá"])
        );
        assert_eq!(
            found("ru", "Стороны должны сообщить и могут отказаться."),
            binding(&["должны", "могут"])
        );
        assert_eq!(
            found("zh", "双方必须通报，可以退出。"),
            binding(&["必须", "可以"])
        );
        assert_eq!(
            found("ar", "يجب على الطرفين الإخطار ويجوز الانسحاب"),
            binding(&["يجب", "ويجوز"])
        );
    }

    #[test]
    fn what_binds_and_what_recommends_in_one_text_is_pointed_out() {
        let both = found("en", "The Parties shall meet and should report.");
        assert!(
            both.contains(&(WarningKind::BindingMixed, "should".to_owned())),
            "{both:?}"
        );
        for (language, text) in [
            ("fr", "Elles doivent se réunir et devraient informer."),
            ("es", "Deberán reunirse y deberían informar."),
            ("ru", "Стороны должны встретиться, следует сообщить."),
            ("zh", "双方必须会晤，应该通报。"),
            ("ar", "يجب الاجتماع وينبغي الإخطار"),
        ] {
            let kinds: Vec<WarningKind> = found(language, text)
                .into_iter()
                .map(|(kind, _)| kind)
                .collect();
            assert!(kinds.contains(&WarningKind::BindingMixed), "{language}");
        }
        assert!(
            found("en", "The Parties shall meet and must report.")
                .iter()
                .all(|(kind, _)| *kind == WarningKind::Binding)
        );
    }

    #[test]
    fn may_is_a_month_too() {
        assert_eq!(found("en", "On 3 May 2026, in May, May 2026. We met."), []);
        assert_eq!(
            found("en", "May we call? It may rain. The Parties May withdraw."),
            binding(&["May"])
        );
        assert_eq!(found("de", "Die Parteien shall"), []);
    }

    #[test]
    fn a_translation_that_binds_otherwise_is_pointed_out() {
        let compared = |first: (&str, &str), second: (&str, &str)| {
            let first = Passage::new(Part::Text(0), first.0, first.1);
            let second = Passage::new(Part::Text(1), second.0, second.1);
            let mut findings = Findings::default();
            compare(&[&first, &second], &mut findings);
            let words = |warning: super::super::Warning| (warning.part, warning.words);
            findings
                .in_order()
                .into_iter()
                .map(words)
                .collect::<Vec<_>>()
        };
        let english = ("en", "The Parties shall inform each other.");
        assert_eq!(
            compared(english, ("fr", "Les Parties devraient s’informer.")),
            [(Part::Text(1), "devraient".to_owned())]
        );
        assert_eq!(
            compared(english, ("fr", "Les Parties doivent s’informer.")),
            []
        );
        assert_eq!(
            compared(
                ("en", "The Parties should meet."),
                ("ru", "Стороны должны встретиться.")
            ),
            [(Part::Text(1), "должны".to_owned())]
        );
        assert_eq!(
            compared(english, ("ru", "Стороны информируют друг друга.")),
            []
        );
    }
}
