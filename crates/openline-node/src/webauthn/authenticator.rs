//! What the authenticator says of itself (Web Authentication, sections 6.1 and 6.5).

use minicbor::Decoder;

use super::{CREDENTIAL_MAX, Credential, PublicKey, RelyingParty, WebauthnError};

/// Bits of the flags.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const PORTABLE: u8 = 1 << 3;
const WITH_CREDENTIAL: u8 = 1 << 6;
/// Hash, flags and counter.
const HEAD: usize = 37;
/// Bytes that name the make of the device.
const MAKE: usize = 16;

/// `authenticatorData`.
pub(super) struct AuthenticatorData {
    party_hash: [u8; 32],
    flags: u8,
    pub(super) counter: u32,
    pub(super) credential: Option<Credential>,
}

impl AuthenticatorData {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, WebauthnError> {
        let short = WebauthnError::Malformed("authenticatorData");
        let (head, rest) = bytes.split_at_checked(HEAD).ok_or(short)?;
        let (party_hash, tail) = head.split_first_chunk::<32>().ok_or(short)?;
        let (flags, counter) = tail.split_first().ok_or(short)?;
        let counter = u32::from_be_bytes(counter.try_into().map_err(|_| short)?);
        let has_credential = flags & WITH_CREDENTIAL != 0;
        let credential = has_credential
            .then(|| credential(rest, *flags, counter).ok_or(short)?)
            .transpose()?;
        Ok(Self {
            party_hash: *party_hash,
            flags: *flags,
            counter,
            credential,
        })
    }

    /// Refuses what another relying party asked for, and what nobody was there for.
    pub(super) fn check(&self, party: &RelyingParty) -> Result<(), WebauthnError> {
        if self.party_hash != party.id_hash() {
            return Err(WebauthnError::Elsewhere("another relying party"));
        }
        self.check_presence()
    }

    /// Refuses what nobody was there for.
    pub(super) fn check_presence(&self) -> Result<(), WebauthnError> {
        if self.flags & PRESENT == 0 {
            return Err(WebauthnError::NobodyThere("nobody touched it"));
        }
        if self.flags & VERIFIED == 0 {
            return Err(WebauthnError::NobodyThere("nobody was recognised"));
        }
        Ok(())
    }
}

/// `attestedCredentialData`; none where it is cut short.
fn credential(bytes: &[u8], flags: u8, counter: u32) -> Option<Result<Credential, WebauthnError>> {
    let rest = bytes.get(MAKE..)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    if id.is_empty() || id.len() > CREDENTIAL_MAX {
        return Some(Err(WebauthnError::Malformed("the credential's id")));
    }
    Some(PublicKey::of_cose(key).map(|key| Credential {
        id: id.to_vec(),
        key,
        counter,
        is_portable: flags & PORTABLE != 0,
    }))
}

/// `authData` within an attestation object; whatever statement stands beside it is not looked at.
pub(super) fn of_attestation(bytes: &[u8]) -> Result<&[u8], WebauthnError> {
    let bad = |_| WebauthnError::Malformed("attestationObject");
    let mut decoder = Decoder::new(bytes);
    let pairs = decoder.map().map_err(bad)?;
    for _ in 0..pairs.unwrap_or_default() {
        if decoder.str().map_err(bad)? == "authData" {
            return decoder.bytes().map_err(bad);
        }
        decoder.skip().map_err(bad)?;
    }
    Err(WebauthnError::Malformed("no authData"))
}
