//! Who looks, and how: the session, the façade that acts as whoever is signed in, the language, the theme, the zone.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::tz::TimeZone;
use openline_node::error::ServiceError;
use openline_node::service::Service;
use openline_node::view::{AlarmView, LineView, SessionView};

use crate::Console;
use crate::cookies::Cookie;
use crate::failure;
use crate::locale::{Language, Words};

/// How a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    System,
    /// For a bright office.
    Light,
    /// For a dark watch room.
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// How a page is to look and speak, whoever looks.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    /// The path and query that were asked for.
    pub(crate) path: String,
    /// Now, ms.
    pub(crate) now_ms: i64,
}

impl Setting {
    pub(crate) fn of(console: &Console, headers: &HeaderMap, path: &str) -> Self {
        let cookie = |cookie: Cookie| cookie.read(&console.origin, headers);
        let wanted = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let language = cookie(Cookie::Language)
            .and_then(|tag| Language::from_tag(&tag))
            .or_else(|| wanted.and_then(Language::wanted))
            .unwrap_or(Language::En);
        let theme = cookie(Cookie::Theme).and_then(|word| Theme::from_word(&word));
        Self {
            words: console.locales.words(language),
            theme: theme.unwrap_or(Theme::System),
            path: path.to_owned(),
            now_ms: openline_node::identity::wall_ms(),
        }
    }
}

/// A request by somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) console: Console,
    /// The façade, acting as whoever is signed in.
    pub(crate) service: Service,
    pub(crate) session: SessionView,
    pub(crate) setting: Setting,
    /// What stands around the page.
    pub(crate) frame: Frame,
    /// What every form carries, so that no other site's page can send it.
    pub(crate) mark: String,
    /// The session's token.
    pub(crate) token: String,
}

/// What stands around every page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// This party's name.
    pub(crate) party: String,
    /// The lines that the visitor may look at.
    pub(crate) lines: Vec<LineView>,
    /// What rings, or is silenced.
    pub(crate) alarms: Vec<AlarmView>,
}

impl Frame {
    async fn load(service: &Service) -> Result<Self, ServiceError> {
        Ok(Self {
            party: service.card().await?.name,
            lines: service.lines().await?,
            alarms: service.alarms().await?,
        })
    }
}

impl Visit {
    pub(crate) fn words(&self) -> &Words {
        &self.setting.words
    }

    /// A message of the visitor's language.
    pub(crate) fn say(&self, id: &str) -> String {
        self.setting.words.say(id)
    }

    /// Whether the visitor holds a role, in whatever line: what he may not do need not be offered. The façade decides.
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.session.roles.iter().any(|known| known == role)
    }

    /// The zone of this machine.
    pub(crate) fn zone(&self) -> TimeZone {
        TimeZone::system()
    }
}

/// What forms of a session carry: nobody can make it who has not the session's token.
pub(crate) fn mark_of(token: &str) -> String {
    let hash = openline_core::Hash::of(&[b"openline/form/v1\n", token.as_bytes()]);
    openline_core::id::hex(&hash.0[..16])
}

impl FromRequestParts<Console> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let setting = Setting::of(console, &parts.headers, path);
        let token = Cookie::Session.read(&console.origin, &parts.headers);
        let session = match &token {
            Some(token) => console.service.session(token).await,
            None => Ok(None),
        };
        match (token, session) {
            (Some(token), Ok(Some((session, service)))) => Ok(Self {
                console: console.clone(),
                frame: Frame::load(&service).await.map_err(|error| {
                    failure::page(&setting, None, &error.into()).into_response()
                })?,
                service,
                session,
                setting,
                mark: mark_of(&token),
                token,
            }),
            (_, Err(error)) => Err(failure::page(&setting, None, &error.into()).into_response()),
            _ if parts.method == Method::GET => Err(Redirect::to("/sign-in").into_response()),
            _ => Err(failure::signed_out(&setting)),
        }
    }
}
