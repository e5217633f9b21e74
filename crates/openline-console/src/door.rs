//! What every request passes: the host it names, and the headers that bind the browser.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use openline_node::webauthn::RelyingParty;

use crate::Console;

/// Nothing but our own files, no inline script or style, no frame, no form that leads elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The address under which browsers reach the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// On this machine: `http://localhost:PORT`, which browsers take for secure.
    #[must_use]
    pub fn local(port: u16) -> Self {
        Self {
            text: format!("http://localhost:{port}"),
            host: format!("localhost:{port}"),
            port: Some(port),
        }
    }

    /// Behind a proxy that ends TLS: `https://NAME`, with a port if it is not 443.
    #[must_use]
    pub fn behind_proxy(text: &str) -> Option<Self> {
        let host = text.strip_prefix("https://")?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        let is_host = !host.is_empty() && host.chars().all(is_plain);
        is_host.then(|| Self {
            text: text.to_owned(),
            host: host.to_owned(),
            port: None,
        })
    }

    /// As text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The console, as authenticators know it.
    pub(crate) fn relying_party(&self) -> RelyingParty {
        let host = self.host.split(':').next().unwrap_or(&self.host);
        RelyingParty {
            id: host.to_owned(),
            origin: self.text.clone(),
        }
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// What cookies are told apart by: browsers send a host's cookies to all of its ports, and two nodes may share a machine.
    pub(crate) fn cookie_mark(&self) -> String {
        self.port
            .map_or_else(String::new, |port| format!("-{port}"))
    }

    fn is_named_by(&self, host: &str) -> bool {
        let by_number = self.port.map(|port| format!("127.0.0.1:{port}"));
        host == self.host || by_number.is_some_and(|name| name == host)
    }
}

/// Refuses requests under a name that is not ours, and forms that another site's page has sent.
pub(crate) async fn check(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    match refusal(&console.origin, &request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

fn refusal(origin: &Origin, request: &Request) -> Option<(StatusCode, String)> {
    let text = |name: HeaderName| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    if !text(HOST).is_some_and(|host| origin.is_named_by(host)) {
        let words = format!("The console is at {}\n", origin.as_str());
        return Some((StatusCode::MISDIRECTED_REQUEST, words));
    }
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_foreign = text(ORIGIN).is_some_and(|from| from != origin.as_str());
    let words = "This form was sent by a page of another site; nothing was done.\n";
    (!is_reading && is_foreign).then(|| (StatusCode::FORBIDDEN, words.to_owned()))
}

/// Puts the headers on an answer.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    put(CONTENT_SECURITY_POLICY, POLICY);
    put(X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(X_FRAME_OPTIONS, "DENY");
    put(REFERRER_POLICY, "same-origin");
    put(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    put(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    put(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    );
    put(CACHE_CONTROL, "no-store");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_named_by_its_host_alone() {
        let origin = Origin::local(7000);
        assert!(origin.is_named_by("localhost:7000") && origin.is_named_by("127.0.0.1:7000"));
        assert!(!origin.is_named_by("localhost") && !origin.is_named_by("evil.example:7000"));
        let origin = Origin::behind_proxy("https://console.example").expect("an origin");
        assert!(origin.is_named_by("console.example") && origin.is_secure());
        for text in [
            "http://console.example",
            "https://",
            "https://a/b",
            "https://a b",
        ] {
            assert_eq!(Origin::behind_proxy(text), None, "{text}");
        }
    }
}
