//! What is sealed in a non-paper, and what a file of non-papers holds (`spec/non-paper.md` sections 4 and 5).

use openline_core::cbor::{Reader, Writer};
use openline_core::{Hash, PartyId, Rule};
use openline_proto::limits::{NON_PAPER_ENC_BYTES, NON_PAPER_MAX, NON_PAPERS_WAITING_MAX};
use openline_proto::non_paper::Offer;
use zeroize::Zeroizing;

/// Names a share: the first 8 bytes of SHA-256 over the seal key's id and the encapsulation.
pub(crate) type OfferId = [u8; 8];

const VERSION: u64 = 1;
/// Most frames of one file: every non-paper that may be under way, and receipts.
pub(crate) const FILE_FRAMES_MAX: usize = NON_PAPERS_WAITING_MAX as usize + 2;

/// What a non-paper says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// The sender's clock, ms.
    pub(crate) sent_ms: i64,
    /// The text; 1 to [`NON_PAPER_MAX`] bytes.
    pub(crate) text: Zeroizing<String>,
}

impl Content {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.array(3).uint(VERSION).int(self.sent_ms).text(&self.text);
        Zeroizing::new(w.into_bytes())
    }

    /// # Errors
    /// The CBOR rules; [`Rule::NonPaperShape`].
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::NonPaperShape)?;
        r.array_exact(3)?;
        if r.uint()? != VERSION {
            return Err(Rule::NonPaperShape);
        }
        let sent_ms = r.int()?;
        let text = Zeroizing::new(r.text()?.to_owned());
        if !is_text(&text) {
            return Err(Rule::NonPaperShape);
        }
        Ok(Self { sent_ms, text })
    }
}

/// Whether a text may be a non-paper's: not empty, not too long, no control characters but line ends and tabs.
pub(crate) fn is_text(text: &str) -> bool {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    !text.is_empty() && text.len() <= NON_PAPER_MAX && text.chars().all(is_plain)
}

/// The inside of a file of non-papers. Nobody signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) from: PartyId,
    pub(crate) to: PartyId,
    /// The sender's share.
    pub(crate) offer: Offer,
    /// The recipient's share that the sender holds: with it, the file is under the key of the two.
    pub(crate) holds: Option<OfferId>,
    /// Frames of non-papers and receipts.
    pub(crate) frames: Vec<Vec<u8>>,
}

impl File {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.array(7)
            .uint(VERSION)
            .bytes(&self.from.0.0)
            .bytes(&self.to.0.0)
            .bytes(&self.offer.to_key)
            .bytes(&self.offer.enc);
        match self.holds {
            Some(id) => w.bytes(&id),
            None => w.null(),
        };
        w.array(self.frames.len());
        for frame in &self.frames {
            w.bytes(frame);
        }
        Zeroizing::new(w.into_bytes())
    }

    /// # Errors
    /// The CBOR rules; [`Rule::NonPaperShape`].
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::NonPaperShape)?;
        r.array_exact(7)?;
        if r.uint()? != VERSION {
            return Err(Rule::NonPaperShape);
        }
        let (from, to) = (PartyId(Hash(r.array_of()?)), PartyId(Hash(r.array_of()?)));
        let to_key = r.array_of()?;
        let enc = r.array_of::<NON_PAPER_ENC_BYTES>()?.to_vec();
        let holds = if r.null()? { None } else { Some(r.array_of()?) };
        let len = r.array_max(FILE_FRAMES_MAX, Rule::NonPaperShape)?;
        let frames = (0..len)
            .map(|_| Ok(r.bytes()?.to_vec()))
            .collect::<Result<Vec<_>, Rule>>()?;
        if holds.is_none() && !frames.is_empty() {
            return Err(Rule::NonPaperShape);
        }
        Ok(Self {
            from,
            to,
            offer: Offer { to_key, enc },
            holds,
            frames,
        })
    }
}

/// A file's contents with their MAC, ready to be sealed to the recipient.
pub(crate) fn join(contents: &[u8], mac: Option<[u8; 32]>) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(2).bytes(contents);
    match mac {
        Some(mac) => w.bytes(&mac),
        None => w.null(),
    };
    Zeroizing::new(w.into_bytes())
}

/// Takes apart what [`join`] has put together.
///
/// # Errors
/// The CBOR rules; [`Rule::NonPaperShape`].
pub(crate) fn split(bytes: &[u8]) -> Result<(&[u8], Option<[u8; 32]>), Rule> {
    let mut r = Reader::checked(bytes, Rule::NonPaperShape)?;
    r.array_exact(2)?;
    let contents = r.bytes()?;
    let mac = if r.null()? { None } else { Some(r.array_of()?) };
    Ok((contents, mac))
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_bearer::pouch::pad;
    use openline_proto::limits::NON_PAPER_SEALED_MAX;

    fn content(text: &str) -> Content {
        Content {
            sent_ms: 1_800_000_000_000,
            text: Zeroizing::new(text.to_owned()),
        }
    }

    #[test]
    fn what_is_written_reads_back_and_the_longest_fits() {
        let longest = content(&"x".repeat(NON_PAPER_MAX));
        for content in [content("word\n\tword"), longest] {
            let bytes = content.encode();
            assert_eq!(Content::decode(&bytes), Ok(content));
            assert!(pad(&bytes, 16).len() + 16 <= NON_PAPER_SEALED_MAX);
        }
    }

    #[test]
    fn texts_that_are_none_are_refused() {
        let too_long = "x".repeat(NON_PAPER_MAX + 1);
        for text in ["", "\u{1b}[2J", "a\rb", &too_long] {
            assert_eq!(
                Content::decode(&content(text).encode()),
                Err(Rule::NonPaperShape)
            );
        }
    }

    #[test]
    fn a_file_without_a_key_brings_its_share_alone() {
        let mut file = File {
            from: PartyId(Hash([1; 32])),
            to: PartyId(Hash([2; 32])),
            offer: Offer {
                to_key: [3; 8],
                enc: vec![4; NON_PAPER_ENC_BYTES],
            },
            holds: Some([5; 8]),
            frames: vec![vec![6]],
        };
        assert_eq!(File::decode(&file.encode()), Ok(file.clone()));
        file.holds = None;
        assert_eq!(File::decode(&file.encode()), Err(Rule::NonPaperShape));
    }
}
