use super::*;
use crate::fixture::{Story, at, encounter};
use crate::reciprocity::ledger;
use openline_core::encounter::{Moment, TimeClaim};
use openline_core::glossary::Stance;

const A: PartyIndex = PartyIndex(0);
const B: PartyIndex = PartyIndex(1);

impl Story {
    fn visit(&mut self, by: PartyIndex, host: PartyIndex, returns: Option<Ref>) -> Ref {
        let body = encounter(by, host, returns);
        let refs = returns.into_iter().collect();
        self.add(by, Kind::Encounter, refs, body.encode())
    }

    fn schedule(&mut self, by: PartyIndex, about: Ref, from: i64) -> Ref {
        let step = Step {
            window: Some((from, from + 1)),
            ..Step::bare(StepAct::Scheduled)
        };
        self.step(by, about, step)
    }

    fn agree(&mut self, by: PartyIndex, about: Ref) -> Ref {
        self.answer(by, about, Stance::Agrees)
    }

    fn end(&mut self, by: PartyIndex, about: Ref, act: StepAct) -> Ref {
        let step = Step {
            next: Some((50, 60)),
            words: Some("not now".to_owned()),
            ..Step::bare(act)
        };
        self.step(by, about, step)
    }

    fn fold(&self) -> Encounters {
        let mut all = Encounters::new(2);
        for (place, lamport, header, body) in &self.entries {
            let body = body.as_ref().expect("a body");
            all.follow(*place, *lamport, header, body).expect("sound");
        }
        all
    }

    fn state(&self, place: Ref) -> EncounterState {
        let all = self.fold().all();
        all.into_iter().find(|e| e.place == place).expect("there")
    }
}

#[test]
fn it_goes_from_invited_to_read_out_only_by_what_all_have_said() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    assert_eq!(story.state(visit).stage, Stage::Invited);
    story.step(B, visit, Step::bare(StepAct::Accepted));
    assert_eq!(story.state(visit).stage, Stage::Accepted);
    let schedule = story.schedule(A, visit, 100);
    assert_eq!(story.state(visit).stage, Stage::Accepted, "one side's time");
    story.agree(B, schedule);
    let state = story.state(visit);
    assert_eq!(
        (state.stage, state.fixed),
        (Stage::Scheduled, Some(schedule))
    );
    story.step(A, visit, Step::bare(StepAct::Held));
    assert_eq!(
        story.state(visit).stage,
        Stage::Scheduled,
        "one side's word"
    );
    story.step(B, visit, Step::bare(StepAct::Held));
    assert_eq!(story.state(visit).stage, Stage::Held);
    for by in [A, B] {
        let body = Step::bare(StepAct::ReadOut).encode();
        story.add(by, Kind::Step, vec![visit, at(0, 0)], body);
    }
    let state = story.state(visit);
    assert_eq!((state.stage, state.readouts.len()), (Stage::ReadOut, 2));
}

#[test]
fn a_schedule_stands_until_another_is_agreed_or_a_party_puts_it_off() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    let first = story.schedule(A, visit, 100);
    story.agree(B, first);
    let second = story.schedule(B, visit, 200);
    assert_eq!(story.state(visit).fixed, Some(first));
    story.agree(A, second);
    assert_eq!(story.state(visit).fixed, Some(second));
    story.end(B, visit, StepAct::Postponed);
    let state = story.state(visit);
    assert_eq!((state.stage, state.fixed), (Stage::Postponed, None));
    assert_eq!(state.ended[0].step.next, Some((50, 60)));
    let third = story.schedule(A, visit, 300);
    assert_eq!(story.state(visit).stage, Stage::Postponed);
    story.agree(B, third);
    let state = story.state(visit);
    assert_eq!((state.stage, state.fixed), (Stage::Scheduled, Some(third)));
    story.end(A, visit, StepAct::Declined);
    assert_eq!(story.state(visit).stage, Stage::Declined);
}

#[test]
fn who_asked_is_each_sides_claim_until_one_is_agreed() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    let own = Step {
        party: Some(B),
        ..Step::bare(StepAct::AskedBy)
    };
    let claim = story.step(B, visit, own);
    let state = story.state(visit);
    let asked: Vec<_> = state.asked.iter().map(|c| (c.place, c.asked)).collect();
    assert_eq!(asked, [(visit, A), (claim, B)]);
    assert_eq!(state.asked_agreed, None);
    story.agree(B, visit);
    assert_eq!(story.state(visit).asked_agreed, Some((visit, A)));
    story.agree(A, claim);
    assert_eq!(story.state(visit).asked_agreed, Some((claim, B)));
    story.answer(A, claim, Stance::Declines);
    assert_eq!(story.state(visit).asked_agreed, Some((visit, A)));
}

#[test]
fn contradictions_between_the_two_sides_times_are_shown() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    for (by, source, utc) in [(A, "one paper", 0), (B, "another", 60_000)] {
        let end = Moment {
            utc: Some(utc),
            ..Moment::default()
        };
        let claims = vec![TimeClaim {
            source: source.to_owned(),
            begin: None,
            end: Some(end),
            minutes: None,
        }];
        let held = Step {
            claims,
            ..Step::bare(StepAct::Held)
        };
        story.step(by, visit, held);
    }
    let found = story.state(visit).contradictions;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sources, ["one paper", "another"]);
}

#[test]
fn a_return_that_is_owed_closes_only_when_it_is_scheduled_and_then_held() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    let owed = Step {
        party: Some(B),
        ..Step::bare(StepAct::ReturnOwed)
    };
    let claim = story.step(A, visit, owed);
    let rows = ledger(&story.fold().all());
    assert_eq!(
        (rows.len(), rows[0].debtor, rows[0].is_agreed()),
        (1, B, false)
    );
    story.agree(B, claim);
    assert!(ledger(&story.fold().all())[0].is_agreed());
    // Held before it is scheduled: no return in the sense of the ledger.
    let back = story.visit(B, A, Some(visit));
    let row = &ledger(&story.fold().all())[0];
    assert_eq!(row.proposed, [(back, Stage::Invited)]);
    story.step(A, back, Step::bare(StepAct::Held));
    story.step(B, back, Step::bare(StepAct::Held));
    assert_eq!(ledger(&story.fold().all())[0].closed_by, None);
    let again = story.visit(B, A, Some(visit));
    let schedule = story.schedule(B, again, 100);
    story.agree(A, schedule);
    assert_eq!(ledger(&story.fold().all())[0].closed_by, None);
    let held = story.step(B, again, Step::bare(StepAct::Held));
    assert_eq!(ledger(&story.fold().all())[0].closed_by, None);
    story.agree(A, held);
    assert_eq!(ledger(&story.fold().all())[0].closed_by, Some(again));
}

#[test]
fn a_visit_to_the_debtor_itself_returns_nothing() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    let owed = Step {
        party: Some(B),
        ..Step::bare(StepAct::ReturnOwed)
    };
    story.step(A, visit, owed);
    story.visit(A, B, Some(visit));
    assert_eq!(ledger(&story.fold().all())[0].proposed, []);
}

#[test]
fn entries_may_come_in_any_order_and_a_drill_says_nothing_of_what_is_real() {
    let mut story = Story::default();
    let visit = story.visit(A, B, None);
    let schedule = story.schedule(A, visit, 100);
    story.agree(B, schedule);
    story.step(A, visit, Step::bare(StepAct::Held));
    story.step(B, visit, Step::bare(StepAct::Held));
    let expected = story.fold().all();
    let mut turned = Story {
        sizes: story.sizes,
        entries: story.entries.iter().rev().cloned().collect(),
    };
    assert_eq!(turned.fold().all(), expected);
    turned.entries.extend(story.entries.clone());
    assert_eq!(turned.fold().all(), expected);
    for (_, _, header, _) in &mut turned.entries {
        if header.kind == Kind::Step {
            header.message_type = MessageType::Exercise;
        }
    }
    assert_eq!(turned.fold().all()[0].stage, Stage::Invited);
}
