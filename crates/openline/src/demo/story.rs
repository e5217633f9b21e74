//! Stories: the file format of `docs/scenarios.md`, read and checked as a whole.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::failure::Failure;

/// A story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub title: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub ladder: bool,
    #[serde(rename = "party")]
    pub parties: Vec<Party>,
    pub line: Line,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// A party of the story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    pub key: String,
    pub name: String,
    pub posts: Vec<String>,
    #[serde(default = "utc")]
    pub zone: String,
}

/// The line of the story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub title: String,
    pub level: String,
    #[serde(default = "english")]
    pub languages: Vec<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn english() -> Vec<String> {
    vec!["en".to_owned()]
}

/// A step, as it stands in the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    pub note: Option<String>,
    pub from: Option<String>,
    pub post: Option<String>,
    pub label: Option<String>,
    pub at: Option<jiff::Timestamp>,
    #[serde(rename = "type")]
    pub message_type: Option<String>,
    pub form: Option<String>,
    pub precedence: Option<String>,
    pub subject: Option<String>,
    pub language: Option<String>,
    pub text: Option<String>,
    pub refs: Vec<String>,
    pub authority: Option<String>,
    pub claimed: Vec<(String, jiff::Timestamp)>,
    pub translations: Vec<(String, String)>,
    pub receipt: Option<String>,
    pub of: Option<String>,
    pub class: Option<String>,
    pub words: Option<String>,
    pub cut: Option<String>,
    pub restore: Option<String>,
    pub pouch: Option<(String, String)>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Message,
    Receipt,
    Cut,
    Restore,
    Pouch,
    Note,
}

impl Step {
    /// What the step does: the one of the acts whose key it has.
    pub fn act(&self) -> Option<Act> {
        let acts = [
            (self.text.is_some(), Act::Message),
            (self.receipt.is_some(), Act::Receipt),
            (self.cut.is_some(), Act::Cut),
            (self.restore.is_some(), Act::Restore),
            (self.pouch.is_some(), Act::Pouch),
        ];
        let mut found = acts
            .into_iter()
            .filter(|(is_there, _)| *is_there)
            .map(|(_, act)| act);
        match (found.next(), found.next()) {
            (Some(act), None) => Some(act),
            (None, _) if self.note.is_some() => Some(Act::Note),
            _ => None,
        }
    }
}

impl Story {
    /// Reads and checks a story.
    pub fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let next = "docs/scenarios.md describes every key";
        let story: Self = toml::from_str(text)
            .map_err(|error| Failure::unusable(format!("{name}: {error}"), next))?;
        story
            .check()
            .map_err(|why| Failure::unusable(format!("{name}: {why}"), next))?;
        Ok(story)
    }

    fn check(&self) -> Result<(), String> {
        if self.parties.len() < 2 {
            return Err("a story needs at least two parties".to_owned());
        }
        let mut keys = BTreeSet::new();
        for party in &self.parties {
            if party.posts.is_empty() || !keys.insert(party.key.as_str()) {
                return Err(format!(
                    "party \"{}\" has no post, or stands twice",
                    party.key
                ));
            }
        }
        let mut labels = BTreeSet::new();
        for (number, step) in self.steps.iter().enumerate() {
            step_is_right(step, &keys, &mut labels).map_err(|why| {
                let label = step
                    .label
                    .as_ref()
                    .map_or_else(String::new, |label| format!(" ({label})"));
                format!("step {}{label}: {why}", number + 1)
            })?;
        }
        Ok(())
    }
}

fn step_is_right<'a>(
    step: &'a Step,
    keys: &BTreeSet<&str>,
    labels: &mut BTreeSet<&'a str>,
) -> Result<(), String> {
    let Some(act) = step.act() else {
        return Err(
            "it must be exactly one of: a message (text), receipt, cut, restore, pouch".to_owned(),
        );
    };
    let known = |key: &str| {
        if keys.contains(key) {
            Ok(())
        } else {
            Err(format!("there is no party \"{key}\""))
        }
    };
    match act {
        Act::Message | Act::Receipt => known(step.from.as_deref().ok_or("from is missing")?)?,
        Act::Pouch => {
            let (from, to) = step.pouch.as_ref().ok_or("pouch names two parties")?;
            known(from)?;
            known(to)?;
        }
        Act::Cut | Act::Restore => {
            let bearer = step
                .cut
                .as_deref()
                .or(step.restore.as_deref())
                .unwrap_or_default();
            if !["quic", "tls", "all"].contains(&bearer) {
                return Err(format!("\"{bearer}\" is not quic, tls or all"));
            }
        }
        Act::Note => {}
    }
    let needed = step
        .refs
        .iter()
        .map(String::as_str)
        .chain(step.of.as_deref());
    for label in needed {
        if !labels.contains(label) {
            return Err(format!("no step before it has the label \"{label}\""));
        }
    }
    if act == Act::Receipt && step.of.is_none() {
        return Err("a receipt says of which message it is: of = LABEL".to_owned());
    }
    if let Some(label) = step.label.as_deref()
        && !labels.insert(label)
    {
        return Err(format!("the label \"{label}\" stands twice"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title = 't'\n[line]\ntitle = 'l'\nlevel = 'watch'\n[[party]]\nkey = 'a'\nname = 'A'\nposts = ['w']\n[[party]]\nkey = 'b'\nname = 'B'\nposts = ['w']\n";

    #[test]
    fn the_built_in_stories_are_right() {
        for (name, text) in super::super::BUILT_IN {
            Story::parse(name, text).expect(name);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_step() {
        let wrong = [
            ("[[step]]\nfrom = 'c'\ntext = 'x'", "no party \"c\""),
            (
                "[[step]]\nfrom = 'a'\ntext = 'x'\ncut = 'quic'",
                "exactly one",
            ),
            (
                "[[step]]\nfrom = 'a'\nreceipt = 'shown'\nof = 'm'",
                "no step before",
            ),
            ("[[step]]\ncut = 'radio'", "not quic"),
            ("[[step]]\ncutt = 'quic'", "cutt"),
        ];
        for (step, why) in wrong {
            let failure = Story::parse("f", &format!("{HEAD}{step}")).expect_err("wrong");
            assert!(failure.title.contains(why), "{}", failure.title);
        }
    }
}
