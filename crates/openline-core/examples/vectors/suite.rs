//! Collects vectors and writes one JSON file for each.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A vector.
pub(crate) struct Vector {
    group: &'static str,
    name: String,
    about: String,
    kind: &'static str,
    input: Value,
    context: Option<Value>,
    expect: String,
    result: Option<Value>,
    place: Option<Value>,
}

impl Vector {
    pub(crate) fn context(mut self, context: Value) -> Self {
        self.context = Some(context);
        self
    }

    /// Must be accepted, with these values.
    pub(crate) fn ok(mut self, result: Value) -> Self {
        self.expect = "ok".to_owned();
        self.result = Some(result).filter(|result| *result != json!({}));
        self
    }

    /// Must be refused by this rule.
    pub(crate) fn by(mut self, rule: &str) -> Self {
        self.expect = rule.to_owned();
        self
    }

    /// And this entry be named.
    pub(crate) fn at(mut self, (party, index): (u64, u64)) -> Self {
        self.place = Some(json!({"party": party, "index": index}));
        self
    }

    /// And this be so, whatever it is.
    pub(crate) fn with(mut self, place: Value) -> Self {
        self.place = Some(place);
        self
    }

    pub(crate) fn at_note(mut self, position: usize) -> Self {
        self.place = Some(json!({"note": position}));
        self
    }

    pub(crate) fn at_fork(mut self, position: usize) -> Self {
        self.place = Some(json!({"fork": position}));
        self
    }
}

/// All vectors, and the files that they share.
pub(crate) struct Suite {
    dir: PathBuf,
    files: Vec<(String, Vec<u8>)>,
    vectors: BTreeMap<String, Vector>,
}

impl Suite {
    /// Clears the folder of vectors written before.
    pub(crate) fn begin(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(dir.join("files"))?;
        for group in fs::read_dir(&dir)?
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
        {
            for file in fs::read_dir(group.path())? {
                fs::remove_file(file?.path())?;
            }
        }
        Ok(Self {
            dir,
            files: Vec::new(),
            vectors: BTreeMap::new(),
        })
    }

    /// Puts bytes that many vectors hold into a file of their own.
    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) {
        self.files.push((name.to_owned(), bytes.to_vec()));
    }

    /// Bytes as the vectors write them: base64, or a list of parts in which shared files and long runs of one byte stand
    /// for what they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Value {
        let mut parts = Vec::new();
        let mut rest = bytes;
        while let Some((at, name, len)) = self.first_file(rest) {
            literal(&rest[..at], &mut parts);
            parts.push(json!({"file": name}));
            rest = &rest[at + len..];
        }
        literal(rest, &mut parts);
        match parts.len() {
            0 => json!(""),
            1 if parts[0].is_string() => parts.remove(0),
            _ => Value::Array(parts),
        }
    }

    fn first_file(&self, bytes: &[u8]) -> Option<(usize, &str, usize)> {
        let found = |(name, file): &'_ (String, Vec<u8>)| {
            let at = bytes
                .windows(file.len())
                .position(|window| window == file)?;
            Some((at, name.clone(), file.len()))
        };
        let first = self
            .files
            .iter()
            .filter_map(found)
            .min_by_key(|(at, _, len)| (*at, usize::MAX - *len))?;
        let name = self
            .files
            .iter()
            .find(|(name, _)| *name == first.1)
            .map(|(name, _)| name.as_str())?;
        Some((first.0, name, first.2))
    }

    /// A vector of which what is expected is still to be said; [`Suite::add`] takes it.
    pub(crate) fn vector(
        &self,
        group: &'static str,
        name: &str,
        kind: &'static str,
        input: &[u8],
        about: &str,
    ) -> Vector {
        Vector {
            group,
            name: name.to_owned(),
            about: about.to_owned(),
            kind,
            input: self.bytes(input),
            context: None,
            expect: String::new(),
            result: None,
            place: None,
        }
    }

    /// As [`Suite::vector`], with the input already in parts.
    pub(crate) fn vector_of(
        &self,
        group: &'static str,
        name: &str,
        kind: &'static str,
        input: Value,
        about: &str,
    ) -> Vector {
        Vector {
            input,
            ..self.vector(group, name, kind, &[], about)
        }
    }

    pub(crate) fn add(&mut self, vector: Vector) {
        assert!(
            !vector.expect.is_empty(),
            "{}: nothing is expected",
            vector.name
        );
        let path = format!("{}/{}.json", vector.group, vector.name);
        assert!(
            self.vectors.insert(path.clone(), vector).is_none(),
            "{path} twice"
        );
    }

    /// Writes everything; returns how many vectors there are.
    pub(crate) fn end(self) -> io::Result<usize> {
        for (name, bytes) in &self.files {
            fs::write(self.dir.join(name), bytes)?;
        }
        for (path, vector) in &self.vectors {
            let path = self.dir.join(path);
            fs::create_dir_all(path.parent().expect("a group"))?;
            fs::write(path, print(vector))?;
        }
        Ok(self.vectors.len())
    }
}

/// Shortest run of one byte that is written as such.
const RUN_MIN: usize = 256;

fn literal(bytes: &[u8], parts: &mut Vec<Value>) {
    let mut start = 0;
    let mut at = 0;
    for run in bytes.chunk_by(|one, next| one == next) {
        if run.len() >= RUN_MIN {
            if at > start {
                parts.push(json!(STANDARD.encode(&bytes[start..at])));
            }
            parts.push(json!({"byte": run[0], "times": run.len()}));
            start = at + run.len();
        }
        at += run.len();
    }
    if start < bytes.len() {
        parts.push(json!(STANDARD.encode(&bytes[start..])));
    }
}

fn print(vector: &Vector) -> String {
    let mut text = String::from("{\n");
    let fields = [
        (
            "name",
            Some(json!(format!("{}/{}", vector.group, vector.name))),
        ),
        ("about", Some(json!(vector.about))),
        ("type", Some(json!(vector.kind))),
        ("expect", Some(json!(vector.expect))),
        ("where", vector.place.clone()),
        ("context", vector.context.clone()),
        ("result", vector.result.clone()),
        ("input", Some(vector.input.clone())),
    ];
    let fields: Vec<_> = fields
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
    for (at, (key, value)) in fields.iter().enumerate() {
        let comma = if at + 1 < fields.len() { "," } else { "" };
        writeln!(text, "  {}: {}{comma}", json!(key), one_line(value)).expect("a string");
    }
    text + "}\n"
}

/// JSON in one line, with the keys of objects in order.
fn one_line(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let map: BTreeMap<_, _> = map.iter().collect();
            let pairs: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", json!(key), one_line(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(one_line).collect::<Vec<_>>().join(", ")
        ),
        other => other.to_string(),
    }
}
