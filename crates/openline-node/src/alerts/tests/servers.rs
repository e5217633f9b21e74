//! Servers on loopback that take alerts, and say what they got.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{PATIENCE, pass};

pub(super) fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/certs")
        .join(name)
}

fn tls(socket: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate("server.pem"))
        .expect("a file")
        .collect();
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(crate::roots::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(chain.expect("certificates"), key)
        .expect("they fit");
    let connection = ServerConnection::new(Arc::new(config)).expect("a connection");
    StreamOwned::new(connection, socket)
}

/// What one conversation brought; the next is answered only when it has been taken.
pub(super) struct Server {
    pub(super) port: u16,
    got: UnboundedReceiver<String>,
}

impl Server {
    /// Waits for what arrives next.
    pub(super) async fn next(&mut self) -> String {
        let began = Instant::now();
        loop {
            tokio::select! {
                biased;
                got = self.got.recv() => return got.expect("the server lives"),
                () = pass() => {}
            }
            assert!(began.elapsed() < PATIENCE, "something arrives");
        }
    }

    /// What has arrived and was not taken.
    pub(super) fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.got.try_recv().ok()).collect()
    }

    fn start(talk: impl Fn(TcpStream, usize, &UnboundedSender<String>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, got) = unbounded_channel();
        std::thread::spawn(move || {
            for (number, socket) in listener.incoming().flatten().enumerate() {
                let patience = Some(Duration::from_secs(20));
                socket.set_read_timeout(patience).expect("a timeout");
                talk(socket, number, &sender);
            }
        });
        Self { port, got }
    }

    /// A web server: the answers in turn, the last one from then on.
    pub(super) fn http(answers: &'static [&'static str]) -> Self {
        Self::start(move |mut socket, number, got| {
            let Some(request) = request(&mut socket) else {
                return;
            };
            let answer = answers[number.min(answers.len() - 1)];
            let text =
                format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = socket.write_all(text.as_bytes());
            let _ = got.send(request);
        })
    }

    /// The same within TLS.
    pub(super) fn https() -> Self {
        Self::start(move |socket, _, got| {
            let mut stream = tls(socket);
            let Some(request) = request(&mut stream) else {
                return;
            };
            let text = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(text.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
            let _ = got.send(request);
        })
    }

    /// A mail server.
    pub(super) fn smtp(post_office: PostOffice) -> Self {
        Self::start(move |mut socket, number, got| {
            let mut heard = String::new();
            let is_encrypting = post_office.talk(&mut socket, number, &mut heard, false);
            if is_encrypting {
                heard.push_str("(TLS)\n");
                post_office.talk(&mut tls(socket), number, &mut heard, true);
            }
            let _ = got.send(heard);
        })
    }

    /// A mail server within TLS from the first byte.
    pub(super) fn smtps(post_office: PostOffice) -> Self {
        Self::start(move |socket, number, got| {
            let mut heard = "(TLS)\n".to_owned();
            let mut stream = tls(socket);
            post_office.talk(&mut stream, number, &mut heard, true);
            let _ = got.send(heard);
        })
    }
}

/// One HTTP request with its body.
fn request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse::<usize>().expect("a number"))
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
        let count = stream.read(&mut chunk).ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}

/// How a mail server behaves.
#[derive(Clone, Copy, Default)]
pub(super) struct PostOffice {
    /// Conversations that are put off with a 4xx.
    pub(super) busy: usize,
    pub(super) offers_tls: bool,
    /// How it lets people in, such as `AUTH PLAIN`.
    pub(super) login: Option<&'static str>,
    /// A recipient it does not know.
    pub(super) unknown: Option<&'static str>,
}

impl PostOffice {
    /// True if TLS shall begin.
    fn talk<S: Read + Write>(
        &self,
        stream: &mut S,
        number: usize,
        heard: &mut String,
        is_encrypted: bool,
    ) -> bool {
        let mut stream = BufReader::new(stream);
        let say = |stream: &mut BufReader<&mut S>, words: &str| {
            let _ = stream
                .get_mut()
                .write_all(format!("{words}\r\n").as_bytes());
            let _ = stream.get_mut().flush();
        };
        if !is_encrypted || heard == "(TLS)\n" {
            say(&mut stream, "220 mail.example at your service");
        }
        let mut is_mail = false;
        loop {
            let mut line = String::new();
            if !matches!(stream.read_line(&mut line), Ok(1..)) {
                return false;
            }
            heard.push_str(&line);
            let line = line.trim_end();
            if is_mail {
                is_mail = line != ".";
                if !is_mail {
                    say(&mut stream, "250 taken");
                }
                continue;
            }
            let word = line.split(' ').next().unwrap_or_default();
            match word {
                "EHLO" => {
                    let mut offers = vec!["mail.example".to_owned()];
                    offers
                        .extend((self.offers_tls && !is_encrypted).then(|| "STARTTLS".to_owned()));
                    offers.extend(self.login.map(str::to_owned));
                    let last = offers.pop().expect("at least its name");
                    for offer in offers {
                        say(&mut stream, &format!("250-{offer}"));
                    }
                    say(&mut stream, &format!("250 {last}"));
                }
                "STARTTLS" => {
                    say(&mut stream, "220 go on");
                    return true;
                }
                "MAIL" if number < self.busy => say(&mut stream, "451 4.7.1 try again later"),
                "RCPT" if self.unknown.is_some_and(|unknown| line.contains(unknown)) => {
                    say(&mut stream, "550 no such mailbox");
                }
                "AUTH" if line == "AUTH LOGIN" => say(&mut stream, "334 VXNlcm5hbWU6"),
                "AUTH" => say(&mut stream, "235 welcome"),
                "MAIL" | "RCPT" => say(&mut stream, "250 yes"),
                "DATA" => {
                    say(&mut stream, "354 go on");
                    is_mail = true;
                }
                "QUIT" => {
                    say(&mut stream, "221 farewell");
                    return false;
                }
                // What follows AUTH LOGIN: first the name, then the password.
                _ if heard.lines().rev().nth(1) == Some("AUTH LOGIN") => {
                    say(&mut stream, "334 UGFzc3dvcmQ6");
                }
                _ => say(&mut stream, "235 welcome"),
            }
        }
    }
}

/// A port that nobody listens on: one below 1024, so that no other test is given it.
pub(super) const DEAD_PORT: u16 = 1;
