//! Return visits: what is owed, since when, and what has been proposed (`spec/encounters.md` section 3).

use std::collections::BTreeMap;

use openline_core::PartyIndex;
use openline_core::entry::{MessageType, Ref};

use crate::encounter::{ClaimedStep, EncounterState, Stage};

/// A return visit that somebody says is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The visit that obliges it.
    pub visit: Ref,
    /// Who owes it.
    pub debtor: PartyIndex,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// When that was first said, as claimed, ms.
    pub since: i64,
    /// Who says so, in the record's order, and what the others say to it.
    pub claims: Vec<ClaimedStep>,
    /// The visits that were proposed in return, and how far they have got.
    pub proposed: Vec<(Ref, Stage)>,
    /// The one that was agreed by all and then held, as all say.
    pub closed_by: Option<Ref>,
}

impl Owed {
    /// Whether all agree that it is owed: to one claim of it.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.claims.iter().any(|claim| claim.assent.is_agreed())
    }
}

/// Every return that is or was owed, in the order of the visits that oblige them.
#[must_use]
pub fn ledger(encounters: &[EncounterState]) -> Vec<Owed> {
    let mut rows = Vec::new();
    for visit in encounters {
        let mut by_debtor: BTreeMap<PartyIndex, Vec<ClaimedStep>> = BTreeMap::new();
        for claim in &visit.owed {
            if let Some(debtor) = claim.taken.step.party {
                by_debtor.entry(debtor).or_default().push(claim.clone());
            }
        }
        let row = |(debtor, claims)| row(visit, debtor, claims, encounters);
        rows.extend(by_debtor.into_iter().map(row));
    }
    rows
}

fn row(
    visit: &EncounterState,
    debtor: PartyIndex,
    claims: Vec<ClaimedStep>,
    encounters: &[EncounterState],
) -> Owed {
    let returns: Vec<&EncounterState> = encounters
        .iter()
        .filter(|back| {
            back.encounter.returns == Some(visit.place)
                && back.message_type == visit.message_type
                && back.encounter.host != Some(debtor)
        })
        .collect();
    let is_made = |back: &&&EncounterState| {
        let times = back.fixed_at.zip(back.held_at);
        times.is_some_and(|(fixed, held)| fixed < held)
    };
    Owed {
        visit: visit.place,
        debtor,
        message_type: visit.message_type,
        since: claims.first().map_or(visit.time, |claim| claim.taken.time),
        claims,
        proposed: returns
            .iter()
            .map(|back| (back.place, back.stage))
            .collect(),
        closed_by: returns.iter().find(is_made).map(|back| back.place),
    }
}
