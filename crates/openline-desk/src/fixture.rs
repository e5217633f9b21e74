//! Entries for this crate's tests.

use openline_core::entry::{Header, Kind, MessageType, Ref};
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
