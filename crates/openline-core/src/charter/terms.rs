//! The terms of a charter: keys 1, 2, 4 to 14 and 16 to 18.

use std::time::Duration;

use super::Fields;
use crate::body::is_language;
use crate::cbor::Writer;
use crate::limits::{
    ATTACHMENT_LIMIT_MAX, CONTACT_INTERVAL_MAX, LANGUAGES_MAX, LEVEL_MAX, OPEN_CLASSES_MAX,
    PICKS_MAX, RETENTION_DAYS_MAX, RUNS_MAX, SCHEDULE_MAX, TERM_SECONDS_MAX, TIME_MAX, TITLE_MAX,
    WORD_LIMIT_MAX, ZONE_MAX,
};
use crate::rule::Rule;

/// What the parties agree on besides who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharterTerms {
    /// What the line is called.
    pub title: String,
    /// Its level: `leaders`, `ministers`, `officials`, `watch` or another word.
    pub level: String,
    /// Without authenticated contact for so long, the line is not open; whole seconds.
    pub contact_interval: Duration,
    /// When the line is tested.
    pub schedule: TestSchedule,
    /// The clocks of flash, immediate, priority and routine traffic.
    pub clocks: [Clock; 4],
    /// Working languages, each once.
    pub languages: Vec<String>,
    /// How receipts are given.
    pub receipts: Receipts,
    /// Classes of traffic that stay open in a suspension.
    pub open_classes: Vec<String>,
    /// How many days the record is kept; 0 is for ever.
    pub retention_days: u64,
    /// How often logs are sealed.
    pub seal_beat: SealBeat,
    /// Longest attachment, bytes.
    pub attachment_limit: u64,
    /// How far a claimed time may be off before it is marked; whole seconds.
    pub tolerance: Duration,
    /// How long a party waits before it writes a mark; whole milliseconds.
    pub settle_delay: Duration,
    /// Most words of a message of flash, immediate, priority and routine precedence; 0 for no limit.
    pub word_limits: [u64; 4],
    /// What of its watch a party lets the others know.
    pub watch: WatchShown,
    /// How dates are found without showing a calendar.
    pub matching: Matching,
}

/// What of its watch a party lets the others know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchShown {
    /// Nothing.
    Nothing,
    /// Which posts are attended.
    Attended,
    /// Which posts are attended, until when, and in which languages.
    Full,
}

/// How dates are found without showing a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matching {
    /// Picks that each party enters in a run; at least 1.
    pub picks: u64,
    /// Most runs in seven days; 0 for none.
    pub runs: u64,
}

/// Times of day at which the line is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSchedule {
    /// IANA time zone.
    pub zone: String,
    /// Times as `HH:MM`.
    pub times: Vec<String>,
    /// Days of the week in that zone: bit 0 is Monday; at least one.
    pub days: u8,
    /// Whether a person acknowledges each test, and not only the other node.
    pub is_by_person: bool,
}

/// Every day of the week.
pub const EVERY_DAY: u8 = 0b111_1111;

/// By when a message of one precedence should be where; whole seconds, zero for no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Durable at the other node.
    pub stored: Duration,
    /// Shown to a person.
    pub shown: Duration,
    /// Acknowledged by a person.
    pub acknowledged: Duration,
}

impl Clock {
    fn is_right(&self) -> bool {
        [self.stored, self.shown, self.acknowledged]
            .iter()
            .all(|clock| clock.as_secs() <= TERM_SECONDS_MAX)
    }

    const fn of(stored: u64, shown: u64, acknowledged: u64) -> Self {
        Self {
            stored: Duration::from_secs(stored),
            shown: Duration::from_secs(shown),
            acknowledged: Duration::from_secs(acknowledged),
        }
    }
}

/// How receipts are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    /// One for each message.
    EachMessage,
    /// Batched for routine traffic.
    RoutineBatched,
}

/// The beat of the seals: after so many entries, or so much time, whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealBeat {
    /// Entries; at least 1.
    pub entries: u64,
    /// Time; at least 1 s, whole seconds.
    pub interval: Duration,
}

impl Default for CharterTerms {
    /// Terms that a line between two watch rooms can start from.
    fn default() -> Self {
        Self {
            title: "Line".to_owned(),
            level: "watch".to_owned(),
            contact_interval: Duration::from_secs(60),
            schedule: TestSchedule {
                zone: "UTC".to_owned(),
                times: vec!["09:00".to_owned(), "17:00".to_owned()],
                days: EVERY_DAY,
                is_by_person: false,
            },
            clocks: [
                Clock::of(60, 60, 180),
                Clock::of(300, 600, 1800),
                Clock::of(1800, 10_800, 10_800),
                Clock::of(3600, 21_600, 21_600),
            ],
            languages: vec!["en".to_owned()],
            receipts: Receipts::EachMessage,
            open_classes: vec!["safety-of-life".to_owned()],
            retention_days: 0,
            seal_beat: SealBeat {
                entries: 256,
                interval: Duration::from_secs(3600),
            },
            attachment_limit: 16 << 20,
            tolerance: Duration::from_secs(300),
            settle_delay: Duration::from_secs(5),
            word_limits: [200, 200, 0, 0],
            watch: WatchShown::Full,
            matching: Matching { picks: 12, runs: 3 },
        }
    }
}

impl CharterTerms {
    /// The tolerance in milliseconds, at most [`TIME_MAX`] even before it is checked.
    #[must_use]
    pub fn tolerance_ms(&self) -> i64 {
        i64::try_from(self.tolerance.as_millis())
            .unwrap_or(TIME_MAX)
            .min(TIME_MAX)
    }

    pub(super) fn check(&self) -> Result<(), Rule> {
        let interval = self.contact_interval.as_secs();
        let is_right = is_words(&self.title, TITLE_MAX)
            && is_words(&self.level, LEVEL_MAX)
            && (1..=CONTACT_INTERVAL_MAX).contains(&interval)
            && self.schedule.is_right()
            && (1..=LANGUAGES_MAX).contains(&self.languages.len())
            && self.languages.iter().all(|tag| is_language(tag))
            && !has_language_twice(&self.languages)
            && self.open_classes.len() <= OPEN_CLASSES_MAX
            && self
                .open_classes
                .iter()
                .all(|class| is_words(class, usize::MAX))
            && self.seal_beat.entries > 0
            && self.seal_beat.interval.as_secs() > 0
            && self.clocks.iter().all(Clock::is_right)
            && self.retention_days <= RETENTION_DAYS_MAX
            && self.seal_beat.interval.as_secs() <= TERM_SECONDS_MAX
            && self.tolerance.as_secs() <= TERM_SECONDS_MAX
            && self.attachment_limit <= ATTACHMENT_LIMIT_MAX
            && self.settle_delay <= Duration::from_secs(CONTACT_INTERVAL_MAX)
            && self
                .word_limits
                .iter()
                .all(|limit| *limit <= WORD_LIMIT_MAX)
            && (1..=PICKS_MAX).contains(&self.matching.picks)
            && self.matching.runs <= RUNS_MAX;
        if is_right {
            Ok(())
        } else {
            Err(Rule::CharterTerms)
        }
    }

    /// Writes keys 1 and 2.
    pub(super) fn encode_head(&self, writer: &mut Writer) {
        writer.uint(1).text(&self.title).uint(2).text(&self.level);
    }

    /// Writes keys 4 to 14.
    pub(super) fn encode_tail(&self, writer: &mut Writer) {
        writer.uint(4).uint(self.contact_interval.as_secs());
        writer
            .uint(5)
            .array(4)
            .text(&self.schedule.zone)
            .texts(&self.schedule.times)
            .uint(u64::from(self.schedule.days))
            .uint(u64::from(self.schedule.is_by_person));
        writer.uint(6).array(self.clocks.len());
        for clock in &self.clocks {
            writer
                .array(3)
                .uint(clock.stored.as_secs())
                .uint(clock.shown.as_secs())
                .uint(clock.acknowledged.as_secs());
        }
        writer.uint(7).texts(&self.languages);
        writer.uint(8).uint(match self.receipts {
            Receipts::EachMessage => 0,
            Receipts::RoutineBatched => 1,
        });
        writer.uint(9).texts(&self.open_classes);
        writer.uint(10).uint(self.retention_days);
        writer
            .uint(11)
            .array(2)
            .uint(self.seal_beat.entries)
            .uint(self.seal_beat.interval.as_secs());
        writer.uint(12).uint(self.attachment_limit);
        writer.uint(13).uint(self.tolerance.as_secs());
        let delay =
            u64::try_from(self.settle_delay.as_millis()).expect("checked to be at most a day");
        writer.uint(14).uint(delay);
    }

    /// Writes keys 16 to 18.
    pub(super) fn encode_end(&self, writer: &mut Writer) {
        writer.uint(16).array(self.word_limits.len());
        for limit in self.word_limits {
            writer.uint(limit);
        }
        writer.uint(17).uint(match self.watch {
            WatchShown::Nothing => 0,
            WatchShown::Attended => 1,
            WatchShown::Full => 2,
        });
        writer
            .uint(18)
            .array(2)
            .uint(self.matching.picks)
            .uint(self.matching.runs);
    }
}

impl TestSchedule {
    fn is_right(&self) -> bool {
        is_zone(&self.zone)
            && self.times.len() <= SCHEDULE_MAX
            && (1..=EVERY_DAY).contains(&self.days)
            && self.times.iter().all(|time| is_time_of_day(time))
    }
}

/// Terms of the right types, whose ranges have not been checked.
pub(super) struct DraftTerms {
    terms: CharterTerms,
    receipts: u64,
    /// Days and by-person of the schedule.
    schedule: (u64, u64),
    watch: u64,
}

impl DraftTerms {
    /// Reads keys 1 and 2.
    pub(super) fn decode_head(fields: &mut Fields<'_, '_>) -> Result<Self, Rule> {
        let title = fields.next()?.text()?.to_owned();
        let level = fields.next()?.text()?.to_owned();
        Ok(Self {
            terms: CharterTerms {
                title,
                level,
                ..CharterTerms::default()
            },
            receipts: 0,
            schedule: (0, 0),
            watch: 0,
        })
    }

    /// Reads keys 4 to 14.
    pub(super) fn decode_tail(&mut self, fields: &mut Fields<'_, '_>) -> Result<(), Rule> {
        let terms = &mut self.terms;
        terms.contact_interval = Duration::from_secs(fields.next()?.uint()?);
        let reader = fields.next()?;
        reader.array_exact(4)?;
        terms.schedule.zone = reader.text()?.to_owned();
        terms.schedule.times = reader.texts(SCHEDULE_MAX)?;
        self.schedule = (reader.uint()?, reader.uint()?);
        let reader = fields.next()?;
        reader.array_exact(4)?;
        for clock in &mut terms.clocks {
            reader.array_exact(3)?;
            *clock = Clock::of(reader.uint()?, reader.uint()?, reader.uint()?);
        }
        terms.languages = fields.next()?.texts(LANGUAGES_MAX)?;
        self.receipts = fields.next()?.uint()?;
        terms.open_classes = fields.next()?.texts(OPEN_CLASSES_MAX)?;
        terms.retention_days = fields.next()?.uint()?;
        let reader = fields.next()?;
        reader.array_exact(2)?;
        terms.seal_beat = SealBeat {
            entries: reader.uint()?,
            interval: Duration::from_secs(reader.uint()?),
        };
        terms.attachment_limit = fields.next()?.uint()?;
        terms.tolerance = Duration::from_secs(fields.next()?.uint()?);
        terms.settle_delay = Duration::from_millis(fields.next()?.uint()?);
        Ok(())
    }

    /// Reads keys 16 to 18.
    pub(super) fn decode_end(&mut self, fields: &mut Fields<'_, '_>) -> Result<(), Rule> {
        let reader = fields.next()?;
        reader.array_exact(4)?;
        for limit in &mut self.terms.word_limits {
            *limit = reader.uint()?;
        }
        self.watch = fields.next()?.uint()?;
        let reader = fields.next()?;
        reader.array_exact(2)?;
        self.terms.matching = Matching {
            picks: reader.uint()?,
            runs: reader.uint()?,
        };
        Ok(())
    }

    pub(super) fn check(mut self) -> Result<CharterTerms, Rule> {
        self.terms.receipts = match self.receipts {
            0 => Receipts::EachMessage,
            1 => Receipts::RoutineBatched,
            _ => return Err(Rule::CharterTerms),
        };
        let (days, by_person) = self.schedule;
        self.terms.schedule.days = u8::try_from(days).map_err(|_| Rule::CharterTerms)?;
        self.terms.schedule.is_by_person = match by_person {
            0 => false,
            1 => true,
            _ => return Err(Rule::CharterTerms),
        };
        self.terms.watch = match self.watch {
            0 => WatchShown::Nothing,
            1 => WatchShown::Attended,
            2 => WatchShown::Full,
            _ => return Err(Rule::CharterTerms),
        };
        self.terms.check()?;
        Ok(self.terms)
    }
}

/// A zone is 1 to 64 bytes of letters, digits and `/ _ + -`.
#[must_use]
pub fn is_zone(zone: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'+' | b'-');
    (1..=ZONE_MAX).contains(&zone.len()) && zone.bytes().all(is_allowed)
}

/// Tags are compared without regard to case.
fn has_language_twice(tags: &[String]) -> bool {
    tags.iter().enumerate().any(|(at, tag)| {
        tags[..at]
            .iter()
            .any(|other| other.eq_ignore_ascii_case(tag))
    })
}

fn is_words(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && !text.contains(char::is_control)
}

fn is_time_of_day(text: &str) -> bool {
    matches!(
        text.as_bytes(),
        [b'0'..=b'1', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9']
            | [b'2', b'0'..=b'3', b':', b'0'..=b'5', b'0'..=b'9']
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::Charter;
    use crate::charter::fixture::{Party, parties};

    type Change = fn(&mut CharterTerms);

    /// What a charter with changed terms fails by, both when it is written and when it comes from outside.
    fn rule(change: Change) -> Option<Rule> {
        let mut terms = CharterTerms::default();
        change(&mut terms);
        let members: Vec<_> = parties(2).iter().map(Party::member).collect();
        let received = Charter::decode(&super::super::encode(&terms, &members, &[7; 16]));
        assert_eq!(
            Charter::new(terms, members, [7; 16]).err(),
            received.as_ref().err().copied()
        );
        received.err()
    }

    fn texts(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("x{n}")).collect()
    }

    #[test]
    fn values_at_their_bounds_are_taken() {
        let good: &[Change] = &[
            |_| (),
            |t| t.title = "t".repeat(256),
            |t| t.level = "Ё".repeat(32),
            |t| t.contact_interval = Duration::from_secs(1),
            |t| t.contact_interval = Duration::from_secs(86_400),
            |t| t.schedule.times = vec!["00:00".to_owned(), "19:59".to_owned(), "23:59".to_owned()],
            |t| t.schedule.times = vec!["09:00".to_owned(); 48],
            |t| t.schedule.times.clear(),
            |t| t.clocks = [Clock::of(0, 1, 31_622_400); 4],
            |t| t.languages = texts(16),
            |t| t.receipts = Receipts::RoutineBatched,
            |t| t.open_classes.clear(),
            |t| t.open_classes = texts(16),
            |t| t.retention_days = 36_525,
            |t| {
                t.seal_beat = SealBeat {
                    entries: 1,
                    interval: Duration::from_secs(1),
                }
            },
            |t| t.attachment_limit = 0,
            |t| t.attachment_limit = 1 << 30,
            |t| t.tolerance = Duration::from_secs(31_622_400),
            |t| t.settle_delay = Duration::from_secs(86_400),
            |t| t.schedule.days = 1,
            |t| t.schedule.is_by_person = true,
            |t| t.word_limits = [0, 1, 2, 65_535],
            |t| t.watch = WatchShown::Nothing,
            |t| {
                t.matching = Matching {
                    picks: 64,
                    runs: 64,
                }
            },
        ];
        for (at, change) in good.iter().enumerate() {
            assert_eq!(rule(*change), None, "case {at}");
        }
    }

    #[test]
    fn values_beyond_their_bounds_are_refused() {
        let bad: &[Change] = &[
            |t| t.title.clear(),
            |t| t.title = "t".repeat(257),
            |t| t.title = "two\nlines".to_owned(),
            |t| t.level.clear(),
            |t| t.level = "l".repeat(65),
            |t| t.level = "\u{9b}".to_owned(),
            |t| t.contact_interval = Duration::ZERO,
            |t| t.contact_interval = Duration::from_secs(86_401),
            |t| t.schedule.zone.clear(),
            |t| t.schedule.zone = "Etc/GMT 1".to_owned(),
            |t| t.schedule.times = vec!["24:00".to_owned()],
            |t| t.schedule.times = vec!["12:60".to_owned()],
            |t| t.schedule.times = vec!["9:00".to_owned()],
            |t| t.schedule.times = vec!["09:00:00".to_owned()],
            |t| t.schedule.times = vec!["09:00".to_owned(); 49],
            |t| t.languages.clear(),
            |t| t.languages = texts(17),
            |t| t.languages = vec!["en".to_owned(), "EN".to_owned()],
            |t| t.clocks[3].shown = Duration::from_secs(31_622_401),
            |t| t.retention_days = 36_526,
            |t| t.seal_beat.interval = Duration::from_secs(31_622_401),
            |t| t.tolerance = Duration::from_secs(31_622_401),
            |t| t.languages = vec!["e n".to_owned()],
            |t| t.open_classes = texts(17),
            |t| t.open_classes = vec![String::new()],
            |t| t.open_classes = vec!["\u{7f}".to_owned()],
            |t| t.seal_beat.entries = 0,
            |t| t.seal_beat.interval = Duration::ZERO,
            |t| t.attachment_limit = (1 << 30) + 1,
            |t| t.settle_delay = Duration::from_millis(86_400_001),
            |t| t.schedule.days = 0,
            |t| t.schedule.days = 128,
            |t| t.word_limits[3] = 65_536,
            |t| t.matching.picks = 0,
            |t| t.matching.picks = 65,
            |t| t.matching.runs = 65,
        ];
        for (at, change) in bad.iter().enumerate() {
            assert_eq!(rule(*change), Some(Rule::CharterTerms), "case {at}");
        }
    }

    #[test]
    fn a_choice_that_is_not_defined_is_out_of_range() {
        let draft = |receipts, schedule, watch| DraftTerms {
            terms: CharterTerms::default(),
            receipts,
            schedule,
            watch,
        };
        assert!(draft(1, (127, 1), 2).check().is_ok());
        for (receipts, schedule, watch) in [
            (2, (1, 0), 0),
            (0, (0, 0), 0),
            (0, (128, 0), 0),
            (0, (1, 2), 0),
            (0, (1, 0), 3),
        ] {
            let checked = draft(receipts, schedule, watch).check();
            assert_eq!(checked, Err(Rule::CharterTerms));
        }
    }
}
