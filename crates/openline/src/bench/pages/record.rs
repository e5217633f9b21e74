//! A line with a long past, as watch rooms have it: messages that were acknowledged and answered long ago, a few that still wait.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use openline_core::PartyIndex;
use openline_core::admit::Logs;
use openline_core::body::{self, EMPTY_BODY, Receipt, Stage};
use openline_core::charter::{Charter, CharterTerms, Founded, Instrument, Member, NODE_POST};
use openline_core::checkpoint::Cosignature;
use openline_core::entry::{Header, Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::keys::SecretKeys;
use openline_core::message::{Address, Form, Message, Precedence, Text};
use openline_node::home::Home;
use openline_node::identity::wall_ms;
use openline_store::{Store, Write};

use super::super::failed;
use crate::failure::Failure;
use crate::output::Output;

/// Entries that are signed together.
const BATCH: u64 = 256;
/// Between two entries, ms: somewhat more than a year for 100,000.
const PACE_MS: i64 = 300_000;
/// Messages to each side that nobody has acknowledged yet: the last ones.
const OPEN: usize = 12;

/// What each entry of a batch is, again and again.
const MIX: [What; 8] = [
    What::Message,
    What::Receipt,
    What::Message,
    What::Receipt,
    What::Receipt,
    What::Message,
    What::Receipt,
    What::Mark,
];

#[derive(Debug, Clone, Copy)]
enum What {
    Message,
    Receipt,
    Mark,
}

/// Makes the line in the home of the first of two parties. Both sides' entries are signed with their own keys, and cosigned.
pub(super) fn make(homes: [&Path; 2], entries: u64, output: Output) -> Result<(), Failure> {
    let (founded, keys) = found(homes)?;
    let mut record = Record {
        store: Store::open(homes[0]).map_err(failed)?,
        logs: Logs::new(founded.clone()),
        keys,
        past: Past {
            unacknowledged: [VecDeque::new(), VecDeque::new()],
            time: wall_ms() - PACE_MS * i64::try_from(entries).unwrap_or(0),
            left: entries,
        },
    };
    record
        .store
        .commit(&[Write::Line { founded: &founded }])
        .map_err(failed)?;
    let bar = output.progress("making entries");
    bar.set_length(entries);
    while record.past.left > 0 {
        for party in [PartyIndex(0), PartyIndex(1)] {
            record.write_batch(party)?;
        }
        bar.set_position(entries - record.past.left);
    }
    bar.finish_and_clear();
    record.store.maintain().map_err(failed)?;
    record.store.close().map_err(failed)
}

fn found(homes: [&Path; 2]) -> Result<(Arc<Founded>, Vec<Arc<SecretKeys>>), Failure> {
    let mut parties = Vec::new();
    for home in homes {
        let home = Home::open(home)?;
        let member = Member {
            credential: home.credential().clone(),
            posts: vec!["watch".to_owned()],
            zone: "UTC".to_owned(),
        };
        let keys = home.node_keys(None)?.secret;
        parties.push((home.party_id(), keys, member));
    }
    parties.sort_by_key(|(id, ..)| *id);
    let members = parties
        .iter()
        .map(|(_, _, member)| member.clone())
        .collect();
    let terms = CharterTerms {
        title: "Bench".to_owned(),
        ..CharterTerms::default()
    };
    let mut instrument = Instrument::propose(Charter::new(terms, members, [7; 16])?);
    let keys: Vec<Arc<SecretKeys>> = parties.into_iter().map(|(_, keys, _)| keys).collect();
    for (at, keys) in keys.iter().enumerate() {
        let party = PartyIndex::from_usize(at).ok_or_else(|| failed("two parties"))?;
        instrument.sign(party, keys)?;
    }
    Ok((Arc::new(instrument.found()?), keys))
}

struct Record {
    store: Store,
    logs: Logs,
    keys: Vec<Arc<SecretKeys>>,
    past: Past,
}

/// What has been written so far, as far as the next entry depends on it.
struct Past {
    /// By party: messages of the other that it has not acknowledged, the oldest first.
    unacknowledged: [VecDeque<Ref>; 2],
    time: i64,
    left: u64,
}

impl Record {
    /// One batch of one party.
    fn write_batch(&mut self, party: PartyIndex) -> Result<(), Failure> {
        let other = PartyIndex(1 - party.0);
        let line = self.logs.founded().line();
        let mut batch = self.logs.batch(party);
        let size = batch.size();
        let count = if size == 0 {
            1
        } else {
            BATCH.min(self.past.left)
        };
        for at in 0..count {
            let seen = batch.seen();
            let raw = if size == 0 {
                self.past.entry(
                    Kind::Founding,
                    MessageType::Real,
                    vec![0, 0],
                    vec![],
                    body::encode_founding(&line),
                )
            } else {
                let place = Ref {
                    party,
                    index: size + at,
                };
                self.past.next(party, other, place, seen)
            };
            batch.push(raw)?;
        }
        self.past.left = self.past.left.saturating_sub(count);
        let admitted = batch.sign(&self.keys[party.at()])?;
        let applied = self.logs.apply(&admitted);
        let signed = admitted.checkpoint();
        let seconds = u64::try_from(self.past.time / 1000).unwrap_or(0);
        let cosignature = Cosignature::sign(&signed.checkpoint, &self.keys[other.at()], seconds);
        self.store
            .commit(&[
                Write::Batch {
                    line,
                    batch: &admitted,
                    arrived_ms: self.past.time,
                },
                Write::Settled {
                    line,
                    settled: &applied.settled,
                    frontier: self.logs.order().frontier(),
                },
                Write::Cosignature {
                    line,
                    log: party,
                    cosigner: other,
                    checkpoint: &signed.checkpoint,
                    cosignature: &cosignature,
                },
            ])
            .map_err(failed)
            .map(|_| ())
    }
}

impl Past {
    fn next(
        &mut self,
        party: PartyIndex,
        other: PartyIndex,
        place: Ref,
        seen: Vec<u64>,
    ) -> RawEntry {
        self.time += PACE_MS;
        // What came last still waits.
        let kept = if self.left < 4 * BATCH { OPEN } else { 0 };
        let at = usize::try_from(place.index).unwrap_or(0) % MIX.len();
        let waiting = &mut self.unacknowledged[party.at()];
        match MIX[at] {
            What::Message => {
                self.unacknowledged[other.at()].push_back(place);
                let body = message(other, place.index).encode();
                let message_type = type_of(place);
                self.entry(Kind::Message, message_type, seen, vec![], body)
            }
            What::Receipt if waiting.len() > kept => {
                let of = waiting.pop_front().expect("one waits");
                let receipt = Receipt {
                    stage: Stage::Acknowledged,
                    time: self.time,
                    class: None,
                    words: None,
                    promised: None,
                    values: vec![],
                };
                self.entry(Kind::Receipt, type_of(of), seen, vec![of], receipt.encode())
            }
            What::Receipt | What::Mark => self.entry(
                Kind::Mark,
                MessageType::Real,
                seen,
                vec![],
                EMPTY_BODY.to_vec(),
            ),
        }
    }

    fn entry(
        &self,
        kind: Kind,
        message_type: MessageType,
        seen: Vec<u64>,
        refs: Vec<Ref>,
        bytes: Vec<u8>,
    ) -> RawEntry {
        let body = SaltedBody {
            salt: [5; 16],
            bytes,
        };
        let post = match kind {
            Kind::Founding | Kind::Mark => NODE_POST,
            _ => "watch",
        };
        let header = Header {
            kind,
            seen,
            post: post.to_owned(),
            message_type,
            time: self.time,
            refs,
            body_hash: body.hash(),
        };
        RawEntry {
            header: header.encode(),
            body: Some((body.salt.to_vec(), body.bytes)),
        }
    }
}

/// One message in some was an exercise.
fn type_of(place: Ref) -> MessageType {
    match place.index % 16 {
        0 => MessageType::Exercise,
        _ => MessageType::Real,
    }
}

fn message(to: PartyIndex, at: u64) -> Message {
    let text = format!(
        "Report {at} of the watch. Patrols are on both banks as announced, and the bridge is open to traffic. \
         The water at the gauge stands at {} cm. Nothing else is to be reported.",
        100 + at % 300
    );
    Message {
        form: Form::Message,
        precedence: Precedence::Routine,
        to: vec![Address {
            party: to,
            post: "watch".to_owned(),
        }],
        info: vec![],
        info_precedence: None,
        subject: Some(format!("Report {at}")),
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
}
