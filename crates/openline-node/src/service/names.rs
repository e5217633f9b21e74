//! Names that people give, resolved: lines, places, parties, words.

use openline_core::charter::Founded;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::{Address, Form, Precedence};
use openline_core::{LineId, PartyIndex};

use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::officers::Actor;

/// The line that a name means: an id, the beginning of one (at least 4 digits), or a title.
pub(crate) fn line_of(engine: &Engine, name: &str) -> Answer<LineId> {
    let is_start = |id: &LineId| name.len() >= 4 && id.to_string().starts_with(name);
    let found: Vec<LineId> = engine
        .founded
        .iter()
        .filter(|(id, founded)| is_start(id) || founded.terms().title == name)
        .map(|(id, _)| *id)
        .collect();
    match found[..] {
        [id] => Ok(id),
        [] => Err(ServiceError::NotFound(format!(
            "there is no line \"{name}\"; openline line list shows all"
        ))),
        _ => Err(ServiceError::Unusable(format!(
            "\"{name}\" means more than one line; give more of the id"
        ))),
    }
}

/// The same for somebody who must have a right to the line; an attempt on another is noted.
pub(crate) fn line_for(engine: &mut Engine, actor: &Actor, name: &str) -> Answer<LineId> {
    let line = line_of(engine, name)?;
    if engine.sees(actor, &line) {
        return Ok(line);
    }
    let error = ServiceError::Forbidden(format!(
        "{actor} has no right to the line \"{name}\"; an administrator gives it: openline officer change"
    ));
    engine.note_failure(actor, &Deed::new(Act::Look).on(line), &error);
    Err(error)
}

/// A place as `PARTY/INDEX`, a joint number as `7` or `#7`, or the real text that was signed as number 1 as `T1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceName {
    Place(Ref),
    Joint(u64),
    Text(u64),
}

impl PlaceName {
    pub(crate) fn parse(text: &str) -> Answer<Self> {
        let bad = || {
            ServiceError::Unusable(format!(
                "\"{text}\" is not a place: give PARTY/INDEX, such as 0/12, a joint number, such as 7, or T1 for the text signed as number 1"
            ))
        };
        if let Some((party, index)) = text.split_once('/') {
            let party = party
                .parse::<usize>()
                .ok()
                .and_then(PartyIndex::from_usize)
                .ok_or_else(bad)?;
            return Ok(Self::Place(Ref {
                party,
                index: index.parse().map_err(|_| bad())?,
            }));
        }
        if let Some(number) = text.strip_prefix(['T', 't']) {
            return Ok(Self::Text(number.parse().map_err(|_| bad())?));
        }
        let number = text
            .strip_prefix('#')
            .unwrap_or(text)
            .parse()
            .map_err(|_| bad())?;
        Ok(Self::Joint(number))
    }

    pub(crate) fn find(self, reader: &openline_store::Reader, line: LineId) -> Answer<Ref> {
        match self {
            Self::Place(place) => Ok(place),
            Self::Text(number) => {
                super::texts::by_number(&super::entries::Looking::at(reader, line)?, number)
            }
            Self::Joint(number) => reader.place_of(line, number)?.ok_or_else(|| {
                ServiceError::NotFound(format!(
                    "no entry has the joint number {number} yet; only settled entries are numbered"
                ))
            }),
        }
    }
}

/// An addressee, `PARTY:POST`; the party by name, id, beginning of an id, or position.
pub(crate) fn address(founded: &Founded, text: &str) -> Answer<Address> {
    let (party, post) = text.rsplit_once(':').ok_or_else(|| {
        ServiceError::Unusable(format!("\"{text}\" is not an addressee: give PARTY:POST"))
    })?;
    Ok(Address {
        party: party_of(founded, party)?,
        post: post.to_owned(),
    })
}

/// The party of a line that a name, an id, the beginning of one, or a position means.
pub(crate) fn party_of(founded: &Founded, party: &str) -> Answer<PartyIndex> {
    let found = founded.parties().find(|index| {
        founded.member(*index).is_some_and(|member| {
            let id = member.party_id().to_string();
            member.name() == party
                || (party.len() >= 4 && id.starts_with(party))
                || index.to_string() == party
        })
    });
    found.ok_or_else(|| {
        let names: Vec<&str> = founded
            .members()
            .iter()
            .map(openline_core::charter::Member::name)
            .collect();
        ServiceError::NotFound(format!(
            "the line has no party \"{party}\"; its parties are {}",
            names.join(", ")
        ))
    })
}

fn word<T: Copy>(text: &str, all: &[T], name: impl Fn(T) -> &'static str, what: &str) -> Answer<T> {
    let plain = |text: &str| {
        text.to_lowercase()
            .replace('-', " ")
            .replace('é', "e")
            .replace('ï', "i")
    };
    all.iter()
        .copied()
        .find(|value| plain(name(*value)) == plain(text))
        .ok_or_else(|| {
            let allowed: Vec<&str> = all.iter().map(|value| name(*value)).collect();
            ServiceError::Unusable(format!(
                "\"{text}\" is no {what}; it is one of: {}",
                allowed.join(", ")
            ))
        })
}

pub(crate) fn form(text: &str) -> Answer<Form> {
    word(text, Form::ALL, Form::word, "form")
}

pub(crate) fn precedence(text: &str) -> Answer<Precedence> {
    word(text, Precedence::ALL, Precedence::word, "precedence")
}

pub(crate) fn authority(text: &str) -> Answer<openline_core::message::Authority> {
    use openline_core::message::Authority;
    word(text, Authority::ALL, Authority::word, "level of authority")
}

/// A kind that no version defines.
const KIND_UNKNOWN: u64 = 1 << 10;

pub(crate) fn kind(text: &str) -> Answer<Kind> {
    // The last stands for every kind that this version does not know.
    let all: Vec<Kind> = (0..=KIND_UNKNOWN)
        .map(Kind::from_number)
        .filter(|kind| !matches!(kind, Kind::Other(number) if *number != KIND_UNKNOWN))
        .collect();
    word(text, &all, Kind::word, "kind")
}

pub(crate) fn message_type(text: &str) -> Answer<MessageType> {
    let all = [MessageType::Real, MessageType::Exercise, MessageType::Test];
    word(text, &all, MessageType::word, "message type")
}

pub(crate) fn stage(text: &str) -> Answer<openline_core::body::Stage> {
    let all: Vec<_> = (1..=8)
        .filter_map(openline_core::body::Stage::from_number)
        .collect();
    word(text, &all, openline_core::body::Stage::word, "stage")
}

pub(crate) fn verdict(text: &str) -> Answer<openline_core::closing::Verdict> {
    use openline_core::closing::Verdict;
    word(text, Verdict::ALL, Verdict::word, "verdict")
}

pub(crate) fn outcome(text: &str) -> Answer<openline_core::closing::Outcome> {
    use openline_core::closing::Outcome;
    word(text, Outcome::ALL, Outcome::word, "answer")
}

pub(crate) fn act(text: &str) -> Answer<openline_core::status::Act> {
    use openline_core::status::Act;
    word(text, Act::ALL, Act::word, "line status")
}

pub(crate) fn notice(text: &str) -> Answer<openline_core::watch::NoticeKind> {
    use openline_core::watch::NoticeKind;
    word(text, NoticeKind::ALL, NoticeKind::word, "notice")
}

pub(crate) fn encounter(text: &str) -> Answer<openline_core::encounter::EncounterKind> {
    use openline_core::encounter::EncounterKind;
    word(
        text,
        EncounterKind::ALL,
        EncounterKind::word,
        "kind of encounter",
    )
}

pub(crate) fn step(text: &str) -> Answer<openline_core::encounter::StepAct> {
    use openline_core::encounter::StepAct;
    word(text, StepAct::ALL, StepAct::word, "act")
}

pub(crate) fn topic(text: &str) -> Answer<openline_core::topic::TopicKind> {
    use openline_core::topic::TopicKind;
    word(text, TopicKind::ALL, TopicKind::word, "kind of topic")
}

pub(crate) fn topic_status(text: &str) -> Answer<openline_core::topic::TopicStatus> {
    use openline_core::topic::TopicStatus;
    word(text, TopicStatus::ALL, TopicStatus::word, "status")
}

pub(crate) fn kept(text: &str) -> Answer<openline_core::topic::Kept> {
    use openline_core::topic::Kept;
    word(text, Kept::ALL, Kept::word, "account")
}

pub(crate) fn channel(text: &str) -> Answer<openline_core::origin::Channel> {
    use openline_core::origin::Channel;
    word(text, Channel::ALL, Channel::word, "channel")
}

pub(crate) fn origin(text: &str) -> Answer<openline_core::origin::Origin> {
    use openline_core::origin::Origin;
    word(text, Origin::ALL, Origin::word, "finding")
}

pub(crate) fn slot_method(text: &str) -> Answer<openline_core::scheduling::Method> {
    use openline_core::scheduling::Method;
    word(text, Method::ALL, Method::word, "method")
}

pub(crate) fn tie_rule(text: &str) -> Answer<openline_core::scheduling::TieRule> {
    use openline_core::scheduling::TieRule;
    word(text, TieRule::ALL, TieRule::word, "rule")
}

pub(crate) fn stance(text: &str) -> Answer<openline_core::glossary::Stance> {
    use openline_core::glossary::Stance;
    word(text, Stance::ALL, Stance::word, "stance")
}

impl Service {
    /// The line and the entry that two names mean.
    pub(super) async fn resolve(&self, line: &str, place: &str) -> Answer<(LineId, Ref)> {
        let line = self.resolve_line(line).await?;
        let place = PlaceName::parse(place)?;
        let place = self.read(move |reader| place.find(reader, line)).await?;
        Ok((line, place))
    }

    pub(super) async fn resolve_line(&self, line: &str) -> Answer<LineId> {
        let (name, actor) = (line.to_owned(), self.actor.clone());
        self.engine(move |engine| line_for(engine, &actor, &name))
            .await
    }
}
