//! A small world for tests: parties with keys, a founded line, and entries written to it by the core's own rules.
#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]

use std::sync::Arc;

use openline_core::admit::{AdmittedBatch, Applied, Logs};
use openline_core::body::{EMPTY_BODY, Purge, encode_founding};
use openline_core::charter::{Charter, CharterTerms, Founded, Instrument, Member, NODE_POST};
use openline_core::checkpoint::{Cosignature, Seal};
use openline_core::credential::Credential;
use openline_core::entry::{Header, Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::keys::SecretKeys;
use openline_core::message::{Address, Form, Message, Precedence, Text};
use openline_core::{LineId, PartyIndex};
use openline_store::{CommitError, Limits, Reader, Store, StoredEntry, Write};

/// When everything in tests arrives.
pub const ARRIVED: i64 = 1_700_000_000_123;
/// No limit that a test meets.
pub const ALL: Limits = Limits {
    entries: usize::MAX >> 1,
    bytes: usize::MAX >> 1,
};

pub fn party(index: u8) -> PartyIndex {
    PartyIndex(index)
}

pub fn at(index: u8, position: u64) -> Ref {
    Ref {
        party: party(index),
        index: position,
    }
}

/// An entry to write: everything but what its place decides.
#[derive(Clone)]
pub struct Draft {
    pub kind: Kind,
    pub refs: Vec<Ref>,
    pub body: Vec<u8>,
}

pub fn says(text: &str) -> Draft {
    Draft {
        kind: Kind::Message,
        refs: vec![],
        body: message(None, text),
    }
}

pub fn titled(subject: &str, text: &str) -> Draft {
    Draft {
        kind: Kind::Message,
        refs: vec![],
        body: message(Some(subject), text),
    }
}

pub fn mark() -> Draft {
    Draft {
        kind: Kind::Mark,
        refs: vec![],
        body: EMPTY_BODY.to_vec(),
    }
}

pub fn purge(targets: Vec<Ref>) -> Draft {
    let purge = Purge {
        targets,
        reason: "agreed".into(),
    };
    Draft {
        kind: Kind::Purge,
        refs: vec![],
        body: purge.encode(),
    }
}

pub fn consent(purge: Ref) -> Draft {
    Draft {
        kind: Kind::Consent,
        refs: vec![purge],
        body: EMPTY_BODY.to_vec(),
    }
}

fn message(subject: Option<&str>, text: &str) -> Vec<u8> {
    Message {
        form: Form::Message,
        precedence: Precedence::Routine,
        to: vec![Address {
            party: party(0),
            post: "watch".into(),
        }],
        info: vec![],
        info_precedence: None,
        subject: subject.map(str::to_owned),
        texts: vec![Text {
            language: "en".into(),
            is_authoritative: true,
            text: text.into(),
        }],
        number: None,
        attachments: vec![],
        own_reference: None,
        authority: None,
        validity: None,
        claimed: vec![],
        class: None,
        template: None,
        fields: vec![],
    }
    .encode()
}

fn node_keys(p: u8) -> SecretKeys {
    SecretKeys::from_seeds([70 + p; 32], [100 + p; 32])
}

/// The node keys of a charter's members, in their order.
fn keys_of(charter: &Charter) -> Vec<SecretKeys> {
    let all = || (0..16).map(node_keys);
    let of = |member: &Member| all().find(|keys| keys.public() == member.keys()).unwrap();
    charter.members().iter().map(of).collect()
}

/// A line and everyone on it.
pub struct World {
    pub founded: Arc<Founded>,
    pub keys: Vec<SecretKeys>,
    pub logs: Logs,
    salt: u128,
}

impl World {
    /// Founds a line of `parties`. Signatures are fresh each time, so each line is another one.
    pub fn new(parties: u8) -> Self {
        let mut members = Vec::new();
        for p in 0..parties {
            let root = SecretKeys::from_seeds([10 + p; 32], [40 + p; 32]);
            let node = node_keys(p);
            let issued = Credential::issue(
                &root,
                &format!("Party {p}"),
                1,
                node.ed_public(),
                node.pq_public(),
                0,
            );
            members.push(Member {
                credential: issued.unwrap().verify().unwrap(),
                posts: vec!["watch".into()],
                zone: "UTC".into(),
            });
        }
        let charter = Charter::new(CharterTerms::default(), members, [7; 16]).unwrap();
        let keys = keys_of(&charter);
        let mut instrument = Instrument::propose(charter);
        for (p, keys) in keys.iter().enumerate() {
            instrument
                .sign(PartyIndex::from_usize(p).unwrap(), keys)
                .unwrap();
        }
        Self::of(Arc::new(instrument.found().unwrap()))
    }

    /// An empty record of a line that [`World::new`] has founded.
    pub fn of(founded: Arc<Founded>) -> Self {
        Self {
            keys: keys_of(founded.charter()),
            logs: Logs::new(founded.clone()),
            founded,
            salt: 0,
        }
    }

    pub fn line(&self) -> LineId {
        self.founded.line()
    }

    fn raw(&mut self, seen: Vec<u64>, draft: &Draft) -> RawEntry {
        self.salt += 1;
        let body = SaltedBody {
            salt: self.salt.to_be_bytes(),
            bytes: draft.body.clone(),
        };
        let post = if draft.kind.is_by_node() {
            NODE_POST
        } else {
            "watch"
        };
        let header = Header {
            kind: draft.kind,
            seen,
            post: post.into(),
            message_type: MessageType::Exercise,
            time: 1_700_000_000_000,
            refs: draft.refs.clone(),
            body_hash: body.hash(),
        };
        RawEntry {
            header: header.encode(),
            body: Some((body.salt.to_vec(), body.bytes)),
        }
    }

    /// Makes and signs a batch, founding the log first if need be; nothing is applied.
    pub fn batch(&mut self, index: u8, drafts: &[Draft]) -> AdmittedBatch {
        self.batch_without(index, drafts, false)
    }

    /// As [`World::batch`]; the last entry comes without its body if asked.
    pub fn batch_without(
        &mut self,
        index: u8,
        drafts: &[Draft],
        is_last_bare: bool,
    ) -> AdmittedBatch {
        let p = party(index);
        let mut seen = self.logs.sizes();
        let mut raws = Vec::new();
        if seen[p.at()] == 0 {
            let founding = Draft {
                kind: Kind::Founding,
                refs: vec![],
                body: encode_founding(&self.line()),
            };
            raws.push(self.raw(vec![0; seen.len()], &founding));
            seen[p.at()] += 1;
        }
        for draft in drafts {
            raws.push(self.raw(seen.clone(), draft));
            seen[p.at()] += 1;
        }
        if is_last_bare {
            raws.last_mut().unwrap().body = None;
        }
        let mut batch = self.logs.batch(p);
        for raw in raws {
            batch.push(raw).unwrap();
        }
        batch.sign(&self.keys[p.at()]).unwrap()
    }

    /// Stores a batch and what follows from it, as a node does: first the batch, then what it settles and purges.
    pub fn put(
        &mut self,
        store: &mut Store,
        index: u8,
        drafts: &[Draft],
    ) -> Result<Applied, CommitError> {
        let batch = self.batch(index, drafts);
        self.put_batch(store, &batch)
    }

    pub fn put_batch(
        &mut self,
        store: &mut Store,
        batch: &AdmittedBatch,
    ) -> Result<Applied, CommitError> {
        let line = self.line();
        store.commit(&[Write::Batch {
            line,
            batch,
            arrived_ms: ARRIVED,
        }])?;
        let applied = self.logs.apply(batch);
        store.commit(&self.follow_up(&applied))?;
        Ok(applied)
    }

    /// What a node stores after it has applied a batch.
    pub fn follow_up<'a>(&'a self, applied: &'a Applied) -> Vec<Write<'a>> {
        let line = self.line();
        vec![
            Write::Settled {
                line,
                settled: &applied.settled,
                frontier: self.logs.order().frontier(),
            },
            Write::Purged {
                line,
                places: &applied.purged,
            },
        ]
    }

    /// Stores the line.
    pub fn found(&self, store: &mut Store) {
        store
            .commit(&[Write::Line {
                founded: &self.founded,
            }])
            .unwrap();
    }

    /// `cosigner` cosigns `log` as it is, and `seal` if asked.
    pub fn cosign(&self, store: &mut Store, log: u8, cosigner: u8, time: u64, is_sealed: bool) {
        let checkpoint = self.logs.checkpoint(party(log));
        let keys = &self.keys[usize::from(cosigner)];
        let cosignature = Cosignature::sign(&checkpoint, keys, time);
        let id = self.founded.party_id(party(cosigner));
        let (line, log, cosigner) = (self.line(), party(log), party(cosigner));
        store
            .commit(&[Write::Cosignature {
                line,
                log,
                cosigner,
                checkpoint: &checkpoint,
                cosignature: &cosignature,
            }])
            .unwrap();
        if is_sealed {
            let seal = Seal::sign(&checkpoint, &id, keys, time);
            store
                .commit(&[Write::Seal {
                    line,
                    log,
                    cosigner,
                    checkpoint: &checkpoint,
                    seal: &seal,
                }])
                .unwrap();
        }
    }
}

/// A world of `parties` and a store that holds some of everything: messages, a purge, cosignatures, seals, documents, audit.
pub fn furnish(store: &mut Store, parties: u8) -> World {
    let mut world = World::new(parties);
    world.found(store);
    for round in 0..6 {
        for p in 0..parties {
            let text = format!("round {round}, party {p}: the buoy is lit");
            world
                .put(store, p, &[says(&text), titled("Buoy", &text)])
                .unwrap();
            for cosigner in (0..parties).filter(|cosigner| *cosigner != p) {
                world.cosign(store, p, cosigner, 1000 + round, round == 3);
            }
        }
    }
    world
        .put(store, 0, &[purge(vec![at(0, 3), at(1, 2)])])
        .unwrap();
    let proposal = at(0, world.logs.size(party(0)) - 1);
    for p in 1..parties {
        world.put(store, p, &[consent(proposal)]).unwrap();
    }
    for p in 0..parties {
        world.put(store, p, &[mark()]).unwrap();
    }
    for (kind, key) in [("draft", "a"), ("draft", "b"), ("relation", "x")] {
        store
            .commit(&[Write::Document {
                kind,
                key,
                value: format!("{kind} {key}").as_bytes(),
                updated_ms: 5,
            }])
            .unwrap();
    }
    for number in 0..5 {
        store
            .commit(&[Write::Audit {
                at_ms: number,
                text: &format!("act {number}"),
            }])
            .unwrap();
    }
    world
}

/// Everything of a log that a reader returns.
pub fn log(reader: &Reader, world: &World, index: u8) -> Vec<StoredEntry> {
    reader.entries(world.line(), party(index), 0, ALL).unwrap()
}

/// Checks that a store takes up to exactly the state of the world.
pub fn assert_takes_up(reader: &Reader, world: &World) {
    let snapshot = reader.take_up(&world.founded).unwrap();
    let restored = Logs::restore(world.founded.clone(), snapshot).unwrap();
    assert_same(&restored, &world.logs);
}

/// Checks that two records are the same as far as the core can tell from outside.
pub fn assert_same(one: &Logs, other: &Logs) {
    assert_eq!(one.sizes(), other.sizes());
    for p in one.founded().parties() {
        assert_eq!(one.checkpoint(p), other.checkpoint(p));
        assert_eq!(one.key_epochs(p), other.key_epochs(p));
    }
    assert_eq!(one.order().frontier(), other.order().frontier());
    assert_eq!(one.order().root(), other.order().root());
    assert_eq!(one.order().waiting(), other.order().waiting());
    assert_eq!(
        one.missing_bodies().collect::<Vec<_>>(),
        other.missing_bodies().collect::<Vec<_>>()
    );
}

/// Checks that a full check finds nothing at all.
pub fn assert_clean(reader: &Reader) {
    let report = reader.check(&mut |_| ());
    assert_eq!(report.findings, [], "{report:?}");
    assert!(report.is_clean());
}

/// Numbers that look random and are the same in each run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end as u64)).unwrap()
    }
}

/// The store's file of a home.
pub fn record(home: &std::path::Path) -> std::path::PathBuf {
    home.join("store/record.sqlite")
}

/// The write-ahead log beside it.
pub fn wal(home: &std::path::Path) -> std::path::PathBuf {
    home.join("store/record.sqlite-wal")
}

/// A home with these files in it and nothing else.
pub fn home_with(record_bytes: &[u8], wal_bytes: &[u8]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("store")).unwrap();
    std::fs::write(record(home.path()), record_bytes).unwrap();
    if !wal_bytes.is_empty() {
        std::fs::write(wal(home.path()), wal_bytes).unwrap();
    }
    home
}
