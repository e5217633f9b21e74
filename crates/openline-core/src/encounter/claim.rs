//! A time as somebody states it: facts that may contradict each other, kept as they were said (rule E5).

use crate::body::in_range;
use crate::cbor::{Reader, Writer};
use crate::charter::is_zone;
use crate::entry::read_time;
use crate::rule::Rule;

use super::{CLAIMS_MAX, is_label};

/// Longest duration that is claimed, minutes: a leap year.
const MINUTES_MAX: u64 = 527_040;

/// Begin, end and duration of an encounter as one source states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeClaim {
    /// Whose statement: a side, a paper, an agency.
    pub source: String,
    /// When it began.
    pub begin: Option<Moment>,
    /// When it ended.
    pub end: Option<Moment>,
    /// How long it took, minutes.
    pub minutes: Option<u64>,
}

/// A moment as it was stated. Nothing is computed from anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// The clock time with its date, `2023-06-18T20:00`.
    pub civil: Option<String>,
    /// The zone it was stated in, such as `Asia/Shanghai`; only with a clock time.
    pub zone: Option<String>,
    /// The UTC that was stated, ms.
    pub utc: Option<i64>,
    /// The weekday that was stated: 1 Monday to 7 Sunday.
    pub weekday: Option<u64>,
}

/// A claim of the right shape, whose values have not been looked at.
pub(super) type RawClaim = (String, Option<RawMoment>, Option<RawMoment>, Option<u64>);
pub(super) type RawMoment = (
    Option<String>,
    Option<String>,
    Option<Option<i64>>,
    Option<u64>,
);

impl TimeClaim {
    pub(super) fn write(&self, w: &mut Writer) {
        w.array(4).text(&self.source);
        for moment in [&self.begin, &self.end] {
            match moment {
                Some(moment) => moment.write(w),
                None => {
                    w.null();
                }
            }
        }
        match self.minutes {
            Some(minutes) => w.uint(minutes),
            None => w.null(),
        };
    }
}

impl Moment {
    fn write(&self, w: &mut Writer) {
        w.array(4);
        for text in [&self.civil, &self.zone] {
            match text {
                Some(text) => w.text(text),
                None => w.null(),
            };
        }
        match self.utc {
            Some(utc) => w.int(utc),
            None => w.null(),
        };
        match self.weekday {
            Some(weekday) => w.uint(weekday),
            None => w.null(),
        };
    }
}

pub(super) fn read_claims(r: &mut Reader<'_>) -> Result<Vec<RawClaim>, Rule> {
    (0..r.array()?)
        .map(|_| {
            r.array_exact(4)?;
            let source = r.text()?.to_owned();
            let begin = maybe(r, read_moment)?;
            let end = maybe(r, read_moment)?;
            Ok((source, begin, end, maybe(r, Reader::uint)?))
        })
        .collect()
}

fn read_moment(r: &mut Reader<'_>) -> Result<RawMoment, Rule> {
    r.array_exact(4)?;
    let text = |r: &mut Reader<'_>| Ok(r.text()?.to_owned());
    Ok((
        maybe(r, text)?,
        maybe(r, text)?,
        maybe(r, read_time)?,
        maybe(r, Reader::uint)?,
    ))
}

fn maybe<'a, T>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Rule>,
) -> Result<Option<T>, Rule> {
    if r.null()? {
        Ok(None)
    } else {
        read(r).map(Some)
    }
}

/// Rule E5.
pub(super) fn check_claims(raw: Vec<RawClaim>) -> Result<Vec<TimeClaim>, Rule> {
    let claims: Option<Vec<TimeClaim>> = raw.into_iter().map(claim).collect();
    claims
        .filter(|claims| (1..=CLAIMS_MAX).contains(&claims.len()))
        .ok_or(Rule::TimeClaims)
}

fn claim((source, begin, end, minutes): RawClaim) -> Option<TimeClaim> {
    let is_right = is_label(&source)
        && (begin.is_some() || end.is_some() || minutes.is_some())
        && minutes.is_none_or(|minutes| (1..=MINUTES_MAX).contains(&minutes));
    let moment_of = |raw: Option<RawMoment>| match raw {
        Some(raw) => moment(raw).map(Some),
        None => Some(None),
    };
    let (begin, end) = (moment_of(begin)?, moment_of(end)?);
    is_right.then_some(TimeClaim {
        source,
        begin,
        end,
        minutes,
    })
}

fn moment((civil, zone, utc, weekday): RawMoment) -> Option<Moment> {
    let utc = match utc {
        Some(utc) => Some(in_range(utc)?),
        None => None,
    };
    let is_right = (civil.is_some() || utc.is_some())
        && (zone.is_none() || civil.is_some())
        && civil
            .as_ref()
            .is_none_or(|civil| civil_parts(civil).is_some())
        && zone.as_ref().is_none_or(|zone| is_zone(zone))
        && weekday.is_none_or(|day| (1..=7).contains(&day));
    is_right.then_some(Moment {
        civil,
        zone,
        utc,
        weekday,
    })
}

/// Year, month, day, hour and minute of a clock time `YYYY-MM-DDThh:mm`, each in its range. That the month has the day is not looked at.
#[must_use]
pub fn civil_parts(text: &str) -> Option<[u16; 5]> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':')];
    let is_formed = bytes.len() == 16
        && bytes.iter().enumerate().all(|(at, byte)| {
            let mark = marks.iter().find(|(place, _)| *place == at);
            mark.map_or(byte.is_ascii_digit(), |(_, mark)| byte == mark)
        });
    if !is_formed {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse().ok();
    let parts: [u16; 5] = [
        part(0, 4)?,
        part(5, 7)?,
        part(8, 10)?,
        part(11, 13)?,
        part(14, 16)?,
    ];
    let [year, month, day, hour, minute] = parts;
    let is_right = year >= 1
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour <= 23
        && minute <= 59;
    is_right.then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_time_has_one_form() {
        assert_eq!(civil_parts("2023-06-18T20:00"), Some([2023, 6, 18, 20, 0]));
        for bad in [
            "2023-06-18 20:00",
            "2023-06-18T24:00",
            "2023-13-18T20:00",
            "2023-06-00T20:00",
            "2023-06-18T20:00Z",
            "0000-06-18T20:00",
            "+023-06-18T20:00",
        ] {
            assert_eq!(civil_parts(bad), None, "{bad}");
        }
    }
}
