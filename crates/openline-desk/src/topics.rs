//! Topics, each side's position on them, and undertakings with each side's account of them (`spec/encounters.md` sections 5 and 6).
//!
//! There is no status that the sides share: each sees a topic as it does. Entries of another type say nothing about one.

use std::collections::BTreeMap;

use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::order::Position;
use openline_core::topic::{Account, Kept, StatedPosition, Topic, TopicStatus, Undertaking};
use openline_core::{PartyIndex, Rule};

use crate::assent::{Assent, Assents};

/// Everything said of the topics and undertakings of a line.
#[derive(Debug, Clone)]
pub struct Topics {
    assents: Assents,
    topics: BTreeMap<Position, Said<Topic>>,
    undertakings: BTreeMap<Position, Said<Undertaking>>,
    positions: BTreeMap<Ref, BTreeMap<Position, Said<StatedPosition>>>,
    accounts: BTreeMap<Ref, BTreeMap<Position, Said<Account>>>,
    mentions: BTreeMap<Ref, BTreeMap<Position, Mention>>,
}

/// A body with who said it, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    /// The entry; its log is the party's.
    pub place: Ref,
    /// The post.
    pub post: String,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// When, as claimed, ms.
    pub time: i64,
    /// The entry's references.
    pub refs: Vec<Ref>,
    /// What it says.
    pub body: T,
}

impl<T> Said<T> {
    fn new(place: Ref, header: &Header, body: T) -> Self {
        Self {
            place,
            post: header.post.clone(),
            message_type: header.message_type,
            time: header.time,
            refs: header.refs.clone(),
            body,
        }
    }
}

/// An entry that refers to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The entry; its log is the party's.
    pub place: Ref,
    /// What kind of entry.
    pub kind: Kind,
    /// The post.
    pub post: String,
    /// When, as claimed, ms.
    pub time: i64,
    message_type: MessageType,
}

/// A topic and everything that is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicState {
    /// The topic; its references are where it was raised.
    pub topic: Said<Topic>,
    /// What the other parties say to it.
    pub assent: Assent,
    /// Every position, in the record's order, with what changed.
    pub positions: Vec<PositionState>,
    /// How it stands as each party that has said so sees it.
    pub views: Vec<(PartyIndex, TopicStatus, Ref)>,
    /// Undertakings that name it.
    pub undertakings: Vec<Ref>,
    /// When and by whom it was last discussed.
    pub last: Mention,
}

/// A position beside the same party's before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionState {
    /// The position; its references after the first are where it was put.
    pub said: Said<StatedPosition>,
    /// The words before, where these are others.
    pub words_before: Option<String>,
    /// The status before, where this is another.
    pub status_before: Option<TopicStatus>,
}

/// An undertaking and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndertakingState {
    /// The undertaking; its first reference is what it is taken from.
    pub undertaking: Said<Undertaking>,
    /// What the other parties say to it.
    pub assent: Assent,
    /// Topics that it names.
    pub topics: Vec<Ref>,
    /// Each party's last account.
    pub accounts: Vec<Said<Account>>,
}

impl UndertakingState {
    /// Whether two parties' last accounts differ.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        let mut kept = self.accounts.iter().map(|account| account.body.kept);
        let first = kept.next();
        kept.any(|other| Some(other) != first)
    }

    /// What one party last said.
    #[must_use]
    pub fn kept_as(&self, party: PartyIndex) -> Option<Kept> {
        let mut accounts = self.accounts.iter();
        let own = accounts.find(|account| account.place.party == party);
        own.map(|account| account.body.kept)
    }
}

impl Topics {
    /// A line of so many parties, on which nothing has been said.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            assents: Assents::new(parties),
            topics: BTreeMap::new(),
            undertakings: BTreeMap::new(),
            positions: BTreeMap::new(),
            accounts: BTreeMap::new(),
            mentions: BTreeMap::new(),
        }
    }

    /// Takes up an entry with its body; entries may come in any order, and again. One of a kind that is not about topics counts as
    /// a mention of those it refers to.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        place: Ref,
        lamport: u64,
        header: &Header,
        body: &[u8],
    ) -> Result<(), Rule> {
        let party = place.party;
        let position = Position { lamport, party };
        match header.kind {
            Kind::Topic => {
                let said = Said::new(place, header, Topic::decode(body)?);
                self.topics.insert(position, said);
            }
            Kind::Undertaking => {
                let said = Said::new(place, header, Undertaking::decode(body)?);
                self.undertakings.insert(position, said);
            }
            Kind::Position => {
                let said = Said::new(place, header, StatedPosition::decode(body)?);
                about(&mut self.positions, header).insert(position, said);
            }
            Kind::Account => {
                let said = Said::new(place, header, Account::decode(body)?);
                about(&mut self.accounts, header).insert(position, said);
            }
            Kind::Accord => self.assents.follow(position, place, header, body)?,
            _ => {}
        }
        self.mention(position, place, header);
        Ok(())
    }

    fn mention(&mut self, position: Position, place: Ref, header: &Header) {
        let mention = Mention {
            place,
            kind: header.kind,
            post: header.post.clone(),
            time: header.time,
            message_type: header.message_type,
        };
        let is_said = matches!(
            header.kind,
            Kind::Message | Kind::Encounter | Kind::Step | Kind::Position | Kind::Undertaking
        );
        for about in header.refs.iter().filter(|_| is_said) {
            let mentions = self.mentions.entry(*about).or_default();
            mentions.insert(position, mention.clone());
        }
    }

    /// Every topic, in the record's order.
    #[must_use]
    pub fn topics(&self) -> Vec<TopicState> {
        self.topics
            .values()
            .map(|topic| self.topic(topic))
            .collect()
    }

    /// Every undertaking, in the record's order.
    #[must_use]
    pub fn undertakings(&self) -> Vec<UndertakingState> {
        self.undertakings
            .values()
            .map(|said| self.undertaking(said))
            .collect()
    }

    fn topic(&self, topic: &Said<Topic>) -> TopicState {
        let positions = self.positions(topic);
        let views: BTreeMap<PartyIndex, (TopicStatus, Ref)> = positions
            .iter()
            .filter_map(|position| {
                let said = &position.said;
                Some((said.place.party, (said.body.status?, said.place)))
            })
            .collect();
        let names = |said: &&Said<Undertaking>| {
            said.message_type == topic.message_type && said.refs.contains(&topic.place)
        };
        TopicState {
            assent: self.assents.to(topic.place, topic.message_type),
            views: views
                .into_iter()
                .map(|(party, (status, place))| (party, status, place))
                .collect(),
            undertakings: self
                .undertakings
                .values()
                .filter(names)
                .map(|said| said.place)
                .collect(),
            last: self.last(topic),
            positions,
            topic: topic.clone(),
        }
    }

    fn positions(&self, topic: &Said<Topic>) -> Vec<PositionState> {
        let mut before: BTreeMap<PartyIndex, StatedPosition> = BTreeMap::new();
        let said = self.positions.get(&topic.place).into_iter().flatten();
        said.filter(|(_, said)| said.message_type == topic.message_type)
            .map(|(_, said)| {
                let last = before.entry(said.place.party).or_insert(StatedPosition {
                    words: None,
                    status: None,
                });
                PositionState {
                    said: said.clone(),
                    words_before: replaced(&mut last.words, said.body.words.as_ref()),
                    status_before: replaced(&mut last.status, said.body.status.as_ref()),
                }
            })
            .collect()
    }

    /// The topic's own entry, if nothing after it refers to it.
    fn last(&self, topic: &Said<Topic>) -> Mention {
        let mentions = self.mentions.get(&topic.place).into_iter().flatten();
        let mut of_type =
            mentions.filter(|(_, mention)| mention.message_type == topic.message_type);
        of_type.next_back().map_or_else(
            || Mention {
                place: topic.place,
                kind: Kind::Topic,
                post: topic.post.clone(),
                time: topic.time,
                message_type: topic.message_type,
            },
            |(_, mention)| mention.clone(),
        )
    }

    fn undertaking(&self, undertaking: &Said<Undertaking>) -> UndertakingState {
        let said = self.accounts.get(&undertaking.place).into_iter().flatten();
        let last: BTreeMap<PartyIndex, Said<Account>> = said
            .filter(|(_, said)| said.message_type == undertaking.message_type)
            .map(|(_, said)| (said.place.party, said.clone()))
            .collect();
        let is_topic = |place: &&Ref| self.topics.values().any(|topic| topic.place == **place);
        UndertakingState {
            assent: self.assents.to(undertaking.place, undertaking.message_type),
            topics: undertaking.refs.iter().filter(is_topic).copied().collect(),
            accounts: last.into_values().collect(),
            undertaking: undertaking.clone(),
        }
    }
}

/// What is said about the entry's first reference; admitted ones have one.
fn about<'a, T>(
    all: &'a mut BTreeMap<Ref, BTreeMap<Position, T>>,
    header: &Header,
) -> &'a mut BTreeMap<Position, T> {
    let nothing = Ref {
        party: PartyIndex(u8::MAX),
        index: u64::MAX,
    };
    all.entry(header.refs.first().copied().unwrap_or(nothing))
        .or_default()
}

/// Puts what is said now in the place of what was said before; returns that where it was something else.
fn replaced<T: Clone + PartialEq>(last: &mut Option<T>, now: Option<&T>) -> Option<T> {
    let now = now?;
    let before = last.replace(now.clone());
    before.filter(|before| before != now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header, message};
    use openline_core::topic::TopicKind;

    type Entry = (Ref, u64, Header, Vec<u8>);

    fn entries() -> Vec<Entry> {
        let topic = Topic {
            kind: TopicKind::Issue,
            title: "Trade".to_owned(),
            raised_by: PartyIndex(0),
            words: None,
        };
        let position = |words: &str, status| {
            StatedPosition {
                words: (!words.is_empty()).then(|| words.to_owned()),
                status,
            }
            .encode()
        };
        let undertaking = Undertaking {
            who: PartyIndex(1),
            what: "keep the channels open".to_owned(),
            by: None,
            office: None,
        };
        let account = |kept| Account { kept, words: None }.encode();
        let open = Some(TopicStatus::Open);
        let entry = |place, lamport, kind, refs, body| (place, lamport, header(kind, refs), body);
        let about = vec![at(0, 1)];
        vec![
            entry(at(0, 1), 1, Kind::Topic, vec![at(1, 1)], topic.encode()),
            entry(
                at(0, 2),
                2,
                Kind::Position,
                about.clone(),
                position("no", open),
            ),
            entry(
                at(1, 2),
                3,
                Kind::Position,
                about.clone(),
                position("yes", open),
            ),
            entry(
                at(0, 3),
                4,
                Kind::Position,
                about.clone(),
                position("perhaps", Some(TopicStatus::Agreed)),
            ),
            entry(
                at(1, 3),
                5,
                Kind::Undertaking,
                vec![at(1, 1), at(0, 1)],
                undertaking.encode(),
            ),
            entry(
                at(0, 4),
                6,
                Kind::Account,
                vec![at(1, 3)],
                account(Kept::NotKept),
            ),
            entry(
                at(1, 4),
                7,
                Kind::Account,
                vec![at(1, 3)],
                account(Kept::Kept),
            ),
            entry(at(0, 5), 8, Kind::Message, about, message(None, "on trade")),
        ]
    }

    fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Topics {
        let mut all = Topics::new(2);
        for (place, lamport, header, body) in entries {
            all.follow(*place, *lamport, header, body).expect("sound");
        }
        all
    }

    #[test]
    fn each_side_sees_a_topic_as_it_does_and_what_changed_is_shown() {
        let topics = fold(&entries()).topics();
        let topic = &topics[0];
        let views: Vec<_> = topic.views.iter().map(|(p, s, _)| (p.0, *s)).collect();
        assert_eq!(views, [(0, TopicStatus::Agreed), (1, TopicStatus::Open)]);
        let third = &topic.positions[2];
        assert_eq!(third.words_before.as_deref(), Some("no"));
        assert_eq!(third.status_before, Some(TopicStatus::Open));
        assert_eq!(topic.positions[1].words_before, None);
        assert_eq!(topic.undertakings, [at(1, 3)]);
        assert_eq!(
            (topic.last.place, topic.last.kind),
            (at(0, 5), Kind::Message)
        );
    }

    #[test]
    fn each_side_gives_its_own_account_of_an_undertaking() {
        let undertakings = fold(&entries()).undertakings();
        let one = &undertakings[0];
        assert_eq!(one.topics, [at(0, 1)]);
        assert_eq!(one.kept_as(PartyIndex(0)), Some(Kept::NotKept));
        assert_eq!(one.kept_as(PartyIndex(1)), Some(Kept::Kept));
        assert!(one.is_disputed());
        assert!(!one.assent.is_agreed());
    }

    #[test]
    fn entries_may_come_in_any_order_and_another_type_says_nothing() {
        let entries = entries();
        let expected = (fold(&entries).topics(), fold(&entries).undertakings());
        let turned = fold(entries.iter().rev().chain(&entries));
        assert_eq!((turned.topics(), turned.undertakings()), expected);
        let mut drill = entries.clone();
        for (_, _, header, _) in &mut drill[1..] {
            header.message_type = MessageType::Exercise;
        }
        let topics = fold(&drill).topics();
        assert!(topics[0].positions.is_empty() && topics[0].undertakings.is_empty());
        assert_eq!(topics[0].last.place, at(0, 1));
    }
}
