//! Challenges for whoever wants to sign in. Anybody may ask for one, so none is kept: each carries its time and is sealed by a key
//! that lives as long as the node. Only one that was answered well is remembered, until it would be too old anyway.

use std::collections::BTreeMap;

use openline_core::Hash;

use crate::identity::random;
use crate::sessions::CHALLENGE_MS;

const NONCE: usize = 16;
const TIME: usize = 8;

/// Makes and recognises challenges to sign in.
#[derive(Debug)]
pub(crate) struct SignIn {
    key: [u8; 32],
    /// What was answered, and until when it would still be taken.
    answered: BTreeMap<Vec<u8>, i64>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            key: random::<32>(),
            answered: BTreeMap::new(),
        }
    }
}

impl SignIn {
    /// A challenge that may be answered for five minutes.
    pub(crate) fn challenge(&self, now_ms: i64) -> Vec<u8> {
        let mut challenge = random::<NONCE>().to_vec();
        challenge.extend(now_ms.to_be_bytes());
        let seal = self.seal(&challenge);
        challenge.extend(seal.0);
        challenge
    }

    /// Whether it was made here, is young enough, and was not answered.
    pub(crate) fn is_open(&self, challenge: &[u8], now_ms: i64) -> bool {
        let Some((said, seal)) = challenge.split_at_checked(NONCE + TIME) else {
            return false;
        };
        let time: [u8; TIME] = said[NONCE..].try_into().expect("eight bytes");
        let made_ms = i64::from_be_bytes(time);
        // Hashes are compared, so that how long it takes tells nothing of the seal.
        let is_sealed = Hash::of(&[seal]) == Hash::of(&[&self.seal(said).0]);
        is_sealed
            && (made_ms..made_ms.saturating_add(CHALLENGE_MS)).contains(&now_ms)
            && !self.answered.contains_key(challenge)
    }

    /// Takes note that it was answered well. False if it is not open any more.
    pub(crate) fn answer(&mut self, challenge: &[u8], now_ms: i64) -> bool {
        self.answered.retain(|_, until| now_ms < *until);
        let is_open = self.is_open(challenge, now_ms);
        if is_open {
            let until = now_ms.saturating_add(CHALLENGE_MS);
            self.answered.insert(challenge.to_vec(), until);
        }
        is_open
    }

    /// All that is sealed has one length, so that a plain hash under the key does.
    fn seal(&self, said: &[u8]) -> Hash {
        Hash::of(&[b"openline/sign-in/v1\n", &self.key, said])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_answered_once_in_time_and_where_it_was_made() {
        let (mut here, there) = (SignIn::default(), SignIn::default());
        let challenge = here.challenge(1000);
        assert!(here.is_open(&challenge, 1000) && !there.is_open(&challenge, 1000));
        assert!(!here.is_open(&challenge, 999), "from the future");
        assert!(!here.is_open(&challenge, 1000 + CHALLENGE_MS));
        assert!(here.answer(&challenge, 2000) && !here.answer(&challenge, 2000));
        assert!(!here.is_open(&challenge, 2000));
    }

    #[test]
    fn a_changed_challenge_is_none() {
        let here = SignIn::default();
        let challenge = here.challenge(1000);
        for at in 0..challenge.len() {
            let mut changed = challenge.clone();
            changed[at] ^= 1;
            assert!(!here.is_open(&changed, 1000), "byte {at}");
        }
        for length in [0, NONCE, NONCE + TIME, challenge.len() - 1] {
            assert!(!here.is_open(&challenge[..length], 1000));
        }
    }
}
