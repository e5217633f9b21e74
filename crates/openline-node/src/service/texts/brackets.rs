//! Numbers of brackets while an amendment is written: people count in the draft that they looked at, the record in the draft as it is
//! after each change (`spec/texts.md`).

use std::collections::BTreeMap;

use openline_core::text::{Alternative, Paragraph, ParagraphId, Piece};

/// For each paragraph that a bracket was taken from: the brackets that are left, by their numbers in the draft before, from 0.
#[derive(Debug, Default)]
pub(super) struct Numbers(BTreeMap<ParagraphId, Vec<u64>>);

impl Numbers {
    /// The number that a bracket has by now, in the paragraph as it is; none if an earlier change has taken it away.
    pub(super) fn now(&self, id: ParagraphId, before: u64) -> Option<u64> {
        let Some(left) = self.0.get(&id) else {
            return Some(before);
        };
        let at = left.iter().position(|number| *number == before)?;
        u64::try_from(at).ok()
    }

    /// A bracket goes from the paragraph as it is, with all but one alternative, or with every one.
    pub(super) fn take(
        &mut self,
        id: ParagraphId,
        paragraph: &Paragraph,
        now: u64,
        kept: Option<u64>,
    ) {
        let Some((_, pieces)) = paragraph.versions.first() else {
            return;
        };
        let mut brackets = Vec::new();
        in_order(pieces, &mut brackets);
        let left = self
            .0
            .entry(id)
            .or_insert_with(|| (0u64..).take(brackets.len()).collect());
        let Some(alternatives) = usize::try_from(now).ok().and_then(|at| brackets.get(at)) else {
            return;
        };
        let mut gone = now + 1;
        for (at, alternative) in (0u64..).zip(alternatives.iter()) {
            let within = inside(&alternative.pieces);
            let range = index(gone)..index(gone + within);
            if Some(at) == kept {
                gone += within;
            } else {
                left.drain(range.start.min(left.len())..range.end.min(left.len()));
            }
        }
        if index(now) < left.len() {
            left.remove(index(now));
        }
    }

    /// The paragraph is worded anew: its brackets are counted as they are from now on.
    pub(super) fn forget(&mut self, id: ParagraphId) {
        self.0.remove(&id);
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Every bracket, by where it opens.
fn in_order<'a>(pieces: &'a [Piece], brackets: &mut Vec<&'a [Alternative]>) {
    for piece in pieces {
        if let Piece::Bracket(alternatives) = piece {
            brackets.push(alternatives);
            alternatives
                .iter()
                .for_each(|one| in_order(&one.pieces, brackets));
        }
    }
}

/// How many brackets there are within pieces.
fn inside(pieces: &[Piece]) -> u64 {
    let mut brackets = Vec::new();
    in_order(pieces, &mut brackets);
    brackets.len() as u64
}

#[cfg(test)]
mod tests {
    use openline_core::PartyIndex;
    use openline_core::entry::Ref;
    use openline_desk::text::notation;

    use super::*;

    fn paragraph(text: &str) -> Paragraph {
        let pieces = notation::parse(text, &[]).expect("brackets");
        Paragraph {
            versions: vec![("en".to_owned(), pieces)],
        }
    }

    fn id() -> ParagraphId {
        let entry = Ref {
            party: PartyIndex(0),
            index: 1,
        };
        ParagraphId { entry, nth: 0 }
    }

    #[test]
    fn numbers_are_those_of_the_draft_before() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.now(id(), 2), Some(2));
        numbers.take(id(), &paragraph("[a] b [c] [d]"), 0, Some(0));
        assert_eq!(
            (numbers.now(id(), 1), numbers.now(id(), 2)),
            (Some(0), Some(1))
        );
        assert_eq!(numbers.now(id(), 0), None);
        numbers.forget(id());
        assert_eq!(numbers.now(id(), 0), Some(0));
    }

    #[test]
    fn what_an_alternative_takes_with_it_is_gone() {
        // 0 holds 1 and 2 in its alternatives; 3 stands after it.
        let text = paragraph("[a [b] / c [d]] and [e]");
        let mut numbers = Numbers::default();
        numbers.take(id(), &text, 0, Some(1));
        let now = |before| numbers.now(id(), before);
        assert_eq!((now(1), now(2), now(3)), (None, Some(0), Some(1)));
        let mut numbers = Numbers::default();
        numbers.take(id(), &text, 0, None);
        let now = |before| numbers.now(id(), before);
        assert_eq!((now(1), now(2), now(3)), (None, None, Some(0)));
    }
}
