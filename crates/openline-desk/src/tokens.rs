//! Words of a text as they are compared: without case and punctuation, a character each where a script sets no spaces.

use unicode_script::{Script, UnicodeScript as _};

/// A word or character, in lower case, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it is one character of a script without spaces.
    pub(crate) is_character: bool,
}

/// The tokens of a text, in their order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    for (start, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        let (end, is_character) = (start + c.len_utf8(), is_unspaced(c));
        match found.last_mut() {
            Some(last) if last.end == start && !last.is_character && !is_character => {
                last.text.extend(c.to_lowercase());
                last.end = end;
            }
            _ => found.push(Token {
                text: c.to_lowercase().collect(),
                start,
                end,
                is_character,
            }),
        }
    }
    found
}

fn is_unspaced(c: char) -> bool {
    matches!(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters_are_told_apart() {
        let texts: Vec<_> = tokens("At 06:00 UTC, 双方 Met.")
            .into_iter()
            .map(|token| token.text)
            .collect();
        assert_eq!(texts, ["at", "06", "00", "utc", "双", "方", "met"]);
    }
}
