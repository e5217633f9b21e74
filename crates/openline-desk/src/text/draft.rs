//! The paragraphs of a text as they stand, and what operations do to them (`spec/texts.md` section 4).

use openline_core::Hash;
use openline_core::entry::Ref;
use openline_core::limits::{BRACKET_DEPTH_MAX, PARAGRAPHS_MAX};
use openline_core::text::{
    Alternative, Operation, Paragraph, ParagraphId, Piece, TextProposal, depth, tidy,
};

/// A text at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub title: String,
    /// The languages that it is to have.
    pub languages: Vec<String>,
    slots: Vec<Slot>,
}

/// The place of a paragraph, which stays when the paragraph is taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Which.
    pub id: ParagraphId,
    /// What stands there; nothing after it was taken out.
    pub paragraph: Option<Paragraph>,
    /// The entry that last changed it.
    pub changed_by: Ref,
}

/// Why an operation could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The text has no such paragraph.
    NoSuchParagraph,
    /// The paragraph had been taken out.
    Gone,
    /// The paragraph had been changed: its words are not those that the amendment was written on.
    Changed,
    /// There is no bracket or alternative of that number.
    NoSuchBracket,
    /// It has a language that the text does not name.
    Language,
    /// There would be too many paragraphs, or brackets nested too deep.
    TooMuch,
    /// A language version would be left without words while another has some.
    Uneven,
}

impl Obstacle {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSuchParagraph => "there is no such paragraph",
            Self::Gone => "the paragraph had been taken out",
            Self::Changed => "the paragraph had been changed",
            Self::NoSuchBracket => "there is no such bracket or alternative",
            Self::Language => "it has a language that the text does not name",
            Self::TooMuch => "there would be too many paragraphs, or brackets too deep",
            Self::Uneven => "one language version would be left without words",
        }
    }
}

/// How much of a draft is not agreed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Paragraphs.
    pub paragraphs: usize,
    /// Brackets, at every depth; those of one language, since all have the same.
    pub brackets: usize,
    /// Alternatives in brackets that have more than one.
    pub options: usize,
    /// Language versions that are missing.
    pub missing: usize,
}

impl Draft {
    /// The first draft, as an entry proposes it.
    #[must_use]
    pub fn new(place: Ref, proposal: TextProposal) -> Self {
        let slot = |(nth, paragraph)| Slot {
            id: ParagraphId { entry: place, nth },
            paragraph: Some(paragraph),
            changed_by: place,
        };
        Self {
            title: proposal.title,
            languages: proposal.languages,
            slots: (0..).zip(proposal.paragraphs).map(slot).collect(),
        }
    }

    /// All places in order, with those of paragraphs that were taken out.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The paragraphs that stand, in order.
    pub fn paragraphs(&self) -> impl Iterator<Item = (ParagraphId, &Paragraph)> {
        self.slots
            .iter()
            .filter_map(|slot| Some((slot.id, slot.paragraph.as_ref()?)))
    }

    /// A paragraph that stands, by its number from 1 as people see it.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Option<(ParagraphId, &Paragraph)> {
        self.paragraphs().nth(number.checked_sub(1)?)
    }

    /// The text alone: what is hashed, shown and exported.
    #[must_use]
    pub fn text(&self) -> TextProposal {
        TextProposal {
            title: self.title.clone(),
            languages: self.languages.clone(),
            paragraphs: self.paragraphs().map(|(_, p)| p.clone()).collect(),
        }
    }

    /// The hash that an initial or signature names.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.text().hash()
    }

    /// Whether it has a paragraph, no bracket, and every paragraph in every language.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let counts = self.counts();
        counts.paragraphs > 0 && counts.brackets == 0 && counts.missing == 0
    }

    /// Paragraphs, brackets, options.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, paragraph) in self.paragraphs() {
            counts.paragraphs += 1;
            counts.missing += self
                .languages
                .iter()
                .filter(|language| paragraph.version(language).is_none())
                .count();
            if let Some((_, pieces)) = paragraph.versions.first() {
                let (brackets, options) = count(pieces);
                counts.brackets += brackets;
                counts.options += options;
            }
        }
        counts
    }

    /// Makes all operations, in their order, or none. What an amendment passes over is not the draft's business.
    ///
    /// # Errors
    /// What stands in the way of the first that can't be made.
    pub fn amend(&mut self, by: Ref, operations: &[Operation]) -> Result<(), Obstacle> {
        let mut next = self.clone();
        let mut inserted = 0;
        for operation in operations {
            next.make(by, operation, &mut inserted)?;
        }
        *self = next;
        Ok(())
    }

    fn make(&mut self, by: Ref, op: &Operation, inserted: &mut u64) -> Result<(), Obstacle> {
        match op {
            Operation::Insert { after, paragraph } => {
                self.check(paragraph)?;
                let slot = Slot {
                    id: ParagraphId {
                        entry: by,
                        nth: *inserted,
                    },
                    paragraph: Some(paragraph.clone()),
                    changed_by: by,
                };
                *inserted += 1;
                self.insert(*after, slot)
            }
            Operation::Delete { id, was } => self.put(by, *id, was, |_| Ok(None)),
            Operation::Replace { id, was, paragraph } => {
                self.check(paragraph)?;
                self.put(by, *id, was, |_| Ok(Some(paragraph.clone())))
            }
            Operation::Bracket { id, was, wanted_by } => self.put(by, *id, was, |paragraph| {
                let wrapped = |pieces: Vec<Piece>| {
                    let wanted_by = wanted_by.clone();
                    vec![Piece::Bracket(vec![Alternative { wanted_by, pieces }])]
                };
                Ok(Some(each_version(paragraph, |pieces| {
                    Some(wrapped(pieces))
                })?))
            }),
            Operation::Choose {
                id,
                was,
                bracket,
                alternative,
            } => self.put(by, *id, was, |paragraph| {
                choose(paragraph, *bracket, *alternative)
            }),
            Operation::PassOver { .. } => Ok(()),
        }
    }

    /// Directly after its anchor, but behind what the same amendment has put there before.
    fn insert(&mut self, after: Option<ParagraphId>, slot: Slot) -> Result<(), Obstacle> {
        if self.paragraphs().count() >= PARAGRAPHS_MAX {
            return Err(Obstacle::TooMuch);
        }
        let begin = match after {
            None => 0,
            Some(id) => 1 + self.at(id)?,
        };
        let own = self.slots[begin..]
            .iter()
            .take_while(|other| other.id.entry == slot.id.entry);
        let at = begin + own.count();
        self.slots.insert(at, slot);
        Ok(())
    }

    fn at(&self, id: ParagraphId) -> Result<usize, Obstacle> {
        let at = self.slots.iter().position(|slot| slot.id == id);
        at.ok_or(Obstacle::NoSuchParagraph)
    }

    /// Puts what `change` makes of a paragraph in its place, if it is still what the amendment says that it was.
    fn put(
        &mut self,
        by: Ref,
        id: ParagraphId,
        was: &Hash,
        change: impl FnOnce(Paragraph) -> Result<Option<Paragraph>, Obstacle>,
    ) -> Result<(), Obstacle> {
        let at = self.at(id)?;
        let slot = &mut self.slots[at];
        let paragraph = slot.paragraph.clone().ok_or(Obstacle::Gone)?;
        if paragraph.hash() != *was {
            return Err(Obstacle::Changed);
        }
        let changed = change(paragraph)?;
        let is_deep = |p: &Paragraph| {
            let deep = |(_, pieces): &(String, Vec<Piece>)| depth(pieces) > BRACKET_DEPTH_MAX;
            p.versions.iter().any(deep)
        };
        if changed.as_ref().is_some_and(is_deep) {
            return Err(Obstacle::TooMuch);
        }
        slot.paragraph = changed;
        slot.changed_by = by;
        Ok(())
    }

    fn check(&self, paragraph: &Paragraph) -> Result<(), Obstacle> {
        let is_known = |(language, _): &(String, Vec<Piece>)| self.languages.contains(language);
        if paragraph.versions.iter().all(is_known) {
            Ok(())
        } else {
            Err(Obstacle::Language)
        }
    }
}

/// Brackets at every depth, and alternatives of those that have more than one.
fn count(pieces: &[Piece]) -> (usize, usize) {
    let mut sum = (0, 0);
    for piece in pieces {
        if let Piece::Bracket(alternatives) = piece {
            sum.0 += 1;
            if alternatives.len() > 1 {
                sum.1 += alternatives.len();
            }
            for alternative in alternatives {
                let inner = count(&alternative.pieces);
                sum = (sum.0 + inner.0, sum.1 + inner.1);
            }
        }
    }
    sum
}

fn each_version(
    paragraph: Paragraph,
    change: impl Fn(Vec<Piece>) -> Option<Vec<Piece>>,
) -> Result<Paragraph, Obstacle> {
    let versions = paragraph
        .versions
        .into_iter()
        .map(|(language, pieces)| Some((language, change(pieces)?)))
        .collect::<Option<_>>();
    let versions = versions.ok_or(Obstacle::NoSuchBracket)?;
    Ok(Paragraph { versions })
}

/// Takes a bracket away in every version. A paragraph of which nothing is left is taken out.
fn choose(
    paragraph: Paragraph,
    bracket: u64,
    alternative: Option<u64>,
) -> Result<Option<Paragraph>, Obstacle> {
    let chosen = each_version(paragraph, |pieces| {
        let mut search = Search {
            left: Some(bracket),
            alternative,
            is_missed: false,
        };
        let chosen = search.chosen(pieces);
        (search.left.is_none() && !search.is_missed).then_some(chosen)
    })?;
    let empty = chosen.versions.iter().filter(|(_, p)| p.is_empty()).count();
    match empty {
        0 => Ok(Some(chosen)),
        all if all == chosen.versions.len() => Ok(None),
        _ => Err(Obstacle::Uneven),
    }
}

/// The way to the bracket that is chosen from.
struct Search {
    /// How many brackets open before it; nothing once it was found.
    left: Option<u64>,
    alternative: Option<u64>,
    is_missed: bool,
}

impl Search {
    fn chosen(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        let mut done = Vec::new();
        let mut is_here = false;
        for piece in pieces {
            match (piece, self.left) {
                (Piece::Bracket(alternatives), Some(0)) => {
                    (self.left, is_here) = (None, true);
                    done.extend(self.pick(alternatives));
                }
                (Piece::Bracket(mut alternatives), Some(left)) => {
                    self.left = Some(left - 1);
                    for alternative in &mut alternatives {
                        alternative.pieces = self.chosen(std::mem::take(&mut alternative.pieces));
                    }
                    done.push(Piece::Bracket(alternatives));
                }
                (other, _) => done.push(other),
            }
        }
        if is_here { tidy(done) } else { done }
    }

    fn pick(&mut self, alternatives: Vec<Alternative>) -> Vec<Piece> {
        let Some(number) = self.alternative else {
            return Vec::new();
        };
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        let picked = alternatives.into_iter().nth(at);
        self.is_missed = picked.is_none();
        picked.unwrap_or_default().pieces
    }
}
