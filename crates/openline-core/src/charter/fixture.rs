//! Parties and lines for unit tests, made from one-byte seeds.

use super::{Charter, CharterTerms, Founded, Instrument, Member};
use crate::credential::{Credential, VerifiedCredential};
use crate::id::PartyIndex;
use crate::keys::SecretKeys;

/// A party with its secrets.
pub(crate) struct Party {
    pub(crate) root: SecretKeys,
    pub(crate) node: SecretKeys,
    pub(crate) credential: VerifiedCredential,
}

impl Party {
    pub(crate) fn new(seed: u8) -> Self {
        let root = SecretKeys::from_seeds([seed; 32], [seed ^ 0xff; 32]);
        Self::certified(root, seed.wrapping_add(100), &format!("Party {seed}"), 1)
    }

    /// The same party with another node key and a higher serial.
    pub(crate) fn renewed(seed: u8, node_seed: u8, serial: u64) -> Self {
        let root = SecretKeys::from_seeds([seed; 32], [seed ^ 0xff; 32]);
        Self::certified(root, node_seed, &format!("Party {seed}"), serial)
    }

    fn certified(root: SecretKeys, node_seed: u8, name: &str, serial: u64) -> Self {
        let node = SecretKeys::from_seeds([node_seed; 32], [node_seed ^ 0xff; 32]);
        let credential = Credential::issue(
            &root,
            name,
            serial,
            node.ed_public(),
            node.pq_public(),
            1_700_000_000_000,
        );
        let credential = credential
            .and_then(Credential::verify)
            .expect("a fixture is right");
        Self {
            root,
            node,
            credential,
        }
    }

    pub(crate) fn member(&self) -> Member {
        Member {
            credential: self.credential.clone(),
            posts: vec!["duty".to_owned()],
            zone: "Europe/Vienna".to_owned(),
        }
    }
}

/// Parties 1 to `count`, in the order of the charter.
pub(crate) fn parties(count: u8) -> Vec<Party> {
    let mut parties: Vec<_> = (1..=count).map(Party::new).collect();
    parties.sort_by_key(|party| party.credential.party_id());
    parties
}

/// A proposal among `parties` that nobody has signed.
pub(crate) fn proposal(parties: &[Party]) -> Instrument {
    let members = parties.iter().map(Party::member).collect();
    Instrument::propose(
        Charter::new(CharterTerms::default(), members, [7; 16]).expect("a fixture is right"),
    )
}

/// A line among `parties`, which stand in the order of the charter.
pub(crate) fn found(parties: &[Party]) -> Founded {
    let mut instrument = proposal(parties);
    for (at, party) in parties.iter().enumerate() {
        instrument
            .sign(PartyIndex::from_usize(at).expect("few"), &party.node)
            .expect("its own key");
    }
    instrument.found().expect("all have signed")
}
