//! What an entry's body says, by its kind (`spec/record.md` section 4, `spec/loop.md`), rules 21 to 38, and D4.

use crate::cbor::{Reader, Writer};
use crate::charter::Founded;
use crate::closing::{Answer, Confirmation};
use crate::contact::Contact;
use crate::credential::VerifiedCredential;
use crate::encounter::{Encounter, Step};
use crate::entry::{Kind, Ref, check_refs, read_refs, read_time};
use crate::field::{self, Values};
use crate::glossary::{Accord, Glossary};
use crate::id::{Hash, LineId, PartyIndex};
use crate::limits::{BODY_MAX, CHUNK_MAX, LANGUAGE_MAX, PURGE_MAX, SUBJECT_MAX, TIME_MAX};
use crate::message::Message;
use crate::origin::{Announcement, Finding, OriginQuery};
use crate::readout::{PublicStatement, Readout};
use crate::rule::Rule;
use crate::scheduling::Scheduling;
use crate::status::Status;
use crate::text::{Amendment, Assent, TextProposal};
use crate::topic::{Account, StatedPosition, Topic, Undertaking};

/// A decoded body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The line that the log belongs to.
    Founding(LineId),
    /// A message.
    Message(Box<Message>),
    /// Bytes of an attachment; they are the body's bytes themselves.
    Chunk,
    /// A receipt.
    Receipt(Receipt),
    /// Nothing but what the header says.
    Mark,
    /// The credential of the new node key.
    KeyChange(Box<VerifiedCredential>),
    /// What is proposed to be purged, and why.
    Purge(Purge),
    /// Agreement to the purge that the entry refers to.
    Consent,
    /// What the author says to a read-back.
    Confirmation(Confirmation),
    /// What closes an exchange.
    Answer(Answer),
    /// What its author takes on this line.
    Status(Status),
    /// Terms proposed.
    Glossary(Glossary),
    /// Agreement to a proposal, or the contrary.
    Accord(Accord),
    /// Whether an act outside the line was the other party's.
    OriginQuery(OriginQuery),
    /// The answer to that.
    Finding(Finding),
    /// An act outside the line that is to come.
    Announcement(Announcement),
    /// A text proposed.
    TextProposal(TextProposal),
    /// Changes to a text.
    Amendment(Amendment),
    /// An initial under a text.
    Initial(Assent),
    /// A signature under a text.
    Signature(Assent),
    /// An encounter that is asked for.
    Encounter(Box<Encounter>),
    /// Something done about one.
    Step(Box<Step>),
    /// An older contact.
    Contact(Contact),
    /// A topic.
    Topic(Topic),
    /// A position on one.
    Position(StatedPosition),
    /// An undertaking.
    Undertaking(Undertaking),
    /// An account of one.
    Account(Account),
    /// One side's account of a contact.
    Readout(Readout),
    /// What its author says in public.
    PublicStatement(PublicStatement),
    /// A step of private scheduling.
    Scheduling(Box<Scheduling>),
    /// A kind this version does not define.
    Other,
}

/// The surroundings that a body is checked against.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) founded: &'a Founded,
    pub(crate) party: PartyIndex,
    pub(crate) index: u64,
    pub(crate) seen: &'a [u64],
    pub(crate) refs: &'a [Ref],
    /// Serial of the key in force for this author.
    pub(crate) serial: u64,
    /// Purges known so far, to check a consent's reference.
    pub(crate) is_purge: &'a dyn Fn(Ref) -> bool,
    /// Entries on which the record's own rules rest.
    pub(crate) is_structural: &'a dyn Fn(Ref) -> bool,
}

impl Body {
    /// Decodes and checks a body in its place: rules 21 to 38, D1 to D12 and E1 to E10 in order.
    /// Decodes and checks a body in its place: rules 21 to 38, D1 to D12 and R1 to R5 in order.
    pub(crate) fn verify(kind: Kind, bytes: &[u8], around: &Around<'_>) -> Result<Self, Rule> {
        match kind {
            Kind::Founding => verify_founding(bytes, around).map(Self::Founding),
            Kind::Message => Message::read(bytes, Some(around)).map(|m| Self::Message(Box::new(m))),
            Kind::Chunk => verify_chunk(bytes).map(|()| Self::Chunk),
            Kind::Receipt => Receipt::read(bytes, Some(around)).map(Self::Receipt),
            Kind::Mark => empty_map(bytes).map(|()| Self::Mark),
            Kind::KeyChange => {
                verify_key_change(bytes, around).map(|c| Self::KeyChange(Box::new(c)))
            }
            Kind::Purge => Purge::read(bytes, Some(around)).map(Self::Purge),
            Kind::Consent => verify_consent(bytes, around).map(|()| Self::Consent),
            Kind::Confirmation => Confirmation::read(bytes, Some(around)).map(Self::Confirmation),
            Kind::Answer => Answer::read(bytes, Some(around)).map(Self::Answer),
            Kind::Status => Status::decode(bytes).map(Self::Status),
            Kind::Glossary => Glossary::decode(bytes).map(Self::Glossary),
            Kind::Accord => Accord::read(bytes, Some(around)).map(Self::Accord),
            Kind::OriginQuery => OriginQuery::decode(bytes).map(Self::OriginQuery),
            Kind::Finding => Finding::read(bytes, Some(around)).map(Self::Finding),
            Kind::Announcement => Announcement::decode(bytes).map(Self::Announcement),
            Kind::TextProposal => TextProposal::read(bytes, Some(around)).map(Self::TextProposal),
            Kind::Amendment => Amendment::read(bytes, Some(around)).map(Self::Amendment),
            Kind::Initial => Assent::read(bytes, Some(around)).map(Self::Initial),
            Kind::Signature => Assent::read(bytes, Some(around)).map(Self::Signature),
            Kind::Encounter => {
                Encounter::read(bytes, Some(around)).map(|e| Self::Encounter(Box::new(e)))
            }
            Kind::Step => Step::read(bytes, Some(around)).map(|s| Self::Step(Box::new(s))),
            Kind::Contact => Contact::read(bytes, Some(around)).map(Self::Contact),
            Kind::Topic => Topic::read(bytes, Some(around)).map(Self::Topic),
            Kind::Position => StatedPosition::read(bytes, Some(around)).map(Self::Position),
            Kind::Undertaking => Undertaking::read(bytes, Some(around)).map(Self::Undertaking),
            Kind::Account => Account::read(bytes, Some(around)).map(Self::Account),
            Kind::Readout => Readout::read(bytes, Some(around)).map(Self::Readout),
            Kind::PublicStatement => {
                PublicStatement::read(bytes, Some(around)).map(Self::PublicStatement)
            }
            Kind::SlotRequest
            | Kind::SlotCommitment
            | Kind::SlotEvaluation
            | Kind::SlotResult
            | Kind::SlotSeal
            | Kind::SlotOpening
            | Kind::SlotConfirmation
            | Kind::SlotWithdrawal => Ok(Scheduling::read(kind, bytes, Some(around))?
                .map_or(Self::Other, |said| Self::Scheduling(Box::new(said)))),
            Kind::Other(_) => Ok(Self::Other),
        }
    }
}

/// Encodes a founding body.
#[must_use]
pub fn encode_founding(line: &LineId) -> Vec<u8> {
    let mut w = Writer::new();
    w.map(1).uint(0).bytes(&line.0.0);
    w.into_bytes()
}

/// The body of a mark and of a purge consent.
pub const EMPTY_BODY: &[u8] = &[0xa0];

/// Encodes a key-change body around a credential's bytes.
#[must_use]
pub fn encode_key_change(credential: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.map(1).uint(0).bytes(credential);
    w.into_bytes()
}

/// The credential in a key-change body that was admitted before.
#[must_use]
pub fn key_change_credential(body: &[u8]) -> Option<Vec<u8>> {
    let mut r = Reader::checked(body, Rule::BodyShape).ok()?;
    single_key(&mut r).ok()?;
    r.bytes().ok().map(<[u8]>::to_vec)
}

fn verify_founding(bytes: &[u8], around: &Around<'_>) -> Result<LineId, Rule> {
    let mut r = Reader::checked(bytes, Rule::BodyShape)?;
    single_key(&mut r)?;
    let line = LineId(Hash(r.array_of()?));
    if line == around.founded.line() {
        Ok(line)
    } else {
        Err(Rule::FoundingCharter)
    }
}

fn verify_chunk(bytes: &[u8]) -> Result<(), Rule> {
    if (1..=CHUNK_MAX).contains(&bytes.len()) {
        Ok(())
    } else {
        Err(Rule::ChunkSize)
    }
}

fn empty_map(bytes: &[u8]) -> Result<(), Rule> {
    Reader::checked(bytes, Rule::BodyShape)?;
    if bytes == EMPTY_BODY {
        Ok(())
    } else {
        Err(Rule::BodyShape)
    }
}

/// Requires a map with the one key 0 and leaves the reader at its value.
fn single_key(r: &mut Reader<'_>) -> Result<(), Rule> {
    let mut keys = r.map()?;
    if keys.left() == 1 && keys.next(r)? == Some(0) {
        Ok(())
    } else {
        Err(Rule::BodyShape)
    }
}

fn verify_key_change(bytes: &[u8], around: &Around<'_>) -> Result<VerifiedCredential, Rule> {
    let mut r = Reader::checked(bytes, Rule::BodyShape)?;
    single_key(&mut r)?;
    let credential =
        VerifiedCredential::decode(r.bytes()?).map_err(|_| Rule::KeyChangeCredential)?;
    if credential.party_id() != around.founded.party_id(around.party) {
        return Err(Rule::KeyChangeCredential);
    }
    if credential.serial() <= around.serial {
        return Err(Rule::KeyChangeSerial);
    }
    Ok(credential)
}

fn verify_consent(bytes: &[u8], around: &Around<'_>) -> Result<(), Rule> {
    empty_map(bytes)?;
    match around.refs {
        [one] if one.party != around.party && (around.is_purge)(*one) => Ok(()),
        _ => Err(Rule::ConsentRef),
    }
}

/// A stage of the closed loop that a receipt can prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It was on a duty officer's screen.
    Shown,
    /// A person has it; not: agrees.
    Acknowledged,
    /// An answer is promised by a time.
    StandBy,
    /// It went to the class of people named.
    PassedOn,
    /// Translated aloud, at sight.
    SightTranslation,
    /// Translated in draft.
    RoughTranslation,
    /// Translated officially.
    OfficialTranslation,
    /// Said back in the receiver's own words.
    ReadBack,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Shown,
        Self::Acknowledged,
        Self::StandBy,
        Self::PassedOn,
        Self::SightTranslation,
        Self::RoughTranslation,
        Self::OfficialTranslation,
        Self::ReadBack,
    ];

    /// The number on the wire, from 1.
    #[must_use]
    pub fn number(self) -> u64 {
        self as u64 + 1
    }

    /// The stage of a number on the wire.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.number() == number)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Acknowledged => "acknowledged",
            Self::StandBy => "stand by",
            Self::PassedOn => "passed on",
            Self::SightTranslation => "sight translation",
            Self::RoughTranslation => "rough translation",
            Self::OfficialTranslation => "official translation",
            Self::ReadBack => "read back",
        }
    }

    /// The stage of a word, as [`Stage::word`] gives it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// A receipt: one stage reached by the message that the entry refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The stage.
    pub stage: Stage,
    /// When the act took place, as its author claims, ms.
    pub time: i64,
    /// The class of people it was passed to, or the language of a translation.
    pub class: Option<String>,
    /// The receipt's own words.
    pub words: Option<String>,
    /// By when an answer is promised, ms; present exactly for [`Stage::StandBy`].
    pub promised: Option<i64>,
    /// Values of critical fields typed again; only with [`Stage::ReadBack`].
    pub values: Values,
}

impl Receipt {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let optional = [
            self.class.is_some(),
            self.words.is_some(),
            self.promised.is_some(),
            !self.values.is_empty(),
        ];
        let mut w = Writer::new();
        w.map(2 + optional.iter().filter(|present| **present).count());
        w.uint(0).uint(self.stage.number()).uint(1).int(self.time);
        if let Some(class) = &self.class {
            w.uint(2).text(class);
        }
        if let Some(words) = &self.words {
            w.uint(3).text(words);
        }
        if let Some(promised) = self.promised {
            w.uint(4).int(promised);
        }
        if !self.values.is_empty() {
            w.uint(5);
            field::write_values(&mut w, &self.values);
        }
        w.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21, 32 and D4.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut stage, mut time, mut class, mut words, mut promised, mut values) =
            (None, None, None, None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => stage = Some(r.uint()?),
                1 => time = Some(read_time(&mut r)?),
                2 => class = Some(r.text()?.to_owned()),
                3 => words = Some(r.text()?.to_owned()),
                4 => promised = Some(read_time(&mut r)?),
                5 => values = Some(field::read_values(&mut r)?),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(stage), Some(time)) = (stage, time) else {
            return Err(Rule::BodyShape);
        };
        let stage = Stage::from_number(stage).ok_or(Rule::ReceiptStage)?;
        let time = in_range(time).ok_or(Rule::ReceiptStage)?;
        let promised = promised
            .map(|p| in_range(p).ok_or(Rule::ReceiptStage))
            .transpose()?;
        let fits =
            |text: &Option<String>, max| text.as_ref().is_none_or(|t| (1..=max).contains(&t.len()));
        let is_right = promised.is_some() == (stage == Stage::StandBy)
            && fits(&class, SUBJECT_MAX)
            && fits(&words, BODY_MAX);
        if !is_right {
            return Err(Rule::ReceiptStage);
        }
        if let Some(around) = around {
            let refers = matches!(around.refs, [one] if one.party != around.party);
            if !refers {
                return Err(Rule::ReceiptRef);
            }
        }
        let is_read_back = |values: &Values| stage == Stage::ReadBack && field::are_right(values);
        if !values.as_ref().is_none_or(is_read_back) {
            return Err(Rule::ReceiptFields);
        }
        Ok(Self {
            stage,
            time,
            class,
            words,
            promised,
            values: values.unwrap_or_default(),
        })
    }
}

/// The time if it is within ± `TIME_MAX`.
pub(crate) fn in_range(time: Option<i64>) -> Option<i64> {
    time.filter(|t| t.checked_abs().is_some_and(|t| t <= TIME_MAX))
}

/// A proposal to delete the bodies of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// The entries.
    pub targets: Vec<Ref>,
    /// The reason, for the record.
    pub reason: String,
}

impl Purge {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(2).uint(0).array(self.targets.len());
        for target in &self.targets {
            target.write(&mut w);
        }
        w.uint(1).text(&self.reason);
        w.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and 37.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut targets, mut reason) = (None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => targets = Some(read_refs(&mut r)?),
                1 => reason = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(targets), Some(reason)) = (targets, reason) else {
            return Err(Rule::BodyShape);
        };
        let purge = Self { targets, reason };
        if purge.is_right(around) {
            Ok(purge)
        } else {
            Err(Rule::PurgeTarget)
        }
    }

    fn is_right(&self, around: Option<&Around<'_>>) -> bool {
        let is_formed = (1..=PURGE_MAX).contains(&self.targets.len())
            && (1..=SUBJECT_MAX).contains(&self.reason.len())
            && self
                .targets
                .iter()
                .enumerate()
                .all(|(i, t)| !self.targets[..i].contains(t));
        let is_allowed = around.is_none_or(|around| {
            self.targets.iter().all(|t| {
                check_refs(std::slice::from_ref(t), around.seen).is_ok()
                    && !(around.is_structural)(*t)
            })
        });
        is_formed && is_allowed
    }
}

/// Whether a language tag has the form of BCP 47: letters, digits and hyphens, beginning with a letter.
#[must_use]
pub fn is_language(tag: &str) -> bool {
    (2..=LANGUAGE_MAX).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphabetic())
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_reads_back_as_written() {
        let receipt = Receipt {
            stage: Stage::StandBy,
            time: -5,
            class: None,
            words: Some("being translated".into()),
            promised: Some(7),
            values: Values::new(),
        };
        assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt));
    }

    #[test]
    fn stand_by_and_a_promised_time_go_together() {
        let base = Receipt {
            stage: Stage::Shown,
            time: 0,
            class: None,
            words: None,
            promised: None,
            values: Values::new(),
        };
        for (stage, promised) in [(Stage::StandBy, None), (Stage::Shown, Some(1))] {
            let receipt = Receipt {
                stage,
                promised,
                ..base.clone()
            };
            assert_eq!(Receipt::decode(&receipt.encode()), Err(Rule::ReceiptStage));
        }
    }

    #[test]
    fn a_purge_names_each_entry_once() {
        let target = Ref {
            party: PartyIndex(0),
            index: 4,
        };
        let purge = Purge {
            targets: vec![target, target],
            reason: "agreed".into(),
        };
        assert_eq!(Purge::decode(&purge.encode()), Err(Rule::PurgeTarget));
    }

    #[test]
    fn language_tags_have_the_form_of_bcp_47() {
        for good in ["en", "zh-Hans", "sr-Latn-RS", "x-private"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "e", "en_GB", "-en", "en-", "1en", "englishlong"] {
            assert!(!is_language(bad), "{bad}");
        }
    }
}
