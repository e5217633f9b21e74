//! The local API of the node that runs on a home.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openline_node::home::Home;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Longest answer that is read at once, bytes; exports are streamed and have no such limit.
const ANSWER_MAX: u64 = 256 << 20;

/// How long the node has to begin its answer, where nothing is to be waited for.
const PATIENCE: Duration = Duration::from_secs(120);
/// The same where it has much to read or write: pouches, backups, exports.
const LONG: Duration = Duration::from_secs(6 * 3600);

/// A connection to the node.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    token: String,
    agent: ureq::Agent,
    home: PathBuf,
    patience: Duration,
}

impl Client {
    /// Finds the node that runs on a home, and asks it as the machine's administrator.
    pub fn connect(home: &Path) -> Result<Self, Failure> {
        Home::open(home)?;
        let api = Home::read_api(home)?.ok_or_else(|| no_node(home))?;
        Ok(Self::new(home, api.address, api.token))
    }

    /// The same on behalf of an officer, whose token is in a file or in OPENLINE_OFFICER_TOKEN; as the administrator if there is
    /// none. An officer need not be able to read the home where OPENLINE_API says the address.
    pub fn connect_as(home: &Path, token_file: Option<&Path>) -> Result<Self, Failure> {
        let Some(token) = officer_token(token_file)? else {
            return Self::connect(home);
        };
        let address = match std::env::var("OPENLINE_API") {
            Ok(text) => text.parse().map_err(|_| {
                Failure::unusable(
                    format!("OPENLINE_API is \"{text}\", which is not an address"),
                    "set it to what openline serve says, such as 127.0.0.1:40123",
                )
            })?,
            Err(_) => Home::read_api(home)?.ok_or_else(|| no_node(home))?.address,
        };
        Ok(Self::new(home, address, token))
    }

    fn new(home: &Path, address: SocketAddr, token: String) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The node is on this machine, and the token is nobody else's business.
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(5)));
        Self {
            address,
            token,
            agent: config.build().into(),
            home: home.to_owned(),
            patience: PATIENCE,
        }
    }

    /// The port that the node's API and console listen on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The same node, given so much more time to answer.
    pub fn patient(&self, more: Duration) -> Self {
        Self {
            address: self.address,
            token: self.token.clone(),
            agent: self.agent.clone(),
            home: self.home.clone(),
            patience: PATIENCE.saturating_add(more),
        }
    }

    /// The same node, given the time that much work takes.
    pub fn for_long(&self) -> Self {
        self.patient(LONG)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn check(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<ureq::Body, Failure> {
        let answer = answer.map_err(|error| match error {
            ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => no_node(&self.home),
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                no_node(&self.home)
            }
            ureq::Error::Timeout(_) => Failure::unreachable(
                format!(
                    "the node has not answered for {} s: it may hang, and whether it has done what was asked is not known",
                    self.patience.as_secs()
                ),
                "see whether it does anything else: openline status; if not, stop it and start it again: nothing that it has promised is lost",
            ),
            error => Failure::unreachable(
                format!("the node has not answered ({error}): whether it has done what was asked is not known"),
                "look before you ask again: openline status, openline log --newest-first",
            ),
        })?;
        let status = answer.status().as_u16();
        let mut body = answer.into_body();
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let bytes = body.read_to_vec().unwrap_or_default();
        let problem: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let field = |name: &str| {
            problem[name]
                .as_str()
                .unwrap_or("the node gave no reason")
                .to_owned()
        };
        Err(Failure::from_problem(
            status,
            &field("code"),
            &field("title"),
            &field("next"),
        ))
    }

    fn read<T: DeserializeOwned>(body: &mut ureq::Body) -> Result<T, Failure> {
        let bytes = Self::bytes(body)?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::unreachable(
                format!("the node's answer can't be read: {error}"),
                "use the same version on both sides",
            )
        })
    }

    fn bytes(body: &mut ureq::Body) -> Result<Vec<u8>, Failure> {
        let read = body.with_config().limit(ANSWER_MAX).read_to_vec();
        read.map_err(|error| {
            Failure::unreachable(format!("the node's answer broke off: {error}"), "try again")
        })
    }

    /// Asks for something.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let answer = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer())
            .config()
            .timeout_recv_response(Some(self.patience))
            .build()
            .call();
        Self::read(&mut self.check(answer)?)
    }

    /// Asks for bytes.
    pub fn get_bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let answer = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer())
            .config()
            .timeout_recv_response(Some(self.patience))
            .build()
            .call();
        Self::bytes(&mut self.check(answer)?)
    }

    /// Asks for bytes that may be many, as a stream.
    pub fn get_stream(&self, path: &str) -> Result<impl std::io::Read + use<>, Failure> {
        let answer = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer())
            .config()
            .timeout_recv_response(Some(self.patience))
            .build()
            .call();
        Ok(self.check(answer)?.into_reader())
    }

    /// Asks the node to do something.
    pub fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let bytes = serde_json::to_vec(body)
            .map_err(|error| Failure::unusable(error.to_string(), "report this"))?;
        self.send(path, "application/json", &bytes)
            .and_then(|mut body| Self::read(&mut body))
    }

    /// Gives the node bytes.
    pub fn post_bytes<T: DeserializeOwned>(&self, path: &str, bytes: &[u8]) -> Result<T, Failure> {
        self.send(path, "application/octet-stream", bytes)
            .and_then(|mut body| Self::read(&mut body))
    }

    /// Asks the node for bytes that it has to make.
    pub fn post_for_bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.send(path, "application/json", b"{}")
            .and_then(|mut body| Self::bytes(&mut body))
    }

    fn send(&self, path: &str, content_type: &str, bytes: &[u8]) -> Result<ureq::Body, Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("Authorization", self.bearer())
            .config()
            .timeout_recv_response(Some(self.patience))
            .build();
        let answer = request.header("Content-Type", content_type).send(bytes);
        self.check(answer)
    }

    /// Removes something.
    pub fn delete(&self, path: &str) -> Result<(), Failure> {
        self.removed(path).map(|_| ())
    }

    /// Removes something, and reads what is left.
    pub fn delete_for<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        Self::read(&mut self.removed(path)?)
    }

    fn removed(&self, path: &str) -> Result<ureq::Body, Failure> {
        let answer = self
            .agent
            .delete(self.url(path))
            .header("Authorization", self.bearer())
            .config()
            .timeout_recv_response(Some(self.patience))
            .build()
            .call();
        self.check(answer)
    }
}

/// The first line of the file, or the environment's token.
fn officer_token(file: Option<&Path>) -> Result<Option<String>, Failure> {
    let text = match file {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
            Some(text.lines().next().unwrap_or_default().trim().to_owned())
        }
        None => std::env::var("OPENLINE_OFFICER_TOKEN").ok(),
    };
    let is_hex = |token: &str| token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit());
    match text {
        Some(token) if !is_hex(&token) => Err(Failure::unusable(
            "that is not an officer's token",
            "give the 64 digits that openline officer add or renew printed",
        )),
        token => Ok(token),
    }
}

fn no_node(home: &Path) -> Failure {
    Failure::unreachable(
        format!("no node runs on {}", home.display()),
        format!("start it with: openline serve --home {}", home.display()),
    )
}

/// A part of a path, with everything but plain characters escaped.
pub fn part(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|b| {
            if is_plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
