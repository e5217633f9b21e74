//! What has come of a run: a fold over its entries, which may come in any order.

mod blind_match;
mod offer;

use std::collections::BTreeMap;

use openline_core::entry::{MessageType, Ref};
use openline_core::scheduling::{
    Commitment, Evaluation, Method, Opening, Picks, Scheduling, SlotConfirmation, SlotRequest,
    TieRule,
};
use openline_core::{Hash, PartyIndex};

use super::secret::Private;

pub use blind_match::BlindMatch;
pub use offer::Offer;

/// A quota counts the runs of so many milliseconds.
pub const QUOTA_MS: i64 = 7 * 86_400_000;

/// A way to find the slots that suit all. What it needs beyond the record is one secret of each party.
///
/// A multi-party computation that reveals one slot alone would be a third one.
pub trait Procedure {
    /// How far it has come.
    fn outcome(&self, run: &Run) -> Outcome;

    /// What a party has to say next, if anything can be said yet. The first step, which commits, is never said by itself: it is an
    /// officer's act.
    ///
    /// # Errors
    /// What the other party sent can't be used, or the secret is not the one that was committed to.
    fn next(&self, run: &Run, private: &Private) -> Result<Option<Scheduling>, Fault>;
}

/// The procedure of a method.
#[must_use]
pub fn procedure(method: Method) -> &'static dyn Procedure {
    match method {
        Method::BlindMatch => &BlindMatch,
        Method::Offer => &Offer,
    }
}

/// How far a procedure has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Something is owed by some.
    Waits(Need, Vec<PartyIndex>),
    /// These slots suit all.
    Found(Vec<u16>),
    /// Somebody can be shown to have broken it.
    Broken(Vec<(PartyIndex, Fault)>),
}

/// What a party owes in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Its duty officer's approval, which commits to its picks.
    Commit,
    /// Its evaluation of the other's picks.
    Evaluate,
    /// Its word on which picks are common.
    Compare,
    /// Its opening: of the sealed offer, or of a commitment because the two results differ.
    Open,
    /// Its confirmation of the slot as written out.
    Confirm,
    /// The same: what was confirmed differs.
    ConfirmAlike,
}

impl Need {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Commit => "approval by a duty officer",
            Self::Evaluate => "evaluation of the other's picks",
            Self::Compare => "the common picks",
            Self::Open => "opening",
            Self::Confirm => "confirmation of the slot",
            Self::ConfirmAlike => "confirmation in the same words",
        }
    }
}

/// What a party can be shown to have done wrong in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// An element that is not one of the group.
    Element,
    /// The proof does not show that the committed key was used for all.
    Proof,
    /// What was opened is not what was committed to.
    Commitment,
    /// The blinded picks are not those that were committed to.
    Blinded,
    /// The evaluation or its tags do not follow from what was committed to.
    Evaluation,
    /// The common picks are not those that follow.
    Result,
}

impl Fault {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Element => "sent what is no element of the group",
            Self::Proof => "does not prove that it used the key that it committed to",
            Self::Commitment => "opened something else than it had committed to",
            Self::Blinded => "blinded other picks than it had committed to",
            Self::Evaluation => "answered differently from its commitment",
            Self::Result => "named other common picks than follow from its commitment",
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Something is owed by some.
    Waits(Need, Vec<PartyIndex>),
    /// No slot fits.
    NoSlot,
    /// All have confirmed this slot, in these words.
    Agreed(u16, String),
    /// Somebody can be shown to have broken it; it counts for nothing.
    Broken(Vec<(PartyIndex, Fault)>),
    /// A party has ended it.
    Withdrawn(PartyIndex),
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where its request stands.
    pub place: Ref,
    /// The request's leaf hash.
    pub leaf: Hash,
    /// The request's type; entries of another are not of the run.
    pub message_type: MessageType,
    /// What was asked for.
    pub request: SlotRequest,
    parties: u8,
    steps: BTreeMap<PartyIndex, BTreeMap<u64, Scheduling>>,
}

impl Run {
    /// A run of which nothing is known but its request.
    #[must_use]
    pub fn new(
        (place, leaf): (Ref, Hash),
        message_type: MessageType,
        request: SlotRequest,
        parties: usize,
    ) -> Self {
        Self {
            place,
            leaf,
            message_type,
            request,
            parties: u8::try_from(parties).expect("bounded by PARTIES_MAX"),
            steps: BTreeMap::new(),
        }
    }

    /// Takes up an entry that refers to the request; in any order.
    pub fn follow(&mut self, place: Ref, message_type: MessageType, said: Scheduling) {
        let is_step = !matches!(said, Scheduling::Request(_));
        if is_step && message_type == self.message_type && place.party.0 < self.parties {
            let steps = self.steps.entry(place.party).or_default();
            steps.insert(place.index, said);
        }
    }

    /// Where it stands. A withdrawal counts whenever it is said, but hides no breach.
    #[must_use]
    pub fn stage(&self) -> Stage {
        let withdrew = |party: &PartyIndex| {
            self.first(*party, |said| match said {
                Scheduling::Withdrawal(words) => Some(words),
                _ => None,
            })
            .is_some()
        };
        let withdrawn = self.parties().find(withdrew);
        match (procedure(self.request.method).outcome(self), withdrawn) {
            (Outcome::Broken(faults), _) => Stage::Broken(faults),
            (_, Some(party)) => Stage::Withdrawn(party),
            (Outcome::Waits(need, parties), None) => Stage::Waits(need, parties),
            (Outcome::Found(slots), None) => self
                .choose(&slots)
                .map_or(Stage::NoSlot, |slot| self.confirmed(slot)),
        }
    }

    /// The slots that suit all, once they are known.
    #[must_use]
    pub fn common(&self) -> Option<Vec<u16>> {
        match procedure(self.request.method).outcome(self) {
            Outcome::Found(slots) => Some(slots),
            Outcome::Waits(..) | Outcome::Broken(_) => None,
        }
    }

    /// The slot that the request's rule takes of those that suit all.
    #[must_use]
    pub fn choose(&self, common: &[u16]) -> Option<u16> {
        match self.request.tie_rule {
            TieRule::Earliest => common.iter().min().copied(),
            TieRule::Latest => common.iter().max().copied(),
        }
    }

    /// It is agreed when the last word of every party is the same confirmation of this slot, and not before.
    fn confirmed(&self, slot: u16) -> Stage {
        let start = self.request.start(slot);
        let last = |party| self.confirmation(party).filter(|said| said.start == start);
        let missing: Vec<_> = self.parties().filter(|p| last(*p).is_none()).collect();
        if !missing.is_empty() {
            return Stage::Waits(Need::Confirm, missing);
        }
        let mut texts = self
            .parties()
            .filter_map(|party| last(party).map(|said| &said.text));
        let first = texts.next().expect("a line has parties");
        if texts.all(|text| text == first) {
            Stage::Agreed(slot, first.clone())
        } else {
            Stage::Waits(Need::ConfirmAlike, self.parties().collect())
        }
    }

    /// Every party of the line.
    pub fn parties(&self) -> impl Iterator<Item = PartyIndex> + use<> {
        (0..self.parties).map(PartyIndex)
    }

    /// A party's commitment; of several the first counts, here and below, but for confirmations.
    #[must_use]
    pub fn commitment(&self, party: PartyIndex) -> Option<&Commitment> {
        self.first(party, |said| match said {
            Scheduling::Commitment(body) => Some(body),
            _ => None,
        })
    }

    /// A party's evaluation.
    #[must_use]
    pub fn evaluation(&self, party: PartyIndex) -> Option<&Evaluation> {
        self.first(party, |said| match said {
            Scheduling::Evaluation(body) => Some(body),
            _ => None,
        })
    }

    /// What a party says is common.
    #[must_use]
    pub fn result(&self, party: PartyIndex) -> Option<&Picks> {
        self.first(party, |said| match said {
            Scheduling::Result(picks) => Some(picks),
            _ => None,
        })
    }

    /// A party's sealed offer.
    #[must_use]
    pub fn seal(&self, party: PartyIndex) -> Option<Hash> {
        self.first(party, |said| match said {
            Scheduling::Seal(hash) => Some(*hash),
            _ => None,
        })
    }

    /// What a party has opened.
    #[must_use]
    pub fn opening(&self, party: PartyIndex) -> Option<&Opening> {
        self.first(party, |said| match said {
            Scheduling::Opening(body) => Some(body),
            _ => None,
        })
    }

    /// The slot that a party confirmed last.
    #[must_use]
    pub fn confirmation(&self, party: PartyIndex) -> Option<&SlotConfirmation> {
        let steps = self.steps.get(&party)?.values().rev();
        steps.into_iter().find_map(|said| match said {
            Scheduling::Confirmation(body) => Some(body),
            _ => None,
        })
    }

    /// Why a party ended the run.
    #[must_use]
    pub fn withdrawal(&self, party: PartyIndex) -> Option<&str> {
        self.first(party, |said| match said {
            Scheduling::Withdrawal(words) => words.as_deref(),
            _ => None,
        })
    }

    fn first<'a, T>(
        &'a self,
        party: PartyIndex,
        of: impl Fn(&'a Scheduling) -> Option<T>,
    ) -> Option<T> {
        self.steps.get(&party)?.values().find_map(of)
    }

    /// The slots of the grid among those named.
    fn in_grid(&self, slots: &[u16]) -> Vec<u16> {
        let is_in = |slot: &&u16| usize::from(**slot) < self.request.slots();
        slots.iter().filter(is_in).copied().collect()
    }

    /// The parties of which something is missing.
    fn without<T>(&self, of: impl Fn(PartyIndex) -> Option<T>) -> Vec<PartyIndex> {
        self.parties()
            .filter(|party| of(*party).is_none())
            .collect()
    }
}

#[cfg(test)]
mod tests;
