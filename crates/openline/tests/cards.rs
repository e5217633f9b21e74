//! Cards that are not what they should be, or contradict one that was confirmed: refused, in words that say what to do.

mod support;

use std::path::Path;

use support::node::{Party, found, free_addresses, one_record, relate, write_card};
use support::{openline, run};

const LINE: &str = "Watch line";

#[test]
fn a_card_that_contradicts_a_confirmed_one_is_refused_loudly() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mut a = Party::make(at, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(at, "b", "Ministry B", None);
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);
    let confirmed = a.json(&["relation", "list"]);

    let impostor = Party::make(at, "impostor", "Ministry B", None);
    let loud = |card: &str| {
        let said = a.run(&["relation", "add", card]).refused(1);
        assert!(
            said.contains("contradicts") && said.contains("(card-changed)"),
            "{said}"
        );
        assert!(
            said.contains("posing as"),
            "it says what the danger is: {said}"
        );
        assert!(
            said.contains("where you know the voice"),
            "it says what to do: {said}"
        );
    };
    loud(&write_card(&impostor));
    assert_eq!(
        a.json(&["relation", "list"]),
        confirmed,
        "nothing has changed"
    );

    // The other side changes its key; its card from before then is out of force.
    std::fs::copy(at.join("b.card"), at.join("former.card")).expect("copied");
    let mut change = openline(at, &["--home", "b", "key", "change"]);
    run(change.env("OPENLINE_PASSPHRASE", "a passphrase"), b"").ok();
    b.json(&["key", "adopt"]);
    a.wait("the new key", || {
        a.json(&["relation", "list"])[0]["serial"] == 2
    });
    loud("former.card");
    let renewed = a.json(&["relation", "add", &write_card(&b)]);
    assert_eq!(
        (&renewed["serial"], &renewed["state"]),
        (&2.into(), &"confirmed".into())
    );
    one_record(&a, &b, LINE);
}

#[test]
fn a_broken_card_is_refused_by_its_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mut a = Party::make(at, "a", "Ministry A", None);
    let b = Party::make(at, "b", "Ministry B", None);
    a.start();
    let card = std::fs::read(at.join(write_card(&b))).expect("a card");
    let changed = |place: usize| {
        let mut bytes = card.clone();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        bytes
    };
    let cases: [(&str, Vec<u8>, i32, &str); 7] = [
        (
            "half.card",
            card[..card.len() / 2].to_vec(),
            1,
            "(card-shape)",
        ),
        ("empty.card", Vec::new(), 1, "(card-shape)"),
        (
            "other-version.card",
            [b"openline-card/v2", &card[16..]].concat(),
            1,
            "of a version that this program does not know",
        ),
        (
            "changed-end.card",
            changed(card.len() - 20),
            1,
            "(card-signature)",
        ),
        ("binary.card", vec![0xff; 100], 2, "is not UTF-8"),
        ("long.card", vec![b'A'; 1 << 20], 1, "(card-shape)"),
        (
            "text.card",
            b"OPENLINE1:NOTACARD".to_vec(),
            1,
            "(cbor-malformed)",
        ),
    ];
    for (file, bytes, exit, words) in cases {
        refused(&a, at, file, &bytes, exit, words);
    }
    let said = a.run(&["relation", "add", &write_card(&a)]).refused(1);
    assert!(said.contains("this party's own card"), "{said}");
    assert_eq!(a.json(&["relation", "list"]), serde_json::json!([]));
    a.stop();
}

fn refused(party: &Party, at: &Path, file: &str, bytes: &[u8], exit: i32, words: &str) {
    std::fs::write(at.join(file), bytes).expect("written");
    let said = party.run(&["relation", "add", file]).refused(exit);
    assert!(
        said.contains(words) && said.contains("\nnext: "),
        "{file}: {said}"
    );
}
