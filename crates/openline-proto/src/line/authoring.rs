//! Writing own entries: drafts in, batches on the record out.

use std::collections::VecDeque;

use openline_core::admit::{AdmittedBatch, Batch};
use openline_core::body::{EMPTY_BODY, encode_founding};
use openline_core::charter::NODE_POST;
use openline_core::entry::{Header, Kind, MessageType, RawEntry, Ref, SaltedBody};
use openline_core::message::{Message, Precedence};
use openline_core::{Hash, LineId, Refused, Rule};

use super::{Around, Line, raw_of};
use crate::effect::{Draft, DraftContent, Event, Ticket};
use crate::frame::Frame;
use crate::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, DRAFTS_MAX};

/// What a header and a salt take, at most but for many references.
const HEADER_LEN: usize = 320;

/// One entry to be written. A message's chunks stand before it in the queue.
#[derive(Debug)]
struct Item {
    /// `None` for what the node writes by itself.
    ticket: Option<Ticket>,
    post: String,
    message_type: MessageType,
    time: Option<i64>,
    refs: Vec<Ref>,
    salt: [u8; 16],
    /// About how many bytes it will take in a batch.
    len: usize,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Message { message: Box<Message>, chunks: u64 },
    Chunk(Vec<u8>),
    Other(Kind, Vec<u8>),
}

impl Content {
    fn kind(&self) -> Kind {
        match self {
            Self::Message { .. } => Kind::Message,
            Self::Chunk(_) => Kind::Chunk,
            Self::Other(kind, _) => *kind,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Message { message, .. } => HEADER_LEN + message.encode().len(),
            Self::Chunk(bytes) | Self::Other(_, bytes) => HEADER_LEN + bytes.len(),
        }
    }

    fn is_urgent(&self) -> bool {
        matches!(self, Self::Message { message, .. } if message.precedence <= Precedence::Immediate)
    }

    /// The body's bytes; a message learns here where its chunks stand, just before `index`.
    fn into_body(self, index: u64) -> Vec<u8> {
        match self {
            Self::Message {
                mut message,
                chunks,
            } => {
                let mut first = index.saturating_sub(chunks);
                for attachment in &mut message.attachments {
                    attachment.first = first;
                    first += attachment.chunks;
                }
                message.encode()
            }
            Self::Chunk(bytes) | Self::Other(_, bytes) => bytes,
        }
    }
}

/// What waits to be written, in order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    items: VecDeque<Item>,
    has_mark: bool,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    fn push_node(&mut self, kind: Kind, body: Vec<u8>, salt: [u8; 16]) {
        let content = Content::Other(kind, body);
        self.items.push_back(Item {
            ticket: None,
            post: NODE_POST.to_owned(),
            message_type: MessageType::Real,
            time: None,
            refs: Vec::new(),
            salt,
            len: content.len(),
            content,
        });
    }

    fn push(&mut self, draft: Draft) {
        let Draft {
            ticket,
            post,
            message_type,
            time,
            refs,
            salt,
            content,
        } = draft;
        let content = match content {
            DraftContent::Other { kind, body } => Content::Other(kind, body),
            DraftContent::Message { message, chunks } => {
                let count = chunks.len() as u64;
                self.items.extend(chunks.into_iter().map(|chunk| Item {
                    ticket: Some(ticket),
                    post: post.clone(),
                    message_type,
                    time,
                    refs: Vec::new(),
                    salt: chunk.salt,
                    len: HEADER_LEN + chunk.bytes.len(),
                    content: Content::Chunk(chunk.bytes),
                }));
                Content::Message {
                    message,
                    chunks: count,
                }
            }
        };
        let len = content.len();
        self.items.push_back(Item {
            ticket: Some(ticket),
            post,
            message_type,
            time,
            refs,
            salt,
            len,
            content,
        });
    }

    /// Drops what is left of a draft of which an entry was refused.
    fn drop_ticket(&mut self, ticket: Option<Ticket>) {
        if ticket.is_some() {
            self.items.retain(|item| item.ticket != ticket);
        }
    }
}

/// What became of the items of one batch.
struct Written {
    batch: AdmittedBatch,
    released: Vec<(Ticket, Ref, Hash)>,
    is_urgent: bool,
}

impl Line {
    /// Takes a draft; its fate comes as an event.
    pub(crate) fn release(&mut self, draft: Draft) -> Result<(), Rule> {
        if self.queue.items.len() >= DRAFTS_MAX {
            return Err(Rule::Flood);
        }
        self.queue.push(draft);
        Ok(())
    }

    /// Whether the log still lacks its founding entry.
    pub(crate) fn needs_founding(&self) -> bool {
        self.logs.size(self.me) == 0 && self.queue.items.is_empty()
    }

    /// Queues the founding entry.
    pub(crate) fn queue_founding(&mut self, line: &LineId, salt: [u8; 16]) {
        self.queue
            .push_node(Kind::Founding, encode_founding(line), salt);
    }

    /// Queues a mark when others wait to be settled for want of our next entry.
    pub(super) fn check_settle_delay(&mut self, now: crate::effect::Now) {
        let delay = self.logs.founded().terms().settle_delay;
        let is_due = self
            .unsettled_since
            .is_some_and(|since| since + delay <= now.mono);
        if !is_due || !self.may_mark() {
            return;
        }
        self.unsettled_since = None;
        if self.logs.order().waits_for(self.me) && !self.queue.has_mark {
            self.queue.has_mark = true;
            // The body is one fixed byte: there is nothing that a salt could keep from being guessed.
            self.queue
                .push_node(Kind::Mark, EMPTY_BODY.to_vec(), [0; 16]);
        }
    }

    /// Whether a mark could be written now: whatever else is written settles as much.
    pub(super) fn may_mark(&self) -> bool {
        self.queue.items.is_empty() && !self.must_hear() && !self.logs.is_forked(self.me)
    }

    /// Writes what is queued, as one batch; false when there is nothing to write or it may not be written yet.
    pub(crate) fn write_batch(&mut self, around: &mut Around<'_>) -> bool {
        if self.queue.items.is_empty() || self.must_hear() || self.logs.is_forked(self.me) {
            return false;
        }
        let Some(written) = self.write_items(around) else {
            return true;
        };
        let Written {
            batch,
            released,
            is_urgent,
        } = written;
        let (first, end) = (batch.first_index(), batch.checkpoint().checkpoint.size);
        let entries = batch.entries().iter().map(|entry| raw_of(entry)).collect();
        let signature = batch.checkpoint().signature;
        let frame = Frame::Batch {
            tag: self.tag,
            party: self.me,
            first,
            signature,
            entries,
        }
        .encode();
        self.take_up(around, batch, None);
        for (ticket, place, leaf) in released {
            around.out.event(Event::Released {
                ticket,
                line: self.id,
                place,
                leaf,
            });
        }
        self.offer(around, first, end, &frame, is_urgent);
        true
    }

    fn write_items(&mut self, around: &mut Around<'_>) -> Option<Written> {
        let mut batch = self.logs.batch(self.me);
        let (mut released, mut is_urgent, mut bytes, mut count) = (Vec::new(), false, 0, 0);
        let mut refused: Vec<(Option<Ticket>, Refused)> = Vec::new();
        while let Some(item) = self.queue.items.front() {
            let len = item.len;
            if count == BATCH_ENTRIES_MAX || (count > 0 && bytes + len > BATCH_BYTES_MAX) {
                break;
            }
            let Some(item) = self.queue.items.pop_front() else {
                break;
            };
            let (ticket, kind, urgent) =
                (item.ticket, item.content.kind(), item.content.is_urgent());
            self.queue.has_mark &= kind != Kind::Mark;
            match push(&mut batch, item, around.now.wall_ms) {
                Ok((place, leaf)) => {
                    released.extend(
                        ticket
                            .filter(|_| kind != Kind::Chunk)
                            .map(|ticket| (ticket, place, leaf)),
                    );
                    is_urgent |= urgent;
                    bytes += len;
                    count += 1;
                }
                Err(why) => {
                    self.queue.drop_ticket(ticket);
                    refused.push((ticket, why));
                }
            }
        }
        let written = if count == 0 {
            None
        } else {
            Some(sign(batch, around))
        };
        let rejected = |ticket: Option<Ticket>, refused| {
            ticket.map(|ticket| Event::Rejected { ticket, refused })
        };
        for (ticket, why) in refused {
            around.out.events(rejected(ticket, why));
        }
        match written? {
            Ok(batch) => Some(Written {
                batch,
                released,
                is_urgent,
            }),
            Err(why) => {
                for (ticket, _, _) in released {
                    around.out.events(rejected(Some(ticket), why));
                }
                None
            }
        }
    }
}

/// Signs with whichever own key is in force at the batch's end: a batch that changes the key is signed by the new one.
fn sign(batch: Batch<'_>, around: &Around<'_>) -> Result<AdmittedBatch, Refused> {
    let in_force = batch.keys_in_force();
    match around
        .keys
        .iter()
        .find(|keys| keys.ed_public() == &in_force.ed)
    {
        Some(keys) => batch.sign(keys),
        None => Err(Rule::CheckpointSignature.into()),
    }
}

fn push(batch: &mut Batch<'_>, item: Item, wall_ms: i64) -> Result<(Ref, Hash), Refused> {
    let kind = item.content.kind();
    let body = SaltedBody {
        salt: item.salt,
        bytes: item.content.into_body(batch.size()),
    };
    let header = Header {
        kind,
        seen: if kind == Kind::Founding {
            vec![0; batch.seen().len()]
        } else {
            batch.seen()
        },
        post: item.post,
        message_type: item.message_type,
        time: item.time.unwrap_or(wall_ms),
        refs: item.refs,
        body_hash: body.hash(),
    };
    let raw = RawEntry {
        header: header.encode(),
        body: Some((body.salt.to_vec(), body.bytes)),
    };
    batch.push(raw).map(|entry| (entry.place(), entry.leaf()))
}
