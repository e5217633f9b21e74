//! Who is signed in at the console: one-time links and sessions, in memory only, so that a restart ends them all.
//!
//! Links and sessions are known by the hash of their token, as access tokens are: whoever reads this memory learns no token.

use std::collections::BTreeMap;

use openline_core::Hash;

use crate::officers::Actor;

/// How long a one-time link opens, ms.
pub const LINK_MS: i64 = 15 * 60_000;
/// How long a session lasts, ms: a watch.
pub const SESSION_MS: i64 = 12 * 3_600_000;
/// Links that wait to be opened; the oldest gives way.
const LINKS_MAX: usize = 64;
/// Sessions at once; the oldest gives way.
const SESSIONS_MAX: usize = 1024;

/// What a token opens, and until when.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) actor: Actor,
    pub(crate) made_ms: i64,
    pub(crate) ends_ms: i64,
}

/// Links and sessions of one node.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    links: BTreeMap<Hash, Opening>,
    sessions: BTreeMap<Hash, Opening>,
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
    fn the_oldest_gives_way_when_there_are_too_many() {
        let mut sessions = Sessions::default();
        for number in 0..=SESSIONS_MAX {
            let at = i64::try_from(number).expect("small");
            sessions.add_session(&number.to_string(), officer("watch-1"), at);
        }
        assert!(sessions.session("0", 1).is_none() && sessions.session("1", 1).is_some());
    }
}
