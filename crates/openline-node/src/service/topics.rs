//! Topics, positions on them, undertakings and the accounts of them.

use openline_core::entry::{Kind, Ref};
use openline_core::topic::{Account, StatedPosition, Topic, Undertaking};
use openline_desk::topics::{PositionState, TopicState, Topics, UndertakingState};

use super::encounters::assent_view;
use super::entries::{Looking, place_text};
use super::{Answer, Service, names};
use crate::error::ServiceError;
use crate::view::{
    AccountRequest, AccountView, PositionRequest, PositionView, ReleasedView, SeenAsView,
    TopicRequest, TopicView, UndertakingRequest, UndertakingView,
};

impl Service {
    /// Puts a topic on the record.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn raise_topic(&self, request: TopicRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(&request.line).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let body = Topic {
            kind: names::topic(&request.kind)?,
            title: request.title,
            raised_by: self.party(line, request.raised_by).await?.unwrap_or(me),
            words: request.words,
        }
        .encode();
        let refs = self.places(line, &request.raised_in).await?;
        let message_type = names::message_type(&request.message_type)?;
        self.release_kind(line, request.post, message_type, refs, (Kind::Topic, body))
            .await
    }

    /// Puts our position on a topic on the record, or how it stands as we see it.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn state_position(&self, request: PositionRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let message_type = self.type_of(line, of, &[Kind::Topic]).await?;
        let status = request.status.as_deref().map(names::topic_status);
        let body = StatedPosition {
            words: request.words,
            status: status.transpose()?,
        }
        .encode();
        let refs = self.about_and(line, of, &request.put_in).await?;
        self.release_kind(
            line,
            request.post,
            message_type,
            refs,
            (Kind::Position, body),
        )
        .await
    }

    /// Puts an undertaking on the record, by reference to what it is taken from.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn note_undertaking(&self, request: UndertakingRequest) -> Answer<ReleasedView> {
        let (line, from) = self.resolve(&request.line, &request.from).await?;
        let message_type = self
            .read(move |reader| Ok(Looking::at(reader, line)?.entry(from)?.header.message_type))
            .await?;
        let who = request.who;
        let who = self
            .read(move |reader| names::party_of(&Looking::at(reader, line)?.founded, &who))
            .await?;
        let body = Undertaking {
            who,
            what: request.what,
            by: request.by_ms,
            office: request.office,
        }
        .encode();
        let refs = self.about_and(line, from, &request.topics).await?;
        self.release_kind(
            line,
            request.post,
            message_type,
            refs,
            (Kind::Undertaking, body),
        )
        .await
    }

    /// Puts our account of an undertaking on the record. A party's last account counts.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn give_account(&self, request: AccountRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let message_type = self.type_of(line, of, &[Kind::Undertaking]).await?;
        let body = Account {
            kept: names::kept(&request.kept)?,
            words: request.words,
        }
        .encode();
        self.about(line, request.post, Kind::Account, of, message_type, body)
            .await
    }

    /// Every topic of a line, in the record's order.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::NotFound`]
    pub async fn topics(&self, line: &str) -> Answer<Vec<TopicView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let topics = folded(&looking)?.topics();
            Ok(topics
                .iter()
                .map(|state| topic_view(&looking, state))
                .collect())
        })
        .await
    }

    /// One topic of a line.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::NotFound`] if the entry raises none.
    pub async fn topic(&self, line: &str, place: &str) -> Answer<TopicView> {
        let (line, place) = self.resolve(line, place).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let topics = folded(&looking)?.topics();
            let found = topics.iter().find(|state| state.topic.place == place);
            let none = || ServiceError::NotFound(format!("{} is no topic", place_text(place)));
            Ok(topic_view(&looking, found.ok_or_else(none)?))
        })
        .await
    }

    /// Every undertaking of a line, in the record's order.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::NotFound`]
    pub async fn undertakings(&self, line: &str) -> Answer<Vec<UndertakingView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folded(&looking)?.undertakings();
            Ok(all
                .iter()
                .map(|state| undertaking_view(&looking, state))
                .collect())
        })
        .await
    }

    /// What an entry is about, then what else it refers to.
    async fn about_and(
        &self,
        line: openline_core::LineId,
        about: Ref,
        others: &[String],
    ) -> Answer<Vec<Ref>> {
        let mut refs = vec![about];
        for place in self.places(line, others).await? {
            if !refs.contains(&place) {
                refs.push(place);
            }
        }
        Ok(refs)
    }
}

/// Everything said of topics and undertakings, every accord, and whatever refers to a topic.
fn folded(looking: &Looking<'_>) -> Answer<Topics> {
    let mut topics = Topics::new(looking.founded.party_count());
    let mut places = Vec::new();
    for kind in [
        Kind::Topic,
        Kind::Position,
        Kind::Undertaking,
        Kind::Account,
        Kind::Accord,
    ] {
        looking.each_of(kind, |entry, body| {
            if kind == Kind::Topic {
                places.push(entry.place);
            }
            topics.follow(entry.place, entry.lamport, &entry.header, body)
        })?;
    }
    for topic in places {
        for place in looking.reader.referring(looking.line, topic)? {
            let entry = looking.entry(place)?;
            if let Some((_, body)) = &entry.raw.body {
                topics.follow(place, entry.lamport, &entry.header, body)?;
            }
        }
    }
    Ok(topics)
}

fn places(all: &[Ref]) -> Vec<String> {
    all.iter().map(|place| place_text(*place)).collect()
}

fn topic_view(looking: &Looking<'_>, state: &TopicState) -> TopicView {
    let (said, topic) = (&state.topic, &state.topic.body);
    TopicView {
        place: place_text(said.place),
        party_name: looking.name(said.place.party),
        message_type: said.message_type.word().to_owned(),
        time_ms: said.time,
        kind: topic.kind.word().to_owned(),
        title: topic.title.clone(),
        raised_by: looking.name(topic.raised_by),
        raised_in: places(&said.refs),
        words: topic.words.clone(),
        assent: assent_view(looking, &state.assent),
        seen_as: state
            .views
            .iter()
            .map(|(party, status, place)| SeenAsView {
                party_name: looking.name(*party),
                status: status.word().to_owned(),
                place: place_text(*place),
            })
            .collect(),
        positions: state
            .positions
            .iter()
            .map(|position| position_view(looking, position))
            .collect(),
        undertakings: places(&state.undertakings),
        last_place: place_text(state.last.place),
        last_party: looking.name(state.last.place.party),
        last_ms: state.last.time,
    }
}

fn position_view(looking: &Looking<'_>, state: &PositionState) -> PositionView {
    let said = &state.said;
    PositionView {
        place: place_text(said.place),
        party_name: looking.name(said.place.party),
        time_ms: said.time,
        words: said.body.words.clone(),
        words_before: state.words_before.clone(),
        status: said.body.status.map(|status| status.word().to_owned()),
        status_before: state.status_before.map(|status| status.word().to_owned()),
        put_in: places(said.refs.get(1..).unwrap_or_default()),
    }
}

fn undertaking_view(looking: &Looking<'_>, state: &UndertakingState) -> UndertakingView {
    let (said, undertaking) = (&state.undertaking, &state.undertaking.body);
    UndertakingView {
        place: place_text(said.place),
        party_name: looking.name(said.place.party),
        message_type: said.message_type.word().to_owned(),
        who: looking.name(undertaking.who),
        office: undertaking.office.clone(),
        what: undertaking.what.clone(),
        by_ms: undertaking.by,
        taken_from: said
            .refs
            .first()
            .map_or_else(String::new, |r| place_text(*r)),
        topics: places(&state.topics),
        assent: assent_view(looking, &state.assent),
        accounts: state
            .accounts
            .iter()
            .map(|account| AccountView {
                party_name: looking.name(account.place.party),
                place: place_text(account.place),
                time_ms: account.time,
                kept: account.body.kept.word().to_owned(),
                words: account.body.words.clone(),
            })
            .collect(),
        is_disputed: state.is_disputed(),
    }
}
