//! Three real machines on one line, each with a real store in memory, and everything that can come between them.
//!
//! Two of the parties are honest. The third runs an honest machine too, but its key signs whatever [`crate::forge`] makes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::cast::{POST, cast};
use crate::disk::Disk;
use openline_core::body::{EMPTY_BODY, Purge, Receipt, Stage};
use openline_core::charter::{Founded, NODE_POST};
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::watch::{Notice, NoticeKind, PostWatch};
use openline_core::{LineId, PartyIndex};
use openline_proto::frame::Frame;
use openline_proto::limits::{DRAFTS_MAX, FETCHES_MAX, FRAME_MAX, WAITING_MAX};
use openline_proto::{
    Answer, Draft, DraftContent, Event, Fact, LinkId, Machine, MachineConfig, Now, Ticket, Transmit,
};

use crate::forge::LIAR;
use crate::is_named;

/// How many parties the line has, each with one node.
pub(crate) const NODES: usize = 3;
/// Frames that can be under way at once; the oldest is lost when there are more.
const UNDER_WAY_MAX: usize = 256;
/// Frames delivered in one go.
const DELIVERIES_MAX: usize = 512;
/// Turns of a machine before it is taken to run for ever.
const TURNS_MAX: usize = 100_000;
/// Links that can stand at once between two nodes.
const LINKS_MAX: usize = 3;
/// Longest text of an event, characters.
const TRACE_MAX: usize = 200;
const EPOCH_MS: i64 = 1_750_000_000_000;
const PAIRS: [[usize; 2]; 3] = [[0, 1], [0, LIAR], [1, LIAR]];

thread_local! {
    /// Three disks of nodes that have founded the line: the same each time, and dearer to make than most schedules are to run.
    static DISKS: Vec<(Disk, Vec<u8>)> = {
        let empty = |_| Disk::new(vec![line()]);
        let world = World::of(line(), (0..NODES).map(empty).collect());
        let disks = world.nodes.into_iter().map(|node| node.disk);
        disks
            .map(|mut disk| {
                let snapshot = disk.snapshot();
                (disk, snapshot)
            })
            .collect()
    };
}

fn line() -> Arc<Founded> {
    cast().line(NODES, 0)
}

/// Where a node crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crash {
    BeforeCommit,
    AfterCommit,
}

#[derive(Debug)]
struct Node {
    machine: Machine,
    disk: Disk,
    booted_ms: u64,
    skew_ms: i64,
    has_new_key: bool,
    /// The store answers nothing.
    is_sick: bool,
    crashes_at: Option<Crash>,
}

#[derive(Debug)]
struct Link {
    id: LinkId,
    ends: [usize; 2],
}

/// A frame on its way.
#[derive(Debug, Clone)]
struct UnderWay {
    link: LinkId,
    to: usize,
    frame: Vec<u8>,
}

/// The world.
#[derive(Debug)]
pub struct World {
    founded: Arc<Founded>,
    nodes: Vec<Node>,
    links: Vec<Link>,
    under_way: VecDeque<UnderWay>,
    now_ms: u64,
    next: u64,
    /// Events are printed.
    is_traced: bool,
}

impl World {
    /// Three nodes that have founded a line and have no links yet.
    pub fn new() -> Self {
        let disks = DISKS.with(|disks| {
            let again = |(disk, snapshot): &(Disk, Vec<u8>)| disk.restored(snapshot);
            disks.iter().map(again).collect()
        });
        Self::of(line(), disks)
    }

    fn of(founded: Arc<Founded>, disks: Vec<Disk>) -> Self {
        let node = |(party, disk)| {
            let machine = boot(&founded, &disk, party, false, clock(0, 0));
            Node {
                machine,
                disk,
                booted_ms: 0,
                skew_ms: 0,
                has_new_key: false,
                is_sick: false,
                crashes_at: None,
            }
        };
        let nodes = disks.into_iter().enumerate().map(node).collect();
        let mut world = Self {
            founded,
            nodes,
            links: Vec::new(),
            under_way: VecDeque::new(),
            now_ms: 0,
            next: 0,
            is_traced: std::env::var_os("FUZZ_TRACE").is_some(),
        };
        (0..NODES).for_each(|at| world.drive(at));
        world
    }

    pub(crate) fn founded(&self) -> &Founded {
        &self.founded
    }

    pub(crate) fn line(&self) -> LineId {
        self.founded.line()
    }

    pub(crate) fn disk(&self, node: usize) -> &Disk {
        &self.nodes[node].disk
    }

    pub(crate) fn wall_s(&self) -> u64 {
        clock(self.now_ms, 0).wall_ms.unsigned_abs() / 1000
    }

    fn now(&self, at: usize) -> Now {
        let node = &self.nodes[at];
        Now {
            mono: Duration::from_millis(self.now_ms - node.booted_ms),
            ..clock(self.now_ms, node.skew_ms)
        }
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Takes everything that a node's machine has to give.
    fn drive(&mut self, at: usize) {
        for _ in 0..TURNS_MAX {
            let now = self.now(at);
            if let Some(facts) = self.nodes[at].machine.poll_persist(now) {
                self.persist(at, &facts, now);
            } else if let Some((id, query)) = self.nodes[at].machine.poll_query() {
                let node = &mut self.nodes[at];
                let answer = if node.is_sick {
                    Answer::Unreadable
                } else {
                    node.disk.answer(&query)
                };
                node.machine.handle_answer(id, answer, now);
            } else if let Some(transmit) = self.nodes[at].machine.poll_transmit() {
                self.transmit(at, transmit);
            } else if let Some(event) = self.nodes[at].machine.poll_event() {
                self.told(at, event);
            } else {
                self.check_load(at);
                return;
            }
        }
        panic!("node {at} never comes to rest");
    }

    fn persist(&mut self, at: usize, facts: &[Fact], now: Now) {
        let machine = &mut self.nodes[at].machine;
        let is_silent = machine.poll_transmit().is_none()
            && machine.poll_event().is_none()
            && machine.poll_query().is_none();
        assert!(
            is_silent,
            "node {at} speaks while something waits to be durable"
        );
        for fact in facts {
            if let Fact::Fork { party, .. } = fact {
                assert_eq!(party.at(), LIAR, "an honest party is accused of a fork");
            }
        }
        let crash = self.nodes[at].crashes_at.take();
        if crash != Some(Crash::BeforeCommit) {
            self.nodes[at]
                .disk
                .commit(facts, now.wall_ms)
                .expect("the store takes what the machine gives");
        }
        match crash {
            Some(_) => self.boot_again(at),
            None => self.nodes[at].machine.handle_persisted(),
        }
    }

    fn transmit(&mut self, at: usize, transmit: Transmit) {
        assert!(transmit.frame.len() <= FRAME_MAX);
        let frame = Frame::decode(&transmit.frame).expect("machines send what can be read");
        assert_eq!(frame.encode(), transmit.frame);
        if let Frame::Fault { rule, .. } = &frame {
            is_named(openline_core::Rule::from_id(rule).expect("a fault names a rule"));
        }
        let link = self.links.iter().find(|link| link.id == transmit.link);
        let Some(to) = link.and_then(|link| link.ends.into_iter().find(|end| *end != at)) else {
            return;
        };
        self.send(UnderWay {
            link: transmit.link,
            to,
            frame: transmit.frame,
        });
    }

    fn send(&mut self, frame: UnderWay) {
        if self.under_way.len() >= UNDER_WAY_MAX {
            self.under_way.pop_front();
        }
        self.under_way.push_back(frame);
    }

    fn told(&mut self, at: usize, event: Event) {
        if self.is_traced {
            let text: String = format!("{event:?}").chars().take(TRACE_MAX).collect();
            eprintln!("{:>8} ms, node {at}: {text}", self.now_ms);
        }
        match event {
            Event::Forked { party, .. } => {
                assert_eq!(party.at(), LIAR, "an honest party is accused of a fork");
            }
            Event::OwnLogBehind { size, .. } => {
                assert_eq!(
                    at, LIAR,
                    "node {at} believes it has lost entries up to {size}"
                );
            }
            Event::PeerFault { refused, .. } => is_named(refused.rule),
            Event::CloseLink { link, .. } => self.cut(link),
            _ => {}
        }
    }

    fn check_load(&self, at: usize) {
        let load = self.nodes[at].machine.load(&self.line());
        let is_within = load.waiting <= WAITING_MAX * (NODES - 1)
            && load.drafts <= DRAFTS_MAX
            && load.fetches <= FETCHES_MAX
            && load.pending == 0;
        assert!(is_within, "node {at} keeps {load:?}");
    }

    /// What two nodes hold of an honest party's log is the same, as far as both have it.
    pub(crate) fn check_record(&self) {
        let line = self.line();
        for party in self.founded.parties().filter(|party| party.at() != LIAR) {
            let smallest = self
                .nodes
                .iter()
                .map(|node| node.disk.size(line, party))
                .min();
            let roots = self
                .nodes
                .iter()
                .map(|node| node.disk.root(line, party, smallest?));
            let roots: Vec<_> = roots.collect();
            assert!(
                roots.windows(2).all(|pair| pair[0] == pair[1]),
                "log {party} differs"
            );
        }
    }

    /// Connects a pair of nodes once more.
    pub(crate) fn link_up(&mut self, pair: usize) {
        let ends = PAIRS[pair % PAIRS.len()];
        if self.links.iter().filter(|link| link.ends == ends).count() >= LINKS_MAX {
            return;
        }
        let id = LinkId(self.fresh());
        self.links.push(Link { id, ends });
        for (at, peer) in [(ends[0], ends[1]), (ends[1], ends[0])] {
            let (peer, now) = (cast().persons[peer].id, self.now(at));
            self.nodes[at].machine.handle_link_up(id, peer, now);
            self.drive(at);
        }
    }

    /// Cuts the oldest link of a pair.
    pub(crate) fn link_down(&mut self, pair: usize) {
        let ends = PAIRS[pair % PAIRS.len()];
        let oldest = self.links.iter().find(|link| link.ends == ends);
        if let Some(id) = oldest.map(|link| link.id) {
            self.cut(id);
            ends.into_iter().for_each(|end| self.drive(end));
        }
    }

    fn cut(&mut self, id: LinkId) {
        let Some(at) = self.links.iter().position(|link| link.id == id) else {
            return;
        };
        let link = self.links.remove(at);
        self.under_way.retain(|frame| frame.link != id);
        for end in link.ends {
            let now = self.now(end);
            self.nodes[end].machine.handle_link_down(id, now);
        }
    }

    fn pick(&mut self, number: usize) -> Option<&mut UnderWay> {
        let len = self.under_way.len();
        self.under_way.get_mut(number.checked_rem(len)?)
    }

    /// Delivers one of the frames under way.
    pub(crate) fn deliver(&mut self, number: usize) {
        let Some(at) = number.checked_rem(self.under_way.len()) else {
            return;
        };
        if let Some(UnderWay { link, to, frame }) = self.under_way.remove(at) {
            let now = self.now(to);
            self.nodes[to].machine.handle_frame(link, &frame, now);
            self.drive(to);
        }
    }

    /// Delivers what is under way and what that leads to.
    pub(crate) fn deliver_all(&mut self) {
        for _ in 0..DELIVERIES_MAX {
            self.deliver(0);
        }
    }

    /// Loses a frame.
    pub(crate) fn lose(&mut self, number: usize) {
        if let Some(at) = number.checked_rem(self.under_way.len()) {
            self.under_way.remove(at);
        }
    }

    /// Sends a frame a second time.
    pub(crate) fn repeat(&mut self, number: usize) {
        if let Some(copy) = self.pick(number).map(|frame| frame.clone()) {
            self.send(copy);
        }
    }

    /// Changes a byte of a frame.
    pub(crate) fn change(&mut self, number: usize, place: u8, by: u8) {
        if let Some(UnderWay { frame, .. }) = self.pick(number) {
            let at = frame.len() * usize::from(place) / 256;
            frame[at] ^= by;
        }
    }

    /// Cuts a frame short.
    pub(crate) fn shorten(&mut self, number: usize, place: u8) {
        if let Some(UnderWay { frame, .. }) = self.pick(number) {
            frame.truncate(frame.len() * usize::from(place) / 256 + 1);
        }
    }

    /// A frame comes over a node's first link to `peer`, or to anybody.
    pub(crate) fn receive(&mut self, to: usize, peer: Option<usize>, frame: &[u8]) {
        let is_meant = |link: &&Link| {
            link.ends.contains(&to) && peer.is_none_or(|peer| link.ends.contains(&peer))
        };
        if let Some(link) = self.links.iter().find(is_meant).map(|link| link.id) {
            let now = self.now(to);
            self.nodes[to].machine.handle_frame(link, frame, now);
            self.drive(to);
        }
    }

    /// Time passes, and wakes whoever asked for it.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        for at in 0..NODES {
            let now = self.now(at);
            if self.nodes[at]
                .machine
                .poll_timeout()
                .is_some_and(|due| due <= now.mono)
            {
                self.nodes[at].machine.handle_timeout(now);
                self.drive(at);
            }
        }
    }

    /// A node's wall clock jumps by hours.
    pub(crate) fn jump(&mut self, at: usize, by: u8) {
        self.nodes[at].skew_ms += i64::from(by.cast_signed()) * 3_600_000;
    }

    /// A node stops and starts again from what is durable.
    pub(crate) fn restart(&mut self, at: usize) {
        self.boot_again(at);
        (0..NODES).for_each(|at| self.drive(at));
    }

    fn boot_again(&mut self, at: usize) {
        let fallen: Vec<_> = self
            .links
            .iter()
            .filter(|link| link.ends.contains(&at))
            .map(|link| link.id)
            .collect();
        fallen.into_iter().for_each(|link| self.cut(link));
        self.nodes[at].booted_ms = self.now_ms;
        let (now, node) = (self.now(at), &mut self.nodes[at]);
        node.machine = boot(&self.founded, &node.disk, at, node.has_new_key, now);
    }

    /// The next transaction of a node ends in a crash.
    pub(crate) fn crash_at_commit(&mut self, at: usize, is_before: bool) {
        let crash = if is_before {
            Crash::BeforeCommit
        } else {
            Crash::AfterCommit
        };
        self.nodes[at].crashes_at = Some(crash);
    }

    /// A node's store can't be read, or can be again.
    pub(crate) fn sicken(&mut self, at: usize) {
        self.nodes[at].is_sick ^= true;
    }

    /// A node's people write an entry.
    pub(crate) fn write(&mut self, at: usize, what: usize, index: usize) {
        let place = Ref {
            party: PartyIndex::from_usize((at + 1) % NODES).expect("few nodes"),
            index: index as u64,
        };
        let receipt = Receipt {
            stage: Stage::Shown,
            time: 0,
            class: None,
            words: None,
            promised: None,
            values: Vec::new(),
        };
        let purge = Purge {
            targets: vec![place],
            reason: "agreed".to_owned(),
        };
        match what % 6 {
            0 => self.release(at, POST, Kind::Receipt, vec![place], receipt.encode()),
            1 => self.release(at, POST, Kind::Purge, Vec::new(), purge.encode()),
            2 => self.release(at, POST, Kind::Consent, vec![place], EMPTY_BODY.to_vec()),
            3 => self.release(at, NODE_POST, Kind::Mark, Vec::new(), EMPTY_BODY.to_vec()),
            4 => self.release(at, POST, Kind::Other(99), Vec::new(), vec![7; 1 << index]),
            _ => (0..=index).for_each(|_| {
                self.release(at, POST, Kind::Other(99), Vec::new(), Vec::new());
            }),
        }
        self.drive(at);
    }

    fn release(&mut self, at: usize, post: &str, kind: Kind, refs: Vec<Ref>, body: Vec<u8>) {
        let ticket = self.fresh();
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&ticket.to_be_bytes());
        let draft = Draft {
            ticket: Ticket(ticket),
            post: post.to_owned(),
            message_type: MessageType::Real,
            time: None,
            refs,
            salt,
            content: DraftContent::Other { kind, body },
        };
        let line = self.line();
        if let Err(rule) = self.nodes[at].machine.release(&line, draft) {
            is_named(rule);
        }
    }

    /// A party changes its node key.
    pub(crate) fn change_key(&mut self, at: usize) {
        let person = &cast().persons[at];
        self.nodes[at].has_new_key = true;
        let keys = vec![person.keys.clone(), person.next_keys.clone()];
        self.nodes[at].machine.set_identity(Vec::new(), keys);
        self.release(
            at,
            NODE_POST,
            Kind::KeyChange,
            Vec::new(),
            person.key_change.clone(),
        );
        self.drive(at);
    }

    /// A node says something of its watch.
    pub(crate) fn set_watch(&mut self, at: usize, what: usize) {
        let (line, now) = (self.line(), self.now(at));
        let post = |number: usize| PostWatch {
            post: format!("{POST}{number}"),
            is_attended: what % 2 == 1,
            until: None,
            languages: vec!["en".to_owned(); what / 2 % 2],
        };
        let notice = Notice {
            kind: NoticeKind::ALL[what % NoticeKind::ALL.len()],
            from: now.wall_ms,
            until: (what > 11).then_some(now.wall_ms),
            words: None,
        };
        let posts = (0..what).map(post).collect();
        let machine = &mut self.nodes[at].machine;
        let said = machine.set_watch(&line, posts, vec![notice; what / 4], now);
        assert_eq!(said.is_ok(), what <= 11, "a notice that ends as it begins");
        self.drive(at);
    }

    /// Everything that a node holds comes to another in a pouch.
    pub(crate) fn pouch(&mut self, from: usize, to: usize) {
        let line = self.line();
        let nothing = vec![0; self.founded.party_count()];
        let mut frames = self.nodes[from].disk.batches_beyond(&self.founded, nothing);
        let now = self.now(from);
        frames.extend(self.nodes[from].machine.beacon_frame(&line, now));
        let (peer, now) = (cast().persons[from].id, self.now(to));
        if let Err(refused) = self.nodes[to].machine.handle_bundle(&peer, &frames, now) {
            is_named(refused.rule);
        }
        self.drive(to);
    }

    /// A node asks another for copies of its own entries.
    pub(crate) fn want(&mut self, at: usize, from: usize, first: u64) {
        let (line, peer, now) = (self.line(), cast().persons[from].id, self.now(at));
        let party = PartyIndex::from_usize(at).expect("few nodes");
        self.nodes[at]
            .machine
            .want(&line, &peer, party, first, 3, now);
        self.drive(at);
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

fn clock(world_ms: u64, skew_ms: i64) -> Now {
    Now {
        mono: Duration::from_millis(world_ms),
        wall_ms: EPOCH_MS + world_ms.cast_signed() + skew_ms,
    }
}

fn boot(founded: &Arc<Founded>, disk: &Disk, at: usize, has_new_key: bool, now: Now) -> Machine {
    let person = &cast().persons[at];
    let mut keys = vec![person.keys.clone()];
    keys.extend(has_new_key.then(|| person.next_keys.clone()));
    let mut machine = Machine::new(MachineConfig {
        party: person.id,
        card: Vec::new(),
        keys,
    });
    let me = PartyIndex::from_usize(at).expect("few nodes");
    let (logs, facts) = disk
        .take_up(founded, me)
        .expect("what has been committed can be taken up");
    machine
        .add_line(logs, facts, [at as u8; 16], now)
        .expect("each party is a member");
    machine
}
