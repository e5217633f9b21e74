//! Square brackets as negotiators type them (`spec/texts.md` section 6).
//!
//! `[A] [[B] / [C]]`: brackets nest, `/` inside a bracket parts alternatives, and `Alpha:` or `Alpha, Beta:` at the beginning of
//! one says who wants it. `(OPEN BRACKETS)` and `(CLOSE BRACKETS)`, as teletypes have it, are read too. A backslash before any
//! punctuation mark takes it as it is.

use openline_core::PartyIndex;
use openline_core::limits::BRACKET_DEPTH_MAX;
use openline_core::text::{Alternative, Piece};

/// Why something typed is no paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotationError {
    /// Nothing stands there.
    #[error("a paragraph has no words")]
    Empty,
    /// A bracket is closed that was not opened.
    #[error(
        "a bracket is closed that was not opened, after {0} characters; write \\] for the mark itself"
    )]
    NotOpened(usize),
    /// A bracket is opened and not closed.
    #[error("{0} brackets are not closed; write \\[ for the mark itself")]
    NotClosed(usize),
    /// Nested too deep.
    #[error("brackets are nested deeper than {BRACKET_DEPTH_MAX}, after {0} characters")]
    TooDeep(usize),
    /// A control character.
    #[error("there is a control character after {0} characters; take it out")]
    Control(usize),
}

/// Reads a paragraph. `names` are the parties' names by index; `#0` stands for a party too.
///
/// # Errors
/// What is wrong, and where.
pub fn parse(text: &str, names: &[String]) -> Result<Vec<Piece>, NotationError> {
    let text = plain_marks(text);
    let mut reading = Reading::default();
    let (mut at, mut place) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        at = next;
        place += 1;
        match c {
            '\\' => {
                let escaped = text[next..].chars().next();
                match escaped.filter(char::is_ascii_punctuation) {
                    Some(mark) => {
                        reading.words.push(mark);
                        at += 1;
                    }
                    None => reading.words.push('\\'),
                }
            }
            '[' if reading.open.len() == BRACKET_DEPTH_MAX => {
                return Err(NotationError::TooDeep(place - 1));
            }
            '[' => {
                reading.flush(false);
                reading.open.push(Vec::new());
                at += reading.begin(&text[next..], names);
            }
            '/' if !reading.open.is_empty() => {
                reading.flush(true);
                at += reading.begin(&text[next..], names);
            }
            ']' => {
                reading.flush(true);
                let bracket = reading
                    .open
                    .pop()
                    .ok_or(NotationError::NotOpened(place - 1))?;
                reading.here().push(Piece::Bracket(bracket));
            }
            c if c.is_whitespace() => reading.words.push(' '),
            c if c.is_control() => return Err(NotationError::Control(place - 1)),
            c => reading.words.push(c),
        }
    }
    reading.flush(true);
    match (reading.open.len(), reading.top.is_empty()) {
        (0, false) => Ok(reading.top),
        (0, true) => Err(NotationError::Empty),
        (open, _) => Err(NotationError::NotClosed(open)),
    }
}

#[derive(Default)]
struct Reading {
    top: Vec<Piece>,
    open: Vec<Vec<Alternative>>,
    words: String,
}

impl Reading {
    fn here(&mut self) -> &mut Vec<Piece> {
        match self.open.last_mut().and_then(|bracket| bracket.last_mut()) {
            Some(alternative) => &mut alternative.pieces,
            None => &mut self.top,
        }
    }

    /// Puts the words read so far where they belong: without spaces at the beginning, and at the end where `is_end`.
    fn flush(&mut self, is_end: bool) {
        let mut words = String::new();
        for c in self.words.drain(..) {
            if c != ' ' || !words.ends_with(' ') {
                words.push(c);
            }
        }
        let is_begin = self.here().is_empty();
        let words = if is_begin { words.trim_start() } else { &words };
        let words = if is_end { words.trim_end() } else { words };
        if !words.is_empty() {
            let words = words.to_owned();
            self.here().push(Piece::Words(words));
        }
    }

    /// Begins an alternative; returns how many bytes say who wants it.
    fn begin(&mut self, rest: &str, names: &[String]) -> usize {
        let (wanted_by, len) = attribution(rest, names).unwrap_or_default();
        if let Some(bracket) = self.open.last_mut() {
            bracket.push(Alternative {
                wanted_by,
                pieces: Vec::new(),
            });
        }
        len
    }
}

/// Who wants what follows, and how many bytes say so.
fn attribution(rest: &str, names: &[String]) -> Option<(Vec<PartyIndex>, usize)> {
    let end = rest.find([':', '[', ']', '/', '\\'])?;
    if !rest[end..].starts_with(':') {
        return None;
    }
    let party = |name: &str| {
        let name = name.trim();
        let is_it = |(at, known): (usize, &String)| {
            known.eq_ignore_ascii_case(name) || format!("#{at}") == name
        };
        let at = names.iter().enumerate().position(is_it)?;
        PartyIndex::from_usize(at)
    };
    let mut wanted = rest[..end]
        .split(',')
        .map(party)
        .collect::<Option<Vec<_>>>()?;
    wanted.sort_unstable();
    wanted.dedup();
    Some((wanted, end + 1))
}

/// The words of teletypes as square brackets.
fn plain_marks(text: &str) -> String {
    let marks = [
        ("(OPEN BRACKETS)", "["),
        ("(CLOSE BRACKETS)", "]"),
        ("(OPEN BRACKET)", "["),
        ("(CLOSE BRACKET)", "]"),
    ];
    // Upper case in ASCII moves no byte.
    let upper = text.to_ascii_uppercase();
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let mark = marks
            .iter()
            .find(|(words, _)| upper[at..].starts_with(words));
        if let Some((words, mark)) = mark {
            plain.push_str(mark);
            at += words.len();
        } else {
            plain.push(c);
            at += c.len_utf8();
        }
    }
    plain
}

/// Writes a paragraph, so that [`parse`] reads the same again.
#[must_use]
pub fn write(pieces: &[Piece], names: &[String]) -> String {
    let mut text = String::new();
    write_pieces(&mut text, pieces, names, false);
    text
}

fn write_pieces(text: &mut String, pieces: &[Piece], names: &[String], is_inside: bool) {
    for piece in pieces {
        match piece {
            Piece::Words(words) => write_words(text, words, is_inside),
            Piece::Bracket(alternatives) => {
                let written: Vec<String> = alternatives
                    .iter()
                    .map(|alternative| write_alternative(alternative, names))
                    .collect();
                text.push('[');
                text.push_str(&written.join(" / "));
                text.push(']');
            }
        }
    }
}

fn write_words(text: &mut String, words: &str, is_inside: bool) {
    for c in words.chars() {
        if matches!(c, '[' | ']' | '\\') || (is_inside && c == '/') {
            text.push('\\');
        }
        text.push(c);
    }
}

fn write_alternative(alternative: &Alternative, names: &[String]) -> String {
    let mut text = String::new();
    write_pieces(&mut text, &alternative.pieces, names, true);
    let wanted: Vec<String> = alternative
        .wanted_by
        .iter()
        .map(|party| name_of(*party, names))
        .collect();
    match (wanted.is_empty(), text.is_empty()) {
        (true, _) if attribution(&text, names).is_some() => text.replacen(':', "\\:", 1),
        (true, _) => text,
        (false, true) => format!("{}:", wanted.join(", ")),
        (false, false) => format!("{}: {text}", wanted.join(", ")),
    }
}

/// A party's name, or its number where the name would not be read as one.
fn name_of(party: PartyIndex, names: &[String]) -> String {
    let name = names.get(party.at()).filter(|name| {
        let is_one = names
            .iter()
            .filter(|other| other.eq_ignore_ascii_case(name));
        !name.contains([':', '[', ']', '/', '\\', ',', '#', '(']) && is_one.count() == 1
    });
    name.cloned().unwrap_or_else(|| format!("#{}", party.at()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        vec!["Alpha".to_owned(), "Beta".to_owned()]
    }

    fn words(text: &str) -> Piece {
        Piece::Words(text.to_owned())
    }

    fn alternative(wanted: &[u8], pieces: Vec<Piece>) -> Alternative {
        Alternative {
            wanted_by: wanted.iter().map(|party| PartyIndex(*party)).collect(),
            pieces,
        }
    }

    #[test]
    fn brackets_nest_and_part_alternatives() {
        let parsed = parse("[A] [[B] / [C]]", &names()).expect("sound");
        let one = |text| Piece::Bracket(vec![alternative(&[], vec![words(text)])]);
        let nested = Piece::Bracket(vec![
            alternative(&[], vec![one("B")]),
            alternative(&[], vec![one("C")]),
        ]);
        assert_eq!(parsed, [one("A"), words(" "), nested]);
    }

    #[test]
    fn alternatives_are_attributed() {
        let parsed = parse("They [Alpha: shall / beta, #0: should] meet.", &names());
        let bracket = Piece::Bracket(vec![
            alternative(&[0], vec![words("shall")]),
            alternative(&[0, 1], vec![words("should")]),
        ]);
        assert_eq!(
            parsed.expect("sound"),
            [words("They "), bracket, words(" meet.")]
        );
        let nobody = parse("[Note: this]", &names()).expect("sound");
        assert_eq!(
            nobody,
            [Piece::Bracket(vec![alternative(
                &[],
                vec![words("Note: this")]
            )])]
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "[A] [[B] / [C]]",
            "They [Alpha: shall / Alpha, Beta: should] meet [every 10\\/20 days].",
            "[Alpha:]",
            "[shall / ] meet",
            "a \\[sic\\] and/or b",
            "[Alpha\\: the first letter]",
            "[[[deep / deeper] still / ] enough]",
        ] {
            let once = parse(text, &names()).unwrap_or_else(|error| panic!("{text}: {error}"));
            let again = write(&once, &names());
            assert_eq!(parse(&again, &names()), Ok(once), "{text} → {again}");
        }
        assert_eq!(
            write(&parse("[ A/B  ]  c", &names()).expect("sound"), &names()),
            "[A / B] c"
        );
    }

    #[test]
    fn teletypes_spell_brackets_out() {
        let typed = "THE PARTIES (OPEN BRACKETS) SHALL / SHOULD (close brackets) MEET";
        let plain = "THE PARTIES [SHALL/SHOULD] MEET";
        assert_eq!(parse(typed, &names()), parse(plain, &names()));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text: &str| parse(text, &names()).expect_err(text);
        assert_eq!(error("  "), NotationError::Empty);
        assert_eq!(error("ab]"), NotationError::NotOpened(2));
        assert_eq!(error("[[a]"), NotationError::NotClosed(1));
        assert_eq!(error("[[[[[[[[["), NotationError::TooDeep(8));
        assert_eq!(error("é\u{7}"), NotationError::Control(1));
    }
}
