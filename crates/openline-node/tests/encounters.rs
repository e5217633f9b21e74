//! A visit between two real nodes: asked for, scheduled, held, its return owed and made; both compute the same.

mod common;

use common::{found, message, one_record, stop, two, wait_for};
use openline_node::service::Service;
use openline_node::view::{
    AccordRequest, ContactsRequest, EncounterRequest, ReleasedView, StepRequest,
};
use serde_json::{Value, json};

/// Two sides of one line.
struct Sides {
    a: Service,
    b: Service,
    line: String,
}

impl Sides {
    /// Waits until both hold an entry, and gives its place.
    async fn both_hold(&self, released: ReleasedView) -> String {
        for side in [&self.a, &self.b] {
            wait_for(side, "an entry", async |s| {
                s.entry(&self.line, &released.place).await.is_ok()
            })
            .await;
        }
        released.place
    }

    async fn ask(&self, by: &Service, more: Value) -> String {
        let mut request = json!({
            "line": self.line, "post": "watch", "kind": "visit",
            "subject": "Two days of talks", "level": "foreign minister",
        });
        merge(&mut request, more);
        let request: EncounterRequest = serde_json::from_value(request).expect("a request");
        self.both_hold(by.ask_encounter(request).await.expect("asked"))
            .await
    }

    async fn step(&self, by: &Service, of: &str, act: &str, more: Value) -> String {
        let request = self.request(of, act, more);
        self.both_hold(by.encounter_step(request).await.expect("a step"))
            .await
    }

    fn request(&self, of: &str, act: &str, more: Value) -> StepRequest {
        let mut request = json!({"line": self.line, "of": of, "post": "watch", "act": act});
        merge(&mut request, more);
        serde_json::from_value(request).expect("a request")
    }

    async fn agree(&self, by: &Service, place: &str) -> String {
        let request = AccordRequest {
            post: "watch".to_owned(),
            stance: "agrees".to_owned(),
            words: None,
        };
        let agreed = by.answer_claim(&self.line, place, request).await;
        self.both_hold(agreed.expect("agreed")).await
    }

    /// What both sides compute, once they hold the same record.
    async fn state(&self) -> Value {
        one_record(&[&self.a, &self.b], &self.line).await;
        let (a, b) = (self.state_at(&self.a).await, self.state_at(&self.b).await);
        assert_eq!(a.to_string(), b.to_string(), "both compute the same");
        a
    }

    async fn state_at(&self, side: &Service) -> Value {
        json!({
            "encounters": side.encounters(&self.line).await.expect("encounters"),
            "returns": side.returns(&self.line).await.expect("returns"),
            "history": side.history(&self.line, "real").await.expect("history").events,
            "svg": side.history(&self.line, "real").await.expect("history").svg,
            "topics": side.topics(&self.line).await.expect("topics"),
            "undertakings": side.undertakings(&self.line).await.expect("undertakings"),
        })
    }
}

fn merge(request: &mut Value, more: Value) {
    let (Value::Object(request), Value::Object(more)) = (request, more) else {
        panic!("objects");
    };
    request.extend(more);
}

/// 2026-12-01T09:00Z.
const MORNING: i64 = 1_796_115_600_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_is_asked_for_held_and_returned_and_both_sides_compute_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let line = found(&sa, &sb, "Beta").await;
    let sides = Sides { a: sa, b: sb, line };
    let (sa, sb) = (&sides.a, &sides.b);

    let csv = "date,kind,level,what,host\n2018,visit,foreign minister,the visit before,Beta\n";
    let request = ContactsRequest {
        post: "watch".to_owned(),
        message_type: "real".to_owned(),
        csv: csv.to_owned(),
    };
    let mut imported = sa
        .import_contacts(&sides.line, request.clone())
        .await
        .expect("imported");
    let older = sides.both_hold(imported.remove(0)).await;
    let wrong = ContactsRequest {
        csv: format!("{csv}2019,visit,minister,elsewhere,Gamma\n"),
        ..request
    };
    let refused = sa.import_contacts(&sides.line, wrong).await;
    let refused = refused.expect_err("no such party").to_string();
    assert!(refused.contains("line 3"), "{refused}");
    let state = sides.state().await;
    assert_eq!(state["history"].as_array().expect("events").len(), 1);
    assert_eq!(state["history"][0]["claimed_by"], json!(["Alpha"]));
    sides.agree(sb, &older).await;

    let visit = sides.ask(sa, json!({"host": "Beta"})).await;
    let asked = json!({"party": "Beta"});
    let claim = sides.step(sb, &visit, "asked by", asked).await;
    sides
        .step(sb, &visit, "accepted in principle", json!({}))
        .await;
    let window = json!({"window_ms": [MORNING, MORNING + 3_600_000]});
    let schedule = sides.step(sa, &visit, "scheduled", window.clone()).await;
    let state = sides.state().await;
    let encounter = &state["encounters"][0];
    assert_eq!(encounter["stage"], "accepted in principle");
    assert_eq!(encounter["asked_agreed"], Value::Null);
    assert_eq!(encounter["asked"].as_array().expect("claims").len(), 2);
    sides.agree(sb, &schedule).await;
    sides.agree(sa, &claim).await;
    let state = sides.state().await;
    assert_eq!(state["encounters"][0]["stage"], "scheduled");
    assert_eq!(state["encounters"][0]["fixed"], json!(schedule));
    assert_eq!(state["encounters"][0]["asked_agreed"], "Beta");
    let rendered = state["encounters"][0]["schedules"][0]["rendered"].clone();
    let rendered = rendered.as_str().expect("text").to_owned();
    assert!(
        rendered.starts_with("Tue 2026-12-01 09:00:00 UTC to Tue 2026-12-01"),
        "{rendered}"
    );

    // 20:00 in Beijing, which a report prints as 09:00 GMT.
    let end = json!({"civil": "2023-06-18T20:00", "zone": "Asia/Shanghai", "utc_ms": 1_687_078_800_000_i64});
    let claims = json!({"claims": [{"source": "a report", "end": end}]});
    let held = sides.step(sa, &visit, "held", claims).await;
    assert_eq!(sides.state().await["encounters"][0]["stage"], "scheduled");
    sides.agree(sb, &held).await;
    let state = sides.state().await;
    assert_eq!(state["encounters"][0]["stage"], "held");
    let contradiction = &state["encounters"][0]["contradictions"][0];
    assert_eq!(contradiction["misfit"], "clock and UTC");
    let event = &state["history"][1];
    assert_eq!(
        (&event["date"], &event["first_since"]),
        (&json!("2023-06-18"), &json!("2018"))
    );

    let owed = sides
        .step(sa, &visit, "return owed", json!({"party": "Beta"}))
        .await;
    assert_eq!(sides.state().await["returns"][0]["is_agreed"], false);
    sides.agree(sb, &owed).await;
    let back = sides
        .ask(sb, json!({"host": "Alpha", "returns": visit}))
        .await;
    let schedule = sides.step(sb, &back, "scheduled", window).await;
    sides.agree(sa, &schedule).await;
    let state = sides.state().await;
    assert_eq!(state["returns"][0]["is_agreed"], true);
    assert_eq!(state["returns"][0]["proposed"][0]["stage"], "scheduled");
    assert_eq!(state["returns"][0]["closed_by"], Value::Null);
    sides.step(sb, &back, "held", json!({})).await;
    sides.step(sa, &back, "held", json!({})).await;
    assert_eq!(sides.state().await["returns"][0]["closed_by"], json!(back));

    let refused = sa
        .answer_claim(
            &sides.line,
            &visit,
            AccordRequest {
                post: "watch".to_owned(),
                stance: "agrees".to_owned(),
                words: None,
            },
        )
        .await;
    assert_eq!(refused.expect_err("our own").code(), "unusable");
    let silent = sb
        .encounter_step(sides.request(&visit, "declined", json!({})))
        .await;
    assert_eq!(silent.expect_err("no reason").code(), "step-value");

    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_side_keeps_its_own_view_of_a_topic_and_its_own_account_of_an_undertaking() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = two(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let line = found(&sa, &sb, "Beta").await;
    let sides = Sides { a: sa, b: sb, line };
    let (sa, sb, line) = (&sides.a, &sides.b, &sides.line);

    let sent = sa.send(message(line, "On trade.")).await.expect("sent");
    let sent = sides.both_hold(sent).await;
    let topic = json!({"line": line, "post": "watch", "kind": "issue", "title": "Trade", "raised_in": [sent]});
    let topic = serde_json::from_value(topic).expect("a request");
    let topic = sides
        .both_hold(sa.raise_topic(topic).await.expect("raised"))
        .await;
    for (side, words, status) in [
        (sa, "no", "open"),
        (sb, "yes", "agreed"),
        (sa, "perhaps", "under discussion"),
    ] {
        let position =
            json!({"line": line, "of": topic, "post": "watch", "words": words, "status": status});
        let position = serde_json::from_value(position).expect("a request");
        let stated = side.state_position(position).await.expect("stated");
        sides.both_hold(stated).await;
    }
    let undertaking = json!({"line": line, "from": sent, "post": "watch", "who": "Beta", "what": "Answer by spring", "topics": [topic]});
    let undertaking = serde_json::from_value(undertaking).expect("a request");
    let noted = sa.note_undertaking(undertaking).await.expect("noted");
    let noted = sides.both_hold(noted).await;
    for (side, kept) in [(sa, "not kept"), (sb, "kept")] {
        let account = json!({"line": line, "of": noted, "post": "watch", "kept": kept});
        let account = serde_json::from_value(account).expect("a request");
        let given = side.give_account(account).await.expect("given");
        sides.both_hold(given).await;
    }

    let state = sides.state().await;
    let view = &state["topics"][0];
    let seen: Vec<&Value> = view["seen_as"]
        .as_array()
        .expect("views")
        .iter()
        .map(|v| &v["status"])
        .collect();
    let mut seen: Vec<&str> = seen.into_iter().filter_map(Value::as_str).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["agreed", "under discussion"], "no status is shared");
    let last = view["positions"]
        .as_array()
        .expect("positions")
        .iter()
        .find(|p| p["words"] == "perhaps")
        .expect("there");
    assert_eq!(
        (&last["words_before"], &last["status_before"]),
        (&json!("no"), &json!("open"))
    );
    assert_eq!(view["undertakings"], json!([noted]));
    assert_eq!(view["last_place"], json!(noted));
    let undertaking = &state["undertakings"][0];
    assert_eq!(undertaking["is_disputed"], true);
    assert_eq!(undertaking["taken_from"], json!(sent));

    stop(a).await;
    stop(b).await;
}
