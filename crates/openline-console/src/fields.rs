//! A form's fields, and the façade's request that they make.
//!
//! A field's name is a path through the request, with a kind: `texts/0/text`, `until_ms:time`, `classes:list`. An empty field is
//! left out. Numbers in a path are places in a list; places that nothing was given for are closed up.

use std::collections::BTreeMap;

use axum::RequestExt as _;
use axum::extract::{FromRequest, Multipart, RawForm, Request};
use axum::http::header::CONTENT_TYPE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::Console;
use crate::failure::{Failed, Failure};
use crate::times::{self, NoMoment};
use crate::visit::Visit;
use axum::response::{IntoResponse as _, Response};

/// Most fields of one form.
const FIELDS_MAX: usize = 2048;
/// Longest name of a field, bytes.
const NAME_MAX: usize = 256;
/// Most steps of a field's path. What a request is made of is walked step by step within itself: without a bound a form could be
/// deeper than any stack.
const STEPS_MAX: usize = 16;

/// A form that belongs to the session.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) visit: Visit,
    pub(crate) fields: Fields,
}

/// The fields of a form, in their order, without the session's mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value under a name, if it is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.0.iter();
        let found = all.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Removes a field and gives its value.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let value = self.get(name).map(str::to_owned);
        self.0.retain(|(known, _)| known != name);
        value
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Where to go afterwards: a path of the console, never another site.
    pub(crate) fn take_back(&mut self) -> String {
        let back = self.take("back").unwrap_or_default();
        // Browsers leave tabs and line ends out of an address.
        let is_plain = back.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        let is_local = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
        let is_local = is_local && is_plain;
        if is_local { back } else { "/".to_owned() }
    }

    /// The request that the fields make; times without a zone are read in `zone`.
    pub(crate) fn request(&self, zone: &TimeZone) -> Result<Value, Failure> {
        let mut root = Node::default();
        for (name, value) in self.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let (path, kind) = name.split_once(':').unwrap_or((name, "text"));
            if name.len() > NAME_MAX || path.split('/').count() > STEPS_MAX {
                let words = "a field's name has more parts than any form of this console";
                return Err(Failure::unusable(words.to_owned()));
            }
            root.put(path, read(name, kind, value, zone)?);
        }
        Ok(root.value())
    }
}

/// One value, by its kind.
fn read(name: &str, kind: &str, value: &str, zone: &TimeZone) -> Result<Value, Failure> {
    let items = |separators: &[char]| -> Value {
        let items = value.split(separators).map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(Value::from)
            .collect()
    };
    let wrong =
        |what: &str| Failure::unusable(format!("\"{value}\" in the field {name} is not {what}"));
    let moment = |zone| times::read_field(value, zone);
    let no_moment = |why| match why {
        NoMoment::Unreadable => wrong("a date and time such as 2026-03-01T09:00"),
        NoMoment::ClockChange => wrong(
            "one moment: clocks are changed then, and the clock shows it twice or never. Give a time before or after that",
        ),
    };
    Ok(match kind {
        "time" => moment(zone).map_err(no_moment)?.into(),
        "utc" => moment(&TimeZone::UTC).map_err(no_moment)?.into(),
        "number" => {
            let number: i64 = value.trim().parse().map_err(|_| wrong("a whole number"))?;
            number.into()
        }
        "yes" => Value::Bool(true),
        "list" => items(&[',', '\n']),
        "lines" => items(&['\n']),
        "json" => serde_json::from_str(value).map_err(|_| wrong("JSON"))?,
        // Browsers send line ends as CR LF; the record has LF.
        _ => Value::from(value.replace("\r\n", "\n")),
    })
}

/// A request in the making.
#[derive(Debug, Default)]
struct Node {
    value: Option<Value>,
    within: BTreeMap<Step, Node>,
}

/// A step of a path: a place in a list, or a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Place(u64),
    Name(String),
}

impl Node {
    fn put(&mut self, path: &str, value: Value) {
        let mut node = self;
        for part in path.split('/') {
            let step = part
                .parse()
                .map_or_else(|_| Step::Name(part.to_owned()), Step::Place);
            node = node.within.entry(step).or_default();
        }
        node.value = Some(match (node.value.take(), value) {
            // Boxes of one name that are ticked together.
            (Some(Value::Array(mut all)), Value::Array(more)) => {
                all.extend(more);
                Value::Array(all)
            }
            (_, value) => value,
        });
    }

    fn value(self) -> Value {
        if let Some(value) = self.value {
            return value;
        }
        let is_list = matches!(self.within.keys().next(), Some(Step::Place(_)));
        let parts = self.within.into_iter();
        if is_list {
            return parts.map(|(_, node)| node.value()).collect();
        }
        let name = |step| match step {
            Step::Name(name) => name,
            Step::Place(place) => place.to_string(),
        };
        let parts = parts.map(|(step, node)| (name(step), node.value()));
        Value::Object(parts.collect::<Map<String, Value>>())
    }
}

impl FromRequest<Console> for Form {
    type Rejection = Response;

    async fn from_request(mut request: Request, console: &Console) -> Result<Self, Response> {
        let visit: Visit = request.extract_parts_with_state(console).await?;
        let fail = |failure| Failed(Box::new(visit.clone()), failure).into_response();
        let mut fields = read_fields(request, console).await.map_err(&fail)?;
        let mark = fields.take("mark").unwrap_or_default();
        // The mark is no secret from who sends it; how long the comparison takes tells nothing that he could use.
        if mark != visit.mark {
            return Err(fail(Failure::unmarked()));
        }
        Ok(Self { visit, fields })
    }
}

/// The fields of a request's body, files as base64.
pub(crate) async fn read_fields(request: Request, console: &Console) -> Result<Fields, Failure> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let parts = Multipart::from_request(request, console).await;
        let parts = parts.map_err(|error| Failure::unusable(error.body_text()))?;
        return from_parts(parts)
            .await
            .map_err(|error| Failure::unusable(error.body_text()));
    }
    let RawForm(bytes) = RawForm::from_request(request, console)
        .await
        .map_err(|error| Failure::unusable(error.body_text()))?;
    let text = String::from_utf8_lossy(&bytes);
    let pairs = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(FIELDS_MAX);
    Ok(Fields(pairs.map(decode_pair).collect()))
}

async fn from_parts(
    mut parts: Multipart,
) -> Result<Fields, axum::extract::multipart::MultipartError> {
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await? {
        if fields.len() >= FIELDS_MAX {
            break;
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let media_type = part.content_type().map(str::to_owned);
        let bytes = part.bytes().await?;
        match file {
            None => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            // A file's name in the form says what becomes of it: its text, or its bytes with name and kind.
            Some(_) if name.ends_with("@text") => {
                let name = name.trim_end_matches("@text").to_owned();
                fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
            Some(file) => {
                fields.push((format!("{name}/name"), file));
                fields.push((
                    format!("{name}/media_type"),
                    media_type.unwrap_or_else(octets),
                ));
                fields.push((format!("{name}/base64"), STANDARD.encode(&bytes)));
            }
        }
    }
    Ok(Fields(fields))
}

fn octets() -> String {
    "application/octet-stream".to_owned()
}

fn decode_pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decode(name), decode(value))
}

/// The text of `application/x-www-form-urlencoded`.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Fields(pairs.iter().map(own).collect())
    }

    #[test]
    fn names_are_paths_through_the_request() {
        let request = fields(&[
            ("line", "abc"),
            ("texts/3/language", "ar"),
            ("texts/3/text", "one\r\ntwo"),
            ("texts/0/language", "en"),
            ("until_ms:utc", "2026-03-01T09:00"),
            ("minutes:number", "15"),
            ("relieve:yes", "yes"),
            ("classes:list", "a, b\nc"),
            ("roles:list", "drafter"),
            ("roles:list", "releaser"),
            ("words", "  "),
        ])
        .request(&TimeZone::UTC)
        .expect("a request");
        assert_eq!(
            request,
            json!({
                "line": "abc",
                "texts": [{ "language": "en" }, { "language": "ar", "text": "one\ntwo" }],
                "until_ms": 1_772_355_600_000_i64,
                "minutes": 15,
                "relieve": true,
                "classes": ["a", "b", "c"],
                "roles": ["drafter", "releaser"],
            })
        );
    }

    #[test]
    fn what_is_not_of_its_kind_is_named() {
        for (name, value) in [("at:time", "soon"), ("n:number", "ten"), ("v:json", "{")] {
            let failed = fields(&[(name, value)]).request(&TimeZone::UTC);
            let words = format!("{:?}", failed.expect_err("refused"));
            assert!(words.contains(name), "{words}");
        }
    }

    #[test]
    fn the_way_back_stays_here() {
        for (given, back) in [
            ("/lines/a", "/lines/a"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil", "/"),
            ("/\t/evil.example", "/"),
            ("/\n/evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(fields(&[("back", given)]).take_back(), back, "{given}");
        }
    }

    #[test]
    fn a_name_deeper_than_any_form_is_refused() {
        let deep = |steps: usize| format!("{}a", "a/".repeat(steps - 1));
        let zone = TimeZone::UTC;
        assert!(fields(&[(&deep(STEPS_MAX), "x")]).request(&zone).is_ok());
        for name in [deep(STEPS_MAX + 1), deep(100_000), "a".repeat(NAME_MAX + 1)] {
            assert!(fields(&[(&name, "x")]).request(&zone).is_err());
        }
    }

    #[test]
    fn forms_are_decoded() {
        assert_eq!(decode("a+b%20c%2Fd%zz%"), "a b c/d%zz%");
        assert_eq!(decode_pair("a%3D=b"), ("a=".to_owned(), "b".to_owned()));
    }
}
