//! "Is this from you?": what was asked and found, and the codes of announced calls (`spec/loop.md` section 7).

use std::collections::BTreeMap;

use openline_core::entry::Ref;
use openline_core::origin::{Finding, OriginQuery};
use openline_core::phrase::words_of;
use openline_core::{Hash, PartyIndex};

const CONTEXT: &[u8] = b"openline/call/v1\n";
/// Words of one code.
const CODE_WORDS: usize = 3;

/// The two codes of an announced call: its announcer's side reads the first, the other side answers with the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// What the announcer's side reads out.
    pub first: String,
    /// What the other side answers.
    pub second: String,
}

impl Codes {
    /// The codes of the announcement whose header has this leaf hash.
    #[must_use]
    pub fn of(leaf: &Hash) -> Self {
        let hash = Hash::of(&[CONTEXT, &leaf.0]);
        let all = words_of(&hash);
        Self {
            first: all[..CODE_WORDS].join(" "),
            second: all[CODE_WORDS..].join(" "),
        }
    }
}

/// A query and what has been found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Where it stands.
    pub place: Ref,
    /// What was asked.
    pub query: OriginQuery,
    /// By party: its last finding, and where that stands.
    pub findings: BTreeMap<PartyIndex, (Ref, Finding)>,
}

impl Inquiry {
    /// A query that nobody has answered.
    #[must_use]
    pub fn new(place: Ref, query: OriginQuery) -> Self {
        Self {
            place,
            query,
            findings: BTreeMap::new(),
        }
    }

    /// Takes up a finding about it; of one party's the last in its log counts. They may come in any order.
    pub fn follow(&mut self, place: Ref, finding: Finding) {
        let is_older = self
            .findings
            .get(&place.party)
            .is_some_and(|(known, _)| known.index > place.index);
        if place.party != self.place.party && !is_older {
            self.findings.insert(place.party, (place, finding));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;
    use openline_core::origin::{Channel, Origin};

    #[test]
    fn both_sides_compute_the_same_codes_and_no_two_calls_share_them() {
        let codes = Codes::of(&Hash([1; 32]));
        assert_eq!(codes, Codes::of(&Hash([1; 32])));
        assert_ne!(codes, Codes::of(&Hash([2; 32])));
        assert_eq!(codes.first.split(' ').count(), CODE_WORDS);
        assert_ne!(codes.first, codes.second);
    }

    #[test]
    fn the_last_finding_of_each_party_counts() {
        let query = OriginQuery {
            channel: Channel::Call,
            time: 0,
            what: "a call".to_owned(),
            sha256: None,
        };
        let finding = |origin| Finding {
            origin,
            words: None,
        };
        let mut inquiry = Inquiry::new(at(0, 4), query);
        inquiry.follow(at(1, 7), finding(Origin::No));
        inquiry.follow(at(1, 6), finding(Origin::LookingIntoIt));
        inquiry.follow(at(0, 9), finding(Origin::Yes));
        let found: Vec<_> = inquiry.findings.values().map(|(_, f)| f.origin).collect();
        assert_eq!(found, [Origin::No], "nobody answers his own query");
    }
}
