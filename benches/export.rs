//! An export to verify: two parties write messages of 200 characters by turns, in batches of 256 under one checkpoint each,
//! which the other party cosigns.

use std::sync::Arc;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::checkpoint::Cosignature;
use openline_core::entry::{Header, Kind, MessageType, RawEntry};
use openline_core::message::{Address, Form, Message, Precedence, Text};
use openline_core::{Hash, PartyIndex, export};

use crate::support::{NOW, World};

const BATCH: usize = 256;

/// Entries of the first batch.
pub(crate) fn raw_entries(count: usize) -> Vec<RawEntry> {
    let world = World::new(2);
    let founded = Arc::new(Founded::decode(&world.instrument).expect("a right instrument"));
    let logs = Logs::new(founded.clone());
    let mut batch = logs.batch(PartyIndex(0));
    (0..count)
        .map(|_| {
            let (kind, body) = body(&founded, PartyIndex(0), batch.size());
            let raw = entry(kind, batch.seen(), batch.size(), &body);
            batch.push(raw.clone()).expect("a right entry");
            raw
        })
        .collect()
}

pub(crate) fn build(entries: usize) -> Vec<u8> {
    let world = World::new(2);
    let founded = Arc::new(Founded::decode(&world.instrument).expect("a right instrument"));
    let mut logs = Logs::new(founded.clone());
    let (mut notes, mut written) = ([Vec::new(), Vec::new()], Vec::new());
    let mut left = entries;
    while left > 0 {
        for party in [PartyIndex(0), PartyIndex(1)] {
            let mut batch = logs.batch(party);
            for _ in 0..left.min(BATCH) {
                let (kind, body) = body(&founded, party, batch.size());
                let raw = entry(kind, batch.seen(), batch.size(), &body);
                batch.push(raw.clone()).expect("a right entry");
                written.push((party, raw));
            }
            left -= left.min(BATCH);
            let keys = &world.node[party.at()].secret;
            let Ok(admitted) = batch.sign(keys) else {
                unreachable!("the key in force")
            };
            if admitted.entries().is_empty() {
                continue;
            }
            let other = PartyIndex(1 - party.0);
            let cosignature = Cosignature::sign(
                &admitted.checkpoint().checkpoint,
                &world.node[other.at()].secret,
                NOW.unsigned_abs() / 1000,
            );
            let lines = [(founded.party_id(other), founded.keys(other), &cosignature)];
            notes[party.at()].push(
                admitted
                    .checkpoint()
                    .to_note(keys.ed_public(), &lines, &[])
                    .to_string(),
            );
            logs.apply(&admitted);
        }
    }
    assemble(&world.instrument, &logs, notes.concat(), written)
}

fn body(founded: &Founded, party: PartyIndex, index: u64) -> (Kind, Vec<u8>) {
    if index == 0 {
        return (
            Kind::Founding,
            openline_core::body::encode_founding(&founded.line()),
        );
    }
    let to = Address {
        party: PartyIndex(1 - party.0),
        post: "duty".to_owned(),
    };
    let text = Text {
        language: "en".to_owned(),
        is_authoritative: true,
        text: "The quick brown fox. ".repeat(10)[..200].to_owned(),
    };
    let message = Message {
        form: Form::Message,
        precedence: Precedence::Routine,
        to: vec![to],
        info: Vec::new(),
        info_precedence: None,
        subject: None,
        texts: vec![text],
        number: None,
        attachments: Vec::new(),
        own_reference: None,
        authority: None,
        validity: None,
        claimed: Vec::new(),
        class: None,
        template: None,
        fields: Vec::new(),
    };
    (Kind::Message, message.encode())
}

fn entry(kind: Kind, mut seen: Vec<u64>, index: u64, body: &[u8]) -> RawEntry {
    if kind == Kind::Founding {
        seen.fill(0);
    }
    let salt = Hash::of(&[&index.to_be_bytes()]).0[..16].to_vec();
    let post = if kind == Kind::Founding {
        "node"
    } else {
        "duty"
    };
    let header = Header {
        kind,
        seen,
        post: post.to_owned(),
        message_type: MessageType::Real,
        time: NOW,
        refs: Vec::new(),
        body_hash: Hash::of(&[&salt, body]),
    };
    RawEntry {
        header: header.encode(),
        body: Some((salt, body.to_vec())),
    }
}

/// Puts the entries in the record's order by their Lamport numbers, which a second admission gives.
fn assemble(
    instrument: &[u8],
    logs: &Logs,
    notes: Vec<String>,
    written: Vec<(PartyIndex, RawEntry)>,
) -> Vec<u8> {
    let mut last = [0, 0];
    let mut numbered: Vec<_> = written
        .into_iter()
        .map(|(party, raw)| {
            let header = Header::decode(&raw.header).expect("written above");
            // Within a batch only the own log moves, so the highest number of the other log is that of its last batch.
            let seen_other = header.seen[1 - party.at()];
            let other = if seen_other == 0 {
                0
            } else {
                last[1 - party.at()]
            };
            last[party.at()] = 1 + other.max(last[party.at()]);
            (last[party.at()], party, raw)
        })
        .collect();
    numbered.sort_by_key(|(lamport, party, _)| (*lamport, *party));
    let mut bytes = export::encode_head(instrument, &notes, &[]);
    for (_, party, raw) in &numbered {
        bytes.extend(export::encode_entry(*party, raw));
    }
    bytes.extend(export::encode_end(
        numbered.len() as u64,
        logs.order().settled(),
        &logs.order().root(),
    ));
    bytes
}
