//! Each way out alone: what it hands over, and what it says when it can't.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::servers::{PostOffice, Server, certificate};
use super::{Place, Running};
use crate::view::AlertTestView;

/// The one channel's answer to a test.
async fn tried(running: &Running) -> AlertTestView {
    let mut views = running.alerts.test(None).await.expect("tried");
    assert_eq!(views.len(), 1);
    views.remove(0)
}

fn config(channel: &str) -> String {
    format!("[alerts]\nself_test = \"off\"\n\n[[alert]]\nname = \"way\"\n{channel}\n")
}

fn mail(port: u16, more: &str) -> String {
    config(&format!(
        "mail = {{ server = \"127.0.0.1\", port = {port}, from = \"node@line.example\", to = [\"watch@line.example\", \"second@line.example\"], ca_file = \"{}\", {more} }}",
        certificate("ca.pem").display()
    ))
}

#[tokio::test]
async fn a_webhook_posts_json_with_its_token() {
    let place = Place::new();
    place.file("token", "hook-secret\n");
    let mut server = Server::http(&["204 No Content"]);
    let running = place.start(&config(&format!(
        "webhook = {{ url = \"http://127.0.0.1:{}/in?key=abc\", token_file = \"token\" }}",
        server.port
    )));
    let view = tried(&running).await;
    assert!(view.is_delivered, "{view:?}");
    let request = server.next().await;
    assert!(
        request.starts_with("POST /in?key=abc HTTP/1.1\r\n"),
        "{request}"
    );
    let (head, body) = request.split_once("\r\n\r\n").expect("a body");
    let head = head.to_lowercase();
    assert!(head.contains("authorization: bearer hook-secret"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(json["schema"], "openline/alert/v1");
    assert_eq!(json["headline"], "TEST: alert channel test");
    assert_eq!(json["type"], "test");
    assert_eq!(json["channel"], "way");
}

#[tokio::test]
async fn a_webhook_over_tls_trusts_the_given_authority_alone() {
    let place = Place::new();
    let mut server = Server::https();
    let url = format!("https://localhost:{}/", server.port);
    let running = place.start(&config(&format!(
        "webhook = {{ url = \"{url}\", ca_file = \"{}\" }}",
        certificate("ca.pem").display()
    )));
    let view = tried(&running).await;
    assert!(view.is_delivered, "{view:?}");
    assert!(server.next().await.contains("alert channel test"));
    running.stop().await;

    let running = place.start(&config(&format!(
        "webhook = {{ url = \"{url}\", ca_file = \"{}\" }}",
        certificate("server.key").display()
    )));
    let view = tried(&running).await;
    assert!(view.words.contains("holds no certificate"), "{view:?}");
    running.stop().await;

    let running = place.start(&config(&format!(
        "webhook = {{ url = \"{url}\", ca_file = \"{}\" }}",
        certificate("other-ca.pem").display()
    )));
    let view = tried(&running).await;
    let words = "localhost could not prove who it is";
    assert!(
        !view.is_delivered && view.words.starts_with(words),
        "{view:?}"
    );
    assert_eq!(server.rest(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refusing_web_server_is_named_and_a_redirect_is_not_followed() {
    for (answer, words) in [
        (
            "401 Unauthorized",
            "127.0.0.1 answered 401: it does not accept the token",
        ),
        ("503 Service Unavailable", "127.0.0.1 answered 503"),
        (
            "302 Found\r\nLocation: /elsewhere",
            "which sends on to another address",
        ),
    ] {
        let place = Place::new();
        let answers: &'static [&'static str] = Box::leak(Box::new([answer]));
        let mut server = Server::http(answers);
        let running = place.start(&config(&format!(
            "webhook = {{ url = \"http://127.0.0.1:{}/secret-path\" }}",
            server.port
        )));
        let view = tried(&running).await;
        assert!(!view.is_delivered && view.words.contains(words), "{view:?}");
        assert!(!view.words.contains("secret-path"), "{view:?}");
        server.next().await;
        assert_eq!(server.rest(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_token_that_can_not_be_read_is_named_and_nothing_is_sent() {
    let place = Place::new();
    let mut server = Server::http(&["204 No Content"]);
    let text = config(&format!(
        "webhook = {{ url = \"http://127.0.0.1:{}/\", token_file = \"token\" }}",
        server.port
    ));
    let running = place.start(&text);
    let missing = tried(&running).await;
    assert!(missing.words.contains("token can't be read"), "{missing:?}");
    place.file("token", "\n");
    let empty = tried(&running).await;
    assert!(
        empty.words.contains("does not begin with a line"),
        "{empty:?}"
    );
    assert_eq!(server.rest(), Vec::<String>::new());
}

#[tokio::test]
async fn a_mail_goes_out_by_starttls_with_a_login() {
    let place = Place::new();
    place.file("password", "mail secret\n");
    let mut server = Server::smtp(PostOffice {
        offers_tls: true,
        login: Some("AUTH PLAIN LOGIN"),
        ..PostOffice::default()
    });
    let running = place.start(&mail(
        server.port,
        "security = \"starttls\", user = \"node\", password_file = \"password\"",
    ));
    let view = tried(&running).await;
    assert!(view.is_delivered, "{view:?}");
    let heard = server.next().await;
    let (plain, encrypted) = heard.split_once("(TLS)\n").expect("TLS began");
    assert_eq!(plain, "EHLO line.example\r\nSTARTTLS\r\n");
    let login = STANDARD.encode("\0node\0mail secret");
    let begin = format!(
        "EHLO line.example\r\nAUTH PLAIN {login}\r\nMAIL FROM:<node@line.example>\r\n\
         RCPT TO:<watch@line.example>\r\nRCPT TO:<second@line.example>\r\nDATA\r\n\
         From: <node@line.example>\r\nTo: <watch@line.example>, <second@line.example>\r\n"
    );
    assert!(encrypted.starts_with(&begin), "{encrypted}");
    assert!(
        encrypted.contains("\r\nSubject: TEST: alert channel test\r\n"),
        "{encrypted}"
    );
    assert!(encrypted.ends_with("\r\n.\r\nQUIT\r\n"), "{encrypted}");
}

#[tokio::test]
async fn a_mail_goes_out_within_tls_and_by_the_other_login() {
    let place = Place::new();
    place.file("password", "mail secret\n");
    let mut server = Server::smtps(PostOffice {
        login: Some("AUTH LOGIN"),
        ..PostOffice::default()
    });
    let running = place.start(&mail(
        server.port,
        "security = \"tls\", user = \"node\", password_file = \"password\"",
    ));
    let view = tried(&running).await;
    assert!(view.is_delivered, "{view:?}");
    let heard = server.next().await;
    let login = format!(
        "AUTH LOGIN\r\n{}\r\n{}\r\nMAIL FROM",
        STANDARD.encode("node"),
        STANDARD.encode("mail secret")
    );
    assert!(
        heard.starts_with("(TLS)\n") && heard.contains(&login),
        "{heard}"
    );
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let place = Place::new();
    place.file("password", "mail secret\n");
    let mut server = Server::smtp(PostOffice {
        login: Some("AUTH PLAIN"),
        ..PostOffice::default()
    });
    let running = place.start(&mail(
        server.port,
        "security = \"starttls\", user = \"node\", password_file = \"password\"",
    ));
    let view = tried(&running).await;
    assert!(
        view.words.contains("offers no STARTTLS; nothing was sent"),
        "{view:?}"
    );
    assert_eq!(server.next().await, "EHLO line.example\r\n");
}

#[tokio::test]
async fn to_a_mail_server_that_others_vouch_for_nothing_is_sent() {
    let place = Place::new();
    place.file("password", "mail secret\n");
    let mut server = Server::smtp(PostOffice {
        offers_tls: true,
        login: Some("AUTH PLAIN"),
        ..PostOffice::default()
    });
    let text = mail(
        server.port,
        "security = \"starttls\", user = \"node\", password_file = \"password\"",
    );
    let running = place.start(&text.replace("/ca.pem", "/other-ca.pem"));
    let view = tried(&running).await;
    assert!(view.words.contains("could not prove who it is"), "{view:?}");
    let heard = server.next().await;
    assert_eq!(heard, "EHLO line.example\r\nSTARTTLS\r\n(TLS)\n");
}

#[tokio::test]
async fn one_unknown_mailbox_keeps_nobody_else_from_the_mail() {
    let place = Place::new();
    let mut server = Server::smtp(PostOffice {
        unknown: Some("second"),
        ..PostOffice::default()
    });
    let running = place.start(&mail(server.port, "security = \"none-loopback-only\""));
    let view = tried(&running).await;
    assert!(!view.is_delivered, "{view:?}");
    let words = "takes no mail for 1 of 2 recipients: second@line.example (550 no such mailbox)";
    assert!(
        view.words.starts_with("handed over in part") && view.words.contains(words),
        "{view:?}"
    );
    assert!(server.next().await.contains("Subject: TEST"));
}

#[tokio::test]
async fn a_program_gets_the_alert_and_a_clean_environment() {
    let place = Place::new();
    let got = place.path().join("got");
    let script = format!(
        "#!/bin/sh\n{{ cat; env; echo \"$1\"; }} > '{}'\n",
        got.display()
    );
    let script = place.script("page", &script);
    let running = place.start(&config(&format!(
        "command = {{ program = \"{}\", args = [\"a b; touch /nowhere\"] }}",
        script.display()
    )));
    let view = tried(&running).await;
    assert!(view.is_delivered, "{view:?}");
    let got = std::fs::read_to_string(got).expect("written");
    let (json, env) = got.split_once('\n').expect("two parts");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(json["kind"], "alert channel test");
    assert!(
        env.contains("OPENLINE_ALERT_HEADLINE=TEST: alert channel test\n"),
        "{env}"
    );
    assert!(env.ends_with("a b; touch /nowhere\n"), "{env}");
    let allowed = [
        "OPENLINE_ALERT_",
        "PATH=",
        "HOME=",
        "LANG=",
        "LC_ALL=",
        "TZ=",
        "TMPDIR=",
        "PWD=",
        "SHLVL=",
        "_=",
    ];
    for line in env.lines().filter(|line| line.contains('=')) {
        assert!(
            allowed.iter().any(|begin| line.starts_with(begin)),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_program_that_fails_or_hangs_is_named_and_ends() {
    let place = Place::new();
    let script = place.script("fail", "#!/bin/sh\necho 'no modem' >&2\nexit 7\n");
    let running = place.start(&config(&format!(
        "command = {{ program = \"{}\" }}",
        script.display()
    )));
    let view = tried(&running).await;
    assert!(
        view.words.ends_with("ended with exit status: 7: no modem"),
        "{view:?}"
    );
    running.stop().await;

    let child = place.path().join("child");
    let script = format!(
        "#!/bin/sh\nsleep 1000 &\necho $! > '{}'\nwait\n",
        child.display()
    );
    let script = place.script("hang", &script);
    let running = place.start(&config(&format!(
        "command = {{ program = \"{}\", timeout_s = 1 }}",
        script.display()
    )));
    let view = tried(&running).await;
    assert!(
        view.words
            .ends_with("did not end within 1 s and was killed"),
        "{view:?}"
    );
    let child = std::fs::read_to_string(child).expect("it had begun");
    let stat = format!("/proc/{}/stat", child.trim());
    // What it had started is gone too, or about to be.
    let is_gone = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z"));
    while !is_gone() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_missing_program_and_an_unknown_channel_are_named() {
    let place = Place::new();
    let running = place.start(&config("command = { program = \"/nowhere/page\" }"));
    let view = tried(&running).await;
    assert!(
        view.words.starts_with("/nowhere/page can't be started"),
        "{view:?}"
    );
    let error = running
        .alerts
        .test(Some("other"))
        .await
        .expect_err("no such channel");
    assert!(
        error
            .to_string()
            .contains("no alert channel is called other")
    );
}
