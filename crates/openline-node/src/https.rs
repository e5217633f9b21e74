//! Asking servers over HTTPS that have proved who they are: what alerts and calendars have in common.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::roots;

/// An agent for one exchange: no redirects, no errors for statuses, and within `timeout` in all.
///
/// Where it is not secure, the server is on this machine, and no proxy is used.
///
/// # Errors
/// In a sentence, when the certificates can't be read.
pub(crate) fn agent(
    home: &Path,
    is_secure: bool,
    ca_file: Option<&Path>,
    timeout: Duration,
) -> Result<ureq::Agent, String> {
    let mut config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .https_only(is_secure)
        // A redirect would carry what is sent, and perhaps a secret, where nobody has agreed to.
        .max_redirects(0)
        .timeout_global(Some(timeout))
        .allow_non_standard_methods(true)
        .user_agent("openline");
    if is_secure {
        let found = roots::certificates(home, ca_file)?;
        let found: Vec<_> = found
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect();
        config = config.tls_config(
            TlsConfig::builder()
                .provider(TlsProvider::Rustls)
                .unversioned_rustls_crypto_provider(roots::provider())
                .root_certs(RootCerts::new_with_certs(&found))
                .build(),
        );
    } else {
        config = config.proxy(None);
    }
    Ok(config.build().into())
}

/// Why an exchange with a host failed, in words that don't repeat the address: its path may be a secret.
pub(crate) fn reason(host: &str, error: &ureq::Error, timeout: Duration) -> String {
    match error {
        ureq::Error::Timeout(_) => {
            format!("{host} did not answer within {} s", timeout.as_secs())
        }
        ureq::Error::HostNotFound => format!("{host}: there is no such host"),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            format!("{host} could not prove who it is: {error}")
        }
        ureq::Error::Io(error) => format!("{host} can't be reached: {error}"),
        ureq::Error::ConnectionFailed => format!("{host} can't be reached"),
        ureq::Error::Rustls(error) => format!("{host} could not prove who it is: {error}"),
        ureq::Error::InvalidProxyUrl | ureq::Error::ConnectProxyFailed(_) => {
            format!("the proxy to {host} can't be used")
        }
        _ => format!("{host} gave no answer that can be understood"),
    }
}

/// A literal address only: a name could lead elsewhere tomorrow.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.trim_matches(['[', ']'])
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback())
}
