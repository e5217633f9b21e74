//! Scheduling runs: officers approve and confirm, programs say what follows in between, and liars say what does not.

use openline_core::charter::Founded;
use openline_core::entry::{Kind, Ref};
use openline_core::scheduling::{
    Method, Opening, Picks, Scheduling, SlotConfirmation, SlotRequest, TieRule, Working,
};
use openline_core::{Hash, LineId};
use openline_desk::scheduling::run::procedure;
use openline_desk::scheduling::{Need, Private, Run, Stage, grid};

use super::Saying;
use crate::model::Violation;
use crate::world::World;

const HOUR_MS: i64 = 3_600_000;
/// Slots of a request.
const SLOTS: u64 = 10;

impl World {
    /// Somebody proposes a run, or goes on with one.
    pub(super) fn schedule(&mut self, body: usize, line: LineId) -> Option<Saying> {
        let runs = self.desk(body, line)?.runs();
        if runs.len() < 2 && self.rng.percent(if runs.is_empty() { 100 } else { 15 }) {
            let is_blind = self.plan.parties == 2 && self.rng.percent(70);
            let method = if is_blind {
                Method::BlindMatch
            } else {
                Method::Offer
            };
            return Some(self.request(body, method));
        }
        let run = self.rng.pick(&runs).clone();
        self.go_on_run(body, line, &run)
    }

    pub(super) fn answer_run(&mut self, body: usize, line: LineId, about: Ref) -> Option<Saying> {
        let runs = self.desk(body, line)?.runs();
        let run = runs.into_iter().find(|run| run.place == about)?;
        self.go_on_run(body, line, &run)
    }

    pub(crate) fn request(&mut self, body: usize, method: Method) -> Saying {
        let now = self.bodies[body].clock.now(self.now).wall_ms;
        let always = Working {
            days: 127,
            from: 0,
            until: 1440,
        };
        let slots = i64::try_from(SLOTS).unwrap_or(0);
        let request = SlotRequest {
            method,
            tie_rule: *self.rng.pick(&[TieRule::Earliest, TieRule::Latest]),
            window: (now, now + slots * HOUR_MS),
            length: 60,
            step: 60,
            working: vec![always; self.plan.parties],
            purpose: "a visit".to_owned(),
        };
        Saying {
            message_type: self.new_type(),
            refs: Vec::new(),
            kind: Kind::SlotRequest,
            body: Scheduling::Request(request).encode(),
        }
    }

    /// What an officer does about a run: approves it, confirms its slot, opens, or ends it.
    fn go_on_run(&mut self, body: usize, line: LineId, run: &Run) -> Option<Saying> {
        let me = self.bodies[body].role.party;
        if self.rng.percent(3) {
            return Some(step(run, &Scheduling::Withdrawal(None)));
        }
        if self.is_liar(body) && self.rng.percent(60) {
            return self.lie_in_run(run);
        }
        let said = match self.stages.of(run) {
            Stage::Waits(Need::Commit, parties) if parties.contains(&me) => {
                self.approve(body, line, run)?
            }
            Stage::Waits(Need::Open, parties) if parties.contains(&me) => {
                Scheduling::Opening(self.kept(body, run)?.opening())
            }
            Stage::Waits(Need::Confirm | Need::ConfirmAlike, parties) if parties.contains(&me) => {
                Scheduling::Confirmation(self.confirmation(line, run)?)
            }
            _ => return None,
        };
        Some(step(run, &said))
    }

    /// Draws and keeps the secret, and commits to it.
    pub(crate) fn approve(&mut self, body: usize, line: LineId, run: &Run) -> Option<Scheduling> {
        let founded = self.founded(line)?;
        let count = usize::try_from(founded.terms().matching.picks).ok()?;
        let mut slots: Vec<u16> = (0..u16::try_from(SLOTS).ok()?)
            .filter(|slot| *slot == 4 || self.rng.percent(25))
            .collect();
        // Slot 4 suits everybody, so that runs lead somewhere.
        while slots.len() > count {
            slots.retain(|slot| *slot == 4);
        }
        let private = Private {
            party: self.bodies[body].role.party,
            run: run.leaf,
            secret: self.rng.bytes(),
            picks: Picks::new(&slots, count)?,
        };
        let said = match run.request.method {
            Method::BlindMatch => Scheduling::Commitment(private.commit()),
            Method::Offer => Scheduling::Seal(private.commitment()),
        };
        let secrets = &mut self.bodies[body].secrets;
        secrets.insert((run.leaf, private.commitment()), private);
        Some(said)
    }

    pub(crate) fn confirmation(&self, line: LineId, run: &Run) -> Option<SlotConfirmation> {
        let founded = self.founded(line)?;
        let slot = run.choose(&run.common()?)?;
        let text = grid::written_out(&run.request, slot, founded.members()).ok()?;
        let start = run.request.start(slot);
        Some(SlotConfirmation { start, text })
    }

    pub(crate) fn founded(&self, line: LineId) -> Option<std::sync::Arc<Founded>> {
        let mut lines = self.plan.lines.iter();
        lines.find(|founded| founded.line() == line).cloned()
    }

    /// The secret of the commitment that is on the record.
    fn kept(&self, body: usize, run: &Run) -> Option<&Private> {
        let me = self.bodies[body].role.party;
        let own = match run.request.method {
            Method::BlindMatch => run.commitment(me)?.commitment,
            Method::Offer => run.seal(me)?,
        };
        self.bodies[body].secrets.get(&(run.leaf, own))
    }

    /// Programs say what runs ask for by now, by what is durable.
    pub(crate) fn go_on_slots(&mut self, body: usize, line: LineId) -> Result<(), Violation> {
        let Some(desk) = self.desk(body, line).filter(|_| !self.is_healed) else {
            return Ok(());
        };
        for run in desk.runs() {
            let Some(private) = self.kept(body, &run) else {
                continue;
            };
            // What can't be used, people see.
            if let Ok(Some(said)) = procedure(run.request.method).next(&run, private) {
                let saying = step(&run, &said);
                self.say(body, line, saying);
            }
        }
        self.drive(body)
    }

    /// Something that does not follow from what was committed to.
    fn lie_in_run(&mut self, run: &Run) -> Option<Saying> {
        let slot = u16::try_from(self.rng.below(SLOTS)).ok()?;
        let other = self.any_party();
        let count = 4;
        let said = match self.rng.below(8) {
            0 => Scheduling::Confirmation(SlotConfirmation {
                start: run.request.start(slot),
                text: "another time".to_owned(),
            }),
            1 => Scheduling::Result(Picks::new(&[slot], count)?),
            2 => Scheduling::Commitment(run.commitment(other)?.clone()),
            3 => {
                let mut answer = run.evaluation(other)?.clone();
                answer.proof[0] ^= 1;
                Scheduling::Evaluation(answer)
            }
            4 => Scheduling::Seal(Hash(self.rng.bytes())),
            _ => Scheduling::Opening(Opening {
                secret: self.rng.bytes(),
                picks: Picks::new(&[slot], count)?,
            }),
        };
        Some(step(run, &said))
    }

    /// Officers who do at once all that a run asks for.
    pub(crate) fn hurry(&mut self, body: usize, line: LineId) -> Result<(), Violation> {
        let Some(desk) = self.desk(body, line) else {
            return Ok(());
        };
        let me = self.bodies[body].role.party;
        for run in desk.runs() {
            let said = match self.stages.of(&run) {
                Stage::Waits(Need::Commit, parties) if parties.contains(&me) => {
                    self.approve(body, line, &run)
                }
                Stage::Waits(Need::Confirm, parties) if parties.contains(&me) => {
                    let confirmation = self.confirmation(line, &run);
                    confirmation.map(Scheduling::Confirmation)
                }
                _ => self.kept(body, &run).and_then(|private| {
                    let next = procedure(run.request.method).next(&run, private);
                    next.ok().flatten()
                }),
            };
            if let Some(said) = said {
                let saying = step(&run, &said);
                self.say(body, line, saying);
            }
        }
        self.drive(body)
    }
}

fn step(run: &Run, said: &Scheduling) -> Saying {
    Saying {
        message_type: run.message_type,
        refs: vec![run.place],
        kind: said.kind(),
        body: said.encode(),
    }
}
