//! What honest desks make of the record: the same of the same, one hash under a text, one slot or none out of a run.

use std::collections::BTreeMap;

use openline_core::entry::{Kind, Ref};
use openline_core::scheduling::Scheduling;
use openline_core::text::Assent;
use openline_core::{Hash, LineId, PartyIndex};
use openline_desk::scheduling::{Run, Stage};
use openline_desk::text::{Counting, Negotiation, Standing};

use crate::desk::{Cosigned, Desk, body_of};
use crate::disk::Disk;
use crate::model::{Checker, Name, Role, Violation};
use crate::world::World;

/// What desks have computed so far.
#[derive(Debug, Default)]
pub(crate) struct Meaning {
    /// By what is held of a line: who computed from it first, and each part of what came out.
    states: BTreeMap<(LineId, Hash), (Role, Vec<Hash>)>,
    /// By text, known by its place and leaf: the hash at which it was signed.
    signed: BTreeMap<(LineId, Ref, Hash), Hash>,
    /// By run: the slot that was agreed, and its words.
    agreed: BTreeMap<(LineId, Ref, Hash), (u16, String)>,
    /// What has come about.
    pub(crate) reached: Reached,
}

/// How often runs have come to what the checkers are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Texts signed by all.
    pub signed: usize,
    /// Runs with a slot that all have confirmed.
    pub agreed: usize,
    /// Runs of which somebody was shown to have broken them.
    pub broken: usize,
    /// Amendments that crossed another.
    pub crossed: usize,
    /// Encounters that all say were held.
    pub held: usize,
    /// Times at which a desk held what another had held, and computed the same.
    pub compared: usize,
}

impl World {
    /// Looks at what the desks of all honest nodes that run compute.
    ///
    /// # Errors
    /// [`Checker::SameDesk`], [`Checker::OneHash`] or [`Checker::NoHalfSlot`].
    pub(crate) fn compare_desks(&mut self) -> Result<(), Violation> {
        for body in 0..self.bodies.len() {
            let role = self.bodies[body].role;
            if !role.is_honest {
                continue;
            }
            let mut desks = std::mem::take(&mut self.bodies[body].shell.desks);
            let looked = desks
                .iter_mut()
                .filter(|(_, desk)| desk.is_new())
                .try_for_each(|(line, desk)| self.look_at_desk(role, *line, desk, &[]));
            self.bodies[body].shell.desks = desks;
            looked?;
        }
        Ok(())
    }

    fn look_at_desk(
        &mut self,
        role: Role,
        line: LineId,
        desk: &mut Desk,
        cosigned: &[Cosigned],
    ) -> Result<(), Violation> {
        desk.looked_at();
        for text in desk.negotiations() {
            self.look_at_text(role, line, desk, &text)?;
        }
        for run in desk.runs() {
            self.look_at_run(role, line, desk, &run)?;
        }
        let [came, reversed] = desk.state(cosigned, &mut self.stages);
        Checker::SameDesk.require(came == reversed, || {
            format!(
                "{} computes otherwise from the same entries in another order: {}",
                Name(role),
                first_difference(&came, &reversed)
            )
        })?;
        let parts: Vec<Hash> = came
            .lines()
            .map(|part| Hash::of(&[part.as_bytes()]))
            .collect();
        let record = (line, desk.record(cosigned));
        match self.meaning.states.get(&record) {
            Some((first, theirs)) => {
                self.meaning.reached.compared += usize::from(first.body != role.body);
                let mut both = parts.iter().zip(theirs);
                let other = both.position(|(ours, theirs)| ours != theirs);
                let what = other.and_then(|at| came.lines().nth(at));
                Checker::SameDesk.require(parts == *theirs, || {
                    format!(
                        "{} and {} hold the same record, and {} has {}",
                        Name(*first),
                        Name(role),
                        Name(role),
                        what.unwrap_or("more or less")
                            .chars()
                            .take(300)
                            .collect::<String>()
                    )
                })?;
            }
            None => drop(self.meaning.states.insert(record, (role, parts))),
        }
        Ok(())
    }

    /// A text that is signed is signed by every party at one hash, and was never signed at another.
    fn look_at_text(
        &mut self,
        role: Role,
        line: LineId,
        desk: &Desk,
        text: &Negotiation,
    ) -> Result<(), Violation> {
        let given = text.initials.iter().chain(&text.signatures);
        for assented in given.filter(|given| given.counting == Counting::Counts) {
            let named = assent_at(desk, assented.place).map(|assent| assent.hash);
            let is_named = named.is_none_or(|named| named == text.hash) || text.is_incomplete;
            Checker::OneHash.require(is_named, || {
                format!(
                    "{} counts {:?} for another draft of {:?} than it names",
                    Name(role),
                    assented.place,
                    text.place
                )
            })?;
        }
        let completing = text
            .signatures
            .iter()
            .find(|signature| Some(signature.place) == text.signed_by);
        let (Some(completing), Standing::Signed) = (completing, text.standing) else {
            return Ok(());
        };
        let hash = if text.is_incomplete {
            completing.hash
        } else {
            text.hash
        };
        let founded = self.model.lines[&line].founded.clone();
        for party in founded.parties() {
            Checker::OneHash.require(has_signed(desk, text.place, party, &hash), || {
                format!(
                    "{} shows {:?} signed at {hash} by {party}, which has not signed that",
                    Name(role),
                    text.place
                )
            })?;
        }
        let Some(leaf) = leaf_of(desk, text.place) else {
            return Ok(());
        };
        let signed = &mut self.meaning.signed;
        let before = *signed.entry((line, text.place, leaf)).or_insert(hash);
        Checker::OneHash.require(before == hash, || {
            format!(
                "{:?} was signed at {before}, and {} shows it signed at {hash}",
                text.place,
                Name(role)
            )
        })
    }

    /// A slot that is agreed is the last word of every party, and no other was ever agreed in the run.
    fn look_at_run(
        &mut self,
        role: Role,
        line: LineId,
        desk: &Desk,
        run: &Run,
    ) -> Result<(), Violation> {
        let Stage::Agreed(slot, text) = self.stages.of(run) else {
            return Ok(());
        };
        let start = run.request.start(slot);
        let founded = self.model.lines[&line].founded.clone();
        for party in founded.parties() {
            let last = last_confirmation(desk, run.place, party);
            let is_alike = last.is_some_and(|(at, words)| at == start && words == text);
            Checker::NoHalfSlot.require(is_alike, || {
                format!(
                    "{} shows slot {slot} of {:?} agreed, and {party} has not confirmed it",
                    Name(role),
                    run.place
                )
            })?;
        }
        let agreed = self.meaning.agreed.entry((line, run.place, run.leaf));
        let before = agreed.or_insert_with(|| (slot, text.clone()));
        Checker::NoHalfSlot.require(*before == (slot, text), || {
            format!(
                "{:?} was agreed at slot {}, and {} shows slot {slot}",
                run.place,
                before.0,
                Name(role)
            )
        })
    }

    /// When all hold the same, all desks say the same, down to the ladders with their cosignatures.
    ///
    /// # Errors
    /// [`Checker::SameDesk`], [`Checker::OneHash`] or [`Checker::NoHalfSlot`].
    pub(crate) fn compare_desks_at_last(&mut self) -> Result<(), Violation> {
        self.compare_desks()?;
        let honest: Vec<Role> = self
            .bodies
            .iter()
            .map(|body| body.role)
            .filter(|role| role.is_honest)
            .collect();
        for founded in self.plan.lines.clone() {
            let line = founded.line();
            let mut slots: Vec<(Hash, Vec<(Ref, Stage)>)> = Vec::new();
            for role in &honest {
                let Some(mut desk) = self.bodies[role.body].shell.desks.remove(&line) else {
                    continue;
                };
                let cosigned = cosigned(&self.bodies[role.body].disk, &founded);
                self.look_at_desk(*role, line, &mut desk, &cosigned)?;
                let runs = desk.runs();
                let stages = runs.iter().map(|run| (run.place, self.stages.of(run)));
                slots.push((desk.record(&[]), stages.collect()));
                self.count(&desk);
                self.bodies[role.body].shell.desks.insert(line, desk);
            }
            let of_same = slots.windows(2).filter(|pair| pair[0].0 == pair[1].0);
            for pair in of_same {
                Checker::NoHalfSlot.require(pair[0].1 == pair[1].1, || {
                    format!(
                        "runs ended {:?} at one, {:?} at the other",
                        pair[0].1, pair[1].1
                    )
                })?;
            }
        }
        Ok(())
    }

    fn count(&mut self, desk: &Desk) {
        let texts = desk.negotiations();
        let is_signed = |text: &&Negotiation| text.standing == Standing::Signed;
        let runs: Vec<Stage> = desk.runs().iter().map(|run| self.stages.of(run)).collect();
        let reached = &mut self.meaning.reached;
        reached.signed += texts.iter().filter(is_signed).count();
        let steps = texts.iter().flat_map(|text| &text.steps);
        let is_made = |outcome| matches!(outcome, openline_desk::text::Outcome::Made(_));
        reached.crossed += steps.filter(|step| !is_made(step.outcome)).count();
        let is_agreed = |stage: &&Stage| matches!(stage, Stage::Agreed(..));
        reached.agreed += runs.iter().filter(is_agreed).count();
        let is_broken = |stage: &&Stage| matches!(stage, Stage::Broken(..));
        reached.broken += runs.iter().filter(is_broken).count();
        let encounters = desk.encounters().all();
        let is_held = |stage| stage >= openline_desk::encounter::Stage::Held;
        reached.held += encounters
            .iter()
            .filter(|encounter| is_held(encounter.stage))
            .filter(|encounter| encounter.stage <= openline_desk::encounter::Stage::ReadOut)
            .count();
    }
}

/// The cosignatures that a disk holds, by log: the latest of each cosigner.
fn cosigned(disk: &Disk, founded: &openline_core::charter::Founded) -> Vec<Cosigned> {
    let mut all: Vec<Cosigned> = Vec::new();
    for log in founded.parties() {
        let latest = disk.store.latest_cosignatures(founded.line(), log);
        let of_log = latest.unwrap_or_default().into_iter();
        all.extend(of_log.map(|c| (log, c.cosigner, c.size, c.signature.time)));
    }
    all.sort_unstable();
    all
}

/// By what stands in the entries themselves, whatever a fold makes of them.
fn has_signed(desk: &Desk, text: Ref, party: PartyIndex, hash: &Hash) -> bool {
    let mut entries = desk.entries().iter();
    entries.any(|entry| {
        let names_it = || {
            Assent::decode(body_of(entry)?)
                .ok()
                .map(|assent| assent.hash)
        };
        entry.place.party == party
            && entry.header.kind == Kind::Signature
            && entry.header.refs.first() == Some(&text)
            && (entry.raw.body.is_none() || names_it().as_ref() == Some(hash))
    })
}

fn last_confirmation(desk: &Desk, run: Ref, party: PartyIndex) -> Option<(i64, String)> {
    let of_run = desk.entries().iter().filter(|entry| {
        entry.place.party == party
            && entry.header.kind == Kind::SlotConfirmation
            && entry.header.refs.first() == Some(&run)
    });
    let mut bodies: Vec<_> = of_run
        .filter_map(|entry| Some((entry.place.index, body_of(entry)?)))
        .collect();
    bodies.sort_unstable();
    match Scheduling::decode(Kind::SlotConfirmation, bodies.last()?.1) {
        Ok(Some(Scheduling::Confirmation(said))) => Some((said.start, said.text)),
        _ => None,
    }
}

fn assent_at(desk: &Desk, place: Ref) -> Option<Assent> {
    let mut entries = desk.entries().iter();
    let entry = entries.find(|entry| entry.place == place)?;
    Assent::decode(body_of(entry)?).ok()
}

fn leaf_of(desk: &Desk, place: Ref) -> Option<Hash> {
    let mut entries = desk.entries().iter();
    let entry = entries.find(|entry| entry.place == place)?;
    Some(entry.leaf)
}

fn first_difference(one: &str, other: &str) -> String {
    let mut both = one.lines().zip(other.lines());
    let differ = both.find(|(one, other)| one != other);
    differ.map_or_else(String::new, |(one, other)| {
        let at = one.bytes().zip(other.bytes()).position(|(a, b)| a != b);
        let from = at.unwrap_or(0).saturating_sub(60);
        let piece = |text: &str| text.chars().skip(from).take(160).collect::<String>();
        format!("{} against {}", piece(one), piece(other))
    })
}
