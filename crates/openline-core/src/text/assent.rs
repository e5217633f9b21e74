//! Initials and signatures, which name the hash of the clean text.

use super::check_text_ref;
use crate::body::Around;
use crate::cbor::{Reader, Writer};
use crate::closing::are_words;
use crate::id::Hash;
use crate::numbered::numbered;
use crate::rule::Rule;

numbered! {
    /// Whether an initial or signature is final.
    Weight {
        /// It is.
        Full = "full",
        /// It was given at the table and waits for its own side's concurrence, which is said by another in full.
        AdReferendum = "ad referendum",
    }
}

/// An initial or a signature under the text that the entry refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assent {
    /// Full, or *ad referendum*.
    pub weight: Weight,
    /// The hash of the clean text.
    pub hash: Hash,
    /// Words, such as who initials in what capacity.
    pub words: Option<String>,
}

impl Assent {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(2 + usize::from(self.words.is_some()));
        w.uint(0).uint(self.weight.number());
        w.uint(1).bytes(&self.hash.0);
        if let Some(words) = &self.words {
            w.uint(2).text(words);
        }
        w.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and T6.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut weight, mut hash, mut words) = (None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => weight = Some(r.uint()?),
                1 => hash = Some(Hash(r.array_of()?)),
                2 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(weight), Some(hash)) = (weight, hash) else {
            return Err(Rule::BodyShape);
        };
        check_text_ref(around)?;
        let weight = Weight::from_number(weight)
            .filter(|_| are_words(words.as_deref()))
            .ok_or(Rule::TextAssent)?;
        Ok(Self {
            weight,
            hash,
            words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assent_reads_back_as_written() {
        let assent = Assent {
            weight: Weight::AdReferendum,
            hash: Hash([9; 32]),
            words: Some("Head of delegation".into()),
        };
        assert_eq!(Assent::decode(&assent.encode()), Ok(assent));
    }
}
