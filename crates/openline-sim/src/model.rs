//! The reference model: what must be true of every disk, told by what authors wrote and parties signed.
//!
//! It is kept from what machines ask to be made durable, and compared with what disks hold after every commit and every
//! restart, so that it trusts neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use openline_core::admit::AdmittedBatch;
use openline_core::charter::Founded;
use openline_core::checkpoint::{Checkpoint, Cosignature, KeyRing};
use openline_core::entry::Ref;
use openline_core::fork::Fork;
use openline_core::order::Settled;
use openline_core::tree::{Frontier, empty_root};
use openline_core::{Hash, LineId, PartyIndex};
use openline_proto::{Event, Fact};

use crate::cast::cast;
use crate::disk::Disk;
use crate::plan::Plan;

/// An invariant that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checker {
    /// What a user was told is durable, is; here and at whoever cosigned it.
    NothingLost,
    /// Honest parties hold the same bytes in the same order.
    OneRecord,
    /// A fork ends as evidence with every honest party; nobody honest is accused; nothing is merged.
    NoSilentFork,
    /// A line is open only with contact, what is said to be signed is, and a suspension in force is said.
    TrueState,
    /// A stage is only shown on the strength of its proof: a cosignature that was made, a receipt that a person wrote.
    NoOverclaim,
    /// All who hold the same entries have the same suspended, and never what the charter keeps open.
    ShutInTheOpen,
    /// Desks that hold the same record compute the same, byte for byte.
    SameDesk,
    /// A text is signed at one hash, which every party has signed, or not at all.
    OneHash,
    /// A run has one slot, which every party has confirmed, or none.
    NoHalfSlot,
    /// No entry is stored that its author has not signed.
    NobodyElse,
    /// Nothing grows beyond its limit.
    Bounded,
    /// The machine keeps its contract: persist before transmit before event; deadlines in the future.
    Contract,
    /// When the world has healed all honest parties come to hold the same, cosigned and settled.
    Liveness,
}

impl fmt::Display for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingLost => "nothing-lost",
            Self::OneRecord => "one-record",
            Self::NoSilentFork => "no-silent-fork",
            Self::TrueState => "true-state",
            Self::NoOverclaim => "no-overclaim",
            Self::ShutInTheOpen => "shut-in-the-open",
            Self::SameDesk => "same-desk",
            Self::OneHash => "one-hash",
            Self::NoHalfSlot => "no-half-slot",
            Self::NobodyElse => "nobody-else",
            Self::Bounded => "bounded",
            Self::Contract => "contract",
            Self::Liveness => "liveness",
        })
    }
}

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub checker: Checker,
    /// Where and how.
    pub what: String,
}

impl Checker {
    /// Fails unless `holds`.
    ///
    /// # Errors
    /// The violation, told by `what`.
    pub fn require(self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
        if holds {
            Ok(())
        } else {
            Err(Violation {
                checker: self,
                what: what(),
            })
        }
    }
}

/// One history of one log: leaves, and the root at every size.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    leaves: Vec<Hash>,
    roots: Vec<Hash>,
    frontier: Frontier,
}

impl History {
    /// Number of entries.
    #[must_use]
    pub(crate) fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The root at a size up to [`History::size`].
    #[must_use]
    pub(crate) fn root(&self, size: u64) -> Option<Hash> {
        let Some(last) = size.checked_sub(1) else {
            return Some(empty_root());
        };
        self.roots.get(usize::try_from(last).ok()?).copied()
    }

    /// A leaf.
    #[must_use]
    pub(crate) fn leaf(&self, index: u64) -> Option<Hash> {
        self.leaves.get(usize::try_from(index).ok()?).copied()
    }

    /// Appends a leaf.
    pub(crate) fn push(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
        self.frontier.append(leaf);
        self.roots.push(self.frontier.root());
    }

    /// The beginning of this history.
    #[must_use]
    pub(crate) fn up_to(&self, size: u64) -> Self {
        let mut cut = Self::default();
        self.leaves
            .iter()
            .take(usize::try_from(size).unwrap_or(usize::MAX))
            .for_each(|leaf| cut.push(*leaf));
        cut
    }

    /// Whether this is a beginning of `other`.
    #[must_use]
    pub(crate) fn begins(&self, other: &Self) -> bool {
        other.root(self.size()) == self.root(self.size())
    }
}

/// Who a node is, as far as the model cares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role {
    /// Its number in the world.
    pub body: usize,
    /// Its party.
    pub party: PartyIndex,
    /// Which of its party's histories it writes.
    pub head: usize,
    /// Whether the party keeps the rules.
    pub is_honest: bool,
}

/// The model of one line.
#[derive(Debug)]
pub(crate) struct LineModel {
    /// The line.
    pub founded: Arc<Founded>,
    /// By party: the histories that it has written, one if it is honest.
    pub histories: Vec<Vec<History>>,
    /// What is durable of each log, by node.
    views: BTreeMap<usize, Vec<History>>,
    /// The settled order that the first honest party to get so far has.
    order: Vec<(Ref, Hash)>,
    /// How far each node has given joint numbers.
    numbered: BTreeMap<usize, usize>,
    /// Sizes that honest parties have cosigned, by (log, cosigner), and the latest time.
    cosigned: BTreeMap<(PartyIndex, PartyIndex), (BTreeSet<u64>, u64)>,
    /// Cosignatures each node holds, as the largest size by (log, cosigner).
    held: BTreeMap<usize, BTreeMap<(PartyIndex, PartyIndex), u64>>,
    /// A party has signed two histories of its log here, so that no common order can be asked for.
    pub is_tainted: bool,
    /// Cosigners whose disk was put back: what they cosigned before may be gone until they have recovered.
    pub recovering: BTreeSet<PartyIndex>,
    ring: KeyRing,
}

impl LineModel {
    fn new(founded: Arc<Founded>) -> Self {
        let mut ring = KeyRing::of(&founded);
        for (party, person) in founded.parties().zip(&cast().persons) {
            ring.add(party, person.next_keys.public());
        }
        Self {
            histories: founded
                .parties()
                .map(|_| vec![History::default()])
                .collect(),
            views: BTreeMap::new(),
            order: Vec::new(),
            numbered: BTreeMap::new(),
            cosigned: BTreeMap::new(),
            held: BTreeMap::new(),
            is_tainted: false,
            recovering: BTreeSet::new(),
            ring,
            founded,
        }
    }

    /// What is durable at a node.
    #[must_use]
    pub(crate) fn view(&self, body: usize) -> &[History] {
        self.views.get(&body).map_or(&[], Vec::as_slice)
    }

    /// Up to which size a node holds a cosigner's cosignature over a log.
    #[must_use]
    pub(crate) fn held(&self, body: usize, log: PartyIndex, cosigner: PartyIndex) -> u64 {
        self.held
            .get(&body)
            .and_then(|held| held.get(&(log, cosigner)))
            .copied()
            .unwrap_or(0)
    }

    fn batch(&mut self, role: Role, batch: &AdmittedBatch, disk: &Disk) -> Result<(), Violation> {
        let (line, log) = (self.founded.line(), batch.party());
        let parties = self.founded.party_count();
        let view = self
            .views
            .entry(role.body)
            .or_insert_with(|| vec![History::default(); parties]);
        let view = &mut view[log.at()];
        Checker::NothingLost.require(batch.first_index() == view.size(), || {
            format!(
                "{} appends to log {log} at {}, where {} are durable",
                Name(role),
                batch.first_index(),
                view.size()
            )
        })?;
        batch
            .entries()
            .iter()
            .for_each(|entry| view.push(entry.leaf()));
        let (size, root) = (view.size(), view.root(view.size()));
        if log == role.party {
            let history = &mut self.histories[log.at()][role.head];
            for index in history.size()..size {
                history.push(view.leaf(index).unwrap_or_default());
            }
        }
        let is_written = self.histories[log.at()]
            .iter()
            .any(|history| history.root(size) == root);
        let checker = if log == role.party {
            Checker::NoSilentFork
        } else {
            Checker::NobodyElse
        };
        checker.require(is_written || !role.is_honest, || {
            format!(
                "{} stores {size} entries of log {log} that are no history its author has written",
                Name(role)
            )
        })?;
        let is_durable = disk.size(line, log) >= size && disk.root(line, log, size) == root;
        Checker::NothingLost.require(is_durable, || {
            format!(
                "{} takes {size} entries of log {log} for durable, and they are not",
                Name(role)
            )
        })
    }

    fn settled(&mut self, role: Role, settled: &[Settled], disk: &Disk) -> Result<(), Violation> {
        let Some(first) = settled.first() else {
            return Ok(());
        };
        let stored = disk.settled(self.founded.line(), first.number);
        let view = self.views.get(&role.body).map_or(&[][..], Vec::as_slice);
        for (at, given) in settled.iter().enumerate() {
            let place = Ref {
                party: given.party,
                index: given.index,
            };
            let leaf = view
                .get(given.party.at())
                .and_then(|view| view.leaf(given.index));
            let is_stored = stored
                .get(at)
                .is_some_and(|entry| entry.place == place && Some(entry.leaf) == leaf);
            Checker::OneRecord.require(is_stored, || {
                format!(
                    "{} gives number {} to {place:?}, and does not store it so",
                    Name(role),
                    given.number
                )
            })?;
            if self.is_tainted {
                continue;
            }
            let (Ok(number), Some(leaf)) = (usize::try_from(given.number), leaf) else {
                continue;
            };
            if self.order.len() + 1 == number {
                self.order.push((place, leaf));
            }
            self.numbered.insert(role.body, number);
            let common = self.order.get(number - 1).copied();
            Checker::OneRecord.require(common == Some((place, leaf)), || {
                format!(
                    "{} gives number {number} to {place:?}, another to {common:?}",
                    Name(role)
                )
            })?;
        }
        Ok(())
    }

    fn cosignature(
        &mut self,
        role: Role,
        (log, cosigner): (PartyIndex, PartyIndex),
        checkpoint: &Checkpoint,
        cosignature: &Cosignature,
        plan: &Plan,
        disk: &Disk,
    ) -> Result<(), Violation> {
        let size = checkpoint.size;
        let view = self
            .views
            .get(&role.body)
            .and_then(|views| views.get(log.at()));
        let holds = view.and_then(|view| view.root(size)) == Some(checkpoint.root);
        let is_durable = disk.has_cosignature(self.founded.line(), log, cosigner, size);
        Checker::NothingLost.require(holds && is_durable, || {
            format!("{} keeps {cosigner}'s cosignature over log {log} at {size} without what it is over", Name(role))
        })?;
        if cosigner == role.party {
            let (sizes, latest) = self.cosigned.entry((log, cosigner)).or_default();
            sizes.insert(size);
            let is_in_order = cosignature.time >= *latest || self.recovering.contains(&cosigner);
            *latest = cosignature.time;
            Checker::NoOverclaim.require(is_in_order, || {
                format!(
                    "{} dates its receipt of log {log} at {size} before an earlier one",
                    Name(role)
                )
            })?;
        }
        let keys = &cast().persons[cosigner.at()];
        let is_signed = [&keys.keys, &keys.next_keys]
            .iter()
            .any(|keys| cosignature.verify(checkpoint, keys.ed_public()));
        let was_made = self
            .cosigned
            .get(&(log, cosigner))
            .is_some_and(|(sizes, _)| sizes.contains(&size));
        Checker::NoOverclaim.require(is_signed && (was_made || !plan.is_honest(cosigner.at())), || {
            format!("{} keeps a cosignature by {cosigner} over log {log} at {size} that was never made", Name(role))
        })?;
        let held = self
            .held
            .entry(role.body)
            .or_default()
            .entry((log, cosigner))
            .or_default();
        *held = size.max(*held);
        Ok(())
    }

    fn fork(
        &self,
        role: Role,
        party: PartyIndex,
        evidence: &[u8],
        plan: &Plan,
        disk: &Disk,
    ) -> Result<(), Violation> {
        let proven = Fork::decode(evidence).and_then(|fork| fork.check(&self.ring));
        Checker::NoSilentFork.require(proven == Ok(party), || {
            format!(
                "{} keeps evidence against {party} that proves nothing: {proven:?}",
                Name(role)
            )
        })?;
        Checker::NoSilentFork.require(!plan.is_honest(party.at()), || {
            format!(
                "{} holds evidence that honest party {party} has signed two histories",
                Name(role)
            )
        })?;
        let is_kept = disk
            .forks(self.founded.line())
            .iter()
            .any(|(_, kept)| kept == evidence);
        Checker::NoSilentFork.require(is_kept, || {
            format!("{} does not keep evidence against {party}", Name(role))
        })
    }

    /// A disk has been put back to how it was: what nobody else honest has of its party's log never was.
    fn put_back(&mut self, role: Role, sizes: &[u64], settled: usize, others: &[usize]) {
        let log = role.party.at();
        if let Some(views) = self.views.get_mut(&role.body) {
            for (view, size) in views.iter_mut().zip(sizes) {
                *view = view.up_to(*size);
            }
        }
        let of = |body: &usize| self.views.get(body).map_or(0, |views| views[log].size());
        let surviving = others
            .iter()
            .map(of)
            .chain(sizes.get(log).copied())
            .max()
            .unwrap_or(0);
        self.histories[log][0] = self.histories[log][0].up_to(surviving);
        // What only the lost entries had settled has to be settled anew, and may come out otherwise.
        self.numbered.insert(role.body, settled);
        let by_others = others
            .iter()
            .filter_map(|body| self.numbered.get(body))
            .copied();
        self.order
            .truncate(by_others.max().unwrap_or(0).max(settled));
        self.held.remove(&role.body);
        self.recovering.insert(role.party);
    }
}

/// The model of the world.
#[derive(Debug)]
pub(crate) struct Model {
    /// By line.
    pub lines: BTreeMap<LineId, LineModel>,
    plan: Plan,
}

impl Model {
    /// The model of a world in which nothing has been written.
    #[must_use]
    pub(crate) fn new(plan: &Plan) -> Self {
        let lines = plan
            .lines
            .iter()
            .map(|founded| (founded.line(), LineModel::new(founded.clone())))
            .collect();
        Self {
            lines,
            plan: plan.clone(),
        }
    }

    fn line(&mut self, id: LineId) -> &mut LineModel {
        self.lines
            .get_mut(&id)
            .expect("machines have only the lines of the plan")
    }

    /// Facts have been committed to a disk, or so its node believes.
    ///
    /// # Errors
    /// The first invariant that is broken.
    pub(crate) fn committed(
        &mut self,
        role: Role,
        facts: &[Fact],
        disk: &Disk,
    ) -> Result<(), Violation> {
        let plan = self.plan.clone();
        for fact in facts {
            match fact {
                Fact::Batch { line, batch } => self.line(*line).batch(role, batch, disk)?,
                _ if !role.is_honest => {}
                Fact::Settled { line, settled, .. } => {
                    self.line(*line).settled(role, settled, disk)?
                }
                Fact::Cosignature {
                    line,
                    log,
                    cosigner,
                    checkpoint,
                    cosignature,
                } => {
                    let line = self.line(*line);
                    line.cosignature(
                        role,
                        (*log, *cosigner),
                        checkpoint,
                        cosignature,
                        &plan,
                        disk,
                    )?;
                }
                Fact::Fork {
                    line,
                    party,
                    evidence,
                } => {
                    self.line(*line).fork(role, *party, evidence, &plan, disk)?;
                }
                Fact::Purged { line, places } => {
                    let kept = places.iter().find(|place| {
                        disk.entry(*line, **place)
                            .is_none_or(|e| e.raw.body.is_some())
                    });
                    Checker::NothingLost.require(kept.is_none(), || {
                        format!("{} keeps purged {kept:?}", Name(role))
                    })?;
                }
                Fact::Body { line, place, .. } => {
                    let is_there = disk
                        .entry(*line, *place)
                        .is_some_and(|entry| entry.raw.body.is_some());
                    Checker::NothingLost.require(is_there, || {
                        format!("{} lacks the body of {place:?}", Name(role))
                    })?;
                }
                Fact::Seal { .. } => {}
            }
        }
        Ok(())
    }

    /// An honest node tells its user something; `disks` are those of every node, with who it is.
    ///
    /// # Errors
    /// The invariant that it breaks.
    pub(crate) fn told(
        &self,
        role: Role,
        event: &Event,
        disks: &[(Role, &Disk)],
    ) -> Result<(), Violation> {
        let own = disks
            .iter()
            .find(|(of, _)| of.body == role.body)
            .map(|(_, disk)| *disk);
        let Some(own) = own else { return Ok(()) };
        match event {
            Event::Released {
                line, place, leaf, ..
            } => {
                let written = self.lines[line].histories[place.party.at()][0].leaf(place.index);
                let stored = own.entry(*line, *place).map(|entry| entry.leaf);
                Checker::NothingLost.require(stored == Some(*leaf) && stored == written, || {
                    format!(
                        "{} tells that {place:?} is released, and it is not durable",
                        Name(role)
                    )
                })
            }
            Event::Admitted { line, batch, .. } => {
                let end = batch.checkpoint().checkpoint.size;
                Checker::NothingLost.require(own.size(*line, batch.party()) >= end, || {
                    format!(
                        "{} shows entries of log {} that are not durable",
                        Name(role),
                        batch.party()
                    )
                })
            }
            Event::Cosigned {
                line,
                log,
                cosigner,
                size,
                ..
            } => {
                if self.lines[line].recovering.contains(cosigner) {
                    return Ok(());
                }
                let root = own.root(*line, *log, *size);
                let mut theirs = disks
                    .iter()
                    .filter(|(of, _)| of.party == *cosigner && of.is_honest);
                let is_there =
                    theirs.all(|(_, disk)| root.is_some() && disk.root(*line, *log, *size) == root);
                let is_shown_rightly = own.has_cosignature(*line, *log, *cosigner, *size);
                Checker::NothingLost.require(is_there, || {
                    format!(
                        "{} shows log {log} stored at {cosigner} up to {size}, and it is not there",
                        Name(role)
                    )
                })?;
                Checker::NoOverclaim.require(is_shown_rightly, || {
                    format!("{} shows log {log} stored at {cosigner} up to {size} without a cosignature", Name(role))
                })
            }
            Event::Settled { line, number } => {
                Checker::OneRecord.require(!own.settled(*line, *number).is_empty(), || {
                    format!(
                        "{} tells of joint number {number}, which it has not given",
                        Name(role)
                    )
                })
            }
            Event::Forked { line, party } => {
                let is_kept = own.forks(*line).iter().any(|(of, _)| of == party);
                Checker::NoSilentFork.require(is_kept, || {
                    format!("{} shows a fork without evidence", Name(role))
                })
            }
            _ => Ok(()),
        }
    }

    /// A node starts: its disk holds what it held.
    ///
    /// # Errors
    /// [`Checker::NothingLost`].
    pub(crate) fn restarted(&self, role: Role, disk: &Disk) -> Result<(), Violation> {
        for (id, line) in &self.lines {
            for (log, view) in line.founded.parties().zip(line.view(role.body)) {
                let size = view.size();
                let is_whole =
                    disk.size(*id, log) == size && disk.root(*id, log, size) == view.root(size);
                Checker::NothingLost.require(is_whole, || {
                    let found = disk.size(*id, log);
                    format!(
                        "{} held {size} entries of log {log} and starts with {found}",
                        Name(role)
                    )
                })?;
            }
        }
        Ok(())
    }

    /// A disk has been put back to an old copy; `others` are the honest nodes of other parties.
    pub(crate) fn put_back(&mut self, role: Role, disk: &Disk, others: &[usize]) {
        for (id, line) in &mut self.lines {
            let sizes: Vec<u64> = line
                .founded
                .parties()
                .map(|log| disk.size(*id, log))
                .collect();
            line.put_back(role, &sizes, disk.settled(*id, 1).len(), others);
        }
    }

    /// A node has been copied, disk and all.
    pub(crate) fn copied(&mut self, from: Role, to: Role) {
        for line in self.lines.values_mut() {
            if let Some(views) = line.views.get(&from.body).cloned() {
                line.views.insert(to.body, views);
            }
            let log = from.party.at();
            let history = line.histories[log][from.head].clone();
            line.histories[log].push(history);
            line.is_tainted = true;
        }
    }
}

/// A node in words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name(pub Role);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} of party {}", self.0.body, self.0.party)
    }
}
