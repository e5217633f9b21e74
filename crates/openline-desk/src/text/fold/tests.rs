use openline_core::text::{Alternative, Paragraph, ParagraphId, Piece};

use super::*;
use crate::fixture::{at, header};
use crate::text::notation;

/// What entries come to, whoever writes them.
struct Line {
    texts: Texts,
    lamport: u64,
}

const TEXT: Ref = Ref {
    party: PartyIndex(0),
    index: 1,
};

fn pieces(text: &str) -> Vec<Piece> {
    let names = ["Alpha".to_owned(), "Beta".to_owned()];
    notation::parse(text, &names).expect("sound")
}

fn paragraph(text: &str) -> Paragraph {
    Paragraph {
        versions: vec![("en".to_owned(), pieces(text))],
    }
}

fn proposal(paragraphs: &[&str]) -> TextProposal {
    TextProposal {
        title: "Agreed minutes".to_owned(),
        languages: vec!["en".to_owned()],
        paragraphs: paragraphs.iter().map(|text| paragraph(text)).collect(),
    }
}

fn nth(nth: u64) -> ParagraphId {
    ParagraphId { entry: TEXT, nth }
}

impl Line {
    fn with(paragraphs: &[&str]) -> Self {
        let mut line = Self {
            texts: Texts::new(2),
            lamport: 1,
        };
        line.add(TEXT, Kind::TextProposal, &proposal(paragraphs).encode());
        line
    }

    fn add(&mut self, place: Ref, kind: Kind, body: &[u8]) {
        self.lamport += 1;
        let lamport = self.lamport;
        self.add_at(lamport, place, kind, body);
    }

    fn add_at(&mut self, lamport: u64, place: Ref, kind: Kind, body: &[u8]) {
        let refs = if kind == Kind::TextProposal {
            vec![]
        } else {
            vec![TEXT]
        };
        let header = header(kind, refs);
        let followed = self.texts.follow(place, lamport, &header, Some(body));
        followed.expect("sound");
    }

    fn amend(&mut self, place: Ref, operations: Vec<Operation>) {
        let body = Amendment {
            operations,
            words: None,
        };
        self.add(place, Kind::Amendment, &body.encode());
    }

    fn assent(&mut self, place: Ref, kind: Kind, weight: Weight, hash: Hash) {
        let words = None;
        let body = Assent {
            weight,
            hash,
            words,
        };
        self.add(place, kind, &body.encode());
    }

    fn text(&self) -> Negotiation {
        self.texts.all(|_| true).remove(0)
    }

    fn was(&self, number: usize) -> Hash {
        let text = self.text();
        text.draft.numbered(number).expect("a paragraph").1.hash()
    }

    fn words(&self) -> Vec<String> {
        let names = ["Alpha".to_owned(), "Beta".to_owned()];
        let text = self.text();
        let written = |(_, p): (_, &Paragraph)| notation::write(&p.versions[0].1, &names);
        text.draft.paragraphs().map(written).collect()
    }
}

fn replace(nth_of_text: u64, was: Hash, text: &str) -> Operation {
    Operation::Replace {
        id: nth(nth_of_text),
        was,
        paragraph: paragraph(text),
    }
}

fn choose(id: ParagraphId, was: Hash, bracket: u64, alternative: Option<u64>) -> Operation {
    Operation::Choose {
        id,
        was,
        bracket,
        alternative,
    }
}

#[test]
fn from_brackets_to_signatures() {
    let mut line = Line::with(&[
        "The Parties [Alpha: shall / Beta: should] meet [every [10 / 20] days].",
        "[Beta: They take note.]",
    ]);
    let text = line.text();
    assert_eq!(text.standing, Standing::Open);
    let counts = text.draft.counts();
    assert_eq!(
        (counts.paragraphs, counts.brackets, counts.options),
        (2, 4, 4)
    );
    let was = line.was(1);
    line.amend(at(1, 1), vec![choose(nth(0), was, 2, Some(1))]);
    assert_eq!(
        line.words()[0],
        "The Parties [Alpha: shall / Beta: should] meet [every 20 days]."
    );
    let was = line.was(1);
    line.amend(at(0, 2), vec![choose(nth(0), was, 1, None)]);
    let (first, second) = (line.was(1), line.was(2));
    let both = vec![
        choose(nth(0), first, 0, Some(0)),
        choose(nth(1), second, 0, None),
    ];
    line.amend(at(1, 2), both);
    assert_eq!(line.words(), ["The Parties shall meet."]);
    let text = line.text();
    assert_eq!((text.standing, text.drafts), (Standing::Clean, 4));

    line.assent(at(0, 3), Kind::Signature, Weight::Full, text.hash);
    line.assent(at(0, 4), Kind::Initial, Weight::Full, text.hash);
    line.assent(at(1, 3), Kind::Initial, Weight::AdReferendum, text.hash);
    assert_eq!(line.text().standing, Standing::Clean, "ad referendum waits");
    line.assent(at(1, 4), Kind::Initial, Weight::Full, text.hash);
    assert_eq!(line.text().standing, Standing::Initialled);
    line.assent(at(1, 5), Kind::Signature, Weight::Full, text.hash);
    assert_eq!(line.text().standing, Standing::Initialled);
    line.assent(at(0, 5), Kind::Signature, Weight::Full, text.hash);
    let signed = line.text();
    assert_eq!(
        (signed.standing, signed.number, signed.signed_by),
        (Standing::Signed, Some(1), Some(at(0, 5)))
    );
    assert_eq!(signed.signatures[0].counting, Counting::NotInitialled);
    assert_eq!(
        line.texts.all(|_| false)[0].number,
        None,
        "numbers wait for what is settled"
    );
}

#[test]
fn an_initial_over_an_overtaken_draft_does_not_count() {
    let mut line = Line::with(&["They shall meet."]);
    let old = line.text().hash;
    line.assent(at(0, 2), Kind::Initial, Weight::Full, old);
    assert_eq!(line.text().initials[0].counting, Counting::Counts);
    let was = line.was(1);
    line.amend(at(1, 1), vec![replace(0, was, "They should meet.")]);
    line.assent(at(1, 2), Kind::Initial, Weight::Full, old);
    let text = line.text();
    assert_eq!(text.standing, Standing::Clean);
    assert_eq!(text.initials[0].counting, Counting::Overtaken);
    assert_eq!(text.initials[1].counting, Counting::OtherHash);
    line.assent(at(0, 3), Kind::Initial, Weight::Full, text.hash);
    line.assent(at(1, 3), Kind::Initial, Weight::Full, text.hash);
    let text = line.text();
    assert_eq!(text.standing, Standing::Initialled);
    let was = line.was(1);
    line.amend(at(0, 4), vec![replace(0, was, "They may meet.")]);
    line.assent(at(0, 5), Kind::Signature, Weight::Full, old);
    let after = line.text();
    assert_eq!(after.hash, text.hash, "fixed when all have initialled");
    assert_eq!(after.steps[1].outcome, Outcome::TooLate);
    assert_eq!(after.signatures[0].counting, Counting::OtherHash);
}

#[test]
fn crossed_amendments_are_kept_and_block_until_they_are_passed_over() {
    let mut line = Line::with(&["They shall meet.", "They take note."]);
    let (first, second) = (line.was(1), line.was(2));
    line.amend(at(0, 2), vec![replace(0, first, "They shall meet weekly.")]);
    let package = vec![
        Operation::Delete {
            id: nth(1),
            was: second,
        },
        replace(0, first, "They shall meet daily."),
    ];
    line.amend(at(1, 1), package);
    let text = line.text();
    assert_eq!(
        line.words(),
        ["They shall meet weekly.", "They take note."],
        "whole or not at all"
    );
    assert_eq!(text.steps[1].outcome, Outcome::Crossed(Obstacle::Changed));
    assert_eq!(text.standing, Standing::Open);
    line.assent(at(0, 3), Kind::Initial, Weight::Full, text.hash);
    assert_eq!(line.text().initials[0].counting, Counting::NotClean);
    line.amend(
        at(0, 4),
        vec![Operation::PassOver {
            amendment: at(1, 1),
        }],
    );
    let text = line.text();
    assert_eq!(
        text.steps[1].outcome,
        Outcome::PassedOver(Obstacle::Changed, at(0, 4))
    );
    assert_eq!((text.standing, text.drafts), (Standing::Clean, 2));
}

#[test]
fn paragraphs_are_put_in_and_taken_out() {
    let mut line = Line::with(&["One.", "Three."]);
    let insert = |after: Option<ParagraphId>, text: &str| Operation::Insert {
        after,
        paragraph: paragraph(text),
    };
    line.amend(
        at(1, 1),
        vec![
            insert(Some(nth(0)), "Two."),
            insert(Some(nth(0)), "Two and a half."),
            insert(None, "Zero."),
        ],
    );
    assert_eq!(
        line.words(),
        ["Zero.", "One.", "Two.", "Two and a half.", "Three."]
    );
    let was = line.was(2);
    line.amend(at(0, 2), vec![Operation::Delete { id: nth(0), was }]);
    line.amend(at(1, 2), vec![insert(Some(nth(0)), "In its place.")]);
    assert_eq!(
        line.words(),
        [
            "Zero.",
            "In its place.",
            "Two.",
            "Two and a half.",
            "Three."
        ]
    );
    line.amend(at(1, 3), vec![Operation::Delete { id: nth(0), was }]);
    assert_eq!(
        line.text().steps[3].outcome,
        Outcome::Crossed(Obstacle::Gone)
    );
    let wanted_by = vec![PartyIndex(1)];
    let was = line.was(1);
    let id = ParagraphId {
        entry: at(1, 1),
        nth: 2,
    };
    line.amend(at(0, 5), vec![Operation::Bracket { id, was, wanted_by }]);
    assert_eq!(line.words()[0], "[Beta: Zero.]");
    assert_eq!(line.texts.draft(TEXT, 1).expect("a draft").slots().len(), 2);
    assert_eq!(line.texts.draft(TEXT, 9), None);
}

#[test]
fn a_text_of_which_an_entry_is_gone_keeps_its_number() {
    let mut line = Line::with(&["They shall meet."]);
    let was = line.was(1);
    line.amend(at(1, 1), vec![replace(0, was, "They should meet.")]);
    let hash = line.text().hash;
    for (party, index, kind) in [
        (0, 2, Kind::Initial),
        (1, 2, Kind::Initial),
        (0, 3, Kind::Signature),
        (1, 3, Kind::Signature),
    ] {
        line.assent(at(party, index), kind, Weight::Full, hash);
    }
    assert_eq!(line.text().number, Some(1));
    let header = header(Kind::Amendment, vec![TEXT]);
    let purged = line.texts.follow(at(1, 1), 3, &header, None);
    purged.expect("followed");
    let text = line.text();
    assert!(text.is_incomplete);
    assert_eq!((text.standing, text.number), (Standing::Signed, Some(1)));
}

/// One party signs a draft that the other's amendment, still on its way, had changed; both sign the next. Then that amendment's body
/// is purged.
#[test]
fn a_text_stays_signed_at_its_hash_when_an_entry_is_gone() {
    let mut line = Line::with(&["They meet every [10 / 20] days."]);
    let was = line.was(1);
    line.amend(at(0, 2), vec![choose(nth(0), was, 0, Some(0))]);
    let (before, was) = (line.text().hash, line.was(1));
    line.assent(at(1, 1), Kind::Initial, Weight::Full, before);
    line.amend(at(1, 2), vec![replace(0, was, "They meet daily.")]);
    let amended_at = line.lamport;
    let after = line.text().hash;
    line.assent(at(0, 3), Kind::Initial, Weight::Full, before);
    line.assent(at(0, 4), Kind::Signature, Weight::Full, before);
    line.assent(at(1, 3), Kind::Signature, Weight::Full, before);
    assert_eq!(line.text().standing, Standing::Clean, "nothing counts");
    for party in [0, 1] {
        line.assent(at(party, 5), Kind::Initial, Weight::Full, after);
    }
    for party in [0, 1] {
        line.assent(at(party, 6), Kind::Signature, Weight::Full, after);
    }
    assert_eq!(line.text().signed_by, Some(at(1, 6)));
    let header = header(Kind::Amendment, vec![TEXT]);
    let purged = line.texts.follow(at(1, 2), amended_at, &header, None);
    purged.expect("followed");
    let text = line.text();
    assert!(text.is_incomplete);
    assert_eq!((text.signed_by, text.number), (Some(at(1, 6)), Some(1)));
}

/// Where a body is gone, signatures without initials make no signed text either.
#[test]
fn signatures_alone_sign_nothing_when_an_entry_is_gone() {
    let mut line = Line::with(&["They meet daily."]);
    let hash = line.text().hash;
    for party in [0, 1] {
        line.assent(at(party, 5), Kind::Signature, Weight::Full, hash);
    }
    assert_eq!(line.text().signed_by, None);
    let header = header(Kind::TextProposal, vec![]);
    let purged = line.texts.follow(TEXT, 2, &header, None);
    purged.expect("followed");
    assert_eq!(line.text().signed_by, None);
}

#[test]
fn types_are_never_mixed() {
    let mut line = Line::with(&["They shall meet."]);
    let hash = line.text().hash;
    let mut drill = header(Kind::Initial, vec![TEXT]);
    drill.message_type = MessageType::Exercise;
    let body = Assent {
        weight: Weight::Full,
        hash,
        words: None,
    };
    let body = body.encode();
    let followed = line.texts.follow(at(1, 1), 9, &drill, Some(&body));
    followed.expect("sound");
    assert_eq!(line.text().initials, []);
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// An amendment of what a side sees at this moment.
fn any(dice: &mut Dice, draft: &Draft) -> Vec<Operation> {
    let standing: Vec<_> = draft.paragraphs().collect();
    let wording = [
        "They [Alpha: shall / Beta: should] meet.",
        "[[A / B] / C] of 10 days",
        "Plain words.",
        "[Beta: all of it]",
    ][dice.roll(4) as usize];
    let Some((id, old)) = standing.get(dice.roll(standing.len().max(1) as u64) as usize) else {
        let paragraph = paragraph(wording);
        return vec![Operation::Insert {
            after: None,
            paragraph,
        }];
    };
    let (id, was) = (*id, old.hash());
    vec![match dice.roll(6) {
        0 => Operation::Insert {
            after: Some(id),
            paragraph: paragraph(wording),
        },
        1 => Operation::Delete { id, was },
        2 => Operation::Replace {
            id,
            was,
            paragraph: paragraph(wording),
        },
        3 => Operation::Bracket {
            id,
            was,
            wanted_by: vec![PartyIndex(1)],
        },
        _ => choose(id, was, dice.roll(3), Some(dice.roll(2)).filter(|n| *n < 1)),
    }]
}

#[test]
fn in_whatever_order_entries_arrive_both_sides_have_the_same() {
    let mut seen = BTreeMap::<&str, u32>::new();
    for seed in 1..=40 {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        // Each side writes on what it has; news of the other's come late.
        let mut sides = [
            Line::with(&["One [a / b].", "[Two.]"]),
            Line::with(&["One [a / b].", "[Two.]"]),
        ];
        let mut sent: Vec<(u64, Ref, Kind, Vec<u8>)> = Vec::new();
        let (mut lengths, mut read) = ([2, 1], [0, 0]);
        let mut lamports = [2, 2];
        for _ in 0..30 {
            let me = dice.roll(2) as usize;
            if dice.roll(3) == 0 {
                for (lamport, place, kind, body) in sent[read[me]..].iter().cloned() {
                    lamports[me] = lamports[me].max(lamport);
                    sides[me].add_at(lamport, place, kind, &body);
                }
                read[me] = sent.len();
            }
            let text = sides[me].text();
            let (kind, body) = match dice.roll(8) {
                0 if text.standing != Standing::Open => {
                    let body = Assent {
                        weight: Weight::Full,
                        hash: text.hash,
                        words: None,
                    };
                    (Kind::Initial, body.encode())
                }
                _ => {
                    let operations = any(&mut dice, &text.draft);
                    let body = Amendment {
                        operations,
                        words: None,
                    };
                    (Kind::Amendment, body.encode())
                }
            };
            lamports[me] += 1;
            let place = at(me as u8, lengths[me]);
            lengths[me] += 1;
            sides[me].add_at(lamports[me], place, kind, &body);
            sent.push((lamports[me], place, kind, body));
        }
        let whole = |order: &[usize]| {
            let mut line = Line::with(&["One [a / b].", "[Two.]"]);
            for at in order {
                let (lamport, place, kind, body) = &sent[*at];
                line.add_at(*lamport, *place, *kind, body);
            }
            line.text()
        };
        let mut order: Vec<usize> = (0..sent.len()).collect();
        let expected = whole(&order);
        for _ in 0..10 {
            for at in (1..order.len()).rev() {
                order.swap(at, dice.roll(at as u64 + 1) as usize);
            }
            assert_eq!(whole(&order), expected, "seed {seed}");
        }
        for side in &mut sides {
            for (lamport, place, kind, body) in &sent {
                side.add_at(*lamport, *place, *kind, body);
            }
            assert_eq!(side.text(), expected, "seed {seed}");
        }
        assert_eq!(
            expected.steps.len() + expected.initials.len(),
            sent.len(),
            "nothing is lost"
        );
        for step in &expected.steps {
            let word = match step.outcome {
                Outcome::Made(_) => "made",
                Outcome::Crossed(_) => "crossed",
                Outcome::PassedOver(..) => "passed over",
                Outcome::TooLate => "too late",
            };
            *seen.entry(word).or_default() += 1;
        }
    }
    assert!(seen["made"] > 100 && seen["crossed"] > 100, "{seen:?}");
}

#[test]
fn an_alternative_that_is_nothing_leaves_no_double_space() {
    let mut line = Line::with(&["They shall meet [promptly / ], and talk [Alpha: often]."]);
    let was = line.was(1);
    line.amend(at(1, 1), vec![choose(nth(0), was, 0, Some(1))]);
    let was = line.was(1);
    line.amend(at(1, 2), vec![choose(nth(0), was, 0, None)]);
    assert_eq!(line.words(), ["They shall meet, and talk."]);
    assert_eq!(Alternative::default().pieces, []);
}
