//! The text of a filled form: the template's sentences, and a line for each field.

use std::collections::BTreeMap;

use super::fill::Read;
use super::kind::Value;
use super::moment::{date_text, time_text, weekday};
use super::{Template, TemplateField};

/// The text in the template's own language, or with labels in another.
///
/// Values are the same in every language: they are what is read back.
pub(super) fn render(
    template: &Template,
    read: &Read<'_>,
    labels: Option<&BTreeMap<String, String>>,
) -> String {
    let word = |key: &str, own: &str| -> String {
        let other = labels.and_then(|labels| labels.get(key));
        other.map_or_else(|| own.to_owned(), Clone::clone)
    };
    let has_days = labels.is_none() && template.language.starts_with("en");
    let mut text = format!(
        "{}\n\n{}\n\n",
        word("title", &template.title),
        word("opening", &template.opening).trim()
    );
    for (field, value) in read {
        let label = word(&field.key, &field.label);
        text.push_str(&line(field, &label, value, has_days));
        text.push('\n');
    }
    if let Some(closing) = &template.closing {
        text.push_str(&format!("\n{}\n", word("closing", closing).trim()));
    }
    text.push_str(&format!(
        "\n{}\n[{}]\n",
        word("claim", &template.claim).trim(),
        template.name()
    ));
    text
}

fn line(field: &TemplateField, label: &str, value: &Value, has_days: bool) -> String {
    if has_days && field.kind.has_day() {
        return format!("{label}: {}", with_days(value));
    }
    match value {
        Value::Lines(items) => listed(label, items.iter().map(String::as_str)),
        Value::Polygon(corners) => {
            let corners: Vec<String> = corners.iter().map(ToString::to_string).collect();
            listed(label, corners.iter().map(String::as_str))
        }
        Value::Words(words) if words.contains('\n') => {
            format!("{label}:\n  {}", words.replace('\n', "\n  "))
        }
        Value::Words(_)
        | Value::Number(_)
        | Value::Quantity(_)
        | Value::Time(_)
        | Value::Window(..)
        | Value::Date(_)
        | Value::Position(_)
        | Value::Circle(_) => format!("{label}: {}", value.text()),
    }
}

fn listed<'a>(label: &str, items: impl Iterator<Item = &'a str>) -> String {
    items.fold(format!("{label}:"), |text, item| {
        format!("{text}\n  - {item}")
    })
}

/// Times with the day of the week, which nobody mistakes for another.
fn with_days(value: &Value) -> String {
    let time = |ms: i64| format!("{}, {}", weekday(ms), time_text(ms));
    match value {
        Value::Time(ms) => time(*ms),
        Value::Window(from, to) => format!("{} to {}", time(*from), time(*to)),
        Value::Date(ms) => format!("{}, {}", weekday(*ms), date_text(*ms)),
        Value::Words(_)
        | Value::Lines(_)
        | Value::Number(_)
        | Value::Quantity(_)
        | Value::Position(_)
        | Value::Polygon(_)
        | Value::Circle(_) => value.text(),
    }
}
