//! What a calendar program's file says of encounters (iTIP, RFC 5546). It says it to a reader: nothing here acts.

use calcard::icalendar::{
    ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarMethod,
    ICalendarParameterName, ICalendarParameterValue, ICalendarParticipationStatus,
    ICalendarProperty, ICalendarValue,
};
use jiff::tz::TimeZone;
use openline_desk::schedule;

use crate::watch::calendar::{CalendarError, components, instant, local, zone_of};

/// Longest file, bytes.
pub(crate) const ITIP_BYTES_MAX: usize = 1 << 18;
/// Most events of a file.
pub(crate) const ITIP_EVENTS_MAX: usize = 64;
/// Most attendees of an event.
const ATTENDEES_MAX: usize = 256;

/// Why a file says nothing that can be acted on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ItipError {
    #[error("the file is longer than {ITIP_BYTES_MAX} bytes; export the one event")]
    Long,
    #[error(transparent)]
    Unreadable(#[from] CalendarError),
    #[error(
        "the file has no METHOD that asks for or answers something (REQUEST, REPLY, COUNTER or CANCEL); send it from the calendar program as an invitation or an answer"
    )]
    Method,
    #[error("the file has no event")]
    NoEvents,
    #[error("the file has more than {ITIP_EVENTS_MAX} events; export the one event")]
    ManyEvents,
    #[error("event {0} of the file {1}")]
    Event(usize, &'static str),
    #[error("event {0} of the file: {1}")]
    Zone(usize, CalendarError),
}

/// What the file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Request,
    Reply,
    Counter,
    Cancel,
}

impl Said {
    /// As the property has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Reply => "REPLY",
            Self::Counter => "COUNTER",
            Self::Cancel => "CANCEL",
        }
    }
}

/// What an attendee answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted,
    Tentative,
    Declined,
}

/// One event of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Which of the file's, from 1.
    pub(crate) number: usize,
    pub(crate) said: Said,
    pub(crate) uid: String,
    /// From and to when, ms.
    pub(crate) window: Option<(i64, i64)>,
    pub(crate) summary: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) categories: Vec<String>,
    /// Each attendee's address and answer, where it has one.
    pub(crate) answers: Vec<(String, Answer)>,
}

/// Reads a file. Times that name no zone are in `zone`.
pub(crate) fn read(text: &str, zone: &str) -> Result<Vec<Heard>, ItipError> {
    if text.len() > ITIP_BYTES_MAX {
        return Err(ItipError::Long);
    }
    let default = schedule::zone(zone).ok_or_else(|| CalendarError::Zone(zone.to_owned()))?;
    let components = components(text)?;
    let said = components
        .iter()
        .find_map(method)
        .ok_or(ItipError::Method)?;
    let of = |kind: ICalendarComponentType| {
        let is_kind = move |c: &&ICalendarComponent| c.component_type == kind;
        components.iter().filter(is_kind)
    };
    let zones: Vec<ICalendarComponent> = of(ICalendarComponentType::VTimezone).cloned().collect();
    let events: Vec<&ICalendarComponent> = of(ICalendarComponentType::VEvent).collect();
    match events.len() {
        0 => return Err(ItipError::NoEvents),
        count if count > ITIP_EVENTS_MAX => return Err(ItipError::ManyEvents),
        _ => {}
    }
    let heard = events.into_iter().enumerate();
    heard
        .map(|(at, component)| event(at + 1, said, component, &zones, &default))
        .collect()
}

fn method(component: &ICalendarComponent) -> Option<Said> {
    match component
        .property(&ICalendarProperty::Method)?
        .values
        .first()?
    {
        ICalendarValue::Method(ICalendarMethod::Request) => Some(Said::Request),
        ICalendarValue::Method(ICalendarMethod::Reply) => Some(Said::Reply),
        ICalendarValue::Method(ICalendarMethod::Counter) => Some(Said::Counter),
        ICalendarValue::Method(ICalendarMethod::Cancel) => Some(Said::Cancel),
        _ => None,
    }
}

fn event(
    number: usize,
    said: Said,
    component: &ICalendarComponent,
    zones: &[ICalendarComponent],
    default: &TimeZone,
) -> Result<Heard, ItipError> {
    let wrong = |words| ItipError::Event(number, words);
    let has = |property: &ICalendarProperty| component.property(property).is_some();
    if has(&ICalendarProperty::Rrule) || has(&ICalendarProperty::Rdate) {
        return Err(wrong(
            "repeats (RRULE or RDATE); an encounter is one: send each by itself",
        ));
    }
    if has(&ICalendarProperty::RecurrenceId) {
        return Err(wrong(
            "is one of a series (RECURRENCE-ID); an encounter is one: send it by itself",
        ));
    }
    let uid = component.uid().map(str::trim).filter(|uid| !uid.is_empty());
    let uid = uid.ok_or_else(|| wrong("has no UID"))?.to_owned();
    let text = |property: &ICalendarProperty| {
        let value = component.property(property)?.values.first()?;
        let text = value.as_text()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let attendees: Vec<&ICalendarEntry> =
        component.properties(&ICalendarProperty::Attendee).collect();
    if attendees.len() > ATTENDEES_MAX {
        return Err(wrong("has more than 256 ATTENDEEs"));
    }
    let categories = component.properties(&ICalendarProperty::Categories);
    Ok(Heard {
        number,
        said,
        uid,
        window: window(number, component, zones, default)?,
        summary: text(&ICalendarProperty::Summary),
        location: text(&ICalendarProperty::Location),
        comment: text(&ICalendarProperty::Comment),
        categories: categories
            .flat_map(|entry| &entry.values)
            .filter_map(|value| Some(value.as_text()?.trim().to_lowercase()))
            .collect(),
        answers: attendees.into_iter().filter_map(answer).collect(),
    })
}

fn answer(entry: &ICalendarEntry) -> Option<(String, Answer)> {
    let address = entry.values.first()?.as_text()?.to_owned();
    match entry.parameter(&ICalendarParameterName::Partstat)? {
        ICalendarParameterValue::Partstat(said) => match said {
            ICalendarParticipationStatus::Accepted => Some((address, Answer::Accepted)),
            ICalendarParticipationStatus::Tentative => Some((address, Answer::Tentative)),
            ICalendarParticipationStatus::Declined => Some((address, Answer::Declined)),
            _ => None,
        },
        _ => None,
    }
}

/// From and to when an event is, if it says so.
fn window(
    number: usize,
    component: &ICalendarComponent,
    zones: &[ICalendarComponent],
    default: &TimeZone,
) -> Result<Option<(i64, i64)>, ItipError> {
    let wrong = |words| ItipError::Event(number, words);
    let moment = |property: &ICalendarProperty, words| {
        let Some(entry) = component.property(property) else {
            return Ok(None);
        };
        let zone =
            zone_of(entry, zones, default).map_err(|error| ItipError::Zone(number, error))?;
        let at = match entry.values.first() {
            // A date alone is no time of day that anybody could keep.
            Some(ICalendarValue::PartialDateTime(time)) if time.hour.is_some() => {
                local(time, &zone).and_then(|at| instant(at, &zone))
            }
            _ => None,
        };
        at.map(Some).ok_or_else(|| wrong(words))
    };
    let from = moment(
        &ICalendarProperty::Dtstart,
        "has a DTSTART that is no date with a time of day",
    )?;
    let Some(from) = from else { return Ok(None) };
    let end = moment(
        &ICalendarProperty::Dtend,
        "has a DTEND that is no date with a time of day",
    )?;
    let lasts = component.property(&ICalendarProperty::Duration);
    let to = match (end, lasts.and_then(|entry| entry.values.first())) {
        (Some(end), _) => end,
        (None, Some(ICalendarValue::Duration(lasts))) => {
            from.saturating_add(lasts.as_seconds().saturating_mul(1000))
        }
        _ => return Err(wrong("has neither DTEND nor DURATION")),
    };
    if to > from {
        Ok(Some((from, to)))
    } else {
        Err(wrong("ends before it begins"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::lines::{Lines, escaped, stamp};

    fn file(method: &str, lines: &str) -> String {
        let text = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        text.replace('\n', "\r\n")
    }

    fn one(method: &str, lines: &str) -> Result<Heard, ItipError> {
        read(&file(method, lines), "UTC").map(|mut heard| heard.remove(0))
    }

    #[test]
    fn what_is_said_is_heard() {
        let heard = one(
            "reply",
            "DTSTART:20261201T090000Z\nDURATION:PT90M\nSUMMARY:A talk\\, in\n  short\nCOMMENT:a\\nb\nCATEGORIES:Call,x\nATTENDEE;PARTSTAT=DECLINED:mailto:desk@ministry.example\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:other@ministry.example",
        )
        .expect("a reply");
        assert_eq!(heard.said, Said::Reply);
        assert_eq!(heard.window, Some((1_796_115_600_000, 1_796_121_000_000)));
        assert_eq!(heard.summary.as_deref(), Some("A talk, in short"));
        assert_eq!(heard.comment.as_deref(), Some("a\nb"));
        assert_eq!(heard.categories, ["call", "x"]);
        let declined = ("mailto:desk@ministry.example".to_owned(), Answer::Declined);
        assert_eq!(heard.answers, [declined]);
        let away = one("COUNTER", "SUMMARY:x").expect("a counter");
        assert_eq!((away.said, away.window), (Said::Counter, None));
    }

    #[test]
    fn local_times_are_those_of_their_zone() {
        let noon = Some((1_796_126_400_000, 1_796_130_000_000));
        let shanghai =
            "DTSTART;TZID=Asia/Shanghai:20261201T200000\nDTEND;TZID=Asia/Shanghai:20261201T210000";
        assert_eq!(one("REQUEST", shanghai).expect("read").window, noon);
        let floating = file("REQUEST", "DTSTART:20261201T200000\nDTEND:20261201T210000");
        let heard = read(&floating, "Asia/Shanghai").expect("read");
        assert_eq!(heard[0].window, noon);
        let nowhere = one(
            "REQUEST",
            "DTSTART;TZID=Nowhere:20261201T200000\nDURATION:PT1H",
        );
        let zone = CalendarError::Zone("Nowhere".to_owned());
        assert_eq!(nowhere, Err(ItipError::Zone(1, zone)));
    }

    #[test]
    fn what_can_not_be_acted_on_is_refused_and_says_why() {
        let from = "DTSTART:20261201T090000Z";
        for (lines, words) in [
            (
                format!("{from}\nDURATION:PT1H\nRRULE:FREQ=SECONDLY"),
                "repeats",
            ),
            (
                format!("{from}\nDURATION:PT1H\nRECURRENCE-ID:20261201T090000Z"),
                "series",
            ),
            (from.to_owned(), "neither DTEND nor DURATION"),
            (
                format!("{from}\nDTEND:20261201T080000Z"),
                "before it begins",
            ),
            (format!("{from}\nDURATION:-PT1H"), "before it begins"),
            ("DTSTART;VALUE=DATE:20261201".to_owned(), "time of day"),
            (
                "ATTENDEE:mailto:a@b.example\n"
                    .repeat(257)
                    .trim()
                    .to_owned(),
                "more than 256",
            ),
        ] {
            let refused = one("REQUEST", &lines)
                .expect_err("nothing to act on")
                .to_string();
            assert!(
                refused.contains("event 1") && refused.contains(words),
                "{refused}"
            );
        }
        assert_eq!(one("PUBLISH", from), Err(ItipError::Method));
        assert_eq!(
            read(&"x".repeat(ITIP_BYTES_MAX + 1), "UTC"),
            Err(ItipError::Long)
        );
        let event = "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n";
        let of = |count: usize| {
            let events = event.repeat(count);
            let text = format!("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n{events}END:VCALENDAR\r\n");
            read(&text, "UTC").map(|heard| heard.len())
        };
        assert_eq!(of(0), Err(ItipError::NoEvents));
        assert_eq!(of(ITIP_EVENTS_MAX), Ok(ITIP_EVENTS_MAX));
        assert_eq!(of(ITIP_EVENTS_MAX + 1), Err(ItipError::ManyEvents));
    }

    #[test]
    fn any_text_and_time_that_is_written_is_read_back() {
        let scripts = [
            "a", "\\", ";", ",", ":", "\"", "\n", "é", "я", "京", "👋", "ש", " x",
        ];
        // Each length brings the fold to another place within another character.
        for length in 1..160_usize {
            let text: String = (0..length)
                .map(|at| scripts[(at * 7 + length) % scripts.len()])
                .collect();
            let text = format!("<{text}>");
            let from = i64::try_from(length).expect("small") * 86_399_000;
            let mut lines = Lines::calendar("test");
            for line in [
                "METHOD:REQUEST".to_owned(),
                "BEGIN:VEVENT".to_owned(),
                "UID:1".to_owned(),
                format!("DTSTART:{}", stamp(from)),
                format!("DTEND:{}", stamp(from + 60_000)),
                format!("SUMMARY:{}", escaped(&text)),
                "END:VEVENT".to_owned(),
            ] {
                lines.put(&line);
            }
            let written = lines.end();
            assert!(written.split("\r\n").all(|line| line.len() <= 75));
            let heard = read(&written, "UTC").expect("own output");
            assert_eq!(heard[0].summary.as_deref(), Some(text.as_str()));
            assert_eq!(heard[0].window, Some((from, from + 60_000)));
        }
    }
}
