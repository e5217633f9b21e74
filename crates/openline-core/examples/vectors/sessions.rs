//! Rules L3 to L14, and what a node does with frames that are right: frames over one link, in their order.

use std::ops::Range;

use serde_json::{Value, json};

use crate::suite::Suite;
use crate::support::{Draft, NOW, V, World, consistency, leaf, mth};

const GROUP: &str = "session";
/// The node is party 0 of a line of two, and its peer party 1.
const OWN: usize = 0;
const PEER: usize = 1;

pub(crate) fn write(suite: &mut Suite) {
    for session in right().into_iter().chain(wrong()) {
        session.add(suite);
    }
}

/// What the node has at the beginning, what comes, and what must become of it.
struct Session {
    name: &'static str,
    about: &'static str,
    instruments: Vec<Vec<u8>>,
    own: (Vec<u8>, u8),
    peer: Vec<u8>,
    held: Vec<Vec<u8>>,
    is_silent: bool,
    frames: Vec<Vec<u8>>,
    expect: &'static str,
    result: Value,
}

impl Session {
    /// A session at `own`'s node with `peer`, greeted, with some batches of each log held.
    fn new(world: &World, own: usize, peer: usize, held: &[(usize, Range<usize>)]) -> Self {
        let batches = held
            .iter()
            .map(|(party, range)| batch(world, *party, range.clone()));
        Self {
            name: "",
            about: "",
            instruments: vec![world.instrument.clone()],
            own: (id(world, own), seed(world, own)),
            peer: id(world, peer),
            held: batches.collect(),
            is_silent: false,
            frames: vec![hello(world, peer)],
            expect: "",
            result: Value::Null,
        }
    }

    fn named(mut self, name: &'static str, about: &'static str) -> Self {
        (self.name, self.about) = (name, about);
        self
    }

    fn frames(mut self, frames: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.frames.extend(frames);
        self
    }

    /// No frame is answered with a fault. `held` is what the node holds of each log of the first line in the end; `sent`
    /// are the types of all frames that it has sent but pings.
    fn ok(mut self, held: &[u64], sent: &[u64]) -> Self {
        self.expect = "ok";
        self.result = json!({"held": held, "sent": sent, "forked": []});
        self
    }

    /// The last frame is answered with a fault, and no other.
    fn by(self, rule: &'static str, held: &[u64]) -> Self {
        self.by_after(rule, &[], held)
    }

    /// The last frame is answered with a fault, and frames before it with others.
    fn by_after(mut self, rule: &'static str, before: &[&str], held: &[u64]) -> Self {
        self.expect = rule;
        self.result = json!({
            "frame": self.frames.len() - 1, "before": before, "held": held, "forked": [], "closed": false,
        });
        self
    }

    /// And this is so too.
    fn and(mut self, key: &str, value: Value) -> Self {
        self.result[key] = value;
        self
    }

    fn add(self, suite: &mut Suite) {
        let bytes = |list: &[Vec<u8>]| -> Vec<Value> {
            list.iter().map(|bytes| suite.bytes(bytes)).collect()
        };
        let (own, seed) = &self.own;
        let keys = [vec![*seed; 32], vec![seed ^ 0xff; 32]];
        let mut context = json!({
            "instruments": bytes(&self.instruments), "own": suite.bytes(own), "keys": bytes(&keys),
            "peer": suite.bytes(&self.peer), "held": bytes(&self.held),
        });
        if self.is_silent {
            context["store"] = json!("silent");
        }
        let input = stream(&self.frames);
        let vector = suite
            .vector(GROUP, self.name, "session", &input, self.about)
            .context(context);
        suite.add(if self.expect == "ok" {
            vector.ok(self.result)
        } else {
            vector.by(self.expect).with(self.result)
        });
    }
}

/// The frames as a live bearer carries them: each after its length as a variable-length integer of RFC 9000.
fn stream(frames: &[Vec<u8>]) -> Vec<u8> {
    let length = |len: usize| {
        let len = u32::try_from(len).expect("a frame is short");
        match len {
            0..=63 => vec![len.to_be_bytes()[3]],
            64..=16_383 => (len | 0x4000).to_be_bytes()[2..].to_vec(),
            _ => (len | 0x8000_0000).to_be_bytes().to_vec(),
        }
    };
    frames
        .iter()
        .flat_map(|frame| [length(frame.len()), frame.clone()].concat())
        .collect()
}

fn id(world: &World, party: usize) -> Vec<u8> {
    world.people[party].id().0.0.to_vec()
}

/// What both of a node's seeds are made of: see `Keys::new`.
fn seed(world: &World, party: usize) -> u8 {
    let name = &world.people[party].name;
    let seed: u8 = name["Party ".len()..].parse().expect("a seed");
    seed + 100
}

fn frame(number: u64, fields: Vec<V>) -> Vec<u8> {
    V::A([vec![V::uint(number)], fields].concat()).encode()
}

fn of_line(world: &World, number: u64, fields: Vec<V>) -> Vec<u8> {
    frame(
        number,
        [vec![V::bytes(&world.line.0.0[..8])], fields].concat(),
    )
}

fn hello(world: &World, party: usize) -> Vec<u8> {
    let person = &world.people[party];
    let statement = V::A(person.statement(&["quic://198.51.100.7:4433"])).encode();
    let card = V::A(person.card(&person.credential(), &statement)).encode();
    hello_as(&id(world, party), &card)
}

fn hello_as(party: &[u8], card: &[u8]) -> Vec<u8> {
    frame(0, vec![V::I(1), V::bytes(party), V::bytes(card)])
}

fn signature(world: &World, party: usize, text: &str) -> V {
    V::B(world.node[party].sign_ed(text.as_bytes()))
}

fn carried(world: &World, party: usize, index: usize) -> V {
    let entry = &world.logs[party][index];
    let head = &entry.header[..entry.header.len() - 34];
    let body = entry.body.as_ref().expect("nothing is purged here");
    V::A(vec![V::bytes(head), V::bytes(&entry.salt), V::bytes(body)])
}

fn batch(world: &World, party: usize, range: Range<usize>) -> Vec<u8> {
    batch_with(world, party, range, |_| ())
}

fn batch_with(
    world: &World,
    party: usize,
    range: Range<usize>,
    change: impl FnOnce(&mut Vec<V>),
) -> Vec<u8> {
    let text = world.checkpoint(party, range.end);
    let mut fields = vec![
        V::uint(party as u64),
        V::uint(range.start as u64),
        signature(world, party, &text),
        V::A(range.map(|index| carried(world, party, index)).collect()),
    ];
    change(&mut fields);
    of_line(world, 2, fields)
}

/// A beacon of someone who holds `sizes` of the logs, and knows of no cosignature.
fn beacon(world: &World, sizes: &[usize]) -> Vec<u8> {
    beacon_with(world, sizes, |_| ())
}

fn beacon_with(world: &World, sizes: &[usize], change: impl FnOnce(&mut Vec<V>)) -> Vec<u8> {
    let mut held = held(world, sizes);
    change(&mut held);
    of_line(world, 1, vec![V::A(held), V::Null, heard(sizes.len())])
}

fn held(world: &World, sizes: &[usize]) -> Vec<V> {
    let held = |(party, size): (usize, &usize)| {
        let root = V::bytes(&mth(&world.leaves(party, *size)).0);
        let signature = match size {
            0 => V::Null,
            size => signature(world, party, &world.checkpoint(party, *size)),
        };
        V::A(vec![V::uint(*size as u64), root, signature, V::A(vec![])])
    };
    sizes.iter().enumerate().map(held).collect()
}

/// What the peer says of whom it has heard: itself, and nobody else since it began to run.
fn heard(parties: usize) -> V {
    let of = |party| if party == PEER { V::I(0) } else { V::Null };
    V::A((0..parties).map(of).collect())
}

/// A beacon of a peer that holds what the founding gave, with a watch statement and what it has heard of whom.
fn watching(world: &World, watch: V, heard: V) -> Vec<u8> {
    of_line(world, 1, vec![V::A(held(world, &[1, 1])), watch, heard])
}

/// A watch statement of the peer with one attended post and a notice, changed and then signed by a party.
fn statement(world: &World, by: usize, change: impl FnOnce(&mut Vec<V>)) -> V {
    let post = V::A(vec![
        "duty".into(),
        V::I(1),
        V::I(NOW + 3_600_000),
        V::A(vec!["en".into()]),
    ]);
    let notice = V::A(vec![V::I(3), V::I(NOW), V::Null, "a drill".into()]);
    let mut fields = vec![
        V::I(1),
        V::bytes(&world.line.0.0),
        V::uint(PEER as u64),
        V::I(NOW),
        V::A(vec![post]),
        V::A(vec![notice]),
    ];
    change(&mut fields);
    signed(world, by, V::A(fields).encode())
}

fn signed(world: &World, by: usize, bytes: Vec<u8>) -> V {
    let message = [b"openline/watch/v1\n", &bytes[..]].concat();
    let signature = world.node[by].sign_ed(&message);
    V::A(vec![V::B(bytes), V::B(signature)])
}

/// Whose log, by whom, the size, the time, and the Ed25519 signature.
fn cosignature(world: &World, log: usize, by: usize, size: usize) -> Vec<V> {
    let time = NOW.unsigned_abs() / 1000;
    let text = world.checkpoint(log, size);
    let message = format!("cosignature/v1\ntime {time}\n{text}");
    let signature = world.node[by].sign_ed(message.as_bytes());
    vec![
        V::uint(log as u64),
        V::uint(by as u64),
        V::uint(size as u64),
        V::uint(time),
        V::B(signature),
    ]
}

fn seal(world: &World, log: usize, by: usize, size: usize) -> Vec<V> {
    let mut fields = cosignature(world, log, by, size);
    let time = NOW.unsigned_abs() / 1000;
    fields[4] = V::B(world.seal(by, &world.checkpoint(log, size), time, &world.node[by]));
    fields
}

fn fork(world: &World, first: &str, second: &str, root: &[u8], proof: Vec<V>) -> Vec<u8> {
    let evidence = vec![first.into(), second.into(), V::bytes(root), V::A(proof)];
    of_line(world, 12, vec![V::A(evidence)])
}

/// A line of two with both logs founded, and a message of each party after that.
fn two() -> World {
    let mut world = World::founded(2);
    world.message(PEER, |_| ());
    world.message(PEER, |_| ());
    world.message(OWN, |_| ());
    world
}

const FOUNDED: [(usize, Range<usize>); 2] = [(OWN, 0..1), (PEER, 0..1)];

/// The node has just what the founding gave.
fn fresh(world: &World) -> Session {
    Session::new(world, OWN, PEER, &FOUNDED)
}

fn right() -> Vec<Session> {
    let w = two();
    let cosigned = of_line(&w, 3, cosignature(&w, OWN, PEER, 1));
    let sealed = of_line(&w, 4, seal(&w, OWN, PEER, 1));
    let long = Session::new(
        &w,
        OWN,
        PEER,
        &[(OWN, 0..1), (PEER, 0..1), (PEER, 1..3), (OWN, 1..2)],
    );
    let mut all = vec![
        fresh(&w)
            .named("ok-greeting", "a greeting is answered with a beacon")
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named("ok-greeting-twice", "a greeting said again changes nothing")
            .frames([hello(&w, PEER)])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named(
                "ok-catch-up",
                "what the peer has more comes as a batch, and is cosigned",
            )
            .frames([beacon(&w, &[1, 3]), batch(&w, PEER, 1..3)])
            .ok(&[1, 3], &[0, 1, 3]),
        fresh(&w)
            .named(
                "ok-copy",
                "a batch that comes again changes nothing, and is cosigned again",
            )
            .frames([
                batch(&w, PEER, 1..3),
                batch(&w, PEER, 1..3),
                batch(&w, PEER, 0..1),
            ])
            .ok(&[1, 3], &[0, 1, 3]),
        fresh(&w)
            .named(
                "ok-overlap",
                "of a batch only the entries beyond what is held are taken",
            )
            .frames([batch(&w, PEER, 1..2), batch(&w, PEER, 0..3)])
            .ok(&[1, 3], &[0, 1, 3]),
        fresh(&w)
            .named(
                "ok-overlap-broken",
                "entries that are held already are not looked at",
            )
            .frames([batch_with(&w, PEER, 0..3, |f| {
                f[3].items()[0].items()[1] = V::B(vec![5; 16]);
            })])
            .ok(&[1, 3], &[0, 1, 3]),
        fresh(&w)
            .named("ok-gap", "a batch beyond what is held is dropped")
            .frames([batch(&w, PEER, 2..3)])
            .ok(&[1, 1], &[0, 1]),
        long.named(
            "ok-peer-behind",
            "what the peer lacks of the node's log is sent",
        )
        .frames([beacon(&w, &[1, 3])])
        .ok(&[2, 3], &[0, 1, 2]),
        fresh(&w)
            .named(
                "ok-own-log-behind",
                "a node that has lost entries of its own takes them from the peer",
            )
            .frames([
                beacon(&w, &[2, 3]),
                batch(&w, PEER, 1..3),
                batch(&w, OWN, 1..2),
            ])
            .ok(&[2, 3], &[0, 1, 3]),
        fresh(&w)
            .named(
                "ok-waits",
                "a batch that has seen what is not here waits for it",
            )
            .frames([batch(&w, OWN, 1..2)])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named("ok-waits-and-fits", "and is taken up when that has come")
            .frames([batch(&w, OWN, 1..2), batch(&w, PEER, 1..3)])
            .ok(&[2, 3], &[0, 1, 3]),
        fresh(&w)
            .named(
                "ok-unknown-type",
                "a frame of a later version's type is ignored",
            )
            .frames([frame(17, vec!["whatever".into()]), frame(1 << 40, vec![])])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named(
                "ok-line-not-founded",
                "what goes to every party of a line comes also to one that has not founded it yet",
            )
            .frames(unfounded_here(&w))
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named(
                "ok-watch",
                "a watch statement, and an older one after it, which is ignored",
            )
            .frames([
                watching(&w, statement(&w, PEER, |_| ()), heard(2)),
                watching(&w, statement(&w, PEER, |f| f[3] = V::I(NOW - 1)), heard(2)),
            ])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named("ok-ping", "a ping is answered")
            .frames([frame(6, vec![V::I(5)]), frame(7, vec![V::I(77)])])
            .ok(&[1, 1], &[0, 1, 7]),
        fresh(&w)
            .named("ok-fault", "a fault is not answered with a fault")
            .frames([frame(
                13,
                vec!["no-rule".into(), V::Null, V::I(0), V::I(0), "words".into()],
            )])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named("ok-want", "entries that are asked for are copied")
            .frames([of_line(&w, 8, vec![V::I(1), V::I(0), V::I(1)])])
            .ok(&[1, 1], &[0, 1, 9]),
        fresh(&w)
            .named(
                "ok-ask",
                "who asks how his history is contained is shown a proof",
            )
            .frames([
                batch(&w, PEER, 1..3),
                of_line(&w, 10, vec![V::I(1), V::I(1)]),
            ])
            .ok(&[1, 3], &[0, 1, 3, 11]),
        fresh(&w)
            .named(
                "ok-proof-unasked",
                "a proof that nobody has asked for is ignored",
            )
            .frames([proof(&w, &w, 1, 3, |_| ())])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named(
                "ok-cosignature-and-seal",
                "receipts for the node's log, each twice",
            )
            .frames([cosigned.clone(), cosigned, sealed.clone(), sealed])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named(
                "ok-cosignature-beyond",
                "a cosignature of a size that is not held is dropped, even a wrong one",
            )
            .frames([of_line(
                &w,
                3,
                vec![V::I(1), V::I(1), V::I(9), V::I(1), V::B(vec![0; 64])],
            )])
            .ok(&[1, 1], &[0, 1]),
        fresh(&w)
            .named(
                "ok-founding",
                "a charter is for the people, whatever it holds",
            )
            .frames([frame(5, vec![V::bytes(b"?")])])
            .ok(&[1, 1], &[0, 1]),
        {
            let (first, second, root) = equal_fork(&w);
            fresh(&w)
                .named("ok-fork", "evidence is kept, and passed on")
                .frames([fork(&w, &first, &second, &root, vec![])])
                .ok(&[1, 1], &[0, 1, 12])
                .and("forked", json!([PEER]))
        },
    ];
    let mut unfounded = World::new(2);
    unfounded.found(PEER);
    all.push(
        Session::new(&unfounded, OWN, PEER, &[])
            .named(
                "ok-first-entries",
                "both logs begin: the node founds its own by itself",
            )
            .frames([beacon(&unfounded, &[0, 1]), batch(&unfounded, PEER, 0..1)])
            .ok(&[1, 1], &[0, 1, 2, 3]),
    );
    all
}

/// Two notes over the peer's log at one size with different roots, and the second's root.
fn equal_fork(world: &World) -> (String, String, Vec<u8>) {
    let mut other = World::founded(2);
    other.mark(PEER);
    let root = mth(&other.leaves(PEER, 2)).0.to_vec();
    (
        world.note(PEER, 2, &[], &[]),
        other.note(PEER, 2, &[], &[]),
        root,
    )
}

/// How `theirs`, a history of the peer's log of size `new`, contains the first `old` of itself.
fn proof(
    world: &World,
    theirs: &World,
    old: usize,
    new: usize,
    change: impl FnOnce(&mut Vec<V>),
) -> Vec<u8> {
    let root = |size| V::bytes(&mth(&theirs.leaves(PEER, size)).0);
    let path = consistency(old, &theirs.leaves(PEER, new));
    let mut fields = vec![
        V::uint(PEER as u64),
        V::uint(old as u64),
        root(old),
        V::uint(new as u64),
        root(new),
        signature(theirs, PEER, &theirs.checkpoint(PEER, new)),
        V::A(path.iter().map(|hash| V::bytes(&hash.0)).collect()),
    ];
    change(&mut fields);
    of_line(world, 11, fields)
}

fn wrong() -> Vec<Session> {
    let w = two();
    let mut all = orders(&w);
    all.extend(lines(&w));
    all.extend(ranges(&w));
    all.extend(forks(&w));
    all.extend(floods(&w));
    all.extend(watches(&w));
    all.extend(record_rules(&w));
    all
}

/// L3 to L5, and the closing of a link.
fn orders(w: &World) -> Vec<Session> {
    let alone = |frames: Vec<Vec<u8>>| {
        let mut session = fresh(w);
        session.frames = frames;
        session
    };
    let later = frame(0, vec![V::I(2), "of another form".into()]);
    let pings = vec![frame(6, vec![V::I(1)]); 16];
    vec![
        alone(vec![frame(6, vec![V::I(1)])])
            .named("order-ping", "a frame before the greeting")
            .by("frame-order", &[1, 1]),
        alone(vec![frame(17, vec![])])
            .named(
                "order-unknown-type",
                "a frame of a later version's type before the greeting",
            )
            .by("frame-order", &[1, 1]),
        alone(vec![batch(w, PEER, 1..3)])
            .named("order-batch", "a batch before the greeting is not taken")
            .by("frame-order", &[1, 1]),
        fresh(w)
            .named("order-second-party", "a second greeting by another party")
            .frames([hello_as(&[5; 32], &[])])
            .by("frame-order", &[1, 1])
            .and("closed", json!(true)),
        alone(pings)
            .named(
                "order-sixteen-times",
                "the link is closed at the sixteenth broken rule",
            )
            .by_after("frame-order", &["frame-order"; 15], &[1, 1])
            .and("closed", json!(true)),
        alone(vec![later])
            .named("version", "a greeting of another version")
            .by("hello-version", &[1, 1]),
        alone(vec![hello_as(&[5; 32], &[])])
            .named("party", "not the party that the bearer has authenticated")
            .by("hello-party", &[1, 1])
            .and("closed", json!(true)),
        alone(vec![hello(w, OWN)])
            .named("party-own", "the node's own greeting come back")
            .by("hello-party", &[1, 1])
            .and("closed", json!(true)),
    ]
}

/// L6.
fn lines(w: &World) -> Vec<Session> {
    let other = World::founded(3);
    let stranger = other
        .people
        .iter()
        .position(|person| w.people.iter().all(|member| member.id() != person.id()))
        .expect("a third party");
    let own = other
        .people
        .iter()
        .position(|person| person.id() == w.people[OWN].id())
        .expect("the node is in both lines");
    let mut foreign = fresh(w);
    foreign.instruments.push(other.instrument.clone());
    foreign
        .held
        .extend((0..3).map(|party| batch(&other, party, 0..1)));
    foreign.own = (id(&other, own), seed(&other, own));
    foreign.peer = id(&other, stranger);
    foreign.frames = vec![hello(&other, stranger)];
    let mut nowhere = w.clone();
    nowhere.line.0.0[7] ^= 1;
    vec![
        fresh(w)
            .named("line-of-nobody", "a tag of no line")
            .frames([of_line(&nowhere, 8, vec![V::I(0), V::I(0), V::I(1)])])
            .by("line-unknown", &[1, 1]),
        fresh(w)
            .named("line-of-nobody-batch", "entries of no line")
            .frames([batch(&nowhere, PEER, 1..3)])
            .by("line-unknown", &[1, 1]),
        foreign
            .named(
                "line-of-others",
                "a line of the node's that the peer is no member of",
            )
            .frames([
                beacon(w, &[1, 1]),
                of_line(w, 8, vec![V::I(0), V::I(0), V::I(1)]),
            ])
            .by("line-unknown", &[1, 1]),
    ]
}

/// A beacon, a cosignature, a seal and evidence of a line that the node does not have.
fn unfounded_here(w: &World) -> Vec<Vec<u8>> {
    let mut nowhere = w.clone();
    nowhere.line.0.0[7] ^= 1;
    let (first, second, root) = equal_fork(w);
    vec![
        beacon(&nowhere, &[1, 1]),
        of_line(&nowhere, 3, cosignature(w, OWN, PEER, 1)),
        of_line(&nowhere, 4, seal(w, OWN, PEER, 1)),
        fork(&nowhere, &first, &second, &root, vec![]),
    ]
}

/// L13 and L14, and what a beacon says of who was heard.
fn watches(w: &World) -> Vec<Session> {
    let of = |watch: V| fresh(w).frames([watching(w, watch, heard(2))]);
    let shaped = |change: fn(&mut Vec<V>)| of(statement(w, PEER, change));
    let shape = |session: Session| session.by("watch-shape", &[1, 1]);
    let unsigned = |session: Session| session.by("watch-signature", &[1, 1]);
    let unheard = |heard: Vec<V>| {
        fresh(w)
            .frames([watching(w, V::Null, V::A(heard))])
            .by("frame-shape", &[1, 1])
    };
    vec![
        of(signed(w, PEER, vec![0x9f]))
            .named("watch-malformed", "a statement that is no CBOR")
            .by("cbor-malformed", &[1, 1]),
        shape(shaped(|f| f[0] = V::I(2)).named("watch-version", "of another version")),
        unsigned(of(statement(w, OWN, |_| ())).named(
            "watch-by-another",
            "the peer's statement, signed by another",
        )),
        unsigned(
            shaped(|f| f[1] = V::B(vec![7; 32]))
                .named("watch-of-another-line", "about another line"),
        ),
        unheard(vec![V::I(0), V::I(0), V::I(0)]).named(
            "beacon-heard-three",
            "three parties, where the line has two",
        ),
        unheard(vec![V::I(0), V::I(1)])
            .named("beacon-heard-own", "its sender has not heard itself"),
    ]
}

/// L8.
fn ranges(w: &World) -> Vec<Session> {
    let want = |first: u64, count: u64| {
        fresh(w).frames([of_line(w, 8, vec![V::I(1), V::uint(first), V::uint(count)])])
    };
    let ask = |size: u64| fresh(w).frames([of_line(w, 10, vec![V::I(1), V::uint(size)])]);
    let by = |session: Session| session.by("want-range", &[1, 1]);
    vec![
        by(want(0, 0).named("want-nothing", "no entry is asked for")),
        by(want(0, 2).named("want-beyond", "entries that are not there")),
        by(want(0, 257).named("want-257", "more than may be asked for at once")),
        by(want(u64::MAX, 2).named("want-overflow", "an end beyond 64 bits")),
        by(ask(0).named("ask-nothing", "the history of an empty log")),
        by(ask(2).named("ask-beyond", "a history longer than the log")),
    ]
}

/// L9 and L12.
fn forks(w: &World) -> Vec<Session> {
    let (first, second, root) = equal_fork(w);
    let evidence = fork(w, &first, &second, &root, vec![]);
    // Another history of the peer's log, from its second entry on.
    let mut theirs = World::founded(2);
    for _ in 0..3 {
        theirs.mark(PEER);
    }
    let held = || Session::new(w, OWN, PEER, &[(OWN, 0..1), (PEER, 0..1), (PEER, 1..2)]);
    let asked = |frame: Vec<u8>| held().frames([batch(&theirs, PEER, 2..4), frame]);
    let before = ["checkpoint-signature"];
    let by = |session: Session| session.by_after("proof-consistency", &before, &[1, 2]);
    vec![
        fresh(w)
            .named(
                "forked-log",
                "nothing more is taken from a log that is forked",
            )
            .frames([evidence.clone(), batch(w, PEER, 1..3)])
            .by("log-forked", &[1, 1])
            .and("forked", json!([PEER])),
        fresh(w)
            .named("forked-log-copy", "not even what is held")
            .frames([evidence, batch(w, PEER, 0..1)])
            .by("log-forked", &[1, 1])
            .and("forked", json!([PEER])),
        fresh(w)
            .named(
                "fork-of-one-history",
                "two notes of one history prove nothing",
            )
            .frames([fork(w, &first, &first, &mth(&w.leaves(PEER, 2)).0, vec![])])
            .by("fork-proof", &[1, 1]),
        by(asked(proof(w, &theirs, 2, 4, |f| {
            f[6].items()[0] = V::B(vec![0; 32]);
        })))
        .named("proof-path", "a path that does not lead to the new root"),
        by(
            asked(proof(w, &theirs, 2, 4, |f| f[5] = V::B(vec![0; 64]))).named(
                "proof-signature",
                "a new root that the author has not signed",
            ),
        ),
        by(asked(proof(w, &theirs, 2, 4, |f| f[3] = V::I(1)))
            .named("proof-backwards", "a new size below the old one")),
        asked(proof(w, &theirs, 2, 4, |_| ()))
            .named(
                "proof-of-fork",
                "a proof that is in order shows the fork; the batch alone was refused",
            )
            .by("checkpoint-signature", &[1, 2])
            .and("frame", json!(1))
            .and("forked", json!([PEER])),
    ]
}

/// L11.
fn floods(w: &World) -> Vec<Session> {
    let waits = |number: u8| batch_with(w, OWN, 1..2, |f| f[2] = V::B(vec![number; 64]));
    let want = of_line(w, 8, vec![V::I(1), V::I(0), V::I(1)]);
    let mut silent = fresh(w).frames(vec![want; 17]);
    silent.is_silent = true;
    vec![
        fresh(w)
            .named("flood-waiting", "65 batches that wait for what is not here")
            .frames((0..65).map(waits))
            .by("flood", &[1, 1]),
        silent
            .named(
                "flood-reading",
                "17 questions before the store has answered one",
            )
            .by("flood", &[1, 1]),
    ]
}

/// Rules of the record, as frames meet them, and the form that only a line can know.
fn record_rules(w: &World) -> Vec<Session> {
    let mut backwards = World::founded(2);
    backwards.message(PEER, |_| ());
    backwards.add(PEER, Draft::new(4, vec![0xa0]).seen(&[0, 2]));
    let mut wrong = cosignature(w, OWN, PEER, 1);
    wrong[3] = V::I(7);
    let mut sealed = seal(w, OWN, PEER, 1);
    sealed[3] = V::I(7);
    let unsigned = beacon_with(w, &[1, 1], |held| {
        let other = V::bytes(&leaf(b"another").0);
        held[PEER].items()[1] = other;
    });
    let claimed = beacon_with(w, &[2, 1], |held| held[OWN].items()[2] = V::B(vec![0; 64]));
    let by = |name, about, frame: Vec<u8>, rule| {
        fresh(w)
            .named(name, about)
            .frames([frame])
            .by(rule, &[1, 1])
    };
    vec![
        by(
            "batch-unsigned",
            "a batch that its author has not signed",
            batch_with(w, PEER, 1..3, |f| f[2] = V::B(vec![0; 64])),
            "checkpoint-signature",
        ),
        by(
            "batch-body",
            "a body that is not the one the author signed for",
            batch_with(w, PEER, 1..3, |f| {
                f[3].items()[0].items()[1] = V::B(vec![5; 16]);
            }),
            "checkpoint-signature",
        ),
        by(
            "batch-entry",
            "an entry that breaks a rule: the whole batch is refused",
            batch(&backwards, PEER, 1..3),
            "seen-backwards",
        ),
        by(
            "batch-party-2",
            "a log that this line does not have",
            batch_with(w, PEER, 1..2, |f| f[0] = V::I(2)),
            "frame-shape",
        ),
        by(
            "beacon-of-three",
            "a log more than the line has",
            beacon_with(w, &[1, 1], |held| held.push(held[0].clone())),
            "frame-shape",
        ),
        by(
            "beacon-unsigned-root",
            "another root than the author has signed",
            unsigned,
            "checkpoint-signature",
        ),
        by(
            "beacon-own-log-longer",
            "a longer own log than the node has signed",
            claimed,
            "checkpoint-signature",
        ),
        by(
            "cosignature-wrong",
            "a cosignature of another time",
            of_line(w, 3, wrong),
            "cosignature-signature",
        ),
        by(
            "seal-wrong",
            "a seal of another time",
            of_line(w, 4, sealed),
            "cosignature-signature",
        ),
    ]
}
