//! A scheduling run is cut after every single entry, at each side, wherever in the making of it durable the node crashes: at no time
//! do the two sides give two slots, and once both hold the same both give the same.

use std::time::Duration;

use openline_core::scheduling::Method;
use openline_desk::scheduling::Stage;
use openline_sim::scene::{CutPoint, Scene};

const POINTS: [CutPoint; 3] = [
    CutPoint::BeforeCommit,
    CutPoint::AfterCommit,
    CutPoint::AfterPersisted,
];
const STEP: Duration = Duration::from_millis(100);
/// Steps of time within which a run is over, whatever befalls it.
const STEPS_MAX: usize = 900;

fn slot(stage: Option<&Stage>) -> Option<(u16, &str)> {
    match stage {
        Some(Stage::Agreed(slot, text)) => Some((*slot, text)),
        _ => None,
    }
}

/// Goes on until both give a slot, and looks at both all the time; the number of entries, if they come to that.
fn run(scene: &mut Scene, what: &str) -> Option<usize> {
    let mut given: [Option<(u16, String)>; 2] = [None, None];
    for _ in 0..STEPS_MAX {
        scene.pass(STEP).expect("every invariant holds");
        let stages = [scene.run_stage(0), scene.run_stage(1)];
        for (before, stage) in given.iter_mut().zip(&stages) {
            let now = slot(stage.as_ref()).map(|(slot, text)| (slot, text.to_owned()));
            assert!(before.is_none() || *before == now, "{what}: taken back");
            *before = now;
        }
        if let [Some(one), Some(other)] = &given {
            assert_eq!(one, other, "{what}: two slots");
            return Some(scene.steps_written());
        }
    }
    assert_eq!(given, [None, None], "{what}: half a slot");
    None
}

fn begun(method: Method) -> Scene {
    let mut scene = Scene::new(2, 7).expect("every invariant holds");
    scene.schedule(0, method).expect("every invariant holds");
    scene
}

fn cut_everywhere(method: Method, steps: usize) {
    let whole = run(&mut begun(method), "without a cut").expect("a slot is agreed");
    assert_eq!(whole, steps);
    for entries in 1..=whole {
        for side in [0, 1] {
            for at in POINTS {
                let mut scene = Scene::new(2, 7).expect("every invariant holds");
                scene.cut_after(entries, side, at);
                scene.schedule(0, method).expect("every invariant holds");
                let what = format!("{method:?} cut after {entries}, side {side}, {at:?}");
                let end = run(&mut scene, &what);
                assert!(scene.was_cut(), "{what}");
                let is_lost = entries == 1 && side == 0 && at == CutPoint::BeforeCommit;
                assert_eq!(end.is_none(), is_lost, "{what}: {:?}", scene.run_stage(0));
            }
        }
    }
}

#[test]
fn a_blind_match_cut_anywhere_ends_with_one_slot() {
    // A request, and of each side a commitment, an evaluation, a result and a confirmation.
    cut_everywhere(Method::BlindMatch, 9);
}

#[test]
fn an_offer_cut_anywhere_ends_with_one_slot() {
    // A request, and of each side a seal, an opening and a confirmation.
    cut_everywhere(Method::Offer, 7);
}
