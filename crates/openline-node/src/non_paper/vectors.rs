//! The vectors of non-papers in `spec/vectors`: as a node takes what comes over a link, or in a file.

use openline_core::id::hex;
use serde_json::{Map, Value, json};

use super::*;
use crate::error::rule_of_sealed;
use crate::pouch::vectors::files::{self, Outcome, Vector};

const CONTEXT: [&str; 6] = ["own", "from", "line", "seal_keys", "theirs", "ours"];
const NOW: i64 = 1_800_000_000_000;

/// A node that has what the context says, in a folder of its own.
struct Taker {
    _home: tempfile::TempDir,
    papers: NonPapers,
    from: PartyId,
    line: LineId,
    keys: Vec<SealKeyPair>,
}

fn offer(bytes: &[u8]) -> Offer {
    Offer {
        to_key: bytes[..8].try_into().expect("8 bytes"),
        enc: bytes[8..1128].to_vec(),
    }
}

impl Taker {
    fn of(vector: &Vector) -> Self {
        let id = |key| {
            let bytes = vector.bytes(key).expect("an id");
            Hash::from_slice(&bytes).expect("32 bytes")
        };
        let (own, from) = (PartyId(id("own")), PartyId(id("from")));
        let seed = |bytes: Vec<u8>| SealKeyPair::from_seed(&bytes.try_into().expect("32 bytes"));
        let keys: Vec<_> = vector.list("seal_keys").into_iter().map(seed).collect();
        let theirs = vector.list("theirs");
        let theirs = theirs
            .iter()
            .map(|bytes| Share::take(offer(bytes), &keys).expect("to a key of the context"));
        let ours = vector.list("ours");
        let ours = ours.iter().map(|bytes| Share {
            offer: offer(bytes),
            secret: Zeroizing::new(bytes[1128..].try_into().expect("32 bytes")),
        });
        let home = tempfile::tempdir().expect("a folder");
        let mut papers = NonPapers::open(home.path(), own).expect("empty");
        let peer = Peer::with_shares(own, from, ours.collect(), theirs.collect());
        papers.peers.insert(from, peer);
        Self {
            _home: home,
            papers,
            from,
            line: LineId(id("line")),
            keys,
        }
    }

    fn texts(&self, locals: &[u64]) -> Vec<String> {
        let text = |local: &u64| {
            let text = self.papers.text(*local).expect("readable");
            text.expect("just taken").to_string()
        };
        locals.iter().map(text).collect()
    }

    fn take_frame(&mut self, bytes: &[u8]) -> Result<Value, Error> {
        match Frame::decode(bytes)? {
            Frame::NonPaper { tag, sealed } => {
                if tag != Tag::of(&self.line) {
                    return Err(Rule::LineUnknown.into());
                }
                let taken = self.papers.take(self.from, self.line, &sealed, NOW)?;
                let Taken::New(local) = taken else {
                    panic!("nothing was there before: {taken:?}");
                };
                Ok(json!({
                    "key": hex(&sealed.key), "number": sealed.number, "floor": sealed.floor,
                    "sent": self.papers.inbox[&local].sent_ms, "text": self.texts(&[local])[0],
                }))
            }
            Frame::NonPaperReceived(receipts) => {
                self.papers.take_receipts(&self.from, &receipts, NOW)?;
                let stage = |(number, stage): &(u64, Stage)| {
                    json!([number, u8::from(*stage == Stage::Shown)])
                };
                let stages: Vec<_> = receipts.stages.iter().map(stage).collect();
                Ok(json!({
                    "key": hex(&receipts.key), "series": hex(&receipts.series), "stages": stages,
                }))
            }
            other => panic!("no vector of this type: {other:?}"),
        }
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<Value, Error> {
        let (from, line) = (self.from, self.line);
        let brought = self.papers.unpack(
            bytes,
            &self.keys,
            |party| *party == from,
            |_, tag| (tag == Tag::of(&line)).then_some(line),
            NOW,
        )?;
        let key = match brought.share {
            Some(ShareIs::Proved) => "proved",
            Some(ShareIs::First) => "first",
            Some(ShareIs::Unproved) | None => "unproved",
        };
        Ok(json!({"from": from.to_string(), "key": key, "texts": self.texts(&brought.new)}))
    }

    fn run(&mut self, vector: &Vector) -> Result<Value, Error> {
        match vector.kind.as_str() {
            "non-paper" => self.take_frame(&vector.input),
            "non-paper-opened" => self.unpack(&vector.input),
            _ => {
                let opened = openline_bearer::pouch::open(&self.keys, INFO, &vector.input);
                let opened = opened.map_err(|error| Error::Rule(rule_of_sealed(&error)))?;
                self.unpack(&opened.plaintext)
            }
        }
    }
}

#[test]
fn every_vector_of_non_papers_holds() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    let all = files::all();
    for vector in all.iter().filter(|v| v.kind.starts_with("non-paper")) {
        for key in vector.context.keys() {
            assert!(
                CONTEXT.contains(&key.as_str()),
                "{}: unknown context key {key}",
                vector.name
            );
        }
        let outcome = match Taker::of(vector).run(vector) {
            Ok(values) => Outcome::Ok(values),
            Err(Error::Rule(rule)) => Outcome::Refused(rule.id().to_owned(), json!(Map::new())),
            Err(Error::Folder(error)) => panic!("{}: {error}", vector.name),
        };
        wrong.extend(files::disagreement(vector, &outcome));
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 60, "only {count} vectors were found");
}
