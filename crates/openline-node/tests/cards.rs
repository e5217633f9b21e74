//! Cards taken from a QR code, and cards that are not what was confirmed, over real sockets.

mod common;

use common::{
    PATIENCE, found, make_home, message, relate, start, start_at, start_dialled, stop, wait_for,
};
use openline_node::service::Service;

/// Each takes the other's short form and confirms the phrase.
async fn relate_by_qr_code(a: &Service, b: &Service) {
    let (card_a, card_b) = (a.card().await.expect("card"), b.card().await.expect("card"));
    let at_a = a.add_relation(&card_b.short).await.expect("added");
    let at_b = b.add_relation(&card_a.short).await.expect("added");
    assert!(at_a.is_short && at_b.is_short);
    assert_eq!(
        at_a.phrase, at_b.phrase,
        "the phrase is that of the whole card"
    );
    for (service, name, phrase) in [(a, "Beta", &at_a.phrase), (b, "Alpha", &at_b.phrase)] {
        let confirmed = service.confirm_relation(name, phrase).await;
        confirmed.expect("confirmed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_out_of_a_qr_code_is_completed_over_the_session_and_founds_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home_a, home_b) = (folder.path().join("a"), folder.path().join("b"));
    make_home(&home_a, "Alpha");
    make_home(&home_b, "Beta");
    let (a, b) = (start_dialled(&home_a), start(&home_b, vec![]));
    let (sa, sb) = (a.service(), b.service());
    relate_by_qr_code(&sa, &sb).await;
    for service in [&sa, &sb] {
        wait_for(service, "the whole card", async |s| {
            let relations = s.relations().await.expect("relations");
            relations.iter().all(|relation| !relation.is_short)
        })
        .await;
        let relations = service.relations().await.expect("relations");
        assert_eq!(relations[0].state, "confirmed");
    }
    let line = found(&sa, &sb, "Beta").await;
    let sent = sa.send(message(&line, "Read from a screen.")).await;
    let sent = sent.expect("released");
    let holders = sa.wait_stored(&line, &sent.place, PATIENCE).await;
    assert_eq!(holders.expect("stored"), ["Beta"]);
    // The whole card is kept.
    stop(b).await;
    let b = start(&home_b, vec![]);
    let relations = b.service().relations().await.expect("relations");
    assert!(!relations[0].is_short);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impostor_of_the_same_name_at_the_same_address_is_not_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = |name: &str| folder.path().join(name);
    make_home(&home("alpha"), "Alpha");
    make_home(&home("beta"), "Beta");
    make_home(&home("impostor"), "Alpha");
    let port = || std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let (quic, tls) = (port().expect("a port"), port().expect("a port"));
    let alpha = start_at(&home("alpha"), quic, tls);
    let beta = start(&home("beta"), vec![]);
    let sb = beta.service();
    relate(&alpha.service(), &sb).await;
    let line = found(&alpha.service(), &sb, "Beta").await;
    stop(alpha).await;

    // It knows Beta's card, has taken Alpha's name and address, and waits to be dialled.
    let impostor = start_at(&home("impostor"), quic, tls);
    let si = impostor.service();
    let card_b = sb.card().await.expect("card");
    let at_i = si.add_relation(&card_b.file).await.expect("added");
    let confirmed = si.confirm_relation("Beta", &at_i.phrase).await;
    confirmed.expect("it believes what it likes");
    let card_i = si.card().await.expect("card");
    let added = sb.add_relation(&card_i.file).await;
    let known = sb.relations().await.expect("relations");
    assert!(added.is_err() || known.iter().filter(|r| r.state == "confirmed").count() == 1);
    wait_for(&sb, "the failure to be told", async |s| {
        let peers = s.status().await.expect("status").peers;
        peers.iter().any(|peer| peer.last_failure.is_some())
    })
    .await;
    let sent = sb.send(message(&line, "For Alpha alone.")).await;
    let sent = sent.expect("released");
    assert!(si.inbox(None, 10).await.expect("inbox").is_empty());
    let peers = sb.status().await.expect("status").peers;
    assert!(
        peers.iter().all(|peer| peer.bearers.is_empty()),
        "{peers:?}"
    );
    stop(impostor).await;

    // The real one comes back to its place and gets what waited.
    let alpha = start_at(&home("alpha"), quic, tls);
    let holders = sb.wait_stored(&line, &sent.place, PATIENCE).await;
    assert_eq!(holders.expect("stored"), ["Alpha"]);
    stop(alpha).await;
}
