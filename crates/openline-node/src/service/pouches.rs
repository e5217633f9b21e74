//! The pouch: packing what a party lacks, opening what a party has sent.

use openline_bearer::pouch::{self, SealPublicKey};
use openline_core::{Hash, LineId, PartyId};
use openline_proto::frame::Frame;
use openline_store::{Reader, Write};

use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::documents;
use crate::error::{ServiceError, rule_of_sealed};
use crate::identity::wall_ms;
use crate::officers::Role;
use crate::pouch::{BUNDLE_FRAMES_MAX, Bundle, INFO};
use crate::view::PouchView;

/// Who packs and opens pouches.
const CARRIERS: &[Role] = &[Role::DutyOfficer, Role::Administrator];
/// Most bytes of frames in one bundle; what does not fit goes into the next.
const FRAMES_BYTES_MAX: usize = 48 << 20;

/// One line's part of a bundle.
struct Part {
    founded: std::sync::Arc<openline_core::charter::Founded>,
    beacon: Vec<u8>,
    /// By log: what the recipient has confirmed.
    confirmed: Vec<u64>,
}

/// What a bundle is made from, taken from the engine in one go.
struct Plan {
    bundle: Bundle,
    recipient: SealPublicKey,
    keys: std::sync::Arc<openline_core::keys::SecretKeys>,
    parts: Vec<Part>,
}

impl Service {
    /// Packs a sealed bundle for a party: everything of the common lines that it is not known to hold, and our receipts for what it sent.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown party; [`ServiceError::Conflict`] while only its short card is known.
    pub async fn pack_pouch(&self, party: &str) -> Answer<Vec<u8>> {
        let party = party.to_owned();
        let deed = Deed::new(Act::PackPouch).to(party.clone());
        let plan = self
            .act(CARRIERS, deed, move |engine| plan(engine, &party))
            .await?;
        self.read(move |reader| {
            let Plan {
                mut bundle,
                recipient,
                keys,
                parts,
            } = plan;
            for part in parts {
                fill(reader, &part, &mut bundle.frames)?;
            }
            let signed = bundle.sign(&keys);
            pouch::seal(&recipient, INFO, &signed)
                .map_err(|error| ServiceError::Unavailable(error.to_string()))
        })
        .await
    }

    /// Opens a bundle. Receipts for what it brings go with the next bundle back, and over any bearer that stands.
    ///
    /// # Errors
    /// Which rule the bundle breaks: not for us, not signed by a party we know, changed on its way.
    pub async fn open_pouch(&self, bytes: Vec<u8>) -> Answer<PouchView> {
        let deed = Deed::new(Act::OpenPouch).content(Hash::of(&[&bytes]));
        self.act(CARRIERS, deed, move |engine| open(engine, &bytes))
            .await
    }
}

fn plan(engine: &mut Engine, name: &str) -> Answer<Plan> {
    let relation = engine
        .relations
        .values()
        .find(|r| r.is_confirmed() && (r.name == name || r.party.to_string().starts_with(name)));
    let relation = relation.ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no confirmed relation with \"{name}\"; openline relation list shows all"
        ))
    })?;
    let party = relation.party;
    let seal_key = relation.seal_key().ok_or_else(|| {
        ServiceError::Conflict(
            "only the short form of that party's card is known; add its card file first".to_owned(),
        )
    })?;
    let recipient = SealPublicKey::from_bytes(&seal_key)
        .map_err(|error| ServiceError::Conflict(error.to_string()))?;
    let number = next_number(engine, &party)?;
    let lines: Vec<LineId> = engine
        .founded
        .iter()
        .filter(|(_, f)| f.index_of(&party).is_some())
        .map(|(id, _)| *id)
        .collect();
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for founded in lines.iter().filter_map(|id| engine.founded.get(id)) {
        frames.push(
            Frame::Founding {
                instrument: founded.instrument().encode(),
            }
            .encode(),
        );
    }
    for proposal in engine.proposals.values() {
        frames.push(
            Frame::Founding {
                instrument: proposal.instrument().encode(),
            }
            .encode(),
        );
    }
    let parts = lines
        .iter()
        .filter_map(|line| part(engine, *line, &party))
        .collect();
    let bundle = Bundle {
        from: engine.home.party_id(),
        to: party,
        number,
        packed_ms: wall_ms(),
        card: engine.card_bytes(),
        frames,
    };
    Ok(Plan {
        bundle,
        recipient,
        keys: engine.keys.secret.clone(),
        parts,
    })
}

fn part(engine: &Engine, line: LineId, party: &PartyId) -> Option<Part> {
    let founded = engine.founded.get(&line)?.clone();
    let peer = founded.index_of(party)?;
    let said = engine.machine.confirmed_by(&line, peer);
    let confirmed = founded
        .parties()
        .zip(said)
        .map(|(log, said)| said.max(engine.machine.cosigned_size(&line, log, peer)))
        .collect();
    Some(Part {
        founded,
        beacon: engine.machine.beacon_frame(&line, engine.now())?,
        confirmed,
    })
}

fn next_number(engine: &mut Engine, party: &PartyId) -> Answer<u64> {
    let key = format!("out/{party}");
    let last = engine
        .store
        .document(documents::POUCH, &key)?
        .and_then(|d| number_of(&d.value))
        .unwrap_or(0);
    keep_number(engine, &key, last + 1)?;
    Ok(last + 1)
}

fn number_of(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_be_bytes)
}

fn keep_number(engine: &mut Engine, key: &str, number: u64) -> Answer<()> {
    let updated_ms = wall_ms();
    engine.commit(&[Write::Document {
        kind: documents::POUCH,
        key,
        value: &number.to_be_bytes(),
        updated_ms,
    }])?;
    Ok(())
}

/// Entries first, then the beacon, whose cosignatures then fit what is held.
fn fill(reader: &Reader, part: &Part, frames: &mut Vec<Vec<u8>>) -> Answer<()> {
    let mut bytes: usize = frames.iter().map(Vec::len).sum();
    let has_room =
        |bytes: usize, count: usize| bytes < FRAMES_BYTES_MAX && count < BUNDLE_FRAMES_MAX / 2;
    if has_room(bytes, frames.len()) {
        let take = |frame: Vec<u8>| {
            bytes += frame.len();
            frames.push(frame);
            has_room(bytes, frames.len())
        };
        openline_keeper::batches_beyond(reader, &part.founded, part.confirmed.clone(), take)?;
    }
    frames.push(part.beacon.clone());
    Ok(())
}

fn open(engine: &mut Engine, bytes: &[u8]) -> Answer<PouchView> {
    let opened = pouch::open(&engine.keys.seal_keys, INFO, bytes).map_err(|error| {
        let off_the_record = crate::non_paper::INFO;
        if pouch::open(&engine.keys.seal_keys, off_the_record, bytes).is_ok() {
            let words =
                "that is no bundle: it holds non-papers, off the record (openline non-paper open)";
            return ServiceError::Unusable(words.to_owned());
        }
        ServiceError::Unusable(format!("{error} ({})", rule_of_sealed(&error).id()))
    })?;
    let bundle = Bundle::open(&opened.plaintext, &engine.home.party_id(), |party| {
        engine
            .relations
            .get(party)
            .filter(|relation| relation.is_confirmed())
            .and_then(|relation| relation.node_key())
    })?;
    take_card(engine, &bundle)?;
    let key = format!("in/{}", bundle.from);
    let last = engine
        .store
        .document(documents::POUCH, &key)?
        .and_then(|d| number_of(&d.value))
        .unwrap_or(0);
    let before = engine.tally;
    // Charters come first in a bundle: a line that one of them founds must be there for the frames that follow.
    let now = engine.now();
    let is_founding = |frame: &&Vec<u8>| matches!(Frame::decode(frame), Ok(Frame::Founding { .. }));
    let (founding, rest): (Vec<_>, Vec<_>) = bundle.frames.iter().partition(is_founding);
    for frames in [founding, rest] {
        let frames: Vec<Vec<u8>> = frames.into_iter().cloned().collect();
        engine.machine.handle_bundle(&bundle.from, &frames, now)?;
        engine.drive();
    }
    if bundle.number > last {
        keep_number(engine, &key, bundle.number)?;
    }
    Ok(PouchView {
        from: engine.name_of(&bundle.from),
        number: bundle.number,
        packed_ms: bundle.packed_ms,
        entries: engine.tally.entries - before.entries,
        cosignatures: engine.tally.cosignatures - before.cosignatures,
        instruments: engine.tally.instruments - before.instruments,
        is_old: bundle.number <= last,
    })
}

/// The sender's card may be newer than the one we know.
fn take_card(engine: &mut Engine, bundle: &Bundle) -> Answer<()> {
    let card = bundle.sender_card()?;
    let Some(relation) = engine.relations.get_mut(&bundle.from) else {
        return Ok(());
    };
    if relation.receive_card(&card)?.is_change() {
        engine.keep_relation(&bundle.from);
        engine.refresh_peers();
    }
    Ok(())
}
