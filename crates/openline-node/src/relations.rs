//! Other parties: what their cards said, and whether people have compared the phrase.

use openline_core::card::{Card, Continuity, Short};
use openline_core::credential::{Certificate, VerifiedCredential};
use openline_core::phrase::Phrase;
use openline_core::{PartyId, Rule};
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::view::RelationView;

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
            None => return Err(Rule::CardChanged),
        };
        if change == Change::KeyRenewed {
            self.former = self.node_key();
        }
        if change.is_change() {
            self.endpoints = card.endpoints().to_vec();
            self.known = Known::Card(Box::new(card.clone()));
            self.renewed = None;
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
        }
        Ok(is_newer)
    }

    /// The phrase that both sides read aloud.
    #[must_use]
    pub fn phrase(&self, own: &Certificate) -> String {
        Phrase::of(own, self.certificate()).to_string()
    }

    /// For the façade.
    #[must_use]
    pub fn view(&self, own: &Certificate) -> RelationView {
        RelationView {
            id: self.party.to_string(),
            name: self.name.clone(),
            state: if self.is_confirmed() {
                "confirmed"
            } else {
                "pending"
            }
            .to_owned(),
            phrase: self.phrase(own),
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
        relation.renewed = stored
            .renewed
            .and_then(|text| openline_core::id::from_hex(&text))
            .map(|bytes| VerifiedCredential::decode(&bytes))
            .transpose()?;
        Ok(relation)
    }
}
