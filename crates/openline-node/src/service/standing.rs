//! Suspending, narrowing and resuming a line, in the open.

use openline_core::LineId;
use openline_core::charter::Founded;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::Message;
use openline_core::status::{Act, Status};
use openline_desk::standing::Closed;
use openline_proto::DraftContent;

use super::entries::{Looking, place_text, utc_text};
use super::{Answer, Service, names};
use crate::engine::Engine;
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{ReleasedView, SaidView, StandingView, StatusRequest};

impl Service {
    /// Puts a line status on the record. When this returns, it is durable here.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Unusable`] where the parts do not fit together.
    pub async fn set_status(&self, request: StatusRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(&request.line).await?;
        let act = names::act(&request.act)?;
        let effective = request.effective_ms.unwrap_or_else(wall_ms);
        check(&request, act, effective)?;
        let body = Status {
            act,
            effective,
            classes: request.classes,
            reason: request.reason,
            until: request.until_ms,
        };
        self.release_other(Outgoing {
            line,
            post: request.post,
            message_type: names::message_type(&request.message_type)?,
            time: None,
            refs: Vec::new(),
            content: DraftContent::Other {
                kind: Kind::Status,
                body: body.encode(),
            },
        })
        .await
    }

    /// What each party takes on a line: what is in force, then what is announced.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn standings(&self, line: &str) -> Answer<Vec<StandingView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| views(&Looking::at(reader, line)?, wall_ms()))
            .await
    }
}

fn check(request: &StatusRequest, act: Act, effective: i64) -> Answer<()> {
    let unusable = |words: &str| Err(ServiceError::Unusable(words.to_owned()));
    if (act == Act::Narrow) == request.classes.is_empty() {
        return unusable(
            "narrowing, and only narrowing, names the classes that stay open beside the charter's",
        );
    }
    match request.until_ms {
        Some(_) if act == Act::Resume => unusable("what is resumed has no end: leave until out"),
        Some(until) if until <= effective => {
            unusable("until must be after the effective time; give it in UTC")
        }
        _ => Ok(()),
    }
}

fn views(looking: &Looking<'_>, now: i64) -> Answer<Vec<StandingView>> {
    let standings = looking.standings(None)?;
    let mut views = Vec::new();
    let mut seen: Vec<Ref> = Vec::new();
    for message_type in [MessageType::Real, MessageType::Exercise, MessageType::Test] {
        for closed in standings.closed_at(now, message_type) {
            if !seen.contains(&closed.place) {
                seen.push(closed.place);
                let Closed {
                    place,
                    message_type,
                    status,
                    ..
                } = closed;
                views.push(view(looking, place, message_type, &status, true));
            }
        }
    }
    for (place, status) in standings.ahead_of(now) {
        let message_type = looking.entry(place)?.header.message_type;
        views.push(view(looking, place, message_type, &status, false));
    }
    Ok(views)
}

fn view(
    looking: &Looking<'_>,
    place: Ref,
    message_type: MessageType,
    status: &Status,
    is_in_force: bool,
) -> StandingView {
    let terms = looking.founded.terms();
    let party = looking.name(place.party);
    let takes: Vec<String> = match status.act {
        Act::Resume => Vec::new(),
        Act::Suspend | Act::Narrow => {
            let mut takes = terms.open_classes.clone();
            takes.extend(status.classes.iter().cloned());
            takes
        }
    };
    let said = said(&party, status, message_type, &takes, is_in_force);
    StandingView {
        words: said.words,
        phrases: said.phrases,
        party,
        act: status.act.word().to_owned(),
        place: place_text(place),
        message_type: message_type.word().to_owned(),
        effective_ms: status.effective,
        until_ms: status.until,
        takes,
        reason: status.reason.clone(),
        is_in_force,
    }
}

fn said(
    party: &str,
    status: &Status,
    message_type: MessageType,
    takes: &[String],
    is_in_force: bool,
) -> SaidView {
    let from = utc_text(status.effective);
    let kind = match message_type {
        MessageType::Real => String::new(),
        other => format!("{}: ", other.word().to_uppercase()),
    };
    let (id, verb) = match (status.act, is_in_force) {
        (Act::Suspend, true) => ("suspended", "has suspended the line since"),
        (Act::Suspend, false) => ("suspends", "will suspend the line from"),
        (Act::Narrow, true) => ("narrowed", "has narrowed the line since"),
        (Act::Narrow, false) => ("narrows", "will narrow the line from"),
        (Act::Resume, true) => ("resumed", "has resumed the line since"),
        (Act::Resume, false) => ("resumes", "will resume the line from"),
    };
    let open = match (status.act, takes) {
        (Act::Resume, _) => None,
        (_, []) => Some(SaidView::new("nothing-open", "; nothing stays open")),
        (_, takes) => {
            let takes = takes.join(", ");
            Some(SaidView::new("stays-open", format!("; open: {takes}")).with("classes", takes))
        }
    };
    SaidView::new(id, format!("{kind}{party} {verb} {from}"))
        .with("party", party)
        .with("since_ms", status.effective)
        .and(status.until.map(crate::state::until_said))
        .and(open)
}

/// Whether a message may be released as the line stands: no addressee has closed it to such traffic.
///
/// # Errors
/// [`ServiceError::Conflict`], naming who has and what stays open.
pub(super) fn check_taken(
    engine: &Engine,
    line: &LineId,
    founded: &Founded,
    message: &Message,
    message_type: MessageType,
) -> Answer<()> {
    if message_type == MessageType::Test {
        return Ok(());
    }
    let Some(standings) = engine.standings.get(line) else {
        return Ok(());
    };
    let is_addressed = |closed: &&Closed| {
        let mut addresses = message.to.iter().chain(&message.info);
        addresses.any(|address| address.party == closed.party)
    };
    let closed = standings.closed_at(wall_ms(), message_type);
    let refusing = closed
        .iter()
        .filter(is_addressed)
        .find(|closed| !closed.takes(message.class.as_deref(), founded.terms()));
    let Some(closed) = refusing else {
        return Ok(());
    };
    let mut open = founded.terms().open_classes.clone();
    open.extend(closed.status.classes.iter().cloned());
    let open = if open.is_empty() {
        "nothing stays open".to_owned()
    } else {
        format!("traffic of these classes stays open: {}", open.join(", "))
    };
    Err(ServiceError::Conflict(format!(
        "{} does not take such traffic on this line since {} (entry {}); {open}",
        engine.name_on(line, closed.party),
        utc_text(closed.status.effective),
        place_text(closed.place)
    )))
}
