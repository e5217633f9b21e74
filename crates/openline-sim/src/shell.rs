//! What a node's shell keeps beside its machine to say what state each line is in, and what it shows of it.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::charter::Founded;
use openline_core::entry::{Kind, MessageType};
use openline_core::status::{Act, Status};
use openline_core::watch::{Notice, PostWatch, WatchStatement};
use openline_core::{LineId, PartyIndex};
use openline_desk::standing::{Closed, Standings};
use openline_proto::state::{
    Assessment, Closure, Contact, Dialled, Evidence, OwnEvidence, PartyEvidence, Route, Uplink,
    assess,
};
use openline_proto::{Fact, LinkId, Machine, Now};

use crate::cast::POST;
use crate::desk::{Desk, Faults};
use crate::disk::Disk;
use crate::model::Violation;
use crate::sabotage::Sabotage;
use crate::world::World;

/// How early a planted fault takes a status for effective, ms.
const EARLY_MS: i64 = 3_600_000;

/// Who is on watch at a party, and what it has given notice of: people's affair, so it outlives the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Duty {
    /// The party's one post.
    pub(crate) post: PostWatch,
    /// Its notices.
    pub(crate) notices: Vec<Notice>,
}

impl Default for Duty {
    fn default() -> Self {
        let post = PostWatch {
            post: POST.to_owned(),
            is_attended: true,
            until: None,
            languages: vec!["en".to_owned()],
        };
        Self {
            post,
            notices: Vec::new(),
        }
    }
}

/// What the shell of a running process keeps.
#[derive(Debug, Default)]
pub(crate) struct Shell {
    /// Links that stand as far as this end knows, with their bearers.
    pub(crate) standing: BTreeMap<LinkId, usize>,
    /// By bearer: how the last attempt to set it up ended, if it has not stood since.
    pub(crate) dialled: BTreeMap<usize, Dialled>,
    /// Parties whose node has said that it stops, and that have not been connected since.
    pub(crate) farewells: BTreeSet<PartyIndex>,
    /// The line statuses on the record.
    pub(crate) standings: BTreeMap<LineId, Standings>,
    /// What has come of each line, for the desk.
    pub(crate) desks: BTreeMap<LineId, Desk>,
    /// What is shown.
    pub(crate) shown: BTreeMap<LineId, Assessment>,
    /// For planted faults: when a frame was last sent, and what was first said of a watch.
    sent: BTreeMap<(LineId, PartyIndex), Contact>,
    first_said: BTreeMap<(LineId, PartyIndex), WatchStatement>,
}

impl Shell {
    /// The shell of a process that starts over a disk.
    pub(crate) fn start(
        disk: &Disk,
        lines: &[std::sync::Arc<Founded>],
        me: PartyIndex,
        faults: Faults,
    ) -> Self {
        let mut shell = Self::default();
        for founded in lines {
            shell.read_standings(disk, founded);
            let desk = Desk::start(disk, founded, me, faults);
            shell.desks.insert(founded.line(), desk);
        }
        shell
    }

    /// Takes up all line statuses that are durable with their bodies.
    pub(crate) fn read_standings(&mut self, disk: &Disk, founded: &Founded) {
        let line = founded.line();
        let mut standings = Standings::default();
        for place in disk
            .store
            .of_kind(line, Some(Kind::Status))
            .unwrap_or_default()
        {
            let Some(entry) = disk.entry(line, place) else {
                continue;
            };
            let status = entry.raw.body.map(|(_, body)| Status::decode(&body));
            if let Some(Ok(status)) = status {
                standings.follow(place, entry.header.message_type, status);
            }
        }
        self.standings.insert(line, standings);
    }

    /// The desk takes up what has become durable.
    pub(crate) fn note_for_desk(&mut self, disk: &Disk, fact: &Fact) {
        let (line, places) = match fact {
            Fact::Batch { line, batch } => {
                let places = batch.entries().iter().map(|entry| entry.place());
                (line, places.collect())
            }
            Fact::Purged { line, places } => (line, places.clone()),
            Fact::Body { line, place, .. } => (line, vec![*place]),
            Fact::Settled { line, .. } => (line, Vec::new()),
            _ => return,
        };
        if let Some(desk) = self.desks.get_mut(line) {
            desk.take(disk, places);
            if matches!(fact, Fact::Settled { .. }) {
                desk.settle(disk);
            }
        }
    }

    /// A frame about a line has been sent to a party.
    pub(crate) fn note_sent(&mut self, line: LineId, party: PartyIndex, now: Now) {
        let (mono, wall_ms) = (now.mono, now.wall_ms);
        self.sent.insert((line, party), Contact { mono, wall_ms });
    }

    /// A party says something of its watch.
    pub(crate) fn note_watch(
        &mut self,
        line: LineId,
        party: PartyIndex,
        statement: &WatchStatement,
    ) {
        let first = self.first_said.entry((line, party));
        first.or_insert_with(|| statement.clone());
    }
}

impl World {
    /// What the node says to others of its watch, on every line.
    pub(crate) fn say_watch(&mut self, body: usize) {
        let state = &mut self.bodies[body];
        let now = state.clock.now(self.now);
        let Some(machine) = &mut state.machine else {
            return;
        };
        for founded in &self.plan.lines {
            let (posts, notices) = (vec![state.duty.post.clone()], state.duty.notices.clone());
            machine
                .set_watch(&founded.line(), posts, notices, now)
                .expect("what people say is of its form");
        }
        self.truth.said(state.role.party, &state.duty);
    }

    /// Says anew what state each line of a node is in, and checks it.
    pub(crate) fn show(&mut self, body: usize) -> Result<(), Violation> {
        for founded in self.plan.lines.clone() {
            let Some(evidence) = self.evidence(body, &founded) else {
                continue;
            };
            let assessment = assess(&evidence);
            if self.bodies[body].role.is_honest {
                self.check_assessment(body, founded.line(), &evidence, &assessment)?;
            }
            let shown = &mut self.bodies[body].shell.shown;
            let before = shown.insert(founded.line(), assessment.clone());
            if before.is_none_or(|before| before.state != assessment.state) {
                self.trace(|_| {
                    format!(
                        "node {body}: the line is {}: {:?}",
                        assessment.state.word(),
                        assessment.findings.first().map(|first| &first.cause)
                    )
                });
            }
        }
        Ok(())
    }

    /// All that a node knows of a line; nothing while it is down.
    pub(crate) fn evidence(&self, body: usize, founded: &Founded) -> Option<Evidence> {
        let state = &self.bodies[body];
        let machine = state.machine.as_ref()?;
        let (line, me, now) = (founded.line(), state.role.party, state.clock.now(self.now));
        let is_deaf = self.is_sabotaged(body, Sabotage::IgnoredSuspension);
        let closures = self.closures(body, line, now.wall_ms).into_iter();
        Some(Evidence {
            now,
            interval: founded.terms().contact_interval,
            watch_shown: founded.terms().watch,
            me,
            own: OwnEvidence {
                uplink: if state.is_cut_off {
                    Uplink::Broken
                } else {
                    Uplink::Well
                },
                can_store: true,
                posts: vec![state.duty.post.clone()],
                notices: state.duty.notices.clone(),
            },
            parties: founded
                .parties()
                .filter(|party| *party != me)
                .map(|party| self.party_evidence(body, machine, line, party, now))
                .collect(),
            closures: closures.filter(|_| !is_deaf).map(closure_of).collect(),
        })
    }

    fn party_evidence(
        &self,
        body: usize,
        machine: &Machine,
        line: LineId,
        party: PartyIndex,
        now: Now,
    ) -> PartyEvidence {
        let shell = &self.bodies[body].shell;
        let mut contact = machine.contact(&line, party);
        if self.is_sabotaged(body, Sabotage::ContactFromSent) {
            contact = shell.sent.get(&(line, party)).copied();
        }
        let mut watch = machine.watch_of(&line, party);
        if self.is_sabotaged(body, Sabotage::StaleWatch) {
            watch = shell.first_said.get(&(line, party));
        }
        PartyEvidence {
            party,
            contact,
            routes: self.routes(body, party),
            has_said_farewell: shell.farewells.contains(&party),
            watch: watch.cloned(),
            heard_by: machine.heard_by(&line, party, now),
        }
    }

    fn routes(&self, body: usize, party: PartyIndex) -> Vec<Route> {
        let shell = &self.bodies[body].shell;
        let slots = self.net.slots.iter().enumerate();
        let to_party = slots.filter(|(_, slot)| {
            slot.other_end(body)
                .is_some_and(|other| self.bodies[other].role.party == party)
        });
        to_party
            .map(|(number, slot)| Route {
                bearer: format!("bearer {}", slot.kind),
                is_standing: shell.standing.values().any(|standing| *standing == number),
                last: shell.dialled.get(&number).copied(),
            })
            .collect()
    }

    /// What is suspended or narrowed at a wall time, by what a node holds and its desk's fold.
    pub(crate) fn closures(&self, body: usize, line: LineId, wall_ms: i64) -> Vec<Closed> {
        let is_early = self.is_sabotaged(body, Sabotage::EarlySuspension);
        let wall_ms = wall_ms + if is_early { EARLY_MS } else { 0 };
        let standings = self.bodies[body].shell.standings.get(&line);
        standings.map_or_else(Vec::new, |standings| {
            standings.closed_at(wall_ms, MessageType::Real)
        })
    }

    /// Whether a class of traffic is taken in spite of a suspension, as a node has it.
    pub(crate) fn takes(
        &self,
        body: usize,
        closed: &Closed,
        class: &str,
        founded: &Founded,
    ) -> bool {
        !self.is_sabotaged(body, Sabotage::ClosedToAll)
            && closed.takes(Some(class), founded.terms())
    }

    /// When what a node shows may change by the clock alone, as its monotonic time.
    pub(crate) fn next_change(&self, body: usize) -> Option<std::time::Duration> {
        let state = &self.bodies[body];
        let machine = state.machine.as_ref()?;
        let now = state.clock.now(self.now);
        let mut times = duty_times(&state.duty.notices, std::slice::from_ref(&state.duty.post));
        for founded in &self.plan.lines {
            let line = founded.line();
            let said = founded.parties().filter_map(|p| machine.watch_of(&line, p));
            times.extend(said.flat_map(|said| duty_times(&said.notices, &said.posts)));
            let standings = state.shell.standings.get(&line);
            times.extend(standings.and_then(|standings| standings.next_change(now.wall_ms)));
        }
        let next = times.into_iter().filter(|time| *time > now.wall_ms).min()?;
        let after = u64::try_from(next - now.wall_ms).ok()?;
        Some(now.mono + std::time::Duration::from_millis(after))
    }
}

fn duty_times(notices: &[Notice], posts: &[PostWatch]) -> Vec<i64> {
    let of_notices = notices
        .iter()
        .flat_map(|notice| [Some(notice.from), notice.until]);
    let of_posts = posts.iter().map(|post| post.until);
    of_notices.chain(of_posts).flatten().collect()
}

fn closure_of(closed: Closed) -> Closure {
    Closure {
        party: closed.party,
        place: closed.place,
        is_narrowed: closed.status.act == Act::Narrow,
        since: closed.status.effective,
        until: closed.status.until,
    }
}
