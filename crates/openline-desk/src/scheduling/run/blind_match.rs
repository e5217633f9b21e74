//! The blind match as a procedure: commit, evaluate, compare; and, where the two results differ, open.

use openline_core::PartyIndex;
use openline_core::scheduling::Scheduling;

use super::{Fault, Need, Outcome, Private, Procedure, Run};
use crate::scheduling::blind::{self, Unusable};

/// The blind match of two parties.
#[derive(Debug, Clone, Copy)]
pub struct BlindMatch;

impl From<Unusable> for Fault {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Element => Self::Element,
            Unusable::Proof => Self::Proof,
        }
    }
}

impl Procedure for BlindMatch {
    fn outcome(&self, run: &Run) -> Outcome {
        let faults: Vec<_> = run
            .parties()
            .filter_map(|party| Some((party, fault(run, party)?)))
            .collect();
        if !faults.is_empty() {
            return Outcome::Broken(faults);
        }
        let steps = [
            (Need::Commit, run.without(|party| run.commitment(party))),
            (Need::Evaluate, run.without(|party| run.evaluation(party))),
            (Need::Compare, run.without(|party| run.result(party))),
        ];
        if let Some((need, missing)) = steps.into_iter().find(|(_, missing)| !missing.is_empty()) {
            return Outcome::Waits(need, missing);
        }
        let mut results = run.parties().filter_map(|party| run.result(party));
        let first = results.next().expect("none is missing");
        if results.all(|result| result == first) {
            Outcome::Found(run.in_grid(first.slots()))
        } else {
            Outcome::Waits(Need::Open, run.without(|party| run.opening(party)))
        }
    }

    fn next(&self, run: &Run, private: &Private) -> Result<Option<Scheduling>, Fault> {
        let me = private.party;
        let other = other(me);
        let (Some(own), Some(theirs)) = (run.commitment(me), run.commitment(other)) else {
            return Ok(None);
        };
        if own.commitment != private.commitment() {
            return Err(Fault::Commitment);
        }
        if run.evaluation(me).is_none() {
            return Ok(Some(Scheduling::Evaluation(private.evaluate(theirs)?)));
        }
        match run.evaluation(other) {
            Some(answer) if run.result(me).is_none() => {
                Ok(Some(Scheduling::Result(private.compare(theirs, answer)?)))
            }
            _ => Ok(None),
        }
    }
}

/// The other of two.
fn other(party: PartyIndex) -> PartyIndex {
    PartyIndex(1 - party.0.min(1))
}

/// What a party can be shown to have done wrong: by what it sent alone, then by what it has opened.
fn fault(run: &Run, party: PartyIndex) -> Option<Fault> {
    let own = run.commitment(party)?;
    if !blind::is_of_the_group(own) {
        return Some(Fault::Element);
    }
    let theirs = run.commitment(other(party));
    if let (Some(asked), Some(answer)) = (theirs, run.evaluation(party))
        && blind::is_of_the_group(asked)
        && !blind::is_proved(asked, own, answer)
    {
        return Some(Fault::Proof);
    }
    let private = Private::opened(party, run.leaf, run.opening(party)?);
    if private.commitment() != own.commitment {
        return Some(Fault::Commitment);
    }
    if private.commit() != *own {
        return Some(Fault::Blinded);
    }
    let theirs = theirs?;
    if let Some(answer) = run.evaluation(party)
        && private.evaluate(theirs).as_ref() != Ok(answer)
    {
        return Some(Fault::Evaluation);
    }
    let (answer, result) = (run.evaluation(other(party))?, run.result(party)?);
    (private.compare(theirs, answer).as_ref() != Ok(result)).then_some(Fault::Result)
}
