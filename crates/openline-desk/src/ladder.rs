//! The ladder: the stages that one message has reached, by whom, when, and by what proof (`docs/glossary.md`).
//!
//! Stored is proven by a cosignature, everything after it by an entry of the party that reached it. Received is not agreed:
//! no stage up to *read back* says what a party thinks of the message.

use openline_core::body::{Receipt, Stage};
use openline_core::entry::{Header, Kind, Ref};
use openline_core::message::{Form, Message};
use openline_core::{PartyIndex, Rule};

/// A stage on the ladder, in the order in which a message climbs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its author's checkpoint covers it.
    Released,
    /// Another node holds it durably.
    Stored,
    /// A receipt says so.
    Receipt(Stage),
    /// Another party has replied to it.
    Answered,
}

impl Step {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Stored => "stored",
            Self::Receipt(stage) => stage.word(),
            Self::Answered => "answered",
        }
    }

    fn height(self) -> u64 {
        match self {
            Self::Released => 0,
            Self::Stored => 1,
            Self::Receipt(stage) => 1 + stage.number(),
            Self::Answered => u64::MAX,
        }
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
    /// The class of people it was passed to, or the language of a translation.
    pub class: Option<String>,
    /// The words of whoever reached it.
    pub words: Option<String>,
    /// By when an answer is promised, ms.
    pub promised: Option<i64>,
}

/// The ladder of one message, or of any other entry as far as signatures go.
#[derive(Debug, Clone)]
pub struct Ladder {
    place: Ref,
    /// Each with where it stands: signatures first, then entries by the record's order.
    rungs: Vec<((u64, PartyIndex), Rung)>,
}

impl Ladder {
    /// The ladder of an entry that has been released and no more.
    #[must_use]
    pub fn of(place: Ref, header: &Header) -> Self {
        let released = rung(Step::Released, place.party, header.time, Proof::Checkpoint);
        let released = Rung {
            post: Some(header.post.clone()),
            ..released
        };
        Self {
            place,
            rungs: vec![((0, place.party), released)],
        }
    }

    /// `cosigner` has signed for the author's log at `size`, at `time` in seconds since 1970 UTC; below the entry it counts for nothing.
    pub fn cosigned(&mut self, cosigner: PartyIndex, size: u64, time: u64) {
        if size <= self.place.index || cosigner == self.place.party {
            return;
        }
        let time = i64::try_from(time).unwrap_or(i64::MAX).saturating_mul(1000);
        let stored = rung(Step::Stored, cosigner, time, Proof::Cosignature { size });
        self.put((0, cosigner), stored);
    }

    /// Takes up an entry with its body, if it is about this one; entries may come in any order.
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
        let is_about = header.refs.first() == Some(&self.place) && place.party != self.place.party;
        if !is_about {
            return Ok(());
        }
        let proof = Proof::Entry(place);
        let rung = match header.kind {
            Kind::Receipt => of_receipt(Receipt::decode(body)?, place.party, proof),
            Kind::Message if Message::decode(body)?.form == Form::Reply => {
                rung(Step::Answered, place.party, header.time, proof)
            }
            _ => return Ok(()),
        };
        let rung = Rung {
            post: Some(header.post.clone()),
            ..rung
        };
        self.put((lamport, place.party), rung);
        Ok(())
    }

    /// Puts a rung where it stands; what was released stays first.
    fn put(&mut self, position: (u64, PartyIndex), rung: Rung) {
        let end = self.rungs[1..].partition_point(|(before, _)| *before <= position);
        self.rungs.insert(end + 1, (position, rung));
    }

    /// What has been reached: signatures first, then entries in the record's order.
    pub fn rungs(&self) -> impl Iterator<Item = &Rung> {
        self.rungs.iter().map(|(_, rung)| rung)
    }

    /// The highest stage that anyone has reached.
    #[must_use]
    pub fn highest(&self) -> Step {
        let steps = self.rungs().map(|rung| rung.step);
        steps
            .max_by_key(|step| step.height())
            .unwrap_or(Step::Released)
    }
}

fn rung(step: Step, party: PartyIndex, time: i64, proof: Proof) -> Rung {
    Rung {
        step,
        party,
        post: None,
        time,
        proof,
        class: None,
        words: None,
        promised: None,
    }
}

fn of_receipt(receipt: Receipt, party: PartyIndex, proof: Proof) -> Rung {
    Rung {
        class: receipt.class,
        words: receipt.words,
        promised: receipt.promised,
        ..rung(Step::Receipt(receipt.stage), party, receipt.time, proof)
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

    fn ladder() -> Ladder {
        Ladder::of(at(0, 5), &header(Kind::Message, vec![]))
    }

    fn words(ladder: &Ladder) -> Vec<&'static str> {
        ladder.rungs().map(|rung| rung.step.word()).collect()
    }

    #[test]
    fn a_released_message_is_not_stored_anywhere_until_someone_signs_for_it() {
        let mut ladder = ladder();
        ladder.cosigned(THEM, 5, 8);
        ladder.cosigned(US, 9, 8);
        assert_eq!(words(&ladder), ["released"]);
        ladder.cosigned(THEM, 6, 8);
        assert_eq!(words(&ladder), ["released", "stored"]);
        let stored = ladder.rungs().last().expect("two rungs");
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
        let last = ladder.rungs().find(|rung| rung.promised.is_some());
        assert_eq!(last.map(|rung| rung.promised), Some(Some(9_000)));
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
        assert_eq!(ladder.highest(), Step::Answered);
        let refused = ladder.follow(at(1, 6), 25, &header(Kind::Receipt, vec![at(0, 5)]), b"?");
        assert!(refused.is_err());
        Ok(())
    }
}
