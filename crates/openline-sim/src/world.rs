//! The world: nodes, net and time; what is going to happen, and how it happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use openline_core::entry::Ref;
use openline_core::{Hash, LineId, PartyId, PartyIndex};
use openline_desk::scheduling::Private;
use openline_proto::state::Dialled;
use openline_proto::{LinkId, Machine, MachineConfig};

use crate::cast::cast;
use crate::clock::Clock;
use crate::desk::{Faults, Stages};
use crate::disk::Disk;
use crate::meaning::Meaning;
use crate::model::{Checker, Model, Role, Violation};
use crate::net::Net;
use crate::plan::{Plan, SECOND, Villain};
use crate::rng::Rng;
use crate::sabotage::Sabotage;
use crate::shell::{Duty, Shell};
use crate::truth::Truth;

/// How long a healed world may take to agree, µs.
const HEALING_MAX: u64 = 240 * SECOND;
/// Most things that may happen in one run; far more than any run needs.
const STEPS_MAX: u64 = 400_000;
/// Wake-ups at one instant before a node counts as spinning.
const SPIN_MAX: u32 = 64;

/// Where in the making of facts durable a node crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    /// Nothing of it is durable.
    BeforeCommit,
    /// It is durable, and the machine has not been told.
    AfterCommit,
    /// The machine has been told, and nothing has left yet.
    AfterPersisted,
}

/// Cuts a scheduling run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunCut {
    /// After so many entries.
    pub entries: usize,
    /// Whose node crashes.
    pub side: usize,
    /// Where it does, if the last of them is its own.
    pub at: CrashPoint,
}

/// A node.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) role: Role,
    pub(crate) machine: Option<Machine>,
    pub(crate) disk: Disk,
    pub(crate) clock: Clock,
    pub(crate) has_new_key: bool,
    pub(crate) must_hear: bool,
    pub(crate) crashes_at: Option<CrashPoint>,
    /// An old copy of the disk.
    pub(crate) copy: Option<Vec<u8>>,
    /// Counts wake-ups, so that only the latest deadline counts.
    turn: u64,
    woken: (u64, u32),
    /// It takes no more part.
    pub(crate) is_gone: bool,
    /// What its process keeps beside the machine.
    pub(crate) shell: Shell,
    /// Who is on watch there.
    pub(crate) duty: Duty,
    /// It reaches nobody, and knows it.
    pub(crate) is_cut_off: bool,
    /// Its machine is off, not its process only.
    pub(crate) is_host_down: bool,
    /// Something else answers at its addresses.
    pub(crate) is_displaced: bool,
    /// How many entries of others its people have answered.
    pub(crate) answered: u64,
    /// What it keeps to itself of scheduling runs, by run and commitment; in files beside the record.
    pub(crate) secrets: BTreeMap<(Hash, Hash), Private>,
}

impl Body {
    pub(crate) fn party(&self) -> usize {
        self.role.party.at()
    }
}

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Happening {
    Deliver {
        link: LinkId,
        end: usize,
        frame: Vec<u8>,
    },
    Wake {
        body: usize,
        turn: u64,
    },
    Dial {
        slot: usize,
    },
    Cut {
        slot: usize,
        link: LinkId,
    },
    /// An end learns that its link has fallen.
    Fall {
        body: usize,
        link: LinkId,
        /// The other node has said that it stops.
        is_farewell: bool,
    },
    Stall {
        slot: usize,
    },
    Write {
        body: usize,
    },
    Consent {
        body: usize,
        line: LineId,
        purge: Ref,
    },
    ChangeKey {
        body: usize,
    },
    Crash {
        body: usize,
    },
    Boot {
        body: usize,
    },
    Jump {
        body: usize,
    },
    Copy {
        body: usize,
    },
    PutBack {
        body: usize,
    },
    Pack {
        from: usize,
        to: usize,
    },
    Pouch {
        to: usize,
        from: PartyId,
        frames: Vec<Vec<u8>>,
    },
    Lie,
    /// Somebody comes on or off watch, or gives a notice.
    Duty {
        body: usize,
    },
    /// A node acknowledges a message by itself.
    Acknowledge {
        body: usize,
        line: LineId,
        place: Ref,
    },
    /// Somebody answers what was said about an entry.
    Answer {
        body: usize,
        line: LineId,
        about: Ref,
    },
    /// Programs say what scheduling runs ask for.
    Slots {
        body: usize,
        line: LineId,
    },
    /// A node crashes because a run is to be cut.
    CutRun {
        body: usize,
    },
    /// A node loses its way out.
    CutOff {
        body: usize,
    },
    Mend {
        body: usize,
    },
    /// What honest parties have suspended is compared.
    Compare,
    Split,
    Part {
        side: BTreeSet<usize>,
    },
    Reunite,
    Heal,
    Look,
}

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) rng: Rng,
    pub(crate) now: u64,
    pub(crate) net: Net,
    pub(crate) bodies: Vec<Body>,
    pub(crate) model: Model,
    pub(crate) truth: Truth,
    pub(crate) meaning: Meaning,
    pub(crate) stages: Stages,
    /// Entries of scheduling that have become durable at their author.
    pub(crate) steps_written: usize,
    pub(crate) run_cut: Option<RunCut>,
    pub(crate) sabotage: Option<Sabotage>,
    pub(crate) tickets: u64,
    pub(crate) is_healed: bool,
    /// Nodes on one side of a partition.
    pub(crate) parted: Option<BTreeSet<usize>>,
    /// Pairs of nodes between which there is no way.
    pub(crate) severed: BTreeSet<[usize; 2]>,
    /// Frames that the outlaw has seen, to send again.
    pub(crate) overheard: Vec<Vec<u8>>,
    queue: BTreeMap<(u64, u64), Happening>,
    sequence: u64,
    healed_at: u64,
    has_agreed: bool,
    is_traced: bool,
}

impl World {
    pub(crate) fn new(seed: u64, sabotage: Option<Sabotage>, is_traced: bool) -> Self {
        let mut rng = Rng::new(seed);
        let mut plan = Plan::draw(&mut rng);
        if let Some(sabotage) = sabotage {
            sabotage.arrange(&mut plan);
        }
        Self::of(plan, rng, sabotage, is_traced)
    }

    /// A world of a plan, with the chances of `rng`.
    pub(crate) fn of(
        plan: Plan,
        mut rng: Rng,
        sabotage: Option<Sabotage>,
        is_traced: bool,
    ) -> Self {
        let net = Net::new(plan.rough, rng.fork());
        let mut world = Self {
            model: Model::new(&plan),
            truth: Truth::default(),
            meaning: Meaning::default(),
            stages: Stages::default(),
            steps_written: 0,
            run_cut: None,
            bodies: (0..plan.parties)
                .map(|party| new_body(&plan, party))
                .collect(),
            plan,
            rng,
            now: 0,
            net,
            sabotage,
            tickets: 0,
            is_healed: false,
            parted: None,
            severed: BTreeSet::new(),
            overheard: Vec::new(),
            queue: BTreeMap::new(),
            sequence: 0,
            healed_at: 0,
            has_agreed: false,
            is_traced,
        };
        world.trace(|world| format!("{:?}", Brief(&world.plan)));
        world.set_out();
        world
    }

    /// Whether the planted fault is this one, and is this node's.
    pub(crate) fn is_sabotaged(&self, body: usize, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
            && self.bodies[body].role.is_honest
            && self.bodies[body].party() < 2
    }

    pub(crate) fn trace(&self, what: impl FnOnce(&Self) -> String) {
        if self.is_traced {
            let mut line = String::new();
            // Writing to a string can't fail.
            let _ = writeln!(line, "{:>12.6}s {}", self.now as f64 / 1e6, what(self));
            crate::run::print(&line);
        }
    }

    /// Says what will happen in `after` µs.
    pub(crate) fn after(&mut self, after: u64, happening: Happening) {
        self.at(self.now + after, happening);
    }

    pub(crate) fn at(&mut self, at: u64, happening: Happening) {
        self.sequence += 1;
        self.queue
            .insert((at.max(self.now), self.sequence), happening);
    }

    /// Lays out everything that the plan asks for.
    fn set_out(&mut self) {
        let active = self.plan.active;
        for body in 0..self.bodies.len() {
            let after = self.rng.below(SECOND);
            self.after(after, Happening::Boot { body });
            for _ in 0..self.plan.entries / 2 {
                let at = self.rng.below(active);
                self.at(at, Happening::Write { body });
            }
        }
        self.set_out_net();
        self.set_out_trouble();
        self.at(active, Happening::Heal);
    }

    fn set_out_net(&mut self) {
        for a in 0..self.bodies.len() {
            for b in 0..a {
                for _ in 0..self.plan.bearers {
                    let slot = self.net.add_slot([b, a]);
                    let after = self.rng.below(3 * SECOND);
                    self.after(after, Happening::Dial { slot });
                }
            }
        }
    }

    fn set_out_trouble(&mut self) {
        let (active, count) = (self.plan.active, self.bodies.len());
        let times = |rng: &mut Rng, most: u64| -> Vec<u64> {
            (0..rng.within(1, most))
                .map(|_| rng.below(active))
                .collect()
        };
        if self.plan.has_crashes {
            for at in times(&mut self.rng, 6) {
                let body = self.rng.index(count);
                self.at(at, Happening::Crash { body });
            }
        }
        if self.plan.has_partitions {
            for at in times(&mut self.rng, 3) {
                let side = (0..count).filter(|_| self.rng.percent(50)).collect();
                self.at(at, Happening::Part { side });
            }
        }
        if self.plan.has_clock_jumps {
            for at in times(&mut self.rng, 4) {
                let body = self.rng.index(count);
                self.at(at, Happening::Jump { body });
            }
        }
        if self.plan.has_churn {
            for at in times(&mut self.rng, 6) {
                let slot = self.rng.index(self.net.slots.len());
                self.at(at, Happening::Stall { slot });
            }
        }
        if self.plan.has_pouches {
            for at in times(&mut self.rng, 8) {
                let (from, to) = (self.rng.index(count), self.rng.index(count));
                self.at(at, Happening::Pack { from, to });
            }
        }
        if self.plan.has_duty {
            for at in times(&mut self.rng, 10) {
                let body = self.rng.index(count);
                self.at(at, Happening::Duty { body });
            }
        }
        if self.plan.has_uplinks {
            for at in times(&mut self.rng, 3) {
                let body = self.rng.index(count);
                self.at(at, Happening::CutOff { body });
            }
        }
        self.after(SECOND, Happening::Compare);
        if let Some(body) = self.plan.changes_key {
            let at = self.rng.below(active);
            self.at(at, Happening::ChangeKey { body });
        }
        if let Some(body) = self.plan.restored {
            let at = self.rng.below(active * 2 / 3);
            self.at(at, Happening::Copy { body });
            let later = self.rng.within(at + SECOND, active);
            self.at(later, Happening::PutBack { body });
        }
        match self.plan.villain {
            Some((_, Villain::Outlaw)) => {
                for at in times(&mut self.rng, 60) {
                    self.at(at, Happening::Lie);
                }
            }
            Some((_, Villain::Twin)) => {
                let at = self.rng.below(active / 2);
                self.at(at, Happening::Split);
            }
            None => {}
        }
    }

    /// Lets everything happen, in order, until all agree or something is wrong.
    pub(crate) fn run(&mut self) -> Result<(), Violation> {
        let mut steps = 0;
        while let Some(((at, _), happening)) = self.queue.pop_first() {
            self.now = at;
            self.check_shown()?;
            self.happen(happening)?;
            steps += 1;
            Checker::Bounded.require(steps < STEPS_MAX, || {
                format!("{steps} things have happened, and no end")
            })?;
            if self.has_agreed {
                self.look_back()?;
                return self.compare_desks_at_last();
            }
        }
        Ok(())
    }

    /// Lets everything happen up to a time, µs.
    pub(crate) fn run_until(&mut self, until: u64) -> Result<(), Violation> {
        while let Some(next) = self
            .queue
            .first_entry()
            .filter(|next| next.key().0 <= until)
        {
            let ((at, _), happening) = next.remove_entry();
            self.now = at;
            self.check_shown()?;
            self.happen(happening)?;
        }
        self.now = until;
        self.check_shown()
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Deliver { link, end, frame } => self.deliver(link, end, &frame),
            Happening::Wake { body, turn } => self.wake(body, turn),
            Happening::Dial { slot } => self.dial(slot),
            Happening::Cut { slot, link } => {
                if self.net.slots[slot].link == Some(link) && !self.is_healed {
                    self.cut(slot);
                }
                Ok(())
            }
            Happening::Fall {
                body,
                link,
                is_farewell,
            } => self.fall(body, link, is_farewell),
            Happening::Stall { slot } => {
                if let Some(link) = self.net.slots[slot].link.filter(|_| !self.is_healed) {
                    let (end, until) = (self.rng.index(2), self.now + self.rng.below(12 * SECOND));
                    self.net.stall(link, end, until);
                }
                Ok(())
            }
            Happening::Write { body } => self.write(body),
            Happening::Consent { body, line, purge } => self.consent(body, line, purge),
            Happening::ChangeKey { body } => self.change_key(body),
            Happening::Crash { body } => {
                self.plan_crash(body);
                Ok(())
            }
            Happening::Boot { body } => self.boot(body),
            Happening::Jump { body } => {
                let by = i64::try_from(self.rng.below(20_000_000)).unwrap_or(0) - 10_000_000;
                self.bodies[body].clock.jump(by);
                self.drive(body)
            }
            Happening::Copy { body } => {
                let copy = self.bodies[body].disk.snapshot();
                self.bodies[body].copy = Some(copy);
                Ok(())
            }
            Happening::PutBack { body } => {
                self.put_back(body);
                Ok(())
            }
            Happening::Pack { from, to } => {
                self.pack(from, to);
                Ok(())
            }
            Happening::Pouch { to, from, frames } => self.open_pouch(to, &from, &frames),
            Happening::Lie => self.lie(),
            Happening::Duty { body } => self.change_duty(body),
            Happening::Acknowledge { body, line, place } => self.acknowledge(body, line, place),
            Happening::Answer { body, line, about } => self.answer(body, line, about),
            Happening::Slots { body, line } if self.plan.are_officers_quick => {
                self.hurry(body, line)
            }
            Happening::Slots { body, line } => self.go_on_slots(body, line),
            Happening::CutRun { body } => {
                if self.bodies[body].machine.is_some() {
                    self.crash(body);
                }
                Ok(())
            }
            Happening::CutOff { body } => {
                if !self.is_healed {
                    self.cut_off(body);
                    let after = self.rng.within(SECOND, 20 * SECOND);
                    self.after(after, Happening::Mend { body });
                }
                self.drive(body)
            }
            Happening::Mend { body } => {
                self.bodies[body].is_cut_off = false;
                self.drive(body)
            }
            Happening::Compare => {
                self.after(2 * SECOND, Happening::Compare);
                self.compare_closures()?;
                self.compare_desks()
            }
            Happening::Split => {
                self.split();
                Ok(())
            }
            Happening::Part { side } => {
                self.part(side);
                Ok(())
            }
            Happening::Reunite => {
                self.parted = None;
                Ok(())
            }
            Happening::Heal => self.heal(),
            Happening::Look => self.look(),
        }
    }

    fn deliver(&mut self, link: LinkId, end: usize, frame: &[u8]) -> Result<(), Violation> {
        if !self.net.delivers(link) {
            return Ok(());
        }
        let body = self.net.links[&link].ends[end];
        self.note_delivered(body, link, end, frame);
        let now = self.bodies[body].clock.now(self.now);
        if let Some(machine) = &mut self.bodies[body].machine {
            machine.handle_frame(link, frame, now);
        }
        self.drive(body)
    }

    fn wake(&mut self, body: usize, turn: u64) -> Result<(), Violation> {
        if self.bodies[body].turn != turn || self.is_sabotaged(body, Sabotage::NoTimers) {
            return Ok(());
        }
        let state = &mut self.bodies[body];
        state.woken = if state.woken.0 == self.now {
            (self.now, state.woken.1 + 1)
        } else {
            (self.now, 0)
        };
        Checker::Contract.require(state.woken.1 < SPIN_MAX, || {
            format!("node {body} wakes and wakes at one instant")
        })?;
        let now = state.clock.now(self.now);
        if let Some(machine) = &mut state.machine {
            machine.handle_timeout(now);
        }
        self.drive(body)
    }

    /// Notes when a node wants to be woken.
    pub(crate) fn set_alarm(&mut self, body: usize) {
        let by_clock = self.next_change(body);
        let state = &mut self.bodies[body];
        state.turn += 1;
        let turn = state.turn;
        let by_machine = state.machine.as_ref().and_then(Machine::poll_timeout);
        let Some(deadline) = by_machine.into_iter().chain(by_clock).min() else {
            return;
        };
        let at = state.clock.world(deadline);
        self.at(at, Happening::Wake { body, turn });
    }

    fn may_stand(&self, slot: usize) -> bool {
        let [a, b] = self.net.slots[slot].ends;
        self.bodies[a].party() != self.bodies[b].party()
            && self.obstacle(slot, a).is_none()
            && self.obstacle(slot, b).is_none()
    }

    /// What keeps a bearer from standing, as the node at one end finds when it tries; nothing if nothing does.
    fn obstacle(&self, slot: usize, from: usize) -> Option<Dialled> {
        let slot = &self.net.slots[slot];
        let other = slot.other_end(from)?;
        let (here, there) = (&self.bodies[from], &self.bodies[other]);
        let is_parted = self
            .parted
            .as_ref()
            .is_some_and(|side| side.contains(&from) != side.contains(&other));
        let has_no_way =
            is_parted || slot.is_muted || slot.is_blocked || self.severed.contains(&slot.ends);
        if has_no_way || here.is_cut_off || here.is_displaced || here.is_host_down {
            Some(Dialled::NoAnswer)
        } else if there.is_displaced {
            Some(Dialled::NotProved)
        } else if there.is_cut_off || there.is_host_down {
            Some(Dialled::NoAnswer)
        } else if there.machine.is_none() {
            Some(Dialled::Refused)
        } else {
            None
        }
    }

    /// An attempt to set up a bearer has failed; whoever is there learns how.
    fn note_failure(&mut self, slot: usize) -> Result<(), Violation> {
        for end in self.net.slots[slot].ends {
            if let Some(how) = self.obstacle(slot, end)
                && self.bodies[end].machine.is_some()
            {
                self.bodies[end].shell.dialled.insert(slot, how);
                self.drive(end)?;
            }
        }
        Ok(())
    }

    fn dial(&mut self, slot: usize) -> Result<(), Violation> {
        let ends = self.net.slots[slot].ends;
        if self.net.slots[slot].link.is_some() || ends.iter().any(|end| self.bodies[*end].is_gone) {
            return Ok(());
        }
        if !self.may_stand(slot) {
            self.note_failure(slot)?;
            let after = self.rng.within(SECOND / 2, 2 * SECOND);
            self.after(after, Happening::Dial { slot });
            return Ok(());
        }
        let link = self.net.connect(slot);
        self.trace(|_| format!("link {} connects {ends:?}", link.0));
        if self.plan.has_churn && !self.is_healed {
            let after = self.rng.within(SECOND / 2, 40 * SECOND);
            self.after(after, Happening::Cut { slot, link });
        }
        for (body, peer) in [(ends[0], ends[1]), (ends[1], ends[0])] {
            let party = self.bodies[peer].role.party;
            let peer = cast().persons[party.at()].id;
            let now = self.bodies[body].clock.now(self.now);
            let shell = &mut self.bodies[body].shell;
            shell.standing.insert(link, slot);
            shell.dialled.remove(&slot);
            shell.farewells.remove(&party);
            if let Some(machine) = &mut self.bodies[body].machine {
                machine.handle_link_up(link, peer, now);
            }
            self.drive(body)?;
        }
        Ok(())
    }

    /// Cuts a bearer's link; each end learns of it later, and it is dialled again later still, or before.
    pub(crate) fn cut(&mut self, slot: usize) {
        let Some(link) = self.net.cut(slot) else {
            return;
        };
        self.trace(|_| format!("link {} is cut", link.0));
        for body in self.net.slots[slot].ends {
            let after = self.rng.below(4 * SECOND);
            self.after(
                after,
                Happening::Fall {
                    body,
                    link,
                    is_farewell: false,
                },
            );
        }
        let after = self.rng.within(SECOND / 10, 6 * SECOND);
        self.after(after, Happening::Dial { slot });
    }

    fn fall(&mut self, body: usize, link: LinkId, is_farewell: bool) -> Result<(), Violation> {
        let now = self.bodies[body].clock.now(self.now);
        let slot = self.bodies[body].shell.standing.remove(&link);
        if let Some(other) = slot.and_then(|slot| self.net.slots[slot].other_end(body))
            && is_farewell
        {
            let party = self.bodies[other].role.party;
            self.bodies[body].shell.farewells.insert(party);
        }
        if let Some(machine) = &mut self.bodies[body].machine {
            machine.handle_link_down(link, now);
        }
        self.drive(body)
    }

    /// A node stops in good order: it says so over every link before it closes it.
    pub(crate) fn say_farewell(&mut self, body: usize) {
        for slot in 0..self.net.slots.len() {
            let Some(other) = self.net.slots[slot].other_end(body) else {
                continue;
            };
            if self.net.slots[slot].is_muted {
                continue;
            }
            if let Some(link) = self.net.cut(slot) {
                self.after(
                    SECOND / 10,
                    Happening::Fall {
                        body: other,
                        link,
                        is_farewell: true,
                    },
                );
                self.after(SECOND / 2, Happening::Dial { slot });
            }
        }
    }

    /// A node's way out breaks.
    pub(crate) fn cut_off(&mut self, body: usize) {
        self.trace(|_| format!("node {body} loses its way out"));
        self.bodies[body].is_cut_off = true;
        self.cut_all(body);
    }

    /// Cuts every link of a node.
    pub(crate) fn cut_all(&mut self, body: usize) {
        for slot in 0..self.net.slots.len() {
            if self.net.slots[slot].ends.contains(&body) {
                self.cut(slot);
            }
        }
    }

    fn part(&mut self, side: BTreeSet<usize>) {
        if self.is_healed {
            return;
        }
        self.trace(|_| format!("parted: {side:?} from the rest"));
        self.parted = Some(side);
        for slot in 0..self.net.slots.len() {
            if !self.may_stand(slot) {
                self.cut(slot);
            }
        }
        let after = self.rng.within(SECOND, 25 * SECOND);
        self.after(after, Happening::Reunite);
    }

    fn plan_crash(&mut self, body: usize) {
        if self.is_healed || self.bodies[body].machine.is_none() {
            return;
        }
        match self.rng.below(6) {
            0 => self.crash(body),
            4 => {
                self.say_farewell(body);
                self.crash(body);
            }
            5 => {
                self.bodies[body].is_host_down = true;
                self.crash(body);
            }
            1 => self.bodies[body].crashes_at = Some(CrashPoint::BeforeCommit),
            2 => self.bodies[body].crashes_at = Some(CrashPoint::AfterCommit),
            _ => self.bodies[body].crashes_at = Some(CrashPoint::AfterPersisted),
        }
    }

    /// The node's process ends; its disk stays.
    pub(crate) fn crash(&mut self, body: usize) {
        self.trace(|_| format!("node {body} crashes"));
        self.stop(body);
        let after = self.rng.within(SECOND / 10, 10 * SECOND);
        self.after(after, Happening::Boot { body });
    }

    pub(crate) fn stop(&mut self, body: usize) {
        self.bodies[body].machine = None;
        self.bodies[body].shell = Shell::default();
        self.bodies[body].turn += 1;
        self.truth.stopped(body);
        self.cut_all(body);
        if self.is_sabotaged(body, Sabotage::LostSync)
            && let Some(copy) = self.bodies[body].copy.take()
        {
            self.bodies[body].disk = self.bodies[body].disk.restored(&copy);
        }
    }

    pub(crate) fn boot(&mut self, body: usize) -> Result<(), Violation> {
        if self.bodies[body].machine.is_some() || self.bodies[body].is_gone {
            return Ok(());
        }
        self.trace(|_| format!("node {body} starts"));
        self.bodies[body].crashes_at = None;
        self.bodies[body].is_host_down = false;
        self.bodies[body].clock.boot(self.now);
        let role = self.bodies[body].role;
        if role.is_honest {
            self.model.restarted(role, &self.bodies[body].disk)?;
        }
        let machine = self.machine_of(body)?;
        self.bodies[body].machine = Some(machine);
        let faults = self.desk_faults(body);
        let (disk, lines) = (&self.bodies[body].disk, &self.plan.lines);
        self.bodies[body].shell = Shell::start(disk, lines, role.party, faults);
        self.say_watch(body);
        for founded in &self.plan.lines.clone() {
            let line = founded.line();
            self.after(0, Happening::Slots { body, line });
        }
        self.drive(body)
    }

    /// What the planted fault does to a node's desk.
    fn desk_faults(&self, body: usize) -> Faults {
        Faults {
            arrival_order: self.is_sabotaged(body, Sabotage::ArrivalOrder),
            forgets: self.is_sabotaged(body, Sabotage::ForgetfulDesk),
            any_hash: self.is_sabotaged(body, Sabotage::AnyHash),
            own_word: self.is_sabotaged(body, Sabotage::OwnWord),
        }
    }

    fn machine_of(&mut self, body: usize) -> Result<Machine, Violation> {
        let state = &self.bodies[body];
        let person = &cast().persons[state.party()];
        let mut keys = vec![person.keys.clone()];
        if state.has_new_key {
            keys.push(person.next_keys.clone());
        }
        let mut machine = Machine::new(MachineConfig {
            party: person.id,
            card: Vec::new(),
            keys,
        });
        for founded in &self.plan.lines {
            let taken = state.disk.take_up(founded, PartyIndex(state.role.party.0));
            let (logs, mut facts) = taken.map_err(|why| Violation {
                checker: Checker::NothingLost,
                what: format!("node {body} can't take up its record: {why}"),
            })?;
            facts.must_hear = state.must_hear;
            let salt = self.rng.bytes();
            let now = state.clock.now(self.now);
            machine
                .add_line(logs, facts, salt, now)
                .expect("each party is a member of each line, which is taken up once");
        }
        Ok(machine)
    }

    /// The disk is put back to an old copy, and the node is told that it must hear the others first.
    fn put_back(&mut self, body: usize) {
        let Some(copy) = self.bodies[body].copy.clone().filter(|_| !self.is_healed) else {
            return;
        };
        self.trace(|_| format!("node {body} is put back to an old copy"));
        self.stop(body);
        let is_unaware = self.is_sabotaged(body, Sabotage::RestoredUnaware);
        let state = &mut self.bodies[body];
        state.disk = state.disk.restored(&copy);
        state.must_hear = !is_unaware;
        let others: Vec<usize> = self
            .bodies
            .iter()
            .filter(|other| other.party() != self.bodies[body].party())
            .map(|other| other.role.body)
            .collect();
        let (role, disk) = (self.bodies[body].role, &self.bodies[body].disk);
        for founded in &self.plan.lines {
            let sizes: Vec<u64> = founded
                .parties()
                .map(|log| disk.size(founded.line(), log))
                .collect();
            self.truth.put_back(body, founded.line(), &sizes);
        }
        if !is_unaware {
            self.model.put_back(role, disk, &others);
        }
        let after = self.rng.within(SECOND, 5 * SECOND);
        self.after(after, Happening::Boot { body });
    }

    /// The twin appears: a copy of its party's node, to which some of the others are connected from here on.
    fn split(&mut self) {
        let Some((party, Villain::Twin)) = self.plan.villain else {
            return;
        };
        let copy = self.bodies[party].disk.snapshot();
        let role = Role {
            body: self.bodies.len(),
            head: 1,
            ..self.bodies[party].role
        };
        let disk = self.bodies[party].disk.restored(&copy);
        self.model.copied(self.bodies[party].role, role);
        self.truth.copied(party, role.body);
        let has_new_key = self.bodies[party].has_new_key;
        self.bodies.push(Body {
            disk,
            has_new_key,
            ..new_body_as(&self.plan, role)
        });
        self.trace(|_| format!("party {party} splits"));
        for slot in 0..self.net.slots.len() {
            if self.net.slots[slot].ends.contains(&party) && self.rng.percent(50) {
                self.cut(slot);
                for end in &mut self.net.slots[slot].ends {
                    if *end == party {
                        *end = role.body;
                    }
                }
            }
        }
        self.after(0, Happening::Boot { body: role.body });
        for _ in 0..self.plan.entries {
            let after = self.rng.below(self.plan.active / 2);
            self.after(after, Happening::Write { body: role.body });
        }
    }

    /// Everything that went wrong is put right, and those who lie fall silent; now all must come to agree.
    fn heal(&mut self) -> Result<(), Violation> {
        self.trace(|_| "the world heals".to_owned());
        self.is_healed = true;
        self.healed_at = self.now;
        self.parted = None;
        self.net.rough = None;
        for body in 0..self.bodies.len() {
            self.bodies[body].crashes_at = None;
            self.bodies[body].is_cut_off = false;
            self.bodies[body].clock.set_right();
            if !self.bodies[body].role.is_honest {
                self.stop(body);
                self.bodies[body].is_gone = true;
            }
        }
        for slot in 0..self.net.slots.len() {
            // Cut once more, so that what rough bearers lost of greetings does not count.
            self.cut(slot);
        }
        for body in 0..self.bodies.len() {
            self.boot(body)?;
        }
        self.after(SECOND, Happening::Look);
        Ok(())
    }

    fn look(&mut self) -> Result<(), Violation> {
        let lacking = self.lacking();
        if lacking.is_none() {
            self.has_agreed = true;
            return Ok(());
        }
        let is_in_time = self.now < self.healed_at + HEALING_MAX;
        Checker::Liveness.require(is_in_time, || lacking.unwrap_or_default())?;
        self.after(SECOND, Happening::Look);
        Ok(())
    }
}

fn new_body(plan: &Plan, party: usize) -> Body {
    let index = PartyIndex::from_usize(party).expect("few parties");
    let role = Role {
        body: party,
        party: index,
        head: 0,
        is_honest: plan.is_honest(party),
    };
    new_body_as(plan, role)
}

fn new_body_as(plan: &Plan, role: Role) -> Body {
    Body {
        role,
        machine: None,
        disk: Disk::new(plan.lines.clone()),
        clock: Clock::default(),
        has_new_key: false,
        must_hear: plan.hears_first,
        crashes_at: None,
        copy: None,
        turn: 0,
        woken: (0, 0),
        is_gone: false,
        shell: Shell::default(),
        duty: Duty::default(),
        is_cut_off: false,
        is_host_down: false,
        is_displaced: false,
        answered: 0,
        secrets: BTreeMap::new(),
    }
}

/// A plan without its charters.
struct Brief<'a>(&'a Plan);

impl std::fmt::Debug for Brief<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plan = self.0;
        f.debug_struct("Plan")
            .field("parties", &plan.parties)
            .field("lines", &plan.lines.len())
            .field("bearers", &plan.bearers)
            .field("entries", &plan.entries)
            .field("villain", &plan.villain)
            .field("restored", &plan.restored)
            .field("rough", &plan.rough)
            .field("churn", &plan.has_churn)
            .field("partitions", &plan.has_partitions)
            .field("crashes", &plan.has_crashes)
            .field("pouches", &plan.has_pouches)
            .field("changes_key", &plan.changes_key)
            .field("purge", &plan.has_purge)
            .field("hears_first", &plan.hears_first)
            .field("duty", &plan.has_duty)
            .field("statuses", &plan.has_statuses)
            .field("uplinks", &plan.has_uplinks)
            .field("talks", &plan.has_talks)
            .finish()
    }
}
