//! Confirmations and answers: what the author of a message says to a read-back, and what closes an exchange
//! (`spec/loop.md` section 3; rules D5 to D7).

use crate::body::Around;
use crate::cbor::{Reader, Writer};
use crate::field::{self, Values};
use crate::limits::WORDS_MAX;
use crate::numbered::numbered;
use crate::rule::Rule;

numbered! {
    /// What its author says to how a message was read back.
    Verdict {
        /// It was understood rightly.
        Confirmed = "confirmed",
        /// It was not, and this is how it is to be understood; it is to be read back again.
        Corrected = "corrected",
    }
}

/// A confirmation of the read-back that the entry refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The verdict.
    pub verdict: Verdict,
    /// Words; with a correction, how it is to be understood.
    pub words: Option<String>,
    /// Values of fields put right.
    pub values: Values,
}

impl Confirmation {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(1 + usize::from(self.words.is_some()) + usize::from(!self.values.is_empty()));
        w.uint(0).uint(self.verdict.number());
        if let Some(words) = &self.words {
            w.uint(1).text(words);
        }
        if !self.values.is_empty() {
            w.uint(2);
            field::write_values(&mut w, &self.values);
        }
        w.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and D6.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut verdict, mut words, mut values) = (None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => verdict = Some(r.uint()?),
                1 => words = Some(r.text()?.to_owned()),
                2 => values = Some(field::read_values(&mut r)?),
                _ => return Err(Rule::BodyShape),
            }
        }
        let verdict = verdict.ok_or(Rule::BodyShape)?;
        check_about(around)?;
        let verdict = Verdict::from_number(verdict).ok_or(Rule::ConfirmationValue)?;
        let says_how = words.is_some() || values.is_some();
        let is_right = are_words(words.as_deref())
            && values
                .as_ref()
                .is_none_or(|values| field::are_right(values))
            && (verdict == Verdict::Confirmed || says_how);
        if !is_right {
            return Err(Rule::ConfirmationValue);
        }
        Ok(Self {
            verdict,
            words,
            values: values.unwrap_or_default(),
        })
    }
}

numbered! {
    /// What closes an exchange, beside a reply.
    Outcome {
        /// Understood, and it will be done.
        WillComply = "will comply",
        /// It can't be done.
        Unable = "unable",
        /// Noted: neither approval nor disapproval.
        TakesNote = "takes note",
        /// It is rejected.
        Rejects = "rejects",
    }
}

/// An answer to the message that the entry refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which.
    pub outcome: Outcome,
    /// Words.
    pub words: Option<String>,
}

impl Answer {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_choice(self.outcome.number(), self.words.as_deref())
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and D7.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let (outcome, words) = read_choice(bytes)?;
        check_about(around)?;
        let outcome = Outcome::from_number(outcome)
            .filter(|_| are_words(words.as_deref()))
            .ok_or(Rule::AnswerValue)?;
        Ok(Self { outcome, words })
    }
}

/// Encodes `{0: choice, ? 1: words}`.
pub(crate) fn encode_choice(choice: u64, words: Option<&str>) -> Vec<u8> {
    let mut w = Writer::new();
    w.map(1 + usize::from(words.is_some())).uint(0).uint(choice);
    if let Some(words) = words {
        w.uint(1).text(words);
    }
    w.into_bytes()
}

/// Reads `{0: choice, ? 1: words}`.
pub(crate) fn read_choice(bytes: &[u8]) -> Result<(u64, Option<String>), Rule> {
    let mut r = Reader::checked(bytes, Rule::BodyShape)?;
    let (mut choice, mut words) = (None, None);
    let mut keys = r.map()?;
    while let Some(key) = keys.next(&mut r)? {
        match key {
            0 => choice = Some(r.uint()?),
            1 => words = Some(r.text()?.to_owned()),
            _ => return Err(Rule::BodyShape),
        }
    }
    Ok((choice.ok_or(Rule::BodyShape)?, words))
}

/// Whether words that may be left out are of their size.
pub(crate) fn are_words(words: Option<&str>) -> bool {
    words.is_none_or(|words| (1..=WORDS_MAX).contains(&words.len()))
}

/// Rule D5: the entry is about exactly one entry, of another party.
pub(crate) fn check_about(around: Option<&Around<'_>>) -> Result<(), Rule> {
    let is_right =
        around.is_none_or(|around| matches!(around.refs, [one] if one.party != around.party));
    if is_right {
        Ok(())
    } else {
        Err(Rule::AboutRef)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_and_an_answer_read_back_as_written() {
        let confirmation = Confirmation {
            verdict: Verdict::Corrected,
            words: Some("north, not south".into()),
            values: vec![("from".into(), "06:00".into())],
        };
        assert_eq!(
            Confirmation::decode(&confirmation.encode()),
            Ok(confirmation)
        );
        let answer = Answer {
            outcome: Outcome::TakesNote,
            words: None,
        };
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }

    #[test]
    fn a_correction_says_how_it_is_to_be_understood() {
        let bare = |verdict| Confirmation {
            verdict,
            words: None,
            values: Values::new(),
        };
        assert!(Confirmation::decode(&bare(Verdict::Confirmed).encode()).is_ok());
        assert_eq!(
            Confirmation::decode(&bare(Verdict::Corrected).encode()),
            Err(Rule::ConfirmationValue)
        );
        assert_eq!(
            Answer::decode(&encode_choice(4, None)),
            Err(Rule::AnswerValue)
        );
        assert_eq!(
            Answer::decode(&encode_choice(0, Some(""))),
            Err(Rule::AnswerValue)
        );
    }
}
