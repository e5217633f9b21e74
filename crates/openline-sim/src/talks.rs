//! What people do with an open line: they negotiate texts, ask for meetings, hold them and account for them, raise topics, undertake
//! things and look for a time. Whoever lies does it with entries that break no rule.

mod meetings;
mod slots;
mod texts;

use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::glossary::{Accord, Stance};
use openline_core::{LineId, PartyIndex};
use openline_proto::DraftContent;

use crate::cast::POST;
use crate::desk::Desk;
use crate::model::Violation;
use crate::plan::SECOND;
use crate::world::{Happening, World};

/// Entries that people of one node answer at most.
const ANSWERS_MAX: u64 = 60;

/// Whether an entry is of talks.
pub(crate) fn is_talk(kind: Kind) -> bool {
    kind.is_scheduling()
        || matches!(
            kind,
            Kind::TextProposal
                | Kind::Amendment
                | Kind::Initial
                | Kind::Signature
                | Kind::Encounter
                | Kind::Step
                | Kind::Accord
                | Kind::Topic
                | Kind::Undertaking
        )
}

/// Something that somebody has to say.
pub(crate) struct Saying {
    message_type: MessageType,
    refs: Vec<Ref>,
    kind: Kind,
    body: Vec<u8>,
}

impl World {
    /// Somebody begins something, or takes up what has been begun.
    pub(crate) fn talk(&mut self, body: usize, line: LineId) {
        let saying = match self.rng.below(8) {
            0..=2 => self.negotiate(body, line),
            3..=4 => self.meet(body, line),
            5 => self.discuss(body, line),
            _ => self.schedule(body, line),
        };
        if let Some(saying) = saying {
            self.say(body, line, saying);
        }
    }

    pub(crate) fn say(&mut self, body: usize, line: LineId, saying: Saying) {
        let Saying {
            message_type,
            refs,
            kind,
            body: bytes,
        } = saying;
        let content = DraftContent::Other { kind, body: bytes };
        self.release(body, line, POST, message_type, refs, content);
    }

    /// An entry has come that people may answer, and programs must where a run asks for it.
    pub(crate) fn hear(&mut self, body: usize, line: LineId, kind: Kind, refs: &[Ref], place: Ref) {
        let is_watched = self.plan.has_talks || self.plan.are_officers_quick;
        if !is_watched || !is_talk(kind) {
            return;
        }
        if kind.is_scheduling() {
            let after = self.rng.below(SECOND);
            self.after(after, Happening::Slots { body, line });
        }
        let subject = refs.first().copied().filter(|_| kind != Kind::Accord);
        let about = subject.unwrap_or(place);
        if self.plan.has_talks && self.rng.percent(75) {
            let after = self.rng.below(6 * SECOND);
            self.after(after, Happening::Answer { body, line, about });
        }
    }

    /// Somebody answers what was said about a text, an encounter, a topic or a run.
    pub(crate) fn answer(
        &mut self,
        body: usize,
        line: LineId,
        about: Ref,
    ) -> Result<(), Violation> {
        if self.is_healed
            || self.bodies[body].machine.is_none()
            || self.bodies[body].answered >= ANSWERS_MAX
        {
            return Ok(());
        }
        self.bodies[body].answered += 1;
        let kind = self.bodies[body]
            .disk
            .entry(line, about)
            .map(|entry| entry.header.kind);
        let saying = match kind {
            Some(Kind::TextProposal) => self.answer_text(body, line, about),
            Some(Kind::Encounter) => self.answer_encounter(body, line, about),
            Some(Kind::SlotRequest) => self.answer_run(body, line, about),
            Some(Kind::Topic | Kind::Undertaking) => self.answer_topic(body, line, about),
            _ => None,
        };
        if let Some(saying) = saying {
            self.say(body, line, saying);
        }
        self.drive(body)
    }

    pub(crate) fn desk(&self, body: usize, line: LineId) -> Option<&Desk> {
        self.bodies[body].shell.desks.get(&line)
    }

    fn is_liar(&self, body: usize) -> bool {
        !self.bodies[body].role.is_honest
    }

    fn new_type(&mut self) -> MessageType {
        let real = MessageType::Real;
        *self
            .rng
            .pick(&[real, real, real, MessageType::Exercise, MessageType::Test])
    }

    fn any_party(&mut self) -> PartyIndex {
        let party = self.rng.index(self.plan.parties);
        PartyIndex::from_usize(party).expect("few parties")
    }

    /// Agrees to an entry, or now and then declines it.
    fn accord(&mut self, message_type: MessageType, claim: Ref) -> Saying {
        let stance = if self.rng.percent(85) {
            Stance::Agrees
        } else {
            Stance::Declines
        };
        let words = None;
        Saying {
            message_type,
            refs: vec![claim],
            kind: Kind::Accord,
            body: Accord { stance, words }.encode(),
        }
    }
}
