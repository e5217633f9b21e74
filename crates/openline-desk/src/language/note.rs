//! The form of a note verbale: the third person, an opening and a closing formula.

use super::phrase::Phrase;
use super::words::Word;
use super::{Findings, Language, Part, Passage, WarningKind};

/// What a note verbale is written with, and without, in a language.
struct Custom {
    /// The first and second person.
    persons: &'static str,
    /// Forms of the opening formula; the first is how it is named.
    opening: &'static [&'static str],
    /// Forms of the closing formula; the first is how it is named.
    closing: &'static [&'static str],
}

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    let Some(custom) = custom(passage.language).filter(|_| passage.part != Part::Subject) else {
        return;
    };
    persons(passage, &custom, findings);
    let formulas = [
        (custom.opening, "opens", 0),
        (custom.closing, "closes", passage.text.len()),
    ];
    for (forms, does, at) in formulas {
        let named = forms.first().map_or("", |form| form);
        let is_there = |form: &&str| {
            Phrase::pattern(form)
                .find(passage.text, &passage.words)
                .is_some()
        };
        if !forms.iter().any(is_there) {
            let shown = shown(named);
            findings.add_missing(passage, WarningKind::NoteFormula, at, &shown, |words| {
                format!("a note verbale {does} with its formula, such as “… {words} …”: add it, or choose another form")
            });
        }
    }
}

/// A pattern as people write it: the first of its alternatives.
fn shown(pattern: &str) -> String {
    let first = |chunk: &str| chunk.split('/').next().unwrap_or_default().to_owned();
    pattern.split(' ').map(first).collect::<Vec<_>>().join(" ")
}

fn persons(passage: &Passage<'_>, custom: &Custom, findings: &mut Findings) {
    let phrases: Vec<Phrase> = custom.persons.split(' ').map(Phrase::pattern).collect();
    let mut known: Vec<&str> = Vec::new();
    for (at, word) in passage.words.iter().enumerate() {
        let is_person = phrases
            .iter()
            .any(|phrase| phrase.at(passage.text, &passage.words, at).is_some());
        if !is_person || known.contains(&word.folded.as_str()) || is_other_word(passage, at, word) {
            continue;
        }
        known.push(&word.folded);
        findings.add(passage, WarningKind::NotePerson, word.range.clone(), |words| {
            format!("“{words}” is the first or second person, and a note verbale is in the third: write “the Ministry” or “the Embassy”, or choose another form")
        });
    }
}

/// A numeral (Annex I, (i)), and a state (US): not persons.
fn is_other_word(passage: &Passage<'_>, at: usize, word: &Word) -> bool {
    let written = &passage.text[word.range.clone()];
    match word.folded.as_str() {
        "i" => {
            let is_numbered = passage.before(at, 1).next().is_some_and(|(i, before)| {
                i > 0
                    && passage
                        .gap_before(i)
                        .is_some_and(super::words::is_one_sentence)
                    && before.is_capitalised(passage.text)
            });
            let is_listed = passage.text[word.range.end..].starts_with([')', '.']);
            written != "I" || is_numbered || is_listed
        }
        "us" => written == "US",
        _ => false,
    }
}

fn custom(language: Language) -> Option<Custom> {
    Some(match language {
        Language::English => Custom {
            persons: "i me my mine we us our ours you your yours",
            opening: &["presents/present its/their/her/his compliments"],
            closing: &[
                "avails/avail itself/themselves/herself/himself of this opportunity/occasion",
            ],
        },
        Language::French => Custom {
            persons: "je moi mon mes nous notre nos vous votre vos",
            opening: &[
                "présente/présentent ses/leurs compliments",
                "a l'honneur de présenter ses compliments",
            ],
            closing: &[
                "saisit/saisissent cette occasion",
                "saisit/saisissent l'occasion",
                "saisit/saisissent également cette occasion",
            ],
        },
        Language::Spanish => Custom {
            persons: "yo mi mis nosotros nosotras nuestro nuestra nuestros nuestras usted ustedes vuestro vuestra",
            opening: &[
                "saluda/saludan atentamente",
                "saluda/saludan muy atentamente",
                "presenta/presentan sus atentos saludos",
                "presenta/presentan sus saludos",
                "presenta/presentan su atento saludo",
            ],
            closing: &[
                "aprovecha/aprovechan esta/la oportunidad/ocasión",
                "se vale de esta/la oportunidad/ocasión",
            ],
        },
        Language::Russian => Custom {
            persons: "я мне меня мой моя мы нас нам наш* вы вас вам ваш*",
            opening: &[
                "свидетельствует/свидетельствуют своё уважение",
                "свидетельствует/свидетельствуют уважение",
                "выражает/выражают своё уважение",
            ],
            closing: &[
                "пользуется/пользуются этим/настоящим/данным случаем",
                "пользуется/пользуются случаем",
            ],
        },
        Language::Chinese => Custom {
            persons: "我 你 您 咱",
            opening: &["致意"],
            closing: &["顺致", "顺向"],
        },
        Language::Arabic => Custom {
            persons: "أنا نحن أنت أنتم إننا إنني لدينا لديكم منكم إليكم بلادنا بلادكم",
            opening: &[
                "أطيب/أجمل/خالص/أصدق تحياتها/تحياته/تحياتهم",
                "تهدي/يهدي تحياتها/تحياته",
            ],
            closing: &[
                "تغتنم/يغتنم/تنتهز/ينتهز هذه الفرصة/المناسبة",
                "تغتنم/يغتنم/تنتهز/ينتهز _ هذه الفرصة/المناسبة",
                "تغتنم/يغتنم/تنتهز/ينتهز _ _ هذه الفرصة/المناسبة",
            ],
        },
        Language::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(language: &str, text: &str) -> Vec<(WarningKind, String)> {
        let passage = Passage::new(Part::Text(0), language, text);
        let mut findings = Findings::default();
        check(&passage, &mut findings);
        let pair = |warning: super::super::Warning| (warning.kind, warning.words);
        findings.in_order().into_iter().map(pair).collect()
    }

    fn persons(language: &str, text: &str) -> Vec<String> {
        let found = found(language, text).into_iter();
        found
            .filter(|(kind, _)| *kind == WarningKind::NotePerson)
            .map(|(_, words)| words)
            .collect()
    }

    #[test]
    fn a_note_in_its_form_has_nothing_to_warn_of() {
        for (language, text) in [
            (
                "en",
                "The Ministry of Foreign Affairs of A presents its compliments to the Embassy of B and has the honour to refer to Annex I and to paragraph (i). The US vessel left. The Ministry avails itself of this opportunity to renew to the Embassy the assurances of its highest consideration.",
            ),
            (
                "fr",
                "Le Ministère présente ses compliments à l’Ambassade. Le Ministère saisit cette occasion pour renouveler les assurances de sa haute considération.",
            ),
            (
                "es",
                "El Ministerio saluda atentamente a la Embajada. El Ministerio aprovecha esta oportunidad para reiterar su consideración.",
            ),
            (
                "ru",
                "Министерство свидетельствует своё уважение Посольству. Министерство пользуется случаем, чтобы возобновить уверения.",
            ),
            ("zh", "外交部向大使馆致意，并谨通报如下。顺致最崇高的敬意。"),
            (
                "ar",
                "تهدي وزارة الخارجية أطيب تحياتها إلى السفارة. وتغتنم الوزارة هذه الفرصة",
            ),
        ] {
            assert_eq!(found(language, text), [], "{language}");
        }
    }

    #[test]
    fn the_formulas_are_missed_at_both_ends() {
        let text = "The convoy leaves.";
        let found = found("en", text);
        assert_eq!(
            found,
            [
                (
                    WarningKind::NoteFormula,
                    "presents its compliments".to_owned()
                ),
                (
                    WarningKind::NoteFormula,
                    "avails itself of this opportunity".to_owned()
                ),
            ]
        );
        for language in ["fr", "es", "ru", "zh", "ar"] {
            assert_eq!(tests::found(language, "…").len(), 2, "{language}");
        }
        assert_eq!(tests::found("de", text), []);
    }

    #[test]
    fn the_first_and_second_person_are_pointed_out_once_each() {
        assert_eq!(
            persons("en", "We ask you to note that we and I agree with us."),
            ["We", "you", "I", "us"]
        );
        assert_eq!(
            persons("fr", "Nous vous informons que nous partons."),
            ["Nous", "vous"]
        );
        assert_eq!(
            persons("es", "Informamos a usted de nuestro convoy."),
            ["usted", "nuestro"]
        );
        assert_eq!(
            persons("ru", "Мы просим Вас принять наше уважение."),
            ["Мы", "Вас", "наше"]
        );
        assert_eq!(persons("zh", "我们通知您。"), ["我", "您"]);
        assert_eq!(persons("ar", "نحن نبلغكم، ولدينا قافلة"), ["نحن", "ولدينا"]);
    }
}
