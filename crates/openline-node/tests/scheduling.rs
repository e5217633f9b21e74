//! Private scheduling between real nodes: a slot from two calendars, live and by courier; an offer of three; and what stays at home.

mod common;

use std::path::Path;

use common::{found_by_all, make_home, one_record, relate, start, start_dialled, stop, wait_for};
use openline_core::export;
use openline_node::Node;
use openline_node::error::ServiceError;
use openline_node::service::Service;
use openline_node::view::{
    ApproveSlotsRequest, AvailabilityRequest, ConfirmSlotRequest, MemberRequest, ProposeRequest,
    SlotRequestRequest, SlotRunView, SlotStepRequest, TermsView, WithdrawSlotsRequest,
};
use serde_json::{Value, json};

/// What each side may put on the record for a blind match in all, bytes of headers, salts and bodies.
const SIDE_MAX: usize = 2048;

fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("of its form")
}

fn ms(text: &str) -> i64 {
    let at: jiff::Timestamp = text.parse().expect("a time");
    at.as_millisecond()
}

/// A founded line of two, Alpha in New York and Beta where it is said.
async fn pair(folder: &Path, zone: &str) -> (Node, Node, String) {
    let (home_a, home_b) = (folder.join("a"), folder.join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start_dialled(&home_a), start(&home_b, vec![]));
    let (sa, sb) = (a.service(), b.service());
    relate(&sa, &sb).await;
    let request = ProposeRequest {
        with: vec!["Beta".to_owned()],
        posts: vec!["watch".to_owned()],
        zone: "America/New_York".to_owned(),
        others: vec![MemberRequest {
            party: "Beta".to_owned(),
            posts: vec!["watch".to_owned()],
            zone: zone.to_owned(),
        }],
        terms: TermsView {
            title: "Watch line".to_owned(),
            settle_delay_ms: 50,
            test_times: vec![],
            ..TermsView::default()
        },
    };
    let charter = sa.propose(request).await.expect("proposed");
    wait_for(&sb, "the proposal", async |s| {
        let charters = s.charters().await.expect("charters");
        charters.iter().any(|known| known.id == charter.id)
    })
    .await;
    sb.sign_charter(&charter.id).await.expect("signed");
    for service in [&sa, &sb] {
        wait_for(service, "the line", async |s| {
            let lines = s.lines().await.expect("lines");
            lines.iter().any(|line| line.id == charter.id)
        })
        .await;
    }
    (a, b, charter.id)
}

fn calendar(events: &[(&str, &str, &str)]) -> String {
    let events: Vec<String> = events
        .iter()
        .map(|(title, from, until)| {
            format!("BEGIN:VEVENT\r\nUID:{from}\r\nSUMMARY:{title}\r\nDTSTART{from}\r\nDTEND{until}\r\nEND:VEVENT\r\n")
        })
        .collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n",
        events.concat()
    )
}

async fn available(service: &Service, calendar: &str, zone: &str, holidays: Value) {
    let request: AvailabilityRequest = of(json!({
        "calendar": {"calendar": calendar, "zone": zone}, "holidays": holidays, "stretches": []
    }));
    service.set_availability(request).await.expect("kept");
}

fn a_call(line: &str, more: Value) -> SlotRequestRequest {
    let mut request = json!({
        "line": line, "post": "watch", "method": "blind match", "purpose": "A call of the two ministers",
        "from_ms": ms("2026-10-23T00:00Z"), "until_ms": ms("2026-10-28T00:00Z"),
        "length_minutes": 60, "step_minutes": 60
    });
    let fields = request.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    of(request)
}

fn approve(line: &str, run: &str, slots_ms: Option<Vec<i64>>) -> ApproveSlotsRequest {
    of(json!({"line": line, "run": run, "post": "watch", "slots_ms": slots_ms}))
}

fn step(line: &str, run: &str) -> SlotStepRequest {
    of(json!({"line": line, "run": run, "post": "watch"}))
}

fn confirm(line: &str, run: &str, text: &str) -> ConfirmSlotRequest {
    of(json!({"line": line, "run": run, "post": "watch", "text": text}))
}

/// The run once a side's record says that it waits for this or has come to this.
async fn reaches(service: &Service, line: &str, run: &str, what: &str) -> SlotRunView {
    let is_there = |view: &SlotRunView| view.stage == what || view.waits.as_deref() == Some(what);
    wait_for(service, what, async |s| {
        s.slot_run(line, run)
            .await
            .is_ok_and(|view| is_there(&view))
    })
    .await;
    service.slot_run(line, run).await.expect("the run")
}

/// All that both have to say after both have approved: the second to evaluate compares at once.
async fn play(a: &Service, b: &Service, line: &str, run: &str) {
    let turns = [
        (a, "evaluation of the other's picks"),
        (b, "evaluation of the other's picks"),
        (a, "the common picks"),
    ];
    for (service, what) in turns {
        reaches(service, line, run, what).await;
        service.run_slots(step(line, run)).await.expect("said");
    }
}

/// The parts of a slot written out; members stand in the order of their ids, which no test chooses.
fn parts(text: &str) -> Vec<String> {
    let (utc, members) = text.split_once("; ").expect("UTC, then members");
    let mut members: Vec<_> = members.split("; ").map(str::to_owned).collect();
    members.sort_unstable();
    [vec![utc.to_owned()], members].concat()
}

fn refused<T: std::fmt::Debug>(result: Result<T, ServiceError>, words: &str) {
    let error = result.expect_err("refused").to_string();
    assert!(error.contains(words), "{error}");
}

/// Every file under a folder, one after the other.
fn bytes_under(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            bytes.extend(bytes_under(&path));
        } else if let Ok(read) = std::fs::read(&path) {
            bytes.extend(read);
        }
    }
    bytes
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// The secrets of the runs that a home keeps.
fn secrets(home: &Path) -> Vec<Vec<u8>> {
    let folder = std::fs::read_dir(home.join("scheduling")).expect("a folder");
    folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().contains("run-"))
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a file");
            let kept: Value = serde_json::from_str(&text).expect("JSON");
            of(kept["secret"].clone())
        })
        .collect()
}

/// What each party has on the record of kinds 40 to 47, bytes.
async fn sizes(service: &Service, line: &str) -> [usize; 2] {
    let path = service.export(line).await.expect("an export");
    let bytes = std::fs::read(&path).expect("a file");
    let mut sizes = [0; 2];
    let mut take = |entry: &openline_core::entry::VerifiedEntry| {
        if entry.header().kind.is_scheduling() {
            let body = entry
                .salted()
                .map_or(0, |salted| salted.bytes.len() + salted.salt.len());
            sizes[entry.party().at()] += entry.header_bytes().len() + body;
        }
    };
    export::verify(&bytes, &mut take).expect("a right export");
    sizes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_find_a_slot_from_two_calendars_and_the_calendars_stay_at_home() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path(), "Europe/Vienna").await;
    let (sa, sb) = (a.service(), b.service());
    // Common working hours: on Friday 15:00 to 18:00 in Vienna, on Monday and Tuesday, when the clocks have changed there, 14:00 to 18:00.
    let alphas = calendar(&[
        (
            "Very private dentist",
            ":20261023T090000",
            ":20261023T120000",
        ),
        ("Budget round", ":20261026T090000", ":20261026T103000"),
    ]);
    let betas = calendar(&[(
        "Confidential retreat",
        ":20261027T080000",
        ":20261027T200000",
    )]);
    let national = calendar(&[(
        "National day",
        ";VALUE=DATE:20261026",
        ";VALUE=DATE:20261027",
    )]);
    available(&sa, &alphas, "America/New_York", json!([])).await;
    available(&sb, &betas, "Europe/Vienna", json!([])).await;

    let run = sa
        .propose_slots(a_call(&line, json!({})))
        .await
        .expect("proposed")
        .place;
    reaches(&sb, &line, &run, "approval by a duty officer").await;
    let view = sb
        .run_slots(step(&line, &run))
        .await
        .expect("nothing to say");
    assert!(
        view.next.contains("openline schedule approve"),
        "{}",
        view.next
    );
    sb.approve_slots(approve(&line, &run, None))
        .await
        .expect("approved");
    refused(
        sb.approve_slots(approve(&line, &run, None)).await,
        "does not wait",
    );
    sa.approve_slots(approve(&line, &run, None))
        .await
        .expect("approved");
    play(&sa, &sb, &line, &run).await;
    let at_a = reaches(&sa, &line, &run, "confirmation of the slot").await;
    let at_b = reaches(&sb, &line, &run, "confirmation of the slot").await;
    let chosen = at_a.chosen.clone().expect("chosen");
    // On Monday Alpha's round ends at 10:30, 15:30 in Vienna; the slots of both go to 18:00.
    assert_eq!(
        parts(&chosen.text),
        parts(
            "Monday 26 October 2026 15:00 to 16:00 UTC; Alpha: Monday 26 October 2026 11:00 to 12:00 (UTC-04:00, America/New_York); Beta: Monday 26 October 2026 16:00 to 17:00 (UTC+01:00, Europe/Vienna)"
        )
    );
    let starts = |view: &SlotRunView| -> Vec<i64> {
        view.common
            .iter()
            .flatten()
            .map(|slot| slot.start_ms)
            .collect()
    };
    let found = vec![ms("2026-10-26T15:00Z"), ms("2026-10-26T16:00Z")];
    assert_eq!((starts(&at_a), starts(&at_b)), (found.clone(), found));

    refused(
        sa.confirm_slot(confirm(&line, &run, "Monday, four o'clock"))
            .await,
        "exactly this",
    );
    sa.confirm_slot(confirm(&line, &run, &chosen.text))
        .await
        .expect("confirmed");
    let half = sa.slot_run(&line, &run).await.expect("the run");
    assert!(
        half.agreed.is_none() && half.waits_for == ["Beta"],
        "{half:?}"
    );
    sb.confirm_slot(confirm(&line, &run, &chosen.text))
        .await
        .expect("confirmed");
    let (at_a, at_b) = (
        reaches(&sa, &line, &run, "agreed").await,
        reaches(&sb, &line, &run, "agreed").await,
    );
    assert_eq!(
        at_a.agreed.expect("agreed").text,
        at_b.agreed.expect("agreed").text
    );
    one_record(&[&sa, &sb], &line).await;
    let sizes = sizes(&sa, &line).await;
    assert!(sizes.iter().all(|size| *size < SIDE_MAX), "{sizes:?}");

    // With a holiday on the one day that suits, no slot fits, and that is all that is said.
    available(
        &sb,
        &betas,
        "Europe/Vienna",
        json!([{"calendar": national, "zone": "Europe/Vienna"}]),
    )
    .await;
    let again = a_call(&line, json!({"widens": run}));
    let none = sb.propose_slots(again).await.expect("proposed").place;
    reaches(&sa, &line, &none, "approval by a duty officer").await;
    for service in [&sa, &sb] {
        service
            .approve_slots(approve(&line, &none, None))
            .await
            .expect("approved");
    }
    play(&sa, &sb, &line, &none).await;
    let none = reaches(&sa, &line, &none, "no slot fits").await;
    assert!(
        none.chosen.is_none() && none.next.contains("--widens"),
        "{none:?}"
    );
    let what_left = sa.export(&line).await.expect("an export");
    let backup = folder.path().join("backup");
    sa.backup(&backup).await.expect("a backup");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    let secrets_a = secrets(&home_a);
    assert_eq!(secrets_a.len(), 2);
    stop(a).await;
    stop(b).await;
    let left = [
        bytes_under(&home_b),
        std::fs::read(&what_left).expect("a file"),
        bytes_under(&backup),
        bytes_under(&home_a.join("store")),
    ]
    .concat();
    assert!(
        holds(&left, b"A call of the two ministers"),
        "the scan sees what is there"
    );
    assert!(holds(&bytes_under(&home_a), b"Very private dentist"));
    for private in [
        &b"Very private dentist"[..],
        b"Budget round",
        b"20261023T090000",
    ] {
        assert!(
            !holds(&left, private),
            "{}",
            String::from_utf8_lossy(private)
        );
    }
    for secret in secrets_a {
        assert!(!holds(&left, &secret));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blind_matches_are_few_and_every_one_is_on_the_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path(), "Europe/Vienna").await;
    let (sa, sb) = (a.service(), b.service());
    let request = a_call(&line, json!({}));
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(
            sa.propose_slots(request.clone())
                .await
                .expect("proposed")
                .place,
        );
    }
    reaches(&sb, &line, &runs[3], "approval by a duty officer").await;
    refused(
        sb.approve_slots(approve(&line, &runs[0], None)).await,
        "openline schedule availability",
    );
    let friday = ms("2026-10-23T13:00Z");
    for run in &runs[..3] {
        sb.approve_slots(approve(&line, run, Some(vec![friday])))
            .await
            .expect("approved");
    }
    let fourth = sb
        .approve_slots(approve(&line, &runs[3], Some(vec![friday])))
        .await;
    refused(fourth, "the charter allows 3 blind matches in seven days");
    refused(sb.propose_slots(request).await, "make an offer by hand");
    let odd = sa
        .approve_slots(approve(&line, &runs[0], Some(vec![friday + 1])))
        .await;
    refused(odd, "does not begin where one of the request does");
    let withdraw: WithdrawSlotsRequest = of(json!({
        "line": line, "run": runs[3], "post": "watch", "words": "one too many"
    }));
    sa.withdraw_slots(withdraw).await.expect("withdrawn");
    let view = reaches(&sb, &line, &runs[3], "withdrawn").await;
    assert_eq!(view.words.as_deref(), Some("one too many"));
    let all = sa.slot_runs(&line).await.expect("a list");
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|run| run.beyond_quota.is_empty()));
    stop(a).await;
    stop(b).await;
}

/// One step of the courier: what the one has said is carried to the other.
async fn carry(from: &Service, to: &Service, name: &str) {
    let pouch = from.pack_pouch(name).await.expect("packed");
    to.open_pouch(pouch).await.expect("opened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_is_found_by_pouch_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path(), "Asia/Shanghai").await;
    one_record(&[&a.service(), &b.service()], &line).await;
    stop(a).await;
    stop(b).await;
    // On other ports than before, and nobody tells the other which.
    let (a, b) = (
        start(&folder.path().join("a"), vec![]),
        start(&folder.path().join("b"), vec![]),
    );
    let (sa, sb) = (a.service(), b.service());
    let alphas = calendar(&[("Away", ";VALUE=DATE:20261102", ";VALUE=DATE:20261106")]);
    let betas = calendar(&[("Congress", ";VALUE=DATE:20261109", ";VALUE=DATE:20261111")]);
    available(&sa, &alphas, "America/New_York", json!([])).await;
    available(&sb, &betas, "Asia/Shanghai", json!([])).await;
    let request = a_call(
        &line,
        json!({
            "purpose": "The return visit", "from_ms": ms("2026-11-02T14:00Z"), "until_ms": ms("2026-11-14T14:00Z"),
            "length_minutes": 2880, "step_minutes": 1440
        }),
    );
    let run = sa.propose_slots(request).await.expect("proposed").place;
    assert!(
        sb.slot_run(&line, &run).await.is_err(),
        "it has not come by another way"
    );
    sa.approve_slots(approve(&line, &run, None))
        .await
        .expect("approved");
    carry(&sa, &sb, "Beta").await;
    sb.approve_slots(approve(&line, &run, None))
        .await
        .expect("approved");
    sb.run_slots(step(&line, &run)).await.expect("evaluated");
    carry(&sb, &sa, "Alpha").await;
    let view = sa
        .run_slots(step(&line, &run))
        .await
        .expect("evaluated and compared");
    assert_eq!(
        (view.waits.as_deref(), &view.waits_for[..]),
        (Some("the common picks"), &["Beta".to_owned()][..])
    );
    carry(&sa, &sb, "Beta").await;
    let view = sb.run_slots(step(&line, &run)).await.expect("compared");
    let chosen = view.chosen.expect("chosen");
    assert_eq!(
        parts(&chosen.text),
        parts(
            "Wednesday 11 November 2026 14:00 to Friday 13 November 2026 14:00 UTC; Alpha: Wednesday 11 November 2026 09:00 to Friday 13 November 2026 09:00 (UTC-05:00, America/New_York); Beta: Wednesday 11 November 2026 22:00 to Friday 13 November 2026 22:00 (UTC+08:00, Asia/Shanghai)"
        )
    );
    sb.confirm_slot(confirm(&line, &run, &chosen.text))
        .await
        .expect("confirmed");
    carry(&sb, &sa, "Alpha").await;
    assert!(
        sa.slot_run(&line, &run)
            .await
            .expect("the run")
            .agreed
            .is_none()
    );
    sa.confirm_slot(confirm(&line, &run, &chosen.text))
        .await
        .expect("confirmed");
    assert!(
        sa.slot_run(&line, &run)
            .await
            .expect("the run")
            .agreed
            .is_some()
    );
    carry(&sa, &sb, "Beta").await;
    assert!(
        sb.slot_run(&line, &run)
            .await
            .expect("the run")
            .agreed
            .is_some()
    );
    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_parties_open_their_offers_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["Alpha", "Beta", "Gamma"];
    let homes = names.map(|name| folder.path().join(name));
    for (home, name) in homes.iter().zip(names) {
        make_home(home, name);
    }
    let nodes = homes.each_ref().map(|home| start_dialled(home));
    let services = nodes.each_ref().map(Node::service);
    let [a, b, c] = &services;
    relate(a, b).await;
    relate(a, c).await;
    relate(b, c).await;
    let line = found_by_all(&services, &["Beta", "Gamma"]).await;
    refused(
        a.propose_slots(a_call(&line, json!({}))).await,
        "make an offer",
    );
    let offer = a_call(&line, json!({"method": "offer", "rule": "latest"}));
    let run = b.propose_slots(offer).await.expect("proposed").place;
    let offers = [[9, 10, 11], [10, 11, 15], [11, 10, 16]];
    for (service, hours) in services.iter().zip(offers) {
        reaches(service, &line, &run, "approval by a duty officer").await;
        let slots = hours.map(|hour| ms(&format!("2026-10-27T{hour:02}:00Z")));
        refused(
            service.approve_slots(approve(&line, &run, None)).await,
            "by hand",
        );
        service
            .approve_slots(approve(&line, &run, Some(slots.to_vec())))
            .await
            .expect("sealed");
    }
    for service in &services {
        reaches(service, &line, &run, "opening").await;
        service.run_slots(step(&line, &run)).await.expect("opened");
    }
    for service in &services {
        let view = reaches(service, &line, &run, "confirmation of the slot").await;
        let chosen = view.chosen.expect("chosen");
        assert_eq!(chosen.start_ms, ms("2026-10-27T11:00Z"));
        service
            .confirm_slot(confirm(&line, &run, &chosen.text))
            .await
            .expect("confirmed");
    }
    for service in &services {
        reaches(service, &line, &run, "agreed").await;
    }
    for node in nodes {
        stop(node).await;
    }
}
