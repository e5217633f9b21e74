//! Other parties: what their cards said, and whether people have compared the phrase.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use openline_core::card::{Card, Continuity, Short};
use openline_core::credential::{Certificate, VerifiedCredential};
use openline_core::phrase::{Half, Phrase};
use openline_core::{PartyId, Rule};
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::view::RelationView;

/// Most halves of phrases that are kept.
const HALVES_MAX: usize = 256;

/// Halves of phrases by their certificates, kept because each is dear to compute.
#[derive(Debug, Clone, Default)]
pub struct Halves(Arc<Mutex<HashMap<Vec<u8>, Half>>>);

impl Halves {
    /// The half of a certificate. Not to be called where anything waits that is in haste.
    fn of(&self, certificate: &Certificate) -> Half {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(half) = known().get(certificate.bytes()) {
            return *half;
        }
        let half = Half::of(certificate);
        let mut known = known();
        if known.len() >= HALVES_MAX {
            known.clear();
        }
        known.insert(certificate.bytes().to_vec(), half);
        half
    }
}

/// Whether people have compared the phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Pending,
    Confirmed,
}

/// What is known of the other party's keys.
#[derive(Debug, Clone, PartialEq)]
enum Known {
    /// A whole card.
    Card(Box<Card>),
    /// The short form, out of a QR code; the long keys follow on the first session.
    Short(Box<Short>),
}

impl Eq for Known {}

/// Another party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its id.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// Where its node is reached.
    pub endpoints: Vec<String>,
    known: Known,
    state: State,
    added_ms: i64,
    confirmed_ms: Option<i64>,
    /// A credential newer than the card's, learned from a key change on a record.
    renewed: Option<VerifiedCredential>,
    /// The key before the last key change. Its bearers are accepted until the new one has been proved:
    /// the party goes on proving it until it knows that we hold the change.
    former: Option<[u8; 32]>,
}

/// As it is kept in the store.
#[derive(Serialize, Deserialize)]
struct Stored {
    card: String,
    state: State,
    added_ms: i64,
    confirmed_ms: Option<i64>,
    renewed: Option<String>,
    #[serde(default)]
    former: Option<[u8; 32]>,
}

/// What receiving a card changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Same,
    /// Newer endpoints or a newer key for pouches.
    Statement,
    /// The long keys of what was known in short.
    Completed,
    /// A new node key, certified by the same root.
    KeyRenewed,
}

impl Change {
    /// Whether there is something to keep.
    #[must_use]
    pub fn is_change(self) -> bool {
        self != Self::Same
    }
}

impl Relation {
    /// Takes a card file, or the short form of a card; pending until confirmed.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn from_text(text: &str, now_ms: i64) -> Result<Self, ServiceError> {
        let text = text.trim_start();
        let known = if text.starts_with("OPENLINE1:") {
            Known::Short(Box::new(Short::parse(text.trim())?))
        } else {
            Known::Card(Box::new(Card::parse_file(text.as_bytes())?))
        };
        Ok(Self::from_known(known, now_ms))
    }

    fn from_known(known: Known, added_ms: i64) -> Self {
        let (certificate, endpoints) = match &known {
            Known::Card(card) => (card.credential().certificate(), card.endpoints()),
            Known::Short(short) => (short.certificate(), short.endpoints()),
        };
        Self {
            party: certificate.party_id(),
            name: certificate.name.clone(),
            endpoints: endpoints.to_vec(),
            known,
            state: State::Pending,
            added_ms,
            confirmed_ms: None,
            renewed: None,
            former: None,
        }
    }

    /// The certificate in force.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        match (&self.renewed, &self.known) {
            (Some(credential), _) => credential.certificate(),
            (None, Known::Card(card)) => card.credential().certificate(),
            (None, Known::Short(short)) => short.certificate(),
        }
    }

    /// The credential in force; none while only the short form is known.
    #[must_use]
    pub fn credential(&self) -> Option<VerifiedCredential> {
        match (&self.renewed, &self.known) {
            (Some(credential), _) => Some(credential.clone()),
            (None, Known::Card(card)) => Some(card.credential().clone()),
            (None, Known::Short(_)) => None,
        }
    }

    /// The key that its bearers must prove and that signs for it.
    #[must_use]
    pub fn node_key(&self) -> Option<[u8; 32]> {
        Some(self.certificate().node_ed)
    }

    /// Every key whose bearers are accepted: the one in force, and the former one until the new one has been proved.
    pub fn bearer_keys(&self) -> impl Iterator<Item = [u8; 32]> + '_ {
        self.node_key().into_iter().chain(self.former)
    }

    /// A bearer has proved `key`; true if that ends the former key's time.
    pub fn note_proved(&mut self, key: &[u8; 32]) -> bool {
        self.node_key().as_ref() == Some(key) && self.former.take().is_some()
    }

    /// The key that pouches to it are sealed to.
    #[must_use]
    pub fn seal_key(&self) -> Option<Vec<u8>> {
        match &self.known {
            Known::Card(card) => Some(card.seal_key().to_vec()),
            Known::Short(_) => None,
        }
    }

    /// Whether people have compared the phrase.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.state == State::Confirmed
    }

    /// People have compared the phrase.
    pub fn confirm(&mut self, now_ms: i64) {
        self.state = State::Confirmed;
        self.confirmed_ms = Some(now_ms);
    }

    /// Takes what was given for the same party again. A confirmed relation stays so unless the certificate contradicts it.
    ///
    /// # Errors
    /// [`Rule::CardChanged`]
    pub fn updated(mut self, fresh: &Self) -> Result<Self, ServiceError> {
        match &fresh.known {
            Known::Card(card) => {
                self.receive_card(card)?;
            }
            Known::Short(short) if short.certificate().bytes() != self.certificate().bytes() => {
                return Err(Rule::CardChanged.into());
            }
            Known::Short(_) => {}
        }
        Ok(self)
    }

    /// Takes a card from the party itself, over a session or in a pouch.
    ///
    /// # Errors
    /// [`Rule::CardChanged`] if it contradicts what is known.
    pub fn receive_card(&mut self, card: &Card) -> Result<Change, Rule> {
        if card.party_id() != self.party {
            return Err(Rule::CardChanged);
        }
        let change = match self.credential() {
            Some(credential) => match card.compare(&credential)? {
                Continuity::Same => self.newer_statement(card),
                Continuity::KeyChange => Change::KeyRenewed,
                Continuity::Unrelated => return Err(Rule::CardChanged),
            },
            None if card.credential().certificate().bytes() == self.certificate().bytes() => {
                Change::Completed
            }
            // The short form pins the root, whose signatures over the later certificate are right.
            None if card.credential().serial() > self.certificate().serial => Change::KeyRenewed,
            None => return Err(Rule::CardChanged),
        };
        if change == Change::KeyRenewed {
            self.former = self.node_key();
        }
        if change.is_change() {
            self.endpoints = card.endpoints().to_vec();
            self.known = Known::Card(Box::new(card.clone()));
            self.renewed = None;
            self.name = self.certificate().name.clone();
        }
        Ok(change)
    }

    /// A statement counts if it is later than the one known: an old card, replayed, changes nothing.
    fn newer_statement(&self, card: &Card) -> Change {
        match &self.known {
            Known::Card(known) if card.issued() <= known.issued() => Change::Same,
            Known::Card(_) | Known::Short(_) => Change::Statement,
        }
    }

    /// Takes a credential out of a key change on a record; true if it is a new one.
    ///
    /// # Errors
    /// [`Rule::CardChanged`] if it is another root's.
    pub fn receive_credential(&mut self, credential: &VerifiedCredential) -> Result<bool, Rule> {
        if credential.party_id() != self.party {
            return Err(Rule::CardChanged);
        }
        let is_newer = credential.serial() > self.certificate().serial;
        if is_newer {
            self.former = self.node_key();
            self.renewed = Some(credential.clone());
            self.name = self.certificate().name.clone();
        }
        Ok(is_newer)
    }

    /// The phrase that both sides read aloud. Takes a good part of a second where `halves` do not have it.
    #[must_use]
    pub fn phrase(&self, own: &Certificate, halves: &Halves) -> String {
        Phrase::with(own, self.certificate(), |certificate| {
            halves.of(certificate)
        })
        .to_string()
    }

    /// For the façade; takes as long as [`Relation::phrase`].
    #[must_use]
    pub fn view(&self, own: &Certificate, halves: &Halves) -> RelationView {
        RelationView {
            id: self.party.to_string(),
            name: self.name.clone(),
            state: if self.is_confirmed() {
                "confirmed"
            } else {
                "pending"
            }
            .to_owned(),
            phrase: self.phrase(own, halves),
            serial: self.certificate().serial,
            endpoints: self.endpoints.clone(),
            is_short: matches!(self.known, Known::Short(_)),
        }
    }

    /// For the store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let card = match &self.known {
            Known::Card(card) => card.to_file(),
            Known::Short(short) => short.to_text(),
        };
        let renewed = self
            .renewed
            .as_ref()
            .map(|credential| openline_core::id::hex(credential.bytes()));
        let stored = Stored {
            card,
            state: self.state,
            added_ms: self.added_ms,
            confirmed_ms: self.confirmed_ms,
            renewed,
            former: self.former,
        };
        serde_json::to_vec(&stored).expect("plain strings and numbers have a JSON form")
    }

    /// From the store.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub fn decode(bytes: &[u8]) -> Result<Self, ServiceError> {
        let stored: Stored = serde_json::from_slice(bytes)
            .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
        let mut relation = Self::from_text(&stored.card, stored.added_ms)?;
        relation.state = stored.state;
        relation.confirmed_ms = stored.confirmed_ms;
        relation.former = stored.former;
        if let Some(text) = stored.renewed {
            let bytes = openline_core::id::from_hex(&text).ok_or(Rule::CredentialShape)?;
            relation.renewed = Some(VerifiedCredential::decode(&bytes)?);
            relation.name = relation.certificate().name.clone();
        }
        Ok(relation)
    }
}

#[cfg(test)]
mod tests {
    use openline_bearer::pouch::SealKeyPair;
    use openline_core::keys::SecretKeys;

    use super::*;
    use crate::identity::{Seeds, certify};

    /// A party with its root, its node's keys, and what the root says of them.
    struct Party {
        root: SecretKeys,
        node: SecretKeys,
        credential: VerifiedCredential,
    }

    impl Party {
        fn new(seed: u8, name: &str) -> Self {
            Self::certified(seed, name, 1)
        }

        /// The same root with another node key.
        fn renewed(seed: u8, name: &str, serial: u64) -> Self {
            Self::certified(seed, name, serial)
        }

        fn certified(seed: u8, name: &str, serial: u64) -> Self {
            let root = SecretKeys::from_seeds([seed; 32], [seed ^ 0xff; 32]);
            let byte = seed.wrapping_mul(16).wrapping_add(serial as u8);
            let node = Seeds::from_bytes(&[byte; 64]).expect("64 bytes");
            let credential = certify(&root, name, serial, &node, 1).expect("in range");
            let node = node.keys();
            Self {
                root,
                node,
                credential,
            }
        }

        fn card(&self, endpoint: &str, issued: i64) -> Card {
            let seal_key = Box::new(SealKeyPair::from_seed(&[9; 32]).public().to_bytes());
            let endpoints = vec![endpoint.to_owned()];
            Card::make(&self.credential, &self.node, endpoints, seal_key, issued).expect("right")
        }
    }

    const HERE: &str = "quic://here.example:7001";
    const THERE: &str = "quic://there.example:7001";

    fn relation(card: &Card) -> Relation {
        let mut relation = Relation::from_text(&card.to_file(), 10).expect("a card");
        relation.confirm(20);
        relation
    }

    fn short(card: &Card) -> Relation {
        Relation::from_text(&card.short().to_text(), 10).expect("a short card")
    }

    fn reread(relation: &Relation) -> Relation {
        Relation::decode(&relation.encode()).expect("own output")
    }

    #[test]
    fn a_relation_is_pending_until_confirmed_and_is_kept_whole() {
        let card = Party::new(1, "Alpha").card(HERE, 5);
        let fresh = Relation::from_text(&card.to_file(), 10).expect("a card");
        assert!(!fresh.is_confirmed());
        for relation in [fresh, relation(&card), short(&card)] {
            assert_eq!(reread(&relation), relation);
        }
        assert!(Relation::from_text("hello", 10).is_err());
        assert!(Relation::decode(b"{}").is_err());
    }

    #[test]
    fn only_a_later_statement_counts() {
        let party = Party::new(1, "Alpha");
        let mut relation = relation(&party.card(HERE, 5));
        let replayed = relation.receive_card(&party.card(THERE, 4));
        assert_eq!(
            (replayed, &*relation.endpoints[0]),
            (Ok(Change::Same), HERE)
        );
        let later = relation.receive_card(&party.card(THERE, 6));
        assert_eq!(
            (later, &*relation.endpoints[0]),
            (Ok(Change::Statement), THERE)
        );
        assert!(relation.is_confirmed());
        assert_eq!(reread(&relation), relation);
    }

    #[test]
    fn a_key_change_of_the_same_root_is_followed_and_not_undone() {
        let (old, new) = (Party::new(1, "Alpha"), Party::renewed(1, "Alpha", 2));
        let mut relation = relation(&old.card(HERE, 5));
        let change = relation.receive_card(&new.card(HERE, 3));
        assert_eq!(change, Ok(Change::KeyRenewed));
        assert_eq!(relation.node_key(), Some(*new.node.ed_public()));
        let undone = relation.receive_card(&old.card(HERE, 9));
        assert_eq!(undone, Err(Rule::CardChanged));
        assert_eq!(reread(&relation), relation);
    }

    #[test]
    fn another_certificate_without_a_higher_serial_is_refused() {
        let party = Party::new(1, "Alpha");
        let other = Seeds::from_bytes(&[77; 64]).expect("64 bytes");
        let credential = certify(&party.root, "Alpha", 1, &other, 1).expect("in range");
        let twin = Party {
            root: SecretKeys::from_seeds([1; 32], [1 ^ 0xff; 32]),
            node: other.keys(),
            credential,
        };
        let before = relation(&party.card(HERE, 5));
        let mut relation = before.clone();
        let refused = relation.receive_card(&twin.card(THERE, 9));
        assert_eq!((refused, &relation), (Err(Rule::CardChanged), &before));
        let stranger = relation.receive_card(&Party::new(2, "Alpha").card(THERE, 9));
        assert_eq!((stranger, &relation), (Err(Rule::CardChanged), &before));
    }

    #[test]
    fn a_short_card_is_completed_and_stays_confirmed() {
        let party = Party::new(1, "Alpha");
        let mut relation = short(&party.card(HERE, 5));
        relation.confirm(20);
        assert!(relation.credential().is_none() && relation.seal_key().is_none());
        let change = relation.receive_card(&party.card(THERE, 6));
        assert_eq!(change, Ok(Change::Completed));
        assert!(relation.is_confirmed() && relation.credential().is_some());
        assert_eq!(reread(&relation), relation);
    }

    #[test]
    fn a_key_change_before_the_short_card_was_completed_is_followed() {
        let (old, new) = (Party::new(1, "Alpha"), Party::renewed(1, "Alpha", 2));
        let mut relation = short(&old.card(HERE, 5));
        let change = relation.receive_card(&new.card(HERE, 6));
        assert_eq!(change, Ok(Change::KeyRenewed));
        assert_eq!(relation.node_key(), Some(*new.node.ed_public()));
    }

    #[test]
    fn a_name_is_that_of_the_certificate_in_force() {
        let mut relation = relation(&Party::new(1, "Alpha").card(HERE, 5));
        let renamed = Party::renewed(1, "Beta", 2);
        assert_eq!(relation.receive_credential(&renamed.credential), Ok(true));
        assert_eq!(relation.name, "Beta");
        assert_eq!(reread(&relation).name, "Beta");
        let again = Party::renewed(1, "Gamma", 3);
        assert_eq!(
            relation.receive_card(&again.card(HERE, 6)),
            Ok(Change::KeyRenewed)
        );
        assert_eq!(relation.name, "Gamma");
        assert_eq!(reread(&relation).name, "Gamma");
    }

    #[test]
    fn a_damaged_document_is_not_read_as_less_than_it_was() {
        let mut relation = relation(&Party::new(1, "Alpha").card(HERE, 5));
        let renewed = Party::renewed(1, "Alpha", 2).credential;
        relation.receive_credential(&renewed).expect("newer");
        let mut stored: serde_json::Value =
            serde_json::from_slice(&relation.encode()).expect("JSON");
        stored["renewed"] = "not hex".into();
        assert!(Relation::decode(stored.to_string().as_bytes()).is_err());
    }
}
