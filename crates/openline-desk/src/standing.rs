//! What each party takes on a line: suspended, narrowed or open, by its own entries (`spec/loop.md` section 5).

use std::collections::BTreeMap;

use openline_core::PartyIndex;
use openline_core::charter::CharterTerms;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::status::{Act, Status};

/// The line statuses of a record.
#[derive(Debug, Clone, Default)]
pub struct Standings {
    /// By the traffic that they are about, and their author.
    all: BTreeMap<(MessageType, PartyIndex), BTreeMap<u64, (Ref, Status)>>,
}

/// A suspension or narrowing that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Whose.
    pub party: PartyIndex,
    /// The entry that says so.
    pub place: Ref,
    /// That entry's type: one of type real is about all traffic, any other about traffic of its own type.
    pub message_type: MessageType,
    /// What it says.
    pub status: Status,
}

impl Closed {
    /// Whether a class of traffic is still taken; `None` is ordinary traffic.
    #[must_use]
    pub fn takes(&self, class: Option<&str>, terms: &CharterTerms) -> bool {
        let is_named = |classes: &[String]| {
            class.is_some_and(|class| classes.iter().any(|named| named == class))
        };
        is_named(&terms.open_classes) || is_named(&self.status.classes)
    }
}

impl Standings {
    /// Takes up a line status; they may come in any order.
    pub fn follow(&mut self, place: Ref, message_type: MessageType, status: Status) {
        self.all
            .entry((message_type, place.party))
            .or_default()
            .insert(place.index, (place, status));
    }

    /// What is suspended or narrowed for traffic of a type at `now`, ms: first what is so for all traffic, ascending by party.
    #[must_use]
    pub fn closed_at(&self, now: i64, message_type: MessageType) -> Vec<Closed> {
        type Of<'a> = (
            &'a (MessageType, PartyIndex),
            &'a BTreeMap<u64, (Ref, Status)>,
        );
        let of_party = |((of, party), statuses): Of<'_>| {
            let (place, status) = statuses
                .values()
                .rfind(|(_, status)| status.effective <= now)?;
            let is_over =
                status.act == Act::Resume || status.until.is_some_and(|until| until <= now);
            (!is_over).then(|| Closed {
                party: *party,
                place: *place,
                message_type: *of,
                status: status.clone(),
            })
        };
        self.all
            .iter()
            .filter(|((of, _), _)| *of == MessageType::Real || *of == message_type)
            .filter_map(of_party)
            .collect()
    }

    /// What is announced and not yet in force at `now`, ms, in the order in which it will be.
    #[must_use]
    pub fn ahead_of(&self, now: i64) -> Vec<(Ref, Status)> {
        let mut ahead: Vec<(Ref, Status)> = self
            .all
            .values()
            .flat_map(BTreeMap::values)
            .filter(|(_, status)| status.effective > now)
            .cloned()
            .collect();
        ahead.sort_by_key(|(place, status)| (status.effective, place.party, place.index));
        ahead
    }

    /// When what is in force changes next by itself after `now`, ms.
    #[must_use]
    pub fn next_change(&self, now: i64) -> Option<i64> {
        let statuses = self.all.values().flat_map(BTreeMap::values);
        statuses
            .flat_map(|(_, status)| [Some(status.effective), status.until])
            .flatten()
            .filter(|time| *time > now)
            .min()
    }
}

/// Whether an entry is taken whatever is suspended: what is said about earlier entries, about the line, and tests of it.
#[must_use]
pub fn is_always_taken(kind: Kind, message_type: MessageType) -> bool {
    message_type == MessageType::Test || !matches!(kind, Kind::Message | Kind::Chunk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;

    fn status(act: Act, effective: i64, until: Option<i64>) -> Status {
        Status {
            act,
            effective,
            classes: if act == Act::Narrow {
                vec!["medical".to_owned()]
            } else {
                vec![]
            },
            reason: None,
            until,
        }
    }

    fn acts(standings: &Standings, now: i64) -> Vec<(u8, Act)> {
        let closed = standings.closed_at(now, MessageType::Real);
        closed.iter().map(|c| (c.party.0, c.status.act)).collect()
    }

    #[test]
    fn a_suspension_holds_from_its_time_until_it_is_resumed_or_over() {
        let mut standings = Standings::default();
        standings.follow(at(0, 9), MessageType::Real, status(Act::Resume, 300, None));
        standings.follow(at(0, 4), MessageType::Real, status(Act::Suspend, 100, None));
        standings.follow(
            at(1, 4),
            MessageType::Real,
            status(Act::Narrow, 150, Some(250)),
        );
        assert_eq!(acts(&standings, 99), []);
        assert_eq!(acts(&standings, 100), [(0, Act::Suspend)]);
        assert_eq!(acts(&standings, 200), [(0, Act::Suspend), (1, Act::Narrow)]);
        assert_eq!(acts(&standings, 250), [(0, Act::Suspend)]);
        assert_eq!(acts(&standings, 300), []);
        assert_eq!(standings.next_change(100), Some(150));
        assert_eq!(standings.ahead_of(200).len(), 1);
    }

    #[test]
    fn an_exercise_never_closes_the_line_to_real_traffic() {
        let mut standings = Standings::default();
        let suspended = status(Act::Suspend, 100, None);
        standings.follow(at(0, 4), MessageType::Exercise, suspended.clone());
        assert_eq!(standings.closed_at(100, MessageType::Real), []);
        assert_eq!(standings.closed_at(100, MessageType::Exercise).len(), 1);
        standings.follow(at(1, 4), MessageType::Real, suspended);
        assert_eq!(standings.closed_at(100, MessageType::Exercise).len(), 2);
    }

    #[test]
    fn what_the_charter_keeps_open_can_not_be_closed() {
        let closed = |act| Closed {
            party: PartyIndex(0),
            place: at(0, 4),
            message_type: MessageType::Real,
            status: status(act, 0, None),
        };
        let terms = CharterTerms::default();
        let suspended = closed(Act::Suspend);
        assert!(suspended.takes(Some("safety-of-life"), &terms));
        assert!(!suspended.takes(None, &terms) && !suspended.takes(Some("medical"), &terms));
        assert!(closed(Act::Narrow).takes(Some("medical"), &terms));
        assert!(is_always_taken(Kind::Receipt, MessageType::Real));
        assert!(is_always_taken(Kind::Message, MessageType::Test));
        assert!(!is_always_taken(Kind::Message, MessageType::Exercise));
    }
}
