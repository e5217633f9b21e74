//! Watch statements: the same bytes again, within the limits; and nothing opens that the party has not signed for the line.
#![no_main]

use std::sync::OnceLock;

use openline_core::keys::SecretKeys;
use openline_core::limits::{LANGUAGES_MAX, NOTICES_MAX, POSTS_MAX};
use openline_core::watch::{SignedWatch, WatchStatement};
use openline_core::{Hash, LineId, PartyIndex, Rule};
use openline_fuzz::accepted;

/// The party and the line of the vectors.
const PARTY: PartyIndex = PartyIndex(1);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (line, keys) = (LineId(Hash::of(&[b"a line"])), keys());
    let right = signed(
        bytes,
        keys.sign_ed(&[b"openline/watch/v1\n", bytes].concat()),
    );
    let opened = right.open(&line, PARTY, keys.public());
    let is_formed = matches!(opened, Ok(_) | Err(Rule::WatchSignature));
    if let Some(statement) = accepted(opened) {
        assert_eq!((statement.line, statement.party), (line, PARTY));
        check(&statement);
        assert_eq!(statement.sign(keys), right);
    }
    let wrong = signed(bytes, [0; 64]).open(&line, PARTY, keys.public());
    assert_eq!(wrong == Err(Rule::WatchSignature), is_formed);
    assert_eq!(accepted(wrong), None);
});

fn signed(bytes: &[u8], signature: [u8; 64]) -> SignedWatch {
    SignedWatch {
        bytes: bytes.to_vec(),
        signature,
    }
}

fn keys() -> &'static SecretKeys {
    static KEYS: OnceLock<SecretKeys> = OnceLock::new();
    KEYS.get_or_init(|| SecretKeys::from_seeds([1; 32], [2; 32]))
}

fn check(statement: &WatchStatement) {
    assert!(statement.posts.len() <= POSTS_MAX);
    assert!(statement.notices.len() <= NOTICES_MAX);
    assert!(
        statement
            .posts
            .iter()
            .all(|post| post.languages.len() <= LANGUAGES_MAX)
    );
    assert!(
        statement
            .notices
            .iter()
            .all(|notice| !notice.until.is_some_and(|until| notice.is_in_force(until)))
    );
}
