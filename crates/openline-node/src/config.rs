//! `openline.toml`: what an operator may set.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openline_bearer::Timing;
use openline_core::limits::ENDPOINTS_MAX;
use serde::Deserialize;

use crate::alerts::config::{Alerting, AlertsConfig, ChannelConfig};

/// The file's name within a home.
pub const FILE: &str = "openline.toml";

/// The configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{} can't be read: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file is not as it should be.
    #[error("{}: {why}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, column, key and what is allowed.
        why: String,
    },
}

/// The configuration of a node.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the node listens.
    pub listen: Listen,
    /// What its card says.
    pub card: CardConfig,
    /// The bearers' timing.
    pub bearers: BearerConfig,
    /// How our own way out is checked.
    pub uplink: UplinkConfig,
    /// How the console is reached.
    pub console: ConsoleConfig,
    /// What is off the record.
    pub non_paper: NonPaperConfig,
    /// What holds for all channels that alerts leave by.
    pub alerts: AlertsConfig,
    /// The channels that alerts leave by.
    pub alert: Vec<ChannelConfig>,
    /// The same, checked.
    #[serde(skip)]
    pub alerting: Alerting,
}

/// How our own way out is checked while another party can't be heard.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UplinkConfig {
    /// Addresses, `HOST:PORT`, that answer over TCP when the way out is well.
    pub check: Vec<String>,
}

/// Most addresses that are asked about our own way out.
pub const UPLINK_CHECKS_MAX: usize = 8;

/// How the console is reached.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsoleConfig {
    /// The address under which browsers reach it through a proxy that ends TLS, `https://NAME`; on this machine alone if left out.
    pub origin: Option<String>,
}

/// Where the node listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// For QUIC (UDP).
    pub quic: Vec<SocketAddr>,
    /// For TLS over TCP.
    pub tls: Vec<SocketAddr>,
    /// For the local API; a loopback address. Port 0 lets the system choose.
    pub api: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        let any = |port| vec![SocketAddr::from(([0u16; 8], port))];
        Self {
            quic: any(7001),
            tls: any(7002),
            api: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }
}

/// What the card tells others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardConfig {
    /// Endpoints that other parties shall dial.
    pub endpoints: Vec<String>,
}

/// Times of the bearers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BearerConfig {
    /// A quiet bearer sends something tiny after this time.
    pub keep_alive_ms: Option<u64>,
    /// A bearer on which nothing arrives for this time is down.
    pub idle_timeout_ms: Option<u64>,
    /// First wait before dialling again.
    pub reconnect_min_ms: Option<u64>,
    /// Longest wait before dialling again.
    pub reconnect_max_ms: Option<u64>,
}

/// What is off the record.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NonPaperConfig {
    /// Days after which a non-paper that was read is erased; 0 for the next hour.
    pub keep_read_days: u16,
}

impl Default for NonPaperConfig {
    fn default() -> Self {
        Self { keep_read_days: 7 }
    }
}

impl NonPaperConfig {
    pub(crate) fn keep_read_ms(&self) -> i64 {
        i64::from(self.keep_read_days) * 86_400_000
    }
}

impl Config {
    /// Reads a home's configuration; a missing file means the defaults.
    ///
    /// # Errors
    /// [`ConfigError`], naming file, place and what is allowed.
    pub fn read(home: &Path) -> Result<Self, ConfigError> {
        let path = home.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|why| ConfigError::Parse { path, why }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ConfigError::Read { path, error }),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        config
            .check()
            .map_err(|(key, why)| match line_of(text, key) {
                Some(line) => format!("line {line}: {why}"),
                None => why,
            })?;
        config.alerting = Alerting::read(&config.alerts, &config.alert, text)?;
        Ok(config)
    }

    /// What the types can't say; on failure the key, without its table, and why.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let api = self.listen.api;
        if !api.ip().is_loopback() {
            let why = format!(
                "listen.api is {api}, which others could reach: give a loopback address such as 127.0.0.1:0"
            );
            return Err(("api", why));
        }
        let endpoints = &self.card.endpoints;
        if let Some(bad) = endpoints
            .iter()
            .find(|endpoint| !openline_core::card::is_endpoint(endpoint))
        {
            let why = format!(
                "card.endpoints: \"{bad}\" is not an endpoint; give quic://HOST:PORT or tls://HOST:PORT"
            );
            return Err(("endpoints", why));
        }
        if endpoints.len() > ENDPOINTS_MAX {
            let why = format!(
                "card.endpoints has {} endpoints; a card holds at most {ENDPOINTS_MAX}",
                endpoints.len()
            );
            return Err(("endpoints", why));
        }
        let has_port = |target: &String| {
            target
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        };
        if let Some(bad) = self.uplink.check.iter().find(|target| !has_port(target)) {
            let why = format!("uplink.check: \"{bad}\" is not an address; give HOST:PORT");
            return Err(("check", why));
        }
        if self.uplink.check.len() > UPLINK_CHECKS_MAX {
            let why = format!("uplink.check holds at most {UPLINK_CHECKS_MAX} addresses");
            return Err(("check", why));
        }
        self.check_timing()
    }

    fn check_timing(&self) -> Result<(), (&'static str, String)> {
        let bearers = &self.bearers;
        let waits = [
            ("keep_alive_ms", bearers.keep_alive_ms),
            ("reconnect_min_ms", bearers.reconnect_min_ms),
            ("reconnect_max_ms", bearers.reconnect_max_ms),
        ];
        if let Some((key, _)) = waits.into_iter().find(|(_, value)| *value == Some(0)) {
            return Err((key, format!("bearers.{key} is 0; give at least 1")));
        }
        let timing = self.timing();
        if timing.idle_timeout < timing.keep_alive.saturating_mul(2) {
            let key = if bearers.idle_timeout_ms.is_some() {
                "idle_timeout_ms"
            } else {
                "keep_alive_ms"
            };
            let why = format!(
                "bearers.idle_timeout_ms is {}; it must be at least twice keep_alive_ms, which is {}",
                timing.idle_timeout.as_millis(),
                timing.keep_alive.as_millis()
            );
            return Err((key, why));
        }
        Ok(())
    }

    /// The bearers' timing.
    #[must_use]
    pub fn timing(&self) -> Timing {
        let base = Timing::default();
        let or = |given: Option<u64>, default| given.map_or(default, Duration::from_millis);
        Timing {
            keep_alive: or(self.bearers.keep_alive_ms, base.keep_alive),
            idle_timeout: or(self.bearers.idle_timeout_ms, base.idle_timeout),
            reconnect_min: or(self.bearers.reconnect_min_ms, base.reconnect_min),
            reconnect_max: or(self.bearers.reconnect_max_ms, base.reconnect_max),
            ..base
        }
    }
}

/// The line, from 1, that sets `key`. The names of keys do not repeat across the file's tables.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let sets = |line: &str| {
        let rest = line.trim_start().strip_prefix(key)?;
        rest.trim_start().starts_with('=').then_some(())
    };
    text.lines()
        .position(|line| sets(line).is_some())
        .map(|at| at + 1)
}

/// The file that a new home gets.
#[must_use]
pub fn fresh(quic: &[SocketAddr], tls: &[SocketAddr], endpoints: &[String]) -> String {
    let list = |items: Vec<String>| {
        format!(
            "[{}]",
            items
                .iter()
                .map(|i| format!("\"{i}\""))
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    let addresses = |list: &[SocketAddr]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    format!(
        "# openline: what this node's operator may set. The node reads it when it starts.\n\
         \n\
         [listen]\n\
         # Where other parties' nodes connect. [::] takes IPv4 too on most systems.\n\
         quic = {}\n\
         tls = {}\n\
         # The local API, for this machine only. Port 0 lets the system choose.\n\
         api = \"127.0.0.1:0\"\n\
         \n\
         [card]\n\
         # What other parties shall dial to reach this node, for instance \"quic://line.example:7001\".\n\
         endpoints = {}\n\
         \n\
         [uplink]\n\
         # What answers over TCP when this machine's own way out is well: its router, its name service. Asked only while another\n\
         # party can't be heard, so that a broken line of our own is not taken for the other side's silence.\n\
         # check = [\"192.0.2.1:53\"]\n\
         \n\
         [non_paper]\n\
         # Days after which a non-paper that was read is erased.\n\
         # keep_read_days = 7\n\
         \n\
         [bearers]\n\
         # Times in milliseconds; leave out for the defaults.\n\
         # keep_alive_ms = 10000\n\
         # idle_timeout_ms = 30000\n\
         # reconnect_min_ms = 100\n\
         # reconnect_max_ms = 30000\n",
        list(addresses(quic)),
        list(addresses(tls)),
        list(endpoints.to_vec())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_file_reads_back() {
        let listen = Listen::default();
        let text = fresh(
            &listen.quic,
            &listen.tls,
            &["quic://a.example:7001".to_owned()],
        );
        let config = Config::parse(&text).expect("own output");
        assert_eq!(
            (config.listen.quic, config.card.endpoints.len()),
            (listen.quic, 1)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(Config::parse("[listen]\nqiuc = []").is_err_and(|why| why.contains("qiuc")));
        assert!(
            Config::parse("[listen]\napi = \"0.0.0.0:1\"")
                .is_err_and(|why| why.contains("loopback"))
        );
        assert!(
            Config::parse("[uplink]\ncheck = [\"router\"]")
                .is_err_and(|why| why.contains("line 2") && why.contains("HOST:PORT"))
        );
        assert!(
            Config::parse("[card]\nendpoints = [\"http://x\"]")
                .is_err_and(|why| why.contains("http://x"))
        );
    }

    #[test]
    fn the_line_is_named() {
        let why = |text: &str| Config::parse(text).expect_err("not right");
        assert!(why("[listen]\n\n api= \"0.0.0.0:1\"").starts_with("line 3: listen.api"));
        assert!(why("# api = 1\n[listen]\nqiuc = []").contains("line 3"));
        let many = vec!["\"tls://a.example:1\""; ENDPOINTS_MAX + 1].join(",");
        let text = format!("[card]\nendpoints = [{many}]");
        assert!(why(&text).starts_with("line 2: card.endpoints has 17"));
    }

    #[test]
    fn times_that_can_not_work_are_named() {
        let why = |text: &str| Config::parse(&format!("[bearers]\n{text}")).err();
        assert_eq!(why("keep_alive_ms = 15000"), None);
        let keep = why("keep_alive_ms = 15001").expect("more than half of 30000");
        assert!(keep.starts_with("line 2: bearers.idle_timeout_ms is 30000"));
        let idle = why("keep_alive_ms = 5\nidle_timeout_ms = 9").expect("less than twice");
        assert!(idle.starts_with("line 3: bearers.idle_timeout_ms is 9"));
        for key in ["keep_alive_ms", "reconnect_min_ms", "reconnect_max_ms"] {
            assert!(why(&format!("{key} = 0")).is_some_and(|why| why.contains(key)));
        }
        let longest = format!("keep_alive_ms = {}", i64::MAX);
        assert!(why(&longest).is_some());
    }

    #[test]
    fn a_missing_file_means_the_defaults_and_a_wrong_one_names_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::read(folder.path()).expect("the defaults");
        assert_eq!(config.listen.quic, Listen::default().quic);
        assert_eq!(config.timing(), Timing::default());
        std::fs::write(folder.path().join(FILE), "[lisen]").expect("written");
        let error = Config::read(folder.path()).expect_err("no such table");
        assert!(error.to_string().contains(FILE) && error.to_string().contains("lisen"));
    }
}
