//! Template files: TOML in, a checked [`Template`] out, or everything that is wrong with the file.

use std::collections::BTreeMap;

use openline_core::body::is_language;
use openline_core::limits::{FIELDS_MAX, SUBJECT_MAX};
use openline_core::message::{Form, Precedence};
use serde::Deserialize;

use super::kind::{Around, FieldType, TEXT_CHARS_MAX};
use super::moment;
use super::quantity::{Decimal, Quantity, Unit};
use super::{Bounds, Exception, Template, TemplateField};

/// Longest template file, bytes.
pub const TEMPLATE_MAX: usize = 262_144;
/// The format of template files that this program reads.
const FORMAT: u32 = 1;
/// Longest identifier of a template or field.
const ID_MAX: usize = 64;
/// Most offsets at which a notification is repeated.
const RENOTIFY_MAX: usize = 8;
/// Words of the command line that no template can be called by.
const TAKEN: &[&str] = &["again", "due", "help"];
/// What a table of labels may name beside fields.
const LABELLED: &[&str] = &["title", "opening", "closing", "claim"];

/// What is wrong with a template file, a sentence each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct TemplateFaults(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    format: u32,
    id: String,
    version: u32,
    title: String,
    purpose: String,
    instrument: String,
    article: Option<String>,
    claim: String,
    needed_by: String,
    #[serde(default = "english")]
    language: String,
    #[serde(default)]
    unverified: bool,
    lead_time: Option<String>,
    answer_within: Option<String>,
    #[serde(default)]
    renotify: Vec<String>,
    class: Option<String>,
    #[serde(default = "routine")]
    precedence: String,
    #[serde(default = "notification")]
    form: String,
    opening: String,
    closing: Option<String>,
    #[serde(default)]
    subject: Vec<String>,
    #[serde(default)]
    one_of: Vec<Vec<String>>,
    #[serde(default)]
    exception: Vec<RawException>,
    #[serde(default)]
    field: Vec<RawField>,
    #[serde(default)]
    labels: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawException {
    field: String,
    is: String,
    lead_time: Option<String>,
    answer_within: Option<String>,
}

#[derive(Deserialize)]
struct RawField {
    key: String,
    label: String,
    help: String,
    example: String,
    r#type: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    critical: bool,
    #[serde(default)]
    releasable: bool,
    #[serde(default)]
    event: bool,
    #[serde(default)]
    validity: bool,
    #[serde(default)]
    deadline: bool,
    #[serde(flatten)]
    limits: RawLimits,
}

/// What only some types have, and what none has.
#[derive(Deserialize, Default)]
struct RawLimits {
    max_chars: Option<usize>,
    decimals: Option<usize>,
    min: Option<toml::Value>,
    max: Option<toml::Value>,
    units: Option<Vec<String>>,
    choices: Option<Vec<String>>,
    past: Option<bool>,
    shortest: Option<String>,
    longest: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

fn english() -> String {
    "en".to_owned()
}

fn routine() -> String {
    Precedence::Routine.word().to_owned()
}

fn notification() -> String {
    Form::Notification.word().to_owned()
}

/// Collects what is wrong, so that one reading of a file names everything.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    /// The value, or the fault noted and the default in its place.
    fn take<T: Default>(&mut self, where_: &str, found: Result<T, String>) -> T {
        found.unwrap_or_else(|why| {
            self.add(format!("{where_}: {why}"));
            T::default()
        })
    }

    fn check_id(&mut self, where_: &str, id: &str, hyphen: char) {
        let is_right = (1..=ID_MAX).contains(&id.len())
            && id.starts_with(|c: char| c.is_ascii_lowercase())
            && id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == hyphen);
        if !is_right {
            self.add(format!(
                "{where_} \"{id}\": give small letters, digits and {hyphen}, at most {ID_MAX}, a letter first"
            ));
        }
    }

    fn check_words(&mut self, where_: &str, words: &str) {
        if words.trim().is_empty() || words.chars().any(|c| c.is_control() && c != '\n') {
            self.add(format!("{where_} is empty or holds control characters"));
        }
    }
}

/// Reads a template file.
pub(super) fn parse(text: &str) -> Result<Template, TemplateFaults> {
    if text.len() > TEMPLATE_MAX {
        let words = format!("the file is longer than {TEMPLATE_MAX} bytes");
        return Err(TemplateFaults(vec![words]));
    }
    let raw: RawTemplate = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            text[..span.start.min(text.len())].matches('\n').count() + 1
        });
        TemplateFaults(vec![format!("line {line}: {}", error.message())])
    })?;
    let mut faults = Faults::default();
    let template = template(raw, &mut faults);
    if faults.0.is_empty() {
        Ok(template)
    } else {
        Err(TemplateFaults(faults.0))
    }
}

fn template(raw: RawTemplate, faults: &mut Faults) -> Template {
    if raw.format != FORMAT {
        faults.add(format!("format {} is not known; give {FORMAT}", raw.format));
    }
    faults.check_id("id", &raw.id, '-');
    if TAKEN.contains(&raw.id.as_str()) {
        faults.add(format!("id \"{}\" is a word of the command line", raw.id));
    }
    for (name, words) in [
        ("title", &raw.title),
        ("purpose", &raw.purpose),
        ("instrument", &raw.instrument),
        ("claim", &raw.claim),
        ("needed_by", &raw.needed_by),
        ("opening", &raw.opening),
    ] {
        faults.check_words(name, words);
    }
    if !is_language(&raw.language) {
        faults.add(format!(
            "language \"{}\" is not a language tag",
            raw.language
        ));
    }
    let precedence = Precedence::from_word(&raw.precedence).unwrap_or_else(|| {
        faults.add("precedence: give flash, immediate, priority or routine");
        Precedence::Routine
    });
    let form =
        Form::from_word(&raw.form).filter(|form| matches!(form, Form::Notification | Form::Query));
    let form = form.unwrap_or_else(|| {
        faults.add("form: give notification or query");
        Form::Notification
    });
    let times = Bounds {
        lead: times(faults, "lead_time", raw.lead_time.as_deref()),
        answer: times(faults, "answer_within", raw.answer_within.as_deref()),
    };
    let mut renotify: Vec<_> = raw
        .renotify
        .iter()
        .map(|text| faults.take("renotify", moment::duration(text)))
        .collect();
    renotify.sort_by(|a, b| b.cmp(a));
    renotify.dedup();
    if renotify.len() > RENOTIFY_MAX {
        faults.add(format!("renotify: at most {RENOTIFY_MAX} offsets"));
    }
    let exceptions: Vec<Exception> = raw
        .exception
        .into_iter()
        .map(|raw| exception(raw, faults))
        .collect();
    let fields: Vec<TemplateField> = raw
        .field
        .into_iter()
        .map(|raw| field(raw, faults))
        .collect();
    let template = Template {
        id: raw.id,
        version: raw.version,
        language: raw.language,
        title: raw.title,
        purpose: raw.purpose,
        instrument: raw.instrument,
        article: raw.article,
        claim: raw.claim,
        needed_by: raw.needed_by,
        is_unverified: raw.unverified,
        times,
        exceptions,
        renotify,
        class: raw.class,
        precedence,
        form,
        opening: raw.opening,
        closing: raw.closing,
        subject: raw.subject,
        one_of: raw.one_of,
        fields,
        labels: raw.labels,
    };
    check_whole(&template, faults);
    template
}

fn times(faults: &mut Faults, where_: &str, text: Option<&str>) -> Option<std::time::Duration> {
    text.map(|text| faults.take(where_, moment::duration(text)))
}

fn exception(raw: RawException, faults: &mut Faults) -> Exception {
    if raw.lead_time.is_none() && raw.answer_within.is_none() {
        faults.add(format!(
            "the exception of {} changes neither lead_time nor answer_within",
            raw.field
        ));
    }
    Exception {
        times: Bounds {
            lead: times(faults, "exception", raw.lead_time.as_deref()),
            answer: times(faults, "exception", raw.answer_within.as_deref()),
        },
        field: raw.field,
        is: raw.is,
    }
}

fn field(mut raw: RawField, faults: &mut Faults) -> TemplateField {
    let name = format!("field {}", raw.key);
    faults.check_id("key", &raw.key, '_');
    if LABELLED.contains(&raw.key.as_str()) {
        faults.add(format!(
            "key \"{}\" is used for the labels of the whole",
            raw.key
        ));
    }
    for (part, words) in [("label", &raw.label), ("help", &raw.help)] {
        faults.check_words(&format!("{name}: {part}"), words);
    }
    let kind = field_type(&mut raw, faults);
    if let Some(kind) = &kind {
        // At the end of time nothing that an example says lies ahead.
        let around = Around {
            now: i64::MAX,
            seats: Vec::new(),
        };
        if let Err(why) = kind.read(&raw.example, &around) {
            faults.add(format!(
                "{name}: its example is wrong: {why}; it should be {}",
                kind.shape()
            ));
        }
    }
    let kind = kind.unwrap_or(FieldType::Text(TEXT_CHARS_MAX));
    let has_time = matches!(
        kind,
        FieldType::Time { .. } | FieldType::Window { .. } | FieldType::Date
    );
    if raw.event && !has_time {
        faults.add(format!("{name}: an event's time is a time, window or date"));
    }
    if raw.validity && !matches!(kind, FieldType::Window { .. }) {
        faults.add(format!("{name}: a validity is a window"));
    }
    if raw.deadline && !matches!(kind, FieldType::Time { .. }) {
        faults.add(format!("{name}: a deadline is a time"));
    }
    TemplateField {
        key: raw.key,
        label: raw.label,
        help: raw.help,
        example: raw.example,
        kind,
        is_required: raw.required,
        is_critical: raw.critical,
        is_releasable: raw.releasable,
        is_event: raw.event,
        is_validity: raw.validity,
        is_deadline: raw.deadline,
    }
}

/// The type with its limits; a limit that the type does not have is a fault.
fn field_type(raw: &mut RawField, faults: &mut Faults) -> Option<FieldType> {
    let name = format!("field {}", raw.key);
    let limits = &mut raw.limits;
    let kind = match raw.r#type.as_str() {
        "text" => FieldType::Text(limits.max_chars.take().unwrap_or(TEXT_CHARS_MAX)),
        "list" => FieldType::Lines,
        "number" => FieldType::Number {
            decimals: limits.decimals.take().unwrap_or(0),
            min: faults.take(&name, decimal(limits.min.take())),
            max: faults.take(&name, decimal(limits.max.take())),
        },
        "quantity" => quantity(limits, faults, &name),
        "choice" => {
            let choices = limits.choices.take().unwrap_or_default();
            if choices.is_empty() || choices.iter().any(|choice| choice.trim().is_empty()) {
                faults.add(format!("{name}: give choices = [\"…\", \"…\"]"));
            }
            FieldType::Choice(choices)
        }
        "time" => FieldType::Time {
            is_past: limits.past.take().unwrap_or(false),
        },
        "window" => FieldType::Window {
            least: times(faults, &name, limits.shortest.take().as_deref()),
            most: times(faults, &name, limits.longest.take().as_deref()),
        },
        "date" => FieldType::Date,
        "position" => FieldType::Position,
        "polygon" => FieldType::Polygon,
        "circle" => FieldType::Circle,
        "area" => FieldType::Area,
        "party" => FieldType::Party,
        "language" => FieldType::Language,
        "post" => FieldType::Post,
        "sha256" => FieldType::Sha256,
        other => {
            faults.add(format!(
                "{name}: \"{other}\" is not a type; it is one of text, list, number, quantity, choice, time, window, date, position, polygon, circle, area, party, language, post, sha256"
            ));
            return None;
        }
    };
    for left in left_over(limits) {
        faults.add(format!("{name}: a {} has no {left}", kind.word()));
    }
    if matches!(kind, FieldType::Text(most) if most == 0 || most > TEXT_CHARS_MAX) {
        faults.add(format!("{name}: max_chars is 1 to {TEXT_CHARS_MAX}"));
    }
    Some(kind)
}

fn decimal(value: Option<toml::Value>) -> Result<Option<Decimal>, String> {
    value
        .map(|value| Decimal::parse(value.to_string().trim_matches('"')))
        .transpose()
}

fn quantity(limits: &mut RawLimits, faults: &mut Faults, name: &str) -> FieldType {
    let symbols = limits.units.take().unwrap_or_default();
    let mut units = Vec::new();
    for symbol in &symbols {
        match Unit::named(symbol) {
            Some(unit) => units.push(unit),
            None => faults.add(format!(
                "{name}: \"{symbol}\" is not a unit this program knows"
            )),
        }
    }
    let first = units.first().copied();
    if first.is_none_or(|first| !units.iter().all(|unit| unit.measures_as(&first))) {
        faults.add(format!(
            "{name}: give units = [\"…\"], all of one kind, such as km and NM"
        ));
    }
    let mut bound = |value: Option<toml::Value>| {
        let read = |value: toml::Value| match value.as_str() {
            Some(text) => Quantity::parse(text, &units),
            None => Err("give the bound with its unit, such as \"40 km\"".to_owned()),
        };
        faults.take(name, value.map(read).transpose())
    };
    FieldType::Quantity {
        min: bound(limits.min.take()),
        max: bound(limits.max.take()),
        units,
    }
}

/// Names of limits that nobody has taken.
fn left_over(limits: &RawLimits) -> Vec<String> {
    let known = [
        ("max_chars", limits.max_chars.is_some()),
        ("decimals", limits.decimals.is_some()),
        ("min", limits.min.is_some()),
        ("max", limits.max.is_some()),
        ("units", limits.units.is_some()),
        ("choices", limits.choices.is_some()),
        ("past", limits.past.is_some()),
        ("shortest", limits.shortest.is_some()),
        ("longest", limits.longest.is_some()),
    ];
    known
        .into_iter()
        .filter(|(_, is_left)| *is_left)
        .map(|(name, _)| name.to_owned())
        .chain(limits.unknown.keys().cloned())
        .collect()
}

/// What can only be seen of the template as a whole.
fn check_whole(template: &Template, faults: &mut Faults) {
    let fields = &template.fields;
    if fields.is_empty() || fields.len() > FIELDS_MAX {
        faults.add(format!("give 1 to {FIELDS_MAX} fields"));
    }
    for (at, field) in fields.iter().enumerate() {
        if fields[..at].iter().any(|other| other.key == field.key) {
            faults.add(format!("the key {} stands twice", field.key));
        }
    }
    let count = |is: fn(&TemplateField) -> bool| fields.iter().filter(|field| is(field)).count();
    for (what, number) in [
        ("event", count(|field| field.is_event)),
        ("validity", count(|field| field.is_validity)),
        ("deadline", count(|field| field.is_deadline)),
    ] {
        if number > 1 {
            faults.add(format!("more than one field has {what} = true"));
        }
    }
    let needs_event = template.times.lead.is_some() || !template.renotify.is_empty();
    if needs_event && !template.has_event() {
        faults.add("lead_time and renotify need a field with event = true");
    }
    let has_deadline = fields.iter().any(|field| field.is_deadline);
    if template.times.answer.is_some() != has_deadline {
        faults.add("answer_within and a field with deadline = true go together");
    }
    check_names(template, faults);
    check_lengths(template, faults);
}

fn check_names(template: &Template, faults: &mut Faults) {
    let mut named: Vec<(&str, &str)> = Vec::new();
    named.extend(template.subject.iter().map(|key| ("subject", key.as_str())));
    named.extend(
        template
            .one_of
            .iter()
            .flatten()
            .map(|key| ("one_of", key.as_str())),
    );
    for exception in &template.exceptions {
        named.push(("exception", &exception.field));
        let kind = template.field(&exception.field).map(|field| &field.kind);
        let is_choice =
            matches!(kind, Some(FieldType::Choice(choices)) if choices.contains(&exception.is));
        if kind.is_some() && !is_choice {
            faults.add(format!(
                "the exception of {}: \"{}\" is not one of its choices",
                exception.field, exception.is
            ));
        }
    }
    for (language, labels) in &template.labels {
        if !is_language(language) {
            faults.add(format!("labels.{language} is not a language tag"));
        }
        let keys = labels.keys().map(String::as_str);
        named.extend(
            keys.filter(|key| !LABELLED.contains(key))
                .map(|key| ("labels", key)),
        );
    }
    for (where_, key) in named {
        if template.field(key).is_none() {
            faults.add(format!(
                "{where_} names a field \"{key}\" that is not there"
            ));
        }
    }
}

fn check_lengths(template: &Template, faults: &mut Faults) {
    if template.title.len() > SUBJECT_MAX / 2 {
        faults.add(format!("title is longer than {} bytes", SUBJECT_MAX / 2));
    }
    let is_label =
        |text: &str| (1..=SUBJECT_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
    if template
        .class
        .as_deref()
        .is_some_and(|class| !is_label(class))
    {
        faults.add("class is empty, too long or holds control characters");
    }
}
