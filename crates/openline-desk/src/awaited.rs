//! What parties wait for from one another beside answers to messages: a word on what one has asked for or claims, an initial, a
//! signature.
//!
//! A claim that a party has declined waits for it no longer: it has spoken, also where the body of what it said was purged. Runs
//! of private scheduling say themselves what they wait for ([`crate::scheduling::Stage::Waits`]). Who asked for an encounter
//! keeps nobody waiting, whoever claims it.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::body::Purge;
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::origin::{Finding, Origin, OriginQuery};
use openline_core::text::Weight;
use openline_core::{PartyIndex, Rule};

use crate::encounter::{ClaimedStep, EncounterState, Encounters, Stage};
use crate::glossary::{Glossaries, Proposal};
use crate::history::Contacts;
use crate::origin::Inquiry;
use crate::text::{Assented, Counting, Negotiation, Standing, Texts};
use crate::topics::{TopicState, Topics, UndertakingState};

/// What a party is waited for to speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// "Is this from you?": a query that it has not settled.
    Origin,
    /// A proposal to delete bodies, to be agreed to.
    Purge,
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
            Self::Origin => "origin",
            Self::Purge => "purge",
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

    /// What the party is waited for to say, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Origin => "whether something is from it",
            Self::Purge => "a word on deleting bodies",
            Self::Request => "a word on the encounter asked for",
            Self::Schedule => "a word on the time proposed",
            Self::Held => "whether it was held",
            Self::Return => "whether a return visit is owed",
            Self::Contact => "a word on an older contact",
            Self::Topic => "a word on a topic",
            Self::Undertaking => "a word on an undertaking",
            Self::Terms => "a word on proposed terms",
            Self::Initial => "initials in full",
            Self::Signature => "a signature in full",
            Self::Slots => "a step in finding a date",
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
    /// Since when, as claimed, ms.
    pub since: i64,
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
    inquiries: BTreeMap<Ref, (Inquiry, MessageType)>,
    findings: BTreeMap<Ref, Vec<(Ref, Finding)>>,
    purges: BTreeMap<Ref, (MessageType, i64, String)>,
    /// Who has spoken to what: agreed to delete, or in words that were purged.
    spoken: BTreeSet<(Ref, PartyIndex)>,
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
            inquiries: BTreeMap::new(),
            findings: BTreeMap::new(),
            purges: BTreeMap::new(),
            spoken: BTreeSet::new(),
            parties,
        }
    }

    /// Whether entries of a kind change what is waited for.
    #[must_use]
    pub fn concerns(kind: Kind) -> bool {
        matches!(
            kind,
            Kind::OriginQuery
                | Kind::Finding
                | Kind::Purge
                | Kind::Consent
                | Kind::Glossary
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
        let about = header.refs.first().copied();
        let Some(body) = body else {
            self.spoken.extend(about.map(|about| (about, place.party)));
            return Ok(());
        };
        match header.kind {
            Kind::OriginQuery => {
                let inquiry = Inquiry::new(place, OriginQuery::decode(body)?);
                self.inquiries.insert(place, (inquiry, header.message_type));
            }
            Kind::Finding => {
                let finding = Finding::decode(body)?;
                let about = self.findings.entry(about.unwrap_or(place)).or_default();
                about.push((place, finding));
            }
            Kind::Purge => {
                let said = (
                    header.message_type,
                    header.time,
                    Purge::decode(body)?.reason,
                );
                self.purges.insert(place, said);
            }
            Kind::Consent => self.spoken.extend(about.map(|about| (about, place.party))),
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
        let mut all = self.of_inquiries();
        for (place, (message_type, time, reason)) in &self.purges {
            let waits = Waits::alone(Matter::Purge, *place, *message_type, reason.clone());
            all.extend(waits.for_all(*place, *time, &self.others(*place)));
        }
        for state in self.encounters.all() {
            all.extend(self.of_encounter(&state));
        }
        for contact in self.contacts.all(self.encounters.assents()) {
            let (place, what) = (contact.place, contact.contact.what);
            let waits = Waits::alone(Matter::Contact, place, contact.message_type, what);
            all.extend(waits.for_all(place, contact.time, &contact.assent.awaited));
        }
        all.extend(self.topics.topics().iter().flat_map(of_topic));
        all.extend(self.topics.undertakings().iter().flat_map(of_undertaking));
        all.extend(self.glossaries.open().iter().flat_map(of_terms));
        let texts = self.texts.all(|_| true);
        all.extend(texts.iter().flat_map(|text| self.of_text(text)));
        all.retain(|one| !self.spoken.contains(&(one.place, one.party)));
        all
    }

    /// A party that looks into it has not settled it.
    fn of_inquiries(&self) -> Vec<Awaited> {
        let mut all = Vec::new();
        for (place, (asked, message_type)) in &self.inquiries {
            let mut inquiry = asked.clone();
            for (from, finding) in self.findings.get(place).into_iter().flatten() {
                inquiry.follow(*from, finding.clone());
            }
            let mut parties = self.others(*place);
            parties.retain(|party| {
                let found = inquiry.findings.get(party);
                found.is_none_or(|(_, finding)| finding.origin == Origin::LookingIntoIt)
            });
            let what = inquiry.query.what;
            let waits = Waits::alone(Matter::Origin, *place, *message_type, what);
            all.extend(waits.for_all(*place, inquiry.query.time, &parties));
        }
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
            waits(matter, until).for_all(taken.place, taken.time, parties)
        };
        let mut all = Vec::new();
        if state.stage == Stage::Invited && state.schedules.is_empty() {
            let mut others = self.others(state.place);
            others.retain(|party| !state.spoken.contains(party));
            let request = waits(Matter::Request, None);
            all.extend(request.for_all(state.place, state.time, &others));
        }
        let is_ahead = matches!(
            state.stage,
            Stage::Invited | Stage::Accepted | Stage::Scheduled
        );
        if let Some(last) = state.schedules.last().filter(|_| is_ahead) {
            all.extend(claim(Matter::Schedule, last, &last.assent.awaited));
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
        let since = since.map(|one| one.time).max().unwrap_or(text.time);
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

    /// Every party but the author of an entry.
    fn others(&self, place: Ref) -> Vec<PartyIndex> {
        self.parties()
            .filter(|party| *party != place.party)
            .collect()
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
    /// An entry that belongs to nothing else.
    fn alone(matter: Matter, place: Ref, message_type: MessageType, title: String) -> Self {
        Self {
            matter,
            about: place,
            message_type,
            until: None,
            title,
        }
    }

    fn for_all(&self, place: Ref, since: i64, parties: &[PartyIndex]) -> Vec<Awaited> {
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

/// Parties that have neither made one of these claims themselves nor answered one, of those that the last waits for.
fn silent(claims: &[ClaimedStep], last: &ClaimedStep) -> Vec<PartyIndex> {
    let mut parties = last.assent.awaited.clone();
    parties.retain(|party| {
        let speaks = |claim: &ClaimedStep| {
            let mut said = claim.assent.said.iter();
            claim.taken.place.party == *party || said.any(|said| said.place.party == *party)
        };
        !claims.iter().any(speaks)
    });
    parties
}

/// Who has put a position on it on the record has spoken.
fn of_topic(state: &TopicState) -> Vec<Awaited> {
    let mut parties = state.assent.awaited.clone();
    let says = |party: &PartyIndex| {
        let mut said = state.positions.iter();
        said.any(|position| position.said.place.party == *party)
    };
    parties.retain(|party| !says(party));
    let said = &state.topic;
    let title = said.body.title.clone();
    let waits = Waits::alone(Matter::Topic, said.place, said.message_type, title);
    waits.for_all(said.place, said.time, &parties)
}

/// Who has given an account of it has spoken.
fn of_undertaking(state: &UndertakingState) -> Vec<Awaited> {
    let mut parties = state.assent.awaited.clone();
    parties.retain(|party| {
        let mut accounts = state.accounts.iter();
        !accounts.any(|said| said.place.party == *party)
    });
    let said = &state.undertaking;
    let what = said.body.what.clone();
    let waits = Waits::alone(Matter::Undertaking, said.place, said.message_type, what);
    waits.for_all(said.place, said.time, &parties)
}

fn of_terms(proposal: &Proposal) -> Vec<Awaited> {
    let concepts = proposal.terms.iter().map(|term| term.concept.as_str());
    let concepts = concepts.collect::<Vec<_>>().join(", ");
    let waits = Waits::alone(
        Matter::Terms,
        proposal.place,
        proposal.message_type,
        concepts,
    );
    waits.for_all(proposal.place, proposal.time, &proposal.awaited)
}

fn counts(one: &Assented) -> bool {
    one.counting == Counting::Counts
}

#[cfg(test)]
mod tests;
