//! What people and programs around the nodes do: write, answer, consent, change keys, pack and open pouches.

use openline_core::body::{Body as EntryBody, EMPTY_BODY, Purge, Receipt, Stage};
use openline_core::charter::NODE_POST;
use openline_core::entry::{Kind, MessageType, Ref, SaltedBody};
use openline_core::limits::CHUNK_MAX;
use openline_core::message::{Address, Attachment, Form, Message, Precedence, Text};
use openline_core::{Hash, LineId, PartyId, PartyIndex};
use openline_proto::{Draft, DraftContent, Event, Ticket};

use crate::cast::{POST, cast};
use crate::model::Violation;
use crate::plan::SECOND;
use crate::talks::is_talk;
use crate::world::{Happening, World};

impl World {
    /// Somebody writes one to three things on some line.
    pub(crate) fn write(&mut self, body: usize) -> Result<(), Violation> {
        if self.bodies[body].machine.is_none() || self.is_healed {
            return Ok(());
        }
        let line = self.plan.lines[self.rng.index(self.plan.lines.len())].line();
        for _ in 0..self.rng.within(1, 3) {
            if self.plan.has_talks && self.rng.percent(60) {
                self.talk(body, line);
            } else if let Some((kind, refs, content)) = self.compose(body, line) {
                let message_type = self.type_of(body, line, kind, &refs);
                self.release(body, line, post_of(kind), message_type, refs, content);
            }
        }
        self.drive(body)
    }

    /// A receipt is of the type of what it is about; anything else of any.
    fn type_of(&mut self, body: usize, line: LineId, kind: Kind, refs: &[Ref]) -> MessageType {
        let about = refs.first().filter(|_| kind == Kind::Receipt);
        let entry = about.and_then(|place| self.bodies[body].disk.entry(line, *place));
        match entry {
            Some(entry) => entry.header.message_type,
            None => *self
                .rng
                .pick(&[MessageType::Real, MessageType::Exercise, MessageType::Test]),
        }
    }

    pub(crate) fn release(
        &mut self,
        body: usize,
        line: LineId,
        post: &str,
        message_type: MessageType,
        refs: Vec<Ref>,
        content: DraftContent,
    ) {
        self.tickets += 1;
        let draft = Draft {
            ticket: Ticket(self.tickets),
            post: post.to_owned(),
            message_type,
            time: None,
            refs,
            salt: self.rng.bytes(),
            content,
        };
        if let Some(machine) = &mut self.bodies[body].machine {
            // A full queue is an answer too: the draft is then not on the record.
            let _ = machine.release(&line, draft);
        }
    }

    fn compose(&mut self, body: usize, line: LineId) -> Option<(Kind, Vec<Ref>, DraftContent)> {
        let theirs = self.foreign_entry(body, line);
        match (self.rng.below(10), theirs) {
            (0, Some(place)) => {
                let stage = *self.rng.pick(&[Stage::Shown, Stage::Acknowledged]);
                let party = self.bodies[body].role.party;
                self.truth.wrote_receipt(line, party, place, stage);
                Some((Kind::Receipt, vec![place], receipt(stage)))
            }
            (3, _) if self.plan.has_statuses => Some((Kind::Status, Vec::new(), self.status(body))),
            (1, _) => {
                let kind = Kind::Other(99);
                let bytes: [u8; 40] = self.rng.bytes();
                Some((
                    kind,
                    Vec::new(),
                    DraftContent::Other {
                        kind,
                        body: bytes.to_vec(),
                    },
                ))
            }
            (2, _) if self.plan.has_purge && self.plan.has_talks && self.rng.percent(60) => {
                self.purge_of_talk(body, line)
            }
            (2, Some(place)) if self.plan.has_purge => Some(purge_of(place)),
            (_, theirs) => {
                let refs = theirs
                    .filter(|_| self.rng.percent(40))
                    .into_iter()
                    .collect();
                Some((Kind::Message, refs, self.message(body)))
            }
        }
    }

    /// A purge of something that was said of a text, an encounter or a run.
    fn purge_of_talk(
        &mut self,
        body: usize,
        line: LineId,
    ) -> Option<(Kind, Vec<Ref>, DraftContent)> {
        let entries = self.desk(body, line)?.entries();
        let said: Vec<Ref> = entries
            .iter()
            .filter(|entry| is_talk(entry.header.kind))
            .map(|entry| entry.place)
            .collect();
        (!said.is_empty()).then(|| purge_of(*self.rng.pick(&said)))
    }

    /// A message or unknown entry of another party that this node holds.
    fn foreign_entry(&mut self, body: usize, line: LineId) -> Option<Ref> {
        let me = self.bodies[body].party();
        let party = PartyIndex::from_usize(
            (me + 1 + self.rng.index(self.plan.parties - 1)) % self.plan.parties,
        )?;
        let disk = &self.bodies[body].disk;
        let size = disk.size(line, party);
        let place = Ref {
            party,
            index: self.rng.below(size),
        };
        let entry = disk.entry(line, place)?;
        (entry.header.kind == Kind::Message).then_some(place)
    }

    fn message(&mut self, body: usize) -> DraftContent {
        let others: Vec<PartyIndex> = (0..self.plan.parties)
            .filter(|party| *party != self.bodies[body].party())
            .filter_map(PartyIndex::from_usize)
            .collect();
        let to = Address {
            party: *self.rng.pick(&others),
            post: POST.to_owned(),
        };
        let chunks: Vec<Vec<u8>> = match self.rng.below(20) {
            0 => vec![vec![1; CHUNK_MAX], vec![2; 100]],
            1 => vec![vec![3; 10]],
            _ => Vec::new(),
        };
        let bytes = chunks.concat();
        let attachment = Attachment {
            name: "map.bin".to_owned(),
            media_type: "application/octet-stream".to_owned(),
            length: bytes.len() as u64,
            sha256: Hash::of(&[&bytes]),
            first: 0,
            chunks: chunks.len() as u64,
        };
        let text = format!("This is message {}.", self.tickets);
        let message = Message {
            form: Form::Message,
            precedence: *self.rng.pick(Precedence::ALL),
            to: vec![to],
            info: Vec::new(),
            info_precedence: None,
            subject: None,
            texts: vec![Text {
                language: "en".to_owned(),
                is_authoritative: true,
                text,
            }],
            number: None,
            attachments: if chunks.is_empty() {
                Vec::new()
            } else {
                vec![attachment]
            },
            own_reference: None,
            authority: None,
            validity: None,
            claimed: Vec::new(),
            class: None,
            template: None,
            fields: Vec::new(),
        };
        let chunks = chunks
            .into_iter()
            .map(|bytes| SaltedBody {
                salt: self.rng.bytes(),
                bytes,
            })
            .collect();
        DraftContent::Message {
            message: Box::new(message),
            chunks,
        }
    }

    /// What a node's people and programs do about an event.
    pub(crate) fn react(&mut self, body: usize, event: &Event) -> Result<(), Violation> {
        match event {
            Event::Admitted { line, batch, .. } => {
                self.look_at(body, *line, batch)?;
                for entry in batch.entries() {
                    let header = entry.header();
                    self.hear(body, *line, header.kind, &header.refs, entry.place());
                }
                let me = self.bodies[body].role.party;
                let purges = batch
                    .entries()
                    .iter()
                    .filter(|e| matches!(e.body(), Some(EntryBody::Purge(_))));
                let purges: Vec<Ref> = purges
                    .map(|entry| entry.place())
                    .filter(|place| place.party != me)
                    .collect();
                for purge in purges {
                    let after = self.rng.below(10 * SECOND);
                    self.after(
                        after,
                        Happening::Consent {
                            body,
                            line: *line,
                            purge,
                        },
                    );
                }
            }
            Event::Watch {
                line,
                party,
                statement,
                ..
            } => self.bodies[body].shell.note_watch(*line, *party, statement),
            Event::CloseLink { link, .. } => {
                if let Some(slot) = self.net.links.get(link).map(|link| link.slot)
                    && self.net.slots[slot].link == Some(*link)
                {
                    self.cut(slot);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn consent(
        &mut self,
        body: usize,
        line: LineId,
        purge: Ref,
    ) -> Result<(), Violation> {
        let content = DraftContent::Other {
            kind: Kind::Consent,
            body: EMPTY_BODY.to_vec(),
        };
        self.release(body, line, POST, MessageType::Real, vec![purge], content);
        self.drive(body)
    }

    /// The party changes its node key, on every line.
    pub(crate) fn change_key(&mut self, body: usize) -> Result<(), Violation> {
        if self.bodies[body].machine.is_none() {
            self.after(SECOND, Happening::ChangeKey { body });
            return Ok(());
        }
        self.trace(|_| format!("node {body} changes its key"));
        let person = &cast().persons[self.bodies[body].party()];
        self.bodies[body].has_new_key = true;
        if let Some(machine) = &mut self.bodies[body].machine {
            machine.set_identity(
                Vec::new(),
                vec![person.keys.clone(), person.next_keys.clone()],
            );
        }
        let lines: Vec<LineId> = self
            .plan
            .lines
            .iter()
            .map(|founded| founded.line())
            .collect();
        for line in lines {
            let content = DraftContent::Other {
                kind: Kind::KeyChange,
                body: person.key_change.clone(),
            };
            self.release(
                body,
                line,
                NODE_POST,
                MessageType::Real,
                Vec::new(),
                content,
            );
        }
        self.drive(body)
    }

    /// Packs what a node holds into a pouch for a party; it comes much later, twice, or never.
    pub(crate) fn pack(&mut self, from: usize, to: usize) {
        let (me, peer) = (self.bodies[from].party(), self.bodies[to].party());
        let Some(machine) = self.bodies[from].machine.as_ref().filter(|_| me != peer) else {
            return;
        };
        let mut frames = Vec::new();
        let now = self.bodies[from].clock.now(self.now);
        for founded in &self.plan.lines {
            let line = founded.line();
            let peer = PartyIndex::from_usize(peer).unwrap_or(PartyIndex(0));
            let known = machine.confirmed_by(&line, peer);
            frames.extend(self.bodies[from].disk.batches_beyond(founded, known));
            frames.extend(machine.beacon_frame(&line, now));
        }
        let from = cast().persons[me].id;
        for _ in 0..self.rng.below(3) {
            let after = self.rng.within(SECOND, 60 * SECOND);
            self.after(
                after,
                Happening::Pouch {
                    to,
                    from,
                    frames: frames.clone(),
                },
            );
        }
    }

    pub(crate) fn open_pouch(
        &mut self,
        to: usize,
        from: &PartyId,
        frames: &[Vec<u8>],
    ) -> Result<(), Violation> {
        let now = self.bodies[to].clock.now(self.now);
        if let Some(machine) = &mut self.bodies[to].machine {
            // A pouch that breaks a rule is reported as a fault; the frames before it count.
            let _ = machine.handle_bundle(from, frames, now);
        }
        self.drive(to)
    }
}

/// A receipt of a stage that asks for no more.
pub(crate) fn receipt(stage: Stage) -> DraftContent {
    let receipt = Receipt {
        stage,
        time: 0,
        class: None,
        words: None,
        promised: None,
        values: Vec::new(),
    };
    DraftContent::Other {
        kind: Kind::Receipt,
        body: receipt.encode(),
    }
}

fn purge_of(place: Ref) -> (Kind, Vec<Ref>, DraftContent) {
    let purge = Purge {
        targets: vec![place],
        reason: "agreed".to_owned(),
    };
    let (kind, body) = (Kind::Purge, purge.encode());
    (kind, Vec::new(), DraftContent::Other { kind, body })
}

fn post_of(kind: Kind) -> &'static str {
    if kind.is_by_node() { NODE_POST } else { POST }
}
