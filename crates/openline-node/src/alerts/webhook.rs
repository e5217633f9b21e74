//! Alerts by HTTP: one POST with a JSON object, to a server that has proved who it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::alert::Alert;
use super::channel::{Outcome, Reason};
use super::secret;
use crate::https;

/// How long the whole exchange may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A server that takes alerts.
#[derive(Clone)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) host: String,
    /// False only for loopback addresses.
    pub(super) is_secure: bool,
    pub(super) token_file: Option<PathBuf>,
    pub(super) ca_file: Option<PathBuf>,
}

impl std::fmt::Debug for Webhook {
    /// Without the address's path, which may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    pub(super) fn deliver(&self, home: &Path, alert: &Alert) -> Result<Outcome, Reason> {
        let mut request = self
            .agent(home)?
            .post(&self.url)
            .header("Content-Type", "application/json");
        if let Some(file) = &self.token_file {
            let token = secret::read(home, file)?;
            request = request.header("Authorization", format!("Bearer {}", token.as_str()));
        }
        let answer = request
            .send(alert.to_json())
            .map_err(|error| self.reason(&error))?;
        match answer.status().as_u16() {
            200..=299 => Ok(Outcome::Delivered),
            status @ 300..=399 => Err(Reason::new(format!(
                "{} answered {status}, which sends on to another address: put that address into the configuration if it is right",
                self.host
            ))),
            status @ (401 | 403) => Err(Reason::new(format!(
                "{} answered {status}: it does not accept the token",
                self.host
            ))),
            status => Err(Reason::new(format!("{} answered {status}", self.host))),
        }
    }

    fn agent(&self, home: &Path) -> Result<ureq::Agent, Reason> {
        https::agent(home, self.is_secure, self.ca_file.as_deref(), TIMEOUT).map_err(Reason::new)
    }

    /// In words that don't repeat the address.
    fn reason(&self, error: &ureq::Error) -> Reason {
        Reason::new(https::reason(&self.host, error, TIMEOUT))
    }
}
