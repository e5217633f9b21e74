//! Notifications: released from a template, repeated before their event, and which of them are due again.

use openline_core::entry::Ref;
use openline_core::message::{Address, Message};
use openline_core::{LineId, PartyIndex};
use openline_desk::renotify::{Due, Heard, Outcome, Standing};
use openline_desk::renotify::{again_subject, again_text};
use openline_store::Reader;

use super::entries::{Looking, field_view, message_of, place_text};
use super::folds::Folds;
use super::names;
use super::{Answer, Service};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::templates::HomeTemplates;
use crate::view::{
    AddresseeView, AgainRequest, DueView, FillRequest, FilledView, NotifiedView, NotifyRequest,
    PassedOnView, ReleasedView, RepeatView, SendRequest, TextView,
};

impl Service {
    /// Fills in a template and releases the notification, or keeps it as a draft.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] with every bad field; [`ServiceError::Conflict`] when the notice is too short and that was
    /// not said to be known; otherwise as [`Service::send`].
    pub async fn notify(&self, request: NotifyRequest) -> Answer<NotifiedView> {
        let message_type = names::message_type(&request.message_type)?;
        let fill = FillRequest {
            line: Some(request.line.clone()),
            values: request.values.clone(),
            releasable: request.releasable.clone(),
            languages: request.languages.clone(),
        };
        let filled = self.fill(&request.template, fill).await?;
        check_filled(&filled, request.short_notice || request.is_draft)?;
        let is_draft = request.is_draft;
        let mut send = send_request(request, &filled)?;
        message_type.word().clone_into(&mut send.message_type);
        let (released, draft) = if is_draft {
            (None, Some(self.save_draft(None, send).await?.id))
        } else {
            (Some(self.send(send).await?), None)
        };
        Ok(NotifiedView {
            filled,
            released,
            draft,
        })
    }

    /// Releases a notification again, with the time that is left until its event.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when it is another party's, was cancelled, or announces nothing that lies ahead.
    pub async fn notify_again(&self, request: AgainRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let templates = self.home_templates().await?;
        let folds = self.folds.clone();
        let send = self
            .read(move |reader| again(&folds, reader, line, me, of, &templates, request.post))
            .await?;
        self.send(send).await
    }

    /// Notifications whose event lies ahead or is under way, on one line or on all: earliest event first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn notifications_due(&self, line: Option<&str>) -> Answer<Vec<DueView>> {
        let only = match line {
            Some(name) => Some(self.resolve_line(name).await?),
            None => None,
        };
        let actor = self.actor.clone();
        let lines = self
            .engine(move |engine| {
                let ids = engine.seen_lines(&actor);
                ids.filter(|id| only.is_none_or(|only| only == *id))
                    .map(|id| Ok((id, engine.me(&id)?)))
                    .collect::<Answer<Vec<_>>>()
            })
            .await?;
        let templates = self.home_templates().await?;
        let folds = self.folds.clone();
        self.read(move |reader| {
            let mut due = Vec::new();
            for (line, me) in lines {
                let looking = Looking::at(reader, line)?;
                let standing = folds
                    .notifications(&looking)?
                    .ahead(wall_ms(), &templates.templates);
                due.extend(standing.iter().map(|s| due_view(&looking, me, s)));
            }
            due.sort_by_key(|view: &DueView| view.begins_ms);
            Ok(due)
        })
        .await
    }
}

/// Whether a form may go as it is.
fn check_filled(filled: &FilledView, is_short_known: bool) -> Answer<()> {
    if !filled.problems.is_empty() {
        let words: Vec<&str> = filled.problems.iter().map(|p| p.words.as_str()).collect();
        return Err(ServiceError::Unusable(words.join("\n")));
    }
    match &filled.lead {
        Some(lead) if lead.is_short && !is_short_known => Err(ServiceError::Conflict(format!(
            "the notice is too short: {}. It was not released; say that this is known if it must go all the same",
            lead.words
        ))),
        _ => Ok(()),
    }
}

fn send_request(request: NotifyRequest, filled: &FilledView) -> Answer<SendRequest> {
    let precedence = request.precedence.or_else(|| filled.precedence.clone());
    let precedence = names::precedence(&precedence.unwrap_or_default())?;
    Ok(SendRequest {
        line: request.line,
        post: request.post,
        message_type: request.message_type,
        form: filled.form.clone().unwrap_or_default(),
        precedence: precedence.word().to_owned(),
        to: request.to,
        info: request.info,
        info_precedence: None,
        subject: filled.subject.clone(),
        texts: filled.texts.clone(),
        refs: Vec::new(),
        attachments: Vec::new(),
        own_reference: request.own_reference,
        authority: request.authority,
        validity_ms: filled.validity_ms,
        time_ms: None,
        claimed: Vec::new(),
        number: None,
        class: filled.class.clone(),
        template: Some(filled.template.clone()),
        fields: filled.fields.clone(),
        as_of: None,
    })
}

/// The repetition of a notification.
fn again(
    folds: &Folds,
    reader: &Reader,
    line: LineId,
    me: PartyIndex,
    of: Ref,
    templates: &HomeTemplates,
    post: String,
) -> Answer<SendRequest> {
    let looking = Looking::at(reader, line)?;
    let conflict = |words: &str| ServiceError::Conflict(format!("{} {words}", place_text(of)));
    if of.party != me {
        return Err(conflict(
            "is another party's notification; only its author repeats it",
        ));
    }
    let first = message_of(&looking.entry(of)?);
    if first.is_none_or(|message| message.form.supersedes()) {
        return Err(conflict("is not a notification, or its body was purged"));
    }
    let notifications = folds.notifications(&looking)?;
    let original = notifications.original(of);
    let in_force = notifications
        .in_force(original)
        .ok_or_else(|| conflict("was cancelled"))?;
    let now = wall_ms();
    let begins = notifications
        .ahead(now, &templates.templates)
        .into_iter()
        .find(|standing| standing.place == original)
        .map(|standing| standing.event.begins)
        .filter(|begins| *begins > now)
        .ok_or_else(|| {
            conflict("announces nothing that lies ahead; openline notify due lists what does")
        })?;
    let header = looking.entry(original)?.header;
    let message = |place: Ref| {
        message_of(&looking.entry(place)?).ok_or_else(|| conflict("has a body that was purged"))
    };
    let (first, current) = (message(original)?, message(in_force)?);
    let mut refs = vec![place_text(original)];
    if in_force != original {
        refs.push(place_text(in_force));
    }
    Ok(SendRequest {
        line: line.to_string(),
        post,
        message_type: header.message_type.word().to_owned(),
        form: first.form.word().to_owned(),
        precedence: first.precedence.word().to_owned(),
        to: addresses(&first.to),
        info: addresses(&first.info),
        info_precedence: first.info_precedence.map(|p| p.word().to_owned()),
        subject: Some(again_subject(
            first.subject.as_deref().unwrap_or("notification"),
            begins,
            now,
        )),
        texts: texts(&current, original, begins, now),
        refs,
        attachments: Vec::new(),
        own_reference: first.own_reference,
        authority: first.authority.map(|authority| authority.word().to_owned()),
        validity_ms: current
            .validity
            .or(first.validity)
            .map(|(from, to)| [from, to]),
        time_ms: None,
        claimed: Vec::new(),
        number: None,
        class: first.class,
        template: first.template,
        fields: current.fields.iter().map(field_view).collect(),
        as_of: None,
    })
}

fn addresses(list: &[Address]) -> Vec<String> {
    list.iter()
        .map(|address| format!("{}:{}", address.party, address.post))
        .collect()
}

/// The authoritative text with what it repeats; courtesy translations stay as they were.
fn texts(message: &Message, original: Ref, begins: i64, now: i64) -> Vec<TextView> {
    let text = |text: &openline_core::message::Text| TextView {
        language: text.language.clone(),
        text: if text.is_authoritative {
            again_text(&text.text, original, begins, now)
        } else {
            text.text.clone()
        },
    };
    message.texts.iter().map(text).collect()
}

fn due_view(looking: &Looking<'_>, me: PartyIndex, standing: &Standing) -> DueView {
    let next = standing.next();
    DueView {
        line: looking.line.to_string(),
        title: looking.founded.terms().title.clone(),
        place: place_text(standing.place),
        party_name: looking.name(standing.place.party),
        post: standing.post.clone(),
        is_ours: standing.place.party == me,
        message_type: standing.message_type.word().to_owned(),
        subject: standing.subject.clone(),
        template: standing.template.clone(),
        given_ms: standing.given,
        begins_ms: standing.event.begins,
        ends_ms: standing.event.ends,
        corrected_by: standing.corrected_by.map(place_text),
        repeats: standing.repeats.iter().copied().map(place_text).collect(),
        next_ms: next.map(|due| due.at),
        is_overdue: next.is_some_and(|due| due.outcome == Outcome::Overdue),
        due: standing.due.iter().map(repeat_view).collect(),
        heard: standing
            .heard
            .iter()
            .map(|h| heard_view(looking, h))
            .collect(),
    }
}

fn repeat_view(due: &Due) -> RepeatView {
    let (outcome, by) = match due.outcome {
        Outcome::Went(by) => ("went", Some(place_text(by))),
        Outcome::NotNeeded => ("not needed", None),
        Outcome::Ahead => ("ahead", None),
        Outcome::Overdue => ("overdue", None),
        Outcome::Missed => ("missed", None),
    };
    RepeatView {
        before_s: due.before.as_secs(),
        at_ms: due.at,
        outcome: outcome.to_owned(),
        by,
    }
}

fn heard_view(looking: &Looking<'_>, heard: &Heard) -> AddresseeView {
    let passed_on = heard.passed_on.iter().map(|(class, at)| PassedOnView {
        class: class.clone(),
        at_ms: *at,
    });
    AddresseeView {
        of: place_text(heard.of),
        party_name: looking.name(heard.party),
        acknowledged_ms: heard.acknowledged,
        passed_on: passed_on.collect(),
    }
}
