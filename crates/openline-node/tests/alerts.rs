//! Alerts of a whole node: kept by its engine in its store, and sent after a restart.

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use common::{PATIENCE, make_home, start, stop};
use openline_core::entry::MessageType;
use openline_core::message::Precedence;
use openline_node::alerts::{Alert, AlertId, AlertKind};
use openline_node::service::Service;
use openline_node::view::AlertsView;

/// Puts one webhook at the end of the configuration.
fn configure(home: &Path, fresh: &str, port: u16) {
    let channel = format!(
        "\n[alerts]\nself_test = \"off\"\n[[alert]]\nname = \"hook\"\nwebhook = {{ url = \"http://127.0.0.1:{port}/\" }}\n"
    );
    std::fs::write(home.join("openline.toml"), format!("{fresh}{channel}")).expect("written");
}

async fn until(service: &Service, what: &str, done: impl Fn(&AlertsView) -> bool) {
    let look = async {
        while !done(&service.alert_channels().await.expect("a list")) {
            tokio::task::yield_now().await;
        }
    };
    let view = service.alert_channels().await;
    let looked = tokio::time::timeout(PATIENCE, look).await;
    assert!(looked.is_ok(), "waited in vain for {what}: {view:#?}");
}

/// Takes one request, answers it, and gives it.
fn serve_once(listener: &TcpListener) -> String {
    let (mut socket, _) = listener.accept().expect("a connection");
    let mut text = String::new();
    let mut chunk = [0; 4096];
    while !text.ends_with('}') {
        let count = socket.read(&mut chunk).expect("a request");
        assert_ne!(count, 0, "it broke off: {text}");
        text.push_str(&String::from_utf8_lossy(&chunk[..count]));
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    socket.write_all(answer.as_bytes()).expect("answered");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_that_did_not_get_out_is_sent_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("a");
    make_home(&home, "Alpha");
    let fresh = std::fs::read_to_string(home.join("openline.toml")).expect("a configuration");
    // Nobody listens on port 1.
    configure(&home, &fresh, 1);
    let node = start(&home, vec![]);
    let service = node.service();
    let flash = Alert::new(AlertKind::FlashArrived, AlertId::new("flash/1"), 0)
        .traffic(Precedence::Flash, MessageType::Real);
    service.alerts().raise(flash);
    until(&service, "a failure", |view| {
        view.channels[0].state == "failing"
    })
    .await;
    let status = service.status().await.expect("status");
    assert_eq!(
        (
            status.alert_channels[0].waiting,
            status.alert_channels.len()
        ),
        (1, 1)
    );
    stop(node).await;

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    configure(
        &home,
        &fresh,
        listener.local_addr().expect("an address").port(),
    );
    let node = start(&home, vec![]);
    let service = node.service();
    let request = tokio::task::spawn_blocking(move || serve_once(&listener));
    let request = tokio::time::timeout(PATIENCE, request)
        .await
        .expect("in time");
    assert!(
        request
            .expect("served")
            .contains("ALERT: flash arrived (flash)")
    );
    until(&service, "the outcome", |view| {
        view.channels[0].state == "works"
    })
    .await;
    service.alerts().clear(&AlertId::new("flash/1"));
    until(&service, "nothing", |view| view.alerts.is_empty()).await;
    stop(node).await;

    let node = start(&home, vec![]);
    let view = node.service().alert_channels().await.expect("a list");
    assert!(
        view.alerts.is_empty() && view.channels[0].state == "works",
        "{view:?}"
    );
    stop(node).await;
}
