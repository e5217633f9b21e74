//! Messages, receipts, purges: what people release.

use openline_core::body::Purge;
use openline_core::charter::CharterTerms;
use openline_core::charter::Founded;
use openline_core::entry::{Kind, MessageType, Ref, SaltedBody};
use openline_core::field::Field;
use openline_core::limits::CHUNK_MAX;
use openline_core::message::{Address, Attachment, ClaimedStage, Form, Message, Text};
use openline_core::{Hash, LineId};
use openline_desk::language::count_words;
use openline_proto::DraftContent;

use super::entries::{Looking, place_text};
use super::names::{self, PlaceName};
use super::standing::check_taken;
use super::{Answer, Service};
use crate::engine::Engine;
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{AttachmentRequest, FieldView, ReleasedView, SendRequest};

impl Service {
    /// Releases a message. When this returns, it is durable here; not yet anywhere else.
    ///
    /// # Errors
    /// The rule that it would break, or why it can't be written now. [`ServiceError::NeedsOthers`] and [`ServiceError::Forbidden`] say
    /// under which id it was kept as a draft, if it was.
    pub async fn send(&self, request: SendRequest) -> Answer<ReleasedView> {
        self.release_request(request, None).await
    }

    /// What a message is to refer to must be of its own type: real, exercise and test can't be turned into each other.
    pub(super) async fn check_refs(
        &self,
        line: LineId,
        request: &SendRequest,
        first: Option<Ref>,
    ) -> Answer<()> {
        let Some(first) = first.filter(|_| is_about(&request.form)) else {
            return Ok(());
        };
        let message_type = names::message_type(&request.message_type)?;
        self.read(move |reader| {
            let entry = Looking::at(reader, line)?.entry(first)?;
            check_type(&entry, message_type)
        })
        .await
    }

    /// How many entries of each log there are, by party index.
    pub(super) async fn sizes(&self, line: LineId) -> Answer<Vec<u64>> {
        self.read(move |reader| {
            let founded = Looking::at(reader, line)?.founded;
            founded
                .parties()
                .map(|party| Ok(reader.size(line, party)?))
                .collect()
        })
        .await
    }

    /// The places that names mean, on a line.
    pub(super) async fn places(&self, line: LineId, names: &[String]) -> Answer<Vec<Ref>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let names = names
            .iter()
            .map(|name| PlaceName::parse(name))
            .collect::<Answer<Vec<_>>>()?;
        self.read(move |reader| {
            names
                .into_iter()
                .map(|name| name.find(reader, line))
                .collect()
        })
        .await
    }

    /// Proposes that the bodies of entries be deleted on every side.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn propose_purge(
        &self,
        line: &str,
        places: Vec<String>,
        reason: &str,
        post: &str,
    ) -> Answer<ReleasedView> {
        let line = self.resolve_line(line).await?;
        let targets = self.places(line, &places).await?;
        self.check_keeps_signatures(line, &targets).await?;
        let body = Purge {
            targets,
            reason: reason.to_owned(),
        }
        .encode();
        self.release_other(Engine::other(
            line,
            post.to_owned(),
            Kind::Purge,
            Vec::new(),
            body,
        ))
        .await
    }

    /// Agrees to a purge that another party has proposed. When every other party has agreed, the bodies are deleted.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn consent_purge(&self, line: &str, place: &str, post: &str) -> Answer<ReleasedView> {
        let (line, place) = self.resolve(line, place).await?;
        let targets = self
            .read(move |reader| {
                let purge = Looking::at(reader, line)?.entry(place)?;
                let is_purge = purge.header.kind == Kind::Purge;
                let body = purge.raw.body.filter(|_| is_purge);
                let purge = body.map(|(_, bytes)| Purge::decode(&bytes)).transpose()?;
                Ok(purge.map_or_else(Vec::new, |purge| purge.targets))
            })
            .await?;
        self.check_keeps_signatures(line, &targets).await?;
        let body = openline_core::body::EMPTY_BODY.to_vec();
        self.release_other(Engine::other(
            line,
            post.to_owned(),
            Kind::Consent,
            vec![place],
            body,
        ))
        .await
    }
}

impl Service {
    /// A signature is kept as long as the text is cited: without its body the text would not be signed any more.
    async fn check_keeps_signatures(&self, line: LineId, targets: &[Ref]) -> Answer<()> {
        let targets = targets.to_vec();
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            for target in targets {
                let entry = looking.entry(target);
                if entry.is_ok_and(|entry| entry.header.kind == Kind::Signature) {
                    return Err(ServiceError::Conflict(format!(
                        "{} is a signature under a text, which would not be signed any more: signatures are kept",
                        place_text(target)
                    )));
                }
            }
            Ok(())
        })
        .await
    }
}

/// Whether messages of a form are about the message that they refer to first.
fn is_about(form: &str) -> bool {
    names::form(form).is_ok_and(|form| form.needs_reference() || form == Form::NoteVerbale)
}

/// Real, exercise and test can't be turned into each other.
pub(super) fn check_type(
    entry: &openline_store::StoredEntry,
    message_type: MessageType,
) -> Answer<()> {
    if entry.header.message_type == message_type {
        return Ok(());
    }
    Err(ServiceError::Conflict(format!(
        "{} is of type {}; what is said about it must be of type {} too",
        place_text(entry.place),
        entry.header.message_type.word(),
        entry.header.message_type.word()
    )))
}

/// The chunks of all attachments, and what the message will say of each.
pub(super) type Cut = (Vec<Attachment>, Vec<SaltedBody>);

pub(super) fn cut_attachments(requests: &[AttachmentRequest]) -> Answer<Cut> {
    use base64::Engine as _;
    let (mut attachments, mut chunks) = (Vec::new(), Vec::new());
    for request in requests {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(&request.base64)
            .map_err(|_| {
                ServiceError::Unusable(format!("the attachment {} is not base64", request.name))
            })?;
        let pieces = bytes.chunks(CHUNK_MAX).map(|piece| SaltedBody {
            salt: crate::identity::random(),
            bytes: piece.to_vec(),
        });
        let before = chunks.len();
        chunks.extend(pieces);
        attachments.push(Attachment {
            name: request.name.clone(),
            media_type: request.media_type.clone(),
            length: bytes.len() as u64,
            sha256: Hash::of(&[&bytes]),
            first: 0,
            chunks: (chunks.len() - before) as u64,
        });
    }
    Ok((attachments, chunks))
}

/// The charter's word limit binds whoever writes, except to put right what was wrong.
fn check_length(request: &SendRequest, form: Form, terms: &CharterTerms) -> Answer<()> {
    let precedence = names::precedence(&request.precedence)?;
    let limit = terms.word_limits.get(precedence as usize);
    let Some(limit) = limit.copied().filter(|limit| *limit > 0) else {
        return Ok(());
    };
    if form.supersedes() {
        return Ok(());
    }
    let long = request
        .texts
        .iter()
        .map(|text| (&text.language, count_words(&text.text)))
        .find(|(_, words)| *words > limit);
    match long {
        None => Ok(()),
        Some((language, words)) => Err(ServiceError::Unusable(format!(
            "the text in \"{language}\" has {words} words; the charter allows {limit} at {}: shorten it, or send it at a lower precedence",
            precedence.word()
        ))),
    }
}

/// A message as its request has it, but for a number that it may need ([`number`]).
pub(super) fn prepare(
    engine: &Engine,
    line: LineId,
    request: &SendRequest,
    refs: Vec<Ref>,
    (attachments, chunks): Cut,
) -> Answer<Outgoing> {
    let founded = engine.founded.get(&line).cloned();
    let founded = founded.ok_or_else(|| ServiceError::NotFound("the line is gone".to_owned()))?;
    let limit = founded.terms().attachment_limit;
    if let Some(large) = attachments.iter().find(|a| a.length > limit) {
        return Err(ServiceError::Unusable(format!(
            "the attachment {} has {} bytes; the charter of this line allows {limit}",
            large.name, large.length
        )));
    }
    let me = engine.me(&line)?;
    let form = names::form(&request.form)?;
    check_length(request, form, founded.terms())?;
    let message = Message {
        form,
        precedence: names::precedence(&request.precedence)?,
        to: addressees(&founded, me, &request.to)?,
        info: request
            .info
            .iter()
            .map(|text| names::address(&founded, text))
            .collect::<Answer<_>>()?,
        info_precedence: info_precedence(request)?,
        subject: request.subject.clone(),
        texts: texts(request)?,
        number: None,
        attachments,
        own_reference: request.own_reference.clone(),
        authority: request
            .authority
            .as_deref()
            .map(names::authority)
            .transpose()?,
        validity: request.validity_ms.map(|[from, to]| (from, to)),
        claimed: request
            .claimed
            .iter()
            .map(|claimed| ClaimedStage {
                stage: claimed.stage.clone(),
                time: claimed.time_ms,
            })
            .collect(),
        class: request.class.clone(),
        template: request.template.clone(),
        fields: request.fields.iter().map(field_of).collect(),
    };
    let message_type = names::message_type(&request.message_type)?;
    check_taken(engine, &line, &founded, &message, message_type)?;
    let content = DraftContent::Message {
        message: Box::new(message),
        chunks,
    };
    Ok(Outgoing {
        line,
        post: request.post.clone(),
        message_type,
        time: request.time_ms,
        refs,
        content,
    })
}

/// Gives a prepared message the number that its form needs: the one asked for, or the next, which is then taken.
pub(super) fn number(
    engine: &mut Engine,
    request: &SendRequest,
    outgoing: &mut Outgoing,
) -> Answer<Option<[u64; 2]>> {
    let DraftContent::Message { message, .. } = &mut outgoing.content else {
        return Ok(None);
    };
    let time = request.time_ms.unwrap_or_else(wall_ms);
    let number = note_number(engine, &outgoing.line, message.form, request.number, time)?;
    message.number = number.map(|[year, number]| (year, number));
    Ok(number)
}

pub(super) fn field_of(field: &FieldView) -> Field {
    Field {
        name: field.name.clone(),
        value: field.value.clone(),
        is_critical: field.is_critical,
        is_releasable: field.is_releasable,
    }
}

fn note_number(
    engine: &mut Engine,
    line: &LineId,
    form: Form,
    given: Option<[u64; 2]>,
    time: i64,
) -> Answer<Option<[u64; 2]>> {
    match (form, given) {
        (Form::NoteVerbale, Some(given)) => Ok(Some(given)),
        (Form::NoteVerbale, None) => {
            let year = jiff::Timestamp::from_millisecond(time)
                .ok()
                .and_then(|at| {
                    u64::try_from(at.to_zoned_datetime(jiff::tz::TimeZone::UTC).year()).ok()
                })
                .ok_or_else(|| ServiceError::Unusable("the claimed time has no year".to_owned()))?;
            Ok(Some([year, engine.next_note_number(line, year)?]))
        }
        (_, Some(_)) => Err(ServiceError::Unusable(
            "only a note verbale carries a number".to_owned(),
        )),
        (_, None) => Ok(None),
    }
}

/// Those named, or the first post of every other party.
fn addressees(
    founded: &Founded,
    me: openline_core::PartyIndex,
    names: &[String],
) -> Answer<Vec<Address>> {
    if !names.is_empty() {
        return names
            .iter()
            .map(|text| names::address(founded, text))
            .collect();
    }
    let first_post = |party| {
        let post = founded.member(party)?.posts.first()?.clone();
        Some(Address { party, post })
    };
    Ok(founded
        .parties()
        .filter(|party| *party != me)
        .filter_map(first_post)
        .collect())
}

fn info_precedence(request: &SendRequest) -> Answer<Option<openline_core::message::Precedence>> {
    if request.info.is_empty() {
        return Ok(None);
    }
    let word = request
        .info_precedence
        .as_deref()
        .unwrap_or(&request.precedence);
    names::precedence(word).map(Some)
}

/// Whether anything of a text is to be seen.
fn is_visible(text: &str) -> bool {
    let is_blank = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    !text.chars().all(is_blank)
}

fn texts(request: &SendRequest) -> Answer<Vec<Text>> {
    if request.texts.is_empty() {
        return Err(ServiceError::Unusable("a message needs a text".to_owned()));
    }
    if let Some(empty) = request.texts.iter().find(|view| !is_visible(&view.text)) {
        return Err(ServiceError::Unusable(format!(
            "the text in \"{}\" has nothing in it that can be read",
            empty.language
        )));
    }
    let text = |(i, view): (usize, &crate::view::TextView)| Text {
        language: view.language.clone(),
        is_authoritative: i == 0,
        text: view.text.clone(),
    };
    Ok(request.texts.iter().enumerate().map(text).collect())
}
