//! Texts under negotiation (`spec/texts.md`; rules T1 to T6): proposals, amendments, initials, signatures.

mod amendment;
mod assent;
mod pieces;

pub use amendment::{Amendment, Operation, ParagraphId};
pub use assent::{Assent, Weight};
pub use pieces::{Alternative, Piece, depth, has_brackets, is_like, tidy};

use crate::body::{Around, is_language};
use crate::cbor::{Reader, Writer};
use crate::id::Hash;
use crate::limits::{PARAGRAPHS_MAX, PARTIES_MAX, SUBJECT_MAX, TEXTS_MAX};
use crate::rule::Rule;
use pieces::{Token, read_tokens, write_pieces};

/// A paragraph: the same in every language, bracket by bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// By language (BCP 47), each once.
    pub versions: Vec<(String, Vec<Piece>)>,
}

/// A paragraph of the right shape, whose content has not been looked at.
pub(crate) type RawParagraph = Vec<(String, Vec<Token>)>;

impl Paragraph {
    /// What it says in a language.
    #[must_use]
    pub fn version(&self, language: &str) -> Option<&[Piece]> {
        let is_it = |(other, _): &&(String, Vec<Piece>)| other.eq_ignore_ascii_case(language);
        self.versions
            .iter()
            .find(is_it)
            .map(|(_, pieces)| &pieces[..])
    }

    /// Whether a bracket is left in it.
    #[must_use]
    pub fn has_brackets(&self) -> bool {
        self.versions.iter().any(|(_, pieces)| has_brackets(pieces))
    }

    /// What an amendment names, to say on which words it was written.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut w = Writer::new();
        self.write(&mut w);
        Hash::of(&[b"openline/paragraph/v1\n", &w.into_bytes()])
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.array(self.versions.len());
        for (language, pieces) in &self.versions {
            w.array(2).text(language);
            write_pieces(w, pieces);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<RawParagraph, Rule> {
        (0..r.array()?)
            .map(|_| {
                r.array_exact(2)?;
                Ok((r.text()?.to_owned(), read_tokens(r)?))
            })
            .collect()
    }

    /// Rule T4.
    pub(crate) fn check(raw: RawParagraph, parties: usize) -> Result<Self, Rule> {
        let languages: Vec<_> = raw.iter().map(|(language, _)| language.clone()).collect();
        if !are_languages(&languages) {
            return Err(Rule::TextParagraph);
        }
        let version = |(language, tokens): (String, Vec<Token>)| {
            pieces::pieces(tokens, parties)
                .map(|pieces| (language, pieces))
                .ok_or(Rule::TextParagraph)
        };
        let versions = raw
            .into_iter()
            .map(version)
            .collect::<Result<Vec<_>, _>>()?;
        let (_, first) = versions.first().ok_or(Rule::TextParagraph)?;
        if versions.iter().all(|(_, other)| is_like(first, other)) {
            Ok(Self { versions })
        } else {
            Err(Rule::TextParagraph)
        }
    }
}

/// A text that a party proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextProposal {
    /// What it is called.
    pub title: String,
    /// The languages (BCP 47) that it is to have, each equally authentic.
    pub languages: Vec<String>,
    /// The paragraphs.
    pub paragraphs: Vec<Paragraph>,
}

impl TextProposal {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(3).uint(0).text(&self.title);
        w.uint(1).texts(&self.languages);
        w.uint(2).array(self.paragraphs.len());
        for paragraph in &self.paragraphs {
            paragraph.write(&mut w);
        }
        w.into_bytes()
    }

    /// The hash of a draft, and of the clean text when no bracket is left: what is initialled and signed.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&[b"openline/text/v1\n", &self.encode()])
    }

    /// Decodes a body, and checks it.
    ///
    /// # Errors
    /// Rules 21, T2, T3 and T4.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut title, mut languages, mut paragraphs) = (None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => title = Some(r.text()?.to_owned()),
                1 => languages = Some(r.texts(TEXTS_MAX)?),
                2 => {
                    let raw: Result<Vec<_>, _> =
                        (0..r.array()?).map(|_| Paragraph::read(&mut r)).collect();
                    paragraphs = Some(raw?);
                }
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(title), Some(languages), Some(paragraphs)) = (title, languages, paragraphs)
        else {
            return Err(Rule::BodyShape);
        };
        let is_title =
            (1..=SUBJECT_MAX).contains(&title.len()) && !title.contains(char::is_control);
        if !is_title || !are_languages(&languages) {
            return Err(Rule::TextTitle);
        }
        let is_known = |(language, _): &(String, Vec<Token>)| languages.contains(language);
        if !(1..=PARAGRAPHS_MAX).contains(&paragraphs.len())
            || !paragraphs.iter().flatten().all(is_known)
        {
            return Err(Rule::TextParagraphs);
        }
        let parties = party_count(around);
        Ok(Self {
            title,
            languages,
            paragraphs: paragraphs
                .into_iter()
                .map(|raw| Paragraph::check(raw, parties))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// How many parties a bracket can be attributed to.
pub(crate) fn party_count(around: Option<&Around<'_>>) -> usize {
    around.map_or(PARTIES_MAX, |around| around.founded.party_count())
}

/// Whether languages are some, well formed, and each once whatever the case.
fn are_languages(languages: &[String]) -> bool {
    let is_repeated = |(at, language): (usize, &String)| {
        languages[..at]
            .iter()
            .any(|other| other.eq_ignore_ascii_case(language))
    };
    (1..=TEXTS_MAX).contains(&languages.len())
        && languages.iter().all(|language| is_language(language))
        && !languages.iter().enumerate().any(is_repeated)
}

/// Rule T1: the entry is about exactly one entry, the text.
pub(crate) fn check_text_ref(around: Option<&Around<'_>>) -> Result<(), Rule> {
    if around.is_none_or(|around| around.refs.len() == 1) {
        Ok(())
    } else {
        Err(Rule::TextRef)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PartyIndex;

    fn words(text: &str) -> Piece {
        Piece::Words(text.into())
    }

    fn bracket(alternatives: &[&str]) -> Piece {
        let alternative = |text: &&str| Alternative {
            wanted_by: vec![PartyIndex(1)],
            pieces: vec![words(text)],
        };
        Piece::Bracket(alternatives.iter().map(alternative).collect())
    }

    fn proposal(versions: Vec<(String, Vec<Piece>)>) -> TextProposal {
        TextProposal {
            title: "Agreed minutes".into(),
            languages: vec!["en".into(), "fr".into()],
            paragraphs: vec![Paragraph { versions }],
        }
    }

    #[test]
    fn a_text_reads_back_as_written() {
        let nested = Piece::Bracket(vec![Alternative {
            wanted_by: vec![],
            pieces: vec![words("The Parties "), bracket(&["shall", "should"])],
        }]);
        let text = proposal(vec![("en".into(), vec![nested, words(" meet.")])]);
        assert_eq!(TextProposal::decode(&text.encode()), Ok(text));
    }

    #[test]
    fn language_versions_have_the_same_brackets() {
        let text = |french| {
            let english = vec![bracket(&["shall", "should"]), words(" meet")];
            proposal(vec![("en".into(), english), ("fr".into(), french)])
        };
        let same = text(vec![words("se "), bracket(&["réunissent", "réuniront"])]);
        assert!(TextProposal::decode(&same.encode()).is_ok());
        let fewer = text(vec![bracket(&["se réunissent"])]);
        assert_eq!(
            TextProposal::decode(&fewer.encode()),
            Err(Rule::TextParagraph)
        );
    }

    #[test]
    fn the_hash_is_of_every_word() {
        let text = proposal(vec![("en".into(), vec![words("They shall meet.")])]);
        let other = proposal(vec![("en".into(), vec![words("They should meet.")])]);
        assert_ne!(text.hash(), other.hash());
        assert_ne!(text.paragraphs[0].hash(), other.paragraphs[0].hash());
    }
}
