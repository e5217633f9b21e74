//! Encounters: what each side has said of a call, a meeting or a visit, and what it comes to (`spec/encounters.md` sections 2 and 3).
//!
//! Nothing counts as shared that both sides have not said: until then each side's word is shown as its own. Steps and accords of
//! another type than the encounter's are not about it.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::encounter::{Encounter, EncounterKind, Step, StepAct};
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::order::Position;
use openline_core::{PartyIndex, Rule};

use crate::assent::{Assent, Assents};
use crate::timing::{self, Contradiction};

/// How far an encounter has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is asked for.
    Invited,
    /// Every other party has accepted in principle.
    Accepted,
    /// One schedule is agreed by all.
    Scheduled,
    /// All parties say that it was held.
    Held,
    /// All parties have read it out.
    ReadOut,
    /// A party's last word is that it declines.
    Declined,
    /// A party's last word is that it puts it off.
    Postponed,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Accepted => "accepted in principle",
            Self::Scheduled => "scheduled",
            Self::Held => "held",
            Self::ReadOut => "read out",
            Self::Declined => "declined",
            Self::Postponed => "postponed",
        }
    }
}

/// Everything said of the encounters of a line.
#[derive(Debug, Clone)]
pub struct Encounters {
    assents: Assents,
    encounters: BTreeMap<Position, Asked>,
    /// By the encounter that they are about, which may come after them.
    steps: BTreeMap<Ref, BTreeMap<Position, StepTaken>>,
}

#[derive(Debug, Clone)]
struct Asked {
    place: Ref,
    post: String,
    time: i64,
    message_type: MessageType,
    encounter: Encounter,
}

/// A step, and who took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTaken {
    /// The entry; its log is the party's.
    pub place: Ref,
    /// The post.
    pub post: String,
    /// When, as claimed, ms.
    pub time: i64,
    /// What it says.
    pub step: Step,
    /// The readout, where it names one.
    pub readout: Option<Ref>,
    message_type: MessageType,
}

/// A step that is one side's claim until all others agree to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedStep {
    /// The step.
    pub taken: StepTaken,
    /// What the others say to it.
    pub assent: Assent,
}

/// Who asked for the encounter, as one side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedClaim {
    /// The entry that says so; its log is the side's.
    pub place: Ref,
    /// Who asked.
    pub asked: PartyIndex,
    /// What the others say to it.
    pub assent: Assent,
}

/// An encounter and everything that is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncounterState {
    /// The entry that asked for it.
    pub place: Ref,
    /// The post that did.
    pub post: String,
    /// When, as claimed, ms.
    pub time: i64,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// What was asked for.
    pub encounter: Encounter,
    /// How far it has got.
    pub stage: Stage,
    /// Parties that have said whether it is to be: accepted, proposed or agreed to a time, declined, or put it off.
    pub spoken: Vec<PartyIndex>,
    /// Each party's last act about it.
    pub last: Vec<(PartyIndex, Ref, StepAct)>,
    /// Who asked, as each side last said.
    pub asked: Vec<AskedClaim>,
    /// Who asked, once a claim is agreed by all: the claim that was agreed last.
    pub asked_agreed: Option<(Ref, PartyIndex)>,
    /// Every schedule that was proposed, in the record's order.
    pub schedules: Vec<ClaimedStep>,
    /// The schedule that is agreed by all; of several the one agreed last. None while a party declines or puts it off.
    pub fixed: Option<Ref>,
    /// Each statement that it was held, in the record's order.
    pub held: Vec<ClaimedStep>,
    /// What does not fit among the times that were claimed.
    pub contradictions: Vec<Contradiction>,
    /// Each readout.
    pub readouts: Vec<StepTaken>,
    /// The last word of each party that declines or puts it off.
    pub ended: Vec<StepTaken>,
    /// Claims that it obliges a return visit.
    pub owed: Vec<ClaimedStep>,
    /// How often something was said that may change whether and when it is: it only grows.
    pub revision: usize,
    /// What is in its programme, where it is a visit.
    pub programme: Vec<Ref>,
    /// Where the entry stands in the record's order.
    pub(crate) order: Position,
    /// Where in the record the schedule that stood was agreed, and where all had said that it was held.
    pub(crate) fixed_at: Option<Position>,
    pub(crate) held_at: Option<Position>,
}

impl Encounters {
    /// A line of so many parties, on which nothing has been asked for.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            assents: Assents::new(parties),
            encounters: BTreeMap::new(),
            steps: BTreeMap::new(),
        }
    }

    /// Takes up an entry with its body, if it is an encounter, a step or an accord; entries may come in any order, and again.
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
        let position = Position {
            lamport,
            party: place.party,
        };
        match header.kind {
            Kind::Encounter => {
                let asked = Asked {
                    place,
                    post: header.post.clone(),
                    time: header.time,
                    message_type: header.message_type,
                    encounter: Encounter::decode(body)?,
                };
                self.encounters.insert(position, asked);
            }
            Kind::Step => {
                let taken = StepTaken {
                    place,
                    post: header.post.clone(),
                    time: header.time,
                    step: Step::decode(body)?,
                    readout: header.refs.get(1).copied(),
                    message_type: header.message_type,
                };
                if let Some(about) = header.refs.first() {
                    let steps = self.steps.entry(*about).or_default();
                    steps.insert(position, taken);
                }
            }
            Kind::Accord => self.assents.follow(position, place, header, body)?,
            _ => {}
        }
        Ok(())
    }

    /// Accords of the line.
    #[must_use]
    pub fn assents(&self) -> &Assents {
        &self.assents
    }

    /// Every encounter, in the record's order.
    #[must_use]
    pub fn all(&self) -> Vec<EncounterState> {
        self.encounters
            .iter()
            .map(|(order, asked)| self.state(*order, asked))
            .collect()
    }

    fn state(&self, order: Position, asked: &Asked) -> EncounterState {
        let steps = self.steps_of(asked);
        let of = |act: StepAct| steps.iter().filter(move |(_, taken)| taken.step.act == act);
        let claimed =
            |act| -> Vec<ClaimedStep> { of(act).map(|(_, taken)| self.claimed(taken)).collect() };
        let (schedules, held) = (claimed(StepAct::Scheduled), claimed(StepAct::Held));
        let last_words = self.last_words(&steps);
        let ended: Vec<StepTaken> = last_words
            .values()
            .filter_map(|(_, word)| word.cloned())
            .collect();
        let fixed = standing(&schedules).filter(|_| ended.is_empty());
        let held_at = self.held_at(asked, &steps);
        let readouts: Vec<StepTaken> = of(StepAct::ReadOut).map(|(_, t)| (*t).clone()).collect();
        let claims = held.iter().flat_map(|held| held.taken.step.claims.clone());
        let contradictions = timing::contradictions(&claims.collect::<Vec<_>>());
        let asked_claims = self.asked(asked, &steps);
        let last: BTreeMap<PartyIndex, (Ref, StepAct)> = steps
            .iter()
            .map(|(_, taken)| (taken.place.party, (taken.place, taken.step.act)))
            .collect();
        let stage = self.stage(
            asked,
            &steps,
            &last_words,
            (fixed.is_some(), held_at.is_some()),
        );
        EncounterState {
            order,
            place: asked.place,
            post: asked.post.clone(),
            time: asked.time,
            message_type: asked.message_type,
            encounter: asked.encounter.clone(),
            stage,
            spoken: last_words.keys().copied().collect(),
            last: last
                .into_iter()
                .map(|(party, (place, act))| (party, place, act))
                .collect(),
            asked_agreed: agreed_asked(&asked_claims),
            asked: last_of_each(asked_claims),
            fixed: fixed.map(|(_, place)| place),
            fixed_at: fixed.map(|(position, _)| position),
            held_at,
            schedules,
            held,
            contradictions,
            readouts,
            ended,
            owed: claimed(StepAct::ReturnOwed),
            revision: self.revision(&steps),
            programme: self.programme(asked),
        }
    }

    fn steps_of(&self, asked: &Asked) -> Vec<(Position, &StepTaken)> {
        let steps = self.steps.get(&asked.place).into_iter().flatten();
        steps
            .filter(|(_, taken)| taken.message_type == asked.message_type)
            .map(|(position, taken)| (*position, taken))
            .collect()
    }

    fn revision(&self, steps: &[(Position, &StepTaken)]) -> usize {
        let said = steps.iter().map(|(_, taken)| match taken.step.act {
            StepAct::Scheduled => 1 + self.assents.count(taken.place, taken.message_type),
            StepAct::Accepted | StepAct::Declined | StepAct::Postponed | StepAct::Held => 1,
            _ => 0,
        });
        said.sum()
    }

    fn claimed(&self, taken: &StepTaken) -> ClaimedStep {
        ClaimedStep {
            taken: taken.clone(),
            assent: self.assents.to(taken.place, taken.message_type),
        }
    }

    /// Of each party its last word on whether the encounter is to be: the step by which it ends it, or none. Accepting,
    /// proposing a schedule and agreeing to one go on with it.
    fn last_words<'a>(
        &self,
        steps: &[(Position, &'a StepTaken)],
    ) -> BTreeMap<PartyIndex, (Position, Option<&'a StepTaken>)> {
        let mut words: BTreeMap<PartyIndex, (Position, Option<&StepTaken>)> = BTreeMap::new();
        let mut say = |party, position, word| {
            let last = words.entry(party).or_insert((position, word));
            if position >= last.0 {
                *last = (position, word);
            }
        };
        for (position, taken) in steps {
            match taken.step.act {
                StepAct::Accepted => say(taken.place.party, *position, None),
                StepAct::Scheduled => {
                    say(taken.place.party, *position, None);
                    let agreements = self.assents.agreements(taken.place, taken.message_type);
                    agreements.for_each(|(position, party, _)| say(party, position, None));
                }
                StepAct::Declined | StepAct::Postponed => {
                    say(taken.place.party, *position, Some(taken));
                }
                _ => {}
            }
        }
        words
    }

    /// Where in the record the last of all parties said that it was held: by a step of its own, or by agreeing to another's.
    fn held_at(&self, asked: &Asked, steps: &[(Position, &StepTaken)]) -> Option<Position> {
        let mut said: BTreeMap<PartyIndex, Position> = BTreeMap::new();
        let mut say = |party, position: Position| {
            let first = said.entry(party).or_insert(position);
            *first = (*first).min(position);
        };
        let held = steps
            .iter()
            .filter(|(_, taken)| taken.step.act == StepAct::Held);
        for (position, taken) in held {
            say(taken.place.party, *position);
            let agreeing: BTreeSet<PartyIndex> = self
                .assents
                .to(taken.place, asked.message_type)
                .agreeing()
                .collect();
            let agreements = self.assents.agreements(taken.place, asked.message_type);
            agreements
                .filter(|(_, party, _)| agreeing.contains(party))
                .for_each(|(position, party, _)| say(party, position));
        }
        let is_by_all = said.len() == self.assents.parties();
        said.into_values().max().filter(|_| is_by_all)
    }

    fn stage(
        &self,
        asked: &Asked,
        steps: &[(Position, &StepTaken)],
        last_words: &BTreeMap<PartyIndex, (Position, Option<&StepTaken>)>,
        (is_fixed, is_held): (bool, bool),
    ) -> Stage {
        let parties = self.assents.parties();
        let reading: BTreeSet<PartyIndex> = steps
            .iter()
            .filter(|(_, taken)| taken.step.act == StepAct::ReadOut)
            .map(|(_, taken)| taken.place.party)
            .collect();
        if is_held && reading.len() == parties {
            return Stage::ReadOut;
        }
        if is_held {
            return Stage::Held;
        }
        let ended = last_words
            .values()
            .filter_map(|(position, word)| Some((position, (*word)?.step.act)));
        if let Some((_, act)) = ended.max_by_key(|(position, _)| **position) {
            return match act {
                StepAct::Declined => Stage::Declined,
                _ => Stage::Postponed,
            };
        }
        let others = (0..parties)
            .filter_map(PartyIndex::from_usize)
            .filter(|party| *party != asked.place.party);
        match is_fixed {
            true => Stage::Scheduled,
            false if others.clone().all(|party| last_words.contains_key(&party)) => Stage::Accepted,
            false => Stage::Invited,
        }
    }

    /// Every claim of who asked, in the record's order: the encounter's own first.
    fn asked(&self, asked: &Asked, steps: &[(Position, &StepTaken)]) -> Vec<AskedClaim> {
        let claim = |place, asked_by| AskedClaim {
            place,
            asked: asked_by,
            assent: self.assents.to(place, asked.message_type),
        };
        let own = claim(asked.place, asked.encounter.asked);
        let others = steps
            .iter()
            .filter(|(_, taken)| taken.step.act == StepAct::AskedBy)
            .filter_map(|(_, taken)| Some(claim(taken.place, taken.step.party?)));
        std::iter::once(own).chain(others).collect()
    }

    fn programme(&self, visit: &Asked) -> Vec<Ref> {
        if visit.encounter.kind != EncounterKind::Visit {
            return Vec::new();
        }
        self.encounters
            .values()
            .filter(|item| {
                item.encounter.within == Some(visit.place)
                    && item.message_type == visit.message_type
            })
            .map(|item| item.place)
            .collect()
    }
}

/// Of the claims that are agreed, the one agreed last.
fn standing(claims: &[ClaimedStep]) -> Option<(Position, Ref)> {
    let agreed = claims
        .iter()
        .filter_map(|claim| Some((claim.assent.agreed?.0, claim.taken.place)));
    agreed.max()
}

fn agreed_asked(claims: &[AskedClaim]) -> Option<(Ref, PartyIndex)> {
    let agreed = claims
        .iter()
        .filter_map(|claim| Some((claim.assent.agreed?.0, claim.place, claim.asked)));
    agreed.max().map(|(_, place, asked)| (place, asked))
}

fn last_of_each(claims: Vec<AskedClaim>) -> Vec<AskedClaim> {
    let by_party: BTreeMap<PartyIndex, AskedClaim> = claims
        .into_iter()
        .map(|claim| (claim.place.party, claim))
        .collect();
    by_party.into_values().collect()
}

#[cfg(test)]
mod tests;
