//! The secret of a run, and what is derived from it.

use std::fmt;

use openline_core::scheduling::{Opening, Picks, SECRET_LEN};
use openline_core::{Hash, PartyIndex};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha512};

const STREAM: &[u8] = b"openline/slot/v1\n";
const PICK: &[u8] = b"openline/slot-pick/v1\n";
const COMMITMENT: &[u8] = b"openline/slot-commitment/v1\n";

/// What one party keeps to itself in a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Private {
    /// Whose it is.
    pub party: PartyIndex,
    /// The leaf hash of the run's request: what is made for one run fits no other.
    pub run: Hash,
    /// 32 random bytes, drawn for this run alone.
    pub secret: [u8; SECRET_LEN],
    /// The slots that are put to the comparison.
    pub picks: Picks,
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({} of {})", self.party, self.run)
    }
}

impl Private {
    /// What an opening says was kept.
    #[must_use]
    pub fn opened(party: PartyIndex, run: Hash, opening: &Opening) -> Self {
        Self {
            party,
            run,
            secret: opening.secret,
            picks: opening.picks.clone(),
        }
    }

    /// Opens it for all to see.
    #[must_use]
    pub fn opening(&self) -> Opening {
        Opening {
            secret: self.secret,
            picks: self.picks.clone(),
        }
    }

    /// The hash that commits to it, in both methods.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        Hash::of(&[
            COMMITMENT,
            &self.run.0,
            &[self.party.0],
            &self.secret,
            &self.picks.bytes(),
        ])
    }

    /// What stands for the picks in the comparison: a hash of each slot, then dummies that no slot has; always as many.
    #[must_use]
    pub fn inputs(&self) -> Vec<[u8; 32]> {
        let mut dummies = self.stream("dummy");
        let slots = self.picks.slots().iter();
        let mut inputs: Vec<_> = slots.map(|slot| input(&self.run, *slot)).collect();
        inputs.resize_with(self.picks.count(), || {
            let mut dummy = [0; 32];
            dummies.fill_bytes(&mut dummy);
            dummy
        });
        inputs
    }

    /// The bytes that are drawn for one use in this run.
    pub(super) fn stream(&self, label: &'static str) -> Stream {
        let head = [STREAM, &self.secret, &self.run.0, label.as_bytes()].concat();
        Stream {
            head,
            number: 0,
            block: Vec::new(),
        }
    }
}

/// What a slot is in the comparison of a run.
#[must_use]
pub fn input(run: &Hash, slot: u16) -> [u8; 32] {
    Hash::of(&[PICK, &run.0, &slot.to_be_bytes()]).0
}

/// SHA-512 over a secret beginning and a counter, one block after the other.
pub(super) struct Stream {
    head: Vec<u8>,
    number: u64,
    block: Vec<u8>,
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.block.is_empty() {
                let block = Sha512::new()
                    .chain_update(&self.head)
                    .chain_update(self.number.to_be_bytes())
                    .finalize();
                // Taken from the end.
                self.block = block.iter().rev().copied().collect();
                self.number += 1;
            }
            *byte = self.block.pop().expect("a block was just made");
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

/// As unpredictable as the secret that it begins with.
impl CryptoRng for Stream {}
