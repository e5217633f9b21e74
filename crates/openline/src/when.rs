//! Times that people type.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::failure::Failure;

/// A time to come, ms: `06:00` is the next time that the clock on the wall says so, a date with a time is local, and one with a
/// zone or offset is what it says.
pub fn coming(text: &str, now: &ZonedDateTime) -> Result<i64, Failure> {
    let zone = now.time_zone();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_millisecond());
    }
    if let Some(time) = time_of_day(text) {
        return next(time, now).ok_or_else(|| unusable(text));
    }
    let local = text.parse::<DateTime>().ok().filter(|_| text.contains(':'));
    let at = local.and_then(|at| zone.to_zoned_datetime(at).ok());
    at.map(|at| at.timestamp().as_millisecond())
        .ok_or_else(|| unusable(text))
}

/// Now, by this machine's clock and zone.
pub fn now() -> ZonedDateTime {
    Timestamp::now().to_zoned_datetime(TimeZone::system())
}

fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| (text.len() <= 2).then(|| text.parse().ok()).flatten();
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

fn next(time: Time, now: &ZonedDateTime) -> Option<i64> {
    let zone = now.time_zone();
    let of = |day: jiff::civil::Date| {
        let at = zone.to_zoned_datetime(day.to_datetime(time)).ok()?;
        Some(at.timestamp())
    };
    let today = of(now.date())?;
    let at = if today > now.timestamp() {
        today
    } else {
        of(now.date().tomorrow().ok()?)?
    };
    Some(at.as_millisecond())
}

fn unusable(text: &str) -> Failure {
    Failure::unusable(
        format!("\"{text}\" is not a time"),
        "give 06:00, 2026-11-24T06:00 for local time, or 2026-11-24T06:00Z for UTC",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        let now: ZonedDateTime = "2026-10-24T22:00:00+02:00[Europe/Vienna]"
            .parse()
            .expect("a time");
        coming(text, &now).expect("a time")
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    #[test]
    fn a_time_of_day_is_the_next_by_the_clock_on_the_wall() {
        // In that night the clocks go back.
        assert_eq!(at("06:00"), ms("2026-10-25T05:00:00Z"));
        assert_eq!(at("6:00"), at("06:00"));
        assert_eq!(at("23:30"), ms("2026-10-24T21:30:00Z"));
        assert_eq!(
            at("22:00"),
            ms("2026-10-25T21:00:00Z"),
            "now is not to come"
        );
    }

    #[test]
    fn dates_are_local_unless_they_say_otherwise() {
        assert_eq!(at("2026-11-01T06:00"), ms("2026-11-01T05:00:00Z"));
        assert_eq!(at("2026-11-01 06:00"), ms("2026-11-01T05:00:00Z"));
        assert_eq!(at("2026-11-01T06:00Z"), ms("2026-11-01T06:00:00Z"));
        assert_eq!(at("2026-11-01T06:00+09:00"), ms("2026-10-31T21:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let now: ZonedDateTime = "2026-10-24T22:00:00+02:00[Europe/Vienna]"
            .parse()
            .expect("a time");
        for text in [
            "",
            "soon",
            "25:00",
            "6",
            "2026-11-01",
            "06:00:",
            "2026-13-01T06:00",
        ] {
            assert!(coming(text, &now).is_err(), "{text}");
        }
    }
}
