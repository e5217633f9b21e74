//! What is printed: text for people, or one JSON document for programs.

use std::borrow::Cow;
use std::io::Write as _;

use serde::Serialize;

use crate::failure::Failure;

/// Prints results.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    is_json: bool,
}

impl Output {
    /// Text, or JSON.
    pub fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Whether JSON is wanted.
    pub fn is_json(self) -> bool {
        self.is_json
    }

    /// Whether what is printed is text on a person's terminal.
    pub fn is_rendered(self) -> bool {
        use std::io::IsTerminal as _;
        !self.is_json && std::io::stdout().is_terminal()
    }

    /// Prints a result: as JSON, or as the text that `text` makes of it. Ends the program if it can't be printed.
    pub fn print<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) {
        self.try_print(value, text)
            .unwrap_or_else(|error| unheard(&error));
    }

    /// The same for a program that goes on in any case.
    pub fn try_print<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> std::io::Result<()> {
        if self.is_json {
            put(&serde_json::to_string(value)?)
        } else {
            put(plain(text(value).trim_end()).as_ref())
        }
    }

    /// Prints a line for people only.
    pub fn say(self, line: &str) {
        if !self.is_json {
            put(line).unwrap_or_else(|error| unheard(&error));
        }
    }

    /// Prints a remark for people only, on standard error.
    pub fn note(self, text: &str) {
        if !self.is_json {
            complain(text);
        }
    }

    /// Prints bytes as they are.
    pub fn raw(self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .unwrap_or_else(|error| unheard(&error));
    }

    /// Prints a failure, on standard error.
    pub fn failure(self, failure: &Failure) {
        if self.is_json {
            let document = serde_json::json!({
                "error": { "code": failure.code, "title": failure.title, "next": failure.next }
            });
            complain(&document.to_string());
        } else {
            complain(&format!(
                "openline: {}\nnext: {}",
                failure.title, failure.next
            ));
        }
    }

    /// A progress bar on a terminal; nothing otherwise.
    pub fn progress(self, what: &'static str) -> indicatif::ProgressBar {
        use std::io::IsTerminal as _;
        if self.is_json || !std::io::stderr().is_terminal() {
            return indicatif::ProgressBar::hidden();
        }
        let style = indicatif::ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec}");
        let bar = indicatif::ProgressBar::new(0).with_message(what);
        bar.with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()))
    }
}

/// Text as a terminal may have it: whoever wrote it, nothing in it moves the cursor, rings, or turns the direction of writing.
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c == '\n' || c == '\t' || !is_command(c);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| {
        if is_plain(c) {
            c.to_string()
        } else {
            format!("<U+{:04X}>", u32::from(c))
        }
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Words of somebody else within a line of ours: in one line, so that no part of them looks like ours.
pub fn one_line(text: &str) -> String {
    let text = text
        .replace("\r\n", "\n")
        .replace(['\n', '\r', '\u{2028}', '\u{2029}'], " ⏎ ");
    plain(&text.replace('\t', " ")).into_owned()
}

/// Control characters, and those that turn the direction of writing.
fn is_command(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn put(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// On standard error; where nobody reads that, nothing is left to be said.
fn complain(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Ends the program when its words can't be printed. A reader that has read enough, such as `head`, is no failure.
fn unheard(error: &std::io::Error) -> ! {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    complain(&format!(
        "openline: standard output can't be written to: {error}\nnext: free some space, or give another place; what was asked for has been done"
    ));
    std::process::exit(2);
}

/// A time as people read it: UTC, and the local time if it differs, with the weekday.
pub fn time(ms: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(ms) else {
        return format!("{ms} ms");
    };
    let utc = at.strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string();
    let local = at.to_zoned_datetime(jiff::tz::TimeZone::system());
    if local.offset().seconds() == 0 {
        utc
    } else {
        format!("{utc} ({})", local.strftime("%a %H:%M %Z"))
    }
}

/// Lays out rows in columns; the first row is the heading.
pub fn table(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        rows.iter()
            .filter_map(|row| row.get(c))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(c, cell)| {
                if c + 1 == row.len() {
                    cell.clone()
                } else {
                    format!("{cell:<width$}", width = widths[c])
                }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_write_commands_no_terminal_and_forges_no_line() {
        assert_eq!(plain("two\nlines\tand a tab"), "two\nlines\tand a tab");
        assert_eq!(
            plain("\u{1b}[2J\u{202e}\u{7}"),
            "<U+001B>[2J<U+202E><U+0007>"
        );
        assert_eq!(
            one_line("a\nOPEN all is well\r\nb"),
            "a ⏎ OPEN all is well ⏎ b"
        );
        let rows = [vec!["a\nb".to_owned(), "c".to_owned()]];
        assert_eq!(table(&rows), "a ⏎ b  c\n");
    }
}
