//! The word limit of a precedence: what is urgent is short.

use super::words::is_unspaced;
use super::{Draft, Findings, Part, Passage, WarningKind};

/// The words of a text: what spaces divide and holds a letter or digit. Scripts without spaces between words (Chinese, Japanese,
/// Thai, Lao, Khmer, Burmese) count as one word for every two characters, rounded up.
#[must_use]
pub fn count_words(text: &str) -> u64 {
    let (mut spaced, mut unspaced) = (0, 0_u64);
    for item in text.split_whitespace() {
        let is_letter = |c: char| is_unspaced(c) && c.is_alphanumeric();
        let has_word = |part: &&str| part.contains(char::is_alphanumeric);
        unspaced += item.matches(is_letter).count() as u64;
        spaced += item.split(is_letter).filter(has_word).count() as u64;
    }
    spaced + unspaced.div_ceil(2)
}

pub(super) fn check(passage: &Passage<'_>, draft: &Draft<'_>, findings: &mut Findings) {
    if draft.word_limit == 0 || passage.part == Part::Subject {
        return;
    }
    let words = count_words(passage.text);
    if words <= draft.word_limit {
        return;
    }
    let from = end_of_limit(passage.text, draft.word_limit);
    let (limit, precedence) = (draft.word_limit, draft.precedence.word());
    let range = from..passage.text.len();
    findings.add(passage, WarningKind::TooLong, range, |_| {
        format!(
            "the text has {words} words, and the charter's limit for {precedence} is {limit}: shorten it, or send the rest apart at a lower precedence"
        )
    });
}

/// Where the part begins that is too much: the longest beginning with no more than `limit` words ends there.
fn end_of_limit(text: &str, limit: u64) -> usize {
    let is_start = |at: usize, c: char| {
        let before = text[..at].chars().next_back();
        !c.is_whitespace() && (before.is_none_or(char::is_whitespace) || is_unspaced(c))
    };
    let starts: Vec<usize> = text
        .char_indices()
        .filter(|(at, c)| is_start(*at, *c))
        .map(|(at, _)| at)
        .collect();
    let within = starts.partition_point(|at| count_words(&text[..*at]) <= limit);
    within.checked_sub(1).map_or(0, |last| starts[last])
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::message::{Form, Precedence};

    fn found(language: &str, text: &str, word_limit: u64) -> Vec<super::super::Warning> {
        let draft = Draft {
            subject: None,
            texts: &[],
            languages: &[],
            agreed: &[],
            precedence: Precedence::Flash,
            word_limit,
            form: Form::Message,
        };
        let passage = Passage::new(Part::Text(0), language, text);
        let mut findings = Findings::default();
        check(&passage, &draft, &mut findings);
        findings.in_order()
    }

    #[test]
    fn words_are_counted_by_spaces_and_by_characters_where_there_are_none() {
        assert_eq!(count_words("The well-known line — is open, at 17:00."), 7);
        assert_eq!(count_words("Линия открыта."), 2);
        assert_eq!(count_words("线路开放。"), 2);
        assert_eq!(
            count_words("线路开放了。"),
            3,
            "five characters, rounded up"
        );
        assert_eq!(count_words("车队于 08:00 UTC 出发"), 5);
        assert_eq!(count_words("車列は出発"), 3);
        assert_eq!(count_words("เปิด"), 2);
        assert_eq!((count_words(""), count_words(" \n — ")), (0, 0));
    }

    #[test]
    fn what_is_beyond_the_limit_is_marked() {
        let text = "One two three four five";
        let found_here = found("en", text, 3);
        assert_eq!(found_here.len(), 1);
        assert_eq!(&text[found_here[0].range.clone()], "four five");
        assert!(
            found_here[0]
                .sentence
                .contains("has 5 words, and the charter's limit for flash is 3")
        );
        let text = "线路开放了";
        assert_eq!(&text[found("zh", text, 2)[0].range.clone()], "了");
    }

    #[test]
    fn within_the_limit_and_without_one_there_is_nothing_to_say() {
        assert_eq!(found("en", "One two three", 3), []);
        assert_eq!(found("en", &"word ".repeat(500), 0), []);
    }
}
