//! Fork evidence: two rightly signed checkpoints of one log that are not consistent (record.md section 8).

use crate::admit::Logs;
use crate::cbor::{Reader, Writer};
use crate::checkpoint::{CheckpointNote, KeyRing};
use crate::id::{Hash, PartyIndex};
use crate::limits::PROOF_MAX;
use crate::rule::Rule;
use crate::tree::verify_consistency;

/// Proof that a party signed two histories of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The signed note of the smaller size (or of either, when they are equal).
    pub first: String,
    /// The signed note of the larger size.
    pub second: String,
    /// The root at the first note's size in the second note's history.
    pub root: Hash,
    /// The consistency proof from that root to the second note; empty when the sizes are equal.
    pub proof: Vec<Hash>,
}

impl Fork {
    /// Encodes the evidence.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(4)
            .text(&self.first)
            .text(&self.second)
            .bytes(&self.root.0)
            .array(self.proof.len());
        for hash in &self.proof {
            w.bytes(&hash.0);
        }
        w.into_bytes()
    }

    /// Decodes evidence, checking only its form.
    ///
    /// # Errors
    /// The CBOR rules, or [`Rule::ForkShape`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Reader::whole(bytes, Rule::ForkShape, |r| {
            r.array_exact(4)?;
            let (first, second) = (r.text()?.to_owned(), r.text()?.to_owned());
            let root = Hash(r.array_of()?);
            let len = r.array_max(PROOF_MAX + 1, Rule::ForkShape)?;
            let proof = (0..len)
                .map(|_| Ok(Hash(r.array_of()?)))
                .collect::<Result<_, Rule>>()?;
            Ok(Self {
                first,
                second,
                root,
                proof,
            })
        })
    }

    /// Checks the evidence against the keys of a line, and returns whose fork it is (rules 49 and 50).
    ///
    /// Any key the party has had may have signed either note: a party answers for every history its keys signed.
    ///
    /// # Errors
    /// [`Rule::ForkShape`] or [`Rule::ForkProof`].
    pub fn check(&self, ring: &KeyRing) -> Result<PartyIndex, Rule> {
        let parse = |note: &str| CheckpointNote::parse(note).map_err(|_| Rule::ForkShape);
        let (first, second) = (parse(&self.first)?, parse(&self.second)?);
        let (old, new) = (&first.checkpoint, &second.checkpoint);
        let party = ring
            .party_of_origin(&old.origin)
            .map_err(|_| Rule::ForkShape)?;
        if old.origin != new.origin || old.size > new.size || old.size == 0 {
            return Err(Rule::ForkShape);
        }
        for note in [&first, &second] {
            ring.checkpoint_signature(note, party, |_| true)
                .map_err(|_| Rule::ForkShape)?;
        }
        let differs = self.root != old.root;
        let leads = verify_consistency(old.size, self.root, new.size, new.root, &self.proof);
        if differs && leads {
            Ok(party)
        } else {
            Err(Rule::ForkProof)
        }
    }
}

/// The key ring of a record as it stands: the charter's keys and those of every key change, numbered as the epochs.
#[must_use]
pub fn ring_of(logs: &Logs) -> KeyRing {
    let mut ring = KeyRing::of(logs.founded());
    for party in logs.founded().parties() {
        for epoch in logs.key_epochs(party).iter().skip(1) {
            ring.add(party, &epoch.keys);
        }
    }
    ring
}
