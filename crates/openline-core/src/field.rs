//! Fields: facts that are typed in one by one, and may have to be typed again by whoever reads them back.

use crate::cbor::{Reader, Writer};
use crate::limits::{FIELD_MAX, FIELDS_MAX, SUBJECT_MAX};
use crate::rule::Rule;

const CRITICAL: u64 = 1;
const RELEASABLE: u64 = 2;

/// One fact of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is; each once in a message.
    pub name: String,
    /// What it says, with its unit.
    pub value: String,
    /// Whether a read-back must type it again.
    pub is_critical: bool,
    /// Whether its author allows that it is published.
    pub is_releasable: bool,
}

/// A field of the right shape, whose values have not been looked at.
pub(crate) type RawField = (String, String, u64);

pub(crate) fn write_fields(w: &mut Writer, fields: &[Field]) {
    w.array(fields.len());
    for field in fields {
        let flags =
            u64::from(field.is_critical) * CRITICAL + u64::from(field.is_releasable) * RELEASABLE;
        w.array(3).text(&field.name).text(&field.value).uint(flags);
    }
}

pub(crate) fn read_fields(r: &mut Reader<'_>) -> Result<Vec<RawField>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(3)?;
            Ok((r.text()?.to_owned(), r.text()?.to_owned(), r.uint()?))
        })
        .collect()
}

/// Rule D2.
pub(crate) fn check_fields(raw: Vec<RawField>) -> Result<Vec<Field>, Rule> {
    let is_right = are_distinct(raw.iter().map(|(name, value, _)| (name, value)))
        && raw
            .iter()
            .all(|(_, _, flags)| *flags <= CRITICAL | RELEASABLE);
    if !is_right {
        return Err(Rule::MessageFields);
    }
    let field = |(name, value, flags): RawField| Field {
        name,
        value,
        is_critical: flags & CRITICAL != 0,
        is_releasable: flags & RELEASABLE != 0,
    };
    Ok(raw.into_iter().map(field).collect())
}

/// Values that were typed again, or put right: by name, in order.
pub type Values = Vec<(String, String)>;

pub(crate) fn write_values(w: &mut Writer, values: &[(String, String)]) {
    w.array(values.len());
    for (name, value) in values {
        w.array(2).text(name).text(value);
    }
}

pub(crate) fn read_values(r: &mut Reader<'_>) -> Result<Values, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(2)?;
            Ok((r.text()?.to_owned(), r.text()?.to_owned()))
        })
        .collect()
}

/// Whether values are at least one, not too many, each of its size, and no name stands twice.
pub(crate) fn are_right(values: &[(String, String)]) -> bool {
    are_distinct(values.iter().map(|(name, value)| (name, value)))
}

fn are_distinct<'a>(values: impl Iterator<Item = (&'a String, &'a String)> + Clone) -> bool {
    let is_sized = |(name, value): (&String, &String)| {
        (1..=SUBJECT_MAX).contains(&name.len()) && (1..=FIELD_MAX).contains(&value.len())
    };
    let is_repeated = |(at, (name, _)): (usize, (&String, &String))| {
        values.clone().take(at).any(|(other, _)| other == name)
    };
    (1..=FIELDS_MAX).contains(&values.clone().count())
        && values.clone().all(is_sized)
        && !values.clone().enumerate().any(is_repeated)
}
