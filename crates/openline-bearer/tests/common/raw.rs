//! Clients made from rustls and quinn alone, for what a proper node never does.

use std::net::SocketAddr;
use std::sync::Arc;

use openline_bearer::PeerKey;
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{SupportedKxGroup, aws_lc_rs, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{
    CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Accepts any server and any of its signatures that is right.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2".into()))
    }

    fn verify_tls13_signature(
        &self,
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

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// The PQ hybrid that bearers insist on.
pub fn hybrid() -> Vec<&'static dyn SupportedKxGroup> {
    vec![aws_lc_rs::kx_group::X25519MLKEM768]
}

/// All that a client from before the hybrid offers.
pub fn classical() -> Vec<&'static dyn SupportedKxGroup> {
    vec![
        aws_lc_rs::kx_group::X25519,
        aws_lc_rs::kx_group::SECP256R1,
        aws_lc_rs::kx_group::SECP384R1,
    ]
}

fn certified(seed: u8) -> CertifiedKey {
    let mut pkcs8 = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    pkcs8.extend([seed; 32]);
    let signer = aws_lc_rs::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8)).expect("a key");
    let spki = signer.public_key().expect("has a public key");
    CertifiedKey::new(vec![CertificateDer::from(spki.as_ref().to_vec())], signer)
}

/// The configuration of a client with the key of `seed`.
pub fn client_config(
    seed: u8,
    groups: Vec<&'static dyn SupportedKxGroup>,
    alpn: &[u8],
) -> ClientConfig {
    let provider = rustls::crypto::CryptoProvider {
        kx_groups: groups,
        ..aws_lc_rs::default_provider()
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("consistent")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer))
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::new(
            certified(seed),
        ))));
    if !alpn.is_empty() {
        config.alpn_protocols = vec![alpn.to_vec()];
    }
    config
}

pub async fn connect_tls(
    config: ClientConfig,
    to: SocketAddr,
) -> std::io::Result<TlsStream<TcpStream>> {
    let socket = TcpStream::connect(to).await?;
    let name = ServerName::try_from("any.invalid").expect("valid");
    TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
}

/// The endpoint must live as long as the connection.
pub async fn connect_quic(
    config: ClientConfig,
    to: SocketAddr,
) -> Result<(quinn::Endpoint, quinn::Connection), quinn::ConnectionError> {
    let endpoint = quinn::Endpoint::client(SocketAddr::from(([127, 0, 0, 1], 0))).expect("binds");
    let connection = dial_quic(&endpoint, config, to).await?;
    Ok((endpoint, connection))
}

pub fn dial_quic(
    endpoint: &quinn::Endpoint,
    config: ClientConfig,
    to: SocketAddr,
) -> quinn::Connecting {
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(config).expect("has suite");
    let config = quinn::ClientConfig::new(Arc::new(crypto));
    endpoint
        .connect_with(config, to, "any.invalid")
        .expect("dials")
}

/// The key that the server has shown.
pub fn shown_by(stream: &TlsStream<TcpStream>) -> PeerKey {
    let spki = &stream.get_ref().1.peer_certificates().expect("shown")[0];
    PeerKey(spki[12..].try_into().expect("32 bytes"))
}
