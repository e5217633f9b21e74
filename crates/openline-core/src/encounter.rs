//! Encounters: calls, meetings and visits, and what is done about them (`spec/encounters.md` sections 2 and 3; rules E1 to E5).

use crate::body::{Around, in_range, is_language};
use crate::cbor::{Reader, Writer};
use crate::closing::are_words;
use crate::entry::{Ref, read_ref, read_time};
use crate::id::PartyIndex;
use crate::keyed::Keyed;
use crate::limits::{CLAIMS_MAX, PARTICIPANTS_MAX, SUBJECT_MAX, TEXTS_MAX};
use crate::numbered::numbered;
use crate::rule::Rule;

mod claim;

pub use claim::{Moment, TimeClaim, civil_parts};

numbered! {
    /// What kind of encounter.
    EncounterKind {
        /// A call.
        Call = "call",
        /// A meeting.
        Meeting = "meeting",
        /// A visit, which may have a programme.
        Visit = "visit",
    }
}

/// Who takes part, by office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Of which party.
    pub party: PartyIndex,
    /// The office, not the person's name.
    pub office: String,
}

/// An encounter that is asked for; the entry is the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// What kind.
    pub kind: EncounterKind,
    /// What it is about.
    pub subject: String,
    /// At which level, such as `foreign minister`.
    pub level: String,
    /// Who asked for it, as the author has it.
    pub asked: PartyIndex,
    /// Whose guests the others are.
    pub host: Option<PartyIndex>,
    /// Who takes part.
    pub participants: Vec<Participant>,
    /// Where.
    pub place: Option<String>,
    /// In which languages (BCP 47).
    pub languages: Vec<String>,
    /// Who interprets.
    pub interpreter: Option<String>,
    /// The visit in whose programme it is; one of the entry's references.
    pub within: Option<Ref>,
    /// The visit that it returns; one of the entry's references.
    pub returns: Option<Ref>,
    /// Words.
    pub words: Option<String>,
}

impl Encounter {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Keyed::new();
        map.uint(0, self.kind.number())
            .text(1, &self.subject)
            .text(2, &self.level)
            .uint(3, u64::from(self.asked.0));
        if let Some(host) = self.host {
            map.uint(4, u64::from(host.0));
        }
        put_setting(
            &mut map,
            5,
            &self.participants,
            self.place.as_ref(),
            &self.languages,
            self.interpreter.as_ref(),
        );
        for (key, link) in [(9, self.within), (10, self.returns)] {
            if let Some(link) = link {
                map.put(key, |w| link.write(w));
            }
        }
        map.text_of(11, self.words.as_ref());
        map.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21, E2 and E3.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut kind, mut subject, mut level, mut asked, mut host) =
            (None, None, None, None, None);
        let (mut within, mut returns, mut words) = (None, None, None);
        let mut setting = Setting::default();
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => kind = Some(r.uint()?),
                1 => subject = Some(r.text()?.to_owned()),
                2 => level = Some(r.text()?.to_owned()),
                3 => asked = Some(read_party(&mut r)?),
                4 => host = Some(read_party(&mut r)?),
                5..=8 => setting.read(key - 5, &mut r)?,
                9 => within = Some(read_ref(&mut r)?),
                10 => returns = Some(read_ref(&mut r)?),
                11 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(kind), Some(subject), Some(level), Some(asked)) = (kind, subject, level, asked)
        else {
            return Err(Rule::BodyShape);
        };
        let is_right = is_label(&subject)
            && is_label(&level)
            && is_member(asked, around)
            && host.is_none_or(|host| is_member(host, around))
            && setting.is_right(around)
            && are_words(words.as_deref());
        let kind = EncounterKind::from_number(kind)
            .filter(|_| is_right)
            .ok_or(Rule::EncounterValue)?;
        check_links(kind, within, returns, around)?;
        Ok(Self {
            kind,
            subject,
            level,
            asked,
            host,
            participants: setting.participants.unwrap_or_default(),
            place: setting.place,
            languages: setting.languages.unwrap_or_default(),
            interpreter: setting.interpreter,
            within,
            returns,
            words,
        })
    }
}

/// Rule E3.
fn check_links(
    kind: EncounterKind,
    within: Option<Ref>,
    returns: Option<Ref>,
    around: Option<&Around<'_>>,
) -> Result<(), Rule> {
    let is_named = |link: &Ref| around.is_none_or(|around| around.refs.contains(link));
    let is_right = [within, returns].iter().flatten().all(is_named)
        && (returns.is_none() || kind == EncounterKind::Visit)
        && (within.is_none() || within != returns);
    if is_right {
        Ok(())
    } else {
        Err(Rule::EncounterLink)
    }
}

numbered! {
    /// What is done about an encounter, or said of it.
    StepAct {
        /// It is accepted in principle; no time yet.
        Accepted = "accepted in principle",
        /// A time and perhaps a place are proposed.
        Scheduled = "scheduled",
        /// It has taken place, as the author has it.
        Held = "held",
        /// A readout of it exists: the entry's second reference.
        ReadOut = "read out",
        /// It is declined.
        Declined = "declined",
        /// It is put off.
        Postponed = "postponed",
        /// Who asked for it, as the author has it.
        AskedBy = "asked by",
        /// It obliges a return visit, which the named party owes.
        ReturnOwed = "return owed",
    }
}

impl StepAct {
    fn ends(self) -> bool {
        matches!(self, Self::Declined | Self::Postponed)
    }

    fn names_party(self) -> bool {
        matches!(self, Self::AskedBy | Self::ReturnOwed)
    }

    fn may_set(self) -> bool {
        matches!(self, Self::Scheduled | Self::Held)
    }
}

/// An act about the encounter that the entry's first reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub act: StepAct,
    /// From and to when, ms; exactly with [`StepAct::Scheduled`].
    pub window: Option<(i64, i64)>,
    /// The times as sources state them; only with [`StepAct::Held`].
    pub claims: Vec<TimeClaim>,
    /// The next window, ms; only where it is declined or postponed.
    pub next: Option<(i64, i64)>,
    /// Who asked, or who owes the return; exactly with those acts.
    pub party: Option<PartyIndex>,
    /// Who takes part; this and the three that follow only where it is scheduled or held.
    pub participants: Vec<Participant>,
    /// Where.
    pub place: Option<String>,
    /// In which languages.
    pub languages: Vec<String>,
    /// Who interprets.
    pub interpreter: Option<String>,
    /// The reason or other words; needed where it is declined or postponed.
    pub words: Option<String>,
}

impl Step {
    /// A step that says nothing but its act.
    #[must_use]
    pub fn bare(act: StepAct) -> Self {
        Self {
            act,
            window: None,
            claims: Vec::new(),
            next: None,
            party: None,
            participants: Vec::new(),
            place: None,
            languages: Vec::new(),
            interpreter: None,
            words: None,
        }
    }

    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Keyed::new();
        map.uint(0, self.act.number());
        if let Some(window) = self.window {
            map.put(1, |w| write_window(w, window));
        }
        if !self.claims.is_empty() {
            map.put(2, |w| {
                w.array(self.claims.len());
                self.claims.iter().for_each(|claim| claim.write(w));
            });
        }
        if let Some(next) = self.next {
            map.put(3, |w| write_window(w, next));
        }
        if let Some(party) = self.party {
            map.uint(4, u64::from(party.0));
        }
        put_setting(
            &mut map,
            5,
            &self.participants,
            self.place.as_ref(),
            &self.languages,
            self.interpreter.as_ref(),
        );
        map.text_of(9, self.words.as_ref());
        map.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21, E1, E4 and E5.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut act, mut window, mut claims, mut next, mut party, mut words) =
            (None, None, None, None, None, None);
        let mut setting = Setting::default();
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => act = Some(r.uint()?),
                1 => window = Some(read_window(&mut r)?),
                2 => claims = Some(claim::read_claims(&mut r)?),
                3 => next = Some(read_window(&mut r)?),
                4 => party = Some(read_party(&mut r)?),
                5..=8 => setting.read(key - 5, &mut r)?,
                9 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let act = act.ok_or(Rule::BodyShape)?;
        check_subject(around)?;
        let act = StepAct::from_number(act).ok_or(Rule::StepValue)?;
        let is_right = window.is_some() == (act == StepAct::Scheduled)
            && party.is_some() == act.names_party()
            && (claims.is_none() || act == StepAct::Held)
            && (next.is_none() || act.ends())
            && (setting.is_empty() || act.may_set())
            && (words.is_some() || !act.ends())
            && [&window, &next].into_iter().flatten().all(is_window)
            && party.is_none_or(|party| is_member(party, around))
            && setting.is_right(around)
            && are_words(words.as_deref())
            && (act != StepAct::ReadOut || around.is_none_or(|around| around.refs.len() >= 2));
        if !is_right {
            return Err(Rule::StepValue);
        }
        let claims = claims.map(claim::check_claims).transpose()?;
        Ok(Self {
            act,
            window: window.and_then(sound),
            claims: claims.unwrap_or_default(),
            next: next.and_then(sound),
            party,
            participants: setting.participants.unwrap_or_default(),
            place: setting.place,
            languages: setting.languages.unwrap_or_default(),
            interpreter: setting.interpreter,
            words,
        })
    }
}

/// Rule E1: the entry is about something.
pub(crate) fn check_subject(around: Option<&Around<'_>>) -> Result<(), Rule> {
    if around.is_none_or(|around| !around.refs.is_empty()) {
        Ok(())
    } else {
        Err(Rule::SubjectRef)
    }
}

/// Who, where and in which languages: four keys that encounters and steps share.
#[derive(Default)]
struct Setting {
    participants: Option<Vec<Participant>>,
    place: Option<String>,
    languages: Option<Vec<String>>,
    interpreter: Option<String>,
}

impl Setting {
    fn read(&mut self, key: u64, r: &mut Reader<'_>) -> Result<(), Rule> {
        match key {
            0 => self.participants = Some(read_participants(r)?),
            1 => self.place = Some(r.text()?.to_owned()),
            2 => {
                let languages = (0..r.array()?).map(|_| Ok(r.text()?.to_owned()));
                self.languages = Some(languages.collect::<Result<_, Rule>>()?);
            }
            _ => self.interpreter = Some(r.text()?.to_owned()),
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.participants.is_none()
            && self.place.is_none()
            && self.languages.is_none()
            && self.interpreter.is_none()
    }

    fn is_right(&self, around: Option<&Around<'_>>) -> bool {
        let are_languages = |languages: &Vec<String>| {
            (1..=TEXTS_MAX).contains(&languages.len())
                && languages.iter().all(|tag| is_language(tag))
                && !languages.iter().enumerate().any(|(at, tag)| {
                    let mut before = languages[..at].iter();
                    before.any(|other| other.eq_ignore_ascii_case(tag))
                })
        };
        self.participants
            .as_ref()
            .is_none_or(|who| are_participants(who, around))
            && self.place.as_ref().is_none_or(|place| is_label(place))
            && self.languages.as_ref().is_none_or(are_languages)
            && self.interpreter.as_ref().is_none_or(|who| is_label(who))
    }
}

fn put_setting(
    map: &mut Keyed,
    first: u64,
    participants: &[Participant],
    place: Option<&String>,
    languages: &[String],
    interpreter: Option<&String>,
) {
    if !participants.is_empty() {
        map.put(first, |w| write_participants(w, participants));
    }
    map.text_of(first + 1, place);
    if !languages.is_empty() {
        map.put(first + 2, |w| {
            w.array(languages.len());
            for tag in languages {
                w.text(tag);
            }
        });
    }
    map.text_of(first + 3, interpreter);
}

pub(crate) fn write_participants(w: &mut Writer, participants: &[Participant]) {
    w.array(participants.len());
    for who in participants {
        w.array(2).uint(u64::from(who.party.0)).text(&who.office);
    }
}

pub(crate) fn read_participants(r: &mut Reader<'_>) -> Result<Vec<Participant>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(2)?;
            Ok(Participant {
                party: read_party(r)?,
                office: r.text()?.to_owned(),
            })
        })
        .collect()
}

/// At least one, not too many, each once, of a party there is.
pub(crate) fn are_participants(who: &[Participant], around: Option<&Around<'_>>) -> bool {
    (1..=PARTICIPANTS_MAX).contains(&who.len())
        && who
            .iter()
            .all(|one| is_member(one.party, around) && is_label(&one.office))
        && !who
            .iter()
            .enumerate()
            .any(|(at, one)| who[..at].contains(one))
}

/// Reads a party's number. One that no charter can hold becomes one that none has.
pub(crate) fn read_party(r: &mut Reader<'_>) -> Result<PartyIndex, Rule> {
    Ok(PartyIndex(u8::try_from(r.uint()?).unwrap_or(u8::MAX)))
}

pub(crate) fn is_member(party: PartyIndex, around: Option<&Around<'_>>) -> bool {
    let count = around.map_or(crate::limits::PARTIES_MAX, |a| a.founded.party_count());
    party.at() < count
}

/// Short, and without control characters.
pub(crate) fn is_label(text: &str) -> bool {
    (1..=SUBJECT_MAX).contains(&text.len()) && !text.contains(char::is_control)
}

type RawWindow = (Option<i64>, Option<i64>);

fn read_window(r: &mut Reader<'_>) -> Result<RawWindow, Rule> {
    r.array_exact(2)?;
    Ok((read_time(r)?, read_time(r)?))
}

fn sound((from, to): RawWindow) -> Option<(i64, i64)> {
    in_range(from)
        .zip(in_range(to))
        .filter(|(from, to)| to > from)
}

fn is_window(window: &RawWindow) -> bool {
    sound(*window).is_some()
}

fn write_window(w: &mut Writer, (from, to): (i64, i64)) {
    w.array(2).int(from).int(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encounter() -> Encounter {
        let place = |index| Ref {
            party: PartyIndex(1),
            index,
        };
        Encounter {
            kind: EncounterKind::Visit,
            subject: "Two days of talks".into(),
            level: "foreign minister".into(),
            asked: PartyIndex(1),
            host: Some(PartyIndex(0)),
            participants: vec![Participant {
                party: PartyIndex(1),
                office: "Minister".into(),
            }],
            place: Some("The capital".into()),
            languages: vec!["en".into(), "zh-Hans".into()],
            interpreter: Some("each side's own".into()),
            within: Some(place(2)),
            returns: Some(place(3)),
            words: Some("as agreed".into()),
        }
    }

    #[test]
    fn encounters_and_steps_read_back_as_written() {
        assert_eq!(Encounter::decode(&encounter().encode()), Ok(encounter()));
        let step = Step {
            window: Some((5, 9)),
            place: Some("Hall".into()),
            languages: vec!["en".into()],
            ..Step::bare(StepAct::Scheduled)
        };
        assert_eq!(Step::decode(&step.encode()), Ok(step));
        let held = Step {
            claims: vec![TimeClaim {
                source: "a report".into(),
                begin: None,
                end: Some(Moment {
                    civil: Some("2023-06-18T20:00".into()),
                    zone: Some("Asia/Shanghai".into()),
                    utc: Some(1_687_078_800_000),
                    weekday: Some(7),
                }),
                minutes: Some(330),
            }],
            ..Step::bare(StepAct::Held)
        };
        assert_eq!(Step::decode(&held.encode()), Ok(held));
    }

    #[test]
    fn only_a_visit_returns_one_and_parts_go_with_their_act() {
        let mut call = encounter();
        call.kind = EncounterKind::Call;
        assert_eq!(Encounter::decode(&call.encode()), Err(Rule::EncounterLink));
        let refused = [
            Step::bare(StepAct::Scheduled),
            Step::bare(StepAct::Declined),
            Step::bare(StepAct::AskedBy),
            Step {
                window: Some((9, 9)),
                ..Step::bare(StepAct::Scheduled)
            },
            Step {
                place: Some("Hall".into()),
                ..Step::bare(StepAct::Accepted)
            },
        ];
        for step in refused {
            assert_eq!(Step::decode(&step.encode()), Err(Rule::StepValue));
        }
        assert!(Step::decode(&Step::bare(StepAct::Accepted).encode()).is_ok());
    }
}
