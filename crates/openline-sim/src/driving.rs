//! Driving a machine as a node's shell does, and checking what comes out of it.

use openline_core::entry::{Kind, RawEntry};
use openline_core::tree::leaf_hash;
use openline_core::{LineId, PartyIndex};
use openline_proto::frame::{Frame, Tag};
use openline_proto::limits::{DRAFTS_MAX, FETCHES_MAX, WAITING_MAX};
use openline_proto::{Answer, Event, Fact, LinkId, Machine, Now, Transmit};

use crate::disk::Disk;
use crate::model::{Checker, Name, Role, Violation};
use crate::sabotage::Sabotage;
use crate::world::{CrashPoint, Happening, World};

/// Frames that an outlaw keeps to send again.
const OVERHEARD_MAX: usize = 48;

impl World {
    /// Takes everything that a node's machine has to give.
    pub(crate) fn drive(&mut self, body: usize) -> Result<(), Violation> {
        while let Some(mut machine) = self.bodies[body].machine.take() {
            let now = self.bodies[body].clock.now(self.now);
            let goes_on = self.turn(body, &mut machine, now)?;
            match goes_on {
                Step::Crash => {
                    self.crash(body);
                    return Ok(());
                }
                Step::More => self.bodies[body].machine = Some(machine),
                Step::Done => {
                    self.check_load(body, &machine)?;
                    self.bodies[body].machine = Some(machine);
                    break;
                }
            }
        }
        self.show(body)?;
        self.set_alarm(body);
        Ok(())
    }

    fn turn(&mut self, body: usize, machine: &mut Machine, now: Now) -> Result<Step, Violation> {
        while let Some(facts) = machine.poll_persist(now) {
            let is_silent = machine.poll_transmit().is_none()
                && machine.poll_event().is_none()
                && machine.poll_query().is_none();
            Checker::Contract.require(is_silent, || {
                format!("node {body} speaks while something waits to be durable")
            })?;
            if !self.persist(body, machine, facts, now)? {
                return Ok(Step::Crash);
            }
        }
        if let Some((id, query)) = machine.poll_query() {
            let mut answer = self.bodies[body].disk.answer(&query);
            self.trace(|_| match &answer {
                Answer::Ahead => format!("node {body} holds back {query:?}"),
                _ => format!("node {body} reads {query:?}")
                    .chars()
                    .take(200)
                    .collect(),
            });
            if self.is_sabotaged(body, Sabotage::RottenReads)
                && let Answer::Entries { entries, .. } = &mut answer
            {
                rot(entries);
            }
            machine.handle_answer(id, answer, now);
            return Ok(Step::More);
        }
        if let Some(transmit) = machine.poll_transmit() {
            self.transmit(body, transmit)?;
            return Ok(Step::More);
        }
        if let Some(event) = machine.poll_event() {
            self.told(body, event)?;
            return Ok(Step::More);
        }
        Ok(Step::Done)
    }

    /// Makes facts durable; false if the node crashes over it.
    fn persist(
        &mut self,
        body: usize,
        machine: &mut Machine,
        mut facts: Vec<Fact>,
        now: Now,
    ) -> Result<bool, Violation> {
        let crash = self.bodies[body].crashes_at.take();
        let cut = self.cut_of_run(body, &facts);
        let crash = crash.or(cut);
        if crash == Some(CrashPoint::BeforeCommit) {
            return Ok(false);
        }
        if self.is_sabotaged(body, Sabotage::TransmitFirst) {
            machine.handle_persisted();
            while let Some(transmit) = machine.poll_transmit() {
                self.transmit(body, transmit)?;
            }
        }
        let (asked, role) = (facts.clone(), self.bodies[body].role);
        self.tamper(body, &mut facts);
        let state = &mut self.bodies[body];
        if self.sabotage == Some(Sabotage::LostSync)
            && state.copy.is_none()
            && self.now > self.plan.active / 4
        {
            state.copy = Some(state.disk.snapshot());
        }
        state
            .disk
            .commit(&facts, now.wall_ms)
            .map_err(|error| Violation {
                checker: Checker::Contract,
                what: format!("the store of {} refuses facts: {error}", Name(role)),
            })?;
        let asked = if self.sabotage == Some(Sabotage::HushedFork) {
            facts
        } else {
            asked
        };
        self.model
            .committed(role, &asked, &self.bodies[body].disk)?;
        self.note_committed(body, &asked)?;
        if crash == Some(CrashPoint::AfterCommit) {
            return Ok(false);
        }
        machine.handle_persisted();
        Ok(crash != Some(CrashPoint::AfterPersisted))
    }

    /// Counts the entries of scheduling among a node's own, and says where it crashes, if a run is to be cut after them.
    fn cut_of_run(&mut self, body: usize, facts: &[Fact]) -> Option<CrashPoint> {
        let me = self.bodies[body].role.party;
        let own = facts.iter().filter_map(|fact| match fact {
            Fact::Batch { batch, .. } if batch.party() == me => Some(batch),
            _ => None,
        });
        let steps = own
            .flat_map(|batch| batch.entries())
            .filter(|entry| entry.header().kind.is_scheduling())
            .count();
        self.steps_written += steps;
        let cut = self
            .run_cut
            .filter(|cut| steps > 0 && self.steps_written >= cut.entries)?;
        self.run_cut = None;
        if cut.side == body {
            if cut.at == CrashPoint::BeforeCommit {
                self.steps_written -= steps;
            }
            return Some(cut.at);
        }
        self.after(0, Happening::CutRun { body: cut.side });
        None
    }

    /// What has become durable changes what is suspended.
    fn note_committed(&mut self, body: usize, facts: &[Fact]) -> Result<(), Violation> {
        let state = &mut self.bodies[body];
        for fact in facts {
            state.shell.note_for_desk(&state.disk, fact);
            let line = match fact {
                Fact::Batch { line, batch } => {
                    self.truth.committed(state.role, *line, batch)?;
                    let mut entries = batch.entries().iter();
                    entries
                        .any(|entry| entry.header().kind == Kind::Status)
                        .then_some(*line)
                }
                Fact::Purged { line, places } => {
                    self.truth.purged(body, *line, places);
                    Some(*line)
                }
                _ => None,
            };
            let founded = self.plan.lines.iter();
            for founded in founded.filter(|founded| Some(founded.line()) == line) {
                state.shell.read_standings(&state.disk, founded);
            }
        }
        Ok(())
    }

    /// What planted faults do to a transaction.
    fn tamper(&self, body: usize, facts: &mut Vec<Fact>) {
        let me = self.bodies[body].role.party;
        if self.is_sabotaged(body, Sabotage::NeverCommit) && self.now > self.plan.active / 3 {
            facts.clear();
        }
        if self.is_sabotaged(body, Sabotage::CosignWithoutEntries) {
            let is_theirs =
                |fact: &Fact| matches!(fact, Fact::Batch { batch, .. } if batch.party() != me);
            let rests_on_them = |fact: &Fact| {
                matches!(
                    fact,
                    Fact::Cosignature { .. } | Fact::Seal { .. } | Fact::Settled { .. }
                )
            };
            if facts.iter().any(is_theirs) {
                facts.retain(|fact| !is_theirs(fact) && !rests_on_them(fact));
            }
        }
        if self.is_sabotaged(body, Sabotage::ForgetCosignatures) {
            facts.retain(
                |fact| !matches!(fact, Fact::Cosignature { cosigner, .. } if *cosigner != me),
            );
        }
        if self.is_sabotaged(body, Sabotage::HushedFork) {
            facts.retain(|fact| !matches!(fact, Fact::Fork { .. }));
        }
        if self.is_sabotaged(body, Sabotage::SwappedOrder) {
            facts.iter_mut().for_each(swap_first_two);
        }
    }

    fn transmit(&mut self, body: usize, transmit: Transmit) -> Result<(), Violation> {
        let Transmit { link, frame } = transmit;
        let role = self.bodies[body].role;
        let decoded = Frame::decode(&frame);
        Checker::Contract.require(decoded.is_ok(), || {
            format!("{} sends what no one can read", Name(role))
        })?;
        if let (Ok(decoded), true) = (&decoded, role.is_honest) {
            self.check_sent(role, decoded)?;
            self.note_sent(body, link, decoded);
        }
        if self.is_kept_back(body, decoded.as_ref().ok()) {
            return Ok(());
        }
        self.trace(|_| format!("node {body} sends over {}: {}", link.0, brief(&decoded)));
        if !role.is_honest && self.overheard.len() < OVERHEARD_MAX {
            self.overheard.push(frame.clone());
        }
        self.put_on_link(body, link, &frame);
        Ok(())
    }

    fn note_sent(&mut self, body: usize, link: LinkId, frame: &Frame) {
        let Some(line) = self.line_of(frame) else {
            return;
        };
        let (role, now) = (
            self.bodies[body].role,
            self.bodies[body].clock.now(self.now),
        );
        if let Frame::Beacon {
            watch: Some(signed),
            ..
        } = frame
        {
            self.truth.sent(line, role, signed);
        }
        let slot = self.bodies[body].shell.standing.get(&link);
        if let Some(other) = slot.and_then(|slot| self.net.slots[*slot].other_end(body)) {
            let party = self.bodies[other].role.party;
            self.bodies[body].shell.note_sent(line, party, now);
        }
    }

    /// The line that a frame is about.
    pub(crate) fn line_of(&self, frame: &Frame) -> Option<LineId> {
        let tag = frame.tag()?;
        let mut lines = self.plan.lines.iter().map(|founded| founded.line());
        lines.find(|id| Tag::of(id) == tag)
    }

    fn is_kept_back(&self, body: usize, frame: Option<&Frame>) -> bool {
        match frame {
            Some(Frame::Cosignature { .. } | Frame::Beacon { .. }) => {
                self.is_sabotaged(body, Sabotage::SilentCosigner)
            }
            Some(Frame::Fork { .. }) => self.is_sabotaged(body, Sabotage::HushedFork),
            _ => false,
        }
    }

    /// Puts a frame on its way from a node.
    pub(crate) fn put_on_link(&mut self, body: usize, link: LinkId, frame: &[u8]) {
        let Some(end) = self
            .net
            .links
            .get(&link)
            .and_then(|link| link.ends.iter().position(|end| *end != body))
        else {
            return;
        };
        for arrival in self.net.carry(self.now, link, end, frame) {
            self.at(
                arrival.at,
                Happening::Deliver {
                    link,
                    end,
                    frame: arrival.frame,
                },
            );
        }
    }

    /// A frame leaves an honest node: everything that it tells of is durable there.
    fn check_sent(&self, role: Role, frame: &Frame) -> Result<(), Violation> {
        let disk = &self.bodies[role.body].disk;
        let Some(line) = self.line_of(frame) else {
            return Ok(());
        };
        let is_true = match frame {
            Frame::Beacon { held, .. } => held.iter().enumerate().all(|(log, held)| {
                let log = PartyIndex::from_usize(log).unwrap_or(PartyIndex(0));
                disk.root(line, log, held.size) == Some(held.root)
                    && held
                        .briefs
                        .iter()
                        .all(|brief| disk.has_cosignature(line, log, brief.cosigner, brief.size))
            }),
            Frame::Batch {
                party,
                first,
                entries,
                ..
            }
            | Frame::Copy {
                party,
                first,
                entries,
                ..
            } => self.are_stored(disk, line, *party, *first, entries),
            Frame::Cosignature { log, brief, .. } => {
                brief.size <= disk.size(line, *log)
                    && disk.has_cosignature(line, *log, brief.cosigner, brief.size)
            }
            Frame::Seal { log, size, .. } => *size <= disk.size(line, *log),
            _ => true,
        };
        Checker::Contract.require(is_true, || {
            format!(
                "{} sends a {} that tells of what is not durable there",
                Name(role),
                kind_of(frame)
            )
        })
    }

    fn are_stored(
        &self,
        disk: &Disk,
        line: LineId,
        party: PartyIndex,
        first: u64,
        entries: &[RawEntry],
    ) -> bool {
        let stored = disk.log(line, party, first);
        entries.len() <= stored.len()
            && entries
                .iter()
                .zip(&stored)
                .all(|(raw, stored)| leaf_hash(&raw.header) == stored.leaf)
    }

    fn told(&mut self, body: usize, event: Event) -> Result<(), Violation> {
        let role = self.bodies[body].role;
        self.trace(|_| match &event {
            Event::Admitted { batch, .. } => {
                format!(
                    "node {body}: log {} up to {}",
                    batch.party(),
                    batch.checkpoint().checkpoint.size
                )
            }
            event => format!("node {body}: {event:?}")
                .chars()
                .take(240)
                .collect(),
        });
        let event = match event {
            Event::Released {
                ticket,
                line,
                mut place,
                leaf,
            } if self.is_sabotaged(body, Sabotage::MisplacedRelease) => {
                place.index += 1;
                Event::Released {
                    ticket,
                    line,
                    place,
                    leaf,
                }
            }
            event => event,
        };
        let is_hushed =
            self.sabotage == Some(Sabotage::HushedFork) && matches!(event, Event::Forked { .. });
        if role.is_honest && !is_hushed {
            let disks: Vec<(Role, &Disk)> = self
                .bodies
                .iter()
                .map(|body| (body.role, &body.disk))
                .collect();
            self.model.told(role, &event, &disks)?;
        }
        self.react(body, &event)
    }

    fn check_load(&self, body: usize, machine: &Machine) -> Result<(), Violation> {
        for founded in &self.plan.lines {
            let load = machine.load(&founded.line());
            let is_within = load.waiting <= WAITING_MAX * (self.plan.parties - 1)
                && load.drafts <= DRAFTS_MAX
                && load.fetches <= FETCHES_MAX
                && load.pending == 0;
            Checker::Bounded.require(is_within, || format!("node {body} keeps {load:?}"))?;
        }
        Ok(())
    }
}

/// What a turn of the machine led to.
enum Step {
    More,
    Done,
    Crash,
}

fn rot(entries: &mut [RawEntry]) {
    if let Some((_, body)) = entries.first_mut().and_then(|entry| entry.body.as_mut())
        && let Some(byte) = body.last_mut()
    {
        *byte ^= 1;
        let (salt, body) = entries[0].body.clone().unwrap_or_default();
        let header = &mut entries[0].header;
        let at = header.len().saturating_sub(32);
        header[at..].copy_from_slice(&openline_core::Hash::of(&[&salt, &body]).0);
    }
}

/// Swaps two entries of different logs that settle together.
fn swap_first_two(fact: &mut Fact) {
    let Fact::Settled { settled, .. } = fact else {
        return;
    };
    if let [first, second, ..] = settled.as_mut_slice()
        && first.party != second.party
    {
        std::mem::swap(&mut first.number, &mut second.number);
        settled.swap(0, 1);
    }
}

/// A frame in a few words.
fn brief(frame: &Result<Frame, openline_core::Rule>) -> String {
    match frame {
        Ok(Frame::Beacon { held, .. }) => {
            let sizes: Vec<u64> = held.iter().map(|held| held.size).collect();
            format!("beacon {sizes:?}")
        }
        Ok(
            Frame::Batch {
                party,
                first,
                entries,
                ..
            }
            | Frame::Copy {
                party,
                first,
                entries,
                ..
            },
        ) => format!("log {party} {first}+{}", entries.len()),
        Ok(Frame::Cosignature { log, brief, .. }) => {
            format!(
                "cosignature of log {log} at {} by {}",
                brief.size, brief.cosigner
            )
        }
        Ok(frame) => format!("{frame:?}").chars().take(160).collect(),
        Err(rule) => format!("what breaks {}", rule.id()),
    }
}

fn kind_of(frame: &Frame) -> &'static str {
    match frame {
        Frame::Beacon { .. } => "beacon",
        Frame::Batch { .. } => "batch",
        Frame::Copy { .. } => "copy",
        Frame::Cosignature { .. } => "cosignature",
        Frame::Seal { .. } => "seal",
        _ => "frame",
    }
}
