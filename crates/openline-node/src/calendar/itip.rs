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
