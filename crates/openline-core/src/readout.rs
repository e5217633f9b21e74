//! Readouts and public statements: one side's own account of a contact, and what it says in public, with what of the record
//! that discloses (`spec/readouts.md`; rules R1 to R5).

use crate::body::Around;
use crate::cbor::{Reader, Writer};
use crate::limits::{REFS_MAX, WORDS_MAX};
use crate::message::{self, Text, is_label};
use crate::numbered::numbered;
use crate::rule::Rule;

/// Words taken over from an entry that the header refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Which of the header's references, from 0.
    pub reference: u64,
    /// The words, as they stand in one of the texts.
    pub words: String,
}

/// One side's own account of the contact that the first reference names: an encounter, a message, or any other entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readout {
    /// The authoritative text, then courtesy translations.
    pub texts: Vec<Text>,
    /// Joint texts and other entries that are quoted.
    pub quotes: Vec<Quote>,
}

impl Readout {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(1 + usize::from(!self.quotes.is_empty())).uint(0);
        message::write_texts(&mut w, &self.texts);
        if !self.quotes.is_empty() {
            w.uint(1).array(self.quotes.len());
            for quote in &self.quotes {
                w.array(2).uint(quote.reference).text(&quote.words);
            }
        }
        w.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21, R2, and R3 but for references.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut texts, mut quotes) = (None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => texts = Some(message::read_texts(&mut r)?),
                1 => quotes = Some(read_quotes(&mut r)?),
                _ => return Err(Rule::BodyShape),
            }
        }
        let texts = texts.ok_or(Rule::BodyShape)?;
        if around.is_some_and(|around| around.refs.is_empty()) {
            return Err(Rule::ReadoutRefs);
        }
        let texts = message::check_texts(texts).map_err(|_| Rule::AccountTexts)?;
        let stands = |quote: &Quote| {
            let is_referred = around.is_none_or(|around| {
                usize::try_from(quote.reference).is_ok_and(|at| at < around.refs.len())
            });
            is_referred
                && (1..=WORDS_MAX).contains(&quote.words.len())
                && texts.iter().any(|text| text.text.contains(&quote.words))
        };
        let is_right = quotes.as_ref().is_none_or(|quotes: &Vec<Quote>| {
            (1..=REFS_MAX).contains(&quotes.len()) && quotes.iter().all(stands)
        });
        if !is_right {
            return Err(Rule::ReadoutQuotes);
        }
        Ok(Self {
            texts,
            quotes: quotes.unwrap_or_default(),
        })
    }
}

fn read_quotes(r: &mut Reader<'_>) -> Result<Vec<Quote>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(2)?;
            Ok(Quote {
                reference: r.uint()?,
                words: r.text()?.to_owned(),
            })
        })
        .collect()
}

numbered! {
    /// How much of an entry a statement discloses.
    Extent {
        /// That it is there: its header, and who holds it since when.
        Cited = "cited",
        /// That, and some of its words, which stand in the statement.
        Quoted = "quoted",
        /// All of it, with its body.
        Whole = "whole",
    }
}

/// What its author says in public, and what of the record it discloses by that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStatement {
    /// Title.
    pub title: String,
    /// The authoritative text, then courtesy translations.
    pub texts: Vec<Text>,
    /// How much is disclosed of each entry that the header refers to, in its order.
    pub disclosed: Vec<Extent>,
}

impl PublicStatement {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(2 + usize::from(!self.disclosed.is_empty()));
        w.uint(0).text(&self.title).uint(1);
        message::write_texts(&mut w, &self.texts);
        if !self.disclosed.is_empty() {
            w.uint(2).array(self.disclosed.len());
            for extent in &self.disclosed {
                w.uint(extent.number());
            }
        }
        w.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21, R2, R4, and R5 but for references.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut title, mut texts, mut extents) = (None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => title = Some(r.text()?.to_owned()),
                1 => texts = Some(message::read_texts(&mut r)?),
                2 => extents = Some(read_extents(&mut r)?),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(title), Some(texts)) = (title, texts) else {
            return Err(Rule::BodyShape);
        };
        let texts = message::check_texts(texts).map_err(|_| Rule::AccountTexts)?;
        if !is_label(&title) {
            return Err(Rule::StatementTitle);
        }
        Ok(Self {
            title,
            texts,
            disclosed: check_extents(extents, around)?,
        })
    }
}

fn read_extents(r: &mut Reader<'_>) -> Result<Vec<u64>, Rule> {
    (0..r.array()?).map(|_| r.uint()).collect()
}

/// Rule R5: one for each reference, and none without.
fn check_extents(
    extents: Option<Vec<u64>>,
    around: Option<&Around<'_>>,
) -> Result<Vec<Extent>, Rule> {
    let is_empty = extents.as_ref().is_some_and(Vec::is_empty);
    let extents = extents.unwrap_or_default();
    let is_for_each = around.is_none_or(|around| around.refs.len() == extents.len());
    if is_empty || extents.len() > REFS_MAX || !is_for_each {
        return Err(Rule::StatementExtents);
    }
    let known = extents.into_iter().map(Extent::from_number);
    known
        .collect::<Option<Vec<_>>>()
        .ok_or(Rule::StatementExtents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Vec<Text> {
        let text = |(at, (language, text)): (usize, (&str, &str))| Text {
            language: language.to_owned(),
            is_authoritative: at == 0,
            text: text.to_owned(),
        };
        let all = [
            ("en", "Both sides met."),
            ("fr", "Les deux parties se sont réunies."),
        ];
        all.into_iter().enumerate().map(text).collect()
    }

    #[test]
    fn each_reads_back_as_written() {
        let readout = Readout {
            texts: texts(),
            quotes: vec![Quote {
                reference: 0,
                words: "deux parties".into(),
            }],
        };
        assert_eq!(Readout::decode(&readout.encode()), Ok(readout));
        let statement = PublicStatement {
            title: "On the talks".into(),
            texts: texts(),
            disclosed: vec![Extent::Whole, Extent::Cited],
        };
        assert_eq!(PublicStatement::decode(&statement.encode()), Ok(statement));
    }

    #[test]
    fn words_that_stand_in_no_text_are_no_quote() {
        let readout = Readout {
            texts: texts(),
            quotes: vec![Quote {
                reference: 0,
                words: "both sides met".into(),
            }],
        };
        assert_eq!(Readout::decode(&readout.encode()), Err(Rule::ReadoutQuotes));
    }

    #[test]
    fn a_title_is_one_line() {
        let statement = PublicStatement {
            title: "On\nthe talks".into(),
            texts: texts(),
            disclosed: Vec::new(),
        };
        assert_eq!(
            PublicStatement::decode(&statement.encode()),
            Err(Rule::StatementTitle)
        );
    }
}
