//! Warnings as people read them: the sentence, the line that it is about, and a mark below the words.
//!
//! A text comes from outside as often as not, so what a terminal would obey or not show is written out, such as `<U+202E>`.

use openline_node::view::{LanguageRequest, WarningView};

/// Columns of a line that are shown; a longer one is cut around the words.
const COLUMNS: usize = 100;
/// Columns that are kept before the words where a line is cut.
const BEFORE: usize = 40;

/// All warnings about a draft.
pub(super) fn render(warnings: &[WarningView], request: &LanguageRequest) -> String {
    let mut text = String::new();
    for warning in warnings {
        let whole = match warning.text {
            Some(number) => request.texts.get(number).map(|text| text.text.as_str()),
            None => request.subject.as_deref(),
        };
        text.push_str(&one(warning, whole.unwrap_or_default()));
    }
    text
}

fn one(warning: &WarningView, whole: &str) -> String {
    let number = whole
        .get(..warning.start)
        .map_or(1, |before| before.matches('\n').count() + 1);
    let place = match warning.text {
        None => "subject".to_owned(),
        Some(_) => format!("{} line {number}", warning.language),
    };
    let sentence = shown(&warning.sentence);
    let mut text = format!("note: {place}: {sentence} [{}]\n", warning.kind);
    if let Some((line, mark)) = marked(whole, warning.start, warning.end) {
        text.push_str(&format!("  {line}\n  {mark}\n"));
    }
    text
}

/// The line in which a range begins, and marks below it; none where the range is empty.
fn marked(whole: &str, start: usize, end: usize) -> Option<(String, String)> {
    let (before, range) = (whole.get(..start)?, whole.get(start..end)?);
    if range.is_empty() {
        return None;
    }
    let range = range.split(['\n', '\r']).next().unwrap_or_default();
    let head = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let tail = whole[start + range.len()..]
        .split(['\n', '\r'])
        .next()
        .unwrap_or_default();
    let head = last_columns(&shown(head));
    let words = first_columns(&shown(range), COLUMNS - BEFORE);
    let tail = first_columns(
        &shown(tail),
        COLUMNS.saturating_sub(width(&head) + width(&words)),
    );
    let mark = format!(
        "{}{}",
        " ".repeat(width(&head)),
        "^".repeat(width(&words).max(1))
    );
    Some((format!("{head}{words}{tail}"), mark))
}

fn last_columns(text: &str) -> String {
    if width(text) <= BEFORE {
        return text.to_owned();
    }
    let mut kept = 0;
    let fits = |c: &char| {
        kept += columns(*c);
        kept < BEFORE
    };
    let kept: Vec<char> = text.chars().rev().take_while(fits).collect();
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

fn first_columns(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut kept = 0;
    let fits = |c: &char| {
        kept += columns(*c);
        kept < most
    };
    text.chars()
        .take_while(fits)
        .chain(std::iter::once('…'))
        .collect()
}

/// A text in which everything can be seen.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '\t' => shown.push(' '),
            c if is_hidden(c) => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Columns that a terminal gives a character: none to marks above and below letters, two to those of East Asia.
fn columns(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use openline_node::view::TextView;

    use super::*;

    fn rendered(text: &str, words: &str) -> String {
        let start = text.find(words).expect("the words are there");
        let warning = WarningView {
            kind: "idiom".to_owned(),
            text: Some(0),
            language: "en".to_owned(),
            start,
            end: start + words.len(),
            words: words.to_owned(),
            sentence: format!("“{words}” is not plain"),
        };
        let request = LanguageRequest {
            subject: None,
            texts: vec![TextView {
                language: "en".to_owned(),
                text: text.to_owned(),
            }],
            form: "message".to_owned(),
            precedence: "routine".to_owned(),
        };
        render(&[warning], &request)
    }

    #[test]
    fn the_words_are_marked_in_their_line() {
        let expected = "note: en line 2: “odd words” is not plain [idiom]\n  Some odd words.\n       ^^^^^^^^^\n";
        assert_eq!(
            rendered("First.\nSome odd words.\nLast.", "odd words"),
            expected
        );
    }

    #[test]
    fn wide_characters_take_two_columns_and_hidden_ones_are_written_out() {
        assert!(rendered("不要玩火。", "玩火").ends_with("\n  不要玩火。\n      ^^^^\n"));
        let text = rendered("pay \u{202e}now\u{1b}[2J", "\u{202e}");
        assert!(
            text.contains("  pay <U+202E>now<U+001B>[2J\n      ^^^^^^^^\n"),
            "{text}"
        );
        assert!(!text.contains(['\u{202e}', '\u{1b}']));
    }

    #[test]
    fn a_long_line_is_cut_around_the_words() {
        let text = format!("{}odd words{}", "before ".repeat(40), " after".repeat(40));
        let rendered = rendered(&text, "odd words");
        let lines: Vec<&str> = rendered.lines().collect();
        assert!(lines[1].chars().count() <= COLUMNS + 2, "{}", lines[1]);
        assert!(
            lines[1].contains("odd words")
                && lines[1].starts_with("  …")
                && lines[1].ends_with('…')
        );
        let at = lines[1].chars().position(|c| c == 'd').expect("d of odd");
        assert_eq!(lines[2].chars().position(|c| c == '^'), Some(at - 1));
    }

    #[test]
    fn words_over_several_lines_are_marked_in_the_first() {
        let text = "One two\nthree four";
        assert!(rendered(text, "two\nthree").ends_with("  One two\n      ^^^\n"));
    }
}
