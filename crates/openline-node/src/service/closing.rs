//! What closes the loop: confirmations, answers, corrections, cancellations, and what is still open.

use openline_core::LineId;
use openline_core::body::Stage;
use openline_core::closing::{Answer as Outcoming, Confirmation, Outcome, Verdict};
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::{Form, Message, Precedence};
use openline_proto::DraftContent;
use openline_store::StoredEntry;

use super::entries::{Looking, message_of, place_text};
use super::{Answer, Service, names};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::view::{
    AnswerRequest, ConfirmRequest, FieldView, OpenView, ReleasedView, SendRequest,
    SupersedeRequest, TextView,
};

/// Most open messages of one list.
const OPEN_MAX: usize = 1000;

/// How a cancellation begins, by language; the first is used where a language has none of its own.
const WITHDRAWN: [(&str, &str); 6] = [
    (
        "en",
        "Cancelled. The message named here is withdrawn. Do not act on it.",
    ),
    (
        "fr",
        "Annulé. Le message désigné ici est retiré. Ne pas y donner suite.",
    ),
    (
        "es",
        "Cancelado. El mensaje aquí indicado queda retirado. No actúe en consecuencia.",
    ),
    (
        "ru",
        "Отменено. Указанное здесь сообщение отозвано. Не предпринимайте по нему действий.",
    ),
    ("zh", "取消。此处所指的电文已撤回，请勿据此行动。"),
    (
        "ar",
        "أُلغيت. الرسالة المشار إليها هنا مسحوبة. لا تتصرفوا بناءً عليها.",
    ),
];

impl Service {
    /// Says whether a message of ours was read back rightly. Until then the loop is open.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Conflict`] if nothing has been read back, or by another party than it was sent to.
    pub async fn confirm(&self, request: ConfirmRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let verdict = names::verdict(&request.verdict)?;
        let says_how = request.words.is_some() || !request.values.is_empty();
        if verdict == Verdict::Corrected && !says_how {
            let words = "a correction says how the message is to be understood: give words, or values of fields put right";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let may_differ = request.anyway || verdict == Verdict::Corrected;
        let (of, message_type) = self
            .read(move |reader| {
                let looking = Looking::at(reader, line)?;
                let found = read_back_of(&looking, of)?;
                if !may_differ {
                    check_agrees(&looking, found.0)?;
                }
                Ok(found)
            })
            .await?;
        let body = Confirmation {
            verdict,
            words: request.words,
            values: request
                .values
                .into_iter()
                .map(|value| (value.name, value.value))
                .collect(),
        };
        self.about(
            line,
            request.post,
            Kind::Confirmation,
            of,
            message_type,
            body.encode(),
        )
        .await
    }

    /// Answers a message: will comply, unable, takes note or rejects. This closes the exchange; a message of form reply does too.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Conflict`] for what is no message of another party.
    pub async fn answer(&self, request: AnswerRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let outcome: Outcome = names::outcome(&request.outcome)?;
        let message_type = self.type_of_message(line, of).await?;
        let body = Outcoming {
            outcome,
            words: request.words,
        };
        self.about(
            line,
            request.post,
            Kind::Answer,
            of,
            message_type,
            body.encode(),
        )
        .await
    }

    /// Releases an entry about another, of that one's type.
    pub(super) async fn about(
        &self,
        line: LineId,
        post: String,
        kind: Kind,
        of: Ref,
        message_type: MessageType,
        body: Vec<u8>,
    ) -> Answer<ReleasedView> {
        self.release_other(Outgoing {
            line,
            post,
            message_type,
            time: None,
            refs: vec![of],
            content: DraftContent::Other { kind, body },
        })
        .await
    }

    /// The type of an entry that must be a message.
    pub(super) async fn type_of_message(&self, line: LineId, of: Ref) -> Answer<MessageType> {
        self.read(move |reader| {
            let entry = Looking::at(reader, line)?.entry(of)?;
            if entry.header.kind != Kind::Message {
                let words = format!(
                    "{} is a {}; only a message can be answered",
                    place_text(of),
                    entry.header.kind.word()
                );
                return Err(ServiceError::Conflict(words));
            }
            Ok(entry.header.message_type)
        })
        .await
    }

    /// The correction or cancellation of a message of ours, prepared: same addressees, type and class, precedence flash. It is
    /// not released by this.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] for what is no message of ours.
    pub async fn prepare_superseding(&self, request: SupersedeRequest) -> Answer<SendRequest> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let entry = looking.entry(of)?;
            let message = message_of(&entry).filter(|_| of.party == me);
            let message = message.ok_or_else(|| {
                let words = format!(
                    "{} is no message of this party; one's own messages can be corrected or cancelled",
                    place_text(of)
                );
                ServiceError::Conflict(words)
            })?;
            Ok(superseding(&looking, &entry, &message, request))
        })
        .await
    }

    /// Messages with an exchange that is open, newest first: what waits for whom.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn open_exchanges(&self, line: &str, limit: usize) -> Answer<Vec<OpenView>> {
        let line = self.resolve_line(line).await?;
        let folds = self.folds.clone();
        let open = self
            .read(move |reader| folds.open(&Looking::at(reader, line)?, limit.min(OPEN_MAX)))
            .await?;
        self.keep_open(line).await;
        Ok(open)
    }
}

/// A read-back with another value than was sent is not confirmed by mistake.
fn check_agrees(looking: &Looking<'_>, read_back: Ref) -> Answer<()> {
    let Some(of) = looking.entry(read_back)?.header.refs.first().copied() else {
        return Ok(());
    };
    let Some(followed) = looking.followed(&looking.entry(of)?)? else {
        return Ok(());
    };
    let read_backs = looking.read_backs(&followed);
    let place = place_text(read_back);
    let fields = read_backs.iter().filter(|known| known.place == place);
    let differs: Vec<String> = fields
        .flat_map(|known| &known.fields)
        .filter(|field| !field.agrees)
        .map(|field| {
            let typed = field.typed.as_deref().unwrap_or("nothing");
            format!(
                "{} was sent as \"{}\" and read back as \"{typed}\"",
                field.name, field.sent
            )
        })
        .collect();
    if differs.is_empty() {
        return Ok(());
    }
    Err(ServiceError::Conflict(format!(
        "{}: correct the read-back (openline confirm --corrected), or confirm it all the same (openline confirm --anyway)",
        differs.join("; ")
    )))
}

/// The read-back that a place means: itself, or the last of a message.
fn read_back_of(looking: &Looking<'_>, of: Ref) -> Answer<(Ref, MessageType)> {
    let entry = looking.entry(of)?;
    if entry.header.kind != Kind::Message {
        return Ok((of, entry.header.message_type));
    }
    let last = looking
        .followed(&entry)?
        .and_then(|followed| followed.ladder.read_backs().last());
    let last = last.ok_or_else(|| {
        let words = format!(
            "nobody has read {} back yet; openline show says what it waits for",
            place_text(of)
        );
        ServiceError::Conflict(words)
    })?;
    Ok((last, entry.header.message_type))
}

fn superseding(
    looking: &Looking<'_>,
    entry: &StoredEntry,
    message: &Message,
    request: SupersedeRequest,
) -> SendRequest {
    let is_cancellation = request.texts.is_empty();
    let form = if is_cancellation {
        Form::Cancellation
    } else {
        Form::Correction
    };
    let addresses = |list: &[openline_core::message::Address]| {
        list.iter()
            .map(|a| format!("{}:{}", looking.name(a.party), a.post))
            .collect()
    };
    let fields: Vec<FieldView> = message
        .fields
        .iter()
        .map(super::entries::field_view)
        .collect();
    SendRequest {
        line: request.line,
        post: request.post.unwrap_or_else(|| entry.header.post.clone()),
        message_type: entry.header.message_type.word().to_owned(),
        form: form.word().to_owned(),
        precedence: Precedence::Flash.word().to_owned(),
        to: addresses(&message.to),
        info: addresses(&message.info),
        info_precedence: None,
        subject: Some(subject(entry, message, form)),
        texts: if is_cancellation {
            withdrawn(message, request.words.as_deref())
        } else {
            request.texts
        },
        refs: vec![place_text(entry.place)],
        attachments: Vec::new(),
        own_reference: message.own_reference.clone(),
        authority: message
            .authority
            .map(|authority| authority.word().to_owned()),
        validity_ms: None,
        time_ms: None,
        claimed: Vec::new(),
        number: None,
        class: message.class.clone(),
        template: message.template.clone().filter(|_| !is_cancellation),
        fields: if is_cancellation {
            Vec::new()
        } else {
            request.fields.unwrap_or(fields)
        },
        as_of: None,
    }
}

fn subject(entry: &StoredEntry, message: &Message, form: Form) -> String {
    let what = message
        .subject
        .clone()
        .unwrap_or_else(|| format!("message {}", place_text(entry.place)));
    let word = form.word();
    let (first, rest) = word.split_at(1);
    let subject = format!("{}{rest}: {what}", first.to_uppercase());
    let end = subject.floor_char_boundary(openline_core::limits::SUBJECT_MAX);
    subject[..end].to_owned()
}

/// The prepared words in every language of the message that has them, its own first.
fn withdrawn(message: &Message, words: Option<&str>) -> Vec<TextView> {
    let known = |language: &str| {
        let primary = language.split('-').next().unwrap_or(language);
        WITHDRAWN
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(primary))
    };
    let mut texts: Vec<TextView> = message
        .texts
        .iter()
        .filter_map(|text| {
            let (_, prepared) = known(&text.language)?;
            Some(TextView {
                language: text.language.clone(),
                text: (*prepared).to_owned(),
            })
        })
        .collect();
    if texts.is_empty() {
        texts.push(TextView {
            language: WITHDRAWN[0].0.to_owned(),
            text: WITHDRAWN[0].1.to_owned(),
        });
    }
    if let (Some(words), Some(first)) = (words, texts.first_mut()) {
        first.text = format!("{}\n\n{words}", first.text);
    }
    texts
}

/// A read-back types every critical field of its message again.
///
/// # Errors
/// [`ServiceError::Unusable`], naming what is missing.
pub(super) fn check_read_back(
    original: &StoredEntry,
    stage: Stage,
    values: &[(String, String)],
) -> Answer<()> {
    let Some(message) = message_of(original).filter(|_| stage == Stage::ReadBack) else {
        return Ok(());
    };
    let missing: Vec<String> = openline_desk::readback::compare(&message.fields, values)
        .into_iter()
        .filter(|compared| compared.typed.is_none())
        .map(|compared| compared.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ServiceError::Unusable(format!(
        "a read-back types the critical fields again; missing: {}",
        missing.join(", ")
    )))
}
