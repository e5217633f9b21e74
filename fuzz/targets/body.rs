//! Bodies, each under the rules of its kind in its place on a line, and on its own.
//!
//! The first byte chooses the kind, the second the index of the entry and how many entries it refers to; the body follows.
#![no_main]

use openline_core::PartyIndex;
use openline_core::admit::check_disclosed;
use openline_core::body::{Purge, Receipt, key_change_credential};
use openline_core::entry::{Header, Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::limits::{ADDRESSEES_MAX, ATTACHMENTS_MAX, PURGE_MAX, STAGES_MAX, TEXTS_MAX};
use openline_core::message::Message;
use openline_fuzz::{accepted, founded};

const SALT: [u8; 16] = [7; 16];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [kind, place, body @ ..] = bytes else {
        return;
    };
    let kind = Kind::from_number(u64::from(kind & 15));
    in_place(
        kind,
        u64::from(place & 3),
        usize::from(place >> 2 & 3),
        body,
    );
    match kind {
        Kind::Message => message(body),
        Kind::Receipt => {
            if let Some(receipt) = accepted(Receipt::decode(body)) {
                assert_eq!(receipt.encode(), body);
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
        _ => {}
    }
});

fn message(body: &[u8]) {
    let Some(message) = accepted(Message::decode(body)) else {
        return;
    };
    assert!((1..=ADDRESSEES_MAX).contains(&message.to.len()));
    assert!(message.info.len() <= ADDRESSEES_MAX);
    assert!((1..=TEXTS_MAX).contains(&message.texts.len()));
    assert!(message.attachments.len() <= ATTACHMENTS_MAX);
    assert!(message.claimed.len() <= STAGES_MAX);
    let places = message.to.iter().chain(&message.info);
    if places.into_iter().all(|a| a.party != PartyIndex(u8::MAX)) {
        assert_eq!(message.encode(), body);
    }
}

fn in_place(kind: Kind, index: u64, refs: usize, body: &[u8]) {
    let salted = SaltedBody {
        salt: SALT,
        bytes: body.to_vec(),
    };
    let places = [(1, 2), (0, 0), (1, 0)].map(|(party, index)| Ref {
        party: PartyIndex(party),
        index,
    });
    let seen = if index == 0 { 0 } else { 3 };
    let header = Header {
        kind,
        seen: vec![index, seen],
        post: if kind.is_by_node() { "node" } else { "duty" }.to_owned(),
        message_type: MessageType::Real,
        time: 0,
        refs: places[..refs_count(index, refs)].to_vec(),
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
