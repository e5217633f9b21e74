//! Trying again, watching the channels, and what leaves the node.

use std::time::Duration;

use openline_core::PartyIndex;
use openline_core::charter::CharterTerms;
use openline_core::entry::MessageType;
use openline_core::field::Field;
use openline_core::message::{
    Address, Attachment, Form, Message, Precedence, SAFETY_OF_LIFE, Text,
};

use super::servers::{DEAD_PORT, PostOffice, Server};
use super::{Place, Running};
use crate::alerts::{Alert, AlertId, AlertKind};

/// What must not leave the node.
const MARK: &str = "GEHEIM";

fn webhook(name: &str, port: u16) -> String {
    format!("[[alert]]\nname = \"{name}\"\nwebhook = {{ url = \"http://127.0.0.1:{port}/\" }}\n\n")
}

fn quiet(channels: &str) -> String {
    format!("[alerts]\nself_test = \"off\"\n\n{channels}")
}

fn terms() -> CharterTerms {
    CharterTerms {
        title: "Watch line".to_owned(),
        ..CharterTerms::default()
    }
}

fn flash(id: &str) -> Alert {
    Alert::new(AlertKind::FlashArrived, AlertId::new(id), 1_764_000_000_000)
        .on_line(&terms())
        .for_post("watch")
        .traffic(Precedence::Flash, MessageType::Real)
}

/// A message in which everything that a person wrote is marked.
fn secret_message() -> Message {
    let marked = |n: u8| format!("{MARK}-{n}");
    let address = |post: String| Address {
        party: PartyIndex(1),
        post,
    };
    Message {
        form: Form::Notification,
        precedence: Precedence::Flash,
        to: vec![address(marked(1))],
        info: vec![address(marked(2))],
        info_precedence: Some(Precedence::Routine),
        subject: Some(marked(3)),
        texts: vec![Text {
            language: "en".to_owned(),
            is_authoritative: true,
            text: marked(4),
        }],
        number: Some((1970, 47_114_711)),
        attachments: vec![Attachment {
            name: marked(5),
            media_type: marked(6),
            length: 47_114_711,
            sha256: openline_core::Hash([0xab; 32]),
            first: 0,
            chunks: 1,
        }],
        own_reference: Some(marked(7)),
        authority: None,
        validity: Some((1_700_000_000_000, 1_700_000_000_001)),
        claimed: vec![],
        class: Some(SAFETY_OF_LIFE.to_owned()),
        template: Some(marked(8)),
        fields: vec![Field {
            name: marked(9),
            value: marked(10),
            is_critical: true,
            is_releasable: true,
        }],
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_message_leaves_over_any_way() {
    let place = Place::new();
    place.file("token", "token-4242\n");
    let mut web = Server::http(&["204 No Content"]);
    let mut post = Server::smtp(PostOffice::default());
    let got = place.path().join("got");
    let script = format!("#!/bin/sh\n{{ cat; env; }} > '{}'\n", got.display());
    let script = place.script("page", &script);
    let running = place.start(&quiet(&format!(
        "[[alert]]\nname = \"hook\"\nwebhook = {{ url = \"http://127.0.0.1:{}/\", token_file = \"token\" }}\n\
         [[alert]]\nname = \"mail\"\nmail = {{ server = \"127.0.0.1\", port = {}, security = \"none-loopback-only\", from = \"n@line.example\", to = [\"w@line.example\"] }}\n\
         [[alert]]\nname = \"page\"\ncommand = {{ program = \"{}\" }}\n",
        web.port,
        post.port,
        script.display()
    )));
    let id = AlertId::new(format!("safety/{MARK}/1/12"));
    let alert = Alert::of_message(
        AlertKind::SafetyOfLife,
        id,
        &terms(),
        &secret_message(),
        MessageType::Real,
        1_764_000_000_000,
    );
    running.alerts.raise(alert.for_post("watch"));
    let (request, mail) = (web.next().await, post.next().await);
    running
        .until("all three", |view| {
            view.alerts.iter().all(|a| a.delivered.len() == 3)
        })
        .await;
    let page = std::fs::read_to_string(got).expect("written");
    for sent in [&request, &mail, &page] {
        for secret in [MARK, "47114711", "abababab", "1700000000"] {
            assert!(!sent.contains(secret), "{secret} in {sent}");
        }
        for word in [
            "safety of life",
            "flash",
            "Watch line",
            "2025-11-24T16:00:00Z",
            "openline inbox",
        ] {
            assert!(sent.contains(word), "no {word} in {sent}");
        }
    }
    // The token went to the one who asks for it, and nowhere else.
    assert!(request.contains("token-4242"));
    let list = serde_json::to_string(&running.alerts.list().await.expect("a list")).expect("JSON");
    for text in [&mail, &page, &list, &place.kept()] {
        assert!(!text.contains("token-4242"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_server_that_puts_off_is_tried_again() {
    let place = Place::new();
    let mut server = Server::smtp(PostOffice {
        busy: 2,
        ..PostOffice::default()
    });
    let running = place.start(&quiet(&format!(
        "[[alert]]\nname = \"mail\"\nmail = {{ server = \"127.0.0.1\", port = {}, security = \"none-loopback-only\", from = \"n@line.example\", to = [\"w@line.example\"] }}\n",
        server.port
    )));
    let started = tokio::time::Instant::now();
    running.alerts.raise(flash("a"));
    for _ in 0..2 {
        let heard = server.next().await;
        assert!(
            heard.contains("MAIL FROM") && !heard.contains("DATA"),
            "{heard}"
        );
    }
    let heard = server.next().await;
    assert!(
        heard.contains("Subject: ALERT: flash arrived (flash)"),
        "{heard}"
    );
    let waited = started.elapsed();
    // Two waits of 2 s and 4 s, each between three and five quarters of that.
    assert!((4..=8).contains(&waited.as_secs()), "{waited:?}");
    running
        .until("the outcome", |view| view.channels[0].state == "works")
        .await;
    let view = running.alerts.list().await.expect("a list");
    assert_eq!(view.alerts[0].delivered, ["mail"]);
    assert_eq!(view.channels[0].failing_since_ms, None);
}

#[tokio::test(start_paused = true)]
async fn a_dead_channel_is_noticed_and_told_over_the_other() {
    let place = Place::new();
    let mut live = Server::http(&["204 No Content"]);
    // The live one wants drills only, and hears of the dead one all the same.
    let live_channel = webhook("live", live.port).replace("webhook", "on = [\"drill\"]\nwebhook");
    let running = place.start(&quiet(&format!(
        "{}{live_channel}",
        webhook("dead", DEAD_PORT)
    )));
    let started = tokio::time::Instant::now();
    running.alerts.raise(flash("a"));
    let told = live.next().await;
    assert!(
        started.elapsed() >= Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
    let (_, json) = told.split_once("\r\n\r\n").expect("a body");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(json["headline"], "ALERT: alert channel failing");
    assert_eq!(json["channel"], "dead");
    assert_eq!(json["do"], "open the console or run: openline alert list");
    let view = running.alerts.list().await.expect("a list");
    let (dead, other) = (&view.channels[0], &view.channels[1]);
    assert_eq!((dead.state.as_str(), dead.waiting), ("failing", 1));
    assert!(dead.failing_since_ms.is_some() && dead.last_success_ms.is_none());
    let why = dead.last_error.as_deref().expect("a reason");
    assert!(why.starts_with("127.0.0.1 can't be reached"), "{why}");
    assert_ne!(other.state, "failing");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_works_again_is_told_no_more() {
    let place = Place::new();
    let mut live = Server::http(&["204 No Content"]);
    let mut weak = Server::http(&[
        "503 Busy",
        "503 Busy",
        "503 Busy",
        "503 Busy",
        "503 Busy",
        "503 Busy",
        "204 No Content",
    ]);
    let running = place.start(&quiet(&format!(
        "{}{}",
        webhook("weak", weak.port),
        webhook("live", live.port)
    )));
    running.alerts.raise(flash("a"));
    assert!(live.next().await.contains("flash arrived"));
    assert!(live.next().await.contains("alert channel failing"));
    for _ in 0..7 {
        weak.next().await;
    }
    running
        .until("it works", |view| view.channels[0].state == "works")
        .await;
    let view = running.alerts.list().await.expect("a list");
    assert_eq!(
        view.alerts.len(),
        1,
        "the flash is open, the failure is not: {view:#?}"
    );
    assert_eq!(view.alerts[0].delivered, ["live", "weak"]);
}

async fn fails(running: &Running) {
    running
        .until("a failure", |view| {
            view.channels[0].state == "failing" && view.channels[0].waiting == 1
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_waited_is_sent_after_a_restart() {
    let place = Place::new();
    let running = place.start(&quiet(&webhook("hook", DEAD_PORT)));
    running.alerts.raise(flash("a"));
    fails(&running).await;
    let since = running.alerts.list().await.expect("a list").channels[0].failing_since_ms;
    running.stop().await;
    assert!(place.kept().contains("flash arrived"));

    let mut server = Server::http(&["204 No Content"]);
    let running = place.start(&quiet(&webhook("hook", server.port)));
    let view = running.alerts.list().await.expect("a list");
    assert_eq!(
        view.channels[0].failing_since_ms, since,
        "it is known since when"
    );
    assert!(server.next().await.contains("ALERT: flash arrived (flash)"));
    running
        .until("the outcome", |view| view.channels[0].state == "works")
        .await;
    // It is open until it is cleared, and then nothing is left of it.
    running.stop().await;
    let running = place.start(&quiet(&webhook("hook", server.port)));
    running.alerts.clear(&AlertId::new("a"));
    running
        .until("nothing", |view| view.alerts.is_empty())
        .await;
    running.stop().await;
    assert!(!place.kept().contains("flash arrived"));
    assert_eq!(server.rest(), Vec::<String>::new(), "it was not sent twice");
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_a_channel_that_is_gone_goes_to_the_new_one() {
    let place = Place::new();
    let running = place.start(&quiet(&webhook("old", DEAD_PORT)));
    running.alerts.raise(flash("a"));
    fails(&running).await;
    running.stop().await;
    let mut server = Server::http(&["204 No Content"]);
    let running = place.start(&quiet(&webhook("new", server.port)));
    assert!(server.next().await.contains("flash arrived"));
    running.stop().await;
    let kept = place.kept();
    assert!(!kept.contains("old") && kept.contains("new"), "{kept}");
}

#[tokio::test(start_paused = true)]
async fn every_channel_is_tried_out_by_itself() {
    let place = Place::new();
    let mut server = Server::http(&["204 No Content"]);
    let config = format!(
        "[alerts]\nself_test = \"00:00\"\n\n{}",
        webhook("hook", server.port)
    );
    let running = place.start(&config);
    assert!(server.next().await.contains("TEST: alert channel test"));
    running
        .until("the outcome", |view| {
            view.channels[0].state == "works" && view.alerts.is_empty()
        })
        .await;
    running.stop().await;
    let running = place.start(&config);
    running.alerts.raise(flash("a"));
    assert!(
        server.next().await.contains("flash arrived"),
        "tried out once a day, not at each start"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hanging_channel_holds_up_no_other() {
    let place = Place::new();
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = hanging.local_addr().expect("an address").port();
    let mut server = Server::http(&["204 No Content"]);
    let running = place.start(&quiet(&format!(
        "{}{}",
        webhook("hanging", port),
        webhook("live", server.port)
    )));
    running.alerts.raise(flash("a"));
    running.alerts.raise(flash("b"));
    for _ in 0..2 {
        assert!(server.next().await.contains("flash arrived"));
    }
    let view = running.alerts.list().await.expect("a list");
    assert_eq!(view.channels[0].waiting, 2);
    assert_eq!(
        view.channels[0].state, "not tried",
        "the first try is still under way"
    );
}
