//! Texts: proposed with brackets, amended until they are clean, initialled, signed; also by people who have an old draft before them.

use openline_core::entry::{Kind, Ref};
use openline_core::text::{
    Alternative, Amendment, Assent, Operation, Paragraph, Piece, TextProposal, Weight,
};
use openline_core::{Hash, LineId, PartyIndex};
use openline_desk::text::{Assented, Counting, Negotiation, Outcome, Standing};

use super::Saying;
use crate::world::World;

impl World {
    /// Somebody proposes a text, or goes on with one.
    pub(super) fn negotiate(&mut self, body: usize, line: LineId) -> Option<Saying> {
        let texts = self.desk(body, line)?.negotiations();
        if texts.len() < 3 && self.rng.percent(if texts.is_empty() { 100 } else { 15 }) {
            let count = self.rng.within(1, 3);
            let paragraphs = (0..count).map(|_| self.paragraph(true)).collect();
            let proposal = TextProposal {
                title: format!("Text {}", self.tickets),
                languages: vec!["en".to_owned()],
                paragraphs,
            };
            return Some(Saying {
                message_type: self.new_type(),
                refs: Vec::new(),
                kind: Kind::TextProposal,
                body: proposal.encode(),
            });
        }
        let text = self.rng.pick(&texts).clone();
        self.go_on(body, line, &text)
    }

    pub(super) fn answer_text(&mut self, body: usize, line: LineId, about: Ref) -> Option<Saying> {
        let texts = self.desk(body, line)?.negotiations();
        let text = texts.into_iter().find(|text| text.place == about)?;
        self.go_on(body, line, &text)
    }

    fn go_on(&mut self, body: usize, line: LineId, text: &Negotiation) -> Option<Saying> {
        let me = self.bodies[body].role.party;
        let is_liar = self.is_liar(body);
        let has_given = |all: &[Assented]| {
            let mut mine = all.iter().filter(|given| given.place.party == me);
            mine.any(|given| given.counting == Counting::Counts && given.weight == Weight::Full)
        };
        let (kind, chance) = match text.standing {
            Standing::Open if is_liar => (Kind::Initial, 25),
            Standing::Open => (Kind::Initial, 3),
            Standing::Clean if has_given(&text.initials) => (Kind::Signature, 8),
            Standing::Clean => (Kind::Initial, 85),
            Standing::Initialled if has_given(&text.signatures) => (Kind::Signature, 10),
            Standing::Initialled => (Kind::Signature, 90),
            Standing::Signed if is_liar => (Kind::Signature, 30),
            Standing::Signed => return None,
        };
        if self.rng.percent(chance) {
            return self.assent(body, line, text, kind);
        }
        let is_waiting = text.standing == Standing::Clean && has_given(&text.initials);
        if (is_waiting || text.standing > Standing::Clean) && !is_liar && self.rng.percent(80) {
            return None;
        }
        self.amend(text)
    }

    /// Initials or signs: the text as it stands, but at times an older draft.
    fn assent(
        &mut self,
        body: usize,
        line: LineId,
        text: &Negotiation,
        kind: Kind,
    ) -> Option<Saying> {
        let is_stale = self.rng.percent(if self.is_liar(body) { 40 } else { 6 });
        let draft = self.rng.within(1, text.drafts.max(1));
        let hash = match self.desk(body, line)?.texts().draft(text.place, draft) {
            Some(old) if is_stale => old.hash(),
            _ if is_stale && self.is_liar(body) => Hash(self.rng.bytes()),
            _ => text.hash,
        };
        let weight = if self.rng.percent(85) {
            Weight::Full
        } else {
            Weight::AdReferendum
        };
        let assent = Assent {
            weight,
            hash,
            words: None,
        };
        Some(Saying {
            message_type: text.message_type,
            refs: vec![text.place],
            kind,
            body: assent.encode(),
        })
    }

    fn amend(&mut self, text: &Negotiation) -> Option<Saying> {
        let crossed = text.steps.iter().find_map(|step| match step.outcome {
            Outcome::Crossed(_) => Some(step.place),
            _ => None,
        });
        let operation = match crossed {
            Some(amendment) if self.rng.percent(80) => Operation::PassOver { amendment },
            _ => self.operation(text)?,
        };
        let amendment = Amendment {
            operations: vec![operation],
            words: None,
        };
        Some(Saying {
            message_type: text.message_type,
            refs: vec![text.place],
            kind: Kind::Amendment,
            body: amendment.encode(),
        })
    }

    fn operation(&mut self, text: &Negotiation) -> Option<Operation> {
        let standing: Vec<_> = text.draft.paragraphs().collect();
        let bracketed = standing
            .iter()
            .find(|(_, paragraph)| has_bracket(paragraph));
        if let Some((id, paragraph)) = bracketed
            && self.rng.percent(85)
        {
            return Some(Operation::Choose {
                id: *id,
                was: paragraph.hash(),
                bracket: 0,
                alternative: *self.rng.pick(&[Some(0), Some(0), Some(1), None]),
            });
        }
        if standing.is_empty() {
            let paragraph = self.paragraph(false);
            return Some(Operation::Insert {
                after: None,
                paragraph,
            });
        }
        let (id, paragraph) = *self.rng.pick(&standing);
        let (was, next) = (paragraph.hash(), self.rng.below(8));
        Some(match next {
            0 => Operation::Delete { id, was },
            1 => Operation::Bracket {
                id,
                was,
                wanted_by: vec![self.any_party()],
            },
            2 | 3 => Operation::Insert {
                after: Some(id),
                paragraph: self.paragraph(false),
            },
            _ => Operation::Replace {
                id,
                was,
                paragraph: self.paragraph(false),
            },
        })
    }

    fn paragraph(&mut self, may_be_open: bool) -> Paragraph {
        let words = |text: String| Piece::Words(text);
        let number = self.rng.below(1_000);
        let pieces = if may_be_open && self.rng.percent(50) {
            let alternative = |party, verb: &str| Alternative {
                wanted_by: vec![PartyIndex(party)],
                pieces: vec![words(verb.to_owned())],
            };
            vec![
                words("The parties ".to_owned()),
                Piece::Bracket(vec![alternative(0, "shall"), alternative(1, "should")]),
                words(format!(" meet {number} times.")),
            ]
        } else {
            vec![words(format!("The parties meet {number} times."))]
        };
        Paragraph {
            versions: vec![("en".to_owned(), pieces)],
        }
    }
}

fn has_bracket(paragraph: &Paragraph) -> bool {
    let mut versions = paragraph.versions.iter();
    versions.any(|(_, pieces)| pieces.iter().any(|p| matches!(p, Piece::Bracket(_))))
}
