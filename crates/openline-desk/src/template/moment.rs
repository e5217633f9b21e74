//! Times, dates, windows and durations as people type them; the record has milliseconds since 1970 UTC.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// A day in milliseconds.
pub(super) const DAY_MS: i64 = 86_400_000;
/// Longest duration that a template may name: a leap year.
const DURATION_MAX: Duration = Duration::from_secs(366 * DAY);
const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

/// A time in UTC: `2026-11-24 16:44 UTC`, `2026-11-24T16:44:30Z`, or the date-time group `241644Z NOV 2026`.
pub(super) fn time(text: &str) -> Result<i64, String> {
    let text = text.trim().to_uppercase();
    if let Some(found) = date_time_group(&text) {
        return found;
    }
    let (rest, zone) = split_zone(&text);
    match zone {
        "Z" | "UTC" | "GMT" | "+00:00" => {}
        "" => return Err("it does not say that it is UTC".to_owned()),
        _ => return Err(format!("it is in the zone {zone}, not in UTC")),
    }
    let (date, time) = rest
        .split_once(['T', ' '])
        .ok_or("it is not a date and a time")?;
    let date = civil_date(date)?;
    let time = civil_time(time.trim())?;
    Ok(millis(DateTime::from_parts(date, time)))
}

/// A date, as the time at which it begins in UTC.
pub(super) fn date(text: &str) -> Result<i64, String> {
    civil_date(text.trim()).map(|date| millis(date.to_datetime(Time::midnight())))
}

/// From and to: two times with `to`, `/` or a line's end between them.
pub(super) fn window(text: &str) -> Result<(i64, i64), String> {
    let ends = [" to ", " TO ", "/", "\n"]
        .iter()
        .find_map(|between| text.split_once(between));
    let (from, to) = ends.ok_or("it does not give two times, from and to")?;
    let from = time(from).map_err(|why| format!("its beginning is wrong: {why}"))?;
    let to = time(to).map_err(|why| format!("its end is wrong: {why}"))?;
    if to <= from {
        return Err(format!(
            "it ends ({}) before it begins ({})",
            time_text(to),
            time_text(from)
        ));
    }
    Ok((from, to))
}

/// A duration: `30m`, `24h` or `14d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let bad = || {
        format!(
            "\"{text}\" is not a duration: give minutes, hours or days, such as 30m, 24h or 14d"
        )
    };
    let unit = text.chars().last().ok_or_else(bad)?;
    let seconds = match unit {
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return Err(bad()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| bad())?;
    let found = Duration::from_secs(u64::from(number) * seconds);
    if found > DURATION_MAX {
        return Err(format!("\"{text}\" is longer than 366 days"));
    }
    Ok(found)
}

/// The time as it stands in a field.
#[must_use]
pub fn time_text(ms: i64) -> String {
    let has_seconds = ms.rem_euclid(60_000) != 0;
    formatted(
        ms,
        if has_seconds {
            "%Y-%m-%d %H:%M:%S UTC"
        } else {
            "%Y-%m-%d %H:%M UTC"
        },
    )
}

/// The date as it stands in a field.
pub(super) fn date_text(ms: i64) -> String {
    formatted(ms, "%Y-%m-%d")
}

/// The English name of the day of the week.
#[must_use]
pub fn weekday(ms: i64) -> String {
    formatted(ms, "%A")
}

/// A duration in milliseconds as people say it: its two largest units.
#[must_use]
pub fn span_words(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / 60_000;
    let (days, hours, minutes) = (minutes / (60 * 24), minutes / 60 % 24, minutes % 60);
    let counted = |number: u64, one: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {one}s")),
    };
    let parts: Vec<String> = [
        counted(days, "day"),
        counted(hours, "hour"),
        counted(minutes, "minute").filter(|_| days == 0),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "less than a minute".to_owned()
    } else {
        parts.join(" ")
    }
}

pub(super) fn duration_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn formatted(ms: i64, format: &str) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| format!("{ms} ms"), |at| at.strftime(format).to_string())
}

fn millis(at: DateTime) -> i64 {
    TimeZone::UTC
        .to_timestamp(at)
        .map_or(i64::MAX, |at| at.as_millisecond())
}

/// The zone at the end of a time, and what stands before it.
fn split_zone(text: &str) -> (&str, &str) {
    for zone in ["UTC", "GMT", "Z"] {
        if let Some(rest) = text.strip_suffix(zone) {
            return (rest.trim_end(), zone);
        }
    }
    // An offset stands after the time of day, whose date has hyphens too.
    let clock = text.find(':').unwrap_or(text.len());
    match text[clock..].find(['+', '-']) {
        Some(at) => {
            let (rest, zone) = text.split_at(clock + at);
            (rest.trim_end(), zone)
        }
        None => (text, ""),
    }
}

fn civil_date(text: &str) -> Result<Date, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return Err(format!("\"{text}\" is not a date"));
    };
    let is_right = year.len() == 4 && month.len() == 2 && day.len() == 2;
    let numbers = (digits(year), digits(month), digits(day));
    let (true, (Some(year), Some(month), Some(day))) = (is_right, numbers) else {
        return Err(format!("\"{text}\" is not a date"));
    };
    calendar(year, month, day)
}

fn calendar(year: i16, month: i16, day: i16) -> Result<Date, String> {
    let narrow = |n: i16| i8::try_from(n).unwrap_or(0);
    Date::new(year, narrow(month), narrow(day))
        .map_err(|_| format!("there is no {year:04}-{month:02}-{day:02} in the calendar"))
}

fn civil_time(text: &str) -> Result<Time, String> {
    let bad = || format!("\"{text}\" is not a time of day");
    let parts: Option<Vec<i8>> = text
        .split(':')
        .map(|part| digits(part).filter(|_| part.len() == 2))
        .map(|part| part.and_then(|n| i8::try_from(n).ok()))
        .collect();
    let (hour, minute, second) = match parts.ok_or_else(bad)?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(bad()),
    };
    Time::new(hour, minute, second, 0).map_err(|_| bad())
}

/// `DDHHMMZ MON YYYY`; `None` where it does not look like one.
fn date_time_group(text: &str) -> Option<Result<i64, String>> {
    let plain: String = text.split_whitespace().collect();
    let (group, rest) = plain.split_once('Z')?;
    let month = rest.get(..3)?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year = digits(&rest[3..])?;
    let year = match rest.len() {
        5 => 2000 + year,
        7 => year,
        _ => return None,
    };
    let numbers: Option<Vec<i16>> = [group.get(..2), group.get(2..4), group.get(4..)]
        .into_iter()
        .map(|part| digits(part?))
        .collect();
    let [day, hour, minute] = numbers?[..] else {
        return None;
    };
    if group.len() != 6 {
        return None;
    }
    let month = i16::try_from(month).unwrap_or(0) + 1;
    let time = civil_time(&format!("{hour:02}:{minute:02}"));
    let date = calendar(year, month, day);
    Some(date.and_then(|date| Ok(millis(DateTime::from_parts(date, time?)))))
}

fn digits(text: &str) -> Option<i16> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_taken_in_three_forms_and_written_in_one() {
        for text in [
            "2026-11-24 16:44 UTC",
            "2026-11-24T16:44Z",
            "2026-11-24T16:44:00+00:00",
            "2026-11-24 16:44 gmt",
            "241644Z NOV 26",
            "241644ZNOV2026",
        ] {
            let ms = time(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(time_text(ms), "2026-11-24 16:44 UTC", "{text}");
        }
        let ms = time("2026-11-24T16:44:05Z").expect("a time");
        assert_eq!(time(&time_text(ms)), Ok(ms));
        assert_eq!(weekday(ms), "Tuesday");
    }

    #[test]
    fn a_time_that_is_not_in_utc_or_not_in_the_calendar_is_refused() {
        for (text, why) in [
            ("2026-11-24 16:44", "does not say that it is UTC"),
            ("2026-11-24T16:44+02:00", "in the zone +02:00"),
            ("2026-02-30 16:44 UTC", "no 2026-02-30 in the calendar"),
            ("310644Z FEB 2026", "no 2026-02-31 in the calendar"),
            ("2026-11-24 24:00 UTC", "not a time of day"),
            ("24/11/2026 16:44 UTC", "not a date"),
            ("2026-11-24 UTC", "not a date and a time"),
            ("soon Z", "not a date and a time"),
        ] {
            let said = time(text).expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_window_ends_after_it_begins() {
        let found = window("2026-01-15 05:00 UTC to 2026-01-16 05:00 UTC").expect("a window");
        assert_eq!(found.1 - found.0, DAY_MS);
        assert_eq!(window("2026-01-15T05:00Z/2026-01-16T05:00Z"), Ok(found));
        assert_eq!(window("150500Z JAN 26 to 160500Z JAN 26"), Ok(found));
        let said = window("2026-01-15T05:00Z/2026-01-10T05:00Z").expect_err("backwards");
        assert!(
            said.contains("ends (2026-01-10 05:00 UTC) before it begins"),
            "{said}"
        );
        assert!(
            window("2026-01-15T05:00Z")
                .expect_err("one")
                .contains("two times")
        );
        assert!(
            window("x/2026-01-10T05:00Z")
                .expect_err("x")
                .contains("its beginning")
        );
    }

    #[test]
    fn durations_are_read_and_said() {
        assert_eq!(duration("24h"), duration("1d"));
        assert_eq!(duration("90m").map(duration_ms), Ok(5_400_000));
        for bad in ["", "h", "1w", "-1h", "400d", "é"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(
            span_words(DAY_MS * 3 + 7_200_000 + 60_000),
            "3 days 2 hours"
        );
        assert_eq!(span_words(-3_660_000), "1 hour 1 minute");
        assert_eq!(span_words(59_000), "less than a minute");
    }
}
