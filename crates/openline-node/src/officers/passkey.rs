//! Officers' passkeys: by which they sign in at the console, and sign what they release.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Actor, OfficerName};
use crate::webauthn::{Credential, PublicKey, WebauthnError, base64url, check_counter};

/// Passkeys that an officer may have at a time.
pub const PASSKEYS_MAX: usize = 8;
/// Longest label of a passkey, bytes.
pub const LABEL_MAX: usize = 64;

/// A passkey. One that is removed is kept: what it has signed goes on being checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Passkey {
    pub(crate) officer: OfficerName,
    /// What its owner calls it.
    pub(crate) label: String,
    pub(crate) key: PublicKey,
    counter: u32,
    pub(crate) is_portable: bool,
    pub(crate) made_ms: i64,
    pub(crate) used_ms: Option<i64>,
    removed_ms: Option<i64>,
}

impl Passkey {
    pub(crate) fn of(officer: OfficerName, label: String, made: &Credential, made_ms: i64) -> Self {
        Self {
            officer,
            label,
            key: made.key.clone(),
            counter: made.counter,
            is_portable: made.is_portable,
            made_ms,
            used_ms: None,
            removed_ms: None,
        }
    }

    /// As it is after it has been used.
    pub(crate) fn used(&self, counter: u32, now_ms: i64) -> Result<Self, WebauthnError> {
        check_counter(self.counter, counter)?;
        Ok(Self {
            counter,
            used_ms: Some(now_ms),
            ..self.clone()
        })
    }

    /// As it is once it signs nobody in and nothing any more.
    pub(crate) fn removed(self, now_ms: i64) -> Self {
        Self {
            removed_ms: Some(now_ms),
            ..self
        }
    }

    /// Whether it may still be used.
    pub(crate) fn is_good(&self) -> bool {
        self.removed_ms.is_none()
    }
}

/// All passkeys, by the id of their credential, base64url; removed ones too.
#[derive(Debug, Default)]
pub(crate) struct Passkeys(BTreeMap<String, Passkey>);

impl Passkeys {
    pub(crate) fn put(&mut self, id: String, passkey: Passkey) {
        self.0.insert(id, passkey);
    }

    /// Whatever has this id, removed or not.
    pub(crate) fn find(&self, id: &str) -> Option<&Passkey> {
        self.0.get(id)
    }

    /// The passkey of a credential, while it may be used.
    pub(crate) fn good(&self, credential: &[u8]) -> Option<(String, Passkey)> {
        let id = base64url(credential);
        let passkey = self.find(&id).filter(|passkey| passkey.is_good())?;
        Some((id.clone(), passkey.clone()))
    }

    /// Those of an officer that may be used, in the order of their making.
    pub(crate) fn of(&self, name: &str) -> Vec<(&str, &Passkey)> {
        let all = self.0.iter().map(|(id, passkey)| (id.as_str(), passkey));
        let mut found: Vec<_> = all
            .filter(|(_, passkey)| passkey.officer.as_str() == name && passkey.is_good())
            .collect();
        found.sort_by_key(|(_, passkey)| passkey.made_ms);
        found
    }

    /// Whether an actor has any that may be used.
    pub(crate) fn has(&self, actor: &Actor) -> bool {
        matches!(actor, Actor::Officer(name) if !self.of(name.as_str()).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passkey(counter: u32) -> Passkey {
        let made = Credential {
            id: vec![1],
            key: PublicKey::Ed25519 { x: vec![0; 32] },
            counter,
            is_portable: false,
        };
        let name = OfficerName::new("watch-1").expect("a name");
        Passkey::of(name, "desk".to_owned(), &made, 1)
    }

    #[test]
    fn a_removed_passkey_is_known_and_not_good() {
        let mut all = Passkeys::default();
        let id = base64url(&[1]);
        all.put(id.clone(), passkey(0));
        let actor = Actor::Officer(OfficerName::new("watch-1").expect("a name"));
        assert!(all.good(&[1]).is_some() && all.has(&actor) && all.of("watch-2").is_empty());
        all.put(id.clone(), passkey(0).removed(2));
        assert!(all.good(&[1]).is_none() && !all.has(&actor) && all.find(&id).is_some());
    }

    #[test]
    fn a_counter_must_grow_unless_it_never_counts() {
        assert!(passkey(0).used(0, 1).is_ok());
        assert_eq!(passkey(0).used(1, 1).map(|used| used.counter), Ok(1));
        for (before, now) in [(1, 1), (2, 1), (1, 0)] {
            assert_eq!(passkey(before).used(now, 1), Err(WebauthnError::Counter));
        }
    }
}
