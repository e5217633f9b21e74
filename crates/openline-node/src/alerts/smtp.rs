//! What a node says to a mail server (RFC 5321), and no more than that: greeting, TLS, login, one mail.
//!
//! Written here since every client at hand brings thirty crates and more for mail of one fixed form. What
//! it sends has been checked by the configuration and holds no line end of another's making.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use zeroize::Zeroizing;

use super::channel::{Outcome, Reason};
use super::mail::Security;
use crate::roots;

/// How long one mail may take from the first byte to the last.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long one address of the server may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest line of a reply, bytes. RFC 5321, 4.5.3.1.5 asks for 512; some servers say more.
const LINE_MAX: u64 = 2048;
/// Most lines of a reply.
const LINES_MAX: usize = 128;

/// A mail server.
pub(super) struct Server<'a> {
    pub(super) name: &'a str,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// The name by which this node greets it.
    pub(super) greeting: &'a str,
}

/// A mail, and whom it is for.
pub(super) struct Envelope<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a [String],
    pub(super) text: &'a str,
}

impl Server<'_> {
    /// Hands a mail over. Some recipients may be refused while others are not.
    pub(super) fn send(
        &self,
        login: Option<(&str, &str)>,
        mail: &Envelope<'_>,
    ) -> Result<Outcome, Reason> {
        let socket = self.connect()?;
        let mut talk = match self.security {
            Security::Tls => Talk::new(self.encrypt(socket)?, self.name),
            Security::StartTls | Security::None => Talk::new(Stream::Plain(socket), self.name),
        };
        talk.expect("greeting", 220)?;
        let mut offers = talk.greet(self.greeting)?;
        if self.security == Security::StartTls {
            talk = self.start_tls(talk, &offers)?;
            offers = talk.greet(self.greeting)?;
        }
        if let Some((user, password)) = login {
            talk.log_in(&offers, user, password)?;
        }
        let outcome = talk.hand_over(mail)?;
        // The mail is theirs; whether they like the farewell does not matter.
        let _ = talk.ask("QUIT");
        Ok(outcome)
    }

    fn connect(&self) -> Result<Timed, Reason> {
        let until = Instant::now() + TIMEOUT;
        let failed =
            |error: std::io::Error| Reason::new(format!("{} can't be reached: {error}", self.name));
        let mut last = std::io::Error::other("its name leads nowhere");
        for address in (self.name, self.port).to_socket_addrs().map_err(failed)? {
            let left = until.saturating_duration_since(Instant::now());
            let left = left.min(CONNECT_TIMEOUT).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(&address, left) {
                Ok(socket) => return Ok(Timed { socket, until }),
                Err(error) => last = error,
            }
        }
        Err(failed(last))
    }

    fn start_tls(&self, mut talk: Talk<'_>, offers: &[String]) -> Result<Talk<'_>, Reason> {
        if !offers
            .iter()
            .any(|offer| offer.eq_ignore_ascii_case("STARTTLS"))
        {
            return Err(talk.reason("offers no STARTTLS; nothing was sent"));
        }
        talk.ask("STARTTLS")?.expect(&talk, "STARTTLS", 220)?;
        if !talk.stream.buffer().is_empty() {
            // What came before the handshake could be anybody's.
            return Err(
                talk.reason("said something between STARTTLS and the handshake; nothing was sent")
            );
        }
        match talk.stream.into_inner() {
            Stream::Plain(socket) => Ok(Talk::new(self.encrypt(socket)?, self.name)),
            Stream::Tls(_) => Err(Reason::new("TLS had begun already")),
        }
    }

    fn encrypt(&self, socket: Timed) -> Result<Stream, Reason> {
        let mut trusted = RootCertStore::empty();
        trusted.add_parsable_certificates(self.certificates.iter().cloned());
        let wrong = |error: &dyn std::fmt::Display| Reason::new(format!("{}: {error}", self.name));
        let config = ClientConfig::builder_with_provider(roots::provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| wrong(&error))?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        let name = ServerName::try_from(self.name.to_owned()).map_err(|error| wrong(&error))?;
        let connection =
            ClientConnection::new(Arc::new(config), name).map_err(|error| wrong(&error))?;
        Ok(Stream::Tls(Box::new(StreamOwned::new(connection, socket))))
    }
}

/// A socket on which every single read and write ends in time, however slowly the other side goes.
struct Timed {
    socket: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> std::io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        Ok(Some(left))
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.socket.set_read_timeout(self.left()?)?;
        self.socket.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.socket.set_write_timeout(self.left()?)?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.socket.flush()
    }
}

/// The socket, as it is or within TLS.
enum Stream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// A server's answer.
struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    /// Refuses any other code.
    fn expect(self, talk: &Talk<'_>, to: &str, code: u16) -> Result<Self, Reason> {
        if self.code == code {
            return Ok(self);
        }
        let words = self.lines.first().map_or("", String::as_str);
        Err(talk.reason(&format!("answered {to} with {} {words}", self.code)))
    }
}

/// A conversation under way.
struct Talk<'a> {
    stream: BufReader<Stream>,
    server: &'a str,
}

impl<'a> Talk<'a> {
    fn new(stream: Stream, server: &'a str) -> Self {
        Self {
            stream: BufReader::new(stream),
            server,
        }
    }

    fn expect(&mut self, to: &str, code: u16) -> Result<Reply, Reason> {
        self.reply()?.expect(self, to, code)
    }

    /// Says a line and gives the answer, whatever it is.
    fn ask(&mut self, line: &str) -> Result<Reply, Reason> {
        let bytes = Zeroizing::new(format!("{line}\r\n"));
        self.say(bytes.as_bytes())?;
        self.reply()
    }

    /// What the server can do.
    fn greet(&mut self, name: &str) -> Result<Vec<String>, Reason> {
        let reply = self.ask(&format!("EHLO {name}"))?;
        Ok(reply.expect(self, "EHLO", 250)?.lines)
    }

    fn log_in(&mut self, offers: &[String], user: &str, password: &str) -> Result<(), Reason> {
        let has = |way: &str| {
            offers.iter().any(|offer| {
                let mut words = offer.split([' ', '=']);
                words
                    .next()
                    .is_some_and(|word| word.eq_ignore_ascii_case("AUTH"))
                    && words.any(|word| word.eq_ignore_ascii_case(way))
            })
        };
        let encoded = |text: &str| Zeroizing::new(STANDARD.encode(text));
        // What the server says to a login could repeat it.
        let refused = |talk: &Self, code: u16| {
            talk.reason(&format!(
                "answered the login with {code}: look at user and password_file"
            ))
        };
        let last = if has("PLAIN") {
            let secret = Zeroizing::new(format!("\0{user}\0{password}"));
            let line = Zeroizing::new(format!("AUTH PLAIN {}", encoded(&secret).as_str()));
            self.ask(&line)?
        } else if has("LOGIN") {
            for line in ["AUTH LOGIN", &encoded(user)] {
                let reply = self.ask(line)?;
                if reply.code != 334 {
                    return Err(refused(self, reply.code));
                }
            }
            self.ask(&encoded(password))?
        } else {
            return Err(self.reason("offers no login by password (AUTH PLAIN or LOGIN)"));
        };
        if last.code == 235 {
            Ok(())
        } else {
            Err(refused(self, last.code))
        }
    }

    fn hand_over(&mut self, mail: &Envelope<'_>) -> Result<Outcome, Reason> {
        self.ask(&format!("MAIL FROM:<{}>", mail.from))?
            .expect(self, "MAIL FROM", 250)?;
        let mut refused = Vec::new();
        for to in mail.to {
            let reply = self.ask(&format!("RCPT TO:<{to}>"))?;
            if !matches!(reply.code, 250..=252) {
                let words = reply.lines.first().map_or("", String::as_str);
                refused.push(format!("{to} ({} {words})", reply.code));
            }
        }
        let reason = self.reason(&format!(
            "takes no mail for {} of {} recipients: {}",
            refused.len(),
            mail.to.len(),
            refused.join(", ")
        ));
        if refused.len() == mail.to.len() {
            return Err(reason);
        }
        self.ask("DATA")?.expect(self, "DATA", 354)?;
        self.say(stuffed(mail.text).as_bytes())?;
        self.expect("the mail", 250)?;
        if refused.is_empty() {
            Ok(Outcome::Delivered)
        } else {
            Ok(Outcome::InPart(reason))
        }
    }

    fn say(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        let stream = self.stream.get_mut();
        let said = stream.write_all(bytes).and_then(|()| stream.flush());
        said.map_err(|error| self.broken(&error))
    }

    fn reply(&mut self) -> Result<Reply, Reason> {
        let mut lines = Vec::new();
        while lines.len() < LINES_MAX {
            let line = self.line()?;
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let Some(code) = code else {
                break;
            };
            lines.push(line.get(4..).unwrap_or_default().trim_end().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Reply { code, lines });
            }
        }
        Err(self.reason("does not speak SMTP there: look at server and port"))
    }

    fn line(&mut self) -> Result<String, Reason> {
        let mut bytes = Vec::new();
        let read = (&mut self.stream)
            .take(LINE_MAX)
            .read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => Err(self.reason("closed the connection")),
            Ok(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn broken(&self, error: &std::io::Error) -> Reason {
        use std::io::ErrorKind as E;
        match error.kind() {
            E::WouldBlock | E::TimedOut => self.reason("did not answer in time"),
            E::InvalidData => self.reason(&format!("could not prove who it is: {error}")),
            _ => self.reason(&format!("broke off: {error}")),
        }
    }

    fn reason(&self, words: &str) -> Reason {
        Reason::new(format!("the mail server {} {words}", self.server))
    }
}

/// A mail as DATA wants it: no line begins with a lone dot (RFC 5321, 4.5.2), and a dot ends it.
fn stuffed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_terminator("\r\n") {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
        out.push_str("\r\n");
    }
    out.push_str(".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_ends_the_mail_early() {
        assert_eq!(stuffed("a\r\n.\r\n..b\r\n"), "a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(stuffed("a"), "a\r\n.\r\n");
    }
}
