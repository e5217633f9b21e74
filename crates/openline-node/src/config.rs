//! `openline.toml`: what an operator may set.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openline_bearer::Timing;
use serde::Deserialize;

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
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if !config.listen.api.ip().is_loopback() {
            return Err(format!(
                "listen.api is {}, which others could reach: give a loopback address such as 127.0.0.1:0",
                config.listen.api
            ));
        }
        for endpoint in &config.card.endpoints {
            if !openline_core::card::is_endpoint(endpoint) {
                return Err(format!(
                    "card.endpoints: \"{endpoint}\" is not an endpoint; give quic://HOST:PORT or tls://HOST:PORT"
                ));
            }
        }
        Ok(config)
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
            Config::parse("[card]\nendpoints = [\"http://x\"]")
                .is_err_and(|why| why.contains("http://x"))
        );
    }
}
