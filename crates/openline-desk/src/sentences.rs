//! A text cut into sentences, in several languages: by marks that end one, and by abbreviations that do not
//! (`spec/readouts.md` section 4).

/// Most sentences of one text; the rest stands as the last.
pub const SENTENCES_MAX: usize = 512;

/// What may close a sentence after its mark.
const CLOSERS: &str = "\"'”’»)]」』）】›";
/// Marks that end a sentence wherever they stand.
const WIDE: &str = "。！？．｡।؟۔";
/// Marks that end a sentence when white space follows.
const NARROW: &str = ".!?…";

/// Abbreviations after which a full stop ends nothing, without that stop, in lower case.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "mr", "mrs", "ms", "dr", "prof", "gen", "sen", "rep", "gov", "st", "no", "nos", "art",
            "vs", "cf", "e.g", "i.e", "approx", "col", "lt", "sgt", "capt", "adm", "amb", "para",
            "paras", "p", "pp",
        ],
    ),
    (
        "de",
        &[
            "dr", "prof", "nr", "art", "abs", "z.b", "z. b", "d.h", "bzw", "ca", "vgl", "st",
            "ggf", "u.a", "hr", "fr", "gem",
        ],
    ),
    (
        "fr",
        &[
            "m", "mm", "mme", "mlle", "dr", "art", "p", "cf", "p.ex", "n", "no", "st", "ste",
        ],
    ),
    (
        "es",
        &[
            "sr", "sra", "dr", "dra", "art", "núm", "p.ej", "pág", "ud", "uds", "ee.uu",
        ],
    ),
    (
        "ru",
        &[
            "г", "гг", "т.е", "т.д", "т.п", "ст", "им", "п", "см", "др", "стр",
        ],
    ),
];

/// The sentences of a text, each without white space at its ends, in their order. A line break ends a sentence.
#[must_use]
pub fn sentences<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        if at < start || found.len() + 1 >= SENTENCES_MAX {
            continue;
        }
        let after = at + mark.len_utf8();
        let end = match mark {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(after),
            _ if WIDE.contains(mark) => Some(closed(text, after)),
            _ if NARROW.contains(mark) => {
                let end = closed(text, after);
                ends(&text[start..at], mark, &text[end..], language).then_some(end)
            }
            _ => None,
        };
        if let Some(end) = end {
            push(&mut found, &text[start..end]);
            start = end;
        }
    }
    push(&mut found, &text[start..]);
    found
}

fn push<'a>(found: &mut Vec<&'a str>, sentence: &'a str) {
    let sentence = sentence.trim();
    if !sentence.is_empty() {
        found.push(sentence);
    }
}

/// Where a sentence is over whose mark ends at `after`: with further marks and what closes it.
fn closed(text: &str, after: usize) -> usize {
    let is_more = |c: &char| CLOSERS.contains(*c) || NARROW.contains(*c) || WIDE.contains(*c);
    let more = text[after..].chars().take_while(is_more);
    after + more.map(char::len_utf8).sum::<usize>()
}

/// Whether a narrow mark ends the sentence that stands before it, given what follows.
fn ends(before: &str, mark: char, rest: &str, language: &str) -> bool {
    if rest.is_empty() {
        return true;
    }
    if !rest.starts_with(char::is_whitespace) {
        return false;
    }
    let next = rest.trim_start().chars().next();
    if next.is_some_and(char::is_lowercase) {
        return false;
    }
    mark != '.' || !is_abbreviated(before, language)
}

/// Whether what stands before a full stop ends in an initial, an abbreviation, or a German ordinal.
fn is_abbreviated(before: &str, language: &str) -> bool {
    let word = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let word = word
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    let base = language
        .split('-')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let is_ordinal = base == "de" && word.parse::<u32>().is_ok_and(|number| number <= 31);
    let known = ABBREVIATIONS.iter().find(|(language, _)| *language == base);
    is_initial || is_ordinal || known.is_some_and(|(_, words)| words.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_stop_ends_a_sentence_but_after_an_abbreviation() {
        let text =
            "Mr. Smith met Dr. Jones at No. 10. They spoke for 5.5 hours! \"Candid,\" he said.";
        assert_eq!(
            sentences(text, "en-GB"),
            [
                "Mr. Smith met Dr. Jones at No. 10.",
                "They spoke for 5.5 hours!",
                "\"Candid,\" he said."
            ]
        );
    }

    #[test]
    fn each_language_has_its_own_marks() {
        assert_eq!(
            sentences("双方会晤。“会谈坦诚！”气氛良好。", "zh-Hans"),
            ["双方会晤。", "“会谈坦诚！”", "气氛良好。"]
        );
        assert_eq!(
            sentences("Am 18. Juni trafen sie sich. Es war lang.", "de"),
            ["Am 18. Juni trafen sie sich.", "Es war lang."]
        );
        assert_eq!(
            sentences("В 2023 г. Министр прибыл. Переговоры начались.", "ru"),
            ["В 2023 г. Министр прибыл.", "Переговоры начались."]
        );
        assert_eq!(sentences("هل انتهى؟ نعم.", "ar"), ["هل انتهى؟", "نعم."]);
    }

    #[test]
    fn nothing_is_lost_beyond_the_bound() {
        let text = "Aa bb. ".repeat(SENTENCES_MAX + 7);
        let found = sentences(&text, "en");
        assert_eq!(found.len(), SENTENCES_MAX);
        assert_eq!(found[SENTENCES_MAX - 1].matches("Aa bb.").count(), 8);
        assert!(sentences(" \n\n ", "en").is_empty());
    }
}
