//! The forms of JSON output: which keys each command's document has, kept on file.
//!
//! Run with `OPENLINE_REWRITE=1` to write the files anew, and look at the change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

/// By command: the paths of all keys of its document.
#[derive(Default)]
pub struct Shapes(BTreeMap<String, BTreeSet<String>>);

impl Shapes {
    pub fn add(&mut self, command: &str, document: &Value) {
        let mut paths = BTreeSet::new();
        note(document, "", &mut paths);
        assert!(!paths.is_empty(), "{command} printed {document}");
        self.0.insert(command.to_owned(), paths);
    }

    /// Compares with the file `golden/shapes/NAME.json`.
    pub fn check(self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/shapes");
        let path = folder.join(format!("{name}.json"));
        let now = format!("{}\n", serde_json::to_string_pretty(&self.0).expect("JSON"));
        if std::env::var_os("OPENLINE_REWRITE").is_some() {
            std::fs::write(&path, &now).expect("written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            kept, now,
            "the JSON forms have changed: look at the change, then run with OPENLINE_REWRITE=1"
        );
    }
}

fn note(value: &Value, path: &str, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                paths.insert(path.clone());
                // What a phrase is about depends on which phrase it is.
                if key != "args" {
                    note(value, &path, paths);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                note(item, &format!("{path}[]"), paths);
            }
        }
        _ => {}
    }
}
