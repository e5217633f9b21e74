//! Times as several sources state them, side by side, and what does not fit (`spec/encounters.md` section 3).
//!
//! Nothing is put right: a contradiction is shown with the facts that contradict each other. Zones are those that the program carries.

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use openline_core::encounter::{Moment, TimeClaim, civil_parts};

use crate::schedule::zone;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// The westernmost and the easternmost clock, ms from UTC.
const CLOCKS: [i64; 2] = [-12 * HOUR, 14 * HOUR];

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// The clock time in its zone is not the UTC stated.
    ClockAndUtc,
    /// The clocks of the zone never showed the time, or there is no such day.
    NoSuchTime,
    /// The zone is not known.
    UnknownZone,
    /// The end is before the start.
    EndBeforeStart,
    /// The duration is not that from start to end.
    Duration,
    /// The weekday is not that of the date.
    Weekday,
    /// Two sources state different times.
    SourcesDiffer,
}

impl Misfit {
    /// A word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ClockAndUtc => "clock and UTC",
            Self::NoSuchTime => "no such time",
            Self::UnknownZone => "unknown zone",
            Self::EndBeforeStart => "end before start",
            Self::Duration => "duration",
            Self::Weekday => "weekday",
            Self::SourcesDiffer => "sources differ",
        }
    }
}

/// A contradiction, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What does not fit.
    pub misfit: Misfit,
    /// The source, or the two that differ.
    pub sources: Vec<String>,
    /// In a sentence without a full stop.
    pub words: String,
}

/// Every contradiction within each claim, then those between them; in the order of the claims.
#[must_use]
pub fn contradictions(claims: &[TimeClaim]) -> Vec<Contradiction> {
    let mut found: Vec<Contradiction> = claims.iter().flat_map(within).collect();
    for (at, first) in claims.iter().enumerate() {
        for second in &claims[at + 1..] {
            found.extend(between(first, second));
        }
    }
    found
}

/// When a moment was, ms, as far as its facts say: the clock time in its zone, else the UTC stated.
#[must_use]
pub fn instant(moment: &Moment) -> Option<i64> {
    match reading(moment) {
        Reading::At(times) => times.first().copied(),
        _ => moment.utc,
    }
}

/// What a clock time in its zone comes to.
enum Reading {
    /// Both are not given.
    Nothing,
    /// One instant, or the two of an hour that clocks showed twice.
    At(Vec<i64>),
    Wrong(Misfit, String),
}

fn reading(moment: &Moment) -> Reading {
    let Some(civil) = &moment.civil else {
        return Reading::Nothing;
    };
    let Some(at) = date_time(civil) else {
        let words = format!("there is no {civil}: the month has no such day");
        return Reading::Wrong(Misfit::NoSuchTime, words);
    };
    let Some(name) = &moment.zone else {
        return Reading::Nothing;
    };
    let Some(zone) = zone(name) else {
        let words = format!("{name} is no zone of the time zone database");
        return Reading::Wrong(Misfit::UnknownZone, words);
    };
    let offsets = match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Fold { before, after } => vec![before, after],
        AmbiguousOffset::Gap { .. } => {
            let words = format!(
                "clocks in {name} never showed {}: they were put forward",
                said(at)
            );
            return Reading::Wrong(Misfit::NoSuchTime, words);
        }
    };
    let times = offsets
        .into_iter()
        .filter_map(|offset| Some(offset.to_timestamp(at).ok()?.as_millisecond()));
    Reading::At(times.collect())
}

fn date_time(civil: &str) -> Option<DateTime> {
    let [year, month, day, hour, minute] = civil_parts(civil)?;
    let small = |part: u16| i8::try_from(part).ok();
    let year = i16::try_from(year).ok()?;
    DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        0,
        0,
    )
    .ok()
}

fn within(claim: &TimeClaim) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut add = |misfit, words| {
        found.push(Contradiction {
            misfit,
            sources: vec![claim.source.clone()],
            words,
        });
    };
    for moment in [&claim.begin, &claim.end].into_iter().flatten() {
        match reading(moment) {
            Reading::Wrong(misfit, words) => add(misfit, words),
            Reading::At(times) => clock_and_utc(moment, &times)
                .into_iter()
                .for_each(|words| add(Misfit::ClockAndUtc, words)),
            Reading::Nothing => {}
        }
        if let Some(words) = weekday(moment) {
            add(Misfit::Weekday, words);
        }
    }
    let Some(span) = span(claim) else {
        return found;
    };
    if span < 0 {
        add(
            Misfit::EndBeforeStart,
            format!("the end is {} before the start", length(-span)),
        );
    } else if let Some(minutes) = claim
        .minutes
        .and_then(|minutes| i64::try_from(minutes).ok())
        && span != minutes * MINUTE
    {
        let words = format!(
            "from start to end are {}, not {}",
            length(span),
            length(minutes * MINUTE)
        );
        add(Misfit::Duration, words);
    }
    found
}

fn clock_and_utc(moment: &Moment, times: &[i64]) -> Option<String> {
    let (utc, civil, zone) = (moment.utc?, moment.civil.as_ref()?, moment.zone.as_ref()?);
    if times.contains(&utc) {
        return None;
    }
    let is = times.iter().map(|ms| clock(*ms)).collect::<Vec<_>>();
    Some(format!(
        "{} in {zone} is {} UTC, not {} UTC",
        civil.replace('T', " "),
        is.join(" or "),
        clock(utc)
    ))
}

fn weekday(moment: &Moment) -> Option<String> {
    let stated = i8::try_from(moment.weekday?).ok()?;
    let stated = Weekday::from_monday_one_offset(stated).ok()?;
    let possible: Vec<Weekday> = match (&moment.civil, moment.utc) {
        (Some(civil), _) => vec![date_time(civil)?.weekday()],
        // Somewhere on earth it was another day.
        (None, Some(utc)) => CLOCKS
            .iter()
            .filter_map(|offset| date_of(utc.checked_add(*offset)?))
            .map(|at| at.weekday())
            .collect(),
        (None, None) => return None,
    };
    if possible.contains(&stated) {
        return None;
    }
    let date = match (&moment.civil, moment.utc) {
        (Some(civil), _) => civil.split('T').next().unwrap_or_default().to_owned(),
        (None, Some(utc)) => date_of(utc)?.date().to_string(),
        (None, None) => return None,
    };
    Some(format!(
        "{date} is a {}, not a {}",
        day_name(possible[0]),
        day_name(stated)
    ))
}

/// From start to end, ms; by the clock alone where neither says its zone.
fn span(claim: &TimeClaim) -> Option<i64> {
    let (begin, end) = (claim.begin.as_ref()?, claim.end.as_ref()?);
    if let (Some(begin), Some(end)) = (instant(begin), instant(end)) {
        return end.checked_sub(begin);
    }
    let is_bare = |moment: &&Moment| moment.zone.is_none() && moment.utc.is_none();
    let local = |moment: &Moment| {
        let at = date_time(moment.civil.as_ref()?)?;
        let at = TimeZone::UTC.to_timestamp(at).ok()?;
        Some(at.as_millisecond())
    };
    let (begin, end) = Some((begin, end)).filter(|(b, e)| is_bare(b) && is_bare(e))?;
    local(end)?.checked_sub(local(begin)?)
}

fn between(first: &TimeClaim, second: &TimeClaim) -> Vec<Contradiction> {
    let differ = |what: &str, a: &Option<Moment>, b: &Option<Moment>| {
        let (a, b) = (instant(a.as_ref()?)?, instant(b.as_ref()?)?);
        (a != b).then(|| format!("{what}: {} UTC and {} UTC", utc(a), utc(b)))
    };
    let minutes = match (first.minutes, second.minutes) {
        (Some(a), Some(b)) if a != b => Some(format!("duration: {a} min and {b} min")),
        _ => None,
    };
    [
        differ("begin", &first.begin, &second.begin),
        differ("end", &first.end, &second.end),
        minutes,
    ]
    .into_iter()
    .flatten()
    .map(|words| Contradiction {
        misfit: Misfit::SourcesDiffer,
        sources: vec![first.source.clone(), second.source.clone()],
        words,
    })
    .collect()
}

fn date_of(ms: i64) -> Option<DateTime> {
    let at = Timestamp::from_millisecond(ms).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}

fn said(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn utc(ms: i64) -> String {
    date_of(ms).map_or_else(|| format!("{ms} ms"), said)
}

/// The clock time in UTC; with seconds where there are any.
fn clock(ms: i64) -> String {
    let form = if ms % MINUTE == 0 {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M:%S%.f"
    };
    date_of(ms).map_or_else(|| format!("{ms} ms"), |at| at.strftime(form).to_string())
}

fn length(ms: i64) -> String {
    format!("{} h {:02} min", ms / HOUR, ms % HOUR / MINUTE)
}

fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2023-06-18T12:00Z.
    const NOON: i64 = 1_687_089_600_000;

    fn moment(civil: &str, zone: &str) -> Moment {
        Moment {
            civil: Some(civil.to_owned()),
            zone: Some(zone.to_owned()),
            ..Moment::default()
        }
    }

    fn claim(begin: Option<Moment>, end: Option<Moment>, minutes: Option<u64>) -> TimeClaim {
        TimeClaim {
            source: "a report".to_owned(),
            begin,
            end,
            minutes,
        }
    }

    fn found(claim: TimeClaim) -> Vec<(Misfit, String)> {
        let all = contradictions(&[claim]);
        all.into_iter().map(|c| (c.misfit, c.words)).collect()
    }

    #[test]
    fn eight_in_the_evening_in_beijing_is_noon_utc_never_nine() {
        let mut end = moment("2023-06-18T20:00", "Asia/Shanghai");
        end.utc = Some(NOON);
        end.weekday = Some(7);
        assert_eq!(found(claim(None, Some(end.clone()), None)), []);
        end.utc = Some(NOON - 3 * HOUR);
        let words =
            "2023-06-18 20:00 in Asia/Shanghai is 2023-06-18 12:00 UTC, not 2023-06-18 09:00 UTC";
        assert_eq!(
            found(claim(None, Some(end), None)),
            [(Misfit::ClockAndUtc, words.to_owned())]
        );
    }

    #[test]
    fn a_weekday_an_end_and_a_duration_that_do_not_fit_are_flagged() {
        let begin = moment("2023-06-18T14:30", "Asia/Shanghai");
        let mut end = moment("2023-06-18T20:00", "Asia/Shanghai");
        assert_eq!(
            found(claim(Some(begin.clone()), Some(end.clone()), Some(330))),
            []
        );
        let short = found(claim(Some(begin.clone()), Some(end.clone()), Some(300)));
        assert_eq!(
            short,
            [(
                Misfit::Duration,
                "from start to end are 5 h 30 min, not 5 h 00 min".to_owned()
            )]
        );
        let turned = found(claim(Some(end.clone()), Some(begin), None));
        assert_eq!(turned[0].0, Misfit::EndBeforeStart);
        end.weekday = Some(1);
        let monday = found(claim(None, Some(end), None));
        assert_eq!(monday[0].1, "2023-06-18 is a Sunday, not a Monday");
    }

    #[test]
    fn a_time_that_no_clock_showed_and_a_zone_that_is_none_are_flagged() {
        let gap = moment("2026-03-29T02:30", "Europe/Paris");
        assert_eq!(found(claim(Some(gap), None, None))[0].0, Misfit::NoSuchTime);
        let never = moment("2026-02-30T02:30", "Europe/Paris");
        assert_eq!(
            found(claim(Some(never), None, None))[0].0,
            Misfit::NoSuchTime
        );
        let nowhere = moment("2026-03-29T12:30", "Europe/Nowhere");
        assert_eq!(
            found(claim(Some(nowhere), None, None))[0].0,
            Misfit::UnknownZone
        );
        let mut twice = moment("2026-10-25T02:30", "Europe/Paris");
        for hour in [0, 1] {
            // 00:30 and 01:30 UTC.
            twice.utc = Some(1_792_888_200_000 + hour * HOUR);
            assert_eq!(found(claim(Some(twice.clone()), None, None)), []);
        }
    }

    #[test]
    fn what_two_sources_state_is_compared_where_it_can_be() {
        let first = claim(
            Some(moment("2023-06-18T14:30", "Asia/Shanghai")),
            None,
            Some(330),
        );
        let mut second = claim(
            Some(Moment {
                utc: Some(NOON),
                ..Moment::default()
            }),
            None,
            Some(300),
        );
        second.source = "a side".to_owned();
        let all = contradictions(&[first.clone(), second]);
        let words: Vec<&str> = all.iter().map(|c| c.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "begin: 2023-06-18 06:30 UTC and 2023-06-18 12:00 UTC",
                "duration: 330 min and 300 min"
            ]
        );
        let bare = claim(
            Some(Moment {
                civil: Some("2023-06-18T09:00".to_owned()),
                ..Moment::default()
            }),
            None,
            None,
        );
        assert_eq!(contradictions(&[first, bare]), []);
    }
}
