//! Entries for this crate's tests.

use openline_core::encounter::{Encounter, EncounterKind, Step};
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::glossary::{Accord, Stance};
use openline_core::message::{Address, Form, Message, Precedence, Text};
use openline_core::{Hash, PartyIndex};

pub(crate) fn at(party: u8, index: u64) -> Ref {
    let party = PartyIndex(party);
    Ref { party, index }
}

pub(crate) fn header(kind: Kind, refs: Vec<Ref>) -> Header {
    Header {
        kind,
        seen: vec![0, 0],
        post: "duty".to_owned(),
        message_type: MessageType::Real,
        time: 1_000,
        refs,
        body_hash: Hash([0; 32]),
    }
}

/// Entries of a line as they are written, each after the one before.
pub(crate) struct Story {
    pub(crate) sizes: Vec<u64>,
    /// Place, Lamport number, header, and the body unless it was purged.
    pub(crate) entries: Vec<(Ref, u64, Header, Option<Vec<u8>>)>,
}

impl Default for Story {
    fn default() -> Self {
        Self::of(2)
    }
}

impl Story {
    pub(crate) fn of(parties: usize) -> Self {
        Self {
            sizes: vec![0; parties],
            entries: Vec::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        party: PartyIndex,
        kind: Kind,
        refs: Vec<Ref>,
        body: Vec<u8>,
    ) -> Ref {
        let size = &mut self.sizes[party.at()];
        let place = at(party.0, *size);
        *size += 1;
        let lamport = self.entries.len() as u64 + 1;
        let header = header(kind, refs);
        self.entries.push((place, lamport, header, Some(body)));
        place
    }

    pub(crate) fn step(&mut self, by: PartyIndex, about: Ref, step: Step) -> Ref {
        self.add(by, Kind::Step, vec![about], step.encode())
    }

    pub(crate) fn answer(&mut self, by: PartyIndex, about: Ref, stance: Stance) -> Ref {
        let body = Accord {
            stance,
            words: None,
        };
        self.add(by, Kind::Accord, vec![about], body.encode())
    }
}

pub(crate) fn encounter(asked: PartyIndex, host: PartyIndex, returns: Option<Ref>) -> Encounter {
    Encounter {
        kind: EncounterKind::Visit,
        subject: "talks".to_owned(),
        level: "minister".to_owned(),
        asked,
        host: Some(host),
        participants: vec![],
        place: None,
        languages: vec![],
        interpreter: None,
        within: None,
        returns,
        words: None,
    }
}

pub(crate) fn message(subject: Option<&str>, text: &str) -> Vec<u8> {
    with_form(Form::Message, subject, text)
}

pub(crate) fn with_form(form: Form, subject: Option<&str>, text: &str) -> Vec<u8> {
    message_of(form, subject, text).encode()
}

pub(crate) fn message_of(form: Form, subject: Option<&str>, text: &str) -> Message {
    Message {
        form,
        precedence: if form.supersedes() {
            Precedence::Flash
        } else {
            Precedence::Routine
        },
        to: vec![Address {
            party: PartyIndex(1),
            post: "duty".to_owned(),
        }],
        info: vec![],
        info_precedence: None,
        subject: subject.map(str::to_owned),
        texts: vec![Text {
            language: "en".to_owned(),
            is_authoritative: true,
            text: text.to_owned(),
        }],
        number: (form == Form::NoteVerbale).then_some((2026, 1)),
        attachments: vec![],
        own_reference: None,
        authority: None,
        validity: None,
        claimed: vec![],
        class: None,
        template: None,
        fields: vec![],
    }
}
