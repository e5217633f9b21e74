//! Parts of a message that are printed alike wherever it is shown: before it is released and after.

use openline_node::view::{FieldView, TextView};

use crate::output::table;

/// A line above what is not real; nothing above what is.
pub(super) fn banner(message_type: &str) -> String {
    if message_type == "real" {
        return String::new();
    }
    let banner = format!("*** {} ", message_type.to_uppercase()).repeat(3);
    format!("{banner}***\n")
}

/// The texts, the authoritative one first.
pub(super) fn texts_text(texts: &[TextView]) -> String {
    let statuses =
        std::iter::once("authoritative").chain(std::iter::repeat("courtesy translation"));
    texts
        .iter()
        .zip(statuses)
        .map(|(text, status)| format!("\n[{}, {status}]\n{}\n", text.language, quoted(&text.text)))
        .collect()
}

/// Each line of a text behind a bar: none of it looks like a line of ours.
fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("| {line}")).collect();
    lines.join("\n")
}

/// The facts typed in one by one.
pub(super) fn fields_text(fields: &[FieldView]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = fields
        .iter()
        .map(|field| {
            let mark = if field.is_critical { "critical" } else { "" };
            vec![
                format!("  {}", field.name),
                field.value.clone(),
                mark.to_owned(),
            ]
        })
        .collect();
    format!("\nFields\n{}", table(&rows))
}
