//! Every shipped template filled with its own examples, and every way in which a form or a file can be wrong.

use super::*;

/// 24 November 2026, 12:00 UTC: after what examples say has happened, long before what they announce.
const NOW: i64 = 1_795_521_600_000;

fn around() -> Around {
    Around {
        now: NOW,
        seats: Vec::new(),
    }
}

fn shipped(id: &str) -> Template {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == id).expect(id);
    Template::parse(text).unwrap_or_else(|faults| panic!("{id}: {faults}"))
}

fn examples(template: &Template) -> Answers {
    let fields = template.fields().iter();
    fields
        .map(|field| (field.key.clone(), field.example.clone()))
        .collect()
}

fn fill(template: &Template, answers: &Answers) -> Result<Filled, Vec<Problem>> {
    template.fill(answers, &Wishes::default(), &around())
}

/// The problems with the examples of a template after some answers are changed; an empty one is left out.
fn problems(template: &Template, changed: &[(&str, &str)]) -> Vec<Problem> {
    let mut answers = examples(template);
    for (key, answer) in changed {
        answers.insert((*key).to_owned(), (*answer).to_owned());
    }
    fill(template, &answers).expect_err("a problem")
}

fn said(template: &Template, changed: &[(&str, &str)]) -> String {
    let problems = problems(template, changed);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    said.join("\n")
}

#[test]
fn every_shipped_template_takes_its_own_examples() {
    assert!(SHIPPED.len() >= 16);
    for (id, text) in SHIPPED {
        let template = Template::parse(text).unwrap_or_else(|faults| panic!("{id}: {faults}"));
        assert_eq!(template.id(), *id);
        let answers = examples(&template);
        let filled = fill(&template, &answers).unwrap_or_else(|p| panic!("{id}: {}", p[0]));
        assert_eq!(filled.fields.len(), template.fields().len(), "{id}");
        for (field, said) in template.fields().iter().zip(&filled.fields) {
            assert_eq!(said.name, field.key);
            let label = format!("{}:", field.label);
            assert!(filled.text.contains(&label), "{id}: {label}");
        }
        assert!(filled.text.contains(template.claim()), "{id}");
        assert!(
            template.claim().to_lowercase().contains("no conformity"),
            "{id}"
        );
        assert_eq!(filled.template, format!("{id}/1"));
        assert!(filled.subject.starts_with(template.title()), "{id}");
    }
}

#[test]
fn a_filled_form_fits_a_message() {
    use openline_core::PartyIndex;
    use openline_core::message::{Address, Message, Text};
    for (id, _) in SHIPPED {
        let template = shipped(id);
        let filled = fill(&template, &examples(&template)).expect(id);
        let text = Text {
            language: filled.language.clone(),
            is_authoritative: true,
            text: filled.text.clone(),
        };
        let message = Message {
            form: filled.form,
            precedence: filled.precedence,
            to: vec![Address {
                party: PartyIndex(1),
                post: "watch".to_owned(),
            }],
            info: vec![],
            info_precedence: None,
            subject: Some(filled.subject.clone()),
            texts: vec![text],
            number: None,
            attachments: vec![],
            own_reference: None,
            authority: None,
            validity: filled.validity,
            claimed: vec![],
            class: filled.class.clone(),
            template: Some(filled.template.clone()),
            fields: filled.fields.clone(),
        };
        assert_eq!(Message::decode(&message.encode()), Ok(message), "{id}");
    }
}

#[test]
fn filling_in_what_a_filled_form_says_gives_the_same_form() {
    for (id, _) in SHIPPED {
        let template = shipped(id);
        let first = fill(&template, &examples(&template)).expect(id);
        let said = first
            .fields
            .iter()
            .map(|f| (f.name.clone(), f.value.clone()));
        assert_eq!(fill(&template, &said.collect()), Ok(first), "{id}");
    }
}

#[test]
fn the_text_is_the_same_sentences_and_lines_every_time() {
    let template = shipped("border-vessel-entry");
    let filled = fill(&template, &examples(&template)).expect("filled");
    let expected = "\
Temporary entry of a vessel on border waters

The notifying party gives notice that a vessel enters border waters for a limited time.

Purpose: Towing a damaged barge
Type of vessel: Patrol boat
Hull number:
  - PSK-214
Number of vessels: 1
From and to: Tuesday, 2026-12-01 04:00 UTC to Friday, 2026-12-04 16:00 UTC
Place of stay: Landing stage below the bridge
Position of the place of stay: 48-22.40N 135-02.10E

The fields follow a text whose identification was not verified. No conformity is claimed.
[border-vessel-entry/1]
";
    assert_eq!(filled.text, expected);
    assert_eq!(
        filled.subject,
        "Temporary entry of a vessel on border waters: Patrol boat, PSK-214"
    );
    let (from, to) = filled.validity.expect("the window");
    assert_eq!(
        filled.fields[4].value,
        "2026-12-01 04:00 UTC to 2026-12-04 16:00 UTC"
    );
    assert_eq!(to - from, 84 * 3_600_000);
}

#[test]
fn every_bad_field_is_named_at_once_with_what_it_should_look_like() {
    let template = shipped("danger-at-sea");
    let found = problems(
        &template,
        &[
            ("action", ""),
            ("area", "58N 2E"),
            ("period", "2026-12-02 06:00 UTC to 2026-12-01 06:00 UTC"),
            ("height", "-5 ft"),
            ("colour", "red"),
        ],
    );
    let keys: Vec<&str> = found.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["action", "area", "period", "height", "colour"]);
    assert_eq!(
        found[0].to_string(),
        "action (Action): it is missing; give words, at most 400 characters, such as \"Gunnery exercise\""
    );
    let period = found[2].to_string();
    assert!(
        period.starts_with("period (Period): it ends (2026-12-01 06:00 UTC) before it begins"),
        "{period}"
    );
    assert!(period.contains("such as \"2026-12-01 06:00 UTC to 2026-12-02 18:00 UTC\""));
    assert!(found[3].words.contains("-5 ft is less than 0 ft"));
    assert!(
        found[4]
            .words
            .contains("no field \"colour\"; its fields are action, endangers")
    );
}

#[test]
fn bounds_of_the_instruments_hold() {
    let test = shipped("missile-flight-test");
    let near = [
        ("launch_site_distance", "39 km"),
        ("impact_distance", "69 km"),
        ("trajectory_distance", "12 km"),
        (
            "launch_window",
            "2026-12-01 00:00 UTC to 2026-12-05 00:00 UTC",
        ),
    ];
    let said_of = said(&test, &near);
    for part in [
        "39 km is less than 40 km",
        "69 km is less than 70 km",
        "12 km is less than 40 km",
        "it lasts 4 days, less than 5 days",
    ] {
        assert!(said_of.contains(part), "{said_of}");
    }
    let report = shipped("hazardous-incident");
    let ahead = said(&report, &[("when", "2026-11-24 13:00 UTC")]);
    assert!(ahead.contains("it lies 1 hour ahead"), "{ahead}");
}

#[test]
fn one_of_a_group_is_enough_and_none_is_not() {
    let warning = shipped("area-warning");
    let mut answers = examples(&warning);
    answers.remove("area");
    assert!(fill(&warning, &answers).is_ok());
    let none = said(&warning, &[("area", ""), ("position", "")]);
    assert_eq!(
        none,
        "none of these is filled in: position (6 Position), area (6 Area); give one of them, such as \"57-10.00N 004-30.00E\""
    );
    // A bad answer is one problem, not two.
    let bad = problems(&warning, &[("area", ""), ("position", "here")]);
    assert_eq!(bad.len(), 1);
}

#[test]
fn notice_that_is_too_short_is_said_with_how_much_is_missing() {
    let movement = shipped("humanitarian-movement");
    let mut answers = examples(&movement);
    let enough = fill(&movement, &answers)
        .expect("filled")
        .lead
        .expect("a lead");
    assert!(!enough.is_short(), "{}", enough.words());
    let tomorrow = "2026-11-25 18:00 UTC to 2026-11-25 20:00 UTC";
    answers.insert("period".to_owned(), tomorrow.to_owned());
    let short = fill(&movement, &answers)
        .expect("filled")
        .lead
        .expect("a lead");
    assert!(short.is_short());
    assert_eq!(
        short.words(),
        "the template asks for 2 days; there are 1 day 6 hours: 18 hours too few"
    );
    answers.insert("urgency".to_owned(), "emergency".to_owned());
    let marked = fill(&movement, &answers)
        .expect("filled")
        .lead
        .expect("a lead");
    assert!(!marked.is_short(), "{}", marked.words());
    let past = "2026-11-24 10:00 UTC to 2026-11-24 20:00 UTC";
    answers.insert("period".to_owned(), past.to_owned());
    let begun = fill(&movement, &answers)
        .expect("filled")
        .lead
        .expect("a lead");
    assert_eq!(
        begun.words(),
        "the event began 2 hours ago; the template asks for 1 day"
    );
}

#[test]
fn a_notification_is_due_again_at_its_offsets_before_the_event() {
    let movement = shipped("humanitarian-movement");
    let filled = fill(&movement, &examples(&movement)).expect("filled");
    let begins = filled.event.expect("an event").begins;
    assert_eq!(filled.again, [begins - 86_400_000, begins - 3_600_000]);
    assert_eq!(movement.event_of(&filled.fields), filled.event);
    let launch = shipped("strategic-missile-launch");
    let filled = fill(&launch, &examples(&launch)).expect("filled");
    let event = filled.event.expect("an event");
    assert_eq!(
        event.ends,
        Some(event.begins + 86_400_000),
        "a date is a day"
    );
}

#[test]
fn a_deadline_is_set_or_may_be_earlier_but_never_later_or_past() {
    let query = shipped("query-with-deadline");
    let mut answers = examples(&query);
    answers.remove("answer_by");
    let said_by = |answers: &Answers| {
        let filled = fill(&query, answers).expect("filled");
        let at = filled.fields.iter().position(|f| f.name == "answer_by");
        (at, filled.fields[at.expect("a deadline")].value.clone())
    };
    assert_eq!(
        said_by(&answers),
        (Some(6), "2026-12-01 12:00 UTC".to_owned())
    );
    answers.insert("urgency".to_owned(), "urgent".to_owned());
    assert_eq!(said_by(&answers).1, "2026-11-26 12:00 UTC");
    let late = said(&query, &[("answer_by", "2026-12-02 12:00 UTC")]);
    assert!(
        late.contains("later than 2026-12-01 12:00 UTC, which is 7 days from now"),
        "{late}"
    );
    let past = said(&query, &[("answer_by", "2026-11-24 12:00 UTC")]);
    assert!(past.contains("passed already"), "{past}");
    let wrong = problems(&query, &[("answer_by", "soon")]);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

#[test]
fn publication_is_the_authors_to_allow_field_by_field() {
    let movement = shipped("humanitarian-movement");
    let mut wishes = Wishes::default();
    wishes.releasable.insert("cargo".to_owned(), true);
    let filled = movement.fill(&examples(&movement), &wishes, &around());
    let allowed: Vec<String> = filled
        .expect("filled")
        .fields
        .into_iter()
        .filter(|field| field.is_releasable)
        .map(|field| field.name)
        .collect();
    assert_eq!(allowed, ["cargo"]);
    wishes.releasable.insert("colour".to_owned(), true);
    let found = movement.fill(&examples(&movement), &wishes, &around());
    assert_eq!(found.expect_err("unknown")[0].key, "colour");
}

#[test]
fn labels_in_another_language_make_a_courtesy_translation() {
    let movement = shipped("humanitarian-movement");
    let mut wishes = Wishes {
        languages: vec!["fr".to_owned()],
        ..Wishes::default()
    };
    let filled = movement.fill(&examples(&movement), &wishes, &around());
    let filled = filled.expect("filled");
    let (language, text) = &filled.translations[0];
    assert_eq!(language, "fr");
    assert!(text.starts_with("Mouvement humanitaire\n"), "{text}");
    assert!(
        text.contains("Position de départ: 15-21.30N 044-12.40E"),
        "{text}"
    );
    assert!(
        text.contains("2026-12-01 04:00 UTC to 2026-12-01 16:00 UTC"),
        "{text}"
    );
    wishes.languages = vec!["tlh".to_owned()];
    let found = movement.fill(&examples(&movement), &wishes, &around());
    let found = found.expect_err("no such labels")[0].to_string();
    assert!(
        found.contains("no labels in \"tlh\"") && found.contains("it has fr"),
        "{found}"
    );
}

#[test]
fn a_form_that_would_not_fit_a_message_is_refused() {
    let text = minimal("").replace("type = \"text\"", "type = \"list\"");
    let fields: String = (0..40)
        .map(|n| {
            format!(
                "[[field]]\nkey = \"k{n}\"\nlabel = \"L\"\nhelp = \"H\"\nexample = \"E\"\ntype = \"text\"\n"
            )
        })
        .collect();
    let template = Template::parse(&format!("{text}{fields}")).expect("a template");
    let mut answers = Answers::new();
    let long = vec!["x".repeat(400); 10].join("\n");
    answers.insert("one".to_owned(), long.clone());
    assert!(fill(&template, &answers).is_ok());
    answers.insert("one".to_owned(), format!("{long}\n{long}"));
    let found = fill(&template, &answers).expect_err("long")[0].to_string();
    assert!(found.contains("a field takes at most 4096"), "{found}");
    answers.insert("one".to_owned(), long);
    for n in 0..40 {
        answers.insert(format!("k{n}"), "x".repeat(1000));
    }
    let found = fill(&template, &answers).expect_err("long")[0].to_string();
    assert!(found.contains("at most 60000 are taken"), "{found}");
}

/// A template with one field, and more lines before it.
fn minimal(more: &str) -> String {
    format!(
        "format = 1\nid = \"mine\"\nversion = 1\ntitle = \"Mine\"\npurpose = \"P\"\ninstrument = \"I\"\nclaim = \"No conformity.\"\n\
         needed_by = \"N\"\nopening = \"O\"\n{more}\n\
         [[field]]\nkey = \"one\"\nlabel = \"One\"\nhelp = \"H\"\nexample = \"E\"\ntype = \"text\"\n"
    )
}

#[test]
fn the_example_of_the_documentation_is_a_template() {
    let docs = include_str!("../../../../docs/templates.md");
    let mut blocks = docs.split("```toml\n").skip(1);
    let example = blocks.find(|block| block.starts_with("format = 1"));
    let (example, _) = example
        .and_then(|block| block.split_once("```"))
        .expect("an example");
    let template = Template::parse(example).expect("sound");
    assert!(fill(&template, &examples(&template)).is_ok());
    for (id, _) in SHIPPED {
        assert!(docs.contains(&format!("| `{id}` |")), "{id} has no source");
    }
}

#[test]
fn everything_wrong_with_a_file_is_named() {
    assert!(Template::parse(&minimal("")).is_ok());
    let field = "[[field]]\nkey = \"two\"\nlabel = \"Two\"\nhelp = \"H\"\n";
    let with = |rest: &str| format!("{}{field}{rest}", minimal(""));
    for (text, why) in [
        ("id = ".to_owned(), "line 1"),
        (minimal("colour = \"red\""), "unknown field"),
        (
            minimal("").replace("format = 1", "format = 2"),
            "format 2 is not known",
        ),
        (minimal("").replace("\"mine\"", "\"Mine\""), "id \"Mine\""),
        (
            minimal("").replace("\"mine\"", "\"due\""),
            "a word of the command line",
        ),
        (
            minimal("").replace("\"No conformity.\"", "\" \""),
            "claim is empty",
        ),
        (
            minimal("").replace("\"one\"", "\"title\""),
            "used for the labels",
        ),
        (minimal("").replace("\"one\"", "\"One\""), "key \"One\""),
        (
            minimal("").replace("label = \"One\"", "label = \"\""),
            "field one: label",
        ),
        (
            minimal("language = \"English please\""),
            "not a language tag",
        ),
        (minimal("precedence = \"fast\""), "precedence: give flash"),
        (
            minimal("form = \"protest\""),
            "form: give notification or query",
        ),
        (minimal("lead_time = \"soon\""), "not a duration"),
        (minimal("lead_time = \"1d\""), "need a field with event"),
        (minimal("renotify = [\"1h\"]"), "need a field with event"),
        (minimal("answer_within = \"1d\""), "go together"),
        (minimal("class = \"\""), "class is empty"),
        (
            minimal("subject = [\"two\"]"),
            "subject names a field \"two\"",
        ),
        (
            minimal("one_of = [[\"two\"]]"),
            "one_of names a field \"two\"",
        ),
        (
            minimal("[labels.fr]\ntwo = \"Deux\""),
            "labels names a field \"two\"",
        ),
        (minimal("[labels.\"f r\"]\none = \"Un\""), "labels.f r"),
        (
            minimal("[[exception]]\nfield = \"one\"\nis = \"x\"\nlead_time = \"1d\""),
            "not one of its choices",
        ),
        (
            minimal("[[exception]]\nfield = \"one\"\nis = \"x\""),
            "changes neither",
        ),
        (
            with("example = \"E\"\ntype = \"colour\"\n"),
            "\"colour\" is not a type",
        ),
        (
            with("example = \"E\"\ntype = \"text\"\nunits = [\"km\"]\n"),
            "a text has no units",
        ),
        (
            with("example = \"E\"\ntype = \"text\"\nmax_chars = 2000\n"),
            "max_chars is 1 to 1000",
        ),
        (
            with("example = \"E\"\ntype = \"text\"\nshade = 1\n"),
            "a text has no shade",
        ),
        (
            with("example = \"E\"\ntype = \"number\"\n"),
            "its example is wrong",
        ),
        (
            with("example = \"5\"\ntype = \"number\"\nmin = 6\n"),
            "5 is less than 6",
        ),
        (with("example = \"E\"\ntype = \"choice\"\n"), "give choices"),
        (
            with("example = \"5 km\"\ntype = \"quantity\"\n"),
            "give units",
        ),
        (
            with("example = \"5 km\"\ntype = \"quantity\"\nunits = [\"km\", \"kg\"]\n"),
            "all of one kind",
        ),
        (
            with("example = \"5 km\"\ntype = \"quantity\"\nunits = [\"league\"]\n"),
            "not a unit",
        ),
        (
            with("example = \"5 km\"\ntype = \"quantity\"\nunits = [\"km\"]\nmin = 4\n"),
            "the bound with its unit",
        ),
        (
            with("example = \"E\"\ntype = \"text\"\nevent = true\n"),
            "an event's time is",
        ),
        (
            with("example = \"E\"\ntype = \"text\"\nvalidity = true\n"),
            "a validity is a window",
        ),
        (
            with("example = \"E\"\ntype = \"text\"\ndeadline = true\n"),
            "a deadline is a time",
        ),
        (
            minimal("")
                + &minimal("")
                    .split_once("[[field]]")
                    .map_or(String::new(), |(_, f)| format!("[[field]]{f}")),
            "stands twice",
        ),
        ("#".repeat(TEMPLATE_MAX + 1), "longer than"),
    ] {
        let faults = Template::parse(&text).expect_err(why).to_string();
        assert!(faults.contains(why), "{why}: {faults}");
    }
    let two = minimal("class = \"\"\nprecedence = \"fast\"");
    assert_eq!(Template::parse(&two).expect_err("two").0.len(), 2);
}
