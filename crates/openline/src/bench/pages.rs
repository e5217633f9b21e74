//! The console's pages on a line with a very long record: how large each is, and how long the server takes for it.

mod record;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use openline_console::{Console, Origin};
use openline_node::service::Service;
use openline_node::view::{PositionRequest, TextProposeRequest, TopicRequest};
use openline_node::{Node, NodeOptions};
use serde::Serialize;
use tokio::net::TcpListener;

use super::{failed, pair, percentile};
use crate::failure::Failure;
use crate::output::Output;

/// No page may take longer on the server, ms: the median of its answers.
const TIME_MAX_MS: f64 = 100.0;
/// No page may be larger, bytes.
const SIZE_MAX: usize = 100_000;
/// How often each page is asked for, after a first time that is not counted.
const TIMES: usize = 9;
/// Topics, encounters and texts beside the messages.
const SUBSTANCE: usize = 24;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    entries: u64,
    /// The answer to a page that does not exist: what the way to any page costs.
    floor_ms: f64,
    /// How long the node looks the record through after its start. Pages answer meanwhile, and take longer.
    look_through_ms: f64,
    pages: Vec<Measured>,
}

#[derive(Debug, Serialize)]
struct Measured {
    page: String,
    bytes: usize,
    median_ms: f64,
    worst_ms: f64,
    over_floor: f64,
    is_held: bool,
}

impl Figures {
    pub(super) fn is_held(&self) -> bool {
        self.pages.iter().all(|page| page.is_held)
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "\npages of the console with {} entries on the line: at most {TIME_MAX_MS:.0} ms on the server and {SIZE_MAX} bytes\n  \
             floor (no such page): {:.2} ms; the record is looked through once after the start: {:.0} ms\n",
            self.entries, self.floor_ms, self.look_through_ms
        );
        for page in &self.pages {
            let verdict = if page.is_held { "held  " } else { "MISSED" };
            text.push_str(&format!(
                "  {verdict} {:<40} {:>7} bytes  median {:>8.2} ms ({:>6.1} times the floor), worst {:>8.2} ms\n",
                page.page, page.bytes, page.median_ms, page.over_floor, page.worst_ms
            ));
        }
        text
    }
}

/// Makes the record, starts a node and its console on it, and reads every page as an officer's browser does.
pub(super) async fn run(folder: &Path, entries: u64, output: Output) -> Result<Figures, Failure> {
    let homes = [folder.join("alpha"), folder.join("beta")];
    pair::make_home(&homes[0], "Alpha")?;
    pair::make_home(&homes[1], "Beta")?;
    record::make([&homes[0], &homes[1]], entries, output)?;
    output.say("the node takes the record up");
    let options = NodeOptions {
        listen_quic: Some(vec![]),
        listen_tls: Some(vec![]),
        ..NodeOptions::default()
    };
    let node = Node::start(&homes[0], options).map_err(failed)?;
    let service = node.service();
    let started = Instant::now();
    service.look_through().await?;
    let look_through_ms = started.elapsed().as_secs_f64() * 1000.0;
    let line = service.lines().await?.remove(0).id;
    let deep = substance(&service, &line).await?;
    let browser = Browser::sign_in(&service).await?;
    output.say("the pages, each several times");
    let floor_ms = browser.read("/no-such-page", 404).await?.median();
    let mut pages = Vec::new();
    for (name, path) in paths(&line, &deep) {
        let read = browser.read(&path, 200).await?;
        let (median_ms, worst_ms) = (read.median(), read.worst());
        pages.push(Measured {
            page: name,
            bytes: read.bytes,
            median_ms,
            worst_ms,
            over_floor: median_ms / floor_ms,
            is_held: median_ms <= TIME_MAX_MS && read.bytes <= SIZE_MAX,
        });
    }
    service.shutdown().await?;
    node.stopped().await;
    Ok(Figures {
        entries,
        floor_ms,
        look_through_ms,
        pages,
    })
}

/// Topics, encounters and a text: put on the record as an officer would. Gives the place of the text.
async fn substance(service: &Service, line: &str) -> Result<Deep, Failure> {
    let mut deep = Deep::default();
    for at in 0..SUBSTANCE {
        let encounter = service
            .ask_encounter(read(serde_json::json!({
                "line": line, "post": "watch", "kind": "meeting", "level": "officials",
                "subject": format!("Meeting {at} of the joint commission"),
            }))?)
            .await?;
        let topic: TopicRequest = read(serde_json::json!({
            "line": line, "post": "watch", "kind": "issue", "title": format!("Question {at} of the agenda"),
            "raised_in": [encounter.place],
        }))?;
        let topic = service.raise_topic(topic).await?;
        let position: PositionRequest = read(serde_json::json!({
            "line": line, "post": "watch", "of": topic.place.clone(), "words": "The position is as it was stated at the last meeting.",
        }))?;
        service.state_position(position).await?;
        deep.encounter = encounter.place;
        deep.topic = topic.place;
    }
    let markdown = (1..40)
        .map(|at| format!("{at}. The parties [shall / should] keep each other informed of what paragraph {at} of the annex names.\n"))
        .collect::<Vec<_>>()
        .join("\n");
    let text: TextProposeRequest = read(serde_json::json!({
        "line": line, "post": "watch", "title": "Memorandum", "language": "en", "markdown": markdown,
    }))?;
    deep.text = service.propose_text(text).await?.place;
    Ok(deep)
}

/// Places of entries whose pages are read.
#[derive(Debug, Default)]
struct Deep {
    encounter: String,
    topic: String,
    text: String,
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(failed)
}

fn paths(line: &str, deep: &Deep) -> Vec<(String, String)> {
    let base = format!("/lines/{line}");
    let on_line = [
        "",
        "?kind=all",
        "?kind=topic",
        "?kind=encounter",
        "?type=exercise",
        "?type=test",
        "?party=Beta",
        "?from=500",
        "?kind=text",
        "/record",
        "/record?from=500",
        "/health",
        "/topics",
        "/texts",
        "/encounters",
        "/slots",
        "/readouts",
        "/history",
        "/glossary",
        "/origin",
        "/standing",
        "/notifications",
        "/compose",
        "/entries/0/8",
        "/entries/0/8/certificate",
        "/entries/0/8/delay",
        "/entries/0/8/note",
    ];
    let elsewhere = [
        "/",
        "/alarms",
        "/search?q=gauge",
        "/search?q=Report",
        "/watch",
        "/bearers",
        "/drafts",
        "/non-papers",
        "/passkeys",
        "/administration",
        "/administration/audit",
        "/administration/officers",
        "/administration/relations",
    ];
    let mut all: Vec<(String, String)> = elsewhere
        .iter()
        .map(|path| ((*path).to_owned(), (*path).to_owned()))
        .collect();
    let own = |path: &str| (format!("LINE{path}"), format!("{base}{path}"));
    all.extend(on_line.iter().map(|path| own(path)));
    let deep = [
        ("LINE/texts/TEXT", format!("{base}/texts/{}", deep.text)),
        ("LINE/topics/TOPIC", format!("{base}/topics/{}", deep.topic)),
        (
            "LINE/encounters/ENCOUNTER",
            format!("{base}/encounters/{}", deep.encounter),
        ),
        (
            "LINE/readouts/ENCOUNTER",
            format!("{base}/readouts/{}", deep.encounter),
        ),
    ];
    all.extend(deep.map(|(name, path)| (name.to_owned(), path)));
    all
}

/// What reads the pages.
struct Browser {
    address: SocketAddr,
    cookie: String,
    agent: ureq::Agent,
}

struct Answer {
    status: u16,
    cookie: String,
    bytes: usize,
}

/// The answers to one page.
struct Read {
    bytes: usize,
    times: Vec<f64>,
}

impl Read {
    fn median(&self) -> f64 {
        percentile(&mut self.times.clone(), 0.5)
    }

    fn worst(&self) -> f64 {
        percentile(&mut self.times.clone(), 1.0)
    }
}

impl Browser {
    /// Serves the console and signs in by a one-time link.
    async fn sign_in(service: &Service) -> Result<Self, Failure> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let origin = Origin::local(address.port());
        let console = Console::new(service.clone(), origin, None).map_err(failed)?;
        let serving = service.clone();
        let token = openline_core::id::hex(&openline_node::identity::random::<32>());
        tokio::spawn(async move {
            // What the listener fails with fails the page that is read.
            drop(openline_web::serve(listener, serving, &token, console).await);
        });
        let link = service.make_link(None).await?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None);
        let mut browser = Self {
            address,
            cookie: String::new(),
            agent: config.build().new_agent(),
        };
        let answer = browser.ask("POST", &link.path).await?;
        if answer.cookie.is_empty() {
            return Err(failed(format!(
                "the console let nobody in: {}",
                answer.status
            )));
        }
        browser.cookie = answer.cookie;
        Ok(browser)
    }

    async fn ask(&self, method: &'static str, path: &str) -> Result<Answer, Failure> {
        let url = format!("http://{}{path}", self.address);
        let (cookie, port) = (self.cookie.clone(), self.address.port());
        let agent = self.agent.clone();
        let ask = move || -> Result<Answer, ureq::Error> {
            let request = ureq::http::Request::builder()
                .method(method)
                .uri(url)
                .header("host", format!("localhost:{port}"))
                .header("origin", format!("http://localhost:{port}"))
                .header("cookie", cookie)
                .body(())?;
            let mut response = agent.run(request)?;
            let cookies = response.headers().get_all("set-cookie").iter();
            let cookies = cookies.filter_map(|value| value.to_str().ok());
            let cookies = cookies.filter_map(|value| value.split(';').next());
            let cookie = cookies.collect::<Vec<_>>().join("; ");
            Ok(Answer {
                status: response.status().as_u16(),
                cookie,
                bytes: response.body_mut().read_to_vec()?.len(),
            })
        };
        let answer = tokio::task::spawn_blocking(ask).await.map_err(failed)?;
        answer.map_err(failed)
    }

    async fn read(&self, path: &str, status: u16) -> Result<Read, Failure> {
        let mut read = Read {
            bytes: 0,
            times: Vec::new(),
        };
        for at in 0..=TIMES {
            let started = Instant::now();
            let answer = self.ask("GET", path).await?;
            let took = started.elapsed().as_secs_f64() * 1000.0;
            if answer.status != status {
                return Err(failed(format!("{path} answers {}", answer.status)));
            }
            read.bytes = answer.bytes;
            if at > 0 {
                read.times.push(took);
            }
        }
        Ok(read)
    }
}
