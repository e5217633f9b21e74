//! What goes into the machine and what comes out of it.

use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::AdmittedBatch;
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal};
use openline_core::entry::{Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::message::Message;
use openline_core::order::Settled;
use openline_core::tree::Frontier;
use openline_core::watch::{SignedWatch, WatchStatement};
use openline_core::{Hash, LineId, PartyId, PartyIndex, Refused, Rule};

use crate::frame::Frame;

/// Both clocks: one for timers, one for statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Time since an arbitrary start; never goes back.
    pub mono: Duration,
    /// Milliseconds since 1970 UTC, as this node's clock has it; may jump.
    pub wall_ms: i64,
}

/// A live connection over some bearer, named by the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// The driver's name for a draft, given back with its fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What an own entry is to be.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Given back in [`Event::Released`] or [`Event::Rejected`].
    pub ticket: Ticket,
    /// The author's post.
    pub post: String,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// Claimed time, ms; `None` for the node's clock when the entry is written.
    pub time: Option<i64>,
    /// Entries it refers to.
    pub refs: Vec<Ref>,
    /// 16 fresh random bytes.
    pub salt: [u8; 16],
    /// What it says.
    pub content: DraftContent,
}

/// What a draft says.
#[derive(Debug, Clone)]
pub enum DraftContent {
    /// A message; `chunks` are its attachments' pieces with a salt each, in order, written just before it.
    /// The places of the chunks in `message.attachments` are filled in when they are written.
    Message {
        /// The message.
        message: Box<Message>,
        /// Chunks of all attachments, in the order of `message.attachments`.
        chunks: Vec<SaltedBody>,
    },
    /// Any other kind, with its body's bytes.
    Other {
        /// The kind.
        kind: Kind,
        /// The body.
        body: Vec<u8>,
    },
}

/// Something that must be durable before anything that the machine puts out after it.
#[derive(Debug, Clone)]
pub enum Fact {
    /// Entries and the checkpoint over them.
    Batch {
        /// The line.
        line: LineId,
        /// The batch.
        batch: Arc<AdmittedBatch>,
    },
    /// Entries have been settled.
    Settled {
        /// The line.
        line: LineId,
        /// In order.
        settled: Vec<Settled>,
        /// The tree over all settled entries.
        frontier: Frontier,
    },
    /// Bodies and salts to delete: their purge is agreed.
    Purged {
        /// The line.
        line: LineId,
        /// The entries.
        places: Vec<Ref>,
    },
    /// A cosignature, own or another's.
    Cosignature {
        /// The line.
        line: LineId,
        /// Whose log.
        log: PartyIndex,
        /// Who signed.
        cosigner: PartyIndex,
        /// What was signed: a checkpoint that is stored.
        checkpoint: Checkpoint,
        /// The signature and its time.
        cosignature: Cosignature,
    },
    /// A seal, own or another's.
    Seal {
        /// The line.
        line: LineId,
        /// Whose log.
        log: PartyIndex,
        /// Who signed.
        cosigner: PartyIndex,
        /// What was signed: a checkpoint that is stored.
        checkpoint: Checkpoint,
        /// The signature and its time.
        seal: Seal,
    },
    /// Proof that a party signed two histories.
    Fork {
        /// The line.
        line: LineId,
        /// Whose.
        party: PartyIndex,
        /// The evidence, encoded.
        evidence: Vec<u8>,
    },
    /// A body that was missing.
    Body {
        /// The line.
        line: LineId,
        /// The entry.
        place: Ref,
        /// Salt and body; the header's hash fits.
        body: SaltedBody,
    },
}

/// A frame for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// Over which link.
    pub link: LinkId,
    /// The frame.
    pub frame: Vec<u8>,
}

/// The machine's name for a question to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryId(pub u64);

/// A question to the store, which answers with [`Answer`] of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Entries of a log from `from`, for someone who holds `known`: cut at the last checkpoint within the bounds such that
    /// no entry has seen more.
    Entries {
        /// The line.
        line: LineId,
        /// Whose log.
        party: PartyIndex,
        /// First index.
        from: u64,
        /// At most this many.
        count_max: usize,
        /// At most this many bytes, but at least up to the first checkpoint.
        bytes_max: usize,
        /// How much of every log there may be seen, by party index.
        known: Vec<u64>,
    },
    /// The root of a log at a size at which its author's signature is held; unreadable at any other.
    Root {
        /// The line.
        line: LineId,
        /// Whose log.
        party: PartyIndex,
        /// The size.
        size: u64,
    },
    /// The root at `old` and the consistency proof from there to `new`.
    Consistency {
        /// The line.
        line: LineId,
        /// Whose log.
        party: PartyIndex,
        /// The smaller size, at least 1.
        old: u64,
        /// The larger size.
        new: u64,
    },
    /// Entries as they are, for another's healing; no checkpoint.
    Copies {
        /// The line.
        line: LineId,
        /// Whose log.
        party: PartyIndex,
        /// First index.
        from: u64,
        /// How many.
        count: u64,
    },
}

impl Query {
    /// The line that it is about.
    #[must_use]
    pub fn line(&self) -> LineId {
        match self {
            Self::Entries { line, .. }
            | Self::Root { line, .. }
            | Self::Consistency { line, .. }
            | Self::Copies { line, .. } => *line,
        }
    }
}

/// The store's answer to a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`Query::Entries`].
    Entries {
        /// In order from the index asked for.
        entries: Vec<RawEntry>,
        /// The author's signature over the log up to and with the last of them.
        signature: [u8; 64],
    },
    /// To [`Query::Entries`]: even up to the first checkpoint they have seen more than is known.
    Ahead,
    /// To [`Query::Root`].
    Root(Hash),
    /// To [`Query::Consistency`].
    Consistency {
        /// The root at the smaller size.
        old_root: Hash,
        /// The proof.
        path: Vec<Hash>,
    },
    /// To [`Query::Copies`].
    Copies(Vec<RawEntry>),
    /// The store can't answer: nothing there, or it is damaged there.
    Unreadable,
}

/// Something that happened, for the people and programs above.
#[derive(Debug, Clone)]
pub enum Event {
    /// A link's peer has greeted; `card` is its card's bytes, to be checked against the one confirmed.
    Greeted {
        /// The link.
        link: LinkId,
        /// The peer.
        peer: PartyId,
        /// The card.
        card: Vec<u8>,
    },
    /// An own draft is on the record, durably.
    Released {
        /// Its ticket.
        ticket: Ticket,
        /// The line.
        line: LineId,
        /// Where it stands.
        place: Ref,
        /// The hash of its header as a leaf.
        leaf: Hash,
    },
    /// An own draft breaks a rule and is not on the record.
    Rejected {
        /// Its ticket.
        ticket: Ticket,
        /// Why.
        refused: Refused,
    },
    /// Entries of another party (or own ones found again) are on the record, durably.
    Admitted {
        /// The line.
        line: LineId,
        /// The batch.
        batch: Arc<AdmittedBatch>,
        /// The link they came over, if it was a live one.
        link: Option<LinkId>,
    },
    /// Another party holds a log durably up to a size.
    Cosigned {
        /// The line.
        line: LineId,
        /// Whose log.
        log: PartyIndex,
        /// Who holds it.
        cosigner: PartyIndex,
        /// Up to which size.
        size: u64,
        /// Since when, s since 1970 UTC.
        time: u64,
        /// The link it came over, if it was a live one.
        link: Option<LinkId>,
    },
    /// Joint numbers up to this one are given.
    Settled {
        /// The line.
        line: LineId,
        /// The highest joint number.
        number: u64,
    },
    /// Bodies have been deleted by agreement.
    Purged {
        /// The line.
        line: LineId,
        /// The entries.
        places: Vec<Ref>,
    },
    /// A party has signed two histories; evidence is kept.
    Forked {
        /// The line.
        line: LineId,
        /// Whose fork.
        party: PartyIndex,
    },
    /// Another party holds more of our own log than we do: nothing is written until it is recovered.
    OwnLogBehind {
        /// The line.
        line: LineId,
        /// How many entries there are.
        size: u64,
    },
    /// A peer broke a rule.
    PeerFault {
        /// The peer.
        peer: PartyId,
        /// The line, where one is concerned.
        line: Option<LineId>,
        /// What was broken.
        refused: Refused,
    },
    /// A peer says that we broke a rule.
    FaultReported {
        /// The peer.
        peer: PartyId,
        /// The line, where one is concerned.
        line: Option<LineId>,
        /// The rule, if it is one we know.
        rule: Option<Rule>,
        /// The peer's words.
        words: String,
    },
    /// A charter or signatures under one, from a confirmed party; not yet checked.
    Instrument {
        /// The peer.
        peer: PartyId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Copies of entries that were asked for: their bodies fit their headers, nothing else is checked.
    Copies {
        /// The line.
        line: LineId,
        /// Whose log.
        party: PartyIndex,
        /// Index of the first.
        first: u64,
        /// The entries.
        entries: Vec<RawEntry>,
    },
    /// A party says something else of its watch than before.
    Watch {
        /// The line.
        line: LineId,
        /// Who.
        party: PartyIndex,
        /// What it says.
        statement: WatchStatement,
        /// The same as it was signed, to be kept as evidence.
        signed: SignedWatch,
    },
    /// A party has been heard on a line, for the first time since the node began to run or after [`Event::ContactLost`].
    ContactFound {
        /// The line.
        line: LineId,
        /// Who.
        party: PartyIndex,
    },
    /// A party has not been heard on a line for the charter's contact interval.
    ContactLost {
        /// The line.
        line: LineId,
        /// Who.
        party: PartyIndex,
    },
    /// A frame that is off the record has come from a confirmed party: an offer, a non-paper or receipts. Nothing of it is kept here,
    /// and nothing of it has been checked but its form and its line.
    OffTheRecord {
        /// The peer.
        peer: PartyId,
        /// The link it came over.
        link: LinkId,
        /// The line that it is about, if it is a non-paper.
        line: Option<LineId>,
        /// The frame.
        frame: Box<Frame>,
    },
    /// A link's round trip has been measured.
    RoundTrip {
        /// The link.
        link: LinkId,
        /// The time.
        rtt: Duration,
    },
    /// The link is to be closed.
    CloseLink {
        /// The link.
        link: LinkId,
        /// Why.
        rule: Rule,
    },
}
