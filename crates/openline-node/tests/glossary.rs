//! The agreed glossary of two real nodes, and the checker that reads it.

mod common;

use common::{found, one_record, stop, two, wait_for};
use openline_node::service::Service;
use openline_node::view::{
    AccordRequest, GlossaryView, LanguageRequest, TermsRequest, TextView, WarningView,
};

fn text(language: &str, text: &str) -> TextView {
    TextView {
        language: language.to_owned(),
        text: text.to_owned(),
    }
}

fn draft(texts: &[(&str, &str)]) -> LanguageRequest {
    LanguageRequest {
        subject: None,
        texts: texts.iter().map(|(tag, words)| text(tag, words)).collect(),
        form: "message".to_owned(),
        precedence: "flash".to_owned(),
    }
}

fn terms(concept: &str, equivalents: &[(&str, &str)]) -> TermsRequest {
    serde_json::from_value(serde_json::json!({
        "post": "watch",
        "terms": [{
            "concept": concept,
            "equivalents": equivalents.iter().map(|(tag, words)| text(tag, words)).collect::<Vec<_>>(),
        }]
    }))
    .expect("a request")
}

fn accord(stance: &str) -> AccordRequest {
    AccordRequest {
        post: "watch".to_owned(),
        stance: stance.to_owned(),
        words: None,
    }
}

async fn check(side: &Service, line: &str, texts: &[(&str, &str)]) -> Vec<WarningView> {
    side.check_language(line, draft(texts))
        .await
        .expect("checked")
}

async fn glossary(side: &Service, line: &str) -> GlossaryView {
    side.glossary(line).await.expect("a glossary")
}

/// Waits until a side holds an entry.
async fn holds(side: &Service, line: &str, place: &str) {
    wait_for(side, "an entry", async |s| {
        s.entry(line, place).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_proposes_and_the_other_agrees_is_in_both_glossaries_and_the_checker_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let line = found(&sa, &sb, "Beta").await;

    let report = [
        ("en", "The JMC holds the ceasefire."),
        ("ru", "Перемирие соблюдается."),
    ];
    let before = check(&sb, &line, &report).await;
    let kinds: Vec<&str> = before.iter().map(|w| w.kind.as_str()).collect();
    assert_eq!(kinds, ["acronym"], "{before:?}");
    assert_eq!((before[0].text, before[0].words.as_str()), (Some(0), "JMC"));

    let request = terms("joint commission", &[("en", "JMC"), ("ru", "СКМ")]);
    let proposed = sa.propose_terms(&line, request).await.expect("proposed");
    holds(&sb, &line, &proposed.place).await;
    let at_b = glossary(&sb, &line).await;
    assert_eq!((at_b.agreed.len(), at_b.open.len()), (0, 1));
    assert_eq!(at_b.open[0].party_name, "Alpha");
    assert_eq!(at_b.open[0].awaited, ["Beta"]);
    assert_eq!(
        check(&sb, &line, &report).await.len(),
        1,
        "a proposal is not agreed"
    );

    let refused = sa
        .answer_terms(&line, &proposed.place, accord("agrees"))
        .await;
    assert_eq!(refused.expect_err("our own").code(), "unusable");
    let agreed = sb
        .answer_terms(&line, &proposed.place, accord("agrees"))
        .await
        .expect("agreed");
    holds(&sa, &line, &agreed.place).await;
    one_record(&[&sa, &sb], &line).await;
    let (at_a, at_b) = (glossary(&sa, &line).await, glossary(&sb, &line).await);
    assert_eq!(at_a, at_b);
    assert_eq!(at_a.open, []);
    assert_eq!(at_a.agreed[0].term.concept, "joint commission");
    assert_eq!(
        (&at_a.agreed[0].proposal, &at_a.agreed[0].since),
        (&proposed.place, &agreed.place)
    );

    for side in [&sa, &sb] {
        let after = check(side, &line, &report).await;
        let said: Vec<(&str, &str)> = after
            .iter()
            .map(|w| (w.kind.as_str(), w.words.as_str()))
            .collect();
        assert_eq!(
            said,
            [("term-not-used", "СКМ")],
            "the acronym is known, and its equivalent is missed"
        );
        let sound = [report[0], ("ru", "СКМ: прекращение огня соблюдается.")];
        assert_eq!(check(side, &line, &sound).await, []);
    }

    let withdrawn = sb
        .answer_terms(&line, &proposed.place, accord("declines"))
        .await;
    holds(&sa, &line, &withdrawn.expect("declined").place).await;
    let at_a = glossary(&sa, &line).await;
    assert_eq!(
        (at_a.agreed.len(), at_a.open[0].said[0].stance.as_str()),
        (0, "declines")
    );
    assert_eq!(check(&sa, &line, &report).await[0].kind, "acronym");

    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_charter_sets_the_limit_and_what_can_not_be_a_message_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let line = found(&sa, &sb, "Beta").await;

    let long = "word ".repeat(201);
    let warned = check(&sa, &line, &[("en", &long)]).await;
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].kind, "too-long");
    assert!(
        warned[0].sentence.contains("limit for flash is 200"),
        "{}",
        warned[0].sentence
    );
    let mut routine = draft(&[("en", &long)]);
    routine.precedence = "routine".to_owned();
    let warned = sa.check_language(&line, routine).await.expect("checked");
    assert_eq!(warned, [], "routine traffic has no limit in this charter");

    let code = async |request: LanguageRequest| {
        let refused = sa.check_language(&line, request).await;
        refused.expect_err("refused").code()
    };
    assert_eq!(code(draft(&[])).await, "unusable");
    assert_eq!(
        code(draft(&[("en", &"x".repeat(70_000))])).await,
        "unusable"
    );
    let mut odd = draft(&[("en", "Text.")]);
    odd.form = "sonnet".to_owned();
    assert_eq!(code(odd).await, "unusable");
    let twice = terms("truce", &[("en", "truce"), ("EN", "armistice")]);
    let refused = sa.propose_terms(&line, twice).await.expect_err("refused");
    assert_eq!(refused.code(), "glossary-terms");
    let message = sa
        .send(common::message(&line, "Text."))
        .await
        .expect("released");
    holds(&sb, &line, &message.place).await;
    let refused = sb
        .answer_terms(&line, &message.place, accord("agrees"))
        .await;
    assert_eq!(refused.expect_err("no proposal").code(), "unusable");

    stop(a).await;
    stop(b).await;
}
