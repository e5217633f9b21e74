//! The checker as a whole: the order of what it says, its bounds, and texts that nobody has foreseen.

use super::*;

fn draft<'a>(subject: Option<&'a str>, texts: &'a [DraftText<'a>], form: Form) -> Draft<'a> {
    Draft {
        subject,
        texts,
        languages: &[],
        agreed: &[],
        precedence: Precedence::Immediate,
        word_limit: 5,
        form,
    }
}

fn text<'a>(language: &'a str, text: &'a str) -> DraftText<'a> {
    DraftText { language, text }
}

#[test]
fn warnings_stand_in_the_order_of_the_texts_and_name_the_part() {
    let texts = [
        text("en", "Meet at 17:00. The ball is in your court."),
        text("fr", "Rendez-vous demain."),
    ];
    let found = check(&draft(Some("JMC"), &texts, Form::Message));
    let said: Vec<(Part, &str, &str)> = found
        .iter()
        .map(|w| (w.part, w.kind.word(), w.words.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Part::Subject, "acronym", "JMC"),
            (Part::Text(0), "ambiguous-time", "17:00"),
            (Part::Text(0), "idiom", "ball is in your court"),
            (Part::Text(0), "too-long", "is in your court."),
            (Part::Text(1), "ambiguous-date", "demain"),
        ]
    );
}

#[test]
fn a_plain_message_has_no_warnings() {
    let texts = [
        text("en", "The convoy has arrived safely."),
        text("ru", "Колонна прибыла."),
    ];
    assert_eq!(check(&draft(Some("Convoy 4"), &texts, Form::Message)), []);
    assert_eq!(check(&draft(None, &[], Form::NoteVerbale)), []);
}

#[test]
fn the_form_of_a_note_is_asked_of_notes_only() {
    let texts = [text("en", "We have arrived.")];
    assert_eq!(check(&draft(None, &texts, Form::Message)), []);
    let kinds: Vec<&str> = check(&draft(None, &texts, Form::NoteVerbale))
        .iter()
        .map(|w| w.kind.word())
        .collect();
    assert_eq!(
        kinds,
        [
            "note-verbale-formula",
            "note-verbale-person",
            "note-verbale-formula"
        ]
    );
}

#[test]
fn there_is_an_end_to_warnings_of_one_kind() {
    let many = "17:00. \u{202e} ".repeat(1000);
    let texts = [text("en", &many)];
    let found = check(&draft(None, &texts, Form::Message));
    for kind in [WarningKind::Time, WarningKind::Control] {
        assert_eq!(
            found.iter().filter(|w| w.kind == kind).count(),
            WARNINGS_MAX
        );
    }
}

#[test]
fn the_words_of_kinds_are_all_different() {
    let mut words: Vec<&str> = WarningKind::ALL.iter().map(|kind| kind.word()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), WarningKind::ALL.len());
}

/// Pieces that the checks look at, and that break them if anything does.
const PIECES: &[&str] = &[
    "a",
    "I",
    "i",
    "US",
    "NATO",
    "(",
    ")",
    "（",
    "）",
    " ",
    "\n",
    "\n\n",
    ".",
    ",",
    ":",
    "/",
    "-",
    "'",
    "’",
    "+",
    "−",
    "0",
    "3",
    "17",
    "26",
    "2026",
    "03/04/2026",
    "17:00",
    "24:00:00",
    "5",
    "pm",
    "p.m.",
    "UTC",
    "Z",
    "April",
    "May",
    "may",
    "next",
    "Friday",
    "tomorrow",
    "midnight",
    "shall",
    "should",
    "the ball is in your court",
    "ß",
    "ŉ",
    "İ",
    "ſ",
    "ǅ",
    "ﬃ",
    "é",
    "e\u{301}",
    "Москва",
    "мoсква",
    "марта",
    "в",
    "часов",
    "停",
    "火",
    "月",
    "日",
    "年",
    "时",
    "点",
    "下午",
    "الساعة",
    "لل",
    "ال",
    "و",
    "غدا",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{0}",
    "\u{301}",
    "\u{64b}",
    "\u{e0041}",
    "\u{10ffff}",
    "👩\u{200d}🚒",
    "٣",
    "３",
    "０/",
    "ก",
    "ำ",
    "presents its compliments",
    "kΩ",
    "Ω",
    "µ",
    "🇺🇳",
    "…",
    "“",
    "«",
    "0x1f",
    "99999999999999999999",
];

/// A sequence that looks random and is the same each time (splitmix64).
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("small");
        usize::try_from(self.next() % end).expect("small")
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(24) {
            match self.below(5) {
                0 => text.extend(char::from_u32(
                    u32::try_from(self.below(0x11_0000)).expect("small"),
                )),
                1 => text.push(' '),
                _ => text.push_str(PIECES[self.below(PIECES.len())]),
            }
        }
        text
    }
}

#[test]
fn no_text_breaks_the_checker_and_every_range_is_of_whole_characters() {
    use openline_core::glossary::Term;
    let languages: Vec<String> = ["en", "fr", "es", "ru", "zh", "ar", "th", "zz-x"]
        .map(str::to_owned)
        .to_vec();
    let mut random = Sequence(20_260_403);
    for round in 0..600 {
        let (first, second, subject) = (random.text(), random.text(), random.text());
        let agreed = AgreedTerm {
            term: Term {
                concept: random.text(),
                equivalents: vec![
                    ("en".to_owned(), random.text()),
                    ("ru".to_owned(), random.text()),
                ],
                note: None,
            },
            proposal: crate::fixture::at(0, 1),
            since: crate::fixture::at(1, 1),
        };
        let texts = [
            text(&languages[round % languages.len()], &first),
            text(&languages[random.below(languages.len())], &second),
        ];
        let draft = Draft {
            subject: Some(&subject),
            texts: &texts,
            languages: &languages,
            agreed: std::slice::from_ref(&agreed),
            precedence: Precedence::Flash,
            word_limit: 1,
            form: if round % 2 == 0 {
                Form::NoteVerbale
            } else {
                Form::Message
            },
        };
        for warning in check(&draft) {
            let whole = match warning.part {
                Part::Subject => &subject,
                Part::Text(0) => &first,
                Part::Text(_) => &second,
            };
            let words = whole.get(warning.range.clone());
            let words = words.unwrap_or_else(|| panic!("{whole:?}: {warning:?}"));
            assert!(
                warning.range.is_empty() || words == warning.words,
                "{warning:?}"
            );
            assert!(!warning.sentence.is_empty());
        }
    }
}
