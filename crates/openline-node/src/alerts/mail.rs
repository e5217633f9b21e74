//! Alerts by e-mail: plain text, the kind and precedence in its subject.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::alert::Alert;
use super::channel::{Outcome, Reason};
use super::secret;
use super::smtp::{Envelope, Server};
use crate::roots;

/// Characters of base64 on a line (RFC 2045, 6.8).
const BASE64_LINE: usize = 76;

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS begins within the conversation, or nothing is said.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Nothing; only to this machine itself.
    None,
}

impl Security {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            "none-loopback-only" => Some(Self::None),
            _ => None,
        }
    }

    /// The usual port.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Who the mail server lets in.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password_file: PathBuf,
}

/// A mail server and whom it shall reach.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    pub(super) server: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

impl Mail {
    pub(super) fn deliver(&self, home: &Path, alert: &Alert) -> Result<Outcome, Reason> {
        let login = match &self.login {
            None => None,
            Some(login) => Some((
                login.user.as_str(),
                secret::read(home, &login.password_file)?,
            )),
        };
        let certificates = match self.security {
            Security::None => Vec::new(),
            Security::StartTls | Security::Tls => {
                roots::certificates(home, self.ca_file.as_deref()).map_err(Reason::new)?
            }
        };
        let server = Server {
            name: &self.server,
            port: self.port,
            security: self.security,
            certificates,
            // What the server puts into the mail as our name: a domain that is ours, and no address of this machine.
            greeting: domain(&self.from),
        };
        let text = self.text(alert, crate::identity::wall_ms());
        server.send(
            login
                .as_ref()
                .map(|(user, password)| (*user, password.as_str())),
            &Envelope {
                from: &self.from,
                to: &self.to,
                text: &text,
            },
        )
    }

    /// The whole mail, with CRLF at the end of each line.
    fn text(&self, alert: &Alert, now_ms: i64) -> String {
        let date = jiff::Timestamp::from_millisecond(now_ms)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .strftime("%a, %d %b %Y %H:%M:%S +0000");
        let random = openline_core::id::hex(&crate::identity::random::<8>());
        let body = alert.to_text();
        let (encoding, body) = if body.is_ascii() {
            ("7bit", body.replace('\n', "\r\n"))
        } else {
            ("base64", base64_lines(&body))
        };
        let head = [
            format!("From: <{}>", self.from),
            format!("To: <{}>", self.to.join(">, <")),
            format!("Date: {date}"),
            format!("Subject: {}", alert.headline()),
            format!(
                "Message-ID: <{}.{random}@{}>",
                alert.id.reference(),
                domain(&self.from)
            ),
            // RFC 3834: no program shall answer it.
            "Auto-Submitted: auto-generated".to_owned(),
            "MIME-Version: 1.0".to_owned(),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            format!("Content-Transfer-Encoding: {encoding}"),
        ];
        format!("{}\r\n\r\n{body}", head.join("\r\n"))
    }
}

fn domain(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
}

fn base64_lines(text: &str) -> String {
    let encoded = STANDARD.encode(text);
    let mut lines = String::new();
    for line in encoded.as_bytes().chunks(BASE64_LINE) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push_str("\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::{AlertId, AlertKind};

    fn mail() -> Mail {
        Mail {
            server: "127.0.0.1".to_owned(),
            port: 25,
            security: Security::None,
            login: None,
            ca_file: None,
            from: "node@line.example".to_owned(),
            to: vec!["a@line.example".to_owned(), "b@line.example".to_owned()],
        }
    }

    #[test]
    fn a_mail_reads_as_it_should() {
        let alert = Alert::new(AlertKind::Drill, AlertId::new("x"), 0);
        let text = mail().text(&alert, 1_764_000_000_000);
        assert!(text.contains("\r\nSubject: ALERT: drill\r\n"), "{text}");
        assert!(
            text.contains("\r\nDate: Mon, 24 Nov 2025 16:00:00 +0000\r\n"),
            "{text}"
        );
        assert!(
            text.contains("To: <a@line.example>, <b@line.example>\r\n"),
            "{text}"
        );
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
    }

    #[test]
    fn what_is_not_ascii_is_wrapped() {
        let alert = Alert::new(AlertKind::Drill, AlertId::new("x"), 0).for_post(&"д".repeat(60));
        let text = mail().text(&alert, 0);
        assert!(text.is_ascii() && text.contains("Encoding: base64\r\n"));
        assert!(text.lines().all(|line| line.len() <= 78), "{text}");
        let (_, body) = text.split_once("\r\n\r\n").expect("a body");
        let bytes = STANDARD.decode(body.replace("\r\n", "")).expect("base64");
        assert_eq!(String::from_utf8(bytes).expect("text"), alert.to_text());
    }
}
