//! Private scheduling: what the parties put on the record to find a time that suits all (`spec/scheduling.md`; rules S1 to S8).
//!
//! Only shapes are checked here. What the numbers mean, and whether they are right, is computed in `openline-desk`.

mod picks;
mod request;

pub use picks::Picks;
pub use request::{Method, SlotRequest, TieRule, Working};

use crate::body::{Around, in_range};
use crate::cbor::{Reader, Writer};
use crate::closing::are_words;
use crate::entry::{Kind, read_time};
use crate::id::Hash;
use crate::limits::{PICKS_MAX, SUBJECT_MAX};
use crate::rule::Rule;

/// Length of a group element, bytes: ristretto255.
pub const ELEMENT_LEN: usize = 32;
/// Length of a proof that one key was used, bytes.
pub const PROOF_LEN: usize = 64;
/// Length of a tag, bytes.
pub const TAG_LEN: usize = 16;
/// Length of the secret that a run is computed from, bytes.
pub const SECRET_LEN: usize = 32;

/// What an entry of kinds 40 to 47 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheduling {
    /// A run is proposed.
    Request(SlotRequest),
    /// A blind match: approved, and committed to.
    Commitment(Commitment),
    /// A blind match: the other's elements evaluated.
    Evaluation(Evaluation),
    /// A blind match: the common picks.
    Result(Picks),
    /// An offer: committed to, and still sealed.
    Seal(Hash),
    /// An offer opened, or a commitment opened because it is disputed.
    Opening(Opening),
    /// The slot, as it is written out.
    Confirmation(SlotConfirmation),
    /// The run is ended: words.
    Withdrawal(Option<String>),
}

/// Commits to the picks of a blind match, and carries them blinded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The hash that the secret and the picks open.
    pub commitment: Hash,
    /// The public key that evaluates the other's elements in this run.
    pub key: [u8; ELEMENT_LEN],
    /// The blinded elements, ascending byte by byte.
    pub blinded: Vec<[u8; ELEMENT_LEN]>,
}

/// Answers the other's blinded elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The other's elements evaluated, in the order of its commitment.
    pub evaluated: Vec<[u8; ELEMENT_LEN]>,
    /// That all were evaluated with the key of the commitment.
    pub proof: [u8; PROOF_LEN],
    /// The author's own picks under its own key, cut to size, ascending.
    pub tags: Vec<[u8; TAG_LEN]>,
}

/// Opens a seal or a commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The secret.
    pub secret: [u8; SECRET_LEN],
    /// The picks.
    pub picks: Picks,
}

/// Confirms the slot that was found; it counts when all have confirmed the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotConfirmation {
    /// When it begins, ms.
    pub start: i64,
    /// The slot written out: UTC, every party's local time, weekdays.
    pub text: String,
}

impl Scheduling {
    /// The kind of entry that says it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Request(_) => Kind::SlotRequest,
            Self::Commitment(_) => Kind::SlotCommitment,
            Self::Evaluation(_) => Kind::SlotEvaluation,
            Self::Result(_) => Kind::SlotResult,
            Self::Seal(_) => Kind::SlotSeal,
            Self::Opening(_) => Kind::SlotOpening,
            Self::Confirmation(_) => Kind::SlotConfirmation,
            Self::Withdrawal(_) => Kind::SlotWithdrawal,
        }
    }

    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::Request(request) => request.write(&mut w),
            Self::Commitment(body) => {
                w.map(3).uint(0).bytes(&body.commitment.0);
                w.uint(1).bytes(&body.key);
                w.uint(2).bytes(body.blinded.as_flattened());
            }
            Self::Evaluation(body) => {
                w.map(3).uint(0).bytes(body.evaluated.as_flattened());
                w.uint(1).bytes(&body.proof);
                w.uint(2).bytes(body.tags.as_flattened());
            }
            Self::Result(picks) => {
                w.map(1).uint(0).bytes(&picks.bytes());
            }
            Self::Seal(hash) => {
                w.map(1).uint(0).bytes(&hash.0);
            }
            Self::Opening(body) => {
                w.map(2).uint(0).bytes(&body.secret);
                w.uint(1).bytes(&body.picks.bytes());
            }
            Self::Confirmation(body) => {
                w.map(2).uint(0).int(body.start).uint(1).text(&body.text);
            }
            Self::Withdrawal(words) => {
                w.map(usize::from(words.is_some()));
                if let Some(words) = words {
                    w.uint(0).text(words);
                }
            }
        }
        w.into_bytes()
    }

    /// Decodes a body that was admitted before; `None` for a kind that is not of scheduling.
    ///
    /// # Errors
    /// Rules 21 and S1 to S8.
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Option<Self>, Rule> {
        Self::read(kind, bytes, None)
    }

    pub(crate) fn read(
        kind: Kind,
        bytes: &[u8],
        around: Option<&Around<'_>>,
    ) -> Result<Option<Self>, Rule> {
        if !kind.is_scheduling() {
            return Ok(None);
        }
        let raw = Raw::read(kind, bytes)?;
        let refers = around.is_none_or(|around| around.refs.len() == 1);
        if kind != Kind::SlotRequest && !refers {
            return Err(Rule::SlotRef);
        }
        let said = raw.check()?;
        around.map_or(Ok(()), |around| said.check_terms(around))?;
        Ok(Some(said))
    }

    /// The parts of S1 and S3 to S6 that rest on the charter: two parties for a blind match, working hours of each party, and its
    /// number of picks.
    fn check_terms(&self, around: &Around<'_>) -> Result<(), Rule> {
        let parties = around.founded.party_count();
        let picks = around.founded.terms().matching.picks;
        let fits = |count: usize| count as u64 == picks;
        let (is_right, rule) = match self {
            Self::Request(request) => (
                request.working.len() == parties
                    && (request.method == Method::Offer || parties == 2),
                Rule::SlotRequest,
            ),
            Self::Commitment(body) => (fits(body.blinded.len()), Rule::SlotCommitment),
            Self::Evaluation(body) => (fits(body.tags.len()), Rule::SlotEvaluation),
            Self::Result(common) => (fits(common.count()), Rule::SlotResult),
            Self::Opening(body) => (fits(body.picks.count()), Rule::SlotOpening),
            Self::Seal(_) | Self::Confirmation(_) | Self::Withdrawal(_) => return Ok(()),
        };
        if is_right { Ok(()) } else { Err(rule) }
    }
}

/// A body of the right shape, of which nothing else has been checked.
enum Raw {
    Request(request::Raw),
    Commitment(Hash, [u8; ELEMENT_LEN], Vec<u8>),
    Evaluation(Vec<u8>, [u8; PROOF_LEN], Vec<u8>),
    Result(Vec<u8>),
    Seal(Hash),
    Opening([u8; SECRET_LEN], Vec<u8>),
    Confirmation(Option<i64>, String),
    Withdrawal(Option<String>),
}

impl Raw {
    /// Rule 21.
    fn read(kind: Kind, bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        if kind == Kind::SlotRequest {
            return request::Raw::read(&mut r).map(Self::Request);
        }
        let mut keys = r.map()?;
        let mut key = |r: &mut Reader<'_>, expected: u64| {
            if keys.next(r)? == Some(expected) {
                Ok(())
            } else {
                Err(Rule::BodyShape)
            }
        };
        let raw = match kind {
            Kind::SlotCommitment => {
                key(&mut r, 0)?;
                let commitment = Hash(r.array_of()?);
                key(&mut r, 1)?;
                let public = r.array_of()?;
                key(&mut r, 2)?;
                Self::Commitment(commitment, public, r.bytes()?.to_vec())
            }
            Kind::SlotEvaluation => {
                key(&mut r, 0)?;
                let evaluated = r.bytes()?.to_vec();
                key(&mut r, 1)?;
                let proof = r.array_of()?;
                key(&mut r, 2)?;
                Self::Evaluation(evaluated, proof, r.bytes()?.to_vec())
            }
            Kind::SlotResult => {
                key(&mut r, 0)?;
                Self::Result(r.bytes()?.to_vec())
            }
            Kind::SlotSeal => {
                key(&mut r, 0)?;
                Self::Seal(Hash(r.array_of()?))
            }
            Kind::SlotOpening => {
                key(&mut r, 0)?;
                let secret = r.array_of()?;
                key(&mut r, 1)?;
                Self::Opening(secret, r.bytes()?.to_vec())
            }
            Kind::SlotConfirmation => {
                key(&mut r, 0)?;
                let start = read_time(&mut r)?;
                key(&mut r, 1)?;
                Self::Confirmation(start, r.text()?.to_owned())
            }
            _ => {
                let has_words = keys.left() > 0;
                if has_words && keys.next(&mut r)? != Some(0) {
                    return Err(Rule::BodyShape);
                }
                let words = has_words.then(|| r.text().map(str::to_owned));
                Self::Withdrawal(words.transpose()?)
            }
        };
        match keys.next(&mut r)? {
            None => Ok(raw),
            Some(_) => Err(Rule::BodyShape),
        }
    }

    /// Rules S1 and S3 to S8.
    fn check(self) -> Result<Scheduling, Rule> {
        match self {
            Self::Request(raw) => raw.check().map(Scheduling::Request),
            Self::Commitment(commitment, key, blinded) => {
                let blinded = ascending(&blinded).ok_or(Rule::SlotCommitment)?;
                Ok(Scheduling::Commitment(Commitment {
                    commitment,
                    key,
                    blinded,
                }))
            }
            Self::Evaluation(evaluated, proof, tags) => {
                let evaluated = pieces(&evaluated).ok_or(Rule::SlotEvaluation)?;
                let tags: Vec<_> = ascending(&tags).ok_or(Rule::SlotEvaluation)?;
                if tags.len() != evaluated.len() {
                    return Err(Rule::SlotEvaluation);
                }
                Ok(Scheduling::Evaluation(Evaluation {
                    evaluated,
                    proof,
                    tags,
                }))
            }
            Self::Result(picks) => Picks::from_bytes(&picks)
                .map(Scheduling::Result)
                .ok_or(Rule::SlotResult),
            Self::Seal(hash) => Ok(Scheduling::Seal(hash)),
            Self::Opening(secret, picks) => {
                let picks = Picks::from_bytes(&picks).ok_or(Rule::SlotOpening)?;
                Ok(Scheduling::Opening(Opening { secret, picks }))
            }
            Self::Confirmation(start, text) => in_range(start)
                .filter(|_| (1..=SUBJECT_MAX).contains(&text.len()))
                .map(|start| Scheduling::Confirmation(SlotConfirmation { start, text }))
                .ok_or(Rule::SlotConfirmation),
            Self::Withdrawal(words) => Some(words)
                .filter(|words| are_words(words.as_deref()))
                .map(Scheduling::Withdrawal)
                .ok_or(Rule::SlotWithdrawal),
        }
    }
}

/// Bytes as 1 to `PICKS_MAX` pieces of one length.
fn pieces<const N: usize>(bytes: &[u8]) -> Option<Vec<[u8; N]>> {
    let (pieces, rest) = bytes.as_chunks::<N>();
    let is_right = rest.is_empty() && (1..=PICKS_MAX).contains(&(pieces.len() as u64));
    is_right.then(|| pieces.to_vec())
}

/// The same, each greater than the one before.
fn ascending<const N: usize>(bytes: &[u8]) -> Option<Vec<[u8; N]>> {
    pieces(bytes).filter(|pieces| pieces.is_sorted_by(|a, b| a < b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads_back(said: &Scheduling) {
        assert_eq!(
            Scheduling::decode(said.kind(), &said.encode()).as_ref(),
            Ok(&Some(said.clone()))
        );
    }

    #[test]
    fn every_body_reads_back_as_written() {
        let picks = Picks::new(&[3, 700], 12).expect("ascending");
        for said in [
            Scheduling::Commitment(Commitment {
                commitment: Hash([1; 32]),
                key: [2; 32],
                blinded: vec![[3; 32], [4; 32]],
            }),
            Scheduling::Evaluation(Evaluation {
                evaluated: vec![[9; 32], [4; 32]],
                proof: [5; 64],
                tags: vec![[3; 16], [4; 16]],
            }),
            Scheduling::Result(picks.clone()),
            Scheduling::Seal(Hash([7; 32])),
            Scheduling::Opening(Opening {
                secret: [8; 32],
                picks,
            }),
            Scheduling::Confirmation(SlotConfirmation {
                start: -4,
                text: "Monday".to_owned(),
            }),
            Scheduling::Withdrawal(None),
            Scheduling::Withdrawal(Some("not this week".to_owned())),
        ] {
            reads_back(&said);
        }
    }

    #[test]
    fn sizes_are_fixed_by_the_number_of_picks_alone() {
        let len = |slots: &[u16]| {
            let picks = Picks::new(slots, 12).expect("ascending");
            Scheduling::Result(picks).encode().len()
        };
        assert_eq!(len(&[]), len(&[0]));
        assert_eq!(len(&[]), len(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    }

    #[test]
    fn repeated_and_unordered_elements_are_refused() {
        let commitment = |blinded| {
            let commitment = Commitment {
                commitment: Hash([1; 32]),
                key: [2; 32],
                blinded,
            };
            let body = Scheduling::Commitment(commitment).encode();
            Scheduling::decode(Kind::SlotCommitment, &body)
        };
        for wrong in [
            vec![],
            vec![[1; 32], [1; 32]],
            vec![[2; 32], [1; 32]],
            (0..65).map(|n| [n; 32]).collect(),
        ] {
            assert_eq!(commitment(wrong), Err(Rule::SlotCommitment));
        }
    }
}
