//! What was given for a form: a file, then `--set`, which goes before it.

use std::collections::BTreeMap;
use std::path::Path;

use openline_desk::template::Template;
use serde_json::Value;

use super::super::read_text;
use crate::cli::FormArgs;
use crate::failure::Failure;

/// Values by key, and what may be published or is given in other languages.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) values: BTreeMap<String, String>,
    pub(super) releasable: BTreeMap<String, bool>,
    pub(super) languages: Vec<String>,
}

impl Given {
    pub(super) fn read(args: &FormArgs, template: &Template) -> Result<Self, Failure> {
        let mut given = Self {
            languages: args.labels.clone(),
            ..Self::default()
        };
        if let Some(path) = &args.file {
            given.take_file(path)?;
        }
        given.take_set(&args.set, template)?;
        for (keys, allowed) in [(&args.publish, true), (&args.withhold, false)] {
            for key in keys {
                given.releasable.insert(key.clone(), allowed);
            }
        }
        Ok(given)
    }

    fn take_file(&mut self, path: &Path) -> Result<(), Failure> {
        let text = read_text(path)?;
        let bad = |why: String| {
            Failure::unusable(
                format!("{}: {why}", path.display()),
                "give KEY = \"VALUE\" for each field, as TOML, or the same as JSON",
            )
        };
        for (key, value) in table(&text).map_err(bad)? {
            let (value, releasable) =
                field(value).map_err(|why| bad(format!("the field {key} {why}")))?;
            self.values.insert(key.clone(), value);
            if let Some(releasable) = releasable {
                self.releasable.insert(key, releasable);
            }
        }
        Ok(())
    }

    fn take_set(&mut self, set: &[String], template: &Template) -> Result<(), Failure> {
        let mut items: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for text in set {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                Failure::unusable(
                    format!("\"{text}\" does not name a field and its value"),
                    "give --set KEY=VALUE",
                )
            })?;
            items.entry(key.trim()).or_default().push(value);
        }
        for (key, values) in items {
            let is_list = template
                .field(key)
                .is_some_and(|field| field.kind.is_list());
            if values.len() > 1 && !is_list {
                return Err(Failure::unusable(
                    format!(
                        "the field {key} is set {} times, and is not a list",
                        values.len()
                    ),
                    "give it once",
                ));
            }
            self.values.insert(key.to_owned(), values.join("\n"));
        }
        Ok(())
    }
}

/// The file's fields: JSON if it begins with a brace, TOML otherwise.
fn table(text: &str) -> Result<serde_json::Map<String, Value>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let table: toml::Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    Ok(table
        .into_iter()
        .map(|(key, value)| (key, from_toml(value)))
        .collect())
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, from_toml(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// A field's value as text, and whether it may be published if the file says so.
fn field(value: Value) -> Result<(String, Option<bool>), String> {
    let Value::Object(mut parts) = value else {
        return plain(value).map(|text| (text, None));
    };
    if let (Some(from), Some(to), 2) = (parts.remove("from"), parts.remove("to"), parts.len() + 2) {
        return Ok((format!("{} to {}", plain(from)?, plain(to)?), None));
    }
    let releasable = match parts.remove("releasable") {
        None => None,
        Some(Value::Bool(is)) => Some(is),
        Some(_) => return Err("has a releasable that is not true or false".to_owned()),
    };
    match (parts.remove("value"), parts.is_empty()) {
        (Some(value), true) => Ok((field(value)?.0, releasable)),
        _ => Err("is a table: give { value, releasable } or { from, to }".to_owned()),
    }
}

fn plain(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(true) => Ok("yes".to_owned()),
        Value::Bool(false) => Ok("no".to_owned()),
        Value::Array(items) => {
            let items: Vec<String> = items.into_iter().map(plain).collect::<Result<_, _>>()?;
            Ok(items.join("\n"))
        }
        Value::Null => Ok(String::new()),
        Value::Object(_) => Err("has a table within a list".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Given, String> {
        let mut given = Given::default();
        for (key, value) in table(text)? {
            let (value, releasable) = field(value)?;
            given.values.insert(key.clone(), value);
            if let Some(releasable) = releasable {
                given.releasable.insert(key, releasable);
            }
        }
        Ok(given)
    }

    #[test]
    fn a_file_may_be_toml_or_json_and_says_the_same() {
        let toml = "a = \"x\"\nn = 3\nd = 2026-12-01\nt = 2026-12-01T04:00:00Z\nyes = true\nlist = [\"one\", \"two\"]\n\
                    w = { from = \"2026-12-01 04:00 UTC\", to = 2026-12-01T16:00:00Z }\nr = { value = [\"p\"], releasable = true }\n";
        let json = r#"{"a":"x","n":3,"d":"2026-12-01","t":"2026-12-01T04:00:00Z","yes":true,"list":["one","two"],
                      "w":{"from":"2026-12-01 04:00 UTC","to":"2026-12-01T16:00:00Z"},"r":{"value":["p"],"releasable":true}}"#;
        for text in [toml, json] {
            let given = read(text).expect(text);
            let value = |key: &str| given.values[key].as_str();
            assert_eq!((value("a"), value("n"), value("yes")), ("x", "3", "yes"));
            assert_eq!(
                (value("d"), value("t")),
                ("2026-12-01", "2026-12-01T04:00:00Z")
            );
            assert_eq!(value("list"), "one\ntwo");
            assert_eq!(value("w"), "2026-12-01 04:00 UTC to 2026-12-01T16:00:00Z");
            assert_eq!((value("r"), given.releasable["r"]), ("p", true));
            assert_eq!(given.releasable.len(), 1);
        }
    }

    #[test]
    fn what_is_no_value_is_named() {
        for (text, why) in [
            ("a = { b = 1 }", "is a table"),
            ("a = [{ b = 1 }]", "a table within a list"),
            ("a = { value = 1, releasable = 2 }", "not true or false"),
            ("a = { from = 1, to = 2, by = 3 }", "is a table"),
            ("a = ", "expected"),
            ("{", "EOF"),
        ] {
            let said = read(text).expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
