//! The checkers bite: every planted fault is caught, by a checker that is there for it; and what they say can be replayed.

use openline_sim::{Checker, Failure, Reached, Sabotage, run, run_for_talks, run_sabotaged};

/// Seeds tried for each fault; each needs some occasion that not every seed gives.
const SEEDS: u64 = 24;

/// The first failure that the fault leads to.
fn caught(sabotage: Sabotage) -> Failure {
    (0..SEEDS)
        .find_map(|seed| run_sabotaged(seed, sabotage).err())
        .unwrap_or_else(|| panic!("{sabotage:?} went unnoticed for {SEEDS} seeds"))
}

fn expect(sabotage: Sabotage, by: &[Checker]) {
    let failure = caught(sabotage);
    let checker = failure.violation.checker;
    assert!(
        by.contains(&checker),
        "{sabotage:?} was noticed by chance: {failure}"
    );
    assert_eq!(
        run(failure.seed, false),
        Ok(()),
        "without the fault the same seed holds"
    );
}

#[test]
fn frames_that_leave_before_the_commit_are_caught() {
    expect(Sabotage::TransmitFirst, &[Checker::Contract]);
}

#[test]
fn a_commit_that_never_happens_is_caught() {
    expect(Sabotage::NeverCommit, &[Checker::NothingLost]);
}

#[test]
fn cosigning_what_is_not_stored_is_caught() {
    expect(Sabotage::CosignWithoutEntries, &[Checker::NothingLost]);
}

#[test]
fn cosignatures_that_are_shown_and_not_stored_are_caught() {
    expect(Sabotage::ForgetCosignatures, &[Checker::NothingLost]);
}

#[test]
fn a_disk_that_lies_about_syncing_is_caught() {
    expect(Sabotage::LostSync, &[Checker::NothingLost]);
}

#[test]
fn a_restored_node_that_does_not_know_it_is_caught() {
    expect(
        Sabotage::RestoredUnaware,
        &[Checker::NothingLost, Checker::NoSilentFork],
    );
}

#[test]
fn another_order_on_one_side_is_caught() {
    expect(Sabotage::SwappedOrder, &[Checker::OneRecord]);
}

#[test]
fn rotten_bytes_that_are_sent_are_caught() {
    expect(Sabotage::RottenReads, &[Checker::Contract]);
}

#[test]
fn a_fork_that_is_hushed_up_is_caught() {
    expect(Sabotage::HushedFork, &[Checker::Liveness]);
}

#[test]
fn a_node_that_sleeps_is_caught() {
    expect(Sabotage::NoTimers, &[Checker::Liveness, Checker::TrueState]);
}

#[test]
fn a_node_that_never_cosigns_is_caught() {
    expect(Sabotage::SilentCosigner, &[Checker::Liveness]);
}

#[test]
fn a_release_told_for_the_wrong_place_is_caught() {
    expect(Sabotage::MisplacedRelease, &[Checker::NothingLost]);
}

#[test]
fn contact_that_was_only_sent_is_caught() {
    expect(Sabotage::ContactFromSent, &[Checker::TrueState]);
}

#[test]
fn a_stale_watch_kept_over_a_newer_one_is_caught() {
    expect(Sabotage::StaleWatch, &[Checker::TrueState]);
}

#[test]
fn a_suspension_that_is_not_shown_is_caught() {
    expect(Sabotage::IgnoredSuspension, &[Checker::TrueState]);
}

#[test]
fn a_suspension_before_its_time_is_caught() {
    expect(Sabotage::EarlySuspension, &[Checker::ShutInTheOpen]);
}

#[test]
fn a_line_closed_to_what_the_charter_keeps_open_is_caught() {
    expect(Sabotage::ClosedToAll, &[Checker::ShutInTheOpen]);
}

#[test]
fn a_receipt_that_no_person_wrote_is_caught() {
    expect(Sabotage::AutomaticReceipt, &[Checker::NoOverclaim]);
}

#[test]
fn stored_that_is_shown_as_shown_is_caught() {
    expect(Sabotage::StoredAsShown, &[Checker::NoOverclaim]);
}

#[test]
fn a_desk_that_goes_by_arrival_is_caught() {
    expect(Sabotage::ArrivalOrder, &[Checker::SameDesk]);
}

#[test]
fn a_desk_that_forgets_when_it_starts_again_is_caught() {
    expect(Sabotage::ForgetfulDesk, &[Checker::SameDesk]);
}

#[test]
fn signatures_that_count_for_another_draft_are_caught() {
    expect(Sabotage::AnyHash, &[Checker::OneHash]);
}

#[test]
fn a_slot_that_one_side_alone_has_confirmed_is_caught() {
    expect(Sabotage::OwnWord, &[Checker::NoHalfSlot]);
}

#[test]
fn talks_come_to_all_that_the_checkers_are_about() {
    let mut sum = [0; 6];
    for seed in 0..SEEDS {
        let reached = run_for_talks(seed).expect("every invariant holds");
        let Reached {
            signed,
            agreed,
            broken,
            crossed,
            held,
            compared,
        } = reached;
        for (sum, one) in sum
            .iter_mut()
            .zip([signed, agreed, broken, crossed, held, compared])
        {
            *sum += one;
        }
    }
    assert!(
        sum.iter().all(|sum| *sum > 0),
        "signed, agreed, broken, crossed, held, compared: {sum:?}"
    );
}

#[test]
fn every_fault_has_its_test_and_a_seed_is_replayed_exactly() {
    assert_eq!(Sabotage::ALL.len(), 23, "a fault without a test");
    let failure = caught(Sabotage::SwappedOrder);
    let again = run_sabotaged(failure.seed, Sabotage::SwappedOrder);
    let again = again.expect_err("it fails again");
    assert_eq!(again.seed, failure.seed);
    assert_eq!(again.violation.checker, failure.violation.checker);
    let line = failure.to_string();
    assert!(!line.contains('\n'));
    let replay = format!("-p openline-sim -- --seed {}", failure.seed);
    assert!(line.ends_with(&replay), "{line}");
}
