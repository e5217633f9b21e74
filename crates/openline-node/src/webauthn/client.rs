//! What the browser says it asked for (`clientDataJSON`, Web Authentication, section 5.8.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{RelyingParty, WebauthnError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

fn read(bytes: &[u8]) -> Result<ClientData, WebauthnError> {
    serde_json::from_slice(bytes).map_err(|_| WebauthnError::Malformed("clientDataJSON"))
}

/// Refuses what was made for another act, challenge or page.
pub(super) fn check(
    bytes: &[u8],
    act: &str,
    challenge: &[u8],
    party: &RelyingParty,
) -> Result<(), WebauthnError> {
    if challenge_of(bytes, act)? != challenge {
        return Err(WebauthnError::Elsewhere("another challenge"));
    }
    let data = read(bytes)?;
    if data.origin != party.origin || data.cross_origin {
        return Err(WebauthnError::Elsewhere("a page of another origin"));
    }
    Ok(())
}

/// The challenge that was signed.
pub(super) fn challenge_of(bytes: &[u8], act: &str) -> Result<Vec<u8>, WebauthnError> {
    let data = read(bytes)?;
    if data.r#type != act {
        return Err(WebauthnError::Elsewhere("another kind of act"));
    }
    URL_SAFE_NO_PAD
        .decode(data.challenge)
        .map_err(|_| WebauthnError::Malformed("challenge"))
}
