//! What is printed: text for people, or one JSON document for programs.

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

    /// Prints a result: as JSON, or as the text that `text` makes of it.
    pub fn print<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) {
        if self.is_json {
            println!("{}", serde_json::to_string(value).unwrap_or_default());
        } else {
            println!("{}", text(value).trim_end());
        }
    }

    /// Prints a line for people only.
    pub fn say(self, line: &str) {
        if !self.is_json {
            println!("{line}");
        }
    }

    /// Prints a failure, on standard error.
    pub fn failure(self, failure: &Failure) {
        if self.is_json {
            let document = serde_json::json!({
                "error": { "code": failure.code, "title": failure.title, "next": failure.next }
            });
            eprintln!("{document}");
        } else {
            eprintln!("openline: {}\nnext: {}", failure.title, failure.next);
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
