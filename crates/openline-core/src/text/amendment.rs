//! Amendments: operations on the paragraphs of a text, all of them or none.

use super::pieces::wanted_by;
use super::{Paragraph, RawParagraph, check_text_ref, party_count};
use crate::body::Around;
use crate::cbor::{Reader, Writer};
use crate::closing::are_words;
use crate::entry::{Ref, check_refs};
use crate::id::{Hash, PartyIndex};
use crate::limits::OPERATIONS_MAX;
use crate::rule::Rule;

/// Which paragraph: the entry that brought it in, and the how-manieth of that entry, from 0. It never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParagraphId {
    /// The proposal or amendment.
    pub entry: Ref,
    /// Counted from 0 in it.
    pub nth: u64,
}

/// One change. Those that change what stands name the hash of the paragraph that they were written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Puts a new paragraph in after another, or at the beginning.
    Insert {
        /// After which.
        after: Option<ParagraphId>,
        /// What.
        paragraph: Paragraph,
    },
    /// Takes a paragraph out.
    Delete {
        /// Which.
        id: ParagraphId,
        /// What it was.
        was: Hash,
    },
    /// Puts another wording in a paragraph's place.
    Replace {
        /// Which.
        id: ParagraphId,
        /// What it was.
        was: Hash,
        /// What it is to be.
        paragraph: Paragraph,
    },
    /// Puts a whole paragraph in a bracket: not agreed.
    Bracket {
        /// Which.
        id: ParagraphId,
        /// What it was.
        was: Hash,
        /// Who wants it to stand, ascending.
        wanted_by: Vec<PartyIndex>,
    },
    /// Takes a bracket away, in every language.
    Choose {
        /// Which paragraph.
        id: ParagraphId,
        /// What it was.
        was: Hash,
        /// Which bracket: counted from 0 by where they open.
        bracket: u64,
        /// What stays of it; nothing takes it out with all that is in it.
        alternative: Option<u64>,
    },
    /// Says that an amendment which could not be made is dealt with.
    PassOver {
        /// The amendment.
        amendment: Ref,
    },
}

/// Changes to the text that the entry refers to. It is made whole, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// The changes, in their order.
    pub operations: Vec<Operation>,
    /// Why, in words.
    pub words: Option<String>,
}

enum Raw {
    Insert(Option<[u64; 3]>, RawParagraph),
    Delete([u64; 3], Hash),
    Replace([u64; 3], Hash, RawParagraph),
    Bracket([u64; 3], Hash, Vec<u64>),
    Choose([u64; 3], Hash, u64, Option<u64>),
    PassOver([u64; 2]),
}

impl Amendment {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(1 + usize::from(self.words.is_some()));
        w.uint(0).array(self.operations.len());
        for operation in &self.operations {
            operation.write(&mut w);
        }
        if let Some(words) = &self.words {
            w.uint(1).text(words);
        }
        w.into_bytes()
    }

    /// Decodes a body, and checks it as far as it can be without its surroundings.
    ///
    /// # Errors
    /// Rules 21, T4 and T5.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut raw, mut words) = (None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => {
                    let all: Result<Vec<_>, _> =
                        (0..r.array()?).map(|_| Raw::read(&mut r)).collect();
                    raw = Some(all?);
                }
                1 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let raw = raw.ok_or(Rule::BodyShape)?;
        check_text_ref(around)?;
        let parties = party_count(around);
        let is_counted = (1..=OPERATIONS_MAX).contains(&raw.len());
        let operations = raw
            .into_iter()
            .map(|raw| raw.check_paragraph(parties))
            .collect::<Result<Vec<_>, _>>()?;
        let operations = operations
            .into_iter()
            .map(|(raw, paragraph)| raw.check(paragraph, parties))
            .collect::<Option<Vec<_>>>()
            .filter(|_| is_counted && are_words(words.as_deref()))
            .ok_or(Rule::AmendmentValue)?;
        let is_seen = |operation: &Operation| {
            let names = operation.names();
            around.is_none_or(|around| {
                names.is_none_or(|name| check_refs(&[name], around.seen).is_ok())
            })
        };
        if operations.iter().all(is_seen) {
            Ok(Self { operations, words })
        } else {
            Err(Rule::AmendmentValue)
        }
    }
}

impl Operation {
    /// The entry that it names, if any.
    fn names(&self) -> Option<Ref> {
        match self {
            Self::Insert { after, .. } => after.map(|id| id.entry),
            Self::Delete { id, .. }
            | Self::Replace { id, .. }
            | Self::Bracket { id, .. }
            | Self::Choose { id, .. } => Some(id.entry),
            Self::PassOver { amendment } => Some(*amendment),
        }
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::Insert { after, paragraph } => {
                w.array(3).uint(0);
                match after {
                    Some(id) => id.write(w),
                    None => {
                        w.null();
                    }
                }
                paragraph.write(w);
            }
            Self::Delete { id, was } => write_about(w, 3, 1, id, was),
            Self::Replace { id, was, paragraph } => {
                write_about(w, 4, 2, id, was);
                paragraph.write(w);
            }
            Self::Bracket { id, was, wanted_by } => {
                write_about(w, 4, 3, id, was);
                w.array(wanted_by.len());
                for party in wanted_by {
                    w.uint(u64::from(party.0));
                }
            }
            Self::Choose {
                id,
                was,
                bracket,
                alternative,
            } => {
                write_about(w, 5, 4, id, was);
                w.uint(*bracket);
                match alternative {
                    Some(alternative) => w.uint(*alternative),
                    None => w.null(),
                };
            }
            Self::PassOver { amendment } => {
                w.array(2).uint(5);
                amendment.write(w);
            }
        }
    }
}

fn write_about(w: &mut Writer, len: usize, number: u64, id: &ParagraphId, was: &Hash) {
    w.array(len).uint(number);
    id.write(w);
    w.bytes(&was.0);
}

impl ParagraphId {
    fn write(&self, w: &mut Writer) {
        w.array(3)
            .uint(u64::from(self.entry.party.0))
            .uint(self.entry.index)
            .uint(self.nth);
    }
}

impl Raw {
    fn read(r: &mut Reader<'_>) -> Result<Self, Rule> {
        let len = r.array()?;
        if len == 0 {
            return Err(Rule::BodyShape);
        }
        match (r.uint()?, len) {
            (0, 3) => {
                let after = if r.null()? { None } else { Some(numbers(r)?) };
                Ok(Self::Insert(after, Paragraph::read(r)?))
            }
            (1, 3) => Ok(Self::Delete(numbers(r)?, hash(r)?)),
            (2, 4) => Ok(Self::Replace(numbers(r)?, hash(r)?, Paragraph::read(r)?)),
            (3, 4) => {
                let (id, was) = (numbers(r)?, hash(r)?);
                let wanted = (0..r.array()?)
                    .map(|_| r.uint())
                    .collect::<Result<_, _>>()?;
                Ok(Self::Bracket(id, was, wanted))
            }
            (4, 5) => {
                let (id, was, bracket) = (numbers(r)?, hash(r)?, r.uint()?);
                let alternative = if r.null()? { None } else { Some(r.uint()?) };
                Ok(Self::Choose(id, was, bracket, alternative))
            }
            (5, 2) => Ok(Self::PassOver(numbers(r)?)),
            _ => Err(Rule::BodyShape),
        }
    }

    /// Rule T4, for the paragraph that it brings.
    fn check_paragraph(self, parties: usize) -> Result<(Self, Option<Paragraph>), Rule> {
        let check = |raw: &mut RawParagraph| Paragraph::check(std::mem::take(raw), parties);
        let mut this = self;
        let paragraph = match &mut this {
            Self::Insert(_, raw) | Self::Replace(_, _, raw) => Some(check(raw)?),
            Self::Delete(..) | Self::Bracket(..) | Self::Choose(..) | Self::PassOver(_) => None,
        };
        Ok((this, paragraph))
    }

    fn check(self, paragraph: Option<Paragraph>, parties: usize) -> Option<Operation> {
        Some(match self {
            Self::Insert(after, _) => Operation::Insert {
                after: match after {
                    Some(numbers) => Some(id(numbers)?),
                    None => None,
                },
                paragraph: paragraph?,
            },
            Self::Delete(numbers, was) => Operation::Delete {
                id: id(numbers)?,
                was,
            },
            Self::Replace(numbers, was, _) => Operation::Replace {
                id: id(numbers)?,
                was,
                paragraph: paragraph?,
            },
            Self::Bracket(numbers, was, wanted) => Operation::Bracket {
                id: id(numbers)?,
                was,
                wanted_by: wanted_by(&wanted, parties)?,
            },
            Self::Choose(numbers, was, bracket, alternative) => Operation::Choose {
                id: id(numbers)?,
                was,
                bracket,
                alternative,
            },
            Self::PassOver([party, index]) => Operation::PassOver {
                amendment: place(party, index)?,
            },
        })
    }
}

fn id([party, index, nth]: [u64; 3]) -> Option<ParagraphId> {
    let entry = place(party, index)?;
    Some(ParagraphId { entry, nth })
}

fn place(party: u64, index: u64) -> Option<Ref> {
    let party = PartyIndex::from_usize(usize::try_from(party).ok()?)?;
    Some(Ref { party, index })
}

fn numbers<const N: usize>(r: &mut Reader<'_>) -> Result<[u64; N], Rule> {
    r.array_exact(N as u64)?;
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = r.uint()?;
    }
    Ok(numbers)
}

fn hash(r: &mut Reader<'_>) -> Result<Hash, Rule> {
    Ok(Hash(r.array_of()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Piece;

    #[test]
    fn every_operation_reads_back_as_written() {
        let entry = Ref {
            party: PartyIndex(1),
            index: 7,
        };
        let (id, was) = (ParagraphId { entry, nth: 2 }, Hash([3; 32]));
        let paragraph = Paragraph {
            versions: vec![("en".into(), vec![Piece::Words("They shall meet.".into())])],
        };
        let operations = vec![
            Operation::Insert {
                after: None,
                paragraph: paragraph.clone(),
            },
            Operation::Insert {
                after: Some(id),
                paragraph: paragraph.clone(),
            },
            Operation::Delete { id, was },
            Operation::Replace { id, was, paragraph },
            Operation::Bracket {
                id,
                was,
                wanted_by: vec![PartyIndex(0), PartyIndex(1)],
            },
            Operation::Choose {
                id,
                was,
                bracket: 0,
                alternative: Some(1),
            },
            Operation::Choose {
                id,
                was,
                bracket: 3,
                alternative: None,
            },
            Operation::PassOver { amendment: entry },
        ];
        let amendment = Amendment {
            operations,
            words: Some("as discussed".into()),
        };
        assert_eq!(Amendment::decode(&amendment.encode()), Ok(amendment));
        let nothing = Amendment {
            operations: vec![],
            words: None,
        };
        assert_eq!(
            Amendment::decode(&nothing.encode()),
            Err(Rule::AmendmentValue)
        );
    }
}
