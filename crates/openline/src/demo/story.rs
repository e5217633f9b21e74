//! Stories: the file format of `docs/scenarios.md`, read and checked as a whole before anything is started.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::body::Stage;
use openline_core::closing::{Outcome, Verdict};
use openline_core::encounter::{EncounterKind, StepAct};
use openline_core::entry::MessageType;
use openline_core::message::{Form, Precedence};
use openline_core::origin::{Channel, Origin};
use openline_core::readout::Extent;
use openline_core::status::Act as StatusAct;
use openline_core::topic::{TopicKind, TopicStatus};
use openline_core::watch::NoticeKind;
use openline_node::view::TermsView;
use serde::Deserialize;
use toml::{Table, Value};

use super::acts::{Act, UplinkAct};
use super::times;
use crate::commands::claimed_times;
use crate::failure::Failure;

/// The words for what a line can be.
const STATES: [&str; 8] = [
    "open",
    "degraded",
    "cut",
    "node down",
    "unattended",
    "declining",
    "suspended",
    "unknown",
];

/// A story.
#[derive(Debug, Clone)]
pub struct Story {
    pub title: String,
    pub source: String,
    pub ladder: bool,
    pub parties: Vec<Party>,
    pub terms: TermsView,
    pub steps: Vec<Step>,
    /// The calendars that its steps name, by the names of their files.
    pub calendars: BTreeMap<String, String>,
}

/// The file, with its steps as they stand there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryFile {
    title: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    ladder: bool,
    #[serde(rename = "party")]
    parties: Vec<Party>,
    line: Line,
    #[serde(rename = "step")]
    steps: Vec<Table>,
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    title: String,
    level: String,
    #[serde(default = "english")]
    languages: Vec<String>,
    #[serde(default)]
    terms: Table,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn english() -> Vec<String> {
    vec!["en".to_owned()]
}

/// A step: what is said to those who watch, and what is done.
#[derive(Debug, Clone)]
pub struct Step {
    pub note: Option<String>,
    pub act: Option<Act>,
}

impl Story {
    /// Reads and checks a story.
    pub fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let wrong = |why: String| {
            let next = "docs/scenarios.md describes every key";
            Failure::unusable(format!("{name}: {why}"), next)
        };
        let file: StoryFile = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        Self::check(file).map_err(wrong)
    }

    fn check(file: StoryFile) -> Result<Self, String> {
        if file.parties.len() < 2 {
            return Err("a story needs at least two parties".to_owned());
        }
        let mut keys = BTreeSet::new();
        for party in &file.parties {
            if party.posts.is_empty() || !keys.insert(party.key.clone()) {
                return Err(format!(
                    "party \"{}\" has no post, or stands twice",
                    party.key
                ));
            }
        }
        let mut told = Told {
            keys,
            labels: BTreeSet::new(),
            stopped: BTreeSet::new(),
            broken: BTreeSet::new(),
        };
        let mut steps = Vec::new();
        for (number, table) in file.steps.into_iter().enumerate() {
            let label = table.get("label").and_then(Value::as_str);
            let label = label.map_or_else(String::new, |label| format!(" ({label})"));
            let step = Step::read(table).and_then(|step| told.take(&step).map(|()| step));
            steps.push(step.map_err(|why| format!("step {}{label}: {why}", number + 1))?);
        }
        told.at_the_end()?;
        Ok(Self {
            title: file.title,
            source: file.source,
            ladder: file.ladder,
            parties: file.parties,
            terms: terms(file.line)?,
            steps,
            calendars: BTreeMap::new(),
        })
    }

    /// Reads every calendar that a step names.
    pub fn with_calendars(
        mut self,
        read: impl Fn(&str) -> Result<String, Failure>,
    ) -> Result<Self, Failure> {
        let acts = self.steps.iter().filter_map(|step| step.act.as_ref());
        let mut calendars = BTreeMap::new();
        for act in acts {
            if let Act::Availability(act) = act {
                for name in std::iter::once(&act.availability).chain(&act.holidays) {
                    calendars.insert(name.clone(), read(name)?);
                }
            }
        }
        self.calendars = calendars;
        Ok(self)
    }
}

/// The charter's terms: what the story gives, and for what it leaves out what suits a story, then the usual.
fn terms(line: Line) -> Result<TermsView, String> {
    let mut terms = line.terms;
    for key in ["title", "level", "languages"] {
        if terms.contains_key(key) {
            return Err(format!("[line] gives {key} itself: leave it out of terms"));
        }
    }
    // A story is over before a test is due, and is settled while somebody watches.
    terms
        .entry("test_times")
        .or_insert_with(|| Value::Array(Vec::new()));
    terms
        .entry("settle_delay_ms")
        .or_insert(Value::Integer(200));
    let terms = TermsView::deserialize(Value::Table(terms));
    let terms = terms.map_err(|error| format!("[line] terms: {}", error.message()))?;
    Ok(TermsView {
        title: line.title,
        level: line.level,
        languages: line.languages,
        ..terms
    })
}

impl Step {
    fn read(mut table: Table) -> Result<Self, String> {
        let note = match table.remove("note") {
            None => None,
            Some(Value::String(note)) => Some(note),
            Some(_) => return Err("note is a text".to_owned()),
        };
        let act = Act::read(table)?;
        if note.is_none() && act.is_none() {
            return Err("it is empty".to_owned());
        }
        Ok(Self { note, act })
    }
}

/// How far a story has been told, for checking the next step.
struct Told {
    keys: BTreeSet<String>,
    labels: BTreeSet<String>,
    /// Parties whose node is stopped.
    stopped: BTreeSet<String>,
    /// Parties whose own way out is broken.
    broken: BTreeSet<String>,
}

impl Told {
    fn take(&mut self, step: &Step) -> Result<(), String> {
        let Some(act) = &step.act else { return Ok(()) };
        for party in act.parties() {
            self.known(party)?;
            if self.stopped.contains(party) && !matches!(act, Act::Start(_)) {
                return Err(format!(
                    "the node of \"{party}\" is stopped by then: start it first"
                ));
            }
        }
        if let Some(label) = act
            .needs()
            .into_iter()
            .find(|of| !self.labels.contains(*of))
        {
            return Err(format!("no step before it has the label \"{label}\""));
        }
        act.check_words()?;
        self.follow(act)?;
        match act.label() {
            Some(label) if !self.labels.insert(label.to_owned()) => {
                Err(format!("the label \"{label}\" stands twice"))
            }
            _ => Ok(()),
        }
    }

    fn known(&self, party: &str) -> Result<(), String> {
        if self.keys.contains(party) {
            Ok(())
        } else {
            Err(format!("there is no party \"{party}\""))
        }
    }

    /// What stops, breaks, starts and is mended.
    fn follow(&mut self, act: &Act) -> Result<(), String> {
        let breaks_all_ways = match act {
            Act::Stop(stop) => stop.unheard,
            Act::Uplink(_) => true,
            _ => false,
        };
        if breaks_all_ways && self.keys.len() > 2 {
            return Err("this is for stories of two parties: it cuts every way".to_owned());
        }
        let is_new = match act {
            Act::Stop(stop) => self.stopped.insert(stop.stop.clone()),
            Act::Start(start) => self.stopped.remove(&start.start),
            Act::Uplink(uplink) => match uplink.uplink {
                UplinkAct::Break => self.broken.insert(uplink.from.clone()),
                UplinkAct::Mend => self.broken.remove(&uplink.from),
            },
            _ => true,
        };
        if is_new {
            Ok(())
        } else {
            Err("it changes nothing: that is so already".to_owned())
        }
    }

    /// A story ends with one record on every side, so every side must be there.
    fn at_the_end(&self) -> Result<(), String> {
        if let Some(party) = self.stopped.first() {
            return Err(format!("at its end the node of \"{party}\" is stopped"));
        }
        match self.broken.first() {
            None => Ok(()),
            Some(party) => Err(format!(
                "at its end the own way out of \"{party}\" is broken"
            )),
        }
    }
}

impl Act {
    /// The parties that it names.
    fn parties(&self) -> Vec<&str> {
        match self {
            Self::Message(act) => vec![&act.from],
            Self::Receipt(act) => vec![&act.from],
            Self::Confirm(act) => vec![&act.from],
            Self::Answer(act) => vec![&act.from],
            Self::Correct(act) => vec![&act.from],
            Self::Cancel(act) => vec![&act.from],
            Self::Notify(act) => vec![&act.from],
            Self::NonPaper(act) => vec![&act.from, &act.to],
            Self::Ask(act) => vec![&act.from],
            Self::Finding(act) => vec![&act.from],
            Self::Announce(act) => vec![&act.from],
            Self::Status(act) => vec![&act.from],
            Self::Watch(act) => vec![&act.from],
            Self::Notice(act) => vec![&act.from],
            Self::Withdraw(act) => vec![&act.from],
            Self::Stop(act) => vec![&act.stop],
            Self::Start(act) => vec![&act.start],
            Self::Uplink(act) => vec![&act.from],
            Self::Pouch(act) => vec![&act.pouch.0, &act.pouch.1],
            Self::Contacts(act) => vec![&act.from],
            Self::Encounter(act) => {
                let others = act.setting.participants.iter().map(|(key, _)| key);
                let others = others.chain(&act.asked_by).chain(&act.host);
                others.chain([&act.from]).map(String::as_str).collect()
            }
            Self::Proceed(act) => {
                let others = act.setting.participants.iter().map(|(key, _)| key);
                let others = others.chain(&act.party);
                others.chain([&act.from]).map(String::as_str).collect()
            }
            Self::Agree(act) => vec![&act.from],
            Self::Topic(act) => vec![&act.from],
            Self::Position(act) => vec![&act.from],
            Self::Undertaking(act) => vec![&act.from, &act.who],
            Self::Readout(act) => vec![&act.from],
            Self::Statement(act) => vec![&act.from],
            Self::Availability(act) => vec![&act.from],
            Self::Match(act) => {
                let others = act.working.iter().map(|(key, ..)| key.as_str());
                others.chain([act.from.as_str()]).collect()
            }
            Self::Owed(act) => {
                let on = act.on.iter().map(String::as_str);
                on.chain([act.by.as_str()]).collect()
            }
            Self::Beside(act) => {
                let only = act.only.iter().map(|(key, _)| key.as_str());
                only.chain(act.on.iter().map(String::as_str)).collect()
            }
            Self::Cut(_) | Self::Restore(_) => Vec::new(),
            Self::Expect(_)
            | Self::Rings(_)
            | Self::Quiet(_)
            | Self::Crossed(_)
            | Self::Waits(_)
            | Self::Flags(_)
            | Self::History(_)
            | Self::Done(_) => self.on().iter().map(String::as_str).collect(),
        }
    }

    /// On which sides something is looked at; none for every side that runs.
    fn on(&self) -> &[String] {
        match self {
            Self::Expect(act) => &act.on,
            Self::Rings(act) => &act.on,
            Self::Quiet(act) => &act.on,
            Self::Crossed(act) => &act.on,
            Self::Waits(act) => &act.on,
            Self::Done(act) => &act.on,
            Self::Flags(act) => &act.on,
            Self::History(act) => &act.on,
            _ => &[],
        }
    }

    /// Labels of earlier steps that it is about.
    fn needs(&self) -> Vec<&str> {
        match self {
            Self::Message(act) => act.refs.iter().map(String::as_str).collect(),
            Self::Receipt(act) => vec![&act.of],
            Self::Confirm(act) => vec![&act.of],
            Self::Answer(act) => vec![&act.of],
            Self::Correct(act) => vec![&act.correct],
            Self::Cancel(act) => vec![&act.cancel],
            Self::Finding(act) => vec![&act.of],
            Self::Rings(act) => vec![&act.rings],
            Self::Quiet(act) => vec![&act.quiet],
            Self::Crossed(act) => vec![&act.crossed.0, &act.crossed.1],
            Self::Waits(act) => vec![&act.waits],
            Self::Done(act) => vec![&act.done],
            Self::Encounter(act) => texts(act.within.iter().chain(&act.returns)),
            Self::Proceed(act) => texts([&act.of].into_iter().chain(&act.cites).chain(&act.found)),
            Self::Agree(act) => vec![&act.agree],
            Self::Topic(act) => texts(act.raised_in.iter()),
            Self::Position(act) => texts([&act.of].into_iter().chain(&act.put_in)),
            Self::Undertaking(act) => texts([&act.taken_from].into_iter().chain(&act.topics)),
            Self::Readout(act) => vec![&act.of],
            Self::Statement(act) => texts(act.discloses.iter().map(|(label, _)| label)),
            Self::Flags(act) => vec![&act.flags],
            Self::Owed(act) => vec![&act.owed],
            Self::History(act) => vec![&act.history],
            Self::Beside(act) => vec![&act.beside],
            _ => Vec::new(),
        }
    }

    /// The label that later steps can refer to it by.
    fn label(&self) -> Option<&str> {
        match self {
            Self::Message(act) => act.label.as_deref(),
            Self::Receipt(act) => act.label.as_deref(),
            Self::Correct(act) => act.label.as_deref(),
            Self::Cancel(act) => act.label.as_deref(),
            Self::Notify(act) => act.label.as_deref(),
            Self::Ask(act) => Some(&act.label),
            Self::Contacts(act) => act.label.as_deref(),
            Self::Encounter(act) => Some(&act.label),
            Self::Proceed(act) => act.label.as_deref(),
            Self::Topic(act) => Some(&act.label),
            Self::Undertaking(act) => Some(&act.label),
            Self::Readout(act) => Some(&act.label),
            Self::Statement(act) => Some(&act.label),
            Self::Match(act) => Some(&act.label),
            _ => None,
        }
    }

    /// Whether words that are one of a few are one of them.
    fn check_words(&self) -> Result<(), String> {
        let message_type = |word: &str| {
            let all = [MessageType::Real, MessageType::Exercise, MessageType::Test];
            one_of(word, all.map(MessageType::word))
        };
        let channel = |word: &str| one_of(word, Channel::ALL.iter().map(|c| c.word()));
        match self {
            Self::Message(act) => {
                message_type(&act.message_type)?;
                one_of(&act.form, Form::ALL.iter().map(|form| form.word()))?;
                precedence(&act.precedence)?;
                if act.refused.is_some() && act.label.is_some() {
                    return Err("what is refused has no place: leave its label out".to_owned());
                }
                Ok(())
            }
            Self::Receipt(act) => {
                let stages = (1..=8).filter_map(Stage::from_number);
                one_of(&act.receipt, stages.map(Stage::word))?;
                if (act.receipt == Stage::StandBy.word()) != act.within_min.is_some() {
                    return Err("within_min goes with stand by, and only with it".to_owned());
                }
                Ok(())
            }
            Self::Confirm(act) => one_of(&act.confirm, Verdict::ALL.iter().map(|v| v.word())),
            Self::Answer(act) => one_of(&act.answer, Outcome::ALL.iter().map(|o| o.word())),
            Self::Notify(act) => {
                message_type(&act.message_type)?;
                act.precedence.as_deref().map_or(Ok(()), precedence)?;
                let mut values = act.values.values();
                values.try_for_each(|value| times::filled(value, 0).map(drop))
            }
            Self::Ask(act) => message_type(&act.message_type).and_then(|()| channel(&act.ask)),
            Self::Finding(act) => one_of(&act.finding, Origin::ALL.iter().map(|o| o.word())),
            Self::Announce(act) => {
                message_type(&act.message_type).and_then(|()| channel(&act.announce))
            }
            Self::Status(act) => {
                message_type(&act.message_type)?;
                one_of(&act.status, StatusAct::ALL.iter().map(|a| a.word()))
            }
            Self::Notice(act) => notice(&act.notice),
            Self::Withdraw(act) => notice(&act.withdraw),
            Self::Contacts(act) => message_type(&act.message_type),
            Self::Encounter(act) => {
                message_type(&act.message_type)?;
                one_of(
                    &act.encounter,
                    EncounterKind::ALL.iter().map(|kind| kind.word()),
                )
            }
            Self::Proceed(act) => {
                if act.found.is_some() && act.window.is_some() {
                    return Err("it has a window or a date that was found, not both".to_owned());
                }
                for claim in &act.claims {
                    claimed_times(claim).map_err(|failure| failure.title)?;
                }
                one_of(&act.proceed, StepAct::ALL.iter().map(|act| act.word()))
            }
            Self::Topic(act) => {
                message_type(&act.message_type)?;
                one_of(&act.topic, TopicKind::ALL.iter().map(|kind| kind.word()))
            }
            Self::Position(act) => {
                let words = TopicStatus::ALL.iter().map(|status| status.word());
                act.stands
                    .as_deref()
                    .map_or(Ok(()), |status| one_of(status, words))
            }
            Self::Statement(act) => {
                message_type(&act.message_type)?;
                let mut extents = act.discloses.iter();
                extents.try_for_each(|(_, extent)| {
                    one_of(extent, Extent::ALL.iter().map(|extent| extent.word()))
                })
            }
            Self::Match(act) => message_type(&act.message_type),
            Self::Expect(act) if act.expect.words().is_empty() => {
                Err("expect names at least one state".to_owned())
            }
            Self::Expect(act) => {
                let mut words = act.expect.words().iter();
                words.try_for_each(|word| one_of(word, STATES))
            }
            _ => Ok(()),
        }
    }
}

fn texts<'a>(labels: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    labels.map(String::as_str).collect()
}

fn precedence(word: &str) -> Result<(), String> {
    one_of(word, Precedence::ALL.iter().map(|p| p.word()))
}

fn notice(word: &str) -> Result<(), String> {
    one_of(word, NoticeKind::ALL.iter().map(|kind| kind.word()))
}

fn one_of(word: &str, all: impl IntoIterator<Item = &'static str>) -> Result<(), String> {
    let all: Vec<&str> = all.into_iter().collect();
    if all.contains(&word) {
        return Ok(());
    }
    Err(format!("\"{word}\" is not one of {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title = 't'\n[line]\ntitle = 'l'\nlevel = 'watch'\n[[party]]\nkey = 'a'\nname = 'A'\nposts = ['w']\n[[party]]\nkey = 'b'\nname = 'B'\nposts = ['w']\n";
    const MESSAGE: &str = "[[step]]\nfrom = 'a'\nlabel = 'm'\ntext = 'x'\n";

    fn why(steps: &str) -> String {
        let story = Story::parse("f", &format!("{HEAD}{steps}"));
        story.map_or_else(|failure| failure.title, |_| "nothing".to_owned())
    }

    #[test]
    fn the_built_in_stories_are_right() {
        for (name, text) in super::super::BUILT_IN {
            Story::parse(name, text).expect(name);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_step() {
        let wrong = [
            ("from = 'c'\ntext = 'x'", "no party \"c\""),
            (
                "from = 'a'\ntext = 'x'\ncut = 'quic'",
                "more than one thing (text, cut)",
            ),
            ("from = 'a'\nreceipt = 'shown'\nof = 'n'", "no step before"),
            ("from = 'a'\ntext = 'x'\nlabel = 'm'", "stands twice"),
            ("cut = 'radio'", "unknown variant `radio`"),
            ("cutt = 'quic'", "(cutt) says what it does"),
            ("cut = 'quic'\nfrom = 'a'", "unknown field `from`"),
            ("text = 'x'", "missing field `from`"),
            ("note = 1", "note is a text"),
            ("", "it is empty"),
            (
                "from = 'b'\nreceipt = 'read'\nof = 'm'",
                "\"read\" is not one of shown",
            ),
            ("from = 'b'\nreceipt = 'stand by'\nof = 'm'", "within_min"),
            (
                "from = 'a'\ntext = 'x'\ntype = 'drill'",
                "\"drill\" is not one of real",
            ),
            (
                "from = 'a'\ntext = 'x'\nlabel = 'n'\nrefused = 'no'",
                "has no place",
            ),
            ("expect = 'fine'", "\"fine\" is not one of open"),
            ("expect = ['open', 'fine']", "\"fine\" is not one of open"),
            ("expect = []", "at least one state"),
            ("expect = 'open'\non = ['c']", "no party \"c\""),
            (
                "from = 'b'\nanswer = 'maybe'\nof = 'm'",
                "\"maybe\" is not one of will comply",
            ),
            ("from = 'b'\nwatch = 'leave'", "unknown variant `leave`"),
            (
                "from = 'a'\nnotify = 't'\n[step.values]\nx = '{tomorrow}'",
                "{tomorrow}",
            ),
            ("start = 'a'", "changes nothing"),
            ("stop = 'a'", "at its end the node of \"a\" is stopped"),
            (
                "from = 'b'\nuplink = 'break'",
                "own way out of \"b\" is broken",
            ),
        ];
        for (step, expected) in wrong {
            let why = why(&format!("{MESSAGE}[[step]]\n{step}"));
            assert!(why.contains(expected), "{step}\n{why}");
            assert!(
                why.contains("step 2") || why.contains("at its end"),
                "{why}"
            );
        }
    }

    #[test]
    fn a_node_that_is_stopped_does_nothing() {
        let stop = "[[step]]\nstop = 'a'\n";
        let start = "[[step]]\nstart = 'a'\n";
        let stopped = why(&format!("{stop}{MESSAGE}{start}"));
        assert!(
            stopped.contains("step 2 (m): the node of \"a\" is stopped"),
            "{stopped}"
        );
        assert_eq!(why(&format!("{stop}{start}{MESSAGE}")), "nothing");
    }

    #[test]
    fn what_cuts_every_way_is_for_two_parties() {
        let third = "[[party]]\nkey = 'c'\nname = 'C'\nposts = ['w']\n";
        for step in ["stop = 'a'\nunheard = true", "from = 'a'\nuplink = 'break'"] {
            let why = why(&format!("{third}[[step]]\n{step}"));
            assert!(why.contains("stories of two parties"), "{why}");
        }
    }

    #[test]
    fn terms_are_those_of_a_charter() {
        let with = |terms: &str| {
            let text = HEAD.replace(
                "level = 'watch'",
                &format!("level = 'watch'\nterms = {terms}"),
            );
            Story::parse("f", &format!("{text}{MESSAGE}"))
        };
        let story = with("{ contact_interval_s = 2 }").expect("right");
        assert_eq!(story.terms.contact_interval_s, 2);
        assert!(story.terms.test_times.is_empty() && story.terms.settle_delay_ms == 200);
        let why = |terms: &str| with(terms).expect_err("wrong").title;
        assert!(why("{ contact = 2 }").contains("terms: unknown field `contact`"));
        assert!(why("{ level = 'x' }").contains("leave it out"));
    }
}
