//! The contact history of a line, and older contacts put on the record.

use openline_core::contact::Contact;
use openline_core::entry::{Kind, MessageType};
use openline_desk::history::{self, Contacts, Day, Event, Standing};
use openline_proto::DraftContent;

use super::encounters::{self, assent_view};
use super::entries::{Looking, place_text};
use super::{Answer, Service, names};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{
    ClaimAssentView, ContactEventView, ContactsRequest, HistoryView, ReleasedView, SilenceView,
};

impl Service {
    /// Puts older contacts on the record, one entry each: our claim, until the others agree. The whole file is checked before the first
    /// is released.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] names the row that is wrong.
    pub async fn import_contacts(
        &self,
        line: &str,
        request: ContactsRequest,
    ) -> Answer<Vec<ReleasedView>> {
        let line = self.resolve_line(line).await?;
        let message_type = names::message_type(&request.message_type)?;
        let csv = request.csv;
        let bodies: Vec<Vec<u8>> = self
            .read(move |reader| {
                let looking = Looking::at(reader, line)?;
                let rows = history::csv::rows(&csv)
                    .map_err(|error| ServiceError::Unusable(error.to_string()))?;
                rows.into_iter().map(|row| body(&looking, &row)).collect()
            })
            .await?;
        let contact = |body| Outgoing {
            line,
            post: request.post.clone(),
            message_type,
            time: None,
            refs: Vec::new(),
            content: DraftContent::Other {
                kind: Kind::Contact,
                body,
            },
        };
        self.release_all(bodies.into_iter().map(contact).collect())
            .await
    }

    /// The contact history of a line: what was held and what is said of older contacts, of one type.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn history(&self, line: &str, message_type: &str) -> Answer<HistoryView> {
        let line = self.resolve_line(line).await?;
        let message_type = names::message_type(message_type)?;
        self.read(move |reader| view(&Looking::at(reader, line)?, message_type))
            .await
    }
}

fn body(looking: &Looking<'_>, row: &history::csv::Row) -> Answer<Vec<u8>> {
    let at = row.line;
    let contact = || -> Answer<Vec<u8>> {
        let host = row.host.as_deref();
        let body = Contact {
            kind: names::encounter(&row.kind)?,
            date: row.date.clone(),
            level: row.level.clone(),
            what: row.what.clone(),
            host: host
                .map(|host| names::party_of(&looking.founded, host))
                .transpose()?,
            participants: Vec::new(),
            place: row.place.clone(),
            words: row.words.clone(),
        }
        .encode();
        Contact::decode(&body)?;
        Ok(body)
    };
    let named = |error: ServiceError| ServiceError::Unusable(format!("line {at}: {error}"));
    contact().map_err(named)
}

fn view(looking: &Looking<'_>, message_type: MessageType) -> Answer<HistoryView> {
    let folded = encounters::folded(looking)?;
    let mut contacts = Contacts::default();
    looking.each_of(Kind::Contact, |entry, body| {
        contacts.follow(entry.place, entry.lamport, &entry.header, body)
    })?;
    let assents = folded.assents();
    let events = history::history(&folded.all(), &contacts, assents, message_type);
    let name = |party| looking.name(party);
    let silences = Day::of_ms(wall_ms()).map(|today| history::silences(&events, today));
    Ok(HistoryView {
        text: history::text(&events, &name),
        svg: history::svg(&events, &name),
        silences: silences
            .unwrap_or_default()
            .into_iter()
            .map(|silence| SilenceView {
                kind: silence.kind.word().to_owned(),
                level: silence.level,
                last: place_text(silence.last),
                date: silence.day.text(),
                days: silence.days,
            })
            .collect(),
        events: events
            .iter()
            .map(|event| {
                let assent = event
                    .is_imported
                    .then(|| assent_view(looking, &assents.to(event.place, message_type)));
                event_view(looking, event, assent)
            })
            .collect(),
    })
}

fn event_view(
    looking: &Looking<'_>,
    event: &Event,
    assent: Option<ClaimAssentView>,
) -> ContactEventView {
    let claimed_by = match &event.standing {
        Standing::Agreed => Vec::new(),
        Standing::Claimed(by) => by.iter().map(|party| looking.name(*party)).collect(),
    };
    ContactEventView {
        place: place_text(event.place),
        is_imported: event.is_imported,
        date: event.day.text(),
        kind: event.kind.word().to_owned(),
        level: event.level.clone(),
        host: event.host.map(|host| looking.name(host)),
        what: event.what.clone(),
        is_agreed: event.standing == Standing::Agreed,
        claimed_by,
        assent,
        silence_days: event.silence,
        silence_at_least_days: event.silence_at_least,
        first_since: event.since.map(|(_, day)| day.text()),
    }
}
