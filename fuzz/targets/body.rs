//! Bodies, each under the rules of its kind in its place on a line, and on its own.
//!
//! The first byte chooses the kind, the second the index of the entry and to how many entries it refers, of which party
//! first; the body follows.
#![no_main]

use openline_core::admit::check_disclosed;
use openline_core::body::{Purge, Receipt, key_change_credential};
use openline_core::closing::{Answer, Confirmation, Verdict};
use openline_core::contact::Contact;
use openline_core::encounter::{Encounter, Step};
use openline_core::entry::{Header, Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::field::Values;
use openline_core::glossary::{Accord, Glossary};
use openline_core::limits::{
    ADDRESSEES_MAX, ATTACHMENTS_MAX, CLASSES_MAX, FIELD_MAX, FIELDS_MAX, PURGE_MAX, STAGES_MAX,
    TERMS_MAX, TEXTS_MAX,
};
use openline_core::message::{Message, Precedence};
use openline_core::origin::{Announcement, Finding, OriginQuery};
use openline_core::readout::{PublicStatement, Readout};
use openline_core::scheduling::Scheduling;
use openline_core::status::{Act, Status};
use openline_core::text::{Amendment, Assent, TextProposal};
use openline_core::topic::{Account, StatedPosition, Topic, Undertaking};
use openline_core::{PartyIndex, Rule};
use openline_fuzz::{accepted, founded};

const SALT: [u8; 16] = [7; 16];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [kind, place, body @ ..] = bytes else {
        return;
    };
    let kind = Kind::from_number(u64::from(kind & 63));
    in_place(
        kind,
        u64::from(place & 3),
        (usize::from(place >> 2 & 3), place & 16 != 0),
        body,
    );
    alone(kind, body);
});

fn alone(kind: Kind, body: &[u8]) {
    match kind {
        Kind::Message => message(body),
        Kind::Receipt => {
            if let Some(receipt) = again(Receipt::decode(body), Receipt::encode, body) {
                values(&receipt.values);
            }
        }
        Kind::Purge => {
            if let Some(purge) = accepted(Purge::decode(body)) {
                assert!((1..=PURGE_MAX).contains(&purge.targets.len()));
                if purge.targets.iter().all(|t| t.party != PartyIndex(u8::MAX)) {
                    assert_eq!(purge.encode(), body);
                }
            }
        }
        Kind::KeyChange => drop(key_change_credential(body)),
        _ => closed_loop(kind, body),
    }
}

/// Kinds 8 to 15.
fn closed_loop(kind: Kind, body: &[u8]) {
    match kind {
        Kind::Confirmation => {
            if let Some(said) = again(Confirmation::decode(body), Confirmation::encode, body) {
                values(&said.values);
                let says_how = said.words.is_some() || !said.values.is_empty();
                assert!(said.verdict == Verdict::Confirmed || says_how);
            }
        }
        Kind::Answer => drop(again(Answer::decode(body), Answer::encode, body)),
        Kind::Status => {
            if let Some(status) = again(Status::decode(body), Status::encode, body) {
                assert!(status.classes.len() <= CLASSES_MAX);
                assert_eq!(status.classes.is_empty(), status.act != Act::Narrow);
                assert!(status.until.is_none_or(|until| until > status.effective));
            }
        }
        Kind::Glossary => {
            if let Some(glossary) = again(Glossary::decode(body), Glossary::encode, body) {
                assert!((1..=TERMS_MAX).contains(&glossary.terms.len()));
            }
        }
        Kind::Accord => drop(again(Accord::decode(body), Accord::encode, body)),
        Kind::OriginQuery => drop(again(OriginQuery::decode(body), OriginQuery::encode, body)),
        Kind::Finding => drop(again(Finding::decode(body), Finding::encode, body)),
        Kind::Announcement => {
            if let Some(act) = again(Announcement::decode(body), Announcement::encode, body) {
                assert!(act.window.0 < act.window.1);
            }
        }
        _ => agreeing(kind, body),
    }
}

/// Kinds from 16 on.
fn agreeing(kind: Kind, body: &[u8]) {
    match kind {
        Kind::TextProposal => drop(again(
            TextProposal::decode(body),
            TextProposal::encode,
            body,
        )),
        Kind::Amendment => drop(again(Amendment::decode(body), Amendment::encode, body)),
        Kind::Initial | Kind::Signature => {
            drop(again(Assent::decode(body), Assent::encode, body));
        }
        Kind::Encounter => drop(again(Encounter::decode(body), Encounter::encode, body)),
        Kind::Step => drop(again(Step::decode(body), Step::encode, body)),
        Kind::Contact => drop(again(Contact::decode(body), Contact::encode, body)),
        Kind::Topic => drop(again(Topic::decode(body), Topic::encode, body)),
        Kind::Position => {
            drop(again(
                StatedPosition::decode(body),
                StatedPosition::encode,
                body,
            ));
        }
        Kind::Undertaking => drop(again(Undertaking::decode(body), Undertaking::encode, body)),
        Kind::Account => drop(again(Account::decode(body), Account::encode, body)),
        Kind::Readout => drop(again(Readout::decode(body), Readout::encode, body)),
        Kind::PublicStatement => {
            drop(again(
                PublicStatement::decode(body),
                PublicStatement::encode,
                body,
            ));
        }
        _ => {
            if let Some(Some(said)) = accepted(Scheduling::decode(kind, body)) {
                assert_eq!(said.encode(), body);
            }
        }
    }
}

/// What was accepted is written back byte for byte.
fn again<T>(decoded: Result<T, Rule>, encode: fn(&T) -> Vec<u8>, body: &[u8]) -> Option<T> {
    let value = accepted(decoded)?;
    assert_eq!(encode(&value), body);
    Some(value)
}

fn values(values: &Values) {
    assert!(values.len() <= FIELDS_MAX);
    assert!(
        values
            .iter()
            .all(|(_, value)| (1..=FIELD_MAX).contains(&value.len()))
    );
}

fn message(body: &[u8]) {
    let Some(message) = accepted(Message::decode(body)) else {
        return;
    };
    assert!((1..=ADDRESSEES_MAX).contains(&message.to.len()));
    assert!(message.info.len() <= ADDRESSEES_MAX);
    assert!((1..=TEXTS_MAX).contains(&message.texts.len()));
    assert!(message.attachments.len() <= ATTACHMENTS_MAX);
    assert!(message.claimed.len() <= STAGES_MAX);
    assert!(message.fields.len() <= FIELDS_MAX);
    assert!(!message.form.supersedes() || message.precedence == Precedence::Flash);
    let places = message.to.iter().chain(&message.info);
    if places.into_iter().all(|a| a.party != PartyIndex(u8::MAX)) {
        assert_eq!(message.encode(), body);
    }
}

/// `refs` is how many there are, and whether the first is into the own log.
fn in_place(kind: Kind, index: u64, refs: (usize, bool), body: &[u8]) {
    let salted = SaltedBody {
        salt: SALT,
        bytes: body.to_vec(),
    };
    let mut places = [(1, 2), (0, 0), (1, 0)].map(|(party, index)| Ref {
        party: PartyIndex(party),
        index,
    });
    places.rotate_left(usize::from(refs.1));
    let seen = if index == 0 { 0 } else { 3 };
    let header = Header {
        kind,
        seen: vec![index, seen],
        post: if kind.is_by_node() { "node" } else { "duty" }.to_owned(),
        message_type: MessageType::Real,
        time: 0,
        refs: places[..refs_count(index, refs.0)].to_vec(),
        body_hash: salted.hash(),
    };
    let raw = RawEntry {
        header: header.encode(),
        body: Some((SALT.to_vec(), body.to_vec())),
    };
    if let Some(entry) = accepted(check_disclosed(founded(), PartyIndex(0), index, raw)) {
        assert_eq!(entry.header(), &header);
        assert_eq!(entry.salted(), Some(&salted));
        assert!(entry.body().is_some());
    }
}

/// A founding refers to nothing.
fn refs_count(index: u64, refs: usize) -> usize {
    if index == 0 { 0 } else { refs }
}
