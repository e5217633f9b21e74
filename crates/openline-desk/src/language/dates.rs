//! Dates that can be read in two ways, or depend on when they are read.

use std::ops::Range;

use super::book::Book;
use super::calendar::Calendar;
use super::phrase::Phrase;
use super::words::{Word, folded};
use super::{Findings, Passage, WarningKind};

/// How to write a date that nobody can misread.
const CLEAR: &str = "write the day, the month in letters and the year in four digits, such as 3 April 2026, or 2026-04-03";
/// Words after a date among which its year is looked for.
const AFTER: usize = 6;
/// Words before it.
const BEFORE: usize = 4;

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    let calendar = Calendar::of(passage.language);
    for at in 0..passage.words.len() {
        if let Some(range) = numeric(passage, at) {
            of_numbers(passage, at, range, findings);
        }
        apostrophe_year(passage, at, findings);
    }
    months(passage, calendar, findings);
    chinese_days(passage, findings);
    weekdays(passage, calendar, findings);
    relative(passage, calendar, findings);
}

/// Three numbers with the same sign between them, from the word at `at` on, that may be a date with the year last.
fn numeric(passage: &Passage<'_>, at: usize) -> Option<Range<usize>> {
    let sign = passage.gap(at).filter(|gap| is_sign(gap))?;
    let is_three = passage.gap(at + 1) == Some(sign);
    let number = |i: usize| passage.words.get(i).and_then(Word::number);
    let is_within = |i: usize, gap: Option<&str>| gap.is_some_and(is_sign) && number(i).is_some();
    let goes_on = is_within(at + 3, passage.gap(at + 2));
    let began = at
        .checked_sub(1)
        .is_some_and(|before| is_within(before, passage.gap(before)));
    if !is_three || goes_on || began {
        return None;
    }
    let (first, second, year) = (
        &passage.words[at],
        &passage.words[at + 1],
        &passage.words[at + 2],
    );
    let (a, b) = (first.number_of(1..3)?, second.number_of(1..3)?);
    let is_date = (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12;
    let has_year = matches!(year.folded.len(), 2 | 4) && year.number().is_some();
    (is_date && has_year).then_some(first.range.start..year.range.end)
}

fn is_sign(gap: &str) -> bool {
    matches!(gap, "/" | "." | "-" | "\u{2010}" | "\u{2011}" | "\u{2013}")
}

fn of_numbers(passage: &Passage<'_>, at: usize, range: Range<usize>, findings: &mut Findings) {
    let number = |i: usize| passage.words[i].number().unwrap_or_default();
    let (a, b) = (number(at), number(at + 1));
    if passage.words[at + 2].folded.len() == 2 {
        findings.add(passage, WarningKind::Date, range, |words| {
            format!("in “{words}” the year has two digits, and day, month and year can change places: {CLEAR}")
        });
    } else if a <= 12 && b <= 12 && a != b {
        findings.add(passage, WarningKind::Date, range, |words| {
            format!("“{words}” is one day where the day comes first and another where the month does: {CLEAR}")
        });
    }
}

/// A year such as '26.
fn apostrophe_year(passage: &Passage<'_>, at: usize, findings: &mut Findings) {
    let word = &passage.words[at];
    let before = passage.text[..word.range.start].chars().next_back();
    let Some(sign) = before.filter(|c| matches!(c, '\'' | '’')) else {
        return;
    };
    let start = word.range.start - sign.len_utf8();
    let is_free = passage.text[..start]
        .chars()
        .next_back()
        .is_none_or(char::is_whitespace);
    if is_free && word.number_of(2..3).is_some() {
        findings.add(passage, WarningKind::Date, start..word.range.end, |words| {
            format!("the year “{words}” has two digits: write all four")
        });
    }
}

fn months(passage: &Passage<'_>, calendar: &Calendar, findings: &mut Findings) {
    let (sure, by_day) = (
        Phrase::pattern(calendar.months),
        Phrase::pattern(calendar.months_by_day),
    );
    for at in 0..passage.words.len() {
        let is_at = |phrase: &Phrase| phrase.at(passage.text, &passage.words, at).is_some();
        let is_sure = is_at(&sure);
        if !is_sure && !is_at(&by_day) {
            continue;
        }
        let day = day_before(passage, calendar, at).or_else(|| day_after(passage, calendar, at));
        if let Some(year) = short_year(passage, at, day.as_ref()) {
            let start = day.map_or(at, |day| day.start.min(at));
            findings.add(
                passage,
                WarningKind::Date,
                span(passage, start..year),
                |words| format!("in “{words}” the year has two digits: {CLEAR}"),
            );
        } else if (is_sure || day.is_some()) && !has_year(passage, at) {
            let days = day.unwrap_or(at..at + 1);
            let whole = days.start.min(at)..days.end.max(at + 1);
            findings.add(passage, WarningKind::Date, span(passage, whole), |words| {
                format!("“{words}” does not say of which year: {CLEAR}")
            });
        }
    }
}

/// From the first of some words to the last.
fn span(passage: &Passage<'_>, words: Range<usize>) -> Range<usize> {
    passage.words[words.start].range.start..passage.words[words.end - 1].range.end
}

/// The day's number before the month at `at`, as the words from there up to the month.
fn day_before(passage: &Passage<'_>, calendar: &Calendar, at: usize) -> Option<Range<usize>> {
    let (i, _) = passage
        .before(at, 3)
        .find(|(_, word)| !is_one_of(calendar.links, word))?;
    is_day(calendar, &passage.words[i]).then_some(i..at)
}

fn day_after(passage: &Passage<'_>, calendar: &Calendar, at: usize) -> Option<Range<usize>> {
    let (i, _) = passage
        .after(at, 3)
        .find(|(_, word)| !is_one_of(calendar.links, word))?;
    is_day(calendar, &passage.words[i]).then_some(at + 1..i + 1)
}

fn is_one_of(list: &[&str], word: &Word) -> bool {
    list.iter().any(|listed| folded(listed) == word.folded)
}

fn is_day(calendar: &Calendar, word: &Word) -> bool {
    let ordinal = calendar
        .ordinals
        .iter()
        .find_map(|ending| word.folded.strip_suffix(ending));
    let digits = ordinal.unwrap_or(&word.folded);
    let is_short = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_short && digits.parse().is_ok_and(|day: u32| (1..=31).contains(&day))
}

/// The end of a two-digit year that follows a day and a month: 3 April 26.
fn short_year(passage: &Passage<'_>, at: usize, day: Option<&Range<usize>>) -> Option<usize> {
    day.filter(|day| day.start < at)?;
    let is_next = passage
        .gap(at)
        .is_some_and(|gap| gap.trim_matches(['\'', '’', ' ']).is_empty());
    let year = passage.words.get(at + 1).filter(|_| is_next)?;
    let is_counted = passage
        .gap(at + 1)
        .is_some_and(|gap| gap.starts_with([':', '.', 'h']) && gap.len() == 1);
    year.number_of(2..3).filter(|_| !is_counted)?;
    Some(at + 2)
}

/// Whether a year in four digits stands near the word at `at`, in the same sentence.
fn has_year(passage: &Passage<'_>, at: usize) -> bool {
    let mut near = passage.after(at, AFTER).chain(passage.before(at, BEFORE));
    near.any(|(_, word)| {
        word.number_of(4..5)
            .is_some_and(|year| (1900..2200).contains(&year))
    })
}

/// Days such as 4月3日, whose year would stand before them as 2026年.
fn chinese_days(passage: &Passage<'_>, findings: &mut Findings) {
    let word = |i: usize| passage.words.get(i).map_or("", |word| word.folded.as_str());
    let number = |i: usize| passage.words.get(i).and_then(|word| word.number_of(1..3));
    for at in 0..passage.words.len() {
        let is_day = number(at).is_some() && word(at + 1) == "月" && number(at + 2).is_some();
        if !is_day || !matches!(word(at + 3), "日" | "号") || has_year(passage, at) {
            continue;
        }
        findings.add(passage, WarningKind::Date, span(passage, at..at + 4), |words| {
            format!("“{words}” does not say of which year: write it with the year, such as 2026年4月3日")
        });
    }
}

fn weekdays(passage: &Passage<'_>, calendar: &Calendar, findings: &mut Findings) {
    let days = Book::of(calendar.weekdays.iter().copied());
    for at in 0..passage.words.len() {
        let Some(hit) = days.longest(passage, at).filter(|_| !has_year(passage, at)) else {
            continue;
        };
        let range = hit.range;
        let before = passage.before(at, 1).next();
        let which = before.filter(|(_, word)| is_one_of(calendar.which, word));
        let start = which.map_or(range.start, |(_, word)| word.range.start);
        findings.add(passage, WarningKind::Date, start..range.end, |words| {
            format!("“{words}” depends on when it is read, and on the week meant: {CLEAR}, with the day of the week beside it if it helps")
        });
    }
}

fn relative(passage: &Passage<'_>, calendar: &Calendar, findings: &mut Findings) {
    let words = Book::of(calendar.relative.iter().copied());
    for at in 0..passage.words.len() {
        if let Some(hit) = words
            .longest(passage, at)
            .filter(|_| !has_year(passage, at))
        {
            findings.add(passage, WarningKind::Date, hit.range, |words| {
                format!("“{words}” depends on when and where it is read: {CLEAR}")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Part;

    fn found(language: &str, text: &str) -> Vec<String> {
        let passage = Passage::new(Part::Text(0), language, text);
        let mut findings = Findings::default();
        check(&passage, &mut findings);
        let words = |warning: super::super::Warning| warning.words;
        findings.in_order().into_iter().map(words).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn numbers_that_can_change_places_are_ambiguous_in_any_language() {
        for language in ["en", "ru", "zh", "de"] {
            assert_eq!(
                found(language, "On 03/04/2026, 3.4.26 and 13-4-26."),
                ["03/04/2026", "3.4.26", "13-4-26"]
            );
            assert_eq!(
                found(
                    language,
                    "25/12/2026, 04/04/2026, 2026-04-03, 10.0.0.12, 1.2.3, 1/2, 52.30.15"
                ),
                NONE
            );
        }
        assert_eq!(found("ar", "في ٠٣/٠٤/٢٠٢٦"), ["٠٣/٠٤/٢٠٢٦"]);
    }

    #[test]
    fn a_day_and_month_need_a_year() {
        assert_eq!(
            found("en", "From 3 April and May 5th, in October."),
            ["3 April", "May 5th", "October"]
        );
        assert_eq!(
            found(
                "en",
                "From 3 April to 5 May 2026, and April 3, 2026; October 2026."
            ),
            NONE
        );
        assert_eq!(
            found("en", "They may march. March on. You may see 5 ships."),
            NONE
        );
        assert_eq!(found("fr", "Le 1er avril ; le 3 mai 2026"), ["1er avril"]);
        assert_eq!(
            found("es", "El 3 de abril, y el 3 de mayo de 2026"),
            ["3 de abril"]
        );
        assert_eq!(found("ru", "К 3 апреля."), ["3 апреля"]);
        assert_eq!(found("ru", "К 3 апреля 2026 года."), NONE);
        assert_eq!(found("zh", "将于4月3日举行"), ["4月3日"]);
        assert_eq!(found("zh", "将于2026年4月3日举行"), NONE);
        assert_eq!(found("ar", "في 3 أبريل"), ["3 أبريل"]);
        assert_eq!(found("ar", "في 3 أبريل 2026"), NONE);
    }

    #[test]
    fn two_digits_are_no_year() {
        assert_eq!(
            found("en", "On 3 April 26, and in '26."),
            ["3 April 26", "'26"]
        );
        assert_eq!(found("ru", "3 апреля 26"), ["3 апреля 26"]);
        assert_eq!(
            found("en", "3 April 2026 at 17:00 UTC; the Minister's 26 ships"),
            NONE
        );
        assert_eq!(found("en", "On 3 April 17:00 UTC"), ["3 April"]);
    }

    #[test]
    fn days_that_depend_on_the_reader_are_pointed_out() {
        assert_eq!(
            found(
                "en",
                "We meet tomorrow, or next Friday, or in the coming days."
            ),
            ["tomorrow", "next Friday", "in the coming days"]
        );
        assert_eq!(
            found(
                "en",
                "We meet on Friday, 3 April 2026. Today is 2026-04-01."
            ),
            NONE
        );
        assert_eq!(
            found("fr", "Aujourd’hui, demain ou lundi"),
            ["Aujourd’hui", "demain", "lundi"]
        );
        assert_eq!(found("es", "mañana o el viernes"), ["mañana", "el viernes"]);
        assert_eq!(found("ru", "Завтра или в пятницу"), ["Завтра", "в пятницу"]);
        assert_eq!(found("zh", "明天或下星期五"), ["明天", "下星期五"]);
        assert_eq!(found("ar", "غداً أو يوم الجمعة"), ["غداً", "يوم الجمعة"]);
        assert_eq!(found("en", "The convoy moves. Nothing else."), NONE);
    }
}
