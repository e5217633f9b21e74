//! Three parties, a key change, a purge, attachments, a restart, the pouch: each with real nodes.

mod common;

use common::{
    PATIENCE, found, make_home, message, one_export, relate, start, start_dialled, stop, two,
    wait_for,
};
use openline_node::home::{Cost, Home};
use openline_node::service::Service;
use openline_node::view::{AttachmentRequest, ProposeRequest, TermsView};
use openline_node::{Node, NodeOptions};

async fn pair(folder: &std::path::Path) -> (Node, Node, String) {
    let (a, b) = two(folder).await;
    let line = found(&a.service(), &b.service(), "Beta").await;
    (a, b, line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_parties_hold_one_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["Alpha", "Beta", "Gamma"];
    let mut nodes = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let home = folder.path().join(name);
        make_home(&home, name);
        nodes.push(if i == 2 {
            start(&home, vec![])
        } else {
            start_dialled(&home)
        });
    }
    let services: Vec<Service> = nodes.iter().map(Node::service).collect();
    for (i, a) in services.iter().enumerate() {
        for b in &services[i + 1..] {
            relate(a, b).await;
        }
    }
    let charter = services[0]
        .propose(ProposeRequest {
            with: vec!["Beta".to_owned(), "Gamma".to_owned()],
            posts: vec!["watch".to_owned()],
            zone: "UTC".to_owned(),
            others: vec![],
            terms: TermsView {
                title: "Three".to_owned(),
                settle_delay_ms: 50,
                ..TermsView::default()
            },
        })
        .await
        .expect("proposed");
    for service in &services[1..] {
        wait_for(service, "the proposal", async |s| {
            !s.charters().await.expect("charters").is_empty()
        })
        .await;
        service.sign_charter(&charter.id).await.expect("signed");
    }
    for service in &services {
        wait_for(service, "the line", async |s| {
            s.lines().await.expect("lines").len() == 1
        })
        .await;
    }
    for service in &services {
        let sent = service
            .send(message(&charter.id, "from each"))
            .await
            .expect("released");
        let holders = service
            .wait_stored(&charter.id, &sent.place, PATIENCE)
            .await
            .expect("stored");
        assert_eq!(holders.len(), 2);
    }
    one_export(&services.iter().collect::<Vec<_>>(), &charter.id).await;
    for node in nodes {
        stop(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_node_key_signs_from_its_change_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let before = sa
        .send(message(&line, "under the old key"))
        .await
        .expect("released");
    sa.wait_stored(&line, &before.place, PATIENCE)
        .await
        .expect("stored");
    Home::open(&folder.path().join("a"))
        .and_then(|home| {
            home.change_node_key(
                "p",
                Cost {
                    memory_kib: 64,
                    passes: 1,
                },
            )
        })
        .expect("certified");
    let changes = sa.adopt_key(None).await.expect("adopted");
    assert_eq!(changes.len(), 1);
    let after = sa
        .send(message(&line, "under the new key"))
        .await
        .expect("released");
    sa.wait_stored(&line, &after.place, PATIENCE)
        .await
        .expect("the other side follows the new key");
    let view = sb.line(&line).await.expect("line");
    assert!(
        view.parties
            .iter()
            .any(|party| party.name == "Alpha" && party.key_serial == 2)
    );
    one_export(&[&sa, &sb], &line).await;
    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attachments_arrive_and_an_agreed_purge_leaves_tombstones() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path()).await;
    let (sa, sb) = (a.service(), b.service());
    let mut request = message(&line, "see the map");
    request.attachments.push(AttachmentRequest {
        name: "map.bin".to_owned(),
        media_type: "application/octet-stream".to_owned(),
        base64: "QUJD".repeat(25_000),
    });
    let sent = sa.send(request).await.expect("released");
    sa.wait_stored(&line, &sent.place, PATIENCE)
        .await
        .expect("stored");
    let (view, bytes) = sb
        .attachment(&line, &sent.place, 0)
        .await
        .expect("attachment");
    assert_eq!((view.length, bytes.len()), (75_000, 75_000));
    let purge = sa
        .propose_purge(&line, vec![sent.place.clone()], "agreed", "watch")
        .await
        .expect("proposed");
    sa.wait_stored(&line, &purge.place, PATIENCE)
        .await
        .expect("stored");
    sb.consent_purge(&line, &purge.place, "watch")
        .await
        .expect("agreed");
    for service in [&sa, &sb] {
        let (line, place) = (line.clone(), sent.place.clone());
        wait_for(service, "the tombstone", async |s| {
            s.entry(&line, &place).await.expect("entry").brief.is_purged
        })
        .await;
    }
    one_export(&[&sa, &sb], &line).await;
    stop(a).await;
    stop(b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_released_alone_goes_by_pouch_and_survives_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b, line) = pair(folder.path()).await;
    stop(b).await;
    let sent = a
        .service()
        .send(message(&line, "nobody is there"))
        .await
        .expect("released");
    let bundle = a.service().pack_pouch("Beta").await.expect("packed");
    stop(a).await;
    let b = start(&folder.path().join("b"), vec![]);
    let opened = b
        .service()
        .open_pouch(bundle.clone())
        .await
        .expect("opened");
    assert!(opened.entries >= 1 && !opened.is_old);
    let again = b.service().open_pouch(bundle).await.expect("opened again");
    assert!(
        again.entries == 0 && again.is_old,
        "opening a bundle twice changes nothing"
    );
    let back = b.service().pack_pouch("Alpha").await.expect("packed");
    let a = start(&folder.path().join("a"), vec![]);
    let receipt = a.service().open_pouch(back.clone()).await.expect("opened");
    assert!(receipt.cosignatures >= 1);
    let holders = a
        .service()
        .wait_stored(&line, &sent.place, PATIENCE)
        .await
        .expect("stored");
    assert_eq!(holders, ["Beta"]);
    assert!(
        b.service().open_pouch(back).await.is_err(),
        "a bundle for another party is refused"
    );
    let mut torn = b.service().pack_pouch("Alpha").await.expect("packed");
    let last = torn.len() - 1;
    torn[last] ^= 1;
    assert!(
        a.service().open_pouch(torn).await.is_err(),
        "a changed bundle is refused"
    );
    stop(a).await;
    stop(b).await;
}

#[tokio::test]
async fn two_nodes_on_one_home_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    make_home(&folder.path().join("a"), "Alpha");
    let first = start(&folder.path().join("a"), vec![]);
    let second = Node::start(&folder.path().join("a"), NodeOptions::default());
    assert!(second.is_err_and(|error| error.to_string().contains("in use")));
    stop(first).await;
}
