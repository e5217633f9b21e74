//! The agreed glossary, and accords: proposals, and agreement to them (`spec/loop.md` section 6; rules D9 and D10).

use crate::body::{Around, is_language};
use crate::cbor::{Reader, Writer};
use crate::closing::{are_words, check_about, encode_choice, read_choice};
use crate::limits::{SUBJECT_MAX, TERMS_MAX, TEXTS_MAX};
use crate::numbered::numbered;
use crate::rule::Rule;

/// A term and its equivalents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What the term is known by on this line; a later agreed proposal under the same name takes its place.
    pub concept: String,
    /// The term by language (BCP 47), each language once.
    pub equivalents: Vec<(String, String)>,
    /// What it means, or how it is to be used.
    pub note: Option<String>,
}

/// A proposal of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glossary {
    /// The terms, each concept once.
    pub terms: Vec<Term>,
}

impl Glossary {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(1).uint(0).array(self.terms.len());
        for term in &self.terms {
            w.array(3).text(&term.concept).array(term.equivalents.len());
            for (language, text) in &term.equivalents {
                w.array(2).text(language).text(text);
            }
            match &term.note {
                Some(note) => w.text(note),
                None => w.null(),
            };
        }
        w.into_bytes()
    }

    /// Decodes a body, and checks it.
    ///
    /// # Errors
    /// Rules 21 and D9.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let mut keys = r.map()?;
        if keys.left() != 1 || keys.next(&mut r)? != Some(0) {
            return Err(Rule::BodyShape);
        }
        let terms = (0..r.array()?)
            .map(|_| read_term(&mut r))
            .collect::<Result<Vec<_>, _>>()?;
        let is_repeated = |(at, term): (usize, &Term)| {
            terms[..at]
                .iter()
                .any(|other| other.concept == term.concept)
        };
        let is_right = (1..=TERMS_MAX).contains(&terms.len())
            && terms.iter().all(Term::is_right)
            && !terms.iter().enumerate().any(is_repeated);
        if is_right {
            Ok(Self { terms })
        } else {
            Err(Rule::GlossaryTerms)
        }
    }
}

impl Term {
    fn is_right(&self) -> bool {
        let is_short = |text: &String| (1..=SUBJECT_MAX).contains(&text.len());
        let is_repeated = |(at, (language, _)): (usize, &(String, String))| {
            self.equivalents[..at]
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(language))
        };
        is_short(&self.concept)
            && (1..=TEXTS_MAX).contains(&self.equivalents.len())
            && self
                .equivalents
                .iter()
                .all(|(language, text)| is_language(language) && is_short(text))
            && !self.equivalents.iter().enumerate().any(is_repeated)
            && self.note.as_ref().is_none_or(is_short)
    }
}

fn read_term(r: &mut Reader<'_>) -> Result<Term, Rule> {
    r.array_exact(3)?;
    let concept = r.text()?.to_owned();
    let equivalents = (0..r.array()?)
        .map(|_| {
            r.array_exact(2)?;
            Ok((r.text()?.to_owned(), r.text()?.to_owned()))
        })
        .collect::<Result<_, Rule>>()?;
    let note = if r.null()? {
        None
    } else {
        Some(r.text()?.to_owned())
    };
    Ok(Term {
        concept,
        equivalents,
        note,
    })
}

numbered! {
    /// What a party says to a proposal.
    Stance {
        /// It agrees.
        Agrees = "agrees",
        /// It does not.
        Declines = "declines",
    }
}

/// Agreement to the proposal that the entry refers to, or the contrary; a party's last accord counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accord {
    /// Which.
    pub stance: Stance,
    /// Words.
    pub words: Option<String>,
}

impl Accord {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_choice(self.stance.number(), self.words.as_deref())
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and D10.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let (stance, words) = read_choice(bytes)?;
        check_about(around)?;
        let stance = Stance::from_number(stance)
            .filter(|_| are_words(words.as_deref()))
            .ok_or(Rule::AccordValue)?;
        Ok(Self { stance, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(concept: &str) -> Term {
        Term {
            concept: concept.into(),
            equivalents: vec![
                ("en".into(), "ceasefire".into()),
                ("fr".into(), "cessez-le-feu".into()),
            ],
            note: None,
        }
    }

    #[test]
    fn a_glossary_reads_back_as_written() {
        let mut glossary = Glossary {
            terms: vec![term("ceasefire"), term("truce")],
        };
        glossary.terms[1].note = Some("for a stated time".into());
        assert_eq!(Glossary::decode(&glossary.encode()), Ok(glossary));
    }

    #[test]
    fn each_concept_and_each_language_stands_once() {
        let twice = Glossary {
            terms: vec![term("ceasefire"), term("ceasefire")],
        };
        assert_eq!(Glossary::decode(&twice.encode()), Err(Rule::GlossaryTerms));
        let mut one = Glossary {
            terms: vec![term("ceasefire")],
        };
        one.terms[0].equivalents[1].0 = "EN".into();
        assert_eq!(Glossary::decode(&one.encode()), Err(Rule::GlossaryTerms));
        assert_eq!(
            Accord::decode(&encode_choice(2, None)),
            Err(Rule::AccordValue)
        );
    }
}
