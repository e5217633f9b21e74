//! The agreed glossary: what proposals of terms and accords to them amount to (`spec/loop.md` section 6).
//!
//! A proposal is agreed from the entry on by which every other party's last accord about it agrees, and no longer when one of them
//! declines after that. Of several agreed proposals that name a concept, the one that was agreed last counts for it.

use std::collections::BTreeMap;

use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::glossary::{Accord, Glossary, Stance, Term};
use openline_core::order::Position;
use openline_core::{PartyIndex, Rule};

/// What has been proposed on a line, and what was said to it.
#[derive(Debug, Clone)]
pub struct Glossaries {
    parties: usize,
    proposals: BTreeMap<Position, Proposed>,
    /// By the proposal that they are about, which may come after them.
    accords: BTreeMap<Ref, BTreeMap<Position, Said>>,
}

/// A proposal that is not agreed, or not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The entry.
    pub place: Ref,
    /// The post that proposed it.
    pub post: String,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// When, as claimed, ms since 1970 UTC.
    pub time: i64,
    /// The terms.
    pub terms: Vec<Term>,
    /// The last accord of each party that has said something, by party.
    pub said: Vec<Said>,
    /// The other parties that have said nothing yet.
    pub awaited: Vec<PartyIndex>,
}

/// What a party has said to a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The entry; its log is the party's.
    pub place: Ref,
    /// The post that said it.
    pub post: String,
    /// When, as claimed, ms since 1970 UTC.
    pub time: i64,
    /// Agrees or declines.
    pub stance: Stance,
    /// In what words.
    pub words: Option<String>,
    message_type: MessageType,
}

/// A term that every party has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedTerm {
    /// The term.
    pub term: Term,
    /// The entry that proposed it.
    pub proposal: Ref,
    /// The accord by which it was agreed.
    pub since: Ref,
}

#[derive(Debug, Clone)]
struct Proposed {
    place: Ref,
    post: String,
    time: i64,
    message_type: MessageType,
    terms: Vec<Term>,
}

impl Glossaries {
    /// A line of so many parties, on which nothing has been proposed.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            parties,
            proposals: BTreeMap::new(),
            accords: BTreeMap::new(),
        }
    }

    /// Takes up an entry with its body, if it is a proposal or an accord; entries may come in any order, and again.
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
            Kind::Glossary => {
                let Glossary { terms } = Glossary::decode(body)?;
                self.proposals
                    .insert(position, proposed(place, header, terms));
            }
            Kind::Accord => {
                let said = said(place, header, Accord::decode(body)?);
                if let Some(about) = header.refs.first().filter(|about| about.party != party) {
                    let about = self.accords.entry(*about).or_default();
                    about.insert(position, said);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The terms that are agreed after all that was followed, by concept. What a drill or a test has agreed is not among them.
    #[must_use]
    pub fn agreed(&self) -> Vec<AgreedTerm> {
        let real = self
            .proposals
            .values()
            .filter(|proposed| proposed.message_type == MessageType::Real);
        let mut agreed: Vec<_> = real
            .filter_map(|proposed| Some((self.agreed_by(proposed)?, proposed)))
            .collect();
        agreed.sort_by_key(|((position, _), _)| *position);
        let mut by_concept = BTreeMap::new();
        for ((_, since), proposed) in agreed {
            for term in &proposed.terms {
                let agreed = AgreedTerm {
                    term: term.clone(),
                    proposal: proposed.place,
                    since,
                };
                by_concept.insert(term.concept.as_str(), agreed);
            }
        }
        by_concept.into_values().collect()
    }

    /// The proposals that are not agreed, in the record's order: nobody has answered yet, or somebody declines.
    #[must_use]
    pub fn open(&self) -> Vec<Proposal> {
        self.proposals
            .values()
            .filter(|proposed| self.agreed_by(proposed).is_none())
            .map(|proposed| self.proposal(proposed))
            .collect()
    }

    /// Where in the record a proposal was agreed, if it is, and the accord by which it was.
    fn agreed_by(&self, proposed: &Proposed) -> Option<(Position, Ref)> {
        let mut last = BTreeMap::new();
        let mut since = None;
        for (position, said) in self.said(proposed) {
            last.insert(said.place.party, said.stance);
            let is_agreed = self
                .others(proposed)
                .all(|party| last.get(&party) == Some(&Stance::Agrees));
            since = match since {
                Some(since) if is_agreed => Some(since),
                None if is_agreed => Some((position, said.place)),
                _ => None,
            };
        }
        since
    }

    /// The accords about a proposal, in the record's order; one of another type, such as a drill's, says nothing about a real proposal.
    fn said(&self, proposed: &Proposed) -> impl Iterator<Item = (Position, &Said)> {
        let about = self.accords.get(&proposed.place).into_iter().flatten();
        about
            .filter(|(_, said)| said.message_type == proposed.message_type)
            .map(|(position, said)| (*position, said))
    }

    fn others(&self, proposed: &Proposed) -> impl Iterator<Item = PartyIndex> {
        let author = proposed.place.party;
        (0..self.parties)
            .filter_map(PartyIndex::from_usize)
            .filter(move |party| *party != author)
    }

    fn proposal(&self, proposed: &Proposed) -> Proposal {
        let last: BTreeMap<PartyIndex, &Said> = self
            .said(proposed)
            .map(|(_, said)| (said.place.party, said))
            .collect();
        Proposal {
            place: proposed.place,
            post: proposed.post.clone(),
            message_type: proposed.message_type,
            time: proposed.time,
            terms: proposed.terms.clone(),
            awaited: self
                .others(proposed)
                .filter(|party| !last.contains_key(party))
                .collect(),
            said: last.into_values().cloned().collect(),
        }
    }
}

fn proposed(place: Ref, header: &Header, terms: Vec<Term>) -> Proposed {
    Proposed {
        place,
        post: header.post.clone(),
        time: header.time,
        message_type: header.message_type,
        terms,
    }
}

fn said(place: Ref, header: &Header, accord: Accord) -> Said {
    Said {
        place,
        post: header.post.clone(),
        time: header.time,
        stance: accord.stance,
        words: accord.words,
        message_type: header.message_type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header};

    fn term(concept: &str, russian: &str) -> Term {
        Term {
            concept: concept.to_owned(),
            equivalents: vec![
                ("en".to_owned(), concept.to_owned()),
                ("ru".to_owned(), russian.to_owned()),
            ],
            note: None,
        }
    }

    fn propose(all: &mut Glossaries, place: Ref, lamport: u64, terms: Vec<Term>) {
        let body = Glossary { terms }.encode();
        let header = header(Kind::Glossary, vec![]);
        all.follow(place, lamport, &header, &body).expect("sound");
    }

    fn answer(all: &mut Glossaries, place: Ref, lamport: u64, about: Ref, stance: Stance) {
        let words = (stance == Stance::Declines).then(|| "Not that word.".to_owned());
        let body = Accord { stance, words }.encode();
        let header = header(Kind::Accord, vec![about]);
        all.follow(place, lamport, &header, &body).expect("sound");
    }

    fn words(all: &Glossaries) -> Vec<(String, String)> {
        let word = |agreed: AgreedTerm| {
            let russian = agreed.term.equivalents[1].1.clone();
            (agreed.term.concept, russian)
        };
        all.agreed().into_iter().map(word).collect()
    }

    fn pair(concept: &str, russian: &str) -> (String, String) {
        (concept.to_owned(), russian.to_owned())
    }

    #[test]
    fn a_proposal_is_open_until_the_other_party_agrees() {
        let mut all = Glossaries::new(2);
        propose(
            &mut all,
            at(0, 3),
            10,
            vec![term("ceasefire", "прекращение огня")],
        );
        assert_eq!(all.agreed(), []);
        let open = all.open();
        assert_eq!((open.len(), open[0].place), (1, at(0, 3)));
        assert_eq!(
            (open[0].awaited.clone(), open[0].said.len()),
            (vec![PartyIndex(1)], 0)
        );
        answer(&mut all, at(1, 4), 12, at(0, 3), Stance::Agrees);
        assert_eq!(words(&all), [pair("ceasefire", "прекращение огня")]);
        let agreed = all.agreed();
        assert_eq!((agreed[0].proposal, agreed[0].since), (at(0, 3), at(1, 4)));
        assert_eq!(all.open(), []);
    }

    #[test]
    fn the_last_accord_of_a_party_counts_and_an_agreement_can_be_withdrawn() {
        let mut all = Glossaries::new(2);
        propose(&mut all, at(0, 3), 10, vec![term("truce", "перемирие")]);
        answer(&mut all, at(1, 4), 12, at(0, 3), Stance::Agrees);
        answer(&mut all, at(1, 5), 13, at(0, 3), Stance::Declines);
        assert_eq!(all.agreed(), []);
        let open = all.open();
        assert_eq!(open[0].said.len(), 1);
        assert_eq!(open[0].said[0].stance, Stance::Declines);
        assert_eq!(open[0].said[0].words.as_deref(), Some("Not that word."));
        assert!(open[0].awaited.is_empty());
        answer(&mut all, at(1, 6), 14, at(0, 3), Stance::Agrees);
        assert_eq!(all.agreed()[0].since, at(1, 6));
        answer(&mut all, at(1, 7), 15, at(0, 3), Stance::Agrees);
        assert_eq!(all.agreed()[0].since, at(1, 6), "agreed once already");
    }

    #[test]
    fn three_parties_have_agreed_when_both_others_have() {
        let mut all = Glossaries::new(3);
        propose(&mut all, at(1, 3), 10, vec![term("truce", "перемирие")]);
        answer(&mut all, at(0, 4), 12, at(1, 3), Stance::Agrees);
        let open = all.open();
        assert_eq!(open[0].awaited, [PartyIndex(2)]);
        assert_eq!(open[0].said[0].place, at(0, 4));
        answer(&mut all, at(2, 2), 13, at(1, 3), Stance::Declines);
        assert_eq!((all.agreed(), all.open()[0].said.len()), (vec![], 2));
        answer(&mut all, at(2, 3), 14, at(1, 3), Stance::Agrees);
        assert_eq!(words(&all), [pair("truce", "перемирие")]);
        answer(&mut all, at(0, 5), 15, at(1, 3), Stance::Declines);
        assert_eq!(words(&all), []);
    }

    #[test]
    fn what_is_agreed_later_takes_the_place_of_terms_of_the_same_concept_and_of_no_other() {
        let mut all = Glossaries::new(2);
        let both = vec![term("ceasefire", "перемирие"), term("truce", "затишье")];
        propose(&mut all, at(0, 3), 10, both);
        propose(
            &mut all,
            at(1, 4),
            11,
            vec![term("ceasefire", "прекращение огня")],
        );
        answer(&mut all, at(1, 5), 12, at(0, 3), Stance::Agrees);
        let first = [pair("ceasefire", "перемирие"), pair("truce", "затишье")];
        assert_eq!(words(&all), first);
        answer(&mut all, at(0, 4), 13, at(1, 4), Stance::Agrees);
        let second = [
            pair("ceasefire", "прекращение огня"),
            pair("truce", "затишье"),
        ];
        assert_eq!(words(&all), second);
        answer(&mut all, at(0, 5), 14, at(1, 4), Stance::Declines);
        assert_eq!(
            words(&all),
            first,
            "the earlier agreement stands again as far as nothing replaces it"
        );
    }

    #[test]
    fn entries_may_come_in_any_order_and_again() {
        let mut all = Glossaries::new(2);
        answer(&mut all, at(1, 5), 13, at(0, 3), Stance::Declines);
        answer(&mut all, at(1, 4), 12, at(0, 3), Stance::Agrees);
        propose(&mut all, at(0, 3), 10, vec![term("truce", "перемирие")]);
        assert_eq!(words(&all), []);
        answer(&mut all, at(1, 6), 14, at(0, 3), Stance::Agrees);
        answer(&mut all, at(1, 5), 13, at(0, 3), Stance::Declines);
        assert_eq!(words(&all), [pair("truce", "перемирие")]);
    }

    #[test]
    fn an_accord_counts_for_its_own_proposal_and_by_another_party_and_of_the_same_type() {
        let mut all = Glossaries::new(2);
        propose(&mut all, at(0, 3), 10, vec![term("truce", "перемирие")]);
        answer(&mut all, at(1, 4), 12, at(0, 9), Stance::Agrees);
        answer(&mut all, at(0, 5), 13, at(0, 3), Stance::Agrees);
        let body = Accord {
            stance: Stance::Agrees,
            words: None,
        }
        .encode();
        let mut drill = header(Kind::Accord, vec![at(0, 3)]);
        drill.message_type = MessageType::Exercise;
        all.follow(at(1, 5), 14, &drill, &body).expect("sound");
        assert_eq!(all.agreed(), []);
        let broken = all.follow(at(1, 6), 15, &header(Kind::Glossary, vec![]), b"?");
        assert!(broken.is_err());
    }

    #[test]
    fn what_a_drill_agrees_stays_in_the_drill() {
        let mut all = Glossaries::new(2);
        let mut drill = header(Kind::Glossary, vec![]);
        drill.message_type = MessageType::Exercise;
        let body = Glossary {
            terms: vec![term("truce", "перемирие")],
        };
        all.follow(at(0, 3), 10, &drill, &body.encode())
            .expect("sound");
        let mut accord = header(Kind::Accord, vec![at(0, 3)]);
        accord.message_type = MessageType::Exercise;
        let body = Accord {
            stance: Stance::Agrees,
            words: None,
        };
        all.follow(at(1, 4), 11, &accord, &body.encode())
            .expect("sound");
        assert_eq!((all.agreed(), all.open()), (vec![], vec![]));
    }
}
