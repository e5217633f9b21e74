//! The one TLS profile of all live bearers: TLS 1.3, X25519MLKEM768 only, Ed25519 raw public
//! keys (RFC 7250) on both sides, no resumption, no early data, ALPN `openline/1`.
//!
//! A client shows its key only after the server has proved the key that was dialled for, so a
//! stranger who listens at a peer's address learns nothing. A server's public key is seen by
//! anyone who connects to it; TLS offers no way round that.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error,
    PeerIncompatible, ServerConfig, SignatureScheme,
};

use crate::{PeerKey, TransportKey};

/// The application protocol, which both sides must name.
pub(crate) const ALPN: &[u8] = b"openline/1";

/// A name for APIs that insist on one. It is never sent: SNI is off.
pub(crate) const SERVER_NAME: &str = "openline.invalid";

/// Our own key and the keys we accept, both changeable while handshakes go on.
pub(crate) struct Identity {
    key: RwLock<TransportKey>,
    accepted: RwLock<BTreeSet<PeerKey>>,
}

impl Identity {
    pub(crate) fn new(key: TransportKey) -> Self {
        Self {
            key: RwLock::new(key),
            accepted: RwLock::new(BTreeSet::new()),
        }
    }

    pub(crate) fn set_key(&self, key: TransportKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    pub(crate) fn set_accepted(&self, keys: BTreeSet<PeerKey>) {
        *self
            .accepted
            .write()
            .unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn accepts(&self, key: PeerKey) -> bool {
        self.accepted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&key)
    }

    fn certified(&self) -> Arc<CertifiedKey> {
        self.key
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .certified()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Makes the configuration of every listener.
pub(crate) fn server_config(identity: &Arc<Identity>) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider's suites are all TLS 1.3")
        .with_client_cert_verifier(Arc::new(AcceptedClients(Arc::clone(identity))))
        .with_cert_resolver(Arc::new(OwnKey(Arc::clone(identity))));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    config
}

/// Makes the configuration to dial exactly `expected`.
pub(crate) fn client_config(identity: &Arc<Identity>, expected: PeerKey) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider's suites are all TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(ExpectedServer(expected)))
        .with_client_cert_resolver(Arc::new(OwnKey(Arc::clone(identity))));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.enable_sni = false;
    config
}

/// The key that the other side has proved in a finished handshake.
pub(crate) fn proved_key(certificates: &[CertificateDer<'_>]) -> Option<PeerKey> {
    match certificates {
        [spki] => PeerKey::from_spki(spki),
        _ => None,
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519MLKEM768],
        ..aws_lc_rs::default_provider()
    })
}

/// Shows the current key, as client and as server.
#[derive(Debug)]
struct OwnKey(Arc<Identity>);

impl rustls::server::ResolvesServerCert for OwnKey {
    fn resolve(&self, _client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.certified())
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }
}

impl rustls::client::ResolvesClientCert for OwnKey {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        _sigschemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        Some(self.0.certified())
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The dialler's check: the server is exactly the one dialled for.
#[derive(Debug)]
struct ExpectedServer(PeerKey);

impl ServerCertVerifier for ExpectedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if read_key(end_entity, intermediates)? == self.0 {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(not_pinned())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(tls12_is_off())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// The listener's check: the client's key is in the current peer set.
#[derive(Debug)]
struct AcceptedClients(Arc<Identity>);

impl ClientCertVerifier for AcceptedClients {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if self.0.accepts(read_key(end_entity, intermediates)?) {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(not_pinned())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(tls12_is_off())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

fn read_key(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Result<PeerKey, Error> {
    if !intermediates.is_empty() {
        return Err(CertificateError::BadEncoding.into());
    }
    PeerKey::from_spki(end_entity).ok_or_else(|| CertificateError::BadEncoding.into())
}

fn verify_signature(
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    verify_tls13_signature_with_raw_key(
        message,
        &SubjectPublicKeyInfoDer::from(cert.as_ref()),
        dss,
        &aws_lc_rs::default_provider().signature_verification_algorithms,
    )
}

fn not_pinned() -> Error {
    CertificateError::ApplicationVerificationFailure.into()
}

fn tls12_is_off() -> Error {
    PeerIncompatible::Tls12NotOffered.into()
}
