//! Cookies: the session, the language, the theme.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};

use crate::door::Origin;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session's token.
    Session,
    /// The chosen language.
    Language,
    /// The chosen theme.
    Theme,
}

/// A year: how long a choice is kept, seconds.
const CHOICE_S: i64 = 365 * 86_400;

impl Cookie {
    fn name(self, origin: &Origin) -> String {
        let word = match self {
            Self::Session => "session",
            Self::Language => "language",
            Self::Theme => "theme",
        };
        format!("openline-{word}{}", origin.cookie_mark())
    }

    /// Its value in a request.
    pub(crate) fn read(self, origin: &Origin, headers: &HeaderMap) -> Option<String> {
        let name = self.name(origin);
        let all = headers.get_all(COOKIE).iter();
        all.filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }

    /// A header that sets it; values are our own words and tokens, which need no quoting. An empty value ends it.
    pub(crate) fn set(self, origin: &Origin, value: &str) -> Option<HeaderValue> {
        let age = match (self, value) {
            (_, "") => 0,
            (Self::Session, _) => openline_node::sessions::SESSION_MS / 1000,
            _ => CHOICE_S,
        };
        let secure = if origin.is_secure() { "; Secure" } else { "" };
        let name = self.name(origin);
        // `Lax`: a link from a terminal or a mail into the console must find the session; acts are forms, which carry a mark of
        // their own, and are refused when they come from another site.
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_port() {
        let mut headers = HeaderMap::new();
        let line = "openline-session-7000=abc; openline-session-7001=def";
        headers.insert(COOKIE, HeaderValue::from_static(line));
        let read = |port| Cookie::Session.read(&Origin::local(port), &headers);
        assert_eq!(read(7000).as_deref(), Some("abc"));
        assert_eq!(read(7001).as_deref(), Some("def"));
        assert_eq!(read(7002), None);
    }

    #[test]
    fn no_script_reads_a_cookie_and_an_empty_one_ends() {
        let origin = Origin::local(7000);
        let set = Cookie::Session.set(&origin, "").expect("a header");
        let text = set.to_str().expect("text");
        assert!(
            text.contains("HttpOnly") && text.contains("Max-Age=0"),
            "{text}"
        );
        assert_eq!(Cookie::Session.set(&origin, "a\nb"), None);
    }
}
