//! Passkeys: what an authenticator has made or signed, checked as Web Authentication Level 3 (W3C) has it.
//!
//! The relying party is this node's console. Attestation is not asked for: what make of device an officer uses proves nothing
//! about him. The challenge of a release is not random alone: it ends with the hash of what is released, so that the
//! authenticator signs that (`docs/passkeys.md`).

mod authenticator;
mod client;
mod key;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openline_core::Hash;
use serde::{Deserialize, Serialize};

use authenticator::AuthenticatorData;
pub(crate) use key::PublicKey;
pub use key::algorithms;

/// Longest id of a credential, bytes (Web Authentication, section 4).
const CREDENTIAL_MAX: usize = 1023;
/// Longest part of what a browser gives, as text.
const PART_MAX: usize = 16 << 10;

/// Why what a browser gave proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebauthnError {
    /// Not as the specification has it.
    #[error("what the browser gave can't be read: {0}")]
    Malformed(&'static str),
    /// Made for something else: another kind of act, challenge, origin or relying party.
    #[error("the passkey was asked for something else: {0}")]
    Elsewhere(&'static str),
    /// Nobody was there, or nobody was recognised.
    #[error("the authenticator has not checked who is there (PIN, finger, face): {0}")]
    NobodyThere(&'static str),
    /// A kind of key that is not taken.
    #[error("the authenticator's kind of key is not taken; ES256, EdDSA and RS256 are")]
    Algorithm,
    /// The signature is not this passkey's.
    #[error("the signature is not this passkey's over what was asked")]
    Signature,
    /// The counter has not grown: there may be two of what there should be one of.
    #[error(
        "the passkey's counter has not grown: there may be a copy of it. Remove it and make another"
    )]
    Counter,
}

/// The console, as authenticators know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host's name, without a port.
    pub id: String,
    /// The origin of its pages.
    pub origin: String,
}

/// What a browser gives when a passkey was made; each part base64url without padding.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// `clientDataJSON`.
    pub client_data: String,
    /// `attestationObject`.
    pub attestation: String,
}

/// What a browser gives when a passkey has signed; each part base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// The id of the credential.
    pub credential: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `authenticatorData`.
    pub authenticator_data: String,
    /// The signature over `authenticatorData` and the SHA-256 of `clientDataJSON`.
    pub signature: String,
}

/// A credential, as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) id: Vec<u8>,
    pub(crate) key: PublicKey,
    pub(crate) counter: u32,
    /// Whether it may be copied to the owner's other devices.
    pub(crate) is_portable: bool,
}

impl RelyingParty {
    fn id_hash(&self) -> [u8; 32] {
        Hash::of(&[self.id.as_bytes()]).0
    }
}

impl Made {
    /// The credential that was made for `challenge` (Web Authentication, section 7.1).
    ///
    /// # Errors
    /// [`WebauthnError`]
    pub(crate) fn check(
        &self,
        party: &RelyingParty,
        challenge: &[u8],
    ) -> Result<Credential, WebauthnError> {
        let client_data = part(&self.client_data)?;
        client::check(&client_data, "webauthn.create", challenge, party)?;
        let attestation = part(&self.attestation)?;
        let bytes = authenticator::of_attestation(&attestation)?;
        let data = AuthenticatorData::read(bytes)?;
        data.check(party)?;
        data.credential
            .ok_or(WebauthnError::Malformed("no credential"))
    }
}

impl Assertion {
    /// The id of the credential.
    pub(crate) fn credential(&self) -> Result<Vec<u8>, WebauthnError> {
        part(&self.credential)
    }

    /// Checks that `key` has signed `challenge` (Web Authentication, section 7.2); gives the authenticator's counter.
    ///
    /// # Errors
    /// [`WebauthnError`]
    pub(crate) fn check(
        &self,
        party: &RelyingParty,
        challenge: &[u8],
        key: &PublicKey,
    ) -> Result<u32, WebauthnError> {
        let (client_data, bytes) = (part(&self.client_data)?, part(&self.authenticator_data)?);
        client::check(&client_data, "webauthn.get", challenge, party)?;
        let data = AuthenticatorData::read(&bytes)?;
        data.check(party)?;
        let signed = [&bytes[..], &Hash::of(&[&client_data]).0].concat();
        key.check(&signed, &part(&self.signature)?)?;
        Ok(data.counter)
    }

    /// The same for an assertion of the past, whose relying party may have had another name: what it was asked to sign, if `key`
    /// has signed it.
    pub(crate) fn challenge_signed_by(&self, key: &PublicKey) -> Result<Vec<u8>, WebauthnError> {
        let (client_data, bytes) = (part(&self.client_data)?, part(&self.authenticator_data)?);
        let challenge = client::challenge_of(&client_data, "webauthn.get")?;
        AuthenticatorData::read(&bytes)?.check_presence()?;
        let signed = [&bytes[..], &Hash::of(&[&client_data]).0].concat();
        key.check(&signed, &part(&self.signature)?)?;
        Ok(challenge)
    }
}

/// A counter that has not grown says that there may be a copy; one that is always 0 says nothing (section 6.1.1).
pub(crate) fn check_counter(before: u32, now: u32) -> Result<(), WebauthnError> {
    if (before, now) == (0, 0) || now > before {
        Ok(())
    } else {
        Err(WebauthnError::Counter)
    }
}

/// Bytes as the browser's part of the ceremony writes them.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes out of what [`base64url`] has written.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    part(text).ok()
}

fn part(text: &str) -> Result<Vec<u8>, WebauthnError> {
    if text.len() > PART_MAX {
        return Err(WebauthnError::Malformed("too long"));
    }
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| WebauthnError::Malformed("not base64url"))
}

#[cfg(test)]
pub(crate) mod tests;
