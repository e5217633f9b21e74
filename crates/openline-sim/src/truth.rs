//! What is true of who is there and of what people have said, beside the record: told by what was delivered, written and signed,
//! and compared with what nodes show.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::admit::AdmittedBatch;
use openline_core::body::{Body as EntryBody, Stage};
use openline_core::entry::{MessageType, Ref};
use openline_core::status::{Act, Status};
use openline_core::watch::{Notice, NoticeKind, PostWatch, SignedWatch};
use openline_core::{LineId, PartyIndex};
use openline_desk::ladder::{Ladder, Proof, Step};
use openline_proto::LinkId;
use openline_proto::frame::Frame;
use openline_proto::state::{Assessment, Cause, Evidence, Finding, PartyEvidence, State};

use crate::cast::cast;
use crate::model::{Checker, Name, Role, Violation};
use crate::shell::Duty;
use crate::world::World;

/// A node, a line and another party of it.
type Pair = (usize, LineId, PartyIndex);
type Said = (Vec<PostWatch>, Vec<Notice>);

/// What is true.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// Links over which a greeting has come to a node.
    greeted: BTreeSet<(usize, LinkId)>,
    /// When a frame about a line last came to a running node from a party that had greeted, µs.
    heard: BTreeMap<Pair, u64>,
    /// Everything that a party has ever said of its watch.
    said: BTreeMap<PartyIndex, Vec<Said>>,
    /// Statements that have left their party's node, with their signature and when they were issued.
    signed: BTreeMap<Vec<u8>, ([u8; 64], i64)>,
    /// When the newest statement that has come to a running node was issued.
    newest: BTreeMap<Pair, i64>,
    /// Line statuses that are durable at a node.
    statuses: BTreeMap<(usize, LineId), BTreeMap<Ref, (MessageType, Status)>>,
    /// Receipts that people have written: on which line, who, about what, and the stage.
    receipts: BTreeSet<(LineId, PartyIndex, Ref, u64)>,
}

impl Truth {
    /// A party's people say something of their watch.
    pub(crate) fn said(&mut self, party: PartyIndex, duty: &Duty) {
        let said = (vec![duty.post.clone()], duty.notices.clone());
        let all = self.said.entry(party).or_default();
        if !all.contains(&said) {
            all.push(said);
        }
    }

    /// People write a receipt.
    pub(crate) fn wrote_receipt(
        &mut self,
        line: LineId,
        party: PartyIndex,
        about: Ref,
        stage: Stage,
    ) {
        self.receipts.insert((line, party, about, stage.number()));
    }

    /// A process has ended, and with it what it knew.
    pub(crate) fn stopped(&mut self, body: usize) {
        self.heard.retain(|(of, ..), _| *of != body);
        self.newest.retain(|(of, ..), _| *of != body);
        self.greeted.retain(|(of, _)| *of != body);
    }

    /// A statement leaves its party's node.
    pub(crate) fn sent(&mut self, line: LineId, role: Role, signed: &SignedWatch) {
        if self.signed.contains_key(&signed.bytes) {
            return;
        }
        let person = &cast().persons[role.party.at()];
        let keys = [&person.keys, &person.next_keys];
        let opened = keys
            .iter()
            .find_map(|keys| signed.open(&line, role.party, keys.public()).ok());
        if let Some(statement) = opened {
            let issued = (signed.signature, statement.issued);
            self.signed.insert(signed.bytes.clone(), issued);
        }
    }

    fn issued(&self, signed: &SignedWatch) -> Option<i64> {
        let (signature, issued) = self.signed.get(&signed.bytes)?;
        (*signature == signed.signature).then_some(*issued)
    }

    /// Entries have become durable at a node.
    ///
    /// # Errors
    /// [`Checker::NoOverclaim`] if a receipt is among its own that nobody wrote.
    pub(crate) fn committed(
        &mut self,
        role: Role,
        line: LineId,
        batch: &AdmittedBatch,
    ) -> Result<(), Violation> {
        for entry in batch.entries() {
            match entry.body() {
                Some(EntryBody::Status(status)) => {
                    let kept = (entry.header().message_type, status.clone());
                    let statuses = self.statuses.entry((role.body, line)).or_default();
                    statuses.insert(entry.place(), kept);
                }
                Some(EntryBody::Receipt(receipt)) if batch.party() == role.party => {
                    let about = entry.header().refs[0];
                    let wrote = (line, role.party, about, receipt.stage.number());
                    Checker::NoOverclaim.require(self.receipts.contains(&wrote), || {
                        format!(
                            "{} has {} {about:?}, and nobody there did",
                            Name(role),
                            receipt.stage.word()
                        )
                    })?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Bodies are gone, and what they said counts no longer.
    pub(crate) fn purged(&mut self, body: usize, line: LineId, places: &[Ref]) {
        let statuses = self.statuses.entry((body, line)).or_default();
        statuses.retain(|place, _| !places.contains(place));
    }

    /// A disk has been put back: entries from these sizes on are not there any more.
    pub(crate) fn put_back(&mut self, body: usize, line: LineId, sizes: &[u64]) {
        let statuses = self.statuses.entry((body, line)).or_default();
        statuses.retain(|place, _| place.index < sizes[place.party.at()]);
    }

    /// A node has been copied, disk and all.
    pub(crate) fn copied(&mut self, from: usize, to: usize) {
        let of_from: Vec<_> = self
            .statuses
            .iter()
            .filter(|((body, _), _)| *body == from)
            .map(|((_, line), statuses)| ((to, *line), statuses.clone()))
            .collect();
        self.statuses.extend(of_from);
    }

    /// The entries by which parties keep a line closed to real traffic at a wall time, by what is durable at a node.
    fn closed(&self, body: usize, line: LineId, wall_ms: i64) -> Vec<Ref> {
        let mut last: BTreeMap<PartyIndex, (Ref, &Status)> = BTreeMap::new();
        for (place, (message_type, status)) in
            self.statuses.get(&(body, line)).into_iter().flatten()
        {
            // A later one of its author takes the place of this as soon as it has effect.
            if *message_type == MessageType::Real && status.effective <= wall_ms {
                last.insert(place.party, (*place, status));
            }
        }
        let is_in_force = |status: &Status| match status.act {
            Act::Resume => false,
            Act::Suspend | Act::Narrow => status.until.is_none_or(|until| wall_ms < until),
        };
        let closed = last.into_values().filter(|(_, status)| is_in_force(status));
        closed.map(|(place, _)| place).collect()
    }
}

impl World {
    /// A frame comes to a node.
    pub(crate) fn note_delivered(&mut self, body: usize, link: LinkId, end: usize, bytes: &[u8]) {
        let ends = self.net.links[&link].ends;
        let sender = self.bodies[ends[1 - end]].role;
        let is_known = self.bodies[body].shell.standing.contains_key(&link);
        let Ok(frame) = Frame::decode(bytes) else {
            return;
        };
        if let Frame::Hello { party, .. } = &frame
            && *party == cast().persons[sender.party.at()].id
            && is_known
        {
            self.truth.greeted.insert((body, link));
        }
        let Some(line) = self.line_of(&frame) else {
            return;
        };
        if self.truth.greeted.contains(&(body, link)) {
            let pair = (body, line, sender.party);
            self.truth.heard.insert(pair, self.now);
            self.note_beacon(pair, sender, &frame);
        }
    }

    /// The newest statement is the one issued last; but one whose sender has begun to run and not heard the node since counts in any case.
    fn note_beacon(&mut self, pair: Pair, sender: Role, frame: &Frame) {
        let (body, _, party) = pair;
        let me = self.bodies[body].role.party;
        let Frame::Beacon {
            watch: Some(watch),
            heard,
            held,
            ..
        } = frame
        else {
            return;
        };
        let is_right = held.len() == self.plan.parties
            && heard.len() == self.plan.parties
            && heard[party.at()] == Some(0);
        // A key that has been changed is in force from when the entry has come: the machine's affair.
        let keeps_key = self.plan.changes_key != Some(party.at());
        let Some(issued) = self
            .truth
            .issued(watch)
            .filter(|_| is_right && keeps_key && sender.is_honest)
        else {
            return;
        };
        let is_newer = self
            .truth
            .newest
            .get(&pair)
            .is_none_or(|newest| *newest < issued);
        if is_newer || heard[me.at()].is_none() {
            self.truth.newest.insert(pair, issued);
        }
    }

    /// Nothing that is shown has become untrue by the time that has passed.
    ///
    /// # Errors
    /// [`Checker::TrueState`]
    pub(crate) fn check_shown(&self) -> Result<(), Violation> {
        for body in self.bodies.iter().filter(|body| body.role.is_honest) {
            for (line, assessment) in &body.shell.shown {
                self.check_contacts(body.role, *line, assessment)?;
            }
        }
        Ok(())
    }

    /// A line is open with a party only if a frame about it has come from there within the contact interval.
    fn check_contacts(
        &self,
        role: Role,
        line: LineId,
        assessment: &Assessment,
    ) -> Result<(), Violation> {
        let founded = &self.model.lines[&line].founded;
        let interval = founded.terms().contact_interval.as_micros();
        for party in founded.parties().filter(|party| *party != role.party) {
            let heard = self.truth.heard.get(&(role.body, line, party));
            let is_recent = heard.is_some_and(|at| u128::from(self.now - at) <= interval);
            let is_claimed = assessment.state == State::Open
                || assessment
                    .findings
                    .iter()
                    .any(|f| f.party == party && matches!(f.cause, Cause::Contact(_)));
            Checker::TrueState.require(is_recent || !is_claimed, || {
                format!(
                    "{} shows contact with {party}, and nothing of the line has come from there since {heard:?} µs",
                    Name(role)
                )
            })?;
        }
        Ok(())
    }

    /// What a node says of a line is true, as far as it can know.
    ///
    /// # Errors
    /// The invariant that it breaks.
    pub(crate) fn check_assessment(
        &self,
        body: usize,
        line: LineId,
        evidence: &Evidence,
        assessment: &Assessment,
    ) -> Result<(), Violation> {
        let role = self.bodies[body].role;
        self.check_contacts(role, line, assessment)?;
        let in_force = self.truth.closed(body, line, evidence.now.wall_ms);
        let computed: Vec<Ref> = self
            .closures(body, line, evidence.now.wall_ms)
            .iter()
            .map(|closed| closed.place)
            .collect();
        Checker::ShutInTheOpen.require(computed == in_force, || {
            format!(
                "{} takes {computed:?} for in force where {in_force:?} is",
                Name(role)
            )
        })?;
        let is_said = in_force.is_empty() || assessment.state == State::Suspended;
        Checker::TrueState.require(is_said, || {
            format!(
                "{} shows {} while {in_force:?} is in force",
                Name(role),
                assessment.state.word()
            )
        })?;
        for party in &evidence.parties {
            self.check_watch(role, line, party)?;
        }
        assessment
            .findings
            .iter()
            .try_for_each(|finding| self.check_signed(role, finding, &in_force))
    }

    /// What a node takes an honest party to have said of its watch was said by it, and nothing newer has come.
    fn check_watch(&self, role: Role, line: LineId, of: &PartyEvidence) -> Result<(), Violation> {
        if !self.plan.is_honest(of.party.at()) {
            return Ok(());
        }
        if let Some(watch) = &of.watch {
            let is_theirs = self.truth.said.get(&of.party).is_some_and(|all| {
                all.iter()
                    .any(|(posts, notices)| (posts, notices) == (&watch.posts, &watch.notices))
            });
            Checker::TrueState.require(is_theirs, || {
                format!(
                    "{} shows as said by {} what it never said: {watch:?}",
                    Name(role),
                    of.party
                )
            })?;
        }
        let newest = self.truth.newest.get(&(role.body, line, of.party));
        let held = of.watch.as_ref().map(|watch| watch.issued);
        Checker::TrueState.require(held >= newest.copied(), || {
            format!(
                "{} keeps a statement of {} of {held:?} over one of {newest:?}",
                Name(role),
                of.party
            )
        })
    }

    /// What is shown as signed by an honest party was signed by it.
    fn check_signed(
        &self,
        role: Role,
        finding: &Finding,
        in_force: &[Ref],
    ) -> Result<(), Violation> {
        if !finding.is_signed || !self.plan.is_honest(finding.party.at()) {
            return Ok(());
        }
        let said = self.truth.said.get(&finding.party);
        let said = said.map_or(&[][..], Vec::as_slice);
        let is_signed = match &finding.cause {
            Cause::Closed(closure) => in_force.contains(&closure.place),
            Cause::OffWatch(notice)
            | Cause::Declining(notice)
            | Cause::FaultNotice(notice)
            | Cause::Drill(notice) => said.iter().any(|(_, notices)| notices.contains(notice)),
            Cause::NobodyOnWatch => finding.party != role.party,
            _ => false,
        };
        Checker::TrueState.require(is_signed, || {
            format!(
                "{} shows as signed by {} what was not: {:?}",
                Name(role),
                finding.party,
                finding.cause
            )
        })
    }

    /// Honest parties that hold the same of a line have the same closed at the same time, and never what the charter keeps open.
    ///
    /// # Errors
    /// [`Checker::ShutInTheOpen`]
    pub(crate) fn compare_closures(&self) -> Result<(), Violation> {
        let wall_ms = self.bodies[0].clock.right(self.now);
        let running = || {
            self.bodies
                .iter()
                .filter(|body| body.role.is_honest && body.machine.is_some())
                .map(|body| body.role)
        };
        for (line, model) in &self.model.lines {
            for role in running() {
                let closed = self.closures(role.body, *line, wall_ms);
                let mut classes = model.founded.terms().open_classes.iter();
                let is_open = classes.all(|class| {
                    closed
                        .iter()
                        .all(|closed| self.takes(role.body, closed, class, &model.founded))
                });
                Checker::ShutInTheOpen.require(is_open, || {
                    format!("{} has closed what the charter keeps open", Name(role))
                })?;
                let held = self.truth.statuses.get(&(role.body, *line));
                let peers = running().filter(|other| {
                    self.truth.statuses.get(&(other.body, *line)) == held && other.body < role.body
                });
                for peer in peers {
                    let theirs = self.closures(peer.body, *line, wall_ms);
                    Checker::ShutInTheOpen.require(theirs == closed, || {
                        format!(
                            "{} has {closed:?} closed, {} {theirs:?}",
                            Name(role),
                            Name(peer)
                        )
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Every stage that a node shows of an entry was reached: stored by a cosignature that it holds, receipts by people who wrote them.
    ///
    /// # Errors
    /// [`Checker::NoOverclaim`]
    pub(crate) fn check_ladder(
        &self,
        role: Role,
        line: LineId,
        ladder: &Ladder,
        shown: &[(PartyIndex, Step, Proof)],
    ) -> Result<(), Violation> {
        let (place, disk) = (ladder.place(), &self.bodies[role.body].disk);
        let others = shown.iter().filter(|(party, ..)| *party != place.party);
        for (party, step, proof) in others.filter(|(party, ..)| self.plan.is_honest(party.at())) {
            let is_reached = match (step, proof) {
                (Step::Stored, Proof::Cosignature { size }) => {
                    place.index < *size && disk.has_cosignature(line, place.party, *party, *size)
                }
                (Step::Receipt(stage), _) => {
                    let wrote = (line, *party, place, stage.number());
                    self.truth.receipts.contains(&wrote)
                }
                _ => true,
            };
            Checker::NoOverclaim.require(is_reached, || {
                format!(
                    "{} shows {place:?} {} by {party}, and it is not",
                    Name(role),
                    step.word()
                )
            })?;
        }
        Ok(())
    }

    /// What a healed world in which everybody is honest still shows wrongly, if anything.
    pub(crate) fn lacking_state(&self) -> Option<String> {
        if self.bodies.iter().any(|body| !body.role.is_honest) {
            return None;
        }
        let wall_ms = self.bodies[0].clock.right(self.now);
        for line in self.model.lines.keys() {
            for body in &self.bodies {
                let expected = self.healthy_state(body.role.body, *line, wall_ms);
                let shown = body.shell.shown.get(line).map(|shown| shown.state);
                if shown != Some(expected) {
                    return Some(format!(
                        "{} shows the line {shown:?}, and it is {expected:?}",
                        Name(body.role)
                    ));
                }
            }
        }
        None
    }

    /// The state of a line on which everybody can hear everybody.
    fn healthy_state(&self, body: usize, line: LineId, wall_ms: i64) -> State {
        let duties = || self.bodies.iter().map(|body| &body.duty);
        let has = |kind| {
            duties().any(|duty| {
                let mut notices = duty.notices.iter();
                notices.any(|notice| notice.kind == kind && notice.is_in_force(wall_ms))
            })
        };
        let is_attended = |duty: &Duty| {
            duty.post.is_attended && duty.post.until.is_none_or(|until| wall_ms < until)
        };
        if !self.truth.closed(body, line, wall_ms).is_empty() {
            State::Suspended
        } else if has(NoticeKind::Declining) {
            State::Declining
        } else if has(NoticeKind::OffWatch) || !duties().all(is_attended) {
            State::Unattended
        } else if has(NoticeKind::TechnicalFault) {
            State::Degraded
        } else {
            State::Open
        }
    }
}
