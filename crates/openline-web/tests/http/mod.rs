//! A node with its API, and a client that can also send what no client should.
#![allow(unreachable_pub, reason = "a module of a test")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use openline_node::home::{Cost, Home, InitOptions};
use openline_node::{Node, NodeOptions};
use tokio::runtime::Runtime;

/// Longer than anything takes on a loaded machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running node and its API.
pub struct Api {
    pub token: String,
    address: SocketAddr,
    runtime: Runtime,
    node: Option<Node>,
    _home: tempfile::TempDir,
}

impl Api {
    pub fn start() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("home");
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let options = InitOptions {
            name: "Ministry A".to_owned(),
            passphrase: "a passphrase".to_owned(),
            seals_node_key: false,
            listen_quic: vec![any],
            listen_tls: vec![any],
            endpoints: vec![],
            cost: Cost {
                memory_kib: 64,
                passes: 1,
            },
        };
        Home::init(&path, &options).expect("a home");
        let runtime = Runtime::new().expect("a runtime");
        let (node, listener) = runtime.block_on(async {
            let node = Node::start(&path, NodeOptions::default()).expect("starts");
            let listener = tokio::net::TcpListener::bind(any).await.expect("a port");
            (node, listener)
        });
        let address = listener.local_addr().expect("an address");
        let token = "0123456789abcdef".repeat(4);
        let (service, known) = (node.service(), token.clone());
        let origin = openline_console::Origin::local(address.port());
        let console = openline_console::Console::new(node.service(), origin, None);
        let console = console.expect("words");
        runtime.spawn(async move { openline_web::serve(listener, service, &known, console).await });
        Self {
            token,
            address,
            runtime,
            node: Some(node),
            _home: home,
        }
    }

    /// Sends bytes as they are and nothing after them, and returns what comes back until the other side closes.
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        self.exchange(bytes, true)
    }

    fn exchange(&self, bytes: &[u8], is_all: bool) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        // The server may close as soon as it has read enough to refuse.
        drop(stream.write_all(bytes));
        if is_all {
            drop(stream.shutdown(Shutdown::Write));
        }
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        answer
    }

    pub fn ask(&self, request: &Request) -> Answer {
        let answer = self.exchange(&request.bytes(self.address), false);
        Answer::parse(&answer)
            .unwrap_or_else(|| panic!("{}: {:?}", request.line, String::from_utf8_lossy(&answer)))
    }

    /// The node answers as before, and stops when it is asked to.
    pub fn still_works(mut self) {
        let answer = self.ask(&Request::new("GET", "/v1/status").token(&self));
        assert_eq!(answer.status, 200, "{answer:?}");
        let status: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(
            (&status["party"], &status["store"]["state"]),
            (&"Ministry A".into(), &"sound".into())
        );
        let answer = self.ask(&Request::new("POST", "/v1/shutdown").token(&self));
        assert_eq!(answer.status, 200, "{answer:?}");
        let node = self.node.take().expect("it runs");
        self.runtime.block_on(node.stopped());
    }
}

/// A request, sound in form if nothing else is asked for.
pub struct Request {
    line: String,
    host: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            line: format!("{method} {path}"),
            host: None,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(self, api: &Api) -> Self {
        let value = format!("Bearer {}", api.token);
        self.header("Authorization", &value)
    }

    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub fn body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.body = body;
        if content_type.is_empty() {
            self
        } else {
            self.header("Content-Type", content_type)
        }
    }

    pub fn json(self, body: &str) -> Self {
        self.body("application/json", body.as_bytes().to_vec())
    }

    fn bytes(&self, address: SocketAddr) -> Vec<u8> {
        let host = self.host.clone().unwrap_or_else(|| address.to_string());
        let mut text = format!(
            "{} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n",
            self.line
        );
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        [text.as_bytes(), &self.body].concat()
    }
}

/// What the server answered.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let mut headers = head.lines().filter_map(|line| line.split_once(": "));
        let content_type = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        Some(Self {
            status,
            content_type: content_type.map_or_else(String::new, |(_, value)| value.to_owned()),
            body: bytes[end + 4..].to_vec(),
        })
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]).into_owned();
        write!(f, "{} {} {body}", self.status, self.content_type)
    }
}
