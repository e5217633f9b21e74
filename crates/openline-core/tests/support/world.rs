//! A line of some parties, its logs, and the files that can be made of them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openline_core::{Hash, LineId};

use super::{Keys, Person, V, audit_path, leaf, mth, note_line, record_leaf};

/// The time at which all of this takes place, ms: 15 January 2027, 08:00 UTC.
pub const NOW: i64 = 1_800_000_000_000;

/// An entry as it stands in a log.
#[derive(Debug, Clone)]
pub struct Written {
    pub party: usize,
    pub kind: u64,
    pub header: Vec<u8>,
    pub salt: Vec<u8>,
    pub body: Option<Vec<u8>>,
    pub lamport: u64,
}

impl Written {
    /// The entry as an item of an export.
    pub fn item(&self) -> V {
        let (salt, body) = match &self.body {
            Some(body) => (V::bytes(&self.salt), V::bytes(body)),
            None => (V::Null, V::Null),
        };
        V::A(vec![
            V::uint(self.party as u64),
            V::bytes(&self.header),
            salt,
            body,
        ])
    }
}

/// An entry to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    pub kind: u64,
    pub body: Vec<u8>,
    pub refs: Vec<(u64, u64)>,
    /// What it has seen; all there is, if not given.
    pub seen: Option<Vec<u64>>,
    pub post: &'static str,
    pub message_type: u64,
    pub time: i64,
}

impl Draft {
    pub fn new(kind: u64, body: Vec<u8>) -> Self {
        let post = if matches!(kind, 0 | 4 | 5) {
            "node"
        } else {
            "duty"
        };
        Self {
            kind,
            body,
            refs: Vec::new(),
            seen: None,
            post,
            message_type: 0,
            time: NOW,
        }
    }

    pub fn refs(mut self, refs: &[(u64, u64)]) -> Self {
        self.refs = refs.to_vec();
        self
    }

    pub fn seen(mut self, seen: &[u64]) -> Self {
        self.seen = Some(seen.to_vec());
        self
    }

    pub fn time(mut self, time: i64) -> Self {
        self.time = time;
        self
    }
}

/// The body of marks and consents.
pub fn empty_body() -> Vec<u8> {
    vec![0xa0]
}

/// A plain message to the duty officer of `to`.
pub fn message_body(to: usize) -> Vec<(u64, V)> {
    vec![
        (0, V::I(6)),
        (1, V::I(3)),
        (2, V::A(vec![V::A(vec![V::uint(to as u64), "duty".into()])])),
        (
            6,
            V::A(vec![V::A(vec!["en".into(), V::I(0), "All quiet.".into()])]),
        ),
    ]
}

/// A line and its logs.
#[derive(Clone)]
pub struct World {
    pub people: Vec<Arc<Person>>,
    /// The node keys in force.
    pub node: Vec<Arc<Keys>>,
    pub charter: Vec<u8>,
    pub instrument: Vec<u8>,
    pub line: LineId,
    pub logs: Vec<Vec<Written>>,
}

impl World {
    /// A line of parties 1 to `count`, with empty logs.
    pub fn new(count: u8) -> Self {
        let mut people: Vec<_> = (1..=count)
            .map(|seed| Arc::new(Person::new(seed)))
            .collect();
        people.sort_by_key(|person| person.id());
        let charter = V::M(Self::terms(&people)).encode();
        let all: Vec<usize> = (0..people.len()).collect();
        let instrument = Self::instrument(&people, &charter, &all).encode();
        Self {
            node: people
                .iter()
                .map(|person| Arc::new(Keys::new(person_seed(person) + 100)))
                .collect(),
            logs: vec![Vec::new(); people.len()],
            line: LineId::of(&charter),
            people,
            charter,
            instrument,
        }
    }

    /// The same with every log founded.
    pub fn founded(count: u8) -> Self {
        let mut world = Self::new(count);
        for party in 0..world.people.len() {
            world.found(party);
        }
        world
    }

    /// The charter's map.
    pub fn terms(people: &[Arc<Person>]) -> Vec<(u64, V)> {
        let member = |person: &Arc<Person>| {
            V::A(vec![
                V::B(person.credential()),
                V::A(vec!["duty".into(), "desk".into()]),
                "Europe/Vienna".into(),
            ])
        };
        let clock = V::A(vec![V::I(60), V::I(300), V::I(600)]);
        vec![
            (0, V::I(1)),
            (1, "Watch line".into()),
            (2, "watch".into()),
            (3, V::A(people.iter().map(member).collect())),
            (4, V::I(3600)),
            (
                5,
                V::A(vec![
                    "UTC".into(),
                    V::A(vec!["06:00".into(), "18:30".into()]),
                    V::I(0b001_1111),
                    V::I(1),
                ]),
            ),
            (6, V::A(vec![clock; 4])),
            (7, V::A(vec!["en".into(), "fr".into()])),
            (8, V::I(0)),
            (9, V::A(vec!["safety-of-life".into()])),
            (10, V::I(0)),
            (11, V::A(vec![V::I(100), V::I(3600)])),
            (12, V::I(1 << 20)),
            (13, V::I(300)),
            (14, V::I(5000)),
            (15, V::B(vec![7; 16])),
            (16, V::A(vec![V::I(200), V::I(200), V::I(0), V::I(0)])),
            (17, V::I(2)),
            (18, V::A(vec![V::I(12), V::I(3)])),
        ]
    }

    /// The instrument, signed by some.
    pub fn instrument(people: &[Arc<Person>], charter: &[u8], signers: &[usize]) -> V {
        let message = [b"openline/charter/v1\n", charter].concat();
        let sign = |signer: &usize| {
            let keys = &people[*signer].node;
            V::A(vec![
                V::uint(*signer as u64),
                V::B(keys.sign_ed(&message)),
                V::B(keys.sign_pq(&message)),
            ])
        };
        V::A(vec![
            V::bytes(charter),
            V::A(signers.iter().map(sign).collect()),
        ])
    }

    pub fn origin(&self, party: usize) -> String {
        format!("openline/v1/{}/{}", self.line, self.people[party].id())
    }

    pub fn cosigner(&self, party: usize) -> String {
        format!("openline/v1/{}", self.people[party].id())
    }

    pub fn sizes(&self) -> Vec<u64> {
        self.logs.iter().map(|log| log.len() as u64).collect()
    }

    /// Writes a party's founding.
    pub fn found(&mut self, party: usize) -> (u64, u64) {
        let body = V::M(vec![(0, V::bytes(&self.line.0.0))]).encode();
        let nothing = vec![0; self.logs.len()];
        self.add(party, Draft::new(0, body).seen(&nothing))
    }

    /// Writes an entry, and returns its place.
    pub fn add(&mut self, party: usize, draft: Draft) -> (u64, u64) {
        self.add_with(party, draft, |_| ())
    }

    /// Writes an entry whose header is changed before it is encoded.
    pub fn add_with(
        &mut self,
        party: usize,
        draft: Draft,
        change: impl FnOnce(&mut Vec<V>),
    ) -> (u64, u64) {
        let index = self.logs[party].len() as u64;
        let seen = draft.seen.unwrap_or_else(|| self.sizes());
        let salt = Hash::of(&[
            b"salt",
            &[u8::try_from(party).expect("few")],
            &index.to_be_bytes(),
        ])
        .0[..16]
            .to_vec();
        let pair = |(party, index): &(u64, u64)| V::A(vec![V::uint(*party), V::uint(*index)]);
        let mut fields = vec![
            V::I(1),
            V::uint(draft.kind),
            V::A(seen.iter().copied().map(V::uint).collect()),
            draft.post.into(),
            V::uint(draft.message_type),
            V::I(draft.time),
            V::A(draft.refs.iter().map(pair).collect()),
            V::bytes(&Hash::of(&[&salt, &draft.body]).0),
        ];
        change(&mut fields);
        let lamport = self.lamport(party, &seen);
        let header = V::A(fields).encode();
        self.logs[party].push(Written {
            party,
            kind: draft.kind,
            header,
            salt,
            body: Some(draft.body),
            lamport,
        });
        (party as u64, index)
    }

    fn lamport(&self, party: usize, seen: &[u64]) -> u64 {
        let others = seen
            .iter()
            .zip(&self.logs)
            .filter_map(|(seen, log)| log.get(seen.checked_sub(1)? as usize));
        1 + others
            .chain(self.logs[party].last())
            .map(|entry| entry.lamport)
            .max()
            .unwrap_or(0)
    }

    /// Writes a message to the duty officer of the next party, whose map is changed before it is encoded.
    pub fn message(&mut self, party: usize, change: impl FnOnce(&mut Vec<(u64, V)>)) -> (u64, u64) {
        let body = self.message_map(party, change);
        self.add(party, Draft::new(1, body))
    }

    /// The body of [`World::message`]. Keys that `change` adds or replaces are put in order.
    pub fn message_map(&self, party: usize, change: impl FnOnce(&mut Vec<(u64, V)>)) -> Vec<u8> {
        let mut map = message_body((party + 1) % self.logs.len());
        change(&mut map);
        let mut map: Vec<_> = map.iter().rev().cloned().collect();
        map.sort_by_key(|(key, _)| *key);
        map.dedup_by_key(|(key, _)| *key);
        V::M(map).encode()
    }

    /// Writes a mark.
    pub fn mark(&mut self, party: usize) -> (u64, u64) {
        self.add(party, Draft::new(4, empty_body()))
    }

    /// Changes a party's node key; from here on it signs with the new one.
    pub fn change_key(
        &mut self,
        party: usize,
        node_seed: u8,
        seen: Option<Vec<u64>>,
    ) -> (u64, u64) {
        let serial = self.logs[party]
            .iter()
            .filter(|entry| entry.kind == 5)
            .count() as u64
            + 2;
        let renewed = Person::renewed(person_seed(&self.people[party]), node_seed, serial);
        let body = V::M(vec![(0, V::B(renewed.credential()))]).encode();
        let place = self.add(
            party,
            Draft {
                seen,
                ..Draft::new(5, body)
            },
        );
        self.node[party] = Arc::new(renewed.node);
        place
    }

    pub fn leaves(&self, party: usize, size: usize) -> Vec<Hash> {
        self.logs[party][..size]
            .iter()
            .map(|entry| leaf(&entry.header))
            .collect()
    }

    /// The text of a checkpoint.
    pub fn checkpoint(&self, party: usize, size: usize) -> String {
        self.checkpoint_of(party, size as u64, mth(&self.leaves(party, size)))
    }

    pub fn checkpoint_of(&self, party: usize, size: u64, root: Hash) -> String {
        format!(
            "{}\n{size}\n{}\n",
            self.origin(party),
            STANDARD.encode(root.0)
        )
    }

    pub fn log_line(&self, party: usize, text: &str, keys: &Keys) -> String {
        note_line(
            &self.origin(party),
            1,
            keys.ed(),
            &keys.sign_ed(text.as_bytes()),
        )
    }

    pub fn cosign_line(&self, by: usize, text: &str, time: u64, keys: &Keys) -> String {
        let message = format!("cosignature/v1\ntime {time}\n{text}");
        let signature = [&time.to_be_bytes()[..], &keys.sign_ed(message.as_bytes())].concat();
        note_line(&self.cosigner(by), 4, keys.ed(), &signature)
    }

    pub fn seal_line(&self, by: usize, text: &str, time: u64, keys: &Keys) -> String {
        let seal = self.seal(by, text, time, keys);
        let signature = [&time.to_be_bytes()[..], &seal].concat();
        note_line(&self.cosigner(by), 6, keys.pq(), &signature)
    }

    /// The ML-DSA-44 signature of a seal.
    pub fn seal(&self, by: usize, text: &str, time: u64, keys: &Keys) -> Vec<u8> {
        let name = self.cosigner(by);
        let parts: Vec<&str> = text.split('\n').collect();
        let opaque =
            |text: &str| [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat();
        let size: u64 = parts[1].parse().expect("a size");
        let message = [
            b"subtree/v1\n\0",
            &opaque(&name)[..],
            &time.to_be_bytes(),
            &opaque(parts[0]),
            &[0; 8],
            &size.to_be_bytes(),
            &STANDARD.decode(parts[2]).expect("a root"),
        ];
        keys.sign_pq(&message.concat())
    }

    /// A note over a log at a size, by the keys in force, with cosignatures and seals of some.
    pub fn note(
        &self,
        party: usize,
        size: usize,
        cosigners: &[usize],
        sealers: &[usize],
    ) -> String {
        let text = self.checkpoint(party, size);
        let time = NOW.unsigned_abs() / 1000;
        let mut note = format!("{text}\n{}", self.log_line(party, &text, &self.node[party]));
        for by in cosigners {
            note += &self.cosign_line(*by, &text, time, &self.node[*by]);
        }
        for by in sealers {
            note += &self.seal_line(*by, &text, time, &self.node[*by]);
        }
        note
    }

    /// One note for each log that has entries, cosigned by the others.
    pub fn notes(&self) -> Vec<String> {
        let others = |party: usize| {
            (0..self.logs.len())
                .filter(|by| *by != party)
                .collect::<Vec<_>>()
        };
        let written = (0..self.logs.len()).filter(|party| !self.logs[*party].is_empty());
        written
            .map(|party| self.note(party, self.logs[party].len(), &others(party), &[]))
            .collect()
    }

    /// All entries in the record's order.
    pub fn order(&self) -> Vec<&Written> {
        let mut all: Vec<_> = self.logs.iter().flatten().collect();
        all.sort_by_key(|entry| (entry.lamport, entry.party));
        all
    }

    /// How many entries are settled, as section 7 puts it.
    pub fn settled(&self) -> u64 {
        let last: Vec<u64> = self
            .logs
            .iter()
            .map(|log| log.last().map_or(0, |entry| entry.lamport))
            .collect();
        let is_settled = |entry: &&Written| {
            last.iter()
                .enumerate()
                .all(|(p, last)| (last + 1, p) > (entry.lamport, entry.party))
        };
        self.order().into_iter().filter(is_settled).count() as u64
    }

    /// The record root over all entries.
    pub fn root(&self) -> Hash {
        let leaves: Vec<_> = self
            .order()
            .iter()
            .map(|entry| record_leaf(entry.party, &entry.header))
            .collect();
        mth(&leaves)
    }

    /// The export, to be changed before it is encoded.
    pub fn export(&self) -> Export {
        let order = self.order();
        let end = vec![
            "end".into(),
            V::uint(order.len() as u64),
            V::uint(self.settled()),
            V::bytes(&self.root().0),
        ];
        Export {
            magic: b"openline-export/v1\n".to_vec(),
            instrument: V::bytes(&self.instrument),
            notes: self.notes().iter().map(|note| V::text(note)).collect(),
            forks: Vec::new(),
            items: order.iter().map(|entry| entry.item()).collect(),
            end: V::A(end),
            after: Vec::new(),
        }
    }

    /// The disclosure of one entry under the note of the log's full size, to be changed before it is encoded.
    pub fn proof(&self, party: usize, index: usize) -> ProofFile {
        let entry = &self.logs[party][index];
        let V::A(item) = entry.item() else {
            unreachable!("an item is an array")
        };
        let mut extra = vec![V::bytes(&self.instrument), V::A(Vec::new())];
        extra.extend(item.into_iter().skip(1));
        let size = self.logs[party].len();
        let others: Vec<usize> = (0..self.logs.len()).filter(|by| *by != party).collect();
        ProofFile {
            magic: "c2sp.org/tlog-proof@v1".to_owned(),
            extra,
            index: index.to_string(),
            path: audit_path(index, &self.leaves(party, size)),
            note: self.note(party, size, &others, &[]),
        }
    }
}

fn person_seed(person: &Person) -> u8 {
    person.name["Party ".len()..].parse().expect("a seed")
}

/// The parts of an export.
pub struct Export {
    pub magic: Vec<u8>,
    pub instrument: V,
    pub notes: Vec<V>,
    pub forks: Vec<V>,
    pub items: Vec<V>,
    pub end: V,
    pub after: Vec<u8>,
}

impl Export {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.magic.clone();
        bytes.extend(self.instrument.encode());
        bytes.extend(V::A(self.notes.clone()).encode());
        bytes.extend(V::A(self.forks.clone()).encode());
        self.items
            .iter()
            .for_each(|item| bytes.extend(item.encode()));
        bytes.extend(self.end.encode());
        bytes.extend(&self.after);
        bytes
    }
}

/// The parts of a disclosure.
pub struct ProofFile {
    pub magic: String,
    pub extra: Vec<V>,
    pub index: String,
    pub path: Vec<Hash>,
    pub note: String,
}

impl ProofFile {
    pub fn head(&self) -> String {
        format!("{}\nextra ", self.magic)
    }

    pub fn tail(&self) -> String {
        let path: String = self
            .path
            .iter()
            .map(|hash| STANDARD.encode(hash.0) + "\n")
            .collect();
        format!("\nindex {}\n{path}\n{}", self.index, self.note)
    }
}
