//! Reads the test vectors of the specification. Included by the tests of every crate that runs some of them.
#![allow(dead_code, unreachable_pub, clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

const FIELDS: [&str; 8] = [
    "name", "about", "type", "expect", "where", "context", "result", "input",
];

/// The folder of all vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors")
}

/// One vector.
pub struct Vector {
    pub name: String,
    pub kind: String,
    pub expect: String,
    pub place: Map<String, Value>,
    pub context: Map<String, Value>,
    pub result: Map<String, Value>,
    pub input: Vec<u8>,
}

impl Vector {
    /// Bytes in the context.
    pub fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.context.get(key).map(unpack)
    }

    /// A list of bytes in the context.
    pub fn list(&self, key: &str) -> Vec<Vec<u8>> {
        let values = self.context.get(key).and_then(Value::as_array);
        values
            .map(|values| values.iter().map(unpack).collect())
            .unwrap_or_default()
    }

    /// Numbers in the context.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.context.get(key).and_then(Value::as_u64)
    }
}

/// Every vector, in the order of file names.
pub fn all() -> Vec<Vector> {
    let mut paths: Vec<PathBuf> = entries(&folder())
        .filter(|path| path.is_dir())
        .flat_map(|dir| entries(&dir))
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(dir)
        .expect("a folder of vectors")
        .map(|entry| entry.expect("an entry").path())
}

fn read(path: &Path) -> Vector {
    let text = fs::read_to_string(path).expect("a vector");
    let value: Map<String, Value> =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    for key in value.keys() {
        assert!(
            FIELDS.contains(&key.as_str()),
            "{}: unknown field {key}",
            path.display()
        );
    }
    let text = |key: &str| value[key].as_str().expect("a text").to_owned();
    let map = |key: &str| {
        value.get(key).map_or_else(Map::new, |value| {
            value.as_object().expect("an object").clone()
        })
    };
    Vector {
        name: text("name"),
        kind: text("type"),
        expect: text("expect"),
        place: map("where"),
        context: map("context"),
        result: map("result"),
        input: unpack(&value["input"]),
    }
}

/// Bytes: base64, a list of parts, a shared file, one byte many times, or the base64 text of other bytes.
pub fn unpack(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => STANDARD.decode(text).expect("base64"),
        Value::Array(parts) => parts.iter().flat_map(unpack).collect(),
        Value::Object(part) => unpack_part(part),
        other => panic!("not bytes: {other}"),
    }
}

fn unpack_part(part: &Map<String, Value>) -> Vec<u8> {
    if let Some(file) = part.get("file") {
        return fs::read(folder().join(file.as_str().expect("a name"))).expect("a shared file");
    }
    if let Some(inner) = part.get("base64") {
        return STANDARD.encode(unpack(inner)).into_bytes();
    }
    let times = part["times"]
        .as_u64()
        .and_then(|times| usize::try_from(times).ok())
        .expect("a number");
    vec![
        part["byte"]
            .as_u64()
            .and_then(|byte| u8::try_from(byte).ok())
            .expect("a byte");
        times
    ]
}

/// What a vector's subject did: the values it gave, or the rule it refused by and the place.
pub enum Outcome {
    Ok(Value),
    Refused(String, Value),
}

/// What is wrong with an outcome, if anything.
pub fn disagreement(vector: &Vector, outcome: &Outcome) -> Option<String> {
    let (got, values, place) = match outcome {
        Outcome::Ok(values) => ("ok", values, &Value::Null),
        Outcome::Refused(rule, place) => (rule.as_str(), &Value::Null, place),
    };
    if got != vector.expect {
        return Some(format!(
            "{}: expected {}, got {got} at {place}",
            vector.name, vector.expect
        ));
    }
    let wrong = |found: &Value, (key, expected): (&String, &Value)| {
        (found.get(key) != Some(expected)).then(|| {
            format!(
                "{}: {key}: expected {expected}, got {:?}",
                vector.name,
                found.get(key)
            )
        })
    };
    let in_result = vector.result.iter().find_map(|pair| wrong(values, pair));
    in_result.or_else(|| vector.place.iter().find_map(|pair| wrong(place, pair)))
}
