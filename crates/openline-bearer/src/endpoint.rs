//! Where a peer can be reached: `quic://host:port` or `tls://host:port`.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use crate::PeerKey;

/// Longest host name that is accepted (RFC 1035 section 2.3.4, as text).
const HOST_MAX: usize = 253;

/// The two kinds of live bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BearerKind {
    /// QUIC (RFC 9000) over UDP; survives a change of address.
    Quic,
    /// TLS 1.3 over TCP, for networks that let no UDP through.
    Tls,
}

impl fmt::Display for BearerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quic => "quic",
            Self::Tls => "tls",
        })
    }
}

/// One address at which a peer listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// Over what it is reached.
    pub kind: BearerKind,
    /// A name, resolved at each attempt, or an IPv4 or IPv6 address without brackets.
    pub host: String,
    /// The UDP or TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, host, port } = self;
        if host.contains(':') {
            write!(f, "{kind}://[{host}]:{port}")
        } else {
            write!(f, "{kind}://{host}:{port}")
        }
    }
}

/// Why a text is no [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Neither `quic://` nor `tls://` stands in front.
    #[error("an endpoint begins with quic:// or tls://, as in quic://line.example.org:7001")]
    Scheme,
    /// No port, or not a number from 1 to 65535.
    #[error("an endpoint ends with a port from 1 to 65535, as in tls://192.0.2.7:7001")]
    Port,
    /// The host is neither a name nor an address; an IPv6 address stands in brackets.
    #[error(
        "the host is no name and no address; write an IPv6 address in brackets, as in \
         quic://[2001:db8::7]:7001"
    )]
    Host,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let (kind, rest) = if let Some(rest) = text.strip_prefix("quic://") {
            (BearerKind::Quic, rest)
        } else if let Some(rest) = text.strip_prefix("tls://") {
            (BearerKind::Tls, rest)
        } else {
            return Err(EndpointError::Scheme);
        };
        let (host, port) = rest.rsplit_once(':').ok_or(EndpointError::Port)?;
        Ok(Self {
            kind,
            host: parse_host(host)?.to_owned(),
            port: parse_port(port)?,
        })
    }
}

fn parse_port(text: &str) -> Result<u16, EndpointError> {
    // `u16::from_str` would also take a plus sign.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(EndpointError::Port);
    }
    match text.parse() {
        Ok(0) | Err(_) => Err(EndpointError::Port),
        Ok(port) => Ok(port),
    }
}

fn parse_host(text: &str) -> Result<&str, EndpointError> {
    if let Some(inner) = text.strip_prefix('[') {
        let host = inner.strip_suffix(']').ok_or(EndpointError::Host)?;
        // A link-local address carries its zone after a percent sign (RFC 4007 section 11).
        let (address, zone) = host.split_once('%').unwrap_or((host, "0"));
        let zone_ok = !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return match Ipv6Addr::from_str(address) {
            Ok(_) if zone_ok && host.len() <= HOST_MAX => Ok(host),
            Ok(_) | Err(_) => Err(EndpointError::Host),
        };
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if text.is_empty() || text.len() > HOST_MAX || !text.bytes().all(allowed) {
        return Err(EndpointError::Host);
    }
    Ok(text)
}

/// A peer whose key is accepted, and where to dial it. With no endpoints the peer may dial us
/// and is never dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerConfig {
    /// The key that the peer must prove.
    pub key: PeerKey,
    /// Each endpoint gets one connection that is kept alive.
    pub endpoints: Vec<Endpoint>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for text in [
            "quic://line.example.org:7001",
            "tls://192.0.2.7:1",
            "tls://[::1]:7001",
            "quic://[2001:db8::7]:65535",
            "quic://[fe80::1%eth0]:7001",
        ] {
            let endpoint: Endpoint = text.parse().expect(text);
            assert_eq!(endpoint.to_string(), text);
        }
    }

    #[test]
    fn wrong_texts_are_refused_by_the_part_that_is_wrong() {
        let cases = [
            ("line.example.org:7001", EndpointError::Scheme),
            ("https://line.example.org:7001", EndpointError::Scheme),
            ("quic://line.example.org", EndpointError::Port),
            ("quic://line.example.org:0", EndpointError::Port),
            ("quic://line.example.org:65536", EndpointError::Port),
            ("quic://line.example.org:+1", EndpointError::Port),
            ("quic://line.example.org:", EndpointError::Port),
            ("quic://:7001", EndpointError::Host),
            ("quic://::1:7001", EndpointError::Host),
            ("quic://[::1:7001", EndpointError::Host),
            ("quic://[nonsense]:7001", EndpointError::Host),
            ("quic://[fe80::1%]:7001", EndpointError::Host),
            ("quic://user@host:7001", EndpointError::Host),
            ("tls://a b:7001", EndpointError::Host),
        ];
        for (text, wanted) in cases {
            assert_eq!(text.parse::<Endpoint>(), Err(wanted), "{text}");
        }
    }
}
