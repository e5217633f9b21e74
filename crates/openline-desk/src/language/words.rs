//! A text as words: what a reader takes in one piece, folded so that spelling, case and invisible characters make no difference.
//!
//! Where words are not divided by spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese), each character is a word of its own, so that
//! what is looked for as a run of words is found without boundaries.

use std::ops::Range;

use unicode_script::{Script, UnicodeScript as _};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// In lower case, without accents and invisible characters, digits as 0 to 9.
    pub(super) folded: String,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

impl Word {
    /// The number that it is, if it is written in digits only.
    pub(super) fn number(&self) -> Option<u32> {
        let is_number =
            self.folded.len() <= 8 && self.folded.bytes().all(|byte| byte.is_ascii_digit());
        self.folded.parse().ok().filter(|_| is_number)
    }

    /// The number that it is, written in so many digits.
    pub(super) fn number_of(&self, digits: Range<usize>) -> Option<u32> {
        self.number()
            .filter(|_| digits.contains(&self.folded.len()))
    }

    /// Whether it is written in the text as `text` has it, with a capital first.
    pub(super) fn is_capitalised(&self, text: &str) -> bool {
        text[self.range.clone()].starts_with(char::is_uppercase)
    }
}

/// The words of a text, in its order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut is_within = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let is_part = is_mark(c) || is_invisible(c);
        if is_unspaced(c) && (c.is_alphanumeric() || is_mark(c)) {
            words.push(word(c, at..end));
            is_within = false;
        } else if let (true, true, Some(last)) =
            (is_within, is_part || c.is_alphanumeric(), words.last_mut())
        {
            fold_into(&mut last.folded, c);
            last.range.end = end;
        } else if c.is_alphanumeric() {
            words.push(word(c, at..end));
            is_within = true;
        } else {
            is_within = false;
        }
    }
    words
}

fn word(c: char, range: Range<usize>) -> Word {
    let mut folded = String::new();
    fold_into(&mut folded, c);
    Word { folded, range }
}

/// A text folded as words are, without dividing it.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::new();
    for c in text.chars() {
        fold_into(&mut folded, c);
    }
    folded
}

fn fold_into(folded: &mut String, c: char) {
    if is_mark(c) || is_invisible(c) {
        return;
    }
    for lower in c.to_lowercase().filter(|lower| !is_mark(*lower)) {
        match plain(lower) {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            plain => folded.push(plain),
        }
    }
}

/// A lower-case letter without its accent, or another spelling of the same one.
fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ё' => 'е',
        'й' => 'и',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        _ => digit(c).unwrap_or(c),
    }
}

/// A digit of another script, or of double width, as 0 to 9.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{966}'..='\u{96f}' => 0x966,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        _ => return None,
    };
    char::from_digit(u32::from(c) - zero, 10)
}

/// Marks over and under letters, and the stroke that lengthens an Arabic word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}')
}

/// Characters that leave no trace inside a word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether a character belongs to a script that puts no spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    !c.is_ascii()
        && matches!(
            c.script(),
            Script::Han
                | Script::Hiragana
                | Script::Katakana
                | Script::Thai
                | Script::Lao
                | Script::Khmer
                | Script::Myanmar
        )
}

/// Whether two words are of one phrase: between them is nothing but space, a hyphen, an apostrophe or a quotation mark.
pub(super) fn is_joined(gap: &str) -> bool {
    let is_joint = |c: char| {
        c.is_whitespace()
            || is_invisible(c)
            || matches!(
                c,
                '-' | '\u{2010}'
                    | '\u{2011}'
                    | '\''
                    | '’'
                    | 'ʼ'
                    | '"'
                    | '“'
                    | '”'
                    | '«'
                    | '»'
                    | '„'
            )
    };
    gap.chars().all(is_joint) && gap.matches('\n').count() < 2
}

/// Whether two words are of one sentence, though a comma or bracket may stand between them.
pub(super) fn is_one_sentence(gap: &str) -> bool {
    let mut rest = gap.chars().peekable();
    while let Some(c) = rest.next() {
        let is_end = match c {
            '。' | '！' | '？' | '؟' | '؛' | ';' | '；' | '!' | '?' => true,
            '.' => rest.peek().is_none_or(|next| next.is_whitespace()) && gap.len() > 1,
            '\n' => rest.peek() == Some(&'\n'),
            _ => false,
        };
        if is_end {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folds(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_folded_and_keep_their_place() {
        let text = "L’École: «Œuvre», ЁЛКА, e\u{301}te\u{301}!";
        assert_eq!(folds(text), ["l", "ecole", "oeuvre", "елка", "ete"]);
        let found: Vec<&str> = words(text).iter().map(|w| &text[w.range.clone()]).collect();
        assert_eq!(found, ["L", "École", "Œuvre", "ЁЛКА", "e\u{301}te\u{301}"]);
    }

    #[test]
    fn invisible_characters_do_not_divide_a_word() {
        assert_eq!(
            folds("cease\u{200b}fire now\u{ad}here"),
            ["ceasefire", "nowhere"]
        );
    }

    #[test]
    fn chinese_is_divided_into_characters_and_arabic_is_without_vowel_signs() {
        assert_eq!(folds("停火17时"), ["停", "火", "17", "时"]);
        assert_eq!(folds("وَقْف إطلاق ١٧"), ["وقف", "اطلاق", "17"]);
    }

    #[test]
    fn a_full_stop_ends_a_sentence_and_a_decimal_point_does_not() {
        assert!(!is_one_sentence(". "));
        assert!(is_one_sentence(".") && is_one_sentence(", (") && is_one_sentence("\n"));
        assert!(!is_joined(", ") && is_joined("-") && is_joined("’"));
    }
}
