//! Times as a watch room reads them: UTC first, then a zone with its weekday.

use jiff::Timestamp;
use jiff::civil::DateTime;
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

/// Why a field's text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoMoment {
    /// It is no date with a clock time.
    Unreadable,
    /// Clocks are changed then: the zone has the time twice, or never.
    ClockChange,
}

/// Reads a field of kind `datetime-local`, in a zone.
pub(crate) fn read_field(text: &str, zone: &TimeZone) -> Result<i64, NoMoment> {
    let at: DateTime = text.trim().parse().map_err(|_| NoMoment::Unreadable)?;
    let at = zone.to_ambiguous_timestamp(at);
    if at.is_ambiguous() {
        return Err(NoMoment::ClockChange);
    }
    let at = at.unambiguous().map_err(|_| NoMoment::Unreadable)?;
    Ok(at.as_millisecond())
}

/// What a zone is called: by its IANA name; one without a name as the system's own words for it have it, or by what it is from UTC
/// now.
pub(crate) fn zone_name(zone: &TimeZone, now_ms: i64) -> String {
    let offset = || {
        let now = instant(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        format!("UTC{}", zone.to_offset(now))
    };
    match zone.iana_name() {
        Some("Etc/UTC" | "Etc/UCT") => "UTC".to_owned(),
        Some(name) => name.to_owned(),
        None if zone.to_fixed_offset().is_ok() => offset(),
        None => std::env::var("TZ").unwrap_or_else(|_| offset()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_a_zone_has_twice_or_never_is_refused() {
        let paris = zone("Europe/Paris");
        for text in ["2026-10-25T02:30", "2026-03-29T02:30"] {
            assert_eq!(
                read_field(text, &paris),
                Err(NoMoment::ClockChange),
                "{text}"
            );
            assert!(read_field(text, &TimeZone::UTC).is_ok());
        }
        assert_eq!(
            read_field("2026-10-25T03:30", &paris),
            Ok(1_792_895_400_000)
        );
        assert_eq!(read_field("soon", &paris), Err(NoMoment::Unreadable));
    }

    #[test]
    fn a_zone_without_a_name_is_called_by_its_distance_from_utc() {
        assert_eq!(zone_name(&zone("Asia/Shanghai"), 0), "Asia/Shanghai");
        assert_eq!(zone_name(&zone("Etc/UTC"), 0), "UTC");
        let fixed = TimeZone::fixed(jiff::tz::offset(-3));
        assert_eq!(zone_name(&fixed, 0), "UTC-03");
    }
}
