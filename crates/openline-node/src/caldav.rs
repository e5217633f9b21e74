//! A calendar on a CalDAV server (RFC 4791), read once: what is busy from now on.
//!
//! The server learns which span of time is asked about, and nothing of any line. The password is used for the one request and is
//! kept nowhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{Request, Uri};
use zeroize::Zeroizing;

use crate::error::ServiceError;
use crate::https;

/// How long the whole exchange may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest answer, bytes.
const ANSWER_MAX: u64 = 16 << 20;
/// Before now, what may still last: an event that began then is asked for, too, ms.
const BEFORE_MS: i64 = 31 * 86_400_000;

const DAV: &str = "DAV:";
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";

/// A calendar, and who may read it.
pub(crate) struct Source {
    uri: Uri,
    host: String,
    is_secure: bool,
    user: String,
    password: Zeroizing<String>,
    ca_file: Option<PathBuf>,
}

impl Source {
    /// Takes the address of a calendar: `https://`, or `http://` on this machine.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] with what to give.
    pub(crate) fn new(
        url: &str,
        user: String,
        password: Zeroizing<String>,
        ca_file: Option<PathBuf>,
    ) -> Result<Self, ServiceError> {
        let unusable =
            |words: &str| ServiceError::Unusable(format!("the calendar's address {words}"));
        let uri: Uri = url
            .parse()
            .map_err(|_| unusable("can't be read: give https://HOST/PATH"))?;
        let host = uri.host().unwrap_or_default().to_owned();
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if https::is_loopback(&host) => false,
            Some("http") => {
                return Err(unusable(
                    "is plain http, which others can read: give https://",
                ));
            }
            _ => return Err(unusable("must begin with https://")),
        };
        if uri.authority().is_none_or(|all| all.as_str().contains('@')) {
            return Err(unusable(
                "holds a name or password: give them apart from it",
            ));
        }
        Ok(Self {
            uri,
            host,
            is_secure,
            user,
            password,
            ca_file,
        })
    }

    /// Every event of the calendar that may lie in a span from now on, as one iCalendar text. A calendar without any is none.
    ///
    /// It blocks until the server has answered.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] for a server that can't be reached, [`ServiceError::Unusable`] for one that refuses or answers
    /// something else; each with what to do.
    pub(crate) fn read(
        &self,
        home: &Path,
        now_ms: i64,
        span_ms: i64,
    ) -> Result<Option<String>, ServiceError> {
        let agent = https::agent(home, self.is_secure, self.ca_file.as_deref(), TIMEOUT)
            .map_err(ServiceError::Unavailable)?;
        let login = Zeroizing::new(format!("{}:{}", self.user, self.password.as_str()));
        let login = Zeroizing::new(STANDARD.encode(login.as_bytes()));
        let request = Request::builder()
            .method("REPORT")
            .uri(&self.uri)
            .header("Depth", "1")
            .header("Content-Type", "application/xml; charset=utf-8")
            .header("Authorization", format!("Basic {}", login.as_str()))
            .body(query(now_ms - BEFORE_MS, now_ms + span_ms))
            .map_err(|error| ServiceError::Unusable(error.to_string()))?;
        let mut answer = agent.run(request).map_err(|error| {
            let words = https::reason(&self.host, &error, TIMEOUT);
            ServiceError::Unavailable(format!("{words}; nothing was changed"))
        })?;
        self.check(answer.status().as_u16())?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_MAX)
            .read_to_string()
            .map_err(|error| {
                ServiceError::Unusable(format!(
                    "{} answered what can't be read to its end ({error}); nothing was changed",
                    self.host
                ))
            })?;
        joined(&text).map_err(|why| {
            ServiceError::Unusable(format!(
                "{} answered what is no list of events ({why}); is the address that of a calendar? Nothing was changed",
                self.host
            ))
        })
    }

    fn check(&self, status: u16) -> Result<(), ServiceError> {
        let words = match status {
            207 => return Ok(()),
            401 | 403 => "does not accept the name and password".to_owned(),
            404 => "has no calendar at that address".to_owned(),
            405 | 501 => "does not answer calendar queries at that address: give the address of the calendar itself".to_owned(),
            300..=399 => format!("answered {status}, which sends on to another address: give that address if it is right"),
            500..=599 => {
                let words = format!("{} answered {status}: try again later; nothing was changed", self.host);
                return Err(ServiceError::Unavailable(words));
            }
            _ => format!("answered {status}"),
        };
        Err(ServiceError::Unusable(format!(
            "{} {words}; nothing was changed",
            self.host
        )))
    }
}

/// A calendar query for events in a span (RFC 4791 section 7.8).
fn query(from_ms: i64, until_ms: i64) -> String {
    let at = |ms: i64| {
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
        at.strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <C:calendar-query xmlns:D=\"{DAV}\" xmlns:C=\"{CALDAV}\"><D:prop><C:calendar-data/></D:prop>\
         <C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">\
         <C:time-range start=\"{}\" end=\"{}\"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>",
        at(from_ms),
        at(until_ms)
    )
}

/// The events and zones of every object of an answer, in one calendar; none if there are none.
fn joined(answer: &str) -> Result<Option<String>, String> {
    // Without document types: entities of others can't grow here.
    let document = roxmltree::Document::parse(answer).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if !root.has_tag_name((DAV, "multistatus")) {
        return Err("no multistatus".to_owned());
    }
    let objects = root
        .descendants()
        .filter(|node| node.has_tag_name((CALDAV, "calendar-data")));
    let mut parts = BTreeSet::new();
    for object in objects {
        for part in components(object.text().unwrap_or_default())? {
            parts.insert(part);
        }
    }
    if !parts.iter().any(|part| part.starts_with("BEGIN:VEVENT")) {
        return Ok(None);
    }
    let mut text =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//openline//joined//EN\r\n".to_owned();
    // Zones sort before events in no order that matters, and the same zone of many objects is there once.
    parts.iter().for_each(|part| text.push_str(part));
    text.push_str("END:VCALENDAR\r\n");
    Ok(Some(text))
}

/// The components within a calendar object, each with its lines as they are.
fn components(object: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut part = String::new();
    let mut open: Vec<String> = Vec::new();
    for line in object.lines() {
        let word = |mark: &str| {
            let rest = line
                .get(..mark.len())
                .filter(|start| start.eq_ignore_ascii_case(mark));
            rest.map(|_| line[mark.len()..].trim().to_ascii_uppercase())
        };
        let ends = word("END:");
        if let Some(name) = word("BEGIN:") {
            open.push(name);
        }
        if open.len() > 1 {
            part.push_str(line);
            part.push_str("\r\n");
        }
        if let Some(name) = ends {
            if open.pop() != Some(name) {
                return Err("an object's parts do not end as they begin".to_owned());
            }
            if open.len() == 1 {
                found.push(std::mem::take(&mut part));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(url: &str) -> Result<Source, ServiceError> {
        Source::new(
            url,
            "desk".to_owned(),
            Zeroizing::new("any".to_owned()),
            None,
        )
    }

    #[test]
    fn a_password_goes_to_https_and_to_this_machine_alone() {
        assert!(source("https://dav.example/desk/calendar/").is_ok());
        assert!(source("http://127.0.0.1:5232/desk/calendar/").is_ok());
        for (url, why) in [
            ("http://dav.example/", "plain http"),
            ("ftp://dav.example/", "https://"),
            ("https://me:pw@dav.example/", "apart"),
            ("calendar", "https://"),
            ("https://[", "can't be read"),
        ] {
            let words = source(url).err().map(|error| error.to_string());
            assert!(
                words.as_ref().is_some_and(|words| words.contains(why)),
                "{url}: {words:?}"
            );
        }
    }

    fn answer(objects: &[&str]) -> String {
        let objects: Vec<String> = objects
            .iter()
            .map(|object| format!("<d:response><d:href>/x</d:href><d:propstat><d:prop><c:calendar-data>{object}</c:calendar-data></d:prop></d:propstat></d:response>"))
            .collect();
        format!(
            "<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"{CALDAV}\">{}</d:multistatus>",
            objects.concat()
        )
    }

    #[test]
    fn objects_become_one_calendar_with_each_zone_once() {
        let object = |uid: u8| {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:A &amp; B\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            )
        };
        let text = joined(&answer(&[&object(1), &object(2)]))
            .expect("right")
            .expect("events");
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1, "{text}");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "{text}");
        assert!(text.contains("SUMMARY:A & B\r\n") && text.matches("BEGIN:VCALENDAR").count() == 1);
        assert_eq!(joined(&answer(&[])), Ok(None));
    }

    #[test]
    fn what_is_no_list_of_events_is_refused() {
        assert!(joined("<html/>").is_err());
        assert!(joined("not XML").is_err());
        assert!(joined("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").is_err());
        assert!(joined(&answer(&["BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR"])).is_err());
    }
}
