//! Times that can be read in two ways, or depend on where they are read.

use std::ops::Range;

use super::book::Book;
use super::calendar::Calendar;
use super::words::Word;
use super::{Findings, Language, Passage, WarningKind};

/// Zones that mean the same to every reader.
const ZONES: [&str; 16] = [
    "utc",
    "gmt",
    "zulu",
    "z",
    "cet",
    "cest",
    "eet",
    "eest",
    "msk",
    "jst",
    "tai",
    "tu",
    "всв",
    "utc0",
    "utcz",
    "гринвичу",
];
/// How to write a time that nobody can misread.
const CLEAR: &str = "write it in 24 hours with the date and UTC, such as 17:00 UTC on 3 April 2026";
/// Words after a time among which its zone is looked for.
const AFTER: usize = 8;
/// Words before it.
const BEFORE: usize = 5;

pub(super) fn check(passage: &Passage<'_>, findings: &mut Findings) {
    let calendar = Calendar::of(passage.language);
    let clock = Clock::new(passage, calendar);
    let mut at = 0;
    while at < passage.words.len() {
        let Some(time) = clock.time(at) else {
            at += 1;
            continue;
        };
        if !clock.has_zone(&time) {
            let range =
                passage.words[time.start].range.start..passage.words[time.end - 1].range.end;
            findings.add(passage, WarningKind::Time, range, |words| {
                format!("“{words}” does not say in which zone: {CLEAR}")
            });
        }
        at = time.end;
    }
    unclear(passage, calendar, findings);
}

fn unclear(passage: &Passage<'_>, calendar: &Calendar, findings: &mut Findings) {
    let unclear = book(calendar.unclear);
    for at in 0..passage.words.len() {
        if let Some(hit) = unclear.longest(passage, at) {
            findings.add(passage, WarningKind::Time, hit.range, |words| {
                format!("“{words}” may be of two days, or depends on where it is read: {CLEAR}")
            });
        }
    }
}

/// Finds times in a text.
struct Clock<'a> {
    passage: &'a Passage<'a>,
    calendar: &'static Calendar,
    hours: Book,
    halves: Book,
    units: Book,
    local: Book,
    /// Words at which the name of a zone begins.
    zones: Vec<usize>,
}

impl<'a> Clock<'a> {
    fn new(passage: &'a Passage<'a>, calendar: &'static Calendar) -> Self {
        Self {
            passage,
            calendar,
            hours: book(calendar.hours),
            halves: book(calendar.halves),
            units: book(calendar.units),
            local: book(calendar.local),
            zones: zones(passage, calendar),
        }
    }

    /// The words of a time that begins at `at`.
    fn time(&self, at: usize) -> Option<Range<usize>> {
        let end = self
            .of_digits(at)
            .or_else(|| self.of_letters(at))
            .or_else(|| self.of_halves(at))
            .or_else(|| self.of_unit(at))
            .or_else(|| self.end_of(&self.hours, at))?;
        Some(at..end)
    }

    /// The word after the longest of some phrases at `at`.
    fn end_of(&self, phrases: &Book, at: usize) -> Option<usize> {
        Some(at + phrases.longest(self.passage, at)?.words)
    }

    /// 17:00 and 17:00:30, and what makes it morning or afternoon after it.
    fn of_digits(&self, at: usize) -> Option<usize> {
        let is_colon = |gap: Option<&str>| matches!(gap, Some(":" | "：" | "∶"));
        let words = &self.passage.words;
        let is_pair = |i: usize| {
            words
                .get(i)
                .is_some_and(|word| word.number_of(2..3).is_some_and(|n| n < 60))
        };
        let hour = words[at].number_of(1..3).filter(|hour| *hour <= 24);
        let began = is_colon(self.passage.gap_before(at)) || self.is_offset(at);
        if hour.is_none() || began || !is_colon(self.passage.gap(at)) || !is_pair(at + 1) {
            return None;
        }
        let has_seconds = is_colon(self.passage.gap(at + 1)) && is_pair(at + 2);
        let end = if has_seconds { at + 3 } else { at + 2 };
        let half = self.dotted_half(end);
        half.or_else(|| self.end_of(&self.halves, end))
            .or(Some(end))
    }

    /// Whether the number at `at` is the offset of a zone: +03:00.
    fn is_offset(&self, at: usize) -> bool {
        let start = self.passage.words[at].range.start;
        self.passage.text[..start].ends_with(['+', '−'])
    }

    /// 17h, 17h30, 1700h, 5pm.
    fn of_letters(&self, at: usize) -> Option<usize> {
        let word = self.passage.words[at].folded.as_str();
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, letters) = word.split_at(digits);
        let is_time = match letters {
            "am" | "pm" => matches!(number.parse(), Ok(1..=12)),
            "h" | "hrs" => {
                digits == 4 || (digits == 2 && self.passage.language == Language::French)
            }
            _ => {
                let minutes = letters
                    .strip_prefix('h')
                    .filter(|minutes| minutes.len() == 2);
                minutes.is_some_and(|minutes| matches!(minutes.parse(), Ok(0_u32..=59)))
                    && matches!(number.parse(), Ok(0_u32..=24))
            }
        };
        (digits > 0 && is_time).then_some(at + 1)
    }

    /// 5 pm, 5.30 p.m., 5 o'clock.
    fn of_halves(&self, at: usize) -> Option<usize> {
        let words = &self.passage.words;
        words[at].number_of(1..3).filter(|hour| *hour <= 12)?;
        let has_minutes =
            self.passage.gap(at) == Some(".") && words.get(at + 1)?.number_of(2..3).is_some();
        let next = if has_minutes { at + 2 } else { at + 1 };
        let is_next = self
            .passage
            .gap(next - 1)
            .is_some_and(|gap| gap.trim().is_empty());
        let dotted = self.dotted_half(next);
        dotted
            .or_else(|| self.end_of(&self.halves, next))
            .filter(|_| is_next)
    }

    /// a.m. or p.m. at `at`.
    fn dotted_half(&self, at: usize) -> Option<usize> {
        let words = &self.passage.words;
        let (half, m) = (words.get(at)?, words.get(at + 1)?);
        let is_half = matches!(half.folded.as_str(), "a" | "p") && m.folded == "m";
        (is_half && self.passage.gap(at) == Some(".")).then_some(at + 2)
    }

    /// 1700 hours; and 17 hours where a word before makes an hour of it.
    fn of_unit(&self, at: usize) -> Option<usize> {
        let word = &self.passage.words[at];
        let end = self.end_of(&self.units, at + 1)?;
        let is_clock = |number: u32| number / 100 < 24 && number % 100 < 60;
        if word.number_of(4..5).is_some_and(is_clock) {
            return Some(end);
        }
        let is_hour = word.number_of(1..3).is_some_and(|hour| hour < 24);
        let before = self.passage.before(at, 1).next();
        let is_at = before.is_some_and(|(_, word)| {
            let written = self.passage.text[word.range.clone()].to_lowercase();
            self.calendar.at.contains(&written.as_str())
        });
        (is_hour && (is_at || self.calendar.at.is_empty())).then_some(end)
    }

    /// Whether a zone stands near a time, in the same sentence. Local time right after it is none.
    fn has_zone(&self, time: &Range<usize>) -> bool {
        let last = time.end - 1;
        let end = self.passage.words[last].range.end;
        let rest = self.passage.text[end..].trim_start();
        let has_offset = rest
            .strip_prefix(['+', '−'])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let after = self.passage.after(last, AFTER);
        let before = self.passage.before(time.start, BEFORE);
        let next = self.passage.after(last, 1).next();
        let is_local = next.is_some_and(|(i, _)| self.local.longest(self.passage, i).is_some());
        !is_local && (has_offset || after.chain(before).any(|(i, word)| self.is_zone(i, word)))
    }

    fn is_zone(&self, i: usize, word: &Word) -> bool {
        ZONES.contains(&word.folded.as_str()) || self.zones.binary_search(&i).is_ok()
    }
}

fn book(patterns: &[&'static str]) -> Book {
    Book::of(patterns.iter().copied())
}

/// Where names of zones begin, in order; local time is none, since it does not say whose.
fn zones(passage: &Passage<'_>, calendar: &Calendar) -> Vec<usize> {
    let (zones, local) = (book(calendar.zones), book(calendar.local));
    // Any word may stand before "time" in English: a name is told by its capital.
    let is_name = |at: usize| {
        passage.language != Language::English || passage.words[at].is_capitalised(passage.text)
    };
    let mut found = Vec::new();
    let mut local_end = 0;
    for at in 0..passage.words.len() {
        local_end = local
            .longest(passage, at)
            .map_or(local_end, |hit| hit.range.end.max(local_end));
        let zone = zones.longest(passage, at).map(|hit| hit.range);
        let zone = zone.filter(|range| range.start >= local_end);
        // A zone may begin before the words that make it local: Our local time.
        let is_local = |range: &Range<usize>| {
            (at + 1..passage.words.len())
                .take_while(|i| passage.words[*i].range.start < range.end)
                .any(|i| local.longest(passage, i).is_some())
        };
        if zone.is_some_and(|range| is_name(at) && !is_local(&range)) {
            found.push(at);
        }
    }
    found
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
    fn a_time_needs_a_zone_in_any_language() {
        for language in ["en", "fr", "es", "ru", "zh", "ar", "de"] {
            assert_eq!(found(language, "17:00"), ["17:00"], "{language}");
            for clear in [
                "17:00 UTC",
                "UTC 17:00",
                "17:00Z",
                "17:00+03:00",
                "2026-04-03T17:00:00Z",
                "17:00–19:00 UTC",
                "3:1",
                "25:00",
                "17:00 GMT",
            ] {
                assert_eq!(found(language, clear), NONE, "{language}: {clear}");
            }
        }
    }

    #[test]
    fn a_zone_counts_in_its_own_sentence() {
        assert_eq!(found("en", "Open from 09:00 to 17:00:30 UTC."), NONE);
        assert_eq!(
            found("en", "We call at 09:00. All times are UTC."),
            ["09:00"]
        );
        assert_eq!(
            found("en", "At 17:00 Moscow time; at 18:00 local time."),
            ["18:00"]
        );
        assert_eq!(
            found("fr", "À 17h00 heure de Paris, à 18h30 heure locale"),
            ["18h30"]
        );
        assert_eq!(
            found("es", "a las 17:00 hora de Madrid; a las 18:00 hora local"),
            ["18:00"]
        );
        assert_eq!(
            found(
                "ru",
                "в 17:00 по московскому времени; в 18:00 по местному времени"
            ),
            ["18:00"]
        );
        assert_eq!(found("zh", "北京时间17:00；当地时间18:00"), ["18:00"]);
        assert_eq!(
            found(
                "ar",
                "الساعة 17:00 بتوقيت القاهرة؛ الساعة 18:00 بالتوقيت المحلي"
            ),
            ["18:00"]
        );
    }

    #[test]
    fn hours_written_in_other_ways_are_times_too() {
        assert_eq!(
            found("en", "At 5 pm, 5pm, 5:30 p.m., 5 o'clock, 1700 hours."),
            ["5 pm", "5pm", "5:30 p.m", "5 o'clock", "1700 hours"]
        );
        assert_eq!(
            found(
                "en",
                "Within 24 hours; at 0800 UTC; in 5 months; 1700 ships"
            ),
            NONE
        );
        assert_eq!(
            found("fr", "à 17 heures, dans les 24 heures, à 17h"),
            ["17 heures", "17h"]
        );
        assert_eq!(found("es", "a las 17 horas, en 24 horas"), ["17 horas"]);
        assert_eq!(found("ru", "в 17 часов, через 24 часа"), ["17 часов"]);
        assert_eq!(
            found("zh", "17时30分，24小时，下午5点，以下3点"),
            ["17时", "下午5点"]
        );
    }

    #[test]
    fn midnight_and_tonight_are_unclear_and_noon_without_a_zone() {
        assert_eq!(
            found("en", "At midnight, tonight, this morning, or noon."),
            ["midnight", "tonight", "this morning", "noon"]
        );
        assert_eq!(found("en", "At noon UTC."), NONE);
        assert_eq!(
            found("fr", "à minuit, ce soir ou à midi"),
            ["minuit", "ce soir", "midi"]
        );
        assert_eq!(
            found("es", "a medianoche o esta noche"),
            ["medianoche", "esta noche"]
        );
        assert_eq!(
            found("ru", "в полночь, сегодня вечером, в полдень"),
            ["полночь", "сегодня вечером", "полдень"]
        );
        assert_eq!(found("zh", "今晚或午夜"), ["今晚", "午夜"]);
        assert_eq!(
            found("ar", "الليلة عند منتصف الليل"),
            ["الليلة", "منتصف الليل"]
        );
        assert_eq!(found("en", "The morning watch is relieved."), NONE);
    }
}
