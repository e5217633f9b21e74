//! A whole blind match, byte by byte, for whoever implements `spec/scheduling.md` again: `spec/transcripts/blind-match.json`.
//!
//! `OPENLINE_REWRITE=1` writes it anew.

use std::path::PathBuf;

use openline_core::scheduling::{Evaluation, Picks, Scheduling};
use openline_core::{Hash, PartyIndex, id::hex};
use openline_desk::scheduling::Private;
use openline_desk::scheduling::blind::is_proved;
use serde_json::{Value, json};

const K: usize = 4;

fn private(party: u8, slots: &[u16]) -> Private {
    Private {
        party: PartyIndex(party),
        run: Hash([0x5a; 32]),
        secret: [party + 1; 32],
        picks: Picks::new(slots, K).expect("ascending"),
    }
}

fn body(said: &Scheduling) -> String {
    hex(&said.encode())
}

fn transcript() -> Value {
    let sides = [private(0, &[3, 8, 40]), private(1, &[8, 21, 40])];
    let commitments = sides.each_ref().map(Private::commit);
    let answer = |at: usize| sides[at].evaluate(&commitments[1 - at]).expect("elements");
    let answers = [answer(0), answer(1)];
    let party = |at: usize| {
        let (side, other) = (&sides[at], 1 - at);
        let result = side.compare(&commitments[other], &answers[other]);
        let result = result.expect("proved");
        assert_eq!(result.slots(), [8, 40]);
        json!({
            "secret": hex(&side.secret),
            "slots": side.picks.slots(),
            "commitment": body(&Scheduling::Commitment(commitments[at].clone())),
            "evaluation": body(&Scheduling::Evaluation(answers[at].clone())),
            "result": body(&Scheduling::Result(result)),
            "opening": body(&Scheduling::Opening(side.opening())),
        })
    };
    json!({
        "about": "a blind match of two parties, K 4: what each keeps, and the bodies of its entries in their order",
        "run": hex(&sides[0].run.0),
        "parties": [party(0), party(1)],
        "common": [8, 40],
        "not_proved": unproved(&sides, &answers[1]),
    })
}

/// Evaluations of party 1 that do not prove that its committed key was used for all.
fn unproved(sides: &[Private; 2], right: &Evaluation) -> Vec<Value> {
    let [asked, by] = sides.each_ref().map(Private::commit);
    assert!(is_proved(&asked, &by, right));
    let mut flipped = right.clone();
    flipped.proof[40] ^= 1;
    let mut swapped = right.clone();
    swapped.evaluated.swap(0, 1);
    let mut spoilt = right.clone();
    spoilt.evaluated[2] = [0xff; 32];
    let mut unit = right.clone();
    unit.evaluated[3] = [0; 32];
    let other_key = private(1, &[1]).evaluate(&asked).expect("elements");
    let other_key = Evaluation {
        evaluated: other_key.evaluated.iter().rev().copied().collect(),
        ..other_key
    };
    let all = [
        ("one bit of the proof", flipped),
        ("two elements in each other's place", swapped),
        ("no element of the group", spoilt),
        ("the unit", unit),
        ("answers in another order", other_key),
    ];
    let case = |(about, answer): (&str, Evaluation)| {
        assert!(!is_proved(&asked, &by, &answer), "{about}");
        json!({"about": about, "evaluation": body(&Scheduling::Evaluation(answer))})
    };
    all.into_iter().map(case).collect()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test, which writes the file when it is asked to"
)]
fn the_transcript_is_what_a_blind_match_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../spec/transcripts/blind-match.json");
    let text = format!(
        "{}\n",
        serde_json::to_string_pretty(&transcript()).expect("text")
    );
    if std::env::var_os("OPENLINE_REWRITE").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let kept = std::fs::read_to_string(&path).expect("the transcript is there");
    assert_eq!(kept, text, "write it anew with OPENLINE_REWRITE=1");
}
