//! What a releaser looks at before it goes, and signs: the hash of all that he decides, and of nothing that the node adds.
//!
//! The node adds the index, what it had seen, the time of writing, the number of a note verbale and the places of an attachment's
//! chunks; all else of an entry is in the hash. `docs/passkeys.md` says how an outsider computes it.

use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::message::Message;
use openline_core::{Hash, LineId};
use openline_proto::DraftContent;
use openline_store::StoredEntry;
use tokio::sync::oneshot;

use crate::engine::acts::Outgoing;
use crate::identity::random;
use crate::webauthn::{Assertion, RelyingParty};

/// Bytes of a challenge that are random; the approval's hash follows them.
const FRESH: usize = 16;

/// What is about to be released, for a person to look at.
#[derive(Debug, Clone)]
pub struct Question {
    /// The hash of all that goes.
    pub hash: Hash,
    /// What the authenticator is to sign: 16 random bytes, then the hash.
    pub challenge: Vec<u8>,
    /// Ids of the passkeys that may sign, base64url; where there are none a word is enough.
    pub passkeys: Vec<String>,
    /// Entries that go.
    pub entries: usize,
}

/// What a person says to it.
#[derive(Debug, Clone)]
pub enum Approval {
    /// That it may go.
    Word,
    /// The same, signed with his passkey.
    Passkey(RelyingParty, Assertion),
}

/// A question that waits for its answer; dropping it means no.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    pub(crate) reply: oneshot::Sender<Approval>,
}

impl Asked {
    /// Says that it may go.
    pub fn answer(self, approval: Approval) {
        // Whoever asked may have gone: then nothing is released.
        let _ = self.reply.send(approval);
    }
}

impl Question {
    pub(crate) fn new(contents: &[Hash], passkeys: Vec<String>) -> Self {
        let hash = hash_of(contents);
        Self {
            hash,
            challenge: [&random::<FRESH>()[..], &hash.0].concat(),
            passkeys,
            entries: contents.len(),
        }
    }
}

/// The hash of all entries of one approval, in their order.
pub(crate) fn hash_of(contents: &[Hash]) -> Hash {
    let mut parts: Vec<&[u8]> = vec![b"openline/release/v1\n"];
    parts.extend(contents.iter().map(|content| &content.0[..]));
    Hash::of(&parts)
}

/// The approval's hash in a challenge.
pub(crate) fn hash_in(challenge: &[u8]) -> Option<Hash> {
    let hash = challenge.get(FRESH..)?;
    Some(Hash(hash.try_into().ok()?))
}

/// The hash of what is decided in an entry that is to be released.
pub(crate) fn content_of(outgoing: &Outgoing) -> Hash {
    let (kind, body) = match &outgoing.content {
        DraftContent::Message { message, .. } => (Kind::Message, decided(message)),
        DraftContent::Other { kind, body } => (*kind, body.clone()),
    };
    let (post, refs) = (outgoing.post.clone(), outgoing.refs.clone());
    content(
        &outgoing.line,
        kind,
        post,
        outgoing.message_type,
        refs,
        &body,
    )
}

/// The same for an entry of the record; none where its body is gone.
pub(crate) fn content_on_record(line: &LineId, entry: &StoredEntry) -> Option<Hash> {
    let header = &entry.header;
    let (_, body) = entry.raw.body.as_ref()?;
    let body = match header.kind {
        Kind::Message => decided(&Message::decode(body).ok()?),
        _ => body.clone(),
    };
    let (post, refs) = (header.post.clone(), header.refs.clone());
    Some(content(
        line,
        header.kind,
        post,
        header.message_type,
        refs,
        &body,
    ))
}

/// A message without what the node adds.
fn decided(message: &Message) -> Vec<u8> {
    let mut message = message.clone();
    message.number = None;
    for attachment in &mut message.attachments {
        attachment.first = 0;
    }
    message.encode()
}

fn content(
    line: &LineId,
    kind: Kind,
    post: String,
    message_type: MessageType,
    refs: Vec<Ref>,
    body: &[u8],
) -> Hash {
    let header = Header {
        kind,
        seen: Vec::new(),
        post,
        message_type,
        time: 0,
        refs,
        body_hash: Hash::of(&[body]),
    };
    Hash::of(&[b"openline/release-entry/v1\n", &line.0.0, &header.encode()])
}
