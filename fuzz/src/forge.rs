//! Frames that a dishonest member of the line can make: rightly signed by its own key, whatever they say.

use crate::cast::{POST, Person, cast};
use openline_core::body::EMPTY_BODY;
use openline_core::charter::NODE_POST;
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal, SignedCheckpoint};
use openline_core::entry::{Header, Kind, MessageType, RawEntry, SaltedBody};
use openline_core::fork::Fork;
use openline_core::tree::{leaf_hash, root_of};
use openline_core::watch::{PostWatch, SignedWatch, WatchStatement};
use openline_core::{Hash, PartyIndex};
use openline_proto::frame::{Brief, Frame, Held, Tag};

use crate::schedule::Schedule;
use crate::world::{NODES, World};

/// The dishonest party, by its place in the charter: the last.
pub(crate) const LIAR: usize = 2;
const LIAR_INDEX: PartyIndex = PartyIndex(LIAR as u8);

fn liar() -> &'static Person {
    &cast().persons[LIAR]
}

/// A frame for node `to`, as the schedule says.
pub(crate) fn frame(schedule: &mut Schedule<'_>, world: &World, to: usize) -> Option<Vec<u8>> {
    let tag = Tag::of(&world.line());
    let what = schedule.digit();
    let party = PartyIndex::from_usize(schedule.digit())?;
    let frame = match what {
        0 => beacon(schedule, world, to),
        1 => batch(schedule, world, to),
        2 => Frame::Cosignature {
            tag,
            log: party,
            brief: brief(schedule, world, to, party),
        },
        3 => seal(schedule, world, to, party)?,
        4 => Frame::Want {
            tag,
            party,
            first: schedule.size(),
            count: schedule.size(),
        },
        5 => Frame::Ask {
            tag,
            party,
            size: schedule.size(),
        },
        6 => Frame::Copy {
            tag,
            party,
            first: schedule.size(),
            entries: vec![entry(world, to, 0, schedule.any())],
        },
        7 => proof(schedule, world, to, party),
        8 => Frame::Fork {
            tag,
            evidence: evidence(schedule, world).encode(),
        },
        9 => Frame::Fault {
            rule: "flood".to_owned(),
            tag: Some(tag),
            party: schedule.size(),
            index: schedule.size(),
            words: String::new(),
        },
        10 => Frame::Hello {
            party: cast().persons[party.at() % NODES].id,
            card: Vec::new(),
        },
        11 => Frame::Founding {
            instrument: schedule.garbage().to_vec(),
        },
        12 => Frame::Ping(schedule.size()),
        13 => Frame::Pong(schedule.size()),
        14 => Frame::Fork {
            tag,
            evidence: vec![schedule.any() & 0x17],
        },
        _ => Frame::Unknown(schedule.size()),
    };
    Some(frame.encode())
}

/// The root of a log where a node has it at that size, changed if `salt` is odd; a made-up one elsewhere.
fn root(world: &World, at: usize, log: PartyIndex, size: u64, salt: u8) -> Hash {
    let held = log.at() < NODES && size <= world.disk(at).size(world.line(), log);
    let known = held
        .then(|| world.disk(at).root(world.line(), log, size))
        .flatten();
    match known {
        Some(root) if salt.is_multiple_of(2) => root,
        _ => Hash([salt; 32]),
    }
}

fn checkpoint(world: &World, log: PartyIndex, size: u64, root: Hash) -> Checkpoint {
    let origin = if log.at() < NODES {
        world.founded().origin(log).to_owned()
    } else {
        String::new()
    };
    Checkpoint { origin, size, root }
}

fn beacon(schedule: &mut Schedule<'_>, world: &World, to: usize) -> Frame {
    let what = schedule.digit();
    let (count, what) = (what % (NODES + 2), what / (NODES + 2));
    let held = held(schedule, world, to, count);
    let heard = |party| match what {
        3 => Some(schedule.size()),
        _ => (party == LIAR).then_some(0),
    };
    let heard = (0..NODES).map(heard).collect();
    Frame::Beacon {
        tag: Tag::of(&world.line()),
        held,
        watch: (what > 0).then(|| watch(schedule, world, what)),
        heard,
    }
}

/// What the liar says of its watch, or what is none.
fn watch(schedule: &mut Schedule<'_>, world: &World, what: usize) -> SignedWatch {
    let salt = schedule.any();
    let statement = WatchStatement {
        line: world.line(),
        party: if salt & 1 == 0 {
            LIAR_INDEX
        } else {
            PartyIndex(0)
        },
        issued: i64::from(salt) << (salt & 31),
        posts: vec![PostWatch {
            post: POST.to_owned(),
            is_attended: salt & 2 == 0,
            until: (salt & 4 == 4).then(|| schedule.size().cast_signed()),
            languages: vec!["en".to_owned(); schedule.digit()],
        }],
        notices: Vec::new(),
    };
    let signed = statement.sign(&liar().keys);
    if what == 2 {
        let bytes = schedule.garbage().to_vec();
        SignedWatch { bytes, ..signed }
    } else {
        signed
    }
}

fn held(schedule: &mut Schedule<'_>, world: &World, to: usize, count: usize) -> Vec<Held> {
    (0..count)
        .filter_map(PartyIndex::from_usize)
        .map(|log| {
            let (size, salt) = (schedule.size(), schedule.any());
            let root = root(world, to, log, size, salt);
            let signed = checkpoint(world, log, size, root).sign(&liar().keys);
            let briefs = (salt & 4 == 4).then(|| brief(schedule, world, to, log));
            Held {
                size,
                root,
                signature: (salt & 2 == 0).then_some(signed),
                briefs: briefs.into_iter().collect(),
            }
        })
        .collect()
}

fn brief(schedule: &mut Schedule<'_>, world: &World, to: usize, log: PartyIndex) -> Brief {
    let (size, salt) = (schedule.size(), schedule.any());
    let checkpoint = checkpoint(world, log, size, root(world, to, log, size, salt));
    let time = if salt & 2 == 0 {
        world.wall_s()
    } else {
        schedule.size()
    };
    let signed = Cosignature::sign(&checkpoint, &liar().keys, time);
    Brief {
        cosigner: if salt & 4 == 0 { LIAR_INDEX } else { log },
        size,
        time,
        signature: signed.signature,
    }
}

fn seal(schedule: &mut Schedule<'_>, world: &World, to: usize, log: PartyIndex) -> Option<Frame> {
    let (size, salt) = (schedule.size(), schedule.any());
    let checkpoint = checkpoint(world, log, size, root(world, to, log, size, salt));
    let time = world.wall_s();
    // What a wrong name signs is refused before the signature is looked at: it need not be made.
    let signature = if log.at() < NODES {
        Seal::sign(&checkpoint, &liar().id, &liar().keys, time).signature
    } else {
        vec![0; 2420]
    };
    Some(Frame::Seal {
        tag: Tag::of(&world.line()),
        log,
        cosigner: if salt & 4 == 0 { LIAR_INDEX } else { log },
        size,
        time,
        signature,
    })
}

/// An entry of the liar's at an index, by the rules: a mark, or with a body that none may have.
fn entry(world: &World, to: usize, index: u64, salt: u8) -> RawEntry {
    let body = if salt & 2 == 0 {
        EMPTY_BODY.to_vec()
    } else {
        vec![salt]
    };
    let salted = SaltedBody {
        salt: [salt; 16],
        bytes: body,
    };
    let mut seen: Vec<u64> = world
        .founded()
        .parties()
        .map(|party| world.disk(to).size(world.line(), party))
        .collect();
    seen[LIAR] = index;
    if salt & 4 == 4 {
        // It has seen what is not there yet.
        seen[0] += u64::from(salt >> 4);
    }
    let header = Header {
        kind: Kind::Mark,
        seen,
        post: NODE_POST.to_owned(),
        message_type: MessageType::Real,
        time: i64::from(salt),
        refs: Vec::new(),
        body_hash: salted.hash(),
    };
    RawEntry {
        header: header.encode(),
        body: Some((salted.salt.to_vec(), salted.bytes)),
    }
}

/// Entries after `first` of what `to` holds of the liar's log, rightly signed: a fork when there are some there already.
fn batch(schedule: &mut Schedule<'_>, world: &World, to: usize) -> Frame {
    let line = world.line();
    let stored = world.disk(to).log(line, LIAR_INDEX, 0);
    let first = schedule.digit().min(stored.len());
    let mut leaves: Vec<Hash> = stored[..first].iter().map(|entry| entry.leaf).collect();
    let entries: Vec<RawEntry> = (0..1 + schedule.digit() % 3)
        .map(|at| entry(world, to, (first + at) as u64, schedule.any()))
        .collect();
    leaves.extend(entries.iter().map(|entry| leaf_hash(&entry.header)));
    let size = leaves.len() as u64;
    let signature = checkpoint(world, LIAR_INDEX, size, root_of(leaves)).sign(&liar().keys);
    Frame::Batch {
        tag: Tag::of(&line),
        party: LIAR_INDEX,
        first: first as u64,
        signature,
        entries,
    }
}

fn proof(schedule: &mut Schedule<'_>, world: &World, to: usize, party: PartyIndex) -> Frame {
    let (old, new, salt) = (schedule.size(), schedule.size(), schedule.any());
    let new_root = Hash([salt; 32]);
    Frame::Proof {
        tag: Tag::of(&world.line()),
        party,
        old,
        old_root: root(world, to, party, old, salt),
        new,
        new_root,
        signature: checkpoint(world, party, new, new_root).sign(&liar().keys),
        path: vec![Hash([salt; 32]); schedule.digit()],
    }
}

/// Evidence against the liar if `log` is its own and the roots differ; a false accusation otherwise.
fn evidence(schedule: &mut Schedule<'_>, world: &World) -> Fork {
    let (log, salt) = (schedule.digit() % NODES, schedule.any());
    let log = PartyIndex::from_usize(log).expect("few nodes");
    let (old, new) = (schedule.size(), schedule.size());
    let note = |size, byte| {
        let checkpoint = checkpoint(world, log, size, Hash([byte; 32]));
        SignedCheckpoint::sign(checkpoint, &liar().keys)
            .to_note(liar().keys.ed_public(), &[], &[])
            .to_string()
    };
    Fork {
        first: note(old, salt),
        second: note(new, salt ^ 1),
        root: Hash([salt ^ 1; 32]),
        proof: vec![Hash([salt; 32]); schedule.digit() % 3],
    }
}
