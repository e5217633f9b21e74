//! Accounts of one contact: of each party the last that it has released (`spec/readouts.md` section 3).

use std::collections::BTreeMap;

use openline_core::PartyIndex;
use openline_core::entry::{MessageType, Ref};
use openline_core::message::Text;
use openline_core::readout::Readout;

use crate::beside::{Row, beside, common_language};

/// The readouts of one contact, by party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// What they are accounts of.
    pub subject: Ref,
    /// Its type: readouts of another do not count.
    pub message_type: MessageType,
    /// By party: where its last readout stands, and what it says.
    pub readouts: BTreeMap<PartyIndex, (Ref, Readout)>,
}

/// Two accounts side by side in a language that both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The party on the left: the lower index.
    pub left: PartyIndex,
    /// The party on the right.
    pub right: PartyIndex,
    /// The language, where both have one in common.
    pub language: Option<String>,
    /// The rows; none without a common language.
    pub rows: Vec<Row>,
}

impl Accounts {
    /// A contact of which nobody has released an account.
    #[must_use]
    pub fn new(subject: Ref, message_type: MessageType) -> Self {
        Self {
            subject,
            message_type,
            readouts: BTreeMap::new(),
        }
    }

    /// Takes up a readout whose first reference is the subject; of one party's the last in its log counts. They may come in any
    /// order.
    pub fn follow(&mut self, place: Ref, message_type: MessageType, readout: Readout) {
        let is_older = self
            .readouts
            .get(&place.party)
            .is_some_and(|(known, _)| known.index > place.index);
        if message_type == self.message_type && !is_older {
            self.readouts.insert(place.party, (place, readout));
        }
    }

    /// Every two accounts side by side, the lower party index on the left: the same whoever asks.
    #[must_use]
    pub fn comparisons(&self) -> Vec<Comparison> {
        let all: Vec<_> = self
            .readouts
            .iter()
            .map(|(party, (_, readout))| (*party, readout))
            .collect();
        let mut comparisons = Vec::new();
        for (at, left) in all.iter().enumerate() {
            comparisons.extend(all[at + 1..].iter().map(|right| compare(*left, *right)));
        }
        comparisons
    }
}

fn compare(left: (PartyIndex, &Readout), right: (PartyIndex, &Readout)) -> Comparison {
    let (lefts, rights) = (languages(left.1), languages(right.1));
    let language = common_language(&lefts, &rights).map(str::to_owned);
    let rows = language.as_ref().map_or_else(Vec::new, |language| {
        beside(
            in_language(&left.1.texts, language),
            in_language(&right.1.texts, language),
            language,
        )
    });
    Comparison {
        left: left.0,
        right: right.0,
        language,
        rows,
    }
}

fn languages(readout: &Readout) -> Vec<&str> {
    readout
        .texts
        .iter()
        .map(|text| text.language.as_str())
        .collect()
}

fn in_language<'a>(texts: &'a [Text], language: &str) -> &'a str {
    let text = texts
        .iter()
        .find(|text| text.language.eq_ignore_ascii_case(language));
    text.map_or("", |text| &text.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;

    fn readout(language: &str, text: &str) -> Readout {
        let text = Text {
            language: language.to_owned(),
            is_authoritative: true,
            text: text.to_owned(),
        };
        Readout {
            texts: vec![text],
            quotes: Vec::new(),
        }
    }

    #[test]
    fn the_last_readout_of_each_party_counts_and_types_are_not_mixed() {
        let real = MessageType::Real;
        let entries = [
            (at(0, 4), real, readout("en", "They met twice.")),
            (at(0, 9), real, readout("en", "They met once.")),
            (at(1, 5), real, readout("en", "They met once.")),
            (
                at(1, 6),
                MessageType::Exercise,
                readout("en", "Nobody met."),
            ),
        ];
        let fold = |order: &[usize]| {
            let mut accounts = Accounts::new(at(0, 2), real);
            for at in order {
                let (place, message_type, readout) = entries[*at].clone();
                accounts.follow(place, message_type, readout);
            }
            accounts
        };
        let accounts = fold(&[0, 1, 2, 3]);
        assert_eq!(accounts, fold(&[3, 2, 1, 0]));
        let [comparison] = &accounts.comparisons()[..] else {
            panic!("two accounts make one comparison");
        };
        assert_eq!(
            (comparison.left, comparison.rows[0].likeness),
            (PartyIndex(0), 1000)
        );
    }

    #[test]
    fn without_a_common_language_nothing_is_aligned() {
        let mut accounts = Accounts::new(at(0, 2), MessageType::Real);
        accounts.follow(at(0, 4), MessageType::Real, readout("en", "They met."));
        assert!(accounts.comparisons().is_empty());
        accounts.follow(at(1, 4), MessageType::Real, readout("zh", "会晤。"));
        let comparison = &accounts.comparisons()[0];
        assert_eq!(
            (comparison.language.as_deref(), comparison.rows.len()),
            (None, 0)
        );
    }
}
