//! Who is there: two nodes tell each other of their watch, and know when they last heard each other.

#[path = "support/parties.rs"]
mod parties;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::keys::SecretKeys;
use openline_core::watch::{Notice, NoticeKind, PostWatch, SignedWatch, WatchStatement};
use openline_core::{LineId, PartyId, PartyIndex, Rule};
use openline_proto::frame::{Frame, Held, Tag};
use openline_proto::{Answer, Event, LineFacts, LinkId, Machine, MachineConfig, Now};

const EPOCH_MS: i64 = 1_750_000_000_000;
const S: Duration = Duration::from_secs(1);

struct Node {
    machine: Machine,
    id: PartyId,
    keys: Arc<SecretKeys>,
    events: Vec<Event>,
    /// Frames that it has sent, with their link.
    sent: VecDeque<(LinkId, Vec<u8>)>,
}

/// Two nodes with a line, over as many links as are up, at one time.
struct Pair {
    nodes: [Node; 2],
    founded: Arc<Founded>,
    mono: Duration,
    skew_ms: i64,
}

impl Pair {
    fn new() -> Self {
        let (parties, founded) = parties::founded(2);
        let node = |party: parties::Party| {
            let keys = Arc::new(party.keys);
            let config = MachineConfig {
                party: party.id,
                card: Vec::new(),
                keys: vec![keys.clone()],
            };
            Node {
                machine: Machine::new(config),
                id: party.id,
                keys,
                events: Vec::new(),
                sent: VecDeque::new(),
            }
        };
        let mut nodes = parties.into_iter().map(node);
        Self {
            nodes: [(); 2].map(|()| nodes.next().expect("two parties")),
            founded,
            mono: Duration::ZERO,
            skew_ms: 0,
        }
    }

    /// Both have founded the line and are connected by link 1.
    fn met() -> Self {
        let mut pair = Self::new();
        (0..2).for_each(|at| pair.found(at));
        pair.connect(1);
        pair
    }

    fn line(&self) -> LineId {
        self.founded.line()
    }

    fn now(&self) -> Now {
        let since = i64::try_from(self.mono.as_millis()).expect("short");
        Now {
            mono: self.mono,
            wall_ms: EPOCH_MS + since + self.skew_ms,
        }
    }

    fn found(&mut self, at: usize) {
        let (logs, now) = (Logs::new(self.founded.clone()), self.now());
        let machine = &mut self.nodes[at].machine;
        machine
            .add_line(logs, LineFacts::default(), [3; 16], now)
            .expect("a member");
        self.run(at);
    }

    fn connect(&mut self, link: u64) {
        let now = self.now();
        for at in 0..2 {
            let peer = self.nodes[1 - at].id;
            self.nodes[at]
                .machine
                .handle_link_up(LinkId(link), peer, now);
            self.run(at);
        }
        self.exchange();
    }

    fn cut(&mut self, link: u64) {
        let now = self.now();
        for at in 0..2 {
            self.nodes[at].machine.handle_link_down(LinkId(link), now);
            self.run(at);
        }
    }

    /// Takes all that a machine has to give; its store answers nothing.
    fn run(&mut self, at: usize) {
        let now = self.now();
        let node = &mut self.nodes[at];
        loop {
            if node.machine.poll_persist(now).is_some() {
                node.machine.handle_persisted();
            } else if let Some((id, _)) = node.machine.poll_query() {
                node.machine.handle_answer(id, Answer::Unreadable, now);
            } else if let Some(transmit) = node.machine.poll_transmit() {
                node.sent.push_back((transmit.link, transmit.frame));
            } else if let Some(event) = node.machine.poll_event() {
                node.events.push(event);
            } else {
                return;
            }
        }
    }

    /// Delivers what has been sent, and what that leads to.
    fn exchange(&mut self) {
        let now = self.now();
        while let Some(at) = (0..2).find(|at| !self.nodes[*at].sent.is_empty()) {
            let (link, frame) = self.nodes[at].sent.pop_front().expect("one is there");
            self.nodes[1 - at].machine.handle_frame(link, &frame, now);
            self.run(1 - at);
        }
    }

    /// Time passes up to `mono`; deadlines of the nodes in `awake` are kept, and what they send arrives.
    fn pass_until(&mut self, mono: Duration, awake: &[usize]) {
        loop {
            let due = |at: &usize| Some((self.nodes[*at].machine.poll_timeout()?, *at));
            let next = awake.iter().filter_map(due).min();
            let Some((due, at)) = next.filter(|(due, _)| *due <= mono) else {
                break;
            };
            self.mono = self.mono.max(due);
            let now = self.now();
            self.nodes[at].machine.handle_timeout(now);
            self.run(at);
            if awake.len() == 2 {
                self.exchange();
            }
        }
        self.mono = mono;
    }

    fn say(&mut self, at: usize, is_attended: bool, notices: Vec<Notice>) -> Result<(), Rule> {
        let (line, now) = (self.line(), self.now());
        let machine = &mut self.nodes[at].machine;
        let said = machine.set_watch(&line, vec![post(is_attended)], notices, now);
        self.run(at);
        said
    }

    fn watch(&self, at: usize) -> Option<&WatchStatement> {
        self.nodes[at].machine.watch_of(&self.line(), other(at))
    }

    fn events(&mut self, at: usize) -> Vec<Event> {
        std::mem::take(&mut self.nodes[at].events)
    }

    /// Sends 0 a beacon of 1 that holds nothing and carries a statement, and gives the rule it breaks, if any.
    fn beacon(&mut self, watch: Option<SignedWatch>, heard: Option<u64>) -> Option<Rule> {
        self.beacon_of(vec![empty(); 2], watch, heard)
    }

    fn beacon_of(
        &mut self,
        held: Vec<Held>,
        watch: Option<SignedWatch>,
        heard: Option<u64>,
    ) -> Option<Rule> {
        let now = self.now();
        let frame = Frame::Beacon {
            tag: Tag::of(&self.line()),
            held,
            watch,
            heard: vec![heard, Some(0)],
        };
        self.nodes[0]
            .machine
            .handle_frame(LinkId(1), &frame.encode(), now);
        self.run(0);
        self.events(0).into_iter().find_map(|event| match event {
            Event::PeerFault { refused, .. } => Some(refused.rule),
            _ => None,
        })
    }

    fn statement(&self, issued: i64, by: usize) -> SignedWatch {
        let statement = WatchStatement {
            line: self.line(),
            party: other(0),
            issued,
            posts: vec![post(issued % 2 == 0)],
            notices: Vec::new(),
        };
        statement.sign(&self.nodes[by].keys)
    }
}

fn other(at: usize) -> PartyIndex {
    PartyIndex::from_usize(1 - at).expect("two parties")
}

fn empty() -> Held {
    Held {
        size: 0,
        root: openline_core::tree::empty_root(),
        signature: None,
        briefs: Vec::new(),
    }
}

fn post(is_attended: bool) -> PostWatch {
    PostWatch {
        post: "duty".to_owned(),
        is_attended,
        until: None,
        languages: vec!["en".to_owned()],
    }
}

fn changes(events: &[Event]) -> usize {
    let is_change = |event: &&Event| matches!(event, Event::Watch { .. });
    events.iter().filter(is_change).count()
}

#[test]
fn what_is_said_goes_out_at_once_over_every_link_under_one_signature() {
    let mut pair = Pair::met();
    pair.connect(2);
    pair.events(1);
    pair.say(0, false, vec![]).expect("of its form");
    let sent: Vec<_> = pair.nodes[0].sent.iter().cloned().collect();
    let links: Vec<_> = sent.iter().map(|(link, _)| link.0).collect();
    assert_eq!(links.len(), 2);
    assert!(links.contains(&1) && links.contains(&2));
    assert_eq!(sent[0].1, sent[1].1);
    pair.exchange();
    let expected = Some(&vec![post(false)]);
    assert_eq!(pair.watch(1).map(|watch| &watch.posts), expected);
    let events = pair.events(1);
    assert_eq!(changes(&events), 1, "{events:?}");
    pair.say(0, false, vec![]).expect("of its form");
    assert!(pair.nodes[0].sent.is_empty(), "nothing new");
}

#[test]
fn every_regular_beacon_is_signed_anew_and_never_earlier() {
    let mut pair = Pair::met();
    pair.say(0, true, vec![]).expect("of its form");
    pair.exchange();
    let first = pair.watch(1).expect("it has come").issued;
    pair.events(1);
    pair.skew_ms = -3_600_000;
    pair.pass_until(35 * S, &[0, 1]);
    let second = pair.watch(1).expect("it has come").issued;
    assert!(
        (first + 1..first + 3).contains(&second),
        "though the clock was set back"
    );
    assert_eq!(changes(&pair.events(1)), 0, "it says the same");
    pair.skew_ms = 0;
    pair.pass_until(65 * S, &[0, 1]);
    assert!(pair.watch(1).expect("it has come").issued > second + 20_000);
}

#[test]
fn what_no_party_would_take_is_not_said() {
    let mut pair = Pair::met();
    let ends_as_it_begins = Notice {
        kind: NoticeKind::Drill,
        from: 5,
        until: Some(5),
        words: None,
    };
    let said = pair.say(0, true, vec![ends_as_it_begins]);
    assert_eq!(said, Err(Rule::WatchShape));
    assert!(pair.nodes[0].sent.is_empty());
    let (nowhere, now) = (LineId(openline_core::Hash([0; 32])), pair.now());
    let said = pair.nodes[0]
        .machine
        .set_watch(&nowhere, vec![], vec![], now);
    assert_eq!(said, Err(Rule::LineUnknown));
}

#[test]
fn the_latest_statement_counts_unless_its_sender_has_begun_to_run_anew() {
    let mut pair = Pair::met();
    let issued = |pair: &Pair| pair.watch(0).map(|watch| watch.issued);
    for (said, heard, expected) in [
        (1_000, Some(1), 1_000),
        (2_000, Some(1), 2_000),
        (1_500, Some(1), 2_000),
        (1_501, None, 1_501),
        (1_400, Some(1), 1_501),
    ] {
        let statement = pair.statement(said, 1);
        assert_eq!(pair.beacon(Some(statement), heard), None);
        assert_eq!(issued(&pair), Some(expected));
    }
    assert_eq!(pair.beacon(None, Some(1)), None);
    assert_eq!(issued(&pair), Some(1_501), "silence takes nothing back");
}

#[test]
fn a_statement_that_is_not_the_peers_is_a_fault_and_changes_nothing() {
    let mut pair = Pair::met();
    let statement = pair.statement(1_000, 0);
    let refused = pair.beacon(Some(statement.clone()), Some(1));
    assert_eq!(refused, Some(Rule::WatchSignature));
    let garbage = SignedWatch {
        bytes: vec![0x80],
        ..statement
    };
    let refused = pair.beacon(Some(garbage), Some(1));
    assert_eq!(refused, Some(Rule::WatchShape));
    assert!(pair.watch(0).is_none());
}

#[test]
fn a_statement_by_a_key_that_may_have_changed_is_no_fault() {
    let mut pair = Pair::met();
    let (line, now) = (pair.line(), pair.now());
    let beacon = pair.nodes[1].machine.beacon_frame(&line, now);
    let beacon = Frame::decode(&beacon.expect("an own line"));
    let Ok(Frame::Beacon { held, .. }) = beacon else {
        panic!("a beacon")
    };
    assert_eq!(held[1].size, 1, "0 lacks the peer's first entry");
    let statement = pair.statement(1_000, 0);
    assert_eq!(pair.beacon_of(held, Some(statement), Some(1)), None);
    assert!(pair.watch(0).is_none());
}

#[test]
fn contact_is_lost_at_the_interval_and_told_then_though_nothing_happens() {
    let mut pair = Pair::met();
    let (line, interval) = (pair.line(), pair.founded.terms().contact_interval);
    let heard = pair.nodes[0].machine.contact(&line, other(0));
    let heard = heard.expect("they have met").mono;
    pair.events(0);
    let lost = |events: &[Event]| {
        let is_lost = |event: &Event| matches!(event, Event::ContactLost { .. });
        events.iter().any(is_lost)
    };
    pair.pass_until(heard + interval - Duration::from_nanos(1), &[0]);
    assert!(!lost(&pair.events(0)));
    pair.pass_until(heard + interval, &[0]);
    assert!(lost(&pair.events(0)));
    pair.pass_until(heard + 3 * interval, &[0]);
    assert!(!lost(&pair.events(0)), "it is told once");
    pair.exchange();
    let now = pair.now();
    pair.nodes[1].machine.handle_timeout(now);
    pair.run(1);
    pair.exchange();
    let is_found = |event: &Event| matches!(event, Event::ContactFound { .. });
    assert!(pair.events(0).iter().any(is_found));
}

#[test]
fn only_frames_of_the_line_over_a_live_link_are_contact() {
    let mut pair = Pair::new();
    pair.found(0);
    pair.connect(1);
    let line = pair.line();
    let contact = |pair: &Pair| pair.nodes[0].machine.contact(&line, other(0));
    assert_eq!(
        contact(&pair),
        None,
        "it has greeted, and does not know the line"
    );
    let now = pair.now();
    for frame in [Frame::Ping(1), Frame::Pong(1)] {
        pair.nodes[0]
            .machine
            .handle_frame(LinkId(1), &frame.encode(), now);
        pair.run(0);
    }
    assert_eq!(contact(&pair), None);
    pair.cut(1);
    pair.found(1);
    let (id, beacon) = (
        pair.nodes[1].id,
        pair.nodes[1].machine.beacon_frame(&line, now),
    );
    let beacon = beacon.expect("an own line");
    let taken = pair.nodes[0].machine.handle_bundle(&id, &[beacon], now);
    assert_eq!(taken, Ok(()));
    assert_eq!(contact(&pair), None, "a bundle says nothing of now");
}

#[test]
fn what_comes_to_a_party_that_has_not_founded_the_line_yet_is_no_fault() {
    let mut pair = Pair::new();
    pair.found(0);
    pair.connect(1);
    pair.say(0, true, vec![]).expect("of its form");
    pair.pass_until(120 * S, &[0, 1]);
    pair.found(1);
    pair.exchange();
    pair.pass_until(180 * S, &[0, 1]);
    for at in 0..2 {
        let events = pair.events(at);
        let is_fault =
            |event: &&Event| matches!(event, Event::PeerFault { .. } | Event::FaultReported { .. });
        assert_eq!(events.iter().find(is_fault).map(|e| format!("{e:?}")), None);
    }
    assert!(pair.watch(1).is_some());
}

#[test]
fn a_third_partys_report_grows_old() {
    let (parties, founded) = parties::founded(3);
    let mut ids = parties.iter().map(|party| party.id);
    let (own, peer) = (ids.next().expect("three"), ids.next().expect("three"));
    let keys = parties.into_iter().next().expect("three").keys;
    let mut machine = Machine::new(MachineConfig {
        party: own,
        card: Vec::new(),
        keys: vec![Arc::new(keys)],
    });
    let at = |secs| Now {
        mono: secs * S,
        wall_ms: EPOCH_MS,
    };
    let logs = Logs::new(founded.clone());
    machine
        .add_line(logs, LineFacts::default(), [3; 16], at(0))
        .expect("a member");
    machine.handle_link_up(LinkId(1), peer, at(0));
    let hello = Frame::Hello {
        party: peer,
        card: Vec::new(),
    };
    machine.handle_frame(LinkId(1), &hello.encode(), at(0));
    let line = founded.line();
    let beacon = Frame::Beacon {
        tag: Tag::of(&line),
        held: vec![empty(); 3],
        watch: None,
        heard: vec![None, Some(0), Some(7)],
    };
    machine.handle_frame(LinkId(1), &beacon.encode(), at(10));
    let heard = machine.heard_by(&line, PartyIndex(2), at(15));
    assert_eq!(heard, [(PartyIndex(1), 12 * S)]);
    assert_eq!(machine.heard_by(&line, PartyIndex(1), at(15)), []);
}
