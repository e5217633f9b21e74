//! The rota as iCalendar (RFC 5545), in and out: each event is a shift. `SUMMARY` says who, `X-OPENLINE-POST` or else the first
//! of `CATEGORIES` which post.
//!
//! Recurrence is worked out in local time and each shift's ends are looked up in the time zone by themselves: a night shift from
//! 22:00 to 06:00 ends at 06:00 in every night, though it is an hour shorter or longer when the clocks change. A local time that
//! is left out is later by what is left out; of one that comes twice the first counts, as RFC 5545 section 3.3.5 has it.

use std::collections::BTreeMap;

use calcard::common::PartialDateTime;
use calcard::icalendar::dates::{CalendarErrorType, TimeOrDelta};
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarProperty,
    ICalendarStatus, ICalendarTransparency, ICalendarValue,
};
use calcard::{Entry, Parser};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use openline_core::Hash;
use openline_core::charter::is_post;
use openline_desk::rota::Shift;
use openline_desk::schedule;

use super::post::WHO_MAX;
use crate::calendar::lines::{Lines, escaped, stamp};

/// Longest calendar, bytes.
pub(crate) const ROTA_BYTES_MAX: usize = 1 << 20;
/// Most events of a calendar.
pub(crate) const ROTA_EVENTS_MAX: usize = 1000;
/// Most shifts that one event may come to, up to the horizon.
const ROTA_SHIFTS_MAX: usize = 20_000;
/// How far ahead shifts are worked out, days.
pub(crate) const ROTA_DAYS_MAX: u16 = 400;
/// Longest shift: one that reaches into a stretch of time begins at most so long before it.
const SHIFT_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The property that names the post.
const POST_PROPERTY: &str = "X-OPENLINE-POST";

/// Why a calendar can't be a rota.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CalendarError {
    #[error("the calendar is longer than {ROTA_BYTES_MAX} bytes; export fewer months of it")]
    Long,
    #[error(
        "the file is not an iCalendar file that can be read: {0}; export it again from the calendar program as .ics"
    )]
    Unreadable(String),
    #[error("the calendar has more than {ROTA_EVENTS_MAX} events; export fewer months of it")]
    ManyEvents,
    #[error("the calendar has no events; a shift is an event with a beginning and an end")]
    NoEvents,
    #[error("the time zone \"{0}\" is not known; use an IANA zone, such as Europe/Vienna")]
    Zone(String),
    #[error("the event \"{0}\" does not say who has the watch: its title is empty or too long")]
    Who(String),
    #[error(
        "the event \"{0}\" does not name a post: give it a category, such as watch, or name one for all that have none (openline rota import --post)"
    )]
    Post(String),
    #[error("the event \"{0}\" {1}")]
    Times(String, &'static str),
}

/// A rota as it was imported.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    /// The components of each event with its exceptions, by what names it.
    groups: Vec<Group>,
    zones: Vec<ICalendarComponent>,
    /// Of events that name no zone.
    zone: (String, TimeZone),
}

#[derive(Debug, Clone)]
struct Group {
    events: Vec<Event>,
}

#[derive(Debug, Clone)]
struct Event {
    component: ICalendarComponent,
    who: String,
    post: String,
}

impl Calendar {
    /// Reads a calendar. Events that name no zone are in `zone`, those that name no post are of `post`.
    pub(crate) fn parse(text: &str, zone: &str, post: Option<&str>) -> Result<Self, CalendarError> {
        Self::read(text, zone, |component| {
            Event::read(component, post).map(Some)
        })
    }

    /// Reads a calendar of which only matters when somebody is busy: an event may lack a title, and one that is shown as free is
    /// passed over.
    pub(crate) fn busy(text: &str, zone: &str) -> Result<Self, CalendarError> {
        Self::read(text, zone, |component| Ok(Event::busy(component)))
    }

    fn read(
        text: &str,
        zone: &str,
        event: impl Fn(&ICalendarComponent) -> Result<Option<Event>, CalendarError>,
    ) -> Result<Self, CalendarError> {
        if text.len() > ROTA_BYTES_MAX {
            return Err(CalendarError::Long);
        }
        let components = components(text)?;
        let default = schedule::zone(zone).ok_or_else(|| CalendarError::Zone(zone.to_owned()))?;
        let is_event = |c: &&ICalendarComponent| c.component_type == ICalendarComponentType::VEvent;
        let events = components.iter().filter(is_event);
        match events.clone().count() {
            0 => return Err(CalendarError::NoEvents),
            count if count > ROTA_EVENTS_MAX => return Err(CalendarError::ManyEvents),
            _ => {}
        }
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for (number, component) in events.enumerate() {
            if component.status() == Some(&ICalendarStatus::Cancelled) {
                continue;
            }
            let Some(event) = event(component)? else {
                continue;
            };
            let uid = component
                .uid()
                .map_or_else(|| format!("\n{number}"), str::to_owned);
            let group = groups
                .entry(uid)
                .or_insert_with(|| Group { events: Vec::new() });
            group.events.push(event);
        }
        let is_zone =
            |c: &ICalendarComponent| c.component_type == ICalendarComponentType::VTimezone;
        Ok(Self {
            groups: groups.into_values().collect(),
            zones: components.iter().filter(|c| is_zone(c)).cloned().collect(),
            zone: (zone.to_owned(), default),
        })
    }

    /// The shifts that reach into the time from `from` up to `until`, ms, by their beginnings.
    ///
    /// # Errors
    /// The event that can't be made into shifts.
    pub(crate) fn shifts(&self, from: i64, until: i64) -> Result<Vec<Shift>, CalendarError> {
        let mut shifts = Vec::new();
        for group in &self.groups {
            self.expand(group, from, until, &mut shifts)?;
        }
        shifts.sort_unstable();
        shifts.dedup();
        Ok(shifts)
    }

    fn expand(
        &self,
        group: &Group,
        from: i64,
        until: i64,
        shifts: &mut Vec<Shift>,
    ) -> Result<(), CalendarError> {
        let mut events = Vec::with_capacity(group.events.len());
        for event in &group.events {
            events.push(self.limited(event, until)?);
        }
        let first = group.events.first().map_or("", |event| event.who.as_str());
        let times = |words| CalendarError::Times(first.to_owned(), words);
        let zones = self.zones.len();
        let calendar = ICalendar {
            components: self.zones.iter().cloned().chain(events).collect(),
        };
        let default: calcard::common::timezone::Tz = self.zone.0.parse().unwrap_or_default();
        let expanded = calendar.expand_dates(default, ROTA_SHIFTS_MAX + 1);
        if let Some(error) = expanded.errors.first() {
            return Err(times(words_of(&error.error)));
        }
        if expanded.events.len() > ROTA_SHIFTS_MAX {
            return Err(times("comes to too many shifts; give it a later beginning"));
        }
        for shift in expanded.events {
            let at = usize::try_from(shift.comp_id)
                .ok()
                .and_then(|id| id.checked_sub(zones));
            let Some(event) = at.and_then(|at| group.events.get(at)) else {
                continue;
            };
            let (starts, ends) = self.zones_of(event)?;
            let begin = civil(shift.start.naive_local().and_utc().timestamp());
            let end = match &shift.end {
                TimeOrDelta::Time(end) => civil(end.naive_local().and_utc().timestamp()),
                TimeOrDelta::Delta(delta) => begin.and_then(|begin| {
                    begin
                        .checked_add(SignedDuration::from_secs(delta.num_seconds()))
                        .ok()
                }),
            };
            let (Some(begin), Some(end)) = (begin, end) else {
                return Err(times("lies too far away"));
            };
            let ends = match shift.end {
                TimeOrDelta::Time(_) => &ends,
                TimeOrDelta::Delta(_) => &starts,
            };
            let (Some(begin), Some(end)) = (instant(begin, &starts), instant(end, ends)) else {
                return Err(times("lies too far away"));
            };
            if end <= begin {
                return Err(times("ends before it begins"));
            }
            if end - begin > ms(SHIFT_MAX) {
                return Err(times(
                    "is longer than 31 days; a shift has a beginning and an end",
                ));
            }
            if begin < until && end > from {
                shifts.push(Shift {
                    from: begin,
                    until: end,
                    post: event.post.clone(),
                    who: event.who.clone(),
                });
            }
        }
        Ok(())
    }

    /// The event with its recurrence ended at the horizon, and in its own local time.
    fn limited(&self, event: &Event, until: i64) -> Result<ICalendarComponent, CalendarError> {
        let (zone, _) = self.zones_of(event)?;
        // A day more: it is compared in local time.
        let horizon = Timestamp::from_millisecond(until.saturating_add(86_400_000))
            .map_err(|_| CalendarError::Times(event.who.clone(), "lies too far away"))?
            .to_zoned_datetime(zone.clone())
            .datetime();
        let mut component = event.component.clone();
        for entry in &mut component.entries {
            let rule = (entry.name == ICalendarProperty::Rrule).then(|| entry.values.first_mut());
            let Some(Some(ICalendarValue::RecurrenceRule(rule))) = rule else {
                continue;
            };
            let own = rule.until.as_ref().and_then(|until| local(until, &zone));
            if rule.count.is_none() {
                let end = own.map_or(horizon, |own| own.min(horizon));
                rule.until = Some(partial(end));
            }
        }
        Ok(component)
    }

    /// The zones of an event's beginning and end.
    fn zones_of(&self, event: &Event) -> Result<(TimeZone, TimeZone), CalendarError> {
        let of = |property: &ICalendarProperty| match event.component.property(property) {
            Some(entry) => zone_of(entry, &self.zones, &self.zone.1).map(Some),
            None => Ok(None),
        };
        let start = of(&ICalendarProperty::Dtstart)?.unwrap_or_else(|| self.zone.1.clone());
        let end = of(&ICalendarProperty::Dtend)?.unwrap_or_else(|| start.clone());
        Ok((start, end))
    }
}

/// The zone of a property that states a time: UTC, the one it names, or else `default`.
///
/// # Errors
/// [`CalendarError::Zone`]
pub(crate) fn zone_of(
    entry: &ICalendarEntry,
    zones: &[ICalendarComponent],
    default: &TimeZone,
) -> Result<TimeZone, CalendarError> {
    if let Some(ICalendarValue::PartialDateTime(time)) = entry.values.first()
        && time.tz_hour.is_some()
    {
        return Ok(TimeZone::UTC);
    }
    let Some(name) = entry.tz_id() else {
        return Ok(default.clone());
    };
    let unknown = || CalendarError::Zone(name.to_owned());
    let calendar = ICalendar {
        components: zones.to_vec(),
    };
    let resolved = calendar
        .build_tz_resolver()
        .resolve(name)
        .ok_or_else(unknown)?;
    let iana = resolved.name().ok_or_else(unknown)?;
    schedule::zone(&iana).ok_or_else(unknown)
}

impl Event {
    fn read(component: &ICalendarComponent, post: Option<&str>) -> Result<Self, CalendarError> {
        let text = |property: &ICalendarProperty| {
            let entry = component.property(property)?;
            entry
                .values
                .first()
                .and_then(ICalendarValue::as_text)
                .map(str::trim)
        };
        let who = text(&ICalendarProperty::Summary).unwrap_or_default();
        let is_name = (1..=WHO_MAX).contains(&who.len()) && !who.contains(char::is_control);
        if !is_name {
            let when = component.uid().unwrap_or(who);
            return Err(CalendarError::Who(when.chars().take(64).collect()));
        }
        let named = text(&ICalendarProperty::Other(POST_PROPERTY.to_owned()))
            .or_else(|| text(&ICalendarProperty::Categories))
            .map(str::to_lowercase);
        let post = named
            .filter(|post| is_post(post))
            .or_else(|| post.map(str::to_owned));
        Ok(Self {
            component: without_sequence(component),
            who: who.to_owned(),
            post: post.ok_or_else(|| CalendarError::Post(who.to_owned()))?,
        })
    }

    fn busy(component: &ICalendarComponent) -> Option<Self> {
        let text = |property: &ICalendarProperty| {
            let value = component.property(property)?.values.first()?;
            value.as_text().map(str::trim)
        };
        let is_free = component
            .property(&ICalendarProperty::Transp)
            .and_then(|entry| entry.values.first())
            .is_some_and(|value| {
                *value == ICalendarValue::Transparency(ICalendarTransparency::Transparent)
            });
        let title: String = text(&ICalendarProperty::Summary)
            .unwrap_or("without a title")
            .chars()
            .take(64)
            .collect();
        (!is_free).then(|| Self {
            component: without_sequence(component),
            who: title,
            post: String::new(),
        })
    }
}

/// What belongs together is found by its name; its sequence number would only hide it.
fn without_sequence(component: &ICalendarComponent) -> ICalendarComponent {
    let is_kept = |entry: &&ICalendarEntry| entry.name != ICalendarProperty::Sequence;
    ICalendarComponent {
        entries: component.entries.iter().filter(is_kept).cloned().collect(),
        ..component.clone()
    }
}

pub(crate) fn components(text: &str) -> Result<Vec<ICalendarComponent>, CalendarError> {
    let unreadable = |why: String| Err(CalendarError::Unreadable(why));
    // The parser takes what is there of a file that was cut short; shifts would be missing without a word.
    let count = |word: &str| {
        text.lines()
            .filter(|line| line.trim_end().eq_ignore_ascii_case(word))
            .count()
    };
    if count("BEGIN:VEVENT") != count("END:VEVENT") || count("END:VCALENDAR") == 0 {
        return unreadable("it does not end as it should; it was cut short".to_owned());
    }
    let mut parser = Parser::new(text);
    let mut components = Vec::new();
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => components.extend(calendar.components),
            Entry::Eof => return Ok(components),
            Entry::VCard(_) => return unreadable("it is an address card".to_owned()),
            Entry::TooManyComponents => return Err(CalendarError::ManyEvents),
            Entry::UnterminatedComponent(name) => {
                return unreadable(format!("its {name} has no end"));
            }
            Entry::UnexpectedComponentEnd { .. } => {
                return unreadable("its parts end in the wrong order".to_owned());
            }
            Entry::InvalidLine(line) if line.trim().is_empty() => {}
            Entry::InvalidLine(line) => {
                let line: String = line.chars().take(40).collect();
                return unreadable(format!("the line \"{}\"", line.trim()));
            }
            _ => return unreadable("a part of an unknown kind".to_owned()),
        }
    }
}

fn words_of(error: &CalendarErrorType) -> &'static str {
    match error {
        CalendarErrorType::MissingDtStart => "has no beginning",
        CalendarErrorType::InvalidDtStart => {
            "begins at a time that can't be read, or that the clocks leave out or repeat"
        }
        CalendarErrorType::InvalidDtEnd | CalendarErrorType::InvalidDuration => {
            "ends at a time that can't be read, or that the clocks leave out or repeat"
        }
        CalendarErrorType::RRule(_) => "repeats by a rule that can't be read",
    }
}

/// Seconds of a local time counted as if it were UTC.
fn civil(seconds: i64) -> Option<DateTime> {
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.to_zoned_datetime(TimeZone::UTC).datetime())
}

pub(crate) fn instant(at: DateTime, zone: &TimeZone) -> Option<i64> {
    Some(
        zone.to_zoned_datetime(at)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

fn ms(duration: SignedDuration) -> i64 {
    duration.as_secs().saturating_mul(1000)
}

/// A recurrence's end in the local time of its event: by RFC 5545 it is UTC where the event is in a zone.
pub(crate) fn local(until: &PartialDateTime, zone: &TimeZone) -> Option<DateTime> {
    let (year, month, day) = (until.year?, until.month?, until.day?);
    let number = |value: Option<u8>, default: u8| i8::try_from(value.unwrap_or(default)).ok();
    // A date without a time includes that whole day.
    let has_time = until.hour.is_some();
    let at = DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        number(until.hour, 23)?,
        number(until.minute, if has_time { 0 } else { 59 })?,
        number(until.second, if has_time { 0 } else { 59 })?,
        0,
    )
    .ok()?;
    if until.tz_hour.is_none() {
        return Some(at);
    }
    let at = TimeZone::UTC.to_zoned_datetime(at).ok()?;
    Some(at.timestamp().to_zoned_datetime(zone.clone()).datetime())
}

fn partial(at: DateTime) -> PartialDateTime {
    let number = |value: i8| u8::try_from(value).ok();
    PartialDateTime {
        year: u16::try_from(at.year()).ok(),
        month: number(at.month()),
        day: number(at.day()),
        hour: number(at.hour()),
        minute: number(at.minute()),
        second: number(at.second()),
        ..PartialDateTime::default()
    }
}

/// Writes shifts as a calendar that other programs read: one event each, times in UTC.
pub(crate) fn write(shifts: &[Shift], stamp_ms: i64) -> String {
    let mut lines = Lines::calendar("rota");
    for shift in shifts {
        let id = Hash::of(&[
            shift.post.as_bytes(),
            b"\n",
            shift.who.as_bytes(),
            b"\n",
            &shift.from.to_be_bytes(),
            &shift.until.to_be_bytes(),
        ]);
        lines.put("BEGIN:VEVENT");
        lines.put(&format!("UID:{}@openline", &id.to_string()[..32]));
        lines.put(&format!("DTSTAMP:{}", stamp(stamp_ms)));
        lines.put(&format!("DTSTART:{}", stamp(shift.from)));
        lines.put(&format!("DTEND:{}", stamp(shift.until)));
        lines.put(&format!("SUMMARY:{}", escaped(&shift.who)));
        lines.put(&format!("CATEGORIES:{}", shift.post));
        lines.put(&format!("{POST_PROPERTY}:{}", shift.post));
        lines.put("END:VEVENT");
    }
    lines.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    fn calendar(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{events}END:VCALENDAR\r\n")
            .replace("\r\n", "\n")
            .replace('\n', "\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT\n")
    }

    fn shifts(text: &str, from: &str, until: &str) -> Vec<(String, String)> {
        let calendar = Calendar::parse(text, "UTC", Some("watch")).expect("a rota");
        let shifts = calendar.shifts(at(from), at(until)).expect("shifts");
        let text = |ms: i64| schedule::slot_text(ms);
        shifts
            .iter()
            .map(|s| (text(s.from), text(s.until)))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(from, until): &(&str, &str)| ((*from).to_owned(), (*until).to_owned());
        pairs.iter().map(own).collect()
    }

    fn night() -> String {
        calendar(&event(
            "SUMMARY:Night team\nDTSTART;TZID=Europe/Vienna:20260101T220000\nDTEND;TZID=Europe/Vienna:20260102T060000\nRRULE:FREQ=DAILY",
        ))
    }

    #[test]
    fn a_night_shift_ends_by_the_clock_on_the_wall_when_the_clocks_go_forward() {
        // On 29 March 2026 the hour from 02:00 to 03:00 is left out: seven hours of watch.
        assert_eq!(
            shifts(&night(), "2026-03-27T22:00:00Z", "2026-03-30T12:00:00Z"),
            pairs(&[
                ("2026-03-27T21:00:00Z", "2026-03-28T05:00:00Z"),
                ("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z"),
                ("2026-03-29T20:00:00Z", "2026-03-30T04:00:00Z"),
            ])
        );
    }

    #[test]
    fn a_night_shift_ends_by_the_clock_on_the_wall_when_the_clocks_go_back() {
        // On 25 October 2026 the hour from 02:00 to 03:00 comes twice: nine hours of watch.
        assert_eq!(
            shifts(&night(), "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
            pairs(&[
                ("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"),
                ("2026-10-25T21:00:00Z", "2026-10-26T05:00:00Z"),
            ])
        );
    }

    #[test]
    fn shifts_that_begin_within_the_hour_that_is_left_out_or_repeated_are_still_there() {
        let text = calendar(&event(
            "SUMMARY:Relief\nDTSTART;TZID=Europe/Vienna:20260101T023000\nDURATION:PT2H\nRRULE:FREQ=DAILY",
        ));
        assert_eq!(
            shifts(&text, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
            pairs(&[("2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z")])
        );
        assert_eq!(
            shifts(&text, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
            pairs(&[("2026-10-25T00:30:00Z", "2026-10-25T03:30:00Z")])
        );
    }

    #[test]
    fn exceptions_and_changed_shifts_take_the_place_of_what_the_rule_gives() {
        let rule = event(
            "SUMMARY:Day\nSEQUENCE:0\nDTSTART;TZID=Europe/Vienna:20260601T080000\nDTEND;TZID=Europe/Vienna:20260601T160000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE\nEXDATE;TZID=Europe/Vienna:20260602T080000",
        );
        let changed = event(
            "SUMMARY:Stand-in\nSEQUENCE:3\nRECURRENCE-ID;TZID=Europe/Vienna:20260603T080000\nDTSTART;TZID=Europe/Vienna:20260603T090000\nDTEND;TZID=Europe/Vienna:20260603T160000",
        );
        let text = calendar(&format!("{rule}{changed}"));
        let calendar = Calendar::parse(&text, "UTC", Some("watch")).expect("a rota");
        let week = calendar.shifts(at("2026-06-01T00:00:00Z"), at("2026-06-07T00:00:00Z"));
        let week: Vec<(String, String)> = week
            .expect("shifts")
            .into_iter()
            .map(|s| (s.who, schedule::slot_text(s.from)))
            .collect();
        assert_eq!(
            week,
            pairs(&[
                ("Day", "2026-06-01T06:00:00Z"),
                ("Stand-in", "2026-06-03T07:00:00Z")
            ])
        );
    }

    #[test]
    fn the_last_shift_of_a_rule_that_ends_in_utc_is_there() {
        let text = calendar(&event(
            "SUMMARY:Day\nDTSTART;TZID=Europe/Vienna:20260601T080000\nDTEND;TZID=Europe/Vienna:20260601T160000\nRRULE:FREQ=DAILY;UNTIL=20260603T060000Z",
        ));
        assert_eq!(
            shifts(&text, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z").len(),
            3
        );
    }

    #[test]
    fn endless_rules_of_long_ago_do_not_crowd_each_other_out() {
        let old = |uid: &str, hour: &str| {
            event(&format!(
                "SUMMARY:Team {uid}\nDTSTART:20060101T{hour}0000Z\nDURATION:PT8H\nRRULE:FREQ=DAILY"
            ))
            .replace("UID:1", &format!("UID:{uid}"))
        };
        let text = calendar(&[old("a", "00"), old("b", "08"), old("c", "16")].concat());
        assert_eq!(
            shifts(&text, "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z").len(),
            3
        );
        let often = calendar(&event(
            "SUMMARY:Often\nDTSTART:20260101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY",
        ));
        let often = Calendar::parse(&often, "UTC", Some("watch")).expect("read");
        let refused = often
            .shifts(0, at("2026-06-02T00:00:00Z"))
            .expect_err("too many");
        assert!(refused.to_string().contains("too many shifts"), "{refused}");
    }

    #[test]
    fn zones_by_other_names_and_none_are_understood() {
        let text = calendar(
            &[
                "BEGIN:VTIMEZONE\nTZID:Local time\nX-LIC-LOCATION:Asia/Seoul\nEND:VTIMEZONE\n".to_owned(),
                event("SUMMARY:Day\nDTSTART;TZID=Local time:20260601T090000\nDTEND;TZID=Local time:20260601T170000"),
                event("SUMMARY:All day\nDTSTART;VALUE=DATE:20260601").replace("UID:1", "UID:2"),
            ]
            .concat(),
        );
        let calendar = Calendar::parse(&text, "Asia/Seoul", Some("watch")).expect("a rota");
        let day = calendar.shifts(at("2026-05-31T00:00:00Z"), at("2026-06-02T00:00:00Z"));
        let day: Vec<(String, String)> = day
            .expect("shifts")
            .iter()
            .map(|s| (schedule::slot_text(s.from), schedule::slot_text(s.until)))
            .collect();
        assert_eq!(
            day,
            pairs(&[
                ("2026-05-31T15:00:00Z", "2026-06-01T15:00:00Z"),
                ("2026-06-01T00:00:00Z", "2026-06-01T08:00:00Z"),
            ])
        );
        let unknown = calendar_of("DTSTART;TZID=Nowhere:20260601T090000\nDURATION:PT8H");
        let refused = unknown
            .shifts(0, at("2026-06-02T00:00:00Z"))
            .expect_err("no zone");
        assert_eq!(refused, CalendarError::Zone("Nowhere".to_owned()));
    }

    fn calendar_of(lines: &str) -> Calendar {
        let text = calendar(&event(&format!("SUMMARY:Day\n{lines}")));
        Calendar::parse(&text, "UTC", Some("watch")).expect("read")
    }

    #[test]
    fn the_post_is_a_property_a_category_or_the_one_given() {
        let post = |lines: &str, given| {
            let text = calendar(&event(&format!(
                "SUMMARY:Day\nDTSTART:20260601T080000Z\nDURATION:PT8H\n{lines}"
            )));
            Calendar::parse(&text, "UTC", given)?
                .shifts(at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"))
                .map(|shifts| shifts[0].post.clone())
        };
        assert_eq!(
            post("CATEGORIES:Minister", Some("watch")),
            Ok("minister".into())
        );
        let both = "CATEGORIES:Minister\nX-OPENLINE-POST:duty";
        assert_eq!(post(both, None), Ok("duty".into()));
        assert_eq!(
            post("CATEGORIES:Red team!", Some("watch")),
            Ok("watch".into())
        );
        assert_eq!(
            post("COLOR:red", None),
            Err(CalendarError::Post("Day".into()))
        );
    }

    #[test]
    fn what_is_no_rota_is_refused_and_says_why() {
        let parse = |text: &str| Calendar::parse(text, "UTC", Some("watch")).map(|_| ());
        assert_eq!(parse(&calendar("")), Err(CalendarError::NoEvents));
        assert!(matches!(
            parse("Monday: us\n"),
            Err(CalendarError::Unreadable(_))
        ));
        assert!(matches!(
            parse("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"),
            Err(CalendarError::Unreadable(_))
        ));
        let nameless = calendar(&event("DTSTART:20260601T080000Z\nDURATION:PT8H"));
        assert!(matches!(parse(&nameless), Err(CalendarError::Who(_))));
        assert_eq!(
            parse(&"x".repeat(ROTA_BYTES_MAX + 1)),
            Err(CalendarError::Long)
        );
        let many = event("SUMMARY:Day\nDTSTART:20260601T080000Z").repeat(ROTA_EVENTS_MAX + 1);
        assert_eq!(parse(&calendar(&many)), Err(CalendarError::ManyEvents));
        for (lines, words) in [
            ("DURATION:PT8H", "no beginning"),
            (
                "DTSTART:20260601T080000Z\nDTEND:20260601T070000Z",
                "before it begins",
            ),
            (
                "DTSTART:20260601T080000Z\nDURATION:P90D",
                "longer than 31 days",
            ),
        ] {
            let refused = calendar_of(lines).shifts(0, at("2026-06-02T00:00:00Z"));
            let refused = refused.expect_err("no shift").to_string();
            assert!(refused.contains(words), "{refused}");
        }
        let cancelled = calendar_of("STATUS:CANCELLED\nDTSTART:20260601T080000Z\nDURATION:PT8H");
        assert_eq!(cancelled.shifts(0, at("2026-06-02T00:00:00Z")), Ok(vec![]));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let shift = |who: &str, from: &str, until: &str| Shift {
            from: at(from),
            until: at(until),
            post: "watch".to_owned(),
            who: who.to_owned(),
        };
        let long = "Ночная смена, второй состав; комната 4 \\ этаж 2, и так далее до конца строки";
        let written = vec![
            shift("Day", "2026-06-01T06:00:00Z", "2026-06-01T14:00:00Z"),
            shift(long, "2026-06-01T14:00:00Z", "2026-06-02T06:00:00Z"),
        ];
        let text = write(&written, 0);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        let calendar = Calendar::parse(&text, "UTC", None).expect("own output");
        let read = calendar.shifts(at("2026-06-01T00:00:00Z"), at("2026-06-03T00:00:00Z"));
        assert_eq!(read, Ok(written));
    }
}
