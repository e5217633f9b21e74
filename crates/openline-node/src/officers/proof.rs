//! How an officer proves who he is: an access token of which only the hash is kept.

use openline_core::Hash;
use openline_core::id::{from_hex, hex};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// An access token: 64 hex digits, shown once.
#[derive(Clone)]
pub(crate) struct Token(Zeroizing<String>);

impl Token {
    /// A fresh one.
    pub(crate) fn fresh() -> Self {
        Self(Zeroizing::new(hex(&crate::identity::random::<32>())))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// What is kept to recognise an officer by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    /// SHA-256 of the token's text, hex. A token has 32 random bytes, so that its hash can't be searched.
    token_sha256: String,
    /// When the token was made, ms.
    pub(crate) made_ms: i64,
    /// When it was revoked, ms; it proves nothing from then on.
    pub(crate) revoked_ms: Option<i64>,
}

impl Proof {
    pub(crate) fn of(token: &Token, made_ms: i64) -> Self {
        Self {
            token_sha256: hash_of(token.text()),
            made_ms,
            revoked_ms: None,
        }
    }

    /// In place of a proof that the store has lost: it accepts nothing until it is renewed.
    pub(crate) fn lost() -> Self {
        Self {
            token_sha256: String::new(),
            made_ms: 0,
            revoked_ms: Some(0),
        }
    }

    /// Whether the token is this officer's and may be used.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        // Whoever asks chooses the token and not its hash: how long the comparison takes tells him nothing of use.
        self.revoked_ms.is_none() && self.token_sha256 == hash_of(token)
    }
}

fn hash_of(token: &str) -> String {
    hex(&Hash::of(&[token.as_bytes()]).0)
}

/// Whether a text has a token's form.
pub(crate) fn is_token(text: &str) -> bool {
    text.len() == 64 && from_hex(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_token_proves_anything_and_only_until_it_is_revoked() {
        let (token, other) = (Token::fresh(), Token::fresh());
        assert!(is_token(token.text()) && token.text() != other.text());
        let mut proof = Proof::of(&token, 1);
        assert!(proof.accepts(token.text()) && !proof.accepts(other.text()) && !proof.accepts(""));
        let kept = serde_json::to_string(&proof).expect("JSON");
        assert!(!kept.contains(token.text()), "{kept}");
        proof.revoked_ms = Some(2);
        assert!(!proof.accepts(token.text()));
    }
}
