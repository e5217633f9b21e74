//! Two real nodes negotiate a text from brackets to signatures.

mod common;

use common::{found, one_record, start, start_dialled, stop, two, wait_for};
use openline_node::service::Service;
use openline_node::view::{AmendRequest, AssentRequest, JointTextView, TextProposeRequest};
use serde_json::json;

fn request<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).expect("a request")
}

fn amendment(changes: serde_json::Value) -> AmendRequest {
    request(json!({"post": "watch", "changes": changes}))
}

fn over(hash: &str) -> AssentRequest {
    request(json!({"post": "watch", "hash": hash}))
}

/// Waits until a side holds an entry.
async fn holds(side: &Service, line: &str, place: &str) {
    wait_for(side, "an entry", async |s| {
        s.entry(line, place).await.is_ok()
    })
    .await;
}

async fn text(side: &Service, line: &str, place: &str) -> JointTextView {
    side.text(line, place, None).await.expect("a text")
}

/// What both sides compute, once they hold one record: the same.
async fn both(sides: [&Service; 2], line: &str, place: &str) -> JointTextView {
    one_record(&sides, line).await;
    let (one, other) = (
        text(sides[0], line, place).await,
        text(sides[1], line, place).await,
    );
    assert_eq!(one, other);
    one
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_negotiated_from_brackets_to_signatures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let line = found(&sa, &sb, "Beta").await;

    let markdown = "# Agreed minutes\n\nLanguages: en, fr\n\n## en\n\n1. The Parties [Alpha: shall / Beta: should] meet every [10 / 20] days.\n\n2. [Beta: They take note of it.]\n\n## fr\n\n1. Les Parties [Alpha: doivent / Beta: devraient] se réunir tous les [10 / 20] jours.\n\n2. [Beta: Elles en prennent note.]\n";
    let propose: TextProposeRequest =
        request(json!({"line": line, "post": "watch", "markdown": markdown}));
    let proposed = sa.propose_text(propose).await.expect("proposed");
    let place = proposed.place;
    holds(&sb, &line, &place).await;
    let first = both([&sa, &sb], &line, &place).await;
    assert_eq!(first.summary.standing, "open");
    let counts = (
        first.summary.paragraphs,
        first.summary.brackets,
        first.summary.options,
    );
    assert_eq!(counts, (2, 3, 4));
    assert_eq!(
        first.paragraphs[0].brackets[0].alternatives[1].wanted_by,
        ["Beta"]
    );
    assert_eq!(first.disagreements, []);

    let early = sa
        .initial_text(&line, &place, over(&first.summary.hash))
        .await;
    assert_eq!(early.expect_err("brackets are left").code(), "conflict");
    let changes = json!([
        {"change": "choose", "paragraph": 1, "bracket": 1, "alternative": 1},
        {"change": "choose", "paragraph": 1, "bracket": 2, "alternative": 2},
        {"change": "choose", "paragraph": 2, "bracket": 1},
    ]);
    let agreed = sb.amend_text(&line, &place, amendment(changes)).await;
    holds(&sa, &line, &agreed.expect("amended").place).await;
    let clean = both([&sa, &sb], &line, &place).await;
    assert_eq!(clean.summary.standing, "clean");
    let words: Vec<&str> = clean.paragraphs[0]
        .versions
        .iter()
        .map(|v| &v.text[..])
        .collect();
    assert_eq!(
        words,
        [
            "The Parties shall meet every 20 days.",
            "Les Parties doivent se réunir tous les 20 jours."
        ]
    );

    // Alpha initials a draft that Beta then overtakes.
    let initial = sa
        .initial_text(&line, &place, over(&clean.summary.hash))
        .await;
    holds(&sb, &line, &initial.expect("initialled").place).await;
    let changes = json!([{"change": "replace", "paragraph": 1, "versions": [
        {"language": "en", "text": "The Parties should meet every 200 days."}]}]);
    let overtaking = sb.amend_text(&line, &place, amendment(changes)).await;
    holds(&sa, &line, &overtaking.expect("amended").place).await;
    let overtaken = both([&sa, &sb], &line, &place).await;
    assert!(!overtaken.initials[0].counts, "{:?}", overtaken.initials);
    let old = sb
        .initial_text(&line, &place, over(&clean.summary.hash))
        .await;
    assert_eq!(old.expect_err("another hash").code(), "conflict");
    let diff = sa
        .text_diff(&line, &place, None, None)
        .await
        .expect("a diff");
    assert_eq!(
        diff.paragraphs[0].versions[0].flags,
        ["binding words: shall → should", "numbers: 20 → 200"]
    );
    assert_eq!(diff.disagreements.len(), 3, "{:?}", diff.disagreements);
    let changes = json!([{"change": "replace", "paragraph": 1, "versions": [
        {"language": "en", "text": "The Parties shall meet every 20 days."}]}]);
    let again = sa.amend_text(&line, &place, amendment(changes)).await;
    holds(&sb, &line, &again.expect("amended").place).await;
    let last = both([&sa, &sb], &line, &place).await;
    assert_eq!(last.summary.hash, clean.summary.hash);

    let hash = &last.summary.hash[..8];
    let first = sa.initial_text(&line, &place, over(hash)).await;
    holds(&sb, &line, &first.expect("initialled").place).await;
    let referendum = AssentRequest {
        ad_referendum: true,
        ..over(hash)
    };
    let second = sb.initial_text(&line, &place, referendum).await;
    holds(&sa, &line, &second.expect("initialled").place).await;
    let waits = sa.sign_text(&line, &place, over(hash)).await;
    assert_eq!(waits.expect_err("ad referendum").code(), "conflict");
    let second = sb.initial_text(&line, &place, over(hash)).await;
    holds(&sa, &line, &second.expect("initialled").place).await;
    let fixed = sa.amend_text(&line, &place, amendment(json!([]))).await;
    assert_eq!(fixed.expect_err("fixed").code(), "conflict");
    for (from, to) in [(&sa, &sb), (&sb, &sa)] {
        let signed = from.sign_text(&line, &place, over(hash)).await;
        holds(to, &line, &signed.expect("signed").place).await;
    }
    // The number waits until no entry can come before the last signature.
    for side in [&sa, &sb] {
        wait_for(side, "the number", async |s| {
            let texts = s.texts(&line).await.expect("texts");
            texts[0].number == Some(1)
        })
        .await;
    }
    let signed = both([&sa, &sb], &line, "T1").await;
    assert_eq!(signed.summary.standing, "signed");
    assert!(
        signed
            .signatures
            .iter()
            .all(|s| s.counts && s.hash == last.summary.hash)
    );
    let page = sb
        .export_text(&line, "T1", "html", None)
        .await
        .expect("a page");
    assert!(
        page.content.contains("signed as number 1"),
        "{}",
        page.content
    );
    assert!(page.content.contains(&last.summary.hash));
    let file = sa
        .export_text(&line, "T1", "markdown", None)
        .await
        .expect("a file");
    let copy: TextProposeRequest =
        request(json!({"line": line, "post": "watch", "markdown": file.content}));
    let copy = sa.propose_text(copy).await.expect("proposed");
    let copy = text(&sa, &line, &copy.place).await;
    assert_eq!(
        copy.summary.hash, last.summary.hash,
        "out and in again: the same text"
    );

    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crossed_amendments_are_the_same_at_both_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let home_a = folder.path().join("a");
    let home_b = folder.path().join("b");
    let line = found(&sa, &sb, "Beta").await;
    let propose: TextProposeRequest = request(json!({
        "line": line, "post": "watch", "title": "Minutes",
        "paragraphs": [{"versions": [{"language": "en", "text": "They shall meet."}]}]
    }));
    let place = sa.propose_text(propose).await.expect("proposed").place;
    holds(&sb, &line, &place).await;
    one_record(&[&sa, &sb], &line).await;

    // Beta is away while Alpha amends, and amends the same before it has seen that.
    stop(b).await;
    let change = |words: &str| {
        amendment(json!([{"change": "replace", "paragraph": 1,
            "versions": [{"language": "en", "text": words}]}]))
    };
    amend(&sa, &line, &place, change("They shall meet weekly.")).await;
    stop(a).await;
    let b = start(&home_b, vec![]);
    let sb = b.service();
    amend(&sb, &line, &place, change("They shall meet daily.")).await;
    let a = start_dialled(&home_a);
    let sa = a.service();
    let card = sa.card().await.expect("card");
    sb.add_relation(&card.file).await.expect("the new address");

    wait_for(&sb, "both amendments", async |s| {
        text(s, &line, &place).await.amendments.len() == 2
    })
    .await;
    wait_for(&sa, "both amendments", async |s| {
        text(s, &line, &place).await.amendments.len() == 2
    })
    .await;
    let crossed = both([&sa, &sb], &line, &place).await;
    assert_eq!(crossed.summary.crossed, 1);
    let outcomes: Vec<&str> = crossed.amendments.iter().map(|a| &a.outcome[..]).collect();
    assert_eq!(outcomes, ["made", "crossed"]);
    assert_eq!(crossed.summary.standing, "open");
    let blocked = sa
        .initial_text(&line, &place, over(&crossed.summary.hash))
        .await;
    assert_eq!(blocked.expect_err("crossed").code(), "conflict");
    let pass = json!([{"change": "pass-over", "amendment": crossed.amendments[1].place}]);
    let passed = sb
        .amend_text(&line, &place, amendment(pass))
        .await
        .expect("passed");
    holds(&sa, &line, &passed.place).await;
    let after = both([&sa, &sb], &line, &place).await;
    assert_eq!(after.summary.standing, "clean");
    assert_eq!(after.amendments[1].outcome, "passed over");

    stop(a).await;
    stop(b).await;
}

async fn amend(side: &Service, line: &str, place: &str, request: AmendRequest) {
    side.amend_text(line, place, request)
        .await
        .expect("amended");
}
