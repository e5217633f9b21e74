//! The policy's file, read strictly: what is wrong is named by its line and key.

use std::ops::Range;

use openline_core::limits::{LEVEL_MAX, SUBJECT_MAX, TITLE_MAX};
use serde::Deserialize;
use toml::Spanned;

use super::{Asks, CLEARERS_MAX, Hand, Matching, Policy, RULES_MAX, Rule};
use crate::officers::Role;
use crate::service::names;

type Words = Vec<Spanned<String>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    administrator_may_act: bool,
    passkey_required: bool,
    rule: Vec<Spanned<RuleTable>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RuleTable {
    line: Words,
    level: Words,
    form: Words,
    precedence: Words,
    r#type: Words,
    class: Words,
    clearers: Option<Spanned<usize>>,
    different_persons: Words,
    draft_roles: Option<Spanned<Words>>,
    clear_roles: Option<Spanned<Words>>,
    release_roles: Option<Spanned<Words>>,
}

/// A fault, and where in the text it is.
type Fault = (Range<usize>, String);

pub(super) fn parse(text: &str) -> Result<Policy, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let rules: Result<Vec<Rule>, Fault> = file
        .rule
        .into_iter()
        .map(|table| {
            let at = line_of(text, &table.span());
            rule(table.into_inner(), at)
        })
        .collect();
    let rules = rules.map_err(|(span, why)| format!("line {}: {why}", line_of(text, &span)))?;
    if rules.len() > RULES_MAX {
        return Err(format!(
            "there are {} rules; a policy has at most {RULES_MAX}",
            rules.len()
        ));
    }
    Ok(Policy {
        administrator_may_act: file.administrator_may_act,
        passkey_required: file.passkey_required,
        rules,
        source: Some(openline_core::Hash::of(&[text.as_bytes()])),
    })
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.bytes()
        .take(span.start)
        .filter(|b| *b == b'\n')
        .count()
        + 1
}

fn rule(table: RuleTable, at: usize) -> Result<Rule, Fault> {
    let base = Asks::default();
    let clearers = match &table.clearers {
        Some(given) if *given.get_ref() > CLEARERS_MAX => {
            let why = format!(
                "clearers is {}; give at most {CLEARERS_MAX}",
                given.get_ref()
            );
            return Err((given.span(), why));
        }
        given => given.as_ref().map_or(0, |given| *given.get_ref()),
    };
    let asks = Asks {
        clearers,
        different: read(&table.different_persons, "different_persons", hand)?
            .into_iter()
            .collect(),
        draft_roles: roles(table.draft_roles, "draft_roles", base.draft_roles)?,
        clear_roles: roles(table.clear_roles, "clear_roles", base.clear_roles)?,
        release_roles: roles(table.release_roles, "release_roles", base.release_roles)?,
    };
    let when = Matching {
        lines: read(&table.line, "line", |text| name(text, TITLE_MAX))?,
        levels: read(&table.level, "level", |text| name(text, LEVEL_MAX))?,
        forms: read(&table.form, "form", said(names::form))?,
        precedences: read(&table.precedence, "precedence", said(names::precedence))?,
        types: read(&table.r#type, "type", said(names::message_type))?,
        classes: read(&table.class, "class", |text| name(text, SUBJECT_MAX))?,
    };
    Ok(Rule { at, when, asks })
}

fn read<T>(
    words: &Words,
    key: &str,
    one: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Fault> {
    words
        .iter()
        .map(|word| one(word.get_ref()).map_err(|why| (word.span(), format!("{key}: {why}"))))
        .collect()
}

/// Roles that a rule names; a list that names none would let nobody act.
fn roles(given: Option<Spanned<Words>>, key: &str, base: Vec<Role>) -> Result<Vec<Role>, Fault> {
    let Some(given) = given else {
        return Ok(base);
    };
    let roles = read(given.get_ref(), key, role)?;
    if roles.is_empty() {
        let why =
            format!("{key} names no role, so that nobody could act; leave it out for the default");
        return Err((given.span(), why));
    }
    Ok(roles)
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_word(text)
        .ok_or_else(|| format!("\"{text}\" is not a role; it is one of: {}", Role::words()))
}

fn hand(text: &str) -> Result<Hand, String> {
    let found = Hand::ALL.into_iter().find(|hand| hand.word() == text);
    found.ok_or_else(|| {
        let all = Hand::ALL.map(Hand::word).join(", ");
        format!("\"{text}\" is not a part in a message; it is one of: {all}")
    })
}

fn name(text: &str, max: usize) -> Result<String, String> {
    if (1..=max).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "\"{text}\" has {} bytes; give 1 to {max}",
            text.len()
        ))
    }
}

fn said<T>(read: impl Fn(&str) -> crate::service::Answer<T>) -> impl Fn(&str) -> Result<T, String> {
    move |text| read(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use openline_core::entry::MessageType;
    use openline_core::message::{Form, Precedence};
    use openline_core::{Hash, LineId};

    use super::*;
    use crate::officers::LineTag;
    use crate::policy::Subject;

    const TWO_PERSONS: &str = r#"
# Nothing of the leaders' line goes without a second person.
[[rule]]
level = ["leaders"]
precedence = ["flash", "immediate"]
clearers = 2
different_persons = ["drafter", "clearer", "releaser"]

[[rule]]
form = ["notification", "demarche"]
type = ["real"]
clearers = 1
different_persons = ["drafter", "clearer"]
release_roles = ["releaser", "duty-officer"]
"#;

    fn asks(policy: &Policy, level: &str, form: Form, precedence: Precedence) -> Asks {
        let line = LineTag {
            id: LineId(Hash::default()),
            title: "A line".to_owned(),
            level: level.to_owned(),
        };
        let subject = Subject {
            line: &line,
            form,
            precedence,
            message_type: MessageType::Real,
            class: None,
        };
        policy.asks(&subject).0
    }

    #[test]
    fn the_first_rule_that_fits_counts_and_else_one_person_may_do_all() {
        let policy = Policy::parse(TWO_PERSONS).expect("sound");
        assert_eq!((policy.rules[0].at, policy.rules[1].at), (3, 9));
        let first = asks(&policy, "leaders", Form::Notification, Precedence::Flash);
        assert_eq!((first.clearers, first.different.len()), (2, 3));
        let second = asks(&policy, "leaders", Form::Demarche, Precedence::Routine);
        assert!(second.clearers == 1 && second.release_roles.contains(&Role::DutyOfficer));
        assert!(!second.keeps_apart(Hand::Drafter, Hand::Releaser) && !second.is_for_one());
        let other = asks(&policy, "watch", Form::Message, Precedence::Flash);
        assert!(other.is_for_one() && other == Asks::default());
    }

    #[test]
    fn what_is_wrong_is_named_by_line_and_key() {
        let why = |text: &str| Policy::parse(text).expect_err("not right");
        let cases = [
            ("[[rule]]\nclearer = 1", "clearer", "line 2"),
            (
                "\n[[rule]]\nclearers = 9",
                "clearers is 9; give at most 8",
                "line 3",
            ),
            (
                "[[rule]]\n\nform = [\"letter\"]",
                "form: \"letter\" is no form",
                "line 3",
            ),
            (
                "[[rule]]\nlevel = [\"a\",\n\"\"]",
                "level: \"\" has 0 bytes",
                "line 3",
            ),
            (
                "[[rule]]\nrelease_roles = []",
                "release_roles names no role",
                "line 2",
            ),
            (
                "[[rule]]\nclear_roles = [\"boss\"]",
                "\"boss\" is not a role",
                "line 2",
            ),
            (
                "[[rule]]\ndifferent_persons = [\"a\"]",
                "\"a\" is not a part",
                "line 2",
            ),
            ("[[rule]]\nclearers = -1", "clearers", "line 2"),
        ];
        for (text, words, line) in cases {
            let why = why(text);
            assert!(why.contains(words) && why.contains(line), "{why}");
        }
        let many = "[[rule]]\n".repeat(RULES_MAX + 1);
        assert!(why(&many).contains("at most 256"));
    }

    #[test]
    fn rules_that_never_count_are_told() {
        let text = "[[rule]]\nform = [\"query\"]\n[[rule]]\nclearers = 1\n[[rule]]\n";
        assert_eq!(Policy::parse(text).expect("sound").idle_rules(), [5]);
    }
}
