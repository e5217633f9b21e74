//! What pages say is there in every language, with the same arguments; and nothing is there that no page says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

const LANGUAGES: [&str; 6] = ["en", "zh", "ru", "fr", "es", "ar"];

/// Families of messages that are looked up by a word of the record: the id is made of the kind and the word.
const FAMILIES: [&str; 2] = ["failed-", "weekday-"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The messages of a language, each with the arguments that it uses.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let folder = root().join("locales").join(language);
    for file in fs::read_dir(&folder).expect("a folder") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        let resource = parser::parse(text.as_str())
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
        for entry in resource.body {
            if let Entry::Message(message) = entry {
                let mut arguments = BTreeSet::new();
                let value = message.value.expect("a value");
                collect(&value, &mut arguments);
                let id = message.id.name.to_owned();
                let is_new = all.insert(id.clone(), arguments).is_none();
                assert!(is_new, "{id} is said twice in {}", path.display());
            }
        }
    }
    all
}

fn collect(pattern: &Pattern<&str>, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => note(inline, arguments),
                Expression::Select { selector, variants } => {
                    note(selector, arguments);
                    for variant in variants {
                        collect(&variant.value, arguments);
                    }
                }
            }
        }
    }
}

fn note(inline: &InlineExpression<&str>, arguments: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        arguments.insert(id.name.to_owned());
    }
}

/// The source of the pages, without tests.
fn sources(folder: &Path, all: &mut String) {
    for file in fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            sources(&path, all);
        } else {
            let text = fs::read_to_string(&path).expect("text");
            all.push_str(text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

/// The texts that stand right after `before` in the source.
fn literals<'a>(source: &'a str, before: &str) -> BTreeSet<&'a str> {
    let rest = source.split(before).skip(1);
    rest.filter_map(|rest| rest.split('"').next())
        .filter(|id| {
            !id.is_empty()
                && id
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
        .collect()
}

#[test]
fn every_language_says_all_that_english_says() {
    let english = messages("en");
    for language in LANGUAGES {
        let other = messages(language);
        let missing: Vec<&String> = english
            .keys()
            .filter(|id| !other.contains_key(*id))
            .collect();
        assert!(missing.is_empty(), "{language} lacks {missing:?}");
        let foreign: Vec<&String> = other
            .keys()
            .filter(|id| !english.contains_key(*id))
            .collect();
        assert!(
            foreign.is_empty(),
            "{language} says what English does not: {foreign:?}"
        );
        for (id, arguments) in &english {
            assert_eq!(other.get(id), Some(arguments), "{id} in {language}");
        }
    }
}

#[test]
fn pages_say_only_what_is_there() {
    let mut source = String::new();
    sources(&root().join("src"), &mut source);
    let source: String = source
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("")
        .replace(",)", ")");
    let english = messages("en");
    let mut said = literals(&source, "say(\"");
    said.extend(literals(&source, ".with(\""));
    let missing: Vec<&&str> = said
        .iter()
        .filter(|id| !english.contains_key(**id))
        .collect();
    assert!(missing.is_empty(), "no language says {missing:?}");
}

#[test]
fn every_file_of_words_is_carried() {
    let carried = fs::read_to_string(root().join("src/locale.rs")).expect("text");
    let carried = carried.split("files![").nth(1).expect("the list of files");
    let carried = carried.split("];").next().unwrap_or_default();
    for file in fs::read_dir(root().join("locales/en")).expect("a folder") {
        let path = file.expect("a file").path();
        let stem = path.file_stem().expect("a name").to_string_lossy();
        assert!(
            carried.contains(&format!("\"{stem}\"")),
            "no page has the words of {stem}.ftl"
        );
    }
}

/// The parts of sentences that the façade makes, by their ids.
fn phrases() -> BTreeSet<String> {
    let mut source = String::new();
    sources(&root().join("../openline-node/src"), &mut source);
    let compact: String = source.split_whitespace().collect::<Vec<_>>().join("");
    let mut ids: BTreeSet<String> = ["SaidView::new(\"", "of(\""]
        .iter()
        .flat_map(|before| literals(&compact, before))
        .map(str::to_owned)
        .collect();
    // Tables of ids, each beside its English.
    for (table, end) in [
        ("fnreason_said", "SaidView"),
        ("let(id,verb)=match", "};"),
        ("let(id,what)=", "};"),
    ] {
        for part in compact.split(table).skip(1) {
            let part = part.split(end).next().unwrap_or_default();
            ids.extend(literals(part, "(\"").into_iter().map(str::to_owned));
        }
    }
    for owed in ["stored", "shown", "acknowledged", "read-back", "answered"] {
        ids.insert(format!("waits-{owed}"));
    }
    for owed in [
        "stored",
        "shown",
        "acknowledged",
        "read-back",
        "confirmed",
        "answered",
    ] {
        ids.insert(format!("alarm-not-{owed}"));
    }
    ids
}

#[test]
fn every_sentence_of_the_facade_has_its_words() {
    let english = messages("en");
    let phrases = phrases();
    assert!(phrases.contains("nobody-there") && phrases.contains("alarm-arrived"));
    let missing: Vec<&String> = phrases
        .iter()
        .filter(|id| !english.contains_key(&format!("tells-{id}")))
        .collect();
    assert!(missing.is_empty(), "no language says {missing:?}");
    let unsaid: Vec<&String> = english
        .keys()
        .filter(|id| {
            id.strip_prefix("tells-")
                .is_some_and(|id| !phrases.contains(id))
        })
        .collect();
    assert!(unsaid.is_empty(), "no sentence has {unsaid:?}");
}

#[test]
fn nothing_is_said_that_no_page_says() {
    let mut source = String::new();
    sources(&root().join("src"), &mut source);
    let compact: String = source.split_whitespace().collect::<Vec<_>>().join("");
    let kinds = literals(&compact, "term(\"");
    let kinds = kinds
        .into_iter()
        .chain(literals(&compact, "terms(visit,\""));
    let kinds = kinds
        .chain(literals(&compact, "terms(&visit,\""))
        .map(|kind| format!("{kind}-"));
    let families: Vec<String> = kinds
        .chain(FAMILIES.map(str::to_owned))
        .chain(["month-", "tells-", "template-"].map(str::to_owned))
        .collect();
    let unsaid: Vec<String> = messages("en")
        .into_keys()
        .filter(|id| !families.iter().any(|family| id.starts_with(family)))
        .filter(|id| !source.contains(&format!("\"{id}\"")))
        .collect();
    assert!(unsaid.is_empty(), "no page says {unsaid:?}");
}

/// The templates that come with the program are named in every language, each field too.
#[test]
fn templates_are_called_in_english_as_their_files_say() {
    let mut titles = BTreeMap::new();
    for file in fs::read_dir(root().join("../../templates")).expect("a folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        let value = |line: &str, key: &str| {
            let rest = line.strip_prefix(key)?.strip_prefix(" = \"")?;
            rest.strip_suffix('"').map(str::to_owned)
        };
        let find = |lines: &str, key: &str| lines.lines().find_map(|line| value(line, key));
        let mut parts = text.split("[[field]]");
        let head = parts.next().expect("a head");
        let id = format!("template-{}", find(head, "id").expect("an id"));
        titles.insert(id.clone(), find(head, "title").expect("a title"));
        for field in parts {
            let key = find(field, "key").expect("a key").replace('_', "-");
            titles.insert(
                format!("{id}-{key}"),
                find(field, "label").expect("a label"),
            );
        }
    }
    let said = fs::read_to_string(root().join("locales/en/templates.ftl")).expect("text");
    let said: BTreeMap<String, String> = said
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(id, words)| (id.to_owned(), words.to_owned()))
        .collect();
    assert_eq!(said, titles);
}

/// The words of the record itself: kinds of entries, the steps of a ladder, and what a party is waited for to speak to.
#[test]
fn kinds_and_stages_have_their_words() {
    let words_in = |file: &str| -> Vec<String> {
        let source = fs::read_to_string(root().join(file)).expect("text");
        let table = source.split("pub fn word(self)").nth(1).expect("a table");
        let table = table.split("\n    }").next().unwrap_or_default();
        let words = table.lines().filter_map(|line| line.split("=> \"").nth(1));
        words
            .filter_map(|rest| rest.split('"').next())
            .map(|word| word.replace(' ', "-"))
            .collect()
    };
    let english = messages("en");
    for (file, family) in [
        ("../openline-core/src/entry.rs", "kind"),
        ("../openline-desk/src/ladder.rs", "stage"),
        ("../openline-desk/src/awaited.rs", "awaited"),
    ] {
        let words = words_in(file);
        assert!(words.len() >= 7, "the table of {family} was not found");
        let missing: Vec<&String> = words
            .iter()
            .filter(|word| !english.contains_key(&format!("{family}-{word}")))
            .collect();
        assert!(
            missing.is_empty(),
            "no language says {missing:?} of {family}"
        );
    }
}
