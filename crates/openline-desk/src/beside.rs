//! Two accounts of one contact side by side: sentence by sentence, with what one says and the other does not
//! (`spec/readouts.md` section 4).

use std::collections::BTreeMap;

use crate::sentences::sentences;
use crate::tokens::tokens;

/// Likeness from which two sentences stand beside each other, in thousandths.
pub const LIKENESS_MIN: u32 = 350;

/// One row: a sentence of the left account, of the right, or one of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The left sentence.
    pub left: Option<String>,
    /// The right sentence.
    pub right: Option<String>,
    /// How like they are, in thousandths; 0 where one is missing.
    pub likeness: u32,
    /// Words of the left sentence that the right one does not have, in their order.
    pub left_only: Vec<String>,
    /// Words of the right sentence that the left one does not have.
    pub right_only: Vec<String>,
}

/// Puts two texts of one language side by side. Which is left must not depend on who asks: the party with the lower index.
///
/// Pairs are taken greedily, the likest first, then the earlier left, then the earlier right: an account in another order is
/// still found to say the same. Rows follow the left text; what only the right says comes after its own predecessor.
#[must_use]
pub fn beside(left: &str, right: &str, language: &str) -> Vec<Row> {
    let (left, right) = (sentences(left, language), sentences(right, language));
    let pairs = pairs(&left, &right);
    let mut rows: Vec<(Option<usize>, Option<usize>)> = (0..left.len())
        .map(|at| (Some(at), pairs.get(&at).copied()))
        .collect();
    for at in 0..right.len() {
        let is_paired = rows.iter().any(|(_, right)| *right == Some(at));
        if !is_paired {
            let before = at
                .checked_sub(1)
                .and_then(|before| rows.iter().position(|(_, right)| *right == Some(before)));
            rows.insert(before.map_or(0, |before| before + 1), (None, Some(at)));
        }
    }
    rows.into_iter()
        .map(|(l, r)| row(l.map(|at| left[at]), r.map(|at| right[at])))
        .collect()
}

/// The language in which two accounts are compared: the left one's authoritative language, else the right one's, else the
/// first of the left that both have. Each list begins with its authoritative language.
#[must_use]
pub fn common_language<'a>(left: &[&'a str], right: &[&'a str]) -> Option<&'a str> {
    let has = |list: &[&str], wanted: &str| list.iter().any(|one| one.eq_ignore_ascii_case(wanted));
    let first = left.first().filter(|language| has(right, language));
    let second = right.first().filter(|language| has(left, language));
    let any = left.iter().find(|language| has(right, language));
    first.or(second).or(any).copied()
}

/// By left sentence, its right one.
fn pairs(left: &[&str], right: &[&str]) -> BTreeMap<usize, usize> {
    let features = |list: &[&str]| {
        list.iter()
            .map(|sentence| counts(sentence))
            .collect::<Vec<_>>()
    };
    let (lefts, rights) = (features(left), features(right));
    let mut candidates = Vec::new();
    for (l, one) in lefts.iter().enumerate() {
        for (r, other) in rights.iter().enumerate() {
            let likeness = likeness(one, other);
            if likeness >= LIKENESS_MIN {
                candidates.push((std::cmp::Reverse(likeness), l, r));
            }
        }
    }
    candidates.sort_unstable();
    let mut is_taken = vec![false; right.len()];
    let mut pairs = BTreeMap::new();
    for (_, l, r) in candidates {
        if !is_taken[r] && !pairs.contains_key(&l) {
            is_taken[r] = true;
            pairs.insert(l, r);
        }
    }
    pairs
}

fn row(left: Option<&str>, right: Option<&str>) -> Row {
    let (l, r) = (left.unwrap_or_default(), right.unwrap_or_default());
    let is_pair = left.is_some() && right.is_some();
    let only = |one: &str, other: &str| {
        if is_pair {
            missing(one, other)
        } else {
            Vec::new()
        }
    };
    Row {
        likeness: likeness(&counts(l), &counts(r)),
        left_only: only(l, r),
        right_only: only(r, l),
        left: left.map(str::to_owned),
        right: right.map(str::to_owned),
    }
}

/// How often each word stands in a sentence.
fn counts(sentence: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for token in tokens(sentence) {
        *counts.entry(token.text).or_default() += 1;
    }
    counts
}

/// Twice what they share, over what they have: the coefficient of Dice over words, in thousandths, rounded down.
fn likeness(one: &BTreeMap<String, u32>, other: &BTreeMap<String, u32>) -> u32 {
    let total: u32 = one.values().chain(other.values()).sum();
    let shared = one
        .iter()
        .map(|(word, count)| other.get(word).map_or(0, |found| *found.min(count)));
    (2000 * shared.sum::<u32>()).checked_div(total).unwrap_or(0)
}

/// Words of one sentence that another does not have, or has less often.
fn missing(one: &str, other: &str) -> Vec<String> {
    let mut known = counts(other);
    let is_missing = |word: &String| match known.get_mut(word) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    tokens(one)
        .into_iter()
        .map(|token| token.text)
        .filter(is_missing)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: &str = "The two ministers met for five hours. The talks were candid and constructive. \
        A visit to the capital was agreed in principle.";
    const RIGHT: &str = "A visit to the capital was agreed. Both sides stated their concerns. \
        The two ministers met for six hours.";

    #[test]
    fn what_is_alike_stands_together_whatever_the_order() {
        let rows = beside(LEFT, RIGHT, "en");
        let shape: Vec<_> = rows
            .iter()
            .map(|row| (row.left.is_some(), row.right.is_some()))
            .collect();
        assert_eq!(
            shape,
            [(true, true), (true, false), (true, true), (false, true)]
        );
        assert_eq!(
            (&rows[0].left_only[..], &rows[0].right_only[..]),
            (&["five".to_owned()][..], &["six".to_owned()][..])
        );
        assert_eq!(rows[2].left_only, ["in", "principle"]);
        assert_eq!(
            rows[3].right.as_deref(),
            Some("Both sides stated their concerns.")
        );
    }

    #[test]
    fn every_sentence_stands_in_exactly_one_row() {
        let mirrored = beside(RIGHT, LEFT, "en");
        assert_eq!(mirrored.iter().filter(|row| row.left.is_some()).count(), 3);
        assert_eq!(mirrored.iter().filter(|row| row.right.is_some()).count(), 3);
        assert!(beside("", "", "en").is_empty());
        assert_eq!(beside("One.", "", "en").len(), 1);
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_character() {
        let rows = beside("双方同意互访。", "双方原则同意互访。", "zh");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].right_only, ["原", "则"]);
    }

    #[test]
    fn a_common_language_is_found() {
        assert_eq!(common_language(&["en", "zh"], &["zh", "EN"]), Some("en"));
        assert_eq!(common_language(&["en", "zh"], &["zh"]), Some("zh"));
        assert_eq!(common_language(&["en", "fr"], &["ru", "fr"]), Some("fr"));
        assert_eq!(common_language(&["en"], &["zh"]), None);
    }
}
