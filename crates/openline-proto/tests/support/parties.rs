//! Parties that have founded a line.

use std::sync::Arc;

use openline_core::PartyId;
use openline_core::PartyIndex;
use openline_core::charter::{Charter, CharterTerms, Founded, Instrument, Member};
use openline_core::credential::Credential;
use openline_core::keys::SecretKeys;

pub(crate) struct Party {
    pub(crate) id: PartyId,
    pub(crate) keys: SecretKeys,
    member: Member,
}

fn party(seed: u8) -> Party {
    let root = SecretKeys::from_seeds([seed; 32], [seed; 32]);
    let keys = SecretKeys::from_seeds([seed + 50; 32], [seed + 50; 32]);
    let name = format!("Party {seed}");
    let credential = Credential::issue(&root, &name, 1, keys.ed_public(), keys.pq_public(), 0)
        .and_then(Credential::verify)
        .expect("name, serial and time are in range");
    let member = Member {
        credential,
        posts: vec!["duty".to_owned()],
        zone: "UTC".to_owned(),
    };
    Party {
        id: member.party_id(),
        keys,
        member,
    }
}

/// So many parties in the charter's order, and a line that they have founded.
pub(crate) fn founded(count: u8) -> (Vec<Party>, Arc<Founded>) {
    let mut parties: Vec<Party> = (1..=count).map(party).collect();
    parties.sort_by_key(|party| party.id);
    let members = parties.iter().map(|party| party.member.clone()).collect();
    let charter = Charter::new(CharterTerms::default(), members, [7; 16]).expect("terms are right");
    let mut instrument = Instrument::propose(charter);
    for (at, party) in parties.iter().enumerate() {
        let index = PartyIndex::from_usize(at).expect("few parties");
        instrument
            .sign(index, &party.keys)
            .expect("in the charter's order");
    }
    let founded = Arc::new(instrument.found().expect("all have signed"));
    (parties, founded)
}
