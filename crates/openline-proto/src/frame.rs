//! Frames: their bytes (`spec/line.md` section 2). Each has one writer and one reader, side by side.

use openline_core::cbor::{Reader, Type, Writer};
use openline_core::entry::{RawEntry, SaltedBody};
use openline_core::limits::{PARTIES_MAX, PROOF_MAX};
use openline_core::watch::SignedWatch;
use openline_core::{Hash, LineId, PartyId, PartyIndex, Rule};

use crate::limits::{BATCH_ENTRIES_MAX, FAULT_TEXT_MAX, FRAME_MAX, WATCH_MAX};
use crate::non_paper::{self, Offer, Receipts, Sealed};

/// The version of the protocol that this program speaks.
pub const VERSION: u64 = 1;
/// Bytes at a header's end that a carried entry leaves out: the body hash as CBOR.
const BODY_HASH_LEN: usize = 34;
const BODY_HASH_HEAD: [u8; 2] = [0x58, 0x20];

/// The first 8 bytes of a [`LineId`], by which frames name a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 8]);

impl Tag {
    /// The tag of a line.
    #[must_use]
    pub fn of(line: &LineId) -> Self {
        let mut tag = [0; 8];
        tag.copy_from_slice(&line.0.0[..8]);
        Self(tag)
    }
}

/// A cosignature in a beacon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// Who signed.
    pub cosigner: PartyIndex,
    /// Up to which size.
    pub size: u64,
    /// Since when, s.
    pub time: u64,
    /// The signature.
    pub signature: [u8; 64],
}

/// What a node holds of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Number of entries.
    pub size: u64,
    /// The root at that size.
    pub root: Hash,
    /// The author's signature at that size; none for an empty log.
    pub signature: Option<[u8; 64]>,
    /// The latest cosignature known of each cosigner.
    pub briefs: Vec<Brief>,
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Greets.
    Hello {
        /// Who speaks.
        party: PartyId,
        /// Its card's bytes.
        card: Vec<u8>,
    },
    /// Says what is held, who is on watch and who has been heard.
    Beacon {
        /// The line.
        tag: Tag,
        /// By party index.
        held: Vec<Held>,
        /// What its sender says of its watch.
        watch: Option<SignedWatch>,
        /// By party index: whole seconds since its sender last heard that party on this line over a live link.
        heard: Vec<Option<u64>>,
    },
    /// Carries entries and the checkpoint signature over them.
    Batch {
        /// The line.
        tag: Tag,
        /// Whose log.
        party: PartyIndex,
        /// Index of the first entry.
        first: u64,
        /// The author's signature over the log with these entries.
        signature: [u8; 64],
        /// The entries.
        entries: Vec<RawEntry>,
    },
    /// Carries a cosignature.
    Cosignature {
        /// The line.
        tag: Tag,
        /// Whose log.
        log: PartyIndex,
        /// The cosignature.
        brief: Brief,
    },
    /// Carries a seal.
    Seal {
        /// The line.
        tag: Tag,
        /// Whose log.
        log: PartyIndex,
        /// Who signed.
        cosigner: PartyIndex,
        /// Up to which size.
        size: u64,
        /// When, s.
        time: u64,
        /// The ML-DSA-44 signature.
        signature: Vec<u8>,
    },
    /// Carries a charter and signatures under it.
    Founding {
        /// The instrument's bytes.
        instrument: Vec<u8>,
    },
    /// Probes the link.
    Ping(u64),
    /// Answers a probe.
    Pong(u64),
    /// Asks for entries as they are.
    Want {
        /// The line.
        tag: Tag,
        /// Whose log.
        party: PartyIndex,
        /// First index.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Answers [`Frame::Want`].
    Copy {
        /// The line.
        tag: Tag,
        /// Whose log.
        party: PartyIndex,
        /// First index.
        first: u64,
        /// The entries.
        entries: Vec<RawEntry>,
    },
    /// Asks how the peer's history of a log contains the asker's.
    Ask {
        /// The line.
        tag: Tag,
        /// Whose log.
        party: PartyIndex,
        /// The asker's size.
        size: u64,
    },
    /// Answers [`Frame::Ask`].
    Proof {
        /// The line.
        tag: Tag,
        /// Whose log.
        party: PartyIndex,
        /// The asker's size.
        old: u64,
        /// The root there, in this history.
        old_root: Hash,
        /// A size that the author signed.
        new: u64,
        /// The root there.
        new_root: Hash,
        /// The author's signature.
        signature: [u8; 64],
        /// The consistency proof.
        path: Vec<Hash>,
    },
    /// Passes on fork evidence.
    Fork {
        /// The line.
        tag: Tag,
        /// The evidence, encoded.
        evidence: Vec<u8>,
    },
    /// Tells the peer which rule it broke.
    Fault {
        /// The rule's id.
        rule: String,
        /// The line, where one is concerned.
        tag: Option<Tag>,
        /// Whose log.
        party: u64,
        /// The entry.
        index: u64,
        /// Words for the log of the other side.
        words: String,
    },
    /// Offers a share of the key of non-papers (`spec/non-paper.md`).
    NonPaperOffer {
        /// The share.
        offer: Offer,
        /// The share of the receiver's that the sender holds.
        holds: Option<[u8; 8]>,
    },
    /// Carries a non-paper: off the record, sealed with a key that both parties hold.
    NonPaper {
        /// The line.
        tag: Tag,
        /// What only the two can open, and either could have made.
        sealed: Sealed,
    },
    /// Says how far non-papers have got.
    NonPaperReceived(Receipts),
    /// A type that this version does not know; ignored.
    Unknown(u64),
}

impl Frame {
    /// The line that the frame is about; none for frames about the link or the relation.
    #[must_use]
    pub fn tag(&self) -> Option<Tag> {
        match self {
            Self::Beacon { tag, .. }
            | Self::Batch { tag, .. }
            | Self::Cosignature { tag, .. }
            | Self::Seal { tag, .. }
            | Self::Want { tag, .. }
            | Self::Copy { tag, .. }
            | Self::Ask { tag, .. }
            | Self::Proof { tag, .. }
            | Self::Fork { tag, .. }
            | Self::NonPaper { tag, .. } => Some(*tag),
            Self::Hello { .. }
            | Self::Founding { .. }
            | Self::Ping(_)
            | Self::Pong(_)
            | Self::Fault { .. }
            | Self::NonPaperOffer { .. }
            | Self::NonPaperReceived(_)
            | Self::Unknown(_) => None,
        }
    }

    /// Whether a frame about a line goes to every party of it, and so also to one that has not founded the line yet.
    #[must_use]
    pub fn is_to_all(&self) -> bool {
        matches!(
            self,
            Self::Beacon { .. } | Self::Cosignature { .. } | Self::Seal { .. } | Self::Fork { .. }
        )
    }

    /// Encodes the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::Hello { party, card } => {
                w.array(4)
                    .uint(0)
                    .uint(VERSION)
                    .bytes(&party.0.0)
                    .bytes(card);
            }
            Self::Beacon {
                tag,
                held,
                watch,
                heard,
            } => {
                w.array(5).uint(1).bytes(&tag.0).array(held.len());
                held.iter().for_each(|held| write_held(&mut w, held));
                write_watch(&mut w, watch.as_ref());
                write_heard(&mut w, heard);
            }
            Self::Batch {
                tag,
                party,
                first,
                signature,
                entries,
            } => {
                w.array(6)
                    .uint(2)
                    .bytes(&tag.0)
                    .uint(u64::from(party.0))
                    .uint(*first)
                    .bytes(signature);
                write_entries(&mut w, entries);
            }
            Self::Cosignature { tag, log, brief } => {
                w.array(7).uint(3).bytes(&tag.0).uint(u64::from(log.0));
                write_brief_fields(&mut w, brief);
            }
            Self::Seal {
                tag,
                log,
                cosigner,
                size,
                time,
                signature,
            } => {
                w.array(7)
                    .uint(4)
                    .bytes(&tag.0)
                    .uint(u64::from(log.0))
                    .uint(u64::from(cosigner.0));
                w.uint(*size).uint(*time).bytes(signature);
            }
            Self::Founding { instrument } => {
                w.array(2).uint(5).bytes(instrument);
            }
            Self::Ping(nonce) => {
                w.array(2).uint(6).uint(*nonce);
            }
            Self::Pong(nonce) => {
                w.array(2).uint(7).uint(*nonce);
            }
            Self::Want {
                tag,
                party,
                first,
                count,
            } => {
                w.array(5)
                    .uint(8)
                    .bytes(&tag.0)
                    .uint(u64::from(party.0))
                    .uint(*first)
                    .uint(*count);
            }
            Self::Copy {
                tag,
                party,
                first,
                entries,
            } => {
                w.array(5)
                    .uint(9)
                    .bytes(&tag.0)
                    .uint(u64::from(party.0))
                    .uint(*first);
                write_entries(&mut w, entries);
            }
            Self::Ask { tag, party, size } => {
                w.array(4)
                    .uint(10)
                    .bytes(&tag.0)
                    .uint(u64::from(party.0))
                    .uint(*size);
            }
            Self::Proof {
                tag,
                party,
                old,
                old_root,
                new,
                new_root,
                signature,
                path,
            } => {
                w.array(9)
                    .uint(11)
                    .bytes(&tag.0)
                    .uint(u64::from(party.0))
                    .uint(*old)
                    .bytes(&old_root.0);
                w.uint(*new)
                    .bytes(&new_root.0)
                    .bytes(signature)
                    .array(path.len());
                for hash in path {
                    w.bytes(&hash.0);
                }
            }
            Self::Fork { tag, evidence } => {
                w.array(3).uint(12).bytes(&tag.0).raw(evidence);
            }
            Self::Fault {
                rule,
                tag,
                party,
                index,
                words,
            } => {
                w.array(6).uint(13).text(rule);
                match tag {
                    Some(tag) => w.bytes(&tag.0),
                    None => w.null(),
                };
                w.uint(*party).uint(*index).text(words);
            }
            Self::NonPaperOffer { offer, holds } => non_paper::write_offer(&mut w, offer, *holds),
            Self::NonPaper { tag, sealed } => non_paper::write_sealed(&mut w, *tag, sealed),
            Self::NonPaperReceived(receipts) => non_paper::write_receipts(&mut w, receipts),
            Self::Unknown(number) => {
                w.array(1).uint(*number);
            }
        }
        w.into_bytes()
    }

    /// Decodes a frame: rules L1, L2, L4 and the CBOR rules.
    ///
    /// # Errors
    /// The rule that fails.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        if bytes.is_empty() || bytes.len() > FRAME_MAX {
            return Err(Rule::FrameSize);
        }
        let mut r = Reader::checked(bytes, Rule::FrameShape)?;
        let len = r.array()?;
        let number = r.uint()?;
        let expected = match number {
            0 | 10 | 14 => 4,
            1 | 8 | 9 | 16 => 5,
            2 | 13 => 6,
            3 | 4 => 7,
            5..=7 => 2,
            11 => 9,
            12 => 3,
            15 => 8,
            _ => return Ok(Self::Unknown(number)),
        };
        if number == 0 && len > 1 && r.peek()? == Type::Uint && r.clone().uint()? != VERSION {
            return Err(Rule::HelloVersion);
        }
        if len != expected {
            return Err(Rule::FrameShape);
        }
        Self::read(number, &mut r)
    }

    fn read(number: u64, r: &mut Reader<'_>) -> Result<Self, Rule> {
        Ok(match number {
            0 => {
                r.uint()?;
                Self::Hello {
                    party: PartyId(Hash(r.array_of()?)),
                    card: r.bytes()?.to_vec(),
                }
            }
            1 => {
                let tag = read_tag(r)?;
                let len = r.array_max(PARTIES_MAX, Rule::FrameShape)?;
                let held = (0..len).map(|_| read_held(r)).collect::<Result<_, _>>()?;
                Self::Beacon {
                    tag,
                    held,
                    watch: read_watch(r)?,
                    heard: read_heard(r)?,
                }
            }
            2 => Self::Batch {
                tag: read_tag(r)?,
                party: read_party(r)?,
                first: r.uint()?,
                signature: r.array_of()?,
                entries: read_entries(r)?,
            },
            3 => Self::Cosignature {
                tag: read_tag(r)?,
                log: read_party(r)?,
                brief: read_brief_fields(r)?,
            },
            4 => Self::Seal {
                tag: read_tag(r)?,
                log: read_party(r)?,
                cosigner: read_party(r)?,
                size: r.uint()?,
                time: r.uint()?,
                signature: r.array_of::<2420>()?.to_vec(),
            },
            5 => Self::Founding {
                instrument: r.bytes()?.to_vec(),
            },
            6 => Self::Ping(r.uint()?),
            7 => Self::Pong(r.uint()?),
            8 => Self::Want {
                tag: read_tag(r)?,
                party: read_party(r)?,
                first: r.uint()?,
                count: r.uint()?,
            },
            9 => Self::Copy {
                tag: read_tag(r)?,
                party: read_party(r)?,
                first: r.uint()?,
                entries: read_entries(r)?,
            },
            10 => Self::Ask {
                tag: read_tag(r)?,
                party: read_party(r)?,
                size: r.uint()?,
            },
            11 => Self::Proof {
                tag: read_tag(r)?,
                party: read_party(r)?,
                old: r.uint()?,
                old_root: Hash(r.array_of()?),
                new: r.uint()?,
                new_root: Hash(r.array_of()?),
                signature: r.array_of()?,
                path: read_path(r)?,
            },
            12 => Self::Fork {
                tag: read_tag(r)?,
                evidence: r.item()?.to_vec(),
            },
            14 => non_paper::read_offer(r)?,
            15 => non_paper::read_sealed(r)?,
            16 => Self::NonPaperReceived(non_paper::read_receipts(r)?),
            _ => read_fault(r)?,
        })
    }
}

fn read_fault(r: &mut Reader<'_>) -> Result<Frame, Rule> {
    let rule = r.text()?.to_owned();
    let tag = if r.null()? { None } else { Some(read_tag(r)?) };
    let (party, index) = (r.uint()?, r.uint()?);
    let words = r.text()?.to_owned();
    if rule.len() > FAULT_TEXT_MAX || words.len() > FAULT_TEXT_MAX {
        return Err(Rule::FrameShape);
    }
    Ok(Frame::Fault {
        rule,
        tag,
        party,
        index,
        words,
    })
}

pub(crate) fn read_tag(r: &mut Reader<'_>) -> Result<Tag, Rule> {
    Ok(Tag(r.array_of()?))
}

fn read_party(r: &mut Reader<'_>) -> Result<PartyIndex, Rule> {
    let number = usize::try_from(r.uint()?).ok();
    number
        .and_then(PartyIndex::from_usize)
        .ok_or(Rule::FrameShape)
}

fn read_path(r: &mut Reader<'_>) -> Result<Vec<Hash>, Rule> {
    let len = r.array_max(PROOF_MAX + 1, Rule::FrameShape)?;
    (0..len).map(|_| Ok(Hash(r.array_of()?))).collect()
}

fn write_held(w: &mut Writer, held: &Held) {
    w.array(4).uint(held.size).bytes(&held.root.0);
    match &held.signature {
        Some(signature) => w.bytes(signature),
        None => w.null(),
    };
    w.array(held.briefs.len());
    for brief in &held.briefs {
        w.array(4);
        write_brief_fields(w, brief);
    }
}

fn read_held(r: &mut Reader<'_>) -> Result<Held, Rule> {
    r.array_exact(4)?;
    let (size, root) = (r.uint()?, Hash(r.array_of()?));
    let signature = if r.null()? { None } else { Some(r.array_of()?) };
    let len = r.array_max(PARTIES_MAX, Rule::FrameShape)?;
    let briefs = (0..len)
        .map(|_| {
            r.array_exact(4)?;
            read_brief_fields(r)
        })
        .collect::<Result<_, _>>()?;
    Ok(Held {
        size,
        root,
        signature,
        briefs,
    })
}

fn write_watch(w: &mut Writer, watch: Option<&SignedWatch>) {
    match watch {
        Some(watch) => w.array(2).bytes(&watch.bytes).bytes(&watch.signature),
        None => w.null(),
    };
}

fn read_watch(r: &mut Reader<'_>) -> Result<Option<SignedWatch>, Rule> {
    if r.null()? {
        return Ok(None);
    }
    r.array_exact(2)?;
    let bytes = r.bytes()?;
    if bytes.len() > WATCH_MAX {
        return Err(Rule::FrameShape);
    }
    Ok(Some(SignedWatch {
        bytes: bytes.to_vec(),
        signature: r.array_of()?,
    }))
}

fn write_heard(w: &mut Writer, heard: &[Option<u64>]) {
    w.array(heard.len());
    for seconds in heard {
        match seconds {
            Some(seconds) => w.uint(*seconds),
            None => w.null(),
        };
    }
}

fn read_heard(r: &mut Reader<'_>) -> Result<Vec<Option<u64>>, Rule> {
    (0..r.array_max(PARTIES_MAX, Rule::FrameShape)?)
        .map(|_| {
            if r.null()? {
                Ok(None)
            } else {
                r.uint().map(Some)
            }
        })
        .collect()
}

fn write_brief_fields(w: &mut Writer, brief: &Brief) {
    w.uint(u64::from(brief.cosigner.0))
        .uint(brief.size)
        .uint(brief.time)
        .bytes(&brief.signature);
}

fn read_brief_fields(r: &mut Reader<'_>) -> Result<Brief, Rule> {
    Ok(Brief {
        cosigner: read_party(r)?,
        size: r.uint()?,
        time: r.uint()?,
        signature: r.array_of()?,
    })
}

fn write_entries(w: &mut Writer, entries: &[RawEntry]) {
    w.array(entries.len());
    for entry in entries {
        match &entry.body {
            Some((salt, body)) => {
                let head = entry.header.len().saturating_sub(BODY_HASH_LEN);
                w.array(3)
                    .bytes(&entry.header[..head])
                    .bytes(salt)
                    .bytes(body);
            }
            None => {
                w.array(1).bytes(&entry.header);
            }
        }
    }
}

fn read_entries(r: &mut Reader<'_>) -> Result<Vec<RawEntry>, Rule> {
    let len = r.array_max(BATCH_ENTRIES_MAX, Rule::BatchSize)?;
    if len == 0 {
        return Err(Rule::BatchSize);
    }
    (0..len).map(|_| read_entry(r)).collect()
}

fn read_entry(r: &mut Reader<'_>) -> Result<RawEntry, Rule> {
    match r.array()? {
        1 => Ok(RawEntry {
            header: r.bytes()?.to_vec(),
            body: None,
        }),
        3 => {
            let (head, salt, body) = (r.bytes()?, r.bytes()?, r.bytes()?);
            let hash = SaltedBody::new(salt, body)?.hash();
            let header = [head, &BODY_HASH_HEAD[..], &hash.0].concat();
            Ok(RawEntry {
                header,
                body: Some((salt.to_vec(), body.to_vec())),
            })
        }
        _ => Err(Rule::FrameShape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::non_paper::Stage;

    fn tag() -> Tag {
        Tag([9; 8])
    }

    fn entry() -> RawEntry {
        let salted = SaltedBody {
            salt: [3; 16],
            bytes: vec![0xa0],
        };
        let header = [&[0x81, 0x01][..], &BODY_HASH_HEAD, &salted.hash().0].concat();
        RawEntry {
            header,
            body: Some((salted.salt.to_vec(), salted.bytes)),
        }
    }

    fn frames() -> Vec<Frame> {
        let (party, brief) = (
            PartyIndex(1),
            Brief {
                cosigner: PartyIndex(0),
                size: 4,
                time: 5,
                signature: [6; 64],
            },
        );
        let held = Held {
            size: 4,
            root: Hash([1; 32]),
            signature: Some([2; 64]),
            briefs: vec![brief.clone()],
        };
        let empty = Held {
            size: 0,
            root: Hash([0; 32]),
            signature: None,
            briefs: vec![],
        };
        vec![
            Frame::Hello {
                party: PartyId(Hash([5; 32])),
                card: vec![1, 2],
            },
            Frame::Beacon {
                tag: tag(),
                held: vec![held, empty.clone()],
                watch: Some(SignedWatch {
                    bytes: vec![1, 2, 3],
                    signature: [4; 64],
                }),
                heard: vec![Some(0), Some(70_000)],
            },
            Frame::Beacon {
                tag: tag(),
                held: vec![empty],
                watch: None,
                heard: vec![None],
            },
            Frame::Batch {
                tag: tag(),
                party,
                first: 7,
                signature: [8; 64],
                entries: vec![entry()],
            },
            Frame::Cosignature {
                tag: tag(),
                log: party,
                brief,
            },
            Frame::Seal {
                tag: tag(),
                log: party,
                cosigner: party,
                size: 1,
                time: 2,
                signature: vec![7; 2420],
            },
            Frame::Founding {
                instrument: vec![1],
            },
            Frame::Ping(4),
            Frame::Pong(4),
            Frame::Want {
                tag: tag(),
                party,
                first: 0,
                count: 1,
            },
            Frame::Copy {
                tag: tag(),
                party,
                first: 0,
                entries: vec![RawEntry {
                    header: vec![0x80],
                    body: None,
                }],
            },
            Frame::Ask {
                tag: tag(),
                party,
                size: 3,
            },
            Frame::Proof {
                tag: tag(),
                party,
                old: 1,
                old_root: Hash([1; 32]),
                new: 2,
                new_root: Hash([2; 32]),
                signature: [3; 64],
                path: vec![Hash([4; 32])],
            },
            Frame::Fork {
                tag: tag(),
                evidence: vec![0x80],
            },
            Frame::Fault {
                rule: "flood".into(),
                tag: Some(tag()),
                party: 1,
                index: 2,
                words: "slow down".into(),
            },
            Frame::NonPaperOffer {
                offer: Offer {
                    to_key: [1; 8],
                    enc: vec![2; 1120],
                },
                holds: Some([3; 8]),
            },
            Frame::NonPaper {
                tag: tag(),
                sealed: Sealed {
                    key: [4; 8],
                    series: [5; 8],
                    number: 7,
                    floor: 6,
                    salt: [8; 16],
                    text: vec![9; 528],
                },
            },
            Frame::NonPaperReceived(Receipts {
                key: [4; 8],
                series: [5; 8],
                stages: vec![(7, Stage::Received), (6, Stage::Shown)],
                mac: [10; 32],
            }),
        ]
    }

    #[test]
    fn every_frame_reads_back_as_written() {
        for frame in frames() {
            assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_refused() {
        for frame in frames() {
            let bytes = frame.encode();
            for end in 0..bytes.len() {
                assert!(
                    Frame::decode(&bytes[..end]).is_err(),
                    "{frame:?} cut at {end}"
                );
            }
        }
    }

    #[test]
    fn the_body_hash_is_left_out_and_put_back() {
        let frame = Frame::Batch {
            tag: tag(),
            party: PartyIndex(0),
            first: 0,
            signature: [0; 64],
            entries: vec![entry()],
        };
        let bytes = frame.encode();
        let hash = &entry().header[4..];
        assert!(
            !bytes.windows(32).any(|w| w == hash),
            "the hash does not travel"
        );
        assert_eq!(Frame::decode(&bytes), Ok(frame));
    }

    #[test]
    fn a_watch_statement_has_a_longest_length() {
        let of_length = |len| {
            let watch = SignedWatch {
                bytes: vec![0; len],
                signature: [0; 64],
            };
            let beacon = Frame::Beacon {
                tag: tag(),
                held: vec![],
                watch: Some(watch),
                heard: vec![],
            };
            Frame::decode(&beacon.encode()).err()
        };
        assert_eq!(of_length(WATCH_MAX), None);
        assert_eq!(of_length(WATCH_MAX + 1), Some(Rule::FrameShape));
    }

    #[test]
    fn bounds_are_kept() {
        assert_eq!(Frame::decode(&[]), Err(Rule::FrameSize));
        assert_eq!(Frame::decode(&vec![0; FRAME_MAX + 1]), Err(Rule::FrameSize));
        assert_eq!(
            Frame::decode(&[0x82, 0x18, 99, 0x00]),
            Ok(Frame::Unknown(99))
        );
        assert_eq!(
            Frame::decode(&[0x84, 0x00, 0x02, 0x40, 0x40]),
            Err(Rule::HelloVersion)
        );
    }
}
