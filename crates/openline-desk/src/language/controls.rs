//! Characters that show nothing and change what is seen: bidirectional controls above all, which can turn a sentence round.

use unicode_script::{Script, UnicodeScript as _};

use super::{Findings, Passage, WarningKind};

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    let mut before = None;
    let mut chars = passage.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, c)| *c);
        if let Some(name) = name(c).filter(|_| !joins(c, before, after)) {
            let range = at..at + c.len_utf8();
            findings.add(passage, WarningKind::Control, range, |_| sentence(c, name));
        }
        before = Some(c);
    }
}

fn sentence(c: char, name: &str) -> String {
    let what = if is_bidirectional(c) {
        "which can make the text read in another order than it is stored"
    } else {
        "which shows nothing here"
    };
    format!(
        "there is a {name} (U+{:04X}), {what}: delete it, and type the words around it again",
        u32::from(c)
    )
}

fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What an invisible character is called, if it is one. Tabs and ends of lines are not.
fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{202a}' => "left-to-right embedding",
        '\u{202b}' => "right-to-left embedding",
        '\u{202c}' => "pop directional formatting",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{61c}' => "Arabic letter mark",
        '\u{ad}' => "soft hyphen",
        '\u{34f}' => "combining grapheme joiner",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{17b4}' | '\u{17b5}' => "Khmer inherent vowel",
        '\u{180b}'..='\u{180f}' => "Mongolian format control",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{2065}' | '\u{206a}'..='\u{206f}' => "deprecated format control",
        '\u{feff}' => "byte order mark",
        '\u{fff9}'..='\u{fffb}' => "interlinear annotation control",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\t' | '\n' | '\r' => return None,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "control character",
        _ => return None,
    })
}

/// Joiners have their place between letters of scripts that join them, such as Persian and Hindi.
fn joins(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_joined = |c: char| {
        matches!(
            c.script(),
            Script::Arabic
                | Script::Syriac
                | Script::Devanagari
                | Script::Bengali
                | Script::Gujarati
                | Script::Gurmukhi
                | Script::Kannada
                | Script::Malayalam
                | Script::Oriya
                | Script::Sinhala
                | Script::Tamil
                | Script::Telugu
                | Script::Mongolian
        )
    };
    matches!(c, '\u{200c}' | '\u{200d}')
        && before.is_some_and(is_joined)
        && after.is_some_and(is_joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Part;

    fn found(text: &str) -> Vec<String> {
        let passage = Passage::new(Part::Text(0), "en", text);
        let mut findings = Findings::default();
        check(&passage, &mut findings);
        let sentence = |warning: super::super::Warning| warning.sentence;
        findings.in_order().into_iter().map(sentence).collect()
    }

    #[test]
    fn bidirectional_controls_and_invisible_characters_are_named_with_their_code() {
        let found = found("pay \u{202e}001\u{202c} now\u{200b}, no\u{ad}w\u{7}\u{feff}");
        let names = [
            "right-to-left override (U+202E)",
            "pop directional formatting (U+202C)",
            "zero width space (U+200B)",
            "soft hyphen (U+00AD)",
            "control character (U+0007)",
            "byte order mark (U+FEFF)",
        ];
        assert_eq!(found.len(), names.len());
        for (sentence, name) in found.iter().zip(names) {
            assert!(sentence.contains(name), "{sentence}");
        }
        assert!(found[0].contains("in another order") && !found[2].contains("in another order"));
    }

    #[test]
    fn ordinary_text_has_none_and_persian_keeps_its_joiners() {
        assert_eq!(found("One line.\r\n\tAnother: ok."), Vec::<String>::new());
        assert_eq!(found("می\u{200c}خواهم"), Vec::<String>::new());
        assert_eq!(found("a\u{200c}b").len(), 1);
        assert_eq!(found("مرحبا بكم، 停火 огонь"), Vec::<String>::new());
    }
}
