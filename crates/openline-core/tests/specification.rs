//! The text of the specification beside the code and the vectors: the same rules, a vector for each, examples that hold.

#[path = "support/vectors.rs"]
mod vectors;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use openline_core::Rule;
use openline_core::id::hex;
use serde_json::Value;
use vectors::Vector;

const DOCUMENTS: [&str; 10] = [
    "record.md",
    "loop.md",
    "texts.md",
    "encounters.md",
    "readouts.md",
    "scheduling.md",
    "charter.md",
    "line.md",
    "bundle.md",
    "non-paper.md",
];

/// Where the documents about bodies of entries end.
const OF_BODIES: usize = 6;

/// Rules that no vector breaks, and why.
const WITHOUT_VECTOR: [(&str, &str); 1] = [(
    "cannot-store",
    "no frame of a peer provokes it: it tells of the sender's own disk",
)];

fn text_of(document: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec")
        .join(document);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The ids in the tables of a document, in their order.
fn rules_of(document: &str) -> Vec<String> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let number = cells.next()?;
        let is_number = number.ends_with(|c: char| c.is_ascii_digit());
        let id = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        is_number.then(|| id.to_owned())
    };
    text_of(document).lines().filter_map(row).collect()
}

/// Those of all documents, in the order of checking: the rules of bodies stand before 39 of `record.md`.
fn rules() -> Vec<String> {
    let mut rules = rules_of(DOCUMENTS[0]);
    let after_bodies = rules.iter().position(|rule| rule == "body-absent");
    let at = after_bodies.expect("rule 39");
    let of_bodies = DOCUMENTS[1..OF_BODIES].iter().copied().flat_map(rules_of);
    rules.splice(at..at, of_bodies);
    rules.extend(DOCUMENTS[OF_BODIES..].iter().copied().flat_map(rules_of));
    rules
}

#[test]
fn the_specification_and_the_code_have_the_same_rules_in_the_same_order() {
    let written = rules();
    let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(written, known);
}

#[test]
fn every_rule_has_a_vector_that_breaks_it() {
    let mut broken: BTreeMap<String, usize> = BTreeMap::new();
    let all = vectors::all();
    for vector in &all {
        *broken.entry(vector.expect.clone()).or_default() += 1;
    }
    let mut missing = rules();
    missing.retain(|rule| !broken.contains_key(rule));
    assert_eq!(missing, WITHOUT_VECTOR.map(|(rule, _)| rule));
    assert!(
        broken["ok"] * 3 <= all.len(),
        "at least two thirds must be refused"
    );
}

/// An indented block of a document under a line that names vectors: their names, and the block's lines without remarks.
fn examples(document: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let text = text_of(document);
    let mut examples = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, names)) = line
            .split_once("(vector")
            .or_else(|| line.split_once("; vector"))
        else {
            continue;
        };
        // Every second piece between backticks is a name.
        let names = names.split('`').skip(1).step_by(2).map(str::to_owned);
        lines.next_if(|line| line.is_empty());
        let mut block = Vec::new();
        // An empty line inside a block is followed by more of it.
        while let Some(line) = lines.next_if(|line| line.is_empty() || line.starts_with("    ")) {
            let line = line.split(" ; ").next().expect("the line itself");
            block.push(line.trim().to_owned());
        }
        examples.push((names.collect(), block));
    }
    examples
}

/// Whether `whole` is `example`, in which `…` stands for what is left out.
fn is_cut_of(example: &str, whole: &str) -> bool {
    let mut pieces = example.split('…');
    let first = pieces.next().expect("a piece");
    let Some(mut rest) = whole.strip_prefix(first) else {
        return false;
    };
    let mut is_open = false;
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
        is_open = piece.is_empty();
    }
    rest.is_empty() || is_open
}

/// Whether a line is the hex of a vector's input, or a text of its result.
fn is_value(line: &str, vector: &Vector) -> bool {
    let texts = vector.result.values().filter_map(Value::as_str);
    texts.into_iter().any(|text| text == line) || hex(&vector.input) == line.replace(' ', "")
}

/// Whether a block is what its vectors hold: hex of one vector's input; lines of text at its beginning; lines of its input or
/// results; or one such line for each vector.
fn is_held(block: &[String], of: &[&Vector]) -> bool {
    let squeeze = |lines: &[String]| lines.concat().replace(' ', "");
    let [one] = of else {
        let mut lines = block.iter().zip(of);
        return lines.all(|(line, vector)| is_value(line.trim(), vector));
    };
    let bytes = hex(&one.input);
    let text = String::from_utf8_lossy(&one.input);
    let block: Vec<_> = block
        .iter()
        .rev()
        .skip_while(|line| line.is_empty())
        .cloned()
        .collect();
    let block: Vec<_> = block.into_iter().rev().collect();
    let is_text = || {
        let mut lines = text.lines();
        block
            .iter()
            .all(|example| lines.next().is_some_and(|line| is_cut_of(example, line)))
    };
    let is_values = || block.iter().all(|line| is_value(line.trim(), one));
    is_cut_of(&squeeze(&block), &bytes) || is_text() || is_values()
}

#[test]
fn the_examples_of_the_specification_are_what_the_vectors_hold() {
    let all = vectors::all();
    for (document, count) in DOCUMENTS.into_iter().zip([2, 1, 1, 0, 2, 0, 1, 2, 2, 1]) {
        let examples = examples(document);
        assert_eq!(examples.len(), count, "{document}");
        for (names, block) in examples {
            let named = |name: &String| all.iter().find(|vector| vector.name == *name);
            let of: Vec<_> = names
                .iter()
                .map(|name| named(name).unwrap_or_else(|| panic!("{document}: no vector {name}")))
                .collect();
            assert!(!block.is_empty(), "{document}: {names:?}");
            assert!(is_held(&block, &of), "{document}: {names:?}: {block:#?}");
        }
    }
}

#[test]
fn an_example_that_is_not_held_is_noticed() {
    assert!(is_cut_of("ab…ef", "abcdef") && is_cut_of("ab…", "abc") && is_cut_of("abc", "abc"));
    assert!(!is_cut_of("ab", "abc") && !is_cut_of("b…", "abc") && !is_cut_of("ab…d", "abcde"));
}
