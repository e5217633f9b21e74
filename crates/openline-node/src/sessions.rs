//! Who is signed in at the console: one-time links, sessions and the challenges of passkeys, in memory only, so that a restart ends them all.
//!
//! Links and sessions are known by the hash of their token, as access tokens are: whoever reads this memory learns no token.

use std::collections::BTreeMap;

use openline_core::Hash;

use crate::officers::Actor;
use crate::sign_in::SignIn;

/// How long a one-time link opens, ms.
pub const LINK_MS: i64 = 15 * 60_000;
/// How long a session lasts, ms: a watch.
pub const SESSION_MS: i64 = 12 * 3_600_000;
/// Links that wait to be opened; the oldest gives way.
const LINKS_MAX: usize = 64;
/// Sessions at once; the oldest gives way.
const SESSIONS_MAX: usize = 1024;
/// How long a passkey may take to answer a challenge, ms.
pub const CHALLENGE_MS: i64 = 5 * 60_000;
/// Challenges that wait for an answer; the oldest gives way.
const CHALLENGES_MAX: usize = 256;

/// What a token opens, and until when.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) actor: Actor,
    pub(crate) made_ms: i64,
    pub(crate) ends_ms: i64,
}

/// What a passkey is asked to sign.
#[derive(Debug)]
struct Challenge {
    /// The session that it was made for.
    session: Hash,
    ends_ms: i64,
}

/// Links, sessions and challenges of one node.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    links: BTreeMap<Hash, Opening>,
    sessions: BTreeMap<Hash, Opening>,
    challenges: BTreeMap<Vec<u8>, Challenge>,
    pub(crate) sign_in: SignIn,
}

impl Sessions {
    /// A link that signs `actor` in once.
    pub(crate) fn add_link(&mut self, token: &str, actor: Actor, now_ms: i64) -> Opening {
        put(&mut self.links, LINKS_MAX, token, actor, now_ms, LINK_MS)
    }

    /// Who the link signs in; it opens nothing again.
    pub(crate) fn take_link(&mut self, token: &str, now_ms: i64) -> Option<Actor> {
        let link = self.links.remove(&hash_of(token))?;
        (now_ms < link.ends_ms).then_some(link.actor)
    }

    /// A session of `actor`.
    pub(crate) fn add_session(&mut self, token: &str, actor: Actor, now_ms: i64) -> Opening {
        put(
            &mut self.sessions,
            SESSIONS_MAX,
            token,
            actor,
            now_ms,
            SESSION_MS,
        )
    }

    /// The session of a token, while it lasts.
    pub(crate) fn session(&mut self, token: &str, now_ms: i64) -> Option<Opening> {
        self.sessions.retain(|_, session| now_ms < session.ends_ms);
        self.sessions.get(&hash_of(token)).cloned()
    }

    /// Ends a session. True if there was one.
    pub(crate) fn end_session(&mut self, token: &str) -> bool {
        self.sessions.remove(&hash_of(token)).is_some()
    }

    /// Keeps a challenge for a session until it is answered.
    pub(crate) fn add_challenge(&mut self, challenge: &[u8], session: &str, now_ms: i64) {
        let kept = &mut self.challenges;
        kept.retain(|_, challenge| now_ms < challenge.ends_ms);
        if kept.len() >= CHALLENGES_MAX
            && let Some(oldest) = kept.iter().min_by_key(|(_, known)| known.ends_ms)
        {
            let oldest = oldest.0.clone();
            kept.remove(&oldest);
        }
        let made = Challenge {
            session: hash_of(session),
            ends_ms: now_ms + CHALLENGE_MS,
        };
        kept.insert(challenge.to_vec(), made);
    }

    /// Whether a challenge was made for this session, not too long ago; it is answered once.
    pub(crate) fn take_challenge(&mut self, challenge: &[u8], session: &str, now_ms: i64) -> bool {
        let known = self.challenges.remove(challenge);
        known.is_some_and(|known| now_ms < known.ends_ms && known.session == hash_of(session))
    }

    /// Ends every session and link of an actor: his proofs are void.
    pub(crate) fn end_all_of(&mut self, actor: &Actor) {
        self.links.retain(|_, link| link.actor != *actor);
        self.sessions.retain(|_, session| session.actor != *actor);
    }
}

fn put(
    kept: &mut BTreeMap<Hash, Opening>,
    most: usize,
    token: &str,
    actor: Actor,
    now_ms: i64,
    lasts_ms: i64,
) -> Opening {
    kept.retain(|_, opening| now_ms < opening.ends_ms);
    if kept.len() >= most
        && let Some(oldest) = kept.iter().min_by_key(|(_, opening)| opening.made_ms)
    {
        let oldest = *oldest.0;
        kept.remove(&oldest);
    }
    let opening = Opening {
        actor,
        made_ms: now_ms,
        ends_ms: now_ms + lasts_ms,
    };
    kept.insert(hash_of(token), opening.clone());
    opening
}

fn hash_of(token: &str) -> Hash {
    Hash::of(&[token.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::officers::OfficerName;

    fn officer(name: &str) -> Actor {
        Actor::Officer(OfficerName::new(name).expect("a name"))
    }

    #[test]
    fn a_link_opens_once_and_not_after_its_time() {
        let mut sessions = Sessions::default();
        sessions.add_link("one", officer("watch-1"), 0);
        sessions.add_link("two", officer("watch-1"), 0);
        assert_eq!(sessions.take_link("other", 1), None);
        assert_eq!(sessions.take_link("one", 1), Some(officer("watch-1")));
        assert_eq!(sessions.take_link("one", 1), None);
        assert_eq!(sessions.take_link("two", LINK_MS), None);
    }

    #[test]
    fn a_session_ends_by_time_by_hand_and_with_its_officer() {
        let mut sessions = Sessions::default();
        for token in ["a", "b"] {
            sessions.add_session(token, officer("watch-1"), 0);
        }
        sessions.add_session("c", officer("watch-2"), 0);
        assert!(sessions.end_session("a") && !sessions.end_session("a"));
        assert!(sessions.session("a", 1).is_none() && sessions.session("b", 1).is_some());
        sessions.end_all_of(&officer("watch-1"));
        assert!(sessions.session("b", 1).is_none() && sessions.session("c", 1).is_some());
        assert!(sessions.session("c", SESSION_MS).is_none());
    }

    #[test]
    fn a_challenge_is_answered_once_in_time_and_by_whom_it_was_made_for() {
        let mut sessions = Sessions::default();
        for challenge in 1..=3 {
            sessions.add_challenge(&[challenge], "a", 0);
        }
        assert!(sessions.take_challenge(&[1], "a", 1) && !sessions.take_challenge(&[1], "a", 1));
        assert!(!sessions.take_challenge(&[2], "b", 1));
        assert!(!sessions.take_challenge(&[3], "a", CHALLENGE_MS));
    }

    #[test]
    fn the_oldest_gives_way_when_there_are_too_many() {
        let mut sessions = Sessions::default();
        for number in 0..=SESSIONS_MAX {
            let at = i64::try_from(number).expect("small");
            sessions.add_session(&number.to_string(), officer("watch-1"), at);
        }
        assert!(sessions.session("0", 1).is_none() && sessions.session("1", 1).is_some());
    }
}
