//! Whom this node trusts among servers: the system's certificates, or those of one file.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The cryptography that the bearers use too.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificates that a server's own may be signed by. With a file, these alone.
pub(crate) fn certificates(
    home: &Path,
    file: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, String> {
    let Some(file) = file else {
        return system();
    };
    let path = home.join(file);
    let refused = |why: String| format!("{} can't be used: {why}", path.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&path)
        .map_err(|error| refused(error.to_string()))?
        .collect();
    match found {
        Ok(found) if found.is_empty() => Err(refused("it holds no certificate".to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(refused(error.to_string())),
    }
}

fn system() -> Result<Vec<CertificateDer<'static>>, String> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let words = "this system has no certificates to check servers by: install its package of CA certificates, or set ca_file";
        return Err(words.to_owned());
    }
    Ok(found.certs)
}
