//! What people do about the watch and the state of a line: come and go, give notices, suspend and resume, look at ladders.

use openline_core::admit::AdmittedBatch;
use openline_core::body::{Body as EntryBody, Stage};
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::Message;
use openline_core::status::{Act, Status};
use openline_core::watch::{Notice, NoticeKind};
use openline_core::{LineId, PartyIndex};
use openline_desk::ladder::{Ladder, Proof, Step};
use openline_proto::DraftContent;

use crate::cast::POST;
use crate::model::Violation;
use crate::people::receipt;
use crate::sabotage::Sabotage;
use crate::world::{Happening, World};

impl World {
    /// Somebody comes on or off watch, or a notice is given or taken back.
    pub(crate) fn change_duty(&mut self, body: usize) -> Result<(), Violation> {
        let now = self.bodies[body].clock.now(self.now).wall_ms;
        let until = self
            .rng
            .percent(50)
            .then(|| now + self.span_ms(1_000, 30_000));
        let what = self.rng.below(4);
        let kind = *self.rng.pick(NoticeKind::ALL);
        let duty = &mut self.bodies[body].duty;
        match what {
            0 => (duty.post.is_attended, duty.post.until) = (true, until),
            1 => (duty.post.is_attended, duty.post.until) = (false, None),
            2 => duty.notices.clear(),
            _ => {
                duty.notices.retain(|notice| notice.kind != kind);
                duty.notices.push(Notice {
                    kind,
                    from: now,
                    until,
                    words: None,
                });
            }
        }
        self.say_watch(body);
        self.drive(body)
    }

    fn span_ms(&mut self, low: u64, high: u64) -> i64 {
        i64::try_from(self.rng.within(low, high)).unwrap_or(0)
    }

    /// A line status from some seconds ago to some seconds ahead, with or without an end.
    pub(crate) fn status(&mut self, body: usize) -> DraftContent {
        let now = self.bodies[body].clock.now(self.now).wall_ms;
        let act = *self.rng.pick(&[Act::Suspend, Act::Narrow, Act::Resume]);
        let effective = now - 5_000 + self.span_ms(0, 20_000);
        let until = (act != Act::Resume && self.rng.percent(40))
            .then(|| effective + self.span_ms(1, 20_000));
        status_at(act, effective, until)
    }

    /// A person looks at what messages have come to, as receipts about them arrive.
    pub(crate) fn look_at(
        &mut self,
        body: usize,
        line: LineId,
        batch: &AdmittedBatch,
    ) -> Result<(), Violation> {
        for entry in batch.entries() {
            match entry.body() {
                Some(EntryBody::Receipt(_)) => {
                    self.look_at_ladder(body, line, entry.header().refs[0])?;
                }
                Some(EntryBody::Message(_))
                    if self.is_sabotaged(body, Sabotage::AutomaticReceipt) =>
                {
                    let place = entry.place();
                    self.after(0, Happening::Acknowledge { body, line, place });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The node acknowledges a message by itself: a planted fault.
    pub(crate) fn acknowledge(
        &mut self,
        body: usize,
        line: LineId,
        place: Ref,
    ) -> Result<(), Violation> {
        if let Some(entry) = self.bodies[body].disk.entry(line, place) {
            let content = receipt(Stage::Acknowledged);
            let message_type = entry.header.message_type;
            self.release(body, line, POST, message_type, vec![place], content);
        }
        self.drive(body)
    }

    /// Somebody looks at the ladder of an entry.
    pub(crate) fn look_at_ladder(
        &self,
        body: usize,
        line: LineId,
        place: Ref,
    ) -> Result<(), Violation> {
        let state = &self.bodies[body];
        let Some(ladder) = self
            .ladder(body, line, place)
            .filter(|_| state.role.is_honest)
        else {
            return Ok(());
        };
        let mut shown: Vec<(PartyIndex, Step, Proof)> = ladder
            .rungs()
            .into_iter()
            .map(|rung| (rung.party, rung.step, rung.proof))
            .collect();
        if self.is_sabotaged(body, Sabotage::StoredAsShown) {
            for (_, step, _) in &mut shown {
                if *step == Step::Stored {
                    *step = Step::Receipt(Stage::Shown);
                }
            }
        }
        self.check_ladder(state.role, line, &ladder, &shown)
    }

    /// The ladder of an entry, by what a node holds.
    fn ladder(&self, body: usize, line: LineId, place: Ref) -> Option<Ladder> {
        let disk = &self.bodies[body].disk;
        let entry = disk.entry(line, place)?;
        let text = entry
            .raw
            .body
            .filter(|_| entry.header.kind == Kind::Message);
        let message = text.and_then(|(_, body)| Message::decode(&body).ok());
        let mut ladder = Ladder::of(place, &entry.header, message.as_ref());
        for c in disk
            .store
            .latest_cosignatures(line, place.party)
            .unwrap_or_default()
        {
            ladder.cosigned(c.cosigner, c.size, c.signature.time);
        }
        for about in disk.store.referring(line, place).unwrap_or_default() {
            let referring = disk.entry(line, about);
            if let Some(referring) = referring
                && let Some((_, body)) = &referring.raw.body
            {
                // What was admitted breaks no rule of its body.
                let _ = ladder.follow(about, referring.lamport, &referring.header, body);
            }
        }
        Some(ladder)
    }

    /// A party's people suspend, narrow or resume the first line from now on.
    pub(crate) fn set_status(&mut self, body: usize, act: Act) -> Result<(), Violation> {
        let now = self.bodies[body].clock.now(self.now).wall_ms;
        let line = self.plan.lines[0].line();
        let content = status_at(act, now, None);
        self.release(body, line, POST, MessageType::Real, Vec::new(), content);
        self.drive(body)
    }
}

fn status_at(act: Act, effective: i64, until: Option<i64>) -> DraftContent {
    let status = Status {
        act,
        effective,
        classes: if act == Act::Narrow {
            vec!["medical".to_owned()]
        } else {
            Vec::new()
        },
        reason: None,
        until,
    };
    DraftContent::Other {
        kind: Kind::Status,
        body: status.encode(),
    }
}
