//! The slots of a request: which respect everybody's working hours, and a slot written out.
//!
//! The zones are those that are built into the program, so that both sides find the same.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use openline_core::Hash;
use openline_core::charter::Member;
use openline_core::scheduling::{SlotRequest, Working};

use crate::schedule::{UnknownZone, zone};

const ORDER: &[u8] = b"openline/slot-order/v1\n";
const DAY_MINUTES: u16 = 1440;

/// The slots that lie in the working hours of every party, ascending.
///
/// A slot of up to a day lies within the working hours of one day; of a longer one, every day that it touches is a working day.
///
/// # Errors
/// [`UnknownZone`]
pub fn candidates(request: &SlotRequest, members: &[Member]) -> Result<Vec<u16>, UnknownZone> {
    let mut parties = Vec::with_capacity(members.len());
    for (member, working) in members.iter().zip(&request.working) {
        let zone = zone(&member.zone).ok_or_else(|| UnknownZone(member.zone.clone()))?;
        parties.push((zone, *working));
    }
    let slots = u16::try_from(request.slots()).expect("bounded by SLOTS_MAX");
    let suits = |slot: &u16| {
        let (from, until) = (request.start(*slot), request.end(*slot));
        let mut parties = parties.iter();
        parties.all(|(zone, working)| is_worked(from, until, zone, working, request.length))
    };
    Ok((0..slots).filter(suits).collect())
}

fn is_worked(from: i64, until: i64, zone: &TimeZone, working: &Working, length: u16) -> bool {
    let (Some(from), Some(until)) = (local(from, zone), local(until, zone)) else {
        return false;
    };
    let on = |day: Date| working.days & (1 << day.weekday().to_monday_zero_offset()) != 0;
    if length <= DAY_MINUTES {
        // An end at midnight is minute 1440 of the day before.
        let end = if until.date() == from.date() {
            minute(until)
        } else if minute(until) == 0
            && from
                .date()
                .tomorrow()
                .is_ok_and(|next| next == until.date())
        {
            DAY_MINUTES
        } else {
            return false;
        };
        return on(from.date()) && minute(from) >= working.from && end <= working.until;
    }
    days(from.date(), until).all(on)
}

/// The days from one up to the last that something ending then touches.
fn days(first: Date, until: DateTime) -> impl Iterator<Item = Date> {
    let is_before = move |day: &Date| day.to_datetime(jiff::civil::Time::midnight()) < until;
    std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(is_before)
}

fn minute(at: DateTime) -> u16 {
    let (hour, minute) = (at.hour(), at.minute());
    u16::from(hour.unsigned_abs()) * 60 + u16::from(minute.unsigned_abs())
}

fn local(ms: i64, zone: &TimeZone) -> Option<DateTime> {
    let at = Timestamp::from_millisecond(ms).ok()?;
    Some(at.to_zoned_datetime(zone.clone()).datetime())
}

/// Puts slots in an order that nobody chooses and all compute: of a few picks out of many, those of all sides then rather meet.
pub fn in_common_order(run: &Hash, slots: &mut [u16]) {
    slots.sort_by_cached_key(|slot| Hash::of(&[ORDER, &run.0, &slot.to_be_bytes()]).0);
}

/// A slot written out, as it is confirmed: UTC first, then each party's local time, all with weekdays.
///
/// # Errors
/// [`UnknownZone`]
pub fn written_out(
    request: &SlotRequest,
    slot: u16,
    members: &[Member],
) -> Result<String, UnknownZone> {
    let (from, until) = (request.start(slot), request.end(slot));
    let mut text = format!("{} UTC", span(from, until, &TimeZone::UTC));
    for member in members {
        let zone = zone(&member.zone).ok_or_else(|| UnknownZone(member.zone.clone()))?;
        text.push_str(&format!(
            "; {}: {} ({}, {})",
            member.name(),
            span(from, until, &zone),
            offsets(from, until, &zone),
            member.zone
        ));
    }
    Ok(text)
}

fn span(from: i64, until: i64, zone: &TimeZone) -> String {
    let (Some(from), Some(until)) = (zoned(from, zone), zoned(until, zone)) else {
        return "beyond the calendar".to_owned();
    };
    let day = |at: &ZonedDateTime| at.strftime("%A %-d %B %Y %H:%M").to_string();
    if from.date() == until.date() {
        format!("{} to {}", day(&from), until.strftime("%H:%M"))
    } else {
        format!("{} to {}", day(&from), day(&until))
    }
}

/// The offset from UTC; both, where the clocks change in between.
fn offsets(from: i64, until: i64, zone: &TimeZone) -> String {
    let offset = |ms| {
        let at = zoned(ms, zone);
        at.map_or_else(String::new, |at| at.strftime("UTC%:z").to_string())
    };
    let (first, last) = (offset(from), offset(until));
    if first == last {
        first
    } else {
        format!("{first}, then {last}")
    }
}

fn zoned(ms: i64, zone: &TimeZone) -> Option<ZonedDateTime> {
    let at = Timestamp::from_millisecond(ms).ok()?;
    Some(at.to_zoned_datetime(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::credential::Credential;
    use openline_core::keys::SecretKeys;
    use openline_core::scheduling::{Method, TieRule};

    fn member(seed: u8, name: &str, zone: &str) -> Member {
        let keys = SecretKeys::from_seeds([seed; 32], [seed; 32]);
        let credential = Credential::issue(&keys, name, 1, keys.ed_public(), keys.pq_public(), 0)
            .and_then(Credential::verify)
            .expect("right");
        Member {
            credential,
            posts: vec!["watch".to_owned()],
            zone: zone.to_owned(),
        }
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    fn office(days: u8) -> Working {
        Working {
            days,
            from: 540,
            until: 1080,
        }
    }

    fn request(from: &str, until: &str, length: u16) -> SlotRequest {
        SlotRequest {
            method: Method::BlindMatch,
            tie_rule: TieRule::Earliest,
            window: (ms(from), ms(until)),
            length,
            step: 60,
            working: vec![office(0x1f), office(0x1f)],
            purpose: "a call".to_owned(),
        }
    }

    #[test]
    fn slots_lie_in_the_working_hours_of_both() {
        let members = [
            member(1, "Alpha", "America/New_York"),
            member(2, "Beta", "Europe/Vienna"),
        ];
        // A Friday to a Monday: 09:00 in New York is 15:00 in Vienna.
        let request = request("2026-11-06T00:00Z", "2026-11-10T00:00Z", 60);
        let found = candidates(&request, &members).expect("known zones");
        let times: Vec<_> = found.iter().map(|slot| request.start(*slot)).collect();
        let expected =
            [6, 9].map(|day| [14, 15, 16].map(|hour| ms(&format!("2026-11-{day:02}T{hour}:00Z"))));
        assert_eq!(times, expected.concat());
    }

    #[test]
    fn a_visit_touches_working_days_only() {
        let members = [member(1, "Alpha", "UTC"), member(2, "Beta", "Asia/Riyadh")];
        let mut request = request("2026-11-02T00:00Z", "2026-11-14T00:00Z", 2880);
        request.step = 1440;
        // Sunday to Thursday.
        request.working[1] = office(0x4f);
        let found = candidates(&request, &members).expect("known zones");
        let days: Vec<_> = found.iter().map(|slot| request.start(*slot)).collect();
        // From Monday or Tuesday; from Wednesday it would last into Friday in Riyadh, where it is 03:00 by then.
        assert_eq!(
            days,
            ["02", "03", "09", "10"].map(|day| ms(&format!("2026-11-{day}T00:00Z")))
        );
    }

    #[test]
    fn a_slot_is_written_out_across_a_change_of_the_clocks() {
        let members = [
            member(1, "Alpha", "America/New_York"),
            member(2, "Beta", "Europe/Vienna"),
        ];
        // The clocks go back in Vienna on 25 October, in New York a week later.
        let asked = request("2026-10-23T13:00Z", "2026-11-20T14:00Z", 60);
        let of = |slot| written_out(&asked, slot, &members).expect("known zones");
        assert_eq!(
            of(0),
            "Friday 23 October 2026 13:00 to 14:00 UTC; Alpha: Friday 23 October 2026 09:00 to 10:00 (UTC-04:00, America/New_York); Beta: Friday 23 October 2026 15:00 to 16:00 (UTC+02:00, Europe/Vienna)"
        );
        assert!(of(72).contains("Alpha: Monday 26 October 2026 09:00 to 10:00 (UTC-04:00"));
        assert!(of(72).contains("Beta: Monday 26 October 2026 14:00 to 15:00 (UTC+01:00"));
        let night = request("2026-10-25T00:30Z", "2026-10-25T02:00Z", 60);
        let text = written_out(&night, 0, &members).expect("known zones");
        assert!(text.contains("Beta: Sunday 25 October 2026 02:30 to 02:30 (UTC+02:00, then UTC+01:00, Europe/Vienna)"), "{text}");
        assert!(text.contains("Alpha: Saturday 24 October 2026 20:30 to 21:30"));
    }
}
