//! The parties of every run, and the lines they have founded: the same for all seeds, since ML-DSA is dear.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use openline_core::body::encode_key_change;
use openline_core::charter::{
    Charter, CharterTerms, Founded, Instrument, Matching, Member, SealBeat,
};
use openline_core::credential::{Credential, VerifiedCredential};
use openline_core::keys::SecretKeys;
use openline_core::{PartyId, PartyIndex};

/// Most parties of a run.
pub(crate) const PARTIES_MAX: usize = 5;
/// The one post that every party has besides its node.
pub(crate) const POST: &str = "duty";
/// Beacons come at half of this.
const CONTACT_INTERVAL: Duration = Duration::from_secs(10);

/// A party with its secrets.
#[derive(Debug)]
pub(crate) struct Person {
    /// Its id.
    pub id: PartyId,
    /// The node keys that charters name.
    pub keys: Arc<SecretKeys>,
    /// The node keys that it may change to.
    pub next_keys: Arc<SecretKeys>,
    /// The body of the entry that makes this change.
    pub key_change: Vec<u8>,
    credential: VerifiedCredential,
}

/// Parties in ascending order of their ids, so that a party has the same index in every line.
#[derive(Debug)]
pub(crate) struct Cast {
    /// The parties.
    pub persons: Vec<Person>,
    /// By number of parties, less two: two lines of the first so many parties, by their ids. ML-DSA signatures differ from
    /// run to run and with them the ids; that one comes before the other is all that a run may depend on.
    lines: Vec<[Arc<Founded>; 2]>,
}

/// The cast, made on first use.
pub(crate) fn cast() -> &'static Cast {
    static CAST: OnceLock<Cast> = OnceLock::new();
    CAST.get_or_init(Cast::new)
}

impl Cast {
    fn new() -> Self {
        let mut persons: Vec<Person> = (1..=5u8).map(person).collect();
        persons.sort_by_key(|person| person.id);
        let lines = (2..=PARTIES_MAX)
            .map(|count| {
                let mut pair = [0, 1].map(|number| found(&persons[..count], number));
                pair.sort_by_key(|founded| founded.line());
                pair
            })
            .collect();
        Self { persons, lines }
    }

    /// Line `number`, 0 or 1, of the first `parties` parties, 2 to [`PARTIES_MAX`].
    #[must_use]
    pub(crate) fn line(&self, parties: usize, number: usize) -> Arc<Founded> {
        self.lines[parties - 2][number].clone()
    }
}

fn person(seed: u8) -> Person {
    let secret = |at: u8| SecretKeys::from_seeds([at; 32], [at ^ 0xff; 32]);
    let (root, keys, next_keys) = (secret(seed), secret(seed + 50), secret(seed + 100));
    let name = format!("Party {seed}");
    let certify = |keys: &SecretKeys, serial| {
        Credential::issue(
            &root,
            &name,
            serial,
            keys.ed_public(),
            keys.pq_public(),
            1_700_000_000_000,
        )
        .and_then(Credential::verify)
        .expect("names, serials and times are in range")
    };
    let credential = certify(&keys, 1);
    let key_change = encode_key_change(certify(&next_keys, 2).bytes());
    Person {
        id: credential.party_id(),
        keys: Arc::new(keys),
        next_keys: Arc::new(next_keys),
        key_change,
        credential,
    }
}

fn found(persons: &[Person], number: u8) -> Arc<Founded> {
    let terms = CharterTerms {
        title: format!("Line {number}"),
        contact_interval: CONTACT_INTERVAL,
        settle_delay: Duration::from_secs(2),
        seal_beat: SealBeat {
            entries: 48,
            interval: Duration::from_secs(120),
        },
        matching: Matching { picks: 4, runs: 3 },
        ..CharterTerms::default()
    };
    let member = |person: &Person| Member {
        credential: person.credential.clone(),
        posts: vec![POST.to_owned()],
        zone: "UTC".to_owned(),
    };
    let charter = Charter::new(terms, persons.iter().map(member).collect(), [number; 16])
        .expect("terms are in range");
    let mut instrument = Instrument::propose(charter);
    for (at, person) in persons.iter().enumerate() {
        let party = PartyIndex::from_usize(at).expect("few parties");
        instrument
            .sign(party, &person.keys)
            .expect("persons are in the order of the charter");
    }
    Arc::new(instrument.found().expect("all have signed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_has_the_same_index_in_every_line() {
        for count in 2..=PARTIES_MAX {
            for number in [0, 1] {
                let line = cast().line(count, number);
                for (at, person) in cast().persons[..count].iter().enumerate() {
                    assert_eq!(line.index_of(&person.id), PartyIndex::from_usize(at));
                }
            }
        }
    }
}
