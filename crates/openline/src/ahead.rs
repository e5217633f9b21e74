//! Verification on two threads: one reads and hashes, the other applies the rules.

use std::sync::mpsc;
use std::thread::Scope;

use openline_core::entry::VerifiedEntry;
use openline_core::{Refused, Rule, export};

/// Items handed from one thread to the other at a time.
const CHUNK_ITEMS: usize = 512;
/// How many such chunks may wait.
const CHUNKS_MAX: usize = 8;

/// As [`export::verify`], with reading and hashing on a thread of its own.
///
/// # Errors
/// As [`export::verify`].
pub fn verify(bytes: &[u8], visit: impl FnMut(&VerifiedEntry)) -> Result<export::Report, Refused> {
    std::thread::scope(|scope| export::verify_with(bytes, |items| carry(scope, items), visit))
}

/// Reads items on another thread.
fn carry<'scope, 'a: 'scope>(
    scope: &'scope Scope<'scope, '_>,
    mut items: export::Items<'a>,
) -> impl Iterator<Item = Result<export::Item<'a>, Rule>> {
    let (sender, receiver) = mpsc::sync_channel(CHUNKS_MAX);
    scope.spawn(move || {
        loop {
            let chunk: Vec<_> = items.by_ref().take(CHUNK_ITEMS).collect();
            // The receiver goes when a rule is broken.
            if chunk.is_empty() || sender.send(chunk).is_err() {
                return;
            }
        }
    });
    receiver.into_iter().flatten()
}
