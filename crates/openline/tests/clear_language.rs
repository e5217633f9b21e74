//! Clear language from the command line: two nodes agree on a term, and a text is checked before and while it is sent.

mod support;

use support::node::{Party, found, free_addresses, relate};

const LINE: &str = "Watch line";

fn kinds(warnings: &serde_json::Value) -> Vec<&str> {
    let list = warnings.as_array().expect("a list").iter();
    list.filter_map(|warning| warning["kind"].as_str())
        .collect()
}

#[test]
fn terms_are_agreed_and_texts_are_checked_before_they_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mut a = Party::make(at, "a", "Ministry A", Some(free_addresses()));
    let mut b = Party::make(at, "b", "Ministry B", None);
    a.start();
    b.start();
    relate(&a, &b);
    found(&a, &b, "Ministry B", LINE);

    warnings_are_shown_and_hinder_nothing(&a);
    a_file_and_its_translation_are_checked(&a, at);
    a_term_is_agreed(&a, &b);
    terms_come_from_a_file(&a, &b, at);
}

fn warnings_are_shown_and_hinder_nothing(a: &Party) {
    let text = "The ball is in your court: the JMC meets at 17:00.";
    let said = a.run(&["language", "--line", LINE, "--text", text]).ok();
    assert!(
        said.contains("note: en line 1: “17:00” does not say in which zone"),
        "{said}"
    );
    assert!(
        said.contains(&format!("  {text}\n      ^^^^^^^^^^^^^^^^^^^^^\n")),
        "{said}"
    );
    let json = a.json(&["language", "--line", LINE, "--text", text]);
    assert_eq!(kinds(&json), ["idiom", "acronym", "ambiguous-time"]);

    let plain = "The convoy has arrived.";
    let said = a.run(&["language", "--line", LINE, "--text", plain]).ok();
    assert_eq!(said, "Nothing was found that is likely to be misread.\n");

    let sent = a.run(&["send", "--line", LINE, "--text", text]);
    assert_eq!(sent.exit, 0);
    assert!(
        sent.stdout.starts_with("Released as entry "),
        "{}",
        sent.stdout
    );
    assert!(
        sent.stderr.contains("[idiom]") && sent.stderr.contains("^^^^^"),
        "{}",
        sent.stderr
    );
    let sent = a.json(&["send", "--line", LINE, "--text", text]);
    assert_eq!(
        kinds(&sent["warnings"]),
        ["idiom", "acronym", "ambiguous-time"]
    );
    let sent = a.run(&["send", "--line", LINE, "--text", plain]);
    assert_eq!((sent.exit, sent.stderr.as_str()), (0, ""));

    let kept = a.run(&["send", "--draft", "--line", LINE, "--text", text]);
    assert!(kept.stderr.contains("[idiom]"), "{}", kept.stderr);
    let drafts = a.json(&["draft", "list"]);
    let id = drafts[0]["id"].as_str().expect("an id");
    let released = a.run(&["draft", "release", id]);
    assert!(
        released.exit == 0 && released.stderr.contains("[idiom]"),
        "{}",
        released.stderr
    );

    let nothing = a.run(&["language", "--line", LINE]).refused(2);
    assert!(nothing.contains("the message has no text"), "{nothing}");
    a.run(&["language", "--line", "No such line", "--text", "x"])
        .refused(2);
    a.run(&[
        "language", "--line", LINE, "--form", "sonnet", "--text", "x",
    ])
    .refused(2);
}

fn a_file_and_its_translation_are_checked(a: &Party, at: &std::path::Path) {
    std::fs::write(
        at.join("note.txt"),
        "We write on 03/04/2026.\nThe Parties shall meet.\n",
    )
    .expect("written");
    std::fs::write(at.join("note.fr.txt"), "Les Parties devraient se réunir.\n").expect("written");
    let args = [
        "language",
        "--line",
        LINE,
        "--file",
        "note.txt",
        "--form",
        "note verbale",
        "--translation",
        "fr=note.fr.txt",
    ];
    let found = a.json(&args);
    let english = [
        "note-verbale-formula",
        "note-verbale-person",
        "ambiguous-date",
        "binding-word",
        "note-verbale-formula",
    ];
    let french = [
        "note-verbale-formula",
        "binding-word",
        "binding-differs",
        "note-verbale-formula",
    ];
    assert_eq!(kinds(&found), [&english[..], &french[..]].concat());
    let said = a.run(&args).ok();
    assert!(said.contains("note: en line 2: “shall” binds"), "{said}");
    assert!(
        said.contains("note: fr line 1: “devraient” recommends"),
        "{said}"
    );
}

fn a_term_is_agreed(a: &Party, b: &Party) {
    let propose = [
        "glossary",
        "propose",
        "--line",
        LINE,
        "--term",
        "joint commission",
        "--in",
        "en=JMC",
        "--in",
        "fr=CMM",
        "--note",
        "The commission of 2026.",
    ];
    let proposed = a.json(&propose);
    let place = proposed["place"].as_str().expect("a place");
    b.wait("the proposal", || {
        let open = b.json(&["glossary", "list", "--line", LINE, "--open"]);
        open.as_array().is_some_and(|list| !list.is_empty())
    });
    let open = b.run(&["glossary", "list", "--line", LINE, "--open"]).ok();
    assert!(
        open.contains("joint commission: en JMC; fr CMM (The commission of 2026.)"),
        "{open}"
    );
    assert!(open.contains("has not answered yet: Ministry B"), "{open}");
    let declined = b
        .run(&[
            "glossary",
            "decline",
            "--line",
            LINE,
            place,
            "--words",
            "We say MMC.",
        ])
        .ok();
    assert!(declined.contains("We decline the proposal"), "{declined}");
    let open = b.run(&["glossary", "list", "--line", LINE, "--open"]).ok();
    assert!(
        open.contains("Ministry B declines") && open.contains(": We say MMC."),
        "{open}"
    );
    let agreed = b.run(&["glossary", "agree", "--line", LINE, place]).ok();
    assert!(agreed.contains("We agree to the proposal"), "{agreed}");
    let list = |party: &Party| party.json(&["glossary", "list", "--line", LINE]);
    a.wait("the accord", || {
        list(a).as_array().is_some_and(|list| !list.is_empty())
    });
    assert_eq!(list(a), list(b));
    let text = ["language", "--line", LINE, "--text", "The JMC meets."];
    for party in [a, b] {
        let found = party.json(&text);
        assert_eq!(
            kinds(&found),
            Vec::<&str>::new(),
            "the acronym is in the glossary"
        );
    }
    let own = a
        .run(&["glossary", "agree", "--line", LINE, place])
        .refused(2);
    assert!(
        own.contains("is no proposal of terms by another party"),
        "{own}"
    );
}

fn terms_come_from_a_file(a: &Party, b: &Party, at: &std::path::Path) {
    let file = "[[term]]\nconcept = \"ceasefire\"\nin = { en = \"ceasefire\", fr = \"cessez-le-feu\" }\n\n[[term]]\nconcept = \"truce\"\nnote = \"Short.\"\nin = { en = \"truce\" }\n";
    std::fs::write(at.join("terms.toml"), file).expect("written");
    let proposed = b.json(&["glossary", "propose", "--line", LINE, "terms.toml"]);
    let place = proposed["place"].as_str().expect("a place");
    a.wait("the proposal", || {
        a.run(&["show", "--line", LINE, place]).exit == 0
    });
    a.json(&["glossary", "agree", "--line", LINE, place]);
    let said = a.run(&["glossary", "list", "--line", LINE]).ok();
    let rows = said.lines().count();
    assert_eq!(rows, 4, "{said}");
    assert!(said.contains("en ceasefire; fr cessez-le-feu"), "{said}");
    std::fs::write(at.join("bad.toml"), "[[term]]\nconcept = \"x\"\n").expect("written");
    let bad = a
        .run(&["glossary", "propose", "--line", LINE, "bad.toml"])
        .refused(2);
    assert!(
        bad.contains("missing field `in`") && bad.contains("glossary propose --help"),
        "{bad}"
    );
    let twice = [
        "glossary", "propose", "--line", LINE, "--term", "x", "--in", "en=x", "--in", "EN=y",
    ];
    a.run(&twice).refused(1);
}
