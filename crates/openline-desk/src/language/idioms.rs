//! Idiom, irony, metaphors of sport and war: lists per language, in files beside this one.

use std::sync::OnceLock;

use super::book::Book;
use super::{Findings, Language, Passage, WarningKind};

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    let idioms = idioms(passage.language);
    let mut at = 0;
    while at < passage.words.len() {
        let Some(hit) = idioms.book.longest(passage, at) else {
            at += 1;
            continue;
        };
        let plain = idioms.plain[hit.number];
        findings.add(passage, WarningKind::Idiom, hit.range, |words| {
            format!("“{words}” may be read word for word, or not understood: say it plainly; here it may mean “{plain}”")
        });
        at += hit.words;
    }
}

/// Phrases, and plain words for each.
struct Idioms {
    book: Book,
    plain: Vec<&'static str>,
}

/// The list of a language, read from its file when it is first asked for.
fn idioms(language: Language) -> &'static Idioms {
    static READ: [OnceLock<Idioms>; Language::ALL.len()] =
        [const { OnceLock::new() }; Language::ALL.len()];
    READ[language as usize].get_or_init(|| {
        let (patterns, plain): (Vec<_>, Vec<_>) = entries(language)
            .filter_map(|line| line.split_once(" = "))
            .unzip();
        let book = Book::of(patterns);
        Idioms { book, plain }
    })
}

fn entries(language: Language) -> impl Iterator<Item = &'static str> {
    let file = match language {
        Language::English => include_str!("idioms/en.txt"),
        Language::French => include_str!("idioms/fr.txt"),
        Language::Spanish => include_str!("idioms/es.txt"),
        Language::Russian => include_str!("idioms/ru.txt"),
        Language::Chinese => include_str!("idioms/zh.txt"),
        Language::Arabic => include_str!("idioms/ar.txt"),
        Language::Other => "",
    };
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Part;

    const ALL: [(Language, &str, usize); 6] = [
        (Language::English, "en", 150),
        (Language::French, "fr", 100),
        (Language::Spanish, "es", 100),
        (Language::Russian, "ru", 100),
        (Language::Chinese, "zh", 100),
        (Language::Arabic, "ar", 100),
    ];

    fn found(language: &str, text: &str) -> Vec<String> {
        let passage = Passage::new(Part::Text(0), language, text);
        let mut findings = Findings::default();
        check(&passage, &mut findings);
        let words = |warning: super::super::Warning| warning.words;
        findings.in_order().into_iter().map(words).collect()
    }

    #[test]
    fn every_line_of_every_list_is_a_pattern_that_finds_itself() {
        for (language, tag, least) in ALL {
            let count = entries(language).count();
            assert!(count >= least, "{tag}: {count}");
            for line in entries(language) {
                let (pattern, plain) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
                assert!(!plain.is_empty(), "{line}");
                let first = |chunk: &str| chunk.split('/').next().unwrap_or_default().to_owned();
                let spoken: Vec<String> = pattern.split(' ').map(first).collect();
                let spoken = spoken.join(" ").replace('*', "").replace('_', "x");
                assert!(!found(tag, &spoken).is_empty(), "{tag}: {spoken}");
            }
        }
    }

    #[test]
    fn idiom_is_found_whatever_its_case_and_hyphens_and_the_longest_counts() {
        assert_eq!(
            found("en", "The Ball Is In Your Court; this is a WIN-WIN."),
            ["Ball Is In Your Court", "WIN-WIN"]
        );
        assert_eq!(
            found("en-GB", "They moved the goalposts."),
            ["moved the goalposts"]
        );
        assert_eq!(
            found("fr", "La balle est dans votre camp."),
            ["La balle est dans votre camp"]
        );
        assert_eq!(
            found("fr", "Ne jetez pas : cela met de l’huile sur le feu."),
            ["met de l’huile sur le feu"]
        );
        assert_eq!(
            found("es", "Eso echa leña al fuego."),
            ["echa leña al fuego"]
        );
        assert_eq!(
            found("ru", "Это камень преткновения; подлили масла в огонь."),
            ["камень преткновения", "подлили масла в огонь"]
        );
        assert_eq!(
            found("zh", "不要玩火自焚，这是火上浇油。"),
            ["玩火自焚", "火上浇油"]
        );
        assert_eq!(
            found("ar", "هذا صب الزيت على النار"),
            ["صب الزيت على النار"]
        );
        assert_eq!(found("ar", "وقال إنه بالخط الأحمر"), ["بالخط الأحمر"]);
    }

    #[test]
    fn plain_words_are_not_idiom() {
        let plain = "The convoy leaves at 08:00 UTC. The football court is closed; the ball, in your opinion, is lost.";
        assert_eq!(found("en", plain), Vec::<String>::new());
        assert_eq!(
            found("fr", "Le convoi part à 08:00 UTC."),
            Vec::<String>::new()
        );
        assert_eq!(
            found("es", "El convoy sale a las 08:00 UTC."),
            Vec::<String>::new()
        );
        assert_eq!(
            found("ru", "Колонна выходит в 08:00 UTC."),
            Vec::<String>::new()
        );
        assert_eq!(found("zh", "车队于08:00 UTC出发。"), Vec::<String>::new());
        assert_eq!(
            found("ar", "تغادر القافلة الساعة 08:00 UTC"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("de", "The ball is in your court."),
            Vec::<String>::new(),
            "each language has its own list"
        );
    }
}
