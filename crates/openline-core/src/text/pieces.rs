//! Words and brackets: a tree, which travels as a flat list of words and marks, so that nesting has a limit of its own.

use crate::cbor::{Reader, Type, Writer};
use crate::id::PartyIndex;
use crate::limits::BRACKET_DEPTH_MAX;
use crate::rule::Rule;

/// Words, or a bracket around what is not agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words; never empty, and never beside other words.
    Words(String),
    /// A bracket with its alternatives, at least one; with one alone the question is whether it stands at all.
    Bracket(Vec<Alternative>),
}

/// One of the things that a bracket may come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alternative {
    /// The parties that want it, ascending; none when nobody is named.
    pub wanted_by: Vec<PartyIndex>,
    /// What would stand here; nothing when it is to be left out.
    pub pieces: Vec<Piece>,
}

const CLOSE: u64 = 0;
const OPEN: u64 = 1;
const NEXT: u64 = 2;

/// Words or a mark, as they travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Words(String),
    Mark(u64, Vec<u64>),
}

pub(super) fn write_pieces(w: &mut Writer, pieces: &[Piece]) {
    w.array(count(pieces));
    write_tokens(w, pieces);
}

fn count(pieces: &[Piece]) -> usize {
    let tokens = |piece: &Piece| match piece {
        Piece::Words(_) => 1,
        Piece::Bracket(all) => 1 + all.iter().map(|one| 1 + count(&one.pieces)).sum::<usize>(),
    };
    pieces.iter().map(tokens).sum()
}

fn write_tokens(w: &mut Writer, pieces: &[Piece]) {
    for piece in pieces {
        match piece {
            Piece::Words(words) => {
                w.text(words);
            }
            Piece::Bracket(alternatives) => {
                for (at, alternative) in alternatives.iter().enumerate() {
                    w.array(1 + alternative.wanted_by.len());
                    w.uint(if at == 0 { OPEN } else { NEXT });
                    for party in &alternative.wanted_by {
                        w.uint(u64::from(party.0));
                    }
                    write_tokens(w, &alternative.pieces);
                }
                w.array(1).uint(CLOSE);
            }
        }
    }
}

pub(super) fn read_tokens(r: &mut Reader<'_>) -> Result<Vec<Token>, Rule> {
    (0..r.array()?)
        .map(|_| {
            if r.peek()? == Type::Text {
                return Ok(Token::Words(r.text()?.to_owned()));
            }
            let numbers = (0..r.array()?)
                .map(|_| r.uint())
                .collect::<Result<Vec<_>, _>>()?;
            let (mark, parties) = numbers.split_first().ok_or(Rule::BodyShape)?;
            Ok(Token::Mark(*mark, parties.to_vec()))
        })
        .collect()
}

/// The tree of a list of tokens, if it is one with what rule T4 asks.
pub(super) fn pieces(tokens: Vec<Token>, parties: usize) -> Option<Vec<Piece>> {
    let mut open: Vec<Vec<Alternative>> = Vec::new();
    let mut top = Vec::new();
    for token in tokens {
        match token {
            Token::Words(words) => {
                let here = innermost(&mut open, &mut top)?;
                let is_right = !words.is_empty()
                    && !words.contains(char::is_control)
                    && !matches!(here.last(), Some(Piece::Words(_)));
                is_right.then(|| here.push(Piece::Words(words)))?;
            }
            Token::Mark(CLOSE, wanted) if wanted.is_empty() => {
                let bracket = open.pop()?;
                innermost(&mut open, &mut top)?.push(Piece::Bracket(bracket));
            }
            Token::Mark(OPEN, wanted) if open.len() < BRACKET_DEPTH_MAX => {
                open.push(vec![alternative(&wanted, parties)?]);
            }
            Token::Mark(NEXT, wanted) => {
                let alternative = alternative(&wanted, parties)?;
                open.last_mut()?.push(alternative);
            }
            Token::Mark(..) => return None,
        }
    }
    (open.is_empty() && !top.is_empty()).then_some(top)
}

/// Where the next piece goes.
fn innermost<'a>(
    open: &'a mut [Vec<Alternative>],
    top: &'a mut Vec<Piece>,
) -> Option<&'a mut Vec<Piece>> {
    match open.last_mut() {
        Some(bracket) => bracket
            .last_mut()
            .map(|alternative| &mut alternative.pieces),
        None => Some(top),
    }
}

fn alternative(wanted: &[u64], parties: usize) -> Option<Alternative> {
    Some(Alternative {
        wanted_by: wanted_by(wanted, parties)?,
        pieces: Vec::new(),
    })
}

/// The parties of a mark: of the charter, ascending.
pub(super) fn wanted_by(wanted: &[u64], parties: usize) -> Option<Vec<PartyIndex>> {
    let is_ascending = wanted.windows(2).all(|pair| pair[0] < pair[1]);
    let party = |number: &u64| {
        let at = usize::try_from(*number).ok().filter(|at| *at < parties)?;
        PartyIndex::from_usize(at)
    };
    wanted
        .iter()
        .map(party)
        .collect::<Option<Vec<_>>>()
        .filter(|_| is_ascending)
}

/// Whether there is a bracket.
#[must_use]
pub fn has_brackets(pieces: &[Piece]) -> bool {
    pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Bracket(_)))
}

/// How deep brackets are nested: 0 where there is none.
#[must_use]
pub fn depth(pieces: &[Piece]) -> usize {
    let of = |piece: &Piece| match piece {
        Piece::Words(_) => 0,
        Piece::Bracket(all) => {
            let inner = all.iter().map(|alternative| depth(&alternative.pieces));
            1 + inner.max().unwrap_or(0)
        }
    };
    pieces.iter().map(of).max().unwrap_or(0)
}

/// Whether two versions have the same brackets: as many, nested alike, with as many alternatives wanted by the same parties.
#[must_use]
pub fn is_like(one: &[Piece], other: &[Piece]) -> bool {
    fn brackets(pieces: &[Piece]) -> impl Iterator<Item = &Vec<Alternative>> {
        pieces.iter().filter_map(|piece| match piece {
            Piece::Words(_) => None,
            Piece::Bracket(alternatives) => Some(alternatives),
        })
    }
    brackets(one).count() == brackets(other).count()
        && brackets(one).zip(brackets(other)).all(|(one, other)| {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(a, b)| a.wanted_by == b.wanted_by && is_like(&a.pieces, &b.pieces))
        })
}

/// Joins words that stand beside each other, after a bracket has gone: a run of spaces becomes one, spaces at both ends are
/// left out, and so is a space before a comma or full stop. Inside brackets nothing changes.
#[must_use]
pub fn tidy(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Words(before)), Piece::Words(words)) => before.push_str(&words),
            (_, piece) => joined.push(piece),
        }
    }
    let last = joined.len().saturating_sub(1);
    for (at, piece) in joined.iter_mut().enumerate() {
        if let Piece::Words(words) = piece {
            *words = spaced(words);
            if at == 0 {
                *words = words.trim_start_matches(' ').to_owned();
            }
            if at == last {
                *words = words.trim_end_matches(' ').to_owned();
            }
        }
    }
    joined.retain(|piece| !matches!(piece, Piece::Words(words) if words.is_empty()));
    joined
}

fn spaced(words: &str) -> String {
    let mut spaced = String::with_capacity(words.len());
    for c in words.chars() {
        let after_space = spaced.ends_with(' ');
        match c {
            ' ' if after_space => {}
            ',' | '.' if after_space => {
                spaced.pop();
                spaced.push(c);
            }
            _ => spaced.push(c),
        }
    }
    spaced
}
