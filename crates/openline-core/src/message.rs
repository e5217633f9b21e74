//! Messages: the body of kind 1, rules 23 to 31 of `spec/record.md` and D1 to D3 of `spec/loop.md`.

use crate::admit::has_post;
use crate::body::{Around, in_range, is_language};
use crate::cbor::{Reader, Writer};
use crate::charter::is_post;
use crate::entry::read_time;
use crate::field::{self, Field};
use crate::id::{Hash, PartyIndex};
use crate::limits::{
    ADDRESSEES_MAX, ATTACHMENTS_MAX, CHUNK_MAX, STAGES_MAX, SUBJECT_MAX, TEXTS_MAX,
};
use crate::numbered::numbered;
use crate::rule::Rule;

numbered! {
    /// The diplomatic kind of a message.
    Form {
        /// Third person, initialled, numbered; answered by its like.
        NoteVerbale = "note verbale",
        /// First person, signed.
        FirstPersonNote = "first-person note",
        /// A summary left as an aid to memory.
        AideMemoire = "aide-mémoire",
        /// A statement of facts and argument.
        Memorandum = "memorandum",
        /// A request or intercession made on instruction.
        Demarche = "démarche",
        /// A formal objection.
        Protest = "protest",
        /// A plain message.
        Message = "message",
        /// A notification, usually from a template.
        Notification = "notification",
        /// A question.
        Query = "query",
        /// An answer.
        Reply = "reply",
        /// Replaces what it refers to.
        Correction = "correction",
        /// Withdraws what it refers to.
        Cancellation = "cancellation",
    }
}

numbered! {
    /// Speed, not importance.
    Precedence {
        /// Interrupts everything.
        Flash = "flash",
        /// Interrupts lower traffic.
        Immediate = "immediate",
        /// Ahead of routine.
        Priority = "priority",
        /// In its turn.
        Routine = "routine",
    }
}

numbered! {
    /// On whose authority a message is sent.
    Authority {
        /// The technical watch.
        Watch = "watch",
        /// An official.
        Official = "official",
        /// On instructions.
        OnInstructions = "on instructions",
        /// A minister.
        Minister = "minister",
        /// A head of government or state.
        HeadOfGovernment = "head of government",
    }
}

impl Form {
    /// Whether this form must refer to an earlier entry.
    #[must_use]
    pub fn needs_reference(self) -> bool {
        matches!(self, Self::Reply | Self::Correction | Self::Cancellation)
    }

    /// Whether this form takes the place of an earlier message of its own author.
    #[must_use]
    pub fn supersedes(self) -> bool {
        matches!(self, Self::Correction | Self::Cancellation)
    }
}

/// A post of a party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Whose post.
    pub party: PartyIndex,
    /// The post's name in the charter.
    pub post: String,
}

/// One language version of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// BCP 47 tag.
    pub language: String,
    /// The authoritative version, of which there is one; otherwise a courtesy translation.
    pub is_authoritative: bool,
    /// The words.
    pub text: String,
}

/// An attachment, whose bytes are chunk entries in the author's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name, for people.
    pub name: String,
    /// Media type (RFC 6838).
    pub media_type: String,
    /// Bytes in all.
    pub length: u64,
    /// SHA-256 of all bytes.
    pub sha256: Hash,
    /// Index of the first chunk in the author's log.
    pub first: u64,
    /// Number of chunks.
    pub chunks: u64,
}

/// A time that the author claims for a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedStage {
    /// The stage's name, free text.
    pub stage: String,
    /// The time, ms.
    pub time: i64,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The diplomatic kind.
    pub form: Form,
    /// Precedence for action addressees.
    pub precedence: Precedence,
    /// Action addressees.
    pub to: Vec<Address>,
    /// Info addressees; may be empty.
    pub info: Vec<Address>,
    /// Precedence for info addressees; present exactly when there are any.
    pub info_precedence: Option<Precedence>,
    /// Subject.
    pub subject: Option<String>,
    /// The authoritative text, then courtesy translations.
    pub texts: Vec<Text>,
    /// Year and number of a note verbale.
    pub number: Option<(u64, u64)>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
    /// The author's own reference.
    pub own_reference: Option<String>,
    /// Level of authority.
    pub authority: Option<Authority>,
    /// From and to, ms.
    pub validity: Option<(i64, i64)>,
    /// Times the author claims for stages before or outside this line.
    pub claimed: Vec<ClaimedStage>,
    /// The class of traffic, such as [`SAFETY_OF_LIFE`]; none for ordinary traffic.
    pub class: Option<String>,
    /// The template that the fields follow, as `name/version`.
    pub template: Option<String>,
    /// Typed-in facts, in order.
    pub fields: Vec<Field>,
}

/// The class of traffic that no suspension closes unless the charter leaves it out of key 9.
pub const SAFETY_OF_LIFE: &str = "safety-of-life";

impl Message {
    /// The authoritative text.
    #[must_use]
    pub fn authoritative(&self) -> &Text {
        &self.texts[0]
    }

    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let optional = [
            !self.info.is_empty(),
            self.info_precedence.is_some(),
            self.subject.is_some(),
            self.number.is_some(),
            !self.attachments.is_empty(),
            self.own_reference.is_some(),
            self.authority.is_some(),
            self.validity.is_some(),
            !self.claimed.is_empty(),
            self.class.is_some(),
            self.template.is_some(),
            !self.fields.is_empty(),
        ];
        let mut w = Writer::new();
        w.map(4 + optional.iter().filter(|present| **present).count());
        w.uint(0)
            .uint(self.form.number())
            .uint(1)
            .uint(self.precedence.number())
            .uint(2);
        write_addresses(&mut w, &self.to);
        self.write_from_info(&mut w);
        w.into_bytes()
    }

    fn write_from_info(&self, w: &mut Writer) {
        if !self.info.is_empty() {
            w.uint(3);
            write_addresses(w, &self.info);
        }
        if let Some(precedence) = self.info_precedence {
            w.uint(4).uint(precedence.number());
        }
        if let Some(subject) = &self.subject {
            w.uint(5).text(subject);
        }
        w.uint(6);
        write_texts(w, &self.texts);
        if let Some((year, number)) = self.number {
            w.uint(7).array(2).uint(year).uint(number);
        }
        self.write_from_attachments(w);
    }

    fn write_from_attachments(&self, w: &mut Writer) {
        if !self.attachments.is_empty() {
            w.uint(8).array(self.attachments.len());
            for a in &self.attachments {
                w.array(6).text(&a.name).text(&a.media_type).uint(a.length);
                w.bytes(&a.sha256.0).uint(a.first).uint(a.chunks);
            }
        }
        if let Some(reference) = &self.own_reference {
            w.uint(9).text(reference);
        }
        if let Some(authority) = self.authority {
            w.uint(10).uint(authority.number());
        }
        if let Some((from, to)) = self.validity {
            w.uint(11).array(2).int(from).int(to);
        }
        if !self.claimed.is_empty() {
            w.uint(12).array(self.claimed.len());
            for claimed in &self.claimed {
                w.array(2).text(&claimed.stage).int(claimed.time);
            }
        }
        if let Some(class) = &self.class {
            w.uint(13).text(class);
        }
        if let Some(template) = &self.template {
            w.uint(14).text(template);
        }
        if !self.fields.is_empty() {
            w.uint(15);
            field::write_fields(w, &self.fields);
        }
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rule 21, those of 23 to 31 that need no charter, and D1 to D3 but for places.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    /// Decodes and checks: rules 21, 23 to 31 and D1 to D3 in order; those that need the charter or the place only with `around`.
    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let raw = Raw::decode(bytes)?;
        let form = Form::from_number(raw.form).ok_or(Rule::MessageForm)?;
        let authority = raw
            .authority
            .map(|n| Authority::from_number(n).ok_or(Rule::MessageForm))
            .transpose()?;
        let precedence = Precedence::from_number(raw.precedence).ok_or(Rule::MessagePrecedence)?;
        let info_precedence = raw
            .info_precedence
            .map(|n| Precedence::from_number(n).ok_or(Rule::MessagePrecedence))
            .transpose()?;
        if info_precedence.is_some() != raw.info.is_some() {
            return Err(Rule::MessagePrecedence);
        }
        check_addresses(&raw.to, around)?;
        if let Some(info) = &raw.info {
            check_addresses(info, around)?;
        }
        let texts = check_texts(raw.texts)?;
        check_subject(raw.subject.as_deref(), raw.own_reference.as_deref())?;
        let claimed = check_claimed(raw.claimed)?;
        let needs_number = form == Form::NoteVerbale;
        if raw.number.is_some() != needs_number || raw.number.is_some_and(|(y, n)| y == 0 || n == 0)
        {
            return Err(Rule::MessageNumber);
        }
        let attachments = check_attachments(raw.attachments, around)?;
        let validity = raw.validity.map(check_validity).transpose()?;
        if form.needs_reference() && around.is_some_and(|around| around.refs.is_empty()) {
            return Err(Rule::MessageRefs);
        }
        let fits = |text: &Option<String>| text.as_deref().is_none_or(is_label);
        if !fits(&raw.class) || !fits(&raw.template) {
            return Err(Rule::MessageClass);
        }
        let fields = raw.fields.map(field::check_fields).transpose()?;
        if form.supersedes() {
            check_superseding(precedence, around)?;
        }
        Ok(Self {
            form,
            precedence,
            to: raw.to,
            info: raw.info.unwrap_or_default(),
            info_precedence,
            subject: raw.subject,
            texts,
            number: raw.number,
            attachments,
            own_reference: raw.own_reference,
            authority,
            validity,
            claimed,
            class: raw.class,
            template: raw.template,
            fields: fields.unwrap_or_default(),
        })
    }
}

/// A message of the right shape whose values have not been looked at.
#[derive(Default)]
struct Raw {
    form: u64,
    precedence: u64,
    to: Vec<Address>,
    info: Option<Vec<Address>>,
    info_precedence: Option<u64>,
    subject: Option<String>,
    texts: RawTexts,
    number: Option<(u64, u64)>,
    attachments: Option<Vec<Attachment>>,
    own_reference: Option<String>,
    authority: Option<u64>,
    validity: Option<(Option<i64>, Option<i64>)>,
    claimed: Option<Vec<(String, Option<i64>)>>,
    class: Option<String>,
    template: Option<String>,
    fields: Option<Vec<field::RawField>>,
}

impl Raw {
    fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let mut raw = Self::default();
        let mut required = 0u32;
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => raw.form = r.uint()?,
                1 => raw.precedence = r.uint()?,
                2 => raw.to = read_addresses(&mut r)?,
                3 => raw.info = Some(read_addresses(&mut r)?),
                4 => raw.info_precedence = Some(r.uint()?),
                5 => raw.subject = Some(r.text()?.to_owned()),
                6 => raw.texts = read_texts(&mut r)?,
                7 => raw.number = Some(read_number(&mut r)?),
                8 => raw.attachments = Some(read_attachments(&mut r)?),
                9 => raw.own_reference = Some(r.text()?.to_owned()),
                10 => raw.authority = Some(r.uint()?),
                11 => raw.validity = Some(read_validity(&mut r)?),
                12 => raw.claimed = Some(read_claimed(&mut r)?),
                13 => raw.class = Some(r.text()?.to_owned()),
                14 => raw.template = Some(r.text()?.to_owned()),
                15 => raw.fields = Some(field::read_fields(&mut r)?),
                _ => return Err(Rule::BodyShape),
            }
            required |= u32::from(matches!(key, 0 | 1 | 2 | 6)) << key;
        }
        if required == 0b100_0111 {
            Ok(raw)
        } else {
            Err(Rule::BodyShape)
        }
    }
}

fn write_addresses(w: &mut Writer, addresses: &[Address]) {
    w.array(addresses.len());
    for address in addresses {
        w.array(2)
            .uint(u64::from(address.party.0))
            .text(&address.post);
    }
}

fn read_addresses(r: &mut Reader<'_>) -> Result<Vec<Address>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(2)?;
            let party = PartyIndex(u8::try_from(r.uint()?).unwrap_or(u8::MAX));
            Ok(Address {
                party,
                post: r.text()?.to_owned(),
            })
        })
        .collect()
}

pub(crate) fn write_texts(w: &mut Writer, texts: &[Text]) {
    w.array(texts.len());
    for text in texts {
        w.array(3)
            .text(&text.language)
            .uint(u64::from(!text.is_authoritative))
            .text(&text.text);
    }
}

/// Texts of the right shape, whose values have not been looked at: language, status, words.
pub(crate) type RawTexts = Vec<(String, u64, String)>;

pub(crate) fn read_texts(r: &mut Reader<'_>) -> Result<RawTexts, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(3)?;
            Ok((r.text()?.to_owned(), r.uint()?, r.text()?.to_owned()))
        })
        .collect()
}

fn read_number(r: &mut Reader<'_>) -> Result<(u64, u64), Rule> {
    r.array_exact(2)?;
    Ok((r.uint()?, r.uint()?))
}

fn read_attachments(r: &mut Reader<'_>) -> Result<Vec<Attachment>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(6)?;
            Ok(Attachment {
                name: r.text()?.to_owned(),
                media_type: r.text()?.to_owned(),
                length: r.uint()?,
                sha256: Hash(r.array_of()?),
                first: r.uint()?,
                chunks: r.uint()?,
            })
        })
        .collect()
}

fn read_validity(r: &mut Reader<'_>) -> Result<(Option<i64>, Option<i64>), Rule> {
    r.array_exact(2)?;
    Ok((read_time(r)?, read_time(r)?))
}

fn read_claimed(r: &mut Reader<'_>) -> Result<Vec<(String, Option<i64>)>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(2)?;
            Ok((r.text()?.to_owned(), read_time(r)?))
        })
        .collect()
}

fn check_addresses(list: &[Address], around: Option<&Around<'_>>) -> Result<(), Rule> {
    let is_known = |address: &Address| match around {
        Some(around) => has_post(around.founded, address.party, &address.post),
        None => is_post(&address.post),
    };
    let is_right = (1..=ADDRESSEES_MAX).contains(&list.len())
        && list.iter().all(is_known)
        && list.iter().enumerate().all(|(i, a)| !list[..i].contains(a));
    if is_right {
        Ok(())
    } else {
        Err(Rule::MessageAddress)
    }
}

/// One authoritative text, then courtesy translations, each in another language.
pub(crate) fn check_texts(raw: RawTexts) -> Result<Vec<Text>, Rule> {
    let is_right = (1..=TEXTS_MAX).contains(&raw.len())
        && raw.iter().enumerate().all(|(i, (language, status, text))| {
            *status == u64::from(i > 0)
                && is_language(language)
                && !text.is_empty()
                && raw[..i]
                    .iter()
                    .all(|(other, _, _)| !other.eq_ignore_ascii_case(language))
        });
    if !is_right {
        return Err(Rule::MessageText);
    }
    let text = |(i, (language, _, text))| Text {
        language,
        is_authoritative: i == 0,
        text,
    };
    Ok(raw.into_iter().enumerate().map(text).collect())
}

fn check_subject(subject: Option<&str>, own_reference: Option<&str>) -> Result<(), Rule> {
    let fits = |text: Option<&str>| text.is_none_or(is_short);
    if fits(subject) && fits(own_reference) {
        Ok(())
    } else {
        Err(Rule::MessageSubject)
    }
}

fn is_short(text: &str) -> bool {
    (1..=SUBJECT_MAX).contains(&text.len())
}

/// Short words without control characters.
pub(crate) fn is_label(text: &str) -> bool {
    is_short(text) && !text.contains(char::is_control)
}

/// Rule D3: what takes another message's place goes at flash, and takes the place of its author's own.
fn check_superseding(precedence: Precedence, around: Option<&Around<'_>>) -> Result<(), Rule> {
    let is_own = around.is_none_or(|around| {
        around
            .refs
            .first()
            .is_some_and(|first| first.party == around.party)
    });
    if precedence == Precedence::Flash && is_own {
        Ok(())
    } else {
        Err(Rule::MessageSuperseding)
    }
}

fn check_claimed(raw: Option<Vec<(String, Option<i64>)>>) -> Result<Vec<ClaimedStage>, Rule> {
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    if !(1..=STAGES_MAX).contains(&raw.len()) {
        return Err(Rule::MessageSubject);
    }
    raw.into_iter()
        .map(|(stage, time)| {
            let time = in_range(time)
                .filter(|_| is_short(&stage))
                .ok_or(Rule::MessageSubject)?;
            Ok(ClaimedStage { stage, time })
        })
        .collect()
}

fn check_attachments(
    raw: Option<Vec<Attachment>>,
    around: Option<&Around<'_>>,
) -> Result<Vec<Attachment>, Rule> {
    let Some(list) = raw else {
        return Ok(Vec::new());
    };
    let fits = |a: &Attachment| {
        let is_placed = a.first.checked_add(a.chunks);
        is_short(&a.name)
            && is_short(&a.media_type)
            && a.length > 0
            && a.chunks == a.length.div_ceil(CHUNK_MAX as u64)
            && is_placed.is_some_and(|end| around.is_none_or(|around| end <= around.index))
            && around.is_none_or(|around| a.length <= around.founded.terms().attachment_limit)
    };
    let is_right = (1..=ATTACHMENTS_MAX).contains(&list.len()) && list.iter().all(fits);
    if is_right {
        Ok(list)
    } else {
        Err(Rule::MessageAttachment)
    }
}

fn check_validity((from, to): (Option<i64>, Option<i64>)) -> Result<(i64, i64), Rule> {
    match (in_range(from), in_range(to)) {
        (Some(from), Some(to)) if to > from => Ok((from, to)),
        _ => Err(Rule::MessageValidity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            form: Form::NoteVerbale,
            precedence: Precedence::Routine,
            to: vec![Address {
                party: PartyIndex(1),
                post: "watch".into(),
            }],
            info: vec![Address {
                party: PartyIndex(0),
                post: "desk".into(),
            }],
            info_precedence: Some(Precedence::Routine),
            subject: Some("Reciprocal visit".into()),
            texts: vec![
                Text {
                    language: "en".into(),
                    is_authoritative: true,
                    text: "The Ministry presents".into(),
                },
                Text {
                    language: "zh".into(),
                    is_authoritative: false,
                    text: "照会".into(),
                },
            ],
            number: Some((2023, 7)),
            attachments: vec![Attachment {
                name: "map.png".into(),
                media_type: "image/png".into(),
                length: 40_000,
                sha256: Hash([1; 32]),
                first: 3,
                chunks: 2,
            }],
            own_reference: Some("A/7".into()),
            authority: Some(Authority::Minister),
            validity: Some((1, 2)),
            claimed: vec![ClaimedStage {
                stage: "approved".into(),
                time: -9,
            }],
            class: Some(SAFETY_OF_LIFE.into()),
            template: Some("movement/1".into()),
            fields: vec![Field {
                name: "route".into(),
                value: "A1 to A2".into(),
                is_critical: true,
                is_releasable: false,
            }],
        }
    }

    #[test]
    fn a_message_reads_back_as_written() {
        assert_eq!(Message::decode(&message().encode()), Ok(message()));
    }

    type Spoil = fn(&mut Message);

    #[test]
    fn each_broken_value_names_its_rule() {
        let broken: [(Spoil, Rule); 12] = [
            (|m| m.info_precedence = None, Rule::MessagePrecedence),
            (|m| m.to.clear(), Rule::MessageAddress),
            (|m| m.texts[1].language = "EN".into(), Rule::MessageText),
            (|m| m.texts[0].text.clear(), Rule::MessageText),
            (|m| m.subject = Some(String::new()), Rule::MessageSubject),
            (|m| m.number = None, Rule::MessageNumber),
            (|m| m.attachments[0].chunks = 3, Rule::MessageAttachment),
            (|m| m.validity = Some((2, 2)), Rule::MessageValidity),
            (|m| m.class = Some("a\tb".into()), Rule::MessageClass),
            (|m| m.template = Some(String::new()), Rule::MessageClass),
            (|m| m.fields[0].name.clear(), Rule::MessageFields),
            (
                |m| (m.form, m.number) = (Form::Correction, None),
                Rule::MessageSuperseding,
            ),
        ];
        for (spoil, rule) in broken {
            let mut m = message();
            spoil(&mut m);
            assert_eq!(Message::decode(&m.encode()), Err(rule));
        }
    }

    #[test]
    fn a_key_that_is_not_defined_is_a_shape_error() {
        let mut bytes = message().encode();
        bytes[0] += 1;
        bytes.extend_from_slice(&[16, 0]);
        assert_eq!(Message::decode(&bytes), Err(Rule::BodyShape));
    }
}
