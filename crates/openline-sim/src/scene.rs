//! A healthy world with one trouble or two put into it on purpose, to see what each side says of the line.

use std::fmt;
use std::time::Duration;

use openline_core::scheduling::Method;
use openline_core::status::Act;
use openline_core::watch::{Notice, NoticeKind};
use openline_desk::scheduling::Stage;
use openline_proto::state::Assessment;

use crate::desk::{Desk, Faults};
use crate::model::Violation;
use crate::plan::{Plan, SECOND};
use crate::rng::Rng;
use crate::world::{RunCut, World};

pub use crate::world::CrashPoint as CutPoint;

/// How long a scene may go on, µs.
const ACTIVE: u64 = 24 * 3600 * SECOND;

/// Something that is wrong, at one party or on the way between it and another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nobody has the watch.
    NobodyOnWatch,
    /// Nobody has the watch, by notice.
    OffWatch,
    /// No contact is taken, by notice.
    Declining,
    /// Something is broken, by notice.
    Fault,
    /// A drill, by notice: no trouble.
    Drill,
    /// The line is suspended.
    Suspended,
    /// The line is narrowed.
    Narrowed,
    /// One of the two kinds of bearer can't be set up.
    BearerDown,
    /// The node has stopped in good order, and its machine is off.
    SwitchedOff,
    /// What is put on the way vanishes, and no bearer notices.
    Silenced,
    /// Something else answers at the party's addresses.
    Displaced,
    /// There is no way.
    PathCut,
    /// The party reaches nobody, and knows it.
    CutOff,
    /// The machine has lost its power.
    HostDown,
    /// The process has ended, and its machine refuses connections.
    Crashed,
}

impl Trouble {
    /// Every one.
    pub const ALL: [Self; 15] = [
        Self::NobodyOnWatch,
        Self::OffWatch,
        Self::Declining,
        Self::Fault,
        Self::Drill,
        Self::Suspended,
        Self::Narrowed,
        Self::BearerDown,
        Self::SwitchedOff,
        Self::Silenced,
        Self::Displaced,
        Self::PathCut,
        Self::CutOff,
        Self::HostDown,
        Self::Crashed,
    ];

    fn notice(self) -> Option<NoticeKind> {
        match self {
            Self::OffWatch => Some(NoticeKind::OffWatch),
            Self::Declining => Some(NoticeKind::Declining),
            Self::Fault => Some(NoticeKind::TechnicalFault),
            Self::Drill => Some(NoticeKind::Drill),
            _ => None,
        }
    }
}

/// A world in which only that goes wrong which is put into it.
pub struct Scene {
    world: World,
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene")
            .field("at", &self.world.now)
            .finish()
    }
}

impl Scene {
    /// Nodes of some parties, 2 to 5, with one line over two bearers between each two; `seed` decides when what happens.
    ///
    /// # Errors
    /// An invariant that did not hold.
    pub fn new(parties: usize, seed: u64) -> Result<Self, Violation> {
        let plan = Plan::calm(parties, ACTIVE);
        let mut scene = Self {
            world: World::of(plan, Rng::new(seed), None, false),
        };
        scene
            .world
            .net
            .slots
            .iter_mut()
            .for_each(crate::net::Slot::calm);
        scene.pass(Duration::from_secs(10))?;
        Ok(scene)
    }

    /// The contact interval of the line.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.world.plan.lines[0].terms().contact_interval
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// The first invariant that did not hold.
    pub fn pass(&mut self, time: Duration) -> Result<(), Violation> {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 2);
        self.world.run_until(self.world.now + micros)
    }

    /// What a party's node says of the line; nothing while it is down.
    #[must_use]
    pub fn says(&self, party: usize) -> Option<&Assessment> {
        self.world.bodies[party].shell.shown.values().next()
    }

    /// Proposes a scheduling run; officers everywhere do at once what it asks for, over and over.
    ///
    /// # Errors
    /// The first invariant that did not hold.
    pub fn schedule(&mut self, at: usize, method: Method) -> Result<(), Violation> {
        let line = self.world.plan.lines[0].line();
        self.world.plan.are_officers_quick = true;
        let saying = self.world.request(at, method);
        self.world.say(at, line, saying);
        self.world.drive(at)
    }

    /// The node of `side` crashes when so many entries of scheduling have been written, and its links fall with it; some seconds
    /// later it starts again. `at` says where it crashes over an entry of its own.
    pub fn cut_after(&mut self, entries: usize, side: usize, at: CutPoint) {
        self.world.run_cut = Some(RunCut { entries, side, at });
    }

    /// Entries of scheduling that have become durable at their author.
    #[must_use]
    pub fn steps_written(&self) -> usize {
        self.world.steps_written
    }

    /// Whether the cut that was asked for has been made.
    #[must_use]
    pub fn was_cut(&self) -> bool {
        self.world.run_cut.is_none()
    }

    /// Where the first run stands, by what a party's disk holds, whether its node runs or not.
    pub fn run_stage(&mut self, party: usize) -> Option<Stage> {
        let founded = &self.world.plan.lines[0];
        let (disk, role) = (
            &self.world.bodies[party].disk,
            self.world.bodies[party].role,
        );
        let desk = Desk::start(disk, founded, role.party, Faults::default());
        let run = desk.runs().into_iter().next()?;
        Some(self.world.stages.of(&run))
    }

    /// Something goes wrong at a party, or between it and another.
    ///
    /// # Errors
    /// The first invariant that did not hold.
    pub fn strike(&mut self, trouble: Trouble, at: usize, towards: usize) -> Result<(), Violation> {
        let world = &mut self.world;
        match trouble {
            Trouble::NobodyOnWatch => world.bodies[at].duty.post.is_attended = false,
            Trouble::OffWatch | Trouble::Declining | Trouble::Fault | Trouble::Drill => {
                self.give_notice(trouble, at);
            }
            Trouble::Suspended => world.set_status(at, Act::Suspend)?,
            Trouble::Narrowed => world.set_status(at, Act::Narrow)?,
            Trouble::BearerDown => {
                let slots = self.slots(at, towards);
                self.world.net.slots[slots[1]].is_blocked = true;
                self.world.cut(slots[1]);
            }
            Trouble::SwitchedOff => {
                world.say_farewell(at);
                self.power_off(at);
            }
            Trouble::Silenced => self.mute(at, towards, true),
            Trouble::Displaced => {
                world.bodies[at].is_displaced = true;
                world.cut_all(at);
            }
            Trouble::PathCut => {
                world.severed.insert(pair(at, towards));
                for slot in self.slots(at, towards) {
                    self.world.cut(slot);
                }
            }
            Trouble::CutOff => world.cut_off(at),
            Trouble::HostDown => self.power_off(at),
            Trouble::Crashed => world.stop(at),
        }
        self.world.say_watch(at);
        self.world.drive(at)
    }

    /// It is put right again.
    ///
    /// # Errors
    /// The first invariant that did not hold.
    pub fn mend(&mut self, trouble: Trouble, at: usize, towards: usize) -> Result<(), Violation> {
        let world = &mut self.world;
        match trouble {
            Trouble::NobodyOnWatch => world.bodies[at].duty.post.is_attended = true,
            Trouble::OffWatch | Trouble::Declining | Trouble::Fault | Trouble::Drill => {
                let notices = &mut world.bodies[at].duty.notices;
                notices.retain(|notice| Some(notice.kind) != trouble.notice());
            }
            Trouble::Suspended | Trouble::Narrowed => world.set_status(at, Act::Resume)?,
            Trouble::BearerDown => {
                let slots = self.slots(at, towards);
                self.world.net.slots[slots[1]].is_blocked = false;
            }
            Trouble::SwitchedOff | Trouble::HostDown | Trouble::Crashed => world.boot(at)?,
            Trouble::Silenced => {
                self.mute(at, towards, false);
                // What bearers had under way is lost: they begin anew.
                for slot in self.slots(at, towards) {
                    self.world.cut(slot);
                }
            }
            Trouble::Displaced => world.bodies[at].is_displaced = false,
            Trouble::PathCut => drop(world.severed.remove(&pair(at, towards))),
            Trouble::CutOff => world.bodies[at].is_cut_off = false,
        }
        self.world.say_watch(at);
        self.world.drive(at)
    }

    fn give_notice(&mut self, trouble: Trouble, at: usize) {
        let state = &mut self.world.bodies[at];
        let from = state.clock.now(self.world.now).wall_ms;
        state
            .duty
            .notices
            .extend(trouble.notice().map(|kind| Notice {
                kind,
                from,
                until: None,
                words: None,
            }));
    }

    fn power_off(&mut self, at: usize) {
        self.world.bodies[at].is_host_down = true;
        self.world.stop(at);
    }

    fn mute(&mut self, at: usize, towards: usize, is_muted: bool) {
        for slot in self.slots(at, towards) {
            self.world.net.slots[slot].is_muted = is_muted;
        }
    }

    fn slots(&self, a: usize, b: usize) -> Vec<usize> {
        let slots = self.world.net.slots.iter().enumerate();
        slots
            .filter(|(_, slot)| slot.ends == pair(a, b))
            .map(|(number, _)| number)
            .collect()
    }
}

/// Two nodes as bearers name them.
fn pair(a: usize, b: usize) -> [usize; 2] {
    [a.min(b), a.max(b)]
}
