//! A record with very many entries: opening its home, and verifying its export.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use openline_core::admit::Logs;
use openline_core::charter::{Charter, CharterTerms, Founded, Instrument, Member, NODE_POST};
use openline_core::checkpoint::Cosignature;
use openline_core::entry::{Header, Kind, MessageType, RawEntry, SaltedBody};
use openline_core::keys::SecretKeys;
use openline_core::message::{Address, Form, Message, Precedence, Text};
use openline_core::{PartyIndex, body, export};
use openline_node::identity::{Seeds, certify};
use openline_store::{Store, Write};

use super::failed;
use crate::ahead;
use crate::failure::Failure;
use crate::output::Output;

const BATCH: u64 = 256;

pub(super) struct Measured {
    pub(super) open_ms: f64,
    pub(super) verify_entries_per_s: f64,
}

fn found() -> Result<(Arc<Founded>, Vec<SecretKeys>), Failure> {
    let mut members = Vec::new();
    let mut keys = Vec::new();
    for name in ["Alpha", "Beta"] {
        let (root, node) = (Seeds::generate(), Seeds::generate());
        let credential = certify(&root.keys(), name, 1, &node, 0)?;
        keys.push((credential.party_id(), node.keys()));
        members.push(Member {
            credential,
            posts: vec!["watch".to_owned()],
            zone: "UTC".to_owned(),
        });
    }
    keys.sort_by_key(|(id, _)| *id);
    let keys: Vec<SecretKeys> = keys.into_iter().map(|(_, keys)| keys).collect();
    let mut instrument =
        Instrument::propose(Charter::new(CharterTerms::default(), members, [7; 16])?);
    for (at, keys) in keys.iter().enumerate() {
        instrument.sign(
            PartyIndex::from_usize(at).ok_or_else(|| failed("two parties"))?,
            keys,
        )?;
    }
    Ok((Arc::new(instrument.found()?), keys))
}

fn entry(kind: Kind, post: &str, seen: Vec<u64>, bytes: Vec<u8>) -> RawEntry {
    let body = SaltedBody {
        salt: [5; 16],
        bytes,
    };
    let header = Header {
        kind,
        seen,
        post: post.to_owned(),
        message_type: MessageType::Exercise,
        time: 1_700_000_000_000,
        refs: vec![],
        body_hash: body.hash(),
    };
    RawEntry {
        header: header.encode(),
        body: Some((body.salt.to_vec(), body.bytes)),
    }
}

fn message(to: PartyIndex) -> Vec<u8> {
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(5)[..200].to_owned();
    Message {
        form: Form::Message,
        precedence: Precedence::Routine,
        to: vec![Address {
            party: to,
            post: "watch".to_owned(),
        }],
        info: vec![],
        info_precedence: None,
        subject: None,
        texts: vec![Text {
            language: "en".to_owned(),
            is_authoritative: true,
            text,
        }],
        number: None,
        attachments: vec![],
        own_reference: None,
        authority: None,
        validity: None,
        claimed: vec![],
        class: None,
        template: None,
        fields: vec![],
    }
    .encode()
}

pub(super) fn run(folder: &Path, entries: u64, output: Output) -> Result<Measured, Failure> {
    let home = folder.join("bulk");
    std::fs::create_dir_all(&home).map_err(failed)?;
    let (founded, keys) = found()?;
    let mut store = Store::open(&home).map_err(failed)?;
    store
        .commit(&[Write::Line { founded: &founded }])
        .map_err(failed)?;
    let mut logs = Logs::new(founded.clone());
    let mut notes: Vec<(PartyIndex, u64, String)> = Vec::new();
    let mut ordered: Vec<Vec<u8>> = Vec::new();
    let bar = output.progress("making entries");
    bar.set_length(entries);
    let mut made = 0;
    while made < entries {
        for (at, other) in [(0u8, 1u8), (1, 0)] {
            let (party, other) = (PartyIndex(at), PartyIndex(other));
            made += write_batch(
                &mut store,
                &mut logs,
                &keys,
                party,
                other,
                &mut notes,
                &mut ordered,
            )?;
        }
        bar.set_position(made);
    }
    bar.finish_and_clear();
    store.maintain().map_err(failed)?;
    store.close().map_err(failed)?;
    let started = Instant::now();
    let store = Store::open(&home).map_err(failed)?;
    let snapshot = store.take_up(&founded).map_err(failed)?;
    let opened = Logs::restore(founded.clone(), snapshot).map_err(failed)?;
    let open_ms = started.elapsed().as_secs_f64() * 1000.0;
    if opened.sizes() != logs.sizes() {
        return Err(failed("the opened home holds something else"));
    }
    notes.sort();
    let texts: Vec<String> = notes.into_iter().map(|(_, _, text)| text).collect();
    let mut bytes = export::encode_head(&founded.instrument().encode(), &texts, &[]);
    let count = ordered.len() as u64;
    ordered
        .iter()
        .for_each(|item| bytes.extend_from_slice(item));
    bytes.extend_from_slice(&export::encode_end(
        count,
        logs.order().settled(),
        &logs.order().root(),
    ));
    let started = Instant::now();
    let report = ahead::verify(&bytes, |_| ())?;
    let verify_entries_per_s = report.entries as f64 / started.elapsed().as_secs_f64();
    Ok(Measured {
        open_ms,
        verify_entries_per_s,
    })
}

/// One batch of one party; the record's order is then that of the batches, since each has seen all before it.
fn write_batch(
    store: &mut Store,
    logs: &mut Logs,
    keys: &[SecretKeys],
    party: PartyIndex,
    other: PartyIndex,
    notes: &mut Vec<(PartyIndex, u64, String)>,
    ordered: &mut Vec<Vec<u8>>,
) -> Result<u64, Failure> {
    let line = logs.founded().line();
    let mut batch = logs.batch(party);
    let is_first = batch.size() == 0;
    let count = if is_first { 1 } else { BATCH };
    for _ in 0..count {
        let raw = if is_first {
            entry(
                Kind::Founding,
                NODE_POST,
                vec![0, 0],
                body::encode_founding(&line),
            )
        } else {
            entry(Kind::Message, "watch", batch.seen(), message(other))
        };
        ordered.push(export::encode_entry(party, &raw));
        batch.push(raw)?;
    }
    let admitted = batch.sign(&keys[party.at()])?;
    let applied = logs.apply(&admitted);
    let signed = admitted.checkpoint();
    let cosignature = Cosignature::sign(&signed.checkpoint, &keys[other.at()], 1_700_000_000);
    let settled = applied.settled;
    store
        .commit(&[
            Write::Batch {
                line,
                batch: &admitted,
                arrived_ms: 0,
            },
            Write::Settled {
                line,
                settled: &settled,
                frontier: logs.order().frontier(),
            },
            Write::Cosignature {
                line,
                log: party,
                cosigner: other,
                checkpoint: &signed.checkpoint,
                cosignature: &cosignature,
            },
        ])
        .map_err(failed)?;
    let id = logs.founded().party_id(other);
    let cosigned = [(id, logs.founded().keys(other), &cosignature)];
    let note = signed
        .to_note(&logs.founded().keys(party).ed, &cosigned, &[])
        .to_string();
    notes.push((party, signed.checkpoint.size, note));
    Ok(count)
}
