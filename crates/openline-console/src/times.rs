//! Times as a watch room reads them: UTC first, then a zone with its weekday.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::locale::Words;

/// A zone by its IANA name; UTC if it is not known here.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// An instant from milliseconds; none outside of what a calendar can say.
pub(crate) fn instant(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}

/// RFC 3339 in UTC, for programs.
pub(crate) fn machine(ms: i64) -> String {
    instant(ms).map_or_else(String::new, |at| at.to_string())
}

/// What a field of kind `datetime-local` takes, in a zone.
pub(crate) fn field(ms: i64, zone: &TimeZone) -> String {
    let at = instant(ms).map(|at| at.to_zoned_datetime(zone.clone()));
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%dT%H:%M").to_string())
}

/// Reads a field of kind `datetime-local`, in a zone.
pub(crate) fn read_field(text: &str, zone: &TimeZone) -> Option<i64> {
    let at: jiff::civil::DateTime = text.trim().parse().ok()?;
    Some(
        zone.to_zoned_datetime(at)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

/// Hours and minutes.
pub(crate) fn clock(ms: i64, zone: &TimeZone) -> String {
    let at = instant(ms).map(|at| at.to_zoned_datetime(zone.clone()));
    at.map_or_else(String::new, |at| at.strftime("%H:%M").to_string())
}

/// Weekday and date, in words of the language.
pub(crate) fn date(ms: i64, zone: &TimeZone, words: &Words) -> String {
    dated("date", ms, zone, words)
}

/// Weekday, day and month: for clocks.
pub(crate) fn short_date(ms: i64, zone: &TimeZone, words: &Words) -> String {
    dated("date-short", ms, zone, words)
}

fn dated(id: &str, ms: i64, zone: &TimeZone, words: &Words) -> String {
    let Some(at) = instant(ms).map(|at| at.to_zoned_datetime(zone.clone())) else {
        return String::new();
    };
    let weekday = words.say(&format!("weekday-{}", at.weekday().to_monday_one_offset()));
    let month = words.say(&format!("month-{}", at.month()));
    words.with(
        id,
        &[
            ("weekday", weekday.as_str().into()),
            ("day", at.day().to_string().as_str().into()),
            ("month", month.as_str().into()),
            ("year", at.year().to_string().as_str().into()),
        ],
    )
}

/// Date, hours and minutes, with the zone's name for UTC only.
pub(crate) fn moment(ms: i64, zone: &TimeZone, words: &Words) -> String {
    format!("{} {}", date(ms, zone, words), clock(ms, zone))
}

/// A length of time in its largest fitting units, such as `2 h 5 min`.
pub(crate) fn length(ms: i64, words: &Words) -> String {
    let minutes = ms.max(0) / 60_000;
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let part = |id: &str, count: i64| words.with(id, &[("count", count.into())]);
    match (days, hours, rest) {
        (0, 0, 0) => part("length-seconds", ms.max(0) / 1000),
        (0, 0, rest) => part("length-minutes", rest),
        (0, hours, 0) => part("length-hours", hours),
        (0, hours, rest) => format!(
            "{} {}",
            part("length-hours", hours),
            part("length-minutes", rest)
        ),
        (days, 0, _) => part("length-days", days),
        (days, hours, _) => format!(
            "{} {}",
            part("length-days", days),
            part("length-hours", hours)
        ),
    }
}
