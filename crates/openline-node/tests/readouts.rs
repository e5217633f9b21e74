//! Readouts, public statements and publications between two real nodes.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{PATIENCE, found, make_home, one_record, relate, start, start_dialled};
use openline_node::Node;
use openline_node::error::ServiceError;
use openline_node::publication::{self, PublicationError};
use openline_node::service::Service;
use openline_node::view::{
    AccountsView, PublishRequest, ReadoutDraftView, ReadoutReleaseRequest, ReadoutRequest,
    SendRequest, StatementRequest,
};
use serde_json::{Value, json};

struct Pair {
    a: Service,
    b: Service,
    line: String,
    folder: tempfile::TempDir,
    _nodes: (Node, Node),
}

async fn pair() -> Pair {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta <& \"co\">");
    let (node_a, node_b) = (start_dialled(&home_a), start(&home_b, vec![]));
    let (a, b) = (node_a.service(), node_b.service());
    relate(&a, &b).await;
    let line = found(&a, &b, "Beta <& \"co\">").await;
    Pair {
        a,
        b,
        line,
        folder,
        _nodes: (node_a, node_b),
    }
}

const SECRET: &str =
    "We are ready to move two patrol boats out of the strait before the end of the month.";
const ALPHA: &str = "The two sides met for five hours. The talks were candid and constructive.";
const BETA: &str = "The two sides met for six hours. A return visit was agreed in principle.";

impl Pair {
    fn typed<T: serde::de::DeserializeOwned>(&self, mut request: Value, more: &Value) -> T {
        let fields = request.as_object_mut().expect("an object");
        fields.insert("line".to_owned(), json!(self.line));
        fields.insert("post".to_owned(), json!("watch"));
        fields.extend(more.as_object().expect("an object").clone());
        serde_json::from_value(request).expect("a request")
    }

    /// A message of Alpha's with a field that may be published and one that may not.
    async fn message(&self, message_type: &str) -> String {
        let request = json!({ "message_type": message_type, "subject": "Movement",
        "texts": [{"language": "en", "text": SECRET}], "fields": [
            {"name": "route", "value": "Alpha-12", "is_critical": false, "is_releasable": false},
            {"name": "day", "value": "Sunday 18 June", "is_critical": false, "is_releasable": true}
        ]});
        let sent = self
            .a
            .send(self.typed::<SendRequest>(request, &json!({})))
            .await
            .expect("released");
        let stored = self.a.wait_stored(&self.line, &sent.place, PATIENCE).await;
        assert_eq!(stored.expect("stored").len(), 1);
        one_record(&[&self.a, &self.b], &self.line).await;
        sent.place
    }

    async fn draft(
        &self,
        service: &Service,
        of: &str,
        text: &str,
        more: Value,
    ) -> ReadoutDraftView {
        let request = json!({ "of": of, "texts": [{"language": "en", "text": text}] });
        let request: ReadoutRequest = self.typed(request, &more);
        service.draft_readout(request).await.expect("a draft")
    }

    async fn release(
        &self,
        service: &Service,
        draft: &ReadoutDraftView,
        confirm: &[&str],
    ) -> Result<String, ServiceError> {
        let request = ReadoutReleaseRequest {
            line: self.line.clone(),
            of: draft.of.clone(),
            content: draft.content.clone(),
            confirm: confirm.iter().map(|id| (*id).to_owned()).collect(),
        };
        Ok(service.release_readout(request).await?.place)
    }

    async fn accounts(&self, service: &Service, of: &str) -> AccountsView {
        one_record(&[&self.a, &self.b], &self.line).await;
        service.accounts(&self.line, of).await.expect("accounts")
    }

    fn statement(&self, text: &str, more: Value) -> StatementRequest {
        let request = json!({ "title": "On the <talks> & after", "texts": [
            {"language": "en", "text": text}, {"language": "ar", "text": "بيان\nعام"}
        ]});
        self.typed(request, &more)
    }

    /// Publishes into a folder, once every proof is cosigned.
    async fn publish(&self, places: &[&str]) -> PathBuf {
        for place in places {
            self.a
                .wait_stored(&self.line, place, PATIENCE)
                .await
                .expect("stored");
        }
        let request = PublishRequest {
            line: self.line.clone(),
            places: places.iter().map(|place| (*place).to_owned()).collect(),
        };
        let publication = self.a.publish(request).await.expect("a publication");
        let folder = self.folder.path().join("public");
        std::fs::create_dir_all(folder.join("proofs")).expect("a folder");
        for file in publication.files {
            std::fs::write(folder.join(file.name), file.text).expect("written");
        }
        folder
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, ServiceError>, words: &str) {
    let error = result.expect_err("refused").to_string();
    assert!(error.contains(words), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_accounts_are_compared_alike_once_both_are_released() {
    let pair = pair().await;
    let of = pair.message("real").await;
    let quote = json!({ "quotes": [{"of": of, "words": "candid and constructive"}] });
    let a = pair.draft(&pair.a, &of, ALPHA, quote).await;
    let b = pair.draft(&pair.b, &of, BETA, json!({})).await;
    let none = pair.accounts(&pair.a, &of).await;
    assert!(
        none.readouts.is_empty() && none.waits_for.len() == 2,
        "drafts stay at home"
    );

    pair.release(&pair.a, &a, &[]).await.expect("released");
    refused(pair.release(&pair.a, &a, &[]).await, "no draft");
    let before = pair.accounts(&pair.b, &of).await;
    assert!(before.readouts[0].texts.is_empty() && before.comparisons.is_empty());
    let changed = pair
        .draft(&pair.b, &of, &format!("{BETA} And more."), json!({}))
        .await;
    refused(
        pair.release(&pair.b, &b, &[]).await,
        "not the one that was looked at",
    );
    pair.release(&pair.b, &changed, &[])
        .await
        .expect("released");

    let (at_a, at_b) = (
        pair.accounts(&pair.a, &of).await,
        pair.accounts(&pair.b, &of).await,
    );
    assert_eq!(at_a, at_b, "both sides compute the same");
    let rows = &at_a.comparisons[0].rows;
    let pairs: Vec<_> = rows
        .iter()
        .filter(|row| row.left.is_some() && row.right.is_some())
        .collect();
    assert_eq!(pairs.len(), 1);
    let words = [pairs[0].left_only.clone(), pairs[0].right_only.clone()].concat();
    assert!(
        words == ["five", "six"] || words == ["six", "five"],
        "{words:?}"
    );
    assert_eq!(
        rows.len(),
        4,
        "two that are only Beta's, one that is only Alpha's"
    );
    let quotes: Vec<_> = at_a
        .readouts
        .iter()
        .flat_map(|readout| &readout.quotes)
        .collect();
    assert_eq!((quotes.len(), quotes[0].of.as_str()), (1, of.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_releasable_does_not_go() {
    let pair = pair().await;
    let of = pair.message("real").await;
    let leak = "They go on Sunday 18 June, by route ALPHA 12.";
    let theirs = pair.draft(&pair.b, &of, leak, json!({})).await;
    let id = format!("{of}:route");
    assert_eq!(
        (theirs.check.flags.len(), theirs.check.flags[0].may_confirm),
        (1, false)
    );
    refused(
        pair.release(&pair.b, &theirs, &[&id]).await,
        "only its author can release it",
    );
    let quoting = pair.statement(
        &format!("They told us: {SECRET}"),
        json!({ "confirm": [format!("{of}:words")] }),
    );
    refused(pair.b.make_statement(quoting).await, "it quotes");

    let ours = pair.draft(&pair.a, &of, leak, json!({})).await;
    assert!(ours.check.flags[0].may_confirm);
    refused(
        pair.release(&pair.a, &ours, &["route"]).await,
        "confirm each by name",
    );
    let whole = json!({ "disclose": [{"of": of, "extent": "whole"}] });
    refused(
        pair.a
            .make_statement(pair.statement("Here it is.", whole.clone()))
            .await,
        "\"route\"",
    );
    refused(
        pair.b
            .make_statement(pair.statement("Here it is.", whole))
            .await,
        "can't be disclosed whole",
    );
    pair.release(&pair.a, &ours, &[&id])
        .await
        .expect("confirmed by name");
    one_record(&[&pair.a, &pair.b], &pair.line).await;
    let released = pair.draft(&pair.b, &of, leak, json!({})).await;
    assert!(released.check.flags.is_empty(), "its author has said it");
    let audit = pair
        .a
        .audit_log(openline_node::service::AuditQuery {
            limit: 1000,
            ..Default::default()
        })
        .await
        .expect("an audit log");
    let text = serde_json::to_string(&audit).expect("JSON");
    assert!(text.contains("confirm release") && text.contains(&id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn types_are_not_mixed() {
    let pair = pair().await;
    let of = pair.message("exercise").await;
    let draft = pair.draft(&pair.a, &of, ALPHA, json!({})).await;
    let place = pair.release(&pair.a, &draft, &[]).await.expect("released");
    let view = pair.a.entry(&pair.line, &place).await.expect("an entry");
    assert_eq!(view.brief.message_type, "exercise");
    let cites = json!({ "disclose": [{"of": of, "extent": "cited"}] });
    refused(
        pair.a
            .make_statement(pair.statement("It was held.", cites))
            .await,
        "of type exercise",
    );
}

/// Python with what the second verifier needs: made by `./test`; `None` where it is not there.
fn python(interop: &Path) -> Option<PathBuf> {
    let candidates = [
        interop.join("../target/venv/bin/python"),
        PathBuf::from("python3"),
    ];
    candidates.into_iter().find(|python| {
        let probe = Command::new(python)
            .args(["-c", "import cbor2, cryptography"])
            .output();
        probe.is_ok_and(|output| output.status.success())
    })
}

/// Whether the second verifier accepts a folder, and what it prints.
fn second(interop: &Path, python: &Path, folder: &Path) -> (bool, String) {
    let output = Command::new(python)
        .args(["-B", "-m", "openline_verify", "publication"])
        .arg(folder)
        .current_dir(interop)
        .output()
        .expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn first(folder: &Path) -> Result<publication::Published, PublicationError> {
    publication::verify(&mut |name| std::fs::read(folder.join(name)).ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publication_is_verified_by_both_programs_and_a_changed_byte_is_found() {
    let pair = pair().await;
    let of = pair.message("real").await;
    let draft = pair.draft(&pair.a, &of, ALPHA, json!({})).await;
    let readout = pair.release(&pair.a, &draft, &[]).await.expect("released");
    let before = pair.statement("A first word.", json!({}));
    let before = pair.a.make_statement(before).await.expect("released").place;
    let cites = json!({ "confirm": [], "disclose": [
        {"of": of, "extent": "cited"}, {"of": before, "extent": "whole"}, {"of": readout, "extent": "quoted"}
    ]});
    let text = "The talks were <b>candid</b> & \"open\".\n\nMore on Sunday 18 June.";
    let statement = pair
        .a
        .make_statement(pair.statement(text, cites))
        .await
        .expect("released")
        .place;
    refused(
        pair.a
            .publish(PublishRequest {
                line: pair.line.clone(),
                places: vec![of.clone()],
            })
            .await,
        "can't be published",
    );
    refused(
        pair.b
            .publish(PublishRequest {
                line: pair.line.clone(),
                places: vec![statement.clone()],
            })
            .await,
        "of one's own",
    );
    let folder = pair.publish(&[&statement, &readout]).await;
    let page = std::fs::read_to_string(folder.join("index.html")).expect("a page");
    assert!(
        page.contains("&lt;b&gt;candid&lt;/b&gt; &amp; &quot;open&quot;.<br>\n<br>\n")
            && !page.contains("<script")
    );
    assert!(!page.contains("patrol boats"), "what is cited is not said");
    assert!(page.contains("Beta &lt;&amp; &quot;co&quot;&gt;, who signed so at "));
    let proof = std::fs::read(folder.join(publication_name(&of))).expect("a proof");
    let proof = openline_core::proof::Proof::parse(&proof).expect("a proof");
    assert!(
        proof.disclosure.entry.body.is_none(),
        "a cited entry is disclosed without its body"
    );

    let published = first(&folder).expect("verified");
    assert_eq!((published.items.len(), published.proofs), (2, 4));
    keep(&folder);
    let interop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop");
    let python = python(&interop);
    let is_accepted_by_second = |folder: &Path| {
        python
            .as_ref()
            .map(|python| second(&interop, python, folder))
    };
    if let Some((is_accepted, text)) = is_accepted_by_second(&folder) {
        assert!(is_accepted, "{text}");
    }
    for name in [
        "index.html",
        "feed.json",
        &publication_name(&statement),
        &publication_name(&of),
    ] {
        let path = folder.join(name);
        let sound = std::fs::read(&path).expect("a file");
        let mut changed = sound.clone();
        let at = changed.len() * 2 / 5;
        changed[at] = if changed[at] == b'a' { b'e' } else { b'a' };
        std::fs::write(&path, &changed).expect("written");
        first(&folder).expect_err(name);
        if let Some((is_accepted, text)) = is_accepted_by_second(&folder) {
            assert!(
                !is_accepted && text.starts_with("refused"),
                "{name}: {text}"
            );
        }
        std::fs::remove_file(&path).expect("removed");
        assert!(
            matches!(first(&folder), Err(PublicationError::Missing(_))),
            "{name}"
        );
        std::fs::write(&path, sound).expect("written");
    }
    first(&folder).expect("sound again");
}

fn publication_name(place: &str) -> String {
    format!("proofs/{}.tlog-proof", place.replace('/', "-"))
}

const KEPT: &str = "../../interop/tests/publication";

/// With `OPENLINE_REWRITE=1`, keeps the folder for the tests that need no node.
fn keep(folder: &Path) {
    if std::env::var_os("OPENLINE_REWRITE").is_none() {
        return;
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT);
    std::fs::remove_dir_all(&kept).ok();
    std::fs::create_dir_all(kept.join("proofs")).expect("a folder");
    for folder_name in ["", "proofs"] {
        for entry in std::fs::read_dir(folder.join(folder_name))
            .expect("a folder")
            .flatten()
        {
            let name = Path::new(folder_name).join(entry.file_name());
            if entry.path().is_file() {
                std::fs::copy(entry.path(), kept.join(name)).expect("copied");
            }
        }
    }
}

#[test]
fn the_publication_that_is_kept_still_verifies() {
    let published = first(&Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT)).expect("verified");
    assert_eq!((published.items.len(), published.proofs), (2, 4));
    assert_eq!(published.items[0].1, "On the <talks> & after");
}
