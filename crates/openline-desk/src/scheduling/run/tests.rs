//! A run told step by step, cut anywhere, and lied in.

use openline_core::charter::CharterTerms;
use openline_core::scheduling::Working;

use super::*;
use crate::fixture::at;

const K: usize = 12;
const HOUR: i64 = 3_600_000;
const ALWAYS: Working = Working {
    days: 127,
    from: 0,
    until: 1440,
};

fn run_of(method: Method, parties: usize) -> Run {
    let request = SlotRequest {
        method,
        tie_rule: TieRule::Earliest,
        window: (0, 100 * HOUR),
        length: 60,
        step: 60,
        working: vec![ALWAYS; parties],
        purpose: "return visit".to_owned(),
    };
    let leaf = Hash([5; 32]);
    Run::new((at(0, 4), leaf), MessageType::Real, request, parties)
}

fn private(party: u8, slots: &[u16]) -> Private {
    Private {
        party: PartyIndex(party),
        run: Hash([5; 32]),
        secret: [party + 1; 32],
        picks: Picks::new(slots, K).expect("ascending"),
    }
}

/// What each party has said, each in its own log.
type Logs = Vec<Vec<Scheduling>>;

fn fold(method: Method, logs: &[&[Scheduling]]) -> Run {
    let mut run = run_of(method, logs.len());
    for (party, log) in (0..).zip(logs) {
        for (index, said) in (10..).zip(*log) {
            run.follow(at(party, index), MessageType::Real, said.clone());
        }
    }
    run
}

fn whole(method: Method, logs: &Logs) -> Run {
    let logs: Vec<&[Scheduling]> = logs.iter().map(Vec::as_slice).collect();
    fold(method, &logs)
}

/// Lets every party say what it has to, until nobody has any more.
fn play(method: Method, privates: &[Private], mut logs: Logs) -> Logs {
    loop {
        let before = logs.clone();
        for private in privates {
            let run = whole(method, &logs);
            let next = procedure(method).next(&run, private).expect("honest");
            logs[private.party.at()].extend(next);
        }
        if logs == before {
            return logs;
        }
    }
}

fn committed(privates: &[Private]) -> Logs {
    let commit = |p: &Private| vec![Scheduling::Commitment(p.commit())];
    privates.iter().map(commit).collect()
}

fn sealed(privates: &[Private]) -> Logs {
    let seal = |p: &Private| vec![Scheduling::Seal(p.commitment())];
    privates.iter().map(seal).collect()
}

fn confirm(run: &Run, slot: u16, text: &str) -> Scheduling {
    Scheduling::Confirmation(SlotConfirmation {
        start: run.request.start(slot),
        text: text.to_owned(),
    })
}

/// A whole run of two, both methods, up to the confirmations.
fn told(method: Method) -> Logs {
    let privates = [private(0, &[3, 8, 20, 40]), private(1, &[8, 21, 40])];
    let begun = match method {
        Method::BlindMatch => committed(&privates),
        Method::Offer => sealed(&privates),
    };
    let mut logs = play(method, &privates, begun);
    let run = whole(method, &logs);
    assert_eq!(run.common(), Some(vec![8, 40]));
    assert_eq!(
        run.stage(),
        Stage::Waits(Need::Confirm, vec![PartyIndex(0), PartyIndex(1)])
    );
    logs[0].push(confirm(&run, 8, "the slot"));
    logs[1].push(confirm(&run, 8, "the slot"));
    logs
}

#[test]
fn a_run_goes_from_commitments_to_a_slot_that_both_confirm() {
    for method in [Method::BlindMatch, Method::Offer] {
        let run = whole(method, &told(method));
        assert_eq!(run.stage(), Stage::Agreed(8, "the slot".to_owned()));
    }
}

#[test]
fn a_run_cut_anywhere_leaves_no_half_agreed_slot() {
    for method in [Method::BlindMatch, Method::Offer] {
        let logs = told(method);
        for first in 0..=logs[0].len() {
            for second in 0..=logs[1].len() {
                let cut = [&logs[0][..first], &logs[1][..second]];
                let stage = fold(method, &cut).stage();
                let is_whole = first == logs[0].len() && second == logs[1].len();
                assert_eq!(
                    matches!(stage, Stage::Agreed(..)),
                    is_whole,
                    "{first} {second}"
                );
                assert!(is_whole || matches!(stage, Stage::Waits(..)), "{stage:?}");
            }
        }
    }
}

#[test]
fn a_run_that_was_cut_goes_on_to_the_same_end() {
    let privates = [private(0, &[3, 8, 20, 40]), private(1, &[8, 21, 40])];
    let logs = told(Method::BlindMatch);
    for first in 1..=3 {
        for second in 1..=3 {
            let cut = vec![logs[0][..first].to_vec(), logs[1][..second].to_vec()];
            let played = play(Method::BlindMatch, &privates, cut);
            assert_eq!(played[0], logs[0][..3]);
            assert_eq!(played[1], logs[1][..3]);
        }
    }
}

#[test]
fn entries_may_come_in_any_order_and_of_another_type_do_not_count() {
    let logs = told(Method::BlindMatch);
    let mut run = run_of(Method::BlindMatch, 2);
    for party in [1u8, 0] {
        for (index, said) in logs[usize::from(party)].iter().enumerate().rev() {
            run.follow(
                at(party, 10 + index as u64),
                MessageType::Real,
                said.clone(),
            );
        }
    }
    assert_eq!(run, whole(Method::BlindMatch, &logs));
    let mut exercise = run_of(Method::BlindMatch, 2);
    exercise.follow(at(0, 10), MessageType::Exercise, logs[0][0].clone());
    assert_eq!(exercise, run_of(Method::BlindMatch, 2));
}

#[test]
fn no_common_slot_says_only_that() {
    let privates = [private(0, &[1, 2]), private(1, &[3])];
    let logs = play(Method::BlindMatch, &privates, committed(&privates));
    assert_eq!(whole(Method::BlindMatch, &logs).stage(), Stage::NoSlot);
}

#[test]
fn a_slot_is_agreed_in_the_same_words_only_and_a_withdrawal_ends_it() {
    let mut logs = told(Method::Offer);
    let run = whole(Method::Offer, &logs);
    logs[1].push(confirm(&run, 8, "the slot, an hour later"));
    let stage = whole(Method::Offer, &logs).stage();
    assert!(
        matches!(stage, Stage::Waits(Need::ConfirmAlike, _)),
        "the last word counts"
    );
    logs[1].push(confirm(&run, 40, "the slot"));
    let stage = whole(Method::Offer, &logs).stage();
    assert_eq!(
        stage,
        Stage::Waits(Need::Confirm, vec![PartyIndex(1)]),
        "of another slot"
    );
    logs[1].push(Scheduling::Withdrawal(None));
    assert_eq!(
        whole(Method::Offer, &logs).stage(),
        Stage::Withdrawn(PartyIndex(1))
    );
}

#[test]
fn an_offer_of_three_stays_sealed_until_all_have_committed() {
    let privates = [
        private(0, &[1, 2, 9]),
        private(1, &[2, 9]),
        private(2, &[9, 30]),
    ];
    let mut logs = sealed(&privates);
    let last = std::mem::take(&mut logs[2]);
    assert_eq!(
        play(Method::Offer, &privates, logs.clone()),
        logs,
        "nobody opens"
    );
    logs[2] = last;
    let logs = play(Method::Offer, &privates, logs);
    assert_eq!(whole(Method::Offer, &logs).common(), Some(vec![9]));
    let mut other = logs;
    other[1][1] = Scheduling::Opening(private(1, &[2]).opening());
    let broken = Stage::Broken(vec![(PartyIndex(1), Fault::Commitment)]);
    assert_eq!(whole(Method::Offer, &other).stage(), broken);
}

/// The liar commits to one list. What he blinds and what he answers with follows from the lists given; then all is opened.
fn shown(blinds: &[u16], answers_with: &[u16]) -> Stage {
    let (honest, committed_to) = (private(0, &[1, 2, 3]), private(1, &[2, 50]));
    let commitment = Commitment {
        commitment: committed_to.commitment(),
        ..private(1, blinds).commit()
    };
    let answer = private(1, answers_with).evaluate(&honest.commit());
    let liars = vec![
        Scheduling::Commitment(commitment),
        Scheduling::Evaluation(answer.expect("elements")),
    ];
    let mut logs = vec![vec![Scheduling::Commitment(honest.commit())], liars];
    for _ in 0..2 {
        let next = BlindMatch.next(&whole(Method::BlindMatch, &logs), &honest);
        logs[0].extend(next.expect("nothing can be seen to be wrong yet"));
    }
    let stage = whole(Method::BlindMatch, &logs).stage();
    assert_eq!(stage, Stage::Waits(Need::Compare, vec![PartyIndex(1)]));
    logs[1].push(Scheduling::Opening(committed_to.opening()));
    whole(Method::BlindMatch, &logs).stage()
}

#[test]
fn who_answers_differently_from_his_commitment_is_shown_to() {
    let broken = |fault| Stage::Broken(vec![(PartyIndex(1), fault)]);
    assert_eq!(shown(&[1, 3], &[2, 50]), broken(Fault::Blinded));
    assert_eq!(shown(&[2, 50], &[1, 3]), broken(Fault::Evaluation));
    let honest = Stage::Waits(Need::Compare, vec![PartyIndex(1)]);
    assert_eq!(shown(&[2, 50], &[2, 50]), honest);
}

#[test]
fn a_wrong_result_waits_for_openings_and_is_then_shown() {
    let privates = [private(0, &[1, 2]), private(1, &[2, 3])];
    let mut logs = play(Method::BlindMatch, &privates, committed(&privates));
    logs[1][2] = Scheduling::Result(Picks::new(&[], K).expect("none"));
    let both = vec![PartyIndex(0), PartyIndex(1)];
    assert_eq!(
        whole(Method::BlindMatch, &logs).stage(),
        Stage::Waits(Need::Open, both)
    );
    logs[0].push(Scheduling::Opening(privates[0].opening()));
    let waits = Stage::Waits(Need::Open, vec![PartyIndex(1)]);
    assert_eq!(
        whole(Method::BlindMatch, &logs).stage(),
        waits,
        "the honest side is not shown to be wrong"
    );
    logs[1].push(Scheduling::Opening(privates[1].opening()));
    let broken = Stage::Broken(vec![(PartyIndex(1), Fault::Result)]);
    assert_eq!(whole(Method::BlindMatch, &logs).stage(), broken);
}

#[test]
fn an_evaluation_without_a_right_proof_is_shown_by_the_record_alone() {
    let privates = [private(0, &[1, 2]), private(1, &[2, 3])];
    let mut logs = play(Method::BlindMatch, &privates, committed(&privates));
    let Scheduling::Evaluation(answer) = &mut logs[1][1] else {
        panic!("the second entry is the evaluation");
    };
    answer.evaluated.swap(0, 1);
    let broken = Stage::Broken(vec![(PartyIndex(1), Fault::Proof)]);
    assert_eq!(whole(Method::BlindMatch, &logs).stage(), broken);
    logs[1].push(Scheduling::Withdrawal(None));
    let stage = whole(Method::BlindMatch, &logs).stage();
    assert_eq!(stage, broken, "a withdrawal hides no breach");
}

/// Another secret than the committed one is a copied or lost folder: the node says so and stays silent.
#[test]
fn nothing_is_said_with_another_secret_than_was_committed_to() {
    let privates = [private(0, &[1]), private(1, &[1])];
    let run = whole(Method::BlindMatch, &committed(&privates));
    let other = Private {
        secret: [99; 32],
        ..privates[0].clone()
    };
    assert_eq!(BlindMatch.next(&run, &other), Err(Fault::Commitment));
}

/// Of 100 slots the honest side is free in every third. The liar, who is never free, asks for the first K slots, then for the next K,
/// one run after the other, and keeps all that he can learn.
#[test]
fn a_liar_learns_as_many_memberships_a_run_as_he_has_picks_and_no_more() {
    let free: Vec<u16> = (0..100).step_by(3).take(K).collect();
    let honest = private(0, &free);
    let runs = CharterTerms::default().matching.runs;
    let mut known: BTreeMap<u16, bool> = BTreeMap::new();
    for number in 0..runs {
        let first = u16::try_from(number).expect("few") * K as u16;
        let probes: Vec<u16> = (first..first + K as u16).collect();
        let liar = private(1, &probes);
        let answer = honest.evaluate(&liar.commit()).expect("elements");
        let found = liar.compare(&honest.commit(), &answer).expect("proved");
        for probe in &probes {
            known.insert(*probe, found.slots().contains(probe));
        }
        assert_eq!(known.len() as u64, (number + 1) * K as u64);
        // What he holds tells nothing of a slot that he did not ask for: he can evaluate it under no key but his own.
        let unasked = free
            .iter()
            .find(|slot| !probes.contains(slot))
            .expect("one");
        let guess = private(1, &[*unasked]);
        let under_his_key = guess.evaluate(&liar.commit()).expect("elements").tags;
        assert!(under_his_key.iter().all(|tag| !answer.tags.contains(tag)));
    }
    assert!(
        known
            .iter()
            .all(|(slot, is_free)| free.contains(slot) == *is_free)
    );
    assert_eq!(
        known.len() as u64,
        runs * K as u64,
        "36 of 100 in seven days"
    );
}

/// More probes than picks don't fit: neither the record nor the honest side takes them.
#[test]
fn a_liar_can_not_ask_for_more_than_he_has_picks() {
    assert_eq!(Picks::new(&(0..13).collect::<Vec<_>>(), K), None);
    let honest = private(0, &[1, 2]);
    let liar = private(1, &[1, 2, 3]);
    let mut commitment = liar.commit();
    // An evaluation for more elements is not made twice in one run either: the first commitment counts.
    commitment.blinded.reverse();
    let mut run = whole(Method::BlindMatch, &committed(&[honest, liar.clone()]));
    run.follow(
        at(1, 30),
        MessageType::Real,
        Scheduling::Commitment(commitment),
    );
    assert_eq!(run.commitment(PartyIndex(1)), Some(&liar.commit()));
}
