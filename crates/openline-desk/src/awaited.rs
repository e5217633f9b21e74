//! What parties wait for from one another beside answers to messages: a word on what one has asked for or claims, an initial, a
//! signature.
//!
//! A claim that a party has declined waits for it no longer: it has spoken. Runs of private scheduling say themselves what they
//! wait for ([`crate::scheduling::Stage::Waits`]).

use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::text::Weight;
use openline_core::{PartyIndex, Rule};

use crate::assent::Assent;
use crate::encounter::{ClaimedStep, EncounterState, Encounters, Stage};
use crate::glossary::{Glossaries, Proposal};
use crate::history::Contacts;
use crate::text::{Assented, Counting, Negotiation, Standing, Texts};
use crate::topics::{TopicState, Topics, UndertakingState};

/// What a party is waited for to speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// An encounter that is asked for, on which it has said nothing.
    Request,
    /// A proposed schedule.
    Schedule,
    /// That an encounter was held, as another says.
    Held,
    /// That a return visit is owed, as another says.
    Return,
    /// An older contact, as another has put it on the record.
    Contact,
    /// A topic that another has raised.
    Topic,
    /// An undertaking as another has noted it.
    Undertaking,
    /// Terms for the glossary.
    Terms,
    /// A clean text, to be initialled in full.
    Initial,
    /// An initialled text, to be signed in full.
    Signature,
    /// A step in a run of private scheduling.
    Slots,
}

impl Matter {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Schedule => "schedule",
            Self::Held => "held",
            Self::Return => "return",
            Self::Contact => "contact",
            Self::Topic => "topic",
            Self::Undertaking => "undertaking",
            Self::Terms => "terms",
            Self::Initial => "initial",
            Self::Signature => "signature",
            Self::Slots => "slots",
        }
    }
}

/// A party's word that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// What it is to speak to.
    pub matter: Matter,
    /// Whose word is waited for.
    pub party: PartyIndex,
    /// The entry that waits for it.
    pub place: Ref,
    /// The encounter, text or other thing that the entry belongs to; the entry itself where it stands alone.
    pub about: Ref,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// Since when, as claimed, ms; nothing where the entry's time says nothing of it.
    pub since: Option<i64>,
    /// Until when there is sense in it, ms: a schedule's end.
    pub until: Option<i64>,
    /// What it is about, in the record's own words; empty if they were purged.
    pub title: String,
}

/// Everything on a line that may wait for a party's word.
#[derive(Debug, Clone)]
pub struct Awaiting {
    encounters: Encounters,
    contacts: Contacts,
    topics: Topics,
    glossaries: Glossaries,
    texts: Texts,
    parties: usize,
}

impl Awaiting {
    /// A line of so many parties, on which nothing has been said.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            encounters: Encounters::new(parties),
            contacts: Contacts::default(),
            topics: Topics::new(parties),
            glossaries: Glossaries::new(parties),
            texts: Texts::new(parties),
            parties,
        }
    }

    /// Whether entries of a kind change what is waited for.
    #[must_use]
    pub fn concerns(kind: Kind) -> bool {
        matches!(
            kind,
            Kind::Glossary
                | Kind::Accord
                | Kind::TextProposal
                | Kind::Amendment
                | Kind::Initial
                | Kind::Signature
                | Kind::Encounter
                | Kind::Step
                | Kind::Contact
                | Kind::Topic
                | Kind::Position
                | Kind::Undertaking
                | Kind::Account
        )
    }

    /// Takes up an entry, with its body unless that was purged; those that it does not [concern](Self::concerns) are left alone.
    /// Entries may come in any order, and again.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        place: Ref,
        lamport: u64,
        header: &Header,
        body: Option<&[u8]>,
    ) -> Result<(), Rule> {
        self.texts.follow(place, lamport, header, body)?;
        let Some(body) = body else { return Ok(()) };
        match header.kind {
            Kind::Encounter | Kind::Step => {
                self.encounters.follow(place, lamport, header, body)?;
            }
            Kind::Contact => self.contacts.follow(place, lamport, header, body)?,
            Kind::Topic | Kind::Position | Kind::Undertaking | Kind::Account => {
                self.topics.follow(place, lamport, header, body)?;
            }
            Kind::Glossary => self.glossaries.follow(place, lamport, header, body)?,
            Kind::Accord => {
                self.encounters.follow(place, lamport, header, body)?;
                self.topics.follow(place, lamport, header, body)?;
                self.glossaries.follow(place, lamport, header, body)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Every word that is waited for.
    #[must_use]
    pub fn all(&self) -> Vec<Awaited> {
        let mut all = Vec::new();
        for state in self.encounters.all() {
            all.extend(self.of_encounter(&state));
        }
        for (place, message_type, contact, assent) in self.contacts.all(self.encounters.assents()) {
            let one = Waits {
                matter: Matter::Contact,
                about: place,
                message_type,
                until: None,
                title: contact.what,
            };
            all.extend(one.for_all(place, None, &assent.awaited));
        }
        all.extend(self.topics.topics().iter().flat_map(of_topic));
        all.extend(self.topics.undertakings().iter().flat_map(of_undertaking));
        all.extend(self.glossaries.open().iter().flat_map(of_terms));
        let texts = self.texts.all(|_| true);
        all.extend(texts.iter().flat_map(|text| self.of_text(text)));
        all
    }

    fn of_encounter(&self, state: &EncounterState) -> Vec<Awaited> {
        let waits = |matter, until| Waits {
            matter,
            about: state.place,
            message_type: state.message_type,
            until,
            title: state.encounter.subject.clone(),
        };
        let claim = |matter, claim: &ClaimedStep, parties: &[PartyIndex]| {
            let taken = &claim.taken;
            let until = taken.step.window.map(|(_, until)| until);
            waits(matter, until).for_all(taken.place, Some(taken.time), parties)
        };
        let mut all = Vec::new();
        let is_silent = |party: &PartyIndex| !state.last.iter().any(|(who, ..)| who == party);
        if state.stage == Stage::Invited && state.schedules.is_empty() {
            let others: Vec<PartyIndex> = self
                .parties()
                .filter(|party| *party != state.place.party)
                .filter(is_silent)
                .collect();
            all.extend(waits(Matter::Request, None).for_all(
                state.place,
                Some(state.time),
                &others,
            ));
        }
        let is_ahead = matches!(
            state.stage,
            Stage::Invited | Stage::Accepted | Stage::Scheduled
        );
        if let Some(last) = state.schedules.last().filter(|_| is_ahead) {
            all.extend(claim(Matter::Schedule, last, &awaited(&last.assent)));
        }
        if !matches!(state.stage, Stage::Held | Stage::ReadOut)
            && let Some(last) = state.held.last()
        {
            all.extend(claim(Matter::Held, last, &silent(&state.held, last)));
        }
        if let Some(last) = state.owed.last() {
            all.extend(claim(Matter::Return, last, &silent(&state.owed, last)));
        }
        all
    }

    fn of_text(&self, text: &Negotiation) -> Vec<Awaited> {
        let (matter, given) = match text.standing {
            // That nobody has initialled it yet keeps nobody waiting.
            Standing::Clean if !text.initials.iter().any(counts) => return Vec::new(),
            Standing::Clean => (Matter::Initial, &text.initials),
            Standing::Initialled => (Matter::Signature, &text.signatures),
            Standing::Open | Standing::Signed => return Vec::new(),
        };
        let has_given = |party: &PartyIndex| {
            let mut given = given.iter();
            given.any(|one| one.place.party == *party && counts(one) && one.weight == Weight::Full)
        };
        let missing: Vec<PartyIndex> = self.parties().filter(|party| !has_given(party)).collect();
        let since = text.initials.iter().filter(|one| counts(one));
        let since = since.map(|one| one.time).max();
        let waits = Waits {
            matter,
            about: text.place,
            message_type: text.message_type,
            until: None,
            title: text.draft.title.clone(),
        };
        waits.for_all(text.place, since, &missing)
    }

    fn parties(&self) -> impl Iterator<Item = PartyIndex> + use<> {
        (0..self.parties).filter_map(PartyIndex::from_usize)
    }
}

/// What waits, before it is said for whom.
struct Waits {
    matter: Matter,
    about: Ref,
    message_type: MessageType,
    until: Option<i64>,
    title: String,
}

impl Waits {
    fn for_all(&self, place: Ref, since: Option<i64>, parties: &[PartyIndex]) -> Vec<Awaited> {
        let one = |party: &PartyIndex| Awaited {
            matter: self.matter,
            party: *party,
            place,
            about: self.about,
            message_type: self.message_type,
            since,
            until: self.until,
            title: self.title.clone(),
        };
        parties.iter().map(one).collect()
    }
}

fn awaited(assent: &Assent) -> Vec<PartyIndex> {
    if assent.is_agreed() {
        return Vec::new();
    }
    assent.awaited.clone()
}

/// Parties that have neither answered the last of these claims nor made one themselves.
fn silent(claims: &[ClaimedStep], last: &ClaimedStep) -> Vec<PartyIndex> {
    let mut parties = awaited(&last.assent);
    parties.retain(|party| !claims.iter().any(|own| own.taken.place.party == *party));
    parties
}

/// Who has put a position on it on the record has spoken.
fn of_topic(state: &TopicState) -> Vec<Awaited> {
    let mut parties = awaited(&state.assent);
    let says = |party: &PartyIndex| {
        let mut said = state.positions.iter();
        said.any(|position| position.said.place.party == *party)
    };
    parties.retain(|party| !says(party));
    let said = &state.topic;
    let waits = Waits {
        matter: Matter::Topic,
        about: said.place,
        message_type: said.message_type,
        until: None,
        title: said.body.title.clone(),
    };
    waits.for_all(said.place, Some(said.time), &parties)
}

/// Who has given an account of it has spoken.
fn of_undertaking(state: &UndertakingState) -> Vec<Awaited> {
    let mut parties = awaited(&state.assent);
    parties.retain(|party| !state.accounts.iter().any(|said| said.place.party == *party));
    let said = &state.undertaking;
    let waits = Waits {
        matter: Matter::Undertaking,
        about: said.place,
        message_type: said.message_type,
        until: None,
        title: said.body.what.clone(),
    };
    waits.for_all(said.place, Some(said.time), &parties)
}

fn of_terms(proposal: &Proposal) -> Vec<Awaited> {
    let concepts = proposal.terms.iter().map(|term| term.concept.as_str());
    let waits = Waits {
        matter: Matter::Terms,
        about: proposal.place,
        message_type: proposal.message_type,
        until: None,
        title: concepts.collect::<Vec<_>>().join(", "),
    };
    waits.for_all(proposal.place, Some(proposal.time), &proposal.awaited)
}

fn counts(one: &Assented) -> bool {
    one.counting == Counting::Counts
}

#[cfg(test)]
mod tests;
