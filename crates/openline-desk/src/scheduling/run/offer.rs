//! The offer as a procedure: slots named by hand, sealed until all have committed, then opened.

use openline_core::scheduling::Scheduling;

use super::{Fault, Need, Outcome, Private, Procedure, Run};

/// The offer, of two parties or more.
#[derive(Debug, Clone, Copy)]
pub struct Offer;

impl Procedure for Offer {
    fn outcome(&self, run: &Run) -> Outcome {
        let is_other = |party| {
            let private = Private::opened(party, run.leaf, run.opening(party)?);
            (private.commitment() != run.seal(party)?).then_some((party, Fault::Commitment))
        };
        let faults: Vec<_> = run.parties().filter_map(is_other).collect();
        if !faults.is_empty() {
            return Outcome::Broken(faults);
        }
        let unsealed = run.without(|party| run.seal(party));
        if !unsealed.is_empty() {
            return Outcome::Waits(Need::Commit, unsealed);
        }
        let closed = run.without(|party| run.opening(party));
        if !closed.is_empty() {
            return Outcome::Waits(Need::Open, closed);
        }
        let mut openings = run.parties().filter_map(|party| run.opening(party));
        let first = openings.next().expect("none is missing");
        let mut common = run.in_grid(first.picks.slots());
        for opening in openings {
            common.retain(|slot| opening.picks.slots().contains(slot));
        }
        Outcome::Found(common)
    }

    fn next(&self, run: &Run, private: &Private) -> Result<Option<Scheduling>, Fault> {
        let is_due =
            run.without(|party| run.seal(party)).is_empty() && run.opening(private.party).is_none();
        if !is_due {
            return Ok(None);
        }
        if run.seal(private.party) != Some(private.commitment()) {
            return Err(Fault::Commitment);
        }
        Ok(Some(Scheduling::Opening(private.opening())))
    }
}
