//! What frames of non-papers hold (`spec/non-paper.md` section 4).
//!
//! The machine routes them and keeps nothing of them: no fact, no log and no record ever holds one. What they say, and whether
//! they are genuine, only the owners of the keys can tell.

use openline_core::Rule;
use openline_core::cbor::{Reader, Writer};

use crate::frame::{Frame, Tag, read_tag};
use crate::limits::{NON_PAPER_ENC_BYTES, NON_PAPER_SEALED_MAX, NON_PAPER_STAGES_MAX};

/// A party's share of the key: a secret encapsulated to the other's seal key. Nobody has signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The id of the seal key that it is encapsulated to.
    pub to_key: [u8; 8],
    /// The encapsulation, [`NON_PAPER_ENC_BYTES`] long.
    pub enc: Vec<u8>,
}

/// A non-paper as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which of the keys that the two share.
    pub key: [u8; 8],
    /// Which of the sender's countings the number belongs to.
    pub series: [u8; 8],
    /// Its number.
    pub number: u64,
    /// The lowest number that the sender still waits for.
    pub floor: u64,
    /// Makes the key of this one non-paper its own.
    pub salt: [u8; 16],
    /// What is sealed, with its tag; at most [`NON_PAPER_SEALED_MAX`].
    pub text: Vec<u8>,
}

/// How far a non-paper has got at its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The node has it, durably. Nobody need have seen it.
    Received,
    /// It was on a person's screen.
    Shown,
}

/// How far several non-papers have got; authenticated with the shared key, so that it proves nothing to others either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// Which of the keys that the two share.
    pub key: [u8; 8],
    /// Which of the receiver's countings the numbers belong to.
    pub series: [u8; 8],
    /// Number and stage; 1 to [`NON_PAPER_STAGES_MAX`].
    pub stages: Vec<(u64, Stage)>,
    /// HMAC-SHA256 over the series and the stages.
    pub mac: [u8; 32],
}

impl Receipts {
    /// The stages as bytes, as they stand in the frame and under the MAC.
    #[must_use]
    pub fn stages_bytes(stages: &[(u64, Stage)]) -> Vec<u8> {
        let mut w = Writer::new();
        write_stages(&mut w, stages);
        w.into_bytes()
    }
}

pub(crate) fn write_offer(w: &mut Writer, offer: &Offer, holds: Option<[u8; 8]>) {
    w.array(4).uint(14).bytes(&offer.to_key).bytes(&offer.enc);
    match holds {
        Some(id) => w.bytes(&id),
        None => w.null(),
    };
}

pub(crate) fn read_offer(r: &mut Reader<'_>) -> Result<Frame, Rule> {
    let to_key = r.array_of()?;
    let enc = r.array_of::<NON_PAPER_ENC_BYTES>()?.to_vec();
    let holds = if r.null()? { None } else { Some(r.array_of()?) };
    Ok(Frame::NonPaperOffer {
        offer: Offer { to_key, enc },
        holds,
    })
}

pub(crate) fn write_sealed(w: &mut Writer, tag: Tag, sealed: &Sealed) {
    w.array(8)
        .uint(15)
        .bytes(&tag.0)
        .bytes(&sealed.key)
        .bytes(&sealed.series)
        .uint(sealed.number)
        .uint(sealed.floor)
        .bytes(&sealed.salt)
        .bytes(&sealed.text);
}

pub(crate) fn read_sealed(r: &mut Reader<'_>) -> Result<Frame, Rule> {
    let tag = read_tag(r)?;
    let sealed = Sealed {
        key: r.array_of()?,
        series: r.array_of()?,
        number: r.uint()?,
        floor: r.uint()?,
        salt: r.array_of()?,
        text: r.bytes()?.to_vec(),
    };
    if sealed.text.len() > NON_PAPER_SEALED_MAX {
        return Err(Rule::FrameShape);
    }
    Ok(Frame::NonPaper { tag, sealed })
}

pub(crate) fn write_receipts(w: &mut Writer, receipts: &Receipts) {
    w.array(5)
        .uint(16)
        .bytes(&receipts.key)
        .bytes(&receipts.series);
    write_stages(w, &receipts.stages);
    w.bytes(&receipts.mac);
}

fn write_stages(w: &mut Writer, stages: &[(u64, Stage)]) {
    w.array(stages.len());
    for (number, stage) in stages {
        w.array(2).uint(*number).uint(match stage {
            Stage::Received => 0,
            Stage::Shown => 1,
        });
    }
}

pub(crate) fn read_receipts(r: &mut Reader<'_>) -> Result<Receipts, Rule> {
    let (key, series) = (r.array_of()?, r.array_of()?);
    let len = r.array_max(NON_PAPER_STAGES_MAX, Rule::FrameShape)?;
    if len == 0 {
        return Err(Rule::FrameShape);
    }
    let stages = (0..len).map(|_| read_stage(r)).collect::<Result<_, _>>()?;
    Ok(Receipts {
        key,
        series,
        stages,
        mac: r.array_of()?,
    })
}

fn read_stage(r: &mut Reader<'_>) -> Result<(u64, Stage), Rule> {
    r.array_exact(2)?;
    let number = r.uint()?;
    match r.uint()? {
        0 => Ok((number, Stage::Received)),
        1 => Ok((number, Stage::Shown)),
        _ => Err(Rule::FrameShape),
    }
}
