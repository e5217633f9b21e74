//! The ladder: the stages that one message has reached, by whom, when, and by what proof (`spec/loop.md` section 4).
//!
//! Stored is proven by a cosignature, everything after it by an entry of the party that reached it. Received is not agreed:
//! no stage up to *confirmed* says what a party thinks of the message.

use std::collections::BTreeMap;

use openline_core::body::{Receipt, Stage};
use openline_core::closing::{Answer, Confirmation, Outcome, Verdict};
use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::field::Values;
use openline_core::message::{Form, Message};
use openline_core::{PartyIndex, Rule};

/// A stage on the ladder, in the order in which a message climbs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Its author's checkpoint covers it.
    Released,
    /// Another node holds it durably.
    Stored,
    /// A receipt says so.
    Receipt(Stage),
    /// Its author says that it was read back wrongly, and how it is to be understood.
    Corrected,
    /// Its author says that it was read back rightly.
    Confirmed,
    /// Another party has said what it will do, or that it takes note or rejects.
    Answered(Outcome),
    /// Another party has replied to it.
    Replied,
    /// Its author has put another message in its place.
    Superseded,
    /// Its author has withdrawn it.
    Cancelled,
}

impl Step {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Stored => "stored",
            Self::Receipt(stage) => stage.word(),
            Self::Corrected => "read-back corrected",
            Self::Confirmed => "read-back confirmed",
            Self::Answered(outcome) => outcome.word(),
            Self::Replied => "replied",
            Self::Superseded => "replaced by a correction",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it says what a party will do about the message, and so closes the exchange with it.
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Answered(_) | Self::Replied)
    }
}

/// What proves that a stage was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The author's signature over its log.
    Checkpoint,
    /// The other party's signature over the author's log at this size.
    Cosignature {
        /// The size.
        size: u64,
    },
    /// An entry of the party that reached it.
    Entry(Ref),
}

/// A stage that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The stage.
    pub step: Step,
    /// Who reached it.
    pub party: PartyIndex,
    /// From which post; `None` for what a node does by itself.
    pub post: Option<String>,
    /// When, ms since 1970 UTC: as claimed, but for a cosignature, whose time is its own.
    pub time: i64,
    /// What proves it.
    pub proof: Proof,
    /// The entry that it speaks of, where that is not the message: the read-back of a confirmation.
    pub about: Option<Ref>,
    /// The class of people it was passed to, or the language of a translation.
    pub class: Option<String>,
    /// The words of whoever reached it.
    pub words: Option<String>,
    /// Values typed again, or put right.
    pub values: Values,
    /// By when an answer is promised, ms.
    pub promised: Option<i64>,
}

/// Where a rung stands: signatures first, then entries in the record's order.
type Position = (u64, PartyIndex);

/// The ladder of one message, or of any other entry as far as signatures go.
#[derive(Debug, Clone)]
pub struct Ladder {
    place: Ref,
    message_type: MessageType,
    form: Option<Form>,
    released: Rung,
    stored: Vec<Rung>,
    entries: BTreeMap<Position, Rung>,
    /// The author's words on read-backs, which count when the read-back does.
    verdicts: BTreeMap<Position, Rung>,
}

impl Ladder {
    /// The ladder of an entry that has been released and no more; `message` is what it says, if it is a message.
    #[must_use]
    pub fn of(place: Ref, header: &Header, message: Option<&Message>) -> Self {
        let released = rung(Step::Released, place.party, header.time, Proof::Checkpoint);
        Self {
            place,
            message_type: header.message_type,
            form: message.map(|message| message.form),
            released: Rung {
                post: Some(header.post.clone()),
                ..released
            },
            stored: Vec::new(),
            entries: BTreeMap::new(),
            verdicts: BTreeMap::new(),
        }
    }

    /// The entry that it is about.
    #[must_use]
    pub fn place(&self) -> Ref {
        self.place
    }

    /// Whether it is real, an exercise or a test.
    #[must_use]
    pub fn message_type(&self) -> MessageType {
        self.message_type
    }

    /// `cosigner` has signed for the author's log at `size`, at `time` in seconds since 1970 UTC; below the entry it counts for nothing.
    pub fn cosigned(&mut self, cosigner: PartyIndex, size: u64, time: u64) {
        if size <= self.place.index || cosigner == self.place.party {
            return;
        }
        let time = i64::try_from(time).unwrap_or(i64::MAX).saturating_mul(1000);
        let stored = rung(Step::Stored, cosigner, time, Proof::Cosignature { size });
        self.stored.push(stored);
        self.stored.sort_by_key(|rung| rung.party);
    }

    /// Takes up an entry with its body, if it counts for this one; entries may come in any order, and twice.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        place: Ref,
        lamport: u64,
        header: &Header,
        body: &[u8],
    ) -> Result<(), Rule> {
        if header.message_type != self.message_type {
            return Ok(());
        }
        let Some(about) = header.refs.first().copied() else {
            return Ok(());
        };
        let is_by_author = place.party == self.place.party;
        let is_direct = about == self.place;
        let rung = match header.kind {
            Kind::Receipt if is_direct && !is_by_author => {
                of_receipt(Receipt::decode(body)?, place, header)
            }
            Kind::Answer if is_direct && !is_by_author => {
                of_answer(Answer::decode(body)?, place, header)
            }
            Kind::Message if is_direct => {
                let form = Message::decode(body)?.form;
                match self.step_of(form, is_by_author) {
                    Some(step) => by_entry(step, place, header),
                    None => return Ok(()),
                }
            }
            Kind::Confirmation if is_by_author => {
                let rung = of_confirmation(Confirmation::decode(body)?, about, place, header);
                self.verdicts.insert((lamport, place.party), rung);
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.entries.insert((lamport, place.party), rung);
        Ok(())
    }

    /// What a message that refers to this one does to it.
    fn step_of(&self, form: Form, is_by_author: bool) -> Option<Step> {
        let is_note = form == Form::NoteVerbale && self.form == Some(Form::NoteVerbale);
        match form {
            Form::Correction if is_by_author => Some(Step::Superseded),
            Form::Cancellation if is_by_author => Some(Step::Cancelled),
            Form::Reply if !is_by_author => Some(Step::Replied),
            Form::NoteVerbale if is_note && !is_by_author => Some(Step::Replied),
            _ => None,
        }
    }

    /// What has been reached: signatures first, then entries in the record's order.
    #[must_use]
    pub fn rungs(&self) -> Vec<&Rung> {
        let mut entries: Vec<(&Position, &Rung)> = self.entries.iter().collect();
        let counts = |rung: &Rung| rung.about.is_some_and(|about| self.is_read_back(about));
        entries.extend(self.verdicts.iter().filter(|(_, rung)| counts(rung)));
        entries.sort_by_key(|(position, _)| **position);
        let signed = std::iter::once(&self.released).chain(&self.stored);
        signed
            .chain(entries.into_iter().map(|(_, rung)| rung))
            .collect()
    }

    fn is_read_back(&self, place: Ref) -> bool {
        let is_it = |rung: &Rung| {
            rung.proof == Proof::Entry(place) && rung.step == Step::Receipt(Stage::ReadBack)
        };
        self.entries.values().any(is_it)
    }

    /// The read-backs of it, whose confirmations are to be looked for among what refers to them.
    pub fn read_backs(&self) -> impl Iterator<Item = Ref> + '_ {
        self.entries.values().filter_map(|rung| match rung.proof {
            Proof::Entry(place) if rung.step == Step::Receipt(Stage::ReadBack) => Some(place),
            _ => None,
        })
    }

    /// The highest stage that anyone has reached.
    #[must_use]
    pub fn highest(&self) -> Step {
        let steps = self.rungs().into_iter().map(|rung| rung.step);
        steps.max().unwrap_or(Step::Released)
    }

    /// The message by which its author has last replaced or withdrawn it.
    #[must_use]
    pub fn successor(&self) -> Option<(Step, Ref)> {
        let last = self
            .entries
            .values()
            .rfind(|rung| matches!(rung.step, Step::Superseded | Step::Cancelled))?;
        match last.proof {
            Proof::Entry(place) => Some((last.step, place)),
            Proof::Checkpoint | Proof::Cosignature { .. } => None,
        }
    }
}

fn rung(step: Step, party: PartyIndex, time: i64, proof: Proof) -> Rung {
    Rung {
        step,
        party,
        post: None,
        time,
        proof,
        about: None,
        class: None,
        words: None,
        values: Values::new(),
        promised: None,
    }
}

fn by_entry(step: Step, place: Ref, header: &Header) -> Rung {
    Rung {
        post: Some(header.post.clone()),
        ..rung(step, place.party, header.time, Proof::Entry(place))
    }
}

fn of_receipt(receipt: Receipt, place: Ref, header: &Header) -> Rung {
    Rung {
        time: receipt.time,
        class: receipt.class,
        words: receipt.words,
        values: receipt.values,
        promised: receipt.promised,
        ..by_entry(Step::Receipt(receipt.stage), place, header)
    }
}

fn of_answer(answer: Answer, place: Ref, header: &Header) -> Rung {
    Rung {
        words: answer.words,
        ..by_entry(Step::Answered(answer.outcome), place, header)
    }
}

fn of_confirmation(confirmation: Confirmation, about: Ref, place: Ref, header: &Header) -> Rung {
    let step = match confirmation.verdict {
        Verdict::Confirmed => Step::Confirmed,
        Verdict::Corrected => Step::Corrected,
    };
    Rung {
        about: Some(about),
        words: confirmation.words,
        values: confirmation.values,
        ..by_entry(step, place, header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header, message, with_form};

    const US: PartyIndex = PartyIndex(0);
    const THEM: PartyIndex = PartyIndex(1);

    fn receipt(stage: Stage, time: i64) -> Vec<u8> {
        Receipt {
            stage,
            time,
            class: None,
            words: None,
            promised: (stage == Stage::StandBy).then_some(9_000),
            values: vec![],
        }
        .encode()
    }

    fn confirmation(verdict: Verdict) -> Vec<u8> {
        Confirmation {
            verdict,
            words: Some("as said".to_owned()),
            values: vec![],
        }
        .encode()
    }

    fn ladder() -> Ladder {
        let said = Message::decode(&message(None, "text")).expect("a message");
        Ladder::of(at(0, 5), &header(Kind::Message, vec![]), Some(&said))
    }

    fn words(ladder: &Ladder) -> Vec<&'static str> {
        ladder.rungs().iter().map(|rung| rung.step.word()).collect()
    }

    #[test]
    fn a_released_message_is_not_stored_anywhere_until_someone_signs_for_it() {
        let mut ladder = ladder();
        ladder.cosigned(THEM, 5, 8);
        ladder.cosigned(US, 9, 8);
        assert_eq!(words(&ladder), ["released"]);
        ladder.cosigned(THEM, 6, 8);
        assert_eq!(words(&ladder), ["released", "stored"]);
        let rungs = ladder.rungs();
        let stored = rungs.last().expect("two rungs");
        assert_eq!((stored.party, stored.time), (THEM, 8_000));
        assert_eq!(stored.proof, Proof::Cosignature { size: 6 });
        assert_eq!(ladder.highest(), Step::Stored);
    }

    #[test]
    fn receipts_stand_in_the_records_order_however_they_come() -> Result<(), Rule> {
        let mut ladder = ladder();
        let about = header(Kind::Receipt, vec![at(0, 5)]);
        ladder.follow(at(1, 4), 40, &about, &receipt(Stage::StandBy, 3))?;
        ladder.follow(at(1, 3), 30, &about, &receipt(Stage::Acknowledged, 4))?;
        ladder.follow(at(1, 2), 20, &about, &receipt(Stage::Shown, 5))?;
        ladder.cosigned(THEM, 6, 1);
        let order = ["released", "stored", "shown", "acknowledged", "stand by"];
        assert_eq!(words(&ladder), order);
        let last = ladder.rungs().into_iter().find_map(|rung| rung.promised);
        assert_eq!(last, Some(9_000));
        assert_eq!(ladder.highest(), Step::Receipt(Stage::StandBy));
        Ok(())
    }

    #[test]
    fn what_is_about_another_message_or_by_its_author_does_not_count() -> Result<(), Rule> {
        let mut ladder = ladder();
        let shown = receipt(Stage::Shown, 5);
        ladder.follow(at(1, 2), 20, &header(Kind::Receipt, vec![at(0, 6)]), &shown)?;
        ladder.follow(at(1, 3), 21, &header(Kind::Receipt, vec![]), &shown)?;
        ladder.follow(at(0, 7), 22, &header(Kind::Receipt, vec![at(0, 5)]), &shown)?;
        let other = message(None, "not a reply");
        ladder.follow(at(1, 4), 23, &header(Kind::Message, vec![at(0, 5)]), &other)?;
        assert_eq!(words(&ladder), ["released"]);
        let reply = with_form(Form::Reply, None, "Yes.");
        ladder.follow(at(1, 5), 24, &header(Kind::Message, vec![at(0, 5)]), &reply)?;
        assert_eq!(ladder.highest(), Step::Replied);
        let refused = ladder.follow(at(1, 6), 25, &header(Kind::Receipt, vec![at(0, 5)]), b"?");
        assert!(refused.is_err());
        Ok(())
    }

    #[test]
    fn an_exercise_never_counts_for_real_traffic() -> Result<(), Rule> {
        let mut ladder = ladder();
        let exercise = Header {
            message_type: MessageType::Exercise,
            ..header(Kind::Receipt, vec![at(0, 5)])
        };
        ladder.follow(at(1, 2), 20, &exercise, &receipt(Stage::Acknowledged, 5))?;
        assert_eq!(words(&ladder), ["released"]);
        Ok(())
    }

    #[test]
    fn a_confirmation_counts_when_its_read_back_does() -> Result<(), Rule> {
        let mut ladder = ladder();
        let read_back = header(Kind::Receipt, vec![at(0, 5)]);
        let about = header(Kind::Confirmation, vec![at(1, 2)]);
        ladder.follow(at(0, 6), 30, &about, &confirmation(Verdict::Corrected))?;
        ladder.follow(at(1, 3), 31, &about, &confirmation(Verdict::Confirmed))?;
        assert_eq!(words(&ladder), ["released"], "nothing has been read back");
        ladder.follow(at(1, 2), 20, &read_back, &receipt(Stage::ReadBack, 3))?;
        let order = ["released", "read back", "read-back corrected"];
        assert_eq!(words(&ladder), order, "only the author confirms");
        assert_eq!(ladder.read_backs().collect::<Vec<_>>(), [at(1, 2)]);
        Ok(())
    }

    #[test]
    fn only_its_author_replaces_a_message_and_the_last_word_counts() -> Result<(), Rule> {
        let mut ladder = ladder();
        let about = header(Kind::Message, vec![at(0, 5)]);
        let correction = with_form(Form::Correction, None, "North.");
        let cancellation = with_form(Form::Cancellation, None, "Withdrawn.");
        ladder.follow(at(1, 8), 40, &about, &correction)?;
        assert_eq!(ladder.successor(), None);
        ladder.follow(at(0, 9), 50, &about, &cancellation)?;
        ladder.follow(at(0, 6), 30, &about, &correction)?;
        assert_eq!(ladder.successor(), Some((Step::Cancelled, at(0, 9))));
        Ok(())
    }

    #[test]
    fn a_note_verbale_is_answered_by_a_note_verbale() -> Result<(), Rule> {
        let note = |to| header(Kind::Message, vec![to]);
        let said = Message::decode(&with_form(Form::NoteVerbale, None, "The Ministry"));
        let said = said.expect("a note");
        let mut ladder = Ladder::of(at(0, 5), &header(Kind::Message, vec![]), Some(&said));
        let other = with_form(Form::NoteVerbale, None, "The Embassy");
        ladder.follow(at(1, 2), 20, &note(at(0, 5)), &other)?;
        assert_eq!(ladder.highest(), Step::Replied);
        Ok(())
    }
}
