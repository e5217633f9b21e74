//! Accords to what one side has put on the record: a claim is agreed once every other party agrees to it.
//!
//! Of each party its last accord counts, in the record's order; an agreement lasts until one of them declines after that.

use std::collections::BTreeMap;

use openline_core::entry::{Header, MessageType, Ref};
use openline_core::glossary::{Accord, Stance};
use openline_core::order::Position;
use openline_core::{PartyIndex, Rule};

/// Every accord of a line, by what it is about.
#[derive(Debug, Clone)]
pub struct Assents {
    parties: usize,
    accords: BTreeMap<Ref, BTreeMap<Position, Said>>,
}

/// What a party has said to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The entry; its log is the party's.
    pub place: Ref,
    /// The post that said it.
    pub post: String,
    /// When, as claimed, ms.
    pub time: i64,
    /// Agrees or declines.
    pub stance: Stance,
    /// In what words.
    pub words: Option<String>,
    message_type: MessageType,
}

/// What the other parties say to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assent {
    /// The accord by which it was agreed, and where that stands in the record's order; nothing while it is one side's claim.
    pub agreed: Option<(Position, Ref)>,
    /// The last accord of each party that has said something, by party.
    pub said: Vec<Said>,
    /// The other parties that have said nothing yet.
    pub awaited: Vec<PartyIndex>,
}

impl Assent {
    /// Whether every other party agrees.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.agreed.is_some()
    }

    /// The parties that agree.
    pub fn agreeing(&self) -> impl Iterator<Item = PartyIndex> + '_ {
        let agreeing = |said: &&Said| said.stance == Stance::Agrees;
        self.said
            .iter()
            .filter(agreeing)
            .map(|said| said.place.party)
    }
}

impl Assents {
    /// A line of so many parties, on which nothing has been said.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            parties,
            accords: BTreeMap::new(),
        }
    }

    /// How many parties the line has.
    #[must_use]
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// Takes up an accord; they may come in any order, before what they are about, and again.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        position: Position,
        place: Ref,
        header: &Header,
        body: &[u8],
    ) -> Result<(), Rule> {
        let Accord { stance, words } = Accord::decode(body)?;
        if let Some(about) = header.refs.first().filter(|r| r.party != place.party) {
            let said = Said {
                place,
                post: header.post.clone(),
                time: header.time,
                stance,
                words,
                message_type: header.message_type,
            };
            self.accords
                .entry(*about)
                .or_default()
                .insert(position, said);
        }
        Ok(())
    }

    /// What is said to a claim; accords of another type say nothing about it.
    #[must_use]
    pub fn to(&self, claim: Ref, message_type: MessageType) -> Assent {
        let others: Vec<PartyIndex> = (0..self.parties)
            .filter_map(PartyIndex::from_usize)
            .filter(|party| *party != claim.party)
            .collect();
        let mut last: BTreeMap<PartyIndex, &Said> = BTreeMap::new();
        let mut agreed = None;
        for (position, said) in self.about(claim, message_type) {
            last.insert(said.place.party, said);
            let agrees = |party: &PartyIndex| {
                last.get(party)
                    .is_some_and(|said| said.stance == Stance::Agrees)
            };
            agreed = if others.iter().all(agrees) {
                agreed.or(Some((position, said.place)))
            } else {
                None
            };
        }
        let awaited = others
            .into_iter()
            .filter(|party| !last.contains_key(party))
            .collect();
        Assent {
            agreed,
            said: last.into_values().cloned().collect(),
            awaited,
        }
    }

    /// How many accords there are to a claim, also those that a later one has taken the place of.
    #[must_use]
    pub fn count(&self, claim: Ref, message_type: MessageType) -> usize {
        self.about(claim, message_type).count()
    }

    fn about(
        &self,
        claim: Ref,
        message_type: MessageType,
    ) -> impl Iterator<Item = (Position, &Said)> {
        let about = self.accords.get(&claim).into_iter().flatten();
        about
            .filter(move |(_, said)| said.message_type == message_type)
            .map(|(position, said)| (*position, said))
    }

    /// Accords that agree to a claim, in the record's order, each with its party.
    pub(crate) fn agreements(
        &self,
        claim: Ref,
        message_type: MessageType,
    ) -> impl Iterator<Item = (Position, PartyIndex, Ref)> + '_ {
        self.about(claim, message_type)
            .filter(|(_, said)| said.stance == Stance::Agrees)
            .map(|(position, said)| (position, said.place.party, said.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header};
    use openline_core::entry::Kind;

    fn say(all: &mut Assents, place: Ref, lamport: u64, about: Ref, stance: Stance) {
        let body = Accord {
            stance,
            words: None,
        }
        .encode();
        let header = header(Kind::Accord, vec![about]);
        let party = place.party;
        all.follow(Position { lamport, party }, place, &header, &body)
            .expect("sound");
    }

    #[test]
    fn a_claim_is_agreed_when_all_others_agree_and_until_one_declines() {
        let mut all = Assents::new(3);
        let real = MessageType::Real;
        say(&mut all, at(1, 4), 12, at(0, 3), Stance::Agrees);
        let one = all.to(at(0, 3), real);
        assert_eq!((one.is_agreed(), one.awaited), (false, vec![PartyIndex(2)]));
        say(&mut all, at(2, 4), 13, at(0, 3), Stance::Agrees);
        let both = all.to(at(0, 3), real);
        assert_eq!(both.agreed.map(|(_, place)| place), Some(at(2, 4)));
        assert!(!all.to(at(0, 3), MessageType::Exercise).is_agreed());
        say(&mut all, at(1, 5), 14, at(0, 3), Stance::Declines);
        assert!(!all.to(at(0, 3), real).is_agreed());
    }
}
