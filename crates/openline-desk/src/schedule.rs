//! The test schedule: when a line is tested, and with what words.
//!
//! Slots come from the charter and from the time zones that are built into the program, never from the machine's own: both
//! sides compute the same. Two editions of the zones can differ where a country has changed its clocks meanwhile.

mod texts;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use openline_core::charter::TestSchedule;
use openline_core::{Hash, LineId};

pub use texts::{TEXT_LANGUAGE, TEXTS};

/// The field of a scheduled test that names its slot, as [`slot_text`] writes it.
pub const SLOT_FIELD: &str = "test-slot";

/// The charter names a time zone that this program does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone(pub String);

impl std::fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the charter's time zone \"{}\" is not known to this program, so that its tests have no times; found the line anew with an IANA zone",
            self.0
        )
    }
}

impl std::error::Error for UnknownZone {}

/// A schedule whose zone is known.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: TimeZone,
    times: Vec<Time>,
    days: u8,
}

impl Schedule {
    /// Takes up the schedule of a charter.
    ///
    /// # Errors
    /// [`UnknownZone`]
    pub fn of(terms: &TestSchedule) -> Result<Self, UnknownZone> {
        let zone = zone(&terms.zone).ok_or_else(|| UnknownZone(terms.zone.clone()))?;
        let mut times: Vec<Time> = terms.times.iter().filter_map(|text| time(text)).collect();
        times.sort_unstable();
        Ok(Self {
            zone,
            times,
            days: terms.days,
        })
    }

    /// The slots from `from` up to and without `until`, ms, ascending and each once.
    ///
    /// A time that the clocks leave out when they go forward is later by what they leave out (02:30 becomes 03:30); of one
    /// that comes twice when they go back, the first counts. Two times that fall together by this are one slot.
    #[must_use]
    pub fn slots(&self, from: i64, until: i64) -> Vec<i64> {
        let (Some(mut day), Some(last)) = (self.day_of(from), self.day_of(until)) else {
            return Vec::new();
        };
        // A time that was left out may move a slot past midnight.
        day = day.yesterday().unwrap_or(day);
        let mut slots = Vec::new();
        while day <= last {
            if self.is_on(day) {
                slots.extend(
                    self.times
                        .iter()
                        .filter_map(|time| self.instant(day, *time)),
                );
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        slots.retain(|slot| (from..until).contains(slot));
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// The last slot at or before `now`, and the first one after it, each within two weeks: days of the week repeat sooner.
    #[must_use]
    pub fn around(&self, now: i64) -> (Option<i64>, Option<i64>) {
        let (from, until) = (
            now.saturating_sub(WEEK_MS * 2),
            now.saturating_add(WEEK_MS * 2),
        );
        let slots = self.slots(from, until);
        let next = slots.partition_point(|slot| *slot <= now);
        let last = next.checked_sub(1).map(|at| slots[at]);
        (last, slots.get(next).copied())
    }

    /// Until when a test still counts for its slot: half the way to the next one.
    #[must_use]
    pub fn closes(&self, slot: i64) -> i64 {
        let (_, next) = self.around(slot);
        let gap = next.map_or(WEEK_MS, |next| next - slot);
        slot + gap / 2
    }

    /// The last slot that has closed before `now`, within two weeks, and when it closed.
    #[must_use]
    pub fn closed(&self, now: i64) -> Option<(i64, i64)> {
        let windows = self.windows(now.saturating_sub(WEEK_MS * 2), now);
        windows.into_iter().rev().find(|(_, closes)| *closes < now)
    }

    /// The slots from `from` up to and without `until`, each with when it closes.
    #[must_use]
    pub fn windows(&self, from: i64, until: i64) -> Vec<(i64, i64)> {
        let slots = self.slots(from, until.saturating_add(WEEK_MS * 2));
        let pairs = slots
            .windows(2)
            .map(|pair| (pair[0], pair[0] + (pair[1] - pair[0]) / 2));
        pairs.take_while(|(slot, _)| *slot < until).collect()
    }

    fn day_of(&self, ms: i64) -> Option<Date> {
        let at = Timestamp::from_millisecond(ms).ok()?;
        Some(at.to_zoned_datetime(self.zone.clone()).date())
    }

    fn is_on(&self, day: Date) -> bool {
        let bit = day.weekday().to_monday_zero_offset();
        self.days & (1 << bit) != 0
    }

    fn instant(&self, day: Date, time: Time) -> Option<i64> {
        let at = self.zone.to_zoned_datetime(day.to_datetime(time)).ok()?;
        Some(at.timestamp().as_millisecond())
    }
}

const WEEK_MS: i64 = 7 * 86_400_000;

/// A zone of those that are built into the program.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// A slot as [`SLOT_FIELD`] has it: RFC 3339, UTC, whole seconds.
#[must_use]
pub fn slot_text(slot: i64) -> String {
    let at = Timestamp::from_millisecond(slot).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The slot that a field's value names; only as [`slot_text`] writes it.
#[must_use]
pub fn slot_of(text: &str) -> Option<i64> {
    let slot = text.parse::<Timestamp>().ok()?.as_millisecond();
    (slot_text(slot) == text).then_some(slot)
}

/// The words of the test of a line at a slot, ms: one of [`TEXTS`], which nobody chooses.
///
/// Its index is the first eight bytes of SHA-256(line id || slot as 8 bytes), big-endian, modulo their number.
#[must_use]
pub fn test_text(line: &LineId, slot: i64) -> &'static str {
    let hash = Hash::of(&[&line.0.0, &slot.to_be_bytes()]);
    let first = hash.0.iter().take(8);
    let number = first.fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    TEXTS[usize::try_from(number % TEXTS.len() as u64).expect("below the number of texts")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::charter::EVERY_DAY;

    fn schedule(zone: &str, times: &[&str], days: u8) -> Schedule {
        Schedule::of(&TestSchedule {
            zone: zone.to_owned(),
            times: times.iter().map(|time| (*time).to_owned()).collect(),
            days,
            is_by_person: false,
        })
        .expect("a known zone")
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    fn texts(schedule: &Schedule, from: &str, until: &str) -> Vec<String> {
        let slots = schedule.slots(ms(from), ms(until));
        slots.into_iter().map(slot_text).collect()
    }

    #[test]
    fn slots_are_at_local_times_on_the_days_that_the_charter_names() {
        // 27 November 2026 is a Friday.
        let weekdays = schedule("Asia/Seoul", &["17:00", "09:00"], 0b001_1111);
        let got = texts(&weekdays, "2026-11-26T12:00:00Z", "2026-11-30T08:00:00Z");
        assert_eq!(
            got,
            [
                "2026-11-27T00:00:00Z",
                "2026-11-27T08:00:00Z",
                "2026-11-30T00:00:00Z"
            ]
        );
    }

    #[test]
    fn the_first_instant_belongs_and_the_last_does_not() {
        let daily = schedule("UTC", &["09:00"], EVERY_DAY);
        let nine = "2026-11-27T09:00:00Z";
        assert_eq!(texts(&daily, nine, "2026-11-28T09:00:00Z"), [nine]);
        assert_eq!(
            texts(&daily, "2026-11-27T09:00:00.001Z", "2026-11-28T09:00:00Z").len(),
            0
        );
        assert_eq!(daily.slots(ms(nine), ms(nine)), [0; 0]);
        assert_eq!(daily.slots(ms(nine), ms(nine) - 1), [0; 0]);
    }

    #[test]
    fn a_time_that_is_left_out_is_later_and_one_that_comes_twice_counts_once() {
        let vienna = schedule("Europe/Vienna", &["02:30"], EVERY_DAY);
        // Forward on 29 March 2026: 02:30 is 03:30 summer time.
        assert_eq!(
            texts(&vienna, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
            ["2026-03-29T01:30:00Z"]
        );
        // Back on 25 October 2026: 02:30 summer time is the first.
        assert_eq!(
            texts(&vienna, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
            ["2026-10-25T00:30:00Z"]
        );
        let together = schedule("Europe/Vienna", &["02:30", "03:30"], EVERY_DAY);
        assert_eq!(
            texts(&together, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z").len(),
            1
        );
    }

    #[test]
    fn a_year_of_hours_has_every_hour_once() {
        let times: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let slots = |zone: &str| {
            let hourly = schedule(zone, &times, EVERY_DAY);
            hourly.slots(ms("2026-01-01T00:00:00Z"), ms("2027-01-01T00:00:00Z"))
        };
        assert_eq!(slots("UTC").len(), 365 * 24);
        // One hour is left out in spring; the one that comes twice in autumn counts once.
        let vienna = slots("Europe/Vienna");
        assert_eq!(vienna.len(), 365 * 24 - 1);
        assert!(vienna.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_test_counts_for_its_slot_until_half_the_way_to_the_next() {
        let two = schedule("UTC", &["09:00", "17:00"], EVERY_DAY);
        assert_eq!(
            two.closes(ms("2026-11-27T09:00:00Z")),
            ms("2026-11-27T13:00:00Z")
        );
        assert_eq!(
            two.closes(ms("2026-11-27T17:00:00Z")),
            ms("2026-11-28T01:00:00Z")
        );
        let now = ms("2026-11-27T17:00:00Z");
        let around = (Some(now), Some(ms("2026-11-28T09:00:00Z")));
        assert_eq!(two.around(now), around);
        assert_eq!(schedule("UTC", &[], EVERY_DAY).around(now), (None, None));
        let day = (ms("2026-11-27T00:00:00Z"), ms("2026-11-28T00:00:00Z"));
        let windows = two.windows(day.0, day.1);
        assert_eq!(windows.len(), 2);
        assert!(
            windows
                .iter()
                .all(|(slot, closes)| two.closes(*slot) == *closes)
        );
    }

    #[test]
    fn a_zone_that_nobody_knows_is_named() {
        let terms = TestSchedule {
            zone: "Europe/Atlantis".to_owned(),
            times: vec![],
            days: EVERY_DAY,
            is_by_person: false,
        };
        let unknown = Schedule::of(&terms).expect_err("no such zone");
        assert!(unknown.to_string().contains("Europe/Atlantis"));
    }

    #[test]
    fn a_slot_is_read_back_only_as_it_is_written() {
        let slot = ms("2026-11-27T09:00:00Z");
        assert_eq!(slot_of(&slot_text(slot)), Some(slot));
        for other in [
            "2026-11-27T10:00:00+01:00",
            "2026-11-27T09:00:00.5Z",
            "09:00",
            "",
        ] {
            assert_eq!(slot_of(other), None, "{other}");
        }
    }

    #[test]
    fn texts_are_chosen_by_line_and_slot_alone() {
        let line = LineId(Hash([7; 32]));
        let slots: Vec<i64> = (0..200).map(|hour| hour * 3_600_000).collect();
        let chosen: Vec<&str> = slots.iter().map(|slot| test_text(&line, *slot)).collect();
        let again: Vec<&str> = slots.iter().map(|slot| test_text(&line, *slot)).collect();
        assert_eq!(chosen, again);
        let mut distinct = chosen.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert!(
            distinct.len() > TEXTS.len() / 2,
            "{} of {}",
            distinct.len(),
            TEXTS.len()
        );
        let other = LineId(Hash([8; 32]));
        assert_ne!(
            chosen,
            slots
                .iter()
                .map(|slot| test_text(&other, *slot))
                .collect::<Vec<_>>()
        );
        // Worked out by another program.
        assert_eq!(test_text(&LineId(Hash([0; 32])), 0), TEXTS[12]);
        assert_eq!(test_text(&line, 1_795_770_000_000), TEXTS[24]);
    }

    #[test]
    fn the_texts_are_sentences_each_once() {
        assert!(TEXTS.len() >= 60);
        for (at, text) in TEXTS.iter().enumerate() {
            assert!(
                text.ends_with('.') && text.is_ascii() && text.len() < 120,
                "{text}"
            );
            assert!(!TEXTS[..at].contains(text), "{text}");
        }
    }
}
