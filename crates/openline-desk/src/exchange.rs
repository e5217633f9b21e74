//! Exchanges: what is still owed about one message, by whom and by when (`spec/loop.md` section 4).

use openline_core::PartyIndex;
use openline_core::body::Stage;
use openline_core::charter::{CharterTerms, Clock};
use openline_core::entry::MessageType;
use openline_core::message::{Form, Message, Precedence};

use crate::ladder::{Ladder, Proof, Rung, Step};

/// Something that has to happen before an exchange is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owed {
    /// The other node holds it durably.
    Stored,
    /// It was on a duty officer's screen.
    Shown,
    /// A person has it.
    Acknowledged,
    /// It was said back, and its critical fields typed again.
    ReadBack,
    /// Its author has said whether it was read back rightly.
    Confirmed,
    /// It was answered or replied to.
    Answered,
}

impl Owed {
    /// What is owed, in words that follow "waits to be".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Shown => "shown",
            Self::Acknowledged => "acknowledged",
            Self::ReadBack => "read back",
            Self::Confirmed => "confirmed",
            Self::Answered => "answered",
        }
    }
}

/// How far a message has got with one addressee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The addressee.
    pub party: PartyIndex,
    /// Whether it is addressed for information only.
    pub is_info: bool,
    /// What is owed, in order; nothing when the exchange is closed.
    pub owed: Vec<Owed>,
    /// When it was stored there, ms.
    pub stored: Option<i64>,
    /// By when it has promised an answer, ms, by its last stand by.
    pub promised: Option<i64>,
}

impl Exchange {
    /// Whether nothing is owed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.owed.is_empty()
    }

    /// Who owes the next thing: the addressee, but for a confirmation, which `author` owes.
    #[must_use]
    pub fn debtor(&self, author: PartyIndex) -> Option<PartyIndex> {
        self.owed.first().map(|owed| match owed {
            Owed::Confirmed => author,
            _ => self.party,
        })
    }
}

/// The exchanges about a message, one with each party that it addresses, ascending by party.
#[must_use]
pub fn exchanges(ladder: &Ladder, message: &Message, terms: &CharterTerms) -> Vec<Exchange> {
    let mut parties: Vec<(PartyIndex, bool)> = Vec::new();
    let addressed = message
        .to
        .iter()
        .map(|address| (address.party, false))
        .chain(message.info.iter().map(|address| (address.party, true)));
    for (party, is_info) in addressed {
        if party != ladder.place().party && parties.iter().all(|(known, _)| *known != party) {
            parties.push((party, is_info));
        }
    }
    parties.sort_unstable();
    parties
        .into_iter()
        .map(|(party, is_info)| exchange(ladder, message, terms, party, is_info))
        .collect()
}

fn exchange(
    ladder: &Ladder,
    message: &Message,
    terms: &CharterTerms,
    party: PartyIndex,
    is_info: bool,
) -> Exchange {
    let all = ladder.rungs();
    let of: Vec<&Rung> = all
        .iter()
        .copied()
        .filter(|rung| rung.party == party)
        .collect();
    let stored = of.iter().find(|rung| rung.step == Step::Stored);
    let promised = of.iter().rev().find_map(|rung| rung.promised);
    let is_cancelled = all.iter().any(|rung| rung.step == Step::Cancelled);
    let has_answered = of.iter().any(|rung| rung.step.is_answer());
    let mut owed = Vec::new();
    if !is_cancelled && !has_answered {
        owed.extend(owed_by_person(
            &of,
            stored.is_some(),
            asks_a_person(message, ladder, terms),
        ));
        if !is_info && needs_read_back(message, ladder) {
            owed.extend(owed_of_read_back(&all, &of));
        }
        let asks = !is_info && needs_answer(message.form);
        if (asks || stands_by(&of)) && ladder.message_type() != MessageType::Test {
            owed.push(Owed::Answered);
        }
    }
    Exchange {
        party,
        is_info,
        owed,
        stored: stored.map(|rung| rung.time),
        promised,
    }
}

/// Stored, shown, acknowledged: whoever did the later has the earlier behind it.
fn owed_by_person(of: &[&Rung], is_stored: bool, needs_person: bool) -> Vec<Owed> {
    let has = |counts: fn(Stage) -> bool| {
        of.iter()
            .any(|rung| matches!(rung.step, Step::Receipt(stage) if counts(stage)))
    };
    let is_acknowledged = has(counts_as_acknowledged);
    let is_shown = is_acknowledged || has(|stage| stage == Stage::Shown);
    let mut owed = Vec::new();
    if !is_stored && !is_shown {
        owed.push(Owed::Stored);
    }
    if needs_person && !is_shown {
        owed.push(Owed::Shown);
    }
    if needs_person && !is_acknowledged {
        owed.push(Owed::Acknowledged);
    }
    owed
}

/// Whether the last that a person there has said of it is to stand by: what was promised is owed, whatever the form.
fn stands_by(of: &[&Rung]) -> bool {
    let said = of.iter().rev().find_map(|rung| match rung.step {
        Step::Receipt(stage) if counts_as_acknowledged(stage) => Some(stage),
        _ => None,
    });
    said == Some(Stage::StandBy)
}

/// Whether a receipt of this stage says that a person has the message: acknowledged, or what nobody does who has it not.
#[must_use]
pub fn counts_as_acknowledged(stage: Stage) -> bool {
    match stage {
        Stage::Acknowledged | Stage::StandBy | Stage::ReadBack => true,
        Stage::Shown
        | Stage::PassedOn
        | Stage::SightTranslation
        | Stage::RoughTranslation
        | Stage::OfficialTranslation => false,
    }
}

/// Whether a person has to have it: not a test, unless the charter has people answer those; and never a node's answer to one.
fn asks_a_person(message: &Message, ladder: &Ladder, terms: &CharterTerms) -> bool {
    ladder.message_type() != MessageType::Test
        || (terms.schedule.is_by_person && message.form != Form::Reply)
}

fn needs_read_back(message: &Message, ladder: &Ladder) -> bool {
    let is_critical = message.fields.iter().any(|field| field.is_critical);
    (is_critical || message.precedence == Precedence::Flash)
        && ladder.message_type() != MessageType::Test
}

/// The last read-back must have been confirmed.
fn owed_of_read_back(all: &[&Rung], of: &[&Rung]) -> Vec<Owed> {
    let last = of
        .iter()
        .rev()
        .find(|rung| rung.step == Step::Receipt(Stage::ReadBack));
    let Some(Proof::Entry(place)) = last.map(|rung| rung.proof) else {
        return vec![Owed::ReadBack, Owed::Confirmed];
    };
    let verdict = all.iter().rev().find(|rung| rung.about == Some(place));
    match verdict.map(|rung| rung.step) {
        Some(Step::Confirmed) => Vec::new(),
        Some(_) => vec![Owed::ReadBack, Owed::Confirmed],
        None => vec![Owed::Confirmed],
    }
}

/// Forms that ask for more than to be understood.
#[must_use]
pub fn needs_answer(form: Form) -> bool {
    match form {
        Form::NoteVerbale
        | Form::FirstPersonNote
        | Form::Demarche
        | Form::Protest
        | Form::Query => true,
        Form::AideMemoire
        | Form::Memorandum
        | Form::Message
        | Form::Notification
        | Form::Reply
        | Form::Correction
        | Form::Cancellation => false,
    }
}

/// By when something that is owed should have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// When, ms.
    pub due: i64,
    /// What.
    pub owed: Owed,
}

/// The deadlines of an exchange about a message that was released at `released` ms by the charter's clock of its precedence: for what
/// is owed and has a clock. Shown and acknowledged count from when it was stored; an answer is due when it was promised for.
#[must_use]
pub fn deadlines(exchange: &Exchange, clock: &Clock, released: i64) -> Vec<Deadline> {
    let after = |start: Option<i64>, span: std::time::Duration| {
        let span = i64::try_from(span.as_millis())
            .ok()
            .filter(|span| *span > 0)?;
        start?.checked_add(span)
    };
    let due = |owed: &Owed| {
        let due = match owed {
            Owed::Stored => after(Some(released), clock.stored),
            Owed::Shown => after(exchange.stored, clock.shown),
            Owed::Acknowledged => after(exchange.stored, clock.acknowledged),
            Owed::Answered => exchange.promised,
            Owed::ReadBack | Owed::Confirmed => None,
        }?;
        Some(Deadline { due, owed: *owed })
    };
    exchange.owed.iter().filter_map(due).collect()
}

/// The charter's clock for a precedence.
#[must_use]
pub fn clock_of(terms: &CharterTerms, precedence: Precedence) -> &Clock {
    let at = usize::try_from(precedence.number()).expect("four precedences");
    &terms.clocks[at]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header, message_of};
    use openline_core::Rule;
    use openline_core::body::Receipt;
    use openline_core::closing::{Answer, Confirmation, Outcome, Verdict};
    use openline_core::entry::{Header, Kind};
    use openline_core::field::Field;
    use openline_core::message::Address;

    const THEM: PartyIndex = PartyIndex(1);

    /// A message under way, with what is written about it.
    struct Case {
        message: Message,
        ladder: Ladder,
        written: u64,
    }

    impl Case {
        fn new(form: Form) -> Self {
            let message = message_of(form, None, "text");
            let ladder = Ladder::of(at(0, 5), &header(Kind::Message, vec![]), Some(&message));
            Self {
                message,
                ladder,
                written: 0,
            }
        }

        fn stored(mut self) -> Self {
            self.ladder.cosigned(THEM, 6, 100);
            self
        }

        fn write(&mut self, party: u8, kind: Kind, about: openline_core::entry::Ref, body: &[u8]) {
            self.written += 1;
            let place = at(party, 10 + self.written);
            let taken =
                self.ladder
                    .follow(place, 50 + self.written, &header(kind, vec![about]), body);
            assert_eq!(taken, Ok::<(), Rule>(()));
        }

        fn receipt(mut self, stage: Stage) -> Self {
            let body = Receipt {
                stage,
                time: 0,
                class: None,
                words: None,
                promised: (stage == Stage::StandBy).then_some(9_000),
                values: vec![],
            };
            self.write(1, Kind::Receipt, at(0, 5), &body.encode());
            self
        }

        fn verdict(mut self, verdict: Verdict) -> Self {
            let last = self.ladder.read_backs().last().expect("a read-back");
            let body = Confirmation {
                verdict,
                words: Some("so".to_owned()),
                values: vec![],
            };
            self.write(0, Kind::Confirmation, last, &body.encode());
            self
        }

        fn answer(mut self) -> Self {
            let body = Answer {
                outcome: Outcome::TakesNote,
                words: None,
            };
            self.write(1, Kind::Answer, at(0, 5), &body.encode());
            self
        }

        fn owed(&self) -> Vec<Owed> {
            let all = exchanges(&self.ladder, &self.message, &CharterTerms::default());
            assert_eq!(all.len(), 1);
            all[0].owed.clone()
        }
    }

    #[test]
    fn a_plain_message_is_done_when_a_person_has_it() {
        use Owed::{Acknowledged, Shown, Stored};
        let case = Case::new(Form::Message);
        assert_eq!(case.owed(), [Stored, Shown, Acknowledged]);
        let case = case.stored();
        assert_eq!(case.owed(), [Shown, Acknowledged]);
        let case = case.receipt(Stage::Shown);
        assert_eq!(case.owed(), [Acknowledged], "shown is not acknowledged");
        assert_eq!(case.receipt(Stage::Acknowledged).owed(), []);
    }

    #[test]
    fn a_critical_field_keeps_the_loop_open_until_its_read_back_is_confirmed() {
        use Owed::{Confirmed, ReadBack};
        let mut case = Case::new(Form::Message);
        case.message.fields.push(Field {
            name: "from".to_owned(),
            value: "06:00".to_owned(),
            is_critical: true,
            is_releasable: false,
        });
        let case = case.stored().receipt(Stage::Acknowledged);
        assert_eq!(case.owed(), [ReadBack, Confirmed]);
        let case = case.receipt(Stage::ReadBack);
        assert_eq!(case.owed(), [Confirmed]);
        let case = case.verdict(Verdict::Corrected);
        assert_eq!(
            case.owed(),
            [ReadBack, Confirmed],
            "again, rightly this time"
        );
        let case = case.receipt(Stage::ReadBack).verdict(Verdict::Confirmed);
        assert_eq!(case.owed(), []);
    }

    #[test]
    fn a_query_is_open_until_it_is_answered_and_then_closed_at_once() {
        let case = Case::new(Form::Query).stored().receipt(Stage::Acknowledged);
        assert_eq!(case.owed(), [Owed::Answered]);
        assert_eq!(case.answer().owed(), []);
        assert_eq!(Case::new(Form::Query).answer().owed(), []);
    }

    #[test]
    fn what_a_stand_by_promises_is_owed_until_more_is_said() {
        let case = Case::new(Form::Message).stored().receipt(Stage::StandBy);
        let all = exchanges(&case.ladder, &case.message, &CharterTerms::default());
        assert_eq!(all[0].owed, [Owed::Answered]);
        let terms = CharterTerms::default();
        let due = deadlines(&all[0], clock_of(&terms, Precedence::Flash), 0);
        assert_eq!(due.iter().map(|d| d.due).collect::<Vec<_>>(), [9_000]);
        assert_eq!(case.receipt(Stage::Acknowledged).owed(), []);
    }

    #[test]
    fn info_addressees_owe_an_acknowledgement_only() {
        let mut case = Case::new(Form::Query);
        case.message.info = std::mem::take(&mut case.message.to);
        case.message.to = vec![Address {
            party: PartyIndex(0),
            post: "duty".to_owned(),
        }];
        assert_eq!(case.stored().receipt(Stage::Acknowledged).owed(), []);
    }

    #[test]
    fn a_test_asks_for_a_person_where_the_charter_does_and_a_nodes_answer_to_one_never() {
        let owed = |form, is_by_person| {
            let message = message_of(form, None, "text");
            let head = Header {
                message_type: MessageType::Test,
                ..header(Kind::Message, vec![])
            };
            let mut ladder = Ladder::of(at(0, 5), &head, Some(&message));
            ladder.cosigned(THEM, 6, 100);
            let mut terms = CharterTerms::default();
            terms.schedule.is_by_person = is_by_person;
            exchanges(&ladder, &message, &terms)[0].owed.clone()
        };
        assert_eq!(owed(Form::Message, true), [Owed::Shown, Owed::Acknowledged]);
        assert_eq!(owed(Form::Message, false), []);
        assert_eq!(owed(Form::Reply, true), []);
    }

    #[test]
    fn clocks_run_for_what_is_owed() {
        let terms = CharterTerms::default();
        let due = |case: &Case| {
            let all = exchanges(&case.ladder, &case.message, &terms);
            deadlines(&all[0], clock_of(&terms, Precedence::Flash), 90_000)
        };
        let case = Case::new(Form::Message);
        let deadline = |due, owed| Deadline { due, owed };
        assert_eq!(due(&case), [deadline(150_000, Owed::Stored)]);
        let case = case.stored();
        let expected = [
            deadline(160_000, Owed::Shown),
            deadline(280_000, Owed::Acknowledged),
        ];
        assert_eq!(due(&case), expected);
        let case = Case::new(Form::Query).stored().receipt(Stage::StandBy);
        assert_eq!(due(&case), [deadline(9_000, Owed::Answered)]);
    }
}
