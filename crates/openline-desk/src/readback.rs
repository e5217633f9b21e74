//! Read-backs beside what was sent: the critical fields of a message, and how they were typed again (`spec/loop.md` section 4).

use openline_core::field::Field;

/// One field of a message beside how it was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The field's name.
    pub name: String,
    /// What was sent.
    pub sent: String,
    /// What was typed; `None` if it was left out.
    pub typed: Option<String>,
}

impl Compared {
    /// Whether the two agree, but for white space.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.typed
            .as_ref()
            .is_some_and(|typed| plain(typed) == plain(&self.sent))
    }
}

/// Every critical field of a message, in its order, beside the value typed.
#[must_use]
pub fn compare(fields: &[Field], values: &[(String, String)]) -> Vec<Compared> {
    let typed = |field: &Field| {
        let value = values.iter().find(|(name, _)| *name == field.name);
        value.map(|(_, value)| value.clone())
    };
    fields
        .iter()
        .filter(|field| field.is_critical)
        .map(|field| Compared {
            name: field.name.clone(),
            sent: field.value.clone(),
            typed: typed(field),
        })
        .collect()
}

fn plain(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_may_differ() {
        let field = |name: &str, value: &str, is_critical| Field {
            name: name.to_owned(),
            value: value.to_owned(),
            is_critical,
            is_releasable: false,
        };
        let fields = [
            field("from", "06:00 UTC", true),
            field("note", "none", false),
            field("area", "36-10N", true),
            field("to", "08:00 UTC", true),
        ];
        let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let typed = [value("from", " 06:00  UTC"), value("area", "36-01N")];
        let compared = compare(&fields, &typed);
        let agrees: Vec<_> = compared
            .iter()
            .map(|c| (c.name.as_str(), c.agrees()))
            .collect();
        assert_eq!(agrees, [("from", true), ("area", false), ("to", false)]);
        assert_eq!(compared[2].typed, None);
    }
}
