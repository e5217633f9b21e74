//! A party that lies: it holds its own keys, knows all that passes, and sends frames of its own making.

use openline_core::checkpoint::{Checkpoint, Cosignature, SignedCheckpoint};
use openline_core::entry::{Header, Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::fork::Fork;
use openline_core::limits::TIME_MAX;
use openline_core::tree::leaf_hash;
use openline_core::watch::{SignedWatch, WatchStatement};
use openline_core::{Hash, LineId, PartyIndex};
use openline_proto::LinkId;
use openline_proto::frame::{Brief, Frame, Held, Tag};

use crate::cast::{POST, cast};
use crate::model::Violation;
use crate::net::mutate;
use crate::plan::Villain;
use crate::world::World;

/// Frames of one flood.
const FLOOD: usize = 60;

impl World {
    /// The outlaw tells one lie to one honest party.
    pub(crate) fn lie(&mut self) -> Result<(), Violation> {
        let Some((liar, Villain::Outlaw)) = self.plan.villain else {
            return Ok(());
        };
        if self.is_healed || self.bodies[liar].machine.is_none() {
            return Ok(());
        }
        let Some(link) = self.link_to_lie_over(liar) else {
            return Ok(());
        };
        let line = self.plan.lines[self.rng.index(self.plan.lines.len())].line();
        let frames = self.make_lie(liar, line);
        for frame in frames {
            self.put_on_link(liar, link, &frame);
        }
        Ok(())
    }

    fn link_to_lie_over(&mut self, liar: usize) -> Option<LinkId> {
        let standing: Vec<LinkId> = self
            .net
            .slots
            .iter()
            .filter(|slot| slot.ends.contains(&liar))
            .filter_map(|slot| slot.link)
            .collect();
        (!standing.is_empty()).then(|| *self.rng.pick(&standing))
    }

    fn make_lie(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let kind = self.rng.below(11);
        self.trace(|_| format!("party {liar} tells lie {kind}"));
        match kind {
            0 => self.mutated(),
            1 => self.garbage(),
            2 => self.rollback(liar, line),
            3 => self.boast(liar, line),
            4 => self.false_cosignatures(liar, line),
            5 | 6 => self.bad_entry(liar, line),
            7 => self.withheld_body(liar, line),
            8 => self.false_evidence(line),
            9 => self.false_watch(liar, line),
            _ => self.flood(line),
        }
    }

    /// A frame that was sent before, with other bytes, and one as it was.
    fn mutated(&mut self) -> Vec<Vec<u8>> {
        if self.overheard.is_empty() {
            return Vec::new();
        }
        let as_it_was = self.rng.pick(&self.overheard).clone();
        let mut frame = self.rng.pick(&self.overheard).clone();
        mutate(&mut self.rng, &mut frame);
        vec![frame, as_it_was]
    }

    fn garbage(&mut self) -> Vec<Vec<u8>> {
        let len = self.rng.index(200);
        vec![(0..len).map(|_| self.rng.byte()).collect()]
    }

    fn founded_tag(&self, line: LineId) -> Tag {
        Tag::of(&line)
    }

    fn truth_beacon(&self, liar: usize, line: LineId) -> Option<Vec<Held>> {
        let now = self.bodies[liar].clock.now(self.now);
        let frame = self.bodies[liar]
            .machine
            .as_ref()?
            .beacon_frame(&line, now)?;
        match Frame::decode(&frame) {
            Ok(Frame::Beacon { held, .. }) => Some(held),
            _ => None,
        }
    }

    /// A beacon in which its own log has another root than it had, rightly signed: a second history.
    fn rollback(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let Some(mut held) = self.truth_beacon(liar, line) else {
            return Vec::new();
        };
        let own = &mut held[liar];
        if own.size == 0 {
            return Vec::new();
        }
        own.size = self.rng.within(1, own.size);
        own.root = Hash(self.rng.bytes());
        own.briefs.clear();
        let origin = self.model.lines[&line]
            .founded
            .origin(self.bodies[liar].role.party)
            .to_owned();
        let checkpoint = Checkpoint {
            origin,
            size: own.size,
            root: own.root,
        };
        own.signature = Some(checkpoint.sign(&cast().persons[liar].keys));
        self.taint(line);
        vec![self.beacon(line, held, None)]
    }

    /// A beacon that claims more than there is, of every log.
    fn boast(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let Some(mut held) = self.truth_beacon(liar, line) else {
            return Vec::new();
        };
        for held in &mut held {
            held.size += self.rng.within(1, 9);
            held.signature = held.signature.or(Some([0; 64]));
        }
        vec![self.beacon(line, held, None)]
    }

    /// A beacon that says that the liar has heard everybody just now.
    fn beacon(&self, line: LineId, held: Vec<Held>, watch: Option<SignedWatch>) -> Vec<u8> {
        Frame::Beacon {
            tag: self.founded_tag(line),
            held,
            watch,
            heard: vec![Some(0); self.plan.parties],
        }
        .encode()
    }

    /// Watch statements in another's name, of the far future, and of no form.
    fn false_watch(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let Some(held) = self.truth_beacon(liar, line) else {
            return Vec::new();
        };
        let victim = PartyIndex::from_usize((liar + 1) % self.plan.parties).expect("few parties");
        let keys = &cast().persons[liar].keys;
        let statement = |party, issued| WatchStatement {
            line,
            party,
            issued,
            posts: Vec::new(),
            notices: Vec::new(),
        };
        let me = self.bodies[liar].role.party;
        let garbage = SignedWatch {
            bytes: vec![0x80],
            signature: [7; 64],
        };
        let watches = [
            statement(victim, 1).sign(keys),
            statement(me, TIME_MAX).sign(keys),
            garbage,
        ];
        watches
            .into_iter()
            .map(|watch| self.beacon(line, held.clone(), Some(watch)))
            .collect()
    }

    /// Cosignatures over what it does not hold, over what nobody holds, and in another's name.
    fn false_cosignatures(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let parties = self.plan.parties;
        let log = PartyIndex::from_usize(self.rng.index(parties)).expect("few parties");
        let model = &self.model.lines[&line];
        let history = &model.histories[log.at()][0];
        let size = history.size();
        let origin = model.founded.origin(log).to_owned();
        let true_root = history.root(size).unwrap_or_default();
        let tag = self.founded_tag(line);
        let me = self.bodies[liar].role.party;
        let victim = PartyIndex::from_usize((liar + 1) % parties).expect("few parties");
        let keys = &cast().persons[liar].keys;
        let claims = [
            (me, size, true_root),
            (me, size, Hash(self.rng.bytes())),
            (me, size + 5, true_root),
            (victim, size, true_root),
        ];
        let frame = |(cosigner, size, root): (PartyIndex, u64, Hash)| {
            let checkpoint = Checkpoint {
                origin: origin.clone(),
                size,
                root,
            };
            let Cosignature { time, signature } =
                Cosignature::sign(&checkpoint, keys, 1_750_000_000);
            Frame::Cosignature {
                tag,
                log,
                brief: Brief {
                    cosigner,
                    size,
                    time,
                    signature,
                },
            }
            .encode()
        };
        claims.into_iter().map(frame).collect()
    }

    /// A header for the next entry of the liar's own log that would be right.
    fn next_header(&self, liar: usize, line: LineId) -> Option<(Header, SaltedBody)> {
        let logs = self.bodies[liar].machine.as_ref()?.logs(&line)?;
        let body = SaltedBody {
            salt: [5; 16],
            bytes: vec![1, 2, 3],
        };
        let header = Header {
            kind: Kind::Other(77),
            seen: logs.sizes(),
            post: POST.to_owned(),
            message_type: MessageType::Real,
            time: 0,
            refs: Vec::new(),
            body_hash: body.hash(),
        };
        (logs.size(self.bodies[liar].role.party) > 0).then_some((header, body))
    }

    fn sign_next(&self, liar: usize, line: LineId, header: &[u8]) -> (u64, [u8; 64]) {
        let model = &self.model.lines[&line];
        let mut history = model.histories[liar][0].clone();
        let first = history.size();
        history.push(leaf_hash(header));
        let root = history.root(history.size()).unwrap_or_default();
        let origin = model
            .founded
            .origin(self.bodies[liar].role.party)
            .to_owned();
        let checkpoint = Checkpoint {
            origin,
            size: history.size(),
            root,
        };
        (first, checkpoint.sign(&cast().persons[liar].keys))
    }

    /// An entry that breaks a rule, rightly signed.
    fn bad_entry(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let Some((mut header, mut body)) = self.next_header(liar, line) else {
            return Vec::new();
        };
        let other = PartyIndex::from_usize((liar + 1) % self.plan.parties).expect("few parties");
        match self.rng.below(9) {
            0 => header.seen[liar] += 1,
            1 => header.seen[other.at()] += 1_000_000,
            2 => header.seen.push(0),
            3 => header.post = "nobody".to_owned(),
            4 => header.kind = Kind::Founding,
            5 => {
                header.refs = vec![Ref {
                    party: other,
                    index: header.seen[other.at()] + 3,
                }]
            }
            6 => header.kind = Kind::Message,
            7 => {
                header.kind = Kind::Mark;
                header.post = "node".to_owned();
            }
            _ => body.bytes = vec![9; 3],
        }
        let mut bytes = header.encode();
        if self.rng.percent(10) {
            bytes.push(0);
        }
        let (first, signature) = self.sign_next(liar, line, &bytes);
        let entries = vec![RawEntry {
            header: bytes,
            body: Some((body.salt.to_vec(), body.bytes)),
        }];
        let party = self.bodies[liar].role.party;
        vec![
            Frame::Batch {
                tag: self.founded_tag(line),
                party,
                first,
                signature,
                entries,
            }
            .encode(),
        ]
    }

    /// An entry that is right but for its body, which the liar keeps to itself. It is not what its node writes next either.
    fn withheld_body(&mut self, liar: usize, line: LineId) -> Vec<Vec<u8>> {
        let Some((header, _)) = self.next_header(liar, line) else {
            return Vec::new();
        };
        let bytes = header.encode();
        let (first, signature) = self.sign_next(liar, line, &bytes);
        let model = self
            .model
            .lines
            .get_mut(&line)
            .expect("the line is of the plan");
        let mut history = model.histories[liar][0].clone();
        history.push(leaf_hash(&bytes));
        model.histories[liar].push(history);
        self.taint(line);
        let entries = vec![RawEntry {
            header: bytes,
            body: None,
        }];
        let party = self.bodies[liar].role.party;
        vec![
            Frame::Batch {
                tag: self.founded_tag(line),
                party,
                first,
                signature,
                entries,
            }
            .encode(),
        ]
    }

    /// Evidence against honest parties that proves nothing: one history shown as two.
    fn false_evidence(&mut self, line: LineId) -> Vec<Vec<u8>> {
        let founded = self.model.lines[&line].founded.clone();
        let victims: Vec<usize> = (0..self.plan.parties)
            .filter(|party| self.plan.is_honest(*party))
            .collect();
        let victim = *self.rng.pick(&victims);
        let log = self.bodies[victim].role.party;
        let store = &self.bodies[victim].disk.store;
        let size = store.size(line, log).unwrap_or(0);
        let at = |size| store.checkpoint_up_to(&founded, log, size).ok().flatten();
        let (Some(first), Some(second)) = (at(1.max(size / 2)), at(size)) else {
            return Vec::new();
        };
        let proof = store
            .consistency(line, log, first.checkpoint.size, second.checkpoint.size)
            .unwrap_or_default();
        let keys = founded.keys(log);
        let note = |signed: &SignedCheckpoint| signed.to_note(&keys.ed, &[], &[]).to_string();
        let mut roots = [
            first.checkpoint.root,
            Hash(self.rng.bytes()),
            second.checkpoint.root,
        ];
        roots.sort_unstable();
        let (first, second) = (note(&first), note(&second));
        let tag = self.founded_tag(line);
        let evidence = roots.map(|root| Fork {
            first: first.clone(),
            second: second.clone(),
            root,
            proof: proof.clone(),
        });
        evidence
            .iter()
            .map(|fork| {
                Frame::Fork {
                    tag,
                    evidence: fork.encode(),
                }
                .encode()
            })
            .collect()
    }

    /// More questions than anybody may ask.
    fn flood(&mut self, line: LineId) -> Vec<Vec<u8>> {
        let tag = self.founded_tag(line);
        let party = PartyIndex::from_usize(self.rng.index(self.plan.parties)).expect("few parties");
        let kind = self.rng.below(5);
        let frame = |n: u64| match kind {
            0 => Frame::Ping(n),
            1 => Frame::Want {
                tag,
                party,
                first: 0,
                count: 1 + n % 3,
            },
            2 => Frame::Ask {
                tag,
                party,
                size: 1 + n % 3,
            },
            3 => Frame::Pong(n),
            _ => Frame::Want {
                tag,
                party,
                first: u64::MAX - n,
                count: 7,
            },
        };
        (0..FLOOD as u64).map(|n| frame(n).encode()).collect()
    }

    /// From here on the liar has signed two histories of its log on this line.
    fn taint(&mut self, line: LineId) {
        if let Some(model) = self.model.lines.get_mut(&line) {
            model.is_tainted = true;
        }
    }
}
