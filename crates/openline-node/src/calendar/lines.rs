//! Content lines (RFC 5545 section 3.1): escaped, folded, ended.

use jiff::Timestamp;

/// A calendar that is being written.
pub(crate) struct Lines(String);

impl Lines {
    /// Begins a calendar; `product` is the part of openline that writes it.
    pub(crate) fn calendar(product: &str) -> Self {
        let mut lines = Self(String::new());
        lines.put("BEGIN:VCALENDAR");
        lines.put("VERSION:2.0");
        lines.put(&format!("PRODID:-//openline//{product}//EN"));
        lines
    }

    /// Adds a line: at most 75 bytes each, never cut within a character.
    pub(crate) fn put(&mut self, line: &str) {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(c);
            length += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Ends the calendar.
    pub(crate) fn end(mut self) -> String {
        self.put("END:VCALENDAR");
        self.0
    }
}

/// A moment in UTC.
pub(crate) fn stamp(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text (RFC 5545 section 3.3.11).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A parameter's value in quotes (RFC 5545 section 3.2, with RFC 6868 for what can't stand there).
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '^' => out.push_str("^^"),
            '"' => out.push_str("^'"),
            '\n' => out.push_str("^n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
